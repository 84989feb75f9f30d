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
use rust_decimal::Decimal;
pub use sessions::{DIGITS, Session};
pub use status::{LETTERS, STATUSES, SessionStatus, Status};
pub use transactions::{Key, PRICE_DECIMALS, PRICE_MAX, PURGE, Texts, Transaction, Transfer, WINDOW};

use crate::engine::ids::ObjectId;

/// The kinds of objects, as the engine counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Transaction,
}

impl Kind {
    /// The name of an object of this kind in the engine.
    pub const fn object(self, number: u32) -> ObjectId {
        ObjectId { kind: self as u8, number: number as u64 }
    }

    /// The kind of an object, and its number.
    pub fn of(object: ObjectId) -> Option<(Self, u32)> {
        let kind = [Self::Transaction].get(usize::from(object.kind)).copied()?;
        Some((kind, u32::try_from(object.number).ok()?))
    }
}

/// The most decimals of an amount of coins.
pub const COIN_DECIMALS_MAX: u32 = 8;

/// The most decimals of a transfer.
pub const PRECISION_MAX: u32 = 18;

/// The sum of two amounts, unless it is above the highest or has more digits than can be kept.
pub fn exact_sum(one: Decimal, other: Decimal) -> Option<Decimal> {
    let sum = one.checked_add(other).filter(|it| *it <= coins_max())?;
    (one.normalize().scale().max(other.normalize().scale()) <= sum.scale()).then_some(sum)
}

/// The highest amount of coins that is ever sent or owned. Sums of such amounts are exact with the decimals of prices; with
/// those of a chain, [`exact_sum`] says whether they are.
pub fn coins_max() -> Decimal {
    Decimal::from(10_000_000_000_000_i64)
}
