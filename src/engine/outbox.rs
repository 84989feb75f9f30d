//! Webhooks owed. First attempts to a target leave one after another; retries do not wait.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::delivery::{AppliedFault, Attempt, AttemptId, Delivery, Event, Outcome, Status};
use super::ids::{COUNT_MAX, ProviderId};
use crate::kit::http::{HeaderMap, Kept};
use crate::kit::time::Timestamp;

/// Deliveries kept. For one more, the oldest finished delivery is dropped; when none is finished, the new event is not
/// owed.
pub const DELIVERIES_MAX: usize = 100_000;
/// Bytes kept of deliveries, their attempts and answers. Beyond that, the oldest finished deliveries are dropped, as in
/// the journal. Pending deliveries are never dropped; instead the headers and bodies of new answers are.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Attempts of one delivery, resends included.
pub const ATTEMPTS_MAX: usize = 1_000;

/// Every delivery of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outbox {
    /// Shared with copies until one changes it.
    deliveries: BTreeMap<u64, Arc<Delivery>>,
    next: u64,
    /// First attempts by target: the one at the front is under way, the others wait for its outcome.
    queues: BTreeMap<String, VecDeque<u64>>,
    /// First attempts that leave now.
    leaving: VecDeque<u64>,
    /// Attempts that receivers have not answered yet, in the order in which they were made.
    in_flight: VecDeque<InFlight>,
    /// Finished deliveries, oldest first: these may be dropped.
    finished: VecDeque<u64>,
    /// By target, the delivery that a rule moves behind the next one.
    #[serde(default)]
    reordered: BTreeMap<String, u64>,
    /// Something was dropped to stay below the bound.
    pub truncated: bool,
    /// Not saved: `recount` computes it.
    #[serde(skip)]
    bytes: usize,
}

/// An attempt under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InFlight {
    pub attempt: AttemptId,
    /// Known but not applied yet, because an earlier attempt of the same instant has no outcome.
    outcome: Option<Outcome>,
}

impl Outbox {
    /// Owes an event to a target. `None` when the sandbox owes too many already; then `truncated` is set.
    pub fn owe(&mut self, now: Timestamp, provider_id: ProviderId, event: Event, fault: Option<Box<AppliedFault>>) -> Option<u64> {
        if self.deliveries.len() >= DELIVERIES_MAX {
            self.truncated = true;
            if !self.drop_oldest() {
                return None;
            }
        }
        self.next += 1;
        let id = self.next;
        let how = fault.as_ref().map(|it| &it.how);
        let dropped = how.is_some_and(|it| it.drop);
        let name = queue_name(provider_id, &event.account, &event.url);
        if dropped {
            self.finished.push_back(id);
        } else if event.once {
            // A caller waits for a test, so it does not queue.
            self.leaving.push_back(id);
        } else if how.is_some_and(|it| it.delay.is_some()) {
            // It leaves when its entry of the agenda is due.
        } else if how.is_some_and(|it| it.reorder) && !self.reordered.contains_key(&name) {
            self.reordered.insert(name, id);
        } else {
            self.queue(&name, id);
            if let Some(earlier) = self.reordered.remove(&name) {
                self.queue(&name, earlier);
            }
        }
        let delivery = Delivery {
            id,
            provider_id,
            account: event.account,
            event: event.name.to_owned(),
            subject: event.subject,
            object: event.object,
            target: 0,
            url: event.url,
            status: if dropped { Status::Failed } else { Status::Pending },
            created_at: now,
            next_attempt_at: (!dropped).then_some(now),
            scheduled: 0,
            once: event.once,
            body: Kept(event.body),
            event_id: event.id,
            attempts: Vec::new(),
            fault,
        };
        self.bytes += own_size(&delivery);
        self.deliveries.insert(id, Arc::new(delivery));
        self.trim();
        Some(id)
    }

    /// Adds a delivery to the queue of its target.
    fn queue(&mut self, name: &str, id: u64) {
        let queue = self.queues.entry(name.to_owned()).or_default();
        queue.push_back(id);
        if queue.len() == 1 {
            self.leaving.push_back(id);
        }
    }

    /// Whether an outbox that was read from outside is consistent: every id and number refers to what it should.
    pub fn is_sound(&self, provider_count: u8) -> bool {
        let delivery = |own: &Delivery| {
            let originals = own.attempts.iter().filter(|it| it.copy == 0);
            let numbered = (1_u32..).zip(originals).all(|(number, attempt)| attempt.number == number);
            let fault = own.fault.as_ref().is_none_or(|it| it.how.is_sound());
            let counted = own.id <= self.next && own.scheduled as usize <= own.attempts.len();
            counted && own.provider_id.0 < provider_count && numbered && fault
        };
        let placed = self.deliveries.iter().all(|(id, it)| *id == it.id);
        let known = |it: &InFlight| {
            self.deliveries.get(&it.attempt.delivery).is_some_and(|own| (1..=own.attempts.len()).contains(&(it.attempt.number as usize)))
        };
        let queues = self.queues.values().all(|it| !it.is_empty());
        self.next < COUNT_MAX && queues && placed && self.iter().all(delivery) && self.in_flight.iter().all(known)
    }

    /// The next first attempt that may leave.
    pub fn next_leaving(&mut self) -> Option<u64> {
        self.leaving.pop_front()
    }

    /// Whether that attempt of the schedule is still to be made.
    pub fn expects(&self, id: u64, number: u32) -> bool {
        self.deliveries.get(&id).is_some_and(|it| it.status == Status::Pending && it.scheduled + 1 == number)
    }

    /// One delivery.
    pub fn get(&self, id: u64) -> Option<&Delivery> {
        self.deliveries.get(&id).map(Arc::as_ref)
    }

    /// One delivery, to change it.
    pub fn get_mut(&mut self, id: u64) -> Option<&mut Delivery> {
        self.deliveries.get_mut(&id).map(Arc::make_mut)
    }

    /// All, oldest first. `shared` gives them to be kept.
    pub fn iter(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.values().map(Arc::as_ref)
    }

    pub fn shared(&self) -> impl Iterator<Item = &Arc<Delivery>> {
        self.deliveries.values()
    }

    /// Notes that an attempt has left for the network.
    pub fn start(&mut self, attempt: AttemptId) {
        self.in_flight.push_back(InFlight { attempt, outcome: None });
    }

    /// Whether every attempt that has left has an outcome.
    pub fn is_quiet(&self) -> bool {
        self.in_flight.is_empty() && self.leaving.is_empty()
    }

    /// Notes the outcome of an attempt. With `in_order`, it waits for the outcomes of the attempts made before it.
    /// Returns whether that attempt was under way.
    pub fn settle(&mut self, attempt: AttemptId, outcome: Outcome, in_order: bool) -> bool {
        let Some(place) = self.in_flight.iter().position(|it| it.attempt == attempt) else { return false };
        self.in_flight[place].outcome = Some(outcome);
        if !in_order && let Some(first) = self.in_flight.remove(place) {
            self.in_flight.push_front(first);
        }
        true
    }

    /// The next outcome that may be applied.
    pub fn next_outcome(&mut self) -> Option<(AttemptId, Outcome)> {
        let outcome = self.in_flight.front_mut()?.outcome.take()?;
        self.in_flight.pop_front().map(|it| (it.attempt, outcome))
    }

    /// The first attempt at the front of a queue has an outcome, or never leaves: the next one may leave.
    pub fn advance_queue(&mut self, id: u64) {
        let own = self.deliveries.get(&id).map(|it| queue_name(it.provider_id, &it.account, &it.url));
        let own = own.filter(|name| self.queues.get(name).is_some_and(|it| it.front() == Some(&id)));
        let other = || self.queues.iter().find(|it| it.1.front() == Some(&id)).map(|it| it.0.clone());
        let Some(name) = own.or_else(other) else { return };
        let Some(queue) = self.queues.get_mut(&name) else { return };
        queue.pop_front();
        match queue.front() {
            Some(next) => self.leaving.push_back(*next),
            None => _ = self.queues.remove(&name),
        }
    }

    /// Whether a first attempt may leave for that target now. When the target has changed since the event, the delivery
    /// changes to the new target's queue, in front of the later events that wait there.
    pub fn may_leave_for(&mut self, id: u64, url: &str) -> bool {
        let Some(delivery) = self.deliveries.get_mut(&id).map(Arc::make_mut) else { return false };
        let name = queue_name(delivery.provider_id, &delivery.account, url);
        if delivery.is_outside_queues() || self.queues.get(&name).is_some_and(|it| it.front() == Some(&id)) {
            return true;
        }
        url.clone_into(&mut delivery.url);
        self.advance_queue(id);
        let queue = self.queues.entry(name).or_default();
        let place = (1..queue.len()).find(|it| id < queue[*it]).unwrap_or(queue.len());
        queue.insert(place, id);
        queue.len() == 1
    }

    /// Ends a delivery with that status.
    pub fn finish(&mut self, id: u64, status: Status) {
        if let Some(delivery) = self.deliveries.get_mut(&id).map(Arc::make_mut) {
            if delivery.status == Status::Pending {
                self.finished.push_back(id);
            }
            delivery.status = status;
            delivery.next_attempt_at = None;
        }
    }

    /// The number of first attempts that wait in a queue.
    pub fn waiting(&self) -> usize {
        let waits = |it: &&u64| self.expects(**it, 1);
        self.queues.values().map(|queue| queue.iter().skip(1).filter(waits).count()).sum()
    }

    /// The attempts whose outcomes were lost with the process that made them; they are sent again.
    pub fn take_lost(&mut self) -> Vec<AttemptId> {
        let lost: Vec<_> = self.in_flight.iter().filter(|it| it.outcome.is_none()).map(|it| it.attempt).collect();
        for it in &lost {
            if let Some(attempt) = self.attempt_mut(*it) {
                attempt.repeated = true;
            }
        }
        lost
    }

    /// Stores an attempt that has left for that address.
    pub fn add_attempt(&mut self, id: u64, url: &str, attempt: Attempt) {
        let Some(stored) = self.deliveries.get_mut(&id).map(Arc::make_mut) else { return };
        self.bytes = self.bytes + attempt_size(&attempt) + url.len() - stored.url.len();
        url.clone_into(&mut stored.url);
        if !attempt.resend && attempt.copy == 0 {
            stored.scheduled += 1;
            stored.next_attempt_at = None;
        }
        stored.attempts.reserve_exact(1); // most deliveries need no second one
        stored.attempts.push(attempt);
        self.reordered.retain(|_, it| *it != id);
    }

    /// Stores the outcome of an attempt. `None`: the delivery has been dropped.
    pub fn set_outcome(&mut self, id: AttemptId, outcome: Outcome) -> Option<Attempt> {
        let attempt = self.attempt_mut(id)?;
        let before = attempt.outcome.as_ref().map_or(0, answer_size);
        let bytes = answer_size(&outcome);
        attempt.outcome = Some(outcome);
        let attempt = attempt.clone();
        self.bytes = self.bytes + bytes - before;
        self.trim();
        if self.bytes > BYTES_MAX
            && let Some(stored) = self.attempt_mut(id).and_then(|it| it.outcome.as_mut()?.result.as_mut().ok())
        {
            // Every delivery that is kept is still pending. The status of the answer suffices to continue.
            (stored.headers, stored.body) = (HeaderMap::new(), Kept::default());
            self.bytes -= bytes;
            self.truncated = true;
        }
        Some(attempt)
    }

    fn trim(&mut self) {
        while self.bytes > BYTES_MAX && self.drop_oldest() {
            self.truncated = true;
        }
    }

    /// Drops the oldest finished delivery. `false`: all are still pending.
    fn drop_oldest(&mut self) -> bool {
        let Some(oldest) = self.finished.pop_front() else { return false };
        if let Some(dropped) = self.deliveries.remove(&oldest) {
            self.bytes = self.bytes.saturating_sub(size(&dropped));
        }
        true
    }

    /// Counts the bytes of an outbox that was read from outside.
    pub fn recount(&mut self) {
        self.bytes = self.iter().map(size).sum();
    }

    /// One attempt of one delivery.
    pub fn attempt_mut(&mut self, id: AttemptId) -> Option<&mut Attempt> {
        let same = |it: &&mut Attempt| (it.number, it.copy) == (id.number, id.copy);
        self.deliveries.get_mut(&id.delivery).map(Arc::make_mut)?.attempts.iter_mut().find(same)
    }
}

fn size(delivery: &Delivery) -> usize {
    let attempts = |attempt: &Attempt| attempt_size(attempt) + attempt.outcome.as_ref().map_or(0, answer_size);
    own_size(delivery) + delivery.attempts.iter().map(attempts).sum::<usize>()
}

fn own_size(it: &Delivery) -> usize {
    let texts = it.account.len() + it.event.len() + it.subject.len() + it.url.len() + it.event_id.len();
    size_of::<Delivery>() + texts + it.body.0.len()
}

fn attempt_size(it: &Attempt) -> usize {
    size_of::<Attempt>() + header_size(&it.headers) + it.body.0.len() + it.signed.as_ref().map_or(0, String::len)
}

/// The size of what an outcome keeps of a receiver's answer.
fn answer_size(outcome: &Outcome) -> usize {
    outcome.result.as_ref().map_or(0, |it| it.body.0.len() + header_size(&it.headers))
}

fn header_size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum()
}

fn queue_name(provider_id: ProviderId, account: &str, url: &str) -> String {
    format!("{} {account} {url}", provider_id.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::delivery::Answer;
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
        let [first, second] = [1, 2].map(|id| outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(id), None).expect("room"));
        assert_eq!((outbox.next_leaving(), outbox.next_leaving(), outbox.waiting()), (Some(first), None, 1));
        outbox.finish(first, Status::Delivered); // by a resend, while the first attempt is under way
        outbox.deliveries.remove(&first); // to make room
        outbox.advance_queue(first);
        assert_eq!((outbox.next_leaving(), outbox.waiting()), (Some(second), 0));
    }

    #[test]
    fn i21_deliveries_are_kept_within_their_bound() {
        let mut outbox = Outbox::default();
        let long = Answer { status: 500, body: Kept(vec![b'x'; BYTES_MAX / 3 - 10_000].into()), ..Answer::default() };
        let ids = [1, 2, 3, 4, 5].map(|id| {
            let id = outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(id), None).expect("room");
            outbox.add_attempt(id, "http://shop.test/", Attempt { number: 1, ..Attempt::default() });
            id
        });
        let mut answer = |id: u64| {
            outbox
                .set_outcome(AttemptId { delivery: id, number: 1, copy: 0 }, Outcome { result: Ok(long.clone()), took: Duration::ZERO })
                .expect("kept");
            (outbox.bytes <= BYTES_MAX, outbox.truncated)
        };
        assert_eq!([ids[0], ids[1], ids[2]].map(&mut answer), [(true, false); 3]);
        assert_eq!(answer(ids[3]), (true, true), "nothing is finished: the new answer's body is dropped");
        outbox.finish(ids[0], Status::Failed);
        outbox
            .set_outcome(AttemptId { delivery: ids[4], number: 1, copy: 0 }, Outcome { result: Ok(long), took: Duration::ZERO })
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
            .map(|_| outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(1), None).expect("room"))
            .collect::<Vec<_>>();
        assert!(!outbox.truncated);
        assert_eq!(outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(2), None), None, "all are still owed");
        assert!(outbox.truncated);
        outbox.finish(full[7], Status::Failed);
        assert!(outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(3), None).is_some());
        assert!(outbox.get(full[7]).is_none() && outbox.iter().count() == DELIVERIES_MAX);
    }
}
