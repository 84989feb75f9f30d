//! The database beside the log: the latest snapshot of each sandbox.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use redb::backends::InMemoryBackend;
use redb::{Database, ReadableDatabase, ReadableTable, StorageBackend, TableDefinition};

use super::block::crc;
use super::files::Head;
use super::of_another_version;

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
    /// `None`: nothing was written yet, or an error has closed it.
    database: Option<Database>,
}

/// What a database has.
#[derive(Default)]
pub struct Stored {
    /// By the number of their sandbox.
    pub snapshots: BTreeMap<u64, Snapshot>,
    pub counts: Counts,
}

impl State {
    /// The database in a folder, which is made with the first write.
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join("snapshots.redb"), database: None }
    }

    /// Reads everything. The file stays as it is: a database that was not closed is mended in a copy in memory.
    ///
    /// # Errors
    /// A sentence: it cannot be read, is damaged, or is of another format.
    pub fn read(&self) -> Result<Stored, String> {
        let bytes = match std::fs::read(&self.path) {
            Ok(it) if it.is_empty() => return Ok(Stored::default()),
            Ok(it) => it,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Stored::default()),
            Err(why) => return Err(why.to_string()),
        };
        let copy = InMemoryBackend::new();
        let length = bytes.len() as u64;
        copy.set_len(length).and_then(|()| copy.write(0, &bytes)).map_err(|it| it.to_string())?;
        drop(bytes);
        let mut database = guarded(|| redb::Builder::new().create_with_backend(copy).map_err(|it| it.to_string()))?;
        if !guarded(|| database.check_integrity().map_err(|it| it.to_string()))? {
            return Err("it does not fit its checksums".to_owned());
        }
        let copy = Self { path: self.path.clone(), database: Some(database) };
        copy.check_format()?;
        Ok(Stored { snapshots: copy.snapshots()?, counts: copy.counts()? })
    }

    fn check_format(&self) -> Result<(), String> {
        let own = super::block::FORMAT;
        match guarded(|| self.number(FORMAT))? {
            Some(other) if other != own => Err(format!("it has the format {other}, and this Playmoney reads the format {own}")),
            Some(_) | None => Ok(()),
        }
    }

    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// A sentence: it cannot be opened, or is of another format.
    pub fn open(&mut self) -> Result<(), String> {
        if self.database.is_some() {
            return Ok(());
        }
        let opened =
            Self { path: self.path.clone(), database: Some(guarded(|| Database::create(&self.path).map_err(|it| it.to_string()))?) };
        opened.check_format()?;
        if guarded(|| opened.number(FORMAT))?.is_none() {
            opened.write(|it| insert_number(it, FORMAT, super::block::FORMAT))?;
        }
        *self = opened;
        Ok(())
    }

    /// Everything as it was last written.
    ///
    /// # Errors
    /// A sentence: it cannot be read, or is damaged.
    pub fn read_again(&mut self) -> Result<Stored, String> {
        self.open()?;
        Ok(Stored { snapshots: self.snapshots()?, counts: self.counts()? })
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

    fn counts(&self) -> Result<Counts, String> {
        let number = |name| guarded(|| self.number(name)).map(Option::unwrap_or_default);
        Ok(Counts { lives: number(LIVES)?, unnamed: number(UNNAMED)? })
    }

    fn snapshots(&self) -> Result<BTreeMap<u64, Snapshot>, String> {
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
        self.open()?;
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
    let of_another = |why| format!("its head cannot be read: {why}. {}", of_another_version());
    let head = serde_json::from_slice(&packed[..end]).map_err(of_another)?;
    let mut line = Vec::new();
    DeflateDecoder::new(&packed[end + 1..]).read_to_end(&mut line).map_err(|why| format!("it cannot be unpacked: {why}"))?;
    Ok(Snapshot { head, line })
}
