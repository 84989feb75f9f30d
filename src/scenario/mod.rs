//! A scenario: the state that a sandbox starts with, what differs from the documented behaviour, and a script.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::engine::clock::{Mode, Rate};
use crate::engine::matching::Mismatch;
use crate::engine::rules::Rule;
use crate::engine::start::{AccountSetup, BalanceSetup, Impossible, ProviderSetup, RateSetup, Setup, Start};
use crate::kit::concealed;
use crate::kit::time::{Timestamp, parse_timestamp};

pub mod asked;
pub mod check;
pub mod criteria;
pub mod keys;
pub mod matchers;
pub mod mistakes;
pub mod reference;
mod reread;
pub mod rule;
pub mod schema;
pub mod secrets;
pub mod shape;
pub mod step;
pub mod told;
pub mod yaml;

use check::Check;
pub use check::Known;
use check::names::Defined;
use check::promises::Deviations;
pub use mistakes::{Level, Mistake, Mistakes};
use reference::{Saved, resolved};
pub use reread::reread;
use secrets::Secrets;
pub use step::{Call, Expect, Proof, Step, StepKind};
use yaml::{Node, What};

/// Steps of one scenario.
pub const STEPS_MAX: usize = 1_000;

/// A scenario whose text has no mistakes.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    pub name: String,
    pub seed: Option<u64>,
    pub mode: Option<Mode>,
    pub now: Option<Timestamp>,
    /// What a sandbox starts with.
    pub setup: Arc<Setup>,
    pub steps: Vec<Step>,
    /// Rows of the contracts that are assumed and that the author has checked.
    pub accepts: Vec<String>,
    /// What does not stop it, but is hardly meant.
    pub warnings: Option<Mistakes>,
    /// Its text, for mistakes that are found only when it is loaded.
    source: Source,
}

#[derive(Clone, Debug, Default)]
struct Source {
    file: String,
    text: String,
    secrets: Secrets,
}

/// Reads a scenario. `file` is its name in messages.
///
/// # Errors
/// Every mistake of the text, with its place.
pub fn parse(file: &str, text: &str, known: Known<'_>) -> Result<Scenario, Mistakes> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut scenario, warnings) = read_checked(file, text, known, |check, node| {
        check.scenario(node);
        read(check, node, file, text)
    })?;
    scenario.warnings = warnings;
    Ok(scenario)
}

/// Reads one rule, the body of a control call, and what its author may not want.
///
/// # Errors
/// Every mistake of the text, with its place.
pub fn parse_rule(text: &str, known: Known<'_>) -> Result<(Rule, Option<Mistakes>), Mistakes> {
    read_checked("rule", text, known, |check, node| {
        if check.is_bounded(node) {
            check.shape(node, &keys::RULE, None);
        }
        rule::read(check, node)
    })
}

/// What was read, and its warnings.
fn read_checked<T>(
    file: &str,
    text: &str,
    known: Known<'_>,
    read: impl FnOnce(&mut Check<'_>, &Node) -> T,
) -> Result<(T, Option<Mistakes>), Mistakes> {
    let mut check = Check::new(known);
    let node = yaml::parse(text).map_err(|it| Mistakes::of(file, text, &Secrets::by_lines(text, known.contracts), vec![it]))?;
    check.secrets.add_named(&node, known.contracts);
    check.keep_inboxes(&node);
    let node = check.substitute(&node);
    check.secrets.add_named(&node, known.contracts);
    let unread = std::mem::take(&mut check.mistakes);
    let value = read(&mut check, &node);
    // A value that could not be read is one mistake, and not a second one for its kind.
    let places: BTreeSet<(usize, usize)> = unread.iter().map(|it| (it.at.start, it.at.end)).collect();
    check.mistakes.retain(|it| !places.contains(&(it.at.start, it.at.end)));
    check.mistakes.extend(unread);
    let is_good = check.mistakes.iter().all(|it| it.level == Level::Warning);
    // Before its first steps, a file that is wrong needs no warning.
    check.mistakes.retain(|it| is_good || it.level == Level::Error || node.get("steps").is_some());
    let all = (!check.mistakes.is_empty()).then(|| Mistakes::of(file, text, &check.secrets, check.mistakes));
    match all {
        Some(all) if !is_good => Err(all),
        warnings => Ok((value, warnings)),
    }
}

/// The warning of a text that only begins something.
const NO_STEPS: &str = "this scenario has no steps, so `playmoney run` proves nothing with it";

impl Scenario {
    /// The warnings that also concern a sandbox in which no steps are played.
    pub fn warnings_of_start(&self) -> Option<Mistakes> {
        self.warnings.as_ref()?.without(NO_STEPS)
    }

    /// The start of a sandbox with this scenario. Its seed and clock replace those of `start`, when it has them.
    #[must_use]
    pub fn apply_to(&self, start: Start) -> Start {
        Start {
            seed: self.seed.unwrap_or(start.seed),
            mode: self.mode.unwrap_or(start.mode),
            now: self.now.or(start.now),
            setup: Some(Arc::clone(&self.setup)),
            ..start
        }
    }

    /// Where a step is written that has failed, and each expectation of it that was not met. It is the one at that place, or inside it.
    pub fn excerpt(&self, nth: usize, (line, title): (usize, &str), missed: &[Mismatch]) -> Option<Mistakes> {
        let (own, places) = self.steps.get(nth)?.named(line, title)?.places(missed.iter().map(|it| it.path.as_str()));
        let inner =
            places.into_iter().zip(missed).filter_map(|(at, it)| Some(Mistake::at(at?, format!("is {}", mistakes::cut(&it.actual)))));
        let all = std::iter::once(Mistake::at(own, title)).chain(inner).collect();
        Some(Mistakes::of(&self.source.file, &self.source.text, &self.source.secrets, all))
    }

    /// What a sandbox cannot begin with, as mistakes in the text.
    pub fn mistakes(&self, impossible: Vec<Impossible>) -> Mistakes {
        let mistake = |it: Impossible| {
            let mistake = Mistake::at(it.at, it.why);
            match it.also {
                Some((at, why)) => mistake.also(at, why),
                None => mistake,
            }
        };
        Mistakes::of(&self.source.file, &self.source.text, &self.source.secrets, impossible.into_iter().map(mistake).collect())
    }
}

fn read(check: &mut Check<'_>, node: &Node, file: &str, text: &str) -> Scenario {
    let plain = |name: &str| node.get(name).and_then(Node::plain);
    let clock = |name: &str| node.get("clock").and_then(|it| it.get(name)).and_then(Node::plain);
    let mode = clock("mode").and_then(|it| match it {
        "frozen" => Some(Mode::Frozen),
        "real" => Some(Mode::Real),
        rate => Rate::parse(rate).ok().map(Mode::Scaled),
    });
    let rules: Vec<Rule> = node.get("rules").map_or(&[][..], Node::items).iter().map(|it| rule::read(check, it)).collect();
    check_rule_names(check, node);
    check.idle_rules(node);
    let steps = steps(check, node, text);
    let masked = |name: &str| plain(name).map(|it| concealed::text(&check.secrets.mask_environment(it)).into_owned());
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name = masked("name").unwrap_or_else(|| stem.strip_suffix(".yaml").or(stem.strip_suffix(".yml")).unwrap_or(stem).to_owned());
    let providers = node.get("providers").map_or(&[][..], Node::members).iter().map(|(key, it)| setup(check, &key.name, it)).collect();
    let secrets = check.secrets.outside().to_vec();
    Scenario {
        setup: Arc::new(Setup { name: name.clone(), providers, rules, secrets }),
        name,
        seed: plain("seed").and_then(|it| it.parse().ok()),
        mode,
        now: clock("now").and_then(|it| parse_timestamp(it).ok()),
        steps,
        accepts: node.get("accepts").map_or(&[][..], Node::items).iter().filter_map(Node::plain).map(str::to_owned).collect(),
        warnings: None,
        source: Source { file: file.to_owned(), text: text.to_owned(), secrets: check.secrets.clone() },
    }
}

fn check_rule_names(check: &mut Check<'_>, node: &Node) {
    let items = node.get("rules").map_or(&[][..], Node::items);
    if items.len() > crate::engine::rules::RULES_MAX {
        check.wrong(&node.at, format!("a sandbox has at most {} rules", crate::engine::rules::RULES_MAX));
    }
    let names: Vec<&Node> = items.iter().filter_map(|it| it.get("name")).collect();
    for (place, it) in names.iter().enumerate() {
        if let Some(first) = names[..place].iter().find(|first| it.plain().is_some() && first.plain() == it.plain()) {
            let mistake = Mistake::at(it.at.clone(), format!("two rules have the name `{}`", it.plain().unwrap_or("")));
            check.mistakes.push(mistake.also(first.at.clone(), "the first of them"));
        }
    }
}

fn steps(check: &mut Check<'_>, node: &Node, text: &str) -> Vec<Step> {
    let lines = Lines { text, counted: 0, line: 1 };
    let mut reading = Reading { lines, defined: Defined::before_the_steps(node), deviations: Deviations::of(node), left: STEPS_MAX };
    for rule in node.get("rules").map_or(&[][..], Node::items) {
        check.rule_contents(rule);
        reading.defined.rule_account(check, rule);
    }
    let items = node.get("steps").map_or(&[][..], Node::items);
    if items.iter().map(count).sum::<usize>() > STEPS_MAX {
        check.wrong(&node.at, format!("a scenario has at most {STEPS_MAX} steps"));
    }
    let has_none = node.get("steps").is_none_or(|it| it.what == What::List(Vec::new()));
    if has_none && matches!(node.what, What::Map(_)) {
        let mistake = Mistake::at(node.place_of("steps"), NO_STEPS);
        check.mistakes.push(mistake.help("`serve` begins with its state and its rules; add `steps` to play it").warning());
    }
    reading.list(check, items, None)
}

/// A step with the steps inside it.
fn count(node: &Node) -> usize {
    1 + step::inside(node).iter().map(count).sum::<usize>()
}

/// Reads steps in their order.
struct Reading<'a> {
    lines: Lines<'a>,
    defined: Defined<'a>,
    deviations: Deviations,
    /// How many steps may follow.
    left: usize,
}

impl Reading<'_> {
    /// The steps of a list. A step without `in` happens where the step around it does.
    fn list(&mut self, check: &mut Check<'_>, items: &[Node], fork: Option<&str>) -> Vec<Step> {
        let mut steps = Vec::new();
        for it in items {
            let Some(left) = self.left.checked_sub(1) else { break };
            self.left = left;
            let line = self.lines.line_of(it.at.start);
            self.defined.check(check, it);
            check.promises(it, &self.deviations);
            check.contents(it, &self.deviations);
            check.receiver(it);
            let fork = it.get("in").and_then(Node::plain).or(fork);
            let inside = self.list(check, step::inside(it), fork);
            for fork in inside.iter().filter(|inner| it.get("repeat").is_some() && matches!(inner.doing, StepKind::Fork(_))) {
                check.wrong(&it.place_of("repeat"), format!("a fork has one name, and line {} would make it again each time", fork.line));
            }
            if let Some(mut step) = step::read(check, it, line, &self.defined.saved, inside) {
                step.fork = fork.map(str::to_owned);
                steps.push(step);
            }
            self.defined.add(it);
        }
        steps
    }
}

/// Counts the lines of a text from one place to the next.
struct Lines<'a> {
    text: &'a str,
    counted: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of a place, from 1.
    fn line_of(&mut self, at: usize) -> usize {
        if at < self.counted {
            (self.counted, self.line) = (0, 1); // an alias stands before the step that it repeats
        }
        self.line += self.text.get(self.counted..at).unwrap_or("").matches('\n').count();
        self.counted = at;
        self.line
    }
}

fn setup(check: &mut Check<'_>, slug: &str, node: &Node) -> ProviderSetup {
    let node = &resolved(node, &Saved::new()).unwrap_or_else(|_| node.clone());
    let rate = |(key, it): &(yaml::Key, Node)| {
        let side = |name: &str| it.get(name).unwrap_or(it).plain().unwrap_or("").to_owned();
        RateSetup { pair: key.name.clone(), ask: side("ask"), bid: side("bid"), at: key.at.clone() }
    };
    let contract = check.known.provider(slug);
    let account = |it: &Node| AccountSetup {
        id: it.get("id").and_then(Node::plain).unwrap_or("").to_owned(),
        at: it.get("id").map_or(it.at.clone(), |it| it.at.clone()),
        credentials: pairs(it.get("credentials")),
        settings: settings(contract, it),
        balances: balances(it.get("balances")),
    };
    ProviderSetup {
        slug: slug.to_owned(),
        settings: settings(contract, node),
        accounts: node.get("accounts").map_or(&[][..], Node::items).iter().map(account).collect(),
        rates: node.get("rates").map_or(&[][..], Node::members).iter().map(rate).collect(),
        balances: balances(node.get("balances")),
    }
}

fn pairs(node: Option<&Node>) -> Vec<(String, String)> {
    node.map_or(&[][..], Node::members).iter().map(|(key, it)| (key.name.clone(), it.plain().unwrap_or("").to_owned())).collect()
}

fn settings(contract: Option<&'static crate::engine::tables::Contract>, node: &Node) -> Vec<(String, Json)> {
    let is_setting = |name: &str| contract.is_some_and(|it| it.setting(name).is_some());
    node.members().iter().filter(|it| is_setting(&it.0.name)).map(|(key, it)| (key.name.clone(), it.to_value())).collect()
}

fn balances(node: Option<&Node>) -> Vec<BalanceSetup> {
    let one = |(key, it): &(yaml::Key, Node)| BalanceSetup {
        currency: key.name.clone(),
        amount: it.plain().unwrap_or("").to_owned(),
        at: it.at.clone(),
        named_at: key.at.clone(),
    };
    node.map_or(&[][..], Node::members).iter().map(one).collect()
}
