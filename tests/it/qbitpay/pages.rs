//! What the payer sees.

use playmoney::inside::kit::http::{Method, Request};

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
        "GET /qbitpay/pay/nobody",
        "POST /qbitpay/pay/nobody",
        "GET /qbitpay/pay/",
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
    let page = shop.noted("page").to_owned();
    let picture = shop.ask(Request::new(Method::GET, &format!("{page}/qr"), ""));
    assert_eq!((picture.status.as_u16(), &picture.headers["content-type"]), (200, &"image/svg+xml".parse().expect("text")));
    for (method, target, status) in [(Method::POST, format!("{page}/qr"), 404), (Method::GET, "/qbitpay/pay/nobody/qr".to_owned(), 404)] {
        assert_eq!(shop.ask(Request::new(method, &target, "")).status, status, "{target}");
    }
}
