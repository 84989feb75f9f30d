//! `/__admin/scenario`: the sandbox begins anew with another starting state and other rules.

use http::StatusCode;
use serde_json::{Value as Json, json};

use super::later::of_all;
use super::state::ONE_STATE;
use super::{Answer, Ask, Before, Now, Problem, Rest, clock, input, violations};
use crate::engine::start::Start;
use crate::engine::tables::Contract;
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::scenario::{Known, Mistakes, Scenario, parse};

/// What a text from the network may name: the providers, but not this machine's environment.
pub fn known<'a>(contracts: &'a [&'static Contract]) -> Known<'a> {
    Known { contracts, environment: None }
}

/// The providers of a sandbox.
pub fn contracts(world: &World) -> Vec<&'static Contract> {
    world.providers.iter().map(|it| it.contract()).collect()
}

/// The refusal of a text that is not a scenario, or not a rule.
pub fn refusal(mistakes: &Mistakes) -> Problem {
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_scenario", mistakes.in_words());
    problem.members = json!({"mistakes": mistakes.to_json(), "rendered": mistakes.render(false)});
    problem
}

/// An answer with the warnings of the text that was sent, if it has any.
pub fn with_warnings(mut answer: Json, warnings: Option<&Mistakes>) -> Json {
    if let (Some(warnings), Some(members)) = (warnings, answer.as_object_mut()) {
        members.insert("warnings".to_owned(), warnings.to_json());
    }
    answer
}

/// The scenario with which the sandbox began, by its name.
pub fn show(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let name = ask.world.start.setup.as_ref().map(|it| it.name.as_str());
    Ok(Answer::Now(Response::json(StatusCode::OK, &json!({"scenario": name}))))
}

pub fn replace(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    Problem::unless_walking(ask.now(), ONE_STATE)?;
    let (text, contracts) = (input::text(ask.request)?.to_owned(), contracts(ask.world));
    Ok(Answer::Before(Before::new(move || {
        let read = parse("scenario", &text, known(&contracts)).map_err(|it| refusal(&it));
        Rest::new(move |world, now| read.and_then(|scenario| begin(world, now, &scenario)).unwrap_or_else(|it| Answer::Now(it.render())))
    })))
}

fn begin(world: &mut World, now: Now, scenario: &Scenario) -> Result<Answer, Problem> {
    Problem::unless_walking(now, ONE_STATE)?;
    let start = scenario.apply_to(Start { webhook_url_wins: false, ..world.start.clone() });
    let replaced = world.begin(start, now.uptime).map_err(|it| refusal(&scenario.mistakes(it)))?;
    violations::keep(&replaced, world);
    let (name, has_steps, warnings) = (scenario.name.clone(), !scenario.steps.is_empty(), scenario.warnings_of_start());
    Ok(of_all(world, replaced, move |world| {
        let mut answer = json!({"scenario": name, "clock": clock::render(world)});
        if has_steps {
            answer["note"] = json!("the starting state and the rules are in force; the steps are not played here, but by `playmoney run`");
        }
        Response::json(StatusCode::OK, &with_warnings(answer, warnings.as_ref()))
    }))
}
