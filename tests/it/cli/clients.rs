//! The commands that ask a running server: what people read, what programs get, and what is told when it does not go well.

use std::fmt::Write;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use playmoney::inside::kit::secret::Secret;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use unicode_width::UnicodeWidthStr;

use super::PLAYMONEY;
use super::pages::WIDTHS;
use crate::net::{Receiver, perform, request, send, server, shop};
use crate::tape::snapshot;

mod tls;

/// A command that asks that server. A proxy variable leads nowhere.
pub fn command(url: &str, arguments: &[&str]) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(PLAYMONEY);
    for name in ["PLAYMONEY_SANDBOX", "PLAYMONEY_ADMIN_TOKEN", "PLAYMONEY_CA_FILE", "COLUMNS", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    let nowhere = ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"].map(|it| (it, "http://127.0.0.1:1"));
    command.args(arguments).envs(nowhere).env("PLAYMONEY_URL", url).stdin(Stdio::null()).kill_on_drop(true);
    command
}

async fn run(url: &str, arguments: &[&str]) -> Output {
    command(url, arguments).output().await.expect("it runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// A line for the command, what it prints, and its exit code if that is not zero.
fn told(url: &str, arguments: &[&str], output: &Output) -> String {
    let mut told = format!("$ playmoney {}\n{}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr));
    if output.status.code() != Some(0) {
        writeln!(told, "exit {}", output.status.code().expect("it ends by itself")).expect("text");
    }
    told.replace(url.trim_start_matches("http://"), "127.0.0.1:4242") + "\n"
}

#[tokio::test]
async fn what_people_read_fits_the_terminal() {
    for columns in WIDTHS {
        let receiver = Receiver::always(503).await;
        let server = shop(&format!("http://{}/", receiver.address)).await;
        let url = server.base_url();
        perform(&server, "ORDER-2025-0001").await;
        send(server.address(), request("GET", "/quoine/api/v1/profile", &Json::Null)).await;
        let mut page = String::new();
        for arguments in [
            &["health"][..],
            &["clock"],
            &["act", "qbitpay.deposit", "currency=USD", "amount=20.50"],
            &["clock", "advance", "1m"],
            &["clock", "until", "delivery"],
            &["clock", "advance", "2026-01-01T00:01:46Z"],
            &["clock", "until", "next", "--limit", "1s"],
            &["requests"],
            &["requests", "--operation", "quoine.getProfile", "--limit", "1"],
            &["requests", "--status", "418"],
            &["deliveries"],
            &["deliveries", "--status", "failed"],
            &["violations"],
            &["violations", "--provider", "qbitpay"],
            &["clock", "until", "idle"],
            &["deliveries", "--status", "failed"],
            &["act", "quantum-payouts.settle", "orderNumber=ORDER-2025-0001", "outcome=failed"],
            &["act", "quantum-payouts.manual-payout", "amount=150000", "pan=4111111111111111"],
            &["clock", "scale", "60"],
            &["reset"],
            &["sandboxes", "create", "checkout-7", "--seed", "7", "--clock", "frozen", "--now", "2026-03-01"],
            &["sandboxes", "fork", "checkout-8", "--sandbox", "checkout-7"],
            &["clock", "--sandbox", "checkout-8"],
            &["sandboxes", "delete", "checkout-8"],
            &["act"],
        ] {
            let output = command(&url, arguments).env("COLUMNS", columns.to_string()).output().await.expect("it runs");
            page.push_str(&told(&url, arguments, &output));
        }
        let wide: Vec<&str> =
            page.lines().filter(|it| columns < it.width() && !it.starts_with("$ ") && !it.starts_with("playmoney: ")).collect();
        assert!(wide.is_empty(), "{columns}: {wide:#?}");
        snapshot(&format!("cli/clients_{columns}"), &page);
    }
}

#[tokio::test]
async fn programs_get_the_answer_of_the_server_as_it_is() {
    let server = server(Start::default()).await;
    let url = server.base_url();
    perform(&server, "A").await;
    for (arguments, path) in [
        (&["health"][..], "health"),
        (&["clock"], "clock"),
        (&["act"], "act"),
        (&["requests", "--provider", "quantum-payouts", "--status", "200"], "requests?provider=quantum-payouts&status=200"),
        (&["deliveries", "--limit", "1", "--since", "2026-01-01T00:00:00+03:00"], "deliveries?limit=1"),
        (&["violations", "--limit", "1", "--operation", "features"], "violations?limit=1&operation=features"),
        (&["env"], "env"),
        (&["env", "--format", "json"], "env"),
    ] {
        let answer = send(server.address(), request("GET", &format!("/__admin/{path}"), &Json::Null)).await;
        let output = run(&url, &[arguments, &["--json"]].concat()).await;
        assert_eq!(text(&output.stdout), format!("{}\n", text(&answer.body)), "{arguments:?}");
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{arguments:?}");
    }
    let list: Json = serde_json::from_slice(&run(&url, &["--color", "never", "sandboxes", "--json"]).await.stdout).expect("JSON");
    assert_eq!(list["sandboxes"][0]["name"], "default");
    let refused = run(&url, &["act", "quoine.pay", "invoice=1", "--json"]).await;
    let problem: Json = serde_json::from_slice(&refused.stdout).expect("a problem document");
    assert_eq!((refused.status.code(), &problem["status"]), (Some(1), &json!(404)));
    assert_eq!(text(&refused.stderr), "playmoney: No invoice is named `1`.\n");
}

#[tokio::test]
async fn the_environment_is_written_for_files_and_shells() {
    let server = server(Start::default()).await;
    let url = server.base_url();
    let mut plain = request("GET", "/__admin/env", &Json::Null);
    plain.headers_mut().insert("accept", "text/plain".parse().expect("a header"));
    let lines = send(server.address(), plain).await;
    assert_eq!(run(&url, &["env"]).await.stdout, lines.body);
    let shell = run(&url, &["env", "--format", "shell"]).await;
    let script = format!("{}\necho \"$PLAYMONEY_URL $QUANTUM_PAYOUTS_TOKEN $QUOINE_USER_ID\"", text(&shell.stdout));
    let read = tokio::process::Command::new("sh").args(["-c", &script]).output().await.expect("a shell");
    assert_eq!(text(&read.stdout), format!("{url} qm_test_token 2\n"));
    let listed = run(&url, &["sandboxes"]).await;
    let words: Vec<Vec<&str>> = text(&listed.stdout).lines().map(|it| it.split_whitespace().collect()).collect();
    assert_eq!(words[0][..3], ["name", "seed", "clock"]);
    assert_eq!(words[1][..4], ["default", "1", "frozen", "2026-01-01T00:00:00Z"]);
}

#[tokio::test]
async fn what_does_not_go_well_is_told_in_a_line() {
    let plain = server(Start::default()).await;
    let guarded = Config { admin_token: Some(Secret::from_outside("the-token".to_owned())), ..Config::default() };
    let guarded = Server::start(guarded).await.expect("a free port");
    let (url, guarded) = (plain.base_url(), guarded.base_url());
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound");
    let away = format!("http://{free}");
    let other = scripted(&["404 Not Found\r\ncontent-type: text/html", "200 OK\r\ncontent-type: text/html"], "<h1>Hello").await.0;
    let cut = scripted(&["200 OK\r\ncontent-type: application/json\r\ncontent-length: 99"], "{").await.0;
    run(&url, &["sandboxes", "create", "a"]).await;
    let mut page = String::new();
    for (url, arguments) in [
        (&away, &["health"][..]),
        (&away, &["requests"]),
        (&away, &["health", "--wait", "150ms"]),
        (&other, &["clock"]),
        (&other, &["health"]),
        (&cut, &["clock"]),
        (&url, &["clock", "--sandbox", "b"]),
        (&url, &["sandboxes", "delete", "b"]),
        (&url, &["sandboxes", "delete", "default"]),
        (&url, &["sandboxes", "create", "a"]),
        (&url, &["sandboxes", "create", "c", "--scenario", "tests/broken/several_groups.yaml"]),
        (&url, &["sandboxes", "create", "c", "--scenario", "tests/broken/absent.yaml"]),
        (&url, &["act", "quoine.pya"]),
        (&url, &["act", "quione.pay"]),
        (&url, &["act", "quoine.pay", "invoise=1"]),
        (&url, &["requests", "--provider", "quione"]),
        (&url, &["deliveries", "--since", "yesterday"]),
        (&url, &["clock", "advance", "9000y"]),
        (&url, &["clock", "scale", "-1"]),
        (&guarded, &["clock"]),
        (&guarded, &["clock", "--token", "another"]),
        (&guarded, &["clock", "--token", "the-token"]),
        (&guarded, &["health"]),
    ] {
        let output = run(url, arguments).await;
        page.push_str(&told(url, arguments, &output));
    }
    snapshot("cli/clients_refused", &page);
}

/// A server that answers with these heads in turn, each with the same body; its address, and the bodies that came.
async fn scripted(heads: &'static [&'static str], body: &'static str) -> (String, Arc<Mutex<Vec<Json>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let (url, came) = (format!("http://{}", listener.local_addr().expect("bound")), Arc::<Mutex<Vec<Json>>>::default());
    let bodies = Arc::clone(&came);
    tokio::spawn(async move {
        for head in heads.iter().cycle() {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut bytes = vec![0; 4096];
            let length = stream.read(&mut bytes).await.expect("a request");
            let sent = String::from_utf8_lossy(&bytes[..length]).into_owned();
            let sent = sent.split("\r\n\r\n").nth(1).unwrap_or_default();
            bodies.lock().expect("no panic").push(serde_json::from_str(sent).unwrap_or_default());
            let (head, own) = head.split_once('|').unwrap_or((head, body));
            _ = stream.write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{own}").as_bytes()).await;
            _ = stream.shutdown().await;
        }
    });
    (url, came)
}

/// The reports of walks: two that are parts of one, and one that has not moved.
const HALF: &str = r#"200 OK
content-type: application/json|{"from":"2026-01-01T00:00:00Z","now":"2026-01-01T00:10:00Z","fired":[],"deliveries":[],"incomplete":true}"#;
const REST: &str = r#"200 OK
content-type: application/json|{"from":"2026-01-01T00:10:00Z","now":"2026-01-01T00:30:00Z","fired":[],"fired_total":3,"deliveries":[]}"#;
const STANDS: &str = r#"200 OK
content-type: application/json|{"from":"2026-01-01T00:00:00Z","now":"2026-01-01T00:00:00Z","fired":[],"deliveries":[],"incomplete":true}"#;

#[tokio::test]
async fn a_walk_that_hits_a_bound_is_continued_to_where_it_was_to_end() {
    for (arguments, bodies) in [
        (["advance", "30m"], [json!({"by": "PT30M"}), json!({"to": "2026-01-01T00:30:00Z"})]),
        (["advance", "2026-01-01T00:30:00Z"], [json!({"to": "2026-01-01T00:30:00Z"}), json!({"to": "2026-01-01T00:30:00Z"})]),
        (["until", "idle"], [json!({"until": "idle", "limit": "PT720H"}), json!({"until": "idle", "limit": "PT719H50M"})]),
    ] {
        let (url, came) = scripted(&[HALF, REST], "").await;
        let output = run(&url, &[&["clock"], &arguments[..]].concat()).await;
        let end = "2026-01-01T00:00:00Z -> 2026-01-01T00:30:00Z: 3 things due, no webhook was sent\n";
        assert_eq!((output.status.code(), text(&output.stdout).lines().count()), (Some(0), 2), "{output:?}");
        assert!(text(&output.stdout).starts_with(end), "{output:?}");
        assert_eq!(*came.lock().expect("no panic"), bodies, "{arguments:?}");
    }
    let (url, came) = scripted(&[STANDS], "").await;
    let output = run(&url, &["clock", "advance", "30m", "--json"]).await;
    assert_eq!((output.status.code(), came.lock().expect("no panic").len()), (Some(1), 20));
    assert!(text(&output.stderr).starts_with("playmoney: time cannot pass"), "{output:?}");
}

#[tokio::test]
async fn health_waits_until_the_server_has_started() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = free.local_addr().expect("bound");
    drop(free);
    let waiting = command(&format!("http://{address}"), &["health", "--wait", "30s"]).stdout(Stdio::piped()).spawn().expect("it runs");
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let server = Server::start(Config { listen: vec![address], ..Config::default() }).await.expect("the port is free");
    let output = waiting.wait_with_output().await.expect("it ends");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), concat!("ok  Playmoney ", env!("CARGO_PKG_VERSION"), "\n")));
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for_any_longer() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", silent.local_addr().expect("bound"));
    let output = run(&url, &["health", "--wait", "200ms"]).await;
    let why = text(&output.stderr);
    assert!(output.status.code() == Some(3) && why.contains("it has not answered within") && why.lines().count() == 1, "{why}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_answer_that_cannot_be_written_is_said() {
    let server = server(Start::default()).await;
    let url = server.base_url();
    for arguments in ["clock", "clock --json", "env", "clock advance 1m --json", "completions fish"] {
        let mut shell = tokio::process::Command::new("sh");
        shell.args(["-c", &format!("exec {PLAYMONEY} {arguments} >/dev/full")]).env("PLAYMONEY_URL", &url);
        let output = shell.output().await.expect("a shell");
        let why = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {why}");
        assert!(why.starts_with("playmoney: cannot write to standard output: ") && why.lines().count() == 1, "{arguments}: {why}");
    }
}

#[tokio::test]
async fn colours_are_for_terminals_and_never_part_of_json() {
    let server = server(Start::default()).await;
    let url = server.base_url();
    let coloured = |output: Output| text(&output.stdout).contains("\u{1b}[");
    for arguments in [&["clock"][..], &["act"], &["sandboxes"], &["health"]] {
        assert!(!coloured(run(&url, arguments).await), "{arguments:?}: a pipe");
        assert!(coloured(run(&url, &[arguments, &["--color", "always"]].concat()).await), "{arguments:?}");
        assert!(!coloured(run(&url, &[arguments, &["--color", "always", "--json"]].concat()).await), "{arguments:?}");
    }
}

#[tokio::test]
async fn shells_get_completions_that_they_can_read() {
    for (shell, words) in [("bash", "advance"), ("zsh", "advance"), ("fish", "advance")] {
        let script = run("http://127.0.0.1:1", &["completions", shell]).await;
        assert!(script.status.success() && text(&script.stdout).contains(words), "{shell}");
        let checked = tokio::process::Command::new(shell).args(["-n", "-c", text(&script.stdout)]).output().await;
        assert!(checked.is_err() || checked.is_ok_and(|it| it.status.success()), "{shell} is not installed, or reads it");
    }
}
