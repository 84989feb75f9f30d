//! Clients that have the providers' own `https` addresses in them: a hosts entry and the authority of `--tls` are enough. The tests
//! stand in for the entry by a resolver, because nothing but root changes the file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value as Json, json};

use super::{folder, node, prepared, program, python, run};
use crate::cli::Serving;
use crate::cli::tls::{Folder, serving};

/// A server with a development authority.
struct Tls {
    server: Serving,
    folder: Folder,
}

impl Tls {
    fn start(name: &str) -> Self {
        let folder = Folder::new(name);
        Self { server: serving(&folder, &[]), folder }
    }

    fn address(&self) -> SocketAddr {
        self.server.base_url().trim_start_matches("https://").parse().expect("an address")
    }

    fn ca_file(&self) -> PathBuf {
        self.folder.file("ca.pem")
    }

    /// The client, with what stands in for the hosts entry.
    fn client(&self, mut command: Command) -> Command {
        command.env("ADDRESS", self.address().to_string()).env("CA_FILE", self.ca_file());
        command
    }

    /// Of the last request: its host, path and status, as the journal says it.
    fn heard(&self) -> Json {
        let curl = program("curl")
            .args(["--silent", "--fail", "--cacert"])
            .arg(self.ca_file())
            .arg(format!("{}/__admin/requests", self.server.base_url()))
            .output();
        let journal: Json = serde_json::from_slice(&curl.expect("curl is there").stdout).expect("JSON");
        let last = journal["requests"].as_array().and_then(|it| it.last()).expect("a request").clone();
        json!([last["request"]["headers"]["host"], last["request"]["path"], last["response"]["status"]])
    }
}

fn token(file: &str) -> String {
    let text = std::fs::read_to_string(folder().join(file)).expect("the page's text is here");
    text.replace("your_token_here", super::TOKEN)
}

const PAYOUTS: &str = "payouts-dev.quantumlabs.ru";

/// The client of the provider's page, with nothing but the token changed.
#[test]
fn pythons_requests_needs_the_authority_alone() {
    let tls = Tls::start("python");
    let mut command = tls.client(python());
    command.arg("-").env("PYTHONPATH", prepared(folder().join("resolver"))).env("REQUESTS_CA_BUNDLE", tls.ca_file());
    let (out, _) = run(command, &token("payouts.py"));
    assert!(
        out.contains("'payoutUrl': 'https://payouts-dev.quantumlabs.ru/static/payout.php?"),
        "links have the provider's own host: {out}"
    );
    assert_eq!(tls.heard(), json!([PAYOUTS, "/api/v1//createPayout", 200]));
    let mut untrusting = tls.client(python());
    untrusting.arg("-").env("PYTHONPATH", folder().join("resolver")).env_remove("REQUESTS_CA_BUNDLE");
    let refused = "try:\n    exec(open('payouts.py').read())\nexcept requests.exceptions.SSLError:\n    print('refused')\n";
    assert_eq!(run(untrusting, refused).0.trim(), "refused");
}

#[test]
fn nodes_fetch_and_axios_need_the_authority_alone() {
    let tls = Tls::start("node");
    let client = || {
        let mut command = tls.client(node());
        command.args(["--require", "./resolver.js"]).env("NODE_EXTRA_CA_CERTS", tls.ca_file());
        command
    };
    let mut fetching = client();
    fetching.arg("fetch.js");
    let fetched: Json = serde_json::from_str(run(fetching, "").0.trim()).expect("JSON");
    assert_eq!(fetched["status"], 200, "{fetched}");
    assert_eq!(tls.heard(), json!(["cloud.quantapay.app", "/api.php", 200]));
    let (created, _) = run(client(), &token("payouts.js"));
    assert!(created.contains("https://payouts-dev.quantumlabs.ru/static/payout.php?"), "{created}");
    assert_eq!(tls.heard(), json!([PAYOUTS, "/api/v1/createPayout", 200]));
}

#[test]
fn phps_curl_needs_the_authority_alone() {
    let tls = Tls::start("php");
    let mut command = tls.client(program("php"));
    command.arg("payouts.php");
    let told: Json = serde_json::from_str(run(command, "").0.trim()).expect("JSON");
    assert_eq!((&told["status"], &told["body"]["features"]["card_payouts"]), (&json!(200), &json!(true)));
    assert_eq!(tls.heard(), json!([PAYOUTS, "/api/v1/features", 200]));
}

#[test]
fn curl_speaks_both_versions_to_every_host() {
    let tls = Tls::start("curl");
    let hosts = [
        ("cloud.quantapay.app", "/api.php", 200),
        ("api.qbitnetwork.com", "/api/v1/balances/show", 401),
        ("sandbox-api.cryptopay.com", "/api/payment-orders/", 401),
        ("pay.cryptopay.com", "/order/none", 404),
        (PAYOUTS, "/api/v1/features", 401),
        ("pay.quoine.com", "/api/v1/profile", 401),
    ];
    let port = tls.address().port();
    for (host, path, status) in hosts {
        for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
            let entry = ["--connect-to".to_owned(), format!("::{}", tls.address())];
            let resolved = ["--resolve".to_owned(), format!("{host}:{port}:127.0.0.1")];
            for (by, named) in [(entry, host.to_owned()), (resolved, format!("{host}:{port}"))] {
                let mut curl = program("curl");
                curl.args(["--silent", "--show-error", "--output", "-", "--write-out", "\n%{http_version} %{http_code}", flag]).args(&by);
                curl.arg("--cacert").arg(tls.ca_file()).arg(format!("https://{named}{path}"));
                let (out, _) = run(curl, "");
                assert!(out.ends_with(&format!("\n{version} {status}")), "{named}{path} {flag}: {out}");
                assert_eq!(tls.heard(), json!([named, path, status]), "{flag}");
            }
        }
    }
}
