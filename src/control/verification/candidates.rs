//! Calls and webhooks as they are compared with what is wanted.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::Kept;
use crate::contract::violations::Known;
use crate::control::render::Renderer;
use crate::control::scenario;
use crate::engine::client;
use crate::engine::delivery::Delivery;
use crate::engine::log::{Entry, RequestEntry, What};
use crate::engine::matching::{Fit, Work};
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::chunks::Chunks;
use crate::kit::http::{form_pairs, headers_in_full};
use crate::scenario::criteria::{Criteria, Verdict, Wanted};

/// What is looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Requests,
    Deliveries,
}

/// What is known of a call or a webhook, by the names of conditions.
pub enum Candidate<'a> {
    Request(Option<&'static Contract>, &'a RequestEntry),
    Delivery(&'static Contract, &'a Delivery),
}

impl Candidate<'_> {
    /// Whether it is what is wanted.
    pub fn fit(&self, wanted: &Wanted, work: &Work) -> Fit {
        let mut fit = Fit::Yes;
        for (name, matcher) in &wanted.conditions {
            fit = fit.and(matcher.fit(self.value(name).as_ref(), work));
            if fit == Fit::No {
                break;
            }
        }
        fit
    }

    /// What a condition compares. `None`: it has nothing of that name.
    pub fn value(&self, name: &str) -> Option<Json> {
        match self {
            Self::Request(contract, it) => request_value(*contract, it, name),
            Self::Delivery(contract, it) => delivery_value(contract, it, name),
        }
    }
}

fn request_value(contract: Option<&'static Contract>, it: &RequestEntry, name: &str) -> Option<Json> {
    Some(match name {
        "operation" => format!("{}.{}", contract?.slug, it.operation.as_deref()?).into(),
        "account" => it.account.as_deref()?.into(),
        "status" => it.answer.as_ref()?.status.into(),
        "headers" => headers_in_full(&it.headers.map()),
        "query" => {
            let query = it.target.split_once('?').map_or("", |it| it.1);
            form_pairs(query.as_bytes()).into_iter().map(|(name, text)| (name, Json::from(text))).collect()
        }
        "body" => client::sent(&it.as_request()),
        _ => return None,
    })
}

fn delivery_value(contract: &'static Contract, it: &Delivery, name: &str) -> Option<Json> {
    let last = it.attempts.last();
    Some(match name {
        "provider" => contract.slug.into(),
        "event" => it.event.as_str().into(),
        "subject" => it.subject.as_str().into(),
        "status" => it.status.word().into(),
        "account" => it.account.as_str().into(),
        "url" => it.url.as_str().into(),
        "attempts" => it.attempts.len().into(),
        "headers" => headers_in_full(&last?.headers.map()),
        "body" => {
            let body = &last.map_or(&it.body, |last| last.body.text(&it.body)).0;
            serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)))
        }
        _ => return None,
    })
}

/// The entries from that sequence number on.
pub fn since(entries: &Chunks<Entry>, sequence: u64) -> impl Iterator<Item = &Entry> {
    let first = entries.get(0).map_or(sequence, |it| it.sequence);
    entries.from(usize::try_from(sequence.saturating_sub(first)).unwrap_or(usize::MAX))
}

/// The request of an entry, if it is one.
pub fn request_of(entry: &Entry) -> Option<&RequestEntry> {
    if let What::Request(it) = &entry.what { Some(it) } else { None }
}

/// What a search needs of a sandbox: it goes on without it.
pub struct Copied {
    pub contracts: Vec<&'static Contract>,
    pub render: Renderer,
    pub known: Known,
    pub kept: Kept,
    pub of: Of,
    pub entries: Chunks<Entry>,
    pub deliveries: Vec<Arc<Delivery>>,
    /// The sequence number of the next entry.
    pub next_sequence: u64,
}

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// How many fit; of a sequence, how many of its steps were found.
    pub matched: u64,
    /// How many may fit: not all of them was compared.
    pub unread: u64,
    pub kept: Kept,
    /// The requests that are the steps of a sequence, by their numbers.
    pub steps: Vec<u64>,
}

impl Copied {
    /// Copies what the sandbox has at this moment.
    pub fn of(world: &World, of: Of) -> Self {
        let (log, outbox) = (&world.core.log, &world.core.outbox);
        let (truncated, deliveries) = match of {
            Of::Requests => (log.truncated, Vec::new()),
            Of::Deliveries => (outbox.truncated, outbox.shared().cloned().collect()),
        };
        let (contracts, render, known) = (scenario::contracts(world), Renderer::of(world), Known::of(world));
        let (entries, next_sequence) = (log.chunks().clone(), log.next_sequence());
        let kept = if truncated { Kept::TheLatest } else { Kept::All };
        Self { contracts, render, known, kept, of, entries, deliveries, next_sequence }
    }

    /// Everything that can be wanted, oldest first, each with its number.
    pub fn candidates(&self) -> Box<dyn DoubleEndedIterator<Item = (u64, Candidate<'_>)> + '_> {
        let contract = |it: u8| self.contracts[usize::from(it)];
        match self.of {
            Of::Requests => {
                let known = move |entry: &Entry| entry.provider.map(|it| contract(it.0));
                let request = move |entry| request_of(entry).map(|it| (it.id, Candidate::Request(known(entry), it)));
                Box::new(self.entries.iter().filter_map(request))
            }
            Of::Deliveries => Box::new(self.deliveries.iter().map(move |it| (it.id, Candidate::Delivery(contract(it.provider_id.0), it)))),
        }
    }

    /// Compares everything with what is wanted.
    pub fn look_through(&self, criteria: &Criteria) -> Found {
        let work = Work::of_a_search();
        let mut found = Found { matched: 0, unread: 0, kept: self.kept, steps: Vec::new() };
        for (id, it) in self.candidates() {
            let wanted = match criteria {
                Criteria::Count(wanted, _) => wanted,
                Criteria::Sequence(steps) => match steps.get(found.steps.len()) {
                    Some(wanted) => wanted,
                    None => break,
                },
            };
            match it.fit(wanted, &work) {
                Fit::No => continue,
                Fit::Unread => {
                    found.unread += 1;
                    continue;
                }
                Fit::Yes => found.matched += 1,
            }
            if let Criteria::Sequence(_) = criteria {
                found.steps.push(id);
            }
        }
        found
    }
}

impl Found {
    /// The verdict on what was found.
    pub fn judge(&self, criteria: &Criteria) -> Verdict {
        match criteria {
            Criteria::Count(_, count) => count.judge(self.matched, self.kept.most(self.matched + self.unread)),
            Criteria::Sequence(steps) if self.matched == steps.len() as u64 => Verdict::Yes,
            Criteria::Sequence(_) if self.kept == Kept::TheLatest || 0 < self.unread => Verdict::Hidden,
            Criteria::Sequence(_) => Verdict::No,
        }
    }

    pub fn is_verified(&self, criteria: &Criteria) -> bool {
        self.judge(criteria) == Verdict::Yes
    }

    /// What was found in place of what was expected.
    pub fn in_words(&self, criteria: &Criteria, copied: &Copied) -> String {
        let (one, many, list) = match copied.of {
            Of::Requests => ("request fits", "requests fit", "journal"),
            Of::Deliveries => ("webhook fits", "webhooks fit", "list of deliveries"),
        };
        let words = match criteria {
            Criteria::Count(_, count) => {
                let number = if self.matched == 1 { one } else { many };
                format!("{} {number}, but the call expects {}.", self.matched, count.in_words())
            }
            Criteria::Sequence(steps) => {
                let place = self.steps.len();
                let operation = steps.get(place).and_then(|it| it.word("operation")).unwrap_or("");
                let after = self.steps.last().map_or(String::new(), |it| format!(" after req-{it}"));
                format!("Step {} of {} was not found{after}: {operation}.", place + 1, steps.len())
            }
        };
        if self.judge(criteria) != Verdict::Hidden {
            return words;
        }
        let dropped = match self.kept {
            Kept::All => String::new(),
            Kept::TheLatest => format!(" The {list} has dropped its oldest entries, which can hide the answer."),
        };
        let unread = match self.unread {
            0 => String::new(),
            many => format!(" {many} more may fit: a pattern was compared with a part of their texts only."),
        };
        words + &dropped + &unread
    }
}
