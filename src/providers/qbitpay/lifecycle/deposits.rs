//! Deposits: seen in the chain, and credited when they lie deep enough.

use super::ledger::{Posting, await_release, post};
use crate::engine::context::{Context, Stay};
use crate::kit::evidence::Evidence::{self, Assumed, Documented};
use crate::kit::lifecycle::On::{Act, Pace};
use crate::kit::lifecycle::{Lifecycle, On, Row, Word};
use crate::kit::time::{Duration, unix_seconds};
use crate::providers::qbitpay::model::DepositStatus::{self, Credited, Seen};
use crate::providers::qbitpay::model::{Currency, Deposit, Memory, Oid, RowKind, RowStatus, Source};
use crate::providers::qbitpay::webhooks;

const FLOW: Evidence = Documented("API reference, Quickstart: a notification is sent when the confirmations meet the requirement");
const TEMPO: Evidence = Assumed("no number of confirmations is named: 12 blocks of 12 seconds, as wallets are addresses of Ethereum");

/// What a deposit does.
#[rustfmt::skip]
pub static DEPOSIT: Lifecycle<DepositStatus> = Lifecycle(&[
    Row { on: Act("deposit"),                 from: &[],     to: Seen,     event: None,                      evidence: FLOW },
    Row { on: Act("confirm-deposit"),         from: &[Seen], to: Credited, event: Some("deposit.succeeded"), evidence: FLOW },
    Row { on: Pace(Duration::from_secs(144)), from: &[Seen], to: Credited, event: Some("deposit.succeeded"), evidence: TEMPO },
]);

/// Somebody has sent money; it counts as pending.
pub fn register_deposit(memory: &mut Memory, cx: &mut Context<'_>, merchant: u32, currency: Currency, amount_units: i64) -> u32 {
    let number = keep(memory, cx, merchant, currency, amount_units, Seen);
    let row = DEPOSIT.row(None, Act("deposit")).expect("a deposit is born of its action");
    settle_in(memory, cx, number, "", row);
    number
}

/// What an account owns from the start: a deposit that has long been credited.
pub fn open_with(memory: &mut Memory, cx: &mut Context<'_>, merchant: u32, currency: Currency, amount_units: i64) {
    keep(memory, cx, merchant, currency, amount_units, Credited);
}

fn keep(memory: &mut Memory, cx: &mut Context<'_>, merchant: u32, currency: Currency, amount_units: i64, status: DepositStatus) -> u32 {
    let (number, created_at) = (memory.deposits.next(), cx.now());
    let id = Oid::counted(unix_seconds(created_at), &mut cx.draws("qbitpay deposit", 0), number);
    let posting = Posting::now(cx, merchant, currency, RowKind::Deposit, Source::Deposit(number));
    let posting = match status {
        Seen => Posting { status: RowStatus::Pending, available_on: None, ..posting },
        Credited => posting,
    };
    let row = post(memory, cx, Posting { amount_units, ..posting });
    memory.deposits.push(Deposit { number, merchant, id, created_at, status, stay: 0, currency, amount_units, row });
    number
}

/// Moves a deposit along the row that `on` means for it. `None`: its status knows no such row, and nothing has changed.
pub fn take_deposit(memory: &mut Memory, cx: &mut Context<'_>, number: u32, on: On) -> Option<()> {
    let from = memory.deposits.get(number)?.status;
    follow_deposit(memory, cx, number, DEPOSIT.row(Some(from), on)?)
}

/// Moves a deposit along that row, if it starts where the deposit stands.
pub fn follow_deposit(memory: &mut Memory, cx: &mut Context<'_>, number: u32, row: &'static Row<DepositStatus>) -> Option<()> {
    let deposit = memory.deposits.get_mut(number)?;
    let from = deposit.status;
    if !row.from.contains(&from) {
        return None;
    }
    deposit.status = row.to;
    deposit.stay += 1;
    let posted = deposit.row;
    if let Some(posted) = memory.rows.get_mut(posted) {
        posted.available_on = Some(cx.now());
    }
    await_release(memory, cx, posted);
    settle_in(memory, cx, number, from.word(), row);
    Some(())
}

/// What follows from having entered a status: a line in the journal, timers, the event.
fn settle_in(memory: &Memory, cx: &mut Context<'_>, number: u32, from: &'static str, row: &Row<DepositStatus>) {
    let Some(deposit) = memory.deposits.get(number) else { return };
    cx.changed(&deposit.id.to_string(), from, row.to.word(), row.on);
    let account = &memory.own(deposit.merchant).account;
    cx.book_rows(&DEPOSIT, deposit.status, Stay { object: deposit.object(), number: deposit.stay, account, deadline: None });
    if let Some(name) = row.event {
        webhooks::deposit(memory, cx, deposit, name);
    }
}
