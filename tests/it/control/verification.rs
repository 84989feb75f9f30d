//! Whether calls and webhooks were as expected, and what came nearest.

use std::fmt::Write;

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{call, create, perform, problem, refused};
use crate::asking;
use crate::quantum_payouts::answer;
use crate::tape::{Tape, snapshot};

/// Six requests: two payouts that are made, one that is refused, one that goes to the bank, one question and one that reaches nothing.
fn busy() -> Tape {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    create(&mut shop, "A");
    create(&mut shop, "B");
    perform(&mut shop, "C");
    shop.play("with X-Trace: 7f\nPOST /quantum-payouts/api/v1/getPayoutStatus?page=2 {\"orderNumber\":\"A\"}");
    shop.play("POST /quantum-payouts/api/v1/nothing {}");
    shop
}

/// The status and the document of a verification.
fn verify(shop: &mut Tape, criteria: &Json) -> (u16, Json) {
    call(shop, "POST", "requests/verify", criteria)
}

const CREATE: &str = "quantum-payouts.createPayout";

#[test]
fn each_criterion_and_matcher_counts_what_fits() {
    let mut shop = busy();
    for (conditions, matched) in [
        (json!({}), 3),
        (json!({"status": 200}), 2),
        (json!({"status": {"gte": 400}}), 1),
        (json!({"status": {"gt": 199, "lt": 300}}), 2),
        (json!({"status": {"one_of": [200, 400]}}), 3),
        (json!({"body": {"orderNumber": "A"}}), 2),
        (json!({"body": {"orderNumber": "A"}, "status": 200}), 1),
        (json!({"body": {"orderNumber": {"matches": "^[AB]$"}}}), 3),
        (json!({"body": {"amount": 150_000}}), 3),
        (json!({"body": {"amount": "150000"}}), 0),
        (json!({"body": {"amount": {"gt": "149999.5", "lte": 150_000}}}), 3),
        (json!({"body": {"urls": {"returnUrl": {"length": 20}}}}), 3),
        (json!({"body": {"urls.returnUrl": {"any": true}}}), 3),
        (json!({"body": {"urls.failUrl": {"absent": true}}}), 3),
        (json!({"body": {"urls.failUrl": {"any": true}}}), 0),
        (json!({"headers": {"Content-Type": {"matches": "json"}}}), 3),
        (json!({"headers": {"content-type": {"absent": true}}}), 0),
        (json!({"account": "default"}), 3),
        (json!({"account": "other"}), 0),
        (json!({"query": {}}), 3),
        (json!({"query": {"page": "2"}}), 0),
    ] {
        let (status, document) = verify(&mut shop, &json!({"operation": CREATE, "where": conditions, "count": matched}));
        assert_eq!((status, document), (200, json!({"verified": true, "matched": matched})), "{conditions}");
        let (status, document) = verify(&mut shop, &json!({"operation": CREATE, "where": conditions, "count": matched + 1}));
        assert_eq!((status, &document["verified"], &document["matched"]), (409, &json!(false), &json!(matched)), "{conditions}");
    }
    let status = json!({"operation": "quantum-payouts.getPayoutStatus", "where": {"query": {"page": "2"}, "headers": {"X-TRACE": "7f"}}});
    assert_eq!(verify(&mut shop, &status).0, 200);
    let text = json!({"operation": CREATE, "where": {"body": {"orderNumber": "${order}"}}, "count": 0});
    assert_eq!(verify(&mut shop, &text).0, 200, "nothing is saved here to which a text could refer");
}

#[test]
fn a_count_is_a_number_or_a_range() {
    let mut shop = busy();
    for (count, fits) in [
        (json!(3), true),
        (json!(2), false),
        (json!({"at_least": 3}), true),
        (json!({"at_least": 4}), false),
        (json!({"at_most": 3}), true),
        (json!({"at_most": 2}), false),
        (json!({"at_least": 1, "at_most": 3}), true),
        (json!({"at_least": 4, "at_most": 9}), false),
    ] {
        let (status, document) = verify(&mut shop, &json!({"operation": CREATE, "count": count}));
        assert_eq!((status == 200, &document["matched"]), (fits, &json!(3)), "{count}");
    }
    assert_eq!(verify(&mut shop, &json!({"operation": CREATE})).0, 200, "without a count, one is enough");
    assert_eq!(verify(&mut shop, &json!({"operation": "quoine.createInvoice"})).0, 409);
}

#[test]
fn a_sequence_is_found_in_its_order() {
    let mut shop = busy();
    let step = |operation: &str, number: &str| json!({"operation": operation, "where": {"body": {"orderNumber": number}}});
    let (perform, status) = ("quantum-payouts.performPayout", "quantum-payouts.getPayoutStatus");
    for (sequence, found, missing) in [
        (json!([step(CREATE, "A"), step(perform, "C"), step(status, "A")]), 3, None),
        (json!([step(CREATE, "A"), step(CREATE, "A")]), 2, None),
        (json!([step(CREATE, "A"), step(CREATE, "A"), step(CREATE, "A")]), 2, Some((3, "req-2"))),
        (json!([step(perform, "C"), step(CREATE, "A")]), 1, Some((2, "req-4"))),
    ] {
        let (http, document) = verify(&mut shop, &json!({"sequence": sequence}));
        assert_eq!((http == 200, &document["matched"]), (missing.is_none(), &json!(found)), "{document}");
        if let Some((step, after)) = missing {
            assert_eq!(document["missing"], json!({"step": step, "operation": CREATE, "after": after}));
        }
    }
}

/// What a verification that fails says, on a few lines.
fn told(document: &Json) -> String {
    let text = |it: &Json| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
    let mut told = format!("{} {}: {}\n", document["status"], text(&document["code"]), text(&document["detail"]));
    for name in ["matched", "missing", "truncated", "unread", "timed_out"] {
        if let Some(it) = document.get(name) {
            writeln!(told, "{name}: {it}").expect("text");
        }
    }
    for near in document["nearest"].as_array().expect("a list") {
        let (request, delivery) = (&near["request"], &near["delivery"]);
        if request.is_object() {
            let [method, path, body] = ["method", "path", "body"].map(|it| text(&request["request"][it]));
            let answer = &request["response"]["status"];
            writeln!(told, "{}: {method} {path} {body} -> {answer}", text(&request["id"])).expect("text");
        } else {
            let [id, event, subject, status] = ["id", "event", "subject", "status"].map(|it| text(&delivery[it]));
            writeln!(told, "{id}: {event} of {subject}, {status}").expect("text");
        }
        for it in near["criteria"].as_array().expect("a list") {
            let [criterion, expected, actual] = ["criterion", "expected", "actual"].map(|name| text(&it[name]));
            let met = if it["met"] == true { "yes" } else { "no " };
            writeln!(told, "  {met} {criterion}: expected {expected}; actual {actual}").expect("text");
        }
    }
    told
}

/// A failed verification of each kind, below each other.
fn told_of(shop: &mut Tape, path: &str, all: &[Json]) -> String {
    let one = |criteria: &Json| {
        let response = shop.ask(Tape::control("POST", path, criteria));
        problem(&response);
        let (status, document) = asking::json(&response);
        assert_eq!((status, &document["verified"]), (409, &json!(false)), "{criteria}");
        format!("{path} {criteria}\n{}\n", told(&document))
    };
    all.iter().map(one).collect()
}

#[test]
fn the_nearest_calls_say_yes_or_no_to_each_criterion() {
    let mut shop = busy();
    let cases = [
        json!({"operation": CREATE, "where": {"body": {"orderNumber": "B", "amount": {"gte": 1, "lt": 1000}}, "status": 200}}),
        json!({"operation": CREATE, "where": {"headers": {"Idempotency-Key": {"any": true}}, "account": "default"}}),
        json!({"operation": "quantum-payouts.getPayoutStatus", "where": {"body": {"orderNumber": {"matches": "^B"}}}}),
        json!({"operation": CREATE, "count": {"at_most": 1}}),
        json!({"operation": CREATE, "where": {"body": {"urls": []}}, "count": 2}),
    ];
    let text = told_of(&mut shop, "requests/verify", &cases);
    let text = text + "an empty journal\n" + &told_of(&mut Tape::shop(), "requests/verify", &[json!({"operation": CREATE})]);
    snapshot("control/the_nearest_calls_say_yes_or_no_to_each_criterion", &text);
}

#[test]
fn the_first_step_that_is_missing_is_told() {
    let mut shop = busy();
    let step = |operation: &str, number: &str| json!({"operation": operation, "where": {"body": {"orderNumber": number}}});
    let (perform, status) = ("quantum-payouts.performPayout", "quantum-payouts.getPayoutStatus");
    let cases = [
        json!({"sequence": [step(perform, "C"), step(CREATE, "B"), step(status, "A")]}),
        json!({"sequence": [step(CREATE, "Z"), step(status, "A")]}),
    ];
    snapshot("control/the_first_step_that_is_missing_is_told", &told_of(&mut shop, "requests/verify", &cases));
}

#[test]
fn a_wait_for_webhooks_tells_the_nearest() {
    let mut shop = Tape::shop();
    shop.play("merchant 500 200");
    perform(&mut shop, "C");
    create(&mut shop, "A");
    let cases = [
        json!({"provider": "quantum-payouts", "subject": "C", "where": {"body": {"payout.status": "success"}}, "timeout": "0s"}),
        json!({"provider": "quantum-payouts", "status": "pending", "count": {"at_most": 0}}),
        json!({
            "event": "payout.status_changed",
            "where": {"attempts": {"gt": 2}, "url": {"matches": "other"}, "headers": {"x-missing": {"any": true}}},
        }),
    ];
    snapshot("control/a_wait_for_webhooks_tells_the_nearest", &told_of(&mut shop, "deliveries/wait", &cases));
}

#[test]
fn i21_a_truncated_journal_says_neither_no_nor_exactly() {
    let mut shop = Tape::new(Start { journal_bytes_max: 20_000, ..Start::default() });
    for n in 0..30 {
        answer(&mut shop, "POST", "getPayoutStatus", &format!(r#"{{"orderNumber":"{n}"}}"#));
    }
    let operation = "quantum-payouts.getPayoutStatus";
    let kept = verify(&mut shop, &json!({"operation": operation})).1["matched"].as_u64().expect("a number");
    assert!((5..30).contains(&kept), "{kept}");
    for (count, status, is_hidden) in [
        (json!({"at_least": kept}), 200, false),
        (json!({"at_least": kept + 1}), 409, true),
        (json!(kept), 409, true),
        (json!({"at_most": kept}), 409, true),
        (json!({"at_most": kept - 1}), 409, false),
        (json!({"at_least": 1, "at_most": 1000}), 409, true),
    ] {
        let (http, document) = verify(&mut shop, &json!({"operation": operation, "count": count}));
        assert_eq!((http, &document["matched"], &document["truncated"]), (status, &json!(kept), &json!(true)), "{count}");
        let says_so = document["detail"].as_str().is_some_and(|it| it.contains("dropped its oldest entries, which can hide the answer"));
        assert_eq!(says_so, is_hidden, "{document}");
    }
    let of = |number: u32| json!({"operation": operation, "where": {"body": {"orderNumber": number.to_string()}}});
    let (status, document) = verify(&mut shop, &json!({"sequence": [of(0), of(29)]}));
    assert_eq!((status, &document["matched"], &document["truncated"]), (409, &json!(0), &json!(true)));
    assert_eq!(verify(&mut shop, &json!({"sequence": [of(28), of(29)]})).0, 200);
    assert_eq!(verify(&mut shop, &json!({"operation": "quoine.createInvoice", "count": 0})).0, 409, "what was dropped may be one");
}

#[test]
fn t21_what_a_pattern_has_not_read_is_neither_a_yes_nor_a_no() {
    let mut shop = Tape::shop();
    let long = format!("{}needle", "x".repeat(70_000));
    answer(&mut shop, "POST", "getPayoutStatus", &json!({"orderNumber": long}).to_string());
    let criteria = |count: Json| {
        let body = json!({"orderNumber": {"matches": "needle"}});
        json!({"operation": "quantum-payouts.getPayoutStatus", "where": {"body": body}, "count": count})
    };
    for count in [json!(0), json!(1), json!({"at_least": 1})] {
        let (status, document) = verify(&mut shop, &criteria(count));
        assert_eq!((status, &document["matched"], &document["unread"]), (409, &json!(0), &json!(1)), "{document}");
    }
    assert_eq!(verify(&mut shop, &criteria(json!({"at_most": 1}))).0, 200);
}

#[test]
fn i28_the_nearest_are_masked() {
    let secret = "canary/\"секрет\" &+1234567890";
    let mut shop = Tape::shop();
    call(&mut shop, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_secret": secret}));
    let body = json!({"orderNumber": format!("{}{secret}", "x".repeat(390)), "amount": "?"}).to_string();
    shop.play("with X-Key: canary-1234567890");
    answer(&mut shop, "POST", "createPayout", &body);
    let criteria = json!({"operation": CREATE, "where": {"body": {"amount": 1, "orderNumber": secret}}});
    let (status, document) = verify(&mut shop, &criteria);
    let text = document.to_string();
    assert_eq!(status, 409, "{text}");
    assert!(text.contains("***7890") && !text.contains("секрет") && !text.contains("canary/"), "{text}");
    let whole = json!({"operation": CREATE, "where": {"body": {"orderNumber": {"matches": "canary/"}}}});
    assert_eq!(verify(&mut shop, &whole).0, 200, "what is masked is compared in full");
}

#[test]
fn bad_criteria_are_refused_with_the_nearest_word_and_change_nothing() {
    let mut shop = busy();
    let many: Vec<Json> = (0..101).map(|_| json!({"operation": CREATE})).collect();
    for (path, criteria, says) in [
        ("requests/verify", json!({}), "`operation` or `sequence`"),
        (
            "requests/verify",
            json!({"operation": "createPayout"}),
            "the nearest is `qbitpay.createPayout` or `quantum-payouts.createPayout`",
        ),
        ("requests/verify", json!({"operation": "quoine.createInvoce"}), "the nearest is `quoine.createInvoice`"),
        ("requests/verify", json!({"operation": "quoine.createPayout"}), "no operation is named `quoine.createPayout`"),
        ("requests/verify", json!({"operation": 7}), "no operation is named `7`"),
        ("requests/verify", json!({"operation": CREATE, "wher": {}}), "the nearest is `where`"),
        ("requests/verify", json!({"operation": CREATE, "timeout": "1s"}), "a verification has no `timeout`"),
        ("requests/verify", json!({"operation": CREATE, "where": {"boddy": {}}}), "the nearest is `body`"),
        ("requests/verify", json!({"operation": CREATE, "where": []}), "a condition"),
        ("requests/verify", json!({"operation": CREATE, "where": {"body": "x"}}), "a mapping of names and expected values"),
        ("requests/verify", json!({"operation": CREATE, "where": {"status": "200"}}), "write it without quotes"),
        ("requests/verify", json!({"operation": CREATE, "where": {"body": {"a": {"gt": "x"}}}}), "`gt` takes a number"),
        ("requests/verify", json!({"operation": CREATE, "where": {"body": {"a": {"gt": 1, "near": 2}}}}), "`near` is not a matcher"),
        ("requests/verify", json!({"operation": CREATE, "where": {"body": {"a": {"matches": "("}}}}), "is not a regular expression"),
        ("requests/verify", json!({"operation": CREATE, "count": -1}), "a whole number from 0"),
        ("requests/verify", json!({"operation": CREATE, "count": 1.5}), "a whole number from 0"),
        ("requests/verify", json!({"operation": CREATE, "count": "2"}), "a whole number from 0"),
        ("requests/verify", json!({"operation": CREATE, "count": {}}), "this count says nothing"),
        ("requests/verify", json!({"operation": CREATE, "count": {"at_last": 1}}), "the nearest is `at_least`"),
        ("requests/verify", json!({"operation": CREATE, "count": {"at_least": 2, "at_most": 1}}), "no number is both"),
        ("requests/verify", json!({"operation": CREATE, "sequence": []}), "`operation` cannot stand beside `sequence`"),
        ("requests/verify", json!({"sequence": []}), "1 to 100 calls, and this one has 0"),
        ("requests/verify", json!({"sequence": many}), "1 to 100 calls, and this one has 101"),
        ("requests/verify", json!({"sequence": [{"operation": CREATE}, {"operation": "quoine.getInvoce"}]}), "`quoine.getInvoice`"),
        ("requests/verify", json!({"sequence": [{}]}), "a call needs `operation`"),
        ("requests/verify", json!({"sequence": {"operation": CREATE}}), "this has to be a list"),
        ("requests/wait", json!({"operation": CREATE, "timeout": "soon"}), "is not a duration"),
        ("requests/wait", json!({"operation": CREATE, "timeout": "-1s"}), "is negative"),
        ("requests/wait", json!({"operation": CREATE, "timeout": "301s"}), "a wait takes 5m at most"),
        ("deliveries/wait", json!({"provider": "quoin"}), "the nearest is `quoine`"),
        ("deliveries/wait", json!({"provider": "quoine", "event": "payment_expird"}), "the nearest is `payment_expired`"),
        ("deliveries/wait", json!({"event": "payment_expird"}), "the nearest is `payment_expired`"),
        ("deliveries/wait", json!({"status": "deliverd"}), "the nearest is `delivered`"),
        ("deliveries/wait", json!({"operation": CREATE}), "a wait has no `operation`"),
        ("deliveries/wait", json!({"where": {"query": {}}}), "a condition has no `query`"),
    ] {
        let (status, code, detail) = refused(&mut shop, "POST", path, &criteria);
        assert_eq!((status, code.as_str()), (422, "invalid_request"), "{path} {criteria}");
        assert!(detail.contains(says), "{path} {criteria}: {detail}");
        assert!(detail.starts_with("criteria:1:"), "{detail}");
    }
}

#[test]
fn t21_criteria_are_bounded_and_are_json_objects() {
    let mut shop = busy();
    let patterns: Vec<String> = (0..9).map(|n| format!("{n}[a-z]{{0,900}}")).collect();
    let patterns: Vec<Json> = patterns.iter().map(|it| json!({"operation": CREATE, "where": {"query": {"a": {"matches": it}}}})).collect();
    let (status, _, detail) = refused(&mut shop, "POST", "requests/wait", &json!({"sequence": patterns}));
    assert_eq!(status, 422);
    assert!(detail.contains("take at most 524288 bytes") || detail.contains("too large a pattern"), "{detail}");
    let large = json!({"operation": CREATE, "where": {"body": {"a": "x".repeat(65_536)}}});
    let (status, code, _) = refused(&mut shop, "POST", "requests/wait", &large);
    assert_eq!((status, code.as_str()), (413, "body_too_large"));
    for (body, media, status) in [
        ("[1]", "application/json", 400),
        ("{\"operation\": \"a\", \"operation\": \"b\"}", "application/json", 400),
        ("{", "application/json", 400),
        ("operation: quoine.createInvoice", "application/yaml", 415),
    ] {
        let request = Request::new(Method::POST, "/__admin/requests/verify", body).with("Content-Type", media);
        assert_eq!(problem(&shop.ask(request)).0, status, "{body}");
    }
}
