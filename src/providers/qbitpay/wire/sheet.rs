//! Reading of parameters, and this provider's messages about wrong ones.

use rust_decimal::Decimal;

use crate::engine::tables::settings::webhook_url;
use crate::kit::fields::{Fault as Wrong, Field, Fields, Kind as Value, Repeated};
use crate::kit::http::Request;
use crate::kit::sheet::{self, Words};
use crate::providers::qbitpay::decisions::{CURRENCY_DECIMALS, NULL_AND_EMPTY, VALIDATION_DETAIL};
use crate::providers::qbitpay::errors::{Error, Fault};
use crate::providers::qbitpay::model::Currency;

/// Parameters of this provider.
pub type Sheet<'a> = sheet::Sheet<'a, Messages>;

/// The messages of this provider.
#[derive(Debug)]
pub struct Messages;

impl Words for Messages {
    type Said = Fault;
    type Error = Error;

    const REPEATED: Repeated = Repeated::First;

    fn say(said: &mut Vec<Fault>, row: &Field, fault: &Wrong) {
        let of = Fault::invalid(row.name, words(fault));
        said.push(if *fault == Wrong::Missing {
            Fault::missing(row.name)
        } else if *fault == Wrong::NotA("number") {
            Fault { rests_on: VALIDATION_DETAIL, ..of } // the one text about a type that is known
        } else {
            of
        });
    }

    fn refusal(said: Vec<Fault>) -> Error {
        Error::Validation(said)
    }
}

impl<'a> Sheet<'a> {
    /// A body, JSON or form; a missing body is an empty one. In a form, dots and brackets reach inside objects.
    pub fn body(request: &'a Request) -> Result<Self, Error> {
        let empty = request.body.iter().all(u8::is_ascii_whitespace);
        let fields = if empty { Some(Fields::default()) } else { Fields::body(request) };
        fields.map(|it| Self::of(it.with_brackets())).ok_or(Error::NotJson)
    }

    /// An address that webhooks can go to.
    pub fn target(&mut self, row: &Field) -> Option<String> {
        let url = self.text(row)?;
        match webhook_url(&url) {
            Ok(_) => return Some(url),
            Err(why) => self.said.push(Fault { hint: Some(why), ..Fault::invalid(row.name, words(&Wrong::NotAUrl)) }),
        }
        None
    }

    /// A currency; `absent` when it was not sent.
    pub fn currency(&mut self, row: &Field, absent: Currency) -> Option<Currency> {
        let text = self.text(row);
        text.map_or_else(|| (!self.fields.has(row.name)).then_some(absent), |it| Currency::parse(&it))
    }

    /// Whether an object was sent. A form can only send its members.
    pub fn object(&mut self, row: &Field) -> bool {
        let members = format!("{}.", row.name);
        let read = if self.fields.names().any(|it| it.starts_with(&members)) { Ok(()) } else { self.fields.object(row) };
        self.read(row, read.map(Some)).is_some()
    }

    /// Reports that a parameter is missing which another one makes required; the other one stands beside the answer.
    pub fn require(&mut self, row: &Field, why: &'static str) {
        if !self.fields.has(row.name) {
            self.said.push(Fault { hint: Some(why), ..Fault::missing(row.name) });
        }
    }

    /// What was read, when nothing was wrong. That null and empty text are missing is decided.
    pub fn checked<T>(mut self, read: Option<T>) -> Result<T, Error> {
        for fault in self.said.iter_mut().filter(|it| it.code == "missing_field") {
            if self.fields.is_sent(fault.field) {
                fault.rests_on = NULL_AND_EMPTY;
            }
        }
        self.complete(read)
    }

    /// Reports what is wrong with a parameter that was read.
    pub fn refuse(&mut self, row: &Field, message: impl Into<String>) {
        self.said.push(Fault::invalid(row.name, message));
    }

    /// Refuses an amount with more decimals than its currency has.
    pub fn check_precision(&mut self, row: &Field, amount: Option<Decimal>, currency: Option<Currency>) {
        let Some(currency) = currency else { return };
        match amount {
            Some(amount) if !currency.can_hold(amount) => {
                self.said.push(Fault { rests_on: CURRENCY_DECIMALS, ..Fault::invalid(row.name, too_precise(currency.decimals())) });
            }
            Some(_) => {}
            // More decimals than the row allows: those of the currency are what counts.
            None => {
                let Value::Amount { decimals_max } = row.kind else { return };
                let said = self.said.iter_mut().find(|it| it.field == row.name && it.message == too_precise(decimals_max));
                if let Some(said) = said {
                    (said.message, said.rests_on) = (too_precise(currency.decimals()), CURRENCY_DECIMALS);
                }
            }
        }
    }
}

fn too_precise(decimals: u32) -> String {
    format!("should have at most {decimals} decimals")
}

fn words(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Missing => "required".to_owned(),
        Wrong::NotA(kind @ ("integer" | "object")) => format!("should be an {kind}"),
        Wrong::NotA(kind) => format!("should be a {kind}"),
        Wrong::TooLong(chars) => format!("should have at most {chars} characters"),
        Wrong::Below(0) => "should be greater than 0".to_owned(),
        Wrong::Below(min) => format!("should not be less than {min}"),
        Wrong::Above(max) => format!("should not be greater than {max}"),
        Wrong::NotOneOf(words) => format!("should be one of {}", words.join(", ")),
        Wrong::NotDigits { min, max } => format!("should be {min} to {max} digits"),
        Wrong::NotAUrl => "should be a url".to_owned(),
        Wrong::TooPrecise(decimals) => too_precise(*decimals),
    }
}
