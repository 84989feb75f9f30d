//! The ticker, and orders at its prices.

use rust_decimal::Decimal;

use super::{Call, cursor, require_own};
use crate::engine::lifecycle::{Head, On, born};
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::{Timestamp, unix_seconds};
use crate::kit::word::Word;
use crate::providers::qbitpay::decisions::{LARGEST_AMOUNTS, LIST_URL, ORDER_CALL};
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{BALANCE_UNITS_MAX, Direction, Memory, Oid, Order, QUOTE_HOLDS, Quote, Side, Symbol};
use crate::providers::qbitpay::settings::{TRADE_FEE_RATE, rate};
use crate::providers::qbitpay::wire::{self, NewOrder, OrderObject, Page};

pub fn ticker(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, merchant, .. } = call;
    let (symbol, side) = wire::parse_ticker(request)?;
    let found = Symbol::parse(&symbol).and_then(|symbol| Some((symbol, memory.rates.price(symbol, side)?)));
    let (symbol, price) = found.ok_or(Error::Nothing("Symbol"))?;
    let at = cx.now();
    if let Some(row) = memory.rates.rests_on(symbol, side) {
        cx.rest_on(row);
    }
    memory.own_mut(merchant).quotes(side).insert(symbol, Quote { price, at });
    Ok(wire::ticker(symbol, side, price, at))
}

pub fn create(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, account, merchant, .. } = call;
    let new = NewOrder::parse(request)?;
    cx.rest_on(ORDER_CALL);
    let now = cx.now();
    let fee_rate = rate(cx, &account, &TRADE_FEE_RATE);
    let Trade { price, base_units, cost_units, fee_units } = Trade::of(memory, merchant, &new, now, fee_rate)?;
    let number = memory.orders.next();
    let order = Order {
        number,
        merchant,
        id: Oid::of_object(unix_seconds(now), &mut cx.draws("qbitpay order", 0), number),
        created_at: now,
        symbol: new.symbol,
        direction: new.direction,
        base_units,
        price,
        cost_units,
        fee_units,
        external_order_id: new.external_order_id.map(String::into_boxed_str),
        row: 0,
        head: Head::default(),
    };
    born(memory, cx, order, On::Call("createOrder"));
    render(memory.orders.get(number))
}

fn too_large() -> Error {
    Error::Limit("beyond what its price can express".to_owned(), LARGEST_AMOUNTS)
}

/// The exchange of an order, in smallest units, and its price.
struct Trade {
    price: Decimal,
    base_units: i64,
    cost_units: i64,
    fee_units: i64,
}

impl Trade {
    /// Refuses amounts that no balance can hold, and those that the merchant's balance does not cover.
    fn of(memory: &mut Memory, merchant: u32, new: &NewOrder, now: Timestamp, fee_rate: Decimal) -> Result<Self, Error> {
        let Symbol { base, quote } = new.symbol;
        let price = price(memory, merchant, new, now).ok_or_else(too_large)?;
        let base_units = base.units(new.amount).filter(|it| *it <= BALANCE_UNITS_MAX);
        let cost = new.amount.checked_mul(price);
        let units = |amount: Option<Decimal>| amount.and_then(|it| quote.units(it)).filter(|it| *it <= BALANCE_UNITS_MAX);
        let fee = units(cost.and_then(|it| it.checked_mul(fee_rate)));
        let (Some(base_units), Some(cost_units), Some(fee_units)) = (base_units, units(cost), fee) else {
            return Err(if new.direction == Direction::Sell { Error::Balance } else { too_large() });
        };
        if cost_units == 0 {
            return Err(Error::Limit(format!("worth nothing in {}", quote.word()), LARGEST_AMOUNTS));
        }
        let (given, given_units, got, got_units) = match new.direction {
            Direction::Buy => (quote, cost_units + fee_units, base, base_units),
            Direction::Sell => (base, base_units, quote, cost_units - fee_units),
        };
        let own = memory.own(merchant);
        if own.available_units(given) < given_units {
            return Err(Error::Balance);
        }
        if BALANCE_UNITS_MAX < own.all_units(got).saturating_add(got_units) {
            return Err(too_large());
        }
        Ok(Self { price, base_units, cost_units, fee_units })
    }
}

/// The price that the ticker answered to this merchant while that is valid, otherwise the current one.
fn price(memory: &mut Memory, merchant: u32, new: &NewOrder, now: Timestamp) -> Option<Decimal> {
    let side = if new.direction == Direction::Buy { Side::Ask } else { Side::Bid };
    let answered = memory.own_mut(merchant).quotes(side).get(&new.symbol);
    let answered = answered.filter(|it| now.duration_since(it.at) <= QUOTE_HOLDS).map(|it| it.price);
    answered.or_else(|| memory.rates.price(new.symbol, side))
}

fn render(order: Option<&Order>) -> Result<Response, Error> {
    order.map(|it| Response::json(StatusCode::OK, &OrderObject::of(it))).ok_or(Error::INTERNAL)
}

pub fn get(call: Call<'_, '_>) -> Result<Response, Error> {
    require_own(call.memory.order(call.id), "Order", |it| it.merchant, call.merchant).and_then(|it| render(Some(it)))
}

pub fn list(call: Call<'_, '_>) -> Result<Response, Error> {
    let page = Page::parse(call.request)?;
    call.cx.rest_on(LIST_URL);
    let memory = &*call.memory;
    let own = |id: &str| memory.order(id).filter(|it| it.merchant == call.merchant).map(|it| it.number);
    let numbers = memory.orders.index().page(call.merchant, cursor(&page.from, own)?, page.limit);
    let data: Vec<_> = numbers.iter().filter_map(|it| memory.orders.get(*it)).map(OrderObject::of).collect();
    Ok(wire::list("/api/v1/orders", &data))
}
