//! One sandbox behind its own lock: wake-ups, waits, and the loop that lets time pass.

mod walking;

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use http::StatusCode;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use super::courier::Courier;
use super::holding::{Holding, Leaving};
use super::loopback::Loopback;
use crate::control::{Answer, Waiting};
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::start::{Impossible, Start};
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::kit::time::{Timestamp, Uptime};
use crate::sandbox::Sandbox;

/// The only clock that is read: since when the process runs, and what date it is outside.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "the edge tells the core the time")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The moment outside.
    #[expect(clippy::disallowed_methods, reason = "the edge tells the core the time")]
    pub fn uptime(self) -> Uptime {
        Uptime { elapsed: self.0.elapsed(), date: Timestamp::now() }
    }
}

/// No wake-up is set.
const NEVER: u64 = u64::MAX;

/// A sandbox, and all that waits on its behalf. The lock is never held across an `.await`.
pub struct Driver {
    /// The sandbox's name, which stays the same for as long as it lives.
    name: String,
    sandbox: Mutex<Sandbox>,
    stopwatch: Stopwatch,
    courier: Arc<Courier>,
    loopback: Arc<Loopback>,
    /// Something has happened that a waiting caller may have waited for.
    changed: Notify,
    /// Answers that a rule holds back.
    holding: Holding,
    /// The uptime of the next wake-up, in nanoseconds.
    alarm: AtomicU64,
    /// The alarm was set anew.
    alarm_set: Notify,
}

impl Driver {
    /// Takes a sandbox over and keeps its time until the driver is dropped.
    pub fn start(sandbox: Sandbox, stopwatch: Stopwatch, courier: Arc<Courier>, loopback: Arc<Loopback>) -> Arc<Self> {
        let driver = Arc::new(Self {
            name: sandbox.name().to_owned(),
            sandbox: Mutex::new(sandbox),
            stopwatch,
            courier,
            loopback,
            changed: Notify::new(),
            holding: Holding::default(),
            alarm: AtomicU64::new(NEVER),
            alarm_set: Notify::new(),
        });
        tokio::spawn(keep_time(Arc::downgrade(&driver)));
        driver
    }

    /// The sandbox's name, without its lock.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn lock(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock()
    }

    /// One request. `None`: the connection is cut without an answer.
    pub async fn handle(self: &Arc<Self>, request: Request) -> Option<Leaving> {
        let uptime = self.stopwatch.uptime();
        let (answer, departure) = {
            let mut sandbox = self.lock();
            let reply = sandbox.handle(uptime, request);
            let departure = self.holding.admit(reply.pacing);
            self.set_alarm(&mut sandbox, uptime);
            drop(sandbox);
            self.post(reply.outgoing);
            (reply.answer, departure)
        };
        self.changed.notify_waiters();
        let response = match answer {
            Answer::Now(response) => response,
            Answer::Walk => self.walk().await,
            Answer::Wait(waiting) => self.wait(&waiting).await,
            Answer::Hangup => return None,
        };
        Some(departure.of(response).await)
    }

    /// The sandbox begins anew.
    ///
    /// # Errors
    /// What the scenario asks for in vain; then nothing has changed.
    pub fn begin(&self, start: Start) -> Result<(), Vec<Impossible>> {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        sandbox.begin(start, uptime)?;
        self.set_alarm(&mut sandbox, uptime);
        drop(sandbox);
        self.changed.notify_waiters();
        Ok(())
    }

    /// Looks into the sandbox.
    pub fn look(&self, look: impl FnOnce(&mut World)) {
        look(self.lock().world_mut());
    }

    /// A driver of its own for a copy of the sandbox, under another name.
    pub fn fork(&self, name: &str) -> Arc<Self> {
        let mut copy = self.lock().clone();
        name.clone_into(&mut copy.world_mut().core.name);
        Self::start(copy, self.stopwatch, Arc::clone(&self.courier), Arc::clone(&self.loopback))
    }

    /// Puts this sandbox's time and name on an answer that the edge has made itself.
    pub fn stamped(&self, response: Response) -> Response {
        self.lock().stamped_at(self.stopwatch.uptime(), response)
    }

    async fn wait(&self, waiting: &Waiting) -> Response {
        let mut patience = pin!(tokio::time::sleep(waiting.patience()));
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(response) = self.lock().poll(self.stopwatch.uptime(), waiting, false) {
                return response;
            }
            tokio::select! {
                () = changed => {}
                () = &mut patience => break,
            }
        }
        let response = self.lock().poll(self.stopwatch.uptime(), waiting, true);
        response.unwrap_or_else(|| {
            let detail = "What the call waited for is not there any more.";
            self.stamped(Response::problem(StatusCode::GONE, "dropped", detail))
        })
    }

    /// Sends attempts on their way: a built-in inbox takes one at once, any other receiver is waited for elsewhere.
    fn post(self: &Arc<Self>, outgoing: Vec<Outgoing>) {
        let mut leaving = VecDeque::from(outgoing);
        while let Some(it) = leaving.pop_front() {
            if let Some(outcome) = self.loopback.take(&it) {
                leaving.extend(self.settle(&it, outcome));
                continue;
            }
            let driver = Arc::clone(self);
            tokio::spawn(async move {
                let outcome = driver.courier.post(&it).await;
                tracing::info!(
                    sandbox = driver.name,
                    delivery = it.id.delivery,
                    attempt = it.id.number,
                    url = it.url.split('?').next(),
                    status = outcome.answered(),
                    error = outcome.error(),
                    "webhook"
                );
                let outgoing = driver.settle(&it, outcome);
                driver.post(outgoing);
            });
        }
    }

    fn settle(&self, outgoing: &Outgoing, outcome: Outcome) -> Vec<Outgoing> {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        let more = sandbox.settle(uptime, outgoing, outcome);
        self.set_alarm(&mut sandbox, uptime);
        drop(sandbox);
        self.changed.notify_waiters();
        more
    }

    /// A webhook from this process arrives in one of this sandbox's inboxes.
    pub fn receive(&self, inbox: &str, path: String, outgoing: &Outgoing) -> Outcome {
        let reaction = self.lock().receive(self.stopwatch.uptime(), inbox, path, outgoing);
        self.changed.notify_waiters();
        reaction.map_or_else(|| Outcome::status(StatusCode::INSUFFICIENT_STORAGE.as_u16()), |it| it.outcome(outgoing.time_limit))
    }

    /// What is due by now happens.
    fn wake(self: &Arc<Self>, uptime: Uptime) {
        let mut sandbox = self.lock();
        let outgoing = sandbox.wake(uptime);
        self.set_alarm(&mut sandbox, uptime);
        drop(sandbox);
        self.post(outgoing);
        self.changed.notify_waiters();
    }

    /// Time may have passed: answers leave that were held back until now, and the time keeper learns of the next wake-up.
    fn set_alarm(&self, sandbox: &mut Sandbox, uptime: Uptime) {
        self.holding.pass(sandbox.reached());
        let nanos = |it: std::time::Duration| u64::try_from(it.as_nanos()).unwrap_or(NEVER);
        let next = sandbox.sleep(uptime).map_or(NEVER, |it| nanos(uptime.elapsed.saturating_add(it)));
        if self.alarm.swap(next, Ordering::AcqRel) != next {
            self.alarm_set.notify_one();
        }
    }
}

/// Wakes a sandbox when something is due by itself, as long as somebody holds its driver.
async fn keep_time(driver: Weak<Driver>) {
    loop {
        let Some(held) = driver.upgrade() else { return };
        let uptime = held.stopwatch.uptime();
        let alarm = held.alarm.load(Ordering::Acquire);
        let elapsed = u64::try_from(uptime.elapsed.as_nanos()).unwrap_or(NEVER);
        if alarm <= elapsed {
            held.wake(uptime);
            drop(held);
            tokio::task::yield_now().await;
            continue;
        }
        // A driver that nobody holds any more is looked for once a minute.
        let wait = std::time::Duration::from_nanos(alarm - elapsed).min(std::time::Duration::from_secs(60));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = held.alarm_set.notified() => {}
        }
    }
}
