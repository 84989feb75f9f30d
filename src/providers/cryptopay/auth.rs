//! Who asks: a bearer token on the simulated clock, or a static key; and how often they may.

use super::errors::{BAD_TOKEN, Error, NO_CREDENTIALS, OLD_TOKEN};
use super::model::{ISSUERS_MAX, Memory};
use super::settings::{PLAN, SUSPENDED};
use super::wire::{ACCESS, ACCESS_SECS, Claims, REFRESH, REFRESH_SECS};
use crate::engine::context::Context;
use crate::engine::limits::Count;
use crate::engine::tables::Limit;
use crate::kit::http::{Request, header};
use crate::kit::ids::entity;
use crate::kit::sign::derived;
use crate::kit::time::{Duration, unix_seconds};

/// The limit of the plan that a merchant begins with.
pub const STANDARD: Limit = Limit { error: "rate_limited", calls_max: 1_000, window: Duration::from_hours(1) };
/// The plans with what each allows in an hour; the last has no documented figure.
const PLANS: &[(&str, u32)] = &[("standard", STANDARD.calls_max), ("premium", 5_000), ("enterprise", 100_000)];

/// What signs the tokens of a sandbox: it follows from the sandbox's name, as every key does.
fn secret_of(sandbox: &str) -> String {
    if sandbox == "default" { "cp_test_jwt_secret".to_owned() } else { derived(&[sandbox, "cryptopay", "jwt_secret"]) }
}

/// The merchant whose bearer a request carries. Anything in the query or the body is none.
pub fn caller(memory: &Memory, cx: &mut Context<'_>, request: &Request) -> Result<u32, Error> {
    let mut parts = request.header(header::AUTHORIZATION).split_ascii_whitespace();
    if !parts.next().is_some_and(|it| it.eq_ignore_ascii_case("bearer")) {
        return Err(NO_CREDENTIALS);
    }
    let (Some(bearer), None) = (parts.next(), parts.next()) else { return Err(BAD_TOKEN) };
    let merchant = match opened(memory, cx, bearer) {
        Some(claims) => {
            let merchant = judged(cx, &claims, ACCESS)?;
            memory.merchants.get(merchant).map(|_| merchant)
        }
        None => owner_of_key(memory, cx, bearer),
    };
    let merchant = merchant.ok_or(BAD_TOKEN)?;
    note(memory, cx, merchant);
    Ok(merchant)
}

/// The account that a bearer speaks for, whether or not its token has ended.
pub fn named(memory: &Memory, cx: &Context<'_>, request: &Request) -> Option<String> {
    let (scheme, bearer) = request.header(header::AUTHORIZATION).trim().split_once(' ')?;
    let bearer = Some(bearer.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))?;
    let merchant = opened(memory, cx, bearer).map(|it| it.user_id).or_else(|| owner_of_key(memory, cx, bearer))?;
    memory.merchants.get(merchant).map(|_| memory.account_of(merchant).to_owned())
}

fn owner_of_key(memory: &Memory, cx: &Context<'_>, key: &str) -> Option<u32> {
    memory.merchant_of(&cx.owner_of("api_key", key)?.id)
}

/// The journal learns whose request it was.
pub fn note(memory: &Memory, cx: &mut Context<'_>, merchant: u32) {
    cx.trace.account = Some(memory.account_of(merchant).to_owned());
}

/// What a token says that this sandbox has signed, or one that its state has lived in.
fn opened(memory: &Memory, cx: &Context<'_>, token: &str) -> Option<Claims> {
    let own = Claims::opened(token, &secret_of(cx.sandbox()));
    own.or_else(|| memory.issuers.iter().filter(|it| *it != cx.sandbox()).find_map(|it| Claims::opened(token, &secret_of(it))))
}

/// Whose token it is, if it is of that type and has not ended.
fn judged(cx: &Context<'_>, claims: &Claims, wanted: &str) -> Result<u32, Error> {
    if claims.token_type != wanted {
        return Err(BAD_TOKEN);
    }
    if claims.exp <= unix_seconds(cx.now()) { Err(OLD_TOKEN) } else { Ok(claims.user_id) }
}

/// A refresh token that can still be used, and whose it is.
pub fn refreshing(memory: &Memory, cx: &mut Context<'_>, token: &str) -> Result<Claims, Error> {
    let claims = opened(memory, cx, token).ok_or(BAD_TOKEN)?;
    let merchant = judged(cx, &claims, REFRESH)?;
    if memory.merchants.get(merchant).is_none() || memory.is_spent(claims.exp, &claims.jti) {
        return Err(BAD_TOKEN);
    }
    note(memory, cx, merchant);
    Ok(claims)
}

/// A pair of tokens for a merchant: access and refresh.
pub fn issue(memory: &mut Memory, cx: &Context<'_>, merchant: u32) -> Result<(String, String), Error> {
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
    let mut token = |kind: &str, seconds: i64| {
        let claims = Claims { token_type: kind.to_owned(), exp: iat + seconds, iat, jti: draws.hex(32), user_id: merchant };
        claims.signed(&secret)
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

/// How often an account may call: as often as its plan allows.
pub fn limit(cx: &Context<'_>, account: &str) -> Limit {
    let plan = cx.account(account).and_then(|it| it.text(&PLAN)).unwrap_or_default();
    Limit { calls_max: PLANS.iter().find(|it| it.0 == plan).map_or(STANDARD.calls_max, |it| it.1), ..STANDARD }
}

/// Counts a call, unless the account wants no limit at all; the answer says what is left.
pub fn pace(memory: &Memory, cx: &mut Context<'_>, merchant: u32) -> (Option<Count>, Result<(), Error>) {
    let account = memory.account_of(merchant);
    let limit = limit(cx, account);
    let count = cx.count_call(account, limit);
    let held = match count {
        Some(count) if cx.is_refused(account, limit, count) => Err(exceeded(cx, count)),
        _ => Ok(()),
    };
    (count, held)
}

/// The refusal of a call above the limit.
pub fn exceeded(cx: &Context<'_>, count: Count) -> Error {
    Error::RateLimited((count.reset - unix_seconds(cx.now())).max(0))
}
