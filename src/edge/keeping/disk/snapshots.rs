//! The thread that writes snapshots to the database, while the log goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Bound;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::files::{Head, Needs};
use super::state::{Counts, State, pack};
use crate::edge::keeping::Settings;
use crate::sandbox::history::Base;

/// What could not be written is tried again this often.
const PAUSE: Duration = Duration::from_secs(1);

/// A snapshot that was taken. What came after it stands in the log from that file on.
pub struct Taken {
    pub head: Head,
    pub base: Arc<Base>,
    pub segment: u64,
}

/// What the thread has to do next.
enum Task<T> {
    Keep(T),
    /// Sandboxes that were deleted.
    Forget(BTreeSet<u64>),
}

/// What the thread is told.
enum Next<T> {
    Do(Task<T>, Counts),
    /// Nothing has come for so long.
    Late,
    /// Nothing is left, and the store closes.
    Closed,
}

/// What waits for the thread, by the numbers of sandboxes. A snapshot replaces an older one of the same sandbox that still waits, so at
/// most one of each sandbox does. The log is cut only behind snapshots that were written.
struct Waiting<T> {
    keeps: BTreeMap<u64, T>,
    forgets: BTreeSet<u64>,
    counts: Counts,
    is_closed: bool,
}

impl<T> Waiting<T> {
    fn from(counts: Counts, forgets: BTreeSet<u64>) -> Self {
        Self { keeps: BTreeMap::new(), forgets, counts, is_closed: false }
    }

    fn keep(&mut self, life: u64, it: T) {
        self.keeps.insert(life, it);
    }

    fn forget(&mut self, life: u64) {
        self.keeps.remove(&life);
        self.forgets.insert(life);
    }

    /// All deletions together come first. Then one snapshot: that of the sandbox that follows `after`, so that each gets its turn.
    fn next(&mut self, after: u64) -> Option<Task<T>> {
        if !self.forgets.is_empty() {
            return Some(Task::Forget(std::mem::take(&mut self.forgets)));
        }
        let following = self.keeps.range((Bound::Excluded(after), Bound::Unbounded)).next();
        let life = *following.or_else(|| self.keeps.first_key_value())?.0;
        self.keeps.remove(&life).map(Task::Keep)
    }
}

/// What the thread has to do, for those who tell it.
#[derive(Clone)]
pub struct Tasks(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting<Taken>>,
    filled: Condvar,
}

impl Tasks {
    fn from(counts: Counts, forgets: BTreeSet<u64>) -> Self {
        Self(Arc::new(Shared { waiting: Mutex::new(Waiting::from(counts, forgets)), filled: Condvar::new() }))
    }

    fn tell(&self, change: impl FnOnce(&mut Waiting<Taken>)) {
        change(&mut self.0.waiting.lock());
        self.0.filled.notify_one();
    }

    /// A snapshot was taken.
    pub fn keep(&self, it: Taken) {
        self.tell(|waiting| {
            waiting.counts.note(&it.head.settings);
            waiting.keep(it.head.settings.life, it);
        });
    }

    /// A sandbox was made: its beginning stands in the log.
    pub fn count(&self, settings: &Settings) {
        self.0.waiting.lock().counts.note(settings);
    }

    /// A sandbox was deleted.
    pub fn forget(&self, life: u64) {
        self.tell(|waiting| waiting.forget(life));
    }

    fn close(&self) {
        self.tell(|waiting| waiting.is_closed = true);
    }

    fn counts(&self) -> Counts {
        self.0.waiting.lock().counts
    }

    /// Waits for something to do, at most so long.
    fn next(&self, after: u64, limit: Option<Duration>) -> Next<Taken> {
        let mut waiting = self.0.waiting.lock();
        loop {
            if let Some(task) = waiting.next(after) {
                return Next::Do(task, waiting.counts);
            }
            if waiting.is_closed {
                return Next::Closed;
            }
            match limit {
                None => self.0.filled.wait(&mut waiting),
                Some(limit) if self.0.filled.wait_for(&mut waiting, limit).timed_out() => return Next::Late,
                Some(_) => {}
            }
        }
    }
}

/// The oldest file of the log that each sandbox needs, and whether a snapshot was asked for because of it.
#[derive(Clone, Debug, Default)]
pub struct Since(Arc<Mutex<BTreeMap<u64, (u64, bool)>>>);

impl Since {
    /// A sandbox needs that file and those after it, and possibly older ones.
    pub fn needs(&self, life: u64, segment: u64) {
        if segment < u64::MAX {
            self.0.lock().entry(life).or_insert((segment, false));
        }
    }

    /// The oldest file that one needs. `None`: none needs any.
    pub fn oldest(&self) -> Option<u64> {
        self.0.lock().values().map(|it| it.0).min()
    }

    /// The sandboxes that need that file and were not asked for a snapshot yet; from now on they were.
    pub fn asked_from(&self, segment: u64) -> Vec<u64> {
        let mut all = self.0.lock();
        let asked = all.iter_mut().filter(|(_, it)| it.0 <= segment && !it.1);
        asked
            .map(|(life, it)| {
                it.1 = true;
                *life
            })
            .collect()
    }

    /// A snapshot was not kept: the sandbox may be asked for another.
    fn asks_again(&self, life: u64) {
        if let Some(it) = self.0.lock().get_mut(&life) {
            it.1 = false;
        }
    }

    fn set(&self, life: u64, segment: u64) {
        self.0.lock().insert(life, (segment, false));
    }

    fn forget(&self, lives: &BTreeSet<u64>) {
        self.0.lock().retain(|life, _| !lives.contains(life));
    }
}

/// The thread, from outside.
pub struct Snapshots {
    tasks: Tasks,
    state: Arc<Mutex<State>>,
    since: Since,
    thread: Option<JoinHandle<()>>,
}

impl Snapshots {
    /// Begins the thread.
    pub fn start(state: Arc<Mutex<State>>, needs: &Needs) -> io::Result<Self> {
        let (tasks, since) = (Tasks::from(needs.counts, needs.deleted.clone()), Since::default());
        for (life, segment) in &needs.since {
            since.needs(*life, *segment);
        }
        let mut worker = Worker { tasks: tasks.clone(), state: Arc::clone(&state), since: since.clone(), failed: BTreeMap::new() };
        let thread = std::thread::Builder::new().name("playmoney-snap".to_owned()).spawn(move || worker.run())?;
        Ok(Self { tasks, state, since, thread: Some(thread) })
    }

    /// What the writer needs of it.
    pub fn tasks(&self) -> (Tasks, Since) {
        (self.tasks.clone(), self.since.clone())
    }

    /// The database.
    pub fn state(&self) -> Arc<Mutex<State>> {
        Arc::clone(&self.state)
    }
}

/// Does what is still to be done, and ends the thread. The writer has ended before.
impl Drop for Snapshots {
    fn drop(&mut self) {
        self.tasks.close();
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

struct Worker {
    tasks: Tasks,
    state: Arc<Mutex<State>>,
    since: Since,
    /// What could not be written.
    failed: BTreeMap<u64, Failed>,
}

/// What is still to be done about a sandbox. A snapshot is large, so it is not held until there is room: another is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failed {
    Keep,
    Forget,
}

impl Worker {
    fn run(&mut self) {
        let mut latest = 0;
        loop {
            let limit = if self.failed.is_empty() { None } else { Some(PAUSE) };
            match self.tasks.next(latest, limit) {
                Next::Do(task, counts) => {
                    if let Task::Keep(it) = &task {
                        latest = it.head.settings.life;
                    }
                    self.take_or_note(&task, counts);
                }
                Next::Late => self.try_again(),
                Next::Closed => return,
            }
        }
    }

    fn take_or_note(&mut self, task: &Task<Taken>, counts: Counts) {
        let (lives, failed) = match task {
            Task::Keep(it) => (BTreeSet::from([it.head.settings.life]), Failed::Keep),
            Task::Forget(lives) => (lives.clone(), Failed::Forget),
        };
        match self.take(task, counts) {
            Ok(()) => self.failed.retain(|life, _| !lives.contains(life)),
            Err(why) => {
                tracing::warn!("a snapshot cannot be kept, so the log of the data folder stays longer: {why}");
                self.failed.extend(lives.into_iter().map(|it| (it, failed)));
            }
        }
    }

    /// Has the log cut that would stay for ever otherwise.
    fn try_again(&mut self) {
        let (keeps, forgets): (Vec<_>, Vec<_>) = std::mem::take(&mut self.failed).into_iter().partition(|it| it.1 == Failed::Keep);
        for (life, _) in keeps {
            self.since.asks_again(life);
        }
        if !forgets.is_empty() {
            self.take_or_note(&Task::Forget(forgets.into_iter().map(|it| it.0).collect()), self.tasks.counts());
        }
    }

    fn take(&self, task: &Task<Taken>, counts: Counts) -> Result<(), String> {
        match task {
            Task::Keep(Taken { head, base, segment }) => {
                let (life, value) = (head.settings.life, pack(head, &base.line()));
                self.state.lock().keep(life, &value, counts)?;
                self.since.set(life, *segment);
            }
            Task::Forget(lives) => {
                self.state.lock().forget(lives, counts)?;
                self.since.forget(lives);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::start::Start;
    use crate::kit::time::{Timestamp, Uptime};
    use crate::sandbox::Sandbox;

    #[test]
    fn of_each_sandbox_the_latest_snapshot_waits_and_all_get_their_turn() {
        let mut waiting = Waiting::from(Counts::default(), BTreeSet::from([9]));
        for (life, it) in [(1, "a1"), (2, "b1"), (3, "c1"), (1, "a2"), (1, "a3")] {
            waiting.keep(life, it);
        }
        assert_eq!(waiting.keeps.len(), 3, "the older ones of the first sandbox are dropped");
        waiting.forget(2);
        let Some(Task::Forget(gone)) = waiting.next(0) else { panic!("deletions come first") };
        assert_eq!(gone, BTreeSet::from([2, 9]));
        let mut next = |after| match waiting.next(after) {
            Some(Task::Keep(it)) => Some(it),
            Some(Task::Forget(_)) | None => None,
        };
        assert_eq!([next(1), next(3), next(1)], [Some("c1"), Some("a3"), None], "no sandbox stands in the way of the others");
    }

    #[test]
    fn what_could_not_be_written_is_tried_again() {
        let folder = std::env::temp_dir().join(format!("playmoney-snapshots-{}", std::process::id()));
        let database = folder.join("snapshots.redb");
        std::fs::create_dir_all(&database).expect("a folder stands where the file belongs");
        let since = Since::default();
        for life in [1, 2] {
            since.needs(life, 1);
        }
        let (state, counts) = (Arc::new(Mutex::new(State::of(&folder))), Counts::default());
        let tasks = Tasks::from(counts, BTreeSet::new());
        let mut worker = Worker { tasks, state, since: since.clone(), failed: BTreeMap::new() };
        assert_eq!(since.asked_from(1), [1, 2]);
        let settings = Settings { name: "a".to_owned(), life: 1, created_at: Timestamp::UNIX_EPOCH, ttl: None, unnamed: 0 };
        let start = Start { history_bytes_max: 1024 * 1024, ..Start::default() };
        let sandbox = Sandbox::new(start, Uptime { elapsed: Duration::ZERO, date: Timestamp::UNIX_EPOCH });
        let base = sandbox.beginning().expect("it keeps a history");
        let keep = || Task::Keep(Taken { head: Head { settings: settings.clone(), first: 3 }, base: Arc::clone(&base), segment: 2 });
        worker.take_or_note(&keep(), counts);
        worker.take_or_note(&Task::Forget(BTreeSet::from([2])), counts);
        assert_eq!((since.oldest(), since.asked_from(1)), (Some(1), vec![]), "nothing was written");
        worker.try_again();
        assert_eq!(since.asked_from(1), [1], "another snapshot is asked for");
        std::fs::remove_dir(&database).expect("it is empty");
        worker.try_again();
        assert_eq!(worker.failed, BTreeMap::new());
        worker.take_or_note(&keep(), counts);
        assert_eq!(since.oldest(), Some(2), "both files of the log can go");
        drop(worker);
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }
}
