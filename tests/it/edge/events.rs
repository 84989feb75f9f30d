//! What happens, told while it happens.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

use super::holding;
use crate::net::{admin, perform, portal_session, request, send, server, shop};

mod clock;
mod late;
mod pages;
mod refused;

/// The inbox of the sandbox itself.
const INBOX: &str = "http://shop.inbox.playmoney.test/";

/// One event.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    id: Option<String>,
    kind: String,
    data: Json,
}

/// A stream of events. Dropping it hangs up.
struct Stream {
    status: u16,
    headers: http::HeaderMap,
    body: Incoming,
    text: String,
    events: VecDeque<Event>,
    connection: JoinHandle<()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Stream {
    /// Opens one with these headers.
    async fn open(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let stream = socket.connect(server.address()).await.expect("it listens");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a connection");
        let connection = tokio::spawn(async move {
            _ = connection.await;
        });
        let mut request = http::Request::get(path);
        if headers.iter().all(|it| it.0 != "host") {
            request = request.header("host", server.address().to_string());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = sender.send_request(request.body(Full::<Bytes>::default()).expect("a request")).await.expect("an answer");
        let (head, body) = answer.into_parts();
        let (status, headers, events) = (head.status.as_u16(), head.headers, VecDeque::new());
        Self { status, headers, body, text: String::new(), events, connection }
    }

    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(Duration::from_secs(30), self.read()).await.expect("it comes")
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            if let Some(it) = self.events.pop_front() {
                return Some(it);
            }
            let frame = self.body.frame().await?.ok()?;
            self.text += std::str::from_utf8(&frame.into_data().expect("data")).expect("text");
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                self.events.extend(event(&block));
            }
        }
    }

    /// The next events, up to the first of that kind.
    async fn until(&mut self, kind: &str) -> Vec<Event> {
        let mut all = Vec::new();
        while let Some(it) = self.next().await {
            let found = it.kind == kind;
            all.push(it);
            if found {
                return all;
            }
        }
        panic!("no {kind} after {all:?}");
    }

    /// All events up to that place in the log.
    async fn up_to(&mut self, sequence: u64) -> Vec<Event> {
        let mut all: Vec<Event> = Vec::new();
        while all.last().is_none_or(|it| it.data["sequence"].as_u64().is_none_or(|own| own < sequence)) {
            all.push(self.next().await.expect("more events"));
        }
        all
    }
}

/// Reads a block as a browser does.
fn event(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(": "));
    let data = serde_json::from_str(field("data")?).expect("JSON");
    Some(Event { id: field("id").map(str::to_owned), kind: field("event").expect("a kind").to_owned(), data })
}

fn kinds(events: &[Event]) -> Vec<&str> {
    events.iter().map(|it| it.kind.as_str()).collect()
}

/// The facts of an event, in one line.
fn in_words(event: &Event) -> String {
    let fact = |name: &&str| {
        let fact = &event.data[*name];
        let text = fact.as_str().map_or_else(|| fact.to_string(), str::to_owned);
        if fact.is_null() { String::new() } else { format!(" {text}") }
    };
    let facts: String = ["id", "operation", "event", "subject", "to", "error", "attempt", "status"].iter().map(fact).collect();
    format!("{}{facts}", event.kind)
}

async fn inbox() -> Server {
    server(Start { webhook_url: Some(INBOX.to_owned()), ..Start::default() }).await
}

/// Lets everything happen that is due at this moment and within a minute.
async fn pass(server: &Server) {
    admin(server, "POST", "clock/advance", &json!({"by": "1m"})).await;
}

#[tokio::test]
async fn what_happens_is_told_in_its_order() {
    let server = inbox().await;
    let mut stream = Stream::open(&server, "/__admin/events", &[]).await;
    let header = |name: &str| stream.headers.get(name).and_then(|it| it.to_str().ok());
    assert_eq!((stream.status, header("content-type"), header("cache-control")), (200, Some("text/event-stream"), Some("no-store")));
    assert_eq!((header("x-accel-buffering"), header("content-length")), (Some("no"), None));
    assert_eq!((header("playmoney-time"), header("playmoney-sandbox")), (Some("2026-01-01T00:00:00Z"), Some("default")));
    perform(&server, "A").await;
    pass(&server).await;
    send(server.address(), request("GET", "/quantum-payouts/api/v1/features", &Json::Null)).await;
    let mut events = stream.until("clock").await;
    events.extend(stream.until("request").await);
    assert_eq!(
        events.iter().map(in_words).collect::<Vec<_>>(),
        [
            "request req-1 quantum-payouts.performPayout A 200",
            "change A uploaded",
            "change A created",
            "change A processing",
            "attempt dlv-1 payout.status_changed A 1",
            "webhook dlv-1 payout.status_changed A 1 200",
            "attempt dlv-2 payout.status_changed A 1",
            "webhook dlv-2 payout.status_changed A 1 200",
            "attempt dlv-3 payout.status_changed A 1",
            "webhook dlv-3 payout.status_changed A 1 200",
            "timer A",
            "change A success",
            "attempt dlv-4 payout.status_changed A 1",
            "webhook dlv-4 payout.status_changed A 1 200",
            "clock",
            "request req-2 quantum-payouts.features 200",
        ]
    );
    let sequences: Vec<_> = events.iter().map(|it| it.data["sequence"].as_u64().expect("a number")).collect();
    assert!(sequences.is_sorted_by(|one, two| one < two), "{sequences:?}");
    let timer = &events.iter().find(|it| it.kind == "timer").expect("a timer").data;
    assert_eq!((&timer["at"], &timer["detail"]), (&json!("2026-01-01T00:00:05Z"), &json!("processing to success (pace 5s)")));
    let journal = admin(&server, "GET", "requests", &Json::Null).await;
    let listed: Vec<&Json> = journal["requests"].as_array().expect("a list").iter().map(|it| &it["id"]).collect();
    let told: Vec<&Json> = events.iter().filter(|it| it.kind == "request").map(|it| &it.data["id"]).collect();
    assert_eq!(told, listed);
}

#[tokio::test]
async fn a_reader_that_comes_back_misses_nothing_and_reads_nothing_twice() {
    let server = inbox().await;
    let mut read: Vec<Event> = Vec::new();
    let mut last = String::new();
    for (round, count) in [0, 1, 3, 5, 11, 2].into_iter().enumerate() {
        let headers: &[_] = if last.is_empty() { &[] } else { &[("last-event-id", &*last)] };
        let mut stream = Stream::open(&server, "/__admin/events?since=0", headers).await;
        for _ in 0..count {
            read.push(stream.next().await.expect("an event"));
        }
        last = read.last().and_then(|it| it.id.clone()).unwrap_or_default();
        drop(stream);
        perform(&server, &format!("A{round}")).await;
        pass(&server).await;
        if round == 3 {
            admin(&server, "POST", "reset", &Json::Null).await;
            let mut stream = Stream::open(&server, "/__admin/events", &[("last-event-id", &last)]).await;
            let lagged = stream.next().await.expect("an event");
            assert_eq!((lagged.kind.as_str(), lagged.data["sequence"].is_u64()), ("lagged", true));
            let reset = stream.next().await.expect("an event");
            assert_eq!(reset.kind, "reset");
            last = reset.id.expect("an id");
            read.clear();
            perform(&server, "B").await;
            pass(&server).await;
        }
    }
    let mut stream = Stream::open(&server, "/__admin/events", &[("last-event-id", &last)]).await;
    read.extend(stream.until("clock").await);
    perform(&server, "Z").await;
    read.extend(stream.until("change").await);
    let end = read.last().expect("events").data["sequence"].as_u64().expect("a number");
    let mut whole = Stream::open(&server, "/__admin/events?since=0", &[]).await.up_to(end).await;
    assert_eq!(kinds(&whole[..2]), ["lagged", "reset"]);
    whole.drain(..2);
    read.retain(|it| whole[0].data["sequence"].as_u64() <= it.data["sequence"].as_u64());
    assert_eq!(read, whole);
}

#[tokio::test]
async fn a_reader_of_another_sandbox_of_that_name_begins_anew() {
    let server = inbox().await;
    let events = async |last: &str| {
        let mut stream = Stream::open(&server, "/s/a/__admin/events?since=0", &[("last-event-id", last)]).await;
        stream.next().await.expect("an event")
    };
    let make = async || {
        admin(&server, "POST", "sandboxes", &json!({"name": "a"})).await;
        send(server.address(), request("GET", "/s/a/nothing", &Json::Null)).await;
    };
    make().await;
    let first = events("0").await;
    assert_eq!((first.kind.as_str(), &first.data["sequence"]), ("request", &json!(1)));
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    make().await;
    let second = events(first.id.as_deref().expect("an id")).await;
    assert_eq!((second.kind.as_str(), &second.data["sequence"]), ("request", &json!(1)));
    assert_ne!(second.id, first.id);
    assert_eq!(events("17").await.data["sequence"], 1, "a number that it does not have yet");
}

#[tokio::test]
async fn i28_secrets_from_outside_are_masked_in_events() {
    let server = inbox().await;
    let mut stream = Stream::open(&server, "/__admin/events", &[]).await;
    admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_secret": "brought-from-outside"})).await;
    send(server.address(), request("GET", "/quantum-payouts/brought-from-outside", &Json::Null)).await;
    let event = stream.next().await.expect("an event");
    assert_eq!(event.data["message"], "GET /quantum-payouts/***side");
    assert!(!event.data.to_string().contains("brought-from"), "{event:?}");
}

#[tokio::test]
async fn i21_a_reader_learns_how_much_it_has_missed_and_reads_on() {
    let server = server(Start { journal_bytes_max: 6_000, ..Start::default() }).await;
    for number in 0..50 {
        perform(&server, &format!("A{number}")).await;
    }
    let mut stream = Stream::open(&server, "/__admin/events?since=3", &[]).await;
    let (lagged, next) = (stream.next().await.expect("an event"), stream.next().await.expect("an event"));
    assert_eq!(lagged.kind, "lagged");
    let (missed, at) = (lagged.data["missed"].as_u64().expect("a number"), lagged.data["sequence"].as_u64().expect("a number"));
    assert_eq!((at, next.data["sequence"].as_u64()), (3 + missed, Some(at + 1)), "{lagged:?} {next:?}");
    assert!(lagged.data["message"].as_str().is_some_and(|it| it.contains("--journal-bytes")), "{lagged:?}");
}

#[tokio::test]
async fn i21_a_reader_who_is_too_slow_learns_what_it_has_missed() {
    let server = server(Start { journal_bytes_max: 50_000, ..Start::default() }).await;
    let mut stream = Stream::open(&server, "/__admin/events", &[]).await;
    let path = format!("/{}", "x".repeat(10_000));
    for _ in 0..1_500 {
        send(server.address(), request("GET", &path, &Json::Null)).await;
    }
    let (mut at, mut missed) = (0, 0);
    while at < 1_500 {
        let event = stream.next().await.expect("an event");
        let count = event.data["missed"].as_u64().unwrap_or(1);
        at += count;
        missed += if event.kind == "lagged" { count } else { 0 };
        assert_eq!(event.data["sequence"].as_u64(), Some(at), "{}", event.kind);
    }
    assert!(0 < missed && missed < 1_500, "{missed}");
}

#[tokio::test]
async fn two_readers_read_the_same_and_each_what_it_has_asked_for() {
    let server = inbox().await;
    let mut streams = Vec::new();
    for query in ["", "", "?kind=change", "?provider=quoine", "?kind=request&provider=quantum-payouts"] {
        streams.push(Stream::open(&server, &format!("/__admin/events{query}"), &[]).await);
    }
    perform(&server, "A").await;
    let account = send(server.address(), request("GET", "/quoine/api/v1/profile", &Json::Null)).await;
    assert_eq!(account.status, 401);
    pass(&server).await;
    let [both, again] = [streams[0].until("clock").await, streams[1].until("clock").await];
    assert_eq!(both, again);
    let wanted = |fits: fn(&&Event) -> bool| both.iter().filter(fits).cloned().collect::<Vec<_>>();
    let asked = [
        wanted(|it| it.kind == "change"),
        wanted(|it| it.data["provider"] == "quoine"),
        wanted(|it| it.kind == "request" && it.data["provider"] == "quantum-payouts"),
    ];
    for (stream, wanted) in streams[2..].iter_mut().zip(asked) {
        assert!(!wanted.is_empty());
        for it in wanted {
            assert_eq!(stream.next().await, Some(it));
        }
    }
}

#[tokio::test]
async fn a_reset_is_told_and_a_deletion_ends_the_stream() {
    let server = inbox().await;
    admin(&server, "POST", "sandboxes", &json!({"name": "a"})).await;
    let mut stream = Stream::open(&server, "/__admin/sandboxes/a/events", &[]).await;
    let ask = async || send(server.address(), request("GET", "/s/a/nothing", &Json::Null)).await;
    ask().await;
    assert_eq!(stream.next().await.map(|it| it.data["sequence"].clone()), Some(json!(1)));
    let saved = admin(&server, "GET", "sandboxes/a/state", &Json::Null).await;
    for (method, path, body) in [("POST", "reset", &Json::Null), ("PUT", "state", &saved)] {
        admin(&server, method, &format!("sandboxes/a/{path}"), body).await;
        ask().await;
        let (reset, next) = (stream.next().await.expect("an event"), stream.next().await.expect("an event"));
        assert_eq!((reset.kind.as_str(), next.kind.as_str()), ("reset", "request"), "what was saved has not happened now");
        assert_eq!(next.data["sequence"].as_u64(), reset.data["sequence"].as_u64().map(|it| it + 1));
    }
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    let last = stream.next().await.expect("an event");
    assert_eq!((last.kind.as_str(), &last.data["sandbox"], last.id), ("deleted", &json!("a"), None));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn the_events_of_all_sandboxes_say_whose_they_are() {
    let server = inbox().await;
    let mut stream = Stream::open(&server, "/__admin/events?sandboxes=all", &[]).await;
    perform(&server, "A").await;
    stream.until("change").await;
    for name in ["a", "b"] {
        admin(&server, "POST", "sandboxes", &json!({"name": name})).await;
        send(server.address(), request("GET", &format!("/s/{name}/nothing"), &Json::Null)).await;
    }
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    let mut told: Vec<(String, String)> = Vec::new();
    while told.iter().filter(|it| ["a", "b"].contains(&&*it.0)).count() < 5 {
        let it = stream.next().await.expect("an event");
        assert_eq!(it.id, None, "an event of one says nothing about the others");
        told.push((it.data["sandbox"].as_str().expect("a name").to_owned(), it.kind));
    }
    let of = |name: &str| told.iter().filter(|it| it.0 == name).map(|it| it.1.as_str()).collect::<Vec<_>>();
    assert_eq!((of("a"), of("b")), (vec!["created", "request", "deleted"], vec!["created", "request"]));
    let mut early = Stream::open(&server, "/s/b/__admin/events?sandboxes=all&since=0", &[]).await;
    let first = [early.next().await, early.next().await].map(|it| it.expect("an event").data["sandbox"].clone());
    assert!(first.contains(&json!("default")), "{first:?}");
}

#[tokio::test]
async fn an_answer_that_had_to_wait_is_an_event_by_itself() {
    let held = Arc::new(AtomicBool::new(true));
    let server = shop(&holding(&held).await.url()).await;
    let (cookie, token) = portal_session(server.address()).await;
    let mut test = request("POST", "/quantum-payouts/api/v1/webhook_test", &json!({"csrf_token": token}));
    test.headers_mut().insert("cookie", cookie.parse().expect("a header"));
    let mut stream = Stream::open(&server, "/__admin/events", &[]).await;
    let asking = tokio::spawn(send(server.address(), test));
    let asked = stream.until("attempt").await.remove(0);
    assert_eq!((asked.kind.as_str(), &asked.data["status"]), ("request", &Json::Null));
    held.store(false, Ordering::Release);
    let answered = stream.until("answer").await.pop().expect("an event");
    assert_eq!((&answered.data["id"], &answered.data["status"]), (&asked.data["id"], &json!(200)));
    assert_eq!(asking.await.expect("it ends").status, 200);
}
