//! A reader of server-sent events that is not ours.

use std::net::SocketAddr;

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{node, run};
use crate::net::{admin, eventually, request, send, server};

/// Bytes of an answer after which each connection through the proxy is cut.
const CUT_AFTER: usize = 1_500;

/// A way to that server whose connections break.
async fn breaking(to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(to).await.expect("it listens");
            tokio::spawn(pass_some(client, server));
        }
    });
    address
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
    let payout = json!({"orderNumber": "A", "amount": 150_000, "description": "d", "target": {"pan": "4111111111111111"}});
    let mut perform = request("POST", "/s/a/quantum-payouts/api/v1/performPayout", &payout);
    perform.headers_mut().insert("authorization", "Bearer qm_test_token_a".parse().expect("a header"));
    assert_eq!(send(server.address(), perform).await.status, 200);
    let walk = admin(&server, "POST", "sandboxes/a/clock/advance", &json!({"by": "1h"})).await;
    assert_eq!(walk["deliveries_total"], 4);
    let way = breaking(server.address()).await;
    let mut command = node();
    command.arg("events.js").arg(format!("http://{way}/__admin/sandboxes/a/events?since=0"));
    let reading = tokio::task::spawn_blocking(move || run(command, "").0);
    let open = async || {
        let metrics = send(server.address(), request("GET", "/__admin/metrics", &Json::Null)).await;
        String::from_utf8_lossy(&metrics.body).contains("\nplaymoney_event_streams 1\n")
    };
    eventually(open).await;
    tokio::time::sleep(std::time::Duration::from_secs(4)).await; // it comes back after a second each time
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    let told = reading.await.expect("it ends");
    let numbers: Vec<u64> = told.lines().filter_map(|it| it.split(' ').next()?.parse().ok()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{told}");
    assert_eq!((told.lines().next(), told.lines().last().map(|it| it.ends_with("clock"))), (Some("1 request"), Some(true)), "{told}");
}
