//! A memory as it is saved, and whether one can be gone on from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Memory;
use crate::engine::ids::COUNT_MAX;
use crate::providers::quantapay::model::{Merchant, Rates, Session, Status, Transaction};

/// What is written down: all but the orders in which it is looked for.
#[derive(Serialize, Deserialize)]
pub struct Saved {
    rates: Rates,
    merchants: Vec<Merchant>,
    sessions: Vec<Session>,
    transactions: Vec<Transaction>,
}

impl From<Memory> for Saved {
    fn from(it: Memory) -> Self {
        Self { rates: it.rates, merchants: it.merchants, sessions: it.sessions, transactions: it.transactions }
    }
}

impl From<Saved> for Memory {
    fn from(it: Saved) -> Self {
        let by_digits = it.sessions.iter().map(|it| (it.digits.clone(), it.number)).collect();
        let mut memory = Self { rates: it.rates, merchants: it.merchants, sessions: it.sessions, by_digits, ..Self::default() };
        for transaction in it.transactions {
            memory.shelve(&transaction);
            memory.transactions.push(transaction);
        }
        memory
    }
}

impl Memory {
    /// Whether every number names what it should.
    pub fn is_sound(&self) -> bool {
        let merchants = self.merchants.len();
        let owned = |it: u16| usize::from(it) < merchants;
        let session = |(place, it): (u32, &Session)| {
            let chosen = it.transaction.is_none_or(|id| self.row(id).is_some_and(|own| own.session == Some(it.number)));
            it.number == place && owned(it.merchant) && chosen && it.is_sound()
        };
        let transaction = |(id, it): (u32, &Transaction)| {
            let of_session = it.session.is_none_or(|own| self.session(own).is_some_and(|own| own.merchant == it.merchant));
            it.id == id && owned(it.merchant) && of_session && it.is_sound()
        };
        let merchant = |(place, it): (u16, &Merchant)| {
            let sessions = self.sessions.iter().filter(|own| own.merchant == place).count();
            usize::try_from(it.sessions) == Ok(sessions) && it.is_sound(self.transactions.iter().filter(|own| own.merchant == place))
        };
        let names: BTreeSet<&str> = self.merchants.iter().map(|it| it.account.as_str()).collect();
        let pending = |it: &&Transaction| it.status == Status::Pending && !it.fresh;
        let counted = self.sessions.len() < usize::try_from(COUNT_MAX).unwrap_or(usize::MAX).min(1 << 31);
        self.rates.is_sound()
            && merchants < usize::from(u16::MAX)
            && names.len() == merchants
            && (0..).zip(&self.merchants).all(merchant)
            && counted
            && self.transactions.len() < 1 << 31
            && self.transactions.is_sorted_by_key(|it| it.created_at)
            && self.by_digits.len() == self.sessions.len()
            && self.waiting.len() == self.transactions.iter().filter(pending).count()
            && (0..).zip(&self.sessions).all(session)
            && (1..).zip(&self.transactions).all(transaction)
    }
}
