//! Schedules of webhooks: which are legal, which need not be played, and what is found in real receivers.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value as Json;

use crate::clients::program;

mod found;
mod lost;
mod memory;
mod plays;
mod reduced;
mod said;
mod zoo;

/// A folder of receivers, and of the scenarios that their shops play.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zoo/schedules")
}

/// A receiver until it is dropped.
struct Shop {
    child: Child,
    address: String,
}

impl Shop {
    fn open(language: &str, defect: &str) -> Self {
        let mut command = program(language);
        command.current_dir(folder()).arg(if language == "node" { "shop.js" } else { "shop.py" });
        command.args(Some(defect).filter(|it| !it.is_empty()));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts: run tests/prepare");
        let mut address = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut address).expect("it prints its address");
        Self { child, address: address.trim().to_owned() }
    }

    /// A command that explores or plays, with webhooks to this shop.
    fn playmoney(&self, command: &str, scenario: &Path) -> Command {
        let mut run = Command::new(env!("CARGO_BIN_EXE_playmoney"));
        run.current_dir(folder()).arg(command).arg(scenario).args(["--listen", "127.0.0.1:0"]);
        run.arg("--webhook-url").arg(format!("http://{}/hooks/{{provider}}", self.address)).env("RECEIVER", &self.address);
        run.env_remove("PLAYMONEY_SEED");
        run
    }

    fn explore(&self, scenario: &str, arguments: &[&str]) -> Output {
        self.playmoney("explore", Path::new(scenario)).args(arguments).output().expect("it runs")
    }

    /// What an exploration found, as JSON, and its exit code.
    fn explored(&self, scenario: &str, arguments: &[&str]) -> (Json, Option<i32>) {
        let output = self.explore(scenario, &[&["--json"], arguments].concat());
        let told = || String::from_utf8_lossy(&output.stderr).into_owned();
        (serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{scenario}: {why}: {}", told())), output.status.code())
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
