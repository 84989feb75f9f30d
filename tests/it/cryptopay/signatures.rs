//! Signatures: the published recipe to the byte, and the mistakes that verification explains.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use super::{ordered, served};
use crate::tape::Tape;

/// Webhooks, Webhook Payload: the example as compact JSON.
const PAYLOAD: &str = r#"{"event":"payment.confirmed","data":{"order_id":"ORD-abc123def456","transaction_hash":"0xabcdef1234567890...","amount":"100.00","currency":"USDC","blockchain":"base","status":"confirmed","confirmations":15,"block_number":12345678,"from_address":"0x9876543210987654321098765432109876543210","to_address":"0x1234567890123456789012345678901234567890","order_info":"{\"product\": \"Premium Plan\", \"quantity\": 1}","created_at":"2024-01-01T10:00:00Z","confirmed_at":"2024-01-01T10:15:00Z"},"timestamp":"2024-01-01T10:15:30Z","webhook_id":"wh_abc123def456"}"#;
/// Its signature under the account's test secret.
const SIGNATURE: &str = "f6677fdd3eed09aa6c3b3eaff205c417db359f8e79febe664adb2f2c2b392e45";
pub const SECRET: &str = "whsec_test_secret";

/// The page's recipe.
pub fn signature(body: &str, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn verdict(shop: &mut Tape, body: &str, signature: Option<&str>, secret: Option<&str>) -> Json {
    let headers = signature.map_or(json!({}), |it| json!({"X-Webhook-Signature": it}));
    shop.admin("POST", "webhooks/verify", &json!({"provider": "cryptopay", "headers": headers, "body": body, "secret": secret}))
}

#[test]
fn i15_the_pages_payload_has_its_signature_to_the_byte() {
    assert_eq!((PAYLOAD.len(), signature(PAYLOAD, SECRET).as_str()), (553, SIGNATURE));
    let seen = verdict(&mut Tape::shop(), PAYLOAD, Some(SIGNATURE), None);
    let valid = json!({"valid": true, "reason": null, "canonical": PAYLOAD, "expected": SIGNATURE, "received": SIGNATURE});
    assert_eq!(seen, valid);
}

#[test]
fn a_wrong_signature_is_explained() {
    let mut shop = Tape::shop();
    let parsed: Json = serde_json::from_str(PAYLOAD).expect("JSON");
    let spaced = PAYLOAD.replace("\":", "\": ").replace(",\"", ", \"");
    let pretty = serde_json::to_string_pretty(&parsed).expect("JSON");
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hex::decode(SIGNATURE).expect("hexadecimal"));
    let rows = [
        (PAYLOAD, None, "missing_signature"),
        (PAYLOAD, Some(SIGNATURE.to_uppercase()), "wrong_encoding"),
        (PAYLOAD, Some(format!("sha256={SIGNATURE}")), "wrong_encoding"),
        (PAYLOAD, Some(base64), "wrong_encoding"),
        (PAYLOAD, Some(signature(PAYLOAD, "test_secret")), "wrong_secret"),
        (PAYLOAD, Some(signature(PAYLOAD, "")), "wrong_secret"),
        (pretty.as_str(), Some(signature(&parsed.to_string(), SECRET)), "reserialised_body"),
        (PAYLOAD, Some(signature(&parsed.to_string(), SECRET)), "wrong_field_order"),
        (PAYLOAD, Some(signature(&PAYLOAD.replace("100.00", "100.0"), SECRET)), "mismatch"),
        (PAYLOAD, Some("nonsense".to_owned()), "mismatch"),
    ];
    for (body, given, reason) in rows {
        let seen = verdict(&mut shop, body, given.as_deref(), None);
        assert_eq!((&seen["valid"], &seen["reason"]), (&json!(false), &json!(reason)), "{given:?}: {seen}");
    }
    // A receiver in Python that signs what json.dumps prints; the payload's own spaces inside order_info stay.
    let python = spaced.replace("\\\": ", "\\\":").replace("\\\":", "\\\": ").replace("\\\":  ", "\\\": ");
    let inner = python.replace(", \\\"", ",\\\"").replace(",\\\"quantity", ", \\\"quantity");
    let seen = verdict(&mut shop, PAYLOAD, Some(&signature(&inner, SECRET)), None);
    assert_eq!(seen["reason"], "reserialised_body", "{inner}");
}

#[test]
fn every_endpoint_has_a_secret_of_its_own() {
    let mut shop = Tape::shop();
    let made = served(&mut shop, "POST", "/api/webhook-endpoints/", &json!({"url": "http://shop.inbox.playmoney.test/own"}));
    let own = made["data"]["secret"].as_str().expect("a secret").to_owned();
    assert!(own.starts_with("whsec_") && own.len() == 38 && own[6..].bytes().all(|it| it.is_ascii_hexdigit()), "{own}");
    let order = ordered(&mut shop, 1, &Json::Null);
    shop.admin("POST", "act/cryptopay/pay", &json!({"order": order["order_id"]}));
    let attempts: Vec<(String, Json)> = shop.admin("GET", "deliveries?provider=cryptopay", &Json::Null)["deliveries"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (it["url"].as_str().expect("text").to_owned(), it["attempts"][0]["request"].clone()))
        .collect();
    let secrets = [("http://shop.test/hooks", SECRET), ("http://shop.inbox.playmoney.test/own", own.as_str())];
    assert_eq!(attempts.len(), secrets.len());
    for ((url, request), (target, secret)) in attempts.iter().zip(secrets) {
        let body = request["body"].as_str().expect("text");
        assert_eq!((url.as_str(), &request["headers"]["X-Webhook-Signature"]), (target, &json!(signature(body, secret))));
    }
    let inbox = shop.admin("GET", "inbox/shop/messages", &Json::Null);
    assert_eq!((&inbox["messages"][0]["provider"], &inbox["messages"][0]["signature"]), (&json!("cryptopay"), &json!("valid")));
    let body = attempts[1].1["body"].as_str().expect("text");
    let signed = signature(body, &own);
    assert_eq!(verdict(&mut shop, body, Some(&signed), None)["valid"], true, "any secret that is known will do");
    assert_eq!(verdict(&mut shop, body, Some(&signed), Some(SECRET))["reason"], "wrong_secret");
}
