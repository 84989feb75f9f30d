//! The objects that Kong's plugins http-log, file-log and tcp-log write. Bodies are not among their members by default;
//! with `custom_fields_by_lua` they are, as `request.body` and `response.body`.

use super::{millis, moment};
use crate::cli::import::entry::{Broken, Entry};
use crate::cli::import::record::Record;
use crate::kit::time::Duration;

/// What lets its lines have bodies.
const ADDS_BODIES: &str = "log the bodies of requests: set `request.body` with `custom_fields_by_lua` of the Kong plugin";

/// Reads a line.
///
/// # Errors
/// What is wrong in it.
pub fn record(entry: &Entry<'_>) -> Result<Record, Broken> {
    let part = |name: &str| entry.object(name)?.ok_or_else(|| entry.wrong(name, format!("`{name}` is missing")));
    let (request, response) = (part("request")?, part("response")?);
    let text = entry.required("started_at")?;
    let at = millis(&text).and_then(moment).ok_or_else(|| entry.wrong("started_at", "`started_at` is a number of milliseconds"))?;
    let took = match entry.object("latencies")? {
        None => Duration::ZERO,
        Some(own) => match own.text("request")? {
            None => Duration::ZERO,
            Some(text) => millis(&text).ok_or_else(|| own.wrong("request", "this is not a number of milliseconds"))?,
        },
    };
    let method = request.method("method", &request.required("method")?)?;
    let uri = request.required("uri")?;
    let target = if uri.starts_with('/') { uri.into_owned() } else { return Err(request.wrong("uri", "a path begins with `/`")) };
    let headers = request.headers("headers")?;
    let mut hosts: Vec<String> =
        entry.object("service")?.map(|it| it.text("host")).transpose()?.flatten().into_iter().map(Into::into).collect();
    hosts.extend(headers.get("host").and_then(|it| it.to_str().ok()).map(str::to_owned));
    let (outcome, answer) = (response.status("status")?, response.answer("body"));
    let body = request.body("body").into();
    Ok(Record {
        line: entry.line,
        at,
        direction: None,
        method,
        hosts,
        target,
        headers,
        body,
        adds_bodies: ADDS_BODIES,
        outcome,
        took,
        answer,
    })
}
