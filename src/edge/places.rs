//! The places for connections. When all are taken, the connection that has waited longest for a request gives its place to
//! the next one, so that idle connections never keep a client waiting.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::driver::Stopwatch;

/// A request is being answered.
const BUSY: u64 = u64::MAX;
/// A connection that was told to close may be busy with its last answer: after this time another one is told too.
const PATIENCE: Duration = Duration::from_millis(100);
/// The connection was told to close.
const CLOSING: u64 = u64::MAX - 1;

/// The places of a server.
pub struct Places {
    free: Arc<Semaphore>,
    places_max: NonZeroUsize,
    /// Those that are taken, by the number of the connection.
    taken: Mutex<BTreeMap<u64, Arc<State>>>,
    /// Counts connections.
    count: AtomicU64,
    stopwatch: Stopwatch,
    /// New connections that wait for a place.
    waiting: AtomicUsize,
    became_idle: Notify,
}

/// One thread writes it for each request, so it shares no line of memory with that of a connection on another thread.
#[repr(align(128))]
struct State {
    /// The uptime at which it began to wait for a request, in nanoseconds, or [`BUSY`], or [`CLOSING`].
    idle_since: AtomicU64,
    close: Notify,
}

/// The place of one connection, until it is dropped.
pub struct Place {
    places: Arc<Places>,
    number: u64,
    state: Arc<State>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub fn new(places_max: NonZeroUsize, stopwatch: Stopwatch) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(places_max.get())),
            places_max,
            taken: Mutex::default(),
            count: AtomicU64::new(0),
            stopwatch,
            waiting: AtomicUsize::new(0),
            became_idle: Notify::new(),
        })
    }

    /// Connections at a time.
    pub fn places_max(&self) -> NonZeroUsize {
        self.places_max
    }

    /// A place that is free now.
    pub fn take_free(self: &Arc<Self>) -> Option<Place> {
        Arc::clone(&self.free).try_acquire_owned().ok().map(|it| self.given(it))
    }

    /// A place, if need be that of the connection that has waited longest. While every connection is being answered, this
    /// waits.
    pub async fn take(self: &Arc<Self>) -> Place {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        loop {
            let idle = self.became_idle.notified();
            self.close_longest_idle();
            tokio::select! {
                Ok(permit) = Arc::clone(&self.free).acquire_owned() => {
                    self.waiting.fetch_sub(1, Ordering::AcqRel);
                    return self.given(permit);
                }
                () = idle => {}
                () = tokio::time::sleep(PATIENCE) => {}
            }
        }
    }

    fn given(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Place {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let state = Arc::new(State { idle_since: AtomicU64::new(self.now()), close: Notify::new() });
        self.taken.lock().insert(number, Arc::clone(&state));
        Place { places: Arc::clone(self), number, state, _permit: permit }
    }

    /// Nanoseconds of uptime.
    fn now(&self) -> u64 {
        u64::try_from(self.stopwatch.elapsed().as_nanos()).map_or(CLOSING - 1, |it| it.min(CLOSING - 1))
    }

    /// Tells the connection that has waited longest to close.
    pub fn close_longest_idle(&self) {
        let taken = self.taken.lock();
        let idle = taken.values().map(|it| (it.idle_since.load(Ordering::Acquire), it)).filter(|it| it.0 < CLOSING);
        let Some((since, longest)) = idle.min_by_key(|it| it.0) else { return };
        if longest.idle_since.compare_exchange(since, CLOSING, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            longest.close.notify_one();
        }
    }

    /// Waits until every connection has ended.
    pub async fn all_free(&self) {
        let all = u32::try_from(self.places_max.get()).unwrap_or(u32::MAX);
        _ = self.free.acquire_many(all).await;
    }
}

impl Place {
    /// A request has come.
    pub fn begin(&self) {
        self.set(BUSY);
    }

    /// The request is answered; the connection waits for the next one.
    pub fn rest(&self) {
        self.set(self.places.now()); // a number that all connections count would be memory in common
        if 0 < self.places.waiting.load(Ordering::Acquire) {
            self.places.became_idle.notify_waiters();
        }
    }

    fn set(&self, to: u64) {
        let unless_closing = |it| (it != CLOSING).then_some(to);
        _ = self.state.idle_since.fetch_update(Ordering::AcqRel, Ordering::Acquire, unless_closing);
    }

    /// Whether a request is being answered.
    pub fn is_busy(&self) -> bool {
        self.state.idle_since.load(Ordering::Acquire) == BUSY
    }

    /// Waits until the place is needed for another connection.
    pub async fn is_needed(&self) {
        self.state.close.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(number: usize) -> Arc<Places> {
        Places::new(NonZeroUsize::new(number).expect("not zero"), Stopwatch::start())
    }

    #[tokio::test]
    async fn the_longest_idle_connection_gives_its_place() {
        let places = places(3);
        let mut open: Vec<Place> = (0..3).filter_map(|_| places.take_free()).collect();
        assert!(places.take_free().is_none());
        open[0].begin();
        open[1].begin();
        open[1].rest(); // later than the third, which has never asked
        let needed = tokio::spawn({
            let third = open.pop().expect("three");
            async move { third.is_needed().await }
        });
        let fourth = places.take().await;
        needed.await.expect("the third was told");
        assert!(open[0].is_busy() && !fourth.is_busy());
    }

    #[tokio::test]
    async fn a_new_connection_waits_while_all_are_being_answered() {
        let places = places(1);
        let only = places.take_free().expect("free");
        only.begin();
        let next = tokio::spawn({
            let places = Arc::clone(&places);
            async move { places.take().await }
        });
        tokio::task::yield_now().await;
        assert!(!next.is_finished());
        only.rest();
        only.is_needed().await;
        drop(only);
        next.await.expect("a place");
    }
}
