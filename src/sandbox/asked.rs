//! The header `Playmoney-Fault`: one request asks for rules, documented errors and effects.

use super::answers::{no_such_fault, wrong_fault};
use crate::engine::ids::ProviderId;
use crate::engine::rules::{Effects, On, Override};
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::scenario::asked::{Refused, effects, fires_by_itself, parts};

/// The header's text is kept with each webhook that it concerns.
const FAULT_BYTES_MAX: usize = 1_000;

/// What a request asks for, under the text of its header; or why it cannot have it.
pub fn asked_for(
    world: &mut World,
    provider_id: ProviderId,
    operation: Option<&str>,
    text: &str,
) -> Result<(String, Effects), Box<Response>> {
    let now = world.core.now;
    if let Some(found) = world.core.rules.ask_for(now, text) {
        return Ok(found);
    }
    if FAULT_BYTES_MAX < text.len() {
        return Err(Box::new(wrong_fault(&format!("it has {} bytes, and {FAULT_BYTES_MAX} at most are read", text.len()))));
    }
    let contract = world.provider(provider_id).contract();
    let askable = |name: &str| world.core.rules.get(name).is_some_and(|it| !matches!(it.rule.on, On::Webhooks { .. }));
    let (rules, others): (Vec<_>, Vec<_>) = parts(text).into_iter().partition(|(name, value)| value.is_none() && askable(name));
    let asked = effects(contract, operation, &others).map_err(|why| match why {
        Refused::Unknown(name) if world.core.rules.get(name).is_some() => wrong_fault(&fires_by_itself(name)),
        Refused::Unknown(name) => {
            let rules: Vec<String> = world.core.rules.iter().map(|it| it.rule.name.clone()).collect();
            no_such_fault(contract, name, &rules)
        }
        Refused::Invalid(why) => wrong_fault(&why),
    })?;
    let of_rules = rules.iter().filter_map(|(name, _)| world.core.rules.get(name)).map(|it| &it.rule.then);
    let all: Vec<&Effects> = std::iter::once(&asked).chain(of_rules).collect();
    if all.iter().any(|it| it.fault.is_some()) && all.iter().any(|it| replaces_answer(it)) {
        return Err(Box::new(wrong_fault("an effect on webhooks needs a call that the provider answers")));
    }
    let rules = rules.into_iter().filter_map(|(name, _)| world.core.rules.ask_for(now, name));
    Ok((text.to_owned(), rules.fold(asked, |all, (_, one)| joined(all, one))))
}

/// Whether the provider does not answer.
fn replaces_answer(effects: &Effects) -> bool {
    match &effects.answer {
        Some(Override::Own { status, body, .. }) => status.is_some() || body.is_some(),
        Some(Override::Error(_)) => true,
        None => false,
    }
}

/// Both effects; where both act on the same, the first.
fn joined(first: Effects, second: Effects) -> Effects {
    Effects {
        answer: first.answer.or(second.answer),
        latency: first.latency.or(second.latency),
        transport: first.transport.or(second.transport),
        course: if first.course.is_empty() { second.course } else { first.course },
        business: first.business.or(second.business),
        fault: first.fault.or(second.fault),
        patch: first.patch.or(second.patch),
    }
}
