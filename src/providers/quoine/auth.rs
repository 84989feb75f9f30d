//! Who calls: the signature on a request, checked in this order.

use super::decisions::{DATE_AGE, DATE_FORMS, MD5_OF_A_GET, MEDIA_TYPE_OF_A_GET, NONCE_MEMORY, QUERY_SIGNED};
use super::errors::Error;
use super::model::Memory;
use super::settings::LEGACY_NO_NONCE;
use super::webhooks;
use super::wire::{CONTENT_MD5, NONCE, Signable, authorization, content_md5, credentials, date, is_nonce, signature, without_origins};
use crate::engine::account::Account;
use crate::engine::client::{Signing, key_for, put};
use crate::engine::context::Context;
use crate::engine::signature::{Received, RequestSignature, Verdict};
use crate::engine::tables::found::{self, By, Found};
use crate::kit::http::{HeaderName, Method, Request, header};
use crate::kit::sign::same;
use crate::kit::time::{Duration, Timestamp, http_date};

/// The highest age of a request's date.
pub const DATE_AGE_MAX: Duration = Duration::from_secs(900);

/// The beginning of every path that is signed.
const API: &str = "/api/v1/";

const FORGOTTEN: &str = "100000 NONCEs are kept for a user: the one with the oldest Date was forgotten and can be used again";

const MISMATCH: &str = "the signature does not match: GET /__admin/requests shows the text that it has to cover, and `playmoney verify \
                        quoine --target PATH` a likely mistake";

/// A user whose signature is right.
#[derive(Clone, Debug)]
pub struct Caller {
    pub account: String,
    pub user: u64,
    /// The NONCE that the request uses up once it is served; a refused request does not use it up.
    nonce: Option<(String, Timestamp)>,
}

/// The merchant who has signed a request.
pub fn caller(memory: &Memory, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Result<Caller, Error> {
    let wrong = |hint| Error::TokenInvalid(hint, None);
    let given = credentials(&request.headers);
    let (user, given) =
        given.ok_or(wrong("the Authorization header must be `APIAuth`, a space, the user id, a colon and the signature"))?;
    let number = user.parse().ok().filter(|it: &u64| it.to_string() == user);
    let account = found.caller.as_ref().and_then(|it| cx.account(&it.account).cloned()).filter(|_| number.is_some());
    let account = account.ok_or(Error::ApiKeyInvalid)?;
    // Objects carry the number of the account, whatever number the merchant has in this sandbox.
    let user: u64 = account.id.parse().map_err(|_| Error::ApiKeyInvalid)?;
    cx.trace.account = Some(account.id.clone());
    let parts = Signable::of(&request.headers);
    if parts.content_type.is_empty() {
        return Err(wrong("Content-Type is missing; a GET needs it too, and its value is the first part of the signed text"));
    }
    let has_body = request.method == Method::POST || request.method == Method::PUT;
    if has_body && request.headers.contains_key("content-md5") && parts.md5 != content_md5(&request.body) {
        return Err(wrong("Content-MD5 is not the base64 MD5 of the body that arrived"));
    }
    let legacy = account.flag(&LEGACY_NO_NONCE);
    // Most clients sign the address that they call, so the others are made only if need be.
    let is_signed = |uri: &String| is_signed(&account, parts, given, uri);
    if !is_signed(&request.target) && !uris(found.path, request, legacy).iter().skip(1).any(is_signed) {
        return Err(wrong(MISMATCH));
    }
    let forms = (!parts.date.is_empty()).then_some(DATE_FORMS);
    let sent =
        date(parts.date).ok_or(Error::TokenInvalid("Date is not an HTTP date; an example is Sat, 27 Sep 2014 04:55:17 GMT", forms))?;
    if !is_fresh(cx, &account, sent) {
        let hint = "Date is more than 900 seconds old by the clock that the account's `freshness` names";
        return Err(Error::TokenInvalid(hint, Some(DATE_AGE)));
    }
    let nonce = match parts.nonce {
        None if legacy => None,
        None => return Err(wrong("NONCE is missing; clients of 2014 need the account's `legacy_no_nonce`")),
        Some(nonce) if !is_nonce(nonce) => return Err(wrong("NONCE is not 32 alphanumeric characters")),
        Some(nonce) if memory.has_used(user, nonce) => return Err(wrong("this NONCE was used before; each request needs a new one")),
        Some(nonce) => Some((nonce.to_owned(), sent)),
    };
    rest_on_what_was_accepted(cx, request, (&account, parts, sent, has_body));
    Ok(Caller { account: account.id, user, nonce })
}

/// What a call rests on because another reading of the page would have refused it.
fn rest_on_what_was_accepted(
    cx: &mut Context<'_>,
    request: &Request,
    (account, parts, sent, has_body): (&Account, Signable<'_>, Timestamp, bool),
) {
    let is_usual = parts.date == http_date(sent);
    let is_of_the_future = cx.judging(account, sent) < sent;
    let is_md5_of_another_body = !has_body && !parts.md5.is_empty() && parts.md5 != content_md5(&request.body);
    let is_other_media_type = !has_body && request.media_type() != "application/json";
    let accepted = [
        (DATE_FORMS, !is_usual),
        (DATE_AGE, is_of_the_future),
        (MD5_OF_A_GET, is_md5_of_another_body),
        (MEDIA_TYPE_OF_A_GET, is_other_media_type),
        (QUERY_SIGNED, !request.query.is_empty()),
    ];
    accepted.into_iter().filter(|it| it.1).for_each(|it| cx.rest_on(it.0));
}

/// The user id of a request, unverified.
pub fn presented(request: &Request) -> Option<String> {
    credentials(&request.headers).map(|it| it.0.to_owned())
}

/// Finds the user that a request names, whether or not its signature is right.
pub fn find_caller(cx: &Context<'_>, request: &Request) -> Option<found::Caller> {
    let (user, _) = credentials(&request.headers)?;
    cx.owner_of("user_id", user).map(|it| found::Caller { account: it.id.clone(), by: By::Name })
}

/// Adds what the user's client sends: a date, a NONCE and a signature.
pub fn authorise(account: &Account, request: &mut Request, signing: &Signing) {
    put(request, header::CONTENT_TYPE, "application/json");
    put(request, header::DATE, &http_date(signing.date));
    put(request, HeaderName::from_static(NONCE), &signing.nonce);
    if !request.body.is_empty() {
        let digest = content_md5(&request.body);
        put(request, HeaderName::from_static(CONTENT_MD5), &digest);
    }
    let secret = account.credentials.get("secret").map_or("", |it| it.expose());
    let canonical = Signable::of(&request.headers).canonical(&request.target);
    let signature = signature(&key_for(secret, signing.proof), &canonical);
    let user = account.credentials.get("user_id").map_or(&*account.id, |it| it.expose());
    put(request, header::AUTHORIZATION, &authorization(user, &signature));
}

/// The addresses that a client may have signed: first the one that it has called, then the same without Playmoney's prefix; each also
/// without the scheme and the host of addresses in its query.
fn uris(path: &str, request: &Request, legacy: bool) -> Vec<String> {
    let with_query = |path: &str| if request.query.is_empty() { path.to_owned() } else { format!("{path}?{}", request.query) };
    let mut uris = vec![request.target.clone(), with_query(path)];
    // As it was sent: a client may write a path in another way than the one that is found by it.
    let sent = request.target.split('?').next().unwrap_or_default();
    uris.extend(sent.find(API).map(|at| with_query(&sent[at..])).filter(|it| *it != uris[1]));
    if legacy {
        // Quirk: the C# client leaves the query out.
        uris.extend([sent.to_owned(), path.to_owned()]);
    }
    let without: Vec<String> = uris.iter().map(|it| without_origins(it)).filter(|it| !uris.contains(it)).collect();
    uris.extend(without);
    uris
}

/// How signatures of requests are judged: as those of callbacks are, which have the same scheme.
pub const REQUEST_SIGNATURE: RequestSignature = RequestSignature {
    error: "token_invalid",
    verify,
    mistake,
    refusal,
    caller: |request| credentials(&request.headers).map(|it| it.0.to_owned()),
    unchecked: &["whether the NONCE was used before"],
};

fn verify(request: &Request, secret: &str) -> Verdict {
    let judge = |uri: &String| on_wire(request, uri, |it| webhooks::verify(it, secret));
    let all = signed_uris(request);
    all.iter().map(judge).find(|it| it.valid).unwrap_or_else(|| judge(&all[0]))
}

fn mistake(request: &Request, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
    on_wire(request, &signed_uris(request)[0], |it| webhooks::mistake(it, verdict, secret, others))
}

/// What `caller` refuses after the signature, by the date. Only the server knows whether a NONCE was used before.
fn refusal(request: &Request, now: Timestamp) -> Option<&'static str> {
    let parts = Signable::of(&request.headers);
    let Some(sent) = date(parts.date) else { return Some("wrong_date") };
    if DATE_AGE_MAX < now.duration_since(sent) {
        return Some("stale_timestamp");
    }
    match parts.nonce {
        _ if parts.content_type.is_empty() => Some("missing_content_type"),
        Some(it) if is_nonce(it) => None,
        Some(_) | None => Some("wrong_nonce"),
    }
}

/// The addresses that a client may have signed; the first is the provider's own.
fn signed_uris(request: &Request) -> Vec<String> {
    let path = request.target.split('?').next().unwrap_or_default();
    let mut all = uris(path.find(API).map_or(path, |at| &path[at..]), request, false);
    all.swap(0, 1);
    all
}

/// A request as if it were a callback to that address. Its age is not judged.
fn on_wire<T>(request: &Request, uri: &str, judge: impl FnOnce(&Received<'_>) -> T) -> T {
    let (url, body) = (format!("http://playmoney.test{uri}"), &request.body);
    judge(&Received { url: Some(&url), headers: &request.headers, body, now: Timestamp::UNIX_EPOCH, date: Timestamp::UNIX_EPOCH })
}

fn is_signed(account: &Account, parts: Signable<'_>, given: &str, uri: &str) -> bool {
    let secret = account.credentials.get("secret");
    secret.is_some_and(|it| same(&signature(it.expose(), &parts.canonical(uri)), given))
}

/// Whether a date is at most 900 seconds old; a date in the future is accepted.
fn is_fresh(cx: &Context<'_>, account: &Account, date: Timestamp) -> bool {
    cx.judging(account, date).duration_since(date) <= DATE_AGE_MAX
}

/// Uses up the NONCE of a request that was served.
pub fn use_nonce(memory: &mut Memory, cx: &mut Context<'_>, caller: Caller) {
    let Some((nonce, date)) = caller.nonce else { return };
    let Some(account) = cx.account(&caller.account) else { return };
    let is_fresh = |second: i64| Timestamp::from_second(second).is_ok_and(|it| is_fresh(cx, account, it));
    if !memory.nonces_of(caller.user).insert(&nonce, date.as_second(), is_fresh) {
        cx.trace.note = Some(FORGOTTEN.into());
        cx.rest_on(NONCE_MEMORY);
    }
}
