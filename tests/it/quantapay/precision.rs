//! Transfers with more decimals than the provider shows, and times within a second.

use serde_json::json;

use super::served;
use crate::tape::Tape;

const CREATE: &[(&str, &str)] = &[("amount", "1"), ("cryptocurrency_code", "eth"), ("currency_code", "crypto")];

fn paid(shop: &mut Tape, coin: &str, amount: &str) -> serde_json::Value {
    let fields = [("amount", "1"), ("cryptocurrency_code", coin), ("currency_code", "crypto")];
    let id = served(shop, "create-transaction", &fields)[0].clone();
    shop.admin("POST", "act/quantapay/pay", &json!({"transaction": id, "amount": amount}))
}

#[test]
fn a_transfer_has_at_most_the_decimals_of_its_coin() {
    for (coin, fits, too_fine) in [
        ("eth", "1.000000000000000001", "1.0000000000000000001"),
        ("link", "1.000000000000000001", "1.0000000000000000001"),
        ("btc", "1.00000001", "1.000000001"),
        ("usdt", "1.000001", "1.0000001"),
        ("usdt_bsc", "1.000000000000000001", "1.0000000000000000001"),
        ("sol", "1.000000001", "1.0000000001"),
        ("xmr", "1.000000000001", "1.0000000000001"),
    ] {
        let mut shop = Tape::shop();
        shop.play("set quantapay/default address_mode=fresh");
        assert_eq!(paid(&mut shop, coin, fits)["status"], "P", "{coin} {fits}");
        let refused = paid(&mut shop, coin, too_fine);
        assert_eq!(refused["status"], 422, "{coin} {too_fine}: {refused}");
    }
}

/// One wei too little: all that is shown is there, and the payment is short all the same.
#[test]
fn a_payment_is_short_by_less_than_is_shown() {
    let mut shop = Tape::shop();
    shop.play("set quantapay/default address_mode=fresh");
    paid(&mut shop, "eth", "0.999999999999999999");
    shop.play("advance 2h");
    let row = served(&mut shop, "get-transaction", &[("transaction_id", "1")]);
    assert_eq!((&row["status"], &row["amount"]), (&json!("X"), &json!("1")), "{row}");
    assert!(row["description"].as_str().is_some_and(|it| it.contains("0.99999999/1 ETH received, missing 0.00000001 ETH")), "{row}");
    let balances = served(&mut shop, "get-balances", &[]);
    assert_eq!(balances["eth"]["amount"], "13.34499999", "cut, not rounded");
    shop.play("restart\nact quantapay.accept-underpayment transaction=1");
    assert_eq!(served(&mut shop, "get-transaction", &[("transaction_id", "1")])["amount"], "0.99999999");
    shop.play("restart");
}

#[test]
fn more_digits_than_can_be_kept_are_not_sent() {
    let mut shop = Tape::shop();
    shop.play("set quantapay/default address_mode=fresh");
    assert_eq!(paid(&mut shop, "eth", "9999999999999")["status"], "P");
    assert_eq!(paid(&mut shop, "eth", "0.000000000000000001")["status"], 409, "the sum would have 31 digits");
    shop.play("restart");
}

/// Half a second after the full one: what is shown is what counts.
#[test]
fn an_hour_ends_an_hour_after_the_second_that_is_shown() {
    let mut shop = Tape::shop();
    shop.play("advance 900ms");
    let id = served(&mut shop, "create-transaction", CREATE)[0].clone();
    let id = id.as_str().expect("an id");
    let row = served(&mut shop, "get-transaction", &[("transaction_id", id)]);
    assert_eq!(row["creation_time"], "2026-01-01 00:00:00");
    let checked = |shop: &mut Tape| served(shop, "check-transactions", &[("transaction_id", id)]);
    shop.play("advance 3599099ms");
    assert_eq!(checked(&mut shop), json!(false));
    let report = shop.admin("POST", "clock/advance", &json!({"by": "1ms"}));
    assert_eq!(report["fired"].as_array().map(Vec::len), Some(1), "the timer comes at the same moment: {report}");
    assert_eq!(checked(&mut shop), json!("expired"));
    shop.play("advance 47h");
    assert_eq!(served(&mut shop, "get-transaction", &[("transaction_id", id)]), json!(false), "two days after it, to the second");
}
