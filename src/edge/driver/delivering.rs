//! Webhooks leave: to receivers over the network, and to the inboxes of this very server.

use std::collections::VecDeque;
use std::sync::Arc;

use http::StatusCode;

use super::held::Held;
use super::{DATED, Driver, LOOPBACK_AT_ONCE, news};
use crate::control::Renderer;
use crate::edge::keeping::Commit;
use crate::edge::log;
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::inbox;
use crate::kit::time::Uptime;
use crate::sandbox::Verdict;

impl Driver {
    /// Ends every step of a sandbox: takes out what has to be sent, sets the alarm, and releases the lock. What came of the step may
    /// leave when the commit is done.
    pub(super) fn drain(self: &Arc<Self>, sandbox: Held<'_>, uptime: Uptime) -> Commit {
        let (outgoing, commit) = self.take_out(sandbox, uptime);
        let now = self.wait_outside(outgoing, &commit);
        self.deliver(now);
        commit
    }

    /// Attempts that may leave now; the others follow in a task, when what has caused them was kept. A message to an inbox of this very
    /// sandbox stays in its history, so it waits for nothing.
    fn wait_outside(self: &Arc<Self>, outgoing: VecDeque<Outgoing>, commit: &Commit) -> VecDeque<Outgoing> {
        if outgoing.is_empty() || commit.is_kept() {
            return outgoing;
        }
        let (own, outside): (VecDeque<_>, VecDeque<_>) = outgoing.into_iter().partition(|it| self.outside.loopback.is_own(it, self));
        if !outside.is_empty() {
            let (driver, commit) = (Arc::clone(self), commit.clone());
            self.home().spawn(async move {
                // What is lost is done again by the sandbox that was taken back.
                if commit.done().await.is_ok() {
                    driver.deliver(outside);
                }
            });
        }
        own
    }

    /// What has to be sent now. What has happened is told to the log.
    fn take_out(&self, mut sandbox: Held<'_>, uptime: Uptime) -> (VecDeque<Outgoing>, Commit) {
        let mut outgoing: VecDeque<Outgoing> = std::iter::from_fn(|| sandbox.poll_outgoing()).collect();
        if self.is_closed() {
            outgoing.clear(); // nothing leaves a deleted sandbox any more
        }
        self.set_alarm(&mut sandbox, uptime);
        let shown = self.shown(&sandbox, uptime);
        let news = news(&mut sandbox);
        let version = sandbox.world().names_version();
        let names = (version != std::mem::replace(&mut *self.known_names.lock(), version)).then(|| sandbox.world().names());
        if let (Some(names), Some(track)) = (&names, self.track()) {
            track.leads(names.clone());
        }
        let commit = sandbox.release();
        if let Some(it) = shown {
            it.before(&outgoing);
        }
        if let Some(names) = names {
            self.outside.loopback.learn(self, names);
        }
        log::tell(&self.name, &news);
        (outgoing, commit)
    }

    /// Sends attempts, and what their outcomes cause. A built-in inbox takes one at once; the answer of any other receiver
    /// is awaited in a task. After many at once the rest waits for its turn, so that other callers are served.
    fn deliver(self: &Arc<Self>, mut outgoing: VecDeque<Outgoing>) {
        for _ in 0..LOOPBACK_AT_ONCE {
            if self.away().is_some() {
                break;
            }
            let Some(it) = outgoing.pop_front() else { break };
            let Some(outcome) = self.outside.loopback.take(&it, self) else {
                self.home().spawn(Arc::clone(self).post(it));
                continue;
            };
            let uptime = self.stopwatch.uptime();
            let mut sandbox = self.lock();
            sandbox.settle(uptime, &it, outcome);
            let has_more = sandbox.has_more();
            let (more, commit) = self.take_out(sandbox, uptime);
            outgoing.extend(self.wait_outside(more, &commit));
            if has_more {
                break;
            }
        }
        self.wake_waiting();
        if !outgoing.is_empty() {
            let driver = Arc::clone(self);
            self.home().spawn(async move {
                tokio::task::yield_now().await;
                driver.available().await;
                driver.deliver(outgoing);
            });
        }
    }

    /// Sends one attempt over the network.
    async fn post(self: Arc<Self>, outgoing: Outgoing) {
        let tell = |waits_for| self.lock().world_mut().note_wait(outgoing.generation, outgoing.id, waits_for);
        let mut outcome = self.outside.courier.post(&outgoing, &tell).await;
        self.available().await;
        let uptime = self.stopwatch.uptime();
        if outgoing.dated.is_some_and(|it| it.is_far_from(uptime.date)) && outcome.answered().is_some_and(|it| (400..500).contains(&it)) {
            outcome.remarks.get_or_insert_default().hint = Some(DATED.to_owned());
        }
        let mut sandbox = self.lock();
        let is_late = sandbox.world().generation != outgoing.generation;
        sandbox.settle(uptime, &outgoing, outcome);
        if is_late && tracing::enabled!(tracing::Level::INFO) {
            self.say_that_it_came_late(&Renderer::of(sandbox.world()), &outgoing);
        }
        self.drain(sandbox, uptime);
    }

    /// Logs an attempt whose sandbox has begun anew before it was answered: its outcome means nothing.
    fn say_that_it_came_late(&self, renderer: &Renderer, outgoing: &Outgoing) {
        let (delivery, attempt, url) = (outgoing.id.delivery, outgoing.id.number, renderer.url(&outgoing.url));
        let url = url.split('?').next();
        let detail = "the sandbox was reset or replaced while the receiver had not answered, so its answer changes nothing";
        tracing::info!(sandbox = self.name, kind = "late", delivery, attempt, url, detail, "webhook");
    }

    /// A webhook from this process arrives in one of this sandbox's inboxes.
    pub fn receive(self: &Arc<Self>, inbox: &str, path: String, outgoing: &Outgoing, verdict: Option<Verdict>) -> Outcome {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        let reaction = sandbox.receive(uptime, inbox, path, outgoing, verdict);
        let (due, commit) = self.take_out(sandbox, uptime);
        let due = self.wait_outside(due, &commit);
        if due.is_empty() {
            self.wake_waiting();
        } else {
            // The sender is in the middle of its own deliveries, possibly of this very sandbox: these follow in a task.
            let driver = Arc::clone(self);
            self.home().spawn(async move { driver.deliver(due) });
        }
        reaction.map_or_else(|| inbox::full(StatusCode::INSUFFICIENT_STORAGE.as_u16()), |it| it.outcome(outgoing.time_limit))
    }
}
