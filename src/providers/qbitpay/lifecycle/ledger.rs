//! Rows of the ledger: how they are posted, and when pending money becomes available.

use std::borrow::Cow;

use crate::engine::context::Context;
use crate::engine::lifecycle::On::Deadline;
use crate::engine::lifecycle::{Head, Lifecycle, Object, Row, kept, placed};
use crate::kit::evidence::Evidence::Documented;
use crate::kit::ids::entity;
use crate::kit::time::{Timestamp, unix_seconds};
use crate::kit::word::Word;
use crate::providers::qbitpay::model::RowStatus::{self, Available, Pending};
use crate::providers::qbitpay::model::{Balance, BalanceTransaction, Currency, Memory, Oid, RowKind, Source};

/// The status table of a row that is pending at first.
#[rustfmt::skip]
pub static BALANCE_TRANSACTION: Lifecycle<RowStatus> = Lifecycle::new("balanceTransaction", &[
    Row { on: Deadline("availableOn"), from: &[Pending], to: Available, event: None, evidence: Documented("API reference, Balance transactions: timestamp when the status is available; that this is 24 hours after the payment of a charge, and when a deposit is credited, is assumed") },
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

/// Posts a row, and returns its number.
pub fn post(memory: &mut Memory, cx: &mut Context<'_>, posting: Posting) -> u32 {
    let number = memory.rows.next();
    let Posting { merchant, currency, kind, source, amount_units, fee_units, status, available_on } = posting;
    let created_at = cx.now();
    let id = Oid::of_object(unix_seconds(created_at), &mut cx.draws("qbitpay balanceTransaction", 0), number);
    let balance = Oid::draw(&mut cx.draws("qbitpay balance", entity(&[&memory.own(merchant).account, currency.word()])));
    let head = Head::default();
    let row = BalanceTransaction { number, merchant, id, created_at, currency, kind, source, amount_units, fee_units, head, available_on };
    let own = memory.own_mut(merchant).balances.entry(currency).or_insert(Balance::empty(balance));
    own.add(status, row.net_units());
    placed(memory, cx, row, status)
}

impl Object for BalanceTransaction {
    kept!(Memory.rows, RowStatus, BALANCE_TRANSACTION);

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn account<'a>(&'a self, memory: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(&memory.own(self.merchant).account)
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.available_on
    }

    /// Pending money becomes available.
    fn entered(memory: &mut Memory, _: &mut Context<'_>, number: u32, _: &'static Row<RowStatus>) {
        let Some(row) = memory.rows.get(number) else { return };
        let (merchant, currency, net_units) = (row.merchant, row.currency, row.net_units());
        if let Some(balance) = memory.own_mut(merchant).balances.get_mut(&currency) {
            balance.add(Pending, net_units.saturating_neg());
            balance.add(Available, net_units);
        }
    }
}
