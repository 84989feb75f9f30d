//! What one request asks for in the header `Playmoney-Fault`: documented errors and effects, as NAME or NAME=VALUE.

use serde_json::{Map, Number, Value as Json, json};

use super::check::Known;
use super::keys::THEN;
use super::mistakes::{Mistake, Mistakes};
use super::parse_rule;
use super::shape::{Effect, Kind};
use crate::engine::rules::effects::TRANSPORTS;
use crate::engine::rules::{Effects, Transport};
use crate::engine::tables::Contract;
use crate::kit::nearest::nearest;

/// One part of the header: a name, and its value.
pub type Part<'a> = (&'a str, Option<&'a str>);

/// Why a request cannot ask for something.
pub enum Refused<'a> {
    /// Nothing has this name.
    Unknown(&'a str),
    /// The effect cannot have this value, or cannot be had on this call.
    Invalid(String),
}

/// Why a request cannot ask for a rule on webhooks.
pub fn fires_by_itself(name: &str) -> String {
    format!("the rule `{name}` is on webhooks and fires by itself: a rule without `on` waits for a request that asks for it")
}

/// The parts of the header, between its commas.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    text.split(',').map(part).collect()
}

fn part(text: &str) -> Part<'_> {
    text.split_once('=').map_or((text.trim(), None), |(name, value)| (name.trim(), Some(value.trim())))
}

/// The names that a request can use beside those of rules.
pub fn words<'a>(contract: &'static Contract) -> impl Iterator<Item = &'a str> + Clone {
    let effects = THEN.rows.iter().filter(|it| is_plain(it.kind) || TRANSPORTS.iter().any(|row| row.word == it.name));
    contract.errors.iter().map(|it| it.name).chain(effects.map(|it| it.name))
}

/// Whether an effect can be written in a header: its value is a word or a number.
fn is_plain(kind: Kind) -> bool {
    match kind {
        Kind::Flag | Kind::Integer { .. } | Kind::Share | Kind::Duration | Kind::Text => true,
        Kind::Either(short, _) => is_plain(*short),
        Kind::Plain
        | Kind::Amount
        | Kind::Offset
        | Kind::Moment
        | Kind::ClockMode
        | Kind::Word(_)
        | Kind::Failure
        | Kind::Name
        | Kind::Inbox
        | Kind::Provider
        | Kind::Operation
        | Kind::Trigger
        | Kind::Action
        | Kind::ContractRow
        | Kind::Value
        | Kind::Values
        | Kind::Answering(_)
        | Kind::Matcher
        | Kind::Matchers
        | Kind::Script
        | Kind::List(_)
        | Kind::Map(_)
        | Kind::Shape(_)
        | Kind::Settings(_)
        | Kind::Providers(_)
        | Kind::Step
        | Kind::Calls => false,
    }
}

/// What those parts do to a call of that operation, and to what it makes.
///
/// # Errors
/// The first part that is unknown or impossible.
pub fn effects<'a>(contract: &'static Contract, operation: Option<&str>, parts: &[Part<'a>]) -> Result<Effects, Refused<'a>> {
    let (mut on_call, mut on_webhooks, mut transport) = (Map::new(), Map::new(), None::<Transport>);
    for &(name, value) in parts {
        let default = TRANSPORTS.iter().find(|it| it.word == name && value.is_none());
        let is_second = if value.is_none() && contract.error(name).is_some() {
            on_call.insert("error".to_owned(), name.into()).is_some()
        } else if let Some(row) = default {
            transport.replace(row.default.clone()).is_some()
        } else {
            let row = THEN.row(name).filter(|it| is_plain(it.kind)).ok_or(Refused::Unknown(name))?;
            let place = if row.effect == Some(Effect::Webhook) { &mut on_webhooks } else { &mut on_call };
            place.insert(name.to_owned(), scalar(value)).is_some()
        };
        if is_second {
            return Err(Refused::Invalid(format!("`{name}` is asked for together with another of its kind")));
        }
    }
    let on = format!("{}.{}", contract.slug, operation.unwrap_or("*"));
    let mut own = read(contract, &on, on_call)?;
    own.fault = read(contract, &format!("{}:webhook", contract.slug), on_webhooks)?.fault;
    if own.fault.is_some() && own.answer.is_some() {
        return Err(Refused::Invalid("an effect on webhooks needs a call that the provider answers".to_owned()));
    }
    if transport.is_some() && own.transport.is_some() {
        return Err(Refused::Invalid("two effects on the bytes of the answer exclude each other".to_owned()));
    }
    Ok(Effects { transport: own.transport.clone().or(transport), ..own })
}

fn read<'a>(contract: &'static Contract, on: &str, then: Map<String, Json>) -> Result<Effects, Refused<'a>> {
    if then.is_empty() {
        return Ok(Effects::default());
    }
    let rule = json!({"on": on, "then": then}).to_string();
    let read = parse_rule(&rule, Known { contracts: &[contract], environment: None });
    let first = |mistakes: Mistakes| mistakes.all.first().map_or_else(String::new, |it| of_part(it, &rule, &then));
    read.map(|it| it.0.then).map_err(|mistakes| Refused::Invalid(first(mistakes)))
}

/// A mistake in a rule that was made of parts, with the name of its part and how that is written.
fn of_part(mistake: &Mistake, rule: &str, then: &Map<String, Json>) -> String {
    // A quotation mark inside a value has a backslash before it, so only names are found.
    let begin = |name: &str| rule.find(&format!("\"{name}\":")).filter(|it| *it <= mistake.at.start);
    let part = then.keys().filter_map(|name| Some((begin(name)?, name))).max();
    match part.map(|it| it.1).filter(|name| !mistake.what.contains(&format!("`{name}`"))) {
        Some(name) => {
            let example = THEN.row(name).and_then(|it| example(it.kind)).map_or(String::new(), |it| format!("; write {name}={it}"));
            format!("{name}: {}{example}", mistake.what)
        }
        None => mistake.what.clone(),
    }
}

/// A value of this kind, as a header has it.
fn example(kind: Kind) -> Option<String> {
    if let Kind::Either(short, _) = kind {
        return example(*short);
    }
    if let Kind::Integer { min, .. } = kind {
        return Some(min.to_string());
    }
    let plain = if matches!(kind, Kind::Duration) { Some("2s") } else { matches!(kind, Kind::Share).then_some("0.5") };
    plain.map(str::to_owned)
}

/// A value as a scenario would have it; an effect without one is switched on.
fn scalar(value: Option<&str>) -> Json {
    match value {
        None | Some("true") => Json::Bool(true),
        Some(text) => text.parse::<Number>().map_or_else(|_| text.into(), Json::Number),
    }
}

/// What stands after the name of what is unknown: the nearest of the names that could be meant.
pub fn nearest_of<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(asked, known).map_or(String::new(), |it| format!(" The nearest is `{it}`."))
}
