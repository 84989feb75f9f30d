//! What goes into one commit.

use super::{Arc, BTreeMap, Entry, Fence, Track};
use crate::edge::replicas::database::Piece;
use crate::sandbox::history::Base;

/// What one sandbox has handed over for it.
pub struct Part {
    pub track: Arc<Track>,
    /// The number of its latest entry.
    pub number: u64,
    pub piece: Piece,
    /// Of a sandbox that was made: kept before all else.
    pub beginning: Option<Arc<Base>>,
    /// Its latest snapshot, and the number of the record behind it.
    pub snapshot: Option<(u64, Arc<Base>)>,
    /// It was deleted, by the entry of that number.
    pub deletes: Option<u64>,
    /// A commit of it was refused or not answered, so a look comes first.
    pub may_be_there: bool,
}

#[derive(Default)]
pub struct Group {
    pub parts: BTreeMap<(String, Fence), Part>,
    /// Entries without contents, which wait for all before them.
    pub marks: Vec<(Arc<Track>, u64)>,
    bytes: usize,
}

impl Group {
    /// What its entries cost in memory.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds an entry, and when its sandbox has something to do by itself.
    pub fn add(&mut self, entry: Entry, wake: Option<i64>) {
        self.bytes += entry.bytes();
        match entry {
            Entry::Nothing { track, number } => self.marks.push((track, number)),
            Entry::Deleted { track, number } => self.part(&track, None).deletes = Some(number),
            Entry::Records { track, number, unkept } => {
                let part = self.part(&track, Some(unkept.first()));
                part.number = number;
                part.piece.next = unkept.next();
                part.piece.wake = wake;
                unkept.lines(&mut part.piece.lines);
                match unkept.base() {
                    Some((0, base)) => part.beginning = Some(Arc::clone(base)),
                    Some((number, base)) => part.snapshot = Some((*number, Arc::clone(base))),
                    None => {}
                }
            }
        }
    }

    fn part(&mut self, track: &Arc<Track>, first: Option<u64>) -> &mut Part {
        let (name, fence) = (&track.settings.name, Fence(track.settings.life.cast_signed()));
        self.parts.entry((name.clone(), fence)).or_insert_with(|| {
            let first = first.unwrap_or_default();
            let piece = Piece { name: name.clone(), fence, first, next: first, lines: Vec::new(), wake: None };
            let (track, number) = (Arc::clone(track), 0);
            Part { track, number, piece, beginning: None, snapshot: None, deletes: None, may_be_there: false }
        })
    }
}
