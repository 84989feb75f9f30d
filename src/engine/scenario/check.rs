//! Holds a tree against the grammar's rows, and notes every mistake of the file at once.

use std::collections::BTreeMap;
use std::ops::Range;

use super::keys::{ANY_STEP, SCENARIO, STEPS};
use super::mistakes::Mistake;
use super::reference::{Piece, inbox_url, is_name, pieces};
use super::shape::{Kind, Shape};
use super::yaml::{Key, Node, What};
use crate::engine::clock::Rate;
use crate::engine::contract::{Contract, SettingKind, hints};
use crate::engine::inbox::{is_name as is_inbox, parse_script};
use crate::engine::matching::Matcher;
use crate::kit::money;
use crate::kit::time::{parse_duration, parse_timestamp};

/// What a scenario may speak of.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub contracts: &'a [&'static Contract],
    /// Reads the environment; without it, `${env:...}` is refused: a text from the network reads nothing of this machine.
    pub environment: Option<&'a dyn Fn(&str) -> Option<String>>,
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
    /// Places whose text is not to be shown.
    pub secrets: Vec<Range<usize>>,
    /// What the steps so far have saved.
    saved: BTreeMap<String, Range<usize>>,
}

impl<'a> Check<'a> {
    /// With nothing noted yet.
    pub fn new(known: Known<'a>) -> Self {
        Self { known, mistakes: Vec::new(), secrets: Vec::new(), saved: BTreeMap::new() }
    }

    /// A mistake there.
    pub fn wrong(&mut self, at: &Range<usize>, what: impl Into<String>) {
        self.mistakes.push(Mistake::at(at.clone(), what));
    }

    /// A word that does not exist, with the nearest that does.
    pub fn unknown<'w>(&mut self, at: &Range<usize>, what: String, asked: &str, words: impl Iterator<Item = &'w str>) {
        let all: Vec<&str> = words.collect();
        let help = match hints::nearest(asked, all.iter().copied()) {
            Some(near) => format!("the nearest is `{near}`"),
            None if all.is_empty() => "there is none here".to_owned(),
            None => format!("there is {}", all.join(", ")),
        };
        self.mistakes.push(Mistake::at(at.clone(), what).help(help));
    }

    /// Replaces what the environment and the inboxes stand for; what steps save stays.
    pub fn substituted(&mut self, node: &Node) -> Node {
        let known = self.known;
        let mut wrong = Vec::new();
        let mut outside = Vec::new();
        let mapped = node.map_texts(&mut |text, at| {
            let mut note = |what: String, help: &str| wrong.push(Mistake::at(at.clone(), what).help(help));
            let found = match pieces(text) {
                Ok(found) => found,
                Err(why) => {
                    note(
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
                        let path = path.iter().map(|it| format!(".{it}")).collect::<String>();
                        out.push_str(&format!("${{{name}{path}}}"));
                    }
                    Piece::Environment { name, default } => match (known.environment, default) {
                        (None, _) => note(
                            "a scenario that comes over the network reads no environment".to_owned(),
                            "put the value in its place, or load the file from the command line",
                        ),
                        (Some(read), default) => match read(name).or_else(|| default.map(str::to_owned)) {
                            Some(value) => {
                                outside.push(at.clone());
                                out.push_str(&value.replace("${", "$${"));
                            }
                            None => note(format!("the environment has no `{name}`"), "set it, or give a default: ${env:NAME|default}"),
                        },
                    },
                }
            }
            Ok(What::Text(out))
        });
        self.mistakes.extend(wrong);
        self.secrets.extend(outside);
        match mapped {
            Ok(it) => it,
            Err(never) => match never {},
        }
    }

    /// A whole file.
    pub fn scenario(&mut self, node: &Node) {
        self.shape(node, &SCENARIO, None);
    }

    fn a(&mut self, node: &Node, what: &str) {
        let said = if matches!(node.what, What::Text(_) | What::Number(_)) {
            format!("`{}`", node.plain().unwrap_or(""))
        } else {
            node.word().to_owned()
        };
        self.wrong(&node.at, format!("here stands {what}, not {said}"));
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
            Kind::Flag if !matches!(node.what, What::Flag(true)) => self.a(node, "true"),
            Kind::Integer { min, max } => {
                let fits = matches!(node.what, What::Number(_))
                    && plain.and_then(|it| it.parse::<i64>().ok()).is_some_and(|it| (min..=max).contains(&it));
                if !fits {
                    self.a(node, &if min == max { format!("the number {min}") } else { format!("a whole number from {min} to {max}") });
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
            Kind::Offset => {
                self.text_that(node, "a duration with a sign as -10m", |it| parse_duration(it.trim_start_matches(['-', '+'])).map(|_| ()));
            }
            Kind::Moment => self.text_that(node, "a time as 2026-01-01T00:00:00Z", |it| parse_timestamp(it).map(|_| ())),
            Kind::ClockMode => self.text_that(node, "frozen, real or a rate as 60x", |it| match it {
                "frozen" | "real" => Ok(()),
                rate => Rate::parse(rate).map(|_| ()),
            }),
            Kind::Word(words) => match plain {
                Some(it) if words.contains(&it) => {}
                Some(it) => self.unknown(&node.at, format!("`{it}` is none of {}", words.join(", ")), it, words.iter().copied()),
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
            Kind::Value => self.anything(node),
            Kind::Values if !matches!(node.what, What::Map(_)) => self.a(node, "a mapping of names and values"),
            Kind::Values => self.anything(node),
            Kind::Matcher => self.matcher(node),
            Kind::Matchers if !matches!(node.what, What::Map(_)) => self.a(node, "a mapping of names and what they have to be"),
            Kind::Matchers => self.matcher(node),
            Kind::Script => {
                if let Err(why) = parse_script(&node.to_value()) {
                    self.wrong(&node.at, why);
                }
            }
            Kind::List(each) => match &node.what {
                What::List(items) => items.iter().for_each(|it| self.value(it, *each, provider)),
                _ => self.a(node, "a list"),
            },
            Kind::Map(each) => match &node.what {
                What::Map(members) => {
                    self.repeated(members);
                    members.iter().for_each(|(_, it)| self.value(it, *each, provider));
                }
                _ => self.a(node, "a mapping of names and values"),
            },
            Kind::Shape(shape) => self.shape(node, shape, provider),
            Kind::Either(first, second) => {
                let is_composed = matches!(node.what, What::Map(_) | What::List(_));
                if matches!(second, Kind::Shape(_) | Kind::List(_)) {
                    self.value(node, if is_composed { *second } else { *first }, provider);
                } else {
                    let noted = self.mistakes.len();
                    self.value(node, *second, provider);
                    if noted < self.mistakes.len() {
                        self.mistakes.truncate(noted);
                        self.value(node, *first, provider);
                    }
                }
            }
            Kind::Settings(shape) => self.settings(node, shape, provider),
            Kind::Providers(shape) => self.providers(node, shape),
            Kind::Step => self.step(node),
            Kind::Text | Kind::Plain | Kind::Flag | Kind::Amount | Kind::Share | Kind::Inbox => {}
        }
    }

    /// Whether a text waits for what a step saves: it is looked at when it is known. Notes names that no step has saved.
    fn refers(&mut self, node: &Node) -> bool {
        let What::Text(text) = &node.what else { return false };
        let mut refers = false;
        for piece in pieces(text).unwrap_or_default() {
            if let Piece::Saved { name, .. } = piece {
                refers = true;
                if !self.saved.contains_key(name) {
                    let names: Vec<String> = self.saved.keys().cloned().collect();
                    self.unknown(&node.at, format!("no step before this one saves `{name}`"), name, names.iter().map(String::as_str));
                }
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

    fn matcher(&mut self, node: &Node) {
        self.anything(node);
        if !holds_reference(node)
            && let Err(mistake) = Matcher::read(node)
        {
            self.mistakes.push(mistake);
        }
    }

    fn text_that(&mut self, node: &Node, what: &str, read: impl Fn(&str) -> Result<(), String>) {
        match &node.what {
            What::Text(text) => {
                if let Err(why) = read(text) {
                    self.wrong(&node.at, why);
                }
            }
            _ => self.a(node, what),
        }
    }

    fn repeated(&mut self, members: &[(Key, Node)]) {
        for (place, (key, _)) in members.iter().enumerate() {
            if let Some((first, _)) = members[..place].iter().find(|it| it.0.name == key.name) {
                let mistake = Mistake::at(key.at.clone(), format!("`{}` stands here twice", key.name));
                self.mistakes.push(mistake.also(first.at.clone(), "the first time"));
            }
        }
    }

    /// A mapping of known names.
    pub fn shape(&mut self, node: &Node, shape: &'static Shape, provider: Option<&'static Contract>) {
        let What::Map(members) = &node.what else { return self.a(node, &format!("{}: a mapping", shape.what)) };
        self.repeated(members);
        for (key, it) in members {
            match shape.row(&key.name) {
                Some(row) => self.value(it, row.kind, provider),
                None => {
                    self.unknown(&key.at, format!("{} has no `{}`", shape.what, key.name), &key.name, shape.rows.iter().map(|it| it.name));
                }
            }
        }
        self.missing(node, shape);
    }

    fn missing(&mut self, node: &Node, shape: &'static Shape) {
        for row in shape.rows.iter().filter(|it| it.required && node.get(it.name).is_none()) {
            self.mistakes.push(
                Mistake::at(node.at.clone(), format!("{} needs `{}`", shape.what, row.name))
                    .help(format!("`{}` is {}", row.name, row.meaning)),
            );
        }
    }

    fn providers(&mut self, node: &Node, shape: &'static Shape) {
        let What::Map(members) = &node.what else { return self.a(node, "a mapping of providers, by their slugs") };
        self.repeated(members);
        for (key, it) in members {
            if let Some(contract) = self.known.provider(&key.name) {
                self.settings(it, shape, Some(contract))
            } else {
                let slugs = self.known.contracts.iter().map(|it| it.slug);
                self.unknown(&key.at, format!("there is no provider `{}`", key.name), &key.name, slugs);
            }
        }
    }

    /// The rows of a shape, and the settings of the provider's accounts.
    fn settings(&mut self, node: &Node, shape: &'static Shape, provider: Option<&'static Contract>) {
        let (What::Map(members), Some(contract)) = (&node.what, provider) else {
            return self.a(node, &format!("{}: a mapping", shape.what));
        };
        self.repeated(members);
        for (key, it) in members {
            if let Some(row) = shape.row(&key.name) {
                if key.name == "credentials" {
                    self.credentials(it, contract);
                }
                self.value(it, row.kind, provider);
            } else if let Some(setting) = contract.setting(&key.name) {
                if matches!(setting.kind, SettingKind::Secret) {
                    self.secrets.push(it.at.clone());
                }
                if let Err(why) = setting.read(&it.to_value()) {
                    self.mistakes.push(Mistake::at(it.at.clone(), why).help(format!("`{}`: {}", setting.name, setting.meaning)));
                }
            } else {
                let words = shape.rows.iter().map(|it| it.name).chain(contract.settings().map(|it| it.name));
                self.unknown(&key.at, format!("{} of {} has no `{}`", shape.what, contract.name, key.name), &key.name, words);
            }
        }
        self.missing(node, shape);
    }

    fn credentials(&mut self, node: &Node, contract: &'static Contract) {
        for (key, it) in node.members() {
            self.secrets.push(it.at.clone());
            if !contract.credentials.iter().any(|own| own.name == key.name) {
                let words = contract.credentials.iter().map(|it| it.name);
                self.unknown(&key.at, format!("an account of {} has no credential `{}`", contract.name, key.name), &key.name, words);
            }
        }
    }

    fn step(&mut self, node: &Node) {
        let What::Map(members) = &node.what else { return self.a(node, "a step: a mapping that begins with its verb") };
        let verb = |shape: &&'static Shape| shape.rows.first().map_or("", |it| it.name);
        let verbs: Vec<&'static str> = STEPS.iter().map(|it| verb(&it)).collect();
        // `expect` stands beside other verbs as well.
        let found: Vec<&'static Shape> = STEPS.iter().filter(|it| node.get(verb(it)).is_some()).collect();
        let shape = match found[..] {
            [] => {
                let first = members.first().map_or("", |it| it.0.name.as_str());
                let at = members.first().map_or(node.at.clone(), |it| it.0.at.clone());
                return self.unknown(
                    &at,
                    format!("`{first}` is no step: one begins with {}", verbs.join(", ")),
                    first,
                    verbs.iter().copied(),
                );
            }
            [one] => one,
            [..] => {
                if let [one] = found.iter().filter(|it| verb(it) != "expect").collect::<Vec<_>>()[..] {
                    one
                } else {
                    let names: Vec<&str> = found.iter().map(verb).collect();
                    return self.wrong(&node.at, format!("a step does one thing, this one does {}", names.join(" and ")));
                }
            }
        };
        self.repeated(members);
        for (key, it) in members {
            match shape.row(&key.name).or_else(|| ANY_STEP.row(&key.name)) {
                Some(row) if row.name == "save" => self.value(it, row.kind, None),
                Some(row) => self.value(it, row.kind, None),
                None => {
                    let words = shape.rows.iter().chain(ANY_STEP.rows).map(|it| it.name);
                    self.unknown(&key.at, format!("{} has no `{}`", shape.what, key.name), &key.name, words);
                }
            }
        }
        self.missing(node, shape);
        if let Some(name) = node.get("save") {
            self.saved.insert(name.plain().unwrap_or("").to_owned(), name.at.clone());
        }
    }

    /// Whether a step before has saved that name.
    pub fn has_saved(&self, name: &str) -> bool {
        self.saved.contains_key(name)
    }

    fn split<'t>(&mut self, node: &'t Node, mark: char, what: &str) -> Option<(&'static Contract, &'t str)> {
        let split = node.plain().and_then(|it| it.split_once(mark));
        let Some((slug, rest)) = split else {
            self.a(node, what);
            return None;
        };
        if let Some(contract) = self.known.provider(slug) {
            Some((contract, rest))
        } else {
            let slugs = self.known.contracts.iter().map(|it| it.slug);
            self.unknown(&node.at, format!("there is no provider `{slug}`"), slug, slugs);
            None
        }
    }

    /// The provider that a text names.
    pub fn provider(&mut self, node: &Node) -> Option<&'static Contract> {
        let slug = node.plain().unwrap_or("");
        let found = self.known.provider(slug);
        if found.is_none() {
            let slugs = self.known.contracts.iter().map(|it| it.slug);
            self.unknown(&node.at, format!("there is no provider `{slug}`"), slug, slugs);
        }
        found
    }

    fn operation(&mut self, node: &Node) -> Option<()> {
        let (contract, name) = self.split(node, '.', "an operation as quoine.createInvoice")?;
        if contract.operation(name).is_none() {
            let names: Vec<&str> = (contract.operations)().iter().map(|it| it.name).collect();
            self.unknown(&node.at, format!("{} has no operation `{name}`", contract.name), name, names.into_iter());
        }
        Some(())
    }

    fn trigger(&mut self, node: &Node) -> Option<()> {
        let text = node.plain().unwrap_or("");
        if text.contains(':') {
            let (_, rest) = self.split(node, ':', "webhooks as quoine:webhook")?;
            if rest != "webhook" {
                self.wrong(&node.at, format!("`{text}` is no trigger: write an operation, `PROVIDER.*` or `PROVIDER:webhook`"));
            }
            return Some(());
        }
        if text.ends_with(".*") {
            self.split(node, '.', "all operations as quoine.*")?;
            return Some(());
        }
        self.operation(node)
    }

    fn action(&mut self, node: &Node) -> Option<()> {
        let (contract, name) = self.split(node, '.', "an action as quoine.pay")?;
        let names: Vec<&str> = (contract.acts)().iter().map(|it| it.name).collect();
        if !names.contains(&name) {
            self.unknown(&node.at, format!("{} has no action `{name}`", contract.name), name, names.into_iter());
        }
        Some(())
    }
}

/// Whether a value waits for what a step saves.
pub fn holds_reference(node: &Node) -> bool {
    let own = matches!(&node.what, What::Text(text) if pieces(text).unwrap_or_default().iter().any(|it| matches!(it, Piece::Saved { .. })));
    own || node.items().iter().any(holds_reference) || node.members().iter().any(|it| holds_reference(&it.1))
}
