//! The walk through time that a caller waits for.

use std::sync::Arc;

use super::Sandbox;
use super::answers::broken;
use super::history::record::What;
use super::tickets::{Open, Ticket, Told};
use crate::control::{self, Answer, Conclusion, Until, Walked};
use crate::engine::delivery::{AttemptId, WaitsFor};
use crate::engine::log::{Counts, Report};
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::{Duration, Timestamp, Uptime};

/// Steps of the agenda in one walk.
pub const STEPS_MAX: u64 = 1_000_000;
/// Attempts in one walk.
pub const DELIVERIES_MAX: u64 = 100_000;
/// Steps and attempts at one instant: a receiver that causes its own next webhook stands still for ever.
pub const INSTANT_MAX: u64 = 10_000;
/// Real time of one walk.
pub const REAL_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(60);
/// Real time that a restored sandbox waits for attempts which are sent again: their receiver may be the caller.
const RESTORED_MAX: std::time::Duration = std::time::Duration::from_secs(1);

/// A walk under way.
#[derive(Clone, Debug)]
pub struct Walk {
    pub from: Timestamp,
    pub until: Until,
    started: Uptime,
    /// It takes at most this much real time.
    real_time_max: std::time::Duration,
    /// What had happened before it began.
    before: Counts,
    /// What had happened when nothing was left of the instant at which it began. What was under way or due then is not what
    /// it looks for: another call in its place would have let it happen too.
    before_first_step: Option<Counts>,
    /// The instant at which it stands, and what had happened before that.
    instant: (Timestamp, Counts),
    /// A bound was hit before the end was reached.
    pub incomplete: bool,
}

/// An attempt for which a walk waits.
pub struct Awaited {
    pub id: AttemptId,
    pub event: String,
    /// The address that it was sent to.
    pub url: String,
    /// The provider waits for the answer for this duration.
    pub time_limit: Duration,
    /// What it waits for itself, if it has not left.
    pub waits_for: Option<WaitsFor>,
}

impl Sandbox {
    /// The attempts for which the walk of this caller waits.
    pub fn awaited(&self, ticket: Ticket) -> Vec<Awaited> {
        let world = &self.world;
        let sent = |id: AttemptId| {
            let own = world.core.outbox.get(id.delivery)?;
            let time_limit = world.provider(own.provider_id).contract().schedule.time_limit;
            let waits_for = world.core.outbox.attempt(id)?.waits_for;
            Some(Awaited { id, event: own.event.clone(), url: own.url.clone(), time_limit, waits_for })
        };
        let walks = self.tickets.walker == Some(ticket);
        if walks { world.core.outbox.unanswered().filter_map(sent).collect() } else { Vec::new() }
    }
}

impl Walk {
    /// The uptime by which it ends.
    pub fn ends_by(&self) -> std::time::Duration {
        self.started.elapsed.saturating_add(self.real_time_max)
    }

    /// The walk stands there now.
    fn stands_at(&mut self, now: Timestamp, counts: Counts) {
        if self.instant.0 < now {
            self.instant = (now, counts);
        }
    }

    /// What it has met.
    fn met(&self, counts: Counts) -> Counts {
        self.before_first_step.map_or(Counts::default(), |it| counts.since(it))
    }

    /// Whether one of the bounds of a walk is reached that count steps and attempts.
    pub fn is_full(&self, counts: Counts) -> bool {
        let (all, here) = (counts.since(self.before), counts.since(self.instant.1));
        STEPS_MAX <= all.fired || DELIVERIES_MAX <= all.outcomes || INSTANT_MAX <= here.fired + here.outcomes
    }
}

/// How far a walk has come.
enum Progress {
    /// It has arrived, or has hit a bound.
    Arrived(Box<Walk>),
    /// Receivers have to answer first.
    Waiting,
    /// Many steps have been taken, and more are to come.
    More,
    /// Another call has ended it.
    Gone,
}

impl Sandbox {
    /// Time is held, and a walk begins.
    pub(super) fn begin_walk(&mut self, uptime: Uptime, until: Until, conclusion: &Conclusion) {
        let core = &mut self.world.core;
        let ran = !core.clock.stands();
        core.clock.hold(uptime);
        // On a clock that runs, a walk that tells nothing leaves no rows for the next one that tells.
        if !ran || matches!(conclusion, Conclusion::Report) {
            core.keep_report();
        }
        let (from, before) = (core.now, core.log.counts());
        let real_time_max = if matches!(conclusion, Conclusion::Restored(_)) { RESTORED_MAX } else { REAL_TIME_MAX };
        let instant = (from, before);
        self.walk = Some(Walk { from, until, started: uptime, real_time_max, before, before_first_step: None, instant, incomplete: false });
    }

    /// Lets the walk under way go on, up to the next webhook; its caller's ticket has the answer once it has arrived.
    pub(super) fn proceed(&mut self, uptime: Uptime) {
        let Some(walker) = self.tickets.walker else { return };
        let mut progress = self.guarded(|it| it.walk_on(uptime)).unwrap_or(Progress::Gone);
        if matches!(progress, Progress::Waiting | Progress::More) && self.tickets.may_be_gone(walker) {
            progress = self.guarded(Self::arrive_early).unwrap_or(Progress::Gone);
        }
        self.has_more = matches!(progress, Progress::More);
        let answer = match progress {
            Progress::Waiting | Progress::More => return,
            Progress::Arrived(walk) => self.conclude(uptime, walker, &walk),
            Progress::Gone => None,
        };
        self.tickets.walker = None;
        match answer {
            Some(Answer::Now(response)) => {
                let response = self.stamped(response);
                self.tickets.answer(walker, response);
            }
            Some(Answer::Later(later)) => self.defer(walker, later),
            Some(Answer::Before(_) | Answer::Walk(..) | Answer::Wait(_) | Answer::Capsule | Answer::Hangup) | None => {
                let response = self.ended();
                self.tickets.answer(walker, response);
            }
        }
    }

    fn conclude(&mut self, uptime: Uptime, walker: Ticket, walk: &Walk) -> Option<Answer> {
        let Some(Open::Walk(conclusion)) = self.tickets.take(walker) else {
            _ = self.guarded(|it| it.end_walk(uptime));
            return None;
        };
        let answer = self.guarded(|it| {
            let tells = matches!(conclusion, Conclusion::Report);
            let report = Arc::new(if tells { it.world.core.log.take_report() } else { Report::default() });
            if tells {
                it.tickets.told = Some(Told { walker, generation: it.world.generation, report: Arc::clone(&report) });
            }
            let arrived = Walked { from: walk.from, incomplete: walk.incomplete, report };
            let answer = control::conclude(&mut it.world, arrived, conclusion);
            it.end_walk(uptime);
            answer
        });
        if self.tickets.may_be_gone(walker) {
            self.tell_once_more(walker);
        }
        Some(answer.unwrap_or_else(Answer::Now))
    }

    /// Time goes on as it did before the walk. On a running clock, nothing waits for its turn any longer.
    fn end_walk(&mut self, uptime: Uptime) {
        self.world.core.clock.release(uptime);
        self.world.core.keep_report();
        self.world.depart(uptime);
    }

    /// What a walk is answered with that another call has ended.
    pub(super) fn ended(&mut self) -> Response {
        let elsewhere = "The walk through time was ended from elsewhere.";
        let response = match &self.broken {
            Some(why) => broken(&self.world, why),
            None => Response::problem(StatusCode::CONFLICT, "advance_ended", elsewhere),
        };
        self.stamped(response)
    }

    fn walk_on(&mut self, uptime: Uptime) -> Progress {
        while self.inputs.breath > 0 {
            self.inputs.breath -= 1;
            let (now, counts, quiet) = (self.world.core.now, self.world.core.log.counts(), self.world.is_quiet());
            let Some(walk) = &mut self.walk else { return Progress::Gone };
            walk.stands_at(now, counts);
            let until = walk.until;
            let full = walk.is_full(counts) || walk.ends_by() <= uptime.elapsed;
            if !quiet {
                if !full {
                    return Progress::Waiting;
                }
                return self.arrive_early();
            }
            let next = self.world.next_live_at();
            if next.is_none_or(|it| walk.from < it) {
                walk.before_first_step.get_or_insert(counts);
            }
            let met = walk.met(counts);
            let next = next.filter(|it| *it <= until.limit());
            let arrived = match (until, next) {
                (Until::Next(_), Some(at)) => 0 < met.fired && now < at,
                (Until::Delivery(_), _) if 0 < met.outcomes => true,
                (_, next) => next.is_none(),
            };
            match next {
                _ if arrived => return self.arrive(),
                Some(at) if !full => _ = self.step(uptime, at),
                _ => return self.arrive_early(),
            }
        }
        if self.walk.is_some() { Progress::More } else { Progress::Gone }
    }

    /// The walk is over before its end is reached.
    fn arrive_early(&mut self) -> Progress {
        if let Some(walk) = &mut self.walk {
            walk.incomplete = true;
        }
        self.arrive()
    }

    /// The walk is over. One that has met all it looked for stays where it is; any other ends at its moment.
    fn arrive(&mut self) -> Progress {
        let Some(walk) = self.walk.take() else { return Progress::Gone };
        let met = walk.met(self.world.core.log.counts());
        let met = match walk.until {
            Until::Time(_) | Until::Idle(_) => false,
            Until::Next(_) => 0 < met.fired,
            Until::Delivery(_) => 0 < met.outcomes,
        };
        let nothing_left = !matches!(walk.until, Until::Time(_)) && self.world.is_idle();
        let found = walk.incomplete || met || nothing_left;
        if !found {
            self.world.core.now = self.world.core.now.max(walk.until.limit());
        }
        self.world.core.clock.step_to(self.world.core.now);
        self.world.moved(walk.from);
        Progress::Arrived(Box::new(walk))
    }

    /// A caller has gone. Their walk through time ends at the step that it is in.
    pub fn give_up(&mut self, uptime: Uptime, ticket: Ticket) {
        if self.tickets.knows(ticket) || self.inputs.has(ticket) {
            self.keep(uptime, |_| What::Gone { ticket });
            self.leave(uptime, ticket);
        }
    }

    pub(super) fn leave(&mut self, uptime: Uptime, ticket: Ticket) {
        if self.tickets.is_ready(ticket) {
            self.tell_once_more(ticket);
        }
        if let Some(test) = self.tickets.test_of(ticket).filter(|it| it.generation == self.world.generation) {
            self.world.core.log.left_late(self.world.core.now, test.provider_id, test.entry);
        }
        if !self.inputs.give_up(ticket) && self.tickets.give_up(ticket) {
            self.abandon(uptime);
        }
    }

    /// A caller sends nothing more: they may still read, or be gone. Their walk ends at the step that it is in and is
    /// answered. What the answer tells stands in the next report too.
    pub fn half_close(&mut self, uptime: Uptime, ticket: Ticket) {
        self.keep(uptime, |_| What::HalfClosed { ticket });
        self.stop_sending(uptime, ticket);
    }

    pub(super) fn stop_sending(&mut self, uptime: Uptime, ticket: Ticket) {
        self.tell_once_more(ticket);
        self.tickets.half_closed.insert(ticket);
        if self.tickets.walker == Some(ticket) {
            self.proceed(uptime);
        }
    }

    /// A caller may not have read the answer to their walk: what it told, if it is the latest, stands in the next report too.
    pub fn tell_again(&mut self, walker: Ticket) {
        if self.tickets.told.as_ref().is_some_and(|it| it.walker == walker) {
            self.keep_now(What::ToldAgain { ticket: walker });
            self.tell_once_more(walker);
        }
    }

    fn tell_once_more(&mut self, walker: Ticket) {
        if let Some(told) = self.tickets.told.take_if(|it| it.walker == walker)
            && told.generation == self.world.generation
        {
            self.world.core.log.tell_again(Arc::unwrap_or_clone(told.report));
        }
    }

    /// The walk's caller has gone: time goes on from the step that it is in.
    fn abandon(&mut self, uptime: Uptime) {
        self.has_more = false;
        if let Some(walk) = self.walk.take() {
            self.world.moved(walk.from);
            _ = self.guarded(|it| it.end_walk(uptime));
        }
    }
}
