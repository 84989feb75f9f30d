//! What a request costs at the edge: the `playmoney` binary and a bare hyper server, loaded in turn by one client.
//!
//! `cargo bench --bench edge`, or `-- createCharge` for one operation; `PLAYMONEY_BENCH_ROUNDS`, `PLAYMONEY_BENCH_REQUESTS` and
//! `PLAYMONEY_BENCH_CONNECTIONS` change its size. The load is a closed loop over keep-alive connections and is bounded
//! by its count. The bare server reads the body, stores nothing, and answers the same headers and as many bytes. What
//! counts is the CPU time of the server's process; each ratio is the median of the rounds' ratios, so that a noisy
//! neighbour disturbs both sides alike.

#![expect(clippy::disallowed_methods, reason = "a bench reads the real clock")]

mod bare;
mod load;
#[path = "../merchant/mod.rs"]
mod merchant;
mod process;

use std::time::Duration;

use load::{Load, Measured};
use process::Process;

/// What is asked of both servers.
const OPERATIONS: [&str; 10] = [
    "createPayout",
    "getPayoutStatus",
    "features",
    "create-checkout-session",
    "createCharge",
    "getCharge",
    "createPaymentOrder",
    "login",
    "createInvoice",
    "getInvoice",
];
/// Payouts, charges and invoices that are there before anything is measured, and that are asked for.
const KNOWN: u64 = 10_000;
/// Starts whose median is told.
const STARTS: usize = 25;

fn main() {
    if std::env::args().nth(1).as_deref() == Some(bare::ARGUMENT) {
        return bare::serve();
    }
    let size = |name: &str, default: u64| {
        let given = std::env::var(format!("PLAYMONEY_BENCH_{name}")).ok();
        given.map_or(default, |it| it.parse().unwrap_or_else(|why| panic!("PLAYMONEY_BENCH_{name}={it}: {why}")))
    };
    let (rounds, requests, connections) = (size("ROUNDS", 7), size("REQUESTS", 30_000), size("CONNECTIONS", 8));
    let wanted = std::env::args().skip(1).find(|it| !it.starts_with("--"));
    starts();
    let playmoney = Process::playmoney();
    let known = Known::made(&playmoney);
    println!("\n{rounds} rounds of {requests} requests over {connections} connections, median of the rounds");
    println!("{:<24} {:<10} {:>9} {:>8} {:>8} {:>15}", "", "", "req/s", "p50 us", "p99 us", "CPU s / 10,000");
    let mut fresh = KNOWN;
    for operation in OPERATIONS.into_iter().filter(|it| wanted.as_deref().is_none_or(|wanted| wanted == *it)) {
        let bare = Process::bare(&load::answer(playmoney.address, &known.request(operation, fresh)));
        fresh += 1;
        let mut pairs = Vec::new();
        for round in 0..=rounds {
            let first = fresh;
            fresh += requests;
            let load = Load { connections, requests };
            let ask = |n: u64| known.request(operation, first + n);
            let ours = || load::prepare(load, ask).fire(&playmoney);
            let theirs = || load::prepare(load, ask).fire(&bare);
            let pair = if round % 2 == 0 { (ours(), theirs()) } else { swapped(theirs(), ours()) };
            if round > 0 {
                pairs.push(pair);
            }
        }
        told(operation, &pairs);
    }
    println!("\nRSS after all that {:>7} KiB", playmoney.rss_kib());
}

fn swapped(theirs: Measured, ours: Measured) -> (Measured, Measured) {
    (ours, theirs)
}

/// What the client knows of what it has made: numbers are counted, a charge has an id of its own.
struct Known {
    charges: Vec<String>,
}

impl Known {
    fn made(server: &Process) -> Self {
        let mut known = Self { charges: Vec::new() };
        // Counted and told, but never refused.
        load::answer(server.address, &settings(r#"{"rate_limit":"headers"}"#));
        for operation in ["createPayout", "createPaymentOrder", "createInvoice"] {
            load::answers(server.address, (0..KNOWN).map(|n| known.request(operation, n)));
        }
        let charges = load::answers(server.address, (0..KNOWN).map(|n| known.request("createCharge", n)));
        known.charges = charges.iter().map(|it| id_of(it)).collect();
        known
    }

    /// The same bytes for both servers. No two requests share a number: it names what is made, and it is each
    /// signature's NONCE.
    fn request(&self, operation: &str, n: u64) -> Vec<u8> {
        let any = n * 7919 % KNOWN;
        match operation {
            "create-checkout-session" => written(&merchant::quantapay(operation, &merchant::checkout(n))),
            "createCharge" => written(&merchant::qbitpay("charges", merchant::charge(n))),
            "getCharge" => {
                let id = &self.charges[usize::try_from(any).expect("small")];
                written(&merchant::qbitpay(&format!("charges/{id}"), String::new()))
            }
            "createPaymentOrder" => written(&merchant::cryptopay("payment-orders/", merchant::order(n))),
            "login" => written(&merchant::cryptopay("auth/login", r#"{"username":"demo","password":"demo-password"}"#.to_owned())),
            "createInvoice" => written(&merchant::quoine("invoices", merchant::invoice(n), n)),
            "getInvoice" => written(&merchant::quoine(&format!("invoices/{}", any + 1), String::new(), n)),
            "getPayoutStatus" => payouts(operation, &format!(r#"{{"orderNumber":"ORDER_{any}"}}"#)),
            "createPayout" => payouts(
                operation,
                &format!(
                    r#"{{"orderNumber":"ORDER_{n}","amount":150000,"description":"Payout for an order","sessionTimeoutSecs":1800,"type":"card","urls":{{"returnUrl":"https://your-site.com/success","failUrl":"https://your-site.com/fail"}}}}"#
                ),
            ),
            _ => payouts(operation, ""),
        }
    }
}

/// Changes settings of `CryptoPay`'s account.
fn settings(body: &str) -> Vec<u8> {
    let head = format!("Host: 127.0.0.1:4242\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
    format!("PATCH /__admin/accounts/cryptopay/default HTTP/1.1\r\n{head}\r\n\r\n{body}").into_bytes()
}

/// The id in an answer's body.
fn id_of(answer: &[u8]) -> String {
    let body = String::from_utf8_lossy(answer);
    let body = body.split_once("\r\n\r\n").expect("a head").1;
    let object: serde_json::Value = serde_json::from_str(body).expect("an answer is JSON");
    object["id"].as_str().expect("an id").to_owned()
}

/// A request of Quantum Payouts.
fn payouts(operation: &str, body: &str) -> Vec<u8> {
    let head = "Host: 127.0.0.1:4242\r\nUser-Agent: playmoney-bench/1\r\nAuthorization: Bearer qm_test_token\r\nAccept: application/json; version=1.0\r\n";
    let (method, length) = if body.is_empty() {
        ("GET", String::new())
    } else {
        ("POST", format!("Content-Type: application/json; charset=UTF-8\r\nContent-Length: {}\r\n", body.len()))
    };
    format!("{method} /quantum-payouts/api/v1/{operation} HTTP/1.1\r\n{head}{length}\r\n{body}").into_bytes()
}

/// A request of another provider, as it goes over the wire.
fn written(asked: &merchant::Asked) -> Vec<u8> {
    let method = if asked.body.is_empty() { "GET" } else { "POST" };
    let headers = asked.headers.iter().fold(String::new(), |head, (name, value)| head + name + ": " + value + "\r\n");
    format!("{method} {} HTTP/1.1\r\n{headers}\r\n{}", asked.target, asked.body).into_bytes()
}

fn told(operation: &str, pairs: &[(Measured, Measured)]) {
    let row = |name: &str, of: &dyn Fn(&(Measured, Measured)) -> Measured| {
        let pick = |figure: fn(&Measured) -> u64| middle(pairs.iter().map(|it| figure(&of(it))).collect());
        let cpu = pick(|it| it.cpu_nanos_per_request);
        println!(
            "{operation:<24} {name:<10} {:>9} {:>8} {:>8} {:>15}",
            pick(|it| it.per_second),
            pick(|it| it.p50_micros),
            pick(|it| it.p99_micros),
            hundredths(cpu / 1_000)
        );
    };
    row("playmoney", &|it| it.0);
    row("bare hyper", &|it| it.1);
    let ratio =
        |figure: fn(&Measured) -> u64| hundredths(middle(pairs.iter().map(|it| figure(&it.0) * 100 / figure(&it.1).max(1)).collect()));
    let (cpu, latency) = (ratio(|it| it.cpu_nanos_per_request), ratio(|it| it.p50_micros));
    println!("{operation:<24} {:<10} CPU {cpu}x, p50 {latency}x", "ratio");
}

/// `1234` hundredths are `12.34`.
fn hundredths(it: u64) -> String {
    format!("{}.{:02}", it / 100, it % 100)
}

fn middle(mut of: Vec<u64>) -> u64 {
    of.sort_unstable();
    of[of.len() / 2]
}

/// Time from the start of the process to its first answer, and what it then holds.
fn starts() {
    let (mut micros, mut kib) = (Vec::new(), Vec::new());
    for _ in 0..=STARTS {
        let begun = std::time::Instant::now();
        let server = Process::playmoney();
        load::answer(server.address, &payouts("features", ""));
        micros.push(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
        std::thread::sleep(Duration::from_millis(20));
        kib.push(server.rss_kib());
    }
    let micros = middle(micros.split_off(1));
    println!(
        "cold start to the first answer {}.{:02} ms, idle RSS {} KiB (median of {STARTS})",
        micros / 1_000,
        micros % 1_000 / 10,
        middle(kib)
    );
}
