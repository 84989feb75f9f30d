//! Rules that change a part of an answer or of a webhook, and rules on single attempts.

use serde_json::{Value as Json, json};

use super::spoiling::{PERFORM, TELLING, rule, verdict};
use super::{FEATURES, document, list, shop, yaml};
use crate::tape::Tape;

/// The notes of the journal.
fn notes(shop: &mut Tape) -> Vec<Json> {
    let journal = shop.admin("GET", "requests", &Json::Null);
    journal["notes"].as_array().expect("notes").iter().map(|it| it["text"].clone()).collect()
}

/// The body of the answer to that line.
fn answer(shop: &mut Tape, line: &str) -> Json {
    shop.log.clear();
    shop.play(line);
    let text = shop.log.split_once('{').expect("an object").1.lines().next().expect("a line");
    serde_json::from_str(&format!("{{{text}")).expect("JSON")
}

#[test]
fn a_patch_changes_members_of_the_provider_s_answer() {
    let mut plain = Tape::shop();
    let mut expected = answer(&mut plain, FEATURES);
    let gone = expected.as_object().expect("an object").keys().next().expect("a member").clone();
    let patch = format!("{{ set: {{ added: {{ a: 1 }} }}, remove: [{gone}, nothing.here] }}");
    let mut shop = shop(&format!("rules: [{{ name: other, on: quantum-payouts.*, then: {{ patch: {patch} }} }}]\n"));
    expected.as_object_mut().expect("an object").remove(&gone);
    expected["added"] = json!({"a": 1});
    assert_eq!(answer(&mut shop, FEATURES), expected);
    assert_eq!(notes(&mut shop), ["the rule `other` alters nothing at `nothing.here`: the answer has no such place"]);
}

#[test]
fn a_patch_that_finds_nothing_is_noted_once_for_each_webhook() {
    for when in ["", "attempt: { lt: 4 }"] {
        let mut shop = shop(&rule("quantum-payouts", when, "patch: { remove: [nothing.here] }"));
        shop.play("merchant 500").play(PERFORM).play("advance 30s");
        let (owed, sent) = (list(&mut shop, "deliveries").len(), shop.posted.len());
        assert!(3 <= owed && owed < sent, "{owed} {sent}");
        assert_eq!(notes(&mut shop).len(), owed, "{when}");
    }
}

#[test]
fn a_patch_changes_the_body_of_a_documented_error_too() {
    let mut shop = shop("rules: [{ name: other, on: quantum-payouts.*, then: { error: rate_limited, patch: { set: { trace: t-1 } } } }]\n");
    let body = answer(&mut shop, FEATURES);
    assert_eq!((body["trace"].as_str(), 1 < body.as_object().expect("an object").len()), (Some("t-1"), true), "{body}");
}

#[test]
fn i15_a_patched_event_is_signed_as_it_is_sent() {
    for (slug, lines) in TELLING {
        let name = ["payout.status", "invoice.invoice_status", "type"][TELLING.iter().position(|it| it.0 == *slug).expect("there")];
        let mut shop = shop(&rule(slug, "", &format!("patch: {{ set: {{ {name}: brand_new, extra: [1] }} }}")));
        shop.play(lines);
        let said = verdict(&mut shop, slug, 0);
        assert_eq!(said["valid"], true, "{slug}: {said}");
        let body: Json = serde_json::from_slice(&shop.posted[0].body).expect("JSON");
        let pointer = format!("/{}", name.replace('.', "/"));
        assert_eq!((body.pointer(&pointer), &body["extra"]), (Some(&json!("brand_new")), &json!([1])), "{slug}: {body}");
        let sent = list(&mut shop, "deliveries")[0]["attempts"][0]["request"]["body"].clone();
        assert_eq!(sent.as_str().map(str::as_bytes), Some(&shop.posted[0].body[..]), "{slug}");
    }
}

#[test]
fn i15_an_unsigned_webhook_has_no_signature() {
    for (slug, lines) in TELLING {
        let mut shop = shop(&rule(slug, "", "unsigned: true"));
        shop.play(lines);
        let said = verdict(&mut shop, slug, 0);
        assert_eq!((&said["valid"], &said["reason"]), (&json!(false), &json!("missing_signature")), "{slug}: {said}");
        assert_eq!(list(&mut shop, "deliveries")[0]["attempts"][0]["signed"], Json::Null, "{slug}");
    }
}

#[test]
fn headers_and_length_of_a_webhook_can_differ() {
    let mut shop =
        shop(&rule("quantum-payouts", "times: 1", "headers: { Content-Type: text/plain, X-Proxy: seen }, truncate_body_at_fraction: 0.5"));
    shop.play(PERFORM);
    let (cut, whole) = (shop.posted[0].clone(), shop.posted[1].clone());
    assert_eq!(&cut.headers["content-type"], "text/plain");
    assert_eq!(&cut.headers["x-proxy"], "seen");
    assert_eq!(&whole.headers["content-type"], "application/json");
    let event = list(&mut shop, "deliveries")[0].clone();
    assert_eq!(event["attempts"][0]["request"]["body"].as_str().map(str::len), Some(cut.body.len()));
    assert!(serde_json::from_slice::<Json>(&cut.body).is_err() && 20 < cut.body.len(), "{event}");
    super::begin(&mut shop, &rule("quantum-payouts", "times: 1", "truncate_body_at_fraction: 0"));
    shop.posted.clear();
    shop.play(PERFORM);
    assert!(shop.posted[0].body.is_empty() && !shop.posted[1].body.is_empty());
}

#[test]
fn a_rule_can_act_on_single_attempts() {
    let mut shop = shop(&rule("quantum-payouts", "body: { payout.status: uploaded }, attempt: 1", "bad_signature: true, duplicate: 2"));
    shop.play("merchant 401 200 200 200 200").play(PERFORM).play("advance 15s");
    let places: Vec<usize> = (0..shop.posted.len()).filter(|it| shop.posted[*it].id.delivery == 1).collect();
    let seen: Vec<_> = places.iter().map(|it| (shop.posted[*it].id.number, shop.posted[*it].id.copy)).collect();
    assert_eq!(seen, [(1, 0), (1, 1), (2, 0)]);
    let valid: Vec<Json> = places.into_iter().map(|it| verdict(&mut shop, "quantum-payouts", it)["valid"].clone()).collect();
    assert_eq!(valid, [false, false, true]);
}

#[test]
fn a_retry_can_carry_another_event() {
    let mut shop = shop(&rule(
        "quantum-payouts",
        "body: { payout.status: uploaded }, attempt: { gt: 1 }",
        "patch: { set: { payout.amount: 1 }, remove: [payout.status] }",
    ));
    shop.play("merchant 500 200 200 200").play(PERFORM).play("advance 15s");
    let bodies: Vec<Json> =
        shop.posted.iter().filter(|it| it.id.delivery == 1).map(|it| serde_json::from_slice(&it.body).expect("JSON")).collect();
    assert_eq!((&bodies[0]["payout"]["status"], bodies.len()), (&json!("uploaded"), 2));
    assert_eq!((&bodies[1]["payout"]["amount"], bodies[1]["payout"].get("status")), (&json!(1), None));
}

#[test]
fn what_costs_a_look_at_the_body_each_time_is_bounded() {
    let mut shop = Tape::shop();
    let paths = |count: usize| (0..count).map(|it| (format!("m{it}"), json!(1))).collect::<serde_json::Map<_, _>>();
    let removed: Vec<String> = (0..60).map(|it| format!("m{it}")).collect();
    let halves = vec![0.5; 200];
    for (on, when, then, told) in [
        ("quantum-payouts.features", json!({}), json!({ "patch": { "set": paths(100) } }), ""),
        (
            "quantum-payouts.features",
            json!({}),
            json!({ "patch": { "set": paths(60), "remove": removed } }),
            "a patch has at most 100 paths",
        ),
        ("quantum-payouts:webhook", json!({}), json!({ "tamper": paths(101) }), "`tamper` changes at most 100 members"),
        (
            "quantum-payouts:webhook",
            json!({ "attempt": { "one_of": halves } }),
            json!({ "unsigned": true }),
            "this condition on `attempt` is too long",
        ),
    ] {
        let answer = shop.ask(Tape::control("POST", "rules", &json!({ "on": on, "when": when, "then": then })));
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, if told.is_empty() { 201 } else { 422 }, "{text}");
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn i10_such_rules_are_saved_and_restored() {
    let then = "patch: { set: { payout.amount: 1 } }, headers: { X-A: b }, unsigned: true, truncate_body_at_fraction: 0.9";
    let mut shop = shop(&rule("quantum-payouts", "attempt: { lt: 3 }", then));
    shop.play("merchant 500 500 500 500 500").play(PERFORM);
    let saved = shop.admin("GET", "state", &Json::Null);
    let mut other = Tape::shop();
    other.admin("PUT", "state", &saved);
    for it in [&mut shop, &mut other] {
        it.posted.clear();
        it.play("merchant 500 500 500 500 500").play("advance 15s");
    }
    let sent = |shop: &Tape| shop.posted.iter().map(|it| (it.id, it.headers.clone(), it.body.clone())).collect::<Vec<_>>();
    assert!(!shop.posted.is_empty() && sent(&shop) == sent(&other));
    assert!(shop.posted.iter().all(|it| &it.headers["x-a"] == "b" && !it.headers.contains_key("x-signature")));
}

#[test]
fn i10_a_state_holds_no_rule_that_could_not_have_been_written() {
    let then = "headers: { X-A: b }, truncate_body_at_fraction: 0.9";
    let mut shop = shop(&rule("quantum-payouts", "attempt: 1", then));
    shop.play("merchant 500").play(PERFORM);
    let saved = shop.admin("GET", "state", &Json::Null);
    for place in ["/core/rules/standing/0/rule/then/fault", "/core/outbox/deliveries/1/fault/how"] {
        let many = vec![["a", "1"]; 101];
        for (name, value) in [
            ("headers", json!([["content-length", "1"]])),
            ("headers", json!([["a b", "1"]])),
            ("truncate", json!("2")),
            ("tamper", json!(many)),
            ("patch", json!({ "set": many, "remove": [] })),
        ] {
            let mut broken = saved.clone();
            broken.pointer_mut(place).unwrap_or_else(|| panic!("{place}: {saved}"))[name] = value.clone();
            assert_eq!(shop.ask(Tape::control("PUT", "state", &broken)).status, 422, "{place}: {name}: {value}");
        }
    }
    for place in ["/core/rules/standing/0/rule/when/attempt", "/core/outbox/deliveries/1/fault/attempt"] {
        let mut broken = saved.clone();
        *broken.pointer_mut(place).unwrap_or_else(|| panic!("{place}: {saved}")) = json!({"equal": 0});
        assert_eq!(shop.ask(Tape::control("PUT", "state", &broken)).status, 422, "{place}");
    }
}

#[test]
fn i21_a_request_asks_for_no_more_than_is_kept() {
    let mut shop = shop("name: long\n");
    let answer = shop.ask(super::asked_for::asking(&format!("drop{}", " ".repeat(1_000))));
    assert_eq!(answer.status, 422);
    assert!(document(&answer)["detail"].as_str().expect("a detail").contains("1000 at most"), "{}", document(&answer));
}

#[test]
fn rules_that_contradict_themselves_are_refused() {
    for (rule, said) in [
        ("on: quoine.*, when: { attempt: 1 }, then: { status: 500 }", "a request has no attempts"),
        ("on: \"quoine:webhook\", when: { attempt: 0 }, then: { unsigned: true }", "no attempt of a webhook is 0"),
        ("on: \"quoine:webhook\", when: { attempt: { matches: one } }, then: { unsigned: true }", "attempts are numbers from 1"),
        ("on: quoine.*, then: { unsigned: true }", "`unsigned` is an effect on webhooks, and this rule is on requests"),
        (
            "on: \"quoine:webhook\", when: { attempt: 1 }, then: { drop: true }",
            "`attempt` selects attempts, and `drop` concerns the whole webhook",
        ),
        ("on: \"quoine:webhook\", then: { unsigned: true, bad_signature: true }", "remove `bad_signature` or `unsigned`"),
        ("on: \"quoine:webhook\", then: { patch: {} }", "this patch changes nothing"),
        ("on: \"quoine:webhook\", then: { patch: { sett: { a: 1 } } }", "`set`"),
        ("on: quoine.*, then: { patch: { remove: [a] }, body: text }", "`patch` changes the provider's answer, and `body` replaces it"),
        ("on: \"quoine:webhook\", then: { headers: { content-length: 1 } }", "how a message is framed"),
    ] {
        let answer = Tape::shop().ask(yaml("rules", &format!("{{ {rule} }}")));
        let detail = document(&answer)["rendered"].as_str().unwrap_or("").to_owned();
        assert_eq!(answer.status, 422, "{rule}");
        assert!(detail.contains(said), "{rule}: {detail}");
    }
}
