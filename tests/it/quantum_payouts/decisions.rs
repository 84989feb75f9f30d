//! Where the documentation contradicts itself or says nothing: one test for each decision.

use serde_json::{Value as Json, json};

use crate::quantum_payouts::{answer, portal, shop};
use crate::tape::{Tape, snapshot};

/// `createPayout` for that order, with these members instead of its own.
fn create(shop: &mut Tape, number: &str, members: &Json) -> (u16, Json) {
    let mut body = json!({"orderNumber": number, "amount": 150_000, "urls": {"returnUrl": "https://shop.test/ok"}});
    for (name, value) in members.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    told(answer(shop, "POST", "createPayout", &body.to_string()))
}

fn perform(shop: &mut Tape, number: &str, members: &Json) -> (u16, Json) {
    let mut body = json!({"orderNumber": number, "amount": 150_000, "description": "d", "target": {"pan": "4111111111111111"}});
    for (name, value) in members.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    told(answer(shop, "POST", "performPayout", &body.to_string()))
}

fn status(shop: &mut Tape, number: &str) -> (u16, Json) {
    told(answer(shop, "POST", "getPayoutStatus", &json!({"orderNumber": number}).to_string()))
}

fn told((status, body): (u16, String)) -> (u16, Json) {
    (status, serde_json::from_str(&body).expect("JSON"))
}

fn message(answer: &(u16, Json)) -> (u16, &str) {
    (answer.0, answer.1["result"]["message"].as_str().expect("a message"))
}

#[test]
fn a1_an_order_number_of_36_can_be_asked_for_unless_strict() {
    let mut shop = shop(&[]);
    for (chars, created, performed) in [(32, 200, 200), (33, 200, 400), (36, 200, 400), (37, 400, 400)] {
        assert_eq!(create(&mut shop, &"c".repeat(chars), &json!({})).0, created);
        assert_eq!(perform(&mut shop, &"p".repeat(chars), &json!({})).0, performed);
    }
    assert_eq!(status(&mut shop, &"c".repeat(36)).0, 200);
    assert_eq!(message(&status(&mut shop, &"c".repeat(37))), (400, "orderNumber must be at most 36 characters"));
    shop.play("set strict_order_number=true");
    assert_eq!(status(&mut shop, &"c".repeat(32)).0, 200);
    assert_eq!(message(&status(&mut shop, &"c".repeat(36))), (400, "orderNumber must be at most 32 characters"));
    assert_eq!(create(&mut shop, &"Ж".repeat(36), &json!({})).0, 200, "characters, not bytes");
}

#[test]
fn a2_a3_order_id_is_ours_at_first_and_then_the_banks() {
    let mut shop = shop(&[]);
    let own = create(&mut shop, "A", &json!({})).1["orderId"].clone();
    assert!(own.as_str().is_some_and(|it| it.starts_with("PAY_2026_01_01_")));
    for (line, known) in [("", false), ("act quantum-payouts.submit-details orderNumber=A pan=4111111111111111", false)] {
        shop.play(line);
        assert_eq!(status(&mut shop, "A").1.get("orderId").is_some(), known);
    }
    shop.play("advance 1s");
    assert_eq!(status(&mut shop, "A").1.get("orderId"), None, "at the bank, which has not answered");
    shop.play("advance 5s");
    let banks = status(&mut shop, "A").1["orderId"].clone();
    assert!(banks.is_string() && banks != own);
    assert_eq!(perform(&mut shop, "A", &json!({})).1["orderId"], banks, "the same in both calls");
}

#[test]
fn a4_message_is_always_there_and_null_on_success() {
    let mut shop = shop(&[]);
    for (_, answer) in [create(&mut shop, "A", &json!({})), perform(&mut shop, "B", &json!({})), status(&mut shop, "A")] {
        assert_eq!(answer["result"], json!({"error": "0", "message": null}));
    }
}

#[test]
fn a5_a_description_comes_back_when_one_was_given() {
    let mut shop = shop(&[]);
    create(&mut shop, "A", &json!({}));
    create(&mut shop, "B", &json!({"description": "Order payout"}));
    assert_eq!(status(&mut shop, "A").1.get("description"), None);
    assert_eq!(status(&mut shop, "B").1["description"], "Order payout");
    let long = |chars: usize| json!({"description": "я".repeat(chars)});
    assert_eq!(create(&mut shop, "C", &long(600)).0, 200);
    assert_eq!(message(&create(&mut shop, "D", &long(601))), (400, "description must be at most 600 characters"));
    assert_eq!(message(&perform(&mut shop, "E", &long(601))), (400, "description must be at most 600 characters"));
}

#[test]
fn a6_each_method_has_its_own_words_for_too_little() {
    let mut shop = shop(&[]);
    for amount in [0, -1, -999_999_999_999_i64] {
        assert_eq!(message(&create(&mut shop, "A", &json!({"amount": amount}))), (400, "amount must be positive"));
        assert_eq!(message(&perform(&mut shop, "A", &json!({"amount": amount}))), (400, "amount must be greater than 0"));
    }
}

#[test]
fn a8_the_signature_covers_the_minified_form_of_whatever_is_sent() {
    let mut compact = shop(&[]);
    let mut pretty = shop(&["pretty_body=true"]);
    create(&mut compact, "A", &json!({}));
    create(&mut pretty, "A", &json!({}));
    assert_ne!(compact.posted[0].body, pretty.posted[0].body);
    assert_eq!(compact.posted[0].headers["x-payouts-signature"], pretty.posted[0].headers["x-payouts-signature"]);
}

#[test]
fn a9_without_type_it_is_a_card_unless_the_recipient_chooses() {
    let mut shop = shop(&[]);
    create(&mut shop, "card", &json!({}));
    assert_eq!(status(&mut shop, "card").1["destination_type"], "card");
    shop.play("set type_when_absent=choose");
    create(&mut shop, "open", &json!({}));
    assert_eq!(status(&mut shop, "open").1.get("destination_type"), None);
    shop.play("act quantum-payouts.submit-details orderNumber=open phone=+79991234567 bank_id=100000000004 full_name=Ivan_Ivanov");
    let open = status(&mut shop, "open").1;
    assert_eq!((&open["destination_type"], &open["target"]), (&json!("sbp"), &json!({"maskedPhone": "+7******4567"})));
}

#[test]
fn a11_a_target_has_what_fits_its_kind() {
    let mut shop = shop(&[]);
    create(&mut shop, "A", &json!({"type": "sbp"}));
    assert_eq!(status(&mut shop, "A").1.get("target"), None, "absent before details are entered");
    shop.play("act quantum-payouts.submit-details orderNumber=A phone=+79991234567 bank_id=100000000004 full_name=Ivan_Ivanov");
    assert_eq!(status(&mut shop, "A").1["target"], json!({"maskedPhone": "+7******4567"}));
    for (pan, masked) in
        [("4111111111111", "411111***1111"), ("4111111111111111", "411111******1111"), ("4111111111111111111", "411111*********1111")]
    {
        assert_eq!(perform(&mut shop, pan, &json!({"target": {"pan": pan}})).1["target"], json!({"maskedPan": masked}));
    }
}

#[test]
fn a12_the_environment_is_development() {
    assert_eq!(told(answer(&mut shop(&[]), "GET", "features", "")).1["environment"], "development");
}

#[test]
fn a13_cancelled_is_reached_by_the_timeout_and_by_the_bank() {
    let mut shop = shop(&[]);
    create(&mut shop, "A", &json!({"sessionTimeoutSecs": 1}));
    perform(&mut shop, "B", &json!({}));
    shop.play("act quantum-payouts.settle orderNumber=B outcome=cancelled");
    shop.play("advance 1s");
    for number in ["A", "B"] {
        assert_eq!(status(&mut shop, number).1["orderStatus"], "cancelled");
    }
}

#[test]
fn a14_http_receivers_are_taken_unless_https_is_required() {
    let mut lax = shop(&[]);
    assert_eq!(portal(&mut lax, "webhook_save", &json!({"url": "http://shop.test/a"})).0, 200);
    let mut strict = shop(&["require_https=true"]);
    let http = told(portal(&mut strict, "webhook_save", &json!({"url": "http://shop.test/a", "enabled": true})));
    assert_eq!(message(&http), (400, "url must use HTTPS"));
    assert_eq!(portal(&mut strict, "webhook_save", &json!({"url": "http://shop.test/a", "enabled": false})).0, 200, "HTTPS when enabled");
    assert_eq!(portal(&mut strict, "webhook_save", &json!({"url": "https://shop.test/a", "enabled": true})).0, 200);
}

#[test]
fn b_an_order_number_is_used_once_by_create_payout() {
    let mut shop = shop(&[]);
    create(&mut shop, "A", &json!({}));
    perform(&mut shop, "B", &json!({}));
    let sent = shop.posted.len();
    for number in ["A", "B"] {
        assert_eq!(message(&create(&mut shop, number, &json!({}))), (400, "orderNumber must be unique"));
    }
    let repeated = perform(&mut shop, "A", &json!({"amount": 7}));
    assert_eq!((repeated.0, &repeated.1["orderStatus"], &repeated.1["amount"]), (200, &json!("uploaded"), &json!(150_000)));
    assert_eq!(shop.posted.len(), sent, "nothing has happened");
}

#[test]
fn b_an_order_number_that_nobody_has_used_is_a_bad_request() {
    let mut shop = shop(&[]);
    assert_eq!(message(&status(&mut shop, "nobody's")), (400, "payout not found"));
    assert_eq!(message(&told(answer(&mut shop, "POST", "getPayoutStatus", "{}"))), (400, "orderNumber is required"));
    assert_eq!(message(&told(answer(&mut shop, "POST", "getPayoutStatus", "[1]"))), (400, "invalid JSON"));
    assert_eq!(message(&told(answer(&mut shop, "POST", "getPayoutStatus", ""))), (400, "invalid JSON"));
}

#[test]
fn b_the_check_digit_of_a_card_is_not_checked() {
    assert_eq!(perform(&mut shop(&[]), "A", &json!({"target": {"pan": "4111111111111112"}})).0, 200);
}

#[test]
fn b_unknown_members_are_ignored_and_dots_are_no_objects() {
    let mut shop = shop(&[]);
    assert_eq!(create(&mut shop, "A", &json!({"colour": "blue"})).0, 200);
    let dotted = r#"{"orderNumber":"B","amount":1,"urls.returnUrl":"https://shop.test/ok"}"#;
    assert_eq!(message(&told(answer(&mut shop, "POST", "createPayout", dotted))), (400, "urls.returnUrl is required"));
}

#[test]
fn b_every_fault_is_named_in_the_documented_order() {
    let mut shop = shop(&[]);
    let wrong = json!({"amount": 1.5, "urls": {"returnUrl": "ftp//x", "failUrl": "javascript:alert(1)"}, "description": 5,
        "sessionTimeoutSecs": 86_401, "type": "cash", "channel": "sber"});
    let all = "orderNumber is required; urls.returnUrl must be a valid URL; amount must be an integer; urls.failUrl must be a valid URL; \
        description must be a string; sessionTimeoutSecs must be at most 86400; type must be one of: card, sbp; channel must be one of: vtb, alfa";
    assert_eq!(message(&create(&mut shop, "", &wrong)), (400, all));
    let wrong = json!({"amount": "1", "description": null, "target": {}});
    let all = "orderNumber is required; amount must be an integer; description is required; target.pan is required";
    assert_eq!(message(&perform(&mut shop, "", &wrong)), (400, all));
    assert_eq!(message(&create(&mut shop, "A", &json!({"urls": "https://shop.test"}))), (400, "urls must be an object"));
    assert_eq!(message(&create(&mut shop, "A", &json!({"sessionTimeoutSecs": 0}))), (400, "sessionTimeoutSecs must be at least 1"));
}

#[test]
fn b_the_page_adds_nothing_to_the_addresses_and_shows_where_a_payout_stands() {
    let mut shop = shop(&[]);
    let urls = json!({"urls": {"returnUrl": "https://shop.test/ok?order=1", "failUrl": "https://shop.test/no#x"}});
    create(&mut shop, "A", &urls);
    let link =
        told(answer(&mut shop, "POST", "createPayout", r#"{"orderNumber":"B","amount":5,"type":"sbp","urls":{"returnUrl":"app://paid"}}"#));
    let link = link.1["payoutUrl"].as_str().expect("a link").replace("http://127.0.0.1:4242", "");
    let wrong = link.replace("payout_id=2", "payout_id=1");
    shop.log.clear();
    shop.play(
        &[
            &format!("GET {link}"),
            &format!("GET {wrong}"),
            "GET /quantum-payouts/static/payout.php",
            &format!("PUT {link}"),
            "with Content-Type: application/x-www-form-urlencoded",
            &format!("POST {link} pan=4111111111111111"),
            "with Content-Type: application/x-www-form-urlencoded",
            &format!("POST {link} phone=8+999+123-45-67&bank_id=4&full_name=Ivan"),
            &format!("GET {link}"),
            &format!("POST {link} phone=79990000000&bank_id=4&full_name=Ivan"),
        ]
        .join("\n"),
    );
    snapshot("quantum_payouts/the_page_of_an_sbp_payout", &shop.log);
}

#[test]
fn b_a_page_of_a_kind_that_was_taken_away_leads_to_fail_url() {
    let mut shop = shop(&[]);
    let body = r#"{"orderNumber":"A","amount":5,"urls":{"returnUrl":"https://shop.test/ok","failUrl":"https://shop.test/no"}}"#;
    let form = "with Content-Type: application/x-www-form-urlencoded\nPOST ${link} pan=4111111111111111";
    shop.play(&format!("POST /quantum-payouts/api/v1/createPayout {body}\nset card_payouts=false\n{form}"));
    shop.play("set card_payouts=true");
    let body = body.replace("\"A\"", "\"B\"").replace(r#","failUrl":"https://shop.test/no""#, "");
    shop.play(&format!("POST /quantum-payouts/api/v1/createPayout {body}\nset card_payouts=false\n{form}"));
    snapshot("quantum_payouts/a_page_of_a_kind_that_was_taken_away", &shop.log);
}

#[test]
fn b_webhook_save_and_webhook_test_answer_what_was_set_and_heard() {
    let mut shop = shop(&["webhook_url=null"]);
    let none = told(portal(&mut shop, "webhook_test", &json!({})));
    assert_eq!(message(&none), (400, "no webhook url is saved"));
    let saved = told(portal(&mut shop, "webhook_save", &json!({"url": "http://shop.test/h", "enabled": true, "use_signature": false})));
    let secret = "sk_test_1234567890abcdef1234567890abcdef12345678";
    let webhook = json!({"url": "http://shop.test/h", "enabled": true, "use_signature": false, "secret": secret});
    assert_eq!(saved, (200, json!({"result": {"error": "0", "message": null}, "webhook": webhook})));
    let tested = told(portal(&mut shop, "webhook_test", &json!({})));
    assert_eq!(tested, (200, json!({"result": {"error": "0", "message": null}, "delivery": {"status": 200, "duration_ms": 0}})));
    for (url, why) in [
        ("shop.test", "url must be a valid URL"),
        ("ftp://shop.test", "url must be a valid URL"),
        ("http://h:99999/", "url must be a valid URL"),
    ] {
        assert_eq!(message(&told(portal(&mut shop, "webhook_save", &json!({"url": url})))), (400, why), "{url}");
    }
    let off = told(portal(&mut shop, "webhook_save", &json!({"url": "", "enabled": false})));
    assert_eq!((off.0, &off.1["webhook"]["url"]), (200, &Json::Null));
    assert_eq!(message(&told(portal(&mut shop, "webhook_save", &json!({"enabled": true})))), (400, "url is required"));
}
