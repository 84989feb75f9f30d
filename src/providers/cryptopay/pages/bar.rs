//! What the sandbox's bar offers beneath an order's page: actions of the table, by what the order's status allows.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::engine::chain::Transfer;
use crate::kit::bar::{self, Button, Label};
use crate::kit::money::plain;
use crate::providers::cryptopay::model::{Order, OrderStatus};

/// For an order and its transfer.
pub fn of_order(it: &Order, transfer: Option<&Transfer>) -> Vec<Button> {
    let id = it.order_id();
    let act = |label: Label, action| Button::act(label, action, json!({"order": id}));
    if it.waits() {
        return pay(it);
    }
    match (it.status(), transfer) {
        (OrderStatus::Pending, Some(transfer)) => {
            let one = transfer.confirmations.saturating_add(1).min(transfer.wanted.max(1));
            let confirm_one = Button::act(bar::CONFIRM_ONE, "confirm", json!({"order": id, "confirmations": one}));
            vec![confirm_one, act(bar::CONFIRM_ALL, "confirm"), act(bar::FAIL, "fail"), act(bar::DROP, "drop-transfer")]
        }
        (OrderStatus::Pending, None) => vec![act(bar::FAIL, "fail")],
        (OrderStatus::Expired, _) => vec![act(bar::PAY_LATE, "pay")],
        (OrderStatus::Confirmed | OrderStatus::Failed, _) => Vec::new(),
    }
}

fn pay(it: &Order) -> Vec<Button> {
    let id = it.order_id();
    let with = |amount: Option<Decimal>| -> Json {
        match amount {
            Some(amount) => json!({"order": id, "amount": plain(amount)}),
            None => json!({"order": id}),
        }
    };
    let pay = |label, amount| Button::act(label, "pay", with(amount));
    let decimals = it.chain.decimals(it.token).unwrap_or_default();
    let share = |tenths: i64| it.amount.checked_mul(Decimal::new(tenths, 1)).map(|it| it.trunc_with_scale(decimals).normalize());
    let (less, more) = (share(9).filter(|own| Decimal::ZERO < *own && *own < it.amount), share(11).filter(|own| it.amount < *own));
    let mut all = vec![pay(bar::PAY_EXACT, None)];
    all.extend(less.map(|it| pay(bar::PAY_LESS, Some(it))));
    all.extend(more.map(|it| pay(bar::PAY_MORE, Some(it))));
    all.push(Button::to(bar::PAY_LATE, it.expires_at).then(pay(bar::PAY_LATE, None)));
    all.push(Button::to(bar::EXPIRE, it.expires_at));
    all
}
