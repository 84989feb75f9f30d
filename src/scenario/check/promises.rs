//! What a step promises about a provider, compared with the rows of its contract: parameters, members of answers, statuses,
//! receivers. The provider may do without what the contract says, so most of this is a warning.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::{Check, holds_reference};
use crate::engine::inbox::{is_name as is_inbox, of_url as inbox_of};
use crate::engine::tables::{Auth, Contract, Operation};
use crate::kit::fields::{Field, Kind, Need};
use crate::kit::nearest::close;
use crate::scenario::matchers::{OPERATORS, is_operation};
use crate::scenario::mistakes::{Level, Mistake, cut};
use crate::scenario::reference::{Piece, pieces};
use crate::scenario::step::inside;
use crate::scenario::yaml::{Node, What};

/// The inbox to which the webhooks of a fork go when it names no other address.
const FORK_INBOX: &str = "fork";
/// The name of a member, as the rows of fields write it: `data[].id`.
pub(super) type Name = Cow<'static, str>;

/// The names of these fields.
pub(super) fn names_of<'r>(rows: impl IntoIterator<Item = &'r Field>) -> Vec<Name> {
    rows.into_iter().map(|it| it.name.into()).collect()
}

/// Stands for every provider.
const ANY: &str = "*";

/// What a file has that lets a step be answered in another way than the contract says.
#[derive(Clone, Debug, Default)]
pub struct Deviations {
    /// Rules, which may answer in place of the provider.
    has_rules: bool,
    /// The providers of rules that write bodies of answers.
    answers: BTreeSet<String>,
    /// The providers of rules that write bodies of webhooks.
    webhooks: BTreeSet<String>,
}

impl Deviations {
    /// The deviations of a whole file.
    pub fn of(scenario: &Node) -> Self {
        let own = scenario.get("rules").map_or(&[][..], Node::items).iter();
        let mut rules: Vec<&Node> = own.collect();
        let mut steps: Vec<&Node> = scenario.get("steps").map_or(&[][..], Node::items).iter().collect();
        while let Some(it) = steps.pop() {
            rules.extend(it.get("rule"));
            steps.extend(inside(it));
        }
        let mut found = Self::default();
        for rule in rules {
            let Some(then) = rule.get("then") else { continue };
            found.has_rules = true;
            // A rule without `on` waits for a call that names it, and such a call is not compared.
            let on = rule.get("on").and_then(Node::plain).unwrap_or("");
            let writes = ["body", "patch", "tamper"].iter().any(|it| then.get(it).is_some());
            match (on.strip_suffix(":webhook"), on.split_once('.')) {
                (Some(slug), _) if writes => _ = found.webhooks.insert(slug.to_owned()),
                (None, Some((slug, _))) if writes => _ = found.answers.insert(slug.to_owned()),
                _ if then.get("tamper").is_some() => _ = found.webhooks.insert(ANY.to_owned()),
                _ => {}
            }
        }
        found
    }

    /// Whether a rule writes answers of the provider with this slug.
    pub fn change_answers(&self, slug: &str) -> bool {
        self.answers.contains(slug)
    }

    /// Whether a rule writes webhooks of the provider with this slug.
    pub fn change_webhooks(&self, slug: &str) -> bool {
        self.webhooks.contains(slug) || self.webhooks.contains(ANY)
    }
}

impl Check<'_> {
    /// Notes what does no harm, but does not do what its author seems to want.
    pub(super) fn warn<'w>(&mut self, at: &Range<usize>, what: String, asked: &str, words: impl Iterator<Item = &'w str>) {
        self.note_unknown(at, what, asked, words);
        self.soften();
    }

    /// Makes the last mistake a warning.
    pub(super) fn soften(&mut self) {
        if let Some(it) = self.mistakes.last_mut() {
            it.level = Level::Warning;
        }
    }

    /// Compares a call with the row of its operation.
    pub fn promises(&mut self, step: &Node, deviations: &Deviations) {
        let name = step.get("call").and_then(Node::plain).and_then(|it| it.split_once('.'));
        let Some((contract, row)) = name.and_then(|it| self.known.provider(it.0).and_then(|own| Some((own, own.operation(it.1)?)))) else {
            return;
        };
        // A call to another path or with another method is one of another operation, or of none.
        if step.get("path").is_none() && step.get("method").is_none() {
            self.parameters(step, contract, row, deviations);
        }
        let is_provoked = step.get("fault").is_some() || step.get("path").is_some();
        if let Some(body) =
            step.get("expect").and_then(|it| it.get("body")).filter(|_| !is_provoked && !deviations.change_answers(contract.slug))
        {
            // A provider that refuses with 2xx may answer with the members of a refusal as well.
            let tells = !contract.errors.iter().any(|it| it.status.is_success());
            let is_good = tells && expected(step).is_some_and(is_success);
            let other = if is_good { &[][..] } else { contract.error_body };
            if !row.answer.is_empty() {
                let (rows, whose) = (row.answer.iter().chain(other).collect::<Vec<_>>(), format!("the answer of {}", row.name));
                self.members(body, "", &names_of(rows.iter().copied()), &whose);
                self.values(body, "", &rows, &whose);
            }
        }
    }

    fn parameters(&mut self, step: &Node, contract: &'static Contract, row: &'static Operation, deviations: &Deviations) {
        let with = step.get("with");
        let in_path: Vec<&str> = row.path.split('{').skip(1).filter_map(|it| it.split_once('}')).map(|it| it.0).collect();
        let field = if let Auth::Field { name } = row.auth { Some(name) } else { None };
        let top = |it: &'static str| it.split(['.', '[']).next().unwrap_or(it);
        let mut words: Vec<&'static str> = row.parameters.iter().map(|it| top(it.name)).chain(field).collect();
        words.extend(in_path.iter().copied());
        words.dedup();
        let plain: Vec<&str> = words.clone();
        // A step that expects a refusal tries what is refused.
        let is_tried = expected(step).is_some_and(wants_refusal);
        let names = names_of(row.parameters);
        for (key, it) in with.filter(|_| !is_tried).map_or(&[][..], Node::members) {
            let asked = key.name.split(['.', '[']).next().unwrap_or("");
            if !plain.contains(&asked) {
                let what = format!("{}.{} has no parameter `{}`", contract.slug, row.name, cut(&key.name));
                self.warn(&key.at, what, &key.name, words.iter().copied());
            } else if matches!(it.what, What::Map(_) | What::List(_)) && asked == key.name {
                self.members(it, asked, &names, &format!("the parameter `{asked}` of {}.{}", contract.slug, row.name));
            }
        }
        let is_judged = step.get("body").is_none() && step.get("fault").is_none() && !matches!(row.auth, Auth::Session { .. });
        let tells = !contract.errors.iter().any(|it| it.status.is_success());
        if !is_judged || !tells || !expected(step).is_some_and(is_success) || with.is_some_and(|it| !matches!(it.what, What::Map(_))) {
            return;
        }
        let required = row.parameters.iter().filter(|it| it.need == Need::Required && !it.name.contains(['.', '[']));
        for it in required.filter(|it| field != Some(it.name) && !in_path.contains(&it.name) && !matches!(it.kind, Kind::Constant(_))) {
            if with.is_none_or(|with| with.get(it.name).is_none()) {
                let at = with.map_or_else(|| step.place_of("call"), |with| with.at.clone());
                let what = format!("{}.{} needs `{}`, and this step expects success", contract.slug, row.name, it.name);
                self.mistakes.push(Mistake::at(at, what).help(format!("`{}`: {}", it.name, it.meaning)));
                if deviations.has_rules {
                    self.soften();
                }
            }
        }
    }

    /// Notes expected members that are not among the known names.
    pub(super) fn members(&mut self, node: &Node, path: &str, names: &[Name], whose: &str) {
        if holds_reference(node) && !matches!(node.what, What::Map(_) | What::List(_)) {
            return;
        }
        if let What::List(items) = &node.what {
            return items.iter().for_each(|it| self.members(it, &format!("{path}[]"), names, whose));
        }
        if is_operation(node) {
            return;
        }
        for (key, it) in node.members() {
            let (mut own, mut unknown) = (path.to_owned(), None);
            for part in key.name.split('.') {
                let around = own.clone();
                match part {
                    _ if !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit()) => own.push_str("[]"),
                    _ if own.is_empty() => part.clone_into(&mut own),
                    _ => own = format!("{own}.{part}"),
                }
                if !is_known(&own, names) && unknown.is_none() {
                    unknown = Some((around, part));
                }
            }
            match unknown {
                None => self.members(it, &own, names, whose),
                Some(_) if it.get("absent").is_some() => {}
                Some((around, part)) => {
                    let words: BTreeSet<&str> = names.iter().filter_map(|it| next(it, &around)).collect();
                    let deeper = names.iter().filter_map(|it| deeper(it, &around, part));
                    let words: BTreeSet<&str> = words.into_iter().chain(deeper).collect();
                    self.warn(&key.at, format!("{whose} has no `{}`", cut(&key.name)), part, words.into_iter());
                }
            }
        }
    }

    /// Keeps the names of the inboxes to which the texts of a file refer.
    pub fn keep_inboxes(&mut self, node: &Node) {
        let found = if let What::Text(text) = &node.what { pieces(text).unwrap_or_default() } else { Vec::new() };
        self.inboxes.extend(node.plain().and_then(inbox_of).map(|it| it.0));
        self.inboxes.extend(found.into_iter().filter_map(|it| if let Piece::Inbox(name) = it { Some(name.to_owned()) } else { None }));
        node.items().iter().chain(node.members().iter().map(|it| &it.1)).for_each(|it| self.keep_inboxes(it));
    }

    /// Notes a receiver that no account of the file names as its address.
    pub fn receiver(&mut self, step: &Node) {
        let Some((node, asked)) = step.get("receiver").and_then(|it| Some((it, it.plain()?))) else { return };
        let slugs = self.known.contracts.iter().map(|it| it.slug);
        let usual = slugs.chain([FORK_INBOX]).map(str::to_owned);
        let words: BTreeSet<String> = usual.chain(self.inboxes.iter().cloned()).collect();
        if is_inbox(asked) && !words.contains(asked) {
            let help = match close(asked, words.iter().map(String::as_str)) {
                Some(near) => format!("the nearest is `{near}`"),
                None => format!("give an account `webhook_url: \"${{inbox:{}}}\"`", cut(asked)),
            };
            let what = format!("no account sends webhooks to the receiver `{}`", cut(asked));
            self.mistakes.push(Mistake::at(node.at.clone(), what).help(help).warning());
        }
    }

    /// Notes what is compared with a number and never equals one.
    pub fn number(&mut self, node: Option<&Node>, is_status: IsStatus) {
        let Some(it) = node.filter(|it| !holds_reference(it)) else { return };
        let example = if is_status == IsStatus::Yes { 400 } else { 2 };
        let usual = || format!("write a number, or a matcher such as {{ gte: {example} }}");
        let (what, help) = match &it.what {
            What::Text(text) => {
                let quoted = text.parse::<u32>().is_ok();
                let help = if quoted { "write it without quotes".to_owned() } else { class_of(text).unwrap_or_else(usual) };
                (format!("the text `{}` never equals a number", cut(text)), help)
            }
            What::Map(members) if !is_operation(it) => {
                let words = || OPERATORS.iter().map(|it| it.0);
                let near = members.iter().find_map(|own| other_word(&own.0.name).or_else(|| close(&own.0.name, words())));
                let help = near.map_or_else(
                    || format!("matchers are {}", words().collect::<Vec<_>>().join(", ")),
                    |it| format!("the nearest matcher is `{it}`"),
                );
                ("a mapping never equals a number".to_owned(), help)
            }
            What::List(_) => ("a list never equals a number".to_owned(), "write a matcher such as { one_of: [200, 201] }".to_owned()),
            What::Flag(own) => (format!("`{own}` never equals a number"), usual()),
            What::Number(number) if is_status == IsStatus::Yes && number.parse().is_ok_and(|it: f64| !(100.0..600.0).contains(&it)) => {
                let what = format!("an HTTP status is a number from 100 to 599, not `{}`", cut(number));
                return self.mistakes.push(Mistake::at(it.at.clone(), what));
            }
            What::Null | What::Number(_) | What::Map(_) => return,
        };
        self.mistakes.push(Mistake::at(it.at.clone(), format!("this is compared with a number, and {what}")).help(help));
    }
}

/// Whether a number is an HTTP status, or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsStatus {
    Yes,
    No,
}

/// How all statuses of a class such as `2xx` are written.
fn class_of(text: &str) -> Option<String> {
    let class = text.to_ascii_lowercase().strip_suffix("xx")?.parse::<u32>().ok().filter(|it| (1..=5).contains(it))?;
    Some(format!("write {{ gte: {class}00, lt: {}00 }}", class + 1))
}

/// The matcher that another program calls so.
fn other_word(name: &str) -> Option<&'static str> {
    let words = [("greater", "gt"), ("above", "gt"), ("more", "gt"), ("less", "lt"), ("below", "lt"), ("min", "gte"), ("max", "lte")];
    let more = [("in", "one_of"), ("regex", "matches"), ("between", "gte")];
    let first = name.split(|it: char| !it.is_ascii_alphabetic()).next().unwrap_or("").to_lowercase();
    words.iter().chain(&more).find(|it| first == it.0).map(|it| it.1)
}

pub(super) fn expected(step: &Node) -> Option<&Node> {
    step.get("expect").and_then(|it| it.get("status"))
}

pub(super) fn is_success(status: &Node) -> bool {
    matches!(&status.what, What::Number(it) if it.len() == 3 && it.starts_with('2'))
}

/// Whether a status that is wanted is, or may be, one of a refusal.
fn wants_refusal(status: &Node) -> bool {
    let least = |node: &Node, least: f64| node.plain().and_then(|it| it.parse::<f64>().ok()).is_some_and(|it| least <= it);
    match &status.what {
        What::Number(_) => !is_success(status),
        What::Map(members) => members.iter().any(|(key, bound)| match key.name.as_str() {
            "gt" => least(bound, 299.0),
            "gte" => least(bound, 300.0),
            "one_of" => !bound.items().iter().all(is_success),
            _ => false,
        }),
        What::Null | What::Flag(_) | What::Text(_) | What::List(_) => false,
    }
}

/// Whether a name stands for this place, for something inside it, or for a value around it whose content is open.
pub(super) fn is_known(path: &str, names: &[Name]) -> bool {
    let begins = |long: &str, short: &str| behind(long, short).is_some();
    let is_open = |own: &Name| begins(path, own) && !names.iter().any(|inner| inner != own && begins(inner, own));
    names.iter().any(|it| begins(it, path)) || names.iter().any(is_open)
}

/// The rest of a name behind a path that leads there. A part in braces is the same as every word, and `[0]` as `[]`.
fn behind<'n>(name: &'n str, path: &str) -> Option<&'n str> {
    if let Some(rest) = name.strip_prefix(path).filter(|it| it.is_empty() || it.starts_with(['.', '['])) {
        return Some(rest);
    }
    let (mut rest, mut way) = (name, path);
    while !way.is_empty() {
        let (own, other) = (first_part(rest), first_part(way));
        let is_any = |it: &str| it.trim_start_matches('.').starts_with('{');
        let is_item = |it: &str| it.starts_with('[') && it.bytes().all(|byte| byte.is_ascii_digit() || b"[]".contains(&byte));
        let same = own == other || is_item(own) && is_item(other) || is_any(own) && !is_item(other) || is_any(other) && !is_item(own);
        if own.is_empty() || !same {
            return None;
        }
        (rest, way) = (&rest[own.len()..], &way[other.len()..]);
    }
    Some(rest)
}

/// A member or an item, with the sign in front of it.
fn first_part(path: &str) -> &str {
    let end = path.char_indices().skip(1).find(|it| ['.', '['].contains(&it.1));
    &path[..end.map_or(path.len(), |it| it.0)]
}

/// What follows a path in a name, when it ends with this word and no list lies between.
fn deeper<'n>(name: &'n str, path: &str, word: &str) -> Option<&'n str> {
    let rest = if path.is_empty() { name } else { behind(name, path)?.strip_prefix('.')? };
    let is_it = rest.rsplit('.').next().is_some_and(|it| it.eq_ignore_ascii_case(word));
    (is_it && !rest.contains('[')).then_some(rest)
}

/// The word that follows a path in a name.
fn next<'n>(name: &'n str, path: &str) -> Option<&'n str> {
    let rest = if path.is_empty() { name } else { behind(name, path)?.strip_prefix('.')? };
    rest.split(['.', '[']).next().filter(|it| !it.is_empty() && !it.starts_with('{'))
}
