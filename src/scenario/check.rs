//! Holds a tree against the grammar's rows, and notes every mistake of the file at once.

use std::collections::BTreeMap;
use std::ops::Range;

use super::keys::SCENARIO;
use super::mistakes::{Mistake, shown};
use super::reference::{Piece, inbox_url, is_name, pieces};
use super::secrets::Secrets;
use super::shape::{Kind, Shape};
use super::yaml::{Key, Node, What};
use crate::engine::inbox::is_name as is_inbox;
use crate::engine::matching::Matcher;
use crate::engine::tables::{Contract, Setting};
use crate::kit::money;
use crate::kit::time::{parse_duration, parse_timestamp};

use texts::{BEGINNING, offset};

pub mod names;
mod steps;
mod texts;
mod words;

/// Regular expressions of one text.
pub const PATTERNS_MAX: usize = 200;
/// Accounts of one scenario.
pub const ACCOUNTS_MAX: usize = 1_000;

/// The value of a variable of this process, when there is one.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a scenario may speak of.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub contracts: &'a [&'static Contract],
    /// Reads the environment; without it, `${env:...}` is refused: a text from the network reads nothing of this machine.
    pub environment: Option<Environment<'a>>,
}

impl Known<'_> {
    /// The provider with that slug.
    pub fn provider(&self, slug: &str) -> Option<&'static Contract> {
        self.contracts.iter().copied().find(|it| it.slug == slug)
    }
}

/// Goes through a tree and notes what is wrong.
pub struct Check<'a> {
    pub known: Known<'a>,
    pub mistakes: Vec<Mistake>,
    /// What is not to be shown.
    pub secrets: Secrets,
    /// What the steps so far have saved.
    saved: BTreeMap<String, Range<usize>>,
}

impl<'a> Check<'a> {
    /// With nothing noted yet.
    pub fn new(known: Known<'a>) -> Self {
        Self { known, mistakes: Vec::new(), secrets: Secrets::default(), saved: BTreeMap::new() }
    }

    /// A mistake there.
    pub fn wrong(&mut self, at: &Range<usize>, what: impl Into<String>) {
        self.mistakes.push(Mistake::at(at.clone(), what));
    }

    /// Replaces what the environment and the inboxes stand for; what steps save stays.
    pub fn substituted(&mut self, node: &Node) -> Node {
        let known = self.known;
        let mut wrong = Vec::new();
        let mut secrets = std::mem::take(&mut self.secrets);
        let mapped = node.map_texts(&mut |text, at| {
            let mut wrongly = |what: String, help: &str| wrong.push(Mistake::at(at.clone(), what).help(help));
            let found = match pieces(text) {
                Ok(found) => found,
                Err(why) => {
                    wrongly(
                        why,
                        "references are `${step.field}`, `${env:NAME|default}` and `${inbox:NAME}`; `$${` writes the characters themselves",
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
                        (None, _) => wrongly(
                            "a scenario that comes over the network reads no environment".to_owned(),
                            "put the value in its place, or load the file from the command line",
                        ),
                        (Some(read), default) => match (read(name), default) {
                            (Some(value), _) => {
                                secrets.came_from_outside(at, &value);
                                out.push_str(&value.replace("${", "$${"));
                            }
                            (None, Some(value)) => {
                                secrets.came_in(at, value);
                                out.push_str(&value.replace("${", "$${"));
                            }
                            (None, None) => {
                                wrongly(format!("the environment has no `{name}`"), "set it, or give a default: ${env:NAME|default}");
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

    /// A whole file.
    pub fn scenario(&mut self, node: &Node) {
        if node.what == What::Null {
            self.mistakes.push(Mistake::at(node.at.clone(), "there is no scenario in this text").help(BEGINNING));
        } else if self.is_bounded(node) {
            self.shape(node, &SCENARIO, None);
        }
    }

    /// One value.
    pub fn value(&mut self, node: &Node, kind: Kind, provider: Option<&'static Contract>) {
        if self.refers(node) && !matches!(kind, Kind::Name | Kind::Operation | Kind::Trigger | Kind::Action | Kind::Provider) {
            return;
        }
        let plain = node.plain();
        match kind {
            Kind::Text if !matches!(node.what, What::Text(_) | What::Number(_)) => self.a(node, "text"),
            Kind::Plain if plain.is_none() => self.a(node, "text or a number"),
            Kind::Flag if node.what == What::Flag(false) => self.nearly(node, "true", Some("leave it out where it is not wanted")),
            Kind::Flag if node.what != What::Flag(true) => self.a(node, "true"),
            Kind::Integer { min, max } => {
                let fits = matches!(node.what, What::Number(_))
                    && plain.and_then(|it| it.parse::<i64>().ok()).is_some_and(|it| (min..=max).contains(&it));
                if !fits {
                    let what = if min == max { format!("the number {min}") } else { format!("a whole number from {min} to {max}") };
                    let quoted = matches!(&node.what, What::Text(it) if it.parse::<i64>().is_ok());
                    self.nearly(node, &what, quoted.then_some("write it without quotes"));
                }
            }
            Kind::Amount if plain.and_then(money::parse).is_none_or(|it| it <= rust_decimal::Decimal::ZERO) => {
                self.a(node, "a number above 0");
            }
            Kind::Share
                if plain
                    .and_then(money::parse)
                    .is_none_or(|it| !(rust_decimal::Decimal::ZERO..=rust_decimal::Decimal::ONE).contains(&it)) =>
            {
                self.a(node, "a share from 0 to 1");
            }
            Kind::Duration => self.text_that(node, "a duration as 31m or PT31M", |it| parse_duration(it).map(|_| ())),
            Kind::Offset => self.text_that(node, "a duration with a sign as -10m", offset),
            Kind::Moment => self.text_that(node, "a time as 2026-01-01T00:00:00Z", |it| parse_timestamp(it).map(|_| ())),
            Kind::ClockMode => self.clock_mode(node),
            Kind::Word(words) => match plain {
                Some(it) if words.contains(&it) => {}
                Some(it) => self.unknown(&node.at, format!("`{}` is none of {}", shown(it), words.join(", ")), it, words.iter().copied()),
                None => self.a(node, &format!("one of {}", words.join(", "))),
            },
            Kind::Name => match plain.filter(|it| is_name(it)) {
                Some(_) => {}
                None => self.a(node, "a name of letters, digits, _ and -, that begins with a letter"),
            },
            Kind::Inbox if plain.is_none_or(|it| !is_inbox(it)) => self.a(node, "the name of an inbox: a-z, 0-9 and -"),
            Kind::Provider => _ = self.provider(node),
            Kind::Operation => _ = self.operation(node),
            Kind::Trigger => _ = self.trigger(node),
            Kind::Action => _ = self.action(node),
            Kind::Values if !matches!(node.what, What::Map(_)) => self.a(node, "a mapping of names and values"),
            Kind::Matchers if !matches!(node.what, What::Map(_)) => self.a(node, "a mapping of names and what they have to be"),
            Kind::Value | Kind::Values => self.anything(node),
            Kind::Matcher | Kind::Matchers => self.matcher(node),
            Kind::Script => self.script(node),
            Kind::List(each) => self.list(node, *each, provider),
            Kind::Map(each) => self.map(node, *each, provider),
            Kind::Shape(shape) => self.shape(node, shape, provider),
            Kind::Either(first, second) => self.either(node, (*first, *second), provider),
            Kind::Settings(shape) => self.settings(node, shape, provider),
            Kind::Providers(shape) => self.providers(node, shape),
            Kind::Step => self.step(node),
            Kind::Text | Kind::Plain | Kind::Flag | Kind::Amount | Kind::Share | Kind::Inbox => {}
        }
    }

    fn list(&mut self, node: &Node, each: Kind, provider: Option<&'static Contract>) {
        if let What::List(items) = &node.what {
            return items.iter().for_each(|it| self.value(it, each, provider));
        }
        let dashed = node.members().first().is_some_and(|it| it.0.name.starts_with('-'));
        let help = if dashed { "a space is missing behind the dash" } else { "each of its items begins with `- `" };
        self.nearly(node, "a list", Some(help));
    }

    fn map(&mut self, node: &Node, each: Kind, provider: Option<&'static Contract>) {
        let What::Map(members) = &node.what else { return self.a(node, "a mapping of names and values") };
        self.repeated(members);
        for (_, it) in members {
            self.value(it, each, provider);
        }
    }

    /// A value that is written in one of two ways. What is composed shows which is meant; else the mistake of the first
    /// is told, and that of the second as advice.
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

    /// Whether a text waits for what a step saves: it is looked at when it is known. Notes names that no step has saved.
    fn refers(&mut self, node: &Node) -> bool {
        let What::Text(text) = &node.what else { return false };
        let mut refers = false;
        for piece in pieces(text).unwrap_or_default() {
            if let Piece::Saved { name, .. } = piece {
                refers = true;
                self.saved_before(&node.at, name);
            }
        }
        refers
    }

    fn anything(&mut self, node: &Node) {
        self.refers(node);
        self.repeated(node.members());
        node.items().iter().for_each(|it| self.anything(it));
        node.members().iter().for_each(|(_, it)| self.anything(it));
    }

    /// Notes what there is too much of; each pattern and each account costs something.
    pub fn is_bounded(&mut self, node: &Node) -> bool {
        let patterns = counted(node, &|key, _| key.name == "matches");
        if PATTERNS_MAX < patterns {
            self.wrong(&node.at, format!("there are {patterns} patterns (`matches`) here; at most {PATTERNS_MAX} are read"));
        }
        let accounts = |(_, it): &(Key, Node)| it.get("accounts").map_or(0, |it| it.items().len());
        let accounts = node.get("providers").map_or(0, |it| it.members().iter().map(accounts).sum());
        if ACCOUNTS_MAX < accounts {
            self.wrong(&node.at, format!("there are {accounts} accounts here; a scenario makes at most {ACCOUNTS_MAX}"));
        }
        patterns <= PATTERNS_MAX && accounts <= ACCOUNTS_MAX
    }

    fn matcher(&mut self, node: &Node) {
        self.anything(node);
        if !holds_reference(node)
            && let Err(mistake) = Matcher::read(node)
        {
            self.mistakes.push(mistake);
        }
    }

    fn repeated(&mut self, members: &[(Key, Node)]) {
        let mut seen: BTreeMap<&str, &Key> = BTreeMap::new();
        for (key, _) in members {
            let first = *seen.entry(&key.name).or_insert(key);
            if first.at != key.at {
                let mistake = Mistake::at(key.at.clone(), format!("`{}` stands here twice", key.name));
                self.mistakes.push(mistake.also(first.at.clone(), "the first time"));
            }
        }
    }

    /// A mapping of known names.
    pub fn shape(&mut self, node: &Node, shape: &'static Shape, provider: Option<&'static Contract>) {
        let What::Map(members) = &node.what else { return self.no_mapping(node, shape) };
        self.repeated(members);
        for (key, it) in members {
            match shape.row(&key.name) {
                Some(row) => self.value(it, row.kind, provider),
                None => self.unknown(
                    &key.at,
                    format!("{} has no `{}`", shape.what, shown(&key.name)),
                    &key.name,
                    shape.rows.iter().map(|it| it.name),
                ),
            }
        }
        self.missing(node, shape);
    }

    fn missing(&mut self, node: &Node, shape: &'static Shape) {
        for row in shape.rows.iter().filter(|it| it.required && node.get(it.name).is_none()) {
            self.mistakes.push(
                Mistake::at(node.at.clone(), format!("{} needs `{}`", shape.what, row.name))
                    .help(format!("`{}`: {}", row.name, row.meaning)),
            );
        }
    }

    fn providers(&mut self, node: &Node, shape: &'static Shape) {
        let What::Map(members) = &node.what else { return self.a(node, "a mapping of providers, by their slugs") };
        self.repeated(members);
        for (key, it) in members {
            if let Some(contract) = self.known.provider(&key.name) {
                self.settings(it, shape, Some(contract));
            } else {
                let slugs = self.known.contracts.iter().map(|it| it.slug);
                self.unknown(&key.at, format!("there is no provider `{}`", shown(&key.name)), &key.name, slugs);
            }
        }
    }

    /// The rows of a shape, and the settings of the provider's accounts.
    fn settings(&mut self, node: &Node, shape: &'static Shape, provider: Option<&'static Contract>) {
        let (What::Map(members), Some(contract)) = (&node.what, provider) else { return self.no_mapping(node, shape) };
        self.repeated(members);
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
                self.unknown(&key.at, format!("{whose} has no `{}`", shown(&key.name)), &key.name, words);
            }
        }
        self.missing(node, shape);
    }

    /// A value that a setting takes.
    pub fn setting(&mut self, node: &Node, setting: &Setting) {
        if let Err(why) = setting.read(&node.to_value()) {
            self.mistakes.push(Mistake::at(node.at.clone(), why).help(format!("`{}`: {}", setting.name, setting.meaning)));
        }
    }

    fn credentials(&mut self, node: &Node, contract: &'static Contract) {
        for (key, _) in node.members() {
            if !contract.credentials.iter().any(|own| own.name == key.name) {
                let words = contract.credentials.iter().map(|it| it.name);
                self.unknown(&key.at, format!("an account of {} has no credential `{}`", contract.name, key.name), &key.name, words);
            }
        }
    }
}

/// Whether a value waits for what a step saves.
pub fn holds_reference(node: &Node) -> bool {
    let own = matches!(&node.what, What::Text(text) if pieces(text).unwrap_or_default().iter().any(|it| matches!(it, Piece::Saved { .. })));
    own || node.items().iter().any(holds_reference) || node.members().iter().any(|it| holds_reference(&it.1))
}

/// How many members of a tree fit.
fn counted(node: &Node, fits: &impl Fn(&Key, &Node) -> bool) -> usize {
    let own = node.members().iter().filter(|(key, it)| fits(key, it)).count();
    let inside = node.members().iter().map(|it| &it.1).chain(node.items());
    own + inside.map(|it| counted(it, fits)).sum::<usize>()
}
