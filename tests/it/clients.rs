//! Clients and receivers in other languages, as the provider's page prints them, against a real server.
//!
//! `tests/prepare` installs what they need.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use playmoney::inside::edge::Server;
use playmoney::inside::engine::start::Start;
use serde_json::{Value as Json, json};

use crate::net::{Receiver, admin, answered, perform, request, send, server, shop};

mod cryptopay;
mod events;
#[cfg(target_os = "linux")]
mod faketime;
mod hosts;
#[cfg(feature = "mcp")]
mod mcp;
#[cfg(unix)]
mod openapi;
#[cfg(unix)]
mod projects;

const TOKEN: &str = "qm_test_token";
const SECRET: &str = "sk_test_1234567890abcdef1234567890abcdef12345678";

/// A program in the folder of the foreign clients, which reaches this machine without a proxy.
pub fn program(path: impl AsRef<Path>) -> Command {
    let mut command = Command::new(path.as_ref());
    command.current_dir(folder()).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1").env("WEBHOOK_SECRET", SECRET);
    command
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

fn python() -> Command {
    program(prepared(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/python/bin/python")))
}

fn node() -> Command {
    prepared(folder().join("node_modules/axios"));
    program("node")
}

/// A file that `tests/prepare` has installed.
pub fn prepared(path: PathBuf) -> PathBuf {
    assert!(path.exists(), "{} is missing: run tests/prepare", path.display());
    path
}

fn started(mut command: Command) -> Child {
    command.spawn().unwrap_or_else(|why| panic!("{}: {why}: run tests/prepare", command.get_program().display()))
}

/// The page's own text, with this server's host and the test token in place of the page's.
fn documented(file: &str, server: &Server) -> String {
    let text = std::fs::read_to_string(folder().join(file)).expect("the page's text is here");
    let host = format!("{}/quantum-payouts", server.base_url());
    let adapted = text.replace("https://payouts-dev.quantumlabs.ru", &host);
    adapted.replace("your_token_here", TOKEN).replace("YOUR_API_TOKEN", TOKEN)
}

/// Runs a program that reads its text from standard input, and returns what it printed there and to standard error.
pub fn run(mut command: Command, text: &str) -> (String, String) {
    let mut child = started({
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    });
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let [out, err] = [stdout, stderr].map(|it| String::from_utf8(it).expect("text"));
    assert!(status.success(), "{status}: {out}{err}");
    (out, err)
}

/// What the journal says of the calls so far: method and target, client, status.
async fn heard(server: &Server) -> Vec<(String, String, u64)> {
    let journal = admin(server, "GET", "requests", &Json::Null).await;
    let text = |it: &Json| it.as_str().expect("text").to_owned();
    let entry = |it: &Json| {
        let (request, response) = (&it["request"], &it["response"]);
        let agent = text(&request["headers"]["user-agent"]);
        let agent = agent.split('/').next().unwrap_or_default().to_owned();
        let status = response["status"].as_u64().expect("a status");
        (format!("{} {}", text(&request["method"]), text(&request["path"])), agent, status)
    };
    journal["requests"].as_array().expect("a list").iter().map(entry).collect()
}

fn call(operation: &str, agent: &str) -> (String, String, u64) {
    (format!("POST /quantum-payouts/api/v1/{operation}"), agent.to_owned(), 200)
}

/// The client joins a base URL that ends with a slash and a path that begins with one.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_python_client_creates_and_asks() {
    let server = server(Start::default()).await;
    let asks = "import json\nprint(json.dumps(api.get_payout_status('ORDER_001')))\n";
    let mut command = python();
    command.arg("-");
    let (out, _) = run(command, &(documented("payouts.py", &server) + asks));
    let (created, status) = out.trim().split_once('\n').expect("two lines");
    assert!(created.starts_with("{'result': {'error': '0', 'message': None}, 'payoutUrl': 'http://127.0.0.1:"), "{created}");
    let status: Json = serde_json::from_str(status).expect("JSON");
    assert_eq!((&status["orderStatus"], &status["amount"]), (&json!("uploaded"), &json!(100_000)));
    assert_eq!(heard(&server).await, [call("/createPayout", "python-requests"), call("/getPayoutStatus", "python-requests")]);
}

/// Quirk: the client puts the answer to a refused call into a text, so that its caller cannot read it.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_node_client_creates_and_hides_a_refusal() {
    let server = server(Start::default()).await;
    let text = documented("payouts.js", &server);
    let (created, _) = run(node(), &text);
    assert!(created.contains("error: '0'") && created.contains("orderNumber: 'ORDER_001'"), "{created}");
    let (_, refused) = run(node(), &text);
    assert!(refused.contains("API Error: [object Object]"), "{refused}");
    let [first, again] = &heard(&server).await[..] else { panic!("two calls") };
    assert_eq!(*first, call("createPayout", "axios"));
    assert_eq!((again.0.as_str(), again.2), ("POST /quantum-payouts/api/v1/createPayout", 400));
}

/// Runs the page's command for a method.
fn curl(server: &Server, method: &str) -> Json {
    let text = documented("curl.sh", server);
    let begin = format!("# {method}\n");
    let block = text.split("\n\n").find(|it| it.starts_with(&begin)).expect("the page has an example");
    let mut command = program("bash");
    command.arg("-e");
    let (out, err) = run(command, block);
    serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}{err}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_curl_commands_work() {
    let server = server(Start::default()).await;
    assert_eq!(curl(&server, "createPayout")["orderNumber"], "ORDER_12345");
    assert_eq!(curl(&server, "getPayoutStatus")["orderStatus"], "uploaded");
    let known = curl(&server, "performPayout");
    assert_eq!(known["orderStatus"], "uploaded", "the page uses one orderNumber twice: the payout that is known is answered");
    assert_eq!(curl(&server, "features")["features"]["card_payouts"], true);

    let server = shop("http://shop.inbox.playmoney.test/").await;
    let performed = curl(&server, "performPayout");
    assert_eq!((&performed["orderStatus"], &performed["target"]["maskedPan"]), (&json!("processing"), &json!("411111******1111")));
    assert_eq!(curl(&server, "getPayoutStatus")["description"], "One-time payout");
}

/// A receiver in another language, until it is dropped.
struct Foreign {
    child: Child,
    address: SocketAddr,
}

impl Foreign {
    /// One that prints its address.
    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped());
        let mut child = started(command);
        let address = first_line(child.stdout.as_mut().expect("piped")).parse().expect("its address");
        Self { child, address }
    }

    /// PHP's own web server, which says in its first message where it listens.
    fn php(secret: &str) -> Self {
        let mut command = program("php");
        command.env("WEBHOOK_SECRET", secret).args(["-S", "127.0.0.1:0", "verify.php"]).stderr(Stdio::piped());
        let mut child = started(command);
        let line = first_line(child.stderr.as_mut().expect("piped"));
        let address = line.split_once("(http://").and_then(|it| it.1.split_once(") started"));
        let address = address.unwrap_or_else(|| panic!("{line}")).0.parse().expect("its address");
        Self { child, address }
    }

    fn node(secret: &str) -> Self {
        let mut command = node();
        command.env("WEBHOOK_SECRET", secret).arg("verify.js");
        Self::start(command)
    }

    fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }
}

/// What a program says first; its pipe stays open.
fn first_line(of: impl Read) -> String {
    let mut line = String::new();
    BufReader::new(of).read_line(&mut line).expect("it says something");
    line.trim().to_owned()
}

impl Drop for Foreign {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// What a receiver answers to the three webhooks of a payout with each of several numbers, and how their bodies looked.
async fn verdicts(receiver: &Foreign, settings: &Json) -> Vec<(Json, String)> {
    let server = shop(&receiver.url()).await;
    admin(&server, "PATCH", "accounts/quantum-payouts/default", settings).await;
    for number in ["ORDER-1", "ORDER/2", "ЗАКАЗ/3", "\"Ünïcode\" \\ 4 😀"] {
        assert_eq!(perform(&server, number).await.status, 200);
    }
    admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    let deliveries = admin(&server, "GET", "deliveries", &Json::Null).await;
    let attempts = deliveries["deliveries"].as_array().expect("a list").iter().map(|it| &it["attempts"][0]);
    let seen: Vec<_> = attempts.map(|it| (it["status"].clone(), it["request"]["body"].as_str().expect("text").to_owned())).collect();
    assert_eq!(seen.len(), 12);
    seen
}

/// One by one: compact and indented bodies under the right secret, then any body under a wrong one.
async fn recipe_holds(right: Foreign, wrong: Foreign) {
    let compact = verdicts(&right, &json!({})).await;
    assert!(compact.iter().all(|it| it.0 == 200 && !it.1.contains('\n')), "{compact:?}");
    assert!(compact.iter().any(|it| it.1.contains("\"ЗАКАЗ/3\"")), "neither slash nor Cyrillic is escaped: {compact:?}");
    let pretty = verdicts(&right, &json!({"pretty_body": true})).await;
    assert!(pretty.iter().all(|it| it.0 == 200 && it.1.contains("\n  \"eventId\": ")), "{pretty:?}");
    let refused = verdicts(&wrong, &json!({})).await;
    assert!(refused.iter().all(|it| it.0 == 401), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_php_recipe_verifies_what_is_sent() {
    recipe_holds(Foreign::php(SECRET), Foreign::php("another")).await;
    let unsigned = verdicts(&Foreign::php(SECRET), &json!({"webhook_signed": false})).await;
    assert!(unsigned.iter().all(|it| it.0 == 401), "{unsigned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_node_recipe_verifies_what_is_sent() {
    recipe_holds(Foreign::node(SECRET), Foreign::node("another")).await;
}

/// Quirk: the recipe compares texts of unequal length in a way that throws, where the PHP one answers 401.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_node_recipe_throws_on_a_missing_signature() {
    let receiver = Foreign::node(SECRET);
    let server = shop(&receiver.url()).await;
    admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_signed": false})).await;
    perform(&server, "A").await;
    admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    let deliveries = admin(&server, "GET", "deliveries", &Json::Null).await;
    let attempt = &deliveries["deliveries"][0]["attempts"][0];
    assert_eq!(attempt["request"]["headers"].get("x-payouts-signature"), None);
    assert_eq!((&attempt["status"], &attempt["response"]["body"]), (&json!(500), &json!("ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH")));
}

/// Four webhooks at three moments, the last two within one advance: each time the receiver's question is answered as
/// of the attempt's moment.
#[tokio::test(flavor = "multi_thread")]
async fn i14_a_receiver_asks_back_and_is_answered_at_the_time_of_the_attempt() {
    let server = server(Start::default()).await;
    let mut command = python();
    command.args(["callback.py", &format!("{}/quantum-payouts/api/v1", server.base_url()), TOKEN]);
    let receiver = Foreign::start(command);
    admin(&server, "PATCH", "accounts/quantum-payouts/default", &json!({"webhook_url": receiver.url()})).await;
    let create = json!({"orderNumber": "A", "amount": 1, "urls": {"returnUrl": "https://shop.test/ok"}});
    send(server.address(), request("POST", "/quantum-payouts/api/v1/createPayout", &create)).await;
    admin(&server, "POST", "clock/advance", &json!({"by": "0s"})).await;
    let details = json!({"orderNumber": "A", "pan": "4111111111111111"});
    admin(&server, "POST", "act/quantum-payouts/submit-details", &details).await;
    let walk = admin(&server, "POST", "clock/advance", &json!({"by": "1h"})).await;
    assert_eq!(walk["deliveries_total"], 3, "the one of the action, and two of this advance");
    let seen = send(receiver.address, request("GET", "/", &Json::Null)).await.json();
    let midnight = "Thu, 01 Jan 2026 00:00:00 GMT";
    let expected = json!([
        ["uploaded", "uploaded", "2026-01-01T00:00:00Z", midnight],
        ["created", "created", "2026-01-01T00:00:00Z", midnight],
        ["processing", "processing", "2026-01-01T00:00:01Z", "Thu, 01 Jan 2026 00:00:01 GMT"],
        ["success", "success", "2026-01-01T00:00:06Z", "Thu, 01 Jan 2026 00:00:06 GMT"],
    ]);
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn i2_nine_refusals_and_the_tenth_attempt_in_one_advance() {
    let count = AtomicU32::new(0);
    let receiver = Receiver::start(move |_| {
        let status = if count.fetch_add(1, Ordering::Relaxed) < 9 { 503 } else { 204 };
        Box::pin(async move { answered(status) })
    })
    .await;
    let server = shop(&receiver.url()).await;
    let create = json!({"orderNumber": "A", "amount": 1, "sessionTimeoutSecs": 86_400, "urls": {"returnUrl": "https://shop.test/ok"}});
    send(server.address(), request("POST", "/quantum-payouts/api/v1/createPayout", &create)).await;
    let walk = admin(&server, "POST", "clock/advance", &json!({"by": "7h"})).await;
    assert_eq!(walk["now"], "2026-01-01T07:00:00Z");
    let deliveries = admin(&server, "GET", "deliveries", &Json::Null).await;
    let delivery = &deliveries["deliveries"][0];
    let attempts = delivery["attempts"].as_array().expect("a list");
    let seconds = |it: &Json| {
        let at: playmoney::inside::kit::time::Timestamp = it["at"].as_str().expect("a time").parse().expect("a time");
        at.as_second() - 1_767_225_600
    };
    let left: Vec<_> = attempts.iter().map(seconds).collect();
    assert_eq!(left, [0, 15, 45, 105, 405, 1_305, 3_105, 6_705, 13_905, 24_705]);
    let answers: Vec<_> = attempts.iter().map(|it| it["status"].clone()).collect();
    assert_eq!(answers, [503, 503, 503, 503, 503, 503, 503, 503, 503, 204]);
    assert_eq!((&delivery["status"], &deliveries["deliveries"][1]), (&json!("delivered"), &Json::Null));
    let arrived = receiver.arrived.lock().expect("no panic").clone();
    assert!(arrived.len() == 10 && arrived.iter().all(|it| it == &arrived[0]), "one event, ten times: {arrived:?}");
}

/// The figures of a server, as Prometheus's own reader for Python takes them: name, labels and value of each sample.
#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_the_figures_of_a_server() {
    let server = shop("http://shop.inbox.playmoney.test/").await;
    assert_eq!(perform(&server, "A").await.status, 200);
    send(server.address(), request("GET", "/nope", &Json::Null)).await;
    admin(&server, "POST", "clock/advance", &json!({"by": "1h"})).await;
    admin(&server, "POST", "sandboxes", &json!({"name": "a"})).await;
    let features = request("GET", "/s/a/quantum-payouts/api/v1/features", &Json::Null);
    assert_eq!(send(server.address(), features).await.status, 401);
    admin(&server, "DELETE", "sandboxes/a", &Json::Null).await;
    admin(&server, "POST", "reset", &Json::Null).await;
    let answer = send(server.address(), request("GET", "/__admin/metrics", &Json::Null)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"));
    let reader = "import sys, json\nfrom prometheus_client.parser import text_string_to_metric_families as read\n\
                  for family in read(sys.stdin.read()):\n    assert family.documentation, family.name\n    for it in family.samples:\n\
                  \x20       print(it.name, json.dumps(it.labels, sort_keys=True), int(it.value) if it.value < 1000 else 'many')\n";
    let mut command = python();
    command.args(["-c", reader]);
    let (out, _) = run(command, &String::from_utf8_lossy(&answer.body));
    let lines: Vec<&str> = out.lines().filter(|it| !it.contains("duration")).collect();
    assert_eq!(
        lines,
        [
            r#"playmoney_requests_total {"operation": "", "provider": "", "status": "404"} 1"#,
            r#"playmoney_requests_total {"operation": "features", "provider": "quantum-payouts", "status": "401"} 1"#,
            r#"playmoney_requests_total {"operation": "performPayout", "provider": "quantum-payouts", "status": "200"} 1"#,
            r#"playmoney_webhook_attempts_total {"outcome": "2xx", "provider": "quantum-payouts"} 4"#,
            "playmoney_timers_fired_total {} 1",
            "playmoney_sandboxes {} 1",
            "playmoney_journal_bytes {} 0",
            "playmoney_webhooks_waiting {} 0",
            "playmoney_event_streams {} 0",
        ]
    );
    let counted = out.lines().find(|it| it.starts_with("playmoney_answer_duration_seconds_count")).expect("a histogram");
    assert_eq!(counted, "playmoney_answer_duration_seconds_count {} 7");
}
