//! Where a transaction stands, and where a session does.

use serde::{Deserialize, Serialize};

use crate::kit::word::Word;

/// The status of a transaction, a letter in the API. No call finds a deleted transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    #[serde(rename = "P")]
    Pending,
    #[serde(rename = "C")]
    Completed,
    #[serde(rename = "X")]
    Underpaid,
    #[serde(rename = "R")]
    Refunded,
    #[serde(rename = "deleted")]
    Deleted,
}

/// In the order in which they are entered.
pub const STATUSES: &[Status] = &[Status::Pending, Status::Completed, Status::Underpaid, Status::Refunded, Status::Deleted];

/// The letters that answers show.
pub const LETTERS: &[&str] = &["P", "C", "X", "R"];

impl Word for Status {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "P",
            Self::Completed => "C",
            Self::Underpaid => "X",
            Self::Refunded => "R",
            Self::Deleted => "deleted",
        }
    }
}

impl Status {
    /// The status as a word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Underpaid => "underpaid",
            Self::Refunded => "refunded",
            Self::Deleted => "deleted",
        }
    }

    /// The status with this letter.
    pub fn of(letter: &str) -> Option<Self> {
        STATUSES.iter().copied().find(|it| LETTERS.contains(&letter) && it.word() == letter)
    }
}

/// What a session is at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    Open,
    Completed,
    Expired,
}

impl SessionStatus {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Expired => "expired",
        }
    }
}
