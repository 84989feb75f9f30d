//! Currencies, pairs of them, and amounts in their smallest units.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::kit::money;
use crate::kit::word::Word;

/// The currencies that the documentation names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Usd,
    Usdt,
    Cny,
    Php,
    Btc,
}

/// Their codes, in the same order.
pub const CODES: &[&str] = &["USD", "USDT", "CNY", "PHP", "BTC"];
/// Each of them.
pub const CURRENCIES: [Currency; 5] = [Currency::Usd, Currency::Usdt, Currency::Cny, Currency::Php, Currency::Btc];

impl Word for Currency {
    fn word(self) -> &'static str {
        CODES[self as usize]
    }
}

impl Currency {
    /// Finds a currency by its code in capitals.
    pub fn parse(code: &str) -> Option<Self> {
        CURRENCIES.into_iter().find(|it| it.word() == code)
    }

    /// The number of decimals of an amount.
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Usd | Self::Usdt | Self::Cny | Self::Php => 2,
            Self::Btc => 6,
        }
    }

    /// The nearest whole number of its smallest units. `None` when it does not fit.
    pub fn units(self, amount: Decimal) -> Option<i64> {
        money::minor(amount, self.decimals())
    }

    /// Converts smallest units into an amount.
    pub fn amount(self, units: i64) -> Decimal {
        money::major(units, self.decimals())
    }

    /// Whether an amount has no fraction of a smallest unit.
    pub fn can_hold(self, amount: Decimal) -> bool {
        amount.normalize().scale() <= self.decimals()
    }
}

/// Every pair of two of them.
#[rustfmt::skip]
pub const SYMBOLS: &[&str] = &[
    "USD/USDT", "USD/CNY", "USD/PHP", "USD/BTC",
    "USDT/USD", "USDT/CNY", "USDT/PHP", "USDT/BTC",
    "CNY/USD", "CNY/USDT", "CNY/PHP", "CNY/BTC",
    "PHP/USD", "PHP/USDT", "PHP/CNY", "PHP/BTC",
    "BTC/USD", "BTC/USDT", "BTC/CNY", "BTC/PHP",
];

/// A pair: the price of one `base` in `quote`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Symbol {
    pub base: Currency,
    pub quote: Currency,
}

impl Symbol {
    /// A pair of two different currencies.
    pub fn of(base: Currency, quote: Currency) -> Option<Self> {
        (base != quote).then_some(Self { base, quote })
    }

    /// `BTC/CNY`.
    pub fn parse(text: &str) -> Option<Self> {
        let (base, quote) = text.split_once('/')?;
        Self::of(Currency::parse(base)?, Currency::parse(quote)?)
    }

    /// Its number, for [`Self::from_number`].
    pub const fn number(self) -> u64 {
        self.base as u64 * 5 + self.quote as u64
    }

    /// Finds a pair by its number.
    pub fn from_number(number: u64) -> Option<Self> {
        let currency = |index: u64| usize::try_from(index).ok().and_then(|it| CURRENCIES.get(it)).copied();
        Self::of(currency(number / 5)?, currency(number % 5)?)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base.word(), self.quote.word())
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> Self {
        symbol.to_string()
    }
}

impl TryFrom<String> for Symbol {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("this is not a pair of two currencies")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_listed() {
        let pairs = (0..25).filter_map(Symbol::from_number);
        assert_eq!(pairs.map(|it| it.to_string()).collect::<Vec<_>>(), SYMBOLS);
        assert!(SYMBOLS.iter().all(|it| Symbol::parse(it).is_some()));
        assert_eq!(["USD/USD", "USD", "usd/cny", "USD/CNY/", "EUR/USD"].map(Symbol::parse), [None; 5]);
    }
}
