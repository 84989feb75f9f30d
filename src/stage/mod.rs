//! Plays a scenario's steps and judges what comes of each. What carries them out is a [`Stage`]: a sandbox in memory, or
//! one behind a server.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration as RealDuration;

use bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::control::{Line, Renderer};
use crate::engine::matching::{Matcher, Mismatch};
use crate::engine::world::World;
use crate::kit::http::{Method, Request, Response, encoded};
use crate::kit::time::{Timestamp, later, parse_duration};
use crate::scenario::reference::{Saved, resolved};
use crate::scenario::yaml::{Node, What};
use crate::scenario::{Scenario, Step, StepKind};

mod answers;
pub mod call;
pub mod memory;
mod waiting;
mod webhooks;

use answers::{good, judged};
pub use memory::{INBOXES, MemoryStage};

/// What carries steps out.
pub trait Stage {
    /// A request, to the sandbox or to a fork of it.
    ///
    /// # Errors
    /// How the connection failed: the word for an effect of the transport.
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str>;

    /// Looks into the sandbox, or into a fork of it.
    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World));

    /// Copies the sandbox, or a fork of it, under another name.
    fn fork(&mut self, from: Option<&str>, name: &str);

    /// Lets some real time pass, in which somebody outside may call. `false`: nobody is outside.
    fn pause(&mut self) -> bool;
}

/// What came of one step.
#[derive(Clone, Debug)]
pub struct StepReport {
    pub line: usize,
    pub title: String,
    /// The simulated moment after it.
    pub at: Timestamp,
    /// What was seen, in a few words.
    pub seen: String,
    pub failure: Option<StepFailure>,
}

/// Why a step failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepFailure {
    pub why: String,
    /// Expectations that were not met, one by one.
    pub misses: Vec<Mismatch>,
    /// What was answered instead, as far as it helps.
    pub answer: Option<String>,
}

impl StepReport {
    /// Secrets from outside are not told.
    fn veil(&mut self, render: &Renderer<'_>) {
        let veiled = |text: &mut String| *text = render.text(text);
        [&mut self.title, &mut self.seen].into_iter().for_each(veiled);
        let Some(failure) = &mut self.failure else { return };
        veiled(&mut failure.why);
        failure.misses.iter_mut().flat_map(|it| [&mut it.path, &mut it.expected, &mut it.actual]).for_each(veiled);
        failure.answer.iter_mut().for_each(veiled);
    }
}

impl StepFailure {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), ..Self::default() }
    }
}

/// What came of a whole scenario.
#[derive(Clone, Debug)]
pub struct Report {
    pub steps: Vec<StepReport>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub timeline: Vec<Line>,
}

impl Report {
    /// The step that failed: the last one, since nothing is played after it.
    pub fn failed(&self) -> Option<&StepReport> {
        self.steps.last().filter(|it| it.failure.is_some())
    }
}

/// Plays every step up to the first that fails.
pub fn play(scenario: &Scenario, stage: &mut dyn Stage) -> Report {
    let started_at = now(stage, None);
    let mut runner =
        Runner { stage, saved: Saved::new(), snapshots: BTreeMap::new(), calls: 0, own: BTreeSet::new(), taken: BTreeSet::new() };
    let mut steps = Vec::new();
    for step in &scenario.steps {
        let fork = step.fork.as_deref();
        let (seen, failure) = match runner.step(step) {
            Ok(seen) => (seen, None),
            Err(failure) => (failure.why.clone(), Some(failure)),
        };
        let failed = failure.is_some();
        steps.push(StepReport { line: step.line, title: step.title.clone(), at: now(runner.stage, fork), seen, failure });
        if failed {
            break;
        }
    }
    let ended_at = now(stage, None);
    let mut events = Vec::new();
    stage.look(None, &mut |world| {
        let render = Renderer::of(world);
        for it in &mut steps {
            it.veil(&render);
        }
        events = render.timeline();
    });
    Report { steps, started_at, ended_at, timeline: events }
}

fn now(stage: &mut dyn Stage, fork: Option<&str>) -> Timestamp {
    let mut now = Timestamp::UNIX_EPOCH;
    stage.look(fork, &mut |world| now = world.core.now);
    now
}

struct Runner<'a> {
    stage: &'a mut dyn Stage,
    saved: Saved,
    snapshots: BTreeMap<String, Bytes>,
    /// Calls made so far: each has a nonce of its own.
    calls: u64,
    /// Journal entries of the scenario's own calls, by fork.
    own: BTreeSet<(Option<String>, u64)>,
    /// Journal entries that a step has waited for, by fork.
    taken: BTreeSet<(Option<String>, u64)>,
}

impl Runner<'_> {
    /// One step: what was seen.
    fn step(&mut self, step: &Step) -> Result<String, StepFailure> {
        let fork = step.fork.as_deref();
        match &step.doing {
            StepKind::Call(call) => {
                let request = self.request(fork, call)?;
                let first = self.journaled(fork);
                let answer = self.stage.ask(fork, request);
                let last = self.journaled(fork);
                self.own.extend((first..last).map(|it| (step.fork.clone(), it)));
                self.answered(step, call.expect.as_ref(), answer, true)
            }
            StepKind::Act { provider, action, with, expect } => {
                let body = with.as_ref().map_or(Ok("{}".to_owned()), |it| self.json(it))?;
                let answer = self.control(fork, Method::POST, &format!("act/{provider}/{action}"), body);
                self.answered(step, expect.as_ref(), answer, false)
            }
            StepKind::Advance { with, expect } => {
                let answer = self.advance(fork, with)?;
                self.answered(step, expect.as_ref(), Ok(answer), false)
            }
            StepKind::Expect { of, body } => {
                let matcher = self.matcher(body)?;
                judged(matcher.misses(self.saved.get(of)), || self.saved.get(of).map_or(String::new(), Json::to_string))?;
                Ok(format!("{of} is as expected"))
            }
            StepKind::ExpectWebhook(with) => self.expect_webhook(step, with),
            StepKind::ExpectNoWebhook(with) => self.expect_no_webhook(fork, with),
            StepKind::Rule(rule) => {
                let answer = self.control(fork, Method::POST, "rules", self.rule(rule)?);
                self.answered(step, None, answer, false)
            }
            StepKind::DropRule(name) => {
                let answer = self.control(fork, Method::DELETE, &format!("rules/{}", encoded(name)), String::new());
                self.answered(step, None, answer, false)
            }
            StepKind::Receiver { inbox, respond } => {
                let body = format!("{{\"respond\":{}}}", self.json(respond)?);
                let answer = self.control(fork, Method::PUT, &format!("inbox/{inbox}/script"), body);
                self.answered(step, None, answer, false)
            }
            StepKind::Set { provider, account, with } => self.set(step, provider, account.as_ref(), with),
            StepKind::Snapshot(name) => {
                let answer = self.control(fork, Method::GET, "state", String::new());
                let state = good(answer)?;
                self.snapshots.insert(name.clone(), state.body);
                Ok(format!("kept as {name}"))
            }
            StepKind::Restore(name) => self.restore(fork, name),
            StepKind::Fork(name) => self.fork(fork, name),
            StepKind::WaitFor(with) => self.wait_for(step, with),
        }
    }

    fn set(&mut self, step: &Step, provider: &str, account: Option<&Node>, with: &Node) -> Result<String, StepFailure> {
        let fork = step.fork.as_deref();
        let account = account.map(|it| self.plain(it)).transpose()?;
        let account = account.map_or_else(|| self.usual_account(fork, provider), Ok)?;
        let body = self.json(with)?;
        let answer = self.control(fork, Method::PATCH, &format!("accounts/{provider}/{}", encoded(&account)), body);
        self.answered(step, None, answer, false)
    }

    fn restore(&mut self, fork: Option<&str>, name: &str) -> Result<String, StepFailure> {
        let state = self.snapshots.get(name).cloned().unwrap_or_default();
        good(self.stage.ask(fork, control(Method::PUT, "state", state)))?;
        // Numbers beyond are given once more, to other calls.
        let next = self.journaled(fork);
        let stays = |it: &(Option<String>, u64)| it.0.as_deref() != fork || it.1 < next;
        self.own.retain(stays);
        self.taken.retain(stays);
        Ok(format!("back at {name}"))
    }

    fn fork(&mut self, from: Option<&str>, name: &str) -> Result<String, StepFailure> {
        self.stage.fork(from, name);
        // Whose the calls were that it begins with is known there too.
        for all in [&mut self.own, &mut self.taken] {
            let known: Vec<u64> = all.iter().filter(|it| it.0.as_deref() == from).map(|it| it.1).collect();
            all.extend(known.into_iter().map(|id| (Some(name.to_owned()), id)));
        }
        Ok(format!("copied as {name}"))
    }

    fn control(&mut self, fork: Option<&str>, method: Method, path: &str, body: impl Into<Bytes>) -> Result<Response, &'static str> {
        self.stage.ask(fork, control(method, path, body))
    }

    /// The number of the next journal entry.
    fn journaled(&mut self, fork: Option<&str>) -> u64 {
        let mut next = 0;
        self.stage.look(fork, &mut |world| next = world.core.log.next_id());
        next
    }

    fn advance(&mut self, fork: Option<&str>, with: &Node) -> Result<Response, StepFailure> {
        let with = resolved(with, &self.saved).map_err(StepFailure::new)?;
        let body = match with.get("by").unwrap_or(&with).plain() {
            Some(by) => until(now(self.stage, fork), by).map_err(StepFailure::new)?,
            None => with.to_json(),
        };
        let answers = advance(&body, |it| good(self.stage.ask(fork, it)))?;
        answers.and_then(|mut it| it.pop()).ok_or_else(|| StepFailure::new(STANDS_STILL))
    }

    /// A value with its references replaced, as JSON.
    fn json(&self, node: &Node) -> Result<String, StepFailure> {
        resolved(node, &self.saved).map(|it| it.to_json()).map_err(StepFailure::new)
    }

    /// A rule with its references replaced. What looks like one now was saved or escaped, and is text.
    fn rule(&self, node: &Node) -> Result<String, StepFailure> {
        let node = resolved(node, &self.saved).map_err(StepFailure::new)?;
        let escaped = node.map_texts(&mut |text, _| Ok::<_, StepFailure>(What::Text(text.replace("${", "$${"))))?;
        Ok(escaped.to_json())
    }

    /// A value with its references replaced, as text.
    fn plain(&self, node: &Node) -> Result<String, StepFailure> {
        let node = resolved(node, &self.saved).map_err(StepFailure::new)?;
        node.plain().map(str::to_owned).ok_or_else(|| StepFailure::new(format!("here stands text, not {}", node.word())))
    }

    fn matcher(&self, node: &Node) -> Result<Matcher, StepFailure> {
        let node = resolved(node, &self.saved).map_err(StepFailure::new)?;
        Matcher::read(&node).map_err(|it| StepFailure::new(it.what))
    }

    fn usual_account(&mut self, fork: Option<&str>, provider: &str) -> Result<String, StepFailure> {
        let mut found = None;
        self.stage.look(fork, &mut |world| found = call::usual_account(world, provider));
        found.ok_or_else(|| StepFailure::new(format!("{provider} has no account")))
    }
}

/// What is said when a walk stands at one instant for ever.
pub const STANDS_STILL: &str = "time does not get on: what happens at this instant causes itself again and again";

/// Time passes until the walk is done: one that hit a bound is taken up again. What each part of it was answered with;
/// `None` when it stands still.
///
/// # Errors
/// Those of `ask`.
pub fn advance<E>(body: &str, mut ask: impl FnMut(Request) -> Result<Response, E>) -> Result<Option<Vec<Response>>, E> {
    let mut answers = Vec::new();
    loop {
        let answer = ask(control(Method::POST, "clock/advance", body.to_owned()))?;
        let report: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
        answers.push(answer);
        if report["incomplete"] != json!(true) {
            return Ok(Some(answers));
        }
        if report["from"] == report["now"] {
            return Ok(None);
        }
    }
}

/// The body of a call that lets so much time pass, however many walks it takes.
///
/// # Errors
/// A sentence that says why it is not a span, or that it leads too far.
pub fn until(now: Timestamp, span: &str) -> Result<String, String> {
    let to = later(now, parse_duration(span)?).ok_or_else(|| format!("{span} leads past the year 9999"))?;
    Ok(json!({"to": to}).to_string())
}

/// A call of the control API.
///
/// # Panics
/// Never: the header is one.
pub fn control(method: Method, path: &str, body: impl Into<Bytes>) -> Request {
    Request::new(method, &format!("/__admin/{path}"), body).with("Content-Type", "application/json")
}

/// Real time between two looks.
pub const PAUSE: RealDuration = RealDuration::from_millis(10);
/// How long a step waits unless it says otherwise, in real time.
const PATIENCE: RealDuration = RealDuration::from_secs(5);
