//! All that a provider may touch while it works, and what it leaves for the log.

use std::borrow::Cow;

use super::account::Account;
use super::agenda::Due;
use super::core::Core;
use super::delivery::{AppliedFault, Event};
use super::ids::{ObjectId, ProviderId};
use super::rules::WebhookFault;
use super::tables::{Contract, On, Row, RowId, Setting, settings};
use crate::engine::log::{Change, ChangeCause, Trace, What};
use crate::kit::http::Request;
use crate::kit::ids::Draws;
use crate::kit::sign::derived;
use crate::kit::time::{Duration, Timestamp, Uptime, later, nearer};

mod framing;
mod limiting;
mod resting;
mod ruling;
pub mod watching;

/// The longest time for which a webhook waits for the next one to its target.
const REORDER_MAX: Duration = Duration::from_secs(60);

/// All that a provider may touch: the moment, the accounts, chance, the agenda, the outbox and the log.
pub struct Context<'a> {
    pub(super) core: &'a mut Core,
    pub(super) provider_id: ProviderId,
    contract: &'static Contract,
    uptime: Uptime,
    pub trace: Trace,
    /// What a rule does to the webhook that is being made.
    pub(super) fault: Option<WebhookFault>,
    /// The secret of an audit, which signs the webhook that is being made in place of the provider's own.
    pub(super) signs_with: Option<String>,
    /// The objects that this call has made, when a rule needs them.
    made: Option<Made>,
    /// What the request that is served has asked for: it holds for all webhooks that the call owes.
    asked: Option<AppliedFault>,
}

/// Objects that a call has made.
#[derive(Debug)]
struct Made {
    objects: Vec<ObjectId>,
    /// The rule sets their pace.
    alone: bool,
}

impl<'a> Context<'a> {
    /// A context for one call into that provider.
    pub fn new(core: &'a mut Core, provider_id: ProviderId, contract: &'static Contract, uptime: Uptime) -> Self {
        Self { core, provider_id, contract, uptime, trace: Trace::default(), fault: None, signs_with: None, made: None, asked: None }
    }

    /// The simulated moment.
    pub fn now(&self) -> Timestamp {
        self.core.now
    }

    /// Whether time stands still unless a caller advances it.
    pub fn time_stands(&self) -> bool {
        self.core.clock.stands()
    }

    /// The date for a signature that leaves: simulated, or real when the account says so.
    pub fn signature_date(&self, account: &Account) -> Timestamp {
        let date = if account.text(&settings::SIGNATURE_TIME) == Some("real") { self.uptime.date } else { self.core.now };
        self.fault.as_ref().and_then(|it| it.stale).and_then(|it| date.checked_sub(it).ok()).unwrap_or(date)
    }

    /// The secret that signs the webhook that is being made: the given one, unless a rule asks for a wrong signature, or an audit for
    /// another secret.
    pub fn signing<'s>(&self, secret: &'s str) -> Cow<'s, str> {
        let is_wrong = self.fault.as_ref().is_some_and(|it| it.bad_signature);
        if let Some(other) = &self.signs_with {
            return Cow::Owned(other.clone());
        }
        if is_wrong { Cow::Owned(derived(&[secret, "a secret that nobody knows"])) } else { Cow::Borrowed(secret) }
    }

    /// The moment with which a received date is compared: simulated, real, or the nearer of the two.
    pub fn judging(&self, account: &Account, date: Timestamp) -> Timestamp {
        match account.text(&settings::FRESHNESS) {
            Some("virtual") => self.core.now,
            Some("real") => self.uptime.date,
            _ => nearer(date, self.core.now, self.uptime.date),
        }
    }

    /// The stream of draws for a purpose and an entity.
    pub fn draws(&self, purpose: &str, entity: u64) -> Draws {
        Draws::new(self.core.ids_seed(), purpose, entity)
    }

    /// A count of the provider's own, as the number of a code that never repeats.
    pub fn counted(&self, nth: u32) -> u64 {
        u64::from(self.core.counts_behind()) + u64::from(nth)
    }

    /// The provider's contract.
    pub fn contract(&self) -> &'static Contract {
        self.contract
    }

    /// The sandbox's name.
    pub fn sandbox(&self) -> &str {
        &self.core.name
    }

    /// The sandbox's seed.
    pub fn seed(&self) -> u64 {
        self.core.seed
    }

    /// The beginning of the provider's links in the answer to this request.
    pub fn base_url(&self, request: &Request) -> String {
        let mut base = self.core.sandbox_url(request);
        if !request.by_own_host {
            base.push('/');
            base.push_str(self.contract.slug);
        }
        base
    }

    /// The address of a page of the provider, with the query of this request.
    pub fn page_url(&self, request: &Request, path: &str) -> String {
        let joint = if request.query.is_empty() { "" } else { "?" };
        [&self.base_url(request), path, joint, &request.query].concat()
    }

    /// An account by its id.
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.core.accounts(self.provider_id).get(id)
    }

    /// An account by its id, to change it.
    pub fn account_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.core.accounts_mut(self.provider_id).get_mut(id)
    }

    /// Adds an account. `false`: an account with this id exists already.
    pub fn add_account(&mut self, account: Account) -> bool {
        let accounts = self.core.accounts_mut(self.provider_id);
        let is_new = !accounts.contains_key(&account.id);
        if is_new {
            accounts.insert(account.id.clone(), account);
            self.core.rotations += 1;
        }
        is_new
    }

    /// The accounts of this provider, by id.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.core.accounts(self.provider_id).values()
    }

    /// The account whose credential of that name is this key. The comparison takes the same time for every guess.
    pub fn owner_of(&self, credential: &str, key: &str) -> Option<&Account> {
        self.accounts().find(|it| it.owns(credential, key))
    }

    /// Whether a switch of an account is on.
    pub fn flag(&self, account: &str, row: &Setting) -> bool {
        self.account(account).is_some_and(|it| it.flag(row))
    }

    /// Whether every step of the outside world is left to actions.
    pub fn manual_pace(&self, account: &str) -> bool {
        self.account(account).and_then(|it| it.text(&settings::PACE)) == Some("manual")
    }

    /// Whether rules or actions set the pace of an object that has entered a status, not its own timers. With `by_calls`,
    /// calls of the merchant make such objects, and this call has made this one.
    pub(super) fn is_paced_from_outside(&mut self, object: ObjectId, account: &str, by_calls: bool) -> bool {
        let alone = self.made.as_mut().is_some_and(|it| {
            if by_calls {
                it.objects.push(object);
            }
            it.alone
        });
        alone || self.manual_pace(account) || self.is_paced_by_rules(object)
    }

    /// From here on, notes the objects that the call makes; with `alone`, the rule sets their pace.
    pub fn lead(&mut self, alone: bool) {
        self.made = Some(Made { objects: Vec::new(), alone });
    }

    /// The objects that the call has made since [`Self::lead`].
    pub fn made(&mut self) -> Vec<ObjectId> {
        self.made.take().map_or(Vec::new(), |it| it.objects)
    }

    /// Whether a rule sets an object's pace.
    pub(super) fn is_paced_by_rules(&self, object: ObjectId) -> bool {
        !self.core.paced_by_rules.is_empty() && self.core.paced_by_rules.contains(&(self.provider_id, object))
    }

    /// Logs that a row has changed an object's status.
    pub(super) fn changed(&mut self, subject: &str, from: &'static str, to: &'static str, on: On, row: RowId) {
        let step = self.contract.index.step(&row.table, row.row);
        let change = Change { subject: subject.into(), from: from.into(), to: to.into(), cause: ChangeCause::Row(on), row: Some(row) };
        self.core.log.push(self.core.now, Some(self.provider_id), What::Change(change));
        if let Some(row) = step {
            self.rest_on(row);
        }
    }

    /// Owes a webhook. Its first attempt leaves as soon as the one before it to that target has an outcome.
    pub fn notify(&mut self, mut event: Event) -> Option<u64> {
        event.url = self.core.target(self.contract.slug, event.url);
        let (now, provider_id) = (self.core.now, self.provider_id);
        let rules = self.rules_on(&event);
        let delay = rules.fault.as_ref().and_then(|it| it.how.delay.or(it.how.reorder.then_some(REORDER_MAX)));
        if let Some(place) = self.contract.events.iter().position(|it| it.name == event.name) {
            self.rest_on(Row::Event(u8::try_from(place).unwrap_or(u8::MAX)));
        }
        let (name, subject) = (event.name, event.subject.clone());
        let Some(id) = self.core.outbox.owe(now, provider_id, event, rules) else {
            self.core
                .note(provider_id, format!("no webhook is sent for {name} of {subject}: too many webhooks are pending in this sandbox"));
            return None;
        };
        if let Some(at) = delay.and_then(|it| later(now, it)) {
            self.core.agenda.book(at, Due::Attempt { delivery: id, number: 1 });
            if let Some(delivery) = self.core.outbox.get_mut(id) {
                delivery.next_attempt_at = Some(at);
            }
        }
        Some(id)
    }

    /// Owes a webhook to one of several targets, each of which gets its own delivery: [`attempt`] finds the target by its
    /// number.
    ///
    /// [`attempt`]: super::provider::Provider::attempt
    pub fn notify_target(&mut self, target: u32, event: Event) -> Option<u64> {
        let id = self.notify(event)?;
        if let Some(delivery) = self.core.outbox.get_mut(id) {
            delivery.target = target;
        }
        Some(id)
    }

    /// The answer to this request waits for the outcome of that delivery.
    pub fn wait_for(&mut self, delivery: u64) {
        self.trace.waits_for = Some(delivery);
    }
}
