//! Quantum Payouts, from the outside.

use playmoney::inside::kit::http::Request;
use serde_json::Value as Json;

use crate::asking;
use crate::tape::Tape;

mod decisions;
mod documented;
mod edge_cases;
mod portal;
mod settings;

/// A shop whose account has these settings, each as `name=value`.
fn shop(settings: &[&str]) -> Tape {
    asking::shop("set", settings)
}

/// A call of the API with the headers that the documentation calls required.
pub fn request(shop: &mut Tape, method: &str, name: &str, body: &str) -> Request {
    asking::request(shop, method, &format!("/quantum-payouts/api/v1/{name}"), body)
}

/// The answer to such a call: its status and its body.
pub fn answer(shop: &mut Tape, method: &str, name: &str, body: &str) -> (u16, String) {
    let request = request(shop, method, name, body);
    asking::text(&shop.ask(request))
}

/// The answer to a portal call of somebody who has just logged in.
pub fn portal(shop: &mut Tape, name: &str, body: &Json) -> (u16, String) {
    shop.play(
        "with Content-Type: application/x-www-form-urlencoded
        POST /quantum-payouts/index.php?view=login username=demo&password=demo-password
        with Cookie: ${cookie}
        GET /quantum-payouts/index.php?view=settings
        with Cookie: ${cookie}
        without Authorization",
    );
    let mut body = body.clone();
    body["csrf_token"] = shop.noted("csrf").into();
    answer(shop, "POST", name, &body.to_string())
}
