//! Whether a memory that was read from outside can be used.

use std::collections::BTreeSet;

use super::Memory;
use crate::providers::quantapay::model::{Merchant, Session, Status, Transaction};

impl Memory {
    /// Whether every number refers to the right object.
    pub fn is_sound(&self) -> bool {
        let merchants = self.merchants.len();
        let owned = |it: u16| usize::from(it) < merchants;
        let session = |(number, it): (u32, &Session)| {
            let chosen = it.transaction.is_none_or(|id| self.transactions.get(id).is_some_and(|own| own.session == Some(it.number)));
            it.number == number && owned(it.merchant) && chosen && it.is_sound()
        };
        let transaction = |(id, it): (u32, &Transaction)| {
            let of_session = it.session.is_none_or(|own| self.sessions.get(own).is_some_and(|own| own.merchant == it.merchant));
            it.id == id && owned(it.merchant) && of_session && it.is_sound()
        };
        let merchant = |(place, it): (u16, &Merchant)| {
            let sessions = self.sessions.all().iter().filter(|own| own.merchant == place).count();
            usize::try_from(it.sessions) == Ok(sessions) && it.is_sound(self.transactions.all().iter().filter(|own| own.merchant == place))
        };
        let names: BTreeSet<&str> = self.merchants.iter().map(|it| it.account.as_str()).collect();
        let pending = |it: &&Transaction| it.status() == Status::Pending && !it.fresh;
        let index = self.transactions.index();
        self.rates.is_sound()
            && merchants < usize::from(u16::MAX)
            && names.len() == merchants
            && (0..).zip(&self.merchants).all(merchant)
            && self.sessions.all().len() < 1 << 31
            && self.transactions.all().len() < 1 << 31
            && self.transactions.all().is_sorted_by_key(|it| it.created_at)
            && self.sessions.index().ids.count() == self.sessions.all().len()
            && index.waiting.len() == self.transactions.all().iter().filter(pending).count()
            && self.sessions.iter().all(session)
            && self.transactions.iter().all(transaction)
    }
}
