//! What the payer sees.

use playmoney::inside::kit::http::{Method, Request};
use serde_json::json;

use crate::tape::{Tape, check};

const CHARGE: &str = r#"POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"<b>1</b>","cbUrl":"http://shop.test/charge","redirectUrl":"https://shop.test/ok?order=1"}"#;

#[test]
fn a_payer_pays_on_the_page() {
    check(
        "qbitpay/a_payer_pays_on_the_page",
        &[CHARGE, "GET ${page}", "POST ${page}", "GET ${page}", "POST ${page}", "advance 60s", "GET ${page}"].join("\n"),
    );
}

#[test]
fn a_page_of_each_way_to_pay() {
    let charge =
        |quote: &str, kind: &str| CHARGE.replace("\"amount\"", &format!(r#""quoteCurrency":"{quote}","paymentType":"{kind}","amount""#));
    let lines: Vec<String> = [("CNY", "bankAccount"), ("CNY", "Yunshanfu"), ("USD", "PayPal"), ("PHP", "GCash")]
        .iter()
        .flat_map(|(quote, kind)| [charge(quote, kind), "GET ${page}".to_owned()])
        .collect();
    check("qbitpay/a_page_of_each_way_to_pay", &lines.join("\n"));
}

#[test]
fn a_page_of_no_charge() {
    let lines = [
        CHARGE,
        "GET /qbitpay/pay?tradeId=nobody",
        "POST /qbitpay/pay?tradeId=nobody",
        "GET /qbitpay/pay",
        "GET /qbitpay/pay/nobody",
        "DELETE ${page}",
        "advance 30m",
        "GET ${page}",
    ];
    check("qbitpay/a_page_of_no_charge", &lines.join("\n"));
}

#[test]
fn the_picture_of_a_qr_code() {
    let mut shop = Tape::shop();
    shop.play(CHARGE);
    let picture = format!("/qbitpay/pay/{}/qr", shop.noted("trade"));
    let target = picture.clone();
    let picture = shop.ask(Request::new(Method::GET, &target, ""));
    assert_eq!((picture.status.as_u16(), &picture.headers["content-type"]), (200, &"image/svg+xml".parse().expect("text")));
    for (method, target, status) in [(Method::POST, target, 404), (Method::GET, "/qbitpay/pay/nobody/qr".to_owned(), 404)] {
        assert_eq!(shop.ask(Request::new(method, &target, "")).status, status, "{target}");
    }
}

/// A page's status, with that text behind its address.
fn opened(shop: &mut Tape, behind: &str) -> u16 {
    let target = format!("{}{behind}", shop.noted("page"));
    shop.ask(Request::new(Method::GET, &target, "")).status.as_u16()
}

#[test]
fn the_documented_address_opens_with_a_token_that_is_judged() {
    let mut shop = Tape::shop();
    let other = json!({"id": "other", "credentials": {"api_key": "qbit_test_other"}});
    shop.admin("POST", "scenario", &json!({"version": 1, "name": "two", "providers": {"qbitpay": {"accounts": [other]}}}));
    shop.play(CHARGE);
    let token = |shop: &mut Tape, key: &str| {
        let mut request = Request::new(Method::GET, "/qbitpay/api/v1/accessToken", "");
        let basic = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{key}:"));
        request.headers.insert("authorization", format!("Basic {basic}").parse().expect("a header"));
        let answer: serde_json::Value = serde_json::from_slice(&shop.ask(request).body).expect("JSON");
        answer["accessToken"].as_str().expect("a token").to_owned()
    };
    let (own, foreign) = (token(&mut shop, "qbit_test_key"), token(&mut shop, "qbit_test_other"));
    let altered = own.replacen('.', ".x", 1);
    assert_eq!(opened(&mut shop, ""), 200, "without a token");
    assert_eq!(opened(&mut shop, &format!("&accessToken={own}")), 200);
    assert_eq!(opened(&mut shop, &format!("&accessToken={own}&accessToken=x")), 200, "the first counts");
    assert_eq!(opened(&mut shop, &format!("&accessToken={foreign}")), 403);
    for wrong in ["", "nonsense", altered.as_str(), "qbit_test_key"] {
        assert_eq!(opened(&mut shop, &format!("&accessToken={wrong}")), 401, "{wrong}");
    }
    shop.play("advance 719h59m59s");
    assert_eq!(opened(&mut shop, &format!("&accessToken={own}")), 200, "30 days, less a second");
    shop.play("advance 1s");
    assert_eq!(opened(&mut shop, &format!("&accessToken={own}")), 401, "30 days");
}

#[test]
fn a_refused_token_pays_nothing() {
    check(
        "qbitpay/a_refused_token_pays_nothing",
        &[CHARGE, "POST ${page}&accessToken=nonsense", "GET /qbitpay/api/v1/charges/${charge}"].join("\n"),
    );
}
