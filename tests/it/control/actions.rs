//! What customer, bank and portal user do.

use serde_json::{Value as Json, json};

use super::{call, create, perform, refused};
use crate::tape::{Tape, snapshot};

#[test]
fn every_action_is_listed_with_its_parameters() {
    let mut shop = Tape::shop();
    shop.play("control GET act");
    snapshot("control/every_action_is_listed_with_its_parameters", &shop.log);
}

#[test]
fn submit_details_takes_what_fits_the_payout() {
    let mut shop = Tape::shop();
    create(&mut shop, "card");
    shop.play(r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"sbp","amount":1,"type":"sbp","urls":{"returnUrl":"https://shop.test/ok"}}"#);
    let path = "act/quantum-payouts/submit-details";
    for (body, why) in [
        (json!({"orderNumber": "card"}), "pan is required for a card payout"),
        (json!({"orderNumber": "card", "pan": "4111"}), "pan is 13 to 19 digits"),
        (json!({"orderNumber": "card", "pan": 4_111_111_111_111_111_i64}), "pan is 13 to 19 digits"),
        (json!({"orderNumber": "card", "phone": "+79991234567"}), "a card payout goes to a card number, not to a phone"),
        (json!({"orderNumber": "sbp", "pan": "4111111111111111"}), "an SBP payout goes to a phone number, not to a card"),
        (json!({"orderNumber": "sbp"}), "phone is required for an SBP payout"),
        (json!({"orderNumber": "sbp", "phone": "+79991234567"}), "bank_id is required for an SBP payout"),
        (json!({"orderNumber": "sbp", "phone": "+79991234567", "bank_id": "4"}), "full_name is required for an SBP payout"),
        (json!({"orderNumber": "sbp", "phone": "12345", "bank_id": "4", "full_name": "I"}), "phone is a Russian number, as +79991234567"),
        (json!({"pan": "4111111111111111"}), "orderNumber is required: the payout's orderNumber; for a payout without one, its own number"),
        (json!({"orderNumber": "card", "card": "1"}), "This call takes no `card`; it takes orderNumber, pan, phone, bank_id, full_name."),
    ] {
        let (status, code, detail) = refused(&mut shop, "POST", path, &body);
        assert_eq!((status, code.as_str(), detail.as_str()), (422, "invalid_request", why), "{body}");
    }
    let phone = json!({"orderNumber": "sbp", "phone": "8 (999) 123-45-67", "bank_id": "100000000004", "full_name": "Иван Иванов"});
    let (status, acted) = call(&mut shop, "POST", path, &phone);
    assert_eq!(
        (status, &acted["status"], &acted["subject"], &acted["action"]),
        (200, &json!("created"), &json!("sbp"), &json!("submit-details"))
    );
    assert_eq!(acted["object"]["target"], json!({"maskedPhone": "+7******4567"}));
    assert_eq!(acted.get("settled"), None);
}

#[test]
fn an_action_that_the_state_forbids_is_a_conflict_that_names_it() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    perform(&mut shop, "B");
    let pan = json!({"orderNumber": "B", "pan": "4111111111111111"});
    let (status, code, detail) = refused(&mut shop, "POST", "act/quantum-payouts/submit-details", &pan);
    assert_eq!((status, code.as_str()), (409, "wrong_state"));
    assert_eq!(detail, "The payout `B` is processing; details can be entered only while it is uploaded.");
    for (number, outcome, state) in
        [("A", "success", "uploaded"), ("A", "failed", "uploaded"), ("A", "processing", "uploaded"), ("B", "processing", "processing")]
    {
        let body = json!({"orderNumber": number, "outcome": outcome});
        let (status, code, detail) = refused(&mut shop, "POST", "act/quantum-payouts/settle", &body);
        assert_eq!((status, code.as_str()), (409, "wrong_state"));
        assert!(detail.starts_with(&format!("The payout `{number}` is {state}; it can become {outcome} only from ")), "{detail}");
    }
    shop.play("set card_payouts=false");
    let pan = json!({"orderNumber": "A", "pan": "4111111111111111"});
    let (status, _, detail) = refused(&mut shop, "POST", "act/quantum-payouts/submit-details", &pan);
    assert_eq!((status, detail.as_str()), (409, "The payout `A` cannot continue: the setting `card_payouts` of its account is off."));
}

#[test]
fn what_does_not_exist_is_named_with_the_nearest() {
    let mut shop = Tape::shop();
    for (path, nearest) in [
        ("act/quantum-payouts/setle", "The nearest is `settle`."),
        ("act/quantum-payout/settle", "The nearest is `quantum-payouts`."),
        ("act/quantum-payouts/submit", "The nearest is `submit-details`."),
    ] {
        let (status, code, detail) = refused(&mut shop, "POST", path, &json!({}));
        assert_eq!((status, code.as_str()), (404, "not_found"), "{path}");
        assert!(detail.contains(nearest), "{detail}");
    }
    let (status, _, detail) = refused(&mut shop, "POST", "act/quantum-payouts/settle", &json!({"orderNumber": "X", "outcome": "failed"}));
    assert_eq!((status, detail.as_str()), (404, "No payout is named `X`."));
}

#[test]
fn values_that_an_action_cannot_take() {
    let mut shop = Tape::shop();
    perform(&mut shop, "A");
    for body in
        [json!({"orderNumber": "A"}), json!({"orderNumber": "A", "outcome": "paid"}), json!({"orderNumber": 1, "outcome": "failed"})]
    {
        assert_eq!(refused(&mut shop, "POST", "act/quantum-payouts/settle", &body).0, 422, "{body}");
    }
    for body in [
        json!({}),
        json!({"amount": 0, "pan": "4111111111111111"}),
        json!({"amount": "5", "pan": "4111111111111111"}),
        json!({"amount": 1_000_000_000_000_i64, "pan": "4111111111111111"}),
        json!({"amount": 5}),
    ] {
        assert_eq!(refused(&mut shop, "POST", "act/quantum-payouts/manual-payout", &body).0, 422, "{body}");
    }
}

#[test]
fn every_outcome_of_the_bank() {
    for outcome in ["success", "failed", "cancelled"] {
        let mut shop = Tape::shop();
        perform(&mut shop, "A");
        let (status, acted) = call(&mut shop, "POST", "act/quantum-payouts/settle", &json!({"orderNumber": "A", "outcome": outcome}));
        assert_eq!((status, &acted["status"], &acted["object"]["orderStatus"]), (200, &json!(outcome), &json!(outcome)));
        let told: Json = serde_json::from_slice(&shop.posted.last().expect("a webhook").body).expect("JSON");
        assert_eq!(told["payout"]["status"], outcome, "the answer comes after its webhook has its own");
        let clock = call(&mut shop, "GET", "clock", &Json::Null).1;
        assert_eq!(clock["pending"], 0, "i26: the bank's timer means nothing any more");
    }
}
