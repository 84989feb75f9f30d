//! Whether a value is the expected one, and where it is not: the same for rules, for scenarios and for waits.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::scenario::mistakes::Mistake;
use super::scenario::yaml::{Node, What};
use crate::kit::money;

/// The source of a pattern.
const PATTERN_BYTES_MAX: usize = 1024;
/// A compiled pattern.
const PATTERN_SIZE_MAX: usize = 1024 * 1024;

/// What a value has to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matcher {
    /// There, whatever it is.
    Any,
    /// Not there.
    Absent,
    Equal(Json),
    /// An object with at least these members; a dotted name reaches inside.
    Members(Vec<(String, Self)>),
    /// A list of exactly these items.
    Items(Vec<Self>),
    /// A number, or a text that is one, on that side of the other.
    Compare(Comparison, Decimal),
    /// A text in which the pattern is found.
    Matches(String),
    OneOf(Vec<Json>),
    /// A text of so many characters, or a list or object of so many items.
    Length(Box<Self>),
    /// Everything at once.
    All(Vec<Self>),
}

/// The side of a number that another has to be on.
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
pub struct Miss {
    /// Where: `invoice.invoice_status`; empty for the whole.
    pub path: String,
    pub expected: String,
    pub actual: String,
}

/// The words that make a mapping a matcher, each with its meaning.
pub const OPERATORS: &[(&str, &str)] = &[
    ("gt", "a number above this, or a text that is one"),
    ("gte", "a number of at least this"),
    ("lt", "a number below this"),
    ("lte", "a number of at most this"),
    ("matches", "a text in which this regular expression is found"),
    ("one_of", "one of these values"),
    ("length", "so many characters, items or members; a number or another matcher"),
    ("absent", "true: not there at all"),
    ("any", "true: there, whatever it is"),
];

impl Matcher {
    /// Reads a matcher: a mapping of operators is one, any other mapping asks for its members, a list for its items, and
    /// all else for equality.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(node: &Node) -> Result<Self, Mistake> {
        match &node.what {
            What::Map(members) if is_operation(node) => {
                let mut all = members.iter().map(|(key, it)| operation(&key.name, it)).collect::<Result<Vec<_>, _>>()?;
                Ok(if all.len() == 1 { all.swap_remove(0) } else { Self::All(all) })
            }
            What::Map(members) => {
                let members = members.iter().map(|(key, it)| Ok((key.name.clone(), Self::read(it)?)));
                members.collect::<Result<_, _>>().map(Self::Members)
            }
            What::List(items) => items.iter().map(Self::read).collect::<Result<_, _>>().map(Self::Items),
            What::Null | What::Flag(_) | What::Number(_) | What::Text(_) => Ok(Self::Equal(node.to_value())),
        }
    }

    /// The same for what is always text, as ids are: a number stands for its digits.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read_name(node: &Node) -> Result<Self, Mistake> {
        Self::read(node).map(Self::in_digits)
    }

    fn in_digits(self) -> Self {
        let text = |it: Json| if it.is_number() { Json::from(it.to_string()) } else { it };
        match self {
            Self::Equal(it) => Self::Equal(text(it)),
            Self::OneOf(all) => Self::OneOf(all.into_iter().map(text).collect()),
            Self::All(all) => Self::All(all.into_iter().map(Self::in_digits).collect()),
            it
            @ (Self::Any | Self::Absent | Self::Members(_) | Self::Items(_) | Self::Compare(..) | Self::Matches(_) | Self::Length(_)) => it,
        }
    }

    /// Whether a value fits; `None`: there is none.
    pub fn fits(&self, value: Option<&Json>) -> bool {
        let mut misses = Vec::new();
        self.look(value, "", &mut misses);
        misses.is_empty()
    }

    /// Everything in which a value does not fit.
    pub fn misses(&self, value: Option<&Json>) -> Vec<Miss> {
        let mut misses = Vec::new();
        self.look(value, "", &mut misses);
        misses
    }

    fn look(&self, value: Option<&Json>, path: &str, misses: &mut Vec<Miss>) {
        match (self, value) {
            (Self::Members(members), Some(it @ Json::Object(_))) => {
                for (name, matcher) in members {
                    let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    matcher.look(reached(it, name), &at, misses);
                }
            }
            (Self::Items(own), Some(Json::Array(items))) if own.len() == items.len() => {
                for (place, (matcher, it)) in own.iter().zip(items).enumerate() {
                    matcher.look(Some(it), &format!("{path}[{place}]"), misses);
                }
            }
            (Self::All(all), _) => all.iter().for_each(|it| it.look(value, path, misses)),
            _ if self.holds(value) => {}
            _ => misses.push(Miss { path: path.to_owned(), expected: self.in_words(), actual: shown(value) }),
        }
    }

    fn holds(&self, value: Option<&Json>) -> bool {
        match (self, value) {
            (Self::Absent, it) => it.is_none(),
            (Self::Any, it) => it.is_some(),
            (Self::Equal(own), Some(it)) => equal(own, it),
            (Self::Compare(side, bound), Some(it)) => number(it).is_some_and(|it| side.holds(it, *bound)),
            (Self::Matches(pattern), Some(Json::String(it))) => compiled(pattern).is_ok_and(|own| own.is_match(it)),
            (Self::OneOf(all), Some(it)) => all.iter().any(|own| equal(own, it)),
            (Self::Length(own), Some(it)) => length(it).is_some_and(|it| own.holds(Some(&it.into()))),
            _ => false,
        }
    }

    /// What it wants, for somebody who reads why it was not met.
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
            Self::Matches(pattern) => format!("text that matches {pattern}"),
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

/// Whether every name of a mapping is an operator's. An empty mapping is none: it asks for an object.
pub fn is_operation(node: &Node) -> bool {
    let members = node.members();
    !members.is_empty() && members.iter().all(|(key, _)| OPERATORS.iter().any(|it| it.0 == key.name))
}

fn operation(name: &str, node: &Node) -> Result<Matcher, Mistake> {
    let wrong = |what: &str| Mistake::at(node.at.clone(), format!("`{name}` takes {what}, not {}", node.word()));
    let bound = || node.plain().and_then(money::parse).ok_or_else(|| wrong("a number"));
    match name {
        "gt" => bound().map(|it| Matcher::Compare(Comparison::Gt, it)),
        "gte" => bound().map(|it| Matcher::Compare(Comparison::Gte, it)),
        "lt" => bound().map(|it| Matcher::Compare(Comparison::Lt, it)),
        "lte" => bound().map(|it| Matcher::Compare(Comparison::Lte, it)),
        "matches" => {
            let What::Text(pattern) = &node.what else { return Err(wrong("a regular expression")) };
            compiled(pattern).map_err(|why| Mistake::at(node.at.clone(), why))?;
            Ok(Matcher::Matches(pattern.clone()))
        }
        "one_of" => match &node.what {
            What::List(items) if !items.is_empty() => Ok(Matcher::OneOf(items.iter().map(Node::to_value).collect())),
            What::Null | What::Flag(_) | What::Number(_) | What::Text(_) | What::List(_) | What::Map(_) => Err(wrong("a list of values")),
        },
        "length" => {
            let inner = Matcher::read(node)?;
            let is_number = matches!(&inner, Matcher::Equal(Json::Number(_)) | Matcher::Compare(..) | Matcher::OneOf(_) | Matcher::All(_));
            if is_number { Ok(Matcher::Length(Box::new(inner))) } else { Err(wrong("a number, or a matcher of numbers")) }
        }
        "absent" if node.what == What::Flag(true) => Ok(Matcher::Absent),
        "any" if node.what == What::Flag(true) => Ok(Matcher::Any),
        "absent" if node.what == What::Flag(false) => Ok(Matcher::Any),
        _ => Err(wrong("true")),
    }
}

/// A pattern whose compiled size is bounded; its time is linear in the text anyway.
fn compiled(pattern: &str) -> Result<regex::Regex, String> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(format!("a pattern has at most {PATTERN_BYTES_MAX} bytes"));
    }
    let built = regex::RegexBuilder::new(pattern).size_limit(PATTERN_SIZE_MAX).build();
    built.map_err(|why| {
        let why = why.to_string();
        let last = why.lines().rev().find(|it| !it.trim().is_empty()).unwrap_or("it cannot be read").trim();
        format!("`{pattern}` is no regular expression: {}", last.trim_start_matches("error: "))
    })
}

/// The value that a dotted name reaches: a member of exactly that name first.
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

fn shown(value: Option<&Json>) -> String {
    /// Characters of a value in a line for people.
    const SHOWN_MAX: usize = 400;
    let text = value.map_or("nothing".to_owned(), Json::to_string);
    if text.chars().count() <= SHOWN_MAX { text } else { text.chars().take(SHOWN_MAX).chain("...".chars()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::scenario::yaml;
    use serde_json::json;

    fn misses(matcher: &str, value: &Json) -> Vec<(String, String, String)> {
        let matcher = Matcher::read(&yaml::parse(matcher).expect("YAML")).expect("a matcher");
        matcher.misses(Some(value)).into_iter().map(|it| (it.path, it.expected, it.actual)).collect()
    }

    #[test]
    fn values_fit_by_type_subset_and_operator() {
        let value = json!({"a": 1, "t": "12.5", "o": {"x": [1, 2], "y": null}, "dotted.name": true});
        for matcher in [
            "{a: 1}",
            "{a: 1.0}",
            "{t: '12.5'}",
            "{t: {gt: 12}}",
            "{t: {gt: '12', lte: 12.5}}",
            "{o.x: [1, 2]}",
            "{o.x.1: 2}",
            "{o: {y: null}}",
            "{z: {absent: true}}",
            "{o: {any: true}}",
            "{t: {matches: '^1.*5$'}}",
            "{a: {one_of: [2, 1]}}",
            "{o.x: {length: 2}}",
            "{t: {length: {gte: 4}}}",
            "{dotted.name: true}",
            "{}",
        ] {
            assert_eq!(misses(matcher, &value), [], "{matcher}");
        }
        for matcher in [
            "{a: '1'}",
            "{t: 12.5}",
            "{t: {gt: 12.5}}",
            "{o.x: [1]}",
            "{o.x: [1, 2, 3]}",
            "{o.y: {absent: true}}",
            "{z: {any: true}}",
            "{z: null}",
            "{o.x: {length: 3}}",
            "{a: {matches: '1'}}",
            "{a: {one_of: ['1']}}",
            "{o: 1}",
            "[]",
        ] {
            assert_eq!(misses(matcher, &value).len(), 1, "{matcher}");
        }
    }

    #[test]
    fn a_miss_says_where_what_and_what_instead() {
        let value = json!({"invoice": {"status": "paid", "n": 3}});
        let found = misses("{invoice: {status: expired, n: {gt: 3}}, order: {any: true}}", &value);
        let texts = |it: [&str; 3]| (it[0].to_owned(), it[1].to_owned(), it[2].to_owned());
        assert_eq!(
            found,
            [["invoice.status", "\"expired\"", "\"paid\""], ["invoice.n", "> 3", "3"], ["order", "any value", "nothing"]].map(texts)
        );
    }

    #[test]
    fn t21_patterns_are_bounded() {
        for pattern in ["(a{1000}){1000}", "(", &"a".repeat(2000)] {
            let node = yaml::parse(&format!("{{matches: '{pattern}'}}")).expect("YAML");
            assert!(Matcher::read(&node).is_err(), "{pattern}");
        }
    }
}
