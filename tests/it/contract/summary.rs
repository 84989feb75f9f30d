//! An OpenAPI document as rows that a person reads: one for each operation, event and schema, `name*` where a value is required.
//! What a row means and how much is known about it is left to `describe`.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value as Json;

/// A row that is longer has its parts in lines of their own.
const COLUMNS: usize = 140;
const STEP: usize = 4;
/// What bodies are unless a row says otherwise.
const JSON: &str = "application/json";

/// A text around parts.
#[derive(Default)]
struct Row {
    head: String,
    parts: Vec<Row>,
    between: &'static str,
    tail: String,
}

impl Row {
    fn of(head: impl Into<String>) -> Self {
        Self { head: head.into(), ..Self::default() }
    }

    /// The same behind a name.
    fn named(mut self, name: &str) -> Self {
        self.head = format!("{name}{}", self.head);
        self
    }

    fn line(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(Self::line).collect();
        format!("{}{}{}", self.head, parts.join(self.between), self.tail)
    }

    /// In one line if it fits.
    fn laid_out(&self, indent: usize) -> String {
        let line = self.line();
        if self.parts.is_empty() || indent + line.chars().count() <= COLUMNS {
            return line;
        }
        let mut text = self.head.trim_end().to_owned();
        for part in &self.parts {
            let inner = indent + STEP;
            write!(text, "\n{:inner$}{}{}", "", part.laid_out(inner), self.between.trim_end()).expect("text");
        }
        let tail = self.tail.trim_start();
        if tail.is_empty() { text } else { format!("{text}\n{:indent$}{tail}", "") }
    }
}

/// The rows of a document.
pub fn rows(document: &Json) -> String {
    let mut rows = vec![Row::of(format!("openapi {} {}", text(&document["openapi"]), text(&document["info"]["title"])))];
    let components = &document["components"];
    rows.extend(members(&document["servers"]).map(|it| Row::of(format!("server {}", text(&it.1["url"])))));
    rows.extend(
        members(&components["securitySchemes"]).map(|(name, it)| Row::of(format!("security {name}: {}{}", text(&it["type"]), limits(it)))),
    );
    for (group, kind) in [("paths", ""), ("webhooks", "event ")] {
        rows.push(Row::default());
        for (path, methods) in members(&document[group]) {
            rows.extend(
                members(methods).map(|(method, it)| operation(components, it).named(&format!("{kind}{} {path}", method.to_uppercase()))),
            );
        }
    }
    rows.push(Row::default());
    rows.extend(members(&components["headers"]).map(|(name, it)| value(it).named(&format!("header {name}"))));
    let mut seen = BTreeMap::new();
    for (name, it) in members(&components["schemas"]) {
        let row = kind(it);
        let first: &mut String = seen.entry(row.line()).or_insert_with(|| name.clone());
        let row = if *first == name { row } else { Row::of(format!("as {first}")) };
        rows.push(row.named(&format!("schema {name}: ")));
    }
    rows.push(Row::default());
    let more = members(document).filter(|it| it.0.starts_with("x-"));
    rows.extend(more.map(|(name, it)| Row { head: format!("{name}: "), parts: names(it), between: ", ", tail: String::new() }));
    rows.iter().map(|it| it.laid_out(0)).collect::<Vec<_>>().join("\n").replace("\n\n\n", "\n\n")
}

/// What an operation takes and answers.
fn operation(components: &Json, it: &Json) -> Row {
    let schemes: Vec<String> = it["security"].as_array().into_iter().flatten().flat_map(members).map(|it| it.0).collect();
    let by = if schemes.is_empty() { String::new() } else { format!(" by {}", schemes.join(" or ")) };
    let mut parts = Vec::new();
    for (_, parameter) in members(&it["parameters"]) {
        parts.push(value(parameter).named(&format!("{} {}", text(&parameter["in"]), text(&parameter["name"]))));
    }
    parts.extend(members(&it["requestBody"]["content"]).map(|(media, it)| body(&media, it).named("takes")));
    for (status, it) in members(&it["responses"]) {
        let headers: Vec<String> = members(&it["headers"]).map(|it| it.0).collect();
        let all = !headers.is_empty() && members(&components["headers"]).map(|it| it.0).eq(headers.iter().cloned());
        let headers = if all { " +headers".to_owned() } else { headers.iter().flat_map(|it| [" +", it]).collect() };
        let bodies: Vec<String> = members(&it["content"]).map(|(media, it)| body(&media, it).line()).collect();
        parts.push(Row::of(format!("-> {status}{}{headers}", bodies.concat())));
    }
    let head = format!(" {}{by}; ", text(&it["operationId"]));
    Row { head, parts, between: "; ", tail: String::new() }
}

/// The media type, the schema and the names of the examples.
fn body(media: &str, it: &Json) -> Row {
    let media = if media == JSON { String::new() } else { format!(" {media}") };
    let examples: Vec<String> = members(&it["examples"]).map(|it| it.0).collect();
    let examples = if examples.is_empty() { String::new() } else { format!(" (examples {})", examples.join(", ")) };
    Row::of(format!("{media} {}{examples}", kind(&it["schema"]).line()))
}

/// The mark of a required value, and its kind.
fn value(it: &Json) -> Row {
    kind(&it["schema"]).named(if it["required"] == true { "*: " } else { ": " })
}

/// A schema in a few words.
fn kind(schema: &Json) -> Row {
    let several = |all: &Json, between: &str| members(all).map(|it| kind(it.1).line()).collect::<Vec<_>>().join(between);
    let mut row = if schema["properties"].is_object() {
        let required = |name: &str| members(&schema["required"]).any(|it| it.1 == name);
        let told =
            members(&schema["properties"]).map(|(name, it)| kind(it).named(&format!("{name}{}: ", if required(&name) { "*" } else { "" })));
        Row { head: "{ ".to_owned(), parts: told.collect(), between: ", ", tail: " }".to_owned() }
    } else if schema["additionalProperties"].is_object() {
        let inner = kind(&schema["additionalProperties"]).named("{ each: ");
        Row { tail: inner.tail.clone() + " }", ..inner }
    } else if schema["prefixItems"].is_array() {
        Row::of(format!("[{}]", several(&schema["prefixItems"], ", ")))
    } else if !schema["items"].is_null() {
        let inner = kind(&schema["items"]).named("[");
        Row { tail: inner.tail.clone() + "]", ..inner }
    } else if schema["enum"].is_array() {
        Row::of(members(&schema["enum"]).map(|it| text(it.1)).collect::<Vec<_>>().join("|"))
    } else if let Some(place) = schema["$ref"].as_str() {
        Row::of(place.rsplit('/').next().unwrap_or_default())
    } else if !schema["const"].is_null() {
        Row::of(format!("always {}", schema["const"]))
    } else if let Some(types) = schema["type"].as_array() {
        Row::of(types.iter().map(text).collect::<Vec<_>>().join("|"))
    } else {
        Row::of(schema["type"].as_str().unwrap_or_default())
    };
    for (name, between) in [("oneOf", " | "), ("anyOf", " | "), ("allOf", " & ")] {
        if schema[name].is_array() {
            write!(row.tail, "{name}({})", several(&schema[name], between)).expect("text");
        }
    }
    row.tail += &limits(schema);
    if row.line().is_empty() { Row::of("any") } else { row }
}

/// The members of a schema that narrow it.
fn limits(schema: &Json) -> String {
    const SAID: [&str; 12] = [
        "type",
        "enum",
        "const",
        "properties",
        "required",
        "items",
        "prefixItems",
        "additionalProperties",
        "$ref",
        "oneOf",
        "anyOf",
        "allOf",
    ];
    let told = members(schema).filter(|it| !SAID.contains(&it.0.as_str()) && it.0 != "description" && !it.0.starts_with("x-"));
    told.map(|(name, it)| format!(" {name}={}", text(it))).collect::<Vec<_>>().concat()
}

/// The names of rows that the specification does not know, or how many they are.
fn names(it: &Json) -> Vec<Row> {
    let name = |of: &Json| of.as_str().or_else(|| of["name"].as_str().or_else(|| of["object"].as_str())).map(str::to_owned);
    let told: Vec<String> = match it {
        Json::Array(rows) => rows.iter().map(name).collect::<Option<_>>().unwrap_or_else(|| vec![format!("{} rows", rows.len())]),
        Json::Object(members) => members.keys().cloned().collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => vec![text(it)],
    };
    told.into_iter().map(Row::of).collect()
}

/// The members of an object with their names, or of a list with their numbers.
fn members(it: &Json) -> Box<dyn Iterator<Item = (String, &Json)> + '_> {
    match it {
        Json::Object(members) => Box::new(members.iter().map(|(name, it)| (name.clone(), it))),
        Json::Array(items) => Box::new(items.iter().enumerate().map(|(n, it)| (n.to_string(), it))),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Box::new(std::iter::empty()),
    }
}

fn text(it: &Json) -> String {
    it.as_str().map_or_else(|| it.to_string(), str::to_owned)
}
