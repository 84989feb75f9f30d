//! What a server does that has few descriptors, or none, while it sends webhooks.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr};

use super::holding;
use crate::cli::{PLAYMONEY, Ready};
use crate::net::{Receiver, connect, exchange, request, send};

/// Webhooks to one receiver. Together with the clients below they need more descriptors than the server has.
const WEBHOOKS: usize = 60;
/// Clients that have connected and say nothing. The server keeps 24 places for clients.
const IDLE_CLIENTS: usize = 22;

/// A server that may have 48 open files, and a connection to it that stands.
struct Limited {
    _serving: Child,
    /// Its standard error, which is a closed pipe once this is `None`.
    said: Option<Lines<BufReader<ChildStderr>>>,
    to: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Limited {
    async fn start(name: &str) -> Self {
        let ready = Ready::new(name);
        let mut command = tokio::process::Command::new("sh");
        command.args(["-c", "ulimit -n 48 && exec \"$0\" \"$@\"", PLAYMONEY, "--clock", "frozen", "--listen", "127.0.0.1:0"]);
        command.arg("--ready-file").arg(&ready.file).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut serving = command.spawn().expect("it runs");
        let said = BufReader::new(serving.stderr.take().expect("piped")).lines();
        let base = ready.wait()["base_url"].as_str().expect("a URL").to_owned();
        let to: SocketAddr = base.trim_start_matches("http://").parse().expect("an address");
        Self { _serving: serving, said: Some(said), to, sender: connect(to).await }
    }

    async fn ask(&mut self, method: &str, path: &str, body: &Json) -> Json {
        exchange(&mut self.sender, self.to, request(method, path, body)).await.expect("an answer").json()
    }

    async fn idle_clients(&self) -> Vec<TcpStream> {
        let mut idle = Vec::new();
        for _ in 0..IDLE_CLIENTS {
            idle.push(TcpStream::connect(self.to).await.expect("it listens"));
        }
        idle
    }

    async fn owe_webhooks(&mut self, receiver: &Receiver) {
        for number in 0..WEBHOOKS {
            let target = json!({"webhook_url": format!("http://{}/{number}", receiver.address)});
            self.ask("PATCH", "/__admin/accounts/quantum-payouts/default", &target).await;
            let card = json!({"pan": "4111111111111111"});
            let payout = json!({"orderNumber": number.to_string(), "amount": 1, "description": "d", "target": card});
            self.ask("POST", "/quantum-payouts/api/v1/performPayout", &payout).await;
        }
    }

    /// Waits until each webhook is delivered. No attempt may have failed.
    async fn all_delivered(&mut self) {
        for _ in 0..3_000 {
            let answer = self.ask("GET", "/__admin/deliveries", &Json::Null).await;
            let deliveries = answer["deliveries"].as_array().expect("a list");
            let attempts: Vec<_> = deliveries.iter().flat_map(|it| it["attempts"].as_array().expect("a list")).collect();
            assert!(attempts.iter().all(|it| it["error"].is_null()), "{answer}");
            if WEBHOOKS <= deliveries.len() && deliveries.iter().all(|it| it["status"] == "delivered") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("some webhook was never sent");
    }
}

#[tokio::test]
#[cfg(unix)]
async fn without_descriptors_a_webhook_waits_and_is_not_refused() {
    let held = Arc::new(AtomicBool::new(true));
    let receiver = holding(&held).await;
    let mut server = Limited::start("lacking").await;
    let _idle = server.idle_clients().await;
    server.owe_webhooks(&receiver).await;
    let said = server.said.as_mut().expect("open");
    let said = async {
        loop {
            let line = said.next_line().await.expect("text").expect("a line");
            assert!(line.contains("ulimit -n"), "{line}");
            if line.contains("waits and is tried again") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), said).await.expect("it is said");
    held.store(false, Ordering::Release);
    server.all_delivered().await;
}

#[tokio::test]
#[cfg(unix)]
async fn i1_a_webhook_that_waits_is_sent_when_standard_error_is_closed() {
    let held = Arc::new(AtomicBool::new(true));
    let receiver = holding(&held).await;
    let mut server = Limited::start("closed-error").await;
    let _idle = server.idle_clients().await;
    server.said = None;
    server.owe_webhooks(&receiver).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    held.store(false, Ordering::Release);
    server.all_delivered().await;
}

#[tokio::test]
#[cfg(unix)]
async fn i21_webhooks_leave_descriptors_to_clients() {
    let held = Arc::new(AtomicBool::new(true));
    let receiver = holding(&held).await;
    let mut server = Limited::start("reserve").await;
    server.owe_webhooks(&receiver).await;
    let ask = send(server.to, request("GET", "/__admin/health", &Json::Null));
    let answer = tokio::time::timeout(Duration::from_secs(5), ask).await.expect("a new client is served while webhooks wait");
    assert_eq!(answer.status, 200);
    held.store(false, Ordering::Release);
    server.all_delivered().await;
}
