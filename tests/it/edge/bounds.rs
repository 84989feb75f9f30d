//! What is too much.

use playmoney::inside::engine::start::Start;

use super::{STATUS, state};
use crate::net::{raw, send, server};

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
