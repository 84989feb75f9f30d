//! What a rule does to a webhook that is owed.

use std::cell::Cell;

use serde_json::json;

use super::Context;
use crate::engine::delivery::{AppliedFault, Event};
use crate::engine::matching::Work;
use crate::engine::rules::RuleInput;

impl Context<'_> {
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
        if how.drop {
            self.core.note(self.provider_id, format!("the rule `{rule}` drops the webhook {} for {}", event.name, event.subject));
        }
        let attempt = self.core.rules.get(&rule).and_then(|it| it.rule.when.attempt.clone());
        Some(Box::new(AppliedFault { rule, how, attempt }))
    }
}
