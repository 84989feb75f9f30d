//! What a rule does to a webhook that is owed.

use std::cell::Cell;

use serde_json::json;

use super::Context;
use crate::engine::delivery::{AppliedAnswers, AppliedFault, AppliedRules, Event};
use crate::engine::matching::Work;
use crate::engine::rules::{Effects, RuleInput, Rules, WebhookFault};
use crate::kit::time::Timestamp;

/// Asks some of the rules, in their order.
type Fire = fn(&mut Rules, Timestamp, u64, RuleInput<'_>) -> Option<(String, Effects)>;

impl Context<'_> {
    /// From here on, that happens to all webhooks that the call owes.
    pub fn spoil_webhooks(&mut self, fault: Option<AppliedFault>) {
        self.asked = fault;
    }

    /// What rules do to a webhook that is owed. One changes what leaves, and one says what the provider takes for the answers; a rule with
    /// both effects is both. What a request has asked for comes before the rules.
    pub(super) fn rules_on(&mut self, event: &Event) -> AppliedRules {
        let asked = self.asked_fault(event);
        let has_rules = !self.core.rules.is_empty();
        let is_left_to_rules = asked.as_ref().is_none_or(|it| it.how.only_answers());
        let by_rule = if is_left_to_rules && has_rules { self.fault_by_rule(event, Rules::fire) } else { None };
        let mut all = [asked, by_rule];
        let mut answers = all.iter_mut().flatten().find_map(AppliedAnswers::taken_from);
        if answers.is_none() && has_rules {
            answers = self.fault_by_rule(event, Rules::fire_answering).and_then(|mut it| AppliedAnswers::taken_from(&mut it));
        }
        let fault = all.into_iter().flatten().find(|it| it.how != WebhookFault::default()).map(|it| self.noted(it, event));
        AppliedRules { fault, answers }
    }

    /// What a request has asked for: this one, or the one that has made the object.
    fn asked_fault(&self, event: &Event) -> Option<AppliedFault> {
        let own = self.core.spoilt.iter().find(|it| (it.provider_id, it.object) == (self.provider_id, event.object));
        self.asked.clone().or_else(|| own.map(|it| it.fault.clone()))
    }

    /// The same fault; a webhook that is never sent is noted.
    fn noted(&mut self, fault: AppliedFault, event: &Event) -> Box<AppliedFault> {
        if fault.how.drop {
            let text = format!("the rule `{}` drops the webhook {} for {}", fault.rule, event.name, event.subject);
            self.core.note(self.provider_id, text);
        }
        Box::new(fault)
    }

    /// What the first rule that fires on a webhook does to it, among the rules that `fire` asks.
    fn fault_by_rule(&mut self, event: &Event, fire: Fire) -> Option<AppliedFault> {
        let input = RuleInput {
            provider: self.contract().slug,
            operation: None,
            event: Some(event.name),
            account: Some(&event.account),
            body: &|| serde_json::from_slice(&event.body).unwrap_or_default(),
            headers: &|| json!({}),
            query: &|| json!({}),
            work: &Work::of_rules(),
            unread: &Cell::default(),
        };
        let (now, seed) = (self.core.now, self.core.seed);
        let fired = fire(&mut self.core.rules, now, seed, input);
        if let Some(text) = input.note() {
            self.core.note(self.provider_id, text);
        }
        let (rule, effects) = fired?;
        let how = effects.fault?;
        let attempt = self.core.rules.get(&rule).and_then(|it| it.rule.when.attempt.clone());
        Some(AppliedFault { rule, how, attempt })
    }
}
