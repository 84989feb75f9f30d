//! How a receiver of these webhooks is tried.

use crate::engine::tables::audit::{AuditTable, Check, CheckRow, has, lacks};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::sign::hmac_sha1;

const STEPS: &str = r#"
version: 1
steps:
  - call: cryptopay.createPaymentOrder
    with: { amount: "100.00", currency: USDC, blockchain: base, order_info: '{}', nonce: 9007199254740881, redirect_url: "https://shop.test/ok" }
    expect: { status: 201 }
    save: order
  - act: cryptopay.pay
    with: { order: "${order.data.order_id}" }
  - advance: 1m
"#;

const SIGNATURE: Evidence = Documented("Webhooks, Webhook Payload and signature check");
const RETRIES: Evidence =
    Assumed("the part of the page on retries is not published; retries deliver an event twice, or an older one after a newer one");
const SILENT: Evidence =
    Assumed("no page says what a receiver does with it; receivers that refuse it break when the provider adds something");

#[rustfmt::skip]
const ROWS: &[CheckRow] = &[
    has(Check::GoodEvent, "Compute the HMAC-SHA256 of the body's bytes as they arrived under the webhook secret, in lowercase hexadecimal without a prefix, compare it with X-Webhook-Signature, and answer 2xx.", SIGNATURE),
    has(Check::TamperedBody, "Verify X-Webhook-Signature over the bytes that arrived, all of them, before anything in them is used; answer 401 when it differs.", SIGNATURE),
    has(Check::WrongSecret, "Compute the HMAC-SHA256 with the secret of your endpoint (`whsec_...`, the prefix included), and compare the whole value, not its form or length.", SIGNATURE),
    has(Check::AlteredSignature, "Compare all 64 characters of X-Webhook-Signature in constant time, not their beginning.", SIGNATURE),
    has(Check::MissingSignature, "Answer 401 when X-Webhook-Signature is missing or empty; do not skip the comparison.", SIGNATURE),
    has(Check::SignatureOfAnotherEvent, "Compute the HMAC over this body each time; a signature that was right for another event proves nothing here.", SIGNATURE),
    lacks(Check::StaleTimestamp, "No date of sending is signed: `timestamp` is the moment of the event, and a retry six hours later still has it. Remember each webhook_id instead.", SIGNATURE),
    lacks(Check::ReplayedNonce, "Webhooks have no nonce; only orders have one. `duplicate` sends the event again.", SIGNATURE),
    has(Check::WrongAlgorithm, "Use HMAC-SHA256 always; do not choose the algorithm by the length of X-Webhook-Signature.", SIGNATURE),
    has(Check::OtherAccount, "Verify with the secret of the endpoint or account whose order it is, not with every secret that you know.", SIGNATURE),
    has(Check::Duplicate, "Remember each webhook_id; answer 2xx to one that you know, and do nothing else.", RETRIES),
    has(Check::OutOfOrder, "Do not go back from `confirmed` when `payment.pending` arrives late: compare data.status with what you have, and answer 2xx.", RETRIES),
    has(Check::ExtraField, "Read the members that you know and ignore others; the signature covers the bytes, so it stays right.", SILENT),
    has(Check::UnknownEvent, "Answer 2xx to an `event` that you do not know, and ignore it: anything else is sent again.", SILENT),
    has(Check::ReorderedMembers, "Parse the body as JSON, and verify the bytes as they arrived; the order of members is not promised.", SILENT),
    has(Check::LateAnswer, "Put the work into a queue and answer 2xx at once: the provider waits for 10 seconds, then sends the event again.", Assumed("no time limit is published")),
];

/// The checks of this provider.
pub const AUDIT: AuditTable = AuditTable {
    steps: STEPS,
    amount: "data.amount",
    event_id: Some("webhook_id"),
    event_name: Some("event"),
    object: "data",
    repeats: &[],
    proof: &[super::SIGNATURE_NAME],
    refusal: 401,
    other_algorithm: Some(|_, signed, secret| hex::encode(hmac_sha1(secret.as_bytes(), signed.as_bytes()))),
    rows: ROWS,
};
