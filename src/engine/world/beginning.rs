//! How a sandbox begins: its accounts, what they own, and what a scenario makes different.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{Core, World};
use crate::engine::account::{Account, Value};
use crate::engine::agenda::Agenda;
use crate::engine::chain::Chains;
use crate::engine::clock::{Clock, Mode};
use crate::engine::contract::{Contract, settings};
use crate::engine::journal::{self, Journal};
use crate::engine::outbox::Outbox;
use crate::engine::provider::{Member, Seat};
use crate::engine::rules::Rules;
use crate::engine::scenario::{Balance, Mistake, Mistakes, Scenario, Setup};
use crate::kit::money;
use crate::kit::secret::Secret;
use crate::kit::time::{Timestamp, Uptime};

/// How a sandbox begins, and what `reset` returns it to.
#[derive(Clone, Debug)]
pub struct Start {
    pub name: String,
    pub seed: u64,
    pub mode: Mode,
    /// The first moment; without one, the real date.
    pub now: Option<Timestamp>,
    /// Where every account's webhooks go at first; `{provider}` stands for the slug.
    pub webhook_url: Option<String>,
    /// That target was asked for louder than the scenario asks for others.
    pub webhook_url_wins: bool,
    pub journal_bytes_max: usize,
    /// Secrets from outside are shown in full.
    pub show_secrets: bool,
    /// Dates that arrive are judged by simulated time alone, unless an account says otherwise.
    pub judged_by_simulated_time: bool,
    /// What it starts with besides, once [`World::load`] has taken it.
    pub scenario: Option<Arc<Scenario>>,
}

impl Default for Start {
    /// The default sandbox, frozen at the beginning of 2026.
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            seed: 1,
            mode: Mode::Frozen,
            now: Some(Timestamp::constant(1_767_225_600, 0)),
            webhook_url: None,
            webhook_url_wins: false,
            journal_bytes_max: journal::BYTES_MAX,
            show_secrets: false,
            judged_by_simulated_time: false,
            scenario: None,
        }
    }
}

impl Start {
    /// The same with a scenario, whose seed and clock take the place of these where it has its own.
    #[must_use]
    pub fn with(mut self, scenario: Arc<Scenario>) -> Self {
        self.seed = scenario.seed.unwrap_or(self.seed);
        self.mode = scenario.mode.unwrap_or(self.mode);
        self.now = scenario.now.or(self.now);
        self.scenario = Some(scenario);
        self
    }
}

impl World {
    /// A sandbox at its beginning, with these providers. What its scenario asks for and cannot be had is left out; a
    /// scenario that went through [`Self::load`] asks for no such thing.
    pub fn new(start: Start, members: Vec<Box<dyn Member>>, life: u64, uptime: Uptime) -> Self {
        Self::begin(start, members, life, uptime).0
    }

    /// The same, unless the scenario asks for what cannot be had.
    ///
    /// # Errors
    /// Everything that the scenario asks for in vain, with its places.
    pub fn load(start: Start, members: Vec<Box<dyn Member>>, life: u64, uptime: Uptime) -> Result<Self, Mistakes> {
        let scenario = start.scenario.clone();
        let (world, mistakes) = Self::begin(start, members, life, uptime);
        match scenario {
            Some(scenario) if !mistakes.is_empty() => Err(scenario.mistakes(mistakes)),
            _ => Ok(world),
        }
    }

    fn begin(start: Start, members: Vec<Box<dyn Member>>, life: u64, uptime: Uptime) -> (Self, Vec<Mistake>) {
        let now = start.now.unwrap_or(uptime.date);
        let scenario = start.scenario.clone();
        let core = Core {
            name: start.name.clone(),
            seed: start.seed,
            now,
            clock: Clock::new(start.mode, now, uptime),
            agenda: Agenda::default(),
            chains: Chains::new(now),
            outbox: Outbox::default(),
            journal: Journal::new(start.journal_bytes_max),
            inboxes: BTreeMap::new(),
            rules: Rules::of(now, scenario.as_ref().map_or(&[], |it| &it.rules)),
            led: BTreeSet::new(),
            secrets: scenario.as_ref().map_or(Vec::new(), |it| it.secrets_from_outside().to_vec()),
            accounts: Vec::new(),
        };
        let mut world = Self { start, core, members, walk: None, outgoing: Vec::new(), life };
        let mut mistakes = Vec::new();
        for seat in (0_u8..).map(Seat).take(world.members.len()) {
            let slug = world.member(seat).contract().slug;
            let setup = scenario.as_ref().and_then(|it| it.providers.iter().find(|it| it.slug == slug));
            world.open(seat, uptime, setup, &mut mistakes);
        }
        (world, mistakes)
    }

    /// The accounts of one provider begin.
    fn open(&mut self, seat: Seat, uptime: Uptime, setup: Option<&Setup>, mistakes: &mut Vec<Mistake>) {
        let member = self.member(seat);
        let contract = member.contract();
        let first = member.initial_account(&self.start.name);
        let usual = first.id.clone();
        let mut accounts = BTreeMap::from([(usual.clone(), first)]);
        let mut balances: BTreeMap<String, &[Balance]> = BTreeMap::new();
        for it in setup.iter().flat_map(|it| &it.accounts) {
            match member.further_account(&self.start.name, &it.id) {
                _ if accounts.contains_key(&it.id) && (it.id != usual || balances.contains_key(&it.id)) => {
                    let first = setup.iter().flat_map(|own| &own.accounts).find(|own| own.id == it.id);
                    let mistake = Mistake::at(it.at.clone(), format!("{} has two accounts `{}` here", contract.name, it.id));
                    mistakes.push(mistake.also(first.map_or(it.at.clone(), |own| own.at.clone()), "the first of them"));
                }
                Ok(account) => _ = accounts.entry(it.id.clone()).or_insert(account),
                Err(_) if it.id == usual => {}
                Err(why) => mistakes.push(Mistake::at(it.at.clone(), why)),
            }
            balances.insert(it.id.clone(), &it.balances);
        }
        for account in accounts.values_mut() {
            let own = setup.and_then(|it| it.accounts.iter().find(|it| it.id == account.id));
            let given = setup.iter().flat_map(|it| &it.settings).chain(own.iter().flat_map(|it| &it.settings));
            let given: serde_json::Map<String, Json> = given.cloned().collect();
            self.furnish(contract, account, &given);
            for (name, key) in own.iter().flat_map(|it| &it.credentials) {
                account.set_credential(name, Secret::from_outside(key.clone()));
            }
        }
        self.core.accounts.push(accounts);
        for it in setup.iter().flat_map(|it| &it.rates) {
            let sides = money::parse(&it.ask).zip(money::parse(&it.bid)).unwrap_or_default();
            if let Err(why) = self.with(seat, uptime, |own, cx| own.set_rate(cx, &it.pair, sides.0, sides.1)) {
                mistakes.push(Mistake::at(it.at.clone(), why));
            }
        }
        let ids: Vec<String> = self.core.accounts[usize::from(seat.0)].keys().cloned().collect();
        for id in ids {
            let shared = setup.filter(|_| id == usual).map_or(&[][..], |it| &it.balances);
            let given: Vec<&Balance> = shared.iter().chain(balances.get(&id).copied().unwrap_or_default()).collect();
            self.endow(seat, uptime, &id, &given, mistakes);
        }
    }

    /// Settings from the command line and from the scenario.
    fn furnish(&self, contract: &'static Contract, account: &mut Account, given: &serde_json::Map<String, Json>) {
        let asked = self.start.webhook_url.as_ref().map(|it| Value::Text(it.replace("{provider}", contract.slug)));
        if let Some(url) = asked.clone().filter(|_| !self.start.webhook_url_wins) {
            account.set(&settings::WEBHOOK_URL, url);
        }
        if self.start.judged_by_simulated_time {
            account.set(&settings::FRESHNESS, Value::Text("virtual".to_owned()));
        }
        // Each was read when the scenario was.
        _ = account.change(contract, given);
        if let Some(url) = asked.filter(|_| self.start.webhook_url_wins) {
            account.set(&settings::WEBHOOK_URL, url);
        }
    }

    fn endow(&mut self, seat: Seat, uptime: Uptime, id: &str, given: &[&Balance], mistakes: &mut Vec<Mistake>) {
        let mut read: Vec<(String, Decimal)> = Vec::new();
        for it in given {
            match money::parse(&it.amount).filter(|amount| !amount.is_sign_negative()) {
                Some(amount) => read.push((it.currency.clone(), amount)),
                None => return mistakes.push(Mistake::at(it.at.clone(), format!("`{}` is no amount: a number of at least 0", it.amount))),
            }
        }
        if let Err((place, why)) = self.with(seat, uptime, |own, cx| own.open(cx, id, &read)) {
            mistakes.push(Mistake::at(given.get(place).map_or(0..0, |it| it.named_at.clone()), why));
        }
    }
}
