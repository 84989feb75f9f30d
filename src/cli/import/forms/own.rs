//! The form of Playmoney itself.

use crate::cli::import::entry::{Broken, Entry};
use crate::cli::import::record::{Direction, Record};
use crate::kit::time::{Duration, parse_timestamp};

/// What lets its lines have bodies.
const ADDS_BODIES: &str = "add the member `body` to the lines";

/// Reads a line.
///
/// # Errors
/// What is wrong in it.
pub fn record(entry: &Entry<'_>) -> Result<Record, Broken> {
    let at = parse_timestamp(&entry.required("at")?).map_err(|why| entry.wrong("at", why))?;
    let direction = match entry.text("direction")?.as_deref() {
        None => None,
        Some("call") => Some(Direction::Call),
        Some("webhook") => Some(Direction::Webhook),
        Some(_) => return Err(entry.wrong("direction", "`direction` is `call` or `webhook`")),
    };
    let method = entry.method("method", &entry.required("method")?)?;
    let whole = entry.text("url")?.map_or_else(|| entry.required("path"), Ok)?;
    let (host, target) = match whole.split_once("://") {
        None => (None, whole.as_ref()),
        Some((_, rest)) => rest.find('/').map_or((Some(rest), "/"), |at| (Some(&rest[..at]), &rest[at..])),
    };
    if !target.starts_with('/') {
        let name = if entry.has("url") { "url" } else { "path" };
        return Err(entry.wrong(name, "a path begins with `/`, and an address with `https://`"));
    }
    let headers = entry.headers("headers")?;
    let outcome = match entry.failure("error")? {
        Some(failure) => Err(failure),
        None => entry.status("status")?,
    };
    let took = match entry.text("duration_ms")? {
        None => Duration::ZERO,
        Some(text) => super::millis(&text).ok_or_else(|| entry.wrong("duration_ms", "`duration_ms` is a number of milliseconds"))?,
    };
    let hosts = host.map(str::to_owned).into_iter().chain(headers.get("host").and_then(|it| it.to_str().ok()).map(str::to_owned)).collect();
    let (target, body, answer) = (target.to_owned(), entry.body("body").into(), entry.answer("answer"));
    Ok(Record { line: entry.line, at, direction, method, hosts, target, headers, body, adds_bodies: ADDS_BODIES, outcome, took, answer })
}
