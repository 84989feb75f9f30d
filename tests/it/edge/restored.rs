//! A state is put back while other calls are under way: each of them meets a whole state, and none an error of the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;

use crate::net::{Answer, Receiver, admin, perform_in, request, send, server};

async fn crypto_pay(server: &Server, sandbox: &str, method: &str, body: &Json) -> Answer {
    let mut request = request(method, &format!("/s/{sandbox}/cryptopay/api/payment-orders/"), body);
    request.headers_mut().insert("authorization", format!("Bearer cp_test_key_{sandbox}").parse().expect("a header"));
    send(server.address(), request).await
}

/// The amounts of all orders of a sandbox.
async fn amounts(server: &Server, sandbox: &str) -> Vec<String> {
    let answer = crypto_pay(server, sandbox, "GET", &Json::Null).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let list = answer.json();
    let orders = list["results"].as_array().expect("a list");
    assert_eq!(list["count"], orders.len());
    orders.iter().map(|it| it["amount"].as_str().expect("a text").to_owned()).collect()
}

/// A state with that number of orders.
async fn saved(server: &Server, name: &str, receiver: &Receiver, orders: usize, amount: &str) -> (Json, Vec<String>) {
    let new = json!({"name": name, "seed": orders, "clock": {"mode": "frozen"}, "webhook_url": receiver.url()});
    assert_eq!(admin(server, "POST", "sandboxes", &new).await["name"], name);
    admin(server, "PATCH", &format!("sandboxes/{name}/accounts/cryptopay/default"), &json!({"rate_limit": "off"})).await;
    for nonce in 1..=orders {
        let order = json!({"amount": amount, "currency": "USDC", "blockchain": "base", "order_info": "{}", "nonce": nonce});
        assert_eq!(crypto_pay(server, name, "POST", &order).await.status, 201);
    }
    (admin(server, "GET", &format!("sandboxes/{name}/state"), &Json::Null).await, vec![amount.to_owned(); orders])
}

/// Repeats a call until the end.
fn repeat<F>(ended: &Arc<AtomicBool>, call: impl Fn(usize) -> F + Send + 'static) -> JoinHandle<usize>
where
    F: Future<Output = ()> + Send + 'static,
{
    let ended = Arc::clone(ended);
    tokio::spawn(async move {
        let mut count = 0;
        while !ended.load(Ordering::Acquire) {
            call(count).await;
            count += 1;
        }
        count
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i10_a_call_beside_a_restore_meets_a_whole_state() {
    let server = Arc::new(server(Start::default()).await);
    let receiver = Receiver::always(200).await;
    let states = [saved(&server, "few", &receiver, 3, "1.00").await, saved(&server, "many", &receiver, 7, "2.00").await];
    saved(&server, "shop", &receiver, 3, "1.00").await;
    let whole = Arc::new(states.each_ref().map(|it| it.1.clone()));
    let ended = Arc::new(AtomicBool::new(false));
    let mut others = Vec::new();
    for _ in 0..2 {
        let (server, whole) = (Arc::clone(&server), Arc::clone(&whole));
        others.push(repeat(&ended, move |_| {
            let (server, whole) = (Arc::clone(&server), Arc::clone(&whole));
            async move {
                let seen = amounts(&server, "shop").await;
                assert!(whole.contains(&seen), "{seen:?}");
            }
        }));
    }
    let payer = Arc::clone(&server);
    others.push(repeat(&ended, move |count| {
        let server = Arc::clone(&payer);
        async move {
            let answer = perform_in(&server, "shop", &format!("A{count}")).await;
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        }
    }));
    let (saver, known) = (Arc::clone(&server), Arc::clone(&whole));
    others.push(repeat(&ended, move |_| {
        let (server, whole) = (Arc::clone(&saver), Arc::clone(&known));
        async move {
            let state = admin(&server, "GET", "sandboxes/shop/state", &Json::Null).await;
            let memories = state["providers"].as_array().expect("a list");
            let orders = memories.iter().find(|it| it["slug"] == "cryptopay").expect("CryptoPay")["memory"]["orders"].clone();
            let orders = orders.as_array().map_or(0, Vec::len);
            assert!(whole.iter().any(|it| it.len() == orders), "{orders} orders");
        }
    }));
    for round in 0..40 {
        let (state, amounts_then) = &states[round % 2];
        let answer = send(server.address(), request("PUT", "/s/shop/__admin/state", state)).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(amounts(&server, "shop").await, *amounts_then);
    }
    ended.store(true, Ordering::Release);
    for it in others {
        assert!(3 < it.await.expect("each call is answered as expected"));
    }
    let (few, many) = (amounts(&server, "few").await, amounts(&server, "many").await);
    assert_eq!([few, many], *whole, "the sandboxes that were saved are as they were");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_beside_an_advance_waits_for_it_or_is_refused() {
    let server = Arc::new(server(Start::default()).await);
    let receiver = Receiver::always(500).await;
    let (state, _) = saved(&server, "shop", &receiver, 3, "1.00").await;
    let ended = Arc::new(AtomicBool::new(false));
    let walker = Arc::clone(&server);
    let walking = repeat(&ended, move |_| {
        let server = Arc::clone(&walker);
        async move {
            let answer = send(server.address(), request("POST", "/s/shop/__admin/clock/advance", &json!({"by": "3h"}))).await;
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        }
    });
    let mut restored = 0;
    for _ in 0..60 {
        let answer = send(server.address(), request("PUT", "/s/shop/__admin/state", &state)).await;
        restored += usize::from(answer.status == 200);
        assert!(answer.status == 200 || answer.json()["code"] == "advance_in_progress", "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(amounts(&server, "shop").await.len(), 3);
    }
    ended.store(true, Ordering::Release);
    assert!(0 < walking.await.expect("each is answered") && 0 < restored);
}
