//! The parameter tables of the documentation, and the fields of answers.

use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::{Field, Kind as Value, Need, TEXT};
use crate::providers::cryptopay::model::{CHAIN_WORDS, NOTICE_WORDS, ORDER_STATUS_WORDS, TOKEN_WORDS, TRANSACTION_STATUS_WORDS};

const CREATE: Evidence = Documented("Payment Orders, Create Payment Order: parameters");
const RULED: Evidence = Documented("Payment Orders, Create Payment Order: parameters; bounds, and what is refused, are assumed");
const CHAINED: Evidence = Documented("Payment Orders, Create Payment Order: parameters; the slugs bsc and arbitrum are assumed");
const HOOKED: Evidence =
    Documented("Payment Orders, Create Payment Order: parameters; that it replaces the endpoints, and what is refused, are assumed");
const RETURNED: Evidence =
    Documented("Payment Orders, Create Payment Order: parameters; what is appended, and what is refused, are assumed");
const INFO_RULED: Evidence = Documented("Payment Orders, Create Payment Order: parameters; the length and what is refused are assumed");
const EXPIRY: Evidence = Documented(
    "Payment Orders, Create Payment Order: parameters; the two hours are those of the example, and that it is in the future is assumed",
);
const ORDER: Evidence = Documented("Payment Orders, Create Payment Order: response");
const ORDER_CHAIN: Evidence = Documented("Payment Orders, Create Payment Order: response; the slugs bsc and arbitrum are assumed");
const PAID: Evidence = Documented("Payment Orders, Create Payment Order: response, null; that it is a transaction later is assumed");
const PAYLOAD: Evidence = Documented("Webhooks, Webhook Payload: the example, of payment.confirmed");
const PAYLOAD_AMOUNT: Evidence =
    Documented("Webhooks, Webhook Payload: the example, of payment.confirmed; the amount of an event without a transfer is assumed");
const PAYLOAD_CHAIN: Evidence =
    Documented("Webhooks, Webhook Payload: the example, of payment.confirmed; the slugs bsc and arbitrum are assumed");
const PAYLOAD_ID: Evidence =
    Documented("Webhooks, Webhook Payload: the example, of payment.confirmed; that it belongs to one event and target is assumed");
const TRANSFER: Evidence = Assumed("the page on transactions is not published; the names are those of Webhooks, Webhook Payload");
const WALLET: Evidence = Assumed("API overview, Merchant Wallets, lists the calls; their bodies are not documented");
const ENDPOINT: Evidence = Assumed("API overview, Webhooks, lists the calls; their bodies are not documented");
const PAGING: Evidence = Documented("API overview, Pagination: query parameters; default, bounds and refusals are assumed");
const PAGED: Evidence = Documented("API overview, Pagination: response; that a link is null at an end is assumed");
const RESULTS: Evidence = Documented("API overview, Pagination: response; that the newest comes first is assumed");
const FILTER: Evidence = Assumed("no filter is documented, but a list needs some to be useful");
const LIMITS: Evidence = Documented("API overview, Rate Limiting: headers; which answers have them, and when the hour begins, are assumed");
const FRAMEWORK: Evidence = Assumed("not documented; Django REST Framework answers so, and standards write the name so");
const ENVELOPE: Evidence = Documented("API overview, Response Format; the wording is assumed");
const REFUSED: Evidence = Documented("API overview, Error Responses; the wording is assumed");
const DETAILS: Evidence = Documented("API overview, Error Responses; that it is empty for other errors is assumed");
const REGISTER: Evidence = Documented("Authentication, Register; that all four are required, and the bounds, are assumed");
const REGISTERED: Evidence = Assumed("the answer to a registration is not documented");
const LOGIN: Evidence = Documented("Authentication, Login");
const REFRESH: Evidence = Documented("Authentication, Refresh Token");
const USED_ONCE: Evidence = Documented("Authentication, Refresh Token; that it works once is assumed");
const SIGNED: Evidence = Documented("Webhooks, Signature Verification");
const BY_ID: Evidence = Documented("API overview, Core Resources: the id in the path");
const BY_ORDER: Evidence = Documented("API overview, Core Resources: the id in the path; that it may be the order_id is assumed");
const BY_HASH: Evidence = Documented("API overview, Core Resources: the hash in the path; that its case does not matter is assumed");

const fn row(name: &'static str, kind: Value, need: Need, meaning: &'static str, evidence: Evidence) -> Field {
    Field { name, kind, need, meaning, evidence }
}

use Need::{Default, Optional, Required};

const ID: Value = Value::Integer { min: 1, max: u32::MAX as i64 };
/// A list of a hundred orders is about a megabyte at most.
const INFO: Value = Value::JsonText { chars_max: 10_000 };
const COUNT: Value = Value::Integer { min: 0, max: i64::MAX };

#[rustfmt::skip]
mod parameters {
    use super::{
        BY_HASH, BY_ID, BY_ORDER, CHAIN_WORDS, CHAINED, CREATE, Default, ENDPOINT, EXPIRY, FILTER, Field, HOOKED, ID, INFO, INFO_RULED, LOGIN, NOTICE_WORDS, ORDER_STATUS_WORDS, Optional, PAGING,
        REGISTER, RETURNED, RULED, Required, TEXT, TOKEN_WORDS, TRANSACTION_STATUS_WORDS, USED_ONCE, Value, WALLET, row,
    };

    pub const USERNAME: Field = row("username", Value::Text { chars_max: 150 }, Required, "letters, digits and @ . + - _; unique", REGISTER);
    pub const EMAIL: Field = row("email", Value::Like { pattern: r"^[!-~]+@[!-~]+\.[!-~]+$", chars_max: 254 }, Required, "an email address; unique", REGISTER);
    pub const PASSWORD: Field = row("password", Value::Like { pattern: r"^[\s\S]{8,}$", chars_max: 128 }, Required, "at least 8 characters; it is stored and compared as plain text: this is a test server", REGISTER);
    pub const SHOP_NAME: Field = row("shop_name", Value::Text { chars_max: 255 }, Required, "any text", REGISTER);

    pub const LOGIN_NAME: Field = row("username", TEXT, Required, "the user name", LOGIN);
    pub const LOGIN_PASSWORD: Field = row("password", TEXT, Required, "the password", LOGIN);
    pub const REFRESH_TOKEN: Field = row("refresh", TEXT, Required, "a refresh token that has not been used yet", USED_ONCE);

    pub const AMOUNT: Field = row("amount", Value::DecimalText, Required, "above zero, with no more decimals than the token has; answers have it exactly as it was sent", RULED);
    pub const CURRENCY: Field = row("currency", Value::Word(TOKEN_WORDS), Required, "symbol of a token that is offered on that chain", CREATE);
    pub const CHAIN: Field = row("blockchain", Value::Word(CHAIN_WORDS), Required, "slug of a chain on which the merchant has an active wallet", CHAINED);
    pub const ORDER_INFO: Field = row("order_info", INFO, Required, "text that is JSON; an object is refused; answers have it exactly as it was sent", INFO_RULED);
    pub const NONCE: Field = row("nonce", Value::Integer { min: 1, max: i64::MAX }, Required, "unique among the orders of the merchant", RULED);
    pub const WEBHOOK_URL: Field = row("webhook_url", Value::HttpUrl, Optional, "address for this order's events, instead of the endpoints", HOOKED);
    pub const REDIRECT_URL: Field = row("redirect_url", Value::Url, Optional, "address to which the customer goes after the payment; order_id and status are appended", RETURNED);
    pub const EXPIRES_AT: Field = row("expires_at", Value::NullableTime, Optional, "ISO 8601, in the future; the default is two hours from now", EXPIRY);

    pub const ORDER_ID: Field = row("id", TEXT, Required, "the order's id, or its order_id", BY_ORDER);
    pub const HASH: Field = row("hash", TEXT, Required, "the transaction's hash, in any case", BY_HASH);
    pub const WALLET_ID: Field = row("id", ID, Required, "the wallet's id", BY_ID);
    pub const ENDPOINT_ID: Field = row("id", ID, Required, "the endpoint's id", BY_ID);

    pub const PAGE: Field = row("page", Value::Integer { min: 1, max: i64::MAX }, Default("1"), "page number; a page after the last one is 404", PAGING);
    pub const PAGE_SIZE: Field = row("page_size", Value::Integer { min: 1, max: i64::MAX }, Default("20"), "objects per page; more than 100 counts as 100, an invalid value as 20", PAGING);
    pub const ORDER_STATUS: Field = row("status", Value::Word(ORDER_STATUS_WORDS), Optional, "only orders of that status", FILTER);
    pub const LIST_CHAIN: Field = row("blockchain", Value::Word(CHAIN_WORDS), Optional, "only those on that chain", FILTER);
    pub const LIST_CURRENCY: Field = row("currency", Value::Word(TOKEN_WORDS), Optional, "only orders in that token", FILTER);
    pub const LIST_ORDER: Field = row("order_id", TEXT, Optional, "only transfers to that order", FILTER);
    pub const TRANSACTION_STATUS: Field = row("status", Value::Word(TRANSACTION_STATUS_WORDS), Optional, "only transactions of that status", FILTER);

    pub const WALLET_CHAIN: Field = row("blockchain", Value::Word(CHAIN_WORDS), Required, "slug of a chain; one wallet for each", WALLET);
    pub const WALLET_ADDRESS: Field = row("address", Value::Like { pattern: "^0x[0-9a-fA-F]{40}$", chars_max: 42 }, Required, "0x and 40 hexadecimal characters", WALLET);
    pub const WALLET_ACTIVE: Field = row("is_active", Value::Flag, Default("true"), "whether orders are accepted on this chain", WALLET);

    pub const ENDPOINT_URL: Field = row("url", Value::HttpUrl, Required, "address for events", ENDPOINT);
    pub const ENDPOINT_EVENTS: Field = row("events", Value::List, Optional, "events to send; the default is all", ENDPOINT);
    pub const ENDPOINT_EVENT: Field = row("events[]", Value::Word(NOTICE_WORDS), Required, "an event's name", ENDPOINT);
    pub const ENDPOINT_ACTIVE: Field = row("is_active", Value::Flag, Default("true"), "whether events are sent", ENDPOINT);
}

pub use parameters::*;

pub const REGISTERING: &[Field] = &[USERNAME, EMAIL, PASSWORD, SHOP_NAME];
pub const LOGGING_IN: &[Field] = &[LOGIN_NAME, LOGIN_PASSWORD];
pub const REFRESHING: &[Field] = &[REFRESH_TOKEN];
pub const ORDER_CREATE: &[Field] = &[AMOUNT, CURRENCY, CHAIN, ORDER_INFO, NONCE, WEBHOOK_URL, REDIRECT_URL, EXPIRES_AT];
pub const ORDER_GET: &[Field] = &[ORDER_ID];
pub const ORDERS_LISTED: &[Field] = &[PAGE, PAGE_SIZE, ORDER_STATUS, LIST_CHAIN, LIST_CURRENCY];
pub const TRANSACTION_GET: &[Field] = &[HASH];
pub const TRANSACTIONS_LISTED: &[Field] = &[PAGE, PAGE_SIZE, LIST_ORDER, TRANSACTION_STATUS, LIST_CHAIN];
pub const LISTED: &[Field] = &[PAGE, PAGE_SIZE];
pub const WALLET_CREATE: &[Field] = &[WALLET_CHAIN, WALLET_ADDRESS, WALLET_ACTIVE];
pub const WALLET_UPDATE: &[Field] = &[WALLET_ID, WALLET_CHAIN, WALLET_ADDRESS, WALLET_ACTIVE];
pub const ENDPOINT_CREATE: &[Field] = &[ENDPOINT_URL, ENDPOINT_EVENTS, ENDPOINT_EVENT, ENDPOINT_ACTIVE];
pub const ENDPOINT_UPDATE: &[Field] = &[ENDPOINT_ID, ENDPOINT_URL, ENDPOINT_EVENTS, ENDPOINT_EVENT, ENDPOINT_ACTIVE];

#[rustfmt::skip]
pub const USER: &[Field] = &[
    row("id", ID, Required, "the user's id", REGISTERED),
    row("username", TEXT, Required, "as given", REGISTERED),
    row("email", TEXT, Required, "as given", REGISTERED),
    row("shop_name", TEXT, Required, "as given", REGISTERED),
];
#[rustfmt::skip]
pub const SESSION: &[Field] = &[
    row("access", TEXT, Required, "a JWT for the header Authorization, valid for 24 hours", LOGIN),
    row("refresh", TEXT, Required, "a JWT for the next pair of tokens, valid for 30 days", LOGIN),
    row("user", Value::Object, Required, "the user who has logged in", LOGIN),
    row("user.id", ID, Required, "the user's id", LOGIN),
    row("user.username", TEXT, Required, "the user name", LOGIN),
    row("user.email", TEXT, Required, "the email address", LOGIN),
];
#[rustfmt::skip]
pub const NEW_TOKENS: &[Field] = &[
    row("access", TEXT, Required, "a new access token", REFRESH),
    row("refresh", TEXT, Required, "a new refresh token", REFRESH),
];

/// The rows of an object in its envelope, or of a page of them.
macro_rules! answer {
    (enveloped; $($rows:expr),*) => {
        &[
            row("success", Value::Flag, Required, "true", ENVELOPE),
            row("data", Value::Object, Required, "the object", ENVELOPE),
            row("message", TEXT, Required, "what was done, in words", ENVELOPE),
            row("timestamp", Value::Time, Required, "time of the answer", ENVELOPE),
            $($rows),*
        ]
    };
    (listed; $($rows:expr),*) => {
        &[
            row("count", COUNT, Required, "number of objects in total", PAGED),
            row("next", Value::Nullable, Required, "path and query of the next page; null on the last", PAGED),
            row("previous", Value::Nullable, Required, "path and query of the previous page; null on the first", PAGED),
            row("results", Value::List, Required, "the objects, newest first", RESULTS),
            $($rows),*
        ]
    };
}

const STATUS: Evidence =
    Documented("Payment Orders, Create Payment Order: response, pending; the other words are those of Webhooks, Webhook Events");

/// The rows of a transaction, after those of the object that contains it.
macro_rules! transaction {
    ($shape:ident, $p:literal; $($before:expr),*) => {
        answer![$shape;
            $($before,)*
            row(concat!($p, "id"), ID, Required, "the transaction's number", TRANSFER),
            row(concat!($p, "transaction_hash"), TEXT, Required, "0x and 64 hexadecimal characters", TRANSFER),
            row(concat!($p, "order_id"), TEXT, Required, "the order that it pays", TRANSFER),
            row(concat!($p, "blockchain"), Value::Word(CHAIN_WORDS), Required, "the chain", TRANSFER),
            row(concat!($p, "currency"), Value::Word(TOKEN_WORDS), Required, "the token that was transferred", TRANSFER),
            row(concat!($p, "amount"), TEXT, Required, "amount that was transferred", TRANSFER),
            row(concat!($p, "from_address"), TEXT, Required, "the payer", TRANSFER),
            row(concat!($p, "to_address"), TEXT, Required, "the order's receiving_address", TRANSFER),
            row(concat!($p, "block_number"), Value::NullableInteger, Required, "null until a block holds it", TRANSFER),
            row(concat!($p, "confirmations"), COUNT, Required, "confirmations so far, up to the number that the chain requires", TRANSFER),
            row(concat!($p, "status"), Value::Word(TRANSACTION_STATUS_WORDS), Required, "status of the transaction", TRANSFER),
            row(concat!($p, "created_at"), Value::Time, Required, "time when it was seen", TRANSFER),
            row(concat!($p, "confirmed_at"), Value::NullableTime, Required, "null until it is confirmed", TRANSFER)
        ]
    };
}

macro_rules! order {
    ($shape:ident, $p:literal, $transfer:literal) => {
        transaction![$shape, $transfer;
            row(concat!($p, "id"), ID, Required, "the order's number", ORDER),
            row(concat!($p, "order_id"), TEXT, Required, "ORD- and twelve characters", ORDER),
            row(concat!($p, "amount"), TEXT, Required, "as sent", ORDER),
            row(concat!($p, "currency"), Value::Word(TOKEN_WORDS), Required, "as sent", ORDER),
            row(concat!($p, "blockchain"), Value::Word(CHAIN_WORDS), Required, "as sent", ORDER_CHAIN),
            row(concat!($p, "status"), Value::Word(ORDER_STATUS_WORDS), Required, "status of the order", STATUS),
            row(concat!($p, "receiving_address"), TEXT, Required, "the merchant's wallet when the order was created", ORDER),
            row(concat!($p, "payment_url"), TEXT, Required, "the payment page", ORDER),
            row(concat!($p, "qr_code_url"), TEXT, Required, "path of a QR image", ORDER),
            row(concat!($p, "order_info"), INFO, Required, "as sent", ORDER),
            row(concat!($p, "nonce"), Value::Integer { min: 1, max: i64::MAX }, Required, "as sent, exactly", ORDER),
            row(concat!($p, "created_at"), Value::Time, Required, "whole seconds, UTC", ORDER),
            row(concat!($p, "expires_at"), Value::Time, Required, "time until which the transfer must be seen", ORDER),
            row(concat!($p, "transaction"), Value::NullableObject, Required, "null until a transfer is seen, then its transaction", PAID)
        ]
    };
}

macro_rules! wallet {
    ($shape:ident, $p:literal) => {
        answer![$shape;
            row(concat!($p, "id"), ID, Required, "the wallet's number", WALLET),
            row(concat!($p, "blockchain"), Value::Word(CHAIN_WORDS), Required, "the chain", WALLET),
            row(concat!($p, "address"), TEXT, Required, "as sent", WALLET),
            row(concat!($p, "is_active"), Value::Flag, Required, "whether orders are accepted on this chain", WALLET),
            row(concat!($p, "created_at"), Value::Time, Required, "time when it was added", WALLET),
            row(concat!($p, "updated_at"), Value::Time, Required, "time of the last change", WALLET)
        ]
    };
}

macro_rules! endpoint {
    ($shape:ident, $p:literal) => {
        answer![$shape;
            row(concat!($p, "id"), ID, Required, "the endpoint's number", ENDPOINT),
            row(concat!($p, "url"), TEXT, Required, "as sent", ENDPOINT),
            row(concat!($p, "events"), Value::List, Required, "in the order in which they were sent", ENDPOINT),
            row(concat!($p, "events[]"), Value::Word(NOTICE_WORDS), Required, "an event's name", ENDPOINT),
            row(concat!($p, "is_active"), Value::Flag, Required, "whether events are sent", ENDPOINT),
            row(concat!($p, "secret"), TEXT, Required, "signs webhooks to this endpoint: whsec_ and 32 hexadecimal characters; the server creates it, and no call changes it", ENDPOINT),
            row(concat!($p, "created_at"), Value::Time, Required, "time when it was added", ENDPOINT),
            row(concat!($p, "updated_at"), Value::Time, Required, "time of the last change", ENDPOINT)
        ]
    };
}

pub const ORDER_ENVELOPED: &[Field] = order!(enveloped, "data.", "data.transaction.");
pub const ORDER_PAGE: &[Field] = order!(listed, "results[].", "results[].transaction.");
pub const TRANSACTION_ENVELOPED: &[Field] = transaction!(enveloped, "data.";);
pub const TRANSACTION_PAGE: &[Field] = transaction!(listed, "results[].";);
pub const WALLET_ENVELOPED: &[Field] = wallet!(enveloped, "data.");
pub const WALLET_PAGE: &[Field] = wallet!(listed, "results[].");
pub const ENDPOINT_ENVELOPED: &[Field] = endpoint!(enveloped, "data.");
pub const ENDPOINT_PAGE: &[Field] = endpoint!(listed, "results[].");

/// Every refusal's body.
#[rustfmt::skip]
pub const REFUSAL: &[Field] = &[
    row("success", Value::Flag, Required, "false", REFUSED),
    row("error", Value::Object, Required, "what is wrong", REFUSED),
    row("error.code", TEXT, Required, "what is wrong, as a code", REFUSED),
    row("error.message", TEXT, Required, "what is wrong, in words", REFUSED),
    row("error.details", Value::Object, Required, "for a validation error a member for each wrong parameter; otherwise it is empty", DETAILS),
    row("error.details.{field}", Value::List, Optional, "what is wrong with this parameter", DETAILS),
    row("error.details.{field}[]", TEXT, Required, "a sentence", DETAILS),
    row("timestamp", Value::Time, Required, "time of the answer", REFUSED),
];

/// The headers of answers.
#[rustfmt::skip]
pub const ANSWER_HEADERS: &[Field] = &[
    row("X-RateLimit-Limit", COUNT, Optional, "calls that the plan allows in an hour; an answer to a known caller has it", LIMITS),
    row("X-RateLimit-Remaining", COUNT, Optional, "calls that are left in this hour", LIMITS),
    row("X-RateLimit-Reset", COUNT, Optional, "the end of this hour, in seconds since 1970", LIMITS),
    row("Retry-After", COUNT, Optional, "seconds until the hour ends; an answer 429 has it", FRAMEWORK),
    row("WWW-Authenticate", Value::Constant("Bearer realm=\"api\""), Optional, "how to authenticate; an answer 401 has it", FRAMEWORK),
    row("Allow", TEXT, Optional, "the methods of the path; an answer 405 has it", FRAMEWORK),
    row("Location", TEXT, Optional, "the same path with a slash at its end; a redirect has it", FRAMEWORK),
];

#[rustfmt::skip]
pub const EVENT_HEADERS: &[Field] = &[
    row("Content-Type", Value::Constant("application/json"), Required, "JSON", SIGNED),
    row("X-Webhook-Signature", Value::Text { chars_max: 64 }, Required, "HMAC-SHA256 of the body, lowercase hexadecimal without a prefix", SIGNED),
];

#[rustfmt::skip]
pub const EVENT_BODY: &[Field] = &[
    row("event", Value::Word(NOTICE_WORDS), Required, "the event's name", PAYLOAD),
    row("data", Value::Object, Required, "the order, and the transfer to it", PAYLOAD),
    row("data.order_id", TEXT, Required, "the order", PAYLOAD),
    row("data.transaction_hash", Value::Nullable, Required, "null if no transfer was seen", NULLS),
    row("data.amount", TEXT, Required, "amount that was transferred; the order's amount if no transfer was seen", PAYLOAD_AMOUNT),
    row("data.currency", Value::Word(TOKEN_WORDS), Required, "the token of that amount", PAYLOAD),
    row("data.blockchain", Value::Word(CHAIN_WORDS), Required, "the chain", PAYLOAD_CHAIN),
    row("data.status", Value::Word(ORDER_STATUS_WORDS), Required, "status that the event reports", FOLLOWS),
    row("data.confirmations", COUNT, Required, "confirmations so far", PAYLOAD),
    row("data.block_number", Value::NullableInteger, Required, "null until a block holds the transfer", NULLS),
    row("data.from_address", Value::Nullable, Required, "the payer; null if no transfer was seen", NULLS),
    row("data.to_address", TEXT, Required, "the order's receiving_address", PAYLOAD),
    row("data.order_info", INFO, Required, "as the merchant sent it", PAYLOAD),
    row("data.created_at", Value::Time, Required, "time when the order was created", PAYLOAD),
    row("data.confirmed_at", Value::NullableTime, Required, "null unless the payment is confirmed", NULLS),
    row("timestamp", Value::Time, Required, "time of the event", PAYLOAD),
    row("webhook_id", TEXT, Required, "wh_ and twelve characters: different for each event and target, the same on every attempt", PAYLOAD_ID),
];

const NULLS: Evidence = Documented("Webhooks, Webhook Payload, an example of payment.confirmed; when it is null is assumed");
const FOLLOWS: Evidence = Documented("Webhooks, Webhook Payload: confirmed; the other words follow from the events' names");
