//! What a request is about: found once from the contract's rows, then handed to rules, journal and provider.

use super::bound::Bound;
use super::{Contract, Operation, Page};
use crate::kit::fields::{Field, Kind};
use crate::kit::form::Form;
use crate::kit::http::Request;
use crate::kit::path::{Captures, exactly, loosely};

/// What is known of a request before it is answered.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// The path, without our prefixes.
    pub path: &'a str,
    /// The operation, also where only slashes are missing or doubled in its path; whether that is enough, the provider
    /// says.
    pub operation: Option<&'static Operation>,
    /// The place of the operation among the contract's.
    place: usize,
    /// The path is the operation's to the letter.
    pub is_exact: bool,
    /// What stands for the braces in the operation's path.
    pub captures: Captures<'a>,
    /// The form that was sent to an address that several operations share.
    pub form: Option<Form>,
    /// The account that the request names.
    pub caller: Option<Caller>,
}

/// An account that a request names, whether or not it would be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub account: String,
    pub by: By,
}

/// How a request names an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The key behind `Bearer`.
    Bearer,
    /// The user name of HTTP Basic authentication; a complete one has a colon behind it.
    Basic { is_complete: bool },
    /// A token, which says itself what it is for and when it ends, in unix seconds.
    Token { kind: String, ends: i64 },
    /// A field of the form, or a part of the signature.
    Name,
}

impl Found<'_> {
    /// The handler of the operation, in the table that the contract's operations come from.
    pub fn handler<F>(&self, table: &'static [Bound<Operation, F>]) -> Option<(&'static Operation, &'static F)> {
        let row = table.get(self.place).filter(|_| self.operation.is_some())?;
        Some((&row.0, &row.1))
    }

    /// The place of the operation among the contract's.
    pub fn place(&self) -> Option<u8> {
        self.operation.and_then(|_| u8::try_from(self.place).ok())
    }

    /// The same, when the path is the operation's to the letter.
    pub fn exact_handler<F>(&self, table: &'static [Bound<Operation, F>]) -> Option<(&'static Operation, &'static F)> {
        self.handler(table).filter(|_| self.is_exact)
    }
}

impl Contract {
    /// What a request to that path is about. Operations behind one address are told apart by the
    /// parameters that always have the same value.
    pub fn find<'a>(&self, path: &'a str, request: &Request) -> Found<'a> {
        let exact = self.fitting(path, request, exactly);
        let is_exact = exact.is_some();
        let mut found = exact.or_else(|| self.fitting(path, request, loosely)).unwrap_or_default();
        (found.path, found.is_exact) = (path, is_exact);
        found
    }

    fn fitting<'a>(&self, path: &'a str, request: &Request, fit: impl Fn(&str, &'a str) -> Option<Captures<'a>>) -> Option<Found<'a>> {
        let rows = self.operations.iter().enumerate().filter(|(_, it)| it.method == request.method);
        let mut here = rows.filter_map(|(place, it)| Some((place, *it, fit(it.path, path)?)));
        let of = |(place, operation, captures): (usize, &'static Operation, Captures<'a>)| Found {
            operation: Some(operation),
            place,
            captures,
            ..Found::default()
        };
        let first = here.next()?;
        let Some(second) = here.next() else { return Some(of(first)) };
        let form = Form::of(request);
        let meant = [first, second].into_iter().chain(here).find(|it| is_meant(it.1, &form));
        Some(Found { form: Some(form), ..meant.map(of).unwrap_or_default() })
    }

    /// Whether a page for people lives at that path, whatever it shows.
    pub fn has_page(&self, path: &str) -> bool {
        self.pages_at(path).next().is_some()
    }

    /// The pages of a path.
    pub fn pages_at(&self, path: &str) -> impl Iterator<Item = &'static Page> {
        self.pages.iter().filter(move |it| it.path.split('?').next().is_some_and(|own| loosely(own, path).is_some()))
    }

    /// The place of the page of that path which the query fits best.
    pub fn page_of(&self, path: &str, query: &str) -> Option<usize> {
        let is_sent = |asked: &str| query.split('&').any(|it| it == asked);
        let here = |page: &Page| {
            let (own, asks) = page.path.split_once('?').unwrap_or((page.path, ""));
            loosely(own, path).map(|_| asks.split('&').filter(|it| !it.is_empty() && is_sent(it)).count())
        };
        let fitting = self.pages.iter().enumerate().filter_map(|(place, it)| Some((here(it)?, place)));
        fitting.min_by_key(|(fits, place)| (std::cmp::Reverse(*fits), *place)).map(|it| it.1)
    }

    /// The operations of a path, of whatever method.
    pub fn operations_at(&self, path: &str) -> impl Iterator<Item = &'static Operation> {
        self.operations.iter().copied().filter(move |it| exactly(it.path, path).is_some())
    }
}

/// Whether a form has every parameter of an operation that always has the same value.
fn is_meant(operation: &Operation, form: &Form) -> bool {
    let constant = |it: &&Field| matches!(it.kind, Kind::Constant(_));
    let is_sent = |it: &Field| matches!(it.kind, Kind::Constant(text) if form.get(it.name) == Some(text));
    operation.parameters.iter().filter(constant).all(is_sent)
}
