//! What was written behind a place, for readers that come and go and of which the log knows nothing. Places count what has happened in
//! this sandbox, from 1: each entry, and each time that it began anew. So they go on when a reset or a saved state brings another log.

use super::{Entry, Log};

/// One thing that was written behind a place.
#[derive(Clone, Copy, Debug)]
pub enum Passage<'a> {
    /// That many things were dropped before they were read.
    Missed(u64),
    /// The sandbox has begun anew.
    Begun,
    Entry(&'a Entry),
}

impl Log {
    /// The place of the last thing that was written; 0 before the first.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// What was written behind that place, oldest first, each with its place. What came with a saved state or a copy has not happened
    /// here and is left out.
    pub fn after(&self, place: u64) -> impl Iterator<Item = (u64, Passage<'_>)> {
        let begun = self.written - (self.next_sequence - self.begins_with);
        let first = (self.next_sequence - self.entries.count() as u64).max(self.begins_with);
        let dropped = begun + (first - self.begins_with);
        let missed = |from: u64, to: u64| (from < to).then(|| (to, Passage::Missed(to - from)));
        let before = missed(place, begun.saturating_sub(1));
        let anew = (place < begun).then_some((begun, Passage::Begun));
        let since = missed(place.max(begun), dropped);
        let sequence = self.begins_with + place.max(begun) - begun;
        let entries = self.since(sequence.max(first)).map(move |it| (begun + it.sequence - self.begins_with + 1, Passage::Entry(it)));
        before.into_iter().chain(anew).chain(since).chain(entries)
    }

    /// What is written from now on has happened here; what stands before it came with a copy or a saved state.
    pub fn begin_here(&mut self) {
        self.begins_with = self.next_sequence;
        self.written = 0;
    }

    /// The sequence number of the first entry that was written here; those before came with a copy or a saved state.
    pub fn begins_with(&self) -> u64 {
        self.begins_with
    }

    /// The same as in the log of which this one is the continuation.
    pub fn set_begins_with(&mut self, sequence: u64) {
        self.begins_with = sequence;
    }

    /// The sandbox goes on with this log in the place of an earlier one.
    pub fn follow(&mut self, earlier: &mut Self) {
        self.written += earlier.written + 1;
        self.tally.add(&earlier.tally);
        self.kept = std::mem::take(&mut earlier.kept);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::log::What;
    use crate::kit::time::Timestamp;

    /// What happens to a log, and looks of its reader.
    #[derive(Clone, Debug)]
    enum Step {
        Write,
        Trim,
        Reset,
        Restore,
        Read { most: usize },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => Just(Step::Write),
            2 => Just(Step::Trim),
            1 => Just(Step::Reset),
            1 => Just(Step::Restore),
            4 => (0..6_usize).prop_map(|most| Step::Read { most }),
        ]
    }

    /// A reader, and what it was told of: the texts of the notes, the number of beginnings, and how many things it has missed.
    #[derive(Default)]
    struct Reader {
        place: u64,
        texts: Vec<String>,
        begun: u64,
        missed: u64,
    }

    impl Reader {
        fn read(&mut self, log: &Log, most: usize) {
            for (place, it) in log.after(self.place).take(most) {
                assert!(self.place < place);
                match it {
                    Passage::Missed(count) => {
                        assert_eq!(place, self.place + count);
                        self.missed += count;
                    }
                    Passage::Begun => self.begun += 1,
                    Passage::Entry(it) => {
                        assert_eq!(place, self.place + 1);
                        self.texts.extend(if let What::Note(text) = &it.what { Some(text.to_string()) } else { None });
                    }
                }
                self.place = place;
            }
        }
    }

    proptest! {
        #[test]
        fn i21_a_reader_sees_each_thing_once_or_learns_how_many_it_has_missed(
            steps in prop::collection::vec(step(), 0..120), bytes_max in prop_oneof![Just(0_usize), Just(800), Just(100_000)],
        ) {
            let (mut log, mut reader) = (Log::new(bytes_max), Reader::default());
            let (mut written, mut begun) = (Vec::new(), 0);
            for (number, it) in steps.iter().enumerate() {
                match it {
                    Step::Write => {
                        written.push(number.to_string());
                        log.push(Timestamp::UNIX_EPOCH, None, What::Note(number.to_string().into()));
                    }
                    Step::Trim => log.trim(),
                    Step::Reset => {
                        let mut earlier = std::mem::replace(&mut log, Log::new(bytes_max));
                        log.follow(&mut earlier);
                        begun += 1;
                    }
                    Step::Restore => {
                        let saved = serde_json::to_string(&log).expect("JSON");
                        let mut earlier = std::mem::replace(&mut log, serde_json::from_str(&saved).expect("a log"));
                        log.bound(bytes_max);
                        log.follow(&mut earlier);
                        begun += 1;
                    }
                    Step::Read { most } => reader.read(&log, *most),
                }
            }
            reader.read(&log, usize::MAX);
            prop_assert_eq!(reader.place, log.written());
            prop_assert_eq!(reader.texts.len() as u64 + reader.begun + reader.missed, written.len() as u64 + begun);
            let mut all = written.iter();
            prop_assert!(reader.texts.iter().all(|it| all.any(|own| own == it)), "in their order, and none twice");
            if bytes_max == 100_000 && begun == 0 {
                prop_assert_eq!(reader.texts, written, "nothing was dropped");
            }
        }
    }
}
