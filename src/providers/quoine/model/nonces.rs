//! The NONCEs that a user has used, kept while their dates would still be accepted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use serde::{Deserialize, Serialize};

use crate::engine::store::Lookup;

/// The most NONCEs of one user; a further one replaces the one with the oldest date.
pub const NONCES_MAX: usize = 100_000;
/// The number of characters of a NONCE, which are letters and digits.
pub const NONCE_CHARS: usize = 32;

/// A NONCE in place: texts of their own would lie cold in memory when a further one is compared with them.
type Nonce = [u8; NONCE_CHARS];

/// NONCEs with the second of their request's Date.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, i64>", into = "BTreeMap<String, i64>")]
pub struct Nonces {
    used: Lookup<Nonce, ()>,
    /// The same by their seconds. Of those of one second, the first in their order is forgotten first.
    by_date: BTreeMap<i64, BinaryHeap<Reverse<Nonce>>>,
}

impl Nonces {
    /// Whether this NONCE was used.
    pub fn has(&self, nonce: &str) -> bool {
        of(nonce).is_some_and(|it| self.used.get(&it).is_some())
    }

    /// The number of remembered NONCEs.
    pub fn len(&self) -> usize {
        self.used.count()
    }

    /// Remembers one and forgets those whose date is too old to be accepted. `false`: the bound was reached, and the one that
    /// was forgotten can now be used again. Only a NONCE is remembered.
    pub fn insert(&mut self, nonce: &str, second: i64, is_fresh: impl Fn(i64) -> bool) -> bool {
        while let Some((oldest, _)) = self.by_date.first_key_value()
            && !is_fresh(*oldest)
        {
            self.drop_oldest();
        }
        let Some(nonce) = of(nonce) else { return true };
        let full = NONCES_MAX <= self.len();
        if full {
            self.drop_oldest();
        }
        self.keep(nonce, second);
        !full
    }

    fn keep(&mut self, nonce: Nonce, second: i64) {
        self.used.insert(nonce, ());
        self.by_date.entry(second).or_default().push(Reverse(nonce));
    }

    fn drop_oldest(&mut self) {
        let Some(mut oldest) = self.by_date.first_entry() else { return };
        if let Some(Reverse(nonce)) = oldest.get_mut().pop() {
            self.used.remove(&nonce);
        }
        if oldest.get().is_empty() {
            oldest.remove();
        }
    }
}

/// Whether a NONCE has the documented form.
pub fn is_nonce(text: &str) -> bool {
    of(text).is_some()
}

/// The NONCE that a text is, if it has the documented form.
fn of(text: &str) -> Option<Nonce> {
    text.as_bytes().try_into().ok().filter(|it: &Nonce| it.iter().all(u8::is_ascii_alphanumeric))
}

impl From<Nonces> for BTreeMap<String, i64> {
    fn from(it: Nonces) -> Self {
        let text = |nonce: Nonce| String::from_utf8_lossy(&nonce).into_owned();
        let of_second = |(second, nonces): (i64, BinaryHeap<_>)| nonces.into_iter().map(move |Reverse(it)| (text(it), second));
        it.by_date.into_iter().flat_map(of_second).collect()
    }
}

impl TryFrom<BTreeMap<String, i64>> for Nonces {
    type Error = String;

    fn try_from(seconds: BTreeMap<String, i64>) -> Result<Self, String> {
        let mut nonces = Self::default();
        for (text, second) in seconds {
            let nonce = of(&text).ok_or_else(|| format!("`{text}` is not a NONCE of {NONCE_CHARS} letters and digits"))?;
            nonces.keep(nonce, second);
        }
        Ok(nonces)
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
    }

    #[test]
    fn i10_what_is_saved_is_forgotten_in_the_same_order() {
        let mut nonces = Nonces::default();
        for (at, second) in [3, 1, 2, 1, 3, 1, 2].into_iter().enumerate() {
            assert!(nonces.insert(&format!("{:032}", at * 37 % 10), second, |_| true));
        }
        let saved = BTreeMap::from(nonces.clone());
        let mut restored = Nonces::try_from(saved.clone()).expect("NONCEs");
        for left in (0..7).rev() {
            let now = BTreeMap::from(nonces.clone());
            let oldest = now.values().min();
            let first = now.iter().find(|it| Some(it.1) == oldest).map(|it| it.0.clone()).expect("some are left");
            nonces.drop_oldest();
            restored.drop_oldest();
            assert!(!nonces.has(&first) && !restored.has(&first), "the oldest, and the first of them");
            assert_eq!((nonces.len(), restored.len()), (left, left));
            assert_eq!(BTreeMap::from(nonces.clone()), BTreeMap::from(restored.clone()));
        }
        nonces.drop_oldest();
        assert!(Nonces::try_from(BTreeMap::from([("short".to_owned(), 1)])).is_err());
    }
}
