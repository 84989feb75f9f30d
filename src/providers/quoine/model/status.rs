//! The status of an invoice.

use serde::{Deserialize, Serialize};

use crate::kit::word::Word;

/// `system_status`; the merchant's `invoice_status` follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ready,
    Unconfirmed,
    Confirmed,
    Captured,
    Complete,
    Expired,
    Invalid,
}

/// In the order of the documentation.
pub const STATUSES: &[Status] =
    &[Status::Ready, Status::Unconfirmed, Status::Confirmed, Status::Captured, Status::Complete, Status::Expired, Status::Invalid];

/// All words of `system_status`.
pub const SYSTEM_STATUSES: &[&str] = &["ready", "unconfirmed", "confirmed", "captured", "complete", "expired", "invalid"];
/// All words of `invoice_status`.
pub const INVOICE_STATUSES: &[&str] = &["payment_awaited", "payment_detected", "payment_confirmed", "payment_expired"];

impl Word for Status {
    fn word(self) -> &'static str {
        SYSTEM_STATUSES[self as usize]
    }
}

impl Status {
    /// The word for merchants.
    pub const fn for_merchants(self) -> &'static str {
        match self {
            Self::Ready => "payment_awaited",
            Self::Unconfirmed => "payment_detected",
            Self::Confirmed | Self::Captured | Self::Complete => "payment_confirmed",
            Self::Expired | Self::Invalid => "payment_expired",
        }
    }
}
