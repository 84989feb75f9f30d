//! Real sockets on loopback: a server, a client, and receivers that misbehave when a test asks for it.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use playmoney::inside::scenario::Known;
use playmoney::inside::{providers, scenario};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The answer of a server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().expect("text"))
    }
}

/// A server for one test.
pub async fn server(start: Start) -> Server {
    Server::start(Config { start, ..Config::default() }).await.expect("a free port")
}

/// The frozen default sandbox, with that target of its webhooks.
pub async fn shop(webhook_url: &str) -> Server {
    server(Start { webhook_url: Some(webhook_url.to_owned()), ..Start::default() }).await
}

/// The frozen default sandbox with one rule.
pub fn ruled(on: &str, then: &str) -> Start {
    let text = format!("version: 1\nrules:\n  - on: {on}\n    then: {then}\n");
    let contracts: Vec<_> = providers::all().iter().map(|it| it.contract()).collect();
    let known = Known { contracts: &contracts, environment: None };
    let scenario = scenario::parse("test.yaml", &text, known).unwrap_or_else(|it| panic!("{}", it.render(false)));
    scenario.apply_to(Start::default())
}

/// A new connection.
pub async fn connect(to: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(to).await.expect("a server listens");
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a connection");
    tokio::spawn(connection);
    sender
}

/// Sends one request on a new connection.
pub async fn send(to: SocketAddr, request: http::Request<String>) -> Answer {
    exchange(&mut connect(to).await, to, request).await.expect("an answer")
}

/// Sends one request on that connection. A stream of events is not read.
pub async fn exchange(sender: &mut SendRequest<Full<Bytes>>, to: SocketAddr, request: http::Request<String>) -> Option<Answer> {
    let (mut head, body) = request.into_parts();
    head.headers.entry("host").or_insert(to.to_string().parse().expect("a host"));
    let response = sender.send_request(http::Request::from_parts(head, Full::new(Bytes::from(body)))).await.ok()?;
    let (head, body) = response.into_parts();
    let stays_open = head.headers.get("content-type").is_some_and(|it| it == "text/event-stream");
    let body = if stays_open { Bytes::new() } else { body.collect().await.ok()?.to_bytes() };
    Some(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

/// A JSON request with the test token.
pub fn request(method: &str, path: &str, body: &Json) -> http::Request<String> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer qm_test_token")
        .header("content-type", "application/json; charset=UTF-8")
        .header("accept", "application/json; version=1.0")
        .body(body)
        .expect("a request")
}

/// A control call, answered.
pub async fn admin(server: &Server, method: &str, path: &str, body: &Json) -> Json {
    send(server.address(), request(method, &format!("/__admin/{path}"), body)).await.json()
}

/// A payout to a card, which goes straight to the bank.
pub fn payout(number: &str) -> Json {
    json!({"orderNumber": number, "amount": 150_000, "description": "d", "target": {"pan": "4111111111111111"}})
}

/// Pays out in the default sandbox.
pub async fn perform(server: &Server, number: &str) -> Answer {
    send(server.address(), request("POST", "/quantum-payouts/api/v1/performPayout", &payout(number))).await
}

/// Pays out in the sandbox of that name, with its own token.
pub async fn perform_in(server: &Server, sandbox: &str, number: &str) -> Answer {
    let mut request = request("POST", &format!("/s/{sandbox}/quantum-payouts/api/v1/performPayout"), &payout(number));
    request.headers_mut().insert("authorization", format!("Bearer qm_test_token_{sandbox}").parse().expect("a header"));
    send(server.address(), request).await
}

/// A login to the portal of Quantum Payouts: its cookie, and the token of its forms.
pub async fn portal_session(to: SocketAddr) -> (String, String) {
    let form = http::Request::post("/quantum-payouts/index.php?view=login").header("content-type", "application/x-www-form-urlencoded");
    let login = send(to, form.body("username=demo&password=demo-password".to_owned()).expect("a request")).await;
    let cookie = login.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let page = http::Request::get("/quantum-payouts/index.php?view=settings").header("cookie", &cookie).body(String::new());
    let page = String::from_utf8(send(to, page.expect("a request")).await.body.to_vec()).expect("text");
    let token = page.split("csrf_token").nth(1).and_then(|it| it.split("value=\"").nth(1)).and_then(|it| it.split('"').next());
    (cookie, token.expect("a token").to_owned())
}

/// Writes bytes to a socket, and returns everything that arrives until it is closed.
pub async fn raw(to: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).await.expect("a server listens");
    _ = stream.write_all(bytes).await;
    let mut back = Vec::new();
    _ = stream.read_to_end(&mut back).await;
    String::from_utf8_lossy(&back).into_owned()
}

type Reply = Pin<Box<dyn Future<Output = http::Response<Full<Bytes>>> + Send>>;

/// A receiver of webhooks: its address, and what has arrived.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    pub arrived: Arc<Mutex<Vec<Json>>>,
}

impl Receiver {
    /// Answers each webhook as `reply` says.
    pub async fn start(reply: impl Fn(Json) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let receiver = Self { address: listener.local_addr().expect("bound"), arrived: Arc::default() };
        let (arrived, reply) = (Arc::clone(&receiver.arrived), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (arrived, reply) = (Arc::clone(&arrived), Arc::clone(&reply));
                let service = service_fn(move |request: http::Request<Incoming>| {
                    let (arrived, reply) = (Arc::clone(&arrived), Arc::clone(&reply));
                    async move {
                        let body = request.into_body().collect().await?.to_bytes();
                        let event: Json = serde_json::from_slice(&body).expect("an event");
                        arrived.lock().expect("no panic").push(event.clone());
                        Ok::<_, hyper::Error>(reply(event).await)
                    }
                });
                tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        receiver
    }

    /// Answers everything with that status.
    pub async fn always(status: u16) -> Self {
        Self::start(move |_| Box::pin(async move { answered(status) })).await
    }

    /// Accepts connections, reads, and writes these bytes.
    pub async fn raw(bytes: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    _ = stream.read(&mut [0; 4096]).await;
                    _ = stream.write_all(bytes).await;
                });
            }
        });
        address
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// The statuses that arrived, in order.
    pub fn statuses(&self) -> Vec<String> {
        let arrived = self.arrived.lock().expect("no panic");
        arrived.iter().map(|it| it["payout"]["status"].as_str().unwrap_or("?").to_owned()).collect()
    }
}

/// An empty answer.
pub fn answered(status: u16) -> http::Response<Full<Bytes>> {
    http::Response::builder().status(status).body(Full::default()).expect("a response")
}

/// Asks until the condition holds. When it never does, the test fails and the run goes on.
pub async fn eventually<F: Future<Output = bool>>(mut so: impl FnMut() -> F) {
    for _ in 0..6_000 {
        if so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("it never came");
}
