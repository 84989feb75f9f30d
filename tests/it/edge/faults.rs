//! What rules do to answers on the socket, seen from its other end.

use std::io::ErrorKind;
use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::net::{admin, request, ruled, send, server};

const FEATURES: &str = "/quantum-payouts/api/v1/features";

/// A request that asks for an effect in its header; none: an empty name.
fn asking(method: &str, fault: &str) -> http::Request<String> {
    let mut asking = request(method, FEATURES, &Json::Null);
    if !fault.is_empty() {
        asking.headers_mut().insert("playmoney-fault", fault.parse().expect("a value"));
    }
    asking
}

/// The parts that arrive until the connection has ended, and how it ended.
async fn parts(to: SocketAddr, method: &str, fault: &str) -> (Vec<Vec<u8>>, std::io::Result<()>) {
    let mut stream = TcpStream::connect(to).await.expect("it listens");
    let (head, _) = asking(method, fault).into_parts();
    let lines = head.headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().expect("text")));
    let text = format!("{method} {FEATURES} HTTP/1.1\r\nhost: localhost\r\n{}\r\n", lines.collect::<String>());
    stream.write_all(text.as_bytes()).await.expect("it reads");
    let mut parts = Vec::new();
    loop {
        let mut part = vec![0; 64 * 1024];
        match stream.read(&mut part).await {
            Ok(0) => return (parts, Ok(())),
            Ok(read) => parts.push(part[..read].to_vec()),
            Err(why) => return (parts, Err(why)),
        }
    }
}

/// Head and body of what arrived, and the length that the head announces.
fn taken_apart(parts: &[Vec<u8>]) -> (String, Vec<u8>, Option<usize>) {
    let all = parts.concat();
    let end = all.windows(4).position(|it| it == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(all[..end].to_vec()).expect("text");
    let announced = head
        .lines()
        .find_map(|it| it.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
        .and_then(|it| it.parse().ok());
    (head, all[end + 4..].to_vec(), announced)
}

/// What a client that speaks HTTP makes of it: an answer to the end, or why not.
async fn heard(to: SocketAddr, fault: &str) -> Result<Vec<u8>, hyper::Error> {
    let stream = TcpStream::connect(to).await.expect("it listens");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut asking = asking("GET", fault).map(|_| Full::<bytes::Bytes>::default());
    asking.headers_mut().insert("host", "localhost".parse().expect("a host"));
    Ok(sender.send_request(asking).await?.into_body().collect().await?.to_bytes().to_vec())
}

#[tokio::test]
async fn a_reset_is_a_reset_and_an_end_is_an_end() {
    let server = server(Start::default()).await;
    let (parts_of_reset, end) = parts(server.address(), "GET", "connection_reset").await;
    assert_eq!((parts_of_reset.len(), end.map_err(|it| it.kind())), (0, Err(ErrorKind::ConnectionReset)));
    let (parts_of_none, end) = parts(server.address(), "GET", "empty_response").await;
    assert_eq!((parts_of_none.len(), end.map_err(|it| it.kind())), (0, Ok(())));
    let journal = admin(&server, "GET", "requests?operation=features", &Json::Null).await;
    let kept: Vec<_> = journal["requests"].as_array().expect("a list").iter().map(|it| (&it["rule"], &it["response"]["status"])).collect();
    assert_eq!(kept, [(&json!("connection_reset"), &json!(200)), (&json!("empty_response"), &json!(200))], "the provider has answered");
}

#[tokio::test]
async fn chunks_that_are_none_follow_a_good_head() {
    let server = server(Start::default()).await;
    let (parts, end) = parts(server.address(), "GET", "malformed_response_chunk").await;
    let (head, body, announced) = taken_apart(&parts);
    assert!(end.is_ok() && head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\nPlaymoney-Time: 2026-01-01T00:00:00Z") && head.ends_with("\r\nTransfer-Encoding: chunked"), "{head}");
    assert_eq!(announced, None);
    assert!(body.first().is_some_and(|it| !it.is_ascii_hexdigit()), "no size of a chunk begins like this");
    assert!(heard(server.address(), "malformed_response_chunk").await.is_err());
}

#[tokio::test]
async fn i7_random_data_is_no_http_and_the_same_again() {
    let one = parts(server(Start::default()).await.address(), "GET", "random_data_then_close").await;
    let server = server(Start::default()).await;
    let other = parts(server.address(), "GET", "random_data_then_close").await;
    assert!(one.1.is_ok() && !one.0.is_empty());
    assert_eq!(one.0.concat(), other.0.concat(), "chance comes from what was answered");
    assert!(heard(server.address(), "random_data_then_close").await.is_err_and(|it| it.is_parse()));
}

#[tokio::test]
async fn a_truncated_body_ends_before_the_length_that_was_announced() {
    let server = server(ruled("quantum-payouts.features", "{truncate_body_at_fraction: 0.3}")).await;
    let (parts, end) = parts(server.address(), "GET", "").await;
    let (head, body, announced) = taken_apart(&parts);
    let journal = admin(&server, "GET", "requests?operation=features", &Json::Null).await;
    let whole = journal["requests"][0]["response"]["body"].as_str().expect("a body").as_bytes();
    assert!(end.is_ok() && head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert_eq!((announced, body.as_slice()), (Some(whole.len()), &whole[..whole.len() * 3 / 10]));
    let why = heard(server.address(), "").await.expect_err("a part");
    let cause = std::error::Error::source(&why).and_then(|it| it.downcast_ref::<std::io::Error>());
    assert_eq!(cause.map(std::io::Error::kind), Some(ErrorKind::UnexpectedEof), "{why:?}");
}

#[tokio::test]
async fn a_dribbling_body_is_whole_in_the_end() {
    let server = server(ruled("quantum-payouts.features", "{dribble: {chunks: 4, over: 600ms}}")).await;
    let (parts, end) = parts(server.address(), "GET", "").await;
    let (head, body, announced) = taken_apart(&parts);
    let journal = admin(&server, "GET", "requests?operation=features", &Json::Null).await;
    assert_eq!(journal["requests"][0]["response"]["body"].as_str().map(str::as_bytes), Some(body.as_slice()));
    assert!(1 < parts.len() && end.is_ok() && head.ends_with("\r\nConnection: close"), "{} parts: {head}", parts.len());
    assert_eq!(announced, Some(body.len()));
    assert_eq!(heard(server.address(), "").await.expect("an answer"), body);
}

#[tokio::test]
async fn a_part_of_a_body_that_looks_like_a_refusal_leaves() {
    let own = format!("{}HTTP/1.1 404 {}", "x".repeat(30), "y".repeat(17));
    let rule = format!("{{status: 200, body: '{own}', dribble: {{chunks: 2, over: 300ms}}}}");
    let server = server(ruled("quantum-payouts.features", &rule)).await;
    let (parts, end) = parts(server.address(), "GET", "").await;
    let (head, body, announced) = taken_apart(&parts);
    assert!(String::from_utf8_lossy(&body).contains("HTTP/1.1 404 yyyyyyyyyyyyyyyyy"), "{head}: {}", String::from_utf8_lossy(&body));
    assert!(end.is_ok() && announced == Some(body.len()), "{head}");
}

#[tokio::test]
async fn an_answer_without_a_body_has_none_to_spoil() {
    for then in ["{truncate_body_at_fraction: 0.5}", "{malformed_response_chunk: true}", "{dribble: {chunks: 2, over: 1h}}"] {
        let server = server(ruled("quantum-payouts.*", then)).await;
        let answer = send(server.address(), asking("HEAD", "")).await;
        assert!(answer.body.is_empty() && answer.headers.contains_key("content-length"), "{then}: {answer:?}");
        let journal = admin(&server, "GET", "requests", &Json::Null).await;
        assert_eq!(journal["requests"][0]["rule"], "rule-1", "{then}");
    }
}

#[tokio::test]
async fn pages_and_control_calls_arrive() {
    let server = server(ruled("quantum-payouts.*", "{connection_reset: true}")).await;
    for path in ["/quantum-payouts/index.php?view=login", "/__admin/clock"] {
        let mut asked = request("GET", path, &Json::Null);
        asked.headers_mut().insert("playmoney-fault", "rule-1".parse().expect("a value"));
        assert_eq!(send(server.address(), asked).await.status, 200, "{path}");
        assert_eq!(send(server.address(), request("GET", path, &Json::Null)).await.status, 200, "{path}");
    }
}
