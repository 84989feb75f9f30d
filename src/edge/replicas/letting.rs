//! Sandboxes that this replica lets go, because they could not be kept or restored.

use std::sync::Arc;
use std::time::Duration;

use super::service::Replicas;
use super::tenure::Fence;
use crate::edge::keeping::Settings;

/// For so long the timers of a sandbox are passed over that could not be restored: another version may serve it by then.
const PASSED_OVER: Duration = Duration::from_secs(60);
/// How soon the database is told again what it could not be told.
const AGAIN: Duration = Duration::from_secs(1);

impl Replicas {
    /// A sandbox that could not be kept does not come to be: its name is free again, as soon as the database can be told.
    pub fn give_back(self: &Arc<Self>, settings: Settings) {
        let (name, fence) = (settings.name, Fence(settings.life.cast_signed()));
        let own = Arc::downgrade(self);
        self.runtime.spawn(async move {
            // If this server ends before, another deletes what has no beginning.
            while let Some(replicas) = own.upgrade() {
                // Another that has taken it over keeps it.
                if replicas.database.delete(&name, fence).await.is_ok() {
                    replicas.unborn.lock().remove(&fence);
                    return;
                }
                drop(replicas);
                tokio::time::sleep(AGAIN).await;
            }
        });
    }

    /// A sandbox could not be restored: its timers do not keep those of others waiting.
    pub(super) fn pass_over(&self, name: &str) {
        self.unplayable.lock().insert(name.to_owned(), self.stopwatch.elapsed() + PASSED_OVER);
    }

    /// Sandboxes whose timers are passed over now.
    pub(super) fn passed_over(&self) -> Vec<String> {
        let now = self.stopwatch.elapsed();
        let mut unplayable = self.unplayable.lock();
        unplayable.retain(|_, until| now < *until);
        unplayable.keys().cloned().collect()
    }

    /// A sandbox that was made is kept.
    pub fn is_born(&self, settings: &Settings) {
        self.unborn.lock().remove(&Fence(settings.life.cast_signed()));
    }

    /// What is here of a sandbox was lost, and its row is still that of this replica: it is let go, so that its timers go on with whoever
    /// takes it.
    pub(super) fn let_go(self: &Arc<Self>, name: String, fence: Fence) {
        if self.unborn.lock().contains(&fence) {
            return;
        }
        let own = Arc::downgrade(self);
        self.runtime.spawn(async move {
            while let Some(replicas) = own.upgrade() {
                if replicas.database.release(&[&name], &[fence.0]).await.is_ok() {
                    return;
                }
                drop(replicas);
                tokio::time::sleep(AGAIN).await;
            }
        });
    }
}
