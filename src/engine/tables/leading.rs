//! Which actions lead an object that a call created through its statuses.

use crate::engine::tables::{ActionRow, Contract, On, StatusTable, Transition};
use crate::kit::fields::Kind;

/// The action by which a customer pays. A customer who only says that they have paid does not pay.
pub fn paying(contract: &Contract) -> Option<&'static str> {
    contract.actions.iter().map(|it| it.name).find(|it| *it == "pay")
}

/// The calls that create an object.
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

/// The action that leads from a status to another, and its `outcome`, when it has such a parameter. The default for
/// `from` is the status in which the call leaves its object. Several kinds of object may have the status: the kind that
/// the call creates comes first. Of several actions, one that starts at `from` is chosen, and of these one that can lead
/// nowhere else: `fail`, not a `confirm` that fails only a short payment.
pub fn leading_to(
    contract: &Contract,
    made_by: Option<&str>,
    from: Option<&str>,
    status: &str,
) -> Option<(&'static str, Option<&'static str>)> {
    let actions = contract.actions;
    let mut tables = (contract.lifecycles)();
    let is_born = |row: &&Transition| row.from.is_empty() && matches!(row.on, On::Call(own) if Some(own) == made_by);
    tables.sort_by_key(|it| !it.rows.iter().any(|row| is_born(&row)));
    tables.iter().find_map(|table| {
        let start = from.or_else(|| table.rows.iter().find(is_born).map(|it| it.to));
        let steps = table.rows.iter().filter(|it| it.to == status).filter_map(|row| Some((row, step(table, row, actions)?)));
        let best = steps.min_by_key(|(row, it)| (start.is_some_and(|from| !row.from.contains(&from)), it.is_open));
        best.map(|(_, it)| (it.action, it.outcome))
    })
}

/// A row that an action can bring about.
struct Step {
    action: &'static str,
    outcome: Option<&'static str>,
    /// The action may lead elsewhere from the same status, which depends on the object.
    is_open: bool,
}

/// `None`: no action brings it about, or the action creates an object.
fn step(table: &StatusTable, row: &Transition, actions: &[&ActionRow]) -> Option<Step> {
    let On::Act(action) = row.on else { return None };
    let own = || table.rows.iter().filter(|it| it.on == row.on);
    if own().any(|it| it.from.is_empty()) {
        return None;
    }
    let parameters = actions.iter().find(|it| it.name == action)?.parameters;
    let words = parameters.iter().find_map(|it| if let ("outcome", Kind::Word(words)) = (it.name, it.kind) { Some(words) } else { None });
    let outcome = match words {
        None => None,
        Some(words) => Some(*words.iter().find(|it| **it == row.to)?),
    };
    let elsewhere = |other: &Transition| other.to != row.to && other.from.iter().any(|it| row.from.contains(it));
    Some(Step { action, outcome, is_open: outcome.is_none() && own().any(elsewhere) })
}
