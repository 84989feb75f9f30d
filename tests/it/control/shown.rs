//! What is shown of bytes, keys and card numbers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{call, perform, refused};
use crate::tape::Tape;

/// A card number that may be real: its check digit is right, and no network publishes it for tests.
const CARD: &str = "4276380012345679";
const LIVE: &str = "sk_live_51HabcDEFghi";

#[test]
fn a_body_that_is_not_text_comes_in_base64() {
    let mut shop = Tape::shop();
    shop.play("set quantum-payouts/default webhook_secret=a-secret-of-mine");
    let bytes = [&[0x1f, 0x8b, 8, 0, 0xff][..], b"a-secret-of-mine 4276380012345679", &[0xfe]].concat();
    let shown = [&[0x1f, 0x8b, 8, 0, 0xff][..], b"***mine 427638******5679", &[0xfe]].concat();
    for path in ["/quantum-payouts/api/v1/createPayout", "/__admin/inbox/shop"] {
        shop.ask(Request::new(Method::POST, path, bytes.clone()));
    }
    let entry = call(&mut shop, "GET", "requests", &Json::Null).1["requests"][0].clone();
    let message = call(&mut shop, "GET", "inbox/shop/messages", &Json::Null).1["messages"][0].clone();
    for it in [&entry["request"], &message] {
        assert_eq!((&it["body"], &it["encoding"]), (&json!(STANDARD.encode(&shown)), &json!("base64")), "{it}");
    }
    assert_eq!(entry["response"]["encoding"], Json::Null, "{entry}");
    assert!(entry["response"]["body"].as_str().is_some_and(|it| it.starts_with('{')), "{entry}");
}

#[test]
fn t20_a_card_number_is_shown_in_no_field() {
    let mut shop = Tape::shop();
    shop.play("set quantum-payouts/default webhook_url=http://shop.inbox.playmoney.test/");
    perform(&mut shop, CARD);
    let request = Request::new(Method::GET, &format!("/quantum-payouts/api/v1/payouts/{CARD}/status"), "").with("X-Card", CARD);
    shop.ask(request);
    shop.play("advance 1m");
    let mut seen = 0;
    for path in ["requests", "deliveries", "inbox/shop/messages"] {
        let text = call(&mut shop, "GET", path, &Json::Null).1.to_string();
        assert!(!text.contains(CARD), "{path}: {text}");
        seen += text.matches("427638******5679").count();
    }
    assert!(8 < seen, "{seen}");
    let found = call(&mut shop, "POST", "act/quantum-payouts/settle", &json!({"orderNumber": CARD, "outcome": "success"}));
    assert_ne!(found.0, 404, "the provider still knows its order: {found:?}");
}

#[test]
fn i28_passwords_and_tokens_of_addresses_are_shown_in_no_body() {
    let mut shop = Tape::shop();
    let password = "hush".repeat(102);
    let url = format!("http://u:{password}@127.0.0.1/x?a=1&token={password}");
    let form = serde_urlencoded::to_string([("cbUrl", &url)]).expect("a form");
    let bytes = [json!({"cbUrl": url}).to_string().as_bytes(), &[0xff]].concat();
    for body in [json!({"cbUrl": url}).to_string(), json!({"cbUrl": url}).to_string().replace('/', r"\/"), form] {
        shop.ask(Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body));
    }
    shop.ask(Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", bytes));
    let journal = call(&mut shop, "GET", "requests", &Json::Null).1;
    assert!(!journal.to_string().contains("hushhush"), "{journal}");
    let encoded = journal["requests"]
        .as_array()
        .into_iter()
        .flatten()
        .find_map(|it| it["request"]["encoding"].as_str().and(it["request"]["body"].as_str()));
    let shown = STANDARD.decode(encoded.expect("bytes")).expect("base64");
    assert!(!String::from_utf8_lossy(&shown).contains("hushhush"));
    assert_eq!(journal.to_string().matches("***hush").count() + String::from_utf8_lossy(&shown).matches("***hush").count(), 8, "{journal}");
}

#[test]
fn t20_a_live_key_is_refused_where_it_is_set() {
    let mut shop = Tape::shop();
    let (status, _, detail) = refused(&mut shop, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_secret": LIVE}));
    assert!(status == 422 && detail.contains("looks like a live key") && !detail.contains("51H"), "{status} {detail}");
    for text in [
        format!("version: 1\nproviders:\n  quantum-payouts:\n    accounts: [{{ id: default, webhook_secret: {LIVE} }}]\n"),
        format!("version: 1\nproviders:\n  qbitpay:\n    accounts: [{{ id: shop, credentials: {{ api_key: {LIVE} }} }}]\n"),
    ] {
        let response = shop.ask(Request::new(Method::POST, "/__admin/scenario", text).with("content-type", "application/yaml"));
        let told = String::from_utf8_lossy(&response.body);
        assert_eq!(response.status, 422, "{told}");
        assert!(told.contains("looks like a live key") && !told.contains("51H"), "{told}");
    }
}

#[test]
fn t20_a_live_key_is_explained_where_it_is_sent_and_shown_nowhere() {
    let mut shop = Tape::shop();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let basic = format!("Basic {}", STANDARD.encode(format!("{LIVE}:")));
    for request in [
        Request::new(Method::GET, "/quantum-payouts/api/v1/features", "").with("authorization", &format!("Bearer {LIVE}")),
        Request::new(Method::GET, "/qbitpay/api/v1/charges", "").with("authorization", &basic),
        Request::new(Method::POST, "/quantapay/api.php", format!("function=get-balances&api-key={LIVE}")).with(form.0, form.1),
        Request::new(Method::GET, "/cryptopay/api/payment-orders/", "").with("authorization", &format!("Bearer {LIVE}")),
        Request::new(Method::GET, "/quoine/api/v1/profile", "").with("authorization", &format!("APIAuth {LIVE}:x")),
    ] {
        let target = request.target.clone();
        let response = shop.ask(request);
        let hint = response.headers.get("playmoney-hint").and_then(|it| it.to_str().ok()).unwrap_or("none");
        assert!(hint.contains("looks live"), "{target}: {hint}");
    }
    let text = call(&mut shop, "GET", "requests", &Json::Null).1.to_string();
    assert!(!text.contains(LIVE) && !text.contains(&STANDARD.encode(format!("{LIVE}:"))) && 3 < text.matches("***Fghi").count(), "{text}");
    let usual = shop.ask(Request::new(Method::GET, "/quantum-payouts/api/v1/features", "").with("authorization", "Bearer another"));
    assert!(!usual.headers.contains_key("playmoney-hint"), "only a live key is explained");
}

#[test]
fn i28_a_misspelt_secret_is_not_printed() {
    const CANARY: &str = "canary-4711-of-mine";
    let mut shop = Tape::shop();
    for key in ["webhook_secrt", "api_kye", "tokn", "passwrod", "client_secret"] {
        for text in [
            format!("version: 1\nproviders:\n  quantum-payouts:\n    accounts: [{{ id: default, {key}: {CANARY} }}]\n"),
            format!("version: 1\nproviders:\n  qbitpay:\n    accounts: [{{ id: shop, credentials: {{ {key}: {CANARY} }} }}]\n"),
            format!("version: 1\n{key}: {CANARY}\nsteps: [\n"),
        ] {
            let response = shop.ask(Request::new(Method::POST, "/__admin/scenario", text).with("content-type", "application/yaml"));
            let told = String::from_utf8_lossy(&response.body);
            assert_eq!(response.status, 422, "{told}");
            assert!(!told.contains("canary"), "{key}: {told}");
        }
        let (status, _, detail) = refused(&mut shop, "PATCH", "accounts/quantum-payouts/default", &json!({key: CANARY}));
        assert!(status == 422 && !detail.contains("canary"), "{detail}");
    }
}
