//! The four events: where they go, how they are signed, when they are retried.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::decisions::{ACCOUNT_URL, EVENT_TARGETS, RETRIES};
use super::model::{Memory, Notice, Order, Target};
use super::settings::RETRY_SCHEDULE;
use super::wire;
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::delivery::{Delivery, Event, Signed};
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::tables::{Mark, Proof, Schedule};
use crate::kit::evidence::Evidence::Assumed;
use crate::kit::ids::{LOWER, entity};
use crate::kit::secret::Secret;
use crate::kit::sign::hmac_sha256_hex;
use crate::kit::time::Duration;
use crate::kit::word::Word;

mod audit;
mod rows;
mod verdict;

pub use audit::AUDIT;
pub use rows::EVENTS;
pub use verdict::{mistake, verify};

const SIGNATURE_NAME: &str = "x-webhook-signature";
const SIGNATURE: HeaderName = HeaderName::from_static(SIGNATURE_NAME);

/// Where a webhook carries its signature.
pub const PROOF: Proof = Proof::Header(SIGNATURE_NAME);

/// The mark of a webhook of this provider.
pub const MARKS: &[Mark] = &[Mark::Header(SIGNATURE_NAME)];
/// No credential replaces a webhook secret.
pub const SIGNING_CREDENTIAL: Option<&str> = None;

#[rustfmt::skip]
pub const SCHEDULE: Schedule = Schedule {
    waits: &[
        Duration::ZERO, Duration::from_mins(1), Duration::from_mins(5), Duration::from_mins(15), Duration::from_hours(1), Duration::from_hours(6),
    ],
    time_limit: Duration::from_secs(10),
    evidence: Assumed("the part of the page on retries is not published; the setting `retry_schedule` changes the waits"),
    time_limit_evidence: Assumed("no time limit is published"),
};

/// Sends an event about an order to its targets.
pub fn announce(memory: &Memory, cx: &mut Context<'_>, order: &Order, notice: Notice) {
    for (target, url) in targets(memory, cx, order, notice) {
        let order_id = order.order_id();
        // An order whose transfer has disappeared tells of the next one: another event.
        let again = match order.head.generation() {
            steps @ 2.. if notice == Notice::Pending => format!("{order_id}/{steps}"),
            _ => order_id.clone(),
        };
        let stream = entity(&[&again, notice.word(), &target.number().to_string()]);
        let id = format!("wh_{}", cx.draws("cryptopay webhook", stream).text(LOWER, 12));
        let body = wire::event(&id, notice, order, memory.transaction_of(order), cx.now());
        let account = memory.account_of(order.merchant).to_owned();
        let (name, object) = (notice.word(), order.object());
        cx.notify_target(target.number(), Event { name, id, account, subject: order_id, object, url, body, once: false });
    }
}

/// The targets of an event: only the order's own address if it has one, otherwise the account's webhook URL and every
/// active endpoint with that event.
fn targets(memory: &Memory, cx: &mut Context<'_>, order: &Order, notice: Notice) -> Vec<(Target, String)> {
    cx.rest_on(EVENT_TARGETS);
    if let Some(url) = &order.webhook_url {
        return vec![(Target::Order, url.to_string())];
    }
    let account = cx.account(memory.account_of(order.merchant)).and_then(|it| it.text(&WEBHOOK_URL));
    let own = account.map(|url| (Target::Account, url.to_owned()));
    if own.is_some() {
        cx.rest_on(ACCOUNT_URL);
    }
    let endpoints = memory.endpoints_of(order.merchant).filter(|it| it.is_active && it.events.contains(&notice));
    own.into_iter().chain(endpoints.map(|it| (Target::Endpoint(it.number), it.url.to_string()))).collect()
}

/// The current address and secret of a target; `None` when it is gone or inactive.
fn resolve<'a>(memory: &'a Memory, account: &'a Account, webhook: &'a Delivery) -> Option<(&'a str, Option<&'a str>)> {
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

/// Builds and signs an attempt with the current secret; the body does not change.
pub fn attempt(memory: &Memory, cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
    let account = cx.account(&webhook.account)?;
    let (url, secret) = resolve(memory, account, webhook)?;
    let url = url.to_owned();
    let body = webhook.body.0.clone();
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let signed = secret.map(|own| {
        let signature = hmac_sha256_hex(cx.signing(own).as_bytes(), &body);
        headers.extend(HeaderValue::from_str(&signature).ok().map(|it| (SIGNATURE, it)));
        String::from_utf8_lossy(&body).into_owned()
    });
    if !webhook.attempts.is_empty() {
        cx.rest_on(RETRIES);
    }
    Some(Signed { url, headers, body, signed, dated: None })
}

/// The waits before the retries of an account.
pub fn waits(account: Option<&Account>) -> Vec<Duration> {
    account.map_or_else(Vec::new, |it| it.waits(&RETRY_SCHEDULE))
}

/// Every secret that can have signed a webhook of an account: its own, and those of its endpoints.
pub fn secrets<'a>(memory: &'a Memory, account: &'a Account) -> Vec<&'a str> {
    let endpoints = memory.merchant_of(&account.id).into_iter().flat_map(|it| memory.endpoints_of(it));
    account.webhook_secret().map(Secret::expose).into_iter().chain(endpoints.map(|it| &*it.secret)).collect()
}
