//! Payouts: the money leaves at once, and comes back when it does not arrive.

use super::ledger::{Posting, post};
use crate::engine::context::{Context, Stay};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::lifecycle::On::{Act, Call, Pace};
use crate::kit::lifecycle::{Lifecycle, Row, Word};
use crate::kit::time::Duration;
use crate::providers::qbitpay::model::PayoutStatus::{self, Cancelled, Failed, InTransit, Paid, Pending};
use crate::providers::qbitpay::model::{Memory, Payout, RowKind, Source};
use crate::providers::qbitpay::webhooks;

const MADE: Evidence = Documented("API reference, Payouts: create; event types");
const TABLE: Evidence = Documented("API reference, Payouts: status values and event types; what leads from one to the next is assumed");
const TEMPO: Evidence = Assumed("no times are named; arrivalDate in the examples is two days after createdAt");

/// What a payout does.
#[rustfmt::skip]
pub static PAYOUT: Lifecycle<PayoutStatus> = Lifecycle(&[
    Row { on: Call("createPayout"),            from: &[],                   to: Pending,   event: Some("payout.pending"),      evidence: MADE },
    Row { on: Pace(Duration::from_secs(60)),   from: &[Pending],            to: InTransit, event: Some("payout.inTransition"), evidence: TEMPO },
    Row { on: Act("settle-payout"),            from: &[Pending],            to: InTransit, event: Some("payout.inTransition"), evidence: TABLE },
    Row { on: Pace(Duration::from_hours(48)),  from: &[InTransit],          to: Paid,      event: Some("payout.paid"),         evidence: TEMPO },
    Row { on: Act("settle-payout"),            from: &[InTransit],          to: Paid,      event: Some("payout.paid"),         evidence: TABLE },
    Row { on: Act("settle-payout"),            from: &[Pending, InTransit], to: Failed,    event: Some("payout.failed"),       evidence: TABLE },
    Row { on: Act("settle-payout"),            from: &[Pending],            to: Cancelled, event: Some("payout.cancelled"),    evidence: TABLE },
]);

/// Keeps a new payout.
pub fn register_payout(memory: &mut Memory, cx: &mut Context<'_>, payout: Payout) {
    let number = payout.number;
    memory.keep_payout(payout);
    let row = PAYOUT.row(None, Call("createPayout")).expect("a payout is born of its call");
    settle_in(memory, cx, number, "", row);
}

/// Moves a payout along that row, if it starts where the payout stands.
pub fn follow_payout(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<PayoutStatus>) -> Option<()> {
    let from = memory.payouts.get(number)?.status;
    if !row.from.contains(&from) {
        return None;
    }
    memory.move_payout(number, row.to);
    match row.to {
        Paid => {
            let now = cx.now();
            memory.payouts.get_mut(number)?.paid_at = Some(now);
        }
        Failed => take_back(memory, cx, number, RowKind::PayoutFailure),
        Cancelled => take_back(memory, cx, number, RowKind::PayoutCancel),
        Pending | InTransit => {}
    }
    settle_in(memory, cx, number, from.word(), row);
    Some(())
}

/// What follows from having entered a status: a line in the journal, timers, the event.
fn settle_in(memory: &Memory, cx: &mut Context<'_>, number: u32, from: &'static str, row: &Row<PayoutStatus>) {
    let Some(payout) = memory.payouts.get(number) else { return };
    cx.changed(&payout.id.to_string(), from, row.to.word(), row.on);
    let account = &memory.own(payout.merchant).account;
    cx.book_rows(&PAYOUT, payout.status, Stay { object: payout.object(), number: payout.stay, account, deadline: None });
    if let Some(name) = row.event {
        webhooks::payout(memory, cx, payout, name);
    }
}

/// The money comes back, its fee included.
fn take_back(memory: &mut Memory, cx: &mut Context<'_>, number: u32, kind: RowKind) {
    let Some(payout) = memory.payouts.get(number) else { return };
    let (amount_units, fee_units) = (payout.amount_units, -payout.fee_units);
    let posting = Posting::now(cx, payout.merchant, payout.currency, kind, Source::Payout(number));
    let row = post(memory, cx, Posting { amount_units, fee_units, ..posting });
    if let Some(payout) = memory.payouts.get_mut(number) {
        payout.reversal = Some(row);
    }
}
