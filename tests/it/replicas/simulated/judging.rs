//! What must hold at the end of a run, whatever has happened.

use std::collections::BTreeMap;

use super::{Input, Run, Told};

/// Compares what callers were told with what is kept.
pub fn judge(run: &Run) -> Result<(), String> {
    if 0 < run.database.robbed {
        return Err(format!("robbed: {} claims were granted within the lease of the owner", run.database.robbed));
    }
    if let Some(it) = run.callers.iter().find(|it| !matches!(it.told.last(), Some((_, Told::Heard(_))))) {
        return Err(format!("stuck: after all faults have ended, caller {it:?} is not served"));
    }
    for (name, kept) in run.database.rows.iter().enumerate() {
        let fences: Vec<_> = kept.pieces.iter().map(|it| it.1).collect();
        if !fences.is_sorted() {
            return Err(format!("two owners have written sandbox {name}: {fences:?}"));
        }
        if kept.owners.keys().max().is_some_and(|it| kept.row.fence < *it) {
            return Err(format!("the fence of sandbox {name} has fallen"));
        }
        let mut places = BTreeMap::<Input, usize>::new();
        for (place, input) in kept.inputs().enumerate() {
            if let Some(first) = places.insert(input, place) {
                return Err(format!("twice: input {input} of sandbox {name} at {first} and {place}"));
            }
        }
        for caller in run.callers.iter().filter(|it| it.sandbox == name) {
            let mut latest = None;
            for (input, told) in &caller.told {
                // One that is acknowledged stands behind all that this caller was told before.
                if let (Told::Heard(_), Some(place)) = (told, places.get(input).copied()) {
                    if latest.is_some_and(|it| place < it) {
                        return Err(format!("out of order: input {input} of sandbox {name}"));
                    }
                    latest = Some(place);
                }
                told_right(*input, *told, places.get(input).copied()).map_err(|it| format!("{it} (sandbox {name})"))?;
            }
        }
    }
    Ok(())
}

fn told_right(input: Input, told: Told, place: Option<usize>) -> Result<(), String> {
    match (told, place) {
        (Told::Heard(_), None) => Err(format!("lost: input {input} was acknowledged")),
        (Told::Heard(at), Some(place)) if at != place => Err(format!("another place: input {input} was heard at {at}, kept at {place}")),
        (Told::NotApplied, Some(place)) => {
            Err(format!("applied: input {input} stands at {place}, and its caller was told that it was not"))
        }
        (Told::Heard(_), Some(_)) | (Told::NotApplied, None) | (Told::Unknown, _) => Ok(()),
    }
}
