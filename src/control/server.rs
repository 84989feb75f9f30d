//! Calls that concern the server, not one of its sandboxes.

use http::{StatusCode, header};
use serde_json::{Value as Json, json};

use super::Problem;
use super::call::Call;
use super::table::TABLE;
use crate::kit::http::{RequestPath, Response};

pub fn index(_: &str) -> Result<Response, Problem> {
    let row = |it: &Call| json!({"method": it.method.unwrap_or("ANY"), "path": RequestPath::control(it.path).as_str(), "does": does(it)});
    Ok(Response::json(StatusCode::OK, &json!({"calls": TABLE.iter().map(row).collect::<Vec<_>>()})).with(header::VARY, "Accept"))
}

/// What a call does, and how its query or its body is written.
fn does(call: &Call) -> String {
    let query: Vec<String> = call.query.iter().map(|it| format!("{}=", it.name)).collect();
    let usage = if query.is_empty() { call.examples.join(" or ") } else { format!("?{}", query.join("&")) };
    if usage.is_empty() { call.summary.to_owned() } else { format!("{}: {usage}", call.summary) }
}

pub fn health(_: &str) -> Result<Response, Problem> {
    Ok(healthy(&json!({})))
}

/// That the server answers, with what it says of its data.
pub fn healthy(data: &Json) -> Response {
    let mut health = json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")});
    if let (Some(health), Some(data)) = (health.as_object_mut(), data.as_object()) {
        health.extend(data.clone());
    }
    Response::json(StatusCode::OK, &health)
}
