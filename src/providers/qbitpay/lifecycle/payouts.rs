//! Payouts: the money leaves at once, and returns when the payout fails.

use std::borrow::Cow;

use super::ledger::{Posting, post};
use crate::engine::context::Context;
use crate::engine::lifecycle::On::{Act, Call, Pace};
use crate::engine::lifecycle::{Lifecycle, Object, Row, kept};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::time::Duration;
use crate::providers::qbitpay::decisions::PAYOUT_REVERSAL;
use crate::providers::qbitpay::model::PayoutStatus::{self, Cancelled, Failed, InTransit, Paid, Pending};
use crate::providers::qbitpay::model::{Memory, Payout, RowKind, Source};
use crate::providers::qbitpay::webhooks;

const MADE: Evidence = Documented("API reference, Payouts: create; event types");
const TABLE: Evidence =
    Documented("API reference, Payouts: status values and event types; from which status, and by what cause, is assumed");
const TEMPO: Evidence = Assumed("the times are not documented; arrivalDate in the examples is two days after createdAt");

/// The status table of a payout.
#[rustfmt::skip]
pub static PAYOUT: Lifecycle<PayoutStatus> = Lifecycle::new("payout", &[
    Row { on: Call("createPayout"),            from: &[],                   to: Pending,   event: Some("payout.pending"),      evidence: MADE },
    Row { on: Pace(Duration::from_secs(60)),   from: &[Pending],            to: InTransit, event: Some("payout.inTransition"), evidence: TEMPO },
    Row { on: Act("settle-payout"),            from: &[Pending],            to: InTransit, event: Some("payout.inTransition"), evidence: TABLE },
    Row { on: Pace(Duration::from_hours(48)),  from: &[InTransit],          to: Paid,      event: Some("payout.paid"),         evidence: TEMPO },
    Row { on: Act("settle-payout"),            from: &[InTransit],          to: Paid,      event: Some("payout.paid"),         evidence: TABLE },
    Row { on: Act("settle-payout"),            from: &[Pending, InTransit], to: Failed,    event: Some("payout.failed"),       evidence: TABLE },
    Row { on: Act("settle-payout"),            from: &[Pending],            to: Cancelled, event: Some("payout.cancelled"),    evidence: TABLE },
]);

impl Object for Payout {
    kept!(Memory.payouts, PayoutStatus, PAYOUT);

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn account<'a>(&'a self, memory: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(&memory.own(self.merchant).account)
    }

    fn entered(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<PayoutStatus>) {
        match row.to {
            Paid => {
                let now = cx.now();
                memory.payouts.update(number, |it| it.paid_at = Some(now));
            }
            Failed => reverse(memory, cx, number, RowKind::PayoutFailure),
            Cancelled => reverse(memory, cx, number, RowKind::PayoutCancel),
            Pending | InTransit => {}
        }
        if let (Some(payout), Some(name)) = (memory.payouts.get(number), row.event) {
            webhooks::payout(memory, cx, payout, name);
        }
    }
}

/// Returns the money, fee included.
fn reverse(memory: &mut Memory, cx: &mut Context<'_>, number: u32, kind: RowKind) {
    let Some(payout) = memory.payouts.get(number) else { return };
    cx.rest_on(PAYOUT_REVERSAL);
    let (amount_units, fee_units) = (payout.amount_units, -payout.fee_units);
    let posting = Posting::now(cx, payout.merchant, payout.currency, kind, Source::Payout(number));
    let row = post(memory, cx, Posting { amount_units, fee_units, ..posting });
    memory.payouts.update(number, |it| it.reversal = Some(row));
}
