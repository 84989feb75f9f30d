//! Nothing here sleeps or polls: a call of Playmoney returns when the webhooks that are due have arrived.

mod playmoney;

use std::sync::Arc;

use ::playmoney::{Config, Server};
use axum_shop::{Order, Settings, Shop, Status};
use reqwest::Method;
use serde_json::{Value, json};

/// A shop of the test's own, and the providers that it calls. Tests run at once.
struct Town {
    playmoney: Server,
    shop: Arc<Shop>,
    url: String,
}

impl Town {
    async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let playmoney = Server::start(Config::default()).await.expect("a server");
        let base_url = format!("{}/cryptopay", playmoney.base_url());
        let shop = Shop::new(Settings { base_url, api_key: "cp_test_key".into(), webhook_secret: "whsec_test_secret".into() });
        tokio::spawn(axum::serve(listener, shop.router()).into_future());
        let webhook_url = format!("{url}/webhooks/{{provider}}");
        let town = Self { playmoney, shop, url };
        town.post("reset", json!({"webhook_url": webhook_url})).await;
        town
    }

    async fn buy(&self) -> (u16, String) {
        let request = reqwest::Client::new().post(format!("{}/orders", self.url)).json(&json!({"amount": "100.00"}));
        let answer = request.send().await.expect("the shop answers");
        let status = answer.status().as_u16();
        let told: Value = answer.json().await.expect("JSON");
        (status, told["id"].as_str().unwrap_or_default().to_owned())
    }

    async fn see(&self, id: &str) -> (Status, u32) {
        let answer = reqwest::get(format!("{}/orders/{id}", self.url)).await.expect("the shop answers");
        let order: Order = answer.json().await.expect("an order");
        (order.status, order.shipped)
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        playmoney::tell(&self.playmoney, Method::POST, path, body).await
    }

    async fn advance(&self, by: &str) -> Value {
        self.post("clock/advance", json!({"by": by})).await
    }

    async fn deliveries(&self) -> Vec<Value> {
        let told = playmoney::tell(&self.playmoney, Method::GET, "deliveries", Value::Null).await;
        told["deliveries"].as_array().expect("a list").clone()
    }
}

#[tokio::test]
async fn an_order_is_shipped_when_its_payment_is_confirmed() {
    let town = Town::new().await;
    let (_, id) = town.buy().await;
    let expected = json!({"operation": "cryptopay.createPaymentOrder", "where": {"body": {"amount": "100.00"}, "status": 201}});
    town.post("requests/verify", expected).await;
    town.post("act/cryptopay/pay", json!({"order": id})).await;
    assert_eq!(town.see(&id).await, (Status::Open, 0));
    town.advance("10m").await;
    assert_eq!(town.see(&id).await, (Status::Paid, 1));
}

#[tokio::test]
async fn an_order_expires_while_the_customer_pays() {
    let town = Town::new().await;
    let (_, id) = town.buy().await;
    town.advance("119m").await;
    assert_eq!(town.see(&id).await, (Status::Open, 0));
    town.advance("1m").await;
    assert_eq!(town.see(&id).await, (Status::Expired, 0));
    assert_eq!(town.post("act/cryptopay/pay", json!({"order": id})).await["effect"], "none", "the payment came too late");
    town.advance("1d").await;
    assert_eq!(town.see(&id).await, (Status::Expired, 0));
}

#[tokio::test]
async fn an_underpayment_ships_nothing() {
    let town = Town::new().await;
    let (_, id) = town.buy().await;
    town.post("act/cryptopay/pay", json!({"order": id, "amount": "99.99"})).await;
    town.advance("10m").await;
    assert_eq!(town.see(&id).await, (Status::Underpaid, 0));
}

#[tokio::test]
async fn an_event_that_comes_twice_ships_once() {
    let town = Town::new().await;
    town.post("rules", json!({"on": "cryptopay:webhook", "then": {"duplicate": 3}})).await;
    let (_, id) = town.buy().await;
    town.post("act/cryptopay/pay", json!({"order": id})).await;
    let report = town.advance("10m").await;
    let sent = report["deliveries"].as_array().expect("a list").iter().filter(|it| it["event"] == "payment.confirmed").count();
    assert_eq!((sent, town.see(&id).await), (3, (Status::Paid, 1)));
}

#[tokio::test]
async fn an_event_that_comes_late_changes_nothing() {
    let town = Town::new().await;
    town.post("rules", json!({"on": "cryptopay:webhook", "when": {"event": "payment.pending"}, "then": {"delay": "20m"}})).await;
    let (_, id) = town.buy().await;
    town.post("act/cryptopay/pay", json!({"order": id})).await;
    let report = town.advance("1h").await;
    let events: Vec<&Value> = report["deliveries"].as_array().expect("a list").iter().map(|it| &it["event"]).collect();
    assert_eq!(events, ["payment.confirmed", "payment.pending"]);
    assert_eq!(town.see(&id).await, (Status::Paid, 1));
}

#[tokio::test]
async fn the_customer_can_try_again_when_cryptopay_was_down() {
    for fault in [json!({"status": 503}), json!({"connection_reset": true}), json!({"error": "internal_error"})] {
        let town = Town::new().await;
        town.post("rules", json!({"on": "cryptopay.*", "then": fault, "when": {"until": "10m"}})).await;
        assert_eq!(town.buy().await.0, 503);
        town.advance("10m").await;
        assert_eq!(town.buy().await.0, 201);
    }
}

#[tokio::test]
async fn a_rotated_secret_loses_no_event() {
    let town = Town::new().await;
    let (_, id) = town.buy().await;
    let keys = json!({"credentials": {"webhook_secret": "whsec_rotated"}});
    playmoney::tell(&town.playmoney, Method::PATCH, "accounts/cryptopay/default", keys).await;
    town.post("act/cryptopay/pay", json!({"order": id})).await;
    town.advance("1m").await;
    assert_eq!(town.see(&id).await, (Status::Open, 0));
    assert!(town.deliveries().await.iter().all(|it| it["attempts"][0]["status"] == 401));
    town.shop.add_secret("whsec_rotated");
    town.advance("1h").await;
    assert_eq!(town.see(&id).await, (Status::Paid, 1), "CryptoPay has tried again");
}
