//! Whether a memory that was read from outside is one that can be gone on from.

use rust_decimal::Decimal;

use super::{
    Address, Endpoint, ISSUERS_MAX, MERCHANTS_MAX, Memory, Merchant, NOTICES, Order, OrderStatus, SPENT_MAX, TransactionStatus, Wallet,
};
use crate::engine::ids::COUNT_MAX;
use crate::engine::tables::settings::webhook_url;
use crate::kit::fields::is_browser_url;

/// All counts of a sandbox stay below this.
const NUMBERS_MAX: u32 = u32::MAX / 2;

impl Memory {
    /// Whether every number names what it should.
    pub fn is_sound(&self) -> bool {
        let names = self.issuers.len() <= ISSUERS_MAX && self.bases.is_sound() && self.spent.len() <= SPENT_MAX;
        let urls = self.starting_url.iter().all(|it| webhook_url(it).is_ok());
        names && urls && self.merchants_are_sound() && self.orders_are_sound() && self.transactions_are_sound() && self.settings_are_sound()
    }

    fn merchants_are_sound(&self) -> bool {
        let own = |number: u32, it: &Merchant| {
            let index = self.merchants.index();
            let named = [
                index.accounts.get(it.account.as_str()),
                index.usernames.get(&it.username),
                index.emails.get(it.email.to_lowercase().as_str()),
            ];
            named.iter().all(|it| *it == Some(number)) && it.tokens < COUNT_MAX
        };
        self.merchants.iter().count() <= MERCHANTS_MAX && self.merchants.iter().all(|(number, it)| own(number, it))
    }

    fn orders_are_sound(&self) -> bool {
        let index = self.orders.index();
        let order = |(number, it): (u32, &Order)| {
            let placed = index.lists.all(&it.merchant).get(it.nth as usize) == Some(&number);
            let named =
                it.number == number && index.codes.get(&it.code) == Some(number) && Address::of(it.receiving_address.text()).is_some();
            let priced = Decimal::ZERO < it.amount && it.chain.decimals(it.token).is_some() && 0 < it.nonce;
            let linked = self.bases.at(it.base).is_some()
                && it.webhook_url.iter().all(|it| webhook_url(it).is_ok())
                && it.redirect_url.iter().all(|it| is_browser_url(it));
            let paid =
                it.transaction.map_or(matches!(it.status(), OrderStatus::Pending | OrderStatus::Failed | OrderStatus::Expired), |own| {
                    self.transactions.get(own).is_some_and(|it| it.order == number)
                });
            placed
                && named
                && priced
                && linked
                && paid
                && it.head.generation() < NUMBERS_MAX
                && number < NUMBERS_MAX
                && it.created_at <= it.expires_at
        };
        index.nonces.count() == self.orders.iter().count() && self.orders.iter().all(order)
    }

    fn transactions_are_sound(&self) -> bool {
        let index = self.transactions.index();
        self.transactions.iter().all(|(number, it)| {
            let Some(order) = self.orders.get(it.order).filter(|it| it.transaction == Some(number)) else { return false };
            let placed = (it.merchant, it.chain) == (order.merchant, order.chain)
                && index.lists.all(&it.merchant).get(it.nth as usize) == Some(&number);
            let named = it.number == number && index.hashes.get(&it.hash) == Some(number) && Address::of(it.from_address.text()).is_some();
            let alike = match it.status() {
                TransactionStatus::Pending => order.status() == OrderStatus::Pending,
                TransactionStatus::Confirmed => order.status() == OrderStatus::Confirmed,
                TransactionStatus::Failed => order.status() == OrderStatus::Failed,
            };
            let counted = it.confirmations < NUMBERS_MAX && it.block.is_none_or(|it| it.unsigned_abs() < COUNT_MAX);
            placed && named && alike && counted && Decimal::ZERO < it.amount && order.chain.decimals(it.token).is_some()
        })
    }

    fn settings_are_sound(&self) -> bool {
        let merchant = |number: u32| self.merchants.get(number).is_some();
        let wallet = |(number, it): (u32, &Wallet)| {
            let only = self.wallet_on(it.merchant, it.chain).is_some_and(|own| own.number == number);
            it.number == number && merchant(it.merchant) && only && Address::of(it.address.text()).is_some()
        };
        let endpoint = |(number, it): (u32, &Endpoint)| {
            let events = !it.events.is_empty() && it.events.len() <= NOTICES.len();
            it.number == number && number < NUMBERS_MAX && merchant(it.merchant) && events && webhook_url(&it.url).is_ok()
        };
        self.wallets.iter().all(wallet) && self.endpoints.iter().all(endpoint)
    }
}
