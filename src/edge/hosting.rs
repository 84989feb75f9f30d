//! What a server is asked to do with its sandboxes. Nothing here holds the lock of one while it works on another.

use std::sync::Arc;

use http::StatusCode;

use super::audit;
use super::driver::{Driver, LONG_CALLS, Stopwatch};
use super::metrics::Snapshot;
use super::registry::{DEFAULT, Hosted, Registry};
use crate::control::Problem;
use crate::control::sandboxes::{self, New, Wish};
use crate::kit::http::Response;

/// Sandboxes that are looked at before others get their turn.
const LOOKS_AT_ONCE: usize = 64;

/// Does it, and answers. `driver` has the sandbox that the path names.
pub async fn grant(registry: &Arc<Registry>, driver: &Arc<Driver>, stopwatch: Stopwatch, wish: Wish, origin: &str) -> Response {
    if let Some(why) = registry.away().filter(|_| wish.changes()) {
        return why.refusal();
    }
    let looks = !wish.changes();
    let granted = match wish {
        Wish::List { limit } => Ok(list(registry, limit).await),
        Wish::Show { name } => find(registry, &name).map(|it| {
            it.driver.touch();
            Response::json(StatusCode::OK, &shown(registry, &it, origin))
        }),
        Wish::Create(new) => create(registry, *new, origin).await,
        Wish::Delete { name } => delete(registry, &name),
        Wish::Audit(wanted) => audit::run(driver, stopwatch, *wanted).await,
        Wish::Metrics => Ok(metrics(registry).await),
        Wish::Fork(copy) => registry.copy(driver, copy).await.map(|it| sandboxes::created(shown(registry, &it, origin), None)),
    };
    // What it shows of sandboxes, or has done to them, has to be kept before it is told.
    match registry.commit().done().await {
        Err(why) if !looks => why.refusal(),
        Err(_) | Ok(()) => granted.unwrap_or_else(|it| it.render()),
    }
}

async fn list(registry: &Registry, limit: usize) -> Response {
    let (all, mut rows) = (registry.all(), Vec::new());
    for (place, it) in all.iter().take(limit).enumerate() {
        it.driver.look(|world| rows.push(sandboxes::row(world, it.stay(registry.now()))));
        if place % LOOKS_AT_ONCE == LOOKS_AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
    }
    let all = all.len();
    let written = tokio::task::spawn_blocking(move || sandboxes::listed(&rows, all)).await;
    written.unwrap_or_else(|why| sandboxes::unread(&why.to_string()).render())
}

async fn metrics(registry: &Registry) -> Response {
    let mut snapshot = Snapshot::beginning_with(registry.gone(), registry.feed().open());
    for (place, it) in registry.all().iter().enumerate() {
        it.driver.look(|world| snapshot.add(world));
        if place % LOOKS_AT_ONCE == LOOKS_AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
    }
    registry.metrics.render(snapshot)
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
    let name = registry.free_name(new.name.take())?;
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
    let hosted = registry.make(&beginning, ttl)?;
    Ok(sandboxes::created(shown(registry, &hosted, origin), beginning.warnings().as_ref()))
}

fn delete(registry: &Registry, name: &str) -> Result<Response, Problem> {
    if name == DEFAULT {
        return Err(sandboxes::stays());
    }
    if registry.remove(name) { Ok(sandboxes::deleted(name)) } else { Err(sandboxes::unknown(name)) }
}
