//! The value: its doors, and the story of one request on one screen.

mod answers;
mod served;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use self::answers::{FAULT, HINT, SANDBOX, TIME};
use self::answers::{Stamp, broken, nobody};
pub use self::served::Pacing;
use self::served::{Served, serve};
use crate::contract::hints;
use crate::control::{self, Answer, Waiting};
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::ids::ProviderId;
use crate::engine::inbox::Reaction;
use crate::engine::start::{Impossible, Start};
use crate::engine::walk::{Progress, STEPS_MAX, Until, Walk};
use crate::engine::world::World;
use crate::kit::http::{HeaderValue, Request, Response, StatusCode, Target};
use crate::kit::time::{Timestamp, Uptime};
use crate::providers;

/// Between two breaths a walk takes this many steps.
const BREATH: u32 = 10_000;

/// One isolated world of providers, merchants, objects and webhooks. It does nothing by itself: a request, a moment
/// or a webhook's answer goes in; a reply and things to send come out.
#[derive(Clone)]
pub struct Sandbox {
    world: World,
    /// A panic has left the state in doubt; the last words of it.
    broken: Option<String>,
    /// What the latest answer was stamped with: as long as time stands, the next one gets the same.
    stamp: Stamp,
}

/// What comes out of a request.
#[derive(Debug)]
pub struct Reply {
    pub answer: Answer,
    pub outgoing: Vec<Outgoing>,
    /// What a rule does to the answer on its way.
    pub pacing: Option<Pacing>,
}

impl Sandbox {
    /// A sandbox at its beginning.
    pub fn new(start: Start, uptime: Uptime) -> Self {
        let world = World::new(start, providers::all(), 0, uptime);
        let stamp = Stamp::new(world.core.now, &world.core.name);
        Self { world, broken: None, stamp }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.world.core.name
    }

    /// The state, to be looked at.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Begins anew, as another sandbox of the same name would.
    ///
    /// # Errors
    /// What the scenario asks for in vain; then nothing has changed.
    pub fn begin(&mut self, start: Start, uptime: Uptime) -> Result<(), Vec<Impossible>> {
        self.world = World::load(start, providers::all(), self.world.generation + 1, uptime)?;
        self.broken = None;
        Ok(())
    }

    /// The state, for whoever prepares a request or looks at what came of one.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// A merchant, a payer or a tester calls. Whatever was due by now has happened before the call is heard.
    pub fn handle(&mut self, uptime: Uptime, request: Request) -> Reply {
        if self.broken.is_some() && control::begins_anew(&request) {
            // Nothing of the state in doubt stays, and what comes back late for it means nothing.
            self.world = World::new(self.world.start.clone(), providers::all(), self.world.generation + 1, uptime);
            self.broken = None;
        }
        let answer = self.guarded(|it| {
            it.pass_to(uptime);
            let answer = it.answer(uptime, request);
            it.pass_to(uptime); // what it caused at this very moment
            answer
        });
        let (answer, pacing) = answer.unwrap_or_else(|broken| (Answer::Now(broken), None));
        // Stamped now, however late it leaves: a rule that holds it back makes its way slow, not the provider.
        let answer = match answer {
            Answer::Now(response) => Answer::Now(self.stamped(response)),
            other @ (Answer::Walk | Answer::Wait(_) | Answer::Hangup) => other,
        };
        Reply { answer, outgoing: std::mem::take(&mut self.world.outgoing), pacing }
    }

    fn answer(&mut self, uptime: Uptime, request: Request) -> (Answer, Option<Pacing>) {
        let Target::Provider { slug, .. } = request.path.target() else {
            return (control::call(&mut self.world, uptime, &request), None);
        };
        match self.world.provider_id(slug) {
            Some(provider_id) => self.call(uptime, provider_id, request),
            None => (Answer::Now(nobody(&self.world, request.path.as_str())), None),
        }
    }

    /// One request to one provider, from the journal's point of view.
    fn call(&mut self, uptime: Uptime, provider_id: ProviderId, request: Request) -> (Answer, Option<Pacing>) {
        let (Target::Provider { path, .. } | Target::Control { path }) = request.path.target();
        let contract = self.world.provider(provider_id).contract();
        let turn = self.world.core.journal.turn();
        let Served { mut response, trace, rule, pacing } = serve(&mut self.world, uptime, provider_id, path, &request);
        let unknown = trace.operation.is_none() && response.status == StatusCode::NOT_FOUND && !contract.has_page(path);
        let hint = trace.hint.clone().or_else(|| unknown.then(|| hints::for_path(contract, request.method.as_str(), path).into()));
        if let Some(Ok(hint)) = hint.map(|it| HeaderValue::from_str(&it)) {
            response.headers.insert(HINT, hint);
        }
        let at = self.world.core.now;
        let entry = self.world.core.journal.received((at, turn), contract.slug, request, &trace, rule);
        if let Some(delivery) = trace.waits_for {
            (Answer::Wait(Waiting::Tested { provider_id, delivery, entry, generation: self.world.generation }), pacing)
        } else {
            self.world.core.journal.answered(entry, &response);
            (Answer::Now(response), pacing)
        }
    }

    /// The agenda runs up to now.
    fn pass_to(&mut self, uptime: Uptime) {
        let now = self.world.core.clock.at(uptime).max(self.world.core.now);
        for _ in 0..STEPS_MAX {
            if !self.world.step(uptime, now) {
                break;
            }
        }
        self.world.core.now = now;
        self.world.core.clock.step_to(now);
    }

    /// Real time has passed and something may be due: what has to be sent.
    pub fn wake(&mut self, uptime: Uptime) -> Vec<Outgoing> {
        if self.guarded(|it| it.pass_to(uptime)).is_err() {
            return Vec::new();
        }
        std::mem::take(&mut self.world.outgoing)
    }

    /// How long until something is due by itself; in a broken sandbox nothing is.
    pub fn sleep(&mut self, uptime: Uptime) -> Option<std::time::Duration> {
        if self.broken.is_some() || self.world.core.clock.stands() {
            return None;
        }
        let next = self.world.next_live_at()?;
        self.world.core.clock.wait(uptime, next)
    }

    /// A webhook was answered. A refusal books the next attempt, as the provider's schedule says.
    pub fn settle(&mut self, uptime: Uptime, outgoing: &Outgoing, outcome: Outcome) -> Vec<Outgoing> {
        let done = self.guarded(|it| {
            it.pass_to(uptime);
            it.world.settle(uptime, outgoing.generation, outgoing.id, outcome);
            it.pass_to(uptime);
        });
        if done.is_err() {
            return Vec::new();
        }
        std::mem::take(&mut self.world.outgoing)
    }

    /// How far time has come, and in which life. In a broken sandbox nothing comes any more that could be waited for.
    pub fn reached(&self) -> (u64, Timestamp) {
        (self.world.generation, if self.broken.is_some() { Timestamp::MAX } else { self.world.core.now })
    }

    /// Whether every webhook that has left has been answered.
    pub fn is_quiet(&self) -> bool {
        self.world.is_quiet()
    }

    /// Lets the walk under way go on, but only as far as the next webhook.
    pub fn proceed(&mut self, uptime: Uptime) -> (Progress, Vec<Outgoing>) {
        let progress = self.guarded(|it| it.walk_on(uptime)).unwrap_or(Progress::Gone);
        (progress, std::mem::take(&mut self.world.outgoing))
    }

    fn walk_on(&mut self, uptime: Uptime) -> Progress {
        for _ in 0..BREATH {
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
            let met = (walk.fired_total, walk.deliveries_total);
            let next = self.world.next_live_at().filter(|it| *it <= until.limit());
            let arrived = match (until, next) {
                (Until::Next(_), Some(at)) => 0 < met.0 && now < at,
                (Until::Delivery(_), _) if 0 < met.1 => true,
                (_, next) => next.is_none(),
            };
            match next {
                _ if arrived => return self.arrive(uptime),
                Some(at) if !full => {
                    if let Some(walk) = &mut self.world.walk {
                        walk.stepped();
                    }
                    self.world.step(uptime, at);
                }
                _ => {
                    if let Some(walk) = &mut self.world.walk {
                        walk.incomplete = true;
                    }
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
            Until::Next(_) => 0 < walk.fired_total,
            Until::Delivery(_) => 0 < walk.deliveries_total,
        };
        let nothing_left = !matches!(walk.until, Until::Time(_)) && self.world.is_idle();
        let found = walk.incomplete || met || nothing_left;
        if !found {
            self.world.core.now = self.world.core.now.max(walk.until.limit());
        }
        self.world.core.clock.step_to(self.world.core.now);
        self.world.core.clock.release(uptime);
        Progress::Arrived(Box::new(walk))
    }

    /// What a walk that has arrived is answered with.
    pub fn conclude(&mut self, walk: &Walk) -> Response {
        let response = self.guarded(|it| control::conclude(&mut it.world, walk)).unwrap_or_else(|broken| broken);
        self.stamped(response)
    }

    /// What a walk is answered with that somebody else has ended.
    pub fn ended(&mut self) -> Response {
        let elsewhere = "The walk through time was ended from elsewhere.";
        self.stamped(match &self.broken {
            Some(why) => broken(&self.world, why),
            None => Response::problem(StatusCode::CONFLICT, "advance_ended", elsewhere),
        })
    }

    /// Nobody waits for the walk any more: time goes on from the step it is in.
    pub fn abandon(&mut self, uptime: Uptime) {
        if self.world.walk.take().is_some() {
            self.world.core.clock.release(uptime);
        }
    }

    /// The answer that a waiting caller gets, once there is one, or at the end of their patience.
    pub fn poll(&mut self, uptime: Uptime, waiting: &Waiting, patience_ended: bool) -> Option<Response> {
        let response = self.guarded(|it| {
            let response = control::poll(&mut it.world, uptime, waiting, patience_ended)?;
            if let Waiting::Tested { entry, generation, .. } = waiting
                && *generation == it.world.generation
            {
                it.world.core.journal.answered(*entry, &response);
            }
            Some(response)
        });
        response.unwrap_or_else(Some).map(|it| self.stamped(it))
    }

    /// Something arrives for a built-in inbox from inside this process: no socket, so that its script's delays cost
    /// simulated time only.
    pub fn receive(&mut self, uptime: Uptime, inbox: &str, path: String, outgoing: &Outgoing) -> Option<Reaction> {
        let received = self.guarded(|it| {
            it.pass_to(uptime);
            it.world.receive(uptime, inbox, "POST", path, &outgoing.headers, &outgoing.body)
        });
        received.ok().flatten()
    }

    /// Puts the moment, the date and the name on an answer that was made outside.
    pub fn stamped_at(&self, uptime: Uptime, response: Response) -> Response {
        let now = self.world.core.clock.at(uptime).max(self.world.core.now);
        Stamp::new(now, self.name()).put_on(response)
    }

    /// Puts the moment, the date and the name on an answer.
    fn stamped(&mut self, response: Response) -> Response {
        let (now, name) = (self.world.core.now, &self.world.core.name);
        if self.stamp.at != now || self.stamp.name != *name {
            self.stamp = Stamp::new(now, name);
        }
        self.stamp.put_on(response)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock::Mode;
    use crate::kit::http::Method;

    fn after(seconds: u64) -> Uptime {
        Uptime { elapsed: std::time::Duration::from_secs(seconds), ..Uptime::START }
    }

    fn is_broken(response: &Response) -> bool {
        response.status == StatusCode::INTERNAL_SERVER_ERROR && String::from_utf8_lossy(&response.body).contains("sandbox_broken")
    }

    #[test]
    fn t22_a_broken_sandbox_says_so_and_sleeps() {
        let mut sandbox = Sandbox::new(Start { mode: Mode::Real, ..Start::default() }, after(0));
        let body = r#"{"orderNumber":"A","amount":1,"description":"d","target":{"pan":"4111111111111111"}}"#;
        let perform = Request::new(Method::POST, "/quantum-payouts/api/v1/performPayout", body);
        sandbox.handle(after(0), perform.with("Authorization", "Bearer qm_test_token"));
        assert!(sandbox.sleep(after(1)).is_some(), "the bank will answer");
        let advance = Request::new(Method::POST, "/__admin/clock/advance", r#"{"by":"1m"}"#).with("Content-Type", "application/json");
        assert!(matches!(sandbox.handle(after(1), advance).answer, Answer::Walk));
        assert!(sandbox.guarded::<()>(|_| panic!("a bug")).is_err_and(|it| is_broken(&it)));
        assert!(matches!(sandbox.proceed(after(1)).0, Progress::Gone));
        assert!(is_broken(&sandbox.ended()), "whoever waits for the walk learns why it ended");
        sandbox.abandon(after(1));
        assert!(matches!(sandbox.handle(after(2), Request::new(Method::GET, "/", "")).answer, Answer::Now(it) if is_broken(&it)));
        assert!(sandbox.poll(after(2), &Waiting::Quiet, false).is_some_and(|it| is_broken(&it)));
        assert_eq!(sandbox.sleep(after(99)), None, "nothing happens in it any more, so nothing wakes it");
        let reset = sandbox.handle(after(3), Request::new(Method::POST, "/__admin/reset", ""));
        assert!(matches!(reset.answer, Answer::Now(it) if it.status == StatusCode::OK), "it can begin anew");
    }
}
