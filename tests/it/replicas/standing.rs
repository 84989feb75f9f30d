//! A database that is away or stands still, and a replica that stands still: calls end, and all goes on afterwards.

use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::{Value as Json, json};

use super::cluster::Cluster;
use super::postgres::PATIENCE;
use super::starting::serve;
use crate::net::{Receiver, eventually, payout};

const PAY: &str = "/s/shop/quantum-payouts/api/v1/performPayout";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_due_while_the_database_was_away_happens_as_soon_as_it_is_back() {
    let receiver = Receiver::always(200).await;
    let mut cluster = Cluster::start(1, &[]).await;
    let clock = json!({"mode": "real", "now": "2026-01-01T00:00:00Z"});
    let shop = json!({"name": "shop", "seed": 3, "clock": clock, "webhook_url": receiver.url()});
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &shop).await.status, 201);
    assert_eq!(cluster.ask(0, "POST", PAY, &payout("order-1")).await.status, 200);
    cluster.postgres.down();
    // The bank answers after five seconds: that falls into the time without a database.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let refused = cluster.ask(0, "POST", PAY, &payout("order-2")).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    let health = cluster.ask(0, "GET", "/__admin/health", &Json::Null).await.json();
    assert!(health["away"].as_str().is_some_and(|it| it.starts_with("the database is away")), "{health}");
    cluster.postgres.up();
    let begun = Stopwatch::start();
    eventually(|| async { receiver.statuses().iter().any(|it| it == "success") }).await;
    assert!(begun.elapsed() < Duration::from_secs(20), "it has stood still for {:?}", begun.elapsed());
    let health = cluster.ask(0, "GET", "/__admin/health", &Json::Null).await.json();
    assert_eq!((&health["status"], &health["away"]), (&json!("ok"), &Json::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_is_away() {
    let cluster = Cluster::start(1, &[]).await;
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "shop", "seed": 3})).await.status, 201);
    cluster.postgres.freeze();
    let begun = Stopwatch::start();
    let refused = cluster.ask(0, "POST", PAY, &payout("order-1")).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"), "{}", String::from_utf8_lossy(&refused.body));
    assert!(begun.elapsed() < Duration::from_secs(30), "a call was held for {:?}", begun.elapsed());
    let list = cluster.ask(0, "GET", "/__admin/replicas", &Json::Null).await;
    assert_eq!((list.status, list.header("retry-after")), (503, "1"), "{}", String::from_utf8_lossy(&list.body));
    let health = cluster.ask(0, "GET", "/__admin/health", &Json::Null).await.json();
    assert!(health["away"].is_string(), "{health}");
    // One that begins waits as long as it was told.
    let flags = ["--store", &cluster.postgres.url(), "--advertise", "http://127.0.0.1:4242", "--store-wait", "2s", "--log", "none"];
    let begun = Stopwatch::start();
    let (code, why) = serve(&flags);
    assert!(code == Some(3) && why.contains("was not there within 2 s: it has not answered"), "{code:?}: {why}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    cluster.postgres.thaw();
    let begun = Stopwatch::start();
    while cluster.ask(0, "POST", PAY, &payout("order-2")).await.status != 200 {
        assert!(begun.elapsed() < PATIENCE, "it never comes back: {}", cluster.log(0));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_waits_for_no_replica_that_stands_still() {
    let cluster = Cluster::start(2, &["--lease", "2m"]).await;
    for at in 0..2 {
        assert_eq!(cluster.ask(at, "POST", "/__admin/sandboxes", &json!({"name": format!("s{at}")})).await.status, 201);
    }
    cluster.freeze(1);
    let begun = Stopwatch::start();
    let list = cluster.ask(0, "GET", "/__admin/sandboxes", &Json::Null).await.json();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let names: Vec<&str> = list["sandboxes"].as_array().expect("a list").iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["default", "s0", "s1"]);
    cluster.thaw(1);
}
