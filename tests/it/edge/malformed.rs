//! Requests that cannot be read to the end of their head: each is answered with its reason, and stands in the journal.

use std::time::Duration;

use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::net::{admin, raw, server};

/// Bytes, and the status, the code and a word of the refusal.
fn refusals() -> Vec<(Vec<u8>, u16, &'static str, &'static str)> {
    let head = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let long = |before: &str, bytes: usize, after: &str| head(&format!("{before}{}{after}", "x".repeat(bytes)));
    vec![
        (long("GET /quoine/", 70_000, " HTTP/1.1\nHost: localhost\n\n"), 414, "uri_too_long", "65536 bytes"),
        (long("GET /quoine/head HTTP/1.1\nHost: localhost\nX: ", 70_000, "\n\n"), 431, "headers_too_large", "65536 bytes"),
        (head(&format!("GET /quoine/many HTTP/1.1\nHost: localhost\n{}\n", "A: b\n".repeat(101))), 431, "headers_too_large", "100 header"),
        (head("POST /quoine/length HTTP/1.1\nHost: localhost\nContent-Length: 5x\n\n"), 400, "not_http", "content-length"),
        (head("POST /quoine/two HTTP/1.1\nHost: localhost\nContent-Length: 5\nContent-Length: 6\n\n"), 400, "not_http", "content-length"),
        (
            head("POST /quoine/huge HTTP/1.1\nHost: localhost\nContent-Length: 18446744073709551615\n\n"),
            413,
            "body_too_large",
            "Content-Length",
        ),
        (head("POST /quoine/coded HTTP/1.1\nHost: localhost\nTransfer-Encoding: gzip\n\n"), 400, "not_http", "transfer-encoding"),
        (head("POST /quoine/old HTTP/1.0\nTransfer-Encoding: chunked\n\n"), 400, "not_http", "transfer-encoding"),
        (head("GET /quoine/name HTTP/1.1\nHost: localhost\nBad name: x\n\n"), 400, "not_http", "name of a header"),
        (head("GET /quoine/value HTTP/1.1\nHost: localhost\nX: a\0b\n\n"), 400, "not_http", "value of a header"),
        (head("GET /quoine/a space HTTP/1.1\nHost: localhost\n\n"), 400, "not_http", "percent-encoded"),
        (head("GET /quoine/two HTTP/2.0\nHost: localhost\n\n"), 505, "version_not_supported", "HTTP/1.1"),
        (head("GET /quoine/nine\n\n"), 400, "not_http", "HTTP/1.1"),
        (head("G@T /quoine/x HTTP/1.1\nHost: localhost\n\n"), 400, "not_http", "method"),
        (head(&"\n".repeat(40_000)), 431, "headers_too_large", "65536 bytes"),
        (head("SSH-2.0-OpenSSH_9.2\n"), 400, "not_http", "method"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400, "not_http", "https://"),
        (head("PRI * HTTP/2.0\n\nSM\n\n"), 505, "version_not_supported", "HTTP/1.1"),
    ]
}

async fn journal(server: &Server) -> Vec<Json> {
    let journal = admin(server, "GET", "requests", &Json::Null).await;
    journal["requests"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn i22_a_request_that_cannot_be_read_is_answered_with_its_reason_and_kept() {
    for (bytes, status, code, word) in refusals() {
        let server = server(Start::default()).await;
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        let answer = raw(server.address(), &bytes).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{shown}: {answer}");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        for line in
            ["Playmoney-Time: 2026-01-01T00:00:00Z", "Playmoney-Sandbox: default", "Connection: close", "X-Content-Type-Options: nosniff"]
        {
            assert!(head.contains(&format!("\r\n{line}")), "{shown}: {line}: {head}");
        }
        let problem: Json = serde_json::from_str(body).unwrap_or_else(|why| panic!("{shown}: {why}: {body}"));
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{shown}");
        assert!(problem["detail"].as_str().expect("a text").contains(word), "{shown}: {problem}");
        let entries = journal(&server).await;
        let target = shown.split(' ').nth(1).filter(|it| it.starts_with("/quoine") && !shown.starts_with("G@T"));
        let kept: Vec<_> = entries.iter().map(|it| (&it["response"]["status"], it["request"]["path"].as_str().expect("a path"))).collect();
        match (target, &kept[..]) {
            (Some(target), [(kept_status, path)]) => {
                assert_eq!(*kept_status, &json!(status), "{shown}");
                let target = target.split("\r\n").next().unwrap_or_default();
                assert!(path.starts_with(&target[..target.len().min(40)]) && path.len() < 2_100, "{shown}: {path}");
                assert!(
                    entries[0]["provider"].is_null() && entries[0]["response"]["body"].to_string().contains(code),
                    "{shown}: {}",
                    entries[0]
                );
            }
            (None, []) => {}
            (None, [(_, "*")]) => assert!(shown.starts_with("PRI"), "{shown}"),
            other => panic!("{shown}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_control_call_that_cannot_be_read_is_in_no_journal() {
    let server = server(Start::default()).await;
    for head in ["GET /__admin/clock HTTP/1.1\r\nBad name: x\r\n\r\n", "GET /s/default/__admin/clock HTTP/3.0\r\n\r\n"] {
        assert!(raw(server.address(), head.as_bytes()).await.contains("Playmoney-Sandbox: default"), "{head}");
    }
    assert_eq!(journal(&server).await, Vec::<Json>::new());
}

#[tokio::test]
async fn the_second_request_of_a_connection_is_refused_alike() {
    let server = server(Start::default()).await;
    let good = "GET /quoine/first HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
    stream.write_all(good.as_bytes()).await.expect("sent");
    let mut first = [0; 1024];
    let bytes = stream.read(&mut first).await.expect("answered");
    assert!(String::from_utf8_lossy(&first[..bytes]).starts_with("HTTP/1.1 404"));
    stream.write_all(b"GET /quoine/second HTTP/1.1\r\nBad name: x\r\n\r\n").await.expect("sent");
    let mut second = String::new();
    stream.read_to_string(&mut second).await.expect("answered, then closed");
    assert!(second.starts_with("HTTP/1.1 400"), "{second}");
    let entries = journal(&server).await;
    assert_eq!(entries[1]["request"]["path"], "/quoine/second", "{entries:?}");
    let both = raw(server.address(), format!("{good}GET /quoine/third HTTP/1.1\r\nBad name: x\r\n\r\n").as_bytes()).await;
    assert!(both.contains("HTTP/1.1 404") && both.contains("HTTP/1.1 400"), "both at once: {both}");
    let entries = journal(&server).await;
    assert_eq!(entries.last().map(|it| it["request"]["path"].clone()), Some(json!("/quoine/third")), "{entries:?}");
    let old = "GET /quoine/old HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /quoine/x HTTP/1.1\r\nBad name: x\r\n\r\n";
    let once = raw(server.address(), old.as_bytes()).await;
    assert_eq!(once.matches(" 400 Bad Request").count(), 1, "hyper's own refusal is left out: {once}");
}

#[tokio::test]
async fn a_client_that_sends_half_a_head_and_closes_its_half_is_answered() {
    let server = server(Start::default()).await;
    let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
    stream.write_all(b"GET /quoine/half HTTP/1.1\r\nHost: local").await.expect("sent");
    stream.shutdown().await.expect("half closed");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered, then closed");
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("half_a_head"), "{answer}");
    assert_eq!(journal(&server).await[0]["request"]["path"], "/quoine/half");
    let silent = TcpStream::connect(server.address()).await.expect("it listens");
    drop(silent);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(journal(&server).await.len(), 1, "a connection without a byte is no request");
}

#[tokio::test]
async fn a_body_whose_chunks_are_malformed_is_refused_with_its_reason_and_kept() {
    let server = server(Start::default()).await;
    let head = "POST /quoine/api/v1/invoices HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (body, word) in [("zz\r\n", "malformed"), ("5\r\nabcdefgh\r\n0\r\n\r\n", "malformed"), ("ffffffffffffffffff\r\n", "malformed")] {
        let answer = raw(server.address(), format!("{head}{body}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("broken_body") && answer.contains(word), "{body}: {answer}");
    }
    let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
    stream.write_all(format!("{head}5\r\nab").as_bytes()).await.expect("sent");
    stream.shutdown().await.expect("half closed");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered, then closed");
    assert!(answer.contains("ended before it was complete"), "{answer}");
    let entries = journal(&server).await;
    assert_eq!(entries.iter().map(|it| it["response"]["status"].clone()).collect::<Vec<_>>(), vec![json!(400); 4]);
}

#[tokio::test]
async fn a_refused_target_is_kept_in_its_own_form() {
    let server = server(Start::default()).await;
    for (line, status) in [
        ("CONNECT pay.quoine.com:443", 501),
        ("GET localhost:80", 400),
        ("GET *", 400),
        ("GET http://me:secret@evil.example/x?y=1", 421),
        ("GET https://pay.quoine.com/x", 501),
        ("GET http://me:hushhush1@127.0.0.1/qbitpay/a b", 400),
    ] {
        let answer = raw(server.address(), format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {answer}");
    }
    let foreign = raw(server.address(), b"OPTIONS * HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").await;
    assert!(foreign.starts_with("HTTP/1.1 421"), "{foreign}");
    let kept: Vec<_> = journal(&server).await.iter().map(|it| format!("{} {}", it["request"]["method"], it["request"]["path"])).collect();
    let expected = [
        r#""CONNECT" "pay.quoine.com:443""#,
        r#""GET" "localhost:80""#,
        r#""GET" "*""#,
        r#""GET" "http://evil.example/x?y=1""#,
        r#""GET" "https://pay.quoine.com/x""#,
        r#""GET" "http://127.0.0.1/qbitpay/a b""#,
        r#""OPTIONS" "*""#,
    ];
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn names_of_headers_leave_as_the_documentation_writes_them() {
    let server = server(Start::default()).await;
    let ask = async |path: &str, key: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n");
        raw(server.address(), head.as_bytes()).await
    };
    let listed = ask("/cryptopay/api/payment-orders/", "cp_test_key").await;
    for name in
        ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Content-Type", "Playmoney-Time", "Date", "Content-Length"]
    {
        assert!(listed.contains(&format!("\r\n{name}: ")), "{name}: {listed}");
    }
    let refused = ask("/cryptopay/api/payment-orders/", "wrong").await;
    assert!(refused.contains("\r\nWWW-Authenticate: Bearer realm"), "{refused}");
    let alive = raw(server.address(), b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.0\r\n\r\n").await;
    assert!(alive.contains("\r\nKeep-Alive: timeout=") && alive.contains("\r\nLocation: "), "{alive}");
}
