//! What an integrator needs to reproduce, one tape each.

use serde_json::{Value as Json, json};

use super::signatures::signature;
use super::{order, ordered, served};
use crate::tape::{Tape, check, snapshot};

const LIST: &str = "GET /cryptopay/api/payment-orders/\n";
const GET: &str = "GET /cryptopay/api/payment-orders/${order_id}/\n";
const WALLETS: &str = "GET /cryptopay/api/merchant-wallets/\n";
const LOGIN: &str = "POST /cryptopay/api/auth/login {\"username\":\"demo\",\"password\":\"demo-password\"}\n";
const AS_USER: &str = "with Authorization: Bearer ${access}\n";
const REFRESH: &str = "POST /cryptopay/api/auth/token/refresh/ {\"refresh\":\"${refresh}\"}\n";

fn story(name: &str, lines: &[&str]) {
    check(&format!("cryptopay/{name}"), &lines.concat());
}

#[test]
fn e01_a_nonce_is_good_for_one_order() {
    story("e01_a_nonce_is_good_for_one_order", &[order!(7), order!(7), LIST]);
}

#[test]
fn e02_order_info_is_json_as_text() {
    let with = |info: &str| {
        format!(
            "POST /cryptopay/api/payment-orders/ {{\"amount\":\"1\",\"currency\":\"USDC\",\"blockchain\":\"base\",\"nonce\":1,\"order_info\":{info}}}\n"
        )
    };
    let infos = [r#"{"product":"Premium Plan"}"#, r#""Premium Plan""#, r#""{\"a\":1""#, r#""\"Premium Plan\"""#];
    check("cryptopay/e02_order_info_is_json_as_text", &infos.map(with).concat());
}

#[test]
fn e03_two_missing_fields_are_named_at_once() {
    let line = r#"POST /cryptopay/api/payment-orders/ {"currency":"USDC","blockchain":"base","order_info":"{}"}"#;
    story("e03_two_missing_fields_are_named_at_once", &[line]);
}

#[test]
fn e04_a_missing_slash_turns_a_post_into_a_list() {
    let create = order!(1);
    let unslashed = create.replace("payment-orders/ ", "payment-orders ");
    story("e04_a_missing_slash_turns_a_post_into_a_list", &[&unslashed, "# A client that follows asks with GET.\n", LIST]);
}

#[test]
fn e05_tokens_end_and_are_replaced_once() {
    story(
        "e05_tokens_end_and_are_replaced_once",
        &[LOGIN, "advance 23h59m59s\n", AS_USER, LIST, "advance 2s\n", AS_USER, LIST, REFRESH, AS_USER, LIST],
    );
    let mut shop = Tape::shop();
    shop.play(LOGIN);
    let first = shop.noted("refresh").to_owned();
    shop.play(REFRESH).play(&REFRESH.replace("${refresh}", &first)).play("advance 720h\n").play(REFRESH);
    snapshot("cryptopay/e05_refresh_tokens_work_once_and_end", &shop.log);
}

#[test]
fn e06_a_refresh_token_is_no_bearer() {
    story("e06_a_refresh_token_is_no_bearer", &[LOGIN, "with Authorization: Bearer ${refresh}\n", LIST]);
}

/// A page of orders: their nonces, and what else it says.
fn page(shop: &mut Tape, query: &str) -> (Vec<i64>, Json) {
    let list = served(shop, "GET", &format!("/api/payment-orders/?{query}"), &Json::Null);
    let nonces = list["results"].as_array().expect("a page").iter().map(|it| it["nonce"].as_i64().expect("a nonce")).collect();
    (nonces, json!([list["count"], list["next"], list["previous"]]))
}

#[test]
fn e07_forty_five_orders_are_three_pages() {
    let mut shop = Tape::shop();
    (1..=45).for_each(|nonce| _ = ordered(&mut shop, nonce, &Json::Null));
    let path = "/cryptopay/api/payment-orders/?page";
    let down = |from: i64, to: i64| (to..=from).rev().collect::<Vec<_>>();
    let link = |it: u32| format!("{path}={it}&page_size=20");
    assert_eq!(page(&mut shop, "page_size=20"), (down(45, 26), json!([45, link(2), null])));
    assert_eq!(page(&mut shop, "page_size=20&page=2"), (down(25, 6), json!([45, link(3), link(1)])));
    assert_eq!(page(&mut shop, "page=3&page_size=20"), (down(5, 1), json!([45, null, link(2)])));
    assert_eq!(page(&mut shop, ""), (down(45, 26), json!([45, format!("{path}=2"), null])), "twenty unless asked");
    assert_eq!(page(&mut shop, "page_size=500"), (down(45, 1), json!([45, null, null])));
    shop.play("GET /cryptopay/api/payment-orders/?page=4&page_size=20\nGET /cryptopay/api/payment-orders/?page=0");
    snapshot("cryptopay/e07_forty_five_orders_are_three_pages", &shop.log);
}

#[test]
fn e08_an_order_that_arrives_between_pages_shifts_the_second() {
    let mut shop = Tape::shop();
    (1..=6).for_each(|nonce| _ = ordered(&mut shop, nonce, &Json::Null));
    assert_eq!(page(&mut shop, "page_size=3").0, [6, 5, 4]);
    ordered(&mut shop, 7, &Json::Null);
    assert_eq!(page(&mut shop, "page_size=3&page=2").0, [4, 3, 2], "4 is met twice");
    assert_eq!(page(&mut shop, "page_size=3&page=3").0, [1]);
}

#[test]
fn e09_no_wallet_no_order() {
    let create = order!(1);
    let polygon = create.replace("\"base\"", "\"polygon\"");
    let add = |chain: &str| {
        format!(
            "{AS_USER}POST /cryptopay/api/merchant-wallets/ {{\"blockchain\":\"{chain}\",\"address\":\"0x1234567890123456789012345678901234567890\"}}\n"
        )
    };
    story(
        "e09_no_wallet_no_order",
        &[
            "POST /cryptopay/api/auth/register {\"username\":\"ann\",\"email\":\"ann@shop.test\",\"password\":\"correct horse\",\"shop_name\":\"Ann's\"}\n",
            "POST /cryptopay/api/auth/login {\"username\":\"ann\",\"password\":\"correct horse\"}\n",
            &add("base"),
            AS_USER,
            &polygon,
            &add("polygon"),
            AS_USER,
            &polygon,
            &add("polygon"),
        ],
    );
}

#[test]
fn e10_an_order_keeps_the_address_that_it_was_made_with() {
    let put = |is_active: bool| {
        format!(
            "PUT /cryptopay/api/merchant-wallets/2/ {{\"blockchain\":\"base\",\"address\":\"0xABCDEF7890123456789012345678901234abcdef\",\"is_active\":{is_active}}}\n"
        )
    };
    let lines = [order!(1), "advance 1m\n", &put(true), GET, order!(2), &put(false), order!(3), WALLETS];
    story("e10_an_order_keeps_the_address_that_it_was_made_with", &lines);
}

#[test]
fn e11_the_whole_way_on_base() {
    story(
        "e11_the_whole_way_on_base",
        &[order!(1640995200123456), "act cryptopay.pay order=${order_id}\n", GET, "advance 29s\n", GET, "advance 1s\n", GET],
    );
}

#[test]
fn e12_a_webhook_that_comes_again_and_late() {
    story(
        "e12_a_webhook_that_comes_again_and_late",
        &[
            order!(1),
            "act cryptopay.pay order=${order_id}\nact cryptopay.confirm order=${order_id}\n",
            "control POST deliveries/dlv-1/resend\ncontrol POST deliveries/dlv-2/resend\n",
        ],
    );
}

#[test]
fn e13_nobody_pays_in_time_and_then_somebody_does() {
    story(
        "e13_nobody_pays_in_time_and_then_somebody_does",
        &[
            order!(1),
            "advance 2h\n",
            GET,
            "advance 1s\nact cryptopay.pay order=${order_id}\nadvance 1h\n",
            GET,
            "GET /cryptopay/api/transactions/\n",
        ],
    );
}

#[test]
fn e14_a_transfer_that_is_seen_in_time_keeps_the_order_alive() {
    let create = order!(1);
    let ethereum = create.replace("\"base\"", "\"ethereum\"");
    story(
        "e14_a_transfer_that_is_seen_in_time_keeps_the_order_alive",
        &[&ethereum, "advance 119m\nact cryptopay.pay order=${order_id}\nadvance 1m\n", GET, "advance 1h\n", GET],
    );
}

#[test]
fn e15_too_little_fails_and_too_much_is_confirmed() {
    story(
        "e15_too_little_fails_and_too_much_is_confirmed",
        &[
            order!(1),
            "act cryptopay.pay order=${order_id} amount=99.99\nact cryptopay.confirm order=${order_id}\n",
            order!(2),
            "act cryptopay.pay order=${order_id} amount=100.01\nact cryptopay.confirm order=${order_id}\n",
            order!(3),
            "act cryptopay.pay order=${order_id} currency=ETH\nact cryptopay.confirm order=${order_id}\n",
            order!(4),
            "act cryptopay.fail order=${order_id}\n",
        ],
    );
}

#[test]
fn e16_a_receiver_that_is_down_for_twenty_minutes() {
    let lines = [
        "merchant 500 timeout refused 200\n",
        order!(1),
        "act cryptopay.pay order=${order_id}\nact cryptopay.confirm order=${order_id} confirmations=3\nadvance 30m\n",
    ];
    let manual = "set cryptopay/default pace=manual\n";
    story("e16_a_receiver_that_is_down_for_twenty_minutes", &[&[manual], &lines[..]].concat());
}

#[test]
fn e17_a_secret_that_changes_between_attempts() {
    story(
        "e17_a_secret_that_changes_between_attempts",
        &[
            "merchant 500 200\n",
            "set cryptopay/default pace=manual\n",
            order!(1),
            "act cryptopay.pay order=${order_id}\nset cryptopay/default webhook_secret=another_secret_entirely\nadvance 1m\n",
        ],
    );
}

#[test]
fn e17_an_endpoints_secret_that_changes_between_attempts() {
    let mut shop = Tape::shop();
    let endpoint = json!({"url": "https://your-site.com/webhooks/cryptopay"});
    let before = served(&mut shop, "POST", "/api/webhook-endpoints/", &endpoint)["data"]["secret"].clone();
    shop.play("set cryptopay/default pace=manual webhook_url=null\nmerchant 500 200");
    let order = ordered(&mut shop, 1, &Json::Null);
    shop.admin("POST", "act/cryptopay/pay", &json!({"order": order["id"]}));
    let rotated = shop.admin("POST", "act/cryptopay/rotate-secret", &json!({"endpoint": 1}));
    assert_eq!((&rotated["subject"], &rotated["status"]), (&json!("1"), &json!("active")));
    let after = served(&mut shop, "GET", "/api/webhook-endpoints/", &Json::Null)["results"][0].clone();
    assert_eq!(rotated["object"], after);
    assert!(after["secret"] != before && after["secret"].as_str().is_some_and(|it| it.starts_with("whsec_") && it.len() == 38));
    shop.play("advance 1m");
    let signed: Vec<bool> = [&before, &after["secret"]]
        .iter()
        .zip(&shop.posted)
        .map(|(secret, it)| {
            let expected = signature(std::str::from_utf8(&it.body).expect("text"), secret.as_str().expect("text"));
            it.headers["x-webhook-signature"] == expected.as_str()
        })
        .collect();
    assert_eq!(signed, [true, true], "each attempt under the secret of its moment");
    assert_eq!(shop.posted[0].body, shop.posted[1].body);
    for (with, code) in [(json!({}), "invalid_request"), (json!({"endpoint": 2}), "not_found"), (json!({"endpoint": "x"}), "not_found")] {
        assert_eq!(shop.admin("POST", "act/cryptopay/rotate-secret", &with)["code"], code);
    }
}

#[test]
fn e18_an_orders_own_address_replaces_the_endpoints() {
    story(
        "e18_an_orders_own_address_replaces_the_endpoints",
        &[
            "POST /cryptopay/api/webhook-endpoints/ {\"url\":\"https://your-site.com/webhooks/cryptopay\"}\n",
            order!(1, ",\"webhook_url\":\"http://shop.test/this-order\""),
            "act cryptopay.pay order=${order_id}\n",
            order!(2),
            "act cryptopay.pay order=${order_id}\n",
        ],
    );
}

#[test]
fn e19_the_call_above_the_limit() {
    let mut shop = Tape::shop();
    (0..1_000).for_each(|_| _ = served(&mut shop, "GET", "/api/payment-orders/", &Json::Null));
    shop.log.clear();
    shop.play(LIST).play("advance 59m59s").play(LIST).play("advance 1s").play(LIST);
    snapshot("cryptopay/e19_the_call_above_the_limit", &shop.log);
}

#[test]
fn e20_a_nonce_above_what_javascript_counts() {
    story(
        "e20_a_nonce_above_what_javascript_counts",
        &[order!(9007199254740993), order!(9223372036854775807), order!(9223372036854775808), GET],
    );
}

#[test]
fn e21_a_token_that_is_not_on_that_chain() {
    let create = order!(1);
    let mut nonce = 0;
    let pairs = [("USDT", "base"), ("cbBTC", "base"), ("CBBTC", "base"), ("MATIC", "polygon"), ("USDC", "solana"), ("ARB", "ethereum")];
    let lines = pairs.map(|(token, chain)| {
        nonce += 1;
        let pair = create.replace("USDC", token).replace("\"base\"", &format!("\"{chain}\""));
        pair.replace("\"nonce\":1", &format!("\"nonce\":{nonce}"))
    });
    check("cryptopay/e21_a_token_that_is_not_on_that_chain", &lines.concat());
}
