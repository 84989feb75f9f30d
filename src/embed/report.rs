//! The report of an advance of the clock, with its webhooks.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value as Json;

use super::answer::read;
use crate::engine::delivery::{Delivery, Outgoing, delivery_id};
use crate::engine::world::World;
use crate::kit::http::HeaderMap;
use crate::kit::time::Timestamp;

/// One attempt to deliver a webhook.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Webhook {
    /// The provider's slug: `quoine`.
    pub provider: String,
    /// The provider's name for the event.
    pub event: String,
    /// The object of the event, by the merchant's own name for it: an order number.
    pub subject: String,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The simulated moment at which it left.
    pub at: Timestamp,
    /// Where it was sent.
    pub url: String,
    /// The headers, with the provider's signature.
    pub headers: HeaderMap,
    /// The body, as it was signed.
    pub body: Bytes,
    /// The HTTP status of the receiver's answer; `None` before the receiver has answered, and when it did not answer.
    pub status: Option<u16>,
    /// Why the receiver did not answer: `timeout`, `refused`, or another word of the control API.
    pub error: Option<String>,
}

impl Webhook {
    /// The body as JSON; `null` when it is not JSON.
    pub fn json(&self) -> Json {
        read(&self.body)
    }

    /// The attempt that a receiver is about to answer.
    pub(super) fn of_outgoing(world: &World, it: &Outgoing) -> Self {
        let webhook = Self {
            provider: String::new(),
            event: String::new(),
            subject: String::new(),
            attempt: it.id.number,
            at: world.core.now,
            url: it.url.clone(),
            headers: it.headers.clone(),
            body: it.body.clone(),
            status: None,
            error: None,
        };
        match world.core.outbox.get(it.id.delivery) {
            Some(delivery) => webhook.with_names(world, delivery),
            None => webhook,
        }
    }

    /// The same with the names of its delivery.
    fn with_names(self, world: &World, delivery: &Delivery) -> Self {
        let provider = world.provider(delivery.provider_id).contract().slug.to_owned();
        Self { provider, event: delivery.event.clone(), subject: delivery.subject.clone(), ..self }
    }

    /// An attempt of a walk. When the outbox has dropped its delivery since, only the row's own values are known.
    fn of_row(world: &World, row: Row) -> Self {
        let delivery = delivery_id(&row.id).and_then(|it| world.core.outbox.get(it));
        let attempt = delivery.and_then(|delivery| delivery.attempts.iter().find(|it| it.number == row.attempt));
        let url = delivery.map(|it| it.url.clone()).unwrap_or_default();
        let headers = attempt.map(|it| it.headers.map()).unwrap_or_default();
        let body = delivery.zip(attempt).map(|(own, it)| it.body.text(&own.body).0.clone()).unwrap_or_default();
        Self {
            provider: row.provider,
            event: row.event,
            subject: row.subject,
            attempt: row.attempt,
            at: attempt.map_or(row.at, |it| it.at),
            url,
            headers,
            body,
            status: row.status,
            error: row.error,
        }
    }
}

/// Something that was due and has happened.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Fired {
    /// The simulated moment.
    pub at: Timestamp,
    /// Its kind: `timer`, `block` or `delivery`.
    pub kind: String,
    /// The provider's slug.
    pub provider: String,
    /// The object, by the merchant's own name for it.
    pub subject: String,
    /// What has happened to the object, in a few words.
    pub detail: String,
}

/// What happened since the report before: during an advance of the clock, and in the calls and actions before it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The simulated moment at which the advance began.
    pub from: Timestamp,
    /// The simulated moment at which it ended.
    pub now: Timestamp,
    /// What was due and has happened, in order: the first 10,000 of each walk. A walk through time takes a million steps,
    /// and 10,000 at one instant.
    pub fired: Vec<Fired>,
    /// The attempts whose outcome became known, in order: the first 10,000 of each walk.
    pub deliveries: Vec<Webhook>,
}

/// The answer of the control API to an advance.
#[derive(Deserialize)]
struct Walked {
    from: Timestamp,
    now: Timestamp,
    fired: Vec<Fired>,
    deliveries: Vec<Row>,
}

/// An attempt, as the control API lists it.
#[derive(Deserialize)]
struct Row {
    id: String,
    provider: String,
    event: String,
    subject: String,
    attempt: u32,
    at: Timestamp,
    status: Option<u16>,
    error: Option<String>,
}

impl Report {
    /// The report of an advance that took these walks, one after another.
    pub(super) fn of(world: &World, walks: impl Iterator<Item = Json>) -> Self {
        let mut report = Self { from: world.core.now, now: world.core.now, fired: Vec::new(), deliveries: Vec::new() };
        for (nth, walk) in walks.enumerate() {
            let walked: Walked = serde_json::from_value(walk).expect("the control API writes what is read here");
            if nth == 0 {
                report.from = walked.from;
            }
            report.now = walked.now;
            report.fired.extend(walked.fired);
            report.deliveries.extend(walked.deliveries.into_iter().map(|it| Webhook::of_row(world, it)));
        }
        report
    }
}
