//! The calls that the documentation lists, and what each does.

use super::actions::right;
use super::decisions::{
    BANK_CODE_ABSENT, BANK_CODE_FORM, CHECK_DIGIT, ENVIRONMENT_SHOWN, MASKS, ORDER_NUMBER_LENGTH, ORDER_NUMBER_USED, PAYOUT_UNKNOWN,
    PERFORMED_AFTER_CREATED, PORTAL_ANSWERS, PORTAL_REFUSALS, REPEATED_WITH_CHANGES, REQUIRED_HEADERS, RIGHT_MISSING, TEXTS, TYPE_ABSENT,
    WEBHOOKS_OVER_HTTP,
};
use super::errors::Error;
use super::lifecycle::{blank, run_at_once};
use super::model::{Kind, Link, Memory, Payout, Session, Target};
use super::pages::PAYOUT_PATH;
use super::settings::{
    CARD_PAYOUTS, CHANNELS, COMPANY, ENVIRONMENT, FILE_DOWNLOAD, REQUIRE_HTTPS, SBP_PAYOUTS, STRICT_ORDER_NUMBER, TYPE_WHEN_ABSENT,
    WEBHOOK_ENABLED, WEBHOOK_SIGNED,
};
use super::wire::{self, CardPayout, Features, NewPayout, WebhookSettings, has_check_digit, mask_pan};
use super::{auth, webhooks};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::lifecycle::{On, born};
use crate::engine::tables::Auth;
use crate::engine::tables::bound::Bound as Route;
use crate::engine::tables::found::Found;
use crate::engine::tables::settings::{DOCUMENTED_LINKS, Value, WEBHOOK_SECRET, WEBHOOK_URL, webhook_url};
use crate::kit::fields::Fields;
use crate::kit::http::{Method, Request, Response};
use crate::kit::secret::Secret;
use crate::kit::sign::same;
use crate::kit::time::{Duration, end_of_time, later};

mod table;

pub use table::ROUTES;

/// The provider's own scheme and host.
pub const BASE_URL: &str = "https://payouts-dev.quantumlabs.ru";
/// The beginning of every method's path.
pub const API: &str = "/api/v1/";

/// A call whose caller is known.
pub struct Call<'a, 'c> {
    memory: &'a mut Memory,
    cx: &'a mut Context<'c>,
    request: &'a Request,
    account: String,
}

/// The characters of an orderNumber that the table of getPayoutStatus allows.
const ORDER_NUMBER_CHARS: usize = 32;

type Handler = fn(Call<'_, '_>) -> Result<Response, Error>;

/// Answers a call of the API. The caller is known before the body is read.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, (found, path): (&Found<'_>, &str), request: &Request) -> Result<Response, Error> {
    // Quirk: a doubled slash counts as one, but a slash at the end is another path.
    let Some((operation, handler)) = found.handler(ROUTES).filter(|_| !path.ends_with('/')) else {
        let other = cx.contract().operations_at(path).next().ok_or(Error::NotFound)?;
        return Err(Error::MethodNotAllowed(if other.method == Method::GET { "GET" } else { "POST" }));
    };
    cx.trace.operation = Some(operation.name);
    let account = if let Auth::Session { .. } = operation.auth {
        auth::session(memory, cx, request)?.1.account.clone()
    } else {
        let account = auth::bearer(cx, found.caller.as_ref(), request)?;
        auth::check_headers(cx, request, &account)?;
        if !cx.admits(&account) {
            return Err(Error::RateLimited);
        }
        account
    };
    let is_bearer = operation.auth == Auth::Bearer;
    let answer = handler(Call { memory, cx: &mut *cx, request, account });
    // A refusal may be due to a value that counts as not sent.
    if answer.is_err() && !operation.media.is_empty() {
        let fields = Fields::json(&request.body);
        let rows = fields.map(|it| wire::readings(&it, &request.body, operation.parameters));
        rows.into_iter().flatten().for_each(|it| cx.rest_on(it));
    }
    if is_bearer && answer.is_ok() && auth::undocumented_header(request).is_some() {
        cx.rest_on(REQUIRED_HEADERS);
    }
    answer
}

fn create_payout(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, account } = call;
    let new = NewPayout::parse(request)?;
    new.rests_on.iter().for_each(|it| cx.rest_on(*it));
    let own = cx.account(&account).ok_or(Error::Unauthorized)?;
    let chooses = new.kind.is_none() && own.text(&TYPE_WHEN_ABSENT) == Some("choose");
    let kind = if chooses { None } else { Some(new.kind.unwrap_or(Kind::Card)) };
    check_rights(own, kind, new.channel.word())?;
    let base = if own.flag(&DOCUMENTED_LINKS) { BASE_URL.to_owned() } else { cx.base_url(request) };
    if memory.by_order_number(&account, &new.order_number).is_some() {
        return Err(Error::wrong("orderNumber must be unique", ORDER_NUMBER_USED));
    }
    let mut payout = blank(memory, cx, account, new.kopecks);
    let until = later(payout.created_at, Duration::from_secs(new.session_secs)).unwrap_or_else(end_of_time);
    payout.order_number = Some(new.order_number);
    payout.description = new.description;
    payout.kind = kind;
    payout.channel = new.channel;
    let token = cx.draws("quantum-payouts link", payout.stream()).hex(32);
    let url = format!("{base}{PAYOUT_PATH}?payout_id={}&token={token}", payout.id);
    payout.link = Some(Link { token, return_url: new.return_url, fail_url: new.fail_url, until });
    if new.kind.is_none() {
        cx.rest_on(TYPE_ABSENT);
    }
    let id = born(memory, cx, payout, On::Call("createPayout"));
    memory.payouts.get(id).map(|it| wire::registration(it, &url)).ok_or(Error::Internal)
}

/// Refuses a payout of a kind that is off, or through a bank that is not integrated.
fn check_rights(account: &Account, kind: Option<Kind>, channel: &str) -> Result<(), Error> {
    let enabled = match kind {
        Some(kind) => account.flag(right(kind)),
        None => account.flag(&CARD_PAYOUTS) || account.flag(&SBP_PAYOUTS),
    };
    if !enabled {
        let kind = kind.map_or("card and SBP", |it| if it == Kind::Sbp { "SBP" } else { "card" });
        return Err(Error::PermissionDenied(format!("{kind} payouts are not enabled"), RIGHT_MISSING));
    }
    if !account.lists(&CHANNELS, channel) {
        return Err(Error::PermissionDenied(format!("channel {channel} is not integrated"), RIGHT_MISSING));
    }
    Ok(())
}

fn perform_payout(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, account } = call;
    let new = CardPayout::parse(request)?;
    new.rests_on.iter().for_each(|it| cx.rest_on(*it));
    let own = cx.account(&account).ok_or(Error::Unauthorized)?;
    check_rights(own, Some(Kind::Card), "vtb")?;
    if let Some(known) = memory.by_order_number(&account, &new.order_number) {
        let own = known.target == Some(Target::Card { masked_pan: mask_pan(&new.pan) });
        if known.link.is_some() {
            cx.rest_on(PERFORMED_AFTER_CREATED);
        } else if known.kopecks != new.kopecks || !own || known.description.as_ref() != Some(&new.description) {
            cx.rest_on(REPEATED_WITH_CHANGES);
        }
        show(cx, known);
        return Ok(wire::performance(known));
    }
    if !has_check_digit(&new.pan) {
        cx.rest_on(CHECK_DIGIT);
    }
    let mut payout = blank(memory, cx, account, new.kopecks);
    payout.order_number = Some(new.order_number);
    payout.description = Some(new.description);
    payout.target = Some(Target::Card { masked_pan: mask_pan(&new.pan) });
    let id = run_at_once(memory, cx, On::Call("performPayout"), payout);
    let payout = memory.payouts.get(id).ok_or(Error::Internal)?;
    show(cx, payout);
    Ok(wire::performance(payout))
}

/// What is shown of a payout rests on this beside the rows of its members.
fn show(cx: &mut Context<'_>, payout: &Payout) {
    if payout.bank_order.is_some() {
        cx.rest_on(BANK_CODE_FORM);
    }
    let is_as_in_the_example = |it: &Target| matches!(it, Target::Card { masked_pan } if masked_pan.len() == 16);
    if !payout.target.as_ref().is_none_or(is_as_in_the_example) {
        cx.rest_on(MASKS);
    }
}

fn get_payout_status(call: Call<'_, '_>) -> Result<Response, Error> {
    let strict = call.cx.flag(&call.account, &STRICT_ORDER_NUMBER);
    let (number, rests_on) = wire::order_number(call.request, strict)?;
    for it in rests_on {
        call.cx.rest_on(it);
    }
    let payout = call.memory.by_order_number(&call.account, &number);
    let payout = payout.ok_or_else(|| Error::wrong("payout not found", PAYOUT_UNKNOWN))?;
    if ORDER_NUMBER_CHARS < number.chars().count() {
        call.cx.rest_on(ORDER_NUMBER_LENGTH);
    }
    if payout.bank_order.is_none() {
        call.cx.rest_on(BANK_CODE_ABSENT);
    }
    show(call.cx, payout);
    Ok(wire::status(payout))
}

fn features(call: Call<'_, '_>) -> Result<Response, Error> {
    let own = call.cx.account(&call.account);
    let flag = |row| own.is_some_and(|it| it.flag(row));
    let features = Features {
        single_payout: true,
        batch_processing: true,
        bearer_auth: true,
        card_payouts: flag(&CARD_PAYOUTS),
        sbp_payouts: flag(&SBP_PAYOUTS),
        file_download: flag(&FILE_DOWNLOAD),
    };
    let environment = own.and_then(|it| it.text(&ENVIRONMENT)).unwrap_or_default();
    let answer = wire::features(call.cx.now(), environment, features);
    call.cx.rest_on(ENVIRONMENT_SHOWN);
    Ok(answer)
}

/// Refuses a portal call without the token of its form, or of a user without a company. A refused call does not count as a
/// use of the session.
fn admit(call: &mut Call<'_, '_>, given: Option<String>) -> Result<(), Error> {
    let (id, Session { csrf_token, .. }) = auth::session(call.memory, call.cx, call.request)?;
    if !given.is_some_and(|it| same(&it, csrf_token)) {
        return Err(Error::PermissionDenied("csrf_token is missing or wrong".to_owned(), PORTAL_REFUSALS));
    }
    let id = id.to_owned();
    if call.cx.account(&call.account).and_then(|it| it.text(&COMPANY)).is_none() {
        return Err(Error::NoCompany);
    }
    call.memory.touch(&id, call.cx.now());
    Ok(())
}

fn webhook_save(mut call: Call<'_, '_>) -> Result<Response, Error> {
    let fields = wire::portal_fields(call.request)?;
    admit(&mut call, fields.text(&wire::CSRF_TOKEN).ok().flatten())?;
    for it in wire::readings(&fields, &call.request.body, wire::WEBHOOK_SAVE) {
        call.cx.rest_on(it);
    }
    let new = WebhookSettings::parse(fields)?;
    let own = call.cx.account(&call.account).ok_or(Error::Unauthorized)?;
    let (url, enabled) = target(own, &new)?;
    let secret = new.regenerate_secret.then(|| {
        call.memory.secrets += 1;
        let drawn = call.cx.draws("quantum-payouts webhook secret", call.memory.secrets).hex(40);
        Secret::issued(format!("sk_test_{drawn}"))
    });
    call.cx.rest_on(PORTAL_ANSWERS);
    if enabled && url.as_deref().is_some_and(|it| !is_https(it)) {
        call.cx.rest_on(WEBHOOKS_OVER_HTTP);
    }
    let own = call.cx.account_mut(&call.account).ok_or(Error::Unauthorized)?;
    own.set(&WEBHOOK_URL, url.map_or(Value::Nothing, Value::Text));
    own.set(&WEBHOOK_ENABLED, Value::Flag(enabled));
    if let Some(signed) = new.use_signature {
        own.set(&WEBHOOK_SIGNED, Value::Flag(signed));
    }
    if let Some(secret) = secret {
        own.set(&WEBHOOK_SECRET, Value::Secret(secret));
    }
    let secret = own.webhook_secret().map(Secret::expose);
    Ok(wire::settings(own.text(&WEBHOOK_URL), own.flag(&WEBHOOK_ENABLED), own.flag(&WEBHOOK_SIGNED), secret))
}

fn is_https(url: &str) -> bool {
    url.to_ascii_lowercase().starts_with("https:")
}

/// The target of an account's webhooks under new settings, and whether webhooks are sent.
fn target(own: &Account, new: &WebhookSettings) -> Result<(Option<String>, bool), Error> {
    let enabled = new.enabled.unwrap_or_else(|| own.flag(&WEBHOOK_ENABLED));
    let url = new.url.as_deref().or_else(|| own.text(&WEBHOOK_URL)).filter(|it| !it.is_empty());
    match url {
        Some(url) if webhook_url(url).is_err() => Err(Error::wrong("url must be a valid URL", TEXTS)),
        Some(url) if enabled && own.flag(&REQUIRE_HTTPS) && !is_https(url) => Err(Error::wrong("url must use HTTPS", TEXTS)),
        None if new.enabled == Some(true) => Err(Error::wrong("url is required", TEXTS)),
        _ => Ok((url.map(str::to_owned), enabled)),
    }
}

fn webhook_test(mut call: Call<'_, '_>) -> Result<Response, Error> {
    let fields = wire::portal_fields(call.request)?;
    admit(&mut call, fields.text(&wire::CSRF_TOKEN).ok().flatten())?;
    let url = call.cx.account(&call.account).and_then(|it| it.text(&WEBHOOK_URL)).map(str::to_owned);
    let url = url.ok_or_else(|| Error::wrong("no webhook url is saved", TEXTS))?;
    let delivery = webhooks::test(call.memory, call.cx, &call.account, url).ok_or(Error::Internal)?;
    call.cx.wait_for(delivery);
    call.cx.rest_on(PORTAL_ANSWERS);
    // This answer is replaced once the receiver has answered.
    Ok(wire::test_result(None, 0))
}
