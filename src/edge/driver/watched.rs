//! A driver for others than its callers: when its sandbox was made, whether it is still there, when something happens in it, and what it
//! says of a webhook that arrives elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value as Json;
use tokio::sync::futures::Notified;

use super::{Driver, Stopwatch};
use crate::control::{self, Reading, Renderer};
use crate::engine::delivery::Outgoing;
use crate::engine::log::{Passage, What};
use crate::engine::signature::Received;
use crate::kit::http::Response;
use crate::kit::time::Timestamp;
use crate::sandbox::Verdict;

/// Entries of the log in which something other than a request is looked for. Among more of them there may be one.
const ENTRIES_MAX: usize = 1_000;

impl Driver {
    /// When it was made, in microseconds; no other sandbox was made then.
    pub fn born(&self) -> u64 {
        self.born
    }

    /// Whether it was deleted.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// The verdict on the signature of a webhook that this sandbox sends to that path of this server.
    pub fn verdict(&self, path: &str, outgoing: &Outgoing) -> Verdict {
        let date = Stopwatch::date();
        let sandbox = self.lock();
        let (headers, body, now) = (&outgoing.headers, &outgoing.body, sandbox.world().core.now);
        sandbox.world().judge(&Received { url: Some(path), headers, body, now, date })
    }

    /// How many requests it has heard that can have changed what pages show. Not all that an action changes is an entry of the log.
    pub fn stirred(&self) -> u64 {
        self.stirred.load(Ordering::Acquire)
    }

    /// A page is open from now on, and hears of changes.
    pub fn open_page(&self) {
        self.pages_open.fetch_add(1, Ordering::AcqRel);
    }

    /// A page is closed.
    pub fn close_page(&self) {
        self.pages_open.fetch_sub(1, Ordering::AcqRel);
    }

    /// Whether a page hears of changes.
    pub fn has_open_page(&self) -> bool {
        0 < self.pages_open.load(Ordering::Acquire)
    }

    /// Whether the log holds more behind that place than requests and their answers.
    pub fn has_happened_since(&self, place: u64) -> bool {
        let is_more = |it: Passage<'_>| !matches!(it, Passage::Entry(it) if matches!(it.what, What::Request(_) | What::Answered(_)));
        let sandbox = self.lock();
        let behind = sandbox.world().core.log.after(place).take(ENTRIES_MAX + 1);
        behind.enumerate().any(|(count, (_, it))| count == ENTRIES_MAX || is_more(it))
    }

    /// The simulated clock as it is now.
    pub fn clock(&self) -> Json {
        let uptime = self.stopwatch.uptime();
        control::ticking(self.lock().world(), uptime)
    }

    /// Shows texts about this sandbox without secrets, for a log. It is costly: ask only when a log is on.
    pub fn renderer(&self) -> Renderer {
        Renderer::of(self.lock().world())
    }

    /// Adds this sandbox's time and name to an answer that the edge has made itself.
    pub fn stamped(&self, response: Response) -> Response {
        self.lock().stamped_at(self.stopwatch.uptime(), response)
    }

    /// A look at the clock. What is read later has a later real time.
    pub fn reading(&self) -> Reading {
        let sandbox = self.lock();
        Reading::of(sandbox.world(), self.stopwatch.uptime())
    }

    /// Waits until something has happened.
    pub fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Something has happened: tells those who wait for it.
    pub(super) fn wake_waiting(self: &Arc<Self>) {
        self.changed.notify_waiters();
        self.outside.loopback.feed.note(self);
    }
}

/// A moment in microseconds that is given out once.
pub(super) fn own_moment(now: Timestamp) -> u64 {
    static LATEST: AtomicU64 = AtomicU64::new(0);
    let now = u64::try_from(now.as_microsecond()).unwrap_or(0);
    let after = |latest: u64| now.max(latest + 1);
    let latest = LATEST.fetch_update(Ordering::AcqRel, Ordering::Acquire, |it| Some(after(it)));
    latest.map_or(now, after)
}
