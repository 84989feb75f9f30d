//! Evidence of answers, assumptions and coverage, as a tester reads them.

use playmoney::inside::engine::start::{EvidenceHeader, Start};
use playmoney::inside::kit::http::{Method, Request, Response};
use serde_json::{Value as Json, json};

use super::call;
use crate::tape::Tape;

const PAYOUT: &str = "POST /quantum-payouts/api/v1/createPayout";

fn payout(shop: &mut Tape, number: &str) -> Response {
    let body = json!({"orderNumber": number, "amount": 1, "type": "card", "urls": {"returnUrl": "https://shop.test/ok"}}).to_string();
    let target = PAYOUT.trim_start_matches("POST ");
    let request = Request::new(Method::POST, target, body.into_bytes()).with("Authorization", "Bearer qm_test_token");
    shop.ask(request.with("Content-Type", "application/json; charset=UTF-8").with("Accept", "application/json; version=1.0"))
}

fn header(response: &Response) -> Option<&str> {
    response.headers.get("playmoney-evidence").and_then(|it| it.to_str().ok())
}

fn rows(shop: &mut Tape, query: &str) -> Vec<String> {
    let (status, answer) = call(shop, "GET", &format!("assumptions{query}"), &Json::Null);
    assert_eq!(status, 200, "{answer}");
    answer["assumptions"].as_array().expect("a list").iter().map(|it| it["row"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn an_answer_says_how_certain_it_is() {
    let mut shop = Tape::shop();
    let (first, second) = (payout(&mut shop, "A"), payout(&mut shop, "A"));
    assert_eq!(header(&first), Some("documented; row=quantum-payouts.lifecycle.payout.new.uploaded.createPayout"));
    assert_eq!(header(&second), Some("assumed; row=quantum-payouts.decisions.order-number-used"));
    let (_, journal) = call(&mut shop, "GET", "requests", &Json::Null);
    let evidence = &journal["requests"][1]["evidence"];
    assert_eq!(evidence["row"], "quantum-payouts.decisions.order-number-used");
    assert_eq!(evidence["evidence"], "assumed");
    assert!(evidence["source"].as_str().is_some_and(|it| it.contains("idempotency")), "{evidence}");
}

#[test]
fn the_header_can_be_switched_off_and_the_journal_says_it_all_the_same() {
    let mut shop = Tape::new(Start { evidence_header: EvidenceHeader::Off, ..Start::default() });
    assert_eq!(header(&payout(&mut shop, "A")), None);
    let (_, journal) = call(&mut shop, "GET", "requests", &Json::Null);
    assert_eq!(journal["requests"][0]["evidence"]["evidence"], "documented");
}

#[test]
fn what_a_rule_answers_has_the_evidence_of_what_it_stands_for() {
    let mut shop = Tape::shop();
    call(
        &mut shop,
        "POST",
        "rules",
        &json!({"on": "quantum-payouts.createPayout", "when": {"times": 1}, "then": {"error": "rate_limited"}}),
    );
    assert_eq!(header(&payout(&mut shop, "A")), Some("assumed; row=quantum-payouts.errors.rate_limited"));
    call(
        &mut shop,
        "POST",
        "rules",
        &json!({"on": "quantum-payouts.createPayout", "when": {"times": 1}, "then": {"status": 418, "body": "tea"}}),
    );
    assert_eq!(header(&payout(&mut shop, "A")), None, "the tester wrote this answer, so the provider has promised nothing");
}

#[test]
fn assumptions_are_counted_with_the_first_request() {
    let mut shop = Tape::shop();
    for number in ["A", "A", "B", "B", "B"] {
        payout(&mut shop, number);
    }
    let (_, answer) = call(&mut shop, "GET", "assumptions", &Json::Null);
    let used =
        answer["assumptions"].as_array().expect("a list").iter().find(|it| it["row"] == "quantum-payouts.decisions.order-number-used");
    let used = used.expect("it was leaned on");
    assert_eq!((&used["count"], &used["evidence"]), (&json!(3), &json!("assumed")));
    assert_eq!(used["first"], json!({"request": "req-2", "at": "2026-01-01T00:00:00Z", "operation": "quantum-payouts.createPayout"}));
    assert_eq!(rows(&mut shop, "?provider=quoine"), [] as [&str; 0]);
    assert_eq!(rows(&mut shop, "?evidence=observed"), [] as [&str; 0]);
    assert!(
        rows(&mut shop, "?provider=quantum-payouts&evidence=assumed").contains(&"quantum-payouts.decisions.order-number-used".to_owned())
    );
    call(&mut shop, "POST", "reset", &Json::Null);
    assert_eq!(rows(&mut shop, ""), [] as [&str; 0]);
}

#[test]
fn a_full_log_loses_nothing_of_a_coverage() {
    let mut shop = Tape::new(Start { journal_bytes_max: 1, ..Start::default() });
    payout(&mut shop, "A");
    let (_, journal) = call(&mut shop, "GET", "requests", &Json::Null);
    assert_eq!(journal["requests"], json!([]));
    let (_, answer) = call(&mut shop, "GET", "coverage?provider=quantum-payouts", &Json::Null);
    let own = &answer["providers"]["quantum-payouts"];
    assert_eq!((&own["operations"]["covered"], &own["operations"]["total"]), (&json!(1), &json!(6)));
    assert_eq!(answer["providers"].as_object().map(serde_json::Map::len), Some(1));
    let missing = own["operations"]["missing"].as_array().expect("names");
    assert!(missing.contains(&json!("quantum-payouts.features")) && !missing.contains(&json!("quantum-payouts.createPayout")));
    assert!(
        own["operations"]["ways"]["quantum-payouts.features"].as_str().is_some_and(|it| it.starts_with("`call: quantum-payouts.features`"))
    );
    assert!(own["parameters"]["missing"].as_array().is_some_and(|it| it.contains(&json!("quantum-payouts.createPayout.channel"))));
    assert_eq!(own["statuses"]["covered"], 1);
}

#[test]
fn a_refused_call_covers_its_error_alone() {
    let mut shop = Tape::shop();
    payout(&mut shop, "");
    let (_, answer) = call(&mut shop, "GET", "coverage", &Json::Null);
    let own = &answer["providers"]["quantum-payouts"];
    let covered = ["operations", "parameters", "transitions", "errors"].map(|it| own[it]["covered"].as_u64());
    assert_eq!(covered, [Some(0), Some(0), Some(0), Some(1)]);
}

#[test]
fn what_was_reached_goes_with_a_state_and_a_row_that_does_not_exist_is_refused() {
    let mut shop = Tape::shop();
    payout(&mut shop, "A");
    payout(&mut shop, "A");
    let before = [call(&mut shop, "GET", "coverage", &Json::Null), call(&mut shop, "GET", "assumptions", &Json::Null)];
    let (_, mut state) = call(&mut shop, "GET", "state", &Json::Null);
    let mut other = Tape::shop();
    assert_eq!(call(&mut other, "PUT", "state", &state).0, 200);
    assert_eq!([call(&mut other, "GET", "coverage", &Json::Null), call(&mut other, "GET", "assumptions", &Json::Null)], before);
    let own = state["core"]["touched"][3].as_object_mut().expect("rows");
    let touch = own.values().next().cloned().expect("a row");
    own.insert("quantum-payouts.createPayouts".to_owned(), touch);
    let (status, problem) = call(&mut other, "PUT", "state", &state);
    assert_eq!(status, 422, "{problem}");
    assert!(
        problem["detail"].as_str().is_some_and(|it| it.contains("quantum-payouts has no row `quantum-payouts.createPayouts`")),
        "{problem}"
    );
}

#[test]
fn a_contract_is_what_describe_prints() {
    let mut shop = Tape::shop();
    let (status, answer) = call(&mut shop, "GET", "contract/quoine", &Json::Null);
    assert_eq!((status, &answer["slug"]), (200, &json!("quoine")));
    assert!(answer["decisions"].as_array().is_some_and(|it| it.iter().all(|row| row["name"].is_string() && row["evidence"].is_string())));
    for (path, status, says) in [
        ("contract/quoin", 404, "quoine"),
        ("coverage?provider=quoin", 422, "quoine"),
        ("assumptions?provider=quoin", 422, "quoine"),
        ("assumptions?evidence=documented", 422, "observed"),
        ("coverage?providers=quoine", 422, "provider"),
    ] {
        let (got, problem) = call(&mut shop, "GET", path, &Json::Null);
        assert_eq!(got, status, "{path}: {problem}");
        assert!(problem.to_string().contains(says), "{path}: {problem}");
    }
}

#[test]
fn i24_a_count_that_is_too_large_is_refused() {
    let mut shop = Tape::shop();
    payout(&mut shop, "A");
    let (_, state) = call(&mut shop, "GET", "state", &Json::Null);
    for (member, value) in [("count", json!(u64::MAX)), ("count", json!(0)), ("request", json!(u64::MAX))] {
        let mut state = state.clone();
        state["core"]["touched"][3]["quantum-payouts.createPayout"][member] = value;
        let (status, problem) = call(&mut shop, "PUT", "state", &state);
        assert_eq!(status, 422, "{member}: {problem}");
    }
    assert_eq!(payout(&mut shop, "B").status, 200);
}

#[test]
fn a_list_that_was_sent_reaches_the_row_of_its_items() {
    let mut shop = Tape::shop();
    shop.play(r#"POST /cryptopay/api/webhook-endpoints/ {"url": "http://shop.test/a", "events": ["payment.confirmed"]}"#);
    let (_, answer) = call(&mut shop, "GET", "coverage", &Json::Null);
    let missing = answer["providers"]["cryptopay"]["parameters"]["missing"].as_array().expect("names");
    assert!(!missing.contains(&json!("cryptopay.createWebhookEndpoint.events[]")), "{missing:?}");
}
