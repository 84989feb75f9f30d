//! The ledger: a balance is the sum of its rows.

use serde::{Deserialize, Serialize};

use super::{Currency, Kind, Oid};
use crate::engine::ids::ObjectId;
use crate::kit::lifecycle::Word;
use crate::kit::time::Timestamp;

/// No balance grows beyond this many units: JavaScript could not tell them apart.
pub const BALANCE_UNITS_MAX: i64 = 1 << 53;

/// A merchant's money in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    pub id: Oid,
    pub available_units: i64,
    pub pending_units: i64,
}

impl Balance {
    /// One that holds nothing yet.
    pub const fn empty(id: Oid) -> Self {
        Self { id, available_units: 0, pending_units: 0 }
    }

    /// A row has been added to it.
    pub fn add(&mut self, row: &BalanceTransaction) {
        let own = match row.status {
            RowStatus::Available => &mut self.available_units,
            RowStatus::Pending => &mut self.pending_units,
        };
        *own = own.saturating_add(row.net_units());
    }
}

/// A change of a balance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BalanceTransaction {
    pub number: u32,
    pub merchant: u32,
    pub id: Oid,
    pub created_at: Timestamp,
    pub currency: Currency,
    pub kind: RowKind,
    /// The object that caused it.
    pub source: Source,
    pub amount_units: i64,
    pub fee_units: i64,
    pub status: RowStatus,
    /// Not known as long as nobody can say.
    pub available_on: Option<Timestamp>,
}

impl BalanceTransaction {
    /// How the engine names it.
    pub const fn object(&self) -> ObjectId {
        Kind::Row.object(self.number)
    }

    /// What it adds to the balance.
    pub const fn net_units(&self) -> i64 {
        self.amount_units.saturating_sub(self.fee_units)
    }

    /// In which of its stays it is.
    pub const fn stay(&self) -> u32 {
        match self.status {
            RowStatus::Pending => 0,
            RowStatus::Available => 1,
        }
    }
}

/// What a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Charge(u32),
    Payout(u32),
    Deposit(u32),
    Order(u32),
}

/// Whether the money can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowStatus {
    Pending,
    Available,
}

/// Both.
pub const ROW_STATUSES: &[RowStatus] = &[RowStatus::Pending, RowStatus::Available];

impl Word for RowStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
        }
    }
}

/// Why the balance changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    Charge,
    Payout,
    PayoutCancel,
    PayoutFailure,
    Order,
    Deposit,
}

/// Each of them.
pub const ROW_KINDS: &[RowKind] =
    &[RowKind::Charge, RowKind::Payout, RowKind::PayoutCancel, RowKind::PayoutFailure, RowKind::Order, RowKind::Deposit];

impl Word for RowKind {
    fn word(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Payout => "payout",
            Self::PayoutCancel => "payout_cancel",
            Self::PayoutFailure => "payout_failure",
            Self::Order => "order",
            Self::Deposit => "deposit",
        }
    }
}
