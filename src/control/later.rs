//! Work that takes long and needs no sandbox: what a call brings is read before the sandbox hears it, and an answer is
//! written from a copy. A server does both on another thread.

use std::fmt;

use parking_lot::Mutex;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::{Answer, Now};
use crate::engine::world::{Replaced, World};
use crate::kit::http::Response;

/// What a call brings and what has to be read first, such as a large document; then what the sandbox does with it.
pub struct Before(Mutex<Box<dyn FnOnce() -> Rest + Send>>);

/// What is left of a call when that was read.
pub struct Rest(Mutex<Act>);

type Act = Box<dyn FnOnce(&mut World, Now) -> Answer + Send>;

impl Before {
    /// A call whose contents this reads.
    pub fn new(read: impl FnOnce() -> Rest + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(read)))
    }

    /// Reads it.
    pub fn finish(self) -> Rest {
        (self.0.into_inner())()
    }
}

impl Rest {
    /// What the sandbox does.
    pub fn new(act: impl FnOnce(&mut World, Now) -> Answer + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(act)))
    }

    /// Lets the sandbox hear it.
    pub fn hear(self, world: &mut World, now: Now) -> Answer {
        (self.0.into_inner())(world, now)
    }
}

impl fmt::Debug for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Before")
    }
}

/// The rest of an answer, which needs the sandbox no more. Neither this lock nor those above are ever taken: they let several
/// threads refer to what only one can do.
pub struct Later(Mutex<Box<dyn FnOnce() -> Response + Send>>);

impl Later {
    /// An answer that this makes.
    pub fn new(make: impl FnOnce() -> Response + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(make)))
    }

    /// Makes the answer.
    pub fn finish(self) -> Response {
        (self.0.into_inner())()
    }

    /// The same answer with a last change.
    #[must_use]
    pub fn then(self, change: impl FnOnce(Response) -> Response + Send + 'static) -> Self {
        Self::new(move || change(self.finish()))
    }
}

/// Sandboxes with more things are looked at or dropped on another thread.
const THINGS_AT_ONCE: usize = 2_000;

/// An answer that needs a look at everything in the sandbox, or after which what the sandbox was before is dropped.
pub fn of_all(world: &World, replaced: Replaced, make: impl FnOnce(&World) -> Response + Send + 'static) -> Answer {
    if world.things() + replaced.things() <= THINGS_AT_ONCE {
        return Answer::Now(make(world));
    }
    let copy = world.clone();
    Answer::Later(Later::new(move || {
        drop(replaced);
        make(&copy)
    }))
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

/// A list whose rows are made one at a time, when they are written: as a tree, a row takes many times what its text takes.
pub struct Rows<F>(pub F);

impl<F: Fn() -> I, I: Iterator<Item = Json>> Serialize for Rows<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}
