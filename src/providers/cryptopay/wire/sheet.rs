//! Reading of parameters, and this provider's messages about wrong ones.

use crate::engine::tables::settings::webhook_url;
use crate::kit::fields::{Fault, Field, Fields};
use crate::kit::http::Request;
use crate::kit::sheet::{self, Words};
use crate::kit::word::Word;
use crate::providers::cryptopay::errors::{Error, Faults};

/// Parameters of this provider.
pub type Sheet<'a> = sheet::Sheet<'a, Messages>;

/// The messages of this provider.
#[derive(Debug)]
pub struct Messages;

impl Words for Messages {
    type Said = (&'static str, String);
    type Error = Error;

    fn say(said: &mut Faults, row: &Field, fault: &Fault) {
        refuse(said, row, words(fault));
    }

    fn refusal(said: Faults) -> Error {
        Error::Invalid(said)
    }
}

/// Keeps the first message about a parameter.
fn refuse(said: &mut Faults, row: &Field, why: String) {
    if said.iter().all(|it| it.0 != row.name) {
        said.push((row.name, why));
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
        refuse(&mut self.said, row, why.into());
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

/// The messages of the framework behind the API; only the first is documented.
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
