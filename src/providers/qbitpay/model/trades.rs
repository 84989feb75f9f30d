//! Orders, which trade at once, and deposits, which arrive with the chain.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Currency, Kind, Oid, Symbol};
use crate::engine::ids::ObjectId;
use crate::kit::lifecycle::Word;
use crate::kit::time::Timestamp;

/// One order, which was executed when it was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub number: u32,
    pub merchant: u32,
    pub id: Oid,
    pub created_at: Timestamp,
    pub symbol: Symbol,
    pub direction: Direction,
    pub base_units: i64,
    pub price: Decimal,
    pub cost_units: i64,
    pub fee_units: i64,
    pub external_order_id: Option<Box<str>>,
    /// The ledger's row in the base currency; the one in the quote currency follows it.
    pub row: u32,
}

/// Which way an order goes, from the merchant's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Buy,
    Sell,
}

impl Word for Direction {
    fn word(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// The one status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    Closed,
}

impl Word for OrderStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
        }
    }
}

/// Money that somebody has sent to a merchant's wallet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deposit {
    pub number: u32,
    pub merchant: u32,
    pub id: Oid,
    pub created_at: Timestamp,
    pub status: DepositStatus,
    pub stay: u32,
    pub currency: Currency,
    pub amount_units: i64,
    /// The ledger's row.
    pub row: u32,
}

impl Deposit {
    /// How the engine names it.
    pub const fn object(&self) -> ObjectId {
        Kind::Deposit.object(self.number)
    }
}

/// Where a deposit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DepositStatus {
    Seen,
    Credited,
}

/// Both.
pub const DEPOSIT_STATUSES: &[DepositStatus] = &[DepositStatus::Seen, DepositStatus::Credited];

impl Word for DepositStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Credited => "credited",
        }
    }
}
