//! What steps are answered with and what they save, compared with what later steps expect of it.

use std::collections::BTreeSet;

use super::contents::{events, in_rows};
use super::promises::{Deviations, Name, expected, is_known, is_success, names_of};
use super::{Check, holds_reference};
use crate::engine::tables::{Auth, Contract};
use crate::kit::fields::{Field, Kind};
use crate::scenario::matchers::is_operation;
use crate::scenario::mistakes::cut;
use crate::scenario::reference::{Piece, pieces};
use crate::scenario::step::inside;
use crate::scenario::told::{ACTED, CALLED, PASSED, SENT};
use crate::scenario::yaml::{Node, What};

/// An answer, or what a step saves in place of one.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it is: `an answer of createInvoice`.
    what: String,
    names: Vec<Name>,
}

impl Check<'_> {
    /// Compares what a step expects and refers to with the answers, and keeps what it saves.
    pub fn answered(&mut self, step: &Node, deviations: &Deviations) {
        self.saved_members(step);
        let expect = step.get("expect");
        let body = expect.and_then(|it| it.get("body"));
        if let Some(of) = expect.and_then(|it| it.get("of")).and_then(Node::plain)
            && let Some((body, Answer { what, names })) = body.zip(self.answers.get(of).cloned())
        {
            self.members(body, "", &names, &format!("`{}`, {what},", cut(of)));
        }
        // A refusal has other members.
        if let Some((body, (whose, names))) = body.zip(self.control_answer(step)).filter(|_| expected(step).is_none_or(is_success)) {
            self.members(body, "", &names, &format!("the answer of {whose}"));
        }
        let Some(name) = step.get("save").and_then(Node::plain) else { return };
        match self.saved_by(step, deviations) {
            Some(it) => _ = self.answers.insert(name.to_owned(), it),
            None => _ = self.answers.remove(name),
        }
    }

    /// Warns of a reference to a member that the saved answer does not have.
    fn saved_members(&mut self, step: &Node) {
        if self.answers.is_empty() || !inside(step).is_empty() {
            return;
        }
        let mut places = vec![step];
        while let Some(it) = places.pop() {
            places.extend(it.items().iter().chain(it.members().iter().map(|it| &it.1)));
            let What::Text(text) = &it.what else { continue };
            for piece in pieces(text).unwrap_or_default() {
                let Piece::Saved { name, path } = piece else { continue };
                let Some(Answer { what, names }) = self.answers.get(name).filter(|_| !path.is_empty()).cloned() else { continue };
                if !is_known(&in_rows(path.iter().copied()), &names) {
                    let what = format!("`{}` is {what}, which has no `{}`", cut(name), cut(&path.join(".")));
                    self.warn(&it.at, what, &path.join("."), names.iter().map(|it| &**it));
                }
            }
        }
    }

    /// Warns of a word that a member never has, because its row lists all its words.
    pub(super) fn values(&mut self, node: &Node, path: &str, rows: &[&'static Field], whose: &str) {
        if holds_reference(node) && node.items().is_empty() && node.members().is_empty() {
            return;
        }
        if let Some(words) = node.get("one_of").filter(|_| is_operation(node)) {
            return words.items().iter().for_each(|it| self.values(it, path, rows, whose));
        }
        if is_operation(node) {
            return;
        }
        node.items().iter().for_each(|it| self.values(it, &format!("{path}[]"), rows, whose));
        for (key, it) in node.members() {
            let own = in_rows(key.name.split('.'));
            let dot = if path.is_empty() || own.starts_with('[') { "" } else { "." };
            self.values(it, &format!("{path}{dot}{own}"), rows, whose);
        }
        let What::Text(text) = &node.what else { return };
        let kinds: Vec<Kind> = rows.iter().filter(|it| it.name == path).map(|it| it.kind).collect();
        let words = |kind: &Kind| if let Kind::Word(words) = kind { Some(*words) } else { None };
        let listed: BTreeSet<&'static str> = kinds.iter().filter_map(words).flatten().copied().collect();
        if !kinds.is_empty() && kinds.iter().all(|it| words(it).is_some()) && !listed.contains(text.as_str()) {
            self.warn(&node.at, format!("`{path}` of {whose} is never `{}`", cut(text)), text, listed.into_iter());
        }
    }

    /// Whose answer a step of the control API gets, and its members.
    fn control_answer(&self, step: &Node) -> Option<(String, Vec<Name>)> {
        if step.get("advance").is_some() {
            return Some(("`advance`".to_owned(), names_of(PASSED)));
        }
        let act = step.get("act").and_then(Node::plain)?;
        let (slug, action) = act.split_once('.')?;
        let contract = self.known.provider(slug)?;
        let row = contract.actions.iter().find(|it| it.name == action)?;
        let names = names_of(ACTED).into_iter();
        // A reorganisation is of a whole chain, which is not an object of the provider.
        let is_of_a_chain = row.parameters.iter().any(|it| it.name == "depth");
        Some((act.to_owned(), if is_of_a_chain { names.collect() } else { names.chain(objects(contract)).collect() }))
    }

    /// What a step saves, if its members are known.
    fn saved_by(&self, step: &Node, deviations: &Deviations) -> Option<Answer> {
        if let Some((whose, names)) = self.control_answer(step) {
            return Some(Answer { what: format!("an answer of {whose}"), names });
        }
        if let Some(own) = step.get("expect_webhook") {
            let contract = own.get("provider").and_then(Node::plain).and_then(|it| self.known.provider(it))?;
            let body = if deviations.change_webhooks(contract.slug) { Vec::new() } else { events(contract, own.get("event")) };
            let names = names_of(SENT).into_iter().chain(within("body", body)).collect();
            return Some(Answer { what: format!("a webhook of {}", contract.name), names });
        }
        if let Some(own) = step.get("wait_for").and_then(|it| it.get("operation")) {
            let (contract, row) = self.row_of(own)?;
            let key = if let Auth::Field { name } = row.auth { Some(name.into()) } else { None };
            let sent = names_of(row.parameters).into_iter().chain(key).collect();
            let mut names = names_of(CALLED);
            names.extend(within("request.body", sent));
            if !row.answer.is_empty() && !deviations.change_answers(contract.slug) {
                names.extend(within("response.body", names_of(row.answer.iter().chain(contract.error_body))));
            }
            return Some(Answer { what: format!("a call of {}", row.name), names });
        }
        let (contract, row) = step.get("call").and_then(|it| self.row_of(it))?;
        let is_usual = ["fault", "path", "method"].iter().all(|it| step.get(it).is_none());
        let is_known = is_usual && !row.answer.is_empty() && !deviations.change_answers(contract.slug);
        let names = names_of(row.answer.iter().chain(contract.error_body));
        is_known.then(|| Answer { what: format!("an answer of {}", row.name), names })
    }
}

/// These names inside a member.
fn within(member: &str, names: Vec<Name>) -> impl Iterator<Item = Name> {
    names.into_iter().map(move |it| format!("{member}.{it}").into())
}

/// The members of a provider's objects, inside `object`: those of its answers and events, with and without what stands around an object.
fn objects(contract: &'static Contract) -> impl Iterator<Item = Name> {
    /// An object stands in a member such as `data.object`, which has two names.
    const AROUND_MAX: usize = 2;
    let answers = contract.operations.iter().flat_map(|it| it.answer);
    let rows = answers.chain(contract.events.iter().flat_map(|it| it.body));
    rows.flat_map(|row| {
        let inner = row.name.match_indices('.').take(AROUND_MAX).map(|it| &row.name[it.0 + 1..]);
        std::iter::once(row.name).chain(inner).map(|it| format!("object.{it}").into())
    })
}
