//! Events: the envelope, and the deposit object, which only events have.

use bytes::Bytes;
use serde::Serialize;

use super::sheet::Sheet;
use super::{TEST_URL, number, timestamp};
use crate::kit::http::Request;
use crate::kit::json::Members;
use crate::kit::money::Number;
use crate::kit::time::Timestamp;
use crate::kit::word::Word;
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{Deposit, Oid};

/// The query of `GET /events/test`.
pub fn parse_test(request: &Request) -> Result<Option<String>, Error> {
    let mut sheet = Sheet::query(request);
    let url = sheet.target(&TEST_URL);
    sheet.checked(Some(url))
}

/// The body of an event before its first attempt.
///
/// # Panics
/// Never: an event is JSON.
pub fn event(id: &str, name: &'static str, at: Timestamp, livemode: bool, data: &impl Serialize) -> Bytes {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Event<'a, T> {
        id: &'a str,
        r#type: &'static str,
        created_at: String,
        object: &'static str,
        pending_webhooks: u32,
        livemode: bool,
        data: &'a T,
    }
    let event = Event { id, r#type: name, created_at: timestamp(at), object: "event", pending_webhooks: 0, livemode, data };
    serde_json::to_vec(&event).expect("an event is JSON").into()
}

/// The body of an event after this number of attempts that were not accepted; all other bytes stay.
pub fn after_failures(body: &Bytes, failures: usize) -> Bytes {
    let Some(Members(members)) = Members::parse(body).filter(|_| 0 < failures) else { return body.clone() };
    let mut out = String::with_capacity(body.len() + 4);
    for (name, value) in members {
        out.push_str(if out.is_empty() { "{\"" } else { ",\"" });
        out.push_str(&name);
        out.push_str("\":");
        if name == "pendingWebhooks" {
            out.push_str(&failures.to_string());
        } else {
            out.push_str(value.get());
        }
    }
    out.push('}');
    out.into()
}

/// The deposit object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DepositObject<'a> {
    id: Oid,
    object: &'static str,
    created_at: String,
    amount: Number,
    currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    addr: Option<&'a str>,
    confirmations: u32,
}

impl<'a> DepositObject<'a> {
    /// `addr` is the wallet that received it.
    pub fn of(deposit: &Deposit, addr: Option<&'a str>, confirmations: u32) -> Self {
        Self {
            id: deposit.id,
            object: "deposit",
            created_at: timestamp(deposit.created_at),
            amount: number(deposit.currency, deposit.amount_units),
            currency: deposit.currency.word(),
            addr,
            confirmations,
        }
    }
}
