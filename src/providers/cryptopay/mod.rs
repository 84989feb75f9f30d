//! CryptoPay: payment orders that customers pay in tokens, straight to the merchant's wallet.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use self::errors::Error;
use self::model::{Endpoint, Kind, Memory, Order, Transaction};
use self::routes::Answered;
use self::wire::{EndpointObject, Links, OrderObject, TransactionObject};
use crate::engine::account::Account;
use crate::engine::actions::{ActionDone, ActionError, Bill, Cause, Shown};
use crate::engine::context::Context;
use crate::engine::delivery::{Delivery, Signed};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::{Brief, KeptKind, Timer, brief, fire, is_timed, kept_kind, timers};
use crate::engine::provider::{Beside, Provider};
use crate::engine::signature::{Received, Verdict};
use crate::engine::store::Usage;
use crate::engine::tables::Contract;
use crate::engine::tables::found::{Caller, Found};
use crate::engine::tables::settings::DOCUMENTED_LINKS;
use crate::kit::fields::Fields;
use crate::kit::flaw::Flaw;
use crate::kit::http::{Request, Response};
use crate::kit::json::written;
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
pub struct CryptoPay(Memory);

impl Provider for CryptoPay {
    fn contract(&self) -> &'static Contract {
        &contract::CONTRACT
    }

    fn open(&mut self, cx: &mut Context<'_>, account: &str, balances: &[(String, Decimal)]) -> Result<(), (usize, String)> {
        routes::open_account(&mut self.0, cx, account);
        if balances.is_empty() { Ok(()) } else { Err((0, "CryptoPay holds no balances: a merchant has a wallet of their own".to_owned())) }
    }

    fn caller(&self, cx: &Context<'_>, _: &Found<'_>, request: &Request) -> Option<Caller> {
        auth::identify(&self.0, cx, request)
    }

    fn mark(&self, sandbox: &str) -> Option<String> {
        (!auth::mark(sandbox).is_empty()).then(|| auth::mark(sandbox))
    }

    fn bill(&self, _: &Context<'_>, object: ObjectId) -> Option<Bill> {
        let order = self.order(object).filter(|it| it.transaction.is_none())?;
        let decimals = order.chain.decimals(order.token)?;
        Some(Bill { due: order.amount, decimals, closes_at: order.expires_at, blockchain: Some(order.chain.blockchain()) })
    }

    fn calls_max(&self, account: &Account) -> u32 {
        auth::calls_max(account)
    }

    fn count_behind(&mut self, behind: u32) {
        self.0.orders.count_behind(behind);
        self.0.transactions.count_behind(behind);
    }

    fn call(&mut self, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Response {
        let memory = &mut self.0;
        let is_page = pages::has(found.path);
        let answered = if is_page { pages::call(memory, cx, found.path, request).into() } else { routes::call(memory, cx, found, request) };
        cx.trace.error = answered.answer.as_ref().err().map(|it| it.row().name);
        rest(cx, &answered);
        render(cx.now(), answered)
    }

    fn act(&mut self, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
        actions::act(&mut self.0, cx, act, with)
    }

    fn step(&mut self, cx: &mut Context<'_>, object: ObjectId, cause: Cause<'_>) {
        let Some((Kind::Order, number)) = Kind::of(object) else { return };
        match cause {
            Cause::Row(row) => fire::<Order>(&mut self.0, cx, number, row),
            Cause::Block => lifecycle::update_confirmations(&mut self.0, cx, number, None),
            Cause::Delivered(_) => {}
        }
    }

    fn attempt(&mut self, cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
        webhooks::attempt(&self.0, cx, webhook)
    }

    fn waits(&self, account: Option<&Account>) -> Vec<Duration> {
        webhooks::waits(account)
    }

    fn refuse(&mut self, cx: &mut Context<'_>, error: &str, found: &Found<'_>) -> Option<Response> {
        let answered = routes::refuse(cx, found, errors::asked_for(error, found.operation, self.contract())?);
        rest(cx, &answered);
        Some(render(cx.now(), answered))
    }

    fn verify(&self, webhook: &Received<'_>, secret: &str) -> Verdict {
        webhooks::verify(webhook, secret)
    }

    fn mistake(&self, webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
        webhooks::mistake(webhook, verdict, secret, others)
    }

    fn signing_secrets<'a>(&'a self, account: &'a Account) -> Vec<&'a str> {
        webhooks::secrets(&self.0, account)
    }

    fn usage(&self) -> Usage {
        self.0.usage()
    }

    fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        self.0.judge(beside)
    }

    fn generation(&self, object: ObjectId) -> Option<u32> {
        self.order(object).map(|it| it.head.generation())
    }

    fn awaits(&self, object: ObjectId, row: u8) -> bool {
        matches!(Kind::of(object), Some((Kind::Order, number)) if is_timed::<Order>(&self.0, number, row))
    }

    fn timers(&self, now: Timestamp) -> Vec<Timer> {
        // Once a transfer is seen, the deadline does not end the order any more.
        timers::<Order>(&self.0, now).filter(|it| self.order(it.object).is_some_and(Order::waits)).collect()
    }

    fn subject(&self, object: ObjectId) -> Option<String> {
        let endpoint = || self.endpoint(object).map(|it| it.number.to_string());
        self.order(object).map(Order::order_id).or_else(endpoint)
    }

    fn kinds(&self) -> Vec<KeptKind> {
        vec![kept_kind::<Order>(&self.0, Kind::Order as u8), kept_kind::<Transaction>(&self.0, Kind::Transaction as u8)]
    }

    fn brief(&self, object: ObjectId) -> Option<Brief> {
        match Kind::of(object)? {
            (Kind::Order, number) => brief::<Order>(&self.0, number),
            (Kind::Transaction, number) => brief::<Transaction>(&self.0, number),
            (Kind::Endpoint, _) => None,
        }
    }

    fn show(&self, cx: &Context<'_>, id: ObjectId) -> Option<Shown> {
        if let Some(it) = self.endpoint(id) {
            let status = if it.is_active { "active" } else { "inactive" };
            return Some(Shown { subject: it.number.to_string(), status, object: written(&EndpointObject::of(it)) });
        }
        if let Some((it, order)) = self.transaction(id) {
            return Some(Shown {
                subject: it.number.to_string(),
                status: it.status().word(),
                object: written(&TransactionObject::of(it, order)),
            });
        }
        let order = self.order(id)?;
        let base = self.0.bases.at(order.base)?;
        let documented = cx.flag(self.0.account_of(order.merchant), &DOCUMENTED_LINKS);
        let links = if documented { Links::DOCUMENTED } else { Links::below(base) };
        let object = written(&OrderObject::of(order, self.0.transaction_of(order), links));
        Some(Shown { subject: order.order_id(), status: order.status().word(), object })
    }
}

/// Notes what a refusal rests on.
fn rest(cx: &mut Context<'_>, answered: &Answered) {
    let rows = answered.answer.as_ref().err().map_or_else(Vec::new, Error::rests_on);
    cx.rest_on_each(&rows);
}

/// An answer with the headers of the rate limit.
fn render(now: Timestamp, answered: Answered) -> Response {
    let response = answered.answer.unwrap_or_else(|error| error.render(now));
    if let Some(rate) = answered.rate { routes::with_rate(response, rate) } else { response }
}

impl CryptoPay {
    fn order(&self, object: ObjectId) -> Option<&Order> {
        Kind::of(object).filter(|it| it.0 == Kind::Order).and_then(|it| self.0.orders.get(it.1))
    }

    /// A transaction, and the order that it pays.
    fn transaction(&self, object: ObjectId) -> Option<(&Transaction, &Order)> {
        let it = Kind::of(object).filter(|it| it.0 == Kind::Transaction).and_then(|it| self.0.transactions.get(it.1))?;
        Some((it, self.0.orders.get(it.order)?))
    }

    fn endpoint(&self, object: ObjectId) -> Option<&Endpoint> {
        Kind::of(object).filter(|it| it.0 == Kind::Endpoint).and_then(|it| self.0.endpoints.get(it.1))
    }
}
