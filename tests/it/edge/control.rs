//! The control API as a server serves it: its addresses, its token, its bounds, and what the log says.

use std::io::Read;

use playmoney::inside::control::{Call, Caller, TABLE};
use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::secret::Secret;
use playmoney::inside::stage::Stage;
use serde_json::{Value as Json, json};

use crate::cli::{PLAYMONEY, Ready};
use crate::net::{Answer, raw, request, send, server};

/// A path of a call, with something at each name in braces.
fn path(call: &Call) -> String {
    let named =
        [("{provider}", "quoine"), ("{account}", "2"), ("{action}", "x"), ("{delivery}", "dlv-1"), ("{inbox}", "shop"), ("{rule}", "x")];
    named.iter().fold(call.path.to_owned(), |path, (name, value)| path.replace(name, value))
}

async fn ask(server: &Server, call: &Call, path: &str, token: Option<&str>) -> Answer {
    let mut request = request(call.method.unwrap_or("POST"), path, &Json::Null);
    request.headers_mut().remove("authorization");
    if let Some(token) = token {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    }
    send(server.address(), request).await
}

/// Whether a row of the table answered, whatever it said.
fn is_found(answer: &Answer) -> bool {
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    answer.status != 405 && !body.contains("No control call has the path")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_control_call_has_three_addresses() {
    let server = server(Start::default()).await;
    let mut stage = server.stage(tokio::runtime::Handle::current());
    tokio::task::block_in_place(|| stage.fork(None, "a"));
    for call in TABLE {
        let tail = path(call);
        for (address, sandbox) in [("/__admin", "default"), ("/s/a/__admin", "a"), ("/__admin/sandboxes/a", "a")] {
            let answer = ask(&server, call, &format!("{address}/{tail}"), None).await;
            // Without a tail this is the address of the sandbox itself, of which the server tells.
            let is_own = !(tail.is_empty() && address.ends_with("sandboxes/a"));
            assert!(is_found(&answer), "{address}/{tail}: {}", String::from_utf8_lossy(&answer.body));
            assert_eq!(answer.header("playmoney-sandbox"), if is_own { sandbox } else { "default" }, "{address}/{tail}");
        }
    }
    drop(stage);
    let gone = send(server.address(), request("GET", "/s/a/__admin/clock", &Json::Null)).await;
    let told = gone.json()["detail"].as_str().expect("a detail").to_owned();
    assert!(told.starts_with("No sandbox is named `a`. Known sandboxes: default, sandbox-1"), "the calls have made some: {told}");
}

async fn guarded() -> Server {
    let config = Config { admin_token: Some(Secret::issued("right")), ..Config::default() };
    Server::start(config).await.expect("a free port")
}

#[tokio::test]
async fn a_call_that_is_open_needs_no_token_and_no_other_does_without() {
    let server = guarded().await;
    for call in TABLE {
        let answer = ask(&server, call, &format!("/__admin/{}", path(call)), Some("right")).await;
        assert!(is_found(&answer) && answer.status != 401, "{}: {}", call.name, answer.status);
    }
    for call in TABLE {
        let answer = ask(&server, call, &format!("/__admin/{}", path(call)), None).await;
        // After a few wrong tokens in a second further ones are not looked at.
        let refused = [401, 429].contains(&answer.status);
        assert_eq!(refused, call.caller == Caller::TokenHolder, "{}: {}", call.name, answer.status);
    }
    let nothing = send(server.address(), request("GET", "/__admin/nothing", &Json::Null)).await;
    assert!([401, 429].contains(&nothing.status), "a path without a call says nothing without the token");
}

#[tokio::test]
async fn a_large_body_is_not_read_without_the_token() {
    let server = guarded().await;
    let head = |line: &str, bytes: usize, token: &str| {
        let head = format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {bytes}\r\n"
        );
        format!("{head}Expect: 100-continue\r\nConnection: close\r\n\r\n")
    };
    let state = 64 * 1024 * 1024;
    let answer = raw(server.address(), head("PUT /__admin/state", state, "wrong").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401"), "not even asked to continue: {answer}");
    let answer = raw(server.address(), head("PUT /__admin/state", state, "right").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 100") && answer.contains("HTTP/1.1 408"), "with the token it is waited for: {answer}");
    for (line, token) in [("POST /__admin/reset", "wrong"), ("POST /__admin/reset", "right"), ("GET /__admin/state", "right")] {
        let answer = raw(server.address(), head(line, state, token).as_bytes()).await;
        assert!(answer.contains("HTTP/1.1 413"), "{line}: other bodies are bounded before anything is judged: {answer}");
    }
}

#[tokio::test]
async fn a_request_is_judged_by_host_body_sandbox_and_token_in_that_order() {
    let server = guarded().await;
    let head = |host: &str, path: &str, bytes: usize| {
        format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {bytes}\r\nConnection: close\r\n\r\n")
    };
    for (host, path, bytes, status) in [
        ("rebound.example", "/s/nothing/__admin/reset", 2 * 1024 * 1024, 421),
        ("localhost", "/s/nothing/__admin/reset", 2 * 1024 * 1024, 413),
        ("localhost", "/s/nothing/__admin/reset", 0, 404),
        ("localhost", "/__admin/reset", 0, 401),
    ] {
        let answer = raw(server.address(), head(host, path, bytes).as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{host} {path} {bytes}: {answer}");
    }
}

#[tokio::test]
async fn i28_lines_of_the_log_name_the_sandbox_and_show_no_secret() {
    let ready = Ready::new("log");
    let mut command = std::process::Command::new(PLAYMONEY);
    command.args(["--clock", "frozen", "--listen", "127.0.0.1:0", "--log", "json", "--webhook-url", "http://127.0.0.1:9/"]);
    command.arg("--ready-file").arg(&ready.file).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    let mut serving = command.spawn().expect("it runs");
    let base = ready.wait()["base_url"].as_str().expect("a URL").to_owned();
    let to = base.trim_start_matches("http://").parse().expect("an address");
    let card = json!({"amount": 1, "pan": "4111111111111111"});
    assert_eq!(send(to, request("POST", "/__admin/act/quantum-payouts/manual-payout", &card)).await.status, 200);
    _ = send(to, request("GET", "/s/nothing/__admin/clock", &Json::Null)).await;
    let secret = json!({"webhook_secret": "a-canary-of-mine"});
    assert_eq!(send(to, request("PATCH", "/__admin/accounts/quantum-payouts/default", &secret)).await.status, 200);
    for path in
        ["/quoine/api/sk_live_51HabcDEFGH/x", "/quoine/api/4276380012345679", "/quoine/a-canary-of-mine", "/s/nothing/sk_live_51HabcDEFGH"]
    {
        _ = send(to, request("GET", path, &Json::Null)).await;
    }
    let tokens = json!({"webhook_url": "http://127.0.0.1:9/a-canary-of-mine/sk_test_1?token=canary"});
    assert_eq!(send(to, request("PATCH", "/__admin/accounts/quantum-payouts/default", &tokens)).await.status, 200);
    assert_eq!(send(to, request("POST", "/__admin/act/quantum-payouts/manual-payout", &card)).await.status, 200);
    let cut = b"GET /quantum-payouts/api/v1/features HTTP/1.1\r\nHost: localhost\r\nPlaymoney-Fault: empty_response\r\n\r\n";
    assert_eq!(raw(to, cut).await, "");
    serving.kill().expect("it ends");
    _ = serving.wait();
    let mut log = String::new();
    serving.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
    let lines: Vec<Json> = log.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    for message in [
        "webhook",
        "POST /__admin/act/quantum-payouts/manual-payout",
        "GET /s/nothing/__admin/clock",
        "GET /quoine/api/***EFGH/x",
        "GET /quoine/api/427638******5679",
        "GET /quoine/***mine",
        "GET /s/nothing/***EFGH",
        "a rule changes this answer on its way",
    ] {
        let line = lines.iter().find(|it| it["message"] == message).unwrap_or_else(|| panic!("{message} is in {log}"));
        assert_eq!(line["sandbox"], "default", "{line}");
    }
    for secret in ["51HabcDEFGH", "4276380012345679", "canary"] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}

#[tokio::test]
async fn i28_the_log_names_a_slow_receiver_without_its_password() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let receiver = silent.local_addr().expect("bound");
    let ready = Ready::new("slow");
    let mut command = std::process::Command::new(PLAYMONEY);
    command.args(["--clock", "frozen", "--listen", "127.0.0.1:0", "--log", "json", "--webhook-url"]);
    command.arg(format!("http://shop:open-sesame@{receiver}/hooks?token=0123456789abcdef"));
    command.arg("--ready-file").arg(&ready.file).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    let mut serving = command.spawn().expect("it runs");
    let base = ready.wait()["base_url"].as_str().expect("a URL").to_owned();
    let to = base.trim_start_matches("http://").parse().expect("an address");
    let card = json!({"amount": 1, "pan": "4111111111111111"});
    let act = send(to, request("POST", "/__admin/act/quantum-payouts/manual-payout", &card));
    let act = tokio::time::timeout(std::time::Duration::from_secs(3), act).await;
    assert!(act.is_err(), "the action waits for the receiver: {act:?}");
    serving.kill().expect("it ends");
    _ = serving.wait();
    let mut log = String::new();
    serving.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
    let lines: Vec<Json> = log.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    let line = lines.iter().find(|it| it["message"] == "time waits for a receiver").unwrap_or_else(|| panic!("{log}"));
    assert_eq!(line["url"], format!("http://shop:***@{receiver}/hooks"), "{line}");
    assert!(!log.contains("open-sesame") && !log.contains("0123456789abcdef"), "{log}");
}
