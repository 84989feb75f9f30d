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
use crate::kit::time::Uptime;

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let contracts = ask.world.providers.iter().map(|it| it.contract());
    let actions = contracts.flat_map(|contract| contract.actions.iter().copied().map(|it| row(contract.slug, it)));
    ok(&json!({"actions": actions.collect::<Vec<_>>()}))
}

fn row(slug: &str, action: &ActionRow) -> Json {
    let parameter = |it: &Field| {
        let words = if let Kind::Word(words) = it.kind { json!(words) } else { Json::Null };
        json!({"name": it.name, "required": it.need == Need::Required, "one_of": words, "meaning": it.meaning})
    };
    let parameters: Vec<_> = action.parameters.iter().map(parameter).collect();
    json!({
        "provider": slug, "action": action.name, "meaning": action.meaning, "parameters": parameters,
        "evidence": action.evidence.tag(), "source": action.evidence.source(),
    })
}

pub fn act(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let [slug, name] = ask.captures[..] else { return Err(Problem::not_found("Say which provider and which action.")) };
    let provider_id = provider_id(ask.world, slug)?;
    let contract = ask.world.provider(provider_id).contract();
    let actions = contract.actions;
    let Some(row) = actions.iter().find(|it| it.name == name) else {
        let nearest = nearest(name, actions.iter().map(|it| it.name)).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
        return Err(Problem::not_found(format!("{} has no action `{name}`.{nearest}", contract.name)));
    };
    if ask.world.is_full() && contract.action_makes(name) {
        let detail = "This sandbox keeps as many objects as it may: POST /__admin/reset makes room.";
        return Err(Problem::new(StatusCode::INSUFFICIENT_STORAGE, "sandbox_full", detail));
    }
    ask.body.only(row.parameters)?;
    if let Some(wait) = ask.wait_for_attempts() {
        return Ok(wait);
    }
    let with = ask.body.fields();
    let done = ask.world.with(provider_id, ask.uptime, |it, cx| it.act(cx, name, with)).map_err(refusal)?;
    ask.world.depart(ask.uptime);
    if ask.is_hasty() {
        return Ok(Answer::Now(report(ask.world, ask.uptime, provider_id, name, done, Some(false))));
    }
    let (now, uptime) = (ask.world.core.now, ask.uptime);
    Ok(Answer::Walk(Until::Time(now), Conclusion::Acted { provider_id, action: name.to_owned(), done, uptime }))
}

fn refusal(why: ActionError) -> Problem {
    match why {
        ActionError::Unknown => Problem::not_found("No action has that name."),
        ActionError::State(detail) => Problem::new(StatusCode::CONFLICT, "wrong_state", detail),
        ActionError::Invalid(detail) => Problem::invalid(detail),
        ActionError::Nothing(detail) => Problem::not_found(detail),
    }
}

#[derive(Serialize)]
struct Report<'a> {
    provider: &'static str,
    action: &'a str,
    subject: String,
    status: &'static str,
    object: Box<RawValue>,
    /// `none`: the provider has made nothing of it, for that reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<bool>,
}

/// The answer to an action: the object that it has changed. `settled` is `Some(false)` while deliveries may be under way.
pub fn report(
    world: &mut World,
    uptime: Uptime,
    provider_id: ProviderId,
    action: &str,
    done: ActionDone,
    settled: Option<bool>,
) -> Response {
    let slug = world.provider(provider_id).contract().slug;
    let shown = match done.object.as_chain() {
        Some(blockchain) => Some(world.core.chains.show(blockchain, world.core.now)),
        None => world.with(provider_id, uptime, |it, cx| it.show(cx, done.object)),
    };
    let (subject, status, object) = shown.map_or_else(Default::default, |it| (it.subject, it.status, it.object));
    let reason = done.without_effect;
    let effect = reason.map(|_| "none");
    Response::json(StatusCode::OK, &Report { provider: slug, action, subject, status, object, effect, reason, settled })
}
