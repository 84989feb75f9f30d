//! What the report of an advance holds: on a clock that stands, all that happened since the report before it.

use playmoney::inside::engine::clock::Mode;
use playmoney::inside::engine::delivery::Outcome;
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::sandbox::{Sandbox, Ticket, driving};
use serde_json::{Value as Json, json};

use super::{call, create};
use crate::asking;
use crate::tape::{SHOP, Tape, polled};

fn payout(number: &str) -> Request {
    let body = format!(r#"{{"orderNumber":"{number}","amount":1,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#);
    Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body).with("Authorization", "Bearer qm_test_token")
}

fn shop(mode: Mode) -> Sandbox {
    Sandbox::new(Start { webhook_url: Some(SHOP.to_owned()), mode, ..Start::default() }, Uptime::START)
}

/// Puts a control call in.
fn put(sandbox: &mut Sandbox, path: &str, body: &Json) -> Ticket {
    sandbox.handle(Uptime::START, Tape::control("POST", path, body))
}

fn advance(sandbox: &mut Sandbox, body: &Json) -> Ticket {
    put(sandbox, "clock/advance", body)
}

/// The report that a caller gets.
fn report(sandbox: &mut Sandbox, ticket: Ticket) -> Json {
    let answered = driving::answer(sandbox, Uptime::START, ticket, &mut |_, _| Outcome::status(200));
    asking::json(&answered.and_then(|it| it.response).expect("the walk arrives")).1
}

/// Subject, attempt and status of each attempt in a report.
fn told(report: &Json) -> Vec<String> {
    let rows = report["deliveries"].as_array().expect("a list").iter();
    rows.map(|it| format!("{} {} {}", it["subject"].as_str().unwrap_or("?"), it["attempt"], it["status"])).collect()
}

#[test]
fn an_attempt_stands_in_one_report_whenever_its_outcome_comes() {
    let before = {
        let mut sandbox = shop(Mode::Frozen);
        sandbox.handle(Uptime::START, payout("A"));
        let left = polled(&mut sandbox);
        sandbox.settle(Uptime::START, &left[0], Outcome::status(200));
        let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
        let first = report(&mut sandbox, ticket);
        let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
        assert_eq!(report(&mut sandbox, ticket)["deliveries_total"], 0, "nothing is told twice");
        first
    };
    let during = {
        let mut sandbox = shop(Mode::Frozen);
        sandbox.handle(Uptime::START, payout("A"));
        let left = polled(&mut sandbox);
        let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
        sandbox.settle(Uptime::START, &left[0], Outcome::status(200));
        report(&mut sandbox, ticket)
    };
    assert_eq!((told(&before), &before["deliveries_total"]), (vec!["A 1 200".to_owned()], &json!(1)));
    assert_eq!(before, during);
}

#[test]
fn an_action_takes_nothing_out_of_the_next_report() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    shop.play("act quantum-payouts.submit-details orderNumber=A pan=4111111111111111");
    let all: Vec<Json> = call(&mut shop, "GET", "deliveries", &Json::Null).1["deliveries"].as_array().expect("a list").clone();
    let report = call(&mut shop, "POST", "clock/advance", &json!({"by": "0s"})).1;
    assert!(1 < all.len());
    assert_eq!(report["deliveries_total"], all.len());
}

#[test]
fn what_happened_before_a_walk_does_not_end_it() {
    let ends = |settled_before: bool| {
        let mut sandbox = shop(Mode::Frozen);
        sandbox.handle(Uptime::START, payout("A"));
        let left = polled(&mut sandbox);
        if settled_before {
            sandbox.settle(Uptime::START, &left[0], Outcome::status(500));
        }
        let ticket = advance(&mut sandbox, &json!({"until": "delivery"}));
        if !settled_before {
            sandbox.settle(Uptime::START, &left[0], Outcome::status(500));
        }
        report(&mut sandbox, ticket)
    };
    let report = ends(true);
    assert_eq!((&report["now"], told(&report)), (&json!("2026-01-01T00:00:15Z"), vec!["A 1 500".to_owned(), "A 2 200".to_owned()]));
    assert_eq!(ends(false), report, "no race decides where a walk ends");
}

#[test]
fn a_walk_whose_caller_has_gone_stands_in_the_next_report() {
    let mut sandbox = shop(Mode::Frozen);
    sandbox.handle(Uptime::START, payout("A"));
    driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
    let gone = advance(&mut sandbox, &json!({"by": "1h"}));
    sandbox.give_up(Uptime::START, gone);
    let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
    let report = report(&mut sandbox, ticket);
    assert_eq!((&report["fired_total"], told(&report)), (&json!(1), vec!["A 1 200".to_owned(), "A 1 200".to_owned()]));
}

#[test]
fn a_walk_ends_at_its_step_when_its_caller_sends_nothing_more_and_is_told_again() {
    let mut sandbox = shop(Mode::Frozen);
    sandbox.handle(Uptime::START, payout("A"));
    driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
    let walker = advance(&mut sandbox, &json!({"by": "1h"}));
    sandbox.half_close(Uptime::START, walker);
    let first = asking::json(&sandbox.poll_answer(Uptime::START, walker).and_then(|it| it.response).expect("at once")).1;
    let ended = (&first["incomplete"], &first["pending"], &first["now"], told(&first));
    assert_eq!(ended, (&json!(true), &json!(0), &json!("2026-01-01T00:10:00Z"), vec!["A 1 200".to_owned()]));
    let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
    let again = report(&mut sandbox, ticket);
    assert_eq!((&again["fired_total"], told(&again)), (&json!(1), vec!["A 1 200".to_owned(), "A 1 200".to_owned()]));
    assert_eq!(again["fired"][0]["attempt"], first["fired"][0]["attempt"], "{again}");
}

#[test]
fn a_report_that_its_caller_may_not_have_read_is_told_again() {
    let end: [fn(&mut Sandbox, Ticket); 2] =
        [|it, ticket| it.half_close(Uptime::START, ticket), |it, ticket| it.give_up(Uptime::START, ticket)];
    for end in end {
        let mut sandbox = shop(Mode::Frozen);
        sandbox.handle(Uptime::START, payout("A"));
        driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
        let walker = advance(&mut sandbox, &json!({"by": "0s"}));
        sandbox.handle(Uptime::START, payout("B"));
        driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
        end(&mut sandbox, walker);
        let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
        assert_eq!(told(&report(&mut sandbox, ticket)), ["A 1 200", "B 1 200"]);
        sandbox.half_close(Uptime::START, walker);
        let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
        assert_eq!(report(&mut sandbox, ticket)["deliveries_total"], 0, "another report was told after it");
    }
}

#[test]
fn i10_a_restored_sandbox_gives_the_same_next_report() {
    let played = |restarts: bool| {
        let mut shop = Tape::shop();
        shop.play("merchant 500 200");
        create(&mut shop, "A");
        create(&mut shop, "B");
        if restarts {
            shop.restart();
        }
        let first = call(&mut shop, "POST", "clock/advance", &json!({"until": "next"})).1;
        if restarts {
            shop.restart();
        }
        (first, call(&mut shop, "POST", "clock/advance", &json!({"by": "1h"})).1)
    };
    assert_eq!(played(true), played(false));
}

#[test]
fn i10_what_is_left_of_an_instant_is_not_what_the_next_walk_looks_for() {
    const PERFORM: &str = r#"{"orderNumber":"B","amount":2,"description":"d","target":{"pan":"4111111111111111"}}"#;
    for until in ["next", "delivery"] {
        let played = |restarts: bool| {
            let mut shop = Tape::shop();
            shop.play(r#"control PUT inbox/shop/script {"respond":[500]}"#);
            shop.play(&format!("merchant reset\nPOST /quantum-payouts/api/v1/performPayout {PERFORM}"));
            shop.play("set webhook_url=http://shop.inbox.playmoney.test/\nadvance 10s");
            let first = call(&mut shop, "POST", "clock/advance", &json!({"until": "delivery"})).1;
            if restarts {
                shop.restart();
            }
            (first, call(&mut shop, "POST", "clock/advance", &json!({"until": until})).1)
        };
        let (first, second) = played(false);
        let rows = second["deliveries"].as_array().expect("a list");
        assert_eq!(rows[0]["at"], first["now"], "the second walk begins with attempts that the first one left: {first} {second}");
        assert!(rows.iter().any(|it| it["at"] == second["now"] && it["at"] != first["now"]), "{second}");
        assert_eq!(played(true), (first, second), "{until}");
    }
}

#[test]
fn on_a_running_clock_a_report_begins_with_its_walk() {
    let mut sandbox = shop(Mode::Real);
    sandbox.handle(Uptime::START, payout("A"));
    let left = polled(&mut sandbox);
    sandbox.handle(Uptime::START, payout("B"));
    sandbox.settle(Uptime::START, &left[0], Outcome::status(200));
    let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
    assert_eq!(told(&report(&mut sandbox, ticket)), ["B 1 200"]);
    sandbox.handle(Uptime::START, payout("C"));
    driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
    put(&mut sandbox, "clock/freeze", &Json::Null);
    sandbox.handle(Uptime::START, payout("D"));
    driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
    let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
    assert_eq!(told(&report(&mut sandbox, ticket)), ["D 1 200"], "what happened since the clock stands");
}

#[test]
fn what_no_report_has_told_stays_while_the_clock_runs() {
    let modes: [&[&str]; 4] = [&["clock/scale", "clock/freeze"], &["clock/resume", "clock/freeze"], &["clock/scale"], &["clock/freeze"]];
    for calls in modes {
        let mut sandbox = shop(Mode::Frozen);
        sandbox.handle(Uptime::START, payout("A"));
        driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
        for call in calls {
            put(&mut sandbox, call, &if *call == "clock/scale" { json!({"rate": 60}) } else { Json::Null });
        }
        let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
        assert_eq!(told(&report(&mut sandbox, ticket)), ["A 1 200"], "{calls:?}");
        let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
        assert_eq!(report(&mut sandbox, ticket)["deliveries_total"], 0, "{calls:?}: nothing is told twice");
    }
}

#[test]
fn a_row_that_waits_for_its_attempt_is_completed_while_the_clock_runs() {
    let mut sandbox = shop(Mode::Frozen);
    for number in ["A", "B"] {
        sandbox.handle(Uptime::START, payout(number));
        driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(500));
    }
    let gone = advance(&mut sandbox, &json!({"by": "20s"}));
    let mut left = polled(&mut sandbox);
    assert_eq!(left.len(), 1, "B waits for A's answer");
    sandbox.give_up(Uptime::START, gone);
    put(&mut sandbox, "clock/scale", &json!({"rate": 1}));
    left.extend(polled(&mut sandbox));
    assert_eq!(left.len(), 2, "on a clock that runs, B waits for nothing");
    put(&mut sandbox, "clock/freeze", &Json::Null);
    for it in &left {
        sandbox.settle(Uptime::START, it, Outcome::status(200));
    }
    let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
    let report = report(&mut sandbox, ticket);
    let details: Vec<&Json> = report["fired"].as_array().expect("a list").iter().map(|it| &it["detail"]).collect();
    assert_eq!(details, ["payout.status_changed attempt 2", "payout.status_changed attempt 2"], "{report}");
}

#[test]
fn a_walk_that_tells_nothing_leaves_nothing_for_the_next_one_on_a_running_clock() {
    let mut sandbox = shop(Mode::Real);
    sandbox.handle(Uptime::START, payout("A"));
    driving::deliver(&mut sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
    let ticket = put(&mut sandbox, "deliveries/dlv-1/resend", &Json::Null);
    assert_eq!(report(&mut sandbox, ticket)["status"], 200);
    let ticket = advance(&mut sandbox, &json!({"by": "0s"}));
    assert_eq!(report(&mut sandbox, ticket)["deliveries_total"], 0);
}

/// Orders that expire at one instant, each with 101 attempts there.
fn crowded(orders: u32) -> Tape {
    let mut shop = Tape::shop();
    let schedule = vec!["0s"; 100];
    let settings = json!({"rate_limit": "off", "retry_schedule": schedule, "webhook_url": "http://f.inbox.playmoney.test/"});
    call(&mut shop, "PATCH", "accounts/cryptopay/default", &settings);
    call(&mut shop, "PUT", "inbox/f/script", &json!({"respond": [500]}));
    for nonce in 1..=orders {
        let body = format!(r#"{{"amount":"10","currency":"USDC","blockchain":"base","nonce":{nonce},"order_info":"{{}}"}}"#);
        let order = shop.dressed(Request::new(Method::POST, "/cryptopay/api/payment-orders/", body.into_bytes()));
        let response = shop.ask(order);
        assert_eq!(response.status, 201, "{}", String::from_utf8_lossy(&response.body));
    }
    shop
}

#[test]
fn t16_repeated_walks_through_a_crowded_instant_tell_everything() {
    let mut shop = crowded(150);
    let (mut fired, mut deliveries, mut walks) = (0, 0, 0);
    loop {
        let report = call(&mut shop, "POST", "clock/advance", &json!({"to": "2026-01-01T03:00:00Z"})).1;
        for (list, total) in [("fired", "fired_total"), ("deliveries", "deliveries_total")] {
            assert_eq!(json!(report[list].as_array().map(Vec::len)), report[total], "the list is complete");
        }
        fired += report["fired_total"].as_u64().expect("a number");
        deliveries += report["deliveries_total"].as_u64().expect("a number");
        walks += 1;
        if report["incomplete"].is_null() {
            break;
        }
    }
    assert_eq!((fired, deliveries, walks), (15_150, 15_150, 4));
}

#[test]
fn t16_what_happens_between_two_walks_stands_in_the_second_report() {
    let mut shop = crowded(60);
    let body = json!({"to": "2026-01-01T03:00:00Z"});
    let first = call(&mut shop, "POST", "clock/advance", &body).1;
    assert_eq!(first["incomplete"], true);
    let clock = call(&mut shop, "GET", "clock", &Json::Null).1;
    assert_eq!(clock["pending"], 0, "what was due happened before this call was heard");
    let second = call(&mut shop, "POST", "clock/advance", &body).1;
    let total = |it: &Json| it["deliveries_total"].as_u64().expect("a number");
    assert_eq!(total(&first) + total(&second), 6_060);
}
