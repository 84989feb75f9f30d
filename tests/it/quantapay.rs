//! QuantaPay, from the outside.

use hmac::{Hmac, KeyInit, Mac};
use playmoney::kit::http::{Method, Request, encoded};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use crate::tape::Tape;

mod edge_cases;

pub const KEY: &str = "qp_test_key";

/// A form of these fields, with the key of the default sandbox in front.
pub fn form(function: &str, fields: &[(&str, &str)]) -> String {
    let pairs = [("function", function), ("api-key", KEY)]
        .into_iter()
        .chain(fields.iter().copied())
        .map(|(name, it)| format!("{}={}", encoded(name), encoded(it)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The answer to a body, with its status.
pub fn post(shop: &mut Tape, body: &str) -> (u16, String) {
    let request = shop.dressed(Request::new(Method::POST, "/quantapay/api.php", body.as_bytes().to_vec()));
    let response = shop.ask(request);
    (response.status.as_u16(), String::from_utf8(response.body.to_vec()).expect("text"))
}

/// What a function answers that does not refuse.
pub fn served(shop: &mut Tape, function: &str, fields: &[(&str, &str)]) -> Json {
    let (status, body) = post(shop, &form(function, fields));
    let answer: Json = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &answer["success"]), (200, &json!(true)), "{function}: {body}");
    answer["response"].clone()
}

/// The signature of a text, by another way than the provider's.
pub fn signature(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
