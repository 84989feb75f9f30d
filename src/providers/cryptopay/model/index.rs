//! What lists and look-ups read in place of going through everything. It follows from the objects, and is not saved.

use std::collections::{BTreeMap, BTreeSet};

use super::{Chain, Code, Endpoint, Hash, Merchant, Order, OrderStatus, Ranks, Token, Transaction, TransactionStatus, Wallet};

/// A filter of orders; `None` lets any pass.
pub type OrderFilter = (Option<OrderStatus>, Option<Chain>, Option<Token>);
/// A filter of transactions.
pub type TransactionFilter = (Option<TransactionStatus>, Option<Chain>);

/// What is found by something else than its number.
#[derive(Clone, Debug, Default)]
pub struct Index {
    pub accounts: BTreeMap<String, u32>,
    pub usernames: BTreeMap<Box<str>, u32>,
    /// In small letters.
    pub emails: BTreeMap<String, u32>,
    pub codes: BTreeMap<Code, u32>,
    pub hashes: BTreeMap<Hash, u32>,
    /// By merchant.
    pub nonces: BTreeSet<(u32, i64)>,
    pub shelves: BTreeMap<u32, Shelf>,
}

/// What one merchant has, each kind by number in the order in which it was made.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    pub orders: Vec<u32>,
    pub transactions: Vec<u32>,
    pub wallets: Vec<u32>,
    pub endpoints: Vec<u32>,
    orders_by: BTreeMap<OrderFilter, Ranks>,
    transactions_by: BTreeMap<TransactionFilter, Ranks>,
}

/// With and without.
fn both<T>(it: T) -> [Option<T>; 2] {
    [None, Some(it)]
}

impl Shelf {
    /// The filters that an order of that status passes.
    fn filters(order: &Order, status: Option<OrderStatus>) -> impl Iterator<Item = OrderFilter> {
        let (chain, token) = (order.chain, order.token);
        both(chain).into_iter().flat_map(move |chain| both(token).map(move |token| (status, chain, token)))
    }

    /// An order goes from a status to another one.
    pub fn move_order(&mut self, order: &Order, to: OrderStatus) {
        for filter in Self::filters(order, Some(order.status)) {
            self.orders_by.entry(filter).or_default().take(order.nth);
        }
        for filter in Self::filters(order, Some(to)) {
            self.orders_by.entry(filter).or_default().put(order.nth);
        }
    }

    /// A transaction on that chain goes to another status.
    pub fn move_transaction(&mut self, it: &Transaction, chain: Chain, to: TransactionStatus) {
        for chain in both(chain) {
            self.transactions_by.entry((Some(it.status), chain)).or_default().take(it.nth);
            self.transactions_by.entry((Some(to), chain)).or_default().put(it.nth);
        }
    }

    /// How many orders pass, and the numbers of so many of them, newest first.
    pub fn orders(&self, filter: OrderFilter, skipped: u32, length: u32) -> (u32, Vec<u32>) {
        page(&self.orders, self.orders_by.get(&filter), skipped, length)
    }

    /// The same of transactions.
    pub fn transactions(&self, filter: TransactionFilter, skipped: u32, length: u32) -> (u32, Vec<u32>) {
        page(&self.transactions, self.transactions_by.get(&filter), skipped, length)
    }
}

fn page(all: &[u32], passing: Option<&Ranks>, skipped: u32, length: u32) -> (u32, Vec<u32>) {
    let Some(passing) = passing else { return (0, Vec::new()) };
    let places = passing.page(skipped, length).filter_map(|it| all.get(it as usize).copied());
    (passing.count(), places.collect())
}

impl Index {
    fn shelf(&mut self, merchant: u32) -> &mut Shelf {
        self.shelves.entry(merchant).or_default()
    }

    pub fn merchant(&mut self, number: u32, it: &Merchant) {
        self.accounts.insert(it.account.clone(), number);
        self.usernames.insert(it.username.clone(), number);
        self.emails.insert(it.email.to_lowercase(), number);
        self.shelf(number);
    }

    pub fn order(&mut self, it: &Order) {
        self.codes.insert(it.code, it.number);
        self.nonces.insert((it.merchant, it.nonce));
        let own = self.shelf(it.merchant);
        own.orders.push(it.number);
        for filter in both(it.status).into_iter().flat_map(|status| Shelf::filters(it, status)) {
            own.orders_by.entry(filter).or_default().put(it.nth);
        }
    }

    pub fn transaction(&mut self, it: &Transaction, order: &Order) {
        self.hashes.insert(it.hash, it.number);
        let own = self.shelf(order.merchant);
        own.transactions.push(it.number);
        for filter in both(it.status).into_iter().flat_map(|status| both(order.chain).map(|chain| (status, chain))) {
            own.transactions_by.entry(filter).or_default().put(it.nth);
        }
    }

    pub fn wallet(&mut self, it: &Wallet) {
        self.shelf(it.merchant).wallets.push(it.number);
    }

    pub fn endpoint(&mut self, it: &Endpoint) {
        self.shelf(it.merchant).endpoints.push(it.number);
    }
}
