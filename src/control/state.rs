//! `/__admin/state` and `/__admin/reset`: the sandbox as a value.

use serde::de::IgnoredAny;
use serde_json::json;

use super::call::BodyLimits;
use super::clock::Until;
use super::later::of_all;
use super::{Answer, Ask, Before, Conclusion, Later, Now, Problem, Rest, Waiting, clock, input, scenario, violations};
use crate::engine::provider::DynProvider;
use crate::engine::rules::Rule;
use crate::engine::state::{self, Saved};
use crate::engine::tables::settings::webhook_url_of_all;
use crate::engine::world::{Replaced, World};
use crate::kit::fields::{Field, Need, TEXT};
use crate::kit::flaw::Flaw;
use crate::kit::http::Response;
use crate::kit::time::Uptime;
use crate::scenario::reread;
use crate::scenario::told::field;

/// Why a sandbox is not replaced during a walk.
pub const ONE_STATE: &str = "Time is being advanced, and waits for a receiver. A sandbox is replaced between two advances, not during one.";

const TARGET: Field = field(
    "webhook_url",
    TEXT,
    Need::Optional,
    "the address that every account tells from then on; `{provider}` is replaced by the slug of the provider",
);
/// The body of a reset.
pub const RESET: &[Field] = &[TARGET];

pub fn save(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    if ask.world.is_quiet() { Ok(document(ask.world, ask.uptime)) } else { Ok(Answer::Wait(Waiting::Quiet)) }
}

/// The present state as a document, written from a copy.
pub fn document(world: &World, uptime: Uptime) -> Answer {
    let copy = world.clone();
    Answer::Later(Later::new(move || written(copy, uptime, BodyLimits::STATE.bytes_max)))
}

/// A state that is larger could not be put back.
fn written(world: World, uptime: Uptime, bytes_max: usize) -> Response {
    let document = Response::new(http::StatusCode::OK, "application/json", state::save(world, uptime));
    if bytes_max < document.body.len() {
        let detail = format!(
            "The state has {} bytes, and only {bytes_max} can be put back. A reset makes room, and so does deleting the messages of \
             inboxes; finished deliveries make room by themselves when new ones come.",
            document.body.len()
        );
        return Response::problem(http::StatusCode::INSUFFICIENT_STORAGE, "state_too_large", &detail);
    }
    document
}

pub fn restore(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask.now(), ONE_STATE)?;
    let known: Vec<_> = ask.world.providers.iter().map(|it| it.fresh()).collect();
    let (start, document) = (ask.world.start.clone(), ask.request.body.clone());
    Ok(Answer::Before(Before::new(move || {
        let read = || state::read(&known, &start, &document).and_then(|saved| judge_rules(&known, &saved).map(|()| saved));
        let read = is_document(&document).and_then(|()| read().map_err(Problem::invalid));
        Rest::new(move |world, now| read.and_then(|saved| resume(world, now, saved)).unwrap_or_else(|it| Answer::Now(it.render())))
    })))
}

/// Refuses what cannot be a saved sandbox. JSON of another kind is a foreign document, and not a mistake in the text.
fn is_document(text: &[u8]) -> Result<(), Problem> {
    let kind = match text.trim_ascii_start().first() {
        None => Some("the body is empty"),
        Some(b'{') => None,
        Some(_) if serde_json::from_slice::<IgnoredAny>(text).is_err() => None,
        Some(b'[') => Some("it is a list"),
        Some(b'"') => Some("it is a text"),
        Some(b'n') => Some("it is null"),
        Some(b't' | b'f') => Some("it is true or false"),
        Some(_) => Some("it is a number"),
    };
    match kind {
        Some(kind) => Err(Problem::invalid(format!("this is not a saved sandbox: {kind}, and not an object with `playmoney_state`"))),
        None => input::object(text),
    }
}

/// Judges whether each rule is what its text says.
fn judge_rules(known: &[Box<dyn DynProvider>], saved: &Saved) -> Result<(), String> {
    let contracts: Vec<_> = known.iter().map(|it| it.contract()).collect();
    for (place, it) in saved.rules().enumerate() {
        let again = reread(&it.rule.written, scenario::known(&contracts));
        // A rule whose text has no name was given one.
        let again = again.filter(|own| own.name.is_empty() == it.is_unnamed());
        let again = again.map(|own| if it.is_unnamed() { Rule { name: it.rule.name.clone(), ..own } } else { own });
        if again.as_ref() != Some(&it.rule) {
            let place = format!("/core/rules/standing/{place}/rule/written");
            return Err(Flaw::at(place, "this is not the text of the rule beside it").to_string());
        }
    }
    Ok(())
}

fn resume(world: &mut World, now: Now, saved: Saved) -> Result<Answer, Problem> {
    Problem::unless_walking(now, ONE_STATE)?;
    let replaced = saved.put_into(world, now.uptime);
    violations::keep(&replaced, world);
    Ok(Answer::Walk(Until::Time(world.core.now), Conclusion::Restored(replaced)))
}

/// The answer when a sandbox has been restored. `settled` is `Some(false)` while attempts that were sent again are under way.
pub fn report(world: &World, replaced: Replaced, settled: Option<bool>) -> Answer {
    of_all(world, replaced, move |world| {
        let mut answer = json!({"restored": true, "clock": clock::render(world)});
        if let Some(settled) = settled {
            answer["settled"] = json!(settled);
        }
        Response::json(http::StatusCode::OK, &answer)
    })
}

pub fn reset(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask.now(), ONE_STATE)?;
    let target = ask.body.text(&TARGET)?;
    if let Some(url) = &target {
        webhook_url_of_all(url).map_err(|why| Problem::invalid(format!("`{}`: {why}", TARGET.name)))?;
    }
    let replaced = match target {
        Some(url) => ask.world.reset_with_target(url, ask.uptime),
        None => ask.world.reset(ask.uptime),
    };
    violations::keep(&replaced, ask.world);
    Ok(of_all(ask.world, replaced, |world| Response::json(http::StatusCode::OK, &json!({"reset": true, "clock": clock::render(world)}))))
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::engine::start::Start;
    use crate::providers;

    #[test]
    fn a_state_that_could_not_be_put_back_is_refused_with_advice() {
        let world = World::new(Start::default(), providers::all(), Uptime::START);
        let bytes = state::save(world.clone(), Uptime::START).len();
        let whole = written(world.clone(), Uptime::START, bytes);
        assert_eq!((whole.status.as_u16(), whole.body.len()), (200, bytes));
        let refused = written(world, Uptime::START, bytes - 1);
        let told: Json = serde_json::from_slice(&refused.body).expect("a problem document");
        assert_eq!((refused.status.as_u16(), &told["code"]), (507, &json!("state_too_large")));
        let detail = told["detail"].as_str().unwrap_or("");
        let says = format!("The state has {bytes} bytes, and only {} can be put back. A reset makes room", bytes - 1);
        assert!(detail.starts_with(&says), "{detail}");
    }
}
