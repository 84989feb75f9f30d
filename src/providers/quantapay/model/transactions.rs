//! One payment in one coin.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Coin, Fiat, Kind, Status, coins_max};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::store::{Index, Indexed, Lookup, digest};
use crate::kit::fields::is_http_url;
use crate::kit::heap;
use crate::kit::time::{Duration, Timestamp, end_of_time, later};

/// The time that a payer has to pay, from the creation of the transaction on.
pub const WINDOW: Duration = Duration::from_mins(60);
/// After this time a transaction that is still pending is deleted.
pub const PURGE: Duration = Duration::from_hours(48);
/// The highest price, in any currency.
pub const PRICE_MAX: i64 = 999_999_999_999_999;
/// Decimals of a price.
pub const PRICE_DECIMALS: u32 = 8;

/// A transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    pub id: u32,
    /// Its index among its merchant's transactions; its draws depend on nothing else.
    pub nth: u32,
    pub merchant: u16,
    pub coin: Coin,
    pub fiat: Fiat,
    #[serde(flatten)]
    pub head: Head<Status>,
    /// The notification was issued.
    pub notified: bool,
    /// It has an address of its own: everything that arrives there pays it.
    pub fresh: bool,
    /// What the API calls `type`.
    pub kind: u8,
    /// The number of confirmations that it needs.
    pub wanted: u32,
    /// The five digits of its `biz_id`.
    pub biz: u32,
    pub session: Option<u32>,
    /// Coins to send.
    pub amount: Decimal,
    pub amount_fiat: Decimal,
    /// The fee that the merchant paid, in dollars.
    pub fee: Decimal,
    pub created_at: Timestamp,
    pub address: Box<str>,
    pub reference: Option<Box<str>>,
    pub transfer: Option<Box<Transfer>>,
    pub texts: Option<Box<Texts>>,
}

/// What was sent to pay a transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    pub hash: Box<str>,
    pub from: Box<str>,
    pub amount: Decimal,
}

/// The texts that most transactions and sessions do not have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    pub title: Box<str>,
    pub description: Box<str>,
    pub note: Box<str>,
    pub redirect: Box<str>,
    pub vat: Box<str>,
    pub billing: Box<str>,
    /// What was missing when it was found underpaid.
    pub missing: Box<str>,
}

impl Texts {
    /// What they cost on the heap.
    pub fn heap(&self) -> usize {
        let all = [&self.title, &self.description, &self.note, &self.redirect, &self.vat, &self.billing, &self.missing];
        heap::block(size_of::<Self>()) + all.iter().map(|it| heap::block(it.len())).sum::<usize>()
    }

    /// Whether a browser may be sent to the address: it may come from a saved state.
    pub fn is_sound(&self) -> bool {
        self.redirect.is_empty() || is_http_url(&self.redirect)
    }

    /// `None` if all of them are empty: an empty set takes no room.
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}

impl Transaction {
    /// Its name in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Transaction.object(self.id)
    }

    pub const fn status(&self) -> Status {
        self.head.status()
    }

    /// From this moment on a payment is late.
    pub fn expires_at(&self) -> Timestamp {
        later(self.created_at, WINDOW).unwrap_or_else(end_of_time)
    }

    /// It is pending, and no transfer has been seen for it.
    pub fn waits(&self) -> bool {
        self.status() == Status::Pending && self.transfer.is_none()
    }

    /// No transfer has been seen for it, and its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.waits() && self.expires_at() <= now
    }

    pub fn is_deleted(&self) -> bool {
        self.status() == Status::Deleted
    }

    pub fn is_sound(&self) -> bool {
        let coins = |it: Decimal| Decimal::ZERO < it && it <= coins_max() && it.scale() <= super::PRECISION_MAX;
        let fiat = Decimal::ZERO <= self.amount_fiat && self.amount_fiat.scale() <= PRICE_DECIMALS;
        let paid = matches!(self.status(), Status::Completed | Status::Underpaid | Status::Refunded);
        let transfer = self.transfer.as_ref().map_or(!paid, |it| coins(it.amount));
        let fee = Decimal::ZERO <= self.fee && self.fee.scale() <= 2;
        let texts = self.texts.as_deref().is_none_or(Texts::is_sound);
        coins(self.amount) && fiat && fee && transfer && texts && self.head.generation() < u32::MAX && self.biz < 1 << 20
    }
}

/// The keys of the lists of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Merchant(u16),
    Status(u16, Status),
    Coin(u16, Coin),
    Session(u32),
}

/// How transactions are found other than by their ids.
#[derive(Clone, Debug, Default)]
pub struct TransactionIndex {
    /// The transactions under each key, without deleted ones.
    pub lists: Index<Key>,
    /// On addresses that several payments share: the pending payment that waits for an amount.
    pub waiting: BTreeMap<(u16, Coin, Decimal), u32>,
    /// The payment that a chain hash has been used for, by a digest of the hash.
    pub hashes: Lookup<u64>,
}

impl Transaction {
    fn lists(&self, status: Status) -> impl Iterator<Item = Key> + use<> {
        let own = [Key::Merchant(self.merchant), Key::Status(self.merchant, status), Key::Coin(self.merchant, self.coin)];
        own.into_iter().chain(self.session.map(Key::Session)).filter(move |_| status != Status::Deleted)
    }
}

impl Indexed for Transaction {
    type Index = TransactionIndex;
    type Keys = (Status, Decimal, bool);

    fn keys(&self) -> Self::Keys {
        (self.status(), self.amount, self.transfer.is_some())
    }

    fn heap(&self) -> usize {
        let transfer = self
            .transfer
            .as_ref()
            .map_or(0, |it| heap::block(size_of::<Transfer>()) + heap::block(it.hash.len()) + heap::block(it.from.len()));
        let reference = self.reference.as_deref().map_or(0, |it| heap::block(it.len()));
        heap::block(self.address.len()) + reference + transfer + self.texts.as_deref().map_or(0, Texts::heap)
    }

    fn file(&self, number: u32, index: &mut TransactionIndex) {
        for key in self.lists(self.status()) {
            index.lists.insert(key, number);
        }
        if self.status() == Status::Pending && !self.fresh {
            index.waiting.insert((self.merchant, self.coin, self.amount.normalize()), number);
        }
        if let Some(transfer) = &self.transfer {
            index.hashes.insert(digest(&transfer.hash), number);
        }
    }

    fn refile(&self, number: u32, index: &mut TransactionIndex, (status, amount, _): &Self::Keys) {
        for key in self.lists(*status) {
            index.lists.remove(key, number);
        }
        let waited = (self.merchant, self.coin, amount.normalize());
        if index.waiting.get(&waited) == Some(&number) {
            index.waiting.remove(&waited);
        }
        self.file(number, index);
    }
}
