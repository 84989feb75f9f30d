//! A wait reads what happens once, in its order, from where it has read before.

use std::collections::BTreeSet;

use super::Kept;
use super::candidates::{Candidate, Copied, Of, request_of, since};
use crate::engine::delivery::Delivery;
use crate::engine::log::{Entry, RequestEntry};
use crate::engine::matching::{Fit, Work};
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::chunks::Chunks;
use crate::scenario::criteria::{Criteria, Verdict, Wanted};

/// How far a wait has come.
#[derive(Clone, Debug)]
pub enum Progress {
    Requests(Calls),
    Deliveries(Webhooks),
}

/// The calls that a wait has seen.
#[derive(Clone, Debug)]
pub struct Calls {
    place: Place,
    /// Whether some were dropped before it could read them.
    kept: Kept,
    /// Calls without an answer, on which it depends whether they fit; and where the first of them stands.
    undecided: Vec<u64>,
    before_undecided: Option<Place>,
}

/// A place in the log, and what was found before it.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    next_sequence: u64,
    /// How many fit; of a sequence, how many of its steps were found.
    matched: u64,
    unread: u64,
}

/// The webhooks that a wait has seen.
#[derive(Clone, Debug)]
pub struct Webhooks {
    next_sequence: u64,
    last_id: u64,
    kept: Kept,
    fitting: BTreeSet<u64>,
    unread: BTreeSet<u64>,
}

impl Progress {
    /// What there is when the call comes. It is judged as a whole.
    pub fn of(criteria: &Criteria, copied: &Copied) -> Self {
        let work = Work::of_a_search();
        match copied.of {
            Of::Requests => {
                let (place, undecided) = (Place::default(), Vec::new());
                let mut calls = Calls { place, kept: copied.kept, undecided, before_undecided: None };
                calls.read(criteria, &copied.entries, &copied.contracts, Some(&work), &|_| false);
                calls.place.next_sequence = copied.next_sequence;
                Self::Requests(calls)
            }
            Of::Deliveries => {
                let (fitting, unread) = (BTreeSet::new(), BTreeSet::new());
                let mut webhooks = Webhooks { next_sequence: copied.next_sequence, last_id: 0, kept: copied.kept, fitting, unread };
                for it in &copied.deliveries {
                    webhooks.look_at(criteria, copied.contracts[usize::from(it.provider_id.0)], it, &work);
                }
                Self::Deliveries(webhooks)
            }
        }
    }

    /// Reads what has happened since. When the wait has ended: how many fit, and whether nothing is hidden.
    pub fn go_on(&mut self, criteria: &Criteria, world: &World) -> Option<(u64, Kept)> {
        let contracts: Vec<&'static Contract> = world.providers.iter().map(|it| it.contract()).collect();
        match self {
            Self::Requests(calls) => calls.go_on(criteria, world, &contracts),
            Self::Deliveries(webhooks) => webhooks.go_on(criteria, world, &contracts),
        }
    }
}

impl Calls {
    fn go_on(&mut self, criteria: &Criteria, world: &World, contracts: &[&'static Contract]) -> Option<(u64, Kept)> {
        let entries = world.core.log.chunks();
        self.go_back(entries);
        if self.is_enough(criteria) {
            return Some((self.place.matched, self.kept));
        }
        let first = entries.get(0).map_or(self.place.next_sequence, |it| it.sequence);
        if self.place.next_sequence < first && world.core.log.truncated {
            self.kept = Kept::TheLatest;
        }
        let is_enough = self.read(criteria, entries, contracts, None, &|it| it.is_enough(criteria));
        is_enough.then_some((self.place.matched, self.kept))
    }

    /// Goes back to the first call that had no answer, when one of them has it now.
    fn go_back(&mut self, entries: &Chunks<Entry>) {
        let is_answered = |it: u64| {
            let entry = since(entries, it).next().filter(|own| own.sequence == it);
            entry.and_then(request_of).is_some_and(|request| request.answer.is_some())
        };
        if self.undecided.iter().any(|it| is_answered(*it))
            && let Some(place) = self.before_undecided.take()
        {
            self.undecided.clear();
            self.place = place;
        }
    }

    /// Reads on until `is_enough`, and returns whether it was. Patterns cost no more than `work`, or than a rule's may at each request.
    fn read(
        &mut self,
        criteria: &Criteria,
        entries: &Chunks<Entry>,
        contracts: &[&'static Contract],
        work: Option<&Work>,
        is_enough: &dyn Fn(&Self) -> bool,
    ) -> bool {
        for entry in since(entries, self.place.next_sequence) {
            let place = Place { next_sequence: entry.sequence, ..self.place };
            self.place.next_sequence = entry.sequence + 1;
            let Some(it) = request_of(entry) else { continue };
            let Some(wanted) = self.wanted(criteria) else { break };
            let contract = entry.provider.map(|it| contracts[usize::from(it.0)]);
            match Candidate::Request(contract, it).fit(wanted, work.unwrap_or(&Work::of_rules())) {
                Fit::Yes => self.place.matched += 1,
                Fit::Unread => self.place.unread += 1,
                Fit::No if !is_open(wanted, contract, it) => continue,
                Fit::No => {
                    self.undecided.push(entry.sequence);
                    self.before_undecided.get_or_insert(place);
                }
            }
            if is_enough(self) {
                return true;
            }
        }
        false
    }

    /// What the next call has to be. `None`: the sequence is complete.
    fn wanted<'c>(&self, criteria: &'c Criteria) -> Option<&'c Wanted> {
        match criteria {
            Criteria::Count(wanted, _) => Some(wanted),
            Criteria::Sequence(steps) => steps.get(usize::try_from(self.place.matched).unwrap_or(usize::MAX)),
        }
    }

    fn is_enough(&self, criteria: &Criteria) -> bool {
        match criteria {
            Criteria::Count(_, count) => {
                let hidden = self.place.unread + self.undecided.len() as u64;
                count.judge(self.place.matched, self.kept.most(self.place.matched + hidden)) == Verdict::Yes
            }
            Criteria::Sequence(steps) => self.place.matched == steps.len() as u64,
        }
    }
}

/// Whether it depends on the answer, which has not come yet, that a call fits.
fn is_open(wanted: &Wanted, contract: Option<&'static Contract>, it: &RequestEntry) -> bool {
    let is_it = || Candidate::Request(contract, it).value("operation").as_ref().and_then(|it| it.as_str()) == wanted.word("operation");
    it.answer.is_none() && wanted.asks_for("status") && is_it()
}

impl Webhooks {
    fn go_on(&mut self, criteria: &Criteria, world: &World, contracts: &[&'static Contract]) -> Option<(u64, Kept)> {
        let (log, outbox) = (&world.core.log, &world.core.outbox);
        let work = Work::of_rules();
        let first = log.chunks().get(0).map_or(self.next_sequence, |it| it.sequence);
        let all = self.next_sequence < first; // then it is not known which of them have changed
        let changed: BTreeSet<u64> =
            if all { BTreeSet::new() } else { log.since(self.next_sequence).filter_map(|it| it.what.delivery()).collect() };
        self.next_sequence = log.next_sequence();
        if outbox.truncated {
            self.kept = Kept::TheLatest;
        }
        let after = if all { 0 } else { self.last_id };
        let earlier = changed.into_iter().filter(|it| *it <= after).filter_map(|it| outbox.get(it));
        for it in earlier.chain(outbox.after(after)) {
            self.look_at(criteria, contracts[usize::from(it.provider_id.0)], it, &work);
        }
        let Criteria::Count(_, count) = criteria else { return None };
        let matched = self.fitting.len() as u64;
        let most = self.kept.most(matched + self.unread.len() as u64);
        (count.judge(matched, most) == Verdict::Yes).then_some((matched, self.kept))
    }

    /// Judges one webhook, perhaps again.
    fn look_at(&mut self, criteria: &Criteria, contract: &'static Contract, it: &Delivery, work: &Work) {
        self.last_id = self.last_id.max(it.id);
        let Criteria::Count(wanted, _) = criteria else { return };
        self.fitting.remove(&it.id);
        self.unread.remove(&it.id);
        match Candidate::Delivery(contract, it).fit(wanted, work) {
            Fit::Yes => _ = self.fitting.insert(it.id),
            Fit::Unread => _ = self.unread.insert(it.id),
            Fit::No => {}
        }
    }
}
