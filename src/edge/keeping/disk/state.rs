//! The database beside the log: the latest snapshot of each sandbox.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use redb::backends::InMemoryBackend;
use redb::{Database, ReadableDatabase, ReadableTable, StorageBackend, TableDefinition};

use super::block::crc;
use super::files::Head;
use super::guarded::guarded;
use super::of_another_version;
use crate::edge::keeping::Settings;

/// The file of the database.
pub const NAME: &str = "snapshots.redb";

/// By the number of a sandbox: a CRC-32, the head as a line of JSON, and the snapshot, packed.
const SNAPSHOTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("snapshots");
/// Numbers of the server.
const SERVER: TableDefinition<'_, &str, u64> = TableDefinition::new("server");
const FORMAT: &str = "format";
const LIVES: &str = "lives";
const UNNAMED: &str = "unnamed";
const COMMITS: &str = "commits";
const OLDEST_LOG: &str = "oldest_log";
const LAST_LOG: &str = "last_log";

const CLOSED: &str = "it was closed by an error";

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

impl Counts {
    /// With a sandbox that was made.
    pub fn note(&mut self, settings: &Settings) {
        self.lives = self.lives.max(settings.life);
        self.unnamed = self.unnamed.max(settings.unnamed);
    }
}

/// The files of the log that have to be there, by their numbers: nothing else would say that one is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first that has something that is needed.
    pub oldest: u64,
    /// The last that was begun.
    pub last: u64,
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
    /// The files of the log that have to be there. `None`: the log has never lost its first one.
    pub log: Option<Span>,
}

impl State {
    /// The database in a folder, which is made with the first write.
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join(NAME), database: None }
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
        // The whole is guarded too, because the library can also panic when it closes a damaged database.
        guarded(|| {
            let copy = InMemoryBackend::new();
            copy.set_len(bytes.len() as u64).and_then(|()| copy.write(0, &bytes)).map_err(|it| it.to_string())?;
            drop(bytes);
            let database = guarded(|| redb::Builder::new().create_with_backend(copy).map_err(|it| it.to_string()))?;
            let mut copy = Self { path: self.path.clone(), database: Some(database) };
            copy.check()?;
            copy.check_format()?;
            copy.stored()
        })
    }

    fn stored(&self) -> Result<Stored, String> {
        Ok(Stored { snapshots: self.snapshots()?, counts: self.counts()?, log: self.log()? })
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
        self.stored()
    }

    /// Looks at all checksums. Where the latest commit does not fit its own, the library takes the one before it instead, and says the same
    /// of it as of room that it has counted wrong, which loses nothing: it can do that with each start.
    fn check(&mut self) -> Result<(), String> {
        let before = guarded(|| self.number(COMMITS))?;
        let database = self.database.as_mut().ok_or(CLOSED)?;
        let is_clean = guarded(|| database.check_integrity().map_err(|it| it.to_string()))?;
        if is_clean || guarded(|| self.number(COMMITS))? == before { Ok(()) } else { Err("it does not fit its checksums".to_owned()) }
    }

    fn database(&self) -> Result<&Database, String> {
        self.database.as_ref().ok_or_else(|| CLOSED.to_owned())
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
            write(&transaction).and_then(|()| count(&transaction)).map_err(|it| it.to_string())?;
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

    /// Forgets sandboxes, and keeps the counts.
    ///
    /// # Errors
    /// A sentence: nothing has changed.
    pub fn forget(&mut self, lives: &BTreeSet<u64>, counts: Counts) -> Result<(), String> {
        self.write_or_close(|it| {
            let mut snapshots = it.open_table(SNAPSHOTS)?;
            for life in lives {
                snapshots.remove(life)?;
            }
            drop(snapshots);
            insert_number(it, LIVES, counts.lives)?;
            insert_number(it, UNNAMED, counts.unnamed)
        })
    }
}

impl State {
    fn log(&self) -> Result<Option<Span>, String> {
        let number = |name| guarded(|| self.number(name));
        Ok(number(OLDEST_LOG)?.zip(number(LAST_LOG)?).map(|(oldest, last)| Span { oldest, last }))
    }

    /// Keeps which files of the log have to be there from now on.
    ///
    /// # Errors
    /// A sentence: nothing has changed.
    pub fn keep_log(&mut self, span: Span) -> Result<(), String> {
        self.write_or_close(|it| {
            insert_number(it, OLDEST_LOG, span.oldest)?;
            insert_number(it, LAST_LOG, span.last)
        })
    }
}

fn insert_number(transaction: &redb::WriteTransaction, name: &str, number: u64) -> Result<(), redb::Error> {
    transaction.open_table(SERVER)?.insert(name, number)?;
    Ok(())
}

/// Numbers the commit, so that two of them differ.
fn count(transaction: &redb::WriteTransaction) -> Result<(), redb::Error> {
    let mut server = transaction.open_table(SERVER)?;
    let next = server.get(COMMITS)?.map_or(1, |it| it.value() + 1);
    server.insert(COMMITS, next)?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::time::Timestamp;

    /// A folder of the test's own, which goes at its end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("playmoney-state-{name}-{}", std::process::id()));
            _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        /// All that a database in it has, if it can be used.
        fn contents(&self) -> Result<String, String> {
            let Stored { snapshots, counts, log } = State::of(&self.0).read()?;
            Ok(format!("{counts:?} {log:?} {snapshots:?}"))
        }

        /// Read, and then opened.
        fn open(&self) -> Result<State, String> {
            let mut state = State::of(&self.0);
            state.read()?;
            state.open()?;
            Ok(state)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn keep(state: &mut State, life: u64, text: &[u8]) {
        let settings = Settings { name: format!("s{life}"), life, created_at: Timestamp::UNIX_EPOCH, ttl: None, unnamed: 0 };
        state.keep(life, &pack(&Head { settings, first: 7 }, text), Counts { lives: life, unnamed: 0 }).expect("it is kept");
    }

    #[test]
    fn a_database_that_is_whole_is_opened_with_every_start() {
        let folder = Folder::new("starts");
        for start in 0..12 {
            let mut state = folder.open().unwrap_or_else(|why| panic!("start {start}: {why}"));
            assert_eq!(state.log().expect("a number").map(|it| it.last), (0 < start).then_some(1 + (start.max(1) - 1) / 3));
            if start % 3 == 0 {
                state.keep_log(Span { oldest: 1, last: 1 + start / 3 }).expect("it is kept");
            }
        }
    }

    #[test]
    fn a_changed_byte_changes_nothing_or_is_noticed() {
        let folder = Folder::new("bytes");
        let mut state = folder.open().expect("it is new");
        for life in 1..=3 {
            keep(&mut state, life, &vec![b'a' + u8::try_from(life).expect("few"); 6_000]);
        }
        state.keep_log(Span { oldest: 2, last: 4 }).expect("it is kept");
        keep(&mut state, 2, b"later");
        drop(state);
        let (path, whole) = (folder.0.join(NAME), folder.contents().expect("it is whole"));
        let good = std::fs::read(&path).expect("a file");
        let mut refused = 0;
        // Wherever something stands, in steps that meet each page several times.
        let places: Vec<usize> = (0..good.len()).step_by(499).filter(|it| good[*it] != 0).collect();
        for at in &places {
            let mut bytes = good.clone();
            bytes[*at] ^= 0x11;
            std::fs::write(&path, &bytes).expect("it can be written");
            match folder.contents() {
                Ok(it) => assert_eq!(it, whole, "byte {at}"),
                Err(_) => refused += 1,
            }
        }
        assert!(0 < refused && !places.is_empty(), "{refused} of {}", places.len());
    }
}
