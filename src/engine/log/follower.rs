//! How far a server's log has read: the lines that a terminal shows while things happen.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{BYTES_MAX, Entry, Log, RequestEntry, What};

/// The place of a reader that reads each entry once.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    /// The sequence number of the next entry to read; the log begins with 1. Zero: the log was never read.
    next: u64,
    /// Requests that were read before they had their answer.
    open: Vec<u64>,
    /// What the log has dropped before it was read. A small journal keeps nothing, and the reader reads all the same.
    dropped: BTreeMap<u64, Entry>,
    dropped_bytes: usize,
    /// How many of these did not find room.
    lost: u64,
}

impl Follower {
    /// The log drops an entry.
    pub(super) fn keep(&mut self, entry: &Entry) {
        if self.next == 0 || (entry.sequence < self.next && !self.open.contains(&entry.sequence)) {
            return;
        }
        let bytes = entry.size();
        if BYTES_MAX < self.dropped_bytes + bytes {
            self.lost += 1;
        } else {
            self.dropped_bytes += bytes;
            self.dropped.insert(entry.sequence, entry.clone());
        }
    }

    /// A request among what was dropped.
    pub(super) fn request_mut(&mut self, sequence: u64) -> Option<&mut RequestEntry> {
        self.dropped.get_mut(&sequence)?.request_mut()
    }
}

/// What was not read before.
#[derive(Debug, Default)]
pub struct Unread {
    pub entries: Vec<Entry>,
    /// How many entries the log has dropped before they could be read.
    pub lost: u64,
}

impl Log {
    /// What was written since the last call. A request is given once it has its answer.
    pub fn read_on(&mut self) -> Unread {
        let first = self.next_sequence - self.entries.count() as u64;
        let Follower { next, open, dropped, lost, .. } = std::mem::take(&mut self.follower);
        let lost = if next == 0 { first - 1 } else { lost };
        let mut unread = Unread { lost, ..Unread::default() };
        self.follower.next = self.next_sequence;
        let (waiting, read) = dropped.into_iter().partition(|it| it.1.waits_for_answer());
        unread.entries.extend(BTreeMap::into_values(read));
        self.follower.open.extend(BTreeMap::keys(&waiting));
        self.follower.dropped_bytes = BTreeMap::values(&waiting).map(Entry::size).sum();
        self.follower.dropped = waiting;
        for sequence in open.into_iter().filter(|it| first <= *it).chain(next.max(first)..self.next_sequence) {
            let place = usize::try_from(sequence - first).unwrap_or(usize::MAX);
            let Some(entry) = self.entries.get(place) else { continue };
            if entry.waits_for_answer() {
                self.follower.open.push(sequence);
            } else {
                unread.entries.push(entry.clone());
            }
        }
        unread
    }

    /// Takes everything that the log holds as read: it comes from a saved state, and did not happen now.
    pub(super) fn pass_over(&mut self) {
        self.follower = Follower { next: self.next_sequence, ..Follower::default() };
    }
}

impl Entry {
    /// The request that it is.
    pub(super) fn request_mut(&mut self) -> Option<&mut RequestEntry> {
        if let What::Request(it) = &mut self.what { Some(Arc::make_mut(it)) } else { None }
    }

    /// Whether it is a request without its answer.
    fn waits_for_answer(&self) -> bool {
        matches!(&self.what, What::Request(it) if it.answer.is_none() && !it.is_left)
    }
}
