//! The parameter and answer tables of the documentation, row by row.

use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::{Field, Kind as Value, Need, TEXT};
use crate::kit::webhook_url::URL_BYTES_MAX;
use crate::providers::quoine::model::{INVOICE_STATUSES, SYSTEM_STATUSES};

/// Characters of an invoice's name.
pub const NAME_CHARS_MAX: usize = 255;
/// Characters of an invoice's data.
pub const DATA_CHARS_MAX: usize = 65_535;
/// Characters of a callback address.
pub const CALLBACK_CHARS_MAX: usize = URL_BYTES_MAX;
/// The highest price.
pub const PRICE_MAX: i64 = 1_000_000_000;
/// Invoices of a page by default, and at most.
pub const PER_DEFAULT: u64 = 25;
pub const PER_MAX: u64 = 100;

const CREATE: Evidence = Documented("API Reference, Create An Invoice, parameters; the bounds of the price are assumed");
const LIMIT: Evidence = Documented("API Reference, Create An Invoice, parameters: any string; the limit is assumed");
const SAMPLE: Evidence = Documented(
    "API Reference, sample responses of Create An Invoice and Get An Invoice, and data posted to the callback URL; Get All Invoices abbreviates an invoice",
);
const IN_PATH: Evidence = Documented("API Reference, Get An Invoice: GET /invoices/{id}");
const WORDS: Evidence = Documented("API Reference, Create An Invoice, invoice_status and system_status");
const LIST: Evidence = Documented("API Reference, Get All Invoices");
const NUMBERS: Evidence = Documented("API Reference, Get All Invoices, parameters; limits and defaults are assumed");
const PROFILE: Evidence = Documented("API Reference, Get Profile");
const CALLBACK: Evidence = Documented("API Reference, Update Notification URL");
const AUTH: Evidence = Documented("API Reference, Authentication, request headers");
const DATED: Evidence = Documented("API Reference, Authentication, request headers; the 900 seconds are observed in the api_auth gem");
const REFUSED: Evidence = Documented("API Reference, sample errors of Create An Invoice and Get An Invoice");
const SIGNED: Evidence = Documented("final revision: callbacks are signed as requests are; the demo shop verifies them so");

const fn row(name: &'static str, kind: Value, need: Need, meaning: &'static str, evidence: Evidence) -> Field {
    Field { name, kind, need, meaning, evidence }
}

use Need::{Default, Optional, Required};

const NUMBER: Value = Value::Integer { min: 1, max: i64::MAX };
const COUNT: Value = Value::Integer { min: 0, max: i64::MAX };

const ID: Field = row("id", NUMBER, Required, "the invoice's number; with any other text no invoice is found", IN_PATH);

/// `createInvoice` takes.
#[rustfmt::skip]
pub const CREATE_INVOICE: &[Field] = &[
    row("price", Value::Decimal, Required, "the price in the merchant's currency, up to 1000000000", CREATE),
    row("name", Value::Text { chars_max: NAME_CHARS_MAX }, Optional, "any text", LIMIT),
    row("data", Value::Any, Optional, "any text of up to 65535 characters, or an object, returned unchanged", LIMIT),
];

/// `getInvoice` takes.
pub const GET_INVOICE: &[Field] = &[ID];

/// `listInvoices` takes.
#[rustfmt::skip]
pub const LIST_INVOICES: &[Field] = &[
    row("page", NUMBER, Default("1"), "page number; a value that is not a number above zero counts as 1", NUMBERS),
    row("per", NUMBER, Default("25"), "invoices of a page, at most 100; a value that is not a number above zero counts as 25", NUMBERS),
];

/// `updateCallbackUrl` takes.
#[rustfmt::skip]
pub const UPDATE_CALLBACK_URL: &[Field] = &[
    row("callback", Value::HttpUrl, Required, "an http or https address; it is called when an invoice's status changes", CALLBACK),
];

/// The signed headers of every request.
#[rustfmt::skip]
pub const HEADERS: &[Field] = &[
    row("Content-Type", Value::Constant("application/json"), Required, "JSON; the header's text is signed as it is sent", AUTH),
    row("Content-MD5", TEXT, Optional, "MD5 of the body, base64; without the header its slot in the signed text stays empty", AUTH),
    row("Date", TEXT, Required, "HTTP date, as Sat, 27 Sep 2014 04:55:17 GMT, at most 900 seconds old", DATED),
    row("NONCE", Value::Text { chars_max: 32 }, Required, "32 alphanumeric characters, new for each request", AUTH),
    row("Authorization", TEXT, Required, "APIAuth, the user id, a colon and the signature", AUTH),
];

/// The rows of an invoice, with a prefix and what one place has more than others.
macro_rules! invoice {
    ($prefix:literal; $($more:expr),*) => {
        &[
            $($more,)*
            row(concat!($prefix, "id"), NUMBER, Required, "the invoice's number", SAMPLE),
            row(concat!($prefix, "system_status"), Value::Word(SYSTEM_STATUSES), Required, "the status inside Quoine", WORDS),
            row(concat!($prefix, "invoice_status"), Value::Word(INVOICE_STATUSES), Required, "the status for the merchant", WORDS),
            row(concat!($prefix, "user_id"), COUNT, Required, "the merchant", SAMPLE),
            row(concat!($prefix, "sub_account_id"), NUMBER, Required, "the account that holds the coins; each invoice has its own", SUB_ACCOUNT),
            row(concat!($prefix, "bitcoin_address"), TEXT, Required, "the address to pay to; each invoice has its own", SAMPLE),
            row(concat!($prefix, "name"), Value::Nullable, Required, "as given, or null", SAMPLE),
            row(concat!($prefix, "data"), Value::Any, Required, "as given, or null", SAMPLE),
            row(concat!($prefix, "price"), TEXT, Required, "the price as text, with at least one decimal: 500.0", SAMPLE),
            row(concat!($prefix, "btc_price"), Value::Number, Required, "the price in BTC, fixed at creation, with 8 decimals", SAMPLE),
            row(concat!($prefix, "btc_balance"), Value::Number, Required, "the sum of all payments so far, in BTC", SAMPLE),
            row(concat!($prefix, "bitcoin_amount_claimed"), Value::Number, Optional, "the claimed part of the surplus; only with the setting `claim_bitcoin`", CLAIMED),
            row(concat!($prefix, "currency"), Value::Word(&["USD", "JPY", "SGD", "EUR"]), Required, "the merchant's currency when the invoice was made", SAMPLE),
            row(concat!($prefix, "qrcode_address_url"), TEXT, Required, "a QR picture of the address", SAMPLE),
            row(concat!($prefix, "qrcode_protocol_url"), TEXT, Required, "a QR picture that asks a wallet for btc_price", SAMPLE),
            row(concat!($prefix, "paid_at"), Value::NullableTime, Required, "the moment at which the full payment was seen", SAMPLE),
            row(concat!($prefix, "created_at"), Value::Time, Required, "Japan time, with milliseconds", SAMPLE),
            row(concat!($prefix, "updated_at"), Value::Time, Required, "the last change", UPDATED),
            row(concat!($prefix, "expired_at"), Value::Time, Required, "30 minutes after created_at", SAMPLE),
        ]
    };
}

const SUB_ACCOUNT: Evidence = Documented(
    "API Reference, sample responses of Create An Invoice and Get An Invoice, and data posted to the callback URL; that each invoice has an account of its own, with its number, is assumed",
);
const CLAIMED: Evidence =
    Documented("final revision: an invoice has bitcoin_amount_claimed there; Playmoney serves the state of the page three weeks before");
const UPDATED: Evidence = Documented(
    "API Reference, sample responses of Create An Invoice and Get An Invoice, and data posted to the callback URL, which repeat created_at; that it is the last change is assumed",
);

/// An invoice as it was made.
pub const INVOICE: &[Field] = invoice!("";);
/// An invoice by its number.
pub const INVOICE_BY_ID: &[Field] = invoice!(""; row("status", Value::Nullable, Required, "null until the invoice is paid in full, then btc_sent; only this call answers it", STATUS));
const STATUS: Evidence = Documented("API Reference, Get An Invoice, sample response; null before the payment is assumed");

/// A page of invoices.
#[rustfmt::skip]
pub const INVOICES: &[Field] = invoice!("invoices[].";
    row("invoices", Value::List, Required, "ascending by number", LIST),
    row("meta", Value::Object, Required, "the position of the page", LIST),
    row("meta.current_page", NUMBER, Required, "the requested page", LIST),
    row("meta.next_page", Value::NullableInteger, Required, "null on the last page", LIST),
    row("meta.prev_page", Value::NullableInteger, Required, "null on the first page", LIST),
    row("meta.total_pages", COUNT, Required, "0 without invoices", LIST),
    row("meta.total_count", COUNT, Required, "all invoices of the merchant", LIST)
);

#[rustfmt::skip]
pub const MERCHANT_PROFILE: &[Field] = &[
    row("id", COUNT, Required, "the user id", PROFILE),
    row("email", TEXT, Required, "the value of the sample", PROFILE),
    row("first_name", TEXT, Required, "the value of the sample", PROFILE),
    row("last_name", TEXT, Required, "the value of the sample", PROFILE),
    row("name", TEXT, Required, "both names", PROFILE),
    row("currency", Value::Word(&["USD", "JPY", "SGD", "EUR"]), Required, "the currency in which the merchant is paid", PROFILE),
    row("status", Value::Constant("approved"), Required, "the only documented value", PROFILE),
    row("settings", Value::Object, Required, "the merchant's settings", PROFILE),
    row("settings.payments_callback", Value::Nullable, Required, "the address of callbacks; null without one", PROFILE),
];

#[rustfmt::skip]
pub const CALLBACK_UPDATED: &[Field] = &[
    row("status", Value::Constant("success"), Required, "always", CALLBACK),
    row("callback", TEXT, Required, "the new address", CALLBACK),
];

const FIELD_FAULTS: Evidence = Documented("API Reference, Create An Invoice, sample error");
const OTHER_FAULTS: Evidence = Assumed("the sample error has the price only; other parameters are named in the same way");
/// Every refusal's body: a message, or what is wrong with each parameter.
#[rustfmt::skip]
pub const REFUSAL: &[Field] = &[
    row("status", Value::Constant("fail"), Required, "always", REFUSED),
    row("message", TEXT, Optional, "what is wrong; absent in a 422, which has `errors`", REFUSED),
    row("errors", Value::Object, Optional, "what is wrong with each parameter; in a 422 only", FIELD_FAULTS),
    row("errors.price", Value::List, Optional, "texts", FIELD_FAULTS),
    row("errors.price[]", TEXT, Required, "a text", FIELD_FAULTS),
    row("errors.name", Value::List, Optional, "texts", OTHER_FAULTS),
    row("errors.name[]", TEXT, Required, "a text", OTHER_FAULTS),
    row("errors.data", Value::List, Optional, "texts", OTHER_FAULTS),
    row("errors.data[]", TEXT, Required, "a text", OTHER_FAULTS),
    row("errors.callback", Value::List, Optional, "texts", OTHER_FAULTS),
    row("errors.callback[]", TEXT, Required, "a text", OTHER_FAULTS),
];

#[rustfmt::skip]
pub const EVENT_HEADERS: &[Field] = &[
    row("Content-Type", Value::Constant("application/json"), Required, "JSON", SIGNED),
    row("Content-MD5", TEXT, Required, "MD5 of the body, base64", Assumed("the api_auth gem adds it to most posts; no page says that callbacks carry it")),
    row("Date", TEXT, Required, "HTTP date of the attempt", SIGNED),
    row("NONCE", Value::Text { chars_max: 32 }, Required, "32 hexadecimal characters, new for each attempt", SIGNED),
    row("Authorization", TEXT, Required, "APIAuth, the user id, a colon and the signature", SIGNED),
];

/// The body of every callback.
pub const EVENT_BODY: &[Field] = invoice!("invoice."; row("invoice", Value::Object, Required, "the invoice, without `status`", CALLBACK));
