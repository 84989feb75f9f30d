//! The checker: it reads what was posted and what is exported, and shares no code with the engine.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use crate::simulate::{exported, memory};
use crate::tape::Tape;

/// The documentation's schedule, typed again: 0s, 15s, 30s, 60s, 5m, 15m, 30m, 60m, 120m, 180m.
const WAITS_SECS: [i64; 10] = [0, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10_800];
/// The documentation's lifecycle, typed again, and the ways to `cancelled` that we have decided on.
const STEPS: [(&str, &str); 7] = [
    ("", "uploaded"),
    ("uploaded", "created"),
    ("uploaded", "cancelled"),
    ("created", "processing"),
    ("processing", "success"),
    ("processing", "failed"),
    ("processing", "cancelled"),
];
const SECRET: &str = "sk_test_1234567890abcdef1234567890abcdef12345678";

pub fn list<'a>(value: &'a Json, path: &str) -> &'a Vec<Json> {
    value.pointer(path).and_then(Json::as_array).unwrap_or_else(|| panic!("{path} is a list"))
}

pub fn text<'a>(value: &'a Json, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is text: {value}"))
}

pub fn time(value: &Json, name: &str) -> Timestamp {
    text(value, name).parse().expect("a time")
}

/// Checks what holds at any moment.
pub fn check(shop: &mut Tape) {
    let deliveries = shop.admin("GET", "deliveries", &Json::Null);
    let state = exported(shop);
    let now: Timestamp = time(&state["core"], "now");
    let mut event_ids = BTreeSet::new();
    let mut told = BTreeSet::new();
    for it in list(&deliveries, "/deliveries") {
        keeps_the_schedule(it, now, &WAITS_SECS);
        is_signed(it);
        assert!(event_ids.insert(text(it, "event_id").to_owned()), "an event has one delivery: {it}");
        let body: Json =
            serde_json::from_str(text(&it["attempts"].get(0).cloned().unwrap_or(json!({"request": {"body": "{}"}}))["request"], "body"))
                .expect("JSON");
        if let Some(id) = body["payout"]["id"].as_u64() {
            assert!(told.insert((id, body["payout"]["status"].to_string())), "a status is entered once: {body}");
        }
    }
    statuses_follow_the_table(&state, list(&deliveries, "/deliveries").len());
    time_never_falls(shop);
}

/// I2 and I3: each attempt leaves exactly at its time, until the first 2xx or the last failure.
pub fn keeps_the_schedule(delivery: &Json, now: Timestamp, waits: &[i64]) {
    let attempts = list(delivery, "/attempts");
    let scheduled: Vec<&Json> = attempts.iter().filter(|it| it.get("resend").is_none()).collect();
    assert!(scheduled.len() <= waits.len(), "{delivery}");
    for (place, pair) in scheduled.windows(2).enumerate() {
        let due = time(pair[0], "at") + SignedDuration::from_secs(waits[place + 1]);
        assert_eq!(time(pair[1], "at"), due, "attempt {} of {delivery}", place + 2);
    }
    let accepted = |row: &&&Json| row["status"].as_u64().is_some_and(|it| (200..300).contains(&it));
    let known = |it: &Json| !it["status"].is_null() || !it["error"].is_null();
    let succeeded = attempts.iter().find(|it| accepted(&it)).map(|it| time(it, "at") + span(it));
    if let Some(at) = succeeded {
        assert!(scheduled.iter().all(|it| time(it, "at") <= at), "nothing of the schedule leaves after success: {delivery}");
    }
    let all_known = scheduled.iter().all(|it| known(it));
    let status = text(delivery, "status");
    match succeeded {
        Some(_) => assert_eq!(status, "delivered", "{delivery}"),
        None if scheduled.len() == waits.len() && all_known => assert_eq!(status, "failed", "{delivery}"),
        None => assert_eq!(status, "pending", "{delivery}"),
    }
    if status != "pending" {
        assert_eq!(delivery["next_attempt_at"], Json::Null, "{delivery}");
    }
    if status == "pending"
        && let Some(last) = scheduled.last().filter(|it| known(it))
    {
        let next = time(delivery, "next_attempt_at");
        assert_eq!(next, time(last, "at") + SignedDuration::from_secs(waits[scheduled.len()]), "{delivery}");
        assert!(now < next, "a due attempt has left: {delivery}");
    }
}

fn span(attempt: &Json) -> SignedDuration {
    SignedDuration::from_millis(attempt["duration_ms"].as_i64().expect("milliseconds"))
}

/// I15 and I16: the body stays the same to the byte, and another implementation of the signature agrees.
fn is_signed(delivery: &Json) {
    let attempts = list(delivery, "/attempts");
    for it in attempts {
        let body = text(&it["request"], "body");
        assert_eq!(body, text(&attempts[0]["request"], "body"));
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key");
        mac.update(body.as_bytes());
        let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert_eq!(it["request"]["headers"]["X-Payouts-Signature"], expected);
        assert_eq!(it["request"]["headers"]["X-Payouts-Timestamp"], time(it, "at").as_second().to_string());
        assert_eq!(it["request"]["headers"]["X-Payouts-Event-Id"], delivery["event_id"]);
    }
}

/// I4 and I1: each change is a row of the table, a final status never changes, and each change has one webhook.
fn statuses_follow_the_table(state: &Json, deliveries: usize) {
    let changes = crate::tape::changes(state);
    let mut stands: BTreeMap<&str, &str> = BTreeMap::new();
    for it in &changes {
        let (from, to) = (text(it, "from"), text(it, "to"));
        assert!(STEPS.contains(&(from, to)), "{it}");
        assert_eq!(stands.insert(text(it, "subject"), to).unwrap_or(""), from, "{it}");
    }
    assert_eq!(changes.len(), deliveries, "every change is one event, and every event one delivery");
    for payout in list(memory(state, "quantum-payouts"), "/payouts") {
        let subject = payout["order_number"].as_str().map_or_else(|| payout["id"].to_string(), str::to_owned);
        assert_eq!(stands[subject.as_str()], text(payout, "status"));
    }
}

/// I13.
fn time_never_falls(shop: &Tape) {
    assert!(shop.times.is_sorted(), "{:?}", shop.times);
}
