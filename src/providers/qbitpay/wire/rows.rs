//! The parameter tables of the documentation, and the answers that are not lists.

use super::{CHARGE_EVENT, CURRENCY, Optional, Required, elsewhere, row};
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};
use crate::kit::fields::{Field, Kind as Value, Need, TEXT};
use crate::providers::qbitpay::model::SYMBOLS;

const TOKEN: Evidence =
    Documented("API reference, Authentication: fetch access token; the lifetime is read from a damaged example, and the secret is assumed");
const ACCOUNT: Evidence = Documented("API reference, Accounts: the example and its tables");
const DOLLARS: Evidence = Documented("API reference, Accounts: the example and its tables; the examples have USDT alone");
const BALANCE: Evidence = Documented("API reference, Balances: the example and its table");
const TICKER: Evidence = Documented("API reference, Markets: ticker");
const PAGING: Evidence = Documented("API reference, Pagination: parameters; what is refused is assumed");
const LEDGER: Evidence = Documented("API reference, Balance transactions: list parameters");
const PAYOUTS: Evidence = Documented("API reference, Payouts: parameters; lengths, decimals and the list of currencies are assumed");
const REQUIRED_KEYS: Evidence = Documented("API reference, Payouts: required fields by type; lengths are assumed");
const METHOD: Evidence =
    Documented("API reference, Payouts: the destination, see details in paymentMethod; Payment methods: its fields; lengths are assumed");
const STATES_KEY: Evidence =
    Assumed("the examples of answers have this key; the request is shown without its destination, and Payment methods has `state`");
const CHARGES: Evidence = Documented("API reference, Charges: parameters; lengths, decimals and what counts as an address are assumed");
const EVENTS: Evidence = Documented("API reference, Webhooks: Debug; what counts as an address is assumed");
const UNSHOWN: Evidence = Assumed("API reference, Webhooks: Debug, shows the notification, and not the answer to the caller");
const ORDERS: Evidence = Assumed("the page on orders is named in the reference and was never published");
const ONE: Evidence = Documented("API reference: the id in the path of every call for one object");
const ERRORS: Evidence = Documented("API reference, Errors: error object; the wording is assumed");
const DETAILS: Evidence = Documented("API reference, Errors: error object; that it is a list is observed in a later product's server");
const DETAIL: Evidence = Observed("a later product's server: the form of its validator");
const HEADERS: Evidence = Documented("API reference, Webhooks: signature");

const TYPES: Evidence = Documented("API reference, Balance transactions: list parameters; that every type of a row is accepted is assumed");

/// The largest number of items per page.
pub const LIMIT_MAX: i64 = 100;
/// An amount in a request; its currency may allow fewer decimals.
const AMOUNT: Value = Value::Amount { decimals_max: 6 };

#[rustfmt::skip]
mod parameters {
    use super::{AMOUNT, Assumed, CHARGES, CURRENCY, EVENTS, Evidence, Field, LEDGER, LIMIT_MAX, METHOD, Need, ONE, ORDERS, Optional, PAGING, PAYOUTS, REQUIRED_KEYS, Required, STATES_KEY, SYMBOLS, TEXT, TICKER, TYPES, Value, row};

    pub const ID: Field = row("id", TEXT, Required, "id of the object", ONE);

    pub const LIMIT: Field = row("limit", Value::Integer { min: 1, max: LIMIT_MAX }, Need::Default("10"), "number of items per page", PAGING);
    pub const STARTING_AFTER: Field = row("starting_after", TEXT, Optional, "id of an item: the page holds the older ones that follow it", PAGING);
    pub const ENDING_BEFORE: Field = row("ending_before", TEXT, Optional, "id of an item: the page holds the newer ones right before it; not together with starting_after", PAGING);

    pub const BALANCE_CURRENCY: Field = row("currency", CURRENCY, Need::Default("USD"), "currency of the balance", WALLETS);

    pub const SYMBOL: Field = row("symbol", TEXT, Required, "the pair, for example USDT/CNY; the slash may be encoded", TICKER);
    pub const SIDE: Field = row("side", Value::Word(&["ask", "bid"]), Required, "ask: the price that the merchant pays; bid: the price that the merchant gets", TICKER);

    pub const SOURCE: Field = row("source", TEXT, Optional, "id of the object that caused the row; only together with `type`", LEDGER);
    pub const ROW_TYPE: Field = row("type", Value::Word(&["charge", "payout", "payout_cancel", "payout_failure", "order", "deposit"]), Optional, "why the balance changed", TYPES);
    pub const ROW_STATUS: Field = row("status", Value::Word(&["pending", "available"]), Optional, "whether the money is available", LEDGER);

    pub const PAYOUT_AMOUNT: Field = row("amount", AMOUNT, Required, "amount that leaves the balance; the fee is taken from it", PAYOUTS);
    pub const PAYOUT_CURRENCY: Field = row("currency", CURRENCY, Required, "currency that the recipient gets", PAYOUTS);
    pub const DESTINATION: Field = row("destination", Value::Object, Required, "the payment method", PAYOUTS);
    pub const DESTINATION_TYPE: Field = row("destination.type", Value::Word(&["bankAccount", "wallet", "Alipay", "PayPal", "Coins.ph", "GCash"]), Required, "type of the payment method", REQUIRED_KEYS);
    pub const PAYER_NAME: Field = row("destination.payerName", TEXT, Required, "name of the account's holder", REQUIRED_KEYS);
    pub const BANK_ACCOUNT_NUM: Field = row("destination.bankAccountNum", TEXT, Optional, "account number; required unless the type is wallet", REQUIRED_KEYS);
    pub const BANK_NAME: Field = row("destination.bankName", TEXT, Optional, "name of the bank; required when the type is bankAccount", REQUIRED_KEYS);
    pub const ADDR: Field = row("destination.addr", TEXT, Optional, "street of the recipient; of a wallet, its address, which is required", REQUIRED_KEYS);
    pub const BANK_ROUTING_NUM: Field = row("destination.bankRoutingNum", TEXT, Optional, "routing number of the bank", METHOD);
    pub const BANK_DETAIL_NAME: Field = row("destination.bankDetailName", TEXT, Optional, "branch of the bank", METHOD);
    pub const BANK_ADDR: Field = row("destination.bankAddr", TEXT, Optional, "address of the bank", METHOD);
    pub const SWIFT: Field = row("destination.swift", TEXT, Optional, "SWIFT code of the bank", METHOD);
    pub const COUNTRY: Field = row("destination.country", TEXT, Optional, "country of the recipient", METHOD);
    pub const STATES: Field = row("destination.states", TEXT, Optional, "state of the recipient, under the key of the examples", STATES_KEY);
    pub const STATE: Field = row("destination.state", TEXT, Optional, "state of the recipient, under the key of the table", METHOD);
    pub const CITY: Field = row("destination.city", TEXT, Optional, "city of the recipient", METHOD);
    pub const POSTAL_CODE: Field = row("destination.postalCode", TEXT, Optional, "postal code of the recipient", METHOD);
    pub const DESCRIPTION: Field = row("description", TEXT, Optional, "description", PAYOUTS);
    pub const PAYOUT_ORDER: Field = row("externalOrderId", TEXT, Optional, "the merchant's own number", PAYOUTS);
    pub const TO_DESTINATION: Field = row("destination", TEXT, Optional, "id of a payment method", PAYOUTS);
    pub const PAYOUT_STATUS: Field = row("status", Value::Word(&["pending", "inTransit", "paid", "failed", "cancelled"]), Optional, "status of the payout", PAYOUTS);

    pub const CHARGE_AMOUNT: Field = row("amount", AMOUNT, Required, "amount in `currency`", CHARGES);
    pub const CHARGE_CURRENCY: Field = row("currency", Value::Word(&["USD", "USDT"]), Required, "settlement currency", CHARGES);
    pub const CHARGE_ORDER: Field = row("externalOrderId", TEXT, Required, "the merchant's own number, which may repeat", CHARGES);
    pub const CB_URL: Field = row("cbUrl", Value::HttpUrl, Required, "address for the webhooks of this charge", CHARGES);
    pub const REDIRECT_URL: Field = row("redirectUrl", Value::Url, Required, "address to which the payer goes afterwards", CHARGES);
    pub const BASE_CURRENCY: Field = row("baseCurrency", Value::Word(&["BTC", "USDT"]), Need::Default("BTC"), "the crypto currency in between", CHARGES);
    pub const QUOTE_CURRENCY: Field = row("quoteCurrency", Value::Word(&["CNY", "USD", "PHP"]), Need::Default("CNY"), "the payer's currency", CHARGES);
    pub const PAYMENT_TYPE: Field = row("paymentType", Value::Word(&["Alipay", "Yunshanfu", "bankAccount", "PayPal", "Coins.ph", "GCash"]), Optional, "CNY: Alipay, Yunshanfu, bankAccount; USD: PayPal, bankAccount; PHP: Coins.ph, GCash. The default is the first", CHARGES);
    pub const CHARGE_PAYER: Field = row("payerName", TEXT, Optional, "name or account of the payer", CHARGES);
    pub const CHARGES_OF: Field = row("externalOrderId", TEXT, Optional, "the merchant's own number", CHARGES);
    pub const CHARGE_STATUS: Field = row("status", Value::Constant("buyerPaid"), Required, "the payer reports the payment", CHARGES);

    pub const TEST_URL: Field = row("cbUrl", Value::HttpUrl, Optional, "address for the event; the default is the account's webhook URL", EVENTS);

    pub const ORDER_SYMBOL: Field = row("symbol", Value::Word(SYMBOLS), Required, "the pair", ORDERS);
    pub const ORDER_SIDE: Field = row("side", Value::Word(&["buy", "sell"]), Required, "from the merchant's point of view", ORDERS);
    pub const ORDER_AMOUNT: Field = row("amount", AMOUNT, Required, "amount in the base currency", ORDERS);
    pub const ORDER_NUMBER: Field = row("externalOrderId", TEXT, Optional, "the merchant's own number", ORDERS);

    const WALLETS: Evidence = Assumed("the page shows one balance and no parameter; an account holds several currencies");
}

pub use parameters::*;

/// The parameters of a call for one object.
pub const BY_ID: &[Field] = &[ID];
pub const BALANCE_SHOW: &[Field] = &[BALANCE_CURRENCY];
pub const TICKER_QUERY: &[Field] = &[SYMBOL, SIDE];
pub const ROWS_LISTED: &[Field] = &[LIMIT, STARTING_AFTER, ENDING_BEFORE, SOURCE, ROW_TYPE, ROW_STATUS];
#[rustfmt::skip]
pub const PAYOUT_CREATE: &[Field] = &[
    PAYOUT_AMOUNT, PAYOUT_CURRENCY, DESTINATION, DESTINATION_TYPE, PAYER_NAME, BANK_ACCOUNT_NUM, BANK_NAME, ADDR, BANK_ROUTING_NUM,
    BANK_DETAIL_NAME, BANK_ADDR, SWIFT, COUNTRY, STATES, STATE, CITY, POSTAL_CODE, DESCRIPTION, PAYOUT_ORDER,
];
pub const PAYOUTS_LISTED: &[Field] = &[LIMIT, STARTING_AFTER, ENDING_BEFORE, TO_DESTINATION, PAYOUT_STATUS];
#[rustfmt::skip]
pub const CHARGE_CREATE: &[Field] = &[
    CHARGE_AMOUNT, CHARGE_CURRENCY, CHARGE_ORDER, CB_URL, REDIRECT_URL, BASE_CURRENCY, QUOTE_CURRENCY, PAYMENT_TYPE, CHARGE_PAYER,
];
pub const CHARGES_LISTED: &[Field] = &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CHARGES_OF];
pub const CHARGE_UPDATE: &[Field] = &[ID, CHARGE_STATUS];
pub const EVENT_TEST: &[Field] = &[TEST_URL];
pub const ORDER_CREATE: &[Field] = &[ORDER_SYMBOL, ORDER_SIDE, ORDER_AMOUNT, ORDER_NUMBER];
/// Of these calls only the name is known.
pub const ORDER_BY_ID: &[Field] = &elsewhere::<{ BY_ID.len() }>(BY_ID, ORDERS);
pub const ORDERS_LISTED: &[Field] = &elsewhere::<3>(&[LIMIT, STARTING_AFTER, ENDING_BEFORE], ORDERS);

/// Every refusal's body.
#[rustfmt::skip]
pub const REFUSAL: &[Field] = &[
    row("type", Value::Word(&["invalid_request_error", "api_error", "authentication_error", "rate_limit_error"]), Required, "error type", ERRORS),
    row("message", TEXT, Required, "what is wrong, in words", ERRORS),
    row("detail", Value::List, Optional, "every parameter that is wrong", DETAILS),
    row("detail[].message", TEXT, Required, "what is wrong with it, in words", DETAIL),
    row("detail[].code", Value::Word(&["missing_field", "invalid"]), Required, "what is wrong with it, as a code", DETAIL),
    row("detail[].field", TEXT, Required, "name of the parameter; a dot separates an object from its member", DETAIL),
];

pub const ACCESS_TOKEN: &[Field] = &[row(
    "accessToken",
    TEXT,
    Required,
    "a JWT signed by HS256, valid for 30 days; the header Playmoney-Hint of the answer contains the secret",
    TOKEN,
)];

#[rustfmt::skip]
pub const ACCOUNT_OBJECT: &[Field] = &[
    row("feeRates", Value::Object, Required, "fees as shares of one", ACCOUNT),
    row("feeRates.payout", Value::Number, Required, "fee of payouts; the setting `payout_fee_rate`", ACCOUNT),
    row("feeRates.pay", Value::Number, Required, "fee of charges", ACCOUNT),
    row("feeRates.withdrawToken", Value::Number, Required, "fee of withdrawals of tokens", ACCOUNT),
    row("feeRates.trade", Value::Number, Required, "fee of orders", ACCOUNT),
    row("limit", Value::Object, Required, "bounds of one transaction", ACCOUNT),
    row("limit.pay", Value::Object, Required, "bounds of a charge", ACCOUNT),
    row("limit.pay.currency", Value::Word(&["USDT"]), Required, "currency of the bounds", DOLLARS),
    row("limit.pay.min", Value::Number, Required, "smallest amount", ACCOUNT),
    row("limit.pay.max", Value::Number, Required, "largest amount", ACCOUNT),
    row("limit.payout", Value::Object, Required, "bounds of a payout", ACCOUNT),
    row("limit.payout.currency", Value::Word(&["USDT"]), Required, "currency of the bound", DOLLARS),
    row("limit.payout.min", Value::Number, Required, "smallest amount", ACCOUNT),
    row("limit.withdrawToken", Value::Object, Required, "bounds of a withdrawal", ACCOUNT),
    row("limit.withdrawToken.currency", Value::Word(&["USDT"]), Required, "currency of the bound", DOLLARS),
    row("limit.withdrawToken.min", Value::Number, Required, "smallest amount", ACCOUNT),
    row("wallets", Value::List, Required, "addresses for deposits", ACCOUNT),
    row("wallets[].currency", Value::Word(&["USDT"]), Required, "currency of the wallet", DOLLARS),
    row("wallets[].addr", TEXT, Required, "the address", ACCOUNT),
];

#[rustfmt::skip]
pub const BALANCE_OBJECT: &[Field] = &[
    row("id", Value::Text { chars_max: 24 }, Required, "id of the balance", BALANCE),
    row("object", Value::Constant("balance"), Required, "type of the object", BALANCE),
    row("currency", CURRENCY, Required, "currency of the balance", BALANCE),
    row("available", Value::Number, Required, "available money", BALANCE),
    row("pending", Value::Number, Required, "money that is not available yet", BALANCE),
];

#[rustfmt::skip]
pub const TICKER_OBJECT: &[Field] = &[
    row("symbol", TEXT, Required, "the pair", TICKER),
    row("timestamp", Value::Integer { min: 0, max: 253_402_300_799_999 }, Required, "time of the price, in milliseconds since 1970", TICKER),
    row("ask", Value::Number, Optional, "price that the merchant pays, if side is ask", TICKER),
    row("bid", Value::Number, Optional, "price that the merchant gets, if side is bid", TICKER),
];

/// `events/test` answers with the event that it sends.
pub const TEST_EVENT: &[Field] = &elsewhere::<{ CHARGE_EVENT.len() }>(CHARGE_EVENT, UNSHOWN);

#[rustfmt::skip]
pub const EVENT_HEADERS: &[Field] = &[
    row("Content-Type", Value::Constant("application/json"), Required, "JSON", HEADERS),
    row("QbitPay-Signature", Value::Text { chars_max: 32 }, Required, "MD5 in capital hexadecimal", HEADERS),
];
