//! Which parts of the contracts traffic has reached, and which are missing, each with a way to reach it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::engine::tables::{Contract, On, Row, StatusTable, Transition};
use crate::engine::touched::Touched;
use crate::kit::printable::line;

pub mod page;
mod ways;

/// What was reached of all providers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    pub percent: Number,
    /// By slug.
    pub providers: BTreeMap<String, OfProvider>,
}

/// What was reached of one provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfProvider {
    pub percent: Number,
    pub operations: Part,
    pub errors: Part,
    pub statuses: Part,
    pub transitions: Part,
    pub events: Part,
    pub retry_steps: Part,
    pub timers: Part,
    pub parameters: Part,
    pub pages: Part,
}

/// Rows of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub total: u64,
    pub covered: u64,
    /// By name.
    pub missing: Vec<String>,
    /// How to reach those that are missing, by name.
    #[serde(default)]
    pub ways: BTreeMap<String, String>,
}

/// The parts of a provider, with their names for people.
pub const PARTS: [&str; 9] = ["operations", "errors", "statuses", "transitions", "events", "retry steps", "timers", "parameters", "pages"];

impl OfProvider {
    /// In the order of [`PARTS`].
    pub fn parts(&self) -> [&Part; 9] {
        let Self { operations, errors, statuses, transitions, events, retry_steps, timers, parameters, pages, percent: _ } = self;
        [operations, errors, statuses, transitions, events, retry_steps, timers, parameters, pages]
    }

    fn parts_mut(&mut self) -> [&mut Part; 9] {
        let Self { operations, errors, statuses, transitions, events, retry_steps, timers, parameters, pages, percent: _ } = self;
        [operations, errors, statuses, transitions, events, retry_steps, timers, parameters, pages]
    }

    fn counts(&self) -> (u64, u64) {
        self.parts().iter().fold((0, 0), |sum, it| (sum.0 + it.covered, sum.1 + it.total))
    }

    fn of(contract: &'static Contract, reached: &BTreeSet<Row>) -> Self {
        let tables = (contract.lifecycles)();
        let mut part = Gather { contract, reached };
        let steps: Vec<(Row, &StatusTable, &Transition)> = (0..)
            .zip(&tables)
            .flat_map(|(table, it)| (0..).zip(&it.rows).map(move |(row, step)| (Row::Step(table, row), it, step)))
            .collect();
        let named = |it: &(Row, &StatusTable, &Transition)| (it.0, ways::step(contract, it.1.object, it.2));
        let timed = steps.iter().filter(|it| matches!(it.2.on, On::After(_) | On::Timer(_) | On::Pace(_) | On::Deadline(_)));
        let mut own = Self {
            percent: 0.into(),
            operations: part.of(|it| matches!(it, Row::Operation(_)), |it| ways::operation(contract, it)),
            errors: part.of(|it| matches!(it, Row::Error(_)), |it| ways::error(contract, it)),
            statuses: statuses(contract, &steps, reached),
            transitions: part.steps(steps.iter().map(named)),
            events: part.of(|it| matches!(it, Row::Event(_)), |it| ways::event(contract, it)),
            retry_steps: part.of(|it| matches!(it, Row::Attempt(_)), |it| ways::attempt(contract, it)),
            timers: part.steps(timed.map(named)),
            parameters: part.of(|it| matches!(it, Row::Parameter(..)), |it| ways::parameter(contract, it)),
            pages: part.of(|it| matches!(it, Row::Page(_)), |it| ways::page(contract, it)),
        };
        own.settle();
        own
    }

    fn settle(&mut self) {
        let (covered, total) = self.counts();
        self.percent = percent(covered, total);
    }
}

/// Statuses that a step has led to.
fn statuses(contract: &Contract, steps: &[(Row, &StatusTable, &Transition)], reached: &BTreeSet<Row>) -> Part {
    let mut part = Part::default();
    for table in &(contract.lifecycles)() {
        for status in &table.statuses {
            let of_it = || steps.iter().filter(|it| it.1.object == table.object);
            let into: Vec<_> = of_it().filter(|it| it.2.to == *status && !matches!(it.2.on, On::Timer(_))).collect();
            // Where nothing leads to a status, objects begin in it.
            let by = if into.is_empty() { of_it().filter(|it| it.2.from.contains(status)).collect() } else { into };
            let is_reached = if by.iter().any(|it| reached.contains(&it.0)) { Reached::Yes } else { Reached::No };
            let way = by.first().map(|it| ways::with_story(contract, it.0, ways::step(contract, table.object, it.2).1));
            part.add(is_reached, format!("{}.{status}", table.object), || way.unwrap_or_default());
        }
    }
    part
}

/// Whether traffic has reached a row.
enum Reached {
    Yes,
    No,
}

impl Reached {
    fn among(row: Row, reached: &BTreeSet<Row>) -> Self {
        if reached.contains(&row) { Self::Yes } else { Self::No }
    }
}

/// Rows of a contract, sorted into those that were reached and the others.
struct Gather<'a> {
    contract: &'static Contract,
    reached: &'a BTreeSet<Row>,
}

impl Gather<'_> {
    fn of(&mut self, is_meant: impl Fn(Row) -> bool, way: impl Fn(Row) -> (String, String)) -> Part {
        let mut part = Part::default();
        for row in self.contract.index.rows().iter().map(|it| it.row).filter(|it| is_meant(*it)) {
            let (name, way) = way(row);
            part.add(Reached::among(row, self.reached), name, || ways::with_story(self.contract, row, way));
        }
        part
    }

    fn steps(&mut self, steps: impl Iterator<Item = (Row, (String, String))>) -> Part {
        let mut part = Part::default();
        for (row, (name, way)) in steps {
            part.add(Reached::among(row, self.reached), name, || ways::with_story(self.contract, row, way));
        }
        part
    }
}

impl Part {
    fn add(&mut self, row: Reached, name: String, way: impl FnOnce() -> String) {
        self.total += 1;
        match row {
            Reached::Yes => self.covered += 1,
            Reached::No => {
                self.ways.insert(name.clone(), way());
                self.missing.push(name);
            }
        }
    }

    /// What is missing in both.
    fn merge(&mut self, other: &Self) {
        self.missing.retain(|it| other.missing.contains(it));
        self.ways.retain(|name, _| other.missing.contains(name));
        self.covered = self.total.saturating_sub(self.missing.len() as u64);
    }

    /// Whether its numbers and names say the same.
    fn is_sound(&self) -> bool {
        let names: BTreeSet<&String> = self.missing.iter().collect();
        names.len() == self.missing.len() && self.covered.checked_add(self.missing.len() as u64) == Some(self.total)
    }
}

impl Coverage {
    /// Of a sandbox with these providers, in the order of their ids.
    pub fn of(contracts: &[&'static Contract], touched: &Touched) -> Self {
        let of = |(provider_id, contract): (_, &&'static Contract)| {
            let reached = touched.rows(provider_id).map(|(named, _)| named.row).collect();
            (contract.slug.to_owned(), OfProvider::of(contract, &reached))
        };
        let mut own = Self { percent: 0.into(), providers: touched.providers().zip(contracts).map(of).collect() };
        own.settle();
        own
    }

    /// What either has reached. Both are of the same contracts, as [`Self::check`] sees to.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        for (slug, other) in &other.providers {
            match self.providers.get_mut(slug) {
                Some(own) => {
                    for (own, other) in own.parts_mut().into_iter().zip(other.parts()) {
                        own.merge(other);
                    }
                    own.settle();
                }
                None => _ = self.providers.insert(slug.clone(), other.clone()),
            }
        }
        self.settle();
        self
    }

    /// Whether a document from outside is about these contracts, and says the same everywhere. `none` is what nothing has reached.
    ///
    /// # Errors
    /// A sentence about the first part that does not.
    pub fn check(mut self, none: &Self) -> Result<Self, String> {
        if self.providers.is_empty() {
            return Err("it has no provider".to_owned());
        }
        for (slug, own) in &mut self.providers {
            let Some(none) = none.providers.get(slug) else { return Err(format!("no provider is called `{}`", line(slug))) };
            for ((part, known), name) in own.parts().into_iter().zip(none.parts()).zip(PARTS) {
                if part.total != known.total {
                    let (one, two) = (part.total, known.total);
                    return Err(format!("it has {one} {name} of {slug}, and this Playmoney has {two}: another version has written it"));
                }
                if let Some(missing) = part.missing.iter().find(|it| !known.missing.contains(it)) {
                    return Err(format!("{slug} has no `{}` among its {name}: another version has written it", line(missing)));
                }
                if !part.is_sound() {
                    return Err(format!("of the {name} of {slug}, those that are covered and those that are missing are not the total"));
                }
            }
            own.settle();
        }
        self.settle();
        Ok(self)
    }

    /// Of one provider alone.
    #[must_use]
    pub fn only(mut self, slug: &str) -> Self {
        self.providers.retain(|it, _| it == slug);
        self.settle();
        self
    }

    fn settle(&mut self) {
        let counts = self.providers.values().map(OfProvider::counts);
        let (covered, total) = counts.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        self.percent = percent(covered, total);
    }

    /// Whether at least that many percent were reached.
    pub fn reaches(&self, percent: u64) -> bool {
        let counts = self.providers.values().map(OfProvider::counts);
        let (covered, total) = counts.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        percent * total <= 100 * covered
    }
}

/// With one decimal, cut: 100 means all.
fn percent(covered: u64, total: u64) -> Number {
    let tenths = (covered * 1_000).checked_div(total).unwrap_or(1_000);
    let text = if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) };
    text.parse().unwrap_or_else(|_| 0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(missing: &[&str]) -> Part {
        let missing: Vec<String> = missing.iter().map(|it| (*it).to_owned()).collect();
        let ways = missing.iter().map(|it| (it.clone(), format!("do {it}"))).collect();
        Part { total: 3, covered: 3 - missing.len() as u64, missing, ways }
    }

    #[test]
    fn what_one_has_reached_is_reached() {
        let mut one = part(&["a", "b"]);
        one.merge(&part(&["b", "c"]));
        assert_eq!(one, Part { covered: 2, ..part(&["b"]) });
        assert!(one.is_sound() && !Part { covered: 3, ..one }.is_sound());
    }

    #[test]
    fn a_hundred_percent_is_all() {
        let texts = [(0, 3), (1, 3), (2, 3), (999, 1_000), (1_999, 2_000), (3, 3), (0, 0)].map(|it| percent(it.0, it.1).to_string());
        assert_eq!(texts, ["0", "33.3", "66.6", "99.9", "99.9", "100", "100"]);
    }
}
