//! Judges a memory that was read from outside.

use rust_decimal::Decimal;

use super::{
    Address, Endpoint, ISSUERS_MAX, MERCHANTS_MAX, Memory, Merchant, NOTICES, Order, OrderStatus, SPENT_MAX, Transaction,
    TransactionStatus, Wallet,
};
use crate::engine::ids::COUNT_MAX;
use crate::engine::provider::Beside;
use crate::engine::tables::settings::webhook_url;
use crate::kit::fields::is_browser_url;
use crate::kit::flaw::{Flaw, Required};

/// All counts of a sandbox stay below this.
const NUMBERS_MAX: u32 = u32::MAX / 2;

const NOT_IN_ORDER: &str = "the numbers of these objects begin with 1 and have no gaps";
const NO_MERCHANT: &str = "the merchant does not exist";
const NO_PLACE: &str = "it is not the place of this object among those of its merchant";

impl Memory {
    /// Whether every number names its object, and every key names one object only.
    ///
    /// # Errors
    /// The first place that is wrong.
    pub fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        (self.issuers.len() <= ISSUERS_MAX).or_flaw(|| "/issuers".to_owned(), "too many sandboxes have issued tokens")?;
        self.bases.is_sound().or_flaw(|| "/bases".to_owned(), "it has too many entries")?;
        (self.spent.len() <= SPENT_MAX).or_flaw(|| "/spent".to_owned(), "it has too many entries")?;
        let url = self.starting_url.as_deref().is_none_or(|it| webhook_url(it).is_ok());
        url.or_flaw(|| "/starting_url".to_owned(), "no webhook goes to such an address")?;
        self.judge_merchants(beside)?;
        self.orders
            .iter()
            .try_for_each(|(number, it)| self.judge_order(number, it, beside).map_err(|flaw| below("orders", number, flaw)))?;
        self.transactions
            .iter()
            .try_for_each(|(number, it)| self.judge_transaction(number, it, beside).map_err(|flaw| below("transactions", number, flaw)))?;
        self.wallets.iter().try_for_each(|(number, it)| self.judge_wallet(number, it).map_err(|flaw| below("wallets", number, flaw)))?;
        self.endpoints.iter().try_for_each(|(number, it)| self.judge_endpoint(number, it).map_err(|flaw| below("endpoints", number, flaw)))
    }

    fn judge_merchants(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        (self.merchants.all().count() <= MERCHANTS_MAX).or_flaw(|| "/merchants".to_owned(), "it has too many entries")?;
        let index = self.merchants.index();
        let judge = |number: u32, it: &Merchant| {
            beside.judge_owner(&it.account, || "/account".to_owned())?;
            let email = it.email.to_lowercase();
            for (name, found) in [
                ("/account", index.accounts.get(it.account.as_str())),
                ("/username", index.usernames.get(&it.username)),
                ("/email", index.emails.get(email.as_str())),
            ] {
                (found == Some(number)).or_flaw(|| name.to_owned(), "two merchants have the same")?;
            }
            (it.tokens < COUNT_MAX).or_flaw(|| "/tokens".to_owned(), "the count is too high")
        };
        self.merchants.iter().try_for_each(|(number, it)| judge(number, it).map_err(|flaw| below("merchants", number, flaw)))?;
        let owned = beside.accounts.keys().all(|it| index.accounts.get(it.as_str()).is_some());
        owned.or_flaw(|| "/merchants".to_owned(), "an account has no merchant")
    }

    fn judge_order(&self, number: u32, it: &Order, beside: Beside<'_>) -> Result<(), Flaw> {
        let index = self.orders.index();
        (it.number == number && number < NUMBERS_MAX).or_flaw(|| "/number".to_owned(), NOT_IN_ORDER)?;
        self.merchants.get(it.merchant).is_some().or_flaw(|| "/merchant".to_owned(), NO_MERCHANT)?;
        let placed = index.lists.all(&it.merchant).get(it.nth as usize) == Some(&number);
        placed.or_flaw(|| "/nth".to_owned(), NO_PLACE)?;
        (index.codes.get(&it.code) == Some(number)).or_flaw(|| "/code".to_owned(), "two orders have the same")?;
        let nonce = index.nonces.get(&(it.merchant, it.nonce)) == Some(number);
        (nonce && 0 < it.nonce).or_flaw(|| "/nonce".to_owned(), "it is not above 0, or two orders of a merchant have the same")?;
        let address = Address::of(it.receiving_address.text()).is_some();
        address.or_flaw(|| "/receiving_address".to_owned(), "this is not an address")?;
        (Decimal::ZERO < it.amount).or_flaw(|| "/amount".to_owned(), "it is not above 0")?;
        it.chain.decimals(it.token).is_some().or_flaw(|| "/token".to_owned(), "the chain does not have this token")?;
        self.bases.at(it.base).is_some().or_flaw(|| "/base".to_owned(), "the base does not exist")?;
        let urls = it.webhook_url.as_deref().is_none_or(|url| webhook_url(url).is_ok());
        urls.or_flaw(|| "/webhook_url".to_owned(), "no webhook goes to such an address")?;
        let urls = it.redirect_url.as_deref().is_none_or(is_browser_url);
        urls.or_flaw(|| "/redirect_url".to_owned(), "no browser may be sent there")?;
        let unpaid = matches!(it.status(), OrderStatus::Pending | OrderStatus::Failed | OrderStatus::Expired);
        let paid = it.transaction.map_or(unpaid, |own| self.transactions.get(own).is_some_and(|own| own.order == number));
        paid.or_flaw(|| "/transaction".to_owned(), "the transaction does not exist, belongs to another order, or does not fit the status")?;
        (it.head.generation() < NUMBERS_MAX).or_flaw(|| "/generation".to_owned(), "the count is too high")?;
        beside.judge_moment(it.created_at, || "/created_at".to_owned())?;
        (it.created_at <= it.expires_at).or_flaw(|| "/expires_at".to_owned(), "it is before `created_at`")
    }

    fn judge_transaction(&self, number: u32, it: &Transaction, beside: Beside<'_>) -> Result<(), Flaw> {
        let index = self.transactions.index();
        (it.number == number).or_flaw(|| "/number".to_owned(), NOT_IN_ORDER)?;
        // A failed transfer may have disappeared, and the order has another or none.
        let order = self.orders.get(it.order).filter(|own| own.transaction == Some(number) || it.status() == TransactionStatus::Failed);
        let order = order.ok_or_else(|| Flaw::at("/order", "the order does not exist, or has another transaction"))?;
        let is_latest = order.transaction == Some(number);
        (it.merchant == order.merchant).or_flaw(|| "/merchant".to_owned(), "the order has another")?;
        (it.chain == order.chain).or_flaw(|| "/chain".to_owned(), "the order has another")?;
        (index.lists.all(&it.merchant).get(it.nth as usize) == Some(&number)).or_flaw(|| "/nth".to_owned(), NO_PLACE)?;
        (index.hashes.get(&it.hash) == Some(number)).or_flaw(|| "/hash".to_owned(), "two transactions have the same")?;
        Address::of(it.from_address.text()).is_some().or_flaw(|| "/from_address".to_owned(), "this is not an address")?;
        let alike = match it.status() {
            TransactionStatus::Pending => order.status() == OrderStatus::Pending,
            TransactionStatus::Confirmed => order.status() == OrderStatus::Confirmed,
            TransactionStatus::Failed => !is_latest || order.status() == OrderStatus::Failed,
        };
        alike.or_flaw(|| "/status".to_owned(), "the order has another")?;
        let is_whole = it.status() != TransactionStatus::Confirmed || (it.token == order.token && order.amount <= it.amount);
        is_whole.or_flaw(|| "/amount".to_owned(), "the transaction is confirmed, and pays less than the order or another token")?;
        let moment = it.confirmed_at.is_some() == (it.status() == TransactionStatus::Confirmed);
        moment.or_flaw(|| "/confirmed_at".to_owned(), "it does not fit the status")?;
        (it.confirmations < NUMBERS_MAX).or_flaw(|| "/confirmations".to_owned(), "the count is too high")?;
        it.block.is_none_or(|own| own.unsigned_abs() < COUNT_MAX).or_flaw(|| "/block".to_owned(), "the number is too high")?;
        (Decimal::ZERO < it.amount).or_flaw(|| "/amount".to_owned(), "it is not above 0")?;
        order.chain.decimals(it.token).is_some().or_flaw(|| "/token".to_owned(), "the chain does not have this token")?;
        beside.judge_moment(it.created_at, || "/created_at".to_owned())?;
        it.confirmed_at.map_or(Ok(()), |at| beside.judge_moment(at, || "/confirmed_at".to_owned()))
    }

    fn judge_wallet(&self, number: u32, it: &Wallet) -> Result<(), Flaw> {
        (it.number == number).or_flaw(|| "/number".to_owned(), NOT_IN_ORDER)?;
        self.merchants.get(it.merchant).is_some().or_flaw(|| "/merchant".to_owned(), NO_MERCHANT)?;
        let only = self.wallet_on(it.merchant, it.chain).is_some_and(|own| own.number == number);
        only.or_flaw(|| "/chain".to_owned(), "the merchant has two wallets on this chain")?;
        Address::of(it.address.text()).is_some().or_flaw(|| "/address".to_owned(), "this is not an address")
    }

    fn judge_endpoint(&self, number: u32, it: &Endpoint) -> Result<(), Flaw> {
        (it.number == number && number < NUMBERS_MAX).or_flaw(|| "/number".to_owned(), NOT_IN_ORDER)?;
        self.merchants.get(it.merchant).is_some().or_flaw(|| "/merchant".to_owned(), NO_MERCHANT)?;
        let events = !it.events.is_empty() && it.events.len() <= NOTICES.len();
        events.or_flaw(|| "/events".to_owned(), "it has no entries, or too many")?;
        webhook_url(&it.url).is_ok().or_flaw(|| "/url".to_owned(), "no webhook goes to such an address")
    }
}

/// A flaw of an object, seen from the memory.
fn below(list: &str, number: u32, flaw: Flaw) -> Flaw {
    flaw.below(&format!("/{list}/{}", number - 1))
}
