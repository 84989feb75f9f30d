//! The provider's memory of a sandbox, and what must hold of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::saved::Saved;
use super::{
    Balance, BalanceTransaction, Charge, Currency, Deposit, Destination, Numbered, Oid, Order, Payout, PayoutStatus, Quote, Rates, RowKind,
    RowStatus, Shelves, Side, Source, Symbol,
};
use crate::engine::provider::ObjectId;
use crate::kit::ids::entity;

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

/// One merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Merchant {
    pub account: String,
    pub balances: BTreeMap<Currency, Balance>,
    /// The last price that was told of a pair, to buy and to sell.
    pub asks: BTreeMap<Symbol, Quote>,
    pub bids: BTreeMap<Symbol, Quote>,
    calls: Calls,
}

/// Calls in one second.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Calls {
    second: i64,
    count: u32,
}

impl Merchant {
    /// One who has done nothing yet.
    pub fn new(account: &str) -> Self {
        let (balances, asks, bids) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { account: account.to_owned(), balances, asks, bids, calls: Calls::default() }
    }

    /// The prices that were told on that side.
    pub const fn quotes(&mut self, side: Side) -> &mut BTreeMap<Symbol, Quote> {
        match side {
            Side::Ask => &mut self.asks,
            Side::Bid => &mut self.bids,
        }
    }

    /// Money that can be spent.
    pub fn available_units(&self, currency: Currency) -> i64 {
        self.balances.get(&currency).map_or(0, |it| it.available_units)
    }

    /// Money that it has or will have.
    pub fn all_units(&self, currency: Currency) -> i64 {
        self.balances.get(&currency).map_or(0, |it| it.available_units.saturating_add(it.pending_units))
    }

    /// Counts a call; `false` when this second has had that many already.
    pub const fn count_call(&mut self, second: i64, calls_max: u32) -> bool {
        if self.calls.second != second {
            self.calls = Calls { second, count: 0 };
        }
        let fits = self.calls.count < calls_max;
        self.calls.count += fits as u32;
        fits
    }
}

/// What is found by something else than its number.
#[derive(Clone, Debug, Default)]
pub struct Index {
    charge_ids: BTreeMap<String, u32>,
    trades: BTreeMap<String, u32>,
    /// By merchant, all or those of one externalOrderId.
    pub charges: Shelves<(u32, Option<u64>)>,
    /// By merchant, all or those of one destination, of any status or of one.
    pub payouts: Shelves<(u32, Option<Oid>, Option<PayoutStatus>)>,
    pub orders: Shelves<u32>,
    /// By merchant, all or those of one kind, of any status or of one.
    pub rows: Shelves<(u32, Option<RowKind>, Option<RowStatus>)>,
}

/// What stands for an externalOrderId in the index.
pub fn order_key(external_order_id: &str) -> u64 {
    entity(&[external_order_id])
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
        let last = self.index.charges.page(key, super::Cursor::Newest, 1);
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

impl Index {
    pub fn charge(&mut self, it: &Charge) {
        self.charge_ids.insert(it.id.clone(), it.number);
        self.trades.insert(it.trade.clone(), it.number);
        self.charges.put((it.merchant, None), it.number);
        self.charges.put((it.merchant, Some(order_key(&it.external_order_id))), it.number);
    }

    pub fn payout(&mut self, it: &Payout) {
        for destination in [None, Some(it.destination)] {
            self.payouts.put((it.merchant, destination, None), it.number);
            self.payouts.put((it.merchant, destination, Some(it.status)), it.number);
        }
    }

    pub fn row(&mut self, it: &BalanceTransaction) {
        for kind in [None, Some(it.kind)] {
            self.rows.put((it.merchant, kind, None), it.number);
            self.rows.put((it.merchant, kind, Some(it.status)), it.number);
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
