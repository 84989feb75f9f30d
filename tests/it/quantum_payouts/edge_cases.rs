//! What an integrator needs to reproduce, one tape each.

use crate::tape::{Tape, check, snapshot};

const CREATE: &str = r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":150000,"urls":{"returnUrl":"https://shop.test/ok","failUrl":"https://shop.test/no"}}"#;
const PERFORM: &str = r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":150000,"description":"One-time payout","target":{"pan":"4111111111111111"}}"#;
const STATUS: &str = r#"POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"A"}"#;

fn story(name: &str, lines: &[&str]) {
    check(&format!("quantum_payouts/{name}"), &lines.join("\n"));
}

#[test]
fn e01_two_faults_make_one_message() {
    story("e01_two_faults_make_one_message", &[r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":0,"urls":{}}"#]);
}

#[test]
fn e02_amounts_are_whole_kopecks_of_twelve_digits() {
    let create = |number: &str, amount: &str| {
        format!(
            r#"POST /quantum-payouts/api/v1/createPayout {{"orderNumber":"{number}","amount":{amount},"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#
        )
    };
    let amounts = ["\"150000\"", "150000.5", "1e5", "-1", "true", "null", "1000000000000", "999999999999", "1"];
    let lines: Vec<String> = amounts.iter().enumerate().map(|(n, amount)| create(&format!("A{n}"), amount)).collect();
    check("quantum_payouts/e02_amounts_are_whole_kopecks_of_twelve_digits", &lines.join("\n"));
}

#[test]
fn e03_order_numbers_of_36_characters() {
    let long = "x".repeat(36);
    let create = CREATE.replace("\"A\"", &format!("\"{long}\""));
    let over = CREATE.replace("\"A\"", &format!("\"{long}x\""));
    let perform = PERFORM.replace("\"A\"", &format!("\"{}\"", &long[..33]));
    let status = STATUS.replace("\"A\"", &format!("\"{long}\""));
    let mut shop = Tape::shop();
    shop.play(&[create.as_str(), &over, &perform, &status].join("\n"));
    shop.admin("PATCH", "accounts/quantum-payouts/default", &serde_json::json!({"strict_order_number": true}));
    shop.play(&status);
    snapshot("quantum_payouts/e03_order_numbers_of_36_characters", &shop.log);
}

#[test]
fn e04_e05_e06_performing_twice_pays_once() {
    let other = PERFORM.replace("150000", "7").replace("4111111111111111", "5555555555554444");
    story("e04_e05_e06_performing_twice_pays_once", &[PERFORM, PERFORM, &other, "advance 1m", PERFORM, &other, "advance until idle"]);
}

#[test]
fn e07_only_a_card_can_be_performed() {
    let perform = |target: &str| {
        format!(r#"POST /quantum-payouts/api/v1/performPayout {{"orderNumber":"A","amount":1,"description":"d","target":{target}}}"#)
    };
    let targets = [
        r#"{"phone":"+79991234567"}"#,
        r#"{"pan":"411111111111"}"#,
        r#"{"pan":"41111111111111111111"}"#,
        r#"{"pan":"4111 1111 1111 1111"}"#,
        r#"{"pan":4111111111111111}"#,
        r#""4111111111111111""#,
        "null",
    ];
    let lines: Vec<String> = targets.iter().map(|it| perform(it)).collect();
    check("quantum_payouts/e07_only_a_card_can_be_performed", &lines.join("\n"));
}

#[test]
fn e08_an_account_without_card_rights() {
    let mut shop = Tape::shop();
    shop.admin("PATCH", "accounts/quantum-payouts/default", &serde_json::json!({"card_payouts": false}));
    shop.play(&["GET /quantum-payouts/api/v1/features", PERFORM, CREATE].join("\n"));
    snapshot("quantum_payouts/e08_an_account_without_card_rights", &shop.log);
}

#[test]
fn e09_a_payout_from_the_page_to_success() {
    let details = "act quantum-payouts.submit-details orderNumber=A pan=4111111111111111";
    story(
        "e09_a_payout_from_the_page_to_success",
        &[CREATE, STATUS, details, STATUS, "advance 1s", STATUS, "advance 5s", STATUS, "advance until idle"],
    );
}

#[test]
fn e10_nobody_opens_the_link() {
    let long = CREATE.replace("\"A\"", "\"B\"").replace("\"amount\"", "\"sessionTimeoutSecs\":1800,\"amount\"");
    let mut shop = Tape::shop();
    shop.play(&[CREATE, &long, "advance 599s", "advance 1s", "advance 1199s", "advance 1s"].join("\n"));
    let page = shop.log.split("/static/payout.php?").nth(1).and_then(|it| it.split('"').next()).expect("a link").to_owned();
    shop.play(&format!("GET /quantum-payouts/static/payout.php?{page}"));
    snapshot("quantum_payouts/e10_nobody_opens_the_link", &shop.log);
}

#[test]
fn e11_nine_failures_and_then_a_receiver_that_listens() {
    let answers = "merchant 500 500 500 500 500 500 500 500 500 204";
    let create = CREATE.replace("\"amount\"", "\"sessionTimeoutSecs\":86400,\"amount\"");
    let mut shop = Tape::shop();
    shop.play(&[answers, &create, "advance 7h"].join("\n"));
    assert_eq!(shop.posted.len(), 10, "no eleventh attempt");
    let event = |n: usize| shop.posted[n].headers.get("x-payouts-event-id").cloned();
    let ids: Vec<_> = (0..10).map(event).collect();
    assert!(ids.windows(2).all(|it| it[0] == it[1]), "the same event each time");
    snapshot("quantum_payouts/e11_nine_failures_and_then_a_receiver_that_listens", &shop.log);
}
