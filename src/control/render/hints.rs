//! What a reader of an attempt may not know, and what the attempt itself shows.

use crate::engine::delivery::{Attempt, Delivery, Failure, Outcome, is_basic};
use crate::kit::http::header;
use crate::kit::time::Duration;
use crate::kit::webhook_url::WebhookUrl;

/// Advice about an attempt, when there is any. `url` shows an address.
pub fn of_attempt(delivery: &Delivery, it: &Attempt, url: impl Fn(&str) -> String) -> Option<String> {
    redirect(it, url).or_else(|| unsent_password(delivery, it))
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

/// Advice about an outcome alone: what a receiver has usually done.
pub fn of_result(result: Result<u16, Failure>, slug: &str, time_limit: Duration) -> Option<String> {
    let text = match result {
        Ok(200..=299) | Err(Failure::Blocked) => return None, // the detail says what is forbidden
        Ok(401 | 403) => {
            return Some(format!(
                "the receiver refused it: compare its secret and its signed text with those of `playmoney verify {slug}`"
            ));
        }
        Ok(404 | 410) => "the receiver has no such path: compare it with the webhook address of the account",
        Ok(405) => "the receiver does not accept this method on this path: webhooks are POST",
        Ok(400..=499) => "the receiver refused it: its own log says why",
        Ok(500..=599) => "the receiver has failed: its own log says why",
        Ok(_) => "only an answer from 200 to 299 accepts a webhook",
        Err(Failure::Refused) => "start the receiver, or correct the webhook address of the account",
        Err(Failure::Timeout) => return Some(format!("no answer within {time_limit:#}: answer first, and do the work afterwards")),
        Err(Failure::Reset) => "the receiver closed the connection before it answered: its own log says why",
        Err(Failure::Dns) => "the name is not known: correct the host of the webhook address",
        Err(Failure::Tls) => "use a certificate that this machine trusts, or an http address",
        Err(Failure::BadResponse) => "what listens there does not answer in HTTP/1.1: correct the port of the webhook address",
    };
    Some(text.to_owned())
}
