//! The eleven events: where they go, how they are signed, when they are retried.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;
use serde_json::value::RawValue;

use super::decisions::{LIVE_MODE, NO_WEBHOOK_URL, PENDING_WEBHOOKS, SIGNED_TEXT};
use super::model::{Charge, ChargeStatus, Currency, Deposit, Kind, Memory, PaymentType, Payout};
use super::settings::{LIVEMODE, WEBHOOK_RETRIES};
use super::wire::{self, ChargeObject, DepositObject, PayoutObject};
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::delivery::{Delivery, Event, Signed};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::signature::{Received, Verdict};
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::engine::tables::{Mark, Proof, Schedule};
use crate::kit::diagnosis::{Diagnosis, RESERIALISED_BODY, WRONG_ENCODING, WRONG_FIELD_ORDER, in_documented_order, is_digest};
use crate::kit::encodings::slips;
use crate::kit::evidence::Evidence::{Assumed, Documented};
use crate::kit::ids::entity;
use crate::kit::json::{Members, Writing, rewritten};
use crate::kit::sign::{md5, same};
use crate::kit::time::Duration;

mod audit;
mod rows;

pub use audit::AUDIT;
pub use rows::EVENTS;

const SIGNATURE_NAME: &str = "qbitpay-signature";
const SIGNATURE: HeaderName = HeaderName::from_static(SIGNATURE_NAME);
/// Between two attempts.
const WAIT: Duration = Duration::from_mins(15);
/// Confirmations of a credited deposit.
pub const CONFIRMATIONS: u32 = 12;

/// Where a webhook carries its signature.
pub const PROOF: Proof = Proof::Header(SIGNATURE_NAME);

/// The mark of a webhook of this provider.
pub const MARKS: &[Mark] = &[Mark::Header(SIGNATURE_NAME)];
/// The API key signs when no webhook secret is set.
pub const SIGNING_CREDENTIAL: Option<&str> = Some("api_key");

#[rustfmt::skip]
pub const SCHEDULE: Schedule = Schedule {
    waits: &[Duration::ZERO, WAIT, WAIT, WAIT, WAIT, WAIT],
    time_limit: Duration::from_secs(10),
    evidence: Documented("earlier Chinese page, Webhooks: at once, then up to five retries, 15 minutes apart; the English page says up to 5 times"),
    time_limit_evidence: Assumed("no time limit is documented"),
};

/// The address of a merchant's wallet; only one currency has a wallet.
pub fn wallet(cx: &Context<'_>, account: &str, currency: Currency) -> Option<String> {
    (currency == Currency::Usdt).then(|| format!("0x{}", cx.draws("qbitpay wallet", entity(&[account])).hex(40)))
}

/// Sends an event about a charge to the charge's own address.
pub fn charge(memory: &Memory, cx: &mut Context<'_>, charge: &Charge, name: &'static str) {
    let url = charge.cb_url.clone();
    send(
        memory,
        cx,
        NewEvent { merchant: charge.merchant, name, object: charge.object(), subject: charge.id.clone(), url },
        &ChargeObject::of(charge),
    );
}

/// Sends an event about a payout, when the account has a webhook URL.
pub fn payout(memory: &Memory, cx: &mut Context<'_>, payout: &Payout, name: &'static str) {
    let Some(destination) = memory.destinations.get(&payout.destination) else { return };
    let Some(url) = account_url(memory, cx, payout.merchant) else { return };
    let event = NewEvent { merchant: payout.merchant, name, object: payout.object(), subject: payout.id.to_string(), url };
    send(memory, cx, event, &PayoutObject::of(payout, destination));
}

/// Sends an event about a deposit, when the account has a webhook URL.
pub fn deposit(memory: &Memory, cx: &mut Context<'_>, deposit: &Deposit, name: &'static str) {
    let Some(url) = account_url(memory, cx, deposit.merchant) else { return };
    let addr = wallet(cx, &memory.own(deposit.merchant).account, deposit.currency);
    let event = NewEvent { merchant: deposit.merchant, name, object: deposit.object(), subject: deposit.id.to_string(), url };
    send(memory, cx, event, &DepositObject::of(deposit, addr.as_deref(), CONFIRMATIONS));
}

/// An event before it has a body.
struct NewEvent {
    merchant: u32,
    name: &'static str,
    object: ObjectId,
    subject: String,
    url: String,
}

fn account_url(memory: &Memory, cx: &mut Context<'_>, merchant: u32) -> Option<String> {
    let url = cx.account(&memory.own(merchant).account).and_then(|it| it.text(&WEBHOOK_URL)).map(str::to_owned);
    if url.is_none() {
        cx.rest_on(NO_WEBHOOK_URL);
    }
    url
}

fn event_id(cx: &Context<'_>, subject: &str, name: &str) -> String {
    cx.draws("qbitpay event", entity(&[subject, name])).text(super::model::ALPHANUMERIC, 13)
}

fn send(memory: &Memory, cx: &mut Context<'_>, event: NewEvent, data: &impl Serialize) {
    let NewEvent { merchant, name, object, subject, url } = event;
    cx.rest_on(LIVE_MODE);
    let account = memory.own(merchant).account.clone();
    let id = event_id(cx, &subject, name);
    let body = wire::event(&id, name, cx.now(), cx.flag(&account, &LIVEMODE), data);
    cx.notify(Event { name, id, account, subject, object, url, body, once: false });
}

/// Sends one test event to that address, and returns its body.
pub fn test(memory: &mut Memory, cx: &mut Context<'_>, merchant: u32, url: String) -> Bytes {
    memory.tests += 1;
    let subject = format!("TEST-{}", memory.tests);
    let (account, number) = (memory.own(merchant).account.clone(), memory.tests);
    let id = event_id(cx, &subject, "charge.succeeded");
    let sample = sample(cx, number, merchant, &url);
    let body = wire::event(&id, "charge.succeeded", cx.now(), false, &ChargeObject::in_status(&sample, ChargeStatus::SellerConfirmed));
    let object = Kind::Test.object(number);
    cx.notify(Event { name: "charge.succeeded", id, account, subject, object, url, body: body.clone(), once: true });
    body
}

/// The made-up charge of a test event.
fn sample(cx: &Context<'_>, number: u32, merchant: u32, url: &str) -> Charge {
    let mut draws = cx.draws("qbitpay test charge", number.into());
    let (id, trade) = (draws.text(super::model::ALPHANUMERIC, 13), draws.text(super::model::ALPHANUMERIC, 20));
    Charge {
        number,
        merchant,
        id,
        nth: 0,
        created_at: cx.now(),
        head: Head::default(),
        currency: Currency::Usd,
        amount_units: 100_000,
        fee_units: 0,
        base: Currency::Btc,
        base_units: 174_507,
        quote: Currency::Cny,
        cost_units: 676_000,
        price: rust_decimal::Decimal::new(387_377, 1),
        external_order_id: format!("TEST-{number}"),
        page_url: format!("https://qbitpay.blockscape.co/?zh#/otc/payment?tradeId={trade}"),
        trade,
        cb_url: url.to_owned(),
        redirect_url: "https://qbitpay.blockscape.co".to_owned(),
        payment_type: PaymentType::Alipay,
        payer_name: None,
        row: None,
    }
}

/// Builds and signs an attempt: the body counts the attempts that were not accepted, so each has its own signature.
/// The events of a charge go to the charge's address, all others to the account's current webhook URL.
pub fn attempt(cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
    let account = cx.account(&webhook.account)?;
    let own_address = matches!(Kind::of(webhook.object), Some((Kind::Charge | Kind::Test, _)));
    let url = if own_address { webhook.url.clone() } else { account.text(&WEBHOOK_URL)?.to_owned() };
    let failures = webhook.attempts.iter().filter(|own| own.outcome.as_ref().is_some_and(|it| !it.accepted())).count();
    let body = wire::after_failures(&webhook.body.0, failures);
    let text = canonical(&body);
    let signature = signature(&text, &cx.signing(account.signing_secret(SIGNING_CREDENTIAL)?.expose()));
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(SIGNATURE, HeaderValue::from_str(&signature).ok()?);
    cx.rest_on(SIGNED_TEXT);
    if 0 < failures {
        cx.rest_on(PENDING_WEBHOOKS);
    }
    Some(Signed { url, headers, body, signed: Some(text), dated: None })
}

/// The waits before the retries of an account.
pub fn waits(account: Option<&Account>) -> Vec<Duration> {
    let retries = account.map_or(0, |it| it.integer(&WEBHOOK_RETRIES));
    vec![WAIT; usize::try_from(retries).unwrap_or_default()]
}

/// The signature of a text under a key.
pub fn signature(text: &str, key: &str) -> String {
    hex::encode_upper(md5(format!("{text}&key={key}").as_bytes()))
}

/// The text that is signed: the members of the event by name, objects to the byte as they were sent.
pub fn canonical(body: &[u8]) -> String {
    as_sent(body).unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}

fn as_sent(body: &[u8]) -> Option<String> {
    join(body, Order::ByName, |it| Some(it.get().to_owned()))
}

/// The same, objects in their compact form: the only one in which the provider sends them.
fn compact(body: &[u8]) -> Option<String> {
    join(body, Order::ByName, |it| rewritten(it.get().as_bytes(), Writing::Minified))
}

/// The order in which members are signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    ByName,
    AsSent,
}

/// `name=value` for every member that is not empty. `None` when the body is not an object.
fn join(body: &[u8], order: Order, write: impl Fn(&RawValue) -> Option<String>) -> Option<String> {
    let Members(mut members) = Members::parse(body)?;
    if order == Order::ByName {
        members.sort_by(|a, b| a.0.cmp(&b.0));
    }
    let pair = |(name, value): (std::borrow::Cow<'_, str>, &RawValue)| {
        let text = match value.get().as_bytes().first()? {
            b'"' => serde_json::from_str(value.get()).ok()?,
            b'{' | b'[' => write(value)?,
            _ => value.get().to_owned(),
        };
        (!text.is_empty() && text != "null").then(|| format!("{name}={text}"))
    };
    Some(members.into_iter().filter_map(pair).collect::<Vec<_>>().join("&"))
}

/// Whether a signature is right.
pub fn verify(webhook: &Received<'_>, secret: &str) -> Verdict {
    let canonical = canonical(webhook.body);
    let expected = signature(&canonical, secret);
    Verdict::of(webhook.header(&SIGNATURE), expected, canonical).unless(|| as_sent(webhook.body) != compact(webhook.body))
}

/// Which common mistake explains a wrong signature.
pub fn mistake(webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
    if verdict.is_right() {
        return RESERIALISED_BODY;
    }
    let (body, canonical, received) = (webhook.body, &verdict.canonical, verdict.signature().trim());
    let digest = |text: &[u8], key: &[u8]| md5(&[text, b"&key=", key].concat());
    let covers = |text: &[u8], key: &[u8]| same(&hex::encode_upper(digest(text, key)), &received.to_ascii_uppercase());
    let with = |order, writing| join(body, order, |it| rewritten(it.get().as_bytes(), writing)).unwrap_or_default();
    let documented = [wire::CHARGE_EVENT, wire::PAYOUT_EVENT, wire::DEPOSIT_EVENT];
    let ordered = documented.iter().filter_map(|rows| as_sent(in_documented_order(body, rows)?.as_bytes()));
    Diagnosis::of(secret, covers)
        .when_rewritten(is_digest(received, &digest(canonical.as_bytes(), secret.as_bytes())))
        .when_of(RESERIALISED_BODY, compact(body)) // the body was printed anew
        .when_of(WRONG_ENCODING, [with(Order::ByName, Writing::Escaped)]) // slashes or Chinese escaped
        .when_of(RESERIALISED_BODY, [body]) // the whole body was signed
        .when_of(WRONG_FIELD_ORDER, [with(Order::ByName, Writing::Sorted), with(Order::AsSent, Writing::Minified)])
        .when_of(WRONG_FIELD_ORDER, ordered)
        .when_of(WRONG_ENCODING, slips(body).iter().filter_map(|it| compact(it))) // the body had another encoding once
        .when_of(WRONG_ENCODING, slips(canonical.as_bytes())) // the signed text has another
        .reason(canonical.as_bytes(), others, &[secret.trim().as_bytes(), b""])
}
