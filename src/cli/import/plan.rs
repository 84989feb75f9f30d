//! Follows the log through a sandbox: each call is made at its moment, each webhook has to come at its own, and what is
//! missing for that is searched for. Everything is tried out on a copy first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use self::earlier::{Traced, Why};
use super::causes::{Search, Verdict};
use super::course::{Course, Move, Sent};
use super::items::{Items, Kind, Note};
use super::progress::Progress;
use super::script::{Act, ExpectWebhook, Rule, Step, tidied};
use super::words::telling;
use crate::engine::tables::Contract;
use crate::kit::time::Duration;

mod answering;
mod calling;
mod earlier;
mod faithful;
mod happening;

/// Trials of actions in one plan.
const TRIALS_MAX: u32 = 40_000;
/// Actions in a row that explain one webhook.
const DEPTH: usize = 3;
/// What is said of a webhook when no trials are left.
const GIVEN_UP: &str = "what led to this webhook was not found within the trials of one import, so it is left out: give a part of the log";
/// Distances that differ by less are the same: clocks of two machines differ, and networks take their time.
const TOLERANCE: Duration = Duration::from_secs(1);

/// What lets a webhook leave that was made while another had no answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// A rule, at the moment of the log: it does not matter how fast the application answers.
    Held,
    /// The answer to the webhook before it, which has to be as slow as in the log.
    InTurn,
}

/// A plan under way.
pub struct Planner<'a> {
    contract: &'static Contract,
    items: &'a Items,
    words: BTreeSet<&'static str>,
    leaves: Leaves,
    /// The status with which the application of the log has answered most often.
    usual: u16,
    course: Course,
    /// The course before each item, with what was found for that place.
    kept: Vec<Course>,
    /// What happened before an item although no line tells it, and the item that it explains. It stays when the plan goes
    /// back.
    found: BTreeMap<usize, Vec<(usize, Act)>>,
    /// By the item that they are about.
    notes: Vec<(usize, Note)>,
    /// Where an earlier cause of an item was found last.
    traced: BTreeMap<(usize, Why), Traced>,
    searches: usize,
    left: u32,
}

/// The steps of a scenario, and what they do not say.
pub struct Plan {
    pub rules: Vec<Rule>,
    pub steps: Vec<Step>,
    pub notes: Vec<Note>,
    pub calls: usize,
    pub webhooks: usize,
}

/// Makes the plan. Webhooks that waited are held back by rules; where that tells the log less well than the queue of the
/// sandbox, they wait in the queue.
pub fn plan(contract: &'static Contract, items: &Items, progress: &mut Progress) -> Plan {
    let held = Planner::new(contract, items, Leaves::Held).followed(progress);
    if matches!(held.differences(), [0, 0, _]) {
        return held.ended();
    }
    let in_turn = Planner::new(contract, items, Leaves::InTurn).followed(progress);
    if in_turn.differences() < held.differences() { in_turn.ended() } else { held.ended() }
}

impl<'a> Planner<'a> {
    fn new(contract: &'static Contract, items: &'a Items, leaves: Leaves) -> Self {
        let usual = answering::usual(items);
        Self {
            contract,
            items,
            words: telling(contract),
            leaves,
            usual,
            course: Course::new(contract, items.begin(), items.all.len(), &[answering::rule_of_all(contract, usual)]),
            kept: Vec::new(),
            found: BTreeMap::new(),
            notes: Vec::new(),
            traced: BTreeMap::new(),
            searches: items.all.len(),
            left: TRIALS_MAX,
        }
    }

    fn followed(mut self, progress: &mut Progress) -> Self {
        let (mut nth, mut is_begun) = (0, false);
        while nth < self.items.all.len() {
            if !is_begun {
                self.begin(nth);
            }
            let back = self.follow(nth);
            progress.say(nth, self.items.all.len());
            is_begun = back.is_some();
            nth = back.unwrap_or(nth + 1);
        }
        self
    }

    /// Lets what was found for the place of an item happen, and keeps the course.
    fn begin(&mut self, nth: usize) {
        self.kept.truncate(nth);
        self.notes.retain(|it| it.0 < nth);
        let found = self.found.remove(&nth).unwrap_or_default();
        let mut done = Vec::new();
        for (item, act) in found {
            self.course.line = Some(self.items.all[item].line);
            if self.carry(&Move::Act(act.clone())).is_some() {
                done.push((item, act));
            }
        }
        self.found.insert(nth, done);
        self.kept.push(self.course.copy());
    }

    /// Lets an item happen. Returns the item with which to go on, if something had to happen earlier.
    fn follow(&mut self, nth: usize) -> Option<usize> {
        self.course.line = Some(self.items.all[nth].line);
        match &self.items.all[nth].what {
            Kind::Call { .. } => {
                self.call(nth);
                None
            }
            Kind::Event { body, .. } if !self.course.happened[nth] => self.event(nth, body),
            Kind::Event { .. } => None,
        }
    }

    fn note(&mut self, nth: usize, why: impl Into<String>) {
        self.notes.push((nth, Note { line: self.items.all[nth].line, why: why.into() }));
    }

    /// A webhook of the log has not come yet: time passes until it comes, or something makes it come. Returns the item
    /// with which to go on, if something had to happen earlier.
    fn event(&mut self, nth: usize, body: &Json) -> Option<usize> {
        let at = self.items.all[nth].at.max(self.course.now());
        let mut trial = self.course.copy();
        trial.go(&Move::Advance(at));
        let sent = trial.sent();
        let comes = sent.iter().any(|it| self.is_item(&trial, it, nth));
        let passes = |sent: &Sent| self.find(&trial, sent).is_some_and(|it| nth < it.0);
        let is_overtaken = sent.iter().any(passes) || self.course.order.iter().any(|it| nth < it.0);
        if !comes
            && (is_overtaken || self.was_held_up(nth))
            && let Some(back) = self.earlier(nth, body, Why::Waited)
        {
            return Some(back);
        }
        self.carry(&Move::Advance(at));
        if self.course.happened[nth] || self.comes_soon(nth) {
            return None;
        }
        if let Some(message) = self.message_of(nth)
            && self.course.messages.values().any(|it| *it == message)
        {
            self.note(nth, "the contract does not send this webhook again at this moment, and no step of a scenario does; it is left out");
            return None;
        }
        let from = self.course.copy();
        let acts = self.search(&from, body, DEPTH, |planner, course, made| planner.explains(course, made, nth));
        if let Some(acts) = acts {
            for act in acts {
                self.carry(&Move::Act(act));
            }
            if self.course.happened[nth] {
                return None;
            }
        }
        if let Some(back) = self.earlier(nth, body, Why::Unknown) {
            return Some(back);
        }
        let why = match () {
            () if self.left == 0 => GIVEN_UP,
            () if self.is_known(body) => "nothing in the contract leads to this webhook at this moment; it is left out",
            () => "no call of the log has made what this webhook is about, so nothing leads to it; it is left out",
        };
        self.note(nth, why);
        None
    }

    /// Whether a body names something that a call of the log or an action has made.
    fn is_known(&self, body: &Json) -> bool {
        let named = self.course.twins.named_in(body);
        let made = self.course.saved.iter().filter(|it| self.course.makers.contains_key(it.0));
        made.flat_map(|it| &it.1.identities).any(|it| named.contains(&it.1))
    }

    fn message_of(&self, nth: usize) -> Option<usize> {
        if let Kind::Event { message, .. } = &self.items.all[nth].what { Some(*message) } else { None }
    }

    /// Whether a request of the sandbox to the receiver is that item.
    fn is_item(&self, course: &Course, sent: &Sent, nth: usize) -> bool {
        self.find(course, sent).is_some_and(|it| it.0 == nth)
    }

    /// Whether the sandbox sends it by itself a little later than the log says. Then time passes until then.
    fn comes_soon(&mut self, nth: usize) -> bool {
        let mut trial = self.course.copy();
        let Ok(until) = self.course.now().checked_add(TOLERANCE) else { return false };
        trial.go(&Move::Advance(until));
        let sent = trial.sent();
        let Some(own) = sent.iter().find(|it| self.is_item(&trial, it, nth)) else { return false };
        self.carry(&Move::Advance(own.at));
        self.course.happened[nth]
    }

    /// How well the webhooks that were made explain an item: what the log does not have counts against it, and what it has
    /// at another moment.
    fn explains(&self, course: &Course, made: &[Sent], nth: usize) -> Verdict {
        let found: Vec<_> = made.iter().map(|it| (it, self.find(course, it))).collect();
        let own = found.iter().filter_map(|it| it.1).find(|it| it.0 == nth);
        let Some((_, score)) = own else { return if made.is_empty() { Verdict::Open } else { Verdict::Dead } };
        let cost = |(made, found): &(&Sent, Option<(usize, u32)>)| match found {
            None => 10,
            Some((other, _)) => 2 * u32::from(TOLERANCE < self.items.all[*other].at.duration_since(made.made)),
        };
        Verdict::Explains(1_000 + score - found.iter().map(cost).sum::<u32>().min(1_000))
    }

    fn search(
        &mut self,
        from: &Course,
        about: &Json,
        depth: usize,
        judge: impl Fn(&Self, &Course, &[Sent]) -> Verdict,
    ) -> Option<Vec<Act>> {
        let (mut left, number) = (self.left, self.searches);
        self.searches += DEPTH;
        let mut search = Search { contract: self.contract, about, depth, number, left: &mut left };
        let found = search.find(from, &mut |course, made| judge(self, course, made));
        self.left = left;
        found
    }

    fn ended(mut self) -> Plan {
        self.compare();
        let (mut calls, mut webhooks) = (0, 0);
        for (nth, item) in self.items.all.iter().enumerate() {
            match item.what {
                Kind::Call { .. } => calls += 1,
                Kind::Event { .. } => webhooks += usize::from(self.course.happened[nth]),
            }
        }
        let mut events: BTreeMap<String, usize> = BTreeMap::new();
        for event in std::mem::take(&mut self.course.got) {
            *events.entry(event).or_default() += 1;
        }
        let steps = std::mem::take(&mut self.course.steps).into_iter().map(Arc::unwrap_or_clone).collect();
        let mut steps = tidied(steps, &self.course.spans);
        let provider = self.contract.slug;
        steps.extend(events.into_iter().map(|(event, count)| Step::Expect { expect_webhook: ExpectWebhook { provider, event, count } }));
        let rules = if 0 < webhooks { vec![answering::rule_of_all(self.contract, self.usual)] } else { Vec::new() };
        Plan { rules, steps, notes: self.notes.into_iter().map(|it| it.1).collect(), calls, webhooks }
    }
}
