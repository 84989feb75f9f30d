//! The end of sandboxes that nothing uses.

use std::sync::{Arc, Weak};

use super::Registry;
use crate::kit::time::Timestamp;

impl Registry {
    /// Deletes what nothing has used for its time to live. The next moment at which one may expire.
    pub(super) fn delete_expired(&self, now: Timestamp) -> Option<Timestamp> {
        let all = self.all();
        let (expired, rest): (Vec<_>, Vec<_>) =
            all.iter().filter_map(|it| Some((it.driver.name(), it.expires_at(now)?))).partition(|it| it.1 <= now);
        for (name, _) in expired {
            // It can have been used meanwhile.
            self.forget(name, |it| it.expires_at(now).is_some_and(|at| at <= now));
        }
        rest.into_iter().map(|it| it.1).min()
    }
}

/// Deletes sandboxes whose time to live has ended, until the registry is dropped.
pub(super) async fn expire(registry: Weak<Registry>) {
    /// Without a sandbox that expires, the registry is looked after again so late.
    const PAUSE: std::time::Duration = std::time::Duration::from_secs(60);
    loop {
        let Some(registry) = registry.upgrade() else { return };
        let now = registry.hosting.stopwatch.uptime().date;
        let next = registry.delete_expired(now).map_or(PAUSE, |at| at.duration_since(now).unsigned_abs().min(PAUSE));
        let changed = Arc::clone(&registry.changed);
        drop(registry); // its owner may drop it meanwhile
        tokio::select! {
            () = tokio::time::sleep(next) => {}
            () = changed.notified() => {}
        }
    }
}
