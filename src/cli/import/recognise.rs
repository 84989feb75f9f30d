//! What a request of a log is to the contract: a call of one of its operations, one of its events, or neither.

use serde_json::{Map, Value as Json};

use super::record::{Direction, Record};
use crate::engine::tables::{Auth, Contract, EventRow, Operation};
use crate::kit::fields::{Kind, Need};
use crate::kit::form::Form;
use crate::kit::http::{Method, Request, decoded, form_pairs};

/// What a record is.
pub enum What {
    Call(Called),
    Event(Json),
    /// It concerns the provider, and its contract does not have it.
    Unknown(&'static str),
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

/// Recognises a record.
pub fn recognise(contract: &'static Contract, record: &Record) -> What {
    if record.direction != Some(Direction::Webhook)
        && let Some(called) = call(contract, record)
    {
        return What::Call(called);
    }
    let is_theirs = record.hosts.iter().any(|it| contract.hosts.contains(&it.split(':').next().unwrap_or("")));
    if record.direction == Some(Direction::Call) || is_theirs {
        return What::Unknown("this call is none of the contract");
    }
    let body = serde_json::from_slice::<Json>(&record.body).ok().filter(Json::is_object);
    if record.method == Method::POST
        && let Some(body) = body
        && contract.events.iter().any(|it| has_form(it, &body))
    {
        return What::Event(body);
    }
    let is_marked = contract.recognises(&record.headers);
    if is_marked || record.direction == Some(Direction::Webhook) {
        What::Unknown("this webhook is none of the contract")
    } else {
        What::Foreign
    }
}

/// Whether a body has what an event always has.
fn has_form(event: &'static EventRow, body: &Json) -> bool {
    event.fields().filter(|it| it.need == Need::Required && !it.name.contains(['[', '{'])).all(|field| {
        let value = field.name.split('.').try_fold(body, |it, name| it.get(name));
        match (field.kind, value) {
            (_, None) => false,
            (Kind::Word(words), Some(value)) => value.as_str().is_some_and(|it| words.contains(&it)),
            (Kind::Constant(text), Some(value)) => value == text,
            (_, Some(_)) => true,
        }
    })
}

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
