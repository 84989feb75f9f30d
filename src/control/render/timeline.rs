//! The log as a story: calls, changes of status, webhooks and notes, in order.

use std::collections::BTreeMap;

use super::Renderer;
use crate::engine::delivery::{AttemptId, Failure, delivery_name};
use crate::engine::log::{AttemptEntry, Entry, Log, What};
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
    pub fn timeline(&self, log: &Log) -> Vec<Line> {
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
                What::Attempt(it) => ("webhook", format!("{provider} {}", attempt(it, outcomes.get(&it.id())))),
                What::Note(_) | What::Fired(_) => ("note", format!("{provider}: {}", super::note(what)?)),
                What::Outcome(_) | What::Moved { .. } | What::Mode(_) => return None,
            };
            Some(Line { sequence: *sequence, at: *at, kind, what: self.text(&what) })
        };
        log.entries().filter_map(line).collect()
    }
}

fn attempt(it: &AttemptEntry, outcome: Option<&Result<u16, Failure>>) -> String {
    let AttemptEntry { webhook, number, rule, .. } = it;
    let answer = match outcome {
        Some(Ok(status)) => status.to_string(),
        Some(Err(failure)) => failure.word().to_owned(),
        None => "under way".to_owned(),
    };
    let rule = rule.as_ref().map_or(String::new(), |it| format!(" (rule `{it}`)"));
    format!("{} for {}, {} attempt {number}: {answer}{rule}", webhook.event, webhook.subject, delivery_name(webhook.delivery))
}
