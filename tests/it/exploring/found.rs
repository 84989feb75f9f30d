//! What `playmoney explore` prints and writes, and its exit codes.

use std::path::Path;

use serde_json::Value as Json;

use super::{Shop, folder};
use crate::tape::snapshot;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A folder that is removed at the end, and a path in it.
fn place(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    (folder, path)
}

/// A text without the address of the receiver and the ids of its run.
fn steady(shop: &Shop, text: &str) -> String {
    text.replace(&shop.address, "127.0.0.1:8000")
}

#[test]
fn a_counterexample_is_a_schedule_a_timeline_and_the_step_that_breaks() {
    let shop = Shop::open("python3", "goes_back");
    let (_folder, file) = place("schedule.yaml");
    let output = shop.explore("invoice.yaml", &["--first-run", "1", "--write", file.to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let page = text(&output.stdout).replace(file.to_str().expect("text"), "schedule.yaml");
    snapshot("exploring/counterexample", &steady(&shop, &page));
    // What was written fails in the same way when it is run, in an application that has seen all those runs.
    let written = std::fs::read_to_string(&file).expect("it was written");
    snapshot("exploring/written", &written);
    let played = shop.playmoney("run", &file).arg("--json").output().expect("it runs");
    assert_eq!(played.status.code(), Some(1), "{played:?}");
    let played: Json = serde_json::from_slice(&played.stdout).expect("JSON");
    let step = played["scenarios"][0]["steps"].as_array().and_then(|it| it.last()).expect("a step");
    assert_eq!(step["failure"]["misses"][0]["actual"], "\"pending\"", "{step:#}");
}

#[test]
fn what_is_right_says_how_much_was_tried() {
    let shop = Shop::open("python3", "");
    let (_folder, file) = place("report.xml");
    let output =
        shop.explore("expired.yaml", &["--budget", "30", "--jobs", "3", "--first-run", "1", "--junit", file.to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    snapshot("exploring/nothing", &steady(&shop, &text(&output.stdout)));
    let junit = std::fs::read_to_string(&file).expect("it was written");
    assert!(junit.contains("<testsuite name=\"explore expired.yaml\" tests=\"1\"") && junit.contains("failures=\"0\""), "{junit}");
}

#[test]
fn a_failure_stands_in_the_report_for_ci() {
    let shop = Shop::open("node", "toggles");
    let (_folder, file) = place("report.xml");
    let output = shop.explore("dispute.yaml", &["--junit", file.to_str().expect("text"), "--seed", "9"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let junit = std::fs::read_to_string(&file).expect("it was written");
    assert!(junit.contains("failures=\"1\"") && junit.contains("is sent twice (duplicate: 2)"), "{junit}");
    let message = junit.split("message=\"").nth(1).and_then(|it| it.split('"').next()).expect("a message");
    assert!(message.contains("breaks an expectation: qbitpay:charge.dispute"), "{message}");
}

#[test]
fn an_application_that_has_gone_is_told_from_one_that_does_wrong() {
    let shop = Shop::open("node", "crashes_on_the_second");
    let (found, code) = shop.explored("order.yaml", &[]);
    assert_eq!((code, &found["counterexample"]["certainty"]), (Some(1), &"lasts".into()), "{found:#}");
    let (found, code) = shop.explored("order.yaml", &[]);
    assert_eq!((code, &found["status"]), (Some(1), &"fails_without_deviation".into()), "{found:#}");
    assert!(found["step"]["why"].as_str().is_some_and(|it| it.starts_with("the probe failed: it gave no answer: refused")), "{found:#}");
}

#[test]
fn bad_usage_is_exit_2_and_says_what_to_do() {
    let shop = Shop::open("python3", "");
    let own = folder().join("invoice.yaml");
    let own = own.to_str().expect("text");
    let (_folder, empty) = place("empty.yaml");
    std::fs::write(&empty, "version: 1\nsteps: [{ advance: 1m }]\n").expect("written");
    let empty = empty.to_str().expect("text");
    let (_silent_folder, silent) = place("silent.yaml");
    std::fs::write(&silent, "version: 1\nsteps: [{ call: quoine.createInvoice, with: { price: 5 }, expect: { status: 200 } }]\n")
        .expect("written");
    let silent = silent.to_str().expect("text");
    for (scenario, arguments, why) in [
        ("nothing.yaml", &[][..], "cannot read nothing.yaml"),
        (".", &[], "is a folder: explore one scenario at a time"),
        (empty, &[], "expects nothing, so nothing can break: add the step `probe`"),
        (own, &["--write", own], "is the scenario: it would be replaced"),
        (own, &["--write", "/dev/null"], "/dev/null already exists: choose another name"),
        (own, &["--write", empty], "already exists: choose another name"),
        (own, &["--junit", "/dev/null"], "is a device"),
        (silent, &[], "nothing was tried: played as it is, it sends the application no webhook that may leave otherwise"),
        (own, &["--budget", "0"], "--budget"),
        (own, &["--jobs", "33"], "--jobs"),
    ] {
        let output = shop.explore(scenario, arguments);
        let told = text(&output.stderr) + &text(&output.stdout);
        assert!(output.status.code() == Some(2) && told.contains(why), "{why}: {output:?}");
    }
}

#[test]
fn ids_that_are_numbers_of_the_text_are_named_when_they_do_not_fit() {
    let shop = Shop::open("python3", "");
    let (_folder, path) = place("literal.yaml");
    let steps =
        "  - { call: quoine.createInvoice, with: { price: 5 } }\n  - { act: quoine.pay, with: { invoice: 1 }, expect: { status: 200 } }\n";
    std::fs::write(&path, format!("version: 1\nsteps:\n{steps}")).expect("written");
    let output = shop.explore(path.to_str().expect("text"), &["--first-run", "3"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let page = text(&output.stdout);
    assert!(
        page.contains("literal.yaml:4: each run has ids of its own, and those of this one begin at 3001, so `invoice: 1` names nothing"),
        "{page}"
    );
}

#[test]
fn a_probe_needs_an_application() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_playmoney"))
        .args(["run", "invoice.yaml"])
        .current_dir(folder())
        .env("RECEIVER", "127.0.0.1:1")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("`playmoney run --webhook-url URL` and `playmoney explore` ask one"), "{output:?}");
    let shop = Shop::open("python3", "");
    let output = shop.playmoney("run", Path::new("invoice.yaml")).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
