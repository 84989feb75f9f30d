//! What runs short on this machine, said on standard error: once a minute for each thing, so that a flood of connections is
//! not a flood of lines.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use parking_lot::Mutex;

use super::driver::Stopwatch;
use crate::kit::webhook_url::Place;

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
    /// Every connection that the server may have for webhooks is open.
    Webhooks,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    Shortage(Shortage),
    /// Every connection that one host and port may have is open.
    Target(Place),
    /// The file with the time for libfaketime cannot be written.
    FaketimeFile,
}

impl From<Shortage> for About {
    fn from(it: Shortage) -> Self {
        Self::Shortage(it)
    }
}

impl From<Place> for About {
    fn from(it: Place) -> Self {
        Self::Target(it)
    }
}

/// Says what runs short: as a warning in the log or, when nothing is logged, as a line on standard error.
pub struct Notices {
    stopwatch: Stopwatch,
    /// When each was said within the last minute, as uptime.
    said: Mutex<BTreeMap<About, Duration>>,
}

impl Notices {
    pub fn new(stopwatch: Stopwatch) -> Self {
        Self { stopwatch, said: Mutex::default() }
    }

    /// The duration since the server has started.
    pub fn elapsed(&self) -> Duration {
        self.stopwatch.uptime().elapsed
    }

    /// Says what is short and what to do about it, unless that was said within the last minute.
    pub fn say(&self, about: impl Into<About>, text: impl FnOnce() -> String) {
        if !self.is_due(about.into(), self.elapsed()) {
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

    fn is_due(&self, about: About, now: Duration) -> bool {
        let mut said = self.said.lock();
        said.retain(|_, it| now < *it + INTERVAL);
        let is_due = !said.contains_key(&about);
        if is_due {
            said.insert(about, now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::webhook_url::WebhookUrl;

    #[test]
    fn the_same_thing_is_said_once_a_minute() {
        let notices = Notices::new(Stopwatch::start());
        let due = |shortage: Shortage, second| notices.is_due(shortage.into(), Duration::from_secs(second));
        assert_eq!([due(Shortage::Bodies, 0), due(Shortage::Bodies, 59), due(Shortage::Connections, 59)], [true, false, true]);
        assert_eq!([due(Shortage::Bodies, 60), due(Shortage::Bodies, 61)], [true, false]);
        let place = |url: &str| WebhookUrl::parse(url).expect(url).place();
        let due = |url, second| notices.is_due(place(url).into(), Duration::from_secs(second));
        assert_eq!([due("http://a.test/1", 61), due("http://a.test/2", 62), due("http://b.test/", 62)], [true, false, true]);
        assert!(due("http://c.test/", 200) && notices.said.lock().len() == 1, "what is due again is forgotten");
    }
}
