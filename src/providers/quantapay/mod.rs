//! QuantaPay: prices in any currency, paid in a coin to the merchant's own wallet.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use self::errors::Error;
use self::model::{Kind, Memory, Transaction};
use self::webhooks::ENCRYPTION_KEY;
use self::wire::SignedText;
use crate::engine::account::Account;
use crate::engine::actions::{ActionDone, ActionError, Bill, Cause, Shown};
use crate::engine::client::Signing;
use crate::engine::context::Context;
use crate::engine::delivery::{Delivery, Signed};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::{Brief, KeptKind, Timer, brief, fire, is_timed, kept_kind, timers};
use crate::engine::provider::{Beside, Provider};
use crate::engine::signature::{Received, SignedRequest, Verdict};
use crate::engine::store::Usage;
use crate::engine::tables::Contract;
use crate::engine::tables::found::{Caller, Found};
use crate::kit::fields::Fields;
use crate::kit::flaw::Flaw;
use crate::kit::form::Form;
use crate::kit::http::{Request, Response};
use crate::kit::secret::Secret;
use crate::kit::sign::{derived, hmac_sha256_hex};
use crate::kit::time::{Duration, Timestamp};
use crate::kit::word::Word;

mod actions;
mod auth;
mod contract;
mod decisions;
mod errors;
mod lifecycle;
mod model;
mod pages;
mod routes;
mod settings;
mod webhooks;
mod wire;

/// The provider, with its memory of one sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QuantaPay(Memory);

impl Provider for QuantaPay {
    fn contract(&self) -> &'static Contract {
        &contract::CONTRACT
    }

    fn open(&mut self, _: &mut Context<'_>, account: &str, balances: &[(String, Decimal)]) -> Result<(), (usize, String)> {
        let place = self.0.merchant_of(account);
        balances
            .iter()
            .enumerate()
            .try_for_each(|(nth, (code, amount))| actions::endow(&mut self.0, place, code, *amount).map_err(|why| (nth, why)))
    }

    fn set_rate(&mut self, _: &mut Context<'_>, pair: &str, ask: Decimal, bid: Decimal) -> Result<(), String> {
        if ask != bid {
            return Err("QuantaPay has one price for both sides, for example BTC/USD: 64850.25".to_owned());
        }
        self.0.rates.set(pair, ask)
    }

    fn caller(&self, cx: &Context<'_>, found: &Found<'_>, request: &Request) -> Option<Caller> {
        found.form.as_ref().map_or_else(|| auth::find_caller(cx, &Form::of(request)), |it| auth::find_caller(cx, it))
    }

    fn authorise(&self, account: &Account, request: &mut Request, signing: &Signing) {
        auth::authorise(account, request, signing);
    }

    fn bill(&self, _: &Context<'_>, object: ObjectId) -> Option<Bill> {
        let transaction = self.transaction(object).filter(|it| it.transfer.is_none())?;
        let (due, decimals) = (transaction.amount, transaction.coin.decimals());
        Some(Bill { due, decimals, closes_at: transaction.expires_at(), blockchain: Some(transaction.coin.chain()) })
    }

    fn count_behind(&mut self, behind: u32) {
        self.0.transactions.count_behind(behind);
    }

    fn call(&mut self, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Response {
        let answer = match found.path {
            routes::API => routes::call(&mut self.0, cx, found, request),
            routes::PAY_PAGE => pages::call(&mut self.0, cx, request),
            _ => Err(Error::NoPath),
        };
        answer.unwrap_or_else(|error| {
            cx.trace.error = Some(error.row().name);
            cx.rest_on_each(&error.rests_on());
            let nearest = if let Error::NoSuchFunction(asked) = &error { Some(routes::nearest_function(asked)) } else { None };
            cx.trace.hint = nearest.map(Into::into).or_else(|| error.hint().map(Into::into)).or(cx.trace.hint.take());
            error.render()
        })
    }

    fn act(&mut self, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
        actions::act(&mut self.0, cx, act, with)
    }

    fn step(&mut self, cx: &mut Context<'_>, object: ObjectId, cause: Cause<'_>) {
        let Some((Kind::Transaction, id)) = Kind::of(object) else { return };
        match cause {
            Cause::Row(row) => fire::<Transaction>(&mut self.0, cx, id, row),
            Cause::Block => lifecycle::look_at_confirmations(&mut self.0, cx, id, lifecycle::ENOUGH),
            Cause::Delivered(_) => {}
        }
    }

    fn attempt(&mut self, cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
        webhooks::attempt(cx, webhook)
    }

    fn waits(&self, account: Option<&Account>) -> Vec<Duration> {
        webhooks::waits(account)
    }

    fn refuse(&mut self, cx: &mut Context<'_>, error: &str, found: &Found<'_>) -> Option<Response> {
        let refusal = errors::asked_for(error, found.operation)?;
        cx.rest_on_each(&refusal.rests_on());
        Some(refusal.render())
    }

    fn verify(&self, webhook: &Received<'_>, secret: &str) -> Verdict {
        webhooks::verify(webhook, secret)
    }

    fn mistake(&self, webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
        webhooks::mistake(webhook, verdict, secret, others)
    }

    /// The signature is a field of the form itself; no header is added.
    fn sign_request(&self, request: &Request, secret: &str) -> Option<SignedRequest> {
        let form = Form::urlencoded(&request.body);
        let canonical = SignedText::of(&form).canonical();
        let signature = hmac_sha256_hex(secret.as_bytes(), canonical.as_bytes());
        Some(SignedRequest { canonical, signature, headers: Vec::new() })
    }

    fn initial_account(&self, sandbox: &str) -> Account {
        let mut account = Account::initial(self.contract(), sandbox);
        let key = derived(&[sandbox, self.contract().slug, ENCRYPTION_KEY]);
        account.credentials.insert(ENCRYPTION_KEY.to_owned(), Secret::issued(&key[..40]));
        account
    }

    fn usage(&self) -> Usage {
        self.0.sessions.usage() + self.0.transactions.usage()
    }

    fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        self.0.judge(beside)
    }

    fn generation(&self, object: ObjectId) -> Option<u32> {
        self.transaction(object).map(|it| it.head.generation())
    }

    fn awaits(&self, object: ObjectId, row: u8) -> bool {
        self.transaction(object).is_some_and(|it| is_timed::<Transaction>(&self.0, it.id, row) && lifecycle::awaits(it, row))
    }

    fn timers(&self, now: Timestamp) -> Vec<Timer> {
        timers::<Transaction>(&self.0, now).collect()
    }

    fn subject(&self, object: ObjectId) -> Option<String> {
        self.transaction(object).map(|it| it.id.to_string())
    }

    fn kinds(&self) -> Vec<KeptKind> {
        vec![kept_kind::<Transaction>(&self.0, Kind::Transaction as u8)]
    }

    fn brief(&self, object: ObjectId) -> Option<Brief> {
        let (Kind::Transaction, number) = Kind::of(object)?;
        brief::<Transaction>(&self.0, number)
    }

    fn show(&self, cx: &Context<'_>, object: ObjectId) -> Option<Shown> {
        let it = self.transaction(object)?;
        let look = webhooks::look(cx.account(&self.0.merchant(it.merchant).account));
        let session = it.session.and_then(|it| self.0.sessions.get(it));
        Some(Shown { subject: it.id.to_string(), status: it.status().word(), object: wire::show(it, session, look) })
    }
}

impl QuantaPay {
    fn transaction(&self, object: ObjectId) -> Option<&Transaction> {
        let (Kind::Transaction, id) = Kind::of(object)?;
        self.0.transactions.get(id)
    }
}
