//! The calls that the documentation lists, and what each does.

use super::auth::{self, Caller};
use super::decisions::{BTC_SENT, CALLBACK_NAMES, CLAIM_OF_NOTHING, CLAIMS, FOREIGN_INVOICE, RATES, STATUS_WORDS, SUB_ACCOUNT, UPDATED_AT};
use super::errors::Error;
use super::model::{Currency, Invoice, Memory, Status};
use super::settings::{CLAIM_BITCOIN, CURRENCY, SET_PAYMENTS_CALLBACK};
use super::webhooks::{look, user};
use super::wire::{self, Look, Merchant, NewInvoice, Page};
use crate::engine::context::Context;
use crate::engine::lifecycle::{Head, On, born};
use crate::engine::tables::bound::Bound as Route;
use crate::engine::tables::found::Found;
use crate::engine::tables::settings::{Value, WEBHOOK_URL};
use crate::kit::base58;
use crate::kit::http::{Method, Request, Response};
use crate::kit::ids::entity;
use crate::kit::path::exactly;

mod table;

pub use table::ROUTES;

/// The provider's own scheme and host.
pub const BASE_URL: &str = "https://pay.quoine.com";
/// The beginning of every call's path.
pub const API: &str = "/api/v1/";
/// The version byte of an address that pays to the hash of a key.
const PAY_TO_KEY_HASH: u8 = 0;

/// A call whose caller is known.
pub struct Call<'a, 'c> {
    memory: &'a mut Memory,
    cx: &'a mut Context<'c>,
    request: &'a Request,
    caller: &'a Caller,
    /// The text in the place of the braces in the path.
    id: &'a str,
}

type Handler = fn(Call<'_, '_>) -> Result<Response, Error>;

/// Answers a call of the API. The caller is known before the body is read; the NONCE is used up last.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Result<Response, Error> {
    if let Some((operation, handler)) = found.exact_handler(ROUTES) {
        cx.trace.operation = Some(operation.name);
        return serve(memory, cx, found, request, (found.captures.first(), *handler));
    }
    // Calls of other states of the page; a setting of the caller's account says whether they exist.
    let here = |it: &&Undocumented| it.0 == request.method && exactly(it.1, found.path).is_some();
    let (_, pattern, setting, handler) = UNDOCUMENTED.iter().find(here).ok_or(Error::NotFound)?;
    if !found.caller.as_ref().is_some_and(|it| cx.flag(&it.account, setting)) {
        return Err(Error::NotFound);
    }
    let id = exactly(pattern, found.path).map_or("", |it| it.first());
    serve(memory, cx, found, request, (id, *handler))
}

/// The method, the path, the setting that adds the call, and its handler.
type Undocumented = (Method, &'static str, &'static crate::engine::tables::Setting, Handler);

const UNDOCUMENTED: &[Undocumented] = &[
    (Method::GET, "/api/v1/invoices/{id}/claim_bitcoin", &CLAIM_BITCOIN, claim_bitcoin),
    (Method::POST, "/api/v1/set_payments_callback", &SET_PAYMENTS_CALLBACK, update_callback_url),
];

fn serve(
    memory: &mut Memory,
    cx: &mut Context<'_>,
    found: &Found<'_>,
    request: &Request,
    (id, handler): (&str, Handler),
) -> Result<Response, Error> {
    let caller = auth::caller(memory, cx, found, request)?;
    if !cx.admits(&caller.account) {
        return Err(Error::UsageLimit);
    }
    let response = handler(Call { memory: &mut *memory, cx: &mut *cx, request, caller: &caller, id })?;
    auth::use_nonce(memory, cx, caller);
    Ok(response)
}

impl Call<'_, '_> {
    /// The invoice in the path, if it belongs to the caller.
    fn invoice(&self) -> Result<&Invoice, Error> {
        let digits = self.id.bytes().all(|it| it.is_ascii_digit());
        let found = self.id.parse().ok().filter(|_| digits).and_then(|it| self.memory.invoices.get(it));
        let is_undocumented = !digits || found.is_some();
        let unknown = || Error::NoSuchInvoice(is_undocumented.then_some(FOREIGN_INVOICE));
        found.filter(|it| it.user == self.caller.user).ok_or_else(unknown)
    }

    fn look<'b>(&self, base: &'b str) -> Look<'b> {
        look(self.cx.account(&self.caller.account), base)
    }

    fn currency(&self) -> Currency {
        let code = self.cx.account(&self.caller.account).and_then(|it| it.text(&CURRENCY));
        code.and_then(Currency::of).unwrap_or(Currency::Usd)
    }
}

fn create_invoice(call: Call<'_, '_>) -> Result<Response, Error> {
    let currency = call.currency();
    let new = NewInvoice::parse(call.request, call.memory.rate(currency))?;
    let NewInvoice { price, satoshi, name, attached, rests_on } = new;
    let base = call.cx.base_url(call.request);
    let look = call.look(&base);
    let Call { memory, cx, caller, .. } = call;
    let figures = [STATUS_WORDS, SUB_ACCOUNT].into_iter().chain((!memory.has_rate(currency)).then_some(RATES));
    rests_on.into_iter().chain(figures).for_each(|it| cx.rest_on(it));
    // An address depends on the merchant's own count, so that another merchant's invoice does not change it.
    let stream = entity(&[&caller.account, &memory.count(caller.user).to_string()]);
    let key_hash = cx.draws("quoine address", stream).hex(40);
    let address = base58::check(PAY_TO_KEY_HASH, &hex::decode(key_hash).unwrap_or_default()).into();
    let (id, now) = (memory.invoices.next(), cx.now());
    let invoice = Invoice {
        id,
        user: caller.user,
        address,
        name,
        attached,
        price,
        currency,
        satoshi,
        payments: Vec::new(),
        claimed: 0,
        head: Head::default(),
        base: memory.bases.place(&base),
        paid_at: None,
        created_at: now,
        updated_at: now,
    };
    born(memory, cx, invoice, On::Call("createInvoice"));
    memory.invoices.get(id).map(|it| wire::creation(it, look)).ok_or(Error::Internal)
}

fn get_invoice(call: Call<'_, '_>) -> Result<Response, Error> {
    let base = call.cx.base_url(call.request);
    let invoice = call.invoice()?;
    let answer = wire::single(invoice, call.look(&base));
    // The sample is of a confirmed invoice.
    let is_as_in_the_sample = matches!(invoice.status(), Status::Confirmed | Status::Captured | Status::Complete);
    let rows = [(BTC_SENT, !is_as_in_the_sample), (UPDATED_AT, invoice.updated_at != invoice.created_at)];
    rows.into_iter().filter(|it| it.1).for_each(|it| call.cx.rest_on(it.0));
    Ok(answer)
}

fn list_invoices(call: Call<'_, '_>) -> Result<Response, Error> {
    let (page, user) = (Page::parse(call.request), call.caller.user);
    page.rests_on(call.request).for_each(|it| call.cx.rest_on(it));
    let base = call.cx.base_url(call.request);
    let invoices = call.memory.page(user, page.start(), page.per);
    Ok(wire::list(invoices, call.look(&base), page, call.memory.count(user)))
}

fn get_profile(call: Call<'_, '_>) -> Result<Response, Error> {
    let account = call.cx.account(&call.caller.account);
    let (callback, id) = (account.and_then(|it| it.text(&WEBHOOK_URL)), account.and_then(user).unwrap_or(call.caller.user));
    Ok(wire::profile(Merchant { id, currency: call.currency().word(), callback }))
}

fn update_callback_url(call: Call<'_, '_>) -> Result<Response, Error> {
    let url = wire::callback_url(call.request)?;
    if call.cx.trace.operation.is_none() {
        call.cx.rest_on(CALLBACK_NAMES);
    }
    let own = call.cx.account_mut(&call.caller.account).ok_or(Error::Internal)?;
    own.set(&WEBHOOK_URL, Value::Text(url.clone()));
    Ok(wire::callback_update(&url))
}

fn claim_bitcoin(call: Call<'_, '_>) -> Result<Response, Error> {
    let (id, surplus) = call.invoice().map(|it| (it.id, it.surplus()))?;
    let now = call.cx.now();
    call.cx.rest_on(CLAIMS);
    if surplus == 0 {
        call.cx.rest_on(CLAIM_OF_NOTHING);
    } else {
        call.memory.invoices.update(id, |it| {
            it.claimed += surplus;
            it.updated_at = now;
        });
    }
    Ok(wire::claim(surplus))
}
