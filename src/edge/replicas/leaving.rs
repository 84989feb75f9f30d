//! Sandboxes leave this replica: they could not be kept, or are handed over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::connecting::in_time;
use super::service::Replicas;
use super::tenure::Fence;
use crate::edge::driver::Stopwatch;
use crate::edge::keeping::Settings;
use crate::edge::registry::Hosted;

/// For how long a replica that stops takes snapshots of its sandboxes.
const LAST_SNAPSHOTS: Duration = Duration::from_secs(3);

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
                if in_time(replicas.database.delete(&name, fence)).await.is_ok() {
                    replicas.unborn.lock().remove(&fence);
                    return;
                }
                drop(replicas);
                tokio::time::sleep(AGAIN).await;
            }
        });
    }

    /// A sandbox that was made is kept.
    pub fn is_born(&self, settings: &Settings) {
        self.unborn.lock().remove(&Fence(settings.life.cast_signed()));
    }

    /// This replica has lost what it had of a sandbox, and still owns its row. It gives the row up, so that another can take the sandbox
    /// and its timers go on.
    pub(super) fn let_go(self: &Arc<Self>, name: String, fence: Fence) {
        if self.unborn.lock().contains(&fence) {
            return;
        }
        let own = Arc::downgrade(self);
        self.runtime.spawn(async move {
            while let Some(replicas) = own.upgrade() {
                if in_time(replicas.database.release(&[&name], &[fence.0])).await.is_ok() {
                    return;
                }
                drop(replicas);
                tokio::time::sleep(AGAIN).await;
            }
        });
    }

    /// Hands a sandbox over, when all that it has heard is kept.
    pub(super) async fn hand_over(&self, name: &str, fence: Fence) {
        let hosted = self.registry().and_then(|it| it.hosted(name));
        if let Some(track) = hosted.as_deref().and_then(|it: &Hosted| it.driver.track()) {
            self.keeper.leave(track).await;
        }
        self.drop_sandbox(name, fence);
    }

    /// Takes a snapshot of a sandbox here, if no call is under way: its next owner has little to play, also one of another version.
    async fn take_snapshot(&self, name: &str) {
        let Some(driver) = self.registry().and_then(|it| it.find(name)) else { return };
        // A thread that cannot be had means no snapshot.
        _ = tokio::task::spawn_blocking(move || _ = driver.take_snapshot()).await;
    }

    /// Hands all sandboxes over. New ones are refused from now on.
    pub async fn drain(self: &Arc<Self>) {
        let names = self.desk.lock().drain();
        let count = names.len();
        self.sum_up_all().await;
        let begun = Stopwatch::start();
        let leaving = names.into_iter().map(|name| {
            let own = Arc::clone(self);
            self.runtime.spawn(async move {
                if begun.elapsed() < LAST_SNAPSHOTS {
                    own.take_snapshot(&name).await;
                }
                let left = own.desk.lock().leave(&name);
                if let Some(fence) = left {
                    own.hand_over(&name, fence).await;
                }
            })
        });
        for it in leaving.collect::<Vec<_>>() {
            _ = it.await;
        }
        self.has_left.store(true, Ordering::Release);
        if let Err(why) = self.ask(|it| async move { it.resign().await }).await {
            tracing::warn!(kind = "store", "the end of this replica is not told: {why}");
        }
        tracing::info!(kind = "store", sandboxes = count, "all sandboxes are handed over");
    }
}
