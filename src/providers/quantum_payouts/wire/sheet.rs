//! A body being read: every fault is named at once, in one message.

use super::rows::AMOUNT_DIGITS;
use crate::kit::fields::{Fault, Field, Fields};
use crate::kit::http::Request;
use crate::providers::quantum_payouts::errors::Error;

pub fn invalid_json() -> Error {
    Error::Validation("invalid JSON".to_owned())
}

/// One body being read: the faults that were found so far.
pub struct Sheet<F> {
    pub fields: F,
    pub faults: Vec<String>,
}

impl<'a> Sheet<Fields<'a>> {
    pub fn of(request: &'a Request) -> Result<Self, Error> {
        let fields = Fields::json(&request.body).ok_or_else(invalid_json)?;
        Ok(Self { fields, faults: Vec::new() })
    }
}

impl<'a, F: std::borrow::Borrow<Fields<'a>>> Sheet<F> {
    pub fn text(&mut self, row: &Field) -> Option<String> {
        let read = self.fields.borrow().text(row);
        read.unwrap_or_else(|fault| self.fault(row, &fault))
    }

    /// A text inside an object: when that is no object, one fault is enough.
    pub fn within(&mut self, object: &Field, row: &Field) -> Option<String> {
        match self.fields.borrow().object(object) {
            Err(fault @ Fault::NotA(_)) => self.fault(object, &fault),
            _ => self.text(row),
        }
    }

    pub fn integer(&mut self, row: &Field) -> Option<i64> {
        let read = self.fields.borrow().integer(row);
        read.unwrap_or_else(|fault| self.fault(row, &fault))
    }

    pub fn flag(&mut self, row: &Field) -> Option<bool> {
        let read = self.fields.borrow().flag(row);
        read.unwrap_or_else(|fault| self.fault(row, &fault))
    }

    /// Kopecks; each method has its own words for an amount that is too small.
    pub fn amount(&mut self, row: &Field, too_small: &str) -> Option<i64> {
        let read = self.fields.borrow().integer(row);
        match read {
            Err(Fault::Below(_)) => self.say(format!("{} {too_small}", row.name)),
            Err(Fault::Above(_)) => self.say(format!("{} must be at most {AMOUNT_DIGITS} digits", row.name)),
            other => other.unwrap_or_else(|fault| self.fault(row, &fault)),
        }
    }

    fn fault<T>(&mut self, row: &Field, fault: &Fault) -> Option<T> {
        let name = row.name;
        self.say(match fault {
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
        })
    }

    fn say<T>(&mut self, fault: String) -> Option<T> {
        self.faults.push(fault);
        None
    }

    /// What was read, when nothing was wrong with any of it.
    pub fn complete<T>(self, read: Option<T>) -> Result<T, Error> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(Error::Validation(self.faults.join("; "))),
        }
    }
}
