//! The fields of every object: alone, in a list, in an event.

pub use Need::{Optional, Required};

use super::{BASE_CURRENCY, CHARGE_CURRENCY, QUOTE_CURRENCY};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::fields::{Field, Kind as Value, Need, TEXT};
use crate::providers::qbitpay::model::{CODES, SYMBOLS};

const CHARGE: Evidence = Documented("API reference, Charges: the charge object and its example");
const PAYMENT: Evidence = Documented("API reference, Charges: the charge object and its example; Payment methods: the object");
const PAYOUT: Evidence = Documented("API reference, Payouts: the payout object and its example");
const METHOD: Evidence = Documented("API reference, Payment methods: its fields; that it is there with those types alone is assumed");
const SAME: Evidence =
    Documented("API reference, Payouts: the payout object and its example; that the same details have the same id is assumed");
const LABEL: Evidence = Documented("API reference, Charges and Payouts: the examples; the labels of the other types are assumed");
const ROW: Evidence = Documented("API reference, Balance transactions: the object and its example");
const EVENT: Evidence = Documented("API reference, Webhooks: the event object");
const EVENT_ID: Evidence = Documented("API reference, Webhooks: the event object; that every attempt has the same one is assumed");
const SNAPSHOT: Evidence = Documented("API reference, Webhooks: the event object; that it is the object as it was at the event is assumed");
const LIST: Evidence = Documented("API reference, Pagination: response");
const ORDER: Evidence = Assumed("the page on orders is named in the reference and was never published");
const DEPOSIT: Evidence = Assumed("the deposit's notification is documented in Quickstart, its name and object are not");

pub const CURRENCY: Value = Value::Word(CODES);
const STATES: Value = Value::Word(&["pending", "buyerPaid", "sellerConfirmed", "closed", "cancelled", "dispute"]);
const PROGRESS: Value = Value::Word(&["pending", "inTransit", "paid", "failed", "cancelled"]);
const CAUSES: Value = Value::Word(&["charge", "payout", "payout_cancel", "payout_failure", "order", "deposit"]);
const CHARGED: Value = Value::Word(&["Alipay", "Yunshanfu", "bankAccount", "PayPal", "Coins.ph", "GCash"]);
const PAID_OUT: Value = Value::Word(&["bankAccount", "wallet", "Alipay", "PayPal", "Coins.ph", "GCash"]);
const CODE: Value = Value::Text { chars_max: 13 };
const OID: Value = Value::Text { chars_max: 24 };

pub const fn row(name: &'static str, kind: Value, need: Need, meaning: &'static str, evidence: Evidence) -> Field {
    Field { name, kind, need, meaning, evidence }
}

/// The same fields at a place that is known less well.
pub const fn elsewhere<const N: usize>(fields: &[Field], evidence: Evidence) -> [Field; N] {
    let mut all = [fields[0]; N];
    let mut place = 0;
    while place < N {
        all[place] = Field { evidence, ..fields[place] };
        place += 1;
    }
    all
}

macro_rules! charge {
    ($prefix:literal $(, $first:expr)*) => { &[
        $($first,)*
        row(concat!($prefix, "id"), CODE, Required, "id of the charge", CHARGE),
        row(concat!($prefix, "object"), Value::Constant("charge"), Required, "type of the object", CHARGE),
        row(concat!($prefix, "createdAt"), Value::Time, Required, "time of creation, UTC", CHARGE),
        row(concat!($prefix, "paid"), Value::Flag, Required, "whether the payment has been received", CHARGE),
        row(concat!($prefix, "status"), STATES, Required, "status of the charge", CHARGE),
        row(concat!($prefix, "amount"), Value::Number, Required, "amount in `currency`", CHARGE),
        row(concat!($prefix, "totalCost"), Value::Number, Required, "amount that the payer pays, in `quoteCurrency`", CHARGE),
        row(concat!($prefix, "price"), Value::Number, Required, "price of one `baseCurrency` in `quoteCurrency`", CHARGE),
        row(concat!($prefix, "fee"), Value::Number, Required, "fee in `currency`", CHARGE),
        row(concat!($prefix, "baseAmount"), Value::Number, Required, "amount in `baseCurrency`", CHARGE),
        row(concat!($prefix, "currency"), CHARGE_CURRENCY.kind, Required, "settlement currency", CHARGE),
        row(concat!($prefix, "quoteCurrency"), QUOTE_CURRENCY.kind, Required, "the payer's currency", CHARGE),
        row(concat!($prefix, "baseCurrency"), BASE_CURRENCY.kind, Required, "the crypto currency in between", CHARGE),
        row(concat!($prefix, "payerName"), TEXT, Optional, "name or account of the payer, if one was sent", CHARGE),
        row(concat!($prefix, "externalOrderId"), TEXT, Required, "the merchant's own number", CHARGE),
        row(concat!($prefix, "paymentPageUrl"), Value::Url, Required, "address of the payment page", CHARGE),
        row(concat!($prefix, "cbUrl"), Value::HttpUrl, Required, "address for its webhooks", CHARGE),
        row(concat!($prefix, "redirectUrl"), Value::Url, Required, "address to which the payer goes afterwards", CHARGE),
        row(concat!($prefix, "paymentMethod"), Value::Object, Required, "payment method of the payer", CHARGE),
        row(concat!($prefix, "paymentMethod.object"), Value::Constant("paymentMethod"), Required, "type of the object", PAYMENT),
        row(concat!($prefix, "paymentMethod.alipayQRCodeUrl"), Value::Url, Optional, "text of the QR code, with Alipay", METHOD),
        row(concat!($prefix, "paymentMethod.qrCodeImgUrl"), Value::Url, Optional, "address of the QR image, with PayPal and Yunshanfu", METHOD),
        row(concat!($prefix, "paymentMethod.bankName"), TEXT, Optional, "name of the bank, with bankAccount", METHOD),
        row(concat!($prefix, "paymentMethod.bankAccountNum"), TEXT, Optional, "account number, with bankAccount, Coins.ph and GCash", METHOD),
        row(concat!($prefix, "paymentMethod.type"), CHARGED, Required, "type of the payment method", PAYMENT),
        row(concat!($prefix, "paymentMethod.currency"), QUOTE_CURRENCY.kind, Required, "currency of the payment method", PAYMENT),
        row(concat!($prefix, "paymentMethod.status"), Value::Constant("active"), Required, "status of the payment method", PAYMENT),
        row(concat!($prefix, "paymentMethod.typeLabel"), Value::Object, Required, "label of the type", LABEL),
        row(concat!($prefix, "paymentMethod.typeLabel.en"), TEXT, Required, "in English", LABEL),
        row(concat!($prefix, "paymentMethod.typeLabel.zh"), TEXT, Required, "in Chinese", LABEL),
        row(concat!($prefix, "expiresAt"), Value::Time, Required, "time when an unpaid charge expires, UTC", CHARGE),
    ] };
}

macro_rules! payout {
    ($prefix:literal $(, $first:expr)*) => { &[
        $($first,)*
        row(concat!($prefix, "id"), OID, Required, "id of the payout", PAYOUT),
        row(concat!($prefix, "object"), Value::Constant("payout"), Required, "type of the object", PAYOUT),
        row(concat!($prefix, "createdAt"), Value::Time, Required, "time of creation, UTC", PAYOUT),
        row(concat!($prefix, "amount"), Value::Number, Required, "amount that the recipient gets", PAYOUT),
        row(concat!($prefix, "fee"), Value::Number, Required, "fee of the payout", PAYOUT),
        row(concat!($prefix, "currency"), CURRENCY, Required, "currency that the recipient gets", PAYOUT),
        row(concat!($prefix, "description"), TEXT, Optional, "description, if one was sent", PAYOUT),
        row(concat!($prefix, "status"), PROGRESS, Required, "status of the payout", PAYOUT),
        row(concat!($prefix, "type"), PAID_OUT, Required, "type of the destination", PAYOUT),
        row(concat!($prefix, "arrivalDate"), Value::Time, Required, "time of payment; until then, the expected time", PAYOUT),
        row(concat!($prefix, "externalOrderId"), TEXT, Optional, "the merchant's own number, if one was sent", PAYOUT),
        row(concat!($prefix, "destination"), Value::Object, Required, "payment method of the recipient", PAYOUT),
        row(concat!($prefix, "destination.id"), OID, Required, "id of the payment method; the same details have the same id", SAME),
        row(concat!($prefix, "destination.object"), PAID_OUT, Required, "the type once more", PAYOUT),
        row(concat!($prefix, "destination.payerName"), TEXT, Required, "name of the account's holder", PAYOUT),
        row(concat!($prefix, "destination.bankAccountNum"), TEXT, Optional, "account number, of a bank or an e-wallet", METHOD),
        row(concat!($prefix, "destination.bankRoutingNum"), TEXT, Optional, "routing number of the bank", METHOD),
        row(concat!($prefix, "destination.bankName"), TEXT, Optional, "name of the bank", METHOD),
        row(concat!($prefix, "destination.bankDetailName"), TEXT, Optional, "branch of the bank", METHOD),
        row(concat!($prefix, "destination.bankAddr"), TEXT, Optional, "address of the bank", METHOD),
        row(concat!($prefix, "destination.swift"), TEXT, Optional, "SWIFT code of the bank", METHOD),
        row(concat!($prefix, "destination.country"), TEXT, Optional, "country of the recipient", METHOD),
        row(concat!($prefix, "destination.states"), TEXT, Optional, "state of the recipient, under the key of the examples", PAYOUT),
        row(concat!($prefix, "destination.state"), TEXT, Optional, "state of the recipient, under the key of the table", METHOD),
        row(concat!($prefix, "destination.city"), TEXT, Optional, "city of the recipient", METHOD),
        row(concat!($prefix, "destination.postalCode"), TEXT, Optional, "postal code of the recipient", METHOD),
        row(concat!($prefix, "destination.addr"), TEXT, Optional, "street of the recipient; of a wallet, its address", METHOD),
        row(concat!($prefix, "destination.type"), PAID_OUT, Required, "type of the payment method", PAYOUT),
        row(concat!($prefix, "destination.typeLabel"), Value::Object, Required, "label of the type", LABEL),
        row(concat!($prefix, "destination.typeLabel.en"), TEXT, Required, "in English", LABEL),
        row(concat!($prefix, "destination.typeLabel.zh"), TEXT, Required, "in Chinese", LABEL),
    ] };
}

macro_rules! transaction {
    ($prefix:literal $(, $first:expr)*) => { &[
        $($first,)*
        row(concat!($prefix, "id"), OID, Required, "id of the row", ROW),
        row(concat!($prefix, "object"), Value::Constant("balanceTransaction"), Required, "type of the object", ROW),
        row(concat!($prefix, "currency"), CURRENCY, Required, "currency of the balance", ROW),
        row(concat!($prefix, "amount"), Value::Number, Required, "amount, negative when money leaves", ROW),
        row(concat!($prefix, "availableOn"), Value::Time, Optional, "time when the money becomes available, once it is known", ROW),
        row(concat!($prefix, "createdAt"), Value::Time, Required, "time of creation, UTC", ROW),
        row(concat!($prefix, "type"), CAUSES, Required, "why the balance changed; order and deposit are assumed", ROW),
        row(concat!($prefix, "source"), TEXT, Required, "id of the object that caused it", ROW),
        row(concat!($prefix, "status"), Value::Word(&["pending", "available"]), Required, "whether the money is available", ROW),
        row(concat!($prefix, "description"), TEXT, Optional, "description of the payout that caused it", ROW),
        row(concat!($prefix, "fee"), Value::Number, Required, "fee", ROW),
        row(concat!($prefix, "net"), Value::Number, Required, "change of the balance: amount minus fee", ROW),
    ] };
}

macro_rules! order {
    ($prefix:literal $(, $first:expr)*) => { &[
        $($first,)*
        row(concat!($prefix, "id"), OID, Required, "id of the order", ORDER),
        row(concat!($prefix, "object"), Value::Constant("order"), Required, "type of the object", ORDER),
        row(concat!($prefix, "createdAt"), Value::Time, Required, "time of creation, UTC", ORDER),
        row(concat!($prefix, "symbol"), Value::Word(SYMBOLS), Required, "the pair", ORDER),
        row(concat!($prefix, "side"), Value::Word(&["buy", "sell"]), Required, "from the merchant's point of view", ORDER),
        row(concat!($prefix, "status"), Value::Constant("closed"), Required, "an order is executed at once", ORDER),
        row(concat!($prefix, "baseCurrency"), CURRENCY, Required, "currency that is bought or sold", ORDER),
        row(concat!($prefix, "quoteCurrency"), CURRENCY, Required, "currency of the price", ORDER),
        row(concat!($prefix, "baseAmount"), Value::Number, Required, "amount in `baseCurrency`", ORDER),
        row(concat!($prefix, "price"), Value::Number, Required, "price of one `baseCurrency` in `quoteCurrency`", ORDER),
        row(concat!($prefix, "totalCost"), Value::Number, Required, "amount in `quoteCurrency`", ORDER),
        row(concat!($prefix, "fee"), Value::Number, Required, "fee in `quoteCurrency`", ORDER),
        row(concat!($prefix, "externalOrderId"), TEXT, Optional, "the merchant's own number, if one was sent", ORDER),
    ] };
}

macro_rules! list {
    ($object:ident, $url:literal) => {
        $object!(
            "data[].",
            row("object", Value::Constant("list"), Required, "type of the object", LIST),
            row("url", Value::Constant($url), Required, "path of the list; an identifier, not a link", LIST),
            row("data", Value::List, Required, "items of the page, newest first", LIST)
        )
    };
}

macro_rules! event {
    ($object:ident, $types:expr, $evidence:expr) => {
        $object!(
            "data.",
            row("id", CODE, Required, "id of the event, the same on every attempt", EVENT_ID),
            row("type", Value::Word($types), Required, "event type", $evidence),
            row("createdAt", Value::Time, Required, "time of the event, UTC", EVENT),
            row("object", Value::Constant("event"), Required, "type of the object", EVENT),
            row(
                "pendingWebhooks",
                Value::Integer { min: 0, max: 1_000_000 },
                Required,
                "number of attempts so far that were not accepted",
                COUNTED
            ),
            row("livemode", Value::Flag, Required, "whether the event is from production; false in test events", EVENT),
            row("data", Value::Object, Required, "the object as it was at the event", SNAPSHOT)
        )
    };
}
const COUNTED: Evidence = Documented(
    "API reference, Webhooks: the event object, the number of webhooks that were not pushed; that it counts attempts is a reading",
);

macro_rules! deposit {
    ($prefix:literal $(, $first:expr)*) => { &[
        $($first,)*
        row(concat!($prefix, "id"), OID, Required, "id of the deposit", DEPOSIT),
        row(concat!($prefix, "object"), Value::Constant("deposit"), Required, "type of the object", DEPOSIT),
        row(concat!($prefix, "createdAt"), Value::Time, Required, "time when it was seen, UTC", DEPOSIT),
        row(concat!($prefix, "amount"), Value::Number, Required, "amount", DEPOSIT),
        row(concat!($prefix, "currency"), CURRENCY, Required, "currency", DEPOSIT),
        row(concat!($prefix, "addr"), TEXT, Optional, "address of the wallet, if the currency has one", DEPOSIT),
        row(concat!($prefix, "confirmations"), Value::Integer { min: 0, max: 1_000 }, Required, "confirmations of the transfer", DEPOSIT),
    ] };
}

pub const CHARGE_OBJECT: &[Field] = charge!("");
pub const CHARGE_LIST: &[Field] = list!(charge, "/api/v1/charges");
pub const PAYOUT_OBJECT: &[Field] = payout!("");
pub const PAYOUT_LIST: &[Field] = list!(payout, "/api/v1/payouts");
pub const ROW_OBJECT: &[Field] = transaction!("");
pub const ROW_LIST: &[Field] = list!(transaction, "/api/v1/balanceTransactions");
pub const ORDER_OBJECT: &[Field] = order!("");
pub const ORDER_LIST: &[Field] = &elsewhere::<{ ORDERS.len() }>(ORDERS, ORDER);
const ORDERS: &[Field] = list!(order, "/api/v1/orders");

pub const CHARGE_EVENT: &[Field] = event!(
    charge,
    &["charge.succeeded", "charge.expired", "charge.failed", "charge.dispute.created", "charge.dispute.closed"],
    Documented("API reference, Charges: event types")
);
pub const PAYOUT_EVENT: &[Field] = event!(
    payout,
    &["payout.pending", "payout.inTransition", "payout.paid", "payout.failed", "payout.cancelled"],
    Documented("API reference, Payouts: event types")
);
pub const DEPOSIT_EVENT: &[Field] = event!(deposit, &["deposit.succeeded"], DEPOSIT);
