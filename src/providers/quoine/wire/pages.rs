//! What the payer's page writes.

use crate::kit::time::{Duration, Timestamp};

/// `29:59`: minutes and seconds until then; a begun second counts.
pub fn countdown(now: Timestamp, until: Timestamp) -> String {
    let left = until.duration_since(now).max(Duration::ZERO);
    let seconds = left.as_secs() + i64::from(0 < left.subsec_nanos());
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
