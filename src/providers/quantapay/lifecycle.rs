//! The status table, and the only function that changes a status.

use rust_decimal::{Decimal, RoundingStrategy};

use super::model::Status::{self, Completed, Deleted, Pending, Refunded, Underpaid};
use super::model::{Kind, Memory, PRICE_DECIMALS, PURGE, Texts, Transaction, WINDOW};
use super::settings::ACCEPT_UNDERPAYMENTS;
use super::webhooks::{self, COMPLETED};
use super::wire;
use crate::engine::chain::Transfer as Sighting;
use crate::engine::context::{Context, Stay};
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};
use crate::kit::lifecycle::On::{Act, After, Block, Call};
use crate::kit::lifecycle::{Lifecycle, On, Row, Word};

mod making;
mod paying;

pub use making::{NotMade, begin, choose, transact};
pub use paying::{NotPaid, Sent, pay};

const CHOSEN: Evidence = Observed("the sibling product; that the payer picks a coin on the hosted page stands in the Transactions API");
const SIBLING: Evidence = Observed("the sibling product's states of a transaction");
const DONE: Evidence =
    Documented("Webhooks, 2026-04-08: status C once the payment is completed; the way there is observed in the sibling product");
const SEEN_CONFIRMED: Evidence = Assumed("with `confirmations` at 0 a transfer is enough as soon as it is seen");
const ACCEPTED: Evidence =
    Observed("the sibling product lets the merchant complete an underpaid transaction; that it is then told is assumed");

/// Enough blocks have come.
pub const ENOUGH: On = Block("enough confirmations");

/// What a transaction does. Which of two rows with the same cause is taken follows from what has arrived.
#[rustfmt::skip]
pub static TRANSACTION: Lifecycle<Status> = Lifecycle(&[
    Row { on: Act("choose-coin"),         from: &[],                     to: Pending,   event: None,            evidence: CHOSEN },
    Row { on: Call("create-transaction"), from: &[],                     to: Pending,   event: None,            evidence: SIBLING },
    Row { on: ENOUGH,                     from: &[Pending],              to: Completed, event: Some(COMPLETED), evidence: DONE },
    Row { on: Act("confirm"),             from: &[Pending],              to: Completed, event: Some(COMPLETED), evidence: DONE },
    Row { on: Act("pay"),                 from: &[Pending],              to: Completed, event: Some(COMPLETED), evidence: SEEN_CONFIRMED },
    Row { on: ENOUGH,                     from: &[Pending],              to: Underpaid, event: None,            evidence: SIBLING },
    Row { on: Act("confirm"),             from: &[Pending],              to: Underpaid, event: None,            evidence: SIBLING },
    Row { on: Act("pay"),                 from: &[Pending],              to: Underpaid, event: None,            evidence: SEEN_CONFIRMED },
    Row { on: Act("accept-underpayment"), from: &[Underpaid],            to: Completed, event: Some(COMPLETED), evidence: ACCEPTED },
    Row { on: Act("refund"),              from: &[Completed, Underpaid], to: Refunded,  event: None,            evidence: SIBLING },
    Row { on: Act("cancel"),              from: &[Pending],              to: Deleted,   event: None,            evidence: SIBLING },
    Row { on: After(PURGE),               from: &[Pending],              to: Deleted,   event: None,            evidence: SIBLING },
]);

/// What becomes of one that nobody has paid within its hour.
#[rustfmt::skip]
pub static HOUR: Lifecycle<Status> = Lifecycle(&[
    Row { on: After(WINDOW), from: &[Pending], to: Pending, event: None, evidence: Observed("the sibling product: the row stays pending, while check-transactions answers `expired` and the page says so") },
]);

/// An hour to pay begins. It falls through when a transfer is seen in it.
fn begin_hour(cx: &mut Context<'_>, id: u32, account: &str) {
    cx.book_rows(&HOUR, Pending, Stay { object: Kind::Hour.object(id), number: 0, account, deadline: None });
}

/// An hour is over: from now on the transaction is said to be expired.
pub fn end_hour(cx: &mut Context<'_>, id: u32) {
    cx.changed(&id.to_string(), Pending.word(), Pending.word(), After(WINDOW));
}

/// Moves a transaction along the row that `on` means for it and that leads there. `false`: there is no such row from
/// where it stands, and nothing has changed.
pub fn take(memory: &mut Memory, cx: &mut Context<'_>, id: u32, on: On, to: Status) -> bool {
    let row = TRANSACTION.0.iter().find(|it| it.on == on && it.to == to);
    row.is_some_and(|row| follow(memory, cx, id, row))
}

/// Moves a transaction along that row, if it starts where the transaction stands.
pub fn follow(memory: &mut Memory, cx: &mut Context<'_>, id: u32, row: &'static Row<Status>) -> bool {
    let Some(from) = memory.row(id).map(|it| it.status).filter(|it| row.from.contains(it)) else { return false };
    memory.change(id, |it| {
        it.status = row.to;
        it.stay += 1;
        if row.to == Deleted {
            it.texts = None; // nobody sees it again
            it.reference = None;
        }
    });
    settle_in(memory, cx, id, from.word(), row);
    true
}

/// What follows from having entered a status: a line in the journal, timers, the event.
fn settle_in(memory: &mut Memory, cx: &mut Context<'_>, id: u32, from: &'static str, row: &Row<Status>) {
    let Some(transaction) = memory.row(id) else { return };
    cx.changed(&id.to_string(), from, row.to.word(), row.on);
    let (object, account) = (transaction.object(), memory.merchant(transaction.merchant).account.clone());
    cx.book_rows(&TRANSACTION, row.to, Stay { object, number: transaction.stay, account: &account, deadline: None });
    if row.to != Pending {
        cx.unwatch(object);
    }
    if let Some(session) = transaction.session.filter(|_| row.to == Completed)
        && let Some(session) = memory.session_mut(session)
    {
        session.completed = true;
    }
    if row.event.is_some() {
        webhooks::announce(memory, cx, id);
    }
}

/// Moves a transaction on when its transfer has all the confirmations that are wanted.
pub fn look_at_confirmations(memory: &mut Memory, cx: &mut Context<'_>, id: u32, on: On) {
    let Some(transaction) = memory.row(id).filter(|it| it.status == Pending) else { return };
    let Some(transfer) = &transaction.transfer else { return };
    if !cx.transfer(transaction.object(), 0).is_some_and(Sighting::is_finished) {
        return;
    }
    let account = &memory.merchant(transaction.merchant).account;
    let (received, due) = (transfer.amount, transaction.amount);
    let accepts = received < due && is_close(received, due) && cx.flag(account, &ACCEPT_UNDERPAYMENTS);
    pay_fee(memory, id, accepts);
    if received < due && !accepts {
        if let Some(missing) = memory.row(id).and_then(wire::missing) {
            memory.change(id, |it| {
                it.texts = Some(Box::new(Texts { missing: missing.into(), ..it.texts.take().map(|it| *it).unwrap_or_default() }));
            });
        }
        take(memory, cx, id, on, Underpaid);
    } else {
        take(memory, cx, id, on, Completed);
    }
}

/// The payer cancels, as long as they have sent nothing: from then on the page offers no way to.
pub fn cancel(memory: &mut Memory, cx: &mut Context<'_>, id: u32) -> bool {
    memory.row(id).is_some_and(|it| it.transfer.is_none()) && take(memory, cx, id, Act("cancel"), Deleted)
}

/// The merchant is content with what arrived.
pub fn accept_underpayment(memory: &mut Memory, cx: &mut Context<'_>, id: u32) -> bool {
    if memory.row(id).is_none_or(|it| it.status != Underpaid) {
        return false;
    }
    memory.change(id, lower);
    take(memory, cx, id, Act("accept-underpayment"), Completed)
}

/// Takes the fee of a payment, over what arrived when the merchant is content with less.
fn pay_fee(memory: &mut Memory, id: u32, lowers: bool) {
    if lowers {
        memory.change(id, lower);
    }
    let Some((merchant, fiat, amount)) = memory.row(id).map(|it| (it.merchant, it.fiat, it.amount_fiat)) else { return };
    let dollars = amount.checked_div(memory.rates.per_dollar(fiat)).unwrap_or_default();
    let fee = memory.merchant_mut(merchant).pay_fee(dollars);
    memory.change(id, |it| it.fee = fee);
}

/// From now on what arrived is the whole amount.
fn lower(it: &mut Transaction) {
    let Some(received) = it.transfer.as_ref().map(|it| it.amount) else { return };
    let share = received.checked_div(it.amount).unwrap_or(Decimal::ONE);
    it.amount_fiat = it.amount_fiat.saturating_mul(share).round_dp_with_strategy(PRICE_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
    it.amount = received;
}

/// Whether the difference is less than 5 % of the mean of the two.
fn is_close(received: Decimal, due: Decimal) -> bool {
    let (difference, sum) = (due - received, due + received);
    difference * Decimal::from(40) < sum
}
