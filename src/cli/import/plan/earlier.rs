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
        if !self.traced.insert((nth, why)) {
            return None;
        }
        let mut places = 0;
        for place in (0..=nth).rev() {
            let can_make = self.keeps_order(place, nth);
            if !can_make && self.items.all[nth].at <= self.kept[place].now() {
                continue;
            }
            places += 1;
            if PLACES_MAX < places {
                return None;
            }
            let from = self.kept[place].copy();
            let left = Cell::new(self.left);
            let acts = self.search(&from, body, ACTIONS, |planner, course, made| {
                if made.is_empty() {
                    planner.leads_later(course, (nth, body), why, &left)
                } else {
                    if can_make { planner.makes(course, made, nth) } else { Verdict::Dead }
                }
            });
            self.left = self.left.min(left.get());
            if let Some(acts) = acts {
                self.course = from;
                self.kept.truncate(place);
                self.notes.retain(|it| it.0 < place);
                for act in acts {
                    self.carry(&Move::Act(act.clone()));
                    self.found.entry(place).or_default().push(act);
                }
                self.kept.push(self.course.copy());
                return Some(place);
            }
        }
        None
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
        let found: Option<Vec<usize>> = made.iter().map(|it| self.find(course, it).map(|it| it.0)).collect();
        let Some(found) = found else { return Verdict::Dead };
        let is_early = made.iter().zip(&found).all(|(made, it)| made.made <= self.items.all[*it].at);
        if found.is_sorted() && is_early { self.explains(course, made, nth) } else { Verdict::Dead }
    }

    /// How well actions without webhooks explain an item: it comes by itself at its moment, or one more action makes it.
    fn leads_later(&self, course: &Course, (nth, body): (usize, &Json), why: Why, left: &Cell<u32>) -> Verdict {
        let at = self.items.all[nth].at;
        let mut later = course.copy();
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
