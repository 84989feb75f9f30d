use std::collections::BTreeSet;

use super::*;
use crate::engine::delivery::{Answer, Failure};
use crate::engine::ids::ObjectId;
use crate::kit::time::Duration;

fn event(id: u8) -> Event {
    let (account, subject, url) = ("default".to_owned(), id.to_string(), "http://shop.test/".to_owned());
    let object = ObjectId { kind: 0, number: id.into() };
    Event { name: "told", id: id.to_string(), account, subject, object, url, body: bytes::Bytes::new(), once: false }
}

#[test]
fn a_delivery_that_was_dropped_delays_no_other() {
    let mut outbox = Outbox::default();
    let [first, second] =
        [1, 2].map(|id| outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(id), AppliedRules::default()).expect("room"));
    assert_eq!((outbox.next_leaving(), outbox.next_leaving(), outbox.waiting()), (Some(first), None, 1));
    let under_way = AttemptId { delivery: first, number: 1, copy: 0 };
    outbox.add_attempt(first, "http://shop.test/", Attempt { number: 1, ..Attempt::default() });
    outbox.start(under_way);
    outbox.finish(first, Status::Delivered); // by a resend, while the first attempt is under way
    outbox.deliveries.remove(&first); // to make room
    outbox.advance_queue(first);
    assert!(outbox.is_sound(1), "a state saved now can be restored");
    assert_eq!((outbox.next_leaving(), outbox.waiting()), (Some(second), 0));
    assert_eq!((outbox.clone().take_lost(&BTreeSet::new()), outbox.in_flight.len()), (Vec::new(), 1), "after that it is not sent again");
}

#[test]
fn i21_a_delivery_that_changes_its_address_is_counted() {
    let mut outbox = Outbox::default();
    let [first, second] =
        [1, 2].map(|id| outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(id), AppliedRules::default()).expect("room"));
    let other = format!("http://shop.test/{}", "x".repeat(1_000));
    assert_eq!(outbox.next_leaving(), Some(first));
    assert!(outbox.may_leave_for(first, &other));
    assert_eq!((outbox.next_leaving(), outbox.queues.len()), (Some(second), 2), "the old queue goes on without it");
    outbox.add_attempt(first, &other, Attempt { number: 1, ..Attempt::default() });
    let attempt = AttemptId { delivery: first, number: 1, copy: 0 };
    outbox.start(attempt);
    let third = format!("{other}/3");
    outbox.redirect(attempt, &third);
    let turn = outbox.next_of(first).expect("it is owed");
    assert!(outbox.has_turn(turn, &other) && !outbox.has_turn(turn, &third), "its turn is at the new address");
    let counted = outbox.bytes;
    outbox.recount();
    assert_eq!(outbox.bytes, counted);
}

#[test]
fn an_attempt_is_behind_an_earlier_one_for_its_target_until_that_has_its_outcome() {
    let mut outbox = Outbox::default();
    let mut start = |provider: u8| {
        let delivery = outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(provider), event(1), AppliedRules::default()).expect("room");
        let attempt = AttemptId { delivery, number: 1, copy: 0 };
        outbox.start(attempt);
        attempt
    };
    let (first, other, second, third) = (start(0), start(1), start(0), start(0));
    assert_eq!(outbox.behind_others(), BTreeSet::from([second, third]), "{other:?} goes elsewhere");
    outbox.settle(first, Outcome::failed(Failure::Blocked), Applied::InOrder);
    assert_eq!(outbox.behind_others(), BTreeSet::from([third]));
}

#[test]
fn i21_deliveries_are_kept_within_their_bound() {
    let mut outbox = Outbox::default();
    let long = Answer { status: 500, body: Kept(vec![b'x'; BYTES_MAX / 3 - 10_000].into()), ..Answer::default() };
    let ids = [1, 2, 3, 4, 5].map(|id| {
        let id = outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(id), AppliedRules::default()).expect("room");
        outbox.add_attempt(id, "http://shop.test/", Attempt { number: 1, ..Attempt::default() });
        id
    });
    let mut answer = |id: u64| {
        outbox
            .set_outcome(
                AttemptId { delivery: id, number: 1, copy: 0 },
                Outcome { result: Ok(long.clone()), took: Duration::ZERO, remarks: None },
            )
            .expect("kept");
        (outbox.bytes <= BYTES_MAX, outbox.truncated)
    };
    assert_eq!([ids[0], ids[1], ids[2]].map(&mut answer), [(true, false); 3]);
    assert_eq!(answer(ids[3]), (true, true), "nothing is finished: the new answer's body is dropped");
    outbox.finish(ids[0], Status::Failed);
    outbox
        .set_outcome(AttemptId { delivery: ids[4], number: 1, copy: 0 }, Outcome { result: Ok(long), took: Duration::ZERO, remarks: None })
        .expect("kept");
    assert!(outbox.get(ids[0]).is_none(), "the oldest finished delivery was dropped");
    let counted = outbox.bytes;
    outbox.recount();
    assert_eq!((outbox.bytes, counted <= BYTES_MAX), (counted, true));
}

#[test]
fn i21_a_full_outbox_says_what_it_has_not_kept() {
    let mut outbox = Outbox::default();
    let full = (0..DELIVERIES_MAX)
        .map(|_| outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(1), AppliedRules::default()).expect("room"))
        .collect::<Vec<_>>();
    assert!(!outbox.truncated);
    assert_eq!(outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(2), AppliedRules::default()), None, "all are still owed");
    assert!(outbox.truncated);
    outbox.finish(full[7], Status::Failed);
    assert!(outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(3), AppliedRules::default()).is_some());
    assert!(outbox.get(full[7]).is_none() && outbox.iter().count() == DELIVERIES_MAX);
}
