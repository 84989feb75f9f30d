//! A memory as it is saved, and whether one can be gone on from.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    Address, Endpoint, HOMES_MAX, Index, MERCHANTS_MAX, Memory, Merchant, NOTICES, Numbered, Order, OrderStatus, SPENT_MAX, Transaction,
    TransactionStatus, Wallet,
};
use crate::engine::ids::COUNT_MAX;
use crate::engine::tables::settings::webhook_url;
use crate::kit::bases::Bases;
use crate::kit::fields::is_browser_url;

/// Nothing of a sandbox has been counted further.
const NUMBERS_MAX: u32 = u32::MAX / 2;

/// What is written down: all but the index.
#[derive(Deserialize)]
pub struct Saved {
    homes: Vec<String>,
    starting_url: Option<String>,
    merchants: Numbered<Merchant>,
    orders: Numbered<Order>,
    transactions: Numbered<Transaction>,
    wallets: Numbered<Wallet>,
    endpoints: Numbered<Endpoint>,
    bases: Bases,
    spent: BTreeSet<(i64, Box<str>)>,
}

impl From<Saved> for Memory {
    fn from(saved: Saved) -> Self {
        let Saved { homes, starting_url, merchants, orders, transactions, wallets, endpoints, bases, spent } = saved;
        let mut index = Index::default();
        merchants.iter().for_each(|(number, it)| index.merchant(number, it));
        // A place that nobody has counted to would take room for all before it; the memory is refused anyhow.
        orders.iter().filter(|it| it.1.nth < it.0).for_each(|it| index.order(it.1));
        for (number, it) in transactions.iter() {
            if let Some(order) = orders.get(it.order).filter(|_| it.nth < number) {
                index.transaction(it, order);
            }
        }
        wallets.iter().for_each(|it| index.wallet(it.1));
        endpoints.iter().for_each(|it| index.endpoint(it.1));
        Self { homes, starting_url, merchants, orders, transactions, wallets, endpoints, bases, spent, index }
    }
}

impl Memory {
    /// Whether every number names what it should.
    pub fn is_sound(&self) -> bool {
        let names = self.homes.len() <= HOMES_MAX && self.bases.is_sound() && self.spent.len() <= SPENT_MAX;
        let urls = self.starting_url.iter().all(|it| webhook_url(it).is_ok());
        names && urls && self.merchants_are_sound() && self.orders_are_sound() && self.transactions_are_sound() && self.settled_is_sound()
    }

    fn merchants_are_sound(&self) -> bool {
        let own = |number: u32, it: &Merchant| {
            let index = &self.index;
            let named = [index.accounts.get(&it.account), index.usernames.get(&it.username), index.emails.get(&it.email.to_lowercase())];
            named.iter().all(|it| *it == Some(&number)) && it.tokens < COUNT_MAX
        };
        self.merchants.iter().count() <= MERCHANTS_MAX && self.merchants.iter().all(|(number, it)| own(number, it))
    }

    fn orders_are_sound(&self) -> bool {
        let order = |(number, it): (u32, &Order)| {
            let placed = self.shelf(it.merchant).and_then(|shelf| shelf.orders.get(it.nth as usize)) == Some(&number);
            let named = it.number == number
                && self.index.codes.get(&it.code) == Some(&number)
                && Address::of(it.receiving_address.text()).is_some();
            let priced = Decimal::ZERO < it.amount && it.chain.decimals(it.token).is_some() && 0 < it.nonce;
            let linked = self.bases.at(it.base).is_some()
                && it.webhook_url.iter().all(|it| webhook_url(it).is_ok())
                && it.redirect_url.iter().all(|it| is_browser_url(it));
            let paid =
                it.transaction.map_or(matches!(it.status, OrderStatus::Pending | OrderStatus::Failed | OrderStatus::Expired), |own| {
                    self.transactions.get(own).is_some_and(|it| it.order == number)
                });
            placed && named && priced && linked && paid && it.stay < NUMBERS_MAX && number < NUMBERS_MAX && it.created_at <= it.expires_at
        };
        self.index.nonces.len() == self.orders.iter().count() && self.orders.iter().all(order)
    }

    fn transactions_are_sound(&self) -> bool {
        self.transactions.iter().all(|(number, it)| {
            let Some(order) = self.orders.get(it.order).filter(|it| it.transaction == Some(number)) else { return false };
            let placed = self.shelf(order.merchant).and_then(|shelf| shelf.transactions.get(it.nth as usize)) == Some(&number);
            let named =
                it.number == number && self.index.hashes.get(&it.hash) == Some(&number) && Address::of(it.from_address.text()).is_some();
            let alike = match it.status {
                TransactionStatus::Pending => order.status == OrderStatus::Pending,
                TransactionStatus::Confirmed => order.status == OrderStatus::Confirmed,
                TransactionStatus::Failed => order.status == OrderStatus::Failed,
            };
            let counted = it.confirmations < NUMBERS_MAX && it.block.is_none_or(|it| it.unsigned_abs() < COUNT_MAX);
            placed && named && alike && counted && Decimal::ZERO < it.amount && order.chain.decimals(it.token).is_some()
        })
    }

    fn settled_is_sound(&self) -> bool {
        let merchant = |number: u32| self.merchants.get(number).is_some();
        let wallet = |(number, it): (u32, &Wallet)| {
            let only = self.wallet_on(it.merchant, it.chain).is_some_and(|own| own.number == number);
            it.number == number && merchant(it.merchant) && only && Address::of(it.address.text()).is_some()
        };
        let endpoint = |(number, it): (u32, &Endpoint)| {
            let events = !it.events.is_empty() && it.events.len() <= NOTICES.len();
            it.number == number && number < NUMBERS_MAX && merchant(it.merchant) && events && webhook_url(&it.url).is_ok()
        };
        self.wallets.iter().all(wallet) && self.endpoints.iter().all(endpoint)
    }
}
