//! What is under way when the database has no room, or when a machine is gone: it is done as a whole or not at all, and the callers know.

use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::{Value as Json, json};
use tokio::net::{TcpSocket, TcpStream};

use super::cluster::{Cluster, LEASE};
use super::postgres::{Postgres, wait_for};
use crate::net::{Answer, Receiver, payout};

const PAY: &str = "/s/shop/quantum-payouts/api/v1/performPayout";

/// The database refuses this, as one does whose disk is full.
fn without_room(postgres: &Postgres, what: &str, table: &str) {
    let full = "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$";
    postgres.sql("playmoney", full).expect("it is ours");
    let trigger = format!("CREATE TRIGGER full_disk BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()");
    postgres.sql("playmoney", &trigger).expect("it is ours");
}

fn with_room(postgres: &Postgres, table: &str) {
    postgres.sql("playmoney", &format!("DROP TRIGGER full_disk ON {table}")).expect("it is ours");
}

/// It says that nothing has changed, and when to try again.
fn is_not_kept(answer: &Answer) {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!((answer.status, answer.header("retry-after"), answer.header("playmoney-outcome")), (503, "1", ""), "{text}");
    assert_eq!(answer.json()["code"], "not_kept", "{text}");
    assert!(text.contains("No space left on device"), "{text}");
}

/// Asks until the database is back.
async fn asked(cluster: &Cluster, at: usize, (method, path, body): (&str, &str, &Json)) -> Answer {
    let begun = Stopwatch::start();
    loop {
        let answer = cluster.ask(at, method, path, body).await;
        if answer.status != 503 || Duration::from_secs(30) < begun.elapsed() {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_without_room_makes_and_deletes_as_a_whole_or_not_at_all() {
    let cluster = Cluster::start(2, &[]).await;
    let shop = json!({"name": "shop", "seed": 1});
    let count = |name: &str| {
        let text = format!("SELECT count(*) FROM playmoney_sandboxes WHERE name = '{name}'");
        cluster.postgres.sql("playmoney", &text).expect("the database answers").trim().to_owned()
    };
    without_room(&cluster.postgres, "INSERT", "playmoney_bases");
    is_not_kept(&cluster.ask(0, "POST", "/__admin/sandboxes", &shop).await);
    with_room(&cluster.postgres, "playmoney_bases");
    // The sandbox was not made, so it does not take the name.
    wait_for("the end of what was not made", || (count("shop") == "0").then_some(()));
    let made = asked(&cluster, 1, ("POST", "/__admin/sandboxes", &shop)).await;
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    assert_eq!(asked(&cluster, 0, ("POST", PAY, &payout("order-1"))).await.status, 200);

    without_room(&cluster.postgres, "DELETE", "playmoney_sandboxes");
    is_not_kept(&cluster.ask(1, "DELETE", "/__admin/sandboxes/shop", &Json::Null).await);
    with_room(&cluster.postgres, "playmoney_sandboxes");
    let journal = "/s/shop/__admin/requests?operation=quantum-payouts.performPayout";
    for at in [0, 1] {
        let journal = asked(&cluster, at, ("GET", journal, &Json::Null)).await;
        assert_eq!((journal.status, journal.json()["requests"].as_array().map(Vec::len)), (200, Some(1)), "it is all there");
    }
    assert_eq!(asked(&cluster, 0, ("DELETE", "/__admin/sandboxes/shop", &Json::Null)).await.status, 200);
    assert_eq!(count("shop"), "0");
    assert_eq!(asked(&cluster, 0, ("POST", "/__admin/sandboxes", &shop)).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timers_go_on_after_a_database_was_away_too_long() {
    let receiver = Receiver::always(200).await;
    // A lease that lasts longer than the database is away.
    let mut cluster = Cluster::start(1, &["--lease", "1m"]).await;
    let clock = json!({"mode": "real", "now": "2026-01-01T00:00:00Z"});
    let made = json!({"name": "shop", "seed": 3, "clock": clock, "webhook_url": receiver.url()});
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &made).await.status, 201);
    assert_eq!(cluster.ask(0, "POST", PAY, &payout("order-1")).await.status, 200);
    // The bank answers after five seconds.
    cluster.postgres.down();
    let refused = cluster.ask(0, "POST", PAY, &payout("order-2")).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    cluster.postgres.up();
    // None calls, and the only replica has lost what it had.
    crate::net::eventually(|| async { receiver.statuses().iter().any(|it| it == "success") }).await;
    assert_eq!(receiver.statuses().iter().filter(|it| *it == "success").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_whose_maker_died_before_its_beginning_was_kept_leaves_its_name() {
    let cluster = Cluster::start(1, &[]).await;
    let half = "INSERT INTO playmoney_sandboxes (name, owner, fence, kept, base, made, used)
        VALUES ('half', 'one-that-died', nextval('playmoney_fences'), 0, -1, 1000000, 1000000)";
    cluster.postgres.sql("playmoney", half).expect("it is ours");
    let half = "SELECT count(*) FROM playmoney_sandboxes WHERE name = 'half'";
    wait_for("the end of the half", || (cluster.postgres.sql("playmoney", half).as_deref() == Ok("0\n")).then_some(()));
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "half", "seed": 1})).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_calls_of_an_owner_who_is_not_reached_are_served_when_its_lease_has_ended() {
    let mut cluster = Cluster::start(2, &[]).await;
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "shop", "seed": 1})).await.status, 201);
    // Connections to its machine get no answer: nothing is accepted, and no more can wait for it.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let deaf = socket.listen(1).expect("it listens");
    let address = deaf.local_addr().expect("bound");
    let mut waiting = Vec::new();
    while let Ok(connected) = tokio::time::timeout(Duration::from_millis(500), TcpStream::connect(address)).await {
        waiting.push(connected);
    }
    let moved = format!("UPDATE playmoney_replicas SET advertise = 'http://{address}' WHERE id LIKE '%:{}-%'", cluster.ports[0]);
    cluster.postgres.sql("playmoney", &moved).expect("it is ours");
    // While it lives, a caller is told after a time.
    let begun = Stopwatch::start();
    let refused = cluster.ask(1, "POST", PAY, &payout("order-1")).await;
    assert_eq!((refused.status, refused.header("retry-after"), refused.header("playmoney-outcome")), (503, "1", ""));
    assert!(LEASE < begun.elapsed() && begun.elapsed() < LEASE + Duration::from_secs(30), "{:?}", begun.elapsed());
    // When it is dead, a call waits, and is served.
    cluster.kill(0);
    let begun = Stopwatch::start();
    let paid = cluster.ask(1, "POST", PAY, &payout("order-1")).await;
    assert_eq!(paid.status, 200, "{}", String::from_utf8_lossy(&paid.body));
    println!("served after {:?}, with a lease of {LEASE:?}", begun.elapsed());
}
