//! The public face with a network: sandboxes of a server, from the program that has started it.

use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};

use playmoney::{Config, Error, Method, Request, Server};
use serde_json::{Value as Json, json};

use crate::net::{Receiver, answered, request, send};

fn order(number: &str) -> Json {
    json!({"orderNumber": number, "amount": 1000, "description": "d", "target": {"pan": "4111111111111111"}})
}

fn control(path: &str, body: &Json) -> Request {
    Request::new(Method::POST, &format!("/__admin/{path}"), body.to_string()).with("Content-Type", "application/json")
}

#[tokio::test]
async fn an_advance_posts_webhooks_to_the_application_and_retries_them() {
    let refusals = AtomicU32::new(2);
    let receiver = Receiver::start(move |_| {
        let is_down = refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1)).is_ok();
        Box::pin(async move { answered(if is_down { 503 } else { 200 }) })
    })
    .await;
    let server = Server::start(Config::default()).await.expect("it starts");
    let shop = server.sandbox("checkout-7").expect("it is made");
    shop.reset(Some(&receiver.url())).await.expect("an address");
    assert_eq!(shop.call("quantum-payouts.performPayout", order("A-1")).await.expect("an answer").status, 200);
    let report = shop.advance("1h").await.expect("it arrives");
    let statuses: Vec<_> = report.deliveries.iter().map(|it| it.status).collect();
    assert_eq!(statuses.iter().filter(|it| **it == Some(503)).count(), 2, "{statuses:?}");
    assert_eq!(receiver.arrived.lock().expect("no panic").len(), statuses.len());
    let last = report.deliveries.iter().filter(|it| it.status == Some(200)).map(playmoney::Webhook::json);
    assert!(last.into_iter().any(|it| it["payout"]["status"] == "success"));
    let deliveries = shop.deliveries().await.expect("a list");
    assert!(deliveries.as_array().expect("a list").iter().all(|it| it["status"] == "delivered"), "{deliveries}");
    assert_eq!(shop.now(), report.now);

    // The other sandboxes have seen nothing of it.
    for name in ["default", "checkout-8"] {
        let other = server.sandbox(name).expect("it is there");
        assert_eq!(other.now().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(other.requests().await.expect("a list"), json!([]));
    }
    server.stop().await;
}

#[tokio::test]
async fn what_the_application_calls_over_the_network_is_verified_and_waited_for() {
    let server = Server::start(Config::default()).await.expect("it starts");
    let shop = server.sandbox("checkout-7").expect("it is made");
    let address = server.address();
    let base = shop.base_url("quoine");
    assert_eq!(base, format!("http://{address}/s/checkout-7/quoine"));
    assert_eq!(shop.environment()["QUOINE_BASE_URL"], base);
    assert_eq!(server.sandbox("default").expect("it is there").base_url("quoine"), format!("http://{address}/quoine"));

    let path = "/s/checkout-7/quantum-payouts/api/v1/features";
    let criteria = json!({"operation": "quantum-payouts.features", "timeout": "10s"});
    let (waited, _) = tokio::join!(shop.wait(&criteria), send(address, request("GET", path, &Json::Null)));
    assert_eq!(waited, Ok(1));
    let missing = shop.verify(&json!({"operation": "quoine.createInvoice"})).await.expect_err("it was not called");
    assert!(matches!(missing, Error::Refused { status: 409, .. }), "{missing:?}");
    let late = shop.wait(&json!({"operation": "quoine.createInvoice", "timeout": "10ms"})).await.expect_err("nothing comes");
    assert!(matches!(late, Error::Refused { status: 409, .. }), "{late:?}");

    // A sandbox that others make or delete is the same one.
    let again = server.sandbox("checkout-7").expect("it is there");
    assert_eq!(again.requests().await.expect("a list").as_array().map(Vec::len), Some(1));
    server.stop().await;
}

#[tokio::test]
async fn misuse_of_a_served_sandbox_is_an_error_with_a_sentence() {
    let server = Server::start(Config { sandboxes_max: 1, ..Config::default() }).await.expect("it starts");
    let refused = server.sandbox("Not A Name").expect_err("no name");
    assert!(matches!(&refused, Error::Refused { status: 404, detail, .. } if detail.contains("a-z")), "{refused:?}");
    let shop = server.sandbox("one").expect("it is made");
    assert!(matches!(server.sandbox("two"), Err(Error::Refused { status: 507, .. })));
    assert!(matches!(shop.advance("soon").await, Err(Error::Usage(_))));
    assert!(matches!(shop.act("pay", json!({})).await, Err(Error::Usage(_))));
    let unknown = shop.call("quoine.createInvoce", json!({})).await.expect_err("no such operation");
    assert!(unknown.to_string().contains("quoine.createInvoice"));
    let rule = json!({"on": "quantum-payouts.features", "when": {"times": 1}, "then": {"empty_response": true}});
    assert!(shop.send(control("rules", &rule)).await.expect("an answer").status.is_success());
    assert_eq!(shop.call("quantum-payouts.features", Json::Null).await, Err(Error::NoAnswer("empty_response".to_owned())));
    let slow = json!({"on": "quantum-payouts.features", "then": {"latency": "5s"}});
    assert!(shop.send(control("rules", &slow)).await.expect("an answer").status.is_success());
    assert_eq!(shop.call("quantum-payouts.features", Json::Null).await.expect("time passes until it leaves").status, 200);
    assert_eq!(shop.now().to_string(), "2026-01-01T00:00:05Z");
    server.stop().await;
}

#[tokio::test]
async fn a_state_moves_between_a_served_sandbox_and_one_in_memory() {
    let server = Server::start(Config::default()).await.expect("it starts");
    let shop = server.sandbox("a").expect("it is made");
    shop.call("quantum-payouts.performPayout", order("A-1")).await.expect("an answer");
    let state = shop.state().await.expect("a document");
    let mut memory = playmoney::Sandbox::new();
    memory.restore(&state).expect("it is ours");
    memory.advance("1h").expect("it arrives");
    shop.restore(&memory.state().expect("a document")).await.expect("it is ours");
    let status = shop.call("quantum-payouts.getPayoutStatus", json!({"orderNumber": "A-1"})).await.expect("an answer");
    assert_eq!((&status["orderStatus"], shop.now().to_string()), (&json!("success"), "2026-01-01T01:00:00Z".to_owned()));
    assert!(shop.coverage().await.expect("a document")["percent"].is_number());
    assert!(shop.assumptions().await.expect("a list").is_array());
    server.stop().await;
}

#[test]
fn a_program_without_tokio_spawns_a_server_and_its_methods_block() {
    let server = Server::spawn(Config::default()).expect("it starts");
    let address = server.address();
    let tests: Vec<_> = (0..4)
        .map(|number| {
            let shop = server.sandbox(&format!("test-{number}")).expect("it is made");
            std::thread::spawn(move || {
                assert_eq!(shop.call("quantum-payouts.performPayout", order("A-1")).expect("an answer").status, 200);
                shop.act("quantum-payouts.settle", json!({"orderNumber": "A-1", "outcome": "success"})).expect("it is allowed");
                shop.advance("1h").expect("it arrives");
                assert_eq!(shop.verify(&json!({"operation": "quantum-payouts.performPayout", "count": 1})), Ok(1));
                shop.now().to_string()
            })
        })
        .collect();
    for test in tests {
        assert_eq!(test.join().expect("it passes"), "2026-01-01T01:00:00Z");
    }
    assert!(TcpStream::connect(address).is_ok());
    drop(server);
    assert!(TcpStream::connect(address).is_err(), "its port is free again");
}

#[tokio::test]
async fn a_copy_of_a_served_sandbox_goes_on_by_itself() {
    let server = Server::start(Config::default()).await.expect("a server");
    let shop = server.sandbox("shop").expect("it is made");
    shop.call("quantum-payouts.performPayout", order("A-1")).await.expect("an answer");
    let copy = shop.fork("copy").await.expect("it is copied");
    assert!(copy.base_url("quoine").ends_with("/s/copy/quoine"));
    copy.advance("1h").await.expect("it arrives");
    let told = |it: &Json| it.as_array().expect("a list").len();
    assert_eq!((told(&shop.requests().await.expect("a list")), told(&copy.requests().await.expect("a list"))), (1, 1));
    assert_eq!([shop.now(), copy.now()].map(|it| it.to_string()), ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"]);
    for (name, refusal) in [("shop", 409), ("copy", 409), ("default", 409), ("No name", 404)] {
        let refused = shop.fork(name).await.expect_err(name);
        assert!(matches!(refused, Error::Refused { status, .. } if status == refusal), "{refused:?}");
    }
    server.stop().await;
}
