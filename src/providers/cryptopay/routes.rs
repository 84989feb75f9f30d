//! The calls that the documentation lists, and what each does.

use super::auth::{self, STANDARD};
use super::errors::Error;
use super::model::Memory;
use super::wire::Links;
use crate::engine::context::Context;
use crate::engine::limits::Count;
use crate::engine::tables::bound::Bound as Route;
use crate::engine::tables::found::{Caller, Found};
use crate::engine::tables::settings::DOCUMENTED_LINKS;
use crate::engine::tables::{Auth, Operation};
use crate::kit::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use crate::kit::path::exactly;

mod endpoints;
mod lists;
mod orders;
mod table;
mod transactions;
mod users;
mod wallets;

pub use table::ROUTES;
pub use users::move_in;

/// The provider's own scheme and host.
pub const BASE_URL: &str = "https://sandbox-api.cryptopay.com";

/// A call that may be made.
pub struct Call<'a, 'c> {
    memory: &'a mut Memory,
    cx: &'a mut Context<'c>,
    request: &'a Request,
    /// Who asks; 0 for an open call.
    merchant: u32,
    /// What stands for the braces in the path.
    id: &'a str,
}

type Handler = fn(Call<'_, '_>) -> Result<Response, Error>;

/// An answer, and what the rate limit says about its call; nothing for a caller who is not recognised.
pub struct Answered {
    pub answer: Result<Response, Error>,
    pub rate: Option<Count>,
}

impl From<Result<Response, Error>> for Answered {
    fn from(answer: Result<Response, Error>) -> Self {
        Self { answer, rate: None }
    }
}

/// One call of the API. The path is settled first, then who asks, then the method and the rest.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Answered {
    if let Some((operation, handler)) = found.handler(ROUTES).filter(|it| found.is_exact || is_login_path(it.0, found.path)) {
        cx.trace.operation = Some(operation.name);
        let id = found.captures.first();
        let does = |memory: &mut Memory, cx: &mut Context<'_>, merchant: u32| handler(Call { memory, cx, request, merchant, id });
        let is_open = operation.auth == Auth::Open;
        return if is_open { does(memory, cx, 0).into() } else { entered(memory, cx, found.caller.as_ref(), request, does) };
    }
    match missed(cx, found.path, request) {
        Missed::Method { error, is_open: false } => entered(memory, cx, found.caller.as_ref(), request, |_, _, _| Err(error)),
        Missed::Method { error, .. } => Err(error).into(),
        Missed::Slash(response) => Ok(response).into(),
        Missed::Path => Err(Error::NotFound).into(),
    }
}

/// Lets in a caller who is known and may call. Each such call counts against the limit, also a refused one.
fn entered(
    memory: &mut Memory,
    cx: &mut Context<'_>,
    caller: Option<&Caller>,
    request: &Request,
    does: impl FnOnce(&mut Memory, &mut Context<'_>, u32) -> Result<Response, Error>,
) -> Answered {
    let merchant = match auth::caller(memory, cx, caller, request) {
        Ok(merchant) => merchant,
        Err(error) => return Err(error).into(),
    };
    let (rate, held) = auth::pace(memory, cx, merchant);
    let may = held.and_then(|()| auth::permit(memory, cx, merchant));
    Answered { answer: may.and_then(|()| does(memory, cx, merchant)), rate }
}

/// A call that a tester wants refused: it counts against the limit, and a refusal for too many calls shows the limit as
/// reached.
pub fn refused(cx: &mut Context<'_>, found: &Found<'_>, error: Error) -> Answered {
    let is_guarded = found.operation.is_some_and(|it| it.auth != Auth::Open);
    let account = found.caller.as_ref().filter(|_| is_guarded).map(|it| it.account.as_str());
    let limit = account.map_or(STANDARD, |it| auth::limit(cx, it));
    if let Error::RateLimited(_) = error {
        cx.hint_at(limit);
        let count = cx.exhausted(account.unwrap_or_default(), limit);
        return Answered { answer: Err(auth::exceeded(cx, count)), rate: Some(count) };
    }
    let known = account.filter(|_| !matches!(error, Error::Unauthorized(_)));
    Answered { rate: known.and_then(|it| cx.count_call(it, limit)), answer: Err(error) }
}

/// Why a request is not one of the documented calls.
enum Missed {
    /// The path has calls of other methods.
    Method {
        error: Error,
        is_open: bool,
    },
    /// Only the slash at the end is missing: the answer says where to ask.
    Slash(Response),
    Path,
}

const SLASHLESS: &str = "paths end with a slash here: most clients follow this redirect with GET, whatever they have sent";

fn missed(cx: &mut Context<'_>, path: &str, request: &Request) -> Missed {
    let here: Vec<&Operation> = cx.contract().operations.iter().copied().filter(|it| is_at(it, path)).collect();
    if let Some(first) = here.first() {
        let mut allowed: Vec<&str> = here.iter().map(|it| it.method.as_str()).collect();
        allowed.sort_unstable();
        let error = Error::Method { method: request.method.to_string(), allowed: allowed.join(", ") };
        return Missed::Method { error, is_open: first.auth == Auth::Open };
    }
    // Quirk: whatever the method, a path without its slash is answered by a redirect to the path that has it. Most
    // clients follow with GET.
    let slashed = format!("{path}/");
    if path.ends_with('/') || !cx.contract().operations.iter().any(|it| is_at(it, &slashed)) {
        return Missed::Path;
    }
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let location = format!("{}{slashed}{query}", Links::below(&cx.base_url(request)).prefix);
    cx.trace.hint = Some(SLASHLESS.into());
    let response = Response::new(StatusCode::MOVED_PERMANENTLY, "text/html; charset=utf-8", "");
    Missed::Slash(response.with(header::LOCATION, &location))
}

fn is_at(operation: &Operation, path: &str) -> bool {
    exactly(operation.path, path).is_some() || is_login_path(operation, path)
}

/// The open calls, which register and log in, are known with and without the slash at their end.
fn is_login_path(operation: &Operation, path: &str) -> bool {
    let bare = |it: &str| it.strip_suffix('/').unwrap_or(it).len();
    operation.auth == Auth::Open && operation.path[..bare(operation.path)] == path[..bare(path)]
}

impl Call<'_, '_> {
    /// Where the links of the answer begin; below `base` unless the account wants those of the documentation.
    fn links<'b>(&self, base: &'b str) -> Links<'b> {
        let documented = self.cx.flag(self.memory.account_of(self.merchant), &DOCUMENTED_LINKS);
        if documented { Links::DOCUMENTED } else { Links::below(base) }
    }

    /// The object that the path names by its number.
    fn number(&self) -> Result<u32, Error> {
        let number: Option<u32> = self.id.parse().ok();
        number.filter(|it| it.to_string() == self.id).ok_or(Error::NotFound)
    }
}

/// Puts what the rate limit says on an answer.
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
