//! How far a server's log has read: the lines that a terminal shows while things happen.

use super::{Entry, Log, What};

/// The place of a reader that reads each entry once.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    /// The sequence number of the next entry to read; the log begins with 1.
    next: u64,
    /// Requests that were read before they had their answer.
    open: Vec<u64>,
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
        let from = self.follower.next.max(1);
        let mut unread = Unread { lost: first.saturating_sub(from), ..Unread::default() };
        let open = std::mem::take(&mut self.follower.open);
        for sequence in open.into_iter().filter(|it| first <= *it).chain(from.max(first)..self.next_sequence) {
            let place = usize::try_from(sequence - first).unwrap_or(usize::MAX);
            let Some(entry) = self.entries.get(place) else { continue };
            if matches!(&entry.what, What::Request(it) if it.answer.is_none()) {
                self.follower.open.push(sequence);
            } else {
                unread.entries.push(entry.clone());
            }
        }
        self.follower.next = self.next_sequence;
        unread
    }

    /// Takes everything that the log holds as read: it comes from a saved state, and did not happen now.
    pub(super) fn pass_over(&mut self) {
        self.follower = Follower { next: self.next_sequence, open: Vec::new() };
    }
}
