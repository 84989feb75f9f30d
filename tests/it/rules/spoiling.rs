//! What becomes of a webhook.

use playmoney::inside::engine::outbox::BYTES_MAX;
use serde_json::{Value as Json, json};

use super::{list, shop};
use crate::tape::Tape;

/// Lines of a scenario whose one rule does that to the webhooks of a provider.
pub fn rule(slug: &str, when: &str, then: &str) -> String {
    format!("rules:\n  - {{ name: spoilt, on: \"{slug}:webhook\", when: {{ {when} }}, then: {{ {then} }} }}\n")
}

/// A payout whose three first events are owed at once.
pub const PERFORM: &str =
    r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":1500,"description":"d","target":{"pan":"4111111111111111"}}"#;

/// Lines that make each provider tell something, and the setting of the secret that signs it.
pub const TELLING: &[(&str, &str)] = &[
    ("quantum-payouts", PERFORM),
    ("quoine", "POST /quoine/api/v1/invoices {\"price\":500}\nact quoine.pay invoice=1"),
    ("qbitpay", "with Content-Type: application/json\nGET /qbitpay/api/v1/events/test"),
];

/// Number, copy and status word of each request that has left.
fn left(shop: &Tape) -> Vec<(u64, u32, u32, String)> {
    let body =
        |bytes: &[u8]| serde_json::from_slice::<Json>(bytes).unwrap_or_default()["payout"]["status"].as_str().unwrap_or("?").to_owned();
    shop.posted.iter().map(|it| (it.id.delivery, it.id.number, it.id.copy, body(&it.body))).collect()
}

/// What Playmoney says of the signature of a request that has left.
pub fn verdict(shop: &mut Tape, slug: &str, place: usize) -> Json {
    let sent = shop.posted[place].clone();
    let headers: serde_json::Map<String, Json> =
        sent.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.to_str().expect("text").into())).collect();
    let body = String::from_utf8(sent.body.to_vec()).expect("text");
    shop.admin("POST", "webhooks/verify", &json!({"provider": slug, "url": sent.url, "headers": headers, "body": body}))
}

#[test]
fn i1_a_dropped_webhook_names_its_rule() {
    let mut shop = shop(&rule("quantum-payouts", "times: 1", "drop: true"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(left(&shop).iter().map(|it| it.3.as_str()).collect::<Vec<_>>(), ["created", "processing", "success"]);
    let deliveries = list(&mut shop, "deliveries");
    assert_eq!(deliveries.len(), 4, "every event has one delivery");
    let dropped = &deliveries[0];
    assert_eq!((&dropped["rule"], &dropped["attempts"], &dropped["status"]), (&json!("spoilt"), &json!([]), &json!("failed")));
    assert_eq!(dropped["next_attempt_at"], Json::Null);
    assert!(deliveries[1..].iter().all(|it| it.get("rule").is_none()));
}

#[test]
fn duplicates_share_number_and_id_and_the_first_decides() {
    let mut shop = shop(&rule("quantum-payouts", "times: 1", "duplicate: 3"));
    // The first of the three is refused; what the others hear changes nothing.
    shop.play("merchant 500 200 200 200 200 200 500 500 200").play(PERFORM).play("advance 15s");
    let seen = left(&shop);
    let own: Vec<_> = seen.iter().filter(|it| it.0 == 1).map(|it| (it.1, it.2)).collect();
    assert_eq!(own, [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]);
    let sent: Vec<_> = shop.posted.iter().filter(|it| it.id.delivery == 1 && it.id.number == 1).collect();
    assert!(sent.iter().all(|it| it.body == sent[0].body && it.headers == sent[0].headers));
    let delivery = &list(&mut shop, "deliveries")[0];
    assert_eq!(
        delivery["attempts"].as_array().expect("a list").iter().map(|it| it["number"].clone()).collect::<Vec<_>>(),
        [1, 1, 1, 2, 2, 2]
    );
    shop.play("merchant 200\nadvance until idle");
    assert_eq!(list(&mut shop, "deliveries")[0]["status"], "delivered");
}

#[test]
fn i21_duplicates_are_whole_although_the_outbox_forgets() {
    let mut shop = shop(&rule("quantum-payouts", "times: 1", "duplicate: 2"));
    shop.play("merchant 500").play(PERFORM).play("advance 1s");
    let mut saved = shop.admin("GET", "state", &Json::Null);
    let first = saved["core"]["outbox"]["deliveries"]["1"].as_object_mut().expect("a delivery");
    first.insert("body".to_owned(), json!("x".repeat(BYTES_MAX)));
    shop.admin("PUT", "state", &saved);
    shop.posted.clear();
    shop.play("merchant 500 500 500 500 500").play("advance 15s");
    let copies: Vec<_> = shop.posted.iter().filter(|it| it.id.delivery == 1 && it.id.number == 2).collect();
    assert_eq!(copies.len(), 2);
    assert!(copies[1].headers == copies[0].headers && copies[1].body == copies[0].body);
    assert_eq!(list(&mut shop, "deliveries")[0]["attempts"][2]["request"]["headers"], json!({}), "what was sent is not kept");
}

#[test]
fn a_place_that_no_body_has_is_said_to_stay_untouched() {
    let mut shop = shop(&rule("quantum-payouts", "times: 1", "tamper: { payout.amount: 1, payout.card.pan: x }"));
    shop.play("merchant 500").play(PERFORM).play("advance 15s");
    let journal = shop.admin("GET", "requests", &Json::Null);
    let said: Vec<_> = journal["notes"].as_array().expect("notes").iter().map(|it| it["text"].clone()).collect();
    assert_eq!(said, ["the rule `spoilt` alters nothing at `payout.card.pan`: the body of payout.status_changed has no such place"]);
}

#[test]
fn a_reordered_webhook_swaps_with_the_next_one() {
    let mut shop = shop(&rule("quantum-payouts", "body: { payout.status: uploaded }", "reorder: true"));
    shop.play(PERFORM).play("advance until idle");
    assert_eq!(left(&shop).iter().map(|it| it.3.as_str()).collect::<Vec<_>>(), ["created", "uploaded", "processing", "success"]);
    assert!(list(&mut shop, "deliveries").iter().all(|it| it["status"] == "delivered"));
}

#[test]
fn a_reordered_webhook_waits_a_minute_for_the_next_one() {
    let mut shop = shop(&rule("quantum-payouts", "body: { payout.status: success }", "reorder: true"));
    shop.play(PERFORM).play("advance 64999ms");
    assert_eq!(left(&shop).len(), 3);
    shop.play("advance 1ms");
    assert_eq!(left(&shop).last().map(|it| it.3.as_str()), Some("success"));
}

#[test]
fn a_delayed_webhook_holds_no_other_up() {
    let mut shop = shop(&rule("quantum-payouts", "times: 1", "delay: 10s"));
    shop.play(PERFORM).play("advance 9999ms");
    assert_eq!(left(&shop).iter().map(|it| it.3.as_str()).collect::<Vec<_>>(), ["created", "processing", "success"]);
    let before = shop.posted.len();
    shop.play("advance 1ms");
    assert_eq!((shop.posted.len(), left(&shop).last().map(|it| it.3.as_str())), (before + 1, Some("uploaded")));
    let first = &list(&mut shop, "deliveries")[0];
    assert_eq!((&first["attempts"][0]["at"], &first["status"]), (&json!("2026-01-01T00:00:10Z"), &json!("delivered")));
}

#[test]
fn i15_what_is_left_alone_verifies() {
    for (slug, lines) in TELLING {
        let mut shop = shop("name: nothing differs\n");
        shop.play(lines);
        for place in 0..shop.posted.len() {
            assert_eq!(verdict(&mut shop, slug, place)["valid"], true, "{slug}");
        }
        assert!(!shop.posted.is_empty(), "{slug} tells something");
    }
}

#[test]
fn i15_a_bad_signature_does_not_verify() {
    for (slug, lines) in TELLING {
        let mut shop = shop(&rule(slug, "", "bad_signature: true"));
        shop.play(lines);
        let said = verdict(&mut shop, slug, 0);
        assert_eq!(said["valid"], false, "{slug}: {said}");
        assert_ne!(said["reason"], "missing_signature", "{slug}: {said}");
    }
}

#[test]
fn i15_a_tampered_body_does_not_verify() {
    for (slug, lines) in TELLING {
        let name = ["payout.amount", "invoice.name", "data.orderId"][TELLING.iter().position(|it| it.0 == *slug).expect("there")];
        let mut shop = shop(&rule(slug, "", &format!("tamper: {{ {name}: \"9999999\" }}")));
        shop.play(lines);
        let said = verdict(&mut shop, slug, 0);
        assert_eq!(said["valid"], false, "{slug}: {said}");
        let body = String::from_utf8(shop.posted[0].body.to_vec()).expect("text");
        assert!(body.contains("9999999"), "{slug}: {body}");
    }
}

#[test]
fn a_tampered_member_may_be_new_and_the_rest_stays() {
    let mut spoilt = shop(&rule("quantum-payouts", "times: 1", "tamper: { payout.amount: 0.10, added: { a: [1] } }"));
    let mut usual = shop("name: nothing differs\n");
    for it in [&mut spoilt, &mut usual] {
        it.play(PERFORM);
    }
    let [own, other] = [&spoilt, &usual].map(|it| String::from_utf8(it.posted[0].body.to_vec()).expect("text"));
    assert_eq!(own, other.replace("\"amount\":1500", "\"amount\":0.10").replace("}}", "},\"added\":{\"a\":[1]}}"));
}

#[test]
fn i18_a_stale_timestamp_is_as_old_as_the_rule_says() {
    for (slug, lines) in TELLING {
        let (mut stale, mut usual) = (shop(&rule(slug, "", "stale_timestamp: 20m")), shop("name: nothing differs\n"));
        for it in [&mut stale, &mut usual] {
            it.play(lines);
        }
        let said = verdict(&mut stale, slug, 0);
        let (own, other) = (&stale.posted[0].headers, &usual.posted[0].headers);
        match *slug {
            "quoine" => {
                assert_eq!([&own["date"], &other["date"]], ["Wed, 31 Dec 2025 23:40:00 GMT", "Thu, 01 Jan 2026 00:00:00 GMT"]);
                assert_eq!((&said["valid"], &said["reason"]), (&json!(false), &json!("stale_timestamp")), "{said}");
            }
            "quantum-payouts" => {
                // The date is in a header that is not signed.
                assert_eq!([&own["x-payouts-timestamp"], &other["x-payouts-timestamp"]], ["1767224400", "1767225600"]);
                assert_eq!(said["valid"], true, "{said}");
            }
            _ => assert_eq!((own, &said["valid"]), (other, &json!(true)), "{slug} dates nothing"),
        }
    }
}

#[test]
fn a_rule_chooses_by_event_and_account() {
    for (when, fits) in [
        ("event: payment_detected", true),
        ("event: { one_of: [payment_detected, captured] }", true),
        ("event: captured", false),
        ("account: 2", true),
        ("account: { one_of: [3, 2] }", true),
        ("account: \"2\"", true),
        ("account: 3", false),
        ("account: \"3\"", false),
        ("body: { invoice.invoice_status: payment_detected }", true),
    ] {
        let mut shop = shop(&rule("quoine", when, "drop: true"));
        shop.play(TELLING[1].1);
        assert_eq!(shop.posted.is_empty(), fits, "{when}");
    }
}

#[test]
fn a_spoilt_webhook_survives_a_restart() {
    for then in [
        "drop: true",
        "duplicate: 2",
        "reorder: true",
        "delay: 7s",
        "bad_signature: true",
        "stale_timestamp: 5m",
        "tamper: { payout.amount: 1 }",
    ] {
        let lines = rule("quantum-payouts", "probability: 0.5", then);
        let (mut straight, mut halting) = (shop(&lines), shop(&lines));
        for it in ["merchant 500 200 timeout 200", PERFORM, "advance 3s", "advance 10s", "advance 2m", "advance until idle"] {
            halting.restart();
            straight.play(it);
            halting.play(it);
        }
        assert_eq!(straight.log, halting.log, "{then}");
        assert_eq!(list(&mut straight, "deliveries"), list(&mut halting, "deliveries"), "{then}");
    }
}

#[test]
fn a_resend_is_as_documented() {
    let mut shop = shop(&rule("quantum-payouts", "times: 1", "bad_signature: true, stale_timestamp: 5m, duplicate: 2"));
    shop.play(PERFORM);
    let before = shop.posted.len();
    let answer = shop.ask(Tape::control("POST", "deliveries/dlv-1/resend", &Json::Null));
    assert_eq!((answer.status.as_u16(), shop.posted.len()), (200, before + 1));
    assert_eq!(
        (shop.posted[before].id.delivery, &shop.posted[before].headers["x-payouts-timestamp"]),
        (1, &"1767225600".parse().expect("text"))
    );
    assert_eq!(verdict(&mut shop, "quantum-payouts", before)["valid"], true);
}
