//! Forms, once they are known to be good.

use rust_decimal::Decimal;

use super::rows::{ORDER_ID_CHARS_MAX, TEXT_CHARS_MAX};
use crate::engine::tables::Row;
use crate::kit::fields::Field;
use crate::kit::fields::is_http_url;
use crate::kit::form::Form;
use crate::kit::money;
use crate::kit::time::{Duration, Timestamp, parse_plain_utc};
use crate::providers::quantapay::decisions::{
    CODES_ACCEPTED, COINS_OFFERED, HALF_A_SIGNATURE, PRICE_BOUNDS, REPEATED_FIELDS, TRUE_AND_FALSE, UNKNOWN_FIELDS, VALUE_BOUNDS,
};
use crate::providers::quantapay::errors::Error;
use crate::providers::quantapay::model::{COIN_DECIMALS_MAX, Coin, Fiat, PRICE_DECIMALS, PRICE_MAX, Status, Texts, coins_max};

/// Fields of the signature.
pub const SIGNATURE: &str = "signature";
pub const TIMESTAMP: &str = "timestamp";

/// What a checkout signs: the characters as they were posted.
#[derive(Clone, Copy, Debug)]
pub struct SignedText<'a>([&'a str; 4]);

impl<'a> SignedText<'a> {
    /// Reads a form; a missing field counts as empty.
    pub fn of(form: &'a Form) -> Self {
        Self(["price", "currency", "order_id", TIMESTAMP].map(|it| form.get(it).unwrap_or("")))
    }

    /// `{price}|{currency}|{order_id}|{timestamp}`.
    pub fn canonical(self) -> String {
        self.0.join("|")
    }
}

/// What reading a form with these fields rests on.
pub fn readings<'a>(form: &'a Form, rows: &'a [Field]) -> impl Iterator<Item = Row> + 'a {
    let is_known = |name: &str| ["function", "api-key"].contains(&name) || rows.iter().any(|it| it.name == name);
    let is_repeated = |place: usize, name: &str| form.0[..place].iter().any(|it| it.0 == name);
    let found = [
        (REPEATED_FIELDS, form.0.iter().enumerate().any(|(place, it)| is_repeated(place, &it.0))),
        (TRUE_AND_FALSE, form.0.iter().any(|it| ["true", "false"].contains(&it.1.as_str()))),
        (UNKNOWN_FIELDS, form.0.iter().any(|it| !is_known(&it.0))),
    ];
    found.into_iter().filter(|it| it.1).map(|it| it.0)
}

/// Refuses a form without one of these fields; an empty field is enough.
pub fn require(form: &Form, names: &[&'static str]) -> Result<(), Error> {
    names.iter().find(|it| form.get(it).is_none()).map_or(Ok(()), |it| Err(Error::Missing(it, None)))
}

/// An optional text; an empty text counts as absent.
fn text<'a>(form: &'a Form, name: &'static str, chars_max: usize) -> Result<Option<&'a str>, Error> {
    match form.get(name).filter(|it| !it.is_empty()) {
        Some(it) if it.chars().count() > chars_max => Err(Error::Invalid(name, "is too long", VALUE_BOUNDS)),
        it => Ok(it),
    }
}

/// A number above zero in plain digits, with or without a point, that is exact within these bounds.
pub fn amount(written: &str, decimals_max: u32, max: Decimal) -> Option<Decimal> {
    let plain = written.bytes().all(|it| it.is_ascii_digit() || it == b'.') && written.starts_with(|it: char| it.is_ascii_digit());
    let exact = money::parse(written).filter(|_| plain && !written.ends_with('.'))?;
    (Decimal::ZERO < exact && exact <= max && exact.normalize().scale() <= decimals_max).then_some(exact)
}

fn price(form: &Form, name: &'static str) -> Result<Decimal, Error> {
    let written = form.get(name).unwrap_or("");
    let wants = "is a number above zero, of 15 digits and 8 decimals at most";
    let price =
        amount(written, PRICE_DECIMALS, Decimal::from(PRICE_MAX) + Decimal::ONE).filter(|it| it.trunc() <= Decimal::from(PRICE_MAX));
    price.filter(|it| it.scale() <= PRICE_DECIMALS).ok_or(Error::Invalid(name, wants, PRICE_BOUNDS))
}

/// The currency of a field.
pub fn fiat(form: &Form, name: &'static str) -> Result<Fiat, Error> {
    form.get(name).and_then(Fiat::of).ok_or(Error::Invalid(name, "is a currency code, as USD", CODES_ACCEPTED))
}

/// The coin of a field.
pub fn coin(form: &Form, name: &'static str) -> Result<Coin, Error> {
    form.get(name).and_then(Coin::of).ok_or(Error::Invalid(name, "is a coin, as btc", COINS_OFFERED))
}

/// The texts that are shown, kept and returned with a payment.
fn texts(form: &Form) -> Result<Texts, Error> {
    let get = |name| text(form, name, TEXT_CHARS_MAX).map(|it| it.unwrap_or("").into());
    let redirect = form.get("redirect").unwrap_or("");
    if !redirect.is_empty() && !is_http_url(redirect) {
        return Err(Error::Invalid("redirect", "is an http or https address", VALUE_BOUNDS));
    }
    let (title, description, note) = (get("title")?, get("description")?, get("note")?);
    Ok(Texts { title, description, note, redirect: redirect.into(), vat: get("vat")?, billing: get("billing")?, ..Texts::default() })
}

/// The parameters of `create-checkout-session` and of the payment page.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSession {
    pub price: Decimal,
    pub fiat: Fiat,
    pub reference: Option<Box<str>>,
    pub texts: Option<Box<Texts>>,
}

impl NewSession {
    /// Refuses in the order in which the documentation lists the fields; missing ones first.
    pub fn parse(form: &Form) -> Result<Self, Error> {
        require(form, &["price", "currency"])?;
        match (form.get(SIGNATURE), form.get(TIMESTAMP)) {
            (Some(_), None) => return Err(Error::Missing(TIMESTAMP, Some(HALF_A_SIGNATURE))),
            (None, Some(_)) => return Err(Error::Missing(SIGNATURE, Some(HALF_A_SIGNATURE))),
            (None, None) | (Some(_), Some(_)) => {}
        }
        Self::of(form, "order_id")
    }

    /// The same without a signature; `reference` is the field of the merchant's reference.
    pub fn of(form: &Form, reference: &'static str) -> Result<Self, Error> {
        let price = price(form, "price")?;
        let fiat = fiat(form, "currency")?;
        let reference = text(form, reference, ORDER_ID_CHARS_MAX)?.map(Into::into);
        let texts = Texts { vat: Box::default(), billing: Box::default(), ..texts(form)? };
        Ok(Self { price, fiat, reference, texts: texts.boxed() })
    }
}

/// An amount, and what it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    Fiat(Decimal, Fiat),
    Coins(Decimal),
}

/// The parameters of `create-transaction`.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTransaction {
    pub amount: Amount,
    pub coin: Coin,
    pub reference: Option<Box<str>>,
    pub checkout: Option<String>,
    pub kind: u8,
    pub texts: Option<Box<Texts>>,
}

impl NewTransaction {
    /// Refuses in the order in which the fields are listed; missing ones first.
    pub fn parse(form: &Form) -> Result<Self, Error> {
        require(form, &["amount", "cryptocurrency_code"])?;
        let code = form.get("currency_code").filter(|it| !it.is_empty());
        let amount = if code.is_some_and(|it| it.eq_ignore_ascii_case("crypto")) {
            let coins = amount(form.get("amount").unwrap_or(""), COIN_DECIMALS_MAX, coins_max());
            Amount::Coins(coins.ok_or(Error::Invalid("amount", "is a number above zero, of 8 decimals at most", PRICE_BOUNDS))?)
        } else {
            Amount::Fiat(price(form, "amount")?, if code.is_some() { fiat(form, "currency_code")? } else { Fiat::USD })
        };
        let coin = coin(form, "cryptocurrency_code")?;
        let reference = text(form, "external_reference", ORDER_ID_CHARS_MAX)?.map(Into::into);
        let checkout = text(form, "checkout_id", TEXT_CHARS_MAX)?.map(str::to_owned);
        let kind = text(form, "type", 3)?.map_or(Some(1), |it| it.parse().ok());
        let kind = kind.ok_or(Error::Invalid("type", "is a small whole number", VALUE_BOUNDS))?;
        Ok(Self { amount, coin, reference, checkout, kind, texts: texts(form)?.boxed() })
    }
}

/// The parameters of `get-transactions`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    /// `None`: all of them.
    pub page: Option<usize>,
    pub search: Option<String>,
    pub status: Option<Status>,
    pub coin: Option<Coin>,
    pub checkout: Option<String>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl ListQuery {
    /// Refuses in the order in which the fields are listed.
    pub fn parse(form: &Form) -> Result<Self, Error> {
        let given = |name| text(form, name, TEXT_CHARS_MAX);
        let page = match given("pagination")? {
            Some("-1") => None,
            Some(it) => Some(it.parse().map_err(|_| Error::Invalid("pagination", "is a page from 0 on, or -1", VALUE_BOUNDS))?),
            None => Some(0),
        };
        let status =
            given("status")?.map(|it| Status::of(it).ok_or(Error::Invalid("status", "is one of P, C, X, R", VALUE_BOUNDS))).transpose()?;
        let coin = given("cryptocurrency")?.map(|_| coin(form, "cryptocurrency")).transpose()?;
        let date = |name: &'static str| -> Result<Option<(Timestamp, bool)>, Error> {
            let Some(written) = given(name)? else { return Ok(None) };
            let at =
                parse_plain_utc(written).ok_or(Error::Invalid(name, "is a date, as 2026-03-08, or 2026-03-08 10:00:00", VALUE_BOUNDS))?;
            Ok(Some((at, written.contains(':'))))
        };
        let from = date("date_range[0]")?.map(|it| it.0);
        // A day without a time means the whole day.
        let last = Duration::from_hours(24) - Duration::from_nanos(1);
        let until = date("date_range[1]")?.map(|(at, is_moment)| if is_moment { at } else { at.saturating_add(last).unwrap_or(at) });
        Ok(Self {
            page,
            search: given("search")?.map(str::to_lowercase),
            status,
            coin,
            checkout: given("checkout_id")?.map(str::to_owned),
            from,
            until,
        })
    }
}
