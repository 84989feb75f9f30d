//! What the documentation leaves open, each with what was decided.

use serde_json::{Value as Json, json};

use super::signatures::signature;
use super::{answer, order, ordered, served};
use crate::tape::{Tape, check};

/// What an action answers: its status, and the order's or why not.
fn act(shop: &mut Tape, act: &str, with: &Json) -> (Json, String) {
    let answer = shop.admin("POST", &format!("act/cryptopay/{act}"), with);
    let text = answer["status"].as_str().or(answer["detail"].as_str()).unwrap_or_default().to_owned();
    (answer["code"].clone(), text)
}

fn deliveries(shop: &mut Tape) -> Vec<Json> {
    shop.admin("GET", "deliveries?provider=cryptopay", &Json::Null)["deliveries"].as_array().expect("a list").clone()
}

/// Event, target and status of every delivery.
fn told(shop: &mut Tape) -> Vec<String> {
    let text = |it: &Json, name: &str| it[name].as_str().expect("text").to_owned();
    let row = |it: &Json| {
        format!("{} {} {} {}", text(it, "event"), text(it, "url"), text(it, "status"), it["attempts"].as_array().map_or(0, Vec::len))
    };
    deliveries(shop).iter().map(row).collect()
}

#[test]
fn actions_that_the_state_does_not_allow_name_it() {
    let mut shop = Tape::shop();
    let id = ordered(&mut shop, 1, &Json::Null)["order_id"].as_str().expect("text").to_owned();
    let with = json!({"order": id});
    let refused = |state: &str| (json!("wrong_state"), state.replace("ID", &id));
    assert_eq!(
        act(&mut shop, "confirm", &with),
        refused("The order ID is pending and has no transfer; `confirm` needs a pending order with a transfer.")
    );
    for (order, amount, code) in [
        (json!("ORD-nobodys00000"), json!(1), "not_found"),
        (json!(7), json!(1), "not_found"),
        (json!(id), json!(0), "invalid_request"),
        (json!(id), json!("0.0000001"), "invalid_request"),
    ] {
        assert_eq!(act(&mut shop, "pay", &json!({"order": order, "amount": amount})).0, code);
    }
    assert_eq!(
        act(&mut shop, "pay", &json!({"order": id, "currency": "DAI"})),
        (json!("invalid_request"), "`currency` is one of ETH, USDC, cbBTC.".to_owned())
    );
    assert_eq!(act(&mut shop, "pay", &json!({"order": 1})), (Json::Null, "pending".to_owned()));
    assert_eq!(act(&mut shop, "pay", &json!({"order": 1, "amount": 7})), (Json::Null, "pending".to_owned()), "it is nothing to the order");
    assert_eq!(act(&mut shop, "confirm", &json!({"order": id, "confirmations": 0})).0, "invalid_request");
    assert_eq!(act(&mut shop, "confirm", &with), (Json::Null, "confirmed".to_owned()));
    assert_eq!(act(&mut shop, "confirm", &with), refused("The order ID is confirmed; `confirm` needs a pending order with a transfer."));
    assert_eq!(act(&mut shop, "fail", &with), refused("The order ID is confirmed; `fail` needs a pending order."));
    assert_eq!(act(&mut shop, "pay", &with), (Json::Null, "confirmed".to_owned()));
    assert_eq!(served(&mut shop, "GET", "/api/transactions/", &Json::Null)["count"], 1);
    assert_eq!(deliveries(&mut shop).len(), 2);
}

#[test]
fn a_reorganisation_takes_confirmations_back() {
    check(
        "cryptopay/a_reorganisation_takes_confirmations_back",
        &[
            order!(1),
            "act cryptopay.pay order=${order_id}\nadvance 20s\n",
            "act cryptopay.reorg depth=4 blockchain=base\nGET /cryptopay/api/transactions/${hash}/\n",
            "act cryptopay.reorg depth=100\nGET /cryptopay/api/transactions/${hash}/\n",
            "act cryptopay.reorg depth=1 blockchain=ethereum\nact cryptopay.reorg depth=1 blockchain=btc\n",
            "advance 30s\nact cryptopay.reorg depth=3\nGET /cryptopay/api/payment-orders/${order_id}/\n",
            "advance 1m\nGET /cryptopay/api/payment-orders/${order_id}/\n",
        ]
        .concat(),
    );
}

#[test]
fn blocks_of_each_chain_confirm_in_their_time() {
    for (chain, currency, seconds) in
        [("ethereum", "DAI", 144), ("base", "cbBTC", 30), ("polygon", "WETH", 60), ("bsc", "BUSD", 45), ("arbitrum", "ARB", 5)]
    {
        let mut shop = Tape::shop();
        let id = ordered(&mut shop, 1, &json!({"blockchain": chain, "currency": currency}))["order_id"].clone();
        act(&mut shop, "pay", &json!({"order": id}));
        shop.play("advance until idle");
        let order = served(&mut shop, "GET", "/api/payment-orders/1/", &Json::Null)["data"].clone();
        let at = format!("2026-01-01T00:0{}:{:02}Z", seconds / 60, seconds % 60);
        assert_eq!((&order["status"], &order["transaction"]["confirmed_at"]), (&json!("confirmed"), &json!(at)), "{chain}");
    }
}

#[test]
fn a_manual_pace_leaves_the_blocks_to_actions() {
    let mut shop = Tape::shop();
    shop.play("set cryptopay/default pace=manual");
    let id = ordered(&mut shop, 1, &Json::Null)["order_id"].clone();
    act(&mut shop, "pay", &json!({"order": id}));
    shop.play("advance 3h");
    assert_eq!(act(&mut shop, "confirm", &json!({"order": id, "confirmations": 14})), (Json::Null, "pending".to_owned()));
    assert_eq!(
        act(&mut shop, "confirm", &json!({"order": id, "confirmations": 3})),
        (Json::Null, "pending".to_owned()),
        "they never become fewer"
    );
    let order = served(&mut shop, "GET", "/api/payment-orders/1/", &Json::Null)["data"].clone();
    assert_eq!(order["transaction"]["confirmations"], 14);
    assert_eq!(act(&mut shop, "confirm", &json!({"order": id, "confirmations": 15})), (Json::Null, "confirmed".to_owned()));
}

#[test]
fn an_endpoint_hears_what_it_has_asked_for() {
    let mut shop = Tape::shop();
    shop.play("set cryptopay/default webhook_url=null");
    let endpoint = |shop: &mut Tape, url: &str, events: Json| {
        let made = served(shop, "POST", "/api/webhook-endpoints/", &json!({"url": url, "events": events}))["data"].clone();
        assert_eq!(made["events"], events);
        made
    };
    endpoint(&mut shop, "http://a.test/", json!(["payment.confirmed", "payment.pending"]));
    endpoint(&mut shop, "http://b.test/", json!(["payment.confirmed"]));
    let expired = endpoint(&mut shop, "http://c.test/", json!(["order.expired", "payment.confirmed"]));
    let off = json!({"url": "http://c.test/", "events": ["order.expired", "payment.confirmed"], "is_active": false});
    served(&mut shop, "PUT", &format!("/api/webhook-endpoints/{}/", expired["id"]), &off);
    let id = ordered(&mut shop, 1, &Json::Null)["order_id"].clone();
    act(&mut shop, "pay", &json!({"order": id}));
    act(&mut shop, "confirm", &json!({"order": id}));
    let all = [
        "payment.pending http://a.test/ delivered 1",
        "payment.confirmed http://a.test/ delivered 1",
        "payment.confirmed http://b.test/ delivered 1",
    ];
    assert_eq!(told(&mut shop), all);
    let ids: std::collections::BTreeSet<String> = deliveries(&mut shop).iter().map(|it| it["event_id"].to_string()).collect();
    assert_eq!(ids.len(), 3, "each target has a webhook_id of its own");
    let put =
        served(&mut shop, "PUT", &format!("/api/webhook-endpoints/{}/", expired["id"]), &json!({"url": "http://d.test/"}))["data"].clone();
    assert_eq!(
        (&put["secret"], &put["is_active"]),
        (&expired["secret"], &json!(true)),
        "what is left out has its default, and the secret stays"
    );
    assert_eq!(put["events"].as_array().map(Vec::len), Some(4));
}

#[test]
fn i3_an_endpoint_that_is_switched_off_gets_nothing_more() {
    let mut shop = Tape::shop();
    shop.play("merchant 500");
    let made = served(&mut shop, "POST", "/api/webhook-endpoints/", &json!({"url": "http://a.test/"}))["data"].clone();
    let id = ordered(&mut shop, 1, &json!({"blockchain": "ethereum"}))["order_id"].clone();
    act(&mut shop, "pay", &json!({"order": id}));
    shop.play("advance 70s");
    let path = format!("/api/webhook-endpoints/{}/", made["id"]);
    served(&mut shop, "PUT", &path, &json!({"url": "http://a.test/", "is_active": false}));
    shop.play("advance 1h");
    served(&mut shop, "PUT", &path, &json!({"url": "http://a.test/"}));
    shop.play("advance until idle");
    let seen = told(&mut shop);
    assert!(seen.contains(&"payment.pending http://a.test/ failed 2".to_owned()), "{seen:?}");
    assert!(seen.contains(&"payment.pending http://shop.test/hooks failed 6".to_owned()), "{seen:?}");
}

#[test]
fn a_retry_goes_where_the_endpoint_is_then() {
    let mut shop = Tape::shop();
    shop.play("merchant 500 500 200\nset cryptopay/default webhook_url=null pace=manual");
    let made = served(&mut shop, "POST", "/api/webhook-endpoints/", &json!({"url": "http://a.test/"}))["data"].clone();
    act_on(&mut shop);
    let path = format!("/api/webhook-endpoints/{}/", made["id"]);
    served(&mut shop, "PUT", &path, &json!({"url": "http://b.test/", "events": ["order.expired"]}));
    shop.play("advance 10m");
    let urls: Vec<&str> = shop.posted.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, ["http://a.test/", "http://b.test/", "http://b.test/"], "what was owed is still sent");
    let secret = made["secret"].as_str().expect("text");
    for it in &shop.posted {
        assert_eq!(it.headers["x-webhook-signature"], signature(std::str::from_utf8(&it.body).expect("text"), secret));
    }
}

fn act_on(shop: &mut Tape) {
    let id = ordered(shop, 1, &Json::Null)["order_id"].clone();
    act(shop, "pay", &json!({"order": id}));
}

#[test]
fn the_schedule_is_a_setting() {
    let mut shop = Tape::shop();
    shop.play("merchant 500\nset cryptopay/default pace=manual retry_schedule=[\"90s\",\"2h\"]");
    act_on(&mut shop);
    shop.play("advance until idle");
    let attempts = deliveries(&mut shop)[0]["attempts"].clone();
    let at: Vec<&str> = attempts.as_array().expect("a list").iter().map(|it| it["at"].as_str().expect("text")).collect();
    assert_eq!(at, ["2026-01-01T00:00:00Z", "2026-01-01T00:01:30Z", "2026-01-01T02:01:30Z"]);
    for wrong in [json!(["soon"]), json!([5]), json!("1m"), json!(vec!["1s"; 101])] {
        let refused = shop.admin("PATCH", "accounts/cryptopay/default", &json!({"retry_schedule": wrong}));
        assert_eq!(refused["code"], "invalid_request", "{refused}");
    }
    let mut once = Tape::shop();
    once.play("merchant 500\nset cryptopay/default retry_schedule=[]");
    act_on(&mut once);
    assert_eq!(deliveries(&mut once)[0]["status"], "failed");
}

#[test]
fn wallets_and_endpoints_name_every_fault() {
    let mut shop = Tape::shop();
    let address = "Enter a valid address: 0x and 40 hexadecimal characters";
    for (target, body, details) in [
        ("merchant-wallets/", json!({}), json!({"blockchain": ["This field is required"], "address": ["This field is required"]})),
        (
            "merchant-wallets/",
            json!({"blockchain": "solana", "address": "0x12"}),
            json!({"blockchain": ["\"solana\" is not a valid choice"], "address": [address]}),
        ),
        (
            "merchant-wallets/",
            json!({"blockchain": "base", "address": "0x123456789012345678901234567890123456789g"}),
            json!({"blockchain": ["You already have a wallet on base"], "address": [address]}),
        ),
        (
            "merchant-wallets/",
            json!({"blockchain": "base", "address": 5, "is_active": "perhaps"}),
            json!({"blockchain": ["You already have a wallet on base"], "address": ["Not a valid string"], "is_active": ["Must be a valid boolean"]}),
        ),
        ("webhook-endpoints/", json!({}), json!({"url": ["This field is required"]})),
        (
            "webhook-endpoints/",
            json!({"url": "nowhere", "events": "all"}),
            json!({"url": ["Enter a valid URL"], "events": ["Expected a list of items"]}),
        ),
        ("webhook-endpoints/", json!({"url": "http://a.test/", "events": []}), json!({"events": ["This list may not be empty"]})),
        ("webhook-endpoints/", json!({"url": "http://a.test/", "events": null}), json!({"events": ["This field may not be null"]})),
        ("webhook-endpoints/", json!({"url": "http://a.test/", "events": ""}), json!({"events": ["Expected a list of items"]})),
        (
            "webhook-endpoints/",
            json!({"url": "http://a.test/", "events": ["payment.paid"]}),
            json!({"events": ["\"payment.paid\" is not a valid choice"]}),
        ),
        (
            "webhook-endpoints/",
            json!({"url": "http://a.test/", "events": [5], "is_active": 7}),
            json!({"events": ["Not a valid string"], "is_active": ["Must be a valid boolean"]}),
        ),
    ] {
        let (status, refusal) = answer(&mut shop, "POST", &format!("/api/{target}"), &body.to_string());
        assert_eq!((status, &refusal["error"]["details"]), (400, &details), "{target} {body}");
    }
    for target in ["merchant-wallets/1/", "webhook-endpoints/1/"] {
        for method in ["GET", "PATCH", "DELETE"] {
            let (status, refusal) = answer(&mut shop, method, &format!("/api/{target}"), "");
            assert_eq!((status, &refusal["error"]["code"]), (405, &json!("METHOD_NOT_ALLOWED")), "{method} {target}");
        }
    }
    for target in ["merchant-wallets/01/", "merchant-wallets/x/", "webhook-endpoints/7/"] {
        assert_eq!(answer(&mut shop, "PUT", &format!("/api/{target}"), "{}").0, 404, "{target}");
    }
}

#[test]
fn i21_a_merchant_has_at_most_a_hundred_endpoints() {
    let mut shop = Tape::shop();
    let one = json!({"url": "http://a.test/"});
    (0..100).for_each(|_| _ = served(&mut shop, "POST", "/api/webhook-endpoints/", &one));
    let (status, refusal) = answer(&mut shop, "POST", "/api/webhook-endpoints/", &one.to_string());
    assert_eq!((status, &refusal["error"]["details"]), (400, &json!({"url": ["A merchant has at most 100 endpoints"]})));
}
