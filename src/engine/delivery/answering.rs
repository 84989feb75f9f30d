//! What a rule lets the provider take for the answers of a receiver, and what it lets a network lose.

use serde::{Deserialize, Serialize};

use super::{AppliedFault, AttemptId, Delivery};
use crate::engine::matching::Matcher;
use crate::engine::rules::{ANSWERS_MAX, GivenAnswer, Lost, selects_attempts};
use crate::kit::heap;

/// A rule that decides what the provider takes for the receiver's answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppliedAnswers {
    pub rule: String,
    /// One for each request of the schedule, copies too, in the order in which they leave; the last one for all that follow.
    pub answers: Vec<GivenAnswer>,
    /// The attempts on which the rule acts; by default, on all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Matcher>,
}

/// What rules do to a webhook.
#[derive(Clone, Debug, Default)]
pub struct AppliedRules {
    pub fault: Option<Box<AppliedFault>>,
    pub answers: Option<Box<AppliedAnswers>>,
}

impl AppliedAnswers {
    /// Takes the answers out of what a rule does. `None`: it says nothing of them.
    pub fn taken_from(fault: &mut AppliedFault) -> Option<Box<Self>> {
        let answers = std::mem::take(&mut fault.how.answered);
        (!answers.is_empty()).then(|| Box::new(Self { rule: fault.rule.clone(), answers, attempt: fault.attempt.clone() }))
    }

    /// Whether a rule can do this: it may come from a saved state.
    pub fn is_sound(&self) -> bool {
        let count = (1..=ANSWERS_MAX).contains(&self.answers.len());
        count && self.answers.iter().all(|it| it.is_sound()) && self.attempt.as_ref().is_none_or(selects_attempts)
    }

    /// What it costs in memory.
    pub fn cost(&self) -> usize {
        let attempt = self.attempt.as_ref().and_then(|it| serde_json::to_value(it).ok()).map_or(0, |it| heap::json(&it));
        heap::block(size_of::<Self>()) + heap::block(self.rule.len()) + heap::block(size_of_val(&self.answers[..])) + attempt
    }
}

impl Delivery {
    /// The rule that acts on it; of two, the one that changes what leaves.
    pub fn rule(&self) -> Option<&str> {
        let answering = || self.answers.as_ref().map(|it| it.rule.as_str());
        self.fault.as_ref().map(|it| it.rule.as_str()).or_else(answering)
    }

    /// What a rule lets a network lose of an attempt. An attempt that a tester has asked for loses nothing.
    pub fn lost(&self, id: AttemptId) -> Option<Lost> {
        let scheduled = self.schedule_number(id)?;
        let lost = self.fault.as_ref().and_then(|it| it.on_attempt(scheduled)?.loses(scheduled));
        lost.or_else(|| self.given(id).filter(|it| !it.arrives()).map(|_| Lost::Attempt))
    }

    /// What a rule lets the provider take for the answer to an attempt. `None`: what the receiver answers.
    pub fn given(&self, id: AttemptId) -> Option<GivenAnswer> {
        let own = self.answers.as_ref()?;
        let scheduled = self.schedule_number(id)?;
        if !own.attempt.as_ref().is_none_or(|it| it.fits(Some(&scheduled.into()))) {
            return None;
        }
        let place = self.attempts.iter().filter(|it| !it.resend).position(|it| it.is(id))?;
        own.answers.get(place).or(own.answers.last()).copied()
    }
}
