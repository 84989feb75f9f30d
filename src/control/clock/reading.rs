//! What the clock of a sandbox shows at a moment of real time, and at which pace it goes on: all that follows it elsewhere needs.

use serde_json::{Value as Json, json};

use super::name_and_rate;
use crate::control::Problem;
use crate::control::call::Call;
use crate::control::events::Stream;
use crate::control::input::Input;
use crate::engine::clock::{Clock, Rate};
use crate::engine::world::World;
use crate::kit::http::Request;
use crate::kit::time::{Duration, Timestamp, Uptime};

/// A running clock that differs less than this from what followed from an older reading was not set. Rounding at odd rates, such as 0.37,
/// can take a nanosecond each time at which the clock begins to count anew.
const SLACK: Duration = Duration::from_millis(1);

/// One look at the clock.
#[derive(Clone, Debug)]
pub struct Reading {
    clock: Clock,
    now: Timestamp,
    uptime: Uptime,
}

impl Reading {
    /// The clock at this uptime.
    pub fn of(world: &World, uptime: Uptime) -> Self {
        let clock = world.core.clock.clone();
        Self { now: clock.at(uptime).max(world.core.now), clock, uptime }
    }

    /// The simulated moment.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The simulated time that passes in real time: none while the clock stands, also during a walk.
    pub fn pace(&self) -> Rate {
        self.clock.pace()
    }

    /// Whether the clock stands.
    pub fn stands(&self) -> bool {
        self.clock.stands()
    }

    /// Whether the older reading leads to another time or another pace than this one: the clock was set, has moved by more than the time
    /// that has passed, or has changed its mode.
    pub fn is_news_after(&self, older: &Self) -> bool {
        let expected = older.clock.at(self.uptime).max(older.now);
        let gap = self.now.duration_since(expected).abs();
        let slack = if self.stands() { Duration::ZERO } else { SLACK };
        self.clock.mode() != older.clock.mode() || self.stands() != older.stands() || slack < gap
    }

    /// As the stream of the clock tells it.
    pub fn render(&self) -> Json {
        let mode = name_and_rate(self.clock.mode()).0;
        json!({"now": self.now, "mode": mode, "rate": self.pace().number(), "at_real": self.uptime.date})
    }
}

/// `GET /__admin/clock/stream`.
pub fn watch(call: &Call, request: &Request) -> Result<Stream, Problem> {
    Input::query(call, request).map(|_| Stream::Clock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock::Mode;

    fn after(micros: u64) -> Uptime {
        Uptime { elapsed: std::time::Duration::from_micros(micros), ..Uptime::START }
    }

    fn reading(clock: &Clock, uptime: Uptime) -> Reading {
        Reading { now: clock.at(uptime), clock: clock.clone(), uptime }
    }

    #[test]
    fn time_that_passes_is_no_news_and_all_else_is() {
        let (noon, second) = (Timestamp::UNIX_EPOCH, 1_000_000);
        let slow = Mode::Scaled(Rate::parse("0.37").expect("a rate"));
        let mut clock = Clock::new(slow, noon, after(0));
        let first = reading(&clock, after(0));
        for part in 1..=1_000 {
            clock.settle(after(part * 333));
        }
        assert!(!reading(&clock, after(second)).is_news_after(&first), "rounding does not count as news");
        clock.hold(after(second));
        let held = reading(&clock, after(second));
        assert!(held.is_news_after(&first), "a walk stops the time");
        assert_eq!(held.pace().millionths, 0);
        clock.step_to(clock.at(after(second)) + Duration::from_nanos(1));
        assert!(reading(&clock, after(second)).is_news_after(&held), "each step of it counts");
        let before = reading(&clock, after(second));
        clock.release(after(2 * second));
        assert!(reading(&clock, after(2 * second)).is_news_after(&before), "time goes on");
        let before = reading(&clock, after(2 * second));
        clock.set_mode(Mode::Real, after(2 * second));
        assert!(reading(&clock, after(2 * second)).is_news_after(&before), "the mode is another");
        let before = reading(&clock, after(2 * second));
        assert!(!reading(&clock, after(90 * second)).is_news_after(&before));
    }
}
