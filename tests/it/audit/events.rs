//! Which event is varied, what is shown of it, and what an audit leaves behind.

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::{STORIES, answered, audit, receiver, row, shop};
use crate::net::{admin, perform, server};

fn body_of(answer: &Json, check: &str) -> Json {
    serde_json::from_str(row(answer, check)["sent"]["body"].as_str().expect("a body")).expect("JSON")
}

#[tokio::test]
async fn the_last_event_of_the_sandbox_is_varied_and_goes_to_its_address() {
    let address = receiver(|_, _| answered(200, "")).await;
    let target = format!("http://{address}/hooks");
    let server = server(Start { webhook_url: Some(target.clone()), ..Start::default() }).await;
    for number in ["A-1", "A-2"] {
        perform(&server, number).await;
    }
    admin(&server, "POST", "clock/advance", &json!({"by": "10s"})).await;
    let before = admin(&server, "GET", "deliveries", &Json::Null).await;
    let (state, requests) = (admin(&server, "GET", "state", &Json::Null).await, admin(&server, "GET", "requests", &Json::Null).await);

    let answer = audit(&server, &json!({"provider": "quantum-payouts"})).await;
    assert_eq!(answer["target"], target);
    let last = before["deliveries"].as_array().expect("a list").last().expect("one").clone();
    let sent: Json = serde_json::from_str(last["attempts"][0]["request"]["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!((&sent["payout"]["externalId"], &sent["payout"]["status"]), (&json!("A-2"), &json!("success")));
    for check in ["good_event", "wrong_secret", "missing_signature", "duplicate"] {
        assert_eq!(body_of(&answer, check), sent, "{check}");
    }
    let tampered = body_of(&answer, "tampered_body");
    assert_eq!((&tampered["payout"]["amount"], &tampered["eventId"]), (&json!(950_000), &sent["eventId"]));
    for check in ["out_of_order", "extra_field", "unknown_event", "reordered_members", "late_answer"] {
        let body = body_of(&answer, check);
        assert_ne!(body["eventId"], sent["eventId"], "{check} is a new event");
        let headers = &row(&answer, check)["sent"]["headers"];
        assert_eq!((&headers["X-Payouts-Event-Id"], &headers["X-Payouts-Event"]), (&body["eventId"], &body["event"]), "{check}");
    }
    assert_eq!(body_of(&answer, "out_of_order")["payout"]["status"], "uploaded");
    assert_eq!(body_of(&answer, "unknown_event")["event"], "payout.added_later");
    assert_eq!(body_of(&answer, "extra_field")["payout"]["added_later"], 1);
    let text = row(&answer, "reordered_members")["sent"]["body"].as_str().expect("text");
    assert!(text.starts_with(r#"{"payout":{"currency""#), "{text}");
    assert_eq!(row(&answer, "missing_signature")["sent"]["headers"]["X-Payouts-Signature"], Json::Null);

    assert_eq!(admin(&server, "GET", "deliveries", &Json::Null).await, before, "nothing is delivered");
    assert_eq!(admin(&server, "GET", "requests", &Json::Null).await, requests, "nothing is logged");
    assert_eq!(admin(&server, "GET", "state", &Json::Null).await, state, "nothing changes");
}

#[tokio::test]
async fn dates_are_the_real_ones() {
    let address = receiver(|_, _| answered(200, "")).await;
    let server = server(Start::default()).await;
    let answer = audit(&server, &json!({"provider": "quoine", "webhook_url": format!("http://{address}/")})).await;
    let year = |check: &str| row(&answer, check)["sent"]["headers"]["Date"].as_str().expect("a date").to_owned();
    let now = playmoney::inside::kit::time::http_date(playmoney::inside::edge::driver::Stopwatch::start().uptime().date);
    assert_eq!(year("good_event")[..16], now[..16]);
    assert_ne!(year("stale_timestamp"), year("good_event"));
    let nonce = |check: &str| row(&answer, check)["sent"]["headers"]["NONCE"].clone();
    assert_eq!(nonce("replayed_nonce"), nonce("good_event"));
    assert_ne!(nonce("duplicate"), nonce("good_event"));
}

#[tokio::test]
async fn i28_a_secret_from_outside_is_masked_in_what_was_sent() {
    for story in STORIES {
        let secret = "a-secret-of-the-shop-itself-0815";
        let address = shop(story, secret.to_owned()).await;
        let server = server(Start::default()).await;
        let body = json!({"provider": story.0, "webhook_url": format!("http://{address}/"), "secret": secret});
        let answer = audit(&server, &body).await;
        assert_eq!(answer["failed"], 0, "{}: the receiver knows this secret: {answer:#}", story.0);
        let text = answer.to_string();
        assert!(!text.contains("a-secret-of-the-shop"), "{}: {text}", story.0);
        if story.0 == "quantapay" {
            assert_eq!(body_of(&answer, "good_event")["key"], "***0815");
        }
    }
}

#[tokio::test]
async fn an_address_with_a_password_is_shown_without_it() {
    let address = receiver(|_, _| answered(200, "")).await;
    let server = server(Start::default()).await;
    for provider in ["qbitpay", "quoine"] {
        let url = format!("http://shop:open-sesame@{address}/");
        let answer = audit(&server, &json!({"provider": provider, "webhook_url": url, "probe": url})).await;
        let text = answer.to_string();
        assert!(!text.contains("open-sesame") && !text.contains("b3Blbi1zZXNhbWU"), "{text}");
        let unsigned = &row(&answer, "missing_signature")["sent"]["headers"]["Authorization"];
        assert_eq!(unsigned, "Basic ***", "a proxy that asks for the password lets it through");
    }
}

#[tokio::test]
async fn a_copy_does_not_try_the_application_of_its_original() {
    let server = server(Start { webhook_url: Some("http://127.0.0.1:9/hooks".to_owned()), ..Start::default() }).await;
    admin(&server, "POST", "fork", &json!({"name": "copy"})).await;
    let refused = admin(&server, "POST", "sandboxes/copy/audit", &json!({"provider": "quoine"})).await;
    assert_eq!(refused["status"], 422, "{refused}");
    let other = admin(&server, "POST", "sandboxes/gone/audit", &json!({"provider": "quoine"})).await;
    assert_eq!(other["status"], 404, "{other}");
}

#[tokio::test]
async fn the_receiver_of_one_account_is_not_tried_with_the_signature_of_another() {
    let server = server(Start::default()).await;
    let accounts = json!([{"id": "2"}, {"id": "7", "webhook_url": "http://127.0.0.1:9/"}]);
    let begun = admin(&server, "POST", "scenario", &json!({"version": 1, "providers": {"quoine": {"accounts": accounts}}})).await;
    assert!(begun["status"].is_null(), "{begun}");
    let refused = admin(&server, "POST", "audit", &json!({"provider": "quoine"})).await;
    assert_eq!(refused["status"], 422, "{refused}");
}

#[tokio::test]
async fn an_account_without_signatures_is_tried_with_what_is_left() {
    let address = receiver(|_, _| answered(200, "")).await;
    let server = server(Start::default()).await;
    admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_signed": false})).await;
    let body =
        json!({"provider": "quantum-payouts", "webhook_url": format!("http://{address}/"), "checks": ["tampered_body", "duplicate"]});
    let answer = audit(&server, &body).await;
    assert_eq!(row(&answer, "tampered_body")["why"], "The account's webhooks are not signed, so a receiver has nothing to verify.");
    assert_eq!((&answer["passed"], &answer["skipped"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn the_secret_of_another_account_of_the_sandbox_is_tried() {
    let address = receiver(|_, _| answered(200, "")).await;
    let server = server(crate::net::ruled("quoine.createInvoice", "{ error: usage_limit }")).await;
    let answer =
        audit(&server, &json!({"provider": "quoine", "webhook_url": format!("http://{address}/"), "checks": ["other_account"]})).await;
    let signature = row(&answer, "other_account")["sent"]["headers"]["Authorization"].as_str().expect("text").to_owned();
    assert!(signature.starts_with("APIAuth 900000001:"), "{signature}: rules of the sandbox do not hinder an audit");
}

#[tokio::test]
async fn a_copy_of_a_sandbox_that_has_sent_does_not_try_its_original_s_application_either() {
    let (original, own) = (receiver(|_, _| answered(200, "")).await, receiver(|_, _| answered(200, "")).await);
    let server = server(Start { webhook_url: Some(format!("http://{original}/hooks")), ..Start::default() }).await;
    crate::net::perform(&server, "A").await;
    admin(&server, "POST", "fork", &json!({"name": "alone"})).await;
    let refused = admin(&server, "POST", "sandboxes/alone/audit", &json!({"provider": "quantum-payouts"})).await;
    assert_eq!(refused["status"], 422, "{refused}");
    let target = format!("http://{own}/{{provider}}");
    admin(&server, "POST", "fork", &json!({"name": "redirected", "webhook_url": target})).await;
    let answer =
        admin(&server, "POST", "sandboxes/redirected/audit", &json!({"provider": "quantum-payouts", "checks": ["duplicate"]})).await;
    assert_eq!(answer["target"], format!("http://{own}/quantum-payouts"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_goes_on_beside_a_walk_through_time() {
    // The system accepts the connection, and the webhook gets no answer.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let held = silent.local_addr().expect("an address");
    let address = receiver(|_, _| answered(200, "")).await;
    let server = std::sync::Arc::new(server(Start { webhook_url: Some(format!("http://{held}/")), ..Start::default() }).await);
    crate::net::perform(&server, "A").await;
    let walking = std::sync::Arc::clone(&server);
    let walk = tokio::spawn(async move { admin(&walking, "POST", "clock/advance", &json!({"by": "1h"})).await });
    for provider in ["quoine", "cryptopay", "quantapay"] {
        let body = json!({"provider": provider, "webhook_url": format!("http://{address}/"), "checks": ["duplicate"]});
        let answer = audit(&server, &body).await;
        assert_eq!(row(&answer, "duplicate")["verdict"], "pass", "{provider}: {answer}");
    }
    walk.abort();
}

#[tokio::test]
async fn a_probe_that_is_too_long_to_be_compared_says_nothing() {
    let address = receiver(|_, _| answered(200, &"x".repeat(20_000))).await;
    let server = server(Start::default()).await;
    let url = format!("http://{address}/");
    let answer = audit(&server, &json!({"provider": "quoine", "webhook_url": url, "probe": url, "checks": ["duplicate"]})).await;
    let why = row(&answer, "duplicate")["why"].as_str().expect("text").to_owned();
    assert_eq!(row(&answer, "duplicate")["verdict"], "fail");
    assert!(why.contains("but the probe says nothing: its answer has 16 KiB or more, and only shorter answers are compared"), "{why}");
}
