//! The four events: who is told, how it is signed, when it is tried again.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::model::{Memory, Notice, Order, Target};
use super::settings::RETRY_SCHEDULE;
use super::wire::{self, EVENT_BODY, EVENT_HEADERS};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::delivery::{Attempt, Delivery};
use crate::engine::delivery::{Event, Signed};
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::tables::{EventRow, Schedule};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::ids::{LOWER, entity};
use crate::kit::secret::Secret;
use crate::kit::sign::hmac_sha256_hex;
use crate::kit::time::{Duration, Timestamp, later};
use crate::kit::word::Word;

mod verdict;

pub use verdict::verify;

const SIGNATURE: HeaderName = HeaderName::from_static("x-webhook-signature");

#[rustfmt::skip]
pub const SCHEDULE: Schedule = Schedule {
    waits: &[
        Duration::ZERO, Duration::from_mins(1), Duration::from_mins(5), Duration::from_mins(15), Duration::from_hours(1), Duration::from_hours(6),
    ],
    time_limit: Duration::from_secs(10),
    evidence: Assumed("the part of the page on retries is not published; the setting `retry_schedule` changes the waits"),
    time_limit_evidence: Assumed("no time limit is published"),
};

const SIGNED: &str = "X-Webhook-Signature: the HMAC-SHA256 of the body's bytes under the endpoint's secret, lowercase hexadecimal without a prefix. What goes to an order's own webhook_url, or to the account's, is signed with the account's secret";

macro_rules! event {
    ($name:literal, $when:literal, $status:literal, $hash:literal, $chain:literal, $times:literal, $evidence:expr) => {
        EventRow {
            name: $name,
            when: $when,
            headers: EVENT_HEADERS,
            body: EVENT_BODY,
            signature: SIGNED,
            example: concat!(
                "{\"event\":\"", $name, r#"","data":{"order_id":"ORD-abc123def456","transaction_hash":"#, $hash,
                r#","amount":"100.00","currency":"USDC","blockchain":"base","status":""#, $status, r#"","#, $chain,
                r#","to_address":"0x1234567890123456789012345678901234567890","order_info":"{\"product\": \"Premium Plan\", \"quantity\": 1}","created_at":"2024-01-01T10:00:00Z","#,
                $times, r#","webhook_id":"wh_abc123def456"}"#
            ),
            evidence: $evidence,
        }
    };
}

const NAMED: Evidence = Documented("Webhooks, Webhook Events");

/// Every event.
#[rustfmt::skip]
pub const EVENTS: &[EventRow] = &[
    event!("payment.pending", "a transfer to the order is seen", "pending", r#""0xabcdef1234567890...""#, r#""confirmations":0,"block_number":null,"from_address":"0x9876543210987654321098765432109876543210""#, r#""confirmed_at":null},"timestamp":"2024-01-01T10:01:00Z""#, NAMED),
    event!("payment.confirmed", "the transfer has enough confirmations, and is at least the amount in the right token", "confirmed", r#""0xabcdef1234567890...""#, r#""confirmations":15,"block_number":12345678,"from_address":"0x9876543210987654321098765432109876543210""#, r#""confirmed_at":"2024-01-01T10:15:00Z"},"timestamp":"2024-01-01T10:15:30Z""#, Documented("Webhooks, Webhook Events and Webhook Payload")),
    event!("payment.failed", "the transfer was reverted or rejected, or is confirmed and too small or in another token", "failed", r#""0xabcdef1234567890...""#, r#""confirmations":0,"block_number":null,"from_address":"0x9876543210987654321098765432109876543210""#, r#""confirmed_at":null},"timestamp":"2024-01-01T10:02:00Z""#, NAMED),
    event!("order.expired", "no transfer was seen in time", "expired", "null", r#""confirmations":0,"block_number":null,"from_address":null"#, r#""confirmed_at":null},"timestamp":"2024-01-01T12:00:00Z""#, NAMED),
];

/// What is told of an order, at the address that its merchant wants to be told at.
pub fn announce(memory: &Memory, cx: &mut Context<'_>, order: &Order, notice: Notice) {
    for (target, url) in targets(memory, cx, order, notice) {
        let order_id = order.order_id();
        let stream = entity(&[&order_id, notice.word(), &target.number().to_string()]);
        let id = format!("wh_{}", cx.draws("cryptopay webhook", stream).text(LOWER, 12));
        let body = wire::event(&id, notice, order, memory.transaction_of(order), cx.now());
        let account = memory.account_of(order.merchant).to_owned();
        let (name, object) = (notice.word(), order.object());
        cx.notify_target(target.number(), Event { name, id, account, subject: order_id, object, url, body, once: false });
    }
}

/// Who is told: the order's own address alone where it has one, else the account's and every active endpoint that wants
/// that event.
fn targets(memory: &Memory, cx: &Context<'_>, order: &Order, notice: Notice) -> Vec<(Target, String)> {
    if let Some(url) = &order.webhook_url {
        return vec![(Target::Order, url.to_string())];
    }
    let account = cx.account(memory.account_of(order.merchant)).and_then(|it| it.text(&WEBHOOK_URL));
    let own = account.map(|url| (Target::Account, url.to_owned()));
    let endpoints = memory.endpoints_of(order.merchant).filter(|it| it.is_active && it.events.contains(&notice));
    own.into_iter().chain(endpoints.map(|it| (Target::Endpoint(it.number), it.url.to_string()))).collect()
}

/// Address and secret of a target at this moment; `None` when it is gone or inactive.
fn aim<'a>(memory: &'a Memory, account: &'a Account, webhook: &'a Delivery) -> Option<(&'a str, Option<&'a str>)> {
    let secret = account.webhook_secret().map(Secret::expose);
    match Target::of(webhook.target) {
        Target::Order => Some((&webhook.url, secret)),
        Target::Account => Some((account.text(&WEBHOOK_URL)?, secret)),
        Target::Endpoint(number) => {
            let endpoint = memory.endpoints.get(number).filter(|it| it.is_active)?;
            Some((&endpoint.url, Some(&endpoint.secret)))
        }
    }
}

/// Builds and signs an attempt with the secret of this moment; the body stays what it was.
pub fn attempt(memory: &Memory, cx: &Context<'_>, webhook: &Delivery) -> Option<Signed> {
    let account = cx.account(&webhook.account)?;
    let (url, secret) = aim(memory, account, webhook)?;
    let body = webhook.body.0.clone();
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let signed = secret.map(|it| {
        let signature = hmac_sha256_hex(cx.signing(it).as_bytes(), &body);
        headers.extend(HeaderValue::from_str(&signature).ok().map(|it| (SIGNATURE, it)));
        String::from_utf8_lossy(&body).into_owned()
    });
    Some(Signed { url: url.to_owned(), headers, body, signed })
}

/// When the attempt after that failure leaves.
pub fn retry(account: Option<&Account>, webhook: &Delivery, failed: &Attempt) -> Option<Timestamp> {
    let waits = account?.waits(&RETRY_SCHEDULE);
    later(failed.at, *waits.get(usize::try_from(webhook.scheduled).ok()?.checked_sub(1)?)?)
}

/// Every secret that may have signed a webhook of an account: its own, and those of its endpoints.
pub fn secrets<'a>(memory: &'a Memory, account: &'a Account) -> Vec<&'a str> {
    let endpoints = memory.merchant_of(&account.id).into_iter().flat_map(|it| memory.endpoints_of(it));
    account.webhook_secret().map(Secret::expose).into_iter().chain(endpoints.map(|it| &*it.secret)).collect()
}

/// Whether that looks like one of these webhooks.
pub fn recognises(headers: &HeaderMap) -> bool {
    headers.contains_key(SIGNATURE)
}
