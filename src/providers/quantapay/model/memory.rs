//! Everything that is remembered about one sandbox.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Coin, Key, Merchant, Rates, Session, Status, Transaction};
use crate::engine::store::{Store, digest};
use crate::kit::time::Timestamp;

mod sound;

/// The provider's memory of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    pub rates: Rates,
    pub merchants: Vec<Merchant>,
    pub sessions: Store<Session>,
    pub transactions: Store<Transaction>,
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
        self.status.is_none_or(|own| own == it.status())
            && self.coin.is_none_or(|own| own == it.coin)
            && self.session.is_none_or(|own| Some(own) == it.session)
            && self.from.is_none_or(|own| own <= it.created_at)
            && self.until.is_none_or(|own| it.created_at <= own)
    }
}

impl Memory {
    /// The merchant of an account; an account without one gets one.
    pub fn merchant_of(&mut self, account: &str) -> u16 {
        let known = self.merchants.iter().position(|it| it.account == account);
        let place = known.unwrap_or_else(|| {
            self.merchants.push(Merchant::new(account));
            self.merchants.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// The merchant of an account, if it has one.
    pub fn known_merchant(&self, account: &str) -> Option<u16> {
        self.merchants.iter().position(|it| it.account == account).and_then(|it| u16::try_from(it).ok())
    }

    /// A merchant by their place.
    pub fn merchant(&self, place: u16) -> &Merchant {
        &self.merchants[usize::from(place)]
    }

    pub fn merchant_mut(&mut self, place: u16) -> &mut Merchant {
        &mut self.merchants[usize::from(place)]
    }

    /// A session by its id, in either of its two forms.
    pub fn session_of(&self, id: &str) -> Option<&Session> {
        let digits = Session::digits_in(id)?;
        self.sessions.get(self.sessions.index().ids.get(&digest(digits))?).filter(|it| *it.digits == *digits)
    }

    /// A merchant's session by its id or, the latest, by the shop's own.
    pub fn session_for(&self, merchant: u16, id: &str) -> Option<&Session> {
        let named = self.session_of(id).filter(|it| it.merchant == merchant);
        let own = || self.sessions.get(self.sessions.index().owns.get(&(merchant, digest(id)))?).filter(|it| it.own.as_deref() == Some(id));
        named.or_else(own)
    }

    /// A transaction, unless it is deleted.
    pub fn transaction(&self, id: u32) -> Option<&Transaction> {
        self.transactions.get(id).filter(|it| !it.is_deleted())
    }

    /// The same, by the text of its id.
    pub fn transaction_of(&self, id: &str) -> Option<&Transaction> {
        let number: u32 = id.parse().ok().filter(|it: &u32| it.to_string() == id)?;
        self.transaction(number)
    }

    /// Whether a pending payment on the shared address of a coin waits for this amount.
    pub fn is_waited_for(&self, merchant: u16, coin: Coin, amount: Decimal) -> bool {
        self.transactions.index().waiting.contains_key(&(merchant, coin, amount))
    }

    /// The highest amount up to a bound that a pending payment waits for.
    pub fn highest_waited_for(&self, merchant: u16, coin: Coin, up_to: Decimal) -> Option<Decimal> {
        self.transactions.index().waiting.range((merchant, coin, Decimal::ZERO)..=(merchant, coin, up_to)).next_back().map(|it| it.0.2)
    }

    /// The payment on a shared address that a transfer pays: the text of the transfer's amount begins with the expected
    /// amount. Quirk: 125 pays 12.
    pub fn payment_for(&self, merchant: u16, coin: Coin, amount: Decimal) -> Option<u32> {
        let text = amount.normalize().to_string();
        let beginnings = (1..=text.len()).rev().filter_map(|it| text.get(..it));
        let waiting = |beginning: &str| {
            let exact = Decimal::from_str_exact(beginning).ok().filter(|it| it.normalize().to_string() == beginning)?;
            let id = *self.transactions.index().waiting.get(&(merchant, coin, exact.normalize()))?;
            self.transaction(id).filter(|it| it.transfer.is_none()).map(|it| it.id)
        };
        beginnings.into_iter().find_map(waiting)
    }

    /// Whether a chain hash has already paid for something.
    pub fn is_used(&self, hash: &str) -> bool {
        let known = self.transactions.index().hashes.get(&digest(hash)).and_then(|it| self.transactions.get(it));
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
        let behind = self.transactions.behind();
        let place = |it: usize| u32::try_from(it).unwrap_or(u32::MAX).saturating_add(behind);
        let before = |bound: Timestamp| place(self.transactions.all().partition_point(|it| it.created_at < bound));
        let upto = |bound: Timestamp| place(self.transactions.all().partition_point(|it| it.created_at <= bound));
        let first = filter.from.map_or(0, before).saturating_add(1);
        let last = filter.until.map_or(u32::MAX, upto).max(first.saturating_sub(1));
        let ids = self.transactions.index().lists.between(key, first, last).rev();
        ids.filter_map(|id| self.transactions.get(id)).filter(move |it| it.merchant == merchant && filter.takes(it))
    }
}
