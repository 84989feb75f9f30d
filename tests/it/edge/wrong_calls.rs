//! Calls about sandboxes that are wrong: each is refused with a reason, and changes nothing.

use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use crate::net::{admin, request, send, server};

/// Method, path below `/__admin/`, and body; status, code, and what the detail says.
type Row<'a> = (&'a str, &'a str, &'a str, u16, &'a str, &'a str);

/// A text of that many bytes.
fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// All that the server holds, without the times at which it was used.
async fn held(server: &Server) -> (Json, Vec<Json>) {
    let mut list = admin(server, "GET", "sandboxes", &Json::Null).await;
    for it in list["sandboxes"].as_array_mut().expect("a list") {
        it.as_object_mut().expect("an object").retain(|name, _| !name.ends_with("_at"));
    }
    let states = [admin(server, "GET", "state", &Json::Null).await, admin(server, "GET", "sandboxes/a/state", &Json::Null).await];
    (list, states.into())
}

/// Makes each call at a server with the sandboxes `default` and `a`.
async fn are_refused(rows: &[Row<'_>]) {
    let server = server(Start::default()).await;
    admin(&server, "POST", "sandboxes", &json!({"name": "a"})).await;
    let before = held(&server).await;
    for (method, path, body, status, code, says) in rows {
        let mut request = request(method, &format!("/__admin/{path}"), &Json::Null);
        (*body).clone_into(request.body_mut());
        let answer = send(server.address(), request).await;
        let shown = format!("{method} {path:.80} {body:.80}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.header("content-type"), "application/problem+json", "{shown}");
        let problem = answer.json();
        let detail = problem["detail"].as_str().expect("a detail");
        assert!((answer.status, &problem["code"]) == (*status, &json!(code)) && detail.contains(says), "{shown}");
        assert!(held(&server).await == before, "something has changed: {shown}");
    }
    let next = admin(&server, "POST", "sandboxes", &json!({})).await;
    assert_eq!(next["name"], "sandbox-1", "a creation that was refused has taken no name");
}

#[tokio::test]
async fn a_wrong_look_at_sandboxes_is_refused() {
    are_refused(&[
        ("GET", "sandboxes?limit=0", "", 422, "invalid_request", "at least 1"),
        ("GET", "sandboxes?limit=x", "", 422, "invalid_request", "whole number"),
        ("GET", "sandboxes?limit=99999999999999999999", "", 422, "invalid_request", "at most 1000000"),
        ("GET", "sandboxes?limit=1&limit=2", "", 400, "duplicate_parameter", "`limit` twice"),
        ("GET", "sandboxes?colour=red", "", 422, "invalid_request", "it takes limit"),
        ("GET", "sandboxes/b", "", 404, "unknown_sandbox", "`b`"),
        ("GET", "sandboxes/A", "", 404, "unknown_sandbox", "`A`"),
        ("GET", &format!("sandboxes/{}", long(5_000)), "", 404, "unknown_sandbox", "No sandbox is named"),
        ("GET", "sandboxes/a?limit=1", "", 422, "invalid_request", "no query parameter `limit`"),
        ("GET", "sandboxes/a/nothing", "", 404, "not_found", "No control call"),
        ("DELETE", "sandboxes/b", "", 404, "unknown_sandbox", "`b`"),
        ("DELETE", "sandboxes/default", "", 409, "default_stays", "reset"),
        ("DELETE", "sandboxes/a?force=1", "", 422, "invalid_request", "no query parameter `force`"),
        ("DELETE", "sandboxes", "", 405, "method_not_allowed", "GET, POST"),
        ("PATCH", "sandboxes/a", "{}", 405, "method_not_allowed", "GET, DELETE"),
        ("GET", "env?format=shell", "", 422, "invalid_request", "no query parameter `format`"),
        ("GET", "sandboxes/b/env", "", 404, "unknown_sandbox", "`b`"),
        ("POST", "env", "{}", 405, "method_not_allowed", "GET"),
        ("GET", "sandboxes/a/violations?provider=acme", "", 422, "invalid_request", "`acme`"),
        ("GET", "sandboxes/a/violations?operation=quoine.createInvoic", "", 422, "invalid_request", "`quoine.createInvoice`"),
        ("GET", &format!("violations?operation={}", long(3_000)), "", 422, "invalid_request", "No provider has an operation"),
        ("GET", "violations?limit=-1", "", 422, "invalid_request", "at least 0"),
        ("GET", "violations?since=req-99999999999999999999", "", 422, "invalid_request", "an id or a time"),
        ("GET", "violations?limit=1&limit=1", "", 400, "duplicate_parameter", "`limit` twice"),
        ("GET", "violations?colour=red", "", 422, "invalid_request", "provider, operation, since, limit"),
    ])
    .await;
}

#[tokio::test]
async fn a_wrong_creation_is_refused() {
    let (name, url, scenario) = (long(64), long(3_000), long(1_048_577));
    let of = |member: &str, value: &str| format!(r#"{{"{member}":{value}}}"#);
    let deep = format!("{}1{}", r#"{"a":"#.repeat(80), "}".repeat(80));
    let rows = [
        ("{".to_owned(), 400, "invalid_json", "not a JSON object"),
        ("null".to_owned(), 400, "invalid_json", "null"),
        ("[]".to_owned(), 400, "invalid_json", "sequence"),
        (deep, 400, "invalid_json", "64 levels"),
        (r#"{"name":"b","name":"c"}"#.to_owned(), 400, "duplicate_member", "`name` twice"),
        (r#"{"clock":{"mode":"real","mode":"frozen"}}"#.to_owned(), 400, "duplicate_member", "`mode` twice"),
        (of("colour", "1"), 422, "invalid_request", "it takes name, seed"),
        (of("name", "[]"), 422, "invalid_request", "is text"),
        (of("name", "\"B\""), 422, "invalid_request", "a-z"),
        (of("name", "\"b\\n\""), 422, "invalid_request", "a-z"),
        (of("name", &format!("\"{name}\"")), 422, "invalid_request", "63"),
        (of("name", "\"a\""), 409, "sandbox_exists", "`a`"),
        (of("seed", "1e400"), 422, "invalid_request", "whole number"),
        (of("seed", "9223372036854775808"), 422, "invalid_request", "at most"),
        (of("seed", "\"7\""), 422, "invalid_request", "whole number"),
        (of("ttl", "5"), 422, "invalid_request", "is text"),
        (of("ttl", "\"99999999999999999999s\""), 422, "invalid_request", "not a duration"),
        (of("ttl", "\"-5m\""), 422, "invalid_request", "negative"),
        (of("clock", "5"), 422, "invalid_request", "an object"),
        (of("clock", r#"{"colour":1}"#), 422, "invalid_request", "colour"),
        (of("clock", r#"{"mode":"scaled","rate":1e400}"#), 422, "invalid_request", "range"),
        (of("clock", r#"{"mode":"scaled","rate":-1}"#), 422, "invalid_request", "not a rate"),
        (of("clock", r#"{"now":5}"#), 422, "invalid_request", "expected a string"),
        (of("clock", r#"{"now":"9999-12-31T23:59:59Z"}"#), 422, "invalid_request", "ends at"),
        (of("clock", r#"{"now":"-000001-01-01T00:00:00Z"}"#), 422, "invalid_request", "begins at"),
        (of("webhook_url", "\"x\""), 422, "invalid_request", "http://"),
        (of("webhook_url", &format!("\"http://a/{url}\"")), 422, "invalid_request", "2,048"),
        (of("scenario", r#"{"version":1}"#), 422, "invalid_request", "is text"),
        (of("scenario", "\"version: 1\\nname: x\\nsteps: 5\""), 422, "invalid_scenario", "scenario:3:8"),
        (of("scenario", "\"version: 1\\nname: x\\nproviders: {qbitpay: {balances: {XYZ: 1}}}\""), 422, "invalid_scenario", "XYZ"),
        (of("scenario", &format!("\"{scenario}\"")), 413, "body_too_large", "1048576"),
    ];
    let rows: Vec<Row<'_>> = rows.iter().map(|(body, status, code, says)| ("POST", "sandboxes", &**body, *status, *code, *says)).collect();
    are_refused(&[&rows[..], &[("POST", "sandboxes?name=b", "", 422, "invalid_request", "no query parameter `name`")]].concat()).await;
}

#[tokio::test]
async fn a_wrong_copy_is_refused() {
    let url = format!(r#"{{"webhook_url":"http://a/{}"}}"#, long(3_000));
    let mut rows = vec![
        ("POST", "sandboxes/b/fork", "{}", 404, "unknown_sandbox", "`b`"),
        ("POST", "fork?name=b", "{}", 422, "invalid_request", "no query parameter `name`"),
        ("GET", "fork", "", 405, "method_not_allowed", "POST"),
    ];
    for path in ["fork", "sandboxes/a/fork"] {
        rows.extend([
            ("POST", path, "[]", 400, "invalid_json", "not a JSON object"),
            ("POST", path, r#"{"name":"b","name":"c"}"#, 400, "duplicate_member", "`name` twice"),
            ("POST", path, r#"{"seed":1}"#, 422, "invalid_request", "it takes name, ttl, webhook_url"),
            ("POST", path, r#"{"name":"a"}"#, 409, "sandbox_exists", "`a`"),
            ("POST", path, r#"{"name":"default"}"#, 409, "sandbox_exists", "default"),
            ("POST", path, r#"{"name":"B"}"#, 422, "invalid_request", "a-z"),
            ("POST", path, r#"{"ttl":"0s"}"#, 422, "invalid_request", "longer than zero"),
            ("POST", path, r#"{"webhook_url":5}"#, 422, "invalid_request", "is text"),
            ("POST", path, r#"{"webhook_url":"http://a/{name}"}"#, 422, "invalid_request", "only {provider} is replaced"),
            ("POST", path, &url, 422, "invalid_request", "2,048"),
        ]);
    }
    are_refused(&rows).await;
}

#[tokio::test]
async fn a_wrong_verification_or_state_is_refused() {
    let large = format!(r#"{{"operation":"quoine.createInvoice","where":{{"body":{{"a":"{}"}}}}}}"#, long(70_000));
    let mut rows = vec![
        ("POST", "deliveries/wait", r#"{"provider":"acme"}"#, 422, "invalid_request", "`acme`"),
        ("POST", "deliveries/wait", r#"{"provider":"quoine","timeout":5}"#, 422, "invalid_request", "add the unit"),
        ("POST", "deliveries/wait", r#"{"provider":"quoine","count":{"at_least":-1}}"#, 422, "invalid_request", "whole number"),
        ("POST", "requests/wait", r#"{"operation":"quoine.createInvoice","timeout":"6m"}"#, 422, "invalid_request", "5m at most"),
        ("GET", "state?name=a", "", 422, "invalid_request", "no query parameter `name`"),
        ("PUT", "sandboxes/b/state", "{}", 404, "unknown_sandbox", "`b`"),
        ("PUT", "sandboxes/a/state", "", 422, "invalid_request", "the body is empty"),
        ("PUT", "sandboxes/a/state", "[]", 422, "invalid_request", "it is a list"),
        ("PUT", "sandboxes/a/state", "{", 400, "invalid_json", "EOF"),
        ("PUT", "sandboxes/a/state", r#"{"name":"a"}"#, 422, "invalid_request", "it has no `playmoney_state`"),
        ("PUT", "sandboxes/a/state", r#"{"playmoney_state":3}"#, 422, "invalid_request", "version 3"),
        ("PUT", "sandboxes/a/state", r#"{"playmoney_state":"4"}"#, 422, "invalid_request", "is not a version"),
        ("PUT", "sandboxes/a/state", r#"{"playmoney_state":99999999999999999999}"#, 422, "invalid_request", "is not a version"),
        ("PUT", "sandboxes/a/state", r#"{"playmoney_state":4,"playmoney_state":4}"#, 400, "duplicate_member", "twice"),
    ];
    for path in ["requests/verify", "requests/wait", "sandboxes/a/requests/verify"] {
        rows.extend([
            ("POST", path, "", 422, "invalid_request", "`operation` or `sequence`"),
            ("POST", path, "[]", 400, "invalid_json", "not a JSON object"),
            ("POST", path, r#"{"operation":"quoine.createInvoic"}"#, 422, "invalid_request", "`quoine.createInvoice`"),
            ("POST", path, r#"{"operation":"a","operation":"b"}"#, 400, "duplicate_member", "`operation` twice"),
            ("POST", path, r#"{"operation":"quoine.createInvoice","colour":1}"#, 422, "invalid_request", "no `colour`"),
            ("POST", path, r#"{"operation":"quoine.createInvoice","count":1e400}"#, 422, "invalid_request", "this number"),
            ("POST", path, r#"{"operation":"quoine.createInvoice","where":5}"#, 422, "invalid_request", "a condition is a mapping"),
            ("POST", path, r#"{"sequence":[]}"#, 422, "invalid_request", "1 to 100"),
            ("POST", path, &large, 413, "body_too_large", "65536"),
        ]);
    }
    rows.push(("POST", "requests/verify?timeout=5s", "{}", 422, "invalid_request", "no query parameter `timeout`"));
    are_refused(&rows).await;
}
