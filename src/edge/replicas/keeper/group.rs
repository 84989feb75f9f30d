//! What goes into one commit.

use super::{Arc, BTreeMap, Entry, Fence, Names, Queued, Track, oneshot};
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
    /// The credentials that lead to it, if they have changed.
    pub names: Option<Names>,
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
    /// Sandboxes that go on elsewhere.
    pub leaving: Vec<(Arc<Track>, oneshot::Sender<()>)>,
    bytes: usize,
}

impl Group {
    /// What its entries cost in memory.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds what was put into the queue.
    pub fn add(&mut self, queued: Queued) {
        let (entry, aside) = match queued {
            Queued::Leave(track, done) => return self.leaving.push((track, done)),
            Queued::Entry(entry, aside) => (entry, aside),
        };
        self.bytes += entry.bytes();
        if self.leaving.iter().any(|it| Arc::ptr_eq(&it.0, entry.place().0)) {
            return; // it is lost with its track
        }
        match entry {
            Entry::Nothing { track, number } => self.marks.push((track, number)),
            Entry::Deleted { track, number } => self.part(&track, None).deletes = Some(number),
            Entry::Records { track, number, unkept } => {
                let part = self.part(&track, Some(unkept.first()));
                part.number = number;
                part.piece.next = unkept.next();
                (part.piece.wake, part.piece.used) = (aside.wake, aside.used);
                part.names = aside.names.or_else(|| part.names.take());
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
            let piece = Piece { name: name.clone(), fence, first, next: first, lines: Vec::new(), wake: None, used: 0 };
            let (track, number) = (Arc::clone(track), 0);
            Part { track, number, piece, beginning: None, snapshot: None, names: None, deletes: None, may_be_there: false }
        })
    }
}
