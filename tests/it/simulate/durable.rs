//! What a sandbox hands over to a store is enough to go on from, wherever the process ends.

use playmoney::inside::sandbox::Sandbox;
use playmoney::inside::sandbox::history::{Restored, state_of};
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;

use super::history::{Crowd, any_tape, clocks, deeds, replays, requests_of, shop};
use super::{always, played, same_state};
use crate::tape::Tape;

/// Keeps what a sandbox hands over, as a store does.
#[derive(Default)]
struct Kept {
    base: Vec<u8>,
    /// The number of the record behind the base.
    first: u64,
    /// Each record with its number.
    records: Vec<(u64, Vec<u8>)>,
    /// How many records there were behind each time at which something was handed over.
    whole: Vec<usize>,
}

impl Kept {
    fn take(&mut self, sandbox: &mut Sandbox) {
        let Some(unkept) = sandbox.take_unkept() else { return };
        let mut lines = Vec::new();
        unkept.lines(&mut lines);
        let lines = lines.split_inclusive(|it| *it == b'\n').map(<[u8]>::to_vec);
        self.records.extend((unkept.first()..).zip(lines));
        assert_eq!(self.records.last().map_or(0, |it| it.0 + 1), unkept.next(), "no record is missing");
        if let Some((first, base)) = unkept.base() {
            (self.first, self.base) = (*first, base.line());
            self.whole.clear();
        }
        self.whole.push(self.records.len());
    }

    /// The sandbox as it was behind that many of all records.
    fn restored(&self, count: usize) -> Restored {
        let behind = self.records[..count].iter().filter(|it| self.first <= it.0).map(|it| it.1.as_slice());
        Restored::read(&self.base, self.first, behind).unwrap_or_else(|it| panic!("{it}"))
    }
}

/// How long a history may be: long enough for all, or so short that snapshots come.
fn bounds() -> impl Strategy<Value = usize> {
    prop_oneof![select(&[64 * 1024 * 1024][..]), 6_000..60_000_usize]
}

#[test]
fn i7_a_sandbox_goes_on_behind_whatever_was_kept_of_it() {
    always(60, &(any_tape(), clocks(), deeds(), bounds(), any::<usize>()), |(tape, clock, deeds, bytes_max, place)| {
        let mut begun = shop(bytes_max);
        assert!(begun.sandbox.keep_outside());
        begun.play(clock);
        let (mut crowd, mut kept, mut lines) = (Crowd::new(begun), Kept::default(), requests_of(&tape));
        for (deed, n) in deeds {
            crowd.do_next(deed, n, &mut lines);
            kept.take(&mut crowd.tape.sandbox);
        }
        kept.take(&mut crowd.tape.sandbox);
        let all = kept.restored(kept.records.len());
        let (at, uptime) = (all.latest(), crowd.tape.uptime);
        let mut again = Restored::read(&kept.base, kept.first, std::iter::empty()).expect("a beginning");
        assert_eq!(again.world_mut().start.name, "default");
        let mut all = all;
        assert!(state_of(all.world_mut(), at) == state_of(crowd.tape.sandbox.world(), at), "the states differ");
        // Also behind any record, and behind any time at which something was handed over.
        let before = kept.records.iter().filter(|it| it.0 < kept.first).count();
        let any_record = before + place % (kept.records.len() - before + 1);
        let any_time = kept.whole[place % kept.whole.len()];
        for count in [any_record, any_time] {
            let sandbox = kept.restored(count).restarted(uptime);
            let mut other = Tape::shop();
            (other.sandbox, other.uptime) = (sandbox, uptime);
            other.play("merchant 200\nadvance until idle");
            for it in other.sandbox.capsules() {
                replays(&it, &other.sandbox);
            }
        }
    });
}

#[test]
fn i10_a_run_with_crashes_is_the_run_without() {
    always(40, &(any_tape(), any::<u32>(), bounds()), |(tape, places, bytes_max)| {
        let mut crashing = shop(bytes_max);
        assert!(crashing.sandbox.keep_outside());
        let mut kept = Kept::default();
        for (n, line) in tape.iter().enumerate() {
            crashing.play(line);
            kept.take(&mut crashing.sandbox);
            if places >> (n % 32) & 1 == 1 {
                crashing.sandbox = kept.restored(kept.records.len()).restarted(crashing.uptime);
                kept.take(&mut crashing.sandbox);
            }
        }
        let mut straight = played(&tape);
        assert_eq!(crashing.log, straight.log);
        same_state(&mut crashing, &mut straight);
    });
}
