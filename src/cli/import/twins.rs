//! Which value of the log is which of the sandbox: the ids, tokens and numbers that a provider gives out are others in each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::words::is_identity;

/// Characters from which a text is a name by itself, whatever member holds it.
const LONG: usize = 12;

/// A name that a provider gave: the member that holds it (empty for long texts), and its text.
type Key = (String, String);

/// The pairs that are known.
#[derive(Clone, Default)]
pub struct Twins {
    own: BTreeMap<Key, String>,
    logged: BTreeMap<Key, String>,
}

fn key(name: &str, text: &str) -> Key {
    let name = if LONG <= text.chars().count() { "" } else { name };
    (name.to_owned(), text.to_owned())
}

/// A value that can be a name, as text.
pub fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) if number.is_u64() => Some(number.to_string()),
        Json::Number(_) | Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The leaves of two values at the same places, each with the name of its member.
fn pairs<'a>(name: &'a str, logged: &'a Json, own: &'a Json, found: &mut Vec<(&'a str, &'a Json, &'a Json)>) {
    match (logged, own) {
        (Json::Object(logged), Json::Object(own)) => {
            for (name, value) in logged {
                if let Some(own) = own.get(name) {
                    pairs(name, value, own, found);
                }
            }
        }
        (Json::Array(logged), Json::Array(own)) => logged.iter().zip(own).for_each(|(value, own)| pairs("", value, own, found)),
        _ => found.push((name, logged, own)),
    }
}

fn leaves<'a>(logged: &'a Json, own: &'a Json) -> Vec<(&'a str, &'a Json, &'a Json)> {
    let mut found = Vec::new();
    pairs("", logged, own, &mut found);
    found
}

/// Whether a text is a date or an amount: such texts differ, and name nothing.
fn is_measure(name: &str, text: &str) -> bool {
    let is_number = text.parse::<rust_decimal::Decimal>().is_ok();
    let looks_dated = text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    looks_dated || (is_number && !is_identity(name) && !name.is_empty())
}

impl Twins {
    /// How well a body of the sandbox fits one of the log. `None`: they are about different things, or say different things. The
    /// words are those in which two bodies differ in what they say.
    pub fn fit(&self, words: &BTreeSet<&str>, logged: &Json, own: &Json) -> Option<u32> {
        let mut score = 0;
        for (name, logged, own) in leaves(logged, own) {
            let is_word = |it: &Json| it.as_str().is_some_and(|it| words.contains(it));
            if (is_word(logged) || is_word(own) || name == "success") && logged != own {
                return None;
            }
            if !is_identity(name) {
                score += u32::from(logged == own);
                continue;
            }
            let (Some(logged), Some(own)) = (text_of(logged), text_of(own)) else {
                if logged != own {
                    return None;
                }
                continue;
            };
            let known = [self.own.get(&key(name, &logged)), self.logged.get(&key(name, &own))];
            match known {
                [None, None] if logged == own => score += 3,
                [None, None] => {}
                [Some(twin), _] if *twin == own => score += 5,
                [Some(_), _] | [None, Some(_)] => return None,
            }
        }
        Some(score)
    }

    /// Learns from two bodies that are the same one.
    pub fn learn(&mut self, logged: &Json, own: &Json) {
        for (name, logged, own) in leaves(logged, own) {
            let (Some(logged), Some(own)) = (text_of(logged), text_of(own)) else { continue };
            let is_name = is_identity(name) || name.is_empty() || LONG <= logged.chars().count();
            let is_reference = logged.contains("${");
            if is_name && !is_reference && logged != own && !logged.is_empty() && !own.is_empty() && !is_measure(name, &logged) {
                self.bind(name, &logged, &own);
            }
        }
    }

    /// Learns one pair.
    pub fn bind(&mut self, name: &str, logged: &str, own: &str) {
        self.logged.insert(key(name, own), logged.to_owned());
        self.own.insert(key(name, logged), own.to_owned());
    }

    /// The text of the sandbox for one of the log that a parameter of that name holds.
    pub fn twin(&self, name: &str, logged: &str) -> Option<&str> {
        let direct = self.own.get(&key(name, logged));
        // `transaction_id` holds what is the member `id` elsewhere, or has no name in a list.
        let is_near = |own: &str| own.is_empty() || name.ends_with(own) || name.to_lowercase().ends_with(&own.to_lowercase());
        let near = || self.own.iter().find(|(own, _)| own.1 == logged && is_near(&own.0)).map(|it| it.1);
        direct.or_else(near).map(String::as_str)
    }

    /// Whether a text of the sandbox has a twin in the log.
    pub fn has_twin(&self, own: &str) -> bool {
        self.logged.keys().any(|it| it.1 == own)
    }

    /// The texts of the sandbox that a body of the log names.
    pub fn named_in(&self, logged: &Json) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for (name, value, _) in leaves(logged, logged) {
            let Some(text) = text_of(value).filter(|it| !it.is_empty()) else { continue };
            if let Some(twin) = self.own.get(&key(name, &text)) {
                named.insert(twin.clone());
            } else if is_identity(name) {
                named.insert(text);
            }
        }
        named
    }
}
