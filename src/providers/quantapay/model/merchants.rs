//! What a merchant owns: prepaid credits, and a wallet for each coin.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{Coin, Transaction, coins_max, exact_sum};

/// Hundredths of a percent of each completed payment.
const FEE_BASIS_POINTS: i64 = 80;
/// Decimals of credits.
const CENTS: u32 = 2;
/// What every merchant begins with, in cents and in coins.
const OPENING_CENTS: i64 = 15_000;
const OPENING_COINS: &[(&str, i64, u32)] = &[("btc", 5_432, 4), ("eth", 12_345, 3)];

/// One merchant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Merchant {
    pub account: String,
    /// Dollars. The fee of each payment is taken from them; they may fall below zero.
    pub credits: Decimal,
    /// What the merchant began with, where it differs from the default: credits, and what each wallet held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opening_credits: Option<Decimal>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    opening_coins: BTreeMap<Coin, Decimal>,
    /// What each coin's wallet has received since the beginning.
    received: BTreeMap<Coin, Decimal>,
    /// The part of it that has not paid for anything.
    strays: BTreeMap<Coin, Decimal>,
    /// The number of sessions and of transactions made for them.
    pub sessions: u32,
    pub transactions: u32,
}

impl Merchant {
    /// A merchant with the default credits and wallets.
    pub fn new(account: &str) -> Self {
        Self { account: account.to_owned(), credits: Decimal::new(OPENING_CENTS, CENTS), ..Self::default() }
    }

    /// Sets the credits to begin with.
    pub fn begin_with_credits(&mut self, credits: Decimal) {
        (self.opening_credits, self.credits) = (Some(credits), credits);
    }

    /// Sets the amount in a coin's wallet to begin with.
    pub fn begin_with(&mut self, coin: Coin, amount: Decimal) {
        self.opening_coins.insert(coin, amount);
    }

    /// What is in the wallet of a coin.
    pub fn balance(&self, coin: Coin) -> Decimal {
        self.opening(coin) + self.received.get(&coin).copied().unwrap_or_default()
    }

    /// What was in it at the beginning.
    fn opening(&self, coin: Coin) -> Decimal {
        let usual = || OPENING_COINS.iter().find(|it| it.0 == coin.code()).map_or(Decimal::ZERO, |it| Decimal::new(it.1, it.2));
        self.opening_coins.get(&coin).copied().unwrap_or_else(usual)
    }

    /// Whether a wallet can hold this amount in addition.
    pub fn has_room(&self, coin: Coin, amount: Decimal) -> bool {
        exact_sum(self.received.get(&coin).copied().unwrap_or_default(), amount).is_some()
    }

    /// Coins arrive. `false`: the wallet cannot hold them.
    pub fn receive(&mut self, coin: Coin, amount: Decimal) -> bool {
        let fits = self.has_room(coin, amount);
        if fits {
            *self.received.entry(coin).or_default() += amount;
        }
        fits
    }

    /// Coins that had arrived were never sent.
    pub fn give_back(&mut self, coin: Coin, amount: Decimal) {
        let left = self.received.get(&coin).copied().unwrap_or_default() - amount;
        if left.is_zero() {
            self.received.remove(&coin);
        } else {
            self.received.insert(coin, left.normalize());
        }
    }

    /// Notes that coins have arrived which do not pay for anything.
    pub fn stray(&mut self, coin: Coin, amount: Decimal) {
        *self.strays.entry(coin).or_default() += amount;
    }

    /// Takes the fee of a payment of this number of dollars, and returns it.
    pub fn pay_fee(&mut self, dollars: Decimal) -> Decimal {
        let exact = dollars.saturating_mul(Decimal::new(FEE_BASIS_POINTS, 4));
        let fee = exact.round_dp_with_strategy(CENTS, RoundingStrategy::MidpointAwayFromZero);
        self.credits = self.credits.saturating_sub(fee);
        fee
    }

    /// Whether credits and wallets are the sums of these payments, of their fees and of the coins that arrived for them.
    pub fn is_sound<'a>(&self, payments: impl Iterator<Item = &'a Transaction>) -> bool {
        let coins = |it: &Decimal| Decimal::ZERO <= *it && *it <= coins_max() && it.scale() <= super::PRECISION_MAX;
        if !self.received.values().chain(self.strays.values()).chain(self.opening_coins.values()).all(coins) {
            return false;
        }
        let opening = self.opening_credits.unwrap_or(Decimal::new(OPENING_CENTS, CENTS));
        let (mut credits, mut received, mut count) = (opening, self.strays.clone(), 0);
        for it in payments {
            count += 1;
            credits = credits.saturating_sub(it.fee);
            if let Some(transfer) = &it.transfer {
                let sum = received.entry(it.coin).or_default();
                *sum = sum.saturating_add(transfer.amount);
            }
        }
        count == self.transactions && credits == self.credits && received == self.received
    }
}
