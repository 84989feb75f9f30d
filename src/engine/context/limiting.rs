//! How calls are counted under a provider's limit.

use super::Context;
use crate::engine::limits::{Count, Window};
use crate::engine::tables::Limit;
use crate::engine::tables::settings::RATE_LIMIT;
use crate::kit::time::unix_seconds;

impl Context<'_> {
    /// Counts a call of an account under its provider's limit. `false`: the limit is exceeded, and the call is refused.
    pub fn admits(&mut self, account: &str) -> bool {
        let limit = self.contract().limit;
        self.count_call(account, limit).is_none_or(|it| !self.is_refused(account, limit, it))
    }

    /// Counts a call, unless the account's limit is off.
    pub fn count_call(&mut self, account: &str, limit: Limit) -> Option<Count> {
        if self.limit_mode(account) == "off" {
            return None;
        }
        let second = unix_seconds(self.now());
        Some(self.account_mut(account)?.calls.count(second, limit))
    }

    /// The count for a call beyond the limit at this moment, counted or not.
    pub fn exhausted(&self, account: &str, limit: Limit) -> Count {
        self.account(account).map_or(Window::default(), |it| it.calls).exhausted(unix_seconds(self.now()), limit)
    }

    /// Whether such a call is refused; then a hint tells the caller what to do.
    pub fn is_refused(&mut self, account: &str, limit: Limit, count: Count) -> bool {
        let refused = count.is_exceeded && self.limit_mode(account) == "enforce";
        if refused {
            self.hint_at(limit);
        }
        refused
    }

    /// Adds a hint about a limit to the answer.
    pub fn hint_at(&mut self, limit: Limit) {
        let advance = if self.time_stands() { format!(", advance the clock by {:#},", limit.window) } else { String::new() };
        let Limit { calls_max, window, .. } = limit;
        let hint = format!(
            "{calls_max} calls in {window:#} of simulated time are the limit: \
             wait until it resets{advance} or set the account's `rate_limit` to `off`"
        );
        self.trace.hint = Some(hint.into());
    }

    /// `off`, `headers` or `enforce`; a provider may have its own default.
    fn limit_mode(&self, account: &str) -> &str {
        let row = self.contract().setting(RATE_LIMIT.name).unwrap_or(&RATE_LIMIT);
        self.account(account).and_then(|it| it.text(row)).unwrap_or("off")
    }
}
