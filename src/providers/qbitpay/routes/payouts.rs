//! Payouts.

use super::{Call, cursor, require_own};
use crate::engine::lifecycle::{Head, On, born};
use crate::kit::http::{Response, StatusCode};
use crate::kit::ids::entity;
use crate::kit::money::plain;
use crate::kit::time::unix_seconds;
use crate::kit::word::Word;
use crate::providers::qbitpay::decisions::{
    ARRIVAL_DATE, DESTINATION_IDS, LIST_URL, PAYMENT_METHOD_OBJECT, PAYOUT_AMOUNT, PAYOUT_DEBIT, PAYOUT_MINIMUM, TYPE_LABELS,
};
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::lifecycle::{Posting, post};
use crate::providers::qbitpay::model::{Currency, Destination, Memory, Oid, Payout, RowKind, Source};
use crate::providers::qbitpay::settings::{PAYOUT_FEE_RATE, limit, rate};
use crate::providers::qbitpay::wire::{self, NewPayout, PayoutObject};

pub fn create(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, account, merchant, .. } = call;
    let new = NewPayout::parse(request)?;
    let currency = new.currency;
    let least = limit(cx, &account, "payout.min");
    if currency == Currency::Usdt && new.amount < least {
        return Err(Error::Limit(format!("below the minimum of {}", plain(least)), PAYOUT_MINIMUM));
    }
    let units = currency.units(new.amount).filter(|it| *it <= memory.own(merchant).available_units(currency));
    let units = units.ok_or(Error::Balance)?;
    let fee_units =
        new.amount.checked_mul(rate(cx, &account, &PAYOUT_FEE_RATE)).and_then(|it| currency.units(it)).ok_or(Error::INTERNAL)?;
    let destination = destination_id(&account, &new.destination, |entity| Oid::draw(&mut cx.draws("qbitpay destination", entity)));
    for row in [PAYOUT_AMOUNT, ARRIVAL_DATE, PAYOUT_DEBIT, PAYMENT_METHOD_OBJECT] {
        cx.rest_on(row);
    }
    if !new.destination.kind.has_shown_label() {
        cx.rest_on(TYPE_LABELS);
    }
    if memory.destinations.contains_key(&destination) {
        cx.rest_on(DESTINATION_IDS);
    }
    memory.destinations.entry(destination).or_insert(new.destination);
    let (number, created_at, amount_units) = (memory.payouts.next(), cx.now(), units - fee_units);
    let posting = Posting::now(cx, merchant, currency, RowKind::Payout, Source::Payout(number));
    let row = post(memory, cx, Posting { amount_units: -amount_units, fee_units, ..posting });
    let payout = Payout {
        number,
        merchant,
        id: Oid::of_object(unix_seconds(created_at), &mut cx.draws("qbitpay payout", 0), number),
        created_at,
        head: Head::default(),
        currency,
        amount_units,
        fee_units,
        description: new.description.map(String::into_boxed_str),
        external_order_id: new.external_order_id.map(String::into_boxed_str),
        destination,
        paid_at: None,
        row,
        reversal: None,
    };
    born(memory, cx, payout, On::Call("createPayout"));
    render(memory, memory.payouts.get(number))
}

/// The id of a destination: the same details of the same merchant have the same id.
fn destination_id(account: &str, destination: &Destination, draw: impl Fn(u64) -> Oid) -> Oid {
    let details = serde_json::to_string(&destination.details).unwrap_or_default();
    draw(entity(&[account, destination.kind.word(), &details]))
}

fn object<'a>(memory: &'a Memory, payout: &'a Payout) -> Option<PayoutObject<'a>> {
    memory.destinations.get(&payout.destination).map(|it| PayoutObject::of(payout, it))
}

fn render(memory: &Memory, payout: Option<&Payout>) -> Result<Response, Error> {
    payout.and_then(|it| object(memory, it)).map(|it| Response::json(StatusCode::OK, &it)).ok_or(Error::INTERNAL)
}

pub fn get(call: Call<'_, '_>) -> Result<Response, Error> {
    let memory = &*call.memory;
    let payout = require_own(memory.payout(call.id), "Payout", |it| it.merchant, call.merchant)?;
    render(memory, Some(payout))
}

pub fn list(call: Call<'_, '_>) -> Result<Response, Error> {
    let (page, destination, status) = wire::parse_payout_list(call.request)?;
    call.cx.rest_on(LIST_URL);
    let memory = &*call.memory;
    let own = |id: &str| memory.payout(id).filter(|it| it.merchant == call.merchant).map(|it| it.number);
    let cursor = cursor(&page.from, own)?;
    let destination = destination.map(|it| Oid::parse(&it));
    let numbers = match destination {
        Some(None) => Vec::new(), // a text that is not an id belongs to no destination
        Some(id @ Some(_)) => memory.payouts.index().page((call.merchant, id, status), cursor, page.limit),
        None => memory.payouts.index().page((call.merchant, None, status), cursor, page.limit),
    };
    let data: Vec<_> = numbers.iter().filter_map(|it| object(memory, memory.payouts.get(*it)?)).collect();
    Ok(wire::list("/api/v1/payouts", &data))
}
