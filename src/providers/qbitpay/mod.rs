//! QbitPay: charges, a balance, a market and payouts.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use self::errors::Error;
use self::model::{BalanceTransaction, Charge, Currency, Deposit, Kind, Memory, OPENING_UNITS, Order, Payout};
use crate::engine::account::Account;
use crate::engine::actions::{ActionDone, ActionError, Cause, Shown};
use crate::engine::context::Context;
use crate::engine::delivery::{Delivery, Signed};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::{Brief, KeptKind, Timer, brief, fire, is_timed, kept_kind, timers};
use crate::engine::provider::{Beside, Provider};
use crate::engine::signature::{Received, Verdict};
use crate::engine::store::Usage;
use crate::engine::tables::Contract;
use crate::engine::tables::found::Found;
use crate::kit::fields::Fields;
use crate::kit::flaw::Flaw;
use crate::kit::http::{Request, Response};
use crate::kit::time::{Duration, Timestamp};

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
pub struct QbitPay(Memory);

impl Provider for QbitPay {
    fn contract(&self) -> &'static Contract {
        &contract::CONTRACT
    }

    fn open(&mut self, cx: &mut Context<'_>, account: &str, balances: &[(String, Decimal)]) -> Result<(), (usize, String)> {
        let memory = &mut self.0;
        let merchant = memory.merchant_of(account);
        let given = actions::balances(balances)?;
        for currency in [Currency::Usd, Currency::Usdt].into_iter().filter(|it| given.iter().all(|own| own.0 != *it)) {
            lifecycle::open_with(memory, cx, merchant, currency, OPENING_UNITS);
        }
        for (currency, units) in given.into_iter().filter(|it| 0 < it.1) {
            lifecycle::open_with(memory, cx, merchant, currency, units);
        }
        Ok(())
    }

    fn set_rate(&mut self, _: &mut Context<'_>, pair: &str, ask: Decimal, bid: Decimal) -> Result<(), String> {
        actions::set_rate(&mut self.0, pair, ask, bid).map(|_| ())
    }

    fn call(&mut self, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Response {
        let answer = if pages::has(found.path) {
            pages::call(&mut self.0, cx, found.path, request)
        } else {
            routes::call(&mut self.0, cx, found, request)
        };
        answer.unwrap_or_else(|error: Error| {
            cx.trace.error = Some(error.row().name);
            cx.rest_on_each(&error.rests_on());
            cx.trace.hint = error.hint().map(Into::into).or(cx.trace.hint.take());
            error.render()
        })
    }

    fn act(&mut self, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
        actions::act_on(&mut self.0, cx, act, with)
    }

    fn step(&mut self, cx: &mut Context<'_>, object: ObjectId, cause: Cause<'_>) {
        let (Cause::Row(row), Some((kind, number)), memory) = (cause, Kind::of(object), &mut self.0) else { return };
        match kind {
            Kind::Charge => fire::<Charge>(memory, cx, number, row),
            Kind::Payout => fire::<Payout>(memory, cx, number, row),
            Kind::Deposit => fire::<Deposit>(memory, cx, number, row),
            Kind::Row => fire::<BalanceTransaction>(memory, cx, number, row),
            Kind::Order | Kind::Test | Kind::Price => {}
        }
    }

    fn attempt(&mut self, cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
        webhooks::attempt(cx, webhook)
    }

    fn waits(&self, account: Option<&Account>) -> Vec<Duration> {
        webhooks::waits(account)
    }

    fn refuse(&mut self, cx: &mut Context<'_>, error: &str, found: &Found<'_>) -> Option<Response> {
        let error = errors::asked_for(error, found.operation)?;
        cx.rest_on_each(&error.rests_on());
        Some(error.render())
    }

    fn verify(&self, webhook: &Received<'_>, secret: &str) -> Verdict {
        webhooks::verify(webhook, secret)
    }

    fn mistake(&self, webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
        webhooks::mistake(webhook, verdict, secret, others)
    }

    fn usage(&self) -> Usage {
        self.0.usage()
    }

    fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        self.0.judge(beside)
    }

    fn generation(&self, object: ObjectId) -> Option<u32> {
        self.0.generation(object)
    }

    fn awaits(&self, object: ObjectId, row: u8) -> bool {
        let Some((kind, number)) = Kind::of(object) else { return false };
        match kind {
            Kind::Charge => is_timed::<Charge>(&self.0, number, row),
            Kind::Payout => is_timed::<Payout>(&self.0, number, row),
            Kind::Deposit => is_timed::<Deposit>(&self.0, number, row),
            Kind::Row => is_timed::<BalanceTransaction>(&self.0, number, row),
            Kind::Order | Kind::Test | Kind::Price => false,
        }
    }

    fn timers(&self, now: Timestamp) -> Vec<Timer> {
        let (charges, rows) = (timers::<Charge>(&self.0, now), timers::<BalanceTransaction>(&self.0, now));
        charges.chain(timers::<Payout>(&self.0, now)).chain(timers::<Deposit>(&self.0, now)).chain(rows).collect()
    }

    fn subject(&self, object: ObjectId) -> Option<String> {
        self.0.subject(object)
    }

    fn kinds(&self) -> Vec<KeptKind> {
        vec![
            kept_kind::<Charge>(&self.0, Kind::Charge as u8),
            kept_kind::<Payout>(&self.0, Kind::Payout as u8),
            kept_kind::<Deposit>(&self.0, Kind::Deposit as u8),
            kept_kind::<Order>(&self.0, Kind::Order as u8),
            kept_kind::<BalanceTransaction>(&self.0, Kind::Row as u8),
        ]
    }

    fn brief(&self, object: ObjectId) -> Option<Brief> {
        match Kind::of(object)? {
            (Kind::Charge, number) => brief::<Charge>(&self.0, number),
            (Kind::Payout, number) => brief::<Payout>(&self.0, number),
            (Kind::Deposit, number) => brief::<Deposit>(&self.0, number),
            (Kind::Order, number) => brief::<Order>(&self.0, number),
            (Kind::Row, number) => brief::<BalanceTransaction>(&self.0, number),
            (Kind::Test | Kind::Price, _) => None,
        }
    }

    fn show(&self, cx: &Context<'_>, id: ObjectId) -> Option<Shown> {
        let (status, object) = lifecycle::render(&self.0, cx, id)?;
        Some(Shown { subject: self.subject(id)?, status, object })
    }
}
