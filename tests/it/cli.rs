//! The command, as a shell uses it: what it prints, and how it ends.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use md5::{Digest, Md5};
use serde_json::Value as Json;

use crate::net::{Answer, request, send};
use crate::tape::snapshot;

mod audit;
mod capsules;
mod clients;
#[cfg(unix)]
mod data;
#[cfg(unix)]
mod exec;
mod faketime;
#[cfg(unix)]
mod folders;
mod log;
#[cfg(feature = "mcp")]
mod mcp;
pub mod pages;
mod requests;
pub mod tls;
mod widths;
mod words;

/// The program under test.
pub const PLAYMONEY: &str = env!("CARGO_BIN_EXE_playmoney");

/// A free port and a ready file of the test's own.
pub struct Ready {
    pub port: u16,
    pub file: PathBuf,
}

impl Ready {
    pub fn new(name: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.json", std::process::id()));
        _ = std::fs::remove_file(&file);
        Self { port, file }
    }

    /// What the file says, once it is there.
    pub fn wait(&self) -> Json {
        for _ in 0..6_000 {
            if let Ok(text) = std::fs::read_to_string(&self.file) {
                return serde_json::from_str(&text).expect("the file is never half written");
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("the server never became ready");
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.file);
    }
}

/// A process that serves, until it is dropped.
pub struct Serving {
    child: Child,
    ready: Ready,
}

impl Serving {
    /// The program in that folder, with these arguments behind `serve`.
    pub fn start(name: &str, folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(PLAYMONEY);
        command.current_dir(folder).args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        Self::by(command, Ready::new(name))
    }

    /// Another command that starts a server. It gets the flag for the ready file as its last arguments.
    pub fn by(mut command: Command, ready: Ready) -> Self {
        command.arg("--ready-file").arg(&ready.file).stdout(Stdio::null()).stderr(Stdio::null());
        let serving = Self { child: command.spawn().expect("it runs"), ready };
        serving.ready.wait();
        serving
    }

    /// What its ready file says.
    pub fn ready(&self) -> Json {
        self.ready.wait()
    }

    pub fn base_url(&self) -> String {
        self.ready.wait()["base_url"].as_str().expect("a URL").to_owned()
    }

    pub async fn get(&self, path: &str) -> Answer {
        let address: SocketAddr = self.base_url().trim_start_matches("http://").parse().expect("an address");
        send(address, request("GET", path, &Json::Null)).await
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(PLAYMONEY);
    command.args(arguments).env_remove("COLUMNS").env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
    command.output().expect("it runs")
}

fn exit(arguments: &[&str]) -> i32 {
    run(arguments).status.code().expect("it ends by itself")
}

const BODY: &str = r#"{"event":"payout.status_changed","eventId":"2f4b1b0a0c2a4d32b2b0c9d311e7e59b","occurredAt":"2025-09-15T19:40:21+03:00","payout":{"id":123456,"externalId":"ORDER-2025-0001","status":"success","amount":150000,"currency":"RUB"}}"#;
const SIGNATURE: &str = "sha256=42498ace54edf22484596b6e88e7cbc11fa014783d47363b4786a58318a6044e";

#[test]
fn the_documented_webhook_is_signed_and_verified() {
    let signed = run(&["sign", "quantum-payouts", "--body", BODY, "--json"]);
    let signed: Json = serde_json::from_slice(&signed.stdout).expect("JSON");
    assert_eq!((&signed["canonical"], &signed["signature"]), (&BODY.into(), &SIGNATURE.into()));
    let header = format!("X-Payouts-Signature: {SIGNATURE}");
    let right = run(&["verify", "quantum-payouts", "--body", BODY, "-H", &header]);
    assert_eq!(right.status.code(), Some(0));
    let unchecked = "valid\nunchecked  the age of its date: POST /__admin/webhooks/verify judges it by the clock of a sandbox\n";
    assert!(String::from_utf8_lossy(&right.stdout).starts_with(unchecked), "{right:?}");
    let wrong = run(&["verify", "quantum-payouts", "--body", BODY, "-H", &header, "--secret", "another", "--json"]);
    assert_eq!(wrong.status.code(), Some(1));
    let verdict: Json = serde_json::from_slice(&wrong.stdout).expect("JSON");
    assert_eq!((&verdict["valid"], &verdict["reason"]), (&false.into(), &"wrong_secret".into()));
}

#[test]
fn bare_bytes_are_signed_and_verified() {
    let body = r#"{"event":"order.expired"}"#;
    let signed: Json = serde_json::from_slice(&run(&["sign", "cryptopay", "--body", body, "--json"]).stdout).expect("JSON");
    let signature = crate::cryptopay::signatures::signature(body, "whsec_test_secret");
    assert_eq!((&signed["canonical"], &signed["signature"]), (&body.into(), &signature.clone().into()));
    let verify = |body: &str| exit(&["verify", "cryptopay", "--body", body, "-H", &format!("X-Webhook-Signature: {signature}")]);
    assert_eq!([verify(body), verify(r#"{"event": "order.expired"}"#)], [0, 1]);
}

#[test]
fn a_signature_by_api_key_is_made_and_explained() {
    let body = r#"{"id":"A","type":"charge.succeeded","pendingWebhooks":0,"data":{"id":"5"}}"#;
    let text = r#"data={"id":"5"}&id=A&pendingWebhooks=0&type=charge.succeeded"#;
    let signature = hex::encode(Md5::digest(format!("{text}&key=qbit_test_key"))).to_uppercase();
    let signed: Json = serde_json::from_slice(&run(&["sign", "qbitpay", "--body", body, "--json"]).stdout).expect("JSON");
    assert_eq!((&signed["canonical"], &signed["signature"]), (&text.into(), &signature.clone().into()));
    let verify = |signature: &str| exit(&["verify", "qbitpay", "--body", body, "-H", &format!("QbitPay-Signature: {signature}")]);
    assert_eq!([verify(&signature), verify(&signature.to_lowercase())], [0, 1]);
}

#[test]
fn a_request_is_signed_ready_to_be_sent() {
    let signed: Json = serde_json::from_slice(&run(&["sign", "quoine", "--json", "--target", "/api/v1/profile"]).stdout).expect("JSON");
    let header = |name: &str| signed["headers"][name].as_str().unwrap_or("").to_owned();
    assert!(header("Date").ends_with(" GMT") && header("NONCE").len() == 32, "{signed}");
    let curl = run(&["sign", "quoine", "--curl", "--target", "/api/v1/invoices", "--method", "POST", "--body", "{\"name\":\"it's\"}"]);
    let curl = String::from_utf8(curl.stdout).expect("text");
    assert!(
        curl.starts_with("curl -X POST 'http://127.0.0.1:4242/quoine/api/v1/invoices' \\\n  -H 'Content-Type: application/json'"),
        "{curl}"
    );
    assert!(curl.contains("-H 'Authorization: APIAuth ") && curl.ends_with("--data-binary '{\"name\":\"it'\\''s\"}'\n"), "{curl}");
    let body = ["sign", "quoine", "--curl", "--target", "/api/v1/invoices", "--method", "POST", "--body"];
    let lines = String::from_utf8(run(&[&body[..], &["{\n\"price\":\"1\"}"]].concat()).stdout).expect("text");
    assert!(lines.ends_with("--data-binary '{\n\"price\":\"1\"}'\n"), "the bytes that were signed are sent: {lines}");
    assert_eq!(exit(&[&body[..], &["\u{1b}[2J"]].concat()), 2);
    assert_eq!(exit(&["sign", "quantapay", "--curl", "--target", "/api.php", "--method", "POST", "--body", "price=1"]), 2);
}

#[test]
fn what_a_signature_covers_and_was_not_given_is_listed() {
    let date = "Date: Sat, 27 Sep 2014 04:55:17 GMT";
    let verify = |more: &[&str]| {
        let usual = ["verify", "quoine", "--body", "{}", "-H", "Authorization: APIAuth 2:abc", "-H", date];
        String::from_utf8(run(&[&usual, more].concat()).stdout).expect("text")
    };
    let told = verify(&[]);
    assert!(told.contains("\nmissing    ") && told.contains("NONCE") && told.contains("the address (--url)"), "{told}");
    assert!(told.contains("The secret is another one, or the body was altered"), "{told}");
    let whole =
        verify(&["--url", "http://127.0.0.1/hooks", "-H", "Content-Type: application/json", "-H", "NONCE: a", "-H", "Content-MD5: b"]);
    assert!(!whole.contains("missing "), "{whole}");
}

#[test]
fn a_request_is_signed_with_the_headers_that_go_with_it() {
    let secret = "qFVgWtyUlm86GM98qLrIWXRv13cWOKWhkHxlqlGlUBTYSC+yqxGpBF/pyFy2N9UPJ8A7YXHxEs1iq7cVjTm5yw==";
    let date = "Sat, 27 Sep 2014 04:55:17 GMT";
    let nonce = "0599e5ed6cbb522053f4faf4eccfbd3a";
    let body = r#"{"price":500,"name":"invoice name","data":"any data"}"#;
    let signed = |more: &[&str]| {
        let usual = ["sign", "quoine", "--json", "--secret", secret, "--date", date];
        serde_json::from_slice::<Json>(&run(&[&usual, more].concat()).stdout).expect("JSON")
    };
    for (more, signature) in [
        (&["--target", "/api/v1/profile", "--nonce", nonce][..], "tdMmEKADVx64uPY1PEFXAi9Hf7s="),
        (&["--target", "/api/v1/invoices?page=2&per=5", "--nonce", nonce], "POaSHl1V4/vQC21cBhCQJ4S1GL4="),
        (&["--target", "/api/v1/invoices", "--nonce", nonce, "--method", "POST", "--body", body], "lTnZT8ug7v7gW9V8sIlxe72cfwM="),
        (&["--target", "/api/v1/payments_callback_url", "--nonce", nonce], "jECX+3tszB9hHgVbo/kDbVYrpy8="),
        (&["--target", "/api/v1/invoices", "--nonce", "", "--body", body], "Qc/RGfImQDt5edipmwPMC6c3tS8="),
    ] {
        assert_eq!(signed(more)["signature"], signature, "{more:?}");
    }
    let whole = signed(&["--target", "/api/v1/invoices", "--nonce", nonce, "--body", body]);
    assert_eq!(whole["canonical"], format!("application/json,L8M0zBNkQfaGsDmYdrOzjA==,/api/v1/invoices,{date},{nonce}"));
    assert_eq!(
        whole["headers"],
        serde_json::json!({
            "Authorization": "APIAuth 2:lTnZT8ug7v7gW9V8sIlxe72cfwM=", "Content-MD5": "L8M0zBNkQfaGsDmYdrOzjA==",
            "Content-Type": "application/json", "Date": date, "NONCE": nonce,
        })
    );
    let callback = r#"{"invoice":{"id":1,"system_status":"unconfirmed","invoice_status":"payment_detected"}}"#;
    let authorization = "Authorization: APIAuth 2:dBG87HLAXgk8SWdeo1Jq6ALsDs8=";
    let (date, nonce) = (format!("Date: {date}"), format!("NONCE: {nonce}"));
    let parts = ["Content-Type: application/json", "Content-MD5: T6XiwOzfnrlpnP7PT1ZU3A==", &date, &nonce, authorization];
    let headers: Vec<&str> = parts.into_iter().flat_map(|it| ["-H", it]).collect();
    let verify = |url: &str| exit(&[&["verify", "quoine", "--secret", secret, "--body", callback, "--url", url][..], &headers].concat());
    assert_eq!([verify("https://shop.test/callback?shop=7"), verify("https://shop.test/callback")], [0, 1]);
}

#[test]
fn a_checkout_is_signed_and_a_webhook_is_known_by_its_secret() {
    let form = "function=create-checkout-session&price=49.99&currency=usd&order_id=ORD-12345&timestamp=1772964000";
    let usual = ["sign", "quantapay", "--json", "--secret", "your-webhook-secret-key", "--method", "POST", "--target", "/api.php"];
    let signed: Json = serde_json::from_slice(&run(&[&usual[..], &["--body", form]].concat()).stdout).expect("JSON");
    let signature = "9c4e62a14895bb506256f95eca7ef87491876d86958fec7fdd0ec62dac7b5c30";
    let canonical = "49.99|usd|ORD-12345|1772964000";
    assert_eq!(signed, serde_json::json!({"canonical": canonical, "signature": signature, "headers": {}}));
    let verify = |key: &str| exit(&["verify", "quantapay", "--body", &format!(r#"{{"key":"{key}","transaction":{{}}}}"#)]);
    assert_eq!([verify("qp_test_webhook_secret"), verify("qp_test_key")], [0, 1]);
}

#[test]
fn mistakes_are_told_in_a_line() {
    let rows: [&[&str]; 24] = [
        &["describe", "quantum-payout"],
        &["describe", "quantum-payouts.createPayot"],
        &["openapi", "quantum"],
        &["sign", "quantum-payouts", "--body", "@/no/such/file"],
        &["verify", "quantum-payouts", "--body", "x", "-H", "no header"],
        &["serve", "--listen", "shop.example"],
        &["serve", "--port", "x"],
        &["serve", "--allow-origin", "http://shop.test/path"],
        &["sign", "quantum-payouts", "--target", "/api/v1/features"],
        &["sign", "quoine", "--target", "api/v1/profile"],
        &["sign", "quoine", "--nonce", "x"],
        &["serve", "--clock", "fast"],
        &["serve", "--now", "yesterday"],
        &["serve", "--webhook-url", "ftp://shop.test"],
        &["serve", "--public-url", "pay.test"],
        &["serve", "--public-url", "https://ci.test/quoine"],
        &["serve", "--public-url", "https://ci.test/a//b"],
        &["serve", "--allow-host", "mock.test:80"],
        &["serve", "--allow-host", "*.test"],
        &["serve", "--allow-host", ""],
        &["serve", "--webhook-url", "http://shop.test/{slug}"],
        &["serve", "--webhook-allow", "169.254.0.0/16"],
        &["serve", "--admin-token", "two words"],
        &["serve", "--admin-token", "NONE"],
    ];
    let mut told = String::new();
    for row in rows {
        let output = run(row);
        assert_eq!(output.status.code(), Some(2), "{row:?}");
        assert!(output.stdout.is_empty(), "{row:?}");
        writeln!(told, "$ playmoney {}\n{}", row.join(" "), String::from_utf8_lossy(&output.stderr)).expect("text");
    }
    snapshot("cli/mistakes", &told);
}

#[test]
fn a_port_that_is_taken_is_said() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let ready = Ready::new("taken");
    let output = run(&["--listen", &address, "--ready-file", ready.file.to_str().expect("text")]);
    assert!(!ready.file.exists());
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(&address) && told.contains("--listen") && told.lines().count() == 1, "{told}");
}

#[cfg(unix)]
#[test]
fn a_server_greets_announces_itself_and_ends_well() {
    let ready = Ready::new("greeting");
    let serving = Command::new(PLAYMONEY)
        .env("PLAYMONEY_LISTEN", "127.0.0.1:0")
        .env("PLAYMONEY_CLOCK", "frozen")
        .env("PLAYMONEY_NOW", "2026-01-01T00:00:00Z")
        .env("PLAYMONEY_SHOW_SECRETS", "1")
        .args(["--ready-file", ready.file.to_str().expect("text")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let base = ready.wait()["base_url"].as_str().expect("a URL").to_owned();
    let ended = Command::new("kill").args(["-TERM", &serving.id().to_string()]).status().expect("kill is there");
    assert!(ended.success());
    let output = serving.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    let greeting = String::from_utf8_lossy(&output.stdout).replace(&base, "http://127.0.0.1:4242");
    snapshot("cli/greeting", &greeting.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[cfg(unix)]
#[test]
fn an_open_address_asks_for_a_token() {
    let ready = Ready::new("token");
    let mut serving = Command::new(PLAYMONEY)
        .args(["--listen", "0.0.0.0:0", "--ready-file", ready.file.to_str().expect("text")])
        .stdout(Stdio::null())
        .spawn()
        .expect("it runs");
    let announced = ready.wait();
    let base = announced["base_url"].as_str().expect("a URL");
    let token = announced["admin_token"].as_str().expect("a token");
    assert_eq!(token.len(), 64);
    let asked = |header: &str| {
        let output = Command::new("curl")
            .args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", header, &format!("{base}/__admin/clock")])
            .output();
        String::from_utf8(output.expect("curl is there").stdout).expect("text")
    };
    assert_eq!((asked(&format!("Authorization: Bearer {token}")), asked("X-None: 1")), ("200".to_owned(), "401".to_owned()));
    _ = serving.kill();
    _ = serving.wait();
}

#[test]
fn a_contract_is_printed_as_a_page_and_as_data() {
    for arguments in [&["describe"][..], &["describe", "quantum-payouts"], &["describe", "quantum-payouts.performPayout"]] {
        let page = run(arguments);
        assert!(page.status.success() && !page.stdout.is_empty(), "{arguments:?}");
        let data = run(&[arguments, &["--json"]].concat());
        assert!(serde_json::from_slice::<Json>(&data.stdout).is_ok_and(|it| it.is_object()), "{arguments:?}");
    }
    let document: Json = serde_json::from_slice(&run(&["openapi", "quantum-payouts"]).stdout).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
}
