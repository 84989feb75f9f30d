//! Judges a memory that was read from outside.

use std::collections::BTreeMap;

use super::{
    BALANCE_UNITS_MAX, Charge, Currency, Deposit, Direction, Memory, Merchant, NUMBERS_MAX, Order, Payout, PayoutStatus, RowKind,
    RowStatus, Source, is_price,
};
use crate::engine::provider::Beside;
use crate::engine::store::digest;
use crate::kit::fields::{is_browser_url, is_http_url};
use crate::kit::flaw::{Flaw, Required, distinct};
use crate::kit::time::Timestamp;

const NOT_IN_ORDER: &str = "the numbers of these objects begin with 1 and have no gaps";
const NO_MERCHANT: &str = "the merchant does not exist";
const OTHER_ID: &str = "the id contains another number than the object has";
const HIGH_COUNT: &str = "the count is too high";
const BAD_AMOUNT: &str = "an amount is below 0 or too high";
const BAD_ROW: &str = "the row does not exist, or has another cause, merchant or amount";

/// What a row of the ledger is, as its cause has posted it.
struct Posted {
    source: Source,
    kind: RowKind,
    merchant: u32,
    currency: Currency,
    /// Amount and fee.
    units: (i64, i64),
}

impl Memory {
    /// Whether every number names its object, every key one object only, and every balance is the sum of its rows.
    ///
    /// # Errors
    /// The first place that is wrong.
    pub fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        (self.tests < NUMBERS_MAX).or_flaw(|| "/tests".to_owned(), HIGH_COUNT)?;
        self.rates.is_sound().or_flaw(|| "/rates".to_owned(), "a price is impossible")?;
        self.judge_merchants(beside)?;
        let below = |list: &'static str, number: u32| move |flaw: Flaw| flaw.below(&format!("/{list}/{}", number - 1));
        self.deposits.iter().try_for_each(|(n, it)| self.judge_deposit(n, it, beside).map_err(below("deposits", n)))?;
        self.orders.iter().try_for_each(|(n, it)| self.judge_order(n, it, beside).map_err(below("orders", n)))?;
        self.charges.iter().try_for_each(|(n, it)| self.judge_charge(n, it, beside).map_err(below("charges", n)))?;
        self.judge_charges()?;
        self.payouts.iter().try_for_each(|(n, it)| self.judge_payout(n, it, beside).map_err(below("payouts", n)))?;
        self.judge_rows(beside)?;
        self.judge_balances()
    }

    fn judge_merchants(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        let accounts = self.merchants.iter().map(|it| Some(it.account.as_str()));
        distinct(accounts, |place| format!("/merchants/{place}/account"), "two merchants have the same")?;
        let is_quoted = |own: &Merchant| own.asks.values().chain(own.bids.values()).all(|it| is_price(it.price) || it.price.scale() <= 8);
        for (place, it) in self.merchants.iter().enumerate() {
            beside.judge_owner(&it.account, || format!("/merchants/{place}/account"))?;
            is_quoted(it).or_flaw(|| format!("/merchants/{place}"), "a quoted price is impossible")?;
        }
        Ok(())
    }

    /// Whether an object of that number has that place, a merchant, and a moment that has come.
    fn judge_head(&self, (n, number, merchant): (u32, u32, u32), created_at: Timestamp, beside: Beside<'_>) -> Result<(), Flaw> {
        (n == number && n < NUMBERS_MAX).or_flaw(|| "/number".to_owned(), NOT_IN_ORDER)?;
        ((merchant as usize) < self.merchants.len()).or_flaw(|| "/merchant".to_owned(), NO_MERCHANT)?;
        beside.judge_moment(created_at, || "/created_at".to_owned())
    }

    /// Whether a row of the ledger exists and is this one.
    fn has_row(&self, row: u32, expected: &Posted) -> bool {
        self.rows.get(row).is_some_and(|it| {
            let cause = it.source == expected.source && it.kind == expected.kind && it.merchant == expected.merchant;
            cause && it.currency == expected.currency && (it.amount_units, it.fee_units) == expected.units
        })
    }

    fn judge_charge(&self, n: u32, it: &Charge, beside: Beside<'_>) -> Result<(), Flaw> {
        self.judge_head((n, it.number, it.merchant), it.created_at, beside)?;
        (it.head.generation() < NUMBERS_MAX).or_flaw(|| "/generation".to_owned(), HIGH_COUNT)?;
        let units = [it.amount_units, it.base_units, it.cost_units];
        (are_small(&units) && are_small(&[it.fee_units])).or_flaw(String::new, BAD_AMOUNT)?;
        (it.fee_units <= it.amount_units).or_flaw(|| "/fee_units".to_owned(), "it is above the amount")?;
        let posted = Posted {
            source: Source::Charge(n),
            kind: RowKind::Charge,
            merchant: it.merchant,
            currency: it.currency,
            units: (it.amount_units, it.fee_units),
        };
        let row = it.row.map_or(!it.status().is_paid(), |row| it.status().is_paid() && self.has_row(row, &posted));
        row.or_flaw(|| "/row".to_owned(), BAD_ROW)?;
        is_browser_url(&it.redirect_url).or_flaw(|| "/redirect_url".to_owned(), "no browser may be sent there")?;
        is_http_url(&it.cb_url).or_flaw(|| "/cb_url".to_owned(), "no webhook goes to such an address")?;
        is_http_url(&it.page_url).or_flaw(|| "/page_url".to_owned(), "no browser may be sent there")
    }

    /// What charges are found by names one of them only, and each counts those before it.
    fn judge_charges(&self) -> Result<(), Flaw> {
        let all = || self.charges.all().iter();
        distinct(all().map(|it| Some(&it.id)), |place| format!("/charges/{place}/id"), "two charges have the same")?;
        distinct(all().map(|it| Some(&it.trade)), |place| format!("/charges/{place}/trade"), "two charges have the same")?;
        let mut counts: BTreeMap<(u32, u64), u32> = BTreeMap::new();
        for (place, it) in all().enumerate() {
            let count = counts.entry((it.merchant, digest(&it.external_order_id))).or_default();
            (it.nth == *count).or_flaw(
                || format!("/charges/{place}/nth"),
                "it is not the number of earlier charges of the merchant with this external_order_id",
            )?;
            *count += 1;
        }
        Ok(())
    }

    fn judge_payout(&self, n: u32, it: &Payout, beside: Beside<'_>) -> Result<(), Flaw> {
        self.judge_head((n, it.number, it.merchant), it.created_at, beside)?;
        (it.id.number() == n).or_flaw(|| "/id".to_owned(), OTHER_ID)?;
        (it.head.generation() < NUMBERS_MAX).or_flaw(|| "/generation".to_owned(), HIGH_COUNT)?;
        are_small(&[it.amount_units, it.fee_units]).or_flaw(String::new, BAD_AMOUNT)?;
        let (merchant, currency) = (it.merchant, it.currency);
        let posted = |kind, units| Posted { source: Source::Payout(n), kind, merchant, currency, units };
        let row = posted(RowKind::Payout, (-it.amount_units, it.fee_units));
        self.has_row(it.row, &row).or_flaw(|| "/row".to_owned(), BAD_ROW)?;
        let returned = |kind| posted(kind, (it.amount_units, -it.fee_units));
        let reversal = match it.status() {
            PayoutStatus::Failed => Some(returned(RowKind::PayoutFailure)),
            PayoutStatus::Cancelled => Some(returned(RowKind::PayoutCancel)),
            PayoutStatus::Pending | PayoutStatus::InTransit | PayoutStatus::Paid => None,
        };
        let is_reversed = match (it.reversal, reversal) {
            (Some(row), Some(expected)) => self.has_row(row, &expected),
            (row, expected) => row.is_none() && expected.is_none(),
        };
        is_reversed.or_flaw(|| "/reversal".to_owned(), BAD_ROW)?;
        (it.paid_at.is_some() == (it.status() == PayoutStatus::Paid)).or_flaw(|| "/paid_at".to_owned(), "it does not fit the status")?;
        self.destinations.contains_key(&it.destination).or_flaw(|| "/destination".to_owned(), "the destination does not exist")
    }

    fn judge_deposit(&self, n: u32, it: &Deposit, beside: Beside<'_>) -> Result<(), Flaw> {
        self.judge_head((n, it.number, it.merchant), it.created_at, beside)?;
        (it.id.number() == n).or_flaw(|| "/id".to_owned(), OTHER_ID)?;
        (it.head.generation() < NUMBERS_MAX).or_flaw(|| "/generation".to_owned(), HIGH_COUNT)?;
        are_small(&[it.amount_units]).or_flaw(|| "/amount_units".to_owned(), BAD_AMOUNT)?;
        let posted = Posted {
            source: Source::Deposit(n),
            kind: RowKind::Deposit,
            merchant: it.merchant,
            currency: it.currency,
            units: (it.amount_units, 0),
        };
        self.has_row(it.row, &posted).or_flaw(|| "/row".to_owned(), BAD_ROW)
    }

    fn judge_order(&self, n: u32, it: &Order, beside: Beside<'_>) -> Result<(), Flaw> {
        self.judge_head((n, it.number, it.merchant), it.created_at, beside)?;
        (it.id.number() == n).or_flaw(|| "/id".to_owned(), OTHER_ID)?;
        are_small(&[it.base_units, it.cost_units, it.fee_units]).or_flaw(String::new, BAD_AMOUNT)?;
        let sign = if it.direction == Direction::Buy { 1 } else { -1 };
        let (merchant, source, kind) = (it.merchant, Source::Order(n), RowKind::Order);
        let posted = |currency, units| Posted { source, kind, merchant, currency, units };
        let base = posted(it.symbol.base, (sign * it.base_units, 0));
        let quote = posted(it.symbol.quote, (-sign * it.cost_units, it.fee_units));
        let rows = self.has_row(it.row, &base) && it.row.checked_add(1).is_some_and(|row| self.has_row(row, &quote));
        rows.or_flaw(|| "/row".to_owned(), BAD_ROW)
    }

    fn judge_rows(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        self.rows.iter().try_for_each(|(n, row)| {
            let judged = self.judge_head((n, row.number, row.merchant), row.created_at, beside).and_then(|()| {
                (row.id.number() == n).or_flaw(|| "/id".to_owned(), OTHER_ID)?;
                let amounts = [row.amount_units, row.fee_units].iter().all(|it| it.unsigned_abs() <= BALANCE_UNITS_MAX.unsigned_abs());
                amounts.or_flaw(|| "/amount_units".to_owned(), BAD_AMOUNT)?;
                self.rows_of(row.source).contains(&n).or_flaw(|| "/source".to_owned(), "no object has caused this row")
            });
            judged.map_err(|flaw| flaw.below(&format!("/rows/{}", n - 1)))
        })
    }

    fn judge_balances(&self) -> Result<(), Flaw> {
        let mut sums: BTreeMap<(u32, Currency), (i64, i64)> = BTreeMap::new();
        for (_, it) in self.rows.iter() {
            let (available, pending) = sums.entry((it.merchant, it.currency)).or_default();
            let own = if it.status() == RowStatus::Available { available } else { pending };
            *own = own.saturating_add(it.net_units());
        }
        for (n, own) in (0..).zip(&self.merchants) {
            let is_sum = own.balances.iter().all(|(currency, it)| {
                let sum = sums.remove(&(n, *currency)).unwrap_or_default();
                0 <= it.available_units && sum == (it.available_units, it.pending_units)
            });
            is_sum.or_flaw(|| format!("/merchants/{n}/balances"), "a balance is not the sum of its rows, or is below 0")?;
        }
        sums.is_empty().or_flaw(|| "/rows".to_owned(), "a row belongs to a balance that does not exist")
    }
}

fn are_small(units: &[i64]) -> bool {
    units.iter().all(|it| (0..=BALANCE_UNITS_MAX).contains(it))
}
