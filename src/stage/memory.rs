//! A sandbox in memory as the stage: no socket, no real time. Whoever is not an inbox refuses the connection.

use std::collections::{BTreeMap, VecDeque};

use serde_json::json;

use super::{Stage, control};
use crate::control::Answer;
use crate::engine::delivery::{Failure, Outcome, Outgoing};
use crate::engine::rules::Transport;
use crate::engine::start::Start;
use crate::engine::walk::Progress;
use crate::engine::world::World;
use crate::kit::http::{Method, Request, Response};
use crate::kit::time::Uptime;
use crate::sandbox::{Pacing, Sandbox};

/// The inboxes that accounts tell when nothing else is said: one a provider, by its slug.
pub const INBOXES: &str = "http://{provider}.inbox.playmoney.test/";

/// One sandbox and its forks.
pub struct MemoryStage {
    main: Sandbox,
    forks: BTreeMap<String, Sandbox>,
}

impl MemoryStage {
    /// A sandbox that begins like this.
    pub fn new(start: Start) -> Self {
        Self { main: Sandbox::new(start, Uptime::START), forks: BTreeMap::new() }
    }

    fn sandbox(&mut self, fork: Option<&str>) -> &mut Sandbox {
        match fork.and_then(|it| self.forks.get_mut(it)) {
            Some(fork) => fork,
            None => &mut self.main,
        }
    }
}

impl Stage for MemoryStage {
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str> {
        ask(self.sandbox(fork), request)
    }

    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World)) {
        look(self.sandbox(fork).world_mut());
    }

    fn fork(&mut self, from: Option<&str>, name: &str) {
        let copy = self.sandbox(from).clone();
        self.forks.insert(name.to_owned(), copy);
    }

    fn pause(&mut self) -> bool {
        false
    }
}

/// One request, with all that it waits for.
fn ask(sandbox: &mut Sandbox, request: Request) -> Result<Response, &'static str> {
    let reply = sandbox.handle(Uptime::START, request);
    post(sandbox, reply.outgoing);
    let response = match reply.answer {
        Answer::Now(response) => response,
        Answer::Walk => walk(sandbox),
        Answer::Wait(waiting) => {
            let now = sandbox.poll(Uptime::START, &waiting, false);
            now.or_else(|| sandbox.poll(Uptime::START, &waiting, true)).ok_or("empty_response")?
        }
        Answer::Hangup => return Err("empty_response"),
    };
    arrived(sandbox, response, reply.pacing)
}

/// What the caller sees of an answer that a rule has had its hands on.
fn arrived(sandbox: &mut Sandbox, response: Response, pacing: Option<Pacing>) -> Result<Response, &'static str> {
    let Some(pacing) = pacing else { return Ok(response) };
    if let Some(at) = pacing.held_until {
        ask(sandbox, control(Method::POST, "clock/advance", json!({"to": at}).to_string()))?;
    }
    match pacing.transport {
        None | Some(Transport::Dribble { .. }) => Ok(response),
        Some(it) => Err(it.word()),
    }
}

fn walk(sandbox: &mut Sandbox) -> Response {
    loop {
        let (progress, outgoing) = sandbox.proceed(Uptime::START);
        post(sandbox, outgoing);
        match progress {
            Progress::Arrived(walk) => return sandbox.conclude(&walk),
            Progress::Gone => return sandbox.ended(),
            Progress::Waiting | Progress::More => {}
        }
    }
}

/// Nobody listens outside.
fn post(sandbox: &mut Sandbox, outgoing: Vec<Outgoing>) {
    let mut leaving = VecDeque::from(outgoing);
    while let Some(it) = leaving.pop_front() {
        leaving.extend(sandbox.settle(Uptime::START, &it, Outcome::failed(Failure::Refused)));
    }
}
