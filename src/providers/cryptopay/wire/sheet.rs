//! Parameters being read: every one that is wrong is named at once.

use crate::engine::tables::settings::webhook_url;
use crate::kit::fields::{Fault, Field, Fields};
use crate::kit::http::Request;
use crate::kit::word::Word;
use crate::providers::cryptopay::errors::{Error, Faults};

/// What was sent, and what was wrong with it so far.
pub struct Sheet<'a> {
    pub fields: Fields<'a>,
    faults: Faults,
}

impl<'a> Sheet<'a> {
    /// A JSON body; none at all is an empty one.
    pub fn body(request: &'a Request) -> Result<Self, Error> {
        if request.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self { fields: Fields::default(), faults: Vec::new() });
        }
        if request.media_type() != "application/json" {
            return Err(Error::Unreadable("Unsupported media type: send application/json."));
        }
        let fields = Fields::json(&request.body).ok_or(Error::Unreadable("The body is not a JSON object."))?;
        Ok(Self { fields, faults: Vec::new() })
    }

    /// A query.
    pub fn query(request: &Request) -> Self {
        Self { fields: Fields::form(request.query.as_bytes()), faults: Vec::new() }
    }

    /// That parameter is wrong, for the first reason that is found.
    pub fn refuse(&mut self, row: &Field, why: impl Into<String>) {
        if self.faults.iter().all(|it| it.0 != row.name) {
            self.faults.push((row.name, why.into()));
        }
    }

    fn read<T>(&mut self, row: &Field, read: Result<Option<T>, Fault>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            self.refuse(row, said(&fault));
            None
        })
    }

    pub fn text(&mut self, row: &Field) -> Option<String> {
        let read = self.fields.text(row);
        self.read(row, read)
    }

    pub fn integer(&mut self, row: &Field) -> Option<i64> {
        let read = self.fields.integer(row);
        self.read(row, read)
    }

    pub fn flag(&mut self, row: &Field) -> Option<bool> {
        let read = self.fields.flag(row);
        self.read(row, read)
    }

    /// One of the provider's own words, in exactly its letters.
    pub fn word<W: Word>(&mut self, row: &Field, all: &[W]) -> Option<W> {
        let text = match self.fields.text(row) {
            Err(Fault::NotOneOf(_)) => self.fields.plain(row.name)?,
            read => self.read(row, read)?,
        };
        let found = all.iter().copied().find(|it| it.word() == text);
        if found.is_none() {
            self.refuse(row, format!("\"{text}\" is not a valid choice"));
        }
        found
    }

    /// An address that webhooks can go to.
    pub fn target(&mut self, row: &Field) -> Option<String> {
        let url = self.text(row)?;
        if webhook_url(&url).is_ok() {
            return Some(url);
        }
        self.refuse(row, said(&Fault::NotAUrl));
        None
    }

    /// What was read, unless something was wrong.
    pub fn complete<T>(self, read: Option<T>) -> Result<T, Error> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(Error::Invalid(self.faults)),
        }
    }
}

/// What is wrong, in the words of the framework behind the API; only the first is documented.
fn said(fault: &Fault) -> String {
    match fault {
        Fault::Missing => "This field is required".to_owned(),
        Fault::NotA("string") => "Not a valid string".to_owned(),
        Fault::NotA("integer") => "A valid integer is required".to_owned(),
        Fault::NotA("boolean") => "Must be a valid boolean".to_owned(),
        Fault::NotA(_) => "A valid number is required".to_owned(),
        Fault::TooLong(max) => format!("Ensure this field has no more than {max} characters"),
        Fault::Below(min) => format!("Ensure this value is greater than or equal to {min}"),
        Fault::Above(max) => format!("Ensure this value is less than or equal to {max}"),
        Fault::NotOneOf(words) => format!("Choose one of {}", words.join(", ")),
        Fault::NotDigits { .. } => "Only digits are allowed".to_owned(),
        Fault::NotAUrl => "Enter a valid URL".to_owned(),
        Fault::TooPrecise(max) => format!("Ensure that there are no more than {max} decimal places"),
    }
}
