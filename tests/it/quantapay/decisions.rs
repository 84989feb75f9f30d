//! What was decided where the documents are silent, each by what it looks like from outside.

use playmoney::inside::kit::http::{Method, Request};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use serde_json::{Value as Json, json};

use super::{form, post, served};
use crate::tape::{Tape, check};

fn shop(settings: &str) -> Tape {
    let mut shop = Tape::shop();
    shop.play(&format!("set quantapay/default {settings}"));
    shop
}

/// A pending transaction; its answer.
fn made(shop: &mut Tape, amount: &str, coin: &str) -> Json {
    served(shop, "create-transaction", &[("amount", amount), ("cryptocurrency_code", coin)])
}

fn row(shop: &mut Tape, id: &str) -> Json {
    served(shop, "get-transaction", &[("transaction_id", id)])
}

#[test]
fn functions_of_the_sibling_product_can_be_taken_away() {
    let mut shop = shop("documented_only=true");
    for (function, known) in
        [("get-balances", true), ("get-transaction", false), ("get-transactions", false), ("get-cryptocurrency-codes", false)]
    {
        assert_eq!(post(&mut shop, &form(function, &[])).1.contains("function-not-found"), !known, "{function}");
    }
    let (_, body) = post(&mut shop, "function=get-transactions&api-key=wrong");
    assert!(body.contains("invalid-api-key"), "whose setting it is, is known by the key: {body}");
}

#[test]
fn a_form_is_a_form_in_either_encoding_and_the_last_of_a_name_counts() {
    let mut shop = Tape::shop();
    let parts: String = [
        ("function", "get-balances"),
        ("api-key", "wrong"),
        ("api-key", "qp_test_key"),
        ("function", "get-exchange-rates"),
        ("currency_code", "USD"),
        ("cryptocurrency_code", "btc"),
    ]
    .map(|(name, value)| format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"))
    .concat();
    let request = Request::new(Method::POST, "/quantapay/api.php", format!("{parts}--X--\r\n").into_bytes());
    let response = shop.ask(request.with("Content-Type", "multipart/form-data; boundary=X"));
    assert_eq!(response.body, r#"{"success":true,"response":"64850.25"}"#.as_bytes());
    let twice = "function=get-balances&function=get-exchange-rates&api-key=x&api-key=qp_test_key&currency_code=USD&cryptocurrency_code=btc";
    assert_eq!(post(&mut shop, twice).1.as_bytes(), response.body);
}

#[test]
fn a_field_that_no_function_takes_is_noted() {
    let mut shop = Tape::shop();
    post(&mut shop, &form("get-balances", &[("currency", "USD")]));
    let journal = shop.admin("GET", "requests", &Json::Null);
    let violations = &journal["requests"][0]["violations"];
    assert_eq!((violations.as_array().map(Vec::len), &violations[0]["code"]), (Some(1), &json!("unknown_field")), "{violations}");
}

#[test]
fn prices_have_bounds() {
    for (price, taken) in [
        ("0.00000001", true),
        ("999999999999999", true),
        ("999999999999999.99999999", true),
        ("1000000000000000", false),
        ("0.000000001", false),
        ("0", false),
        ("-1", false),
        ("+1", false),
        ("1e2", false),
        ("1.", false),
        (".5", false),
        ("1,5", false),
        (" 1", false),
        ("", false),
    ] {
        let (_, body) = post(&mut Tape::shop(), &form("create-checkout-session", &[("price", price), ("currency", "USD")]));
        assert_eq!(body.contains("\"success\":true"), taken, "{price}: {body}");
    }
    let long = "é".repeat(256);
    for (field, value, taken) in [
        ("order_id", &long[..510], true),
        ("order_id", &long, false),
        ("redirect", "https://shop.test/ok?a=1", true),
        ("redirect", "javascript:alert(1)", false),
        ("redirect", "app:done", false),
        ("currency", "XYZ", false),
    ] {
        let (_, body) = post(&mut Tape::shop(), &form("create-checkout-session", &[("price", "1"), ("currency", "USD"), (field, value)]));
        assert_eq!(body.contains("\"success\":true"), taken, "{field}: {body}");
    }
}

#[test]
fn the_reference_comes_back_to_the_byte() {
    let reference = "  a+b&c=%20\"'<é漢\u{7f}🙂\\n  ";
    let mut shop = shop("confirmations=0");
    let made = served(&mut shop, "create-checkout-session", &[("price", "1"), ("currency", "USD"), ("order_id", reference)]);
    shop.play(&format!("act quantapay.pay session={} cryptocurrency=usdc", made["session_id"].as_str().expect("text")));
    let sent: Json = serde_json::from_slice(&shop.posted[0].body).expect("JSON");
    assert_eq!(sent["transaction"]["external_reference"], reference);
}

#[test]
fn i7_rates_live_in_the_state_and_can_be_changed_there() {
    let mut shop = Tape::shop();
    let mut state = shop.admin("GET", "state", &Json::Null);
    let providers = state["providers"].as_array().expect("a list");
    let place = providers.iter().position(|it| it["slug"] == "quantapay").expect("the provider");
    let path = format!("/providers/{place}/memory");
    let memory = state.pointer_mut(&path).expect("its memory");
    memory["rates"] = json!({"btc/usd": "50000", "usd/eur": "0.5"});
    assert_eq!(shop.admin("PUT", "state", &state)["restored"], true);
    for (fiat, price) in [("USD", "50000.00"), ("EUR", "25000.00"), ("GBP", "39500.00")] {
        assert_eq!(served(&mut shop, "get-exchange-rates", &[("currency_code", fiat), ("cryptocurrency_code", "btc")]), price);
    }
    state.pointer_mut(&path).expect("memory")["rates"] = json!({"btc/usd": "0"});
    assert_eq!(shop.admin("PUT", "state", &state)["status"], 422);
}

#[test]
fn a_hundred_payers_of_one_price_send_a_hundred_amounts() {
    let mut shop = Tape::shop();
    let amounts: std::collections::BTreeSet<String> =
        (0..100).map(|_| made(&mut shop, "1", "usdt_tron")[1].as_str().expect("text").to_owned()).collect();
    assert_eq!(amounts.len(), 100);
    let all: Vec<rust_decimal::Decimal> = amounts.iter().map(|it| it.parse().expect("a number")).collect();
    assert!(all.iter().all(|it| (1_000_000..1_001_100).contains(&(it.mantissa() * 10_i128.pow(6 - it.scale())))), "{all:?}");
    let coarse: std::collections::BTreeSet<String> =
        (0..300).map(|_| made(&mut shop, "0.0123", "shib")[1].as_str().expect("text").to_owned()).collect();
    assert_eq!(coarse.len(), 300, "also where a thousandth is less than the smallest part");
}

#[test]
fn a_payment_in_the_coins_own_amount() {
    let mut shop = Tape::shop();
    let made = served(
        &mut shop,
        "create-transaction",
        &[("amount", "0.5"), ("cryptocurrency_code", "btc"), ("currency_code", "crypto"), ("type", "3")],
    );
    assert_eq!((&made[1], &made[3]), (&json!("0.5"), &json!(3)));
    let row = row(&mut shop, "1");
    assert_eq!((&row["amount_fiat"], &row["currency"], &row["type"]), (&json!("32425.12500000"), &json!("usd"), &json!("3")));
}

#[test]
fn fees_and_wallets_are_the_sums_of_what_happened() {
    let mut shop = shop("confirmations=0");
    for (amount, coin, currency) in [("49.99", "eth", "USD"), ("100", "btc", "EUR"), ("15000", "usdt_bsc", "JPY")] {
        let made =
            served(&mut shop, "create-transaction", &[("amount", amount), ("cryptocurrency_code", coin), ("currency_code", currency)]);
        shop.play(&format!("act quantapay.pay transaction={}", made[0].as_str().expect("an id")));
    }
    // 0.40, 100 / 0.92 * 0.8 % = 0.87, 15000 / 149.5 * 0.8 % = 0.80.
    assert_eq!(served(&mut shop, "get-credit-balance", &[])["credit_balance"], json!(147.93));
    let balances = served(&mut shop, "get-balances", &[]);
    assert_eq!(balances["eth"]["amount"], "12.37");
    assert_eq!(balances["usdt_bsc"]["amount"], "100.334448");
}

#[test]
fn without_an_address_nothing_is_told() {
    let mut shop = shop("confirmations=0 webhook_url=null");
    made(&mut shop, "1", "eth");
    shop.play("act quantapay.pay transaction=1");
    let row = row(&mut shop, "1");
    assert_eq!((&row["status"], &row["webhook"]), (&json!("C"), &json!("0")));
    assert!(shop.posted.is_empty());
}

#[test]
fn links_begin_where_the_account_says() {
    for (settings, begins) in [
        ("documented_links=false", "http://127.0.0.1:4242/quantapay/pay.php?"),
        ("documented_links=true", "https://cloud.quantapay.app/pay.php?"),
    ] {
        let mut shop = shop(settings);
        let session = served(&mut shop, "create-checkout-session", &[("price", "1"), ("currency", "USD")]);
        made(&mut shop, "1", "eth");
        for link in [&session["payment_url"], &served(&mut shop, "payment-link", &[("transaction_id", "1")])] {
            assert!(link.as_str().is_some_and(|it| it.starts_with(begins)), "{link}");
        }
        assert_eq!(served(&mut shop, "payment-link", &[("transaction_id", "9")]), false);
    }
}

#[test]
fn a_reorganisation_takes_confirmations_back_and_a_final_status_stays() {
    check(
        "quantapay/a_reorganisation_takes_confirmations_back_and_a_final_status_stays",
        "
        POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=49.99&cryptocurrency_code=eth
        act quantapay.pay transaction=1
        advance 24s
        act quantapay.reorg depth=2 blockchain=eth
        advance until idle
        act quantapay.reorg depth=9 blockchain=eth
        act quantapay.reorg depth=1 blockchain=nothing
        POST /quantapay/api.php function=get-transaction&api-key=qp_test_key&transaction_id=1
        ",
    );
}

#[test]
fn actions_that_the_state_forbids() {
    check(
        "quantapay/actions_that_the_state_forbids",
        "
        set quantapay/default pace=manual
        POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD
        act quantapay.pay session=${session}
        act quantapay.pay session=${session} cryptocurrency=doge
        act quantapay.pay session=${session}
        act quantapay.refund transaction=1
        act quantapay.accept-underpayment transaction=1
        act quantapay.confirm transaction=1 confirmations=2
        act quantapay.confirm transaction=1 confirmations=0
        act quantapay.confirm transaction=1
        act quantapay.confirm transaction=1
        act quantapay.cancel transaction=1
        act quantapay.choose-coin session=${session} cryptocurrency=eth
        act quantapay.refund transaction=1
        act quantapay.refund transaction=1
        act quantapay.pay transaction=7
        act quantapay.pay session=cs_nothing
        act quantapay.pay amount=1
        act quantapay.choose-coin session=${session} cryptocurrency=gold
        POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=0.00000001&currency=USD
        act quantapay.choose-coin session=${session} cryptocurrency=btc
        advance 1h
        act quantapay.choose-coin session=${session} cryptocurrency=eth
        POST /quantapay/api.php function=create-transaction&api-key=qp_test_key&amount=49.99&cryptocurrency_code=eth
        act quantapay.confirm transaction=2
        act quantapay.pay transaction=2 amount=-1
        act quantapay.pay transaction=2 amount=10000000000001
        act quantapay.pay transaction=2 token=real
        act quantapay.pay transaction=2 hash=-
        act quantapay.cancel transaction=2
        act quantapay.cancel transaction=2
        ",
    );
}

#[test]
fn lists_are_filtered_and_searched() {
    let mut shop = shop("confirmations=0");
    let session =
        served(&mut shop, "create-checkout-session", &[("price", "20"), ("currency", "EUR"), ("order_id", "Order ß"), ("title", "Shoes")]);
    let session = session["session_id"].as_str().expect("text").to_owned();
    shop.play(&format!("act quantapay.choose-coin session={session} cryptocurrency=btc\nadvance 24h"));
    made(&mut shop, "12.5", "eth");
    shop.play("advance 1h");
    made(&mut shop, "30", "eth");
    shop.play("act quantapay.pay transaction=3\nadvance 1h");
    made(&mut shop, "30", "usdt");
    shop.play("act quantapay.cancel transaction=4");
    for (fields, ids) in [
        (&[][..], "3 2 1"),
        (&[("status", "P")], "2 1"),
        (&[("status", "C"), ("cryptocurrency", "ETH")], "3"),
        (&[("status", "X")], ""),
        (&[("cryptocurrency", "btc")], "1"),
        (&[("cryptocurrency", "usdt")], ""),
        (&[("checkout_id", &format!("cs-{session}"))], "1"),
        (&[("checkout_id", "nothing")], ""),
        (&[("date_range[0]", "2026-01-02")], "3 2"),
        (&[("date_range[1]", "2026-01-01")], "1"),
        (&[("date_range[0]", "2026-01-02 00:00:01"), ("date_range[1]", "2026-01-02 01:00:00")], "3"),
        (&[("date_range[0]", "2026-01-03"), ("date_range[1]", "2026-01-01")], ""),
        (&[("search", "shoes")], "1"),
        (&[("search", "ORDER ß")], "1"),
        (&[("search", "eth")], "3 2"),
        (&[("search", "12.5")], "2"),
        (&[("search", "eur")], "1"),
        (&[("search", "nothing at all")], ""),
        (&[("pagination", "1")], ""),
        (&[("pagination", "-1")], "3 2 1"),
        (&[("pagination", "99999999999999999")], ""),
    ] {
        let list = served(&mut shop, "get-transactions", fields);
        let found: Vec<&str> = list.as_array().expect("a list").iter().filter_map(|it| it["id"].as_str()).collect();
        assert_eq!(found.join(" "), ids, "{fields:?}");
    }
}

#[test]
fn i19_pages_show_each_transaction_once_and_in_order() {
    let step = prop_oneof![4 => Just(None), 1 => any::<u8>().prop_map(Some)];
    let steps = proptest::collection::vec(step, 150..260);
    crate::simulate::always(4, &steps, |steps| {
        let mut shop = shop("webhook_url=null");
        let mut alive: Vec<u32> = Vec::new();
        for (id, step) in (1..).zip(steps) {
            made(&mut shop, "5", "eth");
            alive.push(id);
            if let Some(place) = step {
                let gone = alive.remove(usize::from(place) % alive.len());
                shop.play(&format!("act quantapay.cancel transaction={gone}"));
            }
        }
        alive.reverse();
        let mut page = |number: usize| -> Vec<u32> {
            let list = served(&mut shop, "get-transactions", &[("pagination", &number.to_string()), ("cryptocurrency", "eth")]);
            list.as_array().expect("a list").iter().map(|row| row["id"].as_str().and_then(|it| it.parse().ok()).expect("an id")).collect()
        };
        let pages: Vec<Vec<u32>> = (0..4).map(&mut page).collect();
        assert!(pages.iter().all(|it| it.len() <= 100));
        assert_eq!(pages.concat(), alive);
    });
}

#[test]
fn merchants_do_not_see_each_other() {
    let mut shop = shop("confirmations=0");
    super::second_merchant(&mut shop, "another", "qp_another");
    let session = served(&mut shop, "create-checkout-session", &[("price", "1"), ("currency", "USD")]);
    let token = made(&mut shop, "49.99", "eth")[4].clone();
    shop.play("act quantapay.pay transaction=1");
    let ask = |shop: &mut Tape, call: &str| post(shop, &format!("api-key=qp_another&function={call}")).1;
    assert!(ask(&mut shop, "get-transaction&transaction_id=1").ends_with("\"response\":false}"));
    assert!(ask(&mut shop, "get-transactions").ends_with("\"response\":[]}"));
    assert!(ask(&mut shop, &format!("get-transactions&checkout_id={}", session["session_id"].as_str().expect("text"))).ends_with("[]}"));
    assert!(ask(&mut shop, &format!("check-transaction&transaction={}", token.as_str().expect("text"))).contains("transaction-not-found"));
    assert!(ask(&mut shop, "get-credit-balance").contains("150.00"));
    let other = ask(&mut shop, "create-transaction&amount=49.99&cryptocurrency_code=eth");
    assert!(other.contains("\"2\",\"0.025\""), "another merchant's address is another one: {other}");
}

#[test]
fn another_sandbox_has_keys_of_its_own() {
    let start = |name: &str| playmoney::inside::engine::start::Start { name: name.to_owned(), ..Default::default() };
    let keys = |name: &str| {
        let account = Tape::new(start(name)).admin("GET", "accounts/quantapay/default", &Json::Null);
        let text = |name: &str| account["credentials"][name].as_str().expect("text").to_owned();
        assert_eq!(account["credentials"].as_object().map(serde_json::Map::len), Some(2), "{account}");
        (text("api_key"), text("webhook_secret"))
    };
    let (key, secret) = keys("checkout-7");
    assert_eq!((key.clone(), secret), keys("checkout-7"), "they follow from the name");
    assert_ne!(keys("checkout-7"), keys("checkout-8"));
    assert_eq!(keys("default"), ("qp_test_key".to_owned(), "qp_test_webhook_secret".to_owned()));
    let mut shop = Tape::new(start("checkout-7"));
    assert!(post(&mut shop, &form("get-balances", &[])).1.contains("invalid-api-key"), "the default sandbox's key is not good here");
    let (_, body) = post(&mut shop, &format!("function=create-checkout-session&api-key={key}&price=1&currency=USD"));
    assert!(body.contains("http://127.0.0.1:4242/s/checkout-7/quantapay/pay.php?checkout_id="), "{body}");
}

#[test]
fn the_end_of_an_hour_is_something_that_a_walk_stops_at() {
    let mut shop = Tape::shop();
    for price in ["10", "20"] {
        served(&mut shop, "create-transaction", &[("amount", price), ("cryptocurrency_code", "eth"), ("currency_code", "USD")]);
    }
    shop.play("set quantapay/default pace=manual\nact quantapay.pay transaction=2");
    let asked = |shop: &mut Tape| served(shop, "check-transactions", &[("transaction_id", "1")]);
    shop.play("advance 59m59s");
    assert_eq!(asked(&mut shop), json!(false));
    let clock = shop.admin("GET", "clock", &Json::Null);
    assert_eq!((&clock["next"]["at"], &clock["next"]["subject"]), (&json!("2026-01-01T01:00:00Z"), &json!("1")));
    let walked = shop.admin("POST", "clock/advance", &json!({"until": "next"}));
    assert_eq!(walked["now"], "2026-01-01T01:00:00Z");
    let told: Vec<_> = walked["fired"].as_array().expect("a list").iter().map(|it| (&it["subject"], &it["detail"])).collect();
    assert_eq!(told, [(&json!("1"), &json!("P to P (after 1h)"))], "the one whose transfer was seen does not expire");
    assert_eq!(asked(&mut shop), json!("expired"));
    assert_eq!(served(&mut shop, "get-transaction", &[("transaction_id", "1")])["status"], "P");
}
