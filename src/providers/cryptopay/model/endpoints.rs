//! Webhook endpoints of merchants, and their events.

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::engine::ids::ObjectId;
use crate::engine::store::{Index, Indexed};
use crate::kit::sign::derived;
use crate::kit::time::Timestamp;
use crate::kit::word::Word;

/// The largest number of endpoints of a merchant.
pub const ENDPOINTS_MAX: usize = 100;

/// A webhook endpoint of a merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    pub number: u32,
    pub merchant: u32,
    pub url: Box<str>,
    /// Its events, in the order in which they were sent.
    pub events: Box<[Notice]>,
    pub is_active: bool,
    pub secret: Box<str>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Endpoint {
    /// Its id in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Endpoint.object(self.number)
    }

    /// A secret derived from these words.
    pub fn secret_from(words: &[&str]) -> Box<str> {
        format!("whsec_{}", &derived(words)[..32]).into()
    }
}

impl Indexed for Endpoint {
    /// By merchant.
    type Index = Index<u32>;
    type Keys = ();

    fn keys(&self) {}

    fn file(&self, number: u32, index: &mut Self::Index) {
        index.insert(self.merchant, number);
    }
}

/// An event by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    #[serde(rename = "payment.pending")]
    Pending,
    #[serde(rename = "payment.confirmed")]
    Confirmed,
    #[serde(rename = "payment.failed")]
    Failed,
    #[serde(rename = "order.expired")]
    Expired,
}

/// In the order of the documentation.
pub const NOTICES: &[Notice] = &[Notice::Pending, Notice::Confirmed, Notice::Failed, Notice::Expired];
/// Their names.
pub const NOTICE_WORDS: &[&str] = &["payment.pending", "payment.confirmed", "payment.failed", "order.expired"];

impl Word for Notice {
    fn word(self) -> &'static str {
        NOTICE_WORDS[self as usize]
    }
}

impl Notice {
    /// The event of that name.
    pub fn of(name: &str) -> Option<Self> {
        NOTICES.iter().copied().find(|it| it.word() == name)
    }
}

/// A receiver of a merchant's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The account's webhook URL: it gets all events, signed with the account's secret.
    Account,
    /// The endpoint of this number.
    Endpoint(u32),
    /// The order's own address, instead of all others, signed with the account's secret.
    Order,
}

impl Target {
    /// Its number in the engine.
    pub const fn number(self) -> u32 {
        match self {
            Self::Account => 0,
            Self::Endpoint(number) => number,
            Self::Order => u32::MAX,
        }
    }

    /// The target of a number.
    pub const fn of(number: u32) -> Self {
        match number {
            0 => Self::Account,
            u32::MAX => Self::Order,
            number => Self::Endpoint(number),
        }
    }
}
