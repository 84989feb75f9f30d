//! The state of one sandbox, without the providers' own memories.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::agenda::Agenda;
use super::chain::Chains;
use super::clock::Clock;
use super::delivery::AppliedFault;
use super::ids::{COUNT_MAX, ObjectId, ProviderId};
use super::inbox::Inbox;
use super::log::{Log, What};
use super::outbox::Outbox;
use super::rules::Rules;
use super::start::{OBJECTS_OF_A_RUN, RUNS_COUNTED, is_of_no_run};
use super::tables::settings::WEBHOOK_URL;
use super::touched::Touched;
use crate::kit::http::Request;
use crate::kit::ids::Draws;
use crate::kit::time::{Timestamp, Uptime};

/// Objects of one sandbox whose pace rules set.
pub const PACED_BY_RULES_MAX: usize = 100_000;

/// Objects of one sandbox for whose webhooks requests have asked for an effect.
pub const SPOILT_MAX: usize = 1_000;
/// What these effects cost together.
pub const SPOILT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Values from the environment in one sandbox. No system gives a process more.
pub const SECRETS_BYTES_MAX: usize = 8 * 1024 * 1024;

/// An object, and what happens to all its webhooks, because the request that made it asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spoilt {
    pub provider_id: ProviderId,
    pub object: ObjectId,
    pub fault: AppliedFault,
}

/// The state of a sandbox, without the providers' own memories.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Core {
    pub name: String,
    pub seed: u64,
    /// Which run of an exploration it is, as in its start.
    #[serde(default, skip_serializing_if = "is_of_no_run")]
    pub run: u32,
    /// The simulated moment of what is happening.
    pub now: Timestamp,
    pub clock: Clock,
    pub agenda: Agenda,
    pub chains: Chains,
    pub outbox: Outbox,
    /// What happened.
    pub log: Log,
    pub inboxes: BTreeMap<String, Inbox>,
    #[serde(default)]
    pub rules: Rules,
    /// Objects whose pace a rule sets.
    #[serde(default)]
    pub paced_by_rules: BTreeSet<(ProviderId, ObjectId)>,
    /// Objects whose webhooks a request has asked to spoil, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spoilt: Vec<Spoilt>,
    /// Values from the environment that the scenario contains: each may be a key, so all are masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// Where webhooks go instead of their own targets: a fork does not reach the original's application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    /// The accounts of each provider, by id.
    pub accounts: Vec<BTreeMap<String, Account>>,
    /// What traffic has reached of the contracts.
    pub touched: Touched,
    /// What it has reached before this sandbox began anew, for those who ask at the end.
    #[serde(skip)]
    pub touched_before: Touched,
    /// What a copy or a saved state has brought: it was reached elsewhere.
    #[serde(skip)]
    pub touched_elsewhere: Touched,
    /// The number of the request that is being served.
    #[serde(skip)]
    pub serving: Option<u64>,
    /// How often a credential was set since the sandbox began, for those who keep a list of them.
    #[serde(skip)]
    pub rotations: u64,
}

impl Core {
    /// The seed of what is drawn for ids. A run of an exploration has one of its own; rules draw from the sandbox's.
    pub fn ids_seed(&self) -> u64 {
        if self.run == 0 { self.seed } else { Draws::new(self.seed, "ids of a run", self.run.into()).below(COUNT_MAX) }
    }

    /// The number after which a run of an exploration counts.
    pub fn counts_behind(&self) -> u32 {
        (self.run % RUNS_COUNTED) * OBJECTS_OF_A_RUN
    }

    /// The accounts of a provider, by id.
    pub fn accounts(&self, provider_id: ProviderId) -> &BTreeMap<String, Account> {
        &self.accounts[usize::from(provider_id.0)]
    }

    /// The accounts of a provider, to change them.
    pub fn accounts_mut(&mut self, provider_id: ProviderId) -> &mut BTreeMap<String, Account> {
        &mut self.accounts[usize::from(provider_id.0)]
    }

    /// What happens is kept for the next report while the clock stands. On a running clock a report begins with its walk.
    pub fn keep_report(&mut self) {
        if self.clock.stands() { self.log.begin_report() } else { self.log.pause_report() }
    }

    /// Becomes what a saved state of it becomes, at a moment when nothing is under way.
    pub fn settle(&mut self, uptime: Uptime) {
        self.clock.settle(uptime);
        self.keep_report();
    }

    /// All that traffic has ever reached here. What came with a copy or a saved state was reached elsewhere.
    pub fn ever_touched(&self) -> Touched {
        let mut all = self.touched_before.clone();
        all.add(&self.touched.without(&self.touched_elsewhere));
        all
    }

    /// Logs a sentence about something that was expected and has not happened.
    pub fn note(&mut self, provider_id: ProviderId, text: String) {
        self.log.push(self.now, Some(provider_id), What::Note(text.into()));
    }
}

/// Every secret of a sandbox that must not be shown.
pub fn secrets_from_outside(core: &Core) -> impl Iterator<Item = &str> {
    let own = core.accounts.iter().flat_map(|it| it.values()).flat_map(Account::secrets_from_outside);
    own.chain(core.secrets.iter().map(String::as_str))
}

/// Where the webhooks of a fork go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    pub to: String,
    /// Addresses that were set on accounts of the fork itself: webhooks for these are not redirected.
    pub except: BTreeSet<String>,
}

/// What the links of a sandbox begin with.
pub fn sandbox_url(origin: &str, name: &str) -> String {
    if name == "default" { origin.to_owned() } else { format!("{origin}/s/{name}") }
}

impl Core {
    /// What the sandbox's links in the answer to this request begin with.
    pub fn sandbox_url(&self, request: &Request) -> String {
        sandbox_url(&request.origin, &self.name)
    }

    /// The address to which a webhook of that provider for that address is sent.
    pub fn target(&self, slug: &str, url: String) -> String {
        match &self.redirect {
            Some(it) if !it.except.contains(&url) => it.to.replace("{provider}", slug),
            _ => url,
        }
    }

    /// Notes an address that a tester has set on an account of this sandbox: its webhooks are not redirected as long as
    /// an account has it.
    pub fn set_target(&mut self, url: &str) {
        let Some(redirect) = &mut self.redirect else { return };
        redirect.except.insert(url.to_owned());
        let accounts = self.accounts.iter().flat_map(BTreeMap::values);
        let present: BTreeSet<&str> = accounts.filter_map(|it| it.text(&WEBHOOK_URL)).collect();
        redirect.except.retain(|it| present.contains(it.as_str()));
    }

    /// Whether the redirect that was read names no more addresses than accounts can have.
    pub fn has_sound_redirect(&self) -> bool {
        let accounts: usize = self.accounts.iter().map(BTreeMap::len).sum();
        self.redirect.as_ref().is_none_or(|it| it.except.len() <= accounts)
    }
}
