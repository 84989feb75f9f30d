//! A copy of a sandbox that others use meanwhile, and its history.

use std::pin::pin;
use std::sync::Arc;

use super::Driver;
use crate::control::Waiting;
use crate::edge::threads::Residence;
use crate::sandbox::history::Capsule;

impl Driver {
    /// The history of the sandbox.
    pub fn capsule(&self) -> Option<Capsule> {
        self.lock().capsule()
    }

    /// A driver of its own for a copy of the sandbox, under another name, that does not run yet. As a saved state does, the copy waits
    /// for the attempts under way; those that have no outcome after that are sent again in it.
    pub async fn fork(&self, name: &str, redirect: Option<&str>, residence: Residence) -> Arc<Self> {
        let mut patience = pin!(tokio::time::sleep(Waiting::Quiet.patience()));
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let copy = {
                let sandbox = self.lock();
                let is_ready = patience.is_elapsed() || sandbox.world().is_quiet();
                is_ready.then(|| sandbox.fork(name, redirect, self.stopwatch.uptime()))
            };
            if let Some(copy) = copy {
                return Self::new(copy, self.stopwatch, self.outside.clone(), residence);
            }
            tokio::select! {
                () = changed => {}
                () = &mut patience => {}
            }
        }
    }
}
