//! The documentation's table of callbacks.

use crate::engine::tables::EventRow;
use crate::kit::evidence::Evidence::{self, Documented};
use crate::providers::quoine::wire::{EVENT_BODY, EVENT_HEADERS};

/// An event has the name of the `invoice_status` that caused it, or `captured`.
pub const DETECTED: &str = "payment_detected";
pub const CONFIRMED: &str = "payment_confirmed";
pub const EXPIRED: &str = "payment_expired";
pub const CAPTURED: &str = "captured";

const SIGNATURE: &str = "Authorization: APIAuth, the user id, a colon and the base64 HMAC-SHA1, under the merchant's own secret as it is written, of Content-Type, Content-MD5, path and query of the callback address, Date and NONCE, joined by commas";
const CHANGES: Evidence =
    Documented("API Reference, Update Notification URL: every time the invoice status is updated; that creation sends none is assumed");

/// The statuses that an invoice can have in an event.
type Only = &'static [(&'static str, &'static [&'static str])];

const fn event(name: &'static str, when: &'static str, only: Only, example: &'static str, evidence: Evidence) -> EventRow {
    EventRow { name, when, headers: EVENT_HEADERS, body: EVENT_BODY, only, signature: SIGNATURE, example, evidence }
}

macro_rules! example {
    ($system:literal, $invoice:literal, $balance:literal, $paid:literal) => {
        concat!(
            r#"{"invoice":{"id":1,"system_status":""#, $system, r#"","invoice_status":""#, $invoice,
            r#"","user_id":2,"sub_account_id":1,"bitcoin_address":"1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","name":"invoice name","data":"any data","price":"500.0","btc_price":0.5,"btc_balance":"#, $balance,
            r#","currency":"USD","qrcode_address_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","qrcode_protocol_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=bitcoin:1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo?amount=0.5","paid_at":"#, $paid,
            r#","created_at":"2014-08-08T19:40:12.855+09:00","updated_at":"2014-08-08T19:40:12.855+09:00","expired_at":"2014-08-08T20:10:12.855+09:00"}}"#
        )
    };
}

#[rustfmt::skip]
pub const EVENTS: &[EventRow] = &[
    event(DETECTED, "the full payment has been seen", &[("invoice.invoice_status", &[DETECTED]), ("invoice.system_status", &["unconfirmed"])], example!("unconfirmed", "payment_detected", "0.5", "\"2014-08-08T19:50:12.855+09:00\""), CHANGES),
    event(CONFIRMED, "the full payment is confirmed", &[("invoice.invoice_status", &[CONFIRMED]), ("invoice.system_status", &["confirmed"])], example!("confirmed", "payment_confirmed", "0.5", "\"2014-08-08T19:50:12.855+09:00\""), CHANGES),
    event(EXPIRED, "30 minutes have passed without the full payment, or 3 hours without its confirmation", &[("invoice.invoice_status", &[EXPIRED]), ("invoice.system_status", &["expired", "invalid"])], example!("expired", "payment_expired", "0", "null"), CHANGES),
    event(CAPTURED, "the bitcoins are converted and the merchant is credited; the notice says `complete`, and the invoice becomes complete once a receiver accepts the notice", &[("invoice.invoice_status", &[CONFIRMED]), ("invoice.system_status", &["complete"])], example!("complete", "payment_confirmed", "0.5", "\"2014-08-08T19:50:12.855+09:00\""), Documented("API Reference, Update Notification URL, data posted to the callback, and system_status `complete`; that the notice comes before the status is assumed")),
];
