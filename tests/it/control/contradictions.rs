//! Parts of a saved sandbox that contradict each other: refused with the place, and nothing changes.

use serde_json::{Value as Json, json};

use super::{create, exported, refused};
use crate::tape::Tape;

/// A sandbox with an object of every provider and a rule.
fn rich() -> Tape {
    let mut shop = Tape::shop();
    for slug in crate::merchants::slugs() {
        shop.play(crate::merchants::merchant(slug).expect("a merchant").tapes[0]);
    }
    create(&mut shop, "A");
    shop.play(r#"control POST rules {"name":"r","on":"quoine.createInvoice","then":{"error":"usage_limit"}}"#);
    shop
}

fn place_of(slug: &str) -> usize {
    playmoney::inside::providers::all().iter().position(|it| it.contract().slug == slug).expect("the provider")
}

#[test]
fn contradictions_between_parts_of_a_state_are_refused_with_their_place() {
    let mut shop = rich();
    let saved = exported(&mut shop);
    let quantum = place_of("quantum-payouts");
    let memory = |slug: &str| format!("/providers/{}/memory", place_of(slug));
    let first =
        |place: &str| format!("{place}/{}", saved.pointer(place).and_then(Json::as_object).expect("members").keys().next().expect("one"));
    let delivery = first("/core/outbox/deliveries");
    let at = |place: &str, value: Json| {
        let mut document = saved.clone();
        *document.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        document
    };
    let with = |place: &str, name: &str, value: Json| {
        let mut document = saved.clone();
        let members = document.pointer_mut(place).and_then(Json::as_object_mut).unwrap_or_else(|| panic!("{place}"));
        members.insert(name.to_owned(), value);
        document
    };
    let reversed = |place: &str| {
        let mut document = saved.clone();
        document.pointer_mut(place).and_then(Json::as_array_mut).expect("a list").reverse();
        document
    };
    let settings = format!("/core/accounts/{quantum}/default/settings");
    for (document, place) in [
        (at("/core/now", json!("0001-01-01T00:00:00Z")), "/core/now"),
        (at("/core/clock/now", json!("2027-01-01T00:00:00Z")), "/core/now"),
        (reversed("/providers"), "/providers/0/slug"),
        (reversed("/core/accounts"), "/core/accounts/0"),
        (with(&settings, "webhook_url", json!({"text": "x"})), "/core/accounts"),
        (with(&settings, "pace", json!({"text": "slow"})), "/core/accounts"),
        (with(&settings, "confirmations", json!({"integer": 1})), "/core/accounts"),
        (at(&format!("{delivery}/event"), json!("no.such")), "/core/outbox/deliveries"),
        (at(&format!("{delivery}/url"), json!("x")), "/core/outbox/deliveries"),
        (at(&format!("{delivery}/account"), json!("unknown")), "/core/outbox/deliveries"),
        (at(&format!("{delivery}/attempts/0/at"), json!("2030-01-01T00:00:00Z")), "/core/outbox/deliveries"),
        (at("/core/rules/standing/0/rule/on", json!({"requests": {"provider": "quoine", "operation": "noSuch"}})), "/core/rules"),
        (with(&delivery, "colour", json!("red")), "/core/outbox/deliveries"),
        (with("/core/clock", "colour", json!("red")), "/core/clock/colour"),
        (with(&format!("{}/payouts/0", memory("quantum-payouts")), "colour", json!("red")), "/payouts/0/colour"),
        (at(&format!("{}/charges/0/redirect_url", memory("qbitpay")), json!("javascript:alert(1)")), &memory("qbitpay")),
    ] {
        let (status, code, detail) = refused(&mut shop, "PUT", "state", &document);
        assert_eq!(status, 422, "{place}: {code} {detail}");
        assert!(detail.contains(place), "{place}: {detail}");
    }
}
