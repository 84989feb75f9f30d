//! Attempts under way, and those that wait for them: while the clock stands, all attempts of one instant to one target
//! leave one after another, in the order in which they were made.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Outbox, queue_name};
use crate::engine::delivery::{AttemptId, Outcome, Status, WaitsFor};
use crate::engine::ids::COUNT_MAX;

/// An attempt under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InFlight {
    pub attempt: AttemptId,
    /// The name of its target's queue.
    target: String,
    /// Known but not applied yet, because an earlier attempt of the same instant has no outcome.
    pub(super) outcome: Option<Outcome>,
}

/// An attempt that may have to wait for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its number among all attempts that were made.
    pub made: u64,
    pub waiter: Waiter,
}

/// What waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Waiter {
    /// The next attempt of this delivery. It gets its number when it leaves.
    Next(u64),
    /// An attempt that a tester has asked for. It has its number since then, because the answer to the tester names it.
    Resend(AttemptId),
}

/// Whose turn it is at each target.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Turns {
    /// Counts the attempts that were made, whether they have left or not.
    made: u64,
    /// By target, the attempts that wait, in the order in which they were made.
    waiting: BTreeMap<String, BTreeMap<u64, Waiter>>,
    /// By target, the number of attempts under way.
    #[serde(skip)]
    under_way: BTreeMap<String, u32>,
    /// Targets at which no attempt is under way any more while others wait.
    #[serde(skip)]
    free: VecDeque<String>,
}

impl Turns {
    /// The number of the next attempt.
    pub(super) fn make(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// An attempt at that target is not under way any more.
    fn end(&mut self, target: String) {
        let count = self.under_way.entry(target.clone()).or_default();
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.under_way.remove(&target);
            if self.waiting.contains_key(&target) {
                self.free.push_back(target);
            }
        }
    }
}

/// When the outcome of an attempt is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// As soon as it is known.
    AtOnce,
    /// After the outcomes of the attempts that were made before.
    InOrder,
}

impl Outbox {
    /// Notes that an attempt has left for the network.
    pub fn start(&mut self, attempt: AttemptId) {
        let Some(it) = self.deliveries.get(&attempt.delivery) else { return };
        let target = queue_name(it.provider_id, &it.account, &it.url);
        *self.turns.under_way.entry(target.clone()).or_default() += 1;
        self.in_flight.push_back(InFlight { attempt, target, outcome: None });
    }

    /// Whether every attempt that has left has an outcome.
    pub fn is_quiet(&self) -> bool {
        self.in_flight.is_empty() && self.leaving.is_empty() && self.turns.waiting.is_empty()
    }

    /// The attempts without an outcome.
    pub fn unanswered(&self) -> impl Iterator<Item = AttemptId> {
        self.in_flight.iter().filter(|it| it.outcome.is_none()).map(|it| it.attempt)
    }

    /// The attempts whose outcomes have not been applied.
    pub fn under_way(&self) -> impl Iterator<Item = AttemptId> {
        self.in_flight.iter().map(|it| it.attempt)
    }

    /// Notes the outcome of an attempt. Returns whether that attempt was under way.
    pub fn settle(&mut self, attempt: AttemptId, outcome: Outcome, applied: Applied) -> bool {
        let Some(place) = self.in_flight.iter().position(|it| it.attempt == attempt) else { return false };
        self.in_flight[place].outcome = Some(outcome);
        if applied == Applied::AtOnce
            && let Some(first) = self.in_flight.remove(place)
        {
            self.in_flight.push_front(first);
        }
        true
    }

    /// The next outcome that may be applied: in order it is that of the oldest attempt, else of any.
    pub fn next_outcome(&mut self, applied: Applied) -> Option<(AttemptId, Outcome)> {
        let place = match applied {
            Applied::InOrder => 0,
            Applied::AtOnce => self.in_flight.iter().position(|it| it.outcome.is_some())?,
        };
        let outcome = self.in_flight.get_mut(place)?.outcome.take()?;
        let InFlight { attempt, target, .. } = self.in_flight.remove(place)?;
        self.turns.end(target);
        Some((attempt, outcome))
    }

    /// The attempts under way behind an earlier one for the same target that has no outcome.
    pub fn behind_others(&self) -> BTreeSet<AttemptId> {
        let mut taken = BTreeSet::new();
        let mut behind = BTreeSet::new();
        for it in &self.in_flight {
            if taken.contains(it.target.as_str()) {
                behind.insert(it.attempt);
            } else if it.outcome.is_none() {
                taken.insert(it.target.as_str());
            }
        }
        behind
    }

    /// The first attempt under way for a target that has no outcome.
    pub fn first_unanswered(&self, target: &str) -> Option<AttemptId> {
        self.in_flight.iter().find(|it| it.target == target && it.outcome.is_none()).map(|it| it.attempt)
    }

    /// The target of an attempt under way.
    pub fn target_of(&self, attempt: AttemptId) -> Option<&str> {
        self.in_flight.iter().find(|it| it.attempt == attempt).map(|it| it.target.as_str())
    }

    /// An attempt that is under way goes to another address.
    pub fn redirect(&mut self, attempt: AttemptId, url: &str) {
        self.readdress(attempt.delivery, url);
        let Some(delivery) = self.deliveries.get(&attempt.delivery) else { return };
        let name = queue_name(delivery.provider_id, &delivery.account, url);
        let Some(it) = self.in_flight.iter_mut().find(|it| it.attempt == attempt) else { return };
        let before = std::mem::replace(&mut it.target, name.clone());
        *self.turns.under_way.entry(name).or_default() += 1;
        self.turns.end(before);
    }

    /// The next attempt of a delivery is made now; it leaves when its turn has come.
    pub fn make_next(&mut self, id: u64) {
        let made = self.turns.make();
        if let Some(delivery) = self.get_mut(id) {
            delivery.made = made;
        }
    }

    /// The turn of a delivery's next attempt.
    pub fn next_of(&self, id: u64) -> Option<Turn> {
        self.get(id).map(|it| Turn { made: it.made, waiter: Waiter::Next(id) })
    }

    /// The turn of an attempt that a tester asks for now.
    pub fn make_resend(&mut self, attempt: AttemptId) -> Turn {
        Turn { made: self.turns.make(), waiter: Waiter::Resend(attempt) }
    }

    /// Whether it is an attempt's turn at that target, on a clock that stands. Otherwise it waits for its turn.
    pub fn has_turn(&mut self, turn: Turn, url: &str) -> bool {
        let (Waiter::Next(id) | Waiter::Resend(AttemptId { delivery: id, .. })) = turn.waiter;
        let Some(delivery) = self.deliveries.get(&id) else { return false };
        let name = queue_name(delivery.provider_id, &delivery.account, url);
        let is_taken = self.turns.under_way.contains_key(&name);
        let is_later = self.turns.waiting.get(&name).and_then(|it| it.first_key_value()).is_some_and(|(first, _)| *first < turn.made);
        if !is_taken && !is_later {
            return true;
        }
        if !is_taken {
            self.turns.free.push_back(name.clone());
        }
        self.turns.waiting.entry(name).or_default().insert(turn.made, turn.waiter);
        false
    }

    /// The next attempt whose turn has come.
    pub fn next_turn(&mut self) -> Option<Turn> {
        while let Some(name) = self.turns.free.pop_front() {
            if self.turns.under_way.contains_key(&name) {
                continue;
            }
            if let Some(turn) = self.take_waiting(&name) {
                self.turns.free.push_front(name); // perhaps it does not leave
                return Some(turn);
            }
        }
        None
    }

    /// The next attempt that waits for its turn. On a clock that runs it leaves at once.
    pub fn next_waiting(&mut self) -> Option<Turn> {
        let name = self.turns.waiting.keys().next()?.clone();
        self.take_waiting(&name)
    }

    fn take_waiting(&mut self, name: &str) -> Option<Turn> {
        let mut waiting = self.turns.waiting.remove(name)?;
        let mut next = None;
        while let Some((made, waiter)) = waiting.pop_first() {
            if self.still_waits(made, waiter) {
                next = Some(Turn { made, waiter });
                break;
            }
        }
        if !waiting.is_empty() {
            self.turns.waiting.insert(name.to_owned(), waiting);
        }
        next
    }

    /// Whether an entry still means something: its attempt was not made anew, and its delivery was not dropped.
    fn still_waits(&self, made: u64, waiter: Waiter) -> bool {
        match waiter {
            Waiter::Next(id) => self.get(id).is_some_and(|it| it.made == made),
            Waiter::Resend(id) => self.attempt(id).is_some_and(|it| it.resend && it.outcome.is_none()),
        }
    }

    /// The deliveries that leave without an entry of the agenda: those in a queue, under way, or before their turn.
    pub fn queued(&self) -> impl Iterator<Item = u64> {
        let delivery = |it: &Waiter| match it {
            Waiter::Next(id) | Waiter::Resend(AttemptId { delivery: id, .. }) => *id,
        };
        let turns = self.turns.waiting.values().flat_map(BTreeMap::values).map(delivery);
        let queues = self.queues.values().flatten().chain(&self.leaving).chain(self.reordered.values()).copied();
        queues.chain(self.in_flight.iter().map(|it| it.attempt.delivery)).chain(turns)
    }

    /// The number of attempts that wait for their turn.
    pub(super) fn waiting_for_turns(&self) -> usize {
        self.turns.waiting.values().map(BTreeMap::len).sum()
    }

    /// Whether an attempt of that delivery may leave: it has not ended while it waited.
    pub fn is_pending(&self, id: u64) -> bool {
        self.get(id).is_some_and(|it| it.status == Status::Pending)
    }

    /// Computes what is not saved.
    pub fn line_up(&mut self) {
        self.turns.under_way.clear();
        for it in &self.in_flight {
            *self.turns.under_way.entry(it.target.clone()).or_default() += 1;
        }
        self.turns.free = self.turns.waiting.keys().cloned().collect();
        let resend = |it: &Waiter| if let Waiter::Resend(id) = it { Some(*id) } else { None };
        let waiting: Vec<AttemptId> = self.turns.waiting.values().flat_map(BTreeMap::values).filter_map(resend).collect();
        let under_way: Vec<AttemptId> = self.under_way().collect();
        for (ids, waits_for) in [(under_way, None), (waiting, Some(WaitsFor::Turn))] {
            for id in ids {
                if let Some(it) = self.attempt_mut(id) {
                    it.waits_for = waits_for;
                }
            }
        }
    }

    /// Whether turns that were read from outside are consistent.
    pub(super) fn has_sound_turns(&self) -> bool {
        let Turns { made, waiting, .. } = &self.turns;
        let is_sound = |it: &BTreeMap<u64, Waiter>| !it.is_empty() && it.iter().all(|(own, waiter)| own <= made && self.is_known(*waiter));
        *made < COUNT_MAX && self.iter().all(|it| it.made <= *made) && waiting.values().all(is_sound)
    }
    /// Whether an attempt that waits can be one. What a tester has asked for may be of a delivery that was dropped since.
    fn is_known(&self, waiter: Waiter) -> bool {
        match waiter {
            Waiter::Next(_) => true,
            Waiter::Resend(id) => self.get(id.delivery).is_none() || self.attempt(id).is_some_and(|it| it.resend),
        }
    }
}
