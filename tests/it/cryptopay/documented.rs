//! Every example of the documentation, held against what the sandbox answers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use playmoney::inside::kit::json::Members;
use serde_json::{Value as Json, json};

use super::{answer, asked, ordered, served};
use crate::tape::Tape;

/// The names and the JSON types of a body's members, in their order; objects are looked into, and so are lists.
fn shape(body: &str) -> String {
    let members = Members::parse(body.as_bytes()).expect("an object").0;
    let shown = members.iter().map(|(name, value)| {
        let kind = match value.get().as_bytes()[0] {
            b'{' => shape(value.get()),
            b'"' => "text".to_owned(),
            b't' | b'f' => "flag".to_owned(),
            b'n' => "null".to_owned(),
            b'[' => "list".to_owned(),
            _ => "number".to_owned(),
        };
        format!("{name}: {kind}")
    });
    format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
}

/// Page, call, and the example's answer: the sandbox answers the same members in the same order and of the same types.
const EXAMPLES: &[(&str, &str, &str, u16, &str)] = &[
    (
        "Payment Orders, Create Payment Order, with the message and timestamp of API overview, Response Format",
        "POST /api/payment-orders/",
        r#"{"amount":"100.00","currency":"USDC","blockchain":"base","order_info":"{\"product\": \"Premium Plan\", \"quantity\": 1}","nonce":1640995200123456,"webhook_url":"https://your-site.com/webhook","redirect_url":"https://your-site.com/success","expires_at":"2026-01-01T02:00:00Z"}"#,
        201,
        r#"{"success":true,"data":{"id":123,"order_id":"ORD-abc123def456","amount":"100.00","currency":"USDC","blockchain":"base","status":"pending","receiving_address":"0x1234567890123456789012345678901234567890","payment_url":"https://pay.cryptopay.com/order/ORD-abc123def456","qr_code_url":"/qr/ORD-abc123def456","order_info":"{\"product\": \"Premium Plan\", \"quantity\": 1}","nonce":1640995200123456,"created_at":"2024-01-01T10:00:00Z","expires_at":"2024-01-01T12:00:00Z","transaction":null},"message":"Payment order created successfully","timestamp":"2024-01-01T10:00:00Z"}"#,
    ),
    (
        "API overview, JavaScript Example",
        "POST /api/payment-orders/",
        r#"{"amount":"100.00","currency":"USDC","blockchain":"base","order_info":"{\"product\":\"Premium Plan\"}","nonce":1704067200000}"#,
        201,
        r#"{"success":true,"data":{"id":123,"order_id":"ORD-abc123def456","amount":"100.00","currency":"USDC","blockchain":"base","status":"pending","receiving_address":"0x1","payment_url":"https://pay","qr_code_url":"/qr","order_info":"{}","nonce":1,"created_at":"2024-01-01T10:00:00Z","expires_at":"2024-01-01T12:00:00Z","transaction":null},"message":"m","timestamp":"2024-01-01T10:00:00Z"}"#,
    ),
    (
        "API overview, Error Responses",
        "POST /api/payment-orders/",
        "{}",
        400,
        r#"{"success":false,"error":{"code":"VALIDATION_ERROR","message":"Invalid request data","details":{"amount":["This field is required"],"currency":["This field is required"],"blockchain":["This field is required"],"order_info":["This field is required"],"nonce":["This field is required"]}},"timestamp":"2024-01-01T12:00:00Z"}"#,
    ),
    (
        "Authentication, Login",
        "POST /api/auth/login",
        r#"{"username":"demo","password":"demo-password"}"#,
        200,
        r#"{"access":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...","refresh":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...","user":{"id":123,"username":"your-username","email":"your-email@example.com"}}"#,
    ),
    (
        "API overview, Pagination: an empty list",
        "GET /api/payment-orders/",
        "",
        200,
        r#"{"count":0,"next":null,"previous":null,"results":[]}"#,
    ),
];

#[test]
fn every_example_is_answered_as_it_is_shown() {
    for (page, call, body, status, example) in EXAMPLES {
        let (method, target) = call.split_once(' ').expect("a method");
        let response = asked(&mut Tape::shop(), method, target, body);
        let answered = String::from_utf8(response.body.to_vec()).expect("text");
        assert_eq!((response.status.as_u16(), shape(&answered)), (*status, shape(example)), "{page}: {answered}");
        if *status == 400 {
            let [seen, shown] = [answered.as_str(), example].map(|it| serde_json::from_str::<Json>(it).expect("JSON"));
            assert_eq!((&seen["error"], &seen["success"]), (&shown["error"], &shown["success"]), "{page}");
        }
    }
}

#[test]
fn what_was_sent_comes_back_exactly() {
    let mut shop = Tape::shop();
    let info = r#"{"product": "Premium Plan", "quantity": 1}"#;
    for (nonce, amount, written) in [
        (1, json!("100.00"), "100.00"),
        (2, json!("100"), "100"),
        (3, json!("0.10"), "0.10"),
        (4, json!(5), "5"),
        (5, json!(12.5), "12.5"),
        (6, json!("0.000001"), "0.000001"),
    ] {
        let order = ordered(&mut shop, nonce, &json!({"amount": amount, "order_info": info}));
        assert_eq!((&order["amount"], &order["order_info"], &order["nonce"]), (&json!(written), &json!(info), &json!(nonce)));
        let again = served(&mut shop, "GET", &format!("/api/payment-orders/{}/", order["id"]), &Json::Null);
        assert_eq!(again["data"], order);
    }
    let body = r#"{"amount":100.00,"currency":"USDC","blockchain":"base","order_info":"1","nonce":7}"#;
    assert_eq!(answer(&mut shop, "POST", "/api/payment-orders/", body).1["data"]["amount"], "100.0", "a number with a point is a double");
}

#[test]
fn a_new_order_is_dated_named_and_linked_as_documented() {
    let mut shop = Tape::shop();
    let order = ordered(&mut shop, 1, &json!({"expires_at": "2026-01-02T03:04:05.678+03:00"}));
    let id = order["order_id"].as_str().expect("text");
    let code = id.strip_prefix("ORD-").expect("a prefix");
    assert!(code.len() == 12 && code.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()), "{id}");
    assert_eq!(order["payment_url"], format!("http://127.0.0.1:4242/cryptopay/order/{id}"));
    assert_eq!(order["qr_code_url"], format!("/cryptopay/qr/{id}"));
    assert_eq!((&order["created_at"], &order["expires_at"]), (&json!("2026-01-01T00:00:00Z"), &json!("2026-01-02T00:04:05Z")));
    let naive = ordered(&mut shop, 2, &json!({"expires_at": "2026-01-01T00:00:01"}));
    assert_eq!(naive["expires_at"], "2026-01-01T00:00:01Z");
    shop.play("set cryptopay/default documented_links=true");
    let shown = served(&mut shop, "GET", &format!("/api/payment-orders/{id}/"), &Json::Null)["data"].clone();
    assert_eq!(
        (&shown["payment_url"], &shown["qr_code_url"]),
        (&json!(format!("https://pay.cryptopay.com/order/{id}")), &json!(format!("/qr/{id}")))
    );
    let page = served(&mut shop, "GET", "/api/payment-orders/?page_size=1", &Json::Null);
    assert_eq!(page["next"], "/api/payment-orders/?page=2&page_size=1");
}

/// Field, value, and what is said of it.
const FAULTS: &[(&str, &str, &str)] = &[
    ("amount", "null", "This field is required"),
    ("amount", "\"\"", "This field is required"),
    ("amount", "0", "Ensure this value is greater than 0"),
    ("amount", "\"0.00\"", "Ensure this value is greater than 0"),
    ("amount", "-5", "Ensure this value is greater than 0"),
    ("amount", "\"1,5\"", "A valid number is required"),
    ("amount", "true", "A valid number is required"),
    ("amount", "[1]", "A valid number is required"),
    ("amount", "\"0.0000001\"", "Ensure that there are no more than 6 decimal places when currency is USDC"),
    ("amount", "\"12345678901234567890123456789\"", "Ensure that there are no more than 28 digits in total"),
    ("currency", "\"usdc\"", "\"usdc\" is not a valid choice"),
    ("currency", "\"DAI\"", "DAI is not available when blockchain is base"),
    ("currency", "5", "Not a valid string"),
    ("blockchain", "\"Base\"", "\"Base\" is not a valid choice"),
    ("order_info", "{}", "Not a valid string"),
    ("order_info", "\"{\"", "Value must be valid JSON"),
    ("nonce", "0", "Ensure this value is greater than or equal to 1"),
    ("nonce", "-1", "Ensure this value is greater than or equal to 1"),
    ("nonce", "1.5", "A valid integer is required"),
    ("nonce", "\"x\"", "A valid integer is required"),
    ("nonce", "9223372036854775808", "Ensure this value is less than or equal to 9223372036854775807"),
    ("webhook_url", "\"ftp://shop.test\"", "Enter a valid URL"),
    ("webhook_url", "\"http://shop.test:99999/\"", "Enter a valid URL"),
    ("redirect_url", "\"javascript:alert(1)\"", "Enter a valid URL"),
    ("redirect_url", "\"/ok\"", "Enter a valid URL"),
    ("expires_at", "\"tomorrow\"", "Datetime has wrong format. Use ISO 8601: YYYY-MM-DDThh:mm:ssZ"),
    ("expires_at", "\"2026-01-02\"", "Datetime has wrong format. Use ISO 8601: YYYY-MM-DDThh:mm:ssZ"),
    ("expires_at", "\"2025-12-31T23:59:59Z\"", "This value must be in the future"),
    ("expires_at", "\"2026-01-01T00:00:00Z\"", "This value must be in the future"),
    ("expires_at", "\"2026-01-01T00:00:00.9Z\"", "This value must be in the future"),
    ("expires_at", "\"9999-12-31T00:00:00Z\"", "Datetime has wrong format. Use ISO 8601: YYYY-MM-DDThh:mm:ssZ"),
];

#[test]
fn every_fault_is_named_with_its_field() {
    let mut shop = Tape::shop();
    for (field, value, text) in FAULTS {
        let mut body = json!({"amount": "1", "currency": "USDC", "blockchain": "base", "order_info": "1", "nonce": 1});
        body[*field] = Json::from("?");
        let body = body.to_string().replace(&format!("\"{field}\":\"?\""), &format!("\"{field}\":{value}"));
        let (status, refusal) = answer(&mut shop, "POST", "/api/payment-orders/", &body);
        assert_eq!((status, &refusal["error"]["details"]), (400, &json!({*field: [text]})), "{body}: {refusal}");
    }
}

#[test]
fn tokens_say_what_the_usual_library_says() {
    let mut shop = Tape::shop();
    let session = served(&mut shop, "POST", "/api/auth/login", &json!({"username": "demo", "password": "demo-password"}));
    let parts = |token: &Json| -> Vec<Vec<u8>> {
        let parts = token.as_str().expect("text").split('.');
        parts.map(|it| URL_SAFE_NO_PAD.decode(it).expect("base64url")).collect()
    };
    for (name, seconds) in [("access", 86_400), ("refresh", 2_592_000)] {
        let token = parts(&session[name]);
        assert_eq!(String::from_utf8_lossy(&token[0]), r#"{"typ":"JWT","alg":"HS256"}"#);
        let claims: Json = serde_json::from_slice(&token[1]).expect("JSON");
        let now = 1_767_225_600;
        let jti = claims["jti"].as_str().expect("text");
        assert_eq!(claims, json!({"token_type": name, "exp": now + seconds, "iat": now, "jti": jti, "user_id": 1}));
        assert_eq!(token.len(), 3);
    }
}
