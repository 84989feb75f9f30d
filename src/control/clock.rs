//! `/__admin/clock`.

use http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::render::{HELD, Renderer};
use super::{Answer, Ask, Conclusion, Problem, body, ok};
use crate::engine::agenda::Due;
use crate::engine::clock::{Mode, Rate};
use crate::engine::delivery::AttemptId;
use crate::engine::log::What;
use crate::engine::walk::{LIMIT, Until, Walk};
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::kit::time::{Timestamp, end_of_time, later, parse_duration, parse_timestamp};

pub fn show(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    ok(&shown(ask.world))
}

/// The clock as every call of this section answers with it.
pub fn shown(world: &World) -> Json {
    let (mode, rate) = match world.core.clock.mode() {
        Mode::Frozen => ("frozen", json!(0)),
        Mode::Real => ("real", json!(1)),
        Mode::Scaled(rate) => ("scaled", rate.number()),
    };
    let next = world.next_due().map(|(at, due)| next(world, at, due));
    json!({"mode": mode, "now": world.core.now, "rate": rate, "pending": world.pending(), "next": next})
}

fn next(world: &World, at: Timestamp, due: &Due) -> Json {
    let (kind, provider_id, subject) = match due {
        Due::Row { provider_id, object, .. } => ("timer", *provider_id, world.provider(*provider_id).subject(*object)),
        Due::Block { transfer, .. } | Due::Undone { transfer, .. } => {
            ("block", transfer.provider_id, world.provider(transfer.provider_id).subject(transfer.object))
        }
        Due::Act { provider_id, with, .. } => ("timer", *provider_id, Some(with.to_string())),
        Due::Held { provider_id } => ("timer", *provider_id, Some(HELD.to_owned())),
        Due::Attempt { delivery, .. } | Due::Answer { attempt: AttemptId { delivery, .. }, .. } => {
            let webhook = world.core.outbox.get(*delivery);
            let provider_id = webhook.map_or(crate::engine::ids::ProviderId(0), |it| it.provider_id);
            ("delivery", provider_id, webhook.map(|it| it.subject.clone()))
        }
    };
    let subject = subject.map(|it| Renderer::of(world).text(&it));
    json!({"at": at, "kind": kind, "provider": world.provider(provider_id).contract().slug, "subject": subject})
}

pub fn freeze(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    body::only(&body::members(ask.request)?, &[])?;
    set_mode(ask, Mode::Frozen)
}

pub fn resume(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    body::only(&body::members(ask.request)?, &[])?;
    set_mode(ask, Mode::Real)
}

pub fn scale(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let members = body::members(ask.request)?;
    body::only(&members, &["rate"])?;
    let rate = match members.get("rate") {
        Some(Json::Number(number)) => Rate::parse(&number.to_string()),
        _ => Err("`rate` is a number of simulated seconds a second, as 60".to_owned()),
    };
    set_mode(ask, Mode::Scaled(rate.map_err(Problem::invalid)?))
}

fn set_mode(ask: &mut Ask<'_>, mode: Mode) -> Result<Answer, Problem> {
    is_free(ask.world)?;
    let core = &mut ask.world.core;
    if mode != core.clock.mode() {
        core.log.push(core.now, None, What::Mode(mode));
    }
    core.clock.set_mode(mode, ask.uptime);
    ok(&shown(ask.world))
}

fn is_free(world: &World) -> Result<(), Problem> {
    if world.walk.is_none() {
        return Ok(());
    }
    let detail = "Time is being advanced already, and waits for a receiver. Only one caller moves a sandbox's clock at a time.";
    Err(Problem::new(StatusCode::CONFLICT, "advance_in_progress", detail))
}

pub fn advance(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let members = body::members(ask.request)?;
    body::only(&members, &["by", "to", "until", "limit"])?;
    is_free(ask.world)?;
    let until = until(ask.world.core.now, &members)?;
    Ok(walk(ask, until, Conclusion::Report))
}

/// Time is held, and a walk begins, whose end is answered with the conclusion.
pub fn walk(ask: &mut Ask<'_>, until: Until, conclusion: Conclusion) -> Answer {
    let world = &mut *ask.world;
    world.core.clock.hold(ask.uptime);
    world.walk = Some(Walk::new(world.core.now, until, ask.uptime, world.core.log.next_sequence()));
    Answer::Walk(conclusion)
}

fn until(now: Timestamp, members: &Map<String, Json>) -> Result<Until, Problem> {
    let choice = (body::text(members, "by")?, body::text(members, "to")?, body::text(members, "until")?);
    let limit = body::text(members, "limit")?;
    let after = |text: &str| {
        let span = parse_duration(text).map_err(Problem::invalid)?;
        later(now, span).ok_or_else(|| Problem::invalid(format!("`{text}` leads past the year 9999; it is {now} now")))
    };
    match choice {
        (Some(by), None, None) if limit.is_none() => after(by).map(Until::Time),
        (None, Some(to), None) if limit.is_none() => {
            let to = parse_timestamp(to).map_err(Problem::invalid)?;
            if to < now || end_of_time() < to {
                return Err(Problem::invalid(format!("`to` is {to}, but it is {now} already, and simulated time ends with the year 9999")));
            }
            Ok(Until::Time(to))
        }
        (None, None, Some(word)) => {
            let limit = limit.map_or_else(|| Ok(later(now, LIMIT).unwrap_or_else(end_of_time)), after)?;
            match word {
                "next" => Ok(Until::Next(limit)),
                "idle" => Ok(Until::Idle(limit)),
                "delivery" => Ok(Until::Delivery(limit)),
                _ => Err(Problem::invalid(format!("`until` is next, idle or delivery, not `{word}`"))),
            }
        }
        _ => Err(Problem::invalid(
            "Say one of `by` (\"31m\"), `to` (RFC 3339) and `until` (next, idle or delivery); `limit` goes with `until`.",
        )),
    }
}

/// Everything that the walk has met.
pub fn report(world: &World, walk: &Walk) -> Response {
    let render = Renderer::of(world);
    let fired: Vec<Json> = walk.report.fired.iter().map(|it| render.fired(it)).collect();
    let deliveries: Vec<Json> = walk.report.deliveries.iter().filter_map(|it| render.attempted(it)).collect();
    let mut answer = json!({
        "from": walk.from, "now": world.core.now,
        "fired": fired, "fired_total": walk.report.fired_total,
        "deliveries": deliveries, "deliveries_total": walk.report.deliveries_total,
    });
    if walk.incomplete
        && let Some(members) = answer.as_object_mut()
    {
        members.insert("incomplete".to_owned(), json!(true));
        members.insert("pending".to_owned(), json!(world.pending()));
    }
    Response::json(StatusCode::OK, &answer)
}
