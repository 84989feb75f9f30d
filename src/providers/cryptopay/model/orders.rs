//! Payment orders.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Address, Chain, Code, Kind, Token};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::store::{Indexed, Lookup, RankIndex};
use crate::kit::heap;
use crate::kit::time::Timestamp;
use crate::kit::word::Word;

/// The number of the one transfer that an order accepts.
pub const TRANSFER: u32 = 0;

/// One payment order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub number: u32,
    pub merchant: u32,
    /// Its place among the merchant's orders.
    pub nth: u32,
    pub code: Code,
    /// Exactly as it was sent, trailing zeros included.
    pub amount: Decimal,
    pub token: Token,
    pub chain: Chain,
    #[serde(flatten)]
    pub head: Head<OrderStatus>,
    pub receiving_address: Address,
    pub nonce: i64,
    pub order_info: Box<str>,
    pub webhook_url: Option<Box<str>>,
    pub redirect_url: Option<Box<str>>,
    /// The base of its links when no request gives one.
    pub base: u16,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// The transfer to it, once one is seen.
    pub transaction: Option<u32>,
}

impl Order {
    /// Whether its status is a word that no page has.
    pub fn has_assumed_status(&self) -> bool {
        matches!(self.status(), OrderStatus::Failed | OrderStatus::Expired)
    }

    /// Its id in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Order.object(self.number)
    }

    pub const fn status(&self) -> OrderStatus {
        self.head.status()
    }

    /// `ORD-` and its code: its id for the merchant.
    pub fn order_id(&self) -> String {
        format!("ORD-{}", self.code.text())
    }

    /// Whether it accepts a transfer: it is pending and has none.
    pub fn waits(&self) -> bool {
        self.status() == OrderStatus::Pending && self.transaction.is_none()
    }
}

/// A filter of orders; `None` allows all.
pub type OrderFilter = (Option<OrderStatus>, Option<Chain>, Option<Token>);

/// Indexes of orders.
#[derive(Clone, Debug, Default)]
pub struct OrderIndex {
    pub codes: Lookup<Code>,
    /// By merchant.
    pub nonces: Lookup<(u32, i64)>,
    /// By merchant.
    pub lists: RankIndex<u32, OrderFilter>,
}

impl Order {
    /// The filters with this `status` that it passes.
    fn filters(&self, status: Option<OrderStatus>) -> impl Iterator<Item = OrderFilter> + use<> {
        let (chain, token) = (self.chain, self.token);
        [None, Some(chain)].into_iter().flat_map(move |chain| [None, Some(token)].map(move |token| (status, chain, token)))
    }
}

impl Indexed for Order {
    type Index = OrderIndex;
    type Keys = OrderStatus;

    fn keys(&self) -> OrderStatus {
        self.status()
    }

    fn heap(&self) -> usize {
        let urls = [&self.webhook_url, &self.redirect_url].into_iter().flatten();
        heap::block(self.order_info.len()) + urls.map(|it| heap::block(it.len())).sum::<usize>()
    }

    fn file(&self, number: u32, index: &mut OrderIndex) {
        index.codes.insert(self.code, number);
        index.nonces.insert((self.merchant, self.nonce), number);
        index.lists.push(self.merchant, number, self.filters(None).chain(self.filters(Some(self.status()))));
    }

    fn refile(&self, number: u32, index: &mut OrderIndex, before: &OrderStatus) {
        index.lists.refile(&self.merchant, number, self.filters(Some(*before)), self.filters(Some(self.status())));
    }
}

/// The status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    Pending,
    Confirmed,
    Failed,
    Expired,
}

pub const ORDER_STATUSES: &[OrderStatus] = &[OrderStatus::Pending, OrderStatus::Confirmed, OrderStatus::Failed, OrderStatus::Expired];
/// All words of an order's `status`.
pub const ORDER_STATUS_WORDS: &[&str] = &["pending", "confirmed", "failed", "expired"];

impl Word for OrderStatus {
    fn word(self) -> &'static str {
        ORDER_STATUS_WORDS[self as usize]
    }
}
