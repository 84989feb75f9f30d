//! `playmoney run`, `check`, `init`, `schema` and `serve SCENARIO`, as a shell uses them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};

use crate::cli::{PLAYMONEY, Ready, Serving};
use crate::net::{Receiver, answered, eventually, request, send};
use crate::tape::snapshot;

mod reached;
mod told;

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder.join(name).parent().expect("a folder")).expect("a folder");
    std::fs::write(folder.join(name), text).expect("written");
}

/// Runs in that folder, so that the output has no path of this machine.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PLAYMONEY).current_dir(folder).args(arguments).stdin(Stdio::null()).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

const GOOD: &str = "version: 1
name: a payout succeeds
seed: 3
steps:
  - call: quantum-payouts.performPayout
    with: { orderNumber: A-1, amount: 1000, description: d, target: { pan: '4111111111111111' } }
    expect: { status: 200 }
  - advance: 1h
  - expect_webhook: { provider: quantum-payouts, body: { payout.status: success }, signature: valid }
";

/// What a run of it says of assumptions when it is played that often.
fn leans(plays: u32) -> String {
    let row = "quantum-payouts.lifecycle.payout.processing.success.pace";
    format!(
        "This run leans on 1 assumption that documents do not confirm. `--fail-on assumed` would fail it:\n  \
         {plays} {row}: time (assumed: no page names the times between the statuses)\n"
    )
}

const FAILING: &str = "version: 1
name: a payout fails, or so somebody thought
steps:
  - call: quantum-payouts.performPayout
    with: { orderNumber: A-1, amount: 1000, description: d, target: { pan: '4111111111111111' } }
    save: payout
  - advance: { until: idle }
  - call: quantum-payouts.getPayoutStatus
    title: the bank has refused
    with: { orderNumber: A-1 }
    expect: { status: 200, body: { orderStatus: failed, amount: { lt: 5 }, note: { any: true } } }
";

const BROKEN: &str = "version: 1
steps:
  - call: quantum-payouts.performPayuot
";

#[test]
fn good_failed_and_invalid_files_are_told_apart() {
    let here = folder("verdicts");
    write(&here, "a/good.yaml", GOOD);
    write(&here, "a/failing.yml", FAILING);
    write(&here, "a/.hidden.yaml", BROKEN);
    write(&here, "a/notes.txt", BROKEN);
    write(&here, "broken.yaml", BROKEN);
    let good = run(&here, &["run", "a/good.yaml"]);
    assert_eq!(
        (good.status.code(), text(&good.stdout)),
        (Some(0), format!("ok       a/good.yaml (3 steps, 1h simulated)\n{}1 scenario: 1 good\n", leans(1)))
    );
    let failed = run(&here, &["run", "a"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).starts_with("warning: the answer of getPayoutStatus has no `note`"), "{}", text(&failed.stderr));
    snapshot("cli/run_failed", &text(&failed.stdout));
    let broken = run(&here, &["run", "a/good.yaml", "broken.yaml"]);
    assert_eq!(broken.status.code(), Some(2), "a file that is not a scenario is worse than one that fails");
    assert!(text(&broken.stderr).contains("broken.yaml:3:11") && text(&broken.stdout).contains("1 good, 1 invalid"));
    let check = run(&here, &["check", ".", "--json"]);
    let told: Json = serde_json::from_slice(&check.stdout).expect("JSON");
    assert_eq!((check.status.code(), &told["files"], &told["mistakes"][0]["line"]), (Some(2), &json!(3), &json!(3)));
    assert_eq!(text(&run(&here, &["check", "a"]).stdout), "2 scenarios good, 1 warning\n");
    for (arguments, said) in [
        (&["run", "nowhere.yaml"][..], "cannot read nowhere.yaml"),
        (&["run", "a", "--filter", "refund"], "none of 2 scenarios has `refund`"),
        (&["check", "empty"], "contains no .yaml file"),
        (&["run", "a", "--repeat", "0"], "--repeat"),
    ] {
        std::fs::create_dir_all(here.join("empty")).expect("a folder");
        let output = run(&here, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

#[test]
fn reports_for_machines_hold_every_file_and_seed() {
    let here = folder("reports");
    write(&here, "good.yaml", GOOD);
    write(&here, "failing.yaml", FAILING);
    let output = run(&here, &["run", ".", "--json", "--junit", "report.xml", "--repeat", "2"]);
    assert_eq!(output.status.code(), Some(1));
    let told: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    let rows = told["scenarios"].as_array().expect("a list");
    let seen: Vec<(&str, u64, &str)> = rows
        .iter()
        .map(|it| (it["file"].as_str().expect("text"), it["seed"].as_u64().expect("a number"), it["status"].as_str().expect("text")))
        .collect();
    let expected = [("./failing.yaml", 1, "failed"), ("./failing.yaml", 2, "failed"), ("./good.yaml", 3, "ok"), ("./good.yaml", 4, "ok")];
    assert_eq!(seen, expected);
    assert_eq!(
        rows[0]["steps"][2]["failure"]["misses"][0],
        json!({"path": "body.orderStatus", "expected": "\"failed\"", "actual": "\"success\""})
    );
    let report = std::fs::read_to_string(here.join("report.xml")).expect("written");
    for part in [
        "tests=\"4\" skipped=\"0\" failures=\"2\" errors=\"0\"",
        "<testsuite name=\"good.yaml\" tests=\"2\"",
        "<testcase name=\"a payout succeeds\" classname=\"good.yaml\" timestamp=",
        "<testcase name=\"a payout succeeds #2\" classname=\"good.yaml\" timestamp=",
        "file=\"failing.yaml\" line=\"8\"",
        "<property name=\"seed\" value=\"4\"/>",
        "<failure message=\"3 expectations were not met\" type=\"expectation\">",
    ] {
        assert!(report.contains(part), "{part} is not in\n{report}");
    }
    let whole = report.split("time=\"").nth(1).and_then(|it| it.split('"').next()).map(str::parse::<f64>);
    assert!(matches!(whole, Some(Ok(it)) if 0.0 < it), "{report}");
    let seeded = run(&here, &["run", "good.yaml", "--json", "--seed", "9", "--filter", "SUCCEEDS"]);
    let told: Json = serde_json::from_slice(&seeded.stdout).expect("JSON");
    assert_eq!((&told["scenarios"][0]["seed"], &told["summary"]), (&json!(9), &json!("1 scenario: 1 good")));
}

#[test]
fn a_file_that_is_no_scenario_is_said_to_be_none_once() {
    let here = folder("once");
    write(&here, "broken.yaml", BROKEN);
    write(&here, "good.yaml", GOOD);
    let output = run(&here, &["run", ".", "--repeat", "3"]);
    assert!(text(&output.stdout).ends_with("4 scenarios: 3 good, 1 invalid\n"), "{}", text(&output.stdout));
    assert_eq!(text(&output.stderr).matches("broken.yaml:3:11").count(), 1);
}

#[test]
fn t19_what_is_told_moves_no_cursor() {
    let here = folder("controls");
    let rule = "rules: [{ on: quoine.*, then: { status: 200, body: \"\\e[31mred\\u0007\\uFFFE\" } }]\n";
    write(&here, "s.yaml", &format!("version: 1\n{rule}steps:\n  - {{ call: quoine.getProfile, expect: {{ body: white }} }}\n"));
    let output = run(&here, &["run", "s.yaml", "--junit", "report.xml"]);
    let told = text(&output.stdout);
    assert!(told.contains("received 200 OK\n      \\u{1b}[31mred\\u{7}") && !told.contains(['\u{1b}', '\u{7}']), "{told}");
    let report = std::fs::read_to_string(here.join("report.xml")).expect("written");
    assert!(report.contains("      \\u{1b}[31mred\\u{7}\u{fffd}"), "{report}");
}

#[test]
fn a_starter_is_written_once_and_passes() {
    let here = folder("starter");
    assert_eq!(run(&here, &["init", "first.yaml"]).status.code(), Some(0));
    let again = run(&here, &["init", "first.yaml"]);
    assert!(again.status.code() == Some(2) && text(&again.stderr).contains("already exists"));
    let played = run(&here, &["run", "first.yaml"]);
    assert_eq!(played.status.code(), Some(0), "{}", text(&played.stdout));
    let schema: Json = serde_json::from_slice(&run(&here, &["schema"]).stdout).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[tokio::test]
async fn a_served_scenario_is_loaded_again_when_it_changes() {
    let here = folder("watched");
    let text = |month: u32| {
        format!(
            "version: 1\nseed: 5\nclock: {{ mode: frozen, now: 2026-0{month}-01T00:00:00Z }}\nrules: [{{ name: busy, on: quoine.*, then: {{ error: usage_limit }} }}]\n"
        )
    };
    write(&here, "s.yaml", &text(3));
    let serving = Serving::start("watched", &here, &["s.yaml", "--watch"]);
    assert_eq!(serving.get("/__admin/clock").await.json()["now"], "2026-03-01T00:00:00Z");
    assert_eq!(serving.get("/__admin/rules").await.json()["rules"][0]["name"], "busy");
    write(&here, "s.yaml", "version: 1\nsede: 3\n");
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(serving.get("/__admin/clock").await.json()["now"], "2026-03-01T00:00:00Z", "what is broken changes nothing");
    write(&here, "s.yaml", &text(4));
    eventually(async || serving.get("/__admin/clock").await.json()["now"] == "2026-04-01T00:00:00Z").await;
    assert_eq!(serving.get("/quoine/api/v1/profile").await.status, 503, "the rule is in force");
}

#[test]
fn the_greeting_shows_the_keys_that_the_scenario_gives() {
    let here = folder("greeting");
    write(
        &here,
        "s.yaml",
        "version: 1\nproviders:\n  qbitpay: { accounts: [{ id: default, credentials: { api_key: a-key-from-outside-4711 }, webhook_url: '${inbox:shop}' }] }\n",
    );
    let greeting = |arguments: &[&str]| {
        let ready = Ready::new("greeting");
        let mut command = Command::new(PLAYMONEY);
        command.current_dir(&here).args(["serve", "--listen", "127.0.0.1:0", "--ready-file", ready.file.to_str().expect("text")]);
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
        ready.wait();
        child.kill().expect("it runs");
        text(&child.wait_with_output().expect("it ends").stdout)
    };
    let shown = greeting(&["s.yaml"]);
    assert!(shown.contains("  api_key         ***4711\n") && shown.contains("webhooks          as in the scenario\n"), "{shown}");
    assert!(shown.contains("  api_key         qp_test_key\n") && shown.contains("  user_id         2\n"), "{shown}");
    assert!(greeting(&["s.yaml", "--show-secrets"]).contains("  api_key         a-key-from-outside-4711\n"));
    let plain = greeting(&[]);
    assert!(plain.contains("  api_key         qbit_test_key\n") && plain.contains("none yet: --webhook-url"), "{plain}");
}

#[tokio::test]
async fn a_flag_beats_the_file_that_is_served() {
    let here = folder("flags");
    write(
        &here,
        "s.yaml",
        "version: 1\nseed: 5\nclock: { mode: frozen, now: 2026-03-01T00:00:00Z }\nproviders: { quoine: { webhook_url: 'http://shop.test/' } }\n",
    );
    let serving =
        Serving::start("flags", &here, &["s.yaml", "--now", "2027-01-01T00:00:00Z", "--webhook-url", "http://127.0.0.1:9/{provider}"]);
    assert_eq!(serving.get("/__admin/clock").await.json()["now"], "2027-01-01T00:00:00Z");
    assert_eq!(serving.get("/__admin/accounts/quoine/2").await.json()["webhook_url"], "http://127.0.0.1:9/quoine");
    let broken = run(&here, &["serve", "missing.yaml"]);
    assert_eq!(broken.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_drives_the_outside_world_and_an_application_the_api() {
    let here = folder("application");
    write(
        &here,
        "s.yaml",
        "version: 1
name: an application pays somebody out
steps:
  - wait_for: { operation: quantum-payouts.performPayout, where: { body: { amount: { gt: 5 } }, status: 200 }, timeout: 60s }
    save: made
  - advance: 1h
  - expect_webhook: { provider: quantum-payouts, subject: '${made.request.body.orderNumber}', body: { payout.status: success }, status: delivered }
  - wait_for: { operation: quantum-payouts.getPayoutStatus, timeout: 60s }
  - rule: { on: quantum-payouts.features, then: { latency: 3s } }
  - wait_for: { operation: quantum-payouts.features, timeout: 60s }
  - act: quantum-payouts.manual-payout
    with: { amount: 5, pan: '4111111111111111' }
  - advance: { to: '2026-01-01T01:00:01Z' }
  - advance: 2s
  - fork: aside
  - advance: 1h
    in: aside
  - wait_for: { operation: quantum-payouts.features, timeout: 50ms }
",
    );
    let ready = Ready::new("application");
    // The webhook of the payout by hand is answered slowly. Meanwhile no time passes for the delayed answer.
    let receiver = Receiver::start(|event| {
        Box::pin(async move {
            let slowly = if event["payout"]["amount"] == 5 { 300 } else { 0 };
            tokio::time::sleep(std::time::Duration::from_millis(slowly)).await;
            answered(200)
        })
    })
    .await;
    let playing = Command::new(PLAYMONEY)
        .current_dir(&here)
        .args(["run", "s.yaml", "--json", "--listen", "127.0.0.1:0", "--webhook-url", &receiver.url()])
        .args(["--ready-file", ready.file.to_str().expect("text")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let address = ready.wait()["base_url"].as_str().expect("a URL").trim_start_matches("http://").parse().expect("an address");
    let body = json!({"orderNumber": "A-7", "amount": 150_000, "description": "d", "target": {"pan": "4111111111111111"}});
    assert_eq!(send(address, request("POST", "/quantum-payouts/api/v1/performPayout", &body)).await.status, 200);
    eventually(async || receiver.statuses().contains(&"success".to_owned())).await;
    send(address, request("POST", "/quantum-payouts/api/v1/getPayoutStatus", &json!({"orderNumber": "A-7"}))).await;
    eventually(async || send(address, request("GET", "/__admin/rules", &Json::Null)).await.json()["rules"][0].is_object()).await;
    let held = tokio::spawn(send(address, request("GET", "/quantum-payouts/api/v1/features", &Json::Null)));
    let output = playing.wait_with_output().expect("it ends");
    assert_eq!(held.await.expect("an answer").status, 200);
    let told: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(1), "no application asks for the features: {told:#}");
    let steps = told["scenarios"][0]["steps"].as_array().expect("a list");
    assert_eq!(steps.len(), 12, "{told:#}");
    assert!(steps[..11].iter().all(|it| it["failure"].is_null()), "{told:#}");
    assert!(steps[11]["failure"]["why"].as_str().is_some_and(|it| it.contains("no such call of quantum")), "{told:#}");
}
