//! `/__admin/act`: actions of the outside world, of a customer, a bank or a blockchain.

use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::clock::Until;
use super::{Answer, Ask, Conclusion, Problem, ok, provider_id};
use crate::engine::actions::{ActionDone, ActionError};
use crate::engine::ids::ProviderId;
use crate::engine::tables::ActionRow;
use crate::engine::world::World;
use crate::kit::fields::{Field, Kind, Need};
use crate::kit::http::Response;
use crate::kit::nearest::nearest;

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let acts = ask.world.providers.iter().map(|it| it.contract());
    let acts = acts.flat_map(|contract| contract.actions.iter().copied().map(|it| row(contract.slug, it)));
    ok(&json!({"actions": acts.collect::<Vec<_>>()}))
}

fn row(slug: &str, act: &ActionRow) -> Json {
    let parameter = |it: &Field| {
        let words = if let Kind::Word(words) = it.kind { json!(words) } else { Json::Null };
        json!({"name": it.name, "required": it.need == Need::Required, "one_of": words, "meaning": it.meaning})
    };
    let parameters: Vec<_> = act.parameters.iter().map(parameter).collect();
    json!({"provider": slug, "action": act.name, "meaning": act.meaning, "parameters": parameters, "evidence": act.evidence.tag(), "source": act.evidence.source()})
}

pub fn act(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let [slug, name] = ask.captures[..] else { return Err(Problem::nothing("Say which provider and which action.")) };
    let provider_id = provider_id(ask.world, slug)?;
    let contract = ask.world.provider(provider_id).contract();
    let acts = contract.actions;
    let Some(row) = acts.iter().find(|it| it.name == name) else {
        let nearest = nearest(name, acts.iter().map(|it| it.name)).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
        return Err(Problem::nothing(format!("{} has no action `{name}`.{nearest}", contract.name)));
    };
    ask.body.only(row.parameters)?;
    let with = ask.body.fields();
    let acted = ask.world.with(provider_id, ask.uptime, |it, cx| it.act(cx, name, with)).map_err(refused)?;
    ask.world.depart(ask.uptime);
    if ask.is_walking {
        return Ok(Answer::Now(report(ask.world, provider_id, name, acted, false)));
    }
    let now = ask.world.core.now;
    Ok(Answer::Walk(Until::Time(now), Conclusion::Acted { provider_id, action: name.to_owned(), done: acted }))
}

fn refused(why: ActionError) -> Problem {
    match why {
        ActionError::Unknown => Problem::nothing("No action has that name."),
        ActionError::State(detail) => Problem::new(StatusCode::CONFLICT, "wrong_state", detail),
        ActionError::Invalid(detail) => Problem::invalid(detail),
        ActionError::Nothing(detail) => Problem::nothing(detail),
    }
}

#[derive(Serialize)]
struct Report<'a> {
    provider: &'static str,
    action: &'a str,
    subject: String,
    status: &'static str,
    object: Box<RawValue>,
    /// Only where deliveries may still be under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<bool>,
}

/// What the action did.
pub fn report(world: &mut World, provider_id: ProviderId, act: &str, acted: ActionDone, settled: bool) -> Response {
    let slug = world.provider(provider_id).contract().slug;
    let shown = match acted.object.as_chain() {
        Some(blockchain) => Some(world.core.chains.show(blockchain, world.core.now)),
        None => world.with(provider_id, crate::kit::time::Uptime::START, |it, cx| it.show(cx, acted.object)),
    };
    let (subject, status, object) = shown.map_or_else(Default::default, |it| (it.subject, it.status, it.object));
    let settled = (!settled).then_some(false);
    Response::json(StatusCode::OK, &Report { provider: slug, action: act, subject, status, object, settled })
}
