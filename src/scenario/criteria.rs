//! What a control call looks for: calls in the journal, or webhooks. Its body is read like a part of a scenario.

use std::time::Duration;

use serde_json::Value as Json;

use super::check::promises::IsStatus;
use super::check::{Check, Known};
use super::keys::{DELIVERY_STATUS, WHERE};
use super::mistakes::{Mistake, Mistakes, cut};
use super::reference::{Saved, resolved};
use super::secrets::Secrets;
use super::shape::Kind::{self, Either, Integer, List, Matcher as Matched, Matchers, Operation, Provider};
use super::shape::{Shape, may, must};
use super::yaml::{self, Node, What};
use crate::engine::matching::Matcher;
use crate::kit::nearest::nearest;
use crate::kit::time::parse_duration;

/// How the text is called in messages.
const FILE: &str = "criteria";
/// Bytes of the text.
pub const BYTES_MAX: usize = 64 * 1024;
/// Bytes that its compiled patterns take: a wait keeps them.
const PATTERN_BYTES_MAX: usize = 512 * 1024;
/// Steps of a sequence.
pub const SEQUENCE_MAX: usize = 100;
/// The largest number that can be counted to.
const COUNT_MAX: i64 = 1_000_000_000;
/// The longest wait.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(300);
/// How long a call waits that does not say it.
const TIMEOUT: Duration = Duration::from_secs(5);

const COUNTED: Kind = Either(&Integer { min: 0, max: COUNT_MAX }, &Kind::Shape(&RANGE));
const COUNT_MEANING: &str = "how many have to fit: exactly this number, or {at_least, at_most}; default: at least one";
const SEQUENCE_MEANING: &str =
    "calls that have to be found in this order, in place of `operation`; others may stand between them: 100 at most";
const TIMEOUT_MEANING: &str = "the longest wait, in real time: 5m at most; default: 5s";

/// The body of a verification.
#[rustfmt::skip]
pub static VERIFY: Shape = Shape { what: "a verification", rows: &[
    may("operation", Operation,                "the operation that was called, by its full name: quoine.createInvoice"),
    may("where",     Kind::Shape(&WHERE),      "conditions on the call"),
    may("count",     COUNTED,                  COUNT_MEANING),
    may("sequence",  List(&Kind::Shape(&CALL)), SEQUENCE_MEANING),
]};

/// The body of a wait for calls.
#[rustfmt::skip]
pub static WAIT: Shape = Shape { what: "a wait", rows: &[
    may("operation", Operation,                "the operation that is called, by its full name: quoine.createInvoice"),
    may("where",     Kind::Shape(&WHERE),      "conditions on the call"),
    may("count",     COUNTED,                  COUNT_MEANING),
    may("sequence",  List(&Kind::Shape(&CALL)), SEQUENCE_MEANING),
    may("timeout",   Kind::Duration,           TIMEOUT_MEANING),
]};

/// The body of a wait for webhooks.
#[rustfmt::skip]
pub static WAIT_FOR_WEBHOOKS: Shape = Shape { what: "a wait", rows: &[
    may("provider", Provider,              "the slug of the provider that sends it"),
    may("event",    Matched,               "its event, or a matcher"),
    may("subject",  Matched,               "the object that it reports, by the id that the merchant uses"),
    may("status",   DELIVERY_STATUS,       "the status of the delivery"),
    may("where",    Kind::Shape(&WEBHOOK), "conditions on the webhook"),
    may("count",    COUNTED,               COUNT_MEANING),
    may("timeout",  Kind::Duration,        TIMEOUT_MEANING),
]};

#[rustfmt::skip]
static CALL: Shape = Shape { what: "a call", rows: &[
    must("operation", Operation,           "the operation that was called, by its full name: quoine.createInvoice"),
    may("where",      Kind::Shape(&WHERE), "conditions on the call"),
]};

#[rustfmt::skip]
static RANGE: Shape = Shape { what: "a count", rows: &[
    may("at_least", Integer { min: 0, max: COUNT_MAX }, "this number or more"),
    may("at_most",  Integer { min: 0, max: COUNT_MAX }, "this number or fewer"),
]};

#[rustfmt::skip]
static WEBHOOK: Shape = Shape { what: "a condition", rows: &[
    may("body",     Matchers, "fields of its body"),
    may("headers",  Matchers, "its headers, by their names; before the first attempt there are none"),
    may("account",  Matched,  "the id of the account that gets it"),
    may("url",      Matched,  "the address that it is sent to"),
    may("attempts", Matched,  "the number of attempts so far"),
]};

/// What has to fit: a call or a webhook of which all of this is true.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// What is compared, in the order in which it is told. What is cheap to compare comes first.
    pub conditions: Vec<(&'static str, Matcher)>,
}

impl Wanted {
    /// What is asked of the member with this name, if it is compared by equality.
    pub fn word(&self, name: &str) -> Option<&str> {
        let matcher = &self.conditions.iter().find(|it| it.0 == name)?.1;
        if let Matcher::Equal(Json::String(word)) = matcher { Some(word) } else { None }
    }

    /// Whether anything is asked of the member with this name.
    pub fn asks_for(&self, name: &str) -> bool {
        self.conditions.iter().any(|it| it.0 == name)
    }
}

/// How many have to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub least: u64,
    pub most: Option<u64>,
}

/// Whether that many do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No,
    /// What is hidden can decide it.
    Hidden,
}

impl Count {
    /// The verdict when at least `low` fit, and at most `high`; without it, any number may be hidden.
    pub fn judge(self, low: u64, high: Option<u64>) -> Verdict {
        let covers_all = self.least <= low && self.most.is_none_or(|most| high.is_some_and(|high| high <= most));
        let touches = self.most.is_none_or(|most| low <= most) && high.is_none_or(|high| self.least <= high);
        match (covers_all, touches) {
            (true, _) => Verdict::Yes,
            (false, true) => Verdict::Hidden,
            (false, false) => Verdict::No,
        }
    }

    /// For sentences: `at least 1`.
    pub fn in_words(self) -> String {
        match (self.least, self.most) {
            (least, Some(most)) if least == most => format!("exactly {least}"),
            (0, Some(most)) => format!("at most {most}"),
            (least, Some(most)) => format!("{least} to {most}"),
            (least, None) => format!("at least {least}"),
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Criteria {
    Count(Wanted, Count),
    /// In this order; others may stand between them.
    Sequence(Vec<Wanted>),
}

impl Criteria {
    /// Bytes that its compiled patterns take.
    fn pattern_bytes(&self) -> usize {
        let wanted = match self {
            Self::Count(wanted, _) => std::slice::from_ref(wanted),
            Self::Sequence(steps) => steps,
        };
        wanted.iter().flat_map(|it| &it.conditions).map(|it| it.1.pattern_bytes()).sum()
    }
}

/// What a call asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub criteria: Criteria,
    pub timeout: Duration,
}

/// Reads the body of a call that has this shape.
///
/// # Errors
/// Every mistake of the text, with its place.
pub fn parse(text: &str, shape: &'static Shape, known: Known<'_>) -> Result<Asked, Mistakes> {
    let node = yaml::parse(text).map_err(|it| Mistakes::of(FILE, text, &Secrets::by_lines(text, known.contracts), vec![it]))?;
    let mut check = Check::new(known);
    check.secrets.add_named(&node, known.contracts);
    // Nothing is saved here to which a text could refer, so `${` is only text.
    let escape = |text: &str, _: &_| Ok::<_, String>(What::Text(text.replace("${", "$${")));
    let node = node.map_texts(&mut { escape }).unwrap_or(node);
    if check.is_bounded(&node) {
        check.shape(&node, shape, None);
        check_names(&mut check, &node);
        check_parts(&mut check, &node, shape);
    }
    let asked = read(&mut check, &resolved(&node, &Saved::new()).unwrap_or_else(|_| node.clone()));
    if PATTERN_BYTES_MAX < asked.criteria.pattern_bytes() {
        let what = format!("the patterns of one call take at most {PATTERN_BYTES_MAX} bytes when they are compiled");
        check.wrong(&node.at, what);
    }
    if check.mistakes.is_empty() { Ok(asked) } else { Err(Mistakes::of(FILE, text, &check.secrets, check.mistakes)) }
}

/// Notes operations and events that do not exist, each with the nearest one by its full name.
fn check_names(check: &mut Check<'_>, node: &Node) {
    let steps = node.get("sequence").map_or(&[][..], Node::items);
    for it in std::iter::once(node).chain(steps).filter_map(|it| it.get("operation")) {
        let contracts = check.known.contracts.iter();
        let all: Vec<String> =
            contracts.flat_map(|own| own.operations.iter().map(move |row| format!("{}.{}", own.slug, row.name))).collect();
        let asked = it.plain().unwrap_or("");
        if !asked.is_empty() && !all.iter().any(|own| own == asked) {
            check.mistakes.retain(|own| own.at != it.at);
            let mut mistake = Mistake::at(it.at.clone(), format!("no operation is named `{}`", cut(asked)));
            if let Some(near) = nearest_operation(asked, &all) {
                mistake = mistake.help(format!("the nearest is {near}"));
            }
            check.mistakes.push(mistake);
        }
    }
    let provider = node.get("provider").and_then(Node::plain).and_then(|it| check.known.provider(it));
    match (node.get("event"), provider) {
        (Some(event), Some(contract)) => check.events(event, contract),
        (Some(Node { what: What::Text(asked), at }), None) => {
            let all: Vec<&str> = check.known.contracts.iter().flat_map(|own| own.events.iter().map(|it| it.name)).collect();
            if !all.contains(&asked.as_str()) {
                let what = format!("no provider has an event `{}`", cut(asked));
                check.note_unknown(&at.clone(), what, asked, all.into_iter());
            }
        }
        _ => {}
    }
}

/// The full name that is nearest to a full name, or to the part behind the dot; several when that part is the same.
fn nearest_operation(asked: &str, all: &[String]) -> Option<String> {
    let names = || all.iter().map(String::as_str);
    let behind = |whole: &str| whole.split_once('.').map_or(whole.to_owned(), |it| it.1.to_owned());
    let whole = || nearest(asked, names()).map(|it| format!("`{it}`"));
    let parts: Vec<String> = names().map(behind).collect();
    let part = || {
        let near = nearest(asked, parts.iter().map(String::as_str))?;
        let same = names().zip(&parts).filter(|it| it.1 == near).map(|it| format!("`{}`", it.0));
        Some(same.collect::<Vec<_>>().join(" or "))
    };
    if asked.contains('.') { whole().or_else(part) } else { part().or_else(whole) }
}

/// Notes parts that do not go together, and values beyond their bounds.
fn check_parts(check: &mut Check<'_>, node: &Node, shape: &'static Shape) {
    if shape.row("sequence").is_some() && matches!(node.what, What::Map(_)) {
        match (node.get("operation"), node.get("sequence")) {
            (None, None) => {
                let mistake = Mistake::at(node.at.clone(), "`operation` or `sequence` says what is looked for, and both are missing");
                check.mistakes.push(mistake.help("write {\"operation\": \"quoine.createInvoice\"}"));
            }
            (_, Some(sequence)) => {
                for name in ["operation", "where", "count"].into_iter().filter(|it| node.get(it).is_some()) {
                    check.wrong(&node.place_of(name), format!("`{name}` cannot stand beside `sequence`"));
                }
                let steps = sequence.items().len();
                if matches!(sequence.what, What::List(_)) && !(1..=SEQUENCE_MAX).contains(&steps) {
                    check.wrong(&sequence.at, format!("a sequence has 1 to {SEQUENCE_MAX} calls, and this one has {steps}"));
                }
            }
            (Some(_), None) => {}
        }
    }
    let whole = std::iter::once(node).chain(node.get("sequence").map_or(&[][..], Node::items));
    for it in whole.filter_map(|it| it.get("where")) {
        check.number(it.get("status"), IsStatus::Yes);
        check.number(it.get("attempts"), IsStatus::No);
    }
    if let Some(it) = node.get("count")
        && count(it).is_some_and(|it| it.most.is_some_and(|most| most < it.least))
    {
        check.wrong(&it.at, "`at_least` is above `at_most`: no number is both");
    }
    if let Some(it) = node.get("count").filter(|it| matches!(&it.what, What::Map(members) if members.is_empty())) {
        check.wrong(&it.at, "this count says nothing: write `at_least`, `at_most`, or a number");
    }
    if let Some(it) = node.get("timeout")
        && it.plain().and_then(|it| parse_duration(it).ok()).is_some_and(|it| TIMEOUT_MAX < it.unsigned_abs())
    {
        check.wrong(&it.at, format!("a wait takes {}m at most", TIMEOUT_MAX.as_secs() / 60));
    }
}

/// How many have to fit. `None`: it is noted already what is wrong.
fn count(node: &Node) -> Option<Count> {
    let number = |it: &Node| it.plain()?.parse().ok();
    if let What::Number(_) = node.what {
        return number(node).map(|it| Count { least: it, most: Some(it) });
    }
    let end = |name: &str| node.get(name).and_then(number);
    Some(Count { least: end("at_least").unwrap_or(0), most: end("at_most") })
}

/// What a checked text asks for.
fn read(check: &mut Check<'_>, node: &Node) -> Asked {
    let timeout = node.get("timeout").and_then(Node::plain).and_then(|it| parse_duration(it).ok());
    let criteria = if let Some(steps) = node.get("sequence") {
        Criteria::Sequence(steps.items().iter().map(|it| wanted(check, it)).collect())
    } else {
        let default = Count { least: 1, most: None };
        Criteria::Count(wanted(check, node), node.get("count").and_then(count).unwrap_or(default))
    };
    Asked { criteria, timeout: timeout.map_or(TIMEOUT, jiff::SignedDuration::unsigned_abs) }
}

/// What is compared, in the order in which it is told: the outer members first.
const COMPARED: [&str; 5] = ["operation", "provider", "event", "subject", "status"];
const COMPARED_INSIDE: [&str; 7] = ["account", "status", "url", "attempts", "query", "headers", "body"];

fn wanted(check: &mut Check<'_>, node: &Node) -> Wanted {
    let inside = node.get("where");
    let outer = COMPARED.into_iter().filter_map(|it| Some((it, node.get(it)?)));
    let inner = COMPARED_INSIDE.into_iter().filter_map(|it| Some((it, inside?.get(it)?)));
    let mut conditions = Vec::new();
    for (name, it) in outer.chain(inner) {
        let matcher = match name {
            "subject" | "account" => Matcher::of_name(it),
            // HTTP takes names of headers in any case, and they are compared in lower case.
            "headers" => Matcher::read(&with_lower_names(it)),
            _ => Matcher::read(it),
        };
        match matcher {
            Ok(matcher) => conditions.push((name, matcher)),
            Err(mistake) if check.mistakes.iter().any(|it| it.at == mistake.at) => {}
            Err(mistake) => check.mistakes.push(mistake),
        }
    }
    Wanted { conditions }
}

fn with_lower_names(node: &Node) -> Node {
    let What::Map(members) = &node.what else { return node.clone() };
    let lower = members.iter().map(|(key, it)| {
        let mut key = key.clone();
        key.name.make_ascii_lowercase();
        (key, it.clone())
    });
    Node { at: node.at.clone(), what: What::Map(lower.collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_judged_by_what_can_be_hidden() {
        let exactly = |it| Count { least: it, most: Some(it) };
        let at_least = |least| Count { least, most: None };
        let at_most = |most| Count { least: 0, most: Some(most) };
        for (count, low, high, verdict) in [
            (exactly(2), 2, Some(2), Verdict::Yes),
            (exactly(2), 1, Some(1), Verdict::No),
            (exactly(2), 3, Some(3), Verdict::No),
            (exactly(2), 2, None, Verdict::Hidden),
            (exactly(2), 1, None, Verdict::Hidden),
            (exactly(2), 3, None, Verdict::No),
            (exactly(2), 1, Some(2), Verdict::Hidden),
            (exactly(0), 0, Some(0), Verdict::Yes),
            (exactly(0), 0, None, Verdict::Hidden),
            (at_least(2), 2, None, Verdict::Yes),
            (at_least(2), 1, None, Verdict::Hidden),
            (at_least(2), 1, Some(1), Verdict::No),
            (at_most(2), 2, Some(2), Verdict::Yes),
            (at_most(2), 2, None, Verdict::Hidden),
            (at_most(2), 3, None, Verdict::No),
            (Count { least: 1, most: Some(3) }, 1, Some(3), Verdict::Yes),
            (Count { least: 1, most: Some(3) }, 1, Some(4), Verdict::Hidden),
        ] {
            assert_eq!(count.judge(low, high), verdict, "{count:?} of {low} to {high:?}");
        }
    }
}
