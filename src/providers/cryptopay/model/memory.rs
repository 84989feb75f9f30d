//! The provider's memory of a sandbox.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::saved::Saved;
use super::{Chain, Code, Endpoint, Hash, Index, Merchant, Numbered, Order, OrderStatus, Shelf, Transaction, TransactionStatus, Wallet};
use crate::kit::bases::Bases;

/// Sandboxes whose tokens one state takes.
pub const HOMES_MAX: usize = 100;
/// Refresh tokens that are known to be used up; past it the one that ends first is forgotten.
pub const SPENT_MAX: usize = 100_000;

/// The memory. Its index follows from its objects.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Saved")]
pub struct Memory {
    /// The names of the sandboxes in which this state has issued tokens: a fork takes those of its original.
    pub homes: Vec<String>,
    /// Where the webhooks of everybody who moves in go at first.
    pub starting_url: Option<String>,
    pub merchants: Numbered<Merchant>,
    pub orders: Numbered<Order>,
    pub transactions: Numbered<Transaction>,
    pub wallets: Numbered<Wallet>,
    pub endpoints: Numbered<Endpoint>,
    /// Where links of orders begin: scheme and host as the merchant called them, sandbox and slug.
    pub bases: Bases,
    /// Refresh tokens that were used, with the second in which they end.
    pub spent: BTreeSet<(i64, Box<str>)>,
    #[serde(skip)]
    pub index: Index,
}

impl Memory {
    /// Keeps a merchant, and gives their number.
    pub fn keep_merchant(&mut self, merchant: Merchant) -> u32 {
        let number = self.merchants.next();
        self.index.merchant(number, &merchant);
        self.merchants.push(merchant);
        number
    }

    /// The merchant whose account that is, by number.
    pub fn merchant_of(&self, account: &str) -> Option<u32> {
        self.index.accounts.get(account).copied()
    }

    /// The account of a merchant.
    pub fn account_of(&self, merchant: u32) -> &str {
        self.merchants.get(merchant).map_or("", |it| it.account.as_str())
    }

    /// What a merchant has.
    pub fn shelf(&self, merchant: u32) -> Option<&Shelf> {
        self.index.shelves.get(&merchant)
    }

    /// An order by what the merchant calls it: `ORD-` and its code, or its number.
    pub fn order_called(&self, name: &str) -> Option<&Order> {
        let number = match name.strip_prefix("ORD-") {
            Some(code) => self.index.codes.get(&Code::parse(code)?).copied()?,
            None => name.parse().ok().filter(|it: &u32| it.to_string() == name)?,
        };
        self.orders.get(number)
    }

    pub fn transaction_of_hash(&self, hash: Hash) -> Option<&Transaction> {
        self.transactions.get(*self.index.hashes.get(&hash)?)
    }

    /// The transfer to an order.
    pub fn transaction_of(&self, order: &Order) -> Option<&Transaction> {
        self.transactions.get(order.transaction?)
    }

    /// A merchant's wallet on a chain.
    pub fn wallet_on(&self, merchant: u32, chain: Chain) -> Option<&Wallet> {
        let numbers = self.shelf(merchant)?.wallets.iter();
        numbers.filter_map(|it| self.wallets.get(*it)).find(|it| it.chain == chain)
    }

    /// A merchant's endpoints, oldest first.
    pub fn endpoints_of(&self, merchant: u32) -> impl Iterator<Item = &Endpoint> {
        let numbers = self.shelf(merchant).map_or(&[][..], |it| &it.endpoints);
        numbers.iter().filter_map(|it| self.endpoints.get(*it))
    }

    pub fn keep_order(&mut self, order: Order) {
        self.index.order(&order);
        self.orders.push(order);
    }

    pub fn keep_wallet(&mut self, wallet: Wallet) {
        self.index.wallet(&wallet);
        self.wallets.push(wallet);
    }

    pub fn keep_endpoint(&mut self, endpoint: Endpoint) {
        self.index.endpoint(&endpoint);
        self.endpoints.push(endpoint);
    }

    /// Keeps the transfer to an order.
    pub fn keep_transaction(&mut self, transaction: Transaction) {
        let Some(order) = self.orders.get_mut(transaction.order) else { return };
        order.transaction = Some(transaction.number);
        self.index.transaction(&transaction, order);
        self.transactions.push(transaction);
    }

    /// An order goes to another status.
    pub fn move_order(&mut self, number: u32, to: OrderStatus) {
        let Some(order) = self.orders.get_mut(number) else { return };
        order.stay += 1;
        if order.status != to {
            if let Some(shelf) = self.index.shelves.get_mut(&order.merchant) {
                shelf.move_order(order, to);
            }
            order.status = to;
        }
    }

    /// A transaction goes to another status.
    pub fn move_transaction(&mut self, number: u32, to: TransactionStatus) {
        let Some(transaction) = self.transactions.get_mut(number) else { return };
        let Some(order) = self.orders.get(transaction.order) else { return };
        if let Some(shelf) = self.index.shelves.get_mut(&order.merchant) {
            shelf.move_transaction(transaction, order.chain, to);
        }
        transaction.status = to;
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
