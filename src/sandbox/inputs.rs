//! What comes in is heard in the order in which it came, each after all that was due before it.

use std::collections::{BTreeSet, VecDeque};

use super::history::record::What;
use super::served::Pacing;
use super::tickets::{Open, Ticket, Work};
use super::{Answer, Sandbox};
use crate::control::{self, Conclusion, Now, Rest, Settled, Test, Turn, Waiting};
use crate::engine::delivery::{AttemptId, Outcome};
use crate::kit::http::Request;
use crate::kit::time::Uptime;

/// Steps that a sandbox takes at once. Then others get their turn.
const STEPS_AT_ONCE: u32 = 200;

/// A request, the rest of one that was read meanwhile, or the outcome of an attempt.
enum Input {
    Request(Ticket, Box<Request>),
    Rest(Ticket, Rest),
    Outcome { generation: u64, attempt: AttemptId, outcome: Outcome },
}

/// Whether a caller still waits for attempts under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    Lasts,
    Ended,
}

/// What has come in and was not heard yet, with the uptime at which it came. They belong to the process, not to the state.
#[derive(Default)]
pub struct Inputs {
    unheard: VecDeque<(Uptime, Input)>,
    /// Callers who have gone before their requests were heard.
    gone: BTreeSet<Ticket>,
    /// What has happened so far: steps of the agenda, outcomes and calls.
    pub taken: u64,
    /// Steps that may still be taken before others get their turn.
    pub breath: u32,
    /// More is due by now than was done at once.
    pub is_behind: bool,
}

impl Inputs {
    /// Whether everything that came was heard.
    pub fn is_empty(&self) -> bool {
        self.unheard.is_empty() && self.gone.is_empty()
    }

    /// The callers whose requests are still to be heard.
    pub fn callers(&self) -> impl Iterator<Item = Ticket> {
        self.unheard.iter().filter_map(|it| match it.1 {
            Input::Request(own, _) | Input::Rest(own, _) => Some(own),
            Input::Outcome { .. } => None,
        })
    }

    /// Whether a caller's request is still to be heard.
    pub fn has(&self, ticket: Ticket) -> bool {
        self.unheard.iter().any(|it| matches!(&it.1, Input::Request(own, _) | Input::Rest(own, _) if *own == ticket))
    }

    /// A caller has gone. Returns whether the request is still to be heard: then its answer is thrown away.
    pub fn give_up(&mut self, ticket: Ticket) -> bool {
        let is_unheard = self.has(ticket);
        if is_unheard {
            self.gone.insert(ticket);
        }
        is_unheard
    }
}

impl Sandbox {
    /// It was deleted. Calls that wait for calls and webhooks end with a word, and those that wait for messages with the messages that have
    /// come: nothing more will come.
    pub fn close(&mut self, uptime: Uptime) {
        self.keep(uptime, |_| What::Closed);
        self.is_deleted = true;
        if let Some(walker) = self.tickets.walker {
            self.stop_sending(uptime, walker); // it ends at its step
        }
        let waiting: Vec<Ticket> = self.tickets.searches().collect();
        for ticket in waiting {
            let response = self.stamped(control::deleted_meanwhile());
            self.tickets.answer(ticket, response);
        }
        self.tickets.readers().into_iter().for_each(|it| self.tickets.end_patience(it));
    }

    /// Puts a request in.
    pub(super) fn put_request(&mut self, uptime: Uptime, ticket: Ticket, request: Box<Request>) {
        self.inputs.unheard.push_back((uptime, Input::Request(ticket, request)));
    }

    /// Puts the rest of a request in.
    pub(super) fn put_rest(&mut self, uptime: Uptime, ticket: Ticket, rest: Rest) {
        self.inputs.unheard.push_back((uptime, Input::Rest(ticket, rest)));
    }

    /// Puts the outcome of an attempt in.
    pub(super) fn put_outcome(&mut self, uptime: Uptime, generation: u64, attempt: AttemptId, outcome: Outcome) {
        self.inputs.unheard.push_back((uptime, Input::Outcome { generation, attempt, outcome }));
    }

    /// Hears what has come in, and lets happen what is due. During a walk, what is due is the walk's, unless something comes
    /// in that has to see its effects. After many steps the rest waits for the next call of this function.
    pub(super) fn go_on(&mut self, uptime: Uptime) {
        self.inputs.breath = STEPS_AT_ONCE;
        let mut has_due = self.walk.is_none() || self.inputs.is_behind;
        loop {
            let first = self.inputs.unheard.front();
            let came = first.map_or(uptime, |it| it.0);
            let waits = match first {
                // What is left of this instant is part of what the walk tells.
                Some((_, Input::Request(_, it))) => !(self.world.core.clock.stands() && control::is_advance(it)),
                Some((_, Input::Outcome { .. } | Input::Rest(..))) => true,
                None => has_due,
            };
            self.inputs.is_behind = waits && !self.guarded(|it| it.pass_to(came)).unwrap_or(true);
            if self.inputs.is_behind {
                break;
            }
            let Some((came, input)) = self.inputs.unheard.pop_front() else { break };
            has_due = self.take(came, input);
        }
        if !self.inputs.is_behind {
            self.take_turns(uptime);
        }
        self.proceed(uptime);
    }

    /// Takes one input. Returns whether what it has caused at this very moment happens now.
    fn take(&mut self, uptime: Uptime, input: Input) -> bool {
        self.inputs.taken += 1;
        match input {
            Input::Request(ticket, request) => {
                let has_due = self.hear(uptime, ticket, request, Settled::Unknown);
                self.forget_if_gone(uptime, ticket);
                has_due
            }
            Input::Rest(ticket, rest) => {
                let has_due = self.give(uptime, ticket, |it| {
                    if it.is_deleted {
                        return (Answer::Now(control::deleted_meanwhile()), None);
                    }
                    let now = Now { uptime, is_walking: it.is_walking(), settled: Settled::Unknown };
                    (rest.hear(&mut it.world, now), None)
                });
                self.forget_if_gone(uptime, ticket);
                has_due
            }
            Input::Outcome { generation, attempt, outcome } => {
                _ = self.guarded(|it| it.world.take_outcome(generation, attempt, outcome));
                true
            }
        }
    }

    /// A caller who has gone before the request was heard gets no answer, and waits for nothing.
    fn forget_if_gone(&mut self, uptime: Uptime, ticket: Ticket) {
        if self.inputs.gone.remove(&ticket) {
            self.leave(uptime, ticket);
        }
    }

    /// Goes on with the calls that waited for attempts which were under way, once these have outcomes or a second has passed.
    fn take_turns(&mut self, uptime: Uptime) {
        for ticket in self.tickets.turns() {
            let Some(Open::Wait { waiting, patience_ends, .. }) = self.tickets.open(ticket) else { continue };
            let patience = if *patience_ends <= uptime.elapsed { Patience::Ended } else { Patience::Lasts };
            match waiting {
                Waiting::Turn(turn) => {
                    let settled = if self.has_settled(turn) { Settled::Yes } else { Settled::No };
                    if !self.goes_on(settled, patience) {
                        continue;
                    }
                    let request = Box::new(turn.request.clone());
                    self.tickets.take(ticket);
                    self.hear(uptime, ticket, request, settled);
                }
                Waiting::TestLeaves(test) => {
                    let test = *test;
                    self.let_test_leave(uptime, ticket, test, patience);
                }
                Waiting::Messages { .. } | Waiting::Found(_) | Waiting::Tested(_) | Waiting::Quiet => continue,
            }
            self.inputs.is_behind |= !self.guarded(|it| it.pass_to(uptime)).unwrap_or(true);
        }
    }

    /// Whether a call that has waited for attempts under way is heard now. While the clock stands and no walk is under way, it is
    /// heard when all attempts have their outcomes, or when its patience has ended.
    fn goes_on(&self, settled: Settled, patience: Patience) -> bool {
        let is_quiet = !self.world.core.clock.stands() || self.is_walking() || self.world.is_quiet();
        patience == Patience::Ended || (settled == Settled::Yes && is_quiet)
    }

    fn has_settled(&self, turn: &Turn) -> bool {
        let is_under_way = |it: AttemptId| turn.attempts.binary_search(&it).is_ok();
        turn.generation != self.world.generation || !self.world.core.outbox.under_way().any(is_under_way)
    }

    /// A test webhook that has not left when the patience ends leaves without a turn. From when it leaves, its caller waits for
    /// its outcome.
    fn let_test_leave(&mut self, uptime: Uptime, ticket: Ticket, test: Test, patience: Patience) {
        let is_same = test.generation == self.world.generation;
        let waits = is_same && self.world.core.outbox.get(test.delivery).is_some_and(|it| it.attempts.is_empty());
        if waits && patience == Patience::Lasts {
            return;
        }
        if waits {
            _ = self.guarded(|it| it.world.leave_at_once(uptime, test.delivery));
        }
        let Some(Open::Wait { pacing, .. }) = self.tickets.take(ticket) else { return };
        let waiting = Waiting::Tested(test);
        let patience_ends = uptime.elapsed.saturating_add(waiting.patience());
        self.tickets.keep(ticket, Open::Wait { waiting, patience_ends, pacing });
    }

    /// One request is heard. Returns whether what it has caused at this very moment happens now: a walk that tells what
    /// happens takes these steps itself.
    fn hear(&mut self, uptime: Uptime, ticket: Ticket, request: Box<Request>, settled: Settled) -> bool {
        self.inputs.taken += 1;
        if self.broken.is_some() && control::begins_anew(&request) {
            // Nothing of the state in doubt stays, and what comes back late for it means nothing.
            let replaced = self.world.reset(uptime);
            control::violations::keep(&replaced, &mut self.world);
            (self.walk, self.broken) = (None, None);
        }
        if self.broken.is_some() && control::is_capsule(&request) {
            self.give_capsule(ticket); // what has broken it can be played again
            return true;
        }
        self.give(uptime, ticket, |it| it.answer(uptime, request, settled))
    }

    /// Gives a caller what the sandbox answers. Returns whether what the call has caused at this very moment happens now.
    fn give(&mut self, uptime: Uptime, ticket: Ticket, answer: impl FnOnce(&mut Self) -> (Answer, Option<Pacing>)) -> bool {
        let answer = self.guarded(|it| {
            let answer = answer(it);
            if let Answer::Walk(until, conclusion) = &answer.0 {
                it.begin_walk(uptime, *until, conclusion);
            }
            answer
        });
        let (answer, pacing) = answer.unwrap_or_else(|broken| (Answer::Now(broken), None));
        let tells = matches!(answer, Answer::Walk(_, Conclusion::Report));
        match answer {
            Answer::Now(response) => {
                let response = self.stamped(response);
                self.tickets.send(ticket, uptime, self.world.generation, response, pacing);
            }
            Answer::Before(before) => self.tickets.defer(ticket, Work::Before(before)),
            Answer::Later(later) => self.defer(ticket, later),
            Answer::Capsule => self.give_capsule(ticket),
            Answer::Walk(_, conclusion) => {
                self.tickets.keep(ticket, Open::Walk(conclusion));
                self.tickets.walker = Some(ticket);
            }
            Answer::Wait(Waiting::Found(_)) if control::WAITS_MAX <= self.tickets.searches().count() => {
                let response = self.stamped(control::too_many_waits());
                self.tickets.answer(ticket, response);
            }
            Answer::Wait(waiting) => {
                let patience_ends = uptime.elapsed.saturating_add(waiting.patience());
                self.tickets.keep(ticket, Open::Wait { waiting, patience_ends, pacing });
            }
            Answer::Hangup => self.tickets.hang_up(ticket),
        }
        !tells
    }

    /// The agenda runs up to that uptime, and outcomes that are ready are applied, each with its effects before the next.
    /// `false`: many steps were taken, and more are to come. A walk that has reached a bound takes no more at its instant.
    pub(super) fn pass_to(&mut self, uptime: Uptime) -> bool {
        let now = self.world.core.clock.at(uptime).max(self.world.core.now);
        loop {
            if self.inputs.breath == 0 {
                return false;
            }
            self.inputs.breath -= 1;
            let counts = self.world.core.log.counts();
            let is_full = self.walk.as_ref().is_some_and(|it| it.is_full(counts));
            if !is_full && self.step(uptime, now) {
                continue;
            }
            if !self.world.apply_next(uptime) {
                break;
            }
            self.inputs.taken += 1;
        }
        self.world.core.now = now;
        self.world.core.clock.step_to(now);
        true
    }
}
