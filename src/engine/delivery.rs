//! A webhook that is owed, its attempts, and what came of each.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::ids::{ObjectId, ProviderId};
use super::matching::Matcher;
use super::rules::{WebhookFault, selects_attempts};
use crate::kit::fields::Field;
use crate::kit::heap;
use crate::kit::http::{HeaderMap, HeaderName, HeaderValue, Kept, KeptHeaders, header};
use crate::kit::time::{Duration, Timestamp};
use crate::kit::webhook_url::WebhookUrl;

mod alteration;
mod answering;
mod sent;

pub use alteration::{Alteration, Proven};
pub use answering::{AppliedAnswers, AppliedRules};
pub use sent::Sent;

/// Playmoney's own header, with the id of a delivery. The control API refuses requests with it, so that a webhook cannot
/// reach it through another server. It is not sent to loopback addresses: there a server knows its own.
pub const MARK: HeaderName = HeaderName::from_static("playmoney-delivery");

/// Connections to one host and port at a time. Further attempts wait; their time limit begins later.
pub const CONNECTIONS_PER_TARGET_MAX: usize = 64;

/// This much of a receiver's answer is kept.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// One event for one target.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub id: u64,
    pub provider_id: ProviderId,
    pub account: String,
    pub event: String,
    /// What the merchant calls the object: an order number.
    pub subject: String,
    pub object: ObjectId,
    /// Which of the account's targets, as the provider counts them; 0 where it has only one.
    pub target: u32,
    /// The target of the latest attempt; before the first attempt, the target of the event.
    pub url: String,
    /// The number of its next attempt among all attempts that were made; before the first, of the event.
    pub made: u64,
    pub status: Status,
    /// Why it has ended, where its attempts do not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    pub created_at: Timestamp,
    pub next_attempt_at: Option<Timestamp>,
    /// How many attempts of the schedule have left. A resend does not count.
    pub scheduled: u32,
    /// A test delivery: one attempt, no retries.
    pub once: bool,
    pub body: Kept,
    /// The provider's own identifier of the event, the same on every attempt.
    pub event_id: String,
    pub attempts: Vec<Attempt>,
    /// What a rule does to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Box<AppliedFault>>,
    /// What a rule lets the provider take for the receiver's answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Box<AppliedAnswers>>,
}

/// A rule that has fired on a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppliedFault {
    pub rule: String,
    pub how: WebhookFault,
    /// The attempts on which it acts; by default, on all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Matcher>,
}

impl AppliedFault {
    /// Whether a rule can do this: it may come from a saved state.
    pub fn is_sound(&self) -> bool {
        self.how.is_sound() && self.attempt.as_ref().is_none_or(selects_attempts)
    }

    /// What it costs in memory.
    pub fn cost(&self) -> usize {
        let pair = |(one, other): &(String, String)| size_of::<(String, String)>() + heap::block(one.len()) + heap::block(other.len());
        let patch = self.how.patch.iter();
        let removed = patch.clone().flat_map(|patch| &patch.remove).map(|it| size_of::<String>() + heap::block(it.len()));
        let pairs = self.how.tamper.iter().chain(&self.how.headers).chain(patch.flat_map(|it| &it.set)).map(pair);
        let attempt = self.attempt.as_ref().and_then(|it| serde_json::to_value(it).ok()).map_or(0, |it| heap::json(&it));
        heap::block(size_of::<Self>()) + heap::block(self.rule.len()) + attempt + removed.chain(pairs).sum::<usize>()
    }

    /// What it does to that attempt of the schedule.
    pub fn on_attempt(&self, number: u32) -> Option<&WebhookFault> {
        self.attempt.as_ref().is_none_or(|it| it.fits(Some(&number.into()))).then_some(&self.how)
    }
}

impl Delivery {
    /// The number of the attempt that is made next.
    pub fn next_number(&self) -> u32 {
        self.attempts.iter().map(|it| it.number).max().unwrap_or(0).saturating_add(1)
    }

    /// Which attempt of the schedule that one is, from 1; the next one may have left meanwhile. `None`: a tester has asked for it.
    pub fn schedule_number(&self, id: AttemptId) -> Option<u32> {
        let is_resend = self.attempts.iter().any(|it| it.is(id) && it.resend);
        let until_then = self.attempts.iter().filter(|it| it.copy == 0 && !it.resend && it.number <= id.number);
        (!is_resend).then(|| u32::try_from(until_then.count()).unwrap_or(u32::MAX))
    }

    /// Whether it is in no queue: it is a test, or a rule delays or reorders it.
    pub fn is_outside_queues(&self) -> bool {
        self.once || self.fault.as_ref().is_some_and(|it| it.how.delay.is_some() || it.how.reorder)
    }
}

/// An event of which a merchant gets a webhook.
#[derive(Clone, Debug)]
pub struct Event {
    pub name: &'static str,
    pub id: String,
    pub account: String,
    pub subject: String,
    pub object: ObjectId,
    pub url: String,
    pub body: Bytes,
    /// One attempt, no retries.
    pub once: bool,
}

/// An attempt as it leaves.
#[derive(Clone, Debug)]
pub struct Signed {
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The text that was signed, if any.
    pub signed: Option<String>,
    /// The date that a receiver may judge.
    pub dated: Option<Dated>,
}

/// The date of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    pub at: Timestamp,
    /// A receiver that follows the documentation refuses a date that is further from its own clock.
    pub window: Duration,
}

impl Dated {
    /// Whether a receiver with that clock refuses it.
    pub fn is_far_from(self, date: Timestamp) -> bool {
        self.window < self.at.duration_since(date).abs()
    }
}

/// Adds the user name and the password of an address, in place of those of another address. The header stays as it is when
/// the provider's own signature takes it.
pub fn authorize(headers: &mut HeaderMap, url: &str) {
    if headers.get(header::AUTHORIZATION).is_some_and(is_basic) {
        headers.remove(header::AUTHORIZATION);
    }
    if let Some(basic) = WebhookUrl::parse(url).ok().and_then(|it| it.basic) {
        headers.entry(header::AUTHORIZATION).or_insert(basic);
    }
}

/// Whether a value of `Authorization` is a user name and a password.
pub fn is_basic(value: &HeaderValue) -> bool {
    value.as_bytes().starts_with(b"Basic ")
}

/// The status of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Pending,
    Delivered,
    Failed,
}

impl Status {
    /// As the control API writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// Why a delivery has ended without a further attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Its account or object has no address for webhooks any more.
    NoTarget,
}

/// One request to a receiver, and its outcome.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Attempt {
    pub number: u32,
    pub at: Timestamp,
    pub headers: KeptHeaders,
    #[serde(default, skip_serializing_if = "Sent::is_whole")]
    pub body: Sent,
    /// The text that was signed; in a saved state, `null` if none was. Left out, it is the one that the provider signs.
    #[serde(default = "Sent::signed", skip_serializing_if = "Sent::is_signed")]
    pub signed: Option<Sent>,
    /// `None` while the request is under way.
    pub outcome: Option<Outcome>,
    /// The request was under way when the sandbox was saved, and was sent again when it was restored.
    pub repeated: bool,
    /// A tester asked for it, outside the schedule.
    pub resend: bool,
    /// Its index among the duplicates that a rule makes; the outcome of 0 counts.
    #[serde(default)]
    pub copy: u32,
    /// What a rule has changed in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altered: Option<Alteration>,
    /// What it waits for, if it has not left. That belongs to the process, and is not saved.
    #[serde(skip)]
    pub waits_for: Option<WaitsFor>,
}

/// What an attempt waits for before it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The attempts that were made before it for the same target.
    Turn,
    /// One of the [`CONNECTIONS_PER_TARGET_MAX`] connections to its host and port.
    Target,
    /// One of the connections that the server may have for webhooks.
    Connection,
    /// A descriptor, a port or memory of this machine.
    Machine,
}

impl Attempt {
    /// Whether it is the one of that id, among those of its delivery.
    pub fn is(&self, id: AttemptId) -> bool {
        (self.number, self.copy) == (id.number, id.copy)
    }
}

/// The outcome of one attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub result: Result<Answer, Failure>,
    /// Simulated time until it was known: zero unless an inbox or a rule delays.
    pub took: Duration,
    /// What the sender of a request to a real receiver has to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<Box<Remarks>>,
}

/// What only the sender of a real request can know. An inbox has none, so that its outcomes are the same in every run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Remarks {
    /// Why the attempt failed.
    pub detail: Option<String>,
    /// What can be done about it.
    pub hint: Option<String>,
    /// The request carried Playmoney's mark.
    pub marked: bool,
    /// How long it has waited for a place on this machine, in milliseconds of real time, if that was long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<u64>,
}

impl Remarks {
    /// `None`: they say nothing.
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }

    /// What they cost in memory.
    pub fn cost(&self) -> usize {
        let texts = [&self.detail, &self.hint].into_iter().flatten().map(|it| heap::block(it.len()));
        heap::block(size_of::<Self>()) + texts.sum::<usize>()
    }
}

impl Outcome {
    /// A receiver that answers with this status at once.
    pub fn status(status: u16) -> Self {
        Self { result: Ok(Answer { status, ..Answer::default() }), took: Duration::ZERO, remarks: None }
    }

    /// No answer, for that reason.
    pub fn failed(failure: Failure) -> Self {
        Self { result: Err(failure), took: Duration::ZERO, remarks: None }
    }

    /// Whether the receiver has accepted it, with any 2xx.
    pub fn accepted(&self) -> bool {
        self.failure().is_none() && self.answered().is_some_and(|status| (200..300).contains(&status))
    }

    /// The status that was answered.
    pub fn answered(&self) -> Option<u16> {
        self.result.as_ref().ok().map(|it| it.status)
    }

    /// Why the receiver has not answered, or has not answered completely.
    pub fn failure(&self) -> Option<Failure> {
        self.result.as_ref().map_or_else(|it| Some(*it), |it| it.is_cut.then_some(Failure::BadResponse))
    }

    /// The word for a failure.
    pub fn error(&self) -> Option<&'static str> {
        self.failure().map(Failure::word)
    }
}

/// A receiver's answer, the first [`ANSWER_BYTES_MAX`] of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub headers: KeptHeaders,
    pub body: Kept,
    /// The connection ended before the body did.
    #[serde(default)]
    pub is_cut: bool,
}

/// Why an attempt got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    Timeout,
    Refused,
    Reset,
    Dns,
    Tls,
    /// The address is one that webhooks are never sent to.
    Blocked,
    BadResponse,
}

impl Failure {
    /// As the control API writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Blocked => "blocked",
            Self::BadResponse => "bad_response",
        }
    }
}

/// Identifies a request: one of the duplicates of one attempt of one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptId {
    pub delivery: u64,
    pub number: u32,
    /// Its index among the duplicates that a rule makes; the outcome of 0 counts.
    pub copy: u32,
}

/// An attempt on its way out: all that is needed to post it, and nothing of the sandbox.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub id: AttemptId,
    /// The generation of the sandbox to which it belongs: an outcome after a reset is ignored.
    pub generation: u64,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The provider waits for the receiver's answer for this duration.
    pub time_limit: Duration,
    /// The headers of the webhook as the documentation writes them.
    pub documented_headers: &'static [Field],
    /// The date that a receiver may judge.
    pub dated: Option<Dated>,
}

/// How the control API names a delivery.
pub fn delivery_name(id: u64) -> String {
    format!("dlv-{id}")
}

/// The delivery of such a name.
pub fn delivery_id(name: &str) -> Option<u64> {
    name.strip_prefix("dlv-")?.parse().ok()
}
