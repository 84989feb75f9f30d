//! Sandboxes that were used and deleted leave no memory and no task behind.
//!
//! What is measured is what the program has taken and not given back: an allocator keeps pages for later, and which ones depends on
//! where the blocks lie.

use std::alloc::System;
use std::process::Command;

use bytes::Bytes;
use cap::Cap;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use playmoney::inside::edge::{Config, Server};
use playmoney::inside::kit::http::{HeaderMap, Method, Request};
use serde_json::{Value as Json, json};
use tokio::runtime::{Builder, Handle};

use crate::net::{Answer, connect, eventually, exchange};
use crate::quoine::client::Client;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Tells a child process to measure: what other tests take at the same time must not count.
const IS_CHILD: &str = "PLAYMONEY_TEST_MEMORY_OF_SANDBOXES";
const NAME: &str = "memory::sandboxes::i11_t15_sandboxes_that_were_used_and_deleted_leave_nothing";
/// What is taken once, by the first of its kind, is taken by these.
const FIRST: usize = 100;
const SANDBOXES: usize = 2_000;
/// What a thread may keep for its next answer.
const BUFFERS: usize = 32 * 1024;
const INBOX: &str = "http://shop.inbox.playmoney.test/";

#[test]
fn i11_t15_sandboxes_that_were_used_and_deleted_leave_nothing() {
    if std::env::var(IS_CHILD).is_ok() {
        return Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(measure());
    }
    let this = std::env::current_exe().expect("a path");
    let told = Command::new(this).args([NAME, "--exact", "--nocapture", "--test-threads=1"]).env(IS_CHILD, "").output().expect("a child");
    let text = String::from_utf8(told.stdout).expect("text");
    assert!(told.status.success(), "{text}{}", String::from_utf8_lossy(&told.stderr));
    let figures: Vec<usize> = text.lines().filter_map(|it| it.strip_prefix("bytes ")?.parse().ok()).collect();
    let [before, full, after, expired] = figures[..] else { panic!("{text}") };
    println!("{text}");
    assert!(before + SANDBOXES * 10_000 < full, "all were there at the same time: {text}");
    for it in [after, expired] {
        assert!(it <= before + before / 10 + BUFFERS, "{text}");
    }
}

/// Prints what is taken: before, with all sandboxes, after they were deleted, and after others have expired.
async fn measure() {
    let server = Server::start(Config::default()).await.expect("a free port");
    let mut caller = Caller::new(&server).await;
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let idle = tasks();
    let ended = || async { tasks() <= idle };
    caller.use_and_delete("first", FIRST).await;
    eventually(ended).await;
    println!("\nbytes {}", ALLOCATOR.allocated());
    let full = caller.use_and_delete("then", SANDBOXES).await;
    println!("bytes {full}");
    eventually(ended).await;
    println!("bytes {}", ALLOCATOR.allocated());
    for n in 0..FIRST {
        caller.use_one(&format!("short-{n}"), "3s").await;
    }
    eventually(ended).await;
    let list = caller.ask("GET", "/__admin/sandboxes", &Json::Null).await.json();
    assert_eq!(list["sandboxes"].as_array().map(Vec::len), Some(1), "the default one");
    drop(list);
    println!("bytes {}", ALLOCATOR.allocated());
}

/// A caller with one connection.
struct Caller {
    connection: SendRequest<Full<Bytes>>,
    to: std::net::SocketAddr,
}

impl Caller {
    async fn new(server: &Server) -> Self {
        let to = server.address();
        let mut new = Self { connection: connect(to).await, to };
        // The server has accepted when it has answered.
        new.ask("GET", "/__admin/health", &Json::Null).await;
        new
    }

    /// Uses that number of new sandboxes and deletes them. What was taken when all were there.
    async fn use_and_delete(&mut self, name: &str, count: usize) -> usize {
        for n in 0..count {
            self.use_one(&format!("{name}-{n}"), "1h").await;
        }
        let full = ALLOCATOR.allocated();
        for n in 0..count {
            self.ask("DELETE", &format!("/__admin/sandboxes/{name}-{n}"), &Json::Null).await;
        }
        full
    }

    /// A sandbox in which each provider was called, a wait has ended, messages have arrived, and a webhook and timers are pending.
    async fn use_one(&mut self, name: &str, ttl: &str) {
        let made = self.ask("POST", "/__admin/sandboxes", &json!({"name": name, "webhook_url": INBOX, "ttl": ttl})).await.json();
        let env = |variable: &str| made["env"][variable].as_str().expect("a text").to_owned();
        let bearer = |key: &str| format!("Bearer {}", env(key));
        let at = |path: &str| format!("/s/{name}/{path}");
        let script = json!({"respond": [200, 200, 200, 500]});
        self.ask("PUT", &at("__admin/inbox/shop/script"), &script).await;
        let payout = json!({"orderNumber": "A", "amount": 1_500, "description": "d", "target": {"pan": "4111111111111111"}});
        self.call("POST", &at("quantum-payouts/api/v1/performPayout"), &bearer("QUANTUM_PAYOUTS_TOKEN"), &payout.to_string()).await;
        let order = json!({"amount": "1.00", "currency": "USDC", "blockchain": "base", "order_info": "{}", "nonce": 1});
        self.call("POST", &at("cryptopay/api/payment-orders/"), &bearer("CRYPTOPAY_API_KEY"), &order.to_string()).await;
        let user = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{}:", env("QBITPAY_API_KEY")));
        let charge = json!({"amount": 100, "currency": "USD", "externalOrderId": "A", "cbUrl": INBOX, "redirectUrl": INBOX});
        self.call("POST", &at("qbitpay/api/v1/charges"), &format!("Basic {user}"), &charge.to_string()).await;
        let key = env("QUANTAPAY_API_KEY");
        let form = format!("function=create-transaction&api-key={key}&amount=49.99&cryptocurrency_code=eth");
        self.call("POST", &at("quantapay/api.php"), "", &form).await;
        let mut quoine = Client::default();
        (quoine.user, quoine.secret) = (env("QUOINE_USER_ID"), env("QUOINE_SECRET"));
        let invoice = Request::new(Method::POST, "/api/v1/invoices", r#"{"price":500}"#);
        let invoice = quoine.sign(invoice, "Thu, 01 Jan 2026 00:00:00 GMT", &[]);
        self.send("POST", &at("quoine/api/v1/invoices"), &invoice.headers, r#"{"price":500}"#.to_owned()).await;
        self.ask("POST", &at("__admin/act/cryptopay/pay"), &json!({"order": "1"})).await;
        self.ask("POST", &at("__admin/clock/advance"), &json!({"by": "3s"})).await;
        self.ask("GET", &at("__admin/inbox/shop/messages?wait=1s"), &Json::Null).await;
        let clock = self.ask("GET", &at("__admin/clock"), &Json::Null).await.json();
        assert!(clock["pending"].as_u64().is_some_and(|it| 3 < it), "{clock}");
    }

    async fn call(&mut self, method: &str, path: &str, authorization: &str, body: &str) -> Answer {
        let media = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
        let mut headers = HeaderMap::new();
        headers.insert("content-type", media.parse().expect("a header"));
        headers.insert("authorization", authorization.parse().expect("a header"));
        self.send(method, path, &headers, body.to_owned()).await
    }

    /// A control call.
    async fn ask(&mut self, method: &str, path: &str, body: &Json) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json".parse().expect("a header"));
        self.send(method, path, &headers, body).await
    }

    async fn send(&mut self, method: &str, path: &str, headers: &HeaderMap, body: String) -> Answer {
        let mut request = http::Request::builder().method(method).uri(path).body(body).expect("a request");
        *request.headers_mut() = headers.clone();
        self.connection.ready().await.expect("it is open");
        let answer = exchange(&mut self.connection, self.to, request).await.expect("an answer");
        assert!(answer.status < 300, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer
    }
}
