//! The sample projects of `tests/projects`, whose tests run in parallel: on one server, each worker in its own sandbox, and below `exec`.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::{program, python, run};
use crate::cli::{PLAYMONEY, Serving};

/// A server that makes sandboxes on use.
fn on_use(name: &str) -> Serving {
    let clock = ["--clock", "frozen", "--now", "2026-01-01T00:00:00Z"];
    Serving::start(name, Path::new("."), &[&["--sandboxes", "on-use"], &clock[..]].concat())
}

/// The names of its sandboxes in which requests were made.
async fn used(server: &Serving) -> Vec<String> {
    let list = server.get("/__admin/sandboxes").await.json();
    let rows = list["sandboxes"].as_array().expect("a list");
    rows.iter().filter(|it| it["requests"] != json!(0)).map(|it| it["name"].as_str().expect("a name").to_owned()).collect()
}

/// A command in the folder of a project. It writes nothing there, and knows no server.
fn at(project: &str, mut command: Command) -> Command {
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects").join(project));
    command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PLAYMONEY_URL");
    command
}

fn pytest(arguments: &[&str]) -> Command {
    let mut command = at("pytest_shop", python());
    command.args(["-m", "pytest", "-p", "no:cacheprovider"]).args(arguments);
    command
}

fn node_test() -> Command {
    let mut command = at("node_shop", program("node"));
    command.args(["--test", "--test-concurrency=4", "--test-reporter=tap"]);
    command
}

/// The same command below `playmoney exec`.
fn below_exec(command: &Command) -> Command {
    let mut exec = Command::new(PLAYMONEY);
    exec.args(["exec", "--"]).arg(command.get_program()).args(command.get_args());
    exec.current_dir(command.get_current_dir().expect("a folder"));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => exec.env(name, value),
            None => exec.env_remove(name),
        };
    }
    exec
}

const PYTHON: &str = "14 passed in ";
const NODE: &str = "\n# pass 10\n# fail 0\n";

#[tokio::test(flavor = "multi_thread")]
async fn i11_four_workers_of_pytest_share_a_server() {
    let server = on_use("pytest");
    let mut command = pytest(&["-n", "4"]);
    let (out, err) = run(
        {
            command.env("PLAYMONEY_URL", server.base_url());
            command
        },
        "",
    );
    assert!(out.contains("4 workers [14 items]") && out.contains(PYTHON), "{out}{err}");
    assert_eq!(used(&server).await, ["gw0", "gw1", "gw2", "gw3"], "each worker has a sandbox of its own, and the default one was not used");
}

#[tokio::test(flavor = "multi_thread")]
async fn i11_parallel_test_files_of_node_share_a_server() {
    let server = on_use("node-test");
    let mut command = node_test();
    let (out, err) = run(
        {
            command.env("PLAYMONEY_URL", server.base_url());
            command
        },
        "",
    );
    assert!(out.contains(NODE), "{out}{err}");
    assert_eq!(used(&server).await, ["checkout", "expiry", "journal", "webhooks"]);
}

#[test]
fn exec_gives_a_project_all_that_it_needs() {
    for (command, told) in [(pytest(&[]), PYTHON), (pytest(&["-n", "4"]), PYTHON), (node_test(), NODE)] {
        let (out, err) = run(below_exec(&command), "");
        assert!(out.contains(told), "{out}{err}");
    }
}

#[test]
fn exec_ends_with_the_exit_code_of_the_runner() {
    let failing = below_exec(&pytest(&["--no-such-option"])).output().expect("it runs");
    assert_eq!(failing.status.code(), Some(4), "{}", String::from_utf8_lossy(&failing.stderr));
}
