//! What the application of the log answered to the webhooks. Rules give these answers to the provider, so that retries, copies and what
//! follows an acceptance come as in the log, whatever receives the webhooks at replay.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::Planner;
use super::happening::pair;
use crate::cli::import::course::Sent;
use crate::cli::import::items::{Item, Items, Kind};
use crate::cli::import::script::{Rule, span};
use crate::engine::tables::Contract;
use crate::kit::time::Duration;

/// An answer that takes longer keeps its duration: it counts against the provider's time limit.
const SLOW: Duration = Duration::from_secs(1);

/// Statuses that a gateway gives for an application that is down, so that the application has not seen the webhook.
const OF_GATEWAYS: [u16; 2] = [502, 503];

/// The status of acceptance that the log has most often.
pub(super) fn usual(items: &Items) -> u16 {
    const USUAL: u16 = 200;
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    let webhooks = items.all.iter().filter(|it| matches!(it.what, Kind::Event { .. }));
    for status in webhooks.filter_map(|it| it.outcome.ok()).filter(|it| is_acceptance(*it)) {
        *counts.entry(status).or_default() += 1;
    }
    let most = counts.values().max().copied();
    counts.iter().find(|it| Some(*it.1) == most).map_or(USUAL, |it| *it.0)
}

/// The rule that every imported scenario begins with: the usual answer, to each webhook about which no other rule says more.
pub(super) fn rule_of_all(contract: &'static Contract, usual: u16) -> Rule {
    let then = Map::from_iter([("answered".to_owned(), Json::from(usual))]);
    Rule { name: Some("answers of the log"), on: format!("{}:webhook", contract.slug), when: Map::new(), then }
}

fn is_acceptance(status: u16) -> bool {
    (200..300).contains(&status)
}

impl Planner<'_> {
    /// These rules, and in them or beside them the answers of the log to the webhooks that were made.
    pub(super) fn with_answers(&self, rules: &[Rule], made: &[Sent]) -> Vec<Rule> {
        let mut all = rules.to_vec();
        if made.is_empty() {
            return all;
        }
        let mut course = self.course.copy();
        let mut found: Vec<(Map<String, Json>, Vec<Json>)> = Vec::new();
        for it in made {
            let Some((nth, _)) = self.find(&course, it) else { continue };
            pair(self.items, &mut course, nth, it);
            found.push((self.when(it), self.answers_to(nth)));
        }
        let is_unusual = |answers: &[Json]| answers != [Json::from(self.usual)];
        for (place, (when, answers)) in found.iter().enumerate() {
            // A rule for a later webhook that looks alike would act on this one.
            let is_alike = |it: &(Map<String, Json>, Vec<Json>)| it.0 == *when && is_unusual(&it.1);
            if !found[place..].iter().any(is_alike) {
                continue;
            }
            let answered = if let [one] = &answers[..] { short(one) } else { None };
            let answered = answered.unwrap_or_else(|| json!(answers));
            match all.iter_mut().find(|it| it.when == *when && !it.then.contains_key("drop") && !it.then.contains_key("answered")) {
                Some(rule) => _ = rule.then.insert("answered".to_owned(), answered),
                None => all.push(self.webhook_rule(when.clone(), Map::from_iter([("answered".to_owned(), answered)]))),
            }
        }
        all
    }

    /// The answers of the log to all requests of the message with this item, then an acceptance.
    fn answers_to(&self, nth: usize) -> Vec<Json> {
        let Some(message) = self.message_of(nth) else { return Vec::new() };
        let items = || self.items.messages[message].iter().map(|it| &self.items.all[*it]);
        let mut answers: Vec<Json> = items().map(answer).collect();
        if items().next_back().is_some_and(|it| !it.outcome.is_ok_and(is_acceptance)) {
            answers.push(self.usual.into());
        }
        // The last one holds for all that follow.
        while let [.., before, last] = &answers[..]
            && before == last
        {
            answers.pop();
        }
        answers
    }
}

/// An answer that needs no list: without a delay.
fn short(answer: &Json) -> Option<Json> {
    (!answer.is_object()).then(|| answer.clone())
}

fn answer(item: &Item) -> Json {
    let status = match item.outcome {
        Err(failure) => return failure.into(),
        Ok(status) => status,
    };
    let mut members = Map::from_iter([("status".to_owned(), Json::from(status))]);
    if SLOW <= item.took {
        members.insert("delay".to_owned(), span(item.took).into());
    }
    if OF_GATEWAYS.contains(&status) {
        members.insert("by_gateway".to_owned(), true.into());
    }
    if members.len() == 1 { status.into() } else { Json::Object(members) }
}
