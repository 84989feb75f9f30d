//! Who answers a request: the provider, or a rule in its place; and what becomes of the answer on its way.

use super::answers::{FAULT, no_such_fault};
use super::asked::asked_for;
use super::filling::filled;
use super::methods::{as_get, complete, foreign, options};
use super::refusals::{AskedBy, refusal_meant, refuse};
use crate::engine::agenda::Due;
use crate::engine::clock::Mode;
use crate::engine::context::Context;
use crate::engine::delivery::AppliedFault;
use crate::engine::ids::ProviderId;
use crate::engine::log::Trace;
use crate::engine::provider::DynProvider;
use crate::engine::rules::{Effects, Override, Transport};
use crate::engine::tables::Contract;
use crate::engine::tables::found::Found;
use crate::engine::world::World;
use crate::kit::html::is_refresh;
use crate::kit::http::{HeaderName, HeaderValue, Request, Response, StatusCode, fitted, header};
use crate::kit::ids::Draws;
use crate::kit::time::{Timestamp, Uptime, later};

/// An answer, and how it came about.
pub struct Served {
    pub response: Response,
    pub trace: Trace,
    /// The rule that had a hand in it.
    pub rule: Option<String>,
    pub pacing: Option<Pacing>,
}

/// What a rule does to an answer on its way. The sandbox only says so; the driver does it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pacing {
    /// It leaves at that simulated moment.
    pub held_until: Option<Timestamp>,
    /// It leaves after this much real time.
    pub held_for: Option<std::time::Duration>,
    pub transport: Option<Transport>,
}

impl Pacing {
    /// Until when the answer is held, if only a tester lets that moment come.
    pub fn in_words(&self, world: &World) -> Option<String> {
        let at = self.held_until.filter(|_| world.core.clock.mode() == Mode::Frozen)?;
        let span = at.duration_since(world.core.now);
        Some(format!("the answer is held until {at} of simulated time, and the clock stands: advance it by {span:#}"))
    }
}

/// The note at a request that was refused because the sandbox is full.
const FULL: &str = "the sandbox keeps as many objects as it may, or as many bytes of them: nothing new is made until it is reset";

/// One request to one provider.
pub fn serve(world: &mut World, uptime: Uptime, provider_id: ProviderId, path: &str, request: &Request) -> Served {
    if let Some(response) = foreign(world.provider(provider_id).contract(), path, request) {
        let caller = world.find(uptime, provider_id, path, request).caller;
        let trace = Trace { account: caller.map(|it| it.account), ..Trace::default() };
        return Served { response, trace, rule: None, pacing: None };
    }
    let mut served = serve_as_get(world, uptime, provider_id, path, &as_get(request));
    complete(&mut served.response);
    served
}

/// A page as it is now, for the script that follows it while it is open. That is not a visit: it leaves no trace in the sandbox, and no
/// rule is asked.
pub fn show_again(world: &mut World, uptime: Uptime, provider_id: ProviderId, path: &str, request: &Request) -> Option<Response> {
    let contract = world.provider(provider_id).contract();
    if !is_refresh(request) || !contract.has_page(path) {
        return None;
    }
    let found = contract.find(path, request);
    if found.operation.is_some() {
        return None;
    }
    let touched = std::mem::take(&mut world.core.touched);
    let response = world.with(provider_id, uptime, |it, cx| it.call(cx, &found, request));
    world.core.touched = touched;
    Some(response)
}

fn serve_as_get(world: &mut World, uptime: Uptime, provider_id: ProviderId, path: &str, request: &Request) -> Served {
    let found = world.find(uptime, provider_id, path, request);
    let asked = request.headers.get(FAULT).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    let ruled = match &asked {
        Some(name) => match asked_for(world, provider_id, found.operation.map(|it| it.name), name) {
            Ok(found) => Some(found),
            Err(response) => {
                return Served { response: *response, trace: trace_of(&found), rule: None, pacing: None };
            }
        },
        None => world.rule_on(provider_id, &found, request),
    };
    if let Some(served) = refused_when_full(world, uptime, provider_id, &found) {
        return served;
    }
    let Some((rule, effects)) = ruled else {
        let (response, trace) = world.with(provider_id, uptime, |it, cx| call(it, cx, &found, request));
        let (response, trace) = of_provider(world.provider(provider_id).contract(), path, request, (response, trace));
        return Served { response, trace, rule: None, pacing: None };
    };
    let effects = filled(world, provider_id, request, &rule, effects);
    let by = if asked.is_some() { AskedBy::Header } else { AskedBy::Rule(&rule) };
    let (mut response, trace) = answered(world, uptime, provider_id, (path, &found, request), (by, &rule, &effects));
    // What people look at is never changed, slow or broken on purpose.
    let is_page = trace.operation.is_none() && world.provider(provider_id).contract().has_page(path);
    if let Some(patch) = effects.patch.as_ref().filter(|_| !is_page) {
        let (body, missing) = patch.apply(&response.body);
        for path in missing {
            world.core.note(provider_id, format!("the rule `{rule}` alters nothing at `{path}`: the answer has no such place"));
        }
        response.body = fitted(body);
    }
    let pacing = if is_page { None } else { pacing(world, provider_id, &rule, &effects) };
    Served { response, trace, rule: Some(rule), pacing }
}

/// The provider answers. What it has reached of its contract is counted.
fn call(provider: &mut dyn DynProvider, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> (Response, Trace) {
    let response = provider.call(cx, found, request);
    cx.answered(found, request, &response);
    (response, std::mem::take(&mut cx.trace))
}

/// The refusal of a call that would make an object in a sandbox that keeps as many as it may: no documentation says how a
/// provider answers when its disk is full, but each has a server error.
fn refused_when_full(world: &mut World, uptime: Uptime, provider_id: ProviderId, found: &Found<'_>) -> Option<Served> {
    found.operation.filter(|it| it.makes.is_some() && world.is_full())?;
    let contract = world.provider(provider_id).contract();
    let error = contract.errors.iter().find(|it| it.status == StatusCode::INTERNAL_SERVER_ERROR)?;
    let (response, basis) = world.with(provider_id, uptime, |it, cx| {
        cx.rest_on_error(error.name);
        Some((it.refuse(cx, error.name, found)?, cx.trace.basis.take()))
    })?;
    let hint = Some("this sandbox keeps as many objects as it may: POST /__admin/reset makes room".into());
    let trace = Trace { error: Some(error.name), hint, note: Some(FULL.into()), basis, ..trace_of(found) };
    Some(Served { response, trace, rule: None, pacing: None })
}

/// What the provider has answered, or in its place the answer to OPTIONS at a path for which the provider has none.
fn of_provider(contract: &Contract, path: &str, request: &Request, (response, trace): (Response, Trace)) -> (Response, Trace) {
    match options(contract, path, request, response.status) {
        Some(response) => (response, Trace { account: trace.account, ..Trace::default() }),
        None => (response, trace),
    }
}

/// What the log learns of a request that the provider does not see.
pub fn trace_of(found: &Found<'_>) -> Trace {
    let account = found.caller.as_ref().map(|it| it.account.clone());
    Trace { operation: found.operation.map(|it| it.name), account, ..Trace::default() }
}

fn answered(
    world: &mut World,
    uptime: Uptime,
    provider_id: ProviderId,
    (path, found, request): (&str, &Found<'_>, &Request),
    (by, rule, effects): (AskedBy<'_>, &str, &Effects),
) -> (Response, Trace) {
    let contract = world.provider(provider_id).contract();
    if let Some(meant) = refusal_meant(contract, found, effects.answer.as_ref()) {
        let (refusal, trace) = refuse(world, uptime, provider_id, (found, meant), by);
        let headers = if let Some(Override::Own { headers, .. }) = &effects.answer { headers.as_slice() } else { &[] };
        return (with_headers(refusal.unwrap_or_else(|| no_such_fault(contract, meant.name(), &[])), headers), trace);
    }
    match &effects.answer {
        Some(Override::Own { status, headers, body }) if status.is_some() || body.is_some() => {
            (with_headers(own(*status, body.as_deref()), headers), trace_of(found))
        }
        other => {
            let leads = !effects.course.is_empty() || effects.business.is_some();
            let fault = effects.fault.as_ref().map(|how| AppliedFault { rule: rule.to_owned(), how: how.clone(), attempt: None });
            let (response, trace, made) = world.with(provider_id, uptime, |it, cx| {
                if leads || fault.is_some() {
                    cx.lead(effects.leads_alone());
                }
                cx.spoil_webhooks(fault.clone());
                let (response, trace) = call(it, cx, found, request);
                (response, trace, cx.made())
            });
            let (response, trace) = of_provider(contract, path, request, (response, trace));
            if leads {
                world.lead(uptime, provider_id, (trace.operation, &made), rule, effects);
            }
            if let Some(fault) = fault {
                world.spoil_webhooks_of(provider_id, &made, &fault);
            }
            let headers = if let Some(Override::Own { headers, .. }) = other { headers.as_slice() } else { &[] };
            (with_headers(response, headers), trace)
        }
    }
}

/// An answer of the rule's own: JSON where the text is JSON.
fn own(status: Option<u16>, body: Option<&str>) -> Response {
    let status = status.and_then(|it| StatusCode::from_u16(it).ok()).unwrap_or(StatusCode::OK);
    let body = body.unwrap_or("");
    let is_json = serde_json::from_str::<&serde_json::value::RawValue>(body).is_ok();
    let mut response = Response::new(status, if is_json { "application/json" } else { "text/plain; charset=utf-8" }, body.to_owned());
    if body.is_empty() {
        response.headers.remove(header::CONTENT_TYPE);
    }
    response
}

fn with_headers(mut response: Response, headers: &[(String, String)]) -> Response {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers.insert(name, value);
        }
    }
    response
}

/// Answers that rules hold back by simulated time in one sandbox, those included whose callers have hung up.
const HELD_MAX: usize = 4_096;

fn pacing(world: &mut World, provider_id: ProviderId, rule: &str, effects: &Effects) -> Option<Pacing> {
    let mut pacing = Pacing { transport: effects.transport.clone(), ..Pacing::default() };
    if let Some(latency) = &effects.latency {
        let (stream, fired) = world.core.rules.get(rule).map_or((rule, 0), |it| (it.stream(), it.fired));
        let span = latency.spread.draw(Draws::new(world.core.seed, &format!("latency {stream}"), fired));
        if latency.real {
            pacing.held_for = Some(span.unsigned_abs());
        } else if HELD_MAX <= world.core.agenda.iter().filter(|it| matches!(it.1, Due::Held { .. })).count() {
            let text = format!("the rule `{rule}` holds an answer back no more: {HELD_MAX} are held back already");
            world.core.note(provider_id, text);
        } else if let Some(at) = later(world.core.now, span).filter(|_| !span.is_zero()) {
            world.core.agenda.book(at, Due::Held { provider_id });
            pacing.held_until = Some(at);
        }
    }
    (pacing != Pacing::default()).then_some(pacing)
}
