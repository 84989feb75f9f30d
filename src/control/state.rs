//! `/__admin/state` and `/__admin/reset`: the sandbox as a value.

use serde_json::json;

use super::clock::{self, shown};
use super::{Answer, Ask, Conclusion, Problem, Waiting, body, ok};
use crate::engine::state;
use crate::engine::walk::Until;
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::kit::time::Uptime;

pub fn save(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    if ask.world.is_quiet() { Ok(Answer::Now(saved(ask.world, ask.uptime))) } else { Ok(Answer::Wait(Waiting::Quiet)) }
}

/// The document, as it is now.
pub fn saved(world: &World, uptime: Uptime) -> Response {
    Response::json(http::StatusCode::OK, &state::save(world, uptime))
}

pub fn restore(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    is_free(ask.world)?;
    body::document(ask.request)?;
    state::restore(ask.world, &ask.request.body, ask.uptime).map_err(Problem::invalid)?;
    let now = ask.world.core.now;
    Ok(clock::walk(ask, Until::Time(now), Conclusion::Restored))
}

/// What a restored sandbox is answered with.
pub fn report(world: &World) -> Response {
    Response::json(http::StatusCode::OK, &json!({"restored": true, "clock": shown(world)}))
}

pub fn reset(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    is_free(ask.world)?;
    body::only(&body::members(ask.request)?, &[])?;
    ask.world.reset(ask.uptime);
    ok(&json!({"reset": true, "clock": shown(ask.world)}))
}

/// Whether nobody is walking through time.
pub fn is_free(world: &World) -> Result<(), Problem> {
    if world.walk.is_none() {
        return Ok(());
    }
    let detail = "Time is being advanced, and waits for a receiver. A sandbox is replaced between two advances, not during one.";
    Err(Problem::new(http::StatusCode::CONFLICT, "advance_in_progress", detail))
}
