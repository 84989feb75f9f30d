//! All the state of one sandbox; `step` lets one due thing happen.

use std::collections::VecDeque;

use crate::engine::core::Core;
use crate::engine::start::Start;

use super::actions::Cause;
use super::agenda::Due;
use super::context::Context;
use super::delivery::Outgoing;
use super::ids::ProviderId;
use super::ids::TransferId;
use super::provider::DynProvider;
use super::walk::Walk;
use crate::kit::time::{Timestamp, Uptime};

pub use noting::HELD;

mod beginning;
mod births;
mod noting;
mod posting;
mod ruling;

/// One sandbox.
pub struct World {
    pub start: Start,
    pub core: Core,
    pub providers: Vec<Box<dyn DynProvider>>,
    /// The walk under way. It belongs to a caller who waits, not to the state.
    pub walk: Option<Walk>,
    /// Attempts that the edge has to post.
    pub outgoing: VecDeque<Outgoing>,
    /// Counts its births, so that what comes back late from an earlier one is known.
    pub generation: u64,
}

impl World {
    /// The id of the provider with that slug.
    pub fn provider_id(&self, slug: &str) -> Option<ProviderId> {
        let place = self.providers.iter().position(|it| it.contract().slug == slug)?;
        u8::try_from(place).ok().map(ProviderId)
    }

    /// The provider of that id.
    pub fn provider(&self, provider_id: ProviderId) -> &dyn DynProvider {
        self.providers[usize::from(provider_id.0)].as_ref()
    }

    /// Calls into a provider with all that it may touch.
    pub fn with<T>(
        &mut self,
        provider_id: ProviderId,
        uptime: Uptime,
        call: impl FnOnce(&mut dyn DynProvider, &mut Context<'_>) -> T,
    ) -> T {
        let member = &mut self.providers[usize::from(provider_id.0)];
        let mut cx = Context::new(&mut self.core, provider_id, member.contract(), uptime);
        call(member.as_mut(), &mut cx)
    }

    /// Lets the next thing happen that is due by then, and what it causes at once. `false`: nothing is due.
    pub fn step(&mut self, uptime: Uptime, until: Timestamp) -> bool {
        self.depart(uptime);
        let Some((at, due)) = self.core.agenda.take(until) else { return false };
        if !self.is_live(&due) {
            return true;
        }
        self.core.now = self.core.now.max(at);
        self.core.clock.step_to(self.core.now);
        match due {
            Due::Row { provider_id, object, row, .. } => {
                let before = self.core.journal.changes_total();
                self.with(provider_id, uptime, |it, cx| it.step(cx, object, Cause::Row(row)));
                self.note_timer(at, provider_id, before);
            }
            Due::Block { transfer, .. } => {
                self.core.chains.mine(&mut self.core.agenda, self.core.now, transfer);
                self.tell_of_block(uptime, at, transfer);
            }
            Due::Undone { transfer, .. } => self.tell_of_block(uptime, at, transfer),
            Due::Attempt { delivery, .. } => {
                let left = self.leave(uptime, delivery, false);
                self.note_delivery(at, delivery, || left.map_or("has no target any more".to_owned(), |it| format!("attempt {it}")));
            }
            Due::Answer { attempt, outcome } => {
                self.note_delivery(at, attempt.delivery, || format!("attempt {} answered", attempt.number));
                self.apply(uptime, attempt, *outcome);
            }
            Due::Act { provider_id, act, with, rule } => self.act_by_rule(uptime, at, provider_id, &act, &with, &rule),
            Due::Held { provider_id } => self.note_release(at, provider_id),
        }
        self.depart(uptime);
        true
    }

    /// A provider learns what a transfer's confirmations are now.
    fn tell_of_block(&mut self, uptime: Uptime, at: Timestamp, id: TransferId) {
        let Some(transfer) = self.core.chains.get(id).copied() else { return };
        let before = self.core.journal.changes_total();
        self.with(id.provider_id, uptime, |it, cx| it.step(cx, id.object, Cause::Block));
        self.note_block(at, id, transfer, before);
    }

    /// Whether something booked still means anything.
    pub fn is_live(&self, due: &Due) -> bool {
        match due {
            Due::Row { provider_id, object, stay, .. } => self.provider(*provider_id).stay(*object) == Some(*stay),
            Due::Block { transfer, turn } | Due::Undone { transfer, turn } => self.core.chains.is_live(*transfer, *turn),
            Due::Attempt { delivery, number } => self.core.outbox.expects(*delivery, *number),
            Due::Answer { .. } | Due::Act { .. } | Due::Held { .. } => true,
        }
    }

    /// The next thing to come that still means anything.
    pub fn next_due(&self) -> Option<(Timestamp, &Due)> {
        self.core.agenda.iter().find(|(_, due)| self.is_live(due))
    }

    /// Drops what has lost its meaning from the front of the agenda, and says when the next live thing is due.
    pub fn next_live_at(&mut self) -> Option<Timestamp> {
        loop {
            let (at, due) = self.core.agenda.first()?;
            if self.is_live(due) {
                return Some(at);
            }
            self.core.agenda.take(at);
        }
    }

    /// Whether every attempt that has left has its outcome.
    pub fn is_quiet(&self) -> bool {
        self.outgoing.is_empty() && self.core.outbox.is_quiet()
    }

    /// Whether nothing is to come by itself. Unlike [`Self::pending`] it counts nothing: a live entry at the front
    /// says enough.
    pub fn is_idle(&mut self) -> bool {
        self.next_live_at().is_none() && self.core.outbox.waiting() == 0
    }

    /// How many live timers and deliveries are to come.
    pub fn pending(&self) -> usize {
        self.core.agenda.iter().filter(|(_, due)| self.is_live(due)).count() + self.core.outbox.waiting()
    }
}
