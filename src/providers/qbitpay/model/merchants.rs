//! Merchants: their balances and their quotes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Balance, Currency, Quote, Side, Symbol};

/// One merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Merchant {
    pub account: String,
    pub balances: BTreeMap<Currency, Balance>,
    /// The last quoted price of a pair, to buy and to sell.
    pub asks: BTreeMap<Symbol, Quote>,
    pub bids: BTreeMap<Symbol, Quote>,
}

impl Merchant {
    /// A merchant without balances.
    pub fn new(account: &str) -> Self {
        let (balances, asks, bids) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { account: account.to_owned(), balances, asks, bids }
    }

    /// The quoted prices of a side.
    pub const fn quotes(&mut self, side: Side) -> &mut BTreeMap<Symbol, Quote> {
        match side {
            Side::Ask => &mut self.asks,
            Side::Bid => &mut self.bids,
        }
    }

    /// Available money.
    pub fn available_units(&self, currency: Currency) -> i64 {
        self.balances.get(&currency).map_or(0, |it| it.available_units)
    }

    /// Available and pending money.
    pub fn all_units(&self, currency: Currency) -> i64 {
        self.balances.get(&currency).map_or(0, |it| it.available_units.saturating_add(it.pending_units))
    }
}
