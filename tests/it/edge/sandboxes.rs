//! The sandboxes of a server: made, found, listed, copied, deleted.

use std::sync::Arc;

use playmoney::inside::edge::{Config, Making, Server};
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use crate::contract::documents::assert_fits;
use crate::net::{Answer, Receiver, admin, answered, eventually, payout, perform_in, request, send, server};

async fn ask(server: &Server, method: &str, path: &str, body: &Json) -> Answer {
    send(server.address(), request(method, path, body)).await
}

async fn made(server: &Server, body: &Json) -> Json {
    let answer = ask(server, "POST", "/__admin/sandboxes", body).await;
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// The features of Quantum Payouts, asked with that token at that path; the status and the sandbox that answered.
async fn features(server: &Server, prefix: &str, token: &str) -> (u16, String) {
    let mut request = request("GET", &format!("{prefix}/quantum-payouts/api/v1/features"), &Json::Null);
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    let answer = send(server.address(), request).await;
    (answer.status, answer.header("playmoney-sandbox").to_owned())
}

#[tokio::test]
async fn the_documented_creation_makes_a_sandbox_with_keys_and_a_clock_of_its_own() {
    let server = server(Start::default()).await;
    let document = admin(&server, "GET", "openapi.json", &Json::Null).await;
    let fits = |path: &str, method: &str, status: &str, answer: &Json| {
        assert_fits(&document, &document["paths"][format!("/__admin/{path}")][method]["responses"][status], answer);
    };
    let body = json!({
        "name": "checkout-7", "seed": 7, "clock": {"mode": "frozen", "now": "2026-01-01T00:00:00Z"}, "scenario": "version: 1\nname: plain",
        "ttl": "PT30M", "webhook_url": "http://127.0.0.1:9000/{provider}",
    });
    assert_fits(&document, &document["paths"]["/__admin/sandboxes"]["post"]["requestBody"], &body);
    let own = made(&server, &body).await;
    fits("sandboxes", "post", "201", &own);
    assert_eq!((&own["name"], &own["seed"], &own["ttl"]), (&json!("checkout-7"), &json!(7), &json!("PT30M")));
    assert_eq!(own["clock"], json!({"mode": "frozen", "now": "2026-01-01T00:00:00Z"}));
    let base = format!("{}/s/checkout-7/quantum-payouts", server.base_url());
    assert_eq!(own["providers"]["quantum-payouts"]["base_url"], json!(base));
    assert_eq!(own["env"]["QUANTUM_PAYOUTS_TOKEN"], "qm_test_token_checkout-7");
    assert_eq!(own["env"]["PLAYMONEY_URL"], json!(server.base_url()));
    let user = own["env"]["QUOINE_USER_ID"].as_str().and_then(|it| it.parse::<u64>().ok()).expect("a number");
    assert!(1_000_000 <= user, "{user}");
    let account = admin(&server, "GET", "sandboxes/checkout-7/accounts/quoine/2", &Json::Null).await;
    assert_eq!(
        account["settings"]["webhook_url"]["value"].as_str().or(account["webhook_url"].as_str()),
        Some("http://127.0.0.1:9000/quoine")
    );

    let list = admin(&server, "GET", "sandboxes", &Json::Null).await;
    fits("sandboxes", "get", "200", &list);
    let names: Vec<&str> = list["sandboxes"].as_array().expect("a list").iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!((names, &list["truncated"]), (vec!["checkout-7", "default"], &json!(false)));
    assert_eq!(admin(&server, "GET", "sandboxes?limit=1", &Json::Null).await["truncated"], true);
    let shown = admin(&server, "GET", "sandboxes/checkout-7", &Json::Null).await;
    fits("sandboxes/{sandbox}", "get", "200", &shown);
    assert_eq!((&shown["env"], &shown["providers"]), (&own["env"], &own["providers"]));
    let env = admin(&server, "GET", "sandboxes/checkout-7/env", &Json::Null).await;
    assert_eq!(env, own["env"]);
    let mut plain = request("GET", "/s/checkout-7/__admin/env", &Json::Null);
    plain.headers_mut().insert("accept", "text/plain".parse().expect("a header"));
    let lines = send(server.address(), plain).await;
    assert!(String::from_utf8_lossy(&lines.body).contains(&format!("\nQUANTUM_PAYOUTS_BASE_URL={base}\n")));

    let gone = admin(&server, "DELETE", "sandboxes/checkout-7", &Json::Null).await;
    fits("sandboxes/{sandbox}", "delete", "200", &gone);
    assert_eq!(gone, json!({"deleted": "checkout-7"}));
    assert_eq!(features(&server, "/s/checkout-7", "qm_test_token_checkout-7").await.0, 404);
    assert_eq!(ask(&server, "DELETE", "/__admin/sandboxes/checkout-7", &Json::Null).await.status, 404);
    assert_eq!(ask(&server, "DELETE", "/__admin/sandboxes/default", &Json::Null).await.status, 409);
    assert_eq!(made(&server, &json!({"name": "checkout-7"})).await["requests"], 0, "the name begins afresh");
}

#[tokio::test]
async fn a_request_finds_its_sandbox_by_path_then_header_then_credential() {
    let server = server(Start::default()).await;
    let names = [made(&server, &json!({})).await, made(&server, &json!({"seed": 3})).await];
    assert_eq!(names.map(|it| it["name"].clone()), [json!("sandbox-1"), json!("sandbox-2")]);
    for (prefix, token, found) in [
        ("", "qm_test_token", (200, "default")),
        ("", "qm_test_token_sandbox-1", (200, "sandbox-1")),
        ("", "qm_test_token_sandbox-2", (200, "sandbox-2")),
        ("", "qm_test_token_sandbox-3", (401, "default")),
        ("/s/sandbox-1", "qm_test_token_sandbox-2", (401, "sandbox-1")),
        ("/s/sandbox-3", "qm_test_token", (404, "default")),
    ] {
        let (status, name) = features(&server, prefix, token).await;
        assert_eq!((status, &*name), found, "{prefix} {token}");
    }
    // The other ways in which providers are told whose call it is: a form, a login, its token, a user name of HTTP Basic, a user id.
    let env = admin(&server, "GET", "sandboxes/sandbox-2/env", &Json::Null).await;
    let login = json!({"username": env["CRYPTOPAY_USERNAME"], "password": env["CRYPTOPAY_PASSWORD"]});
    let mut logging_in = request("POST", "/cryptopay/api/auth/login", &login);
    logging_in.headers_mut().remove("authorization");
    let logged_in = send(server.address(), logging_in).await;
    assert_eq!((logged_in.status, logged_in.header("playmoney-sandbox")), (200, "sandbox-2"));
    let token = logged_in.json()["access"].as_str().expect("a token").to_owned();
    for (path, header, value) in [
        ("/cryptopay/api/merchant-wallets/", "authorization", format!("Bearer {token}")),
        ("/qbitpay/api/v1/account", "authorization", "Basic cWJpdF90ZXN0X2tleV9zYW5kYm94LTI6".to_owned()),
        ("/quoine/api/v1/profile", "authorization", format!("APIAuth {}:x", env["QUOINE_USER_ID"].as_str().expect("an id"))),
    ] {
        let mut request = request("GET", path, &Json::Null);
        request.headers_mut().insert(header, value.parse().expect("a header"));
        let answer = send(server.address(), request).await;
        assert_eq!(answer.header("playmoney-sandbox"), "sandbox-2", "{path}: {}", String::from_utf8_lossy(&answer.body));
    }
    let mut form = request("POST", "/quantapay/api.php", &Json::Null);
    form.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().expect("a header"));
    *form.body_mut() = "function=get-balances&api-key=qp_test_key_sandbox-2".to_owned();
    assert_eq!(send(server.address(), form).await.header("playmoney-sandbox"), "sandbox-2");
}

#[tokio::test]
async fn a_credential_of_several_sandboxes_is_refused_with_a_hint() {
    let server = server(Start::default()).await;
    for name in ["a", "b"] {
        made(&server, &json!({"name": name})).await;
        let keys = json!({"credentials": {"token": "qm_test_shared"}});
        admin(&server, "PATCH", &format!("sandboxes/{name}/accounts/quantum-payouts/default"), &keys).await;
    }
    let mut request = request("GET", "/quantum-payouts/api/v1/features", &Json::Null);
    request.headers_mut().insert("authorization", "Bearer qm_test_shared".parse().expect("a header"));
    let refused = send(server.address(), request).await;
    assert_eq!((refused.status, refused.header("playmoney-sandbox")), (401, "default"));
    assert!(refused.header("playmoney-hint").contains("/s/"), "{}", refused.header("playmoney-hint"));
    assert_eq!(features(&server, "/s/a", "qm_test_shared").await, (200, "a".to_owned()));
}

#[tokio::test]
async fn a_copy_sends_its_webhooks_to_itself_or_where_it_is_told() {
    let server = server(Start::default()).await;
    let (original, told) = (Receiver::always(200).await, Receiver::always(200).await);
    let url = json!({"webhook_url": original.url()});
    assert_eq!(ask(&server, "PATCH", "/__admin/accounts/quantum-payouts/default", &url).await.status, 200);
    let copy = ask(&server, "POST", "/__admin/fork", &json!({"name": "twin"})).await;
    assert_eq!((copy.status, &copy.json()["env"]["QUANTUM_PAYOUTS_TOKEN"]), (201, &json!("qm_test_token_twin")));
    let wanted = json!({"name": "told", "webhook_url": told.url(), "ttl": "1h"});
    assert_eq!(ask(&server, "POST", "/__admin/sandboxes/twin/fork", &wanted).await.json()["ttl"], "PT1H");
    for name in ["twin", "told"] {
        let request = request("POST", &format!("/s/{name}/quantum-payouts/api/v1/performPayout"), &payout("A"));
        assert_eq!(send(server.address(), request).await.status, 200, "the keys that it holds are taken where the path names it");
        admin(&server, "POST", &format!("sandboxes/{name}/clock/advance"), &json!({"by": "1h"})).await;
    }
    let arrived = |it: &Receiver| it.arrived.lock().expect("no panic").len();
    let in_inbox = admin(&server, "GET", "sandboxes/twin/inbox/fork/messages", &Json::Null).await;
    let kept = in_inbox["messages"].as_array().map_or(0, Vec::len);
    assert_eq!((arrived(&original), arrived(&told)), (0, kept), "both copies have sent the same");
    assert!(0 < kept, "{in_inbox}");
    assert_eq!(ask(&server, "POST", "/__admin/fork", &json!({"name": "twin"})).await.status, 409);
    assert_eq!(ask(&server, "POST", "/__admin/fork", &json!({"webhook_url": "http://127.0.0.1:9/{slug}"})).await.status, 422);
    let refused = ask(&server, "PUT", "/__admin/sandboxes/twin/fork", &Json::Null).await;
    assert_eq!(refused.json()["detail"], "/__admin/sandboxes/twin/fork answers to POST, OPTIONS.");
}

/// A payout in that sandbox, up to its end.
async fn pay_out(server: &Server, name: &str) {
    assert_eq!(perform_in(server, name, "A").await.status, 200);
    admin(server, "POST", &format!("sandboxes/{name}/clock/advance"), &json!({"by": "1h"})).await;
}

#[tokio::test]
async fn the_address_of_a_fork_can_name_the_provider() {
    let server = server(Start { webhook_url: Some("http://127.0.0.1:9/".to_owned()), ..Start::default() }).await;
    let wanted = json!({"name": "twin", "webhook_url": "http://{provider}.inbox.playmoney.test/"});
    assert_eq!(ask(&server, "POST", "/__admin/fork", &wanted).await.status, 201);
    pay_out(&server, "twin").await;
    let inbox = admin(&server, "GET", "sandboxes/twin/inbox/quantum-payouts/messages", &Json::Null).await;
    assert_eq!(inbox["messages"].as_array().map(Vec::len), Some(4), "{inbox}");
}

#[tokio::test]
async fn a_webhook_to_the_inbox_of_another_sandbox_is_judged_with_the_keys_of_its_sender() {
    let server = server(Start::default()).await;
    let url = format!("{}/__admin/inbox/shop", server.base_url());
    made(&server, &json!({"name": "a", "webhook_url": url})).await;
    pay_out(&server, "a").await;
    let inbox = admin(&server, "GET", "inbox/shop/messages", &Json::Null).await;
    let verdicts: Vec<&Json> = inbox["messages"].as_array().expect("a list").iter().map(|it| &it["signature"]).collect();
    assert_eq!(verdicts, [&json!("valid"); 4], "{inbox}");
}

#[tokio::test]
async fn a_creation_that_is_refused_uses_up_no_name() {
    let server = server(Start::default()).await;
    assert_eq!(ask(&server, "POST", "/__admin/sandboxes", &json!({"scenario": "version: 9"})).await.status, 422);
    assert_eq!(made(&server, &json!({})).await["name"], "sandbox-1");
}

#[tokio::test]
async fn a_parallel_test_needs_nothing_but_a_name() {
    let server = Server::start(Config { sandboxes: Making::OnUse, sandboxes_max: 4, ..Config::default() }).await.expect("a free port");
    assert_eq!(features(&server, "/s/gw0", "qm_test_token_gw0").await, (200, "gw0".to_owned()));
    assert_eq!(features(&server, "", "qm_test_token_gw1").await, (200, "gw1".to_owned()), "its key names it");
    let mut named = request("GET", "/__admin/clock", &Json::Null);
    named.headers_mut().insert("playmoney-sandbox", "gw2".parse().expect("a header"));
    assert_eq!(send(server.address(), named).await.header("playmoney-sandbox"), "gw2");
    for (prefix, status) in [("/s/GW3", 404), ("/s/gw3", 200), ("/s/gw4", 507)] {
        let token = format!("qm_test_token_{}", prefix.trim_start_matches("/s/"));
        assert_eq!(features(&server, prefix, &token).await.0, status, "{prefix}");
    }
    for (method, path) in
        [("GET", "/s/x/"), ("GET", "/s/x/nothing"), ("OPTIONS", "/s/x/quoine/api/v1/profile"), ("GET", "/s/x/__admin/health")]
    {
        assert_eq!(ask(&server, method, path, &Json::Null).await.status, 404, "{method} {path}");
    }
    assert_eq!(ask(&server, "POST", "/s/x/__admin/inbox/y", &json!({})).await.status, 404);
    let mut foreign = request("POST", "/s/evil/quantum-payouts/api/v1/createPayout", &json!({}));
    foreign.headers_mut().insert("origin", "http://evil.example".parse().expect("a header"));
    ask(&server, "DELETE", "/__admin/sandboxes/gw0", &Json::Null).await;
    assert_eq!(send(server.address(), foreign).await.status, 403);
    let list = admin(&server, "GET", "sandboxes", &Json::Null).await;
    assert!(!list.to_string().contains("evil"), "a request that is refused makes none: {list}");
}

#[tokio::test]
async fn a_sandbox_that_nothing_uses_goes_after_its_time() {
    let server = server(Start::default()).await;
    made(&server, &json!({"name": "short", "ttl": "200ms"})).await;
    made(&server, &json!({"name": "long", "ttl": "1h"})).await;
    let gone = || async { admin(&server, "GET", "sandboxes", &Json::Null).await["sandboxes"].as_array().map(Vec::len) == Some(2) };
    eventually(gone).await;
    // A request that is under way is a use, however long it takes; so is a look at the sandbox itself.
    made(&server, &json!({"name": "used", "ttl": "300ms"})).await;
    let waited = ask(&server, "GET", "/s/used/__admin/inbox/x/messages?wait=1s", &Json::Null).await;
    assert_eq!(waited.status, 200);
    for _ in 0..6 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert_eq!(ask(&server, "GET", "/__admin/sandboxes/used", &Json::Null).await.status, 200);
    }
    assert_eq!(ask(&server, "GET", "/__admin/sandboxes/long", &Json::Null).await.status, 200);
}

#[tokio::test]
async fn a_wrong_creation_makes_none_and_says_why() {
    let server = server(Start::default()).await;
    made(&server, &json!({"name": "taken"})).await;
    let scenario = "version: 1\nname: x\nproviders: {quoin: {}}";
    for (body, status, word) in [
        (json!({"name": "Taken"}), 422, "a-z"),
        (json!({"name": "a".repeat(64)}), 422, "63"),
        (json!({"name": ""}), 422, "63"),
        (json!({"name": "../x"}), 422, "a-z"),
        (json!({"name": 7}), 422, "text"),
        (json!({"name": "taken"}), 409, "taken"),
        (json!({"name": "default"}), 409, "default"),
        (json!({"nam": "a"}), 422, "nam"),
        (json!({"seed": -1}), 422, "seed"),
        (json!({"seed": 1.5}), 422, "seed"),
        (json!({"clock": "frozen"}), 422, "object"),
        (json!({"clock": {"mode": "still"}}), 422, "still"),
        (json!({"clock": {"mode": "scaled"}}), 422, "rate"),
        (json!({"clock": {"mode": "frozen", "rate": 2}}), 422, "rate"),
        (json!({"clock": {"now": "tomorrow"}}), 422, "now"),
        (json!({"clock": {"tick": 1}}), 422, "tick"),
        (json!({"ttl": "soon"}), 422, "ttl"),
        (json!({"ttl": "0s"}), 422, "ttl"),
        (json!({"ttl": "P3000000D"}), 422, "ten years"),
        (json!({"webhook_url": "ftp://a"}), 422, "webhook_url"),
        (json!({"scenario": scenario}), 422, "quoine"),
        (json!([]), 400, "object"),
    ] {
        let answer = ask(&server, "POST", "/__admin/sandboxes", &body).await;
        let detail = answer.json()["detail"].as_str().expect("a detail").to_owned();
        assert!(answer.status == status && detail.contains(word), "{body}: {} {detail}", answer.status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let names = admin(&server, "GET", "sandboxes", &Json::Null).await;
    assert_eq!(names["sandboxes"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_scenario_or_a_seed_begins_at_the_same_moment_each_time() {
    let server = server(Start { mode: playmoney::inside::engine::clock::Mode::Real, now: None, ..Start::default() }).await;
    for (body, mode) in [
        (json!({"seed": 7}), "frozen"),
        (json!({"scenario": "version: 1\nname: x\nclock: {mode: real}"}), "real"),
        (
            json!({"scenario": "version: 1\nname: x\nseed: 9\nclock: {mode: real}", "seed": 7, "clock": {"mode": "scaled", "rate": 60}}),
            "scaled",
        ),
        (json!({}), "real"),
    ] {
        let own = made(&server, &body).await;
        assert_eq!(own["clock"]["mode"], mode, "{body}");
        let begins_in_2026 = own["clock"]["now"].as_str().is_some_and(|it| it.starts_with("2026-01-01T00:00:0"));
        assert_eq!(begins_in_2026, body != json!({}), "{own}");
        assert_eq!(
            own["seed"],
            if body == json!({}) {
                1
            } else if body["seed"] == 7 {
                7
            } else {
                1
            },
            "{body}"
        );
    }
}

#[tokio::test]
async fn nothing_leaves_a_sandbox_that_was_deleted_while_time_passed() {
    let server = Arc::new(server(Start::default()).await);
    let receiver = Receiver::start(|_| {
        Box::pin(async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            answered(500)
        })
    })
    .await;
    made(&server, &json!({"name": "a", "webhook_url": receiver.url()})).await;
    assert_eq!(perform_in(&server, "a", "A").await.status, 200);
    let walk = {
        let server = Arc::clone(&server);
        tokio::spawn(async move { ask(&server, "POST", "/s/a/__admin/clock/advance", &json!({"by": "10h"})).await })
    };
    eventually(|| async { !receiver.arrived.lock().expect("no panic").is_empty() }).await;
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    let seen = receiver.arrived.lock().expect("no panic").len();
    let report = tokio::time::timeout(std::time::Duration::from_secs(20), walk).await.expect("it ends").expect("an answer");
    assert_eq!((report.status, &report.json()["incomplete"]), (200, &json!(true)));
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert!(receiver.arrived.lock().expect("no panic").len() <= seen + 1, "{:?}", receiver.arrived.lock().expect("no panic"));
}
