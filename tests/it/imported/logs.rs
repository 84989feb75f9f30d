//! Logs that our own server has recorded from random scenarios come back as scenarios with the same story.

use std::ops::RangeInclusive;
use std::panic::catch_unwind;

use playmoney::inside::engine::world::World;
use playmoney::inside::kit::time::{Duration, Timestamp};
use playmoney::inside::stage::Stage;
use serde_json::{Value as Json, json};

use super::recorded::{Line, log, recorded, story};
use super::tapes::{Receiver, tape};
use super::{folder, imported, played, played_by, scenario};

/// What differs less is the same to an import when answers take a while: it leaves out how long each of them took.
const UNEVEN: Duration = Duration::from_secs(1);

/// A log, and what became of it.
struct Copied {
    tape: String,
    original: Vec<Line>,
    scenario: String,
    said: String,
}

/// Plays a random scenario, and imports its log.
fn copied(slug: &str, seed: u64, receiver: Receiver) -> Copied {
    let tape = tape(slug, seed, receiver);
    let (mut stage, report) = played(&scenario(&tape.yaml));
    assert!(report.failed().is_none(), "{:?}\n{}", report.failed(), tape.yaml);
    let (mut original, from) = (Vec::new(), tape.begins(&report));
    stage.look(None, &mut |world| original = recorded(world, slug, first_since(world, from)));
    assert!(3 < original.len(), "{}", tape.yaml);
    let folder = folder(&format!("{slug}-{seed}-{}", receiver == Receiver::Uneven));
    let (scenario, said) = imported(&folder, &log(&original), slug);
    _ = std::fs::remove_dir_all(folder);
    Copied { tape: tape.yaml, original, scenario, said }
}

/// The first entry of the log at or after that moment.
fn first_since(world: &World, from: Timestamp) -> u64 {
    world.core.log.entries().find(|it| from <= it.at).map_or(0, |it| it.sequence)
}

/// Plays the scenario of an import, with the built-in receiver.
fn replayed(slug: &str, text: &str) -> Vec<Line> {
    replayed_by(slug, text, None)
}

/// The same, for an application that answers every webhook with a status.
fn replayed_by(slug: &str, text: &str, application: Option<u16>) -> Vec<Line> {
    let (mut stage, report) = played_by(&scenario(text), application);
    assert!(report.failed().is_none(), "{:?}\n{text}", report.failed());
    let mut replay = Vec::new();
    stage.look(None, &mut |world| {
        replay = recorded(world, slug, 0);
        let elsewhere = world.core.outbox.iter().find(|it| application.is_some() && !it.url.starts_with("http://shop.test/"));
        assert!(elsewhere.is_none(), "the application does not get {elsewhere:?}\n{text}");
    });
    replay
}

impl Copied {
    /// All that is needed to see why two stories differ.
    fn told(&self) -> String {
        format!("\n{}\n--- said\n{}\n--- imported\n{}\n--- log\n{}", self.tape, self.said, self.scenario, log(&self.original))
    }
}

/// The log of a random scenario comes back with the same order, distances and verdicts, to the nanosecond.
fn comes_back(slug: &str, seed: u64) {
    let copied = copied(slug, seed, Receiver::Plain);
    let replay = replayed(slug, &copied.scenario);
    assert_eq!(story(&copied.original), story(&replay), "{}", copied.told());
    for status in [200, 500] {
        let own = replayed_by(slug, &copied.scenario, Some(status));
        assert_eq!(story(&copied.original), story(&own), "an application that answers {status}{}", copied.told());
    }
    let beside: Vec<&str> = copied.said.lines().filter(|it| !it.starts_with("wrote ")).collect();
    assert!(beside.is_empty(), "{beside:?}{}", copied.told());
}

/// An application that answers at once gets the webhooks of a log in which it was slow in the same order and at the same
/// distances. Returns whether it was slow.
fn comes_back_to_the_fast(slug: &str, seed: u64) -> bool {
    let copied = copied(slug, seed, Receiver::Plain);
    let fast = copied.scenario.replace("- delay: 3s\n        status: 200\n", "- 200\n");
    // The second copy of a webhook leaves when the application has answered the first.
    if fast == copied.scenario || fast.contains("duplicate: ") {
        return false;
    }
    let moments = |lines: &[Line]| lines.iter().map(|it| (it.at.duration_since(lines[0].at), it.what.clone())).collect::<Vec<_>>();
    assert_eq!(moments(&copied.original), moments(&replayed(slug, &fast)), "{}", copied.told());
    true
}

/// The log of an application whose answers take a while comes back in the same order, and nearly at the same distances.
fn comes_back_unevenly(slug: &str, seed: u64) {
    let copied = copied(slug, seed, Receiver::Uneven);
    let replay = replayed(slug, &copied.scenario);
    let verdict = |it: &Line| it.verdict.rsplit_once(' ').map_or(it.verdict.clone(), |parts| parts.0.to_owned());
    let order = |lines: &[Line]| lines.iter().map(|it| format!("{} -> {}", it.what, verdict(it))).collect::<Vec<_>>();
    assert_eq!(order(&copied.original), order(&replay), "{}", copied.told());
    for (own, other) in copied.original.iter().zip(&replay) {
        let far = own.at.duration_since(copied.original[0].at) - other.at.duration_since(replay[0].at);
        assert!(far.abs() < UNEVEN, "{} {far}{}", own.what, copied.told());
    }
}

/// The numbers of the random scenarios: `PLAYMONEY_IMPORT_SEEDS=1-60` tries more.
fn seeds() -> RangeInclusive<u64> {
    let Ok(text) = std::env::var("PLAYMONEY_IMPORT_SEEDS") else { return 1..=5 };
    let (first, last) = text.split_once('-').expect("PLAYMONEY_IMPORT_SEEDS is two numbers with a dash between them");
    first.parse().expect("a number")..=last.parse().expect("a number")
}

/// Does it with all numbers, and says which have failed.
fn all(slug: &str, does: fn(&str, u64)) {
    let failed: Vec<u64> = seeds().filter(|seed| catch_unwind(|| does(slug, *seed)).is_err()).collect();
    assert!(failed.is_empty(), "{slug}: {failed:?}");
}

#[test]
fn logs_of_quantapay_come_back() {
    all("quantapay", comes_back);
}

#[test]
fn logs_of_qbitpay_come_back() {
    all("qbitpay", comes_back);
}

#[test]
fn logs_of_cryptopay_come_back() {
    all("cryptopay", comes_back);
}

#[test]
fn logs_of_quantum_payouts_come_back() {
    all("quantum-payouts", comes_back);
}

#[test]
fn logs_of_quoine_come_back() {
    all("quoine", comes_back);
}

#[test]
fn logs_of_uneven_applications_come_back() {
    let failed = ["quantapay", "qbitpay", "cryptopay", "quantum-payouts", "quoine"].map(|it| catch_unwind(|| all(it, comes_back_unevenly)));
    assert!(failed.iter().all(Result::is_ok), "see above");
}

#[test]
fn a_fast_application_gets_the_order_and_distances_of_a_slow_one() {
    let all = ["quantapay", "qbitpay", "cryptopay", "quantum-payouts", "quoine"];
    let slow = all.map(|slug| seeds().filter(|it| comes_back_to_the_fast(slug, *it)).count());
    assert!(2 <= slow.iter().filter(|it| 0 < **it).count(), "in how many logs of each provider the application was slow: {slow:?}");
}

#[test]
fn order_numbers_are_those_of_each_run() {
    let line = |second: u8, operation: &str, body: Json| {
        let (at, path) = (format!("2025-03-07T10:11:{second:02}Z"), format!("/api/v1/{operation}"));
        format!("{}\n", json!({"at": at, "direction": "call", "method": "POST", "path": path, "body": body, "status": 200}))
    };
    let target = json!({"pan": "4111111111111111"});
    let created = line(12, "performPayout", json!({"orderNumber": "KTR-71", "amount": 1500, "description": "d", "target": target}));
    let asked = line(42, "getPayoutStatus", json!({"orderNumber": "KTR-71"}));
    let folder = folder("runs");
    let (text, said) = imported(&folder, &format!("{created}{asked}"), "quantum-payouts");
    assert_eq!(text.matches("-${run}\n").count(), 2, "the same order number stands in both calls\n{text}");
    assert!(said.contains(", 1 order number with ${run}; play it with"), "{said}");
    let sandbox = playmoney::Sandbox::from_scenario(&text).expect("a scenario");
    let numbers = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let receiver = |it: &playmoney::Webhook| {
        numbers.borrow_mut().insert(it.subject.clone());
        200
    };
    let findings = sandbox.explore(receiver).budget(5).play().expect("it can be played");
    assert!(findings.counterexample.is_none(), "{findings:?}");
    assert_eq!(numbers.borrow().len(), usize::try_from(findings.runs).expect("few"), "{numbers:?}");
    // 32 characters are all that the provider takes.
    let long = created.replace("KTR-71", "KTR-71-0123456789-0123456789");
    let (text, said) = imported(&folder, &long, "quantum-payouts");
    assert!(!text.contains("${run}") && said.contains("; `orderNumber` stays the same in each run; play it with"), "{said}\n{text}");
    _ = std::fs::remove_dir_all(folder);
}

#[test]
fn an_application_that_was_down_gets_an_older_status_after_a_newer_one() {
    let hook = |at: &str, status: &str, answered: u16| {
        let payout = json!({"id": 7, "externalId": "KTR-71", "status": status, "amount": 1500, "currency": "RUB"});
        let id = format!("0123456789abcdef0123456789abcd{:02x}", status.as_bytes()[0]);
        let body = json!({"event": "payout.status_changed", "eventId": id, "occurredAt": "2025-03-07T13:11:12+03:00", "payout": payout});
        format!("{}\n", json!({"at": at, "direction": "webhook", "method": "POST", "path": "/h", "body": body, "status": answered}))
    };
    let target = json!({"pan": "4111111111111111"});
    let made = json!({"orderNumber": "KTR-71", "amount": 1500, "description": "d", "target": target});
    let (at, path) = ("2025-03-07T10:11:12Z", "/api/v1/performPayout");
    let call = json!({"at": at, "direction": "call", "method": "POST", "path": path, "body": made, "status": 200});
    let log = format!("{call}\n")
        + &hook("2025-03-07T10:11:12Z", "uploaded", 200)
        + &hook("2025-03-07T10:11:12Z", "created", 200)
        + &hook("2025-03-07T10:11:12Z", "processing", 502)
        + &hook("2025-03-07T10:11:20Z", "success", 200)
        + &hook("2025-03-07T10:11:27Z", "processing", 200);
    let folder = folder("overtaken");
    let (text, _) = imported(&folder, &log, "quantum-payouts");
    _ = std::fs::remove_dir_all(folder);
    let sandbox = playmoney::Sandbox::from_scenario(&text).expect("a scenario");
    let order = std::cell::RefCell::new(Vec::new());
    let receiver = |it: &playmoney::Webhook| {
        order.borrow_mut().push(it.json()["payout"]["status"].as_str().expect("a status").to_owned());
        500
    };
    sandbox.explore(receiver).budget(1).play().expect("it can be played");
    assert_eq!(*order.borrow(), ["uploaded", "created", "success", "processing"], "{text}");
}
