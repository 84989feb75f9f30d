//! The only webhook: when it is sent, what it carries, and whether a received one is genuine.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use serde_json::Value as Json;

use super::decisions::{
    CHECKOUT_ID_SHOWN, COMPLETION_ONLY, EVENT_NAME, FALLBACK_KEY, KEY_IN_WEBHOOK, ONE_ATTEMPT, PAYLOAD_OF_APRIL, RETRY_WAITS, SENDER_NAME,
    WEBHOOK_MEMBER,
};
use super::model::{Memory, Transaction};
use super::settings::{PAYLOAD, WEBHOOK_RETRIES};
use super::wire::{self, Look, TransactionObject};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::delivery::{Delivery, Event, Signed};
use crate::engine::signature::{Received, Verdict};
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::tables::{Mark, Proof, Schedule};
use crate::kit::diagnosis::{Diagnosis, WRONG_ENCODING};
use crate::kit::encodings::slips;
use crate::kit::evidence::Evidence::Observed;
use crate::kit::json::{Members, altered};
use crate::kit::sign::hmac_sha256;
use crate::kit::time::Duration;

mod audit;
mod rows;

pub use audit::AUDIT;
pub use rows::{COMPLETED, EVENTS};

/// The sender's name.
const USER_AGENT: &str = "QuantaPay";
/// It is one of the credentials, although no call carries it.
pub const ENCRYPTION_KEY: &str = "encryption_key";

/// Where a webhook carries its signature.
pub const PROOF: Proof = Proof::Member("key");

/// How an inbox recognises a webhook of this provider.
pub const MARKS: &[Mark] = &[Mark::Is("user-agent", USER_AGENT)];
/// Without a webhook secret, the encryption key stands in webhooks and signs requests.
pub const SIGNING_CREDENTIAL: Option<&str> = Some(ENCRYPTION_KEY);

#[rustfmt::skip]
pub const SCHEDULE: Schedule = Schedule {
    waits: &[Duration::ZERO],
    time_limit: Duration::from_secs(7),
    evidence: Observed("the sibling product sends a webhook once and never again; only the setting `webhook_retries` adds retries, 1m, 5m, 15m, 1h and 6h after the previous attempt"),
    time_limit_evidence: Observed("the sibling product gives a receiver 7 seconds; QuantaPay's stored page names no limit"),
};

/// The waits before the retries that `webhook_retries` turns on.
const RETRIES: &[Duration] =
    &[Duration::from_mins(1), Duration::from_mins(5), Duration::from_mins(15), Duration::from_mins(60), Duration::from_mins(360)];

/// The form of an account's transactions in answers and webhooks.
pub fn look(account: Option<&Account>) -> Look {
    if account.and_then(|it| it.text(&PAYLOAD)) == Some("march") { Look::March } else { Look::April }
}

/// Sends the webhook of a completed payment, if the merchant has set an address. The payment then says that it was sent.
pub fn announce(memory: &mut Memory, cx: &mut Context<'_>, id: u32) {
    let Some(transaction) = memory.transactions.get(id) else { return };
    let account = memory.merchant(transaction.merchant).account.clone();
    let Some(own) = cx.account(&account) else { return };
    let (Some(url), Some(key)) = (own.text(&WEBHOOK_URL).map(str::to_owned), own.signing_secret(SIGNING_CREDENTIAL)) else { return };
    let (key, look, has_secret) = (key.expose().to_owned(), look(Some(own)), own.webhook_secret().is_some());
    memory.transactions.update(id, |it| it.notified = true);
    let Some(transaction) = memory.transactions.get(id) else { return };
    let always = [COMPLETION_ONLY, PAYLOAD_OF_APRIL, KEY_IN_WEBHOOK, WEBHOOK_MEMBER, ONE_ATTEMPT, EVENT_NAME].map(|it| (it, true));
    let rows = [(CHECKOUT_ID_SHOWN, transaction.session.is_some()), (FALLBACK_KEY, !has_secret)];
    rows.into_iter().chain(always).filter(|it| it.1).for_each(|it| cx.rest_on(it.0));
    let body = wire::webhook(&key, &object(memory, transaction, look));
    let (subject, object) = (id.to_string(), transaction.object());
    cx.notify(Event { name: COMPLETED, id: wire::biz_id(transaction), account, subject, object, url, body, once: false });
}

/// A transaction with the session that it pays.
pub fn object<'a>(memory: &'a Memory, transaction: &'a Transaction, look: Look) -> TransactionObject<'a> {
    TransactionObject::of(transaction, transaction.session.and_then(|it| memory.sessions.get(it)), look)
}

/// Builds an attempt; the body does not change.
pub fn attempt(cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
    cx.rest_on(SENDER_NAME);
    if !webhook.attempts.is_empty() {
        cx.rest_on(RETRY_WAITS);
    }
    let url = cx.account(&webhook.account)?.text(&WEBHOOK_URL).map(str::to_owned)?;
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    let own = key(&webhook.body.0).unwrap_or_default();
    let body = match cx.signing(&own) {
        Cow::Borrowed(_) => webhook.body.0.clone(),
        Cow::Owned(other) => altered(&webhook.body.0, "key", &Json::from(other).to_string())?.into(),
    };
    Some(Signed { url, headers, body, signed: None, dated: None })
}

/// The waits before the retries of an account: none by default.
pub fn waits(account: Option<&Account>) -> Vec<Duration> {
    let retries = account.map_or(0, |it| it.integer(&WEBHOOK_RETRIES));
    RETRIES.iter().copied().take(usize::try_from(retries).unwrap_or_default()).collect()
}

/// The text under `key` in a webhook's body.
fn key(body: &[u8]) -> Option<String> {
    serde_json::from_str(Members::parse(body)?.get("key")?.get()).ok()
}

/// Whether a webhook carries the secret. Nothing is signed, so the canonical text is empty.
pub fn verify(webhook: &Received<'_>, secret: &str) -> Verdict {
    let own = key(webhook.body);
    if own.is_none()
        && let Some(read_otherwise) = slips(webhook.body).iter().find_map(|it| key(it))
    {
        // The key is there, but only for a reader who guesses the encoding.
        return Verdict::of(Some(read_otherwise), secret.to_owned(), String::new()).unless(|| true);
    }
    Verdict::of(own, secret.to_owned(), String::new())
}

/// Which usual mistake explains a wrong secret.
pub fn mistake(webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
    if verdict.is_right() {
        return WRONG_ENCODING;
    }
    let (body, received) = (webhook.body, verdict.signature());
    let written = [STANDARD.encode(secret), hex::encode(secret), hex::encode(hmac_sha256(secret.as_bytes(), body))];
    Diagnosis::of(secret, |_, key| key == received.as_bytes())
        .when_rewritten(
            received.trim() == secret
                || slips(secret.as_bytes()).contains(&received.into())
                || written.iter().any(|it| it.eq_ignore_ascii_case(received)),
        )
        .reason(b"", others, &[b""])
}
