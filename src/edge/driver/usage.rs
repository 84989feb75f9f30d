//! When a sandbox was last used.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use super::Stopwatch;
use crate::kit::time::Timestamp;

/// The requests to a sandbox: those under way, and when the last one was.
pub(super) struct Usage {
    /// In milliseconds of real time since 1970.
    last: AtomicI64,
    /// Requests that are not answered yet: each is a use.
    under_way: AtomicUsize,
}

/// A request that is not answered yet.
pub(super) struct Use<'a>(&'a Usage);

impl Usage {
    /// It is used now for the first time.
    pub(super) fn starts() -> Self {
        let usage = Self { last: AtomicI64::new(0), under_way: AtomicUsize::new(0) };
        usage.touch();
        usage
    }

    /// A request has come.
    pub(super) fn begin(&self) -> Use<'_> {
        self.under_way.fetch_add(1, Ordering::AcqRel);
        Use(self)
    }

    /// It is used now.
    pub(super) fn touch(&self) {
        self.last.store(Stopwatch::date().as_millisecond(), Ordering::Relaxed);
    }

    /// It was last used then.
    pub(super) fn touched_at(&self, date: Timestamp) {
        self.last.store(date.as_millisecond(), Ordering::Relaxed);
    }

    /// When it was last used; now, while a request is not answered yet.
    pub(super) fn last(&self, now: Timestamp) -> Timestamp {
        // A request that ends stores the time before it is counted off, so the count is looked at first.
        if 0 < self.under_way.load(Ordering::Acquire) {
            return now;
        }
        Timestamp::from_millisecond(self.last.load(Ordering::Relaxed)).unwrap_or(now)
    }
}

impl Drop for Use<'_> {
    fn drop(&mut self) {
        self.0.touch();
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}
