//! The calls that the documentation lists.

use super::auth::{self, STANDARD};
use super::decisions::{DUPLICATE_MEMBERS, NULL_AND_EMPTY, PATH_SLASH, REPEATED_PARAMETER, SINGLE_OBJECT_CALLS, UNKNOWN_PARAMETERS};
use super::errors::Error;
use super::model::Memory;
use super::wire::Links;
use crate::engine::context::Context;
use crate::engine::limits::Count;
use crate::engine::tables::bound::Bound as Route;
use crate::engine::tables::found::{Caller, Found};
use crate::engine::tables::settings::DOCUMENTED_LINKS;
use crate::engine::tables::{Auth, Operation};
use crate::kit::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header, location_value};
use crate::kit::path::exactly;
use crate::kit::sheet::{Oddity, oddities};

mod endpoints;
mod lists;
mod orders;
mod table;
mod transactions;
mod users;
mod wallets;

pub use table::ROUTES;
pub use users::open_account;

/// The provider's own scheme and host.
pub const BASE_URL: &str = "https://sandbox-api.cryptopay.com";

/// A call that may be made.
pub struct Call<'a, 'c> {
    memory: &'a mut Memory,
    cx: &'a mut Context<'c>,
    request: &'a Request,
    /// The caller; 0 for an open call.
    merchant: u32,
    /// The value of the braces in the path.
    id: &'a str,
}

type Handler = fn(Call<'_, '_>) -> Result<Response, Error>;

/// An answer, and the state of the rate limit; `None` for an unknown caller.
pub struct Answered {
    pub answer: Result<Response, Error>,
    pub rate: Option<Count>,
}

impl From<Result<Response, Error>> for Answered {
    fn from(answer: Result<Response, Error>) -> Self {
        Self { answer, rate: None }
    }
}

/// Answers one call of the API. The path is checked first, then the caller, then the method and the rest.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Answered {
    if let Some((operation, handler)) = found.handler(ROUTES).filter(|it| found.is_exact || is_login_path(it.0, found.path)) {
        cx.trace.operation = Some(operation.name);
        let id = found.captures.first();
        let run = |memory: &mut Memory, cx: &mut Context<'_>, merchant: u32| handler(Call { memory, cx, request, merchant, id });
        let is_open = operation.auth == Auth::Open;
        for oddity in oddities(request, operation.parameters.iter().map(|it| it.name)) {
            cx.rest_on(match oddity {
                Oddity::Unknown => UNKNOWN_PARAMETERS,
                Oddity::RepeatedInQuery => REPEATED_PARAMETER,
                Oddity::RepeatedInBody => DUPLICATE_MEMBERS,
                Oddity::EmptyInQuery | Oddity::EmptyInBody => NULL_AND_EMPTY,
            });
        }
        return if is_open { run(memory, cx, 0).into() } else { admit(memory, cx, found.caller.as_ref(), request, run) };
    }
    match find_miss(cx, found.path, request) {
        Miss::Method { error, is_open: false } => admit(memory, cx, found.caller.as_ref(), request, |_, _, _| Err(error)),
        Miss::Method { error, .. } => Err(error).into(),
        Miss::Slash(response) => Ok(response).into(),
        Miss::Path => Err(Error::NoPath).into(),
    }
}

/// Admits a known caller who may call. Each such call counts against the limit, also a refused one.
fn admit(
    memory: &mut Memory,
    cx: &mut Context<'_>,
    caller: Option<&Caller>,
    request: &Request,
    run: impl FnOnce(&mut Memory, &mut Context<'_>, u32) -> Result<Response, Error>,
) -> Answered {
    let merchant = match auth::caller(memory, cx, caller, request) {
        Ok(merchant) => merchant,
        Err(error) => return Err(error).into(),
    };
    let (rate, allowed) = auth::count_call(memory, cx, merchant);
    let allowed = allowed.and_then(|()| auth::permit(memory, cx, merchant));
    Answered { answer: allowed.and_then(|()| run(memory, cx, merchant)), rate }
}

/// Refuses a call as a tester requests: it counts against the limit. A refusal for too many calls shows a limit that is
/// reached, and the counter goes on.
pub fn refuse(cx: &mut Context<'_>, found: &Found<'_>, error: Error) -> Answered {
    let is_guarded = found.operation.is_some_and(|it| it.auth != Auth::Open);
    let account = found.caller.as_ref().filter(|_| is_guarded).map(|it| it.account.as_str());
    let limit = account.map_or(STANDARD, |it| auth::limit(cx, it));
    if let Error::RateLimited(_) = error {
        cx.hint_at(limit);
        cx.trace.hint = cx.trace.hint.take().map(|it| format!("{it}; the counter goes on").into());
        let count = cx.exhausted(account.unwrap_or_default(), limit);
        return Answered { answer: Err(auth::limit_error(cx, count)), rate: Some(count) };
    }
    let known = account.filter(|_| !matches!(error, Error::Unauthorized(..)));
    Answered { rate: known.and_then(|it| cx.count_call(it, limit)), answer: Err(error) }
}

/// Why a request is not one of the documented calls.
enum Miss {
    /// The path has calls of other methods.
    Method {
        error: Error,
        is_open: bool,
    },
    /// Only the slash at the end is missing; the answer redirects.
    Slash(Response),
    Path,
}

const SLASHLESS: &str = "paths end with a slash: most clients follow this redirect with GET, even after a POST";

fn find_miss(cx: &mut Context<'_>, path: &str, request: &Request) -> Miss {
    let here: Vec<&Operation> = cx.contract().operations.iter().copied().filter(|it| is_at(it, path)).collect();
    if let Some(first) = here.first() {
        if here.iter().all(|it| it.method == Method::PUT) {
            cx.rest_on(SINGLE_OBJECT_CALLS);
        }
        let mut allowed: Vec<&str> = here.iter().map(|it| it.method.as_str()).collect();
        allowed.sort_unstable();
        let error = Error::Method { method: request.method.to_string(), allowed: allowed.join(", ") };
        return Miss::Method { error, is_open: first.auth == Auth::Open };
    }
    // Quirk: for any method, a path without its slash is redirected to the path with it. Most clients follow with GET.
    let slashed = format!("{path}/");
    if path.ends_with('/') || !cx.contract().operations.iter().any(|it| is_at(it, &slashed)) {
        return Miss::Path;
    }
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let location = format!("{}{slashed}{query}", Links::below(&cx.base_url(request)).prefix);
    cx.rest_on(PATH_SLASH);
    cx.trace.hint = Some(SLASHLESS.into());
    let response = Response::new(StatusCode::MOVED_PERMANENTLY, "text/html; charset=utf-8", "");
    Miss::Slash(response.with(header::LOCATION, &location_value(&location)))
}

fn is_at(operation: &Operation, path: &str) -> bool {
    exactly(operation.path, path).is_some() || is_login_path(operation, path)
}

/// The open calls, which register and log in, work with and without the slash at the end.
fn is_login_path(operation: &Operation, path: &str) -> bool {
    let bare = |it: &str| it.strip_suffix('/').unwrap_or(it).len();
    operation.auth == Auth::Open && operation.path[..bare(operation.path)] == path[..bare(path)]
}

impl Call<'_, '_> {
    /// The links of an answer; below `base` unless the account has the setting `documented_links`.
    fn links<'b>(&self, base: &'b str) -> Links<'b> {
        let documented = self.cx.flag(self.memory.account_of(self.merchant), &DOCUMENTED_LINKS);
        if documented { Links::DOCUMENTED } else { Links::below(base) }
    }

    /// The number of the object in the path.
    fn number(&self) -> Result<u32, Error> {
        let number: Option<u32> = self.id.parse().ok();
        number.filter(|it| it.to_string() == self.id).ok_or(Error::NotFound)
    }
}

/// Adds the headers of the rate limit to an answer.
pub fn with_rate(mut response: Response, rate: Count) -> Response {
    for (name, value) in [
        ("x-ratelimit-limit", i64::from(rate.calls_max)),
        ("x-ratelimit-remaining", i64::from(rate.remaining)),
        ("x-ratelimit-reset", rate.reset),
    ] {
        response.headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    response
}
