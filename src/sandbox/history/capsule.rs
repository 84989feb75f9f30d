//! A history as one value: its beginning, its inputs, and what went out.

use std::sync::Arc;

use http::{StatusCode, header};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::file::{self, Damage, Header};
use super::record::{Moment, Record};
use super::replay::{Base, Begins, Difference, Replay};
use super::{History, ToldBefore, words};
pub use crate::control::CAPSULE as MEDIA_TYPE;
use crate::engine::start::Start;
use crate::engine::state;
use crate::kit::chunks::Chunks;
use crate::kit::http::Response;
use crate::kit::time::Timestamp;
use crate::sandbox::Ticket;

/// A history that can be played again.
pub struct Capsule {
    /// The name of its sandbox.
    pub sandbox: String,
    /// The version of the program that has made it.
    pub version: String,
    base: Arc<Base>,
    records: Vec<Chunks<Record>>,
    end: End,
}

/// What there is at the end.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    /// Inputs since the sandbox began.
    inputs: u64,
    /// The running hash.
    hash: u64,
    /// Webhooks that have not left.
    left: u32,
}

/// The beginning, as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Beginning {
    start: Start,
    at: Moment,
    ticket: Ticket,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<ToldBefore>,
    inputs: u64,
    hash: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot: Option<Snapshot>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    generation: u64,
    log_begins_with: u64,
    state: Box<RawValue>,
}

/// Whether an answer is a capsule.
pub fn is_one(response: &Response) -> bool {
    response.headers.get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes() == MEDIA_TYPE.as_bytes())
}

impl Capsule {
    pub(super) fn of(history: &History, sandbox: &str, left: usize) -> Option<Self> {
        Self::from(history, 0, sandbox, left)
    }

    /// From the snapshot at that place on.
    pub(super) fn from(history: &History, skipped: usize, sandbox: &str, left: usize) -> Option<Self> {
        let base = Arc::clone(&history.parts.get(skipped)?.base);
        let records = history.parts.iter().skip(skipped).map(|it| it.records.clone()).collect();
        let end = End { inputs: history.inputs, hash: history.hash, left: u32::try_from(left).unwrap_or(u32::MAX) };
        Some(Self { sandbox: sandbox.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), base, records, end })
    }

    /// How many inputs it has.
    pub fn inputs(&self) -> u64 {
        self.end.inputs - self.base.inputs
    }

    /// The inputs before it, which were dropped.
    pub fn dropped(&self) -> u64 {
        self.base.inputs
    }

    /// The running hash of all that went out.
    pub fn hash(&self) -> u64 {
        self.end.hash
    }

    fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().flat_map(Chunks::iter)
    }

    /// Its inputs in words, each with its moment of real time.
    pub fn shown(&self) -> impl Iterator<Item = (Moment, String)> {
        self.records().filter_map(|it| match it {
            Record::Input(came) => Some((came.at, words::what(&came.what))),
            Record::Taken { .. } | Record::Looked { .. } | Record::Made { .. } | Record::Left { .. } | Record::Settled { .. } => None,
        })
    }

    /// Plays it again, up to its end or to that input, counted from 1.
    ///
    /// # Errors
    /// A sentence: its beginning cannot be used. Inside: the first difference, with the replay as it stands there.
    pub fn replay(&self, until: Option<u64>) -> Result<(Replay, Result<(), Difference>), String> {
        let mut replay = Replay::begin(&self.base)?;
        let last = until.map(|it| self.base.inputs.saturating_add(it));
        for record in self.records() {
            let is_behind = matches!(record, Record::Input(_)) && last.is_some_and(|it| it <= replay.inputs());
            if is_behind {
                return Ok((replay, Ok(())));
            }
            if let Err(it) = replay.play(record) {
                return Ok((replay, Err(it)));
            }
        }
        let end = replay.end(self.end.left, self.end.hash);
        Ok((replay, end))
    }

    /// What the clock of the sandbox says after each input, and before the next one. Fewer moments than inputs: the next one could not be
    /// played, or something else came of it.
    pub fn moments(&self) -> Vec<Timestamp> {
        let mut moments = Vec::new();
        let Ok(replay) = Replay::begin(&self.base) else { return moments };
        let mut replay = replay.believing();
        for record in self.records() {
            if matches!(record, Record::Input(_)) && self.base.inputs < replay.inputs() {
                moments.push(replay.now());
            }
            if replay.play(record).is_err() {
                return moments;
            }
        }
        if self.base.inputs < replay.inputs() {
            moments.push(replay.now());
        }
        moments
    }

    /// As a file.
    ///
    /// # Panics
    /// When a part of it cannot be written as JSON; all our types can.
    pub fn write(&self) -> Vec<u8> {
        let header = Header::new(self.version.clone(), self.sandbox.clone(), self.inputs(), self.base.inputs);
        let mut out = file::Writer::new(&header);
        out.line(&self.base.written());
        self.records().for_each(|it| out.line(it));
        out.line(&self.end);
        out.end()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(bytes: &[u8]) -> Result<Self, Damage> {
        let (header, text) = file::read(bytes)?;
        let mut lines = file::Lines::of(&text);
        let beginning: Beginning = lines.read()?.ok_or_else(|| Damage::end("it has no beginning"))?;
        let mut records = Chunks::default();
        let mut end: Option<End> = None;
        while lines.has_more() {
            if lines.is_last() {
                end = lines.read()?;
                break;
            }
            records.push_back(lines.read::<Record>()?.ok_or_else(|| Damage::end("it ends within a line"))?);
        }
        let end = end.ok_or_else(|| Damage::end("it has no end"))?;
        let base = Arc::new(Base::read(beginning));
        let capsule = Self { sandbox: header.sandbox, version: header.version, base, records: vec![records], end };
        let counted = capsule.shown().count() as u64;
        if end.inputs.checked_sub(capsule.base.inputs) != Some(counted) || header.inputs != counted {
            return Err(Damage::end("the number of its inputs is not what its first line says"));
        }
        Ok(capsule)
    }

    /// As the answer to a call.
    pub fn response(&self) -> Response {
        let file = format!("attachment; filename=\"{}.capsule\"", self.sandbox);
        Response::new(StatusCode::OK, MEDIA_TYPE, self.write()).with(header::CONTENT_DISPOSITION, &file)
    }
}

impl Base {
    /// As it is written.
    pub(super) fn written(&self) -> Beginning {
        let base = self;
        let (start, snapshot) = match &base.begins {
            Begins::Start(start) => (Start::clone(start), None),
            Begins::World(world) => {
                let document = state::save(crate::engine::world::World::clone(world), base.at.into());
                let snapshot = (world.generation, world.core.log.begins_with(), document);
                (world.start.clone(), Some(snapshot))
            }
            Begins::State { start, document, generation, log_begins_with } => {
                (Start::clone(start), Some((*generation, *log_begins_with, document.clone())))
            }
        };
        let snapshot = snapshot.map(|(generation, log_begins_with, document)| {
            let text = String::from_utf8_lossy(&document).into_owned();
            let state = RawValue::from_string(text).expect("a state is JSON");
            Snapshot { generation, log_begins_with, state }
        });
        let (at, ticket, told, inputs, hash) = (base.at, base.ticket, base.told.clone(), base.inputs, base.hash);
        Beginning { start, at, ticket, told, inputs, hash, snapshot }
    }

    pub(super) fn read(written: Beginning) -> Self {
        let Beginning { start, at, ticket, told, inputs, hash, snapshot } = written;
        let start = Box::new(start);
        let begins = match snapshot {
            None => Begins::Start(start),
            Some(Snapshot { generation, log_begins_with, state }) => {
                let document = state.get().as_bytes().to_vec().into();
                Begins::State { start, document, generation, log_begins_with }
            }
        };
        Self { begins, at, ticket, told, inputs, hash, line: Mutex::default() }
    }
}
