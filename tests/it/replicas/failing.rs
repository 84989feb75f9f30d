//! Replicas die and stand still, and the database restarts, while callers work. What was acknowledged is there, once, and each sandbox has
//! answered as its twin on a single server has.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use super::cluster::{Cluster, LEASE, Tried, once};
use super::haproxy::Haproxy;
use super::postgres::{PATIENCE, Postgres};
use crate::net::{Receiver, payout, perform_in};

/// A caller waits this long between tries.
const PAUSE: Duration = Duration::from_millis(50);
/// After a connection has broken, a server notices within two seconds that the caller is gone: until then the call can still be heard.
const SETTLING: Duration = Duration::from_secs(3);
/// No sandbox is away longer than a lease and this, whatever happens to one machine.
const RECOVERY: Duration = Duration::from_secs(3);

fn size(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |it| it.parse().expect("a number"))
}

/// What callers have met.
#[derive(Default)]
struct Met {
    answered: AtomicU64,
    refused: AtomicU64,
    unknown: AtomicU64,
    broken: AtomicU64,
    /// Milliseconds of the longest time without an answer.
    longest: AtomicU64,
    /// The place of a replica to which nothing is sent: a balancer has noticed that it stands still.
    avoided: AtomicUsize,
    /// The place of the replica that has stood still: what hung there tells nothing of a sandbox.
    stood_still: AtomicUsize,
}

/// No replica is avoided.
const NONE: usize = usize::MAX;

/// One caller of one sandbox, who goes to any replica, and whose order numbers say what was heard.
struct Shopper {
    name: String,
    ports: Arc<Vec<u16>>,
    turn: usize,
    met: Arc<Met>,
    /// The answers, by order.
    answers: Vec<Json>,
}

impl Shopper {
    fn port(&mut self) -> u16 {
        self.turn += 1;
        let places = self.ports.len();
        let is_avoided = self.turn % places == self.met.avoided.load(Ordering::Acquire);
        self.ports[(self.turn + usize::from(is_avoided)) % places]
    }

    /// Asks until it is known what has become of the call. `None`: it was not heard.
    async fn certain(&mut self, method: &str, path: &str, body: &Json) -> Result<Json, ()> {
        let path = format!("/s/{}{path}", self.name);
        let begun = Stopwatch::start();
        loop {
            let port = self.port();
            // What was sent to a replica just before it stopped hangs.
            let tried = tokio::time::timeout(LEASE + RECOVERY, once(port, method, &path, body)).await.unwrap_or(Tried::Broken);
            let waited = u64::try_from(begun.elapsed().as_millis()).expect("short");
            match tried {
                Tried::Answered(it) if it.status == 503 && it.header("playmoney-outcome") == "unknown" => {
                    self.met.unknown.fetch_add(1, Ordering::Relaxed);
                    return Err(());
                }
                Tried::Answered(it) if it.status == 503 => _ = self.met.refused.fetch_add(1, Ordering::Relaxed),
                Tried::Answered(it) => {
                    self.met.answered.fetch_add(1, Ordering::Relaxed);
                    if self.ports.get(self.met.stood_still.load(Ordering::Acquire)) != Some(&port) {
                        self.met.longest.fetch_max(waited, Ordering::Relaxed);
                    }
                    return Ok(json!({"status": it.status, "body": serde_json::from_slice::<Json>(&it.body).unwrap_or_default()}));
                }
                Tried::Broken => {
                    self.met.broken.fetch_add(1, Ordering::Relaxed);
                    return Err(());
                }
                Tried::Unsent => {}
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{} is never served", self.name);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Pays out. When nothing is known, the journal says whether it was heard, and what was answered.
    async fn pay(&mut self, order: usize) {
        let number = format!("order-{order}");
        loop {
            if let Ok(answer) = self.certain("POST", "/quantum-payouts/api/v1/performPayout", &payout(&number)).await {
                return self.answers.push(answer);
            }
            tokio::time::sleep(SETTLING).await;
            if let Some(answer) = self.journal(&number).await {
                return self.answers.push(answer);
            }
        }
    }

    async fn journal(&mut self, number: &str) -> Option<Json> {
        let entries = loop {
            if let Ok(it) = self.certain("GET", "/__admin/requests?operation=quantum-payouts.performPayout", &Json::Null).await {
                break it;
            }
        };
        let entries = entries["body"]["requests"].as_array().expect("a journal").clone();
        let own = entries.into_iter().find(|it| it["request"]["body"].to_string().contains(&format!("{number}\\\"")))?;
        let body = &own["response"]["body"];
        let body = body.as_str().map_or_else(|| body.clone(), |it| serde_json::from_str(it).expect("JSON"));
        Some(json!({"status": own["response"]["status"], "body": body}))
    }
}

/// Orders that are heard, in order, as the journal has them.
fn heard(journal: &Json) -> Vec<String> {
    let entries = journal["requests"].as_array().expect("a journal");
    let number = |entry: &Json| {
        let body = &entry["request"]["body"];
        let body = body.as_str().map_or_else(|| body.clone(), |it| serde_json::from_str(it).expect("JSON"));
        body["orderNumber"].as_str().expect("a number").to_owned()
    };
    entries.iter().map(number).collect()
}

/// The answers of a single server.
async fn twin(names: &[String], orders: usize) -> BTreeMap<String, Vec<Json>> {
    let server = crate::net::shop("http://127.0.0.1:9/{provider}").await;
    let mut answers = BTreeMap::<String, Vec<Json>>::new();
    for (at, name) in names.iter().enumerate() {
        let made = crate::net::admin(&server, "POST", "sandboxes", &json!({"name": name, "seed": at + 1})).await;
        assert_eq!(made["name"], **name);
        for order in 0..orders {
            let answer = perform_in(&server, name, &format!("order-{order}")).await;
            answers.entry(name.clone()).or_default().push(json!({"status": answer.status, "body": answer.json()}));
        }
    }
    answers
}

/// How often two owners have written, or a piece is missing or there twice: never.
const FAULTS: &str = "SELECT count(*) FROM (SELECT first, fence, lag(next) OVER w AS before, lag(fence) OVER w AS fence_before
    FROM playmoney_pieces WINDOW w AS (PARTITION BY sandbox ORDER BY next)) it
    WHERE first <> coalesce(before, 0) OR fence < coalesce(fence_before, 0)";

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
        let met = Arc::new(Met { avoided: AtomicUsize::new(NONE), stood_still: AtomicUsize::new(NONE), ..Met::default() });
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
                let mut order = 0;
                while !is_over.load(Ordering::Acquire) {
                    shopper.lock().await.pay(order).await;
                    order += 1;
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
        let mut orders = 0;
        let mut answers = BTreeMap::new();
        for it in &self.shoppers {
            let shopper = it.lock().await;
            orders = orders.max(shopper.answers.len());
            answers.insert(shopper.name.clone(), shopper.answers.clone());
        }
        let twins = twin(&self.names, orders).await;
        let mut repeated = 0;
        for name in &self.names {
            let path = |tail: &str| format!("/s/{name}/__admin/{tail}");
            let own = &answers[name];
            let journal = self
                .cluster
                .ask(0, "GET", &path("requests?operation=quantum-payouts.performPayout&limit=100000"), &Json::Null)
                .await
                .json();
            let expected: Vec<String> = (0..own.len()).map(|it| format!("order-{it}")).collect();
            assert_eq!(heard(&journal), expected, "{name}: each order once, in its order");
            assert_eq!(own, &twins[name][..own.len()], "{name} answers as its twin");
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
