//! A bound on what many hold together. Each takes a share, and gives it back when it is dropped.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A body that is announced as so short, or an answer of this length, is not counted: its connection or its stream of HTTP/2 takes more
/// memory than that in any case. All threads of a server write the counts, and the usual request should write nothing that others write.
pub const SHORT_BYTES: usize = 1024;
/// The first part of a body or of an answer. First parts have a bound of their own, so that large ones leave room for the
/// usual ones.
pub const FIRST_BYTES: usize = 64 * 1024;
/// All first parts together.
pub const ALL_FIRST_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Whatever is beyond the first parts, together.
pub const ALL_BYTES_MAX: usize = 256 * 1024 * 1024;

/// The memory for all bodies, or for all answers.
pub struct Memory {
    first: Arc<Semaphore>,
    rest: Arc<Semaphore>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { first: Arc::new(Semaphore::new(ALL_FIRST_BYTES_MAX)), rest: Arc::new(Semaphore::new(ALL_BYTES_MAX)) }
    }
}

/// What one of them has taken, until it is dropped.
#[derive(Debug, Default)]
pub struct Taken {
    first: Option<OwnedSemaphorePermit>,
    rest: Option<OwnedSemaphorePermit>,
}

/// The memory is used up.
#[derive(Debug)]
pub struct Full;

impl Memory {
    /// Takes as much more as it needs to grow from `before` bytes to `bytes`, if there is as much.
    pub fn take(&self, taken: &mut Taken, before: usize, bytes: usize) -> Result<(), Full> {
        let counted = |it: usize| if it <= SHORT_BYTES { 0 } else { it };
        let (before, bytes) = (counted(before), counted(bytes));
        take(&self.first, &mut taken.first, bytes.min(FIRST_BYTES).saturating_sub(before))?;
        take(&self.rest, &mut taken.rest, bytes.saturating_sub(before.max(FIRST_BYTES)))
    }

    /// Whether there is room for one more first part.
    pub fn has_room(&self) -> bool {
        FIRST_BYTES <= self.first.available_permits()
    }

    /// What is free of first parts, and beyond them.
    #[cfg(test)]
    pub fn free(&self) -> (usize, usize) {
        (self.first.available_permits(), self.rest.available_permits())
    }
}

fn take(from: &Arc<Semaphore>, taken: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), Full> {
    let Some(bytes) = u32::try_from(bytes).ok().filter(|it| *it > 0) else { return Ok(()) };
    let more = Arc::clone(from).try_acquire_many_owned(bytes).map_err(|_| Full)?;
    match taken {
        Some(taken) => taken.merge(more),
        None => *taken = Some(more),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i21_what_grows_beyond_a_short_one_is_counted_from_its_first_byte() {
        let (memory, mut taken) = (Memory::default(), Taken::default());
        memory.take(&mut taken, 0, SHORT_BYTES).expect("room");
        assert_eq!(memory.free(), (ALL_FIRST_BYTES_MAX, ALL_BYTES_MAX), "a short one is not counted");
        memory.take(&mut taken, SHORT_BYTES, SHORT_BYTES + 1).expect("room");
        assert_eq!(memory.free(), (ALL_FIRST_BYTES_MAX - SHORT_BYTES - 1, ALL_BYTES_MAX));
        memory.take(&mut taken, SHORT_BYTES + 1, FIRST_BYTES + 1).expect("room");
        assert_eq!(memory.free(), (ALL_FIRST_BYTES_MAX - FIRST_BYTES, ALL_BYTES_MAX - 1));
        drop(taken);
        assert_eq!(memory.free(), (ALL_FIRST_BYTES_MAX, ALL_BYTES_MAX));
    }
}
