//! What happened, bounded by bytes: the requests with their answers, and every change of a status with its cause.

use std::borrow::Cow;
use std::collections::VecDeque;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::ids::COUNT_MAX;
use super::tables::RowId;
use crate::kit::cards::concealed;
use crate::kit::http::{HeaderMap, Kept, Method, Request, Response, header_pairs};
use crate::kit::time::Timestamp;

/// Without `--journal-bytes`.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Status changes kept.
pub const CHANGES_MAX: usize = 10_000;
/// Notes kept.
pub const NOTES_MAX: usize = 1_000;

/// What the journal learns about one request.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub operation: Option<&'static str>,
    pub account: Option<String>,
    /// The documented error that was answered, by name.
    pub error: Option<&'static str>,
    pub hint: Option<Cow<'static, str>>,
    /// The answer waits for this delivery.
    pub waits_for: Option<u64>,
    /// What a reader of the journal has to know of it besides: a bound that was hit.
    pub note: Option<&'static str>,
}

/// One request to a provider and its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub id: u64,
    /// When it happened, among all that happens in a sandbox.
    #[serde(default)]
    pub turn: u64,
    pub at: Timestamp,
    pub provider: String,
    pub operation: Option<Cow<'static, str>>,
    pub account: Option<String>,
    /// The documented error that was answered, by name.
    pub error: Option<Cow<'static, str>>,
    /// The rule that answered in the provider's place.
    pub rule: Option<String>,
    /// What a reader has to know besides: a bound that was hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'static, str>>,
    pub method: String,
    pub target: String,
    #[serde(with = "header_pairs")]
    pub headers: HeaderMap,
    pub body: Kept,
    pub answer: Option<Answer>,
}

impl Entry {
    /// The request as it came, as far as it was kept.
    pub fn as_request(&self) -> Request {
        let method = self.method.parse().unwrap_or(Method::GET);
        Request { headers: self.headers.clone(), ..Request::new(method, &self.target, self.body.0.clone()) }
    }
}

/// What was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    #[serde(with = "header_pairs")]
    pub headers: HeaderMap,
    pub body: Kept,
}

/// An object went from one status to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When it happened, among all that happens in a sandbox.
    #[serde(default)]
    pub turn: u64,
    pub at: Timestamp,
    pub provider: Cow<'static, str>,
    pub subject: String,
    pub from: Cow<'static, str>,
    pub to: Cow<'static, str>,
    pub cause: String,
    /// The row of the status table that it went along.
    #[serde(default)]
    pub row: Option<RowId>,
}

/// Something that a reader would look for in vain among the others: a rule's action that the state forbade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub turn: u64,
    pub at: Timestamp,
    pub provider: Cow<'static, str>,
    pub text: String,
}

/// The ring of all three.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Journal {
    #[serde(skip)]
    pub bytes_max: usize,
    #[serde(skip)]
    bytes: usize,
    next: u64,
    entries: VecDeque<Entry>,
    changes: VecDeque<Change>,
    /// Something was dropped to stay below the bound.
    pub truncated: bool,
    changes_total: u64,
    #[serde(default)]
    notes: VecDeque<Note>,
    /// Counts all that happens: requests, changes, attempts of webhooks.
    #[serde(default)]
    turns: u64,
}

impl Journal {
    /// The same journal under that bound, whatever its own counts say: it comes from outside.
    pub fn bound(&mut self, bytes_max: usize) {
        self.bytes_max = bytes_max;
        self.bytes = self.entries.iter().map(size).sum();
        self.trim();
    }

    /// Whether what was read is numbered without gaps.
    pub fn is_sound(&self) -> bool {
        let first = self.next.checked_sub(self.entries.len() as u64);
        let numbered = first.is_some_and(|first| (first..).zip(&self.entries).all(|(id, it)| id == it.id));
        numbered && self.next < COUNT_MAX && self.changes_total < COUNT_MAX && self.turns < COUNT_MAX
    }

    /// An empty journal with that bound.
    pub fn new(bytes_max: usize) -> Self {
        let (entries, changes) = (VecDeque::new(), VecDeque::new());
        Self { bytes_max, bytes: 0, next: 1, entries, changes, truncated: false, changes_total: 0, notes: VecDeque::new(), turns: 0 }
    }

    /// A request was heard. Its turn was taken when it was. The answer follows with [`Self::answered`]; the number is the entry's.
    pub fn received(&mut self, (at, turn): (Timestamp, u64), provider: &str, request: Request, trace: &Trace, rule: Option<String>) -> u64 {
        let id = self.next;
        self.next += 1;
        let entry = Entry {
            id,
            turn,
            at,
            provider: provider.to_owned(),
            operation: trace.operation.map(Cow::Borrowed),
            account: trace.account.clone(),
            error: trace.error.map(Cow::Borrowed),
            rule,
            note: trace.note.map(Cow::Borrowed),
            method: request.method.as_str().to_owned(),
            target: concealed(request.target.as_bytes()).and_then(|it| String::from_utf8(it).ok()).unwrap_or(request.target),
            headers: request.headers,
            body: Kept(concealed(&request.body).map_or(request.body, Bytes::from)),
            answer: None,
        };
        self.bytes += size(&entry);
        self.entries.push_back(entry);
        self.trim();
        id
    }

    /// The answer to that entry, unless it was dropped meanwhile.
    pub fn answered(&mut self, id: u64, response: &Response) {
        let first = self.entries.front().map_or(self.next, |it| it.id);
        let Some(entry) = usize::try_from(id.wrapping_sub(first)).ok().and_then(|it| self.entries.get_mut(it)) else { return };
        let (headers, body) = (response.headers.clone(), Kept(response.body.clone()));
        self.bytes += header_bytes(&headers) + body.0.len();
        entry.answer = Some(Answer { status: response.status.as_u16(), headers, body });
        self.trim();
    }

    /// An object went from one status to another.
    pub fn changed(
        &mut self,
        at: Timestamp,
        provider: &'static str,
        subject: &str,
        (from, to): (&'static str, &'static str),
        cause: String,
        row: RowId,
    ) {
        self.changes_total += 1;
        while self.changes.len() >= CHANGES_MAX {
            self.changes.pop_front();
        }
        let subject = subject.to_owned();
        let turn = self.turn();
        let (provider, from, to, row) = (provider.into(), from.into(), to.into(), Some(row));
        self.changes.push_back(Change { turn, at, provider, subject, from, to, cause, row });
    }

    /// Something did not happen that was to, and why.
    pub fn note(&mut self, at: Timestamp, provider: &'static str, text: String) {
        while self.notes.len() >= NOTES_MAX {
            self.notes.pop_front();
            self.truncated = true;
        }
        let turn = self.turn();
        self.notes.push_back(Note { turn, at, provider: provider.into(), text });
    }

    /// The latest notes, oldest first.
    pub fn notes(&self) -> impl DoubleEndedIterator<Item = &Note> {
        self.notes.iter()
    }

    /// The turn of what happens now.
    pub fn turn(&mut self) -> u64 {
        self.turns += 1;
        self.turns
    }

    /// The number of the next entry.
    pub fn next_id(&self) -> u64 {
        self.next
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The latest status changes, oldest first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.changes.iter()
    }

    /// How many status changes there have been, dropped ones included.
    pub fn changes_total(&self) -> u64 {
        self.changes_total
    }

    fn trim(&mut self) {
        while self.bytes > self.bytes_max
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= size(&oldest);
            self.truncated = true;
        }
    }
}

fn size(entry: &Entry) -> usize {
    let answer = entry.answer.as_ref().map_or(0, |it| header_bytes(&it.headers) + it.body.0.len());
    size_of::<Entry>() + entry.target.len() + header_bytes(&entry.headers) + entry.body.0.len() + answer
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
}
