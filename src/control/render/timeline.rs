//! The log as a story: calls, changes of status, webhooks and notes, in order.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Renderer;
use crate::engine::core::Core;
use crate::engine::delivery::{AttemptId, Delivery, Failure, delivery_name};
use crate::engine::log::{AttemptEntry, Entry, What};
use crate::kit::time::Timestamp;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of its entry in the log; of a step, the number that the next entry got.
    pub sequence: u64,
    pub at: Timestamp,
    pub kind: &'static str,
    pub what: String,
}

impl Renderer {
    /// Everything that the log still holds and that belongs into the story.
    pub fn timeline(&self, core: &Core) -> Vec<Line> {
        let log = &core.log;
        let status = |it: &Delivery| serde_json::from_slice(&it.body.0).map_or(String::new(), |body| in_brackets(&it.event, &body));
        let statuses: BTreeMap<u64, String> = core.outbox.iter().map(|it| (it.id, status(it))).collect();
        let outcome = |what: &What| if let What::Outcome(it) = what { Some((it.id(), it.result)) } else { None };
        let outcomes: BTreeMap<AttemptId, Result<u16, Failure>> = log.entries().filter_map(|it| outcome(&it.what)).collect();
        let line = |Entry { sequence, at, provider, what }: &Entry| {
            let provider = provider.map_or("", |it| self.slug(it));
            let (kind, what) = match what {
                What::Request(it) => {
                    let operation = it.operation.as_deref().unwrap_or(&it.target);
                    let answer = it.answer.as_ref().map_or("no answer yet".to_owned(), |it| it.status.to_string());
                    let rule = it.rule.as_ref().map_or(String::new(), |it| format!(" (rule `{it}`)"));
                    ("call", format!("{provider}.{operation} {answer}{rule}"))
                }
                What::Change(it) => {
                    let from = if it.from.is_empty() { "new" } else { &it.from };
                    ("change", format!("{provider} {}: {from} to {} ({})", it.subject, it.to, it.cause))
                }
                What::Attempt(it) => {
                    ("webhook", format!("{provider} {}", attempt(it, outcomes.get(&it.id()), statuses.get(&it.webhook.delivery))))
                }
                What::Note(_) | What::Fired(_) => ("note", format!("{provider}: {}", super::note(what)?)),
                What::Outcome(_) | What::Moved { .. } | What::Mode(_) | What::Answered(_) => return None,
            };
            Some(Line { sequence: *sequence, at: *at, kind, what: self.text(&what) })
        };
        log.entries().filter_map(line).collect()
    }
}

/// The status that an event tells, in brackets, unless its name already says it.
pub fn in_brackets(event: &str, body: &Json) -> String {
    let is_status = |name: &str| name == "status" || name.ends_with("_status") || name.ends_with("Status");
    let own = |object: &Json| object.as_object()?.iter().filter(|it| is_status(it.0)).find_map(|it| it.1.as_str().map(str::to_owned));
    let inner = || body.as_object()?.values().find_map(own);
    let status = own(body).or_else(inner).filter(|it| !event.ends_with(it.as_str()));
    status.map_or(String::new(), |it| format!(" ({it})"))
}

fn attempt(it: &AttemptEntry, outcome: Option<&Result<u16, Failure>>, status: Option<&String>) -> String {
    let AttemptEntry { webhook, number, rule, .. } = it;
    let answer = match outcome {
        Some(Ok(status)) => status.to_string(),
        Some(Err(failure)) => failure.word().to_owned(),
        None => "under way".to_owned(),
    };
    let rule = rule.as_ref().map_or(String::new(), |it| format!(" (rule `{it}`)"));
    let (event, status, delivery) = (&webhook.event, status.map_or("", String::as_str), delivery_name(webhook.delivery));
    format!("{event}{status} for {}, {delivery} attempt {number}: {answer}{rule}", webhook.subject)
}
