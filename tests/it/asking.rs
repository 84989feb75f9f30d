//! What the tests of all providers share: requests as a merchant's client makes them, and their answers.

use std::collections::BTreeSet;

use playmoney::inside::engine::tables::Contract;
use playmoney::inside::kit::http::{Method, Request, Response};
use playmoney::inside::providers;
use serde_json::Value as Json;

use crate::tape::Tape;

/// A shop in which these settings were made, each as `name=value`, behind the words that a tape begins such a line with.
pub fn shop(set: &str, settings: &[&str]) -> Tape {
    let mut shop = Tape::shop();
    if !settings.is_empty() {
        shop.play(&format!("{set} {}", settings.join(" ")));
    }
    shop
}

/// A request, unanswered.
pub fn request(shop: &mut Tape, method: &str, target: &str, body: &str) -> Request {
    let method: Method = method.parse().expect("a method");
    shop.dressed(Request::new(method, target, body.as_bytes().to_vec()))
}

/// The same, answered.
pub fn response(shop: &mut Tape, method: &str, target: &str, body: &str) -> Response {
    let request = request(shop, method, target, body);
    shop.ask(request)
}

/// Status and body of an answer.
pub fn text(response: &Response) -> (u16, String) {
    (response.status.as_u16(), String::from_utf8(response.body.to_vec()).expect("text"))
}

/// The same of an answer that is JSON.
pub fn json(response: &Response) -> (u16, Json) {
    (response.status.as_u16(), serde_json::from_slice(&response.body).expect("JSON"))
}

/// A body to send; nothing for `null`.
pub fn sent(body: &Json) -> String {
    if body.is_null() { String::new() } else { body.to_string() }
}

/// The contract of a provider.
pub fn contract(slug: &str) -> &'static Contract {
    providers::all().iter().map(|it| it.contract()).find(|it| it.slug == slug).expect("the provider")
}

/// Every error of every operation was met, and every operation's success.
pub fn every_error_is_met(contract: &Contract, seen: &BTreeSet<(String, Option<String>)>) {
    for row in contract.operations {
        for error in row.errors.iter().map(|it| Some((*it).to_owned())).chain([None]) {
            assert!(seen.contains(&(row.name.to_owned(), error.clone())), "{} was never answered with {error:?}", row.name);
        }
    }
}
