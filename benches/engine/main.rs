//! What the engine costs without a socket: timers, a leap over timers that are not due, a saved state, one request, a
//! page of a list, an object that is kept.
//!
//! `cargo bench --bench engine`, or `-- timers`, `leap`, `state`, `handle`, `lists` or `memory` for one section. Every
//! figure but the memory is the median of several rounds after one that does not count.

#![expect(clippy::disallowed_methods, reason = "a bench reads the real clock")]

mod lists;
mod memory;
#[path = "../merchant/mod.rs"]
mod merchant;

use std::hint::black_box;
use std::time::{Duration, Instant};

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request, Response};
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::sandbox::{Sandbox, driving};
use serde_json::{Value as Json, json};

/// A sandbox that keeps as many objects as a bench makes.
fn unbounded() -> Start {
    Start { objects_max: usize::MAX, object_bytes_max: usize::MAX, ..Start::default() }
}

const API: &str = "/quantum-payouts/api/v1";
/// Timers of one advance; a walk has at most a million steps.
const TIMERS: u64 = 200_000;
/// Timers that lie beyond the leap.
const LATER: u64 = 1_000_000;
/// Payouts in a saved state.
const SAVED: u64 = 10_000;
/// Requests of each kind.
const CALLS: u64 = 40_000;
/// Those that one sandbox answers before another has its turn: so short that a noisy neighbour disturbs few turns, or all sandboxes alike.
const CALLS_OF_A_TURN: usize = 250;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|it| !it.starts_with("--"));
    let wanted = arguments.next();
    if wanted.as_deref() == Some(memory::ARGUMENT) {
        return memory::measure(&arguments.next().unwrap_or_default());
    }
    let sections: [(&str, fn()); 6] =
        [("timers", timers), ("leap", leaps), ("state", states), ("handle", calls), ("lists", lists::section), ("memory", memory::section)];
    for (name, section) in sections {
        if wanted.as_deref().is_none_or(|it| it == name) {
            section();
        }
    }
}

/// A fresh sandbox with that many payouts, made over a while: at one instant a walk takes a bounded number of steps.
fn sandbox(start: Start, operation: &str, payouts: u64) -> Sandbox {
    let mut sandbox = Sandbox::new(start, Uptime::START);
    for n in 0..payouts {
        if n % 5_000 == 4_999 {
            ask(&mut sandbox, control(Method::POST, "clock/advance", br#"{"by":"10ms"}"#.to_vec()));
        }
        let response = ask(&mut sandbox, post(operation, &body(operation, n)));
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    }
    sandbox
}

/// A request body; the recipient's pages end at different moments.
fn body(operation: &str, n: u64) -> Json {
    let order_number = format!("ORDER_{n}");
    match operation {
        "createPayout" => json!({
            "orderNumber": order_number, "amount": 150_000, "description": "Payout for an order", "type": "card",
            "sessionTimeoutSecs": 1 + n % 3_600,
            "urls": {"returnUrl": "https://your-site.com/success", "failUrl": "https://your-site.com/fail"},
        }),
        "performPayout" => {
            json!({"orderNumber": order_number, "amount": 150_000, "description": "d", "target": {"pan": "4111111111111111"}})
        }
        _ => json!({"orderNumber": order_number}),
    }
}

fn post(operation: &str, body: &Json) -> Request {
    let body = body.to_string().into_bytes();
    let length = body.len().to_string();
    let request = called(Method::POST, operation, body);
    request.with("content-type", "application/json; charset=UTF-8").with("content-length", &length)
}

/// A call as a client library sends it.
fn called(method: Method, operation: &str, body: Vec<u8>) -> Request {
    Request::new(method, &format!("{API}/{operation}"), body)
        .with("host", "127.0.0.1:4242")
        .with("user-agent", "playmoney-bench/1")
        .with("authorization", "Bearer qm_test_token")
        .with("accept", "application/json; version=1.0")
}

/// What a merchant asks, as the edge hands it over.
fn sent(asked: merchant::Asked) -> Request {
    let method = if asked.body.is_empty() { Method::GET } else { Method::POST };
    let request = Request::new(method, &asked.target, asked.body.into_bytes());
    asked.headers.iter().fold(request, |request, (name, value)| request.with(name, value))
}

fn control(method: Method, path: &str, body: Vec<u8>) -> Request {
    Request::new(method, &format!("/__admin/{path}"), body).with("content-type", "application/json")
}

fn ask(sandbox: &mut Sandbox, request: Request) -> Response {
    let ticket = sandbox.handle(Uptime::START, request);
    let answered = driving::answer(sandbox, Uptime::START, ticket, &mut |_, _| memory::accepted());
    answered.and_then(|it| it.response).expect("nothing here waits for real time")
}

fn read(response: &Response) -> Json {
    serde_json::from_slice(&response.body).expect("an answer is JSON")
}

/// The median of five rounds, each on something fresh that was made outside the measured time.
fn median<T>(mut fresh: impl FnMut() -> T, mut work: impl FnMut(&mut T)) -> Duration {
    let mut rounds: Vec<Duration> = Vec::new();
    for _ in 0..6 {
        let mut subject = fresh();
        let begun = Instant::now();
        work(black_box(&mut subject));
        rounds.push(begun.elapsed());
        drop(black_box(subject));
    }
    rounds.remove(0);
    rounds.sort_unstable();
    rounds[rounds.len() / 2]
}

fn timers() {
    println!("timers, no webhook target");
    fire("expire: uploaded to cancelled", "createPayout", TIMERS);
    fire("settle: processing to success", "performPayout", TIMERS);
}

fn fire(label: &str, operation: &str, timers: u64) {
    let prepared = sandbox(unbounded(), operation, timers);
    let took = median(
        || prepared.clone(),
        |it| {
            let report = read(&ask(it, control(Method::POST, "clock/advance", br#"{"by":"1h"}"#.to_vec())));
            assert_eq!(report["fired_total"], timers);
        },
    );
    let per_second = u128::from(timers) * 1_000_000_000 / took.as_nanos();
    println!("  {label:<34}{per_second:>12} /s {:>8} ns each", took.as_nanos() / u128::from(timers));
}

fn leaps() {
    println!("\nten years in one advance");
    leap("over no timer", 0);
    leap("over a million later timers", LATER);
}

/// One payout whose agenda holds that many rows later than the leap.
fn leap(label: &str, later: u64) {
    let mut origin = sandbox(unbounded(), "performPayout", 1);
    let mut state = read(&ask(&mut origin, control(Method::GET, "state", Vec::new())));
    let agenda = &mut state["core"]["agenda"];
    let mut row = agenda["entries"][0].clone();
    row[0] = json!("2036-06-01T00:00:00Z");
    let sequenced = |sequence: u64| {
        row[1] = json!(sequence);
        row.clone()
    };
    agenda["entries"] = (1..=later).map(sequenced).collect();
    agenda["sequence"] = json!(later);
    let mut prepared = Sandbox::new(unbounded(), Uptime::START);
    assert_eq!(ask(&mut prepared, control(Method::PUT, "state", state.to_string().into_bytes())).status, 200);
    drop(state);
    let took = median(
        || prepared.clone(),
        |it| {
            let report = read(&ask(it, control(Method::POST, "clock/advance", br#"{"to":"2036-01-01T00:00:00Z"}"#.to_vec())));
            assert_eq!((&report["fired_total"], &report["now"]), (&json!(0), &json!("2036-01-01T00:00:00Z")));
        },
    );
    println!("  {label:<34}{:>12} us", took.as_micros());
}

fn states() {
    println!("\nsaved state, {SAVED} payouts");
    saved("with its journal", unbounded());
    saved("without a journal", Start { journal_bytes_max: 0, ..unbounded() });
}

fn saved(label: &str, start: Start) {
    let origin = sandbox(start.clone(), "createPayout", SAVED);
    let mut document = Vec::new();
    let save = median(|| origin.clone(), |it| document = ask(it, control(Method::GET, "state", Vec::new())).body.to_vec());
    let restore = median(
        || (Sandbox::new(start.clone(), Uptime::START), control(Method::PUT, "state", document.clone())),
        |(sandbox, request)| assert_eq!(ask(sandbox, request.clone()).status, 200),
    );
    let (save, restore, kib) = (save.as_millis(), restore.as_millis(), document.len() / 1024);
    println!("  {label:<34}{save:>9} ms save {restore:>6} ms restore {kib:>8} KiB");
}

/// One request after another into a sandbox that holds ten thousand payouts, charges and invoices; into the same without evidence and
/// coverage; and into the same with a history. They take turns, and each ratio is the median of those of all turns.
fn calls() {
    println!("\nSandbox::handle");
    let mut prepared = sandbox(unbounded(), "createPayout", SAVED);
    let charge = |n: u64| sent(merchant::qbitpay("charges", merchant::charge(n)));
    let invoice = |n: u64| sent(merchant::quoine("invoices", merchant::invoice(n), n));
    let made: Vec<Json> = (0..SAVED).map(|n| read(&ask(&mut prepared, charge(n)))).collect();
    let ids: Vec<&str> = made.iter().map(|it| it["id"].as_str().expect("an id")).collect();
    for n in 0..SAVED {
        assert_eq!(ask(&mut prepared, invoice(n)).status, 200);
    }
    let known = |n: u64| n * 7919 % SAVED;
    let id = |n: u64| ids[usize::try_from(known(n)).expect("small")];
    let fresh = SAVED..SAVED + CALLS;
    let checkout = |n: u64| sent(merchant::quantapay("create-checkout-session", &merchant::checkout(n)));
    let requests: [(&str, Vec<Request>); 8] = [
        ("createPayout", fresh.clone().map(|n| post("createPayout", &body("createPayout", n))).collect()),
        ("getPayoutStatus", fresh.clone().map(|n| post("getPayoutStatus", &body("getPayoutStatus", known(n)))).collect()),
        ("features", fresh.clone().map(|_| called(Method::GET, "features", Vec::new())).collect()),
        ("create-checkout-session", fresh.clone().map(checkout).collect()),
        ("createCharge", fresh.clone().map(charge).collect()),
        ("getCharge", fresh.clone().map(|n| sent(merchant::qbitpay(&format!("charges/{}", id(n)), String::new()))).collect()),
        ("createInvoice", fresh.clone().map(invoice).collect()),
        ("getInvoice", fresh.map(|n| sent(merchant::quoine(&format!("invoices/{}", known(n) + 1), String::new(), n))).collect()),
    ];
    for (operation, requests) in &requests {
        let mut sandboxes = [prepared.clone().uncounted(), prepared.clone(), prepared.clone().keeping_history(Uptime::START)];
        let mut turns: Vec<[u128; 3]> = Vec::new();
        for (turn, requests) in requests.chunks(CALLS_OF_A_TURN).enumerate() {
            let mut took = [0; 3];
            for place in (0..3).map(|it| (it + turn) % 3) {
                let own = requests.to_vec();
                let begun = Instant::now();
                for request in own {
                    assert_eq!(ask(&mut sandboxes[place], black_box(request)).status, 200);
                }
                took[place] = begun.elapsed().as_nanos();
            }
            turns.push(took);
        }
        turns.remove(0);
        let middle = |figure: &dyn Fn(&[u128; 3]) -> u128| {
            let mut figures: Vec<u128> = turns.iter().map(figure).collect();
            figures.sort_unstable();
            figures[figures.len() / 2]
        };
        let each = |place: usize| middle(&|it| it[place]) / CALLS_OF_A_TURN as u128;
        let tenths = |place: usize, of: usize| {
            let it = middle(&|it| it[place] * 1_000 / it[of]);
            format!("{}.{}", it / 10, it % 10)
        };
        let (plain, counts, kept, keeps) = (each(1), tenths(1, 0), each(2), tenths(2, 1));
        println!(
            "  {operation:<26}{plain:>8} ns, {counts:>5} % of one without evidence and coverage; {kept:>6} ns with a history, {keeps:>5} %"
        );
    }
}
