//! Receivers in Python and Node, each with one defect: the right check finds it. Receivers that do right, and the samples of the
//! documentation: no check finds anything.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use playmoney::inside::engine::start::Start;
use playmoney::inside::engine::world::World;
use playmoney::inside::kit::time::Uptime;
use playmoney::inside::providers;
use serde_json::{Value as Json, json};

use super::{audit, row, secret, those};
use crate::clients::program;
use crate::net::server;

/// What a forger sends.
const FORGERIES: &[&str] = &[
    "tampered_body",
    "wrong_secret",
    "altered_signature",
    "missing_signature",
    "signature_of_another_event",
    "wrong_algorithm",
    "other_account",
];

/// The program, the provider, the defect, and the checks that find it.
type Animal = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const IN_PYTHON: &[Animal] = &[
    ("python3", "quantum-payouts", "", &[]),
    // Each forgery is a request of its own.
    ("python3", "quantum-payouts", "no_verification", FORGERIES),
    ("python3", "quantum-payouts", "signature_optional", &["missing_signature"]),
    ("python3", "quantum-payouts", "compares_beginning", &["altered_signature"]),
    ("python3", "quantum-payouts", "algorithm_from_header", &["wrong_algorithm"]),
    ("python3", "quantum-payouts", "any_known_secret", &["other_account"]),
    ("python3", "quantum-payouts", "credits_twice", &["duplicate"]),
    ("python3", "quantum-payouts", "refuses_duplicates", &["duplicate"]),
    ("python3", "quantum-payouts", "goes_back", &["out_of_order"]),
    ("python3", "quantum-payouts", "strict_members", &["extra_field"]),
    ("python3", "quantum-payouts", "refuses_unknown_events", &["unknown_event"]),
    // It refuses, but too late.
    ("python3", "quantum-payouts", "works_before_verifying", &["tampered_body"]),
    ("python3", "quantum-payouts", "redirects", &["good_event"]),
    ("python3", "quoine", "", &[]),
    // The digest is what ties the signed headers to the body, in both.
    ("python3", "quoine", "ignores_digest", &["tampered_body", "signature_of_another_event"]),
    ("python3", "quoine", "ignores_date", &["stale_timestamp"]),
    ("python3", "quoine", "forgets_nonces", &["replayed_nonce"]),
    ("python3", "quoine", "compares_beginning", &["altered_signature"]),
    ("python3", "quoine", "signature_optional", &["missing_signature"]),
    ("python3", "quoine", "algorithm_from_header", &["wrong_algorithm"]),
    ("python3", "quoine", "goes_back", &["out_of_order"]),
    ("python3", "quantapay", "", &[]),
    ("python3", "quantapay", "key_optional", &["missing_signature"]),
    ("python3", "quantapay", "compares_beginning", &["altered_signature"]),
    ("python3", "quantapay", "slow", &["late_answer"]),
];

#[rustfmt::skip]
const IN_NODE: &[Animal] = &[
    ("node", "cryptopay", "", &[]),
    ("node", "cryptopay", "signature_optional", &["missing_signature"]),
    ("node", "cryptopay", "trusts_the_order", &["reordered_members"]),
    ("node", "cryptopay", "algorithm_by_length", &["wrong_algorithm"]),
    ("node", "cryptopay", "any_known_secret", &["other_account"]),
    // Every signature of the right length is a right one to it.
    ("node", "cryptopay", "compares_length", &["tampered_body", "wrong_secret", "altered_signature", "signature_of_another_event", "other_account"]),
    ("node", "cryptopay", "credits_twice", &["duplicate"]),
    ("node", "cryptopay", "knows_no_orders", &["good_event"]),
    // A connection that is cut is not a refusal.
    ("node", "cryptopay", "resets_forgeries", FORGERIES),
    ("node", "qbitpay", "", &[]),
    ("node", "qbitpay", "does_not_sort", &["good_event"]),
    ("node", "qbitpay", "fixed_members", &["extra_field"]),
    ("node", "qbitpay", "second_step", &["wrong_algorithm"]),
    ("node", "qbitpay", "compares_beginning", &["altered_signature"]),
    ("node", "qbitpay", "crashes_on_unknown_events", &["unknown_event"]),
    ("node", "qbitpay", "goes_back", &["out_of_order"]),
];

/// A receiver until it is dropped.
struct Started {
    child: Child,
    address: String,
}

impl Started {
    fn new(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts: run tests/prepare");
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut address).expect("it prints its address");
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The secret of the account that stands for another merchant's.
fn other_secret(slug: &str) -> String {
    let world = World::new(Start::default(), providers::all(), Uptime::START);
    let provider = world.provider(world.provider_id(slug).expect("a provider"));
    let other = provider.further_account("default", "900000001").expect("an account");
    provider.signing_secret(&other).expect("a secret").expose().to_owned()
}

async fn tried((language, provider, defect, found): Animal) {
    let file = if language == "node" { "receiver.js" } else { "receiver.py" };
    let mut command = program(language);
    command.current_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zoo"));
    command.arg(file).arg(provider).args(Some(defect).filter(|it| !it.is_empty()));
    command.env("WEBHOOK_SECRET", secret(provider)).env("OTHER_SECRET", other_secret(provider));
    let receiver = Started::new(command);
    let server = server(Start::default()).await;
    let url = |path: &str| format!("http://{}/{path}", receiver.address);
    let answer = audit(&server, &json!({"provider": provider, "webhook_url": url("hooks?a=1"), "probe": url("")})).await;
    assert_eq!(those(&answer, "fail"), found, "{language} {provider} {defect}: {}", reasons(&answer));
}

/// Each check with the reason of its verdict, for a test that fails.
fn reasons(answer: &Json) -> String {
    let checks = answer["checks"].as_array().expect("a list").iter();
    checks.map(|it| format!("{}: {}", it["name"], it["why"])).collect::<Vec<_>>().join("\n")
}

/// Tries some at a time, so that they do not wait for the processor.
async fn all_are_found(animals: &'static [Animal]) {
    for some in animals.chunks(4) {
        let tried: Vec<_> = some.iter().map(|it| tokio::spawn(tried(*it))).collect();
        for it in tried {
            it.await.expect("no panic");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_defect_of_a_receiver_in_python_is_found_by_the_right_check() {
    all_are_found(IN_PYTHON).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_defect_of_a_receiver_in_node_is_found_by_the_right_check() {
    all_are_found(IN_NODE).await;
}

/// The audit of a sample of Quantum Payouts' page, with the secret that the other tests of foreign programs use.
async fn sample(address: &str) -> Json {
    let server = server(Start::default()).await;
    let body = json!({"provider": "quantum-payouts", "webhook_url": format!("http://{address}/"), "secret": secret("quantum-payouts")});
    let answer = audit(&server, &body).await;
    assert_eq!(those(&answer, "fail"), [""; 0], "{}", reasons(&answer));
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_node_sample_passes_and_its_mistake_is_told() {
    let mut command = program("node");
    command.arg("verify.js").env("WEBHOOK_SECRET", secret("quantum-payouts"));
    let receiver = Started::new(command);
    let answer = sample(&receiver.address).await;
    // Quirk: the sample compares texts of different lengths by a function that throws then.
    for check in ["missing_signature", "wrong_algorithm"] {
        let why = row(&answer, check)["why"].as_str().expect("text");
        assert!(why.contains("answered 500") && why.contains("401 says what is meant"), "{why}");
    }
    assert_eq!(row(&answer, "wrong_secret")["answered"]["status"], 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_php_sample_passes() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound");
    let mut command = program("php");
    command.arg("-S").arg(free.to_string()).arg("verify.php").env("WEBHOOK_SECRET", secret("quantum-payouts"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts: run tests/prepare");
    crate::net::eventually(|| async { tokio::net::TcpStream::connect(free).await.is_ok() }).await;
    let answer = sample(&free.to_string()).await;
    assert_eq!(row(&answer, "missing_signature")["answered"]["status"], 401);
    _ = child.kill();
    _ = child.wait();
}
