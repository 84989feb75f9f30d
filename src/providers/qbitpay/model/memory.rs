//! The provider's memory of a sandbox, and what must hold of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::saved::Saved;
use super::{
    Balance, BalanceTransaction, Charge, Cursor, Deposit, Destination, Index, Merchant, Numbered, Oid, Order, Payout, PayoutStatus, Rates,
    RowStatus, Source, Symbol, order_key,
};
use crate::engine::ids::ObjectId;

/// The kinds of objects, as the engine counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Charge,
    Payout,
    Deposit,
    Order,
    Row,
    /// What a test event is about.
    Test,
    /// A price that a tester has set.
    Price,
}

impl Kind {
    /// How the engine names one of them.
    pub const fn object(self, number: u32) -> ObjectId {
        ObjectId { kind: self as u8, number: number as u64 }
    }

    /// The kind that the engine means.
    pub fn of(object: ObjectId) -> Option<Self> {
        let all = [Self::Charge, Self::Payout, Self::Deposit, Self::Order, Self::Row, Self::Test, Self::Price];
        all.get(usize::from(object.kind)).copied()
    }
}

/// The memory. Its indexes follow from its objects, and are not saved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Saved")]
pub struct Memory {
    pub merchants: Vec<Merchant>,
    pub charges: Numbered<Charge>,
    pub payouts: Numbered<Payout>,
    pub deposits: Numbered<Deposit>,
    pub orders: Numbered<Order>,
    pub rows: Numbered<BalanceTransaction>,
    pub destinations: BTreeMap<Oid, Destination>,
    pub rates: Rates,
    /// Test events so far: their draws differ.
    pub tests: u32,
    #[serde(skip)]
    pub index: Index,
}

impl Memory {
    /// The merchant of an account, by number.
    pub fn merchant(&self, account: &str) -> Option<u32> {
        self.merchants.iter().position(|it| it.account == account).and_then(|it| u32::try_from(it).ok())
    }

    /// The same; an account that nobody has opened owns nothing.
    ///
    /// # Panics
    /// When there are more than can be numbered; memory has ended long before.
    pub fn merchant_of(&mut self, account: &str) -> u32 {
        self.merchant(account).unwrap_or_else(|| {
            self.merchants.push(Merchant::new(account));
            u32::try_from(self.merchants.len() - 1).expect("a sandbox has fewer merchants than a u32 counts")
        })
    }

    /// The merchant of that number.
    ///
    /// # Panics
    /// When there is none: objects name only merchants that there are.
    pub fn own(&self, merchant: u32) -> &Merchant {
        self.merchants.get(merchant as usize).expect("objects name merchants that there are")
    }

    /// The same, to change it.
    ///
    /// # Panics
    /// When there is none.
    pub fn own_mut(&mut self, merchant: u32) -> &mut Merchant {
        self.merchants.get_mut(merchant as usize).expect("objects name merchants that there are")
    }

    pub fn charge(&self, id: &str) -> Option<&Charge> {
        self.charges.get(*self.index.charge_ids.get(id)?)
    }

    /// The charge whose payment page has that name.
    pub fn traded(&self, trade: &str) -> Option<&Charge> {
        self.charges.get(*self.index.trades.get(trade)?)
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

    /// How many charges of that externalOrderId a merchant has.
    pub fn charges_of_order(&self, merchant: u32, external_order_id: &str) -> u32 {
        let key = (merchant, Some(order_key(external_order_id)));
        let last = self.index.charges.page(key, Cursor::Newest, 1);
        last.first().and_then(|it| self.charges.get(*it)).map_or(0, |it| it.nth + 1)
    }

    /// Keeps a charge.
    pub fn keep_charge(&mut self, charge: Charge) {
        self.index.charge(&charge);
        self.charges.push(charge);
    }

    /// Keeps a payout.
    pub fn keep_payout(&mut self, payout: Payout) {
        self.index.payout(&payout);
        self.payouts.push(payout);
    }

    /// A payout goes to another status.
    pub fn move_payout(&mut self, number: u32, to: PayoutStatus) {
        let Some(payout) = self.payouts.get_mut(number) else { return };
        for destination in [None, Some(payout.destination)] {
            self.index.payouts.take((payout.merchant, destination, Some(payout.status)), number);
            self.index.payouts.put((payout.merchant, destination, Some(to)), number);
        }
        payout.status = to;
        payout.stay += 1;
    }

    /// Keeps an order.
    pub fn keep_order(&mut self, order: Order) {
        self.index.orders.put(order.merchant, order.number);
        self.orders.push(order);
    }

    /// Adds a row to the ledger and to its balance, which `balance` makes when there is none.
    pub fn post(&mut self, row: BalanceTransaction, balance: Oid) {
        self.own_mut(row.merchant).balances.entry(row.currency).or_insert(Balance::empty(balance)).add(&row);
        self.index.row(&row);
        self.rows.push(row);
    }

    /// Pending money can be used from now on.
    pub fn release(&mut self, number: u32) {
        let Some(row) = self.rows.get_mut(number).filter(|it| it.status == RowStatus::Pending) else { return };
        let net = row.net_units();
        row.status = RowStatus::Available;
        let (merchant, kind, currency) = (row.merchant, row.kind, row.currency);
        for kind in [None, Some(kind)] {
            self.index.rows.take((merchant, kind, Some(RowStatus::Pending)), number);
            self.index.rows.put((merchant, kind, Some(RowStatus::Available)), number);
        }
        if let Some(balance) = self.own_mut(merchant).balances.get_mut(&currency) {
            balance.pending_units = balance.pending_units.saturating_sub(net);
            balance.available_units = balance.available_units.saturating_add(net);
        }
    }

    /// The rows that an object has caused, oldest first.
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
    /// In which of its stays an object is.
    pub fn stay(&self, object: ObjectId) -> Option<u32> {
        let number = u32::try_from(object.number).ok()?;
        match Kind::of(object)? {
            Kind::Charge => self.charges.get(number).map(|it| it.stay),
            Kind::Payout => self.payouts.get(number).map(|it| it.stay),
            Kind::Deposit => self.deposits.get(number).map(|it| it.stay),
            Kind::Order => self.orders.get(number).map(|_| 0),
            Kind::Row => self.rows.get(number).map(BalanceTransaction::stay),
            Kind::Test | Kind::Price => None,
        }
    }

    /// What a merchant calls an object.
    pub fn subject(&self, object: ObjectId) -> Option<String> {
        let number = u32::try_from(object.number).ok()?;
        match Kind::of(object)? {
            Kind::Charge => self.charges.get(number).map(|it| it.id.clone()),
            Kind::Payout => self.payouts.get(number).map(|it| it.id.to_string()),
            Kind::Deposit => self.deposits.get(number).map(|it| it.id.to_string()),
            Kind::Order => self.orders.get(number).map(|it| it.id.to_string()),
            Kind::Row => self.rows.get(number).map(|it| it.id.to_string()),
            Kind::Test => None,
            Kind::Price => Symbol::numbered(object.number).map(|it| it.to_string()),
        }
    }
}
