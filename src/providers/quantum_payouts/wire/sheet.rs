//! How parameters are read, and the provider's words for a wrong one.

use super::rows::{AMOUNT_DIGITS, ORDER_NUMBER_32, RETURN_URL};
use crate::engine::tables::Row;
use crate::kit::fields::{Fault, Field, Fields};
use crate::kit::http::Request;
use crate::kit::sheet::{self, Words};
use crate::providers::quantum_payouts::contract::TEXTS;
use crate::providers::quantum_payouts::errors::Error;

pub fn invalid_json() -> Error {
    Error::wrong("invalid JSON", TEXTS)
}

/// Parameters of this provider.
pub type Sheet<'a> = sheet::Sheet<'a, Said>;

/// The words of this provider.
#[derive(Debug)]
pub struct Said;

impl Words for Said {
    type Said = (String, Option<Row>);
    type Error = Error;

    fn say(said: &mut Vec<(String, Option<Row>)>, row: &Field, fault: &Fault) {
        let name = row.name;
        // Two examples have the text for a missing parameter.
        let is_shown = *fault == Fault::Missing && [RETURN_URL.name, ORDER_NUMBER_32.name].contains(&name);
        let rests_on = if is_shown { None } else { Some(TEXTS) };
        let text = match fault {
            Fault::Missing => format!("{name} is required"),
            Fault::NotA("integer") => format!("{name} must be an integer"),
            Fault::NotA("object") => format!("{name} must be an object"),
            Fault::NotA(kind) => format!("{name} must be a {kind}"),
            Fault::TooLong(chars) => format!("{name} must be at most {chars} characters"),
            Fault::Below(min) => format!("{name} must be at least {min}"),
            Fault::Above(max) => format!("{name} must be at most {max}"),
            Fault::NotOneOf(words) => format!("{name} must be one of: {}", words.join(", ")),
            Fault::NotDigits { min, max } => format!("{name} must be {min}-{max} digits"),
            Fault::NotAUrl => format!("{name} must be a valid URL"),
            Fault::TooPrecise(decimals) => format!("{name} must have at most {decimals} decimals"),
        };
        said.push((text, rests_on));
    }

    fn refusal(said: Vec<(String, Option<Row>)>) -> Error {
        let (texts, rows): (Vec<String>, Vec<Option<Row>>) = said.into_iter().unzip();
        Error::Validation(texts.join("; "), rows.into_iter().flatten().collect())
    }
}

impl<'a> Sheet<'a> {
    /// A JSON body.
    pub fn body(request: &'a Request) -> Result<Self, Error> {
        Fields::json(&request.body).map(Self::of).ok_or_else(invalid_json)
    }

    /// A text inside an object. When the object itself is wrong, only this fault is named.
    pub fn within(&mut self, object: &Field, row: &Field) -> Option<String> {
        match self.fields.object(object) {
            Err(fault @ Fault::NotA(_)) => self.read(object, Err(fault)),
            _ => self.text(row),
        }
    }

    /// Kopecks. Each method has its own words for an amount that is too small.
    pub fn kopecks(&mut self, row: &Field, too_small: &str) -> Option<i64> {
        let fault = match self.fields.integer(row) {
            Err(Fault::Below(_)) => (format!("{} {too_small}", row.name), None),
            Err(Fault::Above(_)) => (format!("{} must be at most {AMOUNT_DIGITS} digits", row.name), Some(TEXTS)),
            read => return self.read(row, read),
        };
        self.said.push(fault);
        None
    }
}
