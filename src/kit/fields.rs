//! One reader of what a caller sent, as JSON, form or query, and the rows that say what may be sent.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::evidence::Evidence;
use super::http::{Request, form_pairs};
use super::json::Members;

mod numbers;
mod urls;

pub use urls::{is_browser_url, is_http_url};

/// A parameter or a field, as a row of the provider's own table. The parser and the contract read the same row.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Dots reach inside objects: `urls.returnUrl`.
    pub name: &'static str,
    pub kind: Kind,
    pub need: Need,
    pub meaning: &'static str,
    pub evidence: Evidence,
}

/// Whether a field is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
    /// Used when it is not sent.
    Default(&'static str),
}

/// The kind of a value, and its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most this number of characters.
    Text { chars_max: usize },
    /// Text of this form, a pattern for the contract. The provider checks it itself, because it has words of its own for what is
    /// wrong.
    Like { pattern: &'static str, chars_max: usize },
    /// A whole number in this range, not written as text, with a fraction or with an exponent.
    Integer { min: i64, max: i64 },
    /// One of these words.
    Word(&'static [&'static str]),
    /// Only digits, and a number of them in this range.
    Digits { min: usize, max: usize },
    /// `true` or `false`; in a form also `1`, `0`, `on`, `off`.
    Flag,
    /// Always this one of the two, in an answer.
    Truth(bool),
    /// One of these kinds, in an answer.
    Either(&'static [Kind]),
    /// An address that a browser can be sent to.
    Url,
    /// An http or https address.
    HttpUrl,
    /// An object with fields of its own. A name in braces stands for every name: `response.{coin}.amount`.
    Object,
    /// Such an object or `null`.
    NullableObject,
    /// Always this text.
    Constant(&'static str),
    /// Text or `null`.
    Nullable,
    /// A whole number or `null`.
    NullableInteger,
    /// A number with or without a fraction.
    Number,
    /// A number above zero with at most this number of decimals; in a form, as text.
    Amount { decimals_max: u32 },
    /// A number above zero, or the same written as text.
    Decimal,
    /// The same; the documentation has text only, and a number is accepted.
    DecimalText,
    /// RFC 3339, as the provider writes it.
    Time,
    /// A time or `null`.
    NullableTime,
    /// A list. The rows of its items carry `[]` after its name: `data[].id`; `tags[]` alone describes plain items, and `data[0]`
    /// the first one where each has a meaning of its own.
    List,
    /// Text that is itself JSON, of at most this number of characters.
    JsonText { chars_max: usize },
    /// Any JSON value.
    Any,
}

/// Text without a practical limit.
pub const TEXT: Kind = Kind::Text { chars_max: 65_536 };

/// Why a value is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Missing,
    /// Another JSON type than that of the row; contains the word for the right type.
    NotA(&'static str),
    TooLong(usize),
    Below(i64),
    Above(i64),
    NotOneOf(&'static [&'static str]),
    NotDigits {
        min: usize,
        max: usize,
    },
    NotAUrl,
    /// More decimals than the row allows.
    TooPrecise(u32),
}

/// Which of several query parameters of one name counts: frameworks differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    First,
    Last,
}

/// A value as it was sent.
#[derive(Clone, Debug)]
enum Raw<'a> {
    Json(&'a RawValue),
    Text(Cow<'a, str>),
}

/// The fields that were sent, to be read row by row.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, Raw<'a>)>,
}

impl<'a> Fields<'a> {
    /// `None` when the body is not one JSON object.
    pub fn json(body: &'a [u8]) -> Option<Self> {
        Members::parse(body).map(Self::of)
    }

    /// A form body or a query: every value is text.
    pub fn form(body: &[u8]) -> Self {
        let entries = form_pairs(body).into_iter().map(|(name, value)| (name.into(), Raw::Text(value.into()))).collect();
        Self { entries }
    }

    /// A query: of several parameters of one name, one counts.
    pub fn query(query: &str, repeated: Repeated) -> Self {
        let mut fields = Self::form(query.as_bytes());
        if repeated == Repeated::First {
            fields.entries.reverse();
        }
        fields
    }

    /// JSON or form, as the request says.
    pub fn body(request: &'a Request) -> Option<Self> {
        if request.media_type() == "application/x-www-form-urlencoded" {
            return Some(Self::form(&request.body));
        }
        Self::json(&request.body)
    }

    /// The same fields; in a form, brackets reach inside objects, as many frameworks read them: `urls[returnUrl]`.
    #[must_use]
    pub fn with_brackets(mut self) -> Self {
        for (name, value) in &mut self.entries {
            // The names of JSON mean themselves.
            let Raw::Text(_) = value else { continue };
            if let Some((outer, inner)) = name.split_once('[').and_then(|(outer, rest)| Some((outer, rest.strip_suffix(']')?))) {
                *name = format!("{outer}.{}", inner.replace("][", ".")).into();
            }
        }
        self
    }

    fn of(members: Members<'a>) -> Self {
        Self { entries: members.0.into_iter().map(|(name, value)| (name, Raw::Json(value))).collect() }
    }

    /// The names that were sent, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_ref())
    }

    /// The value with this name, the last of several; `null` and empty text count as missing.
    fn raw(&self, name: &str) -> Option<Raw<'a>> {
        // Few names have a dot: looking for one byte by byte is faster than by `split_once`.
        let is_dotted = name.bytes().any(|it| it == b'.');
        if is_dotted
            && let Some((outer, inner)) = name.split_once('.')
            && let Some(Raw::Json(value)) = self.own(outer)
        {
            return Members::within(value).map(Self::of)?.raw(inner);
        }
        self.own(name).filter(|it| match it {
            // In JSON, dots reach into objects; in a form, they are part of the name.
            Raw::Json(_) if is_dotted => false,
            Raw::Json(value) => !matches!(value.get(), "null" | "\"\""),
            Raw::Text(text) => !text.is_empty(),
        })
    }

    fn own(&self, name: &str) -> Option<Raw<'a>> {
        self.entries.iter().rev().find(|(it, _)| it == name).map(|(_, value)| value.clone())
    }

    /// Whether a value other than `null` and empty text was sent under this name.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Whether any value was sent under this name, `null` and empty text included.
    pub fn is_sent(&self, name: &str) -> bool {
        self.own(name).is_some()
    }

    /// Whether JSON text was sent under that name, and is empty.
    pub fn is_empty_text(&self, name: &str) -> bool {
        matches!(self.own(name), Some(Raw::Json(value)) if value.get() == "\"\"")
    }

    /// The text of a row, `None` when it is optional and was not sent.
    ///
    /// # Errors
    /// The first reason to refuse it.
    pub fn text(&self, row: &Field) -> Result<Option<String>, Fault> {
        let Some(raw) = self.present(row)? else { return Ok(None) };
        let text = match &raw {
            Raw::Text(text) => text.clone().into_owned(),
            Raw::Json(value) => unquoted(value).ok_or(Fault::NotA("string"))?,
        };
        within(row.kind, &text)?;
        Ok(Some(text))
    }

    /// The value of a row as it was sent, when it was sent as JSON.
    pub fn json_value(&self, name: &str) -> Option<&'a RawValue> {
        match self.raw(name)? {
            Raw::Json(value) => Some(value),
            Raw::Text(_) => None,
        }
    }

    /// A number or a text as it was written, for callers who may write either.
    pub fn plain(&self, name: &str) -> Option<String> {
        match self.raw(name)? {
            Raw::Text(text) => Some(text.into_owned()),
            Raw::Json(value) => match value.get().as_bytes().first()? {
                b'"' => serde_json::from_str(value.get()).ok(),
                b'{' | b'[' => None,
                _ => Some(value.get().to_owned()),
            },
        }
    }

    /// The boolean of a row.
    ///
    /// # Errors
    /// The first reason to refuse it.
    pub fn flag(&self, row: &Field) -> Result<Option<bool>, Fault> {
        let Some(raw) = self.present(row)? else { return Ok(None) };
        match &raw {
            Raw::Json(value) => match value.get() {
                "true" | "1" => Ok(Some(true)),
                "false" | "0" => Ok(Some(false)),
                _ => Err(Fault::NotA("boolean")),
            },
            Raw::Text(text) => match text.as_ref() {
                "true" | "1" | "on" => Ok(Some(true)),
                "false" | "0" | "off" => Ok(Some(false)),
                _ => Err(Fault::NotA("boolean")),
            },
        }
    }

    /// Checks that an object was sent for a row.
    ///
    /// # Errors
    /// It is missing, or is not an object.
    pub fn object(&self, row: &Field) -> Result<(), Fault> {
        match self.present(row)? {
            Some(Raw::Json(value)) if !value.get().starts_with('{') => Err(Fault::NotA("object")),
            Some(Raw::Text(_)) => Err(Fault::NotA("object")),
            _ => Ok(()),
        }
    }

    fn present(&self, row: &Field) -> Result<Option<Raw<'a>>, Fault> {
        match self.raw(row.name) {
            None if row.need == Need::Required => Err(Fault::Missing),
            it => Ok(it),
        }
    }
}

fn within(kind: Kind, text: &str) -> Result<(), Fault> {
    match kind {
        Kind::Text { chars_max } | Kind::Like { chars_max, .. } | Kind::JsonText { chars_max }
            if text.len() > chars_max && text.chars().count() > chars_max =>
        {
            Err(Fault::TooLong(chars_max))
        }
        Kind::Word(words) if !words.contains(&text) => Err(Fault::NotOneOf(words)),
        Kind::Digits { min, max } => {
            let right = (min..=max).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
            if right { Ok(()) } else { Err(Fault::NotDigits { min, max }) }
        }
        Kind::Url if !is_browser_url(text) => Err(Fault::NotAUrl),
        Kind::HttpUrl if !is_http_url(text) => Err(Fault::NotAUrl),
        Kind::Text { .. }
        | Kind::Like { .. }
        | Kind::Word(_)
        | Kind::Url
        | Kind::HttpUrl
        | Kind::Object
        | Kind::NullableObject
        | Kind::Constant(_)
        | Kind::Integer { .. }
        | Kind::Flag
        | Kind::Truth(_)
        | Kind::Either(_)
        | Kind::Nullable
        | Kind::NullableInteger
        | Kind::Number
        | Kind::Amount { .. }
        | Kind::Decimal
        | Kind::DecimalText
        | Kind::Time
        | Kind::NullableTime
        | Kind::List
        | Kind::JsonText { .. }
        | Kind::Any => Ok(()),
    }
}

/// The text of a JSON string. One without escapes is copied as it is.
fn unquoted(value: &RawValue) -> Option<String> {
    let inner = value.get().strip_prefix('"')?.strip_suffix('"')?;
    if inner.bytes().any(|it| it == b'\\') { serde_json::from_str(value.get()).ok() } else { Some(inner.to_owned()) }
}
