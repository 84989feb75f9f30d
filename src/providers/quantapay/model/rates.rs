//! What coins cost: one table per sandbox. Its prices replace the fixed figures.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{Coin, Fiat};
use crate::kit::money::shortest;

/// Decimals of a rate.
const RATE_DECIMALS: u32 = 8;

/// The prices that were set, by pair: `btc/usd`, `usd/eur`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rates(BTreeMap<String, Decimal>);

impl Rates {
    /// What one coin costs in a currency: the price of the pair, else its price in dollars at the dollar's rate.
    pub fn price(&self, coin: Coin, fiat: Fiat) -> Decimal {
        let whole = self.pair(coin.code(), fiat.code()).unwrap_or_else(|| {
            let dollars = self.pair(coin.code(), Fiat::USD.code()).unwrap_or_else(|| coin.price());
            if self.0.is_empty() && fiat == Fiat::USD { dollars } else { dollars.saturating_mul(self.per_dollar(fiat)) }
        });
        shortest(whole.round_dp_with_strategy(RATE_DECIMALS, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Whether the tester has set prices.
    pub fn is_set(&self) -> bool {
        !self.0.is_empty()
    }

    /// What a dollar buys of a currency.
    pub fn per_dollar(&self, fiat: Fiat) -> Decimal {
        self.pair(Fiat::USD.code(), fiat.code()).unwrap_or_else(|| fiat.per_dollar())
    }

    /// A price in coins, cut to the decimals of the coin. `None`: it is zero, or more than the highest amount.
    pub fn coins(&self, price: Decimal, fiat: Fiat, coin: Coin) -> Option<Decimal> {
        let one = self.price(coin, fiat);
        if one.is_zero() {
            return None;
        }
        let coins = price.checked_div(one)?.trunc_with_scale(coin.decimals()).normalize();
        (Decimal::ZERO < coins && coins <= super::coins_max()).then_some(coins)
    }

    /// Sets a price; the pair is written as `BTC/USD` or `USD/EUR`.
    pub fn set(&mut self, pair: &str, price: Decimal) -> Result<(), String> {
        let pair = pair.to_ascii_lowercase();
        let before = self.0.insert(pair.clone(), price.normalize());
        if self.is_sound() {
            return Ok(());
        }
        match before {
            Some(before) => _ = self.0.insert(pair.clone(), before),
            None => _ = self.0.remove(&pair),
        }
        Err(format!("`{pair}` is not a coin and a currency (BTC/USD) or USD and a currency (USD/EUR), or {price} is not a possible price"))
    }

    fn pair(&self, base: &str, quote: &str) -> Option<Decimal> {
        if self.0.is_empty() { None } else { self.0.get(&format!("{base}/{quote}")).copied() }
    }

    /// Whether every pair is known and every price is possible.
    pub fn is_sound(&self) -> bool {
        let known = |it: &str| {
            let (base, quote) = it.split_once('/').unwrap_or_default();
            (Coin::of(base).is_some() || base == Fiat::USD.code()) && Fiat::of(quote).is_some() && it == it.to_ascii_lowercase()
        };
        let sane = |it: &Decimal| Decimal::ZERO < *it && *it <= super::coins_max() && it.scale() <= RATE_DECIMALS;
        self.0.len() <= 10_000 && self.0.iter().all(|(pair, price)| known(pair) && sane(price))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::money::parse;

    fn decimal(text: &str) -> Decimal {
        parse(text).expect("a number")
    }

    #[test]
    fn a_changed_price_stands_in_place_of_the_fixed_one() {
        let (btc, eur) = (Coin::of("btc").expect("a coin"), Fiat::of("eur").expect("a currency"));
        let rates = |json: &str| serde_json::from_str::<Rates>(json).expect("rates");
        for (changed, usd, in_eur) in [
            ("{}", "64850.25", "59662.23"),
            (r#"{"btc/usd":"50000"}"#, "50000", "46000"),
            (r#"{"usd/eur":"0.5"}"#, "64850.25", "32425.125"),
            (r#"{"btc/eur":"7"}"#, "64850.25", "7"),
        ] {
            let rates = rates(changed);
            assert!(rates.is_sound());
            assert_eq!((rates.price(btc, Fiat::USD), rates.price(btc, eur)), (decimal(usd), decimal(in_eur)), "{changed}");
        }
        for wrong in [r#"{"btc/usd":"0"}"#, r#"{"BTC/USD":"1"}"#, r#"{"usd":"1"}"#, r#"{"btc/nothing":"1"}"#] {
            assert!(!rates(wrong).is_sound(), "{wrong}");
        }
    }

    #[test]
    fn i20_amounts_are_cut_to_the_decimals_of_their_coin() {
        let rates = Rates::default();
        for (price, coin, coins) in [
            ("49.99", "eth", Some("0.025")),
            ("50", "btc", Some("0.00077100")),
            ("10", "usdt", Some("10")),
            ("0.9999999", "usdt", Some("0.999999")),
            ("1", "shib", Some("81300.8")),
            ("0.00000001", "btc", None),
            ("999999999999999", "shib", None),
        ] {
            let got = rates.coins(decimal(price), Fiat::USD, Coin::of(coin).expect("a coin"));
            assert_eq!(got, coins.map(decimal), "{price} {coin}");
        }
    }
}
