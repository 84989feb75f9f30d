//! What receivers get, and what is said about those that fail or mean harm.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::net::{Receiver, admin, eventually, perform, request, send, server, shop};
use crate::quoine::client::{SECRET, signature};

/// Accepts everything, and keeps the requests as they came.
async fn recorder() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let came = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&came);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 8192];
            let read = stream.read(&mut bytes).await.unwrap_or(0);
            kept.lock().expect("no panic").push(String::from_utf8_lossy(&bytes[..read]).into_owned());
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
        }
    });
    (address, came)
}

/// The first attempt at that target, after the simulated clock has stood for an instant.
async fn attempt(url: &str) -> Json {
    let server = shop(url).await;
    perform(&server, "A").await;
    first_attempt(&server).await
}

async fn first_attempt(server: &Server) -> Json {
    admin(server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    admin(server, "GET", "deliveries", &Json::Null).await["deliveries"][0]["attempts"][0].clone()
}

/// Creates an invoice of Quoine's, and pays it: a callback follows.
async fn pay_invoice(server: &Server, number: u32) {
    let (date, nonce) = ("Thu, 01 Jan 2026 00:00:00 GMT", format!("{number:032}"));
    let signed = format!("application/json,,/api/v1/invoices,{date},{nonce}");
    let mut create = request("POST", "/quoine/api/v1/invoices", &json!({"price": "500.0"}));
    for (name, value) in [
        ("content-type", "application/json"),
        ("date", date),
        ("nonce", &nonce),
        ("authorization", &format!("APIAuth 2:{}", signature(SECRET, &signed))),
    ] {
        create.headers_mut().insert(name.parse::<http::HeaderName>().expect("a name"), value.parse().expect("a value"));
    }
    assert_eq!(send(server.address(), create).await.status, 200);
    admin(server, "POST", "act/quoine/pay", &json!({"invoice": number})).await;
    admin(server, "POST", "clock/advance", &json!({"by": "0s"})).await;
}

fn text<'a>(attempt: &'a Json, name: &str) -> &'a str {
    attempt[name].as_str().unwrap_or("")
}

#[tokio::test]
async fn an_address_leaves_as_it_was_set() {
    let (address, came) = recorder().await;
    let port = address.port();
    for (url, line, host) in [
        (format!("http://{address}?x=1"), "POST /?x=1 HTTP/1.1", format!("127.0.0.1:{port}")),
        (format!("http://{address}"), "POST / HTTP/1.1", format!("127.0.0.1:{port}")),
        (format!("http://{address}/é?ü=1"), "POST /%C3%A9?%C3%BC=1 HTTP/1.1", format!("127.0.0.1:{port}")),
        (format!("http://{address}/a/../b//c?d=%20#e"), "POST /a/../b//c?d=%20 HTTP/1.1", format!("127.0.0.1:{port}")),
        (format!("http://shop.localhost:{port}/x"), "POST /x HTTP/1.1", format!("shop.localhost:{port}")),
        (format!("http://LOCALHOST:{port}/x"), "POST /x HTTP/1.1", format!("LOCALHOST:{port}")),
        (format!("http://bücher.localhost:{port}/x"), "POST /x HTTP/1.1", format!("xn--bcher-kva.localhost:{port}")),
    ] {
        came.lock().expect("no panic").clear();
        assert_eq!(attempt(&url).await["status"], 200, "{url}");
        let head = came.lock().expect("no panic")[0].clone();
        assert!(head.starts_with(&format!("{line}\r\nHost: {host}\r\n")), "{url}: {head}");
    }
}

#[tokio::test]
async fn a_path_outside_ascii_is_signed_as_it_is_sent() {
    let (address, came) = recorder().await;
    let server = server(Start::default()).await;
    for (invoice, url, uri) in [(1, format!("http://{address}/é?ü=1"), "/%C3%A9?%C3%BC=1"), (2, format!("http://{address}?x=1"), "/?x=1")]
    {
        came.lock().expect("no panic").clear();
        admin(&server, "PATCH", "accounts/quoine/2", &json!({"webhook_url": url})).await;
        pay_invoice(&server, invoice).await;
        let deliveries = admin(&server, "GET", "deliveries?provider=quoine", &Json::Null).await;
        let last = deliveries["deliveries"].as_array().and_then(|it| it.last()).cloned().unwrap_or_default();
        assert!(text(&last["attempts"][0], "signed").contains(&format!(",{uri},")), "{deliveries}");
        assert!(came.lock().expect("no panic")[0].starts_with(&format!("POST {uri} HTTP/1.1\r\n")));
    }
}

#[tokio::test]
async fn headers_leave_and_are_shown_in_the_documented_case() {
    let (address, came) = recorder().await;
    let server = server(Start { webhook_url: Some(format!("http://{address}/")), ..Start::default() }).await;
    pay_invoice(&server, 1).await;
    let mut test = request("GET", "/qbitpay/api/v1/events/test", &Json::Null);
    test.headers_mut().insert("authorization", "Basic cWJpdF90ZXN0X2tleTo=".parse().expect("a header"));
    send(server.address(), test).await;
    perform(&server, "A").await;
    admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    let heads = came.lock().expect("no panic").join("\n");
    let deliveries = admin(&server, "GET", "deliveries", &Json::Null).await;
    let shown = deliveries.to_string();
    for name in ["QbitPay-Signature", "Content-MD5", "NONCE", "Authorization", "Date", "X-Payouts-Event-Id", "Content-Type"] {
        assert!(heads.contains(&format!("\r\n{name}: ")), "{name}: {heads}");
        assert!(shown.contains(&format!("\"{name}\":")), "{name}: {shown}");
    }
    assert!(!heads.to_lowercase().contains("playmoney"), "a loopback address gets what the provider sends: {heads}");
    assert!(!shown.contains("Playmoney-Delivery"));
}

#[tokio::test]
async fn i28_a_password_in_an_address_is_sent_and_not_shown() {
    let (address, came) = recorder().await;
    let server = shop(&format!("http://shop:open-sesame@{address}/hooks?token=0123456789abcdef&x=1")).await;
    perform(&server, "A").await;
    let attempt = first_attempt(&server).await;
    let head = came.lock().expect("no panic")[0].clone();
    assert!(head.contains("\r\nAuthorization: Basic c2hvcDpvcGVuLXNlc2FtZQ==\r\n"), "{head}");
    assert!(head.starts_with("POST /hooks?token=0123456789abcdef&x=1 HTTP/1.1\r\n"), "{head}");
    assert_eq!(attempt["request"]["headers"]["Authorization"], "Basic ***");
    let delivery = admin(&server, "GET", "deliveries", &Json::Null).await["deliveries"][0].clone();
    assert_eq!(delivery["url"], format!("http://shop:***@{address}/hooks?token=***cdef&x=1"));
    let account = admin(&server, "GET", "accounts/quantum-payouts/default", &Json::Null).await;
    assert_eq!(account["webhook_url"], delivery["url"]);
    let all = format!("{delivery} {account} {}", admin(&server, "GET", "requests", &Json::Null).await);
    for secret in ["open-sesame", "c2hvcDpvcGVuLXNlc2FtZQ", "0123456789abcdef"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_called_is_refused_where_it_is_set() {
    let server = server(Start::default()).await;
    for (url, why) in
        [("http://0.0.0.0:3000/", "127.0.0.1"), ("http://[::]:3000/", "127.0.0.1"), ("http://[]/", "no host"), ("http://h:0/", "port")]
    {
        let refused =
            send(server.address(), request("PATCH", "/__admin/accounts/quantum-payouts/default", &json!({"webhook_url": url}))).await;
        let said = refused.json();
        assert_eq!(refused.status, 422, "{said}");
        assert!(text(&said, "detail").contains(why), "{url}: {said}");
    }
}

#[tokio::test]
async fn the_cause_of_a_failure_is_said() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("bound")
    };
    let cut = Receiver::raw(b"").await;
    let nonsense = Receiver::raw(b"250 mail.example at your service\r\n\r\n").await;
    for (url, error, detail) in [
        (format!("http://{closed}/"), "refused", "refused"),
        (format!("http://localhost:{}/", closed.port()), "refused", "[::1]"),
        (format!("http://{cut}/"), "reset", "before it answered"),
        (format!("http://{nonsense}/"), "bad_response", "not HTTP/1.1"),
        (format!("https://{nonsense}/"), "tls", "not answer in TLS"),
        ("http://169.254.169.254/".to_owned(), "blocked", "metadata service"),
    ] {
        let attempt = attempt(&url).await;
        assert_eq!((&attempt["status"], &attempt["error"]), (&Json::Null, &json!(error)), "{attempt}");
        assert!(text(&attempt, "detail").contains(detail), "{url}: {attempt}");
    }
    let start = Start { webhook_url: Some(format!("http://{closed}/")), ..Start::default() };
    let webhook_allow = vec!["127.0.0.2/32".parse().expect("a network")];
    let listed = Server::start(Config { start, webhook_allow, ..Config::default() }).await.expect("a free port");
    perform(&listed, "A").await;
    assert!(text(&first_attempt(&listed).await, "detail").contains("--webhook-allow"));
}

#[tokio::test]
async fn an_answer_that_is_cut_keeps_its_status_and_is_tried_again() {
    let short = Receiver::raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab").await;
    let server = shop(&format!("http://{short}/")).await;
    perform(&server, "A").await;
    let attempt = first_attempt(&server).await;
    assert_eq!((&attempt["status"], &attempt["error"], &attempt["response"]["body"]), (&json!(200), &json!("bad_response"), &json!("ab")));
    assert!(text(&attempt, "detail").contains("before the end of its answer"), "{attempt}");
    let delivery = admin(&server, "GET", "deliveries", &Json::Null).await["deliveries"][0].clone();
    assert_eq!((&delivery["status"], delivery["next_attempt_at"].is_null()), (&json!("pending"), false));
}

#[tokio::test]
async fn a_chunk_that_cannot_be_read_is_named() {
    let garbled = Receiver::raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n").await;
    let attempt = attempt(&format!("http://{garbled}/")).await;
    assert_eq!((&attempt["status"], &attempt["error"], &attempt["response"]["body"]), (&json!(200), &json!("bad_response"), &json!("ab")));
    let detail = text(&attempt, "detail");
    assert!(detail.contains("is not HTTP/1.1") && detail.contains("chunk"), "{attempt}");
}

#[tokio::test]
async fn a_redirect_shows_no_token() {
    let head = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/login?token=abcdefghijklmnop\r\nContent-Length: 0\r\n\r\n";
    let redirected = attempt(&format!("http://{}/", Receiver::raw(head).await)).await;
    let shown = "http://127.0.0.1/login?token=***mnop";
    assert_eq!(redirected["response"]["headers"]["location"], shown, "{redirected}");
    assert!(text(&redirected, "hint").ends_with(&format!("`{shown}`")), "{redirected}");
}

#[tokio::test]
async fn a_redirect_and_a_far_date_come_with_advice() {
    let redirect = Receiver::raw(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/login\r\nContent-Length: 0\r\n\r\n").await;
    let redirected = attempt(&format!("http://{redirect}/")).await;
    assert_eq!((&redirected["status"], &redirected["error"]), (&json!(302), &Json::Null));
    assert!(text(&redirected, "hint").contains("`http://127.0.0.1/login`"), "{redirected}");
    let strict = Receiver::raw(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").await;
    let dated = attempt(&format!("http://{strict}/")).await;
    assert!(text(&dated, "hint").contains("`signature_time`"), "the clock stands at the beginning of 2026: {dated}");
    let server = shop(&format!("http://{strict}/")).await;
    admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"signature_time": "real"})).await;
    perform(&server, "A").await;
    assert_eq!(first_attempt(&server).await["hint"], Json::Null, "the date is the real one");
}

/// Writes this for ever after each request, and counts the bytes that were taken.
async fn flood(first: &'static [u8], again: &'static [u8]) -> (SocketAddr, Arc<Mutex<Vec<usize>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let taken = Arc::new(Mutex::new(Vec::new()));
    let counts = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counts = Arc::clone(&counts);
            tokio::spawn(async move {
                _ = stream.read(&mut [0; 4096]).await;
                let (block, mut taken) = (again.repeat(100), 0);
                _ = stream.write_all(first).await;
                while stream.write_all(&block).await.is_ok() {
                    taken += block.len();
                }
                counts.lock().expect("no panic").push(taken);
            });
        }
    });
    (address, taken)
}

#[tokio::test]
async fn a_head_that_never_ends_is_a_bad_response() {
    for (first, again, detail) in [
        (&b""[..], &b"HTTP/1.1 103 Early Hints\r\n\r\n"[..], "interim answers"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "interim answers"),
        (b"HTTP/1.1 103 Early Hints\r\nX: ", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""),
        (b"HTTP/1.1 200 OK\r\nX: ", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""),
    ] {
        let (address, _) = flood(first, again).await;
        let attempt = attempt(&format!("http://{address}/")).await;
        assert_eq!((&attempt["status"], &attempt["error"]), (&Json::Null, &json!("bad_response")), "{attempt}");
        assert!(text(&attempt, "detail").contains(detail), "{attempt}");
    }
    let few = Receiver::raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(attempt(&format!("http://{few}/")).await["status"], 204);
}

/// How long a healthy client waits for each of 200 answers, in order.
async fn waits(server: &Server) -> Vec<Duration> {
    let (clock, mut waits) = (Stopwatch::start(), Vec::new());
    for _ in 0..200 {
        let began = clock.uptime().elapsed;
        send(server.address(), request("GET", "/__admin/health", &Json::Null)).await;
        waits.push(clock.uptime().elapsed.saturating_sub(began));
    }
    waits.sort();
    waits
}

#[tokio::test]
async fn thirty_floods_cost_their_server_little() {
    let mut floods = Vec::new();
    let server = server(Start::default()).await;
    let before = waits(&server).await;
    for number in 0..30 {
        let (address, taken) = flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n").await;
        admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": format!("http://{address}/")})).await;
        perform(&server, &number.to_string()).await;
        floods.push(taken);
    }
    let during = waits(&server).await;
    let said = |it: &[Duration]| format!("{:?} at the median, {:?} at p99, {:?} at most", it[100], it[198], it[199]);
    println!("a healthy client waits {} before the floods, and {} during them", said(&before), said(&during));
    for taken in &floods {
        eventually(async || !taken.lock().expect("no panic").is_empty()).await;
        let taken = taken.lock().expect("no panic")[0];
        assert!(taken < 16 * 1024 * 1024, "the connection ends after the bound, with what the kernel had buffered: {taken}");
    }
    assert!(during[100] < Duration::from_secs(1));
}
