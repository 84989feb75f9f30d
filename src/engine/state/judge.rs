//! Whether the parts of a saved sandbox agree with each other and with the tables. The document may come from
//! a stranger and contain anything.

use super::contradiction;
use crate::engine::account::Account;
use crate::engine::agenda::Due;
use crate::engine::clock::Mode;
use crate::engine::core::{Core, PACED_BY_RULES_MAX, SPOILT_MAX};
use crate::engine::delivery::{Attempt, Delivery, Status};
use crate::engine::ids::ProviderId;
use crate::engine::inbox::{INBOXES_MAX, is_name};
use crate::engine::log::{Change, What};
use crate::engine::provider::DynProvider;
use crate::engine::rules::{On, Override};
use crate::engine::start::Start;
use crate::engine::store::Usage;
use crate::engine::tables::settings::webhook_url;
use crate::engine::tables::{Contract, StatusTable};
use crate::kit::secret::Secret;
use crate::kit::time::end_of_time;

/// The state that is judged.
struct Judge<'a> {
    core: &'a Core,
    providers: &'a [Box<dyn DynProvider>],
}

/// Judges a whole state.
///
/// # Errors
/// The first place that contradicts another.
pub fn judge(core: &Core, providers: &[Box<dyn DynProvider>], start: &Start) -> Result<(), String> {
    let it = Judge { core, providers };
    it.parts()?;
    it.time()?;
    it.accounts()?;
    it.agenda()?;
    it.deliveries()?;
    it.log()?;
    it.rules()?;
    it.rest()?;
    let Usage { objects, bytes } = providers.iter().map(|it| it.usage()).sum();
    let fits = objects <= start.objects_max && bytes <= start.object_bytes_max;
    fits.or_refuse(|| "/providers".to_owned(), "more objects than a sandbox keeps")
}

/// What has to hold of a document.
trait Required {
    /// The refusal of a document in which it does not hold.
    fn or_refuse(self, place: impl FnOnce() -> String, why: &str) -> Result<(), String>;
}

impl Required for bool {
    fn or_refuse(self, place: impl FnOnce() -> String, why: &str) -> Result<(), String> {
        if self { Ok(()) } else { Err(contradiction(&place(), why)) }
    }
}

impl Judge<'_> {
    fn contract(&self, provider_id: ProviderId) -> &'static Contract {
        self.providers[usize::from(provider_id.0)].contract()
    }

    /// Each part by itself. What follows relies on it: every provider that is named exists.
    fn parts(&self) -> Result<(), String> {
        let core = self.core;
        let count = u8::try_from(self.providers.len()).unwrap_or(u8::MAX);
        let paced = core.paced_by_rules.len() <= PACED_BY_RULES_MAX && core.paced_by_rules.iter().all(|it| it.0.0 < count);
        let spoilt = core.spoilt.iter().all(|it| it.provider_id.0 < count && it.fault.how.is_sound()) && core.spoilt.len() <= SPOILT_MAX;
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
        ] {
            is_sound.or_refuse(|| format!("/core/{part}"), "the parts of it contradict each other")?;
        }
        Ok(())
    }

    fn time(&self) -> Result<(), String> {
        let (now, clock) = (self.core.now, &self.core.clock);
        let agree = if clock.mode() == Mode::Frozen { now == clock.saved() } else { now <= clock.saved() };
        (agree && clock.saved() <= end_of_time()).or_refuse(|| "/core/now".to_owned(), "the clock shows another moment")
    }

    fn accounts(&self) -> Result<(), String> {
        for (place, (accounts, provider)) in self.core.accounts.iter().zip(self.providers).enumerate() {
            let contract = provider.contract();
            let at = |id: &str| format!("/core/accounts/{place}/{id}");
            accounts.contains_key(contract.account).or_refuse(|| at(""), "the account that every sandbox has is missing")?;
            for (id, it) in accounts {
                (*id == it.id).or_refuse(|| at(id), "the account has another id")?;
                has_credentials(it, contract).or_refuse(|| at(id), "an account of this provider has other credentials")?;
                it.has_settings_of(contract).map_err(|why| contradiction(&at(id), &why))?;
            }
        }
        Ok(())
    }

    fn agenda(&self) -> Result<(), String> {
        for (place, (_, due)) in self.core.agenda.iter().enumerate() {
            let at = || format!("/core/agenda/entries/{place}");
            match due {
                Due::Row { provider_id, object, generation, row } => {
                    let provider = &self.providers[usize::from(provider_id.0)];
                    let is_live = provider.generation(*object) == Some(*generation) && provider.awaits(*object, *row);
                    is_live.or_refuse(at, "no object waits for this")?;
                }
                Due::Block { transfer, generation } | Due::Undone { transfer, generation } => {
                    self.core.chains.is_live(*transfer, *generation).or_refuse(at, "no transfer waits for this")?;
                }
                Due::Attempt { delivery, number } => {
                    self.core.outbox.expects(*delivery, *number).or_refuse(at, "no webhook waits for this")?;
                }
                Due::Act { provider_id, act, .. } => {
                    let known = self.contract(*provider_id).actions.iter().any(|it| it.name == act);
                    known.or_refuse(at, "the provider has no such action")?;
                }
                Due::Answer { .. } | Due::Held { .. } => {}
            }
        }
        Ok(())
    }

    fn deliveries(&self) -> Result<(), String> {
        for it in self.core.outbox.iter() {
            let at = || format!("/core/outbox/deliveries/{}", it.id);
            let contract = self.contract(it.provider_id);
            contract.events.iter().any(|row| row.name == it.event).or_refuse(at, "the provider has no such event")?;
            let accounts = &self.core.accounts[usize::from(it.provider_id.0)];
            accounts.contains_key(&it.account).or_refuse(at, "the provider has no such account")?;
            (it.url.is_empty() || webhook_url(&it.url).is_ok()).or_refuse(at, "no webhook goes to such an address")?;
            let exists = it.once || self.providers[usize::from(it.provider_id.0)].subject(it.object).is_some();
            exists.or_refuse(at, "the object does not exist")?;
            self.is_in_time(it).or_refuse(at, "its attempts are not in the order of time")?;
            (it.status == Status::Pending || it.next_attempt_at.is_none()).or_refuse(at, "it is finished, and has a next attempt")?;
        }
        let finished = self.core.outbox.iter().filter(|it| it.status != Status::Pending).count();
        self.core.outbox.finished_is(finished).or_refuse(|| "/core/outbox/finished".to_owned(), "these are not the finished webhooks")
    }

    fn is_in_time(&self, it: &Delivery) -> bool {
        let moments: Vec<_> = it.attempts.iter().map(|own: &Attempt| own.at).collect();
        let bounded = moments.iter().all(|at| it.created_at <= *at && *at <= self.core.now);
        bounded && moments.is_sorted() && it.created_at <= self.core.now
    }

    fn log(&self) -> Result<(), String> {
        let tables: Vec<Vec<StatusTable>> = self.providers.iter().map(|it| (it.contract().lifecycles)()).collect();
        for (place, entry) in self.core.log.entries().enumerate() {
            let at = || format!("/core/log/entries/{place}");
            (entry.at <= self.core.now).or_refuse(at, "it has not happened yet")?;
            let Some(provider_id) = entry.provider else { continue };
            let contract = self.contract(provider_id);
            match &entry.what {
                What::Request(it) => {
                    let known = it.operation.as_deref().is_none_or(|name| contract.operation(name).is_some());
                    known.or_refuse(at, "the provider has no such operation")?;
                    let known = it.error.as_deref().is_none_or(|name| contract.error(name).is_some());
                    known.or_refuse(at, "the provider has no such error")?;
                }
                What::Change(it) => is_change(it, &tables[usize::from(provider_id.0)]).or_refuse(at, "the provider has no such row")?,
                What::Fired(_) | What::Attempt(_) | What::Outcome(_) | What::Note(_) | What::Moved { .. } | What::Mode(_) => {}
            }
        }
        Ok(())
    }

    fn rules(&self) -> Result<(), String> {
        let find = |slug: &str| self.providers.iter().map(|it| it.contract()).find(|it| it.slug == slug);
        for (place, it) in self.core.rules.iter().map(|it| &it.rule).enumerate() {
            let exists = match &it.on {
                On::Requests { provider, operation: None } | On::Webhooks { provider } => find(provider).is_some(),
                On::Requests { provider, operation: Some(name) } => find(provider).is_some_and(|it| it.operation(name).is_some()),
                On::Header => true,
            };
            let at = || format!("/core/rules/standing/{place}/rule");
            exists.or_refuse(at, "what it is on does not exist")?;
            let Some(Override::Error(name)) = &it.then.answer else { continue };
            let known = self.providers.iter().any(|it| it.contract().error(name).is_some());
            known.or_refuse(at, "no provider has such an error")?;
        }
        Ok(())
    }

    fn rest(&self) -> Result<(), String> {
        let core = self.core;
        let names = core.inboxes.len() <= INBOXES_MAX && core.inboxes.keys().all(|it| is_name(it));
        names.or_refuse(|| "/core/inboxes".to_owned(), "no inbox has such a name, or there are too many")?;
        let exists = |it: &(ProviderId, crate::engine::ids::ObjectId)| self.providers[usize::from(it.0.0)].subject(it.1).is_some();
        core.paced_by_rules.iter().all(exists).or_refuse(|| "/core/paced_by_rules".to_owned(), "an object does not exist")?;
        let mut spoilt = core.spoilt.iter().map(|it| (it.provider_id, it.object));
        spoilt.all(|it| exists(&it)).or_refuse(|| "/core/spoilt".to_owned(), "an object does not exist")?;
        let redirect = core.redirect.iter().flat_map(|it| it.except.iter().chain([&it.to]));
        redirect
            .into_iter()
            .all(|it| webhook_url(it).is_ok())
            .or_refuse(|| "/core/redirect".to_owned(), "no webhook goes to such an address")
    }
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
