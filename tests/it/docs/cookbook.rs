//! The recipes of the cookbook: the scenarios, and the same for pytest and for Jest.

use std::process::Command;

use super::{path, read};
use crate::cli::PLAYMONEY;
use crate::clients::{prepared, program, run};

/// A command in the folder of the cookbook. It leaves nothing there.
fn at(of: impl AsRef<std::path::Path>) -> Command {
    let mut command = program(of);
    command.current_dir(path("docs/cookbook")).env("PLAYMONEY_BIN", PLAYMONEY).env_remove("PLAYMONEY_URL");
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONPATH", path("packages/python/src"));
    command.env("NODE_PATH", path("packages/node/node_modules"));
    command
}

/// The number of recipes.
fn recipes() -> usize {
    let pages = read(&path("docs/src/SUMMARY.md"));
    pages.matches("(cookbook/").count() - 1
}

#[test]
fn each_recipe_is_a_scenario_that_passes() {
    let mut command = at(PLAYMONEY);
    command.args(["run", ".", "--quiet"]);
    let (out, _) = run(command, "");
    assert!(out.ends_with(&format!("{0} scenarios: {0} good\n", recipes())), "{out}");
}

#[test]
fn each_recipe_is_a_test_of_pytest() {
    let mut command = at(prepared(path("target/clients/packages/bin/python")));
    command.args(["-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "-p", "playmoney.pytest_plugin"]);
    let (out, err) = run(command, "");
    assert!(out.contains(&format!("{} passed in ", recipes())), "{out}{err}");
}

#[test]
fn each_recipe_is_a_test_of_jest() {
    link();
    let mut command = at("node");
    command.arg(prepared(path("packages/node/node_modules/jest/bin/jest.js")));
    let (out, err) = run(command, "");
    assert!(err.contains(&format!("Tests:       {0} passed, {0} total", recipes())), "{out}{err}");
}

/// Lets the recipes find the package by its name, as if it were installed.
pub fn link() {
    let linked = Command::new("node").arg(path("packages/node/scripts/link.mjs")).status();
    assert!(linked.expect("node is there").success());
}
