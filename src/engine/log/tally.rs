//! How often things have happened in a sandbox since it was made, for metrics: a reset takes nothing back.

use std::collections::BTreeMap;

use super::{OutcomeEntry, What};
use crate::engine::ids::ProviderId;

/// Counts that only grow.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Requests, by provider, operation and status of the answer. Without a provider: no provider has heard them.
    pub requests: BTreeMap<(Option<ProviderId>, Option<&'static str>, u16), u64>,
    /// Attempts of webhooks, by provider and outcome.
    pub attempts: BTreeMap<(ProviderId, &'static str), u64>,
    /// Things that were due and have happened.
    pub fired: u64,
}

impl Tally {
    /// A request was answered.
    pub fn request(&mut self, provider_id: Option<ProviderId>, operation: Option<&'static str>, status: u16) {
        *self.requests.entry((provider_id, operation, status)).or_default() += 1;
    }

    /// Something was written into the log.
    pub(super) fn count(&mut self, provider_id: Option<ProviderId>, what: &What) {
        match (what, provider_id) {
            (What::Fired(_), _) => self.fired += 1,
            (What::Outcome(it), Some(provider_id)) => *self.attempts.entry((provider_id, outcome(it))).or_default() += 1,
            _ => {}
        }
    }

    /// Adds those of another sandbox.
    pub fn add(&mut self, other: &Self) {
        for (key, count) in &other.requests {
            *self.requests.entry(*key).or_default() += count;
        }
        for (key, count) in &other.attempts {
            *self.attempts.entry(*key).or_default() += count;
        }
        self.fired += other.fired;
    }
}

/// The class of the answer's status, or why the receiver has not answered.
fn outcome(it: &OutcomeEntry) -> &'static str {
    match it.result {
        Ok(200..=299) => "2xx",
        Ok(300..=399) => "3xx",
        Ok(400..=499) => "4xx",
        Ok(500..=599) => "5xx",
        Ok(_) => "other",
        Err(why) => why.word(),
    }
}
