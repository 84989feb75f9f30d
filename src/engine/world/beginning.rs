//! How a sandbox begins: its accounts, what they own, and what a scenario changes.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::World;
use crate::engine::account::Account;
use crate::engine::agenda::Agenda;
use crate::engine::chain::Chains;
use crate::engine::clock::Clock;
use crate::engine::core::Core;
use crate::engine::ids::ProviderId;
use crate::engine::log::Log;
use crate::engine::outbox::Outbox;
use crate::engine::provider::DynProvider;
use crate::engine::rules::Rules;
use crate::engine::start::{BalanceSetup, Impossible, ProviderSetup, Start};
use crate::engine::tables::settings::Value;
use crate::engine::tables::{Contract, settings};
use crate::engine::touched::Touched;
use crate::kit::money;
use crate::kit::secret::Secret;
use crate::kit::time::Uptime;

impl World {
    /// A sandbox at its beginning, and everything in its setup that is impossible.
    pub(super) fn set_up(start: Start, providers: Vec<Box<dyn DynProvider>>, generation: u64, uptime: Uptime) -> (Self, Vec<Impossible>) {
        let now = start.now.unwrap_or(uptime.date);
        let setup = start.setup.clone();
        let core = Core {
            name: start.name.clone(),
            seed: start.seed,
            run: start.run,
            now,
            clock: Clock::new(start.mode, now, uptime),
            agenda: Agenda::default(),
            chains: Chains::new(now),
            outbox: Outbox::default(),
            log: Log::new(start.journal_bytes_max),
            inboxes: BTreeMap::new(),
            rules: Rules::of(now, setup.as_ref().map_or(&[], |it| &it.rules)),
            paced_by_rules: BTreeSet::new(),
            spoilt: Vec::new(),
            secrets: setup.as_ref().map_or(Vec::new(), |it| it.secrets.clone()),
            accounts: Vec::new(),
            touched: Touched::of(providers.iter().map(|it| it.contract())),
            touched_before: Touched::default(),
            touched_elsewhere: Touched::default(),
            serving: None,
            rotations: 0,
            redirect: None,
        };
        let mut world = Self::assemble(start, core, providers, generation);
        let behind = world.core.counts_behind();
        world.providers.iter_mut().for_each(|it| it.count_behind(behind));
        let mut impossible = Vec::new();
        for provider_id in (0_u8..).map(ProviderId).take(world.providers.len()) {
            let slug = world.provider(provider_id).contract().slug;
            let own = setup.as_ref().and_then(|setup| setup.providers.iter().find(|it| it.slug == slug));
            world.open(provider_id, uptime, own, &mut impossible);
        }
        (world, impossible)
    }

    /// Opens the accounts of one provider.
    fn open(&mut self, provider_id: ProviderId, uptime: Uptime, setup: Option<&ProviderSetup>, impossible: &mut Vec<Impossible>) {
        let provider = self.provider(provider_id);
        let contract = provider.contract();
        let first = provider.initial_account(&self.start.name);
        let usual = first.id.clone();
        let mut accounts = BTreeMap::from([(usual.clone(), first)]);
        let mut balances: BTreeMap<String, &[BalanceSetup]> = BTreeMap::new();
        for it in setup.iter().flat_map(|it| &it.accounts) {
            match provider.further_account(&self.start.name, &it.id) {
                _ if accounts.contains_key(&it.id) && (it.id != usual || balances.contains_key(&it.id)) => {
                    let first = setup.iter().flat_map(|own| &own.accounts).find(|own| own.id == it.id);
                    let mistake = Impossible::at(it.at.clone(), format!("{} has two accounts `{}` here", contract.name, it.id));
                    let also = Some((first.map_or(it.at.clone(), |own| own.at.clone()), "the first of them"));
                    impossible.push(Impossible { also, ..mistake });
                }
                Ok(account) => _ = accounts.entry(it.id.clone()).or_insert(account),
                Err(_) if it.id == usual => {}
                Err(why) => impossible.push(Impossible::at(it.at.clone(), why)),
            }
            balances.insert(it.id.clone(), &it.balances);
        }
        for account in accounts.values_mut() {
            let own = setup.and_then(|setup| setup.accounts.iter().find(|it| it.id == account.id));
            let given = setup.iter().flat_map(|it| &it.settings).chain(own.iter().flat_map(|it| &it.settings));
            let given: serde_json::Map<String, Json> = given.cloned().collect();
            self.apply_settings(contract, account, &given);
            for (name, key) in own.iter().flat_map(|it| &it.credentials) {
                account.set_credential(name, Secret::from_outside(key.clone()));
            }
        }
        impossible.extend(shared_names(contract, &accounts, setup));
        self.core.accounts.push(accounts);
        self.set_targets(contract, setup);
        for it in setup.iter().flat_map(|it| &it.rates) {
            let sides = money::parse(&it.ask).zip(money::parse(&it.bid)).unwrap_or_default();
            if let Err(why) = self.with(provider_id, uptime, |own, cx| own.set_rate(cx, &it.pair, sides.0, sides.1)) {
                impossible.push(Impossible::at(it.at.clone(), why));
            }
        }
        let ids: Vec<String> = self.core.accounts(provider_id).keys().cloned().collect();
        for id in ids {
            let shared = setup.filter(|_| id == usual).map_or(&[][..], |it| &it.balances);
            let given: Vec<&BalanceSetup> = shared.iter().chain(balances.get(&id).copied().unwrap_or_default()).collect();
            self.open_account(provider_id, uptime, &id, &given, impossible);
        }
    }

    /// Notes the addresses that were given to this sandbox itself, which a redirect does not change.
    fn set_targets(&mut self, contract: &'static Contract, setup: Option<&ProviderSetup>) {
        let Start { copied, webhook_url, .. } = self.start.clone();
        let settings = setup.iter().flat_map(|it| it.settings.iter().chain(it.accounts.iter().flat_map(|own| &own.settings)));
        let own = settings.filter(|it| it.0 == settings::WEBHOOK_URL.name).map(|it| it.1.as_str().unwrap_or_default().to_owned());
        let own: Vec<String> = own.filter(|_| !copied.setup).collect();
        let of_all = webhook_url.filter(|_| !copied.webhook_url).map(|it| it.replace("{provider}", contract.slug));
        for url in own.iter().chain(&of_all) {
            self.core.set_target(url);
        }
    }

    /// Applies settings from the command line and from the scenario.
    fn apply_settings(&self, contract: &'static Contract, account: &mut Account, given: &serde_json::Map<String, Json>) {
        let asked = self.start.webhook_url.as_ref().map(|it| Value::Text(it.replace("{provider}", contract.slug)));
        if let Some(url) = asked.clone().filter(|_| !self.start.webhook_url_wins) {
            account.set(&settings::WEBHOOK_URL, url);
        }
        if self.start.judged_by_simulated_time {
            account.set(&settings::FRESHNESS, Value::Text("virtual".to_owned()));
        }
        // It cannot fail: the settings were read when the scenario was.
        _ = account.change(contract, given);
        if let Some(url) = asked.filter(|_| self.start.webhook_url_wins) {
            account.set(&settings::WEBHOOK_URL, url);
        }
    }

    fn open_account(
        &mut self,
        provider_id: ProviderId,
        uptime: Uptime,
        id: &str,
        given: &[&BalanceSetup],
        impossible: &mut Vec<Impossible>,
    ) {
        let mut read: Vec<(String, Decimal)> = Vec::new();
        for it in given {
            match money::parse(&it.amount).filter(|amount| !amount.is_sign_negative()) {
                Some(amount) => read.push((it.currency.clone(), amount)),
                None => {
                    return impossible
                        .push(Impossible::at(it.at.clone(), format!("`{}` is not an amount: a number of at least 0", it.amount)));
                }
            }
        }
        if let Err((place, why)) = self.with(provider_id, uptime, |own, cx| own.open(cx, id, &read)) {
            impossible.push(Impossible::at(given.get(place).map_or(0..0, |it| it.named_at.clone()), why));
        }
    }
}

/// Accounts with a credential of another by which calls find their account.
fn shared_names(contract: &Contract, accounts: &BTreeMap<String, Account>, setup: Option<&ProviderSetup>) -> Vec<Impossible> {
    let written = |id: &str| setup.and_then(|it| it.accounts.iter().find(|own| own.id == id)).map(|it| it.at.clone());
    let mut found = Vec::new();
    for row in contract.credentials.iter().filter(|it| it.is_a_name) {
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        for (id, it) in accounts {
            let Some(key) = it.credentials.get(row.name) else { continue };
            let Some(other) = owners.insert(key.expose(), id) else { continue };
            let why = format!(
                "the accounts `{other}` and `{id}` have the same `{}`, by which {} knows whose call it is",
                row.name, contract.name
            );
            found.push(Impossible::at(written(id).or_else(|| written(other)).unwrap_or_default(), why));
        }
    }
    found
}
