//! CryptoPay's clients: the overview's curl and JavaScript samples, and a merchant in Python.

use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::{folder, heard, program, python, run};
use crate::net::{server, shop};

/// A sample with this server's host in front of its paths, and the test user's credentials in.
fn sample(file: &str, server: &Server) -> String {
    let text = std::fs::read_to_string(folder().join("cryptopay").join(file)).expect("the page's text is here");
    let host = format!("{}/cryptopay/api/", server.base_url());
    let adapted = text.replace(" /api/", &format!(" {host}")).replace("'/api/", &format!("'{host}"));
    adapted.replace("your-username", "demo").replace("your-password", "demo-password").replace("your-api-key", "cp_test_key")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overviews_curl_command_logs_in() {
    let server = server(Start::default()).await;
    let mut command = program("bash");
    command.arg("-e");
    let (out, err) = run(command, &sample("login.sh", &server));
    let session: Json = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}{err}"));
    assert_eq!(session["user"], json!({"id": 1, "username": "demo", "email": "demo@example.com"}));
    assert!(session["access"].as_str().is_some_and(|it| it.starts_with("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.")), "{session}");
    assert_eq!(heard(&server).await, [("POST /cryptopay/api/auth/login".to_owned(), "curl".to_owned(), 200)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overviews_javascript_makes_an_order() {
    let server = server(Start::default()).await;
    let mut command = program("node");
    command.args(["--input-type=module", "-"]);
    let (out, _) = run(command, &(sample("order.js", &server) + "console.log(response.status, JSON.stringify(order));\n"));
    let (status, order) = out.trim().split_once(' ').expect("a status");
    let order: Json = serde_json::from_str(order).expect("JSON");
    assert_eq!((status, &order["success"], &order["data"]["status"]), ("201", &json!(true), &json!("pending")));
    assert_eq!(order["data"]["order_info"], r#"{"product":"Premium Plan"}"#);
    assert_eq!(heard(&server).await, [("POST /cryptopay/api/payment-orders/".to_owned(), "node".to_owned(), 201)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_in_python_gets_along() {
    let server = shop("http://shop.inbox.playmoney.test/").await;
    let mut command = python();
    let base = server.base_url();
    command.args(["cryptopay/merchant.py".to_owned(), format!("{base}/cryptopay"), format!("{base}/__admin")]);
    let (out, err) = run(command, "");
    let expected =
        "201 pending 9007199254740993 999\n301 GET 200 1\nconfirmed\nconfirmed\npayment.pending 0 True\npayment.confirmed 15 True\n";
    assert_eq!(out, expected, "{err}");
}
