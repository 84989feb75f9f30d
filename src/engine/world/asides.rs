//! What changes a sandbox and is not a call, a webhook's outcome or time. The sandbox takes it into its history with its next input.

use super::World;
use crate::engine::actions::LoggedIn;
use crate::engine::delivery::{AttemptId, WaitsFor};
use crate::kit::time::Uptime;

/// One such change.
#[derive(Clone, Debug)]
pub enum Aside {
    /// A tester's own client logged in to a portal.
    LoggedIn { uptime: Uptime, provider: String, account: String },
    /// An attempt under way waits for something on this machine.
    Waits { generation: u64, attempt: AttemptId, waits_for: Option<WaitsFor> },
}

impl World {
    /// Logs a tester's own client in to the portal of a provider. `None`: the provider has no portal, or not that account.
    pub fn log_in(&mut self, uptime: Uptime, slug: &str, account: &str) -> Option<LoggedIn> {
        let provider_id = self.provider_id(slug).filter(|it| self.core.accounts(*it).contains_key(account))?;
        let session = self.with(provider_id, uptime, |it, cx| it.log_in(cx, account))?;
        self.asides.push(Aside::LoggedIn { uptime, provider: slug.to_owned(), account: account.to_owned() });
        Some(session)
    }

    /// Notes what an attempt under way waits for on this machine before it leaves; `None` once it leaves.
    pub fn note_wait(&mut self, generation: u64, attempt: AttemptId, waits_for: Option<WaitsFor>) {
        if generation == self.generation
            && let Some(it) = self.core.outbox.attempt_mut(attempt)
        {
            it.waits_for = waits_for;
            self.asides.push(Aside::Waits { generation, attempt, waits_for });
        }
    }
}
