//! Judges a memory that was read from outside.

use super::Memory;
use crate::engine::provider::Beside;
use crate::kit::flaw::{Flaw, Required, distinct};
use crate::providers::quantapay::model::{Key, Session, Status, Transaction};

/// All counts of a sandbox stay below this.
const NUMBERS_MAX: usize = 1 << 31;

const NOT_IN_ORDER: &str = "the numbers of these objects begin with 1 and have no gaps";
const NO_MERCHANT: &str = "the merchant does not exist";

impl Memory {
    /// Whether every number refers to the right object, and every key to one object only.
    ///
    /// # Errors
    /// The first place that is wrong.
    pub fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        self.rates.is_sound().or_flaw(|| "/rates".to_owned(), "a pair or a price is impossible")?;
        (self.merchants.len() < usize::from(u16::MAX)).or_flaw(|| "/merchants".to_owned(), "it has too many entries")?;
        let accounts = self.merchants.iter().map(|it| Some(it.account.as_str()));
        distinct(accounts, |place| format!("/merchants/{place}/account"), "two merchants have the same")?;
        (self.sessions.all().count() < NUMBERS_MAX).or_flaw(|| "/sessions".to_owned(), "it has too many entries")?;
        (self.transactions.all().count() < NUMBERS_MAX).or_flaw(|| "/transactions".to_owned(), "it has too many entries")?;
        for (number, it) in self.sessions.iter() {
            self.judge_session(number, it, beside).map_err(|flaw| flaw.below(&format!("/sessions/{}", number - 1)))?;
        }
        let digits = self.sessions.all().iter().map(|it| Some(&it.digits));
        distinct(digits, |place| format!("/sessions/{place}/digits"), "two sessions have the same")?;
        for (id, it) in self.transactions.iter() {
            self.judge_transaction(id, it, beside).map_err(|flaw| flaw.below(&format!("/transactions/{}", id - 1)))?;
        }
        self.judge_keys()?;
        self.judge_merchants(beside)
    }

    fn judge_session(&self, number: u32, it: &Session, beside: Beside<'_>) -> Result<(), Flaw> {
        (it.number == number).or_flaw(|| "/number".to_owned(), NOT_IN_ORDER)?;
        (usize::from(it.merchant) < self.merchants.len()).or_flaw(|| "/merchant".to_owned(), NO_MERCHANT)?;
        let chosen = it.transaction.is_none_or(|id| self.transactions.get(id).is_some_and(|own| own.session == Some(it.number)));
        chosen.or_flaw(|| "/transaction".to_owned(), "the transaction does not exist, or belongs to another session")?;
        let own = self.transactions.index().lists.list(Key::Session(number)).filter_map(|id| self.transactions.get(id));
        let paid: Vec<Status> = own.map(Transaction::status).collect();
        let is_paid = if it.completed { paid.iter().any(|it| *it != Status::Pending) } else { !paid.contains(&Status::Completed) };
        is_paid.or_flaw(|| "/completed".to_owned(), "the payments of the session say otherwise")?;
        beside.judge_moment(it.created_at, || "/created_at".to_owned())?;
        it.is_sound().or_flaw(String::new, "a text, the price or the digits of this session are impossible")
    }

    fn judge_transaction(&self, id: u32, it: &Transaction, beside: Beside<'_>) -> Result<(), Flaw> {
        (it.id == id).or_flaw(|| "/id".to_owned(), NOT_IN_ORDER)?;
        (usize::from(it.merchant) < self.merchants.len()).or_flaw(|| "/merchant".to_owned(), NO_MERCHANT)?;
        let of_session = it.session.is_none_or(|own| self.sessions.get(own).is_some_and(|own| own.merchant == it.merchant));
        of_session.or_flaw(|| "/session".to_owned(), "the session does not exist, or belongs to another merchant")?;
        beside.judge_moment(it.created_at, || "/created_at".to_owned())?;
        it.is_sound().or_flaw(String::new, "an amount, a text or a count of this transaction is impossible")?;
        let received = it.transfer.as_ref().map(|own| own.amount);
        let fits = match it.status() {
            Status::Completed => received.is_some_and(|own| it.amount <= own),
            Status::Underpaid => received.is_some_and(|own| own < it.amount),
            Status::Pending | Status::Refunded | Status::Deleted => true,
        };
        fits.or_flaw(|| "/transfer/amount".to_owned(), "what has arrived does not fit the amount and the status")?;
        let unpaid = matches!(it.status(), Status::Pending | Status::Deleted);
        (!unpaid || it.fee.is_zero()).or_flaw(|| "/fee".to_owned(), "a payment that was not received has no fee")
    }

    /// What transactions are found by names one of them only.
    fn judge_keys(&self) -> Result<(), Flaw> {
        let all = || self.transactions.all().iter();
        let sorted = all().is_sorted_by_key(|it| it.created_at);
        sorted.or_flaw(|| "/transactions".to_owned(), "they are not in the order of their `created_at`")?;
        let nths = all().map(|it| Some((it.merchant, it.nth)));
        distinct(nths, |place| format!("/transactions/{place}/nth"), "two transactions of a merchant have the same")?;
        let hashes = all().map(|it| it.transfer.as_ref().map(|own| &own.hash));
        distinct(hashes, |place| format!("/transactions/{place}/transfer/hash"), "this transfer has paid another transaction")?;
        let is_awaited = |it: &&Transaction| it.status() == Status::Pending && !it.fresh;
        let waiting = all().map(|it| is_awaited(&it).then(|| (it.merchant, it.coin, it.amount.normalize())));
        distinct(waiting, |place| format!("/transactions/{place}/amount"), "two payments wait for this amount on one address")
    }

    fn judge_merchants(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        let mut sessions = vec![0; self.merchants.len()];
        self.sessions.all().iter().for_each(|it| sessions[usize::from(it.merchant)] += 1);
        let mut transactions = vec![Vec::new(); self.merchants.len()];
        self.transactions.all().iter().for_each(|it| transactions[usize::from(it.merchant)].push(it));
        for (place, (it, (sessions, transactions))) in self.merchants.iter().zip(sessions.into_iter().zip(transactions)).enumerate() {
            let at = |name: &str| format!("/merchants/{place}{name}");
            beside.judge_owner(&it.account, || at("/account"))?;
            (it.sessions == sessions).or_flaw(|| at("/sessions"), "the merchant has another number of sessions")?;
            let is_sound = it.is_sound(transactions.into_iter());
            is_sound.or_flaw(|| at(""), "credits, wallets or counts are not the sums of the merchant's transactions")?;
        }
        Ok(())
    }
}
