//! In which order attempts leave, and their outcomes are applied.

use std::time::Duration;

use playmoney::inside::engine::clock::Mode;
use playmoney::inside::engine::delivery::{Outcome, Outgoing};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::sandbox::{Sandbox, Ticket};
use serde_json::{Value as Json, json};

use crate::asking;
use crate::tape::{SHOP, Tape, polled};

mod asked;

/// A sandbox, and the attempts under way.
struct Driven {
    sandbox: Sandbox,
    uptime: Uptime,
    under_way: Vec<Outgoing>,
    /// What has left, in order: subject, number, copy.
    left: Vec<String>,
}

impl Driven {
    fn new(mode: Mode) -> Self {
        let start = Start { webhook_url: Some(SHOP.to_owned()), mode, ..Start::default() };
        let sandbox = Sandbox::new(start, Uptime::START);
        Self { sandbox, uptime: Uptime::START, under_way: Vec::new(), left: Vec::new() }
    }

    /// The first attempts for two payouts were answered with 500.
    fn with_two_refused(mode: Mode) -> Self {
        let mut it = Self::new(mode);
        it.create("A");
        it.create("B");
        it.settle(0, 500);
        it.settle(0, 500);
        it
    }

    /// A copy of the sandbox, and what leaves it at once.
    fn forked(&self) -> Self {
        let sandbox = self.sandbox.fork("copy", Some(SHOP), self.uptime);
        let mut copy = Self { sandbox, uptime: self.uptime, under_way: Vec::new(), left: Vec::new() };
        copy.look();
        copy
    }

    /// What leaves now is under way.
    fn look(&mut self) {
        for it in polled(&mut self.sandbox) {
            let subject = self.sandbox.world().core.outbox.get(it.id.delivery).map_or(String::new(), |it| it.subject.clone());
            self.left.push(format!("{subject} {} {}", it.id.number, it.id.copy));
            self.under_way.push(it);
        }
    }

    fn create(&mut self, number: &str) {
        let body = format!(r#"{{"orderNumber":"{number}","amount":1,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#);
        let request = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body);
        self.sandbox.handle(self.uptime, request.with("Authorization", "Bearer qm_test_token"));
        self.look();
    }

    fn control(&mut self, method: &str, path: &str, body: &Json) -> Option<Json> {
        let ticket = self.sandbox.handle(self.uptime, Tape::control(method, path, body));
        let answered = self.sandbox.poll_answer(self.uptime, ticket);
        self.look();
        answered.and_then(|it| it.response).map(|it| asking::json(&it).1)
    }

    /// The attempt at that place of those under way is answered.
    fn settle(&mut self, place: usize, status: u16) {
        let it = self.under_way.remove(place);
        self.sandbox.settle(self.uptime, &it, Outcome::status(status));
        self.look();
    }

    fn set_url(&mut self, url: &str) {
        self.control("PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": url}));
    }

    fn wait(&mut self, seconds: u64) {
        self.uptime.elapsed += Duration::from_secs(seconds);
        self.sandbox.tick(self.uptime);
        self.look();
    }

    /// Puts a control call in that is not answered yet.
    fn put(&mut self, path: &str, body: &Json) -> Ticket {
        let ticket = self.sandbox.handle(self.uptime, Tape::control("POST", path, body));
        self.look();
        ticket
    }

    fn answer(&mut self, ticket: Ticket) -> Option<Json> {
        let answered = self.sandbox.poll_answer(self.uptime, ticket);
        answered.and_then(|it| it.response).map(|it| asking::json(&it).1)
    }

    fn rule(&mut self, then: &Json) {
        let rule = json!({"on": "quantum-payouts:webhook", "when": {"times": 1}, "then": then});
        self.control("POST", "rules", &rule).expect("a rule");
    }
}

#[test]
fn retries_of_one_instant_to_one_target_leave_one_after_another_while_the_clock_stands() {
    let mut it = Driven::with_two_refused(Mode::Frozen);
    it.control("POST", "clock/advance", &json!({"by": "20s"}));
    assert_eq!(it.left, ["A 1 0", "B 1 0", "A 2 0"], "B waits for A's answer");
    it.settle(0, 200);
    assert_eq!(it.left, ["A 1 0", "B 1 0", "A 2 0", "B 2 0"]);
    it.settle(0, 200);
    assert_eq!(it.control("GET", "clock", &Json::Null).expect("at once")["now"], "2026-01-01T00:00:20Z");
}

#[test]
fn a_retry_and_the_events_that_follow_it_leave_in_the_order_in_which_they_were_made() {
    let mut it = Driven::new(Mode::Frozen);
    it.create("A");
    it.settle(0, 500);
    it.control("POST", "clock/advance", &json!({"by": "20s"}));
    it.create("B");
    it.create("C");
    assert_eq!(it.left, ["A 1 0", "A 2 0"], "the receiver calls back before it answers");
    it.settle(0, 200);
    it.settle(0, 200);
    it.settle(0, 200);
    assert_eq!(it.left, ["A 1 0", "A 2 0", "B 1 0", "C 1 0"]);
}

#[test]
fn on_a_running_clock_retries_wait_for_nothing() {
    let mut it = Driven::with_two_refused(Mode::Real);
    it.wait(15);
    assert_eq!(it.left, ["A 1 0", "B 1 0", "A 2 0", "B 2 0"]);
}

#[test]
fn what_waits_for_its_turn_leaves_when_the_clock_runs_again() {
    let mut it = Driven::with_two_refused(Mode::Frozen);
    let walker = it.sandbox.handle(it.uptime, Tape::control("POST", "clock/advance", &json!({"by": "20s"})));
    it.look();
    it.sandbox.give_up(it.uptime, walker);
    it.control("GET", "clock", &Json::Null);
    assert_eq!(it.left.len(), 3, "B waits for A's answer");
    it.control("POST", "clock/resume", &Json::Null);
    assert_eq!(it.left.last().map(String::as_str), Some("B 2 0"));
}

#[test]
fn a_retry_that_waited_goes_to_the_address_that_is_set_when_it_leaves() {
    let mut it = Driven::with_two_refused(Mode::Frozen);
    it.control("POST", "clock/advance", &json!({"by": "20s"}));
    it.set_url("http://shop.test/new");
    it.settle(0, 200);
    assert_eq!(it.under_way[0].url, "http://shop.test/new");
}

#[test]
fn i10_what_waits_for_its_turn_is_part_of_the_state() {
    let mut it = Driven::with_two_refused(Mode::Frozen);
    it.control("POST", "clock/advance", &json!({"by": "20s"}));
    let mut copy = it.forked();
    copy.settle(0, 200);
    assert_eq!(copy.left, ["A 2 0", "B 2 0"], "what was under way is sent again, then what waits for it");
}

#[test]
fn what_is_sent_again_leaves_one_after_another_while_the_clock_stands() {
    let mut it = Driven::with_two_refused(Mode::Real);
    it.wait(15);
    assert_eq!(it.left[2..], ["A 2 0", "B 2 0"], "the clock runs");
    it.control("POST", "clock/freeze", &Json::Null);
    let mut copy = it.forked();
    assert_eq!(copy.left, ["A 2 0"]);
    copy.settle(0, 200);
    assert_eq!(copy.left, ["A 2 0", "B 2 0"]);
    let sandbox = it.sandbox.fork("copy", Some(SHOP), it.uptime);
    let mut copy = Driven { sandbox, uptime: it.uptime, under_way: Vec::new(), left: Vec::new() };
    copy.control("POST", "clock/resume", &Json::Null);
    copy.wait(1);
    assert_eq!(copy.left, ["A 2 0", "B 2 0"], "on a clock that runs they wait for nothing");
}

#[test]
fn a_copy_leaves_when_the_one_before_it_has_an_outcome() {
    for mode in [Mode::Frozen, Mode::Real] {
        let mut it = Driven::new(mode);
        it.rule(&json!({"duplicate": 3}));
        it.create("A");
        it.create("B");
        assert_eq!(it.left, ["A 1 0"]);
        it.settle(0, 200);
        assert_eq!(it.left[1], "A 1 1");
        if mode == Mode::Real {
            assert_eq!(it.left[2], "B 1 0", "a first attempt waits for the outcome of the one before it, not for copies");
            continue;
        }
        it.settle(0, 500);
        it.settle(0, 500);
        it.settle(0, 200);
        assert_eq!(it.left, ["A 1 0", "A 1 1", "A 1 2", "B 1 0"]);
        let all = it.control("GET", "deliveries", &Json::Null).expect("at once");
        assert_eq!(all["deliveries"][0]["status"], "delivered", "the first decides");
    }
}

#[test]
fn copies_leave_together_when_the_rule_says_so() {
    let mut it = Driven::new(Mode::Frozen);
    it.rule(&json!({"duplicate": {"copies": 3, "together": true}}));
    it.create("A");
    it.create("B");
    assert_eq!(it.left, ["A 1 0", "A 1 1", "A 1 2"]);
    it.settle(2, 200);
    it.settle(1, 200);
    it.settle(0, 500);
    assert_eq!(it.left[3..], ["B 1 0"], "whatever arrives first, the first made decides");
    let all = it.control("GET", "deliveries", &Json::Null).expect("at once");
    assert_eq!(all["deliveries"][0]["status"], "pending");
}

#[test]
fn a_webhook_that_is_moved_behind_the_next_one_delays_no_walk() {
    let mut it = Driven::new(Mode::Frozen);
    it.rule(&json!({"reorder": true}));
    it.create("A");
    assert!(it.left.is_empty());
    it.create("B");
    it.settle(0, 500);
    it.settle(0, 200);
    assert_eq!(it.left, ["B 1 0", "A 1 0"]);
    it.rule(&json!({"reorder": true}));
    it.create("C");
    it.control("POST", "clock/advance", &json!({"by": "5m"}));
    while !it.under_way.is_empty() {
        it.settle(0, 200);
    }
    assert_eq!(it.left[2..], ["B 2 0", "C 1 0"]);
    assert_eq!(it.control("GET", "clock", &Json::Null).expect("at once")["now"], "2026-01-01T00:05:00Z");
}

#[test]
fn an_outcome_that_waits_for_an_older_attempt_is_applied_when_the_clock_runs() {
    let mut it = Driven::new(Mode::Frozen);
    it.set_url("http://shop.test/slow");
    it.create("A");
    it.set_url("http://shop.test/fast");
    it.create("B");
    it.settle(1, 500);
    it.control("POST", "clock/scale", &json!({"rate": 60}));
    it.wait(1);
    assert_eq!(it.left, ["A 1 0", "B 1 0", "B 2 0"], "a slow receiver delays nothing but its own deliveries");
}

#[test]
fn a_report_lists_attempts_in_the_order_in_which_their_webhooks_were_made() {
    let mut it = Driven::new(Mode::Frozen);
    it.set_url("http://shop.test/one");
    it.create("A");
    it.create("B");
    it.set_url("http://shop.test/two");
    it.create("C");
    it.set_url("http://shop.test/one");
    it.settle(0, 200);
    assert_eq!(it.left, ["A 1 0", "C 1 0", "B 1 0"], "B waits for A's answer, so C leaves before it");
    it.settle(0, 200);
    it.settle(0, 200);
    let report = it.control("POST", "clock/advance", &json!({"by": "0s"})).expect("at once");
    let subjects: Vec<&Json> = report["deliveries"].as_array().expect("a list").iter().map(|it| &it["subject"]).collect();
    assert_eq!(subjects, ["A", "B", "C"]);
}

/// Plays the same requests with four targets; `pick` chooses which of the attempts under way is answered next.
fn played(mut pick: impl FnMut(usize) -> usize) -> (Json, Json, Json) {
    let mut it = Driven::new(Mode::Frozen);
    it.rule(&json!({"duplicate": 2}));
    for number in 0..12 {
        it.set_url(&format!("http://shop.test/{}", number % 4));
        it.create(&number.to_string());
    }
    it.set_url(SHOP);
    let walker = it.sandbox.handle(it.uptime, Tape::control("POST", "clock/advance", &json!({"by": "30m"})));
    it.look();
    let report = loop {
        if let Some(answered) = it.sandbox.poll_answer(it.uptime, walker) {
            break asking::json(&answered.response.expect("an answer")).1;
        }
        let place = pick(it.under_way.len());
        let got = it.under_way[place].id;
        let status = if (got.delivery + u64::from(got.number)).is_multiple_of(3) { 200 } else { 503 };
        it.settle(place, status);
    };
    let deliveries = it.control("GET", "deliveries", &Json::Null).expect("at once");
    (report, deliveries, it.control("GET", "state", &Json::Null).expect("at once"))
}

#[test]
fn i7_the_order_in_which_answers_arrive_decides_nothing() {
    let first = played(|_| 0);
    assert!(first.0["deliveries_total"].as_u64() > Some(30), "{}", first.0);
    assert_eq!(played(|count| count - 1), first);
    for seed in 1..20_usize {
        let mut drawn = seed;
        let picked = played(|count| {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (drawn >> 33) % count
        });
        assert_eq!(picked, first, "seed {seed}");
    }
}
