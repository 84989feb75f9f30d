//! The callbacks: when one is owed, how it is signed, when it is tried again.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::model::{Invoice, Memory, Status};
use super::settings::{CLAIM_BITCOIN, LOCAL_QR};
use super::wire::{
    self, CONTENT_MD5, EVENT_BODY, EVENT_HEADERS, Look, NONCE, NONCE_CHARS, Signable, authorization, content_md5, request_uri, signature,
};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::delivery::{Attempt, Delivery};
use crate::engine::delivery::{Event, Signed};
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::tables::{EventRow, Schedule};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::ids::entity;
use crate::kit::secret::Secret;
use crate::kit::time::{Duration, Timestamp, http_date, later};

mod verdict;

pub use verdict::verify;

/// Events are called by the `invoice_status` that caused them, or `captured`.
pub const DETECTED: &str = "payment_detected";
pub const CONFIRMED: &str = "payment_confirmed";
pub const EXPIRED: &str = "payment_expired";
pub const CAPTURED: &str = "captured";

const SIGNATURE: &str = "Authorization: APIAuth, the user id, a colon and the base64 HMAC-SHA1, under the merchant's own secret as it stands, of Content-Type, Content-MD5, path and query of the callback address, Date and NONCE, joined by commas";
const CHANGES: Evidence =
    Documented("API Reference, Update Notification URL: every time the invoice status is updated; that creation sends none is assumed");

const fn event(name: &'static str, when: &'static str, example: &'static str, evidence: Evidence) -> EventRow {
    EventRow { name, when, headers: EVENT_HEADERS, body: EVENT_BODY, signature: SIGNATURE, example, evidence }
}

macro_rules! example {
    ($system:literal, $invoice:literal, $balance:literal, $paid:literal) => {
        concat!(
            r#"{"invoice":{"id":1,"system_status":""#, $system, r#"","invoice_status":""#, $invoice,
            r#"","user_id":2,"sub_account_id":1,"bitcoin_address":"1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","name":"invoice name","data":"any data","price":"500.0","btc_price":0.5,"btc_balance":"#, $balance,
            r#","currency":"USD","qrcode_address_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","qrcode_protocol_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=bitcoin:1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo?amount=0.5","paid_at":"#, $paid,
            r#","created_at":"2014-08-08T19:40:12.855+09:00","updated_at":"2014-08-08T19:40:12.855+09:00","expired_at":"2014-08-08T20:10:12.855+09:00"}}"#
        )
    };
}

#[rustfmt::skip]
pub const EVENTS: &[EventRow] = &[
    event(DETECTED, "the full payment has been seen", example!("unconfirmed", "payment_detected", "0.5", "\"2014-08-08T19:50:12.855+09:00\""), CHANGES),
    event(CONFIRMED, "the full payment is confirmed", example!("confirmed", "payment_confirmed", "0.5", "\"2014-08-08T19:50:12.855+09:00\""), CHANGES),
    event(EXPIRED, "30 minutes have passed without the full payment, or 3 hours without its confirmation", example!("expired", "payment_expired", "0", "null"), CHANGES),
    event(CAPTURED, "the bitcoins are converted and the merchant is credited; the notice says `complete`, the invoice becomes so once it is accepted", example!("complete", "payment_confirmed", "0.5", "\"2014-08-08T19:50:12.855+09:00\""), Documented("API Reference, Update Notification URL, data posted to the callback, and system_status `complete`; that the notice runs ahead of the status is assumed")),
];

#[rustfmt::skip]
pub const SCHEDULE: Schedule = Schedule {
    waits: &[Duration::ZERO, Duration::from_mins(1), Duration::from_mins(5), Duration::from_mins(15), Duration::from_mins(60)],
    time_limit: Duration::from_secs(10),
    evidence: Assumed("no page says when a callback is tried again: after 1, 5, 15 and 60 minutes, each with a new Date and NONCE and the same body"),
    time_limit_evidence: Assumed("no page names a time limit"),
};

/// How a merchant's invoices are shown, links that begin at `base` included.
pub fn look<'a>(account: Option<&Account>, base: &'a str) -> Look<'a> {
    let flag = |row| account.is_some_and(|it| it.flag(row));
    Look { local_qr: flag(&LOCAL_QR).then_some(base), claimed: flag(&CLAIM_BITCOIN) }
}

/// Tells the merchant of an invoice, when they want to be told.
pub fn announce(memory: &Memory, cx: &mut Context<'_>, invoice: &Invoice, name: &'static str) {
    let account = invoice.account();
    let Some(own) = cx.account(&account) else { return };
    let Some(url) = own.text(&WEBHOOK_URL).map(str::to_owned) else { return };
    let status = if name == CAPTURED { Status::Complete } else { invoice.status() };
    let body = wire::callback(invoice, look(Some(own), memory.base_of(invoice)), status);
    let id = format!("{}-{}", invoice.id, invoice.head.generation());
    cx.notify(Event { name, id, account, subject: invoice.id.to_string(), object: invoice.object(), url, body, once: false });
}

/// What signs an account's callbacks: its own secret, unless a tester has set another.
pub fn secret(account: &Account) -> Option<&Secret> {
    account.webhook_secret().or_else(|| account.credentials.get("secret"))
}

/// Builds and signs an attempt with the date and NONCE of this moment; the body stays what it was.
pub fn attempt(cx: &Context<'_>, webhook: &Delivery) -> Option<Signed> {
    let account = cx.account(&webhook.account)?;
    let url = account.text(&WEBHOOK_URL).map(str::to_owned)?;
    let body = webhook.body.0.clone();
    let stream = entity(&[&webhook.account, &webhook.event_id, &webhook.attempts.len().to_string()]);
    let nonce = cx.draws("quoine callback nonce", stream).hex(NONCE_CHARS);
    let (date, md5) = (http_date(cx.signature_date(account)), content_md5(&body));
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [(CONTENT_MD5, &md5), ("date", &date), (NONCE, &nonce)] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
    }
    let canonical = Signable::of(&headers).canonical(&request_uri(&url));
    let signature = signature(&cx.signing(secret(account)?.expose()), &canonical);
    headers.insert(header::AUTHORIZATION, HeaderValue::from_str(&authorization(&account.id, &signature)).ok()?);
    Some(Signed { url, headers, body, signed: Some(canonical) })
}

/// When the attempt after that failure leaves.
pub fn retry(webhook: &Delivery, failed: &Attempt) -> Option<Timestamp> {
    later(failed.at, *SCHEDULE.waits.get(usize::try_from(webhook.scheduled).ok()?)?)
}

/// Whether that looks like one of these callbacks.
pub fn recognises(headers: &HeaderMap) -> bool {
    headers.contains_key(NONCE) || headers.get(header::AUTHORIZATION).is_some_and(|it| it.as_bytes().starts_with(b"APIAuth "))
}
