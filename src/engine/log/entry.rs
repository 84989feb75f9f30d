//! What can happen in a sandbox. An entry holds facts; their texts are composed when a reader renders them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::request::RequestEntry;
use crate::engine::blockchain::Blockchain;
use crate::engine::clock::Mode;
use crate::engine::delivery::{Alteration, AttemptId, Delivery, Failure};
use crate::engine::ids::{ObjectId, ProviderId};
use crate::engine::tables::{On, RowId};
use crate::kit::heap;
use crate::kit::time::Timestamp;

/// One thing that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the entries of a sandbox.
    pub sequence: u64,
    pub at: Timestamp,
    /// None for what concerns the sandbox as a whole.
    pub provider: Option<ProviderId>,
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A request came. Its answer stands with it, and may come later. Shared with copies until one of them changes it.
    Request(Arc<RequestEntry>),
    /// An object went from one status to another.
    Change(Change),
    /// Something was due. The changes that follow are its effect.
    Fired(Fired),
    /// An attempt left.
    Attempt(AttemptEntry),
    /// An attempt has its outcome.
    Outcome(OutcomeEntry),
    /// A sentence for people: what did not happen although it was to, and why.
    Note(Box<str>),
    /// A walk moved the clock here, from that moment.
    Moved { from: Timestamp },
    /// The clock runs in another mode.
    Mode(Mode),
    /// The request of that sequence number has its answer, which had to wait, or its caller has gone. The answer stands with it.
    Answered(u64),
}

/// Something that was booked, and due.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fired {
    /// A row of an object's status table.
    Timer { object: ObjectId, row: u8 },
    /// The confirmations of a watched transfer have changed.
    Block(Block),
    /// The next attempt of a webhook. Its entry follows, unless the webhook has no target any more.
    Attempt(Webhook),
    /// The late answer of a simulated receiver to the attempt of that number.
    Answer(Webhook, u32),
    /// An action that a rule had booked; what it changed stands before it.
    Action(Box<ActionEntry>),
    /// An answer that a rule held back may leave.
    Released,
}

/// An object went from one status to another. An empty `from` is its birth.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    pub subject: Box<str>,
    pub from: Cow<'static, str>,
    pub to: Cow<'static, str>,
    pub cause: ChangeCause,
    /// The row of the status table that it went along.
    #[serde(default)]
    pub row: Option<RowId>,
}

/// What made a status change.
#[derive(Clone, Debug)]
pub enum ChangeCause {
    /// As the row of the status table says it.
    Row(On),
    /// The same in words: it was read from a saved state.
    Words(Box<str>),
}

impl fmt::Display for ChangeCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(on) => on.fmt(f),
            Self::Words(words) => f.write_str(words),
        }
    }
}

impl Serialize for ChangeCause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChangeCause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self::Words)
    }
}

/// A block, from the point of view of one watched transfer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    /// What the merchant calls the object that the transfer pays.
    pub subject: Box<str>,
    pub blockchain: Blockchain,
    pub height: i64,
    pub confirmations: u32,
    /// No more confirmations are counted.
    pub wanted: u32,
}

/// Which webhook an entry is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Webhook {
    pub delivery: u64,
    pub event: Box<str>,
    pub subject: Box<str>,
}

impl From<&Delivery> for Webhook {
    fn from(it: &Delivery) -> Self {
        Self { delivery: it.id, event: it.event.as_str().into(), subject: it.subject.as_str().into() }
    }
}

/// One request to a receiver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttemptEntry {
    pub webhook: Webhook,
    pub number: u32,
    /// Which of the duplicates that a rule makes.
    pub copy: u32,
    /// The rule that changed the webhook; a resend goes out as the provider made it.
    pub rule: Option<Box<str>>,
    /// A tester asked for it, outside the schedule.
    pub resend: bool,
    /// Which address it goes to, as a digest: an address can hold secrets.
    #[serde(default)]
    pub target: u64,
    /// What the rule has changed in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altered: Option<Alteration>,
    /// Its receiver is an inbox of Playmoney, whose answers say nothing about a merchant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_inbox: bool,
}

/// What came of one request to a receiver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OutcomeEntry {
    pub webhook: Webhook,
    pub number: u32,
    /// Which of the duplicates that a rule makes.
    pub copy: u32,
    pub left_at: Timestamp,
    /// The status of the answer, or why the receiver has not answered.
    pub result: Result<u16, Failure>,
}

/// An action that a rule had booked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActionEntry {
    pub action: Cow<'static, str>,
    /// Its parameters, as JSON.
    pub with: Box<str>,
    pub rule: Box<str>,
    /// What the merchant calls the object; empty when the action was refused.
    pub subject: Box<str>,
    /// Why nothing happened.
    pub refused: Option<Refused>,
}

/// Why an action that a rule had booked did not happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The provider has no such action.
    Unknown,
    Because(Box<str>),
}

impl What {
    /// The number of the delivery that it is about.
    pub fn delivery(&self) -> Option<u64> {
        match self {
            Self::Attempt(it) => Some(it.webhook.delivery),
            Self::Outcome(it) => Some(it.webhook.delivery),
            Self::Fired(Fired::Attempt(it) | Fired::Answer(it, _)) => Some(it.delivery),
            Self::Fired(_)
            | Self::Request(_)
            | Self::Change(_)
            | Self::Note(_)
            | Self::Moved { .. }
            | Self::Mode(_)
            | Self::Answered(_) => None,
        }
    }
}

impl AttemptEntry {
    /// Which attempt it is.
    pub fn id(&self) -> AttemptId {
        AttemptId { delivery: self.webhook.delivery, number: self.number, copy: self.copy }
    }
}

impl OutcomeEntry {
    /// Of which attempt.
    pub fn id(&self) -> AttemptId {
        AttemptId { delivery: self.webhook.delivery, number: self.number, copy: self.copy }
    }
}

/// An entry's place in the ring.
pub(super) const PLACE: usize = size_of::<Entry>();

impl Entry {
    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        let text = |it: &str| heap::block(it.len());
        let webhook = |it: &Webhook| text(&it.event) + text(&it.subject);
        let own = match &self.what {
            What::Request(it) => it.size(),
            What::Change(it) => text(&it.subject),
            What::Fired(Fired::Block(it)) => text(&it.subject),
            What::Fired(Fired::Attempt(it) | Fired::Answer(it, _)) => webhook(it),
            What::Attempt(it) => webhook(&it.webhook) + it.rule.as_deref().map_or(0, text),
            What::Outcome(it) => webhook(&it.webhook),
            What::Fired(Fired::Action(it)) => {
                let why = if let Some(Refused::Because(why)) = &it.refused { text(why) } else { 0 };
                heap::block(size_of::<ActionEntry>()) + text(&it.action) + text(&it.with) + text(&it.rule) + text(&it.subject) + why
            }
            What::Note(it) => text(it),
            What::Fired(Fired::Timer { .. } | Fired::Released) | What::Moved { .. } | What::Mode(_) | What::Answered(_) => 0,
        };
        PLACE + own
    }

    /// Whether the journal lists it.
    pub(super) fn is_listed(&self) -> bool {
        let refused = matches!(&self.what, What::Fired(Fired::Action(it)) if it.refused.is_some());
        refused || matches!(self.what, What::Request(_) | What::Note(_))
    }
}
