//! A tool that is a call of the control API: its arguments become the path, the query and the body of the call.

use serde_json::{Map, Value as Json};

use super::tools::What;
use crate::cli::Stop;
use crate::cli::client::{Connection, Question};
use crate::control::arguments::{WHOLE_BODY, in_path, is_of_server, named};
use crate::control::{Body, Call};
use crate::kit::http::Method;

/// The longest time of an answer: that of an audit.
const ANSWER_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(200);

/// The arguments of a tool, by their names.
pub type Arguments = Map<String, Json>;

/// Asks a call, and returns its answer. A verification that has failed is an answer too.
pub fn ask(connection: &Connection, name: &str, usual: &[(&str, u64)], mut given: Arguments) -> Result<Json, Stop> {
    let call = named(name);
    if given.keys().all(|it| in_path(call).contains(&it.as_str())) {
        given.extend(usual.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))));
    }
    let path = path(call, &mut given)?;
    let mut query = Vec::new();
    for row in call.query {
        if let Some(value) = given.remove(row.name) {
            query.push((row.name, Some(in_words(row.name, &value)?)));
        }
    }
    let body = match call.body {
        Body::Ignored => None,
        Body::ByPath(_) | Body::Scenario { .. } => Some(given.remove(WHOLE_BODY).unwrap_or_else(|| Json::Object(Map::new()))),
        Body::Fields(_) | Body::Criteria { .. } | Body::State | Body::Bytes => Some(Json::Object(std::mem::take(&mut given))),
    };
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    ask_at(connection, call, &segments, query, body.as_ref())
}

/// Does an action: `quoine.pay`.
pub fn act(connection: &Connection, action: &str, with: &Json) -> Result<Json, Stop> {
    let (provider, name) = action
        .split_once('.')
        .filter(|it| is_segment(it.0) && is_segment(it.1))
        .ok_or_else(|| Stop::usage(format!("`{action}` is not the name of an action: write provider.action, such as quoine.pay")))?;
    ask_at(connection, named("act"), &["act", provider, name], Vec::new(), Some(with))
}

fn ask_at(
    connection: &Connection,
    call: &Call,
    path: &[&str],
    query: Vec<(&'static str, Option<String>)>,
    body: Option<&Json>,
) -> Result<Json, Stop> {
    let method = call.method.and_then(|it| it.parse().ok()).unwrap_or(Method::GET);
    let mut question = Question::by(method, path, body.map(Json::to_string)).with(query);
    if is_of_server(call) {
        question = question.of_server();
    }
    let reply = connection.answer(&question, ANSWER_TIME_MAX)?;
    let answer = reply.json();
    if answer["verified"].is_boolean() {
        return Ok(answer);
    }
    connection.judged(&question, reply).map(|_| answer)
}

/// The segments of the path, with the arguments that stand in it.
fn path(call: &Call, given: &mut Arguments) -> Result<Vec<String>, Stop> {
    let mut path = Vec::new();
    for segment in call.path.split('/') {
        let Some(name) = segment.strip_prefix('{').and_then(|it| it.strip_suffix('}')) else {
            path.push(segment.to_owned());
            continue;
        };
        let value = given.remove(name).ok_or_else(|| Stop::usage(format!("the argument `{name}` is missing")))?;
        let value = in_words(name, &value)?;
        if !is_segment(&value) {
            return Err(Stop::usage(format!("`{name}` cannot be `{value}`")));
        }
        path.push(value);
    }
    Ok(path)
}

/// Whether a text can stand in a path by itself: `..` would lead to another call.
fn is_segment(text: &str) -> bool {
    !["", ".", ".."].contains(&text)
}

/// A value of a query or a path as text.
fn in_words(name: &str, value: &Json) -> Result<String, Stop> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(_) | Json::Number(_) => Ok(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Err(Stop::usage(format!("`{name}` has to be a text or a number"))),
    }
}

/// Whether a tool is about one sandbox, which the argument `sandbox` then chooses.
pub fn chooses_sandbox(what: What) -> bool {
    match what {
        What::Control(call, _) => !is_of_server(named(call)),
        What::Environment | What::Call | What::Act => true,
        What::Describe | What::CheckScenario => false,
    }
}
