//! `/__admin/contract`, `/__admin/assumptions`, `/__admin/coverage`: what the providers promise, and what traffic has reached of it.

use serde_json::json;

use super::journal::{PROVIDER, is_provider};
use super::{Answer, Ask, Later, Problem, ok, provider_id};
use crate::contract::assumptions::list;
use crate::contract::coverage::Coverage;
use crate::contract::describe::provider_json;
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::fields::{Field, Kind, Need};
use crate::kit::http::{Response, StatusCode};
use crate::scenario::told::field;

/// The query of `list_assumptions`.
pub const ASSUMED: &[Field] = &[PROVIDER, EVIDENCE];
/// The query of `show_coverage`.
pub const COVERED: &[Field] = &[PROVIDER];

const EVIDENCE: Field =
    field("evidence", Kind::Word(&["assumed", "observed"]), Need::Optional, "only rows that are assumed, or only those that are observed");

pub fn contract(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let provider_id = provider_id(ask.world, ask.captures[0])?;
    let contract = ask.world.provider(provider_id).contract();
    Ok(Answer::Later(Later::new(move || Response::json(StatusCode::OK, &provider_json(contract)))))
}

pub fn assumptions(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (provider, evidence) = (ask.query.text(&PROVIDER)?, ask.query.text(&EVIDENCE)?);
    is_provider(ask.world, provider.as_deref())?;
    let mut all = list(&contracts(ask.world), &ask.world.core.touched);
    let is_of = |row: &str, slug: &str| row.split_once('.').is_some_and(|it| it.0 == slug);
    all.retain(|it| provider.as_ref().is_none_or(|slug| is_of(it.row, slug)));
    all.retain(|it| evidence.as_ref().is_none_or(|tag| it.evidence.tag() == tag));
    ok(&json!({"assumptions": all}))
}

pub fn coverage(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let provider = ask.query.text(&PROVIDER)?;
    is_provider(ask.world, provider.as_deref())?;
    let (contracts, touched) = (contracts(ask.world), ask.world.core.touched.clone());
    Ok(Answer::Later(Later::new(move || {
        let all = Coverage::of(&contracts, &touched);
        let shown = match provider {
            Some(slug) => all.only(&slug),
            None => all,
        };
        Response::json(StatusCode::OK, &shown)
    })))
}

fn contracts(world: &World) -> Vec<&'static Contract> {
    world.providers.iter().map(|it| it.contract()).collect()
}
