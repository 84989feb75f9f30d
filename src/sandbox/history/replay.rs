//! The same sandbox again, from its beginning and what came in.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use parking_lot::Mutex;

use super::digest::{Digest, chained};
use super::record::{Came, Given, Message, Moment, Record, Unheard, What};
use super::{ToldBefore, words};
use crate::engine::delivery::Outgoing;
use crate::engine::start::{Impossible, Start};
use crate::engine::state::{self, Saved};
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::kit::time::{Timestamp, Uptime};
use crate::providers;
use crate::sandbox::tickets::{Answered, Told, Work};
use crate::sandbox::{Sandbox, Ticket};

/// Where a history begins.
pub struct Base {
    pub(super) begins: Begins,
    pub(super) at: Moment,
    /// The latest ticket that was given out.
    pub(super) ticket: Ticket,
    pub(super) told: Option<ToldBefore>,
    /// Inputs before it.
    pub(super) inputs: u64,
    /// The running hash there.
    pub(super) hash: u64,
    /// Its line, if that was written before it is needed.
    pub(super) line: Mutex<Option<Vec<u8>>>,
}

/// What a sandbox was there.
pub(super) enum Begins {
    /// At its start.
    Start(Box<Start>),
    /// A snapshot in memory.
    World(Box<World>),
    /// A snapshot as a document, with what the document leaves to the process.
    State { start: Box<Start>, document: Bytes, generation: u64, log_begins_with: u64 },
}

impl Base {
    pub(super) fn at_start(start: Start, uptime: Uptime) -> Self {
        Self {
            begins: Begins::Start(Box::new(start)),
            at: uptime.into(),
            ticket: Ticket::default(),
            told: None,
            inputs: 0,
            hash: 0,
            line: Mutex::default(),
        }
    }

    pub(super) fn at_snapshot(
        world: World,
        uptime: Uptime,
        (ticket, told): (Ticket, Option<ToldBefore>),
        (inputs, hash): (u64, u64),
    ) -> Self {
        let begins = Begins::World(Box::new(world));
        Self { begins, at: uptime.into(), ticket, told, inputs, hash, line: Mutex::default() }
    }

    /// The sandbox as it was there.
    ///
    /// # Errors
    /// A sentence: the start or the state in a file cannot be used.
    fn sandbox(&self) -> Result<Sandbox, String> {
        let uptime = self.at.into();
        let mut sandbox = match &self.begins {
            Begins::Start(start) => begun(start, uptime)?,
            Begins::World(world) => Sandbox::of(World::clone(world)),
            Begins::State { start, document, generation, log_begins_with } => {
                let mut sandbox = begun(start, uptime)?;
                let known: Vec<_> = sandbox.world.providers.iter().map(|it| it.fresh()).collect();
                let saved = state::read(&known, start, document)?;
                put(&mut sandbox.world, saved, uptime);
                sandbox.world.generation = *generation;
                sandbox.world.core.log.set_begins_with(*log_begins_with);
                sandbox
            }
        };
        sandbox.tickets.continue_behind(self.ticket);
        sandbox.tickets.told = self.told.clone().map(|it| Told { walker: it.walker, generation: it.generation, report: it.report });
        Ok(sandbox)
    }
}

fn begun(start: &Start, uptime: Uptime) -> Result<Sandbox, String> {
    let world = World::load(start.clone(), providers::all(), uptime);
    let why = |all: Vec<Impossible>| all.into_iter().next().map_or(String::new(), |it| it.why);
    world.map(Sandbox::of).map_err(|all| format!("the start is impossible: {}", why(all)))
}

fn put(world: &mut World, saved: Saved, uptime: Uptime) {
    drop(saved.put_into(world, uptime));
}

/// A replay under way.
pub struct Replay {
    sandbox: Sandbox,
    /// What callers have taken out that is not done yet.
    work: BTreeMap<Ticket, Work>,
    hash: u64,
    /// The number of the latest input, and the input in words.
    input: (u64, String),
    latest: Uptime,
    made: Made,
}

/// What a replay does with answers that need no sandbox. They can be long, and nothing follows from them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// They are made again and compared.
    Compared,
    /// They are taken for what they were.
    Believed,
}

/// The first thing that came out otherwise than it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of the input after which it came.
    pub input: u64,
    /// That input in words.
    pub about: String,
    pub expected: String,
    pub came: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { input, about, expected, came } = self;
        write!(f, "input {input} ({about}): expected {expected}; came {came}")
    }
}

impl Replay {
    /// At the beginning.
    ///
    /// # Errors
    /// A sentence: the beginning cannot be used.
    pub fn begin(base: &Base) -> Result<Self, String> {
        let sandbox = base.sandbox()?;
        let input = (base.inputs, "the beginning".to_owned());
        Ok(Self { sandbox, work: BTreeMap::new(), hash: base.hash, input, latest: base.at.into(), made: Made::Compared })
    }

    /// The same, which believes answers that need no sandbox: for one that goes on.
    pub(super) fn believing(self) -> Self {
        Self { made: Made::Believed, ..self }
    }

    /// The sandbox as it is now, which goes on by itself.
    pub(super) fn into_sandbox(self) -> Sandbox {
        self.sandbox
    }

    /// The sandbox as it is now.
    #[cfg(feature = "inside")]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The running hash of what went out.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The number of the latest input.
    pub fn inputs(&self) -> u64 {
        self.input.0
    }

    /// The simulated moment.
    pub fn now(&self) -> Timestamp {
        self.sandbox.world.core.now
    }

    /// The moment of the latest record.
    pub fn latest(&self) -> Uptime {
        self.latest
    }

    /// Plays one record, and compares what goes out.
    ///
    /// # Errors
    /// The first difference.
    pub fn play(&mut self, record: &Record) -> Result<(), Difference> {
        match record {
            Record::Input(came) => {
                self.same(came.left, self.left(), words::left)?;
                self.input = (self.input.0 + 1, words::what(&came.what));
                self.latest = came.at.into();
                self.hear(came)
            }
            Record::Taken { at, ticket, given } => {
                self.latest = (*at).into();
                let answered = self.sandbox.poll_unfinished(self.latest, *ticket);
                self.compare(*ticket, *given, answered)
            }
            Record::Looked { at, ticket } => {
                let answered = self.sandbox.poll_unfinished((*at).into(), *ticket);
                if answered.is_none() { Ok(()) } else { Err(self.difference("a delay".to_owned(), "an answer".to_owned())) }
            }
            Record::Made { ticket, digest } if self.made == Made::Believed => {
                self.work.remove(ticket);
                self.hash = chained(self.hash, digest.hash);
                Ok(())
            }
            Record::Made { ticket, digest } => {
                let Some(Work::Later(later)) = self.work.remove(ticket) else {
                    return Err(self.difference(words::answer(digest), "none".to_owned()));
                };
                let response = later.finish();
                self.answer(*digest, &response)
            }
            Record::Left { attempt, digest } => match self.sandbox.poll_outgoing() {
                Some(it) if it.id == *attempt => self.webhook(*digest, &it),
                other => Err(self.difference(words::attempt(*attempt), other.map_or("none".to_owned(), |it| words::attempt(it.id)))),
            },
            Record::Settled { at } => {
                self.sandbox.world.core.settle((*at).into());
                Ok(())
            }
        }
    }

    /// Compares what is left at the end.
    ///
    /// # Errors
    /// The difference.
    pub fn end(&self, left: u32, hash: u64) -> Result<(), Difference> {
        self.same(left, self.left(), words::left)?;
        self.same(hash, self.hash, |it| format!("the hash {it:016x}"))
    }

    fn left(&self) -> u32 {
        u32::try_from(self.sandbox.world.outgoing.len()).unwrap_or(u32::MAX)
    }

    fn hear(&mut self, came: &Came) -> Result<(), Difference> {
        let (uptime, sandbox) = (came.at.into(), &mut self.sandbox);
        match &came.what {
            What::Request { ticket, request } => {
                let own = sandbox.handle(uptime, request.request());
                return self.same(*ticket, own, words::ticket);
            }
            What::Walk { ticket, to } => {
                let own = sandbox.walk_to(uptime, *to);
                return self.same(*ticket, own, words::ticket);
            }
            What::Rest { ticket } => match self.work.remove(ticket) {
                Some(Work::Before(before)) => sandbox.hear_rest(uptime, *ticket, before.finish()),
                Some(Work::Later(_)) | None => return Err(self.difference("contents to read".to_owned(), "none".to_owned())),
            },
            What::Outcome { generation, attempt, outcome } => sandbox.settle_attempt(uptime, *generation, *attempt, outcome.clone()),
            What::Tick => sandbox.tick(uptime),
            What::Message(it) => {
                let Message { inbox, path, headers, body, verdict } = &**it;
                let verdict = verdict.as_ref().map(|(provider, signature)| (provider.as_deref().and_then(words::slug), *signature));
                sandbox.receive_message(uptime, inbox, path.clone(), (&headers.map(), &body.0), verdict);
            }
            What::Unheard(it) => {
                let Unheard { request, answer: (status, headers, body) } = &**it;
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST);
                let response = Response { status, headers: headers.map(), body: body.0.clone() };
                sandbox.keep_unheard(uptime, request.request(), &response);
            }
            What::Gone { ticket } => {
                self.work.remove(ticket);
                sandbox.give_up(uptime, *ticket);
            }
            What::HalfClosed { ticket } => sandbox.half_close(uptime, *ticket),
            What::ToldAgain { ticket } => sandbox.tell_again(*ticket),
            What::Patience { ticket } => sandbox.end_patience(*ticket),
            // A start that is impossible was refused then too.
            What::Begin { start } => _ = sandbox.begin(Start::clone(start), uptime),
            What::LoggedIn { provider, account } => _ = sandbox.world.log_in(uptime, provider, account),
            What::Waits { generation, attempt, waits_for } => sandbox.world.note_wait(*generation, *attempt, *waits_for),
            What::Closed => sandbox.close(uptime),
            What::Again => sandbox.send_again(uptime),
        }
        Ok(())
    }

    fn compare(&mut self, ticket: Ticket, given: Given, answered: Option<Answered>) -> Result<(), Difference> {
        let Some(answered) = answered else { return Err(self.difference(words::given(given), "none".to_owned())) };
        let own = match &answered {
            Answered { work: Some(Work::Before(_)), .. } => Given::Before,
            Answered { work: Some(Work::Later(_)), .. } => Given::Later,
            Answered { response: Some(response), .. } => match given {
                Given::Answer(digest) => return self.answer(digest, response),
                Given::Cut | Given::Before | Given::Later => Given::Answer(Digest::of_response(&mut Vec::new(), response)),
            },
            Answered { response: None, .. } => Given::Cut,
        };
        self.same(given, own, words::given)?;
        self.hash = chained(self.hash, own.hash());
        self.work.extend(answered.work.map(|it| (ticket, it)));
        Ok(())
    }

    fn answer(&mut self, expected: Digest, response: &Response) -> Result<(), Difference> {
        let own = Digest::of_response(&mut Vec::new(), response);
        self.hash = chained(self.hash, own.hash);
        if own == expected {
            return Ok(());
        }
        Err(self.difference(words::answer(&expected), format!("{}: {}", words::answer(&own), words::beginning(&response.body))))
    }

    fn webhook(&mut self, expected: Digest, outgoing: &Outgoing) -> Result<(), Difference> {
        let own = Digest::of_outgoing(&mut Vec::new(), outgoing);
        self.hash = chained(self.hash, own.hash);
        if own == expected {
            return Ok(());
        }
        let about = words::attempt(outgoing.id);
        let came = format!("{about} with {}: {}", words::contents(&own), words::beginning(&outgoing.body));
        Err(self.difference(format!("{about} with {}", words::contents(&expected)), came))
    }

    fn same<T: PartialEq>(&self, expected: T, came: T, in_words: impl Fn(T) -> String) -> Result<(), Difference> {
        if expected == came { Ok(()) } else { Err(self.difference(in_words(expected), in_words(came))) }
    }

    fn difference(&self, expected: String, came: String) -> Difference {
        let (input, about) = self.input.clone();
        Difference { input, about, expected, came }
    }

    /// The sandbox as a document that another can continue from, with its clock stopped. Attempts under way are sent again there.
    pub fn stopped(&self) -> (Arc<Start>, Bytes) {
        let mut world = self.sandbox.world.clone();
        world.core.clock.release(self.latest);
        world.core.clock.set_mode(crate::engine::clock::Mode::Frozen, self.latest);
        (Arc::new(world.start.clone()), state::save(world, self.latest))
    }
}
