//! Reports of played scenarios: for people, for programs, for CI servers.

use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthStr;

use super::{PlayedFile, summary};
use crate::cli::Stop;
use crate::cli::assumptions;
use crate::cli::output::{print, tell_count};
use crate::cli::paths::{quoted, shown};
use crate::cli::scenarios::tell_mistakes;
use crate::cli::style::{BAD, GOOD, fitted, judged, known_columns, painted};
use crate::cli::violations::{self, Of};
use crate::contract::assumptions::Assumption;
use crate::engine::matching::Mismatch;
use crate::kit::printable::{line, word};
use crate::kit::webhook_url;
use crate::stage::{Received, Report, StepReport};

/// What is said of a file without steps.
pub const NO_STEPS: &str = "no steps: nothing was played";
/// The latest entries of the timeline, which are shown with a failure.
const TIMELINE_MAX: usize = 30;

/// Which files are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    All,
    /// Those that are not good.
    Bad,
}

/// Prints one line for each file; for a failure also the step, the expected and actual values, and the timeline.
pub fn print_all(files: &[PlayedFile], unplayed: usize, shown: Shown) -> Result<(), Stop> {
    let columns = known_columns(&std::io::stdout());
    for it in files {
        match &it.result {
            Err(mistakes) => {
                print(&judged(&format!("invalid  {}", line(&it.path))))?;
                tell_mistakes(mistakes);
            }
            Ok(played) if shown == Shown::Bad && played.failed().is_none() && !it.leans_too_far() && !it.is_empty() => {}
            Ok(played) => print(&judged(&fitted(&file_report(it, played, columns), &std::io::stdout())))?,
        }
    }
    if let Some(violations) = violations::section(&violations_of(files)) {
        print(&fitted(&violations, &std::io::stdout()))?;
    }
    let fail_on = files.iter().find_map(|it| it.fail_on);
    let assumed: Vec<Assumption> = together(files);
    if let Some(assumed) = assumptions::section(&assumed, fail_on).filter(|_| shown == Shown::All || fail_on.is_some()) {
        print(&fitted(&assumed, &std::io::stdout()))?;
    }
    print(&summary(files, unplayed))
}

/// The assumptions of all files, each with its counts together.
fn together(files: &[PlayedFile]) -> Vec<Assumption> {
    let mut all: Vec<Assumption> = Vec::new();
    for it in files.iter().flat_map(|it| &it.assumed) {
        match all.iter_mut().find(|own| own.row == it.row) {
            Some(own) => own.count += it.count,
            None => all.push(it.clone()),
        }
    }
    all
}

/// The violations of each file.
fn violations_of(files: &[PlayedFile]) -> Vec<Of<'_>> {
    files.iter().filter_map(|it| Some(Of { name: &it.path, violations: &it.result.as_ref().ok()?.violations })).collect()
}

/// The lines of one file that was played, in colours; its piece of the file is cut to these columns.
pub fn file_report(it: &PlayedFile, played: &Report, columns: Option<usize>) -> String {
    let (path, name) = (line(&it.path), line(&it.name));
    let simulated = played.ended_at.duration_since(played.started_at);
    let steps = super::count(played.steps.len(), "step");
    if played.steps.is_empty() {
        return format!("empty    {path} ({NO_STEPS})");
    }
    if played.failed().is_none() && it.leans_too_far() {
        let mut text = format!("FAILED   {path} ({name})\n  it leans on what is assumed, and does not accept it:\n");
        for it in &it.assumed {
            _ = writeln!(text, "    {}: {}", it.row, it.evidence);
        }
        return text;
    }
    let Some(step) = played.failed() else {
        let seed = if it.repeated == 1 { String::new() } else { format!(", seed {}", it.seed) };
        return format!("ok       {path} ({steps}, {simulated:#} simulated{seed})");
    };
    let mut text = format!("FAILED   {path} ({name})\n");
    text.push_str(&step_report(it, step, columns));
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
    let file = quoted(Path::new(&it.path));
    let url = it.webhook_url.as_ref().map_or(String::new(), |url| format!(" --webhook-url {}", word(&line(&webhook_url::shown(url)))));
    _ = write!(text, "  play it again with: playmoney run {file} --seed {}{url}", it.seed);
    if let Some(file) = &it.capsule {
        _ = write!(text, "\n  its history is in {}: playmoney capsule replay {}", shown(file), quoted(file));
    }
    text
}

/// The step that has failed, with expected and actual values beside each other.
pub fn step_report(it: &PlayedFile, step: &StepReport, columns: Option<usize>) -> String {
    let Some(failure) = &step.failure else { return String::new() };
    let (file, title, why) = (line(&it.path), line(&step.title), line(&failure.why));
    let mut text = format!("  {file}:{}  {title}\n  at {}: {why}\n", step.line, step.at);
    if let Some(excerpt) = &it.excerpt {
        const INDENT: &str = "  ";
        let columns = columns.map(|it| it - INDENT.len());
        excerpt.excerpt(columns).lines().for_each(|it| _ = writeln!(text, "{INDENT}{it}"));
    }
    text.push_str(&table(&failure.misses, columns));
    if let Some(received) = &failure.received {
        _ = writeln!(text, "  received {}", line(&received.what));
        text.push_str(&difference(received));
    }
    text
}

/// Each expectation that was not met, as a line of a table; below each other where a line would be wider than the terminal.
fn table(misses: &[Mismatch], columns: Option<usize>) -> String {
    const INDENT: usize = 4;
    const GAP: usize = 2;
    let head = ["where", "expected", "actual"].map(str::to_owned);
    let rows = misses.iter().map(|miss| [&miss.path, &miss.expected, &miss.actual].map(|it| line(it).into_owned()));
    let rows: Vec<[String; 3]> = std::iter::once(head).chain(rows).collect();
    let mut text = String::new();
    if misses.is_empty() {
        return text;
    }
    let [path, expected, actual] = [0, 1, 2].map(|column| rows.iter().map(|it| it[column].width()).max().unwrap_or(0));
    let fits = columns.is_none_or(|it| INDENT + path + GAP + expected + GAP + actual <= it);
    let (path, expected) = if columns.is_none() { (path.min(60), expected.min(60)) } else { (path, expected) };
    let padded = |own: &str, width: usize| format!("{own}{}", " ".repeat(width.saturating_sub(own.width()) + GAP));
    for [own_path, own_expected, own_actual] in rows.iter().skip(usize::from(!fits)) {
        _ = if fits {
            writeln!(text, "    {}{}{own_actual}", padded(own_path, path), padded(own_expected, expected))
        } else {
            writeln!(text, "    {own_path}\n      expected  {own_expected}\n      actual    {own_actual}")
        };
    }
    text
}

/// What was received, in lines; before a line that differs stands what was expected in its place.
fn difference(received: &Received) -> String {
    /// Documents without much in common are not compared any longer.
    const PATIENCE: Duration = Duration::from_secs(1);
    /// Lines around a difference.
    const AROUND: usize = 3;
    /// Lines of one document.
    const LINES_MAX: usize = 60;
    /// Characters of one line.
    const CHARS_MAX: usize = 1_500;
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(&received.expected, &received.lines);
    let groups = if received.expected == received.lines { vec![diff.ops().to_vec()] } else { diff.grouped_ops(AROUND) };
    let mut lines = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let first = group.first().map_or(0, |it| it.new_range().start);
        if 0 < first || 0 < place {
            lines.push("      ...".to_owned());
        }
        for change in group.iter().flat_map(|it| diff.iter_changes(it)) {
            let own = change.value().trim_end_matches('\n');
            let own = own.char_indices().nth(CHARS_MAX).map_or(line(own), |it| format!("{}...", line(&own[..it.0])).into());
            lines.push(match change.tag() {
                ChangeTag::Equal => format!("      {own}"),
                ChangeTag::Delete => painted(GOOD, format!("    - {own}")) + "  (expected)",
                ChangeTag::Insert => painted(BAD, format!("    + {own}")),
            });
        }
    }
    let more = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    let shown_to = groups.last().and_then(|it| it.last()).map_or(0, |it| it.new_range().end);
    if more == 0 && shown_to < diff.new_slices().len() {
        lines.push("      ...".to_owned());
    }
    if 0 < more {
        lines.push(format!("      ... and {more} more lines"));
    }
    lines.join("\n") + "\n"
}

/// Everything as one document.
pub fn json(files: &[PlayedFile], unplayed: usize) -> Json {
    let step = |it: &StepReport| {
        let failure = it.failure.as_ref().map(|it| json!({"why": it.why, "misses": it.misses, "answer": it.answer}));
        json!({"line": it.line, "title": it.title, "at": it.at, "seen": it.seen, "failure": failure})
    };
    let of_result = |it: &PlayedFile| match &it.result {
        Err(mistakes) => json!({"file": it.path, "status": "invalid", "mistakes": mistakes.to_json()}),
        Ok(played) => json!({
            "file": it.path, "name": it.name, "seed": it.seed,
            "status": if it.is_empty() { "no_steps" } else if played.failed().is_some() || it.leans_too_far() { "failed" } else { "ok" },
            "started_at": played.started_at, "ended_at": played.ended_at,
            "steps": played.steps.iter().map(step).collect::<Vec<_>>(),
            "timeline": played.timeline.iter().map(|it| json!({"at": it.at, "kind": it.kind, "what": it.what})).collect::<Vec<_>>(),
            "violations": played.violations.listed, "violations_truncated": played.violations.truncated,
            "assumptions": it.assumed,
        }),
    };
    let one = |it: &PlayedFile| {
        let mut shown = of_result(it);
        if let Some(warnings) = &it.warnings {
            shown["warnings"] = warnings.to_json();
        }
        shown
    };
    json!({"scenarios": files.iter().map(one).collect::<Vec<_>>(), "summary": summary(files, unplayed)})
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
