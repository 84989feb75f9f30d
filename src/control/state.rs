//! `/__admin/state` and `/__admin/reset`: the sandbox as a value.

use serde_json::json;

use super::clock::{self, shown};
use super::{Answer, Ask, Problem, Waiting, ok};
use crate::engine::state;
use crate::engine::walk::{Then, Until};
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::kit::time::Uptime;

/// Why a sandbox that is in the middle of a walk is not replaced.
pub const ONE_STATE: &str = "Time is being advanced, and waits for a receiver. A sandbox is replaced between two advances, not during one.";

pub fn save(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    if ask.world.is_quiet() { Ok(Answer::Now(saved(ask.world, ask.uptime))) } else { Ok(Answer::Wait(Waiting::Quiet)) }
}

/// The document, as it is now.
pub fn saved(world: &World, uptime: Uptime) -> Response {
    Response::json(http::StatusCode::OK, &state::save(world, uptime))
}

pub fn restore(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask.world, ONE_STATE)?;
    let world = &mut *ask.world;
    let (start, generation) = (world.start.clone(), world.generation + 1);
    let mut restored = state::restore(&ask.request.body, start, &world.providers, generation, ask.uptime).map_err(Problem::invalid)?;
    world.core.name.clone_into(&mut restored.core.name);
    *world = restored;
    let now = world.core.now;
    clock::begin(ask, Until::Time(now), Then::Restored);
    Ok(Answer::Walk)
}

/// The answer when a sandbox has been restored.
pub fn report(world: &World) -> Response {
    Response::json(http::StatusCode::OK, &json!({"restored": true, "clock": shown(world)}))
}

pub fn reset(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask.world, ONE_STATE)?;
    let world = &mut *ask.world;
    let mut fresh = World::new(world.start.clone(), crate::providers::all(), world.generation + 1, ask.uptime);
    world.core.name.clone_into(&mut fresh.core.name);
    *world = fresh;
    ok(&json!({"reset": true, "clock": shown(world)}))
}
