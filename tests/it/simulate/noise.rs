//! For any request, a 5xx is an answer only when the request or a rule has asked for it.

use playmoney::inside::kit::http::{HeaderName, HeaderValue, Method, Request};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::arbitrary::tape;
use super::{always, exported, played};
use crate::tape::Tape;

const PIECES: &[&str] = &[
    "/",
    "//",
    "quantum-payouts",
    "api",
    "v1",
    "createPayout",
    "qbitpay",
    "charges",
    "balanceTransactions",
    "orders",
    "markets",
    "ticker",
    "symbol=BTC/CNY",
    "side=ask",
    "starting_after=x",
    "deposit",
    "set-price",
    "settle-payout",
    "quantapay",
    "api.php",
    "pay.php",
    "checkout_id=cs-cs_0",
    "choose-coin",
    "accept-underpayment",
    "cryptopay",
    "payment-orders",
    "transactions",
    "merchant-wallets",
    "webhook-endpoints",
    "auth/login",
    "auth/register",
    "auth/token/refresh",
    "order",
    "fail",
    "confirm",
    "page=2",
    "page_size=1",
    "quoine",
    "invoices",
    "profile",
    "payments_callback_url",
    "pay",
    "qr",
    "capture",
    "reorg",
    "performPayout",
    "getPayoutStatus",
    "features",
    "webhook_save",
    "webhook_test",
    "static",
    "payout.php",
    "index.php",
    "__admin",
    "clock",
    "advance",
    "scale",
    "act",
    "settle",
    "submit-details",
    "manual-payout",
    "deliveries",
    "dlv-1",
    "resend",
    "webhooks",
    "verify",
    "inbox",
    "shop",
    "script",
    "messages",
    "requests",
    "accounts",
    "default",
    "state",
    "openapi",
    "?",
    "&",
    "=",
    "view=login",
    "view=settings",
    "payout_id=1",
    "token=",
    "since=req-1",
    "limit=1",
    "wait=1s",
    "%",
    "%FF",
    "é",
    "..",
    "{}",
    "\u{0}",
    " ",
];

const BODIES: &[&str] = &[
    "",
    "{}",
    "[]",
    "null",
    "\"\"",
    "{\"by\":\"1s\"}",
    "{\"until\":\"idle\"}",
    "{\"rate\":2}",
    "{\"amount\":1,\"pan\":\"4111111111111111\"}",
    "{\"orderNumber\":\"A\",\"outcome\":\"failed\"}",
    "{\"respond\":[{\"status\":200,\"delay\":\"1s\"}]}",
    "{\"webhook_secret\":\"\\ud800\"}",
    "{\"orderNumber\":\"\\ud800\",\"amount\":1e999}",
    "{\"orderNumber\":\"A\",\"amount\":-0,\"urls\":{\"returnUrl\":\"http://a\\u0000\"}}",
    "username=demo&password=%FF",
    "pan=%",
    "{\"a\":1,\"a\":2}",
    "{\"channels\":[]}",
    "{\"amount\":\"1\",\"currency\":\"USDC\",\"blockchain\":\"base\",\"order_info\":\"1\",\"nonce\":1}",
    "{\"username\":\"demo\",\"password\":\"demo-password\",\"email\":\"\\ud800\"}",
    "{\"order\":1,\"confirmations\":99999999999}",
    "{\"url\":\"http://a\",\"events\":[{}]}",
    "{\"invoice\":1,\"amount\":\"1e-9\"}",
    "{\"depth\":4294967296,\"blockchain\":\"btc\"}",
    "{\"price\":1e40,\"data\":{\"a\":[[]]}}",
    "{\"webhook_url\":\"http://[::1]:1/\"}",
    "{\"provider\":\"quantum-payouts\",\"body\":\"{\",\"headers\":{\"x-payouts-signature\":\"sha256=\"}}",
    "{\"playmoney_state\":4}",
    "function=create-checkout-session&api-key=qp_test_key&price=1e9&currency=%FF",
    "function=get-transactions&api-key=qp_test_key&pagination=-2&date_range%5B0%5D=9999-12-31",
    "{\"transaction\":\"1\",\"amount\":\"1e-9\",\"hash\":\"\"}",
];

/// Method, target, headers, body.
type Noise = (Method, String, Vec<(String, Vec<u8>)>, Vec<u8>);

fn request() -> impl Strategy<Value = Noise> {
    let method =
        select(&[Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS, Method::TRACE][..]);
    let known =
        vec(select(PIECES), 0..9).prop_map(|it| format!("/{}", it.join("/").replace("/?/", "?").replace("/&/", "&").replace("/=/", "=")));
    let path = prop_oneof![4 => known, 1 => vec(select(PIECES), 0..6).prop_map(|it| it.concat()), 1 => any::<String>()];
    let name = select(
        &[
            "content-type",
            "authorization",
            "cookie",
            "accept",
            "host",
            "playmoney-sandbox",
            "x-payouts-signature",
            "x-payouts-event",
            "nonce",
            "date",
            "content-md5",
        ][..],
    );
    let value = prop_oneof![
        3 => select(&["application/json", "Bearer qm_test_token", "Bearer cp_test_key", "Bearer a.b.c", "application/x-www-form-urlencoded", "payouts_session=1", "Bearer", "=;=", "", "APIAuth 2:x", "APIAuth :", "Basic cWJpdF90ZXN0X2tleTo=", "Thu, 01 Jan 2026 00:00:00 GMT"][..]).prop_map(|it| it.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..20),
    ];
    let headers = vec((name.prop_map(str::to_owned), value), 0..6);
    let body = prop_oneof![3 => select(BODIES).prop_map(|it| it.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..60), 1 => Just("[".repeat(100_000).into_bytes())];
    (method, path, headers, body)
}

#[test]
fn i24_noise_is_never_answered_with_a_5xx() {
    always(120, &(tape(), vec(request(), 1..40)), |(tape, requests)| {
        let mut shop = played(&tape);
        for (method, target, headers, body) in requests {
            let mut request = Request::new(method, &target, body);
            for (name, value) in headers {
                let value = HeaderValue::from_bytes(&value).unwrap_or(HeaderValue::from_static(""));
                request.headers.append(name.parse::<HeaderName>().expect("a name"), value);
            }
            let shown = format!("{} {} {:?} {:?}", request.method, request.target, request.headers, request.body);
            let response = shop.try_ask(request);
            assert!(response.is_none_or(|it| it.status.as_u16() < 500), "{shown}");
        }
        assert_eq!(shop.admin("GET", "health", &Json::Null)["status"], "ok");
    });
}

/// Every place inside a document.
pub fn places(value: &Json, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Json::Object(members) => members.iter().for_each(|(name, it)| places(it, &format!("{path}/{}", escaped(name)), found)),
        Json::Array(items) => items.iter().enumerate().for_each(|(n, it)| places(it, &format!("{path}/{n}"), found)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The values that may replace it.
pub const DAMAGES: &[&str] = &[
    "null",
    "0",
    "-1",
    "18446744073709551615",
    "4294967295",
    "\"\"",
    "\"uploaded\"",
    "\"9999-12-30T22:00:00Z\"",
    "[]",
    "{}",
    "true",
    "[0]",
];

#[test]
fn i24_a_damaged_state_is_refused_or_served_but_never_breaks_the_sandbox() {
    always(400, &(tape(), any::<u32>(), select(DAMAGES)), |(tape, place, value)| {
        let mut shop = played(&tape);
        let mut document = exported(&mut shop);
        let mut found = Vec::new();
        places(&document, "", &mut found);
        let path = found[usize::try_from(place).expect("a place") % found.len()].clone();
        *document.pointer_mut(&path).expect("a place") = serde_json::from_str(value).expect("JSON");
        let answers = |shop: &mut Tape, method: &str, path: &str, body: &Json| shop.ask(Tape::control(method, path, body)).status.as_u16();
        let put = answers(&mut shop, "PUT", "state", &document);
        assert!(put == 200 || put == 422 || put == 400, "{put} {path} {value}");
        for number in ["A", "B", "N"] {
            let perform = format!(r#"{{"orderNumber":"{number}","amount":1,"description":"d","target":{{"pan":"4111111111111111"}}}}"#);
            assert!(crate::quantum_payouts::answer(&mut shop, "POST", "performPayout", &perform).0 < 500, "{path} {value}");
        }
        assert!(answers(&mut shop, "POST", "clock/advance", &json!({"by": "1h"})) < 500, "{path} {value}");
        for view in ["clock", "deliveries", "requests", "accounts", "state"] {
            assert_eq!(answers(&mut shop, "GET", view, &Json::Null), 200, "{view} {path} {value}");
        }
    });
}
