//! `/__admin/inbox`: the built-in receiver.

use http::StatusCode;
use serde_json::json;

use super::call::field;
use super::render::Renderer;
use super::{Answer, Ask, Later, Problem, Waiting, ok};
use crate::engine::inbox::{INBOXES_MAX, Reaction, is_name, parse_script};
use crate::engine::world::World;
use crate::kit::fields::{Fault, Field, Kind, Need, TEXT};
use crate::kit::http::Response;
use crate::kit::time::parse_duration;

/// Messages of more bytes are written on another thread.
const BYTES_AT_ONCE: usize = 256 * 1024;
/// A caller waits at most this long.
const PATIENCE_MAX: std::time::Duration = std::time::Duration::from_secs(60);

/// The name of an inbox in a path.
pub const NAME: Kind = Kind::Text { chars_max: 63 };
pub const RESPOND: Field = field("respond", Kind::List, Need::Required, "a list, as [500, \"timeout\", 200]");
/// The body of `script_inbox`.
pub const SCRIPT: &[Field] = &[RESPOND];
const WAIT: Field = field("wait", TEXT, Need::Optional, "how long to wait for the first message, in real time: 5s");
/// The query of `list_messages`.
pub const MESSAGES: &[Field] = &[WAIT];

fn name<'a>(ask: &Ask<'a>) -> Result<&'a str, Problem> {
    let name = ask.captures[0];
    let new = !ask.world.core.inboxes.contains_key(name);
    if !is_name(name) {
        return Err(Problem::invalid(format!("`{name}` is not a name of an inbox: such a name has 1 to 63 of a-z, 0-9 and -.")));
    }
    if new && ask.world.core.inboxes.len() >= INBOXES_MAX {
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_inboxes", format!("A sandbox has at most {INBOXES_MAX} inboxes.")));
    }
    Ok(name)
}

pub fn script(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let name = name(ask)?;
    let steps = ask.body.json(&RESPOND).ok_or_else(|| ask.body.refusal(&RESPOND, Fault::Missing))?;
    let script = parse_script(&serde_json::from_str(steps).unwrap_or_default()).map_err(Problem::invalid)?;
    let steps = script.len();
    ask.world.core.inboxes.entry(name.to_owned()).or_default().set_script(script);
    ok(&json!({"inbox": name, "steps": steps}))
}

pub fn messages(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let inbox = name(ask)?.to_owned();
    let patience = match ask.query.text(&WAIT)? {
        None => std::time::Duration::ZERO,
        Some(text) if text.trim_start().starts_with('-') => {
            return Err(Problem::invalid(format!(
                "`wait` is `{text}`, but a wait in real time is not negative: write a duration such as 5s."
            )));
        }
        Some(text) => parse_duration(&text).map_err(Problem::invalid)?.unsigned_abs().min(PATIENCE_MAX),
    };
    match poll(ask.world, &inbox, patience.is_zero()) {
        Some(answer) => Ok(answer),
        None => Ok(Answer::Wait(Waiting::Messages { inbox, patience })),
    }
}

/// The messages of an inbox. `None`: it is empty, and the caller still waits.
pub fn poll(world: &World, inbox: &str, patience_ended: bool) -> Option<Answer> {
    let inbox = world.core.inboxes.get(inbox).filter(|it| it.messages().next().is_some());
    if inbox.is_none() && !patience_ended {
        return None;
    }
    let (render, inbox) = (Renderer::of(world), inbox.cloned().unwrap_or_default());
    let bytes = inbox.bytes();
    let make = move || {
        let messages: Vec<_> = inbox.messages().map(|it| render.message(it)).collect();
        Response::json(StatusCode::OK, &json!({"messages": messages, "truncated": inbox.truncated}))
    };
    Some(if bytes <= BYTES_AT_ONCE { Answer::Now(make()) } else { Answer::Later(Later::new(make)) })
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
