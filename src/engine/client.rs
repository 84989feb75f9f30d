//! A merchant's client: which account a call names, and how the call proves it.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr;
use serde_json::Value as Json;

use super::account::Account;
use super::context::Context;
use super::tables::found::{By, Caller};
use super::tables::{Auth, Contract};
use crate::kit::form::Form;
use crate::kit::http::{HeaderName, HeaderValue, Request, header};
use crate::kit::sign::derived;
use crate::kit::split;
use crate::kit::time::Timestamp;

/// How a call proves who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// As clients usually do.
    Usual,
    /// With everything that the provider can check, also what is optional.
    Right,
    /// With a key that no account has.
    Wrong,
}

/// What a proof contains beside the keys.
#[derive(Clone, Debug)]
pub struct Signing {
    pub proof: Proof,
    /// The date that the client believes it is.
    pub date: Timestamp,
    /// A different one for each request.
    pub nonce: String,
}

/// The account whose first credential a request carries, for providers that find the caller by it alone.
pub fn caller(contract: &Contract, cx: &Context<'_>, request: &Request) -> Option<Caller> {
    let credential = contract.credential()?.name;
    let (key, by) = presented(request)?;
    cx.owner_of(credential, &key).map(|it| Caller { account: it.id.clone(), by })
}

/// The key in the header `Authorization`, by the schemes that carry one.
fn presented(request: &Request) -> Option<(Cow<'_, str>, By)> {
    let (scheme, rest) = authorization(request)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some((rest.trim().into(), By::Bearer));
    }
    let (key, password) = pair(scheme, rest)?;
    Some((key.into(), By::Basic { is_complete: password.is_some() }))
}

/// The key in the header `Authorization`, unverified.
pub fn key(request: &Request) -> Option<String> {
    presented(request).map(|it| it.0.into_owned())
}

/// What is wrong with the key of a request, when the right key is in it in another form.
pub fn slip(contract: &Contract, cx: &Context<'_>, request: &Request) -> Option<&'static str> {
    let credential = contract.credential()?.name;
    let is_known = |key: &str| !key.is_empty() && cx.owner_of(credential, key).is_some();
    let is_padded = |key: &str| key.trim() != key && is_known(key.trim());
    if let Some((user, password)) = authorization(request).and_then(|it| pair(it.0, it.1)) {
        return if is_padded(&user) {
            Some("the key has white space or a line break around it")
        } else if !is_known(&user) && password.is_some_and(|it| is_known(it.trim())) {
            Some("the key is the user name of Basic authentication, not the password: write `key:`")
        } else {
            None
        };
    }
    let padded = Form::of(request).0.iter().any(|it| is_padded(&it.1));
    padded.then_some("the key has white space or a line break around it")
}

/// Scheme and credentials in the header `Authorization`.
fn authorization(request: &Request) -> Option<(&str, &str)> {
    split::once(request.header(header::AUTHORIZATION), b' ')
}

/// User name and password of Basic authentication; no password without a colon.
fn pair(scheme: &str, credentials: &str) -> Option<(String, Option<String>)> {
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let mut user = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let password = memchr(b':', user.as_bytes()).map(|colon| user.split_off(colon).split_off(1));
    Some((user, password))
}

/// Puts an account's first credential on a request, as the provider's calls carry it.
pub fn authorise(contract: &Contract, account: &Account, request: &mut Request, signing: &Signing) {
    let Some(key) = contract.credential().and_then(|it| account.credentials.get(it.name)) else { return };
    let key = key_for(key.expose(), signing.proof);
    let value = if contract.operations.iter().any(|it| it.auth == Auth::Basic) {
        format!("Basic {}", STANDARD.encode(format!("{key}:")))
    } else {
        format!("Bearer {key}")
    };
    put(request, header::AUTHORIZATION, &value);
}

/// The key, or one that no account has.
pub fn key_for(key: &str, proof: Proof) -> String {
    match proof {
        Proof::Usual | Proof::Right => key.to_owned(),
        Proof::Wrong => derived(&[key, "a key that nobody has"]),
    }
}

/// Sets a header unless the request has it.
pub fn put(request: &mut Request, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        request.headers.entry(name).or_insert(value);
    }
}

/// The JSON of a body, or the fields of a form as text; `null` when it is neither.
pub fn sent(request: &Request) -> Json {
    let media = request.media_type();
    if media == "application/x-www-form-urlencoded" || media == "multipart/form-data" {
        return Form::of(request).0.into_iter().map(|(name, text)| (name, Json::from(text))).collect();
    }
    serde_json::from_slice(&request.body).unwrap_or_default()
}
