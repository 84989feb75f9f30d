//! Merchants: who they are, and how often they have called in the present hour.

use serde::{Deserialize, Serialize};

/// Merchants of one sandbox, the one that it begins with included.
pub const MERCHANTS_MAX: usize = 1_000;
/// A window of the rate limit, from the first call in it.
pub const WINDOW_SECS: i64 = 3_600;

/// One merchant: the user of the API, whose number is the user's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Merchant {
    pub account: String,
    pub username: Box<str>,
    pub email: Box<str>,
    pub shop_name: Box<str>,
    /// How many tokens were issued: their draws differ.
    pub tokens: u64,
    /// When the present window began, and the calls in it.
    pub window: Option<i64>,
    pub calls: u32,
}

/// What the rate limit says about one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub limit: u32,
    pub remaining: u32,
    /// When the window ends, seconds since 1970.
    pub reset: i64,
    /// The limit had been reached before this call.
    pub is_exceeded: bool,
}

impl Merchant {
    /// Counts a call in this second.
    pub fn count_call(&mut self, second: i64, limit: u32) -> Rate {
        let begun = self.window.filter(|it| second < it.saturating_add(WINDOW_SECS)).unwrap_or_else(|| {
            (self.window, self.calls) = (Some(second), 0);
            second
        });
        let is_exceeded = limit <= self.calls;
        self.calls += u32::from(!is_exceeded);
        Rate { limit, remaining: limit.saturating_sub(self.calls), reset: begun.saturating_add(WINDOW_SECS), is_exceeded }
    }
}
