//! What a request costs at the edge: the `playmoney` binary and a bare hyper server, loaded in turn by one client.
//!
//! `cargo bench --bench edge`; `PLAYMONEY_BENCH_ROUNDS`, `PLAYMONEY_BENCH_REQUESTS` and
//! `PLAYMONEY_BENCH_CONNECTIONS` change its size. The load is a closed loop over keep-alive connections and is bounded
//! by its count. The bare server reads the body, stores nothing, and answers the same headers and as many bytes. What
//! counts is the CPU time of the server's process; each ratio is the median of the rounds' ratios, so that a noisy
//! neighbour disturbs both sides alike.

#![expect(clippy::disallowed_methods, reason = "a bench reads the real clock")]

mod bare;
mod load;
mod process;

use std::time::Duration;

use load::{Load, Measured};
use process::Process;

/// What is asked of both servers.
const OPERATIONS: [&str; 3] = ["createPayout", "getPayoutStatus", "features"];
/// Payouts that `getPayoutStatus` asks for.
const KNOWN: u64 = 10_000;
/// The number of a payout that no round makes.
const UNUSED: u64 = 9_999_999;
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
    starts();
    let playmoney = Process::playmoney();
    load::run(playmoney.address, Load { connections, requests: KNOWN }, |n| request("createPayout", n));
    println!("\n{rounds} rounds of {requests} requests over {connections} connections, median of the rounds");
    println!("{:<16} {:<10} {:>9} {:>8} {:>8} {:>15}", "", "", "req/s", "p50 us", "p99 us", "CPU s / 10,000");
    let mut fresh = KNOWN;
    for operation in OPERATIONS {
        let creates = operation == "createPayout";
        let bare = Process::bare(&load::answer(playmoney.address, &request(operation, if creates { UNUSED } else { 0 })));
        let mut pairs = Vec::new();
        for round in 0..=rounds {
            let first = fresh;
            fresh += requests;
            let load = Load { connections, requests };
            let ask = |n: u64| request(operation, if creates { first + n } else { n * 7919 % KNOWN });
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

/// The same bytes for both servers.
fn request(operation: &str, n: u64) -> Vec<u8> {
    let order = format!("ORDER_{n}");
    let body = match operation {
        "createPayout" => format!(
            r#"{{"orderNumber":"{order}","amount":150000,"description":"Payout for an order","sessionTimeoutSecs":1800,"type":"card","urls":{{"returnUrl":"https://your-site.com/success","failUrl":"https://your-site.com/fail"}}}}"#
        ),
        "getPayoutStatus" => format!(r#"{{"orderNumber":"{order}"}}"#),
        _ => String::new(),
    };
    let head = "Host: 127.0.0.1:4242\r\nUser-Agent: playmoney-bench/1\r\nAuthorization: Bearer qm_test_token\r\nAccept: application/json; version=1.0\r\n";
    let (method, length) = if body.is_empty() {
        ("GET", String::new())
    } else {
        ("POST", format!("Content-Type: application/json; charset=UTF-8\r\nContent-Length: {}\r\n", body.len()))
    };
    format!("{method} /quantum-payouts/api/v1/{operation} HTTP/1.1\r\n{head}{length}\r\n{body}").into_bytes()
}

fn told(operation: &str, pairs: &[(Measured, Measured)]) {
    let row = |name: &str, of: &dyn Fn(&(Measured, Measured)) -> Measured| {
        let pick = |figure: fn(&Measured) -> u64| middle(pairs.iter().map(|it| figure(&of(it))).collect());
        let cpu = pick(|it| it.cpu_nanos_per_request);
        println!(
            "{operation:<16} {name:<10} {:>9} {:>8} {:>8} {:>15}",
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
    println!("{operation:<16} {:<10} CPU {cpu}x, p50 {latency}x", "ratio");
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
        load::answer(server.address, &request("features", 0));
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
