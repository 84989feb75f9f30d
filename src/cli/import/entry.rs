//! A line of JSON whose members are read one by one: whatever is wrong has a place.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::record::{FAILURES, Outcome};
use crate::kit::http::{Method, StatusCode};
use crate::kit::json::{self, Members};

/// Why a log cannot be read, and where.
#[derive(Debug)]
pub struct Broken {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub why: String,
}

/// An object of a line.
#[derive(Clone)]
pub struct Entry<'a> {
    pub line: usize,
    /// The whole line.
    text: &'a str,
    /// Where the object begins in it.
    start: usize,
    members: Members<'a>,
}

/// The objects of a line: one, or those of a list.
pub fn entries(line: usize, text: &str) -> Result<Vec<Entry<'_>>, Broken> {
    let broken = |at: usize, why: String| Broken { line, column: column(text, at), why };
    if !json::is_shallow(text.as_bytes()) {
        return Err(broken(0, format!("it has more than {} levels", json::DEPTH_MAX)));
    }
    let wrong = |why: serde_json::Error| {
        if let Some(why) = over_lines(text).filter(|_| why.is_eof()) {
            return broken(0, why.to_owned());
        }
        let said = why.to_string();
        let said = said.split(" at line ").next().unwrap_or("").to_owned();
        broken(why.column().saturating_sub(1), format!("this is not JSON: {said}"))
    };
    let whole: &RawValue = serde_json::from_str(text).map_err(wrong)?;
    let values: Vec<&RawValue> = if whole.get().starts_with('[') { serde_json::from_str(whole.get()).map_err(wrong)? } else { vec![whole] };
    values.into_iter().map(|it| Entry::of(line, text, it)).collect()
}

/// Why the JSON of a line does not end there: it goes on in the next one.
fn over_lines(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let begins = text.chars().next().filter(|_| text.ends_with([',', '[', '{']))?;
    match begins {
        '[' => Some("one JSON object a line is expected, and this is an array over several lines: `jq -c '.[]' FILE` puts each on a line"),
        '{' => Some("one JSON object a line is expected, and this one goes over several lines: `jq -c . FILE` puts each on a line"),
        _ => None,
    }
}

/// The column of a byte, in characters.
fn column(text: &str, at: usize) -> usize {
    text.char_indices().take_while(|it| it.0 < at).count() + 1
}

impl<'a> Entry<'a> {
    fn of(line: usize, text: &'a str, value: &'a RawValue) -> Result<Self, Broken> {
        let start = value.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let wrong = |why: String| Broken { line, column: column(text, start), why };
        let members = Members::within(value).ok_or_else(|| wrong("an object is expected here".to_owned()))?;
        match members.repeated() {
            Some(name) => Err(wrong(format!("this object has two members `{name}`"))),
            None => Ok(Self { line, text, start, members }),
        }
    }

    /// A mistake in the value of a member; without such a member, in the object.
    pub fn wrong(&self, name: &str, why: impl Into<String>) -> Broken {
        let place = |it: &RawValue| it.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let at = self.members.get(name).map_or(self.start, place);
        Broken { line: self.line, column: column(self.text, at), why: why.into() }
    }

    /// Whether a member is there.
    pub fn has(&self, name: &str) -> bool {
        self.members.get(name).is_some()
    }

    fn value(&self, name: &str) -> Option<&'a RawValue> {
        self.members.get(name).filter(|it| it.get() != "null")
    }

    /// A member as JSON.
    pub fn json(&self, name: &str) -> Option<Json> {
        self.value(name).and_then(|it| serde_json::from_str(it.get()).ok())
    }

    /// A text, or a number as it is written.
    ///
    /// # Errors
    /// It is something else.
    pub fn text(&self, name: &str) -> Result<Option<Cow<'a, str>>, Broken> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let raw = value.get();
        if raw.starts_with('"') {
            let text: String = serde_json::from_str(raw).map_err(|_| self.wrong(name, format!("`{name}` is not a text")))?;
            return Ok(Some(text.into()));
        }
        let is_number = raw.starts_with(|it: char| it == '-' || it.is_ascii_digit());
        if is_number { Ok(Some(raw.into())) } else { Err(self.wrong(name, format!("`{name}` has to be a text"))) }
    }

    /// The first of these members that has a text. nginx writes an empty one, or `-`, for what it does not have.
    pub fn first(&self, names: &[&str]) -> Result<Option<Cow<'a, str>>, Broken> {
        for name in names {
            if let Some(text) = self.text(name)?
                && !text.is_empty()
                && text != "-"
            {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// It is not there.
    pub fn required(&self, name: &str) -> Result<Cow<'a, str>, Broken> {
        self.text(name)?.ok_or_else(|| self.wrong(name, format!("`{name}` is missing")))
    }

    /// An object inside this one.
    ///
    /// # Errors
    /// It is something else.
    pub fn object(&self, name: &str) -> Result<Option<Self>, Broken> {
        self.value(name).map(|it| Self::of(self.line, self.text, it)).transpose()
    }

    /// The names of its members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.0.iter().map(|it| it.0.as_ref())
    }

    /// A method.
    ///
    /// # Errors
    /// HTTP has no such method.
    pub fn method(&self, name: &str, text: &str) -> Result<Method, Broken> {
        text.parse().map_err(|_| self.wrong(name, "this is not a method of HTTP"))
    }

    /// A status, or the failure that a gateway writes as one: 499 when the sender has gone, 444 when nothing was answered.
    ///
    /// # Errors
    /// HTTP has no such status.
    pub fn status(&self, name: &str) -> Result<Outcome, Broken> {
        let text = self.required(name)?;
        match text.parse::<u16>() {
            Ok(499) => Ok(Err("timeout")),
            Ok(444) => Ok(Err("reset")),
            Ok(status) if StatusCode::from_u16(status).is_ok() && (200..600).contains(&status) => Ok(Ok(status)),
            Ok(_) | Err(_) => Err(self.wrong(name, "this is not the status of an answer: write a number from 200 to 599")),
        }
    }

    /// Why no answer came.
    ///
    /// # Errors
    /// The word is not known.
    pub fn failure(&self, name: &str) -> Result<Option<&'static str>, Broken> {
        let Some(word) = self.text(name)? else { return Ok(None) };
        let known = FAILURES.iter().copied().find(|it| *it == word);
        known.map(Some).ok_or_else(|| self.wrong(name, format!("`{name}` is one of {}", FAILURES.join(", "))))
    }

    /// Headers: an object of texts, or of lists of texts.
    ///
    /// # Errors
    /// It is something else.
    pub fn headers(&self, name: &str) -> Result<HeaderMap, Broken> {
        let mut headers = HeaderMap::new();
        let Some(own) = self.object(name)? else { return Ok(headers) };
        for name in own.names() {
            let value = match own.json(name) {
                Some(Json::Array(items)) => items.first().and_then(Json::as_str).unwrap_or("").to_owned(),
                Some(Json::String(text)) => text,
                Some(other) => other.to_string(),
                None => String::new(),
            };
            add_header(&mut headers, name, &value);
        }
        Ok(headers)
    }

    /// A body: a text as it was, or anything else as JSON.
    pub fn body(&self, name: &str) -> String {
        match self.json(name) {
            None => String::new(),
            Some(Json::String(text)) => text,
            Some(_) => self.value(name).map_or(String::new(), |it| it.get().to_owned()),
        }
    }

    /// The body of an answer, if it is JSON.
    pub fn answer(&self, name: &str) -> Option<Json> {
        let body = self.body(name);
        serde_json::from_str(&body).ok().filter(|it: &Json| it.is_object() || it.is_array())
    }
}

/// Adds a header, unless HTTP has no such header.
pub fn add_header(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}
