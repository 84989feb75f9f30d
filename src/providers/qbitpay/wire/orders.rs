//! Orders: the request that creates one, and the object.

use rust_decimal::Decimal;
use serde::Serialize;

use super::sheet::Sheet;
use super::{ORDER_AMOUNT, ORDER_NUMBER, ORDER_SIDE, ORDER_SYMBOL, number, timestamp};
use crate::kit::http::Request;
use crate::kit::money::Number;
use crate::kit::word::Word;
use crate::providers::qbitpay::errors::Error;
use crate::providers::qbitpay::model::{Direction, Oid, Order, OrderStatus, Symbol};

/// The body of `POST /orders`, once it is known to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrder {
    pub symbol: Symbol,
    pub direction: Direction,
    pub amount: Decimal,
    pub external_order_id: Option<String>,
}

impl NewOrder {
    /// Names every fault at once.
    pub fn parse(request: &Request) -> Result<Self, Error> {
        let mut sheet = Sheet::body(request)?;
        let symbol = sheet.text(&ORDER_SYMBOL).as_deref().and_then(Symbol::parse);
        let direction = sheet.text(&ORDER_SIDE).map(|it| if it == "buy" { Direction::Buy } else { Direction::Sell });
        let amount = sheet.amount(&ORDER_AMOUNT);
        sheet.check_precision(&ORDER_AMOUNT, amount, symbol.map(|it| it.base));
        let external_order_id = sheet.text(&ORDER_NUMBER);
        let read = symbol.zip(direction).zip(amount);
        sheet.checked(read.map(|((symbol, direction), amount)| Self { symbol, direction, amount, external_order_id }))
    }
}

/// The order object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderObject<'a> {
    id: Oid,
    object: &'static str,
    created_at: String,
    symbol: Symbol,
    side: &'static str,
    status: &'static str,
    base_currency: &'static str,
    quote_currency: &'static str,
    base_amount: Number,
    price: Number,
    total_cost: Number,
    fee: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_order_id: Option<&'a str>,
}

impl<'a> OrderObject<'a> {
    pub fn of(order: &'a Order) -> Self {
        let Symbol { base, quote } = order.symbol;
        Self {
            id: order.id,
            object: "order",
            created_at: timestamp(order.created_at),
            symbol: order.symbol,
            side: order.direction.word(),
            status: OrderStatus::Closed.word(),
            base_currency: base.word(),
            quote_currency: quote.word(),
            base_amount: number(base, order.base_units),
            price: Number(order.price),
            total_cost: number(quote, order.cost_units),
            fee: number(quote, order.fee_units),
            external_order_id: order.external_order_id.as_deref(),
        }
    }
}
