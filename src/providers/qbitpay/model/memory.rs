//! The provider's state in a sandbox.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BalanceTransaction, Charge, Deposit, Destination, Merchant, Oid, Order, Payout, Rates, Source, Symbol};
use crate::engine::ids::ObjectId;
use crate::engine::store::{Store, Usage, digest};

/// The kinds of objects; their order is their number in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Charge,
    Payout,
    Deposit,
    Order,
    Row,
    /// The charge of a test event.
    Test,
    /// A price that a tester has set.
    Price,
}

impl Kind {
    /// The engine's id of an object of this kind.
    pub const fn object(self, number: u32) -> ObjectId {
        ObjectId { kind: self as u8, number: number as u64 }
    }

    /// The kind of an object, and its number.
    pub fn of(object: ObjectId) -> Option<(Self, u32)> {
        let all = [Self::Charge, Self::Payout, Self::Deposit, Self::Order, Self::Row, Self::Test, Self::Price];
        let kind = all.get(usize::from(object.kind)).copied()?;
        Some((kind, u32::try_from(object.number).ok()?))
    }
}

/// The state of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    pub merchants: Vec<Merchant>,
    pub charges: Store<Charge>,
    pub payouts: Store<Payout>,
    pub deposits: Store<Deposit>,
    pub orders: Store<Order>,
    pub rows: Store<BalanceTransaction>,
    pub destinations: BTreeMap<Oid, Destination>,
    pub rates: Rates,
    /// The number of test events so far; it makes their draws differ.
    pub tests: u32,
}

impl Memory {
    /// How much it keeps.
    pub fn usage(&self) -> Usage {
        let [charges, payouts, deposits, orders, rows] =
            [self.charges.usage(), self.payouts.usage(), self.deposits.usage(), self.orders.usage(), self.rows.usage()];
        charges + payouts + deposits + orders + rows
    }

    /// The merchant of an account, by number.
    pub fn merchant(&self, account: &str) -> Option<u32> {
        self.merchants.iter().position(|it| it.account == account).and_then(|it| u32::try_from(it).ok())
    }

    /// The same. An account without a merchant gets one without balances.
    ///
    /// # Panics
    /// When there are more merchants than a u32 counts.
    pub fn merchant_of(&mut self, account: &str) -> u32 {
        self.merchant(account).unwrap_or_else(|| {
            self.merchants.push(Merchant::new(account));
            u32::try_from(self.merchants.len() - 1).expect("a sandbox has fewer merchants than a u32 counts")
        })
    }

    /// The merchant of that number.
    ///
    /// # Panics
    /// When it does not exist: objects name only merchants that exist.
    pub fn own(&self, merchant: u32) -> &Merchant {
        self.merchants.get(merchant as usize).expect("objects name merchants that exist")
    }

    /// The same, to change it.
    ///
    /// # Panics
    /// When it does not exist.
    pub fn own_mut(&mut self, merchant: u32) -> &mut Merchant {
        self.merchants.get_mut(merchant as usize).expect("objects name merchants that exist")
    }

    pub fn charge(&self, id: &str) -> Option<&Charge> {
        let number = self.charges.index().ids.get(&digest(id))?;
        self.charges.get(number).filter(|it| it.id == id)
    }

    /// The charge whose payment page has that name.
    pub fn charge_of_trade(&self, trade: &str) -> Option<&Charge> {
        let number = self.charges.index().trades.get(&digest(trade))?;
        self.charges.get(number).filter(|it| it.trade == trade)
    }

    pub fn payout(&self, id: &str) -> Option<&Payout> {
        let id = Oid::parse(id)?;
        self.payouts.get(id.number()).filter(|it| it.id == id)
    }

    pub fn deposit(&self, id: &str) -> Option<&Deposit> {
        let id = Oid::parse(id)?;
        self.deposits.get(id.number()).filter(|it| it.id == id)
    }

    pub fn order(&self, id: &str) -> Option<&Order> {
        let id = Oid::parse(id)?;
        self.orders.get(id.number()).filter(|it| it.id == id)
    }

    pub fn row(&self, id: &str) -> Option<&BalanceTransaction> {
        let id = Oid::parse(id)?;
        self.rows.get(id.number()).filter(|it| it.id == id)
    }

    /// The number of charges of a merchant with that externalOrderId.
    pub fn charges_of_order(&self, merchant: u32, external_order_id: &str) -> u32 {
        let last = self.charges.index().orders.list((merchant, digest(external_order_id))).next_back();
        last.and_then(|it| self.charges.get(it)).map_or(0, |it| it.nth + 1)
    }

    /// The rows that an object caused, oldest first.
    pub fn rows_of(&self, source: Source) -> Vec<u32> {
        match source {
            Source::Charge(number) => self.charges.get(number).and_then(|it| it.row).into_iter().collect(),
            Source::Payout(number) => self.payouts.get(number).into_iter().flat_map(|it| [Some(it.row), it.reversal]).flatten().collect(),
            Source::Deposit(number) => self.deposits.get(number).into_iter().map(|it| it.row).collect(),
            Source::Order(number) => self.orders.get(number).into_iter().flat_map(|it| [it.row, it.row + 1]).collect(),
        }
    }
}

impl Memory {
    /// The number of statuses that an object has entered.
    pub fn generation(&self, object: ObjectId) -> Option<u32> {
        let (kind, number) = Kind::of(object)?;
        match kind {
            Kind::Charge => self.charges.get(number).map(|it| it.head.generation()),
            Kind::Payout => self.payouts.get(number).map(|it| it.head.generation()),
            Kind::Deposit => self.deposits.get(number).map(|it| it.head.generation()),
            Kind::Order => self.orders.get(number).map(|it| it.head.generation()),
            Kind::Row => self.rows.get(number).map(|it| it.head.generation()),
            Kind::Test | Kind::Price => None,
        }
    }

    /// The id that a merchant sees of an object.
    pub fn subject(&self, object: ObjectId) -> Option<String> {
        let (kind, number) = Kind::of(object)?;
        match kind {
            Kind::Charge => self.charges.get(number).map(|it| it.id.clone()),
            Kind::Payout => self.payouts.get(number).map(|it| it.id.to_string()),
            Kind::Deposit => self.deposits.get(number).map(|it| it.id.to_string()),
            Kind::Order => self.orders.get(number).map(|it| it.id.to_string()),
            Kind::Row => self.rows.get(number).map(|it| it.id.to_string()),
            Kind::Test => None,
            Kind::Price => Symbol::from_number(object.number).map(|it| it.to_string()),
        }
    }
}
