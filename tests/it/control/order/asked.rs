//! Attempts that a caller asks for, resends and tests, take their turn as all others do.

use playmoney::inside::engine::clock::Mode;
use playmoney::inside::engine::delivery::Outgoing;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::Driven;
use crate::qbitpay::MERCHANT;
use crate::tape::{SHOP, Tape};

/// Payouts A and B: the first attempt of A is under way, that of B waits, and a receiver that is called by an advance has
/// asked for A again.
fn asked_during_a_walk() -> Driven {
    let mut it = Driven::new(Mode::Frozen);
    it.create("A");
    it.create("B");
    it.put("clock/advance", &json!({"by": "0s"}));
    let answer = it.control("POST", "deliveries/dlv-1/resend", &Json::Null).expect("at once");
    assert_eq!((&answer["number"], &answer["settled"], &answer["resend"]), (&json!(2), &json!(false), &json!(true)), "{answer}");
    assert!(answer["waits_for"].as_str().is_some_and(|it| it.starts_with("its turn")), "{answer}");
    assert_eq!(it.left, ["A 1 0"]);
    it
}

#[test]
fn a_resend_that_meets_waiting_first_attempts_leaves_after_them() {
    let mut it = Driven::new(Mode::Frozen);
    it.create("A");
    it.create("B");
    it.create("C");
    let resend = it.put("deliveries/dlv-1/resend", &Json::Null);
    it.settle(0, 200);
    it.settle(0, 200);
    assert_eq!(it.left, ["A 1 0", "B 1 0", "C 1 0"]);
    assert!(it.answer(resend).is_none());
    it.settle(0, 200);
    assert_eq!(it.left[3..], ["A 2 0"]);
    it.settle(0, 202);
    let answer = it.answer(resend).expect("it has an outcome");
    assert_eq!((&answer["number"], &answer["status"], &answer["settled"]), (&json!(2), &json!(202), &Json::Null));
}

#[test]
fn i14_a_receiver_that_asks_for_a_resend_is_answered_before_it_leaves() {
    let mut it = asked_during_a_walk();
    it.settle(0, 200);
    it.settle(0, 200);
    assert_eq!(it.left, ["A 1 0", "B 1 0", "A 2 0"]);
    it.settle(0, 500);
    let all = it.control("GET", "deliveries", &Json::Null).expect("at once");
    let last = &all["deliveries"][0]["attempts"][1];
    assert_eq!((&last["number"], &last["status"], &last["waits_for"]), (&json!(2), &json!(500), &Json::Null), "{last}");
}

#[test]
fn a_resend_leaves_after_the_retry_that_was_made_before_it() {
    let mut it = Driven::new(Mode::Frozen);
    it.create("A");
    it.create("B");
    it.settle(0, 500);
    it.settle(0, 500);
    let walker = it.put("clock/advance", &json!({"by": "20s"}));
    let answer = it.control("POST", "deliveries/dlv-2/resend", &Json::Null).expect("at once");
    assert_eq!((&answer["number"], &answer["settled"]), (&json!(2), &json!(false)));
    it.settle(0, 200);
    assert_eq!(it.left[2..], ["A 2 0", "B 3 0"], "the number of the resend was given when it was made");
    it.settle(0, 200);
    assert_eq!(it.left[4..], ["B 2 0"]);
    it.settle(0, 500);
    assert!(it.answer(walker).is_some());
    let state = it.control("GET", "state", &Json::Null).expect("at once");
    assert_eq!(it.control("PUT", "state", &state).expect("at once")["restored"], true, "its attempts are in order");
}

#[test]
fn i10_a_resend_that_waits_is_part_of_the_state() {
    let mut it = asked_during_a_walk();
    let sandbox = it.sandbox.fork("copy", Some(SHOP), it.uptime);
    let mut copy = Driven { sandbox, uptime: it.uptime, under_way: Vec::new(), left: Vec::new() };
    copy.look();
    assert_eq!(copy.left, ["A 1 0"], "what was under way is sent again");
    let state = copy.put("clock/advance", &json!({"by": "0s"}));
    copy.settle(0, 200);
    copy.settle(0, 200);
    copy.settle(0, 200);
    assert_eq!((copy.left.len(), &copy.left[1..]), (3, &["B 1 0".to_owned(), "A 2 0".to_owned()][..]));
    assert!(copy.answer(state).is_some());

    let saved = it.sandbox.handle(it.uptime, Tape::control("GET", "state", &Json::Null));
    it.wait(2);
    let saved = it.answer(saved).expect("its patience has ended");
    assert_eq!(saved["core"]["outbox"]["deliveries"]["1"]["attempts"][1]["outcome"], Json::Null);
    let mut other = Driven::new(Mode::Frozen);
    let restored = other.sandbox.handle(other.uptime, Tape::control("PUT", "state", &saved));
    assert!(other.answer(restored).is_none(), "it waits for what it sends again");
    other.look();
    for _ in 0..3 {
        other.settle(0, 200);
    }
    assert_eq!(other.left, ["A 1 0", "B 1 0", "A 2 0"]);
    assert_eq!(other.answer(restored).expect("all have outcomes")["restored"], true);
}

#[test]
fn a_resend_that_waits_goes_to_the_address_that_is_set_when_it_leaves() {
    let mut it = asked_during_a_walk();
    it.set_url("http://shop.test/new");
    it.settle(0, 200);
    let urls: Vec<&str> = it.under_way.iter().map(|it| it.url.as_str()).collect();
    assert_eq!((&it.left[1..], urls), (&["B 1 0".to_owned()][..], vec!["http://shop.test/new"]));
    it.settle(0, 200);
    assert_eq!((it.left[2].as_str(), it.under_way[0].url.as_str()), ("A 2 0", "http://shop.test/new"));
}

#[test]
fn i3_a_resend_does_not_leave_when_its_target_was_taken_away_meanwhile() {
    let mut it = asked_during_a_walk();
    it.control("PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": null}));
    it.settle(0, 200);
    assert_eq!((it.left.len(), it.under_way.len()), (1, 0));
    let all = it.control("GET", "deliveries", &Json::Null).expect("at once");
    let last = &all["deliveries"][0]["attempts"][1];
    assert_eq!((&last["number"], &last["error"]), (&json!(2), &json!("blocked")), "{last}");
    assert!(last["detail"].as_str().is_some_and(|it| it.contains("no address any more")), "{last}");
}

#[test]
fn on_a_running_clock_a_resend_waits_for_nothing() {
    let mut it = Driven::new(Mode::Real);
    it.create("A");
    it.create("B");
    it.put("deliveries/dlv-1/resend", &Json::Null);
    it.wait(1);
    assert_eq!(it.left, ["A 1 0", "A 2 0"]);
    let mut it = asked_during_a_walk();
    it.wait(61);
    it.control("POST", "clock/resume", &Json::Null);
    it.wait(1);
    assert_eq!(it.left, ["A 1 0", "A 2 0"], "B's first attempt still waits for the outcome of A's");
}

/// A test webhook of QbitPay, whose caller does not wait for it, to the target of the payouts.
fn test_event(it: &mut Driven) {
    let request = Request::new(Method::GET, &format!("/qbitpay/api/v1/events/test?cbUrl={SHOP}"), "");
    let ticket = it.sandbox.handle(it.uptime, request.with("Authorization", MERCHANT.authorization.expect("a key")));
    it.look();
    let answer = it.answer(ticket).expect("at once");
    assert_eq!(answer["type"], "charge.succeeded", "{answer}");
}

/// The deliveries that are under way.
fn ids(under_way: &[Outgoing]) -> Vec<u64> {
    under_way.iter().map(|it| it.id.delivery).collect()
}

#[test]
fn a_test_webhook_takes_its_turn() {
    let mut it = Driven::new(Mode::Frozen);
    test_event(&mut it);
    test_event(&mut it);
    assert_eq!(ids(&it.under_way), [1], "the second waits for the outcome of the first");
    it.settle(0, 200);
    assert_eq!(ids(&it.under_way), [2]);
}
