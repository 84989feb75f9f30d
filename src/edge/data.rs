//! A server with a data folder: its sandboxes come back when it starts, and are taken back when something could not be kept.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;

use super::driver::{Driver, Outside, Stopwatch};
use super::keeping::disk::{Cut, Disk, Found, Kept, Opened, Sizes};
use super::keeping::{Keeping, NotKept};
use super::registry::{DEFAULT, Registry};
use super::threads::Threads;
use crate::sandbox::history::Restored;

/// After an error, and for a sandbox that is not at rest, the server tries again so often.
const PAUSE: Duration = Duration::from_secs(1);
/// When the server stops, it takes snapshots for so long.
const LAST_SNAPSHOTS: Duration = Duration::from_secs(1);

/// The data folder of a server.
pub struct Data {
    folder: PathBuf,
    disk: Arc<Disk>,
    pub keeping: Arc<Keeping>,
    cut: Option<Cut>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What came back, or what a database has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    pub sandboxes: usize,
    /// Inputs after the snapshots.
    pub inputs: u64,
    /// `default` was among them.
    pub has_default: bool,
    /// What is wrong with it, as a sentence: the end of the log was damaged, or `default` cannot be read.
    pub problem: Option<String>,
}

/// Sandboxes that were restored, and do not run yet.
#[derive(Default)]
pub struct Back {
    pub drivers: Vec<Arc<Driver>>,
    pub unnamed: u64,
    pub came: Came,
}

fn unusable(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl Data {
    /// Opens a folder, and restores its sandboxes for a server that has these threads.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`]: the folder cannot be used, with a sentence that says why.
    pub fn open((folder, sizes): (&Path, Sizes), outside: &mut Outside, threads: &Threads) -> io::Result<(Self, Back)> {
        let Opened { disk, found, cut } = Disk::open(folder, sizes).map_err(unusable)?;
        let keeping = Keeping::new(Arc::clone(&disk) as Arc<_>, found.counts.lives);
        outside.keeping = Some(Arc::clone(&keeping));
        let told = cut.as_ref().map(|Cut { file, at, bytes, why }| {
            format!("{file} was cut at byte {at}, because {why}: {bytes} bytes are gone, and with them what was heard last")
        });
        let Found { sandboxes, counts, .. } = found;
        let mut back = Back { drivers: Vec::new(), unnamed: counts.unnamed, came: Came { problem: told, ..Came::default() } };
        for kept in sandboxes.into_values() {
            let (driver, inputs) = take_up(kept, outside, threads).map_err(|why| unusable(in_folder(folder, &why)))?;
            back.came.sandboxes += 1;
            back.came.inputs += inputs;
            back.came.has_default |= driver.name() == DEFAULT;
            back.drivers.push(driver);
        }
        // All of them have come back: the folder is written to from now on.
        disk.begin().map_err(unusable)?;
        if let Some(it) = &back.came.problem {
            tracing::warn!("the data folder: {it}");
        }
        Ok((Self { folder: folder.to_owned(), disk, keeping, cut, task: Mutex::default() }, back))
    }

    /// Waits until the beginnings of the first sandboxes were kept, and looks after the folder from then on.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`]: nothing can be kept.
    pub async fn begin(&self, registry: &Arc<Registry>) -> io::Result<()> {
        let kept = registry.commit().done().await;
        kept.map_err(|NotKept { why, .. }| unusable(in_folder(&self.folder, &why)))?;
        *self.task.lock() = Some(tokio::spawn(look_after(Arc::downgrade(registry), Arc::clone(&self.disk))));
        Ok(())
    }

    /// What `GET /__admin/health` says of it.
    pub fn health(&self) -> Json {
        let recovered = self.cut.as_ref().map(|Cut { file, at, bytes, why }| json!({"file": file, "at": at, "bytes": bytes, "why": why}));
        json!({"recovered": recovered, "away": self.keeping.away().map(|it| it.why)})
    }

    /// The server stops: what is to be kept is written, and the next start is quick.
    pub async fn close(&self, registry: &Registry) {
        if let Some(task) = self.task.lock().take() {
            task.abort();
        }
        let stopwatch = Stopwatch::start();
        for it in registry.all() {
            if LAST_SNAPSHOTS < stopwatch.elapsed() || self.keeping.away().is_some() {
                break;
            }
            it.driver.take_snapshot();
            tokio::task::yield_now().await;
        }
        let disk = Arc::clone(&self.disk);
        _ = tokio::task::spawn_blocking(move || disk.close()).await;
    }
}

fn in_folder(folder: &Path, why: &str) -> String {
    format!("the data folder {} cannot be used: {why}", folder.display())
}

/// A sandbox of another process, or of which a deletion was not kept. It does not run yet.
fn take_up(kept: Kept, outside: &Outside, threads: &Threads) -> Result<(Arc<Driver>, u64), String> {
    let restored = read(&kept)?;
    let inputs = restored.inputs();
    let (sandbox, since) = (kept.settings.name.clone(), restored.latest().date);
    let driver = Driver::restored(restored, kept.settings, outside.clone(), threads.settle());
    tracing::info!(sandbox, kind = "restored", "it goes on from its data: inputs played: {inputs}, the last of {since:.0}");
    Ok((driver, inputs))
}

fn read(kept: &Kept) -> Result<Restored, String> {
    let restored = Restored::read(&kept.base, kept.first, kept.records());
    restored.map_err(|why| {
        let (name, version) = (&kept.settings.name, env!("CARGO_PKG_VERSION"));
        format!(
            "the sandbox `{name}` does not come out of its data as it was: {why}. If another version than {version} has written it, start \
             that one once and stop it with SIGTERM, so that it leaves a snapshot"
        )
    })
}

/// Does what the folder wants of its server, until the server is dropped.
async fn look_after(registry: Weak<Registry>, disk: Arc<Disk>) {
    let (mut wanted, mut is_lost) = (BTreeSet::new(), false);
    loop {
        let is_idle = wanted.is_empty() && !is_lost;
        tokio::select! {
            wants = disk.wanted() => {
                wanted.extend(wants.snapshots);
                is_lost |= wants.recovery;
            }
            () = tokio::time::sleep(PAUSE), if !is_idle => {}
        }
        let Some(registry) = registry.upgrade() else { return };
        if is_lost {
            is_lost = match take_back(&registry, &disk).await {
                Ok(()) => false,
                Err(why) => {
                    tracing::error!("sandboxes cannot be taken back to what was kept: {why}");
                    true
                }
            };
        }
        for it in registry.all() {
            if let Some(track) = it.driver.track()
                && wanted.contains(&track.settings.life)
                && it.driver.take_snapshot()
            {
                wanted.remove(&track.settings.life);
            }
        }
        let living: BTreeSet<u64> = registry.all().iter().filter_map(|it| it.driver.track()).map(|it| it.settings.life).collect();
        wanted.retain(|it| living.contains(it));
    }
}

/// Takes the sandboxes back to what was kept. Then calls are heard again.
async fn take_back(registry: &Arc<Registry>, disk: &Arc<Disk>) -> Result<(), String> {
    let reader = Arc::clone(disk);
    let mut found = tokio::task::spawn_blocking(move || reader.read_again()).await.map_err(|it| it.to_string())??;
    for it in registry.all() {
        let Some(track) = it.driver.track() else { continue };
        if it.driver.is_closed() {
            continue; // its deletion was not kept: it comes back below, in a driver of its own
        }
        let kept = found.sandboxes.remove(&track.settings.life);
        match (track.lost(), kept) {
            (None, _) => {}
            (Some(_), None) => registry.lose(it.driver.name()),
            (Some(_), Some(kept)) => {
                let restored = tokio::task::spawn_blocking(move || read(&kept)).await.map_err(|it| it.to_string())??;
                it.driver.take_back(restored);
            }
        }
    }
    for kept in found.sandboxes.into_values() {
        let (driver, _) = take_up(kept, registry.outside(), registry.threads())?;
        registry.adopt(&driver);
    }
    disk.recovered();
    for it in registry.all() {
        it.driver.come_back();
    }
    tracing::info!("the data folder can be written to again: calls are heard, and what was refused has changed nothing");
    Ok(())
}
