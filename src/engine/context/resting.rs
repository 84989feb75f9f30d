//! What an answer rests on, and what traffic has reached of the contract.

use super::Context;
use crate::engine::log::Basis;
use crate::engine::tables::found::Found;
use crate::engine::tables::{Operation, Row};
use crate::kit::fields::{Fields, Repeated};
use crate::kit::form::Form;
use crate::kit::http::{Request, Response};

impl Context<'_> {
    /// What happens rests on that row: a check that refuses, a step, a figure or a value that no request has brought. It is
    /// counted, and a request rests on the least certain row of all.
    pub fn rest_on(&mut self, row: Row) {
        self.core.touched.touch(self.provider_id, row, self.core.now, self.core.serving, self.trace.operation);
        self.weigh(row);
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
        let place = self.contract.operations.iter().position(|it| found.operation.is_some_and(|own| std::ptr::eq(own, *it)));
        let operation = place.and_then(|it| u8::try_from(it).ok()).zip(found.operation);
        match (self.trace.error, operation) {
            (Some(error), operation) => {
                if let Some((place, _)) = operation {
                    self.weigh(Row::Operation(place)); // a call that no page has is refused as uncertainly as it is served
                }
                self.rest_on_error(error);
            }
            (None, Some((place, operation))) => {
                self.rest_on(Row::Operation(place));
                for parameter in sent(operation, found, request) {
                    self.rest_on(Row::Parameter(place, parameter));
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
        if let Some(named) = self.contract.index.get(row) {
            self.trace.basis = Basis::weaker(self.trace.basis.take(), named);
        }
    }
}

/// The places of the parameters that a call has sent.
fn sent(operation: &Operation, found: &Found<'_>, request: &Request) -> Vec<u8> {
    let json = if operation.media.is_empty() {
        Some(Fields::query(&request.query, Repeated::Last))
    } else {
        found.form.is_none().then(|| Fields::json(&request.body)).flatten()
    };
    let own;
    let form = match (&json, &found.form) {
        (None, Some(form)) => Some(form),
        (None, None) => {
            own = Form::of(request);
            Some(&own)
        }
        (Some(_), _) => None,
    };
    let is_sent = |name: &str| match (&json, form) {
        _ if operation.has_in_path(name) => true,
        (Some(fields), _) => fields.has(name.strip_suffix("[]").unwrap_or(name)),
        (None, Some(form)) => form.get(name).is_some_and(|it| !it.is_empty()),
        (None, None) => false,
    };
    (0..).zip(operation.parameters).filter(|(_, it)| is_sent(it.name)).map(|it| it.0).collect()
}
