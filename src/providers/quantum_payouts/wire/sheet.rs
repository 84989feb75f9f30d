//! How parameters are read, and the provider's words for a wrong one.

use memchr::memchr2_iter;

use super::rows::{AMOUNT_DIGITS, DESCRIPTION, FAIL_URL, ORDER_NUMBER_32, RETURN_URL, SESSION_SECS};
use crate::engine::tables::Row;
use crate::kit::fields::{Fault, Field, Fields};
use crate::kit::http::Request;
use crate::kit::sheet::{self, Words};
use crate::providers::quantum_payouts::decisions::{
    AMOUNT_WORDING, DESCRIPTION_LIMIT, NULL_AND_EMPTY, REDIRECT_URLS, SESSION_RANGE, SEVERAL_FAULTS, TEXTS, UNKNOWN_MEMBERS,
};
use crate::providers::quantum_payouts::errors::Error;

pub fn invalid_json() -> Error {
    Error::wrong("invalid JSON", TEXTS)
}

/// Parameters of this provider.
pub type Sheet<'a> = sheet::Sheet<'a, Said>;

/// The words of this provider.
#[derive(Debug)]
pub struct Said;

impl Words for Said {
    type Said = (String, Option<Row>);
    type Error = Error;

    fn say(said: &mut Vec<(String, Option<Row>)>, row: &Field, fault: &Fault) {
        let name = row.name;
        let text = match fault {
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
        };
        said.push((text, cause(row, fault)));
    }

    fn refusal(said: Vec<(String, Option<Row>)>) -> Error {
        let (texts, rows): (Vec<String>, Vec<Option<Row>>) = said.into_iter().unzip();
        let several = (1 < texts.len()).then_some(SEVERAL_FAULTS);
        Error::Validation(texts.join("; "), rows.into_iter().flatten().chain(several).collect())
    }
}

/// What a refusal of that parameter rests on. `None`: an example has it.
fn cause(row: &Field, fault: &Fault) -> Option<Row> {
    match fault {
        Fault::Missing if row.name == RETURN_URL.name || row.kind == ORDER_NUMBER_32.kind => None,
        Fault::TooLong(_) if row.name == DESCRIPTION.name => Some(DESCRIPTION_LIMIT),
        Fault::Below(_) | Fault::Above(_) if row.name == SESSION_SECS.name => Some(SESSION_RANGE),
        Fault::NotAUrl | Fault::TooLong(_) if [RETURN_URL.name, FAIL_URL.name].contains(&row.name) => Some(REDIRECT_URLS),
        Fault::Missing
        | Fault::NotA(_)
        | Fault::TooLong(_)
        | Fault::Below(_)
        | Fault::Above(_)
        | Fault::NotOneOf(_)
        | Fault::NotDigits { .. }
        | Fault::NotAUrl
        | Fault::TooPrecise(_) => Some(TEXTS),
    }
}

/// What reading a body by these rows rests on beside them.
pub fn readings(fields: &Fields<'_>, body: &[u8], rows: &[Field]) -> Vec<Row> {
    let is_known = |name: &str| rows.iter().any(|it| it.name == name);
    // Few bodies have an empty value; looking for one in each parameter takes longer than this.
    let may_be_empty = memchr2_iter(b'"', b'n', body).any(|at| body[at..].starts_with(b"\"\"") || body[at..].starts_with(b"null"));
    let is_empty = may_be_empty && rows.iter().any(|it| is_sent(fields, it.name) && !fields.has(it.name));
    let found = [(NULL_AND_EMPTY, is_empty), (UNKNOWN_MEMBERS, !fields.names().all(is_known))];
    found.into_iter().filter(|it| it.1).map(|it| it.0).collect()
}

/// Whether any value was sent under a name, also inside an object.
fn is_sent(fields: &Fields<'_>, name: &str) -> bool {
    let Some((object, inner)) = name.split_once('.') else { return fields.is_sent(name) };
    fields.json_value(object).and_then(|it| Fields::json(it.get().as_bytes())).is_some_and(|it| it.is_sent(inner))
}

impl<'a> Sheet<'a> {
    /// A JSON body.
    pub fn body(request: &'a Request) -> Result<Self, Error> {
        Fields::json(&request.body).map(Self::of).ok_or_else(invalid_json)
    }

    /// A text inside an object. When the object itself is wrong, only this fault is named.
    pub fn within(&mut self, object: &Field, row: &Field) -> Option<String> {
        match self.fields.object(object) {
            Err(fault @ Fault::NotA(_)) => self.read(object, Err(fault)),
            _ => self.text(row),
        }
    }

    /// Kopecks. Each method has its own words for an amount that is too small.
    pub fn kopecks(&mut self, row: &Field, too_small: &str) -> Option<i64> {
        let fault = match self.fields.integer(row) {
            Err(Fault::Below(_)) => (format!("{} {too_small}", row.name), Some(AMOUNT_WORDING)),
            Err(Fault::Above(_)) => (format!("{} must be at most {AMOUNT_DIGITS} digits", row.name), Some(TEXTS)),
            read => return self.read(row, read),
        };
        self.said.push(fault);
        None
    }
}
