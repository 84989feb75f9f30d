//! Sandboxes whose histories cannot be played, and replicas whose clocks are wrong.

use serde_json::{Value as Json, json};

use super::cluster::Cluster;
use crate::net::{eventually, payout};

/// More than a look takes at a time.
const DAMAGED: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_sandboxes_keep_none_from_its_timers_and_can_be_deleted() {
    let mut cluster = Cluster::start(1, &[]).await;
    let clock = json!({"mode": "real", "now": "2026-01-01T00:00:00Z"});
    for number in 0..DAMAGED {
        let name = format!("damaged-{number}");
        assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": name, "clock": clock})).await.status, 201);
    }
    cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "whole", "clock": clock})).await;
    let pay = |name: &str| format!("/s/{name}/quantum-payouts/api/v1/performPayout");
    for name in ["damaged-0", "whole"] {
        assert_eq!(cluster.ask(0, "POST", &pay(name), &payout("order-1")).await.status, 200);
    }
    cluster.kill(0);
    let sql = |text: &str| cluster.postgres.sql("playmoney", text).expect("the database answers");
    sql("UPDATE playmoney_bases SET line = 'no snapshot' WHERE sandbox LIKE 'damaged-%'");
    sql("UPDATE playmoney_sandboxes SET wake = 1 WHERE name LIKE 'damaged-%'");
    let at = cluster.add(&[]).await;
    // The bank's answer after five seconds is kept, without a call.
    let kept = "SELECT owner FROM playmoney_sandboxes WHERE name = 'whole'";
    let own = format!(":{}-", cluster.ports[at]);
    eventually(|| async { cluster.postgres.sql("playmoney", kept).is_ok_and(|it| it.contains(&own)) }).await;
    let refused = cluster.ask(at, "GET", "/s/damaged-0/__admin/clock", &Json::Null).await;
    assert_eq!((refused.status, &refused.json()["code"]), (500, &json!("not_restored")), "{}", refused.json());
    let log = cluster.log(at);
    let told = log.matches("cannot be restored").count();
    assert!(told <= DAMAGED + 1, "each is told once, and once for the request: {told}");
    let path = "/__admin/sandboxes/damaged-0";
    assert_eq!(cluster.ask(at, "DELETE", path, &Json::Null).await.status, 200);
    assert_eq!(cluster.ask(at, "DELETE", path, &Json::Null).await.status, 404);
    assert_eq!(cluster.ask(at, "POST", "/__admin/sandboxes", &json!({"name": "damaged-0"})).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_whose_clock_is_ahead_ends_no_sandbox_before_its_time() {
    let mut cluster = Cluster::start(1, &[]).await;
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "short", "ttl": "PT30M"})).await.status, 201);
    let (_, code) = cluster.stop(0);
    assert_eq!(code, Some(0));
    cluster.spawn_ahead(0, "+2h");
    cluster.ready(0).await;
    let path = "/s/short/quantum-payouts/api/v1/performPayout";
    assert_eq!(cluster.ask(0, "POST", path, &payout("order-1")).await.status, 200);
    let log = cluster.log(0);
    assert!(log.contains("the clock of this machine is 7200 s ahead of the database's"), "{log}");
    // What it has used by its own clock is told by that of the database.
    let used =
        "SELECT abs(used - extract(epoch FROM clock_timestamp()) * 1000000) < 60000000 FROM playmoney_sandboxes WHERE name = 'short'";
    assert_eq!(cluster.postgres.sql("playmoney", used).as_deref(), Ok("t\n"));
}
