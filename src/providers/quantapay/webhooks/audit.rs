//! How a receiver of the webhook is tried.

use crate::engine::tables::audit::{AuditTable, Check, CheckRow, has, lacks};
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};

const STEPS: &str = r#"
version: 1
steps:
  - call: quantapay.create-checkout-session
    with: { price: "49.99", currency: USD, order_id: audit-1 }
    expect: { status: 200 }
    save: checkout
  - act: quantapay.choose-coin
    with: { session: "${checkout.response.session_id}", cryptocurrency: eth }
    save: chosen
  - act: quantapay.pay
    with: { transaction: "${chosen.subject}" }
  - advance: 10m
"#;

const KEY: Evidence = Documented("Webhooks, 2026-04-08: the body carries the secret as `key`, and nothing is signed");
const SILENT: Evidence =
    Assumed("no page says what a receiver does with it; receivers that refuse it break when the provider adds something");

#[rustfmt::skip]
const ROWS: &[CheckRow] = &[
    has(Check::GoodEvent, "Compare the member `key` of the body with the Webhook Secret Key (without one, the account's encryption key), and answer 2xx.", KEY),
    lacks(Check::TamperedBody, "Nothing is signed: the body only carries the secret, so a receiver cannot find a change. Ask `get-transaction` for the amount before you ship.", KEY),
    has(Check::WrongSecret, "Compare `key` with your own Webhook Secret Key, the whole of it, not its form or length.", KEY),
    has(Check::AlteredSignature, "Compare the whole of `key` in constant time, not its beginning.", KEY),
    has(Check::MissingSignature, "Refuse a body without `key`, or with an empty one; do not skip the comparison.", KEY),
    lacks(Check::SignatureOfAnotherEvent, "`key` is the same in every webhook, so that of another event is the right one here.", KEY),
    lacks(Check::StaleTimestamp, "No date is signed.", KEY),
    lacks(Check::ReplayedNonce, "The scheme has no nonce. `duplicate` sends the event again.", KEY),
    lacks(Check::WrongAlgorithm, "Nothing is computed: `key` is the secret itself.", KEY),
    has(Check::OtherAccount, "Compare `key` with the secret of the account whose payment it is, not with every secret that you know.", KEY),
    has(Check::Duplicate, "Remember each transaction's id or biz_id; answer 2xx to one that you know, and do nothing else.", Assumed("a webhook is sent once unless `webhook_retries` is set; a merchant's proxy or a resend repeats it")),
    lacks(Check::OutOfOrder, "The provider has one event only: a completed payment.", KEY),
    has(Check::ExtraField, "Read the members that you know and ignore others.", SILENT),
    lacks(Check::UnknownEvent, "The body does not name its event, because there is only one.", KEY),
    has(Check::ReorderedMembers, "Parse the body as JSON; the order of its members is not promised.", SILENT),
    has(Check::LateAnswer, "Put the work into a queue and answer 2xx at once: the provider waits for 7 seconds, and does not send the webhook again.", Observed("the sibling product gives a receiver 7 seconds")),
];

/// The checks of this provider.
pub const AUDIT: AuditTable = AuditTable {
    steps: STEPS,
    amount: "transaction.amount",
    event_id: None,
    event_name: None,
    object: "transaction",
    repeats: &[],
    proof: &[],
    refusal: 401,
    other_algorithm: None,
    rows: ROWS,
};
