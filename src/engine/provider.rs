//! A provider as the engine calls it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::account::Account;
use super::client;
use super::client::Signing;
use super::context::Context;
use super::delivery::{Attempt, Delivery};
use super::lifecycle::{Brief, KeptKind, Timer};
use super::store::Usage;
use super::tables::Contract;
use super::tables::found::{Caller, Found};
use crate::engine::actions::{ActionDone, ActionError, Bill, Cause, LoggedIn, Shown};
use crate::engine::delivery::Signed;
use crate::engine::ids::ObjectId;
use crate::engine::signature::{Received, SignedRequest, Verdict};
use crate::kit::fields::Fields;
use crate::kit::flaw::{Flaw, Required};
use crate::kit::http::{Request, Response, StatusCode};
use crate::kit::json::Writer;
use crate::kit::secret::Secret;
use crate::kit::time::{Duration, Timestamp, later};

/// What stands beside a provider's memory in a document from outside.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// The accounts of this provider, by id.
    pub accounts: &'a BTreeMap<String, Account>,
    pub now: Timestamp,
}

impl Beside<'_> {
    /// Judges the owner of a part of the memory.
    ///
    /// # Errors
    /// No account has this id.
    pub fn judge_owner(&self, account: &str, place: impl FnOnce() -> String) -> Result<(), Flaw> {
        self.accounts.contains_key(account).or_flaw(place, "the account does not exist")
    }

    /// Judges a moment at which something has happened.
    ///
    /// # Errors
    /// It has not happened yet.
    pub fn judge_moment(&self, at: Timestamp, place: impl FnOnce() -> String) -> Result<(), Flaw> {
        (at <= self.now).or_flaw(place, "this moment has not come yet")
    }
}

/// One payment provider: its memory of a sandbox, and its rules.
pub trait Provider: Send + Sync {
    /// Its tables: everything that is known about it.
    fn contract(&self) -> &'static Contract;

    /// Opens an account with what it owns from the start. Balances that are given, by currency, replace the usual ones.
    ///
    /// # Errors
    /// The first impossible balance: its index, and a sentence about the reason.
    fn open(&mut self, _: &mut Context<'_>, _account: &str, balances: &[(String, Decimal)]) -> Result<(), (usize, String)> {
        if balances.is_empty() { Ok(()) } else { Err((0, format!("{} keeps no balances", self.contract().name))) }
    }

    /// Sets a price.
    ///
    /// # Errors
    /// A sentence about what is wrong with the price.
    fn set_rate(&mut self, _: &mut Context<'_>, _pair: &str, _ask: Decimal, _bid: Decimal) -> Result<(), String> {
        Err(format!("{} has no rates", self.contract().name))
    }

    /// The account whose credential a request carries, even when the request will be refused. The engine asks once, and
    /// hands the result to the call in `found`.
    fn caller(&self, cx: &Context<'_>, _: &Found<'_>, request: &Request) -> Option<Caller> {
        client::caller(self.contract(), cx, request)
    }

    /// How many calls an account may make in the window of the limit.
    fn calls_max(&self, _: &Account) -> u32 {
        self.contract().limit.calls_max
    }

    /// What leads to a sandbox of that name besides the credentials of its accounts.
    fn mark(&self, _sandbox: &str) -> Option<String> {
        None
    }

    /// The body of a request, for rules: its JSON, or the fields of a form as text.
    fn sent(&self, request: &Request) -> Json {
        client::sent(request)
    }

    /// Adds to a request the proof that the account's client would send.
    fn authorise(&self, account: &Account, request: &mut Request, signing: &Signing) {
        client::authorise(self.contract(), account, request, signing);
    }

    /// Logs an account's user in on the provider's pages for people. `None`: the provider has no such pages.
    fn log_in(&mut self, _: &mut Context<'_>, _account: &str) -> Option<LoggedIn> {
        None
    }

    /// What a customer is asked to pay for an object. `None`: the object asks for no payment.
    fn bill(&self, _: &Context<'_>, _object: ObjectId) -> Option<Bill> {
        None
    }

    /// The numbers of its objects, where ids show them, begin after that one. Its memory is empty.
    fn count_behind(&mut self, _: u32) {}

    /// Answers a request of the merchant or of a payer's browser.
    fn call(&mut self, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Response;

    /// Does an action of the outside world.
    ///
    /// # Errors
    /// The action does not exist or is incomplete, or the object's status does not allow it; then nothing has changed.
    fn act(&mut self, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError>;

    /// Lets an object take a step: a row is due, a receiver has accepted a webhook, or a block has come.
    fn step(&mut self, cx: &mut Context<'_>, object: ObjectId, cause: Cause<'_>);

    /// Builds and signs an attempt at the moment at which it leaves. `None`: the webhook has no target any more.
    fn attempt(&mut self, cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed>;

    /// When the next attempt leaves after a failure; `None` when the schedule has ended.
    fn retry(&self, cx: &Context<'_>, webhook: &Delivery, failed: &Attempt) -> Option<Timestamp> {
        let waits = self.waits(cx.account(&webhook.account));
        let nth = usize::try_from(webhook.scheduled).ok()?.checked_sub(1)?;
        later(self.retries_from(cx, webhook, failed), *waits.get(nth)?)
    }

    /// The waits before the retries of an account's webhooks: those of the schedule, unless settings change them.
    fn waits(&self, _: Option<&Account>) -> Vec<Duration> {
        self.contract().schedule.waits.iter().skip(1).copied().collect()
    }

    /// The moment at which the wait before a retry begins.
    fn retries_from(&self, _: &Context<'_>, _: &Delivery, failed: &Attempt) -> Timestamp {
        failed.at
    }

    /// The answer to a call that waited for its own webhook. Calls of most providers do not wait.
    fn tested(&self, _: &Delivery) -> Response {
        Response::problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "No call of this provider waits for its webhook.")
    }

    /// The answer to this request with the documented error of that name, in the provider's own format.
    fn refuse(&mut self, _: &mut Context<'_>, error: &str, _: &Found<'_>) -> Option<Response> {
        (self.contract().refusal)(error)
    }

    /// Whether a webhook's signature is right, without the reason.
    fn verify(&self, webhook: &Received<'_>, secret: &str) -> Verdict;

    /// Why such a verdict is not valid, although the webhook has a signature. `others` are secrets that the sender may have
    /// used by mistake.
    fn mistake(&self, webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str;

    /// Whether a webhook's signature is right and, if not, the likely reason.
    fn explain(&self, webhook: &Received<'_>, secret: &str, others: &[&str]) -> Verdict {
        self.verify(webhook, secret).explained(|verdict| self.mistake(webhook, verdict, secret, others))
    }

    /// How a client signs a request, with that secret. `None`: this provider's requests are not signed.
    fn sign_request(&self, _: &Request, _: &str) -> Option<SignedRequest> {
        None
    }

    /// The account that every sandbox has, with the keys that follow from the sandbox's name.
    fn initial_account(&self, sandbox: &str) -> Account {
        Account::initial(self.contract(), sandbox)
    }

    /// A further account, with keys that follow from the sandbox's name and the id.
    ///
    /// # Errors
    /// Why no account can have that id.
    fn further_account(&self, sandbox: &str, id: &str) -> Result<Account, String> {
        Ok(Account::further(self.contract(), sandbox, id))
    }

    /// The secret that signs an account's webhooks.
    fn signing_secret<'a>(&self, account: &'a Account) -> Option<&'a Secret> {
        account.signing_secret(self.contract().signing_credential)
    }

    /// Every secret that an account's webhooks may be signed with, the likeliest first: targets may have their own.
    fn signing_secrets<'a>(&'a self, account: &'a Account) -> Vec<&'a str> {
        self.signing_secret(account).map(Secret::expose).into_iter().collect()
    }

    /// How much it keeps of a sandbox.
    fn usage(&self) -> Usage;

    /// Judges a memory that was read from outside, by itself and against what was read with it.
    ///
    /// # Errors
    /// The first place in the memory that contradicts another.
    fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw>;

    /// The number of times that an object has entered a status; `None` when the object does not exist.
    fn generation(&self, object: ObjectId) -> Option<u32>;

    /// Whether a timer of that row still has an effect, when the object's status has not changed since it was booked.
    fn awaits(&self, object: ObjectId, row: u8) -> bool;

    /// The timers that its objects have where they stand: those of each kind.
    fn timers(&self, now: Timestamp) -> Vec<Timer>;

    /// The name that the merchant uses for an object; `None` when the object does not exist.
    fn subject(&self, object: ObjectId) -> Option<String>;

    /// The kinds of its objects that have a status table.
    fn kinds(&self) -> Vec<KeptKind>;

    /// One of those objects in brief; `None` when it does not exist.
    fn brief(&self, object: ObjectId) -> Option<Brief>;

    /// The object for control answers.
    fn show(&self, cx: &Context<'_>, object: ObjectId) -> Option<Shown>;
}

/// A provider of any type, as a sandbox stores it. Only here is the type erased.
pub trait DynProvider: Provider {
    /// The same provider with an empty memory.
    fn fresh(&self) -> Box<dyn DynProvider>;
    /// A copy that shares nothing.
    fn boxed(&self) -> Box<dyn DynProvider>;
    /// Writes its memory into a saved state. As a text of its own it would take as much memory again.
    fn write(&self, state: &mut Writer);
    /// The same provider with another memory.
    ///
    /// # Errors
    /// This is not a memory of this provider.
    fn restored(&self, memory: &str) -> Result<Box<dyn DynProvider>, serde_json::Error>;
}

impl<P: Provider + Clone + Default + Serialize + DeserializeOwned + 'static> DynProvider for P {
    fn fresh(&self) -> Box<dyn DynProvider> {
        Box::new(P::default())
    }

    fn boxed(&self) -> Box<dyn DynProvider> {
        Box::new(self.clone())
    }

    fn write(&self, state: &mut Writer) {
        self.serialize(state).expect("a provider's memory is JSON");
    }

    fn restored(&self, memory: &str) -> Result<Box<dyn DynProvider>, serde_json::Error> {
        Ok(Box::new(serde_json::from_str::<P>(memory)?))
    }
}

impl Clone for Box<dyn DynProvider> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}
