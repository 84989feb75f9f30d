//! A memory as it is saved, and whether one can be gone on from.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    BALANCE_UNITS_MAX, BalanceTransaction, Charge, Currency, Deposit, Destination, Index, Memory, Merchant, NUMBERS_MAX, Numbered, Oid,
    Order, Payout, Rates, RowStatus, Source, is_price,
};

/// What is written down: all but the indexes.
#[derive(Deserialize)]
pub struct Saved {
    merchants: Vec<Merchant>,
    charges: Numbered<Charge>,
    payouts: Numbered<Payout>,
    deposits: Numbered<Deposit>,
    orders: Numbered<Order>,
    rows: Numbered<BalanceTransaction>,
    destinations: BTreeMap<Oid, Destination>,
    rates: Rates,
    tests: u32,
}

impl From<Saved> for Memory {
    fn from(saved: Saved) -> Self {
        let Saved { merchants, charges, payouts, deposits, orders, rows, destinations, rates, tests } = saved;
        let mut index = Index::default();
        charges.iter().for_each(|it| index.charge(it.1));
        payouts.iter().for_each(|it| index.payout(it.1));
        orders.iter().for_each(|it| index.orders.put(it.1.merchant, it.1.number));
        rows.iter().for_each(|it| index.row(it.1));
        Self { merchants, charges, payouts, deposits, orders, rows, destinations, rates, tests, index }
    }
}

impl Memory {
    /// Whether every number names what it should, and every balance is the sum of its rows.
    pub fn is_sound(&self) -> bool {
        let counted = self.tests < NUMBERS_MAX && self.rates.is_sound();
        counted && self.names_are_sound() && self.objects_are_sound() && self.rows_are_sound() && self.balances_are_sound()
    }

    fn knows(&self, merchant: u32) -> bool {
        (merchant as usize) < self.merchants.len()
    }

    fn names_are_sound(&self) -> bool {
        let named = |place: usize, it: &Merchant| self.merchant(&it.account).is_some_and(|own| own as usize == place);
        let quoted = |it: &Merchant| it.asks.values().chain(it.bids.values()).all(|it| is_price(it.price) || it.price.scale() <= 8);
        self.merchants.iter().enumerate().all(|(place, it)| named(place, it) && quoted(it))
    }

    fn objects_are_sound(&self) -> bool {
        let own = |number, known: u32, merchant| number == known && number < NUMBERS_MAX && self.knows(merchant);
        let owns = |row: Option<u32>, source: Source| row.is_none_or(|it| self.rows.get(it).is_some_and(|row| row.source == source));
        let small = |units: &[i64]| units.iter().all(|it| (0..=BALANCE_UNITS_MAX).contains(it));
        let charge = |(n, it): (u32, &Charge)| {
            own(n, it.number, it.merchant)
                && it.stay < NUMBERS_MAX
                && it.nth < NUMBERS_MAX
                && small(&[it.amount_units, it.base_units, it.cost_units])
                && owns(it.row, Source::Charge(n))
        };
        let payout = |(n, it): (u32, &Payout)| {
            let rows = owns(Some(it.row), Source::Payout(n)) && owns(it.reversal, Source::Payout(n));
            let known = self.destinations.contains_key(&it.destination) && it.id.number() == n;
            own(n, it.number, it.merchant) && it.stay < NUMBERS_MAX && small(&[it.amount_units, it.fee_units]) && rows && known
        };
        let deposit = |(n, it): (u32, &Deposit)| {
            own(n, it.number, it.merchant)
                && it.stay < NUMBERS_MAX
                && it.id.number() == n
                && small(&[it.amount_units])
                && owns(Some(it.row), Source::Deposit(n))
        };
        let order = |(n, it): (u32, &Order)| {
            let rows = owns(Some(it.row), Source::Order(n)) && owns(it.row.checked_add(1), Source::Order(n));
            own(n, it.number, it.merchant) && it.id.number() == n && small(&[it.base_units, it.cost_units, it.fee_units]) && rows
        };
        let trades = self.deposits.iter().all(deposit) && self.orders.iter().all(order);
        trades && self.charges.iter().all(charge) && self.payouts.iter().all(payout)
    }

    fn rows_are_sound(&self) -> bool {
        self.rows.iter().all(|(n, it)| {
            let amounts = [it.amount_units, it.fee_units].iter().all(|it| it.unsigned_abs() <= BALANCE_UNITS_MAX.unsigned_abs());
            let caused = self.rows_of(it.source).contains(&n);
            it.number == n && n < NUMBERS_MAX && it.id.number() == n && self.knows(it.merchant) && amounts && caused
        })
    }

    fn balances_are_sound(&self) -> bool {
        let mut sums: BTreeMap<(u32, Currency), (i64, i64)> = BTreeMap::new();
        for (_, it) in self.rows.iter() {
            let (available, pending) = sums.entry((it.merchant, it.currency)).or_default();
            let own = if it.status == RowStatus::Available { available } else { pending };
            *own = own.saturating_add(it.net_units());
        }
        let balances = || (0..).zip(&self.merchants).flat_map(|(n, it)| it.balances.iter().map(move |(currency, it)| ((n, *currency), it)));
        let sound = balances().all(|(key, it)| {
            0 <= it.available_units && sums.get(&key).copied().unwrap_or_default() == (it.available_units, it.pending_units)
        });
        sound && balances().count() >= sums.len()
    }
}
