//! What conditions, patches, expected webhooks and references name inside bodies, compared with the fields of the contract.

use super::promises::{Deviations, Name, is_known, names_of};
use super::{Check, holds_reference};
use crate::engine::tables::{Auth, Contract, EventRow, Operation};
use crate::scenario::mistakes::cut;
use crate::scenario::yaml::Node;

impl Check<'_> {
    /// Compares the bodies of a step with the contract: those of webhooks, of rules and of awaited calls.
    pub fn contents(&mut self, step: &Node, deviations: &Deviations) {
        for verb in ["expect_webhook", "expect_no_webhook"] {
            let Some(own) = step.get(verb) else { continue };
            let contract = own.get("provider").and_then(Node::plain).and_then(|it| self.known.provider(it));
            let Some(contract) = contract.filter(|it| !deviations.change_webhooks(it.slug)) else { continue };
            if let Some(body) = own.get("body") {
                let whose = format!("the webhook of {}", contract.name);
                self.members(body, "", &events(contract, own.get("event")), &whose);
                self.values(body, "", &contract.events.iter().flat_map(|it| it.body).collect::<Vec<_>>(), &whose);
            }
        }
        if let Some(body) = step.get("wait_for").and_then(|it| it.get("where")).and_then(|it| it.get("body"))
            && let Some((contract, row)) = step.get("wait_for").and_then(|it| it.get("operation")).and_then(|it| self.row_of(it))
        {
            self.members(body, "", &names_of(row.parameters), &format!("the request {}.{}", contract.slug, row.name));
        }
        if let Some(rule) = step.get("rule") {
            self.rule_contents(rule);
        }
        self.answered(step, deviations);
    }

    /// Compares the condition and the patch of a rule with the bodies that it is on.
    pub fn rule_contents(&mut self, rule: &Node) {
        let Some(on) = rule.get("on").and_then(Node::plain) else { return };
        let condition = rule.get("when").and_then(|it| it.get("body"));
        let patch = rule.get("then").and_then(|it| it.get("patch"));
        if let Some(contract) = on.strip_suffix(":webhook").and_then(|it| self.known.provider(it)) {
            let names = events(contract, rule.get("when").and_then(|it| it.get("event")));
            let whose = format!("the webhook of {}", contract.name);
            if let Some(it) = condition {
                self.members(it, "", &names, &whose);
            }
            if let Some(it) = patch {
                self.patched(it, &names, &whose);
            }
            return;
        }
        let Some((slug, name)) = on.split_once('.') else { return };
        let Some(contract) = self.known.provider(slug) else { return };
        let calls: Vec<&Operation> = contract.operations.iter().copied().filter(|it| name == "*" || it.name == name).collect();
        let parameters = names_of(calls.iter().flat_map(|it| it.parameters));
        // A form can carry the key of its account, which has no row. A condition on it is not compared.
        let is_key = |name: &str| calls.iter().any(|it| matches!(it.auth, Auth::Field { name: own } if own == name));
        if let Some(it) = condition.filter(|body| !parameters.is_empty() && !body.members().iter().any(|it| is_key(&it.0.name))) {
            self.members(it, "", &parameters, &format!("the request {on}"));
        }
        if let Some(it) = patch.filter(|_| calls.iter().all(|it| !it.answer.is_empty())) {
            let names = names_of(calls.iter().flat_map(|it| it.answer).chain(contract.error_body));
            self.patched(it, &names, &format!("the answer of {on}"));
        }
    }

    /// Warns of a patch at a place to which nothing leads, and of one that removes what is not there.
    fn patched(&mut self, patch: &Node, names: &[Name], whose: &str) {
        let set = patch.get("set").map_or(&[][..], Node::members).iter();
        let set = set.filter_map(|it| Some((&it.0.at, it.0.name.as_str(), it.0.name.rsplit_once('.')?.0)));
        let removed = patch.get("remove").map_or(&[][..], Node::items).iter();
        let removed = removed.filter_map(|it| it.plain().map(|path| (&it.at, path, path)));
        for (at, path, way) in set.chain(removed) {
            if !is_known(&in_rows(way.split(['.', '['])), names) {
                self.warn(at, format!("{whose} has no `{}`", cut(way)), path, names.iter().map(|it| &**it));
            }
        }
    }

    /// The operation that a text names.
    pub(super) fn row_of(&self, node: &Node) -> Option<(&'static Contract, &'static Operation)> {
        let (slug, name) = node.plain()?.split_once('.')?;
        let contract = self.known.provider(slug)?;
        Some((contract, contract.operation(name)?))
    }
}

/// The names of the members of an event. When the text does not name one event of the provider, they are those of all its events.
pub(super) fn events(contract: &'static Contract, event: Option<&Node>) -> Vec<Name> {
    let asked = event.filter(|it| !holds_reference(it)).and_then(Node::plain);
    let asked = asked.filter(|it| contract.events.iter().any(|own| own.name == *it));
    let is_meant = |it: &&EventRow| asked.is_none_or(|asked| asked == it.name);
    names_of(contract.events.iter().filter(is_meant).flat_map(|it| it.body))
}

/// A path as the rows write it: an index is `[]`.
pub(super) fn in_rows<'p>(path: impl Iterator<Item = &'p str>) -> String {
    path.map(|it| it.trim_end_matches(']')).fold(String::new(), |path, part| match part {
        _ if !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit()) => format!("{path}[]"),
        _ if path.is_empty() => part.to_owned(),
        _ => format!("{path}.{part}"),
    })
}
