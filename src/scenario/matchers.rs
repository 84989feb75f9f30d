//! Reads matchers from the nodes of a scenario.

use serde_json::Value as Json;

use super::mistakes::{Mistake, cut};
use super::yaml::{Key, Node, What};
use crate::engine::matching::{Comparison, Matcher, Pattern};
use crate::kit::money;
use crate::kit::nearest::close;

/// The words that make a mapping a matcher, each with its meaning.
pub const OPERATORS: &[(&str, &str)] = &[
    ("gt", "a number above this, or a text that is such a number"),
    ("gte", "a number of at least this"),
    ("lt", "a number below this"),
    ("lte", "a number of at most this"),
    ("matches", "a text in which this regular expression is found, within its first 64 KiB; a large expression looks at less"),
    ("one_of", "one of these values"),
    ("length", "the number of characters, items or members: a number or a matcher"),
    ("absent", "true: the value is missing"),
    ("any", "true: the value is present, with any content"),
];

impl Matcher {
    /// Reads a matcher. A mapping of operators is checked by them, any other mapping by its members, a list by its items,
    /// and everything else by equality.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(node: &Node) -> Result<Self, Mistake> {
        match &node.what {
            What::Map(members) if is_operation(node) => {
                let mut all = members.iter().map(|(key, it)| operation(&key.name, it)).collect::<Result<Vec<_>, _>>()?;
                refuse_empty_range(node, &all)?;
                Ok(if all.len() == 1 { all.swap_remove(0) } else { Self::All(all) })
            }
            What::Map(members) => {
                refuse_mixed(members)?;
                let members = members.iter().map(|(key, it)| Ok((key.name.clone(), Self::read(it)?)));
                members.collect::<Result<_, _>>().map(Self::Members)
            }
            What::List(items) => items.iter().map(Self::read).collect::<Result<_, _>>().map(Self::Items),
            What::Null | What::Flag(_) | What::Number(_) | What::Text(_) => Ok(Self::Equal(node.to_value())),
        }
    }

    /// Reads a matcher of names, which are text: `account: 2` means the same as `account: "2"`.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn of_name(node: &Node) -> Result<Self, Mistake> {
        Self::read(&numbers_as_text(node))
    }
}

/// Whether every name of a mapping is an operator. An empty mapping is not an operation: it matches any object.
pub fn is_operation(node: &Node) -> bool {
    let members = node.members();
    !members.is_empty() && members.iter().all(|(key, _)| OPERATORS.iter().any(|it| it.0 == key.name))
}

/// The same with each number as text.
fn numbers_as_text(node: &Node) -> Node {
    let what = match &node.what {
        What::Number(it) => What::Text(it.clone()),
        What::List(items) => What::List(items.iter().map(numbers_as_text).collect()),
        What::Map(members) => {
            let of = |(key, it): &(Key, Node)| (key.clone(), if key.name == "one_of" { numbers_as_text(it) } else { it.clone() });
            What::Map(members.iter().map(of).collect())
        }
        What::Null | What::Flag(_) | What::Text(_) => node.what.clone(),
    };
    Node { at: node.at.clone(), what }
}

/// Operators that are never names of members: any other name beside one of them is a mistake.
const NEVER_MEMBERS: &[&str] = &["gt", "gte", "lt", "lte", "one_of"];

/// Refuses operators and members in one mapping.
fn refuse_mixed(members: &[(Key, Node)]) -> Result<(), Mistake> {
    let operator = members.iter().find(|it| NEVER_MEMBERS.contains(&it.0.name.as_str()));
    let other = members.iter().find(|(key, _)| OPERATORS.iter().all(|it| it.0 != key.name));
    let (Some((operator, _)), Some((other, _))) = (operator, other) else { return Ok(()) };
    let words = || OPERATORS.iter().map(|it| it.0);
    let help = match close(&other.name, words()) {
        Some(near) => format!("the nearest is `{near}`"),
        None => format!("known: {}", words().collect::<Vec<_>>().join(", ")),
    };
    let what = format!("`{}` is not a matcher, and cannot be beside one", cut(&other.name));
    Err(Mistake::at(other.at.clone(), what).also(operator.at.clone(), "a matcher").help(help))
}

/// Refuses bounds between which no number lies.
fn refuse_empty_range(node: &Node, all: &[Matcher]) -> Result<(), Mistake> {
    let bounds = || all.iter().filter_map(|it| if let Matcher::Compare(how, bound) = it { Some((*how, *bound)) } else { None });
    let below = bounds().filter(|it| matches!(it.0, Comparison::Gt | Comparison::Gte)).max_by_key(|it| (it.1, it.0 == Comparison::Gt));
    let above = bounds().filter(|it| matches!(it.0, Comparison::Lt | Comparison::Lte)).min_by_key(|it| (it.1, it.0 != Comparison::Lt));
    let (Some((least, low)), Some((most, high))) = (below, above) else { return Ok(()) };
    let is_closed = least == Comparison::Gte && most == Comparison::Lte;
    if low < high || (low == high && is_closed) {
        return Ok(());
    }
    Err(Mistake::at(node.at.clone(), format!("no number lies between these bounds: above {low} and below {high}")))
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
            let parsed = Pattern::parse(pattern).map_err(|why| Mistake::at(node.at.clone(), format!("`{}` {why}", cut(pattern))));
            parsed.map(Matcher::Matches)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scenario::yaml;

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
