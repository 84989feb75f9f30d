//! What an integrator needs to reproduce, one tape each.

use serde_json::{Value as Json, json};

use super::{answer, good, is_signed, told};
use crate::tape::{Tape, check, snapshot};

const CHARGE: &str = r#"POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}"#;
const PAYOUT: &str = r#"POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","description":"Payout memo","destination":{"payerName":"user name","bankAccountNum":"444444444444111","bankName":"Chase","type":"bankAccount"}}"#;
const GET_CHARGE: &str = "GET /qbitpay/api/v1/charges/${charge}";
const GET_PAYOUT: &str = "GET /qbitpay/api/v1/payouts/${payout}";
const BUYER_PAID: &str = r#"PUT /qbitpay/api/v1/charges/${charge} {"status":"buyerPaid"}"#;
const BALANCE: &str = "GET /qbitpay/api/v1/balances/show";
const LEDGER: &str = "GET /qbitpay/api/v1/balanceTransactions";

fn story(name: &str, lines: &[&str]) {
    check(&format!("qbitpay/{name}"), &lines.join("\n"));
}

#[test]
fn e01_only_the_key_as_user_name_opens() {
    let account = "GET /qbitpay/api/v1/balances/show";
    let mut lines = vec!["without Authorization".to_owned(), account.to_owned()];
    for header in [
        "Bearer qbit_test_key",
        "Basic OnFiaXRfdGVzdF9rZXk=",             // the key as password
        "Basic cWJpdF90ZXN0X2tleQ==",             // no colon
        "Basic qbit_test_key:",                   // not encoded
        "Basic b3RoZXJfa2V5Og==",                 // another key
        "Basic cWJpdF90ZXN0X2tleTphbnl0aGluZw==", // any password
        "basic cWJpdF90ZXN0X2tleTo=",
    ] {
        lines.extend([format!("with Authorization: {header}"), account.to_owned()]);
    }
    check("qbitpay/e01_only_the_key_as_user_name_opens", &lines.join("\n"));
}

#[test]
fn e02_a_payout_takes_its_money_at_once() {
    story("e02_a_payout_takes_its_money_at_once", &[BALANCE, PAYOUT, BALANCE, LEDGER]);
}

#[test]
fn e03_a_payout_on_its_way() {
    story("e03_a_payout_on_its_way", &[PAYOUT, "advance 60s", GET_PAYOUT, "advance 48h", GET_PAYOUT, "advance until idle"]);
}

#[test]
fn e04_more_than_there_is_cannot_be_paid_out() {
    let most = PAYOUT.replace("\"amount\":100", "\"amount\":9950");
    let list = "GET /qbitpay/api/v1/payouts";
    story("e04_more_than_there_is_cannot_be_paid_out", &[&most, BALANCE, PAYOUT, BALANCE, LEDGER, list]);
}

#[test]
fn e05_a_payout_that_fails_or_is_cancelled_pays_back() {
    story(
        "e05_a_payout_that_fails_or_is_cancelled_pays_back",
        &[
            "set qbitpay/default pace=manual",
            PAYOUT,
            "act qbitpay.settle-payout payout=${payout} outcome=failed",
            BALANCE,
            PAYOUT,
            "act qbitpay.settle-payout payout=${payout} outcome=cancelled",
            BALANCE,
            LEDGER,
            "act qbitpay.settle-payout payout=${payout} outcome=paid",
            "advance until idle",
        ],
    );
}

#[test]
fn e06_a_destination_has_what_its_type_needs() {
    let payout =
        |destination: &str| format!(r#"POST /qbitpay/api/v1/payouts {{"amount":100,"currency":"USD","destination":{destination}}}"#);
    let destinations = [
        r#"{"payerName":"A","bankAccountNum":"1","type":"bankAccount"}"#,
        r#"{"payerName":"A","type":"wallet"}"#,
        r#"{"payerName":"A","bankAccountNum":"1","type":"Yunshanfu"}"#,
        r#"{"type":"GCash"}"#,
        r#"{"payerName":1,"bankAccountNum":2,"type":"Alipay"}"#,
        r#""Alipay""#,
        "null",
        "{}",
    ];
    let lines: Vec<String> = destinations.iter().map(|it| payout(it)).collect();
    check("qbitpay/e06_a_destination_has_what_its_type_needs", &[lines.join("\n").as_str(), LEDGER].join("\n"));
}

/// A page of charges: their numbers, and the id of the first and of the last.
fn page(shop: &mut Tape, query: &str) -> (Vec<String>, String, String) {
    let list = good(shop, "GET", &format!("charges?{query}"), &Json::Null);
    let data = list["data"].as_array().expect("a page").clone();
    let text = |it: &Json, name: &str| it[name].as_str().expect("text").to_owned();
    let numbers = data.iter().map(|it| text(it, "externalOrderId")).collect();
    let end = |row: Option<&Json>| row.map_or(String::new(), |it| text(it, "id"));
    (numbers, end(data.first()), end(data.last()))
}

#[test]
fn e07_pages_of_charges_there_and_back() {
    let mut shop = Tape::shop();
    for n in 1..=25 {
        shop.play(&CHARGE.replace("\"A\"", &format!("\"{n}\"")));
    }
    let (first, _, end) = page(&mut shop, "limit=10");
    let (second, begin, middle) = page(&mut shop, &format!("limit=10&starting_after={end}"));
    let (third, _, last) = page(&mut shop, &format!("limit=10&starting_after={middle}"));
    let expected: Vec<String> = (1..=25).rev().map(|it| it.to_string()).collect();
    assert_eq!([first.clone(), second, third].concat(), expected);
    assert_eq!(page(&mut shop, &format!("limit=10&ending_before={begin}")).0, first);
    assert_eq!(page(&mut shop, &format!("starting_after={last}")).0, Vec::<String>::new());
    assert_eq!(page(&mut shop, "").0, first, "ten unless asked");
    assert_eq!(page(&mut shop, "limit=100").0, expected);
    shop.play(&["GET /qbitpay/api/v1/charges?limit=2", &format!("GET /qbitpay/api/v1/charges?limit=1&ending_before={begin}")].join("\n"));
    snapshot("qbitpay/e07_pages_of_charges_there_and_back", shop.log.split("\"25\"").last().expect("the end"));
}

#[test]
fn e08_cursors_and_limits_that_mean_nothing() {
    let queries = [
        "starting_after=1fWfwrSJOWGLM&ending_before=1fWfwrSJOWGLM",
        "limit=0",
        "limit=101",
        "limit=abc",
        "limit=1.5",
        "limit=",
        "starting_after=nobody",
        "ending_before=nobody",
        "limit=abc&starting_after=nobody",
    ];
    let lines: Vec<String> = queries.iter().map(|it| format!("GET /qbitpay/api/v1/charges?{it}")).collect();
    check("qbitpay/e08_cursors_and_limits_that_mean_nothing", &lines.join("\n"));
}

#[test]
fn e09_the_rows_of_one_payout() {
    story(
        "e09_the_rows_of_one_payout",
        &[
            PAYOUT,
            PAYOUT,
            "act qbitpay.settle-payout payout=${payout} outcome=failed",
            "GET /qbitpay/api/v1/balanceTransactions?source=${payout}",
            "GET /qbitpay/api/v1/balanceTransactions?source=${payout}&type=payout",
            "GET /qbitpay/api/v1/balanceTransactions?source=${payout}&type=payout_failure",
            "GET /qbitpay/api/v1/balanceTransactions?source=${payout}&type=charge",
            "GET /qbitpay/api/v1/balanceTransactions?source=nobody&type=payout",
            "GET /qbitpay/api/v1/balanceTransactions?type=refund&status=lost",
            "GET /qbitpay/api/v1/balanceTransactions?type=deposit&status=available&limit=1",
        ],
    );
}

#[test]
fn e10_a_charge_that_nobody_pays_expires() {
    story(
        "e10_a_charge_that_nobody_pays_expires",
        &[
            CHARGE,
            "advance 1799s",
            BUYER_PAID.replace("buyerPaid", "closed").as_str(),
            "advance 1s",
            GET_CHARGE,
            BUYER_PAID,
            "advance until idle",
        ],
    );
}

#[test]
fn e11_a_charge_that_is_paid() {
    story(
        "e11_a_charge_that_is_paid",
        &[
            CHARGE,
            BUYER_PAID,
            "act qbitpay.confirm-charge charge=${charge}",
            GET_CHARGE,
            BALANCE,
            LEDGER,
            "advance 86399s",
            BALANCE,
            "advance 1s",
            BALANCE,
            LEDGER,
        ],
    );
}

#[test]
fn e12_five_failures_and_then_a_receiver_that_listens() {
    let mut shop = Tape::shop();
    shop.play(&["set qbitpay/default pace=manual", "merchant 500 500 500 500 500 200", PAYOUT, "advance 75m", "advance 5h"].join("\n"));
    assert_eq!(shop.posted.len(), 6, "no seventh");
    for (n, attempt) in shop.posted.iter().enumerate() {
        let body: Json = serde_json::from_slice(&attempt.body).expect("JSON");
        assert_eq!(body["pendingWebhooks"], n);
        assert_eq!(body["id"], serde_json::from_slice::<Json>(&shop.posted[0].body).expect("JSON")["id"]);
        assert!(is_signed(attempt), "attempt {n}");
        let same = String::from_utf8_lossy(&attempt.body).replace(&format!("\"pendingWebhooks\":{n}"), "\"pendingWebhooks\":0");
        assert_eq!(same.as_bytes(), shop.posted[0].body, "nothing else changes");
    }
    snapshot("qbitpay/e12_five_failures_and_then_a_receiver_that_listens", &shop.log);
}

#[test]
fn e13_a_receiver_that_never_listens() {
    let mut shop = Tape::shop();
    shop.play(
        &["set qbitpay/default pace=manual", "merchant 500 timeout 301 404 reset 500", PAYOUT, "advance 10h", "control GET deliveries"]
            .join("\n"),
    );
    assert_eq!(shop.posted.len(), 6);
    snapshot("qbitpay/e13_a_receiver_that_never_listens", &shop.log);
}

#[test]
fn i10_a_saved_state_holds_no_signed_text_and_shows_each_again() {
    let mut shop = Tape::shop();
    let tamper = r#"control POST rules {"on":"qbitpay:webhook","when":{"times":1},"then":{"tamper":{"data.amount":1}}}"#;
    shop.play(&["set qbitpay/default pace=manual", "merchant 500", tamper, PAYOUT, "advance 31m", PAYOUT, "advance 16m"].join("\n"));
    let deliveries = shop.admin("GET", "deliveries", &Json::Null);
    let mut state = shop.admin("GET", "state", &Json::Null);
    let kept = |state: &Json, delivery: &str| -> Vec<bool> {
        let attempts = state["core"]["outbox"]["deliveries"][delivery]["attempts"].as_array().expect("a list");
        attempts.iter().map(|it| it.get("signed").is_some()).collect()
    };
    assert!(kept(&state, "1").iter().all(|it| *it), "what was changed after it was signed is kept");
    assert_eq!(kept(&state, "2"), [false; 2]);
    // A document in which each attempt has its text is read too.
    let shown = deliveries["deliveries"][1]["attempts"][1]["signed"].clone();
    assert!(shown.as_str().is_some_and(|it| it.contains("pendingWebhooks=1")), "{shown}");
    state["core"]["outbox"]["deliveries"]["2"]["attempts"][1]["signed"] = shown;
    assert_eq!(shop.admin("PUT", "state", &state)["restored"], true);
    assert_eq!(shop.admin("GET", "deliveries", &Json::Null)["deliveries"], deliveries["deliveries"]);
}

#[test]
fn e14_a_test_event_is_sent_once() {
    story(
        "e14_a_test_event_is_sent_once",
        &[
            "merchant 500",
            "GET /qbitpay/api/v1/events/test?cbUrl=http://shop.test/elsewhere",
            "advance 10h",
            "GET /qbitpay/api/v1/events/test",
            "set qbitpay/default webhook_url=null",
            "GET /qbitpay/api/v1/events/test",
            "GET /qbitpay/api/v1/events/test?cbUrl=nowhere",
        ],
    );
}

#[test]
fn e15_chinese_is_signed_as_it_is_sent() {
    let mut shop = Tape::shop();
    shop.play(&PAYOUT.replace("user name", "王小明").replace("Payout memo", "工资/一月 \\\"A\\\""));
    let attempt = &shop.posted[0];
    let body = String::from_utf8(attempt.body.to_vec()).expect("text");
    assert!(body.contains("王小明") && body.contains("工资/一月 \\\"A\\\""), "{body}");
    assert!(is_signed(attempt), "the documented recipe accepts");
    let sent = attempt.headers["qbitpay-signature"].to_str().expect("text").to_owned();
    let data: Json = serde_json::from_str::<Json>(&body).expect("JSON")["data"].clone();
    let of = |data: &str| {
        super::signature(&super::string_a(&format!("{},\"data\":{data}}}", body.split(",\"data\"").next().expect("a head"))), super::KEY)
    };
    assert_ne!(of(&data.to_string()), sent, "sorted members do not");
    let escaped: String = body.chars().map(|it| if it.is_ascii() { it.to_string() } else { format!("\\u{:04x}", it as u32) }).collect();
    assert_ne!(super::signature(&super::string_a(&escaped), super::KEY), sent, "escaped text does not");
    snapshot("qbitpay/e15_chinese_is_signed_as_it_is_sent", &shop.log);
}

#[test]
fn e16_a_quoted_price_holds_for_thirty_seconds() {
    let sell = r#"POST /qbitpay/api/v1/orders {"symbol":"USDT/CNY","side":"sell","amount":100}"#;
    let bid = "GET /qbitpay/api/v1/markets/ticker?symbol=USDT/CNY&side=bid";
    story(
        "e16_a_quoted_price_holds_for_thirty_seconds",
        &[
            bid,
            "act qbitpay.set-price symbol=USDT/CNY ask=7.2 bid=7.1",
            "advance 30s",
            sell,
            "advance 1ms",
            sell,
            "GET /qbitpay/api/v1/orders/${order}",
            &sell.replace("sell", "buy"),
            bid,
            "GET /qbitpay/api/v1/balances/show?currency=CNY",
            "GET /qbitpay/api/v1/balances/show?currency=USDT",
            "GET /qbitpay/api/v1/balanceTransactions?type=order&source=${order}",
        ],
    );
}

#[test]
fn e17_the_same_order_number_makes_two_charges() {
    let mut shop = Tape::shop();
    shop.play(&[CHARGE, CHARGE, CHARGE.replace("\"A\"", "\"B\"").as_str(), "GET /qbitpay/api/v1/charges?externalOrderId=A"].join("\n"));
    let list = good(&mut shop, "GET", "charges?externalOrderId=A", &Json::Null);
    let data = list["data"].as_array().expect("a page");
    assert_eq!(data.len(), 2);
    assert_ne!(data[0]["id"], data[1]["id"]);
    assert_ne!(data[0]["paymentPageUrl"], data[1]["paymentPageUrl"]);
    snapshot("qbitpay/e17_the_same_order_number_makes_two_charges", &shop.log);
}

#[test]
fn e18_the_ticker_wants_a_pair_and_a_side() {
    let mut shop = Tape::shop();
    let asked = |shop: &mut Tape, query: &str| answer(shop, "GET", &format!("markets/ticker?{query}"), "").0;
    for (query, status) in [
        ("symbol=USDT/CNY", 400),
        ("symbol=USDT/CNY&side=mid", 400),
        ("side=ask", 400),
        ("symbol=USDT%2FCNY&side=ask", 200),
        ("symbol=USDT/CNY&side=ask", 200),
        ("symbol=usdt/cny&side=ask", 404),
        ("symbol=CNY/CNY&side=ask", 404),
        ("symbol=USDTCNY&side=bid", 404),
    ] {
        assert_eq!(asked(&mut shop, query), status, "{query}");
    }
    let body = good(&mut shop, "GET", "markets/ticker?symbol=USDT%2FCNY&side=bid", &Json::Null);
    assert_eq!(body, json!({"symbol": "USDT/CNY", "timestamp": 1_767_225_600_000_i64, "bid": 6.95}));
    assert_eq!(told(&mut shop, "GET", "markets/ticker?symbol=EUR/CNY&side=bid", &Json::Null).1["message"], "Symbol not found");
    shop.play("GET /qbitpay/api/v1/markets/ticker?symbol=USDT%2FCNY&side=ask\nGET /qbitpay/api/v1/markets/ticker?symbol=USDT/CNY&side=mid");
    snapshot("qbitpay/e18_the_ticker_wants_a_pair_and_a_side", &shop.log);
}
