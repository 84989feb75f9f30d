//! The effect `answered`: what the provider takes for the answers of a receiver, whatever that answers.

use serde_json::{Value as Json, json};

use super::spoiling::{PERFORM, rule};
use super::{list, shop};
use crate::tape::Tape;

const PROCESSING: &str = "body: { payout.status: processing }";

/// The numbers of the requests about a payout in processing that the receiver has got.
fn received(shop: &Tape) -> Vec<u32> {
    let is_own = |body: &[u8]| serde_json::from_slice::<Json>(body).is_ok_and(|it| it["payout"]["status"] == "processing");
    shop.posted.iter().filter(|it| is_own(&it.body)).map(|it| it.id.number).collect()
}

/// The delivery about a payout in processing.
fn delivery(shop: &mut Tape) -> Json {
    let is_own = |it: &Json| it["attempts"][0]["request"]["body"].as_str().is_some_and(|body| body.contains("\"status\":\"processing\""));
    list(shop, "deliveries").into_iter().find(is_own).expect("a delivery")
}

/// Its status, then the status, the error and the duration of each attempt.
fn seen(shop: &mut Tape) -> Vec<String> {
    let own = delivery(shop);
    let attempt = |it: &Json| format!("{} {} {}", it["status"], it["error"], it["duration_ms"]);
    let attempts = own["attempts"].as_array().expect("a list").iter().map(attempt);
    std::iter::once(own["status"].as_str().expect("a status").to_owned()).chain(attempts).collect()
}

#[test]
fn the_provider_takes_the_answers_of_a_rule_for_those_of_the_receiver() {
    let then = "answered: [502, timeout, { status: 204, delay: 3s }]";
    let mut shop = shop(&rule("quantum-payouts", PROCESSING, then));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(received(&shop), [1, 2, 3], "the receiver gets all of them");
    assert_eq!(seen(&mut shop), ["delivered", "502 null 0", "null \"timeout\" 10000", "204 null 3000"]);
    let own = delivery(&mut shop);
    let why = "the receiver answered 200, and the provider takes 502 for its answer, by the rule `spoilt`";
    assert_eq!((&own["attempts"][0]["detail"], &own["rule"]), (&json!(why), &json!("spoilt")));
}

#[test]
fn a_receiver_that_fails_is_taken_for_one_that_accepts() {
    let mut shop = shop(&rule("quantum-payouts", PROCESSING, "answered: 200"));
    shop.play("merchant 500").play(PERFORM).play("advance until idle");
    assert_eq!(seen(&mut shop), ["delivered", "200 null 0"]);
    let failed = list(&mut shop, "deliveries").iter().filter(|it| it["status"] == "failed").count();
    assert_eq!(failed, 3, "the other webhooks are not answered by the rule");
}

#[test]
fn a_receiver_that_refuses_gets_nothing() {
    for word in ["refused", "dns", "tls"] {
        let mut shop = shop(&rule("quantum-payouts", PROCESSING, &format!("answered: [{word}, reset, 200]")));
        shop.play(PERFORM).play("advance until idle");
        assert_eq!(received(&shop), [2, 3], "{word}");
        assert_eq!(seen(&mut shop), ["delivered", &format!("null \"{word}\" 0"), "null \"reset\" 0", "200 null 0"]);
    }
}

#[test]
fn what_a_gateway_answers_does_not_reach_the_receiver() {
    let then = "answered: [{ status: 502, by_gateway: true }, { status: 504, by_gateway: true, delay: 3s }, 200]";
    let mut shop = shop(&rule("quantum-payouts", PROCESSING, then));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(received(&shop), [3]);
    assert_eq!(seen(&mut shop), ["delivered", "502 null 0", "504 null 3000", "200 null 0"]);
}

#[test]
fn an_answer_that_comes_after_the_time_limit_is_a_timeout() {
    let mut shop = shop(&rule("quantum-payouts", PROCESSING, "answered: [{ status: 200, delay: 10s }, 200]"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(seen(&mut shop), ["delivered", "null \"timeout\" 10000", "200 null 0"]);
}

#[test]
fn copies_take_one_answer_each_and_the_first_of_them_decides() {
    let mut shop = shop(&rule("quantum-payouts", PROCESSING, "duplicate: 2, answered: [500, 200, 503, 204]"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(received(&shop), [1, 1, 2, 2, 3, 3]);
    let expected = ["delivered", "500 null 0", "200 null 0", "503 null 0", "204 null 0", "204 null 0", "204 null 0"];
    assert_eq!(seen(&mut shop), expected);
}

#[test]
fn a_rule_that_answers_leaves_the_rest_to_the_rules_behind_it() {
    let on = "on: 'quantum-payouts:webhook'";
    let all = format!("rules:\n  - {{ name: all, {on}, then: {{ answered: 202 }} }}\n");
    let some = format!("  - {{ name: some, {on}, when: {{ {PROCESSING} }}, then: {{ duplicate: 2 }} }}\n");
    let mut shop = shop(&(all + &some));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!((received(&shop), seen(&mut shop)), (vec![1, 1], vec!["delivered".to_owned(), "202 null 0".into(), "202 null 0".into()]));
    assert_eq!(delivery(&mut shop)["rule"], "some", "of two rules, the one that changes what leaves is named");
}

#[test]
fn some_attempts_are_answered_by_a_rule_and_a_resend_is_not() {
    let mut shop = shop(&rule("quantum-payouts", &format!("{PROCESSING}, attempt: {{ lt: 3 }}"), "answered: 503"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(seen(&mut shop), ["delivered", "503 null 0", "503 null 0", "200 null 0"]);
    let id = delivery(&mut shop)["id"].as_str().expect("an id").to_owned();
    let attempt = shop.admin("POST", &format!("deliveries/{id}/resend"), &json!({}));
    assert_eq!(attempt["status"], 200, "{attempt}");
}

#[test]
fn a_request_can_ask_for_an_answer_and_a_saved_state_keeps_it() {
    let mut shop = shop("");
    shop.play(&format!("with Playmoney-Fault: answered=502\n{PERFORM}"));
    let state = shop.admin("GET", "state", &json!({}));
    shop.admin("PUT", "state", &state);
    shop.play("advance until idle");
    let seen = seen(&mut shop);
    assert_eq!((&*seen[0], seen.len()), ("failed", 11), "{seen:?}");
    assert!(seen[1..].iter().all(|it| it == "502 null 0"), "{seen:?}");
}
