//! The functions behind the only address, and what each does.

use rust_decimal::Decimal;

use super::auth;
use super::decisions::{
    BALANCE_CURRENCY, BALANCE_FORM, CHECKOUT_ID_SHOWN, COIN_DECIMALS, COINS_OFFERED, CREDIT_NUMBER, CURRENCY_CASE,
    DOCUMENTED_ONLY_WITHOUT_KEY, EXPIRED_STATUS, FIAT_VALUE_ROUNDED, FORMS_READ, OTHER_STATUSES, RATE_FORM, RATE_TABLE, SESSION_ANSWER,
    SESSION_LIFETIME, TOKEN_OF_AN_UNPAID, TRANSACTION_TYPE, VALUE_BOUNDS, VARIANT_CODES, WALLETS,
};
use super::errors::Error;
use super::lifecycle::{NotMade, begin, transact};
use super::model::{Coin, Fiat, Filter, Memory, Status, Transaction};
use super::settings::DOCUMENTED_ONLY;
use super::webhooks::{look, object};
use super::wire::{self, Amount, Checked, ListQuery, NewSession, NewTransaction, TextOrFalse, coins, require, tokens};
use crate::engine::context::Context;
use crate::engine::tables::bound::Bound as Route;
use crate::engine::tables::found::Found;
use crate::engine::tables::settings::DOCUMENTED_LINKS;
use crate::kit::evidence::Evidence;
use crate::kit::form::Form;
use crate::kit::http::{Request, Response};
use crate::kit::money;
use crate::kit::nearest::nearest;

mod lists;
mod table;

pub use table::ROUTES;

/// The provider's own scheme and host.
pub const BASE_URL: &str = "https://cloud.quantapay.app";
/// The only path of the API.
pub const API: &str = "/api.php";
/// The page of the payer.
pub const PAY_PAGE: &str = "/pay.php";

/// A call whose caller is known.
pub struct Call<'a, 'c> {
    memory: &'a mut Memory,
    cx: &'a mut Context<'c>,
    request: &'a Request,
    form: &'a Form,
    account: &'a str,
}

type Handler = fn(Call<'_, '_>) -> Result<Response, Error>;

/// Answers a call of the API: checks the function, the key, then the function's own fields.
pub fn call(memory: &mut Memory, cx: &mut Context<'_>, found: &Found<'_>, request: &Request) -> Result<Response, Error> {
    // A request that is not a POST has no form.
    let form = found.form.as_ref().ok_or(Error::NoFunction)?;
    let name = form.get("function").ok_or(Error::NoFunction)?;
    let unknown = || Error::NoSuchFunction(name.to_owned());
    let (operation, handler) = found.handler(ROUTES).ok_or_else(unknown)?;
    let account = auth::caller(cx, form, found.caller.as_ref());
    let is_documented = matches!(operation.evidence, Evidence::Documented(_));
    // The key says whose setting applies; it is checked later.
    if !is_documented && account.is_err() && cx.accounts().any(|it| it.flag(&DOCUMENTED_ONLY)) {
        cx.rest_on(DOCUMENTED_ONLY_WITHOUT_KEY);
    }
    if !is_documented && account.as_ref().is_ok_and(|it| cx.flag(it, &DOCUMENTED_ONLY)) {
        return Err(unknown());
    }
    cx.trace.operation = Some(operation.name);
    let account = account?;
    if !cx.admits(&account) {
        return Err(Error::TooMany);
    }
    wire::readings(form, operation.parameters).for_each(|it| cx.rest_on(it));
    if request.media_type() != "application/x-www-form-urlencoded" {
        cx.rest_on(FORMS_READ);
    }
    handler(Call { memory, cx, request, form, account: &account })
}

/// Suggests the function with the nearest name for an unknown one, or where all stand.
pub fn nearest_function(asked: &str) -> String {
    let nearest = nearest(asked, ROUTES.iter().map(|it| it.0.name));
    let known = nearest
        .map_or_else(|| "`playmoney describe quantapay` lists the functions".to_owned(), |it| format!("the nearest function is {it}"));
    format!("{known}; some functions exist only while the account's `documented_only` is off")
}

impl Call<'_, '_> {
    /// The beginning of links in this answer.
    fn base(&self) -> String {
        if self.cx.flag(self.account, &DOCUMENTED_LINKS) { BASE_URL.to_owned() } else { self.cx.base_url(self.request) }
    }

    /// A price is shown, or was used, that no page has: any but that of btc in dollars, unless the tester has set it.
    fn rest_on_price(&mut self, coin: Coin, fiat: Fiat) {
        if coin.code().contains('_') {
            self.cx.rest_on(VARIANT_CODES);
        }
        let is_shown = coin.code() == "btc" && fiat == Fiat::USD;
        self.cx.rest_on(if is_shown || self.memory.rates.is_set() { RATE_FORM } else { RATE_TABLE });
    }

    /// The caller's transaction with this id.
    fn transaction(&self, id: &str) -> Option<&Transaction> {
        self.memory.transaction_of(id).filter(|it| self.memory.merchant(it.merchant).account == self.account)
    }

    /// The caller's transaction that the form names.
    fn transaction_in_form(&self) -> Result<Option<&Transaction>, Error> {
        require(self.form, &["transaction_id"])?;
        Ok(self.transaction(self.form.get("transaction_id").unwrap_or("")))
    }
}

const fn refusal(why: NotMade, field: &'static str) -> Error {
    match why {
        NotMade::Amount => Error::Invalid(field, "is less than the smallest part of that coin, or more of it than there is", COIN_DECIMALS),
        NotMade::TooMany => Error::Internal,
    }
}

fn create_checkout_session(call: Call<'_, '_>) -> Result<Response, Error> {
    let new = NewSession::parse(call.form)?;
    auth::check_signature(call.cx, call.account, call.form)?;
    call.cx.rest_on(SESSION_ANSWER);
    call.cx.rest_on(SESSION_LIFETIME);
    if call.form.get("currency").is_some_and(|code| code.bytes().any(|it| it.is_ascii_uppercase())) {
        call.cx.rest_on(CURRENCY_CASE);
    }
    let base = call.base();
    let number = begin(call.memory, call.cx, call.account, new, None).map_err(|it| refusal(it, "price"))?;
    let session = call.memory.sessions.get(number).ok_or(Error::Internal)?;
    Ok(wire::session(session, &format!("{base}{PAY_PAGE}?checkout_id={}", session.checkout_id())))
}

fn get_credit_balance(call: Call<'_, '_>) -> Result<Response, Error> {
    let merchant = call.memory.merchant_of(call.account);
    call.cx.rest_on(CREDIT_NUMBER);
    Ok(wire::credits(call.memory.merchant(merchant).credits))
}

fn get_balances(call: Call<'_, '_>) -> Result<Response, Error> {
    let place = call.memory.merchant_of(call.account);
    for it in [WALLETS, BALANCE_CURRENCY, BALANCE_FORM] {
        call.cx.rest_on(it);
    }
    let (merchant, rates) = (call.memory.merchant(place), &call.memory.rates);
    let wallet = |coin: Coin| {
        let amount = merchant.balance(coin);
        let worth = if amount.is_zero() { amount } else { amount.saturating_mul(rates.price(coin, super::model::Fiat::USD)) };
        (coin.code(), coin.cut(amount), worth)
    };
    Ok(wire::balances(Coin::all().map(wallet)))
}

fn get_exchange_rates(mut call: Call<'_, '_>) -> Result<Response, Error> {
    require(call.form, &["currency_code", "cryptocurrency_code"])?;
    let fiat = wire::fiat(call.form, "currency_code")?;
    let coin = wire::coin(call.form, "cryptocurrency_code")?;
    call.rest_on_price(coin, fiat);
    Ok(wire::answer(&wire::rate(call.memory.rates.price(coin, fiat))))
}

fn get_fiat_value(mut call: Call<'_, '_>) -> Result<Response, Error> {
    require(call.form, &["amount", "cryptocurrency_code", "currency_code"])?;
    let exact = call.form.get("amount").and_then(money::parse);
    let wrong = Error::Invalid("amount", "is a number, zero or more", VALUE_BOUNDS);
    let amount = exact.filter(|it| Decimal::ZERO <= *it && *it <= super::model::coins_max()).ok_or(wrong)?;
    let coin = wire::coin(call.form, "cryptocurrency_code")?;
    let fiat = wire::fiat(call.form, "currency_code")?;
    call.rest_on_price(coin, fiat);
    call.cx.rest_on(FIAT_VALUE_ROUNDED);
    Ok(wire::answer(&wire::cents(amount.saturating_mul(call.memory.rates.price(coin, fiat)))))
}

fn get_transaction(call: Call<'_, '_>) -> Result<Response, Error> {
    let found = call.transaction_in_form()?;
    let has_session = found.is_some_and(|it| it.session.is_some());
    let is_completed = found.is_some_and(|it| it.status() == Status::Completed);
    let rows = [(CHECKOUT_ID_SHOWN, has_session), (OTHER_STATUSES, !is_completed)];
    rows.into_iter().filter(|it| it.1).for_each(|it| call.cx.rest_on(it.0));
    let look = look(call.cx.account(call.account));
    Ok(match call.transaction_in_form()? {
        Some(it) => wire::answer(&object(call.memory, it, look)),
        None => wire::answer(&false),
    })
}

fn get_transactions(call: Call<'_, '_>) -> Result<Response, Error> {
    let ListQuery { page, search, status, coin, checkout, from, until } = ListQuery::parse(call.form)?;
    let merchant = call.memory.merchant_of(call.account);
    let look = look(call.cx.account(call.account));
    // An unknown session does not have payments.
    let session = checkout.map(|it| call.memory.session_for(merchant, &it).map_or(u32::MAX, |session| session.number));
    let filter = Filter { status, coin, session, from, until };
    let found = lists::page(call.memory, merchant, &filter, search.as_deref(), page);
    let rows = [
        (CHECKOUT_ID_SHOWN, found.iter().any(|it| it.session.is_some())),
        (OTHER_STATUSES, found.iter().any(|it| it.status() != Status::Completed)),
    ];
    rows.into_iter().filter(|it| it.1).for_each(|it| call.cx.rest_on(it.0));
    Ok(wire::answer(&found.into_iter().map(|it| object(call.memory, it, look)).collect::<Vec<_>>()))
}

fn create_transaction(mut call: Call<'_, '_>) -> Result<Response, Error> {
    let new = NewTransaction::parse(call.form)?;
    call.cx.rest_on(TRANSACTION_TYPE);
    call.rest_on_price(new.coin, if let Amount::Fiat(_, fiat) = new.amount { fiat } else { Fiat::USD });
    let session = match &new.checkout {
        Some(id) => {
            let merchant = call.memory.merchant_of(call.account);
            Some(call.memory.session_for(merchant, id).map(|it| it.number).ok_or(Error::Invalid(
                "checkout_id",
                "is a session's id",
                VALUE_BOUNDS,
            ))?)
        }
        None => None,
    };
    let id = transact(call.memory, call.cx, call.account, new, session).map_err(|it| refusal(it, "amount"))?;
    if let Some(session) = session {
        call.memory.sessions.update(session, |it| it.transaction = Some(id));
    }
    let made = call.memory.transaction(id).ok_or(Error::Internal)?;
    Ok(wire::answer(&(id.to_string(), coins(made.amount), &made.address, made.wanted, tokens::of(call.cx, id))))
}

fn check_transactions(call: Call<'_, '_>) -> Result<Response, Error> {
    let now = call.cx.now();
    if call.transaction_in_form()?.is_some_and(|it| it.is_expired(now)) {
        call.cx.rest_on(EXPIRED_STATUS);
    }
    Ok(match call.transaction_in_form()? {
        None => wire::answer(&["error", "transaction-not-found"]),
        Some(it) if it.is_expired(now) => wire::answer(&"expired"),
        Some(it) if it.transfer.is_some() => wire::answer(&tokens::of(call.cx, it.id)),
        Some(_) => wire::answer(&false),
    })
}

fn check_transaction(call: Call<'_, '_>) -> Result<Response, Error> {
    require(call.form, &["transaction"])?;
    let id = tokens::id(call.cx, call.form.get("transaction").unwrap_or(""));
    let found = id.and_then(|it| call.transaction(&it.to_string()));
    if found.is_some_and(|it| it.transfer.is_none()) {
        call.cx.rest_on(TOKEN_OF_AN_UNPAID);
    }
    let found = id.and_then(|it| call.transaction(&it.to_string()));
    let Some((it, transfer)) = found.and_then(|it| Some((it, it.transfer.as_ref()?))) else {
        return Ok(wire::answer(&"transaction-not-found"));
    };
    let watched = call.cx.transfer(it.object(), 0).map(|it| it.confirmations);
    let confirmations = watched.unwrap_or(it.wanted);
    let short = (transfer.amount < it.amount).then(|| coins(it.coin.cut(transfer.amount)));
    let completed = it.status() == super::model::Status::Completed;
    Ok(wire::answer(&Checked {
        confirmed: it.wanted <= confirmations,
        confirmations,
        minimum_confirmations: it.wanted,
        hash: &transfer.hash,
        invoice: false,
        underpayment: TextOrFalse(short),
        redirect: TextOrFalse(wire::redirect(it).filter(|_| completed)),
        source: false,
    }))
}

fn payment_link(call: Call<'_, '_>) -> Result<Response, Error> {
    let base = call.base();
    Ok(match call.transaction_in_form()? {
        Some(it) => wire::answer(&format!("{base}{PAY_PAGE}?id={}", tokens::of(call.cx, it.id))),
        None => wire::answer(&false),
    })
}

fn get_cryptocurrency_codes(call: Call<'_, '_>) -> Result<Response, Error> {
    require(call.form, &["cryptocurrency_code"])?;
    let codes: Vec<&str> = Coin::on(call.form.get("cryptocurrency_code").unwrap_or("")).map(Coin::code).collect();
    if codes.is_empty() {
        Err(Error::Invalid("cryptocurrency_code", "is a network by its own coin, as ETH", COINS_OFFERED))
    } else {
        Ok(wire::answer(&codes))
    }
}
