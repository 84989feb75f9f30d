//! What a call takes, as one JSON Schema: for callers that give the names in its path, its query and its body side by side.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::call::{Body, Call, Handler};
use super::openapi::closed;
use super::table::{IN_PATH, TABLE};
use crate::contract::openapi::schema;
use crate::engine::tables::Contract;
use crate::kit::fields::{Field, Need};
use crate::scenario::schema::components::components;

/// The member that is the whole body, where the body is not a list of rows.
pub const WHOLE_BODY: &str = "with";
/// A longer list of words is left to the description: `describe` has them.
const WORDS_MAX: usize = 40;

/// The call of the control API with that name.
///
/// # Panics
/// The table has no such call.
pub fn named(name: &str) -> &'static Call {
    TABLE.iter().find(|it| it.name == name).expect("the name of a call")
}

/// The names of the arguments that stand in the path, in its order.
pub fn in_path(call: &Call) -> Vec<&'static str> {
    call.names_in_path().collect()
}

/// Whether the call is about the server and not about one sandbox.
pub fn is_of_server(call: &Call) -> bool {
    matches!(call.handler, Handler::Server(_)) || call.path.starts_with("sandboxes")
}

/// Everything that the call takes, as the schema of one object.
pub fn arguments(call: &Call, contracts: &[&'static Contract]) -> Json {
    let mut properties = Map::new();
    let mut required = BTreeSet::new();
    let path = call.names_in_path().filter_map(|name| IN_PATH.iter().find(|it| it.name == name));
    for row in path.chain(call.query) {
        properties.insert(row.name.to_owned(), described(row));
        required.extend((row.need == Need::Required).then(|| row.name.to_owned()));
    }
    let body = match call.body {
        Body::Ignored | Body::Bytes | Body::State => json!({}),
        Body::Fields(rows) => closed(schema::object(rows)),
        Body::Criteria { component } => components(contracts).remove(component).unwrap_or_default(),
        Body::ByPath(_) | Body::Scenario { .. } => {
            let examples = if call.examples.is_empty() { String::new() } else { format!(", such as {}", call.examples.join(" or ")) };
            let whole = json!({"type": "object", "description": format!("the body of the call{examples}")});
            json!({"properties": {WHOLE_BODY: whole}, "required": [WHOLE_BODY]})
        }
    };
    properties.extend(body["properties"].as_object().cloned().unwrap_or_default());
    required.extend(body["required"].as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)));
    properties.values_mut().for_each(simplify);
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn described(row: &Field) -> Json {
    let mut own = schema::of(row.kind);
    own["description"] = row.meaning.into();
    own
}

/// Leaves out long lists of words, and the evidence of rows: these calls are Playmoney's own.
fn simplify(schema: &mut Json) {
    match schema {
        Json::Object(members) => {
            members
                .retain(|name, it| !name.starts_with("x-") && (name != "enum" || it.as_array().is_none_or(|all| all.len() <= WORDS_MAX)));
            members.values_mut().for_each(simplify);
        }
        Json::Array(items) => items.iter_mut().for_each(simplify),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
