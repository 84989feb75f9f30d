//! What runs short on this machine, said on standard error: once a minute for each thing, so that a flood of connections is
//! not a flood of lines.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use parking_lot::Mutex;

use super::driver::Stopwatch;

/// Between two lines about the same thing.
const INTERVAL: Duration = Duration::from_secs(60);

/// What can run short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shortage {
    /// Every connection that the server may have is open.
    Connections,
    /// The process, or the machine, has no file descriptor left.
    Descriptors,
    /// The bodies that are being read have reached their bound.
    Bodies,
    /// The answers that wait to be read have reached their bound.
    Answers,
    /// The machine has no port left for one more connection to a receiver.
    Ports,
    /// The machine has no memory for one more connection to a receiver.
    Memory,
}

/// Says what runs short: as a warning in the log or, when nothing is logged, as a line on standard error.
pub struct Notices {
    stopwatch: Stopwatch,
    /// When each was said last, as uptime.
    said: Mutex<BTreeMap<Shortage, Duration>>,
}

impl Notices {
    pub fn new(stopwatch: Stopwatch) -> Self {
        Self { stopwatch, said: Mutex::default() }
    }

    /// Says what is short and what to do about it, unless that was said within the last minute.
    pub fn say(&self, shortage: Shortage, text: impl FnOnce() -> String) {
        if !self.is_due(shortage, self.stopwatch.uptime().elapsed) {
            return;
        }
        let text = text();
        if tracing::enabled!(tracing::Level::WARN) {
            tracing::warn!("{text}");
        } else {
            // A standard error that cannot be written to is not worth the end of the server.
            _ = writeln!(std::io::stderr().lock(), "playmoney: {text}");
        }
    }

    fn is_due(&self, shortage: Shortage, now: Duration) -> bool {
        let mut said = self.said.lock();
        let is_due = said.get(&shortage).is_none_or(|it| *it + INTERVAL <= now);
        if is_due {
            said.insert(shortage, now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_is_said_once_a_minute() {
        let notices = Notices::new(Stopwatch::start());
        let due = |shortage, second| notices.is_due(shortage, Duration::from_secs(second));
        assert_eq!([due(Shortage::Bodies, 0), due(Shortage::Bodies, 59), due(Shortage::Connections, 59)], [true, false, true]);
        assert_eq!([due(Shortage::Bodies, 60), due(Shortage::Bodies, 61)], [true, false]);
    }
}
