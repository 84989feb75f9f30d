//! A scenario under other schedules of its webhooks, against a receiver in the same program.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use super::{Error, Webhook, in_memory};
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::matching::Mismatch;
use crate::engine::start::Start;
use crate::engine::world::World;
use crate::explore::{self, BUDGET, BUDGET_MAX, Certainty, End, Explored, Limits, Run, Task, rows, with_rules};
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::time::Uptime;
use crate::sandbox::{self, driving};
use crate::scenario::Scenario;
use crate::stage::{Stage, memory};

/// Answers a webhook with an HTTP status.
type Receiver<'a> = Box<dyn FnMut(&Webhook) -> u16 + 'a>;
/// Gives what the application shows at an address.
type Probe<'a> = Box<dyn FnMut(&str) -> Json + 'a>;

/// A scenario that is about to be explored: [`Sandbox::explore`](super::Sandbox::explore) makes it, and [`play`](Self::play) plays it.
#[must_use = "nothing is played without `play`"]
pub struct Exploration<'a> {
    text: &'a str,
    scenario: &'a Scenario,
    receiver: Receiver<'a>,
    probe: Option<Probe<'a>>,
    budget: u32,
    seed: u64,
}

/// What an exploration has found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Findings {
    /// How many times the scenario was played, without those that have made a schedule shorter.
    pub runs: u32,
    /// Schedules with one deviation.
    pub one: Tried,
    /// Schedules with two deviations.
    pub two: Tried,
    /// The schedule that breaks an expectation; `None` when none does.
    pub counterexample: Option<Counterexample>,
}

/// How far the schedules of one size were played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tried {
    /// How many exist.
    pub all: u64,
    /// How many were played.
    pub played: u64,
    /// How many would show the receiver of each object only what it has seen in another run.
    /// Those with two deviations are played at last: a receiver can mix objects up.
    pub same: u64,
    /// How many end after the last expectation, so that nothing could be proved of them.
    pub too_late: u64,
}

/// The shortest schedule that was found to break an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counterexample {
    /// What becomes of which webhook, a sentence each. Without a deviation the scenario fails by itself, or when it is played again.
    pub deviations: Vec<String>,
    /// The step that has failed, and why.
    pub failed: String,
    /// What happened, oldest first; `>` stands before the first request that differs from the plain run.
    pub timeline: Vec<String>,
    /// The scenario with the rules that bring the schedule about.
    pub scenario: String,
    /// Whether it has failed again under the same schedule.
    pub repeats: bool,
}

/// The failure as a person reads it.
impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.failed)?;
        self.deviations.iter().try_for_each(|it| writeln!(f, "  {it}"))?;
        self.timeline.iter().try_for_each(|it| writeln!(f, "{it}"))
    }
}

impl<'a> Exploration<'a> {
    pub(super) fn of(text: &'a str, scenario: &'a Scenario, seed: u64, receiver: Receiver<'a>) -> Self {
        Self { text, scenario, receiver, probe: None, budget: BUDGET, seed }
    }

    /// This function answers the step `probe`: it gets the address of the step, and gives what the application shows there.
    pub fn probe(self, probe: impl FnMut(&str) -> Json + 'a) -> Self {
        Self { probe: Some(Box::new(probe)), ..self }
    }

    /// Plays at most this number of runs instead of 200; at most 99,958.
    pub fn budget(self, runs: u32) -> Self {
        Self { budget: runs.clamp(1, BUDGET_MAX), ..self }
    }

    /// Draws ids, and schedules of many deviations, from this seed instead of the sandbox's.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Plays the scenario again and again, until an expectation breaks or the budget is used up.
    ///
    /// # Errors
    /// [`Error::Scenario`] when a sandbox cannot begin with the scenario, [`Error::Usage`] when it expects nothing.
    pub fn play(mut self) -> Result<Findings, Error> {
        if !self.scenario.steps.iter().any(crate::scenario::Step::proves) {
            return Err(Error::Usage("The scenario expects nothing, so nothing can break: add the step `probe`.".to_owned()));
        }
        let (scenario, seed) = (self.scenario, self.seed);
        let limits = Limits { seed, budget: self.budget, jobs: 1, first_run: 1, receiver: explore::Receiver::OneByOne };
        let start = in_memory(Start { seed, webhook_url_wins: true, ..scenario.apply_to(Start::default()) });
        let mut play = |tasks: &[Task<'_>]| tasks.iter().map(|it| self.play_one(it, start.clone())).collect::<Result<Vec<Run>, Error>>();
        let explored = explore::explore(scenario, &limits, &mut play, &mut |_| {})?;
        Ok(self.findings(&explored))
    }

    fn play_one(&mut self, task: &Task<'_>, start: Start) -> Result<Run, Error> {
        let mut main = sandbox::Sandbox::new(in_memory(Start::default()), Uptime::START);
        let begun = main.begin(explore::begins(task, start), Uptime::START);
        begun.map_err(|it| Error::Scenario(self.scenario.mistakes(it).render(false)))?;
        let mut stage = HeardStage { main, forks: BTreeMap::new(), receiver: &mut self.receiver, probe: &mut self.probe };
        Ok(explore::play(self.scenario, task, &mut stage))
    }

    fn findings(&self, explored: &Explored) -> Findings {
        let level = |it: explore::Level| Tried { all: it.all, played: it.played, same: it.same, too_late: it.too_late };
        let counterexample = match &explored.end {
            End::Nothing | End::Untried => None,
            End::FailsPlainly => Some(self.counterexample(explored, &[], &explored.plain, Certainty::Repeats)),
            End::FailsAgain(run) => Some(self.counterexample(explored, &[], run, Certainty::Repeats)),
            End::Found(it) => Some(self.counterexample(explored, &it.schedule, &it.run, it.certainty)),
        };
        Findings { runs: explored.runs, one: level(explored.counts.one), two: level(explored.counts.two), counterexample }
    }

    fn counterexample(&self, explored: &Explored, schedule: &[explore::Deviation], run: &Run, certainty: Certainty) -> Counterexample {
        let step = run.report.failed();
        let misses = step.and_then(|it| it.failure.as_ref()).map_or(&[][..], |it| &it.misses);
        let misses = misses.iter().fold(String::new(), |all, it| {
            let Mismatch { path, expected, actual } = it;
            all + &format!("; {path}: {expected} expected, {actual} actual")
        });
        let failed = step.map_or(String::new(), |it| format!("line {}, {}: {}{misses}", it.line, it.title, it.seen));
        let row = |it: explore::Row| {
            let sign = if it.mark == explore::Mark::FirstDifference { ">" } else { " " };
            format!("{sign} {}  {:<8} {}", it.at, it.kind, it.what)
        };
        let in_words = |it: &explore::Deviation| format!("{} number {} {}", it.which.event, it.which.nth + 1, it.effect.in_words());
        Counterexample {
            deviations: schedule.iter().map(in_words).collect(),
            failed,
            timeline: rows(self.scenario, &explored.plain.seen, run, schedule).into_iter().map(row).collect(),
            scenario: if schedule.is_empty() { self.text.to_owned() } else { with_rules(self.text, schedule, &explored.prefix) },
            repeats: certainty == Certainty::Repeats,
        }
    }
}

/// Shows the name of the scenario.
impl fmt::Debug for Exploration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exploration").field("scenario", &self.scenario.name).field("budget", &self.budget).finish_non_exhaustive()
    }
}

/// A sandbox in memory whose webhooks a function answers.
struct HeardStage<'s, 'a> {
    main: sandbox::Sandbox,
    forks: BTreeMap<String, sandbox::Sandbox>,
    receiver: &'s mut Receiver<'a>,
    probe: &'s mut Option<Probe<'a>>,
}

impl Stage for HeardStage<'_, '_> {
    fn ask(&mut self, fork: Option<&str>, request: Request) -> Result<Response, &'static str> {
        self.ask_together(fork, vec![request]).pop().unwrap_or(Err("empty_response"))
    }

    fn ask_together(&mut self, fork: Option<&str>, requests: Vec<Request>) -> Vec<Result<Response, &'static str>> {
        let Self { main, forks, receiver, .. } = self;
        let sandbox = fork.and_then(|it| forks.get_mut(it)).unwrap_or(main);
        let mut answer =
            |sandbox: &mut sandbox::Sandbox, it: &Outgoing| Outcome::status(receiver(&Webhook::of_outgoing(sandbox.world(), it)));
        memory::ask_together(sandbox, requests, &mut answer)
    }

    fn look(&mut self, fork: Option<&str>, look: &mut dyn FnMut(&mut World)) {
        let sandbox = fork.and_then(|it| self.forks.get_mut(it)).unwrap_or(&mut self.main);
        look(sandbox.world_mut());
    }

    fn fork(&mut self, from: Option<&str>, name: &str) {
        let original = from.and_then(|it| self.forks.get_mut(it)).unwrap_or(&mut self.main);
        driving::finish(original, Uptime::START, &mut |_, _| Outcome::status(200));
        let copy = original.fork(name, None, Uptime::START);
        self.forks.insert(name.to_owned(), copy);
    }

    /// Real time stands still in memory.
    fn uptime(&self) -> Uptime {
        Uptime::START
    }

    fn probe(&mut self, url: &str) -> Result<Response, String> {
        let probe = self.probe.as_mut().ok_or("the exploration has no function that answers probes: give it one with `probe`")?;
        Ok(Response::json(StatusCode::OK, &probe(url)))
    }

    fn pause(&mut self) -> bool {
        false
    }
}
