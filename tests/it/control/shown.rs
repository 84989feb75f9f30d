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
fn t20_a_refusal_repeats_no_key_and_no_card_number_of_its_request() {
    let mut shop = Tape::shop();
    for path in [
        format!("/nosuch/{CARD}/{LIVE}"),
        format!("/__admin/nosuch/{CARD}/{LIVE}"),
        format!("/__admin/accounts/quoine/{LIVE}"),
        format!("/api/v1/invoices/{CARD}/{LIVE}"),
    ] {
        let answer = shop.ask(Request::new(Method::GET, &path, ""));
        let shown = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.status, 404, "{shown}");
        assert!(!shown.contains(CARD) && !shown.contains(LIVE), "{shown}");
    }
    let fault = Request::new(Method::GET, "/quoine/api/v1/profile", "").with("Playmoney-Fault", LIVE);
    let answer = shop.ask(fault);
    assert_eq!(answer.status, 422);
    assert!(!String::from_utf8_lossy(&answer.body).contains(LIVE));
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

#[test]
fn t20_live_keys_and_cards_are_shown_and_kept_in_no_spelling() {
    let mut shop = Tape::shop();
    let basic = format!("Basic {}", STANDARD.encode(format!("{LIVE}:")));
    let percent = LIVE.replace('_', "%5F");
    let json_escaped = LIVE.replace('_', r"\u005f");
    let upper = LIVE.to_uppercase();
    for (target, body) in [
        (
            format!("/qbitpay/api/v1/charges?{LIVE}=1&key={percent}&{upper}"),
            format!(r#"{{"{LIVE}":1,"a":"{json_escaped}","b":"{upper}"}}"#),
        ),
        (
            "/quoine/api/v1/invoices?pan=4276%203800%201234%205679".to_owned(),
            r#"{"pan":"\u0034276380012345679","b":"4276.3800.1234.5679"}"#.to_owned(),
        ),
        (format!("/nothing/{LIVE}"), format!("auth={}&pan=4276%2D3800%2D1234%2D5679", basic.replace(' ', "%20"))),
    ] {
        let request = Request::new(Method::POST, &target, body.into_bytes())
            .with("Authorization", &basic)
            .with("X-Key", &upper)
            .with("X-Card", "4276_3800_1234_5679");
        shop.ask(request.with(&format!("x-{LIVE}"), "1"));
    }
    let shown = call(&mut shop, "GET", "requests", &Json::Null).1;
    assert_eq!(shown["requests"].as_array().map(Vec::len), Some(3), "{shown}");
    let state = call(&mut shop, "GET", "state", &Json::Null).1;
    assert_eq!(state["contains_secrets"], false, "nothing of it was kept: {state}");
    for text in [shown.to_string(), state["core"]["log"].to_string()] {
        let text = text.replace(r"\\u005f", "_").replace("%5F", "_").to_lowercase();
        for part in
            [&LIVE[8..], &STANDARD.encode(LIVE)[..20].to_lowercase(), "38001234", "3800.1234", "3800_1234", "3800%201234", "3800%2d1234"]
        {
            assert!(!text.contains(&part.to_lowercase()), "{part}: {text}");
        }
    }
}

#[test]
fn t20_names_are_shown_without_live_keys_and_cards() {
    let mut shop = Tape::shop();
    let rule = json!({"name": LIVE, "on": "quoine.*", "when": {"query": {LIVE: {"absent": true}}}, "then": {"status": 418}});
    let added = call(&mut shop, "POST", "rules", &rule);
    assert_eq!(added.0, 201, "{}", added.1);
    shop.play(r#"POST /quoine/api/v1/invoices {"price":"1"}"#);
    let taken = call(&mut shop, "POST", "rules", &rule);
    assert_eq!(taken.0, 409, "{}", taken.1);
    let unknown = call(&mut shop, "DELETE", &format!("rules/{LIVE}%20{CARD}"), &Json::Null);
    let scenario = json!({"version": 1, "name": format!("{LIVE} and {CARD}"), "colour": CARD});
    let mistakes = call(&mut shop, "POST", "scenario", &scenario);
    let begun = call(&mut shop, "POST", "scenario", &json!({"version": 1, "name": format!("{LIVE} and {CARD}"), "rules": [rule]}));
    assert_eq!((unknown.0, mistakes.0, begun.0), (404, 422, 200), "{} {} {}", unknown.1, mistakes.1, begun.1);
    let views = ["requests", "rules", "deliveries"].map(|it| call(&mut shop, "GET", it, &Json::Null).1);
    for document in views.iter().chain([&added.1, &taken.1, &unknown.1, &mistakes.1, &begun.1]) {
        let text = document.to_string();
        assert!(!text.contains(LIVE) && !text.contains(CARD), "{text}");
    }
}

#[test]
fn t20_a_card_that_is_a_number_in_a_rule_is_shown_without_its_middle() {
    let mut shop = Tape::shop();
    let body = json!({"pan": CARD.parse::<u64>().expect("a number"), "amount": 1500});
    let added = call(&mut shop, "POST", "rules", &json!({"name": LIVE, "on": "quoine.*", "when": {"body": body}, "then": {"status": 418}}));
    assert_eq!(added.0, 201, "{}", added.1);
    let listed = call(&mut shop, "GET", "rules", &Json::Null).1;
    for shown in [&added.1["when"]["body"], &listed["rules"][0]["when"]["body"]] {
        assert_eq!(shown, &json!({"pan": "427638******5679", "amount": 1500}));
    }
    let removed = call(&mut shop, "DELETE", "rules", &Json::Null);
    assert_eq!(removed, (200, json!({"removed": ["***Fghi"]})));
}

#[test]
fn t20_a_state_says_that_a_client_has_put_a_live_key_into_it() {
    let mut shop = Tape::shop();
    let says = |shop: &mut Tape| call(shop, "GET", "state", &Json::Null).1;
    assert_eq!(says(&mut shop)["contains_secrets"], false);
    perform(&mut shop, LIVE);
    let mut state = says(&mut shop);
    assert_eq!(state["contains_secrets"], true, "the order number is kept, so that its payout is found");
    assert_eq!(call(&mut shop, "PUT", "state", &state).0, 200);
    state["contains_secrets"] = json!(false);
    let (status, _, detail) = refused(&mut shop, "PUT", "state", &state);
    assert!(status == 422 && detail.contains("/contains_secrets"), "{detail}");
}

#[test]
fn i28_an_address_to_which_an_answer_leads_is_shown_without_its_tokens() {
    let mut shop = Tape::shop();
    let answer = |headers: Json| json!({"name": "r", "on": "quoine.*", "then": {"status": 302, "headers": headers}});
    for location in ["/x?token=hushhush", "//u:hushhush@h/x", "x;key=hushhush", "http://h/#secret=hushhush", "?a=b?sig=hushhush"] {
        for name in ["Location", "Content-Location"] {
            assert_eq!(call(&mut shop, "POST", "rules", &answer(json!({name: location}))).0, 201);
            shop.play(r#"POST /quoine/api/v1/invoices {"price":"1"}"#);
            assert_eq!(call(&mut shop, "DELETE", "rules/r", &Json::Null).0, 200);
            let last = call(&mut shop, "GET", "requests", &Json::Null).1["requests"]
                .as_array()
                .and_then(|it| it.last())
                .expect("a request")
                .clone();
            let text = last["response"]["headers"].to_string();
            assert!(text.contains("***") && !text.contains("hushhush"), "{location}: {text}");
        }
    }
}
