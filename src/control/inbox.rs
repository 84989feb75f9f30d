//! `/__admin/inbox`: the built-in receiver.

use http::StatusCode;
use serde_json::json;

use super::render::Renderer;
use super::{Answer, Ask, Problem, Waiting, body, ok};
use crate::engine::inbox::{INBOXES_MAX, Inbox, Reaction, is_name, parse_script};
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::kit::time::parse_duration;

/// A caller waits at most this long.
const PATIENCE_MAX: std::time::Duration = std::time::Duration::from_secs(60);

fn name<'a>(ask: &Ask<'a>) -> Result<&'a str, Problem> {
    let name = ask.captures[0];
    let new = !ask.world.core.inboxes.contains_key(name);
    if !is_name(name) {
        return Err(Problem::invalid(format!("`{name}` is no name for an inbox: it has 1 to 63 of a-z, 0-9 and -.")));
    }
    if new && ask.world.core.inboxes.len() >= INBOXES_MAX {
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_inboxes", format!("A sandbox has at most {INBOXES_MAX} inboxes.")));
    }
    Ok(name)
}

pub fn script(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let name = name(ask)?;
    let members = body::members(ask.request)?;
    body::only(&members, &["respond"])?;
    let steps = members.get("respond").ok_or_else(|| Problem::invalid("`respond` is missing: a list, as [500, \"timeout\", 200]."))?;
    let script = parse_script(steps).map_err(Problem::invalid)?;
    let steps = script.len();
    ask.world.core.inboxes.entry(name.to_owned()).or_default().set_script(script);
    ok(&json!({"inbox": name, "steps": steps}))
}

pub fn messages(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let inbox = name(ask)?.to_owned();
    super::journal::filters(ask.request, &["wait"])?;
    let patience = match ask.request.query_parameter("wait") {
        None => std::time::Duration::ZERO,
        Some(text) => parse_duration(&text).map_err(Problem::invalid)?.unsigned_abs().min(PATIENCE_MAX),
    };
    match poll(ask.world, &inbox, patience.is_zero()) {
        Some(response) => Ok(Answer::Now(response)),
        None => Ok(Answer::Wait(Waiting::Messages { inbox, patience })),
    }
}

/// What is in an inbox; nothing while it is empty and the caller still waits.
pub fn poll(world: &World, inbox: &str, patience_ended: bool) -> Option<Response> {
    let render = Renderer::of(world);
    let inbox = world.core.inboxes.get(inbox);
    let messages: Vec<_> = inbox.into_iter().flat_map(Inbox::messages).map(|it| render.message(it)).collect();
    let truncated = inbox.is_some_and(|it| it.truncated);
    let answer = json!({"messages": messages, "truncated": truncated});
    (patience_ended || !messages.is_empty()).then(|| Response::json(StatusCode::OK, &answer))
}

pub fn receive(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let name = name(ask)?;
    let request = ask.request;
    let reaction = ask.world.receive(ask.uptime, name, request.method.as_str(), request.target.clone(), &request.headers, &request.body);
    match reaction {
        Some(Reaction::Answer { status, .. }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            Ok(Answer::Now(Response::new(status, "text/plain; charset=utf-8", bytes::Bytes::new())))
        }
        Some(Reaction::Timeout | Reaction::Reset) => Ok(Answer::Hangup),
        None => Err(Problem::new(StatusCode::CONFLICT, "too_many_inboxes", format!("A sandbox has at most {INBOXES_MAX} inboxes."))),
    }
}
