//! What a server does that runs out of descriptors while it sends webhooks.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http_body_util::Full;
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

use super::holding;
use crate::cli::{PLAYMONEY, Ready};
use crate::net::{exchange, request};

/// More receivers than the server has descriptors.
const TARGETS: usize = 60;

#[tokio::test]
#[cfg(unix)]
async fn without_descriptors_a_webhook_waits_and_is_not_refused() {
    let held = Arc::new(AtomicBool::new(true));
    let receiver = holding(&held).await;
    let ready = Ready::new("shortage");
    let mut command = tokio::process::Command::new("sh");
    command.args(["-c", "ulimit -n 48 && exec \"$0\" \"$@\"", PLAYMONEY, "--clock", "frozen", "--listen", "127.0.0.1:0"]);
    command.arg("--ready-file").arg(&ready.file).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut serving = command.spawn().expect("it runs");
    let mut said = BufReader::new(serving.stderr.take().expect("piped")).lines();
    let base = ready.wait()["base_url"].as_str().expect("a URL").to_owned();
    let to: std::net::SocketAddr = base.trim_start_matches("http://").parse().expect("an address");

    // One connection that stands before the descriptors are used up.
    let stream = TcpStream::connect(to).await.expect("it listens");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Full<bytes::Bytes>>(TokioIo::new(stream)).await.expect("a connection");
    tokio::spawn(connection);
    for number in 0..TARGETS {
        let target = json!({"webhook_url": format!("http://{}/{number}", receiver.address)});
        exchange(&mut sender, to, request("PATCH", "/__admin/accounts/quantum-payouts/default", &target)).await.expect("an answer");
        let card = json!({"pan": "4111111111111111"});
        let payout = json!({"orderNumber": number.to_string(), "amount": 1, "description": "d", "target": card});
        exchange(&mut sender, to, request("POST", "/quantum-payouts/api/v1/performPayout", &payout)).await.expect("an answer");
    }
    let line = tokio::time::timeout(std::time::Duration::from_secs(30), said.next_line()).await;
    let line = line.expect("it is said").expect("text").expect("a line");
    assert!(line.contains("waits and is tried again") && line.contains("ulimit -n"), "{line}");
    held.store(false, Ordering::Release);

    for _ in 0..6_000 {
        let answer = exchange(&mut sender, to, request("GET", "/__admin/deliveries", &Json::Null)).await.expect("an answer").json();
        let deliveries = answer["deliveries"].as_array().expect("a list");
        let attempts: Vec<_> = deliveries.iter().flat_map(|it| it["attempts"].as_array().expect("a list")).collect();
        assert!(attempts.iter().all(|it| it["error"].is_null()), "{answer}");
        if TARGETS <= deliveries.len() && deliveries.iter().all(|it| it["status"] == "delivered") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("some webhook was never sent");
}
