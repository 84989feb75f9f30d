//! The provider's state in a sandbox.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Chain, Code, Endpoint, Hash, Merchant, Order, Transaction, Wallet};
use crate::engine::ids::ObjectId;
use crate::engine::store::{Store, Usage};
use crate::kit::bases::Bases;

/// The largest number of sandboxes whose tokens a state accepts.
pub const ISSUERS_MAX: usize = 100;
/// The largest number of remembered used refresh tokens; then the one that expires first is dropped.
pub const SPENT_MAX: usize = 100_000;

/// The kinds of objects; their order is their number in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Order,
    Endpoint,
    /// The transfer to an order. Actions and rules name its order.
    Transaction,
}

impl Kind {
    /// The engine's id of an object of this kind.
    pub const fn object(self, number: u32) -> ObjectId {
        ObjectId { kind: self as u8, number: number as u64 }
    }

    /// The kind of an object, and its number.
    pub fn of(object: ObjectId) -> Option<(Self, u32)> {
        let kind = [Self::Order, Self::Endpoint, Self::Transaction].get(usize::from(object.kind)).copied()?;
        Some((kind, u32::try_from(object.number).ok()?))
    }
}

/// The state of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// The names of the sandboxes in which this state has issued tokens: a fork accepts those of its original.
    pub issuers: Vec<String>,
    /// The webhook URL that every new merchant begins with.
    pub starting_url: Option<String>,
    pub merchants: Store<Merchant>,
    pub orders: Store<Order>,
    pub transactions: Store<Transaction>,
    pub wallets: Store<Wallet>,
    pub endpoints: Store<Endpoint>,
    /// The bases of orders' links: scheme and host as the merchant called them, sandbox and slug.
    pub bases: Bases,
    /// Used refresh tokens, with the second in which they expire.
    pub spent: BTreeSet<(i64, Box<str>)>,
}

impl Memory {
    /// How much it keeps.
    pub fn usage(&self) -> Usage {
        let [merchants, orders, transactions, wallets, endpoints] =
            [self.merchants.usage(), self.orders.usage(), self.transactions.usage(), self.wallets.usage(), self.endpoints.usage()];
        merchants + orders + transactions + wallets + endpoints
    }

    /// The number of an account's merchant.
    pub fn merchant_of(&self, account: &str) -> Option<u32> {
        self.merchants.index().accounts.get(account)
    }

    /// The account of a merchant.
    pub fn account_of(&self, merchant: u32) -> &str {
        self.merchants.get(merchant).map_or("", |it| it.account.as_str())
    }

    /// Finds an order by `ORD-` and its code, or by its number.
    pub fn find_order(&self, name: &str) -> Option<&Order> {
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

    /// Whether a refresh token was used.
    pub fn is_spent(&self, ends: i64, id: &str) -> bool {
        self.spent.contains(&(ends, id.into()))
    }

    /// Marks a refresh token as used, and drops expired ones. `false`: there were too many, and one was dropped that can
    /// now be used again.
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
