//! What an integrator needs to reproduce, one tape each.

use hmac::{Hmac, KeyInit, Mac};
use playmoney::inside::engine::delivery::Outgoing;
use sha2::Sha256;

use crate::tape::{Tape, check, snapshot};

const CREATE: &str = r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":150000,"urls":{"returnUrl":"https://shop.test/ok","failUrl":"https://shop.test/no"}}"#;
const PERFORM: &str = r#"POST /quantum-payouts/api/v1/performPayout {"orderNumber":"A","amount":150000,"description":"One-time payout","target":{"pan":"4111111111111111"}}"#;
const STATUS: &str = r#"POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"A"}"#;

fn story(name: &str, lines: &[&str]) {
    check(&format!("quantum_payouts/{name}"), &lines.join("\n"));
}

#[test]
fn e01_two_faults_make_one_message() {
    story("e01_two_faults_make_one_message", &[r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":0,"urls":{}}"#]);
}

#[test]
fn e02_amounts_are_whole_kopecks_of_twelve_digits() {
    let create = |number: &str, amount: &str| {
        format!(
            r#"POST /quantum-payouts/api/v1/createPayout {{"orderNumber":"{number}","amount":{amount},"urls":{{"returnUrl":"https://shop.test/ok"}}}}"#
        )
    };
    let amounts = ["\"150000\"", "150000.5", "1e5", "-1", "true", "null", "1000000000000", "999999999999", "1"];
    let lines: Vec<String> = amounts.iter().enumerate().map(|(n, amount)| create(&format!("A{n}"), amount)).collect();
    check("quantum_payouts/e02_amounts_are_whole_kopecks_of_twelve_digits", &lines.join("\n"));
}

#[test]
fn e03_order_numbers_of_36_characters() {
    let long = "x".repeat(36);
    let create = CREATE.replace("\"A\"", &format!("\"{long}\""));
    let over = CREATE.replace("\"A\"", &format!("\"{long}x\""));
    let perform = PERFORM.replace("\"A\"", &format!("\"{}\"", &long[..33]));
    let status = STATUS.replace("\"A\"", &format!("\"{long}\""));
    let mut shop = Tape::shop();
    shop.play(&[create.as_str(), &over, &perform, &status].join("\n"));
    shop.admin("PATCH", "accounts/quantum-payouts/default", &serde_json::json!({"strict_order_number": true}));
    shop.play(&status);
    snapshot("quantum_payouts/e03_order_numbers_of_36_characters", &shop.log);
}

#[test]
fn e04_e05_e06_performing_twice_pays_once() {
    let other = PERFORM.replace("150000", "7").replace("4111111111111111", "5555555555554444");
    story("e04_e05_e06_performing_twice_pays_once", &[PERFORM, PERFORM, &other, "advance 1m", PERFORM, &other, "advance until idle"]);
}

#[test]
fn e07_only_a_card_can_be_performed() {
    let perform = |target: &str| {
        format!(r#"POST /quantum-payouts/api/v1/performPayout {{"orderNumber":"A","amount":1,"description":"d","target":{target}}}"#)
    };
    let targets = [
        r#"{"phone":"+79991234567"}"#,
        r#"{"pan":"411111111111"}"#,
        r#"{"pan":"41111111111111111111"}"#,
        r#"{"pan":"4111 1111 1111 1111"}"#,
        r#"{"pan":4111111111111111}"#,
        r#""4111111111111111""#,
        "null",
    ];
    let lines: Vec<String> = targets.iter().map(|it| perform(it)).collect();
    check("quantum_payouts/e07_only_a_card_can_be_performed", &lines.join("\n"));
}

#[test]
fn e08_an_account_without_card_rights() {
    let mut shop = Tape::shop();
    shop.admin("PATCH", "accounts/quantum-payouts/default", &serde_json::json!({"card_payouts": false}));
    shop.play(&["GET /quantum-payouts/api/v1/features", PERFORM, CREATE].join("\n"));
    snapshot("quantum_payouts/e08_an_account_without_card_rights", &shop.log);
}

#[test]
fn e09_a_payout_from_the_page_to_success() {
    let details = "act quantum-payouts.submit-details orderNumber=A pan=4111111111111111";
    story(
        "e09_a_payout_from_the_page_to_success",
        &[CREATE, STATUS, details, STATUS, "advance 1s", STATUS, "advance 5s", STATUS, "advance until idle"],
    );
}

#[test]
fn e10_nobody_opens_the_link() {
    let long = CREATE.replace("\"A\"", "\"B\"").replace("\"amount\"", "\"sessionTimeoutSecs\":1800,\"amount\"");
    let mut shop = Tape::shop();
    shop.play(&[CREATE, &long, "advance 599s", "advance 1s", "advance 1199s", "advance 1s"].join("\n"));
    let page = shop.log.split("/static/payout.php?").nth(1).and_then(|it| it.split('"').next()).expect("a link").to_owned();
    shop.play(&format!("GET /quantum-payouts/static/payout.php?{page}"));
    snapshot("quantum_payouts/e10_nobody_opens_the_link", &shop.log);
}

#[test]
fn e11_nine_failures_and_then_a_receiver_that_listens() {
    let answers = "merchant 500 500 500 500 500 500 500 500 500 204";
    let create = CREATE.replace("\"amount\"", "\"sessionTimeoutSecs\":86400,\"amount\"");
    let mut shop = Tape::shop();
    shop.play(&[answers, &create, "advance 7h"].join("\n"));
    assert_eq!(shop.posted.len(), 10, "no eleventh attempt");
    let event = |n: usize| shop.posted[n].headers.get("x-payouts-event-id").cloned();
    let ids: Vec<_> = (0..10).map(event).collect();
    assert!(ids.windows(2).all(|it| it[0] == it[1]), "the same event each time");
    snapshot("quantum_payouts/e11_nine_failures_and_then_a_receiver_that_listens", &shop.log);
}

const SCRIPT: &str = "control PUT inbox/shop/script";
const INBOX: &str = "set webhook_url=http://shop.inbox.playmoney.test/hooks";
const LOG_IN: &str = "with Content-Type: application/x-www-form-urlencoded
    POST /quantum-payouts/index.php?view=login username=demo&password=demo-password
    with Cookie: ${cookie}
    GET /quantum-payouts/index.php?view=settings";

/// A portal call as a script on the settings page makes it.
fn portal(method: &str, body: &str) -> String {
    format!("without Authorization\nwith Cookie: ${{cookie}}\nPOST /quantum-payouts/api/v1/{method} {body}")
}

/// The signature that a consumer computes over a text, and whether the header of that attempt carries it.
fn carries(attempt: &Outgoing, secret: &str, text: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    attempt.headers.get("x-payouts-signature").is_some_and(|it| it.as_bytes() == expected.as_bytes())
}

const SECRET: &str = "sk_test_1234567890abcdef1234567890abcdef12345678";

#[test]
fn e12_a_receiver_that_takes_eleven_seconds_is_told_twice() {
    story(
        "e12_a_receiver_that_takes_eleven_seconds_is_told_twice",
        &[
            INBOX,
            &format!(r#"{SCRIPT} {{"respond":[{{"status":200,"delay":"11s"}},200]}}"#),
            CREATE,
            "advance 14s",
            "advance 1s",
            "advance 1m",
            "control GET deliveries",
        ],
    );
}

#[test]
fn e13_a_redirect_and_a_refusal_are_failures() {
    story("e13_a_redirect_and_a_refusal_are_failures", &["merchant 301 401 timeout reset 204", CREATE, "advance 2m", "advance 5m"]);
}

#[test]
fn e14_a_pretty_body_is_signed_in_its_minified_form() {
    let mut shop = Tape::shop();
    shop.play(&["set pretty_body=true", CREATE].join("\n"));
    let body = String::from_utf8(shop.posted[0].body.to_vec()).expect("text");
    let minified: String = body.lines().map(str::trim_start).collect::<String>().replace("\": ", "\":");
    assert!(carries(&shop.posted[0], SECRET, &minified), "the consumer that minifies accepts");
    assert!(!carries(&shop.posted[0], SECRET, &body), "the one that hashes the raw bytes does not");
    snapshot("quantum_payouts/e14_a_pretty_body_is_signed_in_its_minified_form", &shop.log);
}

#[test]
fn e15_cyrillic_and_slashes_are_signed_unescaped() {
    let mut shop = Tape::shop();
    shop.play(&CREATE.replace("\"A\"", "\"ЗАКАЗ/1\""));
    let body = String::from_utf8(shop.posted[0].body.to_vec()).expect("text");
    assert!(body.contains("\"externalId\":\"ЗАКАЗ/1\""), "{body}");
    assert!(carries(&shop.posted[0], SECRET, &body), "over the bytes as they left");
    snapshot("quantum_payouts/e15_cyrillic_and_slashes_are_signed_unescaped", &shop.log);
}

#[test]
fn e16_signing_off_leaves_the_header_out() {
    let mut shop = Tape::shop();
    shop.play(&["set webhook_signed=false", CREATE, "control GET deliveries"].join("\n"));
    assert!(!shop.posted[0].headers.contains_key("x-payouts-signature"));
    snapshot("quantum_payouts/e16_signing_off_leaves_the_header_out", &shop.log);
}

#[test]
fn e17_a_new_secret_signs_the_attempts_that_follow() {
    let mut shop = Tape::shop();
    let regenerate = portal("webhook_save", r#"{"csrf_token":"${csrf}","regenerate_secret":true}"#);
    shop.play(&["merchant 500 500 204", CREATE, "advance 15s", LOG_IN, &regenerate, "advance 30s"].join("\n"));
    let body = String::from_utf8(shop.posted[0].body.to_vec()).expect("text");
    let secret = shop.admin("GET", "accounts/quantum-payouts/default", &serde_json::Value::Null)["webhook_secret"].clone();
    let secret = secret.as_str().expect("a secret");
    assert_ne!(secret, SECRET);
    let signed_by = |it: &Outgoing| (carries(it, SECRET, &body), carries(it, secret, &body));
    let seen: Vec<_> = shop.posted.iter().map(signed_by).collect();
    assert_eq!(seen, [(true, false), (true, false), (false, true)]);
    assert!(shop.posted.iter().all(|it| it.body == shop.posted[0].body), "the body stays");
    snapshot("quantum_payouts/e17_a_new_secret_signs_the_attempts_that_follow", &shop.log);
}

#[test]
fn e18_a_test_webhook_is_attempted_once() {
    let test = portal("webhook_test", r#"{"csrf_token":"${csrf}"}"#);
    story(
        "e18_a_test_webhook_is_attempted_once",
        &["merchant 500", LOG_IN, &test, "advance until idle", "merchant timeout", &test, "control GET deliveries"],
    );
}

#[test]
fn e19_portal_calls_need_a_session_and_its_token() {
    let save = "POST /quantum-payouts/api/v1/webhook_save";
    let url = r#""url":"http://shop.test/new""#;
    story(
        "e19_portal_calls_need_a_session_and_its_token",
        &[
            &format!("{save} {{{url}}}"),
            "POST /quantum-payouts/api/v1/webhook_test {}",
            "with Cookie: payouts_session=0123456789abcdef0123456789abcdef",
            &format!("{save} {{{url}}}"),
            LOG_IN,
            &portal("webhook_save", &format!("{{{url}}}")),
            &portal("webhook_save", &format!(r#"{{"csrf_token":"wrong",{url}}}"#)),
            &portal("webhook_test", r#"{"csrf_token":"wrong"}"#),
            &portal("webhook_save", &format!(r#"{{"csrf_token":"${{csrf}}",{url}}}"#)),
            "advance 30m",
            &portal("webhook_save", &format!(r#"{{"csrf_token":"${{csrf}}",{url}}}"#)),
        ],
    );
}

#[test]
fn e20_a_token_in_the_query_is_none() {
    story(
        "e20_a_token_in_the_query_is_none",
        &[
            "without Authorization",
            "GET /quantum-payouts/api/v1/features?token=qm_test_token&access_token=qm_test_token",
            "with Authorization: Basic cW1fdGVzdF90b2tlbg==",
            "GET /quantum-payouts/api/v1/features",
            "with Authorization: Bearer qm_test_toke",
            "GET /quantum-payouts/api/v1/features",
            "with Authorization: bearer qm_test_token",
            "GET /quantum-payouts/api/v1/features",
            "without Authorization",
            "POST /quantum-payouts/api/v1/createPayout {not even JSON",
        ],
    );
}

#[test]
fn e21_a_doubled_slash_is_one() {
    let double = |call: &str| call.replace("/api/v1/", "/api/v1//");
    story("e21_a_doubled_slash_is_one", &[&double(CREATE), &double(STATUS), "GET /quantum-payouts//api///v1//features"]);
}

#[test]
fn e22_a_failed_payout_is_not_tried_again_under_its_number() {
    let again = PERFORM.replace("\"A\"", "\"A-2\"");
    story(
        "e22_a_failed_payout_is_not_tried_again_under_its_number",
        &[PERFORM, "act quantum-payouts.settle orderNumber=A outcome=failed", STATUS, PERFORM, CREATE, "advance 1m", &again],
    );
}

#[test]
fn e23_a_payout_made_by_hand_has_no_external_id() {
    story(
        "e23_a_payout_made_by_hand_has_no_external_id",
        &[
            "act quantum-payouts.manual-payout amount=12345 pan=4111111111111111",
            "advance until idle",
            "control GET deliveries?subject=1&status=delivered",
        ],
    );
}
