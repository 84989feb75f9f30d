//! A walk through time that a caller asked for: how far it goes, what it has met, and what is answered at its end.

use super::log::{Log, WalkReport};
use crate::kit::time::{Duration, Timestamp, Uptime};

/// Steps of the agenda in one walk.
pub const STEPS_MAX: u64 = 1_000_000;
/// Attempts in one walk.
pub const DELIVERIES_MAX: u64 = 100_000;
/// Steps and attempts at one instant: a receiver that causes its own next webhook stands still for ever.
pub const INSTANT_MAX: u64 = 10_000;
/// Real time of one walk.
pub const REAL_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(60);
/// Without `limit`, `idle` and its kin look this far.
pub const LIMIT: Duration = Duration::from_hours(30 * 24);

/// Where a walk ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// At that moment.
    Time(Timestamp),
    /// After the next thing that is due, but not past that moment.
    Next(Timestamp),
    /// When nothing is left to come, but not past that moment.
    Idle(Timestamp),
    /// After the next attempt of a webhook, but not past that moment.
    Delivery(Timestamp),
}

impl Until {
    /// The moment that the walk never passes.
    pub const fn limit(self) -> Timestamp {
        match self {
            Self::Time(at) | Self::Next(at) | Self::Idle(at) | Self::Delivery(at) => at,
        }
    }
}

/// A walk under way.
#[derive(Clone, Debug)]
pub struct Walk {
    pub from: Timestamp,
    pub until: Until,
    pub started: Uptime,
    pub steps: u64,
    /// The instant at which it stands, and what has happened there.
    instant: (Timestamp, u64),
    /// What it has met.
    pub report: WalkReport,
    /// A bound was hit before the end was reached.
    pub incomplete: bool,
}

impl Walk {
    /// One that begins now; its report begins with the log's entry of that sequence number.
    pub fn new(from: Timestamp, until: Until, started: Uptime, sequence: u64) -> Self {
        let report = WalkReport::new(sequence);
        Self { from, until, started, steps: 0, instant: (from, 0), report, incomplete: false }
    }

    /// A step is taken.
    pub fn stepped(&mut self) {
        self.steps += 1;
        self.instant.1 += 1;
    }

    /// The walk stands there now.
    pub fn stands_at(&mut self, now: Timestamp) {
        if self.instant.0 < now {
            self.instant = (now, 0);
        }
    }

    /// Reads what was logged since the last time.
    pub fn read(&mut self, log: &Log) {
        self.instant.1 += self.report.read(log);
    }

    /// Whether one of the bounds of a walk is reached.
    pub fn is_exhausted(&self, uptime: Uptime) -> bool {
        let took = uptime.elapsed.saturating_sub(self.started.elapsed);
        let bounds = self.steps >= STEPS_MAX || self.instant.1 >= INSTANT_MAX;
        bounds || self.report.deliveries_total >= DELIVERIES_MAX || took >= REAL_TIME_MAX
    }
}
