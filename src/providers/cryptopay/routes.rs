//! The calls that the documentation lists, and what each does.

use super::auth::{self, STANDARD};
use super::errors::Error;
use super::model::Memory;
use super::wire::Links;
use crate::engine::context::Context;
use crate::engine::limits::Count;
use crate::engine::tables::settings::DOCUMENTED_LINKS;
use crate::engine::tables::{Auth, Operation};
use crate::kit::http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};

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
    /// Who asks; 0 where anybody may.
    merchant: u32,
    /// What stands for the braces in the path.
    id: &'a str,
}

type Handler = fn(Call<'_, '_>) -> Result<Response, Error>;

/// A documented call and its handler.
pub struct Route(pub Operation, Handler);

/// An answer, and what the rate limit says about its call: `None` when no caller was recognised.
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
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, path: &str, request: &Request) -> Answered {
    match routed(cx, path, request) {
        Found::Route(route, id) => {
            cx.trace.operation = Some(route.0.name);
            let does = |memory: &mut Memory, cx: &mut Context<'_>, merchant: u32| (route.1)(Call { memory, cx, request, merchant, id });
            if route.0.auth == Auth::Open { does(memory, cx, 0).into() } else { entered(memory, cx, request, does) }
        }
        Found::OtherMethods { error, is_open: false } => entered(memory, cx, request, |_, _, _| Err(error)),
        Found::OtherMethods { error, .. } => Err(error).into(),
        Found::Elsewhere(response) => Ok(response).into(),
        Found::Nothing => Err(Error::NotFound).into(),
    }
}

/// Lets in who is known and may call. Whatever becomes of their call, it counts.
fn entered(
    memory: &mut Memory,
    cx: &mut Context<'_>,
    request: &Request,
    does: impl FnOnce(&mut Memory, &mut Context<'_>, u32) -> Result<Response, Error>,
) -> Answered {
    let merchant = match auth::caller(memory, cx, request) {
        Ok(merchant) => merchant,
        Err(error) => return Err(error).into(),
    };
    let (rate, held) = auth::pace(memory, cx, merchant);
    let may = held.and_then(|()| auth::permit(memory, cx, merchant));
    Answered { answer: may.and_then(|()| does(memory, cx, merchant)), rate }
}

/// A call that a tester wants refused: it counts as if it had been made, and a refusal for too many shows the limit as
/// reached.
pub fn refused(memory: &Memory, cx: &mut Context<'_>, path: &str, request: &Request, error: Error) -> Answered {
    let is_guarded = cx.contract().operation_of(path, request).is_some_and(|it| it.auth != Auth::Open);
    let account = auth::named(memory, cx, request).filter(|_| is_guarded);
    let limit = account.as_deref().map_or(STANDARD, |it| auth::limit(cx, it));
    if let Error::RateLimited(_) = error {
        cx.hint_at(limit);
        let count = cx.exhausted(account.as_deref().unwrap_or_default(), limit);
        return Answered { answer: Err(auth::exceeded(cx, count)), rate: Some(count) };
    }
    let known = account.filter(|_| !matches!(error, Error::Unauthorized(_)));
    Answered { rate: known.and_then(|it| cx.count_call(&it, limit)), answer: Err(error) }
}

/// What a path leads to.
enum Found<'a> {
    Route(&'static Route, &'a str),
    /// Calls of other methods.
    OtherMethods {
        error: Error,
        /// Anybody may make them.
        is_open: bool,
    },
    /// The answer that says where it is to be asked for.
    Elsewhere(Response),
    Nothing,
}

const SLASHLESS: &str = "paths end with a slash here: most clients follow this redirect with GET, whatever they have sent";

/// The call that is meant, or why there is none.
fn routed<'a>(cx: &mut Context<'_>, path: &'a str, request: &Request) -> Found<'a> {
    let here: Vec<(&Route, &str)> = ROUTES.iter().filter_map(|it| Some((it, captured(it, path)?))).collect();
    if let Some((route, id)) = here.iter().find(|it| it.0.0.method == request.method) {
        return Found::Route(route, id);
    }
    if let Some((first, _)) = here.first() {
        let mut allowed: Vec<&str> = here.iter().map(|it| it.0.0.method.as_str()).collect();
        allowed.sort_unstable();
        let error = Error::Method { method: request.method.to_string(), allowed: allowed.join(", ") };
        return Found::OtherMethods { error, is_open: first.0.auth == Auth::Open };
    }
    // Quirk: only the slash is missing, so the caller is sent to the path that has it, whatever the method. Most clients
    // then ask with GET.
    let slashed = format!("{path}/");
    if path.ends_with('/') || !ROUTES.iter().any(|it| captured(it, &slashed).is_some()) {
        return Found::Nothing;
    }
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let location = format!("{}{slashed}{query}", Links::below(&cx.base_url(request)).prefix);
    cx.trace.hint = Some(SLASHLESS.into());
    let response = Response::new(StatusCode::MOVED_PERMANENTLY, "text/html; charset=utf-8", "");
    Found::Elsewhere(response.with(header::LOCATION, &location))
}

/// What stands for the braces of a route's path; empty when it has none. The calls that log somebody in are known with
/// and without the slash at their end.
fn captured<'a>(route: &Route, path: &'a str) -> Option<&'a str> {
    let pattern = route.0.path;
    if route.0.auth == Auth::Open {
        let bare = |it: &'a str| it.strip_suffix('/').unwrap_or(it);
        return (pattern.trim_end_matches('/') == bare(path)).then_some("");
    }
    let Some((before, after)) = pattern.split_once('{') else { return (pattern == path).then_some("") };
    let after = after.split_once('}').map_or("", |it| it.1);
    path.strip_prefix(before)?.strip_suffix(after).filter(|it| !it.is_empty() && !it.contains('/'))
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
