//! Methods and addresses: HEAD and OPTIONS, paths that are equivalent, hosts and prefixes.

use playmoney::inside::edge::{Config, Server};
use playmoney::inside::engine::start::Start;
use playmoney::inside::stage::Stage;
use serde_json::{Value as Json, json};

use crate::net::{Answer, raw, request, send, server};

/// Paths that answer a GET, in every room.
const READ: &[&str] = &[
    "/__admin/health",
    "/__admin/clock",
    "/__admin/inbox/shop/messages",
    "/__admin/openapi/quoine.json",
    "/",
    "/quantum-payouts/api/v1/features",
    "/quantum-payouts/static/payout.php?token=x",
    "/quantapay/pay.php?price=1&currency=usd",
    "/qbitpay/api/v1/balances/show",
    "/quoine/pay/1",
    "/quoine/api/v1/profile",
    "/cryptopay/api/payment-orders/",
    "/cryptopay/order/x",
    "/nothing",
];

async fn ask(server: &Server, method: &str, path: &str) -> Answer {
    let mut asked = request(method, path, &Json::Null);
    if path.starts_with("/qbitpay") {
        asked.headers_mut().insert("authorization", "Basic cWJpdF90ZXN0X2tleTo=".parse().expect("a header"));
    }
    if path.starts_with("/cryptopay/api") {
        asked.headers_mut().insert("authorization", "Bearer cp_test_key".parse().expect("a header"));
    }
    send(server.address(), asked).await
}

#[tokio::test]
async fn head_is_answered_as_get_without_its_body() {
    let server = server(Start::default()).await;
    for path in READ {
        let get = ask(&server, "GET", path).await;
        let head = ask(&server, "HEAD", path).await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.body.len(), 0, "{path}");
        let length = get.body.len().to_string();
        let is_empty = get.body.is_empty();
        assert!(is_empty || head.header("content-length") == length, "{path}: {:?}", head.headers);
        let names = |answer: &Answer| answer.headers.keys().map(|it| it.as_str().to_owned()).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(names(&head), names(&get), "{path}");
    }
    let journal = ask(&server, "GET", "/__admin/requests").await.json();
    let entries = journal["requests"].as_array().expect("a list");
    assert!(entries.iter().any(|it| it["request"]["method"] == "HEAD" && it["operation"] == "quantum-payouts.features"), "{journal}");
    assert!(entries.iter().all(|it| it["request"]["method"] == "GET" || it["response"]["body"] == ""), "HEAD has no body");
}

#[tokio::test]
async fn options_and_405_list_every_method() {
    let server = server(Start::default()).await;
    for (path, allow) in [
        ("/__admin/clock", "GET, HEAD, OPTIONS"),
        ("/__admin/clock/advance", "POST, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
        ("/quantum-payouts/api/v1/createPayout", "POST, OPTIONS"),
        ("/quoine/api/v1/invoices", "GET, POST, HEAD, OPTIONS"),
        ("/quoine/pay/1", "GET, POST, HEAD, OPTIONS"),
    ] {
        let answer = ask(&server, "OPTIONS", path).await;
        assert_eq!((answer.status, sorted(answer.header("allow"))), (204, sorted(allow)), "{path}");
    }
    for (method, path, allow) in [
        ("DELETE", "/__admin/clock", "GET, HEAD, OPTIONS"),
        ("DELETE", "/", "GET, HEAD, OPTIONS"),
        ("TRACE", "/", "GET, HEAD, OPTIONS"),
        ("GET", "/quantum-payouts/api/v1/createPayout", "POST, OPTIONS"),
        ("DELETE", "/cryptopay/api/payment-orders/", "GET, POST, HEAD, OPTIONS"),
    ] {
        let answer = ask(&server, method, path).await;
        assert_eq!((answer.status, sorted(answer.header("allow"))), (405, sorted(allow)), "{method} {path}");
    }
    let other = ask(&server, "OPTIONS", "/__admin/inbox/shop").await;
    assert_eq!(other.status, 200, "an inbox takes every method");
}

#[tokio::test]
async fn options_of_the_server_lists_its_methods_and_is_not_in_the_journal() {
    let server = server(Start::default()).await;
    let answer = raw(server.address(), b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    assert!(answer.contains("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"), "{answer}");
    let foreign = raw(server.address(), b"OPTIONS * HTTP/1.1\r\nHost: pay.example.com\r\nConnection: close\r\n\r\n").await;
    assert!(foreign.starts_with("HTTP/1.1 421"), "{foreign}");
    let journal = ask(&server, "GET", "/__admin/requests").await.json();
    let statuses: Vec<_> = journal["requests"].as_array().expect("a list").iter().map(|it| &it["response"]["status"]).collect();
    assert_eq!(statuses, [&json!(421)], "{journal}");
}

fn sorted(list: &str) -> Vec<&str> {
    let mut all: Vec<&str> = list.split(", ").collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn equivalent_paths_lead_to_the_same_place_and_are_kept_as_sent() {
    let server = server(Start::default()).await;
    for path in ["/quantum-payouts/api/v1/%66eatures", "/quantum-payouts/api/./v1/x/../features", "/x/../%71uantum-payouts/api/v1/features"]
    {
        let answer = raw(
            server.address(),
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer qm_test_token\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        let journal = ask(&server, "GET", "/__admin/requests").await.json();
        let last = journal["requests"].as_array().and_then(|it| it.last()).expect("an entry");
        assert_eq!((&last["request"]["path"], &last["operation"]), (&json!(path), &json!("quantum-payouts.features")));
    }
    let clock = raw(server.address(), b"GET /quoine/%2e%2e/__admin/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(clock.starts_with("HTTP/1.1 200") && clock.contains("frozen"), "{clock}");
}

#[tokio::test]
async fn a_proxy_may_keep_or_remove_the_path_of_the_public_url() {
    let config = Config { public_url: Some("https://CI.example.com/mocks".to_owned()), ..Config::default() };
    let server = Server::start(config).await.expect("a free port");
    let body = json!({"orderNumber": "A", "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
    for (nth, prefix) in ["", "/mocks"].into_iter().enumerate() {
        let mut body = body.clone();
        body["orderNumber"] = json!(format!("A{nth}"));
        let mut create = request("POST", &format!("{prefix}/quantum-payouts/api/v1/createPayout"), &body);
        create.headers_mut().insert("host", "ci.EXAMPLE.com".parse().expect("a host"));
        let answer = send(server.address(), create).await;
        let link = answer.json()["payoutUrl"].as_str().expect("a link").to_owned();
        assert!(link.starts_with("https://CI.example.com/mocks/quantum-payouts/static/payout.php?"), "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_the_server_itself_begin_with_the_public_url() {
    let config = Config { public_url: Some("https://CI.example.com/api".to_owned()), ..Config::default() };
    let server = Server::start(config).await.expect("a free port");
    let mut stage = server.stage(tokio::runtime::Handle::current());
    tokio::task::block_in_place(|| stage.fork(None, "a"));
    for (path, location) in [
        ("/", "/api/__admin/"),
        ("/api", "/api/__admin/"),
        ("/api/", "/api/__admin/"),
        ("/s/a/", "/api/s/a/__admin/"),
        ("/api/s/a", "/api/s/a/__admin/"),
    ] {
        let answer = ask(&server, "GET", path).await;
        assert_eq!((answer.status, answer.header("location")), (303, &*format!("https://CI.example.com{location}")), "{path}");
    }
    for (path, url) in [
        ("/__admin/openapi.json", "https://CI.example.com/api"),
        ("/s/a/__admin/openapi.json", "https://CI.example.com/api/s/a"),
        ("/api/__admin/openapi/quoine.json", "https://CI.example.com/api/quoine"),
    ] {
        assert_eq!(ask(&server, "GET", path).await.json()["servers"][0]["url"], url, "{path}");
    }
    let mut own = request("GET", "/api/v1/profile", &Json::Null);
    own.headers_mut().insert("host", "pay.quoine.com".parse().expect("a host"));
    assert_eq!(send(server.address(), own).await.status, 401, "the provider's own address has no such path in front");
}

#[tokio::test]
async fn without_a_public_url_links_begin_with_the_host_of_the_request() {
    let server = server(Start::default()).await;
    let mut asked = request("GET", "/", &Json::Null);
    asked.headers_mut().insert("host", "playmoney:8080".parse().expect("a host"));
    assert_eq!(send(server.address(), asked).await.header("location"), "http://playmoney:8080/__admin/");
}

#[tokio::test]
async fn a_server_is_not_started_with_an_address_that_no_request_can_have() {
    for (public_url, allow_host) in [(Some("http://a/quoine"), None), (None, Some("a:80"))] {
        let allow_hosts = allow_host.map(str::to_owned).into_iter().collect();
        let config = Config { public_url: public_url.map(str::to_owned), allow_hosts, ..Config::default() };
        assert!(Server::start(config).await.is_err(), "{public_url:?} {allow_host:?}");
    }
    let config = Config { allow_hosts: vec!["Mock.CI.example.".to_owned()], ..Config::default() };
    let server = Server::start(config).await.expect("a free port");
    let mut asked = request("GET", "/__admin/health", &Json::Null);
    asked.headers_mut().insert("host", "mock.ci.EXAMPLE:80".parse().expect("a host"));
    assert_eq!(send(server.address(), asked).await.status, 200);
}

#[tokio::test]
async fn a_server_listens_on_several_addresses() {
    let both = vec!["127.0.0.1:0".parse().expect("an address"), "127.0.0.2:0".parse().expect("an address")];
    let server = Server::start(Config { listen: both, ..Config::default() }).await.expect("a free port");
    let second = std::net::SocketAddr::new("127.0.0.2".parse().expect("an address"), server.address().port());
    for to in [server.address(), second] {
        assert_eq!(send(to, request("GET", "/__admin/health", &Json::Null)).await.status, 200);
    }
    server.stop().await;
}

#[tokio::test]
async fn both_hosts_of_quoine_need_no_slug() {
    let server = server(Start::default()).await;
    for host in ["pay.quoine.com", "api.quoine.com"] {
        let unsigned = format!("GET /api/v1/profile HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert!(raw(server.address(), unsigned.as_bytes()).await.starts_with("HTTP/1.1 401"), "{host} asks for a signature");
    }
}
