//! Fee rates, limits and the status between confirmation and delivery: what an account's settings make of the documented figures.

use serde_json::{Value as Json, json};

use super::good;
use crate::tape::{SHOP, Tape};

fn charge(amount: &Json) -> Json {
    json!({"amount": amount, "currency": "USD", "externalOrderId": "A", "cbUrl": SHOP, "redirectUrl": SHOP})
}

/// A charge that is paid at once.
fn paid(shop: &mut Tape, amount: &Json) -> Json {
    let made = good(shop, "POST", "charges", &charge(amount));
    for act in ["buyer-paid", "confirm-charge"] {
        let done = shop.admin("POST", &format!("act/qbitpay/{act}"), &json!({"charge": made["id"]}));
        assert_eq!(done["subject"], made["id"], "{done}");
    }
    made
}

/// What a change of the account's settings is answered with.
fn set(shop: &mut Tape, settings: &Json) -> Json {
    shop.admin("PATCH", "accounts/qbitpay/default", settings)
}

#[test]
fn the_documented_ledger_row_with_its_fee() {
    let mut shop = Tape::shop();
    shop.play("set qbitpay/default pay_fee_rate=0.0011");
    assert_eq!(good(&mut shop, "GET", "accounts/show", &Json::Null)["feeRates"]["pay"], 0.0011);
    let made = paid(&mut shop, &json!(1000.5));
    assert_eq!(made["fee"], 1.1);
    let row = good(&mut shop, "GET", "balanceTransactions?limit=1", &Json::Null)["data"][0].clone();
    assert_eq!((&row["amount"], &row["fee"], &row["net"], &row["type"]), (&json!(1000.5), &json!(1.1), &json!(999.4), &json!("charge")));
    assert_eq!(good(&mut shop, "GET", "balances/show", &Json::Null)["pending"], 999.4);
    shop.play("advance 24h\nrestart");
    assert_eq!(good(&mut shop, "GET", "balances/show", &Json::Null)["available"], 10999.4, "10,000 from the start");
}

#[test]
fn an_order_takes_its_fee_in_the_quote_currency() {
    let mut shop = Tape::shop();
    shop.play("set qbitpay/default trade_fee_rate=0.01 withdraw_token_fee_rate=0.002");
    assert_eq!(
        good(&mut shop, "GET", "accounts/show", &Json::Null)["feeRates"],
        json!({"payout": 0.005, "pay": 0, "withdrawToken": 0.002, "trade": 0.01})
    );
    let sold = good(&mut shop, "POST", "orders", &json!({"symbol": "USDT/CNY", "side": "sell", "amount": 100}));
    assert_eq!((&sold["totalCost"], &sold["fee"]), (&json!(695), &json!(6.95)));
    assert_eq!(good(&mut shop, "GET", "balances/show?currency=CNY", &Json::Null)["available"], 688.05);
    let bought = good(&mut shop, "POST", "orders", &json!({"symbol": "USDT/CNY", "side": "buy", "amount": 10}));
    assert_eq!((&bought["totalCost"], &bought["fee"]), (&json!(69.7), &json!(0.7)));
    assert_eq!(good(&mut shop, "GET", "balances/show?currency=CNY", &Json::Null)["available"], 617.65);
}

#[test]
fn limits_are_settings_and_their_members_have_defaults() {
    let mut shop = Tape::shop();
    set(&mut shop, &json!({"limits": {"pay": {"max": 20_000.5}, "payout": {"min": 0}}}));
    let usdt = |min: Json, max: Option<Json>| match max {
        Some(max) => json!({"currency": "USDT", "min": min, "max": max}),
        None => json!({"currency": "USDT", "min": min}),
    };
    assert_eq!(
        good(&mut shop, "GET", "accounts/show", &Json::Null)["limit"],
        json!({"pay": usdt(json!(5), Some(json!(20_000.5))), "payout": usdt(json!(0), None), "withdrawToken": usdt(json!(200), None)})
    );
    good(&mut shop, "POST", "charges", &charge(&json!(20_000.5)));
    let refused = super::told(&mut shop, "POST", "charges", &charge(&json!(20_000.51)));
    assert_eq!((refused.0, &refused.1["message"]), (402, &json!("Amount is above the maximum of 20000.5")));
    let refused = super::told(&mut shop, "POST", "charges", &charge(&json!(4.99)));
    assert_eq!((refused.0, &refused.1["message"]), (402, &json!("Amount is below the minimum of 5")));
    shop.play("restart");
    let account = shop.admin("GET", "accounts/qbitpay/default", &Json::Null);
    assert_eq!(account["limits"], json!({"pay": {"min": 5, "max": 20_000.5}, "payout": {"min": 0}, "withdrawToken": {"min": 200}}));
    set(&mut shop, &json!({"limits": null}));
    assert_eq!(good(&mut shop, "GET", "accounts/show", &Json::Null)["limit"]["pay"]["max"], 10_000);
}

#[test]
fn limits_and_rates_that_mean_nothing_are_refused() {
    let mut shop = Tape::shop();
    for (settings, why) in [
        (json!({"limits": 5}), "`limits` must be an object such as {\"pay\":{\"max\":10000,\"min\":5},"),
        (json!({"limits": {"pay": {"min": 6, "max": 5}}}), "`limits.pay.min` must not be above `limits.pay.max`"),
        (json!({"limits": {"pay": {"min": 10_001}}}), "`limits.pay.min` must not be above `limits.pay.max`"),
        (json!({"limits": {"pay": {"min": -1}}}), "`limits.pay.min` must be a number from 0 to 1000000000 with at most 6 decimals"),
        (json!({"limits": {"pay": {"min": "5"}}}), "`limits.pay.min` must be a number from 0 to 1000000000 with at most 6 decimals"),
        (json!({"limits": {"pay": {"min": null}}}), "`limits.pay.min` must be a number from 0 to 1000000000 with at most 6 decimals"),
        (json!({"limits": {"pay": 5}}), "`limits` has no member `pay`; the nearest is `pay.max`"),
        (json!({"limits": {"payouts": {"min": 5}}}), "`limits` has no member `payouts.min`; the nearest is `payout.min`"),
        (json!({"pay_fee_rate": 1}), "`pay_fee_rate` must be a number from 0 up to, but not including, 1"),
        (json!({"trade_fee_rate": "0.1"}), "`trade_fee_rate` must be a number such as 0.005"),
    ] {
        let answer = set(&mut shop, &settings);
        assert!(answer["detail"].as_str().is_some_and(|it| it.starts_with(why)), "{settings}: {answer}");
    }
    let account = shop.admin("GET", "accounts/qbitpay/default", &Json::Null);
    assert_eq!((&account["limits"]["pay"]["min"], &account["pay_fee_rate"]), (&json!(5), &json!(0)), "nothing has changed");
}

/// Each reader sees it: one charge, the list, the answer to an action.
#[test]
fn a_manual_charge_stays_confirmed_until_the_coins_are_delivered() {
    let mut shop = Tape::shop();
    shop.play("set qbitpay/default pace=manual");
    let id = paid(&mut shop, &json!(100))["id"].clone();
    let seen = |shop: &mut Tape| good(shop, "GET", &format!("charges/{}", id.as_str().expect("an id")), &Json::Null);
    let own = seen(&mut shop);
    assert_eq!((&own["status"], &own["paid"]), (&json!("sellerConfirmed"), &json!(true)));
    assert_eq!(good(&mut shop, "GET", "charges", &Json::Null)["data"][0]["status"], "sellerConfirmed");
    shop.play("advance 48h");
    assert_eq!(seen(&mut shop)["status"], "sellerConfirmed", "time alone delivers nothing");
    let act = |shop: &mut Tape| shop.admin("POST", "act/qbitpay/deliver-coins", &json!({"charge": id}));
    assert_eq!(act(&mut shop)["status"], "closed");
    assert_eq!(seen(&mut shop)["status"], "closed");
    assert_eq!(act(&mut shop)["status"], 409, "once");
}

#[test]
fn a_rule_can_leave_a_charge_confirmed() {
    let mut shop = Tape::shop();
    let steps = json!([{"after": "5s", "to": "buyerPaid"}, {"after": "10s", "to": "sellerConfirmed"}, {"after": "1h", "to": "closed"}]);
    let rule = shop.admin("POST", "rules", &json!({"on": "qbitpay.createCharge", "then": {"lifecycle": steps}}));
    assert!(rule["name"].is_string(), "{rule}");
    let id = good(&mut shop, "POST", "charges", &charge(&json!(100)))["id"].as_str().expect("an id").to_owned();
    for (wait, status) in [("5s", "buyerPaid"), ("10s", "sellerConfirmed"), ("59m", "sellerConfirmed"), ("1m", "closed")] {
        shop.play(&format!("advance {wait}"));
        assert_eq!(good(&mut shop, "GET", &format!("charges/{id}"), &Json::Null)["status"], status, "after {wait}");
    }
}

#[test]
fn each_server_error_has_its_status_and_one_shape() {
    let mut shop = Tape::shop();
    for (name, status, message) in [
        ("api_error", 500, "Internal Server Error"),
        ("bad_gateway", 502, "Bad Gateway"),
        ("service_unavailable", 503, "Service Unavailable"),
        ("gateway_timeout", 504, "Gateway Timeout"),
    ] {
        shop.admin("POST", "rules", &json!({"name": name, "on": "qbitpay.*", "when": {"times": 1}, "then": {"error": name}}));
        let answer = super::told(&mut shop, "GET", "accounts/show", &Json::Null);
        assert_eq!(answer, (status, json!({"type": "api_error", "message": message})), "{name}");
    }
}

/// The text is the documented one for each key that a type of destination needs; the reason stands beside the answer.
#[test]
fn a_missing_key_of_a_destination_is_required() {
    let mut shop = Tape::shop();
    for (kind, keys) in [
        ("bankAccount", &["payerName", "bankAccountNum", "bankName"][..]),
        ("wallet", &["payerName", "addr"]),
        ("Alipay", &["payerName", "bankAccountNum"]),
        ("PayPal", &["payerName", "bankAccountNum"]),
        ("Coins.ph", &["payerName", "bankAccountNum"]),
        ("GCash", &["payerName", "bankAccountNum"]),
    ] {
        let body = json!({"amount": 100, "currency": "USD", "destination": {"type": kind}});
        let (status, refusal) = super::told(&mut shop, "POST", "payouts", &body);
        let missing: Vec<Json> =
            keys.iter().map(|it| json!({"message": "required", "code": "missing_field", "field": format!("destination.{it}")})).collect();
        assert_eq!((status, &refusal["detail"]), (400, &json!(missing)), "{kind}");
    }
}
