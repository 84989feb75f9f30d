//! What customers, banks and blockchains did, which no log of a merchant tells: it is searched for among the actions of
//! the contract, by trying them out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::course::{Course, Move, Sent};
use super::script::Act;
use super::twins::text_of;
use super::words::is_identity;
use crate::engine::tables::{ActionRow, Contract};
use crate::kit::fields::{Field, Kind, Need};

/// Objects that are tried when the log does not say which one it is.
const OBJECTS_MAX: usize = 12;
/// A name that this number of saved values have may still tell objects apart.
const COMMON: usize = 6;
/// Courses that are followed at one depth.
const WIDTH_MAX: usize = 40;

/// Words of one parameter that are tried.
const WORDS_MAX: usize = 8;

/// What recipients enter on a page: texts that no log has.
const ENTERED: &[(&str, &str)] =
    &[("pan", "4111111111111111"), ("phone", "+79000000000"), ("bank_id", "100000000001"), ("full_name", "Ivan Ivanov")];

/// A search for actions.
pub struct Search<'a> {
    pub contract: &'static Contract,
    /// The body of the log that is to be explained.
    pub about: &'a Json,
    /// Actions in a row.
    pub depth: usize,
    /// The number of the search: what its actions save has names of its own.
    pub number: usize,
    /// Trials that are left, of all searches together. A trial is an action that was possible.
    pub left: &'a mut u32,
}

/// What a search makes of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They explain the log so well.
    Explains(u32),
    /// One more may explain it.
    Open,
    /// They do what the log does not have.
    Dead,
}

/// Judges a course behind actions, and the webhooks that they have made.
pub type Goal<'a> = dyn FnMut(&Course, &[Sent]) -> Verdict + 'a;

impl Search<'_> {
    /// The fewest actions that lead to the goal; of several that are equally few, those that explain the log best.
    pub fn find(&mut self, from: &Course, goal: &mut Goal<'_>) -> Option<Vec<Act>> {
        let known: BTreeSet<String> = from.saved.keys().cloned().collect();
        let latest = from.latest();
        let mut frontier = vec![(from.copy(), Vec::new())];
        for depth in 0..self.depth {
            let (mut best, mut next) = (None::<(u32, Vec<Act>)>, Vec::new());
            for (course, acts) in &frontier {
                let mut scratch = course.copy();
                for act in self.candidates(course, &known, depth) {
                    if *self.left == 0 {
                        break;
                    }
                    // What the sandbox refuses costs next to nothing.
                    let Some(answered) = scratch.go(&Move::Act(act.clone())) else { continue };
                    *self.left -= 1;
                    let child = std::mem::replace(&mut scratch, course.copy());
                    let made = child.made_after(latest);
                    let acts: Vec<Act> = acts.iter().cloned().chain([act]).collect();
                    match goal(&child, &made) {
                        Verdict::Explains(score) if best.as_ref().is_none_or(|it| it.0 < score) => best = Some((score, acts)),
                        Verdict::Open if answered.body["effect"] != "none" && next.len() < WIDTH_MAX => next.push((child, acts)),
                        Verdict::Explains(_) | Verdict::Open | Verdict::Dead => {}
                    }
                }
            }
            if let Some((_, acts)) = best {
                return Some(acts);
            }
            frontier = next;
        }
        None
    }

    /// The actions that are worth a trial.
    fn candidates(&self, course: &Course, known: &BTreeSet<String>, depth: usize) -> Vec<Act> {
        let objects = self.objects(course, known);
        let mut acts = Vec::new();
        for action in self.contract.actions {
            let (object, others) = match action.parameters.split_first() {
                Some((first, rest)) if is_object(first) => (Some(first), rest),
                Some(_) | None => (None, action.parameters),
            };
            let Some(values) = self.values(others) else { continue };
            let made = |with: Map<String, Json>| {
                let save = Some(format!("{}_{}", action.name, self.number + depth));
                Act { act: format!("{}.{}", self.contract.slug, action.name), with, save, line: None }
            };
            match object {
                Some(object) => {
                    for reference in &objects {
                        let own = |it: &Map<String, Json>| {
                            let mut with = it.clone();
                            with.insert(object.name.to_owned(), reference.clone().into());
                            made(with)
                        };
                        acts.extend(values.iter().map(own));
                    }
                }
                None if self.contract.action_makes(action.name) => acts.extend(values.into_iter().map(made)),
                None => {}
            }
        }
        acts
    }

    /// References to the objects that may be meant: those that the body names, and those that this search has made.
    fn objects(&self, course: &Course, known: &BTreeSet<String>) -> Vec<String> {
        let named = course.twins.named_in(self.about);
        let is_made = |name: &str| course.makers.get(name).is_some_and(|it| makes(self.contract, it));
        let all: Vec<_> = course.saved.iter().filter(|it| !known.contains(it.0) || is_made(it.0)).collect();
        // What all objects have alike, such as the number of an account, tells none from another.
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, saved) in &all {
            let own: BTreeSet<&str> = saved.identities.iter().map(|it| it.1.as_str()).collect();
            for it in own {
                *counts.entry(it).or_default() += 1;
            }
        }
        let rarest = counts.iter().filter(|it| named.contains(*it.0)).map(|it| *it.1).min();
        let common = rarest.map_or(usize::MAX, |it| (2 * it).max(COMMON));
        let tells = |it: &(String, String)| counts.get(it.1.as_str()).is_some_and(|count| *count <= common);
        let is_named = |it: &(String, String)| named.contains(&it.1) && tells(it);
        let mut chosen: Vec<_> = all.iter().filter(|it| !known.contains(it.0) || it.1.identities.iter().any(is_named)).collect();
        if chosen.is_empty() {
            chosen = all.iter().take(OBJECTS_MAX).collect();
        }
        let mut seen = BTreeSet::new();
        let leaves = chosen.into_iter().flat_map(|it| &it.1.identities).filter(|it| tells(it));
        leaves.filter(|it| seen.insert(it.1.as_str())).map(|it| format!("${{{}}}", it.0)).collect()
    }

    /// The values that parameters besides the object can have, in all combinations. `None`: one has to be given, and
    /// nothing says what.
    fn values(&self, fields: &[Field]) -> Option<Vec<Map<String, Json>>> {
        let mut all = vec![Map::new()];
        for field in fields.iter().filter(|it| it.need == Need::Required) {
            let values = self.of_field(field);
            let extended = all.iter().flat_map(|with| values.iter().map(|value| added(with, field.name, value))).collect();
            all = extended;
        }
        if all.is_empty() {
            return None;
        }
        let entered = |names: &[&str]| {
            let own = ENTERED.iter().filter(|it| names.contains(&it.0) && fields.iter().any(|field| field.name == it.0));
            own.fold(Map::new(), |with, (name, text)| added(&with, name, &Json::from(*text)))
        };
        for optional in [entered(&["pan"]), entered(&["phone", "bank_id", "full_name"])].into_iter().filter(|it| !it.is_empty()) {
            let more: Vec<_> =
                all.iter().map(|it| it.iter().chain(&optional).map(|(name, value)| (name.clone(), value.clone())).collect()).collect();
            all.extend(more);
        }
        if fields.iter().any(|it| it.name == "amount" && it.need == Need::Optional) {
            let amounts = ["amount", "btc_balance"].into_iter().filter_map(|it| leaf(self.about, it)).filter(|it| !it.is_null());
            let more: Vec<_> = amounts.flat_map(|value| all.iter().map(move |it| added(it, "amount", value))).collect();
            all.extend(more);
        }
        Some(all)
    }

    fn of_field(&self, field: &Field) -> Vec<Json> {
        let said = leaf(self.about, field.name).cloned();
        if let Kind::Word(words) = field.kind {
            let word = said.filter(|it| it.as_str().is_some_and(|own| words.contains(&own)));
            return word.map_or_else(|| words.iter().take(WORDS_MAX).map(|it| Json::from(*it)).collect(), |it| vec![it]);
        }
        let entered = ENTERED.iter().filter(|it| it.0 == field.name).map(|it| Json::from(it.1));
        if matches!(field.kind, Kind::Digits { .. }) { entered.collect() } else { said.into_iter().collect() }
    }
}

fn added(with: &Map<String, Json>, name: &str, value: &Json) -> Map<String, Json> {
    let mut with = with.clone();
    with.insert(name.to_owned(), value.clone());
    with
}

/// Whether a parameter names the object that an action is about.
fn is_object(field: &Field) -> bool {
    matches!(field.kind, Kind::Text { .. } | Kind::Integer { max: i64::MAX, .. }) && field.name != "amount"
}

/// Whether a call or an action makes an object that actions can be about.
fn makes(contract: &'static Contract, maker: &str) -> bool {
    let action = |it: &&ActionRow| it.name == maker && contract.action_makes(it.name);
    contract.operation(maker).is_some_and(|it| it.method != http::Method::GET) || contract.actions.iter().copied().any(|it| action(&it))
}

/// The first member of that name, however deep.
fn leaf<'a>(value: &'a Json, name: &str) -> Option<&'a Json> {
    match value {
        Json::Object(members) => members.get(name).filter(|it| !it.is_object()).or_else(|| members.values().find_map(|it| leaf(it, name))),
        Json::Array(items) => items.iter().find_map(|it| leaf(it, name)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

/// The paths of all names in a saved value, with their texts.
pub fn identities(root: &str, value: &Json) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(root, "", value, &mut found);
    found.retain(|it| is_identity(&it.1) || it.1 == "subject" || it.1.is_empty());
    found.into_iter().map(|(path, _, text)| (path, text)).collect()
}

/// The paths of all leaves in a saved value, each with the name of its member and its text.
pub fn collect(path: &str, name: &str, value: &Json, found: &mut Vec<(String, String, String)>) {
    match value {
        Json::Object(members) => {
            for (name, value) in members.iter().filter(|it| it.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)))
            {
                collect(&format!("{path}.{name}"), name, value, found);
            }
        }
        Json::Array(items) => {
            for (place, value) in items.iter().enumerate().take(100) {
                collect(&format!("{path}[{place}]"), "", value, found);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            found.extend(text_of(value).filter(|it| !it.is_empty()).map(|text| (path.to_owned(), name.to_owned(), text)));
        }
    }
}
