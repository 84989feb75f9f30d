//! Runs against an application that keeps running: their ids, their jobs, and probes that look for a while.

use std::path::Path;
use std::process::{Command, Output};

use super::{Shop, folder};

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// A scenario of the folder, changed, in a folder of its own.
fn changed(name: &str, change: impl Fn(String) -> String) -> (tempfile::TempDir, std::path::PathBuf) {
    let own = tempfile::tempdir().expect("a folder");
    let path = own.path().join(name);
    std::fs::write(&path, change(std::fs::read_to_string(folder().join(name)).expect("a file"))).expect("written");
    (own, path)
}

#[test]
fn another_exploration_of_a_running_application_has_ids_that_it_has_not_seen() {
    // It ends when an event has an id that it knows.
    let shop = Shop::open("node", "crashes_on_the_second");
    let plainly = |more: &[&str]| shop.explored("order.yaml", &[&["--budget", "2"], more].concat());
    let (first, code) = plainly(&["--seed", "5"]);
    assert_eq!((code, &first["status"]), (Some(0), &"ok".into()), "{first:#}");
    let (second, code) = plainly(&["--seed", "5"]);
    assert_eq!((code, &second["status"]), (Some(0), &"ok".into()), "{second:#}");
    let number = |it: &serde_json::Value| it["first_run"].as_u64().expect("a number");
    assert!(number(&first) + 2 <= number(&second), "{first:#} {second:#}");
    let again = number(&second).to_string();
    let (third, code) = plainly(&["--seed", "5", "--first-run", &again]);
    assert_eq!((code, &third["status"]), (Some(1), &"fails_without_deviation".into()), "the same ids again: {third:#}");
}

#[test]
fn the_same_numbers_give_the_same_schedules_and_ids_again() {
    let page = |arguments: &[&str]| {
        let shop = Shop::open("python3", "goes_back");
        text(&shop.explore("invoice.yaml", arguments).stdout).replace(&shop.address, "")
    };
    let numbered = page(&["--first-run", "700"]);
    assert!(numbered.contains("for 712001: answered 200") && numbered.contains("--first-run 700 gives the same ids again"), "{numbered}");
    assert_eq!(numbered, page(&["--first-run", "700"]));
    let other = page(&["--first-run", "2000900"]).replace("2000900", "700");
    assert_eq!(numbered.replace("712001", "ID"), other.replace("912001", "ID"), "the order of schedules does not depend on it");
}

#[test]
fn a_play_that_uses_run_has_ids_of_its_own_too() {
    let shop = Shop::open("python3", "");
    let play = |more: &[&str]| {
        let output = shop.playmoney("run", Path::new("payout.yaml")).arg("--json").args(more).output().expect("it runs");
        let played: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let timeline = played["scenarios"][0]["timeline"].as_array().expect("a list").clone();
        let act = timeline.iter().find(|it| it["kind"] == "change").expect("a payout changes").clone();
        act["what"].as_str().expect("text").to_owned()
    };
    assert_ne!(play(&[]), play(&[]));
    assert_eq!(play(&["--first-run", "41"]), play(&["--first-run", "41"]));
}

#[test]
fn a_probe_names_the_application_of_its_job() {
    let shop = Shop::open("node", "");
    let (_folder, path) = changed("order.yaml", |it| it.replace("${env:RECEIVER}/orders", "${env:RECEIVER}/jobs/${job}/orders"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_playmoney"));
    command.arg("explore").arg(&path).args(["--listen", "127.0.0.1:0", "--jobs", "3", "--budget", "20"]).env("RECEIVER", &shop.address);
    let output = command.arg("--webhook-url").arg(format!("http://{}/jobs/{{job}}/hooks", shop.address)).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).contains("20 runs of at most 20"), "{output:?}");
}

#[test]
fn a_probe_that_has_to_stay_sees_what_comes_behind_the_answers() {
    let shop = Shop::open("node", "works_later");
    let rule = "rules: [{ on: cryptopay:webhook, when: { event: payment.confirmed }, then: { duplicate: 2 } }]\nsteps:\n";
    let play = |stays: &str| -> Output {
        let timeout = format!("timeout: 2s{stays}");
        let (_folder, path) = changed("order.yaml", |it| it.replace("steps:\n", rule).replace("timeout: 150ms", &timeout));
        shop.playmoney("run", &path).args(["--seed", if stays.is_empty() { "1" } else { "2" }]).output().expect("it runs")
    };
    assert_eq!(play("").status.code(), Some(0), "it fits at first");
    let output = play(", stays: 2s");
    let page = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{page}");
    assert!(page.contains("the answer fitted, and ") && page.contains(" ms later it did not: an expectation was not met"), "{page}");
    assert!(page.contains(&format!("--seed 2 --webhook-url 'http://{}/hooks/{{provider}}'", shop.address)), "{page}");
}
