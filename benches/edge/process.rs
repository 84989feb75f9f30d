//! Server processes, and what the system says about them.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::bare;

/// The system counts CPU time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// A server that runs until it is dropped.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
}

impl Process {
    /// The product, once it accepts.
    pub fn playmoney() -> Self {
        let ready = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}.json", std::process::id()));
        _ = std::fs::remove_file(&ready);
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--clock", "frozen", "--now", "2026-01-01T00:00:00Z", "--ready-file"];
        let child = Command::new(env!("CARGO_BIN_EXE_playmoney")).args(arguments).arg(&ready).stdout(Stdio::null()).spawn();
        let child = child.expect("the binary starts");
        let said = loop {
            match std::fs::read_to_string(&ready) {
                Ok(said) => break said,
                Err(_) => std::thread::sleep(Duration::from_micros(100)),
            }
        };
        let ready: serde_json::Value = serde_json::from_str(&said).expect("the ready file is JSON");
        let base = ready["base_url"].as_str().and_then(|it| it.strip_prefix("http://")).expect("a base URL");
        Self { child, address: base.parse().expect("an address") }
    }

    /// This executable again, as a bare server that answers always the same.
    pub fn bare(answer: &[u8]) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this bench has a path"));
        let child = command.arg(bare::ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("this bench starts again");
        child.stdin.take().expect("piped").write_all(answer).expect("the answer is handed over");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("an address");
        Self { child, address: line.trim().parse().expect("an address") }
    }

    /// User and system time so far; zero where nobody says.
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after_name = stat.rsplit_once(')').map_or("", |it| it.1);
        let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u32>().ok());
        TICK * ticks.sum::<u32>()
    }

    /// Resident memory; zero where nobody says.
    pub fn rss_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|it| it.parse().ok()).unwrap_or(0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
