//! Where orders and transfers stand, and the only functions that change it.

use rust_decimal::Decimal;

use super::model::{Address, Hash, Memory, Notice, Order, OrderStatus, TRANSFER, Token, Transaction, TransactionStatus};
use super::webhooks;
use crate::engine::chain::{Transfer, Watch};
use crate::engine::context::{Context, Stay};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::ids::entity;
use crate::kit::lifecycle::On::{Act, Block, Call, Deadline};
use crate::kit::lifecycle::{Lifecycle, On, Row, Word};

const EVENTS: Evidence = Documented("Webhooks, Webhook Events: the event; what leads to it is assumed");
const MADE: Evidence = Documented("Payment Orders, Create Payment Order: response");
const WRONG: Evidence =
    Assumed("payment.failed is documented, for what it is sent is not: too little, or another token, once that is certain");
const SEEN: Evidence = Documented("Webhooks, Webhook Events: payment.pending, while the order's own status is pending already");
const FOLLOWS: Evidence = Assumed("a transfer stands where its order stands");

/// Enough blocks have come, and the transfer is what was asked for.
const ENOUGH: On = Block("enough confirmations");
/// Enough blocks have come, and it is not.
const IN_VAIN: On = Block("enough confirmations of too little or of another token");

/// What an order does.
#[rustfmt::skip]
pub static ORDER: Lifecycle<OrderStatus> = Lifecycle(&[
    Row { on: Call("createPaymentOrder"), from: &[],                     to: OrderStatus::Pending,   event: None,                      evidence: MADE },
    Row { on: Act("pay"),                 from: &[OrderStatus::Pending], to: OrderStatus::Pending,   event: Some("payment.pending"),   evidence: SEEN },
    Row { on: Deadline("expires_at"),     from: &[OrderStatus::Pending], to: OrderStatus::Expired,   event: Some("order.expired"),     evidence: EVENTS },
    Row { on: ENOUGH,                     from: &[OrderStatus::Pending], to: OrderStatus::Confirmed, event: Some("payment.confirmed"), evidence: EVENTS },
    Row { on: Act("confirm"),             from: &[OrderStatus::Pending], to: OrderStatus::Confirmed, event: Some("payment.confirmed"), evidence: EVENTS },
    Row { on: IN_VAIN,                    from: &[OrderStatus::Pending], to: OrderStatus::Failed,    event: Some("payment.failed"),    evidence: WRONG },
    Row { on: Act("confirm"),             from: &[OrderStatus::Pending], to: OrderStatus::Failed,    event: Some("payment.failed"),    evidence: WRONG },
    Row { on: Act("fail"),                from: &[OrderStatus::Pending], to: OrderStatus::Failed,    event: Some("payment.failed"),    evidence: EVENTS },
]);

/// What the transfer to an order does.
#[rustfmt::skip]
pub static TRANSACTION: Lifecycle<TransactionStatus> = Lifecycle(&[
    Row { on: Act("pay"),     from: &[],                           to: TransactionStatus::Pending,   event: None, evidence: FOLLOWS },
    Row { on: ENOUGH,         from: &[TransactionStatus::Pending], to: TransactionStatus::Confirmed, event: None, evidence: FOLLOWS },
    Row { on: Act("confirm"), from: &[TransactionStatus::Pending], to: TransactionStatus::Confirmed, event: None, evidence: FOLLOWS },
    Row { on: IN_VAIN,        from: &[TransactionStatus::Pending], to: TransactionStatus::Failed,    event: None, evidence: FOLLOWS },
    Row { on: Act("confirm"), from: &[TransactionStatus::Pending], to: TransactionStatus::Failed,    event: None, evidence: FOLLOWS },
    Row { on: Act("fail"),    from: &[TransactionStatus::Pending], to: TransactionStatus::Failed,    event: None, evidence: FOLLOWS },
]);

/// Keeps a new order, which waits for its transfer until it expires.
pub fn register(memory: &mut Memory, cx: &mut Context<'_>, order: Order) {
    let account = memory.account_of(order.merchant);
    cx.changed(&order.order_id(), "", order.status.word(), Call("createPaymentOrder"));
    cx.book_rows(&ORDER, order.status, Stay { object: order.object(), number: order.stay, account, deadline: Some(order.expires_at) });
    memory.keep_order(order);
}

/// Moves an order to a status along the row that `on` means for it. `None`: its status knows no such row, and nothing
/// has changed.
fn take(memory: &mut Memory, cx: &mut Context<'_>, number: u32, on: On, to: OrderStatus) -> Option<()> {
    let from = memory.orders.get(number)?.status;
    let row = ORDER.0.iter().find(|it| it.on == on && it.to == to && it.from.contains(&from))?;
    follow(memory, cx, number, row)
}

/// Moves an order along that row, if it starts where the order stands; its transfer goes with it.
pub fn follow(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<OrderStatus>) -> Option<()> {
    let order = memory.orders.get(number).filter(|it| row.from.contains(&it.status))?;
    let from = order.status;
    if let (OrderStatus::Confirmed | OrderStatus::Failed, Some(transaction)) = (row.to, order.transaction) {
        let to = if row.to == OrderStatus::Confirmed { TransactionStatus::Confirmed } else { TransactionStatus::Failed };
        move_transaction(memory, cx, transaction, row.on, to);
    }
    memory.move_order(number, row.to);
    let order = memory.orders.get(number)?;
    cx.changed(&order.order_id(), from.word(), row.to.word(), row.on);
    if row.on == Act("fail") {
        cx.unwatch(order.object());
    }
    if let Some(notice) = row.event.and_then(Notice::of) {
        webhooks::announce(memory, cx, order, notice);
    }
    Some(())
}

fn move_transaction(memory: &mut Memory, cx: &mut Context<'_>, number: u32, on: On, to: TransactionStatus) {
    let Some(transaction) = memory.transactions.get(number) else { return };
    let (hash, from) = (transaction.hash.to_string(), transaction.status);
    memory.move_transaction(number, to);
    if let Some(transaction) = memory.transactions.get_mut(number).filter(|_| to == TransactionStatus::Confirmed) {
        transaction.confirmed_at = Some(cx.now());
    }
    cx.changed(&hash, from.word(), to.word(), on);
}

/// The sandbox watches as many transfers as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// A transfer to an order that waits for one is seen.
pub fn pay(memory: &mut Memory, cx: &mut Context<'_>, number: u32, amount: Decimal, token: Token) -> Result<(), TooMany> {
    let Some(order) = memory.orders.get(number).filter(|it| it.waits()) else { return Ok(()) };
    let (chain, account) = (order.chain, memory.account_of(order.merchant));
    let wanted = chain.confirmations();
    if !cx.watch(Watch { object: order.object(), number: TRANSFER, blockchain: chain.blockchain(), wanted, account }) {
        return Err(TooMany);
    }
    let mut draws = cx.draws("cryptopay transfer", entity(&[account, &order.nth.to_string()]));
    let transaction = Transaction {
        number: memory.transactions.next(),
        order: number,
        nth: memory.shelf(order.merchant).map_or(0, |it| u32::try_from(it.transactions.len()).unwrap_or(u32::MAX)),
        hash: Hash::drawn(&mut draws),
        from_address: Address::drawn(&mut draws),
        amount,
        token,
        status: TransactionStatus::Pending,
        block: None,
        confirmations: 0,
        created_at: cx.now(),
        confirmed_at: None,
    };
    cx.changed(&transaction.hash.to_string(), "", transaction.status.word(), Act("pay"));
    memory.keep_transaction(transaction);
    take(memory, cx, number, Act("pay"), OrderStatus::Pending);
    Ok(())
}

/// The outside world has failed: the transfer is reverted, or the payment rejected. `None`: the order has ended already.
pub fn fail(memory: &mut Memory, cx: &mut Context<'_>, number: u32) -> Option<()> {
    take(memory, cx, number, Act("fail"), OrderStatus::Failed)
}

/// Takes over what the chain says of the transfer to an order, and moves the order on once that is enough.
pub fn look_at_confirmations(memory: &mut Memory, cx: &mut Context<'_>, number: u32, by_hand: bool) {
    let Some(order) = memory.orders.get(number) else { return };
    let (Some(transaction), Some(transfer)) = (order.transaction, cx.transfer(order.object(), TRANSFER).copied()) else { return };
    let (amount, token, is_pending) = (order.amount, order.token, order.status == OrderStatus::Pending);
    let Some(transaction) = memory.transactions.get_mut(transaction) else { return };
    (transaction.confirmations, transaction.block) = (transfer.confirmations, transfer.block);
    let is_right = transaction.token == token && amount <= transaction.amount;
    if is_pending && Transfer::is_finished(&transfer) {
        let (on, to) = if is_right { (ENOUGH, OrderStatus::Confirmed) } else { (IN_VAIN, OrderStatus::Failed) };
        take(memory, cx, number, if by_hand { Act("confirm") } else { on }, to);
    }
}
