//! What a request of a log is to the contract: a call of one of its operations, one of its events, or neither.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::nearly::{has_form, has_names, lacks, lacks_as_webhook};
use super::record::{Direction, Record};
use crate::engine::tables::{Auth, Contract, Operation};
use crate::kit::fields::Kind;
use crate::kit::form::Form;
use crate::kit::http::{Method, Request, decoded, form_pairs};

/// What a record is.
#[derive(Debug)]
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

/// What the hosts of a log say about its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hosts {
    /// Calls go to the provider's own host, so what goes to another one is another's call.
    Tell,
    /// A gateway may stand in front of it.
    Hide,
}

/// Recognises the records of a log.
pub fn recognised(contract: &'static Contract, records: &[Record]) -> Vec<What> {
    let is_named = records.iter().any(|it| is_theirs(contract, it) && call(contract, it).is_some());
    let hosts = if is_named { Hosts::Tell } else { Hosts::Hide };
    let mut all: Vec<What> = records.iter().map(|it| recognise(contract, it, hosts)).collect();
    let receivers: BTreeSet<&str> = records.iter().zip(&all).filter(|it| matches!(it.1, What::Event(_))).map(|it| path(it.0)).collect();
    for (record, what) in records.iter().zip(&mut all) {
        let may_be = matches!(what, What::Foreign) && record.method == Method::POST && record.direction.is_none();
        if may_be && receivers.contains(path(record)) && serde_json::from_slice::<Json>(&record.body).is_err() {
            let lacks = lacks_as_webhook(contract, &record.body);
            *what = What::Unknown(format!("it went where the webhooks of {} go, but {lacks}", contract.name));
        }
    }
    all
}

fn path(record: &Record) -> &str {
    record.target.split('?').next().unwrap_or("")
}

/// Whether a request went to a host of the provider.
fn is_theirs(contract: &Contract, record: &Record) -> bool {
    record.hosts.iter().any(|it| contract.hosts.contains(&it.split(':').next().unwrap_or("")))
}

fn recognise(contract: &'static Contract, record: &Record, hosts: Hosts) -> What {
    let body = serde_json::from_slice::<Json>(&record.body).ok().filter(Json::is_object);
    let body = body.filter(|_| record.method == Method::POST && record.direction != Some(Direction::Call));
    let is_theirs = is_theirs(contract, record);
    // The application may take its webhooks at a path that a call of the provider has too.
    let event = body.as_ref().filter(|_| !is_theirs);
    if let Some(body) = event.filter(|body| contract.events.iter().any(|it| has_form(it, body))) {
        return What::Event(body.clone());
    }
    let nearly = |lacks: String| What::Unknown(format!("nearly a webhook of {}: {lacks}", contract.name));
    let lacks = event.and_then(|it| lacks(contract, it));
    let is_elsewhere = hosts == Hosts::Tell && !is_theirs && !record.hosts.is_empty() && record.direction.is_none();
    if record.direction != Some(Direction::Webhook)
        && !is_elsewhere
        && lacks.is_none()
        && let Some(called) = call(contract, record)
    {
        return What::Call(called);
    }
    if record.direction == Some(Direction::Call) || is_theirs {
        return What::Unknown("this call is none of the contract".to_owned());
    }
    if let Some(lacks) = lacks {
        return nearly(lacks);
    }
    if contract.recognises(&record.headers) || record.direction == Some(Direction::Webhook) {
        return What::Unknown(format!("this webhook is none of {}: {}", contract.name, lacks_as_webhook(contract, &record.body)));
    }
    let is_cut = record.method == Method::POST && body.is_none() && has_names(contract, &String::from_utf8_lossy(&record.body));
    if is_cut { nearly("its body is not whole JSON".to_owned()) } else { What::Foreign }
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
