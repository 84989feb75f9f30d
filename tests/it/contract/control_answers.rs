//! What the control API answers, against its OpenAPI document.

use serde_json::{Value as Json, json};

use super::documents::{assert_fits, faults_of};
use crate::asking;
use crate::tape::Tape;

const PERFORM: &str =
    r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1500,"description":"d","target":{"pan":"4111111111111111"}}"#;

/// Calls that are made while the payout is in the journal.
fn verifications() -> [(&'static str, &'static str, &'static str, Json); 12] {
    [
        ("GET", "objects", "objects", Json::Null),
        ("POST", "rules/check", "rules/check", rule()),
        ("GET", "scenario", "scenario", Json::Null),
        ("GET", "objects/{object}", "objects/quantum-payouts.payout.1", Json::Null),
        ("GET", "clock/pending", "clock/pending", Json::Null),
        ("GET", "violations", "violations", Json::Null),
        ("GET", "assumptions", "assumptions", Json::Null),
        ("GET", "coverage", "coverage", Json::Null),
        ("GET", "contract/{provider}", "contract/quoine", Json::Null),
        ("POST", "requests/verify", "requests/verify", json!({"operation": "quantum-payouts.performPayout", "count": {"at_least": 1}})),
        ("POST", "requests/wait", "requests/wait", json!({"sequence": [{"operation": "quantum-payouts.performPayout"}]})),
        ("POST", "deliveries/wait", "deliveries/wait", json!({"provider": "quantum-payouts", "where": {"attempts": {"gte": 1}}})),
    ]
}

#[test]
fn each_call_answers_as_its_document_says() {
    let mut shop = Tape::shop();
    let document = shop.admin("GET", "openapi.json", &Json::Null);
    shop.play("merchant 500 200").play(PERFORM);
    let saved = shop.admin("GET", "state", &Json::Null);
    let mut played = std::collections::BTreeSet::new();
    let calls = [
        ("GET", "", "", Json::Null),
        ("GET", "health", "health", Json::Null),
        ("GET", "env", "env", Json::Null),
        ("GET", "clock", "clock", Json::Null),
        ("POST", "clock/freeze", "clock/freeze", Json::Null),
        ("POST", "clock/resume", "clock/resume", Json::Null),
        ("POST", "clock/scale", "clock/scale", json!({"rate": 2})),
        ("POST", "clock/freeze", "clock/freeze", Json::Null),
        ("POST", "clock/advance", "clock/advance", json!({"by": "1h"})),
        ("GET", "act", "act", Json::Null),
        ("POST", "act/{provider}/{action}", "act/qbitpay/deposit", json!({"currency": "USDT", "amount": 5})),
        ("GET", "deliveries", "deliveries", Json::Null),
        ("POST", "deliveries/{delivery}/resend", "deliveries/dlv-1/resend", Json::Null),
        ("POST", "webhooks/verify", "webhooks/verify", json!({"provider": "quoine", "headers": {}, "body": "{}"})),
        ("PUT", "inbox/{inbox}/script", "inbox/shop/script", json!({"respond": [200]})),
        ("POST", "inbox/{inbox}", "inbox/shop", json!({})),
        ("GET", "inbox/{inbox}/messages", "inbox/shop/messages", Json::Null),
        ("DELETE", "inbox/{inbox}/messages", "inbox/shop/messages", Json::Null),
        ("GET", "requests", "requests", Json::Null),
        ("GET", "accounts", "accounts", Json::Null),
        ("GET", "accounts/{provider}/{account}", "accounts/quoine/2", Json::Null),
        ("PATCH", "accounts/{provider}/{account}", "accounts/quoine/2", json!({"pace": "manual"})),
        ("POST", "rules", "rules", rule()),
        ("GET", "rules", "rules", Json::Null),
        ("DELETE", "rules/{rule}", "rules/busy", Json::Null),
        ("DELETE", "rules", "rules", Json::Null),
        ("GET", "state", "state", Json::Null),
        ("PUT", "state", "state", saved),
        ("POST", "scenario", "scenario", json!({"version": 1, "name": "plain"})),
        ("POST", "reset", "reset", Json::Null),
        ("GET", "openapi/{provider}.json", "openapi/quoine.json", Json::Null),
        ("GET", "openapi.json", "openapi.json", Json::Null),
    ];
    for (method, call, path, body) in verifications().into_iter().chain(calls) {
        let operation = &document["paths"][format!("/__admin/{call}")][method.to_ascii_lowercase()];
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {call}"));
        played.insert(name.to_owned());
        assert_takes(&document, operation, &body);
        let response = shop.ask(Tape::control(method, path, &body));
        let described = &operation["responses"][response.status.as_str()];
        if name == "receive_post" {
            assert!(operation["responses"]["2XX"].is_object());
            continue;
        }
        let (status, answer) = asking::json(&response);
        assert!(described.is_object() && status < 300, "{name}: {status} {answer}");
        assert_fits(&document, described, &answer);
    }
    for it in document["paths"].as_object().expect("paths").values().flat_map(|it| it.as_object().expect("methods").values()) {
        let name = it["operationId"].as_str().expect("a name");
        assert!(is_beyond(name) || played.contains(name), "no answer of {name} is compared");
    }
}

fn rule() -> Json {
    json!({"name": "busy", "on": "quoine.*", "when": {"times": 1}, "then": {"error": "usage_limit"}})
}

/// Whether a call has no JSON as its answer, or concerns the sandboxes of a server, whose answers are compared where one is asked.
fn is_beyond(name: &str) -> bool {
    name.starts_with("receive")
        || name.contains("sandbox")
        || ["metrics", "events", "stream_clock", "list_replicas", "audit", "show_asset", "save_capsule"].contains(&name)
}

/// Holds the body of a request against its schema. An inbox takes bytes.
fn assert_takes(document: &Json, operation: &Json, body: &Json) {
    if !body.is_null() && operation["operationId"] != "receive_post" {
        assert_fits(document, &operation["requestBody"], body);
    }
}

#[test]
fn a_verification_that_fails_answers_as_the_document_says() {
    let mut shop = Tape::shop();
    let document = shop.admin("GET", "openapi.json", &Json::Null);
    shop.play(PERFORM);
    for (call, body) in [
        ("requests/verify", json!({"operation": "quantum-payouts.performPayout", "where": {"body": {"amount": 1}}})),
        ("requests/verify", json!({"operation": "quantum-payouts.performPayout", "count": 0})),
        ("requests/verify", json!({"sequence": [{"operation": "quoine.createInvoice"}]})),
        ("requests/wait", json!({"operation": "quoine.createInvoice", "timeout": "1s"})),
        ("deliveries/wait", json!({"provider": "quoine", "count": {"at_least": 2, "at_most": 3}})),
    ] {
        let operation = &document["paths"][format!("/__admin/{call}")]["post"];
        assert_takes(&document, operation, &body);
        let (status, answer) = asking::json(&shop.ask(Tape::control("POST", call, &body)));
        assert_eq!(status, 409, "{answer}");
        assert_fits(&document, &operation["responses"]["409"], &answer);
    }
    for (call, body) in [
        ("requests/verify", json!({"operation": "quoine.createInvoise"})),
        ("requests/verify", json!({"operation": "quoine.createInvoice", "count": {"at_last": 1}})),
        ("requests/verify", json!({"operation": "quoine.createInvoice", "count": "${x}"})),
        ("requests/wait", json!({"sequence": [{"where": {}}]})),
        ("deliveries/wait", json!({"status": "sent"})),
    ] {
        let operation = &document["paths"][format!("/__admin/{call}")]["post"];
        assert!(!faults_of(&document, &operation["requestBody"], &body).is_empty(), "{body}");
    }
}

#[test]
fn the_bodies_of_rules_scenarios_and_states_have_types() {
    let document = Tape::shop().admin("GET", "openapi.json", &Json::Null);
    for (method, call, body) in [
        ("post", "rules", json!({"on": "quoine.createInvoice", "then": {"eror": "usage_limit"}})),
        ("post", "rules", json!({"on": "quoine.createInvoise", "then": {"error": "usage_limit"}})),
        ("post", "rules", json!({"on": "quoine.createInvoice"})),
        ("post", "scenario", json!({"version": 2})),
        ("post", "scenario", json!({"version": 1, "stps": []})),
        ("post", "scenario", json!({"version": 1, "rules": [{"then": {"drop": false}}]})),
        ("post", "scenario", json!({"version": 1, "steps": [{"wait": "5m"}]})),
        ("put", "state", json!({"playmoney_state": 4})),
        ("put", "state", json!({"playmoney_state": 4, "contains_secrets": false, "core": {}, "providers": [{"slug": "quoine"}]})),
    ] {
        let operation = &document["paths"][format!("/__admin/{call}")][method];
        assert!(!faults_of(&document, &operation["requestBody"], &body).is_empty(), "{body}");
    }
    let text = document["components"]["schemas"].to_string();
    assert!(!["$defs", "defaultSnippets", "\"if\""].iter().any(|it| text.contains(it)), "only editors read these");
}
