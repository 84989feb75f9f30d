//! What a walk through time tells: the entries of the log that belong into its report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AttemptEntry, Change, Entry, Fired, OutcomeEntry, What};
use crate::engine::ids::{COUNT_MAX, ProviderId};
use crate::kit::time::Timestamp;

/// Of each list this many rows are kept; the totals count on.
pub const LISTED_MAX: usize = 10_000;

/// What has happened since the report before. It reads each entry when it is written, because the log may be smaller than
/// a report.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    pub fired: Vec<FiredRow>,
    pub fired_total: u64,
    /// The outcomes of attempts.
    pub deliveries: Vec<DeliveryRow>,
    pub deliveries_total: u64,
    /// By delivery, the row of an attempt that was due and has not left yet.
    waiting: BTreeMap<u64, usize>,
    /// Whether the next entry is still the effect of the latest row. It is false between two steps.
    #[serde(skip)]
    open: bool,
}

/// Something that was due and has happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FiredRow {
    pub at: Timestamp,
    pub provider: Option<ProviderId>,
    pub fired: Fired,
    /// The last change that it caused itself.
    pub change: Option<Change>,
    /// The number of the attempt that left because of it.
    pub attempt: Option<u32>,
}

/// An attempt that has its outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeliveryRow {
    pub provider: Option<ProviderId>,
    pub outcome: OutcomeEntry,
}

impl Report {
    /// Reads an entry as it is written.
    pub(super) fn read(&mut self, entry: &Entry) {
        match &entry.what {
            What::Fired(fired) => {
                self.fired_total += 1;
                self.open = self.fired.len() < LISTED_MAX;
                if self.open {
                    if let Fired::Attempt(webhook) = fired {
                        self.waiting.insert(webhook.delivery, self.fired.len());
                    }
                    let (fired, Entry { at, provider, .. }) = (fired.clone(), entry);
                    self.fired.push(FiredRow { at: *at, provider: *provider, fired, change: None, attempt: None });
                }
            }
            What::Change(change) => {
                if let Some(row) = self.fired.last_mut().filter(|_| self.open) {
                    row.change = Some(change.clone());
                }
            }
            What::Attempt(attempt) => self.left(attempt),
            What::Outcome(outcome) => {
                self.deliveries_total += 1;
                if self.deliveries.len() < LISTED_MAX {
                    self.deliveries.push(DeliveryRow { provider: entry.provider, outcome: outcome.clone() });
                }
                self.open = false;
            }
            What::Note(_) | What::Answered(_) => {}
            What::Request(_) | What::Moved { .. } | What::Mode(_) => self.open = false,
        }
    }

    /// Reads an entry that does not belong into it: it may still complete a row.
    pub(super) fn complete(&mut self, entry: &Entry) {
        if let What::Attempt(attempt) = &entry.what {
            self.left(attempt);
        }
    }

    /// Whether it has nothing to tell.
    pub(super) fn is_empty(&self) -> bool {
        self.fired_total == 0 && self.deliveries_total == 0
    }

    /// Puts an earlier report before this one.
    pub(super) fn begin_with(&mut self, earlier: Self) {
        let later = std::mem::replace(self, earlier);
        let before = self.fired.len();
        self.waiting.extend(later.waiting.into_iter().map(|(delivery, row)| (delivery, before + row)));
        self.waiting.retain(|_, row| *row < LISTED_MAX);
        self.fired.extend(later.fired);
        self.fired.truncate(LISTED_MAX);
        self.fired_total += later.fired_total;
        self.deliveries.extend(later.deliveries);
        self.deliveries.truncate(LISTED_MAX);
        self.deliveries_total += later.deliveries_total;
        self.open = later.open && self.fired.len() < LISTED_MAX;
    }

    /// The step that was under way is over: what is written next is not an effect of it.
    pub(super) fn close(&mut self) {
        self.open = false;
    }

    /// An attempt leaves, perhaps some time after it was due. A resend is not what was due.
    fn left(&mut self, attempt: &AttemptEntry) {
        self.open = false;
        if attempt.resend {
            return;
        }
        let row = self.waiting.remove(&attempt.webhook.delivery).and_then(|it| self.fired.get_mut(it));
        if let Some(row) = row {
            row.attempt = Some(attempt.number);
        }
    }

    /// The deliveries that were due and whose attempt has not left.
    pub fn not_left(&self) -> impl Iterator<Item = u64> {
        self.fired.iter().filter_map(|row| {
            let Fired::Attempt(it) = &row.fired else { return None };
            row.attempt.is_none().then_some(it.delivery)
        })
    }

    /// Orders the attempts by when they left and by what was made first: which of two receivers answers first is chance.
    pub(super) fn sort(&mut self) {
        let order = |it: &DeliveryRow| (it.outcome.left_at, it.outcome.webhook.delivery, it.outcome.number, it.outcome.copy);
        self.deliveries.sort_by_key(order);
    }

    /// Whether a report that was read from outside is consistent.
    pub(super) fn is_sound(&self, provider_count: u8) -> bool {
        let known = |own: Option<ProviderId>| own.is_some_and(|it| it.0 < provider_count);
        let is_whole = |rows: usize, total: u64| rows as u64 == total;
        let is_cut = |rows: usize, total: u64| rows == LISTED_MAX && rows as u64 <= total && total < COUNT_MAX;
        let listed = |rows: usize, total: u64| is_whole(rows, total) || is_cut(rows, total);
        listed(self.fired.len(), self.fired_total)
            && listed(self.deliveries.len(), self.deliveries_total)
            && self.waiting.values().all(|it| *it < self.fired.len())
            && self.fired.iter().all(|it| known(it.provider))
            && self.deliveries.iter().all(|it| known(it.provider))
    }
}
