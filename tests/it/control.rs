//! The control API, without sockets.

use playmoney::inside::kit::http::Response;
use serde_json::Value as Json;

use crate::asking;
use crate::tape::Tape;

mod actions;
mod breaths;
mod clock;
mod contradictions;
mod dashboard;
mod deliveries;
mod inboxes;
mod journal;
mod long;
mod objects;
mod order;
mod outside;
mod proof;
mod released;
mod reports;
mod rotation;
mod shown;
mod state;
mod verification;
mod verify;
mod violations;
mod waits;

/// One call: its status and its document.
fn call(shop: &mut Tape, method: &str, path: &str, body: &Json) -> (u16, Json) {
    asking::json(&shop.ask(Tape::control(method, path, body)))
}

/// A call that is refused: the problem document is whole, and the state is what it was.
fn refused(shop: &mut Tape, method: &str, path: &str, body: &Json) -> (u16, String, String) {
    let before = exported(shop);
    let response = shop.ask(Tape::control(method, path, body));
    let problem = problem(&response);
    assert_eq!(exported(shop), before, "{method} {path} {body} was refused, and yet changed something");
    problem
}

/// Status, code and detail of a problem document.
fn problem(response: &Response) -> (u16, String, String) {
    let (status, document) = asking::json(response);
    assert_eq!(response.headers["content-type"], "application/problem+json", "{document}");
    assert_eq!(document["status"], status, "{document}");
    assert!(document["title"].as_str().is_some_and(|it| !it.is_empty()), "{document}");
    let code = document["code"].as_str().expect("a code").to_owned();
    assert_eq!(document["type"], format!("urn:playmoney:problem:{code}"));
    (status, code, document["detail"].as_str().expect("a detail").to_owned())
}

/// The whole state.
fn exported(shop: &mut Tape) -> Json {
    call(shop, "GET", "state", &Json::Null).1
}

/// A payout that goes to the bank at once: three webhooks now, one in five seconds.
fn perform(shop: &mut Tape, number: &str) {
    let body = format!(r#"{{"orderNumber":"{number}","amount":150000,"description":"d","target":{{"pan":"4111111111111111"}}}}"#);
    shop.play(&format!("POST /quantum-payouts/api/v1/performPayout {body}"));
}

/// A payout that waits for its recipient for ten minutes: one webhook now.
fn create(shop: &mut Tape, number: &str) {
    let body = format!(r#"{{"orderNumber":"{number}","amount":150000,"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#);
    shop.play(&format!("POST /quantum-payouts/api/v1/createPayout {body}"));
}
