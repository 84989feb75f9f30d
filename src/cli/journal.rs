//! `playmoney requests` and `playmoney deliveries`: what was asked of a sandbox, and what it has sent.

use clap::Args;
use serde_json::Value as Json;

use super::client::{Connection, Question};
use super::clock::text;
use super::style::{BAD, ELSEWHERE, GOOD, WARNING};
use super::table::{Cell, table};
use super::{Exit, Stop};
use crate::kit::printable::counted;

/// Outcomes of one delivery in a row: the latest.
const OUTCOMES_MAX: usize = 5;

/// Which requests to show.
#[derive(Args)]
pub struct Requests {
    /// Only requests to this provider
    #[arg(long, value_name = "SLUG")]
    provider: Option<String>,
    /// Only requests of this operation, such as quoine.createInvoice
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// Only requests that were answered with this HTTP status
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(100..=999))]
    status: Option<u16>,
    /// Begin after the request with this id, or at this simulated moment
    #[arg(long, value_name = "ID|MOMENT")]
    since: Option<String>,
    /// Show this number of requests at most, the oldest first
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    #[command(flatten)]
    connection: Connection,
}

/// Which deliveries to show.
#[derive(Args)]
pub struct Deliveries {
    /// Only webhooks of this provider
    #[arg(long, value_name = "SLUG")]
    provider: Option<String>,
    /// Only webhooks of this event
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// Only webhooks about this object
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// Only webhooks in this state
    #[arg(long, value_parser = ["pending", "delivered", "failed"])]
    status: Option<String>,
    /// Begin after the delivery with this id, or at this simulated moment
    #[arg(long, value_name = "ID|MOMENT")]
    since: Option<String>,
    /// Show this number of deliveries at most, the oldest first
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    #[command(flatten)]
    connection: Connection,
}

impl Requests {
    pub fn run(self) -> Result<Exit, Stop> {
        let question = Question::get(&["requests"]).with([
            ("provider", self.provider),
            ("operation", self.operation),
            ("status", self.status.map(|it| it.to_string())),
            ("since", self.since),
            ("limit", self.limit.map(|it| it.to_string())),
        ]);
        self.connection.show(&self.connection.ask(&question)?, requests)
    }
}

impl Deliveries {
    pub fn run(self) -> Result<Exit, Stop> {
        let question = Question::get(&["deliveries"]).with([
            ("provider", self.provider),
            ("event", self.event),
            ("subject", self.subject),
            ("status", self.status),
            ("since", self.since),
            ("limit", self.limit.map(|it| it.to_string())),
        ]);
        self.connection.show(&self.connection.ask(&question)?, deliveries)
    }
}

fn requests(answer: &Json) -> String {
    let row = |it: &Json| {
        let request = &it["request"];
        let path = || format!("{} {}", text(&request["method"]), text(&request["path"]));
        let what = it["operation"].as_str().map_or_else(path, str::to_owned);
        let status = it["response"]["status"].as_u64();
        let rule = it["rule"].as_str().map(|name| format!("by the rule `{name}`"));
        let violations = it["violations"].as_array().map_or(0, Vec::len) as u64;
        let violations = (0 < violations).then(|| counted(violations, "violation"));
        let remarks: Vec<String> = [it["error"].as_str().map(str::to_owned), rule, violations, it["note"].as_str().map(str::to_owned)]
            .into_iter()
            .flatten()
            .collect();
        [
            Cell::plain(&text(&it["id"])),
            Cell::plain(&text(&it["at"])),
            Cell::plain(&what),
            status.map_or_else(|| Cell::plain("under way"), status_cell),
            Cell::plain(&remarks.join(", ")),
        ]
    };
    let rows: Vec<_> = answer["requests"].as_array().into_iter().flatten().map(row).collect();
    let mut parts =
        vec![if rows.is_empty() { "No requests.".to_owned() } else { table(["id", "at", "request", "status", "remarks"], &rows) }];
    let notes = answer["notes"].as_array().into_iter().flatten();
    let notes: Vec<_> = notes.map(|it| ["at", "provider", "text"].map(|name| Cell::plain(&text(&it[name])))).collect();
    if !notes.is_empty() {
        parts.push(table(["noted at", "provider", "note"], &notes));
    }
    if answer["truncated"] == true {
        parts.push("Older requests were dropped, because the log is bounded (`serve --journal-bytes`).".to_owned());
    }
    parts.join("\n")
}

fn deliveries(answer: &Json) -> String {
    let row = |it: &Json| {
        let attempts = it["attempts"].as_array().map_or(&[][..], Vec::as_slice);
        let (own, last) = (text(&it["status"]), attempts.last());
        let style = match &*own {
            "delivered" => GOOD,
            "failed" => BAD,
            _ => WARNING,
        };
        let next = it["next_attempt_at"].as_str().map(|at| format!("next at {at}"));
        let wait = last.and_then(|own| own["waits_for"].as_str()).map(str::to_owned);
        let hint = last.and_then(|own| own["hint"].as_str()).map(str::to_owned);
        let violations = it["violations"].as_array().map(|all| counted(all.len() as u64, "violation"));
        let ended = it["ended"].as_str().map(str::to_owned);
        let remarks: Vec<String> = [next, wait, ended, violations, hint].into_iter().flatten().collect();
        [
            Cell::plain(&text(&it["id"])),
            Cell::plain(&text(&it["created_at"])),
            Cell::new(style, &own),
            Cell::plain(&text(&it["subject"])),
            Cell::plain(&format!("{}.{}", text(&it["provider"]), text(&it["event"]))),
            Cell::plain(&outcomes(attempts)),
            Cell::plain(&remarks.join("; ")),
        ]
    };
    let rows: Vec<_> = answer["deliveries"].as_array().into_iter().flatten().map(row).collect();
    let headings = ["id", "made at", "status", "subject", "event", "attempts", "remarks"];
    let mut page = if rows.is_empty() { "No deliveries.".to_owned() } else { table(headings, &rows) };
    if answer["truncated"] == true {
        page.push_str("\nOlder deliveries were dropped, because their memory is bounded.");
    }
    page
}

/// What came of the attempts, in their order; the same outcome several times in a row is said once.
fn outcomes(attempts: &[Json]) -> String {
    let mut runs: Vec<(String, usize)> = Vec::new();
    for own in attempts.iter().map(outcome) {
        match runs.last_mut() {
            Some((last, times)) if *last == own => *times += 1,
            Some(_) | None => runs.push((own, 1)),
        }
    }
    let latest = runs.iter().skip(runs.len().saturating_sub(OUTCOMES_MAX));
    let told: Vec<String> = latest.map(|(own, times)| if *times == 1 { own.clone() } else { format!("{own} x{times}") }).collect();
    format!("{}{}", if runs.len() <= OUTCOMES_MAX { "" } else { "..., " }, told.join(", "))
}

/// What came of an attempt: a status, an error, or nothing yet.
fn outcome(attempt: &Json) -> String {
    let (status, error) = (text(&attempt["status"]), text(&attempt["error"]));
    [status, error, "under way".to_owned()].into_iter().find(|it| !it.is_empty()).unwrap_or_default()
}

/// The outcome of an attempt, in its colour.
pub fn attempt_cell(attempt: &Json) -> Cell {
    let own = outcome(attempt);
    let style = match attempt["status"].as_u64() {
        Some(200..=299) => GOOD,
        None if own == "under way" => WARNING,
        Some(_) | None => BAD,
    };
    Cell::new(style, &own)
}

fn status_cell(status: u64) -> Cell {
    let style = match status {
        200..=299 => GOOD,
        300..=399 => ELSEWHERE,
        400..=499 => WARNING,
        _ => BAD,
    };
    Cell::new(style, &status.to_string())
}
