//! Signatures of requests: made, judged, and explained.

use serde_json::{Value as Json, json};

use super::run;

const TARGET: &str = "/api/v1/invoices?page=2";
const BODY: &str = r#"{"price":"1.0"}"#;

/// The headers that `sign` gives, as arguments.
fn headers(arguments: &[&str]) -> Vec<String> {
    let signed: Json = serde_json::from_slice(&run(arguments).stdout).expect("JSON");
    let own = signed["headers"].as_object().expect("headers");
    own.iter().flat_map(|(name, it)| ["-H".to_owned(), format!("{name}: {}", it.as_str().unwrap_or(""))]).collect()
}

fn judged(arguments: &[&str], headers: &[String]) -> Json {
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let output = run(&[arguments, &headers, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn a_signed_request_is_judged_and_its_mistake_named() {
    let sign = ["sign", "quoine", "--json", "--method", "POST", "--target", TARGET, "--body", BODY];
    let good = headers(&sign);
    let verify = ["verify", "quoine", "--target", TARGET, "--body", BODY];
    assert_eq!(judged(&verify, &good)["valid"], true);
    let prefixed = ["verify", "quoine", "--target", "/quoine/api/v1/invoices?page=2", "--body", BODY];
    assert_eq!(judged(&prefixed, &good)["valid"], true, "the prefix of a sandbox is not signed");
    let reason = |arguments: &[&str], headers: &[String]| judged(arguments, headers)["reason"].as_str().unwrap_or("").to_owned();
    assert_eq!(reason(&["verify", "quoine", "--target", TARGET, "--body", r#"{"price": "1.0"}"#], &good), "reserialised_body");
    assert_eq!(reason(&[&verify[..], &["--secret", "another"]].concat(), &good), "wrong_secret");
    let other_query = judged(&["verify", "quoine", "--target", "/api/v1/invoices?page=3", "--body", BODY], &good);
    assert!(
        other_query["reason"] == "mismatch" && other_query["canonical"].as_str().is_some_and(|it| it.contains("page=3")),
        "{other_query}"
    );
    let without = judged(&verify, &good[..0]);
    assert_eq!((without["reason"].as_str(), without["valid"].as_bool()), (Some("missing_signature"), Some(false)));
    let no_nonce: Vec<String> = good.chunks(2).filter(|it| !it[1].starts_with("NONCE")).flatten().cloned().collect();
    assert!(judged(&verify, &no_nonce)["missing"].as_array().is_some_and(|it| it.contains(&"NONCE".into())), "{no_nonce:?}");
    let none = run(&["verify", "qbitpay", "--target", "/api/v1/charges"]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("requests to qbitpay are not signed"), "{none:?}");
}

#[test]
fn a_request_with_a_right_signature_is_judged_by_what_the_server_refuses_too() {
    let date = "Sat, 27 Sep 2014 04:55:17 GMT";
    let nonce = "0123456789abcdef0123456789abcdef";
    let cases = [
        (date, nonce, None, "stale_timestamp"),
        (date, nonce, Some("2014-09-27T05:00:00Z"), "valid"),
        (date, "abc", Some("2014-09-27T05:00:00Z"), "wrong_nonce"),
        (date, "", Some("2014-09-27T05:00:00Z"), "wrong_nonce"),
        ("yesterday", nonce, None, "wrong_date"),
    ];
    for (date, nonce, now, expected) in cases {
        let signed = headers(&["sign", "quoine", "--json", "--target", TARGET, "--date", date, "--nonce", nonce]);
        let now = now.map_or(Vec::new(), |it| vec!["--now", it]);
        let told = judged(&[&["verify", "quoine", "--target", TARGET][..], &now].concat(), &signed);
        assert_eq!(told["reason"].as_str().unwrap_or("valid"), expected, "{date} {nonce}: {told}");
    }
}

#[test]
fn a_command_of_curl_reaches_the_provider() {
    for (url, method, begin) in [
        ("http://host", "post", "curl -X POST 'http://host/quoine/api/v1/profile'"),
        ("http://host:1/", "Put", "curl -X PUT 'http://host:1/quoine/api/v1/profile'"),
        ("http://host/mocks/quoine", "GET", "curl -X GET 'http://host/mocks/quoine/api/v1/profile'"),
    ] {
        let output = run(&["sign", "quoine", "--curl", "--target", "/api/v1/profile", "--url", url, "--method", method]);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.starts_with(begin), "{told}");
    }
}

#[test]
fn a_webhook_that_is_signed_without_its_headers_says_which_are_missing() {
    let output = run(&["sign", "quoine", "--body", "{}"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        told.contains("\nmissing    Content-Type, ") && told.contains("the address (--url)") && !told.contains("Authorization"),
        "{told}"
    );
    let whole = run(&["sign", "cryptopay", "--body", "{}"]);
    assert!(!String::from_utf8_lossy(&whole.stdout).contains("missing"), "{whole:?}");
}

#[test]
fn a_signed_checkout_is_judged_and_its_mistake_named() {
    let form = "function=create-checkout-session&price=10&currency=usd&order_id=A-1&timestamp=1767225600";
    let signed: Json =
        serde_json::from_slice(&run(&["sign", "quantapay", "--json", "--target", "/api.php", "--body", form]).stdout).expect("JSON");
    let signature = signed["signature"].as_str().expect("a text");
    let reason = |form: &str| {
        let now = ["--now", "2026-01-01T00:05:00Z"];
        let told = judged(&[&["verify", "quantapay", "--target", "/api.php", "--body", form][..], &now].concat(), &[]);
        told["reason"].as_str().unwrap_or("valid").to_owned()
    };
    assert_eq!(reason(&format!("{form}&signature={signature}")), "valid");
    assert_eq!(reason(&format!("{form}&signature={}", signature.to_uppercase())), "wrong_encoding");
    assert_eq!(reason(&format!("{}&signature={signature}", form.replace("price=10", "price=10.0"))), "mismatch");
    assert_eq!(reason(form), "missing_signature");
}

#[test]
fn what_only_a_server_knows_of_a_request_is_said() {
    let sign = ["sign", "quoine", "--json", "--target", TARGET];
    let verify = ["verify", "quoine", "--target", TARGET];
    let of_user = |user: &str, headers: Vec<String>| -> Vec<String> {
        headers.into_iter().map(|it| it.replace("APIAuth 2:", &format!("APIAuth {user}:"))).collect()
    };
    let own = headers(&sign);
    assert_eq!(judged(&verify, &own)["unchecked"], json!(["whether the NONCE was used before"]));
    let plain = run(&[&verify[..], &own.iter().map(String::as_str).collect::<Vec<_>>()].concat());
    let told = "valid\nunchecked  whether the NONCE was used before: only a server knows it; \
                GET /__admin/requests shows why it refused a request\n";
    assert!(String::from_utf8_lossy(&plain.stdout).starts_with(told), "{plain:?}");
    let foreign = judged(&verify, &of_user("7", own));
    assert_eq!((&foreign["valid"], &foreign["reason"]), (&json!(false), &json!("wrong_caller")), "the default sandbox's user is 2");
    let secret = ["--secret", "of-user-7"];
    let given = judged(&[&verify[..], &secret].concat(), &of_user("7", headers(&[&sign[..], &secret].concat())));
    assert_eq!(given["valid"], true);
    assert_eq!(given["unchecked"], json!(["whether this is the secret of `7`", "whether the NONCE was used before"]));
}

#[test]
fn a_checkout_is_judged_by_its_key_and_its_timestamp_too() {
    let judge = |key: &str, now: &str| {
        let form = format!("function=create-checkout-session&api-key={key}&price=10&timestamp=1767225600");
        let signature = run(&["sign", "quantapay", "--json", "--target", "/api.php", "--body", &form]);
        let signature: Json = serde_json::from_slice(&signature.stdout).expect("JSON");
        let form = format!("{form}&signature={}", signature["signature"].as_str().expect("a text"));
        let told = judged(&["verify", "quantapay", "--target", "/api.php", "--now", now, "--body", &form], &[]);
        (told["reason"].as_str().unwrap_or("valid").to_owned(), told["unchecked"].clone())
    };
    assert_eq!(judge("qp_test_key", "2026-01-01T00:05:00Z"), ("valid".to_owned(), json!([])));
    assert_eq!(judge("qp_test_key", "2026-01-01T00:05:01Z").0, "stale_timestamp");
    assert_eq!(judge("sk_shop", "2026-01-01T00:05:00Z").0, "wrong_caller");
}
