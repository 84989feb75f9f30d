//! Simulated time: shown, stopped, sped up, advanced.

use std::time::Duration;

use playmoney::inside::engine::clock::Mode;
use playmoney::inside::engine::delivery::Outcome;
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::sandbox::{Sandbox, Ticket, driving};
use serde_json::{Value as Json, json};

use super::{call, create, perform, problem, refused};
use crate::asking;
use crate::tape::{SHOP, Tape, check, polled};

#[test]
fn the_clock_shows_what_comes_next() {
    let mut shop = Tape::shop();
    let idle = json!({"mode": "frozen", "now": "2026-01-01T00:00:00Z", "rate": 0, "pending": 0, "next": null});
    assert_eq!(call(&mut shop, "GET", "clock", &Json::Null), (200, idle));
    create(&mut shop, "A");
    let next = json!({"at": "2026-01-01T00:10:00Z", "kind": "timer", "provider": "quantum-payouts", "subject": "A"});
    let clock = call(&mut shop, "GET", "clock", &Json::Null).1;
    assert_eq!((&clock["pending"], &clock["next"]), (&json!(1), &next));
    shop.play("merchant 500");
    create(&mut shop, "B");
    let clock = call(&mut shop, "GET", "clock", &Json::Null).1;
    let next = json!({"at": "2026-01-01T00:00:15Z", "kind": "delivery", "provider": "quantum-payouts", "subject": "B"});
    assert_eq!((&clock["pending"], &clock["next"]), (&json!(3), &next));
    shop.play("act quantum-payouts.submit-details orderNumber=A pan=4111111111111111");
    let clock = call(&mut shop, "GET", "clock", &Json::Null).1;
    assert_eq!(clock["pending"], 4, "the link's end means nothing any more: bank, expiry of B, two retries");
}

#[test]
fn a_large_sandbox_answers_as_a_small_one() {
    const LINKS: usize = 1_500;
    let mut shop = Tape::shop();
    for number in 0..LINKS {
        create(&mut shop, &format!("A{number}"));
    }
    let clock = call(&mut shop, "GET", "clock", &Json::Null).1;
    assert_eq!((&clock["pending"], &clock["next"]["subject"]), (&json!(LINKS), &json!("A0")));
    assert_eq!(call(&mut shop, "POST", "clock/freeze", &Json::Null).1, clock);
    let (_, state) = call(&mut shop, "GET", "state", &Json::Null);
    let (status, reset) = call(&mut shop, "POST", "reset", &json!({}));
    assert_eq!((status, &reset["reset"], &reset["clock"]["pending"]), (200, &json!(true), &json!(0)));
    for _ in 0..2 {
        let (status, restored) = call(&mut shop, "PUT", "state", &state);
        assert_eq!((status, &restored["restored"], &restored["clock"]), (200, &json!(true), &clock));
    }
    let (status, begun) = call(&mut shop, "POST", "scenario", &json!({"version": 1, "name": "empty"}));
    assert_eq!((status, &begun["scenario"], &begun["clock"]["pending"]), (200, &json!("empty"), &json!(0)));
}

#[test]
fn i13_changing_the_mode_never_jumps() {
    let mut shop = Tape::shop();
    let now = |shop: &mut Tape| call(shop, "GET", "clock", &Json::Null).1["now"].as_str().expect("a time").to_owned();
    let wait = |shop: &mut Tape, seconds: u64| shop.uptime.elapsed += Duration::from_secs(seconds);
    wait(&mut shop, 100);
    assert_eq!(now(&mut shop), "2026-01-01T00:00:00Z", "frozen");
    let (status, clock) = call(&mut shop, "POST", "clock/resume", &Json::Null);
    assert_eq!((status, &clock["mode"], &clock["rate"], &clock["now"]), (200, &json!("real"), &json!(1), &json!("2026-01-01T00:00:00Z")));
    wait(&mut shop, 10);
    assert_eq!(now(&mut shop), "2026-01-01T00:00:10Z");
    let (_, clock) = call(&mut shop, "POST", "clock/scale", &json!({"rate": 60}));
    assert_eq!((&clock["mode"], &clock["rate"], &clock["now"]), (&json!("scaled"), &json!(60), &json!("2026-01-01T00:00:10Z")));
    wait(&mut shop, 2);
    assert_eq!(now(&mut shop), "2026-01-01T00:02:10Z");
    let (_, clock) = call(&mut shop, "POST", "clock/scale", &json!({"rate": 0.5}));
    assert_eq!((&clock["rate"], &clock["now"]), (&json!(0.5), &json!("2026-01-01T00:02:10Z")));
    wait(&mut shop, 2);
    let (_, clock) = call(&mut shop, "POST", "clock/freeze", &Json::Null);
    assert_eq!((&clock["mode"], &clock["now"]), (&json!("frozen"), &json!("2026-01-01T00:02:11Z")));
    wait(&mut shop, 1000);
    shop.play("advance 49s");
    call(&mut shop, "POST", "clock/resume", &Json::Null);
    assert_eq!(now(&mut shop), "2026-01-01T00:03:00Z");
}

#[test]
fn wrong_rates_are_refused() {
    let mut shop = Tape::shop();
    for rate in [json!(0), json!(-1), json!("60"), json!(1e9), json!(null), json!(true)] {
        assert_eq!(refused(&mut shop, "POST", "clock/scale", &json!({"rate": rate})).0, 422, "{rate}");
    }
    assert_eq!(refused(&mut shop, "POST", "clock/scale", &Json::Null).0, 422);
    assert_eq!(refused(&mut shop, "POST", "clock/scale", &json!({"rate": 1, "speed": 2})).0, 422);
    assert_eq!(refused(&mut shop, "POST", "clock/freeze", &json!({"rate": 1})).0, 422);
}

#[test]
fn advance_by_and_to() {
    check(
        "control/advance_by_and_to",
        r#"
        POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
        control POST clock/advance {"by":"0s"}
        control POST clock/advance {"by":"PT9M59S"}
        control POST clock/advance {"to":"2026-01-01T00:10:00Z"}
        control POST clock/advance {"to":"2026-01-01T03:10:00+03:00"}
        control POST clock/advance {"by":"1h30m"}
        control GET clock
        "#,
    );
}

#[test]
fn advance_until() {
    check(
        "control/advance_until",
        r#"
        merchant 500 204
        POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
        control POST clock/advance {"until":"next","limit":"14s"}
        control POST clock/advance {"until":"next"}
        POST /quantum-payouts/api/v1/createPayout {"orderNumber":"B","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
        # A ends at 10:00, B fifteen seconds later
        control POST clock/advance {"until":"delivery","limit":"9m"}
        control POST clock/advance {"until":"delivery"}
        control POST clock/advance {"until":"idle","limit":"14s"}
        control POST clock/advance {"until":"idle"}
        control POST clock/advance {"until":"idle"}
        control POST clock/advance {"until":"next"}
        control POST clock/advance {"until":"delivery"}
        "#,
    );
}

#[test]
fn until_next_takes_all_of_an_instant() {
    let mut shop = Tape::shop();
    shop.play("set webhook_enabled=false");
    create(&mut shop, "A");
    create(&mut shop, "B");
    shop.play("advance 1s");
    create(&mut shop, "C");
    let (_, report) = call(&mut shop, "POST", "clock/advance", &json!({"until": "next"}));
    assert_eq!((&report["fired_total"], &report["now"]), (&json!(2), &json!("2026-01-01T00:10:00Z")));
    let (_, report) = call(&mut shop, "POST", "clock/advance", &json!({"until": "next"}));
    assert_eq!((&report["fired_total"], &report["now"]), (&json!(1), &json!("2026-01-01T00:10:01Z")));
}

#[test]
fn outcomes_of_one_instant_are_applied_in_the_order_of_their_deliveries() {
    let mut shop = Tape::shop();
    let mut outgoing = Vec::new();
    for (number, url) in [("A", "http://shop.test/a"), ("B", "http://shop.test/b"), ("C", "http://shop.test/c")] {
        shop.play(&format!("set webhook_url={url}"));
        let body = format!(r#"{{"orderNumber":"{number}","amount":1,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#);
        let request = crate::quantum_payouts::request(&mut shop, "POST", "createPayout", &body);
        shop.sandbox.handle(shop.uptime, request);
        outgoing.extend(polled(&mut shop.sandbox));
    }
    assert_eq!(outgoing.len(), 3, "different targets go in parallel");
    let walker = shop.sandbox.handle(shop.uptime, Tape::control("POST", "clock/advance", &json!({"by": "0s"})));
    for it in outgoing.iter().rev() {
        shop.sandbox.settle(shop.uptime, it, Outcome::status(500));
    }
    let report = answered(&mut shop.sandbox, shop.uptime, walker).expect("all have answered").1;
    let subjects: Vec<_> = report["deliveries"].as_array().expect("a list").iter().map(|it| it["subject"].clone()).collect();
    assert_eq!(subjects, ["A", "B", "C"]);
}

#[test]
fn until_delivery_waits_for_an_answer_that_is_delayed() {
    check(
        "control/until_delivery_waits_for_an_answer_that_is_delayed",
        r#"
        set webhook_url=http://slow.inbox.playmoney.test/
        control PUT inbox/slow/script {"respond":[{"status":500,"delay":"3s"},"timeout",{"delay":"2s"}]}
        POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
        control GET clock
        control POST clock/advance {"until":"delivery"}
        control POST clock/advance {"until":"delivery"}
        control POST clock/advance {"until":"delivery"}
        "#,
    );
}

#[test]
fn time_never_falls_and_ends_with_the_year_9999() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    shop.play("advance 1m");
    for body in [
        json!({"by": "-1s"}),
        json!({"to": "2026-01-01T00:00:59Z"}),
        json!({"to": "2025-12-31T00:00:00Z"}),
        json!({"by": "8000 years"}),
        json!({"by": "PT100000000H"}),
        json!({"to": "9999-12-31T23:59:59Z"}),
        json!({"to": "10000-01-01T00:00:00Z"}),
        json!({"until": "idle", "limit": "100000000h"}),
        json!({"by": "soon"}),
        json!({"by": 60}),
        json!({"to": "tomorrow"}),
        json!({"until": "forever"}),
        json!({"by": "1s", "to": "2026-01-02T00:00:00Z"}),
        json!({"by": "1s", "limit": "2s"}),
        json!({"limit": "2s"}),
        json!({"for": "1s"}),
        json!({}),
    ] {
        assert_eq!(refused(&mut shop, "POST", "clock/advance", &body).0, 422, "{body}");
    }
    let (status, end) = call(&mut shop, "POST", "clock/advance", &json!({"to": "9999-12-30T22:00:00Z"}));
    assert_eq!((status, &end["now"]), (200, &json!("9999-12-30T22:00:00Z")));
    perform(&mut shop, "B");
    assert_eq!(refused(&mut shop, "POST", "clock/advance", &json!({"by": "1ns"})).0, 422, "this was the end");
}

/// Posts, and all that the answers let leave.
fn post(sandbox: &mut Sandbox) {
    driving::deliver(sandbox, Uptime::START, &mut |_, _| Outcome::status(200));
}

/// What a caller is answered, if their answer is ready.
fn answered(sandbox: &mut Sandbox, uptime: Uptime, ticket: Ticket) -> Option<(u16, Json)> {
    sandbox.poll_answer(uptime, ticket).and_then(|it| it.response).map(|it| asking::json(&it))
}

/// A receiver that calls back while the advance waits for it.
struct Nested {
    sandbox: Sandbox,
    answers: Vec<(u16, Json)>,
}

impl Nested {
    fn ask(&mut self, method: &str, path: &str, body: &Json) {
        let ticket = self.sandbox.handle(Uptime::START, Tape::control(method, path, body));
        let answer = answered(&mut self.sandbox, Uptime::START, ticket);
        post(&mut self.sandbox);
        self.answers.push(answer.expect("a nested call is answered at once"));
    }
}

#[test]
fn i14_a_receiver_may_act_but_not_advance() {
    let start = Start { webhook_url: Some(SHOP.to_owned()), ..Start::default() };
    let mut it = Nested { sandbox: Sandbox::new(start, Uptime::START), answers: Vec::new() };
    let body = r#"{"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#;
    let create = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body).with("Authorization", "Bearer qm_test_token");
    it.sandbox.handle(Uptime::START, create);
    post(&mut it.sandbox);
    let walker = it.sandbox.handle(Uptime::START, Tape::control("POST", "clock/advance", &json!({"by": "20m"})));
    let outgoing = polled(&mut it.sandbox);
    assert_eq!(outgoing.len(), 1, "the link has expired");
    it.sandbox.tick(Uptime::START);
    assert!(it.sandbox.poll_outgoing().is_none() && it.sandbox.poll_answer(Uptime::START, walker).is_none());
    it.ask("GET", "clock", &Json::Null);
    it.ask("POST", "act/quantum-payouts/manual-payout", &json!({"amount": 5, "pan": "4111111111111111"}));
    for path in ["clock/advance", "clock/freeze", "clock/resume", "clock/scale", "reset"] {
        let body = match path {
            "clock/advance" => json!({"by": "1s"}),
            "clock/scale" => json!({"rate": 2}),
            _ => Json::Null,
        };
        it.ask("POST", path, &body);
    }
    it.ask("PUT", "state", &json!({"playmoney_state": 4}));
    let seen: Vec<_> = it.answers.iter().map(|it| (it.0, it.1["code"].as_str().unwrap_or(""))).collect();
    let busy = (409, "advance_in_progress");
    assert_eq!(seen, [(200, ""), (200, ""), busy, busy, busy, busy, busy, busy]);
    assert_eq!(it.answers[0].1["now"], "2026-01-01T00:10:00Z", "the receiver sees the step's time");
    assert_eq!((&it.answers[1].1["settled"], &it.answers[1].1["status"]), (&json!(false), &json!("processing")));
    it.sandbox.settle(Uptime::START, &outgoing[0], Outcome::status(200));
    post(&mut it.sandbox);
    let (status, report) = answered(&mut it.sandbox, Uptime::START, walker).expect("the walk arrives");
    assert_eq!((status, &report["now"]), (200, &json!("2026-01-01T00:20:00Z")));
    assert_eq!(report["deliveries_total"], 6, "the first event, the expiry, three of the payout by hand, and its success");
}

#[test]
fn t16_a_receiver_that_causes_its_own_next_webhook_ends_the_walk() {
    let start = Start { webhook_url: Some(SHOP.to_owned()), ..Start::default() };
    let mut sandbox = Sandbox::new(start, Uptime::START);
    let next = |sandbox: &mut Sandbox, n: u32| {
        let body = format!(r#"{{"orderNumber":"{n}","amount":1,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#);
        let create = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body).with("Authorization", "Bearer qm_test_token");
        sandbox.handle(Uptime::START, create);
    };
    next(&mut sandbox, 0);
    let walker = sandbox.handle(Uptime::START, Tape::control("POST", "clock/advance", &json!({"by": "0s"})));
    for n in 1..20_000 {
        for it in polled(&mut sandbox) {
            next(&mut sandbox, n);
            sandbox.settle(Uptime::START, &it, Outcome::status(200));
        }
        if let Some((status, report)) = answered(&mut sandbox, Uptime::START, walker) {
            assert_eq!((status, &report["incomplete"], &report["now"]), (200, &json!(true), &json!("2026-01-01T00:00:00Z")));
            assert_eq!(report["deliveries_total"], 10_000);
            return;
        }
    }
    panic!("the walk goes on for ever");
}

#[test]
fn a_real_clock_lets_things_happen_by_themselves() {
    let start = Start { webhook_url: Some(SHOP.to_owned()), mode: Mode::Real, ..Start::default() };
    let mut shop = Tape::new(start);
    perform(&mut shop, "A");
    assert_eq!(shop.sandbox.next_wakeup(shop.uptime), Some(Duration::from_secs(5)));
    shop.play("wait 4999ms");
    assert_eq!(shop.posted.len(), 3);
    shop.play("wait 1ms");
    assert_eq!(shop.posted.len(), 4);
    assert_eq!(shop.sandbox.next_wakeup(shop.uptime), None);
}

#[test]
fn a_walk_holds_a_real_clock_and_lets_it_go_on_from_there() {
    let start = Start { webhook_url: Some(SHOP.to_owned()), mode: Mode::Real, ..Start::default() };
    let mut sandbox = Sandbox::new(start, Uptime::START);
    let after = |secs: u64| Uptime { elapsed: Duration::from_secs(secs), ..Uptime::START };
    let body = r#"{"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#;
    let create = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body).with("Authorization", "Bearer qm_test_token");
    sandbox.handle(Uptime::START, create);
    post(&mut sandbox);
    let now = |sandbox: &mut Sandbox, secs: u64| {
        let ticket = sandbox.handle(after(secs), Tape::control("GET", "clock", &Json::Null));
        answered(sandbox, after(secs), ticket).expect("at once").1["now"].as_str().expect("a time").to_owned()
    };
    let walker = sandbox.handle(after(10), Tape::control("POST", "clock/advance", &json!({"by": "20m"})));
    let outgoing = polled(&mut sandbox);
    assert_eq!(outgoing.len(), 1, "the link has expired");
    assert_eq!(now(&mut sandbox, 30), "2026-01-01T00:10:00Z", "time stands while the receiver thinks");
    sandbox.settle(after(41), &outgoing[0], Outcome::status(200));
    assert!(answered(&mut sandbox, after(41), walker).is_some());
    assert_eq!(now(&mut sandbox, 41), "2026-01-01T00:20:10Z");
    assert_eq!(now(&mut sandbox, 44), "2026-01-01T00:20:13Z");
}

#[test]
fn a_caller_that_hangs_up_ends_the_walk_at_its_step() {
    let start = Start { webhook_url: Some(SHOP.to_owned()), ..Start::default() };
    let mut sandbox = Sandbox::new(start, Uptime::START);
    let body = r#"{"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#;
    let create = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body).with("Authorization", "Bearer qm_test_token");
    sandbox.handle(Uptime::START, create);
    post(&mut sandbox);
    let walker = sandbox.handle(Uptime::START, Tape::control("POST", "clock/advance", &json!({"by": "1h"})));
    sandbox.give_up(Uptime::START, walker);
    post(&mut sandbox);
    assert!(answered(&mut sandbox, Uptime::START, walker).is_none());
    let ticket = sandbox.handle(Uptime::START, Tape::control("GET", "clock", &Json::Null));
    assert_eq!(answered(&mut sandbox, Uptime::START, ticket).expect("at once").1["now"], "2026-01-01T00:10:00Z");
    let again = sandbox.handle(Uptime::START, Tape::control("POST", "clock/advance", &json!({"by": "0s"})));
    assert_eq!(answered(&mut sandbox, Uptime::START, again).expect("the next caller may advance").0, 200);
}

#[test]
fn what_the_control_api_does_not_have() {
    let mut shop = Tape::shop();
    let (status, code, detail) = refused(&mut shop, "GET", "clok", &Json::Null);
    assert_eq!((status, code.as_str()), (404, "not_found"));
    assert!(detail.contains("The nearest is /__admin/clock."), "{detail}");
    for path in ["furl", "xyz", "sand/default/x"] {
        let (status, _, detail) = refused(&mut shop, "GET", path, &Json::Null);
        assert!(status == 404 && !detail.contains("nearest"), "{detail}");
    }
    for (path, hint) in [("/nope", "paths begin with a provider"), ("/quoin/x", "the nearest provider is /quoine")] {
        let response = shop.ask(Request::new(Method::GET, path, ""));
        let said = response.headers["playmoney-hint"].to_str().expect("text").to_owned();
        assert!(said.starts_with(hint), "{path}: {said}");
    }
    let response = shop.ask(Tape::control("DELETE", "clock", &Json::Null));
    assert_eq!(problem(&response).0, 405);
    assert_eq!(response.headers["allow"], "GET, HEAD, OPTIONS");
    let (status, index) = call(&mut shop, "GET", "", &Json::Null);
    assert_eq!(status, 200);
    assert!(index["calls"].as_array().is_some_and(|all| all.iter().any(|it| it["path"] == "/__admin/clock/advance")));
    assert_eq!(call(&mut shop, "GET", "health", &Json::Null).1["status"], "ok");
}

#[test]
fn a_walk_reports_everything_however_small_the_journal_is() {
    let reported = |journal_bytes_max: usize| {
        let start = Start { webhook_url: Some(SHOP.to_owned()), journal_bytes_max, ..Start::default() };
        let mut shop = Tape::new(start);
        shop.play("merchant 500 timeout 200");
        for number in ["A", "B", "C"] {
            create(&mut shop, number);
        }
        perform(&mut shop, "D");
        call(&mut shop, "POST", "clock/advance", &json!({"by": "9h"})).1
    };
    let report = reported(playmoney::inside::engine::log::BYTES_MAX);
    assert!(report["fired_total"].as_u64() > Some(5) && report["deliveries_total"].as_u64() > Some(5), "{report}");
    assert_eq!(reported(0), report);
    assert_eq!(reported(1_000), report);
}
