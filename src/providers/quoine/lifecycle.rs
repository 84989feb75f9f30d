//! The documentation's status table, the hook of its rows, and what payments do.

use std::borrow::Cow;

use super::decisions::{ENOUGH_CONFIRMATIONS, LATE_PAYMENT, OVERPAYMENT, PAID_AT, PART_PAYMENT, SEVERAL_PAYMENTS};
use super::model::Status::{self, Captured, Complete, Confirmed, Expired, Invalid, Ready, Unconfirmed};
use super::model::{Invoice, Memory, PAYMENT_TIME, SATOSHI_MAX};
use super::settings::CONFIRMATIONS;
use super::webhooks::{self, CAPTURED, CONFIRMED, DETECTED, EXPIRED};
use crate::engine::blockchain::Blockchain;
use crate::engine::chain::{Transfer, Watch};
use crate::engine::context::Context;
use crate::engine::context::watching::VANISHING;
use crate::engine::lifecycle::On::{Act, After, Block, Call, Delivered, Pace};
use crate::engine::lifecycle::{Lifecycle, Object, On, Row, kept, take};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::time::{Duration, Timestamp};

const TABLE: Evidence = Documented("API Reference, Create An Invoice, system_status");
const SIGHTED: Evidence = Documented(
    "API Reference, Create An Invoice, system_status; it says `with 1 confirmation`, invoice_status `detected but not 100% confirmed`; that it begins when the payment is seen is assumed",
);
const DEPTH: Evidence =
    Assumed("`confirmed on the bitcoin network` does not name a number of confirmations; 6 unless `confirmations` is set");
const SEEN_CONFIRMED: Evidence = Assumed("a payment that is confirmed when it is seen passes both statuses and sends both callbacks");
const AT_ONCE: Evidence = Assumed("no page names a delay between confirmation and conversion");

/// Enough blocks have confirmed the payments.
pub const ENOUGH: On = Block("enough confirmations");

/// The steps of an invoice.
#[rustfmt::skip]
pub static INVOICE: Lifecycle<Status> = Lifecycle::new("invoice", &[
    Row { on: Call("createInvoice"),     from: &[],            to: Ready,       event: None,            evidence: TABLE },
    Row { on: Act("pay"),                from: &[Ready],       to: Unconfirmed, event: Some(DETECTED),  evidence: SIGHTED },
    Row { on: After(PAYMENT_TIME),       from: &[Ready],       to: Expired,     event: Some(EXPIRED),   evidence: TABLE },
    Row { on: ENOUGH,                    from: &[Unconfirmed], to: Confirmed,   event: Some(CONFIRMED), evidence: DEPTH },
    Row { on: Act("confirm"),            from: &[Unconfirmed], to: Confirmed,   event: Some(CONFIRMED), evidence: TABLE },
    Row { on: Act("pay"),                from: &[Unconfirmed], to: Confirmed,   event: Some(CONFIRMED), evidence: SEEN_CONFIRMED },
    Row { on: Act("drop-transfer"),      from: &[Unconfirmed], to: Ready,       event: None,            evidence: VANISHING },
    Row { on: After(Duration::from_hours(3)), from: &[Unconfirmed], to: Invalid, event: Some(EXPIRED),  evidence: TABLE },
    Row { on: Pace(Duration::ZERO),      from: &[Confirmed],   to: Captured,    event: Some(CAPTURED),  evidence: AT_ONCE },
    Row { on: Act("capture"),            from: &[Confirmed],   to: Captured,    event: Some(CAPTURED),  evidence: TABLE },
    Row { on: Delivered(CAPTURED),       from: &[Captured],    to: Complete,    event: None,            evidence: TABLE },
]);

impl Object for Invoice {
    kept!(Memory.invoices, Status, INVOICE);

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn account<'a>(&'a self, _: &'a Memory) -> Cow<'a, str> {
        self.user.to_string().into()
    }

    /// The half hour begins with the invoice, also when its payment has disappeared.
    fn counts_from(&self) -> Option<Timestamp> {
        (self.status() == Ready).then_some(self.created_at)
    }

    /// Payments are watched only while their confirmations can change the status.
    fn entered(memory: &mut Memory, cx: &mut Context<'_>, id: u32, row: &'static Row<Status>) {
        let now = cx.now();
        memory.invoices.update(id, |it| {
            it.updated_at = now;
            match row.to {
                Unconfirmed => it.paid_at = Some(now),
                Ready => it.paid_at = None,
                Confirmed | Captured | Complete | Expired | Invalid => {}
            }
        });
        let Some(invoice) = memory.invoices.get(id) else { return };
        if !matches!(row.to, Ready | Unconfirmed) {
            cx.unwatch(invoice.object());
        }
        if let Some(event) = row.event {
            webhooks::announce(memory, cx, invoice, event);
        }
    }
}

/// Why a payment is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPaid {
    /// More bitcoins than can exist, or more payments than an invoice holds.
    TooMuch,
    /// The sandbox already watches as many transfers as it can.
    TooMany,
}

/// Coins for an invoice are seen. It accepts them in every status, and moves on once the full payment has arrived.
pub fn pay(memory: &mut Memory, cx: &mut Context<'_>, id: u32, satoshi: i64) -> Result<(), NotPaid> {
    let Some(invoice) = memory.invoices.get(id) else { return Ok(()) };
    if SATOSHI_MAX - invoice.balance() < satoshi || invoice.payments.len() >= super::model::PAYMENTS_MAX {
        return Err(NotPaid::TooMuch);
    }
    if matches!(invoice.status(), Ready | Unconfirmed) {
        let account = invoice.account();
        let wanted = cx.account(&account).map_or(0, |it| it.integer(&CONFIRMATIONS));
        let (object, number) = (invoice.object(), u32::try_from(invoice.payments.len()).unwrap_or(u32::MAX));
        let wanted = u32::try_from(wanted).unwrap_or(0);
        if !cx.watch(Watch { object, number, blockchain: Blockchain::Btc, wanted, account: &account }) {
            return Err(NotPaid::TooMany);
        }
    }
    let now = cx.now();
    let is_paid = memory.invoices.update(id, |it| {
        it.payments.push(satoshi);
        it.updated_at = now;
        it.status() == Ready && it.due() == 0
    });
    if let Some(invoice) = memory.invoices.get(id) {
        let rows = [
            (LATE_PAYMENT, matches!(invoice.status(), Expired | Invalid)),
            (PART_PAYMENT, invoice.status() == Ready && 0 < invoice.due()),
            (SEVERAL_PAYMENTS, 1 < invoice.payments.len()),
            (OVERPAYMENT, invoice.satoshi < invoice.balance()),
            (ENOUGH_CONFIRMATIONS, matches!(invoice.status(), Ready | Unconfirmed)),
            (PAID_AT, is_paid == Some(true)),
        ];
        rows.into_iter().filter(|it| it.1).for_each(|it| cx.rest_on(it.0));
    }
    if is_paid == Some(true) {
        take::<Invoice>(memory, cx, id, Act("pay"));
    }
    look_at_confirmations(memory, cx, id, Act("pay"));
    Ok(())
}

/// The latest payment, which was seen, disappears. `false`: there is none, or a block contains it.
pub fn drop_transfer(memory: &mut Memory, cx: &mut Context<'_>, id: u32) -> bool {
    let Some(invoice) = memory.invoices.get(id).filter(|it| matches!(it.status(), Ready | Unconfirmed)) else { return false };
    let latest = invoice.payments.len().checked_sub(1).and_then(|it| u32::try_from(it).ok());
    let object = invoice.object();
    if !latest.is_some_and(|it| cx.vanish(object, it)) {
        return false;
    }
    let now = cx.now();
    let is_short = memory.invoices.update(id, |it| {
        it.payments.pop();
        it.updated_at = now;
        it.status() == Unconfirmed && 0 < it.due()
    });
    if is_short == Some(true) {
        take::<Invoice>(memory, cx, id, Act("drop-transfer"));
    }
    true
}

/// Moves an invoice on when the confirmed coins are the full payment.
pub fn look_at_confirmations(memory: &mut Memory, cx: &mut Context<'_>, id: u32, on: On) {
    let Some(invoice) = memory.invoices.get(id).filter(|it| it.status() == Unconfirmed) else { return };
    let object = invoice.object();
    // The chain forgets a transfer only after it has all its confirmations.
    let is_confirmed = |number| cx.transfer(object, number).is_none_or(Transfer::is_finished);
    let confirmed: i64 = (0..).zip(&invoice.payments).filter(|it| is_confirmed(it.0)).map(|it| it.1).sum();
    if invoice.satoshi <= confirmed {
        take::<Invoice>(memory, cx, id, on);
    }
}
