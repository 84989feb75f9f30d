//! Checks of a state that was read from outside.

use std::collections::BTreeMap;

use super::{BALANCE_UNITS_MAX, Charge, Currency, Deposit, Memory, Merchant, NUMBERS_MAX, Order, Payout, RowStatus, Source, is_price};
use crate::kit::fields::{is_browser_url, is_http_url};

impl Memory {
    /// Whether every number names its object, and every balance is the sum of its rows.
    pub fn is_sound(&self) -> bool {
        let counted = self.tests < NUMBERS_MAX && self.rates.is_sound();
        counted && self.names_are_sound() && self.objects_are_sound() && self.rows_are_sound() && self.balances_are_sound()
    }

    fn knows(&self, merchant: u32) -> bool {
        (merchant as usize) < self.merchants.len()
    }

    fn names_are_sound(&self) -> bool {
        let named = |place: usize, it: &Merchant| self.merchant(&it.account).is_some_and(|own| own as usize == place);
        let quoted = |own: &Merchant| own.asks.values().chain(own.bids.values()).all(|it| is_price(it.price) || it.price.scale() <= 8);
        self.merchants.iter().enumerate().all(|(place, it)| named(place, it) && quoted(it))
    }

    fn objects_are_sound(&self) -> bool {
        let own = |number, known: u32, merchant| number == known && number < NUMBERS_MAX && self.knows(merchant);
        let owns = |row: Option<u32>, source: Source| row.is_none_or(|it| self.rows.get(it).is_some_and(|row| row.source == source));
        let credited = |row: Option<u32>, units: &[i64]| {
            row.and_then(|it| self.rows.get(it))
                .is_none_or(|row| units.iter().any(|it| it.unsigned_abs() == row.amount_units.unsigned_abs()))
        };
        let small = |units: &[i64]| units.iter().all(|it| (0..=BALANCE_UNITS_MAX).contains(it));
        let charge = |(n, it): (u32, &Charge)| {
            own(n, it.number, it.merchant)
                && it.head.generation() < NUMBERS_MAX
                && it.nth < NUMBERS_MAX
                && small(&[it.amount_units, it.fee_units, it.base_units, it.cost_units])
                && it.fee_units <= it.amount_units
                && it.row.and_then(|row| self.rows.get(row)).is_none_or(|row| row.fee_units == it.fee_units)
                && owns(it.row, Source::Charge(n))
                && credited(it.row, &[it.amount_units, it.base_units, it.cost_units])
                && is_browser_url(&it.redirect_url)
                && is_http_url(&it.cb_url)
                && is_http_url(&it.page_url)
        };
        let payout = |(n, it): (u32, &Payout)| {
            let rows =
                owns(Some(it.row), Source::Payout(n)) && credited(Some(it.row), &[it.amount_units]) && owns(it.reversal, Source::Payout(n));
            let known = self.destinations.contains_key(&it.destination) && it.id.number() == n;
            own(n, it.number, it.merchant) && it.head.generation() < NUMBERS_MAX && small(&[it.amount_units, it.fee_units]) && rows && known
        };
        let deposit = |(n, it): (u32, &Deposit)| {
            own(n, it.number, it.merchant)
                && it.head.generation() < NUMBERS_MAX
                && it.id.number() == n
                && small(&[it.amount_units])
                && owns(Some(it.row), Source::Deposit(n))
                && credited(Some(it.row), &[it.amount_units])
        };
        let order = |(n, it): (u32, &Order)| {
            let rows = owns(Some(it.row), Source::Order(n)) && owns(it.row.checked_add(1), Source::Order(n));
            own(n, it.number, it.merchant) && it.id.number() == n && small(&[it.base_units, it.cost_units, it.fee_units]) && rows
        };
        let simple = self.deposits.iter().all(deposit) && self.orders.iter().all(order);
        simple && self.charges.iter().all(charge) && self.payouts.iter().all(payout)
    }

    fn rows_are_sound(&self) -> bool {
        self.rows.iter().all(|(n, row)| {
            let amounts = [row.amount_units, row.fee_units].iter().all(|it| it.unsigned_abs() <= BALANCE_UNITS_MAX.unsigned_abs());
            let caused = self.rows_of(row.source).contains(&n);
            row.number == n && n < NUMBERS_MAX && row.id.number() == n && self.knows(row.merchant) && amounts && caused
        })
    }

    fn balances_are_sound(&self) -> bool {
        let mut sums: BTreeMap<(u32, Currency), (i64, i64)> = BTreeMap::new();
        for (_, it) in self.rows.iter() {
            let (available, pending) = sums.entry((it.merchant, it.currency)).or_default();
            let own = if it.status() == RowStatus::Available { available } else { pending };
            *own = own.saturating_add(it.net_units());
        }
        let balances =
            || (0..).zip(&self.merchants).flat_map(|(n, own)| own.balances.iter().map(move |(currency, it)| ((n, *currency), it)));
        let sound = balances().all(|(key, it)| {
            0 <= it.available_units && sums.get(&key).copied().unwrap_or_default() == (it.available_units, it.pending_units)
        });
        sound && balances().count() >= sums.len()
    }
}
