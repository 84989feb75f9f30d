//! The few things that only real sockets show.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::clock::{Mode, Rate};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::net::{Answer, Receiver, admin, answered, connect, eventually, exchange, perform, raw, request, send, server, shop};

mod bounds;
mod callbacks;
mod control;
mod events;
mod faketime;
mod faults;
mod heads;
mod https;
mod isolated;
mod lacking;
mod lines;
mod malformed;
mod many;
mod methods;
mod paced;
mod pages;
mod receivers;
mod restored;
mod sandboxes;
mod shortage;
mod threads;
pub mod tls;
mod unheard;
mod verification;
mod waiting;
mod walks;
mod wrong_calls;

const STATUS: &str = "/quantum-payouts/api/v1/getPayoutStatus";

/// The state without what only looks at it: the log with its counts, and the moment of a real clock.
async fn state(server: &Server) -> Json {
    let mut state = admin(server, "GET", "state", &Json::Null).await;
    (state["core"]["log"], state["core"]["touched"]) = (Json::Null, Json::Null);
    state
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let server = server(Start::default()).await;
    let mut sender = connect(server.address()).await;
    for _ in 0..3 {
        let features = request("GET", "/quantum-payouts/api/v1/features", &Json::Null);
        let answer = exchange(&mut sender, server.address(), features).await.expect("an answer");
        assert_eq!((answer.status, answer.header("playmoney-time")), (200, "2026-01-01T00:00:00Z"));
        assert_eq!((answer.header("date"), answer.header("playmoney-sandbox")), ("Thu, 01 Jan 2026 00:00:00 GMT", "default"));
    }
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_refused_on_every_path() {
    let server = server(Start::default()).await;
    for path in ["/", "/__admin/clock", "/quantum-payouts/api/v1/features", "/nothing"] {
        let mut foreign = request("GET", path, &Json::Null);
        foreign.headers_mut().insert("host", "rebound.example".parse().expect("a host"));
        let answer = send(server.address(), foreign).await;
        assert_eq!((answer.status, answer.header("content-type")), (421, "application/problem+json"), "{path}");
    }
    let twice = b"GET /__admin/clock HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert!(raw(server.address(), twice).await.starts_with("HTTP/1.1 400"));
    let none = b"GET /__admin/clock HTTP/1.1\r\nConnection: close\r\n\r\n";
    assert!(raw(server.address(), none).await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn the_providers_own_host_needs_no_slug() {
    let server = server(Start::default()).await;
    let body = json!({"orderNumber": "A", "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
    let mut create = request("POST", "/api/v1/createPayout", &body);
    create.headers_mut().insert("host", "payouts-dev.quantumlabs.ru".parse().expect("a host"));
    let answer = send(server.address(), create).await;
    assert_eq!(answer.status, 200);
    let link = answer.json()["payoutUrl"].as_str().expect("a link").to_owned();
    assert!(link.starts_with("http://payouts-dev.quantumlabs.ru/static/payout.php?"), "{link}");
    let proxied = format!("GET {link} HTTP/1.1\r\nHost: payouts-dev.quantumlabs.ru\r\nConnection: close\r\n\r\n");
    assert!(raw(server.address(), proxied.as_bytes()).await.starts_with("HTTP/1.1 200"), "as a proxy forwards it");
}

#[tokio::test]
async fn other_peoples_pages_change_nothing() {
    let server = server(Start::default()).await;
    perform(&server, "A").await;
    let before = state(&server).await;
    for path in ["/__admin/reset", "/quantum-payouts/api/v1/performPayout"] {
        let mut foreign = request("POST", path, &json!({}));
        foreign.headers_mut().insert("origin", "https://evil.example".parse().expect("an origin"));
        let answer = send(server.address(), foreign).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.header("playmoney-hint").contains("--allow-origin"), "{path}");
    }
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn a_state_larger_than_any_other_body_can_be_put_back() {
    let server = server(Start::default()).await;
    for n in 0..40 {
        let padded = json!({"orderNumber": format!("A{n}"), "padding": "x".repeat(50_000)});
        send(server.address(), request("POST", STATUS, &padded)).await;
    }
    let saved = admin(&server, "GET", "state", &Json::Null).await;
    assert!(saved.to_string().len() > 1024 * 1024);
    let answer = send(server.address(), request("PUT", "/__admin/state", &saved)).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
}

#[tokio::test]
async fn i14_a_receiver_that_calls_back_sees_that_state_and_that_time() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::<(String, String)>::new()));
    let (inner, to) = (Arc::clone(&seen), Arc::new(std::sync::OnceLock::new()));
    let calls = Arc::clone(&to);
    let receiver = Receiver::start(move |event| {
        let (seen, to) = (Arc::clone(&inner), *calls.get().expect("the server runs"));
        Box::pin(async move {
            let asked = json!({"orderNumber": event["payout"]["externalId"]});
            let answer: Answer = send(to, request("POST", STATUS, &asked)).await;
            let status = answer.json()["orderStatus"].as_str().expect("a status").to_owned();
            seen.lock().expect("no panic").push((answer.header("playmoney-time").to_owned(), status));
            answered(200)
        })
    })
    .await;
    let server = shop(&receiver.url()).await;
    to.set(server.address()).expect("once");
    perform(&server, "A").await;
    let walk = admin(&server, "POST", "clock/advance", &json!({"by": "1h"})).await;
    let last = seen.lock().expect("no panic").last().cloned();
    assert_eq!(last, Some(("2026-01-01T00:00:05Z".to_owned(), "success".to_owned())));
    assert_eq!((&walk["now"], &walk["deliveries_total"]), (&json!("2026-01-01T01:00:00Z"), &json!(4)));
}

#[tokio::test]
async fn while_time_is_walked_an_action_acts_and_nobody_else_walks() {
    let nested = Arc::new(std::sync::Mutex::new(Vec::<(u16, Json)>::new()));
    let (inner, to) = (Arc::clone(&nested), Arc::new(std::sync::OnceLock::new()));
    let calls = Arc::clone(&to);
    let receiver = Receiver::start(move |event| {
        let (nested, to) = (Arc::clone(&inner), *calls.get().expect("the server runs"));
        Box::pin(async move {
            if event["payout"]["status"] == "processing" {
                let walk = send(to, request("POST", "/__admin/clock/advance", &json!({"by": "1s"}))).await;
                let act =
                    send(to, request("POST", "/__admin/act/quantum-payouts/settle", &json!({"orderNumber": "A", "outcome": "failed"})))
                        .await;
                nested.lock().expect("no panic").extend([(walk.status, walk.json()), (act.status, act.json())]);
            }
            answered(200)
        })
    })
    .await;
    let server = shop(&receiver.url()).await;
    to.set(server.address()).expect("once");
    perform(&server, "A").await;
    admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    let nested = nested.lock().expect("no panic").clone();
    assert_eq!((nested[0].0, &nested[0].1["code"]), (409, &json!("advance_in_progress")));
    assert_eq!((nested[1].0, &nested[1].1["status"], &nested[1].1["settled"]), (200, &json!("failed"), &json!(false)));
    assert_eq!(receiver.statuses(), ["uploaded", "created", "processing", "failed"]);
}

#[tokio::test]
async fn a_slow_receiver_delays_nothing_but_its_own_webhooks() {
    let slow = Receiver::start(|_| Box::pin(std::future::pending())).await;
    let server = server(Start { mode: Mode::Real, webhook_url: Some(slow.url()), ..Start::default() }).await;
    perform(&server, "A").await;
    eventually(async || slow.statuses().len() == 1).await;
    let quick = Receiver::always(200).await;
    admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": quick.url()})).await;
    assert_eq!(perform(&server, "B").await.status, 200);
    eventually(async || quick.statuses().len() == 3).await;
    assert_eq!(slow.statuses(), ["uploaded"], "its second waits for the outcome of its first");
}

/// A receiver that answers nothing as long as it is held.
async fn holding(held: &Arc<AtomicBool>) -> Receiver {
    let held = Arc::clone(held);
    Receiver::start(move |_| {
        let held = Arc::clone(&held);
        Box::pin(async move {
            while held.load(Ordering::Acquire) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            answered(200)
        })
    })
    .await
}

#[tokio::test]
async fn a_caller_who_hangs_up_ends_the_walk_at_its_step() {
    let held = Arc::new(AtomicBool::new(true));
    let receiver = holding(&held).await;
    let server = shop(&receiver.url()).await;
    let create = json!({"orderNumber": "A", "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
    send(server.address(), request("POST", "/quantum-payouts/api/v1/createPayout", &create)).await;
    let mut caller = TcpStream::connect(server.address()).await.expect("it listens");
    let body = r#"{"by":"1d"}"#;
    let asked = format!(
        "POST /__admin/clock/advance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    caller.write_all(asked.as_bytes()).await.expect("sent");
    let walking = async || {
        let answer = send(server.address(), request("POST", "/__admin/clock/freeze", &Json::Null)).await;
        answer.status == 409
    };
    eventually(walking).await;
    drop(caller);
    eventually(async || !walking().await).await;
    held.store(false, Ordering::Release);
    let clock = admin(&server, "GET", "clock", &Json::Null).await;
    assert_eq!(clock["now"], "2026-01-01T00:00:00Z", "it stood at its first webhook");
    let walk = admin(&server, "POST", "clock/advance", &json!({"by": "1d"})).await;
    assert_eq!((&walk["now"], &walk["fired_total"]), (&json!("2026-01-02T00:00:00Z"), &json!(1)));
}

/// The outcome of the first attempt at that target.
async fn outcome(url: &str, webhook_allow: &[&str]) -> (Json, Json) {
    let start = Start { webhook_url: Some(url.to_owned()), ..Start::default() };
    let webhook_allow = webhook_allow.iter().map(|it| it.parse().expect("a network")).collect();
    let server = Server::start(Config { start, webhook_allow, ..Config::default() }).await.expect("a free port");
    perform(&server, "A").await;
    admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    let deliveries = admin(&server, "GET", "deliveries", &Json::Null).await;
    let attempt = &deliveries["deliveries"][0]["attempts"][0];
    (attempt["status"].clone(), attempt["error"].clone())
}

#[tokio::test]
async fn every_way_to_fail_has_its_word() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("bound")
    };
    assert_eq!(outcome(&format!("http://{closed}/"), &[]).await, (Json::Null, json!("refused")));
    let cut = Receiver::raw(b"").await;
    assert_eq!(outcome(&format!("http://{cut}/"), &[]).await, (Json::Null, json!("reset")));
    let nonsense = Receiver::raw(b"250 mail.example at your service\r\n\r\n").await;
    assert_eq!(outcome(&format!("http://{nonsense}/"), &[]).await, (Json::Null, json!("bad_response")));
    assert_eq!(outcome(&format!("https://{nonsense}/"), &[]).await, (Json::Null, json!("tls")));
    let listening = Receiver::always(204).await;
    assert_eq!(outcome(&listening.url(), &["127.0.0.2/32"]).await, (Json::Null, json!("blocked")));
    assert_eq!(outcome(&listening.url(), &["127.0.0.0/8"]).await, (json!(204), Json::Null));
    let redirect = Receiver::raw(b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(outcome(&format!("http://{redirect}/"), &[]).await, (json!(301), Json::Null));
}

#[tokio::test]
async fn t2_a_webhook_does_not_reach_the_control_api() {
    let server = server(Start::default()).await;
    for host in [server.base_url(), format!("http://localhost:{}", server.address().port())] {
        let url = format!("{host}/__admin/reset");
        admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": url})).await;
        perform(&server, &host[..20]).await;
        admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    }
    let deliveries = admin(&server, "GET", "deliveries", &Json::Null).await;
    let errors: Vec<_> = deliveries["deliveries"].as_array().expect("a list").iter().map(|it| it["attempts"][0]["error"].clone()).collect();
    assert_eq!(errors, vec![json!("blocked"); 6], "and nothing was reset");
}

#[tokio::test]
async fn an_inbox_of_ones_own_costs_no_real_time() {
    let server = server(Start::default()).await;
    let url = format!("{}/__admin/inbox/shop", server.base_url());
    admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": url})).await;
    let script = json!({"respond": [{"status": 200, "delay": "11s"}, "timeout", "reset", 200]});
    admin(&server, "PUT", "inbox/shop/script", &script).await;
    let create = json!({"orderNumber": "A", "amount": 1, "sessionTimeoutSecs": 86400, "urls": {"returnUrl": "https://shop.test/ok"}});
    send(server.address(), request("POST", "/quantum-payouts/api/v1/createPayout", &create)).await;
    let walk = admin(&server, "POST", "clock/advance", &json!({"by": "2m"})).await;
    let seen: Vec<_> = walk["deliveries"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (it["at"].clone(), it["error"].clone(), it["status"].clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (json!("2026-01-01T00:00:00Z"), json!("timeout"), Json::Null),
            (json!("2026-01-01T00:00:15Z"), json!("timeout"), Json::Null),
            (json!("2026-01-01T00:00:45Z"), json!("reset"), Json::Null),
            (json!("2026-01-01T00:01:45Z"), Json::Null, json!(200)),
        ]
    );
    let messages = admin(&server, "GET", "inbox/shop/messages", &Json::Null).await;
    assert_eq!(messages["messages"].as_array().map(Vec::len), Some(4));
    assert!(messages["messages"].as_array().expect("a list").iter().all(|it| it["signature"] == "valid"));
}

#[tokio::test]
async fn anybody_may_fill_an_inbox_and_wait_for_it() {
    let server = server(Start::default()).await;
    let to = server.address();
    let waiting = tokio::spawn(async move { send(to, request("GET", "/__admin/inbox/shop/messages?wait=30s", &Json::Null)).await });
    let foreign = http::Request::post("/__admin/inbox/shop").header("origin", "null").body("hello".to_owned()).expect("a request");
    assert_eq!(send(to, foreign).await.status, 200);
    let messages = waiting.await.expect("an answer").json();
    assert_eq!((&messages["messages"][0]["body"], &messages["messages"][0]["signature"]), (&json!("hello"), &json!("unsigned")));
    admin(&server, "PUT", "inbox/shop/script", &json!({"respond": ["reset"]})).await;
    let cut = b"POST /__admin/inbox/shop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi";
    assert_eq!(raw(to, cut).await, "", "the connection is cut without an answer");
}

#[tokio::test]
async fn on_a_clock_that_runs_things_happen_by_themselves() {
    let receiver = Receiver::always(200).await;
    let rate = Mode::Scaled(Rate::parse("600").expect("a rate"));
    let server = server(Start { mode: rate, webhook_url: Some(receiver.url()), ..Start::default() }).await;
    perform(&server, "A").await;
    eventually(async || receiver.statuses().len() == 4).await;
    assert_eq!(receiver.statuses(), ["uploaded", "created", "processing", "success"]);
}

#[tokio::test]
async fn stopping_finishes_what_is_under_way() {
    let held = Arc::new(AtomicBool::new(true));
    let receiver = holding(&held).await;
    let server = shop(&receiver.url()).await;
    let to = server.address();
    perform(&server, "A").await;
    let mut caller = TcpStream::connect(to).await.expect("it listens");
    let body = r#"{"by":"0s"}"#;
    let asked = format!(
        "POST /__admin/clock/advance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{body}"
    );
    caller.write_all(asked.as_bytes()).await.expect("sent");
    eventually(async || send(to, request("POST", "/__admin/clock/freeze", &Json::Null)).await.status == 409).await;
    let stopping = tokio::spawn(server.stop());
    eventually(async || TcpStream::connect(to).await.is_err()).await;
    held.store(false, Ordering::Release);
    let mut answer = String::new();
    caller.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stopping.await.expect("stopped");
}
