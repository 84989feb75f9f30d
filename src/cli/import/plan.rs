//! Follows the log through a sandbox: each call is made at its moment, each webhook has to come at its own, and what is
//! missing for that is searched for. Everything is tried out on a copy first.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::causes::Search;
use super::course::{Course, Move, Sent};
use super::items::{Item, Items, Kind, Note};
use super::script::{ExpectWebhook, Step, tidied};
use super::words::telling;
use crate::engine::tables::Contract;
use crate::kit::time::Duration;

mod calling;
mod happening;

/// Trials of actions in one import.
const TRIALS_MAX: u32 = 40_000;
/// Actions in a row that explain one webhook.
const DEPTH: usize = 3;
/// Moments before a webhook at which something may have happened that no line tells.
const EARLIER_MAX: usize = 12;
/// Distances that differ by less are the same: clocks of two machines differ, and networks take their time.
const TOLERANCE: Duration = Duration::from_secs(1);

/// A plan under way.
pub struct Planner<'a> {
    contract: &'static Contract,
    items: &'a Items,
    words: BTreeSet<&'static str>,
    course: Course,
    /// The course before each item.
    kept: Vec<Course>,
    /// By the item that they are about.
    notes: Vec<(usize, Note)>,
    /// Items for which an earlier cause was searched.
    traced: BTreeSet<usize>,
    left: u32,
}

/// The steps of a scenario, and what they do not say.
pub struct Plan {
    pub steps: Vec<Step>,
    pub notes: Vec<Note>,
    pub calls: usize,
    pub webhooks: usize,
}

/// Makes the plan.
pub fn plan(contract: &'static Contract, items: &Items) -> Plan {
    let (course, words) = (Course::new(contract, items.begin(), items.all.len()), telling(contract));
    let (kept, notes, traced) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut planner = Planner { contract, items, words, course, kept, notes, traced, left: TRIALS_MAX };
    let mut nth = 0;
    while let Some(item) = items.all.get(nth) {
        planner.kept.truncate(nth);
        planner.kept.push(planner.course.copy());
        planner.notes.retain(|it| it.0 < nth);
        let back = match &item.what {
            Kind::Call { .. } => {
                planner.call(nth);
                None
            }
            Kind::Event { body, .. } if !planner.course.happened[nth] => planner.event(nth, body),
            Kind::Event { .. } => None,
        };
        nth = back.unwrap_or(nth + 1);
    }
    planner.ended()
}

impl Planner<'_> {
    fn note(&mut self, nth: usize, why: impl Into<String>) {
        self.notes.push((nth, Note { line: self.items.all[nth].line, why: why.into() }));
    }

    /// A webhook of the log has not come yet: time passes until it comes, or something makes it come. Returns the item
    /// with which to go on, if something had to happen earlier.
    fn event(&mut self, nth: usize, body: &Json) -> Option<usize> {
        let at = self.items.all[nth].at.max(self.course.now());
        let mut trial = self.course.copy();
        trial.go(&Move::Advance(at));
        let comes = trial.sent().iter().any(|it| self.is_item(&trial, it, nth));
        if !comes
            && self.was_held_up(nth)
            && self.traced.insert(nth)
            && let Some(back) = self.earlier(nth, body)
        {
            return Some(back);
        }
        self.carry(&Move::Advance(at));
        if self.course.happened[nth] || self.comes_soon(nth) {
            return None;
        }
        if let Some(message) = self.message_of(nth)
            && self.course.messages.values().any(|it| *it == message)
        {
            self.note(nth, "the contract does not send this webhook again at this moment, and no step of a scenario does; it is left out");
            return None;
        }
        let from = self.course.copy();
        let acts = self.search(&from, body, DEPTH, |planner, course, sent| planner.explains(course, sent, nth));
        if let Some(acts) = acts {
            for act in acts {
                self.carry(&Move::Act(act));
            }
            return None;
        }
        if self.traced.insert(nth)
            && let Some(back) = self.earlier(nth, body)
        {
            return Some(back);
        }
        self.note(nth, "nothing in the contract leads to this webhook at this moment; it is left out");
        None
    }

    fn message_of(&self, nth: usize) -> Option<usize> {
        if let Kind::Event { message, .. } = &self.items.all[nth].what { Some(*message) } else { None }
    }

    /// Whether it came when the receiver was done with another: then it was made before that, and has waited.
    fn was_held_up(&self, nth: usize) -> bool {
        let own = self.items.all[nth].at;
        let ends = |it: &Item| it.at.checked_add(it.took).map_or(TOLERANCE, |end| own.duration_since(end).abs());
        self.items.all[..nth].iter().any(|it| matches!(it.what, Kind::Event { .. }) && TOLERANCE <= it.took && ends(it) < TOLERANCE)
    }

    /// Whether a request of the sandbox to the receiver is that item.
    fn is_item(&self, course: &Course, sent: &Sent, nth: usize) -> bool {
        self.find(course, sent).is_some_and(|it| it.0 == nth)
    }

    /// Whether an item comes among what was sent, and everything in the order of the log.
    fn comes_in_order(&self, course: &Course, sent: &[Sent], nth: usize) -> bool {
        let found: Vec<usize> = sent.iter().filter_map(|it| self.find(course, it)).map(|it| it.0).collect();
        found.contains(&nth) && found.is_sorted()
    }

    /// Whether the sandbox sends it by itself a little later than the log says. Then time passes until then.
    fn comes_soon(&mut self, nth: usize) -> bool {
        let mut trial = self.course.copy();
        let Ok(until) = self.course.now().checked_add(TOLERANCE) else { return false };
        trial.go(&Move::Advance(until));
        let sent = trial.sent();
        let Some(own) = sent.iter().find(|it| self.is_item(&trial, it, nth)) else { return false };
        self.carry(&Move::Advance(own.at));
        self.course.happened[nth]
    }

    /// How well what was sent explains an item.
    fn explains(&self, course: &Course, sent: &[Sent], nth: usize) -> Option<u32> {
        let found: Vec<_> = sent.iter().map(|it| self.find(course, it)).collect();
        let score = found.iter().flatten().find(|it| it.0 == nth)?.1;
        let unknown = found.iter().filter(|it| it.is_none()).count();
        Some(1_000 + score - u32::try_from(unknown).unwrap_or(0).min(1_000))
    }

    fn search(
        &mut self,
        from: &Course,
        about: &Json,
        depth: usize,
        judge: impl Fn(&Self, &Course, &[Sent]) -> Option<u32>,
    ) -> Option<Vec<super::script::Act>> {
        let mut left = self.left;
        let mut search = Search { contract: self.contract, about, depth, left: &mut left };
        let found = search.find(from, &mut |course, sent| judge(self, course, sent));
        self.left = left;
        found
    }

    /// Something has happened before this moment without a webhook of its own: a coin was chosen, a payer said that
    /// they had paid. The latest place among the items is taken at which that leads to the webhook.
    fn earlier(&mut self, nth: usize, body: &Json) -> Option<usize> {
        let at = self.items.all[nth].at;
        for place in (0..=nth).rev().take(EARLIER_MAX) {
            let from = self.kept[place].copy();
            let left = std::cell::Cell::new(self.left);
            let acts = self.search(&from, body, 2, |planner, course, sent| {
                let mut later = course.copy();
                if !sent.is_empty() || at <= later.now() {
                    return None;
                }
                later.go(&Move::Advance(at))?;
                let came = later.sent();
                if planner.comes_in_order(&later, &came, nth) {
                    return Some(2);
                }
                if came.iter().any(|it| planner.is_item(&later, it, nth)) {
                    return None;
                }
                let mut budget = left.get();
                let mut last = Search { contract: planner.contract, about: body, depth: 1, left: &mut budget };
                let found = last.find(&later, &mut |course, sent| planner.explains(course, sent, nth));
                left.set(budget);
                found.map(|_| 1)
            });
            self.left = self.left.min(left.get());
            if let Some(acts) = acts {
                self.course = from;
                for act in acts {
                    self.carry(&Move::Act(act));
                }
                return Some(place);
            }
        }
        None
    }

    fn ended(mut self) -> Plan {
        let (mut calls, mut webhooks) = (0, 0);
        for (nth, item) in self.items.all.iter().enumerate() {
            match item.what {
                Kind::Call { .. } => calls += 1,
                Kind::Event { .. } => webhooks += usize::from(self.course.happened[nth]),
            }
        }
        let mut events: BTreeMap<String, usize> = BTreeMap::new();
        for event in std::mem::take(&mut self.course.got) {
            *events.entry(event).or_default() += 1;
        }
        let mut steps = tidied(std::mem::take(&mut self.course.steps), &self.course.spans);
        let provider = self.contract.slug;
        steps.extend(events.into_iter().map(|(event, count)| Step::Expect { expect_webhook: ExpectWebhook { provider, event, count } }));
        Plan { steps, notes: self.notes.into_iter().map(|it| it.1).collect(), calls, webhooks }
    }
}
