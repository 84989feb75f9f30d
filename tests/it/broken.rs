//! Broken scenario files, and what their authors are told: the file, the place, why, and what to write instead.
//!
//! Each file of `tests/broken` has one mistake, those called `several...` and `many...` more. The snapshot of the same name
//! is what `playmoney check` prints of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use playmoney::inside::engine::start::Start;
use playmoney::inside::engine::tables::Contract;
use playmoney::inside::engine::world::World;
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::scenario::{Known, Mistakes, Scenario, parse};
use serde_json::Value as Json;

use crate::cli::PLAYMONEY;
use crate::tape::snapshot;

/// What the environment of these files holds.
const CANARY: &str = "a-canary-from-the-environment";
/// A key that stands in several of them.
const SECRET: &str = "the-secret-of-my-shop";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

/// Every broken file, by its name without the ending.
pub fn files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder()).expect("a folder").map(|it| it.expect("an entry").path());
    let mut paths: Vec<PathBuf> = entries.filter(|it| it.extension() == Some("yaml".as_ref())).collect();
    paths.sort();
    let name = |it: &PathBuf| it.file_stem().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|it| (name(it), std::fs::read_to_string(it).expect("text"))).collect()
}

pub fn contracts() -> Vec<&'static Contract> {
    playmoney::inside::providers::all().iter().map(|it| it.contract()).collect()
}

/// Reads a text as the command line does: it is parsed, and a sandbox begins with it.
pub fn load(file: &str, text: &str) -> Result<Scenario, Mistakes> {
    let contracts = contracts();
    let environment = |name: &str| (name == "PLAYMONEY_TEST_CANARY").then(|| CANARY.to_owned());
    let scenario = parse(file, text, Known { contracts: &contracts, environment: Some(&environment) })?;
    let start = scenario.apply_to(Start::default());
    match World::load(start, playmoney::inside::providers::all(), Uptime::START) {
        Ok(_) => Ok(scenario),
        Err(impossible) => Err(scenario.mistakes(impossible)),
    }
}

#[test]
fn a_broken_file_is_told_with_place_reason_and_remedy() {
    let files = files();
    assert!(45 < files.len());
    for (name, text) in &files {
        let file = format!("{name}.yaml");
        let mistakes = load(&file, text).err().unwrap_or_else(|| panic!("{file} is not broken"));
        let told = mistakes.render(false);
        assert!(!told.contains(SECRET) && !told.contains(CANARY), "{told}");
        assert!(name.starts_with("several") || name.starts_with("many") || mistakes.all.len() <= 3, "{told}");
        let first = mistakes.to_json()[0].clone();
        let place = format!("{file}:{}:{}", first["line"], first["column"]);
        assert!(told.contains(&place), "{place} is not in\n{told}");
        snapshot(&format!("broken/{name}"), &told);
    }
}

#[test]
fn what_is_told_stays_small() {
    let long = "x".repeat(500_000);
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let many = format!("version: 1\nrules: [{}]\n", "0, ".repeat(25_000));
    let names = (0..9_000).map(|it| format!("name{it}: 1\n")).collect::<Vec<_>>().concat();
    let bytes = format!("version: 1\nname: {}\n", "x".repeat(1024 * 1024));
    let texts = [
        format!("version: 1\n{long}: 1\n"),
        format!("version: 1\nseed: {long}\n"),
        format!("version: 1\nclock: {{ mode: {long}, now: {long} }}\n"),
        format!("version: 1\nsteps:\n  - call: quoine.{long}\n  - act: {long}.pay\n  - {long}: 1\n  - advance: {long}\n"),
        format!(
            "version: 1\nrules:\n  - on: quoine:{long}\n    when: {{ body: {{ a: {{ matches: '({long}' }} }} }}\n    then: {{ error: {long} }}\n"
        ),
        format!(
            "version: 1\nproviders: {{ quoine: {{ {long}: 1, accounts: [{{ id: {long} }}], rates: {{ {long}: 1 }}, balances: {{ {long}: {long} }} }} }}\n"
        ),
        format!("version: 1\nname: \"${{{long}}}\"\ndescription: \"${{{long}\"\n"),
        deep,
        many,
        names,
        bytes,
    ];
    for text in texts {
        let mistakes = load("a.yaml", &text).expect_err("broken");
        let told = mistakes.render(false);
        assert!(told.len() < 40_000, "{} bytes are told: {}", told.len(), &told[..1_000]);
        assert!(mistakes.in_words().len() < 40_000 && mistakes.to_json().to_string().len() < 40_000, "{}", &told[..1_000]);
    }
}

#[test]
fn t10_what_is_too_much_is_said_with_the_bound() {
    let many = format!("version: 1\nsteps:\n{}", "  - advance: 1s\n".repeat(1_001));
    let rules = format!("version: 1\nrules:\n{}", "  - { on: quoine.*, then: { status: 500 } }\n".repeat(1_001));
    let nodes = format!("version: 1\ndescription: [{}]\n", "0, ".repeat(25_000));
    let anchors = (0..201).map(|it| format!("a{it}: &a{it} x\n")).collect::<Vec<_>>().concat();
    let aliases = format!("a: &a x\nb: [{}]\n", "*a, ".repeat(501));
    for (text, bound) in [
        (many, "1000 steps"),
        (rules, "1000 rules"),
        (nodes, "20000 values"),
        (anchors, "200 anchors"),
        (aliases, "500 aliases"),
        (" ".repeat(1024 * 1024 + 1), "1048576 bytes"),
    ] {
        let told = load("a.yaml", &text).expect_err("too much").render(false);
        assert!(told.contains(bound) && told.lines().count() < 12, "{told}");
    }
}

#[test]
fn both_forms_of_until_are_read() {
    for until in ["30m", "PT30M", "2026-01-02T00:00:00Z"] {
        let text = format!("version: 1\nrules:\n  - {{ on: quoine.*, when: {{ until: {until} }}, then: {{ status: 500 }} }}\n");
        assert!(load("a.yaml", &text).is_ok(), "{until}");
    }
}

#[test]
fn members_that_are_called_like_matchers_are_members() {
    for body in ["{ length: 5, width: 6 }", "{ any: 1, matches: 2, other: 3 }", "{ price: { gt: 1, lt: 2 } }", "{ gt: 1 }", "{}"] {
        let text = format!("version: 1\nrules:\n  - {{ on: quoine.*, when: {{ body: {{ member: {body} }} }}, then: {{ status: 500 }} }}\n");
        let told = load("a.yaml", &text).err().map(|it| it.render(false));
        assert!(told.is_none() || body.contains("any"), "{told:?}");
    }
}

/// The command in the folder of the broken files.
fn playmoney(arguments: &[&str]) -> Output {
    let mut command = Command::new(PLAYMONEY);
    command.args(arguments).current_dir(folder()).stdin(Stdio::null()).env("PLAYMONEY_TEST_CANARY", CANARY);
    command.output().expect("it runs")
}

#[test]
fn check_and_run_end_with_2_on_a_broken_file() {
    for (name, _) in files().into_iter().step_by(20) {
        let file = format!("{name}.yaml");
        for arguments in [["check", file.as_str()], ["run", file.as_str()]] {
            let output = playmoney(&arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            let told = String::from_utf8_lossy(&output.stderr);
            let summary = format!("{told}{}", String::from_utf8_lossy(&output.stdout));
            assert!(told.contains(&file) && summary.contains("1 invalid") | summary.contains("1 of 1 scenario invalid"), "{summary}");
        }
    }
    let all = playmoney(&["check", "."]);
    assert_eq!(all.status.code(), Some(2));
    let (told, files) = (String::from_utf8_lossy(&all.stderr).into_owned(), files().len());
    assert!(told.ends_with(&format!("{files} of {files} scenarios invalid\n")), "{}", &told[told.len() - 200..]);
}

#[test]
fn machines_read_the_same_as_json() {
    let names = ["several_in_a_row.yaml", "yaml_tab.yaml", "rule_name_twice.yaml", "secret_in_a_step.yaml"];
    let checked = playmoney(&[&["check", "--json"][..], &names].concat());
    assert_eq!(checked.status.code(), Some(2));
    let document: Json = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!((&document["files"], &document["invalid"]), (&4.into(), &4.into()));
    snapshot("broken/as_json", &serde_json::to_string_pretty(&document).expect("JSON"));
    let run = playmoney(&["run", "--json", "several_in_a_row.yaml"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(serde_json::from_slice::<Json>(&run.stdout).is_ok());
    let many = playmoney(&["check", "--json", "many_of_one_kind.yaml"]);
    let many: Json = serde_json::from_slice(&many.stdout).expect("JSON");
    let mistakes = many["mistakes"].as_array().expect("a list");
    assert_eq!((mistakes.len(), mistakes[50]["message"].as_str()), (51, Some("and 10 more from here on")));
}

#[test]
fn other_encodings_are_told_in_a_line() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("encoding-{}.yaml", std::process::id()));
    let path = file.to_str().expect("text");
    let text = "version: 1\nname: caf\u{e9}\n";
    let wide = |it: u16| it.to_le_bytes();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(wide)).collect();
    let unmarked: Vec<u8> = "version: 1\n".encode_utf16().flat_map(wide).collect();
    let latin: Vec<u8> = text.chars().map(|it| u8::try_from(u32::from(it)).expect("Latin-1")).collect();
    let rows: [(&[u8], &str); 5] = [
        (&utf16, ":1:1: this is not UTF-8: save the file as UTF-8"),
        (&unmarked, "YAML does not allow this character (U+0000)"),
        (&latin, ":2:10: this is not UTF-8: save the file as UTF-8"),
        (b"version: 1\nname: a\0b\n", "YAML does not allow this character (U+0000)"),
        (b"version: 1\nname: \xf0\x9f\x98", ":2:7: this is not UTF-8: save the file as UTF-8"),
    ];
    for (bytes, told) in rows {
        std::fs::write(&file, bytes).expect("written");
        for verb in ["check", "run"] {
            let output = playmoney(&[verb, path]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.code() == Some(2) && said.contains(told) && said.contains("encoding-"), "{verb} {bytes:?}: {said}");
        }
    }
    _ = std::fs::remove_file(&file);
}

#[test]
fn t21_patterns_and_accounts_are_counted() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("counted-{}.yaml", std::process::id()));
    let told = |text: &str| {
        std::fs::write(&file, text).expect("written");
        let output = playmoney(&["check", file.to_str().expect("text")]);
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    };
    let rule = "  - { on: quoine.createInvoice, when: { body: { name: { matches: x } } }, then: { error: usage_limit } }\n";
    let patterns = |n: usize| told(&format!("version: 1\nsteps: [{{ advance: 1s }}]\nrules:\n{}", rule.repeat(n)));
    assert_eq!(patterns(200), (Some(0), String::new()));
    let (code, said) = patterns(201);
    assert!(code == Some(2) && said.contains("this text has 201 patterns (`matches`), and at most 200 are allowed"), "{said}");
    let accounts = (1..=1_001).map(|id| format!("{{ id: a{id} }}")).collect::<Vec<_>>().join(", ");
    let (code, said) = told(&format!("version: 1\nproviders: {{ qbitpay: {{ accounts: [{accounts}] }} }}\n"));
    assert!(code == Some(2) && said.contains("this scenario has 1001 accounts, and at most 1000 are allowed"), "{said}");
    _ = std::fs::remove_file(&file);
}
