//! How a receiver of these webhooks is tried.

use crate::engine::tables::audit::{AuditTable, Check, CheckRow, has, lacks};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::sign::hmac_sha256;

const STEPS: &str = r#"
version: 1
steps:
  - call: qbitpay.createCharge
    with: { amount: 100, currency: USD, externalOrderId: audit-1, cbUrl: "${inbox:audit}", redirectUrl: "https://shop.test/ok" }
    expect: { status: 200 }
    save: charge
  - call: qbitpay.updateCharge
    with: { id: "${charge.id}", status: buyerPaid }
  - act: qbitpay.dispute
    with: { charge: "${charge.id}" }
  - act: qbitpay.close-dispute
    with: { charge: "${charge.id}", in_favour_of: buyer }
"#;

const SIGNATURE: Evidence = Documented("API reference, Webhooks, signature");
const RETRIES: Evidence = Documented("earlier Chinese page, Webhooks: up to five retries, 15 minutes apart");
const SILENT: Evidence =
    Assumed("no page says what a receiver does with it; receivers that refuse it break when the provider adds something");

#[rustfmt::skip]
const ROWS: &[CheckRow] = &[
    has(Check::GoodEvent, "Take the members of the event that are not empty, sort them by name, join them as name=value with &, an object as its compact JSON to the byte as it arrived, append &key= and the API key, and compare the MD5 of that text, in capital hexadecimal, with QbitPay-Signature; then answer 2xx.", SIGNATURE),
    has(Check::TamperedBody, "Build the signed text from the body that arrived, `data` included, and compare QbitPay-Signature before anything in it is used.", SIGNATURE),
    has(Check::WrongSecret, "Append your own API key (or webhook secret, if one is set) as &key=, and compare the whole value, not its form or length.", SIGNATURE),
    has(Check::AlteredSignature, "Compare all 32 characters of QbitPay-Signature in constant time, not their beginning.", SIGNATURE),
    has(Check::MissingSignature, "Refuse a request whose QbitPay-Signature is missing or empty; do not skip the comparison. The page suggests the status 500.", SIGNATURE),
    has(Check::SignatureOfAnotherEvent, "Compute the MD5 for this body each time; a signature that was right for another event proves nothing here.", SIGNATURE),
    lacks(Check::StaleTimestamp, "No date of sending is signed: createdAt is the moment of the event, and a retry 75 minutes later still has it. Remember each event's `id` instead.", SIGNATURE),
    lacks(Check::ReplayedNonce, "The scheme has no nonce. `duplicate` sends the event again.", SIGNATURE),
    has(Check::WrongAlgorithm, "Only the MD5 is sent: do not accept the HMAC-SHA256 that the page prints as a second step.", SIGNATURE),
    has(Check::OtherAccount, "Verify with the API key of the account whose object it is, not with every key that you know.", SIGNATURE),
    has(Check::Duplicate, "Remember the `id` of each event; answer 2xx to one that you know, and do nothing else.", RETRIES),
    has(Check::OutOfOrder, "Do not go back from a final data.status when an older event arrives late: compare createdAt of the events, and answer 2xx.", RETRIES),
    has(Check::ExtraField, "Build the signed text from all members that arrived, not from a list of names, and ignore those that you do not know.", SILENT),
    has(Check::UnknownEvent, "Answer 2xx to a `type` that you do not know, and ignore it: anything else is sent again five times.", SILENT),
    has(Check::ReorderedMembers, "Sort the members by name for the signed text, but keep `data` to the byte as it arrived; the order of members is not promised.", SILENT),
    has(Check::LateAnswer, "Put the work into a queue and answer 2xx at once: the provider waits for 10 seconds, then sends the event again.", Assumed("no time limit is documented")),
];

/// The checks of this provider.
pub const AUDIT: AuditTable = AuditTable {
    steps: STEPS,
    amount: "data.amount",
    event_id: Some("id"),
    event_name: Some("type"),
    object: "data",
    repeats: &[],
    proof: &[super::SIGNATURE_NAME],
    refusal: 500,
    other_algorithm: Some(|_, signed, secret| {
        hex::encode_upper(hmac_sha256(secret.as_bytes(), format!("{signed}&key={secret}").as_bytes()))
    }),
    rows: ROWS,
};
