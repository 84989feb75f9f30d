//! The packages for Python and Node.js: their own tests, against the built program. The sample shops in other languages.
//!
//! `tests/prepare` installs what they need, and nothing else is asked of a registry.

use std::collections::BTreeSet;
use std::fs::{copy, read_to_string};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
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

/// What `just dist` builds, apart from the crate, with the built program inside. Both suites install it.
static DIST: LazyLock<PathBuf> = LazyLock::new(|| {
    let (folder, program) = (path("target/tmp/dist"), path("target/tmp/playmoney"));
    // Names of functions and lines are most of a program that is built for tests.
    let stripped = Command::new("strip").arg("-o").args([&program, Path::new(PLAYMONEY)]).status().is_ok_and(|it| it.success());
    if !stripped {
        copy(PLAYMONEY, &program).expect("it can be copied");
    }
    let Output { status, stdout, stderr } = command("bash").arg("packages/dist").args([&program, &folder]).output().expect("bash runs");
    let [out, err] = [stdout, stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    assert!(status.success(), "{out}{err}");
    folder
});

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
    python.env("PLAYMONEY_DIST", &*DIST).args(["-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "packages/python"]);
    let out = passes(python).await;
    let counted = out.lines().rfind(|it| it.contains(" passed")).unwrap_or_else(|| panic!("nothing was tested: {out}"));
    assert!(!counted.contains("failed"), "{out}");
}

#[tokio::test]
async fn the_tests_of_the_node_package_pass() {
    prepared(path("packages/node/node_modules/vitest"));
    let mut npm = command("npm");
    npm.env("PLAYMONEY_DIST", &*DIST).args(["test", "--prefix", "packages/node"]);
    let out = passes(npm).await;
    assert!(out.contains("fail 0") && !out.contains("pass 0\n"), "{out}");
}

/// As the shop's README says: below `playmoney exec`, and nothing else is installed.
#[tokio::test]
async fn the_tests_of_the_php_shop_pass() {
    let mut exec = command(PLAYMONEY);
    exec.current_dir(path("packages/php/samples/phpunit-shop")).args(["exec", "--", "phpunit"]);
    let out = passes(exec).await;
    assert!(out.contains("OK (7 tests, "), "{out}");
}

/// What a shop adds for Playmoney beside its tests, as its README counts it.
#[test]
fn the_shops_have_at_most_five_lines_of_glue() {
    let lines = |file: &str, is_glue: fn(&str) -> bool| {
        let text = read_to_string(path(file)).unwrap_or_else(|why| panic!("{file}: {why}"));
        text.lines().filter(|it| !it.trim().is_empty() && is_glue(it)).count()
    };
    let php = "packages/php/samples/phpunit-shop";
    assert_eq!(lines(&format!("{php}/tests/playmoney.php"), |it| it != "<?php"), 5);
    let rust = "packages/rust/samples/axum-shop";
    let function = lines(&format!("{rust}/tests/playmoney/mod.rs"), |_| true);
    let start = lines(&format!("{rust}/tests/shop.rs"), |it| it.contains("Server::start("));
    assert_eq!(function + start, 5);
    for shop in [php, rust] {
        assert!(read_to_string(path(shop).join("README.md")).expect("a page").contains("five lines"), "{shop}");
    }
}

/// Its packages are compiled once for both projects. `.ci/run` runs its tests, because they compile.
#[test]
fn the_axum_shop_has_the_versions_of_this_project() {
    let locked = |file: &str| {
        let text = read_to_string(path(file)).expect("a list of packages");
        let line = |package: &str, name: &str| package.lines().find_map(|it| it.strip_prefix(name)).map(str::to_owned);
        let packages = text.split("[[package]]").filter_map(|it| Some((line(it, "name = ")?, line(it, "version = ")?)));
        packages.collect::<BTreeSet<_>>()
    };
    let (ours, shop) = (locked("Cargo.lock"), locked("packages/rust/samples/axum-shop/Cargo.lock"));
    let named: BTreeSet<&String> = ours.iter().map(|(name, _)| name).collect();
    let others: Vec<_> = shop.difference(&ours).filter(|(name, _)| named.contains(name)).collect();
    assert!(others.is_empty(), "copy Cargo.lock to the shop, and run its tests without --locked once: {others:?}");
}
