//! The documentation's own examples, and its tables row by row. They never change to suit us.

use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use super::{answer, request, served, shop, text};
use crate::tape::Tape;

/// Create An Invoice, sample response, with the status words of the enumerations.
const CREATED: &str = r#"{"id":1,"system_status":"ready","invoice_status":"payment_awaited","user_id":2,"sub_account_id":1,"bitcoin_address":"1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","name":"invoice name","data":"any data","price":"500.0","btc_price":0.5,"btc_balance":0,"currency":"USD","qrcode_address_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","qrcode_protocol_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=bitcoin:1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo?amount=0.5","paid_at":null,"created_at":"2014-08-08T19:40:12.855+09:00","updated_at":"2014-08-08T19:40:12.855+09:00","expired_at":"2014-08-08T20:10:12.855+09:00"}"#;
/// Get An Invoice, sample response, in the same way, with the moment of its confirmation.
const SINGLE: &str = r#"{"id":1,"system_status":"confirmed","invoice_status":"payment_confirmed","user_id":2,"sub_account_id":1,"bitcoin_address":"1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","name":"invoice name","data":"any data","price":"500.0","btc_price":0.5,"btc_balance":0.5,"currency":"USD","status":"btc_sent","qrcode_address_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","qrcode_protocol_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=bitcoin:1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo?amount=0.5","paid_at":"2014-08-08T19:50:12.855+09:00","created_at":"2014-08-08T19:40:12.855+09:00","updated_at":"2014-08-08T19:51:12.855+09:00","expired_at":"2014-08-08T20:10:12.855+09:00"}"#;
/// The same sample as the page prints it.
const SINGLE_AS_PRINTED: &str = r#"{"id":1,"system_status":"confirmed","invoice_status":"paid","user_id":1,"sub_account_id":1,"bitcoin_address":"19wMMfLQ4Hu2XehHAbR3xY9UMEaaRLUMf4","name":"invoice name","data":"any data","price":"500.0","btc_price":0.5,"btc_balance":0.5,"currency":"USD","status":"btc_sent","qrcode_address_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=19wMMfLQ4Hu2XehHAbR3xY9UMEaaRLUMf4","qrcode_protocol_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=bitcoin:19wMMfLQ4Hu2XehHAbR3xY9UMEaaRLUMf4?amount=0.5","paid_at":"2014-08-08T20:18:48.813+09:00","created_at":"2014-08-08T20:08:48.813+09:00","updated_at":"2014-08-08T20:08:48.813+09:00","expired_at":"2014-08-08T20:38:48.813+09:00"}"#;
/// Update Notification URL, data posted to the callback.
const CALLBACK: &str = r#"{"invoice":{"id":1,"system_status":"complete","invoice_status":"payment_confirmed","user_id":2,"sub_account_id":1,"bitcoin_address":"1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","name":"invoice name","data":"any data","price":"500.0","btc_price":0.5,"btc_balance":0.5,"currency":"USD","qrcode_address_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo","qrcode_protocol_url":"http://chart.googleapis.com/chart?chs=500x500&cht=qr&chl=bitcoin:1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo?amount=0.5","paid_at":"2014-08-08T19:50:12.855+09:00","created_at":"2014-08-08T19:40:12.855+09:00","updated_at":"2014-08-08T19:52:12.855+09:00","expired_at":"2014-08-08T20:10:12.855+09:00"}}"#;
const SAMPLE_ADDRESS: &str = "1MutST9LxW4JxNVSjyzBV6bVwi64cD9Zoo";
const NEW: &str = r#"{"price":500,"name":"invoice name","data":"any data"}"#;

/// A sandbox at the moment of the page's samples.
fn in_2014() -> Tape {
    Tape::new(Start {
        now: Some("2014-08-08T10:40:12.855Z".parse().expect("a time")),
        webhook_url: Some("https://merchant.com/callback".to_owned()),
        ..Start::default()
    })
}

/// An answer with the sample's address in the place of its own.
fn with_sample_address(body: &str) -> String {
    let own = body.split_once("\"bitcoin_address\":\"").and_then(|it| it.1.split_once('"')).expect("an address").0;
    body.replace(own, SAMPLE_ADDRESS)
}

#[test]
fn the_samples_of_an_invoice_and_of_its_callback_to_the_byte() {
    let mut shop = in_2014();
    shop.play("set quoine/2 pace=manual");
    let (status, body) = answer(&mut shop, "POST", "invoices", NEW);
    assert_eq!((status, with_sample_address(&body).as_str()), (200, CREATED));
    shop.play("advance 10m\nact quoine.pay invoice=1\nadvance 1m\nact quoine.confirm invoice=1");
    let (status, body) = answer(&mut shop, "GET", "invoices/1", "");
    assert_eq!((status, with_sample_address(&body).as_str()), (200, SINGLE));
    let members = |text: &str| serde_json::from_str::<Json>(text).expect("JSON").as_object().expect("an object").keys().cloned().collect();
    let (own, printed): (Vec<String>, Vec<String>) = (members(&body), members(SINGLE_AS_PRINTED));
    assert_eq!(own, printed);
    shop.play("advance 1m\nact quoine.capture invoice=1");
    let notice = shop.posted.last().expect("a callback");
    assert_eq!(with_sample_address(&String::from_utf8_lossy(&notice.body)), CALLBACK);
    assert_eq!(notice.url, "https://merchant.com/callback");
}

#[test]
fn the_samples_of_errors_profile_and_callback_url_to_the_byte() {
    let mut shop = in_2014();
    for (method, name, body, status, documented) in [
        ("POST", "invoices", "{}", 422, r#"{"status":"fail","errors":{"price":["can't be blank"]}}"#),
        ("GET", "invoices/1", "", 404, r#"{"status":"fail","message":"Invoice not found"}"#),
        (
            "POST",
            "payments_callback_url",
            r#"{"callback":"https://merchant.com/callback"}"#,
            200,
            r#"{"status":"success","callback":"https://merchant.com/callback"}"#,
        ),
        (
            "GET",
            "profile",
            "",
            200,
            r#"{"id":2,"email":"marjory_spinka@balistreri.name","first_name":"Test","last_name":"Demo","name":"Test Demo","currency":"USD","status":"approved","settings":{"payments_callback":"https://merchant.com/callback"}}"#,
        ),
    ] {
        assert_eq!(answer(&mut shop, method, name, body), (status, documented.to_owned()), "{name}");
    }
}

#[test]
fn the_sample_of_a_list_has_its_meta() {
    let mut shop = shop(&[]);
    assert_eq!(
        answer(&mut shop, "GET", "invoices", "").1,
        r#"{"invoices":[],"meta":{"current_page":1,"next_page":null,"prev_page":null,"total_pages":0,"total_count":0}}"#
    );
    for _ in 0..8 {
        served(&mut shop, "POST", "invoices", NEW);
    }
    let meta = |shop: &mut Tape, query: &str| {
        let list = served(shop, "GET", &format!("invoices{query}"), "");
        let ids: Vec<u64> = list["invoices"].as_array().expect("a list").iter().map(|it| it["id"].as_u64().expect("a number")).collect();
        (ids, list["meta"].to_string())
    };
    let wrote = |current: u64, next: &str, prev: &str, pages: u64| {
        format!(r#"{{"current_page":{current},"next_page":{next},"prev_page":{prev},"total_count":8,"total_pages":{pages}}}"#)
    };
    let all: Vec<u64> = (1..=8).collect();
    for (query, ids, meta_is) in [
        ("?per=4", vec![1, 2, 3, 4], wrote(1, "2", "null", 2)),
        ("?per=7", (1..=7).collect(), wrote(1, "2", "null", 2)),
        ("?page=2&per=5", vec![6, 7, 8], wrote(2, "null", "1", 2)),
        ("", all.clone(), wrote(1, "null", "null", 1)),
        ("?page=0&per=0", all.clone(), wrote(1, "null", "null", 1)),
        ("?page=-1&per=-3", all.clone(), wrote(1, "null", "null", 1)),
        ("?page=x&per=y", all.clone(), wrote(1, "null", "null", 1)),
        ("?per=101", all, wrote(1, "null", "null", 1)),
        ("?page=3&per=4", vec![], wrote(3, "null", "2", 2)),
        ("?page=18446744073709551615&per=100", vec![], wrote(u64::MAX, "null", "18446744073709551614", 1)),
    ] {
        assert_eq!(meta(&mut shop, query), (ids, meta_is), "{query}");
    }
    let body = answer(&mut shop, "GET", "invoices?per=1", "").1;
    assert!(body.ends_with(r#""meta":{"current_page":1,"next_page":2,"prev_page":null,"total_pages":8,"total_count":8}}"#), "{body}");
    assert!(!body.contains("\"status\":"), "one call alone has `status`: {body}");
}

/// A body, and the answer to it.
#[rustfmt::skip]
const CREATE: &[(&str, u16, &str)] = &[
    ("{}",                               422, r#"{"price":["can't be blank"]}"#),
    (r#"{"price":null}"#,                   422, r#"{"price":["can't be blank"]}"#),
    (r#"{"price":""}"#,                     422, r#"{"price":["can't be blank"]}"#),
    (r#"{"price":"  "}"#,                   422, r#"{"price":["can't be blank"]}"#),
    (r#"{"price":"abc"}"#,                  422, r#"{"price":["is not a number"]}"#),
    (r#"{"price":true}"#,                   422, r#"{"price":["is not a number"]}"#),
    (r#"{"price":[500]}"#,                  422, r#"{"price":["is not a number"]}"#),
    (r#"{"price":{}}"#,                     422, r#"{"price":["is not a number"]}"#),
    (r#"{"price":"5,00"}"#,                 422, r#"{"price":["is not a number"]}"#),
    (r#"{"price":0}"#,                      422, r#"{"price":["must be greater than 0"]}"#),
    (r#"{"price":"0.0"}"#,                  422, r#"{"price":["must be greater than 0"]}"#),
    (r#"{"price":-1}"#,                     422, r#"{"price":["must be greater than 0"]}"#),
    (r#"{"price":0.000001}"#,               422, r#"{"price":["is too small"]}"#),
    (r#"{"price":1000000000.01}"#,          422, r#"{"price":["must be less than or equal to 1000000000"]}"#),
    (r#"{"price":1,"name":5}"#,             422, r#"{"name":["is invalid"]}"#),
    (r#"{"price":1,"name":{}}"#,            422, r#"{"name":["is invalid"]}"#),
    (r#"{"price":1,"data":5}"#,             422, r#"{"data":["is invalid"]}"#),
    (r#"{"price":1,"data":[]}"#,            422, r#"{"data":["is invalid"]}"#),
    (r#"{"data":1,"name":2,"price":"x"}"#,  422, r#"{"price":["is not a number"],"name":["is invalid"],"data":["is invalid"]}"#),
];

#[test]
fn the_errors_of_an_invoice_row_by_row() {
    for (body, status, errors) in CREATE {
        let refused = format!(r#"{{"status":"fail","errors":{errors}}}"#);
        assert_eq!(answer(&mut shop(&[]), "POST", "invoices", body), (*status, refused), "{body}");
    }
    let long = |name: &str, chars: usize| format!(r#"{{"price":1,"{name}":"{}"}}"#, "ы".repeat(chars));
    for (name, chars_max) in [("name", 255), ("data", 65_535)] {
        assert_eq!(answer(&mut shop(&[]), "POST", "invoices", &long(name, chars_max)).0, 200);
        let refused = format!(r#"{{"status":"fail","errors":{{"{name}":["is too long (maximum is {chars_max} characters)"]}}}}"#);
        assert_eq!(answer(&mut shop(&[]), "POST", "invoices", &long(name, chars_max + 1)), (422, refused));
    }
}

#[test]
fn prices_as_they_are_sent_and_shown() {
    for (sent, price, btc) in [
        ("500", "500.0", "0.5"),
        ("\"500\"", "500.0", "0.5"),
        ("\"500.0\"", "500.0", "0.5"),
        ("\" 500.00 \"", "500.0", "0.5"),
        ("\"12.345\"", "12.345", "0.012345"),
        ("12.50", "12.5", "0.0125"),
        ("0.00001", "0.00001", "0.00000001"),
        ("0.000005", "0.000005", "0.00000001"),
        ("1e2", "100.0", "0.1"),
        ("1000", "1000.0", "1"),
        ("333.333333", "333.333333", "0.33333333"),
        ("1000000000", "1000000000.0", "1000000"),
    ] {
        let (status, body) = answer(&mut shop(&[]), "POST", "invoices", &format!(r#"{{"price":{sent}}}"#));
        assert_eq!(status, 200, "{sent}: {body}");
        assert!(body.contains(&format!(r#""price":"{price}","btc_price":{btc},"btc_balance":0,"#)), "{sent}: {body}");
        assert!(body.contains(&format!("?amount={btc}\"")), "{sent}: {body}");
    }
}

#[test]
fn rates_per_currency() {
    for (currency, btc) in [("USD", "0.5"), ("JPY", "0.00416667"), ("SGD", "0.37037037"), ("EUR", "0.55555556")] {
        let mut shop = shop(&[&format!("currency={currency}")]);
        let (_, body) = answer(&mut shop, "POST", "invoices", NEW);
        assert!(body.contains(&format!(r#""btc_price":{btc},"btc_balance":0,"currency":"{currency}","#)), "{body}");
    }
}

#[test]
fn a_body_that_cannot_be_read_is_400() {
    let refused = (400, r#"{"status":"fail","message":"Invalid request body"}"#.to_owned());
    for name in ["invoices", "payments_callback_url"] {
        for body in ["", "{", "[]", "\"price\"", "price=500", "null"] {
            assert_eq!(answer(&mut shop(&[]), "POST", name, body), refused, "{name} {body}");
        }
        for media in ["application/x-www-form-urlencoded", "text/plain"] {
            let mut shop = shop(&[]);
            shop.play(&format!("with Content-Type: {media}"));
            assert_eq!(answer(&mut shop, "POST", name, NEW), refused, "{media}");
        }
    }
    let mut shop = shop(&[]);
    shop.play("with Content-Type: application/json; charset=utf-8");
    assert_eq!(answer(&mut shop, "POST", "invoices", NEW).0, 200, "a parameter of the media type is signed and does not matter");
}

#[test]
fn the_errors_of_a_callback_address_row_by_row() {
    let long = format!(r#"{{"callback":"https://merchant.com/{}"}}"#, "x".repeat(2048));
    let bytes = format!(r#"{{"callback":"https://merchant.com/{}"}}"#, "é".repeat(1_100));
    for (body, fault) in [
        ("{}", "can't be blank"),
        (r#"{"callback":null}"#, "can't be blank"),
        (r#"{"callback":""}"#, "can't be blank"),
        (r#"{"callback":"merchant.com"}"#, "is invalid"),
        (r#"{"callback":"ftp://merchant.com"}"#, "is invalid"),
        (r#"{"callback":"https://"}"#, "is invalid"),
        (r#"{"callback":5}"#, "is invalid"),
        (bytes.as_str(), "is invalid"),
        (long.as_str(), "is too long (maximum is 2048 characters)"),
    ] {
        let refused = format!(r#"{{"status":"fail","errors":{{"callback":["{fault}"]}}}}"#);
        assert_eq!(answer(&mut shop(&[]), "POST", "payments_callback_url", body), (422, refused), "{body}");
    }
}

#[test]
fn an_invoice_that_is_not_there() {
    let mut shop = shop(&[]);
    served(&mut shop, "POST", "invoices", NEW);
    for id in ["2", "0", "abc", "-1", "+1", "1.0", "18446744073709551616", "%32", "1%2F"] {
        let refused = (404, r#"{"status":"fail","message":"Invoice not found"}"#.to_owned());
        assert_eq!(answer(&mut shop, "GET", &format!("invoices/{id}"), ""), refused, "{id}");
    }
}

#[test]
fn what_is_not_documented_is_not_found_whoever_asks() {
    let refused = (404, r#"{"status":"fail","message":"Not found"}"#.to_owned());
    for (method, name) in [
        ("DELETE", "invoices/1"),
        ("PUT", "invoices/1"),
        ("PATCH", "invoices/1"),
        ("POST", "invoices/1"),
        ("DELETE", "invoices"),
        ("POST", "profile"),
        ("GET", "payments_callback_url"),
        ("GET", "account"),
        ("POST", "api_secret_key/"),
        ("GET", "invoices/1/status"),
        ("GET", "invoices/1/claim_bitcoin"),
        ("POST", "set_payments_callback"),
        ("GET", "invoices/"),
        ("GET", ""),
    ] {
        let mut shop = shop(&[]);
        served(&mut shop, "POST", "invoices", NEW);
        assert_eq!(answer(&mut shop, method, name, ""), refused, "{method} {name}");
        shop.play("without Authorization");
        assert_eq!(answer(&mut shop, method, name, ""), refused, "{method} {name}");
    }
}

/// Status, message, and the name that asks for it.
const ERRORS: &[(u16, &str, &str)] = &[
    (400, "Invalid request body", "invalid_request"),
    (401, "Token is invalid", "token_invalid"),
    (401, "API_KEY is invalid", "api_key_invalid"),
    (404, "Invoice not found", "invoice_not_found"),
    (404, "Not found", "not_found"),
    (503, "API usage limit exceeded", "usage_limit"),
    (503, "Internal error on Authy", "authy_error"),
    (503, "You don't have access to this API call", "access_denied"),
    (500, "Internal server error", "internal_error"),
];

#[test]
fn every_error_by_its_name() {
    for (status, message, name) in ERRORS {
        let mut shop = shop(&[]);
        shop.play(&format!("with Playmoney-Fault: {name}"));
        let body = format!(r#"{{"status":"fail","message":"{message}"}}"#);
        assert_eq!(answer(&mut shop, "GET", "profile", ""), (*status, body));
    }
}

#[test]
fn addresses_pass_base58check_and_no_two_are_alike() {
    use sha2::{Digest, Sha256};
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut shop = shop(&[]);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let address = served(&mut shop, "POST", "invoices", NEW)["bitcoin_address"].as_str().expect("text").to_owned();
        // Bytes of the number that the address is, the most significant first.
        let mut bytes = [0_u8; 25];
        for letter in address.bytes() {
            let mut carry = u32::try_from(ALPHABET.iter().position(|it| *it == letter).expect("a letter of the alphabet")).expect("small");
            for byte in bytes.iter_mut().rev() {
                carry += u32::from(*byte) * 58;
                *byte = u8::try_from(carry & 255).expect("a byte");
                carry >>= 8;
            }
            assert_eq!(carry, 0, "{address} is longer than an address");
        }
        assert_eq!((bytes[0], &bytes[21..]), (0, &Sha256::digest(Sha256::digest(&bytes[..21]))[..4]), "{address}");
        assert!(address.starts_with('1'));
        assert!(seen.insert(address), "another one for each invoice");
    }
}

#[test]
fn what_was_attached_comes_back_as_it_was() {
    let order = r#"{"order": {"id": "A-7", "items": [1, 2.50]}, "note": "caf\u00e9 / 1"}"#;
    let mut shop = shop(&[]);
    let quoted = json!(order).to_string();
    for (sent, shown) in [
        (quoted.as_str(), json!(order)),
        (order, serde_json::from_str(order).expect("JSON")),
        ("\"\"", json!("")),
        ("null", Json::Null),
        ("\"€\\n\\\"<b>\"", json!("€\n\"<b>")),
    ] {
        let made = served(&mut shop, "POST", "invoices", &format!(r#"{{"price":1,"data":{sent},"name":""}}"#));
        assert_eq!((&made["data"], &made["name"]), (&shown, &json!("")), "{sent}");
        let again = served(&mut shop, "GET", &format!("invoices/{}", made["id"]), "");
        assert_eq!(again["data"], shown);
    }
    let body = answer(&mut shop, "GET", "invoices/2", "").1;
    assert!(body.contains(r#""data":{"order":{"id":"A-7","items":[1,2.50]},"note":"café / 1"}"#), "digits and order stay: {body}");
}

#[test]
fn a_page_of_another_state_is_served_when_it_is_switched_on() {
    let mut shop = shop(&["claim_bitcoin=true", "set_payments_callback=true", "pace=manual"]);
    let set = answer(&mut shop, "POST", "set_payments_callback", r#"{"callback":"https://merchant.com/old"}"#);
    assert_eq!(set, (200, r#"{"status":"success","callback":"https://merchant.com/old"}"#.to_owned()));
    assert_eq!(served(&mut shop, "GET", "profile", "")["settings"]["payments_callback"], "https://merchant.com/old");
    let made = answer(&mut shop, "POST", "invoices", NEW).1;
    assert!(made.contains(r#""btc_balance":0,"bitcoin_amount_claimed":0,"currency""#), "{made}");
    let claim = |shop: &mut Tape| answer(shop, "GET", "invoices/1/claim_bitcoin", "");
    assert_eq!(claim(&mut shop), (200, r#"{"amount":0}"#.to_owned()));
    shop.play("act quoine.pay invoice=1 amount=0.75");
    assert_eq!(claim(&mut shop), (200, r#"{"amount":0}"#.to_owned()), "nothing is confirmed yet");
    shop.play("act quoine.confirm invoice=1");
    assert_eq!(claim(&mut shop), (200, r#"{"amount":0.25}"#.to_owned()));
    assert_eq!(claim(&mut shop), (200, r#"{"amount":0}"#.to_owned()));
    assert_eq!(served(&mut shop, "GET", "invoices/1", "")["bitcoin_amount_claimed"], json!(0.25));
    served(&mut shop, "POST", "invoices", NEW);
    shop.play("act quoine.pay invoice=2 amount=0.1\nadvance 30m");
    assert_eq!(answer(&mut shop, "GET", "invoices/2/claim_bitcoin", ""), (200, r#"{"amount":0.1}"#.to_owned()), "paid in vain");
    assert_eq!(answer(&mut shop, "GET", "invoices/3/claim_bitcoin", "").0, 404);
}

#[test]
fn local_pictures_stand_for_the_documented_ones() {
    let mut shop = shop(&["local_qr=true"]);
    let made = served(&mut shop, "POST", "invoices", NEW);
    assert_eq!(made["qrcode_protocol_url"], "http://127.0.0.1:4242/quoine/qr/1");
    assert_eq!(made["qrcode_address_url"], "http://127.0.0.1:4242/quoine/qr/1?of=address");
    let mut by_host = request(&mut shop, "GET", "invoices/1", "");
    (by_host.origin, by_host.by_own_host) = ("https://pay.quoine.com".to_owned(), true);
    let (_, body) = text(&shop.ask(by_host));
    assert!(body.contains("\"https://pay.quoine.com/qr/1\""), "{body}");
    shop.play("act quoine.pay invoice=1");
    let body = String::from_utf8_lossy(&shop.posted[0].body).into_owned();
    assert!(body.contains("\"http://127.0.0.1:4242/quoine/qr/1\""), "a callback leads to where the invoice was made: {body}");
    for path in ["/quoine/qr/1", "/quoine/qr/1?of=address"] {
        let picture = shop.ask(Request::new(Method::GET, path, ""));
        assert_eq!((picture.status.as_u16(), &picture.headers["content-type"]), (200, &"image/svg+xml".parse().expect("text")));
    }
    assert_eq!(shop.ask(Request::new(Method::GET, "/quoine/qr/2", "")).status, 404);
}
