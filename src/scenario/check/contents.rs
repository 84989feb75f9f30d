//! What conditions, patches, expected webhooks and references name inside bodies, compared with the fields of the contract.

use super::promises::{Deviations, is_known};
use super::{Check, holds_reference};
use crate::engine::tables::{Auth, Contract, EventRow, Operation};
use crate::kit::fields::Field;
use crate::scenario::mistakes::cut;
use crate::scenario::reference::{Piece, pieces};
use crate::scenario::step::inside;
use crate::scenario::yaml::{Node, What};

impl Check<'_> {
    /// Compares the bodies of a step with the contract: those of webhooks, of rules and of awaited calls.
    pub fn contents(&mut self, step: &Node, deviations: &Deviations) {
        for verb in ["expect_webhook", "expect_no_webhook"] {
            let Some(own) = step.get(verb) else { continue };
            let contract = own.get("provider").and_then(Node::plain).and_then(|it| self.known.provider(it));
            let Some(contract) = contract.filter(|it| !deviations.change_webhooks(it.slug)) else { continue };
            if let Some(body) = own.get("body") {
                self.members(body, "", &event_fields(contract, own.get("event")), &format!("the webhook of {}", contract.name));
            }
        }
        if let Some(body) = step.get("wait_for").and_then(|it| it.get("where")).and_then(|it| it.get("body"))
            && let Some((contract, row)) = step.get("wait_for").and_then(|it| it.get("operation")).and_then(|it| self.row_of(it))
        {
            self.members(body, "", &row.parameters.iter().collect::<Vec<_>>(), &format!("the request {}.{}", contract.slug, row.name));
        }
        if let Some(rule) = step.get("rule") {
            self.rule_contents(rule);
        }
        self.saved_members(step);
        self.keep_answer(step, deviations);
    }

    /// Compares the condition and the patch of a rule with the bodies that it is on.
    pub fn rule_contents(&mut self, rule: &Node) {
        let Some(on) = rule.get("on").and_then(Node::plain) else { return };
        let condition = rule.get("when").and_then(|it| it.get("body"));
        let patch = rule.get("then").and_then(|it| it.get("patch"));
        if let Some(contract) = on.strip_suffix(":webhook").and_then(|it| self.known.provider(it)) {
            let rows = event_fields(contract, rule.get("when").and_then(|it| it.get("event")));
            let whose = format!("the webhook of {}", contract.name);
            if let Some(it) = condition {
                self.members(it, "", &rows, &whose);
            }
            if let Some(it) = patch {
                self.patched(it, &rows, &whose);
            }
            return;
        }
        let Some((slug, name)) = on.split_once('.') else { return };
        let Some(contract) = self.known.provider(slug) else { return };
        let calls: Vec<&Operation> = contract.operations.iter().copied().filter(|it| name == "*" || it.name == name).collect();
        let parameters: Vec<&Field> = calls.iter().flat_map(|it| it.parameters).collect();
        // A form can carry the key of its account, which has no row. A condition on it is not compared.
        let is_key = |name: &str| calls.iter().any(|it| matches!(it.auth, Auth::Field { name: own } if own == name));
        if let Some(it) = condition.filter(|body| !parameters.is_empty() && !body.members().iter().any(|it| is_key(&it.0.name))) {
            self.members(it, "", &parameters, &format!("the request {on}"));
        }
        if let Some(it) = patch.filter(|_| calls.iter().all(|it| !it.answer.is_empty())) {
            let rows: Vec<&Field> = calls.iter().flat_map(|it| it.answer).chain(contract.error_body).collect();
            self.patched(it, &rows, &format!("the answer of {on}"));
        }
    }

    /// Warns of a patch at a place to which nothing leads, and of one that removes what is not there.
    fn patched(&mut self, patch: &Node, rows: &[&Field], whose: &str) {
        let set = patch.get("set").map_or(&[][..], Node::members).iter();
        let set = set.filter_map(|it| Some((&it.0.at, it.0.name.as_str(), it.0.name.rsplit_once('.')?.0)));
        let removed = patch.get("remove").map_or(&[][..], Node::items).iter();
        let removed = removed.filter_map(|it| it.plain().map(|path| (&it.at, path, path)));
        for (at, path, way) in set.chain(removed) {
            if !is_known(&in_rows(way.split(['.', '['])), rows) {
                let words = rows.iter().map(|it| it.name);
                self.warn(at, format!("{whose} has no `{}`", cut(way)), path, words);
            }
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
                let Some((row, rows)) = self.answers.get(name).filter(|_| !path.is_empty()) else { continue };
                if !is_known(&in_rows(path.iter().copied()), rows) {
                    let what = format!("`{}` is an answer of {}, which has no `{}`", cut(name), row.name, cut(&path.join(".")));
                    let words: Vec<&'static str> = rows.iter().map(|it| it.name).collect();
                    self.warn(&it.at, what, &path.join("."), words.into_iter());
                }
            }
        }
    }

    /// Keeps the fields of an answer that a step saves.
    fn keep_answer(&mut self, step: &Node, deviations: &Deviations) {
        let Some(name) = step.get("save").and_then(Node::plain) else { return };
        let found = step.get("call").and_then(|it| self.row_of(it));
        let is_usual = ["fault", "path", "method"].iter().all(|it| step.get(it).is_none());
        match found.filter(|it| is_usual && !it.1.answer.is_empty() && !deviations.change_answers(it.0.slug)) {
            Some((contract, row)) => {
                let rows = row.answer.iter().chain(contract.error_body).collect();
                self.answers.insert(name.to_owned(), (row, rows));
            }
            None => _ = self.answers.remove(name),
        }
    }

    /// The operation that a text names.
    fn row_of(&self, node: &Node) -> Option<(&'static Contract, &'static Operation)> {
        let (slug, name) = node.plain()?.split_once('.')?;
        let contract = self.known.provider(slug)?;
        Some((contract, contract.operation(name)?))
    }
}

/// The fields of an event, or of all events that a matcher can mean.
fn event_fields(contract: &'static Contract, event: Option<&Node>) -> Vec<&'static Field> {
    let asked = event.filter(|it| !holds_reference(it)).and_then(Node::plain);
    let is_meant = |it: &&EventRow| asked.is_none_or(|asked| asked == it.name);
    contract.events.iter().filter(is_meant).flat_map(|it| it.body).collect()
}

/// A path as the rows write it: an index is `[]`.
fn in_rows<'p>(path: impl Iterator<Item = &'p str>) -> String {
    path.map(|it| it.trim_end_matches(']')).fold(String::new(), |path, part| match part {
        _ if !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit()) => format!("{path}[]"),
        _ if path.is_empty() => part.to_owned(),
        _ => format!("{path}.{part}"),
    })
}
