//! What a receiver would see under a schedule, if it accepts everything. Schedules that show it the same need one run.

use std::collections::{BTreeMap, BTreeSet};

use super::schedule::{Deviation, Effect, Which};
use super::seen::{DeliverySeen, Seen};
use crate::kit::time::Duration;
use crate::scenario::{Scenario, Step, StepKind};

/// A request at the receiver. Moments are counted from the beginning of the step in which it comes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    step: usize,
    after_ns: i128,
    delivery: usize,
    attempt: usize,
    copy: u32,
    /// It leaves together with the other copies.
    is_together: bool,
}

/// What the receiver sees of each group of objects, in order.
pub type Trace = BTreeMap<usize, Vec<Token>>;

/// The plain run, as a rule for all others.
#[derive(Clone, Debug)]
pub struct Model {
    steps: Vec<Span>,
    /// The last step that proves something.
    last_proof: Option<usize>,
    pub deliveries: Vec<Modelled>,
    /// The places of those that each step makes.
    made: Vec<Vec<usize>>,
    places: BTreeMap<Which, usize>,
}

/// How long a step takes.
#[derive(Clone, Copy, Debug)]
struct Span {
    takes_ns: i128,
    /// It goes on until nothing is left to happen.
    is_until_idle: bool,
}

/// A delivery.
#[derive(Clone, Debug)]
pub struct Modelled {
    pub which: Which,
    pub is_free: bool,
    pub retries: Vec<Duration>,
    /// Which objects are seen together with its own.
    pub group: usize,
    /// The step in which it is made, and how long after its beginning.
    step: usize,
    after_ns: i128,
    target: String,
    /// How long after it was made its first attempt leaves in the plain run.
    first_ns: i128,
    time_limit_ns: i128,
    /// Its attempts in the plain run, counted from the first.
    attempts_ns: Vec<i128>,
    /// Later moments that matter to its objects, counted from when it was made.
    pub later: Vec<Duration>,
}

/// The effects on one delivery.
#[derive(Clone, Copy, Default)]
struct Effects {
    copies: u32,
    is_together: bool,
    answer_lost: usize,
    unreachable: usize,
    delay_ns: Option<i128>,
}

/// One request, before it is known in which step it comes.
struct Sent {
    at_ns: i128,
    delivery: usize,
    attempt: usize,
    copy: u32,
    is_together: bool,
}

impl Model {
    pub fn of(scenario: &Scenario, plain: &Seen) -> Self {
        let idle =
            |it: &StepKind| matches!(it, StepKind::Advance { with, .. } if with.get("until").and_then(|it| it.plain()) == Some("idle"));
        let begins = |nth: usize| nth.checked_sub(1).map_or(plain.started_at, |it| plain.steps[it].ended_at);
        let span = |(nth, step): (usize, &Step)| {
            let takes = plain.steps[nth].ended_at.duration_since(begins(nth));
            Span { takes_ns: takes.as_nanos(), is_until_idle: step.any(&idle) }
        };
        let played = scenario.steps.iter().take(plain.steps.len());
        let last_proof = played.clone().rposition(Step::proves);
        let groups = groups(scenario, plain);
        let modelled = |(place, it): (usize, &DeliverySeen)| {
            let first = it.attempts.first().copied().unwrap_or(it.created_at);
            let is_own = |other: &DeliverySeen| groups[&other.object] == groups[&it.object];
            let others = plain.deliveries.iter().enumerate().filter(|(nth, other)| *nth != place && is_own(other));
            let left = others.filter_map(|(nth, other)| Some((nth, *other.attempts.first()?)));
            let passed = left.filter(|(nth, at)| it.created_at < *at || (place < *nth && it.created_at == *at)).map(|passed| passed.1);
            let later: BTreeSet<Duration> = passed.chain(it.changes.iter().copied()).map(|at| at.duration_since(it.created_at)).collect();
            Modelled {
                which: it.which.clone(),
                is_free: it.is_free,
                retries: it.retries.clone(),
                group: groups[&it.object],
                step: it.step,
                after_ns: it.created_at.duration_since(begins(it.step)).as_nanos().max(0),
                target: it.target.clone(),
                first_ns: first.duration_since(it.created_at).as_nanos().max(0),
                time_limit_ns: it.time_limit.as_nanos(),
                attempts_ns: it.attempts.iter().map(|at| at.duration_since(first).as_nanos()).collect(),
                later: later.into_iter().collect(),
            }
        };
        let deliveries: Vec<Modelled> = plain.deliveries.iter().enumerate().map(modelled).collect();
        let places = deliveries.iter().enumerate().filter(|it| it.1.is_free).map(|(place, it)| (it.which.clone(), place)).collect();
        let mut made = vec![Vec::new(); plain.steps.len()];
        for (place, it) in deliveries.iter().enumerate() {
            if let Some(own) = made.get_mut(it.step) {
                own.push(place);
            }
        }
        Self { steps: played.enumerate().map(span).collect(), last_proof, deliveries, made, places }
    }

    /// What a trace costs, in steps and deliveries.
    pub fn cost(&self) -> u64 {
        (self.steps.len() + self.deliveries.len()) as u64
    }

    /// What the receiver sees until the last step that proves something. `None`: a webhook of the schedule has its last attempt after
    /// that step, so that nothing can be proved of it.
    pub fn trace(&self, schedule: &[Deviation]) -> Option<Trace> {
        let mut effects: BTreeMap<usize, Effects> = BTreeMap::new();
        for it in schedule {
            let own = effects.entry(*self.places.get(&it.which)?).or_default();
            match it.effect {
                Effect::Duplicate(n) => own.copies = n,
                Effect::Together(n) => (own.copies, own.is_together) = (n, true),
                Effect::AnswerLost(n) => own.answer_lost = n as usize,
                Effect::Unreachable(n) => own.unreachable = n as usize,
                Effect::Delay(span) => own.delay_ns = Some(span.as_nanos()),
            }
        }
        let (mut begins_ns, mut all, mut settled) = (vec![0], Vec::new(), Vec::new());
        let mut free_ns: BTreeMap<&str, i128> = BTreeMap::new();
        for (nth, step) in self.steps.iter().enumerate() {
            for place in self.made[nth].iter().copied() {
                let it = &self.deliveries[place];
                let own = effects.get(&place).copied().unwrap_or_default();
                let (sent, ended) = it.sent(place, begins_ns[nth] + it.after_ns, own, &mut free_ns);
                all.extend(sent);
                settled.push((place, ended));
            }
            let ends = begins_ns[nth] + step.takes_ns;
            let last = settled.iter().map(|it| it.1).max().filter(|_| step.is_until_idle);
            begins_ns.push(last.map_or(ends, |it| it.max(ends)));
        }
        let step_at = |at_ns: i128, made: usize| (made..self.steps.len()).find(|nth| at_ns <= begins_ns[nth + 1]);
        let proved =
            |at_ns: i128, delivery: usize| step_at(at_ns, self.deliveries[delivery].step).filter(|it| Some(*it) <= self.last_proof);
        if settled.iter().any(|(place, at)| effects.contains_key(place) && proved(*at, *place).is_none()) {
            return None;
        }
        let mut trace = Trace::new();
        all.sort_by_key(|it: &Sent| (it.at_ns, it.delivery, it.copy));
        for Sent { at_ns, delivery, attempt, copy, is_together } in all {
            let Some(step) = proved(at_ns, delivery) else { continue };
            let token = Token { step, after_ns: at_ns - begins_ns[step], delivery, attempt, copy, is_together };
            trace.entry(self.deliveries[delivery].group).or_default().push(token);
        }
        Some(trace)
    }
}

impl Modelled {
    /// Its requests, and the moment of the last of them that the provider makes.
    fn sent<'a>(&'a self, place: usize, made_ns: i128, own: Effects, free_ns: &mut BTreeMap<&'a str, i128>) -> (Vec<Sent>, i128) {
        let queue = free_ns.entry(&self.target).or_insert(i128::MIN);
        let first = own.delay_ns.map_or((made_ns + self.first_ns).max(*queue), |it| made_ns + it);
        if own.delay_ns.is_none() {
            let is_lost = own.unreachable == 0 && 0 < own.answer_lost;
            *queue = if is_lost { first + self.time_limit_ns } else { first };
        }
        let lost = own.unreachable.max(own.answer_lost);
        let mut attempts: Vec<i128> = self.attempts_ns.iter().map(|it| first + it).collect();
        if 0 < lost || attempts.is_empty() {
            attempts = vec![first];
            for wait in self.retries.iter().take(lost) {
                attempts.push(attempts[attempts.len() - 1] + wait.as_nanos());
            }
        }
        let ended = attempts.last().copied().unwrap_or(first);
        let seen = attempts.into_iter().enumerate().skip(own.unreachable);
        let is_together = own.is_together;
        let copies = |(attempt, at_ns): (usize, i128)| {
            (0..own.copies.max(1)).map(move |copy| Sent { at_ns, delivery: place, attempt, copy, is_together })
        };
        (seen.flat_map(copies).collect(), ended)
    }
}

/// Puts objects together that something looks at together: a probe that names both, or that names none.
fn groups(scenario: &Scenario, plain: &Seen) -> BTreeMap<String, usize> {
    let objects: BTreeSet<&String> = plain.deliveries.iter().map(|it| &it.object).collect();
    let mut groups: BTreeMap<String, usize> = objects.iter().enumerate().map(|(place, it)| ((*it).clone(), place)).collect();
    // A call that the scenario waits for can be the answer to webhooks of any object.
    let waits = scenario.steps.iter().any(|step| step.any(&|it| matches!(it, StepKind::WaitFor(_))));
    let all = || objects.iter().map(|it| (*it).clone()).collect::<BTreeSet<String>>();
    let looks = plain.steps.iter().flat_map(|it| &it.probed).map(|url| {
        let words: BTreeSet<&str> = url.split(['/', '?', '&', '=', '#', ':']).filter(|it| !it.is_empty()).collect();
        let is_named = |it: &&DeliverySeen| it.texts.iter().any(|text| words.contains(text.as_str()));
        let named: BTreeSet<String> = plain.deliveries.iter().filter(is_named).map(|it| it.object.clone()).collect();
        if named.is_empty() { all() } else { named }
    });
    for together in looks.chain(waits.then(all)) {
        let joined: BTreeSet<usize> = together.iter().map(|it| groups[it]).collect();
        let Some(first) = joined.first() else { continue };
        groups.values_mut().filter(|it| joined.contains(*it)).for_each(|it| *it = *first);
    }
    groups
}
