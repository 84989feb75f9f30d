//! `/__admin/deliveries` and `/__admin/webhooks`.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value as Json, json};

use super::render::Renderer;
use super::{Answer, Ask, Conclusion, Problem, body, clock, ok, provider_id};
use crate::engine::delivery::{Delivery, Status, delivery_id};
use crate::engine::outbox::ATTEMPTS_MAX;
use crate::engine::signature::Received;
use crate::engine::walk::Until;
use crate::engine::world::World;
use crate::kit::http::Response;

/// What may be asked for in the query.
const FILTERS: [&str; 4] = ["provider", "event", "subject", "status"];

const STATUSES: [&str; 3] = [Status::Pending.word(), Status::Delivered.word(), Status::Failed.word()];

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let wanted = super::journal::filters(ask.request, &FILTERS)?;
    super::journal::is_provider(ask.world, &wanted)?;
    if let Some(status) = wanted.get("status").filter(|it| !STATUSES.contains(&it.as_str())) {
        return Err(Problem::invalid(format!("`status` is one of {}, not `{status}`.", STATUSES.join(", "))));
    }
    let world = &*ask.world;
    let render = Renderer::of(world);
    let fits = |it: &&Delivery| {
        let own = [world.provider(it.provider_id).contract().slug, &it.event, &it.subject, it.status.word()];
        FILTERS.iter().zip(own).all(|(name, own)| wanted.get(*name).is_none_or(|asked| asked == own))
    };
    let deliveries: Vec<_> = world.core.outbox.iter().filter(fits).map(|it| render.delivery(it)).collect();
    ok(&json!({"deliveries": deliveries, "truncated": world.core.outbox.truncated}))
}

pub fn resend(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let id = ask.captures[0];
    body::only(&body::members(ask.request)?, &[])?;
    let nothing = || Problem::nothing(format!("There is no delivery `{id}`."));
    let delivery = delivery_id(id).filter(|it| ask.world.core.outbox.get(*it).is_some()).ok_or_else(nothing)?;
    if ask.world.core.outbox.get(delivery).is_some_and(|it| it.attempts.len() >= ATTEMPTS_MAX) {
        let detail = format!("`{id}` has had {ATTEMPTS_MAX} attempts, as many as are kept of one delivery.");
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_attempts", detail));
    }
    let Some(number) = ask.world.leave(ask.uptime, delivery, true) else {
        return Err(Problem::new(StatusCode::CONFLICT, "no_target", "The webhook has no target any more, so there is nowhere to send it."));
    };
    if ask.world.walk.is_some() {
        let response = report(ask.world, delivery, number);
        return Ok(Answer::Now(response));
    }
    let now = ask.world.core.now;
    Ok(clock::walk(ask, Until::Time(now), Conclusion::Attempt { delivery, number }))
}

/// What came of one attempt. `settled` is false while it has no outcome.
pub fn report(world: &World, delivery: u64, number: u32) -> Response {
    let attempts = world.core.outbox.get(delivery).map_or(&[][..], |it| &it.attempts);
    let Some(found) = attempts.iter().find(|it| (it.number, it.copy) == (number, 0)) else {
        return Response::problem(StatusCode::GONE, "dropped", "The delivery was dropped to keep the outbox within its bound.");
    };
    let mut shown = Renderer::of(world).attempt(found);
    if found.outcome.is_none() {
        shown["settled"] = json!(false);
    }
    Response::json(StatusCode::OK, &shown)
}

pub fn verify(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let members = body::members(ask.request)?;
    body::only(&members, &["provider", "url", "headers", "body", "secret"])?;
    let slug = body::text(&members, "provider")?
        .ok_or_else(|| Problem::invalid("`provider` is missing: the slug of the provider that sent the webhook."))?;
    let provider_id = provider_id(ask.world, slug)?;
    let text = body::text(&members, "body")?
        .ok_or_else(|| Problem::invalid("`body` is missing: the body of the webhook, as text, to the byte."))?;
    let headers = headers(&members)?;
    let url = body::text(&members, "url")?;
    let (now, date) = (ask.world.core.now, ask.uptime.date);
    let received = Received { url, headers: &headers, body: text.as_bytes(), now, date };
    let accounts = &ask.world.core.accounts[usize::from(provider_id.0)];
    let known: Vec<&str> = accounts.values().flat_map(|it| ask.world.provider(provider_id).signing_secrets(it)).collect();
    let given = body::text(&members, "secret")?;
    let judge = |secret: &str| ask.world.provider(provider_id).verify(&received, secret, &known);
    // Without a secret, that of any account will do.
    let fitting = known.iter().filter(|_| given.is_none()).map(|it| judge(it)).find(|it| it.valid);
    let verdict = fitting.unwrap_or_else(|| judge(given.or(known.first().copied()).unwrap_or("")));
    // Where the secret itself travels, it is what was expected.
    let render = Renderer::of(ask.world);
    let mut shown = serde_json::to_value(verdict).unwrap_or_default();
    for text in shown.as_object_mut().into_iter().flat_map(|it| it.values_mut()) {
        if let Json::String(text) = text {
            *text = render.text(text);
        }
    }
    ok(&shown)
}

fn headers(members: &Map<String, Json>) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    let given = match members.get("headers") {
        None | Some(Json::Null) => return Ok(headers),
        Some(Json::Object(given)) => given,
        Some(_) => return Err(Problem::invalid("`headers` is an object of names and texts.")),
    };
    for (name, value) in given {
        let wrong = || Problem::invalid(format!("`headers`: `{name}` is not a header with a text."));
        let parsed: HeaderName = name.parse().map_err(|_| wrong())?;
        let text = value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|it| it.to_string())).ok_or_else(wrong)?;
        headers.insert(parsed, HeaderValue::from_str(&text).map_err(|_| wrong())?);
    }
    Ok(headers)
}
