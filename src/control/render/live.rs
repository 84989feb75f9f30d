//! Live events: what a sandbox's log holds behind a place is taken out of the sandbox, and composed without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::news::News;
use super::{Renderer, due};
use crate::engine::delivery::{Delivery, Status, delivery_name};
use crate::engine::log::{AttemptEntry, ChangeCause, Entry, Fired, FiredRow, Passage, RequestEntry, What};
use crate::engine::tables::On;
use crate::engine::world::World;

/// The kinds of live events that tell what has happened in a sandbox.
pub const KINDS: &[&str] = &["request", "answer", "change", "timer", "block", "delivery", "attempt", "webhook", "clock", "note"];
/// Entries that are taken out of a sandbox at a time.
const ENTRIES_MAX: usize = 100;
/// Further entries, because an entry's line can tell what follows it.
const AHEAD: usize = 16;

/// What the log of a sandbox holds behind a place, or the first part of it.
pub struct Excerpt {
    renderer: Renderer,
    /// Of the sandbox as a whole, before the entries: the place of each with its line.
    before: Vec<(u64, News)>,
    /// The place of the first entry.
    first: u64,
    entries: Vec<Entry>,
    deliveries: BTreeMap<u64, Arc<Delivery>>,
    /// Requests whose answers came late, by their sequence numbers.
    requests: BTreeMap<u64, Arc<RequestEntry>>,
}

impl Excerpt {
    /// What is behind that place. `None`: nothing.
    pub fn behind(place: u64, world: &World) -> Option<Self> {
        let log = &world.core.log;
        if log.written() <= place {
            return None;
        }
        let renderer = Renderer::of(world);
        let (mut before, mut first, mut entries) = (Vec::new(), place + 1, Vec::new());
        for (place, it) in log.after(place).take(ENTRIES_MAX + AHEAD) {
            match it {
                Passage::Entry(it) => {
                    first = if entries.is_empty() { place } else { first };
                    entries.push(it.clone());
                }
                Passage::Missed(count) => before.push((place, lagged(count))),
                Passage::Begun => before.push((place, begun())),
            }
        }
        let mut it = Self { renderer, before, first, entries, deliveries: BTreeMap::new(), requests: BTreeMap::new() };
        for entry in it.entries.iter().take(ENTRIES_MAX) {
            let shared = entry.what.delivery().and_then(|id| Some((id, world.core.outbox.shared_one(id)?)));
            it.deliveries.extend(shared.map(|(id, own)| (id, Arc::clone(own))));
            if let What::Answered(sequence) = entry.what {
                it.requests.extend(log.request(sequence).map(|own| (sequence, Arc::clone(own))));
            }
        }
        Some(it)
    }

    /// What has happened, in order, each with its place. Not every entry is told.
    pub fn events(&self) -> impl Iterator<Item = (u64, Option<News>)> {
        let own = (self.first..).zip(0..self.entries.len().min(ENTRIES_MAX)).map(|(place, index)| (place, self.event(index)));
        self.before.iter().map(|(place, it)| (*place, Some(it.clone()))).chain(own)
    }

    fn event(&self, index: usize) -> Option<News> {
        let (entry, later) = (&self.entries[index], &self.entries[index + 1..]);
        let delivery = entry.what.delivery().and_then(|it| self.deliveries.get(&it)).map(Arc::as_ref);
        let line = match &entry.what {
            What::Answered(sequence) => News { kind: "answer", ..self.renderer.heard(entry.provider, self.requests.get(sequence)?, &[]) },
            What::Attempt(it) => self.renderer.left(delivery, it),
            What::Fired(fired) if !Renderer::is_note(entry) => self.renderer.happened(entry, fired, delivery, later),
            What::Fired(_) | What::Request(_) | What::Change(_) | What::Outcome(_) | What::Note(_) | What::Moved { .. } | What::Mode(_) => {
                return self.renderer.line(entry, delivery, later);
            }
        };
        Some(News { at: Some(entry.at), provider: entry.provider.map(|it| self.renderer.slug(it)), ..line })
    }
}

/// Things were dropped before they were read.
fn lagged(count: u64) -> News {
    let message = format!("{count} events were dropped before they were read, by a reset or by the bound of the journal (--journal-bytes)");
    News { kind: "lagged", message, missed: Some(count), ..News::default() }
}

fn begun() -> News {
    let message = "the sandbox has begun anew: it was reset, or got a scenario or a saved state".to_owned();
    News { kind: "reset", message, ..News::default() }
}

impl Renderer {
    /// An attempt leaves. Its delivery may have been dropped meanwhile.
    fn left(&self, delivery: Option<&Delivery>, it: &AttemptEntry) -> News {
        News {
            kind: "attempt",
            message: "attempt".to_owned(),
            attempt: Some(it.number),
            detail: it.resend.then(|| "a tester has asked for it".to_owned()),
            rule: it.rule.as_deref().map(|it| self.text(it)),
            ..self.of_webhook(delivery, &it.webhook)
        }
    }

    /// Something was due, in the words of the report of a walk.
    fn happened(&self, entry: &Entry, fired: &Fired, delivery: Option<&Delivery>, later: &[Entry]) -> News {
        let effects = || later.iter().map(|it| &it.what).take_while(|it| is_effect(it));
        let change = effects().find_map(|it| if let What::Change(it) = it { Some(it.clone()) } else { None });
        let left = effects().find_map(|it| if let What::Attempt(it) = it { Some(it) } else { None });
        let attempt = left.filter(|it| !it.resend && Some(it.webhook.delivery) == entry.what.delivery()).map(|it| it.number);
        let waiting: BTreeSet<u64> = delivery.filter(|it| it.status == Status::Pending).map(|it| it.id).into_iter().collect();
        let row = FiredRow { at: entry.at, provider: entry.provider, fired: fired.clone(), change, attempt };
        let (kind, subject, detail) = due(&row, &waiting);
        News {
            kind,
            message: kind.to_owned(),
            id: entry.what.delivery().map(delivery_name),
            subject: Some(self.text(subject)).filter(|it| !it.is_empty()),
            detail: Some(self.text(&detail)).filter(|it| !it.is_empty()),
            ..News::default()
        }
    }
}

/// Whether an entry can be the effect of something that was due just before it.
fn is_effect(what: &What) -> bool {
    match what {
        What::Change(it) => !matches!(it.cause, ChangeCause::Row(On::Call(_) | On::Act(_))),
        What::Attempt(_) | What::Note(_) => true,
        What::Request(_) | What::Fired(_) | What::Outcome(_) | What::Moved { .. } | What::Mode(_) | What::Answered(_) => false,
    }
}
