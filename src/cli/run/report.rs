//! What is told of the scenarios that were played: to people, to machines, to a CI server.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::scenario::Mistakes;
use crate::stage::{Report, StepFailure, StepReport};
use serde_json::{Value as Json, json};

use super::{Verdict, summary};
use crate::cli::print;

/// Entries of the timeline that are shown with a failure: the latest.
const TIMELINE_MAX: usize = 30;

/// One line a file; for a failure the step, what was expected and what came, and the timeline up to it.
pub fn tell(verdicts: &[Verdict], styled: bool) {
    for it in verdicts {
        match &it.came {
            Err(mistakes) => {
                print(&format!("invalid  {}", it.path));
                anstream::eprintln!("{}\n", mistakes.render(styled));
            }
            Ok(played) => print(&printable(&told(it, played))),
        }
    }
    print(&summary(verdicts));
}

fn told(it: &Verdict, played: &Report) -> String {
    let simulated = played.ended_at.duration_since(played.started_at);
    let steps = super::counted(played.steps.len(), "step");
    let Some(step) = played.failed() else { return format!("ok       {} ({steps}, {simulated:#} simulated)", it.path) };
    let mut text = format!("FAILED   {} ({})\n", it.path, it.name);
    if let Some(failure) = &step.failure {
        text.push_str(&explained(it, step, failure));
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
        _ = writeln!(text, "    {}  {:<8} {}", entry.at, entry.kind, entry.what);
    }
    _ = write!(text, "  play it again with: playmoney run {} --seed {}", it.path, it.seed);
    text
}

/// A text whose characters move no cursor and colour nothing: an answer may hold any.
fn printable(text: &str) -> String {
    let shown = |it: char| if it.is_control() && it != '\n' { it.escape_unicode().to_string() } else { it.to_string() };
    text.chars().map(shown).collect()
}

/// The step, and expected and actual beside each other.
fn explained(it: &Verdict, step: &StepReport, failure: &StepFailure) -> String {
    let mut text = format!("  {}:{}  {}\n  at {}: {}\n", it.path, step.line, step.title, step.at, failure.why);
    let width = |of: fn(&crate::engine::matching::Mismatch) -> &String, least: usize| {
        failure.misses.iter().map(|it| of(it).chars().count()).max().unwrap_or(0).clamp(least, 60)
    };
    let (path, expected) = (width(|it| &it.path, 5), width(|it| &it.expected, 8));
    if !failure.misses.is_empty() {
        _ = writeln!(text, "    {:<path$}  {:<expected$}  actual", "where", "expected");
        for miss in &failure.misses {
            _ = writeln!(text, "    {:<path$}  {:<expected$}  {}", miss.path, miss.expected, miss.actual);
        }
    }
    if let Some(answer) = &failure.answer {
        _ = writeln!(text, "  answer  {}", shortened(answer));
    }
    text
}

fn shortened(text: &str) -> String {
    /// Characters of an answer in a line for people.
    const SHOWN_MAX: usize = 1_500;
    if text.chars().count() <= SHOWN_MAX { text.to_owned() } else { text.chars().take(SHOWN_MAX).chain("...".chars()).collect() }
}

/// Everything, as one document.
pub fn json(verdicts: &[Verdict]) -> Json {
    let step = |it: &StepReport| {
        let failure = it.failure.as_ref().map(|it| json!({"why": it.why, "misses": it.misses, "answer": it.answer}));
        json!({"line": it.line, "title": it.title, "at": it.at, "seen": it.seen, "failure": failure})
    };
    let one = |it: &Verdict| match &it.came {
        Err(mistakes) => json!({"file": it.path, "status": "invalid", "mistakes": mistakes.to_json()}),
        Ok(played) => json!({
            "file": it.path, "name": it.name, "seed": it.seed,
            "status": if played.failed().is_some() { "failed" } else { "ok" },
            "started_at": played.started_at, "ended_at": played.ended_at,
            "steps": played.steps.iter().map(step).collect::<Vec<_>>(),
            "timeline": played.timeline.iter().map(|it| json!({"at": it.at, "kind": it.kind, "what": it.what})).collect::<Vec<_>>(),
        }),
    };
    json!({"scenarios": verdicts.iter().map(one).collect::<Vec<_>>(), "summary": summary(verdicts)})
}

/// A report as `JUnit` writes it: a suite a folder would be one too many, so all are one suite. No durations: simulated
/// time is none that a CI server should add up.
pub fn junit(verdicts: &[Verdict]) -> String {
    let failed = verdicts.iter().filter(|it| it.came.as_ref().is_ok_and(|it| it.failed().is_some())).count();
    let invalid = verdicts.iter().filter(|it| it.came.is_err()).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"playmoney\" tests=\"{}\" failures=\"{failed}\" errors=\"{invalid}\">\n",
        verdicts.len()
    );
    for it in verdicts {
        let (class, name) = (escaped(&it.path), escaped(&format!("{} (seed {})", it.name, it.seed)));
        _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\"");
        let trouble = match &it.came {
            Err(mistakes) => Some(("error", "invalid scenario".to_owned(), Mistakes::render(mistakes, false))),
            Ok(played) => played.failed().and_then(|step| step.failure.as_ref().map(|why| ("failure", why.why.clone(), told(it, played)))),
        };
        match trouble {
            None => text.push_str("/>\n"),
            Some((kind, message, body)) => {
                _ = write!(text, ">\n      <{kind} message=\"{}\">{}</{kind}>\n    </testcase>\n", escaped(&message), escaped(&body));
            }
        }
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// XML's own characters escaped, and those that it cannot hold replaced.
fn escaped(text: &str) -> String {
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

/// A count for people who wait, when there are many and they look.
pub struct Progress {
    all: usize,
    done: AtomicUsize,
    shown: bool,
}

impl Progress {
    /// Of so many.
    pub fn of(all: usize, json: bool) -> Self {
        /// Fewer are done before anybody looks.
        const MANY: usize = 200;
        let shown = !json && MANY <= all && std::io::IsTerminal::is_terminal(&std::io::stderr());
        Self { all, done: AtomicUsize::new(0), shown }
    }

    /// One more is done.
    pub fn one_more(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown && done.is_multiple_of(50) {
            anstream::eprint!("\r{done} of {}", self.all);
        }
    }

    /// Nothing is left to count.
    pub fn done(&self) {
        if self.shown {
            anstream::eprint!("\r\x1b[K");
        }
    }
}
