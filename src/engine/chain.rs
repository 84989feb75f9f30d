//! Small simulated blockchains, shared by every provider of a sandbox. Their height follows from the time; the agenda
//! has entries for the confirmations of watched transfers only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actions::Shown;
use super::agenda::{Agenda, Due};
use super::ids::{COUNT_MAX, ObjectId, ProviderId};
use crate::engine::blockchain::Blockchain;
use crate::engine::ids::TransferId;
use crate::kit::json::written;
use crate::kit::time::{Duration, Timestamp, later};

/// Watched transfers. For one more, the transfer that was finished first is forgotten; when none is finished, the new one
/// is not watched.
pub const TRANSFERS_MAX: usize = 100_000;
/// Every chain is older than its sandbox: a reorganisation has something to undo.
pub const BLOCKS_BEFORE: i64 = 1_000_000;
/// A transfer can wait for at most this many confirmations.
pub const CONFIRMATIONS_MAX: u32 = 1_000;
/// A reorganisation undoes at most this many blocks.
pub const DEPTH_MAX: u32 = 1_000;

/// A transfer that has just been seen.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    /// The object that it pays.
    pub object: ObjectId,
    /// Which of the transfers to that object.
    pub number: u32,
    pub blockchain: Blockchain,
    /// This many confirmations are enough; further ones are not booked.
    pub wanted: u32,
    /// Its `pace` says whether blocks or actions confirm.
    pub account: &'a str,
}

/// Coins on their way, with what the chain knows about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub blockchain: Blockchain,
    /// This many confirmations are enough; further ones are not counted.
    pub wanted: u32,
    pub confirmations: u32,
    /// The block that contains it; `None` while no block does.
    pub block: Option<i64>,
    /// Actions confirm it, not blocks.
    by_hand: bool,
    /// Its index among the finished transfers of this sandbox, from 1; `None` while it is not finished.
    finished: Option<u64>,
    /// Counts the changes of its confirmations. An entry of the agenda that was booked in an earlier generation has no
    /// effect.
    generation: u32,
}

impl Transfer {
    /// Whether it has as many confirmations as are wanted.
    pub const fn is_finished(&self) -> bool {
        self.wanted <= self.confirmations
    }
}

/// Every chain of a sandbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Chains {
    /// The sandbox's start. Blocks come at multiples of their interval after it.
    genesis: Timestamp,
    /// Blocks that reorganisations have undone.
    undone: BTreeMap<Blockchain, i64>,
    transfers: BTreeMap<TransferId, Transfer>,
    /// Finished transfers in the order in which they were finished: these may be forgotten.
    finished: BTreeMap<u64, TransferId>,
    /// How many times transfers have been finished.
    finishes: u64,
}

impl Chains {
    /// Chains that begin at that moment.
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

    /// When the next block comes: always after now.
    fn next_block_at(&self, blockchain: Blockchain, now: Timestamp) -> Option<Timestamp> {
        let number = i128::from(self.intervals(blockchain, now)) + 1;
        let nanos = blockchain.interval().as_nanos().checked_mul(number)?;
        later(self.genesis, Duration::from_nanos_i128(nanos))
    }

    /// Watches a transfer. `false`: too many transfers are watched already, and this one is not.
    pub fn watch(&mut self, agenda: &mut Agenda, now: Timestamp, id: TransferId, transfer: Watch<'_>, by_hand: bool) -> bool {
        while self.transfers.len() >= TRANSFERS_MAX {
            let Some((_, oldest)) = self.finished.pop_first() else { return false };
            self.transfers.remove(&oldest);
        }
        let Watch { blockchain, wanted, .. } = transfer;
        let wanted = wanted.min(CONFIRMATIONS_MAX);
        self.transfers.insert(id, Transfer { blockchain, wanted, confirmations: 0, block: None, by_hand, finished: None, generation: 0 });
        self.renew(agenda, now, id);
        true
    }

    /// Stops watching the transfers to that object.
    pub fn forget(&mut self, provider_id: ProviderId, object: ObjectId) {
        let ids: Vec<TransferId> = self.of(provider_id, object).map(|it| it.0).collect();
        for transfer in ids.iter().filter_map(|it| self.transfers.remove(it)) {
            transfer.finished.map(|it| self.finished.remove(&it));
        }
    }

    /// The names of all watched transfers.
    pub fn ids(&self) -> impl Iterator<Item = TransferId> {
        self.transfers.keys().copied()
    }

    /// A transfer that no block contains disappears; its entries of the agenda go with it, because another transfer can get
    /// its number. `false`: no such transfer is watched, or a block contains it.
    pub fn vanish(&mut self, agenda: &mut Agenda, id: TransferId) -> bool {
        if self.transfers.get(&id).is_none_or(|it| 0 < it.confirmations) {
            return false;
        }
        self.transfers.remove(&id).and_then(|it| it.finished).map(|it| self.finished.remove(&it));
        agenda.retain(|due| !matches!(due, Due::Block { transfer, .. } | Due::Undone { transfer, .. } if *transfer == id));
        true
    }

    /// The watched transfers to an object, in the order of their numbers.
    pub fn of(&self, provider_id: ProviderId, object: ObjectId) -> impl Iterator<Item = (TransferId, &Transfer)> {
        let id = |number| TransferId { provider_id, object, number };
        self.transfers.range(id(0)..=id(u32::MAX)).map(|(id, it)| (*id, it))
    }

    /// The transfers that wait for a block, with their generations.
    pub fn waiting(&self, now: Timestamp) -> impl Iterator<Item = (TransferId, u32)> {
        let waits = move |it: &Transfer| !it.by_hand && !it.is_finished() && self.next_block_at(it.blockchain, now).is_some();
        self.transfers.iter().filter(move |it| waits(it.1)).map(|(id, it)| (*id, it.generation))
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

    /// Whether an entry that was booked in that generation still has an effect.
    pub fn is_live(&self, id: TransferId, generation: u32) -> bool {
        self.transfers.get(&id).is_some_and(|it| it.generation == generation)
    }

    /// A block comes: it contains the transfer, or makes it one block deeper.
    pub fn mine(&mut self, agenda: &mut Agenda, now: Timestamp, id: TransferId) {
        let Some(blockchain) = self.transfers.get(&id).map(|it| it.blockchain) else { return };
        let height = self.height(blockchain, now);
        if let Some(transfer) = self.transfers.get_mut(&id) {
            transfer.block.get_or_insert(height);
            transfer.confirmations = transfer.confirmations.saturating_add(1).min(transfer.wanted);
        }
        self.renew(agenda, now, id);
    }

    /// Gives a transfer that many confirmations at once. Their number never falls, and is never larger than wanted. Returns
    /// the number reached.
    pub fn confirm(&mut self, agenda: &mut Agenda, now: Timestamp, id: TransferId, confirmations: u32) -> Option<u32> {
        let blockchain = self.transfers.get(&id)?.blockchain;
        let height = self.height(blockchain, now);
        let transfer = self.transfers.get_mut(&id)?;
        let reached = confirmations.min(transfer.wanted).max(transfer.confirmations);
        if transfer.confirmations < reached {
            transfer.confirmations = reached;
            transfer.block = Some(height + 1 - i64::from(reached));
            self.renew(agenda, now, id);
        }
        Some(reached)
    }

    /// Undoes the latest blocks of a chain. The provider of each transfer that loses confirmations learns of it at this
    /// moment; the blocks that follow give them back. Returns the number of those transfers.
    pub fn reorganise(&mut self, agenda: &mut Agenda, now: Timestamp, blockchain: Blockchain, depth: u32) -> usize {
        *self.undone.entry(blockchain).or_default() += i64::from(depth);
        let height = self.height(blockchain, now);
        let left = |it: &Transfer| match it.block {
            Some(_) if it.by_hand => it.confirmations.saturating_sub(depth),
            Some(block) => u32::try_from(height + 1 - block).unwrap_or(0).min(it.confirmations),
            None => 0,
        };
        let loses = |(_, it): &(&TransferId, &mut Transfer)| it.blockchain == blockchain && left(it) < it.confirmations;
        let mut lowered = Vec::new();
        for (id, transfer) in self.transfers.iter_mut().filter(loses) {
            transfer.confirmations = left(transfer);
            if transfer.confirmations == 0 {
                transfer.block = None;
            }
            lowered.push(*id);
        }
        for id in &lowered {
            let generation = self.renew(agenda, now, *id);
            agenda.book(now, Due::Undone { transfer: *id, generation });
        }
        lowered.len()
    }

    /// Begins a new generation of a transfer after its confirmations have changed: what was booked for it has no effect any
    /// more, and the next block is booked, if the transfer waits for one. Returns the generation.
    fn renew(&mut self, agenda: &mut Agenda, now: Timestamp, id: TransferId) -> u32 {
        let Some(transfer) = self.transfers.get_mut(&id) else { return 0 };
        transfer.generation = transfer.generation.wrapping_add(1);
        transfer.finished.take().map(|it| self.finished.remove(&it));
        let Transfer { blockchain, by_hand, generation, .. } = *transfer;
        if transfer.is_finished() {
            self.finishes += 1;
            transfer.finished = Some(self.finishes);
            self.finished.insert(self.finishes, id);
        } else if let Some(at) = self.next_block_at(blockchain, now).filter(|_| !by_hand) {
            agenda.book(at, Due::Block { transfer: id, generation });
        }
        generation
    }

    /// Whether chains that were read from outside are consistent: every count is within its bound, and every provider
    /// exists.
    pub fn is_sound(&self, provider_count: u8) -> bool {
        let counted = |it: &i64| it.unsigned_abs() < COUNT_MAX;
        let transfer = |(id, it): (&TransferId, &Transfer)| {
            let count = it.confirmations <= it.wanted && it.wanted <= CONFIRMATIONS_MAX;
            let finished = it.finished.is_some() == it.is_finished() && it.finished.is_none_or(|finish| finish <= self.finishes);
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
