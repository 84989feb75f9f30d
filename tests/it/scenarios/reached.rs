//! What the shipped scenarios reach of the contracts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use playmoney::inside::contract::coverage::{Coverage, OfProvider};
use playmoney::inside::engine::tables::Row;
use playmoney::inside::engine::touched::Touched;

use super::{contracts, loaded, played, shipped};

/// Whether a coverage counts rows of that kind.
fn is_counted(row: Row) -> bool {
    matches!(row, Row::Operation(_) | Row::Parameter(..) | Row::Error(_) | Row::Step(..) | Row::Event(_) | Row::Attempt(_) | Row::Page(_))
}

/// Every shipped scenario with what it reaches.
fn reached() -> Vec<(String, Touched)> {
    shipped().into_iter().map(|(name, text)| (name.clone(), played(&loaded(&name, &text)).touched)).collect()
}

#[test]
fn the_shipped_scenarios_reach_every_operation_error_status_transition_event_retry_and_timer() {
    let mut all = Touched::of(contracts().into_iter());
    for (_, touched) in reached() {
        all.add(&touched);
    }
    let coverage = Coverage::of(&contracts(), &all);
    for (slug, it) in &coverage.providers {
        let OfProvider { operations, errors, statuses, transitions, events, retry_steps, timers, .. } = it;
        for part in [operations, errors, statuses, transitions, events, retry_steps, timers] {
            assert!(part.missing.is_empty(), "{slug}: {:#?}", part.ways);
        }
    }
}

/// `stories.tsv` names a scenario for each row that one reaches. When this fails, copy the file that it has written.
#[test]
fn the_stories_of_a_coverage_reach_what_they_are_named_for() {
    let mut stories: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for (name, touched) in reached() {
        let rows: Vec<&'static str> = touched
            .providers()
            .flat_map(|id| touched.rows(id))
            .filter(|(named, _)| is_counted(named.row))
            .map(|(named, _)| named.name)
            .collect();
        // The story that shows least besides shows it best.
        for row in &rows {
            let better = stories.get(row).is_none_or(|it| (rows.len(), &name) < (it.0, &it.1));
            if better {
                stories.insert(row, (rows.len(), name.clone()));
            }
        }
    }
    let mut wanted = String::new();
    for (row, (_, story)) in stories {
        _ = writeln!(wanted, "{row}\t{story}");
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract/coverage/stories.tsv");
    let present = std::fs::read_to_string(&own).expect("the stories");
    if present != wanted {
        let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stories.tsv");
        std::fs::write(&written, wanted).expect("a file for the stories");
        panic!("the stories have changed: read {} and copy it to {}", written.display(), own.display());
    }
}
