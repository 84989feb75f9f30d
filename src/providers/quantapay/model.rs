//! What is remembered: merchants, checkout sessions, transactions, and what coins cost.

mod coins;
mod fiats;
mod memory;
mod merchants;
mod rates;
mod sessions;
mod status;
mod transactions;

pub use coins::{CHAINS, CODES, Coin};
pub use fiats::Fiat;
pub use memory::{Filter, Memory};
pub use merchants::Merchant;
pub use rates::Rates;
pub use sessions::{DIGITS, Session};
pub use status::{LETTERS, STATUSES, SessionStatus, Status};
pub use transactions::{PRICE_DECIMALS, PRICE_MAX, PURGE, Texts, Transaction, Transfer, WINDOW};

use rust_decimal::Decimal;

/// Decimals of an amount of coins, at most.
pub const COIN_DECIMALS_MAX: u32 = 8;

/// More coins than are ever sent or owned: sums of such amounts are exact.
pub fn coins_max() -> Decimal {
    Decimal::from(10_000_000_000_000_i64)
}
