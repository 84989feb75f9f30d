//! `/__admin`: everything that a tester can ask of a sandbox, one file a section.

mod accounts;
mod actions;
mod body;
mod clock;
mod contracts;
mod deliveries;
mod inbox;
mod journal;
mod render;
mod rules;
mod scenario;
mod state;

pub use render::{Line, Renderer};

use http::{Method, StatusCode, header};
use serde_json::json;

use crate::engine::actions::ActionDone;
use crate::engine::ids::ProviderId;
use crate::engine::walk::Walk;
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::kit::nearest::nearest;
use crate::kit::time::Uptime;

/// What a call leads to.
#[derive(Debug)]
pub enum Answer {
    Now(Response),
    /// A walk through time has begun; its end is answered with this.
    Walk(Conclusion),
    /// Something has to happen first.
    Wait(Waiting),
    /// The connection is cut without an answer.
    Hangup,
}

/// What is answered when a walk through time has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Everything that it has met.
    Report,
    /// What an action has done.
    Acted { provider_id: ProviderId, action: String, done: ActionDone },
    /// What came of one attempt.
    Attempt { delivery: u64, number: u32 },
    /// That the sandbox is the one that was put.
    Restored,
}

/// What a caller waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A message in an inbox, for so much real time.
    Messages { inbox: String, patience: std::time::Duration },
    /// The outcome of the only attempt of a delivery. The receiver's time limit bounds it.
    Tested { provider_id: ProviderId, delivery: u64, entry: u64, generation: u64 },
    /// The end of every attempt under way, so that the saved state holds none.
    Quiet,
}

impl Waiting {
    /// How long the caller waits at most, in real time; a receiver's own time limit is shorter than this.
    pub const fn patience(&self) -> std::time::Duration {
        match self {
            Self::Messages { patience, .. } => *patience,
            Self::Tested { .. } => std::time::Duration::from_secs(60),
            Self::Quiet => std::time::Duration::from_secs(10),
        }
    }
}

/// A refusal of the control API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    /// Members that the document has besides.
    pub members: serde_json::Value,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), members: serde_json::Value::Null }
    }

    /// The values cannot be taken: 422.
    fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", detail)
    }

    /// Nothing is there: 404.
    fn nothing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }
}

/// One call, as its handler sees it.
struct Ask<'a> {
    world: &'a mut World,
    uptime: Uptime,
    request: &'a Request,
    /// What stood in the braces of the pattern.
    captures: Vec<&'a str>,
}

type Handler = fn(&mut Ask<'_>) -> Result<Answer, Problem>;

/// A call of the control API. No method: any.
struct Route(Option<Method>, &'static str, Handler, &'static str);

#[rustfmt::skip]
const ROUTES: &[Route] = &[
    Route(Some(Method::GET),   "",                              index,               "this list"),
    Route(Some(Method::GET),   "health",                        health,              "whether requests are served"),
    Route(Some(Method::GET),   "clock",                         clock::show,         "the simulated time and what comes next"),
    Route(Some(Method::POST),  "clock/freeze",                  clock::freeze,       "time stands"),
    Route(Some(Method::POST),  "clock/resume",                  clock::resume,       "time runs as real time does"),
    Route(Some(Method::POST),  "clock/scale",                   clock::scale,        "time runs at a rate: {\"rate\": 60}"),
    Route(Some(Method::POST),  "clock/advance",                 clock::advance,      "time leaps, and all that is due happens: {\"by\": \"31m\"}, {\"to\": RFC 3339} or {\"until\": \"next\" | \"idle\" | \"delivery\"}"),
    Route(Some(Method::GET),   "act",                           actions::list,          "what the outside world can do"),
    Route(Some(Method::POST),  "act/{provider}/{action}",       actions::act,           "the outside world does it"),
    Route(Some(Method::GET),   "deliveries",                    deliveries::list,    "webhooks and their attempts: ?provider=&event=&subject=&status="),
    Route(Some(Method::POST),  "deliveries/{delivery}/resend",  deliveries::resend,  "sends the same event again now"),
    Route(Some(Method::POST),  "webhooks/verify",               deliveries::verify,  "whether a webhook's signature is right and, if not, why"),
    Route(Some(Method::PUT),   "inbox/{inbox}/script",          inbox::script,       "how a built-in receiver answers: {\"respond\": [500, \"timeout\", 200]}"),
    Route(Some(Method::GET),   "inbox/{inbox}/messages",        inbox::messages,     "what arrived: ?wait=5s"),
    Route(None,                "inbox/{inbox}",                 inbox::receive,      "a built-in receiver"),
    Route(Some(Method::GET),   "requests",                      journal::list,       "the journal: ?provider=&operation=&status=&since=&limit="),
    Route(Some(Method::GET),   "accounts",                      accounts::list,      "the merchants of all providers"),
    Route(Some(Method::GET),   "accounts/{provider}/{account}", accounts::show,      "a merchant's credentials and settings"),
    Route(Some(Method::PATCH), "accounts/{provider}/{account}", accounts::change,    "changes settings: {\"webhook_url\": ..., \"pace\": \"manual\"}"),
    Route(Some(Method::GET),   "rules",                         rules::list,         "what differs from the documented behaviour, in the order in which it is asked"),
    Route(Some(Method::POST),  "rules",                         rules::add,          "adds a rule ahead of those that stand: {\"on\": \"quoine.createInvoice\", \"when\": {\"times\": 1}, \"then\": {\"error\": \"usage_limit\"}}"),
    Route(Some(Method::DELETE), "rules",                        rules::clear,        "takes all rules away"),
    Route(Some(Method::DELETE), "rules/{rule}",                 rules::remove,       "takes one rule away"),
    Route(Some(Method::POST),  "scenario",                      scenario::replace,   "begins the sandbox anew with a scenario: YAML or JSON"),
    Route(Some(Method::POST),  "reset",                         state::reset,        "back to the sandbox's start"),
    Route(Some(Method::GET),   "state",                         state::save,         "the whole sandbox as one JSON document"),
    Route(Some(Method::PUT),   "state",                         state::restore,      "replaces the sandbox by such a document"),
    Route(Some(Method::GET),   "openapi/{provider}.json",       contracts::provider, "a provider's OpenAPI 3.1 document"),
    Route(Some(Method::GET),   "openapi.json",                  contracts::control,  "the OpenAPI 3.1 document of these calls"),
];

/// Whether a control path may be called by anybody, from any page, without a token: receiving and health.
pub fn is_open(path: &str) -> bool {
    let mut segments = path.split('/').filter(|it| !it.is_empty());
    match (segments.next(), segments.next(), segments.next()) {
        (Some("health"), None, None) => true,
        (Some("inbox"), Some(_), rest) => !matches!(rest, Some("messages" | "script")),
        _ => false,
    }
}

/// One call. `path` lacks `/__admin/`.
pub fn call(world: &mut World, uptime: Uptime, path: &str, request: &Request) -> Answer {
    let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    let fitting = |it: &&Route| fits(it.1, &segments).is_some();
    let answer = match ROUTES.iter().find(|it| fitting(it) && it.0.as_ref().is_none_or(|method| *method == request.method)) {
        Some(route) => {
            let captures = fits(route.1, &segments).unwrap_or_default();
            (route.2)(&mut Ask { world, uptime, request, captures })
        }
        None => Ok(Answer::Now(no_route(&segments, ROUTES.iter().filter(fitting)))),
    };
    answer.unwrap_or_else(|it| Answer::Now(Response::problem_with(it.status, it.code, &it.detail, &it.members)))
}

fn fits<'a>(pattern: &str, segments: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut captures = Vec::new();
    let mut rest = segments.iter();
    for part in pattern.split('/').filter(|it| !it.is_empty()) {
        let segment = rest.next()?;
        match part.strip_prefix('{').and_then(|it| it.split_once('}')) {
            Some((_, ending)) => captures.push(segment.strip_suffix(ending)?),
            None if part == *segment => {}
            None => return None,
        }
    }
    rest.next().is_none().then_some(captures)
}

fn no_route<'a>(segments: &[&str], fitting: impl Iterator<Item = &'a Route>) -> Response {
    let allowed: Vec<&str> = fitting.filter_map(|it| it.0.as_ref()).map(Method::as_str).collect();
    let path = segments.join("/");
    if !allowed.is_empty() {
        let allowed = allowed.join(", ");
        let detail = format!("/__admin/{path} answers to {allowed}.");
        return Response::problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &detail).with(header::ALLOW, &allowed);
    }
    let nearest = nearest(&path, ROUTES.iter().map(|it| it.1)).map_or(String::new(), |it| format!(" The nearest is /__admin/{it}."));
    let detail = format!("There is no /__admin/{path}.{nearest} GET /__admin/ lists every call.");
    Response::problem(StatusCode::NOT_FOUND, "not_found", &detail)
}

fn index(_: &mut Ask<'_>) -> Result<Answer, Problem> {
    let row =
        |it: &Route| json!({"method": it.0.as_ref().map_or("ANY", Method::as_str), "path": format!("/__admin/{}", it.1), "does": it.3});
    ok(&json!({"calls": ROUTES.iter().map(row).collect::<Vec<_>>()}))
}

fn health(_: &mut Ask<'_>) -> Result<Answer, Problem> {
    ok(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

/// What a walk that has arrived is answered with.
pub fn conclude(world: &mut World, walk: &Walk, conclusion: &Conclusion) -> Response {
    match conclusion {
        Conclusion::Report => clock::report(world, walk),
        Conclusion::Acted { provider_id, action, done } => actions::report(world, *provider_id, action, *done, !walk.incomplete),
        Conclusion::Attempt { delivery, number } => deliveries::report(world, *delivery, *number),
        Conclusion::Restored => state::report(world),
    }
}

/// The answer that a waiting caller gets, once there is one or their patience has ended.
pub fn poll(world: &mut World, uptime: Uptime, waiting: &Waiting, patience_ended: bool) -> Option<Response> {
    match waiting {
        Waiting::Messages { inbox, .. } => inbox::poll(world, inbox, patience_ended),
        Waiting::Quiet => (world.is_quiet() || patience_ended).then(|| state::saved(world, uptime)),
        Waiting::Tested { provider_id, delivery, generation, .. } => {
            let webhook = world.core.outbox.get(*delivery).filter(|_| *generation == world.generation);
            let Some(webhook) = webhook else {
                let detail = "The sandbox was reset or replaced while this call waited for its webhook.";
                return Some(Response::problem(StatusCode::GONE, "dropped", detail));
            };
            let known = webhook.attempts.last().is_none_or(|it| it.outcome.is_some());
            (known || patience_ended).then(|| world.provider(*provider_id).tested(webhook))
        }
    }
}

fn ok(value: &serde_json::Value) -> Result<Answer, Problem> {
    Ok(Answer::Now(Response::json(StatusCode::OK, value)))
}

fn provider_id(world: &World, slug: &str) -> Result<ProviderId, Problem> {
    let known = world.providers.iter().map(|it| it.contract().slug);
    world.provider_id(slug).ok_or_else(|| {
        let nearest = nearest(slug, known).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
        Problem::nothing(format!("There is no provider `{slug}`.{nearest}"))
    })
}
