//! The optional signature of a checkout, and how old it may be.

use playmoney::inside::kit::http::{Method, Request};
use playmoney::inside::providers;
use serde_json::Value as Json;

use super::{form, post, signature};
use crate::tape::Tape;

const SECRET: &str = "your-webhook-secret-key";
/// Price, currency, order, timestamp, signature.
const VECTORS: [(&str, &str, Option<&str>, &str, &str); 5] = [
    ("49.99", "usd", Some("ORD-12345"), "1772964000", "9c4e62a14895bb506256f95eca7ef87491876d86958fec7fdd0ec62dac7b5c30"),
    ("49.99", "usd", Some("ORD-12345"), "1700000000", "7ca38e2d5396c4e760173ab61835503eeaa7b16f73d3bcec80212c113e8d8c2d"),
    ("49.99", "USD", Some("ORD-12345"), "1772964000", "591dec81b653ba7b48829cc641d06605f3a6c321816fe27ef038b6bf7cd9fcbc"),
    ("49.99", "usd", None, "1772964000", "d3bf0049aee12b1f468c12a02d433db32c1780e083c5534d58077ab2addddcb9"),
    ("49.990", "usd", Some("ORD-12345"), "1772964000", "35bd3250249ef4c928f6dad44eb24a1dbba67f25867de6629295e5b691058980"),
];

fn fields<'a>(vector: &(&'a str, &'a str, Option<&'a str>, &'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let (price, currency, order, timestamp, signature) = *vector;
    let order = order.map(|it| ("order_id", it));
    [("price", price), ("currency", currency)]
        .into_iter()
        .chain(order)
        .chain([("timestamp", timestamp), ("signature", signature)])
        .collect()
}

/// A shop with that secret, whose real clock shows that second: `either` lets the nearer clock judge.
fn shop(second: &str) -> Tape {
    let mut shop = Tape::shop();
    shop.uptime.date = jiff::Timestamp::from_second(second.parse().expect("a number")).expect("a time");
    shop.play(&format!("set quantapay/default webhook_secret={SECRET}"));
    shop
}

#[test]
fn the_vectors_are_taken_and_nothing_else() {
    for vector in &VECTORS {
        let (_, body) = post(&mut shop(vector.3), &form("create-checkout-session", &fields(vector)));
        assert!(body.starts_with(r#"{"success":true"#), "{vector:?}: {body}");
        for other in VECTORS.iter().filter(|it| it.4 != vector.4) {
            let mixed = (vector.0, vector.1, vector.2, vector.3, other.4);
            let (_, body) = post(&mut shop(vector.3), &form("create-checkout-session", &fields(&mixed)));
            assert!(body.contains("invalid-signature"), "{mixed:?}: {body}");
        }
        let upper = vector.4.to_uppercase();
        let loud = (vector.0, vector.1, vector.2, vector.3, upper.as_str());
        assert!(post(&mut shop(vector.3), &form("create-checkout-session", &fields(&loud))).1.contains("invalid-signature"));
    }
}

#[test]
fn the_vectors_are_what_the_command_line_shows() {
    let member = providers::all().into_iter().find(|it| it.contract().slug == "quantapay").expect("the provider");
    for vector in &VECTORS {
        let own: Vec<_> = fields(vector).into_iter().filter(|it| it.0 != "signature").collect();
        let request = Request::new(Method::POST, "/api.php", form("create-checkout-session", &own).into_bytes());
        let signed = member.sign_request(&request, SECRET).expect("requests are signed");
        assert_eq!(signed.canonical, format!("{}|{}|{}|{}", vector.0, vector.1, vector.2.unwrap_or(""), vector.3));
        assert_eq!(signed.signature, vector.4);
        assert_eq!(signature(SECRET, &signed.canonical), vector.4, "by another way to the same signature");
    }
}

#[test]
fn i18_the_window_is_exact_by_the_clock_that_freshness_names() {
    const VIRTUAL: i64 = 1_767_225_600;
    const REAL: i64 = 1_772_964_000;
    for (freshness, offset, second, taken) in [
        ("virtual", 300, VIRTUAL, true),
        ("virtual", 301, VIRTUAL, false),
        ("virtual", -300, VIRTUAL, true),
        ("virtual", -301, VIRTUAL, false),
        ("virtual", 0, REAL, false),
        ("real", 300, REAL, true),
        ("real", 301, REAL, false),
        ("real", 0, VIRTUAL, false),
        ("either", 300, REAL, true),
        ("either", -301, REAL, false),
        ("either", 300, VIRTUAL, true),
        ("either", -301, VIRTUAL, false),
    ] {
        let mut shop = shop(&REAL.to_string());
        shop.play(&format!("set quantapay/default freshness={freshness}"));
        let stamp = (second + offset).to_string();
        let signed = signature(SECRET, &format!("1|usd||{stamp}"));
        let (_, body) = post(&mut shop, &form("create-checkout-session", &fields(&("1", "usd", None, &stamp, &signed))));
        let answer: Json = serde_json::from_str(&body).expect("JSON");
        assert_eq!(answer["success"], taken, "{freshness} {offset}: {body}");
        assert!(taken || answer["message"] == "Request expired", "{body}");
    }
}

#[test]
fn half_a_signature_is_none_and_none_is_enough() {
    for (fields, answer) in [
        (vec![("price", "1"), ("currency", "usd"), ("signature", "x")], "Missing argument: timestamp"),
        (vec![("price", "1"), ("currency", "usd"), ("timestamp", "1767225600")], "Missing argument: signature"),
        (vec![("price", "0"), ("currency", "usd"), ("timestamp", "1767225600")], "Missing argument: signature"),
        (
            vec![("price", "1"), ("currency", "usd"), ("timestamp", "soon"), ("signature", "x")],
            "Invalid argument: timestamp is in unix seconds",
        ),
        (vec![("price", "1"), ("currency", "usd"), ("timestamp", "99999999999"), ("signature", "x")], "Request expired"),
        (
            vec![("price", "0"), ("currency", "usd"), ("timestamp", "1"), ("signature", "x")],
            "Invalid argument: price is a number above zero, of 15 digits and 8 decimals at most",
        ),
    ] {
        let (_, body) = post(&mut Tape::shop(), &form("create-checkout-session", &fields));
        assert!(body.contains(&format!("\"message\":\"{answer}\"")), "{fields:?}: {body}");
    }
    let (_, body) = post(&mut Tape::shop(), &form("create-checkout-session", &[("price", "1"), ("currency", "usd")]));
    assert!(body.starts_with(r#"{"success":true"#), "{body}");
}
