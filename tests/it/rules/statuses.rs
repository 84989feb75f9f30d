//! Refusals that a rule or a header asks for: their shape, and whom they blame.

use playmoney::inside::kit::http::Response;
use serde_json::{Value as Json, json};

use super::document;
use crate::asking;
use crate::tape::Tape;

fn asked(shop: &mut Tape, call: (&str, &str, &str), lines: &str) -> Response {
    shop.play(lines);
    asking::response(shop, call.0, call.1, call.2)
}

const READS: [(&str, &str, &str); 4] = [
    ("GET", "/qbitpay/api/v1/balances/show", ""),
    ("GET", "/cryptopay/api/payment-orders/", ""),
    ("GET", "/quantum-payouts/api/v1/features", ""),
    ("GET", "/quoine/api/v1/profile", ""),
];

/// A rule that gives a status alone answers as the provider documents that status, on every provider and for each of its
/// statuses; a status that it does not document has an empty body.
#[test]
fn a_status_alone_has_the_shape_of_the_provider() {
    let mut tried = 0;
    for (slug, call) in ["qbitpay", "cryptopay", "quantum-payouts", "quoine"].into_iter().zip(READS) {
        let contract = asking::contract(slug);
        let statuses = contract.errors.iter().map(|it| it.status.as_u16()).filter(|it| *it >= 400);
        for status in statuses.chain([418, 599]) {
            let known = contract.errors.iter().any(|it| it.status == status);
            let mut shop = Tape::shop();
            shop.admin("POST", "rules", &json!({"on": format!("{slug}.*"), "then": {"status": status, "headers": {"Retry-After": "7"}}}));
            let response = asked(&mut shop, call, "");
            assert_eq!((response.status.as_u16(), response.headers["retry-after"].to_str().ok()), (status, Some("7")), "{slug}");
            assert_eq!(response.body.is_empty(), !known, "{slug} {status}");
            if known {
                let row = contract.errors.iter().find(|it| it.status == status).expect("a row");
                let example = (contract.refusal)(row.name).expect("an example");
                let members = |document: &Json| document.as_object().map(|it| it.keys().cloned().collect::<Vec<_>>());
                assert_eq!(members(&document(&response)), members(&document(&example)), "{slug} {status}");
            }
            tried += 1;
        }
    }
    assert!(25 < tried, "{tried}");
}

#[test]
fn a_status_that_is_no_error_or_has_a_body_stays_as_it_is_written() {
    let mut shop = Tape::shop();
    shop.admin("POST", "rules", &json!({"on": "quantapay.*", "then": {"status": 200}}));
    shop.play("POST /quantapay/api.php function=get-balances&api-key=qp_test_key");
    assert!(shop.log.trim_end().ends_with("< 200"), "{}", shop.log);
    let mut shop = Tape::shop();
    shop.admin("POST", "rules", &json!({"on": "quoine.*", "then": {"status": 503, "body": ""}}));
    assert!(asked(&mut shop, READS[3], "").body.is_empty(), "an empty body was asked for");
}

/// The text is about the call that was made.
#[test]
fn a_refusal_that_is_asked_for_blames_what_the_call_has() {
    for (call, fault, member, text) in [
        (("GET", "/qbitpay/api/v1/charges/x", ""), "object_not_found", "/message", "Charge not found"),
        (("GET", "/qbitpay/api/v1/orders/x", ""), "object_not_found", "/message", "Order not found"),
        (("GET", "/qbitpay/api/v1/markets/ticker", ""), "object_not_found", "/message", "Symbol not found"),
        (("GET", "/qbitpay/api/v1/markets/ticker", ""), "validation_failed", "/detail/0/field", "symbol"),
        (("GET", "/qbitpay/api/v1/charges", ""), "validation_failed", "/detail/0/field", "limit"),
        (("POST", "/quantum-payouts/api/v1/performPayout", "{}"), "validation_error", "/result/message", "orderNumber is required"),
        (("POST", "/cryptopay/api/merchant-wallets/", "{}"), "validation_error", "/error/details/blockchain/0", "This field is required"),
    ] {
        let mut shop = Tape::shop();
        let answer = document(&asked(&mut shop, call, &format!("with Playmoney-Fault: {fault}")));
        assert_eq!(answer.pointer(member), Some(&json!(text)), "{call:?}: {answer}");
    }
    let mut shop = Tape::shop();
    let form = "function=get-fiat-value&api-key=qp_test_key";
    let answer = document(&asked(&mut shop, ("POST", "/quantapay/api.php", form), "with Playmoney-Fault: missing_argument"));
    assert_eq!(answer["message"], "Missing argument: amount");
}

/// What an operation never refuses with by itself is said to be asked for.
#[test]
fn a_refusal_that_cannot_happen_says_so() {
    for (call, fault) in [
        (("GET", "/cryptopay/api/payment-orders/", ""), "method_not_allowed"),
        (("POST", "/quantapay/api.php", "function=get-balances&api-key=qp_test_key"), "missing_argument"),
        (("GET", "/quoine/api/v1/profile", ""), "validation_error"),
        (("GET", "/qbitpay/api/v1/balances/show", ""), "wrong_state"),
    ] {
        let mut shop = Tape::shop();
        let response = asked(&mut shop, call, &format!("with Playmoney-Fault: {fault}"));
        let hint = response.headers["playmoney-hint"].to_str().expect("text");
        assert!(hint.contains(&format!("never refuses with {fault} by itself")), "{call:?}: {hint}");
    }
    let mut shop = Tape::shop();
    let response = asked(&mut shop, READS[0], "with Playmoney-Fault: validation_failed");
    assert!(!response.headers.contains_key("playmoney-hint"), "this one can happen");
}

/// The same error can mean that there were too many calls. The hint says that a rule is meant.
#[test]
fn a_refusal_of_a_rule_does_not_blame_the_rate_limit() {
    let named = "`rate_limit` to `off`; the rule `down` asked for this answer";
    let alone = "this answer comes from the rule `down`, and not from the rate limit";
    for (slug, then, end) in [
        ("quoine", json!({"status": 503}), alone),
        ("quoine", json!({"error": "usage_limit"}), named),
        ("quantum-payouts", json!({"status": 429}), alone),
        ("cryptopay", json!({"status": 429}), alone),
    ] {
        let mut shop = Tape::shop();
        shop.admin("POST", "rules", &json!({"name": "down", "on": format!("{slug}.*"), "then": then}));
        let call = READS.into_iter().find(|it| it.1.contains(slug)).expect("a call");
        let response = asked(&mut shop, call, "");
        let hint = response.headers["playmoney-hint"].to_str().expect("text");
        assert!(hint.ends_with(end), "{then}: {hint}");
    }
}
