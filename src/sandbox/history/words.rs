//! Inputs and outputs in words.

use super::digest::Digest;
use super::record::{Given, What};
use crate::engine::delivery::{AttemptId, Outcome, delivery_name};
use crate::kit::printable::line;
use crate::providers;
use crate::sandbox::Ticket;

/// So many characters of a body are shown.
const SHOWN_MAX: usize = 200;

/// An input.
pub fn what(what: &What) -> String {
    match what {
        What::Request { request, .. } => format!("{} {}", request.method, line(&request.target)),
        What::Rest { .. } => "the contents of the call before were read".to_owned(),
        What::Outcome { attempt: id, outcome, .. } => format!("{}: {}", attempt(*id), result(outcome)),
        What::Tick => "real time passed".to_owned(),
        What::Walk { to, .. } => format!("time passed up to {to}"),
        What::Message { inbox, .. } => format!("a message to the inbox {inbox}"),
        What::Unheard { request, answer } => format!("{} {}, refused with {}", request.method, line(&request.target), answer.0),
        What::Gone { .. } => "a caller went away".to_owned(),
        What::HalfClosed { .. } => "a caller sends nothing more".to_owned(),
        What::ToldAgain { .. } => "a caller may not have read a report".to_owned(),
        What::Patience { .. } => "a caller's wait was ended".to_owned(),
        What::Begin { .. } => "the sandbox began anew".to_owned(),
        What::LoggedIn { provider, account } => format!("the tester's client logged in to {provider} as {}", line(account)),
        What::Waits { attempt: id, .. } => format!("{} waits for its turn on this machine", attempt(*id)),
        What::Closed => "the sandbox was deleted".to_owned(),
        What::Again => "webhooks under way were lost with their process, and leave again".to_owned(),
    }
}

fn result(outcome: &Outcome) -> String {
    match (outcome.error(), outcome.answered()) {
        (Some(error), _) => error.to_owned(),
        (None, status) => status.map_or(String::new(), |it| it.to_string()),
    }
}

/// An attempt.
pub fn attempt(id: AttemptId) -> String {
    format!("the webhook {} attempt {}", delivery_name(id.delivery), id.number)
}

/// An answer.
pub fn answer(digest: &Digest) -> String {
    format!("the answer {} with {}", digest.status, contents(digest))
}

/// The size and the hash.
pub fn contents(digest: &Digest) -> String {
    format!("{} bytes (hash {:016x})", digest.bytes, digest.hash)
}

/// What a caller took out.
pub fn given(given: Given) -> String {
    match given {
        Given::Answer(digest) => answer(&digest),
        Given::Cut => "a cut connection".to_owned(),
        Given::Before => "contents that are read first".to_owned(),
        Given::Later => "an answer that is made later".to_owned(),
    }
}

/// Webhooks that have not left.
pub fn left(count: u32) -> String {
    format!("{count} webhooks that have not left")
}

/// The number of a caller.
pub fn ticket(ticket: Ticket) -> String {
    format!("the caller {}", ticket.number())
}

/// The beginning of a body.
pub fn beginning(body: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(body).chars().take(SHOWN_MAX).collect();
    line(&text).into_owned()
}

/// The provider of that slug.
pub fn slug(slug: &str) -> Option<&'static str> {
    providers::all().iter().map(|it| it.contract().slug).find(|it| *it == slug)
}
