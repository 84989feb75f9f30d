//! What is remembered: payouts by number, and who is logged into the portal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::ids::{COUNT_MAX, ObjectId};
use crate::engine::lifecycle::Head;
use crate::engine::store::{Index, Indexed, Store, digest};
use crate::kit::ids::entity;
use crate::kit::time::{Duration, Timestamp};
use crate::kit::word::Word;

/// Portal sessions of one sandbox; past it the one unused for longest ends.
pub const SESSIONS_MAX: usize = 1_000;
/// A session that is not used for this time has ended.
pub const SESSION_IDLE: Duration = Duration::from_mins(30);

/// The kinds of objects, as the engine counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Payout,
    /// What a test event is about.
    Test,
}

impl ObjectKind {
    /// How the engine names one of them.
    pub const fn object(self, number: u32) -> ObjectId {
        ObjectId { kind: self as u8, number: number as u64 }
    }

    /// Which kind an object is of, and its number.
    pub fn of(object: ObjectId) -> Option<(Self, u32)> {
        let kind = [Self::Payout, Self::Test].get(usize::from(object.kind)).copied()?;
        Some((kind, u32::try_from(object.number).ok()?))
    }
}

/// The provider's memory of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    pub payouts: Store<Payout>,
    sessions: BTreeMap<String, Session>,
    /// Test events, logins and drawn secrets so far: their draws differ.
    pub tests: u64,
    pub logins: u64,
    pub secrets: u64,
}

/// A user who is logged into the portal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub account: String,
    pub csrf_token: String,
    used_at: Timestamp,
}

/// One payout.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payout {
    pub id: u32,
    pub account: String,
    /// The merchant's identifier; a payout made by hand in the portal has none.
    pub order_number: Option<String>,
    /// The provider's identifier, `PAY_2024_12_19_abc123`.
    pub order_id: String,
    pub kopecks: i64,
    pub description: Option<String>,
    pub created_at: Timestamp,
    /// `None` while the recipient has to choose.
    pub kind: Option<Kind>,
    pub channel: Channel,
    #[serde(flatten)]
    pub head: Head<Status>,
    /// The recipient's page, for payouts that have one.
    pub link: Option<Link>,
    pub target: Option<Target>,
    /// The bank's code of the order, once the bank has answered.
    pub bank_order: Option<String>,
}

/// The recipient's page of a payout.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Link {
    pub token: String,
    pub return_url: String,
    pub fail_url: Option<String>,
    /// The page refuses from this moment on.
    pub until: Timestamp,
}

/// Where the money goes, masked: the full number is never remembered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Card { masked_pan: String },
    Phone { masked_phone: String, bank_id: String },
}

/// To what kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Card,
    Sbp,
}

/// Through which bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Vtb,
    Alfa,
}

/// Where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Uploaded,
    Created,
    Processing,
    Success,
    Failed,
    Cancelled,
}

/// In the order of the documentation.
pub const STATUSES: &[Status] =
    &[Status::Uploaded, Status::Created, Status::Processing, Status::Success, Status::Failed, Status::Cancelled];

impl Word for Status {
    fn word(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Created => "created",
            Self::Processing => "processing",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Kind {
    /// As the API writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Sbp => "sbp",
        }
    }
}

impl Channel {
    /// As the API writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Vtb => "vtb",
            Self::Alfa => "alfa",
        }
    }
}

impl Payout {
    /// How the engine names it.
    pub const fn object(&self) -> ObjectId {
        ObjectKind::Payout.object(self.id)
    }

    pub const fn status(&self) -> Status {
        self.head.status()
    }

    /// The number of its draws: that of its orderNumber, so that a payout made before it changes none of them.
    pub fn stream(&self) -> u64 {
        self.order_number.as_ref().map_or(self.id.into(), |number| entity(&[&self.account, number]))
    }

    /// How a tester names it: by the merchant's number, or by its own when it has no other.
    pub fn subject(&self) -> String {
        self.order_number.clone().unwrap_or_else(|| self.id.to_string())
    }
}

impl Indexed for Payout {
    /// By digests of order numbers, which several merchants may use.
    type Index = Index<u64>;
    type Keys = ();

    fn keys(&self) {}

    fn file(&self, number: u32, index: &mut Self::Index) {
        if let Some(order_number) = &self.order_number {
            index.insert(digest(order_number), number);
        }
    }
}

impl Memory {
    /// Whether every number names what it should, and every count can have been counted.
    pub fn is_sound(&self) -> bool {
        let numbered = self.payouts.iter().all(|(id, it)| it.id == id && it.head.generation() < u32::MAX);
        numbered && [self.tests, self.logins, self.secrets].iter().all(|it| *it < COUNT_MAX)
    }

    fn ordered<'a>(&'a self, number: &str) -> impl Iterator<Item = &'a Payout> {
        let found = self.payouts.index().list(digest(number)).filter_map(|it| self.payouts.get(it));
        found.filter(move |it| it.order_number.as_deref() == Some(number))
    }

    /// By the merchant's number.
    pub fn by_order_number(&self, account: &str, number: &str) -> Option<&Payout> {
        self.ordered(number).find(|it| it.account == account)
    }

    /// By what a tester calls it: an order number, of the first of the merchants who use it, or its own number when it has
    /// no other.
    pub fn by_subject(&self, subject: &str) -> Option<&Payout> {
        let ordered = self.ordered(subject).min_by_key(|it| &it.account);
        ordered.or_else(|| self.payouts.get(subject.parse().ok()?).filter(|it| it.order_number.is_none()))
    }

    /// A user of the portal has logged in; the session that they came with ends.
    pub fn log_in(&mut self, before: Option<&str>, id: String, account: String, csrf_token: String, now: Timestamp) {
        before.map(|it| self.sessions.remove(it));
        self.sessions.retain(|_, it| is_alive(it, now));
        while SESSIONS_MAX <= self.sessions.len()
            && let Some(oldest) = self.sessions.iter().min_by_key(|it| it.1.used_at).map(|it| it.0.clone())
        {
            self.sessions.remove(&oldest);
        }
        self.sessions.insert(id, Session { account, csrf_token, used_at: now });
    }

    /// The session of that cookie.
    pub fn session(&self, id: &str, now: Timestamp) -> Option<&Session> {
        self.sessions.get(id).filter(|it| is_alive(it, now))
    }

    /// The session was used: its idle time begins anew.
    pub fn touch(&mut self, id: &str, now: Timestamp) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.used_at = now;
        }
    }
}

fn is_alive(session: &Session, now: Timestamp) -> bool {
    now.duration_since(session.used_at) < SESSION_IDLE
}
