//! Bodies and queries, once they are known to be good.
//!
//! The sheet of the kit cannot collect the faults: a price may be a number or a text, `data` a text or an object, and `null`
//! is absent while an empty text is not. A row cannot express that.

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::rows::{CALLBACK_CHARS_MAX, DATA_CHARS_MAX, NAME_CHARS_MAX, PER_DEFAULT, PER_MAX, PRICE_MAX};
use crate::engine::tables::settings::webhook_url;
use crate::kit::http::Request;
use crate::kit::json::{Members, Writing, rewritten};
use crate::kit::money;
use crate::providers::quoine::errors::{Error, Fault, Faults};
use crate::providers::quoine::model::{Attached, satoshi};

/// The members of a JSON body; any other body is refused.
fn members(request: &Request) -> Result<Members<'_>, Error> {
    let is_json = request.media_type() == "application/json";
    Members::parse(&request.body).filter(|_| is_json).ok_or(Error::NotJson)
}

/// The member with this name; `null` counts as not sent.
fn member<'a>(members: &Members<'a>, name: &str) -> Option<&'a RawValue> {
    members.get(name).filter(|it| it.get() != "null")
}

fn text(raw: &RawValue, chars_max: usize) -> Result<String, Fault> {
    let text: String = serde_json::from_str(raw.get()).map_err(|_| Fault::Invalid)?;
    if text.chars().count() > chars_max { Err(Fault::TooLong(chars_max)) } else { Ok(text) }
}

/// The body of `POST /invoices`.
#[derive(Clone, Debug, PartialEq)]
pub struct NewInvoice {
    pub price: Decimal,
    pub satoshi: i64,
    pub name: Option<Box<str>>,
    pub attached: Option<Attached>,
}

impl NewInvoice {
    /// Names what is wrong with each parameter, in the order of the documentation.
    pub fn parse(request: &Request, rate: Decimal) -> Result<Self, Error> {
        let members = members(request)?;
        let mut faults = Faults::new();
        let mut or_fault = |name: &'static str, fault: Fault| faults.push((name, fault));
        let price = price(member(&members, "price"), rate);
        let price = price.map_err(|it| or_fault("price", it)).ok();
        let name = member(&members, "name").map(|it| text(it, NAME_CHARS_MAX)).transpose();
        let name = name.map_err(|it| or_fault("name", it)).ok();
        let attached = member(&members, "data").map(parse_data).transpose();
        let attached = attached.map_err(|it| or_fault("data", it)).ok();
        match (price, name, attached) {
            (Some((price, satoshi)), Some(name), Some(attached)) => {
                Ok(Self { price, satoshi, name: name.map(String::into_boxed_str), attached })
            }
            _ => Err(Error::Fields(faults)),
        }
    }
}

/// A number, or a number as text, and its value in satoshi.
fn price(raw: Option<&RawValue>, rate: Decimal) -> Result<(Decimal, i64), Fault> {
    let raw = raw.ok_or(Fault::Blank)?.get();
    let price = if raw.starts_with('"') {
        let written: String = serde_json::from_str(raw).map_err(|_| Fault::NotANumber)?;
        let written = written.trim();
        if written.is_empty() {
            return Err(Fault::Blank);
        }
        money::parse(written)
    } else {
        money::by_float(raw)
    };
    let price = price.ok_or(Fault::NotANumber)?;
    if price <= Decimal::ZERO {
        return Err(Fault::NotPositive);
    }
    if Decimal::from(PRICE_MAX) < price {
        return Err(Fault::TooLarge(PRICE_MAX));
    }
    let satoshi = satoshi(price, rate).filter(|it| 0 < *it).ok_or(Fault::TooSmall)?;
    Ok((price, satoshi))
}

fn parse_data(raw: &RawValue) -> Result<Attached, Fault> {
    if !raw.get().starts_with('{') {
        return text(raw, DATA_CHARS_MAX).map(|it| Attached::Text(it.into()));
    }
    let object = rewritten(raw.get().as_bytes(), Writing::Minified).ok_or(Fault::Invalid)?;
    if object.chars().count() > DATA_CHARS_MAX { Err(Fault::TooLong(DATA_CHARS_MAX)) } else { Ok(Attached::Object(object.into())) }
}

/// The body of `POST /payments_callback_url`: the address of callbacks.
pub fn callback_url(request: &Request) -> Result<String, Error> {
    let members = members(request)?;
    let wrong = |fault| Error::Fields(vec![("callback", fault)]);
    let raw = member(&members, "callback").ok_or_else(|| wrong(Fault::Blank))?;
    let url = text(raw, CALLBACK_CHARS_MAX).map_err(wrong)?;
    if url.trim().is_empty() {
        return Err(wrong(Fault::Blank));
    }
    // The signature takes the header in which a user name would be sent.
    let target = webhook_url(&url).ok().filter(|it| it.basic.is_none());
    target.ok_or_else(|| wrong(Fault::Invalid))?;
    Ok(url)
}

/// The page of a list. No value of its parameters is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub number: u64,
    pub per: u64,
}

impl Page {
    /// An impossible value counts as not sent.
    pub fn parse(request: &Request) -> Self {
        let asked = |name: &str| request.query_parameter(name).and_then(|it| it.parse().ok()).filter(|it| 0 < *it);
        Self { number: asked("page").unwrap_or(1), per: asked("per").unwrap_or(PER_DEFAULT).min(PER_MAX) }
    }

    /// The number of invoices on the pages before it.
    pub const fn start(self) -> u64 {
        (self.number - 1).saturating_mul(self.per)
    }
}
