//! Where the documentation contradicts itself or says nothing: one test for each decision that no tape plays already.

use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{answer, good, told};
use crate::tape::{Tape, check, snapshot};

const CHARGE: &str = r#"POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}"#;
const PAYOUT: &str = r#"POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","destination":{"payerName":"user name","bankAccountNum":"1","bankName":"Chase","type":"bankAccount"}}"#;

pub fn balance(shop: &mut Tape, currency: &str) -> (Json, Json) {
    let it = good(shop, "GET", &format!("balances/show?currency={currency}"), &Json::Null);
    (it["available"].clone(), it["pending"].clone())
}

fn payout(amount: &Json, currency: &str, destination: &Json) -> Json {
    json!({"amount": amount, "currency": currency, "destination": destination})
}

fn bank() -> Json {
    json!({"type": "bankAccount", "payerName": "A", "bankAccountNum": "1", "bankName": "B"})
}

#[test]
fn opening_balances_have_their_rows() {
    let mut shop = Tape::shop();
    for (currency, available) in [("USD", 10_000), ("USDT", 10_000), ("CNY", 0), ("BTC", 0)] {
        assert_eq!(balance(&mut shop, currency), (json!(available), json!(0)), "{currency}");
    }
    let rows = good(&mut shop, "GET", "balanceTransactions", &Json::Null);
    assert_eq!(rows["data"].as_array().map(Vec::len), Some(2));
    let deliveries = shop.admin("GET", "deliveries", &Json::Null);
    assert_eq!(deliveries["deliveries"], json!([]), "no webhook is sent");
    shop.play(PAYOUT);
    shop.admin("POST", "reset", &json!({}));
    assert_eq!(balance(&mut shop, "USD"), (json!(10_000), json!(0)));
}

#[test]
fn a_deposit_is_pending_until_it_lies_deep_enough() {
    check(
        "qbitpay/a_deposit_is_pending_until_it_lies_deep_enough",
        &[
            "act qbitpay.deposit currency=USDT amount=250.5",
            "GET /qbitpay/api/v1/balances/show?currency=USDT",
            "GET /qbitpay/api/v1/balanceTransactions?status=pending",
            "advance 144s",
            "GET /qbitpay/api/v1/balances/show?currency=USDT",
            "GET /qbitpay/api/v1/balanceTransactions?type=deposit&limit=1",
            "act qbitpay.confirm-deposit deposit=${deposit}",
            "set qbitpay/default pace=manual",
            "act qbitpay.deposit currency=BTC amount=0.25",
            "advance 1d",
            "act qbitpay.confirm-deposit deposit=${deposit}",
            "GET /qbitpay/api/v1/balances/show?currency=BTC",
            "GET /qbitpay/api/v1/accounts/show",
        ]
        .join("\n"),
    );
}

#[test]
fn a_dispute_for_the_buyer_and_one_for_the_seller() {
    let disputed = [CHARGE, "act qbitpay.buyer-paid charge=${charge}", "act qbitpay.dispute charge=${charge}"].join("\n");
    let get = "GET /qbitpay/api/v1/charges/${charge}";
    let balance = "GET /qbitpay/api/v1/balances/show";
    check(
        "qbitpay/a_dispute_for_the_buyer_and_one_for_the_seller",
        &[
            &disputed,
            "act qbitpay.confirm-charge charge=${charge}",
            "advance 1h",
            "act qbitpay.close-dispute charge=${charge} in_favour_of=buyer",
            get,
            balance,
            &disputed.replace("\"A\"", "\"B\""),
            "act qbitpay.close-dispute charge=${charge} in_favour_of=seller",
            get,
            balance,
            "act qbitpay.close-dispute charge=${charge} in_favour_of=seller",
        ]
        .join("\n"),
    );
}

#[test]
fn a_charge_that_fails_is_over() {
    check(
        "qbitpay/a_charge_that_fails_is_over",
        &[
            CHARGE,
            "act qbitpay.fail-charge charge=${charge}",
            "act qbitpay.fail-charge charge=${charge}",
            "act qbitpay.buyer-paid charge=${charge}",
            "GET /qbitpay/api/v1/charges/${charge}",
            "GET /qbitpay/api/v1/balances/show",
            "advance until idle",
        ]
        .join("\n"),
    );
}

#[test]
fn fees_are_rounded_to_the_currencys_decimals() {
    for (rate, amount, currency, net, fee) in [
        ("0.005", json!(100), "USD", "99.5", "0.5"),
        ("0.019", json!(100), "USD", "98.1", "1.9"),
        ("0.005", json!(0.99), "USD", "0.99", "0"),
        ("0.005", json!(1), "USD", "0.99", "0.01"),
        ("0.5", json!(0.01), "USD", "0", "0.01"),
        ("0", json!(1000.5), "USDT", "1000.5", "0"),
    ] {
        let mut shop = Tape::shop();
        shop.play(&format!("set qbitpay/default payout_fee_rate={rate}"));
        let (status, text) = answer(&mut shop, "POST", "payouts", &payout(&amount, currency, &bank()).to_string());
        assert_eq!(status, 200, "{text}");
        assert!(text.contains(&format!("\"amount\":{net},\"fee\":{fee},")), "{rate} of {amount}: {text}");
        assert_eq!(good(&mut shop, "GET", "accounts/show", &Json::Null)["feeRates"]["payout"].to_string(), rate);
    }
}

#[test]
fn limits_hold_in_their_own_currency() {
    let mut shop = Tape::shop();
    let pay = |shop: &mut Tape, amount: Json, currency: &str| told(shop, "POST", "payouts", &payout(&amount, currency, &bank())).0;
    assert_eq!(pay(&mut shop, json!(199.99), "USDT"), 402);
    assert_eq!(pay(&mut shop, json!(200), "USDT"), 200);
    assert_eq!(pay(&mut shop, json!(1), "USD"), 200);
    let ask = |shop: &mut Tape, amount: Json, currency: &str| {
        let body = json!({"amount": amount, "currency": currency, "externalOrderId": "A", "cbUrl": "http://a", "redirectUrl": "http://b"});
        told(shop, "POST", "charges", &body)
    };
    for currency in ["USD", "USDT"] {
        for (amount, status) in [(json!(4.99), 402), (json!(5), 200), (json!(10_000), 200), (json!(10_000.01), 402)] {
            assert_eq!(ask(&mut shop, amount, currency).0, status, "{currency}");
        }
    }
    assert_eq!(ask(&mut shop, json!(4), "USD").1, json!({"type": "invalid_request_error", "message": "Amount is below the minimum of 5"}));
}

#[test]
fn amounts_are_numbers_that_their_currency_can_hold() {
    let mut shop = Tape::shop();
    let fault = |shop: &mut Tape, amount: &str, currency: &str| {
        let body = format!(r#"{{"amount":{amount},"currency":"{currency}","destination":{}}}"#, bank());
        let (status, answer) = answer(shop, "POST", "payouts", &body);
        let answer: Json = serde_json::from_str(&answer).expect("JSON");
        (status, answer["detail"][0]["message"].as_str().unwrap_or_default().to_owned())
    };
    for (amount, currency, message) in [
        ("\"100\"", "USD", "should be a number"),
        ("true", "USD", "should be a number"),
        ("0", "USD", "should be greater than 0"),
        ("-5", "USD", "should be greater than 0"),
        ("1.005", "USD", "should have at most 2 decimals"),
        ("0.0000001", "BTC", "should have at most 6 decimals"),
        ("null", "USD", "required"),
        ("1", "EUR", "should be one of USD, USDT, CNY, PHP, BTC"),
    ] {
        assert_eq!(fault(&mut shop, amount, currency), (400, message.to_owned()), "{amount} {currency}");
    }
    assert_eq!(fault(&mut shop, "1e2", "USD").0, 200, "another way to write 100");
    assert_eq!(fault(&mut shop, "99999999999999999999", "USD").0, 402);
}

#[test]
fn webhooks_go_to_addresses_of_the_web_only() {
    let mut shop = Tape::shop();
    for (url, status) in [
        ("https://shop.test/charge?x=1", 200),
        ("HTTP://shop.test", 200),
        ("app.shop:paid", 400),
        ("javascript:alert(1)", 400),
        ("http://me:secret@shop.test/", 200),
        ("http://0.0.0.0/", 400),
        ("http://shop.test:99999/", 400),
        ("/relative", 400),
    ] {
        let body = json!({"amount": 5, "currency": "USD", "externalOrderId": "A", "cbUrl": url, "redirectUrl": "app.shop:paid"});
        let (seen, answer) = told(&mut shop, "POST", "charges", &body);
        assert_eq!(seen, status, "{url}: {answer}");
        let refused = (&answer["detail"][0]["field"], &answer["detail"][0]["message"]);
        assert!(seen == 200 || refused == (&json!("cbUrl"), &json!("should be a url")), "{answer}");
    }
    let body = json!({"amount": 5, "currency": "USD", "externalOrderId": "A", "cbUrl": "http://0.0.0.0:1/", "redirectUrl": "http://b"});
    let request = Request::new(Method::POST, "/qbitpay/api/v1/charges", body.to_string()).with("Content-Type", "application/json");
    let request = shop.dressed(request);
    let response = shop.ask(request);
    assert!(response.headers["playmoney-hint"].to_str().is_ok_and(|it| it.contains("write 127.0.0.1")), "{:?}", response.headers);
    let body = json!({"amount": 5, "currency": "USD", "externalOrderId": "A", "cbUrl": "http://a", "redirectUrl": "data:text/html,1"});
    assert_eq!(told(&mut shop, "POST", "charges", &body).1["detail"][0]["field"], "redirectUrl");
}

#[test]
fn the_same_details_are_the_same_destination() {
    let mut shop = Tape::shop();
    let mut pay =
        |destination: Json| good(&mut shop, "POST", "payouts", &payout(&json!(1), "USD", &destination))["destination"]["id"].clone();
    let first = pay(bank());
    assert_eq!(pay(json!({"bankName": "B", "bankAccountNum": "1", "payerName": "A", "type": "bankAccount", "unknown": 1})), first);
    let other = pay(json!({"type": "bankAccount", "payerName": "A", "bankAccountNum": "2", "bankName": "B"}));
    assert_ne!(other, first);
    let (first, other) = (first.as_str().expect("text").to_owned(), other.as_str().expect("text").to_owned());
    let count = |shop: &mut Tape, query: &str| {
        good(shop, "GET", &format!("payouts?{query}"), &Json::Null)["data"].as_array().map(Vec::len).expect("a page")
    };
    let mut counted = |queries: &[String]| queries.iter().map(|it| count(&mut shop, it)).collect::<Vec<_>>();
    let asked = [&first, &other, "nobody"].map(|it| format!("destination={it}"));
    assert_eq!(counted(&asked), [2, 1, 0]);
    shop.play("advance 60s");
    let mut counted = |queries: &[String]| queries.iter().map(|it| count(&mut shop, it)).collect::<Vec<_>>();
    let asked = ["pending", "inTransit"].map(|it| format!("destination={first}&status={it}"));
    assert_eq!(counted(&asked), [0, 2]);
    assert_eq!(told(&mut shop, "GET", "payouts?status=sent", &Json::Null).0, 400);
}

#[test]
fn state_and_states_are_shown_as_they_were_sent() {
    let mut shop = Tape::shop();
    for key in ["state", "states"] {
        let mut destination = bank();
        destination[key] = json!("California");
        let shown = good(&mut shop, "POST", "payouts", &payout(&json!(1), "USD", &destination))["destination"].clone();
        assert_eq!(shown[key], "California");
        assert_eq!(["state", "states"].iter().filter(|it| !shown[**it].is_null()).count(), 1);
    }
}

#[test]
fn a_form_reaches_inside_a_destination_with_dots_or_brackets() {
    let mut shop = Tape::shop();
    for body in [
        "amount=100&currency=USD&destination.type=wallet&destination.payerName=A&destination.addr=0x1",
        "amount=100&currency=USD&destination[type]=wallet&destination[payerName]=A&destination%5Baddr%5D=0x1",
    ] {
        shop.play("with Content-Type: application/x-www-form-urlencoded");
        assert_eq!(answer(&mut shop, "POST", "payouts", body).0, 200, "{body}");
    }
    let journal = shop.admin("GET", "requests", &serde_json::Value::Null);
    assert_eq!(journal["requests"][1]["violations"], serde_json::json!([]));
    shop.play("with Content-Type: application/x-www-form-urlencoded");
    let (status, text) = answer(&mut shop, "POST", "payouts", "amount=abc&currency=USD");
    assert_eq!(status, 400);
    assert!(text.contains(r#"{"message":"should be a number","code":"invalid","field":"amount"},{"message":"required","code":"missing_field","field":"destination"}"#), "{text}");
}

#[test]
fn settings_take_rights_away_and_change_what_is_told() {
    let mut shop = Tape::shop();
    shop.play(
        &[
            r#"control PATCH accounts/qbitpay/default {"permissions":["charges","balances"],"livemode":false,"webhook_retries":1,"pace":"manual"}"#,
            PAYOUT,
            "GET /qbitpay/api/v1/events/test",
            "GET /qbitpay/api/v1/balances/show",
            CHARGE,
            "merchant 500",
            "advance 2h",
        ]
        .join("\n"),
    );
    assert_eq!(shop.posted.len(), 2, "one and one more");
    assert!(String::from_utf8_lossy(&shop.posted[0].body).contains("\"livemode\":false"));
    let log = shop.log.split_once('\n').map_or("", |it| it.1).split_once('\n').map_or("", |it| it.1);
    snapshot("qbitpay/settings_take_rights_away_and_change_what_is_told", log);
}

#[test]
fn without_a_webhook_url_only_charges_tell() {
    let mut shop = Tape::shop();
    shop.play(
        &["set qbitpay/default webhook_url=null", PAYOUT, "act qbitpay.deposit currency=USDT amount=1", CHARGE, "advance 30m"].join("\n"),
    );
    let urls: Vec<&str> = shop.posted.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, ["http://shop.test/charge"]);
}

#[test]
fn a_retry_of_a_payout_goes_where_the_account_says_then() {
    let mut shop = Tape::shop();
    shop.play(
        &[
            "set qbitpay/default pace=manual",
            "merchant 500 200",
            PAYOUT,
            "set qbitpay/default webhook_url=http://shop.test/new",
            "advance 15m",
        ]
        .join("\n"),
    );
    let urls: Vec<&str> = shop.posted.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, ["http://shop.test/hooks", "http://shop.test/new"]);
}

#[test]
fn a_foreign_object_is_forbidden_and_no_cursor() {
    let mut shop = Tape::shop();
    shop.play(&[CHARGE, PAYOUT].join("\n"));
    let (charge, payout) = (shop.noted("charge").to_owned(), shop.noted("payout").to_owned());
    let mut state = shop.admin("GET", "state", &Json::Null);
    let provider_id = state["providers"].as_array().expect("a list").iter().position(|it| it["slug"] == "qbitpay").expect("the provider");
    let mut other = state["core"]["accounts"][provider_id]["default"].clone();
    other["id"] = json!("other");
    other["credentials"]["api_key"]["text"] = json!("qbit_test_other");
    state["core"]["accounts"][provider_id]["other"] = other;
    let merchants = state["providers"][provider_id]["memory"]["merchants"].as_array_mut().expect("merchants");
    let mut merchant = merchants[0].clone();
    (merchant["account"], merchant["balances"]) = (json!("other"), json!({}));
    merchants.push(merchant);
    let restored = shop.admin("PUT", "state", &state);
    assert_eq!(restored["restored"], true, "{restored}");
    let mut as_other = |target: &str| {
        shop.play("with Authorization: Basic cWJpdF90ZXN0X290aGVyOg==");
        told(&mut shop, "GET", target, &Json::Null)
    };
    let forbidden = (403, json!({"type": "invalid_request_error", "message": "Forbidden"}));
    assert_eq!(as_other(&format!("charges/{charge}")), forbidden);
    assert_eq!(as_other(&format!("payouts/{payout}")), forbidden);
    let cursor = as_other(&format!("charges?starting_after={charge}"));
    assert_eq!(cursor, (404, json!({"type": "invalid_request_error", "message": "Params starting_after is invalid"})));
    assert_eq!(as_other("charges").1["data"], json!([]));
    assert_eq!(as_other("balanceTransactions").1["data"], json!([]));
    assert_eq!(as_other(&format!("balanceTransactions?type=payout&source={payout}")).1["data"], json!([]));
}

#[test]
fn paths_that_nobody_documents_are_not_found() {
    check(
        "qbitpay/paths_that_nobody_documents_are_not_found",
        &[
            "GET /qbitpay/api/v1/refunds",
            "DELETE /qbitpay/api/v1/charges/1",
            "GET /qbitpay/api/v1/paymentMethods",
            "GET /qbitpay/api/v1/payouts/",
            "GET /qbitpay/api/v2/charges",
            "GET /qbitpay/api/v1/payouts/nobody",
            "GET /qbitpay/api/v1/balanceTransactions/6955B900EA4BB0738B000001",
            "POST /qbitpay/api/v1/charges [1]",
            "POST /qbitpay/api/v1/charges",
        ]
        .join("\n"),
    );
}
