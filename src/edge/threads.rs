//! The threads of a server. Each has a runtime of its own. A sandbox is at home on one of them: its requests, timers and deliveries are
//! handled there, so that two threads seldom meet at its lock.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::metrics::Durations;

pub mod batch;

/// What still runs on a thread when its server has ended gets this long.
const SHUTDOWN_TIME_MAX: Duration = Duration::from_millis(100);

/// The threads: the one that has started the server, and further ones that begin when there are sandboxes for them.
pub struct Threads {
    threads_max: NonZeroUsize,
    homes: Mutex<Vec<Arc<Home>>>,
    /// Counts connections: threads take turns with new ones.
    connections: AtomicUsize,
    /// The further threads end when this is dropped.
    running: watch::Sender<()>,
}

/// A thread, and the sandboxes that are at home on it.
#[derive(Debug)]
pub struct Home {
    number: usize,
    runtime: Handle,
    sandboxes: AtomicUsize,
    /// Of the answers that have left from here.
    pub durations: Durations,
}

/// A task that ends with the one that waits for it.
pub struct AbortOnDrop<T>(pub JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The home of one sandbox, until it is dropped.
#[derive(Debug)]
pub struct Residence(Arc<Home>);

impl Threads {
    /// At most that many threads. The first is the current runtime, whatever that is.
    pub fn new(threads_max: NonZeroUsize) -> Self {
        let first = Arc::new(Home::new(0, Handle::current()));
        let (homes, connections, running) = (Mutex::new(vec![first]), AtomicUsize::new(0), watch::Sender::new(()));
        Self { threads_max, homes, connections, running }
    }

    /// A home for one more sandbox: the thread with the fewest, or a new one if each has some and there may be more.
    pub fn settle(&self) -> Residence {
        let mut homes = self.homes.lock();
        if 0 < emptiest(&homes).sandboxes.load(Ordering::Relaxed) && homes.len() < self.threads_max.get() {
            match self.start(homes.len()) {
                Ok(home) => homes.push(home),
                Err(why) => tracing::warn!("a thread cannot be started: {why}. Sandboxes share the threads that have started"),
            }
        }
        let home = emptiest(&homes);
        home.sandboxes.fetch_add(1, Ordering::Relaxed);
        Residence(Arc::clone(home))
    }

    /// The thread that has started the server.
    pub fn first(&self) -> Arc<Home> {
        Arc::clone(&self.homes.lock()[0])
    }

    /// All that have started.
    pub fn all(&self) -> Vec<Arc<Home>> {
        self.homes.lock().clone()
    }

    /// The thread for a new connection. Where it has to be is known when its requests come.
    pub fn next(&self) -> Arc<Home> {
        let homes = self.homes.lock();
        Arc::clone(&homes[self.connections.fetch_add(1, Ordering::Relaxed) % homes.len()])
    }

    fn start(&self, number: usize) -> io::Result<Arc<Home>> {
        let runtime = batch::runtime()?;
        let home = Home::new(number, runtime.handle().clone());
        let mut running = self.running.subscribe();
        let run = move || {
            // An error says that the sender was dropped, and nothing is ever sent.
            _ = runtime.block_on(running.changed());
            runtime.shutdown_timeout(SHUTDOWN_TIME_MAX);
        };
        std::thread::Builder::new().name(format!("playmoney-{}", number + 1)).spawn(run)?;
        Ok(Arc::new(home))
    }
}

/// The thread with the fewest sandboxes.
fn emptiest(homes: &[Arc<Home>]) -> &Arc<Home> {
    homes.iter().min_by_key(|it| it.sandboxes.load(Ordering::Relaxed)).unwrap_or(&homes[0])
}

impl Home {
    fn new(number: usize, runtime: Handle) -> Self {
        Self { number, runtime, sandboxes: AtomicUsize::new(0), durations: Durations::default() }
    }

    /// Begins a task on this thread.
    pub fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.runtime.spawn(task)
    }
}

impl PartialEq for Home {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Residence {
    /// The thread.
    pub const fn home(&self) -> &Arc<Home> {
        &self.0
    }
}

impl Drop for Residence {
    fn drop(&mut self) {
        self.0.sandboxes.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(residences: &[Residence]) -> Vec<usize> {
        residences.iter().map(|it| it.home().number).collect()
    }

    #[tokio::test]
    async fn sandboxes_spread_over_threads_that_begin_when_they_are_needed() {
        let threads = Threads::new(NonZeroUsize::new(3).expect("not zero"));
        let mut residences: Vec<Residence> = Vec::new();
        assert_eq!(threads.next().number, 0);
        for started in [1, 2, 3, 3, 3, 3] {
            residences.push(threads.settle());
            assert_eq!(threads.homes.lock().len(), started);
        }
        assert_eq!(numbers(&residences), [0, 1, 2, 0, 1, 2]);
        residences.retain(|it| it.home().number != 1);
        assert_eq!(numbers(&[threads.settle(), threads.settle()]), [1, 1], "the emptiest thread");
        let connections: Vec<usize> = (0..4).map(|_| threads.next().number).collect();
        assert_eq!(connections, [1, 2, 0, 1]);
    }

    #[tokio::test]
    async fn a_thread_works_until_its_server_ends() {
        let threads = Threads::new(NonZeroUsize::new(2).expect("not zero"));
        let residences = [threads.settle(), threads.settle()];
        let name = || std::thread::current().name().map(str::to_owned);
        assert_eq!(residences[1].home().spawn(async move { name() }).await.expect("it runs").as_deref(), Some("playmoney-2"));
        let endless = residences[1].home().spawn(std::future::pending::<()>());
        drop(threads);
        assert!(endless.await.expect_err("its thread has ended").is_cancelled());
    }
}
