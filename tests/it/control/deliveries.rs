//! Webhooks and their attempts: listed, sent again, received by an inbox.

use playmoney::inside::engine::delivery::{Failure, Outcome, Remarks};
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{call, create, exported, perform, refused};
use crate::tape::{Tape, check};

pub const INBOX: &str = "http://shop.inbox.playmoney.test/hooks?a=1";

pub fn deliveries(shop: &mut Tape, query: &str) -> Vec<Json> {
    let (status, document) = call(shop, "GET", &format!("deliveries{query}"), &Json::Null);
    assert_eq!(status, 200, "{document}");
    document["deliveries"].as_array().expect("a list").clone()
}

/// A shop whose webhooks go to an inbox that answers like this.
pub fn scripted(respond: &Json) -> Tape {
    let mut shop = Tape::shop();
    shop.play(&format!("set pace=manual webhook_url={INBOX}"));
    assert_eq!(call(&mut shop, "PUT", "inbox/shop/script", &json!({"respond": respond})).0, 200);
    shop
}

/// When each attempt of a delivery left, in seconds since the beginning, and what came of it.
fn attempts(delivery: &Json) -> Vec<(i64, Json)> {
    let start: playmoney::inside::kit::time::Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    let told = |it: &Json| {
        let at: playmoney::inside::kit::time::Timestamp = it["at"].as_str().expect("a time").parse().expect("a time");
        let outcome = if it["error"].is_null() { it["status"].clone() } else { it["error"].clone() };
        (at.duration_since(start).as_secs(), outcome)
    };
    delivery["attempts"].as_array().expect("a list").iter().map(told).collect()
}

#[test]
fn filters_choose_by_equality() {
    let mut shop = Tape::shop();
    perform(&mut shop, "A");
    shop.play("merchant 500");
    create(&mut shop, "B");
    let count = |shop: &mut Tape, query: &str| deliveries(shop, query).len();
    for (query, found) in [
        ("", 4),
        ("?subject=A", 3),
        ("?subject=a", 0),
        ("?status=pending", 1),
        ("?status=delivered&subject=A", 3),
        ("?status=failed", 0),
        ("?provider=quantum-payouts&event=payout.status_changed", 4),
        ("?event=payment_expired", 0),
        ("?subject=", 4),
        ("?limit=0", 0),
        ("?limit=3", 3),
        ("?since=dlv-1", 3),
        ("?since=dlv-1&limit=2", 2),
        ("?since=dlv-4", 0),
        ("?since=2026-01-01T00:00:00Z", 4),
        ("?since=2027-01-01T00:00:00Z", 0),
        ("?newest=9", 4),
    ] {
        assert_eq!(count(&mut shop, query), found, "{query}");
    }
    let mut ids = |query: &str| -> Vec<Json> { deliveries(&mut shop, query).iter().map(|it| it["id"].clone()).collect() };
    assert_eq!(ids("?newest=2"), ["dlv-3", "dlv-4"]);
    assert_eq!(ids("?newest=2&limit=1&subject=A"), ["dlv-2", "dlv-3"], "it goes before `limit`");
    for query in
        ["?colour=red", "?provider=quine", "?event=payout.created", "?status=sent", "?limit=-1", "?newest=0", "?since=soon", "?since=req-1"]
    {
        assert_eq!(refused(&mut shop, "GET", &format!("deliveries{query}"), &Json::Null).0, 422, "{query}");
    }
}

#[test]
fn i1_each_event_is_one_delivery_with_all_that_was_sent() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    let all = deliveries(&mut shop, "");
    assert_eq!(all.len(), 1);
    let (it, attempt) = (&all[0], &all[0]["attempts"][0]);
    let posted = &shop.posted[0];
    assert_eq!((&it["id"], &it["status"], &it["next_attempt_at"]), (&json!("dlv-1"), &json!("delivered"), &Json::Null));
    assert_eq!(
        (&it["event"], &it["subject"], &it["url"]),
        (&json!("payout.status_changed"), &json!("A"), &json!("http://shop.test/hooks"))
    );
    assert_eq!((&attempt["number"], &attempt["status"], &attempt["error"]), (&json!(1), &json!(200), &Json::Null));
    assert_eq!(attempt["request"]["body"].as_str().map(str::as_bytes), Some(&*posted.body));
    assert_eq!(attempt["signed"], attempt["request"]["body"], "what was signed is what was sent");
    for (name, value) in &posted.headers {
        let shown = attempt["request"]["headers"].as_object().expect("headers").iter().find(|it| it.0.eq_ignore_ascii_case(name.as_str()));
        assert_eq!(shown.map(|it| it.1), Some(&json!(value.to_str().expect("text"))));
    }
}

#[test]
fn a_resend_stands_outside_the_schedule() {
    check(
        "control/a_resend_stands_outside_the_schedule",
        r#"
        set pace=manual
        merchant 500 500 500 204
        POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}
        advance 5s
        control POST deliveries/dlv-1/resend
        control GET clock
        advance 10s
        control POST deliveries/dlv-1/resend
        control GET clock
        control POST deliveries/dlv-1/resend
        "#,
    );
}

#[test]
fn a_failed_delivery_is_delivered_by_a_resend() {
    let mut shop = Tape::shop();
    shop.play("merchant 500");
    create(&mut shop, "A");
    shop.play("advance 7h\nmerchant 500 200");
    assert_eq!(deliveries(&mut shop, "?status=failed").len(), 1, "the expiry's schedule is not over yet");
    let (status, attempt) = call(&mut shop, "POST", "deliveries/dlv-1/resend", &Json::Null);
    assert_eq!((status, &attempt["number"], &attempt["status"], &attempt["resend"]), (200, &json!(11), &json!(500), &json!(true)));
    assert_eq!(deliveries(&mut shop, "?status=failed").len(), 1);
    let (_, attempt) = call(&mut shop, "POST", "deliveries/dlv-1/resend", &Json::Null);
    assert_eq!((&attempt["number"], &attempt["status"]), (&json!(12), &json!(200)));
    assert_eq!(deliveries(&mut shop, "?status=failed").len(), 0);
}

#[test]
fn a_failure_that_comes_after_a_resend_was_accepted_books_nothing() {
    let mut shop = scripted(&json!(["timeout", 200]));
    create(&mut shop, "A");
    assert_eq!(call(&mut shop, "POST", "deliveries/dlv-1/resend", &Json::Null).1["status"], 200);
    shop.play("advance 10s");
    let it = &deliveries(&mut shop, "")[0];
    assert_eq!(attempts(it), [(0, json!("timeout")), (0, json!(200))]);
    assert_eq!((&it["status"], &it["next_attempt_at"]), (&json!("delivered"), &Json::Null));
}

#[test]
fn a_resend_gives_nobody_else_a_turn() {
    let mut shop = scripted(&json!(["timeout", 500, 200]));
    create(&mut shop, "A");
    create(&mut shop, "B");
    call(&mut shop, "POST", "deliveries/dlv-1/resend", &Json::Null);
    assert_eq!(attempts(&deliveries(&mut shop, "?subject=B")[0]), [], "A's first attempt has no outcome yet");
    shop.play("advance 10s");
    assert_eq!(attempts(&deliveries(&mut shop, "?subject=B")[0]), [(10, json!(200))]);
}

#[test]
fn a_resend_to_nowhere_changes_nothing() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    shop.play("set webhook_url=null");
    let (status, code, _) = refused(&mut shop, "POST", "deliveries/dlv-1/resend", &Json::Null);
    assert_eq!((status, code.as_str()), (409, "no_target"));
    for name in ["dlv-2", "dlv-0", "dlv-", "1", "dlv-99999999999999999999"] {
        assert_eq!(refused(&mut shop, "POST", &format!("deliveries/{name}/resend"), &Json::Null).0, 404, "{name}");
    }
}

#[test]
fn i3_nothing_goes_to_a_target_that_was_taken_away() {
    let mut shop = Tape::shop();
    shop.play("merchant 500");
    create(&mut shop, "A");
    shop.play("set webhook_url=null\nadvance 1h");
    assert_eq!(shop.posted.len(), 1);
    let ended = deliveries(&mut shop, "?status=failed");
    assert_eq!((ended.len(), &ended[0]["ended"], &ended[0]["next_attempt_at"]), (1, &json!("no_target"), &Json::Null));
    let notes = shop.admin("GET", "requests", &Json::Null)["notes"].clone();
    assert_eq!(notes[0]["text"], "dlv-1 (payout.status_changed for A) ends after 1 attempt: it has no address any more", "{notes}");
    shop.play("set webhook_url=http://shop.test/new\nadvance 1h");
    assert_eq!(shop.posted.len(), 1, "what was given up stays so");
}

#[test]
fn a_retry_goes_to_the_url_that_is_set_when_it_leaves() {
    let mut shop = Tape::shop();
    shop.play("merchant 500 200");
    create(&mut shop, "A");
    shop.play("set webhook_url=http://shop.test/new\nadvance 15s");
    let urls: Vec<&str> = shop.posted.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, ["http://shop.test/hooks", "http://shop.test/new"]);
}

#[test]
fn first_attempts_leave_in_event_order_also_when_the_target_moves() {
    let mut shop = scripted(&json!([{"delay": "9s"}, 200]));
    perform(&mut shop, "A");
    shop.play("set webhook_url=http://new.inbox.playmoney.test/");
    call(&mut shop, "PUT", "inbox/new/script", &json!({"respond": [{"delay": "5s"}, 200]}));
    create(&mut shop, "B");
    create(&mut shop, "C");
    shop.play("advance 1m");
    let all: Vec<_> = deliveries(&mut shop, "").iter().map(|it| (it["url"].as_str().expect("a URL").len(), attempts(it)[0].0)).collect();
    let (old, new) = (INBOX.len(), "http://new.inbox.playmoney.test/".len());
    // The old target answers the first after 9 s. The two behind it go to the new one, after B, whose answer takes 5 s, and C.
    assert_eq!(all, [(old, 0), (new, 9), (new, 9), (new, 0), (new, 5)]);
}

#[test]
fn a_target_that_moves_to_a_busy_one_waits_there() {
    let mut shop = scripted(&json!([{"delay": "3s"}, 200]));
    perform(&mut shop, "A");
    shop.play("set webhook_url=http://new.inbox.playmoney.test/");
    call(&mut shop, "PUT", "inbox/new/script", &json!({"respond": [{"delay": "8s"}, 200]}));
    create(&mut shop, "B");
    create(&mut shop, "C");
    shop.play("advance 1m");
    let first: Vec<i64> = deliveries(&mut shop, "").iter().map(|it| attempts(it)[0].0).collect();
    assert_eq!(first, [0, 8, 8, 0, 8], "one at a time, and those that have waited longer before C");
    let order: Vec<Json> = call(&mut shop, "GET", "inbox/new/messages", &Json::Null).1["messages"].as_array().expect("a list").clone();
    let told = |it: &Json| {
        let body: Json = serde_json::from_str(it["body"].as_str().expect("text")).expect("JSON");
        format!("{} {}", body["payout"]["externalId"].as_str().expect("a number"), body["payout"]["status"].as_str().expect("a status"))
    };
    assert_eq!(order.iter().map(told).collect::<Vec<_>>(), ["B uploaded", "A created", "A processing", "C uploaded"]);
}

#[test]
fn i2_a_slow_inbox_costs_simulated_time_only() {
    let mut shop = scripted(&json!([{"status": 200, "delay": "9999ms"}]));
    create(&mut shop, "A");
    let pending = deliveries(&mut shop, "?status=pending");
    assert_eq!(attempts(&pending[0]), [(0, Json::Null)], "no outcome yet");
    shop.play("advance 9999ms");
    assert_eq!(deliveries(&mut shop, "?status=delivered")[0]["attempts"][0]["duration_ms"], 9999);
    let mut shop = scripted(&json!(["timeout", "reset", {"status": 200, "delay": "10s"}, {"delay": "1s", "status": 503}, 201]));
    create(&mut shop, "A");
    shop.play("advance 10m");
    let seen = attempts(&deliveries(&mut shop, "?subject=A")[0]);
    let reset = json!("reset");
    let timeout = json!("timeout");
    assert_eq!(seen, [(0, timeout.clone()), (15, reset), (45, timeout), (105, json!(503)), (405, json!(201))]);
}

#[test]
fn a_test_webhook_takes_no_turn_behind_a_slow_one() {
    let mut shop = scripted(&json!(["timeout", {"status": 202, "delay": "3s"}, 200]));
    create(&mut shop, "A");
    let (status, body) = crate::quantum_payouts::portal(&mut shop, "webhook_test", &json!({}));
    let body: Json = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &body["delivery"]), (200, &json!({"status": 202, "duration_ms": 3000})));
    assert_eq!(deliveries(&mut shop, "?subject=TEST")[0]["status"], "delivered");
}

#[test]
fn an_inbox_keeps_what_arrives_with_a_verdict_on_it() {
    let mut shop = scripted(&json!([]));
    create(&mut shop, "A");
    shop.play("set webhook_signed=false");
    create(&mut shop, "B");
    let by_hand = |body: &str, headers: &[(&str, &str)]| {
        let request = Request::new(Method::PUT, "/__admin/inbox/shop?x=2", body.as_bytes().to_vec());
        headers.iter().fold(request, |it, (name, value)| it.with(name, value))
    };
    shop.ask(by_hand("hello", &[]));
    shop.ask(by_hand("{}", &[("X-Payouts-Event", "payout.status_changed"), ("X-Payouts-Signature", "sha256=00")]));
    let (_, document) = call(&mut shop, "GET", "inbox/shop/messages", &Json::Null);
    let messages = document["messages"].as_array().expect("a list");
    let seen: Vec<_> =
        messages.iter().map(|it| [&it["method"], &it["path"], &it["provider"], &it["signature"]].map(Clone::clone)).collect();
    let quantum = json!("quantum-payouts");
    assert_eq!(
        seen,
        [
            [json!("POST"), json!("/hooks?a=1"), quantum.clone(), json!("valid")],
            [json!("POST"), json!("/hooks?a=1"), quantum.clone(), json!("unsigned")],
            [json!("PUT"), json!("/__admin/inbox/shop?x=2"), Json::Null, json!("unsigned")],
            [json!("PUT"), json!("/__admin/inbox/shop?x=2"), quantum, json!("invalid")],
        ]
    );
    assert_eq!((&messages[2]["body"], &messages[2]["at"]), (&json!("hello"), &json!("2026-01-01T00:00:00Z")));
}

#[test]
fn scripts_are_read_whole_or_not_at_all() {
    let mut shop = Tape::shop();
    for body in [
        json!({}),
        json!({"respond": 500}),
        json!({"respond": [600]}),
        json!({"respond": [100]}),
        json!({"respond": [200.5]}),
        json!({"respond": ["late"]}),
        json!({"respond": [200, {"status": 200, "delay": "later"}]}),
        json!({"respond": [{"status": 200, "delay": 11}]}),
        json!({"respond": [{"code": 200}]}),
        json!({"respond": [null]}),
        json!({"respond": vec![200; 1001]}),
        json!({"respond": [200], "repeat": true}),
    ] {
        assert_eq!(refused(&mut shop, "PUT", "inbox/shop/script", &body).0, 422, "{body}");
    }
    for name in ["Shop", "a_b", "a.b", &"x".repeat(64)] {
        assert_eq!(refused(&mut shop, "PUT", &format!("inbox/{name}/script"), &json!({"respond": []})).0, 422, "{name}");
    }
    assert_eq!(refused(&mut shop, "GET", "inbox/shop/messages?wait=long", &Json::Null).0, 422);
    assert_eq!(refused(&mut shop, "GET", "inbox/shop/messages?since=1", &Json::Null).0, 422);
}

#[test]
fn waiting_for_a_message_ends_with_one_or_with_patience() {
    let mut shop = Tape::shop();
    let (status, document) = call(&mut shop, "GET", "inbox/shop/messages?wait=5s", &Json::Null);
    assert_eq!((status, document), (200, json!({"messages": [], "truncated": false})));
    shop.play(&format!("set webhook_url={INBOX}"));
    create(&mut shop, "A");
    let (_, document) = call(&mut shop, "GET", "inbox/shop/messages?wait=5s", &Json::Null);
    assert_eq!(document["messages"].as_array().map(Vec::len), Some(1));
}

#[test]
fn i21_inboxes_are_bounded_in_number_and_in_bytes() {
    let mut shop = Tape::shop();
    let receive = |shop: &mut Tape, name: &str, bytes: usize| {
        let request = Request::new(Method::POST, &format!("/__admin/inbox/{name}"), vec![b'x'; bytes]);
        shop.ask(request).status.as_u16()
    };
    for _ in 0..9 {
        assert_eq!(receive(&mut shop, "big", 1024 * 1024), 200);
    }
    let (_, document) = call(&mut shop, "GET", "inbox/big/messages", &Json::Null);
    assert_eq!((document["messages"].as_array().map(Vec::len), &document["truncated"]), (Some(7), &json!(true)));
    for n in 1..1000 {
        assert_eq!(receive(&mut shop, &format!("box-{n}"), 0), 200);
    }
    assert_eq!(receive(&mut shop, "one-too-many", 0), 409);
    assert_eq!(receive(&mut shop, "box-1", 0), 200);
    shop.play("set webhook_url=http://one-too-many.inbox.playmoney.test/");
    create(&mut shop, "A");
    assert_eq!(attempts(&deliveries(&mut shop, "")[0]), [(0, json!(503))]);
}

#[test]
fn what_comes_back_after_a_reset_means_nothing() {
    let mut shop = scripted(&json!([{"delay": "5s"}]));
    create(&mut shop, "A");
    shop.play("control POST reset");
    let fresh = exported(&mut shop);
    shop.play("set webhook_url=http://shop.test/hooks");
    let mut request = crate::quantum_payouts::request(&mut shop, "POST", "createPayout", "");
    request.body = r#"{"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#.into();
    shop.sandbox.handle(shop.uptime, request);
    let outgoing = crate::tape::polled(&mut shop.sandbox);
    assert!(!outgoing.is_empty());
    shop.play("control POST reset");
    for it in &outgoing {
        shop.sandbox.settle(shop.uptime, it, Outcome::status(500));
        assert!(shop.sandbox.poll_outgoing().is_none());
    }
    assert_eq!(exported(&mut shop), fresh, "no answer of an earlier generation is booked");
    shop.play("advance 1h");
    assert_eq!(deliveries(&mut shop, ""), [] as [Json; 0]);
}

#[test]
fn what_the_sender_says_stands_at_the_attempt() {
    let mut shop = Tape::shop();
    shop.play("set webhook_url=http://shop.test/hooks");
    let mut request = crate::quantum_payouts::request(&mut shop, "POST", "createPayout", "");
    request.body = r#"{"orderNumber":"A","amount":1,"urls":{"returnUrl":"https://shop.test/ok"}}"#.into();
    shop.sandbox.handle(shop.uptime, request);
    let outgoing = crate::tape::polled(&mut shop.sandbox);
    let (detail, hint) = (Some("the name did not resolve".to_owned()), Some("try again".to_owned()));
    let remarks = Remarks { detail, hint, marked: true, waited_ms: None };
    let outcome = Outcome { remarks: remarks.boxed(), ..Outcome::failed(Failure::Dns) };
    shop.sandbox.settle(shop.uptime, &outgoing[0], outcome);
    let attempt = deliveries(&mut shop, "")[0]["attempts"][0].clone();
    assert_eq!(
        (&attempt["error"], &attempt["detail"], &attempt["hint"]),
        (&json!("dns"), &json!("the name did not resolve"), &json!("try again"))
    );
    assert_eq!(attempt["request"]["headers"]["Playmoney-Delivery"], format!("dlv-{}", outgoing[0].id.delivery));
    let saved = exported(&mut shop);
    shop.admin("PUT", "state", &saved);
    assert_eq!(deliveries(&mut shop, "")[0]["attempts"][0], attempt, "a saved state keeps it");
}
