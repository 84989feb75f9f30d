//! Which attempts of webhooks were made, in their order, and when objects changed: what an exploration of schedules compares.

use super::Renderer;
use crate::engine::core::Core;
use crate::engine::delivery::AttemptId;
use crate::engine::ids::ProviderId;
use crate::engine::log::{Entry, What};
use crate::kit::time::Timestamp;

/// An attempt of the schedule.
pub struct Made {
    /// The number of its entry in the log.
    pub sequence: u64,
    pub at: Timestamp,
    pub id: AttemptId,
}

/// A change of an object.
pub struct Changed {
    pub at: Timestamp,
    pub provider_id: ProviderId,
    pub subject: String,
}

impl Renderer {
    /// Every attempt of the schedule that the log still holds, oldest first.
    pub fn made(core: &Core) -> Vec<Made> {
        let attempt = |entry: &Entry| {
            let What::Attempt(sent) = &entry.what else { return None };
            (!sent.resend).then(|| Made { sequence: entry.sequence, at: entry.at, id: sent.id() })
        };
        core.log.entries().filter_map(attempt).collect()
    }

    /// Every change that the log still holds, oldest first. Subjects are as the sandbox has them, to be compared.
    pub fn changes(core: &Core) -> Vec<Changed> {
        let change = |entry: &Entry| {
            let (What::Change(it), Some(provider_id)) = (&entry.what, entry.provider) else { return None };
            Some(Changed { at: entry.at, provider_id, subject: it.subject.to_string() })
        };
        core.log.entries().filter_map(change).collect()
    }
}
