//! Several replicas on one private database, and callers who try again as careful callers do.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use playmoney::inside::edge::driver::Stopwatch;
use rustix::process::Signal;
use serde_json::Value as Json;
use tokio::net::TcpStream;

use super::postgres::{PATIENCE, Postgres, free_port, signal};
use crate::cli::PLAYMONEY;
use crate::net::{Answer, request};

/// The lease of the replicas of tests.
pub const LEASE: Duration = Duration::from_secs(2);

/// Where Debian's package puts it.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

pub struct Cluster {
    pub postgres: Postgres,
    pub ports: Vec<u16>,
    replicas: Vec<Option<Child>>,
    flags: Vec<&'static str>,
    logs: PathBuf,
}

/// What came of one try.
#[derive(Debug)]
pub enum Tried {
    Answered(Answer),
    /// No server took the connection.
    Unsent,
    /// The connection has broken before the answer came.
    Broken,
}

impl Cluster {
    /// So many replicas, with these flags beside those that every one has.
    pub async fn start(replicas: usize, flags: &[&'static str]) -> Self {
        Self::on(Postgres::start(), replicas, flags).await
    }

    /// The same on that database.
    pub async fn on(postgres: Postgres, replicas: usize, flags: &[&'static str]) -> Self {
        let cluster = Self::spawned(postgres, replicas, flags);
        for at in 0..cluster.ports.len() {
            cluster.ready(at).await;
        }
        cluster
    }

    /// The same, which need not answer yet.
    pub fn spawned(postgres: Postgres, replicas: usize, flags: &[&'static str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let logs = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("replicas-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&logs).expect("a folder");
        let ports = (0..replicas).map(|_| free_port()).collect();
        let replicas: Vec<Option<Child>> = (0..replicas).map(|_| None).collect();
        let mut cluster = Self { postgres, ports, replicas, flags: flags.to_vec(), logs };
        (0..cluster.ports.len()).for_each(|it| cluster.spawn(it));
        cluster
    }

    /// Starts a replica.
    pub fn spawn(&mut self, at: usize) {
        self.start_with(at, &[]);
    }

    fn start_with(&mut self, at: usize, environment: &[(&str, &str)]) {
        let log = std::fs::File::options().create(true).append(true).open(self.logs.join(format!("{at}.log"))).expect("a log");
        let place = format!("127.0.0.1:{}", self.ports[at]);
        let mut command = Command::new(PLAYMONEY);
        command.envs(environment.iter().copied());
        command.args(["serve", "--listen", &place, "--advertise", &format!("http://{place}"), "--store", &self.postgres.url()]);
        command.args(["--clock", "frozen", "--now", "2026-01-01", "--log", "text"]).args(&self.flags);
        if !self.flags.contains(&"--lease") {
            command.args(["--lease", "2s"]);
        }
        self.replicas[at] = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("it starts"));
    }

    /// One more replica with these flags, when it answers. Its place.
    pub async fn add(&mut self, flags: &[&'static str]) -> usize {
        let at = self.ports.len();
        self.ports.push(free_port());
        self.replicas.push(None);
        let usual = std::mem::replace(&mut self.flags, flags.to_vec());
        self.spawn(at);
        self.flags = usual;
        self.ready(at).await;
        at
    }

    /// Starts a replica whose clock is ahead of the others', by libfaketime's text.
    pub fn spawn_ahead(&mut self, at: usize, by: &str) {
        self.start_with(at, &[("LD_PRELOAD", FAKETIME), ("FAKETIME", by), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]);
    }

    /// Waits until a replica answers.
    pub async fn ready(&self, at: usize) {
        let begun = Stopwatch::start();
        while !matches!(self.once(at, "GET", "/__admin/health", &Json::Null).await, Tried::Answered(it) if it.status == 200) {
            assert!(begun.elapsed() < PATIENCE, "replica {at} never answered: {}", self.log(at));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What a replica has logged.
    pub fn log(&self, at: usize) -> String {
        std::fs::read_to_string(self.logs.join(format!("{at}.log"))).unwrap_or_default()
    }

    fn child(&self, at: usize) -> &Child {
        self.replicas[at].as_ref().expect("it runs")
    }

    /// A replica dies.
    pub fn kill(&mut self, at: usize) {
        if let Some(mut child) = self.replicas[at].take() {
            _ = child.kill();
            _ = child.wait();
        }
    }

    /// A replica stands still.
    pub fn freeze(&self, at: usize) {
        signal(self.child(at), Signal::STOP);
    }

    /// It goes on.
    pub fn thaw(&self, at: usize) {
        signal(self.child(at), Signal::CONT);
    }

    /// A replica is told to stop. How long it took, and its exit code.
    pub fn stop(&mut self, at: usize) -> (Duration, Option<i32>) {
        let begun = Stopwatch::start();
        let mut child = self.replicas[at].take().expect("it runs");
        signal(&child, Signal::TERM);
        let status = child.wait().expect("it ends");
        (begun.elapsed(), status.code())
    }

    /// One try of one call.
    pub async fn once(&self, at: usize, method: &str, path: &str, body: &Json) -> Tried {
        once(self.ports[at], method, path, body).await
    }

    /// A call that is answered.
    pub async fn ask(&self, at: usize, method: &str, path: &str, body: &Json) -> Answer {
        match self.once(at, method, path, body).await {
            Tried::Answered(it) => it,
            other @ (Tried::Unsent | Tried::Broken) => panic!("{method} {path} at {at}: {other:?}"),
        }
    }

    /// Who owns a sandbox, by the place of the replica.
    pub fn owner(&self, name: &str) -> Option<usize> {
        let owner = self.postgres.sql("playmoney", &format!("SELECT owner FROM playmoney_sandboxes WHERE name = '{name}'"));
        let owner = owner.expect("the database answers");
        self.ports.iter().position(|it| owner.contains(&format!(":{it}-")))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.replicas.iter_mut().flatten() {
            signal(child, Signal::CONT);
            _ = child.kill();
            _ = child.wait();
        }
        if !std::thread::panicking() {
            _ = std::fs::remove_dir_all(&self.logs);
        }
    }
}

/// One try of one call, on a connection of its own. A text is sent as a form. The host is the same everywhere, so that links are.
pub async fn once(port: u16, method: &str, path: &str, body: &Json) -> Tried {
    let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await else { return Tried::Unsent };
    let Ok((mut sender, connection)) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await else { return Tried::Unsent };
    tokio::spawn(connection);
    let mut request = request(method, path, body);
    request.headers_mut().insert("host", "playmoney".parse().expect("a host"));
    if let Json::String(form) = body {
        request.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().expect("a type"));
        request.body_mut().clone_from(form);
    }
    if let Some(name) = path.strip_prefix("/s/").and_then(|it| it.split('/').next()) {
        let token = format!("Bearer qm_test_token_{name}");
        request.headers_mut().insert("authorization", token.parse().expect("a header"));
    }
    let (head, body) = request.into_parts();
    let Ok(response) = sender.send_request(http::Request::from_parts(head, Full::new(Bytes::from(body)))).await else {
        return Tried::Broken;
    };
    let (head, body) = response.into_parts();
    match body.collect().await {
        Ok(body) => Tried::Answered(Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() }),
        Err(_) => Tried::Broken,
    }
}
