//! What happened earlier than the webhook that tells of it: the webhook had to wait for the answer to another, or what
//! happened has no webhook of its own.

use std::cell::Cell;

use serde_json::Value as Json;

use super::{DEPTH, Planner, TOLERANCE};
use crate::cli::import::causes::{Search, Verdict};
use crate::cli::import::course::{Course, Move, Sent};
use crate::cli::import::items::{Item, Kind};

/// Places before a webhook at which something may have happened that no line tells.
const PLACES_MAX: usize = 12;
/// Searches for what happened before one webhook.
const TIMES_MAX: u8 = 5;
/// Actions in a row that are tried at one of them.
const ACTIONS: usize = 2;

/// Why something must have happened earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// The webhook has waited for the answer to another.
    Waited,
    /// Nothing leads to it at its own moment.
    Unknown,
}

/// A search for what happened earlier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traced {
    /// The place at which something was found.
    place: usize,
    times: u8,
}

impl Traced {
    /// The place behind those that are still to be tried. What was found first may have explained another webhook that looks
    /// alike, so its place is tried twice.
    fn end(self) -> usize {
        if self.times == 1 { self.place + 1 } else { self.place }
    }
}

impl Planner<'_> {
    /// Whether it came when the receiver was done with another: then it was made before that, and has waited.
    pub(super) fn was_held_up(&self, nth: usize) -> bool {
        let own = self.items.all[nth].at;
        let ends = |it: &Item| it.at.checked_add(it.took).map_or(TOLERANCE, |end| own.duration_since(end).abs());
        self.items.all[..nth].iter().any(|it| matches!(it.what, Kind::Event { .. }) && TOLERANCE <= it.took && ends(it) < TOLERANCE)
    }

    /// Looks for what happened before this moment: a webhook was made and had to wait, a coin was chosen, a payer said that
    /// they had paid. It happened at the latest place among the items at which that leads to the webhook. Returns that
    /// place.
    pub(super) fn earlier(&mut self, nth: usize, body: &Json, why: Why) -> Option<usize> {
        let before = self.traced.get(&(nth, why)).copied();
        if before.is_some_and(|it| it.times == TIMES_MAX) {
            return None;
        }
        let mut places = 0;
        for place in (0..before.map_or(nth + 1, Traced::end)).rev() {
            let can_make = self.keeps_order(place, nth);
            if !can_make && self.items.all[nth].at <= self.kept[place].now() {
                continue;
            }
            places += 1;
            if PLACES_MAX < places {
                break;
            }
            let from = self.kept[place].copy();
            let left = Cell::new(self.left);
            let acts = self.search(&from, body, ACTIONS, |planner, course, made| {
                if made.is_empty() {
                    planner.leads_later(course, (nth, body), why, &left)
                } else if can_make {
                    planner.makes(course, made, nth)
                } else {
                    Verdict::Dead
                }
            });
            self.left = self.left.min(left.get());
            if let Some(acts) = acts {
                if before.is_some_and(|it| place < it.place) {
                    self.forget(nth);
                }
                self.traced.insert((nth, why), Traced { place, times: before.map_or(1, |it| it.times + 1) });
                self.go_back(place);
                for act in acts {
                    self.carry(&Move::Act(act.clone()));
                    self.found.entry(place).or_default().push((nth, act));
                }
                self.kept[place] = self.course.copy();
                return Some(place);
            }
        }
        self.traced.insert((nth, why), Traced { place: 0, times: TIMES_MAX });
        let place = before.map(|it| it.place).filter(|it| 0 < *it)?;
        self.forget(nth);
        self.go_back(place - 1);
        Some(place - 1)
    }

    /// What was found for an item has not led to it: it does not happen.
    fn forget(&mut self, nth: usize) {
        for found in self.found.values_mut() {
            found.retain(|it| it.0 != nth);
        }
    }

    /// The plan goes on with that item again.
    fn go_back(&mut self, place: usize) {
        self.kept.truncate(place + 1);
        self.course = self.kept[place].copy();
        self.notes.retain(|it| it.0 < place);
    }

    /// Whether a webhook that is made at that place leaves in the order of the log among those that leave at its moment:
    /// they leave in the order in which they were made.
    fn keeps_order(&self, place: usize, nth: usize) -> bool {
        let (from, at) = (&self.kept[place], self.items.all[nth].at);
        let first = |message: &usize| self.items.messages[*message].first().copied().filter(|it| self.items.all[*it].at == at);
        let before = from.messages.values().filter_map(first);
        let after = self.course.messages.iter().filter(|it| !from.messages.contains_key(it.0)).filter_map(|it| first(it.1));
        before.into_iter().all(|it| it < nth) && after.into_iter().all(|it| nth < it)
    }

    /// How well the webhooks that actions have made explain an item, if the log has all of them, in this order.
    fn makes(&self, course: &Course, made: &[Sent], nth: usize) -> Verdict {
        let found: Option<Vec<usize>> = made.iter().map(|sent| self.find(course, sent).map(|it| it.0)).collect();
        let Some(found) = found else { return Verdict::Dead };
        let is_early = made.iter().zip(&found).all(|(made, it)| made.made <= self.items.all[*it].at);
        if found.is_sorted() && is_early { self.explains(course, made, nth) } else { Verdict::Dead }
    }

    /// How well actions without webhooks explain an item: it comes by itself at its moment, or one more action makes it.
    fn leads_later(&self, course: &Course, (nth, body): (usize, &Json), why: Why, left: &Cell<u32>) -> Verdict {
        let at = self.items.all[nth].at;
        let mut later = course.copy();
        // An item that explains another webhook already cannot explain this one.
        let taken = self.course.messages.iter().filter(|it| !course.messages.contains_key(it.0)).map(|it| *it.1);
        later.messages.extend(taken.map(|it| (u64::MAX - it as u64, it)));
        later.sent();
        if at <= course.now() || later.go(&Move::Advance(at)).is_none() {
            return Verdict::Open;
        }
        let came = later.sent();
        let found: Vec<usize> = came.iter().filter_map(|it| self.find(&later, it)).map(|it| it.0).collect();
        if found.contains(&nth) {
            return if found.is_sorted() { Verdict::Explains(2) } else { Verdict::Open };
        }
        if why == Why::Waited {
            return Verdict::Open;
        }
        let mut budget = left.get();
        let mut last = Search { contract: self.contract, about: body, depth: 1, number: self.searches + DEPTH, left: &mut budget };
        let explained = last.find(&later, &mut |course, made| self.explains(course, made, nth));
        left.set(budget);
        if explained.is_some() { Verdict::Explains(1) } else { Verdict::Open }
    }
}
