//! The thread that writes snapshots to the database, while the log goes on.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;

use super::files::{Head, Needs};
use super::state::{Counts, State, pack};
use crate::edge::keeping::Settings;
use crate::sandbox::history::Base;

/// What could not be written is tried again this often.
const PAUSE: Duration = Duration::from_secs(1);

/// What the thread has to do.
pub enum Task {
    /// A snapshot was taken: what is behind it stands in the log from that file on.
    Keep { head: Head, base: Arc<Base>, segment: u64 },
    /// A sandbox was made: its beginning stands in the log.
    Made { settings: Settings },
    /// A sandbox was deleted.
    Forget { life: u64 },
}

/// The oldest file of the log that each sandbox needs, and whether a snapshot was asked for because of it.
#[derive(Clone, Debug, Default)]
pub struct Since(Arc<Mutex<BTreeMap<u64, (u64, bool)>>>);

impl Since {
    /// A sandbox needs that file and those behind it, and possibly older ones.
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

    fn forget(&self, life: u64) {
        self.0.lock().remove(&life);
    }
}

/// The thread, from outside.
pub struct Snapshots {
    /// `None` while it is dropped.
    tasks: Option<Sender<Task>>,
    state: Arc<Mutex<State>>,
    since: Since,
    thread: Option<JoinHandle<()>>,
}

impl Snapshots {
    /// Begins the thread.
    pub fn start(state: State, needs: &Needs) -> io::Result<Self> {
        let ((tasks, receiver), since, state) = (channel(), Since::default(), Arc::new(Mutex::new(state)));
        for (life, segment) in &needs.since {
            since.needs(*life, *segment);
        }
        let mut worker = Worker { state: Arc::clone(&state), since: since.clone(), counts: needs.counts, failed: BTreeMap::new() };
        for life in &needs.deleted {
            _ = tasks.send(Task::Forget { life: *life });
        }
        let thread = std::thread::Builder::new().name("playmoney-snap".to_owned()).spawn(move || worker.run(&receiver))?;
        Ok(Self { tasks: Some(tasks), state, since, thread: Some(thread) })
    }

    /// What the writer needs of it.
    ///
    /// # Panics
    /// Never: the sender is taken out only when this value is dropped.
    pub fn sender(&self) -> (Sender<Task>, Since) {
        (self.tasks.clone().expect("it is taken out only when this value is dropped"), self.since.clone())
    }

    /// The database.
    pub fn state(&self) -> Arc<Mutex<State>> {
        Arc::clone(&self.state)
    }
}

/// Does what is still to be done, and ends the thread. The writer has ended before.
impl Drop for Snapshots {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

struct Worker {
    state: Arc<Mutex<State>>,
    since: Since,
    counts: Counts,
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
    fn run(&mut self, tasks: &Receiver<Task>) {
        loop {
            let task = if self.failed.is_empty() { tasks.recv().map_err(RecvTimeoutError::from) } else { tasks.recv_timeout(PAUSE) };
            match task {
                Ok(task) => self.take_or_note(task),
                Err(RecvTimeoutError::Timeout) => self.try_again(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn take_or_note(&mut self, task: Task) {
        let (life, failed) = match &task {
            Task::Keep { head, .. } => (head.settings.life, Failed::Keep),
            Task::Made { settings } => return self.count(settings),
            Task::Forget { life } => (*life, Failed::Forget),
        };
        match self.take(task) {
            Ok(()) => _ = self.failed.remove(&life),
            Err(why) => {
                tracing::warn!("a snapshot cannot be kept, so the log of the data folder stays longer: {why}");
                self.failed.insert(life, failed);
            }
        }
    }

    /// Has the log cut that would stay for ever otherwise.
    fn try_again(&mut self) {
        for (life, failed) in std::mem::take(&mut self.failed) {
            match failed {
                Failed::Keep => self.since.asks_again(life),
                Failed::Forget => self.take_or_note(Task::Forget { life }),
            }
        }
    }

    fn take(&mut self, task: Task) -> Result<(), String> {
        match task {
            Task::Keep { head, base, segment } => {
                let (life, value) = (head.settings.life, pack(&head, &base.line()));
                self.count(&head.settings);
                self.state.lock().keep(life, &value, self.counts)?;
                self.since.set(life, segment);
            }
            Task::Made { settings } => self.count(&settings),
            Task::Forget { life } => {
                self.state.lock().forget(life, self.counts)?;
                self.since.forget(life);
            }
        }
        Ok(())
    }

    fn count(&mut self, settings: &Settings) {
        self.counts.lives = self.counts.lives.max(settings.life);
        self.counts.unnamed = self.counts.unnamed.max(settings.unnamed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::start::Start;
    use crate::kit::time::{Timestamp, Uptime};
    use crate::sandbox::Sandbox;

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
        let mut worker = Worker { state, since: since.clone(), counts, failed: BTreeMap::new() };
        assert_eq!(since.asked_from(1), [1, 2]);
        let settings = Settings { name: "a".to_owned(), life: 1, created_at: Timestamp::UNIX_EPOCH, ttl: None, unnamed: 0 };
        let start = Start { history_bytes_max: 1024 * 1024, ..Start::default() };
        let sandbox = Sandbox::new(start, Uptime { elapsed: Duration::ZERO, date: Timestamp::UNIX_EPOCH });
        let base = sandbox.beginning().expect("it keeps a history");
        let keep = || Task::Keep { head: Head { settings: settings.clone(), first: 3 }, base: Arc::clone(&base), segment: 2 };
        worker.take_or_note(keep());
        worker.take_or_note(Task::Forget { life: 2 });
        assert_eq!((since.oldest(), since.asked_from(1)), (Some(1), vec![]), "nothing was written");
        worker.try_again();
        assert_eq!(since.asked_from(1), [1], "another snapshot is asked for");
        std::fs::remove_dir(&database).expect("it is empty");
        worker.try_again();
        assert_eq!(worker.failed, BTreeMap::new());
        worker.take_or_note(keep());
        assert_eq!(since.oldest(), Some(2), "both files of the log can go");
        drop(worker);
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }
}
