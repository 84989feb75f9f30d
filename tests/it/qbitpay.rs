//! QbitPay, from the outside.

use md5::{Digest, Md5};
use playmoney::engine::delivery::Outgoing;
use playmoney::kit::http::{Method, Request};
use serde_json::Value as Json;

use crate::tape::Tape;

mod decisions;
mod documented;
mod edge_cases;
mod ledger;
mod pages;
mod signatures;

/// The API key of the default sandbox.
const KEY: &str = "qbit_test_key";

/// The answer to a call of the API: its status and its body.
pub fn answer(shop: &mut Tape, method: &str, target: &str, body: &str) -> (u16, String) {
    let method: Method = method.parse().expect("a method");
    let request = shop.dressed(Request::new(method, &format!("/qbitpay/api/v1/{target}"), body.as_bytes().to_vec()));
    let response = shop.ask(request);
    (response.status.as_u16(), String::from_utf8(response.body.to_vec()).expect("text"))
}

/// The same as JSON.
pub fn told(shop: &mut Tape, method: &str, target: &str, body: &Json) -> (u16, Json) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, body) = answer(shop, method, target, &body);
    (status, serde_json::from_str(&body).expect("JSON"))
}

/// A good answer.
pub fn good(shop: &mut Tape, method: &str, target: &str, body: &Json) -> Json {
    let (status, answer) = told(shop, method, target, body);
    assert_eq!(status, 200, "{method} {target} {body}: {answer}");
    answer
}

/// The text that the documented recipe signs, made by string surgery from a compact body whose `data` comes last.
fn string_a(body: &str) -> String {
    let (head, data) = body.split_once(",\"data\":").expect("data comes last");
    let data = data.strip_suffix('}').expect("an object");
    let mut pairs: Vec<String> = head[1..]
        .split(',')
        .map(|it| {
            let (name, value) = it.split_once(':').expect("a member");
            format!("{}={}", name.trim_matches('"'), value.trim_matches('"'))
        })
        .collect();
    pairs.push(format!("data={data}"));
    pairs.sort();
    pairs.join("&")
}

/// The signature of a text, as the documentation's second step makes it.
fn signature(string_a: &str, key: &str) -> String {
    hex::encode(Md5::digest(format!("{string_a}&key={key}"))).to_uppercase()
}

/// Whether an attempt carries the signature that a receiver works out.
fn is_signed(attempt: &Outgoing) -> bool {
    let body = std::str::from_utf8(&attempt.body).expect("text");
    attempt.headers["qbitpay-signature"] == signature(&string_a(body), KEY)
}
