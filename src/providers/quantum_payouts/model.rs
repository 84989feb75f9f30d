//! What is remembered: payouts by number, and the sessions of the portal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::ids::{COUNT_MAX, ObjectId};
use crate::engine::lifecycle::Head;
use crate::engine::provider::Beside;
use crate::engine::store::{Indexed, Rarely, Store, digest};
use crate::kit::fields::is_browser_url;
use crate::kit::flaw::{Flaw, Required, distinct, part};
use crate::kit::heap;
use crate::kit::ids::entity;
use crate::kit::time::{Duration, Timestamp};
use crate::kit::word::Word;

/// The most portal sessions of a sandbox; a further login ends the session that was unused for the longest time.
pub const SESSIONS_MAX: usize = 1_000;
/// A session ends after this time without use.
pub const SESSION_IDLE: Duration = Duration::from_mins(30);

/// The kinds of objects, as the engine counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Payout,
    /// The made-up payout of a test event.
    Test,
}

impl ObjectKind {
    /// The name of an object of this kind in the engine.
    pub const fn object(self, number: u32) -> ObjectId {
        ObjectId { kind: self as u8, number: number as u64 }
    }

    /// The kind of an object, and its number.
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
    /// The number of test events, logins and drawn secrets so far; each draws from a stream of its own.
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
    /// The page refuses details from this moment on.
    pub until: Timestamp,
}

/// Where the money goes, masked: the full number is not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Card { masked_pan: String },
    Phone { masked_phone: String, bank_id: String },
}

/// The kind of destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Card,
    Sbp,
}

/// The bank that processes the payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Vtb,
    Alfa,
}

/// The status of a payout.
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
    /// Its name in the engine.
    pub const fn object(&self) -> ObjectId {
        ObjectKind::Payout.object(self.id)
    }

    pub const fn status(&self) -> Status {
        self.head.status()
    }

    /// The stream of its draws. It depends on the orderNumber alone, so that an earlier payout does not change the draws.
    pub fn stream(&self) -> u64 {
        self.order_number.as_ref().map_or(self.id.into(), |number| entity(&[&self.account, number]))
    }

    /// Its name for testers: the merchant's number, or its own number without one.
    pub fn subject(&self) -> String {
        self.order_number.clone().unwrap_or_else(|| self.id.to_string())
    }
}

impl Payout {
    fn judge(&self, id: u32, beside: Beside<'_>) -> Result<(), Flaw> {
        (self.id == id).or_flaw(|| "/id".to_owned(), "the numbers of payouts begin with 1 and have no gaps")?;
        beside.judge_owner(&self.account, || "/account".to_owned())?;
        beside.judge_moment(self.created_at, || "/created_at".to_owned())?;
        (self.head.generation() < u32::MAX).or_flaw(|| "/generation".to_owned(), "the count is too high")?;
        (0 < self.kopecks).or_flaw(|| "/kopecks".to_owned(), "it is not above 0")?;
        if let Some(link) = &self.link {
            is_browser_url(&link.return_url).or_flaw(|| "/link/return_url".to_owned(), "no browser may be sent there")?;
            let fail_url = link.fail_url.as_deref().is_none_or(is_browser_url);
            fail_url.or_flaw(|| "/link/fail_url".to_owned(), "no browser may be sent there")?;
        }
        let fits = match (&self.target, self.kind) {
            (None, _) => true,
            (Some(Target::Card { .. }), kind) => kind == Some(Kind::Card),
            (Some(Target::Phone { .. }), kind) => kind == Some(Kind::Sbp),
        };
        fits.or_flaw(|| "/target".to_owned(), "the payout is of another kind")
    }
}

impl Indexed for Payout {
    /// By digests of order numbers, which several merchants may use.
    type Index = Rarely<u64>;
    type Keys = ();

    fn keys(&self) {}

    fn heap(&self) -> usize {
        let own =
            [Some(&self.account), self.order_number.as_ref(), Some(&self.order_id), self.description.as_ref(), self.bank_order.as_ref()];
        let link = self.link.as_ref().map_or([None; 3], |it| [Some(&it.token), Some(&it.return_url), it.fail_url.as_ref()]);
        let target = match &self.target {
            None => [None; 2],
            Some(Target::Card { masked_pan }) => [Some(masked_pan), None],
            Some(Target::Phone { masked_phone, bank_id }) => [Some(masked_phone), Some(bank_id)],
        };
        own.into_iter().chain(link).chain(target).flatten().map(|it| heap::block(it.len())).sum()
    }

    fn file(&self, number: u32, index: &mut Self::Index) {
        if let Some(order_number) = &self.order_number {
            index.push(digest(order_number), number);
        }
    }
}

impl Memory {
    /// Whether every number refers to the right object, every key to one object only, and every count is possible.
    ///
    /// # Errors
    /// The first place that is wrong.
    pub fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        for (id, it) in self.payouts.iter() {
            it.judge(id, beside).map_err(|flaw| flaw.below(&format!("/payouts/{}", id - 1)))?;
        }
        let all = || self.payouts.all().iter();
        let numbers = all().map(|it| it.order_number.as_ref().map(|own| (&it.account, own)));
        distinct(numbers, |place| format!("/payouts/{place}/order_number"), "two payouts of an account have the same")?;
        distinct(all().map(|it| Some(&it.order_id)), |place| format!("/payouts/{place}/order_id"), "two payouts have the same")?;
        for (id, it) in &self.sessions {
            let at = |name: &str| format!("/sessions/{}/{name}", part(id));
            beside.judge_owner(&it.account, || at("account"))?;
            beside.judge_moment(it.used_at, || at("used_at"))?;
        }
        (self.sessions.len() <= SESSIONS_MAX).or_flaw(|| "/sessions".to_owned(), "it has too many entries")?;
        for (name, count) in [("tests", self.tests), ("logins", self.logins), ("secrets", self.secrets)] {
            (count < COUNT_MAX).or_flaw(|| format!("/{name}"), "the count is too high")?;
        }
        Ok(())
    }

    fn with_order_number<'a>(&'a self, number: &str) -> impl Iterator<Item = &'a Payout> {
        let found = self.payouts.index().list(digest(number)).filter_map(|it| self.payouts.get(it));
        found.filter(move |it| it.order_number.as_deref() == Some(number))
    }

    /// By the merchant's number.
    pub fn by_order_number(&self, account: &str, number: &str) -> Option<&Payout> {
        self.with_order_number(number).find(|it| it.account == account)
    }

    /// By its name for testers: an order number, of the first merchant that uses it, or its own number if it has no order
    /// number.
    pub fn by_subject(&self, subject: &str) -> Option<&Payout> {
        let found = self.with_order_number(subject).min_by_key(|it| &it.account);
        found.or_else(|| self.payouts.get(subject.parse().ok()?).filter(|it| it.order_number.is_none()))
    }

    /// A user of the portal logs in; the session in the cookie of the request ends.
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

    /// The session with this id.
    pub fn session(&self, id: &str, now: Timestamp) -> Option<&Session> {
        self.sessions.get(id).filter(|it| is_alive(it, now))
    }

    /// The session is used: its idle time starts again.
    pub fn touch(&mut self, id: &str, now: Timestamp) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.used_at = now;
        }
    }
}

fn is_alive(session: &Session, now: Timestamp) -> bool {
    now.duration_since(session.used_at) < SESSION_IDLE
}
