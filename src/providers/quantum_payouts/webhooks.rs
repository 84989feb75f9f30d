//! The only event: when it is sent, how it is signed, and when it is sent again.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::decisions::{RETRY_FIGURES, SIGNED_TEXT, TEST_EVENT};
use super::model::{Memory, ObjectKind, Payout, Status};
use super::settings::{PRETTY_BODY, RETRY_CLOCK, WEBHOOK_ENABLED, WEBHOOK_SIGNED};
use super::wire::{self, EVENT_BODY, STATUS_CHANGED, StatusChange};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::delivery::{Attempt, Dated, Delivery, Event, Signed};
use crate::engine::signature::{Received, Verdict};
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::tables::{Mark, Proof, Schedule};
use crate::kit::diagnosis::{Diagnosis, RESERIALISED_BODY, WRONG_ENCODING, WRONG_FIELD_ORDER, in_documented_order, is_digest};
use crate::kit::encodings::slips;
use crate::kit::evidence::Evidence::Documented;
use crate::kit::json::{Writing, rewritten};
use crate::kit::sign::{hmac_sha256, hmac_sha256_hex, same};
use crate::kit::time::{Duration, Timestamp, unix_seconds};

mod audit;
mod rows;

pub use audit::AUDIT;
pub use rows::EVENTS;

const EVENT_NAME: &str = "x-payouts-event";
const EVENT: HeaderName = HeaderName::from_static(EVENT_NAME);
const EVENT_ID: HeaderName = HeaderName::from_static("x-payouts-event-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-payouts-timestamp");
const SIGNATURE_NAME: &str = "x-payouts-signature";
/// No page says how old a webhook may be. This is what receivers usually accept.
const AGE_MAX: Duration = Duration::from_mins(5);
const SIGNATURE: HeaderName = HeaderName::from_static(SIGNATURE_NAME);

/// Where a webhook carries its signature.
pub const PROOF: Proof = Proof::Header(SIGNATURE_NAME);

/// How an inbox recognises a webhook of this provider.
pub const MARKS: &[Mark] = &[Mark::Header(EVENT_NAME), Mark::Header(SIGNATURE_NAME)];
/// No other credential replaces a missing webhook secret.
pub const SIGNING_CREDENTIAL: Option<&str> = None;

#[rustfmt::skip]
pub const SCHEDULE: Schedule = Schedule {
    waits: &[
        Duration::ZERO,           Duration::from_secs(15),  Duration::from_secs(30),  Duration::from_mins(1),   Duration::from_mins(5),
        Duration::from_mins(15),  Duration::from_mins(30),  Duration::from_mins(60),  Duration::from_mins(120), Duration::from_mins(180),
    ],
    time_limit: Duration::from_secs(10),
    evidence: Documented("Developer API, Retry policy; that each figure counts from the previous attempt is assumed (`retry_clock`)"),
    time_limit_evidence: Documented("Developer API, Receiver requirements: about 10 seconds"),
};

/// Sends the webhook of a payout's status, if the merchant has set an address and has not disabled webhooks.
pub fn announce(cx: &mut Context<'_>, payout: &Payout) {
    let Some(account) = cx.account(&payout.account).filter(|it| it.flag(&WEBHOOK_ENABLED)) else { return };
    let Some(url) = account.text(&WEBHOOK_URL).map(str::to_owned) else { return };
    let pretty = account.flag(&PRETTY_BODY);
    let id = cx.draws(&format!("quantum-payouts event {}", payout.head.generation()), payout.stream()).hex(32);
    let change =
        StatusChange { id: payout.id, external_id: payout.order_number.as_deref(), status: payout.status(), kopecks: payout.kopecks };
    let body = wire::event(&id, cx.now(), change, pretty);
    let (account, subject, object) = (payout.account.clone(), payout.subject(), payout.object());
    cx.notify(Event { name: STATUS_CHANGED, id, account, subject, object, url, body, once: false });
}

/// Queues a test event for this address. `None`: the queue is full.
pub fn test(memory: &mut Memory, cx: &mut Context<'_>, account: &str, url: String) -> Option<u64> {
    memory.tests += 1;
    let pretty = cx.flag(account, &PRETTY_BODY);
    let id = cx.draws("quantum-payouts test event", memory.tests).hex(32);
    cx.rest_on(TEST_EVENT);
    let change = StatusChange { id: 0, external_id: Some("TEST"), status: Status::Success, kopecks: 100 };
    let body = wire::event(&id, cx.now(), change, pretty);
    let (account, subject) = (account.to_owned(), "TEST".to_owned());
    cx.notify(Event { name: STATUS_CHANGED, id, account, subject, object: ObjectKind::Test.object(0), url, body, once: true })
}

/// Builds and signs an attempt with the current settings; the body does not change.
pub fn attempt(cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
    let account = cx.account(&webhook.account)?;
    let url = account.text(&WEBHOOK_URL).filter(|_| webhook.once || account.flag(&WEBHOOK_ENABLED)).map(str::to_owned)?;
    if account.webhook_secret().is_some() && account.flag(&WEBHOOK_SIGNED) {
        cx.rest_on(SIGNED_TEXT);
    }
    // The first two moments are the same in both readings of the schedule.
    if 2 <= webhook.attempts.len() {
        cx.rest_on(RETRY_FIGURES);
    }
    let account = cx.account(&webhook.account)?;
    let body = webhook.body.0.clone();
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(EVENT, HeaderValue::from_static(STATUS_CHANGED));
    headers.insert(EVENT_ID, HeaderValue::from_str(&webhook.event_id).ok()?);
    let date = cx.signature_date(account);
    headers.insert(TIMESTAMP, HeaderValue::from(unix_seconds(date)));
    let signed = account.webhook_secret().filter(|_| account.flag(&WEBHOOK_SIGNED)).map(|secret| {
        let text = minify(&body);
        let signature = signature(&text, &cx.signing(secret.expose()));
        (text, signature)
    });
    if let Some((_, signature)) = &signed {
        headers.insert(SIGNATURE, HeaderValue::from_str(signature).ok()?);
    }
    Some(Signed { url, headers, body, signed: signed.map(|it| it.0), dated: Some(Dated { at: date, window: AGE_MAX }) })
}

/// The moment from which the wait before a retry counts: the previous attempt, or the event if `retry_clock` says so.
pub fn retries_from(account: Option<&Account>, webhook: &Delivery, failed: &Attempt) -> Timestamp {
    let from_event = account.and_then(|it| it.text(&RETRY_CLOCK)) == Some("event");
    if from_event { webhook.created_at } else { failed.at }
}

/// The signature header of a text under a secret.
pub fn signature(text: &str, secret: &str) -> String {
    format!("sha256={}", hmac_sha256_hex(secret.as_bytes(), text.as_bytes()))
}

/// The signed text: the body, decoded and encoded again. A body that is not JSON is signed as it is.
pub fn minify(body: &[u8]) -> String {
    rewritten(body, Writing::Minified).unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}

/// Whether a signature is right.
pub fn verify(webhook: &Received<'_>, secret: &str) -> Verdict {
    let canonical = minify(webhook.body);
    let expected = signature(&canonical, secret);
    Verdict::of(webhook.header(&SIGNATURE), expected, canonical)
}

/// Which usual mistake explains a wrong signature.
pub fn mistake(webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
    let (body, canonical, received) = (webhook.body, &verdict.canonical, verdict.signature().trim());
    let hex = received.strip_prefix("sha256=").unwrap_or(received);
    let covers = |text: &[u8], secret: &[u8]| same(&hmac_sha256_hex(secret, text), &hex.to_ascii_lowercase());
    let rewritten_as = |writing| rewritten(body, writing).unwrap_or_default();
    let ordered = [Some(rewritten_as(Writing::Sorted)), in_documented_order(body, EVENT_BODY)];
    let bare = secret.rsplit('_').next().unwrap_or_default();
    let decoded = hex::decode(bare).unwrap_or_default();
    Diagnosis::of(secret, covers)
        .when_rewritten(is_digest(hex, &hmac_sha256(secret.as_bytes(), canonical.as_bytes())))
        .when_of(RESERIALISED_BODY, [body]) // the received bytes, not minified
        .when_of(WRONG_ENCODING, [rewritten_as(Writing::Escaped)]) // slashes or Cyrillic escaped
        .when_of(WRONG_FIELD_ORDER, ordered.iter().flatten())
        .when_of(WRONG_ENCODING, slips(body).iter().map(|it| minify(it))) // the body had another encoding once
        .when_of(WRONG_ENCODING, slips(canonical.as_bytes())) // the signed text has another
        .reason(canonical.as_bytes(), others, &[secret.trim().as_bytes(), bare.as_bytes(), &decoded, b""])
}
