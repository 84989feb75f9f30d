//! Sandboxes of one server do not affect each other, and leave nothing behind.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use playmoney::inside::edge::{Config, Making, Server};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use crate::net::{Answer, admin, eventually, request, send, server};

/// Sandboxes at the same time.
const SANDBOXES: usize = 64;

/// One request to a sandbox, under a host name that is the same on every server; everything that came back.
async fn asked(server: &Server, name: &str, method: &str, path: &str, key: &str, body: &Json) -> String {
    let mut request = request(method, &format!("/s/{name}{path}"), body);
    let headers = request.headers_mut();
    headers.insert("host", "playmoney.test".parse().expect("a host"));
    headers.insert("authorization", key.parse().expect("a header"));
    let answer = send(server.address(), request).await;
    let mut headers: Vec<String> =
        answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("text"))).collect();
    headers.sort();
    format!("{method} {path} {} {} {}\n", answer.status, headers.join(", "), String::from_utf8_lossy(&answer.body))
}

/// What a merchant sees who pays out, charges, waits and looks, in a sandbox of that name and seed.
async fn transcript(server: &Server, name: &str, seed: usize) -> String {
    let made = admin(server, "POST", "sandboxes", &json!({"name": name, "seed": seed})).await;
    let (token, key) =
        (made["env"]["QUANTUM_PAYOUTS_TOKEN"].as_str().expect("a token"), made["env"]["QBITPAY_API_KEY"].as_str().expect("a key"));
    let (bearer, basic) = (format!("Bearer {token}"), format!("Basic {}", STANDARD.encode(format!("{key}:"))));
    let inbox = json!({"webhook_url": "http://shop.inbox.playmoney.test/"});
    let mut all = asked(server, name, "PATCH", "/__admin/accounts/quantum-payouts/default", "", &inbox).await;
    for number in 0..3 {
        let payout =
            json!({"orderNumber": format!("A{number}"), "amount": 1_500 + seed, "description": "d", "target": {"pan": "4111111111111111"}});
        all += &asked(server, name, "POST", "/quantum-payouts/api/v1/performPayout", &bearer, &payout).await;
        let (order, url) = (format!("E{number}"), "http://shop.inbox.playmoney.test/c");
        let charge = json!({"amount": 100 + number, "currency": "USD", "externalOrderId": order, "cbUrl": url, "redirectUrl": url});
        all += &asked(server, name, "POST", "/qbitpay/api/v1/charges", &basic, &charge).await;
        all += &asked(server, name, "POST", "/__admin/clock/advance", "", &json!({"by": format!("{}m", number * 20)})).await;
    }
    for path in ["/qbitpay/api/v1/charges", "/__admin/deliveries", "/__admin/requests", "/__admin/inbox/shop/messages"] {
        all += &asked(server, name, "GET", path, &basic, &Json::Null).await;
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i11_each_of_many_sandboxes_answers_as_if_it_were_alone() {
    let threads = NonZeroUsize::new(4).expect("not zero");
    let crowded = Arc::new(Server::start(Config { threads, ..Config::default() }).await.expect("a free port"));
    let tasks: Vec<_> = (0..SANDBOXES)
        .map(|seed| {
            let server = Arc::clone(&crowded);
            tokio::spawn(async move { transcript(&server, &format!("shop-{seed}"), seed).await })
        })
        .collect();
    let mut together = Vec::new();
    for it in tasks {
        together.push(it.await.expect("it ends"));
    }
    let alone = server(Start::default()).await;
    for (seed, seen) in together.iter().enumerate().step_by(9) {
        assert!(seen.contains("payout.status_changed"), "{seen}");
        assert_eq!(&transcript(&alone, &format!("shop-{seed}"), seed).await, seen);
    }
    let name = "shop-0";
    admin(&crowded, "DELETE", &format!("sandboxes/{name}"), &Json::Null).await;
    assert_eq!(transcript(&crowded, name, 0).await, together[0], "a name that was deleted begins afresh");
}

#[tokio::test]
async fn a_caller_who_waits_is_answered_after_the_sandbox_was_deleted() {
    let server = Arc::new(server(Start::default()).await);
    admin(&server, "POST", "sandboxes", &json!({"name": "a"})).await;
    let waiting = {
        let server = Arc::clone(&server);
        tokio::spawn(async move { admin(&server, "GET", "sandboxes/a/inbox/shop/messages?wait=60s", &Json::Null).await })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    let answer = tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("it ends").expect("an answer");
    assert_eq!(answer, json!({"messages": [], "truncated": false}));
}

#[tokio::test]
async fn t15_sandboxes_that_were_deleted_leave_no_task_behind() {
    let server = server(Start::default()).await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let name = |number: usize| format!("s{number}");
    let before = tasks();
    for number in 0..100 {
        admin(&server, "POST", "sandboxes", &json!({"name": name(number), "clock": {"mode": "real"}})).await;
        admin(&server, "GET", &format!("sandboxes/{}/clock", name(number)), &Json::Null).await;
    }
    assert!(before + 100 <= tasks());
    for number in 0..100 {
        admin(&server, "DELETE", &format!("sandboxes/{}", name(number)), &Json::Null).await;
    }
    eventually(|| async { tasks() <= before + 4 }).await;
}

/// The features of Quantum Payouts in a sandbox that is made on use.
async fn features(server: &Server, name: &str) -> Answer {
    let mut request = request("GET", &format!("/s/{name}/quantum-payouts/api/v1/features"), &Json::Null);
    request.headers_mut().insert("authorization", format!("Bearer qm_test_token_{name}").parse().expect("a header"));
    let answer = send(server.address(), request).await;
    assert_eq!((answer.status, answer.header("playmoney-sandbox")), (200, name));
    answer
}

async fn on_use() -> Arc<Server> {
    Arc::new(Server::start(Config { sandboxes: Making::OnUse, ..Config::default() }).await.expect("a free port"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_requests_that_come_together_make_one_sandbox() {
    let server = on_use().await;
    for round in 0..20 {
        let name = format!("gw{round}");
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let (server, name) = (Arc::clone(&server), name.clone());
                tokio::spawn(async move { features(&server, &name).await })
            })
            .collect();
        for it in calls {
            it.await.expect("it is answered");
        }
        assert_eq!(admin(&server, "GET", &format!("sandboxes/{name}"), &Json::Null).await["requests"], 8, "none was heard elsewhere");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_deleted_while_it_is_used_is_always_answered() {
    let server = on_use().await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    admin(&server, "GET", "health", &Json::Null).await;
    let before = tasks();
    let users: Vec<_> = (0..4)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                for _ in 0..100 {
                    features(&server, "gw0").await;
                }
            })
        })
        .collect();
    while !users.iter().all(tokio::task::JoinHandle::is_finished) {
        let answer = send(server.address(), request("DELETE", "/__admin/sandboxes/gw0", &Json::Null)).await;
        assert!([200, 404].contains(&answer.status), "{}", String::from_utf8_lossy(&answer.body));
    }
    for it in users {
        it.await.expect("each is answered");
    }
    send(server.address(), request("DELETE", "/__admin/sandboxes/gw0", &Json::Null)).await;
    let list = admin(&server, "GET", "sandboxes", &Json::Null).await;
    assert_eq!(list["sandboxes"].as_array().map(Vec::len), Some(1));
    eventually(|| async { tasks() <= before + 2 }).await;
}

#[tokio::test]
async fn a_browser_at_the_dashboard_of_an_unknown_sandbox_gets_a_page_and_makes_none() {
    let problem = ("application/problem+json", false);
    for server in [on_use().await, Arc::new(server(Start::default()).await)] {
        for (path, expected) in [("/s/typo/__admin/", ("text/html; charset=utf-8", true)), ("/s/typo/__admin/health", problem)] {
            assert_eq!(looked_at(&server, path, "text/html,*/*;q=0.8").await, (404, expected.0.to_owned(), expected.1), "{path}");
        }
        let list = admin(&server, "GET", "sandboxes", &Json::Null).await;
        assert_eq!(list["sandboxes"].as_array().map(Vec::len), Some(1));
    }
}

/// The status and the type of what an address answers, and whether it leads to the sandbox `default`.
async fn looked_at(server: &Server, path: &str, accept: &str) -> (u16, String, bool) {
    let mut request = request("GET", path, &Json::Null);
    request.headers_mut().insert("accept", accept.parse().expect("a value"));
    let answer = send(server.address(), request).await;
    let leads = String::from_utf8_lossy(&answer.body).contains("href=\"../../../__admin/\"");
    (answer.status, answer.header("content-type").to_owned(), leads)
}
