//! A caller of one sandbox, who goes to any replica and finds out what has become of a call whose answer was lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::{Value as Json, json};

use super::cluster::{LEASE, Tried, once};
use crate::net::{Answer, payout};

/// A caller waits this long between tries.
pub const PAUSE: Duration = Duration::from_millis(50);
/// After a connection has broken, a server notices within two seconds that the caller is gone: until then the call can still be heard.
const SETTLING: Duration = Duration::from_secs(3);
/// No sandbox is away longer than a lease and this, whatever happens to one machine.
pub const RECOVERY: Duration = Duration::from_secs(3);
/// No replica is avoided.
pub const NONE: usize = usize::MAX;
/// Operations that change something, and whose requests carry the number of their order.
const WRITES: [&str; 2] = ["quantum-payouts.performPayout", "quantapay.create-checkout-session"];

/// What callers have met.
pub struct Met {
    pub answered: AtomicU64,
    pub refused: AtomicU64,
    pub unknown: AtomicU64,
    pub broken: AtomicU64,
    /// Milliseconds of the longest time without an answer.
    pub longest: AtomicU64,
    /// The place of a replica to which nothing is sent: a balancer has noticed that it stands still.
    pub avoided: AtomicUsize,
    /// The place of the replica that has stood still: what hung there tells nothing of a sandbox.
    pub stood_still: AtomicUsize,
}

impl Default for Met {
    fn default() -> Self {
        let zero = AtomicU64::default;
        let nowhere = || AtomicUsize::new(NONE);
        Self {
            answered: zero(),
            refused: zero(),
            unknown: zero(),
            broken: zero(),
            longest: zero(),
            avoided: nowhere(),
            stood_still: nowhere(),
        }
    }
}

/// One call of a shopper.
struct Call {
    method: &'static str,
    path: &'static str,
    body: Json,
    /// The operation by which the journal knows it. `None`: it can be made again, because it changes nothing or says where to go.
    writes: Option<&'static str>,
}

/// The number of an order, as calls carry it.
pub fn number(order: usize) -> String {
    format!("order-{order}")
}

/// What a shopper does at its turn: two payments, two looks, one step of the clock.
fn call(order: usize) -> Call {
    let number = number(order);
    let (payouts, checkout) = (Some(WRITES[0]), Some(WRITES[1]));
    match order % 5 {
        0 => Call { method: "POST", path: "/quantum-payouts/api/v1/performPayout", body: payout(&number), writes: payouts },
        1 => {
            let form = format!("function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD&order_id={number}");
            Call { method: "POST", path: "/quantapay/api.php", body: form.into(), writes: checkout }
        }
        2 => {
            let body = json!({"orderNumber": self::number(order - 2)});
            Call { method: "POST", path: "/quantum-payouts/api/v1/getPayoutStatus", body, writes: None }
        }
        3 => Call { method: "GET", path: "/quantum-payouts/api/v1/features", body: Json::Null, writes: None },
        _ => {
            let body = json!({"to": format!("2026-01-01T{:02}:{:02}:00Z", order / 300, order / 5 % 60)});
            Call { method: "POST", path: "/__admin/clock/advance", body, writes: None }
        }
    }
}

/// What of an answer does not depend on whether it was asked for once or twice.
pub fn lasting(answer: &Answer) -> Json {
    let mut body: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    if body["fired"].is_array() {
        body = body["now"].take();
    }
    json!({"status": answer.status, "body": body})
}

/// The orders of a journal's entries that change something, in order.
pub fn heard(journal: &Json) -> Vec<String> {
    let entries = journal["requests"].as_array().expect("a journal");
    let writes = entries.iter().filter(|it| WRITES.iter().any(|name| it["operation"] == *name));
    writes.map(|it| order_of(it).expect("each write has an order")).collect()
}

/// The orders of the first calls that change something.
pub fn written(calls: usize) -> Vec<String> {
    (0..calls).filter(|it| call(*it).writes.is_some()).map(number).collect()
}

fn order_of(entry: &Json) -> Option<String> {
    let body = entry["request"]["body"].to_string();
    let behind = body.split("order-").nth(1)?;
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("order-{digits}"))
}

/// One caller of one sandbox, who goes to any replica, and whose order numbers say what was heard.
pub struct Shopper {
    pub name: String,
    pub ports: Arc<Vec<u16>>,
    pub turn: usize,
    pub met: Arc<Met>,
    /// The answers, by order.
    pub answers: Vec<Json>,
}

impl Shopper {
    fn port(&mut self) -> u16 {
        self.turn += 1;
        let places = self.ports.len();
        let is_avoided = self.turn % places == self.met.avoided.load(Ordering::Acquire);
        self.ports[(self.turn + usize::from(is_avoided)) % places]
    }

    /// Asks until it is known what has become of the call. `None`: it was not heard.
    async fn certain(&mut self, method: &str, path: &str, body: &Json) -> Option<Answer> {
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
                    return None;
                }
                Tried::Answered(it) if it.status == 503 => _ = self.met.refused.fetch_add(1, Ordering::Relaxed),
                Tried::Answered(it) => {
                    self.met.answered.fetch_add(1, Ordering::Relaxed);
                    if self.ports.get(self.met.stood_still.load(Ordering::Acquire)) != Some(&port) {
                        self.met.longest.fetch_max(waited, Ordering::Relaxed);
                    }
                    return Some(it);
                }
                Tried::Broken => {
                    self.met.broken.fetch_add(1, Ordering::Relaxed);
                    return None;
                }
                Tried::Unsent => {}
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{} is never served", self.name);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Makes its next call. When nothing is known of one that writes, the journal says whether it was heard, and what was answered.
    pub async fn go_on(&mut self) {
        let order = self.answers.len();
        let call = call(order);
        loop {
            if let Some(answer) = self.certain(call.method, call.path, &call.body).await {
                return self.answers.push(lasting(&answer));
            }
            tokio::time::sleep(SETTLING).await;
            let Some(operation) = call.writes else { continue };
            if let Some(answer) = self.journal(operation, &number(order)).await {
                return self.answers.push(answer);
            }
        }
    }

    async fn journal(&mut self, operation: &str, number: &str) -> Option<Json> {
        let path = format!("/__admin/requests?operation={operation}");
        let entries = loop {
            if let Some(it) = self.certain("GET", &path, &Json::Null).await {
                break it.json();
            }
        };
        let own = entries["requests"].as_array().expect("a journal").iter().find(|it| order_of(it).as_deref() == Some(number))?;
        let body = &own["response"]["body"];
        let body = body.as_str().map_or_else(|| body.clone(), |it| serde_json::from_str(it).expect("JSON"));
        Some(json!({"status": own["response"]["status"], "body": body}))
    }
}

/// The answers that the sandbox of this name gives to the first calls, on the server at that port.
pub async fn twin(port: u16, name: &str, calls: usize) -> Vec<Json> {
    let mut answers = Vec::new();
    for call in (0..calls).map(call) {
        let path = format!("/s/{name}{}", call.path);
        let Tried::Answered(answer) = once(port, call.method, &path, &call.body).await else { panic!("{path} has no answer") };
        answers.push(lasting(&answer));
    }
    answers
}
