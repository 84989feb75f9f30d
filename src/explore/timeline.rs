//! A failing run as a person reads it: what happened, where it began to differ, and which expectation broke.

use std::collections::BTreeSet;

use super::schedule::{Deviation, Which};
use super::seen::{Arrival, Run, Seen};
use crate::kit::time::{Duration, Timestamp};
use crate::scenario::yaml::Node;
use crate::scenario::{Scenario, Step, StepKind};

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As in the plain run, or a consequence.
    Plain,
    /// The schedule changes this webhook.
    Deviates,
    /// The first request at the receiver that is not the one of the plain run.
    FirstDifference,
    /// The step that has failed.
    Failed,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub at: Timestamp,
    pub kind: &'static str,
    pub what: String,
    pub mark: Mark,
}

/// The lines of a failing run, oldest first.
pub fn rows(scenario: &Scenario, plain: &Seen, failing: &Run, schedule: &[Deviation]) -> Vec<Row> {
    let Run { report, seen } = failing;
    let mut rows: Vec<(u64, Row)> = Vec::new();
    for (nth, step) in report.steps.iter().enumerate() {
        let before = nth.checked_sub(1).and_then(|it| seen.steps.get(it));
        let (begun, sequence) = before.map_or((seen.started_at, 0), |it| (it.ended_at, it.sequence));
        let probed = seen.steps.get(nth).map_or(&[][..], |it| &it.probed);
        let title = format!("{}{}", step.title, scenario.steps.get(nth).map_or(String::new(), |it| details(it, probed)));
        match &step.failure {
            None => rows.push((sequence, Row { at: begun, kind: "step", what: title, mark: Mark::Plain })),
            Some(failure) => {
                let at = step.at;
                rows.push((u64::MAX, Row { at, kind: "step", what: format!("{title}: {}", failure.why), mark: Mark::Failed }));
            }
        }
    }
    let first = first_difference(plain, seen);
    for (place, it) in seen.arrivals.iter().enumerate() {
        let own = &seen.deliveries[it.delivery];
        let deviates = schedule.iter().any(|deviation| deviation.which == own.which);
        let mark = match deviates {
            _ if first.as_ref().is_some_and(|first| first.0 == place) => Mark::FirstDifference,
            true => Mark::Deviates,
            false => Mark::Plain,
        };
        let planned = first.as_ref().filter(|first| first.0 == place).map_or(String::new(), |first| format!(" [planned: {}]", first.1));
        let seen_before = seen.arrivals[..place].iter().filter(|before| before.delivery == it.delivery && before.is_seen).count();
        let again = if it.is_seen && 0 < seen_before { ", again" } else { "" };
        let kind = if it.is_seen { "webhook" } else { "lost" };
        let what = format!("{} for {}{again}: {}{planned}", own.event, own.subject, it.outcome);
        rows.push((it.sequence, Row { at: it.at, kind, what, mark }));
    }
    rows.sort_by_key(|it| it.0);
    rows.into_iter().map(|it| it.1).collect()
}

/// What the title of a step leaves out.
fn details(step: &Step, probed: &[String]) -> String {
    let of = |own: &Node, name: &str| own.get(name).and_then(Node::plain).map_or(String::new(), |it| format!(" {it}"));
    match &step.doing {
        StepKind::Advance { with, .. } => {
            let pair = |name: &str| Some(of(with, name)).filter(|it| !it.is_empty()).map(|it| format!(" {name}{it}"));
            ["by", "to", "until"].into_iter().find_map(pair).unwrap_or_default()
        }
        StepKind::Probe { .. } => probed.last().map_or(String::new(), |it| format!(" {it}")),
        StepKind::WaitFor(own) => of(own, "operation"),
        StepKind::ExpectWebhook(own) | StepKind::ExpectNoWebhook(own) => format!("{}{}", of(own, "provider"), of(own, "event")),
        StepKind::Call(_)
        | StepKind::Act { .. }
        | StepKind::Expect { .. }
        | StepKind::Rule(_)
        | StepKind::DropRule(_)
        | StepKind::Receiver { .. }
        | StepKind::Set { .. }
        | StepKind::Snapshot(_)
        | StepKind::Restore(_)
        | StepKind::Fork(_)
        | StepKind::Repeat { .. }
        | StepKind::Together(_) => String::new(),
    }
}

/// The places of the lines that are kept when only this number is shown: the step that has failed and the first difference, then what the
/// schedule changes, then what stands near these, then the last ones.
pub fn kept(rows: &[Row], most: usize) -> Vec<usize> {
    const AROUND: usize = 3;
    let marked: Vec<usize> = (0..rows.len()).filter(|it| rows[*it].mark != Mark::Plain).collect();
    let urgency = |place: usize| {
        let away = marked.iter().map(|it| it.abs_diff(place)).min().unwrap_or(usize::MAX);
        let group = match rows[place].mark {
            Mark::Failed | Mark::FirstDifference => 0,
            Mark::Deviates => 1,
            Mark::Plain if away <= AROUND => 2,
            Mark::Plain => 3,
        };
        (group, if group == 2 { away } else { 0 }, rows.len() - place)
    };
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_by_key(|it| urgency(*it));
    places.truncate(most);
    places.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

/// The place of the first request that the receiver got and that the plain run has not at that place, and what that has there.
fn first_difference(plain: &Seen, seen: &Seen) -> Option<(usize, String)> {
    let requests = |it: &'_ Seen| -> Vec<(usize, Which, Duration)> {
        let arrived = it.arrivals.iter().enumerate().filter(|(_, arrival)| arrival.is_seen);
        let request = |(place, arrival): (usize, &Arrival)| {
            let since = arrival.at.duration_since(it.started_at);
            (place, it.deliveries[arrival.delivery].which.clone(), since)
        };
        arrived.map(request).collect()
    };
    let (planned, here) = (requests(plain), requests(seen));
    let (nth, it) = here.iter().enumerate().find(|(nth, it)| planned.get(*nth).is_none_or(|own| (&own.1, own.2) != (&it.1, it.2)))?;
    let other = planned.get(nth).map_or_else(
        || "nothing more".to_owned(),
        |(_, which, since)| {
            let at = seen.started_at.saturating_add(*since).unwrap_or(seen.started_at);
            let is_same = *which == it.1;
            if is_same { format!("the same at {at}") } else { format!("{} at {at}", which.event) }
        },
    );
    Some((it.0, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_timeline_keeps_what_deviates_and_what_breaks() {
        let row = |place: usize| {
            let mark = match place {
                20 => Mark::Deviates,
                21 => Mark::FirstDifference,
                199 => Mark::Failed,
                _ => Mark::Plain,
            };
            Row { at: Timestamp::UNIX_EPOCH, kind: "step", what: place.to_string(), mark }
        };
        let rows: Vec<Row> = (0..200).map(row).collect();
        let kept_ones = kept(&rows, 20);
        let expected: Vec<usize> = (17..25).chain(188..200).collect();
        assert_eq!(kept_ones, expected);
        assert_eq!(kept(&rows, 3), [20, 21, 199]);
        assert_eq!(kept(&rows[..5], 60), [0, 1, 2, 3, 4]);
    }
}
