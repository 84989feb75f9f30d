//! How payouts end that no call has made, and where the recipient goes.

use playmoney::inside::kit::http::{Method, Request};
use serde_json::{Value as Json, json};

use crate::quantum_payouts::{answer, shop};
use crate::tape::Tape;

#[test]
fn a_row_of_a_file_has_no_external_id_either() {
    for (details, kind) in [
        (json!({"amount": 700, "pan": "4111111111111111"}), "card"),
        (json!({"amount": 700, "phone": "+79991234567", "bank_id": "vtb", "full_name": "A B"}), "sbp"),
    ] {
        let mut shop = shop(&["pace=manual"]);
        let done = shop.admin("POST", "act/quantum-payouts/file-payout", &details);
        assert_eq!((&done["status"], &done["object"]["destination_type"]), (&json!("processing"), &json!(kind)), "{done}");
        let told: Vec<Json> = shop.posted.iter().map(|it| serde_json::from_slice(&it.body).expect("JSON")).collect();
        let statuses: Vec<&str> = told.iter().filter_map(|it| it["payout"]["status"].as_str()).collect();
        assert_eq!(statuses, ["uploaded", "created", "processing"]);
        assert!(told.iter().all(|it| it["payout"]["externalId"].is_null() && it["payout"]["amount"] == 700), "{told:?}");
    }
    let mut shop = shop(&[]);
    for wrong in [json!({"pan": "4111111111111111"}), json!({"amount": 7}), json!({"amount": 7, "pan": "4111111111111111", "phone": "1"})] {
        assert_eq!(shop.admin("POST", "act/quantum-payouts/file-payout", &wrong)["status"], 422, "{wrong}");
    }
}

/// The case that an integrator wants to see: the recipient comes back by failUrl, and the payout has failed by then.
#[test]
fn a_bank_that_refuses_at_once_sends_the_recipient_to_fail_url() {
    for fail_url in [r#","failUrl":"https://shop.test/no""#, ""] {
        let mut shop = shop(&["pace=manual"]);
        let create = format!(r#"{{"orderNumber":"A","amount":5,"urls":{{"returnUrl":"https://shop.test/ok"{fail_url}}}}}"#);
        shop.play(&format!("POST /quantum-payouts/api/v1/createPayout {create}"));
        let link = shop.noted("link").to_owned();
        let form = "pan=4111111111111111&bank=refuses";
        let request = Request::new(Method::POST, &link, form).with("Content-Type", "application/x-www-form-urlencoded");
        let response = shop.ask(request);
        if fail_url.is_empty() {
            assert_eq!(response.status, 200);
            assert!(String::from_utf8_lossy(&response.body).contains("The bank has refused the payout."));
        } else {
            assert_eq!((response.status.as_u16(), response.headers["location"].to_str().ok()), (303, Some("https://shop.test/no")));
        }
        let told: Vec<Json> = shop.posted.iter().map(|it| serde_json::from_slice(&it.body).expect("JSON")).collect();
        let statuses: Vec<&str> = told.iter().filter_map(|it| it["payout"]["status"].as_str()).collect();
        assert_eq!(statuses, ["uploaded", "created", "processing", "failed"]);
        let page = shop.ask(Request::new(Method::GET, &link, ""));
        assert_eq!(String::from_utf8_lossy(&page.body).contains("https:&#x2f;&#x2f;shop.test&#x2f;no"), !fail_url.is_empty());
    }
}

/// Half a second after the full one: what is shown is what counts.
#[test]
fn a_link_ends_after_its_seconds_from_the_second_that_is_shown() {
    let mut shop = shop(&[]);
    shop.play("advance 900ms");
    shop.play(r#"POST /quantum-payouts/api/v1/createPayout {"orderNumber":"A","amount":5,"urls":{"returnUrl":"https://shop.test/ok"}}"#);
    let status = |shop: &mut Tape| answer(shop, "POST", "getPayoutStatus", r#"{"orderNumber":"A"}"#).1;
    assert!(status(&mut shop).contains("\"creationDate\":1767225600"), "{}", status(&mut shop));
    shop.play("advance 599099ms");
    assert!(status(&mut shop).contains("\"orderStatus\":\"uploaded\""));
    shop.play("advance 1ms");
    assert!(status(&mut shop).contains("\"orderStatus\":\"cancelled\""), "600 s after creationDate: {}", status(&mut shop));
}
