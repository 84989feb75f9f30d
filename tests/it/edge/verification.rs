//! Callers who wait for calls and webhooks, over sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use playmoney::inside::edge::Server;
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;

use super::holding;
use crate::net::{Answer, Receiver, admin, eventually, perform, request, send, shop};

/// A call that waits, on a connection of its own.
fn begin(server: &Server, path: &str, criteria: &Json) -> JoinHandle<Answer> {
    let request = request("POST", &format!("/__admin/{path}"), criteria);
    tokio::spawn(send(server.address(), request))
}

/// What waits that do not end ask for.
pub fn endless() -> Json {
    json!({"operation": "quoine.createInvoice", "timeout": "300s"})
}

/// Whether one more call may wait at that path.
pub async fn has_room(server: &Server, path: &str) -> bool {
    let criteria = json!({"operation": "quoine.createInvoice", "timeout": "1ms"});
    begin(server, path, &criteria).await.expect("no panic").status == 409
}

/// That number of calls wait at that path, and with them as many as may.
pub async fn waiting(server: &Server, path: &str, count: usize) -> Vec<JoinHandle<Answer>> {
    let mut waits: Vec<_> = (0..count).map(|_| begin(server, path, &endless())).collect();
    for _ in 0..1_000 {
        if !has_room(server, path).await {
            break;
        }
        // The call that asks for room can take the last place from one of these, which is refused then.
        for it in waits.iter_mut().filter(|it| it.is_finished()) {
            *it = begin(server, path, &endless());
        }
    }
    assert!(!has_room(server, path).await && waits.iter().all(|it| !it.is_finished()));
    waits
}

const PERFORM: &str = "quantum-payouts.performPayout";

#[tokio::test]
async fn parallel_waits_end_each_with_its_own_call_while_others_are_served() {
    let receiver = Receiver::always(200).await;
    let server = shop(&receiver.url()).await;
    let of = |number: &str| json!({"operation": PERFORM, "where": {"body": {"orderNumber": number}}, "timeout": "60s"});
    let waits = ["A", "B", "C"].map(|it| begin(&server, "requests/wait", &of(it)));
    let webhook = json!({"provider": "quantum-payouts", "subject": "B", "status": "delivered", "count": 3, "timeout": "60s"});
    let webhook = begin(&server, "deliveries/wait", &webhook);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(waits.iter().chain([&webhook]).all(|it| !it.is_finished()));
    assert_eq!(admin(&server, "POST", "requests/verify", &of("A")).await["verified"], Json::Null, "a verification takes no `timeout`");
    assert_eq!(admin(&server, "GET", "requests", &Json::Null).await["requests"], json!([]), "waits take no place from long calls");
    perform(&server, "B").await;
    let [a, b, c] = waits;
    assert_eq!(b.await.expect("no panic").json(), json!({"verified": true, "matched": 1}));
    assert_eq!(webhook.await.expect("no panic").json(), json!({"verified": true, "matched": 3}));
    perform(&server, "A").await;
    assert_eq!(a.await.expect("no panic").json(), json!({"verified": true, "matched": 1}));
    assert!(!c.is_finished());
    admin(&server, "POST", "reset", &Json::Null).await;
    let ended = c.await.expect("no panic");
    assert_eq!((ended.status, &ended.json()["code"]), (410, &json!("dropped")));
}

#[tokio::test]
async fn a_wait_ends_in_real_time_with_the_nearest() {
    let server = shop("http://127.0.0.1:9/").await;
    perform(&server, "A").await;
    let criteria = json!({"operation": PERFORM, "where": {"body": {"orderNumber": "B"}}, "timeout": "200ms"});
    let wait = begin(&server, "requests/wait", &criteria);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!wait.is_finished());
    let answer = wait.await.expect("no panic");
    let document = answer.json();
    assert_eq!((answer.status, &document["timed_out"], &document["matched"]), (409, &json!(true), &json!(0)), "{document}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let criterion = json!({"criterion": "body.orderNumber", "expected": "\"B\"", "actual": "\"A\"", "met": false});
    assert_eq!(document["nearest"][0]["criteria"][1], criterion, "{document}");
    assert_eq!(document["nearest"][0]["request"]["id"], "req-1");
}

#[tokio::test]
async fn a_wait_ends_while_a_walk_waits_for_a_receiver() {
    let held = Arc::new(AtomicBool::new(true));
    let receiver = holding(&held).await;
    let server = shop(&receiver.url()).await;
    perform(&server, "A").await;
    let walk = begin(&server, "clock/advance", &json!({"by": "1h"}));
    let wait = begin(&server, "requests/wait", &json!({"operation": PERFORM, "count": 2, "timeout": "60s"}));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!walk.is_finished() && !wait.is_finished());
    perform(&server, "B").await;
    assert_eq!(wait.await.expect("no panic").json(), json!({"verified": true, "matched": 2}));
    assert!(!walk.is_finished());
    held.store(false, Ordering::Release);
    assert_eq!(walk.await.expect("no panic").status, 200);
}

#[tokio::test]
async fn i21_callers_who_hang_up_wait_no_more() {
    let server = shop("http://127.0.0.1:9/").await;
    let waits = waiting(&server, "requests/wait", 100).await;
    waits[0].abort();
    eventually(|| has_room(&server, "requests/wait")).await;
    waits.iter().for_each(JoinHandle::abort);
}
