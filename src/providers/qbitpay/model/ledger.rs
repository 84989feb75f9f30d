//! The ledger: a balance is the sum of its rows.

use serde::{Deserialize, Serialize};

use super::{Currency, Kind, Oid};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::store::{Index, Indexed};
use crate::kit::time::Timestamp;
use crate::kit::word::Word;

/// The opening balance of an account in USD and in USDT, in cents.
pub const OPENING_UNITS: i64 = 1_000_000;

/// The largest balance, in smallest units: JavaScript counts exactly up to this number.
pub const BALANCE_UNITS_MAX: i64 = 1 << 53;

/// A merchant's money in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    pub id: Oid,
    pub available_units: i64,
    pub pending_units: i64,
}

impl Balance {
    /// A balance of zero.
    pub const fn empty(id: Oid) -> Self {
        Self { id, available_units: 0, pending_units: 0 }
    }

    /// Adds a row of that status.
    pub const fn add(&mut self, status: RowStatus, net_units: i64) {
        let own = match status {
            RowStatus::Available => &mut self.available_units,
            RowStatus::Pending => &mut self.pending_units,
        };
        *own = own.saturating_add(net_units);
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
    #[serde(flatten)]
    pub head: Head<RowStatus>,
    /// `None` until it is known.
    pub available_on: Option<Timestamp>,
}

impl BalanceTransaction {
    /// Its id in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Row.object(self.number)
    }

    /// The change of the balance.
    pub const fn net_units(&self) -> i64 {
        self.amount_units.saturating_sub(self.fee_units)
    }

    pub const fn status(&self) -> RowStatus {
        self.head.status()
    }
}

impl Indexed for BalanceTransaction {
    /// By merchant, all or those of one kind, in any status or in one.
    type Index = Index<(u32, Option<RowKind>, Option<RowStatus>)>;
    type Keys = RowStatus;

    fn keys(&self) -> RowStatus {
        self.status()
    }

    fn file(&self, number: u32, index: &mut Self::Index) {
        for kind in [None, Some(self.kind)] {
            index.insert((self.merchant, kind, None), number);
            index.insert((self.merchant, kind, Some(self.status())), number);
        }
    }

    fn refile(&self, number: u32, index: &mut Self::Index, before: &RowStatus) {
        for kind in [None, Some(self.kind)] {
            let key = |status| (self.merchant, kind, Some(status));
            index.refile(number, key(*before), key(self.status()));
        }
    }
}

/// The object that caused a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Charge(u32),
    Payout(u32),
    Deposit(u32),
    Order(u32),
}

/// Whether the money is available.
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
