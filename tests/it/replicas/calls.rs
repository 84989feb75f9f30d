//! Every replica answers for every sandbox, as one server would.

use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::cluster::{Cluster, Tried};
use crate::net::{Receiver, payout};

fn names(list: &Json) -> Vec<&str> {
    list["sandboxes"].as_array().expect("a list").iter().map(|it| it["name"].as_str().expect("a name")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_replica_serves_every_sandbox() {
    let cluster = Cluster::start(3, &[]).await;
    let made = cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "shop", "seed": 7})).await;
    assert_eq!((made.status, cluster.owner("shop")), (201, Some(0)));
    for at in [1, 2] {
        let again = cluster.ask(at, "POST", "/__admin/sandboxes", &json!({"name": "shop"})).await;
        assert_eq!((again.status, again.json()["code"].as_str().map(str::to_owned)), (409, Some("sandbox_exists".to_owned())));
    }
    // By path, and by credential alone: the owner answers.
    let pay = cluster.ask(1, "POST", "/s/shop/quantum-payouts/api/v1/performPayout", &payout("order-1")).await;
    assert_eq!(pay.status, 200, "{}", String::from_utf8_lossy(&pay.body));
    let owner = cluster.ask(0, "GET", "/s/shop/__admin/clock", &Json::Null).await.header("playmoney-replica").to_owned();
    assert_eq!(pay.header("playmoney-replica"), owner);
    assert!(owner.starts_with(&format!("127.0.0.1:{}-", cluster.ports[0])), "{owner}");
    let (body, place) = (r#"{"orderNumber":"order-1"}"#, "/quantum-payouts/api/v1/getPayoutStatus");
    let status = raw(cluster.ports[2], &post(place, "qm_test_token_shop", "", body)).await;
    assert!(status.starts_with("HTTP/1.1 200") && status.contains("order-1"), "{status}");
    // Made anywhere, listed everywhere, with names that no other has.
    let unnamed = json!({});
    let (one, other) =
        tokio::join!(cluster.ask(1, "POST", "/__admin/sandboxes", &unnamed), cluster.ask(2, "POST", "/__admin/sandboxes", &unnamed));
    let mut given = [one.json()["name"].clone(), other.json()["name"].clone()].map(|it| it.as_str().expect("a name").to_owned());
    given.sort();
    assert_eq!(given, ["sandbox-1", "sandbox-2"]);
    for at in 0..3 {
        let list = cluster.ask(at, "GET", "/__admin/sandboxes", &Json::Null).await.json();
        assert_eq!(names(&list), ["default", "sandbox-1", "sandbox-2", "shop"]);
        assert_eq!(list["sandboxes"][3]["requests"], json!(2), "the owner has counted");
    }
    let replicas = cluster.ask(2, "GET", "/__admin/replicas", &Json::Null).await.json();
    assert_eq!(replicas["replicas"].as_array().map(Vec::len), Some(3));
    let shop = replicas["sandboxes"].as_array().and_then(|all| all.iter().find(|it| it["name"] == "shop")).expect("it is listed");
    assert_eq!((shop["owner"].as_str(), shop["fence"].is_i64(), &replicas["truncated"]), (Some(&*owner), true, &json!(false)));
    // A copy belongs to the owner of the original, and is deleted from anywhere.
    let copy = cluster.ask(2, "POST", "/s/shop/__admin/fork", &json!({"name": "copy"})).await;
    assert_eq!((copy.status, cluster.owner("copy")), (201, Some(0)));
    let shown = cluster.ask(1, "GET", "/__admin/sandboxes/copy", &Json::Null).await.json();
    assert_eq!(shown["name"], "copy");
    assert_eq!(cluster.ask(2, "DELETE", "/__admin/sandboxes/copy", &Json::Null).await.json(), json!({"deleted": "copy"}));
    for at in 0..3 {
        assert_eq!(cluster.ask(at, "GET", "/s/copy/__admin/clock", &Json::Null).await.status, 404);
    }
    let left = "SELECT count(*) FROM playmoney_pieces p WHERE NOT EXISTS (SELECT 1 FROM playmoney_sandboxes s WHERE s.name = p.sandbox)";
    assert_eq!(cluster.postgres.sql("playmoney", left).as_deref(), Ok("0\n"));
    assert_eq!(cluster.ask(1, "POST", "/__admin/sandboxes", &json!({"name": "copy"})).await.status, 201, "the name is free again");
}

/// A request with its credential, as bytes.
fn post(path: &str, token: &str, headers: &str, body: &str) -> String {
    let (types, length) = ("content-type: application/json; charset=UTF-8\r\naccept: application/json; version=1.0", body.len());
    let head = format!("POST {path} HTTP/1.1\r\nhost: playmoney\r\nauthorization: Bearer {token}\r\n{types}\r\n");
    format!("{head}content-length: {length}\r\n{headers}connection: close\r\n\r\n{body}")
}

/// Asks for a payout.
async fn status(cluster: &Cluster, at: usize, name: &str, number: &str) -> u16 {
    let path = format!("/s/{name}/quantum-payouts/api/v1/getPayoutStatus");
    cluster.ask(at, "POST", &path, &json!({"orderNumber": number})).await.status
}

async fn raw(port: u16, bytes: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    stream.write_all(bytes.as_bytes()).await.expect("it reads");
    let mut back = Vec::new();
    _ = stream.read_to_end(&mut back).await;
    String::from_utf8_lossy(&back).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_faults_and_hang_ups_pass_the_hop() {
    let cluster = Cluster::start(2, &["--sandboxes", "on-use"]).await;
    let first = cluster.ask(0, "GET", "/s/used/__admin/clock", &Json::Null).await;
    assert_eq!((first.status, cluster.owner("used")), (200, Some(0)), "the first request has made it");
    // A stream of events comes piece by piece.
    let mut events = TcpStream::connect(("127.0.0.1", cluster.ports[1])).await.expect("it listens");
    let ask = "GET /s/used/__admin/events HTTP/1.1\r\nhost: playmoney\r\n\r\n";
    events.write_all(ask.as_bytes()).await.expect("it reads");
    let mut seen = String::new();
    let mut piece = [0; 4096];
    let mut asked = false;
    while !seen.contains("order-9") {
        let read = tokio::time::timeout(Duration::from_secs(20), events.read(&mut piece)).await.expect("it tells").expect("it lives");
        assert!(0 < read, "the stream ended: {seen}");
        seen.push_str(&String::from_utf8_lossy(&piece[..read]));
        if !asked && seen.contains("retry:") {
            asked = true;
            cluster.ask(0, "POST", "/s/used/quantum-payouts/api/v1/performPayout", &payout("order-9")).await;
        }
    }
    drop(events);
    // What a rule does to an answer reaches the caller.
    let fault = |fault: &str| {
        let (path, header) = ("/s/used/quantum-payouts/api/v1/getPayoutStatus", format!("playmoney-fault: {fault}\r\n"));
        post(path, "qm_test_token_used", &header, r#"{"orderNumber":"order-9"}"#)
    };
    assert_eq!(raw(cluster.ports[1], &fault("empty_response")).await, "");
    let cut = raw(cluster.ports[1], &fault("truncate_body_at_fraction=0.5")).await;
    let (head, body) = cut.split_once("\r\n\r\n").expect("a head");
    let length = head.lines().find_map(|it| it.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned)).expect("a length");
    assert!(!body.is_empty() && body.len() < length.parse().expect("a number"), "{cut}");
    // A caller who hangs up ends a wait at the owner: nothing waits there any more.
    let wait = "GET /s/used/__admin/inbox/box/messages?wait=50s&count=1 HTTP/1.1\r\nhost: playmoney\r\n\r\n";
    let mut waits = TcpStream::connect(("127.0.0.1", cluster.ports[1])).await.expect("it listens");
    waits.write_all(wait.as_bytes()).await.expect("it reads");
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(waits);
    let begun = Stopwatch::start();
    let capsule = || cluster.ask(0, "GET", "/s/used/__admin/capsule", &Json::Null);
    while !String::from_utf8_lossy(&capsule().await.body).contains("playmoney_capsule") {
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
    let pieces = "SELECT count(*) FROM playmoney_pieces WHERE sandbox = 'used' AND convert_from(lines, 'UTF8') LIKE '%\"gone\"%'";
    super::postgres::wait_for("the end of the wait", || {
        cluster.postgres.sql("playmoney", pieces).ok().filter(|it| it.trim() != "0").map(drop)
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timer_without_an_owner_moves_its_sandbox_to_a_living_replica() {
    let receiver = Receiver::always(200).await;
    let mut cluster = Cluster::start(2, &[]).await;
    let clock = json!({"mode": "real", "now": "2026-01-01T00:00:00Z"});
    let made = json!({"name": "timed", "seed": 3, "clock": clock, "webhook_url": receiver.url()});
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &made).await.status, 201);
    cluster.ask(0, "POST", "/s/timed/quantum-payouts/api/v1/performPayout", &payout("order-1")).await;
    cluster.kill(0);
    // The bank answers after five seconds. The replica that is left tells the receiver.
    crate::net::eventually(|| async { receiver.statuses().iter().any(|it| it == "success") }).await;
    assert_eq!(cluster.owner("timed"), Some(1));
    let deliveries = cluster.ask(1, "GET", "/s/timed/__admin/deliveries", &Json::Null).await.json();
    let rows = deliveries["deliveries"].as_array().expect("a list");
    assert!(rows.iter().all(|it| it["status"] == "delivered"), "{deliveries}");
    assert_eq!(receiver.statuses().iter().filter(|it| *it == "success").count(), 1, "{deliveries}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_told_to_stop_hands_over_at_once() {
    // A lease that nothing here takes as long as.
    let mut cluster = Cluster::start(2, &["--lease", "2m"]).await;
    for number in 0..20 {
        let name = format!("s{number}");
        assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": name, "seed": 1})).await.status, 201);
        let path = format!("/s/{name}/quantum-payouts/api/v1/performPayout");
        assert_eq!(cluster.ask(0, "POST", &path, &payout("order-1")).await.status, 200);
    }
    let (took, code) = cluster.stop(0);
    assert_eq!(code, Some(0), "{}", cluster.log(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    let begun = Stopwatch::start();
    for number in 0..20 {
        assert_eq!(status(&cluster, 1, &format!("s{number}"), "order-1").await, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(60), "a lease was waited for: {:?}", begun.elapsed());
    let replicas = cluster.ask(1, "GET", "/__admin/replicas", &Json::Null).await.json();
    assert_eq!(replicas["replicas"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_was_stopped_past_its_lease_acknowledges_nothing_more() {
    let cluster = Cluster::start(2, &[]).await;
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "a", "seed": 1})).await.status, 201);
    let pay = "/s/a/quantum-payouts/api/v1/performPayout";
    assert_eq!(cluster.ask(1, "POST", pay, &payout("order-1")).await.status, 200);
    cluster.freeze(0);
    // This one is under way when the owner stops, and it is not known whether it was heard.
    let lost = cluster.ask(1, "POST", pay, &payout("order-2")).await;
    assert_eq!((lost.status, lost.header("playmoney-outcome")), (503, "unknown"), "{}", String::from_utf8_lossy(&lost.body));
    assert!(!lost.header("retry-after").is_empty());
    assert_eq!(cluster.ask(1, "POST", pay, &payout("order-3")).await.status, 200);
    assert_eq!(cluster.owner("a"), Some(1));
    cluster.thaw(0);
    // It has heard `order-2` only now, and must not have kept it.
    for number in 4..8 {
        match cluster.once(0, "POST", pay, &payout(&format!("order-{number}"))).await {
            Tried::Answered(it) if it.status == 200 => assert!(it.header("playmoney-replica").contains(&cluster.ports[1].to_string())),
            Tried::Answered(it) => assert_eq!((it.status, it.header("playmoney-outcome")), (503, "")),
            other @ (Tried::Unsent | Tried::Broken) => panic!("{other:?}"),
        }
    }
    assert_ne!(status(&cluster, 1, "a", "order-2").await, 200);
    assert_eq!(status(&cluster, 0, "a", "order-3").await, 200);
}
