//! The calls that the documentation lists, and what each does.

use super::auth::{self, Caller};
use super::errors::Error;
use super::model::{Currency, Invoice, Memory};
use super::settings::{CLAIM_BITCOIN, CURRENCY, SET_PAYMENTS_CALLBACK};
use super::webhooks::look;
use super::wire::{self, Look, Merchant, NewInvoice, Page};
use crate::engine::context::Context;
use crate::engine::lifecycle::{Head, On, born};
use crate::engine::tables::Operation;
use crate::engine::tables::settings::Value;
use crate::engine::tables::settings::WEBHOOK_URL;
use crate::kit::base58;
use crate::kit::http::{Method, Request, Response};
use crate::kit::ids::entity;

mod table;

pub use table::ROUTES;

/// The provider's own scheme and host.
pub const BASE_URL: &str = "https://pay.quoine.com";
/// Below it live the calls.
pub const API: &str = "/api/v1/";
/// The version byte of an address that pays to the hash of a key.
const PAY_TO_KEY_HASH: u8 = 0;

/// A call whose caller is known.
pub struct Call<'a, 'c> {
    memory: &'a mut Memory,
    cx: &'a mut Context<'c>,
    request: &'a Request,
    caller: &'a Caller,
    /// What stood in the path's braces.
    id: &'a str,
}

type Handler = fn(Call<'_, '_>) -> Result<Response, Error>;

/// A documented call and its handler.
pub struct Route(pub Operation, Handler);

/// One call of the API. Who asks is settled before the body is looked at; the NONCE is used up last.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, path: &str, request: &Request) -> Result<Response, Error> {
    let documented = ROUTES.iter().find(|it| it.0.method == request.method && captured(it.0.path, path).is_some());
    if let Some(route) = documented {
        cx.trace.operation = Some(route.0.name);
        return asked(memory, cx, path, request, (route.0.path, route.1));
    }
    // Calls of other states of the page; whether they exist is a setting of the account that asks.
    let undocumented = UNDOCUMENTED.iter().find(|it| it.0 == request.method && captured(it.1, path).is_some());
    let (_, pattern, setting, handler) = undocumented.ok_or(Error::NotFound)?;
    let on = wire::credentials(&request.headers).is_some_and(|it| cx.flag(it.0, setting));
    if on { asked(memory, cx, path, request, (pattern, *handler)) } else { Err(Error::NotFound) }
}

/// Method, path, the setting that makes it exist, and what it does.
type Undocumented = (Method, &'static str, &'static crate::engine::tables::Setting, Handler);

const UNDOCUMENTED: &[Undocumented] = &[
    (Method::GET, "/api/v1/invoices/{id}/claim_bitcoin", &CLAIM_BITCOIN, claim_bitcoin),
    (Method::POST, "/api/v1/set_payments_callback", &SET_PAYMENTS_CALLBACK, update_callback_url),
];

fn asked(
    memory: &mut Memory,
    cx: &mut Context<'_>,
    path: &str,
    request: &Request,
    (pattern, handler): (&str, Handler),
) -> Result<Response, Error> {
    let caller = auth::caller(memory, cx, path, request)?;
    if !cx.admits(&caller.account) {
        return Err(Error::UsageLimit);
    }
    let id = captured(pattern, path).unwrap_or("");
    let response = handler(Call { memory: &mut *memory, cx: &mut *cx, request, caller: &caller, id })?;
    auth::served(memory, cx, caller);
    Ok(response)
}

/// What stands in a path where its pattern has braces; empty when it has none. `None`: the path is another one.
fn captured<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let Some((before, after)) = pattern.split_once("{id}") else { return (pattern == path).then_some("") };
    let id = path.strip_prefix(before)?.strip_suffix(after)?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}

impl Call<'_, '_> {
    /// The invoice that the path names, if it is the caller's.
    fn invoice(&self) -> Result<&Invoice, Error> {
        let digits = self.id.bytes().all(|it| it.is_ascii_digit());
        let found = self.id.parse().ok().filter(|_| digits).and_then(|it| self.memory.invoices.get(it));
        found.filter(|it| it.user == self.caller.user).ok_or(Error::NoSuchInvoice)
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
    let NewInvoice { price, satoshi, name, attached } = NewInvoice::parse(call.request, call.memory.rate(currency))?;
    let base = call.cx.base_url(call.request);
    let look = call.look(&base);
    let Call { memory, cx, caller, .. } = call;
    // An address follows from the merchant's own count, so that another merchant's invoice changes none.
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
    memory.invoices.get(id).map(|it| wire::created(it, look)).ok_or(Error::Internal)
}

fn get_invoice(call: Call<'_, '_>) -> Result<Response, Error> {
    let base = call.cx.base_url(call.request);
    Ok(wire::single(call.invoice()?, call.look(&base)))
}

fn list_invoices(call: Call<'_, '_>) -> Result<Response, Error> {
    let (page, user) = (Page::parse(call.request), call.caller.user);
    let base = call.cx.base_url(call.request);
    let invoices = call.memory.page(user, page.start(), page.per);
    Ok(wire::list(invoices, call.look(&base), page, call.memory.count(user)))
}

fn get_profile(call: Call<'_, '_>) -> Result<Response, Error> {
    let callback = call.cx.account(&call.caller.account).and_then(|it| it.text(&WEBHOOK_URL));
    Ok(wire::profile(Merchant { id: call.caller.user, currency: call.currency().word(), callback }))
}

fn update_callback_url(call: Call<'_, '_>) -> Result<Response, Error> {
    let url = wire::callback_url(call.request)?;
    let own = call.cx.account_mut(&call.caller.account).ok_or(Error::Internal)?;
    own.set(&WEBHOOK_URL, Value::Text(url.clone()));
    Ok(wire::updated(&url))
}

fn claim_bitcoin(call: Call<'_, '_>) -> Result<Response, Error> {
    let (id, surplus) = call.invoice().map(|it| (it.id, it.surplus()))?;
    let now = call.cx.now();
    if 0 < surplus {
        call.memory.invoices.update(id, |it| {
            it.claimed += surplus;
            it.updated_at = now;
        });
    }
    Ok(wire::claimed(surplus))
}
