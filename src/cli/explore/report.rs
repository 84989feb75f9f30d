//! What an exploration has found: for people, for programs, for CI servers.

use std::fmt::Write;
use std::time::Duration;

use anstream::adapter::strip_str;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value as Json, json};

use super::hints::{hint, is_gone};
use super::{Ended, plain_failure, played};
use crate::cli::Stop;
use crate::cli::paths::{quoted, shown};
use crate::cli::run::junit::allowed;
use crate::cli::run::{count, step_report};
use crate::cli::style::{BAD, painted};
use crate::explore::{Certainty, Counts, Deviation, Doing, End, Explored, Found, Level, Mark, Progress, Row, Task, kept, rows};
use crate::kit::printable::{line, word};
use crate::kit::webhook_url;

/// Why nothing was tried.
const UNTRIED: &str = "nothing was tried: played as it is, it sends the application no webhook that may leave otherwise";
/// Lines of a timeline.
const TIMELINE_MAX: usize = 60;

/// How far an exploration is, in a line.
pub fn progress(it: &Progress) -> String {
    match it.doing {
        Doing::Shrinking(tries) => format!("an expectation breaks: making the schedule shorter, run {tries}"),
        Doing::Counting(looked_at) => format!("counting the schedules that are left: {looked_at}"),
        Doing::Playing => {
            let Counts { one, two, more } = it.counts;
            let left = |level: Level| format!("{} left", level.left());
            let more = if 0 < more { format!("; more: {more} played") } else { String::new() };
            format!("{} of {} runs; one deviation: {}; two: {}{more}", it.runs, it.budget, left(one), left(two))
        }
    }
}

/// Said of runs that take long.
pub fn waiting(waited: Duration, tasks: &[Task<'_>]) -> String {
    let first = tasks.first().map_or(0, |it| it.number);
    let last = tasks.last().map_or(first, |it| it.number);
    let runs = if first == last { format!("run {first} has") } else { format!("runs {first} to {last} have") };
    format!("{runs} taken {} seconds: perhaps the application does not answer", waited.as_secs())
}

/// The lines about an exploration; a piece of the file is cut to these columns.
pub fn page(told: &Ended<'_>, columns: Option<usize>) -> String {
    let (path, name) = (line(&told.file.path), line(&told.scenario.name));
    let Explored { end, plain, .. } = told.explored;
    let tried = tried(told);
    match end {
        End::Nothing => format!("ok       {path} ({name}): no schedule breaks an expectation\n{tried}"),
        End::Untried => format!("empty    {path} ({name}): {UNTRIED}\n{}", runs(told)),
        End::FailsPlainly | End::FailsAgain(_) => {
            let run = if let End::FailsAgain(run) = end { run } else { plain };
            format!("{}\n  nothing was explored: {}{}", plain_failure(told, run, columns), without_deviation(told), hint(told, run))
        }
        End::Found(found) => counterexample(told, found, columns) + &tried,
    }
}

/// The schedule, the step that has failed, and the timeline.
fn counterexample(told: &Ended<'_>, found: &Found, columns: Option<usize>) -> String {
    let (path, name) = (line(&told.file.path), line(&told.scenario.name));
    let mut text = format!("FAILED   {path} ({name})\n  {}:\n", breaks(found));
    for it in &found.schedule {
        _ = writeln!(text, "    {}", in_words(told.explored, it));
    }
    if let Some(step) = found.run.report.failed() {
        text.push_str(&step_report(&played(told, &found.run), step, columns));
    }
    text.push_str(&timeline(&rows(told.scenario, &told.explored.plain.seen, &found.run, &found.schedule)));
    match told.written {
        Some(file) => {
            let url = webhook_url::shown(&told.webhook_url.replace("{job}", "0")).into_owned();
            let (file, url) = (quoted(file), line(&url));
            _ = writeln!(text, "  play it with: playmoney run {file} --seed {} --webhook-url {}", told.seed, word(&url));
        }
        None => text.push_str("  --write FILE saves this schedule as a scenario that `playmoney run` plays\n"),
    }
    text
}

/// The lines that are kept, and how many were left out between them.
fn timeline(rows: &[Row]) -> String {
    let kept = kept(rows, TIMELINE_MAX);
    let head = if kept.len() < rows.len() { format!(" ({} of {} lines)", kept.len(), rows.len()) } else { String::new() };
    let mut text = format!(
        "  timeline{head}: > the first request that differs from the plain run, ~ a webhook that deviates, x the step that fails\n"
    );
    let mut next = 0;
    for place in kept {
        if next < place {
            _ = writeln!(text, "    ... {}", count(place - next, "line"));
        }
        next = place + 1;
        let it = &rows[place];
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
    text
}

/// What the schedule does, and whether the failure can be relied on.
fn breaks(found: &Found) -> String {
    let deviations = count(found.schedule.len(), "deviation");
    let verb = if found.schedule.len() == 1 { "breaks" } else { "break" };
    match found.certainty {
        Certainty::Repeats => format!("{deviations} from the plain schedule {verb} an expectation"),
        Certainty::Comes => {
            format!("{deviations} from the plain schedule broke an expectation once; played again, the same schedule did not")
        }
        Certainty::Lasts => {
            format!("{deviations} from the plain schedule broke an expectation; since then the application fails without a deviation too")
        }
    }
}

/// Why nothing was explored.
fn without_deviation(told: &Ended<'_>) -> &'static str {
    match &told.explored.end {
        End::FailsAgain(run) if is_gone(run) => "when it is played a second time, the application does not answer",
        End::FailsAgain(_) => {
            "it fails when it is played a second time: let each run use order numbers of its own (${run}), and the application keep them \
             apart"
        }
        End::Nothing | End::Untried | End::FailsPlainly | End::Found(_) => "it fails without a deviation",
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

/// The runs, and how to have the same again.
fn runs(told: &Ended<'_>) -> String {
    let runs = count(told.explored.runs as usize, "run");
    format!("  {runs} of at most {}, seed {} (--first-run {} gives the same ids again)\n", told.budget, told.seed, told.first_run)
}

/// How much was tried.
fn tried(told: &Ended<'_>) -> String {
    let Explored { counts: Counts { one, two, more }, open, is_counted, .. } = *told.explored;
    let level = |name: &str, own: Level| {
        let mut text = format!("  {name}: {} of {} schedules played", own.played, own.all);
        let others = [
            (own.same, "show nothing new to an application that keeps objects apart"),
            (own.too_late, "end behind the last expectation"),
            (own.left(), "left"),
        ];
        for (n, what) in others.into_iter().filter(|it| 0 < it.0) {
            _ = write!(text, ", {n} {what}");
        }
        text
    };
    let mut text = runs(told);
    _ = writeln!(text, "{}\n{}", level("one deviation", one), level("two deviations", two));
    if !is_counted && matches!(told.explored.end, End::Nothing) {
        text.push_str("  not counted: how many of those that are left show nothing new\n");
    }
    if 0 < more {
        _ = writeln!(text, "  more deviations, drawn by the seed: {more} schedules played");
    }
    if 0 < open {
        _ = writeln!(text, "  {open} expectations were left open, because a webhook was still on its way");
    }
    text
}

/// Everything as one document.
pub fn json(told: &Ended<'_>) -> Json {
    let Explored { runs, counts, is_counted, open, end, plain, .. } = told.explored;
    let level = |it: Level| json!({"all": it.all, "played": it.played, "same": it.same, "too_late": it.too_late, "left": it.left()});
    let failed = |run: &crate::explore::Run| {
        let step = run.report.failed()?;
        let misses = step.failure.as_ref().map(|it| &it.misses);
        Some(json!({"line": step.line, "title": step.title, "at": step.at, "why": step.seen, "misses": misses}))
    };
    let (status, step) = match end {
        End::Nothing => ("ok", None),
        End::Untried => ("nothing_to_try", None),
        End::FailsPlainly => ("fails_without_deviation", failed(plain)),
        End::FailsAgain(run) => ("fails_when_repeated", failed(run)),
        End::Found(found) => ("failed", failed(&found.run)),
    };
    let counterexample = if let End::Found(found) = end { Some(counterexample_json(told, found)) } else { None };
    json!({
        "file": told.file.path, "name": told.scenario.name, "seed": told.seed, "first_run": told.first_run, "status": status,
        "runs": runs, "budget": told.budget, "open": open,
        "schedules": {"one": level(counts.one), "two": level(counts.two), "more": counts.more, "counted": is_counted},
        "step": step, "counterexample": counterexample, "written": told.written.map(|it| shown(it)),
    })
}

fn counterexample_json(told: &Ended<'_>, found: &Found) -> Json {
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
    let rows = rows(told.scenario, &told.explored.plain.seen, &found.run, &found.schedule);
    json!({
        "deviations": found.schedule.iter().map(deviation).collect::<Vec<_>>(), "found_in_run": found.number, "shrunk_in": found.shrunk_in,
        "certainty": certainty, "timeline": rows.into_iter().map(row).collect::<Vec<_>>(),
    })
}

/// A report for CI servers: one suite with one case.
pub fn junit(told: &Ended<'_>) -> Result<String, Stop> {
    let class = allowed(told.file.path.trim_start_matches("./"));
    let (text, line) = (strip_str(&page(told, None)).to_string(), told.failed_line());
    let mut status = TestCaseStatus::success();
    if line.is_some() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type("schedule").set_message(allowed(&told.in_a_line())).set_description(allowed(&text));
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

impl Ended<'_> {
    /// What has failed, in a line.
    fn in_a_line(&self) -> String {
        match &self.explored.end {
            End::Found(found) => {
                let deviations = found.schedule.iter().map(|it| in_words(self.explored, it)).collect::<Vec<_>>().join("; ");
                format!("{}: {deviations}", breaks(found))
            }
            End::Untried => UNTRIED.to_owned(),
            End::Nothing | End::FailsPlainly | End::FailsAgain(_) => without_deviation(self).to_owned(),
        }
    }

    /// The line of the step that has failed.
    fn failed_line(&self) -> Option<usize> {
        let run = match &self.explored.end {
            End::Nothing => return None,
            End::Untried => return Some(1),
            End::FailsPlainly => &self.explored.plain,
            End::FailsAgain(run) => run,
            End::Found(found) => &found.run,
        };
        Some(run.report.failed().map_or(1, |it| it.line))
    }
}
