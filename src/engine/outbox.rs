//! Webhooks owed. First attempts to a target leave one after another. Retries wait only while the clock stands.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::turns::{Applied, InFlight, Turn, Waiter};
use super::delivery::{AppliedRules, Attempt, AttemptId, Delivery, Ended, Event, Outcome, Sent, Status};
use super::ids::{COUNT_MAX, ProviderId};
use crate::kit::heap;
use crate::kit::http::{Kept, KeptHeaders};
use crate::kit::time::Timestamp;

mod cost;
mod turns;

/// Deliveries kept. For one more, the oldest finished delivery is dropped; when none is finished, the new event is not
/// owed.
pub const DELIVERIES_MAX: usize = 100_000;
/// What deliveries, their attempts and answers may cost. Beyond that, the oldest finished deliveries are dropped, as in
/// the journal. Pending deliveries are never dropped; instead the headers and bodies of new attempts and answers are.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// What pending deliveries may cost. When they cost more, new events are not owed.
pub const OWED_BYTES_MAX: usize = 128 * 1024 * 1024;
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
    turns: turns::Turns,
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

impl Outbox {
    /// Owes an event to a target. `None` when the sandbox owes too many already; then `truncated` is set.
    pub fn owe(&mut self, now: Timestamp, provider_id: ProviderId, event: Event, rules: AppliedRules) -> Option<u64> {
        let AppliedRules { fault, answers } = rules;
        if self.deliveries.len() >= DELIVERIES_MAX || self.bytes >= OWED_BYTES_MAX {
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
            made: self.turns.make(),
            status: if dropped { Status::Failed } else { Status::Pending },
            ended: None,
            created_at: now,
            next_attempt_at: (!dropped).then_some(now),
            scheduled: 0,
            once: event.once,
            body: Kept::copy(&event.body),
            event_id: event.id,
            attempts: Vec::new(),
            fault,
            answers,
        };
        self.bytes += cost::own(&delivery);
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
            let fault = own.fault.as_ref().is_none_or(|it| it.is_sound()) && own.answers.as_ref().is_none_or(|it| it.is_sound());
            let counted = own.id <= self.next && own.scheduled as usize <= own.attempts.len();
            counted && own.provider_id.0 < provider_count && numbered && fault
        };
        let placed = self.deliveries.iter().all(|(id, it)| *id == it.id);
        let known = |it: &InFlight| {
            // A finished delivery is dropped for room, whatever is still under way for it.
            self.deliveries.get(&it.attempt.delivery).is_none_or(|own| (1..=own.attempts.len()).contains(&(it.attempt.number as usize)))
        };
        let queues = self.queues.values().all(|it| !it.is_empty());
        self.next < COUNT_MAX && queues && placed && self.has_sound_turns() && self.iter().all(delivery) && self.in_flight.iter().all(known)
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

    /// One delivery, to be kept.
    pub fn shared_one(&self, id: u64) -> Option<&Arc<Delivery>> {
        self.deliveries.get(&id)
    }

    /// All, to be shared with a copy.
    pub fn shared(&self) -> impl DoubleEndedIterator<Item = &Arc<Delivery>> {
        self.deliveries.values()
    }

    /// Those that were made after the one of that number, oldest first.
    pub fn after(&self, id: u64) -> impl Iterator<Item = &Delivery> {
        self.deliveries.range(id.saturating_add(1)..).map(|it| it.1.as_ref())
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
        let Some(delivery) = self.deliveries.get(&id) else { return false };
        let name = queue_name(delivery.provider_id, &delivery.account, url);
        if delivery.is_outside_queues() || self.queues.get(&name).is_some_and(|it| it.front() == Some(&id)) {
            return true;
        }
        self.advance_queue(id); // while it still has the address of the old queue
        self.readdress(id, url);
        let queue = self.queues.entry(name).or_default();
        let place = (1..queue.len()).find(|it| id < queue[*it]).unwrap_or(queue.len());
        queue.insert(place, id);
        queue.len() == 1
    }

    /// Changes the address of a delivery.
    fn readdress(&mut self, id: u64, url: &str) {
        let Some(delivery) = self.deliveries.get_mut(&id).map(Arc::make_mut) else { return };
        self.bytes = self.bytes + heap::block(url.len()) - heap::block(delivery.url.len());
        url.clone_into(&mut delivery.url);
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

    /// Ends a delivery whose target does not exist any more.
    pub fn finish_without_target(&mut self, id: u64) {
        if let Some(it) = self.deliveries.get_mut(&id).filter(|it| it.status == Status::Pending) {
            Arc::make_mut(it).ended = Some(Ended::NoTarget);
        }
        self.finish(id, Status::Failed);
    }

    /// The number of attempts that wait in a queue or for their turn.
    pub fn waiting(&self) -> usize {
        let waits = |it: &&u64| self.expects(**it, 1);
        let queued: usize = self.queues.values().map(|queue| queue.iter().skip(1).filter(waits).count()).sum();
        queued + self.waiting_for_turns()
    }

    /// The attempts whose outcomes were lost with the process that made them; they are sent again. Those that are `unsent` are still to
    /// leave.
    pub fn take_lost(&mut self, unsent: &BTreeSet<AttemptId>) -> Vec<AttemptId> {
        let Self { in_flight, deliveries, .. } = &mut *self;
        in_flight.retain(|it| deliveries.contains_key(&it.attempt.delivery)); // nothing is left to send again
        let lost = self.in_flight.iter().filter(|it| it.outcome.is_none()).map(|it| it.attempt);
        let lost: Vec<_> = lost.filter(|it| !unsent.contains(it)).collect();
        for it in &lost {
            if let Some(attempt) = self.attempt_mut(*it) {
                attempt.repeated = true;
            }
        }
        lost
    }

    /// Stores an attempt that has left for that address, or that waits for its turn there; then it is stored again when it
    /// leaves.
    pub fn add_attempt(&mut self, id: u64, url: &str, mut attempt: Attempt) {
        let Some(stored) = self.deliveries.get_mut(&id).map(Arc::make_mut) else { return };
        cost::share(&mut attempt, &stored.body);
        self.bytes += cost::attempt(&attempt);
        if !attempt.resend && attempt.copy == 0 {
            stored.scheduled += 1;
            stored.next_attempt_at = None;
        }
        let waited = stored.attempts.iter_mut().rev().find(|it| attempt.resend && it.number == attempt.number);
        if let Some(waited) = waited {
            self.bytes -= cost::attempt(waited);
            *waited = attempt;
        } else {
            stored.attempts.reserve_exact(1); // most deliveries need no second one
            stored.attempts.push(attempt);
        }
        self.reordered.retain(|_, it| *it != id);
        self.readdress(id, url);
    }

    /// Stores the outcome of an attempt. `None`: the delivery has been dropped.
    pub fn set_outcome(&mut self, id: AttemptId, outcome: Outcome) -> Option<Attempt> {
        let attempt = self.attempt_mut(id)?;
        let before = attempt.outcome.as_ref().map_or(0, cost::answer);
        let bytes = cost::answer(&outcome);
        attempt.outcome = Some(outcome);
        let attempt = attempt.clone();
        self.bytes = self.bytes + bytes - before;
        self.trim();
        if self.bytes > BYTES_MAX {
            self.forget(id);
        }
        Some(attempt)
    }

    /// Drops what an attempt has sent and received. Every delivery that is kept is still pending, and to continue, the
    /// status of the answer suffices.
    fn forget(&mut self, id: AttemptId) {
        let Some(delivery) = self.deliveries.get_mut(&id.delivery).map(Arc::make_mut) else { return };
        let Some(attempt) = delivery.attempts.iter_mut().find(|it| it.is(id)) else { return };
        let all = |it: &Attempt| cost::attempt(it) + it.outcome.as_ref().map_or(0, cost::answer);
        let before = all(attempt);
        (attempt.headers, attempt.signed) = (KeptHeaders::default(), None);
        if let Sent::Own(text) = &mut attempt.body {
            *text = Kept::default();
        }
        if let Some(Outcome { result: Ok(answer), .. }) = &mut attempt.outcome {
            (answer.headers, answer.body) = (KeptHeaders::default(), Kept::default());
        }
        self.bytes = self.bytes + all(attempt) - before;
        self.truncated = true;
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
            self.bytes = self.bytes.saturating_sub(cost::delivery(&dropped));
        }
        true
    }

    /// Shares bodies in an outbox that was read from outside, as in one that was filled, and counts what it costs.
    pub fn recount(&mut self) {
        for delivery in self.deliveries.values_mut() {
            if delivery.attempts.iter().any(|it| cost::can_share(it, &delivery.body)) {
                let Delivery { attempts, body, .. } = Arc::make_mut(delivery);
                for it in attempts {
                    cost::share(it, body);
                }
            }
        }
        self.bytes = self.iter().map(cost::delivery).sum();
    }

    /// Whether the list of finished deliveries has that many, each of them once.
    pub fn finished_is(&self, count: usize) -> bool {
        let known = |id: &u64| self.get(*id).is_some_and(|it| it.status != Status::Pending);
        let distinct: BTreeSet<u64> = self.finished.iter().copied().filter(known).collect();
        self.finished.len() == count && distinct.len() == count
    }

    /// What it costs.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// One attempt of one delivery.
    pub fn attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.get(id.delivery)?.attempts.iter().find(|it| it.is(id))
    }

    /// One attempt of one delivery, to change it.
    pub fn attempt_mut(&mut self, id: AttemptId) -> Option<&mut Attempt> {
        self.deliveries.get_mut(&id.delivery).map(Arc::make_mut)?.attempts.iter_mut().find(|it| it.is(id))
    }
}

fn queue_name(provider_id: ProviderId, account: &str, url: &str) -> String {
    format!("{} {account} {url}", provider_id.0)
}

#[cfg(test)]
mod tests;
