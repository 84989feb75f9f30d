//! How long a caller waits for a sandbox whose owner does not answer.

use std::pin::pin;
use std::time::Duration;

use super::database::Replica;
use super::service::{LOOK_AGAIN, Replicas};
use super::tenure::Way;
use crate::control::Problem;
use crate::control::sandboxes;
use crate::edge::driver::Stopwatch;
use crate::edge::keeping::NotKept;
use crate::kit::http::Response;

/// A caller waits for a sandbox as long as a lease lasts, and this.
const PATIENCE: Duration = Duration::from_secs(10);

/// A sandbox is being made here. Callers who ask for it wait until this is dropped.
pub struct Making<'a> {
    replicas: &'a Replicas,
    name: String,
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.replicas.end_claim(&self.name);
    }
}

impl Replicas {
    /// Begins to make a sandbox, when no other caller here makes or claims one of that name.
    ///
    /// # Errors
    /// It exists here, or this replica stops.
    pub async fn begin_to_make(&self, name: &str) -> Result<Making<'_>, Problem> {
        let waited = Stopwatch::start();
        while self.is_patient(waited) {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let way = self.desk.lock().ask(name);
            match way {
                Way::Here(_) if self.registry().is_none_or(|it| it.find(name).is_some()) => return Err(sandboxes::exists(name)),
                Way::Elsewhere => return Err(NotKept::because("this replica stops").into()),
                Way::Claim => return Ok(Making { replicas: self, name: name.to_owned() }),
                // An earlier one of that name was just deleted, or another caller makes or claims one.
                Way::Here(_) | Way::Wait => _ = tokio::time::timeout(LOOK_AGAIN, changed).await,
            }
        }
        Err(NotKept::because("another call about this sandbox is under way").into())
    }

    /// Whether a caller goes on waiting for a sandbox after this time.
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
