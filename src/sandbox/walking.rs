//! The walk through time that a caller waits for.

use super::Sandbox;
use super::answers::broken;
use super::tickets::{Open, Ticket};
use crate::control::{self, Until, Walked};
use crate::engine::log::{Log, WalkReport};
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::{Timestamp, Uptime};

/// Steps of the agenda in one walk.
pub const STEPS_MAX: u64 = 1_000_000;
/// Attempts in one walk.
pub const DELIVERIES_MAX: u64 = 100_000;
/// Steps and attempts at one instant: a receiver that causes its own next webhook stands still for ever.
pub const INSTANT_MAX: u64 = 10_000;
/// Real time of one walk.
pub const REAL_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(60);
/// A walk takes this many steps before others get their turn.
const STEPS_AT_ONCE: u32 = 10_000;

/// A walk under way.
#[derive(Clone, Debug)]
pub struct Walk {
    pub from: Timestamp,
    pub until: Until,
    pub started: Uptime,
    pub steps: u64,
    /// The instant at which it stands, and what has happened there.
    instant: (Timestamp, u64),
    /// What it has met.
    pub report: WalkReport,
    /// A bound was hit before the end was reached.
    pub incomplete: bool,
}

impl Walk {
    /// One that begins now; its report begins with the log's entry of that sequence number.
    pub fn new(from: Timestamp, until: Until, started: Uptime, sequence: u64) -> Self {
        let report = WalkReport::new(sequence);
        Self { from, until, started, steps: 0, instant: (from, 0), report, incomplete: false }
    }

    /// A step is taken.
    pub fn stepped(&mut self) {
        self.steps += 1;
        self.instant.1 += 1;
    }

    /// The walk stands there now.
    pub fn stands_at(&mut self, now: Timestamp) {
        if self.instant.0 < now {
            self.instant = (now, 0);
        }
    }

    /// Reads what was logged since the last time.
    pub fn read(&mut self, log: &Log) {
        self.instant.1 += self.report.read(log);
    }

    /// Whether one of the bounds of a walk is reached.
    pub fn is_exhausted(&self, uptime: Uptime) -> bool {
        let took = uptime.elapsed.saturating_sub(self.started.elapsed);
        let bounds = self.steps >= STEPS_MAX || self.instant.1 >= INSTANT_MAX;
        bounds || self.report.deliveries_total >= DELIVERIES_MAX || took >= REAL_TIME_MAX
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
    pub(super) fn begin_walk(&mut self, uptime: Uptime, until: Until) {
        let core = &mut self.world.core;
        core.clock.hold(uptime);
        self.walk = Some(Walk::new(core.now, until, uptime, core.log.next_sequence()));
    }

    /// Lets the walk under way go on, up to the next webhook; its caller's ticket has the answer once it has arrived.
    pub(super) fn proceed(&mut self, now: Uptime) {
        let Some(walker) = self.tickets.walker else { return };
        let progress = self.guarded(|it| it.walk_on(now)).unwrap_or(Progress::Gone);
        self.has_more = matches!(progress, Progress::More);
        let response = match progress {
            Progress::Waiting | Progress::More => return,
            Progress::Arrived(walk) => self.conclude(walker, &walk),
            Progress::Gone => self.ended(),
        };
        self.tickets.walker = None;
        self.tickets.answer(walker, response);
    }

    fn conclude(&mut self, walker: Ticket, walk: &Walk) -> Response {
        let Some(Open::Walk(conclusion)) = self.tickets.take(walker) else { return self.ended() };
        let arrived = Walked { from: walk.from, report: &walk.report, incomplete: walk.incomplete };
        let response = self.guarded(|it| control::conclude(&mut it.world, &arrived, &conclusion)).unwrap_or_else(|broken| broken);
        self.stamped(response)
    }

    /// What a walk is answered with that another call has ended.
    fn ended(&mut self) -> Response {
        let elsewhere = "The walk through time was ended from elsewhere.";
        let response = match &self.broken {
            Some(why) => broken(&self.world, why),
            None => Response::problem(StatusCode::CONFLICT, "advance_ended", elsewhere),
        };
        self.stamped(response)
    }

    fn walk_on(&mut self, uptime: Uptime) -> Progress {
        for _ in 0..STEPS_AT_ONCE {
            let (now, quiet) = (self.world.core.now, self.world.is_quiet());
            let Some(walk) = &mut self.walk else { return Progress::Gone };
            walk.stands_at(now);
            let until = walk.until;
            let full = walk.is_exhausted(uptime);
            if !quiet {
                if !full {
                    return Progress::Waiting;
                }
                walk.incomplete = true;
                return self.arrive(uptime);
            }
            let met = (walk.report.fired_total, walk.report.deliveries_total);
            let next = self.world.next_live_at().filter(|it| *it <= until.limit());
            let arrived = match (until, next) {
                (Until::Next(_), Some(at)) => 0 < met.0 && now < at,
                (Until::Delivery(_), _) if 0 < met.1 => true,
                (_, next) => next.is_none(),
            };
            let Some(walk) = &mut self.walk else { return Progress::Gone };
            match next {
                _ if arrived => return self.arrive(uptime),
                Some(at) if !full => {
                    walk.stepped();
                    self.step(uptime, at);
                }
                _ => {
                    walk.incomplete = true;
                    return self.arrive(uptime);
                }
            }
        }
        Progress::More
    }

    /// The walk is over. One that has met all it looked for stays where it is; any other ends at its moment.
    fn arrive(&mut self, uptime: Uptime) -> Progress {
        let Some(walk) = self.walk.take() else { return Progress::Gone };
        let met = match walk.until {
            Until::Time(_) | Until::Idle(_) => false,
            Until::Next(_) => 0 < walk.report.fired_total,
            Until::Delivery(_) => 0 < walk.report.deliveries_total,
        };
        let nothing_left = !matches!(walk.until, Until::Time(_)) && self.world.is_idle();
        let found = walk.incomplete || met || nothing_left;
        if !found {
            self.world.core.now = self.world.core.now.max(walk.until.limit());
        }
        self.world.core.clock.step_to(self.world.core.now);
        self.world.core.clock.release(uptime);
        self.world.moved(walk.from);
        Progress::Arrived(Box::new(walk))
    }

    /// The walk's caller has gone: time goes on from the step that it is in.
    pub(super) fn abandon(&mut self, uptime: Uptime) {
        self.has_more = false;
        if let Some(walk) = self.walk.take() {
            self.world.core.clock.release(uptime);
            self.world.moved(walk.from);
        }
    }
}
