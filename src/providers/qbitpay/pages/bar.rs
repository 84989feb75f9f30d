//! What the sandbox's bar offers beneath a payment page: actions of the table, by the rows of the charge's status.

use serde_json::json;

use crate::engine::lifecycle::On;
use crate::kit::bar::{self, Button, Label};
use crate::providers::qbitpay::lifecycle::CHARGE;
use crate::providers::qbitpay::model::{Charge, ChargeStatus};

/// Actions that need nothing but the charge.
const PLAIN: &[(Label, &str)] = &[
    (bar::PAID, "buyer-paid"),
    (bar::SELLER, "confirm-charge"),
    (bar::DELIVER, "deliver-coins"),
    (bar::DISPUTE, "dispute"),
    (bar::FAIL, "fail-charge"),
];

/// For a charge.
pub fn of_charge(it: &Charge) -> Vec<Button> {
    let can = |action: &'static str| CHARGE.rows.iter().any(|row| row.on == On::Act(action) && row.from.contains(&it.status()));
    let plain = PLAIN.iter().filter(|(_, action)| can(action));
    let mut all: Vec<Button> = plain.map(|(label, action)| Button::act(*label, action, json!({"charge": it.id}))).collect();
    if can("close-dispute") {
        let decide = |label, who| Button::act(label, "close-dispute", json!({"charge": it.id, "in_favour_of": who}));
        all.extend([decide(bar::FOR_BUYER, "buyer"), decide(bar::FOR_SELLER, "seller")]);
    }
    if it.status() == ChargeStatus::Pending {
        all.push(Button::to(bar::EXPIRE, it.expires_at()));
    }
    all
}
