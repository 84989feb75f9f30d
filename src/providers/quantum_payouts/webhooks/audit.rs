//! How a receiver of these webhooks is tried.

use crate::engine::tables::audit::{AuditTable, Check, CheckRow, has, lacks};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::sign::hmac_sha1;

const STEPS: &str = r#"
version: 1
steps:
  - call: quantum-payouts.performPayout
    with: { orderNumber: AUDIT-1, amount: 150000, description: audit, target: { pan: "4111111111111111" } }
    expect: { status: 200 }
  - advance: 10s
"#;

const SIGNATURE: Evidence = Documented("Developer API, Webhook, signature and code examples");
const IDEMPOTENCY: Evidence = Documented("Developer API, Idempotency and security: eventId prevents reprocessing");
const RECEIVER: Evidence = Documented("Developer API, Receiver requirements");
const SILENT: Evidence =
    Assumed("no page says what a receiver does with it; receivers that refuse it break when the provider adds something");

#[rustfmt::skip]
const ROWS: &[CheckRow] = &[
    has(Check::GoodEvent, "Compute `sha256=` and the HMAC-SHA256, in lowercase hexadecimal, of the minified body (decoded and encoded again: no white space, no escapes, members in their order) under the webhook secret as it is written, compare it with X-Payouts-Signature, and answer 2xx.", SIGNATURE),
    has(Check::TamperedBody, "Verify X-Payouts-Signature over the body that arrived, the whole of it, before anything in it is used; answer 401 when it differs.", SIGNATURE),
    has(Check::WrongSecret, "Compute the HMAC-SHA256 with your own webhook secret, and compare the whole value, not its form or length.", SIGNATURE),
    has(Check::AlteredSignature, "Compare the whole of X-Payouts-Signature, all 71 characters, in constant time (hash_equals, timingSafeEqual on equal lengths), not its beginning.", SIGNATURE),
    has(Check::MissingSignature, "Answer 401 when X-Payouts-Signature is missing or empty; do not skip the comparison.", SIGNATURE),
    has(Check::SignatureOfAnotherEvent, "Compute the HMAC over this body each time; a signature that was right for another event proves nothing here.", SIGNATURE),
    lacks(Check::StaleTimestamp, "X-Payouts-Timestamp is not a part of what is signed, and occurredAt is the moment of the change, which retries keep for hours: a receiver cannot tell an old request by its signature. Remember each eventId instead.", SIGNATURE),
    lacks(Check::ReplayedNonce, "The scheme has no nonce. `duplicate` sends the event again.", SIGNATURE),
    has(Check::WrongAlgorithm, "Use HMAC-SHA256 always; do not take the algorithm from what stands before the `=` of X-Payouts-Signature.", SIGNATURE),
    has(Check::OtherAccount, "Verify with the secret of the account whose payout it is, not with every secret that you know.", SIGNATURE),
    has(Check::Duplicate, "Remember each eventId for longer than the seven hours of the retries; answer 2xx to one that you know, and do nothing else.", IDEMPOTENCY),
    has(Check::OutOfOrder, "Do not go back from a final payout.status (success, failed, cancelled) when an older one arrives late: compare occurredAt, and answer 2xx.", Assumed("the retry policy lets an older event arrive after a newer one")),
    has(Check::ExtraField, "Read the members that you know and ignore others; verify the signature over all of them.", SILENT),
    has(Check::UnknownEvent, "Answer 2xx to an `event` that you do not know, and ignore it: anything else is sent again nine times.", SILENT),
    has(Check::ReorderedMembers, "Parse the body as JSON, and keep the order in which its members arrived for the signature; the order is not promised.", SILENT),
    has(Check::LateAnswer, "Put the work into a queue and answer 2xx at once: the provider waits for about 10 seconds, then counts a failure and sends the event again.", RECEIVER),
];

/// The checks of this provider.
pub const AUDIT: AuditTable = AuditTable {
    steps: STEPS,
    amount: "payout.amount",
    event_id: Some("eventId"),
    event_name: Some("event"),
    object: "payout",
    repeats: &[("x-payouts-event", "event"), ("x-payouts-event-id", "eventId")],
    proof: &[super::SIGNATURE_NAME],
    refusal: 401,
    other_algorithm: Some(|_, signed, secret| format!("sha1={}", hex::encode(hmac_sha1(secret.as_bytes(), signed.as_bytes())))),
    rows: ROWS,
};
