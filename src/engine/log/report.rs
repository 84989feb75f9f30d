//! What a walk through time has met: the entries of its span that belong into its report.

use super::{AttemptEntry, Change, Entry, Fired, Log, What};
use crate::engine::ids::ProviderId;
use crate::kit::time::Timestamp;

/// Of each list this many rows are kept; the totals count on.
pub const LISTED_MAX: usize = 10_000;

/// A reader of the log that keeps what it has read: the log may be smaller than what a walk meets.
#[derive(Clone, Debug)]
pub struct WalkReport {
    /// The next entry to read.
    cursor: u64,
    pub fired: Vec<FiredRow>,
    pub fired_total: u64,
    /// The outcomes of attempts.
    pub deliveries: Vec<Entry>,
    pub deliveries_total: u64,
}

/// Something that was due and has happened.
#[derive(Clone, Debug)]
pub struct FiredRow {
    pub at: Timestamp,
    pub provider: Option<ProviderId>,
    pub fired: Fired,
    /// The last change that it caused itself.
    pub change: Option<Change>,
    /// The number of the attempt that left because of it.
    pub attempt: Option<u32>,
}

impl WalkReport {
    /// One that begins with the entry of that sequence number.
    pub fn new(sequence: u64) -> Self {
        Self { cursor: sequence, fired: Vec::new(), fired_total: 0, deliveries: Vec::new(), deliveries_total: 0 }
    }

    /// Reads what was logged since the last time: called after every step, before the log drops anything. Returns how
    /// many outcomes were among it.
    pub fn read(&mut self, log: &Log) -> u64 {
        let before = self.deliveries_total;
        // Whether what is read is still the effect of the latest row.
        let mut open = false;
        for entry in log.since(self.cursor) {
            match &entry.what {
                What::Fired(fired) => {
                    self.fired_total += 1;
                    open = self.fired.len() < LISTED_MAX;
                    if open {
                        let (fired, Entry { at, provider, .. }) = (fired.clone(), entry);
                        self.fired.push(FiredRow { at: *at, provider: *provider, fired, change: None, attempt: None });
                    }
                }
                What::Change(change) => {
                    if let Some(row) = self.fired.last_mut().filter(|_| open) {
                        row.change = Some(change.clone());
                    }
                }
                What::Attempt(attempt) => {
                    if let Some(row) = self.fired.last_mut().filter(|row| open && is_due(row, attempt)) {
                        row.attempt = Some(attempt.number);
                    }
                    open = false;
                }
                What::Outcome(_) => {
                    self.deliveries_total += 1;
                    if self.deliveries.len() < LISTED_MAX {
                        self.deliveries.push(entry.clone());
                    }
                    open = false;
                }
                What::Note(_) => {}
                What::Request(_) | What::Moved { .. } | What::Mode(_) => open = false,
            }
        }
        self.cursor = log.next_sequence();
        self.deliveries_total - before
    }
}

/// Whether that attempt is the one that was due.
fn is_due(row: &FiredRow, attempt: &AttemptEntry) -> bool {
    matches!(&row.fired, Fired::Attempt(webhook) if webhook.delivery == attempt.webhook.delivery)
}
