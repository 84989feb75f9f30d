//! Rows of the ledger: how they are posted, and when pending money can be used.

use crate::engine::context::{Context, Stay};
use crate::kit::evidence::Evidence::Assumed;
use crate::kit::ids::entity;
use crate::kit::lifecycle::On::Deadline;
use crate::kit::lifecycle::{Lifecycle, Row, Word};
use crate::kit::time::{Timestamp, unix_seconds};
use crate::providers::qbitpay::model::RowStatus::{self, Available, Pending};
use crate::providers::qbitpay::model::{BalanceTransaction, Currency, Memory, Oid, RowKind, Source};

/// What a row does that was not available at once.
#[rustfmt::skip]
pub static BALANCE_TRANSACTION: Lifecycle<RowStatus> = Lifecycle(&[
    Row { on: Deadline("availableOn"), from: &[Pending], to: Available, event: None, evidence: Assumed("the example's availableOn is its createdAt and 24 hours, which is when a charge's money can be used; a deposit's can when it is credited") },
]);

/// A row about to be posted.
pub struct Posting {
    pub merchant: u32,
    pub currency: Currency,
    pub kind: RowKind,
    pub source: Source,
    pub amount_units: i64,
    pub fee_units: i64,
    pub status: RowStatus,
    pub available_on: Option<Timestamp>,
}

impl Posting {
    /// Money that moves now.
    pub fn now(cx: &Context<'_>, merchant: u32, currency: Currency, kind: RowKind, source: Source) -> Self {
        let available_on = Some(cx.now());
        Self { merchant, currency, kind, source, amount_units: 0, fee_units: 0, status: Available, available_on }
    }
}

/// Posts a row, and gives its number.
pub fn post(memory: &mut Memory, cx: &mut Context<'_>, posting: Posting) -> u32 {
    let number = memory.rows.next();
    let Posting { merchant, currency, kind, source, amount_units, fee_units, status, available_on } = posting;
    let created_at = cx.now();
    let id = Oid::counted(unix_seconds(created_at), &mut cx.draws("qbitpay balanceTransaction", 0), number);
    let balance = Oid::drawn(&mut cx.draws("qbitpay balance", entity(&[&memory.own(merchant).account, currency.word()])));
    let row =
        BalanceTransaction { number, merchant, id, created_at, currency, kind, source, amount_units, fee_units, status, available_on };
    memory.post(row, balance);
    await_release(memory, cx, number);
    number
}

/// A pending row whose moment is known waits for it.
pub fn await_release(memory: &Memory, cx: &mut Context<'_>, number: u32) {
    let Some(row) = memory.rows.get(number) else { return };
    let account = &memory.own(row.merchant).account;
    cx.book_rows(&BALANCE_TRANSACTION, row.status, Stay { object: row.object(), number: row.stay(), account, deadline: row.available_on });
}

/// The moment of a row has come.
pub fn release(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<RowStatus>) {
    let Some(id) = memory.rows.get(number).filter(|it| row.from.contains(&it.status)).map(|it| it.id) else { return };
    memory.release(number);
    cx.changed(&id.to_string(), Pending.word(), row.to.word(), row.on);
}
