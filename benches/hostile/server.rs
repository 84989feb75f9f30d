//! The process under attack.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::client::{Answer, Client};

static STARTED: AtomicU32 = AtomicU32::new(0);

pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// A server on a frozen clock, which may open this number of files when it is given.
    pub fn start(descriptors: Option<u32>) -> Self {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let ready = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{}-{number}.json", std::process::id()));
        let limit = descriptors.map_or_else(String::new, |it| format!("ulimit -n {it}; "));
        let serve = r#"exec "$0" serve --listen 127.0.0.1:0 --clock frozen --now 2026-01-01T00:00:00Z --ready-file "$1""#;
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{limit}{serve}")).arg(env!("CARGO_BIN_EXE_playmoney")).arg(&ready);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let said = loop {
            match std::fs::read_to_string(&ready) {
                Ok(said) => break said,
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        let ready: serde_json::Value = serde_json::from_str(&said).expect("the ready file is JSON");
        let base = ready["base_url"].as_str().and_then(|it| it.strip_prefix("http://")).expect("a base URL");
        Self { child, address: base.parse().expect("an address") }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address).expect("the server accepts")
    }

    /// One control call on a connection of its own.
    pub fn control(&self, path: &str, body: &str) -> Answer {
        self.client().control(path, body).unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// Changes settings of an account.
    pub fn set(&self, account: &str, settings: &str) {
        let target = format!("/__admin/accounts/{account}");
        let answer = self.client().send("PATCH", &target, "content-type: application/json\r\n", settings.as_bytes());
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }

    /// The most memory that the process has held; zero where the system does not say.
    pub fn peak_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|it| it.parse::<u64>().ok()).unwrap_or(0) * 1024
    }

    /// Ends it. What it has said on standard error.
    pub fn stop(mut self) -> Vec<String> {
        _ = self.child.kill();
        let said = self.child.stderr.take().map(|it| BufReader::new(it).lines().map_while(Result::ok).take(10).collect());
        _ = self.child.wait();
        said.unwrap_or_default()
    }
}
