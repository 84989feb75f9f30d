//! The documentation's own examples, and its tables row by row. They never change to suit us.

use hmac::{Hmac, KeyInit, Mac};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use sha2::Sha256;

use crate::quantum_payouts::{answer, shop};
use crate::tape::Tape;

const CREATE_EXAMPLE: &str = r#"{
"orderNumber": "ORDER_12345",
"amount": 150000,
"description": "Payout for order #12345",
"sessionTimeoutSecs": 1800,
"type": "card",
"urls": {
"returnUrl": "https://your-site.com/success",
"failUrl": "https://your-site.com/fail"
}
}"#;

const PERFORM_EXAMPLE: &str = r#"{
"orderNumber": "ORDER_12345",
"amount": 150000,
"description": "One-time payout",
"target": { "pan": "4111111111111111" }
}"#;

/// The names of an object's members in the order in which they were written.
fn names(body: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut rest = body;
    while let Some(place) = rest.find(['{', '}', '[', ']', '"']) {
        let (mark, behind) = (&rest[place..=place], &rest[place + 1..]);
        rest = behind;
        match mark {
            "{" | "[" => depth += 1,
            "}" | "]" => depth -= 1,
            _ => {
                let (text, behind) = rest.split_once('"').expect("a closing quote");
                rest = behind;
                if depth == 1 && behind.trim_start().starts_with(':') {
                    names.push(text.to_owned());
                }
            }
        }
    }
    names
}

/// Whether two documents have the same members and types, whatever the values.
fn alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, it)| b.get(name).is_some_and(|own| alike(it, own)))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

fn parsed(body: &str) -> Json {
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn create_payout_as_its_curl_example_says() {
    let documented = r#"{"result":{"error":"0","message":null},"payoutUrl":"https://payouts-dev.quantumlabs.ru/static/payout.php?payout_id=123&token=abc123","orderId":"PAY_2024_12_19_abc123","orderNumber":"ORDER_12345"}"#;
    let mut shop = shop(&["documented_links=true"]);
    let (status, body) = answer(&mut shop, "POST", "createPayout", CREATE_EXAMPLE);
    assert_eq!(status, 200);
    assert_eq!(names(&body), names(documented));
    assert!(alike(&parsed(&body), &parsed(documented)), "{body}");
    let url = parsed(&body)["payoutUrl"].as_str().expect("a link").to_owned();
    let id_and_token = url.strip_prefix("https://payouts-dev.quantumlabs.ru/static/payout.php?payout_id=").expect("the documented place");
    let (id, token) = id_and_token.split_once("&token=").expect("a token");
    assert_eq!(id, "1");
    assert!(!token.is_empty() && token.bytes().all(|it| it.is_ascii_alphanumeric()));
    let order_id = parsed(&body)["orderId"].as_str().expect("an identifier").to_owned();
    let code = order_id.strip_prefix("PAY_2026_01_01_").expect("the date of the order");
    assert!(code.len() == 6 && code.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()), "{code}");
}

#[test]
fn perform_payout_as_its_curl_example_says() {
    let documented = r#"{"result":{"error":"0","message":null},"orderNumber":"ORDER_12345","orderStatus":"processing","amount":150000,"creationDate":1737097200,"target":{"maskedPan":"411111******1111"}}"#;
    let mut shop = Tape::new(Start { now: Some("2025-01-17T07:00:00Z".parse().expect("a time")), ..Start::default() });
    let (status, body) = answer(&mut shop, "POST", "performPayout", PERFORM_EXAMPLE);
    assert_eq!((status, body.as_str()), (200, documented), "orderId is absent until the bank has a code");
}

#[test]
fn get_payout_status_as_its_example_says() {
    let documented = r#"{"result":{"error":"0","message":null},"orderNumber":"ORDER_12345","orderStatus":"processing","amount":150000,"creationDate":1737097200,"description":"Order payout","destination_type":"card","channel":"vtb","target":{"maskedPan":"411111******1111"}}"#;
    let mut shop = Tape::new(Start { now: Some("2025-01-17T07:00:00Z".parse().expect("a time")), ..Start::default() });
    answer(&mut shop, "POST", "performPayout", &PERFORM_EXAMPLE.replace("One-time payout", "Order payout"));
    let (status, body) = answer(&mut shop, "POST", "getPayoutStatus", "{\n\"orderNumber\": \"ORDER_12345\"\n}");
    assert_eq!((status, body.as_str()), (200, documented));
    shop.play("advance 5s");
    let (_, body) = answer(&mut shop, "POST", "getPayoutStatus", r#"{"orderNumber":"ORDER_12345"}"#);
    let after = parsed(&body);
    assert_eq!(after["orderStatus"], "success");
    assert!(after["orderId"].is_string(), "the bank has answered: {body}");
    let mut without = after.clone();
    without.as_object_mut().expect("an object").remove("orderId");
    without["orderStatus"] = json!("processing");
    assert_eq!(without, parsed(documented));
}

#[test]
fn features_as_its_example_says() {
    let documented = r#"{"system":"payouts","environment":"development","version":"v1","timestamp":1737097200,"features":{"single_payout":true,"batch_processing":true,"bearer_auth":true,"card_payouts":false,"sbp_payouts":false,"file_download":false},"result":{"error":"0","message":null}}"#;
    let mut shop = Tape::new(Start { now: Some("2025-01-17T07:00:00Z".parse().expect("a time")), ..Start::default() });
    shop.play("set card_payouts=false sbp_payouts=false file_download=false");
    assert_eq!(answer(&mut shop, "GET", "features", ""), (200, documented.to_owned()));
}

#[test]
fn both_error_examples_to_the_letter() {
    let mut shop = shop(&[]);
    let create = answer(&mut shop, "POST", "createPayout", r#"{"orderNumber":"ORDER_12345","amount":0}"#);
    let message = "urls.returnUrl is required; amount must be positive";
    assert_eq!(create, (400, format!(r#"{{"result":{{"error":"VALIDATION_ERROR","message":"{message}"}}}}"#)));
    let perform = r#"{"amount":0,"description":"d","target":{"pan":"4111111111111111"}}"#;
    let perform = answer(&mut shop, "POST", "performPayout", perform);
    let message = "orderNumber is required; amount must be greater than 0";
    assert_eq!(perform, (400, format!(r#"{{"result":{{"error":"VALIDATION_ERROR","message":"{message}"}}}}"#)));
    shop.play("without Authorization");
    let features = answer(&mut shop, "GET", "features", "");
    assert_eq!(features, (401, r#"{"result":{"error":"UNAUTHORIZED","message":"Invalid or missing Bearer token"}}"#.to_owned()));
}

/// HTTP status, code, and a call that is refused with it.
const ERRORS: &[(u16, &str, &str, &str)] = &[
    (400, "VALIDATION_ERROR", "POST createPayout", "{}"),
    (401, "UNAUTHORIZED", "without", "{}"),
    (403, "PERMISSION_DENIED", "POST createPayout", r#"{"orderNumber":"A","amount":1,"type":"sbp","urls":{"returnUrl":"https://a.test"}}"#),
    (500, "INTERNAL_ERROR", "fault", "{}"),
    (404, "NOT_FOUND", "POST cancelPayout", "{}"),
    (405, "METHOD_NOT_ALLOWED", "GET createPayout", ""),
    (429, "RATE_LIMITED", "GET features", ""),
];

#[test]
fn the_error_table_row_by_row() {
    for (status, code, call, body) in ERRORS {
        let mut shop = shop(&["sbp_payouts=false"]);
        let (method, name) = call.split_once(' ').unwrap_or(("POST", "createPayout"));
        match *call {
            "without" => _ = shop.play("without Authorization"),
            "fault" => _ = shop.play("with Playmoney-Fault: internal_error"),
            "GET features" => {
                shop.play("set rate_limit=enforce");
                for _ in 0..30 {
                    assert_eq!(answer(&mut shop, "GET", "features", "").0, 200);
                }
            }
            _ => {}
        }
        let (got, body) = answer(&mut shop, method, name, body);
        assert_eq!(got, *status, "{code}: {body}");
        let body = parsed(&body);
        assert_eq!(body["result"]["error"], *code);
        assert!(body["result"]["message"].is_string(), "{body}");
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "an error is `result` alone: {body}");
    }
    let mut shop = shop(&["company=null"]);
    let body = super::portal(&mut shop, "webhook_save", &json!({"url": "http://shop.test/new"}));
    assert_eq!((body.0, &parsed(&body.1)["result"]["error"]), (400, &json!("NO_COMPANY")));
}

const SECRET: &str = "sk_test_1234567890abcdef1234567890abcdef12345678";
const SAMPLE: &str = r#"{"event":"payout.status_changed","eventId":"2f4b1b0a0c2a4d32b2b0c9d311e7e59b","occurredAt":"2025-09-15T19:40:21+03:00","payout":{"id":123456,"externalId":"ORDER-2025-0001","status":"success","amount":150000,"currency":"RUB"}}"#;
const INDENTED: &str = r#"{
  "event": "payout.status_changed",
  "eventId": "2f4b1b0a0c2a4d32b2b0c9d311e7e59b",
  "occurredAt": "2025-09-15T19:40:21+03:00",
  "payout": {
    "id": 123456,
    "externalId": "ORDER-2025-0001",
    "status": "success",
    "amount": 150000,
    "currency": "RUB"
  }
}"#;
const CYRILLIC: &str = r#"{"event":"payout.status_changed","eventId":"00000000000000000000000000000001","occurredAt":"2025-09-15T19:40:21+03:00","payout":{"id":1,"externalId":"ЗАКАЗ/1","status":"failed","amount":1,"currency":"RUB"}}"#;
const NO_NUMBER: &str = r#"{"event":"payout.status_changed","eventId":"00000000000000000000000000000002","occurredAt":"2025-09-15T19:40:21+03:00","payout":{"id":2,"externalId":null,"status":"processing","amount":12345,"currency":"RUB"}}"#;
const REAL: &str = "42498ace54edf22484596b6e88e7cbc11fa014783d47363b4786a58318a6044e";
/// What the page prints under "This is an example hash".
const ILLUSTRATION: &str = "8a3f7e2c9b1d4a5e6f0c8b7a9d3e2f1c4b5a6e7d8c9b0a1f2e3d4c5b6a7e8d9f";
/// Over the indented body as it stands.
const UNMINIFIED: &str = "15edb75d5a90400508199e6e1e45cab4aef4997b8ea1b0397b28b468b053efea";

fn verdict(body: &str, hash: &str) -> Json {
    let headers = json!({"X-Payouts-Signature": format!("sha256={hash}")});
    shop(&[]).admin("POST", "webhooks/verify", &json!({"provider": "quantum-payouts", "headers": headers, "body": body, "secret": SECRET}))
}

#[test]
fn signature_vectors() {
    assert_eq!((SAMPLE.len(), INDENTED.len()), (225, 275));
    let vectors = [
        (SAMPLE, REAL),
        (INDENTED, REAL),
        (CYRILLIC, "74fa7562c746bdf29c07eabafbac28f0278714d97cc6dff2a087922af04e5e5d"),
        (NO_NUMBER, "9efe2fe3843185576d51abcd55ea545afe330070ede6a470ea7ecd21ba47f57d"),
    ];
    for (body, hash) in vectors {
        let verdict = verdict(body, hash);
        assert_eq!(verdict["valid"], true, "{verdict}");
        assert_eq!(verdict["reason"], Json::Null);
        assert_eq!(verdict["expected"], format!("sha256={hash}"));
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key");
        mac.update(verdict["canonical"].as_str().expect("a text").as_bytes());
        assert_eq!(hex::encode(mac.finalize().into_bytes()), hash, "by another way to the same digest");
    }
    assert_eq!(verdict(INDENTED, REAL)["canonical"], SAMPLE);
}

#[test]
fn hashes_that_are_not_valid() {
    let illustration = verdict(SAMPLE, ILLUSTRATION);
    assert_eq!((&illustration["valid"], &illustration["reason"]), (&json!(false), &json!("mismatch")));
    let unminified = verdict(INDENTED, UNMINIFIED);
    assert_eq!((&unminified["valid"], &unminified["reason"]), (&json!(false), &json!("reserialised_body")));
}

#[test]
fn a_webhook_has_the_documented_headers_and_payload() {
    let mut shop = shop(&[]);
    answer(&mut shop, "POST", "performPayout", PERFORM_EXAMPLE);
    for (it, status) in shop.posted.iter().zip(["uploaded", "created", "processing"]) {
        let header = |name: &str| it.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("");
        let body = String::from_utf8(it.body.to_vec()).expect("text");
        let payload = parsed(&body);
        assert_eq!(names(&body), names(SAMPLE));
        assert!(alike(&payload, &parsed(SAMPLE)), "{body}");
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("x-payouts-event"), "payout.status_changed");
        assert_eq!(header("x-payouts-event-id"), payload["eventId"]);
        assert_eq!(header("x-payouts-timestamp"), "1767225600");
        let id = payload["eventId"].as_str().expect("text");
        assert!(id.len() == 32 && id.bytes().all(|it| b"0123456789abcdef".contains(&it)), "{id}");
        let names: Vec<_> = it.headers.keys().map(http::HeaderName::as_str).collect();
        assert_eq!(names.len(), 5, "{names:?}");
        assert_eq!(payload["occurredAt"], "2026-01-01T03:00:00+03:00");
        assert_eq!(
            payload["payout"],
            json!({"id": 1, "externalId": "ORDER_12345", "status": status, "amount": 150_000, "currency": "RUB"})
        );
    }
}

#[test]
fn each_call_has_its_method_and_a_405_names_it() {
    for (name, allowed) in [
        ("createPayout", "POST"),
        ("performPayout", "POST"),
        ("getPayoutStatus", "POST"),
        ("features", "GET"),
        ("webhook_save", "POST"),
        ("webhook_test", "POST"),
    ] {
        let listed = if allowed == "GET" { "GET, HEAD, OPTIONS" } else { "POST, OPTIONS" };
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"] {
            let mut shop = shop(&[]);
            let request = super::request(&mut shop, method, name, "{}");
            let response = shop.ask(request);
            let allow = response.headers.get("allow").and_then(|it| it.to_str().ok());
            if method == allowed || (method, allowed) == ("HEAD", "GET") {
                assert_ne!(response.status, 405);
            } else {
                assert_eq!((response.status.as_u16(), allow), (405, Some(listed)), "{method} {name}");
            }
        }
    }
}

#[test]
fn another_path_is_404_with_the_nearest_call() {
    let mut shop = shop(&[]);
    for (path, nearest) in [
        ("createpayout", "/api/v1/createPayout"),
        ("CreatePayout", "/api/v1/createPayout"),
        ("getPayoutStatuses", "/api/v1/getPayoutStatus"),
        ("performPayout/", "/api/v1/performPayout"),
    ] {
        let request = super::request(&mut shop, "POST", path, "{}");
        let response = shop.ask(request);
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(parsed(&String::from_utf8_lossy(&response.body))["result"]["error"], "NOT_FOUND");
        let hint = response.headers.get("playmoney-hint").and_then(|it| it.to_str().ok()).unwrap_or("");
        assert!(hint.contains(nearest), "{hint}");
    }
}
