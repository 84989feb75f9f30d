//! Does something in the sandbox, with the rules and the answers of the receiver that make its webhooks come as the log
//! has them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::calling::reference;
use super::{Leaves, Planner, TOLERANCE};
use crate::cli::import::course::{Answered, Course, Move, Sent};
use crate::cli::import::items::{Item, Items, Kind};
use crate::cli::import::script::{Rule, span};
use crate::cli::import::twins::text_of;
use crate::cli::import::words::is_identity;
use crate::kit::time::{Duration, later};

/// Trials until the answers of the receiver and the webhooks that are made fit each other.
const TRIALS: usize = 4;

impl Planner<'_> {
    /// Which item a request of the sandbox to the receiver is, and how well it fits.
    pub(super) fn find(&self, course: &Course, sent: &Sent) -> Option<(usize, u32)> {
        if let Some(message) = course.messages.get(&sent.delivery) {
            return self.items.messages[*message].iter().copied().find(|it| !course.happened[*it]).map(|it| (it, 0));
        }
        let taken: BTreeSet<usize> = course.messages.values().copied().collect();
        let mut best: Option<(usize, u32)> = None;
        for (_, attempts) in self.items.messages.iter().enumerate().filter(|it| !taken.contains(&it.0)) {
            let Some(nth) = attempts.first().copied().filter(|it| !course.happened[*it]) else { continue };
            let item = &self.items.all[nth];
            let Kind::Event { body, .. } = &item.what else { continue };
            let is_past = later(item.at, TOLERANCE).is_some_and(|it| it < sent.at);
            let score = course.twins.fit(&self.words, "", body, &sent.body).filter(|_| !is_past);
            if let Some(score) = score
                && best.is_none_or(|it| it.1 < score)
            {
                best = Some((nth, score));
            }
        }
        best
    }

    /// Does something, and notes what it has made the receiver get. `None`: the sandbox refuses it.
    pub(super) fn carry(&mut self, to: &Move) -> Option<Answered> {
        if let Move::Advance(at) = to
            && *at <= self.course.now()
        {
            return None;
        }
        let latest = self.course.latest();
        let rehearsal = self.rehearsed(to, &[])?;
        let rules = self.rules_for(to, &rehearsal.0.made_after(latest));
        let (course, answered) = if rules.is_empty() { rehearsal } else { self.rehearsed(to, &rules)? };
        self.course = course;
        let sent = self.course.sent();
        self.settle(&sent);
        for it in self.course.made_after(latest).iter().filter(|it| it.waits) {
            if let Some((nth, _)) = self.find(&self.course, it) {
                pair(self.items, &mut self.course, nth, it);
            }
        }
        Some(answered)
    }

    /// The course behind something that happens, with these rules and those that give the answers of the log to its webhooks: which
    /// webhooks are made can depend on how those before them were answered. `None`: the sandbox refuses it.
    fn rehearsed(&self, to: &Move, rules: &[Rule]) -> Option<(Course, Answered)> {
        let latest = self.course.latest();
        let mut own = rules.to_vec();
        let mut tries = 1;
        loop {
            let mut trial = self.course.copy();
            // The last rule that is added is the first that is asked.
            for rule in own.iter().rev() {
                trial.rule(rule.clone());
            }
            let answered = trial.go(to)?;
            let needed = self.with_answers(rules, &trial.made_after(latest));
            if needed == own || tries == TRIALS {
                return Some((trial, answered));
            }
            own = needed;
            tries += 1;
        }
    }

    /// Notes what the receiver has got.
    pub(super) fn settle(&mut self, sent: &[Sent]) {
        for it in sent {
            self.course.got.push(it.event.clone());
            let Some((nth, _)) = self.find(&self.course, it) else {
                self.unexpected(it);
                continue;
            };
            pair(self.items, &mut self.course, nth, it);
            self.happened(nth, it.at);
            let late = self.items.all[nth].at.duration_since(it.at);
            if TOLERANCE < late.abs() {
                let word = if late.is_negative() { "earlier" } else { "later" };
                let by = span(late.abs());
                self.note(nth, format!("this webhook came {by} {word} than the contract sends it; the scenario keeps to the contract"));
            }
        }
    }

    /// The sandbox has sent what the log does not have.
    fn unexpected(&mut self, sent: &Sent) {
        let attempts = self.course.messages.get(&sent.delivery).map(|it| &self.items.messages[*it]);
        if let Some(last) = attempts.and_then(|it| it.last()).copied() {
            let number = sent.number;
            let why =
                format!("the contract sends this webhook again (attempt {number}), and the log does not have that; the scenario sends it");
            self.note(last, why);
        }
    }

    /// The rules that make new webhooks come as the log has them.
    fn rules_for(&self, to: &Move, made: &[Sent]) -> Vec<Rule> {
        if made.is_empty() || self.items.messages.is_empty() {
            return Vec::new();
        }
        let mut course = self.course.copy();
        let mut found = Vec::new();
        for it in made {
            let nth = self.find(&course, it).map(|it| it.0);
            if let Some(nth) = nth {
                pair(self.items, &mut course, nth, it);
            }
            found.push((it, nth));
        }
        let items: BTreeSet<usize> = found.iter().filter_map(|it| it.1).collect();
        // The moment of an action is the plan's own: what it makes first is late only because it had to wait.
        let first = found.first().filter(|_| matches!(to, Move::Act(_))).and_then(|it| it.1);
        let is_late = |it: &Sent, nth: usize| {
            let is_later = it.made < self.items.all[nth].at;
            self.is_late(it, nth, &items) || (first == Some(nth) && is_later && self.leaves == Leaves::Held)
        };
        // One that is held back is overtaken by those that stand behind it in the log, unless these are held back too.
        let held = found.iter().filter_map(|(it, nth)| nth.filter(|nth| is_late(it, *nth))).min();
        let delay = |it: &Sent, nth: usize| {
            let late = self.items.all[nth].at.duration_since(it.made).max(Duration::ZERO);
            let is_behind = held.is_some_and(|earlier| earlier < nth) && late.is_positive();
            (is_behind || is_late(it, nth)).then_some(late)
        };
        found.iter().filter_map(|(it, nth)| self.rule_for(it, *nth, nth.and_then(|nth| delay(it, nth)))).collect()
    }

    /// Whether a webhook has to be held back so that it leaves at the moment of its item, with those items that are made
    /// together with it.
    fn is_late(&self, made: &Sent, nth: usize, together: &BTreeSet<usize>) -> bool {
        let at = self.items.all[nth].at;
        let (late, waited) = (at.duration_since(made.made), made.waits || made.made < made.at);
        if waited && self.leaves == Leaves::InTurn {
            return !made.waits && TOLERANCE < at.duration_since(made.at);
        }
        let is_between = |(place, it): (usize, &Item)| match it.what {
            Kind::Call { .. } => made.made < it.at && it.at < at,
            Kind::Event { .. } => !self.course.happened[place] && !together.contains(&place) && it.at < at,
        };
        waited || TOLERANCE < late || (late.is_positive() && self.items.all[..nth].iter().enumerate().any(is_between))
    }

    /// The rule that makes a webhook come as the log has it: late, several times, or not at all.
    fn rule_for(&self, sent: &Sent, nth: Option<usize>, delay: Option<Duration>) -> Option<Rule> {
        let mut when = self.when(sent);
        let mut then = Map::new();
        let Some(nth) = nth else {
            then.insert("drop".to_owned(), true.into());
            return Some(self.webhook_rule(when, then));
        };
        if let Some(delay) = delay {
            then.insert("delay".to_owned(), span(delay).into());
        }
        if let Some((copies, attempts)) = self.copies(nth) {
            then.insert("duplicate".to_owned(), copies.into());
            when.insert("attempt".to_owned(), json!({"one_of": attempts}));
        }
        (!then.is_empty()).then(|| self.webhook_rule(when, then))
    }

    /// The conditions of a rule on that webhook alone.
    pub(super) fn when(&self, sent: &Sent) -> Map<String, Json> {
        let mut when = Map::new();
        when.insert("event".to_owned(), sent.event.clone().into());
        if let Some(words) = self.telling_members(&sent.body, &mut None) {
            when.insert("body".to_owned(), words);
        }
        when.insert("times".to_owned(), 1.into());
        when
    }

    pub(super) fn webhook_rule(&self, when: Map<String, Json>, then: Map<String, Json>) -> Rule {
        Rule { name: None, on: format!("{}:webhook", self.contract.slug), when, then }
    }

    /// The members that say how an object stands, and the first that says which object it is.
    fn telling_members(&self, body: &Json, named: &mut Option<Json>) -> Option<Json> {
        let Json::Object(members) = body else {
            let is_word = body.as_str().is_some_and(|it| self.words.contains(it));
            return is_word.then(|| body.clone());
        };
        let mut own = Map::new();
        for (name, value) in members {
            let reference =
                text_of(value).filter(|_| named.is_none() && is_identity(name)).and_then(|it| reference(&self.course, name, &it));
            if reference.is_some() {
                named.clone_from(&reference);
            }
            own.extend(reference.or_else(|| self.telling_members(value, named)).map(|it| (name.clone(), it)));
        }
        (!own.is_empty()).then_some(Json::Object(own))
    }

    /// How often each attempt of the message with this first item came, and which attempts came so often. `None`: each
    /// came once.
    fn copies(&self, nth: usize) -> Option<(usize, Vec<usize>)> {
        let attempts = &self.items.messages[self.message_of(nth)?];
        let mut counts: Vec<usize> = Vec::new();
        let mut before: Option<&Item> = None;
        for place in attempts {
            let item = &self.items.all[*place];
            let is_copy = before.is_some_and(|one| {
                let gap = item.at.duration_since(one.at).saturating_sub(one.took);
                let wait = self.contract.schedule.waits.get(counts.len());
                gap <= TOLERANCE && wait.is_none_or(|it| TOLERANCE < *it)
            });
            match counts.last_mut().filter(|_| is_copy) {
                Some(last) => *last += 1,
                None => counts.push(1),
            }
            before = Some(item);
        }
        let most = counts.iter().copied().max().filter(|it| 1 < *it)?;
        let often = (1..).zip(&counts).filter(|it| *it.1 == most).map(|it| it.0).collect();
        Some((most, often))
    }
}

/// A request of the sandbox to the receiver is that item, or will be.
pub(super) fn pair(items: &Items, course: &mut Course, nth: usize, sent: &Sent) {
    if let Kind::Event { body, message } = &items.all[nth].what {
        course.messages.insert(sent.delivery, *message);
        Arc::make_mut(&mut course.twins).learn("", body, &sent.body);
    }
}
