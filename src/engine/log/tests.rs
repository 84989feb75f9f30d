use super::*;
use crate::engine::delivery::Failure;
use crate::engine::ids::ObjectId;
use crate::engine::tables::On;
use crate::kit::http::{Method, StatusCode};

const START: Timestamp = Timestamp::UNIX_EPOCH;
const OWN: ProviderId = ProviderId(0);

fn asked(log: &mut Log, body: &str) -> u64 {
    let sequence = log.heard(START, Some(OWN));
    log.received(sequence, Request::new(Method::POST, "/quoine/api/v1/invoices", body.to_owned()), Trace::default(), None);
    sequence
}

fn changed(log: &mut Log, subject: &str) {
    let cause = ChangeCause::Row(On::Call("create"));
    let change = Change { subject: subject.into(), from: "".into(), to: "new".into(), cause, row: None };
    log.push(START, Some(OWN), What::Change(change));
}

fn left(log: &mut Log) {
    let webhook = Webhook { delivery: 1, event: "paid".into(), subject: "A".into() };
    log.push(
        START,
        Some(OWN),
        What::Attempt(AttemptEntry {
            webhook: webhook.clone(),
            number: 2,
            copy: 0,
            rule: None,
            resend: false,
            target: 0,
            altered: None,
            to_inbox: false,
        }),
    );
    let result = Err(Failure::Timeout);
    log.push(START, Some(OWN), What::Outcome(OutcomeEntry { webhook, number: 2, copy: 0, left_at: START, result }));
}

fn timer() -> What {
    What::Fired(Fired::Timer { object: ObjectId { kind: 0, number: 1 }, row: 0 })
}

#[test]
fn an_entry_takes_little_room() {
    assert!(size_of::<Entry>() <= 160, "{}", size_of::<Entry>());
}

#[test]
fn the_ring_is_bounded_by_bytes_and_says_what_it_has_dropped() {
    let mut log = Log::new(2_000);
    changed(&mut log, "A");
    changed(&mut log, &"B".repeat(2_000));
    assert_eq!(log.entries().count(), 2, "nothing is dropped in the middle of a step");
    log.trim();
    assert_eq!((log.entries().count(), log.truncated), (0, false), "the journal lists no changes");
    asked(&mut log, "first");
    asked(&mut log, "second");
    log.trim();
    assert_eq!((log.requests().count(), log.truncated), (2, false));
    asked(&mut log, &"x".repeat(1_200));
    log.trim();
    assert_eq!((log.requests().count(), log.truncated), (1, true));
    let counted = log.bytes;
    log.bound(2_000);
    assert_eq!(log.bytes, counted);
    assert!(counted <= 2_000 && log.is_sound(1));
}

#[test]
fn an_answer_finds_its_request_after_others_were_dropped() {
    let mut log = Log::new(2_000);
    let [dropped, kept] = [asked(&mut log, &"x".repeat(1_500)), asked(&mut log, "kept")];
    changed(&mut log, "A");
    log.trim();
    for sequence in [dropped, kept] {
        log.answered(sequence, &Response::new(StatusCode::OK, "text/plain", sequence.to_string()));
    }
    let answers: Vec<_> =
        log.requests().map(|(_, it)| (it.id, it.answer.as_ref().map(|it| String::from_utf8_lossy(&it.body.0).into_owned()))).collect();
    assert_eq!(answers, [(2, Some(kept.to_string()))]);
    let counted = log.bytes;
    log.bound(2_000);
    assert_eq!(log.bytes, counted, "the answer is counted");
}

#[test]
fn a_report_is_complete_although_the_log_keeps_nothing() {
    let mut log = Log::new(0);
    log.push(START, Some(OWN), timer());
    log.begin_report();
    for subject in ["A", "B"] {
        log.push(START, Some(OWN), timer());
        changed(&mut log, subject);
        left(&mut log);
        changed(&mut log, "after the outcome");
        log.trim();
        assert_eq!(log.entries().count(), 0);
    }
    log.push(START, Some(OWN), What::Fired(Fired::Attempt(Webhook { delivery: 1, event: "paid".into(), subject: "A".into() })));
    log.trim();
    log.push(START, Some(OWN), timer());
    log.trim();
    changed(&mut log, "by an action, after the step");
    left(&mut log);
    let report = log.take_report();
    assert_eq!((report.fired_total, report.deliveries_total, report.deliveries.len()), (4, 3, 3));
    let subjects: Vec<_> = report.fired.iter().map(|it| it.change.as_ref().map(|it| &*it.subject)).collect();
    assert_eq!(subjects, [Some("A"), Some("B"), None, None]);
    assert_eq!(report.fired.iter().map(|it| it.attempt).collect::<Vec<_>>(), [None, None, Some(2), None], "it left after others");
    let next = log.take_report();
    assert_eq!((next.fired_total, next.deliveries_total), (0, 0), "nothing is told twice");
}

#[test]
fn a_log_from_outside_is_numbered_without_gaps() {
    let mut log = Log::new(BYTES_MAX);
    asked(&mut log, "first");
    changed(&mut log, "A");
    asked(&mut log, "second");
    assert!(log.is_sound(1) && !log.is_sound(0));
    let broken = |spoil: &dyn Fn(&mut Log)| {
        let mut log = log.clone();
        spoil(&mut log);
        !log.is_sound(1)
    };
    let second = |it: &mut Log, spoil: fn(&mut Entry)| spoil(it.entries.get_mut(1).expect("three entries"));
    assert!(broken(&|it| second(it, |entry| entry.sequence = 3)));
    assert!(broken(&|it| it.entries = it.entries().rev().cloned().collect()));
    assert!(broken(&|it| it.next_sequence = 2));
    assert!(broken(&|it| it.next_id = 2));
    assert!(broken(&|it| it.next_id = COUNT_MAX));
    assert!(broken(&|it| second(it, |entry| entry.provider = None)));
    let saved = serde_json::to_value(&log).expect("JSON");
    let read: Log = serde_json::from_value(saved.clone()).expect("a log");
    assert!(read.is_sound(1));
    assert_eq!(serde_json::to_value(&read).expect("JSON"), saved);
}

#[test]
fn a_follower_reads_each_entry_once_and_a_request_with_its_answer() {
    let mut log = Log::new(BYTES_MAX);
    let read = |log: &mut Log| log.read_on().entries.iter().map(|it| it.sequence).collect::<Vec<_>>();
    let sequence = asked(&mut log, "{}");
    changed(&mut log, "A");
    assert_eq!(read(&mut log), [2]);
    log.answered(sequence, &Response::new(StatusCode::OK, "text/plain", "x"));
    let mut copy = log.clone();
    assert_eq!([read(&mut log), read(&mut log)], [vec![1], vec![]]);
    assert_eq!(read(&mut copy), [1], "a copy reads on by itself");
    changed(&mut log, "A");
    log.bound(BYTES_MAX);
    assert_eq!(read(&mut log), [0_u64; 0], "what comes from a saved state did not happen now");
}

#[test]
fn a_follower_reads_what_a_small_journal_has_dropped() {
    let mut log = Log::new(0);
    changed(&mut log, "before the first look");
    log.trim();
    assert_eq!((log.read_on().lost, log.read_on().lost), (1, 0));
    let sequence = asked(&mut log, "{}");
    left(&mut log);
    log.trim();
    let read = |log: &mut Log| log.read_on().entries.iter().map(|it| it.sequence).collect::<Vec<_>>();
    assert_eq!([read(&mut log), read(&mut log)], [vec![sequence + 1, sequence + 2], vec![]]);
    log.answered(sequence, &Response::new(StatusCode::OK, "text/plain", "x"));
    assert_eq!([read(&mut log), read(&mut log)], [vec![sequence], vec![]], "the answer came later");
    assert_eq!((log.entries().count(), log.bytes), (0, 0));
    let given_up = asked(&mut log, "{}");
    log.trim();
    assert_eq!(read(&mut log), [0_u64; 0]);
    log.left(given_up);
    assert_eq!([read(&mut log), read(&mut log)], [vec![given_up], vec![]], "its caller has gone");
    let large = "x".repeat(BYTES_MAX / 3);
    for _ in 0..4 {
        asked(&mut log, &large);
        log.trim();
    }
    let unread = log.read_on();
    assert_eq!((unread.entries.len(), unread.lost), (0, 2), "two wait for their answers still, and the bound holds");
}
