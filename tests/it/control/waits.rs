//! Calls that wait for calls and webhooks.

use std::time::Duration;

use playmoney::inside::engine::clock::Mode;
use playmoney::inside::engine::delivery::Outcome;
use playmoney::inside::engine::start::Start;
use playmoney::inside::sandbox::{Ticket, Work, driving};
use serde_json::{Value as Json, json};

use super::{call, create, perform, problem};
use crate::asking;
use crate::quantum_payouts::portal_session;
use crate::tape::Tape;

const CREATE: &str = "quantum-payouts.createPayout";

/// A call that waits.
fn begin(shop: &mut Tape, path: &str, criteria: &Json) -> Ticket {
    let ticket = shop.sandbox.handle(shop.uptime, Tape::control("POST", path, criteria));
    assert_eq!(look(shop, ticket), None, "{criteria} has not happened yet");
    ticket
}

/// The answer of a call that waits, if it is ready.
fn look(shop: &mut Tape, ticket: Ticket) -> Option<(u16, Json)> {
    let receiver = &mut |_: &mut _, _: &_| panic!("nothing is owed");
    let answered = driving::answer(&mut shop.sandbox, shop.uptime, ticket, receiver)?;
    Some(asking::json(&answered.response.expect("an answer")))
}

fn verified(matched: u64) -> Option<(u16, Json)> {
    Some((200, json!({"verified": true, "matched": matched})))
}

#[test]
fn a_wait_ends_with_the_call_that_was_missing() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    let first = json!({"operation": CREATE, "where": {"body": {"orderNumber": "B"}, "status": 200}});
    let second = json!({"operation": CREATE, "count": 2});
    let sequence = json!({"sequence": [{"operation": CREATE}, {"operation": "quantum-payouts.performPayout"}]});
    let [first, second, sequence] = [first, second, sequence].map(|it| begin(&mut shop, "requests/wait", &it));
    shop.play("GET /quantum-payouts/api/v1/features");
    assert_eq!([first, second, sequence].map(|it| look(&mut shop, it)), [None, None, None]);
    create(&mut shop, "B");
    assert_eq!([first, second, sequence].map(|it| look(&mut shop, it)), [verified(1), verified(2), None]);
    perform(&mut shop, "C");
    assert_eq!(look(&mut shop, sequence), verified(2));
    let done = json!({"operation": CREATE, "count": {"at_least": 2}});
    assert_eq!(call(&mut shop, "POST", "requests/wait", &done), verified(2).expect("it has happened already"));
}

#[test]
fn a_wait_for_exactly_so_many_ends_at_the_moment_at_which_there_are_so_many() {
    let mut shop = Tape::shop();
    let wait = begin(&mut shop, "requests/wait", &json!({"operation": CREATE, "count": 1}));
    create(&mut shop, "A");
    create(&mut shop, "B");
    assert_eq!(look(&mut shop, wait), verified(1), "nothing had looked in between, and yet the second call changes nothing");
    let (status, document) = call(&mut shop, "POST", "requests/wait", &json!({"operation": CREATE, "count": 1}));
    assert_eq!((status, &document["matched"], &document["timed_out"]), (409, &json!(2), &json!(true)), "there were two before it came");
}

#[test]
fn a_wait_ends_after_its_real_time_while_the_clock_stands() {
    let mut shop = Tape::shop();
    let wait = begin(&mut shop, "requests/wait", &json!({"operation": CREATE, "timeout": "2s"}));
    shop.uptime.elapsed += Duration::from_millis(1_999);
    assert_eq!(look(&mut shop, wait), None);
    shop.uptime.elapsed += Duration::from_millis(1);
    let (status, document) = look(&mut shop, wait).expect("the time is up");
    assert_eq!((status, &document["verified"], &document["timed_out"]), (409, &json!(false), &json!(true)));
    assert_eq!(document["detail"], "0 requests fit, but the call expects at least 1.");
}

#[test]
fn a_wait_follows_webhooks_through_their_attempts() {
    let mut shop = Tape::shop();
    shop.play("merchant 500 200");
    let of = |status: &str, count: Json| json!({"provider": "quantum-payouts", "subject": "A", "status": status, "count": count});
    let delivered = begin(&mut shop, "deliveries/wait", &of("delivered", json!(1)));
    let pending = begin(&mut shop, "deliveries/wait", &of("pending", json!(1)));
    create(&mut shop, "A");
    assert_eq!(look(&mut shop, pending), verified(1), "the first attempt has failed");
    assert_eq!(look(&mut shop, delivered), None);
    let none = begin(&mut shop, "deliveries/wait", &of("pending", json!(0)));
    shop.play("advance 1m");
    assert_eq!([delivered, none].map(|it| look(&mut shop, it)), [verified(1), verified(0)]);
}

#[test]
fn a_wait_sees_what_happens_during_a_walk() {
    let mut shop = Tape::shop();
    perform(&mut shop, "C");
    let criteria = json!({"provider": "quantum-payouts", "where": {"body": {"payout.status": "success"}}});
    let wait = begin(&mut shop, "deliveries/wait", &criteria);
    let advance = Tape::control("POST", "clock/advance", &json!({"by": "1h"}));
    let walker = shop.sandbox.handle(shop.uptime, advance);
    assert!(shop.sandbox.is_walking(), "its webhook is under way");
    assert!(shop.sandbox.poll_answer(shop.uptime, wait).is_some(), "it is owed, and the receiver has not answered yet");
    shop.sandbox.give_up(shop.uptime, walker);
}

#[test]
fn a_reset_ends_a_wait_with_a_word() {
    let mut shop = Tape::shop();
    let wait = begin(&mut shop, "requests/wait", &json!({"operation": CREATE}));
    shop.play("control POST reset");
    let (status, document) = look(&mut shop, wait).expect("an answer");
    assert_eq!((status, &document["code"]), (410, &json!("dropped")), "{document}");
}

#[test]
fn a_sandbox_that_is_deleted_ends_its_waits_with_a_word() {
    let mut shop = Tape::shop();
    let criteria = [("requests/wait", json!({"operation": CREATE})), ("deliveries/wait", json!({}))];
    let waits = criteria.map(|(path, it)| begin(&mut shop, path, &it));
    shop.sandbox.close(playmoney::inside::kit::time::Uptime::START);
    for it in waits {
        let (status, document) = look(&mut shop, it).expect("an answer");
        assert_eq!((status, &document["code"]), (410, &json!("dropped")), "{document}");
    }
    assert_eq!(call(&mut shop, "POST", "requests/wait", &json!({"operation": CREATE})).0, 410, "nothing more will come");
}

#[test]
fn a_caller_who_goes_before_the_wait_has_begun_leaves_nothing_behind() {
    let mut shop = Tape::new(Start { mode: Mode::Real, ..Start::default() });
    for number in 0..300 {
        create(&mut shop, &number.to_string());
    }
    let criteria = json!({"operation": "quoine.createInvoice", "timeout": "1s"});
    let wait = shop.sandbox.handle(shop.uptime, Tape::control("POST", "requests/wait", &criteria));
    let answered = shop.sandbox.poll_unfinished(shop.uptime, wait).expect("the criteria are to be read");
    let Some(Work::Before(before)) = answered.work else { panic!("the criteria are to be read") };
    shop.uptime.elapsed += Duration::from_secs(1_200);
    shop.sandbox.hear_rest(shop.uptime, wait, before.finish());
    assert!(shop.sandbox.has_more(), "300 payouts have expired meanwhile, and others get their turn");
    shop.sandbox.give_up(shop.uptime, wait);
    shop.run_for(Duration::from_secs(30));
    assert_ne!(shop.sandbox.next_wakeup(shop.uptime), Some(Duration::ZERO), "nothing waits any more");
}

#[test]
fn i21_waits_are_bounded_and_a_caller_who_goes_leaves_room() {
    let mut shop = Tape::shop();
    let criteria = json!({"operation": CREATE});
    let all: Vec<Ticket> = (0..100).map(|_| begin(&mut shop, "requests/wait", &criteria)).collect();
    let (status, code, detail) = problem(&shop.ask(Tape::control("POST", "deliveries/wait", &json!({}))));
    assert_eq!((status, code.as_str()), (503, "too_many_waits"), "{detail}");
    shop.sandbox.give_up(shop.uptime, all[0]);
    begin(&mut shop, "requests/wait", &criteria);
    create(&mut shop, "A");
    assert!(all[1..].iter().all(|it| look(&mut shop, *it) == verified(1)));
}

#[test]
fn a_sandbox_that_is_deleted_begins_nothing_that_could_wait() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    let inbox = shop.sandbox.handle(shop.uptime, Tape::control("GET", "inbox/shop/messages?wait=30s", &Json::Null));
    assert!(shop.sandbox.poll_answer(shop.uptime, inbox).is_none(), "nothing has come");
    shop.sandbox.close(shop.uptime);
    let messages = shop.sandbox.poll_answer(shop.uptime, inbox).and_then(|it| it.response).expect("it waits no more");
    assert_eq!(serde_json::from_slice::<Json>(&messages.body).expect("JSON"), json!({"messages": [], "truncated": false}));
    for (method, path, body) in [
        ("POST", "clock/advance", json!({"by": "1d"})),
        ("POST", "act/quantum-payouts/manual-payout", json!({"amount": 1, "pan": "4111111111111111"})),
        ("POST", "reset", json!({})),
        ("GET", "state", Json::Null),
    ] {
        let (status, code, _) = problem(&shop.ask(Tape::control(method, path, &body)));
        assert_eq!((status, code.as_str()), (410, "dropped"), "{path}");
    }
}

#[test]
fn a_call_whose_answer_waits_is_judged_again_when_it_has_it() {
    let mut shop = Tape::shop();
    let criteria = json!({"operation": "quantum-payouts.webhook_test", "where": {"status": 200}});
    let [status, any] = [criteria, json!({"operation": "quantum-payouts.webhook_test"})].map(|it| begin(&mut shop, "requests/wait", &it));
    portal_session(&mut shop);
    let body = json!({"csrf_token": shop.noted("csrf")}).to_string();
    let request = crate::quantum_payouts::request(&mut shop, "POST", "webhook_test", &body);
    let ticket = shop.sandbox.handle(shop.uptime, request);
    let outgoing = shop.sandbox.poll_outgoing().expect("the test leaves");
    assert_eq!(shop.sandbox.poll_answer(shop.uptime, status).map(|_| ()), None, "it has no answer yet");
    assert!(shop.sandbox.poll_answer(shop.uptime, any).is_some());
    shop.play("GET /quantum-payouts/api/v1/features");
    shop.sandbox.settle(shop.uptime, &outgoing, Outcome::status(200));
    assert!(shop.sandbox.poll_answer(shop.uptime, ticket).is_some());
    assert_eq!(look(&mut shop, status), verified(1));
}
