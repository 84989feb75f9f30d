//! The schema of scenario files as components of an OpenAPI document, which gives types to what generators write.

use serde_json::{Map, Value as Json, json};

use super::{document, shape};
use crate::engine::tables::Contract;
use crate::scenario::criteria;
use crate::scenario::shape::Shape;

/// The component of a whole scenario. The names of the others begin with it.
pub const SCENARIO: &str = "scenario";
/// The component of a rule.
pub const RULE: &str = "scenario.rule";

/// The components of what control calls look for.
pub const VERIFY: &str = "verify_requests.request";
pub const WAIT: &str = "wait_for_requests.request";
pub const WAIT_FOR_WEBHOOKS: &str = "wait_for_deliveries.request";
static CRITERIA: [(&str, &Shape); 3] =
    [(VERIFY, &criteria::VERIFY), (WAIT, &criteria::WAIT), (WAIT_FOR_WEBHOOKS, &criteria::WAIT_FOR_WEBHOOKS)];

/// The schema, and each of its definitions as a component of its own.
pub fn components(contracts: &[&'static Contract]) -> Map<String, Json> {
    let mut whole = document(contracts);
    let inner = whole["$defs"].take();
    let inner = inner.as_object().into_iter().flatten().map(|(name, it)| (format!("{SCENARIO}.{name}"), component(it)));
    let mut all: Map<String, Json> = inner.collect();
    all.insert(SCENARIO.to_owned(), component(&whole));
    all.extend(CRITERIA.iter().map(|(name, it)| ((*name).to_owned(), literal(&component(&shape(it, contracts, None))))));
    all
}

/// A part of the schema without what only editors read. Generators know no conditions (`allOf` with `if`), and take `true` for a value.
fn component(schema: &Json) -> Json {
    match schema {
        Json::Object(members) => {
            let kept = members.iter().filter(|it| !["$schema", "$id", "$defs", "defaultSnippets", "allOf"].contains(&it.0.as_str()));
            kept.map(|(name, it)| (name.clone(), if name == "$ref" { reference(it) } else { component(it) })).collect::<Map<_, _>>().into()
        }
        Json::Array(items) => items.iter().map(|it| if *it == json!(true) { json!({}) } else { component(it) }).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => schema.clone(),
    }
}

/// The same without references: nothing is saved to which a control call could refer.
fn literal(schema: &Json) -> Json {
    let is_reference = |it: &&Json| it.get("pattern").and_then(Json::as_str) == Some(r"\$\{");
    match schema {
        Json::Object(members) => {
            let choices = members.get("anyOf").and_then(Json::as_array).filter(|all| all.iter().any(|own| is_reference(&own)));
            let Some(choices) = choices else {
                return members.iter().map(|(name, it)| (name.clone(), literal(it))).collect::<Map<_, _>>().into();
            };
            let own = choices.iter().find(|it| !is_reference(it)).map_or(Json::Null, literal);
            let mut members = members.clone();
            members.remove("anyOf");
            members.extend(own.as_object().cloned().unwrap_or_default());
            members.into()
        }
        Json::Array(items) => items.iter().map(literal).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => schema.clone(),
    }
}

/// The component for a definition.
fn reference(to: &Json) -> Json {
    let name = to.as_str().and_then(|it| it.strip_prefix("#/$defs/")).unwrap_or("");
    format!("#/components/schemas/{SCENARIO}.{name}").into()
}
