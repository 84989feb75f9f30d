//! Attempts that are sent again: while the clock stands, each waits until the one before it for its target has an outcome.

use std::collections::{BTreeMap, BTreeSet};

use super::World;
use crate::engine::delivery::{AttemptId, Outgoing};

#[derive(Clone, Default)]
pub(super) struct Held {
    /// Each with its place among all that were held.
    attempts: BTreeMap<AttemptId, (usize, Outgoing)>,
    count: usize,
    /// The targets at which an attempt has got its outcome since they were looked at. `None`: no target was looked at yet.
    freed: Option<BTreeSet<String>>,
}

impl World {
    pub(super) fn hold(&mut self, outgoing: Outgoing) {
        self.held.count += 1;
        self.held.attempts.insert(outgoing.id, (self.held.count, outgoing));
        self.held.freed = None;
    }

    /// The attempts that have not left in this process.
    pub(super) fn unsent(&self) -> BTreeSet<AttemptId> {
        self.outgoing.iter().map(|it| it.id).chain(self.held.attempts.keys().copied()).collect()
    }

    /// An attempt has got its outcome: the next one for its target may leave.
    pub(super) fn free_target_of(&mut self, attempt: AttemptId) {
        if let Some(freed) = self.held.freed.as_mut().filter(|_| !self.held.attempts.is_empty()) {
            freed.extend(self.core.outbox.target_of(attempt).map(str::to_owned));
        }
    }

    /// Lets the attempts leave that may, in their order.
    pub(super) fn release_held(&mut self) {
        if self.held.attempts.is_empty() {
            return;
        }
        let freed = self.held.freed.replace(BTreeSet::new());
        let mut leaving: Vec<(usize, Outgoing)> = match freed {
            _ if !self.core.clock.stands() => std::mem::take(&mut self.held.attempts).into_values().collect(),
            None => {
                let behind = self.core.outbox.behind_others();
                let (stay, leave) = std::mem::take(&mut self.held.attempts).into_iter().partition(|(id, _)| behind.contains(id));
                self.held.attempts = stay;
                let leave: BTreeMap<AttemptId, (usize, Outgoing)> = leave;
                leave.into_values().collect()
            }
            Some(freed) => {
                let first = freed.iter().filter_map(|target| self.core.outbox.first_unanswered(target));
                first.filter_map(|id| self.held.attempts.remove(&id)).collect()
            }
        };
        leaving.sort_by_key(|it| it.0);
        self.outgoing.extend(leaving.into_iter().map(|it| it.1));
    }
}
