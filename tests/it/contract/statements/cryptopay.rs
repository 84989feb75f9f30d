//! CryptoPay: the overview of the API.

use super::By::{Action, Call, Decision, Host, Rule, Setting};
use super::Row;

macro_rules! order {
    ($then:literal) => {
        concat!(
            "POST /cryptopay/api/payment-orders/ {\"amount\":\"100.00\",\"currency\":\"USDC\",\"blockchain\":\"base\",",
            "\"order_info\":\"{}\",\"nonce\":1640995200123456}\n",
            $then
        )
    };
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    Row(1, "Authorization: Bearer", Call, "with Authorization: Bearer cp_test_key\nGET /cryptopay/api/merchant-wallets/", &["< 200"]),
    Row(2, "a login answers a token that opens", Call, "POST /cryptopay/api/auth/login {\"username\":\"demo\",\"password\":\"demo-password\"}\nwith Authorization: Bearer ${access}\nGET /cryptopay/api/merchant-wallets/", &[r#""access":"ey"#, "merchant-wallets/< 200"]),
    Row(3, "GET, POST and PUT; DELETE is named, and no call has it", Call, "DELETE /cryptopay/api/payment-orders/", &["< 405"]),
    Row(4, "bodies are JSON", Call, order!(""), &["< 201"]),
    Row(5, "the envelope of a success", Call, order!(""), &[r#"{"success":true,"data":{"#, r#""message":"Payment order created successfully","timestamp":"2026-01-01T00:00:00Z"}"#]),
    Row(6, "the envelope of an error", Call, "POST /cryptopay/api/payment-orders/ {\"amount\":\"1\"}", &[r#"{"success":false,"error":{"code":"VALIDATION_ERROR","message":"Invalid request data","details":{"#]),
    Row(7, "Standard: 1000 an hour", Call, "GET /cryptopay/api/merchant-wallets/\ncontrol GET requests", &["x-ratelimit-limit\":\"1000\""]),
    Row(8, "Premium: 5000", Setting, "set cryptopay/default plan=premium\nGET /cryptopay/api/merchant-wallets/\ncontrol GET requests", &["x-ratelimit-limit\":\"5000\""]),
    Row(9, "Enterprise: its own", Setting, "set cryptopay/default plan=enterprise hourly_limit=77\nGET /cryptopay/api/merchant-wallets/\ncontrol GET requests", &["x-ratelimit-limit\":\"77\""]),
    Row(10, "X-RateLimit-Limit", Call, "GET /cryptopay/api/merchant-wallets/\ncontrol GET requests", &["x-ratelimit-limit\":\"1000\""]),
    Row(11, "X-RateLimit-Remaining", Call, "GET /cryptopay/api/merchant-wallets/\ncontrol GET requests", &["x-ratelimit-remaining\":\"999\""]),
    Row(12, "X-RateLimit-Reset", Call, "GET /cryptopay/api/merchant-wallets/\ncontrol GET requests", &["x-ratelimit-reset\":\"1767229200\""]),
    Row(13, "page and page_size", Call, order!("GET /cryptopay/api/payment-orders/?page=1&page_size=1"), &["page_size=1< 200"]),
    Row(14, "count, next, previous, results", Call, "GET /cryptopay/api/payment-orders/", &[r#"{"count":0,"next":null,"previous":null,"results":[]}"#]),
    Row(15, "next, without page_size in the example", Decision("the example of page 2 with page_size 50 has ?page=3 as next"), order!("POST /cryptopay/api/payment-orders/ {\"amount\":\"1\",\"currency\":\"USDC\",\"blockchain\":\"base\",\"order_info\":\"{}\",\"nonce\":2}\nGET /cryptopay/api/payment-orders/?page=1&page_size=1"), &["?page=2&page_size=1"]),
    Row(16, "create a payment order", Call, order!(""), &["< 201"]),
    Row(17, "list payment orders", Call, "GET /cryptopay/api/payment-orders/", &["< 200"]),
    Row(18, "get a payment order", Call, order!("GET /cryptopay/api/payment-orders/${order_id}/"), &["/< 200"]),
    Row(19, "list transactions", Call, "GET /cryptopay/api/transactions/", &["< 200"]),
    Row(20, "a transaction by its hash", Action, order!("act cryptopay.pay order=${order_id}\nGET /cryptopay/api/payment-orders/${order_id}/\nGET /cryptopay/api/transactions/${hash}/"), &["${hash}/< 200"]),
    Row(21, "list wallets", Call, "GET /cryptopay/api/merchant-wallets/", &["< 200"]),
    Row(22, "add a wallet", Call, "POST /cryptopay/api/auth/register {\"username\":\"ann\",\"email\":\"ann@shop.test\",\"password\":\"correct horse\",\"shop_name\":\"A\"}\nPOST /cryptopay/api/auth/login {\"username\":\"ann\",\"password\":\"correct horse\"}\nwith Authorization: Bearer ${access}\nPOST /cryptopay/api/merchant-wallets/ {\"blockchain\":\"base\",\"address\":\"0x1234567890123456789012345678901234567890\"}", &["< 201"]),
    Row(23, "update a wallet", Call, "PUT /cryptopay/api/merchant-wallets/2/ {\"blockchain\":\"base\",\"address\":\"0x1234567890123456789012345678901234567890\"}", &["< 200"]),
    Row(24, "list endpoints", Call, "GET /cryptopay/api/webhook-endpoints/", &["< 200"]),
    Row(25, "add an endpoint", Call, "POST /cryptopay/api/webhook-endpoints/ {\"url\":\"http://shop.test/own\"}", &["< 201"]),
    Row(26, "update an endpoint", Call, "POST /cryptopay/api/webhook-endpoints/ {\"url\":\"http://shop.test/own\"}\nPUT /cryptopay/api/webhook-endpoints/1/ {\"url\":\"http://shop.test/own\"}", &["< 200"]),
    Row(27, "the JavaScript example with its nonce", Call, order!(""), &[r#""nonce":1640995200123456"#]),
    Row(28, "the sandbox's address", Host, "sandbox-api.cryptopay.com GET /api/merchant-wallets/", &["UNAUTHORIZED"]),
    Row(29, "test keys", Call, "GET /cryptopay/api/merchant-wallets/", &["< 200"]),
    Row(30, "simulated confirmations", Action, order!("act cryptopay.pay order=${order_id}\nact cryptopay.confirm order=${order_id}"), &[r#""status":"confirmed""#]),
    Row(31, "tools for webhooks", Action, order!("act cryptopay.pay order=${order_id}\ncontrol POST deliveries/dlv-1/resend {}"), &["payment.pending"]),
    Row(32, "test tokens on each chain", Action, order!("act cryptopay.pay order=${order_id} currency=ETH amount=1"), &[r#""status":"pending""#]),
    Row(33, "200", Call, "GET /cryptopay/api/merchant-wallets/", &["< 200"]),
    Row(34, "201", Call, order!(""), &["< 201"]),
    Row(35, "400", Call, "POST /cryptopay/api/payment-orders/ {}", &["< 400"]),
    Row(36, "401", Call, "without Authorization\nGET /cryptopay/api/merchant-wallets/", &["< 401"]),
    Row(37, "403", Setting, "set cryptopay/default suspended=true\nGET /cryptopay/api/merchant-wallets/", &["< 403"]),
    Row(38, "404", Call, "GET /cryptopay/api/payment-orders/99/", &["< 404"]),
    Row(39, "429", Setting, "set cryptopay/default plan=enterprise hourly_limit=1\nGET /cryptopay/api/merchant-wallets/\nGET /cryptopay/api/merchant-wallets/", &["< 429"]),
    Row(40, "500", Rule, "with Playmoney-Fault: internal_error\nGET /cryptopay/api/merchant-wallets/", &["< 500"]),
];
