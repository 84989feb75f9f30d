//! What the sandbox's bar offers beneath the payer's page: actions of the table, by what the payment's status allows.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::kit::bar::{self, Button, Label};
use crate::kit::time::Timestamp;
use crate::providers::quantapay::model::{Session, SessionStatus, Status, Transaction};
use crate::providers::quantapay::wire::coins;

/// For a session without a payment.
pub fn of_session(it: &Session, now: Timestamp) -> Vec<Button> {
    if it.status(now) != SessionStatus::Open {
        return Vec::new();
    }
    let choose = Button::act(bar::CHOOSE, "choose-coin", json!({"session": it.id(), "cryptocurrency": "btc"}));
    vec![choose, Button::to(bar::EXPIRE, it.expires_at())]
}

/// For a payment, whose transfer has that many confirmations.
pub fn of_transaction(it: &Transaction, now: Timestamp, confirmations: u32) -> Vec<Button> {
    let id = it.id.to_string();
    let act = |label: Label, action| Button::act(label, action, json!({"transaction": id}));
    match it.status() {
        Status::Pending if it.transfer.is_some() => {
            let one = confirmations.saturating_add(1).min(it.wanted.max(1));
            let confirm_one = Button::act(bar::CONFIRM_ONE, "confirm", json!({"transaction": id, "confirmations": one}));
            vec![confirm_one, act(bar::CONFIRM_ALL, "confirm"), act(bar::DROP, "drop-transfer")]
        }
        Status::Pending => pay(it, now),
        Status::Completed => vec![act(bar::REFUND, "refund")],
        Status::Underpaid => vec![act(bar::ACCEPT, "accept-underpayment"), act(bar::REFUND, "refund")],
        Status::Refunded | Status::Deleted => Vec::new(),
    }
}

fn pay(it: &Transaction, now: Timestamp) -> Vec<Button> {
    let id = it.id.to_string();
    let with = |amount: Option<Decimal>| -> Json {
        match amount {
            Some(amount) => json!({"transaction": id, "amount": coins(amount)}),
            None => json!({"transaction": id}),
        }
    };
    let pay = |label, amount| Button::act(label, "pay", with(amount));
    let cancel = Button::act(bar::CANCEL, "cancel", with(None));
    if it.is_expired(now) {
        return vec![pay(bar::PAY_LATE, None), cancel];
    }
    let until = it.expires_at();
    let (less, more) = (it.coin.cut(it.amount * Decimal::new(9, 1)), it.coin.cut(it.amount * Decimal::new(11, 1)));
    let mut all = vec![pay(bar::PAY_EXACT, None)];
    all.extend((Decimal::ZERO < less && less < it.amount).then(|| pay(bar::PAY_LESS, Some(less))));
    all.extend((it.amount < more).then(|| pay(bar::PAY_MORE, Some(more))));
    all.push(Button::to(bar::PAY_LATE, until).then(pay(bar::PAY_LATE, None)));
    all.extend([Button::to(bar::EXPIRE, until), cancel]);
    all
}
