//! What differs from the documented behaviour: each rule says what it is on, when it fires and what it does.

use std::cell::Cell;
use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::ids::COUNT_MAX;
use super::matching::{Matcher, Work};
use crate::kit::heap;
use crate::kit::ids::Draws;
use crate::kit::time::{Duration, Timestamp, later};

mod attempts;
pub mod effects;
pub mod faults;
pub mod patch;
#[cfg(test)]
mod tests;

pub use attempts::{ATTEMPTS_MAX, is_selector, selects_attempts};
pub use effects::{Business, Effects, Latency, LifecycleStep, Override, Spread, Transport};
pub use faults::{ANSWERS_MAX, CopiesLeave, GivenAnswer, Lost, UNANSWERED, WebhookFault};
pub use patch::{PATHS_MAX, Patch};

/// Rules of one sandbox.
pub const RULES_MAX: usize = 1_000;
/// What the rules of one sandbox may cost together.
pub const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes that the compiled patterns of all rules of a sandbox take.
pub const PATTERN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Unique in its sandbox: the name it was given, or `rule-3`.
    pub name: String,
    pub on: On,
    pub when: When,
    pub then: Effects,
    /// The rule is removed when this duration has passed since it was added.
    pub ttl: Option<Duration>,
    /// The rule as it was written, as JSON with its order and its digits: read again, it gives this rule.
    pub written: String,
}

/// What a rule is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Requests to a provider; one operation of it, or any.
    Requests { provider: String, operation: Option<String> },
    /// Webhooks of a provider.
    Webhooks { provider: String },
    /// Nothing: only the header `Playmoney-Fault` asks for it.
    Header,
}

/// The conditions of a rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    pub body: Option<Matcher>,
    pub headers: Option<Matcher>,
    pub query: Option<Matcher>,
    pub event: Option<Matcher>,
    pub account: Option<Matcher>,
    /// The attempts of a webhook on which the effects act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Matcher>,
    /// This number of matches pass before the rule fires.
    pub after: u64,
    /// The rule fires at most this number of times.
    pub times: Option<u64>,
    pub until: Option<Until>,
    /// The share of matches for which it fires.
    pub probability: Option<Decimal>,
}

/// When a rule stops firing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    Moment(Timestamp),
    /// This duration after the rule was added.
    Age(Duration),
}

/// A rule of a sandbox, with its counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActiveRule {
    pub rule: Rule,
    pub added_at: Timestamp,
    /// How many requests or webhooks have matched.
    pub fitted: u64,
    /// How many times it has fired.
    pub fired: u64,
    /// The random stream of an unnamed rule: its text, and its index among rules with the same text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stream: Option<String>,
}

/// The rules of a sandbox, in the order in which they are asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Saved")]
pub struct Rules {
    standing: Vec<ActiveRule>,
    /// How many rules have been added, for names.
    added: u64,
    /// What they cost. Counted again when a saved state is read.
    #[serde(skip_serializing)]
    bytes: usize,
}

#[derive(Deserialize)]
struct Saved {
    standing: Vec<ActiveRule>,
    added: u64,
}

impl From<Saved> for Rules {
    fn from(Saved { standing, added }: Saved) -> Self {
        let bytes = standing.iter().map(|it| it.rule.bytes()).sum();
        Self { standing, added, bytes }
    }
}

/// What the conditions of a rule are compared with.
#[derive(Clone, Copy)]
pub struct RuleInput<'a> {
    pub provider: &'a str,
    /// The operation; `None` when the path belongs to none.
    pub operation: Option<&'a str>,
    /// The event of a webhook; `None` for a request.
    pub event: Option<&'a str>,
    pub account: Option<&'a str>,
    /// Called only by rules with a condition on it.
    pub body: &'a dyn Fn() -> Json,
    pub headers: &'a dyn Fn() -> Json,
    pub query: &'a dyn Fn() -> Json,
    /// What all patterns together may cost.
    pub work: &'a Work,
    /// The rule whose pattern was not found in the beginning of a text, while the rest was not looked at.
    pub unread: &'a Cell<Option<String>>,
}

impl RuleInput<'_> {
    /// What the journal says of a rule whose pattern was not compared with the whole text.
    pub fn note(&self) -> Option<String> {
        let rule = self.unread.take()?;
        Some(format!(
            "the rule `{rule}` does not fire: its pattern was compared with the beginning of a long text only, and was not found there"
        ))
    }
}

impl Rules {
    /// The rules of a scenario, in its order. A generated name is never the same as a name in the scenario.
    pub fn of(now: Timestamp, all: &[Rule]) -> Self {
        let given: BTreeSet<&str> = all.iter().map(|it| it.name.as_str()).collect();
        let mut own = Self::default();
        for it in all {
            own.put(now, it.clone(), false, &given);
        }
        own
    }

    /// Whether this sandbox has no rules, so that a request need not be compared with any.
    pub fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    /// All, in the order in which they are asked.
    pub fn iter(&self) -> impl Iterator<Item = &ActiveRule> {
        self.standing.iter()
    }

    /// The rule with this name.
    pub fn get(&self, name: &str) -> Option<&ActiveRule> {
        self.standing.iter().find(|it| it.rule.name == name)
    }

    /// Whether another rule would have too large patterns beside those of the others.
    pub fn has_room_for(&self, rule: &Rule) -> bool {
        self.pattern_bytes() + rule.when.pattern_bytes() <= PATTERN_BYTES_MAX
    }

    fn pattern_bytes(&self) -> usize {
        self.standing.iter().map(|it| it.rule.when.pattern_bytes()).sum()
    }

    /// Adds a rule after or before all others. `None`: the sandbox has [`RULES_MAX`] rules or
    /// [`BYTES_MAX`] of them, or one with this name.
    pub fn add(&mut self, now: Timestamp, rule: Rule, first: bool) -> Option<&ActiveRule> {
        self.put(now, rule, first, &BTreeSet::new())
    }

    fn put(&mut self, now: Timestamp, mut rule: Rule, first: bool, given: &BTreeSet<&str>) -> Option<&ActiveRule> {
        let bytes = rule.bytes();
        if self.standing.len() >= RULES_MAX || BYTES_MAX < self.bytes + bytes {
            return None;
        }
        self.added += 1;
        let mut stream = None;
        if rule.name.is_empty() {
            let own = rule.text_stream();
            let alike = |it: &&ActiveRule| it.stream.as_ref().is_some_and(|stream| stream.starts_with(&own));
            stream = Some(format!("{own} {}", self.standing.iter().filter(alike).count()));
            let is_free = |name: &String| self.get(name).is_none() && !given.contains(name.as_str());
            rule.name = (self.added..=COUNT_MAX).map(|it| format!("rule-{it}")).find(is_free)?;
        }
        if self.get(&rule.name).is_some() {
            return None;
        }
        let place = if first { 0 } else { self.standing.len() };
        self.bytes += bytes;
        self.standing.insert(place, ActiveRule { rule, added_at: now, fitted: 0, fired: 0, stream });
        self.standing.get(place)
    }

    /// Removes a rule; `false`: no rule has this name.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.standing.len();
        self.retain(|it| it.rule.name != name);
        self.standing.len() < before
    }

    /// Removes all rules.
    pub fn clear(&mut self) {
        self.retain(|_| false);
    }

    fn retain(&mut self, stays: impl Fn(&ActiveRule) -> bool) {
        let bytes = &mut self.bytes;
        self.standing.retain(|it| {
            let stays = stays(it);
            *bytes -= if stays { 0 } else { it.rule.bytes() };
            stays
        });
    }

    /// Removes rules whose `ttl` has passed.
    pub fn expire(&mut self, now: Timestamp) {
        self.retain(|it| it.rule.ttl.is_none_or(|ttl| later(it.added_at, ttl).is_none_or(|end| now < end)));
    }

    /// The name and the effects of the first rule that fires. Every match is counted, whether the rule fires or not; rules
    /// after the one that fires are not asked. A rule on webhooks that only says what the provider takes for the answers is
    /// not among them.
    pub fn fire(&mut self, now: Timestamp, seed: u64, input: RuleInput<'_>) -> Option<(String, Effects)> {
        self.fire_among(now, seed, input, |it| !it.only_answers())
    }

    /// The same among the rules on webhooks that only say what the provider takes for the answers.
    pub fn fire_answering(&mut self, now: Timestamp, seed: u64, input: RuleInput<'_>) -> Option<(String, Effects)> {
        self.fire_among(now, seed, input, Effects::only_answers)
    }

    fn fire_among(&mut self, now: Timestamp, seed: u64, input: RuleInput<'_>, is_asked: fn(&Effects) -> bool) -> Option<(String, Effects)> {
        self.expire(now);
        let fired = self.standing.iter_mut().find_map(|it| (is_asked(&it.rule.then) && it.fires(now, seed, input)).then_some(it))?;
        Some((fired.rule.name.clone(), fired.rule.then.clone()))
    }

    /// The rule that a request asks for by name, whichever requests the rule is on.
    pub fn ask_for(&mut self, now: Timestamp, name: &str) -> Option<(String, Effects)> {
        self.expire(now);
        let it = self.standing.iter_mut().find(|it| it.rule.name == name && !matches!(it.rule.on, On::Webhooks { .. }))?;
        it.fired += 1;
        Some((it.rule.name.clone(), it.rule.then.clone()))
    }

    /// Whether a sandbox can have these rules: they may come from a saved state.
    pub fn is_sound(&self) -> bool {
        let names: BTreeSet<&str> = self.standing.iter().map(|it| it.rule.name.as_str()).collect();
        let counts = |it: &ActiveRule| it.fitted < COUNT_MAX && it.fired < COUNT_MAX;
        let streams = |it: &ActiveRule| {
            let is_generated = || it.rule.name.strip_prefix("rule-").is_some_and(|number| number.parse::<u64>().is_ok());
            it.stream.as_ref().is_none_or(|own| is_generated() && own.starts_with(&format!("{} ", it.rule.text_stream())))
        };
        let rules = self.standing.iter().all(|it| counts(it) && streams(it) && it.rule.is_sound());
        self.standing.len() <= RULES_MAX
            && self.bytes <= BYTES_MAX
            && self.pattern_bytes() <= PATTERN_BYTES_MAX
            && names.len() == self.standing.len()
            && rules
            && self.added < COUNT_MAX
    }
}

impl Rule {
    /// What it costs: as it was written, and as it was read.
    fn bytes(&self) -> usize {
        2 * (size_of::<ActiveRule>() + heap::json(&self.shown()))
    }

    /// The rule as it was written, for answers.
    pub fn shown(&self) -> Json {
        serde_json::from_str(&self.written).unwrap_or_default()
    }

    /// What its text adds to the random stream of an unnamed rule: the same for each order of its members.
    fn text_stream(&self) -> String {
        format!("{:016x}", Draws::new(0, &self.shown().to_string(), 0).below(u64::MAX))
    }

    fn is_sound(&self) -> bool {
        let age = if let Some(Until::Age(span)) = self.when.until { Some(span) } else { None };
        let spans = [self.ttl, age].into_iter().flatten().all(|it| !it.is_negative());
        let attempt = self.when.attempt.as_ref().is_none_or(selects_attempts);
        !self.name.is_empty() && spans && attempt && self.when.probability.is_none_or(effects::is_share) && self.then.is_sound()
    }
}

impl ActiveRule {
    /// Whether its name was generated.
    pub fn is_unnamed(&self) -> bool {
        self.stream.is_some()
    }

    /// Its random stream: with the seed it decides the draws. No other rule changes it.
    pub fn stream(&self) -> &str {
        self.stream.as_deref().unwrap_or(&self.rule.name)
    }

    fn fires(&mut self, now: Timestamp, seed: u64, input: RuleInput<'_>) -> bool {
        if !self.is_on(input) {
            return false;
        }
        if !self.rule.when.holds(input) {
            if input.work.take_cut() {
                input.unread.set(Some(self.rule.name.clone()));
            }
            return false;
        }
        let when = &self.rule.when;
        let over = match when.until {
            None => false,
            Some(Until::Moment(end)) => end <= now,
            Some(Until::Age(span)) => later(self.added_at, span).is_some_and(|end| end <= now),
        };
        if over || when.times.is_some_and(|times| times <= self.fired) {
            return false;
        }
        self.fitted += 1;
        let fires = when.after < self.fitted && self.is_drawn(seed);
        self.fired += u64::from(fires);
        fires
    }

    fn is_on(&self, input: RuleInput<'_>) -> bool {
        match &self.rule.on {
            On::Requests { provider, operation } => {
                input.event.is_none()
                    && provider == input.provider
                    && operation.as_ref().is_none_or(|it| Some(it.as_str()) == input.operation)
            }
            On::Webhooks { provider } => input.event.is_some() && provider == input.provider,
            On::Header => false,
        }
    }

    /// Whether the draw for this match lets the rule fire. Each rule draws from its own stream, by the number of the match.
    fn is_drawn(&self, seed: u64) -> bool {
        /// The resolution of a share.
        const PARTS: u64 = 1_000_000_000;
        let Some(share) = self.rule.when.probability else { return true };
        let drawn = Draws::new(seed, &format!("rule {}", self.stream()), self.fitted).below(PARTS);
        Decimal::from(drawn) < share * Decimal::from(PARTS)
    }
}

impl When {
    fn pattern_bytes(&self) -> usize {
        let matchers = [&self.body, &self.headers, &self.query, &self.event, &self.account, &self.attempt];
        matchers.into_iter().flatten().map(Matcher::pattern_bytes).sum()
    }

    fn holds(&self, input: RuleInput<'_>) -> bool {
        let fits = |matcher: &Option<Matcher>, value: &dyn Fn() -> Option<Json>| {
            matcher.as_ref().is_none_or(|it| it.fits_within(value().as_ref(), input.work))
        };
        fits(&self.event, &|| input.event.map(Json::from))
            && fits(&self.account, &|| input.account.map(Json::from))
            && fits(&self.body, &|| Some((input.body)()))
            && fits(&self.headers, &|| Some((input.headers)()))
            && fits(&self.query, &|| Some((input.query)()))
    }
}
