//! What one request breaks, judged by the row of its call alone.

use serde_json::value::RawValue;

use super::{MISSING_HEADER, NUMBER_FORMAT, UNKNOWN_FIELD, Violation};
use crate::engine::log::RequestEntry;
use crate::engine::tables::Operation;
use crate::kit::fields::{Field, Fields, Kind, Need};
use crate::kit::form::Form;

/// Characters of a value in a message.
const SHOWN_MAX: usize = 40;

/// What was sent in a body.
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
    let sent = sent(entry);
    found.extend(unknown_fields(operation, &sent));
    let in_path = |it: &&Field| operation.path.contains(&format!("{{{}}}", it.name));
    let in_body = operation.parameters.iter().filter(|it| !in_path(it));
    found.extend(in_body.filter_map(|it| number_format(operation, it, &sent)));
    found
}

fn sent(entry: &RequestEntry) -> Sent<'_> {
    if let Some(fields) = Fields::json(&entry.body.0) {
        return Sent::Json(fields);
    }
    let content_type = entry.headers.get("content-type").and_then(|it| std::str::from_utf8(it).ok()).unwrap_or("");
    Sent::Form(Form::read(content_type, &entry.body.0))
}

/// The value of a parameter as it was sent, in JSON or in a form.
pub fn value(entry: &RequestEntry, name: &str) -> Option<String> {
    match sent(entry) {
        Sent::Json(fields) => fields.plain(name),
        Sent::Form(form) => form.get(name).filter(|it| !it.is_empty()).map(str::to_owned),
    }
}

fn unknown_fields(operation: &Operation, sent: &Sent<'_>) -> Vec<Violation> {
    // Dots and brackets reach inside objects.
    let outer = |name: &str| name.split(['.', '[']).next().unwrap_or("").to_owned();
    let known = |name: &str| operation.parameters.iter().any(|it: &Field| outer(it.name) == outer(name));
    let names: Vec<&str> = match sent {
        Sent::Json(fields) => fields.names().collect(),
        Sent::Form(form) => form.0.iter().map(|it| &*it.0).collect(),
    };
    let violation = |name: &str| Violation {
        code: UNKNOWN_FIELD,
        detail: format!("{} has no parameter `{name}`", operation.name),
        evidence: operation.evidence,
    };
    names.into_iter().filter(|it| !known(it)).map(violation).collect()
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
    let mut shown: String = written.chars().take(SHOWN_MAX).collect();
    if shown.len() < written.len() {
        shown.push_str("...");
    }
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
