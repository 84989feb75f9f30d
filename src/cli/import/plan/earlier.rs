//! What happened earlier than the webhook that tells of it: the webhook had to wait for the answer to another, or what
//! happened has no webhook of its own.

use std::cell::Cell;

use serde_json::Value as Json;

use super::{DEPTH, Leaves, Planner, TOLERANCE};
use crate::cli::import::causes::Search;
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
                    planner.makes(course, made, nth).filter(|_| can_make)
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
        let at = self.items.all[nth].at;
        let meets = |it: &usize| self.leaves == Leaves::InTurn || self.items.all[*it].at == at;
        let from = &self.kept[place];
        let before = self.waiting_items(from, 0);
        let after = self.waiting_items(&self.course, from.latest());
        before.iter().filter(|it| meets(it)).all(|it| *it < nth) && after.iter().filter(|it| meets(it)).all(|it| nth < *it)
    }

    /// The items that wait in a course, of those that were made after that number.
    fn waiting_items(&self, course: &Course, after: u64) -> Vec<usize> {
        let waiting = course.waiting().into_iter().filter(|it| after < it.delivery);
        waiting.filter_map(|it| self.find(course, &it)).map(|it| it.0).collect()
    }

    /// How well the webhooks that actions have made explain an item. `None`: the log does not have all of them, or not in
    /// this order.
    fn makes(&self, course: &Course, made: &[Sent], nth: usize) -> Option<u32> {
        let found: Vec<usize> = made.iter().map(|it| self.find(course, it).map(|it| it.0)).collect::<Option<_>>()?;
        let is_early = made.iter().zip(&found).all(|(made, it)| made.made <= self.items.all[*it].at);
        if found.is_sorted() && is_early { self.explains(course, made, nth) } else { None }
    }

    /// How well actions without webhooks explain an item: it comes by itself at its moment, or one more action makes it.
    fn leads_later(&self, course: &Course, (nth, body): (usize, &Json), why: Why, left: &Cell<u32>) -> Option<u32> {
        let at = self.items.all[nth].at;
        if at <= course.now() {
            return None;
        }
        let mut later = course.copy();
        later.sent();
        later.go(&Move::Advance(at))?;
        let came = later.sent();
        let found: Vec<usize> = came.iter().filter_map(|it| self.find(&later, it)).map(|it| it.0).collect();
        if found.contains(&nth) {
            return found.is_sorted().then_some(2);
        }
        if why == Why::Waited {
            return None;
        }
        let mut budget = left.get();
        let mut last = Search { contract: self.contract, about: body, depth: 1, number: self.searches + DEPTH, left: &mut budget };
        let explained = last.find(&later, &mut |course, made| self.explains(course, made, nth));
        left.set(budget);
        explained.map(|_| 1)
    }
}
