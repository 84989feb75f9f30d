//! The walk through time that a caller waits for.

use super::Sandbox;
use super::answers::broken;
use super::tickets::{Open, Ticket};
use crate::control;
use crate::engine::walk::{Until, Walk};
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::Uptime;

/// A walk takes this many steps before others get their turn.
const STEPS_AT_ONCE: u32 = 10_000;

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
        let response = self.guarded(|it| control::conclude(&mut it.world, walk, &conclusion)).unwrap_or_else(|broken| broken);
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
            let Some(walk) = &mut self.world.walk else { return Progress::Gone };
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
            let Some(walk) = &mut self.world.walk else { return Progress::Gone };
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
        let Some(walk) = self.world.walk.take() else { return Progress::Gone };
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
        if let Some(walk) = self.world.walk.take() {
            self.world.core.clock.release(uptime);
            self.world.moved(walk.from);
        }
    }
}
