//! The status tables of orders and transfers, the hooks of their rows, and payments.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::decisions::{
    CHAIN_CONFIRMATIONS, EVENT_NULLS, FAILED_BEFORE_TRANSFER, FAILED_TRANSACTION, LATE_CONFIRMATION, LOST_CONFIRMATIONS, ORDER_WORDS,
    OVERPAYMENT, SEEN_STATUS, TRANSFER_VALUES, WRONG_TRANSFER,
};
use super::model::{Address, Hash, Memory, Notice, Order, OrderStatus, TRANSFER, Token, Transaction, TransactionStatus};
use super::webhooks;
use crate::engine::chain::Watch;
use crate::engine::context::Context;
use crate::engine::context::watching::VANISHING;
use crate::engine::lifecycle::On::{Act, Block, Call, Deadline};
use crate::engine::lifecycle::{Head, Lifecycle, Object, On, Row, born, kept, take, take_to};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::ids::entity;
use crate::kit::time::Timestamp;

const EVENTS: Evidence = Documented("Webhooks, Webhook Events: the event; its cause is assumed");
const MADE: Evidence = Documented("Payment Orders, Create Payment Order: response");
const WRONG: Evidence =
    Assumed("payment.failed is documented, its cause is not: a transfer of too little, or of another token, once it is final");
const SEEN: Evidence = Documented("Webhooks, Webhook Events: payment.pending; that the status stays is assumed");
const FOLLOWS: Evidence = Assumed("a transfer has the status of its order");

/// The transfer has enough confirmations, and pays the order.
const ENOUGH: On = Block("enough confirmations");
/// The transfer has enough confirmations, but does not pay the order.
const INVALID: On = Block("enough confirmations of too little or of another token");

/// The status table of an order.
#[rustfmt::skip]
pub static ORDER: Lifecycle<OrderStatus> = Lifecycle::new("order", &[
    Row { on: Call("createPaymentOrder"), from: &[],                     to: OrderStatus::Pending,   event: None,                      evidence: MADE },
    Row { on: Act("pay"),                 from: &[OrderStatus::Pending], to: OrderStatus::Pending,   event: Some("payment.pending"),   evidence: SEEN },
    Row { on: Act("drop-transfer"),       from: &[OrderStatus::Pending], to: OrderStatus::Pending,   event: None,                      evidence: VANISHING },
    Row { on: Deadline("expires_at"),     from: &[OrderStatus::Pending], to: OrderStatus::Expired,   event: Some("order.expired"),     evidence: EVENTS },
    Row { on: ENOUGH,                     from: &[OrderStatus::Pending], to: OrderStatus::Confirmed, event: Some("payment.confirmed"), evidence: EVENTS },
    Row { on: Act("confirm"),             from: &[OrderStatus::Pending], to: OrderStatus::Confirmed, event: Some("payment.confirmed"), evidence: EVENTS },
    Row { on: INVALID,                    from: &[OrderStatus::Pending], to: OrderStatus::Failed,    event: Some("payment.failed"),    evidence: WRONG },
    Row { on: Act("confirm"),             from: &[OrderStatus::Pending], to: OrderStatus::Failed,    event: Some("payment.failed"),    evidence: WRONG },
    Row { on: Act("fail"),                from: &[OrderStatus::Pending], to: OrderStatus::Failed,    event: Some("payment.failed"),    evidence: EVENTS },
])
.whose_deadline_ends(Act("pay"));

/// The status table of the transfer to an order.
#[rustfmt::skip]
pub static TRANSACTION: Lifecycle<TransactionStatus> = Lifecycle::new("transaction", &[
    Row { on: Act("pay"),     from: &[],                           to: TransactionStatus::Pending,   event: None, evidence: FOLLOWS },
    Row { on: ENOUGH,         from: &[TransactionStatus::Pending], to: TransactionStatus::Confirmed, event: None, evidence: FOLLOWS },
    Row { on: Act("confirm"), from: &[TransactionStatus::Pending], to: TransactionStatus::Confirmed, event: None, evidence: FOLLOWS },
    Row { on: INVALID,        from: &[TransactionStatus::Pending], to: TransactionStatus::Failed,    event: None, evidence: FOLLOWS },
    Row { on: Act("confirm"), from: &[TransactionStatus::Pending], to: TransactionStatus::Failed,    event: None, evidence: FOLLOWS },
    Row { on: Act("fail"),    from: &[TransactionStatus::Pending], to: TransactionStatus::Failed,    event: None, evidence: FOLLOWS },
    Row { on: Act("drop-transfer"), from: &[TransactionStatus::Pending], to: TransactionStatus::Failed, event: None, evidence: VANISHING },
]);

impl Object for Order {
    kept!(Memory.orders, OrderStatus, ORDER);

    fn subject(&self) -> String {
        self.order_id()
    }

    fn account<'a>(&'a self, memory: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(memory.account_of(self.merchant))
    }

    fn deadline(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }

    fn entered(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<OrderStatus>) {
        let Some(order) = memory.orders.get(number) else { return };
        if order.has_assumed_status() {
            cx.rest_on(ORDER_WORDS);
        }
        if row.on == Act("fail") {
            cx.unwatch(order.object());
        }
        if let Some(notice) = row.event.and_then(Notice::of) {
            if notice != Notice::Confirmed {
                cx.rest_on(EVENT_NULLS);
            }
            webhooks::announce(memory, cx, order, notice);
        }
    }
}

impl Object for Transaction {
    kept!(Memory.transactions, TransactionStatus, TRANSACTION);

    fn subject(&self) -> String {
        self.hash.to_string()
    }

    fn account<'a>(&'a self, memory: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(memory.account_of(self.merchant))
    }

    fn entered(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<TransactionStatus>) {
        let now = cx.now();
        match row.to {
            TransactionStatus::Pending => {
                let Some(order) = memory.transactions.get(number).map(|it| it.order) else { return };
                memory.orders.update(order, |it| it.transaction = Some(number));
            }
            TransactionStatus::Confirmed => _ = memory.transactions.update(number, |it| it.confirmed_at = Some(now)),
            TransactionStatus::Failed => {}
        }
    }
}

/// Ends an order that is pending, with the transfer to it. `None`: it has ended already.
fn end(memory: &mut Memory, cx: &mut Context<'_>, number: u32, on: On, to: OrderStatus) -> Option<()> {
    let order = memory.orders.get(number).filter(|it| it.status() == OrderStatus::Pending)?;
    if let Some(transaction) = order.transaction {
        let to = if to == OrderStatus::Confirmed { TransactionStatus::Confirmed } else { TransactionStatus::Failed };
        if to == TransactionStatus::Failed {
            cx.rest_on(FAILED_TRANSACTION);
        }
        take_to::<Transaction>(memory, cx, transaction, on, to);
    }
    take_to::<Order>(memory, cx, number, on, to).map(|_| ())
}

/// The sandbox watches as many transfers as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// Records a transfer to an order that waits for one.
pub fn pay(memory: &mut Memory, cx: &mut Context<'_>, number: u32, amount: Decimal, token: Token) -> Result<(), TooMany> {
    let Some(order) = memory.orders.get(number).filter(|it| it.waits()) else { return Ok(()) };
    let (chain, account) = (order.chain, memory.account_of(order.merchant));
    let wanted = chain.confirmations();
    if !cx.watch(Watch { object: order.object(), number: TRANSFER, blockchain: chain.blockchain(), wanted, account }) {
        return Err(TooMany);
    }
    for row in [TRANSFER_VALUES, SEEN_STATUS] {
        cx.rest_on(row);
    }
    // An order whose transfer has disappeared gets another one the next time.
    let drawn_by = match order.head.generation() {
        0 => order.nth.to_string(),
        again => format!("{}/{again}", order.nth),
    };
    let mut draws = cx.draws("cryptopay transfer", entity(&[account, &drawn_by]));
    let transaction = Transaction {
        number: memory.transactions.next(),
        order: number,
        merchant: order.merchant,
        chain,
        nth: u32::try_from(memory.transactions.index().lists.all(&order.merchant).len()).unwrap_or(u32::MAX),
        hash: Hash::draw(&mut draws),
        from_address: Address::draw(&mut draws),
        amount,
        token,
        head: Head::default(),
        block: None,
        confirmations: 0,
        created_at: cx.now(),
        confirmed_at: None,
    };
    born(memory, cx, transaction, Act("pay"));
    take::<Order>(memory, cx, number, Act("pay"));
    Ok(())
}

/// Fails a payment: the transfer is reverted, or the payment rejected. `None`: the order has ended already.
pub fn fail(memory: &mut Memory, cx: &mut Context<'_>, number: u32) -> Option<()> {
    if memory.orders.get(number).is_some_and(Order::waits) {
        cx.rest_on(FAILED_BEFORE_TRANSFER);
    }
    end(memory, cx, number, Act("fail"), OrderStatus::Failed)
}

/// The transfer that was seen disappears: it has failed, and the order waits for another. `None`: it has none, or a block
/// contains it.
pub fn drop_transfer(memory: &mut Memory, cx: &mut Context<'_>, number: u32) -> Option<()> {
    let order = memory.orders.get(number).filter(|it| it.status() == OrderStatus::Pending)?;
    let (object, transaction) = (order.object(), order.transaction?);
    if !cx.vanish(object, TRANSFER) {
        return None;
    }
    take::<Transaction>(memory, cx, transaction, Act("drop-transfer"));
    memory.orders.update(number, |it| it.transaction = None);
    take::<Order>(memory, cx, number, Act("drop-transfer")).map(|_| ())
}

/// Copies the confirmations of the transfer to an order from the chain, and ends the order when they are enough. `action`
/// is the cause if the chain itself is not.
pub fn update_confirmations(memory: &mut Memory, cx: &mut Context<'_>, number: u32, action: Option<On>) {
    let Some(order) = memory.orders.get(number) else { return };
    let (Some(transaction), Some(transfer)) = (order.transaction, cx.transfer(order.object(), TRANSFER).copied()) else { return };
    let (amount, token) = (order.amount, order.token);
    let before = memory.transactions.get(transaction).map_or(0, |it| it.confirmations);
    if transfer.confirmations < before {
        cx.rest_on(LOST_CONFIRMATIONS);
    }
    let is_right = memory.transactions.update(transaction, |it| {
        (it.confirmations, it.block) = (transfer.confirmations, transfer.block);
        it.token == token && amount <= it.amount
    });
    if let Some(is_right) = is_right.filter(|_| transfer.is_finished()) {
        if memory.orders.get(number).is_some_and(|it| it.expires_at <= cx.now()) {
            cx.rest_on(LATE_CONFIRMATION);
        }
        let is_more = memory.transactions.get(transaction).is_some_and(|it| amount < it.amount);
        cx.rest_on(if !is_right {
            WRONG_TRANSFER
        } else if is_more {
            OVERPAYMENT
        } else {
            CHAIN_CONFIRMATIONS
        });
        let (on, to) = if is_right { (ENOUGH, OrderStatus::Confirmed) } else { (INVALID, OrderStatus::Failed) };
        end(memory, cx, number, action.unwrap_or(on), to);
    }
}
