//! Which actions lead the life of what a call makes.

use crate::engine::tables::On;
use crate::engine::tables::{ActionRow, Contract, StatusTable, Transition};
use crate::kit::fields::Kind;

/// The action by which a customer pays a bill. A payer who says that they have paid does not.
pub fn paying(contract: &Contract) -> Option<&'static str> {
    (contract.actions)().iter().map(|it| it.name).find(|it| *it == "pay")
}

/// The calls that make an object.
pub fn makers(contract: &Contract) -> Vec<&'static str> {
    let rows = (contract.lifecycles)().into_iter().flat_map(|it| it.rows).filter(|it| it.from.is_empty());
    rows.filter_map(|it| if let On::Call(call) = it.on { Some(call) } else { None }).collect()
}

/// The statuses that an action leads to.
pub fn reachable(contract: &Contract) -> Vec<&'static str> {
    let statuses = (contract.lifecycles)().iter().flat_map(|it| it.statuses.clone()).collect::<Vec<_>>();
    let mut all: Vec<&str> = statuses.into_iter().filter(|it| leading_to(contract, None, None, it).is_some()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The action that leads from a status to another, and the outcome that it has to be given, if it wants one. Without a
/// status to begin at it is the one in which that call leaves its object. Several kinds of object may know the status:
/// what the call makes is looked at first. Of several actions one that starts there is taken, and of these one that can
/// lead nowhere else: `fail` rather than a `confirm` that fails only what was short.
pub fn leading_to(
    contract: &Contract,
    made_by: Option<&str>,
    from: Option<&str>,
    status: &str,
) -> Option<(&'static str, Option<&'static str>)> {
    let acts = (contract.actions)();
    let mut tables = (contract.lifecycles)();
    let is_born = |row: &&Transition| row.from.is_empty() && matches!(row.on, On::Call(own) if Some(own) == made_by);
    tables.sort_by_key(|it| !it.rows.iter().any(|row| is_born(&row)));
    tables.iter().find_map(|table| {
        let start = from.or_else(|| table.rows.iter().find(is_born).map(|it| it.to));
        let steps = table.rows.iter().filter(|it| it.to == status).filter_map(|row| Some((row, step(table, row, acts.as_slice())?)));
        let best = steps.min_by_key(|(row, it)| (start.is_some_and(|it| !row.from.contains(&it)), it.is_open));
        best.map(|(_, it)| (it.act, it.outcome))
    })
}

/// A row as a step that an action can make.
struct Step {
    act: &'static str,
    outcome: Option<&'static str>,
    /// From the same status it may lead elsewhere, as the object's own affairs are.
    is_open: bool,
}

/// `None`: no action makes it, or one that begins an object of its own.
fn step(table: &StatusTable, row: &Transition, acts: &[&ActionRow]) -> Option<Step> {
    let On::Act(act) = row.on else { return None };
    let own = || table.rows.iter().filter(|it| it.on == row.on);
    if own().any(|it| it.from.is_empty()) {
        return None;
    }
    let parameters = acts.iter().find(|it| it.name == act)?.parameters;
    let words = parameters.iter().find_map(|it| if let ("outcome", Kind::Word(words)) = (it.name, it.kind) { Some(words) } else { None });
    let outcome = match words {
        None => None,
        Some(words) => Some(*words.iter().find(|it| **it == row.to)?),
    };
    let elsewhere = |it: &Transition| it.to != row.to && it.from.iter().any(|it| row.from.contains(it));
    Some(Step { act, outcome, is_open: outcome.is_none() && own().any(elsewhere) })
}
