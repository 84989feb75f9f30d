//! Steps that wait for a call of the application under test.

use serde_json::{Value as Json, json};

use super::answers::within;
use super::{PATIENCE, Received, Runner, StepFailure};
use crate::engine::log::{Entry, RequestEntry};
use crate::engine::matching::{Matcher, Mismatch};
use crate::engine::world::World;
use crate::kit::http::{form_pairs, headers_in_full};
use crate::kit::time::parse_duration;
use crate::scenario::Step;
use crate::scenario::reference::resolved;
use crate::scenario::yaml::Node;

impl Runner<'_> {
    /// Waits for a call, and takes it: a later step that waits for the same gets the next call.
    pub fn wait_for(&mut self, step: &Step, with: &Node) -> Result<String, StepFailure> {
        let fork = step.fork.as_deref();
        let with = resolved(with, &self.saved).map_err(StepFailure::new)?;
        let name = with.get("operation").and_then(Node::plain).unwrap_or("").to_owned();
        let (provider, operation) = name.split_once('.').unwrap_or((&name, ""));
        let wanted = criteria(with.get("where"))?;
        let patience = with
            .get("timeout")
            .and_then(Node::plain)
            .and_then(|it| parse_duration(it).ok())
            .map_or(PATIENCE, jiff::SignedDuration::unsigned_abs);
        let mut nearest: Option<(Vec<Mismatch>, Json)> = None;
        let mut waiting = std::time::Duration::ZERO;
        self.stage.waits(&name, patience);
        loop {
            let mut calls = Vec::new();
            let (own, taken) = (&self.own, &self.taken);
            self.stage.look(fork, &mut |world| {
                let provider_id = world.provider_id(provider);
                let fits =
                    |(entry, it): &(&Entry, &RequestEntry)| entry.provider == provider_id && it.operation.as_deref() == Some(operation);
                let foreign = |(_, it): &(&Entry, &RequestEntry)| {
                    let number = (step.fork.clone(), it.id);
                    !own.contains(&number) && !taken.contains(&number) && it.answer.is_some()
                };
                let fitting = world.core.log.requests().filter(fits).filter(foreign);
                calls = fitting.map(|(entry, it)| (it.id, values(world, entry, it))).collect();
            });
            for (id, call) in calls {
                let misses: Vec<Mismatch> = wanted
                    .iter()
                    .flat_map(|(name, own)| own.misses(call["judged"].get(*name)).into_iter().map(|it| within(name, it)))
                    .collect();
                if misses.is_empty() {
                    self.taken.insert((step.fork.clone(), id));
                    let status = call["response"]["status"].clone();
                    if let Some(save) = &step.save {
                        self.save(save, call)?;
                    }
                    return Ok(format!("{name} was called, and answered {status}"));
                }
                if nearest.as_ref().is_none_or(|it| misses.len() <= it.0.len()) {
                    nearest = Some((misses, call["request"].clone()));
                }
            }
            if patience <= waiting || !self.stage.pause() {
                break;
            }
            waiting += crate::stage::PAUSE;
        }
        let why = if waiting.is_zero() {
            format!("no application can call {name} here: `playmoney run --webhook-url URL` serves one, and waits for its calls")
        } else {
            format!("no such call of {name} has come within {patience:?}")
        };
        Err(nearest.map_or_else(|| StepFailure::new(why.clone()), |(misses, request)| near(&why, misses, &request, &wanted)))
    }
}

/// A failure that shows the call that came nearest.
fn near(why: &str, misses: Vec<Mismatch>, request: &Json, wanted: &[(&'static str, Matcher)]) -> StepFailure {
    let words = ["method", "target"].map(|it| request[it].as_str().unwrap_or(""));
    let of_body = wanted.iter().find(|it| it.0 == "body").map(|it| &it.1);
    let received = Received::of(format!("the nearest: {}", words.join(" ")), request["body"].to_string().as_bytes(), of_body);
    StepFailure { misses, answer: Some(format!("the nearest: {request}")), received: Some(received), ..StepFailure::new(why) }
}

fn criteria(node: Option<&Node>) -> Result<Vec<(&'static str, Matcher)>, StepFailure> {
    let names = ["body", "headers", "query", "account", "status"];
    let matcher = |name: &str, it: &Node| if name == "account" { Matcher::of_name(it) } else { Matcher::read(it) };
    let read = |name: &'static str| {
        let matcher = matcher(name, node?.get(name)?).map_err(|it| StepFailure::new(it.what));
        Some(matcher.map(|it| (name, it)))
    };
    names.into_iter().filter_map(read).collect()
}

/// A call as a step saves it: `${NAME.request.body.price}`, `${NAME.response.body.id}`.
fn values(world: &World, entry: &Entry, it: &RequestEntry) -> Json {
    let parsed = |text: &[u8]| serde_json::from_slice::<Json>(text).unwrap_or_else(|_| Json::from(String::from_utf8_lossy(text)));
    let request = it.as_request();
    let body = entry.provider.map_or(Json::Null, |provider_id| world.provider(provider_id).sent(&request));
    let query: Json = form_pairs(request.query.as_bytes()).into_iter().map(|(name, text)| (name, Json::from(text))).collect();
    let answer = it.answer.as_ref();
    let status = answer.map(|it| it.status);
    let (headers, answer_headers) = (headers_in_full(&it.headers.map()), answer.map(|it| headers_in_full(&it.headers.map())));
    json!({
        "request": {"method": it.method, "target": it.target, "headers": headers, "query": query, "body": body},
        "response": {"status": status, "headers": answer_headers, "body": answer.map(|it| parsed(&it.body.0))},
        "judged": {"body": body, "headers": headers, "query": query, "account": it.account, "status": status},
    })
}
