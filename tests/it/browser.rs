//! The pages for people in a real browser. The tests themselves are in `tests/browser`, one Rust test for each of its files.
//!
//! `tests/prepare` installs what they need. A test that fails leaves pictures of its pages in `target/browser`.

use std::path::{Path, PathBuf};

use tokio::sync::Semaphore;

use crate::cli::PLAYMONEY;
use crate::clients::program;

/// Each file has a browser of its own, and each browser is several processes.
static PLACES: Semaphore = Semaphore::const_new(2);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// Runs the tests of a file against the built program.
async fn passes(file: &str) {
    let _place = PLACES.acquire().await.expect("it is never closed");
    let mut command = program("node");
    command.current_dir(folder()).env("PLAYMONEY_PROGRAM", PLAYMONEY).args(["--test", "--test-reporter=spec", file]);
    let output = command.output().expect("it starts: run tests/prepare");
    let [out, err] = [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    assert!(output.status.success() && !out.contains("\nℹ pass 0\n"), "{out}{err}");
}

/// The files whose tests are run below.
const FILES: &[&str] = &[
    "bar.test.js",
    "dashboard-care.test.js",
    "dashboard-looks.test.js",
    "dashboard.test.js",
    "details.test.js",
    "hostile.test.js",
    "keyboard.test.js",
    "live.test.js",
    "open.test.js",
    "payments.test.js",
    "plain.test.js",
    "states.test.js",
];

#[test]
fn each_file_is_run() {
    let names = std::fs::read_dir(folder()).expect("a folder").map(|it| it.expect("readable").file_name().into_string().expect("text"));
    let mut found: Vec<_> = names.filter(|it| it.ends_with(".test.js")).collect();
    found.sort();
    assert_eq!(found, FILES);
}

#[tokio::test]
async fn each_page_leads_from_its_opening_to_its_end() {
    passes("payments.test.js").await;
}

#[tokio::test]
async fn an_open_page_follows_what_happens() {
    passes("live.test.js").await;
}

#[tokio::test]
async fn a_page_that_stays_open_asks_for_little_and_leaves_a_person_alone() {
    passes("open.test.js").await;
}

#[tokio::test]
async fn a_page_works_without_scripts() {
    passes("plain.test.js").await;
}

#[tokio::test]
async fn each_button_of_the_bar_does_what_its_call_does() {
    passes("bar.test.js").await;
}

#[tokio::test]
async fn a_payer_copies_searches_and_mistypes() {
    passes("details.test.js").await;
}

#[tokio::test]
async fn pages_can_be_used_by_keys_alone() {
    passes("keyboard.test.js").await;
}

#[tokio::test]
async fn each_state_of_a_page_is_accessible_and_fits_a_phone() {
    passes("states.test.js").await;
}

#[tokio::test]
async fn hostile_texts_stay_texts() {
    passes("hostile.test.js").await;
}

#[tokio::test]
async fn the_dashboard_does_what_the_control_api_does() {
    passes("dashboard.test.js").await;
}

#[tokio::test]
async fn the_dashboard_is_accessible_and_shows_hostile_texts_as_texts() {
    passes("dashboard-looks.test.js").await;
}

#[tokio::test]
async fn the_dashboard_keeps_what_it_shows_and_saves() {
    passes("dashboard-care.test.js").await;
}
