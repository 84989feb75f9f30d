//! Streams that are refused, bounded, or ended by the server.

use playmoney::inside::edge::{Config, Making, Server};
use playmoney::inside::kit::secret::Secret;
use serde_json::{Value as Json, json};

use super::{Stream, inbox};
use crate::net::{eventually, request, send};

/// Asks for a stream that is refused; its status and code.
async fn refused(server: &Server, query: &str, headers: &[(&'static str, &str)]) -> (u16, String) {
    let mut request = request("GET", &format!("/__admin/events{query}"), &Json::Null);
    request.headers_mut().remove("authorization");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    let answer = send(server.address(), request).await;
    (answer.status, answer.json()["code"].as_str().expect("a code").to_owned())
}

#[tokio::test]
async fn what_a_stream_does_not_take_is_a_problem_document() {
    let server = inbox().await;
    for (query, status) in [
        ("?since=x", 422),
        ("?since=-1", 422),
        ("?since=req-1", 422),
        ("?sandboxes=some", 422),
        ("?sandboxes=all&since=7", 422),
        ("?kind=requests", 422),
        ("?provider=quione", 422),
        ("?until=7", 422),
        ("?since=1&since=2", 400),
    ] {
        assert_eq!(refused(&server, query, &[]).await.0, status, "{query}");
    }
    assert_eq!(refused(&server, "", &[("last-event-id", "what")]).await.0, 422);
    let posted = send(server.address(), request("POST", "/__admin/events", &json!({}))).await;
    assert_eq!((posted.status, posted.header("allow")), (405, "GET, HEAD, OPTIONS"));
    let unknown = send(server.address(), request("GET", "/s/nothing/__admin/events", &Json::Null)).await;
    assert_eq!(unknown.status, 404);
    let head = send(server.address(), request("HEAD", "/__admin/events", &Json::Null)).await;
    assert_eq!((head.status, head.header("content-type"), head.body.len()), (200, "text/event-stream", 0));
    let metrics = send(server.address(), request("GET", "/__admin/metrics", &Json::Null)).await;
    assert!(String::from_utf8_lossy(&metrics.body).contains("\nplaymoney_event_streams 0\n"));
}

#[tokio::test]
async fn t5_a_stream_needs_the_token() {
    let server = Server::start(Config { admin_token: Some(Secret::issued("right")), ..Config::default() }).await.expect("a free port");
    assert_eq!(refused(&server, "", &[]).await.0, 401);
    assert_eq!(refused(&server, "", &[("authorization", "Bearer wrong")]).await.0, 401);
    assert_eq!(Stream::open(&server, "/__admin/events", &[("authorization", "Bearer right")]).await.status, 200);
}

#[tokio::test]
async fn t15_streams_have_a_bound_and_one_that_was_hung_up_leaves_nothing_behind() {
    let server = inbox().await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let mut streams = Vec::new();
    for number in 0..100 {
        let query = if number % 2 == 0 { "" } else { "?sandboxes=all" };
        streams.push(Stream::open(&server, &format!("/__admin/events{query}"), &[]).await);
    }
    assert!(streams.iter().all(|it| it.status == 200));
    assert_eq!(refused(&server, "", &[]).await, (503, "too_many_streams".to_owned()));
    drop(streams);
    eventually(|| async { tasks() <= before + 2 }).await;
    assert_eq!(Stream::open(&server, "/__admin/events", &[]).await.status, 200);
}

#[tokio::test]
async fn a_server_that_stops_says_so_in_its_streams_and_does_not_wait_for_them() {
    let server = inbox().await;
    let mut streams =
        [Stream::open(&server, "/__admin/events", &[]).await, Stream::open(&server, "/__admin/events?sandboxes=all", &[]).await];
    let stopping = tokio::spawn(server.stop());
    for stream in &mut streams {
        assert_eq!(stream.next().await.map(|it| it.kind).as_deref(), Some("stopped"));
        assert_eq!(stream.next().await, None);
    }
    stopping.await.expect("it stops");
}

#[tokio::test]
async fn a_stream_that_comes_back_makes_no_sandbox() {
    let server = Server::start(Config { sandboxes: Making::OnUse, ..Config::default() }).await.expect("a free port");
    let open = async |headers: &[(&'static str, &str)]| Stream::open(&server, "/s/a/__admin/events", headers).await.status;
    assert_eq!(open(&[("last-event-id", "7-1")]).await, 404);
    assert_eq!(open(&[]).await, 200, "the first one may come before the application");
    assert_eq!(open(&[("last-event-id", "7-1")]).await, 200);
}
