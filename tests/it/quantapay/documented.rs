//! The documentation's examples: page, request, answer.

use serde_json::{Value as Json, json};

use super::{form, post, served};
use crate::tape::Tape;

/// The examples of the page, and rows of its tables: where they stand, what is asked, what is answered.
const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "Utilities API, get-credit-balance",
        "function=get-credit-balance&api-key=qp_test_key",
        r#"{"success":true,"response":{"credit_balance":150.00,"credit_currency":"USD"}}"#,
    ),
    (
        "Utilities API, get-exchange-rates",
        "function=get-exchange-rates&api-key=qp_test_key&currency_code=USD&cryptocurrency_code=btc",
        r#"{"success":true,"response":"64850.25"}"#,
    ),
    (
        "the fixed table",
        "function=get-exchange-rates&api-key=qp_test_key&currency_code=usd&cryptocurrency_code=ETH",
        r#"{"success":true,"response":"1999.60"}"#,
    ),
    (
        "the fixed table",
        "function=get-exchange-rates&api-key=qp_test_key&currency_code=usd&cryptocurrency_code=usdt_tron",
        r#"{"success":true,"response":"1.00"}"#,
    ),
    (
        "the fixed table",
        "function=get-exchange-rates&api-key=qp_test_key&currency_code=usd&cryptocurrency_code=shib",
        r#"{"success":true,"response":"0.0000123"}"#,
    ),
    (
        "Utilities API, get-fiat-value",
        "function=get-fiat-value&api-key=qp_test_key&amount=0.5&cryptocurrency_code=btc&currency_code=USD",
        r#"{"success":true,"response":"32425.13"}"#,
    ),
    ("API Overview, Error Codes", "", r#"{"success":false,"error_code":"missing-function-name","message":"Missing function name"}"#),
    (
        "API Overview, Error Codes",
        "function=refund&api-key=qp_test_key",
        r#"{"success":false,"error_code":"function-not-found","message":"Function not found"}"#,
    ),
    (
        "API Overview, Error Codes",
        "function=get-balances",
        r#"{"success":false,"error_code":"api-key-not-found","message":"API key not found"}"#,
    ),
    (
        "API Overview, Error Codes",
        "function=get-balances&api-key=YOUR_API_KEY",
        r#"{"success":false,"error_code":"invalid-api-key","message":"Invalid API key"}"#,
    ),
    (
        "API Overview, Error Codes",
        "function=create-checkout-session&api-key=qp_test_key",
        r#"{"success":false,"error_code":"missing-argument","message":"Missing argument: price"}"#,
    ),
    (
        "API Overview, HMAC Signature",
        "function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=usd&order_id=ORD-12345&timestamp=900000000&signature=x",
        r#"{"success":false,"error_code":"request-expired","message":"Request expired"}"#,
    ),
    ("unknown row", "function=get-transaction&api-key=qp_test_key&transaction_id=197", r#"{"success":true,"response":false}"#),
    (
        "unknown token",
        "function=check-transaction&api-key=qp_test_key&transaction=nothing",
        r#"{"success":true,"response":"transaction-not-found"}"#,
    ),
    (
        "coins of a network",
        "function=get-cryptocurrency-codes&api-key=qp_test_key&cryptocurrency_code=ETH",
        r#"{"success":true,"response":["eth","usdt","usdc","link","shib","bat"]}"#,
    ),
    (
        "coins of a network",
        "function=get-cryptocurrency-codes&api-key=qp_test_key&cryptocurrency_code=trx",
        r#"{"success":true,"response":["usdt_tron","trx"]}"#,
    ),
];

#[test]
fn the_pages_examples_answer_to_the_byte() {
    for (page, body, answer) in EXAMPLES {
        assert_eq!(post(&mut Tape::shop(), body), (200, (*answer).to_owned()), "{page}: {body}");
    }
}

#[test]
fn balances_are_flat_and_in_the_order_of_the_page() {
    let (status, body) = post(&mut Tape::shop(), &form("get-balances", &[]));
    assert_eq!(status, 200);
    let begins = r#"{"success":true,"response":{"btc":{"amount":"0.5432","fiat":"35226.66"},"eth":{"amount":"12.345","fiat":"24685.06"},"usdt":{"amount":"0","fiat":"0.00"},"#;
    assert!(body.starts_with(begins), "{body}");
    let answer: Json = serde_json::from_str(&body).expect("JSON");
    assert_eq!(answer["response"].as_object().map(serde_json::Map::len), Some(28), "an address for each coin");
}

#[test]
fn the_first_request_of_the_transactions_page() {
    let mut shop = Tape::shop();
    let made = served(&mut shop, "create-checkout-session", &[("price", "49.99"), ("currency", "USD"), ("order_id", "ORD-12345")]);
    let digits = made["session_id"].as_str().and_then(|it| it.strip_prefix("cs_")).expect("an id");
    assert!(digits.len() == 20 && digits.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it)), "{made}");
    assert_eq!(
        made,
        json!({
            "session_id": format!("cs_{digits}"), "payment_url": format!("http://127.0.0.1:4242/quantapay/pay.php?checkout_id=cs-cs_{digits}"),
            "price": "49.99", "currency": "usd", "order_id": "ORD-12345",
            "created_at": "2026-01-01 00:00:00", "expires_at": "2026-01-01 01:00:00",
        })
    );
}

/// The payload of April, member by member, and that of March.
#[test]
fn a_webhook_has_the_members_of_the_page_in_its_order() {
    const APRIL: &str = r#"{"key":"your-webhook-secret-key","transaction":{"id":"197","biz_id":"QP-20260408-560BF","title":"","description":"","from":"0xCustomerWalletAddress","to":"0xYourWalletAddress","hash":"0xBlockchainTransactionHash","amount":"0.025","amount_fiat":"49.99000000","cryptocurrency":"eth","currency":"usd","external_reference":"your-order-id-123","creation_time":"2026-03-08 10:00:00","status":"C","webhook":"1","vat":"0","billing":"","checkout_id":null,"type":"2"}}"#;
    let march = APRIL.replace(r#""biz_id":"QP-20260408-560BF","#, "").replace(r#","type":"2""#, "").replace("49.99000000", "49.99");
    let march = march.replace(r#""vat":"0""#, r#""vat":"""#).replace(r#""checkout_id":null"#, r#""checkout_id":"SESSION""#);
    for (payload, page) in [("april", APRIL.to_owned()), ("march", march)] {
        let mut shop = Tape::shop();
        shop.play(&format!("set quantapay/default payload={payload} confirmations=0 webhook_secret=your-webhook-secret-key"));
        let made =
            served(&mut shop, "create-checkout-session", &[("price", "49.99"), ("currency", "USD"), ("order_id", "your-order-id-123")]);
        let session = made["session_id"].as_str().expect("text");
        shop.play(&format!("act quantapay.pay session={session} cryptocurrency=eth"));
        let row: Json = serde_json::from_slice(&shop.posted[0].body).expect("JSON");
        let own = |name: &str| row["transaction"][name].as_str().unwrap_or_default().to_owned();
        let adapted = page
            .replace("0xCustomerWalletAddress", &own("from"))
            .replace("0xYourWalletAddress", &own("to"))
            .replace("0xBlockchainTransactionHash", &own("hash"))
            .replace("QP-20260408-560BF", &own("biz_id"))
            .replace("2026-03-08 10:00:00", "2026-01-01 00:00:00")
            .replace("\"197\"", "\"1\"")
            .replace("SESSION", &format!("cs-{session}"));
        assert_eq!(String::from_utf8_lossy(&shop.posted[0].body), adapted);
        let biz = own("biz_id");
        assert!(payload == "march" || (biz.starts_with("QP-20260101-") && biz.len() == 17 && biz == biz.to_uppercase()), "{biz}");
    }
}
