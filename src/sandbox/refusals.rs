//! Refusals that a rule or a tester asks for: in the words of the operation, and with the shape of the provider.

use crate::engine::ids::ProviderId;
use crate::engine::log::Trace;
use crate::engine::rules::Override;
use crate::engine::tables::found::Found;
use crate::engine::tables::{Contract, ErrorRow};
use crate::engine::world::World;
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::Uptime;

/// The documented refusal that a rule answers with: the one that it names or, when it gives a status alone, the first
/// documented one of that status; those of the operation come first.
pub fn refusal_meant<'a>(contract: &'static Contract, found: &Found<'_>, answer: Option<&'a Override>) -> Option<&'a str> {
    match answer? {
        Override::Error(name) => Some(name),
        Override::Own { status: Some(status), body: None, .. } => of_status(contract, found, *status).map(|it| it.name),
        Override::Own { .. } => None,
    }
}

fn of_status(contract: &'static Contract, found: &Found<'_>, status: u16) -> Option<&'static ErrorRow> {
    let status = StatusCode::from_u16(status).ok().filter(|it| it.is_client_error() || it.is_server_error())?;
    let own = |it: &&ErrorRow| found.operation.is_some_and(|operation| operation.errors.contains(&it.name));
    let fitting = || contract.errors.iter().copied().filter(|it| it.status == status);
    fitting().find(own).or_else(|| fitting().next())
}

/// Answers with the documented refusal of that name. `None`: the provider has none.
pub fn refuse(
    world: &mut World,
    uptime: Uptime,
    provider_id: ProviderId,
    found: &Found<'_>,
    name: &str,
    mut trace: Trace,
) -> (Option<Response>, Trace) {
    let contract = world.provider(provider_id).contract();
    let row = contract.error(name);
    trace.error = row.map(|it| it.name);
    let (refusal, hint) = world.with(provider_id, uptime, |it, cx| {
        if name == contract.limit.error {
            cx.hint_at(contract.limit);
        }
        (it.refuse(cx, name, found), cx.trace.hint.take())
    });
    let foreign =
        found.operation.zip(row).filter(|(operation, row)| !row.status.is_server_error() && !operation.errors.contains(&row.name));
    trace.hint =
        hint.or_else(|| foreign.map(|it| format!("{} never refuses with {name} by itself: this answer was asked for", it.0.name).into()));
    (refusal, trace)
}
