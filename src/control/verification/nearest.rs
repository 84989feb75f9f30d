//! What came nearest to what was expected, criterion by criterion.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::candidates::{Candidate, Copied, Found, Of, request_of};
use crate::contract::violations::{Violation, at, of_receivers};
use crate::engine::log::Entry;
use crate::engine::matching::{Compared, Work, in_one_line};
use crate::scenario::criteria::{Criteria, Wanted};

/// How many are shown.
const SHOWN_MAX: usize = 3;

/// A call or a webhook, and how it compares.
struct Near {
    /// What puts it in its place: the lowest is the best.
    rank: (bool, usize, u64),
    id: u64,
    /// By the names of the criteria.
    compared: Vec<(String, Compared)>,
}

/// Where a step of a sequence has to stand: behind the request of that number.
#[derive(Clone, Copy)]
struct Order(Option<u64>);

/// The nearest, best first; of several that are alike, the latest. When too many fit, these are the latest that do.
pub fn nearest(criteria: &Criteria, found: &Found, copied: &Copied) -> Vec<Json> {
    let (wanted, order, shows_fitting) = match criteria {
        Criteria::Count(wanted, count) => (wanted, None, count.most.is_some_and(|most| most < found.matched)),
        Criteria::Sequence(steps) => match steps.get(found.steps.len()) {
            Some(wanted) => (wanted, Some(Order(found.steps.last().copied())), false),
            None => return Vec::new(),
        },
    };
    let work = Work::of_a_search();
    let mut near: Vec<Near> = Vec::new();
    // Those of another operation are looked at only where that one was hardly called.
    for is_first in [true, false] {
        for (id, it) in copied.candidates().rev() {
            if is_kin(wanted, &it, &work) != is_first {
                continue;
            }
            let compared = compare(wanted, order, id, &it, &work);
            let unmet = compared.iter().filter(|it| !it.1.met).count();
            if (unmet == 0) == shows_fitting {
                keep(&mut near, Near { rank: (!is_first, unmet, u64::MAX - id), id, compared });
            }
            if shows_fitting && near.len() == SHOWN_MAX {
                break;
            }
        }
        if near.len() == SHOWN_MAX {
            break;
        }
    }
    let broken = broken(&near, copied);
    near.iter().filter_map(|it| show(it, copied, &broken)).collect()
}

/// Whether the first condition holds: the operation, or the provider.
fn is_kin(wanted: &Wanted, it: &Candidate<'_>, work: &Work) -> bool {
    wanted.conditions.first().is_none_or(|(name, matcher)| matcher.fits_within(it.value(name).as_ref(), work))
}

/// Keeps the best.
fn keep(near: &mut Vec<Near>, it: Near) {
    let place = near.partition_point(|other| other.rank <= it.rank);
    near.insert(place, it);
    near.truncate(SHOWN_MAX);
}

/// Each criterion, and how it compares.
fn compare(wanted: &Wanted, order: Option<Order>, id: u64, it: &Candidate<'_>, work: &Work) -> Vec<(String, Compared)> {
    let mut all = Vec::new();
    for (name, matcher) in &wanted.conditions {
        for own in matcher.comparisons(it.value(name).as_ref(), work) {
            let criterion = match own.path.as_str() {
                "" => (*name).to_owned(),
                path if path.starts_with('[') => format!("{name}{path}"),
                path => format!("{name}.{path}"),
            };
            all.push((criterion, own));
        }
    }
    if let Some(Order(Some(after))) = order {
        let (expected, actual) = (format!("after req-{after}"), format!("req-{id}"));
        all.push(("order".to_owned(), Compared { path: String::new(), expected, actual, met: after < id }));
    }
    all
}

/// What the nearest have broken, by their numbers. The log is read once for all of them.
fn broken(near: &[Near], copied: &Copied) -> BTreeMap<u64, Vec<Violation>> {
    match copied.of {
        Of::Requests => {
            let is_near = |id: u64| near.iter().any(|it| it.id == id);
            let numbered = |entry: &Entry| request_of(entry).filter(|it| is_near(it.id)).map(|it| (entry.sequence, it.id));
            let ids: BTreeMap<u64, u64> = copied.entries.iter().filter_map(numbered).collect();
            let found = at(&copied.known, copied.entries.iter(), &ids.keys().copied().collect());
            found.into_iter().filter_map(|(sequence, it)| Some((*ids.get(&sequence)?, it))).collect()
        }
        Of::Deliveries => of_receivers(&copied.known, copied.entries.iter()),
    }
}

/// As the journal shows it, with each criterion and both values. What is masked is masked before it is cut.
fn show(near: &Near, copied: &Copied, broken: &BTreeMap<u64, Vec<Violation>>) -> Option<Json> {
    let text = |text: &str| in_one_line(copied.render.text(text));
    let criterion = |(name, it): &(String, Compared)| {
        let [criterion, expected, actual] = [name, &it.expected, &it.actual].map(|value| text(value));
        json!({"criterion": criterion, "expected": expected, "actual": actual, "met": it.met})
    };
    let criteria: Vec<Json> = near.compared.iter().map(criterion).collect();
    let violations = broken.get(&near.id).map_or(&[][..], Vec::as_slice);
    Some(match copied.of {
        Of::Requests => {
            let numbered = |entry| request_of(entry).filter(|it| it.id == near.id);
            let (entry, request) = copied.entries.iter().find_map(|entry| Some((entry, numbered(entry)?)))?;
            json!({"request": copied.render.request(entry, request, violations), "criteria": criteria})
        }
        Of::Deliveries => {
            let delivery = copied.deliveries.iter().find(|it| it.id == near.id)?;
            json!({"delivery": copied.render.delivery(delivery, violations), "criteria": criteria})
        }
    })
}
