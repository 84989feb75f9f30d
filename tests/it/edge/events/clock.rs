//! The stream of a clock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use playmoney::Timestamp;
use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::clock::{Mode, Rate};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::secret::Secret;
use serde_json::{Value as Json, json};

use super::{Stream, holding, inbox};
use crate::net::{Receiver, admin, answered, eventually, perform, request, send, server, shop};

const STREAM: &str = "/__admin/clock/stream";

async fn advance(server: &Server, by: &str) {
    admin(server, "POST", "clock/advance", &json!({"by": by})).await;
}

/// What the next event says of the clock, without the real time; that is a date.
async fn told(stream: &mut Stream) -> Json {
    let mut event = stream.next().await.expect("an event");
    assert_eq!((event.kind.as_str(), &event.id), ("clock", &None));
    let real = event.data.as_object_mut().and_then(|it| it.remove("at_real")).expect("a real time");
    assert!(real.as_str().expect("text").parse::<Timestamp>().expect("RFC 3339").as_second() > 1_767_225_600, "{real}");
    event.data
}

fn frozen(now: &str) -> Json {
    json!({"now": format!("2026-01-01T{now}Z"), "mode": "frozen", "rate": 0})
}

#[tokio::test]
async fn it_begins_with_the_present_state_and_tells_what_changes() {
    let server = inbox().await;
    let mut stream = Stream::open(&server, STREAM, &[]).await;
    assert_eq!((stream.status, stream.headers["content-type"].to_str().expect("text")), (200, "text/event-stream"));
    assert_eq!(stream.headers["cache-control"], "no-store");
    assert_eq!(told(&mut stream).await, frozen("00:00:00"));
    // What leaves the clock as it is tells nothing.
    perform(&server, "A").await;
    admin(&server, "POST", "clock/freeze", &json!({})).await;
    advance(&server, "0s").await;
    advance(&server, "31m").await;
    assert_eq!(told(&mut stream).await, frozen("00:31:00"), "a walk that waits for no receiver is one step");
    admin(&server, "POST", "clock/scale", &json!({"rate": 60})).await;
    let scaled = told(&mut stream).await;
    assert_eq!((&scaled["mode"], &scaled["rate"]), (&json!("scaled"), &json!(60)));
    admin(&server, "POST", "clock/resume", &json!({})).await;
    let real = told(&mut stream).await;
    assert_eq!((&real["mode"], &real["rate"]), (&json!("real"), &json!(1)));
    advance(&server, "1h").await;
    while told(&mut stream).await["now"].as_str().expect("a time") < "2026-01-01T01:31:00" {}
    admin(&server, "POST", "reset", &json!({})).await;
    assert_eq!(told(&mut stream).await, frozen("00:00:00"), "also backwards");
    let mut later = Stream::open(&server, STREAM, &[]).await;
    assert_eq!(told(&mut later).await, frozen("00:00:00"));
    let state = admin(&server, "GET", "state", &Json::Null).await;
    advance(&server, "1d").await;
    assert_eq!(told(&mut stream).await["now"], "2026-01-02T00:00:00Z");
    admin(&server, "PUT", "state", &state).await;
    assert_eq!(told(&mut stream).await, frozen("00:00:00"), "a saved state sets the clock");
    server.stop().await;
    for it in [&mut stream, &mut later] {
        let told = it.until("stopped").await;
        assert_eq!(told.last().map(|it| &it.data), Some(&json!({})));
        assert_eq!(it.next().await, None);
    }
}

#[tokio::test]
async fn each_moment_at_which_a_receiver_is_waited_for_is_told() {
    // The receiver answers when the stream has told its moment.
    let (seen, to) = (Arc::new(Mutex::new(Vec::new())), Arc::new(OnceLock::new()));
    let (told_by_now, calls) = (Arc::clone(&seen), Arc::clone(&to));
    let receiver = Receiver::start(move |_| {
        let (seen, to) = (Arc::clone(&told_by_now), *calls.get().expect("the server runs"));
        Box::pin(async move {
            let now = send(to, request("GET", "/__admin/clock", &Json::Null)).await.json()["now"].clone();
            eventually(async || seen.lock().expect("no panic").contains(&now)).await;
            answered(200)
        })
    });
    let server = shop(&receiver.await.url()).await;
    to.set(server.address()).expect("once");
    let mut stream = Stream::open(&server, STREAM, &[]).await;
    perform(&server, "A").await;
    let walk = tokio::spawn(send(server.address(), request("POST", "/__admin/clock/advance", &json!({"by": "1h"}))));
    let mut now = Json::Null;
    while now != "2026-01-01T01:00:00Z" {
        now = told(&mut stream).await["now"].clone();
        seen.lock().expect("no panic").push(now.clone());
    }
    let walk = walk.await.expect("no panic").json();
    let mut left: Vec<Json> = walk["deliveries"].as_array().expect("a list").iter().map(|it| it["at"].clone()).collect();
    left.dedup();
    assert!(1 < left.len(), "{walk}");
    left.push(now);
    assert_eq!(*seen.lock().expect("no panic"), left);
}

#[tokio::test]
async fn a_walk_on_a_running_clock_stops_it_and_lets_it_go_on() {
    let held = Arc::new(AtomicBool::new(true));
    let slow = Mode::Scaled(Rate::parse("0.001").expect("a rate"));
    let webhook_url = Some(holding(&held).await.url());
    let server = server(Start { mode: slow, webhook_url, ..Start::default() }).await;
    let mut stream = Stream::open(&server, STREAM, &[]).await;
    assert_eq!(told(&mut stream).await["rate"], json!(0.001));
    perform(&server, "A").await;
    let walk = tokio::spawn(send(server.address(), request("POST", "/__admin/clock/advance", &json!({"by": "1h"}))));
    let stands = told(&mut stream).await;
    assert_eq!((&stands["mode"], &stands["rate"]), (&json!("scaled"), &json!(0)));
    held.store(false, Ordering::Release);
    assert_eq!(walk.await.expect("no panic").status, 200);
    let mut last = stands;
    while last["rate"] == 0 {
        last = told(&mut stream).await;
    }
    assert!("2026-01-01T01:00:00" < last["now"].as_str().expect("a time"), "{last}");
}

#[tokio::test]
async fn it_is_of_one_sandbox_and_ends_with_it() {
    let server = server(Start::default()).await;
    for name in ["a", "b"] {
        admin(&server, "POST", "sandboxes", &json!({"name": name})).await;
    }
    let mut stream = Stream::open(&server, "/__admin/sandboxes/a/clock/stream", &[]).await;
    let mut same = Stream::open(&server, "/s/a/__admin/clock/stream", &[]).await;
    for it in [&mut stream, &mut same] {
        assert_eq!(told(it).await, frozen("00:00:00"));
    }
    admin(&server, "POST", "sandboxes/b/clock/advance", &json!({"by": "1h"})).await;
    admin(&server, "POST", "sandboxes/a/clock/advance", &json!({"by": "1s"})).await;
    for it in [&mut stream, &mut same] {
        assert_eq!(told(it).await, frozen("00:00:01"));
    }
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    let mut ended = stream.next().await;
    while let Some(it) = ended.as_ref().filter(|it| it.kind == "clock") {
        assert_eq!(it.data["now"], "2026-01-01T00:00:01Z", "only the end is told");
        ended = stream.next().await;
    }
    assert_eq!(ended.map(|it| (it.kind, it.data)), Some(("deleted".to_owned(), json!({}))));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn t5_t15_it_needs_the_token_and_a_place() {
    let guarded = Server::start(Config { admin_token: Some(Secret::issued("right")), ..Config::default() }).await.expect("a free port");
    assert_eq!(Stream::open(&guarded, STREAM, &[]).await.status, 401);
    let mut stream = Stream::open(&guarded, STREAM, &[("authorization", "Bearer right")]).await;
    assert_eq!(told(&mut stream).await, frozen("00:00:00"));
    let server = server(Start::default()).await;
    assert_eq!(Stream::open(&server, "/__admin/clock/stream?since=1", &[]).await.status, 422);
    let mut open = Vec::new();
    for _ in 0..100 {
        let path = if open.len() % 2 == 0 { STREAM } else { "/__admin/events" };
        open.push(Stream::open(&server, path, &[]).await);
    }
    assert_eq!(Stream::open(&server, STREAM, &[]).await.status, 503);
}
