//! The paths: calls, their parameters and their answers.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{map, mark, reference, schema, security};
use crate::contract::rows;
use crate::engine::tables::{Contract, ErrorRow, Operation};
use crate::kit::fields::{Field, Need};
use crate::kit::http::StatusCode;

/// The schema of every refusal's body.
pub const REFUSAL: &str = "refusal";
/// Headers that the specification covers elsewhere: by media types and security schemes.
const COVERED_ELSEWHERE: [&str; 3] = ["accept", "content-type", "authorization"];
/// The headers that Playmoney adds to every answer.
const STAMPS: [&str; 3] = ["Playmoney-Time", "Playmoney-Sandbox", "Playmoney-Evidence"];

/// The name of the schema of a request.
pub fn request_name(it: &Operation) -> String {
    format!("{}.request", it.name)
}

/// The name of the schema of an answer.
pub fn answer_name(it: &Operation) -> String {
    format!("{}.answer", it.name)
}

/// The headers of Playmoney itself.
pub fn headers() -> Json {
    json!({
        STAMPS[0]: {"description": "the simulated time of the answer", "required": true, "schema": {"type": "string", "format": "date-time"}},
        STAMPS[1]: {"description": "the sandbox that answered", "required": true, "schema": {"type": "string"}},
        STAMPS[2]: {
            "description": "how certain it is that the provider answers so, and the row of its contract that makes it so",
            "schema": {"type": "string", "pattern": "^(documented|observed|assumed); row="},
        },
    })
}

fn stamps() -> Json {
    map(STAMPS.map(|it| (it.to_owned(), reference("headers", it))))
}

/// Every call under its path. Calls with the same path and method are one operation in the specification, with one of
/// their bodies.
pub fn paths(contract: &Contract) -> Json {
    let mut groups: BTreeMap<(&str, String), Vec<&Operation>> = BTreeMap::new();
    for it in contract.operations {
        groups.entry((it.path, it.method.as_str().to_ascii_lowercase())).or_default().push(it);
    }
    let mut paths = json!({});
    for ((path, method), rows) in groups {
        paths[path][method] = match rows[..] {
            [row] => operation(contract, row),
            _ => shared_operation(contract, &rows),
        };
    }
    paths
}

fn operation(contract: &Contract, row: &Operation) -> Json {
    let mut it = json!({
        "operationId": row.name,
        "summary": row.summary,
        "security": security(&[row]),
        "responses": responses(contract, &[row]),
    });
    mark(&mut it, row.evidence);
    let parameters: Vec<Json> = beside_the_body(row).chain(own_headers(row.headers)).collect();
    if !parameters.is_empty() {
        it["parameters"] = parameters.into();
    }
    if !row.headers.is_empty() {
        it["x-headers"] = row.headers.iter().map(rows::field).collect::<Vec<_>>().into();
    }
    if !row.media.is_empty() {
        it["requestBody"] = request_body(&[row]);
    }
    it
}

/// Several calls with one path and method.
fn shared_operation(contract: &Contract, rows: &[&Operation]) -> Json {
    let names: Vec<&str> = rows.iter().map(|it| it.name).collect();
    let calls = rows.iter().map(|it| {
        let mut call = json!({"name": it.name, "summary": it.summary, "errors": it.errors});
        mark(&mut call, it.evidence);
        call
    });
    json!({
        "operationId": shared_name(rows),
        "summary": format!("one of {}", names.join(", ")),
        "security": security(rows),
        "requestBody": request_body(rows),
        "responses": responses(contract, rows),
        "x-operations": calls.collect::<Vec<_>>(),
    })
}

/// The name of calls that share an address: what they do stands in their bodies, so the end of the address names them.
fn shared_name(rows: &[&Operation]) -> String {
    let names: Vec<&str> = rows.iter().filter_map(|it| it.path.rsplit('/').next()).collect();
    names.first().map_or_else(String::new, |it| (*it).to_owned())
}

/// The parameters in the body. Without a body, and for a parameter in the path, they are elsewhere.
pub fn body(row: &Operation) -> impl Iterator<Item = &'static Field> + Clone {
    let has_body = !row.media.is_empty();
    row.beside_the_path().filter(move |_| has_body)
}

fn beside_the_body(row: &Operation) -> impl Iterator<Item = Json> {
    let rows = row.parameters.iter().filter(move |it| row.has_in_path(it.name) || row.media.is_empty());
    rows.map(move |it| parameter(it, if row.has_in_path(it.name) { "path" } else { "query" }))
}

fn own_headers(rows: &[Field]) -> impl Iterator<Item = Json> {
    rows.iter().filter(|it| !COVERED_ELSEWHERE.contains(&it.name.to_ascii_lowercase().as_str())).map(|it| parameter(it, "header"))
}

/// A field outside a body.
pub fn parameter(row: &Field, place: &str) -> Json {
    let mut values = schema::of(row.kind);
    if let Need::Default(text) = row.need {
        values["default"] = schema::typed(row.kind, text);
    }
    let mut it = json!({
        "name": row.name, "in": place, "required": row.need == Need::Required, "description": row.meaning, "schema": values,
    });
    mark(&mut it, row.evidence);
    it
}

fn request_body(rows: &[&Operation]) -> Json {
    let schemas: Vec<Json> = rows.iter().map(|it| reference("schemas", &request_name(it))).collect();
    let examples = map(rows.iter().filter_map(|it| Some((it.name.to_owned(), json!({"value": schema::example(it.media, it.example?)})))));
    let mut content = json!({});
    for media in rows.iter().flat_map(|it| it.media) {
        content[media] = json!({"schema": one_of(schemas.clone())});
        if examples.as_object().is_some_and(|it| !it.is_empty()) {
            content[media]["examples"] = examples.clone();
        }
    }
    json!({"required": true, "content": content})
}

fn one_of(schemas: Vec<Json>) -> Json {
    some_of("oneOf", schemas)
}

/// Schemas under `oneOf` or `anyOf`; a single schema stays alone.
fn some_of(how: &str, mut schemas: Vec<Json>) -> Json {
    if schemas.len() == 1 { schemas.remove(0) } else { json!({how: schemas}) }
}

fn responses(contract: &Contract, rows: &[&Operation]) -> Json {
    let mut answers: BTreeMap<StatusCode, Vec<Json>> = BTreeMap::new();
    for it in rows {
        answers.entry(it.success).or_default().push(reference("schemas", &answer_name(it)));
    }
    let success = answers.into_iter().map(|(status, schemas)| {
        // One answer can match the schemas of several functions with one address.
        let content = json!({"application/json": {"schema": some_of("anyOf", schemas)}});
        (status.as_str().to_owned(), json!({"description": "success", "headers": stamps(), "content": content}))
    });
    let mut refusals: BTreeMap<StatusCode, Vec<&ErrorRow>> = BTreeMap::new();
    for it in contract.errors.iter().filter(|it| is_answered(contract, rows, it)) {
        refusals.entry(it.status).or_default().push(it);
    }
    let refused = refusals.into_iter().map(|(status, errors)| (status.as_str().to_owned(), refusal(contract, &errors)));
    let mut responses: Json = map(success);
    for (status, refused) in refused {
        let place = &mut responses[status];
        *place = if place.is_null() { refused } else { either(place, &refused) };
    }
    responses
}

/// Whether one of these calls answers with that error. An error that no call names comes of a request that names no call: where
/// calls share an address, such a request comes to it too.
fn is_answered(contract: &Contract, rows: &[&Operation], error: &ErrorRow) -> bool {
    let names = |row: &&Operation| row.errors.contains(&error.name);
    let of_the_address = 1 < rows.len() && error.status.is_success() && !contract.operations.iter().any(names);
    rows.iter().any(names) || of_the_address
}

/// The answers of one status that means success and refusal: one body or the other.
fn either(success: &Json, refused: &Json) -> Json {
    let schema = |it: &Json| it["content"]["application/json"]["schema"].clone();
    let mut both = success.clone();
    both["description"] = format!("success, or a refusal. {}", refused["description"].as_str().unwrap_or_default()).into();
    let answered = schema(success);
    let mut schemas = answered["anyOf"].as_array().cloned().unwrap_or_else(|| vec![answered]);
    schemas.push(schema(refused));
    both["content"]["application/json"] =
        json!({"schema": {"anyOf": schemas}, "examples": refused["content"]["application/json"]["examples"]});
    both
}

/// The refusals of one status: their codes, and an example of each.
fn refusal(contract: &Contract, errors: &[&ErrorRow]) -> Json {
    let bodies: Vec<(&ErrorRow, Json)> = errors.iter().map(|it| (*it, example(contract, it))).collect();
    let mut content = json!({"schema": reference("schemas", REFUSAL), "examples": {}});
    for (row, body) in &bodies {
        let mut example = json!({"summary": row.when, "value": body});
        mark(&mut example, row.evidence);
        content["examples"][row.name] = example;
    }
    if let Some(codes) = schema_of_codes(contract, &bodies) {
        content["schema"] = json!({"allOf": [content["schema"].take(), codes]});
    }
    let description = errors.iter().map(|it| format!("{}: {}", it.name, it.when)).collect::<Vec<_>>().join(". ");
    json!({"description": description, "headers": stamps(), "content": {"application/json": content}})
}

/// The body of a refusal as the provider writes it.
fn example(contract: &Contract, row: &ErrorRow) -> Json {
    (contract.refusal)(row.name).map_or(Json::Null, |it| schema::example(&[], &String::from_utf8_lossy(&it.body)))
}

/// The schema that allows only the codes of these bodies, when one field contains the code of each.
fn schema_of_codes(contract: &Contract, bodies: &[(&ErrorRow, Json)]) -> Option<Json> {
    let holds = |field: &&Field, row: &ErrorRow, body: &Json| {
        let place = format!("/{}", field.name.replace('.', "/"));
        body.pointer(&place).is_some_and(|it| it == row.code)
    };
    let field = contract.error_body.iter().find(|field| bodies.iter().all(|(row, body)| holds(field, row, body)))?;
    let mut codes: Vec<&str> = Vec::new();
    for code in bodies.iter().map(|it| it.0.code) {
        if !codes.contains(&code) {
            codes.push(code); // several errors can share one
        }
    }
    Some(field.name.rsplit('.').fold(json!({"enum": codes}), |inner, name| json!({"properties": {name: inner}})))
}
