//! What an integrator needs to reproduce, one tape each.

use crate::tape::check;

const CHARGE: &str = r#"POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}"#;
const PAYOUT: &str = r#"POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","description":"Payout memo","destination":{"payerName":"user name","bankAccountNum":"444444444444111","bankName":"Chase","type":"bankAccount"}}"#;
const BALANCE: &str = "GET /qbitpay/api/v1/balances/show";
const LEDGER: &str = "GET /qbitpay/api/v1/balanceTransactions";

fn story(name: &str, lines: &[&str]) {
    check(&format!("qbitpay/{name}"), &lines.join("\n"));
}

#[test]
fn e02_a_payout_takes_its_money_at_once() {
    story("e02_a_payout_takes_its_money_at_once", &[BALANCE, PAYOUT, BALANCE, LEDGER]);
}

#[test]
fn e03_a_payout_on_its_way() {
    let get = "GET /qbitpay/api/v1/payouts/${payout}";
    story("e03_a_payout_on_its_way", &[PAYOUT, "advance 60s", get, "advance 48h", get]);
}

#[test]
fn e11_a_charge_that_is_paid() {
    story(
        "e11_a_charge_that_is_paid",
        &[
            CHARGE,
            r#"PUT /qbitpay/api/v1/charges/${charge} {"status":"buyerPaid"}"#,
            "act qbitpay.confirm-charge charge=${charge}",
            "GET /qbitpay/api/v1/charges/${charge}",
            BALANCE,
            LEDGER,
            "advance 24h",
            BALANCE,
        ],
    );
}
