//! Requests that are refused for their head, half-closed connections, and what the journal keeps of requests that no provider
//! has heard.

use std::time::Duration;

use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::net::{Receiver, admin, answered, perform, raw, request, send, server, shop};

const END: &str = "Host: localhost\r\nConnection: close\r\n\r\n";

async fn say(server: &Server, head: &str) -> String {
    raw(server.address(), head.as_bytes()).await
}

#[tokio::test]
async fn t12_a_head_is_refused_with_its_reason() {
    let server = server(Start::default()).await;
    let expected = "POST /__admin/reset HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n";
    let answer = say(&server, &format!("{expected}{END}")).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "at once, without 100: {answer}");
    for length in ["18446744073709551615", "18446744073709551616"] {
        let answer = say(&server, &format!("POST /__admin/reset HTTP/1.1\r\nContent-Length: {length}\r\n{END}")).await;
        let is_refused = answer.starts_with("HTTP/1.1 413") || (answer.starts_with("HTTP/1.1 400") && length.ends_with('6'));
        assert!(is_refused && answer.contains("\"detail\""), "{length}: {answer}");
    }
    let many = |count: usize| format!("GET /__admin/health HTTP/1.1\r\n{}{END}", "X-A: b\r\n".repeat(count - 2));
    assert!(say(&server, &many(100)).await.starts_with("HTTP/1.1 200"));
    let answer = say(&server, &many(101)).await;
    assert!(answer.starts_with("HTTP/1.1 431") && answer.contains("at most 100 header fields"), "{answer}");
    for (line, status) in [
        ("CONNECT payouts-dev.quantumlabs.ru:80 HTTP/1.1", "501"),
        ("GET https://payouts-dev.quantumlabs.ru/api/v1/features HTTP/1.1", "501"),
        ("GET http://payouts-dev.quantumlabs.ru/api/v1/features HTTP/1.1", "401"),
        ("TRACE /__admin/clock HTTP/1.1", "405"),
    ] {
        let answer = say(&server, &format!("{line}\r\n{END}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {answer}");
        assert_eq!(status == "501", answer.contains("Playmoney-Hint"), "{line}: {answer}");
    }
}

#[tokio::test]
async fn t12_a_method_has_a_bound() {
    let server = server(Start::default()).await;
    for (length, status) in [(32, "405"), (33, "501"), (60_000, "501"), (66_000, "431")] {
        let answer = say(&server, &format!("{} /__admin/health HTTP/1.1\r\n{END}", "X".repeat(length))).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains("\"detail\""), "{length}: {answer}");
    }
}

#[tokio::test]
async fn http_1_0_needs_no_host() {
    let server = server(Start::default()).await;
    let answer = raw(server.address(), b"GET /__admin/health HTTP/1.0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    let answer = raw(server.address(), b"GET /__admin/health HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("no_host"), "{answer}");
}

#[tokio::test]
async fn a_client_that_has_sent_all_may_close_its_half() {
    let server = server(Start::default()).await;
    let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
    stream.write_all(b"GET /__admin/clock HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    stream.shutdown().await.expect("half closed");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered, then closed");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("frozen"), "{answer}");
}

/// A server with one attempt that fails, and the bytes of an advance of seven hours. The receiver answers slowly.
async fn slow_walk() -> (Server, Receiver, Vec<u8>) {
    let receiver = Receiver::start(|_| {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            answered(500)
        })
    });
    let receiver = receiver.await;
    let server = shop(&format!("http://{}/", receiver.address)).await;
    perform(&server, "A").await;
    admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    let head = "POST /__admin/clock/advance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 11";
    (server, receiver, format!("{head}\r\n\r\n{{\"by\":\"7h\"}}").into_bytes())
}

#[tokio::test]
async fn a_client_that_closes_its_half_ends_its_walk_and_is_answered() {
    let (server, _receiver, advance) = slow_walk().await;
    let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
    stream.write_all(&advance).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(100)).await;
    stream.shutdown().await.expect("half closed");
    let mut answer = String::new();
    let read = tokio::time::timeout(Duration::from_millis(1_500), stream.read_to_string(&mut answer));
    read.await.expect("at once").expect("answered, then closed");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"incomplete\""), "{answer}");
}

#[tokio::test]
async fn nothing_is_in_no_report_when_a_client_hangs_up() {
    for waits in [Duration::ZERO, Duration::from_millis(100), Duration::from_millis(700)] {
        let (server, receiver, advance) = slow_walk().await;
        let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
        stream.write_all(&advance).await.expect("sent");
        tokio::time::sleep(waits).await;
        drop(stream);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let stands = admin(&server, "GET", "clock", &Json::Null).await["now"].clone();
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(admin(&server, "GET", "clock", &Json::Null).await["now"], stands, "after {waits:?}");
        let report = admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
        let told = 3 + usize::try_from(report["deliveries_total"].as_u64().expect("a number")).expect("few");
        assert_eq!(told, receiver.arrived.lock().expect("no panic").len(), "after {waits:?}: {report}");
    }
}

#[tokio::test]
async fn answers_say_how_long_a_connection_lives_and_control_answers_are_not_sniffed() {
    let server = server(Start::default()).await;
    for (path, is_control) in [("/__admin/clock", true), ("/__admin/nothing", true), ("/quantum-payouts/api/v1/features", false)] {
        let answer = send(server.address(), request("GET", path, &Json::Null)).await;
        assert_eq!(answer.header("keep-alive"), "timeout=1260", "{path}");
        assert_eq!(answer.header("x-content-type-options") == "nosniff", is_control, "{path}");
    }
}

#[tokio::test]
async fn i22_the_journal_keeps_what_no_provider_has_heard() {
    let server = server(Start::default()).await;
    let foreign = "Origin: https://evil.example\r\nContent-Length: 2\r\n";
    for (head, body, status) in [
        (format!("GET /quantum-payout/api/v1/features HTTP/1.1\r\n{END}"), "", 404),
        (format!("GET /api/v1/features HTTP/1.1\r\n{END}"), "", 404),
        ("GET /x HTTP/1.1\r\nHost: pay.example.com\r\nConnection: close\r\n\r\n".to_owned(), "", 421),
        (format!("POST /quoine/api/v1/invoices HTTP/1.1\r\n{foreign}{END}"), "{}", 403),
        (format!("POST /quoine/api/v1/invoices HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n{END}"), "", 413),
        (format!("GET /s/nothing/quoine/api/v1/profile HTTP/1.1\r\n{END}"), "", 404),
        (format!("GET /s/nothing/__admin/clock HTTP/1.1\r\n{END}"), "", 404),
    ] {
        let answer = say(&server, &format!("{head}{body}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{head}: {answer}");
    }
    let journal = admin(&server, "GET", "requests", &Json::Null).await;
    let seen: Vec<_> = journal["requests"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (it["request"]["path"].as_str().unwrap_or("?"), it["response"]["status"].clone(), it["provider"].clone()))
        .collect();
    let none = Json::Null;
    assert_eq!(
        seen,
        [
            ("/quantum-payout/api/v1/features", json!(404), none.clone()),
            ("/api/v1/features", json!(404), none.clone()),
            ("/x", json!(421), none.clone()),
            ("/quoine/api/v1/invoices", json!(403), none.clone()),
            ("/quoine/api/v1/invoices", json!(413), none.clone()),
            ("/s/nothing/quoine/api/v1/profile", json!(404), none.clone()),
        ],
        "control calls are not in it"
    );
    assert_eq!(journal["requests"][3]["request"]["body"], "{}");
    let saved = admin(&server, "GET", "state", &Json::Null).await;
    let restored = send(server.address(), request("PUT", "/__admin/state", &saved)).await;
    assert_eq!(restored.status, 200, "{}", String::from_utf8_lossy(&restored.body));
    let hint = say(&server, &format!("GET /api/v1/profile HTTP/1.1\r\n{END}")).await;
    assert!(hint.contains("Playmoney-Hint: put the provider in front of the path: /quoine/api/v1/profile"), "{hint}");
}
