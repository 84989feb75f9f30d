//! The loop that lets simulated time pass for a caller who waits at its end.

use std::pin::pin;
use std::sync::Arc;

use super::Driver;
use crate::engine::walk::Progress;
use crate::kit::http::Response;

impl Driver {
    /// Lets time pass until the walk that has begun arrives; receivers are waited for, and no lock is held meanwhile.
    pub(super) async fn walk(self: &Arc<Self>) -> Response {
        let mut hangs_up = Walking(Some(self));
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let (progress, outgoing, response) = {
                let uptime = self.stopwatch.uptime();
                let mut sandbox = self.lock();
                let (progress, outgoing) = sandbox.proceed(uptime);
                let response = match &progress {
                    Progress::Arrived(walk) => Some(sandbox.conclude(walk)),
                    Progress::Gone => Some(sandbox.ended()),
                    Progress::Waiting | Progress::More => None,
                };
                if response.is_some() {
                    hangs_up.0 = None; // before the lock is given back: the next walk is somebody else's
                }
                self.set_alarm(&mut sandbox, uptime);
                (progress, outgoing, response)
            };
            self.post(outgoing);
            if let Some(response) = response {
                self.changed.notify_waiters();
                return response;
            }
            if let Progress::Waiting = progress { changed.await } else { tokio::task::yield_now().await }
        }
    }
}

/// A caller who hangs up ends their walk at the step it is in.
struct Walking<'a>(Option<&'a Arc<Driver>>);

impl Drop for Walking<'_> {
    fn drop(&mut self) {
        let Some(driver) = self.0 else { return };
        let uptime = driver.stopwatch.uptime();
        let mut sandbox = driver.lock();
        sandbox.abandon(uptime);
        driver.set_alarm(&mut sandbox, uptime);
    }
}
