//! What a request costs at the edge: the `playmoney` binary and a bare hyper server, loaded in turn by one client.
//!
//! `cargo bench --bench edge`, or `-- createCharge` for one operation, or `-- threads` for what several threads bring;
//! `PLAYMONEY_BENCH_ROUNDS`, `PLAYMONEY_BENCH_REQUESTS` and `PLAYMONEY_BENCH_CONNECTIONS` change its size. The client has
//! one thread and 32 connections that stay open, each with one request at a time; it ends after a number of requests. The
//! bare server has one thread, reads the body, stores nothing, and answers the same headers and as many bytes. Servers and
//! client run on different cores where `taskset` is installed. What counts is the CPU time of the server's process, user and
//! system. Each ratio is the median of the rounds' ratios: in a round the servers take turns, so that a noisy neighbour
//! disturbs both alike.

#![expect(clippy::disallowed_methods, reason = "a bench reads the real clock")]

mod bare;
mod load;
#[path = "../merchant/mod.rs"]
mod merchant;
mod operations;
mod process;
mod threads;

use std::time::Duration;

use load::{Load, Measured};
use operations::{KNOWN, Known, OPERATIONS};
use process::{Cores, Process};

/// Starts whose median is printed.
const STARTS: usize = 25;

fn main() {
    if std::env::args().nth(1).as_deref() == Some(bare::ARGUMENT) {
        return bare::serve();
    }
    let size = |name: &str, default: u64| {
        let given = std::env::var(format!("PLAYMONEY_BENCH_{name}")).ok();
        given.map_or(default, |it| it.parse().unwrap_or_else(|why| panic!("PLAYMONEY_BENCH_{name}={it}: {why}")))
    };
    let (rounds, requests, connections) = (size("ROUNDS", 7), size("REQUESTS", 30_000), size("CONNECTIONS", 32));
    let load = Load { connections, requests };
    let wanted = std::env::args().skip(1).find(|it| !it.starts_with("--"));
    if wanted.as_deref().is_none_or(|it| it == threads::NAME) {
        threads::compare();
    }
    if wanted.as_deref() == Some(threads::NAME) {
        return;
    }
    let cores = Cores::split();
    starts(&cores);
    let playmoney = Process::playmoney(&cores);
    let placed =
        if cores.are_split() { "client and servers on different cores" } else { "client and servers wherever the system puts them" };
    println!("\n{rounds} rounds of {requests} requests over {connections} connections, median of the rounds; {placed}");
    println!("{:<24} {:<10} {:>9} {:>8} {:>8} {:>15}", "", "", "req/s", "p50 us", "p99 us", "CPU s / 10,000");
    for (operation, goal) in OPERATIONS.into_iter().filter(|it| wanted.as_deref().is_none_or(|wanted| wanted == it.0)) {
        let mut known = Known::again(&playmoney);
        let bare = Process::bare(&cores, &load::answer(playmoney.address, &known.request(operation, KNOWN)));
        let mut pairs = Vec::new();
        for round in 0..=rounds {
            known = Known::again(&playmoney);
            let ask = |n: u64| known.request(operation, KNOWN + n);
            let ours = || load::prepare(load, ask).fire(&playmoney);
            let theirs = || load::prepare(load, ask).fire(&bare);
            let pair = if round % 2 == 0 { (ours(), theirs()) } else { swapped(theirs(), ours()) };
            if round > 0 {
                pairs.push(pair);
            }
        }
        print(operation, goal, &pairs);
    }
    println!("\nRSS after all that {:>7} KiB", playmoney.rss_kib());
}

fn swapped(theirs: Measured, ours: Measured) -> (Measured, Measured) {
    (ours, theirs)
}

fn print(operation: &str, goal: Option<u64>, pairs: &[(Measured, Measured)]) {
    let row = |name: &str, of: &dyn Fn(&(Measured, Measured)) -> Measured| {
        let pick = |figure: fn(&Measured) -> u64| middle(pairs.iter().map(|it| figure(&of(it))).collect());
        // A nanosecond a request is a hundred thousandth of a second for 10,000 of them.
        let thousandths = pick(|it| it.cpu_nanos_per_request) / 100;
        println!(
            "{operation:<24} {name:<10} {:>9} {:>8} {:>8} {:>11}.{:03}",
            pick(|it| it.per_second),
            pick(|it| it.p50_micros),
            pick(|it| it.p99_micros),
            thousandths / 1_000,
            thousandths % 1_000
        );
    };
    row("playmoney", &|it| it.0);
    row("bare hyper", &|it| it.1);
    let ratio = |figure: fn(&Measured) -> u64| middle(pairs.iter().map(|it| figure(&it.0) * 100 / figure(&it.1).max(1)).collect());
    let (cpu, latency) = (ratio(|it| it.cpu_nanos_per_request), ratio(|it| it.p50_micros));
    let goal = goal.map_or_else(String::new, |goal| {
        let verdict = if cpu <= goal { "met" } else { "missed" };
        format!("; goal {}x: {verdict}", hundredths(goal))
    });
    println!("{operation:<24} {:<10} CPU {}x, p50 {}x{goal}", "ratio", hundredths(cpu), hundredths(latency));
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
fn starts(cores: &Cores) {
    let (mut micros, mut kib) = (Vec::new(), Vec::new());
    for _ in 0..=STARTS {
        let begun = std::time::Instant::now();
        let server = Process::playmoney(cores);
        load::answer(server.address, &operations::payouts("features", ""));
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
