//! The only documented webhook.

use crate::engine::tables::EventRow;
use crate::kit::evidence::Evidence::Documented;
use crate::providers::quantapay::wire::{EVENT_BODY, EVENT_HEADERS};

/// A payment is completed; the provider itself does not name the event.
pub const COMPLETED: &str = "completed";

#[rustfmt::skip]
pub const EVENTS: &[EventRow] = &[EventRow {
    name: COMPLETED,
    when: "a payment is completed; no other status sends a webhook",
    headers: EVENT_HEADERS,
    body: EVENT_BODY,
    only: &[("transaction.status", &["C"])],
    signature: "none: the body carries the secret itself as `key`; compare it in constant time",
    example: r#"{"key":"your-webhook-secret-key","transaction":{"id":"197","biz_id":"QP-20260408-560BF","title":"","description":"","from":"0xCustomerWalletAddress","to":"0xYourWalletAddress","hash":"0xBlockchainTransactionHash","amount":"0.025","amount_fiat":"49.99000000","cryptocurrency":"eth","currency":"usd","external_reference":"your-order-id-123","creation_time":"2026-03-08 10:00:00","status":"C","webhook":"1","vat":"0","billing":"","checkout_id":null,"type":"2"}}"#,
    evidence: Documented("Webhooks, 2026-04-08; that no other status sends one is observed in the sibling product"),
}];
