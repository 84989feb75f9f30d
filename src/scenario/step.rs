//! Reads the steps of a scenario from their nodes.

use super::check::promises::IsStatus;
use super::check::{Check, holds_reference};
use super::keys::STEPS;
use super::mistakes::Mistake;
use super::reference::request::refers_to_steps;
use super::rule;
use super::rule::exclude;
use super::shape::Shape;
use super::yaml::Node;
use crate::engine::account::CREDENTIALS;
use crate::engine::tables::{Contract, Operation};
use crate::kit::fields::Need;
use crate::kit::http::{HeaderName, HeaderValue};
use crate::kit::nearest::close;
use crate::kit::time::{Duration, parse_duration};

mod about;

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The purpose of the step, or what it does.
    pub title: String,
    /// The fork in which it happens.
    pub fork: Option<String>,
    /// The name under which its answer is saved.
    pub save: Option<String>,
    pub doing: StepKind,
    /// As it is written.
    pub source: Node,
}

/// What a step does. Its nodes may still refer to what earlier steps save.
#[derive(Clone, Debug)]
pub enum StepKind {
    Call(Box<Call>),
    Act {
        provider: String,
        action: String,
        with: Option<Node>,
        expect: Option<Expect>,
    },
    Advance {
        with: Node,
        expect: Option<Expect>,
    },
    Expect {
        of: String,
        body: Node,
    },
    ExpectWebhook(Node),
    ExpectNoWebhook(Node),
    Rule(Node),
    DropRule(String),
    Receiver {
        inbox: String,
        respond: Node,
    },
    Set {
        provider: String,
        account: Option<Node>,
        with: Node,
    },
    Snapshot(String),
    Restore(String),
    Fork(String),
    WaitFor(Node),
    /// A question to the application under test.
    Probe {
        url: Node,
        expect: Expect,
        /// How long it waits for an answer that fits.
        timeout: Option<Duration>,
        /// How long answers have to fit from then on.
        stays: Option<Duration>,
    },
    Repeat {
        times: Node,
        steps: Vec<Step>,
    },
    /// Calls that arrive at one instant.
    Together(Vec<Step>),
}

impl StepKind {
    /// What a step makes happen, as a verb and the rest, when the log does not say it by itself. `now` replaces references.
    pub fn in_words(&self, now: impl Fn(&Node) -> Node) -> Option<(&'static str, String)> {
        let plain = |it: &Node| it.plain().map_or_else(|| it.to_json(), str::to_owned);
        let with = |own: Option<&Node>| own.map_or(String::new(), |it| format!(" {}", now(it).to_json()));
        let pairs = |own: &Node| own.members().iter().map(|(key, it)| format!("{} {}", key.name, plain(it))).collect::<Vec<_>>().join(" ");
        let words = |own: &Node| if own.members().is_empty() { plain(own) } else { pairs(own) };
        Some(match self {
            Self::Act { provider, action, with: own, .. } => ("act", format!("{provider}.{action}{}", with(own.as_ref()))),
            Self::Advance { with: own, .. } => ("advance", words(&now(own))),
            Self::Rule(it) => ("rule", it.get("name").or_else(|| it.get("on")).map_or(String::new(), plain)),
            Self::DropRule(name) => ("no rule", name.clone()),
            Self::Receiver { inbox, respond } => ("receiver", format!("{inbox} {}", now(respond).to_json())),
            Self::Set { provider, with: own, .. } => ("set", format!("{provider}{}", with(Some(own)))),
            Self::Snapshot(name) => ("snapshot", name.clone()),
            Self::Restore(name) => ("restore", name.clone()),
            Self::Fork(name) => ("fork", name.clone()),
            Self::Repeat { times, .. } => ("repeat", format!("{} times", plain(times))),
            Self::Together(_)
            | Self::Call(_)
            | Self::Expect { .. }
            | Self::ExpectWebhook(_)
            | Self::ExpectNoWebhook(_)
            | Self::WaitFor(_)
            | Self::Probe { .. } => return None,
        })
    }
}

/// A call of a merchant.
#[derive(Clone, Debug)]
pub struct Call {
    pub provider: String,
    pub operation: String,
    pub with: Option<Node>,
    pub account: Option<Node>,
    pub headers: Vec<(String, Node)>,
    pub body: Option<Node>,
    pub path: Option<Node>,
    pub method: Option<String>,
    pub signature: Proof,
    pub date: Option<String>,
    pub fault: Option<String>,
    pub expect: Option<Expect>,
}

/// How a call proves who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// As clients usually do.
    Usual,
    /// With everything that the provider can check, also optional parts.
    Right,
    Wrong,
    Absent,
}

/// The expected answer.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    pub status: Option<Node>,
    pub headers: Option<Node>,
    pub body: Option<Node>,
    /// How the connection fails instead of an answer.
    pub error: Option<Node>,
}

/// The steps inside a step.
pub fn inside(node: &Node) -> &[Node] {
    let repeated = node.get("repeat").and_then(|it| it.get("steps"));
    repeated.or(node.get("together")).map_or(&[][..], Node::items)
}

/// Reads a step whose shape has been checked, with the steps inside it. `None`: this is not a step, which is noted already.
pub fn read(check: &mut Check<'_>, node: &Node, line: usize, saved_before: &[String], inside: Vec<Step>) -> Option<Step> {
    let text = |name: &str| node.get(name).and_then(Node::plain).map(str::to_owned);
    // Other verbs can have `expect` too, and before them.
    let verbs = STEPS.iter().map(Shape::verb).filter(|it| node.get(it).is_some());
    let verb = verbs.min_by_key(|it| *it == "expect").unwrap_or("");
    let doing = if let Some(it) = node.get("repeat") {
        StepKind::Repeat { times: it.get("times")?.clone(), steps: inside }
    } else if node.get("together").is_some() {
        StepKind::Together(inside)
    } else {
        step_kind(check, node, saved_before)?
    };
    let object = text(verb).unwrap_or_default();
    let title = text("title").unwrap_or_else(|| format!("{verb} {object}").trim().to_owned());
    let save = text("save").or_else(|| Some(node.get("probe")?.get("save")?.plain()?.to_owned()));
    Some(Step { line, title, fork: text("in"), save, doing, source: node.clone() })
}

fn step_kind(check: &mut Check<'_>, node: &Node, saved_before: &[String]) -> Option<StepKind> {
    let text = |name: &str| node.get(name).and_then(Node::plain).map(str::to_owned);
    let expect = node.get("expect").map(|it| expected(Some(it)));
    check_events_and_numbers(check, node);
    if let Some(name) = text("call") {
        return call(check, node, &name, expect).map(|it| StepKind::Call(Box::new(it)));
    }
    if let Some(name) = text("act") {
        let (provider, action) = name.split_once('.').map(|it| (it.0.to_owned(), it.1.to_owned()))?;
        let with = node.get("with").cloned();
        check_action(check, node, &provider, &action, with.as_ref());
        return Some(StepKind::Act { provider, action, with, expect });
    }
    if let Some(with) = node.get("advance") {
        check_advance(check, with);
        return Some(StepKind::Advance { with: with.clone(), expect });
    }
    if let Some(it) = node.get("expect_webhook") {
        return Some(StepKind::ExpectWebhook(it.clone()));
    }
    if let Some(it) = node.get("expect_no_webhook") {
        return Some(StepKind::ExpectNoWebhook(it.clone()));
    }
    if let Some(it) = node.get("expect") {
        let of = it.get("of")?;
        let name = of.plain()?.to_owned();
        if !saved_before.contains(&name) {
            let how = format!("a step with `save: {name}` keeps its answer");
            check.note_undefined(&of.at, format!("no step before this one saves `{name}`"), &name, saved_before, &how);
        }
        return Some(StepKind::Expect { of: name, body: it.get("body")?.clone() });
    }
    if let Some(it) = node.get("rule") {
        if !refers_to_steps(it) {
            rule::read(check, it);
        }
        return Some(StepKind::Rule(it.clone()));
    }
    if let Some(provider) = text("set") {
        let with = node.get("with")?.clone();
        check_settings(check, &provider, &with);
        return Some(StepKind::Set { provider, account: node.get("account").cloned(), with });
    }
    if let Some(inbox) = text("receiver") {
        return Some(StepKind::Receiver { inbox, respond: node.get("respond")?.clone() });
    }
    if let Some(it) = node.get("wait_for") {
        return Some(StepKind::WaitFor(it.clone()));
    }
    if let Some(it) = node.get("probe") {
        let span = |name: &str| it.get(name).and_then(Node::plain).and_then(|it| parse_duration(it).ok());
        let (timeout, stays) = (span("timeout"), span("stays"));
        return Some(StepKind::Probe { url: it.get("url")?.clone(), expect: expected(it.get("expect")), timeout, stays });
    }
    text("drop_rule")
        .map(StepKind::DropRule)
        .or_else(|| text("snapshot").map(StepKind::Snapshot))
        .or_else(|| text("restore").map(StepKind::Restore))
        .or_else(|| text("fork").map(StepKind::Fork))
}

/// What is expected of an answer; without a node, nothing.
fn expected(node: Option<&Node>) -> Expect {
    let part = |name: &str| node.and_then(|it| it.get(name)).cloned();
    Expect { status: part("status"), headers: part("headers"), body: part("body"), error: part("error") }
}

/// Notes unknown events, and texts that are compared with numbers.
fn check_events_and_numbers(check: &mut Check<'_>, node: &Node) {
    if let Some(it) = node.get("expect_webhook").or(node.get("expect_no_webhook"))
        && let (Some(contract), Some(event)) =
            (it.get("provider").and_then(Node::plain).and_then(|it| check.known.provider(it)), it.get("event"))
    {
        check.events(event, contract);
    }
    let inside = |name: &str, inner: &str| node.get(name).and_then(|it| it.get(inner));
    let waited = inside("wait_for", "where").and_then(|it| it.get("status"));
    let probed = inside("probe", "expect").and_then(|it| it.get("status"));
    for it in [inside("expect", "status"), waited, probed] {
        check.number(it, IsStatus::Yes);
    }
    for it in [inside("expect_webhook", "count"), inside("expect_webhook", "attempts"), inside("expect_no_webhook", "attempts")] {
        check.number(it, IsStatus::No);
    }
}

fn call(check: &mut Check<'_>, node: &Node, name: &str, expect: Option<Expect>) -> Option<Call> {
    let (provider, operation) = name.split_once('.')?;
    let row = check.known.provider(provider).and_then(|it| it.operation(operation));
    let text = |name: &str| node.get(name).and_then(Node::plain).map(str::to_owned);
    let headers: Vec<_> = node.get("headers").map_or(&[][..], Node::members).iter().map(|(key, it)| (key.clone(), it.clone())).collect();
    for (key, it) in &headers {
        let good = key.name.parse::<HeaderName>().is_ok()
            && (holds_reference(it) || it.plain().is_some_and(|it| HeaderValue::from_str(it).is_ok()));
        if !good {
            rule::note_header(check, key);
        }
    }
    if node.get("with").is_some() && node.get("body").is_some() {
        exclude(check, node, "with", "body", "a call sends either `with` or `body`");
    }
    if let (Some(row), Some(with)) = (row, node.get("with")) {
        check_path(check, row, with, node);
    }
    if let (Some(row), None, None) = (row, node.get("with"), node.get("path"))
        && row.path.contains('{')
    {
        let name = row.path.split(['{', '}']).nth(1).unwrap_or("");
        let mistake = Mistake::at(node.at.clone(), format!("`{operation}` has `{name}` in its path: {}", row.path));
        check.mistakes.push(mistake.help(format!("give it in `with`: {{ {name}: ... }}")));
    }
    let signature = match text("signature").as_deref() {
        Some("wrong") => Proof::Wrong,
        Some("none") => Proof::Absent,
        Some("right") => Proof::Right,
        _ => Proof::Usual,
    };
    Some(Call {
        provider: provider.to_owned(),
        operation: operation.to_owned(),
        with: node.get("with").cloned(),
        account: node.get("account").cloned(),
        headers: headers.into_iter().map(|(key, it)| (key.name, it)).collect(),
        body: node.get("body").cloned(),
        path: node.get("path").cloned(),
        method: text("method"),
        signature,
        date: text("date"),
        fault: text("fault"),
        expect,
    })
}

/// Notes parameters of the path that the call does not give.
fn check_path(check: &mut Check<'_>, row: &Operation, with: &Node, node: &Node) {
    let names = row.path.split('{').skip(1).filter_map(|it| it.split_once('}')).map(|it| it.0);
    for name in names.filter(|_| node.get("path").is_none()) {
        if with.get(name).is_none() {
            check.wrong(&with.at, format!("`{}` has `{name}` in its path: {}", row.name, row.path));
        }
    }
}

fn check_action(check: &mut Check<'_>, node: &Node, provider: &str, action: &str, with: Option<&Node>) {
    let actions = check.known.provider(provider).map(|it| it.actions).unwrap_or_default();
    let Some(row) = actions.iter().find(|it| it.name == action) else { return };
    for (key, _) in with.map_or(&[][..], Node::members) {
        if !row.parameters.iter().any(|it| it.name == key.name) {
            let words = row.parameters.iter().map(|it| it.name);
            check.note_unknown(&key.at, format!("{provider}.{action} has no parameter `{}`", key.name), &key.name, words);
        }
    }
    for it in row.parameters.iter().filter(|it| it.need == Need::Required) {
        if with.is_none_or(|with| with.get(it.name).is_none() && !is_misspelt(with, it.name)) {
            let at = with.map_or(node.at.clone(), |it| it.at.clone());
            check.wrong(&at, format!("{provider}.{action} needs `{}`: {}", it.name, it.meaning));
        }
    }
}

/// Whether a mapping has this name with a slip, which is told already.
fn is_misspelt(node: &Node, name: &str) -> bool {
    node.members().iter().any(|it| close(&it.0.name, [name]).is_some())
}

fn check_advance(check: &mut Check<'_>, with: &Node) {
    let ways: Vec<&str> = ["by", "to", "until"].into_iter().filter(|it| with.get(it).is_some()).collect();
    if with.plain().is_none() && ways.len() != 1 {
        check.wrong(&with.at, "`advance` takes exactly one of `by` (a duration), `to` (a time) and `until` (next, idle or delivery)");
    } else if with.get("limit").is_some() && ways != ["until"] {
        check.wrong(&with.place_of("limit"), "`limit` can be used with `until` only");
    }
}

fn check_settings(check: &mut Check<'_>, provider: &str, with: &Node) {
    let Some(contract): Option<&'static Contract> = check.known.provider(provider) else { return };
    for (key, it) in with.members() {
        if key.name == CREDENTIALS {
            check.new_keys(it, contract);
            continue;
        }
        match contract.setting(&key.name) {
            Some(_) if holds_reference(it) => {}
            Some(setting) => check.setting(it, setting),
            None => {
                let words = contract.settings().map(|it| it.name).chain([CREDENTIALS]);
                check.note_unknown(&key.at, format!("{} has no setting `{}`", contract.name, key.name), &key.name, words);
            }
        }
    }
}
