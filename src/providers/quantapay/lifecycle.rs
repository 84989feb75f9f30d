//! The status table, the hook of its rows, and what payments do.

use std::borrow::Cow;

use rust_decimal::{Decimal, RoundingStrategy};

use super::decisions::{ACCEPTED_UNDERPAYMENT, FEE, PURGE_WITH_TRANSFER, UNDERPAYMENT};
use super::model::Status::{self, Completed, Deleted, Pending, Refunded, Underpaid};
use super::model::{Memory, PRICE_DECIMALS, PURGE, Texts, Transaction, WINDOW};
use super::settings::ACCEPT_UNDERPAYMENTS;
use super::webhooks::{self, COMPLETED};
use super::wire;
use crate::engine::chain::Transfer as Sighting;
use crate::engine::context::Context;
use crate::engine::context::watching::VANISHING;
use crate::engine::lifecycle::On::{Act, After, Block, Call, Timer};
use crate::engine::lifecycle::{Lifecycle, Object, On, Row, kept, take_to};
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};
use crate::kit::time::Timestamp;

mod making;
mod paying;

pub use making::{NotMade, begin, choose, transact};
pub use paying::{NotPaid, Paid, Sent, pay};

const CHOSEN: Evidence = Observed("the sibling product; the Transactions API documents that the payer picks a coin on the hosted page");
const SIBLING: Evidence = Observed("the sibling product's states of a transaction");
const DONE: Evidence =
    Documented("Webhooks, 2026-04-08: status C once the payment is completed; how it gets there is observed in the sibling product");
const SEEN_CONFIRMED: Evidence = Assumed("with `confirmations` at 0 a transfer counts as soon as it is seen");
const ACCEPTED: Evidence =
    Observed("the sibling product lets the merchant complete an underpaid transaction; that a webhook then reports it is assumed");

const HOUR: Evidence =
    Observed("the sibling product: the row stays pending, while check-transactions answers `expired` and the page says so");

/// Enough blocks have confirmed the transfer.
pub const ENOUGH: On = Block("enough confirmations");

/// The steps of a transaction. The amount that has arrived decides between two rows with the same cause.
#[rustfmt::skip]
pub static TRANSACTION: Lifecycle<Status> = Lifecycle::new("transaction", &[
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
    Row { on: Act("drop-transfer"),       from: &[Pending],              to: Pending,   event: None,            evidence: VANISHING },
    Row { on: After(PURGE),               from: &[Pending],              to: Deleted,   event: None,            evidence: SIBLING },
    Row { on: Timer(WINDOW),              from: &[Pending],              to: Pending,   event: None,            evidence: HOUR },
]);

/// Whether a timer of this row still matters: the hour matters only until a transfer is seen.
pub fn awaits(transaction: &Transaction, row: u8) -> bool {
    let is_hour = TRANSACTION.rows.get(usize::from(row)).is_some_and(|it| matches!(it.on, Timer(_)));
    !is_hour || transaction.waits()
}

impl Object for Transaction {
    kept!(Memory.transactions, Status, TRANSACTION);

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn account<'a>(&'a self, memory: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(&memory.merchant(self.merchant).account)
    }

    /// Its hour and its two days begin at the second that it shows.
    fn counts_from(&self) -> Option<Timestamp> {
        (self.status() == Pending).then_some(self.created_at)
    }

    fn entered(memory: &mut Memory, cx: &mut Context<'_>, id: u32, row: &'static Row<Status>) {
        if row.to == Deleted {
            memory.transactions.update(id, |it| {
                it.texts = None; // no answer shows it again
                it.reference = None;
            });
        }
        let Some(transaction) = memory.transactions.get(id) else { return };
        if row.to == Deleted && transaction.transfer.is_some() {
            cx.rest_on(PURGE_WITH_TRANSFER);
        }
        if row.to != Pending {
            cx.unwatch(transaction.object());
        }
        if let Some(session) = transaction.session.filter(|_| row.to == Completed) {
            memory.sessions.update(session, |it| it.completed = true);
        }
        if row.event.is_some() {
            webhooks::announce(memory, cx, id);
        }
    }
}

/// Moves a transaction on when its transfer has the number of confirmations that it needs.
pub fn look_at_confirmations(memory: &mut Memory, cx: &mut Context<'_>, id: u32, on: On) {
    let Some(transaction) = memory.transactions.get(id).filter(|it| it.status() == Pending) else { return };
    let Some(transfer) = &transaction.transfer else { return };
    if !cx.transfer(transaction.object(), 0).is_some_and(Sighting::is_finished) {
        return;
    }
    let account = &memory.merchant(transaction.merchant).account;
    let (received, due) = (transfer.amount, transaction.amount);
    let accepts = received < due && is_close(received, due) && cx.flag(account, &ACCEPT_UNDERPAYMENTS);
    cx.rest_on(FEE);
    if received < due {
        cx.rest_on(UNDERPAYMENT);
    }
    pay_fee(memory, id, accepts);
    if received < due && !accepts {
        if let Some(missing) = memory.transactions.get(id).and_then(wire::missing) {
            memory.transactions.update(id, |it| {
                it.texts = Some(Box::new(Texts { missing: missing.into(), ..it.texts.take().map(|texts| *texts).unwrap_or_default() }));
            });
        }
        take_to::<Transaction>(memory, cx, id, on, Underpaid);
    } else {
        take_to::<Transaction>(memory, cx, id, on, Completed);
    }
}

/// The payer cancels. Once a transfer has been seen, the page does not offer it any more.
pub fn cancel(memory: &mut Memory, cx: &mut Context<'_>, id: u32) -> bool {
    memory.transactions.get(id).is_some_and(|it| it.transfer.is_none())
        && take_to::<Transaction>(memory, cx, id, Act("cancel"), Deleted).is_some()
}

/// The transfer that was seen disappears. `false`: it has none, or a block contains it.
pub fn drop_transfer(memory: &mut Memory, cx: &mut Context<'_>, id: u32) -> bool {
    let Some(transaction) = memory.transactions.get(id).filter(|it| it.status() == Pending) else { return false };
    let (object, merchant, coin) = (transaction.object(), transaction.merchant, transaction.coin);
    let Some(amount) = transaction.transfer.as_ref().map(|it| it.amount) else { return false };
    if !cx.vanish(object, 0) {
        return false;
    }
    memory.merchant_mut(merchant).give_back(coin, amount);
    memory.transactions.update(id, |it| it.transfer = None);
    take_to::<Transaction>(memory, cx, id, Act("drop-transfer"), Pending).is_some()
}

/// The merchant accepts the amount that arrived.
pub fn accept_underpayment(memory: &mut Memory, cx: &mut Context<'_>, id: u32) -> bool {
    if memory.transactions.get(id).is_none_or(|it| it.status() != Underpaid) {
        return false;
    }
    cx.rest_on(ACCEPTED_UNDERPAYMENT);
    memory.transactions.update(id, lower);
    take_to::<Transaction>(memory, cx, id, Act("accept-underpayment"), Completed).is_some()
}

/// Takes the fee of a payment; when the merchant accepts less than the price, the fee is that of what arrived.
fn pay_fee(memory: &mut Memory, id: u32, lowers: bool) {
    if lowers {
        memory.transactions.update(id, lower);
    }
    let Some((merchant, fiat, amount)) = memory.transactions.get(id).map(|it| (it.merchant, it.fiat, it.amount_fiat)) else { return };
    let dollars = amount.checked_div(memory.rates.per_dollar(fiat)).unwrap_or_default();
    let fee = memory.merchant_mut(merchant).pay_fee(dollars);
    memory.transactions.update(id, |it| it.fee = fee);
}

/// Makes what arrived the whole amount.
fn lower(it: &mut Transaction) {
    let Some(received) = it.transfer.as_ref().map(|it| it.amount) else { return };
    let share = received.checked_div(it.amount).unwrap_or(Decimal::ONE);
    it.amount_fiat = it.amount_fiat.saturating_mul(share).round_dp_with_strategy(PRICE_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
    // What is too little to be shown stays as it is.
    it.amount = Some(it.coin.cut(received)).filter(|cut| Decimal::ZERO < *cut).unwrap_or(received);
}

/// Whether the difference is less than 5 % of the mean of the two.
fn is_close(received: Decimal, due: Decimal) -> bool {
    let (difference, sum) = (due - received, due + received);
    difference * Decimal::from(40) < sum
}
