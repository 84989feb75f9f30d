//! `HAProxy` with the configuration in `deploy/`, on loopback, gone when it is dropped.

use std::process::{Child, Command, Stdio};

use playmoney::inside::edge::driver::Stopwatch;
use serde_json::Value as Json;

use super::cluster::{Tried, once};
use super::postgres::{PATIENCE, free_port};
use crate::tidy::root;

pub struct Haproxy {
    pub port: u16,
    process: Child,
}

impl Haproxy {
    /// In front of three replicas. It takes requests when this returns.
    pub async fn start(replicas: &[u16]) -> Self {
        let port = free_port();
        let program = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy"].into_iter().find(|it| std::path::Path::new(it).is_file());
        let mut command = Command::new(program.unwrap_or("haproxy"));
        command.arg("-db").arg("-f").arg(root().join("deploy/haproxy.cfg"));
        command.env("PLAYMONEY_BIND", format!("127.0.0.1:{port}"));
        for (number, replica) in (1..).zip(replicas) {
            command.env(format!("PLAYMONEY_REPLICA_{number}"), format!("127.0.0.1:{replica}"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let haproxy = Self { port, process: command.spawn().expect("haproxy is installed: run tests/prepare") };
        let begun = Stopwatch::start();
        while !matches!(once(port, "GET", "/__admin/health", &Json::Null).await, Tried::Answered(it) if it.status == 200) {
            assert!(begun.elapsed() < PATIENCE, "haproxy never answered");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        haproxy
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
