//! What is under way: it arrives late, in another order, or never.

use std::collections::BTreeMap;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::Millis;

/// Messages in the order of their arrival.
pub struct Network<M> {
    pub now: Millis,
    under_way: BTreeMap<(Millis, u64), M>,
    sent: u64,
    pub rng: ChaCha8Rng,
    /// Nothing is lost any more, and nothing comes late.
    pub is_healed: bool,
}

impl<M> Network<M> {
    pub fn new(seed: u64) -> Self {
        Self { now: 0, under_way: BTreeMap::new(), sent: 0, rng: ChaCha8Rng::seed_from_u64(seed), is_healed: false }
    }

    /// One chance in so many.
    pub fn one_in(&mut self, many: u32) -> bool {
        self.rng.random_range(0..many) == 0
    }

    /// Sends something, which can be lost. `true`: it is under way.
    pub fn send(&mut self, message: M) -> bool {
        if !self.is_healed && self.one_in(80) {
            return false;
        }
        let is_late = !self.is_healed && self.one_in(40);
        let after = if is_late { self.rng.random_range(100..9_000) } else { self.rng.random_range(1..15) };
        self.at(after, message);
        true
    }

    /// Something happens for certain after that time.
    pub fn at(&mut self, after: Millis, message: M) {
        self.sent += 1;
        self.under_way.insert((self.now + after, self.sent), message);
    }

    /// What happens next.
    pub fn next(&mut self) -> Option<M> {
        let ((at, _), message) = self.under_way.pop_first()?;
        self.now = at;
        Some(message)
    }
}
