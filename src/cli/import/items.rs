//! The log as the plan reads it: recognised, disguised, at the scenario's dates, and its webhooks sorted into messages.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::disguise::Disguise;
use super::recognise::{Called, What, recognised};
use super::record::{Outcome, Record};
use super::script::BEGINNING;
use crate::engine::tables::{Contract, Operation};
use crate::kit::time::{Duration, Timestamp, whole_second};

/// One line of the log that concerns the provider.
pub struct Item {
    pub line: usize,
    pub at: Timestamp,
    pub took: Duration,
    pub outcome: Outcome,
    pub what: Kind,
}

/// What it is.
pub enum Kind {
    Call {
        operation: &'static Operation,
        with: Map<String, Json>,
        is_garbled: bool,
        answer: Option<Json>,
    },
    /// An attempt to deliver a message.
    Event {
        body: Json,
        message: usize,
    },
}

/// What the log has of the provider.
#[derive(Default)]
pub struct Items {
    pub all: Vec<Item>,
    /// The attempts of each message, as places among the items.
    pub messages: Vec<Vec<usize>>,
    /// Lines that are about something else.
    pub foreign: usize,
    pub notes: Vec<Note>,
    /// Members whose values stay as they are, each with how often one was kept.
    pub kept: BTreeMap<String, usize>,
}

impl Items {
    /// The moment at which the scenario begins.
    pub fn begin(&self) -> Timestamp {
        self.all.first().map_or(BEGINNING, |it| it.at)
    }
}

/// What the scenario cannot say, and on which line the log says it.
#[derive(Clone, Debug)]
pub struct Note {
    pub line: usize,
    pub why: String,
}

/// Sorts the records. The members with these names keep their values.
pub fn items(contract: &'static Contract, records: &[Record], keep: &[String]) -> Items {
    let recognised: Vec<(&Record, What)> = records.iter().zip(recognised(contract, records)).collect();
    let first = recognised.iter().find(|it| matches!(it.1, What::Call(_) | What::Event(_))).map_or(BEGINNING, |it| it.0.at);
    // Providers round to seconds, so the fraction of the first moment stays.
    let shift = BEGINNING.duration_since(whole_second(first));
    let mut disguise = Disguise::new(contract, shift, keep);
    let (mut items, mut known) = (Items::default(), BTreeMap::new());
    for (record, what) in recognised {
        let what = match what {
            What::Foreign => {
                items.foreign += 1;
                continue;
            }
            What::Unknown(why) => {
                items.notes.push(Note { line: record.line, why: format!("{why}; it is left out") });
                continue;
            }
            What::Call(Called { operation, with, is_garbled }) => {
                let answer = record.answer.as_ref().map(|it| disguise.body(it));
                Kind::Call { operation, with: disguise.parameters(&with), is_garbled, answer }
            }
            What::Event(body) => {
                let message = *known.entry(identity(&body)).or_insert(items.messages.len());
                if message == items.messages.len() {
                    items.messages.push(Vec::new());
                }
                items.messages[message].push(items.all.len());
                Kind::Event { body: disguise.body(&body), message }
            }
        };
        let at = record.at.checked_add(shift).unwrap_or(record.at);
        items.all.push(Item { line: record.line, at, took: record.took, outcome: record.outcome, what });
    }
    items.kept.clone_from(disguise.kept());
    items
}

/// What all attempts of a message have: the id of the event, or the whole body.
fn identity(body: &Json) -> String {
    let of_event = ["eventId", "webhook_id"].into_iter().find_map(|it| body[it].as_str());
    let own = body["id"].as_str().filter(|_| body["object"] == "event");
    of_event.or(own).map_or_else(|| body.to_string(), str::to_owned)
}
