//! `playmoney violations`, and what `run` and `exec` say of violations at their end.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::Value as Json;

use super::client::{Connection, Question};
use super::clock::text;
use super::style::{WARNING, known_columns, painted};
use super::table::{Cell, table};
use super::{Exit, Stop};
use crate::kit::printable::{counted, line};

/// Which violations to show.
#[derive(Args)]
pub struct Violations {
    /// Only violations of the contract of this provider
    #[arg(long, value_name = "SLUG")]
    provider: Option<String>,
    /// Only violations by requests of this operation, such as quoine.createInvoice
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// Begin after the request with this id, or at this simulated moment
    #[arg(long, value_name = "ID|MOMENT")]
    since: Option<String>,
    /// Show this number of violations at most, the oldest first
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    #[command(flatten)]
    connection: Connection,
}

impl Violations {
    pub fn run(self) -> Result<Exit, Stop> {
        let question = Question::get(&["violations"]).with([
            ("provider", self.provider),
            ("operation", self.operation),
            ("since", self.since),
            ("limit", self.limit.map(|it| it.to_string())),
        ]);
        self.connection.show(&self.connection.ask(&question)?, list)
    }
}

fn list(answer: &Json) -> String {
    let all = answer["violations"].as_array().map_or(&[][..], Vec::as_slice);
    let mut page = match known_columns(&std::io::stdout()) {
        _ if all.is_empty() => "No violations.\n".to_owned(),
        Some(_) => all.iter().map(block).collect(),
        None => table(["id", "at", "violation", "operation", "detail", "source"], &all.iter().map(row).collect::<Vec<_>>()),
    };
    if answer["truncated"] == true {
        page.push_str("There can be more: the list is bounded, and so is the log (`serve --journal-bytes`).\n");
    }
    page
}

/// A line for a file or a pipe.
fn row(it: &Json) -> [Cell; 6] {
    let cells = [id(it), &text(&it["at"]), &text(&it["code"]), &operation(it), &text(&it["detail"]), &source(it)];
    cells.map(Cell::plain)
}

/// Lines for a terminal.
fn block(it: &Json) -> String {
    let [at, code, detail] = ["at", "code", "detail"].map(|name| text(&it[name]));
    let (id, operation, detail, source) = (id(it), operation(it), line(&detail), source(it));
    format!("{id}  {at}  {}  {operation}\n    {detail}\n    {source}\n", painted(WARNING, code))
}

/// The call; of a webhook, the provider.
fn operation(it: &Json) -> String {
    let operation = text(&it["operation"]);
    if operation.is_empty() { text(&it["provider"]) } else { operation }
}

/// Whose violation it is: a request, or the webhook whose receiver is meant.
fn id(it: &Json) -> &str {
    it["request"].as_str().or(it["delivery"].as_str()).unwrap_or("")
}

fn source(it: &Json) -> String {
    format!("{}: {}", text(&it["evidence"]), text(&it["source"]))
}

/// The violations of one file or one sandbox.
pub struct Of<'a> {
    /// Its name, where there are several.
    pub name: &'a str,
    pub violations: &'a crate::engine::log::Violations,
}

/// How many there are of each kind, and the first of each. `None`: no violation was found.
pub fn section(all: &[Of<'_>]) -> Option<String> {
    let mut kinds: BTreeMap<&str, (u64, &str, &Json)> = BTreeMap::new();
    for of in all {
        for it in &of.violations.listed {
            kinds.entry(it["code"].as_str().unwrap_or("")).or_insert((0, of.name, it)).0 += 1;
        }
    }
    if kinds.is_empty() {
        return None;
    }
    let number = kinds.values().map(|it| it.0).sum();
    let (of_all, they) = (counted(number, "violation"), if number == 1 { "It does" } else { "They do" });
    let more = if all.iter().any(|it| it.violations.truncated) { " or more" } else { "" };
    let mut lines = vec![format!("{of_all}{more} of the documented contract. {they} not fail this run. The first of each kind:")];
    for (code, (number, name, first)) in kinds {
        let place = [name, id(first)].iter().filter(|it| !it.is_empty()).copied().collect::<Vec<_>>().join(" ");
        let (place, detail) = (line(&place).into_owned(), text(&first["detail"]));
        lines.push(format!("  {number} {code}: {place}: {} ({})", line(&detail), source(first)));
    }
    Some(lines.join("\n"))
}
