//! The clock of the outside.

use crate::kit::time::{Timestamp, Uptime};

/// The only clock that is read: the duration since the start of the process, and the real date.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "the edge tells the core the time")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The duration since the start of the process.
    pub fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }

    /// The present moment outside.
    #[expect(clippy::disallowed_methods, reason = "the edge tells the core the time")]
    pub fn uptime(self) -> Uptime {
        Uptime { elapsed: self.0.elapsed(), date: Timestamp::now() }
    }
}

impl super::Driver {
    /// The time since the server has started.
    pub fn uptime(&self) -> Uptime {
        self.stopwatch.uptime()
    }
}
