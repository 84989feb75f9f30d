//! What a request of a log is to the contract: a call of one of its operations, one of its events, or neither.

use serde_json::{Map, Value as Json};

use super::record::{Direction, Record};
use crate::engine::tables::{Auth, Contract, EventRow, Operation};
use crate::kit::fields::{Field, Kind, Need};
use crate::kit::form::Form;
use crate::kit::http::{Method, Request, decoded, form_pairs};
use crate::kit::printable::shortened;

/// What a record is.
pub enum What {
    Call(Called),
    Event(Json),
    /// It concerns the provider, and its contract does not have it.
    Unknown(String),
    /// Something else passed the gateway.
    Foreign,
}

/// A call of the provider.
#[derive(Clone, Debug)]
pub struct Called {
    pub operation: &'static Operation,
    /// The parameters, wherever they were sent, without those that prove who calls.
    pub with: Map<String, Json>,
    /// The body could not be read as its operation wants it.
    pub is_garbled: bool,
}

/// Parameters that prove who calls, or that a form of the provider's own page brings; the scenario makes them anew.
const PROOFS: &[&str] = &["signature", "timestamp", "csrf_token"];

/// What the hosts of a log say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Some lines have the provider's host, so a line with other hosts alone is no call of it.
    Tell,
    /// None has it: a gateway may hide it.
    Hide,
}

impl Hosts {
    /// Of a log.
    pub fn of(contract: &'static Contract, records: &[Record]) -> Self {
        if records.iter().any(|it| is_theirs(contract, it)) { Self::Tell } else { Self::Hide }
    }
}

fn is_theirs(contract: &'static Contract, record: &Record) -> bool {
    record.hosts.iter().any(|it| contract.hosts.contains(&it.split(':').next().unwrap_or("")))
}

/// Recognises a record.
pub fn recognise(contract: &'static Contract, record: &Record, hosts: Hosts) -> What {
    let is_theirs = is_theirs(contract, record);
    let is_elsewhere = hosts == Hosts::Tell && !is_theirs && !record.hosts.is_empty() && record.direction.is_none();
    if record.direction != Some(Direction::Webhook)
        && !is_elsewhere
        && let Some(called) = call(contract, record)
    {
        return What::Call(called);
    }
    if record.direction == Some(Direction::Call) || is_theirs {
        return What::Unknown("this call is none of the contract".to_owned());
    }
    let body = serde_json::from_slice::<Json>(&record.body).ok().filter(Json::is_object);
    let is_certain = contract.recognises(&record.headers) || record.direction == Some(Direction::Webhook);
    let Some(body) = body.filter(|_| record.method == Method::POST) else {
        let why = if record.body.is_empty() { "the line has no body" } else { "its body is not a whole JSON object" };
        return if is_certain { What::Unknown(format!("this webhook is none of the contract: {why}")) } else { What::Foreign };
    };
    let mut nearest: Option<(&'static EventRow, Vec<String>, usize)> = None;
    for event in contract.events {
        let (lacking, all) = (lacking(event, &body), required(event).count());
        if lacking.is_empty() {
            return What::Event(body);
        }
        if nearest.as_ref().is_none_or(|it| lacking.len() < it.1.len()) {
            nearest = Some((event, lacking, all));
        }
    }
    let Some((event, lacking, all)) = nearest else { return What::Foreign };
    let (first, more) = (&lacking[0], lacking.len() - 1);
    let more = if 0 < more { format!(" (and {more} more)") } else { String::new() };
    // A body of something else has hardly any member of an event.
    let looks_alike = 3 <= all && lacking.len() * LACKING_SHARE <= all;
    match (is_certain, looks_alike) {
        (true, _) => What::Unknown(format!("this webhook is none of the contract; the nearest is {}, but {first}{more}", event.name)),
        (false, true) => What::Unknown(format!("this looks like the webhook {}, but {first}{more}", event.name)),
        (false, false) => What::Foreign,
    }
}

/// What looks like an event lacks one of this number of its members at most.
const LACKING_SHARE: usize = 3;

/// The members that an event always has.
fn required(event: &'static EventRow) -> impl Iterator<Item = Field> {
    event.fields().filter(|it| it.need == Need::Required && !it.name.contains(['[', '{']))
}

/// What a body lacks that an event always has, a clause each.
fn lacking(event: &'static EventRow, body: &Json) -> Vec<String> {
    let wrong = |field: Field| {
        let value = field.name.split('.').try_fold(body, |it, name| it.get(name));
        let other = |value: &Json| Some(format!("`{}` is {}", field.name, shortened(&value.to_string(), SHOWN_CHARS)));
        match (field.kind, value) {
            (_, None) => Some(format!("`{}` is missing", field.name)),
            (Kind::Word(words), Some(value)) if !value.as_str().is_some_and(|it| words.contains(&it)) => other(value),
            (Kind::Constant(text), Some(value)) if value != text => other(value),
            (_, Some(_)) => None,
        }
    };
    required(event).filter_map(wrong).collect()
}

/// Of a value that does not fit, a note shows this much.
const SHOWN_CHARS: usize = 20;

/// The paths that a gateway may have put something in front of: the whole, then shorter ones.
fn tails(path: &str) -> impl Iterator<Item = &str> {
    let places = path.match_indices('/').map(|it| it.0);
    places.take(6).map(|at| &path[at..])
}

fn call(contract: &'static Contract, record: &Record) -> Option<Called> {
    let (path, query) = record.target.split_once('?').unwrap_or((&record.target, ""));
    let mut request = Request::new(record.method.clone(), &record.target, record.body.clone());
    request.headers.clone_from(&record.headers);
    if !request.headers.contains_key("content-type") && !record.body.starts_with(b"{") && !record.body.is_empty() {
        request = request.with("Content-Type", "application/x-www-form-urlencoded");
    }
    for tail in tails(path) {
        let found = contract.find(tail, &request);
        let Some(operation) = found.operation else { continue };
        let mut with = Map::new();
        let braces = operation.path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
        with.extend(braces.enumerate().map(|(place, name)| (name.to_owned(), decoded(found.captures.at(place)).into_owned().into())));
        with.extend(form_pairs(query.as_bytes()).into_iter().map(|(name, text)| (name, text.into())));
        let is_garbled = !body(operation, &request, &mut with);
        with.retain(|name, _| !is_left_out(operation, name));
        return Some(Called { operation, with, is_garbled });
    }
    None
}

/// Adds the members of a body. `false`: it is not what the operation takes.
fn body(operation: &Operation, request: &Request, with: &mut Map<String, Json>) -> bool {
    if operation.media.is_empty() || request.body.is_empty() {
        return true;
    }
    if let Ok(Json::Object(own)) = serde_json::from_slice(&request.body) {
        with.extend(own);
        return true;
    }
    let form = Form::of(request);
    let is_form = operation.media.iter().any(|it| *it != "application/json") && !form.0.is_empty();
    if is_form {
        with.extend(form.0.into_iter().map(|(name, text)| (name, text.into())));
    }
    is_form
}

fn is_left_out(operation: &Operation, name: &str) -> bool {
    let is_key = matches!(operation.auth, Auth::Field { name: own } if own == name);
    let row = operation.parameters.iter().find(|it| it.name == name);
    // A call with a form gets its constants from the contract.
    let has_form = operation.media.first().is_some_and(|it| it.ends_with("urlencoded"));
    is_key || PROOFS.contains(&name) || row.is_some_and(|it| matches!(it.kind, Kind::Constant(_)) && has_form)
}
