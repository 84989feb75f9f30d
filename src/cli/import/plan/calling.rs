//! A call of the log, made again so that it gets the same answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::Planner;
use crate::cli::import::causes::{Verdict, collect};
use crate::cli::import::course::{Answered, Course, Move};
use crate::cli::import::items::{Item, Kind};
use crate::cli::import::script::{Call, Rule};
use crate::cli::import::twins::text_of;
use crate::cli::import::words::is_identity;
use crate::engine::tables::Operation;

/// Actions in a row that explain an answer.
const DEPTH: usize = 2;
/// Objects that are tried for an id that the log does not explain.
const GUESSES_MAX: usize = 40;

/// How well an answer fits that of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    None,
    Status,
    Whole,
}

/// One way to make a call.
struct Way {
    call: Call,
    /// What the log's id is, if it was guessed.
    guess: Option<(String, String, String)>,
}

impl Planner<'_> {
    /// Makes the call of an item.
    pub(super) fn call(&mut self, nth: usize) {
        let items = self.items;
        let item = &items.all[nth];
        let Kind::Call { operation, with, is_garbled, answer } = &item.what else { return };
        self.carry(&Move::Advance(item.at));
        let body = is_garbled.then_some("{");
        let base = self.base(operation, with, body, nth);
        let mut best = (Fit::None, Way { call: base.clone(), guess: None });
        for way in self.ways(operation, base.clone(), with, item) {
            let fit = self.tried(operation, &way.call, item);
            if best.0 < fit {
                best = (fit, way);
            }
            if best.0 == Fit::Whole {
                break;
            }
        }
        if best.0 < Fit::Whole && self.lead_to(operation, &base, item, answer.as_ref()) {
            best = (Fit::Whole, Way { call: base.clone(), guess: None });
        }
        if best.0 < Fit::Whole && item.outcome.is_ok_and(|it| 400 <= it) {
            for way in self.faults(operation, &base, item) {
                let fit = self.tried(operation, &way.call, item);
                if best.0 < fit {
                    best = (fit, way);
                }
            }
        }
        self.make(nth, operation, best);
    }

    fn make(&mut self, nth: usize, operation: &'static Operation, (fit, way): (Fit, Way)) {
        let item = &self.items.all[nth];
        if fit == Fit::None {
            self.answer_by_rule(nth, operation);
        } else if fit == Fit::Status {
            self.note(nth, "this call gets the same status in the scenario, but an answer that says something else");
        }
        if let Some((name, logged, own)) = way.guess {
            Arc::make_mut(&mut self.course.twins).bind(scope(operation), &name, &logged, &own);
        }
        self.happened(nth, self.course.now());
        if self.items.all[nth].outcome.is_ok_and(|it| it < 300) {
            Arc::make_mut(&mut self.course.twins).learn_given(&Json::Object(way.call.with.clone()));
        }
        let answered = self.carry(&Move::Call(operation, Box::new(way.call)));
        let Kind::Call { answer, .. } = &item.what else { return };
        match (answered, answer) {
            (Some(Answered { body, .. }), Some(logged)) => Arc::make_mut(&mut self.course.twins).learn(scope(operation), logged, &body),
            (Some(_), None) => {}
            (None, _) => self.note(nth, "this call cannot be made in a scenario; it is left out"),
        }
    }

    /// The contract does not answer like this here: a rule does.
    fn answer_by_rule(&mut self, nth: usize, operation: &'static Operation) {
        let on = format!("{}.{}", self.contract.slug, operation.name);
        let mut when = Map::new();
        when.insert("times".to_owned(), 1.into());
        let mut then = Map::new();
        match self.items.all[nth].outcome {
            Ok(status) => then.insert("status".to_owned(), status.into()),
            Err(_) => then.insert("connection_reset".to_owned(), true.into()),
        };
        if self.items.all[nth].outcome.is_ok() {
            self.note(nth, "the contract does not answer this call like that; in the scenario a rule does");
        }
        self.course.rule(Rule { name: None, on, when, then });
    }

    fn base(&self, operation: &'static Operation, with: &Map<String, Json>, body: Option<&'static str>, nth: usize) -> Call {
        let item = &self.items.all[nth];
        let with: Map<String, Json> = with.iter().map(|(name, it)| (name.clone(), self.referring(name, it))).collect();
        let expect = match item.outcome {
            Ok(status) => json!({"status": status}),
            Err(_) => json!({"error": "connection_reset"}),
        };
        Call {
            call: format!("{}.{}", self.contract.slug, operation.name),
            with: if body.is_some() { Map::new() } else { with },
            body,
            signature: None,
            fault: None,
            expect,
            save: Some(format!("{}_{nth}", operation.name)),
            line: None,
        }
    }

    /// A value of a parameter: what the provider has given out becomes a reference to the answer that has it in the
    /// scenario.
    fn referring(&self, name: &str, value: &Json) -> Json {
        match value {
            Json::Object(members) => members.iter().map(|(name, it)| (name.clone(), self.referring(name, it))).collect(),
            Json::Array(items) => items.iter().map(|it| self.referring(name, it)).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                let twin = text_of(value).and_then(|it| self.course.twins.twin(name, &it).map(str::to_owned));
                twin.and_then(|it| reference(&self.course, name, &it)).unwrap_or_else(|| value.clone())
            }
        }
    }

    /// The ways to make a call that need nothing else to happen, the likeliest first.
    fn ways(&self, operation: &'static Operation, base: Call, with: &Map<String, Json>, item: &Item) -> Vec<Way> {
        let plain = |call: Call| Way { call, guess: None };
        let mut ways = vec![plain(base.clone())];
        let credentials: Vec<_> = self.contract.credentials.iter().filter(|it| with.contains_key(it.name)).collect();
        if !credentials.is_empty() {
            let mut call = base.clone();
            call.with.extend(credentials.iter().map(|it| (it.name.to_owned(), Json::from(it.test_value))));
            ways.push(plain(call));
        }
        if item.outcome.is_ok_and(|it| it < 300) {
            ways.extend(self.guesses(&base, with));
        } else {
            let signed = ["wrong", "none"].map(|it| plain(Call { signature: Some(it), ..base.clone() }));
            ways.extend(signed);
        }
        if item.outcome == Ok(200) && operation.success == 200 && self.contract.errors.iter().any(|it| it.status == 200) {
            ways.extend(["wrong", "none"].map(|it| plain(Call { signature: Some(it), ..base.clone() })));
        }
        ways
    }

    /// An id that no answer in the log explains may be that of an object which nothing has named yet.
    fn guesses(&self, base: &Call, with: &Map<String, Json>) -> Vec<Way> {
        let mut ways = Vec::new();
        for (name, value) in with.iter().filter(|it| is_identity(it.0) || it.0 == "hash") {
            let Some(logged) = text_of(value).filter(|_| base.with.get(name) == Some(value)) else { continue };
            let mut seen = BTreeSet::new();
            let mut leaves: Vec<(String, String)> =
                self.course.saved.values().flat_map(|it| it.identities.iter().cloned()).filter(|it| seen.insert(it.1.clone())).collect();
            leaves.sort_by_key(|it| self.course.twins.has_twin(&it.1));
            for (path, own) in leaves.into_iter().filter(|it| it.1 != logged).take(GUESSES_MAX) {
                let mut call = base.clone();
                call.with.insert(name.clone(), format!("${{{path}}}").into());
                ways.push(Way { call, guess: Some((name.clone(), logged.clone(), own)) });
            }
        }
        ways
    }

    /// The errors of the contract with that status, those of the operation first.
    fn faults(&self, operation: &'static Operation, base: &Call, item: &Item) -> Vec<Way> {
        let mut errors: Vec<_> = self.contract.errors.iter().filter(|it| Ok(it.status.as_u16()) == item.outcome).collect();
        errors.sort_by_key(|it| !operation.errors.contains(&it.name));
        errors.into_iter().map(|it| Way { call: Call { fault: Some(it.name.to_owned()), ..base.clone() }, guess: None }).collect()
    }

    fn tried(&self, operation: &'static Operation, call: &Call, item: &Item) -> Fit {
        let mut trial = self.course.copy();
        let answered = trial.go(&Move::Call(operation, Box::new(call.clone())));
        answered.map_or(Fit::None, |it| self.fit(&trial, &it, item))
    }

    fn fit(&self, course: &Course, answered: &Answered, item: &Item) -> Fit {
        let Kind::Call { answer, operation, .. } = &item.what else { return Fit::None };
        match (item.outcome, answered.status, answer) {
            (Ok(logged), Ok(own), _) if logged != own => Fit::None,
            (Ok(_), Ok(_), None) => Fit::Whole,
            (Ok(_), Ok(_), Some(logged)) => match course.twins.fit(&self.words, scope(operation), logged, &answered.body) {
                Some(_) => Fit::Whole,
                None => Fit::Status,
            },
            (Err(_), _, _) | (_, Err(_), _) => Fit::None,
        }
    }

    /// Looks for what had happened outside before a call, so that it gets the answer of the log; and lets it happen.
    fn lead_to(&mut self, operation: &'static Operation, call: &Call, item: &Item, answer: Option<&Json>) -> bool {
        let with = json!(call.with);
        let refers = with.to_string().contains("${") || self.course.twins.has_given(&with);
        let about = json!({"answer": answer, "with": with});
        if !refers || item.outcome.is_ok_and(|it| 500 <= it) || (answer.is_none() && item.outcome.is_ok_and(|it| it < 300)) {
            return false;
        }
        let from = self.course.copy();
        let acts = self.search(&from, &about, DEPTH, |planner, course, made| {
            let found: Option<Vec<_>> = made.iter().map(|it| planner.find(course, it)).collect();
            let Some(found) = found.filter(|all| all.is_sorted_by_key(|it| it.0)) else { return Verdict::Dead };
            let mut later = course.copy();
            let answered = later.go(&Move::Call(operation, Box::new(call.clone())));
            let fits = answered.is_some_and(|it| planner.fit(&later, &it, item) == Fit::Whole);
            if fits { Verdict::Explains(1 + found.iter().map(|it| it.1).sum::<u32>()) } else { Verdict::Open }
        });
        let Some(acts) = acts else { return false };
        for act in acts {
            self.carry(&Move::Act(act));
        }
        true
    }
}

/// What a call asks for, so that the names in answers are told apart: the last part of its path that is a word.
fn scope(operation: &Operation) -> &str {
    operation.path.rsplit('/').find(|it| !it.is_empty() && !it.starts_with('{')).unwrap_or("")
}

/// A reference to a text in what the steps have saved: best to a member of the same name.
pub(super) fn reference(course: &Course, name: &str, text: &str) -> Option<Json> {
    let mut leaves = Vec::new();
    for (root, saved) in &course.saved {
        if has_text(&saved.value, text) {
            collect(root, "", &saved.value, &mut leaves);
        }
    }
    leaves.retain(|it| it.2 == text);
    let best = leaves.into_iter().min_by_key(|it| (it.1 != name, !is_identity(&it.1)))?;
    Some(format!("${{{}}}", best.0).into())
}

/// Whether a value has a leaf with that text.
fn has_text(value: &Json, text: &str) -> bool {
    match value {
        Json::Object(members) => members.values().any(|it| has_text(it, text)),
        Json::Array(items) => items.iter().any(|it| has_text(it, text)),
        Json::String(own) => own == text,
        Json::Number(own) => own.is_u64() && own.to_string() == text,
        Json::Null | Json::Bool(_) => false,
    }
}
