//! A sandbox comes to this replica: snapshot, then inputs, then on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;

use super::connecting::{Trouble, in_long_time, in_time};
use super::database::{Claimed, History};
use super::service::Replicas;
use super::tenure::Fence;
use crate::control::sandboxes;
use crate::edge::keeping::{NotKept, Settings};
use crate::edge::registry::Hosted;
use crate::kit::http::Response;
use crate::kit::time::Timestamp;
use crate::sandbox::history::Restored;

/// How long a sandbox that could not be restored is not tried again without a request.
const REST: Duration = Duration::from_secs(60);
/// Sandboxes that are not tried for a time: further ones are tried at each look.
const RESTING_MAX: usize = 1_000;

/// Sandboxes whose histories could not be played, and until which uptime each is left alone.
#[derive(Default)]
pub struct Unrestored(Mutex<BTreeMap<String, Duration>>);

impl Unrestored {
    /// One could not be restored now.
    fn add(&self, name: &str, now: Duration) {
        let mut all = self.0.lock();
        all.retain(|_, until| now < *until);
        if all.len() < RESTING_MAX {
            all.insert(name.to_owned(), now + REST);
        }
    }

    /// Those that are not to be tried without a request.
    pub fn resting(&self, now: Duration) -> Vec<String> {
        self.0.lock().iter().filter(|it| now < *it.1).map(|it| it.0.clone()).collect()
    }

    /// Whether one could not be restored lately.
    pub fn has(&self, name: &str) -> bool {
        self.0.lock().contains_key(name)
    }
}

impl Replicas {
    /// Deletes a sandbox that cannot be restored: nothing else can be done with it. `false`: another replica has it, or it is gone.
    pub(super) async fn discard(&self, name: &str) -> Result<bool, Trouble> {
        let claimed = name.to_owned();
        let Claimed::Granted(fence) = self.ask(|it| async move { it.claim(&claimed).await }).await? else { return Ok(false) };
        let deleted = name.to_owned();
        let is_done = self.ask(|it| async move { it.delete(&deleted, fence).await }).await?;
        self.unrestored.0.lock().remove(name);
        Ok(is_done)
    }

    /// Restores a sandbox that belongs to this replica by that fence. `None`: it does not exist.
    pub(super) async fn restore(&self, name: &str, fence: Fence) -> Result<Option<Arc<Hosted>>, Response> {
        let away = |why: Trouble| NotKept::because(format!("the database is away ({why})")).refusal();
        let Some(history) = in_long_time(self.database.read(name)).await.map_err(away)? else { return Ok(None) };
        let now = history.now;
        let ttl = history.ttl.and_then(|it| it.try_into().ok());
        let is_over = history.ttl.is_some_and(|it| history.used.checked_add(it).is_ok_and(|at| at <= now));
        // Without a beginning its maker has died before it was kept, and has told its caller nothing.
        if history.base.is_empty() || is_over {
            in_time(self.database.delete(name, fence)).await.map_err(away)?;
            return Ok(None);
        }
        let (made, used) = (history.made, self.database.by_own_clock(history.used));
        let bytes = history.lines.len();
        let created_at = Timestamp::from_microsecond(made).unwrap_or(now);
        let restored = self.play(name, history).await?;
        self.keeper.goes_on(name, fence, bytes);
        let inputs = restored.inputs();
        let settings = Settings { name: name.to_owned(), life: fence.0.cast_unsigned(), created_at, ttl, unnamed: 0 };
        let Some(registry) = self.registry() else { return Ok(None) };
        let hosted = registry.take_over(restored, settings, used);
        self.counts.restored.fetch_add(1, Ordering::Relaxed);
        tracing::info!(sandbox = name, kind = "moved", inputs, fence = fence.0, "the sandbox was restored and goes on here");
        Ok(Some(hosted))
    }

    async fn play(&self, name: &str, history: History) -> Result<Restored, Response> {
        history.played().await.map_err(|why| {
            tracing::error!(sandbox = name, kind = "store", "the sandbox cannot be restored: {why}");
            self.unrestored.add(name, self.stopwatch.elapsed());
            sandboxes::not_restored(name, &why).render()
        })
    }
}

impl History {
    /// Plays it, on a thread of its own.
    ///
    /// # Errors
    /// A sentence: it does not give the sandbox as it was.
    pub(super) async fn played(self) -> Result<Restored, String> {
        let play = move || {
            let lines = self.lines.split(|it| *it == b'\n').filter(|it| !it.is_empty());
            Restored::read(&self.base, self.first, lines)
        };
        tokio::task::spawn_blocking(play).await.unwrap_or_else(|why| Err(why.to_string()))
    }
}
