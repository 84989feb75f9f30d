//! What no audit is made of, and what is said.

use std::time::Duration;

use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{answered, audit, receiver, those};
use crate::net::{Answer, admin, eventually, request, send, server};

async fn refused(server: &Server, body: &str) -> Answer {
    let request = request("POST", "/__admin/audit", &Json::Null).map(|_| body.to_owned());
    let answer = send(server.address(), request).await;
    assert_eq!(answer.header("content-type"), "application/problem+json", "{body}: {}", answer.json());
    answer
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_refused_and_the_nearest_is_named() {
    let server = server(Start::default()).await;
    for (body, status, detail) in [
        ("", 422, "`provider` is missing: the slug of the provider whose webhooks the receiver gets."),
        ("[]", 400, "The body is not a JSON object: invalid type: sequence, expected an object at line 1 column 0."),
        (r#"{"provider":"quoin"}"#, 422, "No provider is named `quoin`. The nearest is `quoine`."),
        (r#"{"provider":7}"#, 422, "`provider` is text."),
        (r#"{"provider":"quoine","provider":"qbitpay"}"#, 400, "The body names `provider` twice."),
        (r#"{"provider":"quoine","url":"x"}"#, 422, "This call takes no `url`; it takes provider, webhook_url, secret, probe, checks."),
        (
            r#"{"provider":"quoine","webhook_url":"127.0.0.1:9"}"#,
            422,
            "`webhook_url`: a webhook address must begin with http:// or https://.",
        ),
        (r#"{"provider":"quoine","webhook_url":"ftp://a"}"#, 422, "`webhook_url`: a webhook address must begin with http:// or https://."),
        (
            r#"{"provider":"quoine","webhook_url":null}"#,
            422,
            "`webhook_url` is missing, and the account that makes the event has no address of a receiver: name one.",
        ),
        (
            r#"{"provider":"quoine"}"#,
            422,
            "`webhook_url` is missing, and the account that makes the event has no address of a receiver: name one.",
        ),
        (
            r#"{"provider":"quoine","webhook_url":"http://shop.inbox.playmoney.test/"}"#,
            422,
            "`webhook_url`: this is a built-in inbox, which verifies nothing; name a receiver of your own.",
        ),
        (
            r#"{"provider":"quoine","webhook_url":"http://a.test/","probe":"orders/42"}"#,
            422,
            "`probe`: a webhook address must begin with http:// or https://.",
        ),
        (
            r#"{"provider":"quoine","webhook_url":"http://a.test/","secret":""}"#,
            422,
            "`secret` is empty: leave it out, or write the secret of the receiver.",
        ),
        (r#"{"provider":"quoine","checks":["duplicat"]}"#, 422, "No check is named `duplicat`. The nearest is `duplicate`."),
        (r#"{"provider":"quoine","checks":["duplicate","duplicate"]}"#, 422, "`checks` names `duplicate` twice."),
        (r#"{"provider":"quoine","checks":[]}"#, 422, "`checks` names no check: leave it out to make all."),
        (r#"{"provider":"quoine","checks":"duplicate"}"#, 422, "`checks` has to be of type list of names."),
        (r#"{"provider":"quoine","checks":[7]}"#, 422, "`checks` has to be of type list of names."),
    ] {
        let answer = refused(&server, body).await;
        assert_eq!((answer.status, answer.json()["detail"].as_str()), (status, Some(detail)), "{body}");
    }
    let unknown = refused(&server, r#"{"provider":"quoine","checks":["xyz"]}"#).await.json();
    let detail = unknown["detail"].as_str().expect("a detail");
    assert!(detail.starts_with("No check is named `xyz`. The checks are good_event, tampered_body"), "{detail}");
}

#[tokio::test]
async fn an_account_that_sends_no_webhooks_cannot_be_audited() {
    let server = server(Start::default()).await;
    admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_enabled": false})).await;
    let body = json!({"provider": "quantum-payouts", "webhook_url": "http://127.0.0.1:9/"});
    let answer = refused(&server, &body.to_string()).await;
    let detail = "No event can be sent: the settings of the account let it send no webhooks. Make one in the sandbox first.";
    assert_eq!((answer.status, answer.json()["detail"].as_str()), (409, Some(detail)));
}

#[tokio::test]
async fn t1_the_addresses_that_webhooks_never_go_to_are_not_tried_and_not_probed() {
    let networks = vec!["127.0.0.2/32".parse().expect("a network")];
    let server = Server::start(Config { webhook_allow: networks, ..Config::default() }).await.expect("a free port");
    let body = json!({"provider": "quoine", "webhook_url": "http://127.0.0.1:9/", "probe": "http://127.0.0.1:9/"});
    let answer = audit(&server, &body).await;
    assert_eq!(answer["checks"][0]["answered"]["error"], "blocked", "{answer}");
    assert_eq!((those(&answer, "fail"), those(&answer, "pass")), (vec!["good_event"], vec![]));
}

#[tokio::test]
async fn t2_the_server_tries_neither_its_own_calls_nor_probes_them() {
    let server = server(Start::default()).await;
    let own = format!("http://{}/__admin/reset", server.address());
    let answer = audit(&server, &json!({"provider": "quoine", "webhook_url": own})).await;
    assert_eq!(answer["checks"][0]["answered"]["error"], "blocked", "{answer}");

    let address = receiver(|_, _| answered(200, "")).await;
    let probe = format!("http://{}/__admin/state", server.address());
    let body = json!({"provider": "quoine", "webhook_url": format!("http://{address}/"), "probe": probe, "checks": ["duplicate"]});
    let answer = audit(&server, &body).await;
    let why = answer["checks"][0]["why"].as_str().expect("text");
    assert!(why.contains("but the probe says nothing: it gave no answer: blocked"), "{why}");
    assert_eq!(those(&answer, "fail"), ["duplicate"]);
}

/// A receiver that holds its answer for a moment, so that an audit takes a while.
async fn slow() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            open.push(stream); // it never answers
        }
    });
    format!("http://{address}/")
}

#[tokio::test]
async fn one_audit_is_made_at_a_time_and_ends_when_its_caller_hangs_up() {
    let server = server(Start::default()).await;
    let body = json!({"provider": "quantapay", "webhook_url": slow().await}).to_string();
    let mut stream = TcpStream::connect(server.address()).await.expect("a server listens");
    let head = format!(
        "POST /__admin/audit HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("written");
    let again = json!({"provider": "qbitpay", "webhook_url": "http://127.0.0.1:9/"});
    let status = || async { send(server.address(), request("POST", "/__admin/audit", &again)).await };
    eventually(|| async { status().await.status == 409 }).await;
    let detail = "An audit of this sandbox is under way: one is made at a time.";
    assert_eq!(status().await.json()["detail"], detail);
    let health = send(server.address(), request("GET", "/__admin/clock", &Json::Null)).await;
    assert_eq!(health.status, 200, "other calls do not wait");
    drop(stream);
    let freed = tokio::time::timeout(Duration::from_secs(5), eventually(|| async { status().await.status == 200 })).await;
    assert!(freed.is_ok(), "the receiver would have been waited for much longer");
}
