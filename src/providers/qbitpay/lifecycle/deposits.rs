//! Deposits: seen in the chain, and credited when they have enough confirmations.

use std::borrow::Cow;

use super::ledger::{Posting, post};
use crate::engine::context::Context;
use crate::engine::lifecycle::On::{Act, Pace};
use crate::engine::lifecycle::{Head, Lifecycle, Object, Row, book, born, kept, placed};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::time::{Duration, unix_seconds};
use crate::providers::qbitpay::decisions::{DEPOSIT_EVENT, PENDING_DEPOSIT};
use crate::providers::qbitpay::model::DepositStatus::{self, Credited, Seen};
use crate::providers::qbitpay::model::{BalanceTransaction, Currency, Deposit, Memory, Oid, RowKind, RowStatus, Source};
use crate::providers::qbitpay::webhooks;

const FLOW: Evidence =
    Documented("API reference, Quickstart: a notification is sent when the confirmations meet the requirement; the names are assumed");
const SEEN: Evidence = Assumed("API reference, Quickstart: a transfer needs a number of confirmations; its status until then has no name");
const TEMPO: Evidence =
    Assumed("the number of confirmations is not documented: 12 blocks of 12 seconds, because wallets are Ethereum addresses");

/// The status table of a deposit.
#[rustfmt::skip]
pub static DEPOSIT: Lifecycle<DepositStatus> = Lifecycle::new("deposit", &[
    Row { on: Act("deposit"),                 from: &[],     to: Seen,     event: None,                      evidence: SEEN },
    Row { on: Act("confirm-deposit"),         from: &[Seen], to: Credited, event: Some("deposit.succeeded"), evidence: FLOW },
    Row { on: Pace(Duration::from_secs(144)), from: &[Seen], to: Credited, event: Some("deposit.succeeded"), evidence: TEMPO },
]);

/// Money arrives in a merchant's wallet; it is pending.
pub fn make_deposit(memory: &mut Memory, cx: &mut Context<'_>, merchant: u32, currency: Currency, amount_units: i64) -> u32 {
    cx.rest_on(PENDING_DEPOSIT);
    let deposit = build(memory, cx, merchant, currency, amount_units, Seen);
    born(memory, cx, deposit, Act("deposit"))
}

/// An opening balance: a deposit that is already credited.
pub fn open_with(memory: &mut Memory, cx: &mut Context<'_>, merchant: u32, currency: Currency, amount_units: i64) {
    let deposit = build(memory, cx, merchant, currency, amount_units, Credited);
    placed(memory, cx, deposit, Credited);
}

/// Builds a deposit that begins in that status, and posts its row of the ledger.
fn build(
    memory: &mut Memory,
    cx: &mut Context<'_>,
    merchant: u32,
    currency: Currency,
    amount_units: i64,
    status: DepositStatus,
) -> Deposit {
    let (number, created_at) = (memory.deposits.next(), cx.now());
    let id = Oid::of_object(unix_seconds(created_at), &mut cx.draws("qbitpay deposit", 0), number);
    let posting = Posting::now(cx, merchant, currency, RowKind::Deposit, Source::Deposit(number));
    let posting = match status {
        Seen => Posting { status: RowStatus::Pending, available_on: None, ..posting },
        Credited => posting,
    };
    let row = post(memory, cx, Posting { amount_units, ..posting });
    Deposit { number, merchant, id, created_at, head: Head::default(), currency, amount_units, row }
}

impl Object for Deposit {
    kept!(Memory.deposits, DepositStatus, DEPOSIT);

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn account<'a>(&'a self, memory: &'a Memory) -> Cow<'a, str> {
        Cow::Borrowed(&memory.own(self.merchant).account)
    }

    fn entered(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<DepositStatus>) {
        let Some(posted) = memory.deposits.get(number).map(|it| it.row) else { return };
        if row.to == Credited {
            let now = cx.now();
            memory.rows.update(posted, |it| it.available_on = Some(now));
            book::<BalanceTransaction>(memory, cx, posted);
        }
        if let (Some(deposit), Some(name)) = (memory.deposits.get(number), row.event) {
            cx.rest_on(DEPOSIT_EVENT);
            webhooks::deposit(memory, cx, deposit, name);
        }
    }
}
