//! Makes a schedule that breaks an expectation as short and as weak as it can be.

use super::schedule::{Effect, Schedule};
use super::seen::Run;
use super::{Certainty, Found};
use crate::kit::time::Duration;

/// Runs in which a schedule is made shorter.
pub const TRIES_MAX: u32 = 40;

/// Leaves deviations out, then weakens those that are left, as long as some expectation breaks.
///
/// # Errors
/// Those of `play`.
pub fn shrink<E>(mut found: Found, play: &mut dyn FnMut(Schedule) -> Result<Run, E>, tell: &mut dyn FnMut(u32)) -> Result<Found, E> {
    found.shrunk_in += 1;
    if play(Schedule::new())?.report.failed().is_some() {
        return Ok(found);
    }
    found.certainty = Certainty::Comes;
    let mut place = 0;
    while let Some(smaller) = next(&found.schedule, &mut place).filter(|_| found.shrunk_in < TRIES_MAX) {
        tell(found.shrunk_in);
        found.shrunk_in += 1;
        let run = play(smaller.clone())?;
        if run.report.failed().is_some() {
            (found.schedule, found.run, found.certainty) = (smaller, run, Certainty::Repeats);
            place = 0;
        }
    }
    if found.certainty == Certainty::Comes {
        found.shrunk_in += 1;
        let run = play(found.schedule.clone())?;
        if run.report.failed().is_some() {
            (found.run, found.certainty) = (run, Certainty::Repeats);
        }
    }
    Ok(found)
}

/// The next schedule that is smaller than this one, counted by `place`.
fn next(schedule: &Schedule, place: &mut usize) -> Option<Schedule> {
    let without = (0..schedule.len()).filter(|_| 1 < schedule.len()).map(|left_out| {
        let mut smaller = schedule.clone();
        smaller.remove(left_out);
        smaller
    });
    let weaker = (0..schedule.len()).flat_map(|nth| {
        weaker(schedule[nth].effect).into_iter().map(move |effect| {
            let mut smaller = schedule.clone();
            smaller[nth].effect = effect;
            smaller
        })
    });
    *place += 1;
    without.chain(weaker).nth(*place - 1)
}

/// Weaker forms of an effect, the weakest first.
fn weaker(effect: Effect) -> Vec<Effect> {
    match effect {
        Effect::Duplicate(n) => (2..n).map(Effect::Duplicate).collect(),
        Effect::Together(n) => (2..=n).map(Effect::Duplicate).collect(),
        Effect::AnswerLost(n) => (1..n).map(Effect::AnswerLost).collect(),
        Effect::Unreachable(n) => (1..n).map(Effect::Unreachable).collect(),
        Effect::Delay(span) => {
            let shorter = [1, 60, 3_600].map(Duration::from_secs).into_iter().filter(|it| *it < span);
            shorter.map(Effect::Delay).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::schedule::{Deviation, Which};

    #[test]
    fn smaller_schedules_leave_out_first_and_weaken_then() {
        let deviation = |effect| Deviation { which: Which { provider: "p".to_owned(), event: "e".to_owned(), nth: 0 }, effect };
        let schedule = vec![deviation(Effect::Duplicate(2)), deviation(Effect::Unreachable(3))];
        let mut place = 0;
        let mut all = Vec::new();
        while let Some(it) = next(&schedule, &mut place) {
            all.push(it.iter().map(|it| format!("{} {}", it.effect.word(), it.effect.value())).collect::<Vec<_>>().join(", "));
        }
        assert_eq!(all, ["unreachable 3", "duplicate 2", "duplicate 2, unreachable 1", "duplicate 2, unreachable 2"]);
    }
}
