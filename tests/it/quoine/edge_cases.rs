//! What an integrator needs to reproduce, one tape each.

use crate::quoine::client::{SECRET, signature};
use crate::tape::{SHOP, Tape, check, snapshot};

const CREATE: &str = r#"POST /quoine/api/v1/invoices {"price":"500.0","name":"order 1"}"#;
const GET: &str = "GET /quoine/api/v1/invoices/1";
const PROFILE: &str = "GET /quoine/api/v1/profile";
const OTHER_SECRET: &str = "qFVgWtyUlm86GM98qLrIWXRv13cWOKWhkHxlqlGlUBTYSC+yqxGpBF/pyFy2N9UPJ8A7YXHxEs1iq7cVjTm5yw==";

fn story(name: &str, lines: &[&str]) {
    check(&format!("quoine/{name}"), &lines.join("\n"));
}

#[test]
fn e01_a_signature_a_wrong_one_and_nobody() {
    story(
        "e01_a_signature_a_wrong_one_and_nobody",
        &[PROFILE, "with Authorization: APIAuth 2:AAAAAAAAAAAAAAAAAAAAAAAAAAA=", PROFILE, "with Authorization: APIAuth 7:AAAA", PROFILE],
    );
}

#[test]
fn e02_a_replay_is_refused() {
    let nonce = "with NONCE: 0599e5ed6cbb522053f4faf4eccfbd3a";
    story("e02_a_replay_is_refused", &[nonce, PROFILE, nonce, PROFILE]);
}

#[test]
fn e03_dates_in_and_outside_the_window() {
    let dates =
        ["Wed, 31 Dec 2025 23:46:00 GMT", "Wed, 31 Dec 2025 23:44:00 GMT", "Thu, 01 Jan 2026 01:00:00 GMT", "Thu, 1 Jan 2026 00:00:00 GMT"];
    let lines = dates.map(|it| format!("with Date: {it}\n{PROFILE}"));
    check("quoine/e03_dates_in_and_outside_the_window", &lines.join("\n"));
}

#[test]
fn e04_content_md5_right_wrong_absent_and_left_out() {
    let create = r#"POST /quoine/api/v1/invoices {"price":500,"name":"invoice name","data":"any data"}"#;
    let dropped = format!("application/json,/api/v1/invoices,Thu, 01 Jan 2026 00:00:00 GMT,{}", "a".repeat(32));
    let dropped = format!("with NONCE: {}\nwith Authorization: APIAuth 2:{}", "a".repeat(32), signature(SECRET, &dropped));
    story(
        "e04_content_md5_right_wrong_absent_and_left_out",
        &[
            "with Content-MD5: L8M0zBNkQfaGsDmYdrOzjA==",
            create,
            "with Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==",
            create,
            create,
            "# the same without a slot for the digest",
            &dropped,
            create,
        ],
    );
}

#[test]
fn e05_the_query_is_signed() {
    let mut shop = Tape::shop();
    shop.play(&format!("{CREATE}\n").repeat(8));
    shop.log.clear();
    shop.play("GET /quoine/api/v1/invoices?page=2&per=5\nsigns /api/v1/invoices\nGET /quoine/api/v1/invoices?page=2&per=5");
    snapshot("quoine/e05_the_query_is_signed", &shop.log);
}

#[test]
fn e06_prices_that_are_none_and_one_that_is() {
    let bodies = ["{}", r#"{"price":""}"#, r#"{"price":"abc"}"#, r#"{"price":0}"#, r#"{"price":"12.345"}"#];
    let lines = bodies.map(|it| format!("POST /quoine/api/v1/invoices {it}"));
    check("quoine/e06_prices_that_are_none_and_one_that_is", &lines.join("\n"));
}

#[test]
fn e07_nobody_pays_in_time_and_then_somebody_does() {
    story(
        "e07_nobody_pays_in_time_and_then_somebody_does",
        &[CREATE, "advance 1799s", GET, "advance 1s", GET, "act quoine.pay invoice=1", "advance until idle", GET],
    );
}

#[test]
fn e08_two_payments_make_the_full_one() {
    story(
        "e08_two_payments_make_the_full_one",
        &[
            CREATE,
            "advance 5m",
            "act quoine.pay invoice=1 amount=0.2",
            "advance 15m",
            "act quoine.pay invoice=1 amount=0.3",
            GET,
            "advance 10m",
            "# no expiry any more; the first payment has two confirmations by now, the second one",
        ],
    );
}

#[test]
fn e09_a_payment_that_is_never_confirmed() {
    story(
        "e09_a_payment_that_is_never_confirmed",
        &["set quoine/2 pace=manual", CREATE, "act quoine.pay invoice=1", "advance 10799s", GET, "advance 1s", GET, "advance until idle"],
    );
}

#[test]
fn e10_the_whole_way_by_hand() {
    story(
        "e10_the_whole_way_by_hand",
        &[
            "set quoine/2 pace=manual",
            CREATE,
            "act quoine.pay invoice=1",
            "act quoine.confirm invoice=1",
            "act quoine.capture invoice=1",
            GET,
            "act quoine.capture invoice=1",
            "advance until idle",
        ],
    );
}

#[test]
fn e10_the_whole_way_by_itself() {
    story("e10_the_whole_way_by_itself", &[CREATE, "advance 1m", "act quoine.pay invoice=1", "advance until idle", GET]);
}

#[test]
fn e11_a_receiver_that_fails_and_then_listens() {
    story(
        "e11_a_receiver_that_fails_and_then_listens",
        &[
            "set quoine/2 pace=manual",
            CREATE,
            "act quoine.pay invoice=1",
            "act quoine.confirm invoice=1",
            "merchant 500",
            "act quoine.capture invoice=1",
            "advance 6m",
            GET,
            "merchant 204",
            "advance 15m",
            GET,
            "advance until idle",
        ],
    );
}

#[test]
fn e11_a_receiver_that_never_listens() {
    story(
        "e11_a_receiver_that_never_listens",
        &[
            "set quoine/2 confirmations=0",
            "merchant 200 200 500 timeout reset 301 401",
            CREATE,
            "act quoine.pay invoice=1",
            "advance until idle",
            GET,
        ],
    );
}

#[test]
fn e12_without_a_callback_address_an_invoice_stays_captured() {
    story(
        "e12_without_a_callback_address_an_invoice_stays_captured",
        &[
            "set quoine/2 webhook_url=null",
            CREATE,
            "act quoine.pay invoice=1",
            "advance until idle",
            GET,
            r#"POST /quoine/api/v1/payments_callback_url {"callback":"http://shop.test/hooks"}"#,
            "advance 1d",
            GET,
        ],
    );
}

#[test]
fn e13_the_query_of_the_callback_address_is_signed() {
    let mut shop = Tape::shop();
    shop.play(&format!("set quoine/2 webhook_url=https://shop.test/cb?x=1\n{CREATE}\nact quoine.pay invoice=1"));
    shop.play("control GET deliveries?provider=quoine");
    let sent = shop.posted[0].clone();
    let part = |name: &str| sent.headers[name].to_str().expect("text").to_owned();
    let text = format!("{},{},/cb?x=1,{},{}", part("content-type"), part("content-md5"), part("date"), part("nonce"));
    assert_eq!(part("authorization"), format!("APIAuth 2:{}", signature(SECRET, &text)), "by another way to the same signature");
    snapshot("quoine/e13_the_query_of_the_callback_address_is_signed", &shop.log);
}

#[test]
fn e13_a_callback_address_outside_ascii_is_signed_as_it_is_sent() {
    for (url, uri) in [("https://shop.test/é?ü=1", "/%C3%A9?%C3%BC=1"), ("https://shop.test?x=1", "/?x=1")] {
        let mut shop = Tape::shop();
        shop.play(&format!("set quoine/2 webhook_url={url}\n{CREATE}\nact quoine.pay invoice=1"));
        let deliveries = shop.admin("GET", "deliveries?provider=quoine", &serde_json::Value::Null);
        let signed = deliveries["deliveries"][0]["attempts"][0]["signed"].as_str().unwrap_or("").to_owned();
        assert!(signed.contains(&format!(",{uri},")), "{signed}");
    }
}

#[test]
fn e20_a_callback_to_a_client_of_2014_has_no_nonce() {
    let mut shop = Tape::shop();
    shop.play(&format!("set quoine/2 legacy_no_nonce=true confirmations=0\n{CREATE}\nact quoine.pay invoice=1"));
    let deliveries = shop.admin("GET", "deliveries?provider=quoine", &serde_json::Value::Null);
    let attempt = &deliveries["deliveries"][0]["attempts"][0];
    assert!(attempt["request"]["headers"]["NONCE"].is_null(), "{attempt}");
    let signed = attempt["signed"].as_str().expect("text");
    assert!(signed.starts_with("application/json,") && signed.ends_with(",/hooks,Thu, 01 Jan 2026 00:00:00 GMT"), "four parts: {signed}");
}

#[test]
fn e14_merchants_do_not_see_each_other() {
    let mut shop = Tape::shop();
    shop.play(CREATE);
    super::second_merchant(&mut shop, "3", OTHER_SECRET);
    shop.log.clear();
    shop.play(&format!("client 3 {OTHER_SECRET}\n{GET}\nGET /quoine/api/v1/invoices\n{CREATE}\nGET /quoine/api/v1/invoices\n{PROFILE}"));
    shop.play(&format!("client 2 {SECRET}\nGET /quoine/api/v1/invoices/2\nGET /quoine/api/v1/invoices"));
    snapshot("quoine/e14_merchants_do_not_see_each_other", &shop.log);
}

#[test]
fn e15_more_than_the_price() {
    story("e15_more_than_the_price", &[CREATE, "act quoine.pay invoice=1 amount=0.7", "advance until idle", GET]);
}

#[test]
fn e16_the_301st_call_of_five_minutes() {
    let mut shop = Tape::shop();
    shop.play("set quoine/2 rate_limit=enforce");
    shop.play(&format!("{PROFILE}\n").repeat(300));
    shop.log.clear();
    shop.play(&format!("{PROFILE}\nadvance 299999ms\n{PROFILE}\nadvance 1ms\n{PROFILE}"));
    snapshot("quoine/e16_the_301st_call_of_five_minutes", &shop.log);
}

#[test]
fn e17_data_is_the_same_everywhere() {
    story(
        "e17_data_is_the_same_everywhere",
        &[
            r#"POST /quoine/api/v1/invoices {"price":500,"data":"{\"order_id\": 77, \"note\": \"caf\u00e9\"}"}"#,
            GET,
            "GET /quoine/api/v1/invoices",
            "act quoine.pay invoice=1",
        ],
    );
}

#[test]
fn e18_a_parameter_by_another_name_is_none() {
    story(
        "e18_a_parameter_by_another_name_is_none",
        &[r#"POST /quoine/api/v1/payments_callback_url {"callback_url":"https://merchant.com/callback"}"#, PROFILE],
    );
}

#[test]
fn e19_a_merchant_in_japan() {
    story(
        "e19_a_merchant_in_japan",
        &["set quoine/2 currency=JPY", r#"POST /quoine/api/v1/invoices {"price":50000}"#, PROFILE, "set quoine/2 currency=USD", GET],
    );
}

#[test]
fn e20_a_client_of_2014() {
    let lines = ["without NONCE", PROFILE, "set quoine/2 legacy_no_nonce=true", "without NONCE", PROFILE, PROFILE];
    story("e20_a_client_of_2014", &lines);
}

/// Inbox without a socket, and the inbox behind the server's own address: what arrived and what is thought of it.
#[test]
fn inboxes_judge_callbacks_by_their_address() {
    for url in ["http://shop.inbox.playmoney.test/cb?x=1", "http://shop.inbox.playmoney.test/", "http://shop.inbox.playmoney.test"] {
        let mut shop = Tape::shop();
        shop.play(&format!("set quoine/2 webhook_url={url} confirmations=0\n{CREATE}\nact quoine.pay invoice=1"));
        let messages = shop.admin("GET", "inbox/shop/messages", &serde_json::Value::Null);
        let seen: Vec<_> =
            messages["messages"].as_array().expect("messages").iter().map(|it| (&it["provider"], &it["signature"])).collect();
        assert_eq!(seen, [(&"quoine".into(), &"valid".into()); 3], "{url}: {messages}");
    }
    let mut shop = Tape::shop();
    shop.play(&format!("set quoine/2 confirmations=0\n{CREATE}\nact quoine.pay invoice=1"));
    let sent = shop.posted[0].clone();
    assert_eq!(sent.url, SHOP);
    for (path, signature) in [("/hooks", "valid"), ("/__admin/inbox/own", "invalid")] {
        shop.sandbox.receive(shop.uptime, "own", path.to_owned(), &sent, None);
        let messages = shop.admin("GET", "inbox/own/messages", &serde_json::Value::Null);
        let last = messages["messages"].as_array().and_then(|it| it.last()).expect("a message");
        assert_eq!(last["signature"], signature, "{path}");
    }
}

#[test]
fn callbacks_are_dated_and_signed_as_the_account_says() {
    for (settings, date, secret) in [
        ("confirmations=0", "Thu, 01 Jan 2026 00:00:00 GMT", SECRET),
        ("confirmations=0 signature_time=real", "Mon, 01 Jun 2026 12:00:00 GMT", SECRET),
        ("confirmations=0 webhook_secret=another-secret", "Thu, 01 Jan 2026 00:00:00 GMT", "another-secret"),
    ] {
        let mut shop = Tape::shop();
        shop.uptime.date = "2026-06-01T12:00:00Z".parse().expect("a time");
        let inbox = "http://shop.inbox.playmoney.test/cb";
        shop.play(&format!("set quoine/2 webhook_url={inbox} {settings}\n{CREATE}\nact quoine.pay invoice=1"));
        let messages = shop.admin("GET", "inbox/shop/messages", &serde_json::Value::Null);
        let first = &messages["messages"][0];
        let header = |name: &str| first["headers"][name].as_str().expect("text");
        assert_eq!(header("date"), date);
        let text = format!("application/json,{},/cb,{date},{}", header("content-md5"), header("nonce"));
        assert_eq!(header("authorization"), format!("APIAuth 2:{}", signature(secret, &text)));
        assert_eq!(first["signature"], "valid", "{settings}: {first}");
    }
}

#[test]
fn another_sandbox_has_a_user_and_a_secret_of_its_own() {
    let start = |name: &str| playmoney::inside::engine::start::Start { name: name.to_owned(), ..Default::default() };
    let keys = |name: &str| {
        let all = Tape::new(start(name)).admin("GET", "accounts", &serde_json::Value::Null);
        let own = all["accounts"].as_array().and_then(|all| all.iter().find(|it| it["provider"] == "quoine").cloned()).expect("Quoine");
        let text = |name: &str| own["credentials"][name].as_str().expect("text").to_owned();
        assert_eq!(own["account"], "2", "the account has the same name in each sandbox");
        (text("user_id"), text("secret"))
    };
    let (user, secret) = keys("checkout-7");
    assert_eq!((&user, &secret), (&keys("checkout-7").0, &keys("checkout-7").1), "they follow from the name");
    assert_ne!(user, keys("checkout-8").0);
    assert!(user.parse::<u32>().is_ok() || user.parse::<u64>().is_ok_and(|it| it < 10_000_000_000), "{user}");
    assert_eq!(secret.len(), 88, "longer than a block, like every real one");
    let mut shop = Tape::new(start("checkout-7"));
    assert_eq!(super::answer(&mut shop, "GET", "profile", "").0, 401, "the default sandbox's keys are not good here");
    shop.play(&format!("client {user} {secret}"));
    assert_eq!(super::served(&mut shop, "GET", "profile", "")["id"].to_string(), user);
}
