//! Plays a scenario under other schedules of its webhooks, until an expectation breaks. Nothing here waits: the one who explores plays the
//! runs, one after another or several at a time, and brings back what they have shown.

use std::collections::BTreeSet;

mod begin;
mod model;
mod schedule;
mod search;
mod seen;
mod shrink;
mod timeline;
mod written;

pub use begin::begins;
use model::Model;
pub use schedule::{Deviation, Schedule, Which};
use search::Search;
pub use search::{Counts, Level};
use seen::Watcher;
pub use seen::{Run, Seen};
pub use timeline::{Mark, Row, kept, rows};
pub use written::with_rules;

use crate::engine::start::RUN_MAX;
use crate::kit::http::Method;
use crate::scenario::Scenario;
use crate::stage::{Stage, control, play_watched};

/// Runs of one exploration, unless it says otherwise.
pub const BUDGET: u32 = 200;
/// Runs of one exploration, with those behind a failure.
const RUNS_MAX: u32 = 100_000;
/// The largest budget: behind it, runs for what follows a failure are left.
pub const BUDGET_MAX: u32 = RUNS_MAX - shrink::TRIES_MAX - 2;
/// The largest number of a first run: behind it, all runs have numbers.
pub const FIRST_RUN_MAX: u32 = RUN_MAX - RUNS_MAX;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Drawn ids of all runs, and schedules of many deviations, follow from it.
    pub seed: u64,
    /// The number from which the ids of its runs follow, at most [`FIRST_RUN_MAX`]. An application that keeps running has seen those of
    /// earlier explorations. Schedules do not depend on it.
    pub first_run: u32,
    /// The number of runs, plain ones included.
    pub budget: u32,
    /// How many runs are played at a time.
    pub jobs: u16,
    /// Whether requests can meet at the receiver, so that copies leave together too.
    pub receiver: Receiver,
}

/// How a receiver takes requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// One after another: it is a function.
    OneByOne,
    /// Several at a time, over a network.
    Parallel,
}

/// A run to be played.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// The number from which its ids follow.
    run: u32,
    /// Its place among those that are played at a time, from 0.
    job: u16,
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
    /// Whether it was counted of all schedules that are left which would show nothing new.
    pub is_counted: bool,
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
    /// The plain run sends no webhook that may leave otherwise, so nothing was tried.
    Untried,
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
    pub doing: Doing,
}

/// What an exploration is doing.
#[derive(Clone, Copy, Debug)]
pub enum Doing {
    Playing,
    /// It makes a failing schedule shorter, with this run.
    Shrinking(u32),
    /// It counts which of the schedules that are left would show something new: this number of them so far.
    Counting(u64),
}

/// Plays runs, and gives back what they have shown, in their order.
pub type Play<'p, E> = &'p mut dyn FnMut(&[Task<'_>]) -> Result<Vec<Run>, E>;

/// Explores. `play` plays runs, and gives back what they have shown, in their order; `tell` is told how far it is.
///
/// # Errors
/// Those of `play`.
pub fn explore<E>(scenario: &Scenario, limits: &Limits, play: Play<'_, E>, tell: &mut dyn FnMut(Progress)) -> Result<Explored, E> {
    let prefix = begin::prefix(&scenario.setup);
    let tasks = Tasks { first_run: limits.first_run, prefix: &prefix };
    let plainly = |number| tasks.one(number, 0, Schedule::new(), None);
    let mut one = |task: Task<'_>| play(&[task]).map(|mut it| it.remove(0));
    let plain = one(plainly(1))?;
    let counts = Counts::default();
    let mut explored = Explored { runs: 1, counts, is_counted: true, open: 0, end: End::FailsPlainly, plain, prefix: prefix.clone() };
    if explored.plain.report.failed().is_some() {
        return Ok(explored);
    }
    let mut search = Search::new(Model::of(scenario, &explored.plain.seen), limits);
    explored.counts = search.counts();
    if explored.counts.one.all == 0 {
        explored.end = End::Untried;
        return Ok(explored);
    }
    explored.end = End::Nothing;
    if explored.runs < limits.budget {
        explored.runs += 1;
        let again = one(plainly(explored.runs))?;
        if again.report.failed().is_some() {
            explored.end = End::FailsAgain(Box::new(again));
            return Ok(explored);
        }
    }
    let found = seek(&mut explored, &mut search, limits, tasks, &mut *play, tell)?;
    let Explored { runs, counts, .. } = explored;
    let mut tell = |doing| tell(Progress { runs, budget: limits.budget, counts, doing });
    let Some((schedule, run, number)) = found else {
        (explored.counts, explored.is_counted) = search.survey(&mut |looked_at| tell(Doing::Counting(looked_at)));
        return Ok(explored);
    };
    // What is left was not tried, whatever it would show.
    explored.is_counted = false;
    let mut next = explored.runs;
    let mut one = |schedule: Schedule| {
        next += 1;
        let plain = (!schedule.is_empty()).then_some(&explored.plain.seen);
        play(&[tasks.one(next, 0, schedule, plain)]).map(|mut it| it.remove(0))
    };
    let found = Found { schedule, run, number, shrunk_in: 0, certainty: Certainty::Lasts };
    let found = shrink::shrink(found, &mut one, &mut |tries| tell(Doing::Shrinking(tries)))?;
    explored.end = End::Found(Box::new(found));
    Ok(explored)
}

/// What the tasks of an exploration have in common.
#[derive(Clone, Copy)]
struct Tasks<'a> {
    first_run: u32,
    prefix: &'a str,
}

impl<'a> Tasks<'a> {
    /// A task for this job.
    fn one<'t>(self, number: u32, job: u16, schedule: Schedule, plain: Option<&'t Seen>) -> Task<'t>
    where
        'a: 't,
    {
        Task { number, run: self.first_run.saturating_add(number - 1), job, schedule, prefix: self.prefix, plain }
    }
}

/// Plays schedules until one fails, or the budget is used up.
fn seek<E>(
    explored: &mut Explored,
    search: &mut Search,
    limits: &Limits,
    tasks: Tasks<'_>,
    play: Play<'_, E>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Option<(Schedule, Run, u32)>, E> {
    let known: BTreeSet<&Which> = explored.plain.seen.deliveries.iter().map(|it| &it.which).collect();
    while explored.runs < limits.budget {
        let room = u16::try_from(limits.budget - explored.runs).unwrap_or(u16::MAX);
        let mut batch = Vec::new();
        for job in 0..room.min(limits.jobs.max(1)) {
            let Some(schedule) = search.next() else { break };
            explored.runs += 1;
            batch.push(tasks.one(explored.runs, job, schedule, Some(&explored.plain.seen)));
        }
        if batch.is_empty() {
            break;
        }
        let runs = play(&batch)?;
        let numbered: Vec<(Schedule, u32)> = batch.into_iter().map(|it| (it.schedule, it.number)).collect();
        explored.counts = search.counts();
        tell(Progress { runs: explored.runs, budget: limits.budget, counts: explored.counts, doing: Doing::Playing });
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
    let mut watcher = Watcher::new(task.prefix, task.job, task.plain);
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
