//! Whether the parts of a saved sandbox agree with each other and with the tables. The document may come from
//! a stranger and contain anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::account::Account;
use crate::engine::clock::Mode;
use crate::engine::core::{Core, PACED_BY_RULES_MAX, SECRETS_BYTES_MAX, SPOILT_BYTES_MAX, SPOILT_MAX};
use crate::engine::delivery::{Attempt, Delivery, Status};
use crate::engine::ids::ProviderId;
use crate::engine::inbox::{INBOXES_MAX, Inbox, SCRIPTS_BYTES_MAX, is_name};
use crate::engine::log::{Change, What};
use crate::engine::provider::{Beside, DynProvider};
use crate::engine::rules::{On, Override};
use crate::engine::start::Start;
use crate::engine::store::Usage;
use crate::engine::tables::settings::webhook_url;
use crate::engine::tables::{Contract, Credential, StatusTable};
use crate::kit::flaw::{Flaw, Required, part};
use crate::kit::secret::Secret;
use crate::kit::time::{beginning_of_time, end_of_time};

mod agenda;

/// The state that is judged.
struct Judge<'a> {
    core: &'a Core,
    providers: &'a [Box<dyn DynProvider>],
}

/// Judges a whole state.
///
/// # Errors
/// The first place that contradicts another.
pub fn judge(core: &Core, providers: &[Box<dyn DynProvider>], start: &Start) -> Result<(), Flaw> {
    let it = Judge { core, providers };
    it.parts()?;
    it.time()?;
    it.accounts()?;
    it.memories()?;
    it.chains()?;
    it.agenda()?;
    it.deliveries()?;
    it.log()?;
    it.rules()?;
    it.rest()?;
    let Usage { objects, bytes } = providers.iter().map(|it| it.usage()).sum();
    let fits = objects <= start.objects_max && bytes <= start.object_bytes_max;
    fits.or_flaw(|| "/providers".to_owned(), "more objects than a sandbox keeps")
}

impl Judge<'_> {
    fn contract(&self, provider_id: ProviderId) -> &'static Contract {
        self.providers[usize::from(provider_id.0)].contract()
    }

    /// Each part by itself. What follows relies on it: every provider that is named exists.
    fn parts(&self) -> Result<(), Flaw> {
        let core = self.core;
        let count = u8::try_from(self.providers.len()).unwrap_or(u8::MAX);
        let paced = core.paced_by_rules.len() <= PACED_BY_RULES_MAX && core.paced_by_rules.iter().all(|it| it.0.0 < count);
        let spoilt = core.spoilt.iter().all(|it| it.provider_id.0 < count && it.fault.is_sound());
        let bytes = core.spoilt.iter().map(|it| it.fault.cost()).sum::<usize>();
        let spoilt = spoilt && core.spoilt.len() <= SPOILT_MAX && bytes <= SPOILT_BYTES_MAX;
        for (part, is_sound) in [
            ("clock", core.clock.is_sound()),
            ("agenda", core.agenda.is_sound(count)),
            ("chains", core.chains.is_sound(count)),
            ("outbox", core.outbox.is_sound(count)),
            ("log", core.log.is_sound(count)),
            ("rules", core.rules.is_sound()),
            ("redirect", core.has_sound_redirect()),
            ("paced_by_rules", paced),
            ("spoilt", spoilt),
            ("touched", core.touched.is_sound(self.providers.len())),
        ] {
            is_sound.or_flaw(|| format!("/core/{part}"), "the parts of it contradict each other")?;
        }
        let are_few = core.secrets.iter().map(String::len).sum::<usize>() <= SECRETS_BYTES_MAX;
        are_few.or_flaw(|| "/core/secrets".to_owned(), "these have more bytes than an environment can have")
    }

    fn time(&self) -> Result<(), Flaw> {
        let (now, clock) = (self.core.now, &self.core.clock);
        let agree = if clock.mode() == Mode::Frozen { now == clock.saved() } else { now <= clock.saved() };
        let inside = beginning_of_time() <= now && clock.saved() <= end_of_time();
        (agree && inside).or_flaw(|| "/core/now".to_owned(), "the clock shows another moment")
    }

    fn accounts(&self) -> Result<(), Flaw> {
        for (place, (accounts, provider)) in self.core.accounts.iter().zip(self.providers).enumerate() {
            let contract = provider.contract();
            let at = |id: &str| format!("/core/accounts/{place}/{}", part(id));
            accounts.contains_key(contract.account).or_flaw(|| at(""), "the account that every sandbox has is missing")?;
            let usual = provider.initial_account(&self.core.name);
            for (id, it) in accounts {
                (*id == it.id).or_flaw(|| format!("{}/id", at(id)), "the account has another id")?;
                has_credentials(it, contract).or_flaw(|| at(id), "an account of this provider has other credentials")?;
                let names = it.credentials.keys().all(|name| usual.credentials.contains_key(name));
                names.or_flaw(|| format!("{}/credentials", at(id)), "an account of this provider has other credentials")?;
                it.has_names_of(contract).or_flaw(|| format!("{}/here", at(id)), "an account of this provider has other names")?;
                it.has_settings_of(contract).map_err(|why| Flaw::at(format!("{}/settings", at(id)), why))?;
            }
            for row in contract.credentials.iter().filter(|it| it.is_a_name) {
                judge_names(accounts, row, &at)?;
            }
        }
        Ok(())
    }

    fn memories(&self) -> Result<(), Flaw> {
        for (place, (accounts, provider)) in self.core.accounts.iter().zip(self.providers).enumerate() {
            let judged = provider.judge(Beside { accounts, now: self.core.now });
            judged.map_err(|flaw| flaw.below(&format!("/providers/{place}/memory")))?;
        }
        Ok(())
    }

    fn chains(&self) -> Result<(), Flaw> {
        for (place, id) in self.core.chains.ids().enumerate() {
            let exists = self.providers[usize::from(id.provider_id.0)].subject(id.object).is_some();
            exists.or_flaw(|| format!("/core/chains/transfers/{place}"), "the object does not exist")?;
        }
        Ok(())
    }

    fn deliveries(&self) -> Result<(), Flaw> {
        for it in self.core.outbox.iter() {
            let at = || format!("/core/outbox/deliveries/{}", it.id);
            let contract = self.contract(it.provider_id);
            contract.events.iter().any(|row| row.name == it.event).or_flaw(at, "the provider has no such event")?;
            let accounts = &self.core.accounts[usize::from(it.provider_id.0)];
            accounts.contains_key(&it.account).or_flaw(at, "the provider has no such account")?;
            (it.url.is_empty() || webhook_url(&it.url).is_ok()).or_flaw(at, "no webhook goes to such an address")?;
            let subject = || self.providers[usize::from(it.provider_id.0)].subject(it.object);
            let named = it.once || subject().is_some_and(|own| own == it.subject);
            named.or_flaw(|| format!("{}/subject", at()), "the object does not exist, or has another name")?;
            self.is_in_time(it).or_flaw(at, "its attempts are not in the order of time")?;
            (it.status == Status::Pending || it.next_attempt_at.is_none()).or_flaw(at, "it is finished, and has a next attempt")?;
        }
        let finished = self.core.outbox.iter().filter(|it| it.status != Status::Pending).count();
        self.core.outbox.finished_is(finished).or_flaw(|| "/core/outbox/finished".to_owned(), "these are not the finished webhooks")
    }

    fn is_in_time(&self, it: &Delivery) -> bool {
        let moments: Vec<_> = it.attempts.iter().map(|own: &Attempt| own.at).collect();
        let bounded = moments.iter().all(|at| it.created_at <= *at && *at <= self.core.now);
        bounded && moments.is_sorted() && it.created_at <= self.core.now
    }

    fn log(&self) -> Result<(), Flaw> {
        let tables: Vec<Vec<StatusTable>> = self.providers.iter().map(|it| (it.contract().lifecycles)()).collect();
        for (place, entry) in self.core.log.entries().enumerate() {
            let at = || format!("/core/log/entries/{place}");
            (entry.at <= self.core.now).or_flaw(at, "it has not happened yet")?;
            let Some(provider_id) = entry.provider else { continue };
            let accounts = &self.core.accounts[usize::from(provider_id.0)];
            let contract = self.contract(provider_id);
            match &entry.what {
                What::Request(it) => {
                    let known = it.operation.as_deref().is_none_or(|name| contract.operation(name).is_some());
                    known.or_flaw(at, "the provider has no such operation")?;
                    let known = it.error.as_deref().is_none_or(|name| contract.error(name).is_some());
                    known.or_flaw(at, "the provider has no such error")?;
                    let known = it.account.as_deref().is_none_or(|id| accounts.contains_key(id));
                    known.or_flaw(at, "the provider has no such account")?;
                }
                What::Change(it) => is_change(it, &tables[usize::from(provider_id.0)]).or_flaw(at, "the provider has no such row")?,
                What::Fired(_)
                | What::Attempt(_)
                | What::Outcome(_)
                | What::Note(_)
                | What::Moved { .. }
                | What::Mode(_)
                | What::Answered(_) => {}
            }
        }
        Ok(())
    }

    fn rules(&self) -> Result<(), Flaw> {
        let find = |slug: &str| self.providers.iter().map(|it| it.contract()).find(|it| it.slug == slug);
        for (place, it) in self.core.rules.iter().map(|it| &it.rule).enumerate() {
            let exists = match &it.on {
                On::Requests { provider, operation: None } | On::Webhooks { provider } => find(provider).is_some(),
                On::Requests { provider, operation: Some(name) } => find(provider).is_some_and(|it| it.operation(name).is_some()),
                On::Header => true,
            };
            let at = || format!("/core/rules/standing/{place}/rule");
            exists.or_flaw(at, "what it is on does not exist")?;
            let Some(Override::Error(name)) = &it.then.answer else { continue };
            let known = self.providers.iter().any(|it| it.contract().error(name).is_some());
            known.or_flaw(at, "no provider has such an error")?;
        }
        Ok(())
    }

    fn rest(&self) -> Result<(), Flaw> {
        let core = self.core;
        let names = core.inboxes.len() <= INBOXES_MAX && core.inboxes.keys().all(|it| is_name(it));
        names.or_flaw(|| "/core/inboxes".to_owned(), "no inbox has such a name, or there are too many")?;
        for (name, inbox) in &core.inboxes {
            inbox.is_sound().or_flaw(|| format!("/core/inboxes/{name}"), "an inbox cannot answer like this")?;
        }
        let scripts: usize = core.inboxes.values().map(Inbox::script_bytes).sum();
        (scripts <= SCRIPTS_BYTES_MAX).or_flaw(|| "/core/inboxes".to_owned(), "the scripts are too large")?;
        let exists = |it: &(ProviderId, crate::engine::ids::ObjectId)| self.providers[usize::from(it.0.0)].subject(it.1).is_some();
        core.paced_by_rules.iter().all(exists).or_flaw(|| "/core/paced_by_rules".to_owned(), "an object does not exist")?;
        let mut spoilt = core.spoilt.iter().map(|it| (it.provider_id, it.object));
        spoilt.all(|it| exists(&it)).or_flaw(|| "/core/spoilt".to_owned(), "an object does not exist")?;
        let redirect = core.redirect.iter().flat_map(|it| it.except.iter().chain([&it.to]));
        redirect.into_iter().all(|it| webhook_url(it).is_ok()).or_flaw(|| "/core/redirect".to_owned(), "no webhook goes to such an address")
    }
}

/// Judges credentials by which accounts are found: each belongs to one account, and one that Playmoney issued looks like this
/// provider's.
fn judge_names(accounts: &BTreeMap<String, Account>, row: &Credential, at: &impl Fn(&str) -> String) -> Result<(), Flaw> {
    let mut seen = BTreeSet::new();
    for (id, it) in accounts {
        let Some(key) = it.credentials.get(row.name) else { continue };
        let place = || format!("{}/credentials/{}", at(id), row.name);
        let own: BTreeSet<&str> = it.all_of(row.name).map(Secret::expose).collect();
        own.into_iter().all(|it| seen.insert(it)).or_flaw(place, "two accounts have the same")?;
        // A user who registers chooses a user name.
        let is_free = key.is_from_outside() || row.name == "username";
        let is_ours = is_free || key.expose() == row.test_value || key.expose().starts_with(row.prefix);
        is_ours.or_flaw(place, "this provider does not issue such a key")?;
    }
    Ok(())
}

/// Whether an account has every credential of a contract. The webhook secret is a setting.
fn has_credentials(it: &Account, contract: &Contract) -> bool {
    let named = contract.credentials.iter().map(|it| it.name).filter(|it| *it != "webhook_secret");
    named.into_iter().all(|name| it.credentials.get(name).map(Secret::expose).is_some_and(|text| !text.is_empty()))
}

/// Whether a change goes along a row of these tables.
fn is_change(it: &Change, tables: &[StatusTable]) -> bool {
    let Some(row) = &it.row else { return true };
    let table = tables.iter().find(|own| own.object == row.table);
    table.and_then(|own| own.rows.get(usize::from(row.row)).map(|row| (own, row))).is_some_and(|(own, row)| {
        let from = if it.from.is_empty() { row.from.is_empty() } else { row.from.contains(&&*it.from) };
        from && own.statuses.contains(&&*it.to)
    })
}
