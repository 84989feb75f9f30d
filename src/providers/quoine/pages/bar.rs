//! What the sandbox's bar offers beneath an invoice: actions of the table, by what the invoice's status allows.

use serde_json::{Value as Json, json};

use crate::engine::chain::Transfer;
use crate::kit::bar::{self, Button, Label};
use crate::kit::time::Timestamp;
use crate::providers::quoine::model::{Invoice, Status};
use crate::providers::quoine::wire::btc;

/// For an invoice that is open until that moment. `least` is the payment with the fewest confirmations.
pub fn of_invoice(it: &Invoice, until: Timestamp, least: Option<&Transfer>) -> Vec<Button> {
    let id = it.id;
    let act = |label: Label, action| Button::act(label, action, json!({"invoice": id}));
    match it.status() {
        Status::Ready => pay(it, until),
        Status::Unconfirmed => {
            let one = least.map_or(1, |it| it.confirmations.saturating_add(1).min(it.wanted.max(1)));
            let confirm_one = Button::act(bar::CONFIRM_ONE, "confirm", json!({"invoice": id, "confirmations": one}));
            vec![confirm_one, act(bar::CONFIRM_ALL, "confirm"), act(bar::DROP, "drop-transfer")]
        }
        Status::Confirmed => vec![act(bar::CAPTURE, "capture")],
        Status::Expired | Status::Invalid => vec![act(bar::PAY_LATE, "pay")],
        Status::Captured | Status::Complete => Vec::new(),
    }
}

fn pay(it: &Invoice, until: Timestamp) -> Vec<Button> {
    let with = |satoshi: Option<i64>| -> Json {
        match satoshi {
            Some(satoshi) => json!({"invoice": it.id, "amount": btc(satoshi).text()}),
            None => json!({"invoice": it.id}),
        }
    };
    let pay = |label, satoshi| Button::act(label, "pay", with(satoshi));
    let (less, more) = (it.due() - it.due() / 10, it.due().saturating_add(it.due() / 10 + 1));
    let mut all = vec![pay(bar::PAY_EXACT, None)];
    all.extend((less < it.due()).then(|| pay(bar::PAY_LESS, Some(less))));
    all.push(pay(bar::PAY_MORE, Some(more)));
    all.push(Button::to(bar::PAY_LATE, until).then(pay(bar::PAY_LATE, None)));
    all.push(Button::to(bar::EXPIRE, until));
    if !it.payments.is_empty() {
        all.push(Button::act(bar::DROP, "drop-transfer", with(None)));
    }
    all
}
