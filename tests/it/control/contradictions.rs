//! Parts of a saved sandbox that contradict each other: refused with the place, and nothing changes.

use playmoney::inside::kit::http::{HeaderValue, Method, Request};
use serde_json::{Value as Json, json};

use super::{create, exported, refused};
use crate::tape::Tape;

/// A sandbox with an object of every provider and a rule.
fn rich() -> Tape {
    let mut shop = Tape::shop();
    for slug in crate::merchants::slugs() {
        shop.play(crate::merchants::merchant(slug).expect("a merchant").tapes[0]);
    }
    create(&mut shop, "A");
    shop.play(r#"control POST rules {"name":"r","on":"quoine.createInvoice","then":{"error":"usage_limit"}}"#);
    shop
}

fn place_of(slug: &str) -> usize {
    playmoney::inside::providers::all().iter().position(|it| it.contract().slug == slug).expect("the provider")
}

#[test]
fn contradictions_between_parts_of_a_state_are_refused_with_their_place() {
    let mut shop = rich();
    let saved = exported(&mut shop);
    let quantum = place_of("quantum-payouts");
    let memory = |slug: &str| format!("/providers/{}/memory", place_of(slug));
    let first =
        |place: &str| format!("{place}/{}", saved.pointer(place).and_then(Json::as_object).expect("members").keys().next().expect("one"));
    let delivery = first("/core/outbox/deliveries");
    let at = |place: &str, value: Json| {
        let mut document = saved.clone();
        *document.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        document
    };
    let with = |place: &str, name: &str, value: Json| {
        let mut document = saved.clone();
        let members = document.pointer_mut(place).and_then(Json::as_object_mut).unwrap_or_else(|| panic!("{place}"));
        members.insert(name.to_owned(), value);
        document
    };
    let reversed = |place: &str| {
        let mut document = saved.clone();
        document.pointer_mut(place).and_then(Json::as_array_mut).expect("a list").reverse();
        document
    };
    let settings = format!("/core/accounts/{quantum}/default/settings");
    for (document, place) in [
        (with("/core", "secrets", json!(["x".repeat(5 << 20), "y".repeat(5 << 20)])), "/core/secrets"),
        (at("/core/now", json!("0001-01-01T00:00:00Z")), "/core/now"),
        (at("/core/clock/now", json!("2027-01-01T00:00:00Z")), "/core/now"),
        (reversed("/providers"), "/providers/0/slug"),
        (reversed("/core/accounts"), "/core/accounts/0"),
        (with(&settings, "webhook_url", json!({"text": "x"})), "/core/accounts"),
        (with(&settings, "pace", json!({"text": "slow"})), "/core/accounts"),
        (with(&settings, "confirmations", json!({"integer": 1})), "/core/accounts"),
        (at(&format!("{delivery}/event"), json!("no.such")), "/core/outbox/deliveries"),
        (at(&format!("{delivery}/url"), json!("x")), "/core/outbox/deliveries"),
        (at(&format!("{delivery}/account"), json!("unknown")), "/core/outbox/deliveries"),
        (at(&format!("{delivery}/attempts/0/at"), json!("2030-01-01T00:00:00Z")), "/core/outbox/deliveries"),
        (at("/core/rules/standing/0/rule/on", json!({"requests": {"provider": "quoine", "operation": "noSuch"}})), "/core/rules"),
        (with(&delivery, "colour", json!("red")), "/core/outbox/deliveries"),
        (with("/core/clock", "colour", json!("red")), "/core/clock/colour"),
        (with(&format!("{}/payouts/0", memory("quantum-payouts")), "colour", json!("red")), "/payouts/0/colour"),
        (at(&format!("{}/charges/0/redirect_url", memory("qbitpay")), json!("javascript:alert(1)")), &memory("qbitpay")),
    ] {
        let (status, code, detail) = refused(&mut shop, "PUT", "state", &document);
        assert_eq!(status, 422, "{place}: {code} {detail}");
        assert!(detail.contains(place), "{place}: {detail}");
    }
}

/// A document with the value of one place at another.
fn copied(saved: &Json, from: &str, to: &str) -> Json {
    let mut document = saved.clone();
    let value = saved.pointer(from).unwrap_or_else(|| panic!("{from}")).clone();
    *document.pointer_mut(to).unwrap_or_else(|| panic!("{to}")) = value;
    document
}

#[test]
fn what_objects_and_accounts_are_found_by_belongs_to_one_of_them() {
    let mut shop = rich();
    let saved = exported(&mut shop);
    let memory = |slug: &str| format!("/providers/{}/memory", place_of(slug));
    for (slug, list, names) in [
        ("cryptopay", "orders", &["code"][..]),
        ("qbitpay", "charges", &["id", "trade"]),
        ("quantum-payouts", "payouts", &["order_number", "order_id"]),
    ] {
        for name in names {
            let place = |index: u8| format!("{}/{list}/{index}/{name}", memory(slug));
            let (status, _, detail) = refused(&mut shop, "PUT", "state", &copied(&saved, &place(0), &place(1)));
            let named = [place(0), place(1)].iter().any(|it| detail.contains(&format!("`{it}`")));
            assert!(status == 422 && named && detail.contains("have the same"), "{}: {status} {detail}", place(1));
        }
    }
    let quantapay = memory("quantapay");
    let mut document = saved.clone();
    let mut second = saved.pointer(&format!("{quantapay}/sessions/0")).expect("a session").clone();
    (second["number"], second["transaction"], second["completed"]) = (json!(2), Json::Null, json!(false));
    document.pointer_mut(&format!("{quantapay}/sessions")).and_then(Json::as_array_mut).expect("sessions").insert(1, second);
    let (status, _, detail) = refused(&mut shop, "PUT", "state", &document);
    assert!(status == 422 && detail.contains(&format!("`{quantapay}/sessions/1/digits`")), "{status} {detail}");
    for slug in crate::merchants::slugs() {
        let accounts = format!("/core/accounts/{}", place_of(slug));
        let id = saved.pointer(&accounts).and_then(Json::as_object).and_then(|it| it.keys().next()).expect("an account").clone();
        let mut document = saved.clone();
        let mut second = document.pointer(&format!("{accounts}/{id}")).expect("the account").clone();
        second["id"] = json!("9");
        document.pointer_mut(&accounts).and_then(Json::as_object_mut).expect("accounts").insert("9".to_owned(), second);
        let (status, _, detail) = refused(&mut shop, "PUT", "state", &document);
        assert!(status == 422 && detail.contains(&format!("`{accounts}/")) && detail.contains("two accounts have the same"), "{detail}");
    }
}

#[test]
fn what_a_state_names_exists_and_has_happened() {
    let mut shop = rich();
    let saved = exported(&mut shop);
    let memory = |slug: &str, rest: &str| format!("/providers/{}/memory{rest}", place_of(slug));
    let at = |place: &str, value: Json| {
        let mut document = saved.clone();
        *document.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        document
    };
    for (place, value) in [
        (memory("quantapay", "/merchants/0/account"), json!("nobody")),
        (memory("qbitpay", "/merchants/0/account"), json!("nobody")),
        (memory("cryptopay", "/merchants/0/account"), json!("nobody")),
        (memory("cryptopay", "/orders/0/merchant"), json!(99)),
        (memory("quantum-payouts", "/payouts/0/account"), json!("nobody")),
        (memory("quoine", "/invoices/0/user"), json!(99)),
        (memory("qbitpay", "/charges/0/nth"), json!(7)),
        (memory("quantapay", "/transactions/0/created_at"), json!("2030-01-01T00:00:00Z")),
        (memory("qbitpay", "/charges/0/created_at"), json!("2030-01-01T00:00:00Z")),
        (memory("cryptopay", "/orders/0/created_at"), json!("2030-01-01T00:00:00Z")),
        (memory("quantum-payouts", "/payouts/0/created_at"), json!("2030-01-01T00:00:00Z")),
        (memory("quoine", "/invoices/0/updated_at"), json!("2030-01-01T00:00:00Z")),
        (format!("/core/accounts/{}/default/id", place_of("qbitpay")), json!("2")),
        (format!("/core/accounts/{}/default/credentials/api_key/text", place_of("qbitpay")), json!("qp_test_key")),
    ] {
        let (status, _, detail) = refused(&mut shop, "PUT", "state", &at(&place, value));
        let place = place.trim_end_matches("/text");
        assert!(status == 422 && detail.contains(&format!("`{place}`")), "{place}: {status} {detail}");
    }
    let deliveries = saved["core"]["outbox"]["deliveries"].as_object().expect("deliveries");
    let of_object = deliveries.iter().find(|it| it.1["once"] == false).expect("a webhook of an object").0;
    let place = format!("/core/outbox/deliveries/{of_object}/subject");
    let (_, _, detail) = refused(&mut shop, "PUT", "state", &at(&place, json!("another")));
    assert!(detail.contains(&format!("`{place}`")), "{detail}");
    let mut exchanged = saved.clone();
    let accounts = exchanged["core"]["accounts"].as_array_mut().expect("accounts");
    accounts.swap(place_of("quantapay"), place_of("qbitpay"));
    let (status, _, detail) = refused(&mut shop, "PUT", "state", &exchanged);
    assert!(status == 422 && detail.contains("/core/accounts/"), "{status} {detail}");
}

#[test]
fn a_rule_of_a_state_is_what_its_text_says() {
    let mut shop = rich();
    for rule in [
        r#"{"on":"quoine.*","when":{"body":{"price":{"gt":12345678901234567890.10},"a":[1,{"b":null}]}},
            "then":{"status":418,"body":{"z":1.10,"a":"$${y}"}}}"#,
        r#"{"name":"second","on":"qbitpay:webhook","ttl":"1h",
            "then":{"tamper":{"z":1.10,"a":{"y":1,"b":2}},"duplicate":{"copies":2,"together":true}}}"#,
        r#"{"on":"cryptopay.createPaymentOrder","when":{"probability":0.12345678901234567890},
            "then":{"latency":{"uniform":["10ms","1s"]}}}"#,
        r#"{"on":"quantapay.*","then":{"headers":{"Retry-After":"1","X-A":"b"},"status":429}}"#,
    ] {
        let mut request = Request::new(Method::POST, "/__admin/rules", rule.as_bytes().to_vec());
        request.headers.insert("content-type", HeaderValue::from_static("application/json"));
        let answer = shop.ask(request);
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }
    let saved = exported(&mut shop);
    let taken = shop.ask(Tape::control("PUT", "state", &saved));
    assert_eq!(taken.status, 200, "{}", String::from_utf8_lossy(&taken.body));
    let rules = saved["core"]["rules"]["standing"].as_array().expect("rules").len();
    for index in 0..rules {
        let place = format!("/core/rules/standing/{index}/rule");
        let text = json!(r#"{"name":"r","on":"quoine.createInvoice","then":{"error":"validation_error"}}"#);
        for (name, value) in [("written", text), ("written", json!("{}")), ("written", json!("{")), ("name", json!("other"))] {
            let mut document = saved.clone();
            document.pointer_mut(&place).expect("a rule")[name] = value;
            let (status, _, detail) = refused(&mut shop, "PUT", "state", &document);
            let is_named = detail.contains(&format!("`{place}/written`")) || detail.contains("/core/rules");
            assert!(status == 422 && is_named, "{index} {name}: {status} {detail}");
        }
    }
}

#[test]
fn a_scenario_gives_a_key_to_one_account_only() {
    let mut shop = Tape::shop();
    let accounts = |one: Json, other: Json| {
        json!({"version": 1, "providers": {"qbitpay": {"accounts": [
            {"id": "a", "credentials": {"api_key": one}}, {"id": "b", "credentials": {"api_key": other}},
        ]}}})
    };
    for (one, other, why) in [("mine", "mine", "`a` and `b` have the same `api_key`"), ("mine", "", "`api_key` must not be empty")] {
        let (status, _, detail) = refused(&mut shop, "POST", "scenario", &accounts(json!(one), json!(other)));
        assert!(status == 422 && detail.contains(why), "{status} {detail}");
    }
    let taken = shop.ask(Tape::control("POST", "scenario", &accounts(json!("mine"), json!("yours"))));
    assert_eq!(taken.status, 200, "{}", String::from_utf8_lossy(&taken.body));
    let saved = exported(&mut shop);
    assert_eq!(shop.ask(Tape::control("PUT", "state", &saved)).status, 200, "what was written is taken back");
}

/// The entries of an agenda, each with the word for what is due.
fn entries(saved: &Json) -> Vec<(usize, String)> {
    let all = saved["core"]["agenda"]["entries"].as_array().expect("entries");
    all.iter()
        .enumerate()
        .map(|(place, it)| (place, it[2].as_object().expect("one member").keys().next().expect("a word").clone()))
        .collect()
}

#[test]
fn what_waits_for_time_has_one_entry() {
    let mut shop = Tape::shop();
    shop.play("merchant 500");
    for slug in crate::merchants::slugs() {
        let lines = crate::merchants::merchant(slug).expect("a merchant").tapes[0].lines();
        shop.play(&lines.take_while(|it| !it.trim().starts_with("advance")).collect::<Vec<_>>().join("\n"));
    }
    let saved = exported(&mut shop);
    let mut missed = std::collections::BTreeSet::new();
    for (place, word) in entries(&saved) {
        let mut twice = saved.clone();
        let list = twice.pointer_mut("/core/agenda/entries").and_then(Json::as_array_mut).expect("entries");
        let mut second = list[place].clone();
        second[1] = json!(saved["core"]["agenda"]["sequence"].as_u64().expect("a number") + 1);
        list.insert(place + 1, second);
        twice["core"]["agenda"]["sequence"] = json!(saved["core"]["agenda"]["sequence"].as_u64().expect("a number") + 1);
        let (status, _, detail) = refused(&mut shop, "PUT", "state", &twice);
        assert!(
            status == 422 && detail.contains("`/core/agenda/entries/") && detail.contains("the same"),
            "{word} twice: {status} {detail}"
        );
        let mut without = saved.clone();
        let entry = without.pointer_mut("/core/agenda/entries").and_then(Json::as_array_mut).expect("entries").remove(place);
        let answer = shop.ask(Tape::control("PUT", "state", &without));
        let detail = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status == 422 {
            assert!(detail.contains("no entry"), "{entry}: {detail}");
            missed.insert(format!("{word} {}", entry[2]["row"]["provider_id"]));
        }
        let back = shop.ask(Tape::control("PUT", "state", &saved));
        assert_eq!(back.status, 200, "{}", String::from_utf8_lossy(&back.body));
    }
    let known = ["attempt null", "block null", "row 0", "row 1", "row 2", "row 3", "row 4"];
    assert_eq!(missed.into_iter().collect::<Vec<_>>(), known, "of each kind and each provider");
}

#[test]
fn amounts_and_moments_of_one_object_agree() {
    let mut shop = rich();
    shop.play(
        r#"
        act qbitpay.deposit currency=USDT amount=1000
        act qbitpay.deposit currency=USD amount=1000
        advance 3m
        POST /qbitpay/api/v1/orders {"symbol":"USDT/CNY","side":"sell","amount":100}
        "#,
    );
    let destination = r#"{"payerName":"A","bankAccountNum":"1","bankName":"B","type":"bankAccount"}"#;
    shop.play(&format!(r#"POST /qbitpay/api/v1/payouts {{"amount":100,"currency":"USD","destination":{destination}}}"#));
    shop.play("advance 3d");
    let saved = exported(&mut shop);
    let memory = |slug: &str, rest: &str| format!("/providers/{}/memory{rest}", place_of(slug));
    let list = |slug: &str, name: &str| saved.pointer(&memory(slug, name)).and_then(Json::as_array).expect("a list").clone();
    for (slug, objects, status, member, value, named) in [
        ("quoine", "/invoices", "complete", "payments", json!([1]), "payments"),
        ("quoine", "/invoices", "invalid", "payments", json!([1]), "payments"),
        ("quoine", "/invoices", "captured", "paid_at", Json::Null, "paid_at"),
        ("quantapay", "/transactions", "C", "amount", json!("9999999"), "transfer/amount"),
        ("quantapay", "/transactions", "deleted", "fee", json!("1"), "fee"),
        ("cryptopay", "/transactions", "confirmed", "amount", json!("0.1"), "amount"),
        ("cryptopay", "/transactions", "confirmed", "confirmed_at", Json::Null, "confirmed_at"),
        ("qbitpay", "/charges", "closed", "amount_units", json!(1), "row"),
        ("qbitpay", "/charges", "closed", "row", Json::Null, "row"),
        ("qbitpay", "/payouts", "pending", "fee_units", json!(7), "row"),
        ("qbitpay", "/payouts", "pending", "paid_at", saved["core"]["now"].clone(), "paid_at"),
        ("qbitpay", "/deposits", "credited", "amount_units", json!(1), "row"),
        ("qbitpay", "/orders", "closed", "cost_units", json!(1), "row"),
    ] {
        let all = list(slug, objects);
        let place = all.iter().position(|it| it["status"] == status).unwrap_or_else(|| panic!("{slug} {status}"));
        let place = memory(slug, &format!("{objects}/{place}"));
        let mut document = saved.clone();
        document.pointer_mut(&place).expect("an object")[member] = value;
        let (status, _, detail) = refused(&mut shop, "PUT", "state", &document);
        assert!(status == 422 && detail.contains(&format!("`{place}/{named}`")), "{place}/{member}: {status} {detail}");
    }
}
