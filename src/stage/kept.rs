//! What a scenario keeps while it is played: answers, snapshots and forks. All of it is bounded.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value as Json;

use super::{Runner, StepFailure};
use crate::scenario::reference::json_bytes;

/// Bytes of all answers that a scenario saves, as JSON.
const SAVED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of all snapshots and forks, as JSON.
const COPIES_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Forks of one scenario.
const FORKS_MAX: usize = 100;

/// What is kept, and what it takes.
#[derive(Default)]
pub struct Kept {
    /// Bytes of each saved answer.
    saved: BTreeMap<String, usize>,
    pub snapshots: BTreeMap<String, Bytes>,
    /// Bytes of each fork when it was made.
    forks: BTreeMap<String, usize>,
}

impl Kept {
    fn bytes_of_copies(&self) -> usize {
        self.snapshots.values().map(Bytes::len).sum::<usize>() + self.forks.values().sum::<usize>()
    }

    /// Keeps a saved state.
    pub fn snapshot(&mut self, name: &str, state: Bytes) -> Result<(), StepFailure> {
        self.snapshots.insert(name.to_owned(), state);
        self.are_bounded()
    }

    /// Notes a fork of that size.
    pub fn fork(&mut self, name: &str, bytes: usize) -> Result<(), StepFailure> {
        self.forks.insert(name.to_owned(), bytes);
        if FORKS_MAX < self.forks.len() {
            return Err(StepFailure::new(format!("a scenario has at most {FORKS_MAX} forks")));
        }
        self.are_bounded()
    }

    fn are_bounded(&self) -> Result<(), StepFailure> {
        if self.bytes_of_copies() <= COPIES_BYTES_MAX {
            return Ok(());
        }
        Err(StepFailure::new(format!("the snapshots and forks of a scenario take at most {COPIES_BYTES_MAX} bytes together")))
    }
}

impl Runner<'_> {
    /// Saves a value under that name.
    pub fn save(&mut self, name: &str, value: Json) -> Result<(), StepFailure> {
        self.kept.saved.insert(name.to_owned(), json_bytes(&value));
        if SAVED_BYTES_MAX < self.kept.saved.values().sum() {
            return Err(StepFailure::new(format!("the answers that a scenario saves take at most {SAVED_BYTES_MAX} bytes together")));
        }
        self.saved.insert(name.to_owned(), value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t15_copies_are_bounded_together_and_a_name_keeps_its_last_one() {
        let state = |bytes: usize| Bytes::from(vec![0; bytes]);
        let mut kept = Kept::default();
        for _ in 0..3 {
            assert!(kept.snapshot("a", state(COPIES_BYTES_MAX / 2)).is_ok() && kept.fork("a", COPIES_BYTES_MAX / 2).is_ok());
        }
        let why = "the snapshots and forks of a scenario take at most 134217728 bytes together";
        assert_eq!(kept.fork("b", 1).err().map(|it| it.why).as_deref(), Some(why));
        assert!(kept.fork("b", 0).is_ok());
        assert_eq!(kept.snapshot("b", state(1)).err().map(|it| it.why).as_deref(), Some(why));
    }
}
