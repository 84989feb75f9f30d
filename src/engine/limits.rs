//! How often an account may call: up to a number of calls in a window, which begins with the first of them.

use serde::{Deserialize, Serialize};

use super::tables::Limit;

/// The present window of one account, and the calls in it. It ends on a whole second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    begun: Option<i64>,
    calls: u32,
}

/// The state of a limit after one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub calls_max: u32,
    pub remaining: u32,
    /// When the window ends, seconds since 1970.
    pub reset: i64,
    /// The limit had been reached before this call.
    pub is_exceeded: bool,
}

impl Window {
    /// Counts a call in that second, unless the limit has been reached.
    pub fn count(&mut self, second: i64, limit: Limit) -> Count {
        let begun = self.begun_by(second, limit);
        if self.begun != Some(begun) {
            *self = Self { begun: Some(begun), calls: 0 };
        }
        let is_exceeded = limit.calls_max <= self.calls;
        self.calls += u32::from(!is_exceeded);
        let remaining = limit.calls_max.saturating_sub(self.calls);
        Count { calls_max: limit.calls_max, remaining, reset: begun.saturating_add(limit.window.as_secs()), is_exceeded }
    }

    /// The count for a call beyond the limit in that second.
    pub fn exhausted(&self, second: i64, limit: Limit) -> Count {
        let reset = self.begun_by(second, limit).saturating_add(limit.window.as_secs());
        Count { calls_max: limit.calls_max, remaining: 0, reset, is_exceeded: true }
    }

    /// The second at which the window of this second began; a new window begins when the last one is over.
    fn begun_by(&self, second: i64, limit: Limit) -> i64 {
        self.begun.filter(|it| second < it.saturating_add(limit.window.as_secs())).unwrap_or(second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::evidence::Evidence;
    use crate::kit::time::Duration;

    #[test]
    fn i18_a_window_ends_to_the_second() {
        let limit = Limit { error: "rate_limited", calls_max: 2, window: Duration::from_secs(10), evidence: Evidence::Assumed("a test") };
        let mut window = Window::default();
        let mut count = |second| {
            let Count { remaining, reset, is_exceeded, .. } = window.count(second, limit);
            (remaining, reset, is_exceeded)
        };
        assert_eq!([count(5), count(7), count(14)], [(1, 15, false), (0, 15, false), (0, 15, true)]);
        assert_eq!([count(15), count(24), count(25)], [(1, 25, false), (0, 25, false), (1, 35, false)]);
        assert_eq!(window.exhausted(30, limit).reset, 35);
        assert_eq!(window.exhausted(35, limit).reset, 45);
        assert_eq!(window.count(34, limit).remaining, 0, "`exhausted` counts no call");
    }
}
