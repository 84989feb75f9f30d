//! `playmoney audit`.

use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::clients::command;
use crate::audit::{STORIES, answered, receiver, secret, shop};
use crate::net::{admin, perform, server};
use crate::tape::snapshot;

/// What the command prints, and its exit code. Without an address of a server it has one of its own.
async fn run(url: Option<&str>, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = command(url.unwrap_or(""), &[&["audit"], arguments].concat());
    if url.is_none() {
        command.env_remove("PLAYMONEY_URL");
    }
    let output = command.output().await.expect("it runs");
    let text = [output.stdout, output.stderr].map(|it| String::from_utf8(it).expect("text")).concat();
    (text, output.status.code())
}

/// A text without what differs in each run.
fn steady(text: &str, address: std::net::SocketAddr) -> String {
    let words = text.replace(&address.to_string(), "127.0.0.1:8000");
    let mut before = "";
    let lines = words.split_inclusive(' ').map(|word| {
        let is_time = before == "in " && word.trim_end().chars().all(|it| it.is_ascii_digit());
        before = word;
        if is_time { "3 " } else { word }
    });
    lines.collect()
}

#[tokio::test]
async fn each_check_has_a_line_and_one_that_fails_what_to_change() {
    let forgetful = |head: &http::request::Parts, _: &bytes::Bytes| match head.headers.get("x-payouts-signature") {
        Some(it) if it.as_bytes().starts_with(b"sha256=") => answered(204, ""),
        Some(_) => answered(500, ""),
        None => answered(401, ""),
    };
    let address = receiver(forgetful).await;
    let target = format!("http://{address}/hooks/{{provider}}");
    let (page, code) = run(None, &["quantum-payouts", "--webhook-url", &target]).await;
    assert_eq!(code, Some(1));
    snapshot("cli/audit", &steady(&page, address));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_does_right_is_exit_0_also_against_a_running_server() {
    let story = STORIES[3];
    let address = shop(story, secret(story.0)).await;
    let (target, probe) = (format!("http://{address}/hooks"), format!("http://{address}/"));
    let server = server(Start { webhook_url: Some(target.clone()), ..Start::default() }).await;
    perform(&server, "A-1").await;
    admin(&server, "POST", "clock/advance", &json!({"by": "10s"})).await;
    let (page, code) = run(Some(&server.base_url()), &["quantum-payouts", "--probe", &probe]).await;
    assert_eq!(code, Some(0), "{page}");
    assert!(page.contains("and the probe's answer stayed the same.") && page.contains("14 passed, 0 failed, 2 skipped"), "{page}");
    let (json, code) = run(None, &["quantum-payouts", "--webhook-url", &target, "--json", "--checks", "duplicate,tampered_body"]).await;
    let answer: Json = serde_json::from_str(&json).expect("JSON");
    assert_eq!((code, &answer["passed"], answer["checks"].as_array().map(Vec::len)), (Some(0), &json!(2), Some(2)));

    let address = shop(story, "another".to_owned()).await;
    let target = format!("http://{address}/hooks");
    let (_, code) = run(None, &["quantum-payouts", "--webhook-url", &target]).await;
    assert_eq!(code, Some(1), "it verifies with another secret");
    let (page, code) = run(None, &["quantum-payouts", "--webhook-url", &target, "--secret", "another"]).await;
    assert_eq!(code, Some(0), "{page}");
}

#[tokio::test]
async fn a_report_for_ci_servers_has_a_case_for_each_check() {
    let address = receiver(|_, _| answered(200, "")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("audit.xml");
    let arguments = ["quantapay", "--webhook-url", &format!("http://{address}/"), "--junit", file.to_str().expect("text")];
    assert_eq!(run(None, &arguments).await.1, Some(1));
    let report = std::fs::read_to_string(&file).expect("a report");
    assert!(report.contains(r#"<testsuite name="audit quantapay" tests="16" skipped="7" errors="0" failures="4""#), "{report}");
    assert!(report.contains(r#"<testcase name="missing_signature" classname="http://127.0.0.1:"#), "{report}");
    assert!(report.contains("Refuse a body without `key`, or with an empty one"), "{report}");
}

#[tokio::test]
async fn what_cannot_be_tried_is_told() {
    for (arguments, told) in [
        (&["quoin", "--webhook-url", "http://127.0.0.1:9/"][..], "no provider has this slug: the nearest is `quoine`"),
        (&["quoine"], "name the receiver with --webhook-url, or the server that sends to it with --url"),
        (&["quoine", "--webhook-url", "127.0.0.1:9"], "a webhook address must begin with http:// or https://"),
        (&["quoine", "--webhook-url", "http://a.inbox.playmoney.test/"], "this is a built-in inbox, which verifies nothing"),
        (&["quoine", "--webhook-url", "http://127.0.0.1:9/", "--probe", "orders"], "a webhook address must begin with http:// or https://"),
        (&["quoine", "--webhook-url", "http://127.0.0.1:9/", "--checks", "duplicat"], "The nearest is `duplicate`."),
        (&["quoine", "--webhook-url", "http://127.0.0.1:9/", "--checks", "duplicate,duplicate"], "--checks names `duplicate` twice"),
        (&["quoine", "--webhook-url", "http://127.0.0.1:9/", "--secret", ""], "--secret is empty"),
        (&["quoine", "--webhook-url", "http://127.0.0.1:9/", "--junit", "/"], "/"),
        (&[], "<PROVIDER>"),
    ] {
        let (page, code) = run(None, arguments).await;
        assert!(code == Some(2) && page.contains(told), "{arguments:?}: {code:?} {page}");
    }
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound");
    let (page, code) = run(Some(&format!("http://{free}")), &["quoine"]).await;
    assert!(code == Some(3) && page.contains("cannot be reached"), "{page}");
    let server = server(Start::default()).await;
    let (page, code) = run(Some(&server.base_url()), &["quoine"]).await;
    assert!(code == Some(1) && page.contains("`webhook_url` is missing"), "{page}");
    let (page, code) = run(None, &["quoine", "--webhook-url", &format!("http://{free}/")]).await;
    assert!(code == Some(1) && page.contains("FAILED   good_event") && page.contains("no answer: refused"), "{page}");
}
