//! What waits for attempts under way, and attempts that wait for a place on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use playmoney::inside::edge::Server;
use playmoney::inside::engine::delivery::CONNECTIONS_PER_TARGET_MAX;
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::Request;
use playmoney::inside::stage::Stage;
use serde_json::{Value as Json, json};

use super::holding;
use super::walks::driver;
use crate::net::{Receiver, admin, answered, eventually, perform, request, send, shop};

/// The first attempt of the first delivery of a fork that is made now.
async fn first_attempt_in_a_fork(server: &Server) -> Json {
    let mut stage = server.stage(tokio::runtime::Handle::current());
    tokio::task::block_in_place(|| stage.fork(None, "copy"));
    let deliveries = admin(server, "GET", "sandboxes/copy/deliveries", &Json::Null).await;
    deliveries["deliveries"][0]["attempts"][0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_waits_for_attempts_under_way() {
    let slow = Receiver::start(|_| {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            answered(202)
        })
    })
    .await;
    let server = shop(&slow.url()).await;
    perform(&server, "A").await;
    let attempt = first_attempt_in_a_fork(&server).await;
    assert_eq!((&attempt["status"], &attempt["repeated"]), (&json!(202), &Json::Null), "{attempt}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_sends_again_what_is_under_way_after_a_second() {
    let held = Arc::new(AtomicBool::new(true));
    let server = shop(&holding(&held).await.url()).await;
    perform(&server, "A").await;
    let attempt = first_attempt_in_a_fork(&server).await;
    held.store(false, Ordering::Release);
    assert_eq!((&attempt["status"], &attempt["repeated"]), (&json!(200), &json!(true)), "its own inbox answers: {attempt}");
}

/// The attempts of all deliveries.
async fn attempts(server: &Server) -> Vec<Json> {
    let all = admin(server, "GET", "deliveries", &Json::Null).await;
    all["deliveries"].as_array().expect("a list").iter().flat_map(|it| it["attempts"].as_array().expect("a list").clone()).collect()
}

#[tokio::test]
async fn i21_an_attempt_says_that_it_waits_for_a_connection_and_for_how_long_it_has_waited() {
    let held = Arc::new(AtomicBool::new(true));
    let receiver = holding(&held).await;
    let server = shop(&receiver.url()).await;
    for number in 0..=CONNECTIONS_PER_TARGET_MAX {
        let target = json!({"webhook_url": format!("http://{}/{number}", receiver.address)});
        admin(&server, "PATCH", "accounts/quantum-payouts/default", &target).await;
        let payout = json!({"orderNumber": number.to_string(), "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
        send(server.address(), request("POST", "/quantum-payouts/api/v1/createPayout", &payout)).await;
    }
    let waits = async || attempts(&server).await.iter().filter(|it| it["waits_for"].is_string()).count();
    eventually(async || waits().await == 1).await;
    let all = attempts(&server).await;
    let waiting = all.last().expect("it is owed");
    assert!(waiting["waits_for"].as_str().expect("a text").contains("64 to this host and port"), "{waiting}");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    held.store(false, Ordering::Release);
    eventually(async || attempts(&server).await.iter().all(|it| !it["status"].is_null())).await;
    let all = attempts(&server).await;
    let told: Vec<&Json> = all.iter().filter(|it| !it["waited_ms"].is_null()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0]["waited_ms"].as_u64() > Some(1_000) && told[0]["waits_for"].is_null(), "{told:?}");
}

#[tokio::test]
async fn a_report_whose_caller_has_gone_while_it_was_written_is_told_again() {
    let driver = driver(Start { webhook_url: Some("http://a.inbox.playmoney.test/".to_owned()), ..Start::default() });
    let ask = |path: &str, body: &Json| {
        let request = Request::new(Method::POST, path, body.to_string());
        driver.put(request.with("Content-Type", "application/json").with("Authorization", "Bearer qm_test_token"))
    };
    for number in 0..250 {
        let payout = json!({"orderNumber": number.to_string(), "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
        ask("/quantum-payouts/api/v1/createPayout", &payout).answer().await.expect("an answer");
    }
    let advance = || ask("/__admin/clock/advance", &json!({"by": "0s"}));
    let mut gone = advance();
    gone.ready().await;
    drop(gone); // its report has more than 200 rows, so it would be written on another thread now
    let again = advance().answer().await.expect("an answer").response;
    let report: Json = serde_json::from_slice(&again.body).expect("JSON");
    assert_eq!(report["deliveries_total"], 250);
}
