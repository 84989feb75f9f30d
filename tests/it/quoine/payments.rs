//! Payments and the chain that confirms them, actions, and the payer's page, one tape each.

use serde_json::json;

use super::{answer, served, shop, text};
use crate::tape::{Tape, check};

const CREATE: &str = r#"POST /quoine/api/v1/invoices {"price":"500.0","name":"order 1"}"#;
const GET: &str = "GET /quoine/api/v1/invoices/1";

fn story(name: &str, lines: &[&str]) {
    check(&format!("quoine/{name}"), &lines.join("\n"));
}

#[test]
fn a_reorganisation_takes_confirmations_back() {
    story(
        "a_reorganisation_takes_confirmations_back",
        &[
            CREATE,
            "act quoine.pay invoice=1",
            "advance 30m",
            "GET /quoine/pay/1",
            "act quoine.reorg depth=2",
            "GET /quoine/pay/1",
            "control GET clock",
            "advance 50m",
            GET,
            "# final statuses stay",
            "act quoine.reorg depth=100",
            GET,
        ],
    );
}

#[test]
fn reorganisations_can_make_a_payment_come_too_late() {
    story(
        "reorganisations_can_make_a_payment_come_too_late",
        &[
            CREATE,
            "act quoine.pay invoice=1",
            "advance 59m",
            "act quoine.reorg depth=5 blockchain=btc",
            "restart",
            "advance 50m",
            "act quoine.reorg depth=9",
            "advance 50m",
            "act quoine.reorg depth=3",
            "advance until idle",
            GET,
        ],
    );
}

#[test]
fn a_payment_that_is_confirmed_when_it_is_seen() {
    story(
        "a_payment_that_is_confirmed_when_it_is_seen",
        &["set quoine/2 confirmations=0", CREATE, "act quoine.pay invoice=1 amount=0.1", "act quoine.pay invoice=1", GET],
    );
}

#[test]
fn payments_are_confirmed_one_by_one() {
    story(
        "payments_are_confirmed_one_by_one",
        &[
            "set quoine/2 confirmations=2",
            CREATE,
            "act quoine.pay invoice=1 amount=0.2",
            "advance 29m",
            "act quoine.pay invoice=1 amount=0.3",
            "advance 10m",
            "act quoine.pay invoice=1 amount=0.1",
            GET,
            "advance until idle",
            GET,
        ],
    );
}

#[test]
fn actions_that_the_state_does_not_allow() {
    story(
        "actions_that_the_state_does_not_allow",
        &[
            "act quoine.pay invoice=1",
            "act quoine.pay invoice=x",
            "act quoine.pay",
            "set quoine/2 pace=manual",
            CREATE,
            "act quoine.confirm invoice=1",
            "act quoine.capture invoice=1",
            "act quoine.pay invoice=1 amount=0",
            "act quoine.pay invoice=1 amount=0.000000001",
            "act quoine.pay invoice=1 amount=21000001",
            "act quoine.pay invoice=1",
            "act quoine.capture invoice=1",
            "act quoine.confirm invoice=1",
            "act quoine.confirm invoice=1",
            "act quoine.reorg",
            "act quoine.reorg depth=0",
            "act quoine.reorg depth=1001",
            "act quoine.reorg depth=1.5",
            "act quoine.reorg depth=1 blockchain=eth",
            "act quoine.reorg depth=1 blockchain=btc",
        ],
    );
}

#[test]
fn an_invoice_is_confirmed_block_by_block() {
    story(
        "an_invoice_is_confirmed_block_by_block",
        &[
            "set quoine/2 pace=manual",
            CREATE,
            "act quoine.pay invoice=1",
            "act quoine.confirm invoice=1 confirmations=0",
            "act quoine.confirm invoice=1 confirmations=1001",
            "act quoine.confirm invoice=1 confirmations=1.5",
            "act quoine.confirm invoice=1 confirmations=5",
            "GET /quoine/pay/1",
            "act quoine.confirm invoice=1 confirmations=1",
            "act quoine.confirm invoice=1 confirmations=6",
        ],
    );
}

#[test]
fn an_address_that_changes_while_a_callback_waits() {
    story(
        "an_address_that_changes_while_a_callback_waits",
        &[
            "merchant 500",
            CREATE,
            "advance 30m",
            r#"POST /quoine/api/v1/payments_callback_url {"callback":"http://shop.test"}"#,
            "merchant 200",
            "advance 1m",
        ],
    );
}

#[test]
fn the_page_of_an_invoice() {
    let form = "with Content-Type: application/x-www-form-urlencoded";
    story(
        "the_page_of_an_invoice",
        &[
            CREATE,
            "GET /quoine/pay/1",
            form,
            "POST /quoine/pay/1 amount=nothing",
            form,
            "POST /quoine/pay/1 amount=0.2",
            "advance 5500ms",
            "GET /quoine/pay/1",
            form,
            "POST /quoine/pay/1 amount=",
            "GET /quoine/pay/1",
            "GET /quoine/pay/2",
            "GET /quoine/pay/x/y",
            "DELETE /quoine/pay/1",
        ],
    );
}

#[test]
fn an_action_shows_the_invoice_as_the_api_writes_it() {
    let mut shop = shop(&[]);
    served(&mut shop, "POST", "invoices", r#"{"price":"0.00001"}"#);
    let act = Tape::control("POST", "act/quoine/pay", &json!({"invoice": 1}));
    let (status, acted) = text(&shop.ask(act));
    assert_eq!(status, 200, "{acted}");
    assert!(acted.contains(r#""btc_price":0.00000001,"btc_balance":0.00000001,"#), "no exponents: {acted}");
    let (_, invoice) = answer(&mut shop, "GET", "invoices/1", "");
    assert!(acted.ends_with(&format!(r#""status":"unconfirmed","object":{invoice}}}"#)), "{acted}\n{invoice}");
}
