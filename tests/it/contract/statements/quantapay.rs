//! QuantaPay: the overview of the API and its authentication.

use super::By::{Call, Host, Setting};
use super::Row;

macro_rules! one {
    () => {
        "POST /quantapay/api.php function=get-credit-balance&api-key=qp_test_key\n"
    };
}
macro_rules! five {
    () => {
        concat!(one!(), one!(), one!(), one!(), one!())
    };
}
/// Twenty-five calls in one instant.
macro_rules! many {
    () => {
        concat!(five!(), five!(), five!(), five!(), five!())
    };
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    Row(1, "one endpoint: POST api.php", Host, "cloud.quantapay.app POST /api.php", &["missing-function-name"]),
    Row(2, "forms, urlencoded", Call, "with Content-Type: application/x-www-form-urlencoded\nPOST /quantapay/api.php function=get-credit-balance&api-key=qp_test_key", &[r#""success":true"#]),
    Row(3, "the example: get-balances", Call, "POST /quantapay/api.php function=get-balances&api-key=qp_test_key", &[r#""btc":{"amount":"0.5432""#]),
    Row(4, "api-key is required", Call, "POST /quantapay/api.php function=get-balances", &["api-key-not-found"]),
    Row(5, "function is required", Call, "POST /quantapay/api.php api-key=qp_test_key", &["missing-function-name"]),
    Row(6, "create-checkout-session may be signed", Call, "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=usd", &[r#""payment_url":"#]),
    Row(7, "price, currency, order_id and timestamp are signed, joined by |", Call, "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=usd&order_id=ORD-12345&timestamp=1767225600&signature=eb7ad7d54d7018c8d5bc7c08ea0d2a2b1f25b5f5a30b1a2a7a3a3d2b4ab21f88", &["invalid-signature"]),
    Row(8, "under the webhook secret, by HMAC-SHA256 in hexadecimal", Call, "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=usd&order_id=ORD-12345&timestamp=1767225600&signature=7a90846f984407fa8a6f46e75e37a7c5da539632e29ac060c8bc0de8b75e1972", &[r#""success":true"#]),
    Row(9, "signature and timestamp are sent together", Call, "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=usd&signature=x", &["Missing argument: timestamp"]),
    Row(10, "within five minutes, otherwise it is expired", Call, "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=usd&timestamp=1767225299&signature=x", &["Request expired"]),
    Row(11, "success: true, and a response", Call, "POST /quantapay/api.php function=get-credit-balance&api-key=qp_test_key", &[r#"{"success":true,"response":{"#]),
    Row(12, "success: false, a code and a message", Call, "POST /quantapay/api.php", &[r#"{"success":false,"error_code":"missing-function-name","message":"Missing function name"}"#]),
    Row(13, "missing-function-name", Call, "POST /quantapay/api.php", &["missing-function-name"]),
    Row(14, "function-not-found", Call, "POST /quantapay/api.php function=nothing&api-key=qp_test_key", &["function-not-found"]),
    Row(15, "api-key-not-found", Call, "POST /quantapay/api.php function=get-balances", &["api-key-not-found"]),
    Row(16, "invalid-api-key", Call, "POST /quantapay/api.php function=get-balances&api-key=wrong", &["invalid-api-key"]),
    Row(17, "missing-argument", Call, "POST /quantapay/api.php function=get-fiat-value&api-key=qp_test_key", &["missing-argument"]),
    Row(18, "no strict limit", Call, concat!(many!(), many!(), many!(), many!(), "POST /quantapay/api.php function=get-balances&api-key=qp_test_key"), &[r#""btc":"#]),
    Row(19, "more may be throttled", Setting, concat!("set quantapay/default rate_limit=enforce\n", many!(), many!(), many!(), many!(), "POST /quantapay/api.php function=get-balances&api-key=qp_test_key"), &["< 429"]),
    Row(20, "the examples in two languages compute that signature", Call, "POST /quantapay/api.php function=create-checkout-session&api-key=qp_test_key&price=49.99&currency=usd&order_id=ORD-12345&timestamp=1767225600&signature=7a90846f984407fa8a6f46e75e37a7c5da539632e29ac060c8bc0de8b75e1972", &[r#""success":true"#]),
];
