//! Rules: when they fire, what they do, and what they leave alone.

use playmoney::inside::kit::http::{Method, Request, Response};
use serde_json::Value as Json;

use crate::tape::Tape;

mod answered;
mod asked_for;
mod control;
mod counting;
mod leading;
mod patching;
mod requested;
mod scenario;
pub mod spoiling;
mod statuses;

/// A call that every rule of these tests can answer: it changes nothing.
const FEATURES: &str = "GET /quantum-payouts/api/v1/features";

/// Posts YAML to the control API.
pub fn yaml(path: &str, text: &str) -> Request {
    Request::new(Method::POST, &format!("/__admin/{path}"), text.as_bytes().to_vec()).with("Content-Type", "application/yaml")
}

/// The shop of most tests, with a scenario of these lines.
pub fn shop(lines: &str) -> Tape {
    let mut shop = Tape::shop();
    begin(&mut shop, lines);
    shop
}

/// The same sandbox begins with a scenario of these lines.
pub fn begin(shop: &mut Tape, lines: &str) {
    let answer = shop.ask(yaml("scenario", &format!("version: 1\n{lines}")));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
}

/// The status of the last answer that a tape has written down.
fn statuses(shop: &Tape) -> Vec<u16> {
    shop.log.split("  < ").skip(1).map(|it| it[..3].parse().expect("a status")).collect()
}

/// Which of the calls of `features` are answered with 500.
fn answered(shop: &mut Tape, calls: usize) -> Vec<bool> {
    shop.log.clear();
    shop.play(&format!("{FEATURES}\n").repeat(calls));
    statuses(shop).into_iter().map(|it| it == 500).collect()
}

/// What the control API lists under that name.
pub fn list(shop: &mut Tape, name: &str) -> Vec<Json> {
    shop.admin("GET", name, &Json::Null)[name].as_array().expect("a list").clone()
}

fn document(response: &Response) -> Json {
    serde_json::from_slice(&response.body).expect("JSON")
}
