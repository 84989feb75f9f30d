//! Refusals that a rule or a tester asks for: in the words of the operation, and with the shape of the provider.

use std::fmt;

use super::served::trace_of;
use crate::engine::ids::ProviderId;
use crate::engine::log::Trace;
use crate::engine::rules::Override;
use crate::engine::tables::found::Found;
use crate::engine::tables::{Contract, ErrorRow};
use crate::engine::world::World;
use crate::kit::http::{Response, StatusCode};
use crate::kit::time::Uptime;

/// A documented refusal, by its name.
#[derive(Clone, Copy, Debug)]
pub enum Meant<'a> {
    /// The one that was named.
    Error(&'a str),
    /// A status was given alone: the first documented refusal with that status, and those of the operation come first.
    Status(&'static str),
}

impl<'a> Meant<'a> {
    pub const fn name(self) -> &'a str {
        match self {
            Self::Error(name) | Self::Status(name) => name,
        }
    }
}

/// The documented refusal that a rule answers with.
pub fn refusal_meant<'a>(contract: &'static Contract, found: &Found<'_>, answer: Option<&'a Override>) -> Option<Meant<'a>> {
    match answer? {
        Override::Error(name) => Some(Meant::Error(name)),
        Override::Own { status: Some(status), body: None, .. } => of_status(contract, found, *status).map(|it| Meant::Status(it.name)),
        Override::Own { .. } => None,
    }
}

fn of_status(contract: &'static Contract, found: &Found<'_>, status: u16) -> Option<&'static ErrorRow> {
    let status = StatusCode::from_u16(status).ok().filter(|it| it.is_client_error() || it.is_server_error())?;
    let own = |it: &&ErrorRow| found.operation.is_some_and(|operation| operation.errors.contains(&it.name));
    let fitting = || contract.errors.iter().copied().filter(|it| it.status == status);
    fitting().find(own).or_else(|| fitting().next())
}

/// What asks for a refusal.
#[derive(Clone, Copy, Debug)]
pub enum AskedBy<'a> {
    /// The rule of that name.
    Rule(&'a str),
    /// The header `Playmoney-Fault` of the request.
    Header,
}

impl fmt::Display for AskedBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => write!(f, "the rule `{name}`"),
            Self::Header => f.write_str("the header Playmoney-Fault"),
        }
    }
}

/// Answers with the documented refusal that is meant. `None`: the provider has none of that name.
pub fn refuse(
    world: &mut World,
    uptime: Uptime,
    provider_id: ProviderId,
    (found, meant): (&Found<'_>, Meant<'_>),
    by: AskedBy<'_>,
) -> (Option<Response>, Trace) {
    let (contract, name) = (world.provider(provider_id).contract(), meant.name());
    let row = contract.error(name);
    let is_limit = name == contract.limit.error;
    let (refusal, own, basis) = world.with(provider_id, uptime, |it, cx| {
        if is_limit {
            cx.hint_at(contract.limit);
        }
        cx.rest_on_error(name);
        (it.refuse(cx, name, found), cx.trace.hint.take(), cx.trace.basis.take())
    });
    let hint = match (own, meant) {
        (Some(own), Meant::Error(_)) if is_limit => Some(format!("{own}; {by} asked for this answer").into()),
        (Some(_), Meant::Status(_)) if is_limit => Some(format!("this answer comes from {by}, and not from the rate limit").into()),
        (own, _) => own,
    };
    let foreign =
        found.operation.zip(row).filter(|(operation, row)| !row.status.is_server_error() && !operation.errors.contains(&row.name));
    let hint =
        hint.or_else(|| foreign.map(|it| format!("{} never refuses with {name} by itself: this answer was asked for", it.0.name).into()));
    (refusal, Trace { error: row.map(|it| it.name), hint, basis, ..trace_of(found) })
}
