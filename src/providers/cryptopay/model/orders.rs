//! Payment orders, and the transfers that pay them.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Address, Chain, Code, Hash, Token};
use crate::engine::ids::ObjectId;
use crate::kit::lifecycle::Word;
use crate::kit::time::Timestamp;

/// The number of the one transfer that an order takes.
pub const TRANSFER: u32 = 0;

/// One payment order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub number: u32,
    pub merchant: u32,
    /// Its place among the merchant's orders.
    pub nth: u32,
    pub code: Code,
    /// Exactly as it was sent, trailing zeros included.
    pub amount: Decimal,
    pub token: Token,
    pub chain: Chain,
    pub status: OrderStatus,
    /// The count of its steps.
    pub stay: u32,
    pub receiving_address: Address,
    pub nonce: i64,
    pub order_info: Box<str>,
    pub webhook_url: Option<Box<str>>,
    pub redirect_url: Option<Box<str>>,
    /// Where its links begin when no request says.
    pub base: u16,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// The transfer to it, once one is seen.
    pub transaction: Option<u32>,
}

impl Order {
    /// How the engine names it.
    pub const fn object(&self) -> ObjectId {
        ObjectId { kind: 0, number: self.number as u64 }
    }

    /// `ORD-` and its code: what the merchant calls it.
    pub fn order_id(&self) -> String {
        format!("ORD-{}", self.code.text())
    }

    /// Whether it takes a transfer: one alone, before its end.
    pub fn waits(&self) -> bool {
        self.status == OrderStatus::Pending && self.transaction.is_none()
    }
}

/// One transfer to an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    pub number: u32,
    pub order: u32,
    /// Its place among the merchant's transactions.
    pub nth: u32,
    pub hash: Hash,
    pub from_address: Address,
    /// What was really transferred.
    pub amount: Decimal,
    pub token: Token,
    pub status: TransactionStatus,
    pub block: Option<i64>,
    pub confirmations: u32,
    pub created_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    Pending,
    Confirmed,
    Failed,
    Expired,
}

pub const ORDER_STATUSES: &[OrderStatus] = &[OrderStatus::Pending, OrderStatus::Confirmed, OrderStatus::Failed, OrderStatus::Expired];
/// All words of an order's `status`.
pub const ORDER_STATUS_WORDS: &[&str] = &["pending", "confirmed", "failed", "expired"];

impl Word for OrderStatus {
    fn word(self) -> &'static str {
        ORDER_STATUS_WORDS[self as usize]
    }
}

/// Where a transfer stands.
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
