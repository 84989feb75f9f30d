//! The JSON body of a control call.

use http::StatusCode;
use serde_json::{Map, Value as Json};

use super::Problem;
use crate::kit::http::Request;
use crate::kit::json::{DEPTH_MAX, Members, depth, repeated_member};

/// The members of the body; an empty body is an empty object and needs no media type.
pub fn members(request: &Request) -> Result<Map<String, Json>, Problem> {
    if request.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    document(request)?;
    serde_json::from_slice(&request.body).map_err(|it| invalid_json(&it))
}

/// Refuses a body that is no JSON object, is nested too deep, or leaves open which of two members is meant.
pub fn document(request: &Request) -> Result<(), Problem> {
    is_json(request)?;
    if depth(&request.body) > DEPTH_MAX {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_json", format!("The body is nested deeper than {DEPTH_MAX} levels.")));
    }
    serde_json::from_slice::<Members<'_>>(&request.body).map_err(|it| invalid_json(&it))?;
    match repeated_member(&request.body) {
        Some(name) => Err(Problem::new(StatusCode::BAD_REQUEST, "duplicate_member", format!("The body names `{name}` twice."))),
        None => Ok(()),
    }
}

fn invalid_json(why: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_json", format!("The body is not a JSON object: {why}."))
}

/// Refuses any other media type: a form on a foreign page can send those without being asked.
fn is_json(request: &Request) -> Result<(), Problem> {
    let media = request.media_type();
    if media == "application/json" || media.ends_with("+json") {
        return Ok(());
    }
    let detail = format!("Send the body as Content-Type: application/json, not `{media}`.");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
}

/// Refuses a body that is neither YAML nor JSON. What it says is read where it is known.
pub fn yaml_or_json(request: &Request) -> Result<(), Problem> {
    let media = request.media_type();
    if media == "application/yaml" || media == "text/yaml" || media == "application/x-yaml" || media == "text/x-yaml" {
        return Ok(());
    }
    is_json(request).map_err(|mut it| {
        it.detail = format!("Send the body as Content-Type: application/yaml or application/json, not `{media}`.");
        it
    })?;
    document(request)
}

/// Refuses members that the call does not know.
pub fn only(members: &Map<String, Json>, known: &[&str]) -> Result<(), Problem> {
    match members.keys().find(|it| !known.contains(&it.as_str())) {
        None => Ok(()),
        Some(name) if known.is_empty() => Err(Problem::invalid(format!("This call takes no `{name}`: its body is empty."))),
        Some(name) => Err(Problem::invalid(format!("This call takes no `{name}`; it takes {}.", known.join(", ")))),
    }
}

/// A member that is text.
pub fn text<'a>(members: &'a Map<String, Json>, name: &str) -> Result<Option<&'a str>, Problem> {
    match members.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::invalid(format!("`{name}` is text."))),
    }
}
