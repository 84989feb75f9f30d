//! Properties of rules, over random tapes and rules.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::sample::select;
use serde_json::Value as Json;

use super::arbitrary::{halved, tape};
use super::{always, exported, same_but_for_moves, same_state};
use crate::tape::Tape;

/// What a rule on requests does.
const ON_REQUESTS: &[&str] = &[
    "error: internal_error",
    "status: 418, body: { a: 1 }",
    "headers: { x-added: a }",
    "latency: 2s",
    "latency: { uniform: [1s, 9s] }",
    "truncate_body_at_fraction: 0.5",
    "lifecycle: [{ after: 3s, to: processing }, { after: 1m, to: failed }]",
    "lifecycle: [{ to: cancelled }]",
    "payout_returned: 2h",
];
/// What a rule on webhooks does.
const ON_WEBHOOKS: &[&str] = &[
    "drop: true",
    "duplicate: 3",
    "delay: 20s",
    "reorder: true",
    "bad_signature: true",
    "stale_timestamp: 10m",
    "tamper: { payout.amount: 7 }",
    "duplicate: 2, delay: 1m, tamper: { added: x }",
];
/// When it does so.
const WHEN: &[&str] = &["", "times: 1", "after: 1", "after: 1, times: 2", "probability: 0.5", "probability: 0.3, times: 2", "until: 1m"];

/// One rule, without its name.
fn rule() -> impl Strategy<Value = String> {
    let on = any::<bool>().prop_flat_map(|requests| {
        let (on, effects) = if requests { ("quantum-payouts.*", ON_REQUESTS) } else { ("quantum-payouts:webhook", ON_WEBHOOKS) };
        select(effects).prop_map(move |then| (on, then))
    });
    (on, select(WHEN)).prop_map(|((on, then), when)| format!("on: \"{on}\", when: {{ {when} }}, then: {{ {then} }}"))
}

/// Rules of a scenario.
fn rules() -> impl Strategy<Value = Vec<String>> {
    vec(rule(), 1..4)
}

fn shop(rules: &[String]) -> Tape {
    let all: Vec<String> = rules.iter().enumerate().map(|(n, it)| format!("{{ name: r{n}, {it} }}")).collect();
    crate::rules::shop(&format!("rules: [{}]\n", all.join(", ")))
}

fn played(rules: &[String], tape: &[String]) -> Tape {
    let mut shop = shop(rules);
    shop.play(&tape.join("\n"));
    shop
}

#[test]
fn i7_rules_repeat() {
    always(60, &(rules(), tape()), |(rules, tape)| {
        let (mut a, mut b) = (played(&rules, &tape), played(&rules, &tape));
        assert_eq!(a.log, b.log);
        same_state(&mut a, &mut b);
    });
}

#[test]
fn i8_two_steps_equal_one_leap_whatever_rules_do() {
    let left =
        |shop: &Tape| -> Vec<String> { shop.posted.iter().map(|it| format!("{:?} {:?} {:?}", it.id, it.headers, it.body)).collect() };
    always(60, &(rules(), tape(), 0..1000_u64), |(rules, tape, thousandths)| {
        let (mut leap, mut steps) = (played(&rules, &tape), played(&rules, &halved(&tape, thousandths)));
        assert_eq!(left(&leap), left(&steps));
        same_but_for_moves(&mut leap, &mut steps);
    });
}

#[test]
fn i10_a_restart_goes_unnoticed_whatever_rules_do() {
    always(60, &(rules(), tape(), any::<u32>()), |(rules, tape, places)| {
        let mut shop = shop(&rules);
        for (n, line) in tape.iter().enumerate() {
            shop.play(line);
            if places >> (n % 32) & 1 == 1 {
                shop.restart();
            }
        }
        assert_eq!(shop.log, played(&rules, &tape).log);
    });
}

#[test]
fn i12_a_rule_that_does_nothing_here_is_not_noticed() {
    const IDLE: &[&str] =
        &["on: \"quoine.*\", then: { status: 500 }", "on: \"quoine:webhook\", then: { drop: true }", "then: { status: 500 }"];
    always(60, &(rules(), tape(), select(IDLE), any::<bool>()), |(rules, tape, idle, first)| {
        let alone = played(&rules, &tape);
        let mut shop = shop(&rules);
        let mut all: Vec<String> = rules.iter().enumerate().map(|(n, it)| format!("{{ name: r{n}, {it} }}")).collect();
        all.insert(if first { 0 } else { all.len() }, format!("{{ name: idle, {idle} }}"));
        crate::rules::begin(&mut shop, &format!("rules: [{}]\n", all.join(", ")));
        shop.play(&tape.join("\n"));
        assert_eq!(shop.log, alone.log);
    });
}

#[test]
fn i25_without_a_rule_that_fires_all_is_as_documented() {
    let never = select(&["times: 0", "probability: 0", "until: 0s", "account: nobody", "body: { nobody: { any: true } }"][..]);
    always(60, &(rule(), never, tape()), |(rule, never, tape)| {
        let when = rule.find("when: {").expect("there") + 7;
        let end = when + rule[when..].find('}').expect("there");
        let silent = format!("{} {never} {}", &rule[..when], &rule[end..]);
        assert_eq!(played(&[silent], &tape).log, super::played(&tape).log);
    });
}

#[test]
fn i1_every_event_has_one_delivery_and_one_end() {
    always(60, &(rules(), tape()), |(rules, tape)| {
        let mut shop = played(&rules, &tape);
        shop.play("merchant 200\nadvance until idle");
        let state = exported(&mut shop);
        let changes = crate::tape::changes(&state).len();
        let deliveries = shop.admin("GET", "deliveries", &Json::Null)["deliveries"].as_array().expect("a list").clone();
        assert_eq!(deliveries.len(), changes);
        for it in &deliveries {
            let attempts = it["attempts"].as_array().expect("a list");
            let ended = it["status"] == "delivered" || it["status"] == "failed";
            assert!(ended && it["next_attempt_at"].is_null(), "{it}");
            assert!(!attempts.is_empty() || it["rule"].is_string(), "what never left names its rule: {it}");
            let bodies = attempts.iter().map(|own| &own["request"]["body"]);
            assert!(bodies.clone().all(|own| Some(own) == bodies.clone().next()), "a body stays what it was: {it}");
        }
    });
}

#[test]
fn i22_a_request_names_the_rule_that_answered() {
    always(60, &(rules(), tape()), |(rules, tape)| {
        let mut shop = played(&rules, &tape);
        let fired: u64 = shop.admin("GET", "rules", &Json::Null)["rules"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|it| it["fired"].as_u64().expect("a count"))
            .sum();
        let requests = shop.admin("GET", "requests", &Json::Null)["requests"].as_array().expect("a list").clone();
        let deliveries = shop.admin("GET", "deliveries", &Json::Null)["deliveries"].as_array().expect("a list").clone();
        let named = requests.iter().chain(&deliveries).filter(|it| it["rule"].is_string()).count();
        assert_eq!(u64::try_from(named).expect("few"), fired);
        assert!(
            requests.iter().all(|it| it["response"]["status"] != 500 || it["rule"].is_string()),
            "I24: a 5xx is an answer only when a rule asks for it"
        );
    });
}
