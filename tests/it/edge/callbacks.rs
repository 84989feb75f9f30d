//! Receivers that call the server before they answer their webhook, and receivers whose answers depend on what came before.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use playmoney::inside::edge::Server;
use playmoney::inside::engine::clock::Mode;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use crate::net::{Receiver, admin, answered, eventually, portal_session, request, send, server};

/// A call that the receiver makes before it answers its first webhook.
type Call = fn(&Json) -> http::Request<String>;

/// How long that call took, its status and its answer.
type Called = (Duration, u16, Json);

/// A server and a receiver that calls it once. The receiver answers 200.
struct Calling {
    server: Server,
    called: Arc<Mutex<Vec<Called>>>,
}

impl Calling {
    async fn start(mode: Mode, call: Call) -> Self {
        let (address, called) = (Arc::new(OnceLock::<SocketAddr>::new()), Arc::new(Mutex::new(Vec::new())));
        let (to, seen, count) = (Arc::clone(&address), Arc::clone(&called), Arc::new(AtomicUsize::new(0)));
        let receiver = Receiver::start(move |event| {
            let (to, seen, nth) = (Arc::clone(&to), Arc::clone(&seen), count.fetch_add(1, Ordering::AcqRel));
            Box::pin(async move {
                if nth == 0 {
                    let to = *to.get().expect("the server has started");
                    let begun = now();
                    let answer = send(to, call(&event)).await;
                    seen.lock().expect("no panic").push((begun.elapsed(), answer.status, answer.json()));
                }
                answered(200)
            })
        })
        .await;
        let server = server(Start { webhook_url: Some(receiver.url()), mode, ..Start::default() }).await;
        address.set(server.address()).expect("once");
        Self { server, called }
    }

    /// Makes a payout, whose first webhook makes the receiver call. Returns what came of that call.
    async fn created(&self) -> Called {
        create(&self.server, "A").await;
        eventually(async || !self.called.lock().expect("no panic").is_empty()).await;
        self.called.lock().expect("no panic").remove(0)
    }

    /// The status of the first attempt of the first delivery, once it has one.
    async fn first_status(&self) -> Json {
        let status = async || {
            let all = admin(&self.server, "GET", "deliveries", &Json::Null).await;
            (all["deliveries"][0]["attempts"][0]["status"].clone(), all["deliveries"][0]["attempts"][0]["error"].clone())
        };
        eventually(async || status().await != (Json::Null, Json::Null)).await;
        status().await.0
    }
}

#[expect(clippy::disallowed_methods, reason = "the test measures real time")]
fn now() -> Instant {
    Instant::now()
}

async fn create(server: &Server, number: &str) {
    let body = json!({"orderNumber": number, "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
    let answer = send(server.address(), request("POST", "/quantum-payouts/api/v1/createPayout", &body)).await;
    assert_eq!(answer.status, 200);
}

fn control(method: &str, path: &str, body: &Json) -> http::Request<String> {
    request(method, &format!("/__admin/{path}"), body)
}

/// Whether a call took about one second of patience.
fn was_patient(took: Duration) -> bool {
    (Duration::from_millis(900)..Duration::from_secs(4)).contains(&took)
}

#[tokio::test]
async fn i14_a_receiver_may_act_while_its_webhook_is_under_way() {
    for mode in [Mode::Frozen, Mode::Real] {
        let act: Call = |event| {
            let number = event["payout"]["orderNumber"].as_str().unwrap_or("A");
            control("POST", "act/quantum-payouts/submit-details", &json!({"orderNumber": number, "pan": "4111111111111111"}))
        };
        let calling = Calling::start(mode, act).await;
        let (took, status, answer) = calling.created().await;
        assert_eq!((status, &answer["settled"]), (200, &json!(false)), "{answer}");
        assert!(was_patient(took), "{took:?}");
        assert_eq!(calling.first_status().await, 200, "the delivery ends with the receiver's answer");
    }
}

#[tokio::test]
async fn i14_a_receiver_may_ask_for_a_resend_while_its_webhook_is_under_way() {
    let calling = Calling::start(Mode::Frozen, |_| control("POST", "deliveries/dlv-1/resend", &Json::Null)).await;
    let (took, status, answer) = calling.created().await;
    assert_eq!((status, &answer["settled"], &answer["number"]), (200, &json!(false), &json!(2)), "{answer}");
    assert!(was_patient(took), "{took:?}");
    assert_eq!(calling.first_status().await, 200);
}

#[tokio::test]
async fn i14_a_receiver_may_save_the_state_while_its_webhook_is_under_way() {
    let calling = Calling::start(Mode::Frozen, |_| control("GET", "state", &Json::Null)).await;
    let (took, status, state) = calling.created().await;
    assert_eq!(status, 200);
    assert!(was_patient(took), "{took:?}");
    assert_eq!(calling.first_status().await, 200);
    let restored = admin(&calling.server, "PUT", "state", &state).await;
    assert_eq!((&restored["restored"], &restored["settled"]), (&json!(true), &Json::Null), "{restored}");
    let all = admin(&calling.server, "GET", "deliveries", &Json::Null).await;
    let attempt = &all["deliveries"][0]["attempts"][0];
    assert_eq!((&attempt["status"], &attempt["repeated"]), (&json!(200), &json!(true)), "it was sent again");
}

#[tokio::test]
async fn i14_a_sandbox_that_is_restored_waits_a_second_for_what_it_sends_again() {
    let hanging = Receiver::start(|_| {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            answered(200)
        })
    })
    .await;
    let server = server(Start { webhook_url: Some(hanging.url()), ..Start::default() }).await;
    create(&server, "A").await;
    let state = admin(&server, "GET", "state", &Json::Null).await;
    let begun = now();
    let restored = admin(&server, "PUT", "state", &state).await;
    assert_eq!((&restored["restored"], &restored["settled"]), (&json!(true), &json!(false)), "{restored}");
    assert!(was_patient(begun.elapsed()));
}

#[tokio::test]
async fn i14_a_receiver_may_wait_for_a_message_while_its_webhook_is_under_way() {
    let calling = Calling::start(Mode::Frozen, |_| control("GET", "inbox/empty/messages?wait=100ms", &Json::Null)).await;
    let (took, status, _) = calling.created().await;
    assert_eq!(status, 200);
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(calling.first_status().await, 200);
}

#[tokio::test]
async fn i14_a_receiver_may_not_advance_during_an_advance() {
    let calling = Calling::start(Mode::Frozen, |_| control("POST", "clock/advance", &json!({"by": "0s"}))).await;
    admin(&calling.server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_enabled": false})).await;
    create(&calling.server, "A").await;
    admin(&calling.server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_enabled": true})).await;
    let report = admin(&calling.server, "POST", "clock/advance", &json!({"by": "11m"})).await;
    assert_eq!(report["deliveries"][0]["status"], 200, "{report}");
    let (took, status, answer) = calling.called.lock().expect("no panic").remove(0);
    assert_eq!((status, &answer["code"]), (409, &json!("advance_in_progress")));
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn i14_a_receiver_may_send_a_test_webhook_while_its_webhook_is_under_way() {
    static LOGIN: OnceLock<(String, String)> = OnceLock::new();
    let test: Call = |_| {
        let (cookie, token) = LOGIN.get().expect("logged in");
        let mut test = request("POST", "/quantum-payouts/api/v1/webhook_test", &json!({"csrf_token": token}));
        test.headers_mut().insert("cookie", cookie.parse().expect("a header"));
        test
    };
    let calling = Calling::start(Mode::Frozen, test).await;
    LOGIN.set(portal_session(calling.server.address()).await).expect("once");
    let (took, status, answer) = calling.created().await;
    assert_eq!(status, 200, "{answer}");
    assert!(was_patient(took), "its turn does not come while the caller waits: {took:?}");
    assert_eq!(calling.first_status().await, 200);
}

/// A receiver whose answer depends on the number of webhooks before it. It makes that call before it answers the webhook with
/// that number.
async fn counting(count: &Arc<AtomicUsize>, call: Option<(usize, Call)>) -> (Server, Arc<Mutex<Vec<Called>>>) {
    const ANSWERS: [u16; 7] = [503, 200, 500, 500, 200, 503, 500];
    let (address, called) = (Arc::new(OnceLock::<SocketAddr>::new()), Arc::new(Mutex::new(Vec::new())));
    let (to, seen, count) = (Arc::clone(&address), Arc::clone(&called), Arc::clone(count));
    let receiver = Receiver::start(move |event| {
        let (to, seen, nth) = (Arc::clone(&to), Arc::clone(&seen), count.fetch_add(1, Ordering::AcqRel));
        Box::pin(async move {
            if let Some((_, call)) = call.filter(|it| it.0 == nth) {
                let begun = now();
                let answer = send(*to.get().expect("the server has started"), call(&event)).await;
                seen.lock().expect("no panic").push((begun.elapsed(), answer.status, answer.json()));
            }
            answered(ANSWERS[nth % ANSWERS.len()])
        })
    })
    .await;
    let server = server(Start { webhook_url: Some(receiver.url()), ..Start::default() }).await;
    address.set(server.address()).expect("once");
    (server, called)
}

/// The sandbox and the receiver as they were at the start.
async fn begin_again(server: &Server, count: &AtomicUsize) {
    admin(server, "POST", "reset", &Json::Null).await;
    count.store(0, Ordering::Release);
}

async fn create_three(server: &Server) {
    for number in ["A", "B", "C"] {
        create(server, number).await;
    }
}

/// The report of twelve minutes, and all deliveries behind it.
async fn twelve_minutes(server: &Server) -> (Json, Json) {
    let report = admin(server, "POST", "clock/advance", &json!({"by": "12m"})).await;
    (report, admin(server, "GET", "deliveries", &Json::Null).await)
}

/// What differs from the first run. A receiver dates its answers by the real clock.
fn differs(first: &mut Option<Vec<String>>, seen: &str) -> Option<(String, String)> {
    let seen: Vec<String> = seen.lines().filter(|it| !it.contains("\"date\": ")).map(str::to_owned).collect();
    let first = first.get_or_insert_with(|| seen.clone());
    assert_eq!(first.len(), seen.len(), "{first:#?}\n{seen:#?}");
    first.iter().zip(seen).find(|(one, other)| *one != other).map(|(one, other)| (one.clone(), other))
}

#[tokio::test]
async fn i7_a_resend_that_meets_waiting_attempts_is_the_same_in_every_run() {
    let count = Arc::new(AtomicUsize::new(0));
    let (server, _) = counting(&count, None).await;
    let mut first = None;
    for run in 0..100 {
        begin_again(&server, &count).await;
        create_three(&server).await;
        let resent = admin(&server, "POST", "deliveries/dlv-1/resend", &Json::Null).await;
        create(&server, "D").await;
        let again = admin(&server, "POST", "deliveries/dlv-4/resend", &Json::Null).await;
        let (report, deliveries) = twelve_minutes(&server).await;
        assert_eq!((&resent["number"], &resent["settled"]), (&json!(2), &Json::Null), "{resent}");
        let seen = format!("{resent:#}\n{again:#}\n{report:#}\n{deliveries:#}");
        assert_eq!(differs(&mut first, &seen), None, "run {run}");
    }
}

#[tokio::test]
async fn i7_a_resend_from_a_receivers_own_handler_is_the_same_in_every_run() {
    let (count, during_the_walk) = (Arc::new(AtomicUsize::new(0)), 4);
    let resend: Call = |_| control("POST", "deliveries/dlv-1/resend", &Json::Null);
    let (server, called) = counting(&count, Some((during_the_walk, resend))).await;
    let mut first = None;
    for run in 0..100 {
        begin_again(&server, &count).await;
        create_three(&server).await;
        let (report, deliveries) = twelve_minutes(&server).await;
        let (took, status, answer) = called.lock().expect("no panic").remove(0);
        assert_eq!((status, &answer["settled"]), (200, &json!(false)), "{answer}");
        assert!(took < Duration::from_secs(1), "the handler does not time itself out: {took:?}");
        assert!(report["deliveries"].as_array().expect("a list").iter().all(|it| it["error"].is_null()), "{report}");
        assert_eq!(differs(&mut first, &format!("{answer:#}\n{report:#}\n{deliveries:#}")), None, "run {run}");
    }
}

#[tokio::test]
async fn i7_a_receiver_whose_answers_depend_on_what_came_before_sees_the_same_run_every_time() {
    let count = Arc::new(AtomicUsize::new(0));
    let (server, _) = counting(&count, None).await;
    let mut first = None;
    for run in 0..100 {
        begin_again(&server, &count).await;
        let duplicate = json!({"on": "quantum-payouts:webhook", "when": {"times": 1}, "then": {"duplicate": 2}});
        admin(&server, "POST", "rules", &duplicate).await;
        create_three(&server).await;
        let (report, deliveries) = twelve_minutes(&server).await;
        assert!(report["deliveries_total"].as_u64() > Some(12), "{report}");
        assert_eq!(differs(&mut first, &format!("{report:#}\n{deliveries:#}")), None, "run {run}");
    }
}
