//! Small simulated blockchains, shared by every provider of a sandbox. Their height follows from the time; only the
//! confirmations of transfers that somebody watches are booked.

use crate::engine::blockchain::Blockchain;
use crate::engine::ids::TransferId;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actions::Shown;
use super::agenda::{Agenda, Due};
use super::ids::COUNT_MAX;
use super::ids::{ObjectId, ProviderId};
use crate::kit::json::written;
use crate::kit::time::{Duration, Timestamp, later};

/// Transfers watched; past it the one that was finished first is forgotten, and a sandbox in which none is finished
/// watches no more.
pub const TRANSFERS_MAX: usize = 100_000;
/// Every chain is older than its sandbox: a reorganisation has something to undo.
pub const BLOCKS_BEFORE: i64 = 1_000_000;
/// Nobody asks for more confirmations.
pub const CONFIRMATIONS_MAX: u32 = 1_000;
/// A reorganisation undoes at most so many blocks.
pub const DEPTH_MAX: u32 = 1_000;

/// A transfer that has just been seen.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    /// Whom it pays.
    pub object: ObjectId,
    /// Which of the transfers to that object.
    pub number: u32,
    pub blockchain: Blockchain,
    /// So many confirmations are enough; none are booked beyond.
    pub wanted: u32,
    /// Its `pace` says whether blocks or actions confirm.
    pub account: &'a str,
}

/// Coins on their way, as far as the chain is asked about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub blockchain: Blockchain,
    /// Beyond so many nobody counts.
    pub wanted: u32,
    pub confirmations: u32,
    /// The block that holds it; `None` while it is only seen.
    pub block: Option<i64>,
    /// Blocks leave it alone: actions confirm it.
    by_hand: bool,
    /// The how manieth of this sandbox's transfers it was to be finished; `None` while it is not.
    finished: Option<u64>,
    /// Counts what has happened to its confirmations, so that an entry of the agenda which was booked before falls
    /// through.
    turn: u32,
}

impl Transfer {
    /// Whether it has all the confirmations that somebody wants.
    pub const fn is_finished(&self) -> bool {
        self.wanted <= self.confirmations
    }
}

/// Every chain of a sandbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Chains {
    /// Blocks fall on multiples of their interval since then: the sandbox's start.
    genesis: Timestamp,
    /// Blocks that reorganisations have undone.
    undone: BTreeMap<Blockchain, i64>,
    transfers: BTreeMap<TransferId, Transfer>,
    /// Finished transfers, the longest finished first: the ones that may be forgotten.
    finished: BTreeMap<u64, TransferId>,
    /// How many times a transfer was finished.
    finishes: u64,
}

impl Chains {
    /// Chains that begin then.
    pub fn new(genesis: Timestamp) -> Self {
        Self { genesis, undone: BTreeMap::new(), transfers: BTreeMap::new(), finished: BTreeMap::new(), finishes: 0 }
    }

    /// The number of the latest block.
    pub fn height(&self, blockchain: Blockchain, now: Timestamp) -> i64 {
        BLOCKS_BEFORE + self.intervals(blockchain, now) - self.undone.get(&blockchain).copied().unwrap_or(0)
    }

    /// Whole intervals since the start.
    fn intervals(&self, blockchain: Blockchain, now: Timestamp) -> i64 {
        let elapsed = now.duration_since(self.genesis).as_nanos();
        i64::try_from(elapsed.div_euclid(blockchain.interval().as_nanos())).unwrap_or(0)
    }

    /// When the next block comes: after now, never at this very moment.
    fn next_block_at(&self, blockchain: Blockchain, now: Timestamp) -> Option<Timestamp> {
        let number = i128::from(self.intervals(blockchain, now)) + 1;
        let nanos = blockchain.interval().as_nanos().checked_mul(number)?;
        later(self.genesis, Duration::from_nanos_i128(nanos))
    }

    /// A transfer is seen. `false`: too many are watched already, and this one is not.
    pub fn watch(&mut self, agenda: &mut Agenda, now: Timestamp, id: TransferId, transfer: Watch<'_>, by_hand: bool) -> bool {
        while self.transfers.len() >= TRANSFERS_MAX {
            let Some((_, oldest)) = self.finished.pop_first() else { return false };
            self.transfers.remove(&oldest);
        }
        let Watch { blockchain, wanted, .. } = transfer;
        let wanted = wanted.min(CONFIRMATIONS_MAX);
        self.transfers.insert(id, Transfer { blockchain, wanted, confirmations: 0, block: None, by_hand, finished: None, turn: 0 });
        self.go_on(agenda, now, id);
        true
    }

    /// Nobody looks at the transfers to that object any more.
    pub fn forget(&mut self, provider_id: ProviderId, object: ObjectId) {
        let ids: Vec<TransferId> = self.of(provider_id, object).map(|it| it.0).collect();
        for it in ids.iter().filter_map(|it| self.transfers.remove(it)) {
            it.finished.map(|it| self.finished.remove(&it));
        }
    }

    /// The watched transfers to an object, in the order of their numbers.
    pub fn of(&self, provider_id: ProviderId, object: ObjectId) -> impl Iterator<Item = (TransferId, &Transfer)> {
        let id = |number| TransferId { provider_id, object, number };
        self.transfers.range(id(0)..=id(u32::MAX)).map(|(id, it)| (*id, it))
    }

    /// One transfer.
    pub fn get(&self, id: TransferId) -> Option<&Transfer> {
        self.transfers.get(&id)
    }

    /// A chain as the answer to an action on it.
    pub fn show(&self, blockchain: Blockchain, now: Timestamp) -> Shown {
        let watched = self.transfers.values().filter(|it| it.blockchain == blockchain).count();
        let object = written(&json!({"blockchain": blockchain, "height": self.height(blockchain, now), "watched_transfers": watched}));
        Shown { subject: blockchain.word().to_owned(), status: "reorganised", object }
    }

    /// Whether an entry that was booked in that turn still means something.
    pub fn is_live(&self, id: TransferId, turn: u32) -> bool {
        self.transfers.get(&id).is_some_and(|it| it.turn == turn)
    }

    /// A block comes, and the transfer is in it or one block deeper.
    pub fn mine(&mut self, agenda: &mut Agenda, now: Timestamp, id: TransferId) {
        let Some(blockchain) = self.transfers.get(&id).map(|it| it.blockchain) else { return };
        let height = self.height(blockchain, now);
        if let Some(transfer) = self.transfers.get_mut(&id) {
            transfer.block.get_or_insert(height);
            transfer.confirmations = transfer.confirmations.saturating_add(1).min(transfer.wanted);
        }
        self.go_on(agenda, now, id);
    }

    /// Somebody confirms a transfer: it has so many confirmations in the end, at once. They never become fewer, nor more
    /// than are wanted. Gives the number reached.
    pub fn confirm(&mut self, agenda: &mut Agenda, now: Timestamp, id: TransferId, confirmations: u32) -> Option<u32> {
        let blockchain = self.transfers.get(&id)?.blockchain;
        let height = self.height(blockchain, now);
        let transfer = self.transfers.get_mut(&id)?;
        let reached = confirmations.min(transfer.wanted).max(transfer.confirmations);
        if transfer.confirmations < reached {
            transfer.confirmations = reached;
            transfer.block = Some(height + 1 - i64::from(reached));
            self.go_on(agenda, now, id);
        }
        Some(reached)
    }

    /// The latest blocks of a chain are undone. Whoever watches a transfer that loses confirmations by it is told at
    /// this moment; the blocks that come give them back. Gives the number of those transfers.
    pub fn reorganise(&mut self, agenda: &mut Agenda, now: Timestamp, blockchain: Blockchain, depth: u32) -> usize {
        *self.undone.entry(blockchain).or_default() += i64::from(depth);
        let height = self.height(blockchain, now);
        let left = |it: &Transfer| match it.block {
            Some(_) if it.by_hand => it.confirmations.saturating_sub(depth),
            Some(block) => u32::try_from(height + 1 - block).unwrap_or(0).min(it.confirmations),
            None => 0,
        };
        let hit = |(_, it): &(&TransferId, &mut Transfer)| it.blockchain == blockchain && left(it) < it.confirmations;
        let mut lowered = Vec::new();
        for (id, transfer) in self.transfers.iter_mut().filter(hit) {
            transfer.confirmations = left(transfer);
            if transfer.confirmations == 0 {
                transfer.block = None;
            }
            lowered.push(*id);
        }
        for id in &lowered {
            let turn = self.go_on(agenda, now, *id);
            agenda.book(now, Due::Undone { transfer: *id, turn });
        }
        lowered.len()
    }

    /// Something has happened to a transfer's confirmations: what was booked for it falls through, and the next block is
    /// booked, if one is waited for.
    fn go_on(&mut self, agenda: &mut Agenda, now: Timestamp, id: TransferId) -> u32 {
        let Some(transfer) = self.transfers.get_mut(&id) else { return 0 };
        transfer.turn = transfer.turn.wrapping_add(1);
        transfer.finished.take().map(|it| self.finished.remove(&it));
        let Transfer { blockchain, by_hand, turn, .. } = *transfer;
        if transfer.is_finished() {
            self.finishes += 1;
            transfer.finished = Some(self.finishes);
            self.finished.insert(self.finishes, id);
        } else if let Some(at) = self.next_block_at(blockchain, now).filter(|_| !by_hand) {
            agenda.book(at, Due::Block { transfer: id, turn });
        }
        turn
    }

    /// Whether what was read can go on: no count that nobody has counted to, no provider that there is not.
    pub fn is_sound(&self, provider_count: u8) -> bool {
        let counted = |it: &i64| it.unsigned_abs() < COUNT_MAX;
        let transfer = |(id, it): (&TransferId, &Transfer)| {
            let count = it.confirmations <= it.wanted && it.wanted <= CONFIRMATIONS_MAX;
            let finished = it.finished.is_some() == it.is_finished() && it.finished.is_none_or(|it| it <= self.finishes);
            id.provider_id.0 < provider_count && count && finished && it.block.as_ref().is_none_or(counted)
        };
        let bounded = self.transfers.len() <= TRANSFERS_MAX && self.finishes < COUNT_MAX;
        bounded && self.undone.values().all(|it| 0 <= *it && counted(it)) && self.transfers.iter().all(transfer)
    }
}

#[derive(Serialize, Deserialize)]
struct Saved {
    genesis: Timestamp,
    undone: BTreeMap<Blockchain, i64>,
    transfers: Vec<(TransferId, Transfer)>,
    finishes: u64,
}

impl From<Chains> for Saved {
    fn from(it: Chains) -> Self {
        Self { genesis: it.genesis, undone: it.undone, transfers: it.transfers.into_iter().collect(), finishes: it.finishes }
    }
}

impl From<Saved> for Chains {
    fn from(it: Saved) -> Self {
        let finished = it.transfers.iter().filter_map(|(id, it)| Some((it.finished?, *id))).collect();
        let transfers = it.transfers.into_iter().collect();
        Self { genesis: it.genesis, undone: it.undone, transfers, finished, finishes: it.finishes }
    }
}

#[cfg(test)]
mod tests;
