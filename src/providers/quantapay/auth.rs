//! Who calls: the key in the form, and the optional signature of a checkout.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::decisions::{FALLBACK_KEY_OF_REQUESTS, TIMESTAMP_TOLERANCE, UNSIGNED_CHECKOUT, VALUE_BOUNDS};
use super::errors::Error;
use super::webhooks::SIGNING_CREDENTIAL;
use super::wire::{SIGNATURE, SignedText, TIMESTAMP};
use crate::engine::account::Account;
use crate::engine::client::{Proof, Signing, key_for};
use crate::engine::context::Context;
use crate::engine::signature::{RequestSignature, Verdict};
use crate::engine::tables::found::{By, Caller};
use crate::kit::diagnosis::{Diagnosis, WRONG_FIELD_ORDER};
use crate::kit::form::Form;
use crate::kit::http::Request;
use crate::kit::sign::{hmac_sha256, hmac_sha256_hex, same};
use crate::kit::time::{Timestamp, unix_seconds};

/// The field of the key.
pub const API_KEY: &str = "api-key";
/// The timestamp of a signed request differs from the clock by at most this number of seconds, in either direction.
const AGE_SECONDS_MAX: u64 = 300;

/// The account whose key the form carries.
pub fn caller(cx: &mut Context<'_>, form: &Form, caller: Option<&Caller>) -> Result<String, Error> {
    // Quirk: the key `0` counts as not sent, as in PHP's `empty`.
    form.get(API_KEY).filter(|it| !matches!(*it, "" | "0")).ok_or(Error::NoKey)?;
    let account = &caller.ok_or(Error::WrongKey)?.account;
    cx.trace.account = Some(account.clone());
    Ok(account.clone())
}

/// The key in the form of a request, unverified.
pub fn presented(request: &Request) -> Option<String> {
    Form::of(request).get(API_KEY).map(str::to_owned)
}

/// Finds the account whose key a form carries, whether or not the call would be served.
pub fn find_caller(cx: &Context<'_>, form: &Form) -> Option<Caller> {
    let account = cx.owner_of("api_key", form.get(API_KEY)?)?.id.clone();
    Some(Caller { account, by: By::Name })
}

/// Adds the key to a form without one. A checkout is signed as well when the proof has to be complete, or wrong.
pub fn authorise(account: &Account, request: &mut Request, signing: &Signing) {
    if request.media_type() != "application/x-www-form-urlencoded" {
        return; // the API reads no key from any other media type
    }
    let mut form = Form::of(request);
    let is_checkout = form.get("function") == Some("create-checkout-session");
    let signs = is_checkout && signing.proof != Proof::Usual;
    if form.get(API_KEY).is_none() {
        let proof = if is_checkout { Proof::Usual } else { signing.proof };
        let key = account.credentials.get("api_key").map_or(String::new(), |it| key_for(it.expose(), proof));
        form.0.push((API_KEY.to_owned(), key));
    }
    if signs && form.get(SIGNATURE).is_none() {
        if form.get(TIMESTAMP).is_none() {
            form.0.push((TIMESTAMP.to_owned(), unix_seconds(signing.date).to_string()));
        }
        let secret = account.signing_secret(SIGNING_CREDENTIAL).map_or(String::new(), |it| key_for(it.expose(), signing.proof));
        let signature = hmac_sha256_hex(secret.as_bytes(), SignedText::of(&form).canonical().as_bytes());
        form.0.push((SIGNATURE.to_owned(), signature));
    }
    request.body = serde_urlencoded::to_string(&form.0).unwrap_or_default().into();
}

/// Checks the signature of a checkout if the form has one: first its age, then the signature itself.
pub fn check_signature(cx: &mut Context<'_>, account: &str, form: &Form) -> Result<(), Error> {
    let (Some(given), Some(stamp)) = (form.get(SIGNATURE), form.get(TIMESTAMP)) else {
        cx.rest_on(UNSIGNED_CHECKOUT);
        return Ok(());
    };
    let seconds = seconds(stamp).ok_or(Error::Invalid(TIMESTAMP, "is in unix seconds", VALUE_BOUNDS))?;
    let own = cx.account(account).ok_or(Error::Internal)?;
    let date = Timestamp::from_second(seconds).map_err(|_| Error::Expired)?;
    let (now, has_secret) = (cx.judging(own, date), own.webhook_secret().is_some());
    let is_disputable = unix_seconds(now) < seconds || unix_seconds(now).abs_diff(seconds).abs_diff(AGE_SECONDS_MAX) <= 1;
    let rows = [(TIMESTAMP_TOLERANCE, is_disputable), (FALLBACK_KEY_OF_REQUESTS, !has_secret)];
    rows.into_iter().filter(|it| it.1).for_each(|it| cx.rest_on(it.0));
    if is_stale(now, seconds) {
        return Err(Error::Expired);
    }
    let own = cx.account(account).ok_or(Error::Internal)?;
    let secret = own.signing_secret(SIGNING_CREDENTIAL).ok_or(Error::Internal)?;
    let expected = hmac_sha256_hex(secret.expose().as_bytes(), SignedText::of(form).canonical().as_bytes());
    if same(&expected, given) { Ok(()) } else { Err(Error::Signature) }
}

/// How the signature of a checkout is judged.
pub const REQUEST_SIGNATURE: RequestSignature = RequestSignature {
    error: "invalid_signature",
    verify,
    mistake,
    refusal,
    caller: |request| form(request).get(API_KEY).map(str::to_owned),
    unchecked: &[],
};

/// What `check_signature` refuses by the timestamp. Without one, the server does not look at the signature.
fn refusal(request: &Request, now: Timestamp) -> Option<&'static str> {
    let form = form(request);
    match seconds(form.get(TIMESTAMP)?) {
        None => Some("wrong_timestamp"),
        Some(sent) => is_stale(now, sent).then_some("stale_timestamp"),
    }
}

/// The number of seconds in a timestamp.
fn seconds(stamp: &str) -> Option<i64> {
    let whole = !stamp.is_empty() && stamp.len() <= 11 && stamp.bytes().all(|it| it.is_ascii_digit());
    stamp.parse().ok().filter(|_| whole)
}

/// Whether a request came too long after, or before, its timestamp.
fn is_stale(now: Timestamp, sent: i64) -> bool {
    unix_seconds(now).abs_diff(sent) > AGE_SECONDS_MAX
}

/// The form of a request; one without a media type is read as the usual one.
fn form(request: &Request) -> Form {
    if request.media_type().is_empty() { Form::urlencoded(&request.body) } else { Form::of(request) }
}

fn verify(request: &Request, secret: &str) -> Verdict {
    let form = form(request);
    let canonical = SignedText::of(&form).canonical();
    let expected = hmac_sha256_hex(secret.as_bytes(), canonical.as_bytes());
    Verdict::of(form.get(SIGNATURE).map(str::to_owned), expected, canonical)
}

fn mistake(request: &Request, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
    let received = verdict.signature();
    let form = form(request);
    let fields: Vec<&str> = form.0.iter().filter(|it| it.0 != SIGNATURE).map(|it| it.1.as_str()).collect();
    let orders = [fields.join("|"), fields.join(""), verdict.canonical.replace('|', ""), verdict.canonical.replace('|', "&")];
    let digest = STANDARD.encode(hmac_sha256(secret.as_bytes(), verdict.canonical.as_bytes()));
    Diagnosis::of(secret, |text, key| same(&hmac_sha256_hex(key, text), received))
        .when_rewritten(received.trim().eq_ignore_ascii_case(&verdict.expected) || received == digest)
        .when_of(WRONG_FIELD_ORDER, orders.iter().filter(|it| **it != verdict.canonical))
        .reason(verdict.canonical.as_bytes(), others, &[secret.trim().as_bytes(), b""])
}
