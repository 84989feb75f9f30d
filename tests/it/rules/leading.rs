//! The life of what a call makes, led by a rule.

use serde_json::{Value as Json, json};

use super::{list, shop, statuses};
use crate::tape::Tape;

const CREATE: &str =
    r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":1500,"urls":{"returnUrl":"https://shop.test/ok"}}"#;
const PERFORM: &str =
    r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1500,"description":"d","target":{"pan":"4111111111111111"}}"#;
const INVOICE: &str = r#"POST /quoine/api/v1/invoices {"price":500}"#;

fn rule(on: &str, then: &str) -> String {
    format!("rules:\n  - {{ name: fate, on: {on}, when: {{ times: 1 }}, then: {{ {then} }} }}\n")
}

/// What has become of a provider's objects, as the log tells: each change with its moment.
fn changes(shop: &mut Tape) -> Vec<(String, String)> {
    let state = shop.admin("GET", "state", &Json::Null);
    let text = |it: &Json| it.as_str().expect("text").to_owned();
    crate::tape::changes(&state).iter().map(|it| (text(&it["at"])[11..].to_owned(), text(&it["to"]))).collect()
}

fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
}

#[test]
fn a_lifecycle_takes_the_place_of_the_timers() {
    let course = "lifecycle: [{ after: 5s, to: processing }, { after: 1m, to: failed }]";
    let mut led = shop(&rule("quantum-payouts.performPayout", course));
    led.play(PERFORM).play("advance until idle");
    let seen = changes(&mut led);
    // What happens within the call is the call's; the timers that would follow do not fire.
    assert_eq!(seen.last(), Some(&("00:01:05Z".to_owned(), "failed".to_owned())), "{seen:?}");
    assert!(seen.iter().all(|it| it.1 != "success"), "{seen:?}");
    led.log.clear();
    led.play(&PERFORM.replace("\"A\"", "\"B\"")).play("advance until idle");
    assert_eq!(changes(&mut led).last().map(|it| it.1.clone()), Some("success".to_owned()), "the next payout goes its own way");
}

#[test]
fn a_lifecycle_leads_the_object_of_its_own_call() {
    let mut led = shop(&rule("quantum-payouts.createPayout", "lifecycle: [{ to: cancelled }]"));
    led.play(&format!("{CREATE}\n{}", CREATE.replace("\"A\"", "\"B\"")));
    led.play("advance 1s");
    assert_eq!(changes(&mut led), pairs(&[("00:00:00Z", "uploaded"), ("00:00:00Z", "cancelled"), ("00:00:00Z", "uploaded")]));
}

/// What the journal says besides the requests.
fn notes(shop: &mut Tape) -> Vec<String> {
    let journal = shop.admin("GET", "requests", &Json::Null);
    let text = |it: &Json| it["text"].as_str().expect("text").to_owned();
    journal["notes"].as_array().map_or(Vec::new(), |all| all.iter().map(text).collect())
}

#[test]
fn only_a_rule_that_leads_is_said_to_lead_nothing() {
    for (then, said) in [("latency: 1s", 0), ("headers: { X-A: b }", 0), ("empty_response: true", 0), ("lifecycle: [{ to: cancelled }]", 1)]
    {
        let mut shop = shop(&rule("quantum-payouts.*", then));
        shop.play("GET /quantum-payouts/api/v1/features");
        assert_eq!(notes(&mut shop).len(), said, "{then}");
    }
}

#[test]
fn a_call_that_is_refused_makes_nothing_to_lead() {
    let mut led = shop(&rule("quantum-payouts.createPayout", "lifecycle: [{ to: cancelled }]"));
    led.play("POST /quantum-payouts/api/v1/createPayout {}\nadvance until idle");
    assert_eq!((statuses(&led)[0], changes(&mut led).len()), (400, 0));
}

#[test]
fn an_underpayment_is_a_share_of_what_is_due() {
    let mut led = shop(&rule("quoine.createInvoice", "underpaid: 0.4"));
    led.play(INVOICE).play("advance 1s\nGET /quoine/api/v1/invoices/1\nadvance 30m\nGET /quoine/api/v1/invoices/1");
    let bodies: Vec<Json> = answers(&led);
    let (first, paid, ended) = (&bodies[0], &bodies[2], &bodies[4]);
    let number = |it: &Json| it.to_string().trim_matches('"').parse::<rust_decimal::Decimal>().expect("a number");
    assert_eq!(number(&paid["btc_balance"]), number(&first["btc_price"]) * rust_decimal::Decimal::new(4, 1));
    assert_eq!((&paid["system_status"], &ended["system_status"]), (&json!("ready"), &json!("expired")));
}

#[test]
fn a_late_payment_comes_when_the_window_has_closed() {
    let mut led = shop(&rule("quoine.createInvoice", "late_payment: 5m"));
    led.play(INVOICE).play("advance 34m59s\nGET /quoine/api/v1/invoices/1\nadvance 1s\nGET /quoine/api/v1/invoices/1");
    let bodies = answers(&led);
    assert_eq!((&bodies[2]["system_status"], &bodies[4]["system_status"]), (&json!("expired"), &json!("expired")));
    assert_eq!(bodies[2]["btc_balance"].to_string().trim_matches('"').parse(), Ok(rust_decimal::Decimal::ZERO));
    assert_eq!(bodies[4]["btc_balance"], bodies[0]["btc_price"]);
}

#[test]
fn a_reorganisation_takes_blocks_back() {
    let mut led = shop(&rule("quoine.createInvoice", "reorg: { depth: 2, after: 25m }"));
    let mut usual = shop("name: nothing differs\n");
    for it in [&mut led, &mut usual] {
        it.play(INVOICE).play("act quoine.pay invoice=2\nadvance 1s");
    }
    usual.play("act quoine.pay invoice=1");
    let done = |shop: &mut Tape| {
        shop.play("advance until idle");
        changes(shop).into_iter().find(|it| it.1 == "confirmed").expect("it is confirmed in the end").0
    };
    assert!(done(&mut usual) < done(&mut led), "two blocks more are needed");
}

#[test]
fn a_returned_payout_fails_in_the_end() {
    let mut led = shop(&rule("quantum-payouts.performPayout", "payout_returned: 3h"));
    led.play(PERFORM).play("advance 2h\nadvance until idle");
    assert_eq!(changes(&mut led).last(), Some(&("03:00:00Z".to_owned(), "failed".to_owned())));
    assert!(list(&mut led, "deliveries").last().is_some_and(|it| it["status"] == "delivered"));
}

#[test]
fn i10_a_led_object_survives_a_restart() {
    for (on, then, call) in [
        ("quantum-payouts.performPayout", "lifecycle: [{ after: 5s, to: failed }]", PERFORM),
        ("quantum-payouts.performPayout", "payout_returned: 3h", PERFORM),
        ("quoine.createInvoice", "late_payment: 5m", INVOICE),
        ("quoine.createInvoice", "reorg: 2", INVOICE),
    ] {
        let (mut straight, mut halting) = (shop(&rule(on, then)), shop(&rule(on, then)));
        for line in [call, "advance 1s", "advance 4s", "advance 10m", "advance until idle"] {
            straight.play(line);
            halting.restart();
            halting.play(line);
        }
        assert_eq!(straight.log, halting.log, "{then}");
    }
}

#[test]
fn an_action_that_comes_too_late_changes_nothing() {
    let mut led = shop(&rule("quantum-payouts.createPayout", "lifecycle: [{ after: 1m, to: processing }, { after: 1m, to: success }]"));
    led.play(CREATE).play("act quantum-payouts.settle orderNumber=A outcome=cancelled");
    let before = changes(&mut led);
    led.log.clear();
    led.play("advance 5m");
    assert_eq!(changes(&mut led), before);
    assert!(led.log.contains("by the rule `fate`, refused: "), "the walk says why: {}", led.log);
}

/// The JSON bodies that a tape has written down.
fn answers(shop: &Tape) -> Vec<Json> {
    shop.log.split("  < ").skip(1).map(|it| serde_json::from_str(it[4..].split('\n').next().unwrap_or("")).unwrap_or_default()).collect()
}
