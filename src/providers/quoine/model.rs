//! What is remembered: invoices by number, and each user's NONCEs of the last minutes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::ids::ObjectId;
use crate::engine::lifecycle::Head;
use crate::engine::provider::Beside;
use crate::engine::store::{Indexed, RankIndex, Store};
use crate::kit::bases::Bases;
use crate::kit::flaw::{Flaw, Required, part};
use crate::kit::heap;
use crate::kit::json::Members;
use crate::kit::money;
use crate::kit::time::{Duration, Timestamp};

mod nonces;
mod status;

pub use nonces::{NONCE_CHARS, NONCES_MAX, Nonces, is_nonce};
pub use status::{INVOICE_STATUSES, STATUSES, SYSTEM_STATUSES, Status};

/// Decimals of a bitcoin.
pub const BTC_DECIMALS: u32 = 8;
/// The highest amount in satoshi: 21 million bitcoins, more than will ever exist.
pub const SATOSHI_MAX: i64 = 2_100_000_000_000_000;
/// The time in which an invoice can be paid.
pub const PAYMENT_TIME: Duration = Duration::from_mins(30);
/// The most payments to one invoice.
pub const PAYMENTS_MAX: usize = 10_000;

/// The kinds of objects, as the engine counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Invoice,
}

impl Kind {
    /// The name of an object of this kind in the engine.
    pub const fn object(self, number: u32) -> ObjectId {
        ObjectId { kind: self as u8, number: number as u64 }
    }

    /// The kind of an object, and its number.
    pub fn of(object: ObjectId) -> Option<(Self, u32)> {
        let kind = [Self::Invoice].get(usize::from(object.kind)).copied()?;
        Some((kind, u32::try_from(object.number).ok()?))
    }
}

/// The provider's memory of a sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    pub invoices: Store<Invoice>,
    /// The NONCEs that each user's requests have used up.
    nonces: BTreeMap<u64, Nonces>,
    /// The beginnings of links in invoices: scheme and host as the merchant called them, sandbox and slug.
    pub bases: Bases,
    /// The price of a bitcoin, by currency, where one was set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    rates: BTreeMap<String, Decimal>,
}

/// One invoice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invoice {
    pub id: u32,
    pub user: u64,
    pub address: Box<str>,
    pub name: Option<Box<str>>,
    pub attached: Option<Attached>,
    pub price: Decimal,
    pub currency: Currency,
    /// The price at the rate at which the invoice was made.
    pub satoshi: i64,
    /// The payments in satoshi, in the order of arrival; the index of each is the number of its transfer.
    pub payments: Vec<i64>,
    /// The part of the surplus that the merchant has claimed.
    pub claimed: i64,
    #[serde(flatten)]
    pub head: Head<Status>,
    pub base: u16,
    /// When the full payment was seen.
    pub paid_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a merchant attaches to an invoice under `data`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attached {
    Text(Box<str>),
    /// An object, as JSON without white space.
    Object(Box<str>),
}

/// The currency in which a merchant is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Usd,
    Jpy,
    Sgd,
    Eur,
}

/// The code, and the price of a bitcoin.
pub const CURRENCIES: &[(Currency, &str, i64)] =
    &[(Currency::Usd, "USD", 1_000), (Currency::Jpy, "JPY", 120_000), (Currency::Sgd, "SGD", 1_350), (Currency::Eur, "EUR", 900)];

impl Currency {
    /// The currency with this code.
    pub fn of(code: &str) -> Option<Self> {
        CURRENCIES.iter().find(|it| it.1 == code).map(|it| it.0)
    }

    /// As the API writes it.
    pub fn word(self) -> &'static str {
        CURRENCIES[self as usize].1
    }
}

/// A price in satoshi, at this price of a bitcoin, halves away from zero. `None`: more than can exist.
pub fn satoshi(price: Decimal, rate: Decimal) -> Option<i64> {
    money::minor(price.checked_div(rate)?, BTC_DECIMALS).filter(|it| *it <= SATOSHI_MAX)
}

impl Invoice {
    /// Its name in the engine.
    pub const fn object(&self) -> ObjectId {
        Kind::Invoice.object(self.id)
    }

    pub const fn status(&self) -> Status {
        self.head.status()
    }

    /// The merchant's account.
    pub fn account(&self) -> String {
        self.user.to_string()
    }

    /// The sum of all payments so far.
    pub fn balance(&self) -> i64 {
        self.payments.iter().fold(0, |sum, it| sum.saturating_add(*it))
    }

    /// What is missing for the full payment.
    pub fn due(&self) -> i64 {
        (self.satoshi - self.balance()).max(0)
    }

    /// What the merchant may claim: the payments beyond the price of a paid invoice, and all payments of an expired one.
    pub fn surplus(&self) -> i64 {
        let beyond = match self.status() {
            Status::Ready | Status::Unconfirmed => 0,
            Status::Confirmed | Status::Captured | Status::Complete => self.balance() - self.satoshi,
            Status::Expired | Status::Invalid => self.balance(),
        };
        beyond - self.claimed
    }

    fn judge(&self, id: u32, beside: Beside<'_>) -> Result<(), Flaw> {
        let positive = |it: &i64| (1..=SATOSHI_MAX).contains(it);
        (self.id == id).or_flaw(|| "/id".to_owned(), "the numbers of invoices begin with 1 and have no gaps")?;
        beside.judge_owner(&self.account(), || "/user".to_owned())?;
        let attached = match &self.attached {
            Some(Attached::Object(text)) => Members::parse(text.as_bytes()).is_some(),
            Some(Attached::Text(_)) | None => true,
        };
        attached.or_flaw(|| "/attached".to_owned(), "this is not the text of a JSON object")?;
        let paid = self.payments.len() <= PAYMENTS_MAX && self.payments.iter().all(positive) && self.balance() <= SATOSHI_MAX;
        paid.or_flaw(|| "/payments".to_owned(), "a payment is not above 0, or they are too many or too high together")?;
        positive(&self.satoshi).or_flaw(|| "/satoshi".to_owned(), "it is not above 0, or too high")?;
        let is_full = match self.status() {
            Status::Ready => self.due() != 0,
            Status::Unconfirmed | Status::Confirmed | Status::Captured | Status::Complete | Status::Invalid => self.due() == 0,
            Status::Expired => true,
        };
        is_full.or_flaw(|| "/payments".to_owned(), "their sum does not fit the price and the status")?;
        let claimed = (0..=self.balance()).contains(&self.claimed) && 0 <= self.surplus();
        claimed.or_flaw(|| "/claimed".to_owned(), "this is more than the surplus of the invoice")?;
        (Decimal::ZERO < self.price).or_flaw(|| "/price".to_owned(), "it is not above 0")?;
        let was_full = !matches!(self.status(), Status::Ready | Status::Expired);
        (self.paid_at.is_some() == was_full).or_flaw(|| "/paid_at".to_owned(), "it does not fit the status")?;
        (self.head.generation() < u32::MAX).or_flaw(|| "/generation".to_owned(), "the count is too high")?;
        (self.created_at <= self.updated_at).or_flaw(|| "/updated_at".to_owned(), "it is before `created_at`")?;
        beside.judge_moment(self.updated_at, || "/updated_at".to_owned())?;
        self.paid_at.map_or(Ok(()), |at| beside.judge_moment(at, || "/paid_at".to_owned()))
    }
}

impl Indexed for Invoice {
    /// A user's invoices, by number.
    type Index = RankIndex<u64, ()>;
    type Keys = ();

    fn keys(&self) {}

    fn heap(&self) -> usize {
        let attached = match &self.attached {
            Some(Attached::Text(it) | Attached::Object(it)) => heap::block(it.len()),
            None => 0,
        };
        let name = self.name.as_deref().map_or(0, |it| heap::block(it.len()));
        heap::block(self.address.len()) + name + attached + heap::block(size_of_val(self.payments.as_slice()))
    }

    fn file(&self, number: u32, index: &mut Self::Index) {
        index.push(self.user, number, []);
    }
}

impl Memory {
    /// The number of a user's invoices.
    pub fn count(&self, user: u64) -> u64 {
        self.invoices.index().all(&user).len() as u64
    }

    /// Whether every number refers to the right object, and every count is possible.
    ///
    /// # Errors
    /// The first place that is wrong.
    pub fn judge(&self, beside: Beside<'_>) -> Result<(), Flaw> {
        self.bases.is_sound().or_flaw(|| "/bases".to_owned(), "it has too many entries")?;
        for (id, it) in self.invoices.iter() {
            let at = || format!("/invoices/{}", id - 1);
            it.judge(id, beside).map_err(|flaw| flaw.below(&at()))?;
            self.bases.at(it.base).is_some().or_flaw(|| format!("{}/base", at()), "the base does not exist")?;
        }
        for (user, nonces) in &self.nonces {
            beside.judge_owner(&user.to_string(), || format!("/nonces/{user}"))?;
            (nonces.len() <= NONCES_MAX).or_flaw(|| format!("/nonces/{user}"), "it has too many entries")?;
        }
        for (currency, price) in &self.rates {
            let is_price = Currency::of(currency).is_some() && Decimal::ZERO < *price;
            is_price.or_flaw(|| format!("/rates/{}", part(currency)), "the currency does not exist, or its price is not above 0")?;
        }
        Ok(())
    }

    /// A user's invoices from an index on, by number.
    pub fn page(&self, user: u64, from: u64, length: u64) -> impl Iterator<Item = &Invoice> {
        let all = self.invoices.index().all(&user);
        let place = |it: u64| usize::try_from(it).unwrap_or(usize::MAX).min(all.len());
        all[place(from)..place(from.saturating_add(length))].iter().filter_map(|it| self.invoices.get(*it))
    }

    /// The price of a bitcoin.
    pub fn rate(&self, currency: Currency) -> Decimal {
        self.rates.get(currency.word()).copied().unwrap_or(Decimal::from(CURRENCIES[currency as usize].2))
    }

    /// Whether the price of a bitcoin was set.
    pub fn has_rate(&self, currency: Currency) -> bool {
        self.rates.contains_key(currency.word())
    }

    /// Sets the price of a bitcoin.
    pub fn set_rate(&mut self, currency: Currency, rate: Decimal) {
        self.rates.insert(currency.word().to_owned(), rate);
    }

    /// The NONCEs that a user has used, to add one.
    pub fn nonces_of(&mut self, user: u64) -> &mut Nonces {
        self.nonces.entry(user).or_default()
    }

    /// Whether a user has used a NONCE that is still remembered.
    pub fn has_used(&self, user: u64, nonce: &str) -> bool {
        self.nonces.get(&user).is_some_and(|it| it.has(nonce))
    }

    /// The beginning of an invoice's links.
    pub fn base_of(&self, invoice: &Invoice) -> &str {
        self.bases.at(invoice.base).unwrap_or_default()
    }
}
