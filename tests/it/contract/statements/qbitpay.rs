//! QbitPay: quickstart, authentication, errors, pagination.

use super::By::{Action, Call, Host, Rule, Setting};
use super::Row;

macro_rules! one {
    () => {
        "\nGET /qbitpay/api/v1/accounts/show"
    };
}
/// Seven calls.
macro_rules! seven {
    () => {
        concat!(one!(), one!(), one!(), one!(), one!(), one!(), one!())
    };
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    Row(1, "the address, and /api/v1 below it", Host, "api.qbitnetwork.com GET /api/v1/charges", &["authentication_error"]),
    Row(2, "JSON comes in and goes out", Call, r#"POST /qbitpay/api/v1/charges {"amount":100,"currency":"USD","externalOrderId":"A","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/ok"}"#, &["< 200", r#""object":"charge""#]),
    Row(3, "a key, and a webhook address", Setting, "set qbitpay/default webhook_url=http://shop.test/own\nact qbitpay.deposit currency=USDT amount=5\nact qbitpay.confirm-deposit deposit=${deposit}", &["-> http://shop.test/own 200"]),
    Row(4, "the account answers the wallet's address", Call, "GET /qbitpay/api/v1/accounts/show", &[r#""wallets":[{"currency":"USDT","addr":"0x"#]),
    Row(5, "a deposit is told after enough confirmations", Action, "act qbitpay.deposit currency=USDT amount=5\nadvance 3m", &[r#""type":"deposit.succeeded""#]),
    Row(6, "the ticker answers the price", Call, "GET /qbitpay/api/v1/markets/ticker?symbol=USDT/CNY&side=ask", &[r#""ask":6.97"#]),
    Row(7, "an order is executed at once, and balances move", Call, "POST /qbitpay/api/v1/orders {\"symbol\":\"USDT/CNY\",\"side\":\"sell\",\"amount\":100}\nGET /qbitpay/api/v1/balances/show?currency=CNY", &[r#""status":"closed""#, r#""available":695"#]),
    Row(8, "a payout takes its time, and its success or failure is told", Action, "POST /qbitpay/api/v1/payouts {\"amount\":100,\"currency\":\"USD\",\"destination\":{\"type\":\"GCash\",\"payerName\":\"A\",\"bankAccountNum\":\"1\"}}\nact qbitpay.settle-payout payout=${payout} outcome=failed", &[r#""status":"pending""#, r#""status":"failed""#]),
    Row(9, "HTTP Basic: the key is the user name", Call, "with Authorization: Basic cWJpdF90ZXN0X2tleTo=\nGET /qbitpay/api/v1/accounts/show", &["< 200"]),
    Row(10, "accessToken answers a token", Call, "GET /qbitpay/api/v1/accessToken", &[r#"{"accessToken":"ey"#]),
    Row(11, "200: it worked", Call, "GET /qbitpay/api/v1/accounts/show", &["< 200"]),
    Row(12, "400: a parameter is missing", Call, "GET /qbitpay/api/v1/markets/ticker", &["< 400"]),
    Row(13, "401: no valid key", Call, "without Authorization\nGET /qbitpay/api/v1/accounts/show", &["< 401"]),
    Row(14, "402: the parameters are valid, and the request fails", Call, r#"POST /qbitpay/api/v1/payouts {"amount":100000,"currency":"USD","destination":{"type":"GCash","payerName":"A","bankAccountNum":"1"}}"#, &["< 402"]),
    Row(15, "403: the key has no permission", Setting, "control PATCH accounts/qbitpay/default {\"permissions\":[]}\nGET /qbitpay/api/v1/accounts/show", &["< 403"]),
    Row(16, "404: the resource does not exist", Call, "GET /qbitpay/api/v1/charges/unknown", &["< 404"]),
    Row(17, "500: something went wrong there", Rule, "with Playmoney-Fault: api_error\nGET /qbitpay/api/v1/accounts/show", &[r#"< 500 {"type":"api_error","message":"Internal Server Error"}"#]),
    Row(18, "502", Rule, "with Playmoney-Fault: bad_gateway\nGET /qbitpay/api/v1/accounts/show", &[r#"< 502 {"type":"api_error","message":"Bad Gateway"}"#]),
    Row(19, "503", Rule, "with Playmoney-Fault: service_unavailable\nGET /qbitpay/api/v1/accounts/show", &[r#"< 503 {"type":"api_error","message":"Service Unavailable"}"#]),
    Row(20, "504", Rule, "with Playmoney-Fault: gateway_timeout\nGET /qbitpay/api/v1/accounts/show", &[r#"< 504 {"type":"api_error","message":"Gateway Timeout"}"#]),
    Row(21, "type invalid_request_error", Call, "GET /qbitpay/api/v1/charges?limit=0", &[r#""type":"invalid_request_error""#]),
    Row(22, "type api_error", Rule, "control POST rules {\"on\":\"qbitpay.*\",\"then\":{\"status\":503}}\nGET /qbitpay/api/v1/accounts/show", &[r#""type":"api_error""#]),
    Row(23, "type authentication_error", Call, "without Authorization\nGET /qbitpay/api/v1/accounts/show", &[r#""type":"authentication_error""#]),
    Row(24, "type rate_limit_error", Setting, concat!("set qbitpay/default rate_limit=enforce", seven!(), seven!(), seven!()), &[r#"{"type":"rate_limit_error","message":"Too many requests"}"#]),
    Row(25, "an error has a type", Call, "GET /qbitpay/api/v1/nothing", &[r#""type":"invalid_request_error""#]),
    Row(26, "and a message", Call, "GET /qbitpay/api/v1/nothing", &[r#""message":"Not Found""#]),
    Row(27, "and perhaps a detail", Call, "GET /qbitpay/api/v1/charges?limit=0", &[r#""detail":[{"message":"#]),
    Row(28, "permissions belong to the key", Setting, "control PATCH accounts/qbitpay/default {\"permissions\":[\"charges\"]}\nGET /qbitpay/api/v1/charges\nGET /qbitpay/api/v1/payouts", &["< 200", "< 403"]),
    Row(29, "limit is 1 to 100, by default 10", Call, "GET /qbitpay/api/v1/charges?limit=100\nGET /qbitpay/api/v1/charges?limit=101", &["< 200", "< 400"]),
    Row(30, "starting_after names the item before the page", Call, "GET /qbitpay/api/v1/balanceTransactions\nGET /qbitpay/api/v1/balanceTransactions?starting_after=${row}", &["starting_after=${row}< 200", r#""currency":"USD""#]),
    Row(31, "ending_before names the item behind the page", Call, "GET /qbitpay/api/v1/balanceTransactions\nGET /qbitpay/api/v1/balanceTransactions?ending_before=${row}", &[r#""url":"/api/v1/balanceTransactions","data":[]}"#]),
    Row(32, "only one of the two", Call, "GET /qbitpay/api/v1/charges?starting_after=a&ending_before=b", &["< 400"]),
    Row(33, "the newest comes first", Call, "act qbitpay.deposit currency=BTC amount=1\nGET /qbitpay/api/v1/balanceTransactions?limit=1", &[r#""data":[{"id":"#, r#""currency":"BTC","amount":1"#]),
    Row(34, "a list says that it is one", Call, "GET /qbitpay/api/v1/payouts", &[r#"{"object":"list","#]),
    Row(35, "and its path", Call, "GET /qbitpay/api/v1/payouts?limit=3", &[r#""url":"/api/v1/payouts","#]),
    Row(36, "and its items", Call, "GET /qbitpay/api/v1/payouts", &[r#""data":[]}"#]),
    Row(37, "a charge has id, object, createdAt, paid, status, amount, currency, externalOrderId and paymentPageUrl", Call, r#"POST /qbitpay/api/v1/charges {"amount":1000,"currency":"USD","externalOrderId":"DTSifOuTy95ui","cbUrl":"http://shop.test/c","redirectUrl":"https://shop.test/ok"}"#, &[r#""object":"charge","createdAt":"2026-01-01T00:00:00.000Z","paid":false,"status":"pending","amount":1000,"#, r#""currency":"USD","#, r#""externalOrderId":"DTSifOuTy95ui","paymentPageUrl":"#]),
    Row(38, "the payment page has its documented address", Setting, "set qbitpay/default documented_links=true\nPOST /qbitpay/api/v1/charges {\"amount\":1000,\"currency\":\"USD\",\"externalOrderId\":\"A\",\"cbUrl\":\"http://shop.test/c\",\"redirectUrl\":\"https://shop.test/ok\"}", &[r#""paymentPageUrl":"https://qbitpay.blockscape.co/?zh#/otc/payment?tradeId="#]),
    Row(39, "an externalOrderId may come again", Call, "POST /qbitpay/api/v1/charges {\"amount\":100,\"currency\":\"USD\",\"externalOrderId\":\"A\",\"cbUrl\":\"http://shop.test/c\",\"redirectUrl\":\"https://shop.test/ok\"}\nPOST /qbitpay/api/v1/charges {\"amount\":100,\"currency\":\"USD\",\"externalOrderId\":\"A\",\"cbUrl\":\"http://shop.test/c\",\"redirectUrl\":\"https://shop.test/ok\"}\nGET /qbitpay/api/v1/charges?externalOrderId=A&limit=2", &[r#""object":"list""#]),
    Row(40, "the pages that it includes: accounts to webhooks", Call, "GET /qbitpay/api/v1/balances/show\nGET /qbitpay/api/v1/orders\nGET /qbitpay/api/v1/events/test", &[r#""object":"balance""#, r#""url":"/api/v1/orders""#, r#""object":"event""#]),
];
