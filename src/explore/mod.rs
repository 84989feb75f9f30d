//! Plays a scenario under other schedules of its webhooks, until an expectation breaks. Nothing here waits: the one who explores plays the
//! runs, one after another or several at a time, and brings back what they have shown.

use std::collections::BTreeSet;

mod model;
mod schedule;
mod search;
mod seen;
mod shrink;
mod timeline;
mod written;

use model::Model;
pub use schedule::{Deviation, Schedule, Which};
use search::Search;
pub use search::{Counts, Level};
use seen::Watcher;
pub use seen::{Run, Seen};
pub use timeline::{Mark, Row, rows};
pub use written::with_rules;

use crate::engine::rules::Rule;
use crate::engine::start::{RUNS_MAX, Setup, Start};
use crate::engine::tables::Contract;
use crate::kit::http::Method;
use crate::providers;
use crate::scenario::Scenario;
use crate::stage::{Stage, control, play_watched};

/// Runs of one exploration, unless it says otherwise.
pub const BUDGET: u32 = 200;
/// The largest budget: after it, ids for what follows a failure are left.
pub const BUDGET_MAX: u32 = RUNS_MAX - shrink::TRIES_MAX - 2;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Ids of all runs, and schedules of many deviations, follow from it.
    pub seed: u64,
    /// The number of runs, plain ones included.
    pub budget: u32,
    /// How many runs are played at a time.
    pub jobs: usize,
}

/// A run to be played.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// Its number, from 1.
    pub number: u32,
    pub schedule: Schedule,
    /// Rules with names that begin with this are the schedule's.
    prefix: &'a str,
    /// The plain run, unless this is one.
    plain: Option<&'a Seen>,
}

/// What has come of an exploration.
#[derive(Clone, Debug)]
pub struct Explored {
    /// The runs of the search, plain ones included.
    pub runs: u32,
    pub counts: Counts,
    /// Expectations that were left open, because a webhook had not come yet.
    pub open: u64,
    pub end: End,
    /// The plain run.
    pub plain: Run,
    /// The beginning of the names of the schedule's rules.
    pub prefix: String,
}

/// How an exploration has ended.
#[derive(Clone, Debug)]
pub enum End {
    /// No expectation has broken.
    Nothing,
    /// The scenario fails without a deviation.
    FailsPlainly,
    /// It fails when it is played a second time, without a deviation.
    FailsAgain(Box<Run>),
    Found(Box<Found>),
}

/// A schedule that breaks an expectation.
#[derive(Clone, Debug)]
pub struct Found {
    pub schedule: Schedule,
    /// The run that has failed under it.
    pub run: Run,
    /// The number of the run that has failed first.
    pub number: u32,
    /// The runs that were needed to make the schedule shorter.
    pub shrunk_in: u32,
    pub certainty: Certainty,
}

/// How far a failure can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It has come again.
    Repeats,
    /// It has not come again: the application does not always do the same.
    Comes,
    /// Since then the application fails without a deviation too, so nothing more could be tried.
    Lasts,
}

/// How far an exploration is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub runs: u32,
    pub budget: u32,
    pub counts: Counts,
    /// The runs that have made a failing schedule shorter, once one was found.
    pub shrinking: Option<u32>,
}

/// Plays runs, and gives back what they have shown, in their order.
pub type Play<'p, E> = &'p mut dyn FnMut(&[Task<'_>]) -> Result<Vec<Run>, E>;

/// Explores. `play` plays runs, and gives back what they have shown, in their order; `tell` is told how far it is.
///
/// # Errors
/// Those of `play`.
pub fn explore<E>(scenario: &Scenario, wish: &Wish, play: Play<'_, E>, tell: &mut dyn FnMut(Progress)) -> Result<Explored, E> {
    let prefix = prefix(&scenario.setup);
    let plainly = |number| Task { number, schedule: Schedule::new(), prefix: &prefix, plain: None };
    let mut one = |task: Task<'_>| play(&[task]).map(|mut it| it.remove(0));
    let plain = one(plainly(1))?;
    let mut explored = Explored { runs: 1, counts: Counts::default(), open: 0, end: End::FailsPlainly, plain, prefix: prefix.clone() };
    if explored.plain.report.failed().is_some() {
        return Ok(explored);
    }
    let mut search = Search::new(Model::of(scenario, &explored.plain.seen), wish.seed);
    explored.counts = search.counts();
    explored.end = End::Nothing;
    if explored.runs < wish.budget {
        explored.runs += 1;
        let again = one(plainly(explored.runs))?;
        if again.report.failed().is_some() {
            explored.end = End::FailsAgain(Box::new(again));
            return Ok(explored);
        }
    }
    let found = seek(&mut explored, &mut search, wish, &prefix, &mut *play, tell)?;
    explored.counts = search.survey();
    if let Some((schedule, run, number)) = found {
        let mut next = explored.runs;
        let mut one = |schedule: Schedule| {
            next += 1;
            let plain = (!schedule.is_empty()).then_some(&explored.plain.seen);
            play(&[Task { number: next, schedule, prefix: &prefix, plain }]).map(|mut it| it.remove(0))
        };
        let mut shrinking = |tries| {
            tell(Progress { runs: explored.runs, budget: wish.budget, counts: explored.counts, shrinking: Some(tries) });
        };
        let found = shrink::shrink(Found { schedule, run, number, shrunk_in: 0, certainty: Certainty::Lasts }, &mut one, &mut shrinking)?;
        explored.end = End::Found(Box::new(found));
    }
    Ok(explored)
}

/// Plays schedules until one fails, or the budget is used up.
fn seek<E>(
    explored: &mut Explored,
    search: &mut Search,
    wish: &Wish,
    prefix: &str,
    play: Play<'_, E>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Option<(Schedule, Run, u32)>, E> {
    let known: BTreeSet<&Which> = explored.plain.seen.deliveries.iter().map(|it| &it.which).collect();
    while explored.runs < wish.budget {
        let room = usize::try_from(wish.budget - explored.runs).unwrap_or(usize::MAX);
        let mut tasks = Vec::new();
        while tasks.len() < room.min(wish.jobs.max(1))
            && let Some(schedule) = search.next()
        {
            explored.runs += 1;
            tasks.push(Task { number: explored.runs, schedule, prefix, plain: Some(&explored.plain.seen) });
        }
        if tasks.is_empty() {
            break;
        }
        let runs = play(&tasks)?;
        let numbered: Vec<(Schedule, u32)> = tasks.into_iter().map(|it| (it.schedule, it.number)).collect();
        explored.counts = search.counts();
        tell(Progress { runs: explored.runs, budget: wish.budget, counts: explored.counts, shrinking: None });
        for ((schedule, number), run) in numbered.into_iter().zip(runs) {
            explored.open += run.seen.open;
            if run.report.failed().is_some() {
                return Ok(Some((schedule, run, number)));
            }
            for it in run.seen.deliveries.iter().filter(|it| it.is_free && !known.contains(&it.which)) {
                search.learn(&it.which, &it.retries);
            }
        }
    }
    Ok(None)
}

/// Plays one run on a stage whose sandbox has begun for it.
pub fn play(scenario: &Scenario, task: &Task<'_>, stage: &mut dyn Stage) -> Run {
    let mut watcher = Watcher::new(task.prefix, task.plain);
    let report = play_watched(scenario, stage, &mut watcher);
    // What leaves after the reply to the last call has its outcome before anyone looks.
    _ = stage.ask(None, control(Method::POST, "clock/advance", r#"{"by":"0s"}"#));
    let mut watcher = Some(watcher);
    let mut seen = Seen::default();
    stage.look(None, &mut |world| {
        if let Some(watcher) = watcher.take() {
            seen = watcher.finish(&report, world);
        }
    });
    Run { report, seen }
}

/// How the sandbox of a run begins: with ids of its own, and with the rules of its schedule after those of the scenario.
pub fn begins(task: &Task<'_>, start: Start) -> Start {
    let contracts: Vec<&'static Contract> = providers::all().iter().map(|it| it.contract()).collect();
    let own = schedule::rules(&task.schedule, task.prefix, &contracts);
    let mut setup: Setup = start.setup.as_deref().cloned().unwrap_or_default();
    setup.rules.extend(own);
    Start { run: task.number, history_bytes_max: 0, setup: Some(setup.into()), ..start }
}

/// A beginning of names that no rule of the scenario has.
fn prefix(setup: &Setup) -> String {
    let is_free = |it: &String| !setup.rules.iter().any(|rule: &Rule| rule.name.starts_with(it.as_str()));
    let numbered = (2_u32..).map(|n| format!("explore{n}"));
    std::iter::once("explore".to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}
