//! Every text that a caller may send has a bound, and a sandbox has one on all that it keeps.

use playmoney::inside::engine::start::Start;
use playmoney::inside::engine::tables::On;
use playmoney::inside::kit::fields::{Field, Kind};
use playmoney::inside::providers;
use serde_json::{Value as Json, json};

use crate::tape::Tape;

/// More characters than any text may have.
const CHARS_MAX: usize = 65_536;

fn is_bounded(it: &Field) -> bool {
    match it.kind {
        Kind::Text { chars_max } | Kind::Like { chars_max, .. } | Kind::JsonText { chars_max } => chars_max <= CHARS_MAX,
        Kind::Nullable | Kind::Any => false,
        // The others are read into values of a fixed size, compared with words, addresses of at most 2,048 characters, or
        // hold rows of their own.
        Kind::Integer { .. }
        | Kind::Word(_)
        | Kind::Digits { .. }
        | Kind::Flag
        | Kind::Truth(_)
        | Kind::Either(_)
        | Kind::Constant(_)
        | Kind::Number
        | Kind::Amount { .. }
        | Kind::Decimal
        | Kind::DecimalText
        | Kind::Time
        | Kind::NullableTime
        | Kind::NullableInteger
        | Kind::Url
        | Kind::HttpUrl
        | Kind::Object
        | Kind::NullableObject
        | Kind::List => true,
    }
}

#[test]
fn t15_every_text_that_a_caller_may_send_has_a_bound() {
    /// Any JSON of at most 65,535 characters, which the provider counts.
    const READ_OTHERWISE: &[&str] = &["quoine.createInvoice data"];
    let mut unbounded = Vec::new();
    for contract in providers::all().iter().map(|it| it.contract()) {
        let calls = contract.operations.iter().map(|it| (it.name, it.parameters));
        let acts = contract.actions.iter().map(|it| (it.name, it.parameters));
        for (name, rows) in calls.chain(acts) {
            let wrong = rows.iter().filter(|it| !is_bounded(it)).map(|it| format!("{}.{name} {}", contract.slug, it.name));
            unbounded.extend(wrong.filter(|it| !READ_OTHERWISE.contains(&it.as_str())));
        }
    }
    assert!(unbounded.is_empty(), "{unbounded:?}");
}

#[test]
fn the_row_of_a_call_says_what_it_makes() {
    for contract in providers::all().iter().map(|it| it.contract()) {
        for table in (contract.lifecycles)() {
            for row in table.rows.iter().filter(|it| it.from.is_empty()) {
                if let On::Call(name) = row.on {
                    let makes = contract.operation(name).and_then(|it| it.makes);
                    assert_eq!(makes, Some(table.object), "{}.{name}", contract.slug);
                }
            }
        }
        let reads = contract.operations.iter().filter(|it| it.method == "GET" && it.makes.is_some()).count();
        assert_eq!(reads, 0, "{}: who only reads makes nothing", contract.slug);
    }
}

#[test]
fn i21_t15_a_full_sandbox_makes_nothing_new_and_says_so() {
    let bounds = [Start { objects_max: 0, ..Start::default() }, Start { object_bytes_max: 1_000, ..Start::default() }];
    for start in bounds {
        let mut shop = Tape::new(start);
        for (slug, path, body) in [
            ("quoine", "/quoine/api/v1/invoices", r#"{"price":"500.0"}"#),
            (
                "qbitpay",
                "/qbitpay/api/v1/charges",
                r#"{"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"https://a.test","redirectUrl":"https://a.test"}"#,
            ),
            (
                "cryptopay",
                "/cryptopay/api/payment-orders/",
                r#"{"amount":"1","currency":"USDC","blockchain":"base","order_info":"{}","nonce":1}"#,
            ),
            (
                "quantum-payouts",
                "/quantum-payouts/api/v1/createPayout",
                r#"{"orderNumber":"A","amount":100,"urls":{"returnUrl":"https://a.test"}}"#,
            ),
        ] {
            let response = crate::asking::response(&mut shop, "POST", path, body);
            let text = String::from_utf8_lossy(&response.body).into_owned();
            assert_eq!(response.status, 500, "{slug}: {text}");
            let hint = response.headers["playmoney-hint"].to_str().expect("text");
            assert!(hint.contains("keeps as many objects as it may") && hint.contains("POST /__admin/reset"), "{slug}: {hint}");
        }
        let journal = shop.admin("GET", "requests", &Json::Null);
        let requests = journal["requests"].as_array().expect("a list");
        assert!(requests.iter().all(|own| own["note"].as_str().is_some_and(|it| it.contains("keeps as many"))), "{requests:?}");
        let refused = shop.ask(Tape::control("POST", "act/qbitpay/deposit", &json!({"currency": "USDT", "amount": 5})));
        let (status, told) = crate::asking::json(&refused);
        assert_eq!((status, &told["code"]), (507, &json!("sandbox_full")), "{told}");
        assert!(told["detail"].as_str().is_some_and(|it| it.contains("POST /__admin/reset makes room")), "{told}");
        let read = crate::asking::response(&mut shop, "GET", "/quoine/api/v1/profile", "");
        assert!(read.status.as_u16() < 500, "reading goes on");
    }
}

#[test]
fn i21_t15_a_sandbox_fills_up_and_a_reset_makes_room() {
    for start in [Start { objects_max: 20, ..Start::default() }, Start { object_bytes_max: 150_000, ..Start::default() }] {
        let mut shop = Tape::new(start);
        let mut make = || {
            let body = json!({"price": "500.0", "name": "n".repeat(200), "data": "d".repeat(10_000)});
            let made = crate::asking::response(&mut shop, "POST", "/quoine/api/v1/invoices", &body.to_string());
            (made.status.as_u16(), made.headers.contains_key("playmoney-hint"))
        };
        let mut answers: Vec<(u16, bool)> = (0..40).map(|_| make()).collect();
        assert_eq!((answers[0], answers[39]), ((200, false), (500, true)), "{answers:?}");
        answers.dedup();
        assert_eq!(answers.len(), 2, "what is full stays full: {answers:?}");
        shop.admin("POST", "reset", &json!({}));
        let anew = crate::asking::response(&mut shop, "POST", "/quoine/api/v1/invoices", r#"{"price":"500.0"}"#);
        assert_eq!(anew.status, 200);
    }
}

#[test]
fn t15_a_webhook_address_has_a_bound() {
    let mut shop = Tape::shop();
    let mut set = |length: usize| {
        let url = format!("https://shop.test/{}", "x".repeat(length - "https://shop.test/".len()));
        shop.ask(Tape::control("PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": url}))).status.as_u16()
    };
    assert_eq!([2_048, 2_049].map(&mut set), [200, 422]);
}

#[test]
fn t15_rules_have_a_bound_in_bytes() {
    let mut shop = Tape::shop();
    let body = "x".repeat(900_000);
    let mut add =
        || shop.ask(Tape::control("POST", "rules", &json!({"on": "quoine.createInvoice", "then": {"status": 503, "body": body}}))).status;
    let answers: Vec<u16> = (0..12).map(|_| add().as_u16()).collect();
    assert_eq!(answers.iter().filter(|it| **it == 201).count(), 9, "{answers:?}");
    assert_eq!(answers.last(), Some(&409));
}
