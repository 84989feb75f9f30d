//! What a server with a database says when it starts, and how a signal ends it before.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;
use serde_json::{Value as Json, json};

use super::cluster::{Tried, once};
use super::postgres::{Postgres, free_port, signal};
use crate::cli::{PLAYMONEY, Ready};

/// One replica.
struct Replica {
    child: Child,
    ready: Ready,
}

impl Replica {
    fn start(name: &str, url: &str, flags: &[&str]) -> Self {
        let ready = Ready::new(name);
        let place = format!("127.0.0.1:{}", ready.port);
        let mut command = Command::new(PLAYMONEY);
        command.args(["serve", "--listen", &place, "--advertise", &format!("http://{place}"), "--store", url, "--log", "text"]);
        command.arg("--ready-file").arg(&ready.file).args(flags);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let replica = Self { child, ready };
        replica.ready.wait();
        replica
    }

    async fn ask(&self, method: &str, path: &str, body: &Json) {
        match once(self.ready.port, method, path, body).await {
            Tried::Answered(it) => assert_eq!(it.status, 200, "{path}: {}", String::from_utf8_lossy(&it.body)),
            other @ (Tried::Unsent | Tried::Broken) => panic!("{path}: {other:?}"),
        }
    }

    /// A value of its ready file.
    fn token(&self) -> String {
        self.ready.wait()["env"]["QUANTUM_PAYOUTS_TOKEN"].as_str().expect("a token").to_owned()
    }

    /// Ends it. What it has said, and what it has logged.
    fn stop(mut self) -> (String, String) {
        signal(&self.child, Signal::TERM);
        let (mut said, mut logged) = (String::new(), String::new());
        self.child.stdout.take().expect("a pipe").read_to_string(&mut said).expect("text");
        self.child.stderr.take().expect("a pipe").read_to_string(&mut logged).expect("text");
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0), "{logged}");
        (said, logged)
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A scenario that is not what the database has.
fn scenario() -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("greeting-{}.yaml", std::process::id()));
    std::fs::write(&path, "version: 1\nname: another beginning\nseed: 9\n").expect("written");
    path
}

const NO_EFFECT: &str = "`default` goes on as it was; for new sandboxes only: ";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_greeting_says_what_the_database_has() {
    let postgres = Postgres::start();
    let url = postgres.url();
    let first = Replica::start("greeting-first", &url, &["--seed", "5", "--clock", "frozen", "--now", "2026-01-01"]);
    first.ask("PATCH", "/__admin/accounts/quantum-payouts/default", &json!({"credentials": {"token": "qm_test_other"}})).await;
    let (said, logged) = first.stop();
    let begins = "(seed 5, clock frozen, from 2026-01-01T00:00:00Z)";
    assert!(said.contains(begins) && said.contains("/playmoney: new\n") && !said.contains(NO_EFFECT), "{said}");
    assert!(!logged.contains(NO_EFFECT), "{logged}");

    let path = scenario();
    let flags = [path.to_str().expect("text"), "--seed", "77", "--clock", "real", "--webhook-url", "http://127.0.0.1:9/hooks"];
    let second = Replica::start("greeting-second", &url, &flags);
    assert_eq!(second.token(), "qm_test_other");
    second.ask("GET", "/__admin/clock", &Json::Null).await;
    // The second one owns the sandbox now, and this one does not.
    let third = Replica::start("greeting-third", &url, &[]);
    assert_eq!(third.token(), "qm_test_other");
    let (said, logged) = third.stop();
    assert!(said.contains(begins) && said.contains("/playmoney: 1 sandbox goes on\n"), "{said}");
    assert!(!said.contains("token           qm_test_token\n") && !said.contains(NO_EFFECT), "{said}");
    assert!(!logged.contains(NO_EFFECT), "nothing was given, so nothing is without effect: {logged}");
    let (said, logged) = second.stop();
    assert!(said.contains(begins) && !said.contains("another beginning") && said.contains("webhooks          none yet"), "{said}");
    let no_effect = format!("{NO_EFFECT}the scenario, --seed, --clock, --webhook-url\n");
    assert!(said.contains(&no_effect), "{said}");
    assert_eq!(logged.matches(&no_effect).count(), 1, "{logged}");
    std::fs::remove_file(path).expect("it is there");
}

#[test]
fn a_signal_ends_the_wait_for_the_database() {
    for sent in [Signal::TERM, Signal::INT] {
        let url = format!("postgres://u@127.0.0.1:{}/d", free_port());
        let mut command = Command::new(PLAYMONEY);
        command.args(["serve", "--listen", "127.0.0.1:0", "--advertise", "http://127.0.0.1:4242", "--store", &url]);
        command.args(["--store-wait", "60s", "--log", "text"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        assert!(lines.any(|it| it.expect("text").contains("is waited for")), "it waits");
        signal(&child, sent);
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "a server whose time to wait is over ends with 3");
    }
}
