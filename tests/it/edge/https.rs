//! A server behind TLS: HTTP/1.1 and HTTP/2 say the same, and each has its limits.

use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use playmoney::inside::edge::{Certificate, Config, Making, Server};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::net::{raw, request};
use crate::secure::{ask, asking, certificate, connect, http1, http2, server, with};

mod cut;

const FEATURES: &str = "/quantum-payouts/api/v1/features";

fn url(server: &Server, path: &str) -> String {
    format!("{}{path}", server.base_url())
}

#[tokio::test]
async fn both_versions_of_http_get_the_same_answer() {
    let server = server(Start::default()).await;
    assert!(server.base_url().starts_with("https://127.0.0.1:"), "{}", server.base_url());
    let order = json!({"orderNumber": "A", "amount": 150_000, "type": "card", "urls": {"returnUrl": "https://shop.test/"}});
    let path = "/quantum-payouts/api/v1/createPayout";
    let second = ask(&mut http2(server.address()).await, asking("POST", &url(&server, path), &order)).await.expect("an answer");
    let mut first =
        asking("POST", path, &json!({"orderNumber": "B", "amount": 1, "type": "card", "urls": {"returnUrl": "https://shop.test/"}}));
    first.headers_mut().insert("host", server.address().to_string().parse().expect("a host"));
    let first = http1(server.address()).await.send_request(first).await.expect("an answer");
    assert_eq!((first.version(), first.headers().contains_key("keep-alive")), (http::Version::HTTP_11, true));
    for name in ["keep-alive", "connection", "transfer-encoding"] {
        assert!(!second.headers.contains_key(name), "{name} has no place in HTTP/2");
    }
    let first: Json = serde_json::from_slice(&first.into_body().collect().await.expect("a body").to_bytes()).expect("JSON");
    for answer in [&first, &second.json()] {
        let page = answer["payoutUrl"].as_str().expect("a link");
        assert!(page.starts_with(&server.base_url()), "links have the scheme of the request: {page}");
    }
    let journal = ask(&mut http2(server.address()).await, asking("GET", &url(&server, "/__admin/requests"), &Json::Null)).await;
    let journal = journal.expect("an answer").json();
    let kept =
        |nth: usize| (journal["requests"][nth]["request"]["path"].clone(), journal["requests"][nth]["request"]["headers"]["host"].clone());
    assert_eq!(kept(0), kept(1), "the journal keeps one form");
    assert_eq!(kept(0).1, server.address().to_string());
}

#[tokio::test]
async fn t3_hosts_are_judged_as_on_http1() {
    let server = server(Start::default()).await;
    let mut client = http2(server.address()).await;
    let own = ask(&mut client, asking("GET", "https://payouts-dev.quantumlabs.ru/api/v1/features", &Json::Null)).await.expect("an answer");
    assert_eq!(own.status, 200, "the provider's own host needs no slug");
    let foreign = ask(&mut client, asking("GET", "https://evil.example/quoine", &Json::Null)).await.expect("an answer");
    assert_eq!((foreign.status, &foreign.json()["type"].is_string()), (421, &true));
    let mut two = asking("GET", &url(&server, FEATURES), &Json::Null);
    two.headers_mut().insert("host", "localhost".parse().expect("a host"));
    assert_eq!(ask(&mut client, two).await.expect("an answer").status, 400, "two hosts that differ");
    let tunnel = http::Request::connect("pay.test:443").body(Full::<Bytes>::default()).expect("a request");
    assert_eq!(ask(&mut client, tunnel).await.expect("an answer").status, 501);
    let mut page = asking("POST", &url(&server, "/__admin/reset"), &json!({}));
    for (origin, status) in [(server.base_url(), 200), (server.base_url().replace("https", "http"), 403)] {
        page.headers_mut().insert("origin", origin.parse().expect("an origin"));
        assert_eq!(ask(&mut client, page.clone()).await.expect("an answer").status, status, "{origin}");
    }
}

#[tokio::test]
async fn head_has_the_length_and_not_the_body() {
    let server = server(Start::default()).await;
    let mut client = http2(server.address()).await;
    let whole = ask(&mut client, asking("GET", &url(&server, FEATURES), &Json::Null)).await.expect("an answer");
    let head = ask(&mut client, asking("HEAD", &url(&server, FEATURES), &Json::Null)).await.expect("an answer");
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, whole.body.len().to_string().as_str()));
}

#[tokio::test]
async fn large_bodies_pass_in_both_directions() {
    let server = server(Start::default()).await;
    let mut client = http2(server.address()).await;
    let state = ask(&mut client, asking("GET", &url(&server, "/__admin/state"), &Json::Null)).await.expect("an answer");
    let document = ask(&mut client, asking("GET", &url(&server, "/__admin/openapi/qbitpay.json"), &Json::Null)).await.expect("an answer");
    assert!(100_000 < document.body.len() && document.json()["openapi"].is_string());
    let padded = [&state.body[..], &vec![b' '; 3_000_000]].concat();
    let mut put = request("PUT", &url(&server, "/__admin/state"), &Json::Null).map(|_| Full::new(Bytes::from(padded)));
    put.headers_mut().insert("content-type", "application/json".parse().expect("a type"));
    assert!(ask(&mut client, put).await.is_ok_and(|it| it.status < 300));
    let large = asking("POST", &url(&server, FEATURES), &json!("x".repeat(2_000_000)));
    assert_eq!(ask(&mut client, large).await.expect("a refusal").status, 413);
}

#[tokio::test]
async fn a_stream_of_events_says_farewell_when_the_server_stops() {
    let server = server(Start::default()).await;
    let mut client = http2(server.address()).await;
    let events = client.send_request(asking("GET", &url(&server, "/__admin/events"), &Json::Null)).await.expect("an answer");
    let mut body = events.into_body();
    body.frame().await.expect("a piece").expect("its beginning");
    assert_eq!(ask(&mut client, asking("GET", &url(&server, FEATURES), &Json::Null)).await.expect("an answer").status, 200, "beside it");
    let stopping = tokio::spawn(server.stop());
    let rest = timeout(Duration::from_secs(4), body.collect()).await.expect("it ends").expect("whole").to_bytes();
    assert!(String::from_utf8_lossy(&rest).contains("event: stopped"), "{rest:?}");
    stopping.await.expect("stopped");
}

#[tokio::test]
async fn a_connection_moves_to_the_thread_of_its_sandbox_inside_tls() {
    let threads = NonZeroUsize::new(2).expect("not zero");
    let server = with(Config { sandboxes: Making::OnUse, threads, ..Config::default() }).await;
    let (mut first, mut second) = (http1(server.address()).await, http2(server.address()).await);
    for round in 0..6 {
        for sandbox in ["a", "b"] {
            for _ in 0..3 {
                let path = format!("/s/{sandbox}/quantum-payouts/api/v1/features");
                let mut asked = asking("GET", &path, &Json::Null);
                asked.headers_mut().insert("host", "localhost".parse().expect("a host"));
                first.ready().await.expect("it stays open");
                let answer = first.send_request(asked).await.expect("an answer");
                assert_eq!(answer.headers()["playmoney-sandbox"], sandbox, "{round}");
                answer.into_body().collect().await.expect("whole");
                let answer = ask(&mut second, asking("GET", &url(&server, &path), &Json::Null)).await.expect("an answer");
                assert_eq!(answer.header("playmoney-sandbox"), sandbox);
            }
        }
    }
}

#[tokio::test]
async fn a_caller_that_hangs_up_inside_tls_ends_what_it_waits_for() {
    let server = server(Start::default()).await;
    let mut stream = connect(server.address(), "http/1.1").await;
    let body = r#"{"operation": "quoine.createInvoice", "timeout": "5m"}"#;
    let head = format!(
        "POST /__admin/requests/wait HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}",
        body.len()
    );
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.expect("sent");
    let mut other = http2(server.address()).await;
    let waiting = other.send_request(asking("POST", &url(&server, "/__admin/requests/wait"), &serde_json::from_str(body).expect("JSON")));
    assert!(timeout(Duration::from_millis(500), waiting).await.is_err(), "it waits");
    stream.shutdown().await.expect("a farewell");
    drop((stream, other));
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    timeout(Duration::from_secs(2), server.stop()).await.expect("nothing is under way");
}

#[tokio::test]
async fn a_webhook_to_an_own_inbox_needs_no_socket() {
    let server = server(Start::default()).await;
    let mut client = http2(server.address()).await;
    let inbox = json!({"webhook_url": url(&server, "/__admin/inbox/shop")});
    let account = asking("PATCH", &url(&server, "/__admin/accounts/quantum-payouts/default"), &inbox);
    assert_eq!(ask(&mut client, account).await.expect("an answer").status, 200);
    let card = json!({"amount": 1, "pan": "4111111111111111"});
    ask(&mut client, asking("POST", &url(&server, "/__admin/act/quantum-payouts/manual-payout"), &card)).await.expect("an answer");
    let messages = ask(&mut client, asking("GET", &url(&server, "/__admin/inbox/shop/messages?wait=5s"), &Json::Null)).await;
    assert_eq!(messages.expect("an answer").json()["messages"][0]["signature"], "valid");
}

#[tokio::test]
async fn a_server_that_stops_waits_for_no_handshake() {
    let server = server(Start::default()).await;
    let silent = TcpStream::connect(server.address()).await.expect("it listens");
    tokio::time::sleep(Duration::from_millis(100)).await;
    timeout(Duration::from_secs(2), server.stop()).await.expect("it stops at once");
    drop(silent);
}

#[tokio::test]
async fn a_request_without_tls_is_told_so() {
    let server = server(Start::default()).await;
    let answer = raw(server.address(), b"GET /__admin/clock HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("https://"), "{answer}");
    assert_eq!(raw(server.address(), &[0x80, 0x2e, 0x01, 0x00, 0x02]).await.find("HTTP"), None, "noise gets no text");
}

#[tokio::test]
async fn t13_a_handshake_that_does_not_end_is_cut_off() {
    let server = server(Start::default()).await;
    let mut silent = TcpStream::connect(server.address()).await.expect("it listens");
    let mut half = TcpStream::connect(server.address()).await.expect("it listens");
    half.write_all(&[22, 3, 1, 2, 0, 1]).await.expect("the beginning of a greeting");
    for stream in [&mut silent, &mut half] {
        let ended = timeout(Duration::from_secs(8), stream.read(&mut [0])).await.expect("after five seconds");
        assert!(matches!(ended, Ok(0)) || ended.is_err_and(|it| it.kind() == ErrorKind::ConnectionReset));
    }
}

#[tokio::test]
async fn t13_handshakes_that_hang_keep_no_client_waiting() {
    let server = server(Start::default()).await;
    let mut hanging = Vec::new();
    for _ in 0..600 {
        hanging.push(TcpStream::connect(server.address()).await.expect("it listens"));
    }
    let mut client = timeout(Duration::from_secs(2), http2(server.address())).await.expect("in time");
    assert_eq!(ask(&mut client, asking("GET", &url(&server, FEATURES), &Json::Null)).await.expect("an answer").status, 200);
}

/// A client of HTTP/2 that can do what a good one does not.
async fn bare(server: &Server) -> (h2::client::SendRequest<Bytes>, tokio::task::JoinHandle<Result<(), h2::Error>>) {
    let (sender, connection) = h2::client::handshake(connect(server.address(), "h2").await).await.expect("settings");
    (sender.ready().await.expect("ready"), tokio::spawn(connection))
}

fn bare_request(server: &Server, path: &str) -> http::Request<()> {
    asking("GET", &url(server, path), &Json::Null).map(|_| ())
}

/// A frame of HTTP/2 (RFC 9113, 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

/// What a client sends first.
fn preface() -> Vec<u8> {
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &*frame(SETTINGS, 0, 0, &[])].concat()
}

/// `GET https://localhost/` in the compression of heads (RFC 7541, appendix A).
const GET: &[u8] = b"\x82\x84\x87\x41\x09localhost";

/// What a server says before it ends the connection: the error code of its last frame, unless that was lost on the way.
async fn goes_away(server: &Server, sent: &[u8]) -> Option<u32> {
    let mut stream = connect(server.address(), "h2").await;
    _ = stream.write_all(sent).await;
    let mut all = Vec::new();
    _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut all)).await.expect("it ends the connection");
    let mut code = None;
    while let [a, b, c, kind, _, _, _, _, _, rest @ ..] = &all[..] {
        let length = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).expect("short");
        if *kind == GOAWAY {
            code = rest.get(4..8).and_then(|it| it.try_into().ok()).map(u32::from_be_bytes);
        }
        all = rest.get(length..).unwrap_or_default().to_vec();
    }
    code
}

#[tokio::test]
async fn t14_floods_end_their_connection_alone() {
    let server = server(Start::default()).await;
    let resets = (0..1_000).flat_map(|nth| {
        let stream = 2 * nth + 1;
        [frame(HEADERS, 5, stream, GET), frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())].concat()
    });
    let endless = [frame(HEADERS, 1, 1, GET), frame(CONTINUATION, 0, 1, &[]).repeat(10_000)].concat();
    for (name, flood) in [("resets", resets.collect::<Vec<u8>>()), ("a head without an end", endless)] {
        let calm = goes_away(&server, &[preface(), flood].concat()).await;
        assert!(calm.is_none_or(|it| it == 11), "{name}: {calm:?}, which is not ENHANCE_YOUR_CALM");
    }
    let mut pings = connect(server.address(), "h2").await;
    // A client that reads no answers is read no further, so that answers to it do not pile up.
    let flood = [preface(), frame(PING, 0, 0, &[0; 8]).repeat(2_000_000)].concat();
    assert!(timeout(Duration::from_secs(3), pings.write_all(&flood)).await.is_err(), "it is not read to its end");
    let mut client = http2(server.address()).await;
    assert_eq!(ask(&mut client, asking("GET", &url(&server, FEATURES), &Json::Null)).await.expect("an answer").status, 200);
}

#[tokio::test]
async fn t14_streams_and_heads_have_bounds() {
    let server = server(Start::default()).await;
    let mut client = http2(server.address()).await;
    let mut many = asking("GET", &url(&server, FEATURES), &Json::Null);
    for nth in 0..100 {
        many.headers_mut().insert(format!("x-{nth}").parse::<http::HeaderName>().expect("a name"), "y".parse().expect("a value"));
    }
    let refused = ask(&mut client, many).await.expect("a refusal");
    assert_eq!((refused.status, refused.header("content-type")), (431, "application/problem+json"));
    let (mut sender, _connection) = bare(&server).await;
    let (answer, _) = sender.send_request(bare_request(&server, FEATURES), true).expect("sent");
    assert_eq!(answer.await.map(|it| it.status().as_u16()).ok(), Some(200));
    assert_eq!(sender.current_max_send_streams(), 100);
    let mut large = bare_request(&server, FEATURES);
    large.headers_mut().insert("x-large", "x".repeat(17 * 1024).parse().expect("a value"));
    let (answer, _) = sender.send_request(large, true).expect("sent");
    assert_eq!(answer.await.map(|it| it.status().as_u16()).ok(), Some(431));
}

#[tokio::test]
async fn a_certificate_that_cannot_be_shown_is_refused() {
    let other = rcgen::KeyPair::generate().expect("a key").serialize_pem();
    let secret = playmoney::inside::kit::secret::Secret::from_outside;
    for (tls, kind, why) in [
        (Certificate { key: secret(other), ..certificate() }, ErrorKind::InvalidInput, "do not belong to each other"),
        (Certificate { chain: "x".to_owned(), ..certificate() }, ErrorKind::InvalidData, "BEGIN CERTIFICATE"),
        (Certificate { key: secret(String::new()), ..certificate() }, ErrorKind::InvalidData, "BEGIN PRIVATE KEY"),
    ] {
        let refused = Server::start(Config { tls: Some(tls), ..Config::default() }).await.err().expect("refused");
        assert!(refused.kind() == kind && refused.to_string().contains(why), "{refused}");
    }
}
