//! Says on standard error how far an import is: on a terminal each line over the one before it, elsewhere a line now and then.

use std::io::IsTerminal;
use std::time::Duration;

use crate::cli::output::{tell, tell_count};
use crate::edge::driver::Stopwatch;

/// Without a terminal each line stays, so few are written.
const PAUSE: Duration = Duration::from_secs(10);

/// How far an import is.
pub struct Progress {
    stopwatch: Stopwatch,
    is_terminal: bool,
    said_at: Duration,
}

impl Progress {
    /// It begins now.
    pub fn start() -> Self {
        Self { stopwatch: Stopwatch::start(), is_terminal: std::io::stderr().is_terminal(), said_at: Duration::ZERO }
    }

    /// This number of all lines has been followed.
    pub fn say(&mut self, followed: usize, all: usize) {
        let text = || format!("{followed} of {all} lines are followed");
        let now = self.stopwatch.elapsed();
        if self.is_terminal {
            tell_count(&text());
        } else if PAUSE <= now.saturating_sub(self.said_at) {
            self.said_at = now;
            tell(format!("playmoney: {}", text()));
        }
    }
}

/// The count goes, so that what is said next stands on a line of its own.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_terminal {
            tell_count("");
        }
    }
}
