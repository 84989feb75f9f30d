//! The cases about the one webhook: it is not repeated, can be forged, carries the secret, and comes late.

use std::fmt::Write;

use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{CREATE, ETH, GET, PAGE, story};
use crate::quantapay::{served, signature};
use crate::tape::{Tape, snapshot};

#[test]
fn e14_a_receiver_that_fails_is_not_asked_again() {
    story(
        "e14_a_receiver_that_fails_is_not_asked_again",
        &[
            "merchant 500 timeout 200",
            CREATE,
            ETH,
            "act quantapay.pay transaction=1",
            "advance until idle",
            GET,
            CREATE,
            ETH,
            "act quantapay.pay transaction=2",
            "advance until idle",
            "control POST deliveries/dlv-2/resend",
        ],
    );
}

#[test]
fn e14_a_schedule_can_be_switched_on() {
    story(
        "e14_a_schedule_can_be_switched_on",
        &[
            "set quantapay/default webhook_retries=5 confirmations=0",
            "merchant 500",
            CREATE,
            ETH,
            "act quantapay.pay transaction=1",
            "advance until idle",
        ],
    );
}

#[test]
fn e15_a_forged_webhook_is_known() {
    let mut shop = Tape::shop();
    let url = "http://shop.inbox.playmoney.test/";
    shop.play(&format!("set quantapay/default confirmations=0 webhook_url={url}\n{CREATE}\n{ETH}\nact quantapay.pay transaction=1"));
    let genuine = shop.admin("GET", "inbox/shop/messages", &Json::Null)["messages"][0].clone();
    assert_eq!((&genuine["provider"], &genuine["signature"]), (&json!("quantapay"), &json!("valid")));
    let body = genuine["body"].as_str().expect("text").to_owned();
    let mut told = String::new();
    for (forged, secret) in [
        (body.clone(), None),
        (body.replace("qp_test_webhook_secret", "guessed"), None),
        (body.replace("qp_test_webhook_secret", "qp_test_webhook_secret "), None),
        (body.replace("qp_test_webhook_secret", ""), None),
        (body.replace("\"key\"", "\"signature\""), None),
        ("not even JSON".to_owned(), None),
        (body, Some("another-secret")),
    ] {
        let verdict =
            shop.admin("POST", "webhooks/verify", &json!({"provider": "quantapay", "headers": {}, "body": forged, "secret": secret}));
        writeln!(told, "{verdict}").expect("text");
        let headers = [("User-Agent", "QuantaPay"), ("Content-Type", "application/json")];
        let sent = Request::new(Method::POST, "/__admin/inbox/shop", forged.into_bytes());
        shop.ask(headers.iter().fold(sent, |it, (name, value)| it.with(name, value)));
    }
    let messages = shop.admin("GET", "inbox/shop/messages", &Json::Null);
    let judged: Vec<&str> = messages["messages"].as_array().expect("messages").iter().filter_map(|it| it["signature"].as_str()).collect();
    snapshot("quantapay/e15_a_forged_webhook_is_known", &format!("{told}{}", judged.join(" ")));
}

#[test]
fn e16_without_a_secret_the_encryption_key_stands_there() {
    let mut shop = Tape::shop();
    shop.play("set quantapay/default webhook_secret=null confirmations=0");
    for id in 1..=2 {
        shop.play(&format!("{CREATE}\n{ETH}\nact quantapay.pay transaction={id}"));
    }
    let key = |body: &[u8]| serde_json::from_slice::<Json>(body).expect("JSON")["key"].as_str().expect("text").to_owned();
    let keys: Vec<String> = shop.posted.iter().map(|it| key(&it.body)).collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1], "it stays the same");
    assert!(keys[0].len() == 40 && keys[0] != "qp_test_webhook_secret");
    let stamp = "1767225600";
    let signature = signature(&keys[0], &format!("1|usd||{stamp}"));
    served(&mut shop, "create-checkout-session", &[("price", "1"), ("currency", "usd"), ("timestamp", stamp), ("signature", &signature)]);
    snapshot("quantapay/e16_without_a_secret_the_encryption_key_stands_there", &shop.log);
}

#[test]
fn e17_one_reference_twice() {
    story(
        "e17_one_reference_twice",
        &[
            CREATE,
            ETH,
            "act quantapay.pay transaction=1",
            "advance until idle",
            CREATE,
            ETH,
            "act quantapay.pay transaction=2",
            "advance until idle",
        ],
    );
}

#[test]
fn e18_the_redirect_comes_before_the_webhook() {
    story(
        "e18_the_redirect_comes_before_the_webhook",
        &[
            "set quantapay/default confirmations=0 webhook_url=http://shop.inbox.playmoney.test/",
            r#"control PUT inbox/shop/script {"respond":[{"status":200,"delay":"6s"}]}"#,
            "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=USD&order_id=A%26B+%2F%C3%A9&redirect=https%3A%2F%2Fshop.test%2Fdone%3Fa%3D1",
            ETH,
            "POST /quantapay/pay.php?checkout_id=cs-${session} do=pay",
            PAGE,
            "control GET deliveries?status=pending",
        ],
    );
}
