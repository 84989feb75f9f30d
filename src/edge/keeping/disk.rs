//! A store in a folder: a log of what came in, and a database with the latest snapshot of each sandbox.
//!
//! ```text
//! lock                        held as long as a server uses the folder
//! inputs-0000000001.log ...   `block` has the format: what each group of entries became, with one write and one sync a group
//! snapshots.redb              `state`: snapshots, written in the background; what stands before them in the log is not needed. It also has
//!                             the numbers of the log's files that have to be there
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};
use tokio::sync::{Notify, watch};

use self::files::Needs;
pub use self::files::{Found, Kept};
pub use self::log::Cut;
use self::log::{Log, Scan, Unusable};
use self::snapshots::Snapshots;
use self::state::State;
use super::{Entry, NotKept, Store};

mod block;
mod files;
mod guarded;
mod log;
mod snapshots;
mod state;
mod writer;

/// When this much waits to be kept, calls wait.
const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How long the log becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// A file of this many bytes is followed by another.
    pub file_bytes: u64,
    /// When all files together have more bytes, snapshots are taken so that old ones can be removed.
    pub log_bytes: u64,
}

impl Default for Sizes {
    /// Files of 16 MiB, and 256 MiB of them.
    fn default() -> Self {
        Self { file_bytes: 16 * 1024 * 1024, log_bytes: 256 * 1024 * 1024 }
    }
}

/// The store. Its threads end when it is closed.
pub struct Disk {
    folder: PathBuf,
    sizes: Sizes,
    shared: Arc<Shared>,
    /// What was read, until it begins to write.
    read: Mutex<Option<Read>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    snapshots: Mutex<Option<Snapshots>>,
    /// Held until the store is closed.
    lock: Mutex<Option<File>>,
}

/// A folder as it was read.
struct Read {
    state: State,
    scan: Scan,
    needs: Needs,
}

/// What the store and its writer share.
pub(super) struct Shared {
    queue: Mutex<Queue>,
    /// Notified when something was put in, and when the store closes.
    filled: Condvar,
    /// Notified when there is room again.
    room: Notify,
    standing: watch::Sender<Option<NotKept>>,
    /// Notified when the server has to do something: take sandboxes back, or take snapshots.
    wanted: Notify,
    wants: Mutex<Wants>,
}

#[derive(Default)]
struct Queue {
    entries: Vec<Entry>,
    bytes: usize,
    is_closed: bool,
}

/// What a store wants of its server.
#[derive(Debug, Default)]
pub struct Wants {
    /// Something was lost, and can be kept again: the sandboxes are to be taken back.
    pub recovery: bool,
    /// Sandboxes of which a snapshot is wanted, so that the log can be cut.
    pub snapshots: Vec<u64>,
}

/// A folder that was opened.
pub struct Opened {
    pub disk: Arc<Disk>,
    pub found: Found,
    pub cut: Option<Cut>,
}

impl Disk {
    /// Reads a folder, and makes it if it does not exist. Nothing in it changes before [`Self::begin`].
    ///
    /// # Errors
    /// A sentence: why the folder cannot be used.
    pub fn open(folder: &Path, sizes: Sizes) -> Result<Opened, String> {
        let told = |what: &str, why: &dyn std::fmt::Display| format!("the data folder {} {what}: {why}", folder.display());
        fs::create_dir_all(folder).map_err(|why| told("cannot be made", &why))?;
        let lock = lock(folder)?;
        let state = State::of(folder);
        let stored = state.read().map_err(|why| told(&format!("has a database that cannot be used, {}", state::NAME), &why))?;
        let needed = stored.log;
        let mut found = Found::with(stored);
        let read = log::scan(folder, needed, &mut |segment, text| found.hear(segment, text)).map_err(in_words);
        let scan = read.and_then(|it| found.end().map(|()| it)).map_err(|why| told("cannot be used", &why))?;
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            filled: Condvar::new(),
            room: Notify::new(),
            standing: watch::Sender::new(None),
            wanted: Notify::new(),
            wants: Mutex::default(),
        });
        let (cut, needs) = (scan.cut.clone(), found.needs());
        let read = Mutex::new(Some(Read { state, scan, needs }));
        let (writer, snapshots, folder) = (Mutex::default(), Mutex::default(), folder.to_owned());
        Ok(Opened { disk: Arc::new(Self { folder, sizes, shared, read, writer, snapshots, lock: Mutex::new(Some(lock)) }), found, cut })
    }

    /// Begins to write: what is damaged at the end is cut, and what was put in by now is kept.
    ///
    /// # Errors
    /// A sentence: why the folder cannot be used.
    pub fn begin(&self) -> Result<(), String> {
        let Some(Read { mut state, scan, needs }) = self.read.lock().take() else { return Ok(()) };
        let told = |why: &dyn std::fmt::Display| format!("the data folder {} cannot be used: {why}", self.folder.display());
        state.open().map_err(|why| told(&format!("its database {} cannot be used: {why}", state::NAME)))?;
        let state = Arc::new(Mutex::new(state));
        let log = Log::after((&self.folder, self.sizes.file_bytes), Arc::clone(&state), scan).map_err(|why| told(&why))?;
        let snapshots = Snapshots::start(state, &needs).map_err(|why| told(&why))?;
        let shared = (Arc::clone(&self.shared), self.sizes);
        *self.writer.lock() = Some(writer::start(shared, log, snapshots.tasks()).map_err(|why| told(&why))?);
        *self.snapshots.lock() = Some(snapshots);
        Ok(())
    }

    /// Everything that was kept, while nothing is written.
    ///
    /// # Errors
    /// A sentence.
    pub fn read_again(&self) -> Result<Found, String> {
        let snapshots = self.snapshots.lock();
        let state = snapshots.as_ref().ok_or("the server stops")?.state();
        let stored = state.lock().read_again()?;
        let needed = stored.log;
        let mut found = Found::with(stored);
        log::scan(&self.folder, needed, &mut |segment, text| found.hear(segment, text)).map_err(in_words)?;
        Ok(found)
    }

    /// Waits until the server has to do something.
    pub async fn wanted(&self) -> Wants {
        loop {
            let mut wanted = std::pin::pin!(self.shared.wanted.notified());
            wanted.as_mut().enable();
            let wants = std::mem::take(&mut *self.shared.wants.lock());
            if wants.recovery || !wants.snapshots.is_empty() {
                return wants;
            }
            wanted.await;
        }
    }

    /// The sandboxes were taken back: calls are heard again.
    pub fn recovered(&self) {
        self.shared.standing.send_replace(None);
    }

    /// Writes what was put in, ends the threads, and lets go of the folder.
    pub fn close(&self) {
        self.shared.queue.lock().is_closed = true;
        self.shared.filled.notify_all();
        if let Some(writer) = self.writer.lock().take() {
            _ = writer.join();
        }
        drop(self.snapshots.lock().take());
        drop(self.lock.lock().take());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.close();
    }
}

impl Store for Disk {
    fn put(&self, entry: Entry) {
        let mut queue = self.shared.queue.lock();
        queue.bytes += entry.bytes();
        queue.entries.push(entry);
        if queue.entries.len() == 1 {
            self.shared.filled.notify_one();
        }
    }

    fn standing(&self) -> &watch::Sender<Option<NotKept>> {
        &self.shared.standing
    }

    fn room(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            loop {
                let mut room = std::pin::pin!(self.shared.room.notified());
                room.as_mut().enable();
                if self.shared.queue.lock().bytes < QUEUE_BYTES_MAX {
                    return;
                }
                room.await;
            }
        })
    }
}

/// Whether a folder has files, and none of ours: a copy can lack the lock, which is empty.
fn is_foreign(folder: &Path) -> bool {
    /// A new file system has it.
    const OF_VOLUME: &str = "lost+found";
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let names: Vec<_> = entries.filter_map(Result::ok).map(|it| it.file_name()).filter(|it| it != OF_VOLUME).collect();
    let is_own = |name: &str| name == state::NAME || log::number(name).is_some();
    !names.is_empty() && !names.iter().any(|it| it.to_str().is_some_and(is_own))
}

/// One server uses a folder.
fn lock(folder: &Path) -> Result<File, String> {
    let path = folder.join("lock");
    if !path.exists() && is_foreign(folder) {
        return Err(format!("the folder {} has other files, so it is not a data folder: name an empty or a new one", folder.display()));
    }
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = opened.map_err(|why| format!("the data folder {} cannot be written to: {why}", folder.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(format!("another server uses the data folder {}: stop it, or name another", folder.display())),
        Err(TryLockError::Error(why)) => Err(format!("the data folder {} cannot be locked: {why}", folder.display())),
    }
}

/// What to do about data that are whole, and that this version cannot read.
fn of_another_version() -> String {
    format!("If another version than {} has written it, start that one", env!("CARGO_PKG_VERSION"))
}

fn in_words(why: Unusable) -> String {
    match why {
        Unusable::Io(path, why) => format!("{}: {why}", path.display()),
        Unusable::Damaged(file, why) if why.kind == block::Kind::Foreign => {
            format!("{file} cannot be read, at {why}. {}", of_another_version())
        }
        Unusable::Missing(file) => {
            format!("{file} is missing, and what it has is needed. Put a copy of the folder back, or start with another")
        }
        Unusable::Damaged(file, why) => {
            format!("{file} is damaged before its end, at {why}. Put a copy of the folder back, or start with another")
        }
    }
}

/// What an error of the file system means.
fn failed(why: &io::Error) -> NotKept {
    let is_full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].contains(&why.kind());
    NotKept::because(if is_full {
        "the disk with the data folder is full".to_owned()
    } else if why.kind() == io::ErrorKind::FileTooLarge {
        "a file of the data folder may not become larger".to_owned()
    } else {
        format!("the data folder cannot be written to ({why})")
    })
}
