//! Orders: executed when they are created.

use std::borrow::Cow;

use super::ledger::{Posting, post};
use crate::engine::context::Context;
use crate::engine::lifecycle::On::Call;
use crate::engine::lifecycle::{Lifecycle, Object, Row, kept};
use crate::kit::evidence::Evidence::Documented;
use crate::providers::qbitpay::model::{Direction, Memory, Order, OrderStatus, RowKind, Source};

/// The status table of an order.
#[rustfmt::skip]
pub static ORDER: Lifecycle<OrderStatus> = Lifecycle::new("order", &[
    Row { on: Call("createOrder"), from: &[], to: OrderStatus::Closed, event: None, evidence: Documented("API reference, Quickstart: the order is executed immediately and the balances are updated too; the status's name is assumed") },
]);

impl Object for Order {
    kept!(Memory.orders, OrderStatus, ORDER);

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn account<'a>(&'a self, memory: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(&memory.own(self.merchant).account)
    }

    /// Posts both sides of the trade.
    fn entered(memory: &mut Memory, cx: &mut Context<'_>, number: u32, _: &'static Row<OrderStatus>) {
        let first = memory.rows.next();
        memory.orders.update(number, |it| it.row = first);
        let Some(order) = memory.orders.get(number).cloned() else { return };
        let (base, cost) = match order.direction {
            Direction::Buy => (order.base_units, -order.cost_units),
            Direction::Sell => (-order.base_units, order.cost_units),
        };
        let posting = |cx: &Context<'_>, currency| Posting::now(cx, order.merchant, currency, RowKind::Order, Source::Order(number));
        let row = posting(cx, order.symbol.base);
        post(memory, cx, Posting { amount_units: base, ..row });
        let row = posting(cx, order.symbol.quote);
        post(memory, cx, Posting { amount_units: cost, fee_units: order.fee_units, ..row });
    }
}
