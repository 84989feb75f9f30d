//! Access token, account, balance and the rows of the ledger.

use super::{Call, cursor, require_own};
use crate::engine::context::Context;
use crate::engine::store::Cursor;
use crate::kit::http::{Response, StatusCode};
use crate::kit::ids::entity;
use crate::kit::money::Number;
use crate::kit::word::Word;
use crate::providers::qbitpay::auth::{token_secret, token_user};
use crate::providers::qbitpay::decisions::{ACCESS_TOKEN_LIFE, ACCESS_TOKEN_SECRET, LEDGER_NAMES, LEDGER_ROWS, LIST_URL, OPENING_BALANCE};
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{Balance, CURRENCIES, Memory, OPENING_UNITS, Oid, RowKind, Source};
use crate::providers::qbitpay::settings::{PAY_FEE_RATE, PAYOUT_FEE_RATE, TRADE_FEE_RATE, WITHDRAW_TOKEN_FEE_RATE, limit, rate};
use crate::providers::qbitpay::webhooks::wallet;
use crate::providers::qbitpay::wire::{self, FeeRates, Limit, Limits, RowObject, RowsQuery};

pub fn access_token(call: Call<'_, '_>) -> Result<Response, Error> {
    let (user, code) = token_user(call.cx, &call.account);
    let secret = token_secret(call.cx.sandbox());
    for row in [ACCESS_TOKEN_SECRET, ACCESS_TOKEN_LIFE] {
        call.cx.rest_on(row);
    }
    call.cx.trace.hint = Some(format!("HS256 with the secret {secret}").into());
    Ok(wire::access_token(user, code, call.cx.now(), &secret))
}

pub fn show_account(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { cx, account, .. } = call;
    let (rate, limit) = (|row| Number(rate(cx, &account, row)), |member| Number(limit(cx, &account, member)));
    let rates = FeeRates {
        payout: rate(&PAYOUT_FEE_RATE),
        pay: rate(&PAY_FEE_RATE),
        withdraw_token: rate(&WITHDRAW_TOKEN_FEE_RATE),
        trade: rate(&TRADE_FEE_RATE),
    };
    let limits = Limits {
        pay: Limit::of(limit("pay.min"), Some(limit("pay.max"))),
        payout: Limit::of(limit("payout.min"), None),
        withdraw_token: Limit::of(limit("withdrawToken.min"), None),
    };
    let wallets: Vec<_> = CURRENCIES.into_iter().filter_map(|it| Some((it, wallet(cx, &account, it)?))).collect();
    Ok(wire::account(rates, limits, &wallets))
}

pub fn show_balance(call: Call<'_, '_>) -> Result<Response, Error> {
    let currency = wire::parse_balance(call.request)?;
    let own = call.memory.own(call.merchant).balances.get(&currency).cloned();
    if own.as_ref().is_some_and(|it| it.available_units == OPENING_UNITS) {
        call.cx.rest_on(OPENING_BALANCE);
    }
    let drawn = || Oid::draw(&mut call.cx.draws("qbitpay balance", entity(&[&call.account, currency.word()])));
    Ok(wire::balance(currency, &own.unwrap_or_else(|| Balance::empty(drawn()))))
}

/// Notes what rows of those kinds rest on: one example shows a row, of a charge.
fn rest(cx: &mut Context<'_>, mut kinds: impl Iterator<Item = RowKind>) {
    cx.rest_on(LEDGER_NAMES);
    if kinds.any(|it| it != RowKind::Charge) {
        cx.rest_on(LEDGER_ROWS);
    }
}

pub fn get_row(call: Call<'_, '_>) -> Result<Response, Error> {
    let memory = &*call.memory;
    let row = require_own(memory.row(call.id), "BalanceTransaction", |it| it.merchant, call.merchant)?;
    rest(&mut *call.cx, [row.kind].into_iter());
    Ok(Response::json(StatusCode::OK, &RowObject::of(memory, row)))
}

pub fn list_rows(call: Call<'_, '_>) -> Result<Response, Error> {
    let RowsQuery { page, source, kind, status } = RowsQuery::parse(call.request)?;
    let memory = &*call.memory;
    let own = |id: &str| memory.row(id).filter(|it| it.merchant == call.merchant).map(|it| it.number);
    let cursor = cursor(&page.from, own)?;
    let numbers = match (source, kind) {
        (Some(id), Some(kind)) => {
            let fits = |number: &u32| {
                let row = memory.rows.get(*number).filter(|it| it.merchant == call.merchant && it.kind == kind);
                row.is_some_and(|it| status.is_none_or(|own| it.status() == own))
            };
            let all: Vec<u32> = source_of(memory, kind, &id).map_or_else(Vec::new, |it| memory.rows_of(it));
            one_page(all.into_iter().filter(fits).collect(), cursor, page.limit)
        }
        (_, kind) => memory.rows.index().page((call.merchant, kind, status), cursor, page.limit),
    };
    call.cx.rest_on(LIST_URL);
    if !matches!(kind, None | Some(RowKind::Charge | RowKind::Payout)) {
        call.cx.rest_on(LEDGER_ROWS);
    }
    let rows = || numbers.iter().filter_map(|it| memory.rows.get(*it));
    rest(&mut *call.cx, rows().map(|it| it.kind));
    let data: Vec<_> = rows().map(|it| RowObject::of(memory, it)).collect();
    Ok(wire::list("/api/v1/balanceTransactions", &data))
}

/// The object with that id that causes rows of that kind.
fn source_of(memory: &Memory, kind: RowKind, id: &str) -> Option<Source> {
    match kind {
        RowKind::Charge => memory.charge(id).map(|it| Source::Charge(it.number)),
        RowKind::Payout | RowKind::PayoutCancel | RowKind::PayoutFailure => memory.payout(id).map(|it| Source::Payout(it.number)),
        RowKind::Order => memory.order(id).map(|it| Source::Order(it.number)),
        RowKind::Deposit => memory.deposit(id).map(|it| Source::Deposit(it.number)),
    }
}

/// A page of the few rows of one object; `rows` are oldest first.
fn one_page(mut rows: Vec<u32>, cursor: Cursor, limit: usize) -> Vec<u32> {
    match cursor {
        Cursor::Newest => {}
        Cursor::After(number) => rows.retain(|it| *it < number),
        Cursor::Before(number) => {
            rows.retain(|it| number < *it);
            rows.truncate(limit);
        }
    }
    rows.reverse();
    rows.truncate(limit);
    rows
}
