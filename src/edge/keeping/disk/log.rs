//! The log: files to which blocks are appended, and which are removed when nothing in them is needed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::block::{self, Damage, Header, Kind};
use super::state::{NAME, Span, State};

/// A log that is written to.
pub struct Log {
    folder: PathBuf,
    /// A file that is longer is followed by another.
    file_bytes: u64,
    /// Its database, which has the numbers of the files that have to be there.
    state: Arc<Mutex<State>>,
    file: File,
    /// Bytes of the file that were kept.
    good: u64,
    /// Something may stand after them.
    is_dirty: bool,
    segment: u64,
    next_block: u64,
    /// Each file that is there, with its length, the oldest first; the last is written to.
    segments: Vec<(u64, u64)>,
}

/// What was cut off at the end of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    pub file: String,
    pub at: u64,
    pub bytes: u64,
    pub why: String,
}

/// Why a log cannot be used.
#[derive(Debug)]
pub enum Unusable {
    Io(PathBuf, io::Error),
    Damaged(String, Damage),
    /// That file is not there, and something in it is needed.
    Missing(String),
}

fn name(segment: u64) -> String {
    format!("inputs-{segment:010}.log")
}

/// The number of a file with that name. `None`: it is not one of a log.
pub fn number(name: &str) -> Option<u64> {
    name.strip_prefix("inputs-")?.strip_suffix(".log")?.parse().ok()
}

/// The numbers of the files that are there, the oldest first.
fn segments(folder: &Path) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for it in fs::read_dir(folder)? {
        let file = it?.file_name();
        found.extend(file.to_str().and_then(number));
    }
    found.sort_unstable();
    Ok(found)
}

/// Makes what was done to names in a folder last.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// What the files have.
pub struct Scan {
    /// Each file, and where its last whole block ends.
    known: Vec<(u64, u64)>,
    next_block: u64,
    pub cut: Option<Cut>,
    /// The files that had to be there.
    span: Option<Span>,
}

/// Hears the text of a block, with the number of its file.
pub type Hear<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), String>;

/// The first file that is missing.
fn missing(numbers: &[u64], span: Option<Span>) -> Option<u64> {
    match span {
        // A database that has never heard of the log can only go with all of it.
        None => numbers.first().filter(|it| **it != 1).map(|_| 1),
        Some(Span { oldest, last }) => (oldest..=last).find(|it| numbers.binary_search(it).is_err()),
    }
}

/// Reads all blocks in their order. What is damaged at the end is left out, and stays in its file. `span` has the files that have to be
/// there.
///
/// # Errors
/// A file cannot be read or is missing, or something is damaged before the end.
pub fn scan(folder: &Path, span: Option<Span>, hear: Hear<'_>) -> Result<Scan, Unusable> {
    let numbers = segments(folder).map_err(|why| Unusable::Io(folder.to_owned(), why))?;
    if let Some(it) = missing(&numbers, span) {
        return Err(Unusable::Missing(name(it)));
    }
    let (mut known, mut next_block, mut cut) = (Vec::new(), None, None);
    for (place, segment) in numbers.iter().enumerate() {
        let path = folder.join(name(*segment));
        let bytes = fs::read(&path).map_err(|why| Unusable::Io(path.clone(), why))?;
        let damaged = |why| Unusable::Damaged(name(*segment), why);
        let read = block::read(&bytes).map_err(damaged)?;
        if let Some(tail) = &read.tail {
            // A file of which the database knows was begun.
            let is_begun = read.header.is_some() || span.is_none_or(|it| it.last < *segment);
            if place + 1 < numbers.len() || !is_begun {
                return Err(damaged(tail.clone()));
            }
            cut = Some(Cut { file: name(*segment), at: read.end as u64, bytes: (bytes.len() - read.end) as u64, why: tail.why.clone() });
        }
        if let Some(header) = &read.header {
            let expected = next_block.unwrap_or(header.first_block);
            if header.segment != *segment || header.first_block != expected {
                let why = format!("the block {expected} is missing: this file begins with the block {}", header.first_block);
                return Err(damaged(Damage { at: 0, why, kind: Kind::Damaged }));
            }
            next_block = Some(header.first_block + read.blocks.len() as u64);
        }
        for it in &read.blocks {
            hear(*segment, it.text).map_err(|why| damaged(Damage::foreign(it.at, why)))?;
        }
        known.push((*segment, read.end as u64));
    }
    Ok(Scan { known, next_block: next_block.unwrap_or(1), cut, span })
}

impl Log {
    /// Opens the last file after its last whole block, or begins the first one. What is damaged at the end is cut.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn after((folder, file_bytes): (&Path, u64), state: Arc<Mutex<State>>, scan: Scan) -> io::Result<Self> {
        let needed = scan.span;
        let log = Self::opened((folder, file_bytes), state, scan)?;
        // Files before the oldest that is needed may stand there: they were to be removed.
        let oldest = needed.map_or_else(|| log.oldest(), |it| it.oldest);
        let now = Span { oldest, last: log.segment };
        if needed != Some(now) {
            log.note(now)?;
        }
        Ok(log)
    }

    fn opened((folder, file_bytes): (&Path, u64), state: Arc<Mutex<State>>, scan: Scan) -> io::Result<Self> {
        let Scan { mut known, next_block, .. } = scan;
        let folder = folder.to_owned();
        match known.last().copied() {
            Some((segment, good)) if 0 < good => {
                let file = OpenOptions::new().append(true).open(folder.join(name(segment)))?;
                let mut log = Self { folder, file_bytes, state, file, good, is_dirty: true, segment, next_block, segments: known };
                log.clean()?;
                Ok(log)
            }
            last => {
                let segment = last.map_or(1, |it| it.0);
                if last.is_some() {
                    known.pop();
                    fs::remove_file(folder.join(name(segment)))?; // nothing whole stands in it
                }
                let (file, good) = begin(&folder, segment, next_block)?;
                known.push((segment, good));
                Ok(Self { folder, file_bytes, state, file, good, is_dirty: false, segment, next_block, segments: known })
            }
        }
    }

    /// Keeps blocks with these texts: all of them, or none.
    ///
    /// # Errors
    /// They were not kept. What may stand of them is cut off before the next ones.
    pub fn append(&mut self, texts: &[Vec<u8>]) -> io::Result<()> {
        self.clean()?;
        if self.file_bytes <= self.good {
            self.begin_next()?;
        }
        let mut bytes = Vec::with_capacity(texts.iter().map(|it| it.len() + 32).sum());
        let mut number = self.next_block;
        for text in texts {
            block::append(&mut bytes, number, text);
            number += 1;
        }
        self.is_dirty = true;
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        (self.is_dirty, self.next_block) = (false, number);
        self.good += bytes.len() as u64;
        self.segments.last_mut().expect("the one that is written to").1 = self.good;
        Ok(())
    }

    /// Cuts off what was not kept.
    fn clean(&mut self) -> io::Result<()> {
        if self.is_dirty {
            self.file.set_len(self.good)?;
            self.file.sync_all()?;
            self.is_dirty = false;
        }
        Ok(())
    }

    fn begin_next(&mut self) -> io::Result<()> {
        let segment = self.segment + 1;
        let (file, good) = begin(&self.folder, segment, self.next_block)?;
        self.note(Span { oldest: self.oldest(), last: segment })?;
        (self.file, self.good, self.segment) = (file, good, segment);
        self.segments.push((segment, good));
        Ok(())
    }

    /// Keeps which files have to be there from now on.
    fn note(&self, span: Span) -> io::Result<()> {
        self.state.lock().keep_log(span).map_err(|why| io::Error::other(format!("{NAME}: {why}")))
    }

    /// The file that is written to.
    pub const fn segment(&self) -> u64 {
        self.segment
    }

    /// The oldest file.
    pub fn oldest(&self) -> u64 {
        self.segments.first().map_or(self.segment, |it| it.0)
    }

    /// What all files have.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|it| it.1).sum()
    }

    /// Removes the files before that one, the oldest first.
    ///
    /// # Errors
    /// One cannot be removed; it stays, and those after it.
    pub fn cut_before(&mut self, segment: u64) -> io::Result<()> {
        self.note(Span { oldest: segment.min(self.segment), last: self.segment })?;
        while let Some((oldest, _)) = self.segments.first().filter(|it| it.0 < segment && it.0 < self.segment) {
            fs::remove_file(self.folder.join(name(*oldest)))?;
            self.segments.remove(0);
        }
        Ok(())
    }
}

/// Begins a file.
fn begin(folder: &Path, segment: u64, first_block: u64) -> io::Result<(File, u64)> {
    let path = folder.join(name(segment));
    _ = fs::remove_file(&path); // one that could not be begun before
    let header = Header::new(segment, first_block).bytes();
    let mut file = OpenOptions::new().append(true).create_new(true).open(path)?;
    file.write_all(&header)?;
    file.sync_all()?;
    sync_folder(folder)?;
    Ok((file, header.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that is longer is followed by another.
    const FILE_BYTES: u64 = 64 * 1024;

    /// A folder of the test's own, which goes at its end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("playmoney-log-{name}-{}", std::process::id()));
            _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        fn file(&self, segment: u64) -> PathBuf {
            self.0.join(name(segment))
        }

        fn open(&self) -> Result<Log, Unusable> {
            let io = |why| Unusable::Io(self.0.clone(), why);
            let mut state = State::of(&self.0);
            let stored = state.read().map_err(|why| io(io::Error::other(why)))?;
            let scan = scan(&self.0, stored.log, &mut |_, _| Ok(()))?;
            state.open().map_err(|why| io(io::Error::other(why)))?;
            Log::after((&self.0, FILE_BYTES), Arc::new(Mutex::new(state)), scan).map_err(io)
        }

        /// Why it cannot be opened, without that file and then with it as it was.
        fn refused_without(&self, segment: u64, put: Option<&[u8]>) -> String {
            let (path, aside) = (self.file(segment), self.0.join("aside"));
            fs::rename(&path, &aside).expect("it is there");
            if let Some(bytes) = put {
                fs::write(&path, bytes).expect("it can be written");
            }
            let why = match self.open() {
                Ok(_) => "it was opened".to_owned(),
                Err(Unusable::Io(_, why)) => why.to_string(),
                Err(Unusable::Damaged(file, why)) => format!("{file}, {why}"),
                Err(Unusable::Missing(file)) => format!("{file} is missing"),
            };
            fs::rename(&aside, &path).expect("it is there");
            why
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    /// A text that fills a file, so that the next one begins another.
    fn large() -> Vec<Vec<u8>> {
        vec![vec![b' '; usize::try_from(FILE_BYTES).expect("it fits")]]
    }

    #[test]
    fn a_file_that_was_begun_has_to_be_there() {
        let folder = Folder::new("missing");
        let mut log = folder.open().expect("it is new");
        for text in [large(), large(), vec![b"\n".to_vec()]] {
            log.append(&text).expect("there is room");
        }
        assert_eq!((log.oldest(), log.segment()), (1, 3));
        drop(log);
        for segment in 1..=3 {
            assert_eq!(folder.refused_without(segment, None), format!("{} is missing", name(segment)));
        }
        let emptied = "inputs-0000000003.log, byte 0: the file ends within its first line";
        assert_eq!(folder.refused_without(3, Some(b"")), emptied, "its first line was kept, so this is not the end of the log");
        let mut log = folder.open().expect("nothing is missing");
        let first = fs::read(folder.file(1)).expect("a file");
        log.cut_before(2).expect("it can be removed");
        drop(log);
        assert!(!folder.file(1).exists());
        fs::write(folder.file(1), first).expect("it can be written");
        assert_eq!(folder.open().expect("what was to be removed can stand there").oldest(), 1);
        fs::remove_file(folder.file(1)).expect("it is there");
        assert_eq!(folder.open().expect("it is not needed").oldest(), 2);
        assert_eq!(folder.refused_without(2, None), "inputs-0000000002.log is missing");
        fs::remove_file(folder.0.join(NAME)).expect("it is there");
        assert_eq!(folder.open().err().map(|it| matches!(it, Unusable::Missing(file) if file == name(1))), Some(true));
    }
}
