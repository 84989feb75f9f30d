//! Quantum Payouts: roubles to cards and phone numbers.

use serde::{Deserialize, Serialize};

use self::errors::Error;
use self::model::{Memory, ObjectKind, Payout};
use crate::engine::actions::{ActionDone, ActionError, Cause, LoggedIn, Shown};
use crate::engine::context::Context;
use crate::engine::delivery::{Attempt, Delivery, Outcome, Signed};
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
use crate::kit::time::Timestamp;
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
pub struct QuantumPayouts(Memory);

impl Provider for QuantumPayouts {
    fn contract(&self) -> &'static Contract {
        &contract::CONTRACT
    }

    fn count_behind(&mut self, behind: u32) {
        self.0.payouts.count_behind(behind);
    }

    fn call(&mut self, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Response {
        let path = without_doubled_slashes(found.path);
        if path != found.path {
            cx.rest_on(decisions::DOUBLED_SLASH);
        }
        let answer = if path.starts_with(routes::API) {
            routes::call(&mut self.0, cx, (found, &path), request)
        } else {
            pages::call(&mut self.0, cx, &path, request).unwrap_or(Err(Error::NotFound))
        };
        answer.unwrap_or_else(|error| {
            cx.trace.error = Some(error.row().name);
            cx.rest_on_each(error.rests_on());
            error.render()
        })
    }

    fn log_in(&mut self, cx: &mut Context<'_>, account: &str) -> Option<LoggedIn> {
        let (id, csrf_token) = pages::admit(&mut self.0, cx, None, account.to_owned());
        Some(LoggedIn { cookie: format!("{}={id}", auth::COOKIE), token: (wire::CSRF_TOKEN.name, csrf_token) })
    }

    fn act(&mut self, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
        actions::act(&mut self.0, cx, act, with)
    }

    fn step(&mut self, cx: &mut Context<'_>, object: ObjectId, cause: Cause<'_>) {
        if let (Cause::Row(row), Some((ObjectKind::Payout, id))) = (cause, ObjectKind::of(object)) {
            fire::<Payout>(&mut self.0, cx, id, row);
        }
    }

    fn attempt(&mut self, cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
        webhooks::attempt(cx, webhook)
    }

    fn retries_from(&self, cx: &Context<'_>, webhook: &Delivery, failed: &Attempt) -> Timestamp {
        webhooks::retries_from(cx.account(&webhook.account), webhook, failed)
    }

    fn tested(&self, webhook: &Delivery) -> Response {
        let outcome = webhook.attempts.last().and_then(|it| it.outcome.as_ref());
        wire::test_result(outcome.and_then(Outcome::answered), outcome.map_or(0, |it| it.took.as_millis()))
    }

    fn refuse(&mut self, cx: &mut Context<'_>, error: &str, found: &Found<'_>) -> Option<Response> {
        let refusal = errors::asked_for(error, found.operation)?;
        cx.rest_on_each(refusal.rests_on());
        Some(refusal.render())
    }

    fn verify(&self, webhook: &Received<'_>, secret: &str) -> Verdict {
        webhooks::verify(webhook, secret)
    }

    fn mistake(&self, webhook: &Received<'_>, verdict: &Verdict, secret: &str, others: &[&str]) -> &'static str {
        webhooks::mistake(webhook, verdict, secret, others)
    }

    fn usage(&self) -> Usage {
        self.0.payouts.usage()
    }

    fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        self.0.judge(beside)
    }

    fn generation(&self, object: ObjectId) -> Option<u32> {
        self.payout(object).map(|it| it.head.generation())
    }

    fn awaits(&self, object: ObjectId, row: u8) -> bool {
        matches!(ObjectKind::of(object), Some((ObjectKind::Payout, id)) if is_timed::<Payout>(&self.0, id, row))
    }

    fn timers(&self, now: Timestamp) -> Vec<Timer> {
        timers::<Payout>(&self.0, now).collect()
    }

    fn subject(&self, object: ObjectId) -> Option<String> {
        self.payout(object).map(Payout::subject)
    }

    fn kinds(&self) -> Vec<KeptKind> {
        vec![kept_kind::<Payout>(&self.0, ObjectKind::Payout as u8)]
    }

    fn brief(&self, object: ObjectId) -> Option<Brief> {
        match ObjectKind::of(object)? {
            (ObjectKind::Payout, number) => brief::<Payout>(&self.0, number),
            (ObjectKind::Test, _) => None,
        }
    }

    fn show(&self, _: &Context<'_>, object: ObjectId) -> Option<Shown> {
        let payout = self.payout(object)?;
        Some(Shown { subject: payout.subject(), status: payout.status().word(), object: wire::show(payout) })
    }
}

impl QuantumPayouts {
    /// Only payouts are objects; a test event does not belong to one.
    fn payout(&self, object: ObjectId) -> Option<&Payout> {
        match ObjectKind::of(object)? {
            (ObjectKind::Payout, id) => self.0.payouts.get(id),
            (ObjectKind::Test, _) => None,
        }
    }
}

/// `/api/v1//createPayout`, which the documented Python client asks for, means `/api/v1/createPayout`.
fn without_doubled_slashes(path: &str) -> std::borrow::Cow<'_, str> {
    if !path.as_bytes().windows(2).any(|it| it == b"//") {
        return path.into();
    }
    let mut plain = String::with_capacity(path.len());
    plain.extend(
        path.chars().scan(' ', |before, it| Some((std::mem::replace(before, it), it))).filter(|it| *it != ('/', '/')).map(|it| it.1),
    );
    plain.into()
}
