//! Quoine Payment, from the outside.

use playmoney::inside::kit::http::Request;
use serde_json::{Value as Json, json};

use crate::asking::{self, text};
use crate::merchants::Merchant;
use crate::tape::Tape;

mod answers;
pub mod client;
mod documented;
mod edge_cases;
mod evidence;
mod payments;
mod signature;

/// The merchant of the tests.
pub const MERCHANT: Merchant = Merchant { slug: "quoine", authorization: None, tapes: TAPES, cheapest: "GET /quoine/api/v1/profile" };

/// Tapes that play every row of the contract once.
const TAPES: &[&str] = &[
    r#"
    POST /quoine/api/v1/invoices {"price":500}
    POST /quoine/api/v1/invoices {"price":500}
    act quoine.pay invoice=1
    merchant 200 500
    act quoine.reorg depth=1
    advance until idle
    GET /quoine/api/v1/invoices/1
    GET /quoine/api/v1/invoices
    GET /quoine/api/v1/profile
    GET /quoine/pay/1
    GET /quoine/qr/1
    set quoine/2 confirmations=0
    POST /quoine/api/v1/invoices {"price":500}
    act quoine.pay invoice=3
    set quoine/2 confirmations=6 pace=manual
    POST /quoine/api/v1/payments_callback_url {"callback":"http://shop.test/hooks"}
    POST /quoine/api/v1/invoices {"price":500}
    POST /quoine/api/v1/invoices {"price":500}
    act quoine.pay invoice=4
    act quoine.confirm invoice=4
    merchant 200
    act quoine.capture invoice=4
    act quoine.pay invoice=5
    advance 3h
    POST /quoine/api/v1/invoices {"price":500}
    act quoine.pay invoice=6
    act quoine.drop-transfer invoice=6
    "#,
    "
    POST /quoine/api/v1/invoices {
    POST /quoine/api/v1/invoices {}
    without Authorization
    GET /quoine/api/v1/profile
    with Authorization: APIAuth 9:x
    GET /quoine/api/v1/profile
    GET /quoine/api/v1/invoices/9
    GET /quoine/api/v1/nothing
    with Playmoney-Fault: authy_error
    GET /quoine/api/v1/profile
    with Playmoney-Fault: access_denied
    GET /quoine/api/v1/profile
    with Playmoney-Fault: internal_error
    GET /quoine/api/v1/profile
    set quoine/2 rate_limit=enforce
    ",
];

pub const PATH: &str = "/quoine/api/v1";

/// A shop with these settings, each as `name=value`.
fn shop(settings: &[&str]) -> Tape {
    asking::shop("set quoine/2", settings)
}

/// A signed call of the API, unanswered.
pub fn request(shop: &mut Tape, method: &str, name: &str, body: &str) -> Request {
    asking::request(shop, method, &format!("{PATH}/{name}"), body)
}

/// A signed call and its answer.
pub fn answer(shop: &mut Tape, method: &str, name: &str, body: &str) -> (u16, String) {
    let request = request(shop, method, name, body);
    text(&shop.ask(request))
}

/// The body of an answer that is not a refusal.
pub fn served(shop: &mut Tape, method: &str, name: &str, body: &str) -> Json {
    let (status, body) = answer(shop, method, name, body);
    assert_eq!(status, 200, "{method} {name}: {body}");
    serde_json::from_str(&body).expect("JSON")
}

/// A second merchant moves in: a state that holds one more is put in place of the sandbox's own.
pub fn second_merchant(shop: &mut Tape, user: &str, secret: &str) {
    let mut state = shop.admin("GET", "state", &Json::Null);
    let accounts = state["core"]["accounts"].as_array_mut().expect("provider_count");
    let own = accounts.iter_mut().find(|it| it["2"].is_object()).expect("Quoine's provider_id");
    let mut other = own["2"].clone();
    other["id"] = json!(user);
    other["credentials"] = json!({"user_id": {"text": user, "issued": true}, "secret": {"text": secret, "issued": true}});
    own[user] = other;
    let answer = shop.admin("PUT", "state", &state);
    assert_eq!(answer["restored"], true, "{answer}");
}
