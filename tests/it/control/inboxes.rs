//! Built-in inboxes: what they answer, and how their messages are read.

use serde_json::{Value as Json, json};

use super::deliveries::{INBOX, deliveries, scripted};
use super::{call, create, exported, refused};
use crate::tape::Tape;
use playmoney::inside::kit::http::{Method, Request};

/// A request to an inbox, as a foreign sender makes it.
fn post(shop: &mut Tape, body: &[u8]) -> (u16, Option<String>, Vec<u8>) {
    let answer = shop.ask(Request::new(Method::POST, "/__admin/inbox/shop", body.to_vec()));
    let kind = answer.headers.get("content-type").map(|it| it.to_str().expect("text").to_owned());
    (answer.status.as_u16(), kind, answer.body.to_vec())
}

/// The ids and bodies of the messages of an inbox.
fn messages(shop: &mut Tape, query: &str) -> Vec<(Json, Json)> {
    let (status, document) = call(shop, "GET", &format!("inbox/shop/messages{query}"), &Json::Null);
    assert_eq!(status, 200, "{document}");
    document["messages"].as_array().expect("a list").iter().map(|it| (it["id"].clone(), it["body"].clone())).collect()
}

#[test]
fn an_answer_of_an_inbox_has_headers_and_a_body() {
    let mut shop = scripted(&json!([
        {"status": 301, "headers": {"Location": "https://shop.test/new", "X-Count": 2}, "body": "moved"},
        {"status": 422, "body": {"b": 1.50, "a": [null]}},
        {"status": 200, "body": "/wD+", "encoding": "base64"},
        {"status": 200, "body": ""},
    ]));
    create(&mut shop, "A");
    shop.play("advance 1h");
    let attempts = deliveries(&mut shop, "")[0]["attempts"].clone();
    assert_eq!(attempts[0]["response"], json!({"headers": {"location": "https://shop.test/new", "x-count": "2"}, "body": "moved"}));
    assert_eq!((&attempts[0]["status"], &attempts[0]["error"]), (&json!(301), &Json::Null));
    assert_eq!(attempts[1]["response"]["headers"], json!({"content-type": "application/json"}));
    assert_eq!(attempts[2]["response"], json!({"headers": {}, "body": "/wD+", "encoding": "base64"}));
    call(&mut shop, "PUT", "inbox/shop/script", &json!({"respond": [{"body": "/wD+", "encoding": "base64"}, {"body": [1]}, 204]}));
    assert_eq!(post(&mut shop, b""), (200, Some("text/plain; charset=utf-8".to_owned()), vec![255, 0, 254]));
    assert_eq!(post(&mut shop, b""), (200, Some("application/json".to_owned()), b"[1]".to_vec()));
    assert_eq!(post(&mut shop, b"").0, 204);
}

#[test]
fn a_body_in_json_is_sent_as_it_was_written() {
    let mut shop = Tape::shop();
    let script = r#"{"respond": [{"body": {"b": 1.50, "a": "\/"}}]}"#;
    let request = Request::new(Method::PUT, "/__admin/inbox/shop/script", script).with("Content-Type", "application/json");
    assert_eq!(shop.ask(request).status, 200);
    assert_eq!(post(&mut shop, b"").2, br#"{"b": 1.50, "a": "\/"}"#);
}

#[test]
fn a_receiver_fails_in_five_ways() {
    let mut shop = scripted(&json!(["refused", "dns", "tls", "reset", "timeout", 200]));
    create(&mut shop, "A");
    shop.play("advance until idle");
    let attempts = deliveries(&mut shop, "")[0]["attempts"].clone();
    let errors: Vec<&Json> = attempts.as_array().expect("a list").iter().map(|it| &it["error"]).collect();
    assert_eq!(errors, [&json!("refused"), &json!("dns"), &json!("tls"), &json!("reset"), &json!("timeout"), &Json::Null]);
}

#[test]
fn a_step_that_is_wrong_is_said() {
    let mut shop = Tape::shop();
    for (step, said) in [
        (json!("refuse"), "the nearest is \"refused\""),
        (json!({"heders": {}}), "the nearest is `headers`"),
        (json!({"headers": []}), "is not a mapping of headers"),
        (json!({"headers": {"a b": "c"}}), "`a b` with \"c\" is not a header"),
        (json!({"headers": {"Content-Length": 7}}), "is not a header that an answer of an inbox can have"),
        (json!({"body": "%", "encoding": "base64"}), "`body` is not base64"),
        (json!({"body": [1], "encoding": "base64"}), "`body` is not a text"),
        (json!({"body": "a", "encoding": "hex"}), "its only value is \"base64\""),
        (json!({"body": "x".repeat(16 * 1024 + 1)}), "of an answer 16384 are kept"),
        (json!({"status": 204, "body": "x"}), "the status 204 has no body"),
    ] {
        let (status, _, problem) = refused(&mut shop, "PUT", "inbox/shop/script", &json!({"respond": [step]}));
        assert!(status == 422 && problem.contains(said), "{step}: {status} {problem}");
    }
}

#[test]
fn messages_are_counted_on_while_they_are_dropped_and_removed() {
    let mut shop = Tape::shop();
    for body in ["a", "b", "c"] {
        post(&mut shop, body.as_bytes());
    }
    assert_eq!(messages(&mut shop, "?since=msg-1"), [(json!("msg-2"), json!("b")), (json!("msg-3"), json!("c"))]);
    assert_eq!(messages(&mut shop, "?newest=1"), [(json!("msg-3"), json!("c"))]);
    assert_eq!(messages(&mut shop, "?newest=2&since=msg-2"), [(json!("msg-3"), json!("c"))]);
    assert_eq!(messages(&mut shop, "?since=2026-01-01T00:00:01Z"), []);
    let (status, removed) = call(&mut shop, "DELETE", "inbox/shop/messages", &Json::Null);
    assert_eq!((status, removed), (200, json!({"inbox": "shop", "removed": 3})));
    assert_eq!(messages(&mut shop, ""), []);
    post(&mut shop, b"d");
    assert_eq!(messages(&mut shop, "?since=msg-3"), [(json!("msg-4"), json!("d"))]);
    shop.play("restart");
    post(&mut shop, b"e");
    assert_eq!(messages(&mut shop, "?since=msg-4"), [(json!("msg-5"), json!("e"))]);
    assert_eq!(call(&mut shop, "DELETE", "inbox/other/messages", &Json::Null).1["removed"], 0);
}

#[test]
fn a_caller_waits_for_as_many_messages_as_it_wants() {
    let mut shop = Tape::shop();
    post(&mut shop, b"a");
    let ask = |query: &str| Request::new(Method::GET, &format!("/__admin/inbox/shop/messages{query}"), "");
    let waiting = shop.sandbox.handle(shop.uptime, ask("?wait=5s&count=2&since=msg-1"));
    for body in ["b", "c"] {
        assert!(shop.sandbox.poll_answer(shop.uptime, waiting).is_none(), "before {body}");
        post(&mut shop, body.as_bytes());
    }
    let answer = shop.sandbox.poll_answer(shop.uptime, waiting).expect("there are two");
    let document: Json = serde_json::from_slice(&answer.response.expect("an answer").body).expect("JSON");
    assert_eq!(document["messages"].as_array().map(Vec::len), Some(2));
    assert_eq!(messages(&mut shop, "?wait=1s&count=9").len(), 3, "patience ends");
    assert_eq!(refused(&mut shop, "GET", "inbox/shop/messages?count=0", &Json::Null).0, 422);
    assert_eq!(refused(&mut shop, "GET", "inbox/shop/messages?wait=-1s", &Json::Null).0, 422);
}

#[test]
fn other_bytes_come_through_an_inbox_and_the_journal_without_loss() {
    let mut shop = Tape::shop();
    let (_, journal) = call(&mut shop, "GET", "requests", &Json::Null);
    assert_eq!(journal["requests"], json!([]));
    post(&mut shop, &[0, 255, 128]);
    shop.ask(Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", vec![0, 255, 128]));
    let (_, inbox) = call(&mut shop, "GET", "inbox/shop/messages", &Json::Null);
    let (_, journal) = call(&mut shop, "GET", "requests", &Json::Null);
    for it in [&inbox["messages"][0], &journal["requests"][0]["request"]] {
        assert_eq!((&it["body"], &it["encoding"]), (&json!("AP+A"), &json!("base64")), "{it}");
    }
}

#[test]
fn i10_scripts_are_saved_and_judged() {
    let mut shop = scripted(&json!([{"status": 503, "headers": {"Retry-After": "5"}, "body": "later"}, "dns", 200]));
    let saved = exported(&mut shop);
    let mut other = Tape::shop();
    assert_eq!(call(&mut other, "PUT", "state", &saved).0, 200);
    for it in [&mut shop, &mut other] {
        create(it, "A");
        it.play("advance until idle");
    }
    assert_eq!(deliveries(&mut shop, ""), deliveries(&mut other, ""));
    assert_eq!(deliveries(&mut shop, "")[0]["url"], INBOX);
    for (place, value) in [("status", json!(99)), ("headers", json!([["content-length", "1"]])), ("body", json!("x".repeat(20_000)))] {
        let mut broken = saved.clone();
        broken["core"]["inboxes"]["shop"]["script"][0]["answer"][place] = value;
        let (status, _, problem) = refused(&mut other, "PUT", "state", &broken);
        assert!(status == 422 && problem.contains("/core/inboxes/shop"), "{place}: {status} {problem}");
    }
}
