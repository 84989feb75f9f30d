//! What stands in the files of a data folder, and what they say together.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::state::{Counts, Snapshot, Stored};
use crate::edge::keeping::{Entry, Settings};

/// A line of a block that is not a record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    /// A sandbox was made: its beginning is the next line.
    Made(Head),
    /// This number of records of a sandbox follows, one a line.
    Records { life: u64, first: u64, count: u64 },
    /// A sandbox was deleted.
    Deleted { life: u64 },
}

/// What is kept with a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub settings: Settings,
    /// The number of the record after it.
    pub first: u64,
}

/// A sandbox as the files have it.
#[derive(Clone, Debug)]
pub struct Kept {
    pub settings: Settings,
    /// The line of its latest snapshot.
    pub base: Vec<u8>,
    /// The number of the first record after that.
    pub first: u64,
    /// The records, one a line.
    pub lines: Vec<u8>,
    /// The number of the next record.
    next: u64,
    /// The oldest file of the log in which something of it is needed.
    pub since: u64,
}

impl Kept {
    /// The lines of its records.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.split_inclusive(|it| *it == b'\n').map(|it| it.strip_suffix(b"\n").unwrap_or(it))
    }

    fn of(Head { settings, first }: Head, base: Vec<u8>, since: u64) -> Self {
        Self { settings, base, first, lines: Vec::new(), next: first, since }
    }
}

/// All sandboxes, as far as the files were read.
#[derive(Debug, Default)]
pub struct Found {
    pub sandboxes: BTreeMap<u64, Kept>,
    /// Sandboxes of which the log tells more, and which were deleted or whose beginning was not kept.
    unknown: BTreeSet<u64>,
    pub counts: Counts,
    /// Sandboxes that were deleted, of which the database may still have a snapshot.
    pub deleted: BTreeSet<u64>,
}

/// What a store needs to know of them to go on.
#[derive(Debug)]
pub struct Needs {
    /// The oldest file of the log that each sandbox needs.
    pub since: Vec<(u64, u64)>,
    pub counts: Counts,
    pub deleted: BTreeSet<u64>,
}

/// What an entry becomes in the log. Nothing for a sandbox that the log does not have to keep.
pub fn write(out: &mut Vec<u8>, entry: &Entry) {
    match entry {
        Entry::Records { track, unkept, .. } => {
            if let (0, Some((first, base))) = (unkept.first(), unkept.base()) {
                line(out, &Line::Made(Head { settings: track.settings.clone(), first: *first }));
                out.extend_from_slice(&base.line());
            }
            let (life, first, count) = (track.settings.life, unkept.first(), unkept.next() - unkept.first());
            if 0 < count {
                line(out, &Line::Records { life, first, count });
                unkept.lines(out);
            }
        }
        Entry::Deleted { track, .. } => line(out, &Line::Deleted { life: track.settings.life }),
        Entry::Nothing { .. } => {}
    }
}

fn line(out: &mut Vec<u8>, line: &Line) {
    serde_json::to_writer(&mut *out, line).expect("our types are JSON");
    out.push(b'\n');
}

impl Found {
    /// With what the database has.
    pub fn with(Stored { snapshots, counts, .. }: Stored) -> Self {
        let kept = |(life, it): (u64, Snapshot)| (life, Kept::of(it.head, it.line, u64::MAX));
        Self { sandboxes: snapshots.into_iter().map(kept).collect(), counts, ..Self::default() }
    }

    /// Takes in the text of a block.
    ///
    /// # Errors
    /// A sentence: a line cannot be read, or something before it is missing.
    pub fn hear(&mut self, segment: u64, text: &[u8]) -> Result<(), String> {
        let mut lines = text.split_inclusive(|it| *it == b'\n');
        while let Some(it) = lines.next() {
            if it == b"\n" {
                continue; // written to find out whether that is possible
            }
            match serde_json::from_slice(it).map_err(|why| format!("a line cannot be read: {why}"))? {
                Line::Made(head) => {
                    let base = lines.next().ok_or("a beginning is missing")?.to_vec();
                    self.made(head, base, segment);
                }
                Line::Records { life, first, count } => {
                    let records: Vec<&[u8]> = lines.by_ref().take(usize::try_from(count).unwrap_or(usize::MAX)).collect();
                    if records.len() as u64 != count {
                        return Err(format!("{count} records are promised, and {} stand there", records.len()));
                    }
                    self.records(life, first, &records, segment)?;
                }
                Line::Deleted { life } => {
                    self.sandboxes.remove(&life);
                    self.unknown.remove(&life);
                    self.deleted.insert(life);
                }
            }
        }
        Ok(())
    }

    fn made(&mut self, head: Head, base: Vec<u8>, segment: u64) {
        self.counts.note(&head.settings);
        // The database may have a later snapshot.
        self.sandboxes.entry(head.settings.life).or_insert_with(|| Kept::of(head, base, segment));
    }

    fn records(&mut self, life: u64, first: u64, records: &[&[u8]], segment: u64) -> Result<(), String> {
        let Some(kept) = self.sandboxes.get_mut(&life) else {
            self.unknown.insert(life);
            return Ok(());
        };
        if kept.next < first {
            return Err(format!("the records {} to {} of the sandbox `{}` are missing", kept.next, first - 1, kept.settings.name));
        }
        let known = usize::try_from(kept.next - first).unwrap_or(usize::MAX);
        for it in records.iter().skip(known) {
            kept.lines.extend_from_slice(it);
            kept.next += 1;
            kept.since = kept.since.min(segment);
        }
        Ok(())
    }

    /// What a store needs to know of it to go on.
    pub fn needs(&self) -> Needs {
        let since = self.sandboxes.iter().map(|(life, it)| (*life, it.since)).collect();
        Needs { since, counts: self.counts, deleted: self.deleted.clone() }
    }

    /// Everything was read.
    ///
    /// # Errors
    /// A sentence: the beginning of a sandbox is missing.
    pub fn end(&self) -> Result<(), String> {
        match self.unknown.first() {
            Some(life) => Err(format!("the log has records of the sandbox number {life}, whose beginning is missing")),
            None => Ok(()),
        }
    }
}
