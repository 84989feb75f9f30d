//! Authentication by a bearer token or a static key, and the rate limit.

use super::decisions::{BEARER_FORM, ENTERPRISE_LIMIT, TOKEN_CLAIMS, TOKEN_SECRET};
use super::errors::{BAD_TOKEN, Error, NO_CREDENTIALS, OLD_TOKEN, SPENT_TOKEN};
use super::model::{ISSUERS_MAX, Memory};
use super::settings::{HOURLY_LIMIT, PLAN, SUSPENDED};
use super::wire::{self, ACCESS, ACCESS_SECS, Claims, REFRESH, REFRESH_SECS};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::limits::Count;
use crate::engine::tables::Limit;
use crate::engine::tables::found::{By, Caller};
use crate::kit::evidence::Evidence::Documented;
use crate::kit::http::{Request, header};
use crate::kit::ids::entity;
use crate::kit::jwt;
use crate::kit::sign::derived;
use crate::kit::time::{Duration, unix_seconds};

/// The limit of the plan that a merchant begins with.
pub const STANDARD: Limit = Limit {
    error: "rate_limited",
    calls_max: 1_000,
    window: Duration::from_hours(1),
    evidence: Documented("API overview, Rate Limiting; when the hour begins is assumed"),
};
/// The calls per hour of the plan `premium`.
const PREMIUM_CALLS: u32 = 5_000;

/// The secret that signs the tokens of a sandbox, derived from the sandbox's name.
fn secret_of(sandbox: &str) -> String {
    if sandbox == "default" { "cp_test_jwt_secret".to_owned() } else { derived(&[sandbox, "cryptopay", "jwt_secret"]) }
}

/// The merchant whose bearer a request carries. A bearer in the query or in the body does not count.
pub fn caller(memory: &Memory, cx: &mut Context<'_>, caller: Option<&Caller>, request: &Request) -> Result<u32, Error> {
    let Some(caller) = caller else { return Err(unknown(memory, cx, request)) };
    if let By::Token { kind, ends } = &caller.by {
        check_token(cx, (kind, *ends), ACCESS)?;
    }
    let merchant = memory.merchant_of(&caller.account).ok_or(BAD_TOKEN)?;
    note(memory, cx, merchant);
    if !is_as_documented(request) {
        cx.rest_on(BEARER_FORM);
    }
    Ok(merchant)
}

/// Whether the header is written as in the examples.
fn is_as_documented(request: &Request) -> bool {
    let value = request.header(header::AUTHORIZATION);
    value.strip_prefix("Bearer ").is_some_and(|bearer| !bearer.contains(|it: char| it.is_ascii_whitespace()))
}

/// The refusal of a request without a known merchant.
fn unknown(memory: &Memory, cx: &Context<'_>, request: &Request) -> Error {
    let Some(bearer) = bearer(request) else { return NO_CREDENTIALS };
    // A token of a merchant who does not exist any more is checked as well.
    let claims = open_token(memory, cx, bearer);
    claims.and_then(|it| check_token(cx, (&it.token_type, it.exp), ACCESS).err()).unwrap_or(BAD_TOKEN)
}

/// The text after `Bearer`.
fn bearer(request: &Request) -> Option<&str> {
    let value = request.header(header::AUTHORIZATION).trim();
    let (scheme, bearer) = value.split_once(|it: char| it.is_ascii_whitespace()).unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then_some(bearer.trim())
}

/// The first characters of the id of each token of a sandbox: without its secret they tell whose it is. Those of `default` have
/// none, because most servers have no other sandbox.
pub fn mark(sandbox: &str) -> String {
    const CHARS: usize = 10;
    if sandbox == "default" { String::new() } else { derived(&[sandbox, "cryptopay", "jti"])[..CHARS].to_owned() }
}

/// The key or the user name of a request, or the mark of its token, unverified.
pub fn presented(request: &Request) -> Option<String> {
    let Some(bearer) = bearer(request) else { return wire::parse_login(request).ok().map(|it| it.0) };
    let of_token = || jwt::unverified::<Claims>(bearer)?.jti.get(..mark("another").len()).map(str::to_owned);
    Some(if bearer.contains('.') { of_token()? } else { bearer.to_owned() })
}

/// The account of a bearer, also of an expired token.
pub fn identify(memory: &Memory, cx: &Context<'_>, request: &Request) -> Option<Caller> {
    let bearer = bearer(request)?;
    let (merchant, by) = match open_token(memory, cx, bearer) {
        Some(it) => (it.user_id, By::Token { kind: it.token_type, ends: it.exp }),
        None => (owner_of_key(memory, cx, bearer)?, By::Bearer),
    };
    memory.merchants.get(merchant).map(|_| Caller { account: memory.account_of(merchant).to_owned(), by })
}

fn owner_of_key(memory: &Memory, cx: &Context<'_>, key: &str) -> Option<u32> {
    memory.merchant_of(&cx.owner_of("api_key", key)?.id)
}

/// Notes the account of a request for the log.
pub fn note(memory: &Memory, cx: &mut Context<'_>, merchant: u32) {
    cx.trace.account = Some(memory.account_of(merchant).to_owned());
}

/// The claims of a token that this sandbox has signed, or a sandbox that its state comes from.
fn open_token(memory: &Memory, cx: &Context<'_>, token: &str) -> Option<Claims> {
    let own = Claims::open(token, &secret_of(cx.sandbox()));
    own.or_else(|| memory.issuers.iter().filter(|it| *it != cx.sandbox()).find_map(|it| Claims::open(token, &secret_of(it))))
}

/// Refuses a token of another kind than `wanted`, and an expired one.
fn check_token(cx: &Context<'_>, (kind, ends): (&str, i64), wanted: &str) -> Result<(), Error> {
    if kind != wanted {
        return Err(BAD_TOKEN);
    }
    if ends <= unix_seconds(cx.now()) { Err(OLD_TOKEN) } else { Ok(()) }
}

/// The claims of a refresh token that can still be used.
pub fn check_refresh(memory: &Memory, cx: &mut Context<'_>, token: &str) -> Result<Claims, Error> {
    let claims = open_token(memory, cx, token).ok_or(BAD_TOKEN)?;
    check_token(cx, (&claims.token_type, claims.exp), REFRESH)?;
    let merchant = claims.user_id;
    if memory.merchants.get(merchant).is_none() {
        return Err(BAD_TOKEN);
    }
    if memory.is_spent(claims.exp, &claims.jti) {
        return Err(SPENT_TOKEN);
    }
    note(memory, cx, merchant);
    Ok(claims)
}

/// A pair of tokens for a merchant: access and refresh.
pub fn issue(memory: &mut Memory, cx: &mut Context<'_>, merchant: u32) -> Result<(String, String), Error> {
    for row in [TOKEN_CLAIMS, TOKEN_SECRET] {
        cx.rest_on(row);
    }
    let home = cx.sandbox();
    if memory.issuers.iter().all(|it| it != home) && memory.issuers.len() < ISSUERS_MAX {
        memory.issuers.push(home.to_owned());
    }
    let stream = memory.merchants.update(merchant, |it| {
        it.tokens += 1;
        entity(&[&it.account, &it.tokens.to_string()])
    });
    let stream = stream.ok_or(Error::Internal)?;
    let (iat, secret) = (unix_seconds(cx.now()), secret_of(home));
    let mut draws = cx.draws("cryptopay token", stream);
    let mark = mark(home);
    let mut token = |kind: &str, seconds: i64| {
        let jti = [&mark, &draws.hex(32)[mark.len()..]].concat();
        let claims = Claims { token_type: kind.to_owned(), exp: iat + seconds, iat, jti, user_id: merchant };
        claims.sign(&secret)
    };
    Ok((token(ACCESS, ACCESS_SECS), token(REFRESH, REFRESH_SECS)))
}

/// Refuses a suspended account.
pub fn permit(memory: &Memory, cx: &mut Context<'_>, merchant: u32) -> Result<(), Error> {
    if !cx.flag(memory.account_of(merchant), &SUSPENDED) {
        return Ok(());
    }
    cx.trace.hint = Some("the account's setting `suspended` is on".into());
    Err(Error::Suspended)
}

/// The rate limit of the account's plan.
pub fn limit(cx: &Context<'_>, account: &str) -> Limit {
    cx.account(account).map_or(STANDARD, |it| Limit { calls_max: calls_max(it), ..STANDARD })
}

/// How many calls the plan of an account allows.
pub fn calls_max(account: &Account) -> u32 {
    match account.text(&PLAN) {
        Some("premium") => PREMIUM_CALLS,
        Some("enterprise") => u32::try_from(account.integer(&HOURLY_LIMIT)).unwrap_or(u32::MAX),
        _ => STANDARD.calls_max,
    }
}

/// Counts a call, unless the account's limit is off. The count is for the headers of the answer.
pub fn count_call(memory: &Memory, cx: &mut Context<'_>, merchant: u32) -> (Option<Count>, Result<(), Error>) {
    let account = memory.account_of(merchant);
    let limit = limit(cx, account);
    let count = cx.count_call(account, limit);
    if count.is_some() && cx.account(account).and_then(|it| it.text(&PLAN)) == Some("enterprise") {
        cx.rest_on(ENTERPRISE_LIMIT);
    }
    let allowed = match count {
        Some(count) if cx.is_refused(account, limit, count) => Err(limit_error(cx, count)),
        _ => Ok(()),
    };
    (count, allowed)
}

/// The refusal of a call above the limit.
pub fn limit_error(cx: &Context<'_>, count: Count) -> Error {
    Error::RateLimited((count.reset - unix_seconds(cx.now())).max(0))
}
