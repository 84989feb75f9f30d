//! Checks of a state that was read from outside.

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
    /// Whether every number names its object.
    pub fn is_sound(&self) -> bool {
        let names = self.issuers.len() <= ISSUERS_MAX && self.bases.is_sound() && self.spent.len() <= SPENT_MAX;
        let urls = self.starting_url.iter().all(|it| webhook_url(it).is_ok());
        names && urls && self.merchants_are_sound() && self.orders_are_sound() && self.transactions_are_sound() && self.settings_are_sound()
    }

    fn merchants_are_sound(&self) -> bool {
        let own = |number: u32, merchant: &Merchant| {
            let index = self.merchants.index();
            let named = [
                index.accounts.get(merchant.account.as_str()),
                index.usernames.get(&merchant.username),
                index.emails.get(merchant.email.to_lowercase().as_str()),
            ];
            named.iter().all(|it| *it == Some(number)) && merchant.tokens < COUNT_MAX
        };
        self.merchants.iter().count() <= MERCHANTS_MAX && self.merchants.iter().all(|(number, it)| own(number, it))
    }

    fn orders_are_sound(&self) -> bool {
        let index = self.orders.index();
        let is_sound = |(number, order): (u32, &Order)| {
            let placed = index.lists.all(&order.merchant).get(order.nth as usize) == Some(&number);
            let named = order.number == number
                && index.codes.get(&order.code) == Some(number)
                && Address::of(order.receiving_address.text()).is_some();
            let priced = Decimal::ZERO < order.amount && order.chain.decimals(order.token).is_some() && 0 < order.nonce;
            let linked = self.bases.at(order.base).is_some()
                && order.webhook_url.iter().all(|it| webhook_url(it).is_ok())
                && order.redirect_url.iter().all(|it| is_browser_url(it));
            let paid = order
                .transaction
                .map_or(matches!(order.status(), OrderStatus::Pending | OrderStatus::Failed | OrderStatus::Expired), |own| {
                    self.transactions.get(own).is_some_and(|it| it.order == number)
                });
            placed
                && named
                && priced
                && linked
                && paid
                && order.head.generation() < NUMBERS_MAX
                && number < NUMBERS_MAX
                && order.created_at <= order.expires_at
        };
        index.nonces.count() == self.orders.iter().count() && self.orders.iter().all(is_sound)
    }

    fn transactions_are_sound(&self) -> bool {
        let index = self.transactions.index();
        self.transactions.iter().all(|(number, own)| {
            let Some(order) = self.orders.get(own.order) else { return false };
            // A failed transfer may have disappeared, and the order has another or none.
            let is_latest = order.transaction == Some(number);
            let linked = is_latest || own.status() == TransactionStatus::Failed;
            let placed = (own.merchant, own.chain) == (order.merchant, order.chain)
                && index.lists.all(&own.merchant).get(own.nth as usize) == Some(&number);
            let named =
                own.number == number && index.hashes.get(&own.hash) == Some(number) && Address::of(own.from_address.text()).is_some();
            let alike = match own.status() {
                TransactionStatus::Pending => order.status() == OrderStatus::Pending,
                TransactionStatus::Confirmed => order.status() == OrderStatus::Confirmed,
                TransactionStatus::Failed => !is_latest || order.status() == OrderStatus::Failed,
            };
            let counted = own.confirmations < NUMBERS_MAX && own.block.is_none_or(|it| it.unsigned_abs() < COUNT_MAX);
            linked && placed && named && alike && counted && Decimal::ZERO < own.amount && order.chain.decimals(own.token).is_some()
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
