//! A sandbox under its lock. Its release hands over what it has heard, so that nothing that was heard is forgotten.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use parking_lot::MutexGuard;

use super::{Driver, Outside, Stopwatch};
use crate::control::Renderer;
use crate::edge::keeping::{Commit, Entry, Keeping, NotKept, Settings, Track};
use crate::edge::log;
use crate::edge::threads::Residence;
use crate::engine::world::World;
use crate::kit::time::{Timestamp, Uptime};
use crate::sandbox::history::Restored;
use crate::sandbox::{Sandbox, Ticket};

/// A locked sandbox.
pub struct Held<'a> {
    driver: &'a Driver,
    sandbox: MutexGuard<'a, Sandbox>,
}

/// What callers have told while nothing could be kept. The sandbox hears it when something can.
#[derive(Clone, Copy, Debug)]
pub(super) enum Late {
    Gone(Ticket),
    HalfClosed(Ticket),
    ToldAgain(Ticket),
}

impl Late {
    const fn ticket(self) -> Ticket {
        match self {
            Self::Gone(it) | Self::HalfClosed(it) | Self::ToldAgain(it) => it,
        }
    }
}

impl Held<'_> {
    /// Releases the sandbox. What it has heard and given by now is kept when this is done.
    pub fn release(self) -> Commit {
        self.driver.outside.keeping.as_ref().map_or_else(Commit::default, |_| {
            let mut held = self;
            held.hand_over()
        })
    }

    /// The store forgets the sandbox. Its last callers are told so, and the history does not keep that: if the deletion cannot be kept, the
    /// sandbox was never deleted.
    pub(super) fn end(&mut self) {
        self.hand_over();
        let (Some(keeping), Some(track)) = (&self.driver.outside.keeping, self.driver.track()) else { return };
        let number = track.next();
        track.end();
        keeping.store.put(Entry::Deleted { track, number });
    }

    fn hand_over(&mut self) -> Commit {
        let Some(keeping) = &self.driver.outside.keeping else { return Commit::default() };
        let Some(track) = self.driver.track() else { return Commit::default() };
        if track.is_over() {
            _ = self.sandbox.take_unkept(); // callers who are told of the end wait until that is kept
            return Commit::of(&track);
        }
        if let Some(unkept) = self.sandbox.take_unkept() {
            let number = track.next();
            keeping.store.put(Entry::Records { track: Arc::clone(&track), number, unkept });
        }
        Commit::of(&track)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.driver.outside.keeping.is_some() {
            self.hand_over();
        }
    }
}

impl Deref for Held<'_> {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Sandbox {
        &mut self.sandbox
    }
}

/// The log has told what was kept when it happened.
fn was_told(restored: &mut Restored) {
    if log::is_read() {
        _ = Renderer::news(restored.world_mut());
    }
}

impl Driver {
    pub(super) fn lock(&self) -> Held<'_> {
        Held { driver: self, sandbox: self.sandbox.lock() }
    }

    pub(super) fn keeping(&self) -> Option<&Arc<Keeping>> {
        self.outside.keeping.as_ref()
    }

    /// Its way to the store.
    pub fn track(&self) -> Option<Arc<Track>> {
        self.track.lock().clone()
    }

    /// From now on it is durable, if its server is: what it hears is handed over, its beginning first.
    pub fn keep(&self, settings: impl FnOnce(u64) -> Settings) {
        let Some(keeping) = self.keeping() else { return };
        let mut sandbox = self.sandbox.lock();
        if sandbox.keep_outside() {
            let track = Track::new(settings(keeping.next_life()));
            track.leads(sandbox.world().names());
            *self.track.lock() = Some(track);
        }
    }

    /// It was restored: it goes on on a track of its own.
    fn go_on_keeping(&self, settings: Settings) {
        *self.track.lock() = Some(Track::new(settings));
    }

    /// Writes the beginning of a copy, which can be long, so that its store does not have to while others wait.
    pub async fn prepare(&self) {
        let base = self.keeping().and_then(|_| self.sandbox.lock().beginning());
        if let Some(base) = base {
            _ = tokio::task::spawn_blocking(move || base.prepare()).await;
        }
    }

    /// A sandbox of another process goes on.
    pub fn restored(mut restored: Restored, settings: Settings, outside: Outside, residence: Residence) -> Arc<Self> {
        let latest = restored.latest();
        let stopwatch = Stopwatch::continuing(latest);
        was_told(&mut restored);
        let driver = Self::new(restored.restarted(stopwatch.uptime()), stopwatch, outside, residence);
        driver.usage.touched_at(latest.date);
        driver.go_on_keeping(settings);
        driver
    }

    /// Looks at the sandbox.
    pub fn see<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(self.lock().world())
    }

    /// Takes a snapshot for the store. `false`: a caller waits, or an attempt is under way.
    pub fn take_snapshot(&self) -> bool {
        let uptime = self.stopwatch.uptime();
        self.away().is_none() && self.lock().take_snapshot(uptime)
    }

    /// Why it cannot hear anything now: it could not be kept.
    pub fn away(&self) -> Option<NotKept> {
        let keeping = self.keeping()?;
        let lost = self.track.lock().as_ref().and_then(|it| it.lost());
        lost.or_else(|| keeping.away())
    }

    /// Waits while it cannot hear anything.
    pub(super) async fn available(&self) {
        while self.keeping().is_some() {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if self.away().is_none() || self.is_closed() {
                return;
            }
            changed.await;
        }
    }

    /// Waits while too much waits to be kept.
    pub(super) async fn room(&self) {
        if let Some(keeping) = self.keeping() {
            keeping.store.room().await;
        }
    }

    /// What it has handed over by now.
    pub fn commit(&self) -> Commit {
        self.track().map_or_else(Commit::default, |it| Commit::of(&it))
    }

    /// Tells the store when the sandbox has something to do by itself: at once, while an attempt has no outcome.
    pub(super) fn say_when_it_wakes(&self, sandbox: &mut Sandbox, uptime: Uptime) {
        let Some(track) = self.track() else { return };
        let next = if sandbox.world().is_quiet() { sandbox.next_wakeup(uptime) } else { Some(std::time::Duration::ZERO) };
        track.wakes(next.map(|it| uptime.date.checked_add(it).unwrap_or(Timestamp::MAX)), self.last_used(uptime.date));
    }

    /// It goes on elsewhere: nothing leaves from here any more, and callers who still wait are told so. Its track is lost by then.
    #[cfg(feature = "postgres")]
    pub fn abandon(self: &Arc<Self>) {
        self.is_closed.store(true, std::sync::atomic::Ordering::Release);
        self.wake_waiting();
        self.alarm_set.notify_one();
    }

    /// It was last used then, when another process had it.
    #[cfg(feature = "postgres")]
    pub fn was_used(&self, at: Timestamp) {
        self.usage.touched_at(at);
    }

    /// Why callers wait in vain: the sandbox goes on elsewhere.
    pub(super) fn abandoned(&self) -> Option<NotKept> {
        if self.is_closed() { self.track()?.lost() } else { None }
    }

    /// Tells the sandbox now, or when it can hear again.
    pub(super) fn tell(self: &Arc<Self>, what: Late) {
        if self.away().is_some() {
            self.late.lock().push(what);
            return;
        }
        let uptime = self.stopwatch.uptime();
        let mut sandbox = self.lock();
        match what {
            Late::Gone(ticket) => {
                sandbox.tell_again(ticket); // a long report may have been under way
                sandbox.give_up(uptime, ticket);
            }
            Late::HalfClosed(ticket) => sandbox.half_close(uptime, ticket),
            Late::ToldAgain(ticket) => sandbox.tell_again(ticket),
        }
        self.drain(sandbox, uptime);
    }

    /// What could not be kept counts as not having come: the sandbox is as it was after the last record that was kept. Its callers who
    /// were heard by then still wait.
    pub fn take_back(self: &Arc<Self>, mut restored: Restored) {
        was_told(&mut restored);
        let Some(settings) = self.track().map(|it| it.settings.clone()) else { return };
        {
            let mut sandbox = self.sandbox.lock();
            let last = restored.ticket();
            *sandbox = restored.sandbox(self.stopwatch.uptime());
            self.late.lock().retain(|it| it.ticket() <= last);
            *self.track.lock() = Some(Track::new(settings));
        }
        let names = self.names();
        self.outside.loopback.learn(self, names);
    }

    /// Something can be kept again: the sandbox hears what it has missed.
    pub fn come_back(self: &Arc<Self>) {
        let late = std::mem::take(&mut *self.late.lock());
        for it in late {
            self.tell(it);
        }
        let uptime = self.stopwatch.uptime();
        self.drain(self.lock(), uptime);
        self.wake_waiting();
        self.alarm_set.notify_one();
    }
}
