//! What a rule does to a webhook that is owed.

use std::cell::Cell;

use serde_json::json;

use super::Context;
use crate::engine::delivery::{AppliedFault, Event};
use crate::engine::matching::Work;
use crate::engine::rules::RuleInput;

impl Context<'_> {
    /// From here on, that happens to all webhooks that the call owes.
    pub fn spoil_webhooks(&mut self, fault: Option<AppliedFault>) {
        self.asked = fault;
    }

    /// What a request has asked for: this one, or the one that has made the object.
    pub(super) fn asked_fault(&mut self, event: &Event) -> Option<Box<AppliedFault>> {
        let own = self.core.spoilt.iter().find(|it| (it.provider_id, it.object) == (self.provider_id, event.object));
        let fault = self.asked.clone().or_else(|| own.map(|it| it.fault.clone()))?;
        Some(self.noted(fault, event))
    }

    /// The same fault; a webhook that is never sent is noted.
    fn noted(&mut self, fault: AppliedFault, event: &Event) -> Box<AppliedFault> {
        if fault.how.drop {
            let text = format!("the rule `{}` drops the webhook {} for {}", fault.rule, event.name, event.subject);
            self.core.note(self.provider_id, text);
        }
        Box::new(fault)
    }

    /// The fault of the rule that fires on a webhook that is owed.
    pub(super) fn fault_by_rule(&mut self, event: &Event) -> Option<Box<AppliedFault>> {
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
        let fired = self.core.rules.fire(now, seed, input);
        if let Some(text) = input.note() {
            self.core.note(self.provider_id, text);
        }
        let (rule, effects) = fired?;
        let how = effects.fault?;
        let attempt = self.core.rules.get(&rule).and_then(|it| it.rule.when.attempt.clone());
        Some(self.noted(AppliedFault { rule, how, attempt }, event))
    }
}
