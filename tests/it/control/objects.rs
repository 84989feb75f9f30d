//! What the providers keep, what is still to come, and rules that are only checked.

use serde_json::{Value as Json, json};

use super::{call, create, exported, perform, problem, refused};
use crate::tape::Tape;

fn objects(shop: &mut Tape, query: &str) -> (Vec<Json>, Json) {
    let (status, document) = call(shop, "GET", &format!("objects{query}"), &Json::Null);
    assert_eq!(status, 200, "{document}");
    (document["objects"].as_array().expect("a list").clone(), document)
}

fn texts<'a>(rows: &'a [Json], member: &str) -> Vec<&'a str> {
    rows.iter().map(|it| it[member].as_str().expect("a text")).collect()
}

/// Objects of several providers and kinds, some of them at the same moment.
fn busy() -> Tape {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    for currency in ["USDT", "BTC", "USDT"] {
        let body = json!({"currency": currency, "amount": 7});
        assert_eq!(call(&mut shop, "POST", "act/qbitpay/deposit", &body).0, 200);
    }
    shop.play("advance 3s");
    perform(&mut shop, "B");
    create(&mut shop, "C");
    shop
}

#[test]
fn i19_objects_are_listed_newest_first_and_each_once_for_every_page_size() {
    let mut shop = busy();
    let (all, document) = objects(&mut shop, "");
    assert_eq!(document["total"], all.len());
    assert_eq!(document["truncated"], false);
    let made = texts(&all, "created_at");
    assert!(made.is_sorted_by(|a, b| b <= a), "{made:?}");
    assert!(all.iter().any(|it| it["kind"] == "payout") && all.iter().any(|it| it["kind"] == "balanceTransaction"), "{all:?}");
    for limit in 1..=all.len() {
        let (mut found, mut query) = (Vec::new(), format!("?limit={limit}"));
        loop {
            let (page, document) = objects(&mut shop, &query);
            found.extend(page);
            if document["truncated"] == false {
                break;
            }
            query = format!("?limit={limit}&before={}", found.last().expect("a page")["id"].as_str().expect("an id"));
        }
        assert_eq!(texts(&found, "id"), texts(&all, "id"), "limit={limit}");
    }
}

#[test]
fn filters_choose_objects_and_unknown_words_are_refused() {
    let mut shop = busy();
    let count = |shop: &mut Tape, query: &str| objects(shop, query).0.len();
    for (query, found) in [
        ("?provider=quantum-payouts", 3),
        ("?provider=quantum-payouts&status=uploaded", 2),
        ("?kind=payout&status=uploaded&limit=1", 1),
        ("?subject=B", 1),
        ("?kind=payout&account=default", 3),
        ("?kind=payout&account=unknown", 0),
        ("?provider=quoine", 0),
    ] {
        assert_eq!(count(&mut shop, query), found, "{query}");
    }
    for (query, word) in [
        ("?provider=quoin", "quoine"),
        ("?kind=payouts", "payout"),
        ("?status=upload", "uploaded"),
        ("?before=quantum-payouts.payout.01", "payout.01"),
        ("?before=quantum-payouts.payout.%2B1", "payout.+1"),
        ("?before=payout.1", "payout.1"),
        ("?before=quantum-payouts.payout.9", "payout.9"),
        ("?limit=0", "limit"),
    ] {
        let (status, code, detail) = refused(&mut shop, "GET", &format!("objects{query}"), &Json::Null);
        assert_eq!((status, code.as_str()), (422, "invalid_request"), "{query}");
        assert!(detail.contains(word), "{query}: {detail}");
    }
}

#[test]
fn each_action_that_is_named_as_next_can_be_done_and_leads_where_it_says() {
    let mut shop = busy();
    let (all, _) = objects(&mut shop, "");
    let mut done = 0;
    for object in &all {
        for next in object["next"].as_array().expect("a list") {
            let mut copy = shop.fork();
            let path = format!("act/{}/{}", object["provider"].as_str().expect("a slug"), next["action"].as_str().expect("a name"));
            let mut body = next["body"].clone();
            if next["action"] == "submit-details" {
                body["pan"] = json!("4111111111111111"); // a card or a phone number is needed, and its kind decides which
            }
            let (status, report) = call(&mut copy, "POST", &path, &body);
            assert_eq!(report["subject"], object["subject"], "{path} {next}: {report}");
            assert_eq!((status, &report["status"]), (200, &next["to"]), "{path} {next}: {report}");
            done += 1;
        }
    }
    assert!(3 < done, "{all:?}");
}

#[test]
fn one_object_is_shown_as_its_provider_shows_it() {
    let mut shop = busy();
    let (rows, _) = objects(&mut shop, "?subject=B");
    let id = rows[0]["id"].as_str().expect("an id");
    assert_eq!(id, "quantum-payouts.payout.2");
    let (status, mut shown) = call(&mut shop, "GET", &format!("objects/{id}"), &Json::Null);
    let object = shown.as_object_mut().expect("an object").remove("object").expect("it is there");
    assert_eq!((status, &shown), (200, &rows[0]));
    assert_eq!((&object["orderNumber"], &object["amount"]), (&json!("B"), &json!(150_000)));
    for id in ["quantum-payouts.payout.9", "quantum-payouts.payout.x", "payout", "quoine.payout.1", "quantum-payouts.payout.0"] {
        assert_eq!(refused(&mut shop, "GET", &format!("objects/{id}"), &Json::Null).0, 404, "{id}");
    }
}

#[test]
fn what_is_to_come_is_listed_soonest_first() {
    let mut shop = busy();
    let (status, document) = call(&mut shop, "GET", "clock/pending", &Json::Null);
    let rows = document["pending"].as_array().expect("a list").clone();
    assert_eq!(status, 200);
    assert!(texts(&rows, "at").is_sorted(), "{rows:?}");
    let (_, clock) = call(&mut shop, "GET", "clock", &Json::Null);
    assert_eq!(clock["pending"], rows.len());
    for member in ["at", "kind", "provider", "subject"] {
        assert_eq!(clock["next"][member], rows[0][member]);
    }
    let expiry = rows.iter().find(|it| it["subject"] == "A").expect("it ends");
    assert_eq!(expiry["detail"], "cancelled (at sessionTimeoutSecs)");
    let (_, first) = call(&mut shop, "GET", "clock/pending?limit=1", &Json::Null);
    assert_eq!(first, json!({"pending": [rows[0]], "truncated": true}));
}

#[test]
fn a_rule_that_is_checked_is_not_added_and_is_refused_as_the_added_one_is() {
    let mut shop = Tape::shop();
    let right = json!({"name": "busy", "on": "quoine.createInvoice", "then": {"error": "usage_limit"}});
    let before = exported(&mut shop);
    let (status, checked) = call(&mut shop, "POST", "rules/check", &right);
    assert_eq!((status, &checked["valid"]), (200, &json!(true)), "{checked}");
    assert_eq!(exported(&mut shop), before);
    assert_eq!(call(&mut shop, "POST", "rules", &right).0, 201);
    let wrong = json!({"on": "quoine.createInvoic", "then": {"error": "usage"}});
    for body in [right, wrong, json!({"then": {}}), json!([])] {
        let [checked, added] = ["rules/check", "rules"].map(|path| shop.ask(Tape::control("POST", path, &body)));
        assert_eq!(problem(&checked), problem(&added), "{body}");
        assert_eq!(checked.body, added.body, "{body}");
    }
}

/// An object of each kind of each provider.
const ALL_KINDS: &str = r#"
    POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD&redirect=https%3A%2F%2Fshop.test%2F
    act quantapay.choose-coin session=cs-${session} cryptocurrency=btc
    POST /cryptopay/api/auth/login {"username":"demo","password":"demo-password"}
    POST /cryptopay/api/payment-orders/ {"amount":"25.50","currency":"USDC","blockchain":"base","order_info":"{}","nonce":100}
    act cryptopay.pay order=${order_id}
    POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":150000,"urls":{"returnUrl":"https://shop.test/ok","failUrl":"https://shop.test/no"}}
    POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok"}
    act qbitpay.deposit currency=USDT amount=1000
    advance 1h
    POST /qbitpay/api/v1/orders {"symbol":"USDT/CNY","side":"sell","amount":100}
    POST /qbitpay/api/v1/payouts {"amount":100,"currency":"USD","destination":{"payerName":"user name","bankAccountNum":"1","bankName":"Chase","type":"bankAccount"}}
    POST /quoine/api/v1/invoices {"price":"500.0","name":"order 1"}
"#;

#[test]
fn each_object_that_is_listed_can_be_seen_whole() {
    let mut shop = Tape::shop();
    shop.play(ALL_KINDS);
    let (rows, _) = objects(&mut shop, "?limit=1000");
    let kinds: std::collections::BTreeSet<_> = rows.iter().map(|it| format!("{} {}", it["provider"], it["kind"])).collect();
    let listed = playmoney::inside::providers::all().iter().map(|it| it.kinds().len()).sum::<usize>();
    assert_eq!(kinds.len(), listed, "{kinds:?}");
    for id in texts(&rows, "id") {
        let (status, shown) = call(&mut shop, "GET", &format!("objects/{id}"), &Json::Null);
        assert_eq!(status, 200, "{id}");
        assert!(shown["object"].is_object(), "{id}: {shown}");
    }
}
