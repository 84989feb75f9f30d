//! What rules do to answers inside TLS. A client that finds anything plain inside TLS ends with an error, and none does.

use std::io::ErrorKind;

use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{FEATURES, url};
use crate::net::Answer;
use crate::secure::{Http2, ask, asking, connect, http2, server};

/// What arrives on a connection of HTTP/1.1, and how it ends.
async fn arrived(server: &Server, fault: &str) -> (Vec<u8>, std::io::Result<()>) {
    let mut stream = connect(server.address(), "http/1.1").await;
    let head = format!("GET {FEATURES} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer qm_test_token\r\nplaymoney-fault: {fault}\r\n");
    let accept = "accept: application/json; version=1.0\r\n\r\n";
    stream.write_all(format!("{head}{accept}").as_bytes()).await.expect("it reads");
    let mut all = Vec::new();
    let ended = stream.read_to_end(&mut all).await;
    (all, ended.map(drop))
}

async fn asked(client: &mut Http2, server: &Server, method: &str, fault: &str) -> Result<Answer, Option<h2::Reason>> {
    let mut request = asking(method, &url(server, FEATURES), &Json::Null);
    request.headers_mut().insert("playmoney-fault", fault.parse().expect("a value"));
    ask(client, request).await
}

#[tokio::test]
async fn faults_of_http1_are_written_inside_tls() {
    let server = server(Start::default()).await;
    let (none, end) = arrived(&server, "connection_reset").await;
    assert_eq!((none.len(), end.map_err(|it| it.kind())), (0, Err(ErrorKind::ConnectionReset)));
    // An end without an error is one with the alert of TLS.
    let (none, end) = arrived(&server, "empty_response").await;
    assert_eq!((none.len(), end.map_err(|it| it.kind())), (0, Ok(())));
    let (noise, end) = arrived(&server, "random_data_then_close").await;
    assert!(end.is_ok() && noise.len() == 256 && noise.iter().all(|it| !it.is_ascii()), "{noise:?}");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (malformed, end) = arrived(&server, "malformed_response_chunk").await;
    let malformed = text(malformed);
    assert!(end.is_ok() && malformed.contains("\r\nTransfer-Encoding: chunked\r\n\r\nno size of a chunk"), "{malformed}");
    let (dribbled, end) = arrived(&server, "dribble").await;
    let dribbled = text(dribbled);
    let (head, whole) = dribbled.split_once("\r\n\r\n").expect("a head");
    assert!(end.is_ok() && head.contains(&format!("Content-Length: {}", whole.len())), "{dribbled}");
    let (part, end) = arrived(&server, "truncate_body_at_fraction=0.5").await;
    let part = text(part);
    let (head, body) = part.split_once("\r\n\r\n").expect("a head");
    assert!(end.is_ok() && head.contains(&format!("Content-Length: {}", whole.len())), "{part}");
    assert_eq!(body, &whole[..whole.len() / 2]);
}

#[tokio::test]
async fn faults_of_http2_reset_their_stream_alone() {
    let server = server(Start::default()).await;
    let mut client = http2(server.address()).await;
    let whole = ask(&mut client, asking("GET", &url(&server, FEATURES), &Json::Null)).await.expect("an answer");
    for (fault, reason) in [
        ("connection_reset", h2::Reason::INTERNAL_ERROR),
        ("empty_response", h2::Reason::CANCEL),
        ("random_data_then_close", h2::Reason::PROTOCOL_ERROR),
        ("malformed_response_chunk", h2::Reason::PROTOCOL_ERROR),
        ("truncate_body_at_fraction=0.5", h2::Reason::INTERNAL_ERROR),
    ] {
        assert_eq!(asked(&mut client, &server, "GET", fault).await.map(|it| it.status), Err(Some(reason)), "{fault}");
    }
    let dribbled = asked(&mut client, &server, "GET", "dribble").await.expect("whole in the end");
    assert_eq!((dribbled.body.len(), dribbled.header("content-length")), (whole.body.len(), whole.body.len().to_string().as_str()));
    for bodiless in ["truncate_body_at_fraction=0.5", "malformed_response_chunk", "dribble"] {
        assert_eq!(asked(&mut client, &server, "HEAD", bodiless).await.map(|it| it.status), Ok(200), "{bodiless}");
    }
    let journal = ask(&mut client, asking("GET", &url(&server, "/__admin/requests"), &Json::Null)).await.expect("on the same connection");
    let kept = journal.json()["requests"].as_array().map(Vec::len);
    assert_eq!(kept, Some(10), "the provider has answered each");
}

#[tokio::test]
async fn head_and_part_of_a_body_leave_before_the_reset() {
    use http_body_util::BodyExt;
    let server = server(Start::default()).await;
    let mut client = http2(server.address()).await;
    let whole = ask(&mut client, asking("GET", &url(&server, FEATURES), &Json::Null)).await.expect("an answer").body;
    for (fault, sent) in
        [("truncate_body_at_fraction=0.5", whole.len() / 2), ("truncate_body_at_fraction=0", 0), ("malformed_response_chunk", 0)]
    {
        let mut request = asking("GET", &url(&server, FEATURES), &Json::Null);
        request.headers_mut().insert("playmoney-fault", fault.parse().expect("a value"));
        let response = client.send_request(request).await.expect("the head has left");
        let announced = response.headers().get("content-length").map(|it| it.to_str().expect("text").to_owned());
        assert_eq!(announced, Some(whole.len().to_string()).filter(|_| fault != "malformed_response_chunk"), "{fault}");
        let (mut body, mut part) = (response.into_body(), Vec::new());
        let end = loop {
            match body.frame().await {
                Some(Ok(frame)) => part.extend_from_slice(&frame.into_data().expect("data")),
                end => break end,
            }
        };
        assert!(matches!(end, Some(Err(_))), "{fault}");
        assert_eq!(part, &whole[..sent], "{fault}");
    }
}
