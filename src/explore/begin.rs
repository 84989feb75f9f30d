//! How the sandbox of a run begins.

use super::{Task, schedule};
use crate::engine::rules::Rule;
use crate::engine::start::{Setup, Start};
use crate::engine::tables::Contract;
use crate::providers;

/// How the sandbox of a run begins: with ids of its own, and with the rules of its schedule behind those of the scenario.
pub fn begins(task: &Task<'_>, start: Start) -> Start {
    let contracts: Vec<&'static Contract> = providers::all().iter().map(|it| it.contract()).collect();
    let own = schedule::rules(&task.schedule, task.prefix, &contracts);
    let mut setup: Setup = start.setup.as_deref().cloned().unwrap_or_default();
    setup.rules.extend(own);
    Start { run: task.run, history_bytes_max: 0, setup: Some(setup.into()), ..start }
}

/// A beginning of names that no rule of the scenario has.
pub(super) fn prefix(setup: &Setup) -> String {
    let is_free = |it: &String| !setup.rules.iter().any(|rule: &Rule| rule.name.starts_with(it.as_str()));
    let numbered = (2_u32..).map(|n| format!("explore{n}"));
    std::iter::once("explore".to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}
