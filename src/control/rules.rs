//! `/__admin/rules`: rules make a provider differ from its documentation, and change at run time.

use http::StatusCode;
use serde_json::{Value as Json, json};

use super::render::Renderer;
use super::{Answer, Ask, Before, Later, Problem, Rest, input, ok, scenario};
use crate::engine::rules::{ActiveRule, BYTES_MAX, PATTERN_BYTES_MAX, RULES_MAX, Rule, Until};
use crate::engine::world::World;
use crate::kit::http::{Response, decoded};
use crate::kit::time::later;
use crate::scenario::{Mistakes, parse_rule};

pub fn list(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let now = ask.world.core.now;
    ask.world.core.rules.expire(now);
    let render = Renderer::of(ask.world);
    let rules: Vec<ActiveRule> = ask.world.core.rules.iter().cloned().collect();
    Ok(Answer::Later(Later::new(move || {
        let rules: Vec<Json> = rules.iter().map(|it| render_rule(it, &render)).collect();
        Response::json(StatusCode::OK, &json!({"rules": rules}))
    })))
}

/// A rule as it was written, with its name and its counts.
fn render_rule(it: &ActiveRule, render: &Renderer) -> Json {
    let fires_until = match it.rule.when.until {
        Some(Until::Moment(at)) => Some(at),
        Some(Until::Age(span)) => later(it.added_at, span),
        None => None,
    };
    let removed_at = it.rule.ttl.and_then(|ttl| later(it.added_at, ttl));
    let ends_at = fires_until.into_iter().chain(removed_at).min();
    let mut shown = render.value(&it.rule.shown());
    if let Some(members) = shown.as_object_mut() {
        members.insert("name".to_owned(), json!(render.text(&it.rule.name)));
        members.insert("added_at".to_owned(), json!(it.added_at));
        members.insert("ends_at".to_owned(), json!(ends_at));
        members.insert("fitted".to_owned(), json!(it.fitted));
        members.insert("fired".to_owned(), json!(it.fired));
    }
    shown
}

pub fn add(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (text, contracts) = (input::text(ask.request)?.to_owned(), scenario::contracts(ask.world));
    Ok(Answer::Before(Before::new(move || {
        let read = parse_rule(&text, scenario::known(&contracts)).map_err(|it| scenario::refusal(&it));
        Rest::new(move |world, _| {
            let added = read.and_then(|(rule, warnings)| put(world, rule, warnings.as_ref()));
            Answer::Now(added.unwrap_or_else(|it| it.render()))
        })
    })))
}

/// Reads a rule as it would be read to add it.
pub fn check(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (text, contracts) = (input::text(ask.request)?.to_owned(), scenario::contracts(ask.world));
    Ok(Answer::Before(Before::new(move || {
        let read = parse_rule(&text, scenario::known(&contracts)).map_err(|it| scenario::refusal(&it));
        Rest::new(move |world, _| {
            world.core.rules.expire(world.core.now);
            let checked = read.and_then(|(rule, warnings)| {
                has_place(world, &rule)?;
                let answer = json!({"valid": true, "rule": Renderer::of(world).value(&rule.shown())});
                Ok(Response::json(StatusCode::OK, &scenario::with_warnings(answer, warnings.as_ref())))
            });
            Answer::Now(checked.unwrap_or_else(|it| it.render()))
        })
    })))
}

/// Refuses a rule whose name is taken, or whose patterns take too much.
fn has_place(world: &World, rule: &Rule) -> Result<(), Problem> {
    let name = &rule.name;
    if !name.is_empty() && world.core.rules.get(name).is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "name_taken", format!("A rule is named `{name}` already: DELETE it first.")));
    }
    if !world.core.rules.has_room_for(rule) {
        let detail = format!("The patterns of all rules of a sandbox take at most {PATTERN_BYTES_MAX} bytes when they are compiled.");
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_patterns", detail));
    }
    Ok(())
}

/// Adds a rule that was read.
fn put(world: &mut World, rule: Rule, warnings: Option<&Mistakes>) -> Result<Response, Problem> {
    let now = world.core.now;
    world.core.rules.expire(now);
    has_place(world, &rule)?;
    let detail = if world.core.rules.iter().count() < RULES_MAX {
        format!("The rules of a sandbox take at most {BYTES_MAX} bytes together.")
    } else {
        format!("A sandbox has at most {RULES_MAX} rules.")
    };
    let full = || Problem::new(StatusCode::CONFLICT, "too_many_rules", detail);
    let name = world.core.rules.add(now, rule, true).map(|it| it.rule.name.clone()).ok_or_else(full)?;
    let render = Renderer::of(world);
    let added = world.core.rules.get(&name).map(|it| render_rule(it, &render));
    let added = added.map(|it| scenario::with_warnings(it, warnings));
    Ok(Response::json(StatusCode::CREATED, &added))
}

pub fn remove(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let name = decoded(ask.captures[0]).into_owned();
    if ask.world.core.rules.remove(&name) {
        return ok(&json!({"removed": [name]}));
    }
    let known: Vec<&str> = ask.world.core.rules.iter().map(|it| it.rule.name.as_str()).collect();
    let nearest = crate::kit::nearest::nearest(&name, known).map_or(String::new(), |it| format!(" The nearest is `{it}`."));
    Err(Problem::not_found(format!("No rule is named `{name}`.{nearest}")))
}

pub fn clear(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let render = Renderer::of(ask.world);
    let removed: Vec<String> = ask.world.core.rules.iter().map(|it| render.text(&it.rule.name)).collect();
    ask.world.core.rules.clear();
    ok(&json!({"removed": removed}))
}
