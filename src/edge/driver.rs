//! One sandbox behind its own lock: its callers, its wake-ups, and the loop that lets time pass.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::task::Poll;

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};

pub use self::caller::{Caller, Leaving};
use self::held::Late;
pub use self::stopwatch::Stopwatch;
use self::usage::Usage;
use super::bodies::Bodies;
use super::courier::Courier;
use super::faketime::FaketimeFile;
use super::keeping::{Commit, Keeping, Track};
use super::log;
use super::loopback::Loopback;
use super::pages;
use super::threads::{Home, Residence};
use crate::control::{self, News, Renderer, Rest};
use crate::engine::ids::ProviderId;
use crate::engine::start::{Impossible, Start};
use crate::engine::world::World;
use crate::kit::http::{Request, Response};
use crate::kit::time::{Timestamp, Uptime};
use crate::sandbox::{Answered, Sandbox, Ticket};

mod auditing;
mod caller;
mod copying;
mod delivering;
mod faketime;
mod held;
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
    /// `None`: everything stays in memory.
    pub keeping: Option<Arc<Keeping>>,
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
    /// Pages that are open and hear of changes.
    pages_open: AtomicUsize,
    /// An audit of a receiver is under way.
    is_audited: AtomicBool,
    /// Its way to the store, if it is durable.
    track: Mutex<Option<Arc<Track>>>,
    late: Mutex<Vec<Late>>,
    /// The file that shows its time to processes under libfaketime.
    faketime: OnceLock<FaketimeFile>,
}

impl Driver {
    /// Takes a sandbox over. It does nothing by itself before [`Self::run`].
    pub fn new(sandbox: Sandbox, stopwatch: Stopwatch, outside: Outside, residence: Residence) -> Arc<Self> {
        let known_names = Mutex::new(sandbox.world().names_version());
        Arc::new(Self {
            name: sandbox.name().to_owned(),
            born: watched::own_moment(Stopwatch::date()),
            sandbox: Mutex::new(sandbox),
            stopwatch,
            outside,
            residence,
            changed: Notify::new(),
            alarm: AtomicU64::new(NEVER),
            alarm_set: Notify::new(),
            is_closed: AtomicBool::new(false),
            known_names,
            usage: Usage::starts(),
            stirred: AtomicU64::new(0),
            pages_open: AtomicUsize::new(0),
            is_audited: AtomicBool::new(false),
            track: Mutex::default(),
            late: Mutex::default(),
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

    /// The sandbox was deleted, and its store forgets it. Requests under way are still answered; those that wait for others end.
    pub fn close(self: &Arc<Self>) {
        {
            let mut sandbox = self.lock();
            sandbox.end();
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

    /// Answers one request. `None`: the connection is cut without an answer. When the caller sends nothing more before the
    /// answer is ready, `half_closed` ends.
    pub async fn handle(
        self: &Arc<Self>,
        request: Box<Request>,
        bodies: &Bodies,
        half_closed: impl Future<Output = ()>,
    ) -> Option<Leaving> {
        let _use = (!pages::is_refresh(&request)).then(|| self.usage.begin());
        // What few requests wait for is boxed: hyper copies the future of each.
        if self.keeping().is_some() {
            Box::pin(self.room()).await;
        }
        let place = if control::is_long(&request) { Box::pin(LONG_CALLS.acquire()).await.ok() } else { None };
        bodies.take_turn(request.body.len()).await;
        let mut caller = self.put(request);
        if let Some(place) = place {
            caller.takes(place);
        }
        let mut half_closed = pin!(half_closed);
        let is_half_closed = poll_fn(|cx| Poll::Ready(half_closed.as_mut().poll(cx).is_ready())).await;
        if is_half_closed {
            caller.half_close();
            return Box::pin(caller.answer()).await;
        }
        match caller.leave_at_once() {
            Some(leaving) => Some(leaving),
            None => Box::pin(Self::answer(caller, half_closed)).await,
        }
    }

    /// The answer to a caller who still sends, once it is ready, as [`Self::handle`] gives it.
    async fn answer(mut caller: Caller, mut half_closed: Pin<&mut impl Future<Output = ()>>) -> Option<Leaving> {
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
    pub fn put(self: &Arc<Self>, request: impl Into<Box<Request>>) -> Caller {
        let request = request.into();
        let uptime = self.stopwatch.uptime();
        let stirs = pages::stirs(&request, self);
        let call = |sandbox: &mut Sandbox| {
            let ticket = sandbox.handle(uptime, request);
            if 0 < stirs {
                self.stirred.fetch_add(stirs, Ordering::AcqRel);
            }
            ticket
        };
        let mut caller = self.call(call, uptime);
        caller.stirs(stirs);
        caller
    }

    /// Lets time pass up to that moment; the caller is told nothing.
    pub fn walk_to(self: &Arc<Self>, at: Timestamp) -> Caller {
        let uptime = self.stopwatch.uptime();
        self.call(|sandbox| sandbox.walk_to(uptime, at), uptime)
    }

    fn call(self: &Arc<Self>, call: impl FnOnce(&mut Sandbox) -> Ticket, uptime: Uptime) -> Caller {
        if let Some(why) = self.away() {
            return Caller::refused(Arc::clone(self), &why);
        }
        let mut sandbox = self.lock();
        let ticket = call(&mut sandbox);
        let answered = sandbox.poll_unfinished(uptime, ticket);
        let commit = self.drain(sandbox, uptime);
        Caller::new(Arc::clone(self), ticket, (answered, commit))
    }

    /// What a caller brought was read: the sandbox hears the rest. The answer, if it is ready at once, and what has to be kept before it
    /// leaves.
    pub fn hear_rest(self: &Arc<Self>, ticket: Ticket, rest: Rest, stirs: u64) -> (Option<Answered>, Commit) {
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        sandbox.hear_rest(uptime, ticket, rest);
        self.stirred.fetch_add(stirs, Ordering::AcqRel);
        let answered = sandbox.poll_unfinished(uptime, ticket);
        (answered, self.drain(sandbox, uptime))
    }

    /// The caller does not get the answer: what it told is told again.
    pub fn tell_again(self: &Arc<Self>, ticket: Ticket) {
        self.tell(Late::ToldAgain(ticket));
    }

    /// The refusal of a request that is too large, for a caller who has not sent it over a socket.
    pub fn refusal(&self, request: &Request) -> Option<Response> {
        self.lock().refusal(self.stopwatch.uptime(), request)
    }

    /// Begins the sandbox anew.
    ///
    /// # Errors
    /// The impossible parts of its scenario, or that nothing can be kept now; then nothing has changed.
    pub fn begin(self: &Arc<Self>, start: Start) -> Result<(), Vec<Impossible>> {
        if let Some(why) = self.away() {
            return Err(vec![Impossible::at(0..0, why.why)]);
        }
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
        if self.away().is_some() {
            return;
        }
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        sandbox.keep_unheard(uptime, request, response);
        self.drain(sandbox, uptime);
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
        if self.alarm.load(Ordering::Relaxed) != next {
            self.alarm.store(next, Ordering::Release); // under the sandbox's lock
            self.alarm_set.notify_one();
        }
        if self.outside.keeping.is_some() {
            self.say_when_it_wakes(sandbox, uptime);
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
        let is_away = driver.away().is_some();
        let alarm = if is_away { NEVER } else { alarm };
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
