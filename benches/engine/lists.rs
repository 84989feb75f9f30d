//! What a page of ten costs, however many objects there are.

use std::hint::black_box;

use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::sandbox::Sandbox;

use super::merchant::{self, CHARGES_PER_ORDER};
use super::{ask, control, read, sent, unbounded};

/// Objects of each kind.
const SIZES: [u64; 3] = [1_000, 10_000, 1_000_000];
/// NONCEs that are known before anything is measured: as many as a user can have, whatever the size.
const NONCES: u64 = 100_000;
/// Pages of one round. The first round of each size does not count: it fills the journal with their like.
const PAGES: u64 = 3_000;
const ROUNDS: usize = 15;
/// Cursors of the list that is begun everywhere.
const CURSORS: u64 = 500;

/// A sandbox and what a merchant needs to know to ask for pages of it.
struct Stored {
    sandbox: Sandbox,
    size: u64,
    middle: String,
    cursors: Vec<String>,
    serial: u64,
}

type Page = fn(&Stored, u64) -> Request;

/// What is asked for: how the `n`th page of a round is.
const LISTS: [(&str, Page); 9] = [
    ("charges, first page", |_, _| charges("")),
    ("charges, after one in the middle", |it, _| charges(&format!("&starting_after={}", it.middle))),
    ("charges of one order in the middle", |it, _| charges(&format!("&externalOrderId=ORDER_{}", it.size / 2 / CHARGES_PER_ORDER))),
    ("charges, after one of 500 anywhere", |it, n| {
        charges(&format!("&starting_after={}", it.cursors[usize::try_from(n % CURSORS).expect("small")]))
    }),
    ("orders, first page", |_, _| orders("")),
    ("orders, a page in the middle", |it, _| orders(&format!("&page={}", it.size / 20))),
    ("orders of a status and a chain, there", |it, _| orders(&format!("&status=pending&blockchain=base&page={}", it.size / 20))),
    ("invoices, first page", |it, n| invoices(1, it.serial + n)),
    ("invoices, a page in the middle", |it, n| invoices(it.size / 20, it.serial + n)),
];

/// The processor's time for one page. The sizes take turns, so that a noisy neighbour disturbs all of them; the ratio is
/// that of the largest median to the smallest.
pub fn section() {
    println!("\na page of 10 in nanoseconds, by the number of stored objects");
    println!("  {:<38}{:>10}{:>10}{:>12}{:>16}", "", SIZES[0], SIZES[1], SIZES[2], "largest ratio");
    let mut stored = SIZES.map(stored);
    for (label, page) in LISTS {
        let mut rounds: Vec<[u64; 3]> = Vec::new();
        for _ in 0..=ROUNDS {
            let mut round = [0; 3];
            for (place, took) in stored.iter_mut().zip(&mut round) {
                *took = nanos(place, page);
            }
            rounds.push(round);
        }
        rounds.remove(0);
        let [few, more, many] = [0, 1, 2].map(|size: usize| middle(rounds.iter().map(|it| it[size]).collect()));
        let ratio = few.max(more).max(many) * 100 / few.min(more).min(many);
        println!("  {label:<38}{few:>10}{more:>10}{many:>12}{:>13}.{:02}", ratio / 100, ratio % 100);
    }
}

fn middle(mut of: Vec<u64>) -> u64 {
    of.sort_unstable();
    of[of.len() / 2]
}

fn charges(asked: &str) -> Request {
    sent(merchant::qbitpay(&format!("charges?limit=10{asked}"), String::new()))
}

fn orders(asked: &str) -> Request {
    sent(merchant::cryptopay(&format!("payment-orders/?page_size=10{asked}"), String::new()))
}

fn invoices(page: u64, serial: u64) -> Request {
    sent(merchant::quoine(&format!("invoices?page={page}&per=10"), String::new(), serial))
}

/// One page of one round, each request made before the time runs.
fn nanos(stored: &mut Stored, page: Page) -> u64 {
    let requests: Vec<Request> = (0..PAGES).map(|n| page(stored, n)).collect();
    stored.serial += PAGES;
    let begun = cpu_nanos();
    let mut bytes = 0;
    for request in requests {
        let response = ask(&mut stored.sandbox, black_box(request));
        assert_eq!(response.status, 200);
        bytes += response.body.len();
    }
    let took = cpu_nanos() - begun;
    assert!(bytes as u64 / PAGES > 3_000, "ten objects are longer");
    took / PAGES
}

/// How long this thread has run: while a neighbour has the processor, it does not.
fn cpu_nanos() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a system that counts a thread's time");
    told.split_whitespace().next().and_then(|it| it.parse().ok()).expect("nanoseconds")
}

fn stored(size: u64) -> Stored {
    let mut stored =
        Stored { sandbox: Sandbox::new(unbounded(), Uptime::START), size, middle: String::new(), cursors: Vec::new(), serial: 0 };
    let unlimited = control(Method::PATCH, "accounts/cryptopay/default", br#"{"rate_limit":"headers"}"#.to_vec());
    assert_eq!(ask(&mut stored.sandbox, unlimited).status, 200);
    for n in 0..size {
        let order = ask(&mut stored.sandbox, sent(merchant::cryptopay("payment-orders/", merchant::order(n))));
        assert_eq!(order.status, 201, "{}", String::from_utf8_lossy(&order.body));
        let charge = ask(&mut stored.sandbox, sent(merchant::qbitpay("charges", merchant::charge(n))));
        assert_eq!(charge.status, 200, "{}", String::from_utf8_lossy(&charge.body));
        let id = |wanted: bool| wanted.then(|| read(&charge)["id"].as_str().expect("an id").to_owned());
        stored.middle = id(n == size / 2).unwrap_or(stored.middle);
        stored.cursors.extend(id(n >= 10 && n % (size / CURSORS) == 1));
        stored.serial += 1;
        let invoice = ask(&mut stored.sandbox, sent(merchant::quoine("invoices", merchant::invoice(n), stored.serial)));
        assert_eq!(invoice.status, 200, "{}", String::from_utf8_lossy(&invoice.body));
    }
    for _ in size..NONCES {
        stored.serial += 1;
        assert_eq!(ask(&mut stored.sandbox, sent(merchant::quoine("profile", String::new(), stored.serial))).status, 200);
    }
    // In an order of no meaning.
    let cursors = stored.cursors.len();
    stored.cursors = (0..CURSORS).map(|n| stored.cursors[usize::try_from(n * 7919).expect("small") % cursors].clone()).collect();
    stored.serial += 1;
    stored
}
