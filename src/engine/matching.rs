//! Whether a value is as expected, and where it is not: the same for rules, scenarios and waits.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::kit::money;

mod pattern;

pub use pattern::{Pattern, Work};

/// The expectation on a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matcher {
    /// Any value that is present.
    Any,
    /// A missing value.
    Absent,
    Equal(Json),
    /// An object with at least these members; a dotted name reaches inside.
    Members(Vec<(String, Self)>),
    /// A list of exactly these items.
    Items(Vec<Self>),
    /// A number, or a text that is a number, on this side of the bound.
    Compare(Comparison, Decimal),
    /// A text in which the pattern is found.
    Matches(Pattern),
    OneOf(Vec<Json>),
    /// The number of characters of a text, or of items of a list or object.
    Length(Box<Self>),
    /// All of these.
    All(Vec<Self>),
}

/// The side of the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    Gt,
    Gte,
    Lt,
    Lte,
}

/// One expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The place: `invoice.invoice_status`; empty for the whole value.
    pub path: String,
    pub expected: String,
    pub actual: String,
}

/// One comparison of a value, or of a part of it, with what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The place, as in [`Mismatch`].
    pub path: String,
    pub expected: String,
    /// The whole value as JSON, however long: secrets are masked before it is cut.
    pub actual: String,
    pub met: bool,
}

/// Whether a value matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Yes,
    No,
    /// All else matches, but a pattern was compared with the beginning of a text only.
    Unread,
}

impl Fit {
    /// Whether both match.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unread, _) | (_, Self::Unread) => Self::Unread,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}

impl Matcher {
    /// Whether a value matches; `None` is a missing value.
    pub fn fits(&self, value: Option<&Json>) -> bool {
        self.fits_within(value, &Work::of_a_step())
    }

    /// The same with patterns that cost no more than what is left.
    pub fn fits_within(&self, value: Option<&Json>, work: &Work) -> bool {
        let mut misses = Vec::new();
        self.compare(value, "", work, &mut misses);
        misses.is_empty()
    }

    /// Every difference between a value and the expectation.
    pub fn misses(&self, value: Option<&Json>) -> Vec<Mismatch> {
        let mut misses = Vec::new();
        self.compare(value, "", &Work::of_a_step(), &mut misses);
        misses
    }

    /// Whether a value matches, as far as the patterns can say within what is left.
    pub fn fit(&self, value: Option<&Json>, work: &Work) -> Fit {
        let mut fit = Fit::Yes;
        work.take_cut();
        self.visit(value, "", &mut |leaf, _, it| {
            if !leaf.holds(it, work) {
                fit = fit.and(if work.take_cut() { Fit::Unread } else { Fit::No });
            }
        });
        fit
    }

    /// Each comparison of a value, or of a part of it, whether it is as expected or not.
    pub fn comparisons(&self, value: Option<&Json>, work: &Work) -> Vec<Compared> {
        let mut all = Vec::new();
        self.visit(value, "", &mut |leaf, path, it| {
            let actual = it.map_or_else(|| NOTHING.to_owned(), Json::to_string);
            all.push(Compared { path: path.to_owned(), expected: leaf.expected_of(it), actual, met: leaf.holds(it, work) });
        });
        all
    }

    /// Bytes that its compiled patterns take.
    pub fn pattern_bytes(&self) -> usize {
        match self {
            Self::Matches(pattern) => pattern.size(),
            Self::Members(members) => members.iter().map(|it| it.1.pattern_bytes()).sum(),
            Self::Items(all) | Self::All(all) => all.iter().map(Self::pattern_bytes).sum(),
            Self::Length(it) => it.pattern_bytes(),
            Self::Any | Self::Absent | Self::Equal(_) | Self::Compare(..) | Self::OneOf(_) => 0,
        }
    }

    fn compare(&self, value: Option<&Json>, path: &str, work: &Work, misses: &mut Vec<Mismatch>) {
        self.visit(value, path, &mut |leaf, path, it| {
            if !leaf.holds(it, work) {
                misses.push(Mismatch { path: path.to_owned(), expected: leaf.expected_of(it), actual: render(it) });
            }
        });
    }

    /// Every part of the expectation that is compared as a whole, with the place and the value that it is compared with.
    fn visit<'v>(&self, value: Option<&'v Json>, path: &str, visit: &mut dyn FnMut(&Self, &str, Option<&'v Json>)) {
        match (self, value) {
            (Self::Members(members), Some(it @ Json::Object(_))) => {
                for (name, matcher) in members {
                    let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    matcher.visit(reached(it, name), &at, visit);
                }
            }
            (Self::Items(own), Some(Json::Array(items))) if own.len() == items.len() => {
                for (place, (matcher, it)) in own.iter().zip(items).enumerate() {
                    matcher.visit(Some(it), &format!("{path}[{place}]"), visit);
                }
            }
            (Self::All(all), _) => all.iter().for_each(|it| it.visit(value, path, visit)),
            _ => visit(self, path, value),
        }
    }

    /// The expectation in words, and which part of the value was compared, if not all of it.
    fn expected_of(&self, value: Option<&Json>) -> String {
        match (self, value) {
            (Self::Matches(pattern), Some(Json::String(it))) if pattern.text_bytes_max() < it.len() => {
                format!("{} in its first {} bytes", self.in_words(), pattern.text_bytes_max())
            }
            _ => self.in_words(),
        }
    }

    fn holds(&self, value: Option<&Json>, work: &Work) -> bool {
        match (self, value) {
            (Self::Absent, it) => it.is_none(),
            (Self::Any, it) => it.is_some(),
            (Self::Equal(own), Some(it)) => equal(own, it),
            (Self::Compare(side, bound), Some(it)) => number(it).is_some_and(|it| side.holds(it, *bound)),
            (Self::Matches(pattern), Some(Json::String(it))) => pattern.is_found(it, work),
            (Self::OneOf(all), Some(it)) => all.iter().any(|own| equal(own, it)),
            (Self::Length(own), Some(it)) => length(it).is_some_and(|it| own.holds(Some(&it.into()), work)),
            _ => false,
        }
    }

    /// The expectation in words, for messages.
    pub fn in_words(&self) -> String {
        let listed = |all: &[Json]| all.iter().map(Json::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Any => "any value".to_owned(),
            Self::Absent => "nothing".to_owned(),
            Self::Equal(it) => it.to_string(),
            Self::Members(members) => format!("an object with {}", members.iter().map(|it| it.0.as_str()).collect::<Vec<_>>().join(", ")),
            Self::Items(items) => {
                format!("a list of {} items: [{}]", items.len(), items.iter().map(Self::in_words).collect::<Vec<_>>().join(", "))
            }
            Self::Compare(side, bound) => format!("{} {bound}", side.sign()),
            Self::Matches(pattern) => format!("text that matches {}", pattern.as_str()),
            Self::OneOf(all) => format!("one of {}", listed(all)),
            Self::Length(it) => format!("length {}", it.in_words()),
            Self::All(all) => all.iter().map(Self::in_words).collect::<Vec<_>>().join(" and "),
        }
    }
}

impl Comparison {
    fn holds(self, value: Decimal, bound: Decimal) -> bool {
        match self {
            Self::Gt => value > bound,
            Self::Gte => value >= bound,
            Self::Lt => value < bound,
            Self::Lte => value <= bound,
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Gt => ">",
            Self::Gte => ">=",
            Self::Lt => "<",
            Self::Lte => "<=",
        }
    }
}

/// The value that a dotted name reaches. A member with exactly this name comes first.
pub fn reached<'a>(value: &'a Json, name: &str) -> Option<&'a Json> {
    let inside = |it: &'a Json, step: &str| match it {
        Json::Object(members) => members.get(step),
        Json::Array(items) => step.parse::<usize>().ok().and_then(|place| items.get(place)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    };
    inside(value, name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        reached(inside(value, first)?, rest)
    })
}

/// Equality by type: `1` is not `"1"`, but `0.10` is `0.1`.
fn equal(own: &Json, other: &Json) -> bool {
    match (own, other) {
        (Json::Number(a), Json::Number(b)) => a == b || number(own).zip(number(other)).is_some_and(|(a, b)| a == b),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, it)| b.get(name).is_some_and(|other| equal(it, other)))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        _ => own == other,
    }
}

fn number(value: &Json) -> Option<Decimal> {
    match value {
        Json::Number(it) => {
            let text = it.to_string();
            money::parse(&text).or_else(|| Decimal::from_scientific(&text).ok())
        }
        Json::String(it) => money::parse(it),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

fn length(value: &Json) -> Option<usize> {
    match value {
        Json::String(it) => Some(it.chars().count()),
        Json::Array(it) => Some(it.len()),
        Json::Object(it) => Some(it.len()),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

/// What a missing value is called.
const NOTHING: &str = "nothing";

fn render(value: Option<&Json>) -> String {
    in_one_line(value.map_or(NOTHING.to_owned(), Json::to_string))
}

/// A value as it stands in a message.
pub fn in_one_line(text: String) -> String {
    /// Characters of a value in one line.
    const CHARS_MAX: usize = 400;
    if text.chars().count() <= CHARS_MAX { text } else { text.chars().take(CHARS_MAX).chain("...".chars()).collect() }
}
