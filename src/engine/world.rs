//! All the state of one sandbox; `step` lets one due thing happen.

use std::collections::VecDeque;
use std::fmt;

use super::actions::Cause;
use super::agenda::Due;
use super::chain::Transfer;
use super::context::Context;
use super::delivery::Outgoing;
use super::ids::{ProviderId, TransferId};
use super::log::{Block, Fired, Webhook, What};
use super::provider::DynProvider;
use super::store::Usage;
use crate::engine::core::Core;
use crate::engine::start::Start;
use crate::kit::time::{Timestamp, Uptime};

mod asides;
mod auditing;
mod beginning;
mod births;
mod held;
mod losing;
mod posting;
mod reaching;
mod ruling;
mod spoiling;

pub use asides::Aside;
pub use auditing::Varied;
use held::Held;
use posting::Leaves;

/// One sandbox.
#[derive(Clone)]
pub struct World {
    pub start: Start,
    pub core: Core,
    pub providers: Vec<Box<dyn DynProvider>>,
    /// Attempts that the edge has to post.
    pub outgoing: VecDeque<Outgoing>,
    /// Attempts that are sent again, while an earlier one for the same target has no outcome.
    held: Held,
    /// Counts how often the sandbox has begun anew: an outcome of an earlier generation is ignored.
    pub generation: u64,
    /// What has changed it besides the sandbox's own calls, for its history.
    pub asides: Vec<Aside>,
}

/// What a sandbox was before it became another, if it did. Dropping it takes long when it was large.
#[derive(Default)]
#[must_use = "what clients have broken may have to be kept, and dropping a large sandbox takes long"]
pub struct Replaced(Option<Box<World>>);

impl Replaced {
    /// What it was.
    pub fn world(&self) -> Option<&World> {
        self.0.as_deref()
    }

    /// How much there is to drop, as [`World::things`] counts.
    pub fn things(&self) -> usize {
        self.0.as_ref().map_or(0, |it| it.things())
    }
}

impl fmt::Debug for Replaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Replaced")
    }
}

impl World {
    /// How much there is to copy, to drop or to look at, in things: objects and what is booked.
    pub fn things(&self) -> usize {
        self.providers.iter().map(|it| it.usage().objects).sum::<usize>() + self.core.agenda.count()
    }

    /// The id of the provider with that slug.
    pub fn provider_id(&self, slug: &str) -> Option<ProviderId> {
        let place = self.providers.iter().position(|it| it.contract().slug == slug)?;
        u8::try_from(place).ok().map(ProviderId)
    }

    /// The provider of that id.
    pub fn provider(&self, provider_id: ProviderId) -> &dyn DynProvider {
        self.providers[usize::from(provider_id.0)].as_ref()
    }

    /// The names by which calls find an account of this sandbox without naming the sandbox, each with its provider.
    pub fn names(&self) -> Vec<(ProviderId, String)> {
        let mut names = Vec::new();
        for ((provider_id, provider), accounts) in (0..).map(ProviderId).zip(&self.providers).zip(&self.core.accounts) {
            let rows = || provider.contract().credentials.iter().filter(|it| it.is_a_name);
            let own = accounts.values().flat_map(|account| rows().filter_map(|it| account.name_here(it.name)));
            names.extend(own.map(|it| it.expose().to_owned()).chain(provider.mark(&self.core.name)).map(|it| (provider_id, it)));
        }
        names
    }

    /// Changes whenever [`Self::names`] may have changed.
    pub fn names_version(&self) -> (u64, u64) {
        (self.generation, self.core.rotations)
    }

    /// Whether the objects have reached their bound. Then calls that would make another object are refused.
    pub fn is_full(&self) -> bool {
        let Usage { objects, bytes } = self.providers.iter().map(|it| it.usage()).sum();
        self.start.objects_max <= objects || self.start.object_bytes_max <= bytes
    }

    /// Calls a provider, with a context of everything that it may touch.
    pub fn with<T>(
        &mut self,
        provider_id: ProviderId,
        uptime: Uptime,
        call: impl FnOnce(&mut dyn DynProvider, &mut Context<'_>) -> T,
    ) -> T {
        let provider = &mut self.providers[usize::from(provider_id.0)];
        let mut cx = Context::new(&mut self.core, provider_id, provider.contract(), uptime);
        call(provider.as_mut(), &mut cx)
    }

    /// Lets the next thing happen that is due by then, with its immediate effects. `false`: nothing is due.
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
                self.core.log.push(at, Some(provider_id), What::Fired(Fired::Timer { object, row }));
                self.with(provider_id, uptime, |it, cx| it.step(cx, object, Cause::Row(row)));
            }
            Due::Block { transfer, .. } => {
                self.core.chains.mine(&mut self.core.agenda, self.core.now, transfer);
                self.step_by_block(uptime, at, transfer);
            }
            Due::Undone { transfer, .. } => self.step_by_block(uptime, at, transfer),
            Due::Attempt { delivery, .. } => {
                self.log_due(at, delivery, Fired::Attempt);
                self.core.outbox.make_next(delivery);
                self.leave(uptime, delivery, Leaves::InTurn);
            }
            Due::Answer { attempt, outcome } => {
                self.log_due(at, attempt.delivery, |it| Fired::Answer(it, attempt.number));
                self.apply(uptime, attempt, *outcome);
            }
            Due::Act { provider_id, act, with, rule } => self.act_by_rule(uptime, at, provider_id, (act, with, rule)),
            Due::Held { provider_id } => _ = self.core.log.push(at, Some(provider_id), What::Fired(Fired::Released)),
        }
        self.depart(uptime);
        true
    }

    /// Lets the provider of a transfer take a step after its confirmations have changed.
    fn step_by_block(&mut self, uptime: Uptime, at: Timestamp, id: TransferId) {
        let Some(transfer) = self.core.chains.get(id).copied() else { return };
        let Transfer { blockchain, wanted, confirmations, .. } = transfer;
        let subject = self.provider(id.provider_id).subject(id.object).unwrap_or_default().into();
        let block = Block { subject, blockchain, height: self.core.chains.height(blockchain, at), confirmations, wanted };
        self.core.log.push(at, Some(id.provider_id), What::Fired(Fired::Block(block)));
        self.with(id.provider_id, uptime, |it, cx| it.step(cx, id.object, Cause::Block));
    }

    /// Logs that something that was booked for a webhook is due.
    fn log_due(&mut self, at: Timestamp, delivery: u64, fired: impl FnOnce(Webhook) -> Fired) {
        if let Some(webhook) = self.core.outbox.get(delivery) {
            self.core.log.push(at, Some(webhook.provider_id), What::Fired(fired(webhook.into())));
        }
    }

    /// Logs the end of a walk that began at that moment.
    pub fn moved(&mut self, from: Timestamp) {
        if from < self.core.now {
            self.core.log.push(self.core.now, None, What::Moved { from });
        }
    }

    /// Whether an entry of the agenda still has an effect.
    pub fn is_live(&self, due: &Due) -> bool {
        match due {
            Due::Row { provider_id, object, generation, row } => {
                let provider = self.provider(*provider_id);
                provider.generation(*object) == Some(*generation) && provider.awaits(*object, *row)
            }
            Due::Block { transfer, generation } | Due::Undone { transfer, generation } => self.core.chains.is_live(*transfer, *generation),
            Due::Attempt { delivery, number } => self.core.outbox.expects(*delivery, *number),
            Due::Answer { .. } | Due::Act { .. } | Due::Held { .. } => true,
        }
    }

    /// The next entry of the agenda that still has an effect.
    pub fn next_due(&self) -> Option<(Timestamp, &Due)> {
        self.core.agenda.iter().find(|(_, due)| self.is_live(due))
    }

    /// Drops entries without effect from the front of the agenda, and returns when the next live entry is due.
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

    /// Whether nothing will happen by itself. Faster than [`Self::pending`]: it stops at the first live entry.
    pub fn is_idle(&mut self) -> bool {
        self.next_live_at().is_none() && self.core.outbox.waiting() == 0
    }

    /// The number of live timers and deliveries that are still to happen.
    pub fn pending(&self) -> usize {
        self.core.agenda.iter().filter(|(_, due)| self.is_live(due)).count() + self.core.outbox.waiting()
    }
}
