//! Which value of the log is which of the sandbox: the twins, tokens and numbers that a provider gives out are others in
//! each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::words::is_identity;

/// Characters from which a text is a name by itself, whatever member holds it.
const LONG: usize = 12;

/// A name that a provider gave. Where it stands is left out for long texts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// What was asked: the answers of `/invoices` and `/profile` may both have the `id` 1.
    asked: String,
    /// The members that hold it: `invoice.id` and `transaction.id` may both be 1.
    members: String,
    text: String,
}

/// The pairs that are known.
#[derive(Clone, Default)]
pub struct Twins {
    own: BTreeMap<Key, String>,
    logged: BTreeMap<Key, String>,
    /// Names that the application gives: they are the same in the log and in the sandbox.
    given: BTreeSet<String>,
}

/// Short texts are names only together with the place at which they stand.
fn key(asked: &str, members: &str, text: &str) -> Key {
    let (asked, members) = if LONG <= text.chars().count() { ("", "") } else { (asked, members) };
    Key { asked: asked.to_owned(), members: members.to_owned(), text: text.to_owned() }
}

/// Two values at the same place: the members that lead there, the value of the log and that of the sandbox.
struct Pair<'a> {
    members: String,
    name: &'a str,
    logged: &'a Json,
    own: &'a Json,
}

/// A value that can be a name, as text.
pub fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) if number.is_u64() => Some(number.to_string()),
        Json::Number(_) | Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The leaves of two values at the same places. Lists of objects are left out: they hold other things too.
fn pairs<'a>((parent, name): (&str, &'a str), logged: &'a Json, own: &'a Json, found: &mut Vec<Pair<'a>>) {
    match (logged, own) {
        (Json::Object(logged), Json::Object(own)) => {
            for (inner, value) in logged {
                if let Some(own) = own.get(inner) {
                    pairs((name, inner), value, own, found);
                }
            }
        }
        (Json::Array(logged), Json::Array(own)) => {
            let plain = logged.iter().zip(own).filter(|it| !it.0.is_object());
            plain.for_each(|(value, own)| pairs((name, ""), value, own, found));
        }
        _ => found.push(Pair { members: format!("{parent}.{name}"), name, logged, own }),
    }
}

fn leaves<'a>(logged: &'a Json, own: &'a Json) -> Vec<Pair<'a>> {
    let mut found = Vec::new();
    pairs(("", ""), logged, own, &mut found);
    found
}

/// Whether two values have the same words at the same places.
fn says_the_same(words: &BTreeSet<&str>, name: &str, logged: &Json, own: &Json) -> bool {
    match (logged, own) {
        (Json::Object(logged), Json::Object(own)) => {
            logged.iter().all(|(inner, it)| own.get(inner).is_none_or(|own| says_the_same(words, inner, it, own)))
        }
        (Json::Array(logged), Json::Array(own)) => {
            logged.iter().zip(own).filter(|it| !it.0.is_object()).all(|(it, own)| says_the_same(words, "", it, own))
        }
        _ => {
            let is_word = |it: &Json| it.as_str().is_some_and(|text| words.contains(text));
            logged == own || !(is_word(logged) || is_word(own) || name == "success")
        }
    }
}

/// Whether a text is a date or an amount: such texts differ, and name nothing.
fn is_measure(name: &str, text: &str) -> bool {
    let is_number = text.parse::<rust_decimal::Decimal>().is_ok();
    let looks_dated = text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    looks_dated || (is_number && !is_identity(name) && !name.is_empty())
}

impl Twins {
    /// How well a body of the sandbox fits one of the log. `None`: they are about different things, or say different
    /// things. The words are those in which two bodies differ in what they say; `asked` is what was asked for, and nothing
    /// for events.
    pub fn fit(&self, words: &BTreeSet<&str>, asked: &str, logged: &Json, own: &Json) -> Option<u32> {
        if !says_the_same(words, "", logged, own) {
            return None;
        }
        let mut score = 0;
        for Pair { members, name, logged, own } in leaves(logged, own) {
            let is_name = is_identity(name);
            let (Some(logged), Some(own)) = (text_of(logged), text_of(own)) else {
                if is_name && logged != own {
                    return None;
                }
                score += u32::from(logged == own);
                continue;
            };
            match [self.own.get(&key(asked, &members, &logged)), self.logged.get(&key(asked, &members, &own))] {
                [None, None] if logged == own => score += if is_name { 3 } else { 1 },
                [Some(twin), _] if *twin == own => score += 5,
                [Some(_), _] | [None, Some(_)] if is_name => return None,
                [None, None] if is_name && (self.given.contains(&logged) || self.given.contains(&own)) => return None,
                [Some(_) | None, _] => {}
            }
        }
        Some(score)
    }

    /// Learns from two bodies that are the same one.
    pub fn learn(&mut self, asked: &str, logged: &Json, own: &Json) {
        for Pair { members, name, logged, own } in leaves(logged, own) {
            let (Some(logged), Some(own)) = (text_of(logged), text_of(own)) else { continue };
            let is_name = is_identity(name) || name.is_empty() || LONG <= logged.chars().count();
            let is_reference = logged.contains("${");
            if is_name && !is_reference && logged != own && !logged.is_empty() && !own.is_empty() && !is_measure(name, &logged) {
                self.bind(asked, &members, &logged, &own);
            }
        }
    }

    /// Learns the names that the application gives in a call.
    pub fn learn_given(&mut self, with: &Json) {
        for Pair { name, logged, .. } in leaves(with, with) {
            let text = logged.as_str().filter(|it| is_identity(name) && !it.contains("${"));
            // A number alone may also be one that the provider gives.
            self.given.extend(text.filter(|it| it.contains(char::is_alphabetic)).map(str::to_owned));
        }
    }

    /// Whether the application gives one of the names in that value.
    pub fn has_given(&self, value: &Json) -> bool {
        leaves(value, value).iter().any(|it| it.logged.as_str().is_some_and(|own| self.given.contains(own)))
    }

    /// Learns one pair.
    pub fn bind(&mut self, asked: &str, members: &str, logged: &str, own: &str) {
        self.logged.insert(key(asked, members, own), logged.to_owned());
        self.own.insert(key(asked, members, logged), own.to_owned());
    }

    /// The text of the sandbox for one of the log that a parameter of that name holds.
    pub fn twin(&self, name: &str, logged: &str) -> Option<&str> {
        // `transaction_id` holds what is the member `id` elsewhere, or has no name in a list.
        let is_near = |members: &str| {
            let own = members.rsplit('.').next().unwrap_or("");
            name.to_lowercase().ends_with(&own.to_lowercase())
        };
        let near = |it: &(&Key, &String)| it.0.text == logged && (it.0.members.is_empty() || is_near(&it.0.members));
        // `order_id` is rather a member of an order than of anything else.
        let is_other = |members: &str| members.split('.').next().is_none_or(|it| it.is_empty() || !name.contains(it));
        self.own.iter().filter(near).min_by_key(|it| is_other(&it.0.members)).map(|it| it.1.as_str())
    }

    /// Whether a text of the sandbox has a twin in the log.
    pub fn has_twin(&self, own: &str) -> bool {
        self.logged.keys().any(|it| it.text == own)
    }

    /// The texts of the sandbox that a body of the log names.
    pub fn named_in(&self, logged: &Json) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for Pair { members, name, logged, .. } in leaves(logged, logged) {
            let Some(text) = text_of(logged).filter(|it| !it.is_empty()) else { continue };
            if let Some(twin) =
                self.own.get(&key("", &members, &text)).map(String::as_str).or_else(|| self.twin(name, &text).filter(|_| is_identity(name)))
            {
                named.insert(twin.to_owned());
            } else if is_identity(name) {
                named.insert(text);
            }
        }
        named
    }
}
