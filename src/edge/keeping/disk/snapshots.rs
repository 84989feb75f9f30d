//! The thread that writes snapshots to the database, while the log goes on.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use parking_lot::Mutex;

use super::files::{Found, Head};
use super::state::{Counts, State, pack};
use crate::edge::keeping::Settings;
use crate::sandbox::history::Base;

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
    pub fn start(state: State, found: &Found) -> io::Result<Self> {
        let ((tasks, receiver), since, state) = (channel(), Since::default(), Arc::new(Mutex::new(state)));
        let mut worker = Worker { state: Arc::clone(&state), since: since.clone(), counts: found.counts };
        for life in &found.deleted {
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
}

impl Worker {
    fn run(&mut self, tasks: &Receiver<Task>) {
        while let Ok(task) = tasks.recv() {
            if let Err(why) = self.take(task) {
                tracing::warn!("a snapshot cannot be kept, so the log of the data folder stays longer: {why}");
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
