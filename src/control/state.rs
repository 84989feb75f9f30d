//! `/__admin/state` and `/__admin/reset`: the sandbox as a value.

use serde_json::json;

use super::clock::{Until, shown};
use super::{Answer, Ask, Conclusion, Problem, Waiting, ok};
use crate::engine::state;
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
    Problem::unless_walking(ask, ONE_STATE)?;
    state::restore(ask.world, &ask.request.body, ask.uptime).map_err(Problem::invalid)?;
    let now = ask.world.core.now;
    Ok(Answer::Walk(Until::Time(now), Conclusion::Restored))
}

/// The answer when a sandbox has been restored.
pub fn report(world: &World) -> Response {
    Response::json(http::StatusCode::OK, &json!({"restored": true, "clock": shown(world)}))
}

pub fn reset(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask, ONE_STATE)?;
    ask.world.reset(ask.uptime);
    ok(&json!({"reset": true, "clock": shown(ask.world)}))
}
