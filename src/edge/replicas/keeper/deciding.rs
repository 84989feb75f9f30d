//! What has become of pieces that were refused or not answered, and of sandboxes that were deleted.

use super::{MOVED, NotKept, Ordering, Part, Trouble, Writer};
use crate::edge::replicas::connecting::in_time;
use crate::edge::replicas::database::number;
use crate::edge::replicas::tenure::{Fate, fate};

impl Writer {
    /// Looks what has become of pieces whose commit was refused or not answered.
    pub(super) async fn resolve(&self, waits: &mut Vec<Part>) -> Result<(), Trouble> {
        let mut at = 0;
        while let Some(it) = waits.get_mut(at) {
            let piece = &it.piece;
            if !it.may_be_there {
                at += 1;
                continue;
            }
            let (row, found) = in_time(self.database.look(&piece.name, piece.fence, piece.next)).await?;
            let numbers = (number(piece.first), number(piece.next));
            match fate(row.as_ref(), &self.database.me().id, piece.fence, numbers, found) {
                Fate::Again => {
                    it.may_be_there = false;
                    at += 1;
                }
                Fate::Kept => {
                    let mut it = waits.remove(at);
                    self.kept(&it);
                    if it.deletes.is_some() {
                        (it.piece.first, it.may_be_there) = (it.piece.next, false);
                        waits.insert(at, it);
                        at += 1;
                    }
                }
                other @ (Fate::Lost | Fate::Unknown) => {
                    self.counts.fenced.fetch_add(1, Ordering::Relaxed);
                    let why = NotKept { is_unknown: other == Fate::Unknown, ..NotKept::because(MOVED) };
                    self.lose(&waits.remove(at), &why);
                }
            }
        }
        Ok(())
    }

    /// Deletes sandboxes. One whose tenure has ended stays; one that is gone was deleted by a try whose answer was lost.
    pub(super) async fn delete(&self, waits: &mut Vec<Part>) -> Result<(), Trouble> {
        while let Some(at) = waits.iter().position(|it| it.deletes.is_some() && it.piece.first == it.piece.next) {
            let piece = &waits[at].piece;
            let is_done =
                in_time(self.database.delete(&piece.name, piece.fence)).await? || !in_time(self.database.exists(&piece.name)).await?;
            let it = waits.remove(at);
            match it.deletes {
                Some(number) if is_done => it.track.keep(number),
                _ => it.track.lose(&NotKept { is_unknown: true, ..NotKept::because(MOVED) }),
            }
            self.ended(&it);
        }
        Ok(())
    }
}
