//! Names in a step that are defined elsewhere in the file: by earlier steps, as rules, or as accounts.

use super::{Check, holds_reference};
use crate::engine::inbox::is_name;
use crate::engine::tables::{Auth, Contract};
use crate::scenario::asked::{self, Refused};
use crate::scenario::mistakes::cut;
use crate::scenario::yaml::Node;

/// The names that are defined when a step is played.
pub struct Defined<'a> {
    /// The section `providers` of the file.
    providers: Option<&'a Node>,
    pub saved: Vec<String>,
    forks: Vec<String>,
    snapshots: Vec<String>,
    /// Rules by name, and whether a request can ask for them.
    rules: Vec<(String, bool)>,
}

impl<'a> Defined<'a> {
    /// The names before the first step of a scenario.
    pub fn before_the_steps(scenario: &'a Node) -> Self {
        let rules = scenario.get("rules").map_or(&[][..], Node::items).iter().filter_map(rule).collect();
        Self { providers: scenario.get("providers"), saved: Vec::new(), forks: Vec::new(), snapshots: Vec::new(), rules }
    }

    /// Adds the names that a step defines.
    pub fn add(&mut self, step: &Node) {
        let own = |name: &str| step.get(name).and_then(Node::plain).map(str::to_owned);
        let probed = step.get("probe").and_then(|it| it.get("save")).and_then(Node::plain).map(str::to_owned);
        self.saved.extend(own("save").or(probed));
        self.forks.extend(own("fork"));
        self.snapshots.extend(own("snapshot"));
        self.rules.extend(step.get("rule").and_then(rule));
    }

    /// Notes names in a step that are not defined.
    pub fn check(&self, check: &mut Check<'_>, step: &Node) {
        let known: Vec<String> = self.rules.iter().map(|it| it.0.clone()).collect();
        if let Some(node) = step.get("fork")
            && let Some(name) = node.plain()
            && (name == "default" || !is_name(name))
        {
            check.wrong(&node.at, format!("a fork cannot be named `{}`: 1 to 63 of a-z, 0-9 and -, and not `default`", cut(name)));
        }
        for (name, defined, what) in [("in", &self.forks, "fork"), ("restore", &self.snapshots, "snapshot")] {
            let how = |asked: &str| format!("a step `{what}: {asked}` makes it");
            note_undefined(check, step.get(name), defined, &format!("no step before this one makes a {what}"), how);
        }
        if !self.rules.iter().any(|it| it.0.contains("${")) {
            let how = |_: &str| "add a rule with this `name` to `rules`, or in an earlier step".to_owned();
            note_undefined(check, step.get("drop_rule").filter(|it| !is_generated(it)), &known, "no rule is named", how);
        }
        step.get("rule").into_iter().for_each(|it| self.rule_account(check, it));
        let slug = |name: &str| step.get(name).and_then(Node::plain).map(|it| it.split('.').next().unwrap_or(it));
        let Some(contract) = slug("call").or_else(|| slug("set")).and_then(|it| check.known.provider(it)) else { return };
        self.fault(check, step, contract);
        self.account(check, step, contract);
    }

    /// Checks what a request asks for: rules, documented errors and effects.
    fn fault(&self, check: &mut Check<'_>, step: &Node, contract: &'static Contract) {
        let Some(node) = step.get("fault").filter(|it| !is_generated(it)) else { return };
        let Some(asked) = node.plain() else { return };
        let rules = self.rules.iter().filter(|it| it.1).map(|it| it.0.as_str());
        let rules: Vec<&str> = rules.collect();
        if rules.contains(&asked) || rules.iter().any(|it| it.contains("${")) {
            return;
        }
        let operation = step.get("call").and_then(Node::plain).and_then(|it| it.split_once('.')).map(|it| it.1);
        let mut parts = asked::parts(asked);
        parts.retain(|(name, value)| value.is_some() || !rules.contains(name));
        match asked::effects(contract, operation, &parts) {
            Ok(_) => {}
            Err(Refused::Unknown(name)) if self.rules.iter().any(|it| it.0 == name) => check.wrong(&node.at, asked::fires_by_itself(name)),
            Err(Refused::Unknown(name)) => {
                let what = format!("no rule, no error of {} and no effect is named `{}`", contract.name, cut(name));
                check.note_unknown(&node.at, what, name, rules.into_iter().chain(asked::words(contract)));
            }
            Err(Refused::Invalid(why)) => check.wrong(&node.at, why),
        }
    }

    /// Checks the account of a call. Where a call can register a new account, every id may exist.
    fn account(&self, check: &mut Check<'_>, step: &Node, contract: &'static Contract) {
        let Some(node) = step.get("account").filter(|it| !holds_reference(it)) else { return };
        let Some(asked) = node.plain() else { return };
        self.known_account(check, node, asked, contract);
    }

    /// Warns of a rule for an account that the provider does not have.
    pub fn rule_account(&self, check: &mut Check<'_>, rule: &Node) {
        let Some(node) = rule.get("when").and_then(|it| it.get("account")).filter(|it| !holds_reference(it)) else { return };
        let slug = rule.get("on").and_then(Node::plain).and_then(|it| it.split(['.', ':']).next());
        let Some((asked, contract)) = node.plain().zip(slug.and_then(|it| check.known.provider(it))) else { return };
        let noted = check.mistakes.len();
        self.known_account(check, node, asked, contract);
        if noted < check.mistakes.len() {
            check.soften();
        }
    }

    fn known_account(&self, check: &mut Check<'_>, node: &Node, asked: &str, contract: &'static Contract) {
        let own = self.providers.and_then(|it| it.get(contract.slug)).and_then(|it| it.get("accounts"));
        let own = own.map_or(&[][..], Node::items).iter().filter_map(|it| it.get("id").and_then(Node::plain));
        let ids: Vec<&str> = [contract.account].into_iter().chain(own).collect();
        let is_open = contract.operations.iter().any(|it| it.auth == Auth::Open);
        if !is_open && !ids.contains(&asked) {
            let what = format!("{} has no account `{}` here", contract.name, cut(asked));
            check.note_unknown(&node.at, what, asked, ids.into_iter());
        }
    }
}

fn rule(node: &Node) -> Option<(String, bool)> {
    let is_request = node.get("on").and_then(Node::plain).is_none_or(|it| !it.contains(':'));
    node.get("name").and_then(Node::plain).map(|it| (it.to_owned(), is_request))
}

/// Whether this is a name that rules without a name get.
fn is_generated(node: &Node) -> bool {
    node.plain().and_then(|it| it.strip_prefix("rule-")).is_some_and(|it| it.parse::<u32>().is_ok())
}

fn note_undefined(check: &mut Check<'_>, node: Option<&Node>, defined: &[String], what: &str, how: impl Fn(&str) -> String) {
    let Some((node, asked)) = node.and_then(|it| Some((it, it.plain()?))) else { return };
    if !defined.iter().any(|it| it == asked) {
        check.note_undefined(&node.at, format!("{what} `{}`", cut(asked)), asked, defined, &how(asked));
    }
}
