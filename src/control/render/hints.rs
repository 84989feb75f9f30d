//! What a reader of an attempt may not know, and what the attempt itself shows.

use crate::engine::delivery::{Attempt, CONNECTIONS_PER_TARGET_MAX, Delivery, Outcome, WaitsFor, is_basic};
use crate::kit::http::header;
use crate::kit::webhook_url::WebhookUrl;

/// Advice about an attempt, when there is any. `url` shows an address.
pub fn of_attempt(delivery: &Delivery, it: &Attempt, url: impl Fn(&str) -> String) -> Option<String> {
    redirect(it, url).or_else(|| unsent_password(delivery, it))
}

/// What an attempt waits for that has not left.
pub fn of_wait(it: WaitsFor) -> String {
    match it {
        WaitsFor::Turn => "its turn: while the clock stands, attempts to one address leave one after another".to_owned(),
        WaitsFor::Target => format!("a connection: {CONNECTIONS_PER_TARGET_MAX} to this host and port are open, the most at a time"),
        WaitsFor::Connection => "a connection: as many are open for webhooks as this server may have".to_owned(),
        WaitsFor::Machine => "this machine: it lacks a file descriptor, a port or memory for one more connection".to_owned(),
    }
}

fn redirect(it: &Attempt, url: impl Fn(&str) -> String) -> Option<String> {
    let answer = it.outcome.as_ref().and_then(|it: &Outcome| it.result.as_ref().ok())?;
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let headers = answer.headers.map();
    let location = headers.get(header::LOCATION).map(|it| String::from_utf8_lossy(it.as_bytes()));
    let to = location.map_or(String::new(), |it| format!(", `{}`", url(&it)));
    Some(format!("webhooks follow no redirect: set the address to which the receiver redirects{to}"))
}

/// Whether the provider's signature takes the header in which a user name and a password would leave.
fn unsent_password(delivery: &Delivery, it: &Attempt) -> Option<String> {
    let headers = it.headers.map();
    let signed = headers.get(header::AUTHORIZATION).filter(|it| !is_basic(it));
    let basic = WebhookUrl::parse(&delivery.url).ok()?.basic;
    signed
        .and(basic)
        .map(|_| "the user name in the address was not sent: the provider's signature takes the header Authorization".to_owned())
}
