//! Deposits: transfers to a merchant's wallet.

use serde::{Deserialize, Serialize};

use super::{Currency, Kind, Oid};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::store::Indexed;
use crate::kit::time::Timestamp;
use crate::kit::word::Word;

/// Money that was sent to a merchant's wallet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deposit {
    pub number: u32,
    pub merchant: u32,
    pub id: Oid,
    pub created_at: Timestamp,
    #[serde(flatten)]
    pub head: Head<DepositStatus>,
    pub currency: Currency,
    pub amount_units: i64,
    /// Its row of the ledger.
    pub row: u32,
}

impl Deposit {
    /// Its id in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Deposit.object(self.number)
    }

    pub const fn status(&self) -> DepositStatus {
        self.head.status()
    }
}

impl Indexed for Deposit {
    type Index = ();
    type Keys = ();

    fn keys(&self) {}

    fn file(&self, _: u32, (): &mut ()) {}
}

/// The status of a deposit.
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
