//! The functions that verify webhooks, in four languages: real deliveries are accepted, and what an audit forges is refused.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use super::{Folder, path};
use crate::audit::secret;
use crate::cli::PLAYMONEY;
use crate::clients::program;
use crate::net::{admin, server};

// As in the book, letter by letter.
#[path = "../../../docs/verify/rust/cryptopay.rs"]
mod cryptopay;
#[path = "../../../docs/verify/rust/qbitpay.rs"]
mod qbitpay;
#[path = "../../../docs/verify/rust/quantapay.rs"]
mod quantapay;
#[path = "../../../docs/verify/rust/quantum_payouts.rs"]
mod quantum_payouts;
#[path = "../../../docs/verify/rust/quoine.rs"]
#[allow(clippy::disallowed_methods, reason = "a receiver judges the age of a date by the real clock")]
mod quoine;

const PROVIDERS: [&str; 5] = ["quantapay", "qbitpay", "cryptopay", "quantum-payouts", "quoine"];

/// What a receiver verifies with.
#[derive(Clone, Copy, Debug)]
enum Secrets {
    /// Those of the account `default`.
    Right,
    /// Others.
    Wrong,
}

impl Secrets {
    fn of(self, slug: &str) -> String {
        match self {
            Self::Right => secret(slug),
            Self::Wrong => "another".to_owned(),
        }
    }

    /// As variables of the receiver.
    fn variables(self) -> impl Iterator<Item = (String, String)> {
        PROVIDERS.into_iter().map(move |it| (it.replace('-', "_").to_uppercase(), self.of(it)))
    }
}

/// A receiver in another language, until it is dropped.
struct Foreign {
    child: Child,
    address: String,
    _nonces: Folder,
}

impl Foreign {
    fn start(language: &str, secrets: Secrets) -> Self {
        let nonces = Folder::new(&format!("nonces-{language}-{secrets:?}"));
        let mut command = program(language);
        command.current_dir(path("tests/docs")).envs(secrets.variables()).env("NONCES", &nonces.0).env("PYTHONDONTWRITEBYTECODE", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        match language {
            // Its web server says in its first message where it listens.
            "php" => command.args(["-S", "127.0.0.1:0", "receiver.php"]).stderr(Stdio::piped()),
            "node" => command.arg("receiver.js"),
            _ => command.arg("receiver.py"),
        };
        let mut child = command.spawn().unwrap_or_else(|why| panic!("{language}: {why}: run tests/prepare"));
        let mut line = String::new();
        let read = match child.stderr.as_mut() {
            Some(err) => BufReader::new(err).read_line(&mut line),
            None => BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line),
        };
        read.expect("it says something");
        let address = line.split_once("(http://").and_then(|it| it.1.split_once(')')).map_or(line.trim(), |it| it.0);
        Self { address: address.to_owned(), child, _nonces: nonces }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Whether the functions in Rust take a request for genuine.
fn genuine(slug: &str, target: &str, headers: &http::HeaderMap, body: &[u8], secret: &str, nonces: &Mutex<Vec<String>>) -> bool {
    let is_new = |nonce: &str| {
        let mut kept = nonces.lock().expect("no panic");
        let is_new = !kept.iter().any(|it| it == nonce);
        kept.push(nonce.to_owned());
        is_new
    };
    match slug {
        "quantapay" => quantapay::verify(body, secret),
        "qbitpay" => qbitpay::verify(headers, body, secret),
        "cryptopay" => cryptopay::verify(headers, body, secret),
        "quantum-payouts" => quantum_payouts::verify(headers, body, secret),
        _ => quoine::verify(target, headers, body, "2", secret, is_new),
    }
}

/// A receiver in Rust, for the rest of the test: its address.
async fn native(secrets: Secrets) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let nonces = Arc::new(Mutex::new(Vec::new()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let nonces = Arc::clone(&nonces);
            let service = service_fn(move |request: http::Request<Incoming>| {
                let nonces = Arc::clone(&nonces);
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.expect("a body").to_bytes();
                    let target = head.uri.path_and_query().expect("a path").as_str();
                    let slug = head.uri.path().trim_matches('/');
                    let is_genuine = genuine(slug, target, &head.headers, &body, &secrets.of(slug), &nonces);
                    let status = if is_genuine { 204 } else { 401 };
                    let answer = http::Response::builder().status(status).body(Full::<Bytes>::default());
                    Ok::<_, Infallible>(answer.expect("an answer"))
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// The names of the checks of an audit with that verdict.
fn those<'a>(answer: &'a Json, verdict: &str) -> Vec<&'a str> {
    let checks = answer["checks"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
    checks.filter(|it| it["verdict"] == verdict).map(|it| it["name"].as_str().expect("a name")).collect()
}

/// The event as each provider sends it, and all forgeries.
async fn is_judged_right(language: &str, right: &str, wrong: &str) {
    for slug in PROVIDERS {
        let server = server(Start::default()).await;
        let audit = async |address: &str| {
            let url = format!("http://{address}/{slug}?a=1");
            admin(&server, "POST", "audit", &json!({"provider": slug, "webhook_url": url})).await
        };
        let answer = audit(right).await;
        assert_eq!(those(&answer, "fail"), [""; 0], "{language} {slug}: {answer}");
        assert!(those(&answer, "pass").len() >= 9, "{language} {slug}: {answer}");
        assert!(those(&audit(wrong).await, "fail").contains(&"good_event"), "{language} {slug} takes any secret");
    }
}

/// All that `deliveries.yaml` makes the five providers send.
fn takes_what_is_sent(address: &str) {
    let url = format!("http://{address}");
    let mut command = Command::new(PLAYMONEY);
    command.current_dir(path("tests/docs")).env("RECEIVER", &url);
    command.args(["run", "deliveries.yaml", "--port", "0", "--webhook-url"]).arg(format!("{url}/{{provider}}"));
    let done = command.output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}

async fn verifies(language: &str) {
    let [right, wrong] = [Secrets::Right, Secrets::Wrong].map(|it| Foreign::start(language, it));
    takes_what_is_sent(&right.address);
    is_judged_right(language, &right.address, &wrong.address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_in_python_verify_what_is_sent() {
    verifies("python3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_in_node_verify_what_is_sent() {
    verifies("node").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_in_php_verify_what_is_sent() {
    verifies("php").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_in_rust_verify_what_is_sent() {
    let [right, wrong] = [native(Secrets::Right).await, native(Secrets::Wrong).await];
    let address = right.clone();
    tokio::task::spawn_blocking(move || takes_what_is_sent(&address)).await.expect("no panic");
    is_judged_right("rust", &right, &wrong).await;
}

/// A file that no test includes would be printed in the book and never run.
#[test]
fn each_function_of_the_book_is_run() {
    for (folder, ending) in [("python", "py"), ("node", "js"), ("php", "php"), ("rust", "rs")] {
        let folder = path("docs/verify").join(folder);
        let names = |it: &Path| it.file_name().expect("a name").to_string_lossy().into_owned();
        let there: Vec<_> = super::below(&folder).iter().map(|it| names(it)).collect();
        let mut run: Vec<_> = PROVIDERS.iter().map(|it| format!("{}.{ending}", it.replace('-', "_"))).collect();
        run.sort();
        assert_eq!(there, run);
    }
}
