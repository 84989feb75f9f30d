//! What is remembered: payouts by number, and who is logged into the portal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::ids::COUNT_MAX;
use crate::engine::ids::ObjectId;
use crate::kit::ids::entity;
use crate::kit::lifecycle::Word;
use crate::kit::time::{Duration, Timestamp};

/// Portal sessions of one sandbox; past it the one unused for longest ends.
pub const SESSIONS_MAX: usize = 1_000;
/// A session that is not used for so long has ended.
pub const SESSION_IDLE: Duration = Duration::from_mins(30);

/// The provider's memory of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Number `n` stands at `n - 1`.
    payouts: Vec<Payout>,
    /// By account, then by order number.
    numbers: BTreeMap<String, BTreeMap<String, u64>>,
    sessions: BTreeMap<String, Session>,
    /// Test events, logins and drawn secrets so far: their draws differ.
    pub tests: u64,
    pub logins: u64,
    pub secrets: u64,
}

/// Somebody who is logged into the portal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub account: String,
    pub csrf_token: String,
    used_at: Timestamp,
}

/// One payout.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payout {
    pub id: u64,
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
    pub status: Status,
    /// The count of its status changes.
    pub stay: u32,
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
        ObjectId { kind: 0, number: self.id }
    }

    /// The number of its draws: that of its orderNumber, so that a payout made before it changes none of them.
    pub fn stream(&self) -> u64 {
        self.order_number.as_ref().map_or(self.id, |number| entity(&[&self.account, number]))
    }

    /// How a tester names it: by the merchant's number, or by its own when it has no other.
    pub fn subject(&self) -> String {
        self.order_number.clone().unwrap_or_else(|| self.id.to_string())
    }
}

impl Memory {
    /// The number of the next payout.
    pub fn next_id(&self) -> u64 {
        self.payouts.len() as u64 + 1
    }

    /// Keeps a payout.
    ///
    /// # Panics
    /// When its number is not the next one: numbers have no gaps.
    pub fn insert(&mut self, payout: Payout) {
        assert_eq!(payout.id, self.next_id(), "payout numbers have no gaps");
        if let Some(number) = &payout.order_number {
            self.numbers.entry(payout.account.clone()).or_default().insert(number.clone(), payout.id);
        }
        self.payouts.push(payout);
    }

    /// Whether every number names what it should, and no count is one that nobody has counted to.
    pub fn is_sound(&self) -> bool {
        let numbered = (1..).zip(&self.payouts).all(|(id, it)| it.id == id && it.stay < u32::MAX);
        let named = self.numbers.iter().flat_map(|(account, it)| it.iter().map(move |(number, id)| (account, number, *id)));
        let owns = |it: &Payout, account: &String, number: &String| it.account == *account && it.order_number.as_ref() == Some(number);
        let mut found = named.map(|(account, number, id)| self.payout(id).is_some_and(|it| owns(it, account, number)));
        numbered && found.all(|it| it) && [self.tests, self.logins, self.secrets].iter().all(|it| *it < COUNT_MAX)
    }

    /// By its own number.
    pub fn payout(&self, id: u64) -> Option<&Payout> {
        self.payouts.get(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    /// By its own number, to change it.
    pub fn payout_mut(&mut self, id: u64) -> Option<&mut Payout> {
        self.payouts.get_mut(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    /// By the merchant's number.
    pub fn by_order_number(&self, account: &str, number: &str) -> Option<&Payout> {
        self.payout(*self.numbers.get(account)?.get(number)?)
    }

    /// By what a tester calls it: an order number of any merchant or, for a payout without one, its own.
    pub fn by_subject(&self, subject: &str) -> Option<&Payout> {
        let ordered = self.numbers.values().find_map(|it| it.get(subject)).and_then(|id| self.payout(*id));
        ordered.or_else(|| self.payout(subject.parse().ok()?).filter(|it| it.order_number.is_none()))
    }

    /// Somebody has logged in; the session they came with ends.
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
