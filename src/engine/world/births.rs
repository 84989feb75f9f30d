//! How a sandbox comes into being: at its start, by a reset, as a copy, from a document. All of it goes through one function.

use std::collections::VecDeque;

use super::World;
use crate::engine::core::{Core, Redirect};
use crate::engine::delivery::Outgoing;
use crate::engine::inbox::Inbox;
use crate::engine::provider::DynProvider;
use crate::engine::start::{Impossible, Start};
use crate::kit::time::Uptime;

/// Where the webhooks of a copy go unless its maker says otherwise: an inbox of its own.
pub const FORK_INBOX: &str = "http://fork.inbox.playmoney.test/";

impl World {
    /// A sandbox at its beginning, with these providers. What its setup asks for in vain is left out; a setup that went
    /// through [`Self::load`] asks for no such thing.
    pub fn new(start: Start, providers: Vec<Box<dyn DynProvider>>, uptime: Uptime) -> Self {
        Self::furnished(start, providers, 0, uptime).0
    }

    /// The same, unless its setup asks for what cannot be had.
    ///
    /// # Errors
    /// Everything that the setup asks for in vain.
    pub fn load(start: Start, providers: Vec<Box<dyn DynProvider>>, uptime: Uptime) -> Result<Self, Vec<Impossible>> {
        let (world, impossible) = Self::furnished(start, providers, 0, uptime);
        if impossible.is_empty() { Ok(world) } else { Err(impossible) }
    }

    /// Back to its start.
    pub fn reset(&mut self, uptime: Uptime) {
        *self = Self::furnished(self.start.clone(), self.fresh_providers(), self.generation + 1, uptime).0;
    }

    /// Begins again with another start, under the name and the redirect that it has.
    ///
    /// # Errors
    /// What the setup asks for in vain; then nothing has changed.
    pub fn begin(&mut self, start: Start, uptime: Uptime) -> Result<(), Vec<Impossible>> {
        let start = Start { name: self.start.name.clone(), redirect: self.start.redirect.clone(), ..start };
        let (world, impossible) = Self::furnished(start, self.fresh_providers(), self.generation + 1, uptime);
        if !impossible.is_empty() {
            return Err(impossible);
        }
        *self = world;
        Ok(())
    }

    /// A copy at this instant under another name. Its webhooks go to `redirect`, or to its own inbox `fork`.
    #[must_use]
    pub fn fork(&self, name: &str, redirect: Option<&str>, uptime: Uptime) -> Self {
        let redirect = Some(redirect.unwrap_or(FORK_INBOX).to_owned());
        let start = Start { name: name.to_owned(), redirect, ..self.start.clone() };
        let providers = self.providers.iter().map(|it| it.boxed()).collect();
        let mut core = self.core.clone();
        core.redirect = None; // the addresses that were set in the original are not the copy's own
        core.clock.release(uptime); // a walk through time belongs to the original
        let mut copy = Self::born(start, core, providers, 0);
        copy.send_lost_again();
        copy
    }

    /// Goes on from a saved state, under the name and the redirect that it has.
    pub fn resume(&mut self, core: Core, providers: Vec<Box<dyn DynProvider>>, uptime: Uptime) {
        let mut world = Self::born(self.start.clone(), core, providers, self.generation + 1);
        world.core.clock.resume(uptime);
        world.core.log.bound(world.start.journal_bytes_max);
        world.core.inboxes.values_mut().for_each(Inbox::recount);
        world.core.outbox.recount();
        world.send_lost_again();
        *self = world;
    }

    /// The one birth: the start says the name and where webhooks go, whatever the state was called elsewhere.
    pub(super) fn born(start: Start, mut core: Core, providers: Vec<Box<dyn DynProvider>>, generation: u64) -> Self {
        core.name.clone_from(&start.name);
        let except = core.redirect.take().map(|it| it.except).unwrap_or_default();
        core.redirect = start.redirect.clone().map(|to| Redirect { to, except });
        Self { start, core, providers, outgoing: VecDeque::new(), generation }
    }

    fn fresh_providers(&self) -> Vec<Box<dyn DynProvider>> {
        self.providers.iter().map(|it| it.fresh()).collect()
    }

    /// What was under way when the state was copied or saved has lost its outcome: it leaves once more, as it was.
    fn send_lost_again(&mut self) {
        for id in self.core.outbox.take_lost() {
            let Some(webhook) = self.core.outbox.get(id.delivery) else { continue };
            let Some(attempt) = webhook.attempts.iter().find(|it| (it.number, it.copy) == (id.number, id.copy)) else { continue };
            let (headers, body) = (attempt.headers.clone(), attempt.body.0.clone());
            let time_limit = self.provider(webhook.provider_id).contract().schedule.time_limit;
            let url = self.core.target(&webhook.url).to_owned();
            self.outgoing.push_back(Outgoing { id, generation: self.generation, url, headers, body, time_limit });
        }
    }
}
