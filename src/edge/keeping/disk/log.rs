//! The log: files to which blocks are appended, and which are removed when nothing in them is needed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::block::{self, Damage, Header, Kind};

/// A log that is written to.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    /// A file that is longer is followed by another.
    file_bytes: u64,
    file: File,
    /// Bytes of the file that were kept.
    good: u64,
    /// Something may stand behind them.
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
}

fn name(segment: u64) -> String {
    format!("inputs-{segment:010}.log")
}

/// The numbers of the files that are there, the oldest first.
fn segments(folder: &Path) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for it in fs::read_dir(folder)? {
        let file = it?.file_name();
        let number: Option<u64> = file.to_str().and_then(|it| it.strip_prefix("inputs-")?.strip_suffix(".log")?.parse().ok());
        found.extend(number);
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
}

/// Hears the text of a block, with the number of its file.
pub type Hear<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), String>;

/// Reads all blocks in their order. What is damaged at the end is left out, and stays in its file.
///
/// # Errors
/// A file cannot be read, or something is damaged before the end.
pub fn scan(folder: &Path, hear: Hear<'_>) -> Result<Scan, Unusable> {
    let numbers = segments(folder).map_err(|why| Unusable::Io(folder.to_owned(), why))?;
    let (mut known, mut next_block, mut cut) = (Vec::new(), None, None);
    for (place, segment) in numbers.iter().enumerate() {
        let path = folder.join(name(*segment));
        let bytes = fs::read(&path).map_err(|why| Unusable::Io(path.clone(), why))?;
        let damaged = |why| Unusable::Damaged(name(*segment), why);
        let read = block::read(&bytes).map_err(damaged)?;
        if let Some(tail) = &read.tail {
            if place + 1 < numbers.len() {
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
    Ok(Scan { known, next_block: next_block.unwrap_or(1), cut })
}

impl Log {
    /// Opens the last file behind its last whole block, or begins the first one. What is damaged at the end is cut.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn behind((folder, file_bytes): (&Path, u64), scan: Scan) -> io::Result<Self> {
        let Scan { mut known, next_block, .. } = scan;
        let folder = folder.to_owned();
        match known.last().copied() {
            Some((segment, good)) if 0 < good => {
                let file = OpenOptions::new().append(true).open(folder.join(name(segment)))?;
                let mut log = Self { folder, file_bytes, file, good, is_dirty: true, segment, next_block, segments: known };
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
                Ok(Self { folder, file_bytes, file, good, is_dirty: false, segment, next_block, segments: known })
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
        (self.file, self.good, self.segment) = (file, good, segment);
        self.segments.push((segment, good));
        Ok(())
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
    /// One cannot be removed; it stays, and those behind it.
    pub fn cut_before(&mut self, segment: u64) -> io::Result<()> {
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
