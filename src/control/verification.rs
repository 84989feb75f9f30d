//! `/__admin/requests/verify` and the waits: whether calls and webhooks were what a test expects, and what came nearest.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value as Json, json};

use super::{Answer, Ask, Before, Later, Problem, Rest, Waiting, input, scenario};
use crate::engine::world::World;
use crate::kit::http::Response;
use crate::scenario::criteria::{self, Asked, Criteria};
use crate::scenario::shape::Shape;

mod candidates;
mod nearest;
mod search;

use candidates::{Copied, Of};
use nearest::nearest;
use search::Progress;

/// Calls of one sandbox that may wait at a time for calls and webhooks: each looks at everything that happens.
pub const WAITS_MAX: usize = 100;

/// Whether more may have fitted than is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    All,
    /// Older ones were dropped.
    TheLatest,
}

impl Kept {
    /// The largest number that can have fitted when that many may among those that are kept.
    fn most(self, here: u64) -> Option<u64> {
        (self == Self::All).then_some(here)
    }
}

/// Whether a caller still waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    Lasts,
    Ended,
}

/// A caller who waits for calls or webhooks.
#[derive(Clone, Debug)]
pub struct Search {
    criteria: Criteria,
    of: Of,
    progress: Progress,
    /// The sandbox's generation when it came.
    generation: u64,
    patience: Duration,
}

impl Search {
    /// The longest wait, in real time.
    pub const fn patience(&self) -> Duration {
        self.patience
    }
}

pub fn verify(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    let (text, copied) = (body(ask)?, Copied::of(ask.world, Of::Requests));
    Ok(Answer::Later(Later::new(move || match parse(&text, &criteria::VERIFY, &copied) {
        Ok(asked) => judge(&asked.criteria, &copied, &json!({})),
        Err(problem) => problem.render(),
    })))
}

pub fn wait(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    begin(ask, Of::Requests, &criteria::WAIT)
}

pub fn wait_for_webhooks(ask: &mut Ask<'_>) -> Result<Answer, Problem> {
    begin(ask, Of::Deliveries, &criteria::WAIT_FOR_WEBHOOKS)
}

/// Looks through what has happened so far, on another thread; then waits for the rest.
fn begin(ask: &mut Ask<'_>, of: Of, shape: &'static Shape) -> Result<Answer, Problem> {
    let (text, copied, generation) = (body(ask)?, Copied::of(ask.world, of), ask.world.generation);
    Ok(Answer::Before(Before::new(move || {
        let begun = parse(&text, shape, &copied).map(|Asked { criteria, timeout }| {
            let progress = Progress::of(&criteria, &copied);
            Search { criteria, of, progress, generation, patience: timeout }
        });
        Rest::new(move |world, _| match begun {
            Err(problem) => Answer::Now(problem.render()),
            Ok(mut search) => {
                let patience = if search.patience.is_zero() { Patience::Ended } else { Patience::Lasts };
                poll(world, &mut search, patience).unwrap_or_else(|| Answer::Wait(Waiting::Found(Box::new(search))))
            }
        })
    })))
}

/// The body of a call. An empty one is an empty object.
fn body(ask: &Ask<'_>) -> Result<String, Problem> {
    let text = input::text(ask.request)?;
    if criteria::BYTES_MAX < text.len() {
        let detail = format!("The criteria of one call have at most {} bytes.", criteria::BYTES_MAX);
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail));
    }
    Ok(if text.trim().is_empty() { "{}".to_owned() } else { text.to_owned() })
}

fn parse(text: &str, shape: &'static Shape, copied: &Copied) -> Result<Asked, Problem> {
    criteria::parse(text, shape, scenario::known(&copied.contracts)).map_err(|it| {
        let problem = scenario::refusal(&it);
        Problem { code: "invalid_request", ..problem }
    })
}

/// The answer to a waiting caller, as soon as what they wait for has happened, or their patience has ended.
pub fn poll(world: &World, search: &mut Search, patience: Patience) -> Option<Answer> {
    if search.generation != world.generation {
        let detail = "The sandbox was reset or replaced while this call waited.";
        return Some(Answer::Now(Response::problem(StatusCode::GONE, "dropped", detail)));
    }
    if let Some((matched, kept)) = search.progress.go_on(&search.criteria, world) {
        return Some(Answer::Now(verified(matched, kept)));
    }
    (patience == Patience::Ended).then(|| {
        let (criteria, copied) = (search.criteria.clone(), Copied::of(world, search.of));
        Answer::Later(Later::new(move || judge(&criteria, &copied, &json!({"timed_out": true}))))
    })
}

/// The answer to one wait too many.
pub fn too_many() -> Response {
    let detail = format!("{WAITS_MAX} calls wait in this sandbox already, and no more may: try again when one of them has ended.");
    Response::problem(StatusCode::SERVICE_UNAVAILABLE, "too_many_waits", &detail)
}

/// The answer to a wait in a sandbox that is deleted.
pub fn deleted() -> Response {
    Response::problem(StatusCode::GONE, "dropped", "The sandbox was deleted while this call was under way.")
}

/// What was expected has happened.
fn verified(matched: u64, kept: Kept) -> Response {
    let mut answer = json!({"verified": true, "matched": matched});
    if kept == Kept::TheLatest {
        answer["truncated"] = json!(true);
    }
    Response::json(StatusCode::OK, &answer)
}

/// Judges everything that is kept. A refusal has these further members.
fn judge(criteria: &Criteria, copied: &Copied, members: &Json) -> Response {
    let found = copied.look_through(criteria);
    if found.is_verified(criteria) {
        return verified(found.matched, copied.kept);
    }
    let mut problem = Problem::new(StatusCode::CONFLICT, "not_verified", found.in_words(criteria, copied));
    problem.members = json!({"verified": false, "matched": found.matched, "nearest": nearest(criteria, &found, copied)});
    if let Criteria::Sequence(steps) = criteria {
        let operation = steps.get(found.steps.len()).and_then(|it| it.word("operation"));
        let after = found.steps.last().map(|it| format!("req-{it}"));
        problem.members["missing"] = json!({"step": found.steps.len() + 1, "operation": operation, "after": after});
    }
    if copied.kept == Kept::TheLatest {
        problem.members["truncated"] = json!(true);
    }
    if 0 < found.unread {
        problem.members["unread"] = json!(found.unread);
    }
    for (name, it) in members.as_object().into_iter().flatten() {
        problem.members[name] = it.clone();
    }
    problem.render()
}
