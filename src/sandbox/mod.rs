//! The value: what is put in, what is polled out, and the story of one request on one screen.

mod answers;
mod asked;
mod bounds;
pub mod driving;
mod filling;
pub mod history;
mod inputs;
mod journal;
mod methods;
mod receiving;
mod refusals;
mod served;
mod slips;
mod tickets;
mod walking;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use self::answers::{EVIDENCE, FAULT, HINT, SANDBOX, TIME};
use self::answers::{Stamp, broken};
pub use self::bounds::{HEAD_BYTES_MAX, HEADERS_MAX, METHOD_BYTES_MAX, body_too_large, head_bytes, head_too_large};
use self::history::History;
use self::history::record::What;
use self::inputs::Inputs;
use self::served::{Pacing, Served, serve, show_again};
#[cfg(feature = "inside")]
pub use self::tickets::SLOW_MAX;
pub use self::tickets::{Answered, Ticket, Work};
use self::tickets::{Open, Tickets};
use self::walking::Walk;
use crate::contract::hints;
use crate::control::{self, Answer, Conclusion, Now, Rest, Settled, Test, Until, Waiting};
use crate::engine::delivery::{AttemptId, Outcome, Outgoing};
use crate::engine::ids::ProviderId;
use crate::engine::inbox::Signature;
use crate::engine::start::{EvidenceHeader, Impossible, Start};
use crate::engine::world::World;
use crate::kit::http::{HeaderValue, Request, Response, StatusCode, Target};
use crate::kit::time::{Timestamp, Uptime};
use crate::providers;

/// The provider that has sent a webhook, and whether its signature is right.
pub type Verdict = (Option<&'static str>, Signature);

/// One isolated world of providers, merchants, objects and webhooks, as a state machine.
///
/// A sandbox does nothing by itself, and nothing in it waits or reads a clock. Put something in with [`handle`], [`settle`],
/// [`tick`] or [`receive`]; then take out what has to be sent with [`poll_outgoing`] until it gives nothing more, and what
/// callers get with [`poll_answer`]; then sleep until [`next_wakeup`] and call [`tick`]. A caller who goes away is told
/// with [`give_up`].
///
/// [`handle`]: Self::handle
/// [`settle`]: Self::settle
/// [`tick`]: Self::tick
/// [`receive`]: Self::receive
/// [`poll_outgoing`]: Self::poll_outgoing
/// [`poll_answer`]: Self::poll_answer
/// [`next_wakeup`]: Self::next_wakeup
/// [`give_up`]: Self::give_up
pub struct Sandbox {
    world: World,
    /// A panic has left the state in doubt; its message.
    broken: Option<String>,
    /// What the latest answer was stamped with: while time stands, the next one gets the same.
    stamp: Stamp,
    /// What has come in and was not heard yet.
    inputs: Inputs,
    /// The callers who wait.
    tickets: Tickets,
    /// The walk under way. It belongs to its caller, not to the state.
    walk: Option<Walk>,
    /// It was deleted: calls under way are still answered, and do not wait for others.
    is_deleted: bool,
    /// The walk under way has paused for others and goes on at once.
    has_more: bool,
    /// What came in and what went out. A copy that serves one purpose keeps none.
    history: Option<Box<History>>,
}

impl Sandbox {
    /// A sandbox at its beginning.
    pub fn new(start: Start, uptime: Uptime) -> Self {
        let base = Self::begins_with(start.clone(), uptime);
        Self::of(World::new(start, providers::all(), uptime)).with_history(base)
    }

    /// The same, unless parts of its scenario are impossible.
    ///
    /// # Errors
    /// Every impossible part.
    pub fn load(start: Start, uptime: Uptime) -> Result<Self, Vec<Impossible>> {
        let base = Self::begins_with(start.clone(), uptime);
        World::load(start, providers::all(), uptime).map(|it| Self::of(it).with_history(base))
    }

    fn of(world: World) -> Self {
        let stamp = Stamp::new(world.core.now, &world.core.name);
        let (inputs, tickets) = (Inputs::default(), Tickets::default());
        Self { world, broken: None, stamp, inputs, tickets, walk: None, is_deleted: false, has_more: false, history: None }
    }

    /// A copy at this instant under another name: state, clock, pending timers and deliveries. Its webhooks go to
    /// `redirect`, or to its own inbox `fork`, whatever addresses its objects carry.
    #[must_use]
    pub fn fork(&self, name: &str, redirect: Option<&str>, uptime: Uptime) -> Self {
        let copy = Self { broken: self.broken.clone(), ..Self::of(self.world.fork(name, redirect, uptime)) };
        let base = copy.begins_now(uptime);
        copy.with_history(base)
    }

    /// The same sandbox once more, under the same name and with the same targets, to try something out in it. It keeps no history, and
    /// calls under way stay with the original.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn twin(&self) -> Self {
        Self { broken: self.broken.clone(), ..Self::of(self.world.clone()) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.world.core.name
    }

    /// The state.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The state, for a caller who prepares a request or looks at what came of one.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Begins again with another start, under the name that it has.
    ///
    /// # Errors
    /// What no sandbox can begin with; then nothing has changed.
    pub fn begin(&mut self, start: Start, uptime: Uptime) -> Result<(), Vec<Impossible>> {
        self.keep(uptime, |_| What::Begin { start: Box::new(start.clone()) });
        let replaced = self.world.begin(start, uptime)?;
        control::violations::keep(&replaced, &mut self.world);
        (self.walk, self.broken) = (None, None);
        self.proceed(uptime); // a walk that was under way has ended
        self.begin_history(uptime);
        Ok(())
    }

    /// A copy that goes on by itself, also when a walk through time is under way here.
    #[must_use]
    pub fn apart(&self, uptime: Uptime) -> Self {
        Self::of(self.world.apart(uptime))
    }

    /// A merchant, a payer or a tester calls. Whatever was due by now happens before the call is heard; when that takes many
    /// steps, the call is heard in a later [`Self::tick`]. The answer is fetched with [`Self::poll_answer`].
    pub fn handle(&mut self, uptime: Uptime, request: impl Into<Box<Request>>) -> Ticket {
        let mut request = request.into();
        self.make_room(uptime);
        let ticket = self.tickets.next();
        self.keep_request(uptime, ticket, &mut request);
        self.put_request(uptime, ticket, request);
        self.go_on(uptime);
        ticket
    }

    /// Lets time pass up to that moment for a caller who is told nothing: what happens stands in the next report.
    pub fn walk_to(&mut self, uptime: Uptime, at: Timestamp) -> Ticket {
        self.make_room(uptime);
        let ticket = self.tickets.next();
        self.keep(uptime, |_| What::Walk { ticket, to: at });
        if self.walk.is_some() || self.broken.is_some() {
            let response = self.ended();
            self.tickets.answer(ticket, response);
        } else {
            self.begin_walk(uptime, Until::Time(at), &Conclusion::Passed);
            self.tickets.keep(ticket, Open::Walk(Conclusion::Passed));
            self.tickets.walker = Some(ticket);
            self.go_on(uptime);
        }
        ticket
    }

    fn answer(&mut self, uptime: Uptime, request: Box<Request>, settled: Settled) -> (Answer, Option<Pacing>) {
        let Target::Provider { slug, .. } = request.path.target() else {
            if self.is_deleted {
                return (Answer::Now(control::deleted_meanwhile()), None);
            }
            let now = Now { uptime, is_walking: self.is_walking(), settled };
            return (control::call(&mut self.world, now, &request), None);
        };
        match self.world.provider_id(slug) {
            Some(provider_id) => self.call(uptime, provider_id, request),
            None => (self.answer_unknown(*request), None),
        }
    }

    /// One request to one provider, from the log's point of view.
    fn call(&mut self, uptime: Uptime, provider_id: ProviderId, request: Box<Request>) -> (Answer, Option<Pacing>) {
        let (Target::Provider { path, .. } | Target::Control { path }) = request.path.target();
        if let Some(page) = show_again(&mut self.world, uptime, provider_id, path, &request) {
            return (Answer::Now(page), None);
        }
        let contract = self.world.provider(provider_id).contract();
        let entry = self.world.core.log.heard(self.world.core.now, Some(provider_id));
        self.world.core.serving = Some(self.world.core.log.next_id() - 1);
        let Served { mut response, mut trace, rule, pacing } = serve(&mut self.world, uptime, provider_id, path, &request);
        self.world.core.serving = None;
        if let Some(basis) = trace.basis.filter(|_| self.world.start.evidence_header == EvidenceHeader::Sent) {
            response.headers.insert(EVIDENCE, basis.named.header.clone());
        }
        let unknown = trace.operation.is_none() && response.status == StatusCode::NOT_FOUND && !contract.has_page(path);
        let nearest = || unknown.then(|| hints::for_path(contract, &methods::as_get(&request).method, path).into());
        let slip = slips::hint(&mut self.world, uptime, provider_id, &request, &response, &trace);
        let hint = slip.map(Into::into).or_else(|| trace.hint.clone()).or_else(nearest);
        if let Some(Ok(hint)) = hint.map(|it| HeaderValue::from_str(&it)) {
            response.headers.insert(HINT, hint);
        }
        let waits_for = trace.waits_for;
        self.world.core.log.tally.request(Some(provider_id), trace.operation, response.status.as_u16());
        trace.note = trace.note.or_else(|| pacing.as_ref()?.in_words(&self.world).map(Into::into));
        trace.is_paced = pacing.is_some();
        self.world.core.log.received(entry, *request, trace, rule);
        if let Some(delivery) = waits_for {
            let test = Test { provider_id, delivery, entry, generation: self.world.generation };
            (Answer::Wait(Waiting::TestLeaves(test)), pacing)
        } else {
            self.world.core.log.answered(entry, &response);
            (Answer::Now(response), pacing)
        }
    }

    /// The next due thing happens. Then the log may drop the oldest.
    fn step(&mut self, uptime: Uptime, until: Timestamp) -> bool {
        let happened = self.world.step(uptime, until);
        self.inputs.taken += u64::from(happened);
        self.world.core.log.trim();
        happened
    }

    /// A receiver has answered a webhook. A refusal books the next attempt, as the provider's schedule says.
    pub fn settle(&mut self, uptime: Uptime, outgoing: &Outgoing, outcome: Outcome) {
        self.settle_attempt(uptime, outgoing.generation, outgoing.id, outcome);
    }

    fn settle_attempt(&mut self, uptime: Uptime, generation: u64, attempt: AttemptId, outcome: Outcome) {
        self.keep(uptime, |_| What::Outcome { generation, attempt, outcome: outcome.clone() });
        self.put_outcome(uptime, generation, attempt, outcome);
        self.go_on(uptime);
    }

    /// Real time has passed, and something may be due.
    pub fn tick(&mut self, uptime: Uptime) {
        self.keep_tick(uptime, |it| it.go_on(uptime));
    }

    /// The next webhook that has to be posted; its outcome comes back with [`Self::settle`].
    pub fn poll_outgoing(&mut self) -> Option<Outgoing> {
        let outgoing = if self.broken.is_some() { None } else { self.world.outgoing.pop_front() }?;
        self.keep_left(&outgoing);
        Some(outgoing)
    }

    /// What a caller gets, once it is ready. It is handed out once.
    pub fn poll_answer(&mut self, uptime: Uptime, ticket: Ticket) -> Option<Answered> {
        let mut answered = self.poll_unfinished(uptime, ticket)?;
        match answered.work.take() {
            None => Some(answered),
            Some(Work::Later(later)) => {
                let response = later.finish();
                self.made(ticket, &response);
                Some(Answered { response: Some(response), ..answered })
            }
            Some(Work::Before(before)) => {
                self.hear_rest(uptime, ticket, before.finish());
                self.poll_answer(uptime, ticket)
            }
        }
    }

    /// What a call brought was read: the rest is heard.
    pub fn hear_rest(&mut self, uptime: Uptime, ticket: Ticket, rest: Rest) {
        self.keep(uptime, |_| What::Rest { ticket });
        self.put_rest(uptime, ticket, rest);
        self.go_on(uptime);
    }

    /// The same as [`Self::poll_answer`], with long work still to be done. A driver does it when it has released the sandbox.
    pub fn poll_unfinished(&mut self, uptime: Uptime, ticket: Ticket) -> Option<Answered> {
        let waits = |it: &Self| matches!(it.tickets.open(ticket), Some(Open::Wait { .. }));
        let waited = waits(self);
        if waited {
            self.look_after(uptime, ticket);
        }
        // Also what has just become a delay. In a broken sandbox nothing comes that could be waited for.
        let generation = if self.broken.is_some() { u64::MAX } else { self.world.generation };
        self.tickets.release(ticket, uptime, generation, self.world.core.now);
        let answered = self.tickets.fetch(ticket);
        match &answered {
            Some(answered) => self.keep_taken(uptime, ticket, answered),
            None if waited && !waits(self) => self.keep_look(uptime, ticket),
            None => {}
        }
        answered
    }

    /// Answers a caller who waits, if what they wait for has happened or their patience has ended.
    fn look_after(&mut self, uptime: Uptime, ticket: Ticket) {
        let Some(Open::Wait { mut waiting, patience_ends, pacing }) = self.tickets.take(ticket) else { return };
        let answer = self.guarded(|it| {
            let mut answer = control::poll(&mut it.world, uptime, &mut waiting, patience_ends <= uptime.elapsed)?;
            if let (Waiting::TestLeaves(test) | Waiting::Tested(test), Answer::Now(response)) = (&waiting, &mut answer)
                && test.generation == it.world.generation
            {
                it.add_evidence(test, response);
                it.world.core.log.answered_late(it.world.core.now, test.provider_id, test.entry, response);
            }
            Some(answer)
        });
        match answer.unwrap_or_else(|broken| Some(Answer::Now(broken))) {
            Some(Answer::Now(response)) => {
                let response = self.stamped(response);
                self.tickets.send(ticket, uptime, self.world.generation, response, pacing);
            }
            Some(Answer::Later(later)) => self.defer(ticket, later),
            Some(Answer::Before(_) | Answer::Walk(..) | Answer::Wait(_) | Answer::Capsule | Answer::Hangup) | None => {
                self.tickets.keep(ticket, Open::Wait { waiting, patience_ends, pacing });
            }
        }
    }

    /// The answer to a call that waited says how certain it is, as others do.
    fn add_evidence(&self, test: &Test, response: &mut Response) {
        let row = self.world.core.log.request(test.entry).and_then(|it| it.row.as_deref());
        let named = row.and_then(|it| self.world.provider(test.provider_id).contract().index.named(it));
        if let Some(named) = named.filter(|_| self.world.start.evidence_header == EvidenceHeader::Sent) {
            response.headers.insert(EVIDENCE, named.header.clone());
        }
    }

    /// A bug in one sandbox is that sandbox's end, not the process's.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T, Response> {
        if let Some(why) = &self.broken {
            return Err(broken(&self.world, why));
        }
        catch_unwind(AssertUnwindSafe(|| work(self))).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let why = text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned())).unwrap_or_default();
            let response = broken(&self.world, &why);
            self.broken = Some(why);
            response
        })
    }
}

/// An exact copy without its callers, of a sandbox in which no walk is under way.
impl Clone for Sandbox {
    fn clone(&self) -> Self {
        let (world, broken, stamp) = (self.world.clone(), self.broken.clone(), self.stamp.clone());
        Self { broken, stamp, ..Self::of(world) }
    }
}

#[cfg(test)]
mod tests;
