//! Sandboxes that many callers want at once, and control calls of those who may not make them.

use serde_json::{Value as Json, json};

use super::cluster::{Cluster, Tried, once};
use crate::net::{connect, exchange, payout, request};

/// As many callers at once.
const CALLERS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_requests_to_one_sandbox_make_it_once_and_are_all_answered() {
    let cluster = Cluster::start(2, &["--sandboxes", "on-use"]).await;
    for round in 0..12 {
        let path = format!("/s/new-{round}/quantum-payouts/api/v1/performPayout");
        let callers = (0..CALLERS).map(|caller| {
            // One replica in the first rounds, then both.
            let port = cluster.ports[if round < 6 { 0 } else { caller % 2 }];
            let path = path.clone();
            tokio::spawn(async move { once(port, "POST", &path, &payout(&format!("order-{caller}"))).await })
        });
        for it in callers.collect::<Vec<_>>() {
            let Tried::Answered(answer) = it.await.expect("no panic") else { panic!("{path} was not answered") };
            assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        }
        let heard = cluster.ask(0, "GET", &format!("/s/new-{round}/__admin/requests"), &Json::Null).await.json();
        assert_eq!(heard["requests"].as_array().map(Vec::len), Some(CALLERS), "{heard}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_free_again_as_soon_as_its_sandbox_is_deleted() {
    let cluster = Cluster::start(1, &[]).await;
    for round in 0..20 {
        let made = cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "again", "seed": round})).await;
        assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
        let twice = cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "again"})).await;
        assert_eq!(twice.status, 409, "{}", String::from_utf8_lossy(&twice.body));
        assert_eq!(cluster.ask(0, "DELETE", "/__admin/sandboxes/again", &Json::Null).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_with_a_token_sends_no_call_on_that_lacks_it() {
    let mut cluster = Cluster::start(1, &[]).await;
    assert_eq!(cluster.ask(0, "POST", "/__admin/sandboxes", &json!({"name": "open"})).await.status, 201);
    let guarded = cluster.add(&["--admin-token", "a-long-token"]).await;
    let to = std::net::SocketAddr::from(([127, 0, 0, 1], cluster.ports[guarded]));
    for (token, status) in [(None, 401), (Some("Bearer wrong"), 401), (Some("Bearer a-long-token"), 200)] {
        let mut asked = request("GET", "/s/open/__admin/clock", &Json::Null);
        asked.headers_mut().remove("authorization");
        if let Some(token) = token {
            asked.headers_mut().insert("authorization", token.parse().expect("a header"));
        }
        let answer = exchange(&mut connect(to).await, to, asked).await.expect("an answer");
        assert_eq!(answer.status, status, "{token:?}: {}", String::from_utf8_lossy(&answer.body));
    }
}
