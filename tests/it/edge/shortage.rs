//! When the machine has too little: few file descriptors, many clients that do nothing.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cli::{PLAYMONEY, Ready};
use crate::net::{Receiver, raw, request, send, server};

/// A server that may have 256 open files, soft and hard.
#[cfg(unix)]
fn limited(ready: &Ready, webhook_url: &str) -> Child {
    let start = r#"ulimit -Sn 256; ulimit -Hn 256; exec "$0" "$@""#;
    let mut command = Command::new("sh");
    command.args(["-c", start, PLAYMONEY, "--clock", "frozen", "--listen", "127.0.0.1:0", "--webhook-url", webhook_url, "--ready-file"]);
    command.arg(&ready.file).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs")
}

#[cfg(target_os = "linux")]
#[test]
fn the_soft_limit_of_open_files_is_raised() {
    let ready = Ready::new("raised");
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -Sn 64; exec "$0" "$@""#, PLAYMONEY, "--listen", "127.0.0.1:0", "--ready-file"]).arg(&ready.file);
    let mut serving = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    ready.wait();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", serving.id())).expect("a process has limits");
    serving.kill().expect("it ends");
    _ = serving.wait();
    let files = limits.lines().find(|it| it.starts_with("Max open files")).expect("a row").split_whitespace().collect::<Vec<_>>();
    assert!(files[3] == files[4] && files[3] != "64", "{files:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn t12_idle_connections_keep_no_client_and_no_webhook_waiting() {
    let receiver = Receiver::always(200).await;
    let ready = Ready::new("limited");
    let mut serving = limited(&ready, &receiver.url());
    let base = ready.wait()["base_url"].as_str().expect("a URL").to_owned();
    let to = base.trim_start_matches("http://").parse().expect("an address");
    let mut idle = Vec::new();
    for nth in 0..300 {
        let mut stream = TcpStream::connect(to).await.expect("it listens");
        match nth % 3 {
            0 => {}
            1 => stream.write_all(b"GET /__admin/health HTTP/1.1\r\nHost: local").await.expect("half a head"),
            _ => {
                stream.write_all(b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("a request");
                assert!(stream.read(&mut [0; 512]).await.is_ok_and(|it| it > 0), "an answer");
            }
        }
        idle.push(stream);
    }
    let body = json!({"orderNumber": "A", "amount": 1, "description": "d", "target": {"pan": "4111111111111111"}});
    let healthy = async {
        assert_eq!(send(to, request("POST", "/quantum-payouts/api/v1/performPayout", &body)).await.status, 200);
        send(to, request("POST", "/__admin/clock/advance", &json!({"by": "0s"}))).await.json()
    };
    let walk = tokio::time::timeout(Duration::from_secs(5), healthy).await.expect("a healthy client does not wait for idle ones");
    assert_eq!((walk["deliveries"][0]["status"].clone(), receiver.statuses().len()), (json!(200), 3), "{walk}");
    drop(idle);
    serving.kill().expect("it ends");
    _ = serving.wait();
    let mut said = String::new();
    serving.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    let lines: Vec<&str> = said.lines().collect();
    assert!(matches!(lines[..], [only] if only.contains("all 128 connections are open") && only.contains("ulimit -n, now 256")), "{said}");
}

#[tokio::test]
async fn i21_bodies_that_are_not_sent_take_no_memory_for_bodies() {
    let server = server(Start::default()).await;
    let mut open = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
        let head = "POST /__admin/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.expect("sent");
        open.push(stream);
    }
    assert_eq!(send(server.address(), request("GET", "/__admin/clock", &Json::Null)).await.status, 200);
    let late = raw(server.address(), b"POST /__admin/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{").await;
    assert!(late.starts_with("HTTP/1.1 408"), "{late}");
}
