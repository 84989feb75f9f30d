//! Words that have to exist: names of providers, of what they can do, and of what other steps make.

use std::ops::Range;

use super::{Check, holds_reference};
use crate::engine::tables::Contract;
use crate::kit::nearest::close;
use crate::scenario::mistakes::{Mistake, shown};
use crate::scenario::yaml::{Node, What};

impl Check<'_> {
    /// A word that does not exist, with the one that is meant, or all that there are.
    pub fn unknown<'w>(&mut self, at: &Range<usize>, what: String, asked: &str, words: impl Iterator<Item = &'w str>) {
        /// So many words are listed.
        const LISTED_MAX: usize = 40;
        let all: Vec<&str> = words.collect();
        let more = if LISTED_MAX < all.len() { ", ..." } else { "" };
        let help = match close(asked, all.iter().copied()) {
            Some(near) => format!("the nearest is `{near}`"),
            None if all.is_empty() => "there is none here".to_owned(),
            None => format!("there is {}{more}", all.iter().take(LISTED_MAX).copied().collect::<Vec<_>>().join(", ")),
        };
        self.mistakes.push(Mistake::at(at.clone(), what).help(help));
    }

    /// The same for a name that another step has to make first; `how` says what makes it.
    pub fn unmade(&mut self, at: &Range<usize>, what: String, asked: &str, made: &[String], how: &str) {
        match close(asked, made.iter().map(String::as_str)) {
            None => self.mistakes.push(Mistake::at(at.clone(), what).help(how)),
            Some(_) => self.unknown(at, what, asked, made.iter().map(String::as_str)),
        }
    }

    /// Events that a matcher names have to be the provider's.
    pub fn events(&mut self, node: &Node, contract: &'static Contract) {
        let one_of = node.get("one_of").filter(|_| node.members().len() == 1);
        for it in one_of.map_or(std::slice::from_ref(node), Node::items) {
            if let What::Text(asked) = &it.what
                && !holds_reference(it)
                && !contract.events.iter().any(|own| own.name == asked)
            {
                let names = contract.events.iter().map(|it| it.name);
                self.unknown(&it.at, format!("{} has no event `{}`", contract.name, shown(asked)), asked, names);
            }
        }
    }

    fn split<'t>(&mut self, node: &'t Node, mark: char, what: &str) -> Option<(&'static Contract, &'t str)> {
        let split = node.plain().and_then(|it| it.split_once(mark));
        let Some((slug, rest)) = split else {
            self.a(node, what);
            return None;
        };
        let found = self.known.provider(slug);
        if found.is_none() {
            let slugs = self.known.contracts.iter().map(|it| it.slug);
            self.unknown(&node.at, format!("there is no provider `{}`", shown(slug)), slug, slugs);
        }
        found.map(|it| (it, rest))
    }

    /// The provider that a text names.
    pub fn provider(&mut self, node: &Node) -> Option<&'static Contract> {
        let slug = node.plain().unwrap_or("");
        let found = self.known.provider(slug);
        if found.is_none() {
            let slugs = self.known.contracts.iter().map(|it| it.slug);
            self.unknown(&node.at, format!("there is no provider `{}`", shown(slug)), slug, slugs);
        }
        found
    }

    pub(super) fn operation(&mut self, node: &Node) -> Option<()> {
        let (contract, name) = self.split(node, '.', "an operation as quoine.createInvoice")?;
        if contract.operation(name).is_none() {
            let names: Vec<&str> = contract.operations.iter().map(|it| it.name).collect();
            self.unknown(&node.at, format!("{} has no operation `{}`", contract.name, shown(name)), name, names.into_iter());
        }
        Some(())
    }

    pub(super) fn trigger(&mut self, node: &Node) -> Option<()> {
        let text = node.plain().unwrap_or("");
        if text.contains(':') {
            let (_, rest) = self.split(node, ':', "webhooks as quoine:webhook")?;
            if rest != "webhook" {
                let slug = text.split(':').next().unwrap_or("");
                let mistake = Mistake::at(node.at.clone(), format!("a rule waits on nothing like `{}`", shown(text)));
                self.mistakes.push(mistake.help(format!("webhooks are `{slug}:webhook`; `when: {{ event: ... }}` chooses some of them")));
            }
            return Some(());
        }
        if text.ends_with(".*") {
            self.split(node, '.', "all operations as quoine.*")?;
            return Some(());
        }
        if !text.contains('.') {
            self.a(node, "an operation as quoine.createInvoice, all of them as quoine.*, or webhooks as quoine:webhook");
            return None;
        }
        self.operation(node)
    }

    pub(super) fn action(&mut self, node: &Node) -> Option<()> {
        let (contract, name) = self.split(node, '.', "an action as quoine.pay")?;
        let names: Vec<&str> = contract.actions.iter().map(|it| it.name).collect();
        if !names.contains(&name) {
            self.unknown(&node.at, format!("{} has no action `{}`", contract.name, shown(name)), name, names.into_iter());
        }
        Some(())
    }
}
