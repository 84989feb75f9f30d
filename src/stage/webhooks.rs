//! Steps that expect a webhook, or none.

use serde_json::{Value as Json, json};

use super::answers::{judge, miss, within};
use super::{Received, Runner, StepFailure};
use crate::control::in_brackets;
use crate::engine;
use crate::engine::delivery::{Attempt, Delivery, delivery_name};
use crate::engine::inbox::Signature;
use crate::engine::matching::{Matcher, Mismatch};
use crate::engine::world::World;
use crate::kit::http::{Method, headers_in_full};
use crate::kit::time::Timestamp;
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
        let mut wanted = criteria(&with)?;
        // By another schedule the same webhook has another number of attempts.
        let is_deviated = self.watch.is_deviated();
        wanted.retain(|it| !is_deviated || it.0 != "attempts");
        let judged_all: Vec<(&Sent, Vec<Mismatch>)> = sent.iter().map(|it| (it, misses(&wanted, &it.values))).collect();
        let fitting: Vec<&Sent> = judged_all.iter().filter(|it| it.1.is_empty()).map(|it| it.0).collect();
        let count = with.get("count").map(|node| Matcher::read(node).map_err(|it| StepFailure::new(it.what))).transpose()?;
        let found = json!(fitting.len());
        let is_some = is_deviated && !fitting.is_empty() && count.as_ref().is_some_and(|it| !it.fits(Some(&json!(0))));
        let enough = is_some || count.as_ref().map_or(!fitting.is_empty(), |it| it.fits(Some(&found)));
        if !enough {
            let expected = count.map_or_else(|| "at least one".to_owned(), |it| it.in_words());
            let mut why = format!("{} of {} webhooks fit, but the step expects {expected}", fitting.len(), sent.len());
            let names: Vec<String> = fitting.iter().take(NAMED_MAX).map(|it| it.name()).collect();
            if !names.is_empty() {
                let more = fitting.len() - names.len();
                let more = if 0 < more { format!(" and {more} more") } else { String::new() };
                why = format!("{why}; those that fit: {}{more}", names.join(", "));
            }
            if fitting.is_empty() {
                why = format!("{why}; {}", self.due_next(fork));
            }
            let mut failure = StepFailure::new(why);
            // The webhook with the fewest mismatches helps most, and the latest of several.
            if let Some((nearest, own)) = judged_all.iter().rev().filter(|it| !it.1.is_empty()).min_by_key(|it| it.1.len()) {
                failure.misses.clone_from(own);
                failure.answer = Some(format!("the nearest: {}", nearest.values));
                let of_body = wanted.iter().find(|it| it.0 == "body").map(|it| &it.1);
                failure.received = Some(nearest.received(&format!("the nearest of {}: ", sent.len()), of_body));
            }
            return Err(failure);
        }
        if let (Some(name), Some(last)) = (&step.save, fitting.last()) {
            self.save(name, last.values.clone())?;
        }
        Ok(format!("{} sent", fitting.len()))
    }

    /// Expects that no such webhook has left.
    pub fn expect_no_webhook(&mut self, fork: Option<&str>, with: &Node) -> Result<String, StepFailure> {
        let with = resolved(with, &self.saved).map_err(StepFailure::new)?;
        let sent = self.find_webhooks(fork, &with)?;
        let wanted = criteria(&with)?;
        let counts = self.watch.is_deviated() && wanted.iter().any(|it| it.0 == "attempts");
        let fitting = sent.iter().find(|it| !counts && misses(&wanted, &it.values).is_empty());
        match fitting {
            None => Ok("none sent".to_owned()),
            Some(it) => {
                let shown = || (it.values.to_string(), it.received("", None));
                judge(vec![miss("webhook", "none", "one was sent")], shown).map(|()| String::new())
            }
        }
    }

    /// What is due next in the sandbox, for a step that expected more than has happened.
    fn due_next(&mut self, fork: Option<&str>) -> String {
        let answer = self.control(fork, Method::GET, "clock", "").ok();
        let clock: Json = answer.and_then(|it| serde_json::from_slice(&it.body).ok()).unwrap_or_default();
        let moment = |text: &Json| text.as_str().and_then(|it| it.parse::<Timestamp>().ok());
        let (Some(now), Some(at)) = (moment(&clock["now"]), moment(&clock["next"]["at"])) else {
            return "nothing more is due".to_owned();
        };
        let words = ["provider", "subject"].map(|it| clock["next"][it].as_str().unwrap_or(""));
        let whose = words.join(" ").trim().to_owned();
        let whose = if whose.is_empty() { whose } else { format!(" of {whose}") };
        let kind = clock["next"]["kind"].as_str().unwrap_or("");
        format!("what is due next is a {kind}{whose} at {at} (advance: {:#})", at.duration_since(now))
    }

    /// Every webhook of a provider that has left, as steps compare it.
    fn find_webhooks(&mut self, fork: Option<&str>, with: &Node) -> Result<Vec<Sent>, StepFailure> {
        let provider = with.get("provider").and_then(Node::plain).unwrap_or("").to_owned();
        let mut all = Vec::new();
        let mut known = true;
        self.stage.look(fork, &mut |world| {
            let Some(provider_id) = world.provider_id(&provider) else { return known = false };
            let own = world.core.outbox.iter().filter(|it| it.provider_id == provider_id);
            all = own.flat_map(|it| it.attempts.iter().map(|attempt| Sent::of(world, it, attempt))).collect();
        });
        if known { Ok(all) } else { Err(StepFailure::new(format!("no provider is named `{provider}`"))) }
    }
}

/// One attempt of a webhook.
struct Sent {
    /// As steps compare it.
    values: Json,
    body: Vec<u8>,
}

impl Sent {
    fn of(world: &World, delivery: &Delivery, attempt: &Attempt) -> Self {
        let body = &attempt.body.text(&delivery.body).0;
        let headers = attempt.headers.map();
        let received = engine::signature::Received { url: Some(&delivery.url), headers: &headers, body, now: attempt.at, date: attempt.at };
        let (_, signature) = world.judge(&received);
        let signature = match signature {
            Signature::Valid => "valid",
            Signature::Invalid => "invalid",
            Signature::Unsigned => "unsigned",
        };
        let parsed = serde_json::from_slice(body).unwrap_or_else(|_| Json::from(String::from_utf8_lossy(body)));
        let values = json!({
            "id": delivery_name(delivery.id), "event": delivery.event, "subject": delivery.subject, "account": delivery.account,
            "url": delivery.url, "status": delivery.status.word(), "attempts": delivery.scheduled, "at": attempt.at,
            "attempt": attempt.number, "signature": signature, "headers": headers_in_full(&headers), "body": parsed,
        });
        Self { values, body: body.to_vec() }
    }

    /// Its name: `dlv-1 attempt 2`.
    fn name(&self) -> String {
        format!("{} attempt {}", self.values["id"].as_str().unwrap_or(""), self.values["attempt"])
    }

    fn received(&self, before: &str, of_body: Option<&Matcher>) -> Received {
        let [event, subject, at] = ["event", "subject", "at"].map(|it| self.values[it].as_str().unwrap_or(""));
        let what = format!("{before}{}, {event}{} for {subject}, at {at}", self.name(), in_brackets(event, &self.values["body"]));
        Received::of(what, &self.body, of_body)
    }
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
