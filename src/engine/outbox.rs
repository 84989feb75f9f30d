//! Webhooks owed. First attempts to a target leave one after another; retries wait for nobody.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::delivery::Event;
use super::delivery::{AppliedFault, Attempt, AttemptId, Delivery, Outcome, Status};
use super::ids::COUNT_MAX;
use super::ids::ProviderId;
use crate::kit::http::{HeaderMap, Kept};
use crate::kit::time::Timestamp;

/// Deliveries kept; past it the oldest finished one goes, and a sandbox that owes that many owes no more.
pub const DELIVERIES_MAX: usize = 100_000;
/// Bytes kept of deliveries, their attempts and answers; past it the oldest finished ones go, as in the journal. What is
/// still owed cannot go, but then new answers lose their words.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Attempts of one delivery, resends included.
pub const ATTEMPTS_MAX: usize = 1_000;

/// Every delivery of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outbox {
    /// Boxed: a tree that grows at one end leaves nearly half of its room empty.
    deliveries: BTreeMap<u64, Box<Delivery>>,
    next: u64,
    /// First attempts by target: the front one is under way, the others wait for its outcome.
    lanes: BTreeMap<String, VecDeque<u64>>,
    /// First attempts that leave now.
    leaving: VecDeque<u64>,
    /// Attempts that receivers have not answered yet, in the order in which they were made.
    flights: VecDeque<Flight>,
    /// Finished deliveries, oldest first: the ones that may be dropped.
    finished: VecDeque<u64>,
    /// Deliveries that a rule lets leave after the next one to their target.
    #[serde(default)]
    reordered: BTreeMap<String, u64>,
    /// Something was dropped to stay below the bound.
    pub truncated: bool,
    /// A saved outbox is counted again.
    #[serde(skip)]
    bytes: usize,
}

/// An attempt under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flight {
    pub attempt: AttemptId,
    /// Known, but not applied yet: an earlier attempt of the same instant has none.
    outcome: Option<Outcome>,
}

impl Outbox {
    /// An event for a target. `None` when the sandbox owes too many already, which `truncated` then says.
    pub fn owe(&mut self, now: Timestamp, provider_id: ProviderId, event: Event, spoiled: Option<Box<AppliedFault>>) -> Option<u64> {
        if self.deliveries.len() >= DELIVERIES_MAX {
            self.truncated = true;
            if !self.drop_oldest() {
                return None;
            }
        }
        self.next += 1;
        let id = self.next;
        let how = spoiled.as_ref().map(|it| &it.how);
        let dropped = how.is_some_and(|it| it.drop);
        let lane = lane(provider_id, &event.account, &event.url);
        if dropped {
            self.finished.push_back(id);
        } else if event.once {
            // Somebody waits for a test: it takes no turn.
            self.leaving.push_back(id);
        } else if how.is_some_and(|it| it.delay.is_some()) {
            // The agenda lets it leave.
        } else if how.is_some_and(|it| it.reorder) && !self.reordered.contains_key(&lane) {
            self.reordered.insert(lane, id);
        } else {
            self.queue(&lane, id);
            if let Some(earlier) = self.reordered.remove(&lane) {
                self.queue(&lane, earlier);
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
            spoiled,
        };
        self.bytes += own_size(&delivery);
        self.deliveries.insert(id, Box::new(delivery));
        self.trim();
        Some(id)
    }

    /// Takes its turn among the events for a target.
    fn queue(&mut self, lane: &str, id: u64) {
        let turns = self.lanes.entry(lane.to_owned()).or_default();
        turns.push_back(id);
        if turns.len() == 1 {
            self.leaving.push_back(id);
        }
    }

    /// Whether what was read is counted right: every number names what it should.
    pub fn is_sound(&self, provider_count: u8) -> bool {
        let delivery = |it: &Delivery| {
            let firsts = it.attempts.iter().filter(|it| it.copy == 0);
            let numbered = (1_u32..).zip(firsts).all(|(number, attempt)| attempt.number == number);
            let spoiled = it.spoiled.as_ref().is_none_or(|it| it.how.is_sound());
            it.id <= self.next && it.provider_id.0 < provider_count && numbered && spoiled && it.scheduled as usize <= it.attempts.len()
        };
        let placed = self.deliveries.iter().all(|(id, it)| *id == it.id);
        let known = |it: &Flight| {
            self.deliveries.get(&it.attempt.delivery).is_some_and(|own| (1..=own.attempts.len()).contains(&(it.attempt.number as usize)))
        };
        let lanes = self.lanes.values().all(|it| !it.is_empty());
        self.next < COUNT_MAX && lanes && placed && self.iter().all(delivery) && self.flights.iter().all(known)
    }

    /// The next first attempt whose turn has come.
    pub fn next_leaving(&mut self) -> Option<u64> {
        self.leaving.pop_front()
    }

    /// Whether that attempt of the schedule is still wanted.
    pub fn expects(&self, id: u64, number: u32) -> bool {
        self.deliveries.get(&id).is_some_and(|it| it.status == Status::Pending && it.scheduled + 1 == number)
    }

    /// One delivery.
    pub fn get(&self, id: u64) -> Option<&Delivery> {
        self.deliveries.get(&id).map(Box::as_ref)
    }

    /// One delivery, to change it.
    pub fn get_mut(&mut self, id: u64) -> Option<&mut Delivery> {
        self.deliveries.get_mut(&id).map(Box::as_mut)
    }

    /// All, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.values().map(Box::as_ref)
    }

    /// An attempt has left for the network.
    pub fn took_off(&mut self, attempt: AttemptId) {
        self.flights.push_back(Flight { attempt, outcome: None });
    }

    /// Whether every attempt that has left has an outcome.
    pub fn is_quiet(&self) -> bool {
        self.flights.is_empty() && self.leaving.is_empty()
    }

    /// A receiver has answered. With `in_order` the outcome waits for those of the attempts made before it.
    /// Returns whether that attempt was under way.
    pub fn landed(&mut self, attempt: AttemptId, outcome: Outcome, in_order: bool) -> bool {
        let Some(place) = self.flights.iter().position(|it| it.attempt == attempt) else { return false };
        self.flights[place].outcome = Some(outcome);
        if !in_order && let Some(flight) = self.flights.remove(place) {
            self.flights.push_front(flight);
        }
        true
    }

    /// The next outcome that may be applied.
    pub fn next_landed(&mut self) -> Option<(AttemptId, Outcome)> {
        let outcome = self.flights.front_mut()?.outcome.take()?;
        self.flights.pop_front().map(|it| (it.attempt, outcome))
    }

    /// The front first attempt of a lane has an outcome, or never leaves: the next one's turn.
    pub fn lane_moves_on(&mut self, id: u64) {
        let own = self.deliveries.get(&id).map(|it| lane(it.provider_id, &it.account, &it.url));
        let own = own.filter(|name| self.lanes.get(name).is_some_and(|it| it.front() == Some(&id)));
        let other = || self.lanes.iter().find(|it| it.1.front() == Some(&id)).map(|it| it.0.clone());
        let Some(name) = own.or_else(other) else { return };
        let Some(lane) = self.lanes.get_mut(&name) else { return };
        lane.pop_front();
        match lane.front() {
            Some(next) => self.leaving.push_back(*next),
            None => _ = self.lanes.remove(&name),
        }
    }

    /// Whether a first attempt may leave for that target now. When the target has changed since the event, it waits
    /// for its turn there, ahead of later events that wait as well.
    pub fn may_leave_for(&mut self, id: u64, url: &str) -> bool {
        let Some(delivery) = self.deliveries.get_mut(&id) else { return false };
        let name = lane(delivery.provider_id, &delivery.account, url);
        if delivery.stands_aside() || self.lanes.get(&name).is_some_and(|it| it.front() == Some(&id)) {
            return true;
        }
        url.clone_into(&mut delivery.url);
        self.lane_moves_on(id);
        let lane = self.lanes.entry(name).or_default();
        let place = (1..lane.len()).find(|it| id < lane[*it]).unwrap_or(lane.len());
        lane.insert(place, id);
        lane.len() == 1
    }

    /// A delivery has reached its end.
    pub fn finish(&mut self, id: u64, status: Status) {
        if let Some(delivery) = self.deliveries.get_mut(&id) {
            if delivery.status == Status::Pending {
                self.finished.push_back(id);
            }
            delivery.status = status;
            delivery.next_attempt_at = None;
        }
    }

    /// First attempts that wait for their turn.
    pub fn waiting(&self) -> usize {
        let waits = |it: &&u64| self.expects(**it, 1);
        self.lanes.values().map(|it| it.iter().skip(1).filter(waits).count()).sum()
    }

    /// Attempts whose outcome got lost with the process that made them, so that they are sent again.
    pub fn take_lost(&mut self) -> Vec<AttemptId> {
        let lost: Vec<_> = self.flights.iter().filter(|it| it.outcome.is_none()).map(|it| it.attempt).collect();
        for it in &lost {
            if let Some(attempt) = self.attempt_mut(*it) {
                attempt.repeated = true;
            }
        }
        lost
    }

    /// An attempt has left for that address.
    pub fn attempted(&mut self, id: u64, url: &str, attempt: Attempt) {
        let Some(stored) = self.deliveries.get_mut(&id) else { return };
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

    /// An attempt has its outcome. `None`: it was dropped meanwhile.
    pub fn answered(&mut self, id: AttemptId, outcome: Outcome) -> Option<Attempt> {
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
            // Every delivery that is kept is still owed: the status is enough to go on.
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

    /// The oldest finished delivery goes. `false`: every one is still owed.
    fn drop_oldest(&mut self) -> bool {
        let Some(oldest) = self.finished.pop_front() else { return false };
        if let Some(dropped) = self.deliveries.remove(&oldest) {
            self.bytes = self.bytes.saturating_sub(size(&dropped));
        }
        true
    }

    /// Counts what was read from outside.
    pub fn recount(&mut self) {
        self.bytes = self.iter().map(size).sum();
    }

    /// One attempt of one delivery.
    pub fn attempt_mut(&mut self, id: AttemptId) -> Option<&mut Attempt> {
        let same = |it: &&mut Attempt| (it.number, it.copy) == (id.number, id.copy);
        self.deliveries.get_mut(&id.delivery)?.attempts.iter_mut().find(same)
    }
}

fn size(delivery: &Delivery) -> usize {
    let attempts = |it: &Attempt| attempt_size(it) + it.outcome.as_ref().map_or(0, answer_size);
    own_size(delivery) + delivery.attempts.iter().map(attempts).sum::<usize>()
}

fn own_size(it: &Delivery) -> usize {
    let texts = it.account.len() + it.event.len() + it.subject.len() + it.url.len() + it.event_id.len();
    size_of::<Delivery>() + texts + it.body.0.len()
}

fn attempt_size(it: &Attempt) -> usize {
    size_of::<Attempt>() + header_size(&it.headers) + it.body.0.len() + it.signed.as_ref().map_or(0, String::len)
}

/// What an outcome keeps of a receiver's words.
fn answer_size(outcome: &Outcome) -> usize {
    outcome.result.as_ref().map_or(0, |it| it.body.0.len() + header_size(&it.headers))
}

fn header_size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum()
}

fn lane(provider_id: ProviderId, account: &str, url: &str) -> String {
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
    fn a_delivery_that_was_dropped_holds_up_nobody() {
        let mut outbox = Outbox::default();
        let [first, second] = [1, 2].map(|id| outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(id), None).expect("room"));
        assert_eq!((outbox.next_leaving(), outbox.next_leaving(), outbox.waiting()), (Some(first), None, 1));
        outbox.finish(first, Status::Delivered); // by a resend, while the first attempt is under way
        outbox.deliveries.remove(&first); // to make room
        outbox.lane_moves_on(first);
        assert_eq!((outbox.next_leaving(), outbox.waiting()), (Some(second), 0));
    }

    #[test]
    fn i21_deliveries_are_kept_within_their_bound() {
        let mut outbox = Outbox::default();
        let long = Answer { status: 500, body: Kept(vec![b'x'; BYTES_MAX / 3 - 10_000].into()), ..Answer::default() };
        let ids = [1, 2, 3, 4, 5].map(|id| {
            let id = outbox.owe(Timestamp::UNIX_EPOCH, ProviderId(0), event(id), None).expect("room");
            outbox.attempted(id, "http://shop.test/", Attempt { number: 1, ..Attempt::default() });
            id
        });
        let mut answer = |id: u64| {
            outbox
                .answered(AttemptId { delivery: id, number: 1, copy: 0 }, Outcome { result: Ok(long.clone()), took: Duration::ZERO })
                .expect("kept");
            (outbox.bytes <= BYTES_MAX, outbox.truncated)
        };
        assert_eq!([ids[0], ids[1], ids[2]].map(&mut answer), [(true, false); 3]);
        assert_eq!(answer(ids[3]), (true, true), "nothing is finished: the new answer's words go");
        outbox.finish(ids[0], Status::Failed);
        outbox
            .answered(AttemptId { delivery: ids[4], number: 1, copy: 0 }, Outcome { result: Ok(long), took: Duration::ZERO })
            .expect("kept");
        assert!(outbox.get(ids[0]).is_none(), "the oldest finished delivery went");
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
