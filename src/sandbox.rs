//! The value: its doors, and the story of one request on one screen.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::control::{self, Answer, Waiting};
use crate::engine::contract::hints;
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::inbox::Reaction;
use crate::engine::provider::{Seat, Trace};
use crate::engine::walk::{Progress, STEPS_MAX, Until, Walk};
use crate::engine::world::{Start, World};
use crate::kit::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use crate::kit::time::{Timestamp, Uptime, http_date};
use crate::providers;

/// The simulated moment of an answer.
pub const TIME: HeaderName = HeaderName::from_static("playmoney-time");
/// The sandbox that answered, or the one that is meant.
pub const SANDBOX: HeaderName = HeaderName::from_static("playmoney-sandbox");
/// What to do about a refusal.
pub const HINT: HeaderName = HeaderName::from_static("playmoney-hint");
/// Asks for one documented error.
pub const FAULT: HeaderName = HeaderName::from_static("playmoney-fault");

/// Between two breaths a walk takes this many steps.
const BREATH: u32 = 10_000;

/// One isolated world of providers, merchants, objects and webhooks. It does nothing by itself: a request, a moment
/// or a webhook's answer goes in; a reply and things to send come out.
#[derive(Clone)]
pub struct Sandbox {
    world: World,
    /// A panic has left the state in doubt; the last words of it.
    broken: Option<String>,
}

/// What comes out of a request.
#[derive(Debug)]
pub struct Reply {
    pub answer: Answer,
    pub outgoing: Vec<Outgoing>,
}

impl Sandbox {
    /// A sandbox at its beginning.
    pub fn new(start: Start, uptime: Uptime) -> Self {
        Self { world: World::new(start, providers::all(), 0, uptime), broken: None }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.world.core.name
    }

    /// The state, to be looked at.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// A merchant, a payer or a tester calls. Whatever was due by now has happened before the call is heard.
    pub fn handle(&mut self, uptime: Uptime, request: Request) -> Reply {
        let answer = self.guarded(|it| {
            it.pass_to(uptime);
            let answer = it.answer(uptime, request);
            it.pass_to(uptime); // what it caused at this very moment
            answer
        });
        let answer = match answer.unwrap_or_else(Answer::Now) {
            Answer::Now(response) => Answer::Now(self.stamped(response)),
            other @ (Answer::Walk | Answer::Wait(_) | Answer::Hangup) => other,
        };
        Reply { answer, outgoing: std::mem::take(&mut self.world.outgoing) }
    }

    fn answer(&mut self, uptime: Uptime, request: Request) -> Answer {
        let path = request.path.clone();
        let Some(below) = path.strip_prefix('/') else { return Answer::Now(nobody(&self.world, &path)) };
        let (first, rest) = below.split_once('/').unwrap_or((below, ""));
        if first == "__admin" {
            return control::call(&mut self.world, uptime, rest, &request);
        }
        match self.world.seat(first) {
            Some(seat) => self.call(uptime, seat, &below[first.len()..], request),
            None => Answer::Now(nobody(&self.world, &path)),
        }
    }

    /// One request to one provider, from the journal's point of view.
    fn call(&mut self, uptime: Uptime, seat: Seat, path: &str, request: Request) -> Answer {
        let contract = self.world.member(seat).contract();
        let fault = request.headers.get(FAULT).map(|it| it.to_str().unwrap_or("").to_owned());
        let (mut response, trace, rule) = match fault {
            Some(name) => {
                let operation = contract.operation_at(&request.method, path).map(|it| it.name);
                let error = contract.error(&name).map(|it| it.name);
                let refusal = self.world.member(seat).refuse(&name);
                let rule = refusal.is_some().then(|| name.clone());
                let response = refusal.unwrap_or_else(|| no_such_fault(contract, &name));
                (response, Trace { operation, error, ..Trace::default() }, rule)
            }
            None => self.world.with(seat, uptime, |it, cx| (it.call(cx, path, &request), std::mem::take(&mut cx.trace), None)),
        };
        let unknown = trace.operation.is_none() && response.status == StatusCode::NOT_FOUND && !contract.has_page(path);
        let hint = trace.hint.clone().or_else(|| unknown.then(|| hints::for_path(contract, request.method.as_str(), path).into()));
        if let Some(Ok(hint)) = hint.map(|it| HeaderValue::from_str(&it)) {
            response.headers.insert(HINT, hint);
        }
        let at = self.world.core.now;
        let entry = self.world.core.journal.received(at, contract.slug, request, &trace, rule);
        if let Some(delivery) = trace.waits_for {
            Answer::Wait(Waiting::Tested { seat, delivery, entry, life: self.world.life })
        } else {
            self.world.core.journal.answered(entry, &response);
            Answer::Now(response)
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

    /// How long until something is due by itself.
    pub fn sleep(&mut self, uptime: Uptime) -> Option<std::time::Duration> {
        let next = self.world.next_live_at()?;
        self.world.core.clock.wait(uptime, next)
    }

    /// A webhook was answered. A refusal books the next attempt, as the provider's schedule says.
    pub fn settle(&mut self, uptime: Uptime, outgoing: &Outgoing, outcome: Outcome) -> Vec<Outgoing> {
        let done = self.guarded(|it| {
            it.pass_to(uptime);
            it.world.settle(uptime, outgoing.life, outgoing.delivery, outgoing.number, outcome);
            it.pass_to(uptime);
        });
        if done.is_err() {
            return Vec::new();
        }
        std::mem::take(&mut self.world.outgoing)
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
        let response = control::conclude(&mut self.world, walk);
        self.stamped(response)
    }

    /// Nobody waits for the walk any more: time goes on from the step it is in.
    pub fn abandon(&mut self, uptime: Uptime) {
        if self.world.walk.take().is_some() {
            self.world.core.clock.release(uptime);
        }
    }

    /// The answer that a waiting caller gets, once there is one, or at the end of their patience.
    pub fn poll(&mut self, uptime: Uptime, waiting: &Waiting, patience_ended: bool) -> Option<Response> {
        let response = control::poll(&mut self.world, uptime, waiting, patience_ended)?;
        if let Waiting::Tested { entry, life, .. } = waiting
            && *life == self.world.life
        {
            self.world.core.journal.answered(*entry, &response);
        }
        Some(self.stamped(response))
    }

    /// Something arrives for a built-in inbox from inside this process: no socket, so that its script's delays cost
    /// simulated time only.
    pub fn receive(&mut self, uptime: Uptime, inbox: &str, path: String, outgoing: &Outgoing) -> Option<Reaction> {
        self.pass_to(uptime);
        self.world.receive(uptime, inbox, "POST", path, &outgoing.headers, &outgoing.body)
    }

    /// Puts the moment, the date and the name on an answer that was made outside.
    pub fn stamped_at(&self, uptime: Uptime, response: Response) -> Response {
        self.dated(self.world.core.clock.at(uptime).max(self.world.core.now), response)
    }

    /// Puts the moment, the date and the name on an answer; the body stays as it is.
    fn stamped(&self, response: Response) -> Response {
        self.dated(self.world.core.now, response)
    }

    fn dated(&self, now: Timestamp, mut response: Response) -> Response {
        let texts = [(TIME, now.to_string()), (header::DATE, http_date(now)), (SANDBOX, self.name().to_owned())];
        for (name, text) in texts {
            if let Ok(value) = HeaderValue::from_str(&text) {
                response.headers.insert(name, value);
            }
        }
        response
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

fn broken(world: &World, why: &str) -> Response {
    let detail = format!(
        "Playmoney has a bug, and this sandbox is not to be trusted any more: {why}. Please report it with the requests since its start (seed {}). Other sandboxes go on.",
        world.core.seed
    );
    Response::problem(StatusCode::INTERNAL_SERVER_ERROR, "sandbox_broken", &detail)
}

fn nobody(world: &World, path: &str) -> Response {
    if path == "/" {
        return Response::see_other("/__admin/");
    }
    let slugs: Vec<&str> = world.members.iter().map(|it| it.contract().slug).collect();
    let first = path.split('/').nth(1).unwrap_or("");
    let hint = match hints::nearest(first, slugs.iter().copied()) {
        Some(it) => format!("the nearest provider is /{it}"),
        None => format!("paths begin with a provider, as /{}", slugs.join(", /")),
    };
    Response::problem(StatusCode::NOT_FOUND, "not_found", &format!("No provider lives under {path}; {hint}.")).with(HINT, &hint)
}

fn no_such_fault(contract: &crate::engine::contract::Contract, name: &str) -> Response {
    let known = contract.errors.iter().map(|it| it.name);
    let nearest = hints::nearest(name, known.clone()).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
    let names = known.collect::<Vec<_>>().join(", ");
    let detail = format!("{} documents no error `{name}`.{nearest} It has {names}.", contract.name);
    Response::problem(StatusCode::UNPROCESSABLE_ENTITY, "unknown_fault", &detail)
}
