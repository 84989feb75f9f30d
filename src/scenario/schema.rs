//! The JSON Schema of scenario files, from the rows of the grammar. Editors complete files with it.

use serde_json::{Map, Value as Json, json};

pub mod components;

use super::keys::{ANY_STEP, RULE, SCENARIO, STEPS};
use super::matchers::OPERATORS;
use super::shape::{Kind, Row, Shape};
use crate::engine::account::CREDENTIALS;
use crate::engine::rules::UNANSWERED;
use crate::engine::rules::effects::TRANSPORTS;
use crate::engine::tables::{ActionRow, Contract, Operation, Setting, SettingKind};
use crate::kit::fields::{Field, Kind as Values, Need};

/// The dialect that editors understand.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The name of the schema, by which editors and catalogues know it. It leads nowhere.
const ID: &str = "urn:playmoney:scenario:1";

/// The schema, for these providers.
pub fn document(contracts: &[&'static Contract]) -> Json {
    let mut schema = shape(&SCENARIO, contracts, None);
    let steps = STEPS.iter().map(|it| step(it, contracts)).collect::<Vec<_>>();
    let operators: Map<String, Json> =
        OPERATORS.iter().map(|(name, meaning)| ((*name).to_owned(), json!({"description": meaning}))).collect();
    let operation = json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": operators});
    schema["$schema"] = DIALECT.into();
    schema["$id"] = ID.into();
    schema["title"] = "Playmoney scenario".into();
    let call = STEPS.iter().find(|it| it.verb() == "call").map(|it| step(it, contracts));
    schema["$defs"] = json!({
        "call": call,
        "step": {"oneOf": steps},
        "rule": shape(&RULE, contracts, None),
        "matcher": {"anyOf": [operation, true], "description": "a value, or a matcher such as {gt: 1}"},
    });
    schema
}

fn step(shape: &'static Shape, contracts: &[&'static Contract]) -> Json {
    let rows = shape.rows.iter().chain(ANY_STEP.rows);
    let mut own = object(shape.what, rows.clone(), contracts, None, Map::new(), &required(shape.rows.iter()));
    own["title"] = shape.verb().into();
    own["defaultSnippets"] = json!([snippet(shape)]);
    let by_name: Vec<Json> = match shape.verb() {
        "call" => contracts.iter().flat_map(|it| it.operations.iter().map(move |row| call(it, row))).collect(),
        "act" => contracts.iter().flat_map(|it| it.actions.iter().map(move |row| action(it, row))).collect(),
        "set" => contracts.iter().map(|it| change(it)).collect(),
        "expect_webhook" | "expect_no_webhook" => contracts.iter().map(|it| webhook(it, shape.verb())).collect(),
        _ => Vec::new(),
    };
    if !by_name.is_empty() {
        own["allOf"] = by_name.into();
    }
    own
}

/// What an editor writes for a step: its first line, and the required members, with a stop at each value.
fn snippet(shape: &'static Shape) -> Json {
    let needed = shape.rows.iter().filter(|it| it.required || it.name == shape.verb());
    let more: &[&str] = if shape.verb() == "call" { &["with"] } else { &[] };
    let names = needed.map(|it| it.name).chain(more.iter().copied());
    let body: Map<String, Json> = names.enumerate().map(|(place, it)| (it.to_owned(), format!("${}", place + 1).into())).collect();
    json!({"label": shape.verb(), "description": shape.what, "body": body})
}

/// A condition on one member, and what follows for others.
fn when(member: &str, is: Json, then: Json) -> Json {
    json!({"if": {"properties": {member: is}}, "then": {"properties": then}})
}

/// The parameters of a call, for completion alone: a scenario may try what the provider refuses.
fn call(contract: &Contract, row: &Operation) -> Json {
    let name = format!("{}.{}", contract.slug, row.name);
    when("call", json!({"const": name}), json!({"with": {"properties": named(row.parameters)}}))
}

/// The parameters of an action: it takes no others.
fn action(contract: &Contract, row: &ActionRow) -> Json {
    let name = format!("{}.{}", contract.slug, row.name);
    let required: Vec<&str> = row.parameters.iter().filter(|it| it.need == Need::Required).map(|it| it.name).collect();
    let with = json!({"properties": named(row.parameters), "additionalProperties": false, "required": required});
    when("act", json!({"const": name}), json!({"with": with}))
}

/// The settings of a provider.
fn change(contract: &Contract) -> Json {
    let mut settings: Map<String, Json> = contract.settings().map(|it| (it.name.to_owned(), json!({"description": it.meaning}))).collect();
    let keys: Map<String, Json> = contract.keys().map(|it| (it.name.to_owned(), json!({"type": "string"}))).collect();
    let keys =
        json!({"type": "object", "description": "keys that replace the present ones", "properties": keys, "additionalProperties": false});
    settings.insert(CREDENTIALS.to_owned(), keys);
    when("set", json!({"const": contract.slug}), json!({"with": {"properties": settings, "additionalProperties": false}}))
}

/// The events of a provider, for completion.
fn webhook(contract: &Contract, verb: &str) -> Json {
    let events: Vec<&str> = contract.events.iter().map(|it| it.name).collect();
    let is = json!({"properties": {"provider": {"const": contract.slug}}, "required": ["provider"]});
    when(verb, is, json!({verb: {"properties": {"event": {"examples": events}}}}))
}

/// What a rule on one provider can name.
fn rule(contract: &Contract) -> Json {
    let errors: Vec<&str> = contract.errors.iter().map(|it| it.name).collect();
    let events: Vec<&str> = contract.events.iter().map(|it| it.name).collect();
    let mut own = when(
        "on",
        json!({"type": "string", "pattern": format!("^{}[.:]", contract.slug)}),
        json!({
            "then": {"properties": {"error": {"anyOf": [{"enum": errors}, {"pattern": r"\$\{"}]}}},
            "when": {"properties": {"event": {"examples": events}}},
        }),
    );
    own["if"]["required"] = json!(["on"]);
    own
}

/// The names of parameters with their meaning. The rows of members inside them are left out.
fn named(rows: &[Field]) -> Map<String, Json> {
    let mut all = Map::new();
    for it in rows.iter().filter(|it| !it.name.contains(['.', '['])) {
        let mut own = json!({"description": it.meaning});
        if let Values::Word(words) = it.kind {
            own["examples"] = words.into();
        }
        all.insert(it.name.to_owned(), own);
    }
    all
}

fn required<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<&'static str> {
    rows.filter(|it| it.required).map(|it| it.name).collect()
}

/// A mapping with known names.
fn shape(shape: &'static Shape, contracts: &[&'static Contract], provider: Option<&'static Contract>) -> Json {
    let mut own = object(shape.what, shape.rows.iter(), contracts, provider, Map::new(), &required(shape.rows.iter()));
    if std::ptr::eq(shape, &raw const RULE) {
        own["allOf"] = contracts.iter().map(|it| rule(it)).collect::<Vec<_>>().into();
    }
    own
}

fn object<'a>(
    what: &str,
    rows: impl Iterator<Item = &'a Row>,
    contracts: &[&'static Contract],
    provider: Option<&'static Contract>,
    mut properties: Map<String, Json>,
    required: &[&str],
) -> Json {
    for it in rows {
        let mut own = kind(it.kind, contracts, provider);
        if let Some(members) = own.as_object_mut() {
            members.insert("description".to_owned(), it.meaning.into());
        }
        properties.insert(it.name.to_owned(), own);
    }
    json!({"type": "object", "description": what, "properties": properties, "required": required, "additionalProperties": false})
}

fn kind(it: Kind, contracts: &[&'static Contract], provider: Option<&'static Contract>) -> Json {
    let of = |it: &Kind| kind(*it, contracts, provider);
    let reference = json!({"type": "string", "pattern": r"\$\{"});
    let or_reference = |own: Json| json!({"anyOf": [own, reference]});
    match it {
        Kind::Text => json!({"type": ["string", "number"]}),
        Kind::Plain => json!({"type": ["string", "number", "boolean"]}),
        Kind::Flag => json!({"const": true}),
        Kind::Integer { min, max } if min == max => json!({"const": min}),
        Kind::Integer { min, max } => or_reference(json!({"type": "integer", "minimum": min, "maximum": max})),
        Kind::Amount | Kind::Share => json!({"type": ["number", "string"]}),
        Kind::Duration => json!({"type": "string", "pattern": r"^(\d|P|.*\$\{)", "examples": ["30m", "1h30m", "PT31M"]}),
        Kind::Offset => json!({"type": "string", "pattern": r"^([-+]|\d|P|.*\$\{)", "examples": ["-20m", "+1h"]}),
        Kind::Moment => json!({"type": "string", "examples": ["2026-01-01T00:00:00Z"]}),
        Kind::ClockMode => json!({"type": "string", "examples": ["frozen", "real", "60x"]}),
        Kind::Name | Kind::Inbox => json!({"type": "string"}),
        Kind::Word(words) => json!({"enum": words}),
        Kind::Failure => json!({"enum": TRANSPORTS.iter().filter(|it| it.fails).map(|it| it.word).collect::<Vec<_>>()}),
        Kind::Provider => json!({"enum": contracts.iter().map(|it| it.slug).collect::<Vec<_>>()}),
        Kind::Operation => json!({"enum": operations(contracts).collect::<Vec<_>>()}),
        Kind::Trigger => {
            let wide = contracts.iter().flat_map(|it| [format!("{}.*", it.slug), format!("{}:webhook", it.slug)]);
            json!({"enum": operations(contracts).chain(wide).collect::<Vec<_>>()})
        }
        Kind::Action => {
            let actions = contracts.iter().flat_map(|it| it.actions.iter().copied().map(|action| format!("{}.{}", it.slug, action.name)));
            json!({"enum": actions.collect::<Vec<_>>()})
        }
        Kind::ContractRow => {
            let slugs: Vec<&str> = contracts.iter().map(|it| it.slug).collect();
            json!({"type": "string", "pattern": format!("^({})\\.", slugs.join("|")), "examples": ["quoine.decisions.texts"]})
        }
        Kind::Value => json!({}),
        Kind::Values => json!({"type": "object"}),
        Kind::Matcher => json!({"$ref": "#/$defs/matcher"}),
        Kind::Matchers => json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/matcher"}}),
        Kind::Script => script(),
        Kind::Answering(own) => of(own),
        Kind::List(each) => json!({"type": "array", "items": of(each)}),
        Kind::Map(each) => json!({"type": "object", "additionalProperties": of(each)}),
        Kind::Shape(own) if std::ptr::eq(own, &raw const RULE) => json!({"$ref": "#/$defs/rule"}),
        Kind::Shape(own) => shape(own, contracts, provider),
        Kind::Either(first, second) => json!({"anyOf": [of(first), of(second)]}),
        Kind::Settings(own) => with_settings(own, contracts, provider),
        Kind::Providers(own) => {
            let each = contracts.iter().map(|it| (it.slug.to_owned(), with_settings(own, contracts, Some(it))));
            json!({"type": "object", "additionalProperties": false, "properties": each.collect::<Map<_, _>>()})
        }
        Kind::Step => json!({"$ref": "#/$defs/step"}),
        Kind::Calls => json!({"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/call"}}),
    }
}

fn operations<'a>(contracts: &'a [&'static Contract]) -> impl Iterator<Item = String> + 'a {
    contracts.iter().flat_map(|it| it.operations.iter().copied().map(|operation| format!("{}.{}", it.slug, operation.name)))
}

/// The rows of a shape and the settings of a provider.
fn with_settings(own: &'static Shape, contracts: &[&'static Contract], provider: Option<&'static Contract>) -> Json {
    let settings = provider.map_or(Vec::new(), |it| it.settings().collect());
    let properties = settings.into_iter().map(|it| (it.name.to_owned(), setting(it))).collect();
    object(own.what, own.rows.iter(), contracts, provider, properties, &required(own.rows.iter()))
}

/// The values of a setting; `null` removes one.
pub fn setting(it: &Setting) -> Json {
    let mut schema = match it.kind {
        SettingKind::Flag { .. } => json!({"type": ["boolean", "null"]}),
        SettingKind::Word { words, .. } => json!({"enum": words.iter().map(|it| json!(it)).chain([Json::Null]).collect::<Vec<_>>()}),
        SettingKind::Integer { min, max, .. } => json!({"type": ["integer", "null"], "minimum": min, "maximum": max}),
        SettingKind::Fraction { .. } => json!({"type": ["number", "null"]}),
        SettingKind::Numbers { members } => numbers(members),
        SettingKind::Waits { .. } => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        SettingKind::List { words } => json!({"type": ["array", "null"], "items": {"enum": words}}),
        SettingKind::Text { .. } | SettingKind::Url | SettingKind::Secret => json!({"type": ["string", "null"]}),
    };
    schema["description"] = it.meaning.into();
    schema
}

/// The answers of a built-in receiver.
pub fn script() -> Json {
    let status = json!({"type": "integer", "minimum": 200, "maximum": 599});
    let failing = json!({"enum": UNANSWERED});
    let headers = json!({"type": "object", "additionalProperties": {"type": ["string", "number"]}});
    let properties =
        json!({"status": status, "delay": {"type": "string"}, "headers": headers, "body": {}, "encoding": {"const": "base64"}});
    let object = json!({"type": "object", "properties": properties, "additionalProperties": false});
    json!({"type": "array", "items": {"anyOf": [status, failing, object]}})
}

/// An object of numbers; a dot in a name reaches inside.
fn numbers(members: &[(&str, &str)]) -> Json {
    let mut parts = Map::new();
    for (name, default) in members {
        let number = json!({"type": "number", "minimum": 0, "default": serde_json::from_str::<Json>(default).unwrap_or_default()});
        match name.split_once('.') {
            None => drop(parts.insert((*name).to_owned(), number)),
            Some((part, name)) => {
                let own = parts.entry(part).or_insert_with(|| json!({"type": "object", "additionalProperties": false, "properties": {}}));
                own["properties"][name] = number;
            }
        }
    }
    json!({"type": ["object", "null"], "additionalProperties": false, "properties": parts})
}
