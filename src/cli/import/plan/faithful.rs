//! How far a plan tells what the log tells.

use super::Planner;
use crate::kit::time::Timestamp;

impl Planner<'_> {
    /// What differs from the log: lines that something is said about, items that come in another order, and those that
    /// come at another distance.
    pub(super) fn differences(&self) -> [usize; 3] {
        let moved = self.course.order.iter().filter(|it| self.items.all[it.0].at != it.1).count();
        [self.notes.len(), self.swapped().len(), moved]
    }

    /// The items that come after one that stands below them in the log, each with the first such item.
    fn swapped(&self) -> Vec<(usize, usize)> {
        let mut swapped = Vec::new();
        for (place, (nth, _)) in self.course.order.iter().enumerate() {
            let overtaking = self.course.order[..place].iter().map(|it| it.0).filter(|it| nth < it).min();
            swapped.extend(overtaking.map(|it| (*nth, it)));
        }
        swapped
    }

    /// Names what comes in another order than in the log.
    pub(super) fn compare(&mut self) {
        for (nth, other) in self.swapped() {
            let line = self.items.all[other].line;
            self.note(nth, format!("in the scenario this comes after line {line}"));
        }
    }

    /// Notes that an item has happened.
    pub(super) fn happened(&mut self, nth: usize, at: Timestamp) {
        self.course.happened[nth] = true;
        self.course.order.push((nth, at));
    }
}
