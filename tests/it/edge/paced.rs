//! Answers that a rule holds back. Most of it needs no socket: a future that is asked once says whether it waits.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use http::Method;
use playmoney::inside::edge::driver::{Driver, Leaving};
use playmoney::inside::engine::rules::Transport;
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::http::{Request, Response};
use playmoney::inside::sandbox::SLOW_MAX;
use serde_json::{Value as Json, json};
use tokio::task::coop::unconstrained;

use super::walks::driver;
use crate::net::{Receiver, admin, answered, eventually, perform, request, ruled, send, server};

const FEATURES: &str = "/quantum-payouts/api/v1/features";

type Asking<'a> = Pin<Box<dyn Future<Output = Option<Leaving>> + Send + 'a>>;

fn ask(driver: &Arc<Driver>, request: Request) -> Asking<'_> {
    Box::pin(driver.put(request).answer())
}

fn features(fault: &str) -> Request {
    let asked = Request::new(Method::GET, FEATURES, "").with("Authorization", "Bearer qm_test_token");
    if fault.is_empty() { asked } else { asked.with("Playmoney-Fault", fault) }
}

/// The answer, if there is one without waiting.
fn at_once(asking: &mut Asking<'_>) -> Option<Leaving> {
    let asked = std::pin::pin!(unconstrained(asking.as_mut())); // one task looks at a thousand futures here
    match asked.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(leaving) => Some(leaving.expect("an answer")),
        Poll::Pending => None,
    }
}

async fn control(driver: &Arc<Driver>, method: Method, path: &str, body: &str) -> Response {
    let call = Request::new(method, &format!("/__admin/{path}"), body.to_owned()).with("Content-Type", "application/json");
    let response = driver.put(call).answer().await.expect("an answer").response;
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    response
}

async fn advance(driver: &Arc<Driver>, by: &str) {
    control(driver, Method::POST, "clock/advance", &json!({"by": by}).to_string()).await;
}

fn hint(leaving: &Leaving) -> &str {
    leaving.response.headers.get("playmoney-hint").map_or("", |it| it.to_str().expect("text"))
}

#[tokio::test]
async fn a_held_answer_leaves_when_simulated_time_has_come() {
    let driver = driver(ruled("quantum-payouts.features", "{latency: 2s}"));
    let mut asking = ask(&driver, features(""));
    assert!(at_once(&mut asking).is_none());
    advance(&driver, "1999ms").await;
    assert!(at_once(&mut asking).is_none());
    advance(&driver, "1ms").await;
    let answer = at_once(&mut asking).expect("its moment has come").response;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["playmoney-time"], "2026-01-01T00:00:00Z", "of the moment at which it was given");
    assert_eq!(answer.headers["date"], "Thu, 01 Jan 2026 00:00:00 GMT");
    assert!(!answer.headers.contains_key("playmoney-hint"));
}

#[tokio::test]
async fn on_a_clock_that_runs_it_leaves_by_itself() {
    let start = Start { mode: playmoney::inside::engine::clock::Mode::Real, ..ruled("quantum-payouts.features", "{latency: 20ms}") };
    let driver = driver(start);
    let answer = driver.put(features("")).answer().await.expect("an answer").response;
    let clock: Json = serde_json::from_slice(&control(&driver, Method::GET, "clock", "").await.body).expect("JSON");
    let [given, seen] = [answer.headers["playmoney-time"].to_str().expect("text"), clock["now"].as_str().expect("a time")]
        .map(|it| it.parse::<playmoney::inside::kit::time::Timestamp>().expect("a time"));
    assert!(playmoney::inside::kit::time::Duration::from_millis(20) <= seen.duration_since(given), "{given} {seen}");
}

#[tokio::test]
async fn real_latency_needs_no_simulated_time() {
    let driver = driver(ruled("quantum-payouts.features", "{latency: {fixed: 20ms, clock: real}}"));
    let mut asking = ask(&driver, features(""));
    assert!(at_once(&mut asking).is_none());
    assert_eq!(asking.await.expect("an answer").response.status, 200);
}

#[tokio::test]
async fn a_sandbox_that_begins_anew_holds_nothing_back() {
    for latency in ["{latency: 1h}", "{latency: {fixed: 1h, clock: real}}"] {
        let driver = driver(ruled("quantum-payouts.features", latency));
        let saved = control(&driver, Method::GET, "state", "").await.body;
        let mut before_reset = ask(&driver, features(""));
        assert!(at_once(&mut before_reset).is_none());
        control(&driver, Method::POST, "reset", "").await;
        assert!(at_once(&mut before_reset).is_some(), "{latency}");
        let mut before_restore = ask(&driver, features(""));
        assert!(at_once(&mut before_restore).is_none());
        control(&driver, Method::PUT, "state", std::str::from_utf8(&saved).expect("text")).await;
        assert!(at_once(&mut before_restore).is_some(), "{latency}");
        assert!(at_once(&mut ask(&driver, features(""))).is_none(), "the rules are there still");
    }
}

#[tokio::test]
async fn pages_are_not_held_back() {
    let driver = driver(ruled("quantum-payouts.*", "{latency: 1h}"));
    let page = Request::new(Method::GET, "/quantum-payouts/index.php?view=login", "");
    assert_eq!(at_once(&mut ask(&driver, page)).map(|it| it.response.status.as_u16()), Some(200));
    let clock = control(&driver, Method::GET, "clock", "").await.body;
    assert!(String::from_utf8_lossy(&clock).contains("\"pending\":0"), "{clock:?}");
}

#[tokio::test]
async fn t17_so_many_answers_are_held_back_and_no_more() {
    let driver = driver(ruled("quantum-payouts.features", "{latency: 1h}"));
    let mut held: Vec<_> = (0..SLOW_MAX).map(|_| ask(&driver, features(""))).collect();
    assert!(held.iter_mut().all(|it| at_once(it).is_none()));
    let crowded = at_once(&mut ask(&driver, features(""))).expect("all places are taken, so the answer leaves at once");
    assert!(hint(&crowded).contains("1,024 answers"), "{}", hint(&crowded));
    let reset = at_once(&mut ask(&driver, features("connection_reset"))).expect("it takes no time");
    assert_eq!((reset.transport.as_ref(), hint(&reset)), (Some(&Transport::ConnectionReset), ""));

    drop(held.pop());
    let mut next = ask(&driver, features(""));
    assert!(at_once(&mut next).is_none(), "who hangs up leaves a place");
    assert!(at_once(&mut ask(&driver, features(""))).is_some(), "but only one");
    advance(&driver, "1h").await;
    assert!(held.iter_mut().chain([&mut next]).all(|it| at_once(it).is_some()));
    assert!(at_once(&mut ask(&driver, features(""))).is_none(), "they have left");
}

#[tokio::test]
async fn t17_what_dribbles_has_a_place_until_it_has_left() {
    let driver = driver(ruled("quantum-payouts.features", "{dribble: {chunks: 2, over: 1h}}"));
    let ask_one = || at_once(&mut ask(&driver, features(""))).expect("it takes its time later");
    let mut leaving: Vec<_> = (0..SLOW_MAX).map(|_| ask_one()).collect();
    assert!(leaving.iter().all(|it| matches!(it.transport, Some(Transport::Dribble { chunks: 2, .. })) && hint(it).is_empty()));
    let crowded = ask_one();
    assert_eq!(crowded.transport, None);
    assert!(hint(&crowded).contains("1,024 answers"), "{}", hint(&crowded));
    leaving.pop();
    assert!(ask_one().transport.is_some());
}

#[tokio::test]
async fn an_answer_that_waits_for_a_webhook_is_held_back_after_that() {
    let receiver = Receiver::always(204).await;
    let start = Start { webhook_url: Some(receiver.url()), ..ruled("quantum-payouts.webhook_test", "{latency: 1s}") };
    let driver = driver(start);
    let form = Request::new(Method::POST, "/quantum-payouts/index.php?view=login", "username=demo&password=demo-password");
    let login = driver.put(form.with("Content-Type", "application/x-www-form-urlencoded")).answer().await.expect("an answer").response;
    let cookie = login.headers["set-cookie"].to_str().expect("text").split(';').next().expect("a cookie").to_owned();
    let settings = Request::new(Method::GET, "/quantum-payouts/index.php?view=settings", "").with("Cookie", &cookie);
    let page = driver.put(settings).answer().await.expect("an answer").response;
    let page = String::from_utf8(page.body.to_vec()).expect("text");
    let token = page.split("csrf_token").nth(1).and_then(|it| it.split("value=\"").nth(1)).and_then(|it| it.split('"').next());
    let body = json!({"csrf_token": token.expect("a token")}).to_string();
    let test = Request::new(Method::POST, "/quantum-payouts/api/v1/webhook_test", body);
    let mut asking = ask(&driver, test.with("Content-Type", "application/json").with("Cookie", &cookie));
    assert!(at_once(&mut asking).is_none());
    let settled = async || {
        let deliveries = control(&driver, Method::GET, "deliveries", "").await;
        String::from_utf8_lossy(&deliveries.body).contains("\"status\":204")
    };
    eventually(settled).await;
    assert!(at_once(&mut asking).is_none(), "the webhook was answered, and a second has not passed");
    advance(&driver, "1s").await;
    assert_eq!(asking.await.expect("an answer").response.status, 200);
}

#[tokio::test]
async fn a_walk_releases_what_it_passes_while_it_waits_itself() {
    let arrived = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&arrived);
    let receiver = Receiver::start(move |event| {
        let arrived = Arc::clone(&seen);
        Box::pin(async move {
            while event["payout"]["status"] == "success" && !arrived.load(Ordering::Acquire) {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            answered(200)
        })
    })
    .await;
    let start = Start { webhook_url: Some(receiver.url()), ..ruled("quantum-payouts.features", "{latency: 3s}") };
    let server = server(start).await;
    let to = server.address();
    perform(&server, "A").await;
    let held = tokio::spawn(async move {
        let answer = send(to, request("GET", FEATURES, &Json::Null)).await;
        arrived.store(true, Ordering::Release);
        answer
    });
    eventually(async || admin(&server, "GET", "clock", &Json::Null).await.to_string().contains("holds back")).await;
    let walk = admin(&server, "POST", "clock/advance", &json!({"by": "1h"})).await;
    assert_eq!(receiver.statuses().last().map(String::as_str), Some("success"));
    let last = walk["deliveries"].as_array().and_then(|it| it.last()).expect("a delivery");
    assert_eq!((&last["attempt"], &last["status"]), (&json!(1), &json!(200)), "its receiver had the held answer");
    assert_eq!(held.await.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_held_answer_keeps_nobody_else_waiting() {
    let server = server(ruled("quantum-payouts.features", "{latency: 1s, connection_reset: true}")).await;
    let to = server.address();
    let asked = format!("GET {FEATURES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer qm_test_token\r\n\r\n");
    let held = tokio::spawn(async move { crate::net::raw(to, asked.as_bytes()).await });
    eventually(async || admin(&server, "GET", "clock", &Json::Null).await["pending"] == 1).await;
    assert_eq!(perform(&server, "A").await.status, 200);
    assert!(!held.is_finished());
    admin(&server, "POST", "clock/advance", &json!({"by": "1s"})).await;
    assert_eq!(held.await.expect("an end"), "", "and after its time it is reset");
}
