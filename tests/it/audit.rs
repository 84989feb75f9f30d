//! Receivers are tried: those that do right pass every check, and each mistake is found.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use playmoney::inside::edge::Server;
use playmoney::inside::edge::driver::Stopwatch;
use playmoney::inside::engine::signature::Received;
use playmoney::inside::engine::start::Start;
use playmoney::inside::engine::tables::audit::{Check, Scheme};
use playmoney::inside::engine::world::World;
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::providers;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use crate::contract::documents::assert_fits;
use crate::net::{admin, server};

mod events;
mod receivers;
mod refused;
#[cfg(unix)]
mod zoo;

/// Where a provider's events say which object they are about, and its status; the statuses from the first to the last.
pub type Story = (&'static str, &'static str, &'static str, &'static [&'static str]);

pub const STORIES: [Story; 5] = [
    ("quantapay", "/transaction/id", "/transaction/status", &["C"]),
    ("qbitpay", "/data/id", "/type", &["charge.dispute.created", "charge.dispute.closed", "charge.succeeded"]),
    ("cryptopay", "/data/order_id", "/event", &["payment.pending", "payment.confirmed"]),
    ("quantum-payouts", "/payout/id", "/payout/status", &["uploaded", "created", "processing", "success"]),
    ("quoine", "/invoice/id", "/invoice/system_status", &["unconfirmed", "confirmed", "complete"]),
];

/// A receiver that does everything right, by the crate's own verification. GET shows the effect.
#[derive(Default)]
struct Shop {
    secret: String,
    nonces: Vec<String>,
    /// The place of each object's status in its story.
    reached: BTreeMap<String, usize>,
    moves: usize,
}

impl Shop {
    /// The status of the answer to a webhook.
    fn post(&mut self, (slug, object, status, story): Story, head: &http::request::Parts, body: &Bytes) -> u16 {
        let provider = providers::all().into_iter().find(|it| it.contract().slug == slug).expect("a provider");
        let date = Stopwatch::start().uptime().date;
        let url = head.uri.to_string();
        let received = Received { url: Some(&url), headers: &head.headers, body, now: date, date };
        if !provider.verify(&received, &self.secret).valid {
            return 401;
        }
        if let Some(nonce) = head.headers.get("nonce").map(|it| it.to_str().expect("text").to_owned()) {
            if self.nonces.contains(&nonce) {
                return 401;
            }
            self.nonces.push(nonce);
        }
        let event: Json = serde_json::from_slice(body).expect("an event");
        let Some(place) = story.iter().position(|it| event.pointer(status) == Some(&json!(it))) else { return 200 };
        let object = event.pointer(object).expect("an object").to_string();
        if self.reached.get(&object).is_none_or(|it| *it < place) {
            self.reached.insert(object, place);
            self.moves += 1;
        }
        200
    }
}

/// The secret that signs the webhooks of the default sandbox.
pub fn secret(slug: &str) -> String {
    let world = World::new(Start::default(), providers::all(), Uptime::START);
    let provider_id = world.provider_id(slug).expect("a provider");
    let provider = world.provider(provider_id);
    let account = world.core.accounts(provider_id).values().next().expect("an account");
    provider.signing_secrets(account)[0].to_owned()
}

/// A right receiver of that provider's webhooks: its address.
pub async fn shop(story: Story, secret: String) -> SocketAddr {
    let shop = Arc::new(Mutex::new(Shop { secret, ..Shop::default() }));
    receiver(move |head, body| {
        let mut shop = shop.lock().expect("no panic");
        if head.method == "GET" {
            return answered(200, &shop.moves.to_string());
        }
        let status = shop.post(story, head, body);
        answered(status, "")
    })
    .await
}

pub fn answered(status: u16, body: &str) -> http::Response<Full<Bytes>> {
    http::Response::builder().status(status).body(Full::new(body.to_owned().into())).expect("a response")
}

/// Answers each request as `reply` says.
pub async fn receiver(reply: impl Fn(&http::request::Parts, &Bytes) -> http::Response<Full<Bytes>> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let reply = Arc::new(reply);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let reply = Arc::clone(&reply);
            let service = service_fn(move |request: http::Request<Incoming>| {
                let reply = Arc::clone(&reply);
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    Ok::<_, hyper::Error>(reply(&head, &body))
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// Makes an audit.
async fn audit(server: &Server, body: &Json) -> Json {
    let answer = admin(server, "POST", "audit", body).await;
    assert!(answer["checks"].is_array(), "{answer}");
    let document = admin(server, "GET", "openapi.json", &Json::Null).await;
    let operation = &document["paths"]["/__admin/audit"]["post"];
    assert_fits(&document, &operation["requestBody"], body);
    assert_fits(&document, &operation["responses"]["200"], &answer);
    answer
}

/// The verdicts, by the name of the check.
fn verdicts(answer: &Json) -> Vec<(&str, &str)> {
    let checks = answer["checks"].as_array().expect("a list").iter();
    checks.map(|it| (it["name"].as_str().expect("text"), it["verdict"].as_str().expect("text"))).collect()
}

/// The names of the checks with that verdict.
fn those<'a>(answer: &'a Json, verdict: &str) -> Vec<&'a str> {
    verdicts(answer).into_iter().filter(|it| it.1 == verdict).map(|it| it.0).collect()
}

/// The row of a check.
fn row<'a>(answer: &'a Json, check: &str) -> &'a Json {
    answer["checks"].as_array().expect("a list").iter().find(|it| it["name"] == check).unwrap_or_else(|| panic!("no {check}: {answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_does_right_passes_every_check_of_every_provider() {
    let audits = STORIES.map(|story| tokio::spawn(passes_every_check(story)));
    for it in audits {
        it.await.expect("no panic");
    }
}

async fn passes_every_check(story: Story) {
    {
        let slug = story.0;
        let address = shop(story, secret(slug)).await;
        let server = server(Start::default()).await;
        let body = json!({"provider": slug, "webhook_url": format!("http://{address}/hooks?a=1"), "probe": format!("http://{address}/")});
        let answer = audit(&server, &body).await;
        assert_eq!(those(&answer, "fail"), [""; 0], "{slug}: {answer:#}");
        let provider = providers::all().into_iter().find(|it| it.contract().slug == slug).expect("a provider");
        let lacks = |it: &Check| matches!(provider.contract().audit.row(*it).scheme, Scheme::Lacks(_));
        let skipped: Vec<&str> = Check::ALL.into_iter().filter(lacks).map(Check::word).collect();
        assert_eq!(those(&answer, "skipped"), skipped, "{slug}");
        let (passed, skipped) = (Check::ALL.len() - skipped.len(), skipped.len());
        assert_eq!((&answer["passed"], &answer["failed"], &answer["skipped"]), (&json!(passed), &json!(0), &json!(skipped)));
        let again = audit(&server, &body).await;
        assert_eq!(those(&again, "fail"), [""; 0], "{slug}: it can be tried again: {again:#}");
    }
}

#[test]
fn each_provider_has_a_row_for_each_check() {
    for provider in providers::all() {
        let contract = provider.contract();
        let rows: Vec<Check> = contract.audit.rows.iter().map(|it| it.check).collect();
        assert_eq!(rows, Check::ALL, "{}", contract.slug);
        for it in contract.audit.rows {
            let (Scheme::Has(text) | Scheme::Lacks(text)) = it.scheme;
            assert!(text.ends_with('.') && !it.evidence.source().is_empty(), "{}: {}", contract.slug, it.check.word());
        }
    }
}
