//! `/__admin/deliveries` and `/__admin/webhooks`.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::clock::Until;
use super::journal::{LIMIT, NEWEST, PROVIDER, SINCE, Since, is_event, is_provider};
use super::render::Renderer;
use super::{Answer, Ask, Conclusion, Later, Problem, Rows, ok, provider_id};
use crate::contract::violations::{Known, of_receivers};
use crate::engine::delivery::{Delivery, Status, delivery_id};
use crate::engine::outbox::ATTEMPTS_MAX;
use crate::engine::signature::Received;
use crate::engine::world::World;
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::Response;
use crate::scenario::told::field;

const STATUSES: [&str; 3] = [Status::Pending.word(), Status::Delivered.word(), Status::Failed.word()];

const EVENT: Field = field("event", TEXT, Need::Optional, "the provider's name for the event");
const SUBJECT: Field = field("subject", TEXT, Need::Optional, "the object that the event is about");
const STATUS: Field = field("status", Kind::Word(&STATUSES), Need::Optional, "the status of the delivery");
/// The query of `list_deliveries`.
pub const FILTERS: &[Field] = &[PROVIDER, EVENT, SUBJECT, STATUS, SINCE, LIMIT, NEWEST];

#[derive(Serialize)]
struct Listed<R> {
    deliveries: R,
    truncated: bool,
}

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let mut wanted = Vec::new();
    for row in &FILTERS[..4] {
        wanted.push(ask.query.text(row)?);
    }
    is_provider(ask.world, wanted[0].as_deref())?;
    is_event(ask.world, wanted[1].as_deref())?;
    let since = Since::parse(ask.query.text(&SINCE)?, delivery_id)?;
    let limit = ask.query.integer(&LIMIT)?.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let newest = ask.query.integer(&NEWEST)?.map(|it| usize::try_from(it).unwrap_or(usize::MAX));
    let world = &*ask.world;
    let fits = |it: &&Arc<Delivery>| {
        let own = [world.provider(it.provider_id).contract().slug, &it.event, &it.subject, it.status.word()];
        since.has_begun(it.id, it.created_at) && wanted.iter().zip(own).all(|(asked, own)| asked.as_ref().is_none_or(|asked| asked == own))
    };
    let (render, truncated) = (Renderer::of(world), world.core.outbox.truncated);
    let (known, entries) = (Known::of(world), world.core.log.chunks().clone());
    let fitting = world.core.outbox.shared().filter(fits);
    let mut rows: Vec<Arc<Delivery>> = match newest {
        None => fitting.take(limit).cloned().collect(),
        Some(count) => fitting.rev().take(count).cloned().collect(),
    };
    if newest.is_some() {
        rows.reverse();
    }
    Ok(Answer::Later(Later::new(move || {
        let violations = of_receivers(&known, entries.iter());
        let of = |it: &Delivery| violations.get(&it.id).map_or(&[][..], Vec::as_slice);
        let deliveries = Rows(|| rows.iter().map(|it| render.delivery(it, of(it))));
        Response::json(StatusCode::OK, &Listed { deliveries, truncated })
    })))
}

pub fn resend(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let id = ask.captures[0];
    let unknown = || Problem::not_found(format!("No delivery has the id `{id}`."));
    let delivery = delivery_id(id).filter(|it| ask.world.core.outbox.get(*it).is_some()).ok_or_else(unknown)?;
    if ask.world.core.outbox.get(delivery).is_some_and(|it| it.attempts.len() >= ATTEMPTS_MAX) {
        let detail = format!("`{id}` has {ATTEMPTS_MAX} attempts already, the most that one delivery can have.");
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_attempts", detail));
    }
    if let Some(wait) = ask.wait_for_attempts() {
        return Ok(wait);
    }
    let Some(number) = ask.world.resend(ask.uptime, delivery) else {
        return Err(Problem::new(StatusCode::CONFLICT, "no_target", "The webhook has no target any more, so it cannot be sent."));
    };
    if ask.is_hasty() {
        let response = report(ask.world, delivery, number);
        return Ok(Answer::Now(response));
    }
    let now = ask.world.core.now;
    Ok(Answer::Walk(Until::Time(now), Conclusion::Attempt { delivery, number }))
}

/// One attempt. `settled` is false while it has no outcome: it is under way, or waits for its turn.
pub fn report(world: &World, delivery: u64, number: u32) -> Response {
    let delivery = world.core.outbox.get(delivery);
    let found = delivery.and_then(|own| own.attempts.iter().find(|it| (it.number, it.copy) == (number, 0)));
    let (Some(delivery), Some(found)) = (delivery, found) else {
        return Response::problem(StatusCode::GONE, "dropped", "The delivery was dropped to keep the outbox within its bound.");
    };
    let mut shown = Renderer::of(world).attempt(delivery, found);
    if found.outcome.is_none() {
        shown["settled"] = json!(false);
    }
    Response::json(StatusCode::OK, &shown)
}

const SENDER: Field = field("provider", TEXT, Need::Required, "the slug of the provider that sent the webhook");
const URL: Field = field("url", TEXT, Need::Optional, "the address to which the webhook was sent");
const HEADERS: Field = field("headers", Kind::Object, Need::Optional, "the headers of the webhook: names and texts");
const TEXT_OF_BODY: Field = field("body", TEXT, Need::Required, "the body of the webhook, as text, to the byte");
const ENCODING: Field =
    field("encoding", Kind::Word(&["base64"]), Need::Optional, "`base64`, if `body` holds bytes that are not text, written in it");
const SECRET: Field = field("secret", TEXT, Need::Optional, "the secret to verify with, if not that of an account");
/// The body of `verify_webhook`.
pub const VERIFY: &[Field] = &[SENDER, URL, HEADERS, TEXT_OF_BODY, ENCODING, SECRET];

pub fn verify(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let provider_id = provider_id(ask.world, &ask.body.required_text(&SENDER)?)?;
    let text = ask.body.required_text(&TEXT_OF_BODY)?;
    let body = match ask.body.text(&ENCODING)? {
        None => text.into_bytes(),
        Some(_) => STANDARD.decode(text).map_err(|why| Problem::invalid(format!("`body` is not base64: {why}.")))?,
    };
    let headers = headers(ask.body.json(&HEADERS))?;
    let url = ask.body.text(&URL)?;
    let (now, date) = (ask.world.core.now, ask.uptime.date);
    let received = Received { url: url.as_deref(), headers: &headers, body: &body, now, date };
    let accounts = ask.world.core.accounts(provider_id);
    let known: Vec<&str> = accounts.values().flat_map(|it| ask.world.provider(provider_id).signing_secrets(it)).collect();
    let given = ask.body.text(&SECRET)?;
    let given = given.as_deref();
    let provider = ask.world.provider(provider_id);
    // When the body names no secret, the secret of each account is tried.
    let fitting = known.iter().filter(|_| given.is_none()).map(|it| provider.verify(&received, it)).find(|it| it.valid);
    let secret = given.or(known.first().copied()).unwrap_or("");
    let verdict = fitting.unwrap_or_else(|| provider.explain(&received, secret, &known));
    // Some providers send the secret itself: then `expected` would show it.
    let render = Renderer::of(ask.world);
    let mut shown = serde_json::to_value(verdict).unwrap_or_default();
    for text in shown.as_object_mut().into_iter().flat_map(|it| it.values_mut()) {
        if let Json::String(text) = text {
            *text = render.text(text);
        }
    }
    ok(&shown)
}

fn headers(sent: Option<&str>) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    let Some(sent) = sent else { return Ok(headers) };
    let given: Map<String, Json> =
        serde_json::from_str(sent).map_err(|_| Problem::invalid("`headers` is an object of names and texts."))?;
    for (name, value) in given {
        let wrong = || Problem::invalid(format!("`headers`: `{name}` is not a header with a text."));
        let parsed: HeaderName = name.parse().map_err(|_| wrong())?;
        let text = value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|it| it.to_string())).ok_or_else(wrong)?;
        headers.insert(parsed, HeaderValue::from_str(&text).map_err(|_| wrong())?);
    }
    Ok(headers)
}
