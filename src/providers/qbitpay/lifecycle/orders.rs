//! Orders: executed in the moment of their making.

use super::ledger::{Posting, post};
use crate::engine::context::Context;
use crate::kit::evidence::Evidence::Documented;
use crate::kit::lifecycle::On::Call;
use crate::kit::lifecycle::{Lifecycle, Row, Word};
use crate::providers::qbitpay::model::{Direction, Memory, Order, OrderStatus, RowKind, Source};

/// What an order does.
#[rustfmt::skip]
pub static ORDER: Lifecycle<OrderStatus> = Lifecycle(&[
    Row { on: Call("createOrder"), from: &[], to: OrderStatus::Closed, event: None, evidence: Documented("API reference, Quickstart: the order is executed immediately and the balances are updated too; the status's name is assumed") },
]);

/// Keeps a new order, and moves the money both ways.
pub fn register_order(memory: &mut Memory, cx: &mut Context<'_>, mut order: Order) {
    order.row = memory.rows.next();
    let source = Source::Order(order.number);
    let (base, cost) = match order.direction {
        Direction::Buy => (order.base_units, -order.cost_units),
        Direction::Sell => (-order.base_units, order.cost_units),
    };
    let row = Posting::now(cx, order.merchant, order.symbol.base, RowKind::Order, source);
    post(memory, cx, Posting { amount_units: base, ..row });
    let row = Posting::now(cx, order.merchant, order.symbol.quote, RowKind::Order, source);
    post(memory, cx, Posting { amount_units: cost, fee_units: order.fee_units, ..row });
    for row in ORDER.0 {
        cx.changed(&order.id.to_string(), "", row.to.word(), row.on);
    }
    memory.keep_order(order);
}
