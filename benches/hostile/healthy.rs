//! The client that does nothing wrong.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::client::Client;

/// The time between two of its requests.
const PAUSE: Duration = Duration::from_millis(5);

pub struct Healthy {
    done: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Duration>>,
}

/// How long it waited, sorted.
pub struct Waits(Vec<Duration>);

impl Healthy {
    pub fn start(address: SocketAddr) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&done);
        let thread = std::thread::spawn(move || {
            let mut waits = Vec::new();
            while !asked.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let answer = Client::connect(address).and_then(|mut it| it.control("health", ""));
                assert!(answer.is_ok_and(|it| it.status == 200), "a healthy client was refused");
                waits.push(begun.elapsed());
                std::thread::sleep(PAUSE);
            }
            waits
        });
        Self { done, thread }
    }

    pub fn stop(self) -> Waits {
        self.done.store(true, Ordering::Relaxed);
        let mut waits = self.thread.join().expect("the healthy client is served");
        waits.sort_unstable();
        Waits(waits)
    }
}

impl Waits {
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The wait that this percentage of the requests does not exceed.
    pub fn at(&self, percent: usize) -> Duration {
        self.0.get((self.0.len() * percent / 100).min(self.0.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}
