//! Server processes, the cores they run on, and what the system says about them.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::bare;

/// The system counts a process's CPU time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// A server that runs until it is dropped.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
}

/// Which core is whose: the client and the servers share none where there are two, and where `taskset` is installed.
#[derive(Clone, Debug, Default)]
pub struct Cores {
    servers: Option<String>,
}

impl Cores {
    /// Moves this process to the first core that it may use, and keeps the last one for the servers.
    pub fn split() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let allowed = status.lines().find_map(|it| it.strip_prefix("Cpus_allowed_list:")).unwrap_or_default().trim();
        let cores: Vec<&str> = allowed.split([',', '-']).collect();
        let (Some(first), Some(last)) = (cores.first(), cores.last().filter(|_| cores.len() > 1)) else { return Self::default() };
        let moved = Command::new("taskset").args(["-cp", first, &std::process::id().to_string()]).stdout(Stdio::null()).status();
        Self { servers: moved.is_ok_and(|it| it.success()).then(|| (*last).to_owned()) }
    }

    /// Whether servers and client have cores of their own.
    pub fn are_split(&self) -> bool {
        self.servers.is_some()
    }

    /// A server's command, on the servers' core. `taskset` becomes the program that it starts, so the process's number is the server's.
    fn command(&self, program: &Path) -> Command {
        let Some(core) = &self.servers else { return Command::new(program) };
        let mut command = Command::new("taskset");
        command.args(["-c", core]).arg(program);
        command
    }
}

impl Process {
    /// The product, once it accepts.
    pub fn playmoney(cores: &Cores) -> Self {
        Self::with_threads(cores, 1)
    }

    /// The product with that many threads.
    pub fn with_threads(cores: &Cores, threads: usize) -> Self {
        let ready = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}.json", std::process::id()));
        _ = std::fs::remove_file(&ready);
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--clock", "frozen", "--now", "2026-01-01T00:00:00Z", "--ready-file"];
        let mut command = cores.command(Path::new(env!("CARGO_BIN_EXE_playmoney")));
        let child = command
            .args(arguments)
            .arg(&ready)
            .arg(format!("--threads={threads}"))
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary starts");
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

    /// This executable again, as a bare server that always gives the same answer.
    pub fn bare(cores: &Cores, answer: &[u8]) -> Self {
        let mut command = cores.command(&std::env::current_exe().expect("this bench has a path"));
        let child = command.arg(bare::ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("this bench starts again");
        child.stdin.take().expect("piped").write_all(answer).expect("the answer is handed over");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("an address");
        Self { child, address: line.trim().parse().expect("an address") }
    }

    /// User and system time so far, of all threads: to the nanosecond where the scheduler counts it, else in ticks; zero
    /// where the system says nothing.
    pub fn cpu(&self) -> Duration {
        let of_thread = |it: std::fs::DirEntry| {
            let told = std::fs::read_to_string(it.path().join("schedstat")).ok()?;
            told.split_whitespace().next()?.parse::<u64>().ok()
        };
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let nanos = threads.ok().and_then(|all| all.map(|it| it.ok().and_then(of_thread)).sum::<Option<u64>>());
        nanos.filter(|it| *it > 0).map_or_else(|| self.ticks(), Duration::from_nanos)
    }

    fn ticks(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after_name = stat.rsplit_once(')').map_or("", |it| it.1);
        let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u32>().ok());
        TICK * ticks.sum::<u32>()
    }

    /// Resident memory; zero where the system does not say.
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
