//! Where an object stands.

use serde::{Deserialize, Serialize};

/// An object's status, and the count of its steps. Only the machine changes it: an object is made with a head that has no
/// status yet, and gets it when it is born.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Saved<S>", from = "Saved<S>", bound(serialize = "S: Copy + Serialize", deserialize = "S: Deserialize<'de>"))]
pub struct Head<S> {
    status: Option<S>,
    generation: u32,
}

#[derive(Serialize, Deserialize)]
struct Saved<S> {
    status: S,
    generation: u32,
}

impl<S> Default for Head<S> {
    fn default() -> Self {
        Self { status: None, generation: 0 }
    }
}

impl<S: Copy> Head<S> {
    /// # Panics
    /// Before the object is born.
    pub const fn status(&self) -> S {
        self.status.expect("an object has a status from its birth on")
    }

    /// How often it has entered a status since its birth. A timer of an earlier generation means nothing any more.
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    pub(super) const fn begin(&mut self, status: S) {
        *self = Self { status: Some(status), generation: 0 };
    }

    pub(super) const fn enter(&mut self, status: S) {
        *self = Self { status: Some(status), generation: self.generation + 1 };
    }
}

impl<S: Copy> From<Head<S>> for Saved<S> {
    fn from(head: Head<S>) -> Self {
        Self { status: head.status(), generation: head.generation }
    }
}

impl<S> From<Saved<S>> for Head<S> {
    fn from(saved: Saved<S>) -> Self {
        Self { status: Some(saved.status), generation: saved.generation }
    }
}
