//! The sandboxes of a server that keeps them.

use std::sync::Arc;

use super::Registry;
use crate::edge::driver::{Driver, Outside};
use crate::edge::keeping::{Commit, Keeping, NotKept};

impl Registry {
    /// Where the sandboxes are kept. `None`: they stay in memory.
    pub fn keeping(&self) -> Option<&Arc<Keeping>> {
        self.hosting.outside.keeping.as_ref()
    }

    /// Where webhooks go.
    pub const fn outside(&self) -> &Outside {
        &self.hosting.outside
    }

    /// Why nothing can be kept now.
    pub fn away(&self) -> Option<NotKept> {
        self.keeping().and_then(|it| it.away())
    }

    /// Everything that any sandbox has heard by now.
    pub fn commit(&self) -> Commit {
        self.keeping().map_or_else(Commit::default, |it| it.all())
    }

    /// Sandboxes without names of their own go on behind that number.
    pub fn unnamed_behind(&self, unnamed: u64) {
        self.sandboxes.write().unnamed = unnamed;
    }

    /// Adds a sandbox that was restored, under its own name.
    pub fn adopt(&self, driver: &Arc<Driver>) {
        self.insert(driver.name(), driver);
        self.changed.notify_one();
    }

    /// Removes a sandbox whose beginning was not kept.
    pub fn lose(&self, name: &str) {
        self.remove(name);
    }
}
