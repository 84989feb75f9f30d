//! An access log of nginx whose `log_format` writes JSON. The members are named as the variables are, without the
//! dollar sign.

use http::HeaderMap;

use super::{moment, seconds};
use crate::cli::import::entry::{Broken, Entry, add_header};
use crate::cli::import::record::Record;
use crate::kit::time::{Duration, Timestamp, parse_timestamp};

/// Variables that hold the path as it came, the best first.
const TARGETS: &[&str] = &["request_uri", "uri"];
/// Variables that name the host; an outgoing call has it in the first.
const HOSTS: &[&str] = &["proxy_host", "host", "http_host", "server_name"];
/// nginx has no variable for the body of an answer; these are the names that njs and Lua recipes use.
const ANSWERS: &[&str] = &["response_body", "resp_body"];

/// What lets its lines have bodies.
const ADDS_BODIES: &str = "log the bodies of requests: add `\"request_body\":\"$request_body\"` to the log_format of nginx";

/// Reads a line.
///
/// # Errors
/// What is wrong in it.
pub fn record(entry: &Entry<'_>) -> Result<Record, Broken> {
    let line = entry.text("request")?.unwrap_or_default();
    let mut words = line.split(' ');
    let (first, second) = (words.next().unwrap_or(""), words.next());
    let method = match entry.first(&["request_method"])? {
        Some(text) => entry.method("request_method", &text)?,
        None => entry.method("request", first)?,
    };
    let target = match (entry.first(TARGETS)?, second) {
        (Some(target), _) => target.into_owned(),
        (None, Some(target)) => target.to_owned(),
        (None, None) => return Err(entry.wrong("request", "`request_uri` is missing")),
    };
    let took = match entry.first(&["request_time"])? {
        None => Duration::ZERO,
        Some(text) => seconds(&text).ok_or_else(|| entry.wrong("request_time", "`request_time` is a number of seconds"))?,
    };
    let ended = ended(entry)?;
    let at = ended.checked_sub(took).unwrap_or(ended);
    let mut hosts = Vec::new();
    for name in HOSTS {
        hosts.extend(entry.first(&[name])?.map(std::borrow::Cow::into_owned));
    }
    let answer = ANSWERS.iter().find_map(|it| entry.answer(it));
    let (outcome, body) = (entry.status("status")?, entry.first(&["request_body"])?.unwrap_or_default().into_owned().into());
    Ok(Record {
        line: entry.line,
        at,
        direction: None,
        method,
        hosts,
        target,
        headers: headers(entry)?,
        body,
        adds_bodies: ADDS_BODIES,
        outcome,
        took,
        answer,
    })
}

/// The moment at which the line was written: when the answer had left.
fn ended(entry: &Entry<'_>) -> Result<Timestamp, Broken> {
    if let Some(text) = entry.first(&["msec"])? {
        return seconds(&text).and_then(moment).ok_or_else(|| entry.wrong("msec", "`msec` is a number of seconds since 1970"));
    }
    for name in ["time_iso8601", "@timestamp", "timestamp"] {
        if let Some(text) = entry.first(&[name])? {
            return parse_timestamp(&text).map_err(|why| entry.wrong(name, why));
        }
    }
    match entry.first(&["time_local"])? {
        Some(text) => Timestamp::strptime("%d/%b/%Y:%H:%M:%S %z", text.as_ref())
            .map_err(|_| entry.wrong("time_local", "this is not a time as nginx writes it: 01/Jan/2026:00:00:00 +0000")),
        None => Err(entry.wrong("msec", "the time is missing: add `$msec` to the log_format")),
    }
}

/// `http_x_signature` is the header `X-Signature`.
fn headers(entry: &Entry<'_>) -> Result<HeaderMap, Broken> {
    let mut headers = HeaderMap::new();
    for name in entry.names() {
        if let Some(header) = name.strip_prefix("http_") {
            add_header(&mut headers, &header.replace('_', "-"), entry.text(name)?.as_deref().unwrap_or(""));
        }
    }
    if let Some(media) = entry.first(&["content_type", "http_content_type"])? {
        add_header(&mut headers, "content-type", &media);
    }
    Ok(headers)
}
