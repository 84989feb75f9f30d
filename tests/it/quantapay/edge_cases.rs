//! What an integrator needs to reproduce, one tape each.

use serde_json::{Value as Json, json};

use super::form;
use crate::tape::{Tape, check, snapshot};

mod webhooks;

const API: &str = "POST /quantapay/api.php";
const CREATE: &str =
    "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD&order_id=ORD-12345";
const GET: &str = "POST /quantapay/api.php function=get-transaction&api-key=qp_test_key&transaction_id=1";
const CHECK: &str = "POST /quantapay/api.php function=check-transactions&api-key=qp_test_key&transaction_id=1";
const CREDITS: &str = "POST /quantapay/api.php function=get-credit-balance&api-key=qp_test_key";
const ETH: &str = "act quantapay.choose-coin session=${session} cryptocurrency=eth";
const PAGE: &str = "GET /quantapay/pay.php?checkout_id=cs-${session}";
const FRESH: &str = "set quantapay/default address_mode=fresh";

fn story(name: &str, lines: &[&str]) {
    check(&format!("quantapay/{name}"), &lines.join("\n"));
}

#[test]
fn e01_json_is_no_form() {
    story(
        "e01_json_is_no_form",
        &[
            "with Content-Type: application/json",
            r#"POST /quantapay/api.php {"function":"get-balances","api-key":"qp_test_key"}"#,
            "GET /quantapay/api.php?function=get-balances&api-key=qp_test_key",
            "POST /quantapay/api.php?function=get-balances&api-key=qp_test_key",
        ],
    );
}

#[test]
fn e02_which_check_comes_first() {
    let bodies = [
        "function=nothing&api-key=wrong",
        "function=get-balances&api-key=wrong",
        "function=get-balances&api-key=",
        "function=get-exchange-rates&api-key=0",
        "function=get-exchange-rates",
    ];
    check("quantapay/e02_which_check_comes_first", &bodies.map(|it| format!("{API} {it}")).join("\n"));
}

#[test]
fn e03_only_the_first_missing_field_is_named() {
    let bodies = [
        "",
        "&cryptocurrency_code=btc",
        "&currency_code=USD",
        "&currency_code=&cryptocurrency_code=",
        "&currency_code=USD&cryptocurrency_code=btc",
    ];
    check(
        "quantapay/e03_only_the_first_missing_field_is_named",
        &bodies.map(|it| format!("{API} function=get-exchange-rates&api-key=qp_test_key{it}")).join("\n"),
    );
}

#[test]
fn e04_every_refusal_is_a_200() {
    let mut shop = Tape::shop();
    for body in
        ["", "function=nothing", "function=get-balances", "function=get-balances&api-key=x", "function=get-fiat-value&api-key=qp_test_key"]
    {
        let (status, answer) = super::post(&mut shop, body);
        let answer: Json = serde_json::from_str(&answer).expect("JSON");
        assert_eq!((status, &answer["success"]), (200, &json!(false)), "{body}");
        assert!(answer["error_code"].is_string() && answer["message"].is_string(), "{answer}");
    }
    story("e04_every_refusal_is_a_200", &["POST /quantapay/api.php function=get-fiat-value&api-key=qp_test_key"]);
}

#[test]
fn e05_a_timestamp_may_be_five_minutes_away() {
    let mut shop = Tape::shop();
    for seconds in [-299, -300, -301, 300, 301] {
        let stamp = (1_767_225_600 + seconds).to_string();
        let signature = super::signature("qp_test_webhook_secret", &format!("49.99|usd|A|{stamp}"));
        let fields = [("price", "49.99"), ("currency", "usd"), ("order_id", "A"), ("timestamp", &stamp), ("signature", &signature)];
        shop.play(&format!("{API} {}", form("create-checkout-session", &fields)));
    }
    snapshot("quantapay/e05_a_timestamp_may_be_five_minutes_away", &shop.log);
}

#[test]
fn e06_the_characters_are_signed_as_they_are_posted() {
    let mut shop = Tape::shop();
    let signature = super::signature("qp_test_webhook_secret", "49.99|usd|A|1767225600");
    for (price, currency, order) in [("49.99", "usd", "A"), ("49.990", "usd", "A"), ("49.99", "USD", "A"), ("49.99", "usd", "a")] {
        let fields =
            [("price", price), ("currency", currency), ("order_id", order), ("timestamp", "1767225600"), ("signature", &signature)];
        shop.play(&format!("{API} {}", form("create-checkout-session", &fields)));
    }
    snapshot("quantapay/e06_the_characters_are_signed_as_they_are_posted", &shop.log);
}

#[test]
fn e07_the_whole_way() {
    story(
        "e07_the_whole_way",
        &[
            CREATE,
            ETH,
            PAGE,
            "act quantapay.pay session=${session}",
            "advance 24s",
            PAGE,
            GET,
            CHECK,
            CREDITS,
            "advance 12s",
            PAGE,
            GET,
            CREDITS,
            "advance until idle",
        ],
    );
}

#[test]
fn e08_too_little_on_a_shared_address() {
    story(
        "e08_too_little_on_a_shared_address",
        &[
            CREATE,
            ETH,
            "act quantapay.pay transaction=1 amount=0.0225",
            "advance 59m",
            CHECK,
            "advance 1m",
            CHECK,
            PAGE,
            GET,
            "advance until idle",
        ],
    );
}

#[test]
fn e08_too_little_on_an_address_of_its_own() {
    story(
        "e08_too_little_on_an_address_of_its_own",
        &[
            FRESH,
            CREATE,
            ETH,
            "act quantapay.pay transaction=1 amount=0.0225",
            "advance until idle",
            GET,
            PAGE,
            CREDITS,
            "act quantapay.accept-underpayment transaction=1",
            GET,
        ],
    );
}

#[test]
fn e08_a_little_less_is_accepted_when_the_merchant_says_so() {
    story(
        "e08_a_little_less_is_accepted_when_the_merchant_says_so",
        &[
            "set quantapay/default address_mode=fresh accept_underpayments=true",
            CREATE,
            ETH,
            "act quantapay.pay transaction=1 amount=0.02425",
            "advance until idle",
            CREDITS,
        ],
    );
}

#[test]
fn e09_too_much_on_an_address_of_its_own() {
    story(
        "e09_too_much_on_an_address_of_its_own",
        &[FRESH, CREATE, ETH, "act quantapay.pay transaction=1 amount=0.03", "advance until idle"],
    );
}

#[test]
fn e09_too_much_on_a_shared_address() {
    story(
        "e09_too_much_on_a_shared_address",
        &[
            CREATE,
            ETH,
            "act quantapay.pay transaction=1 amount=0.03",
            "advance 1m",
            GET,
            "# its text begins with the expected one",
            "act quantapay.pay transaction=1 amount=0.0251",
            "advance 1m",
        ],
    );
}

#[test]
fn e10_a_late_payment_is_completed_and_told() {
    story(
        "e10_a_late_payment_is_completed_and_told",
        &[CREATE, ETH, "advance 61m", CHECK, PAGE, "act quantapay.pay transaction=1", CHECK, "advance until idle", CHECK, GET],
    );
}

#[test]
fn e10_after_two_days_the_row_is_gone() {
    story(
        "e10_after_two_days_the_row_is_gone",
        &[CREATE, ETH, "advance 172799s", GET, "advance 1s", GET, CHECK, "advance 1h", "act quantapay.pay transaction=1", PAGE],
    );
}

#[test]
fn e11_two_payers_of_one_price_send_two_amounts() {
    story(
        "e11_two_payers_of_one_price_send_two_amounts",
        &[
            CREATE,
            ETH,
            CREATE,
            ETH,
            "# the second payer sends what the first one owes",
            "act quantapay.pay transaction=2 amount=0.025",
            "advance until delivery",
            "POST /quantapay/api.php function=get-transactions&api-key=qp_test_key",
        ],
    );
}

#[test]
fn e12_one_hash_pays_once() {
    let hash = "0xbaadf00dbaadf00dbaadf00dbaadf00dbaadf00dbaadf00dbaadf00dbaadf00d";
    let (first, second) = (format!("act quantapay.pay transaction=1 hash={hash}"), format!("act quantapay.pay transaction=2 hash={hash}"));
    story("e12_one_hash_pays_once", &[FRESH, CREATE, ETH, CREATE, ETH, &first, &second, "advance 1h"]);
}

#[test]
fn e13_a_token_of_the_right_name_does_not_count() {
    story(
        "e13_a_token_of_the_right_name_does_not_count",
        &[
            CREATE,
            "act quantapay.choose-coin session=${session} cryptocurrency=usdt_tron",
            "act quantapay.pay transaction=1 token=fake",
            "advance 1h",
            CHECK,
            GET,
        ],
    );
}

#[test]
fn e19_without_credits_the_page_takes_nobody() {
    story(
        "e19_without_credits_the_page_takes_nobody",
        &[
            "set quantapay/default confirmations=0",
            "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=20000&currency=USD",
            ETH,
            "act quantapay.pay session=${session}",
            CREDITS,
            CREATE,
            PAGE,
            "POST /quantapay/pay.php?checkout_id=cs-${session} cryptocurrency=eth",
            GET,
        ],
    );
}
