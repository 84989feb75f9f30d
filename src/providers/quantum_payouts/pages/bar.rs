//! What the sandbox's bar offers beneath the recipient's page: actions of the table, by the rows of the payout's status.

use serde_json::json;

use crate::engine::lifecycle::On;
use crate::kit::bar::{self, Button, Label};
use crate::kit::word::Word;
use crate::providers::quantum_payouts::lifecycle::PAYOUT;
use crate::providers::quantum_payouts::model::{Kind, Payout, Status};

/// What the bank can do.
const OF_BANK: &[(Label, Status)] =
    &[(bar::PROCESS, Status::Processing), (bar::SUCCEED, Status::Success), (bar::FAIL, Status::Failed), (bar::CANCEL, Status::Cancelled)];

/// For a payout.
pub fn of_payout(it: &Payout) -> Vec<Button> {
    let order = it.order_number.clone().unwrap_or_else(|| it.id.to_string());
    let mut all = Vec::new();
    if it.status() == Status::Uploaded && it.kind != Some(Kind::Sbp) {
        all.push(Button::act(bar::SUBMIT_CARD, "submit-details", json!({"orderNumber": order, "pan": "4111111111111111"})));
    }
    if it.status() == Status::Uploaded && it.kind != Some(Kind::Card) {
        let details = json!({"orderNumber": order, "phone": "+79991234567", "bank_id": "100000000111", "full_name": "Ivan Petrov"});
        all.push(Button::act(bar::SUBMIT_PHONE, "submit-details", details));
    }
    let can = |to| PAYOUT.rows.iter().any(|row| row.on == On::Act("settle") && row.to == to && row.from.contains(&it.status()));
    let of_bank = OF_BANK.iter().filter(|(_, to)| can(*to));
    all.extend(of_bank.map(|(label, to)| Button::act(*label, "settle", json!({"orderNumber": order, "outcome": to.word()}))));
    if let Some(link) = it.link.as_ref().filter(|_| it.status() == Status::Uploaded) {
        all.push(Button::to(bar::EXPIRE, link.until));
    }
    all
}
