//! Quoine Payment: merchants write invoices in their currency, payers pay in bitcoins.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use self::model::{BTC_DECIMALS, Invoice, Kind, Memory, PAYMENT_TIME};
use self::wire::Signable;
use crate::engine::account::Account;
use crate::engine::actions::{ActionDone, ActionError, Bill, Cause, Shown};
use crate::engine::blockchain::Blockchain;
use crate::engine::client::Signing;
use crate::engine::context::Context;
use crate::engine::delivery::{Delivery, Signed};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::{Brief, KeptKind, On, Timer, brief, fire, is_timed, kept_kind, take, timers};
use crate::engine::provider::{Beside, Provider};
use crate::engine::signature::{Received, SignedRequest, Verdict};
use crate::engine::store::Usage;
use crate::engine::tables::Contract;
use crate::engine::tables::found::{Caller, Found};
use crate::kit::fields::Fields;
use crate::kit::flaw::Flaw;
use crate::kit::http::{HeaderValue, Request, Response};
use crate::kit::money;
use crate::kit::secret::Secret;
use crate::kit::sign::derived;
use crate::kit::time::{Timestamp, later};
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
pub struct Quoine(Memory);

impl Provider for Quoine {
    fn contract(&self) -> &'static Contract {
        &contract::CONTRACT
    }

    fn set_rate(&mut self, _: &mut Context<'_>, pair: &str, ask: Decimal, bid: Decimal) -> Result<(), String> {
        actions::set_rate(&mut self.0, pair, ask, bid)
    }

    fn caller(&self, cx: &Context<'_>, _: &Found<'_>, request: &Request) -> Option<Caller> {
        auth::find_caller(cx, request)
    }

    fn authorise(&self, account: &Account, request: &mut Request, signing: &Signing) {
        auth::authorise(account, request, signing);
    }

    fn bill(&self, _: &Context<'_>, object: ObjectId) -> Option<Bill> {
        let invoice = self.invoice(object)?;
        let due = money::major(invoice.due(), BTC_DECIMALS);
        let closes_at = later(invoice.created_at, PAYMENT_TIME)?;
        Some(Bill { due, decimals: BTC_DECIMALS, closes_at, blockchain: Some(Blockchain::Btc) })
    }

    fn count_behind(&mut self, behind: u32) {
        self.0.invoices.count_behind(behind);
    }

    fn call(&mut self, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Response {
        let answer = if found.path.starts_with(routes::API) {
            routes::call(&mut self.0, cx, found, request)
        } else {
            pages::call(&mut self.0, cx, found.path, request)
        };
        answer.unwrap_or_else(|error| {
            cx.trace.error = Some(error.row().name);
            cx.rest_on_each(&error.rests_on());
            cx.trace.hint = error.hint().map(Into::into).or(cx.trace.hint.take());
            error.render()
        })
    }

    fn act(&mut self, cx: &mut Context<'_>, act: &str, with: &Fields<'_>) -> Result<ActionDone, ActionError> {
        actions::act(&mut self.0, cx, act, with)
    }

    fn step(&mut self, cx: &mut Context<'_>, object: ObjectId, cause: Cause<'_>) {
        let Some((Kind::Invoice, id)) = Kind::of(object) else { return };
        match cause {
            Cause::Row(row) => fire::<Invoice>(&mut self.0, cx, id, row),
            Cause::Delivered(webhooks::CAPTURED) => _ = take::<Invoice>(&mut self.0, cx, id, On::Delivered(webhooks::CAPTURED)),
            Cause::Delivered(_) => {}
            Cause::Block => lifecycle::look_at_confirmations(&mut self.0, cx, id, lifecycle::ENOUGH),
        }
    }

    fn attempt(&mut self, cx: &mut Context<'_>, webhook: &Delivery) -> Option<Signed> {
        webhooks::attempt(cx, webhook)
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

    fn sign_request(&self, request: &Request, secret: &str) -> Option<SignedRequest> {
        let mut headers = request.headers.clone();
        headers.entry("content-type").or_insert(HeaderValue::from_static("application/json"));
        let digest = (!request.body.is_empty()).then(|| wire::content_md5(&request.body));
        if let Some(Ok(digest)) = digest.map(|it| HeaderValue::from_str(&it)) {
            headers.entry(wire::CONTENT_MD5).or_insert(digest);
        }
        let parts = Signable::of(&headers);
        let canonical = parts.canonical(&request.target);
        let signature = wire::signature(secret, &canonical);
        let user = contract::CONTRACT.credential().map_or("", |it| it.test_value);
        let own =
            [("Content-Type", parts.content_type), ("Content-MD5", parts.md5), ("Date", parts.date), ("NONCE", parts.nonce.unwrap_or(""))];
        let mut sent: Vec<_> = own.into_iter().filter(|it| !it.1.is_empty()).map(|(name, text)| (name, text.to_owned())).collect();
        sent.push(("Authorization", wire::authorization(user, &signature)));
        Some(SignedRequest { canonical, signature, headers: sent })
    }

    fn initial_account(&self, sandbox: &str) -> Account {
        let mut account = Account::initial(self.contract(), sandbox);
        if sandbox != "default" {
            let (user, secret) = draw_keys(sandbox);
            account.credentials.insert("user_id".to_owned(), Secret::issued(user));
            account.credentials.insert("secret".to_owned(), Secret::issued(secret));
        }
        account
    }

    fn further_account(&self, sandbox: &str, id: &str) -> Result<Account, String> {
        let number: u64 = id
            .parse()
            .ok()
            .filter(|it: &u64| 0 < *it && it.to_string() == id)
            .ok_or_else(|| format!("a user id of Quoine is a whole number above 0, not `{id}`"))?;
        let mut account = Account::further(self.contract(), sandbox, &number.to_string());
        let (_, secret) = draw_keys(&format!("{sandbox} {number}"));
        account.credentials.insert("user_id".to_owned(), Secret::issued(id));
        account.credentials.insert("secret".to_owned(), Secret::issued(secret));
        Ok(account)
    }

    fn usage(&self) -> Usage {
        self.0.invoices.usage()
    }

    fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        self.0.judge(beside)
    }

    fn generation(&self, object: ObjectId) -> Option<u32> {
        self.invoice(object).map(|it| it.head.generation())
    }

    fn awaits(&self, object: ObjectId, row: u8) -> bool {
        matches!(Kind::of(object), Some((Kind::Invoice, id)) if is_timed::<Invoice>(&self.0, id, row))
    }

    fn timers(&self, now: Timestamp) -> Vec<Timer> {
        timers::<Invoice>(&self.0, now).collect()
    }

    fn subject(&self, object: ObjectId) -> Option<String> {
        self.invoice(object).map(|it| it.id.to_string())
    }

    fn kinds(&self) -> Vec<KeptKind> {
        vec![kept_kind::<Invoice>(&self.0, Kind::Invoice as u8)]
    }

    fn brief(&self, object: ObjectId) -> Option<Brief> {
        let (Kind::Invoice, number) = Kind::of(object)?;
        brief::<Invoice>(&self.0, number)
    }

    fn show(&self, cx: &Context<'_>, object: ObjectId) -> Option<Shown> {
        let invoice = self.invoice(object)?;
        let look = webhooks::look(cx.account(&invoice.account()), self.0.base_of(invoice));
        Some(Shown { subject: invoice.id.to_string(), status: invoice.status().word(), object: wire::show(invoice, look) })
    }
}

impl Quoine {
    fn invoice(&self, object: ObjectId) -> Option<&Invoice> {
        let (Kind::Invoice, id) = Kind::of(object)?;
        self.0.invoices.get(id)
    }
}

/// User id and secret of a sandbox. The secret has 88 characters like every real one: the C# client hashes it before it
/// signs, and only with secrets of more than 64 bytes the signature stays the same.
fn draw_keys(sandbox: &str) -> (String, String) {
    let number = u32::from_str_radix(&derived(&[sandbox, "quoine", "user_id"])[..8], 16).unwrap_or(0);
    let half = |name: &str| hex::decode(derived(&[sandbox, "quoine", name])).unwrap_or_default();
    let secret = [half("secret"), half("secret, second half")].concat();
    (1_000_000_000_u64.wrapping_add(number.into()).to_string(), STANDARD.encode(secret))
}
