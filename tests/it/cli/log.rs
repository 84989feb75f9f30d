//! The log of a server, as a terminal shows it.

use std::io::Read;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::{PLAYMONEY, Ready};
use crate::net::{request, send};
use crate::tape::snapshot;

/// Plays a story on a server of its own, and returns its log, with the usual port in place of its own.
async fn told(name: &str, arguments: &[&str]) -> String {
    let ready = Ready::new(name);
    let mut command = Command::new(PLAYMONEY);
    command.args(["--clock", "frozen", "--now", "2026-01-01T00:00:00Z", "--listen", "127.0.0.1:0"]).args(arguments);
    command.args(["--webhook-url", "http://127.0.0.1:9/hooks?token=0123456789abcdef"]).arg("--ready-file").arg(&ready.file);
    let mut serving = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    let base = ready.wait()["base_url"].as_str().expect("a URL").to_owned();
    let to = base.trim_start_matches("http://").parse().expect("an address");
    let payout = json!({"orderNumber": "ORDER_1", "amount": 150_000, "urls": {"returnUrl": "https://your-site.com/success"}});
    let inbox = json!({"webhook_url": format!("{base}/__admin/inbox/shop")});
    let script = json!({"respond": [401, 503, "timeout", "reset", 204, 404]});
    let rule = json!({"name": "down", "on": "quoine.createInvoice", "then": {"status": 503}});
    let steps = [
        ("POST", "/quantum-payouts/api/v1/createPayout", payout.clone()),
        ("POST", "/quantum-payouts/api/v1/createPayout", payout),
        ("GET", "/quantum-payouts/api/v1/featurs?token=0123456789abcdef", Json::Null),
        ("GET", "/quantm-payouts/api/v1/features", Json::Null),
        ("GET", "/__admin/clock", Json::Null),
        ("GET", "/__admin/clokc", Json::Null),
        ("POST", "/__admin/clock/advance", json!({"by": "soon"})),
        ("PUT", "/__admin/inbox/shop/script", script),
        ("PATCH", "/__admin/accounts/quantum-payouts/default", inbox),
        ("POST", "/__admin/clock/advance", json!({"by": "8h"})),
        ("POST", "/__admin/rules", rule),
        ("POST", "/quoine/api/v1/invoices", json!({"price": "5"})),
        ("POST", "/__admin/clock/scale", json!({"rate": 60})),
        ("POST", "/__admin/reset", Json::Null),
    ];
    for (method, path, body) in steps {
        _ = send(to, request(method, path, &body)).await;
    }
    serving.kill().expect("it ends");
    _ = serving.wait();
    let mut log = String::new();
    serving.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
    log.replace(&base, "http://127.0.0.1:4242")
}

#[tokio::test]
async fn a_log_for_people_says_what_happened_and_what_to_do() {
    let log = told("people", &["--log", "text"]).await;
    assert!(!log.contains("0123456789abcdef"), "a token of an address is not shown: {log}");
    assert!(log.lines().all(|it| it.starts_with("2026-01-01 ")), "a line has one thing that happened: {log}");
    snapshot("cli/log", &log);
}

#[tokio::test]
async fn a_log_has_colours_only_where_they_are_wanted() {
    let (coloured, plain) = (told("coloured", &["--log", "text", "--color", "always"]).await, told("plain", &["--log", "text"]).await);
    assert!(coloured.contains("\u{1b}[") && !plain.contains('\u{1b}'));
}

#[tokio::test]
async fn without_a_terminal_nothing_is_logged_unless_it_is_asked_for() {
    assert_eq!(told("silent", &[]).await, "");
    assert_eq!(told("none", &["--log", "none"]).await, "");
}

#[tokio::test]
async fn a_log_for_programs_has_every_field() {
    let log = told("programs", &["--log", "json"]).await;
    let lines: Vec<Json> = log.lines().map(|it| serde_json::from_str(it).expect("JSON")).collect();
    let of = |kind: &str| lines.iter().find(|it| it["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {log}"));
    let member = |it: &Json, names: &[&str]| names.iter().map(|name| it[name].clone()).collect::<Vec<_>>();
    let request = member(of("request"), &["level", "sandbox", "at", "operation", "subject", "status", "evidence", "id"]);
    let expected =
        json!(["INFO", "default", "2026-01-01T00:00:00Z", "quantum-payouts.createPayout", "ORDER_1", 200, "documented", "req-1"]);
    assert_eq!(Json::from(request), expected);
    let change = member(of("change"), &["provider", "subject", "from", "to", "cause"]);
    assert_eq!(Json::from(change), json!(["quantum-payouts", "ORDER_1", "new", "uploaded", "call createPayout"]));
    let webhook = member(of("webhook"), &["level", "event", "subject", "attempt", "url", "error", "next_attempt_at", "id"]);
    let url = "http://127.0.0.1:9/hooks";
    let expected = json!(["WARN", "payout.status_changed", "ORDER_1", 1, url, "refused", "2026-01-01T00:00:15Z", "dlv-1"]);
    assert_eq!(Json::from(webhook), expected);
    assert_eq!(of("control")["message"], "GET /__admin/clock");
}
