//! The switches of an account, each off and on.

use serde_json::{Value as Json, json};

use crate::quantum_payouts::{answer, shop};
use crate::tape::{Tape, check, snapshot};

const CREATE: &str = r#"{"orderNumber":"A","amount":150000,"urls":{"returnUrl":"https://shop.test/ok"}}"#;
const PERFORM: &str = r#"{"orderNumber":"A","amount":150000,"description":"d","target":{"pan":"4111111111111111"}}"#;

fn refusal((status, body): &(u16, String)) -> (u16, Json) {
    let body: Json = serde_json::from_str(body).expect("JSON");
    (*status, body["result"]["message"].clone())
}

#[test]
fn strict_headers_ask_for_the_documented_ones() {
    let mut lax = shop(&[]);
    lax.play("without Accept\nwithout Content-Type");
    assert_eq!(answer(&mut lax, "POST", "createPayout", CREATE).0, 200);
    let mut strict = shop(&["strict_headers=true"]);
    for (line, why) in [
        ("without Accept", "Accept header must be application/json; version=1.0"),
        ("with Accept: */*", "Accept header must be application/json; version=1.0"),
        ("without Content-Type", "Content-Type header must be application/json; charset=UTF-8"),
        ("with Content-Type: application/json", "Content-Type header must be application/json; charset=UTF-8"),
    ] {
        strict.play(line);
        assert_eq!(refusal(&answer(&mut strict, "POST", "createPayout", CREATE)), (400, json!(why)), "{line}");
    }
    strict.play("without Content-Type");
    assert_eq!(answer(&mut strict, "GET", "features", "").0, 200, "GET sends no body");
    strict.play("with Accept: application/json;version=1.0\nwith Content-Type: application/json;charset=utf-8");
    assert_eq!(answer(&mut strict, "POST", "createPayout", CREATE).0, 200, "case and spaces do not matter");
}

#[test]
fn retry_clock_event_counts_from_the_event() {
    check(
        "quantum_payouts/retry_clock_event_counts_from_the_event",
        &[
            "set retry_clock=event pace=manual",
            "merchant 500",
            &format!(
                "POST /quantum-payouts/api/v1/createPayout {}",
                CREATE.replace("\"amount\"", "\"sessionTimeoutSecs\":86400,\"amount\"")
            ),
            "advance 4h",
        ]
        .join("\n"),
    );
}

#[test]
fn retry_clock_event_never_sends_into_the_past() {
    let mut shop = shop(&[]);
    shop.play("set retry_clock=event pace=manual webhook_url=http://slow.inbox.playmoney.test/");
    shop.play(r#"control PUT inbox/slow/script {"respond":["timeout","timeout","timeout",200]}"#);
    answer(&mut shop, "POST", "performPayout", PERFORM);
    let report = shop.admin("POST", "clock/advance", &json!({"by": "20m"}));
    let fired: Vec<&str> = report["fired"].as_array().expect("a list").iter().map(|it| it["at"].as_str().expect("a time")).collect();
    assert!(fired.is_sorted() && fired.len() > 4, "{fired:?}");
    let deliveries = shop.admin("GET", "deliveries", &Json::Null);
    let times: Vec<Vec<&str>> = deliveries["deliveries"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["attempts"].as_array().expect("a list").iter().map(|it| it["at"].as_str().expect("a time")).collect())
        .collect();
    // First attempts wait for each other: 10 s each. Fifteen seconds after the event the third has not even left.
    let second = |seconds: u32| format!("2026-01-01T00:00:{seconds:02}Z");
    assert_eq!(times, [vec![second(0), second(15), second(30)], vec![second(10), second(20)], vec![second(20)]]);
}

#[test]
fn rights_and_channels_are_taken_away() {
    let create = |extra: &str| CREATE.replace("\"amount\"", &format!("{extra},\"amount\""));
    let mut shop = shop(&["sbp_payouts=false", "channels=[\"vtb\"]"]);
    let denied = refusal(&answer(&mut shop, "POST", "createPayout", &create(r#""type":"sbp""#)));
    assert_eq!(denied, (403, json!("SBP payouts are not enabled")));
    let denied = refusal(&answer(&mut shop, "POST", "createPayout", &create(r#""channel":"alfa""#)));
    assert_eq!(denied, (403, json!("channel alfa is not integrated")));
    assert_eq!(answer(&mut shop, "POST", "createPayout", &create(r#""type":"card","channel":"vtb""#)).0, 200);
    shop.play("set channels=null card_payouts=false");
    let denied = refusal(&answer(&mut shop, "POST", "performPayout", PERFORM));
    assert_eq!(denied, (403, json!("card payouts are not enabled")));
    shop.play("set type_when_absent=choose");
    let denied = refusal(&answer(&mut shop, "POST", "createPayout", &CREATE.replace("\"A\"", "\"B\"")));
    assert_eq!(denied, (403, json!("card and SBP payouts are not enabled")));
    shop.play("set sbp_payouts=true");
    let create = CREATE.replace("\"A\"", "\"B\"").replace("\"amount\"", "\"channel\":\"alfa\",\"amount\"");
    assert_eq!(answer(&mut shop, "POST", "createPayout", &create).0, 200);
    let status: Json = serde_json::from_str(&answer(&mut shop, "POST", "getPayoutStatus", r#"{"orderNumber":"B"}"#).1).expect("JSON");
    assert_eq!(status["channel"], "alfa");
}

#[test]
fn a_recipient_who_may_choose_is_offered_what_is_enabled() {
    let mut shop = shop(&["type_when_absent=choose"]);
    shop.play(&format!("POST /quantum-payouts/api/v1/createPayout {CREATE}\nGET ${{link}}\nset card_payouts=false\nGET ${{link}}"));
    snapshot("quantum_payouts/a_recipient_who_may_choose", &shop.log);
}

#[test]
fn the_rate_limit_holds_for_a_second_of_simulated_time() {
    let mut shop = shop(&["rate_limit=enforce"]);
    let calls = |shop: &mut Tape| (0..31).map(|_| answer(shop, "GET", "features", "").0).filter(|it| *it == 200).count();
    assert_eq!(calls(&mut shop), 30);
    let request = super::request(&mut shop, "GET", "features", "");
    let refused = shop.ask(request);
    assert_eq!(refused.status, 429);
    assert!(refused.headers["playmoney-hint"].to_str().expect("text").contains("rate_limit"));
    shop.play("advance 999ms");
    assert_eq!(calls(&mut shop), 0);
    shop.play("advance 1ms");
    assert_eq!(calls(&mut shop), 30, "the window begins with the second");
    shop.play("without Authorization");
    assert_eq!(answer(&mut shop, "GET", "features", "").0, 401, "who is not known is not counted");
    for mode in ["headers", "off"] {
        shop.play(&format!("set rate_limit={mode}"));
        assert_eq!(calls(&mut shop), 31, "{mode}");
    }
}

#[test]
fn documented_links_name_the_providers_own_host() {
    let link = |settings: &[&str]| {
        let mut shop = shop(settings);
        let body: Json = serde_json::from_str(&answer(&mut shop, "POST", "createPayout", CREATE).1).expect("JSON");
        body["payoutUrl"].as_str().expect("a link").to_owned()
    };
    assert!(link(&[]).starts_with("http://127.0.0.1:4242/quantum-payouts/static/payout.php?payout_id=1&token="));
    assert!(link(&["documented_links=true"]).starts_with("https://payouts-dev.quantumlabs.ru/static/payout.php?payout_id=1&token="));
}

#[test]
fn a_manual_pace_leaves_the_bank_to_actions() {
    check(
        "quantum_payouts/a_manual_pace_leaves_the_bank_to_actions",
        &[
            "set pace=manual webhook_enabled=false",
            &format!("POST /quantum-payouts/api/v1/createPayout {CREATE}"),
            "act quantum-payouts.settle orderNumber=A outcome=success",
            "act quantum-payouts.submit-details orderNumber=A pan=4111111111111111",
            "act quantum-payouts.submit-details orderNumber=A pan=4111111111111111",
            "advance 1h",
            "act quantum-payouts.settle orderNumber=A outcome=success",
            "act quantum-payouts.settle orderNumber=A outcome=processing",
            "advance 1h",
            "act quantum-payouts.settle orderNumber=A outcome=success",
            "act quantum-payouts.settle orderNumber=A outcome=failed",
            &format!("POST /quantum-payouts/api/v1/performPayout {}", PERFORM.replace("\"A\"", "\"B\"")),
            "advance 1h",
            r#"POST /quantum-payouts/api/v1/getPayoutStatus {"orderNumber":"B"}"#,
            "advance until idle",
        ]
        .join("\n"),
    );
}

#[test]
fn a_webhook_that_is_off_sends_nothing() {
    let mut shop = shop(&["webhook_enabled=false"]);
    answer(&mut shop, "POST", "performPayout", PERFORM);
    shop.play("advance until idle");
    assert!(shop.posted.is_empty());
    let deliveries = shop.admin("GET", "deliveries", &Json::Null);
    assert_eq!(deliveries["deliveries"], json!([]), "nothing is owed either");
}

#[test]
fn features_name_the_environment_of_the_setting() {
    for environment in ["development", "uat", "production"] {
        let mut shop = shop(&[&format!("environment={environment}")]);
        let body: Json = serde_json::from_str(&answer(&mut shop, "GET", "features", "").1).expect("JSON");
        assert_eq!(body["environment"], environment);
    }
    let mut shop = shop(&[]);
    let refused = shop.admin("PATCH", "accounts/quantum-payouts/default", &json!({"environment": "test"}));
    assert_eq!(refused["detail"], "`environment` must be one of development, uat, production");
}
