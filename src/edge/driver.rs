//! One sandbox behind its own lock: wake-ups, waits, and the loop that lets time pass.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use http::StatusCode;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use super::courier::Courier;
use super::loopback::Loopback;
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::rules::Transport;
use crate::engine::start::{Impossible, Start};
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::kit::time::{Timestamp, Uptime};
use crate::sandbox::{Answered, Sandbox, Ticket};

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
        self.put(request).answer().await
    }

    /// Puts a request in. The caller waits for the answer, or goes away by being dropped.
    pub fn put(self: &Arc<Self>, request: Request) -> Caller {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        let ticket = sandbox.handle(uptime, request);
        let answered = sandbox.poll_answer(uptime, ticket);
        self.drain(sandbox, uptime);
        Caller { driver: Arc::clone(self), ticket, answered, is_answered: false }
    }

    /// The sandbox begins anew.
    ///
    /// # Errors
    /// What the scenario asks for in vain; then nothing has changed.
    pub fn begin(self: &Arc<Self>, start: Start) -> Result<(), Vec<Impossible>> {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        sandbox.begin(start, uptime)?;
        self.drain(sandbox, uptime);
        Ok(())
    }

    /// Looks into the sandbox.
    pub fn look(&self, look: impl FnOnce(&mut World)) {
        look(self.lock().world_mut());
    }

    /// A driver of its own for a copy of the sandbox, under another name.
    pub fn fork(&self, name: &str) -> Arc<Self> {
        let copy = self.lock().fork(name, None, self.stopwatch.uptime());
        Self::start(copy, self.stopwatch, Arc::clone(&self.courier), Arc::clone(&self.loopback))
    }

    /// Puts this sandbox's time and name on an answer that the edge has made itself.
    pub fn stamped(&self, response: Response) -> Response {
        self.lock().stamped_at(self.stopwatch.uptime(), response)
    }

    /// Takes out what has to be sent, sets the alarm, and gives the lock back: what every step of a sandbox ends with.
    fn drain(self: &Arc<Self>, mut sandbox: MutexGuard<'_, Sandbox>, uptime: Uptime) {
        let mut outgoing = Vec::new();
        while let Some(it) = sandbox.poll_outgoing() {
            outgoing.push(it);
        }
        self.set_alarm(&mut sandbox, uptime);
        drop(sandbox);
        for it in outgoing {
            self.post(it);
        }
        self.changed.notify_waiters();
    }

    /// Sends an attempt on its way: a built-in inbox takes it at once, any other receiver is waited for elsewhere.
    fn post(self: &Arc<Self>, outgoing: Outgoing) {
        if let Some(outcome) = self.loopback.take(&outgoing) {
            return self.settle(&outgoing, outcome);
        }
        let driver = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = driver.courier.post(&outgoing).await;
            tracing::info!(
                sandbox = driver.name,
                delivery = outgoing.id.delivery,
                attempt = outgoing.id.number,
                url = outgoing.url.split('?').next(),
                status = outcome.answered(),
                error = outcome.error(),
                "webhook"
            );
            driver.settle(&outgoing, outcome);
        });
    }

    fn settle(self: &Arc<Self>, outgoing: &Outgoing, outcome: Outcome) {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        sandbox.settle(uptime, outgoing, outcome);
        self.drain(sandbox, uptime);
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
        sandbox.tick(uptime);
        self.drain(sandbox, uptime);
    }

    /// The time keeper learns of the next wake-up.
    fn set_alarm(&self, sandbox: &mut Sandbox, uptime: Uptime) {
        let nanos = |it: std::time::Duration| u64::try_from(it.as_nanos()).unwrap_or(NEVER);
        let next = sandbox.next_wakeup(uptime).map_or(NEVER, |it| nanos(uptime.elapsed.saturating_add(it)));
        if self.alarm.swap(next, Ordering::AcqRel) != next {
            self.alarm_set.notify_one();
        }
    }
}

/// An answer that leaves.
pub struct Leaving {
    pub response: Response,
    /// What a rule does to it on the socket.
    pub transport: Option<Transport>,
    /// Kept until the last byte has left: an answer that is sent slowly has a place in its sandbox.
    pub caller: Option<Caller>,
}

impl Leaving {
    /// As it is, and now.
    pub fn at_once(response: Response) -> Self {
        Self { response, transport: None, caller: None }
    }
}

/// Somebody who waits for an answer. Dropped before it has come, they have hung up.
pub struct Caller {
    driver: Arc<Driver>,
    ticket: Ticket,
    answered: Option<Answered>,
    /// Nothing of the caller is left in the sandbox.
    is_answered: bool,
}

impl Caller {
    /// The answer, once it is ready. `None`: the connection is cut without one.
    pub async fn answer(mut self) -> Option<Leaving> {
        self.ready().await;
        let Answered { response, transport } = self.answered.take()?;
        let is_slow = transport.as_ref().is_some_and(Transport::is_slow);
        self.is_answered = !is_slow;
        Some(Leaving { response: response?, transport, caller: is_slow.then_some(self) })
    }

    /// Waits until the answer is ready.
    pub async fn ready(&mut self) {
        if self.answered.is_none() {
            self.answered = Some(self.wait(Sandbox::poll_answer).await);
        }
    }

    /// Waits until the answer is ready, or until nothing but a call can make it so: a rule holds it back until the
    /// simulated moment that is returned, the clock stands, and no walk through time is under way.
    pub async fn ready_or_held(&mut self) -> Option<Timestamp> {
        if self.answered.is_some() {
            return None;
        }
        let look = |sandbox: &mut Sandbox, uptime: Uptime, ticket: Ticket| {
            if let Some(answered) = sandbox.poll_answer(uptime, ticket) {
                return Some(Ok(answered));
            }
            let waits = sandbox.world().core.clock.stands() && sandbox.world().walk.is_none();
            sandbox.held_until(ticket).filter(|_| waits).map(Err)
        };
        match self.wait(look).await {
            Ok(answered) => self.answered = Some(answered),
            Err(held_until) => return Some(held_until),
        }
        None
    }

    /// Looks whenever the sandbox has changed, until there is something.
    async fn wait<T>(&self, mut look: impl FnMut(&mut Sandbox, Uptime, Ticket) -> Option<T>) -> T {
        let driver = &self.driver;
        loop {
            let mut changed = pin!(driver.changed.notified());
            changed.as_mut().enable();
            let uptime = driver.stopwatch.uptime();
            let found = look(&mut driver.lock(), uptime, self.ticket);
            if let Some(found) = found {
                return found;
            }
            changed.await;
        }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        let uptime = self.driver.stopwatch.uptime();
        let mut sandbox = self.driver.lock();
        sandbox.give_up(uptime, self.ticket);
        self.driver.drain(sandbox, uptime);
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
