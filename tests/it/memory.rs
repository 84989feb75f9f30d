//! What a bound counts is what the process holds. Each kind has a process of its own: memory that another one has given
//! back would hide what is taken.
#![cfg(target_os = "linux")]

use std::process::Command;

use playmoney::inside::engine::delivery::{Answer, AppliedRules, Attempt, AttemptId, Event, Outcome, Sent};
use playmoney::inside::engine::ids::{ObjectId, ProviderId};
use playmoney::inside::engine::inbox::{Inbox, Message, Signature};
use playmoney::inside::engine::log::{Change, ChangeCause, Fired, Log, Trace, What};
use playmoney::inside::engine::outbox::Outbox;
use playmoney::inside::engine::tables::On;
use playmoney::inside::kit::http::{HeaderMap, HeaderName, Kept, KeptHeaders, Method, Request, Response, StatusCode};
use playmoney::inside::kit::time::{Duration, Timestamp};

mod sandboxes;

/// Tells a child process which kind it measures.
const KIND: &str = "PLAYMONEY_TEST_MEMORY_OF";
const LOG_BYTES: usize = 32 * 1024 * 1024;

/// A kind: fills a container, and says what it counts. What it filled is given back, so that it is still there.
type Filling = (&'static str, fn() -> (usize, Box<dyn std::any::Any>));

const KINDS: [Filling; 6] = [
    ("requests without headers and bodies", || log(|log, n| request(log, n, 0, ""))),
    ("requests of usual size", || log(|log, n| request(log, n, 8, &"x".repeat(300)))),
    ("large requests", || log(|log, n| request(log, n, 8, &"x".repeat(30_000)))),
    ("changes and timers", || log(change)),
    ("webhooks that failed ten times", outbox),
    ("messages of an inbox", inbox),
];

#[test]
fn i21_t15_what_a_bound_counts_is_what_the_process_holds() {
    if let Ok(kind) = std::env::var(KIND) {
        let (_, fill) = KINDS.iter().find(|it| it.0 == kind).expect("a kind");
        let before = resident_bytes();
        let (counted, filled) = fill();
        println!("\nheld {} counted {counted}", resident_bytes() - before);
        return drop(filled);
    }
    for (kind, _) in KINDS {
        let this = std::env::current_exe().expect("a path");
        let name = "memory::i21_t15_what_a_bound_counts_is_what_the_process_holds";
        let told = Command::new(this).args([name, "--exact", "--nocapture", "--test-threads=1"]).env(KIND, kind).output();
        let text = String::from_utf8(told.expect("a child").stdout).expect("text");
        let line = text.lines().find(|it| it.starts_with("held ")).unwrap_or_else(|| panic!("{kind}: {text}"));
        let words: Vec<&str> = line.split(' ').collect();
        let [held, counted] = [1, 3].map(|it| words[it].parse::<usize>().expect("a number"));
        println!("{kind}: {line}");
        assert!(held * 10 <= counted * 13, "{kind}: more is held than counted: {line}");
        assert!(counted * 10 <= held * 13, "{kind}: more is counted than held: {line}");
    }
}

/// Resident memory of this process, without pages of files, because code that runs for the first time is loaded from a file.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("a system that says what a process holds");
    let line = status.lines().find_map(|it| it.strip_prefix("RssAnon:")).expect("a line about it");
    line.split_whitespace().next().and_then(|it| it.parse::<usize>().ok()).expect("a number of KiB") * 1024
}

fn headers(count: usize) -> HeaderMap {
    let name = |n| HeaderName::from_bytes(format!("x-header-{n}").as_bytes()).expect("a name");
    (0..count).map(|n| (name(n), "a usual value".parse().expect("a value"))).collect()
}

/// Fills a log until it has dropped as much as it keeps.
fn log(write: fn(&mut Log, u64)) -> (usize, Box<dyn std::any::Any>) {
    let mut log = Log::new(LOG_BYTES);
    let mut full_at = None;
    for n in 0.. {
        write(&mut log, n);
        log.trim();
        let first = log.entries().next().map_or(0, |it| it.sequence);
        full_at = full_at.or((1 < first).then(|| log.entries().next_back().map_or(0, |it| it.sequence)));
        if full_at.is_some_and(|it| it < first) {
            break;
        }
    }
    (log.bytes(), Box::new(log))
}

fn request(log: &mut Log, n: u64, header_count: usize, body: &str) {
    let sequence = log.heard(Timestamp::UNIX_EPOCH, Some(ProviderId(0)));
    let mut request = Request::new(Method::POST, &format!("/quoine/api/v1/invoices/{n}"), body.to_owned());
    request.headers = headers(header_count);
    let trace = Trace { operation: Some("createInvoice"), account: Some("default".to_owned()), ..Trace::default() };
    log.received(sequence, request, trace, None);
    let mut answer = Vec::with_capacity(2 * body.len() + 64);
    answer.extend_from_slice(body.as_bytes());
    log.answered(sequence, &Response { headers: headers(header_count / 2), ..Response::new(StatusCode::OK, "text/plain", answer) });
}

fn change(log: &mut Log, n: u64) {
    let object = ObjectId { kind: 0, number: 1 };
    log.push(Timestamp::UNIX_EPOCH, Some(ProviderId(0)), What::Fired(Fired::Timer { object, row: 0 }));
    let (subject, cause) = (format!("ORDER_{n}").into(), ChangeCause::Row(On::Call("create")));
    let change = Change { subject, from: "pending".into(), to: "paid".into(), cause, row: None };
    log.push(Timestamp::UNIX_EPOCH, Some(ProviderId(0)), What::Change(change));
}

/// Webhooks of usual size, with a text to sign that is the body, and answers that a server sends with an error.
fn outbox() -> (usize, Box<dyn std::any::Any>) {
    let mut outbox = Outbox::default();
    for n in 0.. {
        let (account, subject, url) = ("default".to_owned(), format!("ORDER_{n}"), "http://127.0.0.1:8080/hook".to_owned());
        let mut body = Vec::with_capacity(1_024);
        body.extend_from_slice("x".repeat(600).as_bytes());
        let object = ObjectId { kind: 0, number: 1 };
        let event = Event {
            name: "payout.failed",
            id: format!("evt-{n}"),
            account,
            subject,
            object,
            url: url.clone(),
            body: body.into(),
            once: false,
        };
        let id = outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event, AppliedRules::default()).expect("room");
        for number in 1..=10 {
            let body = outbox.get(id).expect("kept").body.clone();
            let signed = Some(Sent::Own(Kept::copy(&body.0)));
            let body = Sent::Own(body);
            outbox.add_attempt(id, &url, Attempt { number, headers: KeptHeaders::of(&headers(6)), body, signed, ..Attempt::default() });
            let answer = Answer { status: 500, headers: KeptHeaders::of(&headers(5)), body: Kept::copy(&[b'e'; 200]), is_cut: false };
            let outcome = Outcome { result: Ok(answer), took: Duration::ZERO, remarks: None };
            outbox.set_outcome(AttemptId { delivery: id, number, copy: 0 }, outcome);
        }
        outbox.finish(id, playmoney::inside::engine::delivery::Status::Failed);
        if outbox.truncated {
            break;
        }
    }
    (outbox.bytes(), Box::new(outbox))
}

fn inbox() -> (usize, Box<dyn std::any::Any>) {
    let mut inbox = Inbox::default();
    while !inbox.truncated {
        let body = Kept::copy(&[b'x'; 300]);
        let (at, method, path) = (Timestamp::UNIX_EPOCH, "POST".to_owned(), "/hook".to_owned());
        let provider = Some("quoine".to_owned());
        inbox.receive(Message { at, method, path, headers: KeptHeaders::of(&headers(6)), body, provider, signature: Signature::Valid });
    }
    (inbox.bytes(), Box::new(inbox))
}
