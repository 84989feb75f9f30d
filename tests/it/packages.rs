//! The packages for Python and Node.js: their own tests, against the built program.
//!
//! `tests/prepare` installs what they need, and nothing else is asked of a registry.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::cli::PLAYMONEY;
use crate::clients::{prepared, program};

/// Long enough for a busy machine. What has not ended by then, hangs.
const RUN_MAX: Duration = Duration::from_secs(1_200);

fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// A command of a package. It knows the built program and no server, and the way to a registry is closed.
fn command(of: impl AsRef<Path>) -> Command {
    let mut command = program(of);
    command.current_dir(path("")).env("PLAYMONEY_BIN", PLAYMONEY).env_remove("PLAYMONEY_URL").env_remove("WEBHOOK_SECRET");
    command.env("npm_config_offline", "true").env("PIP_NO_INDEX", "1").env("HTTP_PROXY", CLOSED).env("HTTPS_PROXY", CLOSED);
    command
}

/// The discard port of this machine, where no proxy is.
const CLOSED: &str = "http://127.0.0.1:9";

/// What it has printed, which is shown when it fails.
async fn passes(command: Command) -> String {
    let name = format!("{command:?}");
    let mut command = tokio::process::Command::from(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let ended = tokio::time::timeout(RUN_MAX, command.output()).await.unwrap_or_else(|_| panic!("it does not end: {name}"));
    let Output { status, stdout, stderr } = ended.unwrap_or_else(|why| panic!("{name}: {why}: run tests/prepare"));
    let [out, err] = [stdout, stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    assert!(status.success(), "{status}: {out}{err}");
    out
}

#[tokio::test]
async fn the_tests_of_the_python_package_pass() {
    let mut python = command(prepared(path("target/clients/packages/bin/python")));
    python.env("PYTHONDONTWRITEBYTECODE", "1").env("MYPY_CACHE_DIR", path("target/clients/mypy"));
    python.args(["-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "packages/python"]);
    let out = passes(python).await;
    let counted = out.lines().rfind(|it| it.contains(" passed")).unwrap_or_else(|| panic!("nothing was tested: {out}"));
    assert!(!counted.contains("failed"), "{out}");
}

#[tokio::test]
async fn the_tests_of_the_node_package_pass() {
    prepared(path("packages/node/node_modules/vitest"));
    let mut npm = command("npm");
    npm.args(["test", "--prefix", "packages/node"]);
    let out = passes(npm).await;
    assert!(out.contains("fail 0") && !out.contains("pass 0\n"), "{out}");
}
