//! What a server is asked to do with its sandboxes. Nothing here holds the lock of one while it works on another.

use std::sync::Arc;

use http::StatusCode;

use super::audit;
use super::driver::{Driver, LONG_CALLS, Stopwatch};
use super::keeping::refused;
use super::metrics::Snapshot;
use super::registry::{DEFAULT, Hosted, Registry};
use crate::control::Problem;
use crate::control::sandboxes::{self, Beginning, Copy, New, Wish};
use crate::kit::http::Response;
use crate::kit::time::Duration;

/// Sandboxes that are looked at before others get their turn.
const LOOKS_AT_ONCE: usize = 64;

/// How far a call about sandboxes looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of this server.
    Here,
    /// Those of all servers that have the same.
    #[cfg(feature = "postgres")]
    Everywhere,
}

/// Does it, and answers. `driver` has the sandbox that the path names.
pub async fn grant(
    registry: &Arc<Registry>,
    (driver, reach): (&Arc<Driver>, Reach),
    stopwatch: Stopwatch,
    wish: Wish,
    origin: &str,
) -> Response {
    if let Some(why) = registry.away().filter(|_| wish.changes()) {
        return why.refusal();
    }
    let looks = !wish.changes();
    let granted = match wish {
        Wish::List { limit } => list(registry, limit, reach).await,
        Wish::Replicas => replicas(registry).await,
        Wish::Show { name } => find(registry, &name).map(|it| {
            it.driver.touch();
            Response::json(StatusCode::OK, &shown(registry, &it, origin))
        }),
        Wish::Create(new) => create(registry, *new, origin).await,
        Wish::Delete { name } => delete(registry, &name).await,
        Wish::Audit(wanted) => audit::run(driver, stopwatch, *wanted).await,
        Wish::Metrics => Ok(metrics(registry).await),
        Wish::Fork(copy) => copied(registry, driver, copy).await.map(|it| sandboxes::created(shown(registry, &it, origin), None)),
    };
    // What it shows of sandboxes, or has done to them, has to be kept before it is told.
    match registry.commit().done().await {
        Err(why) if !looks => why.refusal(),
        Err(_) | Ok(()) => granted.unwrap_or_else(|it| refused(&it)),
    }
}

async fn list(registry: &Registry, limit: usize, reach: Reach) -> Result<Response, Problem> {
    let (all, mut rows) = (registry.all(), Vec::new());
    let limit_here = if reach == Reach::Here { limit } else { usize::MAX };
    for (place, it) in all.iter().take(limit_here).enumerate() {
        it.driver.look(|world| rows.push(sandboxes::row(world, it.stay(registry.now()))));
        if place % LOOKS_AT_ONCE == LOOKS_AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
    }
    #[cfg(not(feature = "postgres"))]
    let all = all.len();
    #[cfg(feature = "postgres")]
    let mut all = all.len();
    #[cfg(feature = "postgres")]
    if let (Some(replicas), Reach::Everywhere) = (registry.replicas(), reach) {
        rows = replicas.rows(rows).await?;
        all = rows.len();
    }
    rows.truncate(limit);
    let written = tokio::task::spawn_blocking(move || sandboxes::listed(&rows, all)).await;
    Ok(written.unwrap_or_else(|why| sandboxes::unread(&why.to_string()).render()))
}

/// The servers that have the same sandboxes.
#[cfg(feature = "postgres")]
async fn replicas(registry: &Registry) -> Result<Response, Problem> {
    match registry.replicas() {
        Some(it) => it.listed().await,
        None => Err(sandboxes::alone()),
    }
}

#[cfg(not(feature = "postgres"))]
#[expect(clippy::unused_async, reason = "as the other one")]
async fn replicas(_: &Registry) -> Result<Response, Problem> {
    Err(sandboxes::alone())
}

async fn copied(registry: &Registry, driver: &Arc<Driver>, copy: Copy) -> Result<Arc<Hosted>, Problem> {
    #[cfg(feature = "postgres")]
    if let Some(replicas) = registry.replicas() {
        return replicas.copy(registry, driver, copy).await;
    }
    registry.kept(registry.copy(driver, copy).await?).await
}

/// A name for a sandbox that is to be made.
#[cfg_attr(not(feature = "postgres"), expect(clippy::unused_async, reason = "a database is asked, where there is one"))]
async fn free_name(registry: &Registry, given: Option<String>) -> Result<String, Problem> {
    #[cfg(feature = "postgres")]
    if let Some(replicas) = registry.replicas() {
        return replicas.free_name(given).await;
    }
    registry.free_name(given)
}

async fn metrics(registry: &Registry) -> Response {
    let mut snapshot = Snapshot::beginning_with(registry.gone(), registry.feed().open());
    for (place, it) in registry.all().iter().enumerate() {
        it.driver.look(|world| snapshot.add(world));
        if place % LOOKS_AT_ONCE == LOOKS_AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
    }
    #[cfg(feature = "postgres")]
    if let Some(replicas) = registry.replicas() {
        snapshot.add_store(replicas.counted());
    }
    registry.threads().all().iter().for_each(|it| snapshot.add_durations(&it.durations));
    snapshot.render()
}

fn find(registry: &Registry, name: &str) -> Result<Arc<Hosted>, Problem> {
    registry.hosted(name).ok_or_else(|| sandboxes::unknown(name))
}

fn shown(registry: &Registry, hosted: &Hosted, origin: &str) -> serde_json::Value {
    let mut shown = serde_json::Value::Null;
    hosted.driver.look(|world| shown = sandboxes::shown(world, hosted.stay(registry.now()), origin));
    shown
}

async fn create(registry: &Arc<Registry>, mut new: New, origin: &str) -> Result<Response, Problem> {
    let is_given_out = new.name.is_none();
    let name = free_name(registry, new.name.take()).await?;
    let made = make(registry, new, name.clone(), origin).await;
    if is_given_out && made.is_err() {
        registry.give_back(&name);
    }
    made
}

async fn make(registry: &Arc<Registry>, new: New, name: String, origin: &str) -> Result<Response, Problem> {
    let ttl = new.ttl;
    let usual = registry.usual().clone();
    let beginning = if new.is_long() {
        let _place = LONG_CALLS.acquire().await;
        let read = tokio::task::spawn_blocking(move || new.begins(&name, &usual)).await;
        read.unwrap_or_else(|why| Err(sandboxes::unread(&why.to_string())))?
    } else {
        new.begins(&name, &usual)?
    };
    let hosted = made(registry, &beginning, ttl).await?;
    Ok(sandboxes::created(shown(registry, &hosted, origin), beginning.warnings().as_ref()))
}

async fn made(registry: &Registry, beginning: &Beginning, ttl: Option<Duration>) -> Result<Arc<Hosted>, Problem> {
    #[cfg(feature = "postgres")]
    if let Some(replicas) = registry.replicas() {
        return registry.make_shared(replicas, beginning, ttl).await;
    }
    registry.kept(registry.make(beginning, ttl)?).await
}

async fn delete(registry: &Registry, name: &str) -> Result<Response, Problem> {
    if name == DEFAULT {
        return Err(sandboxes::stays());
    }
    #[cfg(feature = "postgres")]
    if let Some(replicas) = registry.replicas() {
        return replicas.delete(registry, name).await;
    }
    if registry.remove_durably(name).await? { Ok(sandboxes::deleted(name)) } else { Err(sandboxes::unknown(name)) }
}
