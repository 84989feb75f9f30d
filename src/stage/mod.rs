//! Plays a scenario's steps and judges the result of each. A [`Stage`] carries them out: a sandbox in memory, or one
//! behind a server.

use std::collections::BTreeSet;
use std::time::Duration as RealDuration;

use bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::control::{Line, Renderer, violations};
use crate::engine::log::Violations;
use crate::engine::matching::Matcher;
use crate::engine::state;
use crate::engine::touched::Touched;
use crate::engine::world::World;
use crate::kit::http::{Method, Request, Response, encoded};
use crate::kit::time::{Timestamp, Uptime, later, parse_duration};
use crate::sandbox::history::Capsule;
use crate::scenario::reference::{Saved, resolved, resolved_rule};
use crate::scenario::yaml::Node;
use crate::scenario::{Scenario, Step, StepKind};

mod answers;
pub mod call;
mod documents;
mod groups;
mod kept;
pub mod memory;
mod probing;
mod report;
mod waiting;
mod watching;
mod webhooks;

use answers::{good, judge};
pub use documents::Received;
pub use kept::Kept;
pub use memory::{INBOXES, MemoryStage, start_of};
use probing::own_values;
pub use probing::{RUN_CHARS, webhook_urls};
use report::interleaved;
pub use report::{Report, StepFailure, StepReport};
pub use watching::{Unwatched, Watch};

/// Carries steps out.
pub trait Stage {
    /// Answers a request to the sandbox or to a fork of it.
    ///
    /// # Errors
    /// How the connection failed: the word for an effect of the transport.
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str>;

    /// Answers requests that arrive at one instant, before any of them is answered.
    fn ask_together(&mut self, fork: Option<&str>, requests: Vec<Request>) -> Vec<Result<Response, &'static str>>;

    /// Looks into the sandbox, or into a fork of it.
    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World));

    /// Copies the sandbox, or a fork of it, under another name.
    fn fork(&mut self, from: Option<&str>, name: &str);

    /// The present moment outside.
    fn uptime(&self) -> Uptime;

    /// Asks the application under test by GET, and keeps the first 16 KiB of its answer.
    ///
    /// # Errors
    /// Why it has not answered.
    fn probe(&mut self, _url: &str) -> Result<Response, String> {
        Err("no application can be asked here: `playmoney run --webhook-url URL` and `playmoney explore` ask one".to_owned())
    }

    /// A step begins to wait for a call of an application, at most this long.
    fn waits(&mut self, _operation: &str, _patience: RealDuration) {}

    /// The history of the sandbox, forks aside. `None`: it keeps none.
    fn capsule(&self) -> Option<Capsule> {
        None
    }

    /// Lets some real time pass, so that an application can call. `false`: no application can call.
    fn pause(&mut self) -> bool;
}

/// Plays every step until one fails.
pub fn play(scenario: &Scenario, stage: &mut dyn Stage) -> Report {
    play_watched(scenario, stage, &mut Unwatched)
}

/// The same, while another looks on, and perhaps says that a failure does not count.
pub fn play_watched(scenario: &Scenario, stage: &mut dyn Stage, watch: &mut dyn Watch) -> Report {
    let started_at = now(stage, None);
    let mut runner = Runner::new(stage, watch);
    let mut steps = Vec::new();
    for (nth, step) in scenario.steps.iter().enumerate() {
        let fork = step.fork.as_deref();
        let result = runner.step(step);
        let Runner { stage, watch, .. } = &mut runner;
        stage.look(None, &mut |world| watch.after(nth, world));
        let is_over = matches!(&result, Err(failure) if failure.is_open);
        let (seen, mut failure) = match result {
            Ok(seen) => (seen, None),
            Err(failure) if failure.is_open => (failure.why, None),
            Err(failure) => (failure.why.clone(), Some(failure)),
        };
        let failed = failure.is_some();
        let inside = failure.as_mut().and_then(|it| it.inside.take());
        let (line, title) = inside.unwrap_or_else(|| (step.line, step.title.clone()));
        let mut report = StepReport { line, title, at: now(runner.stage, fork), seen, failure };
        if fork.is_some() {
            // A fork can have been told secrets that the sandbox itself does not have.
            runner.stage.look(fork, &mut |world| report.mask(&Renderer::of(world)));
        }
        steps.push(report);
        if failed || is_over {
            break;
        }
    }
    runner.look_again(&scenario.steps, &mut steps);
    let mut acts = runner.acts;
    let ended_at = now(stage, None);
    let (mut events, mut violations, mut touched) = (Vec::new(), Violations::default(), Touched::default());
    stage.look(None, &mut |world| {
        let render = Renderer::of(world);
        for it in &mut steps {
            it.mask(&render);
        }
        for it in &mut acts {
            it.what = render.text(&it.what);
        }
        events = interleaved(render.timeline(&world.core), std::mem::take(&mut acts));
        violations = violations::first(world, VIOLATIONS_MAX);
        touched.add(&world.core.ever_touched());
    });
    for fork in scenario.steps.iter().take(steps.len()).filter_map(Step::makes_fork) {
        stage.look(Some(fork), &mut |world| touched.add(&world.core.ever_touched()));
    }
    Report { steps, started_at, ended_at, timeline: events, violations, touched }
}

fn now(stage: &mut dyn Stage, fork: Option<&str>) -> Timestamp {
    let mut now = Timestamp::UNIX_EPOCH;
    stage.look(fork, &mut |world| now = world.core.now);
    now
}

struct Runner<'a> {
    stage: &'a mut dyn Stage,
    watch: &'a mut dyn Watch,
    saved: Saved,
    kept: Kept,
    /// Calls made so far: each has a nonce of its own.
    calls: u64,
    /// Steps played so far inside repetitions.
    repeated: usize,
    /// Journal entries of the scenario's own calls, by fork.
    own: BTreeSet<(Option<String>, u64)>,
    /// Journal entries that a step has waited for, by fork.
    taken: BTreeSet<(Option<String>, u64)>,
    /// What steps did that the log does not tell by itself.
    acts: Vec<Line>,
    /// Where the probes stand in the text whose answers have fitted.
    fitted: BTreeSet<usize>,
}

impl<'a> Runner<'a> {
    fn new(stage: &'a mut dyn Stage, watch: &'a mut dyn Watch) -> Self {
        let [own, taken] = [const { BTreeSet::new() }; 2];
        let saved = own_values(stage, watch);
        let (acts, fitted) = (Vec::new(), BTreeSet::new());
        Self { stage, watch, saved, kept: Kept::default(), calls: 0, repeated: 0, own, taken, acts, fitted }
    }

    /// Plays one step, and returns its result in a few words.
    fn step(&mut self, step: &Step) -> Result<String, StepFailure> {
        let fork = step.fork.as_deref();
        let in_words = step.doing.in_words(|it| resolved(it, &self.saved).unwrap_or_else(|_| it.clone()));
        let Some((kind, what)) = in_words else { return self.judged(step) };
        let (place, mut sequence) = (self.acts.len(), 0);
        self.stage.look(None, &mut |world| sequence = world.core.log.next_sequence());
        let what = fork.map_or_else(|| what.clone(), |it| format!("{what} (in {it})"));
        self.acts.push(Line { sequence, at: now(self.stage, fork), kind, what });
        let result = self.judged(step);
        if fork.is_some() {
            let act = &mut self.acts[place];
            self.stage.look(fork, &mut |world| act.what = Renderer::of(world).text(&act.what));
        }
        result
    }

    /// Carries a step out, unless its failure does not count.
    fn judged(&mut self, step: &Step) -> Result<String, StepFailure> {
        let result = self.carry_out(step);
        let Err(failure) = result else { return result };
        if failure.inside.is_some() || failure.is_open {
            return Err(failure); // the step inside it was judged
        }
        let Self { stage, watch, .. } = self;
        let mut open = None;
        stage.look(None, &mut |world| open = watch.leaves_open(step, &failure, world));
        match open {
            None => Err(failure),
            Some(why) if step.only_looks() => Ok(why),
            Some(why) => Err(StepFailure { is_open: true, ..StepFailure::new(why) }), // later steps build on it
        }
    }

    fn carry_out(&mut self, step: &Step) -> Result<String, StepFailure> {
        let fork = step.fork.as_deref();
        match &step.doing {
            StepKind::Call(call) => {
                let request = self.request(fork, call)?;
                let first = self.next_journal_id(fork);
                let answer = self.stage.ask(fork, request);
                let last = self.next_journal_id(fork);
                self.own.extend((first..last).map(|it| (step.fork.clone(), it)));
                self.judge_answer(step, call.expect.as_ref(), answer, true)
            }
            StepKind::Act { provider, action, with, expect } => {
                let body = with.as_ref().map_or(Ok("{}".to_owned()), |it| self.json(it))?;
                let answer = self.control(fork, Method::POST, &format!("act/{provider}/{action}"), body);
                self.judge_answer(step, expect.as_ref(), answer, false)
            }
            StepKind::Advance { with, expect } => {
                let answer = self.advance(fork, with)?;
                let expect = expect.as_ref().filter(|_| !self.watch.is_deviated());
                self.judge_answer(step, expect, Ok(answer), false)
            }
            StepKind::Expect { of, body } => {
                let matcher = self.matcher(body)?;
                let saved = || self.saved.get(of).map_or(String::new(), Json::to_string);
                judge(matcher.misses(self.saved.get(of)), || (saved(), Received::of(of, saved().as_bytes(), Some(&matcher))))?;
                Ok(format!("{of} is as expected"))
            }
            StepKind::ExpectWebhook(with) => self.expect_webhook(step, with),
            StepKind::ExpectNoWebhook(with) => self.expect_no_webhook(fork, with),
            StepKind::Rule(rule) => {
                let answer = self.control(fork, Method::POST, "rules", self.rule(rule)?);
                self.judge_answer(step, None, answer, false)
            }
            StepKind::DropRule(name) => {
                let answer = self.control(fork, Method::DELETE, &format!("rules/{}", encoded(name)), String::new());
                self.judge_answer(step, None, answer, false)
            }
            StepKind::Receiver { inbox, respond } => {
                let body = format!("{{\"respond\":{}}}", self.json(respond)?);
                let answer = self.control(fork, Method::PUT, &format!("inbox/{inbox}/script"), body);
                self.judge_answer(step, None, answer, false)
            }
            StepKind::Set { provider, account, with } => self.set(step, provider, account.as_ref(), with),
            StepKind::Snapshot(name) => {
                let answer = self.control(fork, Method::GET, "state", String::new());
                let state = good(answer)?;
                self.kept.snapshot(name, state.body)?;
                Ok(format!("kept as {name}"))
            }
            StepKind::Restore(name) => self.restore(fork, name),
            StepKind::Fork(name) => self.fork(fork, name),
            StepKind::WaitFor(with) => self.wait_for(step, with),
            StepKind::Probe { url, expect, timeout, stays } => self.probe(step, url, expect, [*timeout, *stays]),
            StepKind::Repeat { times, steps } => self.repeat(times, steps),
            StepKind::Together(calls) => self.together(fork, calls),
        }
    }

    fn set(&mut self, step: &Step, provider: &str, account: Option<&Node>, with: &Node) -> Result<String, StepFailure> {
        let fork = step.fork.as_deref();
        let account = account.map(|it| self.plain(it)).transpose()?;
        let account = account.map_or_else(|| self.usual_account(fork, provider), Ok)?;
        let body = self.json(with)?;
        let answer = self.control(fork, Method::PATCH, &format!("accounts/{provider}/{}", encoded(&account)), body);
        self.judge_answer(step, None, answer, false)
    }

    fn restore(&mut self, fork: Option<&str>, name: &str) -> Result<String, StepFailure> {
        let state = self.kept.snapshots.get(name).cloned().unwrap_or_default();
        good(self.stage.ask(fork, control(Method::PUT, "state", state)))?;
        // Ids from here on will be given to other calls.
        let next = self.next_journal_id(fork);
        let is_valid = |it: &(Option<String>, u64)| it.0.as_deref() != fork || it.1 < next;
        self.own.retain(is_valid);
        self.taken.retain(is_valid);
        Ok(format!("back at {name}"))
    }

    fn fork(&mut self, from: Option<&str>, name: &str) -> Result<String, StepFailure> {
        let mut bytes = 0;
        self.stage.look(from, &mut |world| bytes = state::bytes(world));
        self.kept.fork(name, bytes)?;
        self.stage.fork(from, name);
        // The copy begins with the same journal, so the same calls are the scenario's own or taken.
        for all in [&mut self.own, &mut self.taken] {
            let known: Vec<u64> = all.iter().filter(|it| it.0.as_deref() == from).map(|it| it.1).collect();
            all.extend(known.into_iter().map(|id| (Some(name.to_owned()), id)));
        }
        Ok(format!("copied as {name}"))
    }

    fn control(&mut self, fork: Option<&str>, method: Method, path: &str, body: impl Into<Bytes>) -> Result<Response, &'static str> {
        self.stage.ask(fork, control(method, path, body))
    }

    /// The id that the next journal entry will have.
    fn next_journal_id(&mut self, fork: Option<&str>) -> u64 {
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

    /// A rule with its references to saved values replaced.
    fn rule(&self, node: &Node) -> Result<String, StepFailure> {
        resolved_rule(node, &self.saved).map(|it| it.to_json()).map_err(StepFailure::new)
    }

    /// A value with its references replaced, as text.
    fn plain(&self, node: &Node) -> Result<String, StepFailure> {
        let node = resolved(node, &self.saved).map_err(StepFailure::new)?;
        node.plain().map(str::to_owned).ok_or_else(|| StepFailure::new(format!("a text is expected here, not {}", node.word())))
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

/// The message when a walk stands at one instant for ever.
pub const STANDS_STILL: &str = "time cannot pass: what happens at this instant causes itself again and again";

/// After this number of walks at one instant time stands still.
pub const WALKS_AT_ONE_INSTANT_MAX: usize = 20;

/// Lets time pass until the walk has arrived: a walk that has hit a bound is continued by another. Returns the answers to
/// all walks; `None` when time stands still.
///
/// # Errors
/// Those of `ask`.
pub fn advance<E>(body: &str, mut ask: impl FnMut(Request) -> Result<Response, E>) -> Result<Option<Vec<Response>>, E> {
    let mut answers = Vec::new();
    let mut at_one_instant = 0;
    loop {
        let answer = ask(control(Method::POST, "clock/advance", body.to_owned()))?;
        let report: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
        answers.push(answer);
        if report["incomplete"] != json!(true) {
            return Ok(Some(answers));
        }
        at_one_instant = if report["from"] == report["now"] { at_one_instant + 1 } else { 0 };
        if at_one_instant == WALKS_AT_ONE_INSTANT_MAX {
            return Ok(None);
        }
    }
}

/// The body of a call that lets time pass for this duration, in as many walks as needed.
///
/// # Errors
/// A sentence: the text is not a duration, or it leads too far.
pub fn until(now: Timestamp, span: &str) -> Result<String, String> {
    let to = later(now, parse_duration(span)?).ok_or_else(|| format!("{span} leads past the year 9999"))?;
    Ok(json!({"to": to}).to_string())
}

/// A call of the control API.
///
/// # Panics
/// Never: the header is valid.
pub fn control(method: Method, path: &str, body: impl Into<Bytes>) -> Request {
    Request::new(method, &format!("/__admin/{path}"), body).with("Content-Type", "application/json")
}

/// Violations in one report.
const VIOLATIONS_MAX: usize = 1_000;

/// Real time between two looks at the sandbox.
pub const PAUSE: RealDuration = RealDuration::from_millis(10);
/// How long a step waits unless it says otherwise, in real time.
const PATIENCE: RealDuration = RealDuration::from_secs(5);
