//! Reading of parameters, and this provider's messages about wrong ones.

use super::NONCE;
use crate::engine::tables::Row;
use crate::engine::tables::settings::webhook_url;
use crate::kit::fields::{Fault, Field, Fields};
use crate::kit::http::Request;
use crate::kit::sheet::{self, Words};
use crate::kit::word::Word;
use crate::providers::cryptopay::decisions::{EMPTY_BODY, NONCE_RANGE, NULL_AND_EMPTY};
use crate::providers::cryptopay::errors::{Error, Fault as Refused};

/// Parameters of this provider.
pub type Sheet<'a> = sheet::Sheet<'a, Messages>;

/// The messages of this provider.
#[derive(Debug)]
pub struct Messages;

impl Words for Messages {
    type Said = Refused;
    type Error = Error;

    fn say(said: &mut Vec<Refused>, row: &Field, fault: &Fault) {
        let of = Refused::of(row.name, words(fault));
        let is_bound = matches!(fault, Fault::Below(_) | Fault::Above(_)) && row.name == NONCE.name;
        let own = if *fault == Fault::Missing {
            Refused::required(row.name)
        } else if is_bound {
            Refused { rests_on: Some(NONCE_RANGE), ..of }
        } else {
            of
        };
        refuse(said, own);
    }

    fn refusal(said: Vec<Refused>) -> Error {
        Error::Invalid(said)
    }
}

/// Keeps the first message about a parameter.
fn refuse(said: &mut Vec<Refused>, fault: Refused) {
    if said.iter().all(|it| it.name != fault.name) {
        said.push(fault);
    }
}

impl<'a> Sheet<'a> {
    /// A JSON body; a missing body is an empty one.
    pub fn body(request: &'a Request) -> Result<Self, Error> {
        if request.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::of(Fields::default()));
        }
        if request.media_type() != "application/json" {
            return Err(Error::Unreadable("Unsupported media type: send application/json."));
        }
        Fields::json(&request.body).map(Self::of).ok_or(Error::Unreadable("The body is not a JSON object."))
    }

    /// Reports what is wrong with a parameter that was read.
    pub fn refuse(&mut self, row: &Field, why: impl Into<String>) {
        refuse(&mut self.said, Refused::of(row.name, why));
    }

    /// The same, where more than the text is decided.
    pub fn refuse_by(&mut self, row: &Field, why: impl Into<String>, rests_on: Row) {
        refuse(&mut self.said, Refused { rests_on: Some(rests_on), ..Refused::of(row.name, why) });
    }

    /// What was read, when nothing was wrong. That null and empty text are missing is decided, and so is what an empty body means.
    pub fn checked<T>(mut self, read: Option<T>) -> Result<T, Error> {
        let is_empty = self.fields.names().next().is_none();
        for fault in self.said.iter_mut().filter(|it| it.rests_on.is_none()) {
            fault.rests_on = if self.fields.is_sent(fault.name) { Some(NULL_AND_EMPTY) } else { is_empty.then_some(EMPTY_BODY) };
        }
        self.complete(read)
    }

    /// One of the provider's own words; capital and small letters matter.
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
        self.refuse(row, words(&Fault::NotAUrl));
        None
    }
}

/// The messages of the framework behind the API. The first is that of an example.
fn words(fault: &Fault) -> String {
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
