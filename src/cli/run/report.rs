//! Reports of played scenarios: for people, for programs, for CI servers.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};

use super::{PlayedFile, summary};
use crate::cli::Stop;
use crate::cli::output::{print, tell, tell_count};
use crate::cli::style::{fitted, judged};
use crate::kit::printable::line;
use crate::scenario::Mistakes;
use crate::stage::{Report, StepFailure, StepReport};

/// The latest entries of the timeline, which are shown with a failure.
const TIMELINE_MAX: usize = 30;

/// Prints one line for each file; for a failure also the step, the expected and actual values, and the timeline.
pub fn print_all(files: &[PlayedFile], styled: bool) -> Result<(), Stop> {
    for it in files {
        match &it.result {
            Err(mistakes) => {
                print(&judged(&format!("invalid  {}", line(&it.path))))?;
                tell(fitted(&format!("{}\n", mistakes.render(styled)), &std::io::stderr()));
            }
            Ok(played) => print(&judged(&fitted(&file_report(it, played), &std::io::stdout())))?,
        }
    }
    print(&summary(files))
}

fn file_report(it: &PlayedFile, played: &Report) -> String {
    let (path, name) = (line(&it.path), line(&it.name));
    let simulated = played.ended_at.duration_since(played.started_at);
    let steps = super::count(played.steps.len(), "step");
    let Some(step) = played.failed() else { return format!("ok       {path} ({steps}, {simulated:#} simulated)") };
    let mut text = format!("FAILED   {path} ({name})\n");
    if let Some(failure) = &step.failure {
        text.push_str(&failure_report(it, step, failure));
    }
    let from = played.timeline.len().saturating_sub(TIMELINE_MAX);
    if !played.timeline.is_empty() {
        _ = writeln!(
            text,
            "  timeline{}",
            if 0 < from { format!(" (the last {TIMELINE_MAX} of {})", played.timeline.len()) } else { String::new() }
        );
    }
    for entry in &played.timeline[from..] {
        _ = writeln!(text, "    {}  {:<8} {}", entry.at, entry.kind, line(&entry.what));
    }
    _ = write!(text, "  play it again with: playmoney run {path} --seed {}", it.seed);
    text
}

/// The step, with expected and actual values beside each other.
fn failure_report(it: &PlayedFile, step: &StepReport, failure: &StepFailure) -> String {
    let (file, title, why) = (line(&it.path), line(&step.title), line(&failure.why));
    let mut text = format!("  {file}:{}  {title}\n  at {}: {why}\n", step.line, step.at);
    let width = |of: fn(&crate::engine::matching::Mismatch) -> &String, least: usize| {
        failure.misses.iter().map(|it| of(it).chars().count()).max().unwrap_or(0).clamp(least, 60)
    };
    let (path, expected) = (width(|it| &it.path, 5), width(|it| &it.expected, 8));
    if !failure.misses.is_empty() {
        _ = writeln!(text, "    {:<path$}  {:<expected$}  actual", "where", "expected");
        for miss in &failure.misses {
            let [own_path, own_expected, actual] = [&miss.path, &miss.expected, &miss.actual].map(|it| line(it));
            _ = writeln!(text, "    {own_path:<path$}  {own_expected:<expected$}  {actual}");
        }
    }
    if let Some(answer) = &failure.answer {
        _ = writeln!(text, "  answer  {}", line(&shorten(answer)));
    }
    text
}

fn shorten(text: &str) -> String {
    /// Characters of an answer in one line.
    const CHARS_MAX: usize = 1_500;
    if text.chars().count() <= CHARS_MAX { text.to_owned() } else { text.chars().take(CHARS_MAX).chain("...".chars()).collect() }
}

/// Everything as one document.
pub fn json(files: &[PlayedFile]) -> Json {
    let step = |it: &StepReport| {
        let failure = it.failure.as_ref().map(|it| json!({"why": it.why, "misses": it.misses, "answer": it.answer}));
        json!({"line": it.line, "title": it.title, "at": it.at, "seen": it.seen, "failure": failure})
    };
    let one = |it: &PlayedFile| match &it.result {
        Err(mistakes) => json!({"file": it.path, "status": "invalid", "mistakes": mistakes.to_json()}),
        Ok(played) => json!({
            "file": it.path, "name": it.name, "seed": it.seed,
            "status": if played.failed().is_some() { "failed" } else { "ok" },
            "started_at": played.started_at, "ended_at": played.ended_at,
            "steps": played.steps.iter().map(step).collect::<Vec<_>>(),
            "timeline": played.timeline.iter().map(|it| json!({"at": it.at, "kind": it.kind, "what": it.what})).collect::<Vec<_>>(),
        }),
    };
    json!({"scenarios": files.iter().map(one).collect::<Vec<_>>(), "summary": summary(files)})
}

/// A report as `JUnit` writes it, with all files in one suite. It has no durations: a CI server should not add up
/// simulated time.
pub fn junit(files: &[PlayedFile]) -> String {
    let failed = files.iter().filter(|it| it.result.as_ref().is_ok_and(|played| played.failed().is_some())).count();
    let invalid = files.iter().filter(|it| it.result.is_err()).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"playmoney\" tests=\"{}\" failures=\"{failed}\" errors=\"{invalid}\">\n",
        files.len()
    );
    for it in files {
        let (class, name) = (escape(&it.path), escape(&format!("{} (seed {})", it.name, it.seed)));
        _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\"");
        let trouble = match &it.result {
            Err(mistakes) => Some(("error", "invalid scenario".to_owned(), Mistakes::render(mistakes, false))),
            Ok(played) => {
                played.failed().and_then(|step| step.failure.as_ref().map(|why| ("failure", why.why.clone(), file_report(it, played))))
            }
        };
        match trouble {
            None => text.push_str("/>\n"),
            Some((kind, message, body)) => {
                _ = write!(text, ">\n      <{kind} message=\"{}\">{}</{kind}>\n    </testcase>\n", escape(&message), escape(&body));
            }
        }
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// Escapes the special characters of XML, and replaces characters that XML does not allow.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(it),
            it if it.is_control() || matches!(it, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            it => out.push(it),
        }
    }
    out
}

/// A progress count on a terminal, for many files.
pub struct Progress {
    all: usize,
    done: AtomicUsize,
    shown: bool,
}

impl Progress {
    /// A count up to `all`.
    pub fn of(all: usize, json: bool) -> Self {
        /// Fewer files are done too quickly to show a count.
        const MANY: usize = 200;
        let shown = !json && MANY <= all && std::io::IsTerminal::is_terminal(&std::io::stderr());
        Self { all, done: AtomicUsize::new(0), shown }
    }

    /// Counts one more file.
    pub fn add_one(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown && done.is_multiple_of(50) {
            tell_count(&format!("{done} of {}", self.all));
        }
    }

    /// Removes the count from the terminal.
    pub fn clear(&self) {
        if self.shown {
            tell_count("");
        }
    }
}
