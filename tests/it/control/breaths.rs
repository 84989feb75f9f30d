//! When more is due than a sandbox does at once, others get their turn, and each call sees the moment at which it came.

use std::time::Duration;

use playmoney::inside::engine::clock::Mode;
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::sandbox::{Sandbox, Ticket};
use serde_json::{Value as Json, json};

use crate::asking;
use crate::tape::Tape;

/// Payouts whose links expire ten minutes after the start.
const PAYOUTS: u32 = 1_500;

fn after(seconds: u64) -> Uptime {
    Uptime { elapsed: Duration::from_secs(seconds), ..Uptime::START }
}

fn payout(number: &str) -> Request {
    let body = format!(r#"{{"orderNumber":"{number}","amount":1,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#);
    Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body).with("Authorization", "Bearer qm_test_token")
}

fn crowded() -> Sandbox {
    let mut sandbox = Sandbox::new(Start { mode: Mode::Real, ..Start::default() }, Uptime::START);
    for number in 0..PAYOUTS {
        let ticket = sandbox.handle(Uptime::START, payout(&number.to_string()));
        assert!(sandbox.poll_answer(Uptime::START, ticket).is_some());
    }
    sandbox
}

/// What a caller is answered, if the answer is ready.
fn answered(sandbox: &mut Sandbox, seconds: u64, ticket: Ticket) -> Option<Json> {
    sandbox.poll_answer(after(seconds), ticket).and_then(|it| it.response).map(|it| asking::json(&it).1)
}

#[test]
fn a_call_that_comes_while_much_is_due_waits_for_its_turn() {
    let mut sandbox = crowded();
    let first = sandbox.handle(after(660), Tape::control("GET", "clock", &Json::Null));
    assert!(answered(&mut sandbox, 660, first).is_none(), "what was due comes first");
    let second = sandbox.handle(after(661), Tape::control("POST", "clock/freeze", &Json::Null));
    let third = sandbox.handle(after(662), payout("last"));
    let mut turns = 0;
    let clock = loop {
        turns += 1;
        assert_eq!(sandbox.next_wakeup(after(662 + turns)), Some(Duration::ZERO), "it goes on at once");
        sandbox.tick(after(662 + turns));
        if let Some(clock) = answered(&mut sandbox, 662 + turns, first) {
            break clock;
        }
        assert!(turns < 100, "it never catches up");
    };
    assert_eq!((&clock["now"], &clock["pending"]), (&json!("2026-01-01T00:11:00Z"), &json!(0)));
    let clock = answered(&mut sandbox, 700, second).expect("heard after the first");
    assert_eq!((&clock["mode"], &clock["now"]), (&json!("frozen"), &json!("2026-01-01T00:11:01Z")), "at the moment at which it came");
    assert_eq!(answered(&mut sandbox, 700, third).expect("heard after the second")["orderNumber"], "last");
    assert_eq!(sandbox.next_wakeup(after(700)), None);
}

#[test]
fn a_call_whose_caller_has_gone_before_it_was_heard_is_heard() {
    let mut sandbox = crowded();
    let gone = sandbox.handle(after(660), payout("last"));
    assert!(answered(&mut sandbox, 660, gone).is_none());
    sandbox.give_up(after(660), gone);
    while sandbox.next_wakeup(after(660)) == Some(Duration::ZERO) {
        sandbox.tick(after(660));
    }
    assert!(answered(&mut sandbox, 660, gone).is_none(), "its answer is thrown away");
    let last = sandbox.world().core.log.requests().last().map(|it| it.1.id);
    assert_eq!(last, Some(u64::from(PAYOUTS) + 1), "the journal has it");
}

#[test]
fn what_is_due_by_itself_is_done_in_turns() {
    let mut sandbox = crowded();
    sandbox.tick(after(660));
    let started = sandbox.world().core.log.counts().fired;
    assert!((100..u64::from(PAYOUTS)).contains(&started), "{started} of {PAYOUTS}");
    let mut turns = 1;
    while sandbox.next_wakeup(after(660)) == Some(Duration::ZERO) {
        sandbox.tick(after(660));
        turns += 1;
    }
    assert_eq!(sandbox.world().core.log.counts().fired, u64::from(PAYOUTS));
    assert!((3..20).contains(&turns), "{turns} turns");
}
