//! A sandbox comes to this replica: snapshot, then inputs, then on.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::database::History;
use super::service::Replicas;
use super::tenure::Fence;
use crate::control::sandboxes;
use crate::edge::driver::Stopwatch;
use crate::edge::keeping::{NotKept, Settings};
use crate::edge::registry::Hosted;
use crate::kit::http::Response;
use crate::kit::time::Timestamp;
use crate::sandbox::history::Restored;

impl Replicas {
    /// Restores a sandbox that belongs to this replica by that fence. `None`: it does not exist.
    pub(super) async fn restore(&self, name: &str, fence: Fence) -> Result<Option<Arc<Hosted>>, Response> {
        let away = |why: super::connecting::Trouble| NotKept::because(format!("the database is away ({why})")).refusal();
        let Some(history) = self.database.read(name).await.map_err(away)? else { return Ok(None) };
        let now = Stopwatch::start().uptime().date;
        let ttl = history.ttl.and_then(|it| it.try_into().ok());
        let is_over = history.ttl.is_some_and(|it| history.used.checked_add(it).is_ok_and(|at| at <= now));
        // Without a beginning its maker has died before it was kept, and has told its caller nothing.
        if history.base.is_empty() || is_over {
            self.database.delete(name, fence).await.map_err(away)?;
            return Ok(None);
        }
        let (made, used) = (history.made, history.used);
        self.keeper.goes_on(name, fence, history.lines.len());
        let created_at = Timestamp::from_microsecond(made).unwrap_or(now);
        let restored = self.play(name, history).await?;
        let inputs = restored.inputs();
        let settings = Settings { name: name.to_owned(), life: fence.0.cast_unsigned(), created_at, ttl, unnamed: 0 };
        let Some(registry) = self.registry() else { return Ok(None) };
        let hosted = registry.take_over(restored, settings, used);
        self.counts.restored.fetch_add(1, Ordering::Relaxed);
        tracing::info!(sandbox = name, kind = "moved", inputs, fence = fence.0, "the sandbox was restored and goes on here");
        Ok(Some(hosted))
    }

    /// Plays what is kept, on a thread of its own.
    async fn play(&self, name: &str, history: History) -> Result<Restored, Response> {
        let play = move || {
            let lines = history.lines.split(|it| *it == b'\n').filter(|it| !it.is_empty());
            Restored::read(&history.base, history.first, lines)
        };
        let played = tokio::task::spawn_blocking(play).await.unwrap_or_else(|why| Err(why.to_string()));
        played.map_err(|why| {
            self.pass_over(name);
            tracing::error!(sandbox = name, kind = "store", "the sandbox cannot be restored: {why}");
            sandboxes::not_restored(name, &why).render()
        })
    }
}
