//! How a receiver of the callbacks is tried.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::engine::tables::audit::{AuditTable, Check, CheckRow, has};
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};
use crate::kit::sign::hmac_sha256;
use crate::providers::quoine::wire::{CONTENT_MD5, NONCE};

const STEPS: &str = r#"
version: 1
steps:
  - call: quoine.createInvoice
    with: { price: "500.0", name: audit }
    expect: { status: 200 }
    save: invoice
  - act: quoine.pay
    with: { invoice: "${invoice.id}" }
  - advance: 2h
"#;

const SIGNATURE: Evidence = Documented("final revision: callbacks are signed as requests are");
const GEM: Evidence = Observed("the api_auth gem, as the demo shop uses it for callbacks");
const STATUSES: Evidence = Documented("API Reference, Update Notification URL: every time the invoice status is updated");
const SILENT: Evidence =
    Assumed("no page says what a receiver does with it; receivers that refuse it break when the provider adds something");

#[rustfmt::skip]
const ROWS: &[CheckRow] = &[
    has(Check::GoodEvent, "Join Content-Type, Content-MD5, the path and query of this request, Date and NONCE with commas, compute the base64 HMAC-SHA1 under your secret as it is written, compare it with what stands behind the colon of `Authorization: APIAuth`, and answer 2xx.", SIGNATURE),
    has(Check::TamperedBody, "Compute the base64 MD5 of the body that arrived and compare it with Content-MD5: the signature covers that header, not the body itself.", GEM),
    has(Check::WrongSecret, "Compute the HMAC-SHA1 with your own secret, and compare the whole signature, not its form or length.", SIGNATURE),
    has(Check::AlteredSignature, "Compare the whole signature in constant time, not its beginning.", SIGNATURE),
    has(Check::MissingSignature, "Answer 401 when Authorization is missing or does not begin with `APIAuth `; do not skip the comparison.", SIGNATURE),
    has(Check::SignatureOfAnotherEvent, "Compare Content-MD5 with the body of this request: all signed headers of another callback fit together, but not to this body.", GEM),
    has(Check::StaleTimestamp, "Refuse a Date that is more than 900 seconds away from your clock, although its signature is right.", GEM),
    has(Check::ReplayedNonce, "Remember each NONCE for 900 seconds, and refuse one that was used; a retry of the provider has a new one.", Documented("API Reference, authentication: a NONCE is used once")),
    has(Check::WrongAlgorithm, "Take the scheme `APIAuth` and HMAC-SHA1 alone; do not take the algorithm from the name in Authorization.", SIGNATURE),
    has(Check::OtherAccount, "Compare the user id in Authorization with your own, and verify with its secret alone.", SIGNATURE),
    has(Check::Duplicate, "A callback has no id of its own: compare invoice.id and invoice_status with what you have; answer 2xx to what you know, and do nothing else.", Assumed("retries deliver a callback twice")),
    has(Check::OutOfOrder, "Do not go back from payment_confirmed or `complete` when payment_detected arrives late; compare updated_at, and answer 2xx.", Assumed("retries deliver an older callback after a newer one")),
    has(Check::ExtraField, "Read the members that you know and ignore others.", SILENT),
    has(Check::UnknownEvent, "Answer 2xx to an invoice_status that you do not know, and ignore it: anything else is sent again.", STATUSES),
    has(Check::ReorderedMembers, "Parse the body as JSON; the order of its members is not promised.", SILENT),
    has(Check::LateAnswer, "Put the work into a queue and answer 2xx at once: the provider waits for 10 seconds, then sends the callback again.", Assumed("no page names a time limit")),
];

/// The checks of this provider.
pub const AUDIT: AuditTable = AuditTable {
    steps: STEPS,
    amount: "invoice.price",
    event_id: None,
    event_name: Some("invoice.invoice_status"),
    object: "invoice",
    repeats: &[],
    proof: &["authorization", CONTENT_MD5, "date", NONCE],
    refusal: 401,
    other_algorithm: Some(other_algorithm),
    rows: ROWS,
};

/// As later versions of the gem name their algorithm.
fn other_algorithm(right: &str, signed: &str, secret: &str) -> String {
    let user = right.strip_prefix("APIAuth ").and_then(|it| it.split_once(':')).map_or("", |it| it.0);
    format!("APIAuth-HMAC-SHA256 {user}:{}", STANDARD.encode(hmac_sha256(secret.as_bytes(), signed.as_bytes())))
}
