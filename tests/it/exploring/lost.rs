//! The effects `answer_lost` and `unreachable` of rules: what the receiver sees, and when the provider tries again.

use serde_json::{Value as Json, json};

use crate::rules::spoiling::{PERFORM, rule};
use crate::rules::{list, shop};
use crate::tape::Tape;

/// The moments, in seconds since the first, and the numbers of the requests about a payout in that status that have left.
fn left(shop: &Tape, status: &str) -> Vec<u32> {
    let is_own = |body: &[u8]| serde_json::from_slice::<Json>(body).is_ok_and(|it| it["payout"]["status"] == status);
    shop.posted.iter().filter(|it| is_own(&it.body)).map(|it| it.id.number).collect()
}

/// Status, error and moment of each attempt of the delivery about a payout in that status.
fn attempts(shop: &mut Tape, status: &str) -> (Json, Vec<String>) {
    let all = list(shop, "deliveries");
    let is_own =
        |it: &&Json| it["attempts"][0]["request"]["body"].as_str().is_some_and(|body| body.contains(&format!("\"status\":\"{status}\"")));
    let own = all.iter().find(is_own).expect("a delivery");
    let attempt = |it: &Json| format!("{} {} {} {}", it["at"].as_str().expect("a time"), it["status"], it["error"], it["duration_ms"]);
    (own["status"].clone(), own["attempts"].as_array().expect("a list").iter().map(attempt).collect())
}

#[test]
fn i2_a_lost_answer_is_a_timeout_to_the_provider_and_a_webhook_to_the_receiver() {
    let mut shop = shop(&rule("quantum-payouts", "body: { payout.status: processing }", "answer_lost: 2"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(left(&shop, "processing"), [1, 2, 3], "the receiver gets all of them");
    let (status, seen) = attempts(&mut shop, "processing");
    assert_eq!(status, "delivered");
    let second = |it: &str| it[17..19].parse::<u32>().expect("a number");
    assert!(seen[..2].iter().all(|it| it.ends_with("null \"timeout\" 10000")) && seen[2].ends_with("200 null 0"), "{seen:?}");
    assert_eq!((second(&seen[1]) + 60 - second(&seen[0])) % 60, 15, "the wait counts from the attempt: {seen:?}");
    assert_eq!((second(&seen[2]) + 60 - second(&seen[1])) % 60, 30, "{seen:?}");
}

#[test]
fn i2_what_is_unreachable_leaves_for_nothing_and_later_events_overtake_it() {
    let mut shop = shop(&rule("quantum-payouts", "body: { payout.status: processing }", "unreachable: 2"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(left(&shop, "processing"), [3], "only the third arrives");
    let order: Vec<u64> = shop.posted.iter().map(|it| it.id.delivery).collect();
    assert!(order.last().is_some_and(|last| order.iter().any(|it| last < it)), "a later event came before: {order:?}");
    let (status, seen) = attempts(&mut shop, "processing");
    assert_eq!(status, "delivered");
    assert!(seen[..2].iter().all(|it| it.ends_with("null \"refused\" 0")) && seen[2].ends_with("200 null 0"), "{seen:?}");
}

#[test]
fn i3_nothing_is_sent_after_the_last_attempt_and_a_resend_is_not_lost() {
    let mut shop = shop(&rule("quantum-payouts", "body: { payout.status: processing }", "unreachable: 100"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(left(&shop, "processing"), [] as [u32; 0]);
    let (status, seen) = attempts(&mut shop, "processing");
    assert_eq!((status, seen.len()), (json!("failed"), 10));
    let all = list(&mut shop, "deliveries");
    let own = all.iter().find(|it| it["status"] == "failed").expect("it has failed")["id"].as_str().expect("an id").to_owned();
    let attempt = shop.admin("POST", &format!("deliveries/{own}/resend"), &json!({}));
    assert_eq!(attempt["status"], 200, "{attempt}");
}

#[test]
fn copies_of_an_attempt_are_lost_together() {
    let mut shop = shop(&rule("quantum-payouts", "body: { payout.status: processing }", "answer_lost: 1, duplicate: 2"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(left(&shop, "processing"), [1, 1, 2, 2]);
}

#[test]
fn a_request_can_ask_for_a_lost_answer() {
    let mut shop = shop("");
    shop.play(&format!("with Playmoney-Fault: unreachable=1\n{PERFORM}\nadvance until idle"));
    assert!(left(&shop, "processing") == [2] && left(&shop, "success") == [2], "all webhooks of what the call has made");
}
