//! The list of a server's sandboxes, and a number by which a reader knows that it has not changed.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::Sandboxes;

/// The list. To read it is to write a lock that all threads share, which costs them more than most look-ups.
#[derive(Default)]
pub(super) struct Listed {
    sandboxes: RwLock<Sandboxes>,
    version: Version,
}

/// Apart from everything else in memory, because each request reads it and few write it.
#[derive(Default)]
#[repr(align(128))]
struct Version(AtomicU64);

impl Listed {
    /// How often the list may have changed. While the number is what it was before a reading, the list is what was read.
    pub(super) fn version(&self) -> u64 {
        self.version.0.load(Ordering::Acquire)
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Sandboxes> {
        self.sandboxes.read()
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Sandboxes> {
        let guard = self.sandboxes.write();
        self.version.0.fetch_add(1, Ordering::AcqRel); // nothing reads the list until it has changed
        guard
    }
}
