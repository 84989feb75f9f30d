//! Objects that are found by their number.

use serde::{Deserialize, Serialize};

/// Objects of one kind: number `n` stands at `n - 1`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Numbered<T>(Vec<T>);

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Numbered<T> {
    /// The number of the next one.
    ///
    /// # Panics
    /// When there are more than can be numbered; memory has ended long before.
    pub fn next(&self) -> u32 {
        u32::try_from(self.0.len() + 1).expect("a sandbox has fewer objects than a u32 counts")
    }

    /// Keeps one under the next number.
    pub fn push(&mut self, object: T) {
        self.0.push(object);
    }

    pub fn get(&self, number: u32) -> Option<&T> {
        self.0.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.0.get_mut(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// All, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (1..).zip(&self.0)
    }
}
