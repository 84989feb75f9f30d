//! Typed requests in, objects out: every field name, limit and number format.

use bytes::Bytes;
use serde::Serialize;

use super::errors::Error;
use super::model::{Channel, Kind, Payout, Status, Target};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::{Fault, Field, Fields, Kind as Value, Need, TEXT};
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::lifecycle::Word;
use crate::kit::time::{Timestamp, unix_seconds, with_offset};

mod rows;

pub use rows::*;

/// Moscow keeps one offset all year.
pub const MOSCOW_HOURS: i8 = 3;

/// The body of `createPayout`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayout {
    pub order_number: String,
    pub kopecks: i64,
    pub return_url: String,
    pub fail_url: Option<String>,
    pub description: Option<String>,
    pub session_secs: i64,
    pub kind: Option<Kind>,
    pub channel: Channel,
}

impl NewPayout {
    /// Names every fault at once, in the order of the documented example.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::of(request)?;
        let order_number = sheet.text(&rows::ORDER_NUMBER_36);
        let return_url = sheet.within(&rows::URLS, &rows::RETURN_URL);
        let amount = sheet.amount(&rows::AMOUNT, "must be positive");
        let fail_url = sheet.text(&rows::FAIL_URL);
        let description = sheet.text(&rows::DESCRIPTION);
        let session_secs = sheet.integer(&rows::SESSION_SECS);
        let kind = sheet.text(&rows::TYPE).map(|it| if it == "sbp" { Kind::Sbp } else { Kind::Card });
        let channel = sheet.text(&rows::CHANNEL).map_or(Channel::Vtb, |it| if it == "alfa" { Channel::Alfa } else { Channel::Vtb });
        let (order_number, return_url, kopecks) = sheet.complete(order_number.zip(return_url).zip(amount).map(|((a, b), c)| (a, b, c)))?;
        let session_secs = session_secs.unwrap_or(SESSION_SECS_DEFAULT);
        Ok(Self { order_number, kopecks, return_url, fail_url, description, session_secs, kind, channel })
    }
}

/// The body of `performPayout`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPayout {
    pub order_number: String,
    pub kopecks: i64,
    pub description: String,
    pub pan: String,
}

impl CardPayout {
    /// Names every fault at once, in the order of the documented example.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::of(request)?;
        let order_number = sheet.text(&rows::ORDER_NUMBER_32);
        let amount = sheet.amount(&rows::AMOUNT, "must be greater than 0");
        let description = sheet.text(&rows::DESCRIPTION_REQUIRED);
        let pan = sheet.within(&rows::TARGET, &rows::PAN);
        let all = order_number.zip(amount).zip(description).zip(pan).map(|(((a, b), c), d)| (a, b, c, d));
        let (order_number, kopecks, description, pan) = sheet.complete(all)?;
        Ok(Self { order_number, kopecks, description, pan })
    }
}

/// The order number that `getPayoutStatus` asks for.
pub fn asked_order_number(request: &Request, strict: bool) -> Result<String, Error> {
    let mut sheet = Sheet::of(request)?;
    let number = sheet.text(if strict { &rows::ORDER_NUMBER_32 } else { &rows::ORDER_NUMBER_ASKED });
    sheet.complete(number)
}

/// The body of `webhook_save`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// `None` leaves the target as it is; an empty text takes it away.
    pub url: Option<String>,
    pub enabled: Option<bool>,
    pub use_signature: Option<bool>,
    pub regenerate_secret: bool,
}

impl WebhookSettings {
    /// Reads what the portal's form or script sends.
    pub fn parse(fields: &Fields<'_>) -> Result<Self, Error> {
        let mut sheet = Sheet { fields, faults: Vec::new() };
        let url = if fields.has(rows::URL.name) { sheet.text(&rows::URL) } else { fields.is_sent(rows::URL.name).then(String::new) };
        let (enabled, use_signature) = (sheet.flag(&rows::ENABLED), sheet.flag(&rows::USE_SIGNATURE));
        let regenerate_secret = sheet.flag(&rows::REGENERATE_SECRET).unwrap_or(false);
        sheet.complete(Some(Self { url, enabled, use_signature, regenerate_secret }))
    }
}

/// JSON or form, as portal calls come.
pub fn portal_fields(request: &Request) -> Result<Fields<'_>, Error> {
    Fields::body(request).ok_or_else(invalid_json)
}

fn invalid_json() -> Error {
    Error::Validation("invalid JSON".to_owned())
}

/// One body being read: the faults that were found so far.
struct Sheet<F> {
    fields: F,
    faults: Vec<String>,
}

impl<'a> Sheet<Fields<'a>> {
    fn of(request: &'a Request) -> Result<Self, Error> {
        let fields = Fields::json(&request.body).ok_or_else(invalid_json)?;
        Ok(Self { fields, faults: Vec::new() })
    }
}

impl<'a, F: std::borrow::Borrow<Fields<'a>>> Sheet<F> {
    fn text(&mut self, row: &Field) -> Option<String> {
        let read = self.fields.borrow().text(row);
        read.unwrap_or_else(|fault| self.fault(row, &fault))
    }

    /// A text inside an object: when that is no object, one fault is enough.
    fn within(&mut self, object: &Field, row: &Field) -> Option<String> {
        match self.fields.borrow().object(object) {
            Err(fault @ Fault::NotA(_)) => self.fault(object, &fault),
            _ => self.text(row),
        }
    }

    fn integer(&mut self, row: &Field) -> Option<i64> {
        let read = self.fields.borrow().integer(row);
        read.unwrap_or_else(|fault| self.fault(row, &fault))
    }

    fn flag(&mut self, row: &Field) -> Option<bool> {
        let read = self.fields.borrow().flag(row);
        read.unwrap_or_else(|fault| self.fault(row, &fault))
    }

    /// Kopecks; each method has its own words for an amount that is too small.
    fn amount(&mut self, row: &Field, too_small: &str) -> Option<i64> {
        let read = self.fields.borrow().integer(row);
        match read {
            Err(Fault::Below(_)) => self.say(format!("{} {too_small}", row.name)),
            Err(Fault::Above(_)) => self.say(format!("{} must be at most {AMOUNT_DIGITS} digits", row.name)),
            other => other.unwrap_or_else(|fault| self.fault(row, &fault)),
        }
    }

    fn fault<T>(&mut self, row: &Field, fault: &Fault) -> Option<T> {
        let name = row.name;
        self.say(match fault {
            Fault::Missing => format!("{name} is required"),
            Fault::NotA("integer") => format!("{name} must be an integer"),
            Fault::NotA("object") => format!("{name} must be an object"),
            Fault::NotA(kind) => format!("{name} must be a {kind}"),
            Fault::TooLong(chars) => format!("{name} must be at most {chars} characters"),
            Fault::Below(min) => format!("{name} must be at least {min}"),
            Fault::Above(max) => format!("{name} must be at most {max}"),
            Fault::NotOneOf(words) => format!("{name} must be one of: {}", words.join(", ")),
            Fault::NotDigits { min, max } => format!("{name} must be {min}-{max} digits"),
            Fault::NotAUrl => format!("{name} must be a valid URL"),
        })
    }

    fn say<T>(&mut self, fault: String) -> Option<T> {
        self.faults.push(fault);
        None
    }

    /// What was read, when nothing was wrong with any of it.
    fn complete<T>(self, read: Option<T>) -> Result<T, Error> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(Error::Validation(self.faults.join("; "))),
        }
    }
}

#[derive(Serialize)]
struct Block {
    error: &'static str,
    message: Option<&'static str>,
}

const SUCCESS: Block = Block { error: "0", message: None };

/// The answer of `createPayout`.
pub fn registered(payout: &Payout, payout_url: &str) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Registered<'a> {
        result: Block,
        payout_url: &'a str,
        order_id: &'a str,
        order_number: Option<&'a str>,
    }
    let order_number = payout.order_number.as_deref();
    Response::json(StatusCode::OK, &Registered { result: SUCCESS, payout_url, order_id: &payout.order_id, order_number })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct State<'a> {
    result: Block,
    order_number: Option<&'a str>,
    order_status: &'static str,
    amount: i64,
    creation_date: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "destination_type")]
    destination_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Masked<'a>>,
}

#[derive(Serialize)]
enum Masked<'a> {
    #[serde(rename = "maskedPan")]
    Pan(&'a str),
    #[serde(rename = "maskedPhone")]
    Phone(&'a str),
}

impl<'a> State<'a> {
    /// What both calls answer; `getPayoutStatus` adds three fields.
    fn of(payout: &'a Payout) -> Self {
        Self {
            result: SUCCESS,
            order_number: payout.order_number.as_deref(),
            order_status: payout.status.word(),
            amount: payout.kopecks,
            creation_date: unix_seconds(payout.created_at),
            order_id: payout.bank_order.as_deref(),
            description: None,
            destination_type: None,
            channel: None,
            target: payout.target.as_ref().map(|it| match it {
                Target::Card { masked_pan } => Masked::Pan(masked_pan),
                Target::Phone { masked_phone, .. } => Masked::Phone(masked_phone),
            }),
        }
    }

    fn whole(payout: &'a Payout) -> Self {
        let destination_type = payout.kind.map(Kind::word);
        Self { description: payout.description.as_deref(), destination_type, channel: Some(payout.channel.word()), ..Self::of(payout) }
    }
}

/// The answer of `performPayout`.
pub fn performed(payout: &Payout) -> Response {
    Response::json(StatusCode::OK, &State::of(payout))
}

/// The answer of `getPayoutStatus`.
pub fn status(payout: &Payout) -> Response {
    Response::json(StatusCode::OK, &State::whole(payout))
}

/// The same for control answers.
pub fn shown(payout: &Payout) -> serde_json::Value {
    serde_json::to_value(State::whole(payout)).unwrap_or_default()
}

/// What the token may do.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the provider's object is six flags")]
pub struct Features {
    pub single_payout: bool,
    pub batch_processing: bool,
    pub bearer_auth: bool,
    pub card_payouts: bool,
    pub sbp_payouts: bool,
    pub file_download: bool,
}

/// The answer of `features`.
pub fn features(now: Timestamp, features: Features) -> Response {
    #[derive(Serialize)]
    struct System {
        system: &'static str,
        environment: &'static str,
        version: &'static str,
        timestamp: i64,
        features: Features,
        result: Block,
    }
    let (system, environment, version) = ("payouts", "development", "v1");
    Response::json(StatusCode::OK, &System { system, environment, version, timestamp: unix_seconds(now), features, result: SUCCESS })
}

/// The answer of `webhook_save`.
pub fn saved(url: Option<&str>, enabled: bool, use_signature: bool, secret: Option<&str>) -> Response {
    #[derive(Serialize)]
    struct Saved<'a> {
        result: Block,
        webhook: Webhook<'a>,
    }
    #[derive(Serialize)]
    struct Webhook<'a> {
        url: Option<&'a str>,
        enabled: bool,
        use_signature: bool,
        secret: Option<&'a str>,
    }
    Response::json(StatusCode::OK, &Saved { result: SUCCESS, webhook: Webhook { url, enabled, use_signature, secret } })
}

/// The answer of `webhook_test`: what the receiver said, if anything.
pub fn tested(status: Option<u16>, duration_ms: i128) -> Response {
    #[derive(Serialize)]
    struct Tested {
        result: Block,
        delivery: Receipt,
    }
    #[derive(Serialize)]
    struct Receipt {
        status: Option<u16>,
        duration_ms: i128,
    }
    Response::json(StatusCode::OK, &Tested { result: SUCCESS, delivery: Receipt { status, duration_ms } })
}

/// What a webhook tells about.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub id: u64,
    pub external_id: Option<&'a str>,
    pub status: Status,
    pub kopecks: i64,
}

/// The body of a webhook, compact or indented.
///
/// # Panics
/// Never: the body is JSON.
pub fn event(event_id: &str, at: Timestamp, told: Told<'_>, pretty: bool) -> Bytes {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Event<'a> {
        event: &'static str,
        event_id: &'a str,
        occurred_at: String,
        payout: Body<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        id: u64,
        external_id: Option<&'a str>,
        status: &'static str,
        amount: i64,
        currency: &'static str,
    }
    let Told { id, external_id, status, kopecks } = told;
    let payout = Body { id, external_id, status: status.word(), amount: kopecks, currency: "RUB" };
    let event = Event { event: STATUS_CHANGED, event_id, occurred_at: with_offset(at, MOSCOW_HOURS), payout };
    let body = if pretty { serde_json::to_vec_pretty(&event) } else { serde_json::to_vec(&event) };
    body.expect("an event is JSON").into()
}

/// `411111******1111`: the first six, the last four, and as many stars as there were digits between.
pub fn masked_pan(pan: &str) -> String {
    let (first, rest) = pan.split_at(6.min(pan.len()));
    let (middle, last) = rest.split_at(rest.len().saturating_sub(4));
    format!("{first}{}{last}", "*".repeat(middle.len()))
}

/// `+7******4567`.
pub fn masked_phone(phone: &str) -> String {
    let last: String = phone.chars().skip(phone.chars().count().saturating_sub(4)).collect();
    format!("+7******{last}")
}

/// Numbers that card networks publish for tests, and that nobody needs to hide.
const TEST_PANS: &[&str] = &[
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "4000000000000002",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "2200000000000004",
    "2201382000000013",
    "6759649826438453",
    "378282246310005",
    "6011111111111117",
];

/// What stands for a card number that may be somebody's: one with a right check digit that is no test number.
pub fn concealed_pan(pan: &str) -> Option<String> {
    let digits = pan.bytes().rev().map(|it| u32::from(it.wrapping_sub(b'0')));
    let doubled = |(place, digit): (usize, u32)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 };
    let sum: u32 = digits.enumerate().map(doubled).sum();
    (sum.is_multiple_of(10) && !TEST_PANS.contains(&pan)).then(|| masked_pan(pan))
}
