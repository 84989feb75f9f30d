//! `/__admin/inbox`: the built-in receiver.

use http::StatusCode;
use serde_json::json;

use super::journal::{NEWEST, Since};
use super::render::Renderer;
use super::{Answer, Ask, Later, Problem, Waiting, ok};
use crate::engine::inbox::{INBOXES_MAX, Inbox, Message, Reaction, SCRIPTS_BYTES_MAX, is_name, parse_script};
use crate::engine::world::World;
use crate::kit::fields::{Fault, Field, Kind, Need, TEXT};
use crate::kit::http::Response;
use crate::kit::time::parse_duration;
use crate::scenario::told::field;

/// Messages of more bytes are written on another thread.
const BYTES_AT_ONCE: usize = 256 * 1024;
/// A caller waits at most this long.
const PATIENCE_MAX: std::time::Duration = std::time::Duration::from_secs(60);

/// The name of an inbox in a path.
pub const NAME: Kind = Kind::Text { chars_max: 63 };
pub const RESPOND: Field = field("respond", Kind::List, Need::Required, "a list, as [500, \"timeout\", 200]");
/// The body of `script_inbox`.
pub const SCRIPT: &[Field] = &[RESPOND];
const WAIT: Field = field("wait", TEXT, Need::Optional, "how long to wait for the messages, in real time: 5s");
const COUNT: Field =
    field("count", Kind::Integer { min: 1, max: 1_000_000 }, Need::Optional, "how many messages to wait for; without it, for one");
const SINCE: Field = field(
    "since",
    TEXT,
    Need::Optional,
    "the id of the message after which the list begins, or the moment at which it begins, as RFC 3339 writes it",
);
/// The query of `list_messages`.
pub const MESSAGES: &[Field] = &[WAIT, COUNT, SINCE, NEWEST];

/// The messages that a caller waits for.
#[derive(Clone, Debug)]
pub struct Wanted {
    inbox: String,
    since: Since,
    count: usize,
    /// How many of the newest are answered; all without it.
    newest: Option<usize>,
}

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
    let script = parse_script(steps).map_err(Problem::invalid)?;
    let (steps, bytes) = (script.len(), script.iter().map(Reaction::bytes).sum::<usize>());
    let others = ask.world.core.inboxes.iter().filter(|it| it.0 != name).map(|it| it.1.script_bytes()).sum::<usize>();
    if SCRIPTS_BYTES_MAX < others + bytes {
        let detail = format!("The scripts of all inboxes of a sandbox take at most {SCRIPTS_BYTES_MAX} bytes together.");
        return Err(Problem::new(StatusCode::CONFLICT, "too_long_scripts", detail));
    }
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
    let count = ask.query.integer(&COUNT)?.map_or(1, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let since = Since::parse(ask.query.text(&SINCE)?, |text| text.strip_prefix("msg-")?.parse().ok())?;
    let newest = ask.query.integer(&NEWEST)?.map(|it| usize::try_from(it).unwrap_or(usize::MAX));
    let wanted = Wanted { inbox, since, count, newest };
    match poll(ask.world, &wanted, patience.is_zero()) {
        Some(answer) => Ok(answer),
        None => Ok(Answer::Wait(Waiting::Messages { wanted: Box::new(wanted), patience })),
    }
}

/// The messages of an inbox. `None`: there are not enough yet, and the caller still waits.
pub fn poll(world: &World, wanted: &Wanted, patience_ended: bool) -> Option<Answer> {
    let inbox = world.core.inboxes.get(&wanted.inbox);
    let has_begun = |since: &Since, (id, it): &(u64, &Message)| since.has_begun(*id, it.at);
    let begun = || inbox.into_iter().flat_map(Inbox::messages).filter(|it| has_begun(&wanted.since, it));
    let is_enough = || begun().nth(wanted.count.saturating_sub(1)).is_some();
    if !patience_ended && !is_enough() {
        return None;
    }
    let (render, inbox, since) = (Renderer::of(world), inbox.cloned().unwrap_or_default(), wanted.since.clone());
    let (bytes, newest) = (inbox.bytes(), wanted.newest);
    let make = move || {
        let begun = || inbox.messages().filter(|it| has_begun(&since, it));
        let older = newest.map_or(0, |it| begun().count().saturating_sub(it));
        let messages = begun().skip(older).map(|(id, it)| render.message(id, it));
        Response::json(StatusCode::OK, &json!({"messages": messages.collect::<Vec<_>>(), "truncated": inbox.truncated}))
    };
    Some(if bytes <= BYTES_AT_ONCE { Answer::Now(make()) } else { Answer::Later(Later::new(make)) })
}

/// Empties an inbox. Its script goes on where it is.
pub fn clear(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let name = name(ask)?;
    let removed = ask.world.core.inboxes.get_mut(name).map_or(0, Inbox::clear);
    ok(&json!({"inbox": name, "removed": removed}))
}

pub fn receive(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let name = name(ask)?;
    let request = ask.request;
    let reaction = ask.world.receive(ask.uptime, name, request.method.as_str(), request.target.clone(), &request.headers, &request.body);
    match reaction {
        Some(Reaction::Answer { status, headers, body, .. }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let mut response = Response::new(status, "text/plain; charset=utf-8", body.0);
            response.headers.extend(headers.map());
            Ok(Answer::Now(response))
        }
        Some(Reaction::Timeout | Reaction::Reset | Reaction::Refused | Reaction::Dns | Reaction::Tls) => Ok(Answer::Hangup),
        None => Err(Problem::new(StatusCode::CONFLICT, "too_many_inboxes", format!("A sandbox has at most {INBOXES_MAX} inboxes."))),
    }
}
