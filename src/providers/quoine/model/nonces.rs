//! The NONCEs that a user has used, kept while their dates would still be accepted.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::engine::store::Lookup;

/// The most NONCEs of one user; a further one replaces the one with the oldest date.
pub const NONCES_MAX: usize = 100_000;

/// NONCEs with the second of their request's Date.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Box<str>, i64>", into = "BTreeMap<Box<str>, i64>")]
pub struct Nonces {
    used: Lookup<Box<str>, ()>,
    /// The same, oldest date first.
    by_date: BTreeSet<(i64, Box<str>)>,
}

impl Nonces {
    /// Whether this NONCE was used.
    pub fn has(&self, nonce: &str) -> bool {
        self.used.get(nonce).is_some()
    }

    /// The number of remembered NONCEs.
    pub fn len(&self) -> usize {
        self.by_date.len()
    }

    /// Remembers one and forgets those whose date is too old to be accepted. `false`: the bound was reached, and the one that
    /// was forgotten can now be used again.
    pub fn insert(&mut self, nonce: &str, second: i64, is_fresh: impl Fn(i64) -> bool) -> bool {
        while let Some((oldest, _)) = self.by_date.first()
            && !is_fresh(*oldest)
        {
            self.drop_oldest();
        }
        let full = NONCES_MAX <= self.len();
        if full {
            self.drop_oldest();
        }
        self.used.insert(nonce.into(), ());
        self.by_date.insert((second, nonce.into()));
        !full
    }

    fn drop_oldest(&mut self) {
        if let Some((_, nonce)) = self.by_date.pop_first() {
            self.used.remove(&nonce);
        }
    }
}

impl From<Nonces> for BTreeMap<Box<str>, i64> {
    fn from(it: Nonces) -> Self {
        it.by_date.into_iter().map(|(second, nonce)| (nonce, second)).collect()
    }
}

impl From<BTreeMap<Box<str>, i64>> for Nonces {
    fn from(seconds: BTreeMap<Box<str>, i64>) -> Self {
        let mut nonces = Self::default();
        for (nonce, second) in seconds {
            nonces.used.insert(nonce.clone(), ());
            nonces.by_date.insert((second, nonce));
        }
        nonces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i21_the_oldest_of_too_many_goes_and_that_is_said() {
        let mut nonces = Nonces::default();
        let name = |it: i64| format!("{it:032}");
        for second in 0..100_000 {
            assert!(nonces.insert(&name(second), second, |_| true));
        }
        assert!(!nonces.insert(&name(100_000), 7, |_| true), "the bound was reached");
        assert!(!nonces.has(&name(0)) && nonces.has(&name(1)) && nonces.has(&name(100_000)));
        assert_eq!(nonces.len(), NONCES_MAX);
        assert!(nonces.insert(&name(100_001), 900, |second| 500 <= second), "stale ones leave room");
        assert_eq!(nonces.len(), 99_501);
        let saved: BTreeMap<Box<str>, i64> = nonces.clone().into();
        assert_eq!(Nonces::from(saved).by_date, nonces.by_date);
    }
}
