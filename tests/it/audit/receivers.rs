//! Receivers that answer in odd ways, or not at all.

use std::time::Duration;

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::{answered, audit, receiver, row, those, verdicts};
use crate::net::{Receiver, admin, server};

/// The audit of a receiver at that address.
async fn tried(address: impl std::fmt::Display) -> Json {
    let server = server(Start::default()).await;
    audit(&server, &json!({"provider": "quantum-payouts", "webhook_url": format!("http://{address}/hooks")})).await
}

/// The good event has failed, and nothing else was tried.
fn only_good_event(answer: &Json, status: &Json, error: &Json) {
    assert_eq!(those(answer, "fail"), ["good_event"], "{answer:#}");
    assert_eq!(those(answer, "pass"), [""; 0]);
    let answered = &row(answer, "good_event")["answered"];
    assert_eq!((&answered["status"], &answered["error"]), (status, error), "{answer:#}");
    let duplicate = row(answer, "duplicate");
    assert_eq!((&duplicate["sent"], &duplicate["answered"]), (&Json::Null, &Json::Null));
}

#[tokio::test]
async fn a_receiver_that_is_not_reached_fails_the_good_event_alone() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound");
    let answer = tried(free).await;
    only_good_event(&answer, &Json::Null, &json!("refused"));
    assert_eq!(row(&answer, "duplicate")["why"], "The receiver was not reached (refused).");
    let why = row(&answer, "good_event")["why"].as_str().expect("text");
    assert!(why.starts_with("The receiver gave no answer (refused: no connection to 127.0.0.1:"), "{why}");
    assert!(why.ends_with("to the event as the provider sends it."), "nothing is to be changed in it: {why}");
    let lacks = row(&answer, "replayed_nonce")["why"].as_str().expect("text");
    assert_eq!(lacks, "The scheme has no nonce. `duplicate` sends the event again.", "a check that can never be made says so");
}

#[tokio::test]
async fn a_receiver_that_answers_nonsense_or_nothing_was_not_reached() {
    only_good_event(&tried(Receiver::raw(b"SSH-2.0-OpenSSH\r\n").await).await, &Json::Null, &json!("bad_response"));
    only_good_event(&tried(Receiver::raw(b"").await).await, &Json::Null, &json!("reset"));
    let cut = Receiver::raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab").await;
    only_good_event(&tried(cut).await, &json!(200), &json!("bad_response"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let address = receiver(|_, _| {
        let mut answer = answered(302, "");
        answer.headers_mut().insert("location", "/login".parse().expect("a header"));
        answer
    });
    let answer = tried(address.await).await;
    only_good_event(&answer, &json!(302), &Json::Null);
    let why = row(&answer, "good_event")["why"].as_str().expect("text");
    assert!(why.contains("The provider does not follow redirects."), "{why}");
    assert!(why.contains("an object that was made for this audit"), "{why}");
}

#[tokio::test]
async fn what_refuses_even_the_good_event_says_nothing_by_refusing_the_rest() {
    let answer = tried(receiver(|_, _| answered(401, "")).await).await;
    only_good_event(&answer, &json!(401), &Json::Null);
    assert_eq!(
        row(&answer, "tampered_body")["why"],
        "The receiver does not accept the event as the provider sends it, so this says nothing."
    );
}

#[tokio::test]
async fn a_receiver_that_accepts_everything_fails_each_check_that_must_be_refused() {
    let answer = tried(receiver(|_, _| answered(204, "")).await).await;
    let refused = ["tampered_body", "wrong_secret", "altered_signature", "missing_signature", "signature_of_another_event"];
    assert_eq!(those(&answer, "fail"), [&refused[..], &["wrong_algorithm", "other_account"]].concat());
    let why = row(&answer, "missing_signature")["why"].as_str().expect("text");
    assert!(why.contains("to an event without its signature. Answer 401 when X-Payouts-Signature is missing"), "{why}");
    let duplicate = row(&answer, "duplicate")["why"].as_str().expect("text");
    assert!(duplicate.ends_with("Without a probe, only that is judged."), "{duplicate}");
}

#[tokio::test]
async fn a_failure_is_no_good_refusal_unless_the_page_asks_for_it() {
    for (provider, mark, remark) in [("qbitpay", "qbitpay-signature", ""), ("cryptopay", "x-webhook-signature", "401 says what is meant.")]
    {
        let address = receiver(move |head, _| answered(if head.headers.contains_key(mark) { 200 } else { 500 }, "")).await;
        let server = server(Start::default()).await;
        let body = json!({"provider": provider, "webhook_url": format!("http://{address}/"), "checks": ["missing_signature"]});
        let answer = audit(&server, &body).await;
        let it = row(&answer, "missing_signature");
        let why = it["why"].as_str().expect("text");
        assert_eq!((&it["verdict"], why.contains("401")), (&json!("pass"), !remark.is_empty()), "{why}");
        assert!(why.ends_with(remark), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_slower_than_the_provider_fails_by_its_time_alone() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                _ = stream.read(&mut [0; 4096]).await;
                tokio::time::sleep(Duration::from_millis(7_300)).await; // QuantaPay waits for seven seconds
                _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
            });
        }
    });
    let server = server(Start::default()).await;
    let body = json!({"provider": "quantapay", "webhook_url": format!("http://{address}/"), "checks": ["wrong_secret", "duplicate"]});
    let answer = audit(&server, &body).await;
    let expected = [("wrong_secret", "skipped"), ("duplicate", "skipped"), ("late_answer", "fail")];
    assert_eq!(verdicts(&answer), expected, "why the rest is skipped stands in the answer");
    let answer = audit(&server, &json!({"provider": "quantapay", "webhook_url": format!("http://{address}/")})).await;
    assert_eq!((those(&answer, "fail"), those(&answer, "pass")), (vec!["late_answer"], vec!["good_event"]), "{answer:#}");
    assert!(row(&answer, "late_answer")["answered"]["duration_ms"].as_u64().is_some_and(|it| 7_000 < it));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_leaves_once_the_sandbox_is_deleted() {
    let server = std::sync::Arc::new(server(Start::default()).await);
    let (sender, mut requests) = tokio::sync::mpsc::unbounded_channel();
    let deleted = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_deleted = std::sync::Arc::clone(&deleted);
    let address = receiver(move |_, _| {
        _ = sender.send(());
        tokio::task::block_in_place(|| {
            while !is_deleted.load(std::sync::atomic::Ordering::Acquire) {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        answered(200, "")
    })
    .await;
    admin(&server, "POST", "sandboxes", &json!({"name": "brief"})).await;
    let body = json!({"provider": "cryptopay", "webhook_url": format!("http://{address}/")});
    let asking = std::sync::Arc::clone(&server);
    let asked = tokio::spawn(async move { admin(&asking, "POST", "sandboxes/brief/audit", &body).await });
    requests.recv().await.expect("the good event");
    admin(&server, "DELETE", "sandboxes/brief", &Json::Null).await;
    deleted.store(true, std::sync::atomic::Ordering::Release);
    let answer = asked.await.expect("no panic");
    assert_eq!(those(&answer, "pass"), ["good_event"], "{answer}");
    assert_eq!(row(&answer, "duplicate")["why"], "The sandbox was deleted meanwhile.");
    assert!(requests.try_recv().is_err(), "nothing more has arrived");
}
