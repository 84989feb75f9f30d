//! Bodies and queries, once they are known to be good.
//!
//! The sheet of the kit cannot collect the faults: a price may be a number or a text, `data` a text or an object, and `null`
//! is absent while an empty text is not. A row cannot express that.

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::rows::{CALLBACK_CHARS_MAX, DATA_CHARS_MAX, NAME_CHARS_MAX, PER_DEFAULT, PER_MAX, PRICE_MAX};
use crate::engine::tables::Row;
use crate::engine::tables::settings::webhook_url;
use crate::kit::http::{Request, form_pairs};
use crate::kit::json::{Members, Writing, rewritten};
use crate::kit::money;
use crate::providers::quoine::decisions::{
    ABSENT_TEXTS, DATA_FORMS, MEDIA_TYPE, PAGE_SIZE, PRICE_FORMS, PRICE_PRECISION, PRICE_TEXTS, REPEATED_QUERY_PARAMETER, UNKNOWN_MEMBERS,
    UNREADABLE_BODY,
};
use crate::providers::quoine::errors::{Error, Fault, Faults};
use crate::providers::quoine::model::{Attached, satoshi};

/// The members of a JSON body; any other body is refused.
fn members(request: &Request) -> Result<Members<'_>, Error> {
    if request.media_type() != "application/json" {
        return Err(Error::NotJson(MEDIA_TYPE));
    }
    Members::parse(&request.body).ok_or(Error::NotJson(UNREADABLE_BODY))
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
    /// What accepting it rests on beside the page.
    pub rests_on: Vec<Row>,
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
                let rests_on = accepted(&members);
                Ok(Self { price, satoshi, name: name.map(String::into_boxed_str), attached, rests_on })
            }
            _ => Err(Error::Fields(faults)),
        }
    }
}

/// What accepting these members rests on beside the page.
fn accepted(members: &Members<'_>) -> Vec<Row> {
    let raw = |name: &str| member(members, name).map_or("", RawValue::get);
    let price = raw("price");
    let is_plain = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit()))
    };
    let is_text = price.starts_with('"');
    let accepted = [
        (PRICE_TEXTS, is_text && !is_plain(price.trim_matches('"'))),
        (PRICE_PRECISION, !is_text && price.contains(['.', 'e', 'E'])),
        (PRICE_FORMS, !is_text),
        (DATA_FORMS, raw("data").starts_with('{')),
        (UNKNOWN_MEMBERS, members.0.iter().any(|it| !["price", "name", "data"].contains(&&*it.0))),
        (ABSENT_TEXTS, raw("name").is_empty() || raw("data").is_empty()),
    ];
    accepted.into_iter().filter(|it| it.1).map(|it| it.0).collect()
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

    /// What reading it rests on beside the page.
    pub fn rests_on(self, request: &Request) -> impl Iterator<Item = Row> {
        let sent = form_pairs(request.query.as_bytes());
        let asked = |name: &str| sent.iter().filter(|it| it.0 == name).count();
        let is_as_asked = |name: &str, number: u64| request.query_parameter(name).is_some_and(|it| it == number.to_string());
        let is_documented = is_as_asked("per", self.per) && (asked("page") == 0 || is_as_asked("page", self.number));
        let is_repeated = 1 < asked("page") || 1 < asked("per");
        [(PAGE_SIZE, !is_documented), (REPEATED_QUERY_PARAMETER, is_repeated)].into_iter().filter(|it| it.1).map(|it| it.0)
    }

    /// The number of invoices on the pages before it.
    pub const fn start(self) -> u64 {
        (self.number - 1).saturating_mul(self.per)
    }
}
