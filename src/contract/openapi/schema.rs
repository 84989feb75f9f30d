//! Rows of fields as JSON Schema 2020-12: dotted names become nested objects.

use serde_json::{Map, Value as Json, json};

use crate::kit::evidence::Evidence;
use crate::kit::fields::{Field, Kind, Need, TEXT};
use crate::kit::http::form_pairs;
use crate::kit::webhook_url::URL_BYTES_MAX;

/// The values that a kind of field takes.
pub fn of(kind: Kind) -> Json {
    match kind {
        TEXT => json!({"type": "string"}),
        Kind::Text { chars_max } => json!({"type": "string", "maxLength": chars_max}),
        Kind::Like { pattern, chars_max } => json!({"type": "string", "pattern": pattern, "maxLength": chars_max}),
        Kind::Integer { min, max: i64::MAX } => json!({"type": "integer", "format": "int64", "minimum": min}),
        Kind::Integer { min, max } => json!({"type": "integer", "format": "int64", "minimum": min, "maximum": max}),
        Kind::Word(words) => json!({"type": "string", "enum": words}),
        Kind::Digits { min, max } => json!({"type": "string", "pattern": format!("^[0-9]{{{min},{max}}}$")}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Truth(it) => json!({"type": "boolean", "const": it}),
        Kind::Either(kinds) => json!({"anyOf": kinds.iter().map(|it| of(*it)).collect::<Vec<_>>()}),
        Kind::Url => json!({"type": "string", "format": "uri", "maxLength": URL_BYTES_MAX}),
        Kind::HttpUrl => json!({"type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://", "maxLength": URL_BYTES_MAX}),
        Kind::Object => json!({"type": "object"}),
        Kind::NullableObject => json!({"type": ["object", "null"]}),
        Kind::Constant(text) => json!({"type": "string", "const": text}),
        Kind::Nullable => json!({"type": ["string", "null"]}),
        Kind::NullableInteger => json!({"type": ["integer", "null"]}),
        Kind::Number => json!({"type": "number"}),
        Kind::Amount { .. } => json!({"type": "number", "exclusiveMinimum": 0}),
        Kind::Decimal | Kind::DecimalText => json!({"type": ["number", "string"], "exclusiveMinimum": 0, "pattern": "[1-9]"}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::NullableTime => json!({"type": ["string", "null"], "format": "date-time"}),
        Kind::List => json!({"type": "array"}),
        Kind::JsonText { chars_max } => json!({"type": "string", "contentMediaType": "application/json", "maxLength": chars_max}),
        Kind::Any => json!({}),
    }
}

/// A default of a row in the type of the row.
pub fn typed(kind: Kind, text: &str) -> Json {
    match kind {
        Kind::Integer { .. }
        | Kind::NullableInteger
        | Kind::Flag
        | Kind::Truth(_)
        | Kind::Either(_)
        | Kind::Number
        | Kind::Amount { .. }
        | Kind::Decimal
        | Kind::DecimalText
        | Kind::Any => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        Kind::Text { .. }
        | Kind::Like { .. }
        | Kind::Word(_)
        | Kind::Digits { .. }
        | Kind::Url
        | Kind::HttpUrl
        | Kind::Object
        | Kind::NullableObject
        | Kind::Constant(_)
        | Kind::Nullable
        | Kind::Time
        | Kind::NullableTime
        | Kind::JsonText { .. }
        | Kind::List => text.into(),
    }
}

/// Adds the evidence of a row to its schema.
pub fn mark(target: &mut Json, evidence: Evidence) {
    target["x-evidence"] = evidence.tag().into();
    target["x-source"] = evidence.source().into();
}

/// One field: its values, meaning, default and evidence. The default is told in words: generators of typed clients take a member
/// with `default` for one that is always there, and would ask every caller for it.
pub fn field(row: &Field) -> Json {
    let mut schema = of(row.kind);
    schema["description"] = row.meaning.into();
    if let Need::Default(text) = row.need {
        schema["description"] = format!("{}; default: {text}", row.meaning).into();
    }
    mark(&mut schema, row.evidence);
    schema
}

/// An object with these fields.
pub fn object<'a>(rows: impl IntoIterator<Item = &'a Field>) -> Json {
    let mut root = json!({"type": "object"});
    for row in rows {
        let (holder, name) = row.name.rsplit_once('.').map_or((None, row.name), |(outer, name)| (Some(outer), name));
        let holder = holder.map_or_else(Vec::new, |it| it.split('.').collect());
        let object = holder.into_iter().fold(&mut root, inner);
        insert(object, name, row);
    }
    root
}

/// The object that a caller has to send: a required text is not empty, because empty text counts as missing, and a list has items.
pub fn request<'a>(rows: impl IntoIterator<Item = &'a Field> + Clone) -> Json {
    let mut schema = object(rows.clone());
    let is_text = |it: &Field| it.need == Need::Required && matches!(it.kind, Kind::Text { .. } | Kind::Url | Kind::HttpUrl);
    for row in rows {
        let bound = if is_text(row) { "minLength" } else { "minItems" };
        if let Some(own) = schema.pointer_mut(&pointer(row.name)).filter(|_| is_text(row) || row.kind == Kind::List) {
            own[bound] = 1.into();
        }
    }
    schema
}

/// The JSON pointer to the schema of a dotted name in the schema of its object.
pub fn pointer(name: &str) -> String {
    name.split('.').fold(String::new(), |path, it| match it.strip_suffix("[]") {
        Some(list) => path + "/properties/" + list + "/items",
        None => path + "/properties/" + it,
    })
}

/// The schema of a member that is an object; created when no row has created it.
fn inner<'a>(object: &'a mut Json, name: &str) -> &'a mut Json {
    let member = member(object, name);
    if member.is_null() {
        *member = json!({"type": "object"});
    }
    alternative(member, "object")
}

/// The place of a member, of the items of a list, or of every member whose name no row names.
fn member<'a>(object: &'a mut Json, name: &str) -> &'a mut Json {
    match name.strip_suffix("[]") {
        Some(list) => &mut alternative(member(object, list), "array")["items"],
        None if name.starts_with('{') => &mut object["additionalProperties"],
        None => &mut object["properties"][name],
    }
}

/// The one of several kinds of a value that has this type; the value itself when it has one kind.
fn alternative<'a>(value: &'a mut Json, kind: &str) -> &'a mut Json {
    match value["anyOf"].as_array().and_then(|all| all.iter().position(|it| it["type"] == kind)) {
        Some(place) => &mut value["anyOf"][place],
        None => value,
    }
}

/// Adds an item with a meaning of its own to a list that has a row. Names of form fields can look alike, and have no list.
fn insert_item(object: &mut Json, name: &str, row: &Field) -> bool {
    let list = name.strip_suffix(']').and_then(|it| it.split_once('[')).map(|it| it.0);
    let Some(list) = list.and_then(|it| object["properties"].get_mut(it)).map(|it| alternative(it, "array")) else { return false };
    let mut items = list["prefixItems"].take();
    match items.as_array_mut() {
        Some(items) => items.push(field(row)),
        None => items = json!([field(row)]),
    }
    let count = items.as_array().map_or(0, Vec::len);
    // The bound says that nothing follows. Some generators cannot read `false` here, which would say the same.
    (list["prefixItems"], list["items"]) = (items, json!({}));
    (list["minItems"], list["maxItems"]) = (count.into(), count.into());
    true
}

fn insert(object: &mut Json, name: &str, row: &Field) {
    let is_own = !name.ends_with(']') && !name.starts_with('{');
    if !is_own && !name.ends_with("[]") && insert_item(object, name, row) {
        return;
    }
    *member(object, name) = field(row);
    if !is_own {
        return;
    }
    if row.need == Need::Required {
        let mut names = object["required"].take();
        if let Some(names) = names.as_array_mut() {
            names.push(name.into());
        }
        object["required"] = if names.is_null() { json!([name]) } else { names };
    }
}

/// Whether a body of these media types can only be a form.
pub fn is_form(media: &[&str]) -> bool {
    !media.is_empty() && !media.contains(&"application/json")
}

/// A body from the documentation as a value: a form becomes an object of its fields.
pub fn example(media: &[&str], text: &str) -> Json {
    if is_form(media) {
        return map(form_pairs(text.as_bytes()).into_iter().map(|(name, value)| (name, value.into())));
    }
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// A map from pairs, for objects whose names come from the tables.
pub fn map(pairs: impl IntoIterator<Item = (String, Json)>) -> Json {
    pairs.into_iter().collect::<Map<_, _>>().into()
}
