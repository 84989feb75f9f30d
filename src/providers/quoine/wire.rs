//! Typed requests in, objects out: every field name and number format, and the signature of both directions.

mod apiauth;
mod invoices;
mod profile;
mod requests;
mod rows;

pub use apiauth::*;
pub use invoices::*;
pub use profile::*;
pub use requests::*;
pub use rows::*;
use rust_decimal::Decimal;

use super::model::BTC_DECIMALS;
pub use super::model::{NONCE_CHARS, is_nonce};
use crate::kit::money::Number;
use crate::kit::time::{Timestamp, millis_with_offset};

/// Japan keeps one offset all year.
pub const JAPAN_HOURS: i8 = 9;

/// `2014-08-08T19:40:12.855+09:00`.
pub fn time(at: Timestamp) -> String {
    millis_with_offset(at, JAPAN_HOURS)
}

/// An amount of bitcoins, as a number.
pub fn btc(satoshi: i64) -> Number {
    Number::of_minor(satoshi, BTC_DECIMALS)
}

/// A price as a decimal column of the framework behind the API prints it: `500.0`, `12.345`.
pub fn price(price: Decimal) -> String {
    let text = price.normalize().to_string();
    if text.contains('.') { text } else { text + ".0" }
}
