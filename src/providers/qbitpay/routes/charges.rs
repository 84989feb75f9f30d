//! Charges, and the test event about one.

use super::{Call, cursor, require_own};
use crate::engine::context::Context;
use crate::engine::lifecycle::{Head, On, born, take};
use crate::engine::store::digest;
use crate::engine::tables::settings::{DOCUMENTED_LINKS, WEBHOOK_URL};
use crate::kit::http::{Response, StatusCode};
use crate::kit::ids::entity;
use crate::kit::money::plain;
use crate::providers::qbitpay::decisions::{
    CHARGE_AMOUNTS, CHARGE_FEE, CHARGE_LIMITS, CHARGE_WINDOW, LARGEST_AMOUNTS, LIST_OBJECTS, LIST_URL, PAYMENT_METHOD_OBJECT,
    PAYMENT_METHOD_VALUES, PAYMENT_PAGE_ADDRESS, PAYMENT_TYPE_DEFAULT, REPEATED_ORDER_NUMBER, TEST_EVENT, TYPE_LABELS,
};
use crate::providers::qbitpay::errors::{Error, Fault};
use crate::providers::qbitpay::model::{ALPHANUMERIC, Charge, Memory, Side, Symbol};
use crate::providers::qbitpay::pages::PAGE_LINK;
use crate::providers::qbitpay::settings::{PAY_FEE_RATE, limit, rate};
use crate::providers::qbitpay::webhooks;
use crate::providers::qbitpay::wire::{self, ChargeObject, NewCharge};

/// The documented address of the payment page.
const DOCUMENTED_PAGE: &str = "https://qbitpay.blockscape.co/?zh#/otc/payment?tradeId=";

pub fn create(call: Call<'_, '_>) -> Result<Response, Error> {
    let new = NewCharge::parse(call.request)?;
    // An amount in USD is compared as if it were USDT.
    let (least, most) = (limit(call.cx, &call.account, "pay.min"), limit(call.cx, &call.account, "pay.max"));
    if new.amount < least {
        return Err(Error::Limit(format!("below the minimum of {}", plain(least)), CHARGE_LIMITS));
    }
    if most < new.amount {
        return Err(Error::Limit(format!("above the maximum of {}", plain(most)), CHARGE_LIMITS));
    }
    let is_default_type = new.is_default_type;
    let charge = build(&call, new).ok_or_else(|| Error::Limit("beyond what its price can express".to_owned(), LARGEST_AMOUNTS))?;
    let number = charge.number;
    if is_default_type {
        call.cx.rest_on(PAYMENT_TYPE_DEFAULT);
    }
    rest(&mut *call.cx, call.memory, &charge);
    let Call { memory, cx, .. } = call;
    born(memory, cx, charge, On::Call("createCharge"));
    render(memory.charges.get(number))
}

/// Notes what the members of a new charge rest on.
fn rest(cx: &mut Context<'_>, memory: &Memory, charge: &Charge) {
    let prices = [(charge.currency, charge.quote), (charge.base, charge.quote)];
    let prices = prices.into_iter().filter_map(|(from, to)| memory.rates.rests_on(Symbol::of(from, to)?, Side::Ask));
    let documented = charge.page_url.starts_with(DOCUMENTED_PAGE);
    let further = [
        (!charge.payment_type.has_shown_label(), TYPE_LABELS),
        (!documented, PAYMENT_PAGE_ADDRESS),
        (charge.fee_units != 0, CHARGE_FEE),
        (charge.nth != 0, REPEATED_ORDER_NUMBER),
    ];
    let further = further.into_iter().filter_map(|(is_so, row)| is_so.then_some(row));
    let always = [CHARGE_WINDOW, CHARGE_AMOUNTS, PAYMENT_METHOD_VALUES, PAYMENT_METHOD_OBJECT];
    always.into_iter().chain(prices).chain(further).for_each(|it| cx.rest_on(it));
}

/// Builds a charge at the prices of this moment. `None` when a decimal cannot hold one of its amounts.
fn build(call: &Call<'_, '_>, new: NewCharge) -> Option<Charge> {
    let Call { memory, cx, merchant, .. } = call;
    let NewCharge { amount, currency, base, quote, .. } = new;
    let cost = amount.checked_mul(memory.rates.conversion(currency, quote, Side::Ask)?)?;
    let cost_units = quote.units(cost)?;
    let price = memory.rates.price(Symbol::of(base, quote)?, Side::Ask)?;
    let fee = amount.checked_mul(rate(cx, &call.account, &PAY_FEE_RATE))?;
    let base_units = base.units(quote.amount(cost_units).checked_div(price)?)?;
    let nth = memory.charges_of_order(*merchant, &new.external_order_id);
    let mut draws = cx.draws("qbitpay charge", entity(&[&call.account, &new.external_order_id, &nth.to_string()]));
    let (id, trade) = (draws.text(ALPHANUMERIC, 13), draws.text(ALPHANUMERIC, 20));
    let documented = cx.flag(&call.account, &DOCUMENTED_LINKS);
    let page_url = if documented { [DOCUMENTED_PAGE, &trade].concat() } else { [&cx.base_url(call.request), PAGE_LINK, &trade].concat() };
    Some(Charge {
        number: memory.charges.next(),
        merchant: *merchant,
        id,
        page_url,
        trade,
        nth,
        created_at: cx.now(),
        head: Head::default(),
        currency,
        amount_units: currency.units(amount)?,
        fee_units: currency.units(fee)?,
        base,
        base_units,
        quote,
        cost_units,
        price,
        external_order_id: new.external_order_id,
        cb_url: new.cb_url,
        redirect_url: new.redirect_url,
        payment_type: new.payment_type,
        payer_name: new.payer_name.map(String::into_boxed_str),
        row: None,
    })
}

fn render(charge: Option<&Charge>) -> Result<Response, Error> {
    charge.map(|it| Response::json(StatusCode::OK, &ChargeObject::of(it))).ok_or(Error::INTERNAL)
}

fn find<'a>(call: &'a Call<'_, '_>) -> Result<&'a Charge, Error> {
    require_own(call.memory.charge(call.id), "Charge", |it| it.merchant, call.merchant)
}

pub fn get(call: Call<'_, '_>) -> Result<Response, Error> {
    find(&call).and_then(|it| render(Some(it)))
}

pub fn list(call: Call<'_, '_>) -> Result<Response, Error> {
    let (page, order) = wire::parse_charge_list(call.request)?;
    for row in [LIST_URL, LIST_OBJECTS] {
        call.cx.rest_on(row);
    }
    let memory = &*call.memory;
    let own = |id: &str| memory.charge(id).filter(|it| it.merchant == call.merchant).map(|it| it.number);
    let (index, cursor) = (memory.charges.index(), cursor(&page.from, own)?);
    let numbers = match order.as_deref().map(digest) {
        Some(order) => index.orders.page((call.merchant, order), cursor, page.limit),
        None => index.lists.page(call.merchant, cursor, page.limit),
    };
    let data: Vec<_> = numbers.iter().filter_map(|it| memory.charges.get(*it)).map(ChargeObject::of).collect();
    Ok(wire::list("/api/v1/charges", &data))
}

pub fn update(call: Call<'_, '_>) -> Result<Response, Error> {
    wire::check_update(call.request)?;
    let number = find(&call)?.number;
    let Call { memory, cx, .. } = call;
    take::<Charge>(memory, cx, number, On::Call("updateCharge")).ok_or(Error::State)?;
    render(memory.charges.get(number))
}

pub fn test_event(call: Call<'_, '_>) -> Result<Response, Error> {
    let sent = wire::parse_test(call.request)?;
    let url = sent.or_else(|| call.cx.account(&call.account).and_then(|it| it.text(&WEBHOOK_URL)).map(str::to_owned));
    let url = url.ok_or_else(|| Error::Validation(vec![Fault::missing("cbUrl")]))?;
    call.cx.rest_on(TEST_EVENT);
    let body = webhooks::test(call.memory, call.cx, call.merchant, url);
    Ok(Response::new(StatusCode::OK, "application/json", body))
}
