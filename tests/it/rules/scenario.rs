//! `POST /__admin/scenario`: another beginning.

use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{FEATURES, begin, document, statuses, yaml};
use crate::tape::Tape;

const SCENARIO: &str = "version: 1
name: a slow Monday
seed: 7
clock: { now: 2026-03-02T09:00:00Z }
providers:
  quantum-payouts: { pace: manual }
  quoine:
    accounts: [{ id: 7, currency: JPY, credentials: { secret: another-merchants-secret } }]
    rates: { BTC/JPY: 5000000 }
rules:
  - { name: busy, on: quantum-payouts.features, when: { times: 1 }, then: { error: rate_limited } }
steps:
  - advance: 1s
";

fn exported(shop: &mut Tape) -> Json {
    shop.admin("GET", "state", &Json::Null)
}

#[test]
fn a_scenario_takes_the_sandboxs_place() {
    let mut shop = Tape::shop();
    shop.play(FEATURES);
    let answer = document(&shop.ask(yaml("scenario", SCENARIO)));
    assert_eq!((&answer["scenario"], &answer["clock"]["now"]), (&json!("a slow Monday"), &json!("2026-03-02T09:00:00Z")));
    assert!(answer["note"].as_str().is_some_and(|it| it.contains("playmoney run")), "{answer}");
    assert_eq!(shop.admin("GET", "requests", &Json::Null)["requests"], json!([]));
    let account = |shop: &mut Tape, path: &str| shop.admin("GET", &format!("accounts/{path}"), &Json::Null);
    assert_eq!(account(&mut shop, "quantum-payouts/default")["pace"], "manual");
    assert_eq!(account(&mut shop, "quoine/7")["currency"], "JPY");
    assert!(!account(&mut shop, "quoine/7").to_string().contains("another-merchants-secret"));
    shop.log.clear();
    shop.play(FEATURES).play(FEATURES);
    assert_eq!(statuses(&shop), [429, 200]);
    let entries = shop.admin("GET", "requests", &Json::Null);
    assert_eq!((&entries["requests"][0]["rule"], &entries["requests"][1]["rule"]), (&json!("busy"), &Json::Null));
}

#[test]
fn json_is_read_like_yaml() {
    let (mut one, mut other) = (Tape::shop(), Tape::shop());
    begin(&mut one, "seed: 9\nrules: [{ name: busy, on: \"quoine.*\", then: { status: 503, body: { n: 0.10 } } }]\n");
    let body =
        json!({"version": 1, "seed": 9, "rules": [{"name": "busy", "on": "quoine.*", "then": {"status": 503, "body": {"n": 0.10}}}]});
    let answer = other.ask(Tape::control("POST", "scenario", &body));
    assert_eq!(answer.status, 200);
    let rules = |shop: &mut Tape| shop.admin("GET", "rules", &Json::Null);
    assert_eq!(rules(&mut one), rules(&mut other));
}

#[test]
fn i27_reset_returns_to_the_scenario() {
    let mut shop = Tape::shop();
    assert_eq!(shop.ask(yaml("scenario", SCENARIO)).status, 200);
    let fresh = exported(&mut shop);
    shop.play(FEATURES).play("advance 3h\ncontrol DELETE rules\nset pace=auto");
    shop.play("control POST reset");
    assert_eq!(exported(&mut shop), fresh);
    shop.restart();
    shop.play("control POST reset");
    assert_eq!(exported(&mut shop)["core"]["rules"], fresh["core"]["rules"], "also after a restart of the server that was given it");
}

#[test]
fn i6_a_broken_scenario_changes_nothing() {
    let mut shop = Tape::shop();
    assert_eq!(shop.ask(yaml("scenario", SCENARIO)).status, 200);
    shop.play(FEATURES);
    let before = exported(&mut shop);
    let mut refused = 0;
    for (name, text) in crate::broken::files() {
        let answer = shop.ask(yaml("scenario", &text));
        let problem = document(&answer);
        assert_eq!((answer.status.as_u16(), &problem["code"]), (422, &json!("invalid_scenario")), "{name}: {problem}");
        let first = &problem["mistakes"][0];
        assert!(first["line"].is_u64() && first["column"].is_u64() && first["message"].is_string(), "{name}: {problem}");
        let place = format!("scenario:{}:{}", first["line"], first["column"]);
        assert!(problem["detail"].as_str().is_some_and(|it| it.starts_with(&place)), "{name}: {problem}");
        assert!(!problem.to_string().contains("the-secret-of-my-shop"), "{name}: {problem}");
        refused += 1;
    }
    assert!(45 < refused);
    assert_eq!(exported(&mut shop), before);
}

#[test]
fn i28_nothing_of_this_machine_is_read() {
    let mut shop = Tape::shop();
    for text in ["version: 1\nname: \"${env:PATH}\"\n", "version: 1\nname: \"${env:NOBODY|x}\"\n"] {
        let answer = shop.ask(yaml("scenario", text));
        let detail = document(&answer)["detail"].as_str().expect("text").to_owned();
        assert!(
            answer.status == 422 && detail.starts_with("scenario:2:7: a scenario from the network cannot read environment variables"),
            "{detail}"
        );
    }
}

#[test]
fn only_yaml_and_json_are_taken_once_and_in_utf_8() {
    let mut shop = Tape::shop();
    let before = exported(&mut shop);
    let send = |kind: &str, body: &[u8]| Request::new(Method::POST, "/__admin/scenario", body.to_vec()).with("Content-Type", kind);
    for (kind, body, status, code) in [
        ("text/plain", &b"version: 1"[..], 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", b"version: 1", 415, "unsupported_media_type"),
        ("application/json", b"{\"version\":1,\"seed\":1,\"seed\":2}", 400, "duplicate_member"),
        ("application/json", b"version: 1", 400, "invalid_json"),
        ("application/yaml", b"version: 1\nseed: 1\nseed: 2", 422, "invalid_scenario"),
        ("application/yaml", b"version: 1\nname: \xff", 422, "invalid_request"),
        ("application/yaml", b"", 422, "invalid_scenario"),
    ] {
        let answer = shop.ask(send(kind, body));
        let problem = document(&answer);
        assert_eq!((answer.status.as_u16(), &problem["code"]), (status, &json!(code)), "{kind} {body:?}: {problem}");
    }
    assert_eq!(exported(&mut shop), before);
    for kind in ["text/yaml", "application/x-yaml", "text/x-yaml; charset=utf-8", "application/problem+json"] {
        assert_eq!(shop.ask(send(kind, b"{\"version\": 1}")).status, 200, "{kind}");
    }
}

#[test]
fn i11_a_scenario_is_its_own_sandboxs() {
    let (mut one, mut other) = (Tape::shop(), Tape::shop());
    let before = exported(&mut other);
    begin(&mut one, "seed: 5\nrules: [{ name: busy, on: \"quoine.*\", then: { status: 503 } }]\n");
    assert_eq!(exported(&mut other), before);
}
