//! `playmoney coverage`: what traffic has reached of the contracts, and reports of it that are merged.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value as Json;

use super::client::{Connection, Question};
use super::output::print;
use super::paths::read;
use super::style::{GOOD, fitted, painted};
use super::table::{Cell, table};
use super::written;
use super::{Exit, Stop};
use crate::contract::coverage::{self, OfProvider, PARTS, page};
use crate::engine::tables::Contract;
use crate::engine::touched::Touched;
use crate::kit::printable::line;
use crate::providers;

/// What to show.
#[derive(Args)]
pub struct Coverage {
    /// Only the contract of this provider
    #[arg(long, value_name = "SLUG")]
    provider: Option<String>,
    /// End with 1 when less than this share was reached
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(0..=100))]
    min: Option<u64>,
    /// Ask no server, and show what these reports have reached together; `run --coverage` and `coverage --write` make them
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "all")]
    merge: Vec<PathBuf>,
    /// Show what the traffic of all sandboxes of the server has reached together
    #[arg(long)]
    all: bool,
    /// Write the report to this file too: a page when its name ends in .html, else JSON that `--merge` reads
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

impl Coverage {
    pub fn run(self) -> Result<Exit, Stop> {
        if let Some(file) = &self.write {
            written::may_report(file)?;
        }
        let found = self.found()?;
        let shown = match &self.provider {
            Some(slug) if found.providers.contains_key(slug) => found.only(slug),
            Some(slug) => return Err(Stop::usage(format!("no provider has the name `{}`: {}", line(slug), slugs(&found)))),
            None => found,
        };
        if let Some(file) = &self.write {
            write(file, &shown)?;
        }
        if self.connection.is_json() {
            print(&json(&shown).to_string())?;
        } else {
            print(fitted(&text(&shown), &std::io::stdout()).trim_end())?;
        }
        match self.min.filter(|it| !shown.reaches(*it)) {
            Some(least) => Err(Stop { exit: Exit::Failed, why: format!("{} % was reached, and --min wants {least} %", shown.percent) }),
            None => Ok(Exit::Good),
        }
    }

    fn found(&self) -> Result<coverage::Coverage, Stop> {
        if !self.merge.is_empty() {
            return merged(self.merge.iter().map(|it| read_report(it)));
        }
        let mut question = Question::get(&["coverage"]);
        if !self.all {
            return parsed(&self.connection.ask(&question)?.body).map_err(unreadable);
        }
        let list = self.connection.ask(&Question::get(&["sandboxes"]).of_server())?.json();
        let names = list["sandboxes"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
        let mut reports = Vec::new();
        for name in names {
            let path = ["sandboxes", name, "coverage"];
            question = Question::get(&path).of_server();
            reports.push(parsed(&self.connection.ask(&question)?.body).map_err(unreadable));
        }
        merged(reports.into_iter())
    }
}

fn unreadable(why: String) -> Stop {
    Stop { exit: Exit::Failed, why: format!("the server has answered no coverage: {why}") }
}

fn slugs(found: &coverage::Coverage) -> String {
    found.providers.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn read_report(path: &Path) -> Result<coverage::Coverage, Stop> {
    let file = read(path)?;
    parsed(file.text.as_bytes()).map_err(|why| Stop::usage(format!("{} is not a coverage report: {why}", line(&file.path))))
}

fn parsed(text: &[u8]) -> Result<coverage::Coverage, String> {
    let read: coverage::Coverage = serde_json::from_slice(text).map_err(|it| it.to_string())?;
    read.check(&of(&Touched::default()))
}

/// All reports together.
fn merged(mut reports: impl Iterator<Item = Result<coverage::Coverage, Stop>>) -> Result<coverage::Coverage, Stop> {
    let Some(first) = reports.next() else { return Err(Stop::usage("no report was named")) };
    let mut all = first?;
    for report in reports {
        all = all.merge(&report?);
    }
    Ok(all)
}

/// What traffic has reached of the contracts of all providers.
pub fn of(touched: &Touched) -> coverage::Coverage {
    let contracts: Vec<&'static Contract> = providers::all().iter().map(|it| it.contract()).collect();
    let mut touched = touched.clone();
    touched.add(&Touched::of(contracts.iter().copied()));
    coverage::Coverage::of(&contracts, &touched)
}

/// Writes a report: a page, or JSON.
pub fn write(file: &Path, found: &coverage::Coverage) -> Result<(), Stop> {
    let is_page = file.extension().is_some_and(|it| it.eq_ignore_ascii_case("html"));
    let contracts: Vec<&'static Contract> = providers::all().iter().map(|it| it.contract()).collect();
    written::report(file, &if is_page { page::html(&contracts, found) } else { format!("{:#}\n", json(found)) })
}

fn json(found: &coverage::Coverage) -> Json {
    serde_json::to_value(found).unwrap_or_default()
}

/// A table of all providers, and what is missing of those that traffic has reached.
pub fn text(found: &coverage::Coverage) -> String {
    let mut page = format!("{} % of the documented contracts\n\n", found.percent);
    let rows: Vec<[Cell; 11]> = found.providers.iter().map(|(slug, it)| row(slug, it)).collect();
    let mut headings = ["provider", "percent", "", "", "", "", "", "", "", "", ""];
    headings[2..].copy_from_slice(&PARTS);
    page.push_str(&table(headings, &rows));
    for (slug, it) in &found.providers {
        let parts = || it.parts().into_iter().zip(PARTS);
        if parts().all(|it| it.0.missing.is_empty()) {
            continue;
        }
        if parts().all(|it| it.0.covered == 0) {
            _ = write!(page, "\n{slug}: nothing was reached; `playmoney describe {slug}` shows its contract\n");
            continue;
        }
        for (part, name) in parts().filter(|it| !it.0.missing.is_empty()) {
            _ = write!(page, "\n{}\n", painted(super::style::STRONG, format!("{slug}: missing {name}")));
            for missing in &part.missing {
                let way = part.ways.get(missing).map_or("", String::as_str);
                _ = writeln!(page, "  {}  {}", line(missing), line(way));
            }
        }
    }
    page
}

fn row(slug: &str, it: &OfProvider) -> [Cell; 11] {
    let mut cells = [const { None }; 9];
    for (cell, part) in cells.iter_mut().zip(it.parts()) {
        let text = format!("{}/{}", part.covered, part.total);
        *cell = Some(if part.covered == part.total { Cell::new(GOOD, &text) } else { Cell::plain(&text) });
    }
    let mut cells = [Some(Cell::plain(slug)), Some(Cell::plain(&it.percent.to_string()))].into_iter().chain(cells);
    std::array::from_fn(|_| cells.next().flatten().unwrap_or_else(|| Cell::plain("")))
}
