//! The provider's memory of a sandbox.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Chain, Code, Endpoint, Hash, Merchant, Order, Transaction, Wallet};
use crate::engine::ids::ObjectId;
use crate::engine::store::Store;
use crate::kit::bases::Bases;

/// Sandboxes whose tokens one state takes.
pub const ISSUERS_MAX: usize = 100;
/// Refresh tokens that are known to be used up; past it the one that ends first is forgotten.
pub const SPENT_MAX: usize = 100_000;

/// The kinds of objects, as the engine counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Order,
    Endpoint,
    /// The transfer to an order. Actions and rules name its order.
    Transaction,
}

impl Kind {
    /// How the engine names one of them.
    pub const fn object(self, number: u32) -> ObjectId {
        ObjectId { kind: self as u8, number: number as u64 }
    }

    /// Which kind an object is of, and its number.
    pub fn of(object: ObjectId) -> Option<(Self, u32)> {
        let kind = [Self::Order, Self::Endpoint, Self::Transaction].get(usize::from(object.kind)).copied()?;
        Some((kind, u32::try_from(object.number).ok()?))
    }
}

/// The memory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// The names of the sandboxes in which this state has issued tokens: a fork takes those of its original.
    pub issuers: Vec<String>,
    /// Where the webhooks of every new merchant go at first.
    pub starting_url: Option<String>,
    pub merchants: Store<Merchant>,
    pub orders: Store<Order>,
    pub transactions: Store<Transaction>,
    pub wallets: Store<Wallet>,
    pub endpoints: Store<Endpoint>,
    /// Where links of orders begin: scheme and host as the merchant called them, sandbox and slug.
    pub bases: Bases,
    /// Refresh tokens that were used, with the second in which they end.
    pub spent: BTreeSet<(i64, Box<str>)>,
}

impl Memory {
    /// The merchant whose account that is, by number.
    pub fn merchant_of(&self, account: &str) -> Option<u32> {
        self.merchants.index().accounts.get(account)
    }

    /// The account of a merchant.
    pub fn account_of(&self, merchant: u32) -> &str {
        self.merchants.get(merchant).map_or("", |it| it.account.as_str())
    }

    /// An order by what the merchant calls it: `ORD-` and its code, or its number.
    pub fn order_called(&self, name: &str) -> Option<&Order> {
        let number = match name.strip_prefix("ORD-") {
            Some(code) => self.orders.index().codes.get(&Code::parse(code)?)?,
            None => name.parse().ok().filter(|it: &u32| it.to_string() == name)?,
        };
        self.orders.get(number)
    }

    pub fn transaction_of_hash(&self, hash: Hash) -> Option<&Transaction> {
        self.transactions.get(self.transactions.index().hashes.get(&hash)?)
    }

    /// The transfer to an order.
    pub fn transaction_of(&self, order: &Order) -> Option<&Transaction> {
        self.transactions.get(order.transaction?)
    }

    /// A merchant's wallet on a chain.
    pub fn wallet_on(&self, merchant: u32, chain: Chain) -> Option<&Wallet> {
        let numbers = self.wallets.index().list(merchant);
        numbers.filter_map(|it| self.wallets.get(it)).find(|it| it.chain == chain)
    }

    /// A merchant's endpoints, oldest first.
    pub fn endpoints_of(&self, merchant: u32) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.index().list(merchant).filter_map(|it| self.endpoints.get(it))
    }

    /// Whether a refresh token was used up.
    pub fn is_spent(&self, ends: i64, id: &str) -> bool {
        self.spent.contains(&(ends, id.into()))
    }

    /// Uses a refresh token up, and forgets those that have ended. `false`: to stay within the bound one had to go that
    /// could now be used again.
    pub fn spend(&mut self, ends: i64, id: &str, second: i64) -> bool {
        while self.spent.first().is_some_and(|it| it.0 <= second) {
            self.spent.pop_first();
        }
        let full = SPENT_MAX <= self.spent.len();
        if full {
            self.spent.pop_first();
        }
        self.spent.insert((ends, id.into()));
        !full
    }
}
