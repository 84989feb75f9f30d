//! The public face: a sandbox in memory, as a Rust program uses it.

use std::sync::{Arc, Mutex};

use playmoney::{Error, Method, Request, Sandbox, Start};
use serde_json::{Value as Json, json};

/// A payout that the bank has not answered yet.
fn payout(shop: &mut Sandbox) {
    let order = json!({"orderNumber": "A-1", "amount": 1000, "description": "d", "target": {"pan": "4111111111111111"}});
    assert_eq!(shop.call("quantum-payouts.performPayout", order).expect("an answer").status, 200);
}

fn control(path: &str, body: &Json) -> Request {
    Request::new(Method::POST, &format!("/__admin/{path}"), body.to_string()).with("Content-Type", "application/json")
}

#[test]
fn a_receiver_sees_each_webhook_and_decides_what_comes_next() {
    let mut shop = Sandbox::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    shop.receiver(move |it| {
        kept.lock().expect("no panic").push(it.clone());
        if it.attempt < 3 { 500 } else { 204 }
    });
    payout(&mut shop);
    let report = shop.advance("1d").expect("it arrives");
    let seen = seen.lock().expect("no panic");
    let of_the_first = |it: &&playmoney::Webhook| it.json()["eventId"] == seen[0].json()["eventId"];
    assert_eq!(seen.iter().filter(of_the_first).map(|it| it.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(report.deliveries.iter().filter(of_the_first).map(|it| it.status).collect::<Vec<_>>(), [Some(500), Some(500), Some(204)]);
    assert_eq!(report.deliveries.len(), seen.len(), "those of the call too");
    for (seen, told) in seen.iter().zip(&report.deliveries) {
        assert_eq!((&seen.body, &seen.headers, &seen.url, &seen.event), (&told.body, &told.headers, &told.url, &told.event));
        assert_eq!((seen.at, seen.provider.as_str(), seen.subject.as_str()), (told.at, "quantum-payouts", "A-1"));
    }
    assert_eq!(report.now.duration_since(report.from).as_secs(), 86_400);
    assert!(report.fired.iter().any(|it| it.kind == "timer" && it.subject == "A-1"));
}

#[test]
fn misuse_is_an_error_with_a_sentence() {
    let mut shop = Sandbox::starting(Start { seed: 3, ..Start::default() });
    let said = |it: Result<_, Error>| it.map(|_: playmoney::Answer| ()).expect_err("refused").to_string();
    assert!(said(shop.call("quantum-payouts.performPayuot", json!({}))).contains("performPayout"));
    assert!(matches!(shop.act("settle", json!({})), Err(Error::Usage(_))));
    assert!(matches!(shop.advance("soon"), Err(Error::Usage(_))));
    assert!(matches!(shop.advance("9000y"), Err(Error::Usage(_))));
    let refused = shop.act("quantum-payouts.settle", json!({"orderNumber": "none", "outcome": "success"}));
    assert!(matches!(refused, Err(Error::Refused { status: 404, .. })), "{refused:?}");
    let damaged = shop.restore(&json!({"playmoney_state": 1}));
    assert!(matches!(damaged, Err(Error::Refused { status: 422, .. })), "{damaged:?}");
    let rule = json!({"on": "quantum-payouts.features", "then": {"empty_response": true}});
    assert!(shop.send(control("rules", &rule)).expect("an answer").status.is_success());
    assert_eq!(shop.call("quantum-payouts.features", Json::Null), Err(Error::NoAnswer("empty_response".to_owned())));
}

#[test]
fn a_scenario_is_where_a_sandbox_begins_or_every_mistake() {
    let mut shop = Sandbox::from_scenario("version: 1\nseed: 9\nclock: { now: '2027-02-03T00:00:00Z' }\n").expect("it is good");
    assert_eq!(shop.now().to_string(), "2027-02-03T00:00:00Z");
    payout(&mut shop);
    let mistakes = Sandbox::from_scenario("version: 1\nseed: many\nclock: { speed: 3 }\n").expect_err("two mistakes").to_string();
    assert!(mistakes.contains("scenario:2:") && mistakes.contains("scenario:3:"), "{mistakes}");
}

#[test]
fn a_state_goes_on_elsewhere_and_uses_no_nonce_twice() {
    let mut shop = Sandbox::new();
    let invoice = |shop: &mut Sandbox| shop.call("quoine.createInvoice", json!({"price": "5.0"})).expect("an answer");
    let first = invoice(&mut shop);
    let state = shop.state().expect("a document");
    let mut other = Sandbox::new();
    other.restore(&state).expect("it is ours");
    let mut fork = shop.fork("copy");
    let next = [invoice(&mut shop), invoice(&mut other), invoice(&mut fork)];
    assert!(next.iter().all(|it| it.status == 200 && it["id"] != first["id"]), "{next:?}");
    assert_eq!(next[0].body, next[1].body);
}

#[test]
fn t12_a_request_in_memory_is_as_bounded_as_on_the_wire() {
    let mut shop = Sandbox::new();
    let mut sent = |body: usize, header: usize| {
        let request = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", "x".repeat(body));
        let response = shop.send(request.with("X-Long", &"x".repeat(header))).expect("an answer");
        let code = serde_json::from_slice::<Json>(&response.body).unwrap_or_default()["code"].as_str().unwrap_or("").to_owned();
        (response.status.as_u16(), code, response.headers.contains_key("playmoney-time"))
    };
    assert_ne!(sent(1024 * 1024, 60_000).0, 413);
    assert_eq!(sent(1024 * 1024 + 1, 1), (413, "body_too_large".to_owned(), true));
    assert_eq!(sent(1, 66_000), (431, "headers_too_large".to_owned(), true));
    let journal = shop.send(Request::new(Method::GET, "/__admin/requests", "")).expect("an answer");
    let journal: Json = serde_json::from_slice(&journal.body).expect("JSON");
    assert_eq!(journal["requests"].as_array().map(Vec::len), Some(1), "what is refused is not heard");
}
