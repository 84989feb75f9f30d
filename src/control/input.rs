//! The query and the body of a control call, read by the rows of its table.

use http::StatusCode;
use serde_json::value::RawValue;

use super::Problem;
use super::call::{Body, Call};
use crate::kit::fields::{Fault, Field, Fields};
use crate::kit::http::Request;
use crate::kit::json::{DEPTH_MAX, Members, depth, repeated_member};

/// A query or a body in which every name has a row.
#[derive(Debug, Default)]
pub struct Input<'a>(Fields<'a>);

impl<'a> Input<'a> {
    /// The query of a call. What arrives in an inbox may have any.
    pub fn query(call: &Call, request: &Request) -> Result<Self, Problem> {
        if matches!(call.body, Body::Bytes) {
            return Ok(Self::default());
        }
        let fields = Fields::form(request.query.as_bytes());
        let mut names: Vec<&str> = fields.names().collect();
        names.sort_unstable();
        if let Some(name) = names.windows(2).find(|it| it[0] == it[1]).map(|it| it[0]) {
            let detail = format!("The query has `{name}` twice.");
            return Err(Problem::new(StatusCode::BAD_REQUEST, "duplicate_parameter", detail));
        }
        match unknown(&fields, call.query) {
            None => Ok(Self(fields)),
            Some((name, _)) if call.query.is_empty() => Err(Problem::invalid(format!("This call takes no query parameter `{name}`."))),
            Some((name, known)) => Err(Problem::invalid(format!("This call takes no query parameter `{name}`; it takes {known}."))),
        }
    }

    /// The body of a call. An empty body is an empty object and needs no media type.
    pub fn body(call: &Call, request: &'a Request) -> Result<Self, Problem> {
        let is_empty = request.body.iter().all(u8::is_ascii_whitespace);
        match call.body {
            Body::Ignored | Body::Bytes => return Ok(Self::default()),
            Body::Fields(_) | Body::ByPath(_) | Body::Criteria { .. } | Body::State if is_empty => return Ok(Self::default()),
            Body::Scenario { .. } => return yaml_or_json(request).map(|()| Self::default()),
            // It can be large, and is read where no caller waits.
            Body::State => return is_json(request).map(|()| Self::default()),
            Body::Criteria { .. } => return is_object(request).map(|()| Self::default()),
            Body::Fields(_) | Body::ByPath(_) => is_object(request)?,
        }
        let body = Self(Fields::json(&request.body).unwrap_or_default());
        if let Body::Fields(rows) = call.body {
            body.only(rows)?;
        }
        Ok(body)
    }

    /// Refuses members that have no row.
    pub fn only(&self, rows: &[Field]) -> Result<(), Problem> {
        match unknown(&self.0, rows) {
            None => Ok(()),
            Some((name, _)) if rows.is_empty() => Err(Problem::invalid(format!("This call takes no `{name}`: its body is empty."))),
            Some((name, known)) => Err(Problem::invalid(format!("This call takes no `{name}`; it takes {known}."))),
        }
    }

    /// The values, for code that reads them by its own rows.
    pub fn fields(&self) -> &Fields<'a> {
        &self.0
    }

    /// The text of a row. Empty text counts as a text: a webhook may have an empty body.
    pub fn text(&self, row: &Field) -> Result<Option<String>, Problem> {
        if self.0.is_empty_text(row.name) {
            return Ok(Some(String::new()));
        }
        self.0.text(row).map_err(|it| self.refusal(row, it))
    }

    /// The text of a row that is required.
    pub fn required_text(&self, row: &Field) -> Result<String, Problem> {
        self.text(row)?.ok_or_else(|| self.refusal(row, Fault::Missing))
    }

    /// The whole number of a row.
    pub fn integer(&self, row: &Field) -> Result<Option<i64>, Problem> {
        self.0.integer(row).map_err(|it| self.refusal(row, it))
    }

    /// The JSON of a row, as it was sent.
    pub fn json(&self, row: &Field) -> Option<&'a str> {
        self.0.json_value(row.name).map(RawValue::get)
    }

    /// The refusal of a wrong value, with a sentence about it.
    pub fn refusal(&self, row: &Field, fault: Fault) -> Problem {
        let (name, sent) = (row.name, self.0.plain(row.name).unwrap_or_default());
        Problem::invalid(match fault {
            Fault::Missing => format!("`{name}` is missing: {}.", row.meaning),
            Fault::NotA("string") => format!("`{name}` is text."),
            Fault::NotA("integer") => format!("`{name}` is a whole number."),
            Fault::NotA(word) => format!("`{name}` has to be of type {word}."),
            Fault::TooLong(chars_max) => format!("`{name}` has at most {chars_max} characters."),
            Fault::Below(min) => format!("`{name}` is at least {min}."),
            Fault::Above(max) => format!("`{name}` is at most {max}."),
            Fault::NotOneOf(words) => format!("`{name}` is one of {}, not `{sent}`.", words.join(", ")),
            Fault::NotDigits { min, max } => format!("`{name}` has {min} to {max} digits."),
            Fault::NotAUrl => format!("`{name}` is an http or https address."),
            Fault::TooPrecise(decimals_max) => format!("`{name}` has at most {decimals_max} decimals."),
        })
    }
}

/// The first name without a row, and the names that have one.
fn unknown(fields: &Fields<'_>, rows: &[Field]) -> Option<(String, String)> {
    let name = fields.names().find(|name| rows.iter().all(|row| row.name != *name))?;
    Some((name.to_owned(), rows.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")))
}

/// The body of a call that takes a text.
pub fn text(request: &Request) -> Result<&str, Problem> {
    std::str::from_utf8(&request.body).map_err(|_| Problem::invalid("The body is not UTF-8."))
}

/// Refuses a body that is not a JSON object, is nested too deep, or has two members of one name.
fn is_object(request: &Request) -> Result<(), Problem> {
    is_json(request)?;
    object(&request.body)
}

/// Refuses a text that is not a JSON object, is nested too deep, or has two members of one name.
pub fn object(text: &[u8]) -> Result<(), Problem> {
    if depth(text) > DEPTH_MAX {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_json", format!("The body is nested deeper than {DEPTH_MAX} levels.")));
    }
    serde_json::from_slice::<Members<'_>>(text)
        .map_err(|why| Problem::new(StatusCode::BAD_REQUEST, "invalid_json", format!("The body is not a JSON object: {why}.")))?;
    match repeated_member(text) {
        Some(name) => Err(Problem::new(StatusCode::BAD_REQUEST, "duplicate_member", format!("The body names `{name}` twice."))),
        None => Ok(()),
    }
}

/// Refuses any other media type: a form on another site's page can send one without a preflight request.
fn is_json(request: &Request) -> Result<(), Problem> {
    let media = request.media_type();
    if media == "application/json" || media.ends_with("+json") {
        return Ok(());
    }
    let detail = format!("Send the body as Content-Type: application/json, not `{media}`.");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
}

/// Refuses a body that is neither YAML nor JSON by its media type. The scenario's own parser reads the content.
fn yaml_or_json(request: &Request) -> Result<(), Problem> {
    let media = request.media_type();
    if matches!(&*media, "application/yaml" | "text/yaml" | "application/x-yaml" | "text/x-yaml") {
        return Ok(());
    }
    is_json(request).map_err(|mut it| {
        it.detail = format!("Send the body as Content-Type: application/yaml or application/json, not `{media}`.");
        it
    })?;
    is_object(request)
}
