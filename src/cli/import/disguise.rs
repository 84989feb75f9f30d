//! Replaces what may be secret or personal. What is not known to be harmless is replaced: the words of the contract,
//! amounts, dates and truth values stay, and every other text gives way to another of its form. The same text has the
//! same replacement everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Map, Value as Json};

use super::words::{harmless, is_identity, of_name};
use crate::engine::tables::Contract;
use crate::kit::ids::Draws;
use crate::kit::time::{Duration, parse_plain_utc, parse_timestamp, plain_utc};
use crate::scenario::keys::WEBHOOK_URL;

mod shape;

/// The seed of all replacements: the same log gives the same scenario.
const SEED: u64 = 1;
/// Levels of JSON inside texts of JSON.
const INNER_MAX: usize = 3;
/// Characters of a member's name that says nothing about a person.
const NAME_CHARS_MAX: usize = 40;

/// Words in the names of members that hold numbers about money, pages and waits.
const NUMBERS: &[&str] = &[
    "amount",
    "price",
    "rate",
    "fee",
    "vat",
    "balance",
    "cost",
    "ask",
    "bid",
    "confirmations",
    "limit",
    "page",
    "per",
    "pagination",
    "secs",
    "seconds",
    "quantity",
    "net",
    "available",
    "pending",
    "height",
    "duration",
    "count",
    "webhook",
];
/// Those of them that are about money: their numbers may be long.
const MONEY: &[&str] = &["amount", "price", "rate", "fee", "vat", "balance", "cost", "ask", "bid", "net", "available", "pending"];
/// A date without a time, as it is written.
const DAY: &str = "2025-03-07";
/// Words in the names of members that hold dates.
const DATES: &[&str] = &["date", "time", "timestamp"];
/// Words in the names of members that are about a person, whatever else the name says.
const PERSONAL: &[&str] = &[
    "phone",
    "mobile",
    "tel",
    "telephone",
    "fax",
    "pin",
    "passport",
    "ssn",
    "inn",
    "snils",
    "iban",
    "card",
    "pan",
    "cvv",
    "cvc",
    "birth",
    "birthday",
    "birthdate",
    "dob",
    "born",
    "zip",
    "postal",
];
/// Members with short codes of currencies, chains and pairs. A code is in capital letters, or has four letters at most.
const CODES: &[&str] = &["currency", "currencycode", "cryptocurrency", "cryptocurrencycode", "symbol", "blockchain"];
const SHORT_CODE_CHARS_MAX: usize = 4;
/// The digits of the largest number of money, and of anything that is counted.
const DIGITS_MAX: usize = 18;
const COUNTED_DIGITS_MAX: usize = 9;

/// What was replaced so far.
pub struct Disguise {
    /// The words that the contract itself has.
    words: BTreeSet<&'static str>,
    inbox: String,
    /// From the dates of the log to those of the scenario.
    shift: Duration,
    given: BTreeMap<String, String>,
    used: BTreeSet<String>,
    cards: usize,
}

impl Disguise {
    /// Nothing is replaced yet.
    pub fn new(contract: &'static Contract, shift: Duration) -> Self {
        let inbox = format!("${{{WEBHOOK_URL}.{}}}", contract.slug);
        Self { words: harmless(contract), inbox, shift, given: BTreeMap::new(), used: BTreeSet::new(), cards: 0 }
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
        members.iter().map(|(name, it)| (self.name(name), self.value(name, it, inner))).collect()
    }

    /// The name of a member. One that no program would have chosen may itself be about a person.
    fn name(&mut self, name: &str) -> String {
        let is_plain = |it: char| it.is_ascii_alphabetic() || matches!(it, '_' | '-' | '.' | '[' | ']' | '0'..='9');
        let digits = name.chars().filter(char::is_ascii_digit).count();
        let is_harmless = name.len() <= NAME_CHARS_MAX && digits < 4 && name.chars().all(is_plain);
        if is_harmless { name.to_owned() } else { self.replaced(name, |disguise| disguise.drawn(name)) }
    }

    fn value(&mut self, name: &str, value: &Json, inner: usize) -> Json {
        match value {
            Json::Null | Json::Bool(_) => value.clone(),
            Json::Array(items) => items.iter().map(|it| self.value(name, it, inner)).collect(),
            Json::Object(members) => Json::Object(self.members(members, inner)),
            Json::Number(number) if is_harmless_number(name, &number.to_string()) => Json::Number(number.clone()),
            Json::Number(number) => {
                let text = number.to_string();
                let other = self.text(name, &text);
                serde_json::from_str(&other).unwrap_or_else(|_| Json::Number(number.clone()))
            }
            Json::String(text) => self.string(name, text, inner).into(),
        }
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
        if text.is_empty() || self.words.contains(text) || is_harmless(name, text) {
            return text.to_owned();
        }
        if let Some(date) = self.date(name, text) {
            return date;
        }
        let is_address = ["http://", "https://"].iter().any(|it| text.get(..it.len()).is_some_and(|own| own.eq_ignore_ascii_case(it)));
        if is_address && is_target(name) {
            return self.inbox.clone();
        }
        self.replaced(text, |disguise| match () {
            () if is_address => format!("https://shop.example/{}", disguise.given.len() + 1),
            () if text.contains('@') && text.contains('.') => format!("user-{}@example.com", disguise.given.len() + 1),
            () => disguise
                .address(text)
                .or_else(|| disguise.card(text))
                .or_else(|| disguise.birthday(text))
                .unwrap_or_else(|| disguise.drawn(text)),
        })
    }

    /// A date, at the same distance from the scenario's beginning as it had from that of the log.
    fn date(&self, name: &str, text: &str) -> Option<String> {
        if is_of(name, PERSONAL) {
            return None;
        }
        if let Ok(at) = parse_timestamp(text) {
            return at.checked_add(self.shift).ok().map(|it| it.to_string());
        }
        if let Some(at) = parse_plain_utc(text) {
            let shifted = at.checked_add(self.shift).ok().map(plain_utc)?;
            // A date without a time stays one.
            return Some(if text.trim().len() == DAY.len() { shifted.get(..DAY.len())?.to_owned() } else { shifted });
        }
        let is_unix = is_of(name, DATES) && (9..=10).contains(&text.len());
        let seconds: i64 = text.parse().ok().filter(|_| is_unix)?;
        Some((seconds.checked_add(self.shift.as_secs())?).to_string())
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
        parse_plain_utc(text)?;
        let nth = self.given.len();
        let day = format!("19{}-{:02}-{:02}", 60 + nth % 40, 1 + nth / 40 % 12, 1 + nth / 480 % 28);
        Some(format!("{day}{}", text.get(DAY.len()..).unwrap_or_default()))
    }

    fn drawn(&self, text: &str) -> String {
        let mut draws = Draws::new(SEED, "import", self.given.len() as u64);
        shape::like(text, &mut draws)
    }

    /// The replacement of a text: the one that it has, or a new one that no other text has.
    fn replaced(&mut self, text: &str, make: impl FnOnce(&mut Self) -> String) -> String {
        if let Some(known) = self.given.get(text) {
            return known.clone();
        }
        let mut other = make(self);
        let mut draws = Draws::new(SEED, "import again", self.given.len() as u64);
        for tries in 0.. {
            if other != text && !self.used.contains(&other) {
                break;
            }
            // A short text has few others of its form: then the form gives way.
            other = if tries < 50 { shape::like(&other, &mut draws) } else { format!("{other}{}", draws.below(10)) };
        }
        self.used.insert(other.clone());
        self.given.insert(text.to_owned(), other.clone());
        other
    }
}

/// The words of a member's name in one: `webhook_url` and `webhookUrl` are the same.
fn plain(name: &str) -> String {
    of_name(name).concat()
}

/// Whether a name is about one of these, and not the number of something: `order_id`, `cardNumber`.
fn is_of(name: &str, kinds: &[&str]) -> bool {
    let words = of_name(name);
    let is_a_name = is_identity(name) || words.iter().any(|it| it == "hash" || it == "address");
    !is_a_name && words.iter().any(|it| kinds.contains(&it.as_str()))
}

fn is_harmless(name: &str, text: &str) -> bool {
    is_harmless_number(name, text) || is_code(&plain(name), text)
}

/// Whether a text is a number of money or of things, and small enough to be one.
fn is_harmless_number(name: &str, text: &str) -> bool {
    if is_of(name, PERSONAL) || text.parse::<rust_decimal::Decimal>().is_err() {
        return false;
    }
    let whole = text.split('.').next().unwrap_or(text).bytes().filter(u8::is_ascii_digit).count();
    let digits_max = if is_of(name, MONEY) { DIGITS_MAX } else { COUNTED_DIGITS_MAX };
    is_of(name, NUMBERS) && whole <= digits_max && text.len() <= 2 * DIGITS_MAX
}

/// Whether a text is a short code, of a currency, a chain or a language.
fn is_code(name: &str, text: &str) -> bool {
    let is_sign = |it: u8| b"/_-".contains(&it);
    let (is_short, is_plain) = (text.len() <= 12, text.bytes().all(|it| it.is_ascii_alphabetic() || is_sign(it)));
    let is_capital = !text.bytes().any(|it| it.is_ascii_lowercase());
    let is_lower = text.len() <= SHORT_CODE_CHARS_MAX && !text.bytes().any(|it| it.is_ascii_uppercase());
    let of_money = CODES.contains(&name) && is_short && is_plain && (is_capital || is_lower);
    // `en`, `en-GB`
    let is_language = |part: &str| part.len() == 2 && part.bytes().all(|it| it.is_ascii_alphabetic());
    of_money || (name == "lang" && text.split('-').count() <= 2 && text.split('-').all(is_language))
}

/// Whether webhooks go to what this member holds.
fn is_target(name: &str) -> bool {
    matches!(plain(name).as_str(), "cburl" | "webhookurl" | "callback" | "callbackurl" | "paymentscallback" | "url")
}
