//! Steps that expect a webhook, or none.

use serde_json::{Value as Json, json};

use super::answers::{judge, miss, within};
use super::{Runner, StepFailure};
use crate::engine::delivery::{Attempt, Delivery, delivery_name};
use crate::engine::inbox::Signature;
use crate::engine::matching::{Matcher, Mismatch};
use crate::engine::signature::Received;
use crate::engine::world::World;
use crate::kit::http::headers_in_full;
use crate::scenario::Step;
use crate::scenario::reference::resolved;
use crate::scenario::yaml::Node;

/// Webhooks that a failure names.
const NAMED_MAX: usize = 10;

/// What a step can expect of a webhook, in the order in which it is compared.
const CRITERIA: &[&str] = &["event", "subject", "account", "url", "headers", "body", "signature", "status", "attempts"];

impl Runner<'_> {
    /// Expects that such a webhook has left.
    pub fn expect_webhook(&mut self, step: &Step, with: &Node) -> Result<String, StepFailure> {
        let fork = step.fork.as_deref();
        let with = resolved(with, &self.saved).map_err(StepFailure::new)?;
        let sent = self.find_webhooks(fork, &with)?;
        let wanted = criteria(&with)?;
        let judged_all: Vec<(&Json, Vec<Mismatch>)> = sent.iter().map(|it| (it, misses(&wanted, it))).collect();
        let fitting: Vec<&Json> = judged_all.iter().filter(|it| it.1.is_empty()).map(|it| it.0).collect();
        let count = with.get("count").map(|node| Matcher::read(node).map_err(|it| StepFailure::new(it.what))).transpose()?;
        let found = json!(fitting.len());
        let enough = count.as_ref().map_or(!fitting.is_empty(), |it| it.fits(Some(&found)));
        if !enough {
            let expected = count.map_or_else(|| "at least one".to_owned(), |it| it.in_words());
            let mut why = format!("{} of {} webhooks fit, but the step expects {expected}", fitting.len(), sent.len());
            let names: Vec<String> = fitting.iter().take(NAMED_MAX).map(|it| name(it)).collect();
            if !names.is_empty() {
                why = format!("{why}; those that fit: {}", names.join(", "));
            }
            if let Some(due) = self.due_next(fork).filter(|_| fitting.is_empty()) {
                why = format!("{why}; {due}");
            }
            let mut failure = StepFailure::new(why);
            // The webhook with the fewest mismatches helps most.
            if let Some((nearest, own)) = judged_all.iter().filter(|it| !it.1.is_empty()).min_by_key(|it| it.1.len()) {
                failure.misses.clone_from(own);
                failure.answer = Some(format!("the nearest: {nearest}"));
            }
            return Err(failure);
        }
        if let (Some(name), Some(last)) = (&step.save, fitting.last()) {
            self.save(name, (*last).clone())?;
        }
        Ok(format!("{} sent", fitting.len()))
    }

    /// Expects that no such webhook has left.
    pub fn expect_no_webhook(&mut self, fork: Option<&str>, with: &Node) -> Result<String, StepFailure> {
        let with = resolved(with, &self.saved).map_err(StepFailure::new)?;
        let sent = self.find_webhooks(fork, &with)?;
        let wanted = criteria(&with)?;
        let fitting = sent.iter().find(|it| misses(&wanted, it).is_empty());
        match fitting {
            None => Ok("none sent".to_owned()),
            Some(it) => judge(vec![miss("webhook", "none", "one was sent")], || it.to_string()).map(|()| String::new()),
        }
    }

    /// Every webhook of a provider that has left, as steps compare it.
    fn find_webhooks(&mut self, fork: Option<&str>, with: &Node) -> Result<Vec<Json>, StepFailure> {
        let provider = with.get("provider").and_then(Node::plain).unwrap_or("").to_owned();
        let mut all = Vec::new();
        let mut known = true;
        self.stage.look(fork, &mut |world| {
            let Some(provider_id) = world.provider_id(&provider) else { return known = false };
            let own = world.core.outbox.iter().filter(|it| it.provider_id == provider_id);
            all = own.flat_map(|it| it.attempts.iter().map(|attempt| webhook(world, it, attempt))).collect();
        });
        if known { Ok(all) } else { Err(StepFailure::new(format!("no provider is named `{provider}`"))) }
    }
}

/// The name of an attempt: `dlv-1 attempt 2`.
fn name(webhook: &Json) -> String {
    format!("{} attempt {}", webhook["id"].as_str().unwrap_or(""), webhook["attempt"])
}

/// One attempt of a webhook, as steps compare it.
fn webhook(world: &World, delivery: &Delivery, attempt: &Attempt) -> Json {
    let body = &attempt.body.text(&delivery.body).0;
    let headers = attempt.headers.map();
    let received = Received { url: Some(&delivery.url), headers: &headers, body, now: attempt.at, date: attempt.at };
    let (_, signature) = world.judge(&received);
    let signature = match signature {
        Signature::Valid => "valid",
        Signature::Invalid => "invalid",
        Signature::Unsigned => "unsigned",
    };
    let body = serde_json::from_slice(body).unwrap_or_else(|_| Json::from(String::from_utf8_lossy(body)));
    json!({
        "id": delivery_name(delivery.id), "event": delivery.event, "subject": delivery.subject, "account": delivery.account,
        "url": delivery.url, "status": delivery.status.word(), "attempts": delivery.scheduled, "at": attempt.at,
        "attempt": attempt.number, "signature": signature, "headers": headers_in_full(&headers), "body": body,
    })
}

fn criteria(with: &Node) -> Result<Vec<(&'static str, Matcher)>, StepFailure> {
    let read = |name: &str, it: &Node| if ["subject", "account"].contains(&name) { Matcher::of_name(it) } else { Matcher::read(it) };
    let one = |name: &&'static str| {
        let matcher = read(name, with.get(name)?).map_err(|it| StepFailure::new(it.what));
        Some(matcher.map(|it| (*name, it)))
    };
    CRITERIA.iter().filter_map(one).collect()
}

fn misses(wanted: &[(&'static str, Matcher)], sent: &Json) -> Vec<Mismatch> {
    wanted.iter().flat_map(|(name, own)| own.misses(sent.get(*name)).into_iter().map(|it| within(name, it))).collect()
}
