//! Orders, which are executed at once.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Kind, Oid, Symbol};
use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::store::{Index, Indexed};
use crate::kit::heap;
use crate::kit::time::Timestamp;
use crate::kit::word::Word;

/// One order, which was executed when it was created.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub number: u32,
    pub merchant: u32,
    pub id: Oid,
    pub created_at: Timestamp,
    pub symbol: Symbol,
    pub direction: Direction,
    pub base_units: i64,
    pub price: Decimal,
    pub cost_units: i64,
    pub fee_units: i64,
    pub external_order_id: Option<Box<str>>,
    /// Its row of the ledger in the base currency; the row in the quote currency follows it.
    pub row: u32,
    #[serde(flatten)]
    pub head: Head<OrderStatus>,
}

impl Order {
    /// Its id in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Order.object(self.number)
    }
}

impl Indexed for Order {
    /// By merchant.
    type Index = Index<u32>;
    type Keys = ();

    fn keys(&self) {}

    fn heap(&self) -> usize {
        self.external_order_id.as_deref().map_or(0, |it| heap::block(it.len()))
    }

    fn file(&self, number: u32, index: &mut Self::Index) {
        index.insert(self.merchant, number);
    }
}

/// The side of an order, from the merchant's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Buy,
    Sell,
}

impl Word for Direction {
    fn word(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// The one status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    Closed,
}

impl Word for OrderStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
        }
    }
}
