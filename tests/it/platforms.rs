//! What a provider's platform decides without a word in the documentation: the value of a number, which of several query
//! parameters counts, the slips that it meets every day.

use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use crate::asking::{json, response};
use crate::tape::Tape;

fn order(shop: &mut Tape, amount: &str, nonce: &str) -> (u16, Json) {
    let body = format!(r#"{{"amount":{amount},"currency":"USDC","blockchain":"ethereum","order_info":"{{}}","nonce":{nonce}}}"#);
    json(&response(shop, "POST", "/cryptopay/api/payment-orders/", &body))
}

#[test]
fn i20_cryptopay_reads_numbers_as_python_does() {
    let mut shop = Tape::shop();
    let amounts = [
        ("0.00001", "0.00001"),
        ("1e-5", "0.00001"),
        ("100", "100"),
        ("1e2", "100.0"),
        ("100.00", "100.0"),
        ("19.989999999999998", "19.99"),
        ("\"1e2\"", "100"),
        ("\" 100 \"", "100"),
        ("\".5\"", "0.5"),
        ("\"100.\"", "100"),
        ("\"0100\"", "100"),
        ("\"+100\"", "100"),
        ("\"100.00\"", "100.00"),
        ("1e15", "1000000000000000.0"),
        ("1e22", "10000000000000000000000"),
        ("\"1e22\"", "10000000000000000000000"),
        ("\"1_000\"", "1000"),
        ("\"_1__0.5_\"", "10.5"),
        ("\"٣\"", "3"),
        ("\"１.５\"", "1.5"),
        ("\"\\u001c1\\u00a0\"", "1"),
        (r#""0000000000000000000000000000000000000000000000007""#, "7"),
    ];
    for (nth, (sent, kept)) in amounts.into_iter().enumerate() {
        let (status, answer) = order(&mut shop, sent, &format!("{}", 1_000 + nth));
        assert_eq!((status, &answer["data"]["amount"]), (201, &json!(kept)), "{sent}: {answer}");
    }
    for sent in [
        "\"\"",
        "\"x\"",
        "\"_\"",
        "\"1 0\"",
        "\"²\"",
        "\"NaN\"",
        "\"Infinity\"",
        "true",
        "[1]",
        "0",
        "-1",
        "\"1e400\"",
        "1e400",
        "5e-324",
        "0.0000001",
    ] {
        assert_eq!(order(&mut shop, sent, "1").0, 400, "{sent}");
    }
}

#[test]
fn i20_cryptopay_reads_whole_numbers_as_python_does() {
    let mut shop = Tape::shop();
    for (sent, kept) in [
        ("\"5000\"", 5_000),
        ("5001.0", 5_001),
        ("5.002e3", 5_002),
        ("\" 5003 \"", 5_003),
        ("\"9007199254740993\"", 9_007_199_254_740_993_i64),
        ("9007199254740995.0", 9_007_199_254_740_996),
        ("\"5_004\"", 5_004),
        ("\"٥٠٠٥\"", 5_005),
        ("\"5006.\"", 5_006),
    ] {
        let (status, answer) = order(&mut shop, "1", sent);
        assert_eq!((status, &answer["data"]["nonce"]), (201, &json!(kept)), "{sent}: {answer}");
    }
    for sent in ["\"x\"", "1.5", "\"1.5\"", "true", "\"\"", "1e22", "1e16", "\"1e3\"", "\"5__0\"", "\"_5\"", "1e400"] {
        assert_eq!(order(&mut shop, "1", sent).0, 400, "{sent}");
    }
}

#[test]
fn cryptopay_reads_pages_as_python_does() {
    let mut shop = Tape::shop();
    for nonce in ["1", "2", "3", "4", "5", "6"] {
        assert_eq!(order(&mut shop, "1", nonce).0, 201);
    }
    for (query, status) in [("%201", 200), ("+1+", 200), ("%2B1", 200), ("٣", 200), ("0_3", 200), ("_3", 404), ("1.0", 404), ("", 404)] {
        let target = format!("/cryptopay/api/payment-orders/?page_size=٢&page={}", query.replace('٣', "%D9%A3")).replace('٢', "%D9%A2");
        let (answered, list) = json(&response(&mut shop, "GET", &target, ""));
        assert_eq!(answered, status, "{query}");
        assert!(status != 200 || list["results"].as_array().is_some_and(|it| it.len() == 2), "{query}: {list}");
    }
}

#[test]
fn i20_qbitpay_reads_numbers_as_javascript_does() {
    let mut shop = Tape::shop();
    let mut charge = |amount: &str| {
        let urls = r#""cbUrl":"http://shop.test/","redirectUrl":"http://shop.test/""#;
        let body = format!(r#"{{"amount":{amount},"currency":"USD","externalOrderId":"{amount}",{urls}}}"#);
        json(&response(&mut shop, "POST", "/qbitpay/api/v1/charges", &body))
    };
    for (sent, kept) in [("19.989999999999998", json!(19.99)), ("1e2", json!(100)), ("100.00", json!(100))] {
        let (status, answer) = charge(sent);
        assert_eq!((status, &answer["amount"]), (200, &kept), "{sent}: {answer}");
    }
    for sent in ["5e-324", "1e-9", "1e-5", "19.999"] {
        let (status, answer) = charge(sent);
        assert_eq!((status, &answer["detail"][0]["message"]), (400, &json!("should have at most 2 decimals")), "{sent}: {answer}");
    }
    let (status, answer) = charge("1e400");
    assert_eq!((status, &answer["message"]), (402, &json!("Amount is above the maximum of 10000")), "{answer}");
}

#[test]
fn i20_quoine_reads_a_price_as_ruby_does() {
    let mut shop = Tape::shop();
    for (sent, kept) in [
        ("19.989999999999998", "19.99"),
        ("500", "500.0"),
        ("5e2", "500.0"),
        ("\"500.0\"", "500.0"),
        ("\"19.989999999999998\"", "19.989999999999998"),
    ] {
        let (status, answer) = json(&response(&mut shop, "POST", "/quoine/api/v1/invoices", &format!(r#"{{"price":{sent}}}"#)));
        assert_eq!((status, &answer["price"]), (200, &json!(kept)), "{sent}: {answer}");
    }
}

#[test]
fn of_several_query_parameters_of_one_name_the_framework_picks_one() {
    let mut shop = Tape::shop();
    for _ in 0..7 {
        assert_eq!(response(&mut shop, "POST", "/quoine/api/v1/invoices", r#"{"price":"1"}"#).status.as_u16(), 200);
    }
    let page = json(&response(&mut shop, "GET", "/quoine/api/v1/invoices?page=2&per=5&page=1", "")).1;
    assert_eq!(page["invoices"].as_array().map(Vec::len), Some(5), "Rack keeps the last: {page}");
    let ask = |shop: &mut Tape, query: &str| {
        json(&response(shop, "GET", &format!("/qbitpay/api/v1/markets/ticker?symbol=USDT/CNY&{query}"), "")).1
    };
    let bid = ask(&mut shop, "side=bid");
    assert_eq!(ask(&mut shop, "side=bid&side=ask"), bid, "egg keeps the first");
    assert_ne!(ask(&mut shop, "side=ask"), bid);
    for nonce in 1..=3 {
        assert_eq!(order(&mut shop, "1", &nonce.to_string()).0, 201);
    }
    let list = json(&response(&mut shop, "GET", "/cryptopay/api/payment-orders/?page_size=1&page_size=2", "")).1;
    assert_eq!(list["results"].as_array().map(Vec::len), Some(2), "Django keeps the last");
    let twice = response(&mut shop, "GET", "/__admin/requests?provider=quoine&provider=qbitpay", "");
    assert_eq!((twice.status.as_u16(), json(&twice).1["code"].clone()), (400, json!("duplicate_parameter")));
}

#[test]
fn the_usual_slips_have_a_hint() {
    let mut shop = Tape::shop();
    let mut hint = |request: Request| {
        let response = shop.ask(request);
        let hint = response.headers.get("playmoney-hint").and_then(|it| it.to_str().ok()).unwrap_or("").to_owned();
        (response.status.as_u16(), hint)
    };
    let basic = |text: &str| {
        use base64::Engine;
        let value = base64::engine::general_purpose::STANDARD.encode(text);
        Request::new(Method::GET, "/qbitpay/api/v1/balances/show", "").with("Authorization", &format!("Basic {value}"))
    };
    let padded = "the key has white space or a line break around it";
    assert_eq!(hint(basic("qbit_test_key:")).0, 200);
    assert_eq!(
        hint(basic(":qbit_test_key")),
        (401, "the key is the user name of Basic authentication, not the password: write `key:`".to_owned())
    );
    assert_eq!(hint(basic("qbit_test_key\n:")), (401, padded.to_owned()));
    assert_eq!(hint(basic("other:")), (401, String::new()));
    let form = Request::new(Method::POST, "/quantapay/api.php", "function=get-balances&api-key=qp_test_key%20");
    assert_eq!(hint(form.with("Content-Type", "application/x-www-form-urlencoded")).1, padded);
    let create = |body: &[u8]| {
        let request = Request::new(Method::POST, "/quantum-payouts/api/v1/createPayout", body.to_vec());
        request.with("Authorization", "Bearer qm_test_token").with("Content-Type", "application/json")
    };
    assert!(hint(create(b"\xEF\xBB\xBF{}")).1.contains("byte order mark"));
    assert!(hint(create(b"\x1f\x8b").with("Content-Encoding", "gzip")).1.contains("compressed"));
    let nearest =
        hint(Request::new(Method::GET, "/quantum-payouts/api/v1/createPayout/", "").with("Authorization", "Bearer qm_test_token"));
    assert!(nearest.1.contains("POST /api/v1/createPayout"), "the path decides, not the method: {nearest:?}");
}

#[test]
fn i15_a_signature_may_leave_out_the_host_of_an_address_in_the_query() {
    for signed in ["/quoine/api/v1/invoices?next=http://shop/x", "/quoine/api/v1/invoices?next=/x", "/api/v1/invoices?next=/x"] {
        let mut shop = Tape::shop();
        shop.client.target = Some(signed.to_owned());
        let answer = response(&mut shop, "GET", "/quoine/api/v1/invoices?next=http://shop/x", "");
        assert_eq!(answer.status.as_u16(), 200, "{signed}");
    }
    let mut shop = Tape::shop();
    shop.client.target = Some("/api/v1/%70rofile".to_owned());
    assert_eq!(response(&mut shop, "GET", "/quoine/api/v1/%70rofile", "").status.as_u16(), 200, "the path as it was sent");
    shop.play("set quoine/2 webhook_url=http://127.0.0.1:9/cb?u=http://h/p");
    shop.play("POST /quoine/api/v1/invoices {\"price\":\"500.0\"}\nact quoine.pay invoice=1");
    let signed = shop.posted.last().and_then(|it| it.headers.get("authorization")).is_some();
    let deliveries = shop.admin("GET", "deliveries", &Json::Null);
    let canonical = deliveries["deliveries"][0]["attempts"][0]["signed"].as_str().expect("a text").to_owned();
    assert!(signed && canonical.contains(",/cb?u=/p,"), "{canonical}");
}
