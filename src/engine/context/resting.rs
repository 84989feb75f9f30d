//! What an answer rests on, and what traffic has reached of the contract.

use std::borrow::Cow;

use memchr::memchr2;
use memchr::memmem::Finder;

use super::Context;
use crate::engine::tables::found::Found;
use crate::engine::tables::{Basis, Index, Operation, Row, Sought};
use crate::kit::evidence::Evidence;
use crate::kit::fields::{Fields, Repeated};
use crate::kit::form::Form;
use crate::kit::http::{Request, Response};

impl Context<'_> {
    /// What happens rests on that row: a check that refuses, a step, a figure or a value that no request has brought. It is
    /// counted, and a request rests on the least certain row of all.
    pub fn rest_on(&mut self, row: Row) {
        let row = self.core.touched.touch(self.provider_id, row, self.core.now, self.core.serving, self.trace.operation);
        self.trace.basis = Basis::weaker(self.trace.basis, row);
    }

    /// A refusal rests on these rows. Several faults can rest on the same one, which is counted once.
    pub fn rest_on_each(&mut self, rows: &[Row]) {
        for (place, row) in rows.iter().enumerate() {
            if !rows[..place].contains(row) {
                self.rest_on(*row);
            }
        }
    }

    /// The answer is the documented error of that name.
    pub fn rest_on_error(&mut self, name: &str) {
        let place = self.contract.errors.iter().position(|it| it.name == name).and_then(|it| u8::try_from(it).ok());
        if let Some(place) = place {
            self.rest_on(Row::Error(place));
        }
    }

    /// The provider has answered: with an error, or with what the call has asked for.
    pub fn answered(&mut self, found: &Found<'_>, request: &Request, response: &Response) {
        if !self.core.touched.counts() {
            return;
        }
        match (self.trace.error, found.place().zip(found.operation)) {
            (Some(error), operation) => {
                if let Some((place, _)) = operation {
                    self.weigh(Row::Operation(place)); // a call that no page has is refused as uncertainly as it is served
                }
                self.rest_on_error(error);
            }
            (None, Some((place, operation))) => {
                self.rest_on(Row::Operation(place));
                let mut sent = None;
                let index: &'static Index = self.contract.index;
                let Some(first) = index.place(Row::Parameter(place, 0)) else { return };
                for (((parameter, field), sought), row) in (0..).zip(operation.parameters).zip(index.sought(place)).zip(first..) {
                    if matches!(field.evidence, Evidence::Documented(_)) && self.core.touched.has(self.provider_id, row) {
                        continue;
                    }
                    if sent.get_or_insert_with(|| Sent::of(operation, found, request)).has(sought) {
                        self.rest_on(Row::Parameter(place, parameter));
                    }
                }
            }
            (None, None) => {
                let page = self.contract.page_of(found.path, &request.query).and_then(|it| u8::try_from(it).ok());
                match page.map(Row::Page) {
                    Some(page) if response.status.is_success() => self.rest_on(page),
                    Some(page) => self.weigh(page),
                    None => {}
                }
            }
        }
    }

    /// The request rests on that row too. It is not counted.
    fn weigh(&mut self, row: Row) {
        let index: &'static Index = self.contract.index;
        self.trace.basis = Basis::weaker(self.trace.basis, index.place(row).and_then(|it| index.basis(it)));
    }
}

/// What a call has sent. Its content is read when a name may stand in it.
struct Sent<'a> {
    operation: &'a Operation,
    found: &'a Found<'a>,
    request: &'a Request,
    /// Names may be written in escapes.
    is_escaped: bool,
    content: Option<Content<'a>>,
    /// The object that was looked into last, with its name.
    inside: Option<(&'static str, Option<Fields<'a>>)>,
}

enum Content<'a> {
    Fields(Fields<'a>),
    Form(Cow<'a, Form>),
}

impl<'a> Sent<'a> {
    fn of(operation: &'a Operation, found: &'a Found<'_>, request: &'a Request) -> Self {
        let is_escaped = memchr2(b'%', b'\\', &request.body).is_some() || request.query.contains(['%', '+']);
        Self { operation, found, request, is_escaped, content: None, inside: None }
    }

    /// Whether the name that this finds can stand in the body or the query.
    fn may_have(&self, name: &Finder<'_>) -> bool {
        self.is_escaped || [&self.request.body[..], self.request.query.as_bytes()].iter().any(|it| name.find(it).is_some())
    }

    fn read(operation: &Operation, found: &'a Found<'_>, request: &'a Request) -> Content<'a> {
        match &found.form {
            _ if operation.media.is_empty() => Content::Fields(Fields::query(&request.query, Repeated::Last)),
            Some(form) => Content::Form(Cow::Borrowed(form)),
            None => match Fields::json(&request.body) {
                Some(fields) => Content::Fields(fields),
                None => Content::Form(Cow::Owned(Form::of(request))),
            },
        }
    }

    /// Whether a parameter was sent with a value. Rows of one object stand together, so it is read once.
    fn has(&mut self, sought: &Sought) -> bool {
        if sought.is_in_path {
            return true;
        }
        // A form that was read already is quicker to look into than to search.
        if self.found.form.is_none() && !self.may_have(&sought.finder) {
            return false;
        }
        let content = self.content.get_or_insert_with(|| Self::read(self.operation, self.found, self.request));
        match (&*content, sought.member) {
            (Content::Form(form), _) => form.get(sought.name).is_some_and(|it| !it.is_empty()),
            (Content::Fields(fields), None) => fields.has(sought.name),
            (Content::Fields(fields), Some((outer, inner))) => {
                if self.inside.as_ref().is_none_or(|it| it.0 != outer) {
                    self.inside = Some((outer, fields.json_value(outer).and_then(|it| Fields::json(it.get().as_bytes()))));
                }
                match &self.inside {
                    Some((_, Some(members))) => members.has(inner),
                    _ => fields.has(sought.name),
                }
            }
        }
    }
}
