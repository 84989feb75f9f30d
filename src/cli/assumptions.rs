//! `playmoney assumptions`, and what `run` and `exec` say of assumptions at their end.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use serde_json::Value as Json;

use super::audit::provider;
use super::client::{Connection, Question};
use super::clock::text;
use super::style::{WARNING, known_columns, painted};
use super::table::{Cell, table};
use super::{Exit, Stop};
use crate::contract::assumptions::{Assumption, list};
use crate::engine::tables::Contract;
use crate::engine::touched::Touched;
use crate::kit::printable::{counted, line};
use crate::providers;

/// Which rows to show.
#[derive(Args)]
pub struct Assumptions {
    /// Only rows of the contract of this provider
    #[arg(long, value_name = "SLUG", value_parser = provider)]
    provider: Option<String>,
    /// Only rows that are assumed, or only those that were observed
    #[arg(long, value_name = "assumed|observed", value_parser = ["assumed", "observed"], hide_possible_values = true)]
    evidence: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

/// What makes a run fail, beside expectations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Traffic has leaned on a row that is assumed.
    Assumed,
}

impl Assumptions {
    pub fn run(self) -> Result<Exit, Stop> {
        let question = Question::get(&["assumptions"]).with([("provider", self.provider), ("evidence", self.evidence)]);
        self.connection.show(&self.connection.ask(&question)?, page)
    }
}

fn page(answer: &Json) -> String {
    let all = answer["assumptions"].as_array().map_or(&[][..], Vec::as_slice);
    match known_columns(&std::io::stdout()) {
        _ if all.is_empty() => "No assumptions: what traffic has leaned on is documented.\n".to_owned(),
        Some(_) => all.iter().map(block).collect(),
        None => table(["evidence", "row", "count", "first", "operation", "source"], &all.iter().map(row).collect::<Vec<_>>()),
    }
}

/// A line for a file or a pipe.
fn row(it: &Json) -> [Cell; 6] {
    let count = it["count"].to_string();
    let cells = [text(&it["evidence"]), text(&it["row"]), count, first(it), text(&it["first"]["operation"]), text(&it["source"])];
    cells.map(|it| Cell::plain(&it))
}

/// Lines for a terminal.
fn block(it: &Json) -> String {
    let (evidence, name) = (text(&it["evidence"]), text(&it["row"]));
    let evidence = if evidence == "assumed" { painted(WARNING, evidence) } else { evidence };
    let operation = text(&it["first"]["operation"]);
    let of = if operation.is_empty() { String::new() } else { format!(" ({})", line(&operation)) };
    let decision = it["decision"].as_str().map_or(String::new(), |it| format!("    {}\n", line(it)));
    let (count, source) = (times(it["count"].as_u64().unwrap_or(0)), text(&it["source"]));
    format!("{evidence}  {}\n{decision}    {}\n    {count}, first by {}{of}\n", line(&name), line(&source), line(&first(it)))
}

fn first(it: &Json) -> String {
    it["first"]["request"].as_str().map_or_else(|| format!("time, at {}", text(&it["first"]["at"])), str::to_owned)
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// The rows that are assumed and that traffic has leaned on, but for those that an author has accepted.
pub fn unaccepted(touched: &Touched, accepts: &[String]) -> Vec<Assumption> {
    let accepted: BTreeSet<&str> = accepts.iter().map(String::as_str).collect();
    let contracts: Vec<&'static Contract> = providers::all().iter().map(|it| it.contract()).collect();
    list(&contracts, touched).into_iter().filter(|it| it.is_assumed() && !accepted.contains(it.row)).collect()
}

/// Rows in a section; the others are counted.
const SHOWN_MAX: usize = 10;

/// What is said at the end. `None`: nothing was assumed.
pub fn section(all: &[Assumption], fails: Option<FailOn>) -> Option<String> {
    let (first, more) = (all.iter().take(SHOWN_MAX), all.len().saturating_sub(SHOWN_MAX));
    if all.is_empty() {
        return None;
    }
    let end = match fails {
        Some(FailOn::Assumed) => "`--fail-on assumed` fails it: check each with the provider, then name it under `accepts` of the scenario",
        None => "`--fail-on assumed` would fail it",
    };
    let mut lines = vec![format!("This run leans on {} that documents do not confirm. {end}:", counted(all.len() as u64, "assumption"))];
    for it in first {
        let request = it.first.request.as_deref().unwrap_or("time");
        let of = it.first.operation.as_deref().map_or(String::new(), |it| format!(" {it}"));
        lines.push(format!("  {} {}: {request}{of} ({})", it.count, it.row, it.evidence));
    }
    if 0 < more {
        lines.push(format!("  and {more} more"));
    }
    Some(lines.join("\n"))
}
