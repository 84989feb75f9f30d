//! What one request breaks, judged by the row of its call alone.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::{MISSING_HEADER, NUMBER_FORMAT, UNKNOWN_FIELD, Violation};
use crate::engine::log::RequestEntry;
use crate::engine::tables::Operation;
use crate::kit::fields::{Field, Fields, Kind, Need};
use crate::kit::form::Form;
use crate::kit::printable::shortened;

/// Characters of a name or a value in a message.
const SHOWN_MAX: usize = 80;
/// Unknown parameters of a request that are named.
const UNKNOWN_MAX: usize = 20;

/// What was sent in a body, or in the query of a call that has no body.
enum Sent<'a> {
    Json(Fields<'a>),
    Form(Form),
}

/// The breaches of a request.
pub fn of(operation: &Operation, entry: &RequestEntry) -> Vec<Violation> {
    let is_missing = |it: &&Field| it.need == Need::Required && entry.headers.get(it.name).is_none();
    let violation = |it: &Field| {
        let detail = format!("the header {} is missing", it.name);
        Violation { code: MISSING_HEADER, detail, evidence: it.evidence }
    };
    let mut found: Vec<Violation> = operation.headers.iter().filter(is_missing).map(violation).collect();
    let sent = sent(operation, entry);
    found.extend(unknown_fields(operation, &sent));
    found.extend(operation.beside_the_path().filter_map(|it| number_format(operation, it, &sent)));
    found
}

fn sent<'a>(operation: &Operation, entry: &'a RequestEntry) -> Sent<'a> {
    if operation.media.is_empty() {
        let query = entry.target.split_once('?').map_or("", |it| it.1);
        return Sent::Form(Form::urlencoded(query.as_bytes()));
    }
    if let Some(fields) = Fields::json(&entry.body.0) {
        return Sent::Json(fields);
    }
    let content_type = entry.headers.get("content-type").and_then(|it| std::str::from_utf8(it).ok()).unwrap_or("");
    Sent::Form(Form::read(content_type, &entry.body.0))
}

/// The value of a parameter as it was sent, in JSON, in a form or in the query.
pub fn value(operation: &Operation, entry: &RequestEntry, name: &str) -> Option<String> {
    match sent(operation, entry) {
        Sent::Json(fields) => fields.plain(name),
        Sent::Form(form) => form.get(name).filter(|it| !it.is_empty()).map(str::to_owned),
    }
}

fn unknown_fields(operation: &Operation, sent: &Sent<'_>) -> Vec<Violation> {
    // Dots and brackets reach inside objects.
    let outer = |name: &str| name.split(['.', '[']).next().unwrap_or("").to_owned();
    let known = |name: &str| operation.parameters.iter().any(|it: &Field| outer(it.name) == outer(name));
    let unknown: BTreeSet<Cow<'_, str>> = match sent {
        Sent::Json(fields) => {
            let outer = fields.names().filter(|it| !known(it)).map(Cow::Borrowed);
            outer.chain(unknown_members(operation, fields).map(Cow::Owned)).collect()
        }
        Sent::Form(form) => form.0.iter().map(|it| &*it.0).filter(|it| !known(it)).map(Cow::Borrowed).collect(),
    };
    let violation = |detail: String| Violation { code: UNKNOWN_FIELD, detail, evidence: operation.evidence };
    let single = |name: &Cow<'_, str>| violation(format!("{} has no parameter `{}`", operation.name, beginning(name)));
    let further = unknown.len().checked_sub(UNKNOWN_MAX).filter(|it| 0 < *it);
    let of_all = further.map(|it| violation(format!("{} has none of {it} further parameters", operation.name)));
    unknown.iter().take(UNKNOWN_MAX).map(single).chain(of_all).collect()
}

/// Members of objects whose members are documented.
fn unknown_members(operation: &Operation, fields: &Fields<'_>) -> impl Iterator<Item = String> {
    let documented: BTreeSet<&str> = operation.parameters.iter().filter_map(|it| Some(it.name.split_once('.')?.0)).collect();
    documented.into_iter().flat_map(move |outer| {
        let members = fields.json_value(outer).and_then(|it| Fields::json(it.get().as_bytes()));
        let names = members.iter().flat_map(Fields::names).map(|it| format!("{outer}.{it}")).collect::<Vec<_>>();
        let begins = |row: &str, name: &str| row.strip_prefix(name).is_some_and(|it| it.is_empty() || it.starts_with(['.', '[']));
        names.into_iter().filter(move |name| !operation.parameters.iter().any(|it| begins(it.name, name)))
    })
}

/// The beginning of a text from outside.
pub fn beginning(text: &str) -> Cow<'_, str> {
    shortened(text, SHOWN_MAX)
}

/// A whole number that is written as a float or as text, or an amount that is a number where the documentation has text.
fn number_format(operation: &Operation, row: &Field, sent: &Sent<'_>) -> Option<Violation> {
    let is_integer = matches!(row.kind, Kind::Integer { .. });
    if !is_integer && row.kind != Kind::DecimalText {
        return None;
    }
    let wanted = if is_integer { "a whole number" } else { "text" };
    let written = match sent {
        Sent::Json(fields) => fields.json_value(row.name).map(RawValue::get)?,
        Sent::Form(form) => form.get(row.name).filter(|it| is_number(it))?,
    };
    // Other types are refused anyway, and in a form everything is text.
    let is_right = match sent {
        _ if is_integer => is_whole(written) || !(is_number(written) || written.starts_with('"')),
        Sent::Json(_) => !is_number(written),
        Sent::Form(_) => true,
    };
    if is_right {
        return None;
    }
    let shown = beginning(written);
    let detail = format!("`{}` of {} is {shown}, but {wanted} is documented: {}", row.name, operation.name, row.meaning);
    Some(Violation { code: NUMBER_FORMAT, detail, evidence: row.evidence })
}

/// Whether a text is a number in JSON.
fn is_number(text: &str) -> bool {
    text.starts_with(|it: char| it == '-' || it.is_ascii_digit()) && serde_json::from_str::<serde_json::Number>(text).is_ok()
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
}
