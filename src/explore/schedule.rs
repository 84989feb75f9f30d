//! A schedule: how deliveries leave otherwise than in the plain run. Each deviation is an effect of a rule on one delivery.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::engine::rules::Rule;
use crate::engine::tables::Contract;
use crate::kit::time::Duration;
use crate::scenario::{Known, parse_rule};

/// A delivery, as every run tells it apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Which {
    pub provider: String,
    pub event: String,
    /// How many deliveries of this event were made before it, without those on which a rule of the scenario acts.
    pub nth: u64,
}

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Each attempt is sent this number of times in all.
    Duplicate(u32),
    /// The same, and all copies leave at once, so that they can meet at the receiver.
    Together(u32),
    /// The receiver sees this number of attempts, and the provider takes each for a timeout.
    AnswerLost(u32),
    /// The receiver does not see this number of attempts.
    Unreachable(u32),
    /// The first attempt leaves later.
    Delay(Duration),
}

impl Effect {
    /// The name of the effect in a rule.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Duplicate(_) | Self::Together(_) => "duplicate",
            Self::AnswerLost(_) => "answer_lost",
            Self::Unreachable(_) => "unreachable",
            Self::Delay(_) => "delay",
        }
    }

    /// The value of the effect in a rule.
    pub fn value(self) -> Json {
        match self {
            Self::Duplicate(n) | Self::AnswerLost(n) | Self::Unreachable(n) => json!(n),
            Self::Together(n) => json!({"copies": n, "together": true}),
            Self::Delay(span) if span.subsec_nanos() == 0 => json!(format!("{}s", span.as_secs())),
            Self::Delay(span) => json!(format!("{}ms", span.as_millis())),
        }
    }

    /// What it means, after the name of a webhook.
    pub fn in_words(self) -> String {
        match self {
            Self::Duplicate(2) => "is sent twice".to_owned(),
            Self::Duplicate(n) => format!("is sent {n} times"),
            Self::Together(2) => "is sent twice at the same moment".to_owned(),
            Self::Together(n) => format!("is sent {n} times at the same moment"),
            Self::AnswerLost(1) => "is received twice: the first answer is lost".to_owned(),
            Self::AnswerLost(n) => format!("is received {} times: the first {n} answers are lost", n + 1),
            Self::Unreachable(1) => "does not arrive before its second attempt".to_owned(),
            Self::Unreachable(n) => format!("does not arrive before attempt {}", n + 1),
            Self::Delay(span) => format!("is held back for {span:#}"),
        }
    }
}

/// One effect on one delivery.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deviation {
    pub which: Which,
    pub effect: Effect,
}

impl Deviation {
    /// Whether both can stand in one schedule.
    pub fn fits_with(&self, other: &Self) -> bool {
        self.which != other.which || self.effect.word() != other.effect.word()
    }
}

/// Deviations in their order, at most one of each kind on a delivery.
pub type Schedule = Vec<Deviation>;

/// The rules that bring a schedule about, as they are written in a scenario.
///
/// A rule after one that fires is not asked, and does not count the delivery. So the rule for a later delivery stands before the rule for
/// an earlier one of the same event: it is asked about both.
pub fn written_rules(schedule: &[Deviation], prefix: &str) -> Vec<Json> {
    let mut by_delivery: BTreeMap<&Which, serde_json::Map<String, Json>> = BTreeMap::new();
    for it in schedule {
        by_delivery.entry(&it.which).or_default().insert(it.effect.word().to_owned(), it.effect.value());
    }
    let rule = |(place, (which, then)): (usize, (&Which, serde_json::Map<String, Json>))| {
        let mut when = json!({"event": which.event, "times": 1});
        if 0 < which.nth {
            when["after"] = json!(which.nth);
        }
        json!({"name": format!("{prefix}-{}", place + 1), "on": format!("{}:webhook", which.provider), "when": when, "then": then})
    };
    by_delivery.into_iter().rev().enumerate().map(rule).collect()
}

/// The same, as a sandbox has them.
///
/// # Panics
/// When a deviation names a provider or an event that the contracts do not have.
pub fn rules(schedule: &[Deviation], prefix: &str, contracts: &[&'static Contract]) -> Vec<Rule> {
    let known = Known { contracts, environment: None };
    let read = |rule: Json| parse_rule(&rule.to_string(), known).map(|it| it.0).expect("it is written as the grammar says");
    written_rules(schedule, prefix).into_iter().map(read).collect()
}
