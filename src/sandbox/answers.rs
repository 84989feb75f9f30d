//! Answers that a sandbox gives itself: the stamp of who answered and when, and why no provider could.

use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::concealed;
use crate::kit::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, allow, header};
use crate::kit::nearest::close;
use crate::kit::time::{Timestamp, http_date};
use crate::scenario::asked::{nearest_of, words};

/// The simulated moment of an answer.
pub const TIME: HeaderName = HeaderName::from_static("playmoney-time");
/// The sandbox that answered, or the one that is meant.
pub const SANDBOX: HeaderName = HeaderName::from_static("playmoney-sandbox");
/// What to do about a refusal.
pub const HINT: HeaderName = HeaderName::from_static("playmoney-hint");
/// How certain it is that the provider answers so, and the row of the contract.
pub const EVIDENCE: HeaderName = HeaderName::from_static("playmoney-evidence");
/// Asks for one documented error.
pub const FAULT: HeaderName = HeaderName::from_static("playmoney-fault");

/// The headers that say when an answer was given, and by which sandbox.
#[derive(Clone)]
pub struct Stamp {
    pub at: Timestamp,
    pub name: String,
    headers: [(HeaderName, Option<HeaderValue>); 3],
}

impl Stamp {
    /// For that moment and that sandbox.
    pub fn new(at: Timestamp, name: &str) -> Self {
        let texts = [(TIME, at.to_string()), (header::DATE, http_date(at)), (SANDBOX, name.to_owned())];
        Self { at, name: name.to_owned(), headers: texts.map(|(header, text)| (header, HeaderValue::from_str(&text).ok())) }
    }

    /// Puts itself on an answer; the body stays as it is.
    pub fn put_on(&self, mut response: Response) -> Response {
        for (name, value) in &self.headers {
            if let Some(value) = value {
                response.headers.insert(name, value.clone());
            }
        }
        response
    }
}

/// A bug has struck this sandbox.
pub fn broken(world: &World, why: &str) -> Response {
    let detail = format!(
        "Playmoney has a bug, and this sandbox is not to be trusted any more: {why}. Please report it with its history, which GET /__admin/capsule gives as a file (seed {}). Other sandboxes go on; POST /__admin/reset begins this one anew.",
        world.core.seed
    );
    Response::problem(StatusCode::INTERNAL_SERVER_ERROR, "sandbox_broken", &detail)
}

/// No provider has that path.
pub fn unknown_path(world: &World, request: &Request) -> Response {
    let path = request.path.as_str();
    if is_root(path) {
        return root(world, request);
    }
    let contracts = || world.providers.iter().map(|it| it.contract());
    let slugs: Vec<&str> = contracts().map(|it| it.slug).collect();
    let first = path.split('/').nth(1).unwrap_or("");
    let owner = contracts().find(|it| it.operations_at(path).next().is_some());
    let hint = match (owner, close(first, slugs.iter().copied())) {
        (Some(owner), _) => format!("put the provider in front of the path: /{}{path}", owner.slug),
        (None, Some(it)) => format!("the nearest provider is /{it}"),
        (None, None) => format!("paths begin with a provider, as /{}", slugs.join(", /")),
    };
    Response::problem(StatusCode::NOT_FOUND, "not_found", &format!("No provider has the path {path}; {hint}."))
        .with(HINT, &concealed::text(&hint))
}

/// Whether a path has no segment, which is also what follows the name in `/s/{name}`.
pub fn is_root(path: &str) -> bool {
    matches!(path, "" | "/")
}

/// `/` leads to the control API.
fn root(world: &World, request: &Request) -> Response {
    let allowed = allow(&["GET"]);
    match request.method {
        Method::GET | Method::HEAD => Response::see_other(&format!("{}/__admin/", world.core.sandbox_url(request))),
        Method::OPTIONS => Response::empty(StatusCode::NO_CONTENT).with(header::ALLOW, &allowed),
        _ => Response::problem(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &format!("/ answers to {allowed}."))
            .with(header::ALLOW, &allowed),
    }
}

/// Nothing that can be asked for has that name.
pub fn no_such_fault(contract: &'static Contract, name: &str, rules: &[String]) -> Response {
    let known = rules.iter().map(String::as_str).chain(words(contract));
    let nearest = nearest_of(name, known.clone());
    let names = known.collect::<Vec<_>>().join(", ");
    let detail = format!(
        "`{name}` is not a rule, a documented error of {} or an effect that a header can name.{nearest} Known: {names}.",
        contract.name
    );
    Response::problem(StatusCode::UNPROCESSABLE_ENTITY, "unknown_fault", &detail)
}

/// What was asked for exists, but not like this.
pub fn wrong_fault(why: &str) -> Response {
    Response::problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fault", &format!("Playmoney-Fault: {why}."))
}
