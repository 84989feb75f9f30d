//! Order numbers of a run's own: an application with a database knows those of the run before, so `${run}` stands in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::script::Step;
use super::words::of_name;
use crate::engine::tables::{Contract, Operation};
use crate::kit::fields::Kind;
use crate::scenario::keys::RUN;
use crate::stage::RUN_CHARS;

/// Words in the names of members that hold an order number of the merchant.
const OWN: &[&str] = &["order", "external", "reference"];
/// A member that has the merchant's words for an order, such as `order 77`.
const TITLE: &str = "name";

/// What has become of the order numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Numbered {
    /// Texts that have `${run}` now.
    pub changed: usize,
    /// Members whose texts stay, because the provider takes no longer ones, or takes numbers there.
    pub kept: BTreeSet<String>,
}

/// Adds `${run}` to the order numbers of the merchant, wherever they stand.
pub fn number(contract: &'static Contract, steps: &mut [Step]) -> Numbered {
    let mut numbered = Numbered::default();
    let mut texts = BTreeMap::new();
    for step in &*steps {
        let Step::Call(call) = step else { continue };
        let is_good = call.expect["status"].as_u64().is_some_and(|it| it < 300);
        let operation = call.call.split_once('.').and_then(|it| contract.operation(it.1));
        if let Some(operation) = operation.filter(|it| is_good && it.method != http::Method::GET) {
            call.with.iter().for_each(|(name, value)| find(operation, (name, value), &mut texts, &mut numbered));
        }
    }
    numbered.changed = texts.len();
    for step in steps {
        match step {
            Step::Call(it) => replace(&mut it.with, &texts),
            Step::Act(it) => replace(&mut it.with, &texts),
            Step::Rule { rule } => replace(&mut rule.when, &texts),
            Step::Advance { .. } | Step::Expect { .. } => {}
        }
    }
    numbered
}

/// Looks for order numbers in a parameter of a call that makes something.
fn find(operation: &Operation, (name, value): (&str, &Json), texts: &mut BTreeMap<String, String>, numbered: &mut Numbered) {
    let row = operation.parameters.iter().find(|it| it.name == name);
    match (value, row.map(|it| it.kind)) {
        (Json::String(text), _) if text.contains("${") => {}
        (Json::String(text), kind) if is_own(name) || name == TITLE => {
            let longer = inner(text).unwrap_or_else(|| format!("{text}-${{{RUN}}}"));
            let added = if longer == *text { 0 } else { longer.matches("${").count() * (1 + RUN_CHARS as usize) };
            let fits = match kind {
                Some(Kind::Text { chars_max } | Kind::JsonText { chars_max }) => text.chars().count() + added <= chars_max,
                None => true,
                Some(_) => added == 0, // its alphabet is the provider's affair
            };
            if fits && 0 < added {
                texts.insert(text.clone(), longer);
            } else if !fits {
                numbered.kept.insert(name.to_owned());
            }
        }
        (Json::Number(_), Some(Kind::Integer { .. })) if is_own(name) || name == "nonce" => _ = numbered.kept.insert(name.to_owned()),
        _ => {}
    }
}

/// A text that is JSON, with `${run}` in the order numbers within. `None`: it is not JSON.
fn inner(text: &str) -> Option<String> {
    fn numbered(name: &str, value: &mut Json) {
        match value {
            Json::Object(members) => members.iter_mut().for_each(|(name, it)| numbered(name, it)),
            Json::Array(items) => items.iter_mut().for_each(|it| numbered(name, it)),
            Json::String(text) if is_own(name) => *text = format!("{text}-${{{RUN}}}"),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
    let mut value: Json = serde_json::from_str(text).ok().filter(|it: &Json| it.is_object() || it.is_array())?;
    let before = value.clone();
    numbered("", &mut value);
    Some(if value == before { text.to_owned() } else { value.to_string() })
}

fn is_own(name: &str) -> bool {
    of_name(name).iter().any(|it| OWN.contains(&it.as_str()))
}

fn replace(members: &mut Map<String, Json>, texts: &BTreeMap<String, String>) {
    members.iter_mut().for_each(|it| replace_in(it.1, texts));
}

fn replace_in(value: &mut Json, texts: &BTreeMap<String, String>) {
    match value {
        Json::String(text) => {
            if let Some(longer) = texts.get(text) {
                text.clone_from(longer);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|it| replace_in(it, texts)),
        Json::Object(members) => replace(members, texts),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
