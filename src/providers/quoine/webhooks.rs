//! The callbacks: when one is sent, how it is signed, and when it is sent again.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::decisions::{
    ADDRESSES_IN_THE_URI, CALLBACK_CAUSES, CALLBACK_RETRIES, CALLBACK_WITHOUT_PATH, CALLBACKS_SIGNED, COMPLETE_NOTICE, NO_CALLBACK_ADDRESS,
};
use super::model::{Invoice, Memory, Status};
use super::settings::{CLAIM_BITCOIN, LEGACY_NO_NONCE, LOCAL_QR};
use super::wire::{self, CONTENT_MD5, Look, NONCE, NONCE_CHARS, Signable, authorization, content_md5, signature, without_origins};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::delivery::{Dated, Delivery, Event, Signed};
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::tables::{Mark, Proof, Schedule};
use crate::kit::evidence::Evidence::Assumed;
use crate::kit::ids::entity;
use crate::kit::time::{Duration, http_date};
use crate::kit::webhook_url::request_uri_of;

mod audit;
mod rows;
mod verdict;

pub use audit::AUDIT;
pub use rows::{CAPTURED, CONFIRMED, DETECTED, EVENTS, EXPIRED};
use verdict::AGE_MAX;
pub use verdict::{mistake, verify};

/// Where a webhook carries its signature.
pub const PROOF: Proof = Proof::Header("authorization");

/// How an inbox recognises a webhook of this provider.
pub const MARKS: &[Mark] = &[Mark::Header(NONCE), Mark::Begins("authorization", "APIAuth ")];
/// Without a webhook secret, the account's own secret signs.
pub const SIGNING_CREDENTIAL: Option<&str> = Some("secret");

#[rustfmt::skip]
pub const SCHEDULE: Schedule = Schedule {
    waits: &[Duration::ZERO, Duration::from_mins(1), Duration::from_mins(5), Duration::from_mins(15), Duration::from_mins(60)],
    time_limit: Duration::from_secs(10),
    evidence: Assumed("no page documents retries of a callback: they follow after 1, 5, 15 and 60 minutes, each with a new Date and NONCE and the same body"),
    time_limit_evidence: Assumed("no page names a time limit"),
};

/// The form of a merchant's invoices; `base` is the beginning of their links.
pub fn look<'a>(account: Option<&Account>, base: &'a str) -> Look<'a> {
    let flag = |row| account.is_some_and(|it| it.flag(row));
    Look { user: account.and_then(user), local_qr: flag(&LOCAL_QR).then_some(base), claimed: flag(&CLAIM_BITCOIN) }
}

/// The number by which a merchant is known. In another sandbox than `default`, the account `2` has a number of its own.
pub fn user(account: &Account) -> Option<u64> {
    account.credentials.get("user_id")?.expose().parse().ok()
}

/// Sends the callback of an invoice, if the merchant has set an address.
pub fn announce(memory: &Memory, cx: &mut Context<'_>, invoice: &Invoice, name: &'static str) {
    let account = invoice.account();
    let Some(own) = cx.account(&account) else { return };
    let Some(url) = own.text(&WEBHOOK_URL).map(str::to_owned) else { return cx.rest_on(NO_CALLBACK_ADDRESS) };
    let status = if name == CAPTURED { Status::Complete } else { invoice.status() };
    let body = wire::callback(invoice, look(Some(own), memory.base_of(invoice)), status);
    cx.rest_on(CALLBACK_CAUSES);
    if name == CAPTURED {
        cx.rest_on(COMPLETE_NOTICE);
    }
    let id = format!("{}-{}", invoice.id, invoice.head.generation());
    cx.notify(Event { name, id, account, subject: invoice.id.to_string(), object: invoice.object(), url, body, once: false });
}

/// Builds and signs an attempt with the current date and a new NONCE; the body does not change.
pub fn attempt(cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
    let url = cx.account(&webhook.account)?.text(&WEBHOOK_URL).map(str::to_owned)?;
    let uri = request_uri_of(&url);
    let signed_uri = without_origins(&uri);
    let has_path = url.split_once("://").is_some_and(|it| it.1.contains('/'));
    let rows = [
        (CALLBACKS_SIGNED, true),
        (CALLBACK_RETRIES, !webhook.attempts.is_empty()),
        (CALLBACK_WITHOUT_PATH, !has_path),
        (ADDRESSES_IN_THE_URI, signed_uri != uri),
    ];
    rows.into_iter().filter(|it| it.1).for_each(|it| cx.rest_on(it.0));
    let account = cx.account(&webhook.account)?;
    let body = webhook.body.0.clone();
    let stream = entity(&[&webhook.account, &webhook.event_id, &webhook.attempts.len().to_string()]);
    let nonce = (!account.flag(&LEGACY_NO_NONCE)).then(|| cx.draws("quoine callback nonce", stream).hex(NONCE_CHARS));
    let at = cx.signature_date(account);
    let (date, md5) = (http_date(at), content_md5(&body));
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let fixed = [(CONTENT_MD5, &md5), ("date", &date)];
    for (name, value) in fixed.into_iter().chain(nonce.as_ref().map(|it| (NONCE, it))) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
    }
    let canonical = Signable::of(&headers).canonical(&signed_uri);
    let signature = signature(&cx.signing(account.signing_secret(SIGNING_CREDENTIAL)?.expose()), &canonical);
    headers.insert(
        header::AUTHORIZATION,
        HeaderValue::from_str(&authorization(account.credentials.get("user_id")?.expose(), &signature)).ok()?,
    );
    Some(Signed { url, headers, body, signed: Some(canonical), dated: Some(Dated { at, window: AGE_MAX }) })
}
