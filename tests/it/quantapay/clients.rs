//! The pages' own samples in other languages, against a real server on whose frozen clock it is another day.

use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use super::KEY;
use crate::clients::{program, run};
use crate::net::{admin, server};

/// The shop's secret is the samples' own.
async fn shop() -> Server {
    let server = server(Start::default()).await;
    admin(&server, "PATCH", "accounts/quantapay/default", &json!({"webhook_secret": "your-webhook-secret-key"})).await;
    server
}

/// What a sample has got for an answer, and the media type that it has sent.
async fn answered(server: &Server, interpreter: &str, file: &str) -> (Json, String) {
    let mut command = program(interpreter);
    command.arg(file).env("API_KEY", KEY).env("API_URL", format!("{}/quantapay/api.php", server.base_url()));
    let (out, err) = run(command, "");
    let answer = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}{err}"));
    let journal = admin(server, "GET", "requests", &Json::Null).await;
    let last = journal["requests"].as_array().and_then(|it| it.last()).expect("a request");
    (answer, last["request"]["headers"]["content-type"].as_str().expect("text").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_curl_command_works() {
    let server = shop().await;
    let text = include_str!("../../clients/quantapay/curl.sh");
    let host = format!("{}/quantapay", server.base_url());
    let (out, err) = run(program("bash"), &text.replace("https://cloud.quantapay.app", &host).replace("YOUR_API_KEY", KEY));
    let answer: Json = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}{err}"));
    assert_eq!(answer["response"]["btc"]["amount"], "0.5432", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_php_signs_a_form() {
    let server = shop().await;
    let (answer, media) = answered(&server, "php", "quantapay/sign.php").await;
    assert_eq!((&answer["success"], &answer["response"]["order_id"]), (&json!(true), &json!("ORD-12345")), "{answer}");
    assert_eq!(media, "application/x-www-form-urlencoded");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_node_signs_a_form_in_parts() {
    let server = shop().await;
    let (answer, media) = answered(&server, "node", "quantapay/sign.js").await;
    assert_eq!((&answer["success"], &answer["response"]["price"]), (&json!(true), &json!("49.99")), "{answer}");
    assert!(media.starts_with("multipart/form-data; boundary="), "{media}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_with_another_secret_is_refused() {
    let server = shop().await;
    admin(&server, "PATCH", "accounts/quantapay/default", &json!({"webhook_secret": "another-secret"})).await;
    let (answer, _) = answered(&server, "php", "quantapay/sign.php").await;
    assert_eq!(answer["error_code"], "invalid-signature", "{answer}");
}
