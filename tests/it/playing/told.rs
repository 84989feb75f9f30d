//! What `run` plays and tells: filters, short reports, failed steps with their places, files that change.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{FAILING, GOOD, folder, leans, run, text, write};
use crate::cli::{PLAYMONEY, Ready};
use crate::tape::snapshot;

#[test]
fn files_are_chosen_by_texts_and_patterns() {
    let here = folder("chosen");
    for name in ["pay/one.yaml", "pay/two.yaml", "refund.yaml"] {
        write(&here, name, GOOD);
    }
    let played = |filters: &[&str]| {
        let more: Vec<&str> = filters.iter().flat_map(|it| ["--filter", it]).collect();
        let output = run(&here, &[&["run", "."][..], &more].concat());
        text(&output.stdout).lines().filter(|it| it.starts_with("ok")).count()
    };
    assert_eq!([&["pay/*"][..], &["*.YAML"], &["one", "refund"], &["{one,two}.yaml", "pay/t??.yaml"]].map(played), [2, 3, 2, 1]);
    let broken = run(&here, &["run", ".", "--filter", "[a"]);
    assert!(broken.status.code() == Some(2) && text(&broken.stderr).contains("is not a pattern"), "{}", text(&broken.stderr));
}

#[test]
fn what_is_played_can_be_told_in_short() {
    let here = folder("short");
    write(&here, "a.yaml", GOOD);
    write(&here, "b.yaml", FAILING);
    let quiet = run(&here, &["run", ".", "-q"]);
    assert!(text(&quiet.stdout).starts_with("FAILED   ./b.yaml"), "{}", text(&quiet.stdout));
    let twice = run(&here, &["run", "a.yaml", "--repeat", "2"]);
    let seeds = "ok       a.yaml (3 steps, 1h simulated, seed 3)\nok       a.yaml (3 steps, 1h simulated, seed 4)\n";
    assert_eq!(text(&twice.stdout), format!("{seeds}{}2 scenarios: 2 good\n", leans(2)));
    let first = run(&here, &["run", "b.yaml", "--repeat", "1000", "--fail-fast"]);
    assert!(first.status.code() == Some(1) && text(&first.stdout).matches("FAILED").count() < 100, "{}", text(&first.stdout).len());
    write(&here, "c.yaml", "version: 1\nname: nothing\n");
    let nothing = run(&here, &["run", "c.yaml"]);
    assert_eq!(text(&nothing.stdout), "empty    c.yaml (no steps: nothing was played)\n1 scenario: 0 good, 1 without steps\n");
    let stopped = text(&run(&here, &["run", "b.yaml", "--repeat", "1000", "--fail-fast"]).stdout);
    let last = stopped.lines().last().unwrap_or_default();
    assert!(last.starts_with("1000 scenarios: 0 good, ") && last.ends_with(" not played"), "{last}");
    assert!(nothing.status.code() == Some(2) && text(&nothing.stderr).contains("nothing was played"), "{}", text(&nothing.stderr));
}

#[test]
fn violations_are_told_at_the_end_and_fail_nothing() {
    let here = folder("violations");
    let call = "  - call: quantum-payouts.performPayout\n    with: { orderNumber: A, amount: 1.5 }\n    expect: { status: 400 }\n";
    let rules = "steps:\n  - rule: { on: \"quantum-payouts:webhook\", then: { bad_signature: true } }\n";
    write(&here, "a.yaml", &format!("version: 1\nname: floats\n{rules}{call}{call}"));
    write(&here, "b.yaml", GOOD);
    let played = run(&here, &["run", "."]);
    assert_eq!(played.status.code(), Some(0), "{}", text(&played.stderr));
    snapshot("playing/violations", &text(&played.stdout));
    let told: serde_json::Value = serde_json::from_slice(&run(&here, &["run", ".", "--json"]).stdout).expect("JSON");
    let of = |nth: usize| told["scenarios"][nth]["violations"].as_array().expect("a list").clone();
    let codes: Vec<_> = of(0).iter().map(|it| format!("{} {}", it["request"], it["code"]).replace('"', "")).collect();
    assert_eq!(codes, ["req-1 number_format", "req-2 number_format", "req-2 retry_of_refused"]);
    assert_eq!((of(1).len(), &told["scenarios"][0]["violations_truncated"]), (0, &serde_json::json!(false)));
    let quiet = text(&run(&here, &["run", ".", "--quiet"]).stdout);
    assert!(quiet.starts_with("3 violations of the documented contract.") && quiet.ends_with("2 scenarios: 2 good\n"), "{quiet}");
}

#[test]
fn a_file_without_steps_does_not_look_like_a_test_that_passed() {
    let here = folder("without_steps");
    write(&here, "a.yaml", GOOD);
    write(&here, "c.yaml", "version: 1\nname: nothing\n");
    let both = run(&here, &["run", ".", "--json", "--junit", "report.xml"]);
    assert_eq!(both.status.code(), Some(0), "{}", text(&both.stderr));
    let told: serde_json::Value = serde_json::from_slice(&both.stdout).expect("JSON");
    assert_eq!([0, 1].map(|it| told["scenarios"][it]["status"].clone()), ["ok", "no_steps"]);
    let report = std::fs::read_to_string(here.join("report.xml")).expect("a report");
    assert!(report.contains(r#"<skipped message="no steps: nothing was played"/>"#), "{report}");
    assert!(report.contains(r#"<testsuite name="c.yaml" tests="1" skipped="1" errors="0" failures="0""#), "{report}");
    let quiet = run(&here, &["run", ".", "-q"]);
    assert_eq!(text(&quiet.stdout), "empty    ./c.yaml (no steps: nothing was played)\n2 scenarios: 1 good, 1 without steps\n");
    let alone = run(&here, &["run", "c.yaml", "--json"]);
    let why = "playmoney: nothing was played, so nothing is proved: no scenario has `steps`; \
               `playmoney check` judges a file without playing it\n";
    assert_eq!((alone.status.code(), text(&alone.stderr).as_str()), (Some(2), why));
}

#[test]
fn names_that_a_failure_leaves_out_are_counted() {
    let here = folder("many");
    let payout = "{ amount: 1000, description: d, target: { pan: '4111111111111111' }, orderNumber: 'A-${index}' }";
    let calls =
        format!("  - repeat:\n      times: 4\n      steps:\n        - call: quantum-payouts.performPayout\n          with: {payout}\n");
    let expected = "  - advance: 1h\n  - expect_webhook: { provider: quantum-payouts, count: 99 }\n";
    write(&here, "s.yaml", &format!("version: 1\nsteps:\n{calls}{expected}"));
    let told = text(&run(&here, &["run", "s.yaml"]).stdout);
    assert!(told.contains("16 of 16 webhooks fit") && told.contains(" and 6 more\n"), "{told}");
}

#[test]
fn an_application_finds_the_server_where_serve_would_be() {
    let here = folder("where");
    write(&here, "s.yaml", "version: 1\n");
    for place in [&["--listen", "localhost", "--port", "0"][..], &["--listen", "0"], &["--listen", "127.0.0.1:0"]] {
        let output = run(&here, &[&["run", "s.yaml", "--webhook-url", "http://127.0.0.1:9/"], place].concat());
        let told = text(&output.stderr);
        assert!(told.contains("\nplaymoney: serving on http://127.0.0.1:"), "{place:?}: {told}");
    }
    assert_eq!(run(&here, &["run", "s.yaml", "--port", "0"]).status.code(), Some(2), "without --webhook-url nothing is served");
}

#[test]
fn a_failure_tells_what_made_it_happen_and_what_is_due() {
    let here = folder("due");
    let steps = "steps:\n  - { call: quoine.createInvoice, with: { price: '5' } }\n  - advance: 1m\n";
    let expected = "  - expect_webhook: { provider: quoine, event: payment_expired }\n";
    write(&here, "s.yaml", &format!("version: 1\n{steps}{expected}"));
    let told = text(&run(&here, &["run", "s.yaml"]).stdout);
    assert!(
        told.contains("  advance  1m\n")
            && told.contains("; what is due next is a timer of quoine 1 at 2026-01-01T00:30:00Z (advance: 29m)"),
        "{told}"
    );
}

#[test]
fn a_failed_step_is_shown_with_its_place_and_the_difference() {
    let here = folder("difference");
    write(&here, "a.yaml", FAILING);
    let order = "  - call: quoine.createInvoice\n    with: { price: '500.0', name: order 1 }\n    save: invoice\n";
    let paid = "  - act: quoine.pay\n    with: { invoice: '${invoice.id}' }\n  - advance: 1h\n";
    let wanted =
        "  - expect_webhook:\n      provider: quoine\n      body:\n        invoice.invoice_status: expired\n        invoice.extra: 1\n";
    write(&here, "b.yaml", &format!("version: 1\nname: an invoice is paid\nsteps:\n{order}{paid}{wanted}"));
    let mut all = String::new();
    for columns in ["80", "100", "160"] {
        let mut command = Command::new(PLAYMONEY);
        let output = command.args(["run", "."]).current_dir(&here).env("COLUMNS", columns).output().expect("it runs");
        let told = text(&output.stdout);
        let widest = told.lines().map(|it| it.chars().count()).max();
        assert!(widest <= columns.parse().ok(), "{widest:?} of {columns}:\n{told}");
        all.extend([columns, " columns\n", &told]);
    }
    snapshot("cli/run_difference", &all);
}

#[test]
fn a_secret_of_a_fork_is_masked_in_the_timeline_too() {
    let here = folder("fork-secret");
    let set = "  - { fork: b }\n  - { set: quantum-payouts, with: { webhook_secret: forked-9876543210 }, in: b }\n";
    write(&here, "s.yaml", &format!("version: 1\nsteps:\n{set}  - expect_webhook: {{ provider: quoine }}\n"));
    let told = text(&run(&here, &["run", "s.yaml"]).stdout);
    assert!(told.contains("set ") && told.contains("***3210") && !told.contains("forked-9876543210"), "{told}");
}

/// Plays what the arguments name with `--watch`, until the task is done.
fn watched(here: &Path, arguments: &[&str], task: impl FnOnce(&dyn Fn(&str, usize) -> bool)) {
    let log = std::fs::File::create(here.join("out.log")).expect("a file of the test");
    let mut command = Command::new(PLAYMONEY);
    command.current_dir(here).arg("run").args(arguments).arg("--watch").stdout(log).stderr(Stdio::null());
    let mut child = command.spawn().expect("it runs");
    let seen = |word: &str, times: usize| {
        let has = |_: &i32| {
            std::thread::sleep(Duration::from_millis(10));
            std::fs::read_to_string(here.join("out.log")).is_ok_and(|it| times <= it.matches(word).count())
        };
        (0..3_000).find(has).is_some()
    };
    task(&seen);
    _ = child.kill();
    _ = child.wait();
}

#[test]
fn a_file_that_changes_is_played_again() {
    let here = folder("played_again");
    write(&here, "a.yaml", FAILING);
    let (mut failed, mut good) = (false, false);
    watched(&here, &["a.yaml"], |seen| {
        failed = seen("1 scenario: 0 good, 1 failed", 1);
        write(&here, "a.yaml", GOOD);
        good = seen("1 scenario: 1 good", 1);
    });
    assert!(failed && good, "{failed} {good}");
}

#[test]
fn only_scenarios_make_a_watched_folder_play_again() {
    let here = folder("watched_folder");
    write(&here, "a.yaml", GOOD);
    let plays = || std::fs::read_to_string(here.join("out.log")).expect("the log").matches("1 good").count();
    let (mut quiet, mut again) = (0, false);
    watched(&here, &[".", "--junit", "report.xml"], |seen| {
        seen("1 good", 1);
        for name in ["notes.txt", ".git/index.yaml", "target/a.json"] {
            write(&here, name, "1");
        }
        std::thread::sleep(Duration::from_millis(1_200));
        quiet = plays();
        write(&here, "inner/b.yaml", GOOD);
        again = seen("2 good", 1);
    });
    assert!(quiet == 1 && again && here.join("report.xml").exists(), "{quiet} {again}");
}

#[test]
fn a_watch_without_anything_to_play_ends() {
    let here = folder("watched_nothing");
    for (path, said) in
        [("nosuch.yaml", "playmoney: cannot read nosuch.yaml: No such file or directory\n"), (".", "playmoney: . contains no .yaml file\n")]
    {
        let output = run(&here, &["run", path, "--watch"]);
        assert_eq!((output.status.code(), &*text(&output.stderr)), (Some(2), said));
    }
}

#[test]
fn warnings_stand_in_a_report_for_programs() {
    let here = folder("warned");
    write(&here, "good.yaml", GOOD);
    write(&here, "warned.yaml", &format!("{GOOD}rules: [{{ on: quoine.*, when: {{ times: 0 }}, then: {{ status: 500 }} }}]\n"));
    let told: serde_json::Value = serde_json::from_slice(&run(&here, &["run", ".", "--json"]).stdout).expect("JSON");
    let warnings = [0, 1].map(|nth| told["scenarios"][nth]["warnings"][0]["message"].clone());
    assert_eq!(serde_json::json!(warnings), serde_json::json!([null, "with `times: 0` this rule never fires"]), "{told}");
}

#[test]
fn a_served_file_tells_its_warnings() {
    let here = folder("served-warned");
    let told = |rule: &str| {
        write(&here, "s.yaml", &format!("version: 1\nrules: [{{ on: quoine.*, {rule} then: {{ status: 500 }} }}]\n"));
        let ready = Ready::new("served-warned");
        let mut command = Command::new(PLAYMONEY);
        command.current_dir(&here).args(["serve", "s.yaml", "--listen", "127.0.0.1:0", "--ready-file"]).arg(&ready.file);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
        ready.wait();
        child.kill().expect("it runs");
        text(&child.wait_with_output().expect("it ends").stderr)
    };
    assert_eq!(told(""), "", "a served file needs no steps");
    let warned = told("when: { times: 0 },");
    assert!(warned.starts_with("warning: with `times: 0` this rule never fires") && warned.contains("s.yaml:2"), "{warned}");
}
