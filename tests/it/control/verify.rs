//! Whether a webhook's signature is right and, when it is not, why.

use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use super::{call, create, refused};
use crate::tape::Tape;

const SECRET: &str = "sk_test_1234567890abcdef1234567890abcdef12345678";
const BODY: &str = r#"{"event":"payout.status_changed","eventId":"00000000000000000000000000000001","occurredAt":"2025-09-15T19:40:21+03:00","payout":{"id":1,"externalId":"ЗАКАЗ/1","status":"failed","amount":1,"currency":"RUB"}}"#;

fn digest(secret: &[u8], text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn signature(secret: &str, text: &str) -> String {
    format!("sha256={}", hex::encode(digest(secret.as_bytes(), text)))
}

fn verdict(body: &str, headers: &Json, secret: Option<&str>) -> Json {
    let mut call_body = json!({"provider": "quantum-payouts", "url": "http://shop.test/", "headers": headers, "body": body});
    if let Some(secret) = secret {
        call_body["secret"] = secret.into();
    }
    let (status, verdict) = call(&mut Tape::shop(), "POST", "webhooks/verify", &call_body);
    assert_eq!(status, 200, "{verdict}");
    verdict
}

#[test]
fn the_usual_mistakes_are_recognised() {
    let sorted = r#"{"event":"payout.status_changed","eventId":"00000000000000000000000000000001","occurredAt":"2025-09-15T19:40:21+03:00","payout":{"amount":1,"currency":"RUB","externalId":"ЗАКАЗ/1","id":1,"status":"failed"}}"#;
    let escaped = BODY.replace('/', "\\/").replace("ЗАКАЗ", "\\u0417\\u0410\\u041a\\u0410\\u0417");
    let pretty = BODY.replace(",\"", ",\n  \"").replace("\":", "\": ");
    let base64 = base64::engine::general_purpose::STANDARD.encode(digest(SECRET.as_bytes(), BODY));
    let hex_key = hex::decode("1234567890abcdef1234567890abcdef12345678").expect("hexadecimal");
    for (body, signature, reason) in [
        (BODY, signature(SECRET, BODY), None),
        (pretty.as_str(), signature(SECRET, BODY), None),
        (escaped.as_str(), signature(SECRET, BODY), None),
        (BODY, signature("sk_test_somebody_else", BODY), Some("mismatch")),
        (BODY, signature("1234567890abcdef1234567890abcdef12345678", BODY), Some("wrong_secret")),
        (BODY, format!("sha256={}", hex::encode(digest(&hex_key, BODY))), Some("wrong_secret")),
        (BODY, signature("", BODY), Some("wrong_secret")),
        (pretty.as_str(), signature(SECRET, &pretty), Some("reserialised_body")),
        (BODY, signature(SECRET, sorted), Some("wrong_field_order")),
        (sorted, signature(SECRET, BODY), Some("wrong_field_order")),
        (BODY, signature(SECRET, BODY).to_uppercase().replace("SHA256=", "sha256="), Some("wrong_encoding")),
        (BODY, hex::encode(digest(SECRET.as_bytes(), BODY)), Some("wrong_encoding")),
        (BODY, format!("sha256={base64}"), Some("wrong_encoding")),
        (BODY, signature(SECRET, &escaped), Some("wrong_encoding")),
        (BODY, "sha256=00".to_owned(), Some("mismatch")),
        (BODY, signature(SECRET, &BODY.replace("\"amount\":1", "\"amount\":2")), Some("mismatch")),
        ("no JSON", signature(SECRET, "no JSON"), None),
        ("no JSON", signature(SECRET, "other"), Some("mismatch")),
    ] {
        let verdict = verdict(body, &json!({"x-payouts-signature": signature}), Some(SECRET));
        assert_eq!((&verdict["valid"], verdict["reason"].as_str()), (&json!(reason.is_none()), reason), "{signature} {body}");
        assert_eq!(verdict["received"], signature);
    }
    let without = verdict(BODY, &json!({"x-payouts-timestamp": 1_757_954_421}), Some(SECRET));
    assert_eq!((&without["valid"], &without["reason"], &without["received"]), (&json!(false), &json!("missing_signature"), &Json::Null));
    assert_eq!((&without["canonical"], &without["expected"]), (&json!(BODY), &json!(signature(SECRET, BODY))));
}

#[test]
fn the_accounts_own_secret_is_the_default() {
    let headers = json!({"X-Payouts-Signature": signature(SECRET, BODY)});
    assert_eq!(verdict(BODY, &headers, None)["valid"], true);
    let other = verdict(BODY, &headers, Some("sk_test_another"));
    assert_eq!((&other["valid"], &other["reason"]), (&json!(false), &json!("wrong_secret")), "it is the account's");
}

#[test]
fn no_timestamp_is_too_old_because_none_is_documented_to_be() {
    let headers = json!({"X-Payouts-Signature": signature(SECRET, BODY), "X-Payouts-Timestamp": "1"});
    assert_eq!(verdict(BODY, &headers, None)["reason"], Json::Null);
}

/// The headers of a webhook with this body, signed with the account's own secret: the verdict on any signature says the right one.
fn signed(shop: &mut Tape, slug: &str, body: &str) -> Json {
    let headers = |signature: &str| match slug {
        "quantum-payouts" => json!({"X-Payouts-Signature": signature}),
        "qbitpay" => json!({"QbitPay-Signature": signature}),
        "cryptopay" => json!({"X-Webhook-Signature": signature}),
        "quoine" => json!({
            "Content-Type": "application/json", "Date": "Thu, 01 Jan 2026 00:00:00 GMT", "NONCE": "1",
            "Content-MD5": base64::engine::general_purpose::STANDARD.encode(<md5::Md5 as md5::Digest>::digest(body)),
            "Authorization": format!("APIAuth 2:{signature}"),
        }),
        _ => json!({}),
    };
    let call_body = json!({"provider": slug, "url": "http://shop.test/", "headers": headers("x"), "body": body});
    let (_, verdict) = call(shop, "POST", "webhooks/verify", &call_body);
    headers(verdict["expected"].as_str().expect("a signature"))
}

fn bodies() -> [(&'static str, &'static str); 5] {
    [
        (
            "quantum-payouts",
            r#"{"event":"payout.status_changed","payout":{"id":1,"externalId":"José/Größe","status":"failed","amount":1}}"#,
        ),
        ("qbitpay", r#"{"id":"fD","type":"charge.succeeded","data":{"id":"5","object":"charge","payerName":"José/Größe","cbUrl":"A"}}"#),
        ("cryptopay", r#"{"event":"order.expired","data":{"order_id":"1","order_info":"José/Größe"}}"#),
        ("quoine", r#"{"invoice":{"id":1,"system_status":"unconfirmed","name":"José/Größe","data":null}}"#),
        ("quantapay", r#"{"key":"qp_test_webhook_secret","transaction":{"id":"1","title":"José/Größe"}}"#),
    ]
}

#[test]
fn an_encoding_that_was_lost_on_the_way_is_recognised() {
    let mut shop = Tape::shop();
    for (slug, body) in bodies() {
        let headers = signed(&mut shop, slug, body);
        let read_as_latin_1: String = body.bytes().map(char::from).collect();
        for (what, received) in [
            ("as it left", body.as_bytes().to_vec()),
            ("question marks", body.chars().map(|it| if it.is_ascii() { it } else { '?' }).collect::<String>().into_bytes()),
            ("read as Latin-1", read_as_latin_1.into_bytes()),
            ("written in Latin-1", body.chars().map(|it| u8::try_from(it).expect("Latin-1")).collect()),
            ("with a byte order mark", [b"\xef\xbb\xbf", body.as_bytes()].concat()),
            ("replaced", body.replace(|it: char| !it.is_ascii(), "\u{fffd}").into_bytes()),
        ] {
            let body = base64::engine::general_purpose::STANDARD.encode(received);
            let call_body = json!({"provider": slug, "url": "http://shop.test/", "headers": headers, "body": body, "encoding": "base64"});
            let (_, verdict) = call(&mut shop, "POST", "webhooks/verify", &call_body);
            // QuantaPay signs nothing, so a webhook with the right key is right whatever its other fields say.
            let is_right =
                what == "as it left" || (slug == "quantapay" && ["question marks", "read as Latin-1", "replaced"].contains(&what));
            let reason = if is_right { Json::Null } else { json!("wrong_encoding") };
            assert_eq!((&verdict["valid"], &verdict["reason"]), (&json!(is_right), &reason), "{slug}, {what}: {verdict}");
        }
    }
}

#[test]
fn a_body_that_was_printed_anew_or_sorted_is_recognised() {
    let mut shop = Tape::shop();
    for (slug, body) in bodies().into_iter().filter(|it| it.0 != "quantapay") {
        let headers = signed(&mut shop, slug, body);
        let sorted = serde_json::from_str::<Json>(body).expect("JSON").to_string();
        // Quantum Payouts signs the minified text, so its receivers may print the body as they like.
        let printed = if slug == "quantum-payouts" { Json::Null } else { json!("reserialised_body") };
        for (received, reason) in [
            (body.replace('/', "\\/"), &printed),
            (body.replace("é", "\\u00e9").replace("ö", "\\u00f6").replace("ß", "\\u00df"), &printed),
            (body.replace("\":", "\": ").replace(",\"", ", \""), &printed),
            (body.replace("\":", "\": ").replace(",\"", ",\n  \""), &printed),
            (sorted, &json!("wrong_field_order")),
        ] {
            let call_body = json!({"provider": slug, "url": "http://shop.test/", "headers": headers, "body": received});
            let (_, verdict) = call(&mut shop, "POST", "webhooks/verify", &call_body);
            assert_eq!((&verdict["valid"], &verdict["reason"]), (&json!(reason.is_null()), reason), "{slug}, {received}: {verdict}");
        }
    }
}

#[test]
fn i15_any_flipped_bit_fails() {
    let mut shop = Tape::shop();
    create(&mut shop, "A");
    let sent = &shop.posted[0];
    let (body, header) =
        (String::from_utf8(sent.body.to_vec()).expect("text"), sent.headers["x-payouts-signature"].to_str().expect("text").to_owned());
    assert_eq!(header, signature(SECRET, &body), "an independent digest of the bytes that left");
    let valid = |shop: &mut Tape, body: &str, header: &str, secret: &str| {
        let headers = json!({"X-Payouts-Signature": header});
        let body = json!({"provider": "quantum-payouts", "headers": headers, "body": body, "secret": secret});
        call(shop, "POST", "webhooks/verify", &body).1["valid"] == true
    };
    assert!(valid(&mut shop, &body, &header, SECRET));
    let flipped = |text: &str, at: usize, bit: u8| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        String::from_utf8(bytes).ok().filter(|text| text.bytes().all(|it| (b' '..=b'~').contains(&it)))
    };
    let mut tried = 0;
    for bit in 0..7 {
        for at in 0..body.len() {
            if let Some(body) = flipped(&body, at, bit).filter(|it| !it.contains(": ") && !it.contains(", ") && !it.contains("\\/")) {
                tried += 1;
                assert!(!valid(&mut shop, &body, &header, SECRET), "{body}");
            }
        }
        for at in 0..header.len() {
            if let Some(header) = flipped(&header, at, bit) {
                assert!(!valid(&mut shop, &body, &header, SECRET), "{header}");
            }
        }
        for at in 0..SECRET.len() {
            if let Some(secret) = flipped(SECRET, at, bit) {
                assert!(!valid(&mut shop, &body, &header, &secret), "{secret}");
            }
        }
    }
    assert!(tried > 1000);
}

#[test]
fn calls_that_cannot_be_judged() {
    let mut shop = Tape::shop();
    for (body, status) in [
        (json!({"headers": {}, "body": "{}"}), 422),
        (json!({"provider": "quantum-payouts", "headers": {}}), 422),
        (json!({"provider": "quantum-payouts", "headers": {}, "body": {}}), 422),
        (json!({"provider": "quantum-payouts", "headers": [], "body": "{}"}), 422),
        (json!({"provider": "quantum-payouts", "headers": {"a b": "c"}, "body": "{}"}), 422),
        (json!({"provider": "quantum-payouts", "headers": {"a": []}, "body": "{}"}), 422),
        (json!({"provider": "quantum-payouts", "header": {}, "body": "{}"}), 422),
        (json!({"provider": "quantum-payouts", "body": "{}", "encoding": "base64"}), 422),
        (json!({"provider": "quantum-payouts", "body": "e30=", "encoding": "hex"}), 422),
        (json!({"provider": "quantum", "headers": {}, "body": "{}"}), 404),
    ] {
        assert_eq!(refused(&mut shop, "POST", "webhooks/verify", &body).0, status, "{body}");
    }
}
