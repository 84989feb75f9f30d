//! What the provider learns of an attempt when a rule decides that: a network loses the attempt or the answer, or the provider takes
//! something else for the answer.

use super::World;
use crate::engine::delivery::{AttemptId, Delivery, Outcome, Remarks};
use crate::engine::inbox::Reaction;
use crate::engine::rules::{GivenAnswer, Lost};

impl World {
    /// The outcome as the provider learns it: a rule may lose the receiver's answer, or give another.
    pub(super) fn as_the_provider_sees(&self, attempt: AttemptId, outcome: Outcome) -> Outcome {
        let Some(webhook) = self.core.outbox.get(attempt.delivery) else { return outcome };
        let time_limit = self.provider(webhook.provider_id).contract().schedule.time_limit;
        let (taken, what) = match (webhook.lost(attempt), webhook.given(attempt)) {
            (Some(Lost::Attempt), _) | (None, None) => return outcome,
            (Some(Lost::Answer), _) => (Reaction::Timeout.outcome(time_limit), "a rule lost its answer".to_owned()),
            (None, Some(given)) => {
                let own = Reaction::from(given).outcome(time_limit);
                if own.answered().is_some() && (own.answered(), None) == (outcome.answered(), outcome.failure()) {
                    return Outcome { took: own.took, ..outcome };
                }
                let taken = own.error().map_or_else(|| own.answered().unwrap_or_default().to_string(), |it| format!("nothing ({it})"));
                (own, format!("the provider takes {taken} for its answer, by the rule `{}`", rule_of(webhook)))
            }
        };
        let seen = outcome.error().map_or_else(|| outcome.answered().unwrap_or_default().to_string(), |it| format!("nothing ({it})"));
        let remarks = Remarks { detail: Some(format!("the receiver answered {seen}, and {what}")), ..Remarks::default() };
        Outcome { remarks: remarks.boxed(), ..taken }
    }

    /// The outcome of an attempt that a rule keeps from its receiver. `None`: it leaves.
    pub(super) fn unreached(&self, attempt: AttemptId) -> Option<Outcome> {
        let webhook = self.core.outbox.get(attempt.delivery).filter(|it| it.lost(attempt) == Some(Lost::Attempt))?;
        let remarks = Remarks { detail: Some("a rule kept it from the receiver".to_owned()), ..Remarks::default() };
        let time_limit = self.provider(webhook.provider_id).contract().schedule.time_limit;
        let given = webhook.given(attempt).filter(|it| !it.arrives()).unwrap_or(GivenAnswer::Refused);
        Some(Outcome { remarks: remarks.boxed(), ..Reaction::from(given).outcome(time_limit) })
    }
}

/// The rule that gives the answers.
fn rule_of(webhook: &Delivery) -> &str {
    webhook.answers.as_ref().map_or("", |it| &it.rule)
}
