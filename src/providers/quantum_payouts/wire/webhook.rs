//! Webhook: the portal's settings, and the event's body.

use bytes::Bytes;
use serde::Serialize;

use super::rows::{self, STATUS_CHANGED};
use super::sheet::{Sheet, invalid_json};
use super::{Block, MOSCOW_HOURS, SUCCESS};
use crate::kit::fields::Fields;
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::time::{Timestamp, with_offset};
use crate::kit::word::Word;
use crate::providers::quantum_payouts::errors::Error;
use crate::providers::quantum_payouts::model::Status;

/// The body of `webhook_save`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// `None` leaves the target as it is; an empty text removes it.
    pub url: Option<String>,
    pub enabled: Option<bool>,
    pub use_signature: Option<bool>,
    pub regenerate_secret: bool,
}

impl WebhookSettings {
    /// Reads what the portal's form or script sends.
    pub fn parse(fields: Fields<'_>) -> Result<Self, Error> {
        let mut sheet = Sheet::of(fields);
        // A URL that is sent as null, or empty, removes the target.
        let is_emptied = !sheet.fields.has(rows::URL.name) && sheet.fields.is_sent(rows::URL.name);
        let url = if is_emptied { Some(String::new()) } else { sheet.text(&rows::URL) };
        let (enabled, use_signature) = (sheet.flag(&rows::ENABLED), sheet.flag(&rows::USE_SIGNATURE));
        let regenerate_secret = sheet.flag(&rows::REGENERATE_SECRET).unwrap_or(false);
        sheet.complete(Some(Self { url, enabled, use_signature, regenerate_secret }))
    }
}

/// The fields of a portal call: JSON or a form.
pub fn portal_fields(request: &Request) -> Result<Fields<'_>, Error> {
    Fields::body(request).ok_or_else(invalid_json)
}

/// The answer of `webhook_save`.
pub fn settings(url: Option<&str>, enabled: bool, use_signature: bool, secret: Option<&str>) -> Response {
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

/// The answer of `webhook_test`: the receiver's status, if it answered.
pub fn test_result(status: Option<u16>, duration_ms: i128) -> Response {
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

/// The payout that a webhook reports.
#[derive(Clone, Copy, Debug)]
pub struct StatusChange<'a> {
    pub id: u32,
    pub external_id: Option<&'a str>,
    pub status: Status,
    pub kopecks: i64,
}

/// The body of a webhook, compact or indented.
///
/// # Panics
/// Never: the body is JSON.
pub fn event(event_id: &str, at: Timestamp, change: StatusChange<'_>, pretty: bool) -> Bytes {
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
        id: u32,
        external_id: Option<&'a str>,
        status: &'static str,
        amount: i64,
        currency: &'static str,
    }
    let StatusChange { id, external_id, status, kopecks } = change;
    let payout = Body { id, external_id, status: status.word(), amount: kopecks, currency: "RUB" };
    let event = Event { event: STATUS_CHANGED, event_id, occurred_at: with_offset(at, MOSCOW_HOURS), payout };
    let body = if pretty { serde_json::to_vec_pretty(&event) } else { serde_json::to_vec(&event) };
    body.expect("an event is JSON").into()
}
