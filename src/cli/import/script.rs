//! The scenario that an import writes, step by step, and its YAML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::kit::time::{Duration, Timestamp};

/// A whole scenario.
#[derive(Serialize)]
pub struct Script {
    pub version: u8,
    pub name: String,
    pub description: String,
    pub clock: Clock,
    pub providers: BTreeMap<&'static str, Json>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    pub steps: Vec<Step>,
}

/// When it begins.
#[derive(Serialize)]
pub struct Clock {
    pub mode: &'static str,
    pub now: String,
}

/// The moment at which every imported scenario begins: the dates of a log are not for others.
pub const BEGINNING: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// One step, in the words of the grammar.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Step {
    Call(Box<Call>),
    Act(Act),
    Advance { advance: String },
    Rule { rule: Rule },
    Expect { expect_webhook: ExpectWebhook },
}

/// A call of the merchant.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    pub call: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub with: Map<String, Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    #[serde(skip_serializing_if = "Json::is_null")]
    pub expect: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save: Option<String>,
    /// The line of the log that it is about.
    #[serde(skip)]
    pub line: Option<usize>,
}

/// What a customer, a bank or a blockchain does.
#[derive(Clone, Debug, Serialize)]
pub struct Act {
    pub act: String,
    pub with: Map<String, Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save: Option<String>,
    /// The line of the log that it explains.
    #[serde(skip)]
    pub line: Option<usize>,
}

/// A rule on the next webhook or call of that kind, or on all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'static str>,
    pub on: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub when: Map<String, Json>,
    pub then: Map<String, Json>,
}

/// How many requests of an event left in all.
#[derive(Clone, Debug, Serialize)]
pub struct ExpectWebhook {
    pub provider: &'static str,
    pub event: String,
    pub count: usize,
}

/// A duration as scenarios write it.
pub fn span(span: Duration) -> String {
    format!("{span:#}").replace(' ', "")
}

impl Step {
    /// The line of the log that it is about.
    fn line(&self) -> Option<usize> {
        match self {
            Self::Call(it) => it.line,
            Self::Act(it) => it.line,
            Self::Advance { .. } | Self::Rule { .. } | Self::Expect { .. } => None,
        }
    }

    /// The name under which it saves its answer.
    fn saves(&mut self) -> Option<&mut Option<String>> {
        match self {
            Self::Call(it) => Some(&mut it.save),
            Self::Act(it) => Some(&mut it.save),
            Self::Advance { .. } | Self::Rule { .. } | Self::Expect { .. } => None,
        }
    }
}

/// The names of the saved values to which a text refers: `a` of `${a.b}`, `${a[0]}` and `${a}`.
pub fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|it| it.split(['.', '[', '}']).next())
}

/// The text of a scenario with the line of the log behind each call and each action.
pub fn with_lines(text: &str, steps: &[Step]) -> String {
    let Some((front, listed)) = text.split_once("\nsteps:\n") else { return text.to_owned() };
    let mut steps = steps.iter();
    let mut written = format!("{front}\nsteps:\n");
    for row in listed.lines() {
        written += row;
        // Everything inside a step is further to the right.
        let step = if row.starts_with("- ") { steps.next() } else { None };
        if let Some(line) = step.and_then(Step::line) {
            _ = write!(written, " # line {line}");
        }
        written.push('\n');
    }
    written
}

/// The same steps without names that nothing refers to. Walks through time that follow one another are one.
pub fn tidied(mut steps: Vec<Step>, spans: &BTreeMap<usize, Duration>) -> Vec<Step> {
    let text = json!(steps).to_string();
    let referred: BTreeSet<&str> = references(&text).collect();
    for step in &mut steps {
        if let Some(save) = step.saves()
            && save.as_deref().is_some_and(|name| !referred.contains(name))
        {
            *save = None;
        }
    }
    let mut tidied: Vec<Step> = Vec::new();
    let mut walk = Duration::ZERO;
    for (place, step) in steps.into_iter().enumerate() {
        let Some(own) = spans.get(&place) else {
            walk = Duration::ZERO;
            tidied.push(step);
            continue;
        };
        if matches!(tidied.last(), Some(Step::Advance { .. })) {
            tidied.pop();
        }
        walk = walk.saturating_add(*own);
        tidied.push(Step::Advance { advance: span(walk) });
    }
    tidied
}
