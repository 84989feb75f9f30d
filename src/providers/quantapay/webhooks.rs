//! The one webhook: when it is owed, what it carries, and whether one is genuine.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use serde_json::Value as Json;

use super::model::{Memory, Transaction};
use super::settings::{PAYLOAD, WEBHOOK_RETRIES};
use super::wire::{self, Look, TransactionObject};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::delivery::{Attempt, Delivery};
use crate::engine::delivery::{Event, Signed};
use crate::engine::signature::{Received, Verdict};
use crate::engine::tables::Schedule;
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::kit::evidence::Evidence::Assumed;
use crate::kit::json::{Members, altered};
use crate::kit::secret::Secret;
use crate::kit::sign::{hmac_sha256, same};
use crate::kit::time::{Duration, Timestamp, later};

mod rows;

pub use rows::{COMPLETED, EVENTS};

/// Who sends it.
const USER_AGENT: &str = "QuantaPay";
/// Kept with the credentials, although calls never carry it.
pub const ENCRYPTION_KEY: &str = "encryption_key";

#[rustfmt::skip]
pub const SCHEDULE: Schedule = Schedule {
    waits: &[Duration::ZERO],
    time_limit: Duration::from_secs(7),
    evidence: Assumed("the sibling product sends once and never again; only the setting `webhook_retries` makes it try again, 1m, 5m, 15m, 1h and 6h after the attempt before"),
    time_limit_evidence: Assumed("the sibling product gives a receiver 7 seconds; QuantaPay's page is silent as far as it is at hand"),
};

/// The waits before the retries that `webhook_retries` turns on.
const RETRIES: &[Duration] =
    &[Duration::from_mins(1), Duration::from_mins(5), Duration::from_mins(15), Duration::from_mins(60), Duration::from_mins(360)];

/// How an account's transactions are shown.
pub fn look(account: Option<&Account>) -> Look {
    if account.and_then(|it| it.text(&PAYLOAD)) == Some("march") { Look::March } else { Look::April }
}

/// What stands in an account's webhooks and signs its requests: the webhook secret, else the encryption key.
pub fn secret(account: &Account) -> Option<&Secret> {
    account.webhook_secret().or_else(|| account.credentials.get(ENCRYPTION_KEY))
}

/// Tells the merchant that a payment is completed, when they want to be told. The payment says from then on that it was.
pub fn announce(memory: &mut Memory, cx: &mut Context<'_>, id: u32) {
    let Some(transaction) = memory.transactions.get(id) else { return };
    let account = memory.merchant(transaction.merchant).account.clone();
    let Some(own) = cx.account(&account) else { return };
    let (Some(url), Some(key)) = (own.text(&WEBHOOK_URL).map(str::to_owned), secret(own)) else { return };
    let (key, look) = (key.expose().to_owned(), look(Some(own)));
    memory.transactions.update(id, |it| it.notified = true);
    let Some(transaction) = memory.transactions.get(id) else { return };
    let body = wire::webhook(&key, &object(memory, transaction, look));
    let (subject, object) = (id.to_string(), transaction.object());
    cx.notify(Event { name: COMPLETED, id: wire::biz_id(transaction), account, subject, object, url, body, once: false });
}

/// A transaction with the session that it pays.
pub fn object<'a>(memory: &'a Memory, transaction: &'a Transaction, look: Look) -> TransactionObject<'a> {
    TransactionObject::of(transaction, transaction.session.and_then(|it| memory.sessions.get(it)), look)
}

/// Builds an attempt; its body stays what it was.
pub fn attempt(cx: &Context<'_>, webhook: &Delivery) -> Option<Signed> {
    let url = cx.account(&webhook.account)?.text(&WEBHOOK_URL).map(str::to_owned)?;
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    let own = key(&webhook.body.0).unwrap_or_default();
    let body = match cx.signing(&own) {
        Cow::Borrowed(_) => webhook.body.0.clone(),
        Cow::Owned(other) => altered(&webhook.body.0, "key", &Json::from(other).to_string())?.into(),
    };
    Some(Signed { url, headers, body, signed: None })
}

/// When the attempt after that failure leaves: never, unless the account says otherwise.
pub fn retry(account: Option<&Account>, webhook: &Delivery, failed: &Attempt) -> Option<Timestamp> {
    let retries = account.map_or(0, |it| it.integer(&WEBHOOK_RETRIES));
    let wait = RETRIES.get(usize::try_from(webhook.scheduled).ok()?.checked_sub(1)?)?;
    if i64::from(webhook.scheduled) > retries { None } else { later(failed.at, *wait) }
}

/// Whether that looks like one of these webhooks.
pub fn recognises(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).is_some_and(|it| it == USER_AGENT)
}

/// The text under `key` in a webhook's body.
fn key(body: &[u8]) -> Option<String> {
    serde_json::from_str(Members::parse(body)?.get("key")?.get()).ok()
}

/// Whether a webhook carries the secret and, when it does not, which usual mistake explains it. Nothing is signed, so
/// that the canonical text is empty.
pub fn verify(webhook: &Received<'_>, secret: &str, others: &[&str]) -> Verdict {
    let received = key(webhook.body);
    let reason = match &received {
        None => Some("missing_signature"),
        Some(received) if same(received, secret) => None,
        Some(received) => Some(mistake(webhook.body, received, secret, others)),
    };
    Verdict { valid: reason.is_none(), reason, canonical: String::new(), expected: secret.to_owned(), received }
}

fn mistake(body: &[u8], received: &str, secret: &str, others: &[&str]) -> &'static str {
    let written = [STANDARD.encode(secret), hex::encode(secret), hex::encode(hmac_sha256(secret.as_bytes(), body))];
    if received.trim() == secret || written.iter().any(|it| it.eq_ignore_ascii_case(received)) {
        return "wrong_encoding"; // the right secret, written another way
    }
    if others.contains(&received) || received.is_empty() { "wrong_secret" } else { "mismatch" }
}
