//! Answers that take long are made from a copy, without the sandbox.

use playmoney::inside::sandbox::{Answered, Work};
use serde_json::{Value as Json, json};

use crate::tape::Tape;

/// The merchants of a sandbox in which each has secrets from outside.
const MERCHANTS: usize = 900;

fn shop_of_many() -> Tape {
    let account = |number: usize| {
        let (secret, key) = (format!("outside-secret-{number:04}"), format!("outside-key-{number:04}"));
        json!({"id": format!("m-{number}"), "credentials": {"token": key}, "webhook_secret": secret})
    };
    let accounts: Vec<Json> = (0..MERCHANTS).map(account).collect();
    let scenario = json!({"version": 1, "name": "many", "providers": {"quantum-payouts": {"accounts": accounts}}});
    let mut shop = Tape::shop();
    assert_eq!(shop.admin("POST", "scenario", &scenario)["scenario"], "many");
    shop.play("GET /quantum-payouts/api/v1/features");
    shop
}

/// What the sandbox leaves to be done without it.
fn left_to_do(shop: &mut Tape, path: &str) -> Answered {
    let ticket = shop.sandbox.handle(shop.uptime, Tape::control("GET", path, &Json::Null));
    shop.sandbox.poll_unfinished(shop.uptime, ticket).expect("nothing has to happen first")
}

#[test]
fn a_long_answer_is_made_without_the_sandbox() {
    let mut shop = shop_of_many();
    for path in ["accounts", "requests", "deliveries", "rules", "state", "openapi/quoine.json", "openapi.json"] {
        let Answered { response: None, work: Some(Work::Later(later)), .. } = left_to_do(&mut shop, path) else {
            panic!("{path} is made while others wait");
        };
        let response = later.finish();
        assert_eq!(response.status, 200, "{path}");
        let text = String::from_utf8_lossy(&response.body);
        assert!(path == "state" || !text.contains("outside-secret-0001"), "{path} shows a secret");
    }
    let accounts = shop.admin("GET", "accounts", &Json::Null);
    let own = accounts["accounts"].as_array().expect("a list").iter().filter(|it| it["provider"] == "quantum-payouts").count();
    assert_eq!(own, MERCHANTS + 1, "with the one that every sandbox has");
}

#[test]
fn a_rule_is_read_without_the_sandbox() {
    let mut shop = Tape::shop();
    let rule = json!({"on": "quoine.*", "then": {"status": 503}});
    let ticket = shop.sandbox.handle(shop.uptime, Tape::control("POST", "rules", &rule));
    let answered = shop.sandbox.poll_unfinished(shop.uptime, ticket).expect("nothing has to happen first");
    let Some(Work::Before(before)) = answered.work else { panic!("it is read while others wait") };
    shop.sandbox.hear_rest(shop.uptime, ticket, before.finish());
    let answered = shop.sandbox.poll_answer(shop.uptime, ticket).and_then(|it| it.response);
    assert_eq!(answered.map(|it| it.status.as_u16()), Some(201));
}
