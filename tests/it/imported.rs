//! `playmoney import`: what a log told is told again by the scenario, and nothing of it can be recognised.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use playmoney::inside::engine::tables::Contract;
use playmoney::inside::providers;
use playmoney::inside::scenario::{Known, Scenario, parse};
use playmoney::inside::stage::{MemoryStage, Report, play, start_of};

mod foreign;
mod gateways;
mod logs;
mod nearly;
mod recorded;
mod secrets;
mod tapes;

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("import-{name}-{}", std::process::id()));
    _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_playmoney")).current_dir(folder).args(arguments).stdin(Stdio::null()).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// Imports a log, and returns the scenario and what was said beside it.
fn imported(folder: &Path, log: &str, slug: &str) -> (String, String) {
    std::fs::write(folder.join("log.jsonl"), log).expect("written");
    _ = std::fs::remove_file(folder.join("scenario.yaml"));
    let done = run(folder, &["import", "log.jsonl", "--provider", slug, "-o", "scenario.yaml"]);
    let said = text(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{said}\n{log}\n{}", std::fs::read_to_string(folder.join("scenario.yaml")).unwrap_or_default());
    let checked = run(folder, &["check", "scenario.yaml"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    let played = run(folder, &["run", "scenario.yaml"]);
    assert_eq!(played.status.code(), Some(0), "{}", text(&played.stdout));
    (std::fs::read_to_string(folder.join("scenario.yaml")).expect("text"), said)
}

fn scenario(text: &str) -> Scenario {
    let contracts: Vec<&'static Contract> = providers::all().iter().map(|it| it.contract()).collect();
    let parsed = parse("scenario", text, Known { contracts: &contracts, environment: None });
    parsed.unwrap_or_else(|why| panic!("{}\n{text}", why.render(false)))
}

/// Plays a scenario in memory with the built-in receivers.
fn played(scenario: &Scenario) -> (MemoryStage, Report) {
    played_by(scenario, None)
}

/// Plays a scenario in memory; with a status, for an application that answers every webhook with it.
fn played_by(scenario: &Scenario, application: Option<u16>) -> (MemoryStage, Report) {
    let start = start_of(scenario, scenario.seed.unwrap_or(1), application.map(|_| "http://shop.test/{provider}"));
    let mut stage = MemoryStage::with_application(start, application);
    let report = play(scenario, &mut stage);
    (stage, report)
}
