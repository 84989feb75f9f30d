//! The only documented event.

use crate::engine::tables::EventRow;
use crate::kit::evidence::Evidence::Documented;
use crate::providers::quantum_payouts::wire::{EVENT_BODY, EVENT_HEADERS, STATUS_CHANGED};

#[rustfmt::skip]
pub const EVENTS: &[EventRow] = &[EventRow {
    name: STATUS_CHANGED,
    when: "a payout enters a status, `uploaded` included",
    headers: EVENT_HEADERS,
    body: EVENT_BODY,
    only: &[],
    signature: "X-Payouts-Signature: sha256= and the HMAC-SHA256 of the minified JSON body under the webhook secret as it is written, lowercase hexadecimal. Minified means: decoded and encoded again without white space and without escapes in texts, members in the same order",
    example: r#"{"event":"payout.status_changed","eventId":"2f4b1b0a0c2a4d32b2b0c9d311e7e59b","occurredAt":"2025-09-15T19:40:21+03:00","payout":{"id":123456,"externalId":"ORDER-2025-0001","status":"success","amount":150000,"currency":"RUB"}}"#,
    evidence: Documented("Developer API, Webhook: the event and its statuses; that every status sends it is assumed from this list"),
}];
