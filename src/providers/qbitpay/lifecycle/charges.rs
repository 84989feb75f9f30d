//! Charges: from their creation to the credit, or to their cancellation.

use std::borrow::Cow;

use super::ledger::{Posting, post};
use crate::engine::context::Context;
use crate::engine::lifecycle::On::{Act, Call, Deadline, Pace};
use crate::engine::lifecycle::{Lifecycle, Object, Row, kept};
use crate::kit::evidence::Evidence::{self, Assumed, Documented, Observed};
use crate::kit::time::{Duration, Timestamp, later};
use crate::providers::qbitpay::decisions::{CHARGE_MONEY, DISPUTE_OUTCOME, EVENT_STATE};
use crate::providers::qbitpay::model::ChargeStatus::{self, BuyerPaid, Cancelled, Closed, Dispute, Pending, SellerConfirmed};
use crate::providers::qbitpay::model::{Charge, Memory, RowKind, RowStatus, Source};
use crate::providers::qbitpay::webhooks;

const MADE: Evidence = Documented("API reference, Charges: create; status values");
const SAID: Evidence = Documented("API reference, Charges: update, the payer has paid");
const EXPIRY: Evidence = Documented(
    "API reference, Charges: expiresAt and event types; the status and the time are assumed: a later product's server reserves an amount for 30 minutes",
);
const CONFIRMED: Evidence = Observed("a test in a later product's server: charge.succeeded has paid true");
const TEMPO: Evidence = Assumed("the time until the seller confirms is not documented");
const DELIVERED: Evidence = Observed("a later product's server delivers the coins at once; the example list pairs paid with closed");
const FAILED: Evidence = Documented("API reference, Charges: event types; the status, and what causes it, are assumed");
const DISPUTED: Evidence = Documented("API reference, Charges: status values and event types; from which status is assumed");
const WRONG: Evidence = Assumed("the events of a dispute are documented, its results are not");
const RIGHT: Evidence = Assumed("the payment stands: charge.dispute.closed, and then charge.succeeded, because the charge is paid now");

/// The status table of a charge.
#[rustfmt::skip]
pub static CHARGE: Lifecycle<ChargeStatus> = Lifecycle::new("charge", &[
    Row { on: Call("createCharge"),           from: &[],                   to: Pending,         event: None,                           evidence: MADE },
    Row { on: Call("updateCharge"),           from: &[Pending],            to: BuyerPaid,       event: None,                           evidence: SAID },
    Row { on: Act("buyer-paid"),              from: &[Pending],            to: BuyerPaid,       event: None,                           evidence: SAID },
    Row { on: Deadline("expiresAt"),          from: &[Pending],            to: Cancelled,       event: Some("charge.expired"),         evidence: EXPIRY },
    Row { on: Act("confirm-charge"),          from: &[BuyerPaid],          to: SellerConfirmed, event: Some("charge.succeeded"),       evidence: CONFIRMED },
    Row { on: Pace(Duration::from_secs(60)),  from: &[BuyerPaid],          to: SellerConfirmed, event: Some("charge.succeeded"),       evidence: TEMPO },
    Row { on: Pace(Duration::ZERO),           from: &[SellerConfirmed],    to: Closed,          event: None,                           evidence: DELIVERED },
    Row { on: Act("deliver-coins"),           from: &[SellerConfirmed],    to: Closed,          event: None,                           evidence: DELIVERED },
    Row { on: Act("fail-charge"),             from: &[Pending, BuyerPaid], to: Cancelled,       event: Some("charge.failed"),          evidence: FAILED },
    Row { on: Act("dispute"),                 from: &[BuyerPaid],          to: Dispute,         event: Some("charge.dispute.created"), evidence: DISPUTED },
    Row { on: Act("close-dispute"),           from: &[Dispute],            to: Closed,          event: Some("charge.dispute.closed"),  evidence: RIGHT },
    Row { on: Act("close-dispute"),           from: &[Dispute],            to: Cancelled,       event: Some("charge.dispute.closed"),  evidence: WRONG },
]);

/// The money of a charge is available after this duration.
const MATURES: Duration = Duration::from_hours(24);

impl Object for Charge {
    kept!(Memory.charges, ChargeStatus, CHARGE);

    fn subject(&self) -> String {
        self.id.clone()
    }

    fn account<'a>(&'a self, memory: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(&memory.own(self.merchant).account)
    }

    fn deadline(&self) -> Option<Timestamp> {
        Some(self.expires_at())
    }

    fn entered(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<ChargeStatus>) {
        if row.on == Act("close-dispute") {
            cx.rest_on(DISPUTE_OUTCOME);
        }
        if let Some(name) = row.event {
            notify(memory, cx, number, name);
        }
        if row.to.is_paid() && !row.from.iter().any(|it| it.is_paid()) {
            credit(memory, cx, number);
            if row.event != Some("charge.succeeded") {
                notify(memory, cx, number, "charge.succeeded");
            }
        }
    }
}

fn notify(memory: &Memory, cx: &mut Context<'_>, number: u32, name: &'static str) {
    if let Some(charge) = memory.charges.get(number) {
        cx.rest_on(EVENT_STATE);
        webhooks::charge(memory, cx, charge, name);
    }
}

/// Credits a received payment as pending money.
fn credit(memory: &mut Memory, cx: &mut Context<'_>, number: u32) {
    let Some(charge) = memory.charges.get(number) else { return };
    cx.rest_on(CHARGE_MONEY);
    let posting = Posting {
        merchant: charge.merchant,
        currency: charge.currency,
        kind: RowKind::Charge,
        source: Source::Charge(number),
        amount_units: charge.amount_units,
        fee_units: charge.fee_units,
        status: RowStatus::Pending,
        available_on: later(cx.now(), MATURES),
    };
    let row = post(memory, cx, posting);
    memory.charges.update(number, |it| it.row = Some(row));
}
