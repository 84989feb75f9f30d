//! A webhook that is owed, its attempts, and what came of each.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::ids::{ObjectId, ProviderId};
use super::rules::WebhookFault;
use crate::kit::http::{HeaderMap, Kept, KeptHeaders};
use crate::kit::time::{Duration, Timestamp};

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
    pub status: Status,
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
}

/// A rule that has fired on a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedFault {
    pub rule: String,
    pub how: WebhookFault,
}

impl Delivery {
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

/// One request to a receiver, and its outcome.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Attempt {
    pub number: u32,
    pub at: Timestamp,
    pub headers: KeptHeaders,
    pub body: Kept,
    /// The text that was signed.
    pub signed: Option<Kept>,
    /// `None` while the request is under way.
    pub outcome: Option<Outcome>,
    /// The request was under way when the sandbox was saved, and was sent again when it was restored.
    pub repeated: bool,
    /// A tester asked for it, outside the schedule.
    pub resend: bool,
    /// Its index among the duplicates that a rule makes; the outcome of 0 counts.
    #[serde(default)]
    pub copy: u32,
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
}

impl Outcome {
    /// A receiver that answers with this status at once.
    pub fn status(status: u16) -> Self {
        Self { result: Ok(Answer { status, ..Answer::default() }), took: Duration::ZERO }
    }

    /// No answer, for that reason.
    pub fn failed(failure: Failure) -> Self {
        Self { result: Err(failure), took: Duration::ZERO }
    }

    /// Whether the receiver has accepted it, with any 2xx.
    pub fn accepted(&self) -> bool {
        self.answered().is_some_and(|status| (200..300).contains(&status))
    }

    /// The status that was answered.
    pub fn answered(&self) -> Option<u16> {
        self.result.as_ref().ok().map(|it| it.status)
    }

    /// The word for a failure.
    pub fn error(&self) -> Option<&'static str> {
        self.result.as_ref().err().map(|it| it.word())
    }
}

/// A receiver's answer, the first [`ANSWER_BYTES_MAX`] of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub headers: KeptHeaders,
    pub body: Kept,
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
}

/// How the control API names a delivery.
pub fn delivery_name(id: u64) -> String {
    format!("dlv-{id}")
}

/// The delivery of such a name.
pub fn delivery_id(name: &str) -> Option<u64> {
    name.strip_prefix("dlv-")?.parse().ok()
}
