//! Parameters that are read row by row. What is wrong is collected, so that one refusal names all of it.

use rust_decimal::Decimal;

use super::fields::{Fault, Field, Fields, Repeated};
use super::http::Request;

/// A provider's words for what is wrong with parameters.
pub trait Words {
    /// What a refusal says of one parameter.
    type Said;
    /// The provider's refusals.
    type Error;

    /// Which of several query parameters of one name counts.
    const REPEATED: Repeated = Repeated::Last;

    /// Says what is wrong with a parameter.
    fn say(said: &mut Vec<Self::Said>, row: &Field, fault: &Fault);

    /// The refusal that says all of it.
    fn refusal(said: Vec<Self::Said>) -> Self::Error;
}

/// What was sent, and what was wrong with it so far.
#[derive(Debug)]
pub struct Sheet<'a, W: Words> {
    pub fields: Fields<'a>,
    pub said: Vec<W::Said>,
}

impl<'a, W: Words> Sheet<'a, W> {
    /// Of these fields nothing is read yet.
    pub const fn of(fields: Fields<'a>) -> Self {
        Self { fields, said: Vec::new() }
    }

    /// The parameters of a query.
    pub fn query(request: &Request) -> Self {
        Self::of(Fields::query(&request.query, W::REPEATED))
    }

    pub fn text(&mut self, row: &Field) -> Option<String> {
        let read = self.fields.text(row);
        self.read(row, read)
    }

    pub fn integer(&mut self, row: &Field) -> Option<i64> {
        let read = self.fields.integer(row);
        self.read(row, read)
    }

    /// A whole number as Python reads it, also as text.
    pub fn integer_of_python(&mut self, row: &Field) -> Option<i64> {
        let read = self.fields.integer_of_python(row);
        self.read(row, read)
    }

    /// A number above zero.
    pub fn amount(&mut self, row: &Field) -> Option<Decimal> {
        let read = self.fields.amount(row);
        self.read(row, read)
    }

    pub fn flag(&mut self, row: &Field) -> Option<bool> {
        let read = self.fields.flag(row);
        self.read(row, read)
    }

    /// A value that was read; a fault is said.
    pub fn read<T>(&mut self, row: &Field, read: Result<Option<T>, Fault>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            W::say(&mut self.said, row, &fault);
            None
        })
    }

    /// What was read, when nothing was wrong with any of it.
    ///
    /// # Errors
    /// All that was wrong, as the provider's refusal.
    pub fn complete<T>(self, read: Option<T>) -> Result<T, W::Error> {
        match read {
            Some(read) if self.said.is_empty() => Ok(read),
            _ => Err(W::refusal(self.said)),
        }
    }
}
