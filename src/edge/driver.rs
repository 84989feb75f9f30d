//! One sandbox behind its own lock: its callers, its wake-ups, and the loop that lets time pass.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use http::StatusCode;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{Notify, Semaphore};

pub use self::caller::{Caller, Leaving};
pub use self::stopwatch::Stopwatch;
use self::usage::Usage;
use super::bodies::Bodies;
use super::courier::Courier;
use super::faketime::FaketimeFile;
use super::log;
use super::loopback::Loopback;
use super::pages;
use super::threads::{Home, Residence};
use crate::control::{self, News, Renderer, Rest};
use crate::engine::delivery::{Outcome, Outgoing};
use crate::engine::ids::ProviderId;
use crate::engine::inbox;
use crate::engine::start::{Impossible, Start};
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::kit::time::{Timestamp, Uptime};
use crate::sandbox::{Answered, Sandbox, Ticket, Verdict};

mod auditing;
mod caller;
mod copying;
mod faketime;
mod stopwatch;
mod usage;
mod watched;

/// Webhooks to this server's own inboxes that are delivered before other callers get their turn.
const LOOPBACK_AT_ONCE: usize = 200;
/// A receiver has refused a webhook whose date is far from the real one.
const DATED: &str = "the webhook is dated by the simulated clock, which is far from the real date: if the receiver judges dates by its own \
     clock, set `signature_time` of the account to `real`";
/// Long calls at a time: each can take much memory.
pub(super) static LONG_CALLS: Semaphore = Semaphore::const_new(2);
/// No wake-up is set.
const NEVER: u64 = u64::MAX;

/// Where the webhooks of a sandbox go.
#[derive(Clone)]
pub struct Outside {
    pub courier: Arc<Courier>,
    pub loopback: Arc<Loopback>,
}

/// A sandbox, and everything that waits for it. The lock is never held across an `.await`.
pub struct Driver {
    /// The sandbox's name, which never changes.
    name: String,
    /// When it was made, in microseconds since 1970. No two sandboxes have the same moment.
    born: u64,
    sandbox: Mutex<Sandbox>,
    stopwatch: Stopwatch,
    outside: Outside,
    residence: Residence,
    /// Notified when something has happened for which a caller may wait.
    changed: Notify,
    /// The uptime of the next wake-up, in nanoseconds.
    alarm: AtomicU64,
    /// Notified when the alarm was set to another moment.
    alarm_set: Notify,
    /// The sandbox was deleted.
    is_closed: AtomicBool,
    /// Which credentials the registry knows.
    known_names: Mutex<(u64, u64)>,
    usage: Usage,
    /// How many requests it has heard that can have changed what pages show.
    stirred: AtomicU64,
    /// An audit of a receiver is under way.
    is_audited: AtomicBool,
    /// The file that shows its time to processes under libfaketime.
    faketime: OnceLock<FaketimeFile>,
}

impl Driver {
    /// Takes a sandbox over. It does nothing by itself before [`Self::run`].
    pub fn new(sandbox: Sandbox, stopwatch: Stopwatch, outside: Outside, residence: Residence) -> Arc<Self> {
        let known_names = Mutex::new(sandbox.world().names_version());
        Arc::new(Self {
            name: sandbox.name().to_owned(),
            born: watched::own_moment(stopwatch.uptime().date),
            sandbox: Mutex::new(sandbox),
            stopwatch,
            outside,
            residence,
            changed: Notify::new(),
            alarm: AtomicU64::new(NEVER),
            alarm_set: Notify::new(),
            is_closed: AtomicBool::new(false),
            known_names,
            usage: Usage::starts(stopwatch),
            stirred: AtomicU64::new(0),
            is_audited: AtomicBool::new(false),
            faketime: OnceLock::new(),
        })
    }

    /// Keeps its time, at its home, until the driver is dropped. A copy can have attempts to send again, and timers.
    pub fn run(self: &Arc<Self>) {
        self.home().spawn(keep_time(Arc::downgrade(self)));
        self.drain(self.lock(), self.stopwatch.uptime());
    }

    /// The sandbox's name. This does not take the lock.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The thread on which the work of the sandbox is done.
    pub const fn home(&self) -> &Arc<Home> {
        self.residence.home()
    }

    /// The sandbox was deleted. Requests under way are still answered; those that wait for others end.
    pub fn close(self: &Arc<Self>) {
        {
            let mut sandbox = self.lock();
            // Under the lock: what a step has made by now leaves, so that what waits for it ends.
            self.is_closed.store(true, Ordering::Release);
            sandbox.close(self.stopwatch.uptime());
        }
        self.wake_waiting();
        self.alarm_set.notify_one();
    }

    /// It is used now.
    pub fn touch(&self) {
        self.usage.touch();
    }

    /// When it was last used, in real time; now, while a request is not answered yet.
    pub fn last_used(&self, now: Timestamp) -> Timestamp {
        self.usage.last(now)
    }

    /// The credentials that lead here.
    pub fn names(&self) -> Vec<(ProviderId, String)> {
        self.lock().world().names()
    }

    fn lock(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock()
    }

    /// Answers one request. `None`: the connection is cut without an answer. When the caller sends nothing more before the
    /// answer is ready, `half_closed` ends.
    pub async fn handle(self: &Arc<Self>, request: Request, bodies: &Bodies, half_closed: impl Future<Output = ()>) -> Option<Leaving> {
        let _use = (!pages::is_refresh(&request)).then(|| self.usage.begin());
        let place = if control::is_long(&request) { LONG_CALLS.acquire().await.ok() } else { None };
        bodies.take_turn(request.body.len()).await;
        let mut caller = self.put(request).with(place);
        let mut half_closed = pin!(half_closed);
        loop {
            tokio::select! {
                biased;
                () = &mut half_closed => {
                    caller.half_close();
                    break;
                }
                () = caller.ready() => {}
            }
            // It can be a wait that begins when its criteria were read.
            if !caller.has_read_first().await {
                break;
            }
        }
        caller.answer().await
    }

    /// Puts a request in. The caller waits for the answer, or goes away by being dropped.
    pub fn put(self: &Arc<Self>, request: Request) -> Caller {
        let uptime = self.stopwatch.uptime();
        let stirs = pages::stirs(&request);
        let call = |sandbox: &mut Sandbox| {
            let ticket = sandbox.handle(uptime, request);
            self.stirred.fetch_add(stirs, Ordering::AcqRel);
            ticket
        };
        self.call(call, uptime).stirring(stirs)
    }

    /// Lets time pass up to that moment; the caller is told nothing.
    pub fn walk_to(self: &Arc<Self>, at: Timestamp) -> Caller {
        let uptime = self.stopwatch.uptime();
        self.call(|sandbox| sandbox.walk_to(uptime, at), uptime)
    }

    fn call(self: &Arc<Self>, call: impl FnOnce(&mut Sandbox) -> Ticket, uptime: Uptime) -> Caller {
        let mut sandbox = self.lock();
        let ticket = call(&mut sandbox);
        let answered = sandbox.poll_unfinished(uptime, ticket);
        self.drain(sandbox, uptime);
        Caller::new(Arc::clone(self), ticket, answered)
    }

    /// What a caller brought was read: the sandbox hears the rest. The answer, if it is ready at once.
    pub fn hear_rest(self: &Arc<Self>, ticket: Ticket, rest: Rest, stirs: u64) -> Option<Answered> {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        sandbox.hear_rest(uptime, ticket, rest);
        self.stirred.fetch_add(stirs, Ordering::AcqRel);
        let answered = sandbox.poll_unfinished(uptime, ticket);
        self.drain(sandbox, uptime);
        answered
    }

    /// The caller does not get the answer: what it told is told again.
    pub fn tell_again(&self, ticket: Ticket) {
        self.lock().tell_again(ticket);
    }

    /// The refusal of a request that is too large, for a caller who has not sent it over a socket.
    pub fn refusal(&self, request: &Request) -> Option<Response> {
        self.lock().refusal(self.stopwatch.uptime(), request)
    }

    /// Begins the sandbox anew.
    ///
    /// # Errors
    /// The impossible parts of its scenario; then nothing has changed.
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

    /// Keeps in the journal a request that was refused before a sandbox heard it.
    pub fn keep_unheard(self: &Arc<Self>, request: Request, response: &Response) {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        sandbox.keep_unheard(uptime, request, response);
        self.drain(sandbox, uptime);
    }

    /// Ends every step of a sandbox: takes out what has to be sent, sets the alarm, and releases the lock.
    fn drain(self: &Arc<Self>, sandbox: MutexGuard<'_, Sandbox>, uptime: Uptime) {
        let outgoing = self.take_out(sandbox, uptime);
        self.deliver(outgoing);
    }

    /// What has to be sent now. What has happened is told to the log.
    fn take_out(&self, mut sandbox: MutexGuard<'_, Sandbox>, uptime: Uptime) -> VecDeque<Outgoing> {
        let mut outgoing: VecDeque<Outgoing> = std::iter::from_fn(|| sandbox.poll_outgoing()).collect();
        if self.is_closed() {
            outgoing.clear(); // nothing leaves a deleted sandbox any more
        }
        self.set_alarm(&mut sandbox, uptime);
        let shown = self.shown(&sandbox, uptime);
        let news = news(&mut sandbox);
        let version = sandbox.world().names_version();
        let names = (version != std::mem::replace(&mut *self.known_names.lock(), version)).then(|| sandbox.world().names());
        drop(sandbox);
        if let Some(it) = shown {
            it.before(&outgoing);
        }
        if let Some(names) = names {
            self.outside.loopback.learn(self, names);
        }
        log::tell(&self.name, &news);
        outgoing
    }

    /// Sends attempts, and what their outcomes cause. A built-in inbox takes one at once; the answer of any other receiver
    /// is awaited in a task. After many at once the rest waits for its turn, so that other callers are served.
    fn deliver(self: &Arc<Self>, mut outgoing: VecDeque<Outgoing>) {
        for _ in 0..LOOPBACK_AT_ONCE {
            let Some(it) = outgoing.pop_front() else { break };
            let Some(outcome) = self.outside.loopback.take(&it, self) else {
                self.home().spawn(Arc::clone(self).post(it));
                continue;
            };
            let uptime = self.stopwatch.uptime();
            let mut sandbox = self.lock();
            sandbox.settle(uptime, &it, outcome);
            let has_more = sandbox.has_more();
            outgoing.extend(self.take_out(sandbox, uptime));
            if has_more {
                break;
            }
        }
        self.wake_waiting();
        if !outgoing.is_empty() {
            let driver = Arc::clone(self);
            self.home().spawn(async move {
                tokio::task::yield_now().await;
                driver.deliver(outgoing);
            });
        }
    }

    /// Sends one attempt over the network.
    async fn post(self: Arc<Self>, outgoing: Outgoing) {
        let tell = |waits_for| self.lock().world_mut().note_wait(outgoing.generation, outgoing.id, waits_for);
        let mut outcome = self.outside.courier.post(&outgoing, &tell).await;
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
        let due = self.take_out(sandbox, uptime);
        if due.is_empty() {
            self.wake_waiting();
        } else {
            // The sender is in the middle of its own deliveries, possibly of this very sandbox: these follow in a task.
            let driver = Arc::clone(self);
            self.home().spawn(async move { driver.deliver(due) });
        }
        reaction.map_or_else(|| inbox::full(StatusCode::INSUFFICIENT_STORAGE.as_u16()), |it| it.outcome(outgoing.time_limit))
    }

    /// Lets everything happen that is due by now.
    fn wake(self: &Arc<Self>, uptime: Uptime) {
        let mut sandbox = self.lock();
        sandbox.tick(uptime);
        self.drain(sandbox, uptime);
    }

    /// Sets the alarm for the next wake-up.
    fn set_alarm(&self, sandbox: &mut Sandbox, uptime: Uptime) {
        let nanos = |it: std::time::Duration| u64::try_from(it.as_nanos()).unwrap_or(NEVER);
        let next = sandbox.next_wakeup(uptime).map_or(NEVER, |it| nanos(uptime.elapsed.saturating_add(it)));
        if self.alarm.swap(next, Ordering::AcqRel) != next {
            self.alarm_set.notify_one();
        }
    }
}

/// What has happened in a sandbox since the last look, when a log is read.
fn news(sandbox: &mut Sandbox) -> Vec<News> {
    if log::is_read() { Renderer::news(sandbox.world_mut()) } else { Vec::new() }
}

/// Wakes a sandbox when something in it is due, until its driver is dropped.
async fn keep_time(driver: Weak<Driver>) {
    loop {
        let Some(driver) = driver.upgrade() else { return };
        // A deleted sandbox stays as long as a caller or an attempt of it is under way.
        let is_closed = driver.is_closed();
        if is_closed && Arc::strong_count(&driver) == 1 {
            tokio::task::spawn_blocking(move || drop(driver)); // a large one takes long
            return;
        }
        let uptime = driver.stopwatch.uptime();
        let alarm = driver.alarm.load(Ordering::Acquire);
        let elapsed = u64::try_from(uptime.elapsed.as_nanos()).unwrap_or(NEVER);
        if alarm <= elapsed {
            driver.wake(uptime);
            drop(driver);
            tokio::task::yield_now().await;
            continue;
        }
        // This task holds the driver while it waits, so it lets go now and then: then a driver without owner is dropped.
        let hold_max = std::time::Duration::from_secs(if is_closed { 1 } else { 60 });
        let wait = std::time::Duration::from_nanos(alarm - elapsed).min(hold_max);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = driver.alarm_set.notified() => {}
        }
    }
}
