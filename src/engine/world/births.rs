//! How a sandbox is created: by its start, by a reset, as a copy, from a document. All of these call one function.

use std::collections::{BTreeSet, VecDeque};

use super::held::Held;
use super::{Replaced, World};
use crate::engine::core::{Core, Redirect};
use crate::engine::delivery::{AttemptId, Outgoing, authorize};
use crate::engine::inbox::{self, Inbox};
use crate::engine::log::{Tally, Violations};
use crate::engine::provider::DynProvider;
use crate::engine::start::{Copied, Impossible, Start};
use crate::engine::touched::Touched;
use crate::kit::time::Uptime;

/// Where the webhooks of a copy go unless the caller names another target: the copy's own inbox.
pub const FORK_INBOX: &str = "http://fork.inbox.playmoney.test/";

impl World {
    /// A sandbox at its beginning, with these providers. Impossible parts of its setup are left out; a setup that
    /// [`Self::load`] has accepted has none.
    pub fn new(start: Start, providers: Vec<Box<dyn DynProvider>>, uptime: Uptime) -> Self {
        Self::set_up(start, providers, 0, uptime).0
    }

    /// The same, unless parts of its setup are impossible.
    ///
    /// # Errors
    /// Every impossible part of the setup.
    pub fn load(start: Start, providers: Vec<Box<dyn DynProvider>>, uptime: Uptime) -> Result<Self, Vec<Impossible>> {
        let (world, impossible) = Self::set_up(start, providers, 0, uptime);
        if impossible.is_empty() { Ok(world) } else { Err(impossible) }
    }

    /// Takes the sandbox back to its start. What it was takes long to drop when it was large, so that is left to the caller.
    pub fn reset(&mut self, uptime: Uptime) -> Replaced {
        self.become_another(Self::set_up(self.start.clone(), self.fresh_providers(), self.generation + 1, uptime).0)
    }

    /// The same, and every account tells this address from then on, whatever its scenario says, also after the next reset. `{provider}`
    /// in it stands for the slug. A tester sets it, so a redirect does not change it.
    pub fn reset_with_target(&mut self, webhook_url: String, uptime: Uptime) -> Replaced {
        self.start.webhook_url = Some(webhook_url);
        self.start.webhook_url_wins = true;
        self.start.copied.webhook_url = false;
        self.reset(uptime)
    }

    /// Begins anew with another start, but keeps its name and redirect. Returns what it was, as [`Self::reset`] does.
    ///
    /// # Errors
    /// Every impossible part of the setup; then nothing has changed.
    pub fn begin(&mut self, start: Start, uptime: Uptime) -> Result<Replaced, Vec<Impossible>> {
        let mut start = Start { name: self.start.name.clone(), redirect: self.start.redirect.clone(), ..start };
        start.copied.setup = false;
        let (world, impossible) = Self::set_up(start, self.fresh_providers(), self.generation + 1, uptime);
        if !impossible.is_empty() {
            return Err(impossible);
        }
        Ok(self.become_another(world))
    }

    /// A copy of the present state that goes on by itself: a walk through time, and attempts under way, belong to the original.
    #[must_use]
    pub fn apart(&self, uptime: Uptime) -> Self {
        let mut copy = self.clone();
        copy.core.clock.release(uptime);
        copy.core.outbox.line_up();
        copy.send_lost_again(uptime, &BTreeSet::new());
        copy
    }

    /// A copy of the present state under another name. Its webhooks go to `redirect`, or to its own inbox `fork`.
    #[must_use]
    pub fn fork(&self, name: &str, redirect: Option<&str>, uptime: Uptime) -> Self {
        let redirect = Some(redirect.unwrap_or(FORK_INBOX).to_owned());
        let copied = Copied { webhook_url: true, setup: true };
        let start = Start { name: name.to_owned(), redirect, copied, ..self.start.clone() };
        let providers: Vec<_> = self.providers.iter().map(|it| it.boxed()).collect();
        let mut core = self.core.clone();
        (core.log.tally, core.log.kept) = (Tally::default(), Violations::default());
        (core.touched_before, core.touched_elsewhere) = (Touched::default(), core.touched.clone());
        core.log.begin_here();
        core.redirect = None; // addresses that were set in the original do not count as set in the copy
        core.clock.release(uptime); // a walk through time belongs to the original
        settle_in(&mut core, name, &providers);
        let mut copy = Self::assemble(start, core, providers, 0);
        copy.core.outbox.line_up();
        copy.send_lost_again(uptime, &BTreeSet::new());
        copy
    }

    /// Replaces the state by a saved one, but keeps the name and the redirect. Returns what it was, as [`Self::reset`] does.
    pub fn resume(&mut self, mut core: Core, providers: Vec<Box<dyn DynProvider>>, uptime: Uptime) -> Replaced {
        if core.name != self.start.name {
            settle_in(&mut core, &self.start.name, &providers);
        }
        core.touched_elsewhere = core.touched.clone();
        let mut world = Self::assemble(self.start.clone(), core, providers, self.generation + 1);
        world.core.clock.resume(uptime);
        world.core.log.bound(world.start.journal_bytes_max);
        world.core.inboxes.values_mut().for_each(Inbox::recount);
        world.core.outbox.recount();
        world.core.outbox.line_up();
        world.send_lost_again(uptime, &BTreeSet::new());
        self.become_another(world)
    }

    /// Every sandbox is created here. Name and redirect come from the start, even when the state had others elsewhere.
    pub(super) fn assemble(start: Start, mut core: Core, providers: Vec<Box<dyn DynProvider>>, generation: u64) -> Self {
        core.name.clone_from(&start.name);
        // A state of a fork is as far from the original's application as the fork was.
        let kept = core.redirect.take();
        core.redirect = match start.redirect.clone() {
            Some(to) => Some(Redirect { to, except: kept.map(|it| it.except).unwrap_or_default() }),
            None => kept,
        };
        core.keep_report();
        Self { start, core, providers, outgoing: VecDeque::new(), held: Held::default(), generation, asides: Vec::new() }
    }

    /// The sandbox goes on with another state. What metrics count goes on too, and so do the places of the log.
    fn become_another(&mut self, mut world: Self) -> Replaced {
        world.core.log.follow(&mut self.core.log);
        world.core.touched_before = self.core.ever_touched();
        Replaced(Some(Box::new(std::mem::replace(self, world))))
    }

    fn fresh_providers(&self) -> Vec<Box<dyn DynProvider>> {
        self.providers.iter().map(|it| it.fresh()).collect()
    }

    /// Another process has taken the sandbox up: the attempts that had left leave again.
    pub fn leave_again(&mut self, uptime: Uptime) {
        let unsent = self.unsent();
        self.send_lost_again(uptime, &unsent);
    }

    /// Sends attempts again that were under way when the state was copied or saved: their outcomes were lost. Those that are `unsent` are
    /// still to leave.
    fn send_lost_again(&mut self, uptime: Uptime, unsent: &BTreeSet<AttemptId>) {
        let lost = self.core.outbox.take_lost(unsent);
        if lost.is_empty() {
            return; // what it costs is known
        }
        for id in lost {
            let Some(webhook) = self.core.outbox.get(id.delivery) else { continue };
            let Some(attempt) = webhook.attempts.iter().find(|it| (it.number, it.copy) == (id.number, id.copy)) else { continue };
            let (mut headers, body) = (attempt.headers.map(), attempt.body.text(&webhook.body).0.clone());
            let contract = self.provider(webhook.provider_id).contract();
            let url = self.core.target(contract.slug, webhook.url.clone());
            authorize(&mut headers, &url);
            let (time_limit, documented_headers) = (contract.schedule.time_limit, contract.webhook_headers(&webhook.event));
            let outgoing = Outgoing { id, generation: self.generation, url, headers, body, time_limit, documented_headers, dated: None };
            if outgoing.url != webhook.url {
                self.core.outbox.redirect(id, &outgoing.url);
            }
            match inbox::of_url(&outgoing.url) {
                Some((name, path)) => {
                    let outcome = self.inbox_outcome(uptime, &name, path, &outgoing);
                    self.take_outcome(self.generation, id, outcome);
                    while self.apply_next(uptime) {}
                }
                None => self.hold(outgoing),
            }
        }
        self.release_held();
        self.core.outbox.recount();
    }
}

/// The accounts of another sandbox get the names that lead to this one.
fn settle_in(core: &mut Core, name: &str, providers: &[Box<dyn DynProvider>]) {
    for (accounts, provider) in core.accounts.iter_mut().zip(providers) {
        let initial = provider.initial_account(name);
        for it in accounts.values_mut() {
            it.settle_in(provider.contract(), &initial);
        }
    }
}
