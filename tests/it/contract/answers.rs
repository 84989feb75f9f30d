//! Every answer and every webhook of a run that exercises all rows, held against the served documents.

use std::collections::BTreeSet;

use playmoney::inside::engine::tables::Contract;
use playmoney::inside::kit::fields::Field;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::served::Served;
use crate::asking;
use crate::tape::Tape;

const SLUG: &str = "quantum-payouts";
const BEARER: [&str; 4] = ["createPayout", "performPayout", "getPayoutStatus", "features"];

/// A shop whose every answer is judged.
struct Run {
    shop: Tape,
    served: Served,
    contract: &'static Contract,
    /// What every call has led to: the operation, and the name of its error.
    seen: BTreeSet<(String, Option<String>)>,
    cookie: String,
    csrf_token: String,
}

impl Run {
    fn new() -> Self {
        let contract = asking::contract(SLUG);
        let mut shop = Tape::shop();
        let served = Served::by(&mut shop, SLUG);
        Self { shop, served, contract, seen: BTreeSet::new(), cookie: String::new(), csrf_token: String::new() }
    }

    fn request(&self, operation: &str, body: &Json) -> Request {
        let row = self.contract.operation(operation).expect("a row");
        let body = if row.method == Method::GET { String::new() } else { body.to_string() };
        let request = Request::new(row.method.clone(), &format!("/{SLUG}{}", row.path), body.into_bytes());
        if BEARER.contains(&operation) {
            let token = self.contract.credential().expect("a credential").test_value;
            return request.with("Authorization", &format!("Bearer {token}")).with("Content-Type", "application/json");
        }
        request.with("Cookie", &self.cookie).with("Content-Type", "application/json")
    }

    fn call(&mut self, operation: &str, body: &Json) -> Json {
        let request = self.request(operation, body);
        self.ask(operation, request)
    }

    fn ask(&mut self, operation: &str, request: Request) -> Json {
        let response = self.shop.ask(request);
        let entry = self.shop.sandbox.world().core.log.requests().last().expect("a request").1;
        self.seen.insert((operation.to_owned(), entry.error.as_deref().map(str::to_owned)));
        self.served.judge(operation, &response)
    }

    /// A call whose answer has to be that documented error.
    fn refused(&mut self, operation: &str, body: &Json, error: &str) {
        let answer = self.call(operation, body);
        let row = self.contract.error(error).expect("a row");
        assert_eq!(answer["result"]["error"], row.code, "{operation} {body}");
    }

    fn set(&mut self, settings: &Json) {
        let answer = self.shop.admin("PATCH", &format!("accounts/{SLUG}/default"), settings);
        assert!(answer["settings"].is_object(), "{answer}");
    }

    fn act(&mut self, act: &str, with: &Json) {
        let answer = self.shop.admin("POST", &format!("act/{SLUG}/{act}"), with);
        assert_eq!(answer["action"], act, "{answer}");
    }

    fn status(&mut self, number: &str) -> String {
        let answer = self.call("getPayoutStatus", &json!({"orderNumber": number}));
        answer["orderStatus"].as_str().unwrap_or_default().to_owned()
    }

    fn page(&mut self, method: Method, target: &str, body: &str) -> String {
        let form = Request::new(method, &format!("/{SLUG}/{target}"), body.as_bytes().to_vec()).with("Cookie", &self.cookie);
        let response = self.shop.ask(form.with("Content-Type", "application/x-www-form-urlencoded"));
        if let Some(cookie) = response.headers.get("set-cookie").and_then(|it| it.to_str().ok()) {
            self.cookie = first(cookie, ';');
        }
        String::from_utf8_lossy(&response.body).into_owned()
    }

    fn log_in(&mut self) {
        self.page(Method::POST, "index.php?view=login", "username=demo&password=demo-password");
        let page = self.page(Method::GET, "index.php?view=settings", "");
        let after = page.split("name=\"csrf_token\" value=\"").nth(1).expect("a token");
        self.csrf_token = first(after, '"');
    }
}

/// What stands before a separator.
fn first(text: &str, separator: char) -> String {
    text.split(separator).next().unwrap_or_default().to_owned()
}

fn payout(number: &str) -> Json {
    json!({"orderNumber": number, "amount": 150_000, "urls": {"returnUrl": "https://shop.test/ok", "failUrl": "https://shop.test/no"}})
}

fn card(number: &str) -> Json {
    json!({"orderNumber": number, "amount": 1, "description": "One-time payout", "target": {"pan": "4111111111111111"}})
}

fn with(mut body: Json, name: &str, value: impl Into<Json>) -> Json {
    body[name] = value.into();
    body
}

#[test]
fn every_answer_is_the_documented_one() {
    let mut run = Run::new();
    payouts(&mut run);
    rights(&mut run);
    portal(&mut run);
    limits(&mut run);
    webhooks(&mut run);
    rows_are_played(&run.served, run.contract, &run.seen);
}

/// Every way through the statuses, looked at from each.
fn payouts(run: &mut Run) {
    run.call("features", &Json::Null);
    run.call("createPayout", &with(with(payout("card"), "description", "Order payout"), "sessionTimeoutSecs", 1800));
    run.call("createPayout", &with(with(payout("sbp"), "type", "sbp"), "channel", "alfa"));
    run.refused("createPayout", &payout("card"), "validation_error");
    run.refused("createPayout", &json!({"orderNumber": "x".repeat(37), "amount": "1", "urls": 5, "type": "cash"}), "validation_error");
    for number in ["card", "sbp"] {
        assert_eq!(run.status(number), "uploaded");
    }
    run.act("submit-details", &json!({"orderNumber": "card", "pan": "5555555555554444"}));
    run.act("submit-details", &json!({"orderNumber": "sbp", "phone": "+79991234567", "bank_id": "1", "full_name": "A B"}));
    assert_eq!(run.status("sbp"), "created");
    run.call("performPayout", &card("sbp"));
    run.shop.play("advance 1s");
    assert_eq!(run.status("card"), "processing");
    run.act("settle", &json!({"orderNumber": "sbp", "outcome": "failed"}));
    assert_eq!(run.status("sbp"), "failed");
    run.call("performPayout", &card("at once"));
    run.refused("performPayout", &json!({"target": {"pan": "1"}}), "validation_error");
    run.shop.play("advance 5s");
    assert_eq!(run.status("card"), "success");
    run.call("performPayout", &card("at once"));
    run.act("manual-payout", &json!({"amount": 7, "pan": "4111111111111111"}));
    run.set(&json!({"type_when_absent": "choose"}));
    run.call("createPayout", &payout("whatever"));
    assert_eq!(run.status("whatever"), "uploaded");
    run.shop.play("advance 600s");
    assert_eq!(run.status("whatever"), "cancelled");
    run.refused("getPayoutStatus", &json!({"orderNumber": "nobody's"}), "validation_error");
    run.refused("getPayoutStatus", &json!({}), "validation_error");
}

/// What an account may not do, and callers without an account.
fn rights(run: &mut Run) {
    run.set(&json!({"card_payouts": false, "channels": ["vtb"], "type_when_absent": null}));
    run.refused("createPayout", &payout("no"), "permission_denied");
    run.refused("createPayout", &with(with(payout("no"), "type", "sbp"), "channel", "alfa"), "permission_denied");
    run.refused("performPayout", &card("no"), "permission_denied");
    run.call("features", &Json::Null);
    run.set(&json!({"card_payouts": true, "strict_headers": true}));
    run.refused("features", &Json::Null, "validation_error");
    run.set(&json!({"strict_headers": false}));
    for operation in BEARER {
        let mut anonymous = run.request(operation, &payout("no"));
        anonymous.headers.remove("authorization");
        run.ask(operation, anonymous);
    }
}

/// The calls of the portal, in both of their media types.
fn portal(run: &mut Run) {
    for operation in ["webhook_save", "webhook_test"] {
        run.refused(operation, &json!({"csrf_token": "x"}), "unauthorized");
    }
    run.log_in();
    let token = run.csrf_token.clone();
    for operation in ["webhook_save", "webhook_test"] {
        run.refused(operation, &json!({"csrf_token": "x"}), "permission_denied");
        run.set(&json!({"company": null}));
        run.refused(operation, &json!({"csrf_token": token}), "no_company");
        run.set(&json!({"company": "A company"}));
    }
    run.call("webhook_save", &json!({"csrf_token": token, "url": "https://shop.test/saved", "enabled": true, "use_signature": true}));
    run.call("webhook_save", &json!({"csrf_token": token, "regenerate_secret": true}));
    run.refused("webhook_save", &json!({"csrf_token": token, "url": "nowhere"}), "validation_error");
    let mut form = run.request("webhook_save", &Json::Null);
    form.headers.insert("content-type", "application/x-www-form-urlencoded".parse().expect("text"));
    form.body = format!("csrf_token={token}&use_signature=0").into();
    run.ask("webhook_save", form);
    run.call("webhook_test", &json!({"csrf_token": token}));
    run.shop.play("merchant refused");
    run.call("webhook_test", &json!({"csrf_token": token}));
    run.shop.play("merchant 500");
    run.call("webhook_save", &json!({"csrf_token": token, "url": null, "enabled": false, "use_signature": true}));
    run.refused("webhook_test", &json!({"csrf_token": token}), "validation_error");
    run.call("webhook_save", &json!({"csrf_token": token, "url": "http://shop.test/hooks", "enabled": true}));
}

/// Too many calls, and what only a tester can ask for.
fn limits(run: &mut Run) {
    run.set(&json!({"rate_limit": "enforce"}));
    for _ in 0..30 {
        run.call("features", &Json::Null);
    }
    for operation in BEARER {
        run.refused(operation, &card("no"), "rate_limited");
    }
    run.set(&json!({"rate_limit": "off"}));
    for row in run.contract.operations {
        let broken = run.request(row.name, &card("no")).with("Playmoney-Fault", "internal_error");
        run.ask(row.name, broken);
    }
}

/// Everything that was sent, retries to the last one included.
fn webhooks(run: &mut Run) {
    run.call("performPayout", &card("retried"));
    run.set(&json!({"pretty_body": true}));
    run.call("performPayout", &card("indented"));
    run.shop.play("advance until idle");
    let deliveries = run.served.judge_deliveries(&mut run.shop, "deliveries");
    let retried = deliveries.iter().find(|it| it["subject"] == "retried").expect("a delivery");
    assert_eq!(retried["attempts"].as_array().map(Vec::len), Some(run.contract.schedule.waits.len()));
    assert!(deliveries.iter().any(|it| it["attempts"][0]["request"]["headers"]["X-Payouts-Signature"].is_null()), "an unsigned one");
}

/// What the tables promise, the run has met: every error of every operation, every field of every body.
pub fn rows_are_played(served: &Served, contract: &Contract, seen: &BTreeSet<(String, Option<String>)>) {
    asking::every_error_is_met(contract, seen);
    // What shares a table shares its optional fields.
    let answers = contract.operations.iter().copied().map(|it| (format!("{} {}", it.name, it.success.as_str()), it.answer));
    let bodies: Vec<_> = answers.chain(contract.events.iter().map(|it| (it.name.to_owned(), it.body))).collect();
    for (name, table) in &bodies {
        let names = |fields: &'static [Field]| fields.iter().map(|it| it.name);
        let alike = bodies.iter().filter(|it| names(it.1).eq(names(table)));
        let met: BTreeSet<&String> = alike.flat_map(|it| &served.fields[&it.0]).collect();
        let promised: BTreeSet<String> = table.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(met, promised.iter().collect(), "{name}");
    }
}
