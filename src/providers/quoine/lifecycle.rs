//! The documentation's status table, and the only function that changes a status.

use super::model::Status::{self, Captured, Complete, Confirmed, Expired, Invalid, Ready, Unconfirmed};
use super::model::{Invoice, Memory, PAYMENT_TIME, SATOSHI_MAX};
use super::settings::CONFIRMATIONS;
use super::webhooks::{self, CAPTURED, CONFIRMED, DETECTED, EXPIRED};
use crate::engine::blockchain::Blockchain;
use crate::engine::chain::{Transfer, Watch};
use crate::engine::context::{Context, Stay};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::lifecycle::On::{Act, After, Block, Call, Delivered, Pace};
use crate::kit::lifecycle::{Lifecycle, On, Row, Word};
use crate::kit::time::Duration;

const TABLE: Evidence = Documented("API Reference, Create An Invoice, system_status");
const SIGHTED: Evidence = Documented(
    "API Reference, Create An Invoice, system_status; it says `with 1 confirmation`, invoice_status `detected but not 100% confirmed`: from the first sighting on is assumed",
);
const DEPTH: Evidence = Assumed("`confirmed on the bitcoin network` names no number of confirmations: 6 unless `confirmations` is set");
const SEEN_CONFIRMED: Evidence = Assumed("a payment that is confirmed when it is seen goes through both statuses, with both callbacks");
const AT_ONCE: Evidence = Assumed("no delay is named between confirmation and conversion");

/// Enough blocks have come.
pub const ENOUGH: On = Block("enough confirmations");

/// What an invoice does.
#[rustfmt::skip]
pub static INVOICE: Lifecycle<Status> = Lifecycle(&[
    Row { on: Call("createInvoice"),     from: &[],            to: Ready,       event: None,            evidence: TABLE },
    Row { on: Act("pay"),                from: &[Ready],       to: Unconfirmed, event: Some(DETECTED),  evidence: SIGHTED },
    Row { on: After(PAYMENT_TIME),       from: &[Ready],       to: Expired,     event: Some(EXPIRED),   evidence: TABLE },
    Row { on: ENOUGH,                    from: &[Unconfirmed], to: Confirmed,   event: Some(CONFIRMED), evidence: DEPTH },
    Row { on: Act("confirm"),            from: &[Unconfirmed], to: Confirmed,   event: Some(CONFIRMED), evidence: TABLE },
    Row { on: Act("pay"),                from: &[Unconfirmed], to: Confirmed,   event: Some(CONFIRMED), evidence: SEEN_CONFIRMED },
    Row { on: After(Duration::from_hours(3)), from: &[Unconfirmed], to: Invalid, event: Some(EXPIRED),  evidence: TABLE },
    Row { on: Pace(Duration::ZERO),      from: &[Confirmed],   to: Captured,    event: Some(CAPTURED),  evidence: AT_ONCE },
    Row { on: Act("capture"),            from: &[Confirmed],   to: Captured,    event: Some(CAPTURED),  evidence: TABLE },
    Row { on: Delivered(CAPTURED),       from: &[Captured],    to: Complete,    event: None,            evidence: TABLE },
]);

/// Registers an invoice and gives its number.
///
/// # Panics
/// When the table has no row for a new invoice.
pub fn register(memory: &mut Memory, cx: &mut Context<'_>, invoice: Invoice) -> u64 {
    let row = INVOICE.row(None, Call("createInvoice")).expect("the call that makes an invoice is a row of the table");
    let id = invoice.id;
    memory.insert(invoice);
    settle_in(memory, cx, id, "", row);
    id
}

/// Moves an invoice along the row that `on` means for it. `false`: its status knows no such row, and nothing has changed.
pub fn take(memory: &mut Memory, cx: &mut Context<'_>, id: u64, on: On) -> bool {
    let row = memory.invoice(id).and_then(|it| INVOICE.row(Some(it.status), on));
    row.is_some_and(|row| follow(memory, cx, id, row))
}

/// Moves an invoice along that row, if it starts where the invoice stands.
pub fn follow(memory: &mut Memory, cx: &mut Context<'_>, id: u64, row: &'static Row<Status>) -> bool {
    let now = cx.now();
    let Some(invoice) = memory.invoice_mut(id).filter(|it| row.from.contains(&it.status)) else { return false };
    let from = invoice.status;
    invoice.status = row.to;
    invoice.stay += 1;
    invoice.updated_at = now;
    if row.to == Unconfirmed {
        invoice.paid_at = Some(now);
    }
    settle_in(memory, cx, id, from.word(), row);
    true
}

/// What follows from having entered a status: a line in the journal, timers, the event. Once nothing depends on them, the
/// payments are not watched any more.
fn settle_in(memory: &Memory, cx: &mut Context<'_>, id: u64, from: &'static str, row: &Row<Status>) {
    let Some(invoice) = memory.invoice(id) else { return };
    cx.changed(&id.to_string(), from, row.to.word(), row.on);
    let account = invoice.account();
    cx.book_rows(&INVOICE, row.to, Stay { object: invoice.object(), number: invoice.stay, account: &account, deadline: None });
    if !matches!(row.to, Ready | Unconfirmed) {
        cx.unwatch(invoice.object());
    }
    if let Some(event) = row.event {
        webhooks::announce(memory, cx, invoice, event);
    }
}

/// Why a payment cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPaid {
    /// More than there are bitcoins, or than can be counted.
    TooMuch,
    /// The sandbox watches as many transfers as it can.
    TooMany,
}

/// Coins for an invoice are seen. It takes them whatever its status; they move it on once they are the full payment.
pub fn pay(memory: &mut Memory, cx: &mut Context<'_>, id: u64, satoshi: i64) -> Result<(), NotPaid> {
    let Some(invoice) = memory.invoice(id) else { return Ok(()) };
    if SATOSHI_MAX - invoice.balance() < satoshi || invoice.payments.len() >= super::model::PAYMENTS_MAX {
        return Err(NotPaid::TooMuch);
    }
    if matches!(invoice.status, Ready | Unconfirmed) {
        let account = invoice.account();
        let wanted = cx.account(&account).map_or(0, |it| it.integer(&CONFIRMATIONS));
        let (object, number) = (invoice.object(), u32::try_from(invoice.payments.len()).unwrap_or(u32::MAX));
        let wanted = u32::try_from(wanted).unwrap_or(0);
        if !cx.watch(Watch { object, number, blockchain: Blockchain::Btc, wanted, account: &account }) {
            return Err(NotPaid::TooMany);
        }
    }
    let now = cx.now();
    if let Some(invoice) = memory.invoice_mut(id) {
        invoice.payments.push(satoshi);
        invoice.updated_at = now;
        if invoice.status == Ready && invoice.due() == 0 {
            take(memory, cx, id, Act("pay"));
        }
    }
    look_at_confirmations(memory, cx, id, Act("pay"));
    Ok(())
}

/// Moves an invoice on when the coins that are confirmed are the full payment.
pub fn look_at_confirmations(memory: &mut Memory, cx: &mut Context<'_>, id: u64, on: On) {
    let Some(invoice) = memory.invoice(id).filter(|it| it.status == Unconfirmed) else { return };
    let object = invoice.object();
    // What the chain has forgotten has long been finished.
    let is_confirmed = |number| cx.transfer(object, number).is_none_or(Transfer::is_finished);
    let confirmed: i64 = (0..).zip(&invoice.payments).filter(|it| is_confirmed(it.0)).map(|it| it.1).sum();
    if invoice.satoshi <= confirmed {
        take(memory, cx, id, on);
    }
}
