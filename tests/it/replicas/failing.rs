//! Replicas die and stand still, and the database restarts, while callers work. What was acknowledged is there, once, and each sandbox has
//! answered as its twin on a single server has.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use super::cluster::{Cluster, LEASE, Tried, once};
use super::haproxy::Haproxy;
use super::postgres::{PATIENCE, Postgres};
use super::shopper::{self, Met, NONE, PAUSE, RECOVERY, Shopper, heard, written};
use crate::net::Receiver;

fn size(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |it| it.parse().expect("a number"))
}

/// The answers of a single server, which has as many webhooks to send.
async fn twins(calls: &BTreeMap<String, usize>, names: &[String]) -> BTreeMap<String, Vec<Json>> {
    let receiver = Receiver::always(200).await;
    let server = crate::net::shop("http://127.0.0.1:9/{provider}").await;
    let mut answers = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        let new = json!({"name": name, "seed": at + 1, "webhook_url": format!("http://{}/{name}", receiver.address)});
        let made = crate::net::admin(&server, "POST", "sandboxes", &new).await;
        assert_eq!(made["name"], **name);
        answers.insert(name.clone(), shopper::twin(server.address().port(), name, calls[name]).await);
    }
    answers
}

/// How often two owners have written, or a piece is missing or there twice: never.
const FAULTS: &str =
    "SELECT count(*) FROM (SELECT p.first, p.fence, s.base, lag(p.next) OVER w AS before, lag(p.fence) OVER w AS fence_before
    FROM playmoney_pieces p JOIN playmoney_sandboxes s ON s.name = p.sandbox WINDOW w AS (PARTITION BY p.sandbox ORDER BY p.next)) it
    WHERE CASE WHEN before IS NULL THEN base < first ELSE first <> before END OR fence < coalesce(fence_before, 0)";

struct Run {
    cluster: Cluster,
    names: Vec<String>,
    met: Arc<Met>,
    shoppers: Vec<Arc<Mutex<Shopper>>>,
    is_over: Arc<AtomicBool>,
    receiver: Receiver,
}

impl Run {
    /// Sandboxes, each with a caller, who goes to these ports.
    async fn begin(cluster: Cluster, sandboxes: usize, ports: &[u16]) -> Self {
        let receiver = Receiver::always(200).await;
        let names: Vec<String> = (0..sandboxes).map(|it| format!("s{it}")).collect();
        for (at, name) in names.iter().enumerate() {
            let new = json!({"name": name, "seed": at + 1, "webhook_url": format!("http://{}/{name}", receiver.address)});
            let made = cluster.ask(at % cluster.ports.len(), "POST", "/__admin/sandboxes", &new).await;
            assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
        }
        let met = Arc::new(Met::default());
        let ports = Arc::new(ports.to_vec());
        let shopper = |(turn, name): (usize, &String)| {
            let (name, ports, met, answers) = (name.clone(), Arc::clone(&ports), Arc::clone(&met), Vec::new());
            Arc::new(Mutex::new(Shopper { name, ports, turn, met, answers }))
        };
        let shoppers = names.iter().enumerate().map(shopper).collect();
        Self { cluster, names, met, shoppers, is_over: Arc::default(), receiver }
    }

    /// Callers work until it is over.
    fn work(&self) -> Vec<tokio::task::JoinHandle<()>> {
        // Many callers rest longer, so that the machine of the test is not what is tried.
        let rest = Duration::from_millis(30).max(Duration::from_millis(4) * u32::try_from(self.names.len()).expect("a few"));
        let work = |shopper: &Arc<Mutex<Shopper>>| {
            let (shopper, is_over) = (Arc::clone(shopper), Arc::clone(&self.is_over));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Acquire) {
                    shopper.lock().await.go_on().await;
                    tokio::time::sleep(rest).await;
                }
            })
        };
        self.shoppers.iter().map(work).collect()
    }

    /// The longest time for which a sandbox was away since the latest phase.
    fn phase(&self, name: &str) {
        let longest = Duration::from_millis(self.met.longest.swap(0, Ordering::Relaxed));
        println!("{name}: longest {longest:?}");
        // Only an idle machine can be measured.
        if std::env::var_os("PLAYMONEY_REPLICA_RECOVERY").is_some() {
            assert!(longest < LEASE + RECOVERY, "{name}: a sandbox was away for {longest:?}");
        }
    }

    async fn judge(self, working: Vec<tokio::task::JoinHandle<()>>) {
        self.is_over.store(true, Ordering::Release);
        for it in working {
            it.await.expect("callers are served");
        }
        let mut answers = BTreeMap::new();
        for it in &self.shoppers {
            let shopper = it.lock().await;
            answers.insert(shopper.name.clone(), shopper.answers.clone());
        }
        let calls = answers.iter().map(|(name, it)| (name.clone(), it.len())).collect();
        let mut twins = twins(&calls, &self.names).await;
        let mut repeated = 0;
        for name in &self.names {
            let path = |tail: &str| format!("/s/{name}/__admin/{tail}");
            let journal = self.cluster.ask(0, "GET", &path("requests?limit=100000"), &Json::Null).await.json();
            assert_eq!(heard(&journal), written(calls[name]), "{name}: each write once, in its order");
            assert_eq!(answers[name], twins.remove(name).expect("each has a twin"), "{name} answers as its twin");
            let deliveries = self.delivered(&path("deliveries?limit=100000")).await;
            repeated += self.deliveries(name, &deliveries);
        }
        assert_eq!(self.cluster.postgres.sql("playmoney", FAULTS).as_deref(), Ok("0\n"), "two owners have written");
        let count = |it: &AtomicU64| it.load(Ordering::Relaxed);
        println!(
            "{} sandboxes, {} answered, {} refused, {} unknown, {} broken, {repeated} deliveries repeated, longest {} ms",
            self.names.len(),
            count(&self.met.answered),
            count(&self.met.refused),
            count(&self.met.unknown),
            count(&self.met.broken),
            count(&self.met.longest)
        );
    }

    /// The deliveries of a sandbox, when none is under way.
    async fn delivered(&self, path: &str) -> Json {
        let begun = Stopwatch::start();
        loop {
            let deliveries = self.cluster.ask(0, "GET", path, &Json::Null).await.json();
            let rows = deliveries["deliveries"].as_array().expect("a list");
            if rows.iter().all(|it| it["status"] != "pending") {
                return deliveries;
            }
            assert!(begun.elapsed() < PATIENCE, "{deliveries}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Each event has arrived as often as it was attempted, or its delivery says that an attempt was repeated.
    fn deliveries(&self, name: &str, deliveries: &Json) -> usize {
        let arrived = self.receiver.arrived.lock().expect("no panic");
        let mut repeated = 0;
        for it in deliveries["deliveries"].as_array().expect("a list") {
            let attempts = it["attempts"].as_array().expect("attempts");
            let same = arrived.iter().filter(|event| event["eventId"] == it["event_id"]).count();
            let is_repeated = attempts.iter().any(|it| it["repeated"] == true);
            repeated += usize::from(is_repeated);
            assert!(0 < same && (is_repeated || same == attempts.len()), "{name}: {it} has arrived {same} times");
        }
        repeated
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_under_load_nothing_acknowledged_is_lost_or_done_twice() {
    let cluster = Cluster::start(3, &[]).await;
    let ports = cluster.ports.clone();
    let mut run = Run::begin(cluster, size("PLAYMONEY_REPLICA_SANDBOXES", 12), &ports).await;
    let working = run.work();
    let pause = || tokio::time::sleep(Duration::from_secs(1));
    pause().await;
    run.cluster.kill(0);
    tokio::time::sleep(LEASE + Duration::from_millis(1_500)).await;
    run.phase("killed");
    run.cluster.spawn(0);
    run.cluster.ready(0).await;
    run.cluster.freeze(1);
    run.met.avoided.store(1, Ordering::Release);
    run.met.stood_still.store(1, Ordering::Release);
    tokio::time::sleep(LEASE + Duration::from_millis(1_500)).await;
    run.cluster.thaw(1);
    run.met.avoided.store(NONE, Ordering::Release);
    pause().await;
    run.phase("stopped");
    run.cluster.postgres.down();
    pause().await;
    run.cluster.postgres.up();
    pause().await;
    let (_, code) = run.cluster.stop(2);
    assert_eq!(code, Some(0));
    pause().await;
    run.judge(working).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_the_balancer_each_sandbox_answers_as_its_twin() {
    let cluster = Cluster::on(Postgres::start(), 3, &[]).await;
    let haproxy = Haproxy::start(&cluster.ports).await;
    // By the balancer, and at each replica past it.
    let ports: Vec<u16> = [haproxy.port, haproxy.port].into_iter().chain(cluster.ports.iter().copied()).collect();
    let run = Run::begin(cluster, size("PLAYMONEY_REPLICA_SANDBOXES", 12), &ports).await;
    let working = run.work();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(run.met.unknown.load(Ordering::Relaxed) + run.met.broken.load(Ordering::Relaxed), 0, "nothing has failed");
    // The same sandbox goes to the same replica, by its path and by its header.
    let mut replicas = std::collections::BTreeSet::new();
    for _ in 0..6 {
        let asked = once(haproxy.port, "GET", "/s/s1/__admin/clock", &Json::Null).await;
        let Tried::Answered(answer) = asked else { panic!("{asked:?}") };
        assert_eq!((answer.status, answer.header("playmoney-sandbox")), (200, "s1"));
        replicas.insert(answer.header("playmoney-replica").to_owned());
    }
    assert_eq!(replicas.len(), 1);
    run.judge(working).await;
}
