//! Known answers of the signature, its checks in their order, and what is said about a callback's.

use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::kit::time::Timestamp;
use serde_json::{Value as Json, json};

use super::client::{SECRET, digest, signature};
use super::{answer, request, served, shop, text};
use crate::tape::Tape;

const TEST_SECRET: &str = "qFVgWtyUlm86GM98qLrIWXRv13cWOKWhkHxlqlGlUBTYSC+yqxGpBF/pyFy2N9UPJ8A7YXHxEs1iq7cVjTm5yw==";
const DATE: &str = "Sat, 27 Sep 2014 04:55:17 GMT";
const NONCE: &str = "0599e5ed6cbb522053f4faf4eccfbd3a";
const TOKEN: &str = r#"{"status":"fail","message":"Token is invalid"}"#;
const API_KEY: &str = r#"{"status":"fail","message":"API_KEY is invalid"}"#;

/// Content-MD5, path and query, whether a NONCE goes with it, and the signature.
const VECTORS: &[(&str, &str, bool, &str)] = &[
    ("", "/api/v1/profile", true, "tdMmEKADVx64uPY1PEFXAi9Hf7s="),
    ("", "/api/v1/invoices?page=2&per=5", true, "POaSHl1V4/vQC21cBhCQJ4S1GL4="),
    ("L8M0zBNkQfaGsDmYdrOzjA==", "/api/v1/invoices", true, "lTnZT8ug7v7gW9V8sIlxe72cfwM="),
    ("", "/api/v1/payments_callback_url", true, "jECX+3tszB9hHgVbo/kDbVYrpy8="),
    ("L8M0zBNkQfaGsDmYdrOzjA==", "/api/v1/invoices", false, "Qc/RGfImQDt5edipmwPMC6c3tS8="),
];

#[test]
fn known_answers_of_requests() {
    assert_eq!(digest(br#"{"price":500,"name":"invoice name","data":"any data"}"#), "L8M0zBNkQfaGsDmYdrOzjA==");
    assert_eq!(digest(b""), "1B2M2Y8AsgTpgAmY7PhCfg==");
    let provider = playmoney::inside::providers::all().into_iter().find(|it| it.contract().slug == "quoine").expect("Quoine");
    for (md5, target, with_nonce, known) in VECTORS {
        let mut asked = Request::new(Method::GET, target, "").with("Date", DATE);
        if !md5.is_empty() {
            asked = asked.with("Content-MD5", md5);
        }
        if *with_nonce {
            asked = asked.with("NONCE", NONCE);
        }
        let signed = provider.sign_request(&asked, TEST_SECRET).expect("Quoine signs requests");
        let nonce = if *with_nonce { format!(",{NONCE}") } else { String::new() };
        assert_eq!(signed.canonical, format!("application/json,{md5},{target},{DATE}{nonce}"));
        assert_eq!(signed.signature, *known);
        assert_eq!(signature(TEST_SECRET, &signed.canonical), *known, "by another way to the same digest");
    }
}

/// A sandbox at the moment of the known answers, whose user has their secret.
fn at_the_known_moment(settings: &[&str]) -> Tape {
    let start =
        playmoney::inside::engine::start::Start { now: Some("2014-09-27T04:55:17Z".parse().expect("a time")), ..Default::default() };
    let mut shop = Tape::new(start);
    if !settings.is_empty() {
        shop.play(&format!("set quoine/2 {}", settings.join(" ")));
    }
    super::second_merchant(&mut shop, "3", TEST_SECRET);
    shop
}

#[test]
fn known_answers_are_taken_by_the_server() {
    for (md5, target, with_nonce, known) in VECTORS {
        let mut shop = at_the_known_moment(if *with_nonce { &[] } else { &["legacy_no_nonce=true"] });
        let posts = *target == "/api/v1/invoices" || target.ends_with("url");
        let body = match *target {
            "/api/v1/invoices" => r#"{"price":500,"name":"invoice name","data":"any data"}"#,
            "/api/v1/payments_callback_url" => r#"{"callback":"https://merchant.com/callback"}"#,
            _ => "",
        };
        let method = if posts { Method::POST } else { Method::GET };
        let mut asked = Request::new(method, &format!("/quoine{target}"), body.as_bytes().to_vec());
        asked = asked.with("Content-Type", "application/json").with("Date", DATE);
        asked = asked.with("Authorization", &format!("APIAuth 3:{known}"));
        if !md5.is_empty() {
            asked = asked.with("Content-MD5", md5);
        }
        if *with_nonce {
            asked = asked.with("NONCE", NONCE);
        }
        let (status, body) = text(&shop.ask(asked));
        assert_eq!(status, 200, "{target}: {body}");
    }
}

#[test]
fn the_path_is_signed_as_it_was_sent_or_without_what_stands_before_it() {
    let mut shop = shop(&[]);
    for signs in ["/quoine/api/v1/profile", "/api/v1/profile"] {
        shop.play(&format!("signs {signs}"));
        assert_eq!(answer(&mut shop, "GET", "profile", "").0, 200, "{signs}");
    }
    for signs in ["/profile", "/api/profile", "/s/a/quoine/api/v1/profile", "http://127.0.0.1:4242/quoine/api/v1/profile", ""] {
        shop.client.target = Some(signs.to_owned());
        assert_eq!(answer(&mut shop, "GET", "profile", ""), (401, TOKEN.to_owned()), "{signs}");
    }
    let mut prefixed = request(&mut shop, "GET", "profile", "");
    prefixed.target = "/s/a/quoine/api/v1/profile".to_owned();
    assert_eq!(shop.ask(prefixed).status, 401, "it was signed for another path");
}

#[test]
fn the_checks_come_in_their_order() {
    let body = r#"{"price":500}"#;
    let stale = "Wed, 31 Dec 2025 23:44:59 GMT";
    for (lines, status, answered) in [
        (vec!["without Authorization"], 401, TOKEN),
        (vec!["with Authorization: Bearer x"], 401, TOKEN),
        (vec!["with Authorization: APIAuth 2"], 401, TOKEN),
        (vec!["with Authorization: APIAuth 77:x", "with Content-MD5: x"], 401, API_KEY),
        (vec!["with Authorization: APIAuth 02:x"], 401, API_KEY),
        (vec!["with Authorization: APIAuth two:x"], 401, API_KEY),
        (vec!["with Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg=="], 401, TOKEN),
        (vec!["with Authorization: APIAuth 2:AAAA"], 401, TOKEN),
        (vec!["without Date"], 401, TOKEN),
        (vec!["with Date: 2026-01-01T00:00:00Z"], 401, TOKEN),
        (vec![&*format!("with Date: {stale}").leak()], 401, TOKEN),
        (vec!["without NONCE"], 401, TOKEN),
        (vec!["with NONCE: 0599e5ed6cbb522053f4faf4eccfbd3"], 401, TOKEN),
        (vec!["with NONCE: 0599e5ed6cbb522053f4faf4eccfbd3a0"], 401, TOKEN),
        (vec!["with NONCE: 0599e5ed-6cbb522053f4faf4eccfbd3"], 401, TOKEN),
        (vec!["with NONCE: 0599E5ED6cbb522053f4faf4ECCFzzzz"], 200, ""),
    ] {
        let mut shop = shop(&[]);
        shop.play(&lines.join("\n"));
        let (got, text) = answer(&mut shop, "POST", "invoices", body);
        assert_eq!(got, status, "{lines:?}: {text}");
        assert!(status == 200 || text == answered, "{lines:?}: {text}");
    }
}

#[test]
fn i18_a_date_is_taken_up_to_900_seconds_and_whatever_lies_ahead() {
    for (date, status) in [
        ("Wed, 31 Dec 2025 23:45:00 GMT", 200),
        ("Wed, 31 Dec 2025 23:44:59 GMT", 401),
        ("Wed, 31 Dec 2025 23:46:00 GMT", 200),
        ("Thu, 01 Jan 2026 01:00:00 GMT", 200),
        ("Fri, 01 Jan 2027 00:00:00 GMT", 200),
        ("Thursday, 01-Jan-26 00:00:00 GMT", 200),
        ("Thu Jan  1 00:00:00 2026", 200),
        ("Thu, 1 Jan 2026 00:00:00 GMT", 401),
        ("Thu, 01 Jan 2026 00:00:00", 401),
        ("Thu, 01 Jan 2026 00:00:00 +0000", 401),
    ] {
        let mut shop = shop(&[]);
        shop.play(&format!("with Date: {date}"));
        assert_eq!(answer(&mut shop, "GET", "profile", "").0, status, "{date}");
    }
    let mut shop = shop(&[]);
    shop.play("advance 1ms\nwith Date: Wed, 31 Dec 2025 23:45:00 GMT");
    assert_eq!(answer(&mut shop, "GET", "profile", "").0, 401, "a thousandth of a second too old");
}

#[test]
fn the_clock_that_is_nearer_judges_unless_one_is_chosen() {
    let real: Timestamp = "2026-06-01T12:00:00Z".parse().expect("a time");
    for (freshness, date, status) in [
        ("either", "Thu, 01 Jan 2026 00:00:00 GMT", 200),
        ("either", "Mon, 01 Jun 2026 12:00:00 GMT", 200),
        ("either", "Mon, 01 Jun 2026 11:44:59 GMT", 401),
        ("either", "Wed, 31 Dec 2025 23:44:59 GMT", 401),
        ("virtual", "Mon, 01 Jun 2026 11:44:59 GMT", 200),
        ("virtual", "Wed, 31 Dec 2025 23:44:59 GMT", 401),
        ("real", "Mon, 01 Jun 2026 12:00:00 GMT", 200),
        ("real", "Thu, 01 Jan 2026 00:00:00 GMT", 401),
    ] {
        let mut shop = shop(&[&format!("freshness={freshness}")]);
        shop.uptime.date = real;
        shop.play(&format!("with Date: {date}"));
        assert_eq!(answer(&mut shop, "GET", "profile", "").0, status, "{freshness} {date}");
    }
}

#[test]
fn i18_a_nonce_works_once_and_again_when_its_date_would_be_refused() {
    let mut shop = shop(&[]);
    let nonce = "a".repeat(32);
    let with = |shop: &mut Tape| {
        shop.play(&format!("with NONCE: {nonce}"));
        answer(shop, "GET", "profile", "").0
    };
    assert_eq!(with(&mut shop), 200);
    assert_eq!(with(&mut shop), 401);
    shop.play("advance 900s");
    served(&mut shop, "GET", "profile", "");
    assert_eq!(with(&mut shop), 401, "its date is still good");
    shop.play("advance 1s");
    served(&mut shop, "GET", "profile", "");
    assert_eq!(with(&mut shop), 200);
}

#[test]
fn i6_a_refused_request_uses_up_no_nonce() {
    let nonce = "b".repeat(32);
    let mut shop = shop(&[]);
    for (method, name, body, status) in [
        ("POST", "invoices", r#"{"price":0}"#, 422),
        ("POST", "invoices", "{", 400),
        ("GET", "invoices/1", "", 404),
        ("POST", "invoices", r#"{"price":1}"#, 200),
        ("POST", "invoices", r#"{"price":1}"#, 401),
    ] {
        shop.play(&format!("with NONCE: {nonce}"));
        assert_eq!(answer(&mut shop, method, name, body).0, status, "{name} {body}");
    }
}

/// A user with as many remembered NONCEs as the bound allows: the next one pushes another out.
#[test]
fn i21_a_nonce_that_had_to_go_is_confessed_in_the_journal() {
    let mut shop = shop(&[]);
    served(&mut shop, "GET", "profile", "");
    let mut state = shop.admin("GET", "state", &Json::Null);
    let memory = state["providers"].as_array_mut().expect("a list").iter_mut().find(|it| it["slug"] == "quoine").expect("Quoine");
    let second = 1_767_225_600;
    let many: serde_json::Map<_, _> = (0..100_000).map(|n| (format!("x{n:031}"), json!(second + n))).collect();
    memory["memory"]["nonces"]["2"] = many.into();
    assert_eq!(shop.admin("PUT", "state", &state)["restored"], true);
    served(&mut shop, "GET", "profile", "");
    let journal = shop.admin("GET", "requests", &Json::Null);
    let notes: Vec<&Json> = journal["requests"].as_array().expect("a list").iter().map(|it| &it["note"]).collect();
    assert_eq!(*notes[0], Json::Null);
    let note = notes.last().and_then(|it| it.as_str()).expect("a note");
    assert!(note.contains("100000 NONCEs") && note.contains("can be used again"), "{note}");
    shop.play(&format!("with NONCE: x{:031}", 0));
    assert_eq!(answer(&mut shop, "GET", "profile", "").0, 200, "that one was forgotten");
    shop.play(&format!("with NONCE: x{:031}", 5));
    assert_eq!(answer(&mut shop, "GET", "profile", "").0, 401, "this one was not");
}

#[test]
fn two_users_may_use_the_same_nonce() {
    let mut shop = shop(&[]);
    super::second_merchant(&mut shop, "3", TEST_SECRET);
    let nonce = "c".repeat(32);
    for (user, secret, status) in [("2", SECRET, 200), ("3", TEST_SECRET, 200), ("3", TEST_SECRET, 401), ("2", TEST_SECRET, 401)] {
        shop.play(&format!("client {user} {secret}\nwith NONCE: {nonce}"));
        assert_eq!(answer(&mut shop, "GET", "profile", "").0, status, "{user}");
    }
}

#[test]
fn a_refusal_of_the_signature_says_what_to_look_at() {
    for (line, word) in [
        ("without Authorization", "Authorization header"),
        ("with Content-MD5: x", "Content-MD5"),
        ("with Authorization: APIAuth 2:x", "playmoney verify quoine"),
        ("with Date: yesterday", "HTTP date"),
        ("with Date: Wed, 31 Dec 2025 00:00:00 GMT", "900 seconds"),
        ("without NONCE", "legacy_no_nonce"),
        ("with NONCE: short", "32 alphanumeric"),
        ("with Authorization: APIAuth 9:x", "/__admin/accounts"),
    ] {
        let mut shop = shop(&[]);
        shop.play(line);
        let asked = request(&mut shop, "POST", "invoices", "{}");
        let response = shop.ask(asked);
        let hint = response.headers.get("playmoney-hint").and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
        assert!(hint.contains(word), "{line}: {hint}");
    }
}

#[test]
fn with_the_legacy_switch_the_clients_of_2014_are_taken() {
    for (lines, off, on) in [
        ("without NONCE", 401, 200),
        ("without NONCE\nsigns /api/v1/invoices?page=1", 401, 200),
        ("without NONCE\nsigns /api/v1/invoices", 401, 200),
        ("signs /api/v1/invoices", 401, 200),
        ("signs /quoine/api/v1/invoices", 401, 200),
        ("signs /api/v1/profile", 401, 401),
        ("", 200, 200),
    ] {
        for (legacy, status) in [("false", off), ("true", on)] {
            let mut shop = shop(&[&format!("legacy_no_nonce={legacy}")]);
            shop.play(lines);
            assert_eq!(answer(&mut shop, "GET", "invoices?page=1", "").0, status, "{lines:?} legacy {legacy}");
        }
    }
}

fn verdict(headers: &Json, body: &str, url: &str, secret: &str) -> Json {
    let call = json!({"provider": "quoine", "headers": headers, "body": body, "url": url, "secret": secret});
    Tape::shop().admin("POST", "webhooks/verify", &call)
}

const CALLBACK: &str = r#"{"invoice":{"id":1,"system_status":"unconfirmed","invoice_status":"payment_detected"}}"#;

fn signed(secret: &str, text: &str) -> Json {
    json!({
        "Content-Type": "application/json", "Content-MD5": "T6XiwOzfnrlpnP7PT1ZU3A==", "Date": DATE, "NONCE": NONCE,
        "Authorization": format!("APIAuth 2:{}", signature(secret, text)),
    })
}

#[test]
fn the_known_answer_of_a_callback() {
    let text = format!("application/json,T6XiwOzfnrlpnP7PT1ZU3A==,/callback?shop=7,{DATE},{NONCE}");
    assert_eq!(digest(CALLBACK.as_bytes()), "T6XiwOzfnrlpnP7PT1ZU3A==");
    assert_eq!(signature(TEST_SECRET, &text), "dBG87HLAXgk8SWdeo1Jq6ALsDs8=");
    let start =
        playmoney::inside::engine::start::Start { now: Some("2014-09-27T04:55:17Z".parse().expect("a time")), ..Default::default() };
    for url in ["https://shop.test/callback?shop=7", "/callback?shop=7"] {
        let call =
            json!({"provider": "quoine", "headers": signed(TEST_SECRET, &text), "body": CALLBACK, "url": url, "secret": TEST_SECRET});
        let verdict = Tape::new(start.clone()).admin("POST", "webhooks/verify", &call);
        assert_eq!(
            verdict,
            json!({
                "valid": true, "reason": null, "canonical": text,
                "expected": "dBG87HLAXgk8SWdeo1Jq6ALsDs8=", "received": "dBG87HLAXgk8SWdeo1Jq6ALsDs8=",
            })
        );
    }
}

#[test]
fn the_usual_mistakes_are_recognised() {
    let md5 = "T6XiwOzfnrlpnP7PT1ZU3A==";
    let ahead = "Thu, 01 Jan 2026 00:00:00 GMT";
    let canonical = |date: &str| format!("application/json,{md5},/cb?x=1,{date},{NONCE}");
    let text = canonical(ahead);
    let headers = |authorization: &str, date: &str| json!({"Content-Type": "application/json", "Content-MD5": md5, "Date": date, "NONCE": NONCE, "Authorization": format!("APIAuth 2:{authorization}")});
    let raw = {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.decode(signature(SECRET, &text)).expect("base64")
    };
    let over = |text: &str| signature(SECRET, text);
    for (given, date, body, reason) in [
        (over(&text), ahead, CALLBACK.to_owned(), None),
        (hex::encode(&raw), ahead, CALLBACK.to_owned(), Some("wrong_encoding")),
        (over(&text).replace('=', ""), ahead, CALLBACK.to_owned(), Some("wrong_encoding")),
        (signature("another", &text), ahead, CALLBACK.to_owned(), Some("mismatch")),
        (signature("", &text), ahead, CALLBACK.to_owned(), Some("wrong_secret")),
        (over(&format!("application/json,{md5},/cb,{ahead},{NONCE}")), ahead, CALLBACK.to_owned(), Some("wrong_field_order")),
        (over(&format!("application/json,/cb?x=1,{ahead},{NONCE}")), ahead, CALLBACK.to_owned(), Some("wrong_field_order")),
        (over(&format!("application/json,{md5},/cb?x=1,{ahead}")), ahead, CALLBACK.to_owned(), Some("wrong_field_order")),
        (over(&format!("POST,application/json,{md5},/cb?x=1,{ahead},{NONCE}")), ahead, CALLBACK.to_owned(), Some("wrong_field_order")),
        (over(&text), ahead, CALLBACK.replace(",\"", ", \""), Some("reserialised_body")),
        (over(&text), ahead, CALLBACK.replace("\"id\":1", "\"id\":2"), Some("mismatch")),
        (over(&canonical(DATE)), DATE, CALLBACK.to_owned(), Some("stale_timestamp")),
    ] {
        let verdict = verdict(&headers(&given, date), &body, "https://shop.test/cb?x=1", SECRET);
        assert_eq!((&verdict["valid"], verdict["reason"].as_str()), (&json!(reason.is_none()), reason), "{given} {body}: {verdict}");
    }
    let other = verdict(&headers(&over(&text), ahead), CALLBACK, "https://shop.test/cb?x=1", TEST_SECRET);
    assert_eq!(other["reason"], "wrong_secret", "it is the account's: {other}");
    let none = verdict(&json!({}), CALLBACK, "https://shop.test/cb", SECRET);
    assert_eq!((&none["reason"], &none["received"]), (&json!("missing_signature"), &Json::Null));
}

/// Required on every call, and the answer to a missing one is the documented 401, also where its slot was signed empty.
#[test]
fn a_call_without_a_content_type_is_refused() {
    for (method, target, body) in [("GET", "profile", ""), ("GET", "invoices?page=1", ""), ("POST", "invoices", r#"{"price":500}"#)] {
        let mut shop = shop(&[]);
        let mut asked = request(&mut shop, method, target, body);
        asked.headers.remove("content-type");
        let part = |name: &str| asked.headers.get(name).map_or("", |it| it.to_str().expect("text"));
        let canonical = format!(",{},{},{},{}", part("content-md5"), asked.target, part("date"), part("nonce"));
        let signed = asked.clone().with("Authorization", &format!("APIAuth 2:{}", signature(SECRET, &canonical)));
        let response = shop.ask(signed);
        assert_eq!(text(&response), (401, TOKEN.to_owned()), "{method} {target}");
        assert!(response.headers["playmoney-hint"].to_str().is_ok_and(|it| it.starts_with("Content-Type is missing")));
    }
}
