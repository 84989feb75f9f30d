//! What an exploration has found: for people, for programs, for CI servers.

use std::fmt::Write;

use anstream::adapter::strip_str;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value as Json, json};

use super::{Told, plain_failure, played};
use crate::cli::Stop;
use crate::cli::paths::{quoted, shown};
use crate::cli::run::junit::allowed;
use crate::cli::run::{count, step_report};
use crate::cli::style::{BAD, painted};
use crate::explore::{Certainty, Counts, Deviation, End, Explored, Found, Level, Mark, Progress, rows};
use crate::kit::printable::line;

/// Why nothing was explored, when the second plain run has failed.
const FAILS_AGAIN: &str = "it fails when it is played a second time: let each run use order numbers of its own (${run}), and the application \
                           keep them apart";
/// Lines of a timeline.
const TIMELINE_MAX: usize = 60;

/// How far an exploration is, in a line.
pub fn progress(it: &Progress) -> String {
    if let Some(tries) = it.shrinking {
        return format!("an expectation breaks: making the schedule shorter, run {tries}");
    }
    let Counts { one, two, .. } = it.counts;
    let left = |level: Level| format!("{} left", level.left());
    format!("{} of {} runs; one deviation: {}; two: {}", it.runs, it.budget, left(one), left(two))
}

/// The lines about an exploration; a piece of the file is cut to these columns.
pub fn page(told: &Told<'_>, columns: Option<usize>) -> String {
    let (path, name) = (line(&told.file.path), line(&told.scenario.name));
    let Explored { end, plain, .. } = told.explored;
    let tried = tried(told);
    match end {
        End::Nothing => format!("ok       {path} ({name}): no schedule breaks an expectation\n{tried}"),
        End::FailsPlainly => plain_failure(told, plain, columns) + "\n  nothing was explored: it fails without a deviation",
        End::FailsAgain(run) => plain_failure(told, run, columns) + "\n  nothing was explored: " + FAILS_AGAIN,
        End::Found(found) => counterexample(told, found, columns) + &tried,
    }
}

/// The schedule, the step that has failed, and the timeline.
fn counterexample(told: &Told<'_>, found: &Found, columns: Option<usize>) -> String {
    let (path, name) = (line(&told.file.path), line(&told.scenario.name));
    let deviations = count(found.schedule.len(), "deviation");
    let mut text = format!("FAILED   {path} ({name})\n  {deviations} from the plain schedule {} an expectation:\n", breaks(found));
    for it in &found.schedule {
        _ = writeln!(text, "    {}", in_words(told.explored, it));
    }
    if let Some(step) = found.run.report.failed() {
        text.push_str(&step_report(&played(told, &found.run), step, columns));
    }
    let rows = rows(&told.explored.plain.seen, &found.run, &found.schedule);
    let dropped = rows.len().saturating_sub(TIMELINE_MAX);
    let head = if 0 < dropped { format!(" (the last {TIMELINE_MAX} of {})", rows.len()) } else { String::new() };
    _ = writeln!(
        text,
        "  timeline{head}: > is the first request that the plain run has not, ~ a webhook that leaves otherwise, x what breaks"
    );
    for it in rows.into_iter().skip(dropped) {
        let sign = match it.mark {
            Mark::Plain => " ",
            Mark::Deviates => "~",
            Mark::FirstDifference => ">",
            Mark::Failed => "x",
        };
        let own = format!("  {sign} {}  {:<8} {}", it.at, it.kind, line(&it.what));
        let own = if matches!(it.mark, Mark::FirstDifference | Mark::Failed) { painted(BAD, own) } else { own };
        _ = writeln!(text, "{own}");
    }
    match told.written {
        Some(file) => _ = writeln!(text, "  play it with: playmoney run {} --webhook-url URL", quoted(file)),
        None => text.push_str("  --write FILE saves this schedule as a scenario that `playmoney run` plays\n"),
    }
    text
}

/// Whether the failure can be relied on.
const fn breaks(found: &Found) -> &'static str {
    match found.certainty {
        Certainty::Repeats => "breaks",
        Certainty::Comes => "broke once, and not again,",
        Certainty::Lasts => "broke, and has broken the application for every later run,",
    }
}

/// A deviation in a sentence, with its effect as a rule writes it.
fn in_words(explored: &Explored, it: &Deviation) -> String {
    let known =
        explored.plain.seen.deliveries.iter().filter(|own| own.which.event == it.which.event && own.which.provider == it.which.provider);
    let nth = if known.count() < 2 { String::new() } else { format!(" number {}", it.which.nth + 1) };
    let value = it.effect.value().to_string();
    let value = value.trim_matches('"');
    format!("{}:{}{nth} {} ({}: {value})", it.which.provider, line(&it.which.event), it.effect.in_words(), it.effect.word())
}

/// How much was tried.
fn tried(told: &Told<'_>) -> String {
    let Explored { runs, counts: Counts { one, two, more }, open, .. } = *told.explored;
    let level = |name: &str, own: Level| {
        let mut text = format!("  {name}: {} of {} schedules played", own.played, own.all);
        let others =
            [(own.same, "show the application nothing new"), (own.too_late, "end after the last expectation"), (own.left(), "left")];
        for (n, what) in others.into_iter().filter(|it| 0 < it.0) {
            _ = write!(text, ", {n} {what}");
        }
        text
    };
    let mut text = format!("  {runs} runs of at most {}, seed {}\n", told.budget, told.seed);
    _ = writeln!(text, "{}\n{}", level("one deviation", one), level("two deviations", two));
    if 0 < more {
        _ = writeln!(text, "  more deviations, drawn by the seed: {more} schedules played");
    }
    if 0 < open {
        _ = writeln!(text, "  {open} expectations were left open, because a webhook was still on its way");
    }
    text
}

/// Everything as one document.
pub fn json(told: &Told<'_>) -> Json {
    let Explored { runs, counts, open, end, plain, .. } = told.explored;
    let level = |it: Level| json!({"all": it.all, "played": it.played, "same": it.same, "too_late": it.too_late, "left": it.left()});
    let failed = |run: &crate::explore::Run| {
        let step = run.report.failed()?;
        let misses = step.failure.as_ref().map(|it| &it.misses);
        Some(json!({"line": step.line, "title": step.title, "at": step.at, "why": step.seen, "misses": misses}))
    };
    let (status, step) = match end {
        End::Nothing => ("ok", None),
        End::FailsPlainly => ("fails_without_deviation", failed(plain)),
        End::FailsAgain(run) => ("fails_when_repeated", failed(run)),
        End::Found(found) => ("failed", failed(&found.run)),
    };
    let counterexample = if let End::Found(found) = end { Some(counterexample_json(told, found)) } else { None };
    json!({
        "file": told.file.path, "name": told.scenario.name, "seed": told.seed, "status": status, "runs": runs, "budget": told.budget,
        "schedules": {"one": level(counts.one), "two": level(counts.two), "more": counts.more}, "open": open,
        "step": step, "counterexample": counterexample, "written": told.written.map(|it| shown(it)),
    })
}

fn counterexample_json(told: &Told<'_>, found: &Found) -> Json {
    let deviation = |it: &Deviation| {
        json!({
            "provider": it.which.provider, "event": it.which.event, "nth": it.which.nth + 1,
            "effect": it.effect.word(), "value": it.effect.value(), "in_words": in_words(told.explored, it),
        })
    };
    let row = |it: crate::explore::Row| {
        let mark = match it.mark {
            Mark::Plain => None,
            Mark::Deviates => Some("deviates"),
            Mark::FirstDifference => Some("first_difference"),
            Mark::Failed => Some("failed"),
        };
        json!({"at": it.at, "kind": it.kind, "what": it.what, "mark": mark})
    };
    let certainty = match found.certainty {
        Certainty::Repeats => "repeats",
        Certainty::Comes => "once",
        Certainty::Lasts => "lasts",
    };
    let rows = rows(&told.explored.plain.seen, &found.run, &found.schedule);
    json!({
        "deviations": found.schedule.iter().map(deviation).collect::<Vec<_>>(), "found_in_run": found.number, "shrunk_in": found.shrunk_in,
        "certainty": certainty, "timeline": rows.into_iter().map(row).collect::<Vec<_>>(),
    })
}

/// A report for CI servers: one suite with one case.
pub fn junit(told: &Told<'_>) -> Result<String, Stop> {
    let class = allowed(told.file.path.trim_start_matches("./"));
    let (text, line) = (strip_str(&page(told, None)).to_string(), told.failed_line());
    let mut status = TestCaseStatus::success();
    if line.is_some() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let second = text.lines().nth(1).unwrap_or_default().trim();
        status.set_type("schedule").set_message(allowed(second)).set_description(allowed(&text));
    }
    let mut case = TestCase::new(allowed(&told.scenario.name), status);
    case.set_classname(class.clone()).set_time(told.took);
    case.extra.insert("file".into(), class.clone().into());
    case.extra.insert("line".into(), line.unwrap_or(1).to_string().into());
    let mut suite = TestSuite::new(format!("explore {class}"));
    suite.timestamp = told.began.to_string().parse().ok();
    suite.set_time(told.took);
    suite.add_test_case(case);
    let mut report = Report::new("playmoney");
    report.add_test_suite(suite).set_time(told.took);
    report.to_string().map_err(|why| Stop::usage(format!("cannot write the report: {why}")))
}

impl Told<'_> {
    /// The line of the step that has failed.
    fn failed_line(&self) -> Option<usize> {
        let run = match &self.explored.end {
            End::Nothing => return None,
            End::FailsPlainly => &self.explored.plain,
            End::FailsAgain(run) => run,
            End::Found(found) => &found.run,
        };
        Some(run.report.failed().map_or(1, |it| it.line))
    }
}
