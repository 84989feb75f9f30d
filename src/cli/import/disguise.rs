//! Replaces what may be secret or personal. What is not known to be harmless is replaced: the words of the contract,
//! amounts, dates and truth values stay, and every other text or number gives way to another of its form. The same text
//! has the same replacement everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Map, Value as Json};

use self::allowed::{Allowed, FLAGS};
use super::words::of_name;
use crate::engine::tables::Contract;
use crate::kit::ids::Draws;
use crate::kit::time::Duration;
use crate::scenario::keys::WEBHOOK_URL;

mod allowed;
mod codes;
mod dates;
mod shape;
#[cfg(test)]
mod tests;

/// The seed of all replacements: the same log gives the same scenario.
const SEED: u64 = 1;
/// Levels of JSON inside texts of JSON.
const INNER_MAX: usize = 3;
/// Characters of a member's name that says nothing about a person.
const NAME_CHARS_MAX: usize = 40;
/// Draws of a text of one form, before the form gives way.
const DRAWS_MAX: usize = 50;

/// Draws a text.
type Draw = fn(&str, &mut Draws) -> String;

/// What was replaced so far.
pub struct Disguise {
    allowed: Allowed,
    inbox: String,
    /// From the dates of the log to those of the scenario.
    shift: Duration,
    given: BTreeMap<String, String>,
    used: BTreeSet<String>,
    cards: usize,
    /// Members whose values stay as they are because the user says so, each with how often one was kept.
    kept: BTreeMap<String, usize>,
}

impl Disguise {
    /// Nothing is replaced yet. The members with these names keep their values.
    pub fn new(contract: &'static Contract, shift: Duration, keep: &[String]) -> Self {
        let inbox = format!("${{{WEBHOOK_URL}.{}}}", contract.slug);
        let kept = keep.iter().map(|it| (it.clone(), 0)).collect();
        let allowed = Allowed::of(contract);
        // What may stay is the replacement of nothing else.
        let used = FLAGS.iter().map(|it| (*it).to_owned()).collect();
        Self { allowed, inbox, shift, given: BTreeMap::new(), used, cards: 0, kept }
    }

    /// The same parameters, disguised.
    pub fn parameters(&mut self, with: &Map<String, Json>) -> Map<String, Json> {
        self.members(with, INNER_MAX)
    }

    /// The same body, disguised.
    pub fn body(&mut self, body: &Json) -> Json {
        self.value("", body, INNER_MAX)
    }

    fn members(&mut self, members: &Map<String, Json>, inner: usize) -> Map<String, Json> {
        members.iter().map(|(name, it)| self.member(name, it, inner)).collect()
    }

    fn member(&mut self, name: &str, value: &Json, inner: usize) -> (String, Json) {
        if let Some(times) = self.kept.get_mut(name) {
            *times += 1;
            return (name.to_owned(), self.as_it_is(name, value));
        }
        (self.name(name), self.value(name, value, inner))
    }

    /// How often each of the members that the user has named was kept.
    pub fn kept(&self) -> &BTreeMap<String, usize> {
        &self.kept
    }

    /// A value that stays. Addresses of webhooks become the receiver all the same.
    fn as_it_is(&self, name: &str, value: &Json) -> Json {
        match value {
            Json::Object(members) => members.iter().map(|(name, it)| (name.clone(), self.as_it_is(name, it))).collect(),
            Json::Array(items) => items.iter().map(|it| self.as_it_is(name, it)).collect(),
            Json::String(text) if is_address(text) && is_target(name) => self.inbox.clone().into(),
            // A reference begins like this.
            Json::String(text) => text.replace("${", "$${").into(),
            Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
        }
    }

    /// The name of a member. One that no program would have chosen may itself be about a person.
    fn name(&mut self, name: &str) -> String {
        let is_plain = |it: char| it.is_ascii_alphabetic() || matches!(it, '_' | '-' | '.' | '[' | ']' | '0'..='9');
        let digits = name.chars().filter(char::is_ascii_digit).count();
        let is_harmless = name.len() <= NAME_CHARS_MAX && digits < 4 && name.chars().all(is_plain);
        if is_harmless { name.to_owned() } else { self.replaced(name, shape::like, |_| None) }
    }

    fn value(&mut self, name: &str, value: &Json, inner: usize) -> Json {
        match value {
            Json::Null | Json::Bool(_) => value.clone(),
            Json::Array(items) => items.iter().map(|it| self.value(name, it, inner)).collect(),
            Json::Object(members) => Json::Object(self.members(members, inner)),
            Json::Number(number) if self.allowed.json_number(name, &number.to_string()) => Json::Number(number.clone()),
            Json::Number(number) => self.number(name, &number.to_string()),
            Json::String(text) => self.string(name, text, inner).into(),
        }
    }

    /// A number that is not known to be harmless, as another number.
    fn number(&mut self, name: &str, text: &str) -> Json {
        let moved = dates::moved(name, text, self.shift);
        let other = moved.unwrap_or_else(|| {
            // A whole number is also written as a text; any other form is replaced apart from the texts.
            let is_whole = text.bytes().all(|it| it.is_ascii_digit());
            let key = if is_whole { text.to_owned() } else { format!("\0{text}") };
            self.replaced_as(&key, text, shape::number, |disguise| disguise.card(text))
        });
        serde_json::from_str(&other).unwrap_or(Json::Null)
    }

    /// A text, which may be JSON itself.
    fn string(&mut self, name: &str, text: &str, inner: usize) -> String {
        let is_json = text.starts_with(['{', '[']) && 0 < inner;
        match serde_json::from_str::<Json>(text).ok().filter(|_| is_json) {
            Some(value) => self.value(name, &value, inner - 1).to_string(),
            None => self.text(name, text),
        }
    }

    fn text(&mut self, name: &str, text: &str) -> String {
        if self.allowed.text(name, text) {
            return text.to_owned();
        }
        if let Some(date) = dates::moved(name, text, self.shift) {
            return date;
        }
        if is_address(text) && is_target(name) {
            return self.inbox.clone();
        }
        self.replaced(text, shape::like, |disguise| match () {
            () if is_address(text) => Some(format!("https://shop.example/{}", disguise.given.len() + 1)),
            () if text.contains('@') && text.contains('.') => Some(format!("user-{}@example.com", disguise.given.len() + 1)),
            () => disguise.address(text).or_else(|| disguise.card(text)).or_else(|| disguise.birthday(text)),
        })
    }

    /// An address of the internet, from those that are kept for documents.
    fn address(&self, text: &str) -> Option<String> {
        let nth = self.given.len() % 250 + 1;
        Some(match text.parse().ok()? {
            IpAddr::V4(_) => format!("192.0.2.{nth}"),
            IpAddr::V6(_) => format!("2001:db8::{nth:x}"),
        })
    }

    /// A card number, in groups or not: one that a network publishes for tests, then numbers that no network gives out.
    fn card(&mut self, text: &str) -> Option<String> {
        let digits: String = text.chars().filter(|it| !matches!(it, ' ' | '-')).collect();
        let is_card = (13..=19).contains(&digits.len()) && shape::has_check_digit(&digits);
        if !is_card {
            return None;
        }
        self.cards += 1;
        let published = shape::TEST_CARDS.get(self.cards - 1).filter(|_| digits.len() == 16);
        let other = published.map_or_else(|| shape::card(self.cards, digits.len()), |it| (*it).to_owned());
        Some(shape::grouped(text, &other))
    }

    /// A day of a person's life, as another one.
    fn birthday(&self, text: &str) -> Option<String> {
        let nth = self.given.len();
        let day = format!("19{}-{:02}-{:02}", 60 + nth % 40, 1 + nth / 40 % 12, 1 + nth / 480 % 28);
        dates::begins_with_day(text).then(|| dates::with_day(text, &day))
    }

    /// The replacement of a text: the one that it has, or a new one that no other text has.
    fn replaced(&mut self, text: &str, draw: Draw, first: impl FnOnce(&mut Self) -> Option<String>) -> String {
        self.replaced_as(text, text, draw, first)
    }

    /// The same for a text that is known under this key.
    fn replaced_as(&mut self, key: &str, text: &str, draw: Draw, first: impl FnOnce(&mut Self) -> Option<String>) -> String {
        if let Some(known) = self.given.get(key) {
            return known.clone();
        }
        let mut draws = Draws::new(SEED, "import", self.given.len() as u64);
        let mut other = first(self).unwrap_or_else(|| draw(text, &mut draws));
        let mut tries = 0;
        while other == text || self.used.contains(&other) {
            tries += 1;
            // A short text has few others of its form: then the form gives way.
            other = if tries < DRAWS_MAX { draw(&other, &mut draws) } else { shape::longer(&other, &mut draws) };
        }
        self.used.insert(other.clone());
        self.given.insert(key.to_owned(), other.clone());
        other
    }
}

/// Whether a text is an address of the web.
fn is_address(text: &str) -> bool {
    ["http://", "https://"].iter().any(|it| text.get(..it.len()).is_some_and(|own| own.eq_ignore_ascii_case(it)))
}

/// The words of a member's name in one: `webhook_url` and `webhookUrl` are the same.
fn plain(name: &str) -> String {
    of_name(name).concat()
}

/// Whether webhooks go to what this member holds.
fn is_target(name: &str) -> bool {
    matches!(plain(name).as_str(), "cburl" | "webhookurl" | "callback" | "callbackurl" | "paymentscallback" | "url")
}
