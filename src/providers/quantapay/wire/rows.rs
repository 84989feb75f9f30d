//! The parameter and answer tables, row by row.

use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};
use crate::kit::fields::{Field, Kind as Value, Need, TEXT};
use crate::providers::quantapay::model::LETTERS;

/// Characters of a merchant's own reference.
pub const ORDER_ID_CHARS_MAX: usize = 255;
/// Characters of any other text.
pub const TEXT_CHARS_MAX: usize = 4_096;

const OVERVIEW: Evidence = Documented("API Overview, Authentication");
const KEYS: Evidence =
    Documented("API Overview, Authentication; that an empty key and `0` count as absent is observed in the sibling product");
const HMAC: Evidence = Documented("API Overview, HMAC Signature");
const FORMAT: Evidence = Documented("API Overview, Response Format");
const CREATE: Evidence = Documented("Transactions API, Create a checkout session; its table of parameters is cut off in the stored state");
const CREATED: Evidence = Documented("Transactions API, Create a checkout session: the page names payment_url");
const UNSHOWN: Evidence = Assumed("the response is cut off in the stored state; a client should rely on payment_url alone");
const ORDER: Evidence =
    Documented("API Overview, HMAC Signature, and Webhooks, external_reference; that it is optional, and its length, are assumed");
const UTILITIES: Evidence = Documented("Utilities API");
const COIN_CASE: Evidence = Documented("Utilities API, with codes in small letters; that their case does not matter is assumed");
const CODE_CASE: Evidence = Documented("Utilities API, with USD; that the case does not matter is assumed");
const VALUE_CURRENCY: Evidence =
    Documented("Utilities API, get-fiat-value, request; that it is required is observed in the sibling product");
const FIAT_VALUE: Evidence = Documented("Utilities API, get-fiat-value, request");
const SIBLING: Evidence = Observed("the sibling product's function of the same name");
const PAGE_FIELD: Evidence = Assumed("the sibling product's payment page takes it; whether this function does is not known");
const WEBHOOK: Evidence = Documented("Webhooks, 2026-04-08, payload");
const CONTENT: Evidence = Documented("Webhooks, 2026-04-08");
const AGENT: Evidence = Assumed("the sibling product sends its own name");

const fn row(name: &'static str, kind: Value, need: Need, meaning: &'static str, evidence: Evidence) -> Field {
    Field { name, kind, need, meaning, evidence }
}

use Need::{Default, Optional, Required};

const LONG: Value = Value::Text { chars_max: TEXT_CHARS_MAX };
const SHORT: Value = Value::Text { chars_max: ORDER_ID_CHARS_MAX };
/// A number of confirmations.
const COUNT: Value = Value::Integer { min: 0, max: i64::MAX };

const fn function(name: &'static str) -> Field {
    row("function", Value::Constant(name), Required, "the function to call", OVERVIEW)
}

const KEY: Field = row("api-key", TEXT, Required, "the account's API key; empty and `0` count as absent", KEYS);
const CURRENCY: Field = row("currency_code", TEXT, Required, "a currency code, as USD, in any case", CODE_CASE);
const COIN: Field = row("cryptocurrency_code", TEXT, Required, "a coin, as btc, in any case", COIN_CASE);
const ID: Field = row("transaction_id", TEXT, Required, "the transaction's id", SIBLING);

const fn optional(name: &'static str, meaning: &'static str) -> Field {
    row(name, LONG, Optional, meaning, SIBLING)
}

/// `create-checkout-session` takes.
#[rustfmt::skip]
pub const CREATE_CHECKOUT_SESSION: &[Field] = &[
    function("create-checkout-session"), KEY,
    row("price", TEXT, Required, "the price: above zero, with at most 15 digits and 8 decimals", CREATE),
    row("currency", TEXT, Required, "a currency code, as USD, in any case", CREATE),
    row("order_id", SHORT, Optional, "your reference: `external_reference` of the webhook", ORDER),
    row("signature", TEXT, Optional, "lowercase hexadecimal HMAC-SHA256 of price, currency, order_id and timestamp as they are posted, joined by |, under the webhook secret", HMAC),
    row("timestamp", TEXT, Optional, "unix seconds, at most 300 from the clock; required with the signature", HMAC),
    row("redirect", Value::HttpUrl, Optional, "where the page sends the payer after completion", PAGE_FIELD),
    row("title", LONG, Optional, "shown on the page", PAGE_FIELD),
    row("description", LONG, Optional, "shown on the page, and kept", PAGE_FIELD),
    row("note", LONG, Optional, "kept with the payment", PAGE_FIELD),
];

const SUCCESS: Field = row("success", Value::Truth(true), Required, "the function was carried out", FORMAT);
/// A text, or `false` in its place.
const TEXT_OR_FALSE: Value = Value::Either(&[TEXT, Value::Truth(false)]);

/// It answers.
#[rustfmt::skip]
pub const SESSION: &[Field] = &[
    SUCCESS,
    row("response", Value::Object, Required, "the session", FORMAT),
    row("response.session_id", TEXT, Required, "cs_ and 20 hexadecimal digits", UNSHOWN),
    row("response.payment_url", Value::HttpUrl, Required, "the payment page; send the payer there", CREATED),
    row("response.price", TEXT, Required, "the price as it was posted", UNSHOWN),
    row("response.currency", TEXT, Required, "its currency, lowercase", UNSHOWN),
    row("response.order_id", Value::Nullable, Required, "your reference", UNSHOWN),
    row("response.created_at", TEXT, Required, "YYYY-MM-DD HH:MM:SS, UTC", UNSHOWN),
    row("response.expires_at", TEXT, Required, "an hour later", UNSHOWN),
];

/// `get-credit-balance` takes.
pub const GET_CREDIT_BALANCE: &[Field] = &[function("get-credit-balance"), KEY];

/// It answers.
#[rustfmt::skip]
pub const CREDITS: &[Field] = &[
    SUCCESS,
    row("response", Value::Object, Required, "the credits", UTILITIES),
    row("response.credit_balance", Value::Number, Required, "the rest of the prepaid credits, with two decimals; it may be below zero", UTILITIES),
    row("response.credit_currency", Value::Constant("USD"), Required, "the currency of the credits", UTILITIES),
];

/// `get-balances` takes.
pub const GET_BALANCES: &[Field] = &[function("get-balances"), KEY];

/// It answers.
#[rustfmt::skip]
pub const BALANCES: &[Field] = &[
    SUCCESS,
    row("response", Value::Object, Required, "a member for each coin that has a wallet address, named by its code", UTILITIES),
    row("response.{coin}", Value::Object, Optional, "what the wallet of a coin holds", UTILITIES),
    row("response.{coin}.amount", TEXT, Required, "coins", UTILITIES),
    row("response.{coin}.fiat", TEXT, Required, "what they are worth in dollars, with two decimals", UTILITIES),
];

/// `get-exchange-rates` takes.
pub const GET_EXCHANGE_RATES: &[Field] = &[function("get-exchange-rates"), KEY, CURRENCY, COIN];

/// It answers.
pub const RATE: &[Field] = &[SUCCESS, row("response", TEXT, Required, "what one coin costs in that currency", UTILITIES)];

/// `get-fiat-value` takes.
#[rustfmt::skip]
pub const GET_FIAT_VALUE: &[Field] = &[
    function("get-fiat-value"), KEY,
    row("amount", TEXT, Required, "coins, zero or more", FIAT_VALUE),
    row("cryptocurrency_code", TEXT, Required, "a coin, as btc, in any case", COIN_CASE),
    row("currency_code", TEXT, Required, "a currency code, as USD, in any case", VALUE_CURRENCY),
];

/// It answers.
#[rustfmt::skip]
pub const FIAT_AMOUNT: &[Field] =
    &[SUCCESS, row("response", TEXT, Required, "the value of the coins, with two decimals, halves up", Documented("API Overview, Response Format; the form of the value is assumed, because the page is cut off before it"))];

/// `get-transaction` takes.
pub const GET_TRANSACTION: &[Field] = &[function("get-transaction"), KEY, ID];

/// `get-transactions` takes.
#[rustfmt::skip]
pub const GET_TRANSACTIONS: &[Field] = &[
    function("get-transactions"), KEY,
    row("pagination", TEXT, Default("0"), "a page of 100, counted from 0, newest first; -1 means all transactions", SIBLING),
    optional("search", "a part of title, description, coin, currency, addresses, hash, reference or amounts"),
    row("status", Value::Word(LETTERS), Optional, "the letter of a status", SIBLING),
    optional("cryptocurrency", "a coin"),
    optional("date_range[0]", "the first day or moment, UTC"),
    optional("date_range[1]", "the last day or moment, UTC; it is included"),
    optional("checkout_id", "the session whose payments are listed"),
];

/// `create-transaction` takes.
#[rustfmt::skip]
pub const CREATE_TRANSACTION: &[Field] = &[
    function("create-transaction"), KEY,
    row("amount", TEXT, Required, "the price; with currency_code `crypto`, the number of coins", SIBLING),
    row("cryptocurrency_code", TEXT, Required, "the coin to pay in", SIBLING),
    row("currency_code", TEXT, Default("USD"), "a currency code, or `crypto`", SIBLING),
    row("external_reference", SHORT, Optional, "your reference", SIBLING),
    optional("title", "shown on the page"),
    optional("description", "kept with the payment"),
    optional("note", "kept with the payment"),
    optional("billing", "billing details, as JSON text"),
    optional("vat", "the VAT amount"),
    optional("checkout_id", "the session that it pays"),
    row("redirect", Value::HttpUrl, Optional, "where the page sends the payer after completion", PAGE_FIELD),
    row("type", TEXT, Default("1"), "the kind of transaction", SIBLING),
];

/// It answers.
#[rustfmt::skip]
pub const PAYMENT: &[Field] = &[
    SUCCESS,
    row("response", Value::List, Required, "five values in this order", SIBLING),
    row("response[0]", TEXT, Required, "the id", SIBLING),
    row("response[1]", TEXT, Required, "coins to send", SIBLING),
    row("response[2]", TEXT, Required, "the address", SIBLING),
    row("response[3]", COUNT, Required, "the number of confirmations that it needs", SIBLING),
    row("response[4]", TEXT, Required, "an opaque token for check-transaction", SIBLING),
];

/// `check-transactions` takes.
pub const CHECK_TRANSACTIONS: &[Field] = &[function("check-transactions"), KEY, ID];

/// It answers.
#[rustfmt::skip]
pub const SEEN: &[Field] = &[
    SUCCESS,
    row("response", Value::Either(&[TEXT, Value::Truth(false), Value::List]), Required, "false: no transfer was seen; \"expired\": the hour is over; a token: a transfer was seen; a list: the transaction is unknown", SIBLING),
    row("response[0]", Value::Constant("error"), Optional, "the mark of a failure", SIBLING),
    row("response[1]", Value::Constant("transaction-not-found"), Optional, "why", SIBLING),
];

/// `check-transaction` takes.
#[rustfmt::skip]
pub const CHECK_TRANSACTION: &[Field] = &[
    function("check-transaction"), KEY,
    row("transaction", TEXT, Required, "the token of create-transaction or check-transactions", SIBLING),
];

/// It answers.
#[rustfmt::skip]
pub const CHECKED: &[Field] = &[
    SUCCESS,
    row("response", Value::Either(&[Value::Object, Value::Constant("transaction-not-found")]), Required, "how far the transfer is, or a text when no transfer with that token is known", SIBLING),
    row("response.confirmed", Value::Flag, Required, "whether it has enough confirmations", SIBLING),
    row("response.confirmations", COUNT, Required, "the number of its confirmations", SIBLING),
    row("response.minimum_confirmations", COUNT, Required, "the number that it needs", SIBLING),
    row("response.hash", TEXT, Required, "the transfer's hash", SIBLING),
    row("response.invoice", Value::Truth(false), Required, "whether an invoice was made: never here", SIBLING),
    row("response.underpayment", TEXT_OR_FALSE, Required, "the coins that arrived, when they are fewer than the price", SIBLING),
    row("response.redirect", TEXT_OR_FALSE, Required, "where the payer goes, with the payment in the query; once it is completed, and if the payment has such an address", SIBLING),
    row("response.source", Value::Truth(false), Required, "where the payment came from: never said here", SIBLING),
];

/// `payment-link` takes.
pub const PAYMENT_LINK: &[Field] = &[function("payment-link"), KEY, ID];

/// It answers.
pub const LINK: &[Field] = &[
    SUCCESS,
    row(
        "response",
        Value::Either(&[Value::HttpUrl, Value::Truth(false)]),
        Required,
        "the payment page of the transaction; false when the transaction is unknown",
        SIBLING,
    ),
];

/// `get-cryptocurrency-codes` takes.
#[rustfmt::skip]
pub const GET_CRYPTOCURRENCY_CODES: &[Field] = &[
    function("get-cryptocurrency-codes"), KEY,
    row("cryptocurrency_code", TEXT, Required, "a network by its own coin, as ETH, in any case", SIBLING),
];

/// It answers.
#[rustfmt::skip]
pub const COIN_CODES: &[Field] = &[
    SUCCESS,
    row("response", Value::List, Required, "the coins on that network", SIBLING),
    row("response[]", TEXT, Optional, "a coin", SIBLING),
];

/// A refusal.
#[rustfmt::skip]
pub const REFUSAL: &[Field] = &[
    row("success", Value::Truth(false), Required, "the function was not carried out", FORMAT),
    row("error_code", TEXT, Required, "a code of the catalogue", FORMAT),
    row("message", TEXT, Required, "a text for people", Documented("API Overview, Response Format; the words are assumed, except \"Request expired\"")),
];

/// The headers of a webhook.
#[rustfmt::skip]
pub const EVENT_HEADERS: &[Field] = &[
    row("Content-Type", Value::Constant("application/json"), Required, "JSON", CONTENT),
    row("User-Agent", Value::Constant("QuantaPay"), Required, "the sender", AGENT),
];

macro_rules! transaction_fields {
    ($($prefix:literal)?) => {
        &[
            row(concat!($($prefix,)? "id"), TEXT, Required, "a whole number as text, counted upwards", WEBHOOK),
            row(concat!($($prefix,)? "biz_id"), TEXT, Optional, "a number for people: QP-YYYYMMDD- and five uppercase hexadecimal digits; since April", WEBHOOK),
            row(concat!($($prefix,)? "title"), TEXT, Required, "an empty text without a title", WEBHOOK),
            row(concat!($($prefix,)? "description"), TEXT, Required, "an empty text, or notes as the text of a JSON array", Documented("Webhooks, 2026-04-08, payload; the array is observed in the sibling product")),
            row(concat!($($prefix,)? "from"), TEXT, Required, "the payer's address, empty while it is pending", WEBHOOK),
            row(concat!($($prefix,)? "to"), TEXT, Required, "the merchant's address", WEBHOOK),
            row(concat!($($prefix,)? "hash"), TEXT, Required, "the transfer's hash, empty while it is pending", WEBHOOK),
            row(concat!($($prefix,)? "amount"), TEXT, Required, "coins", WEBHOOK),
            row(concat!($($prefix,)? "amount_fiat"), TEXT, Required, "the price with 8 decimals; before April with two", WEBHOOK),
            row(concat!($($prefix,)? "cryptocurrency"), TEXT, Required, "the coin, lowercase", WEBHOOK),
            row(concat!($($prefix,)? "currency"), TEXT, Required, "the currency, lowercase", WEBHOOK),
            row(concat!($($prefix,)? "external_reference"), TEXT, Required, "your reference, unchanged; an empty text without one", WEBHOOK),
            row(concat!($($prefix,)? "creation_time"), TEXT, Required, "YYYY-MM-DD HH:MM:SS, UTC", WEBHOOK),
            row(concat!($($prefix,)? "status"), Value::Word(LETTERS), Required, "P pending, C completed, X underpaid, R refunded", Documented("Webhooks, 2026-04-08, payload: C; the other letters are observed in the sibling product")),
            row(concat!($($prefix,)? "webhook"), TEXT, Required, "1 once the notification was issued", WEBHOOK),
            row(concat!($($prefix,)? "vat"), TEXT, Required, "the VAT amount; without one 0, before April an empty text", WEBHOOK),
            row(concat!($($prefix,)? "billing"), TEXT, Required, "billing details as JSON text, or an empty text", WEBHOOK),
            row(concat!($($prefix,)? "checkout_id"), Value::Nullable, Required, "the session; null without a session, or when the reference is not empty; before April the reference does not matter", Documented("Webhooks, 2026-04-08, payload: null; of 2026-03-09: cs-cs_...; when it is null is assumed")),
            row(concat!($($prefix,)? "type"), TEXT, Optional, "the kind of transaction: 2 for a checkout session, otherwise 1; since April", Documented("Webhooks, 2026-04-08, payload: 2; its meaning is assumed")),
        ]
    };
}

const IN_WEBHOOK: [Field; 19] = *transaction_fields!("transaction.");
const IN_LIST: [Field; 19] = observed(*transaction_fields!("response[]."));
const IN_ANSWER: [Field; 19] = observed(*transaction_fields!("response."));

/// The place of `biz_id` among them.
const BIZ_ID: usize = 1;

/// The same rows for a function that only the sibling product shows.
const fn observed(mut rows: [Field; 19]) -> [Field; 19] {
    let mut place = 0;
    while place < rows.len() {
        rows[place].evidence = SIBLING;
        place += 1;
    }
    rows[BIZ_ID].evidence = Assumed("the webhook has it since April; whether this function answers it is not known");
    rows
}

/// Two rows in front of those of a transaction.
const fn before(first: [Field; 2], rest: &[Field; 19]) -> [Field; 21] {
    let mut all = [first[0]; 21];
    all[1] = first[1];
    let mut place = 0;
    while place < rest.len() {
        all[place + 2] = rest[place];
        place += 1;
    }
    all
}

#[rustfmt::skip]
static BODY: [Field; 21] = before(
    [
        row("key", TEXT, Required, "the webhook secret itself; compare it in constant time. Without a secret, the account's encryption key", CONTENT),
        row("transaction", Value::Object, Required, "the payment", WEBHOOK),
    ],
    &IN_WEBHOOK,
);
static LIST: [Field; 21] =
    before([SUCCESS, row("response", Value::List, Required, "transactions as in webhooks, newest first", SIBLING)], &IN_LIST);

#[rustfmt::skip]
static ANSWER: [Field; 21] = before(
    [
        SUCCESS,
        row("response", Value::Either(&[Value::Object, Value::Truth(false)]), Required, "the transaction as in webhooks; false when it is unknown, cancelled, or deleted after 48 hours", SIBLING),
    ],
    &IN_ANSWER,
);

/// `get-transaction` answers.
pub const TRANSACTION_OR_FALSE: &[Field] = &ANSWER;
/// The body of a webhook.
pub const EVENT_BODY: &[Field] = &BODY;
/// `get-transactions` answers.
pub const TRANSACTIONS: &[Field] = &LIST;
