//! Rules that can never fire by themselves.

use std::collections::BTreeSet;

use super::Check;
use crate::kit::time::parse_timestamp;
use crate::scenario::mistakes::Mistake;
use crate::scenario::step::inside;
use crate::scenario::yaml::{Node, What};

impl Check<'_> {
    /// Warns of rules that stand behind one that always fires, and of rules whose time is over before the clock begins.
    pub fn idle_rules(&mut self, scenario: &Node) {
        let plain = |node: &Node, name: &str| node.get(name).and_then(Node::plain).map(str::to_owned);
        let mut dropped = BTreeSet::new();
        let mut steps: Vec<&Node> = scenario.get("steps").map_or(&[][..], Node::items).iter().collect();
        while let Some(it) = steps.pop() {
            dropped.extend(plain(it, "drop_rule"));
            steps.extend(inside(it));
        }
        let is_dropped = |rule: &Node| plain(rule, "name").is_some_and(|it| dropped.contains(&it));
        let begins = scenario.get("clock").and_then(|it| plain(it, "now")).and_then(|it| parse_timestamp(&it).ok());
        // The first rule that always fires, by what it is on.
        let mut first: Vec<(String, &Node)> = Vec::new();
        for rule in scenario.get("rules").map_or(&[][..], Node::items) {
            let until = rule.get("when").and_then(|it| it.get("until"));
            let ended = until.filter(|it| it.plain().and_then(|text| parse_timestamp(text).ok()) < begins && is_moment(it));
            if let Some(until) = ended {
                let mistake = Mistake::at(until.at.clone(), "the clock begins after this moment, so this rule never fires");
                self.mistakes.push(mistake.warning());
            }
            let Some(on) = plain(rule, "on") else { continue };
            if let Some((_, earlier)) = first.iter().find(|it| covers(&it.0, &on)) {
                let mistake = Mistake::at(rule.place_of("on"), "another rule always fires first, so this one never fires by itself");
                let mistake = mistake.also(earlier.place_of("on"), "the first rule that fires acts alone");
                self.mistakes.push(mistake.help("give the first rule a condition under `when`, or put it last").warning());
            } else if is_constant(rule) && !is_dropped(rule) {
                first.push((on, rule));
            }
        }
    }
}

fn is_moment(node: &Node) -> bool {
    node.plain().is_some_and(|it| parse_timestamp(it).is_ok())
}

/// Whether a rule fires at everything that it is on, for ever.
fn is_constant(rule: &Node) -> bool {
    let has_conditions = rule.get("when").is_some_and(|it| it.what != What::Map(Vec::new()));
    !has_conditions && rule.get("ttl").is_none()
}

/// Whether one trigger includes another: `quoine.*` includes each call of Quoine.
fn covers(wide: &str, narrow: &str) -> bool {
    let all = wide.strip_suffix('*').filter(|it| it.ends_with('.'));
    wide == narrow || all.is_some_and(|it| narrow.starts_with(it))
}
