//! All that is remembered of one sandbox, and the orders in which it is looked for.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Coin, Merchant, Rates, Session, Status, Transaction};
use crate::kit::ids::entity;
use crate::kit::time::Timestamp;

mod saved;

use saved::Saved;

/// The provider's memory of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Memory {
    pub rates: Rates,
    pub merchants: Vec<Merchant>,
    sessions: Vec<Session>,
    /// Number `n` stands at `n - 1`.
    transactions: Vec<Transaction>,
    by_digits: BTreeMap<Box<str>, u32>,
    /// The transactions under each key, ascending; those that are deleted are in none.
    shelves: BTreeSet<(Key, u32)>,
    /// On addresses that several payments share: the pending payment that waits for that amount.
    waiting: BTreeMap<(u16, Coin, Decimal), u32>,
    /// The payment that a chain hash has been used for, by a digest of the hash.
    hashes: BTreeMap<u64, u32>,
}

/// What transactions are looked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Merchant(u16),
    Status(u16, Status),
    Coin(u16, Coin),
    Session(u32),
}

/// Which transactions a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    pub coin: Option<Coin>,
    pub session: Option<u32>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Filter {
    fn takes(&self, it: &Transaction) -> bool {
        self.status.is_none_or(|own| own == it.status)
            && self.coin.is_none_or(|own| own == it.coin)
            && self.session.is_none_or(|own| Some(own) == it.session)
            && self.from.is_none_or(|own| own <= it.created_at)
            && self.until.is_none_or(|own| it.created_at <= own)
    }
}

impl Memory {
    /// The merchant of an account, who moves in when nobody has asked for them yet.
    pub fn merchant_of(&mut self, account: &str) -> u16 {
        let known = self.merchants.iter().position(|it| it.account == account);
        let place = known.unwrap_or_else(|| {
            self.merchants.push(Merchant::new(account));
            self.merchants.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// A merchant by their place.
    pub fn merchant(&self, place: u16) -> &Merchant {
        &self.merchants[usize::from(place)]
    }

    pub fn merchant_mut(&mut self, place: u16) -> &mut Merchant {
        &mut self.merchants[usize::from(place)]
    }

    /// The number of the next session.
    pub fn next_session(&self) -> u32 {
        u32::try_from(self.sessions.len()).unwrap_or(u32::MAX)
    }

    /// The id of the next transaction.
    pub fn next_transaction(&self) -> u32 {
        u32::try_from(self.transactions.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    pub fn keep_session(&mut self, session: Session) {
        self.merchant_mut(session.merchant).sessions += 1;
        self.by_digits.insert(session.digits.clone(), session.number);
        self.sessions.push(session);
    }

    pub fn keep_transaction(&mut self, transaction: Transaction) {
        self.merchant_mut(transaction.merchant).transactions += 1;
        self.shelve(&transaction);
        self.transactions.push(transaction);
    }

    pub fn session(&self, number: u32) -> Option<&Session> {
        self.sessions.get(usize::try_from(number).ok()?)
    }

    pub fn session_mut(&mut self, number: u32) -> Option<&mut Session> {
        self.sessions.get_mut(usize::try_from(number).ok()?)
    }

    /// A session by its id, however it is written.
    pub fn session_of(&self, id: &str) -> Option<&Session> {
        self.session(*self.by_digits.get(Session::digits_in(id)?)?)
    }

    /// A transaction, deleted or not.
    pub fn row(&self, id: u32) -> Option<&Transaction> {
        self.transactions.get(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    /// A transaction that somebody finds.
    pub fn transaction(&self, id: u32) -> Option<&Transaction> {
        self.row(id).filter(|it| !it.is_deleted())
    }

    /// The same by its id as it is written.
    pub fn transaction_of(&self, id: &str) -> Option<&Transaction> {
        let number: u32 = id.parse().ok().filter(|it: &u32| it.to_string() == id)?;
        self.transaction(number)
    }

    /// Changes a transaction and looks where it belongs from then on.
    pub fn change(&mut self, id: u32, change: impl FnOnce(&mut Transaction)) {
        let place = usize::try_from(id).unwrap_or(usize::MAX).wrapping_sub(1);
        let Some(before) = self.transactions.get(place) else { return };
        for key in keys(before) {
            self.shelves.remove(&(key, id));
        }
        if self.waiting.get(&waits_for(before)) == Some(&id) {
            self.waiting.remove(&waits_for(before));
        }
        if let Some(transaction) = self.transactions.get_mut(place) {
            change(transaction);
            let after = transaction.clone();
            self.shelve(&after);
        }
    }

    fn shelve(&mut self, it: &Transaction) {
        if !it.is_deleted() {
            self.shelves.extend(keys(it).map(|key| (key, it.id)));
        }
        if it.status == Status::Pending && !it.fresh {
            self.waiting.insert(waits_for(it), it.id);
        }
        if let Some(transfer) = &it.transfer {
            self.hashes.insert(entity(&[&transfer.hash]), it.id);
        }
    }

    /// Whether a pending payment on the shared address of a coin waits for that amount.
    pub fn is_waited_for(&self, merchant: u16, coin: Coin, amount: Decimal) -> bool {
        self.waiting.contains_key(&(merchant, coin, amount))
    }

    /// The highest amount up to a bound that somebody waits for.
    pub fn highest_waited_for(&self, merchant: u16, coin: Coin, up_to: Decimal) -> Option<Decimal> {
        self.waiting.range((merchant, coin, Decimal::ZERO)..=(merchant, coin, up_to)).next_back().map(|it| it.0.2)
    }

    /// The payment on a shared address that a transfer is for: its amount as a text begins with the one that is waited
    /// for. Quirk: 125 is taken for 12.
    pub fn meant_by(&self, merchant: u16, coin: Coin, amount: Decimal) -> Option<u32> {
        let text = amount.normalize().to_string();
        let beginnings = (1..=text.len()).rev().filter_map(|it| text.get(..it));
        let waited = |beginning: &str| {
            let exact = Decimal::from_str_exact(beginning).ok().filter(|it| it.normalize().to_string() == beginning)?;
            let id = *self.waiting.get(&(merchant, coin, exact.normalize()))?;
            self.transaction(id).filter(|it| it.transfer.is_none()).map(|it| it.id)
        };
        beginnings.into_iter().find_map(waited)
    }

    /// Whether a chain hash has paid for something already.
    pub fn is_used(&self, hash: &str) -> bool {
        let known = self.hashes.get(&entity(&[hash])).and_then(|it| self.row(*it));
        known.and_then(|it| it.transfer.as_ref()).is_some_and(|it| *it.hash == *hash)
    }

    /// A merchant's transactions that a filter takes, newest first.
    pub fn newest<'a>(&'a self, merchant: u16, filter: &'a Filter) -> impl Iterator<Item = &'a Transaction> {
        let key = match *filter {
            Filter { session: Some(session), .. } => Key::Session(session),
            Filter { coin: Some(coin), .. } => Key::Coin(merchant, coin),
            Filter { status: Some(status), .. } => Key::Status(merchant, status),
            Filter { .. } => Key::Merchant(merchant),
        };
        // Ids ascend with the moment of creation.
        let place = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let before = |bound: Timestamp| place(self.transactions.partition_point(|it| it.created_at < bound));
        let upto = |bound: Timestamp| place(self.transactions.partition_point(|it| it.created_at <= bound));
        let first = filter.from.map_or(0, before).saturating_add(1);
        let last = filter.until.map_or(u32::MAX, upto).max(first.saturating_sub(1));
        let ids = (first <= last).then(|| self.shelves.range((key, first)..=(key, last)).rev());
        ids.into_iter().flatten().filter_map(|(_, id)| self.row(*id)).filter(move |it| it.merchant == merchant && filter.takes(it))
    }
}

fn keys(it: &Transaction) -> impl Iterator<Item = Key> + use<> {
    let own = [Key::Merchant(it.merchant), Key::Status(it.merchant, it.status), Key::Coin(it.merchant, it.coin)];
    own.into_iter().chain(it.session.map(Key::Session))
}

fn waits_for(it: &Transaction) -> (u16, Coin, Decimal) {
    (it.merchant, it.coin, it.amount.normalize())
}
