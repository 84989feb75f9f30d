//! The sandboxes of a server that keeps them.

use std::sync::Arc;

use super::{Hosted, Registry};
use crate::control::Problem;
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

    /// Sandboxes without names of their own go on after that number.
    pub fn unnamed_behind(&self, unnamed: u64) {
        self.sandboxes.write().unnamed = unnamed;
    }

    /// Adds a sandbox that was restored, under its own name.
    pub fn adopt(&self, driver: &Arc<Driver>) {
        self.insert(driver.name(), driver);
        self.changed.notify_one();
    }

    /// Waits until a sandbox that was made is kept. One that cannot be kept is removed: it was never there.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn kept(&self, made: Arc<Hosted>) -> Result<Arc<Hosted>, Problem> {
        match made.driver.commit().done().await {
            Ok(()) => Ok(made),
            Err(why) => {
                self.forget(made.driver.name(), |it| Arc::ptr_eq(&it.driver, &made.driver));
                Err(why.into())
            }
        }
    }

    /// Removes a sandbox, except the default one, and waits until that is kept. If it cannot be, the sandbox stands in the list again, and
    /// hears nothing until it was taken back. `false`: none has that name.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn remove_durably(&self, name: &str) -> Result<bool, Problem> {
        let hosted = self.hosted(name);
        if !self.remove(name) {
            return Ok(false);
        }
        let Some(hosted) = hosted else { return Ok(true) };
        let Err(why) = hosted.driver.commit().done().await else { return Ok(true) };
        self.sandboxes.write().by_name.entry(name.to_owned()).or_insert(hosted);
        Err(why.into())
    }

    /// Removes a sandbox whose beginning was not kept.
    pub fn lose(&self, name: &str) {
        self.remove(name);
    }
}
