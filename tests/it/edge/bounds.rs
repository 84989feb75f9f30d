//! What is too much.

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{STATUS, state};
use crate::net::{eventually, raw, request, send, server};

#[tokio::test]
async fn t12_a_head_has_a_bound_although_it_came_at_once() {
    let server = server(Start::default()).await;
    let head = |bytes: usize| {
        format!("GET /__admin/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: {}\r\n\r\n", "x".repeat(bytes))
    };
    assert!(raw(server.address(), head(60 * 1024).as_bytes()).await.starts_with("HTTP/1.1 200"));
    assert!(raw(server.address(), head(66 * 1024).as_bytes()).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn t12_bodies_have_bounds() {
    let server = server(Start::default()).await;
    let before = state(&server).await;
    let large = http::Request::builder().method("POST").uri(STATUS).body("x".repeat(1024 * 1024 + 1)).expect("a request");
    assert_eq!(send(server.address(), large).await.status, 413);
    let announced = b"POST /__admin/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n";
    assert!(raw(server.address(), announced).await.starts_with("HTTP/1.1 413"));
    let trickling = b"POST /__admin/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{";
    assert!(raw(server.address(), trickling).await.starts_with("HTTP/1.1 408"));
    let mut head = b"GET /__admin/clock HTTP/1.1\r\nHost: localhost\r\nX-Long: ".to_vec();
    head.resize(70 * 1024, b'x');
    assert!(raw(server.address(), &head).await.starts_with("HTTP/1.1 431"));
    assert_eq!(state(&server).await, before, "a refusal changes nothing");
}

#[tokio::test]
async fn i21_answers_that_are_not_read_have_a_bound_and_the_usual_answer_finds_room() {
    let server = server(Start::default()).await;
    let to = server.address();
    for _ in 0..7 {
        let message = http::Request::builder().method("POST").uri("/__admin/inbox/large").body("x".repeat(1_000_000)).expect("a request");
        assert_eq!(send(to, message).await.status, 200);
    }
    let mut unread = Vec::new();
    for _ in 0..60 {
        let mut stream = TcpStream::connect(to).await.expect("it listens");
        stream.write_all(b"GET /__admin/inbox/large/messages HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("a request");
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.expect("an answer");
        unread.push(stream);
        if first.ends_with(b"503") {
            break;
        }
    }
    assert!((30..60).contains(&unread.len()), "{}", unread.len());
    let messages = || send(to, request("GET", "/__admin/inbox/large/messages", &Json::Null));
    let refusal = messages().await;
    assert_eq!((refusal.status, refusal.header("retry-after"), refusal.json()["code"].clone()), (503, "1", json!("too_many_answers")));
    assert_eq!(send(to, request("GET", "/__admin/clock", &Json::Null)).await.status, 200);
    drop(unread);
    eventually(|| async { messages().await.status == 200 }).await;
}
