//! A reader of server-sent events that is not ours.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::time::timeout;

use super::node;
use crate::net::{admin, perform_in, server};

/// Bytes of an answer after which each connection through the proxy is cut.
const CUT_AFTER: usize = 1_500;
/// The reader comes back after a second each time.
const TOLD_TIME_MAX: Duration = Duration::from_secs(30);

/// A way to that server whose connections break, and how many there were.
async fn breaking(to: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::AcqRel);
            let server = TcpStream::connect(to).await.expect("it listens");
            tokio::spawn(pass_some(client, server));
        }
    });
    (address, connections)
}

async fn pass_some(client: TcpStream, server: TcpStream) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) = (client.into_split(), server.into_split());
    tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let (mut bytes, mut left) = ([0; 512], CUT_AFTER);
    while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
        let part = count.min(left);
        if to_client.write_all(&bytes[..part]).await.is_err() || left == part {
            return;
        }
        left -= part;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_source_reads_each_event_once_although_its_connections_break() {
    let server = server(Start::default()).await;
    admin(&server, "POST", "sandboxes", &json!({"name": "a", "webhook_url": "http://shop.inbox.playmoney.test/"})).await;
    assert_eq!(perform_in(&server, "a", "A").await.status, 200);
    let walk = admin(&server, "POST", "sandboxes/a/clock/advance", &json!({"by": "1h"})).await;
    assert_eq!(walk["deliveries_total"], 4);
    let (way, connections) = breaking(server.address()).await;
    let mut command = Command::from(node());
    command.arg("events.js").arg(format!("http://{way}/__admin/sandboxes/a/events?since=0")).stdout(Stdio::piped()).kill_on_drop(true);
    let mut reader = command.spawn().expect("it runs");
    let mut lines = BufReader::new(reader.stdout.take().expect("piped")).lines();
    let mut told = Vec::new();
    while let Some(line) = timeout(TOLD_TIME_MAX, lines.next_line()).await.expect("it comes").expect("text") {
        if line.ends_with(" clock") {
            admin(&server, "DELETE", "sandboxes/a", &Json::Null).await; // with that, the reader ends
        }
        told.push(line);
    }
    assert!(reader.wait().await.expect("it ends").success());
    let numbers: Vec<usize> = told.iter().filter_map(|it| it.split(' ').next()?.parse().ok()).collect();
    assert_eq!(numbers, (1..=told.len()).collect::<Vec<_>>(), "{told:?}");
    assert_eq!((told[0].as_str(), told[told.len() - 1].ends_with(" clock")), ("1 request", true), "{told:?}");
    assert!(1 < connections.load(Ordering::Acquire), "a connection broke, and another followed");
}
