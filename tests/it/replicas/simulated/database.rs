//! The database: rows, leases, and transactions that happen at one moment each.

use std::collections::BTreeMap;
use std::time::Duration;

use playmoney::inside::edge::replicas::tenure::{self, Claim, Fence, Found, Left, Row};

use super::{Input, Millis};

/// A rule of the protocol that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// A write compares its place alone.
    FenceUnchecked,
    /// A claimant judges the owner's lease by its own clock.
    LocalClock,
    /// Callers are answered before the write.
    AnsweredEarly,
    /// A commit whose answer was lost is taken for one that failed, and what it wrote is written again as if it were new.
    WrittenTwice,
}

impl Mutation {
    pub const ALL: [Self; 4] = [Self::FenceUnchecked, Self::LocalClock, Self::AnsweredEarly, Self::WrittenTwice];

    /// Which complaint shows it.
    pub const fn breaks(self) -> &'static [&'static str] {
        match self {
            Self::FenceUnchecked => &["two owners", "lost", "another place", "applied"],
            Self::LocalClock => &["robbed"],
            Self::AnsweredEarly => &["lost", "another place"],
            Self::WrittenTwice => &["twice", "another place", "applied"],
        }
    }
}

/// A sandbox in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub row: Row,
    /// Number, fence and contents of each piece.
    pub pieces: Vec<(i64, Fence, Vec<Input>)>,
    /// Who had each fence.
    pub owners: BTreeMap<Fence, String>,
}

impl Kept {
    /// Everything that was heard, in order.
    pub fn inputs(&self) -> impl Iterator<Item = Input> {
        self.pieces.iter().flat_map(|it| it.2.iter().copied())
    }
}

/// What a replica asks, in one transaction.
#[derive(Clone, Debug)]
pub enum Ask {
    Renew,
    Claim { name: usize, clock: Millis },
    Write { name: usize, fence: Fence, before: i64, inputs: Vec<Input> },
    Look { name: usize, fence: Fence, piece: i64 },
    Release { name: usize, fence: Fence },
}

/// What it is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    Renewed,
    Claimed { name: usize, claim: Claim, fence: Fence, inputs: Vec<Input>, kept: i64 },
    Written { name: usize, fence: Fence, is_kept: bool },
    Looked { name: usize, fence: Fence, row: Row, found: Found },
    Released { name: usize },
}

pub struct Database {
    pub rows: Vec<Kept>,
    leases: BTreeMap<String, Millis>,
    lease: Millis,
    mutation: Option<Mutation>,
    pub claims: u64,
    pub taken_over: u64,
    pub refused: u64,
    /// Claims that were granted although the owner's lease had not ended.
    pub robbed: u64,
}

impl Database {
    pub fn new(sandboxes: usize, lease: Millis, mutation: Option<Mutation>) -> Self {
        let rows = vec![Kept::default(); sandboxes];
        Self { rows, leases: BTreeMap::new(), lease, mutation, claims: 0, taken_over: 0, refused: 0, robbed: 0 }
    }

    fn left(&self, replica: Option<&String>, now: Millis) -> Left {
        let until = self.leases.get(replica?)?;
        until.checked_sub(now).filter(|it| 0 < *it).map(Duration::from_millis)
    }

    /// One transaction at one moment.
    pub fn hear(&mut self, from: &String, ask: Ask, now: Millis) -> Reply {
        match ask {
            Ask::Renew => {
                self.leases.insert(from.clone(), now + self.lease);
                Reply::Renewed
            }
            Ask::Claim { name, clock } => self.claim(from, name, clock, now),
            Ask::Write { name, fence, before, inputs } => {
                let unchecked = self.mutation == Some(Mutation::FenceUnchecked);
                let twice = self.mutation == Some(Mutation::WrittenTwice);
                let kept = &mut self.rows[name];
                let at = if twice && kept.row.fence == fence { kept.row.kept } else { before };
                let is_kept = tenure::may_write(&kept.row, from, fence, at) || (unchecked && kept.row.kept == at);
                if is_kept {
                    kept.row.kept += 1;
                    kept.pieces.push((kept.row.kept, fence, inputs));
                } else {
                    self.refused += 1;
                }
                Reply::Written { name, fence, is_kept }
            }
            Ask::Look { name, fence, piece } => {
                let kept = &self.rows[name];
                let is_there = kept.pieces.iter().any(|it| (it.0, it.1) == (piece, fence));
                let found = if is_there { Found::There } else { Found::Missing };
                Reply::Looked { name, fence, row: kept.row.clone(), found }
            }
            Ask::Release { name, fence } => {
                let row = &mut self.rows[name].row;
                if row.owner.as_ref() == Some(from) && row.fence == fence {
                    row.owner = None;
                }
                Reply::Released { name }
            }
        }
    }

    fn claim(&mut self, from: &String, name: usize, clock: Millis, now: Millis) -> Reply {
        let row = self.rows[name].row.clone();
        let (own, owners) = (self.left(Some(from), now), self.left(row.owner.as_ref(), now));
        let judged = if self.mutation == Some(Mutation::LocalClock) { self.left(row.owner.as_ref(), clock) } else { owners };
        let claim = tenure::claim(&row, from, own, judged);
        let kept = &mut self.rows[name];
        let mut fence = row.fence;
        if claim == Claim::Granted {
            self.claims += 1;
            fence = Fence(self.claims.cast_signed());
            if row.owner.as_ref().is_some_and(|it| it != from) {
                self.taken_over += 1;
                self.robbed += u64::from(owners.is_some());
            }
            kept.row.fence = fence;
            kept.row.owner = Some(from.clone());
            kept.owners.insert(fence, from.clone());
        }
        Reply::Claimed { name, claim, fence, inputs: kept.inputs().collect(), kept: kept.row.kept }
    }
}
