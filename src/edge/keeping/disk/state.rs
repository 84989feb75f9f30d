//! The database beside the log: the latest snapshot of each sandbox.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use super::block::crc;
use super::files::Head;

/// By the number of a sandbox: a CRC-32, the head as a line of JSON, and the snapshot, packed.
const SNAPSHOTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("snapshots");
/// Numbers of the server.
const SERVER: TableDefinition<'_, &str, u64> = TableDefinition::new("server");
const FORMAT: &str = "format";
const LIVES: &str = "lives";
const UNNAMED: &str = "unnamed";

/// A snapshot as it is kept.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub head: Head,
    /// The line of the base.
    pub line: Vec<u8>,
}

/// Counts of all sandboxes that there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub lives: u64,
    pub unnamed: u64,
}

/// The database.
pub struct State {
    path: PathBuf,
    /// `None`: an error has closed it.
    database: Option<Database>,
}

impl State {
    /// Opens the database, or makes it.
    ///
    /// # Errors
    /// A sentence: it cannot be opened, is damaged, or is of another format.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join("snapshots.redb");
        let is_new = !path.exists();
        let mut database = guarded(|| Database::create(&path).map_err(|it| it.to_string()))?;
        if !is_new && !guarded(|| database.check_integrity().map_err(|it| it.to_string()))? {
            return Err("it does not fit its checksums".to_owned());
        }
        let state = Self { path, database: Some(database) };
        match guarded(|| state.number(FORMAT))? {
            Some(super::block::FORMAT) => {}
            None => state.write(|it| insert_number(it, FORMAT, super::block::FORMAT))?,
            Some(other) => {
                let own = super::block::FORMAT;
                return Err(format!("it has the format {other}, and this Playmoney reads the format {own}"));
            }
        }
        Ok(state)
    }

    fn database(&self) -> Result<&Database, String> {
        self.database.as_ref().ok_or_else(|| "it was closed by an error".to_owned())
    }

    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let read = self.database()?.begin_read().map_err(|it| it.to_string())?;
        match read.open_table(SERVER) {
            Ok(table) => table.get(name).map(|found| found.map(|it| it.value())).map_err(|why| why.to_string()),
            Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
            Err(why) => Err(why.to_string()),
        }
    }

    /// Counts that outlast the sandboxes.
    ///
    /// # Errors
    /// A sentence.
    pub fn counts(&self) -> Result<Counts, String> {
        let number = |name| guarded(|| self.number(name)).map(Option::unwrap_or_default);
        Ok(Counts { lives: number(LIVES)?, unnamed: number(UNNAMED)? })
    }

    /// All snapshots, by the number of their sandbox.
    ///
    /// # Errors
    /// A sentence: one is damaged.
    pub fn snapshots(&self) -> Result<BTreeMap<u64, Snapshot>, String> {
        guarded(|| {
            let read = self.database()?.begin_read().map_err(|it| it.to_string())?;
            let table = match read.open_table(SNAPSHOTS) {
                Ok(table) => table,
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(BTreeMap::new()),
                Err(why) => return Err(why.to_string()),
            };
            let mut all = BTreeMap::new();
            for row in table.iter().map_err(|it| it.to_string())? {
                let (life, value) = row.map_err(|it| it.to_string())?;
                let read = unpack(value.value()).map_err(|why| format!("the snapshot of the sandbox number {}: {why}", life.value()))?;
                all.insert(life.value(), read);
            }
            Ok(all)
        })
    }

    /// Writes in one transaction. After an error the database is closed, and the next call opens it again.
    fn write(&self, write: impl FnOnce(&redb::WriteTransaction) -> Result<(), redb::Error>) -> Result<(), String> {
        let database = self.database()?;
        guarded(|| {
            let transaction = database.begin_write().map_err(|it| it.to_string())?;
            write(&transaction).map_err(|it| it.to_string())?;
            transaction.commit().map_err(|it| it.to_string())
        })
    }

    fn write_or_close(&mut self, write: impl FnOnce(&redb::WriteTransaction) -> Result<(), redb::Error>) -> Result<(), String> {
        if self.database.is_none() {
            self.database = Some(guarded(|| Database::create(&self.path).map_err(|it| it.to_string()))?);
        }
        let written = self.write(write);
        if written.is_err() {
            self.database = None;
        }
        written
    }

    /// Keeps a snapshot, and the counts.
    ///
    /// # Errors
    /// A sentence: nothing has changed.
    pub fn keep(&mut self, life: u64, value: &[u8], counts: Counts) -> Result<(), String> {
        self.write_or_close(|it| {
            it.open_table(SNAPSHOTS)?.insert(life, value)?;
            insert_number(it, LIVES, counts.lives)?;
            insert_number(it, UNNAMED, counts.unnamed)
        })
    }

    /// Forgets a sandbox, and keeps the counts.
    ///
    /// # Errors
    /// A sentence: nothing has changed.
    pub fn forget(&mut self, life: u64, counts: Counts) -> Result<(), String> {
        self.write_or_close(|it| {
            it.open_table(SNAPSHOTS)?.remove(life)?;
            insert_number(it, LIVES, counts.lives)?;
            insert_number(it, UNNAMED, counts.unnamed)
        })
    }
}

fn insert_number(transaction: &redb::WriteTransaction, name: &str, number: u64) -> Result<(), redb::Error> {
    transaction.open_table(SERVER)?.insert(name, number)?;
    Ok(())
}

/// A database that is damaged can surprise the library that reads it.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("it is damaged".to_owned()))
}

/// A snapshot as the database has it.
///
/// # Panics
/// Never: memory takes everything, and a head is JSON.
pub fn pack(head: &Head, line: &[u8]) -> Vec<u8> {
    let mut packed = serde_json::to_vec(head).expect("a head is JSON");
    packed.push(b'\n');
    let mut encoder = DeflateEncoder::new(packed, flate2::Compression::fast());
    let packed = encoder.write_all(line).and_then(|()| encoder.finish()).expect("memory takes everything");
    let mut value = crc(&[&packed]).to_le_bytes().to_vec();
    value.extend_from_slice(&packed);
    value
}

fn unpack(value: &[u8]) -> Result<Snapshot, String> {
    let damaged = || "it does not fit its checksum".to_owned();
    let (sum, packed) = value.split_first_chunk::<4>().ok_or_else(damaged)?;
    if crc(&[packed]) != u32::from_le_bytes(*sum) {
        return Err(damaged());
    }
    let end = memchr::memchr(b'\n', packed).ok_or_else(damaged)?;
    let head = serde_json::from_slice(&packed[..end]).map_err(|why| format!("its head cannot be read: {why}"))?;
    let mut line = Vec::new();
    DeflateDecoder::new(&packed[end + 1..]).read_to_end(&mut line).map_err(|why| format!("it cannot be unpacked: {why}"))?;
    Ok(Snapshot { head, line })
}
