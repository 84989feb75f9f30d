//! What came into a sandbox and what went out, in order: with its beginning, it gives the same sandbox again.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::capsule::{Capsule, MEDIA_TYPE};
use self::digest::{Digest, chained};
pub use self::record::Moment;
use self::record::{Asked, Came, Given, Message, Record, Unheard, What};
pub use self::replay::Base;
pub use self::restoring::Restored;
pub use self::unkept::Unkept;
use super::tickets::{Answered, Ticket, Work};
use super::{Sandbox, Verdict};
use crate::control::{Later, no_capsule};
use crate::engine::delivery::Outgoing;
use crate::engine::log::Report;
use crate::engine::start::Start;
use crate::engine::world::Aside;
use crate::kit::chunked::Chunked;
use crate::kit::chunks::Chunks;
use crate::kit::http::{HeaderMap, Kept, KeptHeaders, Request, Response};
use crate::kit::time::Uptime;

mod capsule;
mod digest;
pub mod file;
pub(super) mod record;
pub mod replay;
mod restoring;
mod unkept;
mod words;

/// The least bound of a history.
pub const BYTES_LEAST: usize = 1024 * 1024;

/// A snapshot is taken when this part of the bound was filled since the one before.
const PARTS: usize = 4;

/// What a sandbox keeps of its past. What is older than its bound is dropped, up to a snapshot behind it.
pub struct History {
    bytes_max: usize,
    /// Each begins at a snapshot. None: the bound was passed before a moment came at which a snapshot could be taken.
    parts: VecDeque<Part>,
    /// What all parts cost.
    bytes: usize,
    /// Inputs since the beginning.
    inputs: u64,
    /// The running hash of what went out.
    hash: u64,
    /// The beginning of links in the latest request: usually the same in all.
    origin: Arc<str>,
    /// Where heads of requests are written.
    heads: Chunked,
    /// The head of an answer while its hash is made.
    buffer: Vec<u8>,
    /// When the latest input came.
    at: Moment,
    /// What a store outside does not have yet. `None`: nothing is kept outside.
    unkept: Option<Box<Unkept>>,
}

/// A snapshot, and what came behind it.
#[derive(Clone)]
struct Part {
    base: Arc<Base>,
    records: Chunks<Record>,
    bytes: usize,
}

/// The latest report of a walk, as a snapshot keeps it: its caller may not have read it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldBefore {
    walker: Ticket,
    generation: u64,
    report: Arc<Report>,
}

impl History {
    fn new(bytes_max: usize, base: Base) -> Self {
        let (origin, parts, heads, buffer) = (Arc::from(""), VecDeque::new(), Chunked::default(), Vec::new());
        let (inputs, hash, at) = (base.inputs, base.hash, base.at);
        let mut history = Self { bytes_max, parts, bytes: 0, inputs, hash, origin, heads, buffer, at, unkept: None };
        history.begin(Arc::new(base));
        history
    }

    fn begin(&mut self, base: Arc<Base>) {
        if let Some(it) = &mut self.unkept {
            it.begin(&base);
        }
        self.parts.push_back(Part { base, records: Chunks::default(), bytes: 0 });
    }

    /// Whether enough was kept since the latest snapshot for another.
    fn wants_snapshot(&self) -> bool {
        self.parts.back().is_none_or(|it| self.bytes_max / PARTS <= it.bytes)
    }

    fn push(&mut self, record: Record) {
        if let Some(it) = &mut self.unkept {
            it.push(&record);
        }
        let Some(part) = self.parts.back_mut() else { return };
        let bytes = record.bytes();
        part.records.push_back(record);
        part.bytes += bytes;
        self.bytes += bytes;
        while self.bytes_max < self.bytes {
            let Some(oldest) = self.parts.pop_front() else { break };
            self.bytes -= oldest.bytes;
        }
    }

    fn hear(&mut self, at: Moment, left: usize, what: What) {
        self.inputs += 1;
        self.at = at;
        self.push(Record::Input(Came { at, left: u32::try_from(left).unwrap_or(u32::MAX), what }));
    }

    fn chain(&mut self, hash: u64) {
        self.hash = chained(self.hash, hash);
    }

    fn asked(&mut self, request: &Request) -> Asked {
        if *self.origin != request.origin {
            self.origin = Arc::from(request.origin.as_str());
        }
        Asked::of(request, &mut self.heads, Arc::clone(&self.origin))
    }
}

impl Sandbox {
    /// The same sandbox, which keeps its history from here on.
    pub(super) fn with_history(mut self, base: Base) -> Self {
        let bytes_max = self.world.start.history_bytes_max;
        self.history = (0 < bytes_max).then(|| Box::new(History::new(bytes_max, base)));
        self
    }

    /// The beginning of a history: the sandbox begins with this start.
    pub(super) fn begins_with(start: Start, uptime: Uptime) -> Base {
        Base::at_start(start, uptime)
    }

    /// The beginning of a history: the sandbox as it is now.
    pub(super) fn begins_now(&self, uptime: Uptime) -> Base {
        let (inputs, hash) = self.history.as_ref().map_or((0, 0), |it| (it.inputs, it.hash));
        let told = self.tickets.told.as_ref();
        let told = told.map(|it| ToldBefore { walker: it.walker, generation: it.generation, report: Arc::clone(&it.report) });
        Base::at_snapshot(self.world.clone(), uptime, (self.tickets.last(), told), (inputs, hash))
    }

    /// The sandbox has begun anew. If no call is under way, its history does too.
    pub(super) fn begin_history(&mut self, uptime: Uptime) {
        if self.history.is_none() || !self.is_at_rest() {
            return;
        }
        self.world.core.settle(uptime);
        let base = Base { inputs: 0, hash: 0, ..self.begins_now(uptime) };
        let unkept = self.history.take().and_then(|it| it.unkept);
        self.history = Some(Box::new(History::new(self.world.start.history_bytes_max, base)));
        self.go_on_outside(uptime, unkept);
    }

    /// Keeps an input before it is heard. Each way into the sandbox calls this, or `keep_tick`.
    pub(super) fn keep(&mut self, uptime: Uptime, what: impl FnOnce(&mut History) -> What) {
        self.make_room(uptime);
        let left = self.world.outgoing.len();
        let Some(history) = &mut self.history else { return };
        let what = what(history);
        history.hear(uptime.into(), left, what);
    }

    /// Keeps an input that has no moment of its own.
    pub(super) fn keep_now(&mut self, what: What) {
        let left = self.world.outgoing.len();
        let Some(history) = &mut self.history else { return };
        history.hear(history.at, left, what);
    }

    /// Lets time pass. What has changed nothing is not kept.
    pub(super) fn keep_tick(&mut self, uptime: Uptime, pass: impl FnOnce(&mut Self)) {
        self.make_room(uptime);
        let left = self.world.outgoing.len();
        let look = |it: &Self| (it.inputs.taken, it.world.core.now, it.world.outgoing.len());
        let (before, was_idle) = (look(self), self.is_idle());
        pass(self);
        if was_idle && before == look(self) {
            return;
        }
        if let Some(history) = &mut self.history {
            history.hear(uptime.into(), left, What::Tick);
        }
    }

    /// Keeps a request. The journal keeps the same copy of its headers.
    pub(super) fn keep_request(&mut self, uptime: Uptime, ticket: Ticket, request: &mut Request) {
        self.keep(uptime, |it| {
            let asked = it.asked(request);
            request.kept_headers = Some(asked.headers.clone());
            What::Request { ticket, request: asked }
        });
    }

    pub(super) fn keep_refused(&mut self, uptime: Uptime, request: &Request, response: &Response) {
        let answer = (response.status.as_u16(), KeptHeaders::of(&response.headers), Kept(response.body.clone()));
        self.keep(uptime, |it| What::Unheard(Box::new(Unheard { request: it.asked(request), answer })));
    }

    pub(super) fn keep_message(
        &mut self,
        uptime: Uptime,
        (inbox, path): (&str, &str),
        (headers, body): (&HeaderMap, &bytes::Bytes),
        verdict: Option<Verdict>,
    ) {
        let verdict = verdict.map(|(provider, signature)| (provider.map(str::to_owned), signature));
        self.keep(uptime, |_| {
            let (headers, body) = (KeptHeaders::of(headers), Kept(body.clone()));
            What::Message(Box::new(Message { inbox: inbox.to_owned(), path: path.to_owned(), headers, body, verdict }))
        });
    }

    /// Keeps what has changed past the doors of the sandbox, and takes a snapshot when it is time for one.
    pub(super) fn make_room(&mut self, uptime: Uptime) {
        let asides = std::mem::take(&mut self.world.asides);
        let left = self.world.outgoing.len();
        let Some(history) = &mut self.history else { return };
        for it in asides {
            let (at, what) = match it {
                Aside::LoggedIn { uptime, provider, account } => (uptime.into(), What::LoggedIn { provider, account }),
                Aside::Waits { generation, attempt, waits_for } => (history.at, What::Waits { generation, attempt, waits_for }),
            };
            history.hear(at, left, what);
        }
        if history.wants_snapshot() && self.is_at_rest() {
            self.snapshot(uptime);
        }
    }

    /// Takes a snapshot.
    fn snapshot(&mut self, uptime: Uptime) {
        // A snapshot continues from its own moment, so the original does too.
        self.world.core.settle(uptime);
        let base = self.begins_now(uptime);
        if let Some(history) = &mut self.history {
            history.push(Record::Settled { at: uptime.into() });
            history.begin(Arc::new(base));
        }
    }

    /// Whether no caller waits, and nothing came that was not heard.
    fn is_idle(&self) -> bool {
        self.tickets.is_idle() && self.walk.is_none() && self.inputs.is_empty() && !self.has_more()
    }

    /// Whether the state is all there is: no caller has a ticket, and no attempt is under way.
    fn is_at_rest(&self) -> bool {
        self.is_idle() && !self.tickets.has_ready() && self.world.is_quiet() && self.broken.is_none() && !self.is_deleted
    }

    /// A caller has taken out an answer.
    pub(super) fn keep_taken(&mut self, uptime: Uptime, ticket: Ticket, answered: &Answered) {
        let Some(history) = &mut self.history else { return };
        let given = match answered {
            Answered { work: Some(Work::Before(_)), .. } => Given::Before,
            Answered { work: Some(Work::Later(_)), .. } => Given::Later,
            Answered { response: Some(response), .. } => Given::Answer(Digest::of_response(&mut history.buffer, response)),
            Answered { response: None, .. } => Given::Cut,
        };
        history.chain(given.hash());
        history.push(Record::Taken { at: uptime.into(), ticket, given });
    }

    /// A caller has looked for an answer, and a delay has begun.
    pub(super) fn keep_look(&mut self, uptime: Uptime, ticket: Ticket) {
        if let Some(history) = &mut self.history {
            history.push(Record::Looked { at: uptime.into(), ticket });
        }
    }

    /// An answer that needs no sandbox was made. A capsule is not an output: it contains them.
    pub fn made(&mut self, ticket: Ticket, response: &Response) {
        let Some(history) = &mut self.history else { return };
        if capsule::is_one(response) {
            return;
        }
        let digest = Digest::of_response(&mut history.buffer, response);
        history.chain(digest.hash);
        history.push(Record::Made { ticket, digest });
    }

    /// An attempt has left.
    pub(super) fn keep_left(&mut self, outgoing: &Outgoing) {
        let Some(history) = &mut self.history else { return };
        let digest = Digest::of_outgoing(&mut history.buffer, outgoing);
        history.chain(digest.hash);
        history.push(Record::Left { attempt: outgoing.id, digest });
    }

    /// The history as it is now. `None`: nothing is kept, or the bound was passed and no moment for a snapshot has come since.
    pub fn capsule(&self) -> Option<Capsule> {
        let history = self.history.as_ref()?;
        Capsule::of(history, &self.world.core.name, self.world.outgoing.len())
    }

    /// Answers a caller with the history.
    pub(super) fn give_capsule(&mut self, ticket: Ticket) {
        let capsule = self.capsule();
        self.defer(ticket, Later::new(move || capsule.map_or_else(no_capsule, |it| it.response())));
    }

    /// The same, from each snapshot that is kept.
    #[cfg(feature = "inside")]
    pub fn capsules(&self) -> Vec<Capsule> {
        let Some(history) = &self.history else { return Vec::new() };
        let from = |skipped: usize| Capsule::from(history, skipped, &self.world.core.name, self.world.outgoing.len());
        (0..history.parts.len()).filter_map(from).collect()
    }

    /// The same sandbox, which keeps a history that begins now: a copy keeps none.
    #[cfg(feature = "inside")]
    #[must_use]
    pub fn keeping_history(self, uptime: Uptime) -> Self {
        let base = self.begins_now(uptime);
        self.with_history(base)
    }

    /// The same sandbox, which does not count what traffic reaches and rests nothing on rows: benchmarks compare it with one that does.
    #[cfg(feature = "inside")]
    #[must_use]
    pub fn uncounted(mut self) -> Self {
        self.world.core.touched = crate::engine::touched::Touched::default();
        self
    }

    /// What the history costs in memory, snapshots aside.
    #[cfg(feature = "inside")]
    pub fn history_bytes(&self) -> usize {
        self.history.as_ref().map_or(0, |it| it.bytes)
    }
}

/// The state of a world, to compare it with another at the same moment.
#[cfg(feature = "inside")]
pub fn state_of(world: &crate::engine::world::World, uptime: Uptime) -> bytes::Bytes {
    crate::engine::state::save(world.clone(), uptime)
}
