//! The parameter and answer tables of the documentation, row by row.

use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::{Field, Kind as Value, Need, TEXT};

/// The only event.
pub const STATUS_CHANGED: &str = "payout.status_changed";
/// The most digits of an amount.
pub const AMOUNT_DIGITS: u32 = 12;
/// The default lifetime of the recipient's page, in seconds.
pub const SESSION_SECS_DEFAULT: i64 = 600;

const CREATE: Evidence = Documented("Developer API, Create Payout, request parameters");
const CREATED: Evidence = Documented("Developer API, Create Payout, response parameters");
const PERFORM: Evidence = Documented("Developer API, Perform Single Payout, request parameters");
const PERFORMED: Evidence = Documented("Developer API, Perform Single Payout, response parameters");
const STATUS: Evidence = Documented("Developer API, Get Payout Status");
const FEATURES: Evidence = Documented("Developer API, System Features, response parameters");
const PORTAL: Evidence = Documented("Developer API, Saving webhook settings (portal UI)");
const PORTAL_ANSWER: Evidence = Assumed("the page names the portal calls and their parameters, but not their answers");
const PAYLOAD: Evidence = Documented("Developer API, Webhook, payload format");
const HEADERS: Evidence = Documented("Developer API, Webhook, headers");
const REQUIRED: Evidence = Documented("Developer API, required headers of each method; enforced only with `strict_headers`");
const STATUS_WORDS: Value = Value::Word(&["uploaded", "created", "processing", "success", "failed", "cancelled"]);
const KOPECKS: Value = Value::Integer { min: 1, max: 999_999_999_999 };
const TIME: Value = Value::Integer { min: 0, max: 253_402_300_799 };

const fn row(name: &'static str, kind: Value, need: Need, meaning: &'static str, evidence: Evidence) -> Field {
    Field { name, kind, need, meaning, evidence }
}

use Need::{Default, Optional, Required};

#[rustfmt::skip]
mod parameters {
    use super::{Field, row, Value, Required, CREATE, PERFORM, KOPECKS, Optional, Default, TEXT, PORTAL, Evidence, Documented};

    pub const ORDER_NUMBER_36: Field = row("orderNumber", Value::Text { chars_max: 36 }, Required, "unique payout identifier", CREATE);
    pub const ORDER_NUMBER_32: Field = row("orderNumber", Value::Text { chars_max: 32 }, Required, "unique payout identifier, idempotent per user", PERFORM);
    pub const ORDER_NUMBER_ASKED: Field = row("orderNumber", Value::Text { chars_max: 36 }, Required, "payout identifier", ASKED);
    pub const AMOUNT: Field = row("amount", KOPECKS, Required, "amount in kopecks: 150000 is 1500.00 RUB", CREATE);
    pub const AMOUNT_PERFORMED: Field = row("amount", KOPECKS, Required, "amount in kopecks: 150000 is 1500.00 RUB", PERFORM);
    pub const URLS: Field = row("urls", Value::Object, Required, "redirect URLs", CREATE);
    pub const RETURN_URL: Field = row("urls.returnUrl", Value::Url, Required, "where the recipient goes on success", CREATE);
    pub const FAIL_URL: Field = row("urls.failUrl", Value::Url, Optional, "where the recipient goes when the payout is refused while they submit; the page of a payout that has ended links to it", CREATE);
    pub const DESCRIPTION: Field = row("description", Value::Text { chars_max: 600 }, Optional, "payout description", UNLIMITED);
    pub const DESCRIPTION_REQUIRED: Field = row("description", Value::Text { chars_max: 600 }, Required, "operation description", PERFORM);
    pub const SESSION_SECS: Field = row("sessionTimeoutSecs", Value::Integer { min: 1, max: 86_400 }, Default("600"), "the lifetime of the recipient's page, in seconds", RANGE);
    pub const TYPE: Field = row("type", Value::Word(&["card", "sbp"]), Default("card"), "payout destination; the default follows the setting `type_when_absent`", TYPES);
    pub const CHANNEL: Field = row("channel", Value::Word(&["vtb", "alfa"]), Default("vtb"), "processing bank", CREATE);
    pub const TARGET: Field = row("target", Value::Object, Required, "recipient details", PERFORM);
    pub const PAN: Field = row("target.pan", Value::Digits { min: 13, max: 19 }, Required, "card number; its check digit is not verified", PERFORM);
    pub const CSRF_TOKEN: Field = row("csrf_token", TEXT, Required, "the token of the settings form", PORTAL);
    pub const URL: Field = row("url", Value::Url, Optional, "webhook target; https when `require_https` is set and webhooks are enabled", PORTAL);
    pub const ENABLED: Field = row("enabled", Value::Flag, Optional, "whether webhooks are sent", PORTAL);
    pub const USE_SIGNATURE: Field = row("use_signature", Value::Flag, Optional, "whether webhooks are signed", PORTAL);
    pub const REGENERATE_SECRET: Field = row("regenerate_secret", Value::Flag, Optional, "draws a new signing secret", PORTAL);

    const ASKED: Evidence = Documented("Developer API, Get Payout Status, request parameters; 36 in place of their 32 characters is assumed, because createPayout takes 36");
    const UNLIMITED: Evidence = Documented("Developer API, Create Payout, request parameters; the limit is assumed to be that of performPayout, about 600");
    const RANGE: Evidence = Documented("Developer API, Create Payout, request parameters: default 600; the range of one second to one day is assumed");
    const TYPES: Evidence = Documented("Developer API, Create Payout: `card (or omit) for cards`");
}

pub use parameters::*;

/// `createPayout` takes.
pub const CREATE_PAYOUT: &[Field] = &[ORDER_NUMBER_36, AMOUNT, URLS, RETURN_URL, FAIL_URL, DESCRIPTION, SESSION_SECS, TYPE, CHANNEL];
/// `performPayout` takes.
pub const PERFORM_PAYOUT: &[Field] = &[ORDER_NUMBER_32, AMOUNT_PERFORMED, DESCRIPTION_REQUIRED, TARGET, PAN];
/// `getPayoutStatus` takes.
pub const GET_PAYOUT_STATUS: &[Field] = &[ORDER_NUMBER_ASKED];
/// `webhook_save` takes.
pub const WEBHOOK_SAVE: &[Field] = &[CSRF_TOKEN, URL, ENABLED, USE_SIGNATURE, REGENERATE_SECRET];
/// `webhook_test` takes.
pub const WEBHOOK_TEST: &[Field] = &[CSRF_TOKEN];

const STATUS_BLOCK: Evidence = Documented("Developer API, response parameters of the four methods: the request status block");
const RESULT: Field = row("result", Value::Object, Required, "request status", STATUS_BLOCK);
const RESULT_ERROR: Field = row("result.error", Value::Constant("0"), Required, "`0` is success", STATUS_BLOCK);
const RESULT_MESSAGE: Field = row("result.message", Value::Nullable, Required, "null on success", STATUS_BLOCK);

const PORTAL_RESULT: Field = Field { evidence: PORTAL_ANSWER, ..RESULT };
const PORTAL_RESULT_ERROR: Field = Field { evidence: PORTAL_ANSWER, ..RESULT_ERROR };
const PORTAL_RESULT_MESSAGE: Field = Field { evidence: PORTAL_ANSWER, ..RESULT_MESSAGE };

/// Every refusal's body.
pub const REFUSAL: &[Field] = &[
    RESULT,
    row("result.error", TEXT, Required, "error code", STATUS_BLOCK),
    row("result.message", TEXT, Required, "what is wrong; several faults are joined by `; `", STATUS_BLOCK),
];

#[rustfmt::skip]
pub const PAYOUT_CREATED: &[Field] = &[
    RESULT, RESULT_ERROR, RESULT_MESSAGE,
    row("payoutUrl", Value::Url, Required, "link to the recipient details page", CREATED),
    row("orderId", TEXT, Required, "internal order identifier, as PAY_2024_12_19_abc123", CREATED),
    row("orderNumber", Value::Text { chars_max: 36 }, Required, "order number from the request", CREATED),
];

#[rustfmt::skip]
pub const PAYOUT_PERFORMED: &[Field] = &[
    RESULT, RESULT_ERROR, RESULT_MESSAGE,
    row("orderNumber", Value::Text { chars_max: 36 }, Required, "order identifier", PERFORMED),
    row("orderStatus", STATUS_WORDS, Required, "payout status", PERFORMED),
    row("amount", KOPECKS, Required, "amount in kopecks", PERFORMED),
    row("creationDate", TIME, Required, "creation time, unix seconds", PERFORMED),
    row("orderId", TEXT, Optional, "bank order code, once the bank has answered", PERFORMED),
    row("target", Value::Object, Optional, "recipient, when known", PERFORMED),
    row("target.maskedPan", TEXT, Optional, "masked card number: first 6, last 4", PERFORMED),
    row("target.maskedPhone", TEXT, Optional, "masked phone number, when createPayout used the orderNumber first", PHONE_PERFORMED),
];

#[rustfmt::skip]
pub const PAYOUT_STATUS: &[Field] = &[
    RESULT, RESULT_ERROR, RESULT_MESSAGE,
    row("orderNumber", Value::Text { chars_max: 36 }, Required, "order identifier", STATUS),
    row("orderStatus", STATUS_WORDS, Required, "payout status", STATUS),
    row("amount", KOPECKS, Required, "amount in kopecks", STATUS),
    row("creationDate", TIME, Required, "creation time, unix seconds", STATUS),
    row("orderId", TEXT, Optional, "bank order code, once the bank has answered", BANK_CODE),
    row("description", Value::Text { chars_max: 600 }, Optional, "description, when one was given", DESCRIBED),
    row("destination_type", Value::Word(&["card", "sbp"]), Optional, "absent only while the recipient has to choose", STATUS),
    row("channel", Value::Word(&["vtb", "alfa"]), Optional, "processing bank", STATUS),
    row("target", Value::Object, Optional, "recipient, when known", STATUS),
    row("target.maskedPan", TEXT, Optional, "masked card number: first 6, last 4", STATUS),
    row("target.maskedPhone", TEXT, Optional, "masked phone number of an SBP payout", MASKED_PHONE),
];
const BANK_CODE: Evidence = Documented(
    "Developer API, Get Payout Status, response parameters: required, `if available`; that it is absent until the bank has answered is assumed",
);
const DESCRIBED: Evidence = Documented("Developer API, Get Payout Status, example; not in its table");
const MASKED_PHONE: Evidence = Documented("Developer API, Get Payout Status, response parameters; its mask is assumed");
const PHONE_PERFORMED: Evidence =
    Assumed("the table of performPayout has maskedPan only, but createPayout may have used the orderNumber for an SBP payout");

#[rustfmt::skip]
pub const FEATURE_FLAGS: &[Field] = &[
    row("system", Value::Constant("payouts"), Required, "system name", FEATURES),
    row("environment", Value::Word(&["development", "uat", "production"]), Required, "environment", FEATURES),
    row("version", Value::Constant("v1"), Required, "API version", FEATURES),
    row("timestamp", TIME, Required, "time of the answer, unix seconds", FEATURES),
    row("features", Value::Object, Required, "capability flags", FEATURES),
    row("features.single_payout", Value::Flag, Required, "always true", FEATURES),
    row("features.batch_processing", Value::Flag, Required, "always true", FEATURES),
    row("features.bearer_auth", Value::Flag, Required, "always true", FEATURES),
    row("features.card_payouts", Value::Flag, Required, "card payouts are enabled", FEATURES),
    row("features.sbp_payouts", Value::Flag, Required, "SBP payouts are enabled", FEATURES),
    row("features.file_download", Value::Flag, Required, "result files may be downloaded", FEATURES),
    RESULT, RESULT_ERROR, RESULT_MESSAGE,
];

#[rustfmt::skip]
pub const WEBHOOK_SAVED: &[Field] = &[
    PORTAL_RESULT, PORTAL_RESULT_ERROR, PORTAL_RESULT_MESSAGE,
    row("webhook", Value::Object, Required, "the current settings", PORTAL_ANSWER),
    row("webhook.url", Value::Nullable, Required, "target, or null", PORTAL_ANSWER),
    row("webhook.enabled", Value::Flag, Required, "whether webhooks are sent", PORTAL_ANSWER),
    row("webhook.use_signature", Value::Flag, Required, "whether webhooks are signed", PORTAL_ANSWER),
    row("webhook.secret", Value::Nullable, Required, "the signing secret", PORTAL_ANSWER),
];

#[rustfmt::skip]
pub const WEBHOOK_TESTED: &[Field] = &[
    PORTAL_RESULT, PORTAL_RESULT_ERROR, PORTAL_RESULT_MESSAGE,
    row("delivery", Value::Object, Required, "the only attempt", PORTAL_ANSWER),
    row("delivery.status", Value::NullableInteger, Required, "HTTP status of the receiver, or null", PORTAL_ANSWER),
    row("delivery.duration_ms", Value::Integer { min: 0, max: 60_000 }, Required, "the simulated time until the answer", PORTAL_ANSWER),
];

#[rustfmt::skip]
pub const GET_HEADERS: &[Field] = &[
    row("Accept", Value::Constant("application/json; version=1.0"), Required, "the version of the API", REQUIRED),
];

#[rustfmt::skip]
pub const POST_HEADERS: &[Field] = &[
    GET_HEADERS[0],
    row("Content-Type", Value::Constant("application/json; charset=UTF-8"), Required, "JSON in UTF-8", REQUIRED),
];

#[rustfmt::skip]
pub const ANSWER_HEADERS: &[Field] = &[
    row("Allow", TEXT, Optional, "the methods of the path; an answer 405 has it", Assumed("not documented; the standard says so")),
];

#[rustfmt::skip]
pub const EVENT_HEADERS: &[Field] = &[
    row("Content-Type", Value::Constant("application/json"), Required, "JSON", HEADERS),
    row("X-Payouts-Event", Value::Constant(STATUS_CHANGED), Required, "the event", HEADERS),
    row("X-Payouts-Event-Id", Value::Text { chars_max: 32 }, Required, "the same as eventId", HEADERS),
    row("X-Payouts-Timestamp", TIME, Required, "time of the attempt, unix seconds", Documented("Developer API, Webhook, headers; its format is assumed")),
    row("X-Payouts-Signature", TEXT, Optional, "sha256= and the HMAC in lowercase hexadecimal, when signing is on", HEADERS),
];

const EVENT_ID: Evidence = Documented("Developer API, Webhook, payload format; that every attempt has the same is assumed");

#[rustfmt::skip]
pub const EVENT_BODY: &[Field] = &[
    row("event", Value::Constant(STATUS_CHANGED), Required, "event type", PAYLOAD),
    row("eventId", Value::Text { chars_max: 32 }, Required, "unique identifier, 32 hexadecimal characters, the same on every attempt", EVENT_ID),
    row("occurredAt", TEXT, Required, "time of the change, ISO 8601 in Moscow time", PAYLOAD),
    row("payout", Value::Object, Required, "the payout", PAYLOAD),
    row("payout.id", Value::Integer { min: 0, max: i64::MAX }, Required, "internal payout number", PAYLOAD),
    row("payout.externalId", Value::Nullable, Required, "your orderNumber; null for manual and file payouts", PAYLOAD),
    row("payout.status", STATUS_WORDS, Required, "the new status", PAYLOAD),
    row("payout.amount", KOPECKS, Required, "amount in kopecks", PAYLOAD),
    row("payout.currency", Value::Constant("RUB"), Required, "currency code", PAYLOAD),
];
