//! What one run has shown: its steps, its deliveries, and what arrived at the receiver.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::schedule::Which;
use crate::control::{Made, Renderer, in_brackets};
use crate::engine::delivery::{Attempt, Delivery, Status};
use crate::engine::inbox;
use crate::engine::rules::Lost;
use crate::engine::world::World;
use crate::kit::time::{Duration, Timestamp};
use crate::scenario::Step;
use crate::stage::{Report, StepFailure, Watch};

/// One play of the scenario.
#[derive(Clone, Debug)]
pub struct Run {
    pub report: Report,
    pub seen: Seen,
}

/// What happened in it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub started_at: Timestamp,
    pub steps: Vec<StepSeen>,
    pub deliveries: Vec<DeliverySeen>,
    /// Every attempt of the schedule, in the order in which they were made.
    pub arrivals: Vec<Arrival>,
    /// Expectations that were left open, because a webhook had not come yet.
    pub open: u64,
}

/// The state of the run when a step had ended.
#[derive(Clone, Debug, Default)]
pub struct StepSeen {
    pub ended_at: Timestamp,
    /// The number that the next entry of the log got.
    pub sequence: u64,
    /// The newest delivery.
    last_delivery: u64,
    /// Deliveries that had no outcome for good.
    pending: BTreeSet<Known>,
    /// The addresses of the application that it has asked.
    pub probed: Vec<String>,
}

/// A delivery, and whether a rule of the scenario acts on it.
type Known = (bool, Which);

/// One delivery.
#[derive(Clone, Debug)]
pub struct DeliverySeen {
    id: u64,
    pub which: Which,
    /// Whether an exploration may change how it leaves: it goes to the application, and no rule of the scenario acts on it.
    pub is_free: bool,
    pub subject: String,
    /// The event, with the status that it tells.
    pub event: String,
    /// Its object, as a name.
    pub object: String,
    /// Texts and numbers in its body.
    pub texts: BTreeSet<String>,
    /// Its account and address: first attempts there leave one after another.
    pub target: String,
    pub created_at: Timestamp,
    /// The step in which it was made.
    pub step: usize,
    /// The waits before its retries.
    pub retries: Vec<Duration>,
    pub time_limit: Duration,
    /// The moments at which its attempts left.
    pub attempts: Vec<Timestamp>,
    /// Later moments at which its object has changed.
    pub changes: Vec<Timestamp>,
}

/// One request of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub sequence: u64,
    pub at: Timestamp,
    /// The place of its delivery.
    pub delivery: usize,
    pub number: u32,
    pub copy: u32,
    /// Whether the receiver has seen it.
    pub is_seen: bool,
    /// What came of it, in words.
    pub outcome: String,
}

/// Looks on while a run is played.
pub struct Watcher<'a> {
    prefix: &'a str,
    job: u16,
    /// The plain run, when this one deviates from it.
    plain: Option<&'a Seen>,
    seen: Seen,
    probed: Vec<String>,
}

impl<'a> Watcher<'a> {
    /// For a run of that job whose rules have names with that prefix.
    pub fn new(prefix: &'a str, job: u16, plain: Option<&'a Seen>) -> Self {
        Self { prefix, job, plain, seen: Seen::default(), probed: Vec::new() }
    }

    /// What the run has shown, once its last step was played.
    pub fn finish(mut self, report: &Report, world: &World) -> Seen {
        self.seen.started_at = report.started_at;
        let names = self.names(world);
        let changes = changes(world);
        let step_of = |id: u64| self.seen.steps.iter().position(|it| id <= it.last_delivery);
        let last = self.seen.steps.len().saturating_sub(1);
        let deliveries = world.core.outbox.iter().filter(|it| !it.once);
        let deliveries = deliveries.map(|it| delivery(world, it, &names, step_of(it.id).unwrap_or(last), &changes)).collect();
        self.seen.deliveries = deliveries;
        let render = Renderer::of(world);
        self.seen.arrivals = arrivals(world, &self.seen.deliveries, &render);
        for it in &mut self.seen.deliveries {
            it.subject = render.text(&it.subject);
            it.event = render.text(&it.event);
        }
        self.seen
    }

    /// The name of each delivery.
    fn names(&self, world: &World) -> BTreeMap<u64, Known> {
        let mut counts: BTreeMap<(bool, String, String), u64> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for it in world.core.outbox.iter() {
            let is_free = it.fault.as_ref().is_none_or(|it| it.rule.starts_with(self.prefix));
            let provider = world.provider(it.provider_id).contract().slug.to_owned();
            let count = counts.entry((is_free, provider.clone(), it.event.clone())).or_default();
            names.insert(it.id, (is_free, Which { provider, event: it.event.clone(), nth: *count }));
            *count += 1;
        }
        names
    }

    fn pending(&self, world: &World) -> BTreeSet<Known> {
        let names = self.names(world);
        let pending = world.core.outbox.iter().filter(|it| it.status == Status::Pending && !it.once);
        pending.filter_map(|it| names.get(&it.id).cloned()).collect()
    }
}

impl Watch for Watcher<'_> {
    fn is_deviated(&self) -> bool {
        self.plain.is_some()
    }

    fn job(&self) -> u16 {
        self.job
    }

    fn looks_again(&self) -> bool {
        true
    }

    fn after(&mut self, _nth: usize, world: &mut World) {
        self.seen.steps.push(StepSeen {
            ended_at: world.core.now,
            sequence: world.core.log.next_sequence(),
            last_delivery: world.core.outbox.shared().next_back().map_or(0, |it| it.id),
            pending: self.pending(world),
            probed: std::mem::take(&mut self.probed),
        });
    }

    fn probes(&mut self, url: &str) {
        self.probed.push(url.to_owned());
    }

    /// In the plain run a webhook had come by now, and here it is still on its way: what it changes cannot be seen yet.
    fn leaves_open(&mut self, _step: &Step, failure: &StepFailure, world: &mut World) -> Option<String> {
        let plain = self.plain?;
        if failure.is_unanswered {
            return None; // an application that has gone does not wait for a webhook
        }
        let usual = plain.steps.get(self.seen.steps.len()).map(|it| &it.pending);
        let pending = self.pending(world);
        let (_, late) = pending.iter().find(|it| usual.is_none_or(|usual| !usual.contains(*it)))?;
        self.seen.open += 1;
        Some(format!("left open: {} of {} is still on its way", late.event, late.provider))
    }
}

/// The moments at which objects have changed, by provider and subject.
fn changes(world: &World) -> BTreeMap<(String, String), Vec<Timestamp>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for it in Renderer::changes(&world.core) {
        let provider = world.provider(it.provider_id).contract().slug.to_owned();
        all.entry((provider, it.subject)).or_default().push(it.at);
    }
    all
}

fn delivery(
    world: &World,
    it: &Delivery,
    names: &BTreeMap<u64, Known>,
    step: usize,
    changes: &BTreeMap<(String, String), Vec<Timestamp>>,
) -> DeliverySeen {
    let provider = world.provider(it.provider_id);
    let slug = provider.contract().slug;
    let unnamed = || (false, Which { provider: slug.to_owned(), event: it.event.clone(), nth: 0 });
    let (is_unruled, which) = names.get(&it.id).cloned().unwrap_or_else(unnamed);
    let mut texts = BTreeSet::from([it.subject.clone()]);
    let body: Json = serde_json::from_slice(&it.body.0).unwrap_or_default();
    collect(&body, &mut texts);
    let own = changes.get(&(slug.to_owned(), it.subject.clone())).map_or(&[][..], Vec::as_slice);
    DeliverySeen {
        id: it.id,
        which,
        is_free: is_unruled && !inbox::is_one(&it.url),
        subject: it.subject.clone(),
        event: format!("{}{}", it.event, in_brackets(&it.event, &body)),
        object: format!("{slug} {} {}", it.object.kind, it.object.number),
        texts,
        target: format!("{slug} {} {}", it.account, it.url),
        created_at: it.created_at,
        step,
        retries: provider.waits(world.core.accounts(it.provider_id).get(&it.account)),
        time_limit: provider.contract().schedule.time_limit,
        attempts: it.attempts.iter().filter(|it| it.copy == 0 && !it.resend).map(|it| it.at).collect(),
        changes: own.iter().copied().filter(|at| it.created_at < *at).collect(),
    }
}

/// Adds every text and number of a value.
fn collect(value: &Json, texts: &mut BTreeSet<String>) {
    match value {
        Json::String(it) => _ = texts.insert(it.clone()),
        Json::Number(it) => _ = texts.insert(it.to_string()),
        Json::Array(items) => items.iter().for_each(|it| collect(it, texts)),
        Json::Object(members) => members.values().for_each(|it| collect(it, texts)),
        Json::Null | Json::Bool(_) => {}
    }
}

fn arrivals(world: &World, deliveries: &[DeliverySeen], render: &Renderer) -> Vec<Arrival> {
    let mut all = Vec::new();
    for Made { sequence, at, id } in Renderer::made(&world.core) {
        let Some(place) = deliveries.iter().position(|it| it.id == id.delivery) else { continue };
        let own = world.core.outbox.get(id.delivery);
        let attempt = own.and_then(|own| own.attempts.iter().find(|it| it.is(id)));
        let lost = own.and_then(|it| it.lost(id));
        let is_seen = lost != Some(Lost::Attempt);
        let outcome = attempt.map_or(String::new(), |it| render.text(&in_words(it, lost)));
        all.push(Arrival { sequence, at, delivery: place, number: id.number, copy: id.copy, is_seen, outcome });
    }
    all
}

/// What came of an attempt.
fn in_words(attempt: &Attempt, lost: Option<Lost>) -> String {
    let Some(outcome) = &attempt.outcome else { return "no answer yet".to_owned() };
    let detail = outcome.remarks.as_ref().and_then(|it| it.detail.clone());
    match (outcome.answered(), outcome.error()) {
        _ if lost.is_some() => detail.unwrap_or_default(),
        (Some(status), None) => detail.unwrap_or_else(|| format!("answered {status}")),
        (_, error) => {
            detail.map_or_else(|| error.unwrap_or("no answer").to_owned(), |it| format!("{}: {it}", error.unwrap_or("no answer")))
        }
    }
}
