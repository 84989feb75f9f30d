//! Payouts and their destinations.

use serde::{Deserialize, Serialize};

use super::{Currency, Kind, Oid, PaymentType};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::store::{Index, Indexed};
use crate::kit::heap;
use crate::kit::time::{Duration, Timestamp, end_of_time, later};
use crate::kit::word::Word;

/// The announced duration of a payout.
const ARRIVES_AFTER: Duration = Duration::from_hours(48);

/// One payout.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payout {
    pub number: u32,
    pub merchant: u32,
    pub id: Oid,
    pub created_at: Timestamp,
    #[serde(flatten)]
    pub head: Head<PayoutStatus>,
    pub currency: Currency,
    /// What the recipient gets.
    pub amount_units: i64,
    pub fee_units: i64,
    pub description: Option<Box<str>>,
    pub external_order_id: Option<Box<str>>,
    pub destination: Oid,
    pub paid_at: Option<Timestamp>,
    /// Its row of the ledger, and the row that reverses it.
    pub row: u32,
    pub reversal: Option<u32>,
}

impl Payout {
    /// Its id in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Payout.object(self.number)
    }

    pub const fn status(&self) -> PayoutStatus {
        self.head.status()
    }

    /// The moment of arrival; until then, the announced moment.
    pub fn arrival_date(&self) -> Timestamp {
        self.paid_at.or_else(|| later(self.created_at, ARRIVES_AFTER)).unwrap_or_else(end_of_time)
    }
}

impl Indexed for Payout {
    /// By merchant, all or those to one destination, in any status or in one.
    type Index = Index<(u32, Option<Oid>, Option<PayoutStatus>)>;
    type Keys = PayoutStatus;

    fn keys(&self) -> PayoutStatus {
        self.status()
    }

    fn heap(&self) -> usize {
        let texts = [&self.description, &self.external_order_id].into_iter().flatten();
        texts.map(|it| heap::block(it.len())).sum()
    }

    fn file(&self, number: u32, index: &mut Self::Index) {
        for destination in [None, Some(self.destination)] {
            index.insert((self.merchant, destination, None), number);
            index.insert((self.merchant, destination, Some(self.status())), number);
        }
    }

    fn refile(&self, number: u32, index: &mut Self::Index, before: &PayoutStatus) {
        for destination in [None, Some(self.destination)] {
            let key = |status| (self.merchant, destination, Some(status));
            index.refile(number, key(*before), key(self.status()));
        }
    }
}

/// The status of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PayoutStatus {
    Pending,
    InTransit,
    Paid,
    Failed,
    Cancelled,
}

/// In the order of the documentation.
pub const PAYOUT_STATUSES: &[PayoutStatus] =
    &[PayoutStatus::Pending, PayoutStatus::InTransit, PayoutStatus::Paid, PayoutStatus::Failed, PayoutStatus::Cancelled];

impl Word for PayoutStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InTransit => "inTransit",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A payment method of payouts. The same details are the same destination.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Destination {
    pub kind: PaymentType,
    /// In the order of answers.
    pub details: Vec<(Detail, String)>,
}

/// A detail of a destination, under its key in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Detail {
    PayerName,
    BankAccountNum,
    BankRoutingNum,
    BankName,
    BankDetailName,
    BankAddr,
    Swift,
    Country,
    States,
    State,
    City,
    PostalCode,
    Addr,
}

/// Each of them, in the order of answers.
pub const DETAILS: [Detail; 13] = [
    Detail::PayerName,
    Detail::BankAccountNum,
    Detail::BankRoutingNum,
    Detail::BankName,
    Detail::BankDetailName,
    Detail::BankAddr,
    Detail::Swift,
    Detail::Country,
    Detail::States,
    Detail::State,
    Detail::City,
    Detail::PostalCode,
    Detail::Addr,
];
