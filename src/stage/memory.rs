//! A sandbox in memory as the stage: without sockets and real time. A receiver that is not an inbox refuses the
//! connection, or stands for an application that answers each webhook alike.

use std::collections::BTreeMap;

use super::Stage;
use crate::engine::delivery::{Failure, Outcome};
use crate::engine::start::Start;
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::kit::time::Uptime;
use crate::sandbox::history::Capsule;
use crate::sandbox::{Answered, Sandbox, Ticket, driving};
use crate::scenario::Scenario;

/// The inboxes that get the webhooks of accounts unless a scenario names other targets: one for each provider, by slug.
pub const INBOXES: &str = "http://{provider}.inbox.playmoney.test/";

/// How the sandbox of a scenario begins that is played: its webhooks go to the application, or to the built-in inboxes of the providers.
pub fn start_of(scenario: &Scenario, seed: u64, application: Option<&str>) -> Start {
    let start = Start {
        webhook_url: Some(application.unwrap_or(INBOXES).to_owned()),
        webhook_url_wins: application.is_some(),
        judged_by_simulated_time: true,
        ..Start::default()
    };
    Start { seed, ..scenario.apply_to(start) }
}

/// One sandbox and its forks.
pub struct MemoryStage {
    main: Sandbox,
    forks: BTreeMap<String, Sandbox>,
    /// The status with which an application answers all webhooks. `None`: nothing listens.
    answers: Option<u16>,
}

impl MemoryStage {
    /// A sandbox that begins like this.
    pub fn new(start: Start) -> Self {
        Self { main: Sandbox::new(start, Uptime::START), forks: BTreeMap::new(), answers: None }
    }

    /// A sandbox that begins like this, for an application that answers every webhook with this status, at once. `None`: nothing
    /// listens.
    pub fn with_application(start: Start, status: Option<u16>) -> Self {
        Self { answers: status, ..Self::new(start) }
    }

    /// A sandbox that has begun, and whose clock stands.
    pub fn of(sandbox: Sandbox) -> Self {
        Self { main: sandbox, forks: BTreeMap::new(), answers: None }
    }

    /// The sandbox after what was played.
    pub fn into_sandbox(self) -> Sandbox {
        self.main
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
        let answers = self.answers;
        ask(self.sandbox(fork), request, &mut |_, _| outcome(answers))
    }

    fn ask_together(&mut self, fork: Option<&str>, requests: Vec<Request>) -> Vec<Result<Response, &'static str>> {
        let answers = self.answers;
        ask_together(self.sandbox(fork), requests, &mut |_, _| outcome(answers))
    }

    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World)) {
        look(self.sandbox(fork).world_mut());
    }

    fn fork(&mut self, from: Option<&str>, name: &str) {
        let answers = self.answers;
        let original = self.sandbox(from);
        driving::finish(original, Uptime::START, &mut |_, _| outcome(answers));
        let copy = original.fork(name, None, Uptime::START);
        self.forks.insert(name.to_owned(), copy);
    }

    fn capsule(&self) -> Option<Capsule> {
        self.main.capsule()
    }

    /// Real time stands still in memory.
    fn uptime(&self) -> Uptime {
        Uptime::START
    }

    fn pause(&mut self) -> bool {
        false
    }
}

/// What comes of a webhook at an application that answers like this.
fn outcome(answers: Option<u16>) -> Outcome {
    answers.map_or_else(|| Outcome::failed(Failure::Refused), Outcome::status)
}

/// Answers one request, and lets everything happen for which it waits. Waits in real time end at once. When a rule delays
/// the answer, simulated time passes until it leaves. A request that a server would not read is refused in the same way.
///
/// # Errors
/// How the connection failed: the word for an effect of the transport.
pub fn ask(sandbox: &mut Sandbox, request: Request, receiver: driving::Receiver<'_>) -> Result<Response, &'static str> {
    match put(sandbox, request) {
        Ok(ticket) => answer(sandbox, ticket, receiver),
        Err(refusal) => Ok(*refusal),
    }
}

/// Answers requests that arrive at one instant.
///
/// # Errors
/// As [`ask`], for each.
pub fn ask_together(sandbox: &mut Sandbox, requests: Vec<Request>, receiver: driving::Receiver<'_>) -> Vec<Result<Response, &'static str>> {
    let put: Vec<_> = requests.into_iter().map(|it| put(sandbox, it)).collect();
    put.into_iter().map(|it| it.map_or_else(|refusal| Ok(*refusal), |ticket| answer(sandbox, ticket, receiver))).collect()
}

/// Puts a request in. An error is the answer to one that is refused before the sandbox hears it.
fn put(sandbox: &mut Sandbox, request: Request) -> Result<Ticket, Box<Response>> {
    match sandbox.refusal(Uptime::START, &request) {
        Some(refusal) => Err(Box::new(refusal)),
        None => Ok(sandbox.handle(Uptime::START, request)),
    }
}

fn answer(sandbox: &mut Sandbox, ticket: Ticket, receiver: driving::Receiver<'_>) -> Result<Response, &'static str> {
    let mut answered = driving::answer(sandbox, Uptime::START, ticket, receiver);
    if answered.is_none()
        && let Some(at) = sandbox.held_until(ticket)
    {
        let walker = sandbox.walk_to(Uptime::START, at);
        driving::answer(sandbox, Uptime::START, walker, receiver);
        sandbox.give_up(Uptime::START, walker);
        answered = driving::answer(sandbox, Uptime::START, ticket, receiver);
    }
    if answered.is_none() {
        sandbox.end_patience(ticket);
        answered = driving::answer(sandbox, Uptime::START, ticket, receiver);
    }
    sandbox.give_up(Uptime::START, ticket);
    let Answered { response, transport, .. } = answered.ok_or("empty_response")?;
    match transport {
        Some(it) if it.fails() => Err(it.word()),
        _ => response.ok_or("empty_response"),
    }
}
