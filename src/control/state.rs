//! `/__admin/state` and `/__admin/reset`: the sandbox as a value.

use serde_json::json;

use super::clock::Until;
use super::{Answer, Ask, Conclusion, Later, Problem, Waiting, clock, ok};
use crate::engine::state;
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::kit::time::Uptime;

/// Why a sandbox is not replaced during a walk.
pub const ONE_STATE: &str = "Time is being advanced, and waits for a receiver. A sandbox is replaced between two advances, not during one.";

pub fn save(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    if ask.world.is_quiet() { Ok(document(ask.world, ask.uptime)) } else { Ok(Answer::Wait(Waiting::Quiet)) }
}

/// The present state as a document, written from a copy.
pub fn document(world: &World, uptime: Uptime) -> Answer {
    let copy = world.clone();
    Answer::Later(Later::new(move || Response::json(http::StatusCode::OK, &state::save(&copy, uptime))))
}

pub fn restore(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask, ONE_STATE)?;
    state::restore(ask.world, &ask.request.body, ask.uptime).map_err(Problem::invalid)?;
    let now = ask.world.core.now;
    Ok(Answer::Walk(Until::Time(now), Conclusion::Restored))
}

/// The answer when a sandbox has been restored.
pub fn report(world: &World) -> Response {
    Response::json(http::StatusCode::OK, &json!({"restored": true, "clock": clock::render(world)}))
}

pub fn reset(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask, ONE_STATE)?;
    ask.world.reset(ask.uptime);
    ok(&json!({"reset": true, "clock": clock::render(ask.world)}))
}
