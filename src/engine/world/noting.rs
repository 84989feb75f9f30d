//! What a walk learns of the things that happen on its way.

use super::World;
use crate::engine::chain::Transfer;
use crate::engine::delivery::delivery_name;
use crate::engine::delivery::{Attempt, Delivery, Outcome};
use crate::engine::ids::ProviderId;
use crate::engine::ids::TransferId;
use crate::engine::walk::{Attempted, Fired};
use crate::kit::time::Timestamp;

/// What is due when a rule holds an answer back.
pub const HELD: &str = "an answer that a rule holds back";

impl World {
    pub(super) fn note_timer(&mut self, at: Timestamp, provider_id: ProviderId, before: u64) {
        let Some(walk) = &mut self.walk else { return };
        let journal = &self.core.journal;
        let change = journal.changes().next_back().filter(|_| journal.changes_total() > before);
        let provider = self.providers[usize::from(provider_id.0)].contract().slug;
        walk.fired(|| Fired {
            at,
            kind: "timer",
            provider,
            subject: change.map_or(String::new(), |it| it.subject.clone()),
            detail: change.map_or(String::new(), |it| format!("{} to {} ({})", it.from, it.to, it.cause)),
        });
    }

    pub(super) fn note_release(&mut self, at: Timestamp, provider_id: ProviderId) {
        let provider = self.provider(provider_id).contract().slug;
        let Some(walk) = &mut self.walk else { return };
        walk.fired(|| Fired { at, kind: "timer", provider, subject: HELD.to_owned(), detail: "it leaves".to_owned() });
    }

    pub(super) fn note_block(&mut self, at: Timestamp, id: TransferId, transfer: Transfer, before: u64) {
        let Some(walk) = &mut self.walk else { return };
        let journal = &self.core.journal;
        let change = journal.changes().next_back().filter(|_| journal.changes_total() > before);
        let member = &self.providers[usize::from(id.provider_id.0)];
        let height = self.core.chains.height(transfer.blockchain, at);
        walk.fired(|| {
            let change = change.map_or(String::new(), |it| format!("; {} to {}", it.from, it.to));
            let Transfer { blockchain, wanted, confirmations, .. } = transfer;
            let detail = format!("{} block {height}: {confirmations} of {wanted} confirmations{change}", blockchain.word());
            Fired { at, kind: "block", provider: member.contract().slug, subject: member.subject(id.object).unwrap_or_default(), detail }
        });
    }

    pub(super) fn note_delivery(&mut self, at: Timestamp, id: u64, detail: impl FnOnce() -> String) {
        let (Some(walk), Some(webhook)) = (&mut self.walk, self.core.outbox.get(id)) else { return };
        let provider = self.providers[usize::from(webhook.provider_id.0)].contract().slug;
        let detail = || format!("{} {}", webhook.event, detail());
        walk.fired(|| Fired { at, kind: "delivery", provider, subject: webhook.subject.clone(), detail: detail() });
    }

    pub(super) fn note_attempt(&mut self, webhook: &Delivery, attempt: &Attempt, outcome: &Outcome) {
        let Some(walk) = &mut self.walk else { return };
        let provider = self.providers[usize::from(webhook.provider_id.0)].contract().slug;
        walk.attempted(|| Attempted {
            id: delivery_name(webhook.id),
            provider,
            event: webhook.event.clone(),
            subject: webhook.subject.clone(),
            attempt: attempt.number,
            at: attempt.at,
            status: outcome.answered(),
            error: outcome.error(),
        });
    }
}
