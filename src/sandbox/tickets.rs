//! Callers and their answers: an answer that is not ready yet is a ticket that its caller polls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::answers::HINT;
use super::served::Pacing;
use crate::control::{Before, Conclusion, Later, Test, Waiting};
use crate::engine::log::Report;
use crate::engine::rules::Transport;
use crate::kit::http::{HeaderValue, Response};
use crate::kit::time::{Timestamp, Uptime};

/// Answers of one sandbox that are held back or sent slowly at a time.
pub const SLOW_MAX: usize = 1_024;
/// What the next one says.
const CROWDED: &str = "it came at once: 1,024 answers of this sandbox are held back or dribble already, and no more may";

/// One caller of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ticket(u64);

impl Ticket {
    /// Counts the callers of a sandbox.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What a caller gets.
#[derive(Debug)]
pub struct Answered {
    /// `None`: the connection is closed without an answer.
    pub response: Option<Response>,
    /// What a rule does to the answer on its socket.
    pub transport: Option<Transport>,
    /// What has to be done first. The sandbox is not needed for it.
    pub work: Option<Work>,
}

/// Work that takes long and needs no sandbox.
#[derive(Debug)]
pub enum Work {
    /// What the call has brought is read; the sandbox hears the rest.
    Before(Before),
    /// The response is made.
    Later(Later),
}

impl Answered {
    fn plain(response: Response) -> Self {
        Self { response: Some(response), transport: None, work: None }
    }

    /// Whether it leaves over a longer time.
    pub fn is_slow(&self) -> bool {
        self.transport.as_ref().is_some_and(Transport::is_slow)
    }
}

/// Why an answer is not ready.
pub enum Open {
    /// A walk through time has to arrive; then this is concluded.
    Walk(Conclusion),
    /// Something has to happen, or the caller's patience has to end at that uptime.
    Wait { waiting: Waiting, patience_ends: Duration, pacing: Option<Pacing> },
    /// A rule holds the answer back.
    Held(Box<Held>),
    /// The answer has been handed out and is still being sent.
    Sending,
}

/// An answer that a rule holds back until one of its moments has come.
pub struct Held {
    answered: Answered,
    /// The sandbox's generation: an answer of an earlier one is not held back any more.
    generation: u64,
    until: Option<Timestamp>,
    /// In uptime.
    until_uptime: Option<Duration>,
}

/// A report that was handed out.
pub struct Told {
    pub walker: Ticket,
    /// The sandbox's generation: what happened in an earlier one is not told again.
    pub generation: u64,
    pub report: Arc<Report>,
}

/// The callers of a sandbox. They belong to the process, not to the state: a copy of a sandbox has none.
#[derive(Default)]
pub struct Tickets {
    last: u64,
    /// Answers that can be fetched: usually one.
    ready: Vec<(Ticket, Answered)>,
    open: BTreeMap<Ticket, Open>,
    /// When waits in real time end, in uptime.
    deadlines: BTreeSet<(Duration, Ticket)>,
    /// The callers who wait for attempts under way before they are heard or before their test webhook leaves, in their order.
    turns: BTreeSet<Ticket>,
    /// How many of the open ones are held back or being sent slowly.
    slow: usize,
    /// Whose walk through time is under way.
    pub walker: Option<Ticket>,
    /// The latest report that a walk was answered with.
    pub told: Option<Told>,
    /// The callers who send nothing more and have no answer yet.
    pub half_closed: BTreeSet<Ticket>,
}

impl Tickets {
    /// The next caller.
    pub fn next(&mut self) -> Ticket {
        self.last += 1;
        Ticket(self.last)
    }

    /// The latest that was given out.
    pub fn last(&self) -> Ticket {
        Ticket(self.last)
    }

    /// The next one follows this.
    pub fn continue_behind(&mut self, last: Ticket) {
        self.last = last.0;
    }

    /// The callers who have not got all yet.
    pub fn all(&self) -> impl Iterator<Item = Ticket> {
        let ready = self.ready.iter().map(|it| it.0);
        ready.chain(self.open.keys().copied()).chain(self.half_closed.iter().copied()).chain(self.walker)
    }

    /// Whether no caller waits.
    pub fn is_idle(&self) -> bool {
        self.open.is_empty() && self.walker.is_none() && self.half_closed.is_empty()
    }

    /// Whether an answer was not taken out yet.
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether it is the ticket of a caller who has not got all yet.
    pub fn knows(&self, ticket: Ticket) -> bool {
        self.is_ready(ticket) || self.open.contains_key(&ticket) || self.half_closed.contains(&ticket) || self.walker == Some(ticket)
    }

    /// Closes the caller's connection without an answer.
    pub fn hang_up(&mut self, ticket: Ticket) {
        self.ready.push((ticket, Answered { response: None, transport: None, work: None }));
    }

    /// The answer of a caller is not ready.
    pub fn keep(&mut self, ticket: Ticket, open: Open) {
        self.deadlines.extend(open.deadline().map(|it| (it, ticket)));
        if matches!(open, Open::Wait { waiting: Waiting::Turn(_) | Waiting::TestLeaves(_), .. }) {
            self.turns.insert(ticket);
        }
        self.open.insert(ticket, open);
    }

    /// Work that is done when it is fetched. No rule knows of it.
    pub fn defer(&mut self, ticket: Ticket, work: Work) {
        self.take(ticket);
        self.ready.push((ticket, Answered { response: None, transport: None, work: Some(work) }));
    }

    /// An answer of which no rule knows.
    pub fn answer(&mut self, ticket: Ticket, response: Response) {
        self.take(ticket);
        self.ready.push((ticket, Answered::plain(response)));
    }

    /// An answer leaves, at the pace that a rule gives it. It keeps the stamp of the moment at which it was given: its way
    /// is slow, not the provider.
    pub fn send(&mut self, ticket: Ticket, now: Uptime, generation: u64, mut response: Response, pacing: Option<Pacing>) {
        let Some(Pacing { held_until, held_for, transport }) = pacing else { return self.answer(ticket, response) };
        self.take(ticket);
        let is_held = held_until.is_some() || held_for.is_some();
        let is_slow = transport.as_ref().is_some_and(Transport::is_slow);
        if (is_held || is_slow) && SLOW_MAX <= self.slow {
            response.headers.append(HINT, HeaderValue::from_static(CROWDED));
            let transport = transport.filter(|_| !is_slow);
            return self.ready.push((ticket, Answered { response: Some(response), transport, work: None }));
        }
        let answered = Answered { response: Some(response), transport, work: None };
        if is_held {
            self.slow += 1;
            let until_uptime = held_for.map(|it| now.elapsed.saturating_add(it));
            self.keep(ticket, Open::Held(Box::new(Held { answered, generation, until: held_until, until_uptime })));
        } else {
            self.hand_out(ticket, answered, false);
        }
    }

    /// The answer can be fetched; one that is sent slowly keeps its place until its caller is gone.
    fn hand_out(&mut self, ticket: Ticket, answered: Answered, had_place: bool) {
        let is_slow = answered.is_slow();
        match (had_place, is_slow) {
            (false, true) => self.slow += 1,
            (true, false) => self.slow -= 1,
            (true, true) | (false, false) => {}
        }
        if is_slow {
            self.open.insert(ticket, Open::Sending);
        }
        self.ready.push((ticket, answered));
    }

    /// The answer of a caller, if it can be fetched.
    pub fn fetch(&mut self, ticket: Ticket) -> Option<Answered> {
        let place = self.ready.iter().rposition(|it| it.0 == ticket)?;
        self.half_closed.remove(&ticket);
        Some(self.ready.swap_remove(place).1)
    }

    /// Whether the answer of a caller can be fetched.
    pub fn is_ready(&self, ticket: Ticket) -> bool {
        self.ready.iter().any(|it| it.0 == ticket)
    }

    /// What a caller waits for.
    pub fn open(&self, ticket: Ticket) -> Option<&Open> {
        self.open.get(&ticket)
    }

    /// Takes out what a caller waits for, to conclude it.
    pub fn take(&mut self, ticket: Ticket) -> Option<Open> {
        let open = self.open.remove(&ticket)?;
        self.turns.remove(&ticket);
        if let Some(deadline) = open.deadline() {
            self.deadlines.remove(&(deadline, ticket));
        }
        Some(open)
    }

    /// The callers who wait for calls and webhooks.
    pub fn searches(&self) -> impl Iterator<Item = Ticket> {
        self.open.iter().filter(|it| matches!(it.1, Open::Wait { waiting: Waiting::Found(_), .. })).map(|it| *it.0)
    }

    /// The callers who wait for messages in an inbox.
    pub fn readers(&self) -> Vec<Ticket> {
        self.open.iter().filter(|it| matches!(it.1, Open::Wait { waiting: Waiting::Messages { .. }, .. })).map(|it| *it.0).collect()
    }

    /// The callers who wait for attempts under way, in their order.
    pub fn turns(&self) -> Vec<Ticket> {
        self.turns.iter().copied().collect()
    }

    /// Lets a held answer go if its moment has come.
    pub fn release(&mut self, ticket: Ticket, now: Uptime, generation: u64, reached: Timestamp) {
        let Some(Open::Held(held)) = self.open.get(&ticket) else { return };
        let is_due = held.until.is_some_and(|it| it <= reached) || held.until_uptime.is_some_and(|it| it <= now.elapsed);
        if !is_due && held.generation == generation {
            return;
        }
        if let Some(Open::Held(held)) = self.take(ticket) {
            self.hand_out(ticket, held.answered, true);
        }
    }

    /// The simulated moment until which a rule holds a caller's answer back.
    pub fn held_until(&self, ticket: Ticket) -> Option<Timestamp> {
        match self.open.get(&ticket) {
            Some(Open::Held(held)) => held.until,
            _ => None,
        }
    }

    /// Ends a caller's wait: it gets its answer now, complete or not.
    pub fn end_patience(&mut self, ticket: Ticket) {
        let Some(mut open) = self.take(ticket) else { return };
        match &mut open {
            Open::Wait { patience_ends, .. } => *patience_ends = Duration::ZERO,
            Open::Held(held) => held.until_uptime = Some(Duration::ZERO),
            Open::Walk(_) | Open::Sending => {}
        }
        self.keep(ticket, open);
    }

    /// Whether nothing shows that a caller still waits for the report of a walk.
    pub fn may_be_gone(&self, walker: Ticket) -> bool {
        self.half_closed.contains(&walker)
            && !matches!(self.open.get(&walker), Some(Open::Walk(other)) if !matches!(other, Conclusion::Report))
    }

    /// The call whose answer waits for a test webhook.
    pub fn test_of(&self, ticket: Ticket) -> Option<Test> {
        match self.open.get(&ticket) {
            Some(Open::Wait { waiting: Waiting::TestLeaves(test) | Waiting::Tested(test), .. }) => Some(*test),
            _ => None,
        }
    }

    /// A caller has gone. Returns whether it walked through time.
    pub fn give_up(&mut self, ticket: Ticket) -> bool {
        self.ready.retain(|it| it.0 != ticket);
        self.half_closed.remove(&ticket);
        if let Some(Open::Held(_) | Open::Sending) = self.take(ticket) {
            self.slow -= 1;
        }
        self.walker.take_if(|it| *it == ticket).is_some()
    }

    /// The uptime at which the next wait in real time ends.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.first().map(|it| it.0)
    }
}

impl Open {
    /// The uptime at which it ends, if real time ends it.
    fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Wait { patience_ends, .. } => Some(*patience_ends),
            Self::Held(held) => held.until_uptime,
            Self::Walk(_) | Self::Sending => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::http::StatusCode;

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn held(tickets: &mut Tickets, second: i64, generation: u64) -> Ticket {
        let ticket = tickets.next();
        let response = Response::new(StatusCode::OK, "text/plain", "");
        let pacing = Pacing { held_until: Some(moment(second)), ..Pacing::default() };
        tickets.send(ticket, Uptime::START, generation, response, Some(pacing));
        ticket
    }

    #[test]
    fn held_answers_leave_when_their_moments_come_and_leave_nothing_behind() {
        let mut tickets = Tickets::default();
        let all = [held(&mut tickets, 3, 0), held(&mut tickets, 1, 0), held(&mut tickets, 2, 0)];
        let fetched = |tickets: &mut Tickets, generation, second| {
            all.map(|it| {
                tickets.release(it, Uptime::START, generation, moment(second));
                tickets.fetch(it).is_some()
            })
        };
        assert_eq!(fetched(&mut tickets, 0, 1), [false, true, false]);
        assert_eq!(fetched(&mut tickets, 0, 2), [false, false, true]);
        assert_eq!((tickets.slow, tickets.open.len()), (1, 1));
        assert_eq!(fetched(&mut tickets, 1, 0), [true, false, false], "of an earlier generation");
        assert_eq!((tickets.slow, tickets.open.len(), tickets.ready.len()), (0, 0, 0));
    }

    #[test]
    fn i21_one_answer_too_many_is_not_held_back_and_says_so() {
        let mut tickets = Tickets::default();
        let all: Vec<Ticket> = (0..SLOW_MAX).map(|_| held(&mut tickets, 9, 0)).collect();
        let next = held(&mut tickets, 9, 0);
        let answered = tickets.fetch(next).and_then(|it| it.response).expect("at once");
        assert_eq!(answered.headers.get(HINT).and_then(|it| it.to_str().ok()), Some(CROWDED));
        assert!(CROWDED.replace(',', "").contains(&format!(" {SLOW_MAX} answers ")), "{CROWDED}");
        assert!(!tickets.give_up(all[0]), "this caller does not walk");
        let after = held(&mut tickets, 9, 0);
        assert!(tickets.fetch(after).is_none(), "a place is free again");
    }
}
