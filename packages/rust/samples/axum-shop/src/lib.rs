//! A shop in axum that sells for stablecoins, by CryptoPay.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

/// Where CryptoPay is, and the keys of the shop.
pub struct Settings {
    pub base_url: String,
    pub api_key: String,
    pub webhook_secret: String,
}

impl Settings {
    /// From the environment of the process.
    ///
    /// # Errors
    /// A variable that is not set.
    pub fn from_env() -> Result<Self, std::env::VarError> {
        let [base_url, api_key, webhook_secret] =
            ["CRYPTOPAY_BASE_URL", "CRYPTOPAY_API_KEY", "CRYPTOPAY_WEBHOOK_SECRET"].map(std::env::var);
        Ok(Self { base_url: base_url?, api_key: api_key?, webhook_secret: webhook_secret? })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Open,
    Paid,
    Underpaid,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub status: Status,
    pub shipped: u32,
}

#[derive(Deserialize)]
struct Purchase {
    amount: String,
}

/// A webhook of CryptoPay, as far as the shop reads it.
#[derive(Deserialize)]
struct Event {
    event: String,
    data: EventData,
}

#[derive(Deserialize)]
struct EventData {
    order_id: String,
}

pub struct Shop {
    settings: Settings,
    client: reqwest::Client,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    orders: BTreeMap<String, Order>,
    /// While a secret is replaced, the old one and the new one are right.
    secrets: Vec<String>,
    nonce: u64,
}

type Answer = (StatusCode, Json<Value>);

impl Shop {
    pub fn new(settings: Settings) -> Arc<Self> {
        let secrets = vec![settings.webhook_secret.clone()];
        // The shop calls CryptoPay alone, so it needs no proxy.
        let client = reqwest::Client::builder().no_proxy().build().expect("a client without TLS can always be made");
        Arc::new(Self { settings, client, book: Mutex::new(Book { secrets, ..Book::default() }) })
    }

    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/orders", post(buy))
            .route("/orders/{id}", get(show))
            .route("/webhooks/cryptopay", post(hear))
            .with_state(Arc::clone(self))
    }

    /// From now on, webhooks that are signed with this secret are right too.
    pub fn add_secret(&self, secret: &str) {
        self.book().secrets.push(secret.to_owned());
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().expect("nothing panics while it holds the book")
    }

    /// The identifier that CryptoPay has given to the order, and the page on which the customer pays.
    async fn create(&self, amount: &str) -> Result<(String, String), reqwest::Error> {
        let nonce = {
            let mut book = self.book();
            book.nonce += 1;
            book.nonce
        };
        let url = format!("{}/api/payment-orders/", self.settings.base_url);
        let order = json!({"amount": amount, "currency": "USDC", "blockchain": "base", "order_info": "{}", "nonce": nonce});
        let answer = self.client.post(url).bearer_auth(&self.settings.api_key).json(&order).send().await?;
        let told: Value = answer.error_for_status()?.json().await?;
        let text = |name: &str| told["data"][name].as_str().unwrap_or_default().to_owned();
        Ok((text("order_id"), text("payment_url")))
    }

    fn is_signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let sent = headers.get("x-webhook-signature").and_then(|it| hex::decode(it).ok()).unwrap_or_default();
        self.book().secrets.iter().any(|secret| {
            let mut right = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length is one");
            right.update(body);
            right.verify_slice(&sent).is_ok()
        })
    }

    /// An event can come twice, and behind a later one: only an open order changes. False when the order is not known.
    fn apply(&self, event: &Event) -> bool {
        let mut book = self.book();
        let Some(order) = book.orders.get_mut(&event.data.order_id) else { return false };
        if order.status == Status::Open {
            order.status = match event.event.as_str() {
                "payment.confirmed" => Status::Paid,
                "payment.failed" => Status::Underpaid,
                "order.expired" => Status::Expired,
                _ => Status::Open,
            };
            order.shipped += u32::from(order.status == Status::Paid);
        }
        true
    }
}

async fn buy(State(shop): State<Arc<Shop>>, Json(purchase): Json<Purchase>) -> Answer {
    let Ok((id, pay_at)) = shop.create(&purchase.amount).await else {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"error": "Payments are not available now. Please try again later."})));
    };
    let order = Order { id: id.clone(), status: Status::Open, shipped: 0 };
    shop.book().orders.insert(id.clone(), order);
    (StatusCode::CREATED, Json(json!({"id": id, "pay_at": pay_at})))
}

async fn show(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Result<Json<Order>, StatusCode> {
    shop.book().orders.get(&id).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn hear(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !shop.is_signed(&headers, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    match serde_json::from_slice(&body) {
        Ok(event) if shop.apply(&event) => StatusCode::NO_CONTENT,
        // The webhook was faster than the answer to the call: CryptoPay sends it again.
        Ok(_) => StatusCode::SERVICE_UNAVAILABLE,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}
