//! Who may write a sandbox, and what a replica does with what the database says. Nothing here waits, and nothing reads a clock: the
//! statements of `database` and the model of the simulation both follow these functions.
//!
//! ```text
//! lease   of a replica: until that moment of the database's clock, all that it owns stays with it. It renews it in good time
//! fence   of a sandbox: a number that grows with each claim. Each write names it, and the row's transaction compares it
//!
//! ask ─▶ Here                     this replica owns it
//!     ─▶ Claim ─▶ claim() ─▶ Granted   the owner's lease has ended, or it has none: restore, then `Here`
//!                         ─▶ Held      forward to the owner, one hop
//! write ─▶ may_write() in the write's own transaction ─▶ kept: answer
//!                                                     ─▶ refused, or the answer of the commit is lost: look ─▶ fate()
//! ```
//!
//! Safety rests on the fence alone. A lease only says when another replica may claim: a replica that was stopped past its lease still
//! believes that it owns its sandboxes, and its first write is refused.

use std::collections::BTreeMap;
use std::time::Duration;

/// The number of a tenure. The database gives it out, and it only grows, also when a sandbox is deleted and made again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);

/// A replica, from its start to its end: one that starts again is another one.
pub type ReplicaId = String;

/// The row of a sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub owner: Option<ReplicaId>,
    pub fence: Fence,
    /// The number of the latest piece of its history that is kept.
    pub kept: i64,
    /// Pieces up to this number have gone into a snapshot.
    pub base: i64,
}

/// How long a lease lasts still, by the clock of the database. `None`: it has ended, or its replica is gone.
pub type Left = Option<Duration>;

/// What becomes of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The sandbox belongs to the claimant from now on, with the next fence.
    Granted,
    /// Another owns it. The lease of that one lasts for this duration from now on.
    Held { by: ReplicaId, left: Duration },
    /// The claimant's own lease has ended: it renews it first.
    Lapsed,
}

/// Decides a claim, in a transaction that has locked the row. Leases are those at the same moment.
pub fn claim(row: &Row, claimant: &ReplicaId, own: Left, owners: Left) -> Claim {
    if own.is_none() {
        return Claim::Lapsed;
    }
    match (&row.owner, owners) {
        (Some(owner), Some(left)) if owner != claimant => Claim::Held { by: owner.clone(), left },
        // Its own, which it does not hold: it has dropped it, and what it may have under way must fail.
        (Some(_) | None, _) => Claim::Granted,
    }
}

/// Whether a piece may be written: it is the next one, and it comes from the present tenure. The statement that writes asks this of the
/// row that it has locked; the simulation asks this function.
#[cfg(any(test, feature = "inside"))]
pub fn may_write(row: &Row, writer: &ReplicaId, fence: Fence, before: i64) -> bool {
    row.owner.as_ref() == Some(writer) && row.fence == fence && row.kept == before
}

/// What has become of a piece whose write was refused, or whose commit was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is kept. Its callers may have their answers.
    Kept,
    /// It is not kept yet, and the tenure lasts: write it again.
    Again,
    /// It is not kept and never will be: the sandbox has another owner.
    Lost,
    /// It is not known: the sandbox has another owner, who has taken a snapshot since, or it was deleted.
    Unknown,
}

/// Whether a look has found a piece of that number and of that tenure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    There,
    Missing,
}

/// Judges by a later look at the row. `before` and `piece` are the numbers before and of the piece.
pub fn fate(row: Option<&Row>, writer: &ReplicaId, fence: Fence, (before, piece): (i64, i64), found: Found) -> Fate {
    let Some(row) = row else { return Fate::Unknown };
    if found == Found::There {
        return Fate::Kept;
    }
    let is_ours = row.owner.as_ref() == Some(writer) && row.fence == fence;
    match (is_ours, row.kept) {
        (true, kept) if kept == before => Fate::Again,
        // Only this tenure has written since.
        (true, kept) if piece <= kept => Fate::Kept,
        (false, _) if row.base < piece => Fate::Lost,
        (true | false, _) => Fate::Unknown,
    }
}

/// What a replica has to do with a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenure {
    /// The database was asked. Callers wait.
    Claiming,
    /// It owns it, and hears it.
    Held(Fence),
    /// It owns it still, and hears nothing any more: what is heard is being kept.
    Leaving(Fence),
}

/// What a caller who names a sandbox has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// This replica owns the sandbox.
    Here(Fence),
    /// Nothing is known: this caller claims it.
    Claim,
    /// Another caller claims it, or it is on its way elsewhere: wait for a change.
    Wait,
    /// This replica is about to stop, and claims nothing.
    Elsewhere,
}

/// The tenures of one replica.
#[derive(Debug, Default)]
pub struct Desk {
    tenures: BTreeMap<String, Tenure>,
    is_draining: bool,
}

impl Desk {
    /// A caller asks for a sandbox.
    pub fn ask(&mut self, name: &str) -> Way {
        match self.tenures.get(name) {
            Some(Tenure::Held(fence)) => Way::Here(*fence),
            Some(Tenure::Claiming | Tenure::Leaving(_)) => Way::Wait,
            None if self.is_draining => Way::Elsewhere,
            None => {
                self.tenures.insert(name.to_owned(), Tenure::Claiming);
                Way::Claim
            }
        }
    }

    /// The sandbox was made here, or was claimed and restored. `false`: the replica drains meanwhile, so it leaves again.
    pub fn hold(&mut self, name: &str, fence: Fence) -> bool {
        let tenure = if self.is_draining { Tenure::Leaving(fence) } else { Tenure::Held(fence) };
        self.tenures.insert(name.to_owned(), tenure);
        !self.is_draining
    }

    /// A claim has come to nothing.
    pub fn forget_claim(&mut self, name: &str) {
        if self.tenures.get(name) == Some(&Tenure::Claiming) {
            self.tenures.remove(name);
        }
    }

    /// A tenure has ended: by another's claim, by a deletion, or because it was handed over. A later tenure stays.
    pub fn end(&mut self, name: &str, fence: Fence) {
        if self.fence(name).is_some_and(|it| it <= fence) {
            self.tenures.remove(name);
        }
    }

    /// The sandbox hears nothing any more here. `None`: it is not held, or leaves already.
    pub fn leave(&mut self, name: &str) -> Option<Fence> {
        let tenure = self.tenures.get_mut(name)?;
        let Tenure::Held(fence) = *tenure else { return None };
        *tenure = Tenure::Leaving(fence);
        Some(fence)
    }

    /// The replica is about to stop: it claims nothing any more. What it holds, to leave one after another.
    pub fn drain(&mut self) -> Vec<String> {
        self.is_draining = true;
        self.held().map(|(name, _)| name.to_owned()).collect()
    }

    /// Whether it is about to stop.
    pub const fn is_draining(&self) -> bool {
        self.is_draining
    }

    /// The number of a tenure, held or leaving.
    pub fn fence(&self, name: &str) -> Option<Fence> {
        match self.tenures.get(name)? {
            Tenure::Held(fence) | Tenure::Leaving(fence) => Some(*fence),
            Tenure::Claiming => None,
        }
    }

    /// What it holds, in the order of the names.
    pub fn held(&self) -> impl Iterator<Item = (&str, Fence)> {
        self.tenures.iter().filter_map(|(name, tenure)| match tenure {
            Tenure::Held(fence) => Some((name.as_str(), *fence)),
            Tenure::Claiming | Tenure::Leaving(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(owner: Option<&str>, fence: i64, kept: i64, base: i64) -> Row {
        Row { owner: owner.map(str::to_owned), fence: Fence(fence), kept, base }
    }

    #[test]
    fn a_claim_waits_for_the_lease_of_the_owner() {
        let (me, second) = ("me".to_owned(), Some(Duration::from_secs(1)));
        let held = row(Some("other"), 7, 0, 0);
        assert_eq!(claim(&held, &me, second, second), Claim::Held { by: "other".to_owned(), left: Duration::from_secs(1) });
        assert_eq!(claim(&held, &me, second, None), Claim::Granted);
        assert_eq!(claim(&held, &me, None, None), Claim::Lapsed);
        assert_eq!(claim(&row(None, 7, 0, 0), &me, second, None), Claim::Granted);
        assert_eq!(claim(&row(Some("me"), 7, 0, 0), &me, second, second), Claim::Granted, "what is under way must fail");
    }

    #[test]
    fn a_write_needs_owner_fence_and_place() {
        let (me, held) = ("me".to_owned(), row(Some("me"), 7, 3, 0));
        assert!(may_write(&held, &me, Fence(7), 3));
        assert!(!may_write(&held, &me, Fence(6), 3));
        assert!(!may_write(&held, &me, Fence(7), 2));
        assert!(!may_write(&held, &"other".to_owned(), Fence(7), 3));
    }

    #[test]
    fn a_commit_without_an_answer_is_judged_by_what_stands_there() {
        let me = "me".to_owned();
        let judged = |row: Option<Row>, found| fate(row.as_ref(), &me, Fence(7), (3, 4), found);
        assert_eq!(judged(Some(row(Some("me"), 7, 3, 0)), Found::Missing), Fate::Again);
        assert_eq!(judged(Some(row(Some("me"), 7, 4, 0)), Found::There), Fate::Kept);
        assert_eq!(judged(Some(row(Some("me"), 7, 4, 4)), Found::Missing), Fate::Kept, "it has gone into our own snapshot");
        assert_eq!(judged(Some(row(Some("other"), 8, 4, 0)), Found::There), Fate::Kept);
        assert_eq!(judged(Some(row(Some("other"), 8, 4, 0)), Found::Missing), Fate::Lost, "the other has written this number");
        assert_eq!(judged(Some(row(Some("other"), 8, 9, 9)), Found::Missing), Fate::Unknown);
        assert_eq!(judged(None, Found::Missing), Fate::Unknown);
    }

    #[test]
    fn one_caller_claims_and_the_others_wait() {
        let mut desk = Desk::default();
        assert_eq!((desk.ask("a"), desk.ask("a")), (Way::Claim, Way::Wait));
        assert!(desk.hold("a", Fence(3)));
        assert_eq!(desk.ask("a"), Way::Here(Fence(3)));
        desk.end("a", Fence(2));
        assert_eq!(desk.ask("a"), Way::Here(Fence(3)), "an earlier tenure has ended, not this one");
        assert_eq!(desk.ask("b"), Way::Claim);
        desk.forget_claim("b");
        assert_eq!(desk.drain(), ["a"]);
        assert_eq!((desk.leave("a"), desk.leave("a")), (Some(Fence(3)), None));
        assert_eq!((desk.ask("a"), desk.ask("b")), (Way::Wait, Way::Elsewhere));
        desk.end("a", Fence(3));
        assert_eq!(desk.ask("a"), Way::Elsewhere);
    }
}
