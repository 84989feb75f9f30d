//! What a run says of coverage and of assumptions.

use serde_json::Value as Json;

use super::{folder, run, text, write};

const ASKS: &str = "
steps:
  - call: quantum-payouts.getPayoutStatus
    with: { orderNumber: A }
    expect: { status: 400 }
";
const PAYS: &str = r#"
steps:
  - call: quantum-payouts.createPayout
    with: { orderNumber: A, amount: 1, urls: { returnUrl: "https://shop.test/ok" } }
"#;

fn scenario(head: &str, steps: &str) -> String {
    format!("version: 1\n{head}{steps}")
}

#[test]
fn a_run_that_leans_on_an_assumption_fails_when_it_is_asked_to() {
    let own = folder("assumed");
    write(&own, "leans.yaml", &scenario("", ASKS));
    write(&own, "documented.yaml", &scenario("", PAYS));
    write(&own, "accepts.yaml", &scenario("accepts: [quantum-payouts.decisions.payout-unknown]\n", ASKS));
    let usual = run(&own, &["run", "."]);
    assert_eq!(usual.status.code(), Some(0), "{}", text(&usual.stdout));
    assert!(text(&usual.stdout).contains("  1 quantum-payouts.decisions.payout-unknown: req-1 quantum-payouts.getPayoutStatus (assumed: "));
    let strict = run(&own, &["run", ".", "--fail-on", "assumed", "--junit", "report.xml"]);
    let told = text(&strict.stdout);
    assert_eq!(strict.status.code(), Some(1), "{told}");
    assert!(told.contains("FAILED   ./leans.yaml") && told.contains("3 scenarios: 2 good, 1 failed"), "{told}");
    assert!(told.contains("    quantum-payouts.decisions.payout-unknown: assumed: "), "{told}");
    let report = std::fs::read_to_string(own.join("report.xml")).expect("a report");
    assert!(
        report.contains("failures=\"1\"") && report.contains("it leans on what is assumed: quantum-payouts.decisions.payout-unknown"),
        "{report}"
    );
    let json: Json = serde_json::from_slice(&run(&own, &["run", ".", "--json", "--fail-on", "assumed"]).stdout).expect("JSON");
    let statuses: Vec<&str> = json["scenarios"].as_array().expect("a list").iter().filter_map(|it| it["status"].as_str()).collect();
    assert_eq!(statuses, ["ok", "ok", "failed"]);
    write(&own, "sure.yaml", &scenario("accepts: [quantum-payouts.getPayoutStatus]\n", PAYS));
    let checked = run(&own, &["check", "sure.yaml"]);
    let told = text(&checked.stdout) + &text(&checked.stderr);
    assert!(checked.status.success() && told.contains("is documented, and only assumed rows have to be accepted"), "{told}");
    let misspelt = run(&own, &["run", ".", "--fail-on", "asumed"]);
    assert_eq!(misspelt.status.code(), Some(2));
    write(&own, "accepts.yaml", &scenario("accepts: [quantum-payouts.decisions.payout-unknwn]\n", ASKS));
    let unknown = run(&own, &["run", "accepts.yaml"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("quantum-payouts.decisions.payout-unknown"), "{}", text(&unknown.stderr));
}

#[test]
fn reports_of_what_was_reached_are_merged_and_shown_as_a_page() {
    let own = folder("coverage");
    write(&own, "a.yaml", &scenario("", ASKS));
    write(&own, "b.yaml", &scenario("", PAYS));
    for (file, report) in [("a.yaml", "a.json"), ("b.yaml", "b.json"), (".", "both.json"), (".", "page.html")] {
        assert_eq!(run(&own, &["run", file, "--coverage", report]).status.code(), Some(0));
    }
    let read = |name: &str| -> Json { serde_json::from_slice(&std::fs::read(own.join(name)).expect("a report")).expect("JSON") };
    let covered = |it: &Json, part: &str| it["providers"]["quantum-payouts"][part]["covered"].as_u64().expect("a number");
    assert_eq!(["a.json", "b.json"].map(|it| covered(&read(it), "operations")), [0, 1]);
    let merged = run(&own, &["coverage", "--json", "--merge", "a.json", "b.json"]);
    let merged: Json = serde_json::from_slice(&merged.stdout).expect("JSON");
    assert_eq!(merged, read("both.json"));
    assert_eq!((covered(&merged, "operations"), covered(&merged, "errors")), (1, 1));
    let [enough, short] = ["1", "99"].map(|it| run(&own, &["coverage", "--merge", "a.json", "b.json", "--min", it]).status.code());
    assert_eq!((enough, short), (Some(0), Some(1)));
    let page = std::fs::read_to_string(own.join("page.html")).expect("a page");
    assert!(page.starts_with("<!doctype html>") && page.contains("<svg") && !page.contains("src=") && !page.contains("url("), "{page}");
    assert!(page.contains("<code>call: quantum-payouts.features</code>"));
}

#[test]
fn a_report_that_is_none_or_of_another_contract_is_refused() {
    let own = folder("merging");
    write(&own, "a.yaml", &scenario("", PAYS));
    assert_eq!(run(&own, &["run", "a.yaml", "--coverage", "a.json"]).status.code(), Some(0));
    let good = std::fs::read_to_string(own.join("a.json")).expect("a report");
    let mut other: Json = serde_json::from_str(&good).expect("JSON");
    other["providers"]["quoine"]["operations"]["covered"] = 1.into();
    write(&own, "uneven.json", &other.to_string());
    other["providers"]["quoine"]["operations"]["total"] = 6.into();
    other["providers"]["quoine"]["operations"]["missing"].as_array_mut().expect("names").push("quoine.cancel".into());
    write(&own, "newer.json", &other.to_string());
    write(&own, "list.json", "[]");
    write(&own, "text.json", "no report");
    for (file, says) in [
        ("uneven.json", "of the operations of quoine, those that are covered and those that are missing are not the total"),
        ("newer.json", "it has 6 operations of quoine, and this Playmoney has 5: another version has written it"),
        ("list.json", "list.json is not a coverage report"),
        ("text.json", "text.json is not a coverage report"),
        ("missing.json", "missing.json"),
    ] {
        let refused = run(&own, &["coverage", "--merge", "a.json", file]);
        assert_eq!(refused.status.code(), Some(2), "{file}");
        assert!(text(&refused.stderr).contains(says), "{file}: {}", text(&refused.stderr));
    }
}

#[test]
fn a_report_replaces_no_scenario_and_no_other_report() {
    let own = folder("replacing");
    write(&own, "a.yaml", &scenario("", PAYS));
    for arguments in [["run", ".", "--coverage", "a.yaml"], ["run", "a.yaml", "--junit", "./a.yaml"]] {
        let refused = run(&own, &arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(text(&refused.stderr).contains("a.yaml is one of the scenarios: a report would replace it"), "{}", text(&refused.stderr));
    }
    let refused = run(&own, &["run", ".", "--coverage", "r", "--junit", "r"]);
    assert_eq!(text(&refused.stderr), "playmoney: --junit and --coverage name the same file\n");
    assert_eq!(std::fs::read_to_string(own.join("a.yaml")).expect("the scenario"), scenario("", PAYS));
}

#[test]
fn a_report_of_one_provider_counts_with_one_of_all() {
    let own = folder("one");
    write(&own, "a.yaml", &scenario("", PAYS));
    assert_eq!(run(&own, &["run", "a.yaml", "--coverage", "a.json"]).status.code(), Some(0));
    let one = run(&own, &["coverage", "--merge", "a.json", "--provider", "quantum-payouts", "--write", "q.json", "--json"]);
    assert_eq!(one.status.code(), Some(0), "{}", text(&one.stderr));
    let both = run(&own, &["coverage", "--merge", "q.json", "a.json", "--json"]);
    assert_eq!(
        serde_json::from_slice::<Json>(&both.stdout).ok(),
        std::fs::read(own.join("a.json")).ok().and_then(|it| serde_json::from_slice(&it).ok())
    );
    let short = run(&own, &["coverage", "--merge", "a.json", "--min", "99"]);
    assert!(text(&short.stderr).contains("--min wants 99 %"), "{}", text(&short.stderr));
}
