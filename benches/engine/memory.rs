//! What an object holds, its event and its timers included and the journal excluded.
//!
//! Counted is what the system says the process holds, so that nothing the allocator needs for itself is left out. Each
//! kind has a process of its own: memory that another one has given back would hide what is taken.

use std::process::Command;

use playmoney::inside::engine::delivery::{Answer as Answered, Outcome};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{HeaderMap, HeaderValue, Kept, KeptHeaders, Method, Request, Response};
use playmoney::inside::kit::time::{Duration, Uptime};
use playmoney::inside::sandbox::Sandbox;

use super::{control, merchant, read, sent, unbounded};

/// What makes this executable measure one kind.
pub const ARGUMENT: &str = "memory-of";
/// Objects that are made before the first look: whatever does not grow with them is there by then.
const FIRST: u64 = 20_000;
/// Objects that are counted. With the first ones they are fewer than the deliveries that a sandbox keeps.
const COUNTED: u64 = 60_000;
/// Objects between two advances of the clock.
const LOT: u64 = 5_000;

/// So many that most of their deliveries have gone: a sandbox keeps 100,000.
const MANY: u64 = 1_000_000;

/// How one object is made, what time passes after each lot, and how many are counted.
type Making = (&'static str, fn(&mut Sandbox, u64), &'static str, u64);

const KINDS: [Making; 13] = [
    ("charge, pending", |it, n| drop(charge(it, n)), "10ms", COUNTED),
    ("charge, paid, event and ledger row", paid_charge, "61s", COUNTED),
    ("charge, expired, event", |it, n| drop(charge(it, n)), "31m", COUNTED),
    ("charge, expired, event, of a million", |it, n| drop(charge(it, n)), "31m", MANY),
    ("payout, event and ledger row", payout, "10ms", COUNTED),
    ("order, pending", order, "10ms", COUNTED),
    ("order, confirmed, transaction, events", paid_order, "31s", COUNTED / 2),
    ("order, expired, event", order, "2h", COUNTED),
    ("invoice, ready", invoice, "10ms", COUNTED),
    ("invoice, expired, event", invoice, "31m", COUNTED),
    ("checkout session", checkout, "10ms", COUNTED),
    ("transaction, pending", |it, n| drop(transaction(it, n)), "10ms", COUNTED),
    ("transaction, completed, event", completed, "61s", COUNTED),
];

/// Every kind, each in a process of its own.
pub fn section() {
    println!("\nmemory of an object, among {COUNTED} of its kind unless more are named, without a journal");
    for (label, ..) in KINDS {
        let this = std::env::current_exe().expect("this bench has a path");
        let told = Command::new(this).args([ARGUMENT, label]).output().expect("this bench starts again");
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        println!("  {label:<38}{:>8} bytes", String::from_utf8_lossy(&told.stdout).trim());
    }
}

/// Writes down how many bytes one object of a kind takes.
pub fn measure(kind: &str) {
    let (_, make, passes, counted) = KINDS.iter().find(|it| it.0 == kind).expect("a kind that there is");
    let webhook_url = Some("http://your-site.com/{provider}".to_owned());
    let mut sandbox = Sandbox::new(Start { journal_bytes_max: 0, webhook_url, ..unbounded() }, Uptime::START);
    tell(&mut sandbox, control(Method::PATCH, "accounts/cryptopay/default", br#"{"rate_limit":"off"}"#.to_vec()));
    let mut make_all = |numbers: std::ops::Range<u64>| {
        for n in numbers {
            make(&mut sandbox, n);
            if n % LOT == LOT - 1 {
                tell(&mut sandbox, control(Method::POST, "clock/advance", format!(r#"{{"by":"{passes}"}}"#).into_bytes()));
            }
        }
    };
    make_all(0..FIRST);
    let before = resident_kib();
    make_all(FIRST..FIRST + counted);
    println!("{}", (resident_kib() - before) * 1024 / counted);
}

/// Resident memory of this process.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a system that says what a process holds");
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).expect("a line about it");
    line.split_whitespace().next().and_then(|it| it.parse().ok()).expect("a number of KiB")
}

fn charge(sandbox: &mut Sandbox, n: u64) -> Response {
    tell(sandbox, sent(merchant::qbitpay("charges", merchant::charge(n))))
}

fn paid_charge(sandbox: &mut Sandbox, n: u64) {
    let made = read(&charge(sandbox, n));
    let below = format!("charges/{}", made["id"].as_str().expect("an id"));
    let mut paid = sent(merchant::qbitpay(&below, r#"{"status":"buyerPaid"}"#.to_owned()));
    paid.method = Method::PUT;
    tell(sandbox, paid);
}

fn payout(sandbox: &mut Sandbox, n: u64) {
    let body = format!(
        r#"{{"amount":0.1,"currency":"USD","description":"Payout memo","externalOrderId":"ORDER_{n}","destination":{{"payerName":"user name","bankAccountNum":"444444444444111","bankName":"Chase","type":"bankAccount"}}}}"#
    );
    tell(sandbox, sent(merchant::qbitpay("payouts", body)));
}

fn order(sandbox: &mut Sandbox, n: u64) {
    tell(sandbox, sent(merchant::cryptopay("payment-orders/", merchant::order(n))));
}

fn paid_order(sandbox: &mut Sandbox, n: u64) {
    order(sandbox, n);
    tell(sandbox, control(Method::POST, "act/cryptopay/pay", format!(r#"{{"order":{}}}"#, n + 1).into_bytes()));
}

fn invoice(sandbox: &mut Sandbox, n: u64) {
    tell(sandbox, sent(merchant::quoine("invoices", merchant::invoice(n), n)));
}

fn checkout(sandbox: &mut Sandbox, n: u64) {
    tell(sandbox, sent(merchant::quantapay("create-checkout-session", &merchant::checkout(n))));
}

fn transaction(sandbox: &mut Sandbox, n: u64) -> Response {
    let fields = format!("amount={}.{:02}&cryptocurrency_code=eth&external_reference=ORDER_{n}", 1 + n / 100, n % 100);
    tell(sandbox, sent(merchant::quantapay("create-transaction", &fields)))
}

fn completed(sandbox: &mut Sandbox, n: u64) {
    let made = read(&transaction(sandbox, n));
    let paid = format!(r#"{{"transaction":{}}}"#, made["response"][0]);
    tell(sandbox, control(Method::POST, "act/quantapay/pay", paid.into_bytes()));
}

/// Asks, and answers every webhook that leaves meanwhile as a receiver does.
fn tell(sandbox: &mut Sandbox, request: Request) -> Response {
    let response = super::ask(sandbox, request);
    assert!(response.status.is_success(), "{}", String::from_utf8_lossy(&response.body));
    response
}

/// A receiver's short answer, with the headers that most of them send.
pub fn accepted() -> Outcome {
    let mut headers = HeaderMap::new();
    for (name, value) in [("content-type", "text/plain"), ("content-length", "2"), ("date", "Thu, 01 Jan 2026 00:00:00 GMT")] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Outcome {
        result: Ok(Answered { status: 200, headers: KeptHeaders::of(&headers), body: Kept(b"ok".to_vec().into()), is_cut: false }),
        took: Duration::ZERO,
        remarks: None,
    }
}
