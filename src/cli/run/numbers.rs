//! Numbers of plays against an application that keeps running: the ids of a play follow from its number, so each play has new ones.

use crate::engine::start::Start;
use crate::explore::FIRST_RUN_MAX;
use crate::kit::time::Timestamp;
use crate::scenario::Scenario;
use crate::scenario::keys::RUN;

/// A number for the first of several runs: hundredths of a second of the real time. Fewer runs than that are played in a second, so the
/// numbers of a later exploration are others; they begin anew after 7 months.
pub fn first_run(date: Timestamp) -> u32 {
    const PER_RUN_MS: i64 = 10;
    let number = (date.as_millisecond() / PER_RUN_MS).rem_euclid(i64::from(FIRST_RUN_MAX));
    u32::try_from(number).unwrap_or(0).max(1)
}

/// The start of a play with this number, if its steps ask for texts of its own.
pub fn numbered(start: Start, scenario: &Scenario, number: u32) -> Start {
    let asks = format!("${{{RUN}}}");
    if scenario.steps.iter().any(|it| it.source.to_json().contains(&asks)) { Start { run: number, ..start } } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_moments_have_later_numbers() {
        let at = |second: i64| first_run(Timestamp::constant(second, 0));
        assert_eq!(at(1_800_000_060) - at(1_800_000_000), 6_000);
        assert!((1..=FIRST_RUN_MAX).contains(&at(0)) && (1..=FIRST_RUN_MAX).contains(&at(253_402_000_000)));
    }
}
