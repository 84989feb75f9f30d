//! Prices of currencies: a table for each sandbox; other pairs are calculated through CNY.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::Currency::{self, Btc, Cny, Php, Usd, Usdt};
use super::Symbol;
use crate::engine::tables::Row;
use crate::kit::time::{Duration, Timestamp};
use crate::providers::qbitpay::decisions::{OTHER_PRICES, SAMPLE_PRICES};

/// A quoted price is valid for this duration.
pub const QUOTE_HOLDS: Duration = Duration::from_secs(30);
/// Decimals of a calculated price.
const PRICE_DECIMALS: u32 = 8;

/// The side of a price, from the merchant's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What the merchant pays.
    Ask,
    /// What the merchant gets.
    Bid,
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Ask => Self::Bid,
            Self::Bid => Self::Ask,
        }
    }
}

/// Both prices of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub ask: Decimal,
    pub bid: Decimal,
}

impl Price {
    pub const fn at(self, side: Side) -> Decimal {
        match side {
            Side::Ask => self.ask,
            Side::Bid => self.bid,
        }
    }
}

/// A price that the ticker answered to a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub price: Decimal,
    pub at: Timestamp,
}

/// The table that every sandbox begins with: pair, ask, bid.
const TABLE: [(Symbol, Price); 5] = [
    (Symbol { base: Btc, quote: Cny }, price(387_377, 387_377, 1)),
    (Symbol { base: Usd, quote: Cny }, price(676, 676, 2)),
    (Symbol { base: Usdt, quote: Cny }, price(697, 695, 2)),
    (Symbol { base: Usd, quote: Php }, price(52, 52, 0)),
    (Symbol { base: Usdt, quote: Usd }, price(1, 1, 0)),
];

/// Ask and bid as units with that many decimals.
const fn price(ask: u32, bid: u32, decimals: u32) -> Price {
    Price { ask: Decimal::from_parts(ask, 0, 0, false, decimals), bid: Decimal::from_parts(bid, 0, 0, false, decimals) }
}

/// The table of one sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rates(BTreeMap<Symbol, Price>);

impl Rates {
    /// Sets the prices of a pair.
    pub fn set(&mut self, symbol: Symbol, price: Price) {
        self.0.insert(symbol, price);
    }

    /// The price of a pair. `None` when a decimal cannot hold it.
    pub fn price(&self, symbol: Symbol, side: Side) -> Option<Decimal> {
        if let Some(price) = self.find(symbol) {
            return Some(price.at(side));
        }
        let price = self.in_cny(symbol.base, side)?.checked_div(self.in_cny(symbol.quote, side.other())?)?;
        let price = price.round_dp_with_strategy(PRICE_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
        Some(price.max(Decimal::new(1, PRICE_DECIMALS)))
    }

    /// The price of one `from` in `to`; one when they are the same.
    pub fn conversion(&self, from: Currency, to: Currency, side: Side) -> Option<Decimal> {
        Symbol::of(from, to).map_or(Some(Decimal::ONE), |it| self.price(it, side))
    }

    /// What a price rests on. `None`: a tester has set it.
    pub fn rests_on(&self, symbol: Symbol, side: Side) -> Option<Row> {
        let is_shown = symbol.quote == Cny && (matches!(symbol.base, Btc | Usd) || (symbol.base, side) == (Usdt, Side::Ask));
        (!self.0.contains_key(&symbol)).then_some(if is_shown { SAMPLE_PRICES } else { OTHER_PRICES })
    }

    fn find(&self, symbol: Symbol) -> Option<Price> {
        let own = self.0.get(&symbol).copied();
        own.or_else(|| TABLE.iter().find(|it| it.0 == symbol).map(|it| it.1))
    }

    fn in_cny(&self, currency: Currency, side: Side) -> Option<Decimal> {
        if currency == Cny {
            return Some(Decimal::ONE);
        }
        if let Some(price) = self.find(Symbol { base: currency, quote: Cny }) {
            return Some(price.at(side));
        }
        let in_php = self.find(Symbol { base: Usd, quote: Php })?.at(side.other());
        self.in_cny(Usd, side)?.checked_div(in_php).filter(|_| currency == Php)
    }

    /// Whether every price is allowed.
    pub fn is_sound(&self) -> bool {
        self.0.values().all(|it| is_price(it.ask) && is_price(it.bid))
    }
}

/// Whether a price can be set.
pub fn is_price(price: Decimal) -> bool {
    Decimal::ZERO < price && price <= Decimal::from(1_000_000_000) && price.normalize().scale() <= PRICE_DECIMALS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_outside_the_table_go_through_cny() {
        let rates = Rates::default();
        for (symbol, ask, bid) in [
            ("BTC/CNY", "38737.7", "38737.7"),
            ("USDT/CNY", "6.97", "6.95"),
            ("USDT/USD", "1", "1"),
            ("CNY/USDT", "0.14388489", "0.14347202"),
            ("BTC/USD", "5730.42899408", "5730.42899408"),
            ("BTC/USDT", "5573.76978417", "5557.77618364"),
            ("USD/BTC", "0.00017451", "0.00017451"),
            ("PHP/CNY", "0.13", "0.13"),
            ("PHP/USD", "0.01923077", "0.01923077"),
        ] {
            let symbol = Symbol::parse(symbol).expect("a pair");
            let seen = [Side::Ask, Side::Bid].map(|side| rates.price(symbol, side).map(|it| it.normalize().to_string()));
            assert_eq!(seen, [Some(ask.to_owned()), Some(bid.to_owned())], "{symbol}");
        }
    }

    #[test]
    fn a_price_that_is_set_moves_what_is_divided_by_it() {
        let mut rates = Rates::default();
        let ten = Decimal::from(10);
        rates.set(Symbol { base: Usd, quote: Cny }, Price { ask: ten, bid: ten });
        let price = |text: &str| rates.price(Symbol::parse(text).expect("a pair"), Side::Ask).map(|it| it.normalize().to_string());
        assert_eq!(price("CNY/USD").as_deref(), Some("0.1"));
        assert_eq!(price("PHP/CNY").as_deref(), Some("0.19230769"));
        assert_eq!(price("BTC/USD").as_deref(), Some("3873.77"));
    }
}
