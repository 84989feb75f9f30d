//! Pages of providers, which hear that something has changed.

use super::*;

/// What a browser's `EventSource` sends.
const ASKS: &[(&str, &str)] = &[("accept", "text/event-stream")];

/// A new order of CryptoPay: its id, and the path of its page.
async fn order(server: &Server) -> (String, String) {
    let base = "/cryptopay";
    let login = json!({"username": "demo", "password": "demo-password"});
    let token = send(server.address(), request("POST", &format!("{base}/api/auth/login"), &login)).await.json()["access"].clone();
    let token = token.as_str().expect("a token").to_owned();
    let body = json!({"amount": "0.5", "currency": "USDC", "blockchain": "base", "order_info": "{}", "nonce": 100});
    let mut create = request("POST", &format!("{base}/api/payment-orders/"), &body);
    create.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    let made = send(server.address(), create).await.json();
    let id = made["data"]["order_id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    (id.clone(), format!("{base}/order/{id}"))
}

async fn opened(server: &Server, path: &str) -> Stream {
    let mut stream = Stream::open(server, path, ASKS).await;
    assert_eq!(stream.status, 200, "{path}");
    assert_eq!(stream.headers["content-type"], "text/event-stream", "{path}");
    assert_eq!(stream.headers["x-content-type-options"], "nosniff");
    let first = stream.next().await.expect("the clock");
    assert_eq!((first.kind.as_str(), &first.data["mode"], &first.data["rate"]), ("clock", &json!("frozen"), &json!(0)));
    assert!(first.data["now"].as_str().is_some_and(|it| it.ends_with('Z')), "{:?}", first.data);
    stream
}

#[tokio::test]
async fn a_page_hears_of_changes_and_of_the_clock_but_not_of_its_own_requests() {
    let server = inbox().await;
    let (id, page) = order(&server).await;
    let journal = admin(&server, "GET", "requests", &Json::Null).await["requests"].as_array().map(Vec::len);
    let mut stream = opened(&server, &page).await;
    for _ in 0..3 {
        assert_eq!(send(server.address(), request("GET", &page, &Json::Null)).await.status, 200);
    }
    // The first thing that comes is the clock that was moved, so the requests were not told.
    admin(&server, "POST", "clock/advance", &json!({"by": "1m"})).await;
    let moved = stream.next().await.expect("a change");
    let now = admin(&server, "GET", "clock", &Json::Null).await["now"].clone();
    assert_eq!((moved.kind.as_str(), &moved.data["now"]), ("change", &now));
    // Coins that are seen change no status.
    admin(&server, "POST", "act/cryptopay/pay", &json!({"order": id})).await;
    assert_eq!(stream.next().await.expect("a change").kind, "change");
    admin(&server, "POST", "clock/resume", &json!({})).await;
    let resumed = stream.next().await.expect("a change");
    assert_eq!((&resumed.data["mode"], &resumed.data["rate"]), (&json!("real"), &json!(1)));
    let after = admin(&server, "GET", "requests", &Json::Null).await["requests"].as_array().map(Vec::len);
    assert_eq!(after, journal.map(|it| it + 3), "the stream stands in no journal");
}

/// Longer than the rest between two events.
const QUIET: Duration = Duration::from_millis(700);

#[tokio::test]
async fn a_page_does_not_hear_of_what_only_reads() {
    let server = inbox().await;
    let (_, page) = order(&server).await;
    let mut stream = opened(&server, &page).await;
    let function = "function=get-balances&api-key=qp_test_key";
    for _ in 0..3 {
        let mut read = request("POST", "/quantapay/api.php", &Json::Null).map(|_| function.to_owned());
        read.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().expect("a header"));
        assert_eq!(send(server.address(), read).await.status, 200);
        let mut again = request("GET", &page, &Json::Null);
        again.headers_mut().insert("playmoney-refresh", "1".parse().expect("a header"));
        assert_eq!(send(server.address(), again).await.status, 200);
        admin(&server, "POST", "requests/verify", &json!({"operation": "quoine.createInvoice", "count": 0})).await;
        admin(&server, "POST", "rules/check", &json!({"on": "quoine.createInvoice", "then": {"error": "usage_limit"}})).await;
        admin(&server, "PUT", "inbox/shop/script", &json!({"respond": [200]})).await;
    }
    let heard = tokio::time::timeout(QUIET, stream.next()).await;
    assert!(heard.is_err(), "{heard:?}");
    let pages = admin(&server, "GET", "requests?provider=cryptopay", &Json::Null).await;
    assert!(pages["requests"].as_array().expect("a list").iter().all(|it| it["operation"].is_string()), "no page: {pages}");
    for (path, body) in [("reset", json!({})), ("clock/advance", json!({"by": "1m"}))] {
        admin(&server, "POST", path, &body).await;
        assert_eq!(stream.next().await.expect("a change").kind, "change", "{path}");
    }
}

#[tokio::test]
async fn the_stream_of_a_page_ends_with_its_sandbox_and_makes_none() {
    let server = inbox().await;
    admin(&server, "POST", "sandboxes", &json!({"name": "a"})).await;
    let page = "/s/a/quantapay/pay.php?checkout_id=cs_1";
    let mut stream = opened(&server, page).await;
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    assert_eq!(stream.until("deleted").await.last().map(|it| it.data.clone()), Some(json!({})));
    assert_eq!(stream.next().await, None);
    let again = Stream::open(&server, page, ASKS).await;
    assert_eq!(again.status, 404, "it does not bring the sandbox back");
    let mut refresh = request("GET", page, &Json::Null);
    refresh.headers_mut().insert("playmoney-refresh", "1".parse().expect("a header"));
    assert_eq!(send(server.address(), refresh).await.status, 404, "nor does the page that was open");
}

#[tokio::test]
async fn only_a_page_has_such_a_stream() {
    let server = inbox().await;
    for path in ["/quoine/api/v1/invoices", "/cryptopay/api/payment-orders/", "/nothing/pay/1"] {
        let answer = Stream::open(&server, path, ASKS).await;
        assert_ne!(answer.headers["content-type"], "text/event-stream", "{path}");
    }
    let page = "/quantapay/pay.php?checkout_id=cs_1";
    drop(opened(&server, page).await);
    for (name, value) in [("accept", "text/html"), ("accept", "*/*")] {
        let answer = Stream::open(&server, page, &[(name, value)]).await;
        assert_ne!(answer.headers["content-type"], "text/event-stream", "{name}: {value}");
    }
    let host = playmoney::inside::providers::all()[0].contract().hosts[0];
    let mut stream = Stream::open(&server, "/pay.php?checkout_id=cs_1", &[ASKS[0], ("host", host)]).await;
    assert_eq!(stream.next().await.map(|it| it.kind).as_deref(), Some("clock"), "on the provider's own host");
}
