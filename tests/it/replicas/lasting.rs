//! What the database has of sandboxes as time passes: it ends with them, it stays small, and it outlasts those who serve.

use std::fmt::Write as _;
use std::time::Duration;

use playmoney::inside::edge::Server;
use playmoney::inside::edge::driver::Stopwatch;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::cluster::{Cluster, Tried, once};
use super::postgres::{PATIENCE, wait_for};
use crate::net::{Receiver, admin, payout, request, send};

const PAY: &str = "quantum-payouts/api/v1/performPayout";

/// How many rows all tables have of a sandbox.
fn rows(cluster: &Cluster, name: &str) -> String {
    let counts = ["sandboxes s WHERE s.name", "pieces s WHERE s.sandbox", "bases s WHERE s.sandbox", "credentials s WHERE s.sandbox"];
    let counts = counts.map(|it| format!("(SELECT count(*) FROM playmoney_{it} = '{name}')"));
    cluster.postgres.sql("playmoney", &format!("SELECT {}", counts.join(", "))).expect("the database answers").trim().to_owned()
}

/// Makes a sandbox, in which one payout is made.
async fn made(cluster: &Cluster, at: usize, body: &Json) {
    let name = body["name"].as_str().expect("a name");
    let made = cluster.ask(at, "POST", "/__admin/sandboxes", body).await;
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    assert_eq!(cluster.ask(at, "POST", &format!("/s/{name}/{PAY}"), &payout("order-1")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_to_live_ends_without_an_owner_and_the_name_starts_afresh() {
    let mut cluster = Cluster::start(2, &[]).await;
    made(&cluster, 0, &json!({"name": "stays", "seed": 1, "ttl": "1h"})).await;
    let begun = Stopwatch::start();
    made(&cluster, 0, &json!({"name": "orphan", "seed": 1, "ttl": "6s"})).await;
    let used = Stopwatch::start();
    assert_eq!(cluster.owner("orphan"), Some(0));
    cluster.kill(0);
    wait_for("the end of the orphan", || {
        let there = rows(&cluster, "orphan");
        assert!(there == "0|0|0|0" || there.starts_with('1'), "half of it: {there}");
        (there == "0|0|0|0").then_some(())
    });
    assert!(Duration::from_secs(6) <= begun.elapsed(), "too early: {:?}", begun.elapsed());
    assert!(used.elapsed() < Duration::from_secs(6 + 20), "{:?}", used.elapsed());
    assert_eq!(cluster.ask(1, "GET", "/s/orphan/__admin/clock", &Json::Null).await.status, 404);
    assert!(rows(&cluster, "stays").starts_with('1'));
    // All let go, and the time ends while none serves.
    made(&cluster, 1, &json!({"name": "orphan", "seed": 2, "ttl": "3s"})).await;
    assert_eq!(cluster.stop(1).1, Some(0));
    std::thread::sleep(Duration::from_secs(3));
    assert!(rows(&cluster, "orphan").starts_with('1'), "none serves");
    cluster.spawn(0);
    cluster.ready(0).await;
    wait_for("the end of the orphan", || (rows(&cluster, "orphan") == "0|0|0|0").then_some(()));
    // The name again: nothing is left of the one before.
    made(&cluster, 0, &json!({"name": "orphan", "seed": 3})).await;
    let journal = cluster.ask(0, "GET", "/s/orphan/__admin/requests?operation=quantum-payouts.performPayout", &Json::Null).await.json();
    assert_eq!(journal["requests"].as_array().map(Vec::len), Some(1), "{journal}");
    let listed = cluster.ask(0, "GET", "/__admin/sandboxes/orphan", &Json::Null).await.json();
    assert_eq!((&listed["seed"], &listed["ttl"]), (&json!(3), &Json::Null));
    assert_eq!(cluster.ask(0, "GET", "/s/stays/__admin/clock", &Json::Null).await.status, 200);
}

/// Bytes and rows of the history of a sandbox.
fn history(cluster: &Cluster, name: &str) -> (u64, u64) {
    let text = format!("SELECT coalesce(sum(octet_length(lines)), 0), count(*) FROM playmoney_pieces WHERE sandbox = '{name}'");
    let counted = cluster.postgres.sql("playmoney", &text).expect("the database answers");
    let (bytes, rows) = counted.trim().split_once('|').expect("two numbers");
    (bytes.parse().expect("a number"), rows.parse().expect("a number"))
}

/// A long payout, which is refused and kept.
fn long(number: usize) -> Json {
    let mut payout = payout(&format!("order-{number}"));
    payout["description"] = json!("x".repeat(40_000));
    payout
}

/// A single server with a sandbox of that name.
async fn twin(name: &str) -> Server {
    let server = crate::net::server(Start::default()).await;
    assert_eq!(admin(&server, "POST", "sandboxes", &json!({"name": name, "seed": 7})).await["name"], *name);
    server
}

/// Asks both for the same, and compares what they answer.
async fn same(cluster: &Cluster, at: usize, twin: &Server, (method, path, body): (&str, &str, &Json)) -> Json {
    let own = cluster.ask(at, method, path, body).await;
    let mut request = request(method, path, body);
    let token = path.strip_prefix("/s/").and_then(|it| it.split('/').next()).expect("a sandbox");
    request.headers_mut().insert("authorization", format!("Bearer qm_test_token_{token}").parse().expect("a header"));
    request.headers_mut().insert("host", "playmoney".parse().expect("a host"));
    let other = send(twin.address(), request).await;
    assert_eq!((own.status, own.json()), (other.status, other.json()), "{method} {path}");
    own.json()
}

/// The records behind a snapshot, at most: as many as call for the next one, what comes until it is taken, and what is under way.
const HISTORY_BYTES_MAX: u64 = 5 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_snapshot_has_is_cut_and_a_takeover_gives_the_same_sandbox() {
    let mut cluster = Cluster::start(2, &[]).await;
    let twin = twin("long").await;
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "long", "seed": 7})).await.status, 201);
    let path = format!("/s/long/{PAY}");
    let (mut most, mut written, mut cuts, mut before) = (0, 0, 0, 0);
    for number in 0..240 {
        same(&cluster, number % 2, &twin, ("POST", &path, &long(number))).await;
        written += 40_000;
        if number % 8 == 7 {
            let (bytes, _) = history(&cluster, "long");
            cuts += usize::from(bytes < before);
            (most, before) = (most.max(bytes), bytes);
        }
    }
    assert!(HISTORY_BYTES_MAX * 3 / 2 < written && 2 <= cuts, "{written} bytes, {cuts} cuts");
    assert!(most < HISTORY_BYTES_MAX, "{most} bytes");
    let bases = "SELECT count(DISTINCT base) FROM playmoney_bases WHERE sandbox = 'long'";
    assert_eq!(cluster.postgres.sql("playmoney", bases).as_deref(), Ok("1\n"), "the latest snapshot alone");
    cluster.kill(0);
    let journal = same(&cluster, 1, &twin, ("GET", "/s/long/__admin/requests?limit=100000", &Json::Null)).await;
    assert_eq!(journal["requests"].as_array().map(Vec::len), Some(240));
    assert_eq!(cluster.owner("long"), Some(1));
    same(&cluster, 1, &twin, ("GET", "/s/long/__admin/state", &Json::Null)).await;
    for number in 240..250 {
        same(&cluster, 1, &twin, ("POST", &path, &long(number))).await;
    }
    same(&cluster, 1, &twin, ("POST", "/s/long/__admin/clock/advance", &json!({"by": "1h"}))).await;
    same(&cluster, 1, &twin, ("GET", "/s/long/__admin/state", &Json::Null)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_stays_short_when_its_owners_do_not_stay_long() {
    let mut cluster = Cluster::start(2, &[]).await;
    made(&cluster, 0, &json!({"name": "moves", "seed": 7})).await;
    let path = format!("/s/moves/{PAY}");
    let mut number = 2;
    for tenure in 0..5 {
        let at = tenure % 2;
        for _ in 0..40 {
            assert_eq!(cluster.ask(at, "POST", &path, &long(number)).await.status, 400, "the description is too long, and is kept");
            number += 1;
        }
        assert_eq!(cluster.owner("moves"), Some(at));
        cluster.stop(at);
        cluster.spawn(at);
        cluster.ready(at).await;
    }
    let (bytes, _) = history(&cluster, "moves");
    assert!(bytes < HISTORY_BYTES_MAX, "{bytes} bytes of {}", 5 * 40 * 40_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_run_have_gone_on_while_none_served() {
    let mut cluster = Cluster::start(1, &[]).await;
    let clocks = [("frozen", 0.0), ("real", 1.0), ("600x", 600.0)];
    for (name, rate) in clocks {
        let mode = if rate > 1.0 { "scaled" } else { name };
        let mut clock = json!({"mode": mode, "now": "2026-01-01T00:00:00Z"});
        if rate > 1.0 {
            clock["rate"] = json!(rate);
        }
        let new = json!({"name": format!("c{rate}"), "seed": 1, "clock": clock});
        let answer = cluster.ask(0, "POST", "/__admin/sandboxes", &new).await;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }
    for ends_well in [true, false] {
        let mut told = String::new();
        let mut before = Vec::new();
        for (_, rate) in clocks {
            let (asked, now) = (Stopwatch::start(), now(&cluster, rate).await);
            before.push((asked, Stopwatch::start(), now));
        }
        if ends_well {
            cluster.stop(0);
        } else {
            cluster.kill(0);
        }
        std::thread::sleep(Duration::from_secs(2));
        cluster.spawn(0);
        cluster.ready(0).await;
        for ((_, rate), (asked, answered, was)) in clocks.into_iter().zip(before) {
            let least = answered.elapsed().as_secs_f64() * rate;
            let is = now(&cluster, rate).await;
            let most = asked.elapsed().as_secs_f64() * rate;
            let moved = is.duration_since(was).as_secs_f64();
            // The real date and the monotonic clock differ by a little.
            let little = 0.01 * rate;
            if moved < least - little || most + little < moved {
                _ = writeln!(told, "{rate}: {moved} s, and not {least} to {most}");
            }
        }
        assert!(told.is_empty(), "{told}");
    }
}

async fn now(cluster: &Cluster, rate: f64) -> jiff::Timestamp {
    let begun = Stopwatch::start();
    loop {
        // After a kill the lease of the one before is waited for.
        if let Tried::Answered(it) = cluster.once(0, "GET", &format!("/s/c{rate}/__admin/clock"), &Json::Null).await
            && it.status == 200
        {
            return it.json()["now"].as_str().expect("text").parse().expect("a moment");
        }
        assert!(begun.elapsed() < PATIENCE);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sandboxes_that_cannot_be_restored_keep_no_timer_of_others_waiting() {
    let receiver = Receiver::always(200).await;
    let mut cluster = Cluster::start(1, &[]).await;
    // More than are looked after at once.
    for number in 0..40 {
        made(&cluster, 0, &json!({"name": format!("broken{number}"), "seed": 1})).await;
    }
    let clock = json!({"mode": "real", "now": "2026-01-01T00:00:00Z"});
    made(&cluster, 0, &json!({"name": "fine", "seed": 3, "clock": clock, "webhook_url": receiver.url()})).await;
    cluster.stop(0);
    let breaks =
        "UPDATE playmoney_pieces SET lines = convert_to(replace(convert_from(lines, 'UTF8'), '\"request\":{', '\"petition\":{'), 'UTF8')
        WHERE sandbox LIKE 'broken%'";
    for it in [breaks, "UPDATE playmoney_sandboxes SET wake = 1 WHERE name LIKE 'broken%'"] {
        cluster.postgres.sql("playmoney", it).expect("it is ours");
    }
    cluster.spawn(0);
    cluster.ready(0).await;
    crate::net::eventually(|| async { receiver.statuses().iter().any(|it| it == "success") }).await;
    assert_eq!(cluster.owner("fine"), Some(0));
}

/// What a sandbox waits for beside the lease, on an idle machine: the next try of a caller, the claim, and its restoring.
const RECOVERY: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_callers_of_a_dead_owner_are_served_when_its_lease_has_ended() {
    let mut cluster = Cluster::start(2, &[]).await;
    let names: Vec<String> = (0..24).map(|it| format!("s{it}")).collect();
    for name in &names {
        made(&cluster, 0, &json!({"name": name, "seed": 1})).await;
        for number in 2..12 {
            assert_eq!(cluster.ask(1, "POST", &format!("/s/{name}/{PAY}"), &payout(&format!("order-{number}"))).await.status, 200);
        }
    }
    cluster.kill(0);
    let killed = Stopwatch::start();
    let left = "SELECT extract(epoch FROM until - clock_timestamp()) FROM playmoney_replicas WHERE id LIKE '%:PORT-%'";
    let asked = killed.elapsed().as_secs_f64();
    let left = cluster.postgres.sql("playmoney", &left.replace("PORT", &cluster.ports[0].to_string())).expect("the database answers");
    let left = asked + left.trim().parse::<f64>().expect("a number");
    let calls = names.iter().map(|name| {
        let (port, path) = (cluster.ports[1], format!("/s/{name}/{PAY}"));
        tokio::spawn(async move {
            let Tried::Answered(it) = once(port, "POST", &path, &payout("order-12")).await else { panic!("{path}: it lives") };
            (it.status, killed.elapsed().as_secs_f64())
        })
    });
    let mut behind = Vec::new();
    for it in calls.collect::<Vec<_>>() {
        let (status, at) = it.await.expect("it is answered");
        assert_eq!(status, 200, "a call waits until the lease has ended, and is served");
        behind.push(at - left);
    }
    behind.sort_by(f64::total_cmp);
    println!(
        "the lease ended {left:.2} s after the kill; behind that, the first was answered after {:.2} s, the last after {:.2} s",
        behind[0], behind[23]
    );
    assert!(0.0 <= behind[0], "before the lease has ended none takes over");
    // Only an idle machine can be measured.
    if std::env::var_os("PLAYMONEY_REPLICA_RECOVERY").is_some() {
        assert!(behind[23] < RECOVERY.as_secs_f64(), "{behind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_of_another_version_is_refused_with_the_reason_and_stays_as_it_is() {
    let mut cluster = Cluster::start(1, &[]).await;
    for name in ["later", "changed", "fine"] {
        made(&cluster, 0, &json!({"name": name, "seed": 1})).await;
    }
    // It leaves no snapshot.
    cluster.kill(0);
    let later =
        "UPDATE playmoney_pieces SET lines = convert_to(replace(convert_from(lines, 'UTF8'), '\"request\":{', '\"petition\":{'), 'UTF8')
        WHERE sandbox = 'later'";
    // Another version has answered otherwise.
    let changed = "UPDATE playmoney_pieces SET lines = convert_to(replace(convert_from(lines, 'UTF8'), 'order-1', 'order-2'), 'UTF8')
        WHERE sandbox = 'changed'";
    for it in [later, changed] {
        cluster.postgres.sql("playmoney", it).expect("it is ours");
    }
    let (pieces, bases) = (cluster.postgres.dump("playmoney", "playmoney_pieces"), cluster.postgres.dump("playmoney", "playmoney_bases"));
    cluster.spawn(0);
    cluster.ready(0).await;
    for (name, words) in [("later", ["unknown variant", "petition"]), ("changed", ["another version", "expected the answer"])] {
        for _ in 0..2 {
            let refused = cluster.ask(0, "GET", &format!("/s/{name}/__admin/clock"), &Json::Null).await;
            let text = String::from_utf8_lossy(&refused.body).into_owned();
            assert_eq!((refused.status, refused.json()["code"].clone()), (500, json!("not_restored")), "{text}");
            assert!(text.contains(name) && words.iter().all(|it| text.contains(it)), "{text}");
        }
        assert_eq!(cluster.owner(name), None, "another version can take it");
    }
    assert_eq!(
        (cluster.postgres.dump("playmoney", "playmoney_pieces"), cluster.postgres.dump("playmoney", "playmoney_bases")),
        (pieces, bases)
    );
    assert_eq!(cluster.ask(0, "GET", "/s/fine/__admin/clock", &Json::Null).await.status, 200);
}
