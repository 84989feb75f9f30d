//! Which sandboxes have something new, for streams that tell of all of them. Without such a stream a driver looks at one number.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::edge::driver::Driver;
use crate::edge::streams::STREAMS_MAX;

/// Sandboxes with something new that are noted for a stream. When there are more, it looks at all.
const NOTED_MAX: usize = 20_000;
/// Deleted sandboxes that are kept for a stream until it has read their last events.
const KEPT_MAX: usize = 16;

/// The streams of a server.
pub struct Feed {
    places: Arc<Semaphore>,
    /// Those of open pages, which need no token: they take none from the others.
    pages: Arc<Semaphore>,
    mailboxes: Mutex<Vec<Arc<Mailbox>>>,
    /// How many of these there are.
    count: AtomicUsize,
}

impl Default for Feed {
    fn default() -> Self {
        let places = || Arc::new(Semaphore::new(STREAMS_MAX));
        Self { places: places(), pages: places(), mailboxes: Mutex::default(), count: AtomicUsize::new(0) }
    }
}

impl Feed {
    /// A place for one more stream, if one is free.
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// A place for one more open page, if one is free.
    pub fn place_of_page(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.pages).try_acquire_owned().ok()
    }

    /// How many streams are open.
    pub fn open(&self) -> usize {
        2 * STREAMS_MAX - self.places.available_permits() - self.pages.available_permits()
    }

    /// Something has happened in a sandbox, or it was deleted.
    pub fn note(&self, driver: &Arc<Driver>) {
        if 0 < self.count.load(Ordering::Acquire) {
            self.mailboxes.lock().iter().for_each(|it| it.put(driver));
        }
    }

    /// Notes for a stream of all sandboxes, until the subscription is dropped.
    pub fn subscribe(self: &Arc<Self>) -> Subscription {
        let mailbox = Arc::new(Mailbox::new(NOTED_MAX));
        let mut all = self.mailboxes.lock();
        all.push(Arc::clone(&mailbox));
        self.count.store(all.len(), Ordering::Release);
        Subscription { feed: Arc::clone(self), mailbox }
    }
}

/// A stream's notes.
pub struct Subscription {
    feed: Arc<Feed>,
    mailbox: Arc<Mailbox>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut all = self.feed.mailboxes.lock();
        all.retain(|it| !Arc::ptr_eq(it, &self.mailbox));
        self.feed.count.store(all.len(), Ordering::Release);
    }
}

impl std::ops::Deref for Subscription {
    type Target = Mailbox;

    fn deref(&self) -> &Mailbox {
        &self.mailbox
    }
}

/// Sandboxes that have something new for one stream, each once, in the order in which they were noted.
pub struct Mailbox {
    notes: Mutex<Notes>,
    noted_max: usize,
    arrived: Notify,
}

#[derive(Default)]
struct Notes {
    order: VecDeque<u64>,
    by_birth: BTreeMap<u64, Noted>,
    /// How many deleted sandboxes are kept.
    kept: usize,
    /// More was new than could be noted.
    is_full: bool,
}

struct Noted {
    driver: Weak<Driver>,
    kept: Option<Arc<Driver>>,
}

/// What is new.
pub enum New {
    In(Arc<Driver>),
    /// A sandbox that was made at this moment is gone.
    Gone(u64),
    /// More was new than could be noted: every sandbox may have something new.
    Everywhere,
}

impl Mailbox {
    fn new(noted_max: usize) -> Self {
        Self { notes: Mutex::default(), noted_max, arrived: Notify::new() }
    }

    /// That sandbox has something new.
    pub fn put(&self, driver: &Arc<Driver>) {
        let Notes { order, by_birth, kept, is_full } = &mut *self.notes.lock();
        let born = driver.born();
        if self.noted_max <= by_birth.len() && !by_birth.contains_key(&born) {
            *is_full = true;
            return;
        }
        let noted = by_birth.entry(born).or_insert_with(|| {
            order.push_back(born);
            Noted { driver: Arc::downgrade(driver), kept: None }
        });
        if driver.is_closed() && noted.kept.is_none() && *kept < KEPT_MAX {
            *kept += 1;
            noted.kept = Some(Arc::clone(driver));
        }
        self.arrived.notify_one();
    }

    /// The first that is new.
    pub fn take(&self) -> Option<New> {
        let Notes { order, by_birth, kept, is_full } = &mut *self.notes.lock();
        if std::mem::take(is_full) {
            return Some(New::Everywhere);
        }
        let born = order.pop_front()?;
        let noted = by_birth.remove(&born)?;
        *kept -= usize::from(noted.kept.is_some());
        Some(noted.kept.or_else(|| noted.driver.upgrade()).map_or(New::Gone(born), New::In))
    }

    /// Waits until something is noted.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::edge::courier::Courier;
    use crate::edge::driver::{Outside, Stopwatch};
    use crate::edge::egress::Egress;
    use crate::edge::loopback::Loopback;
    use crate::edge::notices::Notices;
    use crate::edge::threads::Threads;
    use crate::engine::start::Start;
    use crate::sandbox::Sandbox;

    fn driver() -> Arc<Driver> {
        let stopwatch = Stopwatch::start();
        let courier = Courier::new(Egress::default(), NonZeroUsize::MIN, Arc::new(Notices::new(stopwatch)));
        let sandbox = Sandbox::new(Start::default(), stopwatch.uptime());
        let outside = Outside { courier: Arc::new(courier), loopback: Arc::new(Loopback::default()), keeping: None };
        Driver::new(sandbox, stopwatch, outside, Threads::new(NonZeroUsize::MIN).settle())
    }

    /// What is taken, as the number of the driver in this list.
    fn taken(mailbox: &Mailbox, born: &[u64]) -> Vec<String> {
        let place = |wanted: u64| born.iter().position(|it| *it == wanted).map_or(String::new(), |it| it.to_string());
        std::iter::from_fn(|| mailbox.take())
            .map(|it| match it {
                New::In(driver) => place(driver.born()),
                New::Gone(born) => format!("{} is gone", place(born)),
                New::Everywhere => "everywhere".to_owned(),
            })
            .collect()
    }

    #[tokio::test]
    async fn i21_a_sandbox_is_noted_once_and_what_finds_no_room_is_looked_for_everywhere() {
        let (mailbox, mut drivers) = (Mailbox::new(2), [(); 3].map(|()| driver()).to_vec());
        let born: Vec<u64> = drivers.iter().map(|it| it.born()).collect();
        for place in [1, 0, 1, 0] {
            mailbox.put(&drivers[place]);
        }
        assert_eq!(taken(&mailbox, &born), ["1", "0"]);
        for place in [0, 1, 2] {
            mailbox.put(&drivers[place]);
        }
        assert_eq!(taken(&mailbox, &born), ["everywhere", "0", "1"]);
        drivers[1].close();
        for place in [0, 1] {
            mailbox.put(&drivers[place]);
        }
        drivers.clear();
        assert_eq!(taken(&mailbox, &born), ["0 is gone", "1"], "what it did before it was deleted can still be read");
    }
}
