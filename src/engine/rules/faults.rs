//! What a rule does to a webhook.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ATTEMPTS_MAX;
use super::effects::{are_headers, is_share, is_span};
use super::patch::{PATHS_MAX, Patch};
use crate::kit::time::Duration;

/// Copies of one webhook.
pub const DUPLICATES_MAX: u32 = 100;

/// When copies of one attempt leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopiesLeave {
    /// Each when the one before it has an outcome.
    #[default]
    InTurn,
    /// All at once.
    Together,
}

/// Answers of one rule, one after another.
pub const ANSWERS_MAX: usize = 1_000;
/// The words for an answer that does not come.
pub const UNANSWERED: &[&str] = &["timeout", "reset", "refused", "dns", "tls"];

/// What the provider takes for the receiver's answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenAnswer {
    /// This status, after this delay of simulated time.
    Status {
        status: u16,
        delay: Duration,
        /// What stands in front of the receiver answers: the receiver does not get the request.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_gateway: bool,
    },
    /// Nothing, within the time limit of the provider.
    Timeout,
    /// The connection is cut.
    Reset,
    /// Nothing listens at the address: the receiver does not get the request.
    Refused,
    /// The name has no address: the receiver does not get the request.
    Dns,
    /// No encrypted connection: the receiver does not get the request.
    Tls,
}

impl GivenAnswer {
    /// The failure with this word of [`UNANSWERED`].
    pub fn of_word(word: &str) -> Option<Self> {
        let all = [Self::Timeout, Self::Reset, Self::Refused, Self::Dns, Self::Tls];
        UNANSWERED.iter().zip(all).find(|it| *it.0 == word).map(|it| it.1)
    }

    /// Whether the request gets to its receiver.
    pub const fn arrives(self) -> bool {
        match self {
            Self::Status { by_gateway, .. } => !by_gateway,
            Self::Timeout | Self::Reset => true,
            Self::Refused | Self::Dns | Self::Tls => false,
        }
    }

    /// Whether a rule can say it: it may come from a saved state.
    pub fn is_sound(self) -> bool {
        let Self::Status { status, delay, .. } = self else { return true };
        (200..600).contains(&status) && is_span(delay)
    }
}

/// What a network loses of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The attempt: its receiver never sees it.
    Attempt,
    /// The answer: the receiver has seen the attempt, and the provider waits for nothing.
    Answer,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What happens to a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an effect of its own, under its name")]
pub struct WebhookFault {
    /// How many times each attempt is sent; 0 and 1 mean once.
    pub duplicate: u32,
    /// When the copies leave.
    pub copies_leave: CopiesLeave,
    /// The webhook is never sent.
    pub drop: bool,
    /// The delay of the first attempt; later events do not wait for it.
    pub delay: Option<Duration>,
    /// The webhook leaves after the next event for its target.
    pub reorder: bool,
    /// The receiver gets this number of attempts, the first ones, and the provider takes each of them for a timeout.
    #[serde(skip_serializing_if = "is_zero")]
    pub answer_lost: u32,
    /// This number of attempts, the first ones, do not reach the receiver.
    #[serde(skip_serializing_if = "is_zero")]
    pub unreachable: u32,
    /// What the provider takes for the receiver's answers to the requests of the webhook, in their order, the last one for all that follow.
    /// Nothing: the receiver's own answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answered: Vec<GivenAnswer>,
    /// Members of the body that are changed after it was signed, as JSON.
    pub tamper: Vec<(String, String)>,
    /// The webhook is signed with an unknown secret.
    pub bad_signature: bool,
    /// Its timestamp is backdated by this duration.
    pub stale: Option<Duration>,
    /// Parts of the event that are changed before it is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<Patch>,
    /// The webhook leaves without its signature.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
    /// Headers that are added to the webhook after it was signed, or replaced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// Only this share of the body is sent, from its beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<Decimal>,
}

impl WebhookFault {
    /// Whether a rule can do this: it may come from a saved state.
    pub fn is_sound(&self) -> bool {
        let spans = [self.delay, self.stale].into_iter().flatten().all(is_span);
        let paths = self.tamper.len() <= PATHS_MAX && self.patch.as_ref().is_none_or(Patch::is_sound);
        let lost = self.answer_lost <= ATTEMPTS_MAX && self.unreachable <= ATTEMPTS_MAX;
        let answered = self.answered.len() <= ANSWERS_MAX && self.answered.iter().all(|it| it.is_sound());
        self.duplicate <= DUPLICATES_MAX
            && spans
            && paths
            && lost
            && answered
            && self.truncate.is_none_or(is_share)
            && are_headers(&self.headers)
    }

    /// Whether it says what the provider takes for the answers, and changes nothing that leaves.
    pub fn only_answers(&self) -> bool {
        !self.answered.is_empty() && Self { answered: Vec::new(), ..self.clone() } == Self::default()
    }

    /// What becomes of the attempt with this number by the schedule, whatever its receiver does.
    pub fn loses(&self, number: u32) -> Option<Lost> {
        let unreached = (number <= self.unreachable).then_some(Lost::Attempt);
        unreached.or((number <= self.answer_lost).then_some(Lost::Answer))
    }
}
