//! How long a caller waits for a sandbox whose owner does not answer.

use std::time::Duration;

use super::database::Replica;
use super::service::{LOOK_AGAIN, Replicas};
use crate::edge::driver::Stopwatch;
use crate::edge::keeping::NotKept;
use crate::kit::http::Response;

/// A caller waits for a sandbox as long as a lease lasts, and this.
const PATIENCE: Duration = Duration::from_secs(10);

impl Replicas {
    /// Whether a caller who has waited so long for a sandbox waits on.
    pub(super) fn is_patient(&self, waited: Stopwatch) -> bool {
        waited.elapsed() < self.lease + PATIENCE
    }

    /// The answer to a caller who has waited too long.
    pub(super) fn unreached() -> Response {
        NotKept::because("the owner of the sandbox does not answer, and its lease has not ended in time").refusal()
    }

    /// Waits until the lease of a replica has ended: whatever it was asked, it does nothing more. The database is asked at the moment at
    /// which the lease ends, as far as is known.
    pub async fn lease_ends(&self, owner: &Replica) {
        let mut living = self.living.subscribe();
        loop {
            let ends = living.borrow_and_update().get(&owner.id).copied();
            let left = ends.map_or(Duration::ZERO, |it| it.saturating_sub(self.stopwatch.elapsed()));
            let is_over = tokio::select! {
                biased;
                () = tokio::time::sleep(left) => true,
                // An error says that this server ends.
                changed = living.changed() => changed.is_err(),
            };
            if !is_over {
                continue;
            }
            // One that has just begun is missing too.
            let id = owner.id.clone();
            match self.ask(|it| async move { it.lives(&id).await }).await {
                Ok(None) => return,
                Ok(Some(left)) => tokio::time::sleep(left.min(self.lease) + LOOK_AGAIN / 10).await,
                Err(_) => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }
}
