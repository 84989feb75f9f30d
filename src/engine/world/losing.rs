//! What a rule lets a network lose of a webhook: an attempt, or the receiver's answer.

use super::World;
use crate::engine::delivery::{AttemptId, Failure, Outcome, Remarks};
use crate::engine::rules::Lost;

impl World {
    /// What a rule loses of an attempt of the schedule.
    fn lost_of(&self, id: AttemptId) -> Option<Lost> {
        let webhook = self.core.outbox.get(id.delivery)?;
        let scheduled = webhook.schedule_number(id)?;
        webhook.fault.as_ref()?.on_attempt(scheduled)?.loses(scheduled)
    }

    /// The outcome as the provider learns it: a rule may lose the receiver's answer.
    pub(super) fn as_the_provider_sees(&self, attempt: AttemptId, outcome: Outcome) -> Outcome {
        let webhook = self.core.outbox.get(attempt.delivery).filter(|_| self.lost_of(attempt) == Some(Lost::Answer));
        let Some(webhook) = webhook else { return outcome };
        let seen = outcome.error().map_or_else(|| outcome.answered().unwrap_or_default().to_string(), |it| format!("nothing ({it})"));
        let remarks = Remarks { detail: Some(format!("the receiver answered {seen}, and a rule lost its answer")), ..Remarks::default() };
        let took = self.provider(webhook.provider_id).contract().schedule.time_limit;
        Outcome { result: Err(Failure::Timeout), took, remarks: remarks.boxed() }
    }

    /// The outcome of an attempt that a rule keeps from its receiver. `None`: it leaves.
    pub(super) fn unreached(&self, attempt: AttemptId) -> Option<Outcome> {
        let remarks = Remarks { detail: Some("a rule kept it from the receiver".to_owned()), ..Remarks::default() };
        let outcome = || Outcome { remarks: remarks.boxed(), ..Outcome::failed(Failure::Refused) };
        (self.lost_of(attempt) == Some(Lost::Attempt)).then(outcome)
    }
}
