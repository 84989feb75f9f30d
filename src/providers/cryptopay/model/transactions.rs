//! The transfers that pay orders.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Address, Chain, Hash, Kind, Token};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::store::{Indexed, Lookup, RankIndex};
use crate::kit::time::Timestamp;
use crate::kit::word::Word;

/// One transfer to an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    pub number: u32,
    pub order: u32,
    /// The order's merchant and chain.
    pub merchant: u32,
    pub chain: Chain,
    /// Its place among the merchant's transactions.
    pub nth: u32,
    pub hash: Hash,
    pub from_address: Address,
    /// The transferred amount.
    pub amount: Decimal,
    pub token: Token,
    #[serde(flatten)]
    pub head: Head<TransactionStatus>,
    pub block: Option<i64>,
    pub confirmations: u32,
    pub created_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
}

impl Transaction {
    /// Its id in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Transaction.object(self.number)
    }

    pub const fn status(&self) -> TransactionStatus {
        self.head.status()
    }

    /// The filters with this `status` that it passes.
    fn filters(&self, status: Option<TransactionStatus>) -> [TransactionFilter; 2] {
        [None, Some(self.chain)].map(|chain| (status, chain))
    }
}

/// A filter of transactions; `None` allows all.
pub type TransactionFilter = (Option<TransactionStatus>, Option<Chain>);

/// Indexes of transactions.
#[derive(Clone, Debug, Default)]
pub struct TransactionIndex {
    pub hashes: Lookup<Hash>,
    /// By merchant.
    pub lists: RankIndex<u32, TransactionFilter>,
}

impl Indexed for Transaction {
    type Index = TransactionIndex;
    type Keys = TransactionStatus;

    fn keys(&self) -> TransactionStatus {
        self.status()
    }

    fn file(&self, number: u32, index: &mut TransactionIndex) {
        index.hashes.insert(self.hash, number);
        index.lists.push(self.merchant, number, self.filters(None).into_iter().chain(self.filters(Some(self.status()))));
    }

    fn refile(&self, number: u32, index: &mut TransactionIndex, before: &TransactionStatus) {
        index.lists.refile(&self.merchant, number, self.filters(Some(*before)), self.filters(Some(self.status())));
    }
}

/// The status of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransactionStatus {
    Pending,
    Confirmed,
    Failed,
}

pub const TRANSACTION_STATUSES: &[TransactionStatus] =
    &[TransactionStatus::Pending, TransactionStatus::Confirmed, TransactionStatus::Failed];
/// All words of a transaction's `status`.
pub const TRANSACTION_STATUS_WORDS: &[&str] = &["pending", "confirmed", "failed"];

impl Word for TransactionStatus {
    fn word(self) -> &'static str {
        TRANSACTION_STATUS_WORDS[self as usize]
    }
}
