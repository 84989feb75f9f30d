//! Compares a tree with the rows of the grammar, and notes every mistake of the file at once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use answers::Answer;
use texts::{BEGINNING, check_offset};

use super::keys::SCENARIO;
use super::mistakes::{Mistake, cut};
use super::reference::request::REQUEST;
use super::reference::{Piece, inbox_url, is_name, pieces};
use super::secrets::Secrets;
use super::shape::{Kind, Row, Shape};
use super::yaml::{Key, Node, What};
use crate::engine::inbox::is_name as is_inbox;
use crate::engine::matching::Matcher;
use crate::engine::tables::{Contract, Setting};
use crate::kit::money;
use crate::kit::time::{parse_duration, parse_timestamp};

mod answers;
mod contents;
mod keys;
pub mod names;
pub mod promises;
mod rules;
mod steps;
mod texts;
mod words;

/// Regular expressions of one text.
pub const PATTERNS_MAX: usize = 200;
/// Accounts of one scenario.
pub const ACCOUNTS_MAX: usize = 1_000;

/// Finds the value of an environment variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a scenario may name.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub contracts: &'a [&'static Contract],
    /// Reads the environment; without it, `${env:...}` is refused: a text from the network cannot read this machine.
    pub environment: Option<Environment<'a>>,
}

impl Known<'_> {
    /// The provider with this slug.
    pub fn provider(&self, slug: &str) -> Option<&'static Contract> {
        self.contracts.iter().copied().find(|it| it.slug == slug)
    }
}

/// Walks through a tree and notes what is wrong.
pub struct Check<'a> {
    pub known: Known<'a>,
    pub mistakes: Vec<Mistake>,
    /// What no message may show.
    pub secrets: Secrets,
    /// The names that the steps so far have saved.
    saved: BTreeMap<String, Range<usize>>,
    /// What the steps so far have saved, where its members are known.
    answers: BTreeMap<String, Answer>,
    /// The names of the inboxes to which the text refers.
    inboxes: BTreeSet<String>,
    /// What is looked at belongs to the answer of a rule.
    in_answer: bool,
}

impl<'a> Check<'a> {
    /// A check without mistakes.
    pub fn new(known: Known<'a>) -> Self {
        let (saved, answers, inboxes) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { known, mistakes: Vec::new(), secrets: Secrets::default(), saved, answers, inboxes, in_answer: false }
    }

    /// Notes a mistake at this place.
    pub fn wrong(&mut self, at: &Range<usize>, what: impl Into<String>) {
        self.mistakes.push(Mistake::at(at.clone(), what));
    }

    /// Replaces references to the environment and to inboxes. References to what steps save stay.
    pub fn substitute(&mut self, node: &Node) -> Node {
        let known = self.known;
        let mut wrong = Vec::new();
        let mut secrets = std::mem::take(&mut self.secrets);
        let mapped = node.map_texts(&mut |text, at| {
            let mut refuse = |what: String, help: &str| wrong.push(Mistake::at(at.clone(), what).help(help));
            let found = match pieces(text) {
                Ok(found) => found,
                Err(why) => {
                    refuse(
                        why,
                        "references are `${step.field}`, `${env:NAME|default}` and `${inbox:NAME}`; `$${` stands for the characters `${`",
                    );
                    return Ok::<_, std::convert::Infallible>(What::Null);
                }
            };
            let mut out = String::new();
            for piece in found {
                match piece {
                    Piece::Plain("${") => out.push_str("$${"),
                    Piece::Plain(it) => out.push_str(it),
                    Piece::Inbox(name) => out.push_str(&inbox_url(name)),
                    Piece::Saved { name, path } => {
                        out.push_str("${");
                        out.push_str(&[&[name], &path[..]].concat().join("."));
                        out.push('}');
                    }
                    Piece::Environment { name, default } => match (known.environment, default) {
                        (None, _) => refuse(
                            "a scenario from the network cannot read environment variables".to_owned(),
                            "write the value itself, or load the file from the command line",
                        ),
                        (Some(read), default) => match (read(name), default) {
                            (Some(value), _) => {
                                secrets.add_from_environment(at, &value);
                                out.push_str(&value.replace("${", "$${"));
                            }
                            (None, Some(value)) => {
                                secrets.add(at, value);
                                out.push_str(&value.replace("${", "$${"));
                            }
                            (None, None) => {
                                refuse(
                                    format!("the environment variable `{name}` is not set"),
                                    "set it, or give a default: ${env:NAME|default}",
                                );
                            }
                        },
                    },
                }
            }
            Ok(What::Text(out))
        });
        self.mistakes.extend(wrong);
        self.secrets = secrets;
        match mapped {
            Ok(it) => it,
            Err(never) => match never {},
        }
    }

    /// Checks a whole file.
    pub fn scenario(&mut self, node: &Node) {
        if node.what == What::Null {
            self.mistakes.push(Mistake::at(node.at.clone(), "this text contains no scenario").help(BEGINNING));
        } else if self.is_bounded(node) {
            self.shape(node, &SCENARIO, None);
        }
    }

    /// Checks one value.
    pub fn value(&mut self, node: &Node, kind: Kind, provider: Option<&'static Contract>) {
        if self.refers(node) && !matches!(kind, Kind::Name | Kind::Operation | Kind::Trigger | Kind::Action | Kind::Provider) {
            return;
        }
        let plain = node.plain();
        match kind {
            Kind::Text if !matches!(node.what, What::Text(_) | What::Number(_)) => self.wrong_kind(node, "text"),
            Kind::Plain if plain.is_none() => self.wrong_kind(node, "text or a number"),
            Kind::Flag if node.what == What::Flag(false) => self.wrong_kind_but_near(node, "true", Some("to switch it off, remove it")),
            Kind::Flag if node.what != What::Flag(true) => self.not_a_flag(node),
            Kind::Integer { min, max } => {
                let fits = matches!(node.what, What::Number(_))
                    && plain.and_then(|it| it.parse::<i64>().ok()).is_some_and(|it| (min..=max).contains(&it));
                if !fits {
                    self.not_a_number(node, min, max);
                }
            }
            Kind::Amount if plain.and_then(money::parse).is_none_or(|it| it <= rust_decimal::Decimal::ZERO) => {
                self.wrong_kind(node, "a number above 0");
            }
            Kind::Share
                if plain
                    .and_then(money::parse)
                    .is_none_or(|it| !(rust_decimal::Decimal::ZERO..=rust_decimal::Decimal::ONE).contains(&it)) =>
            {
                self.wrong_kind(node, "a share from 0 to 1");
            }
            Kind::Duration => self.check_text(node, "a duration such as 31m or PT31M", |it| parse_duration(it).map(|_| ())),
            Kind::Offset => self.check_text(node, "a duration with a sign such as -10m", check_offset),
            Kind::Moment => self.check_text(node, "a time such as 2026-01-01T00:00:00Z", |it| parse_timestamp(it).map(|_| ())),
            Kind::ClockMode => self.clock_mode(node),
            Kind::Word(words) => self.word(node, words),
            Kind::Failure => self.failure(node),
            Kind::Name => match plain.filter(|it| is_name(it)) {
                Some(_) => {}
                None => self.wrong_kind(node, "a name of letters, digits, _ and - that begins with a letter"),
            },
            Kind::Inbox if plain.is_none_or(|it| !is_inbox(it)) => self.wrong_kind(node, "the name of an inbox: a-z, 0-9 and -"),
            Kind::Provider => _ = self.provider(node),
            Kind::Operation => _ = self.operation(node),
            Kind::Trigger => _ = self.trigger(node),
            Kind::Action => _ = self.action(node),
            Kind::ContractRow => self.contract_row(node),
            Kind::Values if !matches!(node.what, What::Map(_)) => self.wrong_kind(node, "a mapping of names and values"),
            Kind::Matchers if !matches!(node.what, What::Map(_)) => self.wrong_kind(node, "a mapping of names and expected values"),
            Kind::Value | Kind::Values => self.check_references(node),
            Kind::Matcher | Kind::Matchers => self.matcher(node),
            Kind::Script => self.script(node),
            Kind::Calls => self.calls(node),
            Kind::List(each) => self.list(node, *each, provider),
            Kind::Map(each) => self.map(node, *each, provider),
            Kind::Shape(shape) => self.shape(node, shape, provider),
            Kind::Either(first, second) => self.either(node, (*first, *second), provider),
            Kind::Settings(shape) => self.settings(node, shape, provider),
            Kind::Providers(shape) => self.providers(node, shape),
            Kind::Step => self.step(node),
            Kind::Text | Kind::Plain | Kind::Flag | Kind::Amount | Kind::Share | Kind::Inbox | Kind::Answering(_) => {}
        }
    }

    fn word(&mut self, node: &Node, words: &[&'static str]) {
        match node.plain() {
            Some(it) if words.contains(&it) => {}
            Some(it) => self.note_unknown(&node.at, format!("`{}` is not one of {}", cut(it), words.join(", ")), it, words.iter().copied()),
            None => self.wrong_kind(node, &format!("one of {}", words.join(", "))),
        }
    }

    fn list(&mut self, node: &Node, each: Kind, provider: Option<&'static Contract>) {
        if let What::List(items) = &node.what {
            return items.iter().for_each(|it| self.value(it, each, provider));
        }
        let dashed = node.members().first().is_some_and(|it| it.0.name.starts_with('-'));
        let one = node.plain().filter(|_| matches!(each, Kind::Text)).map(|it| format!("write [{}]", cut(it)));
        let help = if dashed { "a space is missing after the dash" } else { one.as_deref().unwrap_or("each item begins with `- `") };
        self.wrong_kind_but_near(node, "a list", Some(help));
    }

    fn map(&mut self, node: &Node, each: Kind, provider: Option<&'static Contract>) {
        let What::Map(members) = &node.what else { return self.wrong_kind(node, "a mapping of names and values") };
        self.check_repeated(members);
        for (_, it) in members {
            self.value(it, each, provider);
        }
    }

    /// Checks a value that is written in one of two ways. A mapping or list shows which is meant; otherwise the mistake of
    /// the first is noted, with that of the second as advice.
    fn either(&mut self, node: &Node, (first, second): (Kind, Kind), provider: Option<&'static Contract>) {
        if matches!(second, Kind::Shape(_) | Kind::List(_)) {
            let is_composed = matches!(node.what, What::Map(_) | What::List(_));
            return self.value(node, if is_composed { second } else { first }, provider);
        }
        let noted = self.mistakes.len();
        self.value(node, second, provider);
        if let Some(why_not) = self.mistakes.split_off(noted).pop() {
            self.value(node, first, provider);
            if let Some(it) = self.mistakes.get_mut(noted) {
                it.help.get_or_insert(why_not.what);
            }
        }
    }

    /// Whether a text refers to what a step saves: its value is checked later. Notes names that no step has saved.
    fn refers(&mut self, node: &Node) -> bool {
        let What::Text(text) = &node.what else { return false };
        let mut refers = false;
        for piece in pieces(text).unwrap_or_default() {
            if let Piece::Saved { name, path } = piece {
                refers = true;
                if self.in_answer && name == REQUEST {
                    self.check_request(&node.at, &path);
                } else {
                    self.check_saved(&node.at, name);
                }
            }
        }
        refers
    }

    fn check_references(&mut self, node: &Node) {
        self.refers(node);
        self.nearly_a_reference(node);
        self.check_repeated(node.members());
        node.items().iter().for_each(|it| self.check_references(it));
        node.members().iter().for_each(|(_, it)| self.check_references(it));
    }

    /// Notes too many patterns or accounts: each costs memory and time.
    pub fn is_bounded(&mut self, node: &Node) -> bool {
        let patterns = count(node, &|key, _| key.name == "matches");
        if PATTERNS_MAX < patterns {
            self.wrong(&node.at, format!("this text has {patterns} patterns (`matches`), and at most {PATTERNS_MAX} are allowed"));
        }
        let accounts = |(_, provider): &(Key, Node)| provider.get("accounts").map_or(0, |it| it.items().len());
        let accounts = node.get("providers").map_or(0, |it| it.members().iter().map(accounts).sum());
        if ACCOUNTS_MAX < accounts {
            self.wrong(&node.at, format!("this scenario has {accounts} accounts, and at most {ACCOUNTS_MAX} are allowed"));
        }
        patterns <= PATTERNS_MAX && accounts <= ACCOUNTS_MAX
    }

    fn matcher(&mut self, node: &Node) {
        self.check_references(node);
        if !holds_reference(node)
            && let Err(mistake) = Matcher::read(node)
        {
            self.mistakes.push(mistake);
        }
    }

    fn check_repeated(&mut self, members: &[(Key, Node)]) {
        let mut seen: BTreeMap<&str, &Key> = BTreeMap::new();
        for (key, _) in members {
            let first = *seen.entry(&key.name).or_insert(key);
            if first.at != key.at {
                let mistake = Mistake::at(key.at.clone(), format!("`{}` is given twice", key.name));
                self.mistakes.push(mistake.also(first.at.clone(), "given here first"));
            }
        }
    }

    /// Checks a mapping with known names.
    pub fn shape(&mut self, node: &Node, shape: &'static Shape, provider: Option<&'static Contract>) {
        let What::Map(members) = &node.what else { return self.not_a_mapping(node, shape) };
        self.check_repeated(members);
        for (key, it) in members {
            match shape.row(&key.name) {
                Some(Row { kind: Kind::Answering(own), .. }) => self.answering(it, **own, provider),
                Some(row) => self.value(it, row.kind, provider),
                None => self.note_unknown_row(key, shape, &[]),
            }
        }
        self.check_missing(node, shape);
    }

    fn check_missing(&mut self, node: &Node, shape: &'static Shape) {
        for row in shape.rows.iter().filter(|it| it.required && node.get(it.name).is_none()) {
            self.mistakes.push(
                Mistake::at(node.at.clone(), format!("{} needs `{}`", shape.what, row.name))
                    .help(format!("`{}`: {}", row.name, row.meaning)),
            );
        }
    }

    fn providers(&mut self, node: &Node, shape: &'static Shape) {
        let What::Map(members) = &node.what else { return self.wrong_kind(node, "a mapping of providers, by their slugs") };
        self.check_repeated(members);
        for (key, it) in members {
            if let Some(contract) = self.known.provider(&key.name) {
                self.settings(it, shape, Some(contract));
            } else {
                let slugs = self.known.contracts.iter().map(|it| it.slug);
                self.note_unknown(&key.at, format!("no provider is named `{}`", cut(&key.name)), &key.name, slugs);
            }
        }
    }

    /// Checks the rows of a shape, and the settings of the provider.
    fn settings(&mut self, node: &Node, shape: &'static Shape, provider: Option<&'static Contract>) {
        let (What::Map(members), Some(contract)) = (&node.what, provider) else { return self.not_a_mapping(node, shape) };
        self.check_repeated(members);
        for (key, it) in members {
            if let Some(row) = shape.row(&key.name) {
                if key.name == "credentials" {
                    self.credentials(it, contract);
                }
                self.value(it, row.kind, provider);
            } else if let Some(setting) = contract.setting(&key.name) {
                self.setting(it, setting);
            } else {
                let words = shape.rows.iter().map(|it| it.name).chain(contract.settings().map(|it| it.name));
                let whose = if shape.row("id").is_some() { format!("an account of {}", contract.name) } else { contract.name.to_owned() };
                self.note_unknown(&key.at, format!("{whose} has no `{}`", cut(&key.name)), &key.name, words);
            }
        }
        self.check_missing(node, shape);
    }

    /// Checks the value of a setting.
    pub fn setting(&mut self, node: &Node, setting: &Setting) {
        if let Err(why) = setting.read(&node.to_value()) {
            self.mistakes.push(Mistake::at(node.at.clone(), why).help(format!("`{}`: {}", setting.name, setting.meaning)));
        }
    }
}

/// Whether a value refers to what a step saves.
pub fn holds_reference(node: &Node) -> bool {
    let own = matches!(&node.what, What::Text(text) if pieces(text).unwrap_or_default().iter().any(|it| matches!(it, Piece::Saved { .. })));
    own || node.items().iter().any(holds_reference) || node.members().iter().any(|it| holds_reference(&it.1))
}

/// How many members of a tree satisfy the condition.
fn count(node: &Node, fits: &impl Fn(&Key, &Node) -> bool) -> usize {
    let own = node.members().iter().filter(|(key, it)| fits(key, it)).count();
    let inside = node.members().iter().map(|it| &it.1).chain(node.items());
    own + inside.map(|it| count(it, fits)).sum::<usize>()
}
