//! The clock of the outside.

use std::time::{Duration, Instant};

use crate::kit::time::{Timestamp, Uptime};

/// The only clock that is read: the duration since the start of the process, and the real date.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    started: Instant,
    /// What had passed before: a sandbox that another process has had goes on as if that one had slept.
    before: Duration,
}

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "the edge tells the core the time")]
    pub fn start() -> Self {
        Self { started: Instant::now(), before: Duration::ZERO }
    }

    /// Goes on from a moment of another process: with the real time that has passed since, and never backwards.
    pub fn continuing(latest: Uptime) -> Self {
        let started = Self::start();
        let slept = Duration::try_from(started.uptime().date.duration_since(latest.date)).unwrap_or_default();
        Self { before: latest.elapsed.saturating_add(slept), ..started }
    }

    /// The duration since the start of the process, and of those before it.
    pub fn elapsed(self) -> Duration {
        self.before.saturating_add(self.started.elapsed())
    }

    /// The real date.
    #[expect(clippy::disallowed_methods, reason = "the edge tells the core the time")]
    pub fn date() -> Timestamp {
        Timestamp::now()
    }

    /// The present moment outside.
    pub fn uptime(self) -> Uptime {
        Uptime { elapsed: self.elapsed(), date: Self::date() }
    }
}

impl super::Driver {
    /// The time since the server has started.
    pub fn uptime(&self) -> Uptime {
        self.stopwatch.uptime()
    }
}
