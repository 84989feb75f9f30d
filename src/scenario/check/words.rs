//! Names that have to exist: of providers, of what they can do, and of what other steps make.

use std::ops::Range;

use super::{Check, holds_reference};
use crate::engine::rules::effects::TRANSPORTS;
use crate::engine::tables::{Contract, Operation};
use crate::kit::evidence::Evidence;
use crate::kit::nearest::close;
use crate::scenario::mistakes::{Mistake, cut};
use crate::scenario::shape::{Kind, Row, Shape};
use crate::scenario::yaml::{Key, Node, What};

/// Mistakes for which the nearest word is looked up: to find it takes time, and the later ones are not reported.
pub(super) const ADVICE_MAX: usize = 100;

impl Check<'_> {
    /// Notes an unknown word, with the nearest known word, or with all known words.
    pub fn note_unknown<'w>(&mut self, at: &Range<usize>, what: String, asked: &str, words: impl Iterator<Item = &'w str>) {
        /// Words in one list.
        const LISTED_MAX: usize = 40;
        if ADVICE_MAX <= self.mistakes.len() {
            return self.mistakes.push(Mistake::at(at.clone(), what));
        }
        let all: Vec<&str> = words.collect();
        let more = if LISTED_MAX < all.len() { ", ..." } else { "" };
        let help = slip(asked, &all).unwrap_or_else(|| {
            match close(asked, all.iter().copied()).or_else(|| all.iter().copied().find(|it| has_part(it, asked))) {
                Some(near) => format!("the nearest is `{near}`"),
                None if all.is_empty() => "none is known here".to_owned(),
                None => format!("known: {}{more}", all.iter().take(LISTED_MAX).copied().collect::<Vec<_>>().join(", ")),
            }
        });
        self.mistakes.push(Mistake::at(at.clone(), what).help(help));
    }

    /// Notes a name that a mapping does not have. When a mapping inside it has the name, the line is indented too little.
    pub(super) fn note_unknown_row(&mut self, key: &Key, shape: &'static Shape, more: &'static [Row]) {
        let what = format!("{} has no `{}`", shape.what, cut(&key.name));
        let outer = shape.rows.iter().find(|it| inner(it.kind).is_some_and(|inner| inner.row(&key.name).is_some()));
        match outer {
            Some(it) => {
                let help = format!("`{}` belongs into `{}`: indent it deeper than `{1}`", cut(&key.name), it.name);
                self.mistakes.push(Mistake::at(key.at.clone(), what).help(help));
            }
            None if shape.what == "a patch" && close(&key.name, ["set", "remove"]).is_none() => {
                self.mistakes.push(
                    Mistake::at(key.at.clone(), what).help(format!("write it under `set`: {{ set: {{ {}: ... }} }}", cut(&key.name))),
                );
            }
            None if shape.what == "an answer" && close(&key.name, shape.rows.iter().map(|it| it.name)).is_none() => {
                let known = shape.rows.iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
                let help = format!("known: {known}; a member of the body stands under `body`: {{ body: {{ {}: ... }} }}", cut(&key.name));
                self.mistakes.push(Mistake::at(key.at.clone(), what).help(help));
            }
            None => self.note_unknown(&key.at, what, &key.name, shape.rows.iter().chain(more).map(|it| it.name)),
        }
    }

    /// Notes a name that an earlier step has to define; `how` says what defines it.
    pub fn note_undefined(&mut self, at: &Range<usize>, what: String, asked: &str, defined: &[String], how: &str) {
        if ADVICE_MAX <= self.mistakes.len() {
            return self.mistakes.push(Mistake::at(at.clone(), what).help(how));
        }
        match close(asked, defined.iter().map(String::as_str)) {
            None => self.mistakes.push(Mistake::at(at.clone(), what).help(how)),
            Some(_) => self.note_unknown(at, what, asked, defined.iter().map(String::as_str)),
        }
    }

    /// Notes events in a matcher that the provider does not have.
    pub fn events(&mut self, node: &Node, contract: &'static Contract) {
        let one_of = node.get("one_of").filter(|_| node.members().len() == 1);
        for it in one_of.map_or(std::slice::from_ref(node), Node::items) {
            if let What::Text(asked) = &it.what
                && !holds_reference(it)
                && !contract.events.iter().any(|event| event.name == asked)
            {
                let names = contract.events.iter().map(|it| it.name);
                self.note_unknown(&it.at, format!("{} has no event `{}`", contract.name, cut(asked)), asked, names);
            }
        }
    }

    fn split<'t>(&mut self, node: &'t Node, mark: char, what: &str) -> Option<(&'static Contract, &'t str)> {
        let split = node.plain().and_then(|it| it.split_once(mark));
        let Some((slug, rest)) = split else {
            self.wrong_kind(node, what);
            return None;
        };
        let found = self.known.provider(slug);
        if found.is_none() {
            let slugs = self.known.contracts.iter().map(|it| it.slug);
            self.note_unknown(&node.at, format!("no provider is named `{}`", cut(slug)), slug, slugs);
        }
        found.map(|it| (it, rest))
    }

    /// Finds the provider that a text names.
    pub fn provider(&mut self, node: &Node) -> Option<&'static Contract> {
        let slug = node.plain().unwrap_or("");
        let found = self.known.provider(slug);
        if found.is_none() {
            let slugs = self.known.contracts.iter().map(|it| it.slug);
            self.note_unknown(&node.at, format!("no provider is named `{}`", cut(slug)), slug, slugs);
        }
        found
    }

    /// Checks the name of an effect after which the client has no whole answer.
    pub(super) fn failure(&mut self, node: &Node) {
        let noted = self.mistakes.len();
        self.word(node, &TRANSPORTS.iter().filter(|it| it.fails).map(|it| it.word).collect::<Vec<_>>());
        let documented = self.known.contracts.iter().find_map(|it| it.error(node.plain().unwrap_or("")));
        if let (Some(error), Some(it)) = (documented, self.mistakes.get_mut(noted)) {
            it.help = Some(format!("a documented error is expected by its status: {}", error.status.as_u16()));
        }
    }

    pub(super) fn operation(&mut self, node: &Node) -> Option<()> {
        let what = "an operation such as quoine.createInvoice";
        if let Some(own) = node.plain().and_then(|it| self.by_path(it)) {
            self.wrong_kind_but_near(node, what, Some(&format!("the operation with this path is `{own}`")));
            return None;
        }
        let (contract, name) = self.split(node, '.', what)?;
        if contract.operation(name).is_none() {
            let names: Vec<&str> = contract.operations.iter().map(|it| it.name).collect();
            self.note_unknown(&node.at, format!("{} has no operation `{}`", contract.name, cut(name)), name, names.into_iter());
            self.other_verb(
                contract
                    .actions
                    .iter()
                    .any(|it| it.name == name)
                    .then(|| format!("`{name}` is an action: write `act: {}.{name}`", contract.slug)),
            );
        }
        Some(())
    }

    /// The name of a row of a contract.
    pub(super) fn contract_row(&mut self, node: &Node) {
        let Some((contract, _)) = self.split(node, '.', "a row of a contract such as quoine.decisions.texts") else { return };
        let name = node.plain().unwrap_or_default();
        let Some(named) = contract.index.named(name) else {
            let names = contract.index.rows().iter().map(|it| it.name);
            return self.note_unknown(&node.at, format!("{} has no row `{}`", contract.name, cut(name)), name, names);
        };
        if !matches!(named.evidence, Evidence::Assumed(_)) {
            let what = format!("`{}` is {}, and only assumed rows have to be accepted", cut(name), named.evidence.tag());
            self.mistakes.push(Mistake::at(node.at.clone(), what).help("remove it"));
            self.soften();
        }
    }

    /// The operation that a method and a path mean.
    fn by_path(&self, text: &str) -> Option<String> {
        let (method, path) = text.split_once(' ')?;
        let is_it = |own: &Operation, path: &str| {
            let mut parts = own.path.split('/').zip(path.split('/'));
            let fits = parts.all(|(own, part)| (own.starts_with('{') && !part.is_empty()) || own == part);
            own.method.as_str() == method && own.path.split('/').count() == path.split('/').count() && fits
        };
        self.known.contracts.iter().find_map(|contract| {
            let below = path.trim_start_matches('/').strip_prefix(contract.slug).unwrap_or(path);
            let found = contract.operations.iter().find(|it| is_it(it, below))?;
            Some(format!("{}.{}", contract.slug, found.name))
        })
    }

    /// Says that a name belongs to another step.
    fn other_verb(&mut self, help: Option<String>) {
        if let (Some(it), Some(help)) = (self.mistakes.last_mut(), help) {
            it.help = Some(help);
        }
    }

    pub(super) fn trigger(&mut self, node: &Node) -> Option<()> {
        let text = node.plain().unwrap_or("");
        if text.contains(':') {
            let (_, rest) = self.split(node, ':', "webhooks such as quoine:webhook")?;
            if rest != "webhook" {
                let slug = text.split(':').next().unwrap_or("");
                let mistake = Mistake::at(node.at.clone(), format!("a rule cannot be on `{}`", cut(text)));
                self.mistakes.push(mistake.help(format!("webhooks are `{slug}:webhook`; `when: {{ event: ... }}` selects some of them")));
            }
            return Some(());
        }
        if text.ends_with(".*") {
            self.split(node, '.', "all operations of a provider such as quoine.*")?;
            return Some(());
        }
        if !text.contains('.') {
            self.wrong_kind(
                node,
                "an operation such as quoine.createInvoice, all operations such as quoine.*, or webhooks such as quoine:webhook",
            );
            return None;
        }
        self.operation(node)
    }

    pub(super) fn action(&mut self, node: &Node) -> Option<()> {
        let (contract, name) = self.split(node, '.', "an action such as quoine.pay")?;
        let names: Vec<&str> = contract.actions.iter().map(|it| it.name).collect();
        if !names.contains(&name) {
            self.note_unknown(&node.at, format!("{} has no action `{}`", contract.name, cut(name)), name, names.into_iter());
            self.other_verb(contract.operation(name).map(|_| format!("`{name}` is an operation: write `call: {}.{name}`", contract.slug)));
        }
        Some(())
    }
}

/// The mapping that a value is, or can be.
const fn inner(kind: Kind) -> Option<&'static Shape> {
    if let Kind::Shape(it) | Kind::Either(_, &Kind::Shape(it)) = kind { Some(it) } else { None }
}

/// Whether a name has this word among others: `orderStatus` and `payout.status` have `status`.
fn has_part(name: &str, word: &str) -> bool {
    /// Shorter words stand in names that mean something else.
    const CHARS_MIN: usize = 4;
    if word.chars().count() < CHARS_MIN {
        return false;
    }
    let begins = |at: usize| {
        let before = name[..at].chars().next_back();
        let here = name[at..].chars().next();
        before.is_none_or(|it| !it.is_alphanumeric() || it.is_lowercase() && here.is_some_and(char::is_uppercase))
    };
    let places = name.char_indices().map(|it| it.0).filter(|at| begins(*at)).chain([name.len()]);
    let places: Vec<usize> = places.collect();
    let parts = places.windows(2).map(|ends| name[ends[0]..ends[1]].trim_matches(|it: char| !it.is_alphanumeric()));
    parts.into_iter().any(|it| it.eq_ignore_ascii_case(word))
}

/// The matcher for a comparison, written as other languages do.
fn comparison(rest: &str) -> Option<String> {
    let signs = [(">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt")];
    let (value, word) = signs.iter().find_map(|(sign, word)| Some((rest.strip_prefix(sign)?.trim(), word)))?;
    Some(format!("{{ {word}: {} }}", if value.is_empty() { "..." } else { value }))
}

/// What is wrong with the sign behind a known word, or before it.
pub(super) fn slip(asked: &str, words: &[&str]) -> Option<String> {
    let known = |it: &str| words.contains(&it.trim()).then(|| it.trim().to_owned());
    if asked.contains('\u{a0}') {
        return known(&asked.replace(['\u{a0}', '-'], " "))
            .map(|it| format!("a no-break space (U+00A0) stands beside `{it}`: write an ordinary space"));
    }
    if let Some(it) = asked.strip_prefix('-').and_then(known) {
        return Some(format!("write `- {it}`, with a space after the dash"));
    }
    if let Some(it) = asked.split_once(':').and_then(|it| known(it.0)) {
        return Some(format!("write `{it}: ...`, with a space after the colon"));
    }
    let word = asked.split([' ', '=', '<', '>']).next()?;
    let value = comparison(asked[word.len()..].trim()).unwrap_or_else(|| "...".to_owned());
    known(word).filter(|_| word != asked).map(|it| format!("write `{it}: {value}`, with a colon and a space"))
}
