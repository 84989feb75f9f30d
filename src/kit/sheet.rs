//! Parameters that are read row by row. What is wrong is collected, so that one refusal names all of it.

use rust_decimal::Decimal;

use super::fields::{Fault, Field, Fields, Repeated};
use super::http::{Request, form_pairs};
use super::json::Members;

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

/// What a page about parameters seldom says how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// A parameter that the call does not have.
    Unknown,
    /// A query parameter that was sent twice.
    RepeatedInQuery,
    /// A member of the JSON body that was sent twice.
    RepeatedInBody,
    /// A query parameter without a value.
    EmptyInQuery,
    /// A member of the JSON body that is null or empty text.
    EmptyInBody,
}

/// The oddities of a request, outside of objects inside its body. `names`: the parameters of the call.
pub fn oddities<'a>(request: &'a Request, names: impl Iterator<Item = &'static str> + Clone + 'a) -> impl Iterator<Item = Oddity> + 'a {
    let query = if request.query.is_empty() { Vec::new() } else { form_pairs(request.query.as_bytes()) };
    let body = Some(&request.body).filter(|it| !it.is_empty());
    let Members(members) = body.and_then(|it| Members::parse(it)).unwrap_or_default();
    let is_known = |name: &str| names.clone().any(|it| it == name);
    let in_query = || query.iter().map(|it| it.0.as_str());
    let in_body = || members.iter().map(|it| it.0.as_ref());
    let found = [
        (!in_query().chain(in_body()).all(is_known), Oddity::Unknown),
        (is_twice(in_query().collect()), Oddity::RepeatedInQuery),
        (is_twice(in_body().collect()), Oddity::RepeatedInBody),
        (query.iter().any(|it| is_known(&it.0) && it.1.is_empty()), Oddity::EmptyInQuery),
        (members.iter().any(|it| is_known(&it.0) && ["null", "\"\""].contains(&it.1.get())), Oddity::EmptyInBody),
    ];
    found.into_iter().filter_map(|(is_so, oddity)| is_so.then_some(oddity))
}

fn is_twice(mut names: Vec<&str>) -> bool {
    names.sort_unstable();
    names.windows(2).any(|it| it[0] == it[1])
}
